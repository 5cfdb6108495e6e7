"""A second source: asked only after the first failed, named in its rows, and corrected when the first answers again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from alvh_xl.market.errors import MarketError
from alvh_xl.market.fallback import ask_others, reaching_back, taken, unserved, with_yahoo
from alvh_xl.market.feeds import Feeds
from alvh_xl.market.http import ClockError
from alvh_xl.market.live import LIVE, PARTLY, Live
from alvh_xl.market.observation import Observation
from alvh_xl.market.providers import yahoo
from alvh_xl.market.revisions import Appended
from alvh_xl.market.store import Store
from alvh_xl.market.sync import Document, Job, Outcome, Request, jobs_for, jobs_missing, problems, sync
from tests.market.fakes import Answer, Source, at, history

ALWAYS = datetime(2035, 1, 1)
FIRST, LAST = date(2017, 1, 3), date(2018, 10, 3)
DOWN = "cdn.example: the server answered 503"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "market.sqlite")


class Others:
    """Other sources of VIX by name, best first; a text in place of rows is the fault of one."""

    def __init__(self, **documents: list[Observation] | str) -> None:
        self.source = Source({f"{name} vix": rows for name, rows in documents.items()})
        self.asked: list[str] = []

    def alternatives(self, series: tuple[str, ...], since: date, today: date) -> Sequence[Request]:
        """Build a request a source of the series."""
        if series != ("vix",):
            return []
        requests = self.source.requests_for(since, today)
        return [replace(asked, provider=asked.url.split()[0], series=series) for asked in requests]

    def fetch(self, first: Source) -> Source:
        """Serve the first source's documents and these."""
        first.documents |= self.source.documents
        return first


def run(store: Store, first: Source, others: Others, clock: str) -> tuple[list[Outcome], list[Outcome]]:
    """Sync as the command does: what the first source has, then the others; the outcomes of both."""
    now = at(clock)
    served = Source(dict(first.documents))
    jobs = jobs_missing(store, served.requests_for, now().date(), FIRST)
    jobs = reaching_back(store, jobs, served.requests_for, now().date())
    every = others.fetch(Source(dict(first.documents)))
    outcomes = sync(store, jobs, every.fetch, now)
    more = ask_others(store, jobs, outcomes, others.alternatives, every.fetch, now)
    others.asked = [url for url, _ in every.fetched]
    return outcomes, more


def value(store: Store, day: date, asof: datetime = ALWAYS) -> tuple[float, str]:
    row = [row for row in store.rows("vix", asof, day) if row.day == day][-1]
    return row.value, row.source


def test_the_second_source_is_left_in_peace_while_the_first_answers(store: Store) -> None:
    """It is unofficial or counts its askers: never preferred, never asked to compare."""
    others = Others(Yahoo=history("vix", FIRST, LAST, 30.0))
    outcomes, more = run(store, Source({"vix": history("vix", FIRST, LAST)}), others, "2018-10-04T09:00")
    assert more == []
    assert not any(url.startswith("Yahoo") for url in others.asked)
    assert value(store, LAST)[1] == "Test"
    assert unserved(outcomes) == 0


def test_it_stands_in_where_the_first_failed_and_says_so(store: Store) -> None:
    """The values are there, under the name of who gave them, and as known as the first source's would be."""
    others = Others(Yahoo=history("vix", FIRST, LAST, 30.0))
    outcomes, more = run(store, Source({"vix": DOWN}), others, "2018-10-04T09:00")
    assert problems([*outcomes, *more]) == [f"Test, vix: {DOWN}"]
    assert taken(more) == ["taken from Yahoo instead: vix"]
    assert unserved([*outcomes, *more]) == 0
    assert value(store, LAST)[1] == "Yahoo"
    assert store.rows("vix", datetime(2018, 10, 3, 16, 14), LAST) == []
    assert len(store.rows("vix", datetime(2018, 10, 3, 16, 15), LAST)) == 1


def test_a_price_of_the_session_that_still_runs_is_not_taken(store: Store) -> None:
    """Yahoo's row of today is the last price, not the close."""
    others = Others(Yahoo=history("vix", FIRST, date(2018, 10, 4)))
    run(store, Source({"vix": DOWN}), others, "2018-10-04T12:00")
    assert store.last_day("vix", ALWAYS) == LAST


