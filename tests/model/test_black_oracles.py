"""Prices and Greeks against four independent oracles: mpmath, QuantLib, vollib and Haug's table."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
import QuantLib as ql
from vollib.black.greeks import analytical as black_greeks
from vollib.black_scholes_merton import black_scholes_merton
from vollib.black_scholes_merton.greeks import analytical as merton_greeks

from alvh_xl.model import black
from alvh_xl.model.types import FloatArray

POINTS = 10_000


def _grid() -> tuple[FloatArray, ...]:
    """Both kinds, from an hour to ten years, vol 5 to 600 %, rates of both signs, d1 from −8 to 8."""
    rng = np.random.default_rng(20240614)
    phi = rng.choice([-1.0, 1.0], POINTS)
    spot = rng.uniform(10.0, 8000.0, POINTS)
    years = np.exp(rng.uniform(math.log(1 / 8760), math.log(10.0), POINTS))
    vol = np.exp(rng.uniform(math.log(0.05), math.log(6.0), POINTS))
    rate, dividend_yield = rng.uniform(-0.02, 0.1, POINTS), rng.uniform(0.0, 0.05, POINTS)
    d1 = rng.uniform(-8.0, 8.0, POINTS)
    strike = spot * np.exp((rate - dividend_yield + vol * vol / 2) * years - d1 * vol * np.sqrt(years))
    return phi, spot, strike, years, vol, rate, dividend_yield


def _exact(terms: tuple[float, ...]) -> tuple[list[Any], list[Any]]:
    """The eight outputs in 40 digits, and for each the size of the largest term in its sum."""
    phi, s, k, t, v, r, q = (mpmath.mpf(float(x)) for x in terms)
    root = mpmath.sqrt(t)
    d1 = (mpmath.log(s / k) + (r - q + v * v / 2) * t) / (v * root)
    d2 = d1 - v * root
    density = mpmath.exp(-d1 * d1 / 2) / mpmath.sqrt(2 * mpmath.pi)
    n1, n2 = (mpmath.erfc(-phi * d / mpmath.sqrt(2)) / 2 for d in (d1, d2))
    growth, discount = mpmath.exp(-q * t), mpmath.exp(-r * t)
    delta = phi * growth * n1
    bond = phi * k * discount * n2
    price = s * delta - bond
    vega = s * growth * density * root / 100
    decay = s * growth * density * v / (2 * root)
    theta = (-decay - r * bond + q * s * delta) / 365
    gamma = growth * density / (s * v * root)
    values = [price, delta, gamma, vega, theta, bond * t / 100]
    values += [-growth * density * d2 / v / 100, vega * d1 * d2 / v / 100]
    theta_size = (decay + abs(r * bond) + abs(q * s * delta)) / 365
    sizes = [abs(value) for value in values]
    # Theta is a difference; vanna and volga go through zero at d2 = 0 and d1 = 0.
    sizes[4] = theta_size
    sizes[6] = growth * density * max(abs(d2), 1) / v / 100
    sizes[7] = vega * max(abs(d1), 1) * max(abs(d2), 1) / v / 100
    return values, sizes


def _in_calls_of(together: int, grid: tuple[FloatArray, ...]) -> FloatArray:
    parts = [black.bsm(*(column[i : i + together] for column in grid)) for i in range(0, POINTS, together)]
    return np.array([np.concatenate([getattr(part, name) for part in parts]) for name in black.GREEKS])


def test_ten_thousand_options_agree_with_forty_digits() -> None:
    """Lost digits in the wings, close to expiry or deep in the money; a negative price; in calls of any length."""
    grid = _grid()
    ours = np.stack([_in_calls_of(together, grid) for together in (1, 10, 100, POINTS)])
    errors = np.empty_like(ours)
    with mpmath.workdps(40):
        for i in range(POINTS):
            exact, sizes = _exact(tuple(column[i] for column in grid))
            for j, (value, size) in enumerate(zip(exact, sizes, strict=True)):
                for n in range(len(ours)):
                    errors[n, j, i] = float(abs(mpmath.mpf(float(ours[n, j, i])) - value) / size)
    assert (ours[:, 0] >= 0.0).all()
    _, spot, strike, years, vol, rate, dividend_yield = grid
    d1 = (np.log(spot / strike) + (rate - dividend_yield + vol * vol / 2) * years) / (vol * np.sqrt(years))
    core = np.abs(d1) <= 4.0
    for row, name in zip(errors.max(axis=0), black.GREEKS, strict=True):
        assert row[core].max() <= 1e-12, name
        assert row.max() <= 1e-11, name


def _quantlib(kind: int, spot: float, strike: float, days: int, vol: float, rate: float, dividend_yield: float) -> Any:
    today = ql.Date(2, 1, 2025)
    ql.Settings.instance().evaluationDate = today
    day_count = ql.Actual365Fixed()
    rates, yields = (ql.YieldTermStructureHandle(ql.FlatForward(today, x, day_count)) for x in (rate, dividend_yield))
    surface = ql.BlackVolTermStructureHandle(ql.BlackConstantVol(today, ql.NullCalendar(), vol, day_count))
    process = ql.BlackScholesMertonProcess(ql.QuoteHandle(ql.SimpleQuote(spot)), yields, rates, surface)
    payoff = ql.PlainVanillaPayoff(ql.Option.Call if kind > 0 else ql.Option.Put, strike)
    option = ql.VanillaOption(payoff, ql.EuropeanExercise(today + days))
    option.setPricingEngine(ql.AnalyticEuropeanEngine(process))
    return option


@pytest.mark.parametrize("phi", [1, -1])
@pytest.mark.parametrize(("strike", "days", "vol", "dividend_yield"), [
    (5500.0, 7, 0.2, 0.0), (6000.0, 14, 0.15, 0.013), (6175.0, 21, 0.14, 0.013), (6600.0, 365, 0.6, 0.03),
])  # fmt: skip
def test_bsm_agrees_with_quantlib(phi: int, strike: float, days: int, vol: float, dividend_yield: float) -> None:
    """A convention that differs from the library the field uses."""
    option = _quantlib(phi, 6000.0, strike, days, vol, 0.04, dividend_yield)
    ours = black.bsm_six(float(phi), 6000.0, strike, days / 365, vol, 0.04, dividend_yield)
    price, delta, gamma, vega, theta, rho = (getattr(option, name)() for name in ("NPV", *black.SIX[1:]))
    np.testing.assert_allclose(ours, [price, delta, gamma, vega / 100, theta / 365, rho / 100], rtol=1e-9)


@pytest.mark.parametrize("phi", [1, -1])
@pytest.mark.parametrize("strike", [12.0, 17.0, 22.0, 40.0])
def test_black76_agrees_with_quantlib(phi: int, strike: float) -> None:
    """A discount applied twice or not at all on an option on a future."""
    years, vol, rate = 30 / 365, 0.85, 0.04
    kind = ql.Option.Call if phi > 0 else ql.Option.Put
    payoff = ql.PlainVanillaPayoff(kind, strike)
    theirs = ql.BlackCalculator(payoff, 17.0, vol * math.sqrt(years), math.exp(-rate * years))
    ours = black.black76_six(float(phi), 17.0, strike, years, vol, rate)
    assert float(ours[0]) == pytest.approx(theirs.value(), rel=1e-11)
    assert float(ours[1]) == pytest.approx(theirs.deltaForward(), rel=1e-11)
    assert float(ours[2]) == pytest.approx(theirs.gammaForward(), rel=1e-11)
    assert float(ours[3]) == pytest.approx(theirs.vega(years) / 100, rel=1e-11)


@pytest.mark.parametrize("flag", ["c", "p"])
@pytest.mark.parametrize("strike", [5400.0, 5820.0, 6000.0, 6400.0])
def test_bsm_agrees_with_vollib(flag: str, strike: float) -> None:
    """Greeks in other units than those of the common option library: vega and rho per point, theta per day."""
    terms = (6000.0, strike, 14 / 365, 0.04, 0.15, 0.013)
    ours = black.bsm_six(1.0 if flag == "c" else -1.0, 6000.0, strike, 14 / 365, 0.15, 0.04, 0.013)
    names = ("delta", "gamma", "vega", "theta", "rho")
    theirs = [black_scholes_merton(flag, *terms), *(getattr(merton_greeks, name)(flag, *terms) for name in names)]
    np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-14)


@pytest.mark.parametrize("flag", ["c", "p"])
@pytest.mark.parametrize("strike", [14.0, 17.0, 25.0])
def test_black76_greeks_agree_with_vollib(flag: str, strike: float) -> None:
    """Theta or rho of an option on a future taken from the spot formula."""
    ours = black.black76_six(1.0 if flag == "c" else -1.0, 17.0, strike, 30 / 365, 0.85, 0.04)
    names = ("delta", "gamma", "vega", "theta", "rho")
    theirs = [getattr(black_greeks, name)(flag, 17.0, strike, 30 / 365, 0.04, 0.85) for name in names]
    np.testing.assert_allclose(ours[1:], theirs, rtol=1e-8)


def test_every_row_of_haugs_table_is_reproduced(shared_data: Path) -> None:
    """A disagreement with the printed textbook values, whatever the quantity."""
    with (shared_data / "golden" / "haug_european_table.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 54
    for row in rows:
        spot, years = float(row["spot"]), float(row["t"])
        phi = 1.0 if row["type"] == "call" else -1.0
        v = black.bsm(phi, spot, float(row["strike"]), years, float(row["vol"]), float(row["r"]), float(row["q"]))
        # Haug prints vega and rho per 1.00 and theta per year.
        value = {
            "price": v.price, "delta": v.delta, "gamma": v.gamma, "vega": 100 * v.vega, "theta": 365 * v.theta,
            "theta per day": v.theta, "rho": 100 * v.rho, "elasticity": v.delta * spot / v.price,
            "dividendRho": -years * spot * v.delta,
        }[row["quantity"]]  # fmt: skip
        assert float(value) == pytest.approx(float(row["value"]), abs=float(row["tol"])), row
