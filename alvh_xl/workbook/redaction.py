"""What `--redact positions` hides: quantities, dollars, the order, and every figure that was worked out from them.

A number goes when it is one of the cells named below, stands in a currency format, or comes from a formula that reads
one of them, however far down. Percentages, dates and the market figures of `KEPT` stay. Sentences keep their words and
lose their numbers, also in messages and lists of data validations. Charts that draw a hidden number are left out, and
so is the text of every note but those this program wrote: which of its words are private can't be told.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Final

from alvh_xl.functions import REGISTRY
from alvh_xl.hosts.embedded import Package
from alvh_xl.hosts.embedded.addresses import Box
from alvh_xl.hosts.embedded.archive import Element, parse_xml, xml_bytes
from alvh_xl.hosts.embedded.cells_xml import FORMULA, INLINE, MAIN, TEXT, VALUE, FormulaCell, SheetXml, escape
from alvh_xl.hosts.embedded.references import Area, Home, Names, function_name
from alvh_xl.hosts.embedded.tokens import tokenize

from .meanings import MEANINGS, of_functions
from .number_formats import cell_formats, is_date, shows_currency, shows_percent
from .values_only import local

MASK: Final = "•"
NOTE_LEFT_OUT: Final = "A note of the owner, left out."

# Columns of tables that hold what is owned, paid or decided, and named cells that do.
TABLES: Final[dict[str, tuple[str, ...]]] = {
    "Condor": ("quantity", "price", "mark"), "Hedges": ("quantity", "price", "mark"),
    "PastHedges": ("cash_flow", "remark"),
    "Journal": ("decision", "binding", "held", "model", "ordered", "condors", "credit", "literal", "cap", "offset",
                "premium", "hedge"),
}  # fmt: skip
NAMES: Final = (
    "nav", "held", "held_candidate", "hold", "condors", "order_quantity", "order_text", "limit_price", "open_pnl",
    "headline", "max_loss", "credit_dollars", "premium", "premium_budget", "open_interest", "margin_loan",
    "engine_borrowed", "engine_released", "realised_before", "max_contracts", "gamma_cap_contracts",
    "plan_decision", "plan_hold", "plan_order", "plan_literal", "plan_cost", "plan_theta", "stress_table",
    "hedge_units", "layer_sizes", "unit_stress", "book_dollar_gamma", "condor_theta", "condor_value", "drag_hold",
    "opportunity_cost", "loyalty_table",
)  # fmt: skip
# Columns of words: hidden themselves, but what reads them is not.
_NOT_SPREAD: Final = {"remark", "binding", "decision"}
# Named cells that stay although they are worked out beside the position: the market's and the method's figures.
KEPT: Final = {
    "asof", "data_source", "spot", "vix", "atm_vol", "dte", "credit", "breakeven_width", "low_breakeven",
    "high_breakeven", "put_long", "put_short", "call_short", "call_long", "allocation", "hedge_share",
    "layer_fraction", "plan_fraction", "plan_binding", "condor_settlement", "roll_by", "first_settlement", "outlives",
    "hedge_days", "hedge_text", "hedge_strike", "cap_in_force", "checks_failed", "checks_count", "tilt",
}  # fmt: skip
_ANYWHERE: Final = {"INDIRECT", "OFFSET"}  # they may read any cell

_AMOUNT = re.compile(
    r"[$€£¥]\s?\d[\d.,]*(?:\s?(?:[kKmM]|million|billion)\b)?"
    r"|\b\d(?:[\d.,]*\d)?(?=\s*(?:USD|EUR|dollars?|contracts?|condors?|lots?)\b)"
    r"|\b(?:buy|sell|hold|held|long|short|own|bought|sold|add|added|closed)\s+\d[\d.,]*+(?!-(?:day|week|month|year)\b)"
    r"|\baccount(?:\s+(?:no\.?|nr\.?|number))?[\s:#]+[A-Z]{0,3}\d[\d-]*|\b(?:U|DU|F|DF)\d{6,9}\b",
    re.IGNORECASE,
)
# In a sentence that rests on the position every number goes, but dates, times of day and percentages stay.
_NUMBER = re.compile(
    r"(?P<keep>\b\d{1,2}-[A-Z][a-z]{2}(?:-\d{4})?\b|\b\d{1,2}:\d\d\b|\b\d{4}-\d\d-\d\d\b|[-+−]?\d[\d.,]*\s?%)"
    r"|\d(?:[\d.,]*\d)?"
)


def mask_amounts(text: str) -> str:
    """Text without the amounts, quantities and numbers of accounts it names."""
    return _AMOUNT.sub(lambda found: re.sub(r"\d(?:[\d.,]*\d)?", MASK, found[0]), text)


def mask_sentence(text: str) -> str:
    """Text without any number but dates, times and percentages."""
    return _NUMBER.sub(lambda found: found[0] if found["keep"] else MASK, text)


class Redaction:
    """Hides positions in a workbook that is about to be copied; it changes the parts of the package it is given.

    Parameters
    ----------
    package
        The workbook, read for this purpose alone: it can't be saved as a workbook afterwards.

    Attributes
    ----------
    left_out
        Parts of charts that drew hidden numbers.
    notes
        What the user must know.
    """

    def __init__(self, package: Package) -> None:
        self._package = package
        self._names = Names(package, ())
        self._formats = cell_formats(package)
        self._tainted: dict[str, set[tuple[int, int]]] = defaultdict(set)
        self._hidden: dict[str, set[tuple[int, int]]] = defaultdict(set)
        self._kept = self._kept_cells()
        self.left_out: set[str] = set()
        self.notes: list[str] = []
        self._seed()
        self._spread()
        for name in package.sheets:
            self._hide(package.sheet(name))
        self._leave_out_charts()
        self._mask_texts()

    # ---- which cells ---------------------------------------------------------------------------------------

    def _kept_cells(self) -> set[tuple[str, int, int]]:
        found = {name.casefold(): area for name, area in self._package.names.items()}
        return {
            (sheet, row, column)
            for name in KEPT
            if name in found
            for sheet, box in [found[name]]
            for row, column in _places(self._clipped(sheet, box))
        }

    def _clipped(self, sheet: str, box: Box) -> Box:
        """The part of an area that holds cells: a name may mean whole columns."""
        bottom, right = self._package.sheet(sheet).extent
        return box._replace(bottom=min(box.bottom, bottom), right=min(box.right, right))

    def _seed(self) -> None:
        """Mark the cells of the lists above, wherever the user moved them."""
        folded = {name.casefold(): area for name, area in self._package.names.items()}
        for name in NAMES:
            if name in folded:
                sheet, box = folded[name]
                self._mark(sheet, box, spreads=True)
        for wanted, columns in TABLES.items():
            table = self._package.table(wanted)
            for column in columns if table is not None else ():
                place = table.column(column) if table is not None else None
                if table is not None and place is not None:
                    box = table.data._replace(left=place, right=place)
                    self._mark(table.sheet, box, spreads=column not in _NOT_SPREAD)

    def _mark(self, sheet: str, box: Box, *, spreads: bool) -> None:
        places = set(_places(self._clipped(sheet, box)))
        self._hidden[sheet] |= places
        if spreads:
            self._tainted[sheet] |= places

    def _spread(self) -> None:
        """Follow the formulas: what reads a marked cell is marked, until nothing is added."""
        waiting = [
            (sheet, cell, self._read_by(sheet, cell))
            for sheet in self._package.sheets
            for cell in self._package.sheet(sheet).formulas
        ]
        while True:
            left: list[tuple[str, FormulaCell, list[Area] | None]] = []
            before = len(waiting)
            for sheet, cell, areas in waiting:
                if (sheet, cell.row, cell.column) in self._kept:
                    continue
                if areas is None or any(self._touches(area, self._tainted) for area in areas):
                    self._tainted[sheet] |= {p for p in _places(cell.box) if (sheet, *p) not in self._kept}
                else:
                    left.append((sheet, cell, areas))
            waiting = left
            if len(waiting) == before:
                return

    def _read_by(self, sheet: str, cell: FormulaCell) -> list[Area] | None:
        """Areas a formula reads; None when they can't be told."""
        areas: list[Area] = []
        for token in tokenize(cell.text):
            area = None
            if token.kind == "function" and function_name(token.text) in _ANYWHERE:
                return None
            if token.kind == "ref":
                area = self._names.area(token.text, sheet)
            elif token.kind == "table":
                area = self._names.table_area(token.text, Home(sheet, cell.row, cell.column))
            elif token.kind == "name":
                item = self._names.lookup(token.text, sheet)
                area = self._names.name_area(item) if item else None
                area = area or self._names.table_area(f"{token.text}[]", Home(sheet, cell.row, cell.column))
            if area is not None:
                areas.append(area)
        return areas

    @staticmethod
    def _touches(area: Area, cells: dict[str, set[tuple[int, int]]]) -> bool:
        found = cells.get(area.sheet)
        if not found:
            return False
        if area.box.height * area.box.width <= len(found):
            return any(place in found for place in _places(area.box))
        return any(area.box.holds(*place) for place in found)

    # ---- hiding --------------------------------------------------------------------------------------------

    def _hide(self, sheet: SheetXml) -> None:
        headers = {
            place
            for table in self._package.tables.values()
            if table.sheet == sheet.name and table.header_rows
            for place in _places(self._clipped(sheet.name, table.box._replace(bottom=table.box.top)))
        }
        for place, cell in sheet.cells.items():
            if place in headers:
                continue
            value = sheet.read(cell)
            if isinstance(value, str):
                rests = place in self._hidden[sheet.name] or place in self._tainted[sheet.name]
                masked = mask_sentence(value) if rests and not value.startswith("#") else mask_amounts(value)
                if masked != value:
                    _write_text(cell, masked)
            elif isinstance(value, float) and self._hides_number(sheet.name, place, cell):
                self._hidden[sheet.name].add(place)
                _clear(cell)
        self._package.parts[sheet.part] = xml_bytes(sheet.root)

    def _hides_number(self, sheet: str, place: tuple[int, int], cell: Element) -> bool:
        if (sheet, *place) in self._kept:
            return False
        code = self._formats(cell.get("s"))
        if place in self._hidden[sheet] or shows_currency(code):
            return True
        return place in self._tainted[sheet] and not shows_percent(code) and not is_date(code)

    def _leave_out_charts(self) -> None:
        for part, data in self._package.parts.items():
            if "/charts/" not in part or not part.endswith(".xml") or "/_rels/" in part:
                continue
            root = parse_xml(data, part)
            if any(self._reads(element.text or "", self._hidden) for element in root.iter("{*}f")):
                self.left_out.add(part)
                head = root.find("{*}chart/{*}title")
                title = "".join(e.text or "" for e in head.iter("{*}t", "{*}v")) if head is not None else ""
                self.notes.append(f"a chart shows positions and was left out: {mask_amounts(title) or 'without title'}")
        self.notes = list(dict.fromkeys(self.notes))

    def _reads(self, text: str, cells: dict[str, set[tuple[int, int]]]) -> bool:
        """Whether a reference of a chart or shape means one of some cells, or cells that can't be told."""
        for token in tokenize(text.removeprefix("=")):
            area = None
            if token.kind == "ref":
                area = self._names.area(token.text, "")
            elif token.kind == "name":
                item = self._names.lookup(token.text, "")
                area = self._names.name_area(item) if item else None
            elif token.kind in ("open", "close", "comma", "space"):
                continue
            if area is None or self._touches(area, cells):
                return True
        return False

    def _mask_texts(self) -> None:
        """Texts of shapes and charts, messages of validations, page headers: without amounts; own notes go."""
        for part, data in self._package.parts.items():
            if not part.endswith(".xml") or not re.search(r"/(comments|drawings|charts|diagrams)", part.lower()):
                continue
            root = parse_xml(data, part)
            notes = sum(_empty_note(note) for note in root.iter(MAIN + "comment"))
            blocks = [e for e in root.iter("*") if local(e) in ("p", "strCache", "v") and e.tag != VALUE]
            if notes + sum(_mask_block(block) for block in blocks) + sum(self._mask_linked(e) for e in root.iter("*")):
                self._package.parts[part] = xml_bytes(root)
        for sheet in self._package.sheets:
            root = self._package.sheet(sheet).root
            for text in root.iterfind(f"{MAIN}headerFooter/*"):
                text.text = mask_amounts(text.text or "")
            for rule in root.iter("{*}dataValidation"):
                _mask_rule(rule)
            self._package.parts[self._package.sheets[sheet]] = xml_bytes(root)

    def _mask_linked(self, element: Element) -> bool:
        """Mask the numbers of a text that a shape or chart shows of a cell which rests on the position."""
        link, holder = element.get("textlink") or "", element
        if not link and local(element) == "f" and element.getparent() is not None:
            link, holder = element.text or "", element.getparent()
        if not link or local(holder) == "numRef" or not self._reads(link, self._tainted):
            return False
        for piece in holder.iter("{*}t", "{*}v"):
            piece.text = mask_sentence(piece.text or "")
        return True


