"""The figures of a strategy against oracles that share no line with them: simulation, closed forms, statsmodels."""

from __future__ import annotations

import math
import statistics as stdlib
from datetime import date

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.optimize import brentq, minimize_scalar

from alvh_xl.model.backtest.statistics import (
    CRISES,
    calm_cost,
    crisis_gains,
    cvar,
    drawdown,
    percentile_of,
    score,
    statistics,
    without_year,
    years_of,
)
from alvh_xl.model.capital import irr
from alvh_xl.model.events import cluster_effect
from alvh_xl.model.sessions import to_serial

CAPITAL = 1_000_000.0


def days(first: date, count: int) -> np.ndarray:
    return to_serial(first) + np.arange(count, dtype=np.float64)


def figures(pnl: np.ndarray, dates: np.ndarray | None = None) -> dict[str, float]:
    when = days(date(2015, 1, 1), pnl.size) if dates is None else dates
    found = statistics(when, pnl, np.zeros(pnl.size), 0.0, 0.0, CAPITAL)
    return {name: float(getattr(found, name)) for name in ("cagr", "vol", "sharpe", "sharpe_low", "sharpe_high",
            "max_drawdown", "cvar", "worst_day", "worst_week")}  # fmt: skip


def test_the_sharpe_interval_holds_the_truth_19_times_in_20() -> None:
    """4,000 histories of three years with a true ratio of 1.5: a wrong error shows as another coverage than 95 %."""
    rng = np.random.default_rng(20)
    truth, n, runs = 1.5, 756, 4_000
    sample = 1_000.0 * (truth / math.sqrt(252.0) + rng.normal(size=(runs, n)))
    held = 0
    for pnl in sample:
        found = figures(pnl)
        held += found["sharpe_low"] <= truth <= found["sharpe_high"]
    assert held / runs == pytest.approx(0.95, abs=3.0 * math.sqrt(0.95 * 0.05 / runs))


def test_the_sharpe_ratio_and_its_error_by_hand() -> None:
    """Lo 2002: √((1 + S²/2)/n), S a day; mean and deviation by the standard library."""
    pnl = [120.0, -80.0, 45.0, 300.0, -150.0, 60.0, 10.0, -20.0]
    daily = stdlib.mean(pnl) / stdlib.stdev(pnl)
    error = math.sqrt((1.0 + daily * daily / 2.0) / 8.0)
    found = figures(np.array(pnl))
    assert found["sharpe"] == pytest.approx(daily * math.sqrt(252.0))
    assert found["sharpe_high"] - found["sharpe_low"] == pytest.approx(2.0 * 1.96 * error * math.sqrt(252.0))
    assert found["vol"] == pytest.approx(stdlib.stdev(pnl) * math.sqrt(252.0) / CAPITAL)


def test_the_cvar_of_a_normal_day_is_the_closed_form() -> None:
    """Density at the 1 % quantile over 1 %: 2.6652 deviations. A quantile in place of the mean beyond it is 2.3263."""
    pnl = 1_000.0 * np.random.default_rng(3).normal(size=1_000_000)
    quantile = stdlib.NormalDist().inv_cdf(0.01)
    closed = stdlib.NormalDist().pdf(quantile) / 0.01
    assert closed == pytest.approx(2.6652, abs=5e-5)
    assert float(cvar(pnl)) == pytest.approx(1_000.0 * closed, rel=0.01)


def test_the_cvar_is_the_minimum_of_rockafellar_and_uryasev() -> None:
    """min over c of c + mean((loss − c)+)/1 %, 2000: another road to the mean of the worst 25 of 2,500 days."""
    loss = np.random.default_rng(8).standard_t(3, size=2_500) * 700.0

    def bound(c: float) -> float:
        return float(c + np.mean(np.maximum(loss - c, 0.0)) / 0.01)

    least = minimize_scalar(bound, bounds=(0.0, float(loss.max())), method="bounded", options={"xatol": 1e-9}).fun
    assert float(cvar(-loss)) == pytest.approx(float(least), rel=1e-6)


def test_the_cvar_of_few_days_takes_at_least_one_and_rounds_up() -> None:
    """Of 50 days the worst one, of 250 the worst three."""
    assert float(cvar(np.arange(50.0))) == 0.0
    assert float(cvar(-np.arange(250.0))) == pytest.approx((249 + 248 + 247) / 3)


def test_score_is_a_years_mean_over_the_cvar() -> None:
    """252 days of the mean; NaN, not infinity, where no day lost."""
    pnl = np.array([5.0] * 99 + [-100.0])
    assert float(score(pnl)) == pytest.approx(252.0 * 3.95 / 100.0)
    assert np.isnan(score(np.ones(100)))


def test_drawdown_worst_day_and_week_by_brute_force() -> None:
    """Every earlier peak, the capital among them, against every later trough; every five sessions in a row."""
    pnl = 9_000.0 * np.random.default_rng(4).normal(size=300)
    equity = [CAPITAL + float(pnl[: i + 1].sum()) for i in range(300)]
    peaks = [CAPITAL, *equity]
    worst = min(low / high - 1.0 for j, low in enumerate(equity) for high in peaks[: j + 2])
    found = figures(pnl)
    assert found["max_drawdown"] == pytest.approx(worst)
    assert float(drawdown(pnl, CAPITAL).min()) == pytest.approx(worst)
    assert found["worst_day"] == pytest.approx(min(pnl) / CAPITAL)
    assert found["worst_week"] == pytest.approx(min(sum(pnl[i : i + 5]) for i in range(296)) / CAPITAL)


