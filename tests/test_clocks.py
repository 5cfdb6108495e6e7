"""A computer whose clock is wrong, and mornings around the change to and from daylight-saving time, by the commands."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from alvh_xl.market.live import clock_behind
from alvh_xl.market.store import FILE_NAME, Store
from tests.market.desk import Desk, at_desk, fill, market, serial
from tests.market.made_up import Clock, documents, value

HELD, LATEST = date(2018, 9, 28), date(2018, 10, 3)
FILLED, MORNING = datetime(2018, 10, 1, 8, 45), datetime(2018, 10, 4, 8, 45)
NEVER = datetime(2035, 1, 1)
Opener = Callable[[Clock, date], AbstractContextManager[Desk]]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opener:
    """Open a computer with a clock, and sources that know everything up to a day."""
    return lambda clock, last: at_desk(clock, documents(last), monkeypatch)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a data folder as a sync three sessions earlier left it."""
    return fill(tmp_path_factory.mktemp("filled"), HELD, FILLED)


def rows(home: Path) -> list[object]:
    with Store(home / FILE_NAME) as store:
        return [row for name in ("vix", "spx_close", "vx", "cpi", "fed_funds") for row in store.rows(name, NEVER)]


@pytest.mark.parametrize(
    ("wrong_by", "words", "status"),
    [
        (timedelta(days=3), "3 days ahead of", "STALE"),
        (timedelta(hours=5), "5 hours ahead of", "STALE"),
        (timedelta(hours=-5), "5 hours behind", "STALE"),
    ],
)
def test_a_wrong_clock_is_said_and_dates_nothing(
    opened: Opener, filled: Path, sample_book: Path, tmp_path: Path, wrong_by: timedelta, words: str, status: str
) -> None:
    """Rows of the store stay for ever: dated too early, a later replay would see them before they were known."""
    home = Path(shutil.copytree(filled, tmp_path / "home"))
    book = Path(shutil.copy(sample_book, tmp_path / "mine.xlsx"))
    line = f"ot fetched: Cboe, Cboe Futures Exchange, FRED: this computer's clock is {words} the sources': set it, then"
    with opened(Clock(MORNING, wrong_by), LATEST) as desk:
        synced = desk.sync(home)
        done = desk.refresh(home, book)
    assert synced.status == 1
    assert (synced.err.count(line), len(synced.err.splitlines())) == (1, 2)
    assert synced.err.endswith("nothing could be fetched; what the store held is still there\n")
    assert rows(home) == rows(filled)
    assert done.status == 0
    assert done.out.count(line) == 1
    shown, asof = market(book), MORNING + wrong_by
    assert f"As of      {asof:%a %d-%b-%Y %H:%M} New York, data: live, but nothing could be fetched" in done.out
    assert (shown["vix"]["value"], shown["vix"]["status"]) == (value("VIX", HELD), status)
    assert all(row["observed"] <= serial(asof) for row in shown.values() if row["observed"])


def test_a_clock_set_back_for_days_is_said_by_what_the_store_noted(
    opened: Opener, filled: Path, sample_book: Path, tmp_path: Path
) -> None:
    """No series is due on a day gone by: the morning shown is an old one and must say so, by store or chain."""
    home = Path(shutil.copytree(filled, tmp_path / "home"))
    book = Path(shutil.copy(sample_book, tmp_path / "mine.xlsx"))
    with opened(Clock(MORNING, timedelta(days=-4)), LATEST) as desk:
        synced = desk.sync(home)
        done = desk.refresh(home, book)
    assert synced.status == 1
    assert "this computer's clock is 4 days behind the sources': set it, then try again" in synced.err
    assert rows(home) == rows(filled)
    assert done.status == 0
    assert "As of      Sun 30-Sep-2018 08:45 New York" in done.out
    assert done.out.count("set it, then try again") == 1
    line = "this computer's clock is behind: it shows 30-Sep-2018 08:45 New York, and values were fetched at"
    with Store(home / FILE_NAME) as store:
        assert clock_behind(store, MORNING - timedelta(4)) == f"{line} 01-Oct-2018 08:45; set it, then try again"
    shown = market(book)
    assert (shown["vix"]["value"], shown["vix"]["status"]) == (value("VIX", HELD), "OK")
    assert all(row["observed"] <= serial(MORNING - timedelta(4)) for row in shown.values() if row["observed"])


