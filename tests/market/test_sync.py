"""Syncing: what is asked for, what is kept when a source fails, and that a morning is live or says that it is not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from alvh_xl.market import MarketError
from alvh_xl.market.live import LIVE, PARTLY, STORED, Live
from alvh_xl.market.observation import Observation
from alvh_xl.market.store import Store
from alvh_xl.market.sync import Job, jobs_due, jobs_for, jobs_missing, problems, skipped, sync
from tests.market.fakes import Answer, Source, at, history

MORNING = at("2018-10-04T09:00")
ALWAYS = datetime(2035, 1, 1)
FIRST, LAST = date(2017, 1, 3), date(2018, 10, 3)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "market.sqlite")


def full(last: date = LAST) -> Source:
    closes = history("spx_close", FIRST, last, 2900)
    return Source({"spx_close": closes, "vix": history("vix", FIRST, last), "vvix": history("vvix", FIRST, last, 90)})


def run(store: Store, source: Source, clock: str = "2018-10-04T09:00") -> list[str]:
    now = at(clock)
    jobs = jobs_missing(store, source.requests_for, now().date(), FIRST)
    return problems(sync(store, jobs, source.fetch, now))


def test_a_sync_stores_every_document(store: Store) -> None:
    """Otherwise a morning would lack series although their sources answered."""
    assert run(store, full()) == []
    for series in ("spx_close", "vix", "vvix"):
        assert store.last_day(series, ALWAYS) == LAST


def test_a_source_that_fails_costs_its_own_series_alone(store: Store) -> None:
    """The last good values stay, the others are fetched, and one line names what failed."""
    run(store, full(date(2018, 10, 2)), "2018-10-03T09:00")
    source = full()
    source.documents["vix"] = "cdn.example: the server answered 404"
    assert run(store, source) == ["Test, vix: cdn.example: the server answered 404"]
    assert store.last_day("vix", ALWAYS) == date(2018, 10, 2)
    assert store.last_day("vvix", ALWAYS) == LAST


def test_a_dead_network_is_not_tried_for_every_document(store: Store) -> None:
    """A hundred documents, each tried three times, would keep a trader waiting for a minute."""
    source = Source({f"vx{number}": "connection failed" for number in range(300)})
    outcomes = sync(store, jobs_for(source.requests_for, FIRST, LAST), source.fetch, MORNING)
    assert len(outcomes) == 300
    assert all(outcome.problem for outcome in outcomes)
    assert len(source.fetched) < 300


def test_one_answer_is_enough_to_try_every_document(store: Store) -> None:
    """Contracts not yet listed are not there: that says nothing about the others."""
    faults: dict[str, list[Observation] | str] = {f"vx{number}": "the server answered 404" for number in range(40)}
    source = Source({"vix": history("vix", FIRST, LAST), **faults, "vvix": history("vvix", FIRST, LAST, 90)})
    run(store, source)
    assert store.last_day("vvix", ALWAYS) == LAST
    assert len(source.fetched) == len(source.documents)


def test_a_document_that_cannot_be_read_leaves_nothing_behind(store: Store) -> None:
    """Half a document would look like a source with holes."""
    source = full()

    def broken(body: bytes) -> list[Observation]:
        raise MarketError("a web page came instead of data")

    request = source.requests_for(FIRST, LAST)[0]
    outcomes = sync(store, [Job(type(request)("Test", "vix", ("vix",), broken), FIRST)], source.fetch, MORNING)
    assert problems(outcomes) == ["Test, vix: a web page came instead of data"]
    assert len(store) == 0


def test_rows_left_out_are_counted_in_one_line(store: Store) -> None:
    """A source that turns bad must not do so in silence."""
    mourning = date(2018, 12, 5)
    source = Source({"vix": [*history("vix", FIRST, mourning), Observation("vix", mourning, 20.0)]})
    outcomes = sync(store, jobs_for(source.requests_for, FIRST, mourning), source.fetch, at("2018-12-06T09:00"))
    assert skipped(outcomes) == ["Test, vix: left out 1 (no session)"]


def test_what_has_not_changed_is_not_sent_again(store: Store) -> None:
    """Politeness to the source, and seconds on every refresh."""
    source = full()
    source.tags = True
    run(store, source)
    source.fetched.clear()
    jobs = jobs_for(source.requests_for, FIRST, LAST)
    outcomes = sync(store, jobs, source.fetch, at("2018-10-04T09:30"))
    assert all(outcome.unchanged and not outcome.problem for outcome in outcomes)
    assert all(tag is not None for _, tag in source.fetched)


def test_asking_further_back_asks_for_the_whole_document(store: Store) -> None:
    """Not changed since a shorter reading does not mean that the longer history is in the store."""
    source = full()
    source.tags = True
    sync(store, jobs_for(source.requests_for, date(2018, 9, 3), LAST), source.fetch, MORNING)
    sync(store, jobs_for(source.requests_for, FIRST, LAST), source.fetch, at("2018-10-04T10:00"))
    assert len(store.rows("vix", ALWAYS)) == len(history("vix", FIRST, LAST))


def test_only_what_is_due_is_fetched(store: Store) -> None:
    """A second refresh in the same hour must not touch the network; the next morning's must."""
    source = full()
    run(store, source)
    now = MORNING()
    assert jobs_due(store, source.requests_for, now, now) == []
    later = datetime(2018, 10, 4, 17, 0)
    assert {job.request.url for job in jobs_due(store, source.requests_for, later, later)} == set(source.documents)


