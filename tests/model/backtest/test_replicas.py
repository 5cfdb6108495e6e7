"""The replicas of published indices in worlds whose answer is known by hand."""

from __future__ import annotations

import datetime as dt
from math import erf, exp, log, sqrt

import numpy as np
import pytest

from alvh_xl.model.backtest import BacktestData
from alvh_xl.model.backtest.condors import calendar
from alvh_xl.model.backtest.index_history import IndexHistory
from alvh_xl.model.backtest.replicas import condor_index, put_protection_index, put_write_index, third_fridays
from alvh_xl.model.backtest.smile import Smile
from alvh_xl.model.backtest.tail_hedge import tail_hedge_index
from alvh_xl.model.errors import MissingError, ShapeError
from tests.model.backtest.worlds import random_world

START, END = 43101.0, 43190.0  # 2018-01-01 to 2018-03-31: rolls on 19 January, 16 February and 16 March
ROLLS = (43119.0, 43147.0, 43175.0)
VOL = 0.16


def day(year: int, month: int, number: int) -> float:
    return float((dt.date(year, month, number) - dt.date(1899, 12, 30)).days)


def quiet(level: float = 3000.0, fall_at: float | None = None, to: float = 1.0, **series: float) -> IndexHistory:
    """Constant SPX and VIX, flat smile; with `fall_at`, SPX opens that day at `to` times the level and stays there."""
    dates = calendar(START, END)
    close = np.full(dates.size, level)
    if fall_at is not None:
        close = np.where(dates >= fall_at, to * level, level)
    data = BacktestData.of(dates, close, np.full(dates.size, 100.0 * VOL))
    columns = {name: np.full(dates.size, value) for name, value in series.items()}
    return IndexHistory.of(data, close, **{"bill": np.zeros(dates.size), "dividend": np.zeros(dates.size), **columns})


def flat(history: IndexHistory) -> Smile:
    return Smile(np.zeros(history.data.dates.size), np.ones(history.data.dates.size))


def at(history: IndexHistory, level: np.ndarray, serial: float) -> float:
    return float(level[np.searchsorted(history.data.dates, serial)])


def normal(x: float) -> float:
    return 0.5 * (1.0 + erf(x / sqrt(2.0)))


def put(spot: float, strike: float, days: float, vol: float, rate: float = 0.0) -> float:
    """Black–Scholes put without dividends."""
    span, due = vol * sqrt(days / 365.0), strike * exp(-rate * days / 365.0)
    near = log(spot / due) / span + 0.5 * span
    return due * normal(span - near) - spot * normal(-near)


MONTH = 28.0 - 6.5 / 24.0  # from the close of 19 January to 09:30 of 16 February
# The smile's curvature of 0.012 stays even at slope 0: vol at z deviations.
CURVED = 0.012


def smiled(spot: float, strike: float, days: float) -> float:
    z = max(min(log(strike / spot) / (VOL * sqrt(days / 365.0)), 1.5), -8.0)
    return VOL * (1.0 + CURVED * z * z)


def test_options_settle_on_the_third_friday_or_the_thursday_before_good_friday() -> None:
    """Cboe's calendar; a holiday Friday that rolls forward would settle at the wrong open."""
    days = set(third_fridays(day(2008, 1, 1), day(2022, 12, 31)))
    for known in (day(2008, 3, 20), day(2014, 4, 17), day(2019, 4, 18), day(2022, 4, 14), day(2020, 3, 20)):
        assert known in days
    assert len(days) == 15 * 12


@pytest.mark.parametrize("bill", [0.0, 0.04])
def test_a_move_through_the_wider_wing_costs_the_condor_index_a_tenth(bill: float) -> None:
    """Bills cover ten times the maximum loss: the worst month is −10 %, neither more nor less, plus 28 days of bills.

    On a smile without slope the wider wing is that of the calls.
    """
    history = quiet(fall_at=43143.0, to=1.6, bill=bill)
    replica = condor_index(history, flat(history))
    assert at(history, replica.level, ROLLS[0]) == pytest.approx(1.0)
    assert at(history, replica.level, ROLLS[1]) == pytest.approx(0.9 + bill * 28.0 / 365.0, abs=1e-12)


