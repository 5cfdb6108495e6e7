"""Dividend discount, aggregate ratios, trends, flows and sentiment."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh_xl.model import fundamentals
from alvh_xl.model.errors import DomainError, MissingError, ShapeError, ZeroDenominatorError

DAMODARAN = [38.13, 41.37, 44.89, 48.71, 52.85]

# --- dividend discount --------------------------------------------------------------------------------------


def test_ddm_golden_values() -> None:
    """Gordon 1666.6667 and two-stage 1144.7813."""
    assert f"{float(fundamentals.ddm(50, 0.05, 0.08)):.4f}" == "1666.6667"
    assert f"{float(fundamentals.ddm(50, 0.04, 0.09, 0.08, 5)):.4f}" == "1144.7813"


@given(st.floats(0.1, 100), st.floats(-0.05, 0.05), st.floats(0.06, 0.3), st.floats(-0.2, 0.4), st.integers(1, 40))
def test_two_stage_ddm_equals_the_sum_of_its_payouts(d: float, g: float, r: float, h: float, n: int) -> None:
    """The closed form against the definition, year by year."""
    payouts = [d * (1 + h) ** (i - 1) for i in range(1, n + 1)]
    value = sum(p / (1 + r) ** i for i, p in enumerate(payouts, start=1))
    value += payouts[-1] * (1 + g) / (r - g) / (1 + r) ** n
    assert float(fundamentals.ddm(d, g, r, h, n)) == pytest.approx(value, rel=1e-9)


def test_ddm_when_high_growth_equals_the_required_return() -> None:
    """The annuity is then n equal terms: 5 x 50 / 1.09 + 50 x 1.04 / .05 / 1.09."""
    expected = 5 * 50 / 1.09 + 50 * 1.04 / 0.05 / 1.09
    assert float(fundamentals.ddm(50, 0.04, 0.09, 0.09, 5)) == pytest.approx(expected)


def test_ddm_outside_its_domain_is_not_a_number() -> None:
    """r at or below g has no value; years are whole and at least 1."""
    assert np.isnan(fundamentals.ddm([50, 50, -1], [0.08, 0.09, 0.05], 0.08)).all()
    assert np.isnan(fundamentals.ddm(50, -1.0, 0.08))
    assert np.isnan(fundamentals.ddm(50, 0.04, 0.09, [0.08, 0.08, -1.0, math.nan], [0, 2.5, 5, 5])).all()
    assert float(fundamentals.ddm(0.0, 0.04, 0.09)) == 0.0
    with pytest.raises(MissingError):
        fundamentals.ddm(50, 0.04, 0.09, None, 5)


def test_implied_return_of_1_january_2005() -> None:
    """Damodaran: r .078704, equity premium .036504."""
    r = fundamentals.ddm_implied_return(1211.92, DAMODARAN, 0.0422)
    assert f"{r:.6f}" == "0.078704"
    assert f"{r - 0.0422:.6f}" == "0.036504"


@given(st.floats(-0.5, 0.1), st.floats(1e-4, 2.0), st.lists(st.floats(0, 100), max_size=10), st.floats(0.1, 100))
def test_implied_return_recovers_the_return_that_priced_the_flows(
    g: float, excess: float, flows: list[float], last: float
) -> None:
    """Price at a known return, then ask for it."""
    payouts = [*flows, last]
    r = g + excess
    price = sum(p / (1 + r) ** i for i, p in enumerate(payouts, start=1))
    price += last * (1 + g) / excess / (1 + r) ** len(payouts)
    assert fundamentals.ddm_implied_return(price, payouts, g) == pytest.approx(r, rel=1e-8, abs=1e-10)


def test_implied_return_outside_its_domain_raises() -> None:
    """No price, no last payout, no root."""
    for price, flows, g in ((0.0, [1.0], 0.0), (1.0, [1.0], -1.0), (1.0, [1.0, 0.0], 0.0), (1.0, [-1.0, 1.0], 0.0)):
        with pytest.raises(DomainError):
            fundamentals.ddm_implied_return(price, flows, g)
    with pytest.raises(DomainError):
        fundamentals.ddm_implied_return(1e-20, [1.0], 0.0)
    malformed: list[list[float] | list[list[float]]] = [[], [math.nan], [[1.0]]]
    for shape in malformed:
        with pytest.raises(ShapeError):
            fundamentals.ddm_implied_return(1.0, shape, 0.0)


# --- ratios and trends --------------------------------------------------------------------------------------


def test_aggregate_ratio_is_sum_over_sum_with_losses_kept() -> None:
    """600 / (10 + 20 - 5) = 24, not the mean of 10, 10 and -60; median of the positive two is 10."""
    got = fundamentals.aggregate_ratio([100, 200, 300], [10, 20, -5])
    assert (got.ratio, got.median, got.coverage) == (24.0, 10.0, 1.0)


def test_a_company_without_a_figure_lowers_the_coverage() -> None:
    """Half a company must enter neither sum."""
    got = fundamentals.aggregate_ratio([100, 200, math.nan, 50], [10, math.nan, 5, 5])
    assert got.ratio == 10.0
    assert got.coverage == 0.5


def test_aggregate_ratio_outside_its_domain_raises() -> None:
    """A negative or zero sum of earnings has no price-earnings ratio."""
    with pytest.raises(DomainError):
        fundamentals.aggregate_ratio([100, 100], [5, -6])
    with pytest.raises(ZeroDenominatorError):
        fundamentals.aggregate_ratio([100, 100], [5, -5])
    with pytest.raises(MissingError):
        fundamentals.aggregate_ratio([100, math.nan], [math.nan, 5])
    with pytest.raises(DomainError):
        fundamentals.aggregate_ratio([math.inf], [5])
    with pytest.raises(DomainError):
        fundamentals.aggregate_ratio([5], [math.inf])
    for top, bottom in (([1, 2], [1]), ([], [])):
        with pytest.raises(ShapeError):
            fundamentals.aggregate_ratio(top, bottom)


def test_quick_ratio() -> None:
    """(10 + 20 + 30) / 40 = 1.5; negative assets and no liabilities have none."""
    assert float(fundamentals.quick_ratio(10, 20, 30, 40)) == 1.5
    assert float(fundamentals.quick_ratio(0, 0, 0, 40)) == 0.0
    bad = fundamentals.quick_ratio([-1, 1, 1, 1, 1], [1, -1, 1, 1, 1], [1, 1, -1, 1, 1], [1, 1, 1, 0, -1])
    assert np.isnan(bad).all()


def test_trend_recovers_constant_growth_over_each_window() -> None:
    """0.1 % a session for 252, then -0.2 % for 63."""
    path = np.exp(np.concatenate([0.001 * np.arange(252), 0.251 - 0.002 * np.arange(1, 64)]))
    got = fundamentals.trend(path)
    assert got.short == pytest.approx(-0.002)
    assert got.long == pytest.approx(np.polyfit(np.arange(252), np.log(path[-252:]), 1)[0])


def test_trend_with_little_history() -> None:
    """Enough for the short window only: the long one is a gap."""
    got = fundamentals.trend(np.exp(0.001 * np.arange(63)))
    assert got.short == pytest.approx(0.001)
    assert math.isnan(got.long)
    with pytest.raises(MissingError):
        fundamentals.trend(np.ones(62))
    with pytest.raises(DomainError):
        fundamentals.trend([1.0, 0.0], 2, 2)
    with pytest.raises(DomainError):
        fundamentals.trend([1.0, 1.0], 1, 2)
    with pytest.raises(ShapeError):
        fundamentals.trend([1.0, math.nan], 2, 2)


# --- flows and sentiment ------------------------------------------------------------------------------------


def test_flow_z_by_hand() -> None:
    """Sums of two flows: shares 100 100 100 110 at 10 dollars: flows 0, 0, .1; sums 0, .1; z = 1 / sqrt 2."""
    assert fundamentals.flow_z([100, 100, 100, 110], [10.0] * 4, 2, 2) == pytest.approx(math.sqrt(0.5))


def test_flow_is_valued_at_the_days_price_over_the_assets_before() -> None:
    """Ten of 100 shares at 12 dollars after 10: .12; flows 0, .12, .05 x 12 / 12."""
    got = fundamentals.flow_z([100, 100, 110, 115.5], [10.0, 10.0, 12.0, 12.0], 1, 3)
    flows = np.array([0.0, 0.12, 0.05])
    assert got == pytest.approx((0.05 - flows.mean()) / flows.std(ddof=1))


def test_flow_z_needs_window_and_lookback_sessions() -> None:
    """272 by default."""
    shares = 100 + np.sin(np.arange(272.0))
    assert math.isfinite(fundamentals.flow_z(shares, np.full(272, 10.0)))
    early = np.concatenate([[1.0], shares])
    assert fundamentals.flow_z(early, np.full(273, 10.0)) == fundamentals.flow_z(shares, np.full(272, 10.0))
    with pytest.raises(MissingError):
        fundamentals.flow_z(shares[1:], np.full(271, 10.0))


def test_flow_z_outside_its_domain_raises() -> None:
    """Ragged, gappy, without assets, without movement."""
    with pytest.raises(ShapeError):
        fundamentals.flow_z([1.0, 2.0], [1.0])
    with pytest.raises(ShapeError):
        fundamentals.flow_z([1.0, math.nan], [1.0, 1.0])
    with pytest.raises(DomainError):
        fundamentals.flow_z([1.0, 0.0], [1.0, 1.0])
    with pytest.raises(DomainError):
        fundamentals.flow_z([1.0, 1.0], [1.0, -1.0])
    with pytest.raises(DomainError):
        fundamentals.flow_z([1.0, 1.0], [1.0, 1.0], 0, 2)
    with pytest.raises(DomainError):
        fundamentals.flow_z([1.0, 1.0], [1.0, 1.0], 1, 1)
    with pytest.raises(ZeroDenominatorError):
        fundamentals.flow_z([1.0] * 4, [1.0] * 4, 2, 2)


def test_sentiment_weighs_signed_clipped_scores() -> None:
    """(2 x -1 x 1 + 1 x 1 x 2) / 3 = 0 with z 1 and 5; equal weights (-1 + 2) / 2 = .5, tilt 1 + .4 x .25."""
    assert fundamentals.sentiment([1.0, 5.0], [2, 1], [-1, 1]).score == pytest.approx(0.0)
    got = fundamentals.sentiment([1.0, 5.0], None, [-1, 1], 0.4)
    assert (got.score, got.tilt, got.limited) == (0.5, 1.1, False)
    assert fundamentals.sentiment([-9.0], None, [1]).score == -2.0


def test_sentiment_is_off_by_default_and_limited_to_twenty_percent() -> None:
    """Strength 0 must not move the hedge; strength 1 at z 2 asks for 2."""
    assert fundamentals.sentiment([2.0], None, [1]).tilt == 1.0
    high, low = fundamentals.sentiment([2.0], None, [1], 1.0), fundamentals.sentiment([2.0], None, [-1], 1.0)
    assert (high.tilt, high.limited) == (1.2, True)
    assert (low.tilt, low.limited) == (0.8, True)


def test_sentiment_outside_its_domain_raises() -> None:
    """A missing score must not be skipped."""
    with pytest.raises(MissingError):
        fundamentals.sentiment([1.0, math.nan], None, [1, 1])
    for weights, signs, strength in (([1], [0.5], 0.0), ([-1], [1], 0.0), ([math.inf], [1], 0.0), ([1], [1], -0.1)):
        with pytest.raises(DomainError):
            fundamentals.sentiment([1.0], weights, signs, strength)
    with pytest.raises(ZeroDenominatorError):
        fundamentals.sentiment([1.0], [0.0], [1])
    for z, weights, signs in (([1.0, 2.0], [1], [1, 1]), ([], [], []), ([1.0, 2.0], [1, 1], [1])):
        with pytest.raises(ShapeError):
            fundamentals.sentiment(z, weights, signs)