def test_a_source_without_news_is_left_in_peace_for_a_while(store: Store) -> None:
    """Ten clicks in a minute must not be ten downloads."""
    source = full()
    run(store, source, "2018-10-04T17:00")
    for clock, due in (("2018-10-04T17:05", False), ("2018-10-04T17:15", True)):
        now = at(clock)()
        assert bool(jobs_due(store, source.requests_for, now, now)) == due


def test_a_series_no_source_serves_is_named() -> None:
    """A slip of --only must not look like a sync that worked."""
    with pytest.raises(MarketError, match="no source serves the series 'vixx'; these are served: spx_close, vix, vvix"):
        jobs_for(full().requests_for, FIRST, LAST, ["vixx"])


def live(store: Store, source: Source, clock: str = "2018-10-04T09:00") -> Live:
    return Live(store, source.requests_for, source.fetch, at(clock))


def test_a_live_morning_is_fetched_and_says_so(store: Store) -> None:
    """The present morning by itself: values, and the moment they were fetched."""
    morning = live(store, full()).read()
    assert (morning.asof, morning.source) == (datetime(2018, 10, 4, 9, 0), LIVE)
    vix = morning.quote("vix")
    assert (vix.observed, vix.fetched, vix.source) == (
        datetime(2018, 10, 3, 16, 15),
        datetime(2018, 10, 4, 9, 0),
        "Test",
    )


def test_a_live_morning_without_one_source_says_so(store: Store) -> None:
    """A morning that is half old must not pass for a live one."""
    run(store, full(date(2018, 10, 2)), "2018-10-03T09:00")
    source = full()
    source.documents["vix"] = "cdn.example: no answer within 10 s"
    reading = live(store, source)
    assert reading.read().source == PARTLY
    assert reading.warnings() == ["not fetched: Test, vix: cdn.example: no answer within 10 s"]


def test_without_a_network_the_store_serves_its_old_values(store: Store) -> None:
    """The last good values with their own age; nothing is made up and nothing comes from the sample."""
    run(store, full(date(2018, 10, 1)), "2018-10-02T09:00")
    morning = live(store, Source(dict.fromkeys(full().documents, "connection failed"))).read()
    assert morning.source == STORED
    assert morning.quote("vix").observed == datetime(2018, 10, 1, 16, 15)
    assert morning.quote("advances").value is None


def test_without_network_and_store_there_is_no_morning(store: Store) -> None:
    """The message must name what failed and both ways on; the sample never steps in."""
    with pytest.raises(MarketError) as found:
        live(store, Source({"vix": "connection failed"})).read()
    text = str(found.value)
    assert "alvh-xl data sync" in text
    assert "--source sample" in text
    assert "not fetched: Test, vix: connection failed" in text
    assert "\n" not in text


@pytest.mark.parametrize("year", [1990, 2034, 2040])
def test_a_morning_outside_the_exchange_calendar_is_refused(store: Store, year: int) -> None:
    """Guessed holidays would move expiries; the years that are served are named."""
    source = full()
    with pytest.raises(MarketError, match="serves mornings of 1992 to 2032"):
        live(store, source).read(datetime(year, 6, 1, 9, 0))
    assert source.fetched == []


def test_a_past_morning_needs_no_network_once_stored(store: Store) -> None:
    """Replaying a morning must not ask a source, and must not see what came out after it."""
    run(store, full())
    source = Source(dict.fromkeys(full().documents, "connection failed"))
    morning = live(store, source, "2018-10-04T18:00").read(datetime(2018, 9, 20, 9, 0))
    assert source.fetched == []
    assert morning.quote("vix").observed == datetime(2018, 9, 19, 16, 15)


def slow(source: Source, late: str, seconds: float) -> tuple[Callable[..., Answer], Callable[[], datetime]]:
    """A fetch of which one document waits until all others have come, and the clock beside it: from 15:59:29 on."""
    moment, others = [datetime(2018, 10, 4, 15, 59, 29)], threading.Barrier(2)

    def fetch(url: str, *, etag: str | None = None, modified: str | None = None) -> Answer:
        answer = source.fetch(url, etag=etag, modified=modified)
        if url == late:
            others.wait(10)
            time.sleep(0.2)  # the other document's time of day has been taken by now
            moment[0] += timedelta(seconds=seconds)
        else:
            others.wait(10)
        return answer

    return fetch, lambda: moment[0]


@pytest.mark.parametrize("at_once", [True, False])
def test_a_price_that_came_before_the_close_is_no_close_however_long_another_takes(store: Store, at_once: bool) -> None:
    """The last price before four o'clock would stay in the store as that day's final close."""
    today = date(2018, 10, 4)
    source = Source(
        {"spx_close": history("spx_close", LAST, today, 2900), "fed_funds": history("fed_funds", LAST, LAST)}
    )
    fetch, now = slow(source, "fed_funds", 60)
    sync(store, jobs_for(source.requests_for, FIRST, today), fetch, now, at_once=at_once)
    assert store.last_day("spx_close", ALWAYS) == LAST
    [row] = store.rows("fed_funds", ALWAYS)
    assert row.fetched == datetime(2018, 10, 4, 16, 0)


def test_documents_of_one_curve_are_dated_together(store: Store) -> None:
    """Half a curve known a minute before the other half would have a wrong front in a replay of that minute."""
    rows = {name: [Observation("vx", LAST, 14.0, name, date(2018, 10 + place, 17))] for place, name in enumerate("ab")}
    source = Source(dict(rows))
    fetch, now = slow(source, "b", 60)
    sync(store, jobs_for(source.requests_for, FIRST, LAST), fetch, now)
    assert {row.fetched for row in store.rows("vx", ALWAYS)} == {datetime(2018, 10, 4, 15, 59)}