def test_a_quiet_month_earns_the_credit_on_ten_times_the_maximum_loss() -> None:
    """The month's gain from four prices found by hand at strikes whose deltas are 20 and 5."""
    history = quiet()
    replica = condor_index(history, flat(history))
    span = VOL * sqrt(MONTH / 365.0)
    deviations = {0.20: 0.8416, 0.05: 1.6449}
    strikes = {}
    for delta, d in deviations.items():
        for side in (-1.0, 1.0):
            strike = 3000.0
            for _ in range(30):  # delta fixes d1, and d1 the strike, up to the smile
                width = span * smiled(3000.0, strike, MONTH) / VOL
                strike = 3000.0 * np.exp(side * d * width + 0.5 * width**2)
            strikes[side, delta] = round(strike / 5.0) * 5.0

    def price(side: float, delta: float) -> float:
        k = strikes[side, delta]
        low = put(3000.0, k, MONTH, smiled(3000.0, k, MONTH))
        return low if side < 0.0 else low + 3000.0 - k

    credit = sum(price(s, 0.20) - price(s, 0.05) for s in (-1.0, 1.0))
    wing = max(abs(strikes[s, 0.05] - strikes[s, 0.20]) for s in (-1.0, 1.0))
    assert at(history, replica.level, ROLLS[1]) - 1.0 == pytest.approx(credit / (10.0 * (wing - credit)), rel=1e-9)
    # With a cost the credit is smaller, and the next condor's cost is paid at the same close.
    paid, kept = condor_index(history, flat(history), 0.045).level, 0.955 * credit
    month, entry = kept / (10.0 * (wing - kept)), 0.045 * credit / (10.0 * (wing - kept))
    assert at(history, paid, ROLLS[1]) == pytest.approx((1.0 + month) * (1.0 - entry), rel=1e-9)


@pytest.mark.parametrize("bill", [0.0, 0.04])
def test_the_put_write_index_ends_a_fallen_month_with_shares_of_the_index(bill: float) -> None:
    """Fully covered: bills that grow to n·K pay out n·(K − S) and leave n·S, n = 1/(K/(1 + interest) − premium)."""
    history = quiet(fall_at=43143.0, to=0.6, bill=bill)
    replica = put_write_index(history, flat(history))
    cover = 3000.0 / (1.0 + bill * 28.0 / 365.0) - put(3000.0, 3000.0, MONTH, VOL, bill)
    assert at(history, replica.level, ROLLS[1]) == pytest.approx(1800.0 / cover, rel=1e-12)


def test_the_protected_index_ends_a_fallen_month_at_its_strike() -> None:
    """Index and put together are worth the strike, whatever the fall."""
    history = quiet(fall_at=43143.0, to=0.6)
    replica = put_protection_index(history, flat(history))
    paid = 3000.0 + put(3000.0, 2850.0, MONTH, smiled(3000.0, 2850.0, MONTH))
    assert at(history, replica.level, ROLLS[1]) == pytest.approx(2850.0 / paid, rel=1e-12)


def test_the_settlement_is_the_open() -> None:
    """SPX's monthly options settle on the opening prices, not on that day's close."""
    history = quiet()
    opens = np.where(history.data.dates == ROLLS[1], 4800.0, 3000.0)
    moved = IndexHistory.of(history.data, opens, bill=history.bill, dividend=history.dividend)
    assert at(moved, condor_index(moved, flat(moved)).level, ROLLS[1]) == pytest.approx(0.9, abs=1e-12)


def vix_world(future: float, final: float) -> IndexHistory:
    """VX at one level, VVIX 90, SPX constant; calls bought on 17 January settle at `final` on 14 February.

    On 17 January a nearer contract stands at 12: its weight would be 0.
    """
    dates = calendar(START, END)
    rows = [[d, expiry - d, future] for d in dates for expiry in (43145.0, 43180.0, 43208.0) if expiry > d]
    rows.append([43117.0, 2.0, 12.0])
    data = BacktestData.of(dates, np.full(dates.size, 3000.0), np.full(dates.size, future), rows,
                           np.full(dates.size, 90.0))  # fmt: skip
    settled = np.where(dates == 43145.0, final, np.nan)
    zero = np.zeros(dates.size)
    return IndexHistory.of(data, data.close, bill=zero, dividend=zero, settlement=settled)


EXPIRIES = (43117.0, 43145.0)  # 2018-01-17 and 2018-02-14


