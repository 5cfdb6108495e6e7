"""The morning decision against the worked example, the sample morning and the rules of the method."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh_xl.model.plan import ROWS, Plan, plan
from alvh_xl.model.plan_inputs import INPUTS

Value = float | str | None

# One condor at 14 days, hedged with the 17-strike VIX call (pair "b"): figures of the worked example.
WORKED: dict[str, Value] = {
    "allocation": 0.20,
    "layer_fraction": 1.0,
    "breakeven_width": 379.558,
    "condors": 1,
    "max_loss": 3772.10,
    "credit": 12.2790,
    "book_dollar_gamma": -271.23,
    "future": 17.0,
    "hedge_price": 1.643201,
    "unit_dollar_delta": -35.316,
    "stress_gain": 302.19,
}
CARRY: dict[str, Value] = {"theta": -2.71, "roll_down": -0.1, "half_spread": 0.05, "horizon": 10, "nav": 250_000}

# Ten condors on 4 October 2018, worked out by hand from the Black formulas and the published closes.
SAMPLE: dict[str, Value] = {
    "allocation": 0.20,
    "layer_fraction": 1 / 3,
    "breakeven_width": 152.690,
    "condors": 10,
    "max_loss": 41155.2,
    "credit": 8.8448,
    "book_dollar_gamma": -3838.19,
    "future": 14.725,
    "hedge_price": 1.50099,
    "unit_dollar_delta": -29.3642,
    "stress_gain": 237.18,
}


def decide(**changes: Value) -> Plan:
    """The worked example with some inputs changed."""
    return plan({**WORKED, **changes})


def number(result: Plan, name: str) -> float:
    """Value of a row that must be a number."""
    value = result.value(name)
    assert isinstance(value, float)
    return value


def text(result: Plan, name: str) -> str:
    """Value of a row that must be text."""
    value = result.value(name)
    assert isinstance(value, str)
    return value


def test_three_layers_hold_two_calls_because_the_cap_binds() -> None:
    """The headline of the worked example: literal 4.465, cap 2.688, hold 2, 26.8 % of the credit."""
    got = decide()
    assert f"{number(got, 'literal'):.3f}" == "4.465"
    assert f"{number(got, 'cap_gamma'):.3f}" == "2.688"
    assert number(got, "hold") == 2.0
    assert got.value("binding") == "0.35 cap"
    assert got.value("decision") == "BUY 2 contracts"
    assert f"{100 * number(got, 'credit_share'):.1f}" == "26.8"
    assert number(got, "cost") == pytest.approx(2 * 164.3201)
    assert number(got, "fraction") == pytest.approx(0.20)
    assert number(got, "ratio_a") == pytest.approx(2 * 35.316 / 271.23)


def test_one_layer_holds_one_call_because_the_allocation_binds() -> None:
    """The worked example's second case: 1.488 calls."""
    got = decide(layer_fraction=1 / 3)
    assert f"{number(got, 'literal'):.3f}" == "1.488"
    assert number(got, "hold") == 1.0
    assert got.value("binding") == "allocation"
    assert got.value("decision") == "BUY 1 contract"


def test_the_sample_morning_holds_six_calls_because_the_allocation_binds() -> None:
    """The independent hand calculation of 4 October 2018: about 6.9, cap about 45.7, 10 % of the credit."""
    got = plan(SAMPLE)
    assert f"{number(got, 'literal'):.1f}" == "6.9"
    assert f"{number(got, 'cap_gamma'):.1f}" == "45.7"
    assert number(got, "hold") == 6.0
    assert got.value("binding") == "allocation"
    assert f"{number(got, 'credit_share'):.2f}" == "0.10"


def test_rows_come_in_the_documented_order() -> None:
    """The workbook reads the rows by position."""
    assert tuple(row.name for row in decide().rows) == ROWS
    assert tuple(row.name for row in decide(nav="MISSING").rows) == ROWS
    assert len(ROWS) == 22


@pytest.mark.parametrize(
    ("basis", "name", "literal"),
    [
        (1, "vix_notional", "4.465"),
        ("max_loss", "max_loss", "2.497"),
        ("3", "breakeven_payoff", "25.120"),
        (4.0, "premium", "46.197"),
    ],
)
def test_the_chosen_basis_is_the_literal_size_and_all_four_are_shown(basis: Value, name: str, literal: str) -> None:
    """Sizing on another basis than the one chosen."""
    got = decide(basis=basis)
    assert f"{number(got, 'literal'):.3f}" == literal
    assert number(got, "literal") == number(got, f"basis_{name}")
    for row in ("vix_notional", "max_loss", "breakeven_payoff", "premium"):
        assert number(got, f"basis_{row}") == number(decide(), f"basis_{row}")
    assert name in got.row("literal").note


