"""What a refresh writes to: a workbook file, or the workbook open in Excel. One protocol, so that both get the same.

`alvh_xl.hosts.excel.book.OpenBook` has these methods itself; `FileTarget` gives them to a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from alvh_xl.hosts.embedded import Package, Table, cached_values, set_name, set_table
from alvh_xl.market import MarketMorning
from alvh_xl.workbook import leg_quotes
from alvh_xl.workbook.imported import write_imported
from alvh_xl.workbook.own_columns import with_own_columns
from alvh_xl.workbook.tables import named_values, table_rows


class Target(Protocol):
    """A workbook by its tables and named cells, wherever the user moved them; names in any case."""

    @property
    def from_1904(self) -> bool:
        """Whether its dates count from 1904."""

    def has_table(self, name: str) -> bool:
        """Whether there is a table of this name."""

    def has_name(self, name: str) -> bool:
        """Whether there is a cell of this name."""

    def value(self, name: str) -> Any:
        """Value of a named cell; None when the name is gone or its cell blank."""

    def columns(self, name: str) -> list[str]:
        """Headers of a table."""

    def data_columns(self, name: str) -> list[str]:
        """Headers of the columns of a table in which no cell holds a formula."""

    def table(self, name: str, columns: Sequence[str]) -> list[list[Any]]:
        """Cells of some columns of a table, row by row; blank rows at its end may be left out."""

    def height(self, name: str) -> int:
        """How many rows a table has room for."""

    def set_table(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Write rows into columns of a table, which keeps its size: rows left over become blank."""

    def set_name(self, name: str, value: Any) -> None:
        """Write a constant into a named cell."""


class FileTarget:
    """A workbook file as a target."""

    def __init__(self, package: Package) -> None:
        self._package = package

    @property
    def from_1904(self) -> bool:
        """Whether its dates count from 1904."""
        return self._package.dates_from_1904

    def has_table(self, name: str) -> bool:
        """Whether there is a table of this name."""
        return self._package.table(name) is not None

    def has_name(self, name: str) -> bool:
        """Whether there is a cell of this name."""
        return name in self._package.names

    def value(self, name: str) -> Any:
        """Value of a named cell; None when the name is gone or its cell blank."""
        if name not in self._package.names:
            return None
        sheet, box = self._package.names[name]
        return self._package.sheet(sheet).value(box.top, box.left)

    def columns(self, name: str) -> list[str]:
        """Headers of a table."""
        return list(self._table(name).columns)

    def data_columns(self, name: str) -> list[str]:
        """Headers of the columns of a table in which no cell holds a formula."""
        table = self._table(name)
        area = table.data
        places = {place for row, place in self._package.sheet(table.sheet).formula_at if area.top <= row <= area.bottom}
        return [column for place, column in enumerate(table.columns, area.left) if place not in places]

    def table(self, name: str, columns: Sequence[str]) -> list[list[Any]]:
        """Cells of some columns of a table, row by row, down to the last row of the sheet that has cells."""
        table = self._table(name)
        values = cached_values(self._package, table.sheet)
        places = [table.column(column) for column in columns]
        last = min(table.data.bottom, self._package.sheet(table.sheet).extent[0])
        return [
            [None if place is None else values.get((row, place)) for place in places]
            for row in range(table.data.top, last + 1)
        ]

    def height(self, name: str) -> int:
        """How many rows a table has room for."""
        area = self._table(name).data
        return area.bottom - area.top + 1

    def set_table(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Write rows into columns of a table, which keeps its size: rows left over become blank."""
        set_table(self._package, name, columns, rows)

    def set_name(self, name: str, value: Any) -> None:
        """Write a constant into a named cell."""
        set_name(self._package, name, value)

    def _table(self, name: str) -> Table:
        table = self._package.table(name)
        if table is None:
            raise KeyError(name)
        return table


def is_morning(target: Target) -> bool:
    """Whether this is a workbook of ours, however the user changed it since."""
    return any(target.has_table(name) for name in ("Market", "History", "Curve"))


def write_market(target: Target, morning: MarketMorning) -> list[str]:
    """Write tables and named cells; returns one line for each that the user removed."""
    missing = []
    for name, (columns, rows) in table_rows(morning).items():
        if target.has_table(name):
            written, cells, notes = with_own_columns(target, name, columns, rows)
            target.set_table(name, written, cells)
            missing += notes
        else:
            missing.append(
                f"the table {name} is gone from the workbook: its data were not written. "
                "If it was renamed, give it its name back; if deleted, take it from an older copy"
            )
    leg_quotes.write(target, morning.quotes)
    missing += write_imported(target, morning)
    for name, value in named_values(morning).items():
        if target.has_name(name):
            target.set_name(name, value)
        else:
            missing.append(
                f"the named cell {name} is gone from the workbook: {value} was not written. "
                "Give the cell that holds it this name again"
            )
    return missing
