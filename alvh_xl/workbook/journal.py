"""The Journal: one row a morning, keyed by its as-of and replaced when that morning is refreshed again."""

from __future__ import annotations

from typing import Any

from alvh_xl.workbook.tables import journal_row
from alvh_xl.workbook.target import Target

KEY = "asof"


def write_journal(target: Target) -> list[str]:
    """Record the morning the workbook shows.

    The audits of the workbook read only rows before its own as-of, so this row changes no result of the same morning
    and nothing has to be calculated again.

    Parameters
    ----------
    target
        The recalculated workbook.

    Returns
    -------
    list of str
        A line for the user where the row could not be written.
    """
    if not target.has_table("Journal"):
        return ["the table Journal is gone from the workbook: this morning was not recorded"]
    columns, values = journal_row(target.value)
    headers = {header.casefold(): header for header in target.columns("Journal")}
    if gone := [name for name in columns if name.casefold() not in headers]:
        return [f"the Journal has no column {', '.join(gone)}: this morning was not recorded"]
    key = headers[KEY]
    new = {headers[name.casefold()]: value for name, value in zip(columns, values, strict=True)}
    if not isinstance(new[key], (int, float)):
        return ["the workbook shows no as-of: this morning was not recorded in the Journal"]
    # Columns the user added move with their rows; a column of formulas finds its row by itself.
    data = set(target.data_columns("Journal"))
    own = [name for name in headers.values() if name in new or name in data]
    table = [dict(zip(own, cells, strict=True)) for cells in target.table("Journal", own)]
    rows = [row for row in table if any(cell not in (None, "") for cell in row.values())]
    if not all(isinstance(row[key], float) for row in rows):
        return [f"a row of the Journal has no date in its column {key}: this morning was not recorded"]
    room = target.height("Journal")
    if not _enter(new, rows, key, room):
        return [f"the Journal is full ({room} mornings): this morning was not recorded; move old rows to a copy"]
    target.set_table("Journal", own, [tuple(row.get(name) for name in own) for row in rows])
    return []


def _enter(new: dict[str, Any], rows: list[dict[str, Any]], key: str, room: int) -> bool:
    """Put a row in place of the one of the same morning, else where it belongs; False when there is no room."""
    same = next((row for row in rows if abs(row[key] - new[key]) < 1e-9), None)
    if same is not None:
        same.update(new)
        return True
    if len(rows) >= room:
        return False
    rows.append(new)
    rows.sort(key=lambda row: float(row[key]))
    return True
