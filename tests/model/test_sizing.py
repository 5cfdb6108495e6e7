"""Allocation, the four sizing bases, gamma offset, cap and tilts against the worked example of the method."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh_xl.model import sizing
from alvh_xl.model.errors import DomainError, MissingError, ShapeError

# Worked example, one condor at 14 days; hedge: the 17-strike VIX call with the pair "b".
WIDTH, MAX_LOSS, FUTURE, PRICE, GAIN = 379.558, 3772.10, 17.0, 1.643201, 302.19
BOOK_GAMMA, UNIT_DELTA, UNIT_GAMMA = -271.23, -35.316, 7.453
CREDIT = 1227.90

positive = st.floats(0.01, 1e4)
share = st.floats(0.0, 1.0)


def units(fraction: float, basis: float | str = "all") -> sizing.HedgeUnits:
    """The worked example's bases at a fraction."""
    return sizing.hedge_units(fraction, basis, WIDTH, 1, FUTURE, MAX_LOSS, GAIN, PRICE)


# --- allocation ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ramp", "position", "expected"),
    [
        (0, 0, 0.15),
        (0, 0.5, 0.20),
        (0, 1, 0.25),
        (1, 0, 0.40),
        (1, 0.5, 0.50),
        (1, 1, 0.60),
        (0.5, 0.5, 0.35),
    ],
)
def test_allocation_gives_the_ranges_of_the_document(ramp: float, position: float, expected: float) -> None:
    """Wrong ends of a range, or macro pressure not moving between them, would size every hedge wrongly."""
    assert float(sizing.allocation(14.0, ramp, position)) == pytest.approx(expected, abs=1e-15)


def test_allocation_position_defaults_to_the_middle_of_the_range() -> None:
    """Another default would change the size of everyone who leaves the cell blank."""
    assert float(sizing.allocation(12.0, 0.0)) == pytest.approx(0.20)


def test_allocation_uses_the_ranges_it_is_given() -> None:
    """A hidden constant in place of an argument would ignore the Inputs sheet."""
    got = sizing.allocation(12.0, 1.0, 0.25, None, None, 0.1, 0.3, 0.5, 0.9)
    assert float(got) == pytest.approx(0.6)
    assert float(sizing.allocation(12.0, 0.0, 0.25, None, None, 0.1, 0.3, 0.5, 0.9)) == pytest.approx(0.15)


def test_allocation_is_the_same_for_every_vix_without_knots() -> None:
    """The document is silent above 15: a VIX slope nobody chose must not appear."""
    np.testing.assert_array_equal(sizing.allocation([1.0, 14.9, 15.0, 80.0], 0.0, 0.5), np.full(4, 0.15 + 0.05))


def test_allocation_follows_the_knots_and_is_flat_outside_them() -> None:
    """Extrapolating beyond the knots could give negative or huge sizes."""
    got = sizing.allocation([10.0, 15.0, 20.0, 30.0, 90.0], 0.0, 0.5, [15.0, 25.0, 30.0], [0.2, 0.1, 0.0])
    np.testing.assert_allclose(got, [0.2, 0.2, 0.15, 0.0, 0.0], atol=1e-15)


def test_knots_may_lie_half_a_point_apart() -> None:
    """Any increasing knots are allowed."""
    assert float(sizing.allocation(15.25, 0.0, 0.5, [15.0, 15.5], [0.2, 0.1])) == pytest.approx(0.15)


def test_macro_pressure_never_lowers_an_allocation_already_above_the_macro_share() -> None:
    """max(0, .) dropped would shrink the hedge when pressure rises."""
    got = sizing.allocation(12.0, [0.0, 1.0], 0.5, [10.0, 20.0], [0.9, 0.9])
    np.testing.assert_allclose(got, [0.9, 0.9])


@pytest.mark.parametrize(
    "bad",
    [
        {"vix": 0.99},
        {"vix": math.nan},
        {"vix": math.inf},
        {"macro_ramp": -0.01},
        {"macro_ramp": 1.01},
        {"position": -0.01},
        {"position": 1.01},
        {"position": math.nan},
        {"calm_low": 0.3},
        {"calm_low": -0.01},
        {"macro_low": 0.7},
        {"macro_low": -0.01},
        {"macro_high": math.inf},
    ],
)
def test_allocation_outside_its_domain_is_not_a_number(bad: dict[str, float]) -> None:
    """A silent clamp would hide a typing error."""
    good: dict[str, float] = {"vix": 14.0, "macro_ramp": 0.0, "position": 0.5}
    got = sizing.allocation(**{**good, **bad})
    assert np.isnan(got)


