"""Constants written into a workbook: cells, tables, named cells. A formula is never overwritten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from alvh_xl.functions.cells import CellError, number

from .addresses import box_name, cell_name, quoted
from .cells_xml import SheetXml, Value
from .errors import WorkbookError
from .package import Package

_DAYS_1900_TO_1904 = 1462
MAX_WRITTEN = 1_000_000  # cells of one table: rows left over are written too, as blanks


def set_cells(package: Package, sheet: str, values: Mapping[tuple[int, int], Any]) -> int:
    """Write constants into cells of a sheet; formats stay. Nothing is written when one of them can't be.

    Parameters
    ----------
    package
        The workbook.
    sheet
        Sheet name.
    values
        (row, column), counted from 1 → number, text, truth value, date, `CellError`, or None for a blank cell.

    Returns
    -------
    int
        How many cells have another value than before.

    Raises
    ------
    WorkbookError
        There is no such sheet, or a cell holds a formula or part of an array.
    """
    target = package.sheet(sheet)
    for place in values:
        _refuse_formula(target, place)
    return sum(target.write(*place, _value(value, package)) for place, value in values.items())


def set_table(package: Package, table_name: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> int:
    """Write rows into a table, which keeps its size: rows left over become blank. Other columns stay as they are.

    Parameters
    ----------
    package
        The workbook.
    table_name
        Name of the table.
    columns
        Headers of the columns to write, in the order of the values of a row.
    rows
        The values.

    Returns
    -------
    int
        How many cells have another value than before.

    Raises
    ------
    WorkbookError
        No such table or column, more rows than the table has, a row of another length, or a column of formulas.
    """
    table = package.table(table_name)
    if table is None:
        raise WorkbookError(f"the workbook has no table {table_name!r}")
    places = [table.column(column) for column in columns]
    missing = [column for column, place in zip(columns, places, strict=True) if place is None]
    if missing:
        raise WorkbookError(
            f"table {table.name} has no column {missing[0]!r}: if it was renamed, give it its name back; "
            "if deleted, insert it again"
        )
    data = table.data
    where = f"{quoted(table.sheet)}!{box_name(data)}"
    if data.height * len(columns) > MAX_WRITTEN:
        raise WorkbookError(
            f"table {table.name} ({where}) is too large to write: make it as long as its data, "
            f"{len(rows)} rows are enough"
        )
    if len(rows) > data.height:
        raise WorkbookError(f"table {table.name} ({where}) has {data.height} rows, {len(rows)} are to be written")
    values: dict[tuple[int, int], Any] = {}
    for offset in range(data.height):
        row = rows[offset] if offset < len(rows) else [None] * len(columns)
        if len(row) != len(columns):
            raise WorkbookError(f"row {offset + 1} for table {table.name} has {len(row)} values, not {len(columns)}")
        for place, value in zip(places, row, strict=True):
            if place is not None:
                values[data.top + offset, place] = value
    return _named(f"table {table.name}", package, table.sheet, values)


def set_name(package: Package, defined_name: str, value: Any) -> int:
    """Write a constant into a named cell.

    Raises
    ------
    WorkbookError
        There is no such name, it is not one cell, or the cell holds a formula.
    """
    found = package.names.get(defined_name) or next(
        (area for name, area in package.names.items() if name.casefold() == defined_name.casefold()), None
    )
    if found is None:
        raise WorkbookError(f"the workbook has no named cell {defined_name!r}")
    sheet, box = found
    if not box.single:
        raise WorkbookError(f"the name {defined_name} means {quoted(sheet)}!{box_name(box)}, not one cell")
    return _named(f"the named cell {defined_name}", package, sheet, {(box.top, box.left): value})


def _named(owner: str, package: Package, sheet: str, values: Mapping[tuple[int, int], Any]) -> int:
    """`set_cells`, saying what the cells are for."""
    try:
        return set_cells(package, sheet, values)
    except WorkbookError as problem:
        raise WorkbookError(f"{problem}: data of {owner} belong there; move the formula elsewhere") from problem


def _refuse_formula(sheet: SheetXml, place: tuple[int, int]) -> None:
    where = f"{quoted(sheet.name)}!{cell_name(*place)}"
    if place in sheet.formula_at:
        raise WorkbookError(f"{where} holds a formula and can't be overwritten")
    if any(array.box.holds(*place) for array in sheet.arrays):
        raise WorkbookError(f"{where} is part of an array and can't be overwritten")


def _value(value: Any, package: Package) -> Value:
    """A Python value as a cell holds it."""
    if value is None or isinstance(value, (str, CellError)):
        return value
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    found = number(value)
    if isinstance(found, float) and package.dates_from_1904 and isinstance(value, (dt.date, np.datetime64)):
        return found - _DAYS_1900_TO_1904
    return found
