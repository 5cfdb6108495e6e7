"""A second source for what the first could not give: asked only when it failed, and corrected when it answers again.

What another source gave carries that source's name in its row. The next answer of the first source is read from the
first such day on: a value that differs is a revision, known from then; what was read before can be read again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

from alvh_xl.market.providers import STAND_INS, SYMBOLS, yahoo
from alvh_xl.market.store import Store
from alvh_xl.market.sync import Document, Fetch, Job, Outcome, Request, RequestsFor, sync, wrong_clock

OTHERS = STAND_INS
# Requests to other sources for the series of one document, from a day to today, best first.
AlternativesFor = Callable[[tuple[str, ...], date, date], Sequence[Request]]


def with_yahoo(fetch: Fetch, other: Callable[[str], Document] = yahoo.fetch) -> Fetch:
    """Fetch over the network, and addresses of Yahoo's by its package."""

    def either(url: str, *, etag: str | None = None, modified: str | None = None) -> Document:
        return other(url) if url.startswith(yahoo.SCHEME) else fetch(url, etag=etag, modified=modified)

    return either


def reaching_back(store: Store, jobs: Sequence[Job], requests_for: RequestsFor, today: date) -> list[Job]:
    """Return the jobs, those of series that another source filled in from the first such day on."""
    return [_longer(store, job, requests_for, today) for job in jobs]


def _longer(store: Store, job: Job, requests_for: RequestsFor, today: date) -> Job:
    if job.request.series not in SYMBOLS or job.request.provider in OTHERS:
        return job
    days = [day for name in job.request.series if (day := store.first_from(name, OTHERS)) is not None]
    if not days or min(days) >= job.since:
        return job
    same = [request for request in requests_for(min(days), today) if request.url == job.request.url]
    return Job(same[0], min(days)) if same else job


def ask_others(
    store: Store,
    jobs: Sequence[Job],
    outcomes: Sequence[Outcome],
    alternatives_for: AlternativesFor,
    fetch: Fetch,
    now: Callable[[], datetime],
) -> list[Outcome]:
    """Ask other sources for the documents that failed, one after another until one answers.

    Returns
    -------
    list of Outcome
        One a document asked for; none when nothing failed, no other source serves it, or this computer's clock is
        wrong: another source might not notice, and would have the price of a running session stored as its close.
    """
    since = {job.request.url: job.since for job in jobs}
    today = now().date()
    waiting = [
        [Job(request, since[failed.request.url]) for request in others]
        for failed in outcomes
        if failed.problem and (others := _others(failed.request, alternatives_for, since[failed.request.url], today))
    ]
    done: list[Outcome] = []
    while waiting and not wrong_clock([*outcomes, *done]):
        round_ = sync(store, [jobs[0] for jobs in waiting], fetch, now)
        done += round_
        failed_urls = {outcome.request.url for outcome in round_ if outcome.problem}
        waiting = [jobs[1:] for jobs in waiting if jobs[0].request.url in failed_urls and len(jobs) > 1]
    return done


def _others(request: Request, alternatives_for: AlternativesFor, since: date, today: date) -> list[Request]:
    return [other for other in alternatives_for(request.series, since, today) if other.provider != request.provider]


def taken(outcomes: Iterable[Outcome]) -> list[str]:
    """One line a source that stood in, with its series.

    Examples
    --------
    >>> taken([])
    []
    """
    found: dict[str, set[str]] = {}
    for outcome in outcomes:
        if not outcome.problem:
            found.setdefault(outcome.request.provider, set()).update(outcome.request.series)
    return [f"taken from {provider} instead: {', '.join(sorted(series))}" for provider, series in found.items()]


def unserved(outcomes: Sequence[Outcome]) -> int:
    """How many documents failed and had no other source stand in."""
    served = {outcome.request.series for outcome in outcomes if _stood_in(outcome)}
    failed = [outcome for outcome in outcomes if outcome.problem and outcome.request.provider not in OTHERS]
    return sum(outcome.request.series not in served for outcome in failed)


def _stood_in(outcome: Outcome) -> bool:
    return not outcome.problem and outcome.request.provider in OTHERS