def test_growth_doubles_the_capital_in_the_years_it_takes() -> None:
    """Twice the capital after exactly eight calendar years is 2^(1/8) − 1; sessions counted for days show here."""
    dates = np.array([to_serial(date(2012, 1, 1)), to_serial(date(2016, 1, 1)), to_serial(date(2020, 1, 1))])
    found = figures(np.array([0.0, 250_000.0, 750_000.0]), dates)
    assert found["cagr"] == pytest.approx(2.0 ** (1.0 / 8.0) - 1.0, rel=1e-3)
    assert figures(np.array([-600_000.0, -600_000.0]))["cagr"] == -1.0


def test_years_and_crises_are_those_of_the_calendar() -> None:
    """A serial date off by one puts New Year's Eve into the next year, or the first day out of a crisis."""
    edges = np.array([to_serial(day) for day in (date(2008, 12, 31), date(2009, 1, 1), date(2020, 2, 29))])
    np.testing.assert_array_equal(years_of(edges), [2008.0, 2009.0, 2020.0])
    spans = {"2008": (date(2008, 9, 2), date(2008, 11, 20)), "2011": (date(2011, 7, 25), date(2011, 10, 3)),
             "2015": (date(2015, 8, 18), date(2015, 8, 25)), "2018": (date(2018, 2, 1), date(2018, 2, 8)),
             "2020": (date(2020, 2, 20), date(2020, 3, 23))}  # fmt: skip
    dates = days(date(2008, 1, 1), 366 * 13)
    gains = crisis_gains(dates, np.ones(dates.size))
    assert set(gains) == set(CRISES)
    for name, (first, last) in spans.items():
        assert gains[name] == (last - first).days + 1.0
    assert "2008" not in crisis_gains(dates[300:], np.ones(dates.size - 300))


def test_the_cost_of_calm_years_leaves_the_crisis_years_out() -> None:
    """A session of 2012 to 2014 costs 100, of 2011 and 2015 much more: a calm year of 252 sessions costs 25,200."""
    dates = days(date(2011, 1, 1), 365 * 5 + 1)
    hedge = np.where(np.isin(years_of(dates), (2012.0, 2013.0, 2014.0)), -100.0, -10_000.0)
    assert calm_cost(dates, hedge, CAPITAL) == pytest.approx(25_200.0 / CAPITAL)
    assert np.isnan(calm_cost(dates[:100], hedge[:100], CAPITAL))


def test_a_year_left_out_is_left_out() -> None:
    """2007 has four days of −2 among days of 1: without 2008 its score is 252 means over 2, whatever 2008 lost."""
    dates = days(date(2007, 1, 1), 365 + 366)
    pnl = np.where(years_of(dates) == 2008.0, -500.0, np.where(np.arange(dates.size) % 90 == 7, -2.0, 1.0))
    assert int(np.sum(pnl[:365] == -2.0)) == 4
    assert without_year(dates, pnl, 2008) == pytest.approx(252.0 * (361.0 - 8.0) / 365.0 / 2.0)
    assert np.isnan(without_year(dates[:100], pnl[:100], 2007))


def test_a_percentile_counts_draws_strictly_below() -> None:
    """A method equal to its placebo is not above it."""
    draws = np.array([1.0, 2.0, 2.0, 3.0])
    assert [percentile_of(value, draws) for value in (0.5, 2.0, 2.5, 4.0)] == [0.0, 25.0, 75.0, 100.0]
    assert np.isnan(percentile_of(1.0, np.empty(0)))


def test_newey_west_with_six_lags_is_that_of_statsmodels() -> None:
    """Errors of the cluster regression: Bartlett weights, six lags, no small-sample factor."""
    rng = np.random.default_rng(17)
    flags = (rng.random(240) < 0.25).astype(np.float64)
    noise = np.convolve(rng.normal(size=245), np.ones(6), mode="valid")
    vix = 20.0 + np.cumsum(noise * 0.3)
    found = cluster_effect(flags, vix)
    design = sm.add_constant(np.column_stack((flags[:-1], vix[:-1])))
    oracle = sm.OLS(np.diff(vix), design).fit(cov_type="HAC", cov_kwds={"maxlags": 6, "use_correction": False})
    assert found.effect == pytest.approx(float(oracle.params[1]), rel=1e-9)
    assert found.error == pytest.approx(float(oracle.bse[1]), rel=1e-9)
    other = sm.OLS(np.diff(vix), design).fit(cov_type="HAC", cov_kwds={"maxlags": 5, "use_correction": False})
    assert found.error != pytest.approx(float(other.bse[1]), rel=1e-6)


def test_the_rate_of_return_is_that_of_microsofts_example() -> None:
    """XIRR's documented example: 37.3362535 %, and the root Brent's method finds for the same flows."""
    flows = [-10_000.0, 2_750.0, 4_250.0, 3_250.0, 2_750.0]
    when = [to_serial(day) for day in (date(2008, 1, 1), date(2008, 3, 1), date(2008, 10, 30), date(2009, 2, 15),
                                       date(2009, 4, 1))]  # fmt: skip
    found = irr(flows, when)

    def worth(rate: float) -> float:
        return float(sum(f / (1.0 + rate) ** ((d - when[0]) / 365.0) for f, d in zip(flows, when, strict=True)))

    assert found.roots == pytest.approx((brentq(worth, -0.5, 5.0, xtol=1e-14),), rel=1e-10)
    assert found.roots[0] == pytest.approx(0.373362535, abs=5e-9)