def test_one_source_after_another_is_asked_until_one_answers(store: Store) -> None:
    """The better of two others first; when both fail, both are named, and the document counts as not served."""
    others = Others(Stooq="stooq.example: web page", Yahoo=history("vix", FIRST, LAST))
    _, more = run(store, Source({"vix": DOWN}), others, "2018-10-04T09:00")
    assert [(outcome.request.provider, bool(outcome.problem)) for outcome in more] == [
        ("Stooq", True),
        ("Yahoo", False),
    ]
    others = Others(Stooq=history("vix", FIRST, LAST), Yahoo="never asked")
    _, more = run(store, Source({"vix": DOWN}), others, "2018-10-04T09:00")
    assert [outcome.request.provider for outcome in more] == ["Stooq"]
    others = Others(Stooq="not today", Yahoo="no")
    outcomes, more = run(store, Source({"vix": DOWN}), others, "2018-10-04T09:00")
    assert unserved([*outcomes, *more]) == 1
    assert problems([*outcomes, *more])[1:] == ["Stooq, vix: not today", "Yahoo, vix: no"]


def test_a_series_without_another_source_is_simply_not_there(store: Store) -> None:
    """Nothing is asked for it, and its failure stays the failure it was."""
    outcomes, more = run(store, Source({"vvix": DOWN}), Others(Yahoo=history("vix", FIRST, LAST)), "2018-10-04T09:00")
    assert more == []
    assert unserved(outcomes) == 1


def test_the_first_source_corrects_what_the_other_gave(store: Store) -> None:
    """Weeks later too, and as a revision: the morning that used the other value can be replayed."""
    others = Others(Yahoo=[Observation("vix", date(2018, 8, 1), 13.0), Observation("vix", LAST, 11.7)])
    run(store, Source({"vix": DOWN}), others, "2018-10-04T09:00")
    right = Source({"vix": [Observation("vix", date(2018, 8, 1), 13.15), Observation("vix", LAST, 11.61)]})
    run(store, right, others, "2018-10-15T09:00")
    assert value(store, LAST) == (11.61, "Test")
    assert value(store, date(2018, 8, 1)) == (13.15, "Test")
    assert value(store, LAST, datetime(2018, 10, 15, 8, 59)) == (11.7, "Yahoo")


def test_what_nobody_else_gave_is_not_read_again_from_the_start(store: Store) -> None:
    """Reaching back is for the days another source filled in, and for the source that they belong to."""
    source = Source({"vix": history("vix", FIRST, LAST)})
    run(store, source, Others(), "2018-10-04T09:00")
    now = date(2018, 10, 5)
    jobs = jobs_missing(store, source.requests_for, now, FIRST)
    assert reaching_back(store, jobs, source.requests_for, now) == jobs
    store.append([Observation("vix", date(2017, 2, 1), 99.0)], "Yahoo", datetime(2018, 10, 5, 9, 0))
    assert [job.since for job in reaching_back(store, jobs, source.requests_for, now)] == [date(2017, 2, 1)]


def test_an_address_of_yahoos_never_reaches_the_network() -> None:
    """The package answers it; every other address goes out as before."""
    went: list[str] = []

    def network(url: str, *, etag: str | None = None, modified: str | None = None) -> Document:
        went.append(url)
        return Answer(b"net")

    fetch = with_yahoo(network, lambda url: Answer(b"package"))
    assert fetch(yahoo.address("^VIX", FIRST)).body == b"package"
    assert fetch("https://cdn.example/VIX.csv", etag="x").body == b"net"
    assert went == ["https://cdn.example/VIX.csv"]


def test_a_live_morning_with_a_stand_in_is_live(store: Store, tmp_path: Path) -> None:
    """Its figures are of today; which source stood in is said below."""
    others = Others(Yahoo=history("vix", FIRST, LAST))
    source = others.fetch(Source({"spx_close": history("spx_close", FIRST, LAST, 2900), "vix": DOWN}))
    served = Source({name: rows for name, rows in source.documents.items() if not name.startswith("Yahoo")})
    feeds = Feeds(tmp_path / "inbox", others.alternatives, lambda today: [])
    reading = Live(store, served.requests_for, source.fetch, at("2018-10-04T09:00"), feeds=feeds)
    morning = reading.read()
    assert morning.source == LIVE
    assert (morning.quote("vix").source, morning.quote("vix").value) == ("Yahoo", value(store, LAST)[0])
    assert reading.warnings()[0] == "taken from Yahoo instead: vix"
    source.documents["Yahoo vix"] = "no"
    later = Live(store, served.requests_for, source.fetch, at("2018-10-05T09:00"), feeds=feeds)
    assert later.read().source == PARTLY


