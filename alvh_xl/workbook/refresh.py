"""Refresh of a workbook file: market data into its tables, every formula recalculated, one report.

The file on disk is the old one or the new one, never anything between; what the user added to it stays.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alvh_xl.functions import REGISTRY, CellError
from alvh_xl.hosts.embedded import (
    Package,
    WorkbookError,
    cached_values,
    recalculate,
    save_atomically,
    set_name,
    set_table,
)
from alvh_xl.market import MarketMorning
from alvh_xl.workbook.files import open_workbook
from alvh_xl.workbook.journal import write_journal
from alvh_xl.workbook.own_columns import with_own_columns
from alvh_xl.workbook.tables import named_values, table_rows

Reader = Callable[[dt.datetime | None], MarketMorning]
Say = Callable[[str], None]
STAGES = 5


@dataclass(frozen=True)
class Outcome:
    """What a refresh did, for one screen."""

    path: Path
    asof: dt.datetime
    source: str
    headline: str
    decision: str
    binding: str
    reasons: list[str]
    warnings: list[str]
    formulas: int
    calls: int
    changed: int
    kept: list[str] = field(default_factory=list)


def refresh(path: Path, read: Reader, asof: dt.datetime | None = None, say: Say = lambda _: None) -> Outcome:
    """Bring a workbook up to the market of one morning.

    Parameters
    ----------
    path
        An .xlsx or .xlsm file that `alvh-xl new` made, however the user extended it since.
    read
        Reads the market as known at an instant (None: the source's own default).
    asof
        New York wall clock.
    say
        Called with one line before each stage.

    Raises
    ------
    WorkbookError, MarketError
        Nothing could be done; the file is untouched.
    """
    say(f"1/{STAGES} Opening {path.name}")
    package = open_workbook(path)
    _check_ours(package, path)
    say(f"2/{STAGES} Reading the market")
    morning = read(asof)
    say(f"3/{STAGES} Writing the market tables as of {morning.asof:%d-%b-%Y %H:%M} New York")
    warnings = write_market(package, morning)
    say(f"4/{STAGES} Recalculating")
    report = recalculate(package, evaluators(), morning.asof)
    warnings += write_journal(package, named_value(package))
    say(f"5/{STAGES} Saving")
    save_atomically(package.to_bytes(), path, package.origin)
    cell = _names(package)
    return Outcome(
        path=path,
        asof=morning.asof,
        source=morning.source,
        headline=cell("headline"),
        decision=cell("plan_decision"),
        binding=cell("plan_binding"),
        reasons=[text for i in range(1, 5) if (text := cell(f"plan_reason_{i}"))],
        warnings=[*warnings, *_market_warnings(package), *_check_warnings(package)],
        formulas=report.formulas,
        calls=report.calls,
        changed=report.changed,
        kept=report.kept,
    )


def evaluators() -> dict[str, Callable[[Any], Any]]:
    """Every cell function as a host calls it."""
    return {name: spec.evaluate for name, spec in REGISTRY.items()}


def write_market(package: Package, morning: MarketMorning) -> list[str]:
    """Write tables and named cells; returns one line for each that the user removed."""
    missing = []
    for name, (columns, rows) in table_rows(morning).items():
        table = package.table(name)
        if table is None:
            missing.append(
                f"table {name} is gone from the workbook: its data were not written. "
                "If it was renamed, give it its name back; if deleted, take it from an older copy"
            )
        else:
            written, cells, notes = with_own_columns(package, table, columns, rows)
            set_table(package, name, written, cells)
            missing += notes
    for name, value in named_values(morning).items():
        if name in package.names:
            set_name(package, name, value)
        else:
            missing.append(
                f"the named cell {name} is gone from the workbook: {value} was not written. "
                "Give the cell that holds it this name again"
            )
    return missing


def _check_ours(package: Package, path: Path) -> None:
    if not any(package.table(name) for name in ("Market", "History", "Curve")):
        raise WorkbookError(
            f"{path.name} has none of the tables Market, History and Curve: it was not made by `alvh-xl new`"
        )


def named_value(package: Package) -> Callable[[str], Any]:
    """Look up the value of a named cell; None when the name is gone or its cell blank."""

    def value(name: str) -> Any:
        if name not in package.names:
            return None
        sheet, box = package.names[name]
        return package.sheet(sheet).value(box.top, box.left)

    return value


def _names(package: Package) -> Callable[[str], str]:
    """Look up the text a named cell shows; "" when the name is gone or its cell blank."""

    look = named_value(package)

    def show(name: str) -> str:
        value = look(name)
        return "" if value is None else value.value if isinstance(value, CellError) else str(value)

    return show


def _table_cells(package: Package, name: str) -> list[dict[str, Any]]:
    table = package.table(name)
    if table is None:
        return []
    values = cached_values(package, table.sheet)
    area = table.data
    last = min(area.bottom, package.sheet(table.sheet).extent[0])
    columns = {column: area.left + place for place, column in enumerate(table.columns)}
    return [
        {column: values.get((row, place)) for column, place in columns.items()} for row in range(area.top, last + 1)
    ]


def _market_warnings(package: Package) -> list[str]:
    """Name the figures that are stale or missing, those of one status in one line."""
    found: dict[str, list[str]] = {}
    for row in _table_cells(package, "Market"):
        if row.get("status") in ("STALE", "MISSING"):
            found.setdefault(str(row["status"]), []).append(str(row.get("title")))
    return [f"{status}: {', '.join(titles)}" for status, titles in found.items()]


def _check_warnings(package: Package) -> list[str]:
    return [
        f"check fails: {row.get('check')} ({row.get('meaning')})"
        for row in _table_cells(package, "Checks")
        if row.get("result") not in (None, "PASS")
    ]