@pytest.mark.parametrize("name", [spec.name for spec in INPUTS if spec.required])
@pytest.mark.parametrize("gap", [None, "", "  ", "MISSING", "missing", "#N/A", "#DIV/0!", math.nan])
def test_a_required_input_missing_or_in_error_stops_the_plan_and_is_named(name: str, gap: Value) -> None:
    """A decision on a gap would be a guess."""
    got = decide(**{name: gap})
    assert got.value("decision") == "NO DECISION"
    assert got.value("binding") == f"missing: {name}"
    assert got.missing == (name,)
    numbers = [row.value for row in got.rows if row.name not in ("decision", "binding", "reason_1")]
    assert numbers == [None] * len(numbers)
    assert name in text(got, "reason_1")


@pytest.mark.parametrize("name", [spec.name for spec in INPUTS if not spec.required])
def test_an_optional_input_in_error_stops_the_plan_but_a_blank_one_does_not(name: str) -> None:
    """An error must never turn into a default in silence; a blank is the documented default."""
    assert decide(**{name: "MISSING"}).missing == (name,)
    assert decide(**{name: None}).rows == decide().rows


def test_every_missing_input_is_named() -> None:
    """A trader would repair one only to meet the next."""
    got = decide(future=None, nav="#VALUE!", credit="MISSING")
    assert got.missing == ("credit", "future", "nav")
    assert got.value("binding") == "missing: credit, future, nav"
    assert plan({}).missing == tuple(spec.name for spec in INPUTS if spec.required)


def test_a_probability_needs_the_half_spread() -> None:
    """The benefit cannot be compared with an unknown cost."""
    assert decide(probability=0.1).missing == ("half_spread",)


def test_unknown_names_and_words_stop_the_plan_and_are_named() -> None:
    """A typing error in a name would otherwise leave a default in force."""
    assert decide(alocation=0.2).value("binding") == "invalid: alocation"
    for bad in ({"allocation": "a fifth"}, {"allocation": True}, {"basis": "notional"}, {"held": "two"}):
        got = decide(**bad)
        assert (got.value("decision"), got.missing) == ("NO DECISION", tuple(bad))


def test_missing_and_invalid_inputs_are_told_apart() -> None:
    """A trader looks for missing data in another place than for a slip of the hand."""
    assert decide(credit="MISSING", future=0.5).value("binding") == "missing: credit; invalid: future"


def test_names_are_read_without_case_and_numbers_from_text() -> None:
    """A sheet may capitalise its labels and hold numbers as text."""
    got = plan({name.upper() + " ": str(value) for name, value in WORKED.items()})
    assert got.rows == decide().rows


@pytest.mark.parametrize(
    "bad",
    [
        {"allocation": -0.1},
        {"layer_fraction": 1.1},
        {"layer_fraction": -0.1},
        {"tilt": -1.0},
        {"breakeven_width": 0.0},
        {"condors": 0.0},
        {"max_loss": 0.0},
        {"credit": 0.0},
        {"book_dollar_gamma": 1.0},
        {"future": 0.9},
        {"hedge_price": 0.0},
        {"unit_dollar_delta": 0.0},
        {"unit_dollar_delta": 5.0},
        {"stress_gain": 0.0},
        {"half_spread": -0.1},
        {"fees": -1.0},
        {"horizon": 0.0},
        {"nav": 0.0},
        {"held": -1.0},
        {"held": 1.5},
        {"cap": -0.1},
        {"move": 0.0},
        {"open_interest": -1.0},
        {"premium_budget": -1.0},
        {"band": -0.1},
        {"probability": 1.1},
        {"theta": math.inf},
    ],
)
def test_inputs_outside_their_domain_stop_the_plan_and_are_named(bad: dict[str, Value]) -> None:
    """A clamp would size on a number nobody typed; an error in place of the plan would read as "hold nothing"."""
    got = decide(**{"half_spread": 0.05, **bad})
    assert (got.value("decision"), got.value("binding")) == ("NO DECISION", f"invalid: {next(iter(bad))}")
    assert got.value("hold") is None


def test_a_book_that_is_not_short_gamma_stops_the_plan_in_words() -> None:
    """After a crash through the long puts the cap has nothing to measure; the trader must read why."""
    for gamma in (0.0, 12.5):
        got = decide(book_dollar_gamma=gamma)
        assert got.value("decision") == "NO DECISION"
        assert "not short gamma" in str(got.value("reason_1"))


