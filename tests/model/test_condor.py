"""The iron condor: worked example, golden probabilities, edges."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from alvh_xl.model import condor
from alvh_xl.model.errors import DomainError
from alvh_xl.model.volatility import smile_vol

MARKET: dict[str, float] = {"rate": 0.04, "dividend_yield": 0.013, "slope": -0.09, "curvature": 0.012}
WORKED = {
    # days: strikes, strikes before rounding, credit $, max loss $, width, probability of profit
    7: ([5820, 5870, 6120, 6170], (5868.6623, 6120.0413), 1134.60, 3865.40, 272.692, 0.7178),
    14: ([5770, 5820, 6175, 6225], (5818.1434, 6172.8160), 1227.90, 3772.10, 379.558, 0.7110),
    21: ([5730, 5780, 6215, 6265], (5780.8752, 6214.5515), 1279.87, 3720.13, 460.597, 0.7063),
}


@pytest.mark.parametrize("days", WORKED)
def test_strikes_credit_width_and_probability_reproduce_the_worked_example(days: int) -> None:
    """A delta without the smile, a wrong rounding, or a leg with the wrong sign in the credit."""
    strikes, targets, credit, loss, width, probability = WORKED[days]
    found = condor.strikes(6000.0, 0.15, days, **MARKET)
    assert found.strike.tolist() == strikes
    assert [found.put_target, found.call_target] == [pytest.approx(x, abs=5.1e-5) for x in targets]
    k1, k2, k3, k4 = found.strike
    summary = condor.condor(k1, k2, k3, k4, found.credit)
    assert summary.max_profit == pytest.approx(credit, abs=0.005)
    assert summary.max_loss == pytest.approx(loss, abs=0.005)
    assert summary.width == pytest.approx(width, abs=5e-4)
    assert summary.return_on_risk == pytest.approx(credit / loss, rel=1e-5)
    low, high = summary.low_breakeven, summary.high_breakeven
    vols = smile_vol(6000.0, [low, high], days, 0.15, -0.09, 0.012)
    chance = condor.probability_of_profit(6000.0, low, high, days, vols[0], vols[1], 0.04, 0.013)
    assert float(chance) == pytest.approx(probability, abs=5e-5)


def test_leg_prices_and_deltas_reproduce_the_fourteen_day_example() -> None:
    """A leg valued with the at-the-money vol instead of its own."""
    found = condor.strikes(6000.0, 0.15, 14, **MARKET)
    assert found.price.tolist() == [pytest.approx(x, abs=5e-7) for x in (11.120048, 16.943342, 13.185735, 6.729992)]
    assert found.credit == pytest.approx(12.279037, abs=5.1e-7)
    assert float(np.array([1.0, -1.0, -1.0, 1.0]) @ found.delta) == pytest.approx(-0.015290, abs=5e-7)


def test_the_shorts_before_rounding_have_the_wanted_delta() -> None:
    """A search that stops short, or one that uses a flat vol."""
    found = condor.strikes(6000.0, 0.2, 30, short_delta=0.25, strike_step=1e-6, wing_width=100.0)
    np.testing.assert_allclose(np.abs(found.delta[1:3]), 0.25, atol=1e-8)
    assert found.strike[1] - found.strike[0] == pytest.approx(100.0)
    assert found.strike[3] - found.strike[2] == pytest.approx(100.0)
    assert found.strike[1] == pytest.approx(found.put_target, abs=1e-6)


def test_half_a_step_is_rounded_up() -> None:
    """Rounding to even, which would make the grid uneven."""
    fine = condor.strikes(6000.0, 0.15, 14, **MARKET)
    step = 2.0 * fine.put_target / (2 * math.floor(fine.put_target / 40) + 1)
    assert condor.strikes(6000.0, 0.15, 14, strike_step=step * (1 - 1e-12), **MARKET).strike[1] > fine.put_target


@pytest.mark.parametrize("change", [
    {"spot": 0.0}, {"vol": 0.0}, {"vol": 15.0}, {"days": 0.0}, {"days": -1.0}, {"short_delta": 0.0},
    {"short_delta": 1.0}, {"short_delta": 0.7}, {"wing_width": 0.0}, {"strike_step": 0.0}, {"spot": math.nan},
    {"rate": math.inf}, {"wing_width": 6000.0}, {"strike_step": 9000.0}, {"slope": -40.0}, {"slope": math.nan},
    {"vol": 6.0, "days": 365.0, "short_delta": 0.01},
])  # fmt: skip
def test_impossible_condors_are_refused(change: dict[str, float]) -> None:
    """Strikes invented where no strike has the delta, or strikes out of order."""
    terms: dict[str, Any] = {"spot": 6000.0, "vol": 0.15, "days": 14.0} | MARKET | change
    with pytest.raises(DomainError):
        condor.strikes(**terms)


def test_a_wing_where_the_smile_turns_negative_is_refused() -> None:
    """A long leg without a vol, priced at zero."""
    with pytest.raises(DomainError):
        condor.strikes(6000.0, 0.15, 14, wing_width=900.0, rate=0.04, slope=-0.2, short_delta=0.3)


def test_the_summary_takes_the_wider_wing_and_all_contracts() -> None:
    """The narrower wing taken for the risk, or contracts forgotten."""
    found = condor.condor(90.0, 95.0, 105.0, 112.0, 2.0, 3.0)
    assert (found.low_breakeven, found.high_breakeven, found.width) == (93.0, 107.0, 14.0)
    assert (found.max_profit, found.max_loss, found.return_on_risk) == (600.0, 1500.0, 0.4)
    assert condor.condor(90.0, 100.0, 100.0, 110.0, 2.0).width == 4.0


@pytest.mark.parametrize("terms", [
    (95.0, 90.0, 105.0, 110.0, 2.0), (90.0, 106.0, 105.0, 110.0, 2.0), (90.0, 95.0, 110.0, 105.0, 2.0),
    (90.0, 90.0, 105.0, 110.0, 2.0), (90.0, 95.0, 105.0, 110.0, 0.0), (90.0, 95.0, 105.0, 110.0, 5.0),
    (90.0, 95.0, 105.0, 110.0, -1.0), (90.0, 95.0, 105.0, math.nan, 2.0), (90.0, 95.0, 105.0, 110.0, 2.0, 0.0),
])  # fmt: skip
def test_strikes_out_of_order_or_an_impossible_credit_are_refused(terms: tuple[float, ...]) -> None:
    """A condor that cannot lose, or one whose wings cross."""
    with pytest.raises(DomainError):
        condor.condor(*terms)


def test_breakeven_width_is_the_distance_of_the_shorts_plus_twice_the_credit() -> None:
    """A credit counted once."""
    found = condor.breakeven_width(5820.0, 6175.0, np.array([12.279037, 0.0, -1.0]))
    assert float(found[0]) == pytest.approx(379.558, abs=5e-4)
    assert np.isnan(found[1:]).all()
    assert float(condor.breakeven_width(6000.0, 6000.0, 5.0)) == 10.0
    assert np.isnan(condor.breakeven_width([6175.0, 0.0], [5820.0, 10.0], 1.0)).all()


def test_touch_probabilities_reproduce_the_golden_vector() -> None:
    """A reflection term with the wrong sign, on either side of spot."""
    barriers, vols = [5820.0, 6175.0], [0.16593233, 0.13851235]
    touch = condor.probability_of_touch(6000.0, barriers, 14, vols, 0.04, 0.013)
    below = condor.probability_below(6000.0, barriers, 14, vols, 0.04, 0.013)
    assert touch.tolist() == [pytest.approx(x, abs=5e-7) for x in (0.343526, 0.296832)]
    assert [below[0], 1 - below[1]] == [pytest.approx(x, abs=5e-7) for x in (0.170320, 0.150291)]


def test_touch_agrees_with_a_fine_random_walk() -> None:
    """A formula for the wrong event: the shares of simulated paths, with the usual shift for discrete steps."""
    rng = np.random.default_rng(11)
    steps, paths, vol, years = 2000, 4000, 0.2, 30 / 365
    drift = (0.04 - 0.013 - vol * vol / 2) * years / steps
    deviation = vol * math.sqrt(years / steps)
    walk = np.cumsum(drift + deviation * rng.standard_normal((paths, steps)), axis=1)
    shift = 0.5826 * deviation
    up = float(np.mean(walk.max(axis=1) >= math.log(1.05) - shift))
    down = float(np.mean(walk.min(axis=1) <= math.log(0.96) + shift))
    touch = condor.probability_of_touch(100.0, [105.0, 96.0], 30, vol, 0.04, 0.013)
    np.testing.assert_allclose(touch, [up, down], atol=0.025)


def test_touch_is_certain_at_spot_and_never_above_one() -> None:
    """A probability above one, or an overflow far from spot."""
    barriers = np.array([100.0, 100.0001, 1e-5, 1e9, 99.9999])
    found = condor.probability_of_touch(100.0, barriers, 5.0, 0.01, 0.5)
    assert found[0] == 1.0
    assert ((found >= 0.0) & (found <= 1.0)).all()


@pytest.mark.parametrize("terms", [
    (0.0, 90.0, 14.0, 0.2), (100.0, 0.0, 14.0, 0.2), (100.0, 90.0, 0.0, 0.2), (100.0, 90.0, -1.0, 0.2),
    (100.0, 90.0, 14.0, 0.0), (100.0, 90.0, 14.0, 20.0), (math.nan, 90.0, 14.0, 0.2),
])  # fmt: skip
def test_probabilities_outside_the_domain_are_nan(terms: tuple[float, float, float, float]) -> None:
    """A probability of an impossible event."""
    assert math.isnan(condor.probability_of_touch(*terms))
    assert math.isnan(condor.probability_below(*terms))


def test_probability_of_profit_shares_the_low_vol_and_needs_ordered_breakevens() -> None:
    """A missing second vol read as zero, or a negative probability."""
    same = condor.probability_of_profit(6000.0, 5800.0, 6200.0, 14, 0.15)
    assert float(same) == float(condor.probability_of_profit(6000.0, 5800.0, 6200.0, 14, 0.15, 0.15))
    assert math.isnan(condor.probability_of_profit(6000.0, 6200.0, 5800.0, 14, 0.15))
    assert math.isnan(condor.probability_of_profit(6000.0, 6000.0, 6000.0, 14, 0.15))


def test_the_largest_allowed_vol_has_probabilities_and_strikes() -> None:
    """A domain check that excludes its own end."""
    assert float(condor.probability_below(100.0, 100.0, 365.0, 6.0)) == pytest.approx(0.9986501, abs=5e-8)  # N(3)
    assert math.isfinite(condor.probability_of_touch(100.0, 90.0, 1.0, 6.0))
    assert condor.strikes(6000.0, 6.0, 0.1).vol.tolist() == [6.0] * 4