def test_allocation_accepts_the_edges_of_its_domain() -> None:
    """An edge shut by mistake would refuse VIX 1, an empty range or a zero share."""
    assert float(sizing.allocation(1.0, 1.0, 1.0, None, None, 0.0, 0.0, 0.0, 0.0)) == 0.0
    assert float(sizing.allocation(1.0, 0.0, 0.0, [10.0], [0.0])) == 0.0


def test_an_invalid_element_of_allocation_stays_in_its_place() -> None:
    """One bad row must not poison the others."""
    got = sizing.allocation([14.0, 0.5, 14.0], 0.0, [0.0, 0.0, 2.0])
    np.testing.assert_array_equal(np.isnan(got), [False, True, True])


def test_knots_of_the_wrong_shape_or_order_are_refused() -> None:
    """Interpolating over unordered knots returns nonsense without a word."""
    with pytest.raises(MissingError):
        sizing.allocation(14.0, 0.0, 0.5, [10.0, 20.0])
    with pytest.raises(MissingError):
        sizing.allocation(14.0, 0.0, 0.5, None, [0.1, 0.2])
    for knots, shares in (([10.0, 20.0], [0.1]), ([], []), ([[10.0, 20.0]], [[0.1, 0.2]])):
        with pytest.raises(ShapeError):
            sizing.allocation(14.0, 0.0, 0.5, knots, shares)
    for knots, shares in (
        ([20.0, 10.0], [0.1, 0.2]),
        ([10.0, 10.0], [0.1, 0.2]),
        ([10.0, math.inf], [0.1, 0.2]),
        ([10.0, 20.0], [0.1, -0.2]),
        ([10.0, 20.0], [0.1, math.nan]),
        ([10.0, 20.0], [0.1, math.inf]),
    ):
        with pytest.raises(DomainError):
            sizing.allocation(14.0, 0.0, 0.5, knots, shares)


@given(share, share, share, st.floats(1.0, 100.0))
def test_allocation_rises_with_macro_pressure_and_with_position(a: float, b: float, c: float, vix: float) -> None:
    """A sign error in the scale-up would cut the hedge before FOMC."""
    low, high = min(a, b), max(a, b)
    assert float(sizing.allocation(vix, low, c)) <= float(sizing.allocation(vix, high, c)) + 1e-15
    assert float(sizing.allocation(vix, c, low)) <= float(sizing.allocation(vix, c, high)) + 1e-15


# --- the four bases -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fraction", "dollars", "contracts", "cost_share"),
    [
        (0.15, 5693, ("3.349", "1.872", "18.84", "34.65"), ("45", "25", "252", "464")),
        (0.25, 9489, ("5.582", "3.121", "31.40", "57.75"), ("75", "42", "420", "773")),
        (0.40, 15182, ("8.931", "4.993", "50.24", "92.39"), ("120", "67", "672", "1236")),
        (0.60, 22773, ("13.396", "7.490", "75.36", "138.59"), ("179", "100", "1009", "1855")),
    ],
)
def test_the_four_bases_give_the_table_of_the_worked_example(
    fraction: float, dollars: float, contracts: tuple[str, ...], cost_share: tuple[str, ...]
) -> None:
    """Any slip in the four formulas shows against the sixteen published cells."""
    got = units(fraction)
    assert got.basis == ("vix_notional", "max_loss", "breakeven_payoff", "premium")
    assert round(got.dollars[0]) == dollars
    for row in range(4):
        digits = len(contracts[row].split(".")[1])
        assert f"{got.contracts[row]:.{digits}f}" == contracts[row]
        assert f"{100 * got.cost[row] / CREDIT:.0f}" == cost_share[row]


