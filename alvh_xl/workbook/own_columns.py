"""Columns a user added to a table that a refresh writes: what is typed there moves along with its row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from alvh_xl.functions.cells import number
from alvh_xl.hosts.embedded import Package, Table

# What tells the rows of a table apart.
KEYS: Final[dict[str, tuple[str, ...]]] = {
    "Market": ("series",), "History": ("date",), "Curve": ("contract",), "Macro": ("month",),
    "Calendar": ("event", "when"),
}  # fmt: skip

Key = tuple[Any, ...]


def has_formulas(package: Package, table: Table, name: str) -> bool:
    """Whether a column of a table holds a formula, which finds its row by itself."""
    column = table.column(name)
    sheet = package.sheet(table.sheet)
    return any(at == column and table.data.top <= row <= table.data.bottom for row, at in sheet.formula_at)


def with_own_columns(
    package: Package, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> tuple[list[str], list[tuple[Any, ...]], list[str]]:
    """Data columns and rows of a table with the user's typed columns beside them, each value in its row.

    Parameters
    ----------
    package, table
        The workbook before it is written, and the table.
    columns, rows
        What is to be written.

    Returns
    -------
    tuple
        Columns, rows, and a line for the user where typed values belong to rows that left the table.
    """
    ours = {name.casefold() for name in columns}
    own = [name for name in table.columns if name.casefold() not in ours and not has_formulas(package, table, name)]
    keys = KEYS.get(table.name, ())
    if not own or any(table.column(key) is None for key in keys) or not keys:
        return list(columns), [tuple(row) for row in rows], []
    typed = _typed(package, table, keys, own)
    places = [list(columns).index(key) for key in keys]
    blank = (None,) * len(own)
    merged = [(*row, *typed.pop(_key([row[place] for place in places], package), blank)) for row in rows]
    lost = sum(any(value is not None for value in values) for values in typed.values())
    notes = []
    if lost:
        notes.append(
            f"table {table.name}: {lost} rows left the table, and what was typed beside them in {', '.join(own)} "
            "went with them"
        )
    return [*columns, *own], merged, notes


def _typed(package: Package, table: Table, keys: Sequence[str], own: Sequence[str]) -> dict[Key, Key]:
    """Values of the user's columns by the key of their row; rows with nothing typed are left out."""
    sheet = package.sheet(table.sheet)
    found: dict[Key, Key] = {}
    for row in range(table.data.top, min(table.data.bottom, sheet.extent[0]) + 1):
        values = tuple(sheet.value(row, table.column(name) or 0) for name in own)
        if any(value is not None for value in values):
            found[_key([sheet.value(row, table.column(key) or 0) for key in keys], package)] = values
    return found


def _key(values: Sequence[Any], package: Package) -> Key:
    """Key of a row: moments to the second, as both a cell and the market hold them."""
    shift = 1462 if package.dates_from_1904 else 0
    key: list[Any] = []
    for value in values:
        if isinstance(value, float):
            key.append(round((value + shift) * 86_400))
        elif value is None or isinstance(value, str):
            key.append(value)
        else:
            found = number(value)
            key.append(round(found * 86_400) if isinstance(found, float) else value)
    return tuple(key)
