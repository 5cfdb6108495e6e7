"""Tables for typing that imported files may fill: company accounts, and shares and net asset value of the REIT fund.

What the user typed there stays: a table with a row that no file brought is left as it is, and a line says so. Rows that
files brought are as of the morning: where nothing was known by then, they become blank.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from alvh_xl.market.morning import FUNDAMENTALS_COLUMNS, MarketMorning
from alvh_xl.workbook.own_columns import key_of, with_own_columns

if TYPE_CHECKING:
    from alvh_xl.workbook.target import Target

IMPORTED: Final = "imported"
# What a new workbook holds before anybody typed: the sample's companies.
REPLACED: Final = (IMPORTED, "ILLUSTRATIVE")

Rows = list[tuple[Any, ...]]


def write_imported(target: Target, morning: MarketMorning) -> list[str]:
    """Write what files brought; returns one line for each table that holds typed rows."""
    notes = []
    companies: Rows = [row for row in morning.fundamentals.rows if row[-1] == IMPORTED]
    flows: Rows = list(morning.flows.rows)
    if target.has_table("Companies") and (companies or _only_imported(target)):
        size = target.height("Companies")
        largest = sorted(companies, key=lambda row: -float(row[1] or 0))[:size]
        if len(companies) > size:
            notes.append(f"table Companies: {len(companies)} companies were imported, the {size} largest are shown")
        notes += _write(target, "Companies", FUNDAMENTALS_COLUMNS, largest, _typed_companies(target))
    if morning.flow_days | {row[0] for row in flows} and target.has_table("ReitFlow"):
        newest = flows[-target.height("ReitFlow") :]
        typed = _typed_sessions(target, morning)
        if newest or not typed:
            notes += _write(target, "ReitFlow", morning.flows.columns, newest, typed)
    return notes


def _write(target: Target, table: str, columns: Sequence[str], rows: Rows, typed: bool) -> list[str]:
    if typed:
        return [
            f"table {table}: it holds rows that were typed and was left as it is; clear it to take the imported ones"
        ]
    written, cells, notes = with_own_columns(target, table, columns, rows)
    target.set_table(table, written, cells)
    return notes


def _only_imported(target: Target) -> bool:
    """Whether there are companies, and files brought them all."""
    found = {status for company, status in target.table("Companies", ["company", "status"]) if company is not None}
    return found == {IMPORTED}


def _typed_companies(target: Target) -> bool:
    rows = target.table("Companies", ["company", "status"])
    return any(company is not None and status not in REPLACED for company, status in rows)


def _typed_sessions(target: Target, morning: MarketMorning) -> bool:
    """Whether a session stands in the table that no file brought, for this morning or a later one."""
    known = {key_of([day], target) for day in morning.flow_days.union(morning.flows.column("session"))}
    rows = target.table("ReitFlow", ["session"])
    return any(row[0] is not None and key_of(row, target) not in known for row in rows)
