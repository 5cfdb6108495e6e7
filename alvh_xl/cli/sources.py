"""What a refresh reads: live data, the store, or the sample; the one place of the command line with a clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from alvh_xl.cli.shared import fail, line, out, plain

if TYPE_CHECKING:
    from alvh_xl.market import MarketMorning
    from alvh_xl.market.legs import Legs

NEW_YORK = ZoneInfo("America/New_York")
NAMES = ("live", "store", "sample")

StorePath = Annotated[
    Path | None,
    typer.Option("--store", help="File of the store; default: in the user's data folder.", show_default=False),
]
BaseUrl = Annotated[
    str | None,
    typer.Option("--base-url", help="One server in place of all sources, http://127.0.0.1:PORT.", show_default=False),
]
Reader = Callable[[dt.datetime | None], "MarketMorning"]


def now() -> dt.datetime:
    """New York wall clock."""
    return dt.datetime.now(NEW_YORK).replace(tzinfo=None)


def reader(name: str, store: Path | None = None, base_url: str | None = None) -> tuple[Reader, list[str]]:
    """Reader of a source by its name, and the warnings it will leave behind.

    "sample" is the shipped morning; "store" what has been fetched and imported; "live" fetches what is due first.
    Nothing is opened or fetched before the reader is called.
    """
    from alvh_xl.market.legs import LegReader

    warnings: list[str] = []
    if name == "sample":
        from alvh_xl.market import read_sample

        return read_sample, warnings
    if name == "store":
        from alvh_xl.market.live import read_stored

        return LegReader(lambda asof, legs: read_stored(asof, now, store, legs)), warnings
    if name == "live":
        return LegReader(lambda asof, legs: _read_live(asof, legs, store, base_url, warnings)), warnings
    raise fail(f"unknown source {name!r}; write one of {', '.join(NAMES)}")


def _read_live(
    asof: dt.datetime | None, legs: Legs, path: Path | None, base_url: str | None, warnings: list[str]
) -> MarketMorning:
    """Read the morning, and say how much was fetched for it."""
    from alvh_xl.market.live import live

    with live(now, path, base_url) as source:
        morning = source.read(asof, legs)
        warnings += source.warnings()
    for report in source.files:
        if not report.problem:
            out.print(line(f"    watched folder: {report.line()}"))
    read = sum(not outcome.problem for outcome in source.outcomes)
    rows = sum(outcome.appended.written for outcome in source.outcomes)
    said = (
        f"{read} of {len(source.outcomes)} documents read, {rows:,} new values"
        if source.outcomes
        else "nothing to fetch"
    )
    out.print(plain(f"    {said}"))
    return morning
