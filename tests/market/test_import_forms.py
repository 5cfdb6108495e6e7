"""Further forms of files: months, Stooq's downloads, accounts, calendars of days alone, and what the morning shows."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from alvh_xl.market.asof import facts_from_store
from alvh_xl.market.imports import Imported, import_path, shown
from alvh_xl.market.morning import FUNDAMENTALS_COLUMNS, assemble
from alvh_xl.market.store import Store
from tests.market.fakes import history

NOW = datetime(2026, 1, 2, 12, 0)
ALWAYS = datetime(2035, 1, 1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store" / "market.sqlite")


def imported(store: Store, folder: Path, name: str, text: str) -> Imported:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    [report] = import_path(store, path, NOW)
    return report


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
    """Two columns are enough: statistics at 08:30, decisions at 14:00; a bad row is passed over."""
    text = "date,event\n2018-09-26,fomc\n2018-11-08,FOMC_decision\n2018-10-11,cpi\n2018-10-26,gdp\nsoon,fomc\n"
    assert imported(store, tmp_path, "dates.csv", text).line() == "dates.csv: 4 dates of cpi, fomc, gdp"
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
