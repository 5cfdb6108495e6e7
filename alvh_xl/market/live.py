"""The present morning: fetch what is due, then read the store; without a network, the store as it is.

The sample never stands in for either.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from alvh_xl.market.asof import check_asof, read_store
from alvh_xl.market.errors import MarketError
from alvh_xl.market.morning import MarketMorning
from alvh_xl.market.store import Store, default_path
from alvh_xl.market.sync import (
    Fetch,
    Outcome,
    Request,
    RequestsFor,
    clock_behind,
    jobs_due,
    problems,
    skipped,
    sync,
)

LIVE, PARTLY, STORED = "live", "live, partly from the store", "live, but nothing could be fetched: from the store"
Clock = Callable[[], datetime]


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

    Attributes
    ----------
    outcomes : list of Outcome
        What became of each document of the last reading.
    """

    store: Store
    requests_for: RequestsFor
    fetch: Fetch
    now: Clock
    outcomes: list[Outcome] = field(default_factory=list)

    def read(self, asof: datetime | None = None) -> MarketMorning:
        """Market of the present, or of a past moment, as the store knows it after fetching what is due.

        Raises
        ------
        MarketError
            The store cannot serve the morning; the message says what could not be fetched, and the next step.
        """
        now = self.now()
        check_asof(asof or now)
        jobs = jobs_due(self.store, self.requests_for, min(asof or now, now), now)
        self.outcomes = sync(self.store, jobs, self.fetch, self.now, at_once=True)
        try:
            return read_store(self.store, asof or _minute(self.now()), self._label())
        except MarketError as problem:
            failed = problems(self.outcomes)
            if not failed:
                raise
            more = f" and {len(failed) - 1} more" if len(failed) > 1 else ""
            raise MarketError(f"{problem}; not fetched: {failed[0]}{more}") from problem

    def warnings(self) -> list[str]:
        """Lines for a reader about the last reading: what was not fetched, what was left out, a clock set back."""
        failed = [f"not fetched: {line}" for line in problems(self.outcomes)]
        behind = clock_behind(self.store, self.now()) if not failed else ""
        return [*failed, *skipped(self.outcomes), *([behind] if behind else [])]

    def _label(self) -> str:
        failed = sum(bool(outcome.problem) for outcome in self.outcomes)
        if not failed:
            return LIVE
        return PARTLY if failed < len(self.outcomes) else STORED


def sources(base_url: str | None = None) -> tuple[RequestsFor, Fetch, Callable[[], None]]:
    """Public sources: their requests, a fetcher, and how to close it; `base_url` stands in for all of them."""
    from alvh_xl.market.http import Fetcher
    from alvh_xl.market.providers import requests_for

    def every(since: date, today: date) -> Sequence[Request]:
        return requests_for(since, today, base_url, os.environ)

    fetcher = Fetcher()
    return every, fetcher.get, fetcher.close


@contextmanager
def live(now: Clock, path: Path | None = None, base_url: str | None = None) -> Iterator[Live]:
    """Public sources and a store (the user's own unless a path is given), open."""
    requests_for, fetch, close = sources(base_url)
    try:
        with Store(path or default_path()) as store:
            yield Live(store, requests_for, fetch, now)
    finally:
        close()


def read_stored(asof: datetime | None, now: Clock, path: Path | None = None) -> MarketMorning:
    """Morning from the store alone, the present one unless a moment is given; nothing is fetched."""
    with Store(path or default_path()) as store:
        return read_store(store, asof or _minute(now()))


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
