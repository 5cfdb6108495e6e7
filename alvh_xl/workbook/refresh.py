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
    WorkbookError,
    recalculate,
    save_atomically,
)
from alvh_xl.market import MarketMorning
from alvh_xl.market.legs import LegReader
from alvh_xl.workbook import leg_quotes
from alvh_xl.workbook.files import open_workbook
from alvh_xl.workbook.journal import write_journal
from alvh_xl.workbook.target import FileTarget, is_morning, write_market

Reader = Callable[[dt.datetime | None], MarketMorning]
Say = Callable[[str], None]
STAGES = 5
TYPED = "typed"  # source of a figure no provider serves


@dataclass(frozen=True)
class Outcome:
    """What a refresh did, for one screen.

    `obstacle` says in one sentence why there is no decision when the position does not fit the morning or figures are
    missing; it is the sheet's own, and "" otherwise.
    """

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
    obstacle: str = ""


def refresh(path: Path, read: Reader, asof: dt.datetime | None = None, say: Say = lambda _: None) -> Outcome:
    """Bring a workbook up to the market of one morning.

    Parameters
    ----------
    path
        An .xlsx or .xlsm file that `alvh-xl new` made, however the user extended it since.
    read
        Reads the market as known at an instant (None: the source's own default); a LegReader also the quotes of the
        workbook's legs.
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
    target = FileTarget(package)
    _check_ours(target, path)
    say(f"2/{STAGES} Reading the market")
    morning = read.read(asof, leg_quotes.wanted(target)) if isinstance(read, LegReader) else read(asof)
    say(f"3/{STAGES} Writing the market tables as of {morning.asof:%d-%b-%Y %H:%M} New York")
    warnings = write_market(target, morning)
    say(f"4/{STAGES} Recalculating")
    report = recalculate(package, evaluators(), morning.asof)
    warnings += write_journal(target)
    say(f"5/{STAGES} Saving")
    save_atomically(package.to_bytes(), path, package.origin)
    cell = _names(target)
    obstacle = _obstacle(cell)
    return Outcome(
        path=path,
        asof=morning.asof,
        source=morning.source,
        headline=cell("headline"),
        decision=cell("plan_decision"),
        binding=cell("plan_binding"),
        reasons=[text for i in range(1, 5) if (text := cell(f"plan_reason_{i}"))],
        warnings=[*warnings, *_market_warnings(target), *_quote_warnings(target), *_check_warnings(target, obstacle)],
        formulas=report.formulas,
        calls=report.calls,
        changed=report.changed,
        kept=report.kept,
        obstacle=obstacle,
    )


def evaluators() -> dict[str, Callable[[Any], Any]]:
    """Every cell function as a host calls it."""
    return {name: spec.evaluate for name, spec in REGISTRY.items()}


def _check_ours(target: FileTarget, path: Path) -> None:
    if not is_morning(target):
        raise WorkbookError(
            f"{path.name} has none of the tables Market, History and Curve: it was not made by `alvh-xl new`"
        )


def _names(target: FileTarget) -> Callable[[str], str]:
    """Look up the text a named cell shows; "" when the name is gone or its cell blank."""

    def show(name: str) -> str:
        value = target.value(name)
        return "" if value is None else value.value if isinstance(value, CellError) else str(value)

    return show


def _table_cells(target: FileTarget, name: str) -> list[dict[str, Any]]:
    if not target.has_table(name):
        return []
    columns = target.columns(name)
    return [dict(zip(columns, row, strict=True)) for row in target.table(name, columns)]


def _obstacle(cell: Callable[[str], str]) -> str:
    text = cell("obstacle")
    return "" if text.startswith("#") else text


def _market_warnings(target: FileTarget) -> list[str]:
    """Name the figures that are stale or missing, those of one status in one line.

    What the user types has no source to complain about: its cells on Market say so, not a line every morning.
    """
    found: dict[str, list[str]] = {}
    for row in _table_cells(target, "Market"):
        if row.get("status") in ("STALE", "MISSING") and row.get("source") != TYPED:
            found.setdefault(str(row["status"]), []).append(str(row.get("title")))
    return [f"{status}: {', '.join(titles)}" for status, titles in found.items()]


def _quote_warnings(target: FileTarget) -> list[str]:
    """Name the legs whose quote is unsound or old, where any leg has one."""
    rows = _table_cells(target, leg_quotes.TABLE)
    if not any(row.get("contract") for row in rows):
        return []
    found: dict[str, list[str]] = {}
    for row in rows:
        if row.get("flag") not in (None, "", "OK"):
            found.setdefault(str(row["flag"]), []).append(str(row.get("leg")))
    return [f"quotes {flag}: {', '.join(legs)}" for flag, legs in found.items()]


def _check_warnings(target: FileTarget, obstacle: str) -> list[str]:
    """One line a check that fails; where there is no decision to check, one for all that fail for want of it."""
    failing = [row for row in _table_cells(target, "Checks") if row.get("result") not in (None, "PASS")]
    if obstacle and failing:
        return [f"checks that fail without a decision: {len(failing)}, listed on the sheet Checks"]
    return [f"check fails: {row.get('check')} ({row.get('meaning')})" for row in failing]
