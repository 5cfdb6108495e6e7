"""One worksheet part as cells: values read and written in place, everything else of the sheet left as it is."""

from __future__ import annotations

import bisect
import datetime as dt
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from alvh_xl.functions.cells import ERROR_BY_TEXT, CellError, serial_from_datetime

from .addresses import MAX_COLUMN, MAX_ROW, Box, box_name, cell_name, column_number, parse_box
from .archive import Element, parse_xml, xml_bytes
from .errors import WorkbookError
from .tokens import shift

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
CELL, FORMULA, VALUE, INLINE, TEXT, ROW = (MAIN + tag for tag in ("c", "f", "v", "is", "t", "row"))
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
MAX_CELLS = 4_000_000  # in one sheet; beyond it a laptop runs out of memory before Excel would
MAX_ARRAY = 1_048_576  # cells one array formula may fill
MAX_FORMULA = 32_768  # characters; Excel allows 8,192, and stores some of them longer
BIG_SHEET = 400_000  # cells; such a sheet without formulas is handed to the engine unread

Value = float | bool | str | CellError | None
Kind = Literal["plain", "dynamic", "array"]

# The error texts every Excel reads in a cell of type "e"; the newer ones are written as text, which shows the same.
_TYPED_ERRORS = {"#N/A", "#VALUE!", "#NUM!", "#DIV/0!", "#REF!", "#NAME?", "#NULL!", "#GETTING_DATA"}
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_TO_ESCAPE = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
# A column beyond XFD: four letters, or three past it. Looked for in the raw bytes, before anything is parsed.
_TOO_FAR = re.compile(rb'<(?:\w+:)?c [^<>]{0,200}?\br="(?:[A-Z]{4,}|XF[E-Z]|X[G-Z][A-Z]|[YZ][A-Z]{2})[0-9]')


def unescape(text: str) -> str:
    """Text with Excel's `_x000D_` escapes resolved."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def escape(text: str) -> str:
    """Text with the characters XML can't hold written as `_x000B_`."""
    return _TO_ESCAPE.sub(lambda match: f"_x{ord(match[0]):04X}_", text)


def text_of(item: Element) -> str:
    """Text of a shared or inline string, rich runs joined, phonetic hints left out."""
    pieces = []
    for child in item:
        if child.tag == TEXT:
            pieces.append(child.text or "")
        elif child.tag == MAIN + "r":
            pieces.extend(run.text or "" for run in child.iterchildren(TEXT))
    return unescape("".join(pieces))


@dataclass(slots=True)
class FormulaCell:
    """A cell with a formula: its text without the equals sign, and the cells its result fills."""

    row: int
    column: int
    text: str
    kind: Kind
    box: Box  # one cell for a plain formula, the spill as last saved for an array
    shared: bool = False  # the XML holds no text of its own, or is the master of such cells