# --- which rule binds ---------------------------------------------------------------------------------------


def test_no_lit_layer_means_no_hedge() -> None:
    """With L = 0 the literal size is 0 whatever the caps."""
    got = decide(layer_fraction=0.0, held=2)
    assert got.value("binding") == "no layer lit"
    assert got.value("hold") == 0.0
    assert got.value("decision") == "SELL 2 contracts"
    assert "no layer" in text(got, "reason_1")


def test_liquidity_binds_at_ten_percent_of_open_interest() -> None:
    """More than a tenth of the open interest cannot be traded."""
    got = decide(open_interest=15)
    assert number(got, "cap_liquidity") == pytest.approx(1.5)
    assert (got.value("binding"), got.value("hold")) == ("liquidity", 1.0)
    assert decide(open_interest=0).value("decision") == "HOLD 0"


def test_the_premium_budget_binds_only_when_it_is_set() -> None:
    """The 35 % warning must not act as a cap."""
    got = decide(premium_budget=200)
    assert number(got, "cap_premium") == pytest.approx(200 / 164.3201)
    assert (got.value("binding"), got.value("hold")) == ("premium budget", 1.0)
    assert decide().value("cap_premium") is None
    assert "no limit" in decide().row("cap_premium").note


def test_the_name_of_the_gamma_cap_shows_the_cap_in_force() -> None:
    """A printed constant would contradict the Inputs sheet."""
    got = decide(cap=0.3)
    assert got.value("binding") == "0.3 cap"
    assert number(got, "cap_gamma") == pytest.approx(0.3 * 271.23 / 35.316)
    assert number(decide(move=2), "cap_gamma") == pytest.approx(2 * 0.35 * 271.23 / 35.316)


def test_ties_go_to_the_earlier_rule() -> None:
    """The method orders them: allocation, cap, liquidity, premium budget."""
    tied: dict[str, Value] = {
        "allocation": 0.1, "breakeven_width": 510.0, "future": 17.0, "cap": 0.3, "book_dollar_gamma": -1000.0,
        "unit_dollar_delta": -100.0, "open_interest": 30.0, "premium_budget": 300.0, "hedge_price": 1.0,
    }  # fmt: skip
    assert decide(**tied).value("binding") == "allocation"
    assert decide(**tied).value("hold") == 3.0
    assert decide(**{**tied, "allocation": 0.2}).value("binding") == "0.3 cap"
    assert decide(**{**tied, "allocation": 0.2, "cap": 0.4}).value("binding") == "liquidity"
    got = decide(**{**tied, "allocation": 0.2, "cap": 0.4, "open_interest": None})
    assert (got.value("binding"), got.value("hold")) == ("premium budget", 3.0)


@pytest.mark.parametrize(("tilt", "factor", "limited"), [(0.9, 0.9, False), (0.2, 0.5, True), (3.0, 1.5, True)])
def test_tilts_are_limited_and_the_limit_is_said(tilt: float, factor: float, limited: bool) -> None:
    """A hidden or missing limit would let a tilt size the hedge."""
    got = decide(tilt=tilt)
    assert number(got, "fraction") == pytest.approx(0.2 * factor)
    assert number(got, "literal") == pytest.approx(number(decide(), "literal") * factor)
    assert ("limited to" in text(got, "reason_3")) is limited


# --- order --------------------------------------------------------------------------------------------------


def test_inside_the_band_the_held_number_stays() -> None:
    """Twelve held, eleven wanted, band 20 %: no trade."""
    got = plan({**SAMPLE, "layer_fraction": 1.0, "allocation": 0.11, "held": 12})
    assert got.value("hold") == 11.0
    assert got.value("order") == 0.0
    assert got.value("decision") == "HOLD 12"
    assert "12 contracts after the order" in got.row("hold").note


def test_a_smaller_band_trades_the_same_gap() -> None:
    """The band is an input."""
    got = plan({**SAMPLE, "layer_fraction": 1.0, "allocation": 0.11, "held": 12, "band": 0.05})
    assert got.value("decision") == "SELL 1 contract"
    assert got.value("order") == -1.0


def test_a_breached_cap_is_cut_at_initiation_and_reported_as_drift_afterwards() -> None:
    """Six held against a cap of 5.38 lie inside the band of 1.25, yet at initiation one goes."""
    book: dict[str, Value] = {"allocation": 0.5, "book_dollar_gamma": -542.46, "held": 6, "band": 0.25}
    cut = decide(**book, at_initiation="TRUE")
    assert cut.value("decision") == "SELL 1 contract"
    assert "initiation" in text(cut, "reason_2")
    for later in (decide(**book, at_initiation=False), decide(**book)):
        assert later.value("decision") == "HOLD 6"
        assert "drift" in text(later, "reason_2")
    assert "drift" not in text(cut, "reason_2")


