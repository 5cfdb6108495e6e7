"""What a refresh reads: live data, the store, or the sample; the one place of the command line with a clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from alvh_xl.cli.shared import fail, out, plain

if TYPE_CHECKING:
    from alvh_xl.market import MarketMorning
    from alvh_xl.market.live import Live

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


@contextmanager
def reader(name: str, store: Path | None = None, base_url: str | None = None) -> Iterator[tuple[Reader, list[str]]]:
    """Reader of a source by its name, and the warnings it leaves behind.

    "sample" is the shipped morning; "store" what has been fetched and imported so far; "live" first fetches what is due.
    """
    warnings: list[str] = []
    if name == "sample":
        from alvh_xl.market import read_sample

        yield read_sample, warnings
    elif name == "store":
        from alvh_xl.market.live import read_stored

        yield (lambda asof: read_stored(asof, now, store)), warnings
    elif name == "live":
        with _live(store, base_url) as live:
            yield (lambda asof: _told(live, asof, warnings)), warnings
    else:
        raise fail(f"unknown source {name!r}; write one of {', '.join(NAMES)}")


@contextmanager
def _live(path: Path | None, base_url: str | None) -> Iterator[Live]:
    from alvh_xl.market.live import Live, sources
    from alvh_xl.market.store import Store, default_path

    requests_for, fetch, close = sources(base_url)
    try:
        with Store(path or default_path()) as store:
            yield Live(store, requests_for, fetch, now)
    finally:
        close()


def _told(live: Live, asof: dt.datetime | None, warnings: list[str]) -> MarketMorning:
    """Read the morning and say how much was fetched for it."""
    morning = live.read(asof)
    read = sum(not outcome.problem for outcome in live.outcomes)
    rows = sum(outcome.appended.written for outcome in live.outcomes)
    said = f"{read} of {len(live.outcomes)} documents fetched, {rows:,} new values" if live.outcomes else "nothing due"
    out.print(plain(f"    {said}"))
    warnings += live.warnings()
    return morning