def test_a_job_of_an_unknown_document_stays_as_it_is(store: Store) -> None:
    """A series that has no other source is never looked up in the store for one."""
    source = Source({"fed_funds": [Observation("fed_funds", LAST, 2.18)]})
    jobs = [Job(job.request, LAST) for job in jobs_for(source.requests_for, LAST, LAST)]
    assert reaching_back(store, jobs, source.requests_for, LAST) == jobs


class Clockwise(Source):
    """A source that finds this computer's clock wrong, as the network does; another one that never looks."""

    def fetch(self, url: str, *, etag: str | None = None, modified: str | None = None) -> Answer:
        """Answer, or refuse for the clock."""
        try:
            return super().fetch(url, etag=etag, modified=modified)
        except MarketError as problem:
            raise ClockError(str(problem)) from None


AHEAD = "this computer's clock is 8 hours ahead of the sources': set it, then try again"


def test_with_a_wrong_clock_nobody_else_is_asked(store: Store, tmp_path: Path) -> None:
    """Yahoo names no time of day: its price of the running session would be stored for ever as the close."""
    others = Others(Yahoo=history("vix", FIRST, date(2018, 10, 4)))
    served = Clockwise({"vix": AHEAD})
    source = Clockwise({**served.documents, **others.source.documents})
    asked: list[date] = []
    feeds = Feeds(tmp_path / "inbox", others.alternatives, lambda today: asked.append(today) or [])  # type: ignore[func-returns-value]
    reading = Live(store, served.requests_for, source.fetch, at("2018-10-04T18:00"), feeds=feeds)
    with pytest.raises(MarketError, match="8 hours ahead"):
        reading.read()
    assert [url for url, _ in source.fetched] == ["vix"]
    assert asked == []
    assert len(store) == 0


def test_another_source_that_finds_the_clock_wrong_is_the_last_one_asked(store: Store) -> None:
    """Cboe was down, Stooq compared the clocks: Yahoo after it would not."""
    others = Others(Stooq=AHEAD, Yahoo=history("vix", FIRST, date(2018, 10, 4)))
    every = Clockwise({"vix": history("vix", FIRST, LAST), **others.source.documents})
    [job] = jobs_for(Source({"vix": DOWN}).requests_for, FIRST, LAST)
    failed = [Outcome(job.request, Appended(), DOWN)]
    more = ask_others(store, [job], failed, others.alternatives, every.fetch, at("2018-10-04T18:00"))
    assert [(outcome.request.provider, outcome.clock) for outcome in more] == [("Stooq", True)]
    assert len(store) == 0


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("wrong", [True, False])
def test_a_first_source_that_names_no_time_waits_for_those_that_do(store: Store, at_once: bool, wrong: bool) -> None:
    """Without a key for Stooq the fund is Yahoo's from the start, and comes beside documents that prove the clock."""
    fund = history("reit_price", FIRST, date(2018, 10, 4), 80.0)
    address = yahoo.address("VNQ", FIRST)
    source = Clockwise({address: fund, "vix": AHEAD if wrong else history("vix", FIRST, LAST)})
    jobs = jobs_for(source.requests_for, FIRST, date(2018, 10, 4))
    outcomes = sync(store, jobs, source.fetch, at("2018-10-04T18:00"), at_once=at_once)
    assert [outcome.clock for outcome in outcomes] == [wrong, wrong]
    assert bool(store.rows("reit_price", ALWAYS)) is not wrong
    assert len(problems(outcomes)) == int(wrong)


def test_a_day_that_the_other_source_lacks_is_not_held_against_the_first(store: Store) -> None:
    """The day after the crash of February 2018 would be missing from every replay: known only from years later."""
    crash, other = date(2018, 2, 6), [row for row in history("vix", FIRST, LAST) if row.day != date(2018, 2, 6)]
    run(store, Source({"vix": DOWN}), Others(Yahoo=other), "2018-10-04T09:00")
    run(store, Source({"vix": history("vix", FIRST, LAST)}), Others(), "2018-10-05T09:00")
    assert store.last_day("vix", datetime(2018, 2, 7, 9)) == crash
    assert store.checked("vix") == datetime(2018, 10, 5, 9, 0)


def test_a_day_that_the_first_source_lacked_is_still_known_from_when_it_came(store: Store) -> None:
    """What its own source had not yet when it was asked, nobody knew that morning."""
    whole = history("vix", FIRST, LAST)
    run(store, Source({"vix": [row for row in whole if row.day != date(2018, 10, 1)]}), Others(), "2018-10-04T09:00")
    run(store, Source({"vix": whole}), Others(), "2018-10-05T09:00")
    [late] = [row for row in store.rows("vix", ALWAYS) if row.day == date(2018, 10, 1)]
    assert late.available == datetime(2018, 10, 5, 9, 0)
