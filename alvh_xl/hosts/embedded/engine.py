"""The calculation engine behind a small interface: cellrune computes ordinary formulas, and nothing else is asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any, Literal

from alvh_xl.functions.cells import ERROR_BY_TEXT, CellError, serial_from_datetime

from .addresses import Box, cell_name, parse_cell
from .cells_xml import Value
from .errors import WorkbookError

_READ_AT_ONCE = 500_000  # cells; the engine returns at most 1,048,576
_DAYS_1900_TO_1904 = 1462


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The engine has no value for a cell.

    Attributes
    ----------
    code
        The engine's word for the reason, such as "unsupported_function".
    detail
        The name or function concerned, when it says.
    """

    code: str
    detail: str = ""


EngineValue = Value | Unavailable
Spill = Box | Literal["free"] | None  # a dynamic array of a size or of any size, or none


@cache
def engine_functions() -> frozenset[str]:
    """Upper-case names of the functions the engine computes."""
    import cellrune  # with the engine's first use: what only reads or writes workbooks starts sooner, and without it

    return frozenset(entry["name"].upper() for entry in cellrune.function_catalog()["entries"])


class Engine:
    """A workbook loaded into the engine.

    Parameters
    ----------
    data
        A workbook made by `engine_copy`.
    now
        The moment TODAY() and NOW() mean, and the seed of RAND(); never the clock.
    from_1904
        Whether the workbook counts days from 1904.
    """

    def __init__(self, data: bytes, now: dt.datetime, from_1904: bool = False) -> None:
        import cellrune

        self._failure: type[Exception] = cellrune.CellRuneError
        try:
            self._book = cellrune.Workbook.from_bytes(data, read_limits=_limits(len(data)))
        except self._failure as error:
            raise WorkbookError(f"the workbook can't be calculated: {error}") from error
        serial = serial_from_datetime(now) - (_DAYS_1900_TO_1904 if from_1904 else 0)
        self._moment: dict[str, Any] = {
            "today_serial": float(int(serial)),
            "now_serial": serial,
            "random_seed": int(serial * 86400) & 0xFFFFFFFF,
        }
        self._edits: list[Any] = []
        self._calculated = False

    def set_value(self, sheet: str, row: int, column: int, value: Value) -> None:
        """Put a constant into a cell at the next calculation."""
        change = {"kind": "set_value", "sheet": sheet, "address": cell_name(row, column), "value": _to_engine(value)}
        self._edits.append(change)

    def set_formula(self, sheet: str, row: int, column: int, text: str, spill: Spill = None) -> None:
        """Put a formula (without its equals sign) into a cell at the next calculation."""
        change: dict[str, Any] = {"kind": "set_formula", "sheet": sheet, "address": cell_name(row, column)}
        change["formula"] = "=" + text
        if spill == "free":
            change["dynamic_array"] = True
        elif spill is not None:
            change["dynamic_range"] = f"{cell_name(spill.top, spill.left)}:{cell_name(spill.bottom, spill.right)}"
        self._edits.append(change)

    def calculate(self) -> set[tuple[str, int, int]] | None:
        """Bring every formula up to date.

        Returns
        -------
        set of (sheet, row, column), or None
            The cells whose value changed; None at the first calculation, when all did.
        """
        try:
            if self._edits:
                self._book.apply_changes(self._book.summary()["semantic_revision"], self._edits)
                self._edits = []
            if not self._calculated:
                self._calculated = True
                self._book.calculate(**self._moment)
                return None
            delta = self._book.recalculate(**self._moment)
        except self._failure as error:
            raise WorkbookError(f"the workbook can't be calculated: {error}") from error
        cells = [item["cell"] for item in delta["changed_cells"]] + delta["removed_materialized_cells"]
        return {(cell["sheet_name"], *parse_cell(cell["address"])) for cell in cells}

    def read(self, sheet: str, box: Box) -> list[list[EngineValue]]:
        """Values of a rectangle, row by row."""
        rows: list[list[EngineValue]] = []
        step = max(1, _READ_AT_ONCE // box.width)
        for top in range(box.top, box.bottom + 1, step):
            bottom = min(box.bottom, top + step - 1)
            page = self._book.read_values(sheet, cell_name(top, box.left), cell_name(bottom, box.right))
            rows += [[_from_engine(value) for value in row] for row in page]
        return rows

    def read_cells(self, sheet: str, cells: Collection[tuple[int, int]]) -> dict[tuple[int, int], EngineValue]:
        """Values of scattered cells, read in few rectangles."""
        found: dict[tuple[int, int], EngineValue] = {}
        for box in _covering(cells):
            for row, values in enumerate(self.read(sheet, box), box.top):
                for column, value in enumerate(values, box.left):
                    found[row, column] = value
        return found


def _covering(cells: Iterable[tuple[int, int]]) -> Iterator[Box]:
    """Rectangles that hold all cells and little else: runs of rows of the same extent are taken together."""
    open_box: Box | None = None
    for row, group in groupby(sorted(cells), key=lambda cell: cell[0]):
        columns = [column for _, column in group]
        for left, right in _runs(columns):
            line = Box(row, left, row, right)
            if open_box is not None and line.top - open_box.bottom in (0, 1):
                merged = Box(open_box.top, min(open_box.left, left), row, max(open_box.right, right))
                if merged.width <= open_box.width + 64 and merged.width <= line.width + 64:
                    open_box = merged
                    continue
            if open_box is not None:
                yield open_box
            open_box = line
    if open_box is not None:
        yield open_box


def _runs(columns: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of columns without a wide gap."""
    start = last = columns[0]
    for column in columns[1:]:
        if column - last > 64:
            yield start, last
            start = column
        last = column
    yield start, last


def _limits(size: int) -> Any:
    """Room for a workbook that has already passed our own limits."""
    room = max(size, 2**20) * 2
    return {
        "max_archive_bytes": room,
        "max_entry_uncompressed_bytes": room,
        "max_total_uncompressed_bytes": room,
        "max_cells_per_sheet": 20_000_000,
        "max_total_cells": 20_000_000,
        "max_shared_strings": 20_000_000,
        "max_total_shared_string_bytes": room,
        "max_total_cell_text_bytes": room,
        "max_total_formula_bytes": room,
    }


def _to_engine(value: Value) -> dict[str, Any]:
    if value is None:
        return {"kind": "blank"}
    if isinstance(value, bool):
        return {"kind": "logical", "value": value}
    if isinstance(value, CellError):
        return {"kind": "error", "value": value.value}
    if isinstance(value, str):
        return {"kind": "text", "value": value}
    return {"kind": "number", "value": float(value)}


def _from_engine(value: Any) -> EngineValue:
    kind = value["kind"]
    if kind == "blank":
        return None
    if kind == "error":
        return ERROR_BY_TEXT.get(value["value"], CellError.VALUE)
    if kind == "unavailable":
        return Unavailable(value["code"].removeprefix("calculation."), value.get("detail") or "")
    if kind == "unsupported":
        return Unavailable("unsupported_value")
    found: float | bool | str = value["value"]
    return found
