"""Further forms of files: months, Stooq's downloads, accounts, calendars of days alone, and what the morning shows."""

from __future__ import annotations

import os
import tracemalloc
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from alvh_xl.market.asof import facts_from_store
from alvh_xl.market.imports import import_path, shown
from alvh_xl.market.morning import FUNDAMENTALS_COLUMNS, assemble
from alvh_xl.market.store import Store
from tests.market.fakes import history
from tests.market.importing import ALWAYS, NOW, imported


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store" / "market.sqlite")


def test_monthly_counts_of_offerings_are_read_as_they_are_published(store: Store, shared_data: Path) -> None:
    """Months as YYYYMM, a dot for none; the counts begin in January 1960, the store in 1990."""
    [report] = import_path(store, shared_data / "macro" / "baker_wurgler_ipo_monthly.csv", NOW)
    assert report.series == ("ipo_count",)
    rows = {row.day: row for row in store.rows("ipo_count", ALWAYS)}
    assert (rows[date(1999, 11, 1)].value, rows[date(2008, 12, 1)].value) == (54.0, 0.0)
    assert min(rows) == date(1990, 1, 1)
    assert rows[date(2018, 12, 1)].available == datetime(2019, 1, 20, 18, 0)


@pytest.mark.parametrize("language", ["en", "pl"])
def test_a_download_of_stooq_is_read_under_its_own_name(store: Store, shared_data: Path, language: str) -> None:
    """`^spx_d.csv`, as the browser names it, in both languages; the months of 1789 are left out."""
    body = (shared_data / "formats" / f"stooq_spx_d_{language}.sample.csv").read_text(encoding="utf-8")
    folder = store.path.parent
    report = imported(store, folder, "^spx_d.csv", body)
    assert report.series == ("spx_open", "spx_high", "spx_low", "spx_close")
    closes = {row.day: row.value for row in store.rows("spx_close", ALWAYS)}
    day, close = (date(2025, 10, 1), 6711.2) if language == "en" else (date(2023, 3, 13), 3855.76)
    assert closes[day] == close
    assert min(closes).year >= 2023
    fund = "Date,Open,High,Low,Close,Volume\n2018-10-03,79,80,78,79.15,4000\n"
    assert imported(store, folder, "vnq_us_d.csv", fund).series == ("reit_price",)


def test_the_figures_of_a_fund_come_from_one_wide_file(store: Store, tmp_path: Path) -> None:
    """Shares, net asset value and price of a day; the sheet Fundamentals wants the first two."""
    text = "date,reit_shares,reit_nav,reit_price,pe_forward\n2018-10-03,412.5,79.20,79.15,17.1\n"
    report = imported(store, tmp_path, "fund.csv", text)
    assert report.appended.written == 4
    assert store.rows("reit_nav", datetime(2018, 10, 3, 17, 59)) == []
    assert store.rows("reit_nav", datetime(2018, 10, 3, 18, 0))[0].value == 79.2


ACCOUNTS = (
    "date,company,market_value,earnings,cash,current_liabilities,mood\n"
    "2018-08-01,First Co,900,50,60,80,good\n2018-10-01,First Co,,55,,,\n2018-09-03,Second: Co,400,-3,10,20,\n"
    "2018-10-05,First Co,950,,,,\n2018-09-03,,1,1,1,1,\n2018-09-04,Third Co,99999999,1,1,1,\n"
)


def test_accounts_are_a_table_known_from_the_day_of_filing(store: Store, tmp_path: Path) -> None:
    """The last figure of each kind; nothing of a filing before its day, and no row of a blank name or absurd size."""
    report = imported(store, tmp_path, "companies.csv", ACCOUNTS)
    assert report.line() == (
        "companies.csv: accounts; 13 new, 0 revised; left out: 1 out of plausible range, 1 unreadable"
    )
    store.append(history("spx_close", date(2017, 1, 3), date(2018, 10, 8), 2900), "Test", NOW)

    def companies(moment: datetime) -> dict[object, dict[str, object]]:
        rows = assemble(facts_from_store(store, moment), moment, "store").fundamentals
        assert rows.columns == FUNDAMENTALS_COLUMNS
        return {row[0]: dict(zip(rows.columns, row, strict=True)) for row in rows.rows}

    found = companies(datetime(2018, 10, 4, 9, 0))
    first = found["First Co"]
    assert (first["market_value"], first["earnings"], first["cash"]) == (900.0, 55.0, 60.0)
    assert (first["accounts_known"], first["receivables"]) == (date(2018, 10, 1), None)
    assert found["Second: Co"]["earnings"] == -3.0
    assert companies(datetime(2018, 10, 1, 15, 59))["First Co"]["earnings"] == 50.0
    assert companies(datetime(2018, 10, 5, 16, 0))["First Co"]["market_value"] == 950.0