@pytest.mark.parametrize("minutes", [-14, 14])
def test_a_clock_a_few_minutes_wrong_is_good_enough(opened: Opener, filled: Path, tmp_path: Path, minutes: int) -> None:
    """Every computer is a little wrong; refusing all data for it would cost the morning."""
    home = Path(shutil.copytree(filled, tmp_path / "home"))
    with opened(Clock(MORNING, timedelta(minutes=minutes)), LATEST) as desk:
        done = desk.sync(home)
    assert (done.status, done.err) == (0, "")
    with Store(home / FILE_NAME) as store:
        assert store.last_day("vix", NEVER) == LATEST


@pytest.mark.parametrize(
    ("friday", "monday"),
    [(date(2018, 3, 9), date(2018, 3, 12)), (date(2018, 11, 2), date(2018, 11, 5))],
    ids=["an hour less", "an hour more"],
)
def test_the_morning_after_the_clocks_change_is_an_ordinary_one(
    opened: Opener, sample_book: Path, tmp_path: Path, friday: date, monday: date
) -> None:
    """An hour too many or too few would make Friday's close unknown, stale, or of the wrong time."""
    before = datetime.combine(friday, datetime.min.time()) + timedelta(hours=8, minutes=45)
    home = fill(tmp_path / "home", friday - timedelta(1), before)
    book = Path(shutil.copy(sample_book, tmp_path / "mine.xlsx"))
    morning = datetime(monday.year, monday.month, monday.day, 8, 45)
    with opened(Clock(morning), friday) as desk:
        done = desk.refresh(home, book)
        again = desk.refresh(home, book)
    assert (done.status, done.err) == (0, "")
    missed = [line for line in done.out.splitlines() if "fetched" in line]
    assert [line for line in missed if "option quotes" not in line] == []  # no chain is served here
    assert "STALE" not in done.out
    vix = market(book)["vix"]
    assert (vix["value"], vix["status"]) == (value("VIX", friday), "OK")
    assert vix["observed"] == pytest.approx(serial(datetime(friday.year, friday.month, friday.day, 16, 15)))
    assert vix["fetched"] == pytest.approx(serial(morning))
    assert re.search("nothing to fetch|1 of 1 documents read, 0 new values", again.out)


def test_the_hour_that_comes_twice_is_dated_once_only(opened: Opener, tmp_path: Path) -> None:
    """At 01:30 for the second time the clock on the wall is where it was an hour ago: nothing may fail or be lost."""
    home = fill(tmp_path / "home", date(2018, 11, 1), datetime(2018, 11, 2, 8, 45))
    clock = Clock(datetime(2018, 11, 4, 1, 50))
    with opened(clock, date(2018, 11, 2)) as desk:
        first = desk.sync(home)
        clock.moment = datetime(2018, 11, 4, 1, 10, fold=1)
        second = desk.sync(home)
    assert [first.status, second.status] == [0, 0]
    with Store(home / FILE_NAME) as store:
        assert [row.day for row in store.rows("vix", NEVER)][-2:] == [date(2018, 11, 1), date(2018, 11, 2)]


def test_the_watched_folder_waits_until_the_clock_is_right(
    opened: Opener, filled: Path, sample_book: Path, tmp_path: Path
) -> None:
    """Counts of a session that still runs, taken as final by a clock that is hours ahead, could never be taken back."""
    home = Path(shutil.copytree(filled, tmp_path / "home"))
    book = Path(shutil.copy(sample_book, tmp_path / "mine.xlsx"))
    (home / "inbox").mkdir()
    (home / "inbox" / "breadth.csv").write_text("date,advances,declines\n2018-10-03,1344,1632\n2018-10-04,7,9\n")
    clock = Clock(MORNING, timedelta(hours=10))
    with opened(clock, LATEST) as desk:
        synced, done = desk.sync(home), desk.refresh(home, book)
        with Store(home / FILE_NAME) as store:
            assert store.rows("advances", NEVER) == []
        for said in (synced.err, done.out):
            [line] = [line for line in said.splitlines() if "set it, then try again" in line]
            assert "the watched folder is not read until then" in line
        clock.wrong_by = timedelta(0)
        assert desk.sync(home).status == 0
    with Store(home / FILE_NAME) as store:
        assert [(row.day, row.value) for row in store.rows("advances", NEVER)] == [(LATEST, 1344.0)]
