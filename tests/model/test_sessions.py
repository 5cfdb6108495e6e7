"""Sessions, ages and settlement days against exchange-calendars, the sample morning and every VX contract on file."""

from __future__ import annotations

import datetime as dt
import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from alvh_xl.model import sessions
from alvh_xl.model.errors import DomainError, ShapeError
from alvh_xl.model.sessions import to_serial

D = dt.date
TOOL = Path(__file__).resolve().parents[1] / "tools" / "make_holidays.py"
MONTH_CODES = "FGHJKMNQUVXZ"


def serial(text: str) -> float:
    """Excel serial of an ISO date or date-time."""
    return to_serial(dt.datetime.fromisoformat(text))


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_holidays", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ── the table ──


def test_the_holiday_table_is_what_exchange_calendars_gives_today(tool: ModuleType) -> None:
    """An edited or outdated table would move expiries and ages without anybody noticing."""
    assert tool.TARGET.read_text(encoding="utf-8") == tool.render()


def test_every_session_and_close_of_46_years_matches_exchange_calendars(tool: ModuleType) -> None:
    """A wrong reading of the table would pass a comparison of its text alone."""
    holidays, early = tool.new_york_calendar()
    closed = {day.date() for day in holidays}
    early_closes = {day.date(): int(at[:2]) for day, at in early}
    day = sessions.FIRST
    while day <= sessions.LAST:
        expected = day.weekday() < 5 and day not in closed
        assert sessions.is_session(day) == expected
        if expected:
            hours = (sessions.session_close(day) - to_serial(day)) * 24
            assert hours == pytest.approx(early_closes.get(day, 16), abs=1e-6)
        day += dt.timedelta(1)


def test_the_index_traded_on_every_session_and_on_no_other_day(shared_data: Path) -> None:
    """Exchange-calendars itself could be wrong about a closure; the index' own history cannot."""
    index = pd.read_csv(shared_data / "index" / "spx_daily_ohlcv.csv")
    traded = [D.fromisoformat(day) for day in index["date"] if day >= "1990-01-01"]
    assert sessions.sessions_between(D(1990, 1, 1), traded[-1]) == traded


@pytest.mark.parametrize(
    "day",
    [D(2001, 9, 11), D(2012, 10, 29), D(2018, 12, 5), D(2025, 1, 9), D(2024, 6, 19), D(2018, 10, 6)],
)
def test_special_closures_and_weekends_are_no_sessions(day: dt.date) -> None:
    """Ages would count days on which nothing traded: attacks, storms, mourning, a new holiday, a Saturday."""
    assert not sessions.is_session(day)


# ── moving by sessions ──


def test_sessions_between_includes_both_ends_and_skips_days_off() -> None:
    """Good Friday or the weekend would be counted as sessions, or an end lost."""
    week = sessions.sessions_between(D(2024, 3, 28), D(2024, 4, 2))
    assert week == [D(2024, 3, 28), D(2024, 4, 1), D(2024, 4, 2)]
    assert sessions.sessions_between(D(2024, 3, 29), D(2024, 3, 31)) == []


@pytest.mark.parametrize(
    ("day", "before", "after"),
    [
        (D(2024, 3, 28), D(2024, 3, 27), D(2024, 4, 1)),  # a session beside Good Friday
        (D(2024, 3, 29), D(2024, 3, 28), D(2024, 4, 1)),  # Good Friday itself
        (D(2024, 3, 31), D(2024, 3, 28), D(2024, 4, 1)),  # a Sunday
        (D(2001, 9, 13), D(2001, 9, 10), D(2001, 9, 17)),
    ],
)
def test_neighbouring_sessions_are_strictly_before_and_after(day: dt.date, before: dt.date, after: dt.date) -> None:
    """A day off would step over a session, or a session would return itself."""
    assert sessions.previous_session(day) == before
    assert sessions.next_session(day) == after


def test_several_sessions_can_be_stepped_at_once() -> None:
    """Ten sessions after 27 September 2018 are 11 October, the sample's layer expiry."""
    assert sessions.next_session(D(2018, 9, 27), 10) == D(2018, 10, 11)
    assert sessions.previous_session(D(2018, 10, 11), 10) == D(2018, 9, 27)


