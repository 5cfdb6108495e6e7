"""Accounts and fund figures from files in the tables for typing: as of the morning, and never over typed rows."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from alvh_xl.hosts.embedded import recalculate, save_atomically, set_table
from alvh_xl.market import MarketMorning, read_sample
from alvh_xl.market.asof import read_store
from alvh_xl.market.imports import import_path
from alvh_xl.market.store import Store
from alvh_xl.model.sessions import sessions_between
from alvh_xl.workbook.files import open_workbook
from alvh_xl.workbook.refresh import evaluators, refresh
from alvh_xl.workbook.target import FileTarget
from tests.market.fakes import history

NOW = dt.datetime(2018, 10, 10, 9, 0)
ASOF = dt.datetime(2018, 10, 4, 9, 0)
ACCOUNTS = (
    "date,company,market_value,earnings,cash,short_term_investments,receivables,current_liabilities\n"
    "2018-08-01,Small Co,100,10,5,5,10,10\n2018-08-01,Large Co,900,30,20,20,20,30\n2018-10-09,Large Co,990,,,,,\n"
)


@pytest.fixture
def book(sample_book: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(sample_book, tmp_path / "mine.xlsx"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "market.sqlite") as store:
        store.append(history("spx_close", dt.date(2017, 1, 3), dt.date(2018, 10, 9), 2900), "Test", NOW)
        yield store


def take(store: Store, folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    import_path(store, folder / name, NOW)


def read(store: Store) -> Any:
    def reader(asof: dt.datetime | None) -> MarketMorning:
        return read_store(store, asof or ASOF)

    return reader


def fund(last: dt.date) -> str:
    """Shares that grow by a thousandth a session but for one outflow of a tenth at the end."""
    days = sessions_between(dt.date(2017, 3, 1), last)
    rows = [f"{day},{100 * 1.001**place:.6f},80\n" for place, day in enumerate(days[:-1])]
    return "date,reit_shares,reit_nav\n" + "".join(rows) + f"{days[-1]},{100 * 1.001 ** len(days) * 0.9:.6f},80\n"


def table(book: Path, name: str, *columns: str) -> list[list[Any]]:
    rows = FileTarget(open_workbook(book)).table(name, list(columns))
    return [row for row in rows if row[0] is not None]


def test_imported_accounts_take_the_place_of_the_samples(store: Store, book: Path, tmp_path: Path) -> None:
    """The largest first, what was filed later not yet: P/E is (100 + 900)/(10 + 30) = 25."""
    take(store, tmp_path, "companies.csv", ACCOUNTS)
    outcome = refresh(book, read(store))
    found = table(book, "Companies", "company", "market_value", "status")
    assert found == [["Large Co", 900.0, "imported"], ["Small Co", 100.0, "imported"]]
    assert FileTarget(open_workbook(book)).value("pe_ratio") == pytest.approx(25)
    assert not [line for line in outcome.warnings if "Companies" in line]
    refresh(book, read(store), NOW)
    assert table(book, "Companies", "company", "market_value")[0] == ["Large Co", 990.0]


def test_without_imported_accounts_the_table_stays(store: Store, book: Path) -> None:
    """It is the user's: a refresh from a store that knows no company writes nothing there."""
    before = table(book, "Companies", "company", "market_value", "status")
    refresh(book, read(store))
    assert table(book, "Companies", "company", "market_value", "status") == before


def test_a_replay_shows_no_accounts_that_were_imported_for_a_later_morning(
    store: Store, book: Path, tmp_path: Path
) -> None:
    """A past morning with the accounts of a later one is a look-ahead, and their age below 0 would read OK."""
    take(store, tmp_path, "companies.csv", ACCOUNTS.replace("2018-08-01", "2018-10-08"))
    refresh(book, read(store), NOW)
    assert len(table(book, "Companies", "company")) == 2
    assert FileTarget(open_workbook(book)).value("accounts_age") == 1
    outcome = refresh(book, read(store))
    assert table(book, "Companies", "company", "market_value", "status") == []
    assert not [line for line in outcome.warnings if "Companies" in line]
    refresh(book, read(store), NOW)
    assert len(table(book, "Companies", "company")) == 2


