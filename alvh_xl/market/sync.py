"""Bring the store up to date: fetch documents side by side, write each whole, and say what failed.

A document that cannot be fetched or read costs nothing but itself: what the store held of it stays.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple, Protocol

from alvh_xl.market.asof import front_two
from alvh_xl.market.errors import MarketError
from alvh_xl.market.gaps import ends, holes
from alvh_xl.market.http import ClockError
from alvh_xl.market.observation import Observation, Read
from alvh_xl.market.providers import FUND, STAND_INS, yahoo
from alvh_xl.market.publication import expected_day
from alvh_xl.market.revisions import Appended
from alvh_xl.market.series import CATALOGUE
from alvh_xl.market.store import Store, Unchanged

WORKERS = 8
NOT_MODIFIED = 304
# A first refresh fetches what a morning shows: 300 sessions, 60 months, and the window of their z-scores.
FIRST_YEARS = 7
# Fetched again on every refresh, so that a revision of the last days is seen.
OVERLAP = timedelta(10)
NOT_TRIED = "not tried, as no source answered"
WAITS = "nothing else is asked and the watched folder is not read until then"
# So many documents, taken from the whole list, are tried first; when all of them fail the rest is not tried.
PROBES = 2 * WORKERS
# A source that did not have the figure a moment ago is left in peace.
PAUSE = timedelta(minutes=10)


class Document(Protocol):
    """One answer of a source."""

    @property
    def body(self) -> bytes:
        """Content; empty with status 304."""

    @property
    def etag(self) -> str | None:
        """Tag of this version."""

    @property
    def modified(self) -> str | None:
        """When it was last changed, as the source writes it."""

    @property
    def status(self) -> int:
        """Status of the answer."""


class Fetch(Protocol):
    """Fetches one document, or raises a MarketError of one line; called from several threads."""

    def __call__(self, url: str, *, etag: str | None = None, modified: str | None = None) -> Document:
        """Fetch one document."""


class Request(Protocol):
    """One document to fetch, and how to read it."""

    @property
    def provider(self) -> str:
        """Who publishes it."""

    @property
    def url(self) -> str:
        """Its address; it may hold a key, so it is never shown or stored."""

    @property
    def series(self) -> tuple[str, ...]:
        """Series in it."""

    @property
    def parse(self) -> Callable[[bytes], list[Observation]]:
        """Read its values."""


class Job(NamedTuple):
    """A request for values from one day on."""

    request: Request
    since: date


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one document; `problem` is "" when it was read.

    `holes` are sessions between its first and its last value for which neither it nor the store has one; `ends` is the
    last day the store has when a later one ought to have come. With `clock` the source found this computer's clock
    wrong, so that nothing may be dated by it: whoever fetches, or reads files, asks no further.
    """

    request: Request
    appended: Appended
    problem: str = ""
    unchanged: bool = False
    holes: tuple[date, ...] = ()
    ends: date | None = None
    clock: bool = False


# Requests for every document that holds values between two days.
RequestsFor = Callable[[date, date], Iterable[Request]]


def jobs_for(requests_for: RequestsFor, since: date, today: date, only: Sequence[str] = ()) -> list[Job]:
    """Jobs for everything from a day on, or for some series alone.

    Raises
    ------
    MarketError
        No document holds one of the series asked for.
    """
    requests = list(requests_for(since, today))
    served = {series for request in requests for series in request.series}
    for name in only:
        if name not in served:
            raise MarketError(f"no source serves the series {name!r}; these are served: {', '.join(sorted(served))}")
    return [Job(request, since) for request in requests if not only or set(only) & set(request.series)]


def jobs_missing(store: Store, requests_for: RequestsFor, today: date, start: date) -> list[Job]:
    """Jobs for everything since the last values the store holds, or since `start` where it holds none."""
    return _since_last(requests_for, today, start, _last_days(store, requests_for, today, start))


def jobs_due(store: Store, requests_for: RequestsFor, moment: datetime, now: datetime) -> list[Job]:
    """Jobs for the series whose latest value published at `moment` the store lacks; none when all is up to date."""
    releases, today = store.releases(), now.date()
    start = moment.date() - timedelta(365 * FIRST_YEARS)
    due = {
        series: day
        for series, day in _last_days(store, requests_for, today, start).items()
        if (day is None or day < expected_day(CATALOGUE[series], moment, releases))
        and not just_checked(store, series, now)
    }
    return _since_last(requests_for, today, start, due)


def _last_days(store: Store, requests_for: RequestsFor, today: date, start: date) -> dict[str, date | None]:
    served = {series for request in requests_for(start, today) for series in request.series}
    return {series: _last_day(store, series) for series in sorted(served)}


def _last_day(store: Store, series: str) -> date | None:
    """Last day with a value; of the futures, the session before one on which the front two are not both there."""
    day = store.last_day(series, datetime.max)
    if series != "vx" or day is None:
        return day
    expiries = {row.expiry for row in store.rows(series, datetime.max, day)}
    return day if front_two(datetime.combine(day, time.max)) <= expiries else store.last_day(series, datetime.max, 2)


