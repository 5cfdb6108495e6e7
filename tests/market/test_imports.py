"""Importing files: the documented forms, what is left out and counted, and no look-ahead through a file."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from alvh_xl.market import MarketError
from alvh_xl.market.asof import settlements
from alvh_xl.market.imports import import_path
from alvh_xl.market.store import Store
from tests.market.importing import ALWAYS, NOW, imported


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store" / "market.sqlite")


def values(store: Store, series: str) -> dict[str, float]:
    return {row.day.isoformat(): row.value for row in store.rows(series, ALWAYS)}


def test_a_file_named_after_its_series(store: Store, tmp_path: Path) -> None:
    """The simplest form: date,value."""
    report = imported(store, tmp_path, "vix.csv", "date,value\n2018-10-02,12.05\n2018-10-03,11.61\n")
    assert report.line() == "vix.csv: vix; 2 new, 0 revised"
    assert values(store, "vix") == {"2018-10-02": 12.05, "2018-10-03": 11.61}
    assert store.rows("vix", ALWAYS)[0].source == "import vix.csv"


def test_a_wide_file_names_its_columns_after_series(store: Store, tmp_path: Path) -> None:
    """One file with many columns; those the catalogue does not know, and empty cells, are passed over."""
    text = "\ufeffdate,VIX, vix3m ,mood\n2018-10-02,12.05,,good\n2018-10-03,11.61,14.68,bad\n"
    imported(store, tmp_path, "mine.csv", text)
    assert values(store, "vix") == {"2018-10-02": 12.05, "2018-10-03": 11.61}
    assert values(store, "vix3m") == {"2018-10-03": 14.68}


def test_a_stated_moment_counts(store: Store, tmp_path: Path) -> None:
    """Vintages: who knows when each figure came out can replay them all."""
    text = (
        "date,value,available_at\n"
        "2018-08-01,250.9,2018-09-13T08:30\n"
        "2018-08-01,251.7,2019-02-13T08:30\n"
        "2018-09-01,252.1,2031-01-01T08:30\n"
    )
    report = imported(store, tmp_path, "cpi.csv", text)
    assert report.appended.skipped == {"known only in the future": 1}
    seen = [store.rows("cpi", datetime(*moment))[-1].value for moment in ((2018, 9, 13, 8, 30), (2019, 2, 13, 8, 30))]
    assert seen == [250.9, 251.7]
    assert store.rows("cpi", datetime(2018, 9, 13, 8, 29)) == []
    again = imported(store, tmp_path, "cpi.csv", text)
    assert again.appended.written == 0


def test_faulty_rows_are_left_out_and_counted_in_one_line(store: Store, tmp_path: Path) -> None:
    """A file with a few bad rows still serves; the line says what they were."""
    text = (
        "date,value\n2018-10-02,12.05\n2018-10-02,12.06\n2018-12-05,20\n2018-10-03,1161\n"
        "10/04/2018,14\n2018-10-05,n.a.?\n2018-10-08\n\n"
    )
    report = imported(store, tmp_path, "vix.csv", text)
    assert report.line() == (
        "vix.csv: vix; 1 new, 0 revised; left out: 1 duplicate day, 1 no session, 1 out of plausible range, "
        "3 unreadable"
    )
    assert values(store, "vix") == {"2018-10-02": 12.05}


def test_settlements_of_contracts(store: Store, tmp_path: Path) -> None:
    """The curve needs each contract's own expiry; weekly contracts are no part of it."""
    text = (
        "date,contract,expiry,settle\n2018-10-03,VXV18,2018-10-17,13.775\n2018-10-03,VXX18,2018-11-21,14.725\n"
        "2018-10-03,VXW181010,2018-10-10,13.4\n2018-10-17,VXV18,2018-10-17,17.62\n"
    )
    report = imported(store, tmp_path, "futures.csv", text)
    assert report.appended.skipped == {"no monthly contract": 1, "settled": 1}
    rows = [(row.item, row.expiry, row.value) for row in store.rows("vx", ALWAYS)]
    assert rows == [("VXV18", date(2018, 10, 17), 13.775), ("VXX18", date(2018, 11, 21), 14.725)]


def test_a_calendar_is_read_before_the_figures_it_dates(store: Store, tmp_path: Path) -> None:
    """Otherwise the print of a month would count as known from the rule, not from its release."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "zz_calendar.csv").write_text(
        "date,event,detail,ref_period,time_et,source\n2018-10-11,cpi,CPI release,September 2018,08:30,bls\n"
        "2018-09-26,fomc_decision,,,14:00,fed\n2020-03-15,fomc_intermeeting,,,,fed\n",
        encoding="utf-8",
    )
    (folder / "cpi.csv").write_text("date,value\n2018-09-01,252.2\n", encoding="utf-8")
    lines = [report.line() for report in import_path(store, folder, NOW)]
    assert lines == ["zz_calendar.csv: 2 dates of cpi, fomc", "cpi.csv: cpi; 1 new, 0 revised"]
    assert store.rows("cpi", ALWAYS)[0].available == datetime(2018, 10, 11, 8, 30)
    events = store.events(datetime(2018, 1, 1), ALWAYS)
    assert [(event.event, event.note) for event in events] == [
        ("fomc", "FOMC decision"), ("cpi", "CPI for September 2018"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"", "it is empty"),
        ("a.csv", b"\xff\xfe\x00", "it is not CSV text"),
        ("a.csv", b"date,value\n2018-10-03,1\n", "no column is a series"),
        ("vix.csv", b"<!doctype html><p>Please sign in</p>", "no column is a series"),
        ("vix.csv", b"date,value\nyesterday,12\n", "no row can be read"),
        ("events.csv", b"date,event,time_et\n2018-10-03,party,20:00\n", "no event is one of"),
    ],
)
def test_a_file_that_holds_nothing_is_said(store: Store, tmp_path: Path, name: str, content: bytes, words: str) -> None:
    """A file that was passed over in silence would be taken for imported."""
    (tmp_path / name).write_bytes(content)
    [report] = import_path(store, tmp_path / name, NOW)
    assert report.line().startswith(f"{name}: not imported, ")
    assert words in report.problem
    assert len(store) == 0


def test_a_folder_without_files_is_named(store: Store, tmp_path: Path) -> None:
    """Otherwise a slip in the path would look like a finished import."""
    with pytest.raises(MarketError, match=r"holds no \.csv file"):
        import_path(store, tmp_path / "store", NOW)
    with pytest.raises(MarketError, match="there is no file or folder"):
        import_path(store, tmp_path / "nowhere", NOW)


def test_settlements_need_no_calendar() -> None:
    """The sample's published settlement days: 2018-10-17, 2018-11-21, 2018-12-19, at 09:30."""
    days = [event.at for event in settlements(datetime(2018, 10, 4, 9, 0))]
    expected = [datetime(2018, 10, 17, 9, 30), datetime(2018, 11, 21, 9, 30), datetime(2018, 12, 19, 9, 30)]
    assert expected == days[1:4]
    assert days[0] < datetime(2018, 10, 4)
