"""Settlement in the morning and in the afternoon, days to expiry and publication, against exchange-calendars."""

from __future__ import annotations

import datetime as dt
import warnings

import numpy as np
import pytest
from numpy.typing import NDArray

from alvh_xl.market.publication import published
from alvh_xl.market.series import CATALOGUE
from alvh_xl.model import sessions
from alvh_xl.model.sessions import to_serial

Instants = dict[dt.date, tuple[dt.datetime, dt.datetime]]


@pytest.fixture(scope="module")
def clock() -> Instants:
    """Opening and close of every session, New York wall clock, as that package has them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecations between that package and pandas are not ours
        import exchange_calendars

        calendar = exchange_calendars.get_calendar("XNYS", start=str(sessions.FIRST), end=str(sessions.LAST))
        opens = calendar.opens.dt.tz_convert("America/New_York").dt.tz_localize(None)
        closes = calendar.closes.dt.tz_convert("America/New_York").dt.tz_localize(None)
    pairs = zip(opens, closes, strict=True)
    return {first.date(): (first.to_pydatetime(), last.to_pydatetime()) for first, last in pairs}


def test_contracts_settle_at_the_opening_or_at_the_close_of_their_session(clock: Instants) -> None:
    """Of every session of 46 years: SPX and VIX at its opening, SPXW at its close, an early one too."""
    assert len(clock) == 11577
    for day, (first, last) in clock.items():
        for instrument, instant in (("SPX", first), ("VIX", first), ("VX", first), ("VXM", first), ("SPXW", last)):
            assert sessions.settlement_instant(instrument, day) == pytest.approx(to_serial(instant), abs=1e-9)


def test_days_to_expiry_run_to_that_instant(clock: Instants) -> None:
    """The afternoon contract of an expiry lives longer than the morning one: by 6.5 hours, by 3.5 on a short day."""
    asof = dt.datetime(2018, 11, 1, 9, 0)
    for day, hours in ((dt.date(2018, 11, 16), 6.5), (dt.date(2018, 11, 23), 3.5)):
        left: NDArray[np.float64] = np.array(
            [sessions.settlement_instant(name, day) - to_serial(asof) for name in ("SPX", "SPXW")]
        )
        expected = [(instant - asof) / dt.timedelta(1) for instant in clock[day]]
        assert left == pytest.approx(expected, abs=1e-9)
        assert (left[1] - left[0]) * 24 == pytest.approx(hours)


@pytest.mark.parametrize(
    ("series", "minutes"),
    [("spx_close", 0), ("advances", 0), ("reit_price", 0), ("vix", 15), ("vvix", 15), ("skew", 15)],
)
def test_a_price_is_known_no_earlier_than_its_session_ends(clock: Instants, series: str, minutes: int) -> None:
    """16:00, the volatility indices a quarter of an hour later; on a short day late rather than early."""
    for day, (_, last) in clock.items():
        known = published(CATALOGUE[series], day)
        assert known.date() == day
        assert known >= last + dt.timedelta(minutes=minutes)
        if last.hour == 16:
            assert known == last + dt.timedelta(minutes=minutes)