def test_max_loss_basis_asks_for_a_share_of_the_maximum_loss() -> None:
    """Its dollars are not a share of the width."""
    assert units(0.15).dollars[1] == pytest.approx(0.15 * 3772.10)
    assert units(0.15).dollars[2] == units(0.15).dollars[3] == units(0.15).dollars[0]


@pytest.mark.parametrize(
    ("width", "low", "high"),
    [(272.692, "2.41", "4.01"), (379.558, "3.35", "5.58"), (460.597, "4.06", "6.77")],
)
def test_basis_one_at_7_14_and_21_days(width: float, low: str, high: str) -> None:
    """The published range of contracts for 15 and 25 % at each tenor."""
    for fraction, expected in ((0.15, low), (0.25, high)):
        got = sizing.hedge_units(fraction, "vix_notional", width, 1, 17.0)
        assert f"{got.contracts[0]:.2f}" == expected


def test_three_lit_layers_at_20_percent_ask_for_4_465_calls_and_one_layer_for_1_488() -> None:
    """The literal sizes of the worked example's plan."""
    assert f"{units(0.20, 1).contracts[0]:.3f}" == "4.465"
    assert f"{units(0.20 / 3, 1).contracts[0]:.3f}" == "1.488"


@pytest.mark.parametrize("basis", [1, 1.0, "1", " VIX_Notional "])
def test_a_basis_may_be_named_or_numbered(basis: float | str) -> None:
    """Refusing one spelling would break a sheet."""
    got = units(0.2, basis)
    assert got.basis == ("vix_notional",)
    assert got.contracts[0] == units(0.2).contracts[0]


def test_each_number_means_its_own_basis() -> None:
    """Shifted numbering would size on the wrong basis."""
    assert tuple(sizing.basis_name(i) for i in range(1, 5)) == sizing.BASES


@pytest.mark.parametrize("basis", ["notional", 0, 5, 1.5, ""])
def test_an_unknown_basis_is_refused(basis: float | str) -> None:
    """A default in its place would be silent."""
    with pytest.raises(ShapeError):
        units(0.2, basis)


def test_a_vix_future_counts_with_its_own_multiplier() -> None:
    """Ten VIX options are one VX: the notional must not be counted tenfold."""
    option = sizing.hedge_units(0.2, 1, WIDTH, 1, FUTURE, hedge_price=PRICE)
    future = sizing.hedge_units(0.2, 1, WIDTH, 1, FUTURE, hedge_price=PRICE, multiplier=1000.0)
    assert option.contracts[0] == pytest.approx(10 * future.contracts[0])
    assert option.cost[0] == pytest.approx(future.cost[0])
    premium = sizing.hedge_units(0.2, 4, WIDTH, 1, FUTURE, hedge_price=PRICE, multiplier=1000.0)
    assert premium.contracts[0] == pytest.approx(units(0.2).contracts[3] / 10)


def test_all_bases_show_a_gap_where_an_input_is_not_supplied() -> None:
    """A filled-in guess would pass for a size."""
    got = sizing.hedge_units(0.2, "ALL", WIDTH, 1, FUTURE)
    np.testing.assert_array_equal(np.isnan(got.contracts), [False, True, True, True])
    assert np.isnan(got.cost).all()


@pytest.mark.parametrize("basis", ["max_loss", "breakeven_payoff", "premium"])
def test_one_basis_without_its_input_is_missing(basis: str) -> None:
    """The cell must show #N/A, not a number."""
    with pytest.raises(MissingError):
        sizing.hedge_units(0.2, basis, WIDTH, 1, FUTURE)
    with pytest.raises(MissingError):
        sizing.hedge_units(0.2, "max_loss", WIDTH, 1, FUTURE, stress_gain=GAIN)


def test_a_basis_needs_only_its_own_inputs() -> None:
    """Asking for more would stop a trader who has enough."""
    assert sizing.hedge_units(0.15, 3, WIDTH, 1, FUTURE, stress_gain=GAIN).contracts[0] == pytest.approx(
        18.84, abs=0.005
    )
    assert sizing.hedge_units(0.15, 4, WIDTH, 1, FUTURE, hedge_price=PRICE).contracts[0] == pytest.approx(
        34.65, abs=0.005
    )