def _places(box: Box) -> Iterator[tuple[int, int]]:
    for row in range(box.top, box.bottom + 1):
        for column in range(box.left, box.right + 1):
            yield row, column


@cache
def _written_notes() -> frozenset[str]:
    """Notes this program writes: what the figures mean."""
    return frozenset(MEANINGS.values()) | {text for name in REGISTRY if (text := of_functions(name))}


def _empty_note(note: Element) -> bool:
    """Leave of a note that the user wrote no more than that there was one; says whether it was one."""
    pieces = [e for e in note.iter("*") if local(e) == "t"]
    if not pieces or "".join(e.text or "" for e in pieces).strip() in _written_notes():
        return False
    pieces[0].text = NOTE_LEFT_OUT
    for piece in pieces[1:]:
        piece.text = None
    return True


def _mask_rule(rule: Element) -> None:
    """Mask the messages of a data validation, and the texts quoted in what it allows."""
    for name in ("prompt", "promptTitle", "error", "errorTitle"):
        if rule.get(name):
            rule.set(name, mask_amounts(rule.get(name, "")))
    for element in rule.iter("*"):
        if '"' in (element.text or ""):
            element.text = re.sub(r'"[^"]*"', lambda found: mask_amounts(found[0]), element.text or "")


def _mask_block(block: Element) -> bool:
    """Mask the text of a paragraph, whose amounts may run over several pieces; says whether it changed."""
    shown = [e for e in block.iter("*") if local(e) in ("t", "v")]
    text = "".join(e.text or "" for e in shown)
    if local(block) != "strCache":
        masked = mask_amounts(text)
        if masked == text or not shown:
            return False
        shown[0].text = masked
        for piece in shown[1:]:
            piece.text = None
        return True
    changed = False
    for piece in shown:
        masked = mask_amounts(piece.text or "")
        changed |= masked != (piece.text or "")
        piece.text = masked
    return changed


def _clear(cell: Element) -> None:
    for child in [*cell.findall(VALUE), *cell.findall(INLINE)]:
        cell.remove(child)
    cell.attrib.pop("t", None)


def _write_text(cell: Element, text: str) -> None:
    """Give a cell a text of its own; a shared string would change other cells too."""
    _clear(cell)
    if cell.find(FORMULA) is not None:
        cell.set("t", "str")
        value = cell.makeelement(VALUE)
        value.text = escape(text)
        cell.append(value)
        return
    cell.set("t", "inlineStr")
    inline = cell.makeelement(INLINE)
    piece = inline.makeelement(TEXT)
    piece.text = escape(text)
    inline.append(piece)
    cell.append(inline)