class SheetXml:
    """The cells of one worksheet part; `dirty` tells whether anything was written.

    Parameters
    ----------
    name, part, data
        Sheet name, path of the part, its bytes.
    strings
        Shared strings of the workbook.
    """

    def __init__(self, name: str, part: str, data: bytes, strings: Sequence[str]) -> None:
        _refuse_monsters(name, data)
        self.name = name
        self.part = part
        self.dirty = False
        self.root = parse_xml(data, part)
        self._strings = strings
        found = self.root.find(MAIN + "sheetData")
        if self.root.tag != MAIN + "worksheet" or found is None:
            raise WorkbookError(f"sheet {name!r} is damaged: it has no cells")
        self.data = found
        self._rows: dict[int, Element] = {}
        self._cells: dict[tuple[int, int], Element] = {}
        self._in_order = True
        self._read_cells()
        self._order = sorted(self._rows)
        self.data_tables: list[str] = []  # areas of what-if data tables, which only Excel computes
        self.formulas = list(self._read_formulas())
        self.formula_at = {(cell.row, cell.column): cell for cell in self.formulas}
        self.arrays = [cell for cell in self.formulas if cell.kind != "plain"]

    def to_bytes(self) -> bytes:
        """Bytes of the part."""
        return xml_bytes(self.root)

    @property
    def cells(self) -> dict[tuple[int, int], Element]:
        """Every cell element by (row, column), in document order."""
        if not self._in_order:
            self._cells.clear()
            self._read_cells()
            self._in_order = True
        return self._cells

    @property
    def extent(self) -> tuple[int, int]:
        """Last row and last column that hold a cell; 1 and 1 on an empty sheet."""
        return max((r for r, _ in self._cells), default=1), max((c for _, c in self._cells), default=1)

    # ---- reading -------------------------------------------------------------------------------------------

    def _read_cells(self) -> None:
        """Index every cell in document order; rows and cells without an address follow the one before."""
        numbers: dict[str, int] = {}
        row_number = 0
        for row in self.data.iterchildren(ROW):
            row_number = _row(row.get("r"), row_number + 1, self.name)
            column = 0
            self._rows[row_number] = row
            for cell in row.iterchildren(CELL):
                address = cell.get("r")
                if address is None:
                    column += 1
                else:
                    letters = address.rstrip("0123456789")
                    column = numbers.get(letters) or numbers.setdefault(letters, _column(letters, self.name))
                if (row_number, column) in self._cells:
                    raise WorkbookError(f"sheet {self.name!r} is damaged: it holds a cell twice")
                self._cells[row_number, column] = cell
            if not 1 <= row_number <= MAX_ROW or column > MAX_COLUMN:
                raise WorkbookError(f"sheet {self.name!r} has cells outside a worksheet")

    def _read_formulas(self) -> Iterator[FormulaCell]:
        masters: dict[str, FormulaCell] = {}
        for (row, column), cell in self._cells.items():
            formula = cell.find(FORMULA)
            if formula is not None and formula.get("t") == "dataTable":
                self.data_tables.append(formula.get("ref") or cell_name(row, column))
                continue
            if formula is None:
                continue
            _refuse_long(formula.text or "", self.name, row, column)
            kind, here = formula.get("t"), Box(row, column, row, column)
            found = FormulaCell(row, column, formula.text or "", "plain", here, kind == "shared")
            if kind == "array":
                found.kind = "dynamic" if cell.get("cm") else "array"
                found.box = parse_box(formula.get("ref") or cell_name(row, column))
                _refuse_vast(found, self.name)
            elif kind == "shared" and found.text:
                masters[formula.get("si", "")] = found
            elif kind == "shared":
                master = masters.get(formula.get("si", ""))
                if master is None:
                    where = cell_name(row, column)
                    raise WorkbookError(f"sheet {self.name!r} is damaged: cell {where} shares no formula")
                found.text = shift(master.text, row - master.row, column - master.column)
            yield found

    def value(self, row: int, column: int) -> Value:
        """Value of a cell as last saved; None when it is blank."""
        cell = self._cells.get((row, column))
        return None if cell is None else self.read(cell)

    def read(self, cell: Element) -> Value:
        """Value of a cell element."""
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            inline = cell.find(INLINE)
            return text_of(inline) if inline is not None else None
        stored = cell.find(VALUE)
        text = stored.text if stored is not None else None
        if text is None:
            return "" if kind == "str" and stored is not None else None
        return self._decode(kind, text, cell)

    def _decode(self, kind: str, text: str, cell: Element) -> Value:
        try:
            if kind == "n":
                number = float(text)
                return number if math.isfinite(number) else CellError.NUM  # no spreadsheet holds it
            if kind == "s":
                return self._strings[int(text)]
            if kind == "d":
                return serial_from_datetime(dt.datetime.fromisoformat(text))
        except (ValueError, IndexError) as error:
            raise WorkbookError(f"sheet {self.name!r} is damaged: cell {cell.get('r')} holds {text[:20]!r}") from error
        if kind == "b":
            return text in ("1", "true")
        if kind == "e":
            return ERROR_BY_TEXT.get(text, CellError.VALUE)
        if cell.find(FORMULA) is not None and text in ("#SPILL!", "#CALC!"):
            return ERROR_BY_TEXT[text]
        return unescape(text)

    # ---- writing -------------------------------------------------------------------------------------------

    def write(self, row: int, column: int, value: Value) -> bool:
        """Write a value into a cell, keeping its style and its formula; says whether anything changed."""
        cell = self._cells.get((row, column))
        if cell is None:
            if value is None:
                return False
            cell = self._create(row, column)
        elif self._holds(cell, value):
            return False
        _store(cell, value)
        self.dirty = True
        return True

    def _holds(self, cell: Element, value: Value) -> bool:
        old = self.read(cell)
        if cell.get("vm") and old is CellError.VALUE and value in (CellError.SPILL, CellError.CALC):
            return True  # how Excel itself saves these two: #VALUE! and a note in its metadata
        return type(old) is type(value) and old == value

    def resize_spill(self, formula: FormulaCell, box: Box) -> None:
        """Note in the anchor how far its array reaches now."""
        stored = self._cells[formula.row, formula.column].find(FORMULA)
        if stored is not None and stored.get("ref") != box_name(box):
            stored.set("ref", box_name(box))
            self.dirty = True
        formula.box = box

    def _create(self, row: int, column: int) -> Element:
        """Add an empty cell where it belongs, with the style its row or column gives it."""
        parent = self._rows.get(row)
        if parent is None:
            parent = self.data.makeelement(ROW, {"r": str(row)})
            place = bisect.bisect(self._order, row)
            if place == len(self._order):
                self.data.append(parent)
            else:
                self._rows[self._order[place]].addprevious(parent)
            self._order.insert(place, row)
            self._rows[row] = parent
        cell = self.data.makeelement(CELL, {"r": cell_name(row, column)})
        style = parent.get("s") if parent.get("customFormat") in ("1", "true") else self._column_style(column)
        if style and style != "0":
            cell.set("s", style)
        _insert(parent, cell, column)
        self._cells[row, column] = cell
        self._in_order = False
        self._widen(parent, row, column)
        return cell

    def _column_style(self, column: int) -> str | None:
        for item in self.root.iterfind(f"{MAIN}cols/{MAIN}col"):
            first, last = item.get("min", ""), item.get("max", "")
            if first.isdecimal() and last.isdecimal() and int(first) <= column <= int(last):
                return str(item.get("style", "")) or None
        return None

    def _widen(self, parent: Element, row: int, column: int) -> None:
        """Keep the row's and the sheet's remarks about used cells true."""
        spans = parent.get("spans")
        if spans and not any(a <= column <= b for a, b in _spans(spans)):
            del parent.attrib["spans"]
        dimension = self.root.find(MAIN + "dimension")
        if dimension is not None:
            box = parse_box(dimension.get("ref", "A1"))
            if not box.holds(row, column):
                box = Box(min(box.top, row), min(box.left, column), max(box.bottom, row), max(box.right, column))
                dimension.set("ref", box_name(box))


