"""The Refresh button asks for the quotes of the legs that stand in the open workbook, and writes them there."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from alvh_xl.hosts.embedded import Package
from alvh_xl.market import MarketMorning, read_sample
from alvh_xl.market.legs import LegQuote, Legs
from alvh_xl.workbook import leg_quotes, macros
from alvh_xl.workbook.target import FileTarget
from tests.hosts.excel.test_macros import Desk

QUOTED = dt.datetime(2018, 10, 3, 16, 15)


def quoted(asof: dt.datetime | None, legs: Legs) -> MarketMorning:
    """The sample morning, each leg quoted at 5.00 to 5.20 with a forward at its strike plus 10."""
    morning = read_sample(asof)
    quotes = tuple(leg and LegQuote(leg, 5.0, 5.2, leg.strike + 10, QUOTED, morning.asof) for leg in legs)
    return replace(morning, quotes=quotes)


@pytest.mark.parametrize("work", [macros.refresh_open, macros.refresh_file])
def test_the_button_brings_the_quotes_of_the_legs(
    xlwings_windows: Any, sample_book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, work: Any
) -> None:
    """Both ways of refreshing must show what `alvh-xl refresh` shows, dates read from Excel included."""
    path = Path(shutil.copy(sample_book, tmp_path / "morning.xlsx"))
    desk = Desk(xlwings_windows, path)
    monkeypatch.setitem(macros.READERS, "sample", lambda asof, legs, _: quoted(asof, legs))
    desk.click(work)
    assert desk.boxes == []
    package = desk.book.package if work is macros.refresh_open else Package.open(path)
    rows = FileTarget(package).table("Quotes", [*leg_quotes.DATA, "flag"])[:4]
    names = ["SPXW181019P02805000", "SPXW181019P02855000", "SPXW181019C02990000", "SPXW181019C03040000"]
    assert [row[0] for row in rows] == names
    assert [row[1:3] + row[4:] for row in rows] == [[5.0, 5.2, s + 10, "OK"] for s in (2805.0, 2855.0, 2990.0, 3040.0)]
