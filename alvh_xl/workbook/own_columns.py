"""Columns a user added to a table that a refresh writes: what is typed there moves along with its row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from alvh_xl.functions.cells import number

if TYPE_CHECKING:
    from alvh_xl.workbook.target import Target

# What tells the rows of a table apart.
KEYS: Final[dict[str, tuple[str, ...]]] = {
    "Market": ("series",), "History": ("date",), "Curve": ("contract",), "Macro": ("month",),
    "Calendar": ("event", "when"),
    "Condor": ("instrument", "option_kind", "strike", "expiry", "settlement"),
    "Hedges": ("instrument", "option_kind", "strike", "expiry", "settlement"),
    "Companies": ("company",), "ReitFlow": ("session",),
}  # fmt: skip

Key = tuple[Any, ...]


def with_own_columns(
    target: Target, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> tuple[list[str], list[tuple[Any, ...]], list[str]]:
    """Data columns and rows of a table with the user's typed columns beside them, each value in its row.

    Parameters
    ----------
    target, table
        The workbook before it is written, and the name of the table.
    columns, rows
        What is to be written.

    Returns
    -------
    tuple
        Columns, rows, and a line for the user where typed values belong to rows that left the table.
    """
    ours = {name.casefold() for name in columns}
    headers = target.columns(table)
    added = [name for name in headers if name.casefold() not in ours]
    data = set(target.data_columns(table)) if added else set()
    own = [name for name in added if name in data]
    keys = KEYS.get(table, ())
    there = {name.casefold() for name in headers}
    if not own or not keys or not all(key.casefold() in there for key in keys):
        return list(columns), [tuple(row) for row in rows], []
    typed = _typed(target, table, keys, own)
    places = [list(columns).index(key) for key in keys]
    blank = (None,) * len(own)
    merged = []
    for row in rows:
        queue = typed.get(key_of([row[place] for place in places], target))
        merged.append((*row, *(queue.pop(0) if queue else blank)))
    lost = sum(map(len, typed.values()))
    notes = []
    if lost:
        gone, beside = ("a row", "it") if lost == 1 else (f"{lost} rows", "them")
        notes.append(
            f"table {table}: {gone} left the table, and what was typed beside {beside} in {', '.join(own)} "
            f"went with {beside}"
        )
    return [*columns, *own], merged, notes


def _typed(target: Target, table: str, keys: Sequence[str], own: Sequence[str]) -> dict[Key, list[Key]]:
    """Values of the user's columns by the key of their row (blank rows share one); rows with nothing typed left out."""
    found: dict[Key, list[Key]] = {}
    for row in target.table(table, [*keys, *own]):
        key, values = row[: len(keys)], tuple(row[len(keys) :])
        if any(value is not None for value in values):
            found.setdefault(key_of(key, target), []).append(values)
    return found


def key_of(values: Sequence[Any], target: Target) -> Key:
    """Key of a row: moments to the second, as both a cell and the market hold them."""
    shift = 1462 if target.from_1904 else 0
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
