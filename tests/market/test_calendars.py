"""Calendars: each day at its hour, the user's own dates first, and an event nobody covers is unknown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

from alvh_xl.market.asof import facts_from_store
from alvh_xl.market.calendars import sync_calendars
from alvh_xl.market.errors import MarketError, ProviderError
from alvh_xl.market.feeds import jobs_released
from alvh_xl.market.imports import import_path
from alvh_xl.market.morning import assemble
from alvh_xl.market.observation import Observation
from alvh_xl.market.providers import Agenda
from alvh_xl.market.store import Store
from alvh_xl.market.sync import Document, jobs_for, sync
from tests.market.fakes import Answer, Source, at, history

NOW = at("2018-10-04T09:00")
START = date(2018, 8, 1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "market.sqlite")


def reader(*days: str) -> Callable[[bytes], list[date]]:
    return lambda body: [date.fromisoformat(day) for day in days]


def agenda(event: str, *days: str) -> Agenda:
    return Agenda("FRED", f"https://example/{event}", event, reader(*days))


class Net:
    """Counts what is fetched."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, url: str, *, etag: str | None = None, modified: str | None = None) -> Document:
        """Answer with nothing; the readers here need nothing."""
        self.asked.append(url)
        return Answer(b"")


def held(store: Store, event: str) -> list[str]:
    rows = store.events(datetime(1990, 1, 1), datetime(2035, 1, 1))
    return [f"{row.at:%Y-%m-%d %H:%M}" for row in rows if row.event == event]


def test_each_day_stands_at_its_hour(store: Store) -> None:
    """Statistics at 08:30, decisions at 14:00: a morning at 09:00 has seen the one and not the other."""
    found = [agenda("cpi", "2018-09-13", "2018-10-11"), agenda("fomc", "2018-09-26", "2018-11-08")]
    assert sync_calendars(store, found, Net(), NOW) == []
    assert held(store, "cpi") == ["2018-09-13 08:30", "2018-10-11 08:30"]
    assert held(store, "fomc") == ["2018-09-26 14:00", "2018-11-08 14:00"]


def test_a_calendar_is_asked_for_once_a_day(store: Store) -> None:
    """It changes a few times a year; a refresh must not wait for it every time."""
    net = Net()
    for clock in ("2018-10-04T09:00", "2018-10-04T17:00", "2018-10-05T09:00"):
        sync_calendars(store, [agenda("cpi", "2018-09-13", "2018-10-11")], net, at(clock))
    assert len(net.asked) == 2


def test_a_date_that_was_moved_is_moved(store: Store) -> None:
    """A print put off by a shutdown must not stand on both days."""
    sync_calendars(store, [agenda("cpi", "2018-09-13", "2018-10-11", "2018-11-14")], Net(), NOW)
    sync_calendars(store, [agenda("cpi", "2018-09-13", "2018-10-24", "2018-11-14")], Net(), at("2018-10-06T09:00"))
    assert held(store, "cpi") == ["2018-09-13 08:30", "2018-10-24 08:30", "2018-11-14 08:30"]


def test_the_users_own_calendar_goes_before_a_fetched_one(store: Store, tmp_path: Path) -> None:
    """It names the month that each print reports, which dates when the figures were known; later dates are added."""
    own = tmp_path / "own.csv"
    own.write_text(
        "date,event,time_et,detail,ref_period\n2018-09-13,cpi,08:30,,August 2018\n"
        "2018-10-11,cpi,08:30,,September 2018\n",
        encoding="utf-8",
    )
    import_path(store, own, NOW())
    fetched = agenda("cpi", "2018-08-10", "2018-09-12", "2018-10-11", "2018-11-14")
    sync_calendars(store, [fetched], Net(), NOW)
    assert held(store, "cpi") == ["2018-08-10 08:30", "2018-09-13 08:30", "2018-10-11 08:30", "2018-11-14 08:30"]
    assert store.releases()["cpi", date(2018, 9, 1)] == datetime(2018, 10, 11, 8, 30)


