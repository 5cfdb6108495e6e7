"""Constant cells of the workbook, read without the engine: most calls need nothing else."""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable
from typing import Any

from .addresses import MAX_COLUMN, MAX_ROW, Box
from .arguments import Cells
from .calls import Grid, NotKnownError
from .cells_xml import BIG_SHEET, SheetXml, count_cells
from .package import Package
from .references import Area

_ROW = re.compile(rb'<row [^<>]*?\br="(\d+)"')


class Constants:
    """Values of cells no formula can change.

    Parameters
    ----------
    package
        The workbook.
    computed
        Value of a formula cell that is one of our calls with a known result; raises NotKnownError for any other.
    """

    def __init__(self, package: Package, computed: Callable[[str, int, int], Any]) -> None:
        self._package = package
        self._computed = computed
        self._grids: dict[Area, Grid] = {}
        self._columns: dict[str, dict[int, list[int]]] = {}
        self._extents: dict[str, tuple[int, int]] = {}
        self.sheets: dict[str, SheetXml] = {}
        for name, part in package.sheets.items():
            data = package.parts[part]
            if package.is_parsed(name) or b"<f" in data or b":f" in data or count_cells(data) <= BIG_SHEET:
                self.sheets[name] = package.sheet(name)

    def extent(self, sheet: str) -> tuple[int, int]:
        """Last used row and column of a sheet."""
        if sheet not in self._extents:
            found = self.sheets.get(sheet)
            raw = self._package.parts[self._package.sheets[sheet]]
            self._extents[sheet] = found.extent if found else (_last_row(raw), MAX_COLUMN)
        return self._extents[sheet]

    def clipped(self, area: Area) -> Area:
        """Area with whole columns and rows cut to what is used."""
        box = area.box
        if box.bottom < MAX_ROW and box.right < MAX_COLUMN:
            return area
        last_row, last_column = self.extent(area.sheet)
        if box.bottom == MAX_ROW:
            box = box._replace(bottom=max(box.top, last_row))
        if box.right == MAX_COLUMN:
            box = box._replace(right=max(box.left, last_column))
        return Area(area.sheet, box)

    def cells(self, argument: Cells) -> Any:
        """Value of a reference argument.

        Raises
        ------
        NotKnownError
            A formula other than a known call of ours lies in it, or an array may reach into it.
        """
        if len(argument.areas) == 1 and argument.areas[0].box.single:
            area = argument.areas[0]
            return self._one(area.sheet, area.box.top, area.box.left)
        return union([self._grid(self.clipped(area)) for area in argument.areas])

    def _one(self, sheet: str, row: int, column: int) -> Any:
        found = self.sheets.get(sheet)
        if found is None:
            raise NotKnownError
        if (row, column) in found.formula_at:
            return self._computed(sheet, row, column)
        if found.arrays and _array_may_reach(found, Box(row, column, row, column)):
            raise NotKnownError
        return found.value(row, column)

    def _grid(self, area: Area) -> Grid:
        grid = self._grids.get(area)
        if grid is not None:
            return grid
        found, box = self.sheets.get(area.sheet), area.box
        if found is None or (found.arrays and _array_may_reach(found, box)):
            raise NotKnownError
        known = {place: self._computed(area.sheet, *place) for place in self._formulas_in(found, box)}
        columns = range(box.left, box.right + 1)
        value = found.value
        rows = range(box.top, box.bottom + 1)
        grid = [[known[r, c] if (r, c) in known else value(r, c) for c in columns] for r in rows]
        if not known:
            self._grids[area] = grid
        return grid

    def _formulas_in(self, sheet: SheetXml, box: Box) -> list[tuple[int, int]]:
        """Formula cells in a rectangle, found without walking through all of it."""
        columns = self._columns.get(sheet.name)
        if columns is None:
            columns = self._columns[sheet.name] = {}
            for row, column in sorted(sheet.formula_at):
                columns.setdefault(column, []).append(row)
        places = []
        for column in range(box.left, box.right + 1) if box.width < len(columns) else columns:
            rows = columns.get(column, [])
            if box.left <= column <= box.right:
                first, last = bisect.bisect_left(rows, box.top), bisect.bisect_right(rows, box.bottom)
                places += [(row, column) for row in rows[first:last]]
        return places


def _last_row(data: bytes) -> int:
    """Number of the last row of a sheet that was not parsed."""
    found = _ROW.match(data, max(data.rfind(b"<row "), 0))
    return int(found[1]) if found else MAX_ROW


def _array_may_reach(sheet: SheetXml, box: Box) -> bool:
    """Whether an array formula fills, or might come to fill, a cell of a rectangle."""
    return any(
        array.row <= box.bottom
        and array.column <= box.right
        and (array.kind == "dynamic" or (array.box.bottom >= box.top and array.box.right >= box.left))
        for array in sheet.arrays
    )


def union(grids: list[Grid]) -> Any:
    """Areas of a reference as one range: one below the other."""
    return grids[0] if len(grids) == 1 else [row for grid in grids for row in grid]
