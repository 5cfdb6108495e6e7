"""alvh-xl data status: what the store holds, who serves it, and what to do about a gap."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from alvh_xl.cli.data import data
from alvh_xl.cli.shared import err, line, out, plain
from alvh_xl.cli.sources import StorePath, now

if TYPE_CHECKING:
    import datetime as dt

    from alvh_xl.market.status import Coverage, Standing

_COLOURS = {"OK": "green", "PROXY": "green", "STALE": "yellow", "MISSING": "red"}


@data.command()
def status(store: StorePath = None) -> None:
    """List every series: last value, its day, age in sessions, status, source, and what to do about a gap.

    Below it the calendars of releases and decisions; one that no source covers is unknown, never guessed.
    """
    from alvh_xl.market.feeds import feeds_for
    from alvh_xl.market.status import coverage, standing
    from alvh_xl.market.store import Store, default_path

    with Store(store or default_path()) as opened:
        moment, path, count = now(), opened.path, len(opened)
        inbox = feeds_for(path).inbox
        fault = _made(inbox)
        lines, calendars = standing(opened, moment, os.environ), coverage(opened, moment, os.environ)
        chains, quoted = len(opened.chains), opened.chains.last()
    _series(lines)
    _calendars(calendars)
    out.print(line(f"{count:,} values in {path}. Age in sessions since publication."))
    if quoted is not None:
        out.print(f"Option quotes of {chains:,} expiries and moments, last of {quoted:%d-%b-%Y %H:%M} New York.")
    out.print(line(f"Watched folder: {inbox}"))
    if fault:
        err.print(f"[yellow]{line(fault)}[/]")


def _made(folder: Path) -> str:
    """Make the watched folder; "" or why it could not be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        return f"the watched folder cannot be made: {problem.strerror}"
    return ""


def _series(lines: list[Standing]) -> None:
    from rich.table import Table

    table = Table("series", "last value", "unit", "day", "age", "status", box=None, pad_edge=False)
    table.add_column("source", overflow="ellipsis", no_wrap=True)
    table.add_column("what to do")
    for row in lines:
        table.add_row(
            row.series,
            "" if row.value is None else f"{row.value:,.4g}" if abs(row.value) < 1000 else f"{row.value:,.2f}",
            row.unit,
            "" if row.day is None else row.day.isoformat(),
            "" if row.age is None else f"{row.age:.0f}",
            f"[{_COLOURS[row.status]}]{row.status}[/]",
            plain(row.source),
            plain(row.advice),
        )
    out.print(table)


def _calendars(calendars: list[Coverage]) -> None:
    from rich.table import Table

    table = Table("calendar", "last (New York)", "next (New York)", "what to do", box=None, pad_edge=False)
    for row in calendars:
        table.add_row(row.event, _shown(row.last), _shown(row.following), plain(row.advice))
    out.print(table)


def _shown(moment: dt.datetime | None) -> str:
    return "[red]UNKNOWN[/]" if moment is None else f"{moment:%Y-%m-%d %H:%M}"