def test_accounts_of_a_later_day_have_no_age(store: Store, book: Path) -> None:
    """Typed rows stay in a replay: the sheet must not call them OK when they were filed after it."""
    columns = ["company", "market_value", "accounts_known", "status"]
    typed(book, "Companies", columns, [("My Co", 7.0, dt.date(2018, 10, 9), "typed")])
    refresh(book, read(store))
    assert table(book, "Companies", "company", "status") == [["My Co", "typed"]]
    assert str(FileTarget(open_workbook(book)).value("accounts_age")) == "#N/A"


def typed(book: Path, name: str, columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    package = open_workbook(book)
    set_table(package, name, columns, rows)
    recalculate(package, evaluators(), read_sample().asof)
    save_atomically(package.to_bytes(), book, package.origin)


def test_a_typed_company_is_never_overwritten(store: Store, book: Path, tmp_path: Path) -> None:
    """The whole table is left as it is, and a line says how to take the imported rows."""
    typed(book, "Companies", ["company", "market_value", "status"], [("My Co", 7.0, "typed")])
    take(store, tmp_path, "companies.csv", ACCOUNTS)
    outcome = refresh(book, read(store))
    assert table(book, "Companies", "company", "market_value", "status") == [["My Co", 7.0, "typed"]]
    assert any(line.startswith("table Companies: it holds rows that were typed") for line in outcome.warnings)


def test_figures_of_the_fund_fill_the_flow_table(store: Store, book: Path, tmp_path: Path) -> None:
    """The newest sessions, oldest first, and the z of an outflow after steady inflows lies below zero."""
    take(store, tmp_path, "fund.csv", fund(dt.date(2018, 10, 3)))
    refresh(book, read(store))
    rows = table(book, "ReitFlow", "session", "shares_outstanding", "nav")
    days = sessions_between(dt.date(2017, 3, 1), dt.date(2018, 10, 3))[-280:]
    serials = [(day - dt.date(1899, 12, 30)).days for day in days]
    assert [row[0] for row in rows] == serials
    z = FileTarget(open_workbook(book)).value("reit_flow_z")
    assert isinstance(z, float)
    assert z < -2
    take(store, tmp_path, "later.csv", "date,reit_shares,reit_nav\n2018-10-08,140,81\n")
    refresh(book, read(store), NOW)  # rows that left the window were ours: nothing is taken for typed
    assert table(book, "ReitFlow", "shares_outstanding")[-1] == [140.0]


@pytest.mark.parametrize("first", ["2018-09-03", "2018-10-08"])
def test_a_replay_shows_no_sessions_of_the_fund_that_came_later(
    store: Store, book: Path, tmp_path: Path, first: str
) -> None:
    """Flows of the days to come would tilt the sentiment of a past morning."""
    days = sessions_between(dt.date.fromisoformat(first), dt.date(2018, 10, 9))
    rows = "".join(f"{day},100,80\n" for day in days)
    take(store, tmp_path, "fund.csv", "date,reit_shares,reit_nav\n" + rows)
    refresh(book, read(store), NOW)
    assert len(table(book, "ReitFlow", "session")) == len(days)
    outcome = refresh(book, read(store))
    assert len(table(book, "ReitFlow", "session")) == len([day for day in days if day < ASOF.date()])
    assert not [line for line in outcome.warnings if "ReitFlow" in line]


def test_typed_sessions_of_the_fund_are_never_overwritten(store: Store, book: Path, tmp_path: Path) -> None:
    """One day that no file brought is the user's, and with it the table."""
    typed(book, "ReitFlow", ["session", "shares_outstanding", "nav"], [(dt.date(2016, 1, 4), 90.0, 70.0)])
    take(store, tmp_path, "fund.csv", fund(dt.date(2018, 10, 3)))
    outcome = refresh(book, read(store))
    assert len(table(book, "ReitFlow", "session")) == 1
    assert any(line.startswith("table ReitFlow: it holds rows that were typed") for line in outcome.warnings)


def test_more_companies_than_rows_are_cut_and_said(store: Store, book: Path, tmp_path: Path) -> None:
    """The table has ten rows; the largest ten are there."""
    rows = "".join(f"2018-08-01,Co {number:02d},{number},1\n" for number in range(1, 13))
    take(store, tmp_path, "companies.csv", "date,company,market_value,earnings\n" + rows)
    outcome = refresh(book, read(store))
    assert [row[0] for row in table(book, "Companies", "company")] == [
        f"Co {number:02d}" for number in range(12, 2, -1)
    ]
    assert "table Companies: 12 companies were imported, the 10 largest are shown" in outcome.warnings