@pytest.mark.parametrize("count", [0, -1])
def test_a_step_of_no_session_is_refused(count: int) -> None:
    """A negative count would silently walk the other way."""
    for move in (sessions.next_session, sessions.previous_session):
        with pytest.raises(DomainError):
            move(D(2018, 10, 3), count)


def test_counted_sessions_exclude_the_start_and_include_the_end() -> None:
    """The ten trading days of the golden daily roll, 3 to 17 October 2018, would be nine or eleven."""
    assert sessions.count_sessions(D(2018, 10, 3), D(2018, 10, 17)) == 10
    assert sessions.count_sessions(D(2018, 10, 3), D(2018, 10, 3)) == 0


@pytest.mark.parametrize("day", [D(1989, 12, 29), D(2036, 1, 2)])
def test_days_outside_the_table_are_refused(day: dt.date) -> None:
    """Beyond the table every weekday would pass for a session."""
    with pytest.raises(DomainError):
        sessions.is_session(day)


def test_a_step_over_the_end_of_the_table_is_refused() -> None:
    """The holidays of 2036 are unknown, so the day reached would be a guess."""
    with pytest.raises(DomainError):
        sessions.next_session(D(2035, 12, 31))
    with pytest.raises(DomainError):
        sessions.previous_session(D(1990, 1, 1))


# ── serials ──


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (D(2018, 10, 4), 43377.0),  # as Excel shows the sample morning
        (dt.datetime(2018, 10, 4, 9, 0), 43377.375),
        (dt.datetime(2018, 10, 4, 9, 0, tzinfo=dt.UTC), 43377.375),
        (dt.datetime(2018, 10, 4, 0, 0, 0, 500_000), 43377.0 + 0.5 / 86400),
    ],
)
def test_serials_are_excels_with_the_wall_clock_kept(moment: dt.date, expected: float) -> None:
    """A shifted epoch or a converted time zone would date every datum wrongly."""
    assert to_serial(moment) == pytest.approx(expected, abs=1e-10)


def test_a_serial_comes_back_to_the_second() -> None:
    """16:00 read as 15:59:59.999 would fall before the close."""
    assert sessions.from_serial(43376 + 16 / 24) == dt.datetime(2018, 10, 3, 16)
    assert sessions.from_serial(43376.6666666) == dt.datetime(2018, 10, 3, 16)


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e12])
def test_a_serial_that_is_no_date_is_refused(bad: float) -> None:
    """An overflow would escape as another exception than a cell can show."""
    with pytest.raises(DomainError):
        sessions.from_serial(bad)


def test_the_close_of_a_day_off_is_refused_and_early_closes_are_early() -> None:
    """A datum of the day after Thanksgiving is known at 13:00, three hours before a normal close."""
    assert sessions.session_close(D(2018, 10, 3)) == serial("2018-10-03T16:00")
    assert sessions.session_close(dt.datetime(2018, 11, 23, 9)) == serial("2018-11-23T13:00")
    with pytest.raises(DomainError):
        sessions.session_close(D(2018, 11, 22))


# ── age ──


@pytest.mark.parametrize(
    ("observed", "asof", "age"),
    [
        ("2018-10-03", "2018-10-04T09:00", 0),  # the morning run on the previous close
        ("2018-10-03", "2018-10-04", 0),  # a bare as-of is that morning
        ("2018-10-04T08:30", "2018-10-04", 0),  # and so later than a release at 08:30
        ("1990-01-01", "1990-01-02T16:00", 1),  # the table's first day
        ("2018-10-03", "2018-10-04T15:59", 0),
        ("2018-10-03", "2018-10-04T16:00", 1),  # a close exactly at the as-of has happened
        ("2018-10-03T15:59", "2018-10-03T16:00", 1),  # known before that day's close
        ("2018-10-03T16:15", "2018-10-04T16:15", 1),
        ("2018-10-05", "2018-10-08T09:00", 0),  # over a weekend
        ("2018-10-06", "2018-10-08T17:00", 1),  # a datum dated on a Saturday
        ("2018-11-21", "2018-11-23T12:59", 0),  # Thanksgiving, then a 13:00 close
        ("2018-11-21", "2018-11-23T13:00", 1),
        ("2018-11-23", "2018-11-23T13:00", 0),  # a bare observation means the early close
        ("2018-10-03", "2018-10-11T09:00", 5),  # replaying the sample a week later
    ],
)
def test_age_counts_the_sessions_closed_since(observed: str, asof: str, age: int) -> None:
    """Yesterday's close would look stale in the morning, or last week's fresh."""
    assert sessions.stale_age(serial(observed), serial(asof)) == age


