"""The Journal: a row a morning, in order, replaced on repeat, never lost."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest

from alvh_xl.hosts.embedded import Package, save_atomically, set_name, set_table
from alvh_xl.market import read_sample
from alvh_xl.workbook.journal import write_journal
from alvh_xl.workbook.refresh import refresh
from alvh_xl.workbook.target import FileTarget


def rows(path: Path, *columns: str) -> list[list[Any]]:
    package = Package.open(path)
    table = package.tables["Journal"]
    sheet = package.sheet(table.sheet)
    places = [table.column(column) or 0 for column in columns]
    found = [[sheet.value(row, place) for place in places] for row in range(table.data.top, table.data.bottom + 1)]
    return [row for row in found if row[0] is not None]


@pytest.fixture
def book(sample_book: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(sample_book, tmp_path / "mine.xlsx"))


def test_each_morning_has_one_row_and_the_rows_are_in_order(book: Path) -> None:
    """A repeated refresh must not write a morning twice, a replayed one belongs in its place."""
    for day in (8, 5, 8):
        refresh(book, read_sample, dt.datetime(2018, 10, day, 9))
    assert [asof for (asof,) in rows(book, "asof")] == [43377.375, 43378.375, 43381.375]


def test_the_row_holds_what_the_morning_decided(book: Path) -> None:
    """The audits of discipline read decision, model and lamps from here."""
    refresh(book, read_sample)
    names = ("asof", "decision", "binding", "held", "model", "spot")
    assert rows(book, *names) == [[43377.375, "BUY 6 contracts", "allocation", 0, 6, pytest.approx(2925.51)]]


def test_a_morning_already_recorded_changes_nothing(book: Path) -> None:
    """Refreshing twice gives identical bytes, the Journal included."""
    refresh(book, read_sample)
    once = book.read_bytes()
    refresh(book, read_sample)
    assert book.read_bytes() == once


def test_a_full_journal_loses_no_row_and_says_so(book: Path) -> None:
    """Dropping the oldest morning to make room would rewrite history."""
    package = Package.open(book)
    table = package.tables["Journal"]
    room = table.data.bottom - table.data.top + 1
    set_table(package, "Journal", ["asof"], [[40000.0 + i] for i in range(room)])
    save_atomically(package.to_bytes(), book)
    outcome = refresh(book, read_sample)
    assert any("Journal is full" in line for line in outcome.warnings)
    assert [asof for (asof,) in rows(book, "asof")] == [40000.0 + i for i in range(room)]


def test_a_workbook_without_journal_or_asof_says_what_was_not_recorded(book: Path) -> None:
    """The refresh itself goes on."""
    package = Package.open(book)
    set_name(package, "asof", None)
    assert "no as-of" in write_journal(FileTarget(package))[0]
    del package.tables["Journal"]
    assert "gone" in write_journal(FileTarget(package))[0]


@pytest.mark.parametrize("key", ["my note", None])
def test_a_row_without_a_date_is_never_deleted(book: Path, key: str | None) -> None:
    """A trader's remark below the last morning must not vanish; the refresh says why it did not record."""
    package = Package.open(book)
    set_table(package, "Journal", ["asof", "decision"], [[key, "a remark"]])
    save_atomically(package.to_bytes(), book)
    outcome = refresh(book, read_sample)
    assert any("no date" in line for line in outcome.warnings)
    package = Package.open(book)
    table = package.tables["Journal"]
    assert package.sheet(table.sheet).value(table.data.top, table.column("decision") or 0) == "a remark"