def test_the_benefit_test_stops_a_purchase_that_does_not_pay() -> None:
    """2 x 302.19 x p must exceed 2 x (5 + 1) dollars: p above 0.019855."""
    trade: dict[str, Value] = {"half_spread": 0.05, "fees": 1.0}
    assert decide(**trade, probability=0.0198).value("decision") == "HOLD 0"
    assert decide(**trade, probability=0.0199).value("decision") == "BUY 2 contracts"
    assert "skipped" in text(decide(**trade), "reason_2")
    assert "skipped" not in text(decide(**trade, probability=0.5), "reason_2")
    assert "12.00 dollars" in decide(**trade).row("order").note


def test_a_sale_is_not_tested_for_stress_loss_avoided() -> None:
    """Selling avoids none, so the test would forbid every sale."""
    got = decide(held=10, half_spread=0.05, probability=0.0)
    assert got.value("decision") == "SELL 8 contracts"
    assert "purchases only" in text(got, "reason_2")


def test_holding_the_model_size_is_said_in_words() -> None:
    """HOLD must name the number."""
    assert decide(held=2).value("decision") == "HOLD 2"


# --- cost and words -----------------------------------------------------------------------------------------


def test_theta_and_drag_follow_the_contracts_to_hold() -> None:
    """2 x (-2.71 x 10 - 10 - 5) = -84.20 dollars in 10 days; x 36.5 / 250,000 a year; 6.9 % of the credit."""
    got = decide(**CARRY)
    assert number(got, "theta") == pytest.approx(-5.42)
    assert number(got, "drag_year") == pytest.approx(-84.20 * 36.5 / 250_000)
    assert "-84.20 dollars over 10 days, -6.9 % of the credit" in got.row("drag_year").note


@pytest.mark.parametrize("name", list(CARRY))
def test_drag_without_one_of_its_inputs_is_blank(name: str) -> None:
    """A drag that leaves a part out looks cheap."""
    got = decide(**{**CARRY, name: None})
    assert got.value("drag_year") is None
    assert got.value("decision") == "BUY 2 contracts"


def test_the_cost_of_capital_stands_beside_the_premium() -> None:
    """328.64 dollars at 9 % for 30 days cost 2.43 dollars."""
    got = decide(**{**CARRY, "horizon": 30, "capital_rate": 0.09})
    assert "capital costs 2.43 dollars" in got.row("cost").note
    assert "capital" not in decide().row("cost").note


def test_a_premium_above_35_percent_of_the_credit_warns() -> None:
    """Two calls are 26.8 % of the credit, three 40.1 %."""
    assert "warning" not in text(decide(), "reason_3")
    three = decide(book_dollar_gamma=-320.0)
    assert three.value("hold") == 3.0
    assert "40.1 % of the credit, warning: above 35 %" in text(three, "reason_3")


def test_bases_three_and_four_are_called_absurd_for_narrow_wings() -> None:
    """15-25 % of the width is 151-252 % of the maximum loss in the worked example."""
    assert "15–25 % of the width is 151–252 % of max loss" in text(decide(), "reason_3")
    assert "absurd" not in text(decide(max_loss=40_000.0), "reason_3")


def test_the_conflict_of_the_two_rules_is_computed_from_the_inputs() -> None:
    """Above the cap at 14 days; at 7 days 15-25 % lies below it and 40-60 % above."""
    got = text(decide(), "reason_4")
    assert "untested" in got
    assert "15–25 % of the width asks for 3.35–5.58 contracts, above the cap" in got
    assert "40–60 % of the width asks for 8.93–13.40 contracts, above the cap of 2.69" in got
    week = text(decide(breakeven_width=272.692, book_dollar_gamma=-529.17), "reason_4")
    assert "15–25 % of the width asks for 2.41–4.01 contracts, below the cap" in week
    assert "across the cap" in text(decide(book_dollar_gamma=-400.0), "reason_4")


# --- properties ---------------------------------------------------------------------------------------------


