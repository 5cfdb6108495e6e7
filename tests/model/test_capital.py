"""Carry, cost of capital and internal rates of return against the golden vectors and hand arithmetic."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh_xl.model import capital
from alvh_xl.model.errors import DomainError, MissingError, ShapeError, ZeroDenominatorError

JAN_2025, JAN_2026, JAN_2027 = 45658.0, 46023.0, 46388.0


def test_option_beta_capm_and_wacc_of_the_golden_vectors() -> None:
    """-21.4922, -.927150 and .089."""
    beta = float(capital.option_beta(0.546688314, -0.646, 1.64320131))
    assert f"{beta:.4f}" == "-21.4922"
    # -.927150 is CAPM of the unrounded beta -21.49223...
    assert float(capital.capm(0.04, beta, 0.045)) == pytest.approx(-0.927150, abs=6e-7)
    assert float(capital.wacc(80, 20, 0.10, 0.06, 0.25)) == pytest.approx(0.089, abs=1e-15)


def test_wacc_weighs_preferred_capital_and_defaults_to_no_tax() -> None:
    """50 at 10 %, 30 at 6 %, 20 at 8 %: 5 + 1.8 + 1.6 = 8.4 %."""
    assert float(capital.wacc(50, 30, 0.10, 0.06, 0.0, 20, 0.08)) == pytest.approx(0.084)
    assert float(capital.wacc(50, 50, 0.10, 0.06)) == pytest.approx(0.08)


def test_the_example_call_at_9_percent_for_30_days_costs_1_22_dollars() -> None:
    """The opportunity cost printed beside its theta."""
    assert f"{float(capital.opportunity_cost(164.320131, 0.09, 30)):.2f}" == "1.22"


def test_elementwise_capital_functions_outside_their_domain_are_not_numbers() -> None:
    """A number there would be believed."""
    assert np.isnan(capital.opportunity_cost([-1.0, 1.0, 1.0], [0.1, 0.1, math.inf], [1.0, -1.0, 1.0])).all()
    assert np.isnan(capital.option_beta(0.5, -0.6, [0.0, -1.0, math.nan])).all()
    assert np.isnan(capital.capm(math.inf, 1.0, 0.05))
    bad = capital.wacc([0, -1, 2, 1, 1, 1], [0, 2, -1, 1, 1, 1], 0.1, 0.1, [0, 0, 0, 1.1, -0.1, 0], [0, 0, 0, 0, 0, -1])
    assert np.isnan(bad).all()


def test_the_edges_of_the_elementwise_domains_belong_to_them() -> None:
    """No capital for no days costs nothing; full tax frees the debt."""
    assert float(capital.opportunity_cost(0.0, 0.1, 0.0)) == 0.0
    assert float(capital.wacc(0.0, 1.0, 0.1, 0.1, 1.0)) == 0.0


# --- drag ---------------------------------------------------------------------------------------------------


def test_drag_adds_theta_roll_down_and_half_spread_as_losses() -> None:
    """-2.71 x 10 - 10 - 5 = -42.10 dollars; of 250,000 a year: x 36.5; of a 1,227.90 credit -3.43 %."""
    got = capital.hedge_drag(-2.71, -10.0, 5.0, 10.0, 250_000.0, 1227.90)
    assert got.dollars == pytest.approx(-42.10)
    assert got.nav_share == pytest.approx(-42.10 / 250_000 * 36.5)
    assert got.credit_share == pytest.approx(-42.10 / 1227.90)


def test_drag_without_a_credit_has_no_credit_share() -> None:
    """A share of nothing is a gap, not 0."""
    assert math.isnan(capital.hedge_drag(-1.0, 0.0, 0.0, 10.0, 1000.0).credit_share)


def test_drag_outside_the_domain_raises() -> None:
    """Zero denominators and negative costs are told apart."""
    for args in ((-1, 0, 0, 0, 1000), (-1, 0, 0, 10, 0), (-1, 0, 0, 10, 1000, 0)):
        with pytest.raises(ZeroDenominatorError):
            capital.hedge_drag(*args)
    bad: list[tuple[float, ...]] = [(math.nan, 0, 0, 10, 1000), (-1, math.inf, 0, 10, 1000), (-1, 0, -1, 10, 1000)]
    bad += [(-1, 0, 0, -10, 1000), (-1, 0, 0, 10, -1), (-1, 0, 0, 10, 1000, -1), (-1, 0, 0, math.inf, 1000)]
    for values in bad:
        with pytest.raises(DomainError):
            capital.hedge_drag(*values)


# --- internal rate of return --------------------------------------------------------------------------------


def test_both_roots_of_the_golden_flows_are_returned_and_flagged() -> None:
    """10 % and 20 %; MIRR -.4320 % at 0 and 4.8373 % at 5 %."""
    got = capital.irr([-100, 230, -132], [JAN_2025, JAN_2026, JAN_2027])
    assert got.roots == pytest.approx((0.10, 0.20), abs=1e-12)
    assert got.flag == "multiple"
    assert f"{100 * got.mirr:.4f}" == "-0.4320"
    assert got.days == 730.0
    assert got.holding_return == pytest.approx(230 / 232 - 1)
    at_5 = capital.irr([-100, 230, -132], [JAN_2025, JAN_2026, JAN_2027], 0.05, 0.05)
    assert f"{100 * at_5.mirr:.4f}" == "4.8373"


def test_finance_and_reinvestment_rates_go_to_their_own_flows() -> None:
    """FV of 230 at 10 % over PV of 100 and 132 at 0, and the other way round."""
    dates = [JAN_2025, JAN_2026, JAN_2027]
    assert capital.irr([-100, 230, -132], dates, 0.0, 0.1).mirr == pytest.approx(math.sqrt(253 / 232) - 1)
    expected = math.sqrt(230 / (100 + 132 / 1.21)) - 1
    assert capital.irr([-100, 230, -132], dates, 0.1, 0.0).mirr == pytest.approx(expected)


def test_a_gain_of_184_percent_in_15_days_annualises_to_1_06e11() -> None:
    """The method's warning (2.84^(365/15) is 1.07e11; its own figure is cut from 2.839)."""
    got = capital.irr([-100.0, 284.0], [0.0, 15.0])
    assert got.holding_return == pytest.approx(1.84)
    assert got.roots[0] == pytest.approx(2.84 ** (365 / 15) - 1)
    assert got.roots[0] == pytest.approx(1.06e11, rel=0.02)
    assert got.flag == "single"