@pytest.mark.parametrize(
    "bad",
    [
        {"fraction": -0.01},
        {"fraction": math.nan},
        {"fraction": math.inf},
        {"breakeven_width": 0.0},
        {"breakeven_width": -1.0},
        {"breakeven_width": math.inf},
        {"condors": 0.0},
        {"future": 0.99},
        {"future": math.inf},
        {"max_loss": 0.0},
        {"stress_gain": 0.0},
        {"stress_gain": -5.0},
        {"hedge_price": 0.0},
        {"multiplier": 0.0},
    ],
)
def test_hedge_units_outside_the_domain_raise(bad: dict[str, float]) -> None:
    """A hedge that gains nothing in the stress, or a zero price, has no size."""
    good: dict[str, float] = {
        "fraction": 0.2,
        "breakeven_width": WIDTH,
        "condors": 1.0,
        "future": FUTURE,
        "max_loss": MAX_LOSS,
        "stress_gain": GAIN,
        "hedge_price": PRICE,
    }
    with pytest.raises(DomainError):
        sizing.hedge_units(basis="all", **{**good, **bad})


def test_a_share_of_nothing_is_no_contract_and_a_future_of_one_point_is_allowed() -> None:
    """The edges of the domain belong to it."""
    np.testing.assert_array_equal(units(0.0).contracts, np.zeros(4))
    assert sizing.hedge_units(0.1, 1, 10.0, 1, 1.0).contracts[0] == pytest.approx(1.0)


@given(share, positive, positive, st.floats(1.0, 100.0), positive, positive, positive)
def test_doubling_the_condors_doubles_every_literal_size(
    fraction: float, width: float, condors: float, future: float, loss: float, gain: float, price: float
) -> None:
    """Size must be proportional to the book; the maximum loss is the whole book's, so it doubles too."""
    once = sizing.hedge_units(fraction, "all", width, condors, future, loss, gain, price)
    twice = sizing.hedge_units(fraction, "all", width, 2 * condors, future, 2 * loss, gain, price)
    np.testing.assert_allclose(twice.contracts, 2 * once.contracts, rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(twice.cost, 2 * once.cost, rtol=1e-12, atol=1e-300)


@given(share, share, positive, positive, positive)
def test_literal_sizes_rise_with_the_share_and_fall_with_price_and_gain(
    a: float, b: float, gain: float, price: float, more: float
) -> None:
    """Monotone in each input: an inverted ratio fails."""
    small = sizing.hedge_units(min(a, b), "all", WIDTH, 1, FUTURE, MAX_LOSS, gain, price).contracts
    large = sizing.hedge_units(max(a, b), "all", WIDTH, 1, FUTURE, MAX_LOSS, gain, price).contracts
    dear = sizing.hedge_units(max(a, b), "all", WIDTH, 1, FUTURE + more, MAX_LOSS, gain + more, price + more)
    assert np.all(small <= large)
    assert np.all(dear.contracts <= large)


# --- gamma offset and cap -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gamma", "delta", "expected"),
    [
        (-529.17, -35.316, "5.244"),
        (-529.17, -33.840, "5.473"),
        (-271.23, -35.316, "2.688"),
        (-271.23, -33.840, "2.805"),
        (-182.09, -35.316, "1.805"),
        (-182.09, -33.840, "1.883"),
    ],
)
def test_calls_for_the_035_cap_at_each_tenor(gamma: float, delta: float, expected: str) -> None:
    """The published line "A: calls for 0.35"."""
    got = float(sizing.cap_contracts(gamma, delta))
    assert f"{got:.3f}" == expected
    assert float(sizing.max_contracts(gamma, delta)) == math.floor(got)
    assert float(sizing.gamma_offset(gamma, got * delta)) == pytest.approx(0.35)


@pytest.mark.parametrize(
    ("gamma", "hedge_gamma", "expected"),
    [
        (-529.17, 7.453, "24.85"),
        (-529.17, 26.141, "7.08"),
        (-271.23, 7.453, "12.74"),
        (-271.23, 26.141, "3.63"),
        (-182.09, 7.453, "8.55"),
        (-182.09, 26.141, "2.44"),
    ],
)
def test_calls_for_035_under_method_b(gamma: float, hedge_gamma: float, expected: str) -> None:
    """The published line "B: calls for 0.35"."""
    unit = float(sizing.gamma_offset(gamma, UNIT_DELTA, hedge_gamma, "b"))
    # Gammas printed to three digits leave the last digit open: 7.0850.
    assert 0.35 / unit == pytest.approx(float(expected), abs=0.0055)


