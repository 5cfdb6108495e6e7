"""Small workbooks and stand-in functions for the tests of the embedded host."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter

from alvh_xl.functions.cells import CellError
from alvh_xl.hosts.embedded import Package, Report, cached_values, recalculate
from alvh_xl.hosts.embedded.addresses import parse_cell

NOW = dt.datetime(2026, 11, 20, 9, 30)
STALE = -999  # what every formula shows before a refresh

Function = Callable[[Sequence[Any]], Any]


def workbook(build: Callable[[Any], None]) -> bytes:
    """Bytes of a workbook that `build` lays out with XlsxWriter."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"use_future_functions": True})
    build(book)
    book.close()
    return buffer.getvalue()


def with_part(data: bytes, part: str, change: Callable[[str], str]) -> bytes:
    """The same workbook with the text of one part changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            text = old.read(info)
            new.writestr(info, change(text.decode()).encode() if info.filename == part else text)
    return buffer.getvalue()


def plain(data: bytes, part: str = "xl/worksheets/sheet1.xml") -> bytes:
    """The same workbook with the dynamic arrays of a sheet made ordinary formulas, as an old program writes them."""
    return with_part(data, part, lambda text: re.sub(r' cm="1"><f t="array" ref="\w+">', "><f>", text))


@dataclass
class Refreshed:
    """A workbook after recalculation."""

    package: Package
    report: Report
    data: bytes

    def cell(self, address: str, sheet: str = "S") -> Any:
        """Value a cell shows."""
        return self.package.sheet(sheet).value(*parse_cell(address))

    def column(self, letter: str, count: int, sheet: str = "S") -> list[Any]:
        """Values of the first cells of a column."""
        return [self.cell(f"{letter}{row}", sheet) for row in range(1, count + 1)]

    def kept(self, address: str, sheet: str = "S") -> str | None:
        """Why a cell kept its old value; None when it did not."""
        mark = f"{sheet}!{address}: "
        return next((line.removeprefix(mark) for line in self.report.kept if line.startswith(mark)), None)


def refresh(data: bytes, functions: Mapping[str, Function] | None = None, now: dt.datetime = NOW) -> Refreshed:
    """Recalculate a workbook."""
    package = Package.from_bytes(data)
    report = recalculate(package, FUNCTIONS if functions is None else functions, now)
    return Refreshed(package, report, package.to_bytes())


def values_of(data: bytes, sheet: str = "S") -> dict[tuple[int, int], Any]:
    """Values a sheet of a file shows."""
    return cached_values(Package.from_bytes(data), sheet)


# ---- stand-in functions: each lifts over ranges itself and treats error arguments its own way -----------------


def _cells(arguments: Sequence[Any]) -> list[Any]:
    return [
        cell
        for argument in arguments
        for row in (argument if isinstance(argument, list) else [[argument]])
        for cell in row
    ]


def total(arguments: Sequence[Any]) -> Any:
    """Sum of all numbers; the first error is the result."""
    cells = _cells(arguments)
    error = next((cell for cell in cells if isinstance(cell, CellError)), None)
    return sum(cell for cell in cells if isinstance(cell, float)) if error is None else error


def show(arguments: Sequence[Any]) -> str:
    """The arguments as the function got them, as text."""
    return ";".join(_shown(argument) for argument in arguments)


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return "[" + "/".join(",".join(_shown(cell) for cell in row) for row in value) + "]"
    return "blank" if value is None else str(value) if not isinstance(value, float) else f"{value:g}"


def double(arguments: Sequence[Any]) -> Any:
    """Each number twice."""
    value = arguments[0]
    if isinstance(value, list):
        return [[_doubled(cell) for cell in row] for row in value]
    return _doubled(value)


def _doubled(value: Any) -> Any:
    return value * 2 if isinstance(value, float) else 0.0 if value is None else value


def is_error(arguments: Sequence[Any]) -> bool:
    """Whether the argument is an error."""
    return isinstance(arguments[0], CellError)


def table(_: Sequence[Any]) -> list[list[Any]]:
    """A header and two rows, with a blank, a truth value and an error in it."""
    return [["name", None], [1.5, True], [CellError.NA, "text"]]


def fail(_: Sequence[Any]) -> Any:
    """A function with a defect."""
    raise RuntimeError("a defect")


FUNCTIONS: dict[str, Function] = {
    "ALVH_TOTAL": total,
    "ALVH_SHOW": show,
    "ALVH_DOUBLE": double,
    "ALVH_IS_ERROR": is_error,
    "ALVH_TABLE": table,
    "ALVH_FAIL": fail,
}
