from __future__ import annotations

import math
import re
from datetime import date, datetime

import pytest

from alvh_xl.market.publication import published
from alvh_xl.market.series import CATALOGUE, SNAPSHOT


@pytest.mark.parametrize("series", CATALOGUE)
def test_no_series_id_reads_as_a_cell_address(series: str) -> None:
    """Otherwise a named cell of that name would be another cell, or refused by the spreadsheet."""
    assert re.fullmatch(r"[a-z][a-z0-9_]*", series)
    assert not re.fullmatch(r"[a-z]{1,3}[0-9]+|r[0-9]*c?[0-9]*|c[0-9]*", series)


def test_the_snapshot_lists_catalogued_series_once() -> None:
    """Otherwise a row of the Market sheet would have no unit and age, or stand there twice."""
    assert set(SNAPSHOT) <= set(CATALOGUE)
    assert len(SNAPSHOT) == len(set(SNAPSHOT))


@pytest.mark.parametrize("series", CATALOGUE)
def test_every_series_has_one_maximum_age(series: str) -> None:
    """Otherwise a series could never turn STALE, or would have two contradicting limits."""
    entry = CATALOGUE[series]
    assert (entry.max_age is None) != (entry.max_age_days is None)
    assert entry.max_sessions >= 1


@pytest.mark.parametrize(
    ("series", "sessions", "days"),
    [("spx_close", 1, None), ("vix", 1, None), ("vx", 1, None), ("advances", 1, None),
     ("treasury_3m", 1, None), ("cpi", None, 45), ("ppi", None, 45), ("reer", None, 45),
     ("accounts", None, 120)],
)  # fmt: skip
def test_maximum_ages_are_those_of_the_method(series: str, sessions: int | None, days: int | None) -> None:
    """Otherwise old data would count as fresh: 1 session for prices, 45 days for prints, 120 for accounts."""
    entry = CATALOGUE[series]
    assert (entry.max_age, entry.max_age_days) == (sessions, days)


@pytest.mark.parametrize(("series", "sessions"), [("vix", 1), ("cpi", 31), ("accounts", 83)])
def test_days_become_sessions_at_252_a_year(series: str, sessions: int) -> None:
    """Otherwise ALVH_STALE, which counts sessions, would let a monthly print live 45 sessions."""
    assert CATALOGUE[series].max_sessions == sessions


@pytest.mark.parametrize(
    ("series", "day", "instant"),
    [
        ("spx_close", date(2018, 10, 3), datetime(2018, 10, 3, 16, 0)),
        ("vix", date(2018, 10, 3), datetime(2018, 10, 3, 16, 15)),
        ("vx", date(2020, 10, 23), datetime(2020, 10, 23, 16, 15)),
        ("vx", date(2020, 10, 26), datetime(2020, 10, 26, 16, 0)),
        ("vx_front", date(2018, 10, 3), datetime(2018, 10, 3, 16, 15)),
        ("cpi", date(2018, 9, 13), datetime(2018, 9, 13, 8, 30)),
        ("ppi", date(2018, 9, 12), datetime(2018, 9, 12, 8, 30)),
    ],
)
def test_availability_instants_are_those_of_the_method(series: str, day: date, instant: datetime) -> None:
    """Otherwise a replayed morning would see a value before it was published."""
    assert CATALOGUE[series].available(day) == instant


@pytest.mark.parametrize("series", [name for name, entry in CATALOGUE.items() if entry.every in ("month", "quarter")])
def test_a_figure_of_a_period_is_never_known_before_its_end(series: str) -> None:
    """Otherwise a replay would see a mean over the month while the month still runs."""
    entry, months = CATALOGUE[series], 3 if CATALOGUE[series].every == "quarter" else 1
    for year in range(1990, 2035):
        for month in (1, 4, 7, 10):
            place = year * 12 + month - 1 + months
            after = datetime(place // 12, place % 12 + 1, 1)
            assert published(entry, date(year, month, 1)) >= after


def test_plausible_range_includes_its_ends_and_refuses_nan() -> None:
    """Otherwise a hole in a source would pass for a value."""
    vix = CATALOGUE["vix"]
    assert vix.plausible(vix.low)
    assert vix.plausible(vix.high)
    assert not vix.plausible(vix.low - 0.01)
    assert not vix.plausible(1161.0)
    assert not vix.plausible(math.nan)