def test_gamma_offset_of_no_hedge_is_zero() -> None:
    """No hedge held is a ratio of 0, not an error."""
    assert float(sizing.gamma_offset(-271.23, 0.0)) == 0.0
    assert float(sizing.gamma_offset(-271.23, -35.316, 0.0, "B")) == 0.0


def test_gamma_offset_halves_when_the_move_doubles() -> None:
    """The move belongs to the denominator."""
    np.testing.assert_allclose(sizing.gamma_offset(-100.0, -35.0, move=[1.0, 2.0]), [0.35, 0.175])
    np.testing.assert_allclose(sizing.cap_contracts(-100.0, -35.0, 0.35, [1.0, 2.0]), [1.0, 2.0])


def test_method_b_ignores_delta_and_may_be_negative() -> None:
    """A hedge that is itself short gamma shows a negative offset."""
    assert float(sizing.gamma_offset(-100.0, 5.0, -20.0, "B")) == pytest.approx(-0.2)
    np.testing.assert_allclose(sizing.gamma_offset(-100.0, [-1.0, -2.0], 20.0, "B"), [0.2, 0.2])


@pytest.mark.parametrize(
    ("gamma", "delta", "move"),
    [(10.0, -35.0, 1.0), (0.0, -35.0, 1.0), (-100.0, 35.0, 1.0), (-100.0, -35.0, 0.0), (-100.0, -35.0, -1.0),
     (math.nan, -35.0, 1.0), (-100.0, math.nan, 1.0), (-100.0, -math.inf, 1.0)],
)  # fmt: skip
def test_gamma_offset_and_cap_outside_the_domain_are_not_numbers(gamma: float, delta: float, move: float) -> None:
    """Long gamma, or a position that gains on a rise, is no hedged condor."""
    assert np.isnan(sizing.gamma_offset(gamma, delta, move=move))
    if math.isfinite(delta):
        assert np.isnan(sizing.cap_contracts(gamma, delta, 0.35, move))
        assert np.isnan(sizing.max_contracts(gamma, delta, 0.35, move))


def test_method_b_outside_the_domain_is_not_a_number() -> None:
    """The condor must be short gamma under B as well, and its gamma known."""
    got = sizing.gamma_offset([0.0, 10.0, -10.0], -35.0, [5.0, 5.0, math.nan], "B")
    assert np.isnan(got).all()


def test_max_contracts_refuses_what_is_not_a_hedge() -> None:
    """Short VIX calls have positive dollar delta; zero delta hedges nothing; a negative cap means nothing."""
    got = sizing.max_contracts(-100.0, [0.0, 35.0, -35.0], [0.35, 0.35, -0.1])
    assert np.isnan(got).all()
    assert float(sizing.max_contracts(-100.0, -35.0, 0.0)) == 0.0


def test_gamma_offset_refuses_unknown_methods_and_a_missing_gamma() -> None:
    """Falling back to A would be silent."""
    with pytest.raises(ShapeError):
        sizing.gamma_offset(-100.0, -35.0, None, "C")
    with pytest.raises(MissingError):
        sizing.gamma_offset(-100.0, -35.0, None, "B")


def test_rounding_noise_does_not_cost_a_contract() -> None:
    """0.35 x 300 / 35 is 3 in exact arithmetic; 2.9999999996 must still be 3, and 2.99 must not."""
    got = sizing.floor_contracts([2.9999999996, 2.99, 2.999999, 3.0, 0.0, 0.9999999999999])
    np.testing.assert_array_equal(got, [3.0, 2.0, 2.0, 3.0, 0.0, 1.0])
    assert float(sizing.max_contracts(-300.0, -35.0)) == 3.0


def test_floor_of_a_negative_or_infinite_number_of_contracts_is_not_a_number() -> None:
    """Neither is a size."""
    assert np.isnan(sizing.floor_contracts([-0.5, math.nan, math.inf])).all()