@pytest.mark.parametrize(("future", "weight"), [(15.0, 0.0), (15.01, 0.01), (30.01, 0.005), (50.01, 0.0)])
def test_worthless_calls_cost_the_published_weight(future: float, weight: float) -> None:
    """A share of the portfolio, of the month's start, is spent on calls: no more and no less is lost."""
    found = tail_hedge_index(vix_world(future, 10.0))
    history = vix_world(future, 10.0)
    assert at(history, found.index.level, EXPIRIES[1]) == pytest.approx(1.0 - weight, abs=1e-12)
    assert found.weight[0] == weight


def test_calls_pay_on_the_final_settlement_value() -> None:
    """The settlement value, not a close, decides: 1 % of calls bought at p pay 1 %·(value − strike)/p."""
    history = vix_world(18.0, 60.0)
    found = tail_hedge_index(history)
    expected = 0.99 + 0.01 * (60.0 - found.strike[0]) / found.price[0]
    assert at(history, found.index.level, EXPIRIES[1]) == pytest.approx(expected, rel=1e-12)


def test_without_a_settlement_value_the_last_settle_before_it_pays() -> None:
    """A gap in the settlements must not make a worthless call valuable, or the reverse."""
    history = vix_world(18.0, np.nan)
    assert at(history, tail_hedge_index(history).index.level, EXPIRIES[1]) == pytest.approx(0.99, abs=1e-12)


def test_the_flat_default_is_cheaper_than_traded_calls() -> None:
    """The default vol knows no smile: its 30-delta calls cost less, so the same weight buys too many."""
    history = vix_world(18.0, 60.0)
    plain, smiling = tail_hedge_index(history, flat=True), tail_hedge_index(history)
    assert plain.price[0] < smiling.price[0]
    assert plain.strike[0] < smiling.strike[0]


def test_cutting_the_history_changes_no_earlier_level() -> None:
    """A level that changes when later days are cut off has looked at them."""
    data = random_world(years=1.0)
    rng = np.random.default_rng(5)
    opens = data.close * (1.0 + 0.004 * rng.normal(size=data.close.size))
    skew = 120.0 + 10.0 * rng.normal(size=data.close.size)

    def levels(count: int) -> list[np.ndarray]:
        history = IndexHistory.of(data.until(count), opens[:count], skew[:count])
        smile = Smile.of_skew(history.skew)
        found = [replica(history, smile).level for replica in (condor_index, put_write_index, put_protection_index)]
        return [*found, tail_hedge_index(history).index.level]

    whole = levels(data.dates.size)
    for count in range(60, data.dates.size, 7):
        for full, cut in zip(whole, levels(count), strict=True):
            np.testing.assert_array_equal(cut, full[:count])


def test_a_history_without_a_roll_has_no_index() -> None:
    """An empty level that looks like a result would be compared with a published one."""
    dates = calendar(43124.0, 43130.0)
    data = BacktestData.of(dates, np.full(dates.size, 3000.0), np.full(dates.size, 16.0))
    history = IndexHistory.of(data)
    with pytest.raises(MissingError):
        condor_index(history, Smile.of_skew(history.skew))
    with pytest.raises(MissingError):
        tail_hedge_index(history)
    with pytest.raises(ShapeError):
        IndexHistory.of(data, data.close[1:])


def test_stand_ins_are_counted_and_last_values_hold() -> None:
    """A stand-in that is not said, or a gap filled from the future."""
    dates = calendar(43124.0, 43130.0)
    data = BacktestData.of(dates, np.full(dates.size, 3000.0), np.full(dates.size, 16.0))
    skew = np.full(dates.size, np.nan)
    skew[2] = 130.0
    history = IndexHistory.of(data, skew=skew)
    np.testing.assert_array_equal(history.skew, [120.0, 120.0, *[130.0] * (dates.size - 2)])
    words = " ".join(history.stand_ins())
    assert f"SKEW: 120 on 2 of {dates.size}" in words
    assert f"dividends: 2 % a year on {dates.size}" in words
    assert (history.open == 3000.0).all()
    later = history.between(float(dates[2]), float(dates[-1]))
    assert not any("SKEW" in text for text in later.stand_ins())


def test_dividends_accrue_by_the_calendar_day() -> None:
    """3.65 % a year is a basis point a day, three over a weekend."""
    history = quiet(dividend=0.0365)
    gaps = np.diff(history.data.dates)
    assert set(gaps) == {1.0, 3.0, 4.0}
    expected = np.cumprod(1.0 + 0.0001 * gaps)
    np.testing.assert_allclose(history.total_return()[1:], expected, rtol=1e-12)
    assert history.total_return()[0] == 1.0