def _since_last(requests_for: RequestsFor, today: date, start: date, last: dict[str, date | None]) -> list[Job]:
    since = {series: _since(day, start) for series, day in last.items()}
    jobs = []
    for first in sorted(set(since.values())):
        wanted = {series for series, day in since.items() if day == first}
        jobs += [job for job in jobs_for(requests_for, first, today) if wanted & set(job.request.series)]
    return jobs


def _since(last: date | None, start: date) -> date:
    """Return the day to fetch from; months begin on their first day."""
    return start if last is None else last - OVERLAP


def just_checked(store: Store, series: str, now: datetime, pause: timedelta = PAUSE) -> bool:
    """Whether a series, or a calendar, was looked for so short a time ago that its source is left in peace."""
    checked = store.checked(series)
    return checked is not None and timedelta(0) <= now - checked < pause


def wrong_clock(outcomes: Iterable[Outcome]) -> bool:
    """Whether a source found this computer's clock wrong.

    Examples
    --------
    >>> wrong_clock([])
    False
    """
    return any(outcome.clock for outcome in outcomes)


def sync(
    store: Store,
    jobs: Sequence[Job],
    fetch: Fetch,
    now: Callable[[], datetime],
    told: Callable[[Outcome], None] = lambda _: None,
    *,
    at_once: bool = False,
) -> list[Outcome]:
    """Fetch and store documents.

    Parameters
    ----------
    store : Store
    jobs : sequence of Job
    fetch : Fetch
    now : callable
        New York wall clock; each document is dated by it when its own answer has arrived.
    told : callable
        Called after each document.
    at_once : bool
        Write all these documents by one transaction when the last answer has come, so that of them the store has the
        old ones or the new ones; else each series as soon as it is complete, so that a long sync that is stopped keeps
        what it had.

    Returns
    -------
    list of Outcome
        One a document, in the order in which they came.

    Notes
    -----
    A source whose answers name no time of day is written last, and not at all when another found the clock wrong.
    """
    outcomes: list[Outcome] = []
    arrived: dict[tuple[str, ...], list[tuple[Job, _Answer]]] = {}

    def write(together: Sequence[tuple[Job, _Answer]]) -> None:
        done = _kept_whole(store, together)
        outcomes.extend(done)
        for outcome in done:
            told(outcome)

    pool = ThreadPoolExecutor(WORKERS)
    try:
        running = {pool.submit(_fetched, job, _condition(store, job), fetch, now): job for job in _probes_first(jobs)}
        probes = list(running)[:PROBES]
        parts = Counter(_part(job, at_once) for job in jobs)
        for future in as_completed(running):
            answer = _Answer([], None, now(), NOT_TRIED) if future.cancelled() else future.result()
            job = running[future]
            together = arrived.setdefault(_part(job, at_once), [])
            together.append((job, answer))
            if len(together) == parts[_part(job, at_once)] and _part(job, at_once):
                write(arrived.pop(_part(job, at_once)))
            if all(probe.done() and (probe.cancelled() or probe.result().problem) for probe in probes):
                for waiting in running:
                    waiting.cancel()
    finally:
        pool.shutdown(cancel_futures=True)
    if last := arrived.pop((), []):
        write(_proved(last, next((outcome.problem for outcome in outcomes if outcome.clock), "")))
    return outcomes


def _proved(documents: Sequence[tuple[Job, _Answer]], fault: str) -> list[tuple[Job, _Answer]]:
    """Return the documents, without the values of a source that names no time of day where the clock is wrong."""
    fault = fault or next((answer.problem for _, answer in documents if answer.clock), "")
    refused = [(job, bool(fault) and _timeless(job) and answer.document is not None) for job, answer in documents]
    return [
        (job, _Answer([], None, answer.at, fault, True) if out else answer)
        for (job, out), (_, answer) in zip(refused, documents, strict=True)
    ]


def _timeless(job: Job) -> bool:
    return job.request.url.startswith(yahoo.SCHEME)


