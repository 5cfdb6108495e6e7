"""Tables of a values-only copy as CSV: numbers stay numbers, and no text can be taken for a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from typing import Final

from alvh_xl.functions.cells import CellError
from alvh_xl.hosts.embedded import Package, Table
from alvh_xl.hosts.embedded.cells_xml import Value

from .number_formats import cell_formats, is_date, moment

# What a spreadsheet program may take for the beginning of a formula, in the forms an input method writes too.
_SIGNS: Final = "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b\u2212"
_BLANKS: Final = "\\s\\x00-\\x20\u00a0\u200b-\u200f\u2028-\u202f\u2060\ufeff'\""
# At the start of a cell, or where a program that takes another character than the comma for the separator starts one.
_STARTS = re.compile(rf"(?P<before>^|[;\t\r\n|])(?P<blank>[{_BLANKS}]*)(?=[{_SIGNS}])")
_CONTROL = re.compile(r"^[\t\r\n]")


def neutral(text: str) -> str:
    """Text with an apostrophe before whatever a spreadsheet program would calculate.

    Examples
    --------
    >>> neutral("=1+1"), neutral("-2+3"), neutral("plain - text")
    ("'=1+1", "'-2+3", 'plain - text')
    """
    marked = _STARTS.sub(lambda found: f"{found['before']}'{found['blank']}", text)
    return f"'{marked}" if _CONTROL.match(marked) else marked


def csv_tables(package: Package) -> Iterator[tuple[str, bytes]]:
    """Every table of a values-only copy, as its name and the bytes of a CSV file.

    UTF-8 without a mark, fields separated by commas, texts in quotes, lines ended by CR LF; dates as
    `2018-10-04T09:00:00`, errors as their text, rows without any content at the end left out.
    """
    formats = cell_formats(package)
    for table in package.tables.values():
        rows = [*_rows(package, table, formats)]
        while rows and all(cell in ("", None) for cell in rows[-1]):
            rows.pop()
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
        writer.writerow([neutral(name) for name in table.columns])
        writer.writerows(rows)
        yield table.name, buffer.getvalue().encode("utf-8", "replace")


def _rows(package: Package, table: Table, formats: Callable[[str | None], str]) -> Iterator[list[object]]:
    sheet = package.sheet(table.sheet)
    last = min(table.box.bottom, sheet.extent[0])
    for row in range(table.data.top, last + 1):
        line: list[object] = []
        for column in range(table.box.left, table.box.right + 1):
            cell = sheet.cells.get((row, column))
            code = formats(cell.get("s")) if cell is not None else "General"
            line.append(_field(sheet.value(row, column), code, package.dates_from_1904))
        yield line


def _field(value: Value, code: str, from_1904: bool) -> object:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        when = moment(value, from_1904) if is_date(code) else None
        if when is not None:
            return when.isoformat() if value % 1 else when.date().isoformat()
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, CellError):
        return value.value
    return neutral(value) if value else ""


def file_word(name: str) -> str:
    """A name as part of a file name, on every system: letters, digits, dots, dashes and underscores."""
    return re.sub(r"[^\w.-]+", "_", name).strip("._")[:60] or "table"
