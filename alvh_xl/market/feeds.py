"""What goes before and after fetching: the watched folder, figures just released, other sources, calendars."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from alvh_xl.market.calendars import sync_calendars
from alvh_xl.market.fallback import AlternativesFor, ask_others, reaching_back, taken
from alvh_xl.market.imports import Imported
from alvh_xl.market.inbox import inbox_path, read_inbox
from alvh_xl.market.providers import Agenda, agendas_for, alternatives_for
from alvh_xl.market.store import Store
from alvh_xl.market.sync import Fetch, Job, Outcome, RequestsFor, just_checked, wrong_clock

# Figures whose release a calendar may name without the month that it reports.
RELEASED = ("cpi", "ppi", "gdp")
# So long after a release its figure is looked for at every refresh.
WAITED = timedelta(5)


@dataclass(slots=True)
class Feeds:
    """Everything that serves a store beside the first sources.

    Parameters
    ----------
    inbox : Path
        The watched folder.
    alternatives_for : callable
        Other sources of one document's series.
    agendas_for : callable
        Documents of release and decision dates, by day.
    """

    inbox: Path
    alternatives_for: AlternativesFor
    agendas_for: Callable[[date], Sequence[Agenda]]

    def take_inbox(self, store: Store, now: datetime, outcomes: Sequence[Outcome] = ()) -> list[Imported]:
        """Make the watched folder if it is not there, and import what is new in it.

        Not when one of the outcomes says that this computer's clock is wrong: files are dated by it.
        """
        if wrong_clock(outcomes):
            return []
        try:
            self.inbox.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            return [Imported(self.inbox, problem=f"the watched folder cannot be made ({problem.strerror})")]
        return read_inbox(store, self.inbox, now)

    def jobs(
        self, store: Store, jobs: Sequence[Job], requests_for: RequestsFor, now: datetime, present: bool = True
    ) -> list[Job]:
        """Return the jobs, reaching back where another source stood in before; for the present, what just came out."""
        found = reaching_back(store, jobs, requests_for, now.date())
        asked = {series for job in found for series in job.request.series}
        released = jobs_released(store, requests_for, now) if present else []
        return found + [job for job in released if not asked & set(job.request.series)]

    def after(
        self,
        store: Store,
        jobs: Sequence[Job],
        outcomes: Sequence[Outcome],
        fetch: Fetch,
        now: Callable[[], datetime],
        calendars: bool = True,
    ) -> tuple[list[Outcome], list[str]]:
        """Ask other sources for what failed, then the calendars, unless nothing was asked or nobody answered.

        Nobody is asked by a computer whose clock is wrong.

        Returns
        -------
        tuple
            Outcomes of the other sources, and lines for a reader.
        """
        more = ask_others(store, jobs, outcomes, self.alternatives_for, fetch, now)
        lines = taken(more)
        every = [*outcomes, *more]
        if calendars and not wrong_clock(every) and any(not outcome.problem for outcome in every):
            agendas = self.agendas_for(now().date())
            lines += [f"not fetched: {line}" for line in sync_calendars(store, agendas, fetch, now)]
        return more, lines


def feeds_for(store: Path, base_url: str | None = None, environ: Mapping[str, str] = os.environ) -> Feeds:
    """Build the feeds of a store; `base_url` stands in for every source."""
    return Feeds(
        inbox_path(store, environ),
        partial(alternatives_for, base_url=base_url, environ=environ),
        partial(agendas_for, base_url=base_url, environ=environ),
    )


def jobs_released(store: Store, requests_for: RequestsFor, now: datetime) -> list[Job]:
    """Jobs for figures whose release day has come and whose value was last fetched before it."""
    jobs = []
    for series in RELEASED:
        events = [event.at for event in store.events(now - WAITED, now) if event.event == series]
        day = store.last_day(series, datetime.max)
        if not events or day is None or just_checked(store, series, now):
            continue
        if max(row.fetched for row in store.rows(series, datetime.max, day)) < events[-1]:
            jobs += [Job(request, day) for request in requests_for(day, now.date()) if series in request.series]
    return jobs