def test_outflows_followed_only_by_zeros_lose_everything() -> None:
    """A worthless option returns -100 %, not an error."""
    got = capital.irr([-100.0, -50.0, 0.0], [0.0, 5.0, 30.0])
    assert (got.roots, got.mirr, got.holding_return, got.flag) == ((-1.0,), -1.0, -1.0, "total loss")


@pytest.mark.parametrize(
    ("flows", "dates"),
    [
        ([-100, -50], [0, 30]),
        ([100, 50], [0, 30]),
        ([100, 0], [0, 30]),
        ([0, 0], [0, 30]),
        ([-100, 110], [5, 5]),
        ([-100, 230, -133], [0, 365, 730]),
        ([-1, 0.1, 0.1], [0, 1e-4, 2e-4]),
    ],
)
def test_flows_without_a_rate_raise(flows: list[float], dates: list[float]) -> None:
    """One-signed flows, a single date, complex roots and rates beyond e^60 have none."""
    with pytest.raises(DomainError):
        capital.irr(flows, dates)


def test_malformed_flows_are_refused() -> None:
    """Neither a gap nor a ragged range is a cash flow."""
    for flows, dates in (([-1, 2], [0]), ([[-1, 2]], [[0, 1]]), ([-1, math.nan], [0, 1]), ([-1, 2], [0, math.nan])):
        with pytest.raises(ShapeError):
            capital.irr(flows, dates)
    with pytest.raises(MissingError):
        capital.irr([-1], [0])
    with pytest.raises(DomainError):
        capital.irr([-1, 2], [0, 1], -1.0)
    with pytest.raises(DomainError):
        capital.irr([-1, 2], [0, 1], 0.0, -1.0)


def test_the_order_of_the_flows_does_not_matter_and_flows_of_one_day_are_added() -> None:
    """Broker exports are often newest first."""
    one = capital.irr([-100, 230, -132], [JAN_2025, JAN_2026, JAN_2027])
    two = capital.irr([-132, 200, -100, 30], [JAN_2027, JAN_2026, JAN_2025, JAN_2026])
    assert two.roots == one.roots


def test_a_touching_double_root_is_found_once() -> None:
    """A scan for sign changes alone would miss it: (1 + r - 1.05)^2 = 0."""
    assert capital.irr([-100, 210, -110.25], [0, 365, 730]).roots == pytest.approx((0.05,), abs=1e-7)


def test_neighbouring_roots_are_told_apart() -> None:
    """Two roots 0.0004 apart lie inside one cell of any coarse scan."""
    a, b = 1.1000, 1.1004
    got = capital.irr([-1e4, 1e4 * (a + b), -1e4 * a * b], [0, 365, 730])
    assert got.roots == pytest.approx((a - 1, b - 1), abs=1e-9)


@given(st.lists(st.floats(0.55, 3.0), min_size=1, max_size=5, unique_by=lambda x: round(x, 1)))
def test_every_root_of_a_polynomial_of_flows_is_returned(growths: list[float]) -> None:
    """Flows built from their roots: all come back, ascending, none invented."""
    flows = -np.poly(growths)
    got = capital.irr(flows, 365.0 * np.arange(len(flows)))
    assert got.roots == pytest.approx(sorted(g - 1 for g in growths), abs=1e-5)


def test_daily_flows_of_four_years_neither_overflow_nor_recurse_too_deep() -> None:
    """A long broker history must give its rates."""
    flows = np.where(np.arange(1500) % 3 == 0, -10.0, 5.02)
    got = capital.irr(flows, np.arange(1500.0))
    for r in got.roots:
        terms = flows * (1 + r) ** (-np.arange(1500.0) / 365)
        assert abs(terms.sum()) < 1e-9 * np.abs(terms).sum()
