"""The recalculated workbook against direct Python calls of the same functions, cell by cell.

The arguments are read from the file by openpyxl, which knows nothing of our engine; the call goes to the registry.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.formula import Tokenizer
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.formula import ArrayFormula

from alvh_xl.functions import REGISTRY
from alvh_xl.functions.cells import ERROR_BY_TEXT, CellError, serial_from_datetime

CALL = re.compile(r"=(ALVH_\w+)\((.*)\)", re.DOTALL)


class Book:
    """A refreshed workbook as two plain readings: its formulas and its cached values."""

    def __init__(self, path: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl says that it does not read sparklines
            self.formulas = load_workbook(path)
            self.values = load_workbook(path, data_only=True)
        self.tables = {
            name.lower(): (sheet.title, table.ref, [column.name for column in table.tableColumns])
            for sheet in self.formulas.worksheets
            for name, table in ((table.displayName, table) for table in sheet.tables.values())
        }
        self.names = {name.lower(): item.attr_text for name, item in self.formulas.defined_names.items()}

    def calls(self) -> list[tuple[str, str, str, str]]:
        """Sheet, range, function and argument text of every cell that is one call of ours."""
        found = []
        for sheet in self.formulas.worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    text, area = cell.value, cell.coordinate
                    if isinstance(text, ArrayFormula):
                        text, area = text.text, text.ref
                    match = CALL.fullmatch(text) if cell.data_type == "f" and isinstance(text, str) else None
                    if match and _is_one_call(text):
                        found.append((sheet.title, area, match[1], match[2]))
        return found

    def argument(self, text: str) -> Any:
        """Value of an argument: a literal, a name, a table column or a range; LookupError for anything else."""
        text = text.strip()
        if not text:
            return None
        if text.upper() in ("TRUE", "FALSE"):
            return text.upper() == "TRUE"
        if text.startswith('"'):
            return text[1:-1]
        if re.fullmatch(r"-?[\d.]+([eE]-?\d+)?", text):
            return float(text)
        column = re.fullmatch(r"(\w+)\[(\w+)\]", text)
        if column:
            return self._column(*column.groups())
        if text.lower() in self.names:
            text = self.names[text.lower()]
        area = re.fullmatch(r"(?:'(.+)'|(\w+))!(\$?[A-Z]+\$?\d+(?::\$?[A-Z]+\$?\d+)?)", text)
        if not area:
            raise LookupError(text)
        return self.area(area[1] or area[2], area[3])

    def _column(self, table: str, column: str) -> Any:
        sheet, ref, columns = self.tables[table.lower()]
        left, top, _, bottom = range_boundaries(ref)
        place = left + [name.lower() for name in columns].index(column.lower())
        cells = self.values[sheet].iter_rows(top + 1, bottom, place, place)
        return [[plain(cell.value) for cell in row] for row in cells]

    def area(self, sheet: str, ref: str) -> Any:
        """One cell, or rows of cells."""
        left, top, right, bottom = range_boundaries(ref.replace("$", ""))
        rows = [[plain(c.value) for c in row] for row in self.values[sheet].iter_rows(top, bottom, left, right)]
        return rows[0][0] if (left, top) == (right, bottom) else rows


def _is_one_call(text: str) -> bool:
    """Whether the first bracket closes at the very end."""
    depth = 0
    items = Tokenizer(text).items
    for index, token in enumerate(items):
        depth += {"OPEN": 1, "CLOSE": -1}.get(token.subtype, 0)
        if depth == 0:
            return index == len(items) - 1
    return False


def split(text: str) -> list[str]:
    """Arguments of a call, at its own commas only."""
    parts, depth, quoted = [""], 0, False
    for char in text:
        quoted ^= char == '"'
        depth += 0 if quoted else {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}.get(char, 0)
        if char == "," and depth == 0 and not quoted:
            parts.append("")
        else:
            parts[-1] += char
    return parts if text.strip() else []


def plain(value: Any) -> Any:
    """A cell of openpyxl as a cell value of ours."""
    if isinstance(value, str) and value in ERROR_BY_TEXT:
        return ERROR_BY_TEXT[value]
    if hasattr(value, "year"):
        return serial_from_datetime(value)
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def same(found: Any, expected: Any) -> bool:
    if isinstance(found, float) and isinstance(expected, float):
        return found == pytest.approx(expected, rel=1e-12, abs=1e-12)
    return found == expected or (found in (None, "") and expected in (None, ""))  # a blank shows as an empty text


def test_every_cell_that_is_one_call_agrees_with_the_call_in_python(sample_book: Path) -> None:
    """The engine may hand over a wrong range, lose a blank or shift a spill; Python called directly can't."""
    book = Book(sample_book)
    compared: dict[str, int] = {}
    for sheet, ref, name, text in book.calls():
        try:
            arguments = [book.argument(part) for part in split(text)]
        except LookupError:
            continue  # an expression: the engine calculates it, and the workbook's own checks watch it
        expected = REGISTRY[name].evaluate(arguments)
        rows = expected if isinstance(expected, list) else [[expected]]
        shown = book.area(sheet, ref)
        shown = shown if isinstance(shown, list) else [[shown]]
        assert len(shown) == len(rows), (sheet, ref, name)
        for row, (left, right) in enumerate(zip(shown, rows, strict=True)):
            assert all(map(same, left, right)), (sheet, ref, name, row, left, right)
        compared[name] = compared.get(name, 0) + 1
    assert sum(compared.values()) >= 40, compared
    assert len(compared) >= 30, sorted(compared)


def test_no_cell_shows_an_error_but_those_without_history_or_data(sample_book: Path) -> None:
    """On the sample morning only warm-up bars and figures the sample lacks, quotes among them, may be #N/A."""
    book = Book(sample_book)
    errors: dict[str, set[CellError]] = {}
    for sheet in book.values.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                value = plain(cell.value)
                if isinstance(value, CellError):
                    errors.setdefault(sheet.title, set()).add(value)
    assert set(errors) <= {"Position", "Signals", "Macro", "Help"}, errors
    assert {error for found in errors.values() for error in found} <= {CellError.NA}, errors