@given(st.floats(-1e6, -1e-3), st.floats(-1e4, -1e-3), st.floats(0.0, 2.0), st.floats(0.1, 10.0))
def test_the_cap_is_never_exceeded_and_one_more_contract_would_exceed_it(
    gamma: float, delta: float, cap: float, move: float
) -> None:
    """The largest whole number within the cap, neither more nor less."""
    n = float(sizing.max_contracts(gamma, delta, cap, move))
    assert n == int(n)
    if n > 0:
        assert float(sizing.gamma_offset(gamma, n * delta, move=move)) <= cap * (1 + 2e-9)
    assert float(sizing.gamma_offset(gamma, (n + 1) * delta, move=move)) > cap


@given(st.floats(-1e6, -1.0), st.floats(1.0, 3.0))
def test_the_cap_rises_with_gamma_and_falls_with_the_unit_delta(gamma: float, factor: float) -> None:
    """Inverted proportions would cap the wrong way."""
    base = float(sizing.max_contracts(gamma, UNIT_DELTA))
    assert float(sizing.max_contracts(gamma * factor, UNIT_DELTA)) >= base
    assert float(sizing.max_contracts(gamma, UNIT_DELTA * factor)) <= base


# --- vega ratio and tilts -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "vega", "expected"), [(7, -149.03, "4.06"), (14, -152.67, "3.04"), (21, -153.99, "2.51")]
)
def test_calls_for_035_by_vega(days: float, vega: float, expected: str) -> None:
    """The published line "E: calls for 0.35", kappa of the 22-36 day bucket; 7 days meets the limit of 2."""
    unit = float(sizing.vega_offset(1.0, 0.546688314, 0.470, vega, days))
    assert f"{0.35 / unit:.2f}" == expected


def test_vega_offset_outside_the_domain_is_not_a_number() -> None:
    """Long vega, no time or a short hedge has no ratio E."""
    got = sizing.vega_offset([1, 1, 1, -1, 1], 0.5, 0.5, [0, 10, -10, -10, -10], [14, 14, 0, 14, 14], [1, 1, 1, 1, 0])
    assert np.isnan(got).all()
    assert float(sizing.vega_offset(0.0, 0.5, 0.5, -10.0, 30.0)) == 0.0
    assert float(sizing.vega_offset(1.0, 0.5, 0.5, -10.0, 30.0, 1000.0)) == pytest.approx(25.0)


@pytest.mark.parametrize(
    ("tilts", "value", "product", "limited"),
    [
        ([], 1.0, 1.0, False),
        ([0.9, 1.1], 0.99, 0.99, False),
        ([0.5], 0.5, 0.5, False),
        ([1.5], 1.5, 1.5, False),
        ([0.6, 0.6], 0.5, 0.36, True),
        ([1.4, 1.4], 1.5, 1.96, True),
        ([0.0], 0.5, 0.0, True),
    ],
)
def test_the_product_of_tilts_is_limited_and_says_so(
    tilts: list[float], value: float, product: float, limited: bool
) -> None:
    """An unlimited product could double the hedge; a hidden limit would be a silent clamp."""
    got = sizing.combined_tilt(tilts)
    assert got.value == pytest.approx(value)
    assert got.product == pytest.approx(product)
    assert got.limited is limited


def test_a_missing_or_negative_tilt_is_refused() -> None:
    """Skipping it would be a silent default."""
    with pytest.raises(MissingError):
        sizing.combined_tilt([1.0, math.nan])
    for bad in (-0.1, math.inf):
        with pytest.raises(DomainError):
            sizing.combined_tilt([1.0, bad])


def test_small_numbers_of_the_wrong_sign_are_refused_and_of_the_right_sign_accepted() -> None:
    """The domain ends at 0, not at 1."""
    assert np.isnan(sizing.gamma_offset(0.5, -35.0))
    assert np.isnan(sizing.cap_contracts(-100.0, 0.5))
    assert float(sizing.gamma_offset(-100.0, -35.0, move=0.5)) == pytest.approx(0.7)
    assert np.isnan(sizing.vega_offset(0.5, 0.5, 0.5, 0.5, 30.0))
    assert float(sizing.vega_offset(0.5, 0.5, 0.5, -0.5, 0.5, 0.5)) == pytest.approx(0.0625)