def test_a_calendar_that_cannot_be_read_costs_itself_alone(store: Store) -> None:
    """One line; the dates that the store held, and the other calendars, stay; it is asked for again next time."""
    sync_calendars(store, [agenda("fomc", "2018-09-26", "2018-11-08")], Net(), at("2018-10-01T09:00"))

    def broken(body: bytes) -> list[date]:
        raise ProviderError("Federal Reserve, FOMC calendar: the page is not the calendar of meetings")

    def dead(url: str, *, etag: str | None = None, modified: str | None = None) -> Document:
        raise MarketError("www.example: no connection")

    bad = Agenda("Federal Reserve", "https://example/fomc", "fomc", broken)
    lines = sync_calendars(store, [bad, agenda("cpi", "2018-09-13", "2018-10-11")], Net(), NOW)
    assert [line.split(":")[0] for line in lines] == ["Federal Reserve, dates of fomc"]
    assert sync_calendars(store, [bad], dead, NOW) == ["Federal Reserve, dates of fomc: www.example: no connection"]
    assert held(store, "fomc") == ["2018-09-26 14:00", "2018-11-08 14:00"]
    assert held(store, "cpi") != []


def test_an_event_nobody_covers_is_unknown(store: Store) -> None:
    """No date is worked out from the last one: the cell says that none is listed."""
    closes = history("spx_close", date(2017, 1, 3), date(2018, 10, 3), 2900)
    store.append(closes, "Test", NOW())
    sync_calendars(store, [agenda("cpi", "2018-09-13", "2018-10-11"), agenda("ppi", "2018-11-09")], Net(), NOW)
    morning = assemble(facts_from_store(store, NOW()), NOW(), "store")
    assert morning.next_event("cpi") == datetime(2018, 10, 11, 8, 30)
    assert (morning.last_event("fomc"), morning.next_event("fomc")) == (None, None)
    assert (morning.last_event("gdp"), morning.next_event("gdp")) == (None, None)
    # A calendar that only begins later may lack the date before: its next one need not be the next.
    assert morning.next_event("ppi") is None


def test_a_figure_is_looked_for_once_it_is_released(store: Store) -> None:
    """By rule September's CPI is due on 25 October; the calendar says the 11th, and that morning shows it."""
    sync_calendars(store, [agenda("cpi", "2018-09-13", "2018-10-11")], Net(), NOW)
    august = Source({"cpi": [Observation("cpi", date(2018, 8, 1), 251.7)]})

    def due(clock: str) -> int:
        return len(jobs_released(store, august.requests_for, at(clock)()))

    assert due("2018-10-11T09:00") == 0  # nothing was ever fetched: that is the sync's work
    sync(store, jobs_for(august.requests_for, START, date(2018, 10, 11)), august.fetch, at("2018-09-14T09:00"))
    assert (due("2018-10-11T08:29"), due("2018-10-11T08:30")) == (0, 1)
    sync(store, jobs_for(august.requests_for, START, date(2018, 10, 11)), august.fetch, at("2018-10-11T08:31"))
    assert (due("2018-10-11T08:35"), due("2018-10-11T08:41")) == (0, 1)  # not there yet: again, but not at once
    september = Source({"cpi": [Observation("cpi", date(2018, 9, 1), 252.2)]})
    sync(store, jobs_for(september.requests_for, START, date(2018, 10, 11)), september.fetch, at("2018-10-11T09:00"))
    assert due("2018-10-11T09:30") == 0
    assert store.rows("cpi", datetime(2018, 10, 11, 8, 59), date(2018, 9, 1)) == []
    assert [row.available for row in store.rows("cpi", datetime(2018, 10, 12), date(2018, 9, 1))] == [
        datetime(2018, 10, 11, 9, 0)
    ]