@given(
    allocation=st.floats(0.0, 1.0),
    layers=st.sampled_from([0.0, 1 / 3, 2 / 3, 1.0]),
    tilt=st.floats(0.0, 3.0),
    gamma=st.floats(-5000.0, -1.0),
    delta=st.floats(-200.0, -1.0),
    interest=st.one_of(st.none(), st.floats(0.0, 1000.0)),
    budget=st.one_of(st.none(), st.floats(0.0, 10_000.0)),
    basis=st.sampled_from([1, 2, 3, 4]),
    held=st.integers(0, 50),
)
def test_the_contracts_to_hold_are_whole_and_within_the_literal_size_and_every_cap(
    allocation: float,
    layers: float,
    tilt: float,
    gamma: float,
    delta: float,
    interest: float | None,
    budget: float | None,
    basis: int,
    held: int,
) -> None:
    """Whatever the inputs, no rule may be exceeded, and the order leads to the model size or nowhere."""
    got = decide(
        allocation=allocation, layer_fraction=layers, tilt=tilt, book_dollar_gamma=gamma, unit_dollar_delta=delta,
        open_interest=interest, premium_budget=budget, basis=basis, held=held,
    )  # fmt: skip
    hold, order = number(got, "hold"), number(got, "order")
    assert hold == int(hold)
    for name in ("literal", "cap_gamma", "cap_liquidity", "cap_premium"):
        limit = got.value(name)
        if limit is not None:
            assert isinstance(limit, float)
            assert 0.0 <= hold <= limit * (1 + 1e-8)
    assert number(got, "ratio_a") <= 0.35 * (1 + 1e-8)
    assert order in (0.0, hold - held)


@given(a=st.floats(0.0, 1.0), b=st.floats(0.0, 1.0), scale=st.floats(1.0, 3.0))
def test_a_larger_allocation_never_holds_less_and_a_larger_unit_delta_never_more(
    a: float, b: float, scale: float
) -> None:
    """Monotone in each input."""
    low, high = decide(allocation=min(a, b)), decide(allocation=max(a, b))
    assert number(low, "hold") <= number(high, "hold")
    heavier = decide(allocation=max(a, b), unit_dollar_delta=-35.316 * scale)
    assert number(heavier, "hold") <= number(high, "hold")


@given(factor=st.integers(1, 40))
def test_more_condors_scale_the_literal_size_and_the_cap(factor: int) -> None:
    """Twice the book, twice the hedge before rounding."""
    once = decide()
    more = decide(condors=factor, max_loss=3772.10 * factor, book_dollar_gamma=-271.23 * factor)
    for name in ("literal", "basis_max_loss", "basis_breakeven_payoff", "basis_premium", "cap_gamma"):
        assert number(more, name) == pytest.approx(factor * number(once, name))
    assert number(more, "ratio_a") <= 0.35 * (1 + 1e-8)


# --- words that carry numbers -------------------------------------------------------------------------------


def test_the_reason_shows_the_share_after_layers_and_tilt() -> None:
    """20 % x 1/2 x 0.9 = 9.0 % of the width."""
    assert "(9.0 % of the width)" in text(decide(layer_fraction=0.5, tilt=0.9), "reason_1")


def test_the_binding_note_lists_the_caps_that_are_set_and_no_others() -> None:
    """A blank cap must not be shown as nan, nor a set one left out."""
    assert decide().row("binding").note == "literal 4.465, 0.35 cap 2.688"
    assert decide(open_interest=15).row("binding").note == "literal 4.465, 0.35 cap 2.688, liquidity 1.500"


def test_notes_of_the_bases_give_the_premium_as_a_share_of_the_credit() -> None:
    """15 % of the width on basis 1 is 45 % of the credit, on basis 4 464 %."""
    got = decide(allocation=0.15)
    assert "45 % of the credit" in got.row("basis_vix_notional").note
    assert "464 % of the credit" in got.row("basis_premium").note


def test_a_purchase_at_the_cap_reports_neither_drift_nor_a_sale() -> None:
    """Three calls at a cap of exactly three."""
    got = decide(book_dollar_gamma=-302.7085714285714, half_spread=0.05, probability=0.5)
    assert got.value("hold") == 3.0
    assert "drift" not in text(got, "reason_2")
    assert "purchases only" not in text(got, "reason_2")


def test_bases_just_above_the_maximum_loss_are_called_absurd() -> None:
    """25 % of ten condors' width, 94,890 dollars, against 90,000 of maximum loss."""
    got = text(decide(condors=10, max_loss=90_000.0), "reason_3")
    assert "15–25 % of the width is 63–105 % of max loss" in got
    assert "absurd" not in text(decide(condors=10, max_loss=95_000.0), "reason_3")


def test_the_note_of_hold_is_empty_when_the_order_leads_to_it() -> None:
    """Nothing to explain then."""
    for held in (0, 1, 2, 9):
        assert decide(held=held).row("hold").note == ""
