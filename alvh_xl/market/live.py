"""The present morning: fetch what is due, then read the store; without a network, the store as it is.

The sample never stands in for either.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from alvh_xl.market.asof import check_asof, read_store
from alvh_xl.market.errors import MarketError
from alvh_xl.market.fallback import unserved, with_yahoo
from alvh_xl.market.feeds import Feeds, feeds_for
from alvh_xl.market.imports import Imported
from alvh_xl.market.legs import Legs, fetch_chains, leg_quotes, wants_chains
from alvh_xl.market.morning import MarketMorning
from alvh_xl.market.providers import cboe_quotes
from alvh_xl.market.store import Store, default_path
from alvh_xl.market.sync import (
    Fetch,
    Job,
    Outcome,
    Request,
    RequestsFor,
    jobs_due,
    problems,
    skipped,
    sync,
    wrong_clock,
)

LIVE, PARTLY, STORED = "live", "live, partly from the store", "live, but nothing could be fetched: from the store"
Clock = Callable[[], datetime]
# The wall clock goes back an hour once a year; more is a clock that was set.
SET_BACK = timedelta(minutes=75)


@dataclass(slots=True)
class Live:
    """Reads the present morning.

    Parameters
    ----------
    store : Store
    requests_for : callable
        Requests for every document that holds values between two days.
    fetch : Fetch
    now : callable
        New York wall clock.
    chain_url : callable
        Address of the option chain of SPX or VIX.
    feeds : Feeds, optional
        Watched folder, other sources and calendars.

    Attributes
    ----------
    outcomes : list of Outcome
        What became of each document of the last reading.
    files : list of Imported
        What became of the files of the watched folder.
    notes : list of str
        Which source stood in, and which calendar could not be read.
    """

    store: Store
    requests_for: RequestsFor
    fetch: Fetch
    now: Clock
    chain_url: Callable[[str], str] = cboe_quotes.url
    feeds: Feeds | None = None
    outcomes: list[Outcome] = field(default_factory=list)
    files: list[Imported] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def read(self, asof: datetime | None = None, legs: Legs = ()) -> MarketMorning:
        """Market of the present, or of a past moment, as the store knows it after fetching what is due.

        The documents of the sources are written by one transaction; then come the watched folder, other sources,
        calendars and chains, each by its own: none of them when a source found this computer's clock wrong.
        The option chains are fetched when legs are open and their quotes are of that moment.

        Raises
        ------
        MarketError
            The store cannot serve the morning; the message says what could not be fetched, and the next step.
        """
        now = self.now()
        check_asof(asof or now)
        jobs = jobs_due(self.store, self.requests_for, min(asof or now, now), now)
        jobs = self._with_feeds(jobs, now, asof is None)
        self.outcomes = sync(self.store, jobs, self.fetch, self.now, at_once=True)
        self.files = self.feeds.take_inbox(self.store, self.now(), self.outcomes) if self.feeds else []
        self._other_sources(jobs)
        if legs and wants_chains(asof, now) and not wrong_clock(self.outcomes):
            self.outcomes += fetch_chains(self.store, legs, self.fetch, self.now, self.chain_url)
        try:
            morning = read_store(self.store, asof or _minute(self.now()), self._label())
            return with_quotes(self.store, morning, legs)
        except MarketError as problem:
            failed = problems(self.outcomes)
            if not failed:
                raise
            more = f" and {len(failed) - 1} more" if len(failed) > 1 else ""
            raise MarketError(f"{problem}; not fetched: {failed[0]}{more}") from problem

    def warnings(self) -> list[str]:
        """Lines for a reader about the last reading: what was not fetched, what was left out, a clock set back."""
        files = [f"watched folder: {report.line()}" for report in self.files if report.problem]
        failed = [f"not fetched: {line}" for line in problems(self.outcomes)]
        behind = "" if wrong_clock(self.outcomes) else clock_behind(self.store, self.now())
        return [*files, *self.notes, *failed, *skipped(self.outcomes), *([behind] if behind else [])]

    def _with_feeds(self, jobs: list[Job], now: datetime, present: bool) -> list[Job]:
        if self.feeds is None:
            return jobs
        return self.feeds.jobs(self.store, jobs, self.requests_for, now, present)

    def _other_sources(self, jobs: list[Job]) -> None:
        self.notes = []
        if self.feeds is not None:
            more, self.notes = self.feeds.after(self.store, jobs, self.outcomes, self.fetch, self.now)
            self.outcomes += more

    def _label(self) -> str:
        failed = unserved(self.outcomes)
        if not failed:
            return LIVE
        return PARTLY if any(not outcome.problem for outcome in self.outcomes) else STORED


def clock_behind(store: Store, now: datetime) -> str:
    """Say that this computer's clock was set back behind what it noted in the store; "" as far as one can tell."""
    noted = [at for series in ("spx_close", "vix", "fed_funds") if (at := store.checked(series)) is not None]
    if not noted or now >= max(noted) - SET_BACK:
        return ""
    return (
        f"this computer's clock is behind: it shows {now:%d-%b-%Y %H:%M} New York, and values were fetched at "
        f"{max(noted):%d-%b-%Y %H:%M}; set it, then try again"
    )


def sources(base_url: str | None = None) -> tuple[RequestsFor, Fetch, Callable[[], None]]:
    """Public sources: their requests, a fetcher, and how to close it; `base_url` stands in for all of them."""
    from alvh_xl.market.http import Fetcher
    from alvh_xl.market.providers import requests_for

    def every(since: date, today: date) -> Sequence[Request]:
        return requests_for(since, today, base_url, os.environ)

    fetcher = Fetcher()
    return every, with_yahoo(fetcher.get), fetcher.close


@contextmanager
def live(now: Clock, path: Path | None = None, base_url: str | None = None) -> Iterator[Live]:
    """Public sources and a store (the user's own unless a path is given), open."""
    requests_for, fetch, close = sources(base_url)
    try:
        with Store(path or default_path()) as store:
            address = partial(cboe_quotes.url, base_url=base_url)
            yield Live(store, requests_for, fetch, now, address, feeds_for(store.path, base_url))
    finally:
        close()


def read_stored(asof: datetime | None, now: Clock, path: Path | None = None, legs: Legs = ()) -> MarketMorning:
    """Morning from the store alone, the present one unless a moment is given; nothing is fetched."""
    with Store(path or default_path()) as store:
        return with_quotes(store, read_store(store, asof or _minute(now())), legs)


def with_quotes(store: Store, morning: MarketMorning, legs: Legs) -> MarketMorning:
    """Morning with the last quotes of the legs that the store knew then."""
    return replace(morning, quotes=leg_quotes(store, legs, morning.asof)) if legs else morning


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