@pytest.mark.parametrize(
    ("observed", "asof"),
    [
        ("2018-10-04T09:01", "2018-10-04T09:00"),
        ("2018-10-04", "2018-10-04"),  # the day's own close is not known on its morning
        ("2018-11-23", "2018-11-23T12:59"),
        ("1989-12-29", "2018-10-04"),
        ("2018-10-04", "2036-01-01"),
    ],
)
def test_an_age_from_the_future_or_outside_the_table_is_no_number(observed: str, asof: str) -> None:
    """A datum from after the as-of instant would be used: a look into the future."""
    assert np.isnan(sessions.stale_age(serial(observed), serial(asof)))


def test_a_serial_a_hair_before_the_end_of_the_table_is_outside_it() -> None:
    """Rounding up to the first second of 2036 would read past the table."""
    end = to_serial(sessions.LAST) + 1
    assert np.isnan(sessions.stale_age(end - 1e-9, end - 1e-9))
    assert sessions.stale_age(end - 1 + 0.9, end - 1e-4) == 0


def test_status_words_of_a_column() -> None:
    """A missing or future datum would be called fresh."""
    observed = [serial("2018-10-03"), serial("2018-10-02"), serial("2018-10-01"), np.nan, serial("2018-10-09")]
    words = sessions.stale(observed, serial("2018-10-04T09:00"), 1)
    assert words.tolist() == ["OK", "OK", "STALE", "MISSING", ""]


def test_a_limit_of_no_session_accepts_the_last_close_only() -> None:
    """0 would be refused, or mean no limit."""
    observed = [serial("2018-10-03"), serial("2018-10-02")]
    assert sessions.stale(observed, serial("2018-10-04"), 0).tolist() == ["OK", "STALE"]


@pytest.mark.parametrize(("asof", "limit"), [(np.nan, 1.0), (43377.0, -1.0), (43377.0, np.nan), (1.0, 1.0)])
def test_a_status_without_a_usable_as_of_or_limit_is_no_word(asof: float, limit: float) -> None:
    """MISSING would hide that the question itself was wrong."""
    assert sessions.stale([43376.0, np.nan], asof, limit).tolist() == ["", ""]


# ── settlement ──


@pytest.mark.parametrize(
    "day",
    [
        D(2026, 10, 21), D(2026, 11, 18), D(2026, 12, 16),  # Wednesdays
        D(2008, 2, 19), D(2014, 3, 18), D(2019, 3, 19), D(2022, 3, 15),  # Tuesdays: the Friday is Good Friday
        D(2024, 6, 18),  # the Wednesday is Juneteenth
        D(2025, 3, 18), D(2026, 5, 19), D(2027, 5, 18),
        D(2018, 10, 17), D(2018, 11, 21), D(2018, 12, 19), D(2019, 2, 13),  # the sample's contracts
    ],
)  # fmt: skip
def test_monthly_vix_settlement_of_the_golden_months(day: dt.date) -> None:
    """A hedge would be dated a day late, or on a holiday."""
    assert sessions.vix_expiry(day.year, day.month) == day


def test_monthly_vix_settlement_of_every_contract_on_file(shared_data: Path) -> None:
    """The rule would miss one of twenty years of actual settlements."""
    settles = pd.read_parquet(shared_data / "vx_futures" / "vx_futures_settlements.parquet")
    monthly = settles[settles["kind"] == "M"].groupby("contract")["expiry"].first()
    assert len(monthly) == 236
    for contract, expiry in monthly.items():
        year, month = 2000 + int(str(contract)[3:]), MONTH_CODES.index(str(contract)[2]) + 1
        assert sessions.vix_expiry(year, month) == expiry.date(), contract


