"""Implied volatility: accuracy against the rounding floor, completeness, refusals, two oracles."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vollib.black.implied_volatility import implied_volatility as vollib_black
from vollib.black_scholes_merton.implied_volatility import implied_volatility as vollib_merton

from alvh_xl.model import black, implied
from alvh_xl.model.types import FloatArray

POINTS = 6_000


def _exact(terms: tuple[float, ...]) -> tuple[Any, Any, Any, Any]:
    """Price, vega per 1.00, intrinsic value and upper bound in 40 digits."""
    phi, s, k, t, v, r, q = (mpmath.mpf(float(x)) for x in terms)
    spot, strike = s * mpmath.exp(-q * t), k * mpmath.exp(-r * t)
    deviation = v * mpmath.sqrt(t)
    d1 = mpmath.log(spot / strike) / deviation + deviation / 2
    n1, n2 = (mpmath.erfc(-phi * d / mpmath.sqrt(2)) / 2 for d in (d1, d1 - deviation))
    vega = spot * mpmath.exp(-d1 * d1 / 2) / mpmath.sqrt(2 * mpmath.pi) * mpmath.sqrt(t)
    return phi * (spot * n1 - strike * n2), vega, max(phi * (spot - strike), 0), spot if phi > 0 else strike


def _grid() -> tuple[FloatArray, ...]:
    """Vol 5 to 600 %, two hours to four years, mostly within 8 standard deviations and a fifth of it within 24."""
    rng = np.random.default_rng(7)
    phi = rng.choice([-1.0, 1.0], POINTS)
    spot = rng.uniform(10.0, 8000.0, POINTS)
    years = np.exp(rng.uniform(math.log(1 / 4380), math.log(4.0), POINTS))
    vol = np.exp(rng.uniform(math.log(0.05), math.log(6.0), POINTS))
    rate, dividend_yield = rng.uniform(-0.02, 0.1, POINTS), rng.uniform(0.0, 0.05, POINTS)
    distance = rng.uniform(-8.0, 8.0, POINTS) * np.where(np.arange(POINTS) % 5 == 0, 3.0, 1.0)
    strike = spot * np.exp((rate - dividend_yield) * years + distance * vol * np.sqrt(years))
    return phi, spot, strike, years, vol, rate, dividend_yield


def test_every_solvable_price_is_inverted_to_within_the_rounding_floor() -> None:
    """A failure where a solution exists, or digits lost beyond what the rounding of the price itself costs.

    The floor is half a unit in the last place of the price, divided by vega, plus half a unit of the vol. A price
    within two units of its own intrinsic value or bound has no digits left to invert.
    """
    grid = _grid()
    phi, spot, strike, years, vol, rate, dividend_yield = grid
    price, floor = np.empty(POINTS), np.empty(POINTS)
    solvable = np.empty(POINTS, dtype=bool)
    with mpmath.workdps(40):
        for i in range(POINTS):
            exact, vega, low, high = _exact(tuple(column[i] for column in grid))
            price[i] = float(exact)
            unit = float(np.spacing(price[i]))
            solvable[i] = price[i] > 1e-290 and low + 2 * unit < price[i] < high - 2 * unit
            floor[i] = float(unit / 2 / vega) + float(np.spacing(vol[i])) / 2 if solvable[i] else 1.0
    found = black.implied_vol(phi, price, spot, strike, years, rate, dividend_yield)
    assert solvable.sum() > 0.85 * POINTS
    assert not np.isnan(found[solvable]).any()
    assert (np.abs(found - vol)[solvable] / floor[solvable]).max() <= 100.0


@given(
    phi=st.sampled_from([1.0, -1.0]), future=st.floats(5.0, 90.0), distance=st.floats(-6.0, 6.0),
    days=st.floats(0.05, 900.0), vol=st.floats(0.05, 5.999), rate=st.floats(-0.02, 0.1),
)  # fmt: skip
def test_pricing_at_the_implied_vol_returns_the_price_on_a_future(
    phi: float, future: float, distance: float, days: float, vol: float, rate: float
) -> None:
    """A root of another function than the price, or none found."""
    years = days / 365
    strike = future * math.exp(distance * vol * math.sqrt(years))
    price = float(black.black76_price(phi, future, strike, years, vol, rate))
    low = float(black.intrinsic(phi, future, strike, years, rate, on_future=True))
    high = math.exp(-rate * years) * (future if phi > 0 else strike)
    if min(price - low, high - price) < 1e-13 * (future + strike):
        return
    found = black.implied_vol(phi, price, future, strike, years, rate, on_future=True)
    again = float(black.black76_price(phi, future, strike, years, np.minimum(found, 6.0), rate))
    assert again == pytest.approx(price, rel=1e-11, abs=1e-14 * (future + strike))


def test_wrong_underlying_case_of_the_golden_vectors() -> None:
    """Implied vols of the two columns that a VIX option on the wrong underlying shows."""
    found = black.implied_vol(1.0, 2.10, np.array([24.55, 24.40]), 22.5, 2 / 365, on_future=True)
    assert found.tolist() == [pytest.approx(0.827115, abs=5e-7), pytest.approx(1.190962, abs=5e-7)]


@pytest.mark.parametrize("flag", ["c", "p"])
@pytest.mark.parametrize(("strike", "price"), [(5820.0, 190.0), (6000.0, 75.0), (6175.0, 170.0)])
def test_implied_vol_agrees_with_vollib_on_spot(flag: str, strike: float, price: float) -> None:
    """A carry applied with the wrong sign."""
    price = price + 30.0 * (flag == "p")
    theirs = vollib_merton(price, 6000.0, strike, 14 / 365, 0.04, 0.013, flag)
    ours = float(black.implied_vol(1.0 if flag == "c" else -1.0, price, 6000.0, strike, 14 / 365, 0.04, 0.013))
    assert ours == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize("strike", [14.0, 17.0, 30.0])
def test_implied_vol_agrees_with_vollib_on_a_future(strike: float) -> None:
    """A discount left out of the price of an option on a future."""
    theirs = vollib_black(3.5, 17.0, strike, 0.04, 60 / 365, "c")
    ours = float(black.implied_vol(1.0, 3.5, 17.0, strike, 60 / 365, 0.04, on_future=True))
    assert ours == pytest.approx(theirs, rel=1e-10)


@pytest.mark.parametrize(("price", "reason"), [
    (0.0, "worthless"), (-1.0, "negative"), (10.0, "exactly intrinsic"), (9.0, "below intrinsic"),
    (100.0, "the upper bound"), (101.0, "above the bound"), (math.nan, "missing"), (math.inf, "infinite"),
])  # fmt: skip
def test_a_price_without_a_solution_gives_nan(price: float, reason: str) -> None:
    """A clamped or invented vol for an impossible price."""
    assert math.isnan(black.implied_vol(1.0, price, 100.0, 90.0, 1.0)), reason


@pytest.mark.parametrize("bad", [
    {"phi": 0.0}, {"underlying": 0.0}, {"underlying": math.inf}, {"strike": -90.0}, {"years": 0.0}, {"years": -1.0},
    {"years": math.nan}, {"rate": math.nan}, {"dividend_yield": math.inf},
])  # fmt: skip
def test_terms_outside_the_domain_give_nan_and_leave_the_neighbour_alone(bad: dict[str, float]) -> None:
    """One bad row spoiling the others, or a warning."""
    good = {
        "phi": 1.0, "price": 15.0, "underlying": 100.0, "strike": 90.0, "years": 1.0, "rate": 0.01,
        "dividend_yield": 0.0,
    }  # fmt: skip
    terms: dict[str, Any] = {name: np.array([value, bad.get(name, value)]) for name, value in good.items()}
    found = black.implied_vol(**terms)
    assert np.isfinite(found[0])
    assert np.isnan(found[1])


def test_the_root_must_lie_between_one_hundredth_of_a_point_and_600_percent() -> None:
    """An end of the interval refused, or a root beyond it accepted."""
    vols = np.array([implied.MIN_IMPLIED, 0.01, 5.9999, implied.MAX_IMPLIED])
    price = black.bsm_price(1.0, 100.0, 100.0, 1.0, vols)
    assert black.implied_vol(1.0, price, 100.0, 100.0, 1.0).tolist() == [pytest.approx(v, rel=1e-11) for v in vols]
    # At the money the price is 100·(2N(σ/2) − 1): 0.00004·0.4 and the one of 610 %.
    outside = np.array([100 * 0.4 * 0.5e-4, 100 * math.erf(6.1 / 2 / math.sqrt(2))])
    assert np.isnan(black.implied_vol(1.0, outside, 100.0, 100.0, 1.0)).all()


def test_shapes_broadcast_and_blocks_join_without_a_seam() -> None:
    """A lost axis or a seam between blocks, some of which hold both kinds of objective."""
    assert black.implied_vol(1.0, np.full((2, 1), 5.0), 100.0, np.array([95.0, 100.0, 105.0]), 0.1).shape == (2, 3)
    assert black.implied_vol(1.0, [], 100.0, 100.0, 1.0).shape == (0,)
    vols = np.linspace(0.05, 5.9, 20_001)
    price = black.bsm_price(-1.0, 100.0, 90.0, 0.7, vols, 0.03)
    np.testing.assert_allclose(black.implied_vol(-1.0, price, 100.0, 90.0, 0.7, 0.03), vols, rtol=1e-10)


def test_a_search_that_does_not_settle_gives_nan(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unfinished iteration passed off as a root."""
    monkeypatch.setattr(implied, "_STEPS", 1)
    assert math.isnan(black.implied_vol(1.0, 60.0, 100.0, 150.0, 1.0))
