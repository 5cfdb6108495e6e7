"""Conditional formats of a values-only copy on a page: colours that follow a word or a limit in the cell.

Rules with formulas of other kinds are left out: a word always stands beside a colour that carries meaning. Scales and
bars are drawn by `html_scales`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from alvh_xl.hosts.embedded import WorkbookError
from alvh_xl.hosts.embedded.addresses import Box, parse_box, parse_cell
from alvh_xl.hosts.embedded.archive import Element
from alvh_xl.hosts.embedded.cells_xml import MAIN, SheetXml, Value

_LEFT = re.compile(r'(?:IFERROR\()?LEFT\((\$[A-Z]{1,3}\$\d{1,7}),\s*\d+\)="([^"]*)"(?:,\s*(?:TRUE|FALSE)\))?')
_TEXT = re.compile(r'"([^"]*)"')
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")

Test = Callable[[Value], bool]
_LIMITS: dict[str, Callable[[float, float], bool]] = {
    "equal": lambda a, b: a == b, "notEqual": lambda a, b: a != b, "lessThan": lambda a, b: a < b,
    "greaterThan": lambda a, b: a > b, "lessThanOrEqual": lambda a, b: a <= b,
    "greaterThanOrEqual": lambda a, b: a >= b,
}  # fmt: skip


class _Rule(NamedTuple):
    """A rule: where it holds, which look it gives, and what it asks of the cell (or of one cell for all)."""

    priority: int
    boxes: list[Box]
    look: int
    test: Test
    cell: tuple[int, int] | None = None


class Colours:
    """Looks that conditional formats give the cells of a sheet.

    Parameters
    ----------
    sheet
        The sheet, values alone.
    """

    def __init__(self, sheet: SheetXml) -> None:
        self._sheet = sheet
        found = []
        for block in sheet.root.iterfind(MAIN + "conditionalFormatting"):
            boxes = _boxes(block.get("sqref", ""))
            found += [rule for item in block.iterfind(MAIN + "cfRule") if (rule := _rule(item, boxes))]
        self._rules = sorted(found, key=lambda rule: rule.priority)[:2_000]

    def look(self, row: int, column: int, value: Value) -> int | None:
        """Number of the differential style a cell takes, of the first rule that holds; None without one."""
        for rule in self._rules:
            if any(box.holds(row, column) for box in rule.boxes):
                seen = value if rule.cell is None else self._sheet.value(*rule.cell)
                if rule.test(seen):
                    return rule.look
        return None


def _boxes(text: str) -> list[Box]:
    try:
        return [parse_box(piece) for piece in text.split()]
    except WorkbookError:
        return []


def _rule(item: Element, boxes: list[Box]) -> _Rule | None:
    look, priority = item.get("dxfId", ""), item.get("priority", "0")
    if not (look.isdecimal() and priority.isdecimal() and boxes):
        return None
    kind, formula = item.get("type", ""), (item.findtext(MAIN + "formula") or "").strip()
    test = _word_test(kind, item.get("text", ""))
    cell = None
    if kind == "cellIs":
        test = _limit_test(item.get("operator", ""), formula)
    elif kind == "expression" and (found := _LEFT.fullmatch(formula)):
        cell, test = parse_cell(found[1]), _word_test("beginsWith", found[2])
    return _Rule(int(priority), boxes, int(look), test, cell) if test is not None else None


def _word_test(kind: str, word: str) -> Test | None:
    """What a rule about texts asks, in any case of letters, as in Excel."""
    word = word.casefold()
    if not word:
        return None
    if kind == "beginsWith":
        return lambda value: isinstance(value, str) and value.casefold().startswith(word)
    if kind == "endsWith":
        return lambda value: isinstance(value, str) and value.casefold().endswith(word)
    if kind == "containsText":
        return lambda value: isinstance(value, str) and word in value.casefold()
    return None


def _limit_test(operator: str, formula: str) -> Test | None:
    compare = _LIMITS.get(operator)
    if compare is None:
        return None
    if _NUMBER.fullmatch(formula):
        limit = float(formula)
        return lambda value: isinstance(value, float) and compare(value, limit)
    text = _TEXT.fullmatch(formula)
    if text is None or operator not in ("equal", "notEqual"):
        return None
    word, same = text[1].casefold(), operator == "equal"
    return lambda value: isinstance(value, str) and (value.casefold() == word) is same
