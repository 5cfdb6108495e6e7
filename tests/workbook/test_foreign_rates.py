"""Foreign rates on the sheet Macro: the market's, unless one is typed; a rate nobody knows is no number."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from alvh_xl.functions import CellError
from alvh_xl.hosts.embedded import recalculate, save_atomically, set_table
from alvh_xl.market import read_sample
from alvh_xl.workbook.files import open_workbook
from alvh_xl.workbook.refresh import evaluators
from alvh_xl.workbook.target import FileTarget

# The sample's rates, weights of the method, and the 3-month Treasury of that morning, 2.23.
SHOWN = {"EUR": -0.32, "JPY": -0.10, "GBP": 0.80, "CAD": 1.95, "CHF": -0.74}


@pytest.fixture
def book(sample_book: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(sample_book, tmp_path / "mine.xlsx"))


def changed(book: Path, table: str, column: str, values: list[Any]) -> FileTarget:
    """Write a column of a table, calculate, save, and open the workbook again."""
    package = open_workbook(book)
    set_table(package, table, [column], [(value,) for value in values])
    recalculate(package, evaluators(), read_sample().asof)
    save_atomically(package.to_bytes(), book, package.origin)
    return FileTarget(open_workbook(book))


def rates(target: FileTarget) -> dict[str, tuple[Any, Any]]:
    return {row[0]: (row[1], row[2]) for row in target.table("ForeignRates", ["currency", "rate", "status"])}


def test_the_sample_shows_its_own_rates_and_differential(book: Path) -> None:
    """2.23 − (0.40·−0.32 + 0.25·−0.10 + 0.15·0.80 + 0.10·1.95 + 0.10·−0.74) = 2.142, as in the method's vectors."""
    target = FileTarget(open_workbook(book))
    assert rates(target) == {name: (value, "ILLUSTRATIVE") for name, value in SHOWN.items()}
    assert target.value("rate_differential") == pytest.approx(2.142)


def test_a_typed_rate_wins_and_says_so(book: Path) -> None:
    """The user's own figure, zero too; the others stay the market's: 2.142 − 0.15·(0 − 0.80)."""
    target = changed(book, "ForeignRates", "typed", [None, None, 0.0, None, None])
    assert rates(target)["GBP"] == (0.0, "typed")
    assert rates(target)["EUR"] == (-0.32, "ILLUSTRATIVE")
    assert target.value("rate_differential") == pytest.approx(2.142 + 0.15 * 0.80)
    assert target.value("checks_failed") == 0


def test_a_rate_nobody_knows_is_no_number(book: Path) -> None:
    """Left out of the mean in silence, four currencies would pass for five; typing it brings the differential back."""
    market = FileTarget(open_workbook(book)).table("Market", ["series", "value"])
    values = [None if series == "rate_jpy" else value for series, value in market]
    target = changed(book, "Market", "value", values)
    assert rates(target)["JPY"] == (CellError.NA, "MISSING")
    assert target.value("rate_differential") == CellError.NA
    assert target.value("checks_failed") == 0
    target = changed(book, "ForeignRates", "typed", [None, -0.10, None, None, None])
    assert rates(target)["JPY"] == (-0.10, "typed")
    assert target.value("rate_differential") == pytest.approx(2.142)