def _probes_first(jobs: Sequence[Job]) -> list[Job]:
    step = max(1, len(jobs) // PROBES)
    probes = jobs[::step][:PROBES]
    return [*probes, *(job for job in jobs if job not in probes)]


class _Answer(NamedTuple):
    rows: list[Observation]
    document: Document | None
    at: datetime
    problem: str = ""
    clock: bool = False

    @property
    def left_out(self) -> Mapping[str, int]:
        """How many rows the reader of the document refused, by reason."""
        return self.rows.left_out if isinstance(self.rows, Read) else {}


def _fetched(job: Job, held: Unchanged | None, fetch: Fetch, now: Callable[[], datetime]) -> _Answer:
    """Fetch and read one document; runs in a thread of its own and never touches the store."""
    try:
        document = fetch(job.request.url, etag=held.etag if held else None, modified=held.modified if held else None)
        at = now()
        rows = [] if document.status == NOT_MODIFIED else job.request.parse(document.body)
    except MarketError as problem:
        return _Answer([], None, now(), str(problem), isinstance(problem, ClockError))
    return _Answer(rows, document, at)


def _part(job: Job, at_once: bool) -> tuple[str, ...]:
    """What is written together with this document: the documents of the same series, or () for all that come last."""
    return () if at_once or _timeless(job) else job.request.series


def _kept_whole(store: Store, documents: Sequence[tuple[Job, _Answer]]) -> list[Outcome]:
    """Write documents by one transaction: half a futures curve would have a wrong front.

    Documents of the same series are dated as the first of them, so that no moment has half a curve either.
    """
    first: dict[tuple[str, ...], datetime] = {}
    for job, answer in documents:
        first[job.request.series] = min(answer.at, first.get(job.request.series, answer.at))
    if len(documents) == 1:
        return [_kept(store, *documents[0], documents[0][1].at)]
    with store.writing():
        return [_kept(store, job, answer, first[job.request.series]) for job, answer in documents]


def _kept(store: Store, job: Job, answer: _Answer, now: datetime) -> Outcome:
    """Write one document, values and what its answer carried, by one transaction."""
    if answer.document is None:
        return Outcome(job.request, Appended(), answer.problem, clock=answer.clock)
    covers = _covered(job)
    unchanged = answer.document.status == NOT_MODIFIED
    with store.writing():
        if unchanged:
            for series in job.request.series:
                store.mark(series, covers, now)
            return Outcome(job.request, Appended(), unchanged=True, ends=ends(store, job.request.series, now))
        appended = store.append(answer.rows, job.request.provider, now, covers)
        appended.counts.update(answer.left_out)
        store.remember(_address(job), job.since, answer.document.etag, answer.document.modified)
        missing, last = holes(store, answer.rows), ends(store, job.request.series, now)
    return Outcome(job.request, appended, holes=missing, ends=last)


def _covered(job: Job) -> date:
    """First day from which a document is all that the source of its series holds.

    One that stands in holds less than the source it stands in for: what that one adds later was known all the while.
    """
    stands_in = job.request.provider in STAND_INS and job.request.series != FUND
    return date.max if stands_in else job.since


def _condition(store: Store, job: Job) -> Unchanged | None:
    """What the last answer carried, if all that is wanted now was taken from it."""
    held = store.remembered(_address(job))
    return held if held is not None and held.since <= job.since else None


def _address(job: Job) -> str:
    return hashlib.sha256(job.request.url.encode()).hexdigest()


def problems(outcomes: Sequence[Outcome]) -> list[str]:
    """One line a fault, with the series that are concerned, or the providers where it struck several of them.

    Examples
    --------
    >>> problems([])
    []
    """
    faults: dict[str, list[Request]] = {}
    for outcome in outcomes:
        if outcome.problem:
            faults.setdefault(outcome.problem, []).append(outcome.request)
    untried = faults.pop(NOT_TRIED, []) if len(faults) > 1 else []
    clocks = {outcome.problem for outcome in outcomes if outcome.clock}
    lines = []
    for place, (problem, requests) in enumerate(faults.items()):
        providers = sorted({request.provider for request in requests})
        series = sorted({series for request in requests for series in request.series})
        counts = [f"{len(requests)} documents"] if len(requests) > 1 else []
        if untried and not place:
            counts.append(f"{len(untried)} more not tried")
        whose = ", ".join(providers if len(providers) > 1 else [*providers, *series])
        waits = f"; {WAITS}" if problem in clocks else ""
        lines.append(f"{whose}: {problem}{waits}" + (f" ({'; '.join(counts)})" if counts else ""))
    return lines


def skipped(outcomes: Iterable[Outcome]) -> list[str]:
    """One line a provider and its series: rows left out and why, sessions without a value, values that did not come."""
    found: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        found.setdefault(f"{outcome.request.provider}, {', '.join(outcome.request.series)}", []).append(outcome)
    said = {whose: "; ".join(_remarks(of)) for whose, of in found.items()}
    return [f"{whose}: {remarks}" for whose, remarks in said.items() if remarks]


def _remarks(outcomes: Sequence[Outcome]) -> list[str]:
    """What is to be said of documents that were read."""
    reasons: Counter[str] = Counter()
    for outcome in outcomes:
        reasons.update(outcome.appended.skipped)
    holes = sorted({day for outcome in outcomes for day in outcome.holes})
    ends = [outcome.ends for outcome in outcomes if outcome.ends]
    said = []
    if reasons:
        said.append(f"left out {', '.join(f'{count} ({why})' for why, count in sorted(reasons.items()))}")
    if holes:
        said.append(f"no value for {holes[-1]}" + (f" and {len(holes) - 1} earlier sessions" if holes[1:] else ""))
    if ends:
        said.append(f"nothing newer than {max(ends)}")
    return said