def _refuse_monsters(name: str, data: bytes) -> None:
    if _TOO_FAR.search(data):
        raise WorkbookError(f"sheet {name!r} has cells beyond column XFD")
    if count_cells(data) > MAX_CELLS:
        raise WorkbookError(f"sheet {name!r} is too large: more than {MAX_CELLS:,} cells")


def _refuse_long(text: str, sheet: str, row: int, column: int) -> None:
    if len(text) > MAX_FORMULA:
        where = f"{sheet!r}, cell {cell_name(row, column)}"
        raise WorkbookError(f"sheet {where}: a formula of {len(text):,} characters; Excel allows 8,192")


def _refuse_vast(array: FormulaCell, sheet: str) -> None:
    if array.box.height * array.box.width > MAX_ARRAY:
        where = f"{cell_name(array.row, array.column)} fills {box_name(array.box)}"
        raise WorkbookError(
            f"sheet {sheet!r}: the array formula in {where}, more than the {MAX_ARRAY:,} cells that can be calculated "
            "here; make it smaller"
        )


def count_cells(data: bytes) -> int:
    """Cells in the bytes of a worksheet part, counted without parsing it."""
    return data.count(b"<c ") + data.count(b"<c>") + data.count(b"<c/>") + data.count(b":c ")


def _row(text: str | None, following: int, sheet: str) -> int:
    if text is None:
        return following
    if not (text.isascii() and text.isdigit() and len(text) <= 7):
        raise WorkbookError(f"sheet {sheet!r} is damaged: {text[:20]!r} is no row")
    return int(text)


def _column(letters: str, sheet: str) -> int:
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):
        raise WorkbookError(f"sheet {sheet!r} is damaged: {letters[:20]!r} is no column")
    return column_number(letters)


def _spans(text: str) -> list[tuple[int, int]]:
    pairs = (span.partition(":") for span in text.split())
    return [(int(a), int(b)) for a, _, b in pairs if a.isdigit() and b.isdigit()]


def _insert(row: Element, cell: Element, column: int) -> None:
    """Put a cell into its row in column order, searching from the right: spills append."""
    for other in row.iterchildren(CELL, reversed=True):
        address = other.get("r")
        if address is None or column_number(address.rstrip("0123456789")) < column:
            other.addnext(cell)
            return
    row.insert(0, cell)


def _store(cell: Element, value: Value) -> None:
    for tag in (VALUE, INLINE):
        for old in cell.findall(tag):
            cell.remove(old)
    for attribute in ("t", "vm"):  # the value's type and its rich form belong to the old value
        cell.attrib.pop(attribute, None)
    if value is None:
        return
    formula = cell.find(FORMULA)
    kind, text = encode(value)
    if kind == "str" and formula is None:
        cell.set("t", "inlineStr")
        inline = cell.makeelement(INLINE)
        stored = inline.makeelement(TEXT)
        inline.append(stored)
    else:
        if kind:
            cell.set("t", kind)
        inline = stored = cell.makeelement(VALUE)
    stored.text = text
    if kind == "str" and (text != text.strip() or "\n" in text):
        stored.set(_SPACE, "preserve")
    if formula is None:
        cell.insert(0, inline)
    else:
        formula.addnext(inline)


def encode(value: float | bool | str | CellError) -> tuple[str, str]:
    """Type mark and text of a value."""
    if isinstance(value, bool):
        return "b", "1" if value else "0"
    if isinstance(value, CellError):
        return ("e" if value.value in _TYPED_ERRORS else "str"), value.value
    if isinstance(value, str):
        return "str", escape(value)
    return "", number_text(value)


def number_text(value: float) -> str:
    """Shortest text that reads back as the same number."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