def test_a_calendar_of_days_alone_stands_at_the_customary_hours(store: Store, tmp_path: Path) -> None:
    """Two columns are enough: statistics at 08:30, decisions at 14:00; a bad row is counted."""
    text = "date,event\n2018-09-26,fomc\n2018-11-08,FOMC_decision\n2018-10-11,cpi\n2018-10-26,gdp\nsoon,fomc\n"
    assert imported(store, tmp_path, "dates.csv", text).line() == (
        "dates.csv: 4 dates of cpi, fomc, gdp; left out: 1 unreadable"
    )
    events = store.events(datetime(2018, 1, 1), ALWAYS)
    assert [(event.event, f"{event.at:%m-%d %H:%M}") for event in events] == [
        ("fomc", "09-26 14:00"), ("cpi", "10-11 08:30"), ("gdp", "10-26 08:30"), ("fomc", "11-08 14:00"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "'x", "\x1b[31m", "x" * 100, "  = 2"])
def test_a_text_that_could_be_a_formula_reaches_no_cell(store: Store, tmp_path: Path, text: str) -> None:
    """Names of companies and words of a calendar go into cells; a file from elsewhere must not calculate there."""
    (tmp_path / "a.csv").write_text(
        f'date,company,earnings\n2018-08-01,"{text}",5\n2018-08-01,Co,5\n', encoding="utf-8"
    )
    (tmp_path / "b.csv").write_text(f'date,event,detail\n2018-10-11,cpi,"{text}"\n', encoding="utf-8")
    reports = {report.path.name: report for report in import_path(store, tmp_path, NOW)}
    assert reports["a.csv"].appended.skipped == {"unreadable": 1}
    assert [event.note for event in store.events(datetime(2018, 1, 1), ALWAYS)] == ["CPI"]


def test_a_name_is_shown_short_and_on_one_line() -> None:
    """It becomes part of a cell of the workbook."""
    assert shown(Path("a\x00b\r\nc\u202ed.csv")) == "a?b??c?d.csv"
    assert len(shown(Path("x" * 250))) == 80


def test_a_month_of_the_far_future_does_not_stop_a_file(store: Store, tmp_path: Path) -> None:
    """The end of December 9999 is no day; the row is one of no year the store holds."""
    text = "date,series,value,published\n9999-12-01,cpi,250,2018-10-01\n2018-08-01,cpi,251.7,2018-09-13\n"
    report = imported(store, tmp_path, "mine.csv", text)
    assert report.line() == "mine.csv: cpi; 1 new, 0 revised; left out: 1 not from 1990 to 2035"


@pytest.mark.parametrize("clock", ["08:30-04:00", "08:30Z", "half past"])
def test_a_time_with_a_zone_is_no_time_of_new_york(store: Store, tmp_path: Path, clock: str) -> None:
    """Stored with its zone it would stop every later morning: it cannot be compared with any other moment."""
    text = f"date,event,time_et\n2018-10-11,cpi,{clock}\n2018-11-14,cpi,08:30\n2018-11-15,cpi,\n"
    report = imported(store, tmp_path, "dates.csv", text)
    assert report.line() == "dates.csv: 1 dates of cpi; left out: 1 unreadable"
    facts_from_store(store, datetime(2018, 11, 1, 9, 0))
    assert [event.at for event in store.events(datetime(2018, 1, 1), ALWAYS)] == [datetime(2018, 11, 14, 8, 30)]
    report = imported(store, tmp_path, "other.csv", f"date,event,time_et\n2018-10-11,cpi,{clock}\n")
    assert report.problem == "no row can be read"


def test_a_calendar_row_may_lack_its_last_cells(store: Store, tmp_path: Path) -> None:
    """Its words and its month are optional; a short row would end the import with a trace."""
    text = "date,event,time_et,detail,ref_period\n2018-10-11,cpi,08:30\n2018-11-14\n2018-12-12,ppi\n"
    assert imported(store, tmp_path, "dates.csv", text).line() == "dates.csv: 1 dates of cpi"


