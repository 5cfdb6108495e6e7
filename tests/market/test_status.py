"""Standing of series and calendars: all of them, also those never seen, with their source and what to do."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from alvh_xl.market.facts import Event
from alvh_xl.market.imports import import_path
from alvh_xl.market.observation import Observation
from alvh_xl.market.providers import yahoo
from alvh_xl.market.series import CATALOGUE
from alvh_xl.market.status import Standing, coverage, remedy, served_by, standing
from alvh_xl.market.store import Scheduled, Store

NOW = datetime(2018, 10, 4, 9, 0)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "market.sqlite")


def found(store: Store) -> dict[str, Standing]:
    return {row.series: row for row in standing(store, NOW, {})}


def test_every_series_of_the_catalogue_is_listed(store: Store) -> None:
    """What was never seen is what a reader most needs to know of; the two VX rows of the sheet are one series."""
    rows = found(store)
    assert set(rows) == set(CATALOGUE) - {"vx_front", "vx_second"}
    assert all(row.status == "MISSING" and row.source and row.advice for row in rows.values())


def test_a_figure_that_is_up_to_date_needs_nothing(store: Store) -> None:
    """Advice beside every row would be read by nobody; a stale one has it."""
    store.append([Observation("vix", date(2018, 10, 3), 11.61)], "Cboe", NOW)
    store.append([Observation("vvix", date(2018, 9, 27), 90.0)], "Cboe", NOW)
    rows = found(store)
    assert (rows["vix"].status, rows["vix"].value, rows["vix"].advice) == ("OK", 11.61, "")
    assert (rows["vvix"].status, rows["vvix"].advice) == ("STALE", "run `alvh-xl data sync`")


def test_what_nobody_serves_says_which_file_to_put_where(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with the columns of the form, so that no manual is needed."""
    monkeypatch.setattr(yahoo, "available", lambda: False)
    assert remedy("declines", {}) == "put a CSV into the watched folder: date,advances,declines"
    assert remedy("pe_trailing", {}) == "put a CSV into the watched folder: date,pe_trailing"
    assert remedy("rate_gbp", {}) == "run `alvh-xl data sync`, or type it on the sheet Macro"
    assert "STOOQ_API_KEY" in remedy("reit_price", {})
    assert remedy("reit_price", {"STOOQ_API_KEY": "abc"}) == "run `alvh-xl data sync`"
    assert (served_by("gdp", {}), served_by("reit_price", {})) == ("FRED", "the watched folder")
    monkeypatch.setattr(yahoo, "available", lambda: True)
    assert served_by("reit_price", {}) == "Yahoo"


def test_accounts_are_listed_without_one_value(store: Store, tmp_path: Path) -> None:
    """The last figure of some company is no value of the table."""
    (tmp_path / "a.csv").write_text("date,company,earnings\n2018-10-01,First Co,55\n", encoding="utf-8")
    import_path(store, tmp_path / "a.csv", NOW)
    row = found(store)["accounts"]
    assert (row.value, row.day, row.status) == (None, date(2018, 10, 1), "OK")


def test_a_calendar_nobody_covers_is_unknown(store: Store) -> None:
    """Last and next date where they are known; else what would bring them, which depends on the key."""
    dates = [datetime(2018, 9, 26, 14, 0), datetime(2018, 11, 8, 14, 0)]
    store.replace_events([Scheduled(Event("fomc", at, "")) for at in dates], "Federal Reserve", NOW)
    store.replace_events([Scheduled(Event("gdp", datetime(2018, 10, 26, 8, 30), ""))], "FRED", NOW)
    rows = {row.event: row for row in coverage(store, NOW, {})}
    assert (rows["fomc"].last, rows["fomc"].following, rows["fomc"].advice) == (*dates, "")
    for event in ("cpi", "ppi", "gdp"):  # of GDP a date is known, but none before it: there may be an earlier one
        assert rows[event].following is None
        assert rows[event].advice.startswith("set FRED_API_KEY, or put a CSV into the watched folder: date,event")
    keyed = {row.event: row for row in coverage(store, NOW, {"FRED_API_KEY": "abc"})}
    assert keyed["cpi"].advice.startswith("run `alvh-xl data sync`")