@pytest.mark.parametrize(("year", "month"), [(2018, 0), (2018, 13), (1989, 12), (2036, 1), (2035, 12)])
def test_months_outside_the_table_have_no_settlement(year: int, month: int) -> None:
    """December 2035 depends on a January whose holidays are unknown."""
    with pytest.raises(DomainError):
        sessions.vix_expiry(year, month)


def test_settlements_of_columns_are_serials_with_gaps_where_there_is_no_month() -> None:
    """One bad month would spoil the whole column."""
    years, months = np.array([2018.0, 2018.5, np.nan, 2018.0, np.inf]), np.array([10.0, 10.0, 10.0, 13.0, 1.0])
    found = sessions.vix_expiry_serials(years, months)
    assert found[0] == serial("2018-10-17")
    assert np.isnan(found[1:]).all()


def test_third_friday_does_not_depend_on_holidays() -> None:
    """Good Friday 2014 is still the third Friday of its month."""
    assert sessions.third_friday(2014, 4) == D(2014, 4, 18)
    assert sessions.third_friday(2018, 6) == D(2018, 6, 15)  # the first is itself a Friday


def test_next_settlements_of_the_sample_morning() -> None:
    """The golden 14 and 49 days, and the ten trading days of the daily roll, of 3 October 2018."""
    ahead = sessions.vix_expiries(serial("2018-10-03"), 3)
    assert ahead.expiry.tolist() == [serial("2018-10-17"), serial("2018-11-21"), serial("2018-12-19")]
    assert ahead.days.tolist() == [14.0, 49.0, 77.0]
    assert ahead.trading_days[0] == 10


@pytest.mark.parametrize(
    ("asof", "days", "trading_days"),
    [
        ("2018-10-03T16:00", 13.729166667, 10),
        ("2018-10-04T09:00", 13.020833333, 10),
        ("2018-10-04T16:00", 12.729166667, 9),
        ("2018-10-06", 11.0, 8),
        ("2018-10-17T09:29", 1 / 1440, 1),
        ("2018-10-17T09:30", 35.0, 26),  # settled: November is next, this session still to trade
        ("2018-10-17", 35.0, 25),  # as of the close of the settlement day
        ("2018-11-23T13:00", 25.854166667, 17),  # an early close is a close
    ],
)
def test_days_left_run_to_the_settlement_instant(asof: str, days: float, trading_days: int) -> None:
    """An option in its last hours would have a negative life, or a settled one still be offered."""
    ahead = sessions.vix_expiries(serial(asof), 1)
    assert ahead.days[0] == pytest.approx(days, abs=1e-8)
    assert ahead.trading_days[0] == trading_days


def test_asking_for_no_settlement_is_refused() -> None:
    """An empty table would spill as nothing at all."""
    with pytest.raises(DomainError):
        sessions.vix_expiries(43376.0, 0)


@pytest.mark.parametrize(
    ("instrument", "day", "instant"),
    [
        ("VIX", D(2018, 10, 17), "2018-10-17T09:30"),
        ("VX", D(2018, 10, 17), "2018-10-17T09:30"),
        ("VXM", D(2026, 10, 21), "2026-10-21T09:30"),
        ("SPX", D(2018, 10, 19), "2018-10-19T09:30"),
        ("SPXW", D(2018, 10, 19), "2018-10-19T16:00"),
        ("SPXW", D(2018, 11, 23), "2018-11-23T13:00"),
    ],
)
def test_settlement_instants(instrument: str, day: dt.date, instant: str) -> None:
    """A PM-settled leg would expire six and a half hours early."""
    assert sessions.settlement_instant(instrument, day) == pytest.approx(serial(instant), abs=1e-9)


def test_the_sample_condor_has_15_2917_days_left() -> None:
    """The sample states it: SPXW of Friday 19 October seen from Thursday 4 October 09:00."""
    left = sessions.settlement_instant("SPXW", D(2018, 10, 19)) - serial("2018-10-04T09:00")
    assert round(left, 4) == 15.2917


def test_settlement_of_an_unknown_instrument_or_on_a_day_off_is_refused() -> None:
    """A typing error would settle at some default hour."""
    with pytest.raises(ShapeError):
        sessions.settlement_instant("SPY", D(2018, 10, 19))
    with pytest.raises(DomainError):
        sessions.settlement_instant("VX", D(2018, 11, 22))