def test_one_file_that_cannot_be_taken_does_not_stop_the_others(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault nobody thought of, in one file of the watched folder, would end every sync."""
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("date,vix\n2018-10-03,11.61\n", encoding="utf-8")
    whole = Store.append

    def append(self: Store, rows: Any, source: str, *more: Any, **named: Any) -> Any:
        if "a.csv" in source:
            raise TypeError("unexpected\nthing")
        return whole(self, rows, source, *more, **named)

    monkeypatch.setattr(Store, "append", append)
    assert [report.line() for report in import_path(store, tmp_path, NOW)] == [
        "a.csv: not imported, something in it is not of its form (unexpected thing)",
        "b.csv: vix; 1 new, 0 revised",
    ]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_a_stray_quote_swallows_no_rows(store: Store, tmp_path: Path, ends: str) -> None:
    """Rows after it would be one long cell, and nobody would know that they are missing."""
    text = ends.join(
        ("date,value", "2018-10-02,12.05", '2018-10-03,"11.61', "2018-10-04,14.22", "2018-10-05,14.82", "")
    )
    (tmp_path / "vix.csv").write_bytes(text.encode())
    [report] = import_path(store, tmp_path / "vix.csv", NOW)
    assert report.problem == "the quotation marks of line 3 do not match, or a cell is cut there"
    assert len(store) == 0
    (tmp_path / "vix.csv").write_bytes(text.replace('"11.61', '"11.61"').encode())
    assert import_path(store, tmp_path / "vix.csv", NOW)[0].appended.written == 4


def test_a_cell_with_a_line_break_is_a_fault_of_the_file(store: Store, tmp_path: Path) -> None:
    """No documented form has one, and a quote left open looks the same."""
    report = imported(store, tmp_path, "co.csv", 'date,company,earnings\n2018-08-01,"First\nCo",5\n')
    assert "line 2" in report.problem


def test_a_file_of_blank_lines_is_refused_before_it_is_taken_apart(store: Store, tmp_path: Path) -> None:
    """19 MB of line ends would take 1.5 GB of memory."""
    path = tmp_path / "vix.csv"
    path.write_bytes(b"date,value\n" + b"\n" * 19_000_000)
    tracemalloc.start()
    [report] = import_path(store, path, NOW)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert report.problem == "it has more than 500,000 lines"
    assert peak < 60_000_000
    path.write_bytes(b"date,value\n" + b"\r\n" * 499_000 + b"2018-10-03,11.61\n")
    assert import_path(store, path, NOW)[0].appended.written == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
def test_an_import_reads_plain_files_only(store: Store, tmp_path: Path) -> None:
    """Opening a pipe waits for its writer for ever; and a name in capitals is a name as good."""
    folder = tmp_path / "files"
    (folder / "folder.csv").mkdir(parents=True)
    os.mkfifo(folder / "pipe.csv")
    (folder / "VIX.CSV").write_text("date,value\n2018-10-03,11.61\n", encoding="utf-8")
    lines = [report.line() for report in import_path(store, folder, NOW)]
    assert sorted(lines) == ["VIX.CSV: vix; 1 new, 0 revised", "pipe.csv: not imported, it is no file"]
    assert import_path(store, folder / "pipe.csv", NOW)[0].problem == "it is no file"


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("cpi_consensus.csv", "date,value"),
        ("my_forecast_vix.csv", "date,value"),
        ("vix_old.csv", "date,value"),
        ("my_vix.csv", "date,open,high,low,close"),
    ],
)
def test_a_word_of_its_name_does_not_make_a_file_a_series(store: Store, tmp_path: Path, name: str, header: str) -> None:
    """A forecast would become the official figure, without a word."""
    row = "2018-10-03" + ",12" * header.count(",")
    assert imported(store, tmp_path, name, f"{header}\n{row}\n").problem
    assert len(store) == 0


def test_the_documented_names_are_read(store: Store, tmp_path: Path) -> None:
    """SERIES.csv with a column value, by its id or its publisher's name; SERIES_….csv with four prices."""
    for name, header, series in (
        ("CPIAUCSL.csv", "date,value", "cpi"), ("VIX.csv", "date,value", "vix"),
        ("vix3m_2018.csv", "date,open,high,low,close", "vix3m"),
        ("vix_daily_ohlc.csv", "date,open,high,low,close", "vix"),
    ):  # fmt: skip
        text = f"{header}\n2018-10-02{',12' * header.count(',')}\n"
        assert imported(store, tmp_path, name, text).series == (series,)
