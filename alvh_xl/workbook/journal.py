"""The Journal: one row a morning, keyed by its as-of and replaced when that morning is refreshed again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from alvh_xl.hosts.embedded import Package, Table, cached_values, set_table
from alvh_xl.workbook.own_columns import has_formulas
from alvh_xl.workbook.tables import journal_row

KEY = "asof"


def write_journal(package: Package, cell: Callable[[str], Any]) -> list[str]:
    """Record the morning the workbook shows.

    The audits of the workbook read only rows before its own as-of, so this row changes no result of the same morning
    and nothing has to be calculated again.

    Parameters
    ----------
    package
        The recalculated workbook.
    cell
        Value of a named cell.

    Returns
    -------
    list of str
        A line for the user where the row could not be written.
    """
    table = package.table("Journal")
    if table is None:
        return ["table Journal is gone from the workbook: this morning was not recorded"]
    columns, values = journal_row(cell)
    new = dict(zip(columns, values, strict=True))
    if gone := [name for name in columns if name not in table.columns]:
        return [f"the Journal has no column {', '.join(gone)}: this morning was not recorded"]
    if not isinstance(new[KEY], (int, float)):
        return ["the workbook shows no as-of: this morning was not recorded in the Journal"]
    # Columns the user added move with their rows; a column of formulas finds its row by itself.
    own = [name for name in table.columns if name in new or not has_formulas(package, table, name)]
    rows = [row for row in _rows(package, table) if any(row[name] not in (None, "") for name in own)]
    if not all(isinstance(row[KEY], float) for row in rows):
        return [f"a row of the Journal has no date in its column {KEY}: this morning was not recorded"]
    same = next((row for row in rows if abs(row[KEY] - new[KEY]) < 1e-9), None)
    if same is None:
        room = table.data.bottom - table.data.top + 1
        if len(rows) >= room:
            return [f"the Journal is full ({room} mornings): this morning was not recorded; move old rows to a copy"]
        rows.append(new)
        rows.sort(key=lambda row: float(row[KEY]))
    else:
        same.update(new)
    set_table(package, "Journal", own, [tuple(row.get(name) for name in own) for row in rows])
    return []


def _rows(package: Package, table: Table) -> list[dict[str, Any]]:
    values = cached_values(package, table.sheet)
    area = table.data
    places = {name: area.left + offset for offset, name in enumerate(table.columns)}
    last = min(area.bottom, package.sheet(table.sheet).extent[0])  # below it there are no cells
    return [{name: values.get((row, column)) for name, column in places.items()} for row in range(area.top, last + 1)]
