"""The gates of method.md §10, one test each, on the shared history; and what they say when they cannot be measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from alvh_xl.model.backtest import BacktestData, Parameters, anchors, run
from alvh_xl.model.backtest.gates import Gate, checks, curve_changes, gates, published_weights
from alvh_xl.model.backtest.index_history import IndexHistory
from alvh_xl.model.backtest.replicas import Replica, condor_index
from alvh_xl.model.backtest.smile import Smile
from alvh_xl.model.errors import MissingError
from tests.model.backtest.worlds import random_world, real_indices, real_world

Gates = dict[str, Gate]


@pytest.fixture(scope="module")
def history(shared_data: Path) -> IndexHistory:
    """The shared history from 1990."""
    return real_indices(shared_data, 32874.0)


@pytest.fixture(scope="module")
def measured(history: IndexHistory, shared_data: Path) -> Gates:
    """Every gate, measured once."""
    found = run(real_world(shared_data), names=("downsized", "literal_1"), draws=1000)
    return {gate.name: gate for gate in gates(history, found)}


def test_g1_the_condor_replica_moves_with_cndr_and_its_bias_is_printed(measured: Gates) -> None:
    """G1: synthetic prices, correlation of calendar-year returns at least 0.8; the bias is said, not hidden."""
    gate = measured["G1"]
    assert gate.status == "PASS", gate.measured
    assert "bias" in gate.measured
    assert "fixed smile" in gate.note
    assert "spreads" in gate.note
    assert "real chains" in gate.note


def test_g2_the_tail_hedge_replica_has_the_published_weights_and_growth(measured: Gates) -> None:
    """G2: weights exact, growth a year within one point of VXTH's 12.2 %."""
    assert measured["G2"].status == "PASS", measured["G2"].measured
    assert "weights exact" in measured["G2"].measured


def test_g2_the_s_and_p_500_of_the_same_span_is_the_published_one(history: IndexHistory) -> None:
    """Price index 7.4 % a year from 2006-03 to 2020-12; a wrong span would make VXTH's growth meaningless."""
    since = history.between(38798.0, anchors.VXTH_END)
    assert anchors.growth(since.data.dates, since.data.close, anchors.VXTH_END) == pytest.approx(0.074, abs=0.001)


def test_g3_the_stored_curve_has_the_published_shape(measured: Gates) -> None:
    """G3: F2 > F1 on 81.5 % ± 1 point of sessions, mean F2 − F1 0.82 ± 0.05, 2007-04-02 to 2021-12-23."""
    assert measured["G3"].status == "PASS", measured["G3"].measured


def test_g4_betas_estimated_anew_are_those_of_table_4a(measured: Gates) -> None:
    """G4: every linear beta within 0.05."""
    assert measured["G4"].status == "PASS", measured["G4"].measured


def test_g5_the_expected_move_covers_what_was_published(measured: Gates) -> None:
    """G5: .824 .840 .848 inside, .239 .246 .247 straying, each ± .005, over 5, 10 and 15 sessions."""
    assert measured["G5"].status == "PASS", measured["G5"].measured


def test_g6_no_claim_is_made_where_the_numbers_do_not_carry_it(measured: Gates) -> None:
    """G6: FAIL means no claim. On the shared history the method does not pass the placebo, and the gate must say so."""
    gate = measured["G6"]
    assert gate.status == "FAIL"
    assert gate.note == "No claim of value is made."
    assert "of 1000" in gate.measured


def status(history: IndexHistory, name: str) -> str:
    return {gate.name: gate.status for gate in gates(history)}[name]


def test_a_gate_fails_on_data_that_are_off(history: IndexHistory) -> None:
    """A gate that cannot fail guards nothing: noisy opens, dear dividends, steeper curves, another VIX."""
    rng = np.random.default_rng(1)
    noisy = replace(history, open=history.open * np.exp(0.05 * rng.normal(size=history.open.size)))
    assert status(noisy, "G1") == "FAIL"
    assert status(replace(history, dividend=history.dividend + 0.03), "G2") == "FAIL"
    wide = replace(history, data=replace(history.data, curve_settles=1.15 * history.data.curve_settles))
    assert (status(wide, "G3"), status(wide, "G4")) == ("FAIL", "FAIL")
    calm = replace(history, data=replace(history.data, vix=0.97 * history.data.vix))
    assert status(calm, "G5") == "FAIL"


def test_a_claim_needs_both_hurdles() -> None:
    """Better than the smaller condor but not than chance, or the reverse, is no claim; both is one."""
    world = random_world()
    found = run(world, names=("downsized", "literal_1"), draws=20)
    small, large = found.pnl[0], found.pnl[0] + 1_000.0
    low, high = np.full(20, -1e9), np.full(20, 1e9)
    for method, plain, placebo, expected in (
        (large, small, low, "PASS"), (large, small, high, "FAIL"), (small, large, low, "FAIL"),
    ):  # fmt: skip
        planted = replace(found, pnl=np.stack([plain, method]), placebo=placebo)
        gate = gates(IndexHistory.of(world), planted)[5]
        assert (gate.name, gate.status) == ("G6", expected)
        assert ("No claim" in gate.note) == (expected == "FAIL")


def test_the_smile_of_vix_and_skew_is_nearer_to_every_published_index(history: IndexHistory) -> None:
    """Taken from published figures of options only, it must not help one index at the price of another."""
    found = {(check.name, check.smile): check for check in checks(history)}
    for name in ("CNDR", "PUT", "PPUT"):
        ours, plain = found[name, "VIX and SKEW"], found[name, "fixed"]
        assert abs(ours.bias) < abs(plain.bias)
        assert ours.error < plain.error
    # The model still overpays the condor; every back-test says by how much, and by how much without SKEW.
    unknown = condor_index(history, Smile.of_skew(np.full(history.skew.size, np.nan)))
    assert round(100.0 * anchors.compare(unknown).bias) == 6
    assert round(100.0 * found["CNDR", "fixed"].bias) == 13
    assert round(100.0 * found["CNDR", "VIX and SKEW"].bias) == 3
    assert found["PUT", "VIX and SKEW"].correlation > 0.95
    assert found["PPUT", "VIX and SKEW"].correlation > 0.95


def test_every_back_test_says_how_much_its_smile_flatters_the_condor() -> None:
    """The bias of G1, beside the result it inflates."""
    world = random_world(years=1.0)
    unknown = replace(world, skew=np.full(world.dates.size, np.nan))
    for data, smile, points in ((world, "fixed", 13), (world, "skew", 3), (unknown, "skew", 6), (unknown, "fixed", 13)):
        caveats = run(data, Parameters(smile=smile), ("unhedged",)).caveats
        assert sum("flatters the condor" in line and f"earned {points} points" in line for line in caveats) == 1


def test_what_a_history_does_not_reach_is_not_measured() -> None:
    """A gate that passes on two synthetic years would prove nothing."""
    found = gates(IndexHistory.of(random_world()))
    assert [gate.name for gate in found] == ["G1", "G2", "G3", "G4", "G5", "G6"]
    assert {gate.status for gate in found} == {"NOT MEASURED"}
    assert all(gate.note for gate in found)
    assert not checks(IndexHistory.of(random_world()))


def test_a_curve_that_is_missing_on_most_days_is_not_measured() -> None:
    """Contango of a handful of stored days is not the contango of fourteen years."""
    world = random_world(39083.0, 15.2)
    bare = BacktestData.of(world.dates, world.close, world.vix)
    gate = gates(IndexHistory.of(bare))[2]
    assert (gate.name, gate.status) == ("G3", "NOT MEASURED")


def test_contracts_are_followed_by_their_expiry_across_sessions() -> None:
    """The front column changes its contract at expiry: its difference there is a roll, not a move."""
    dates = np.array([43374.0, 43375.0, 43376.0, 43383.0])  # the last gap is a week
    curve = [
        [43374.0, 1.0, 12.0], [43374.0, 36.0, 14.0], [43375.0, 35.0, 14.5], [43376.0, 34.0, 13.9],
        [43383.0, 27.0, 20.0],
    ]  # fmt: skip
    data = BacktestData.of(dates, [100.0, 101.0, 99.99, 90.0], np.full(4, 12.0), curve)
    tenor, move, change = curve_changes(data)
    np.testing.assert_array_equal(tenor, [36.0, 35.0])
    np.testing.assert_allclose(move, [1.0, -1.0])
    np.testing.assert_allclose(change, [0.5, -0.6])


def test_the_table_of_weights_is_the_golden_row() -> None:
    """method.md §11: 0, 1, 1, .5, .5 and 0 % at 15, 15.01, 30, 30.01, 50 and 50.01."""
    found = published_weights(np.array([15.0, 15.01, 30.0, 30.01, 50.0, 50.01]))
    np.testing.assert_array_equal(found, [0.0, 0.01, 0.01, 0.005, 0.005, 0.0])


def _replica(first: int, last: int, rate: float) -> Replica:
    """An index named CNDR that grows at one rate a year, at the year ends only."""
    from datetime import date

    days = [(date(year, 12, 31) - date(1899, 12, 30)).days for year in range(first, last + 1)]
    level = (1.0 + rate) ** np.arange(len(days))
    return Replica("CNDR", np.array([*days, days[-1] + 5.0]), np.array([*level, 9.0]), np.array([0.0]))


def test_a_comparison_takes_the_years_in_common_and_their_bias() -> None:
    """CNDR grew from 716.76 to 767.10 by the returns of 18 years, the first 2008: −3.99 %."""
    found = anchors.compare(_replica(2005, 2025, 0.03))
    assert (found.years[0], found.years[-1]) == (2008.0, 2025.0)
    assert found.published[0] == pytest.approx(688.17 / 716.76 - 1.0)
    assert np.prod(1.0 + found.published) == pytest.approx(767.10 / 716.76)
    np.testing.assert_allclose(found.ours, 0.03)
    assert found.bias == pytest.approx(0.03 - np.mean(found.published))
    with pytest.raises(MissingError):
        anchors.compare(_replica(2017, 2025, 0.03))


def test_growth_needs_the_end_of_its_span() -> None:
    """A history cut in 2019 has no growth to 2020."""
    dates, level = np.array([38798.0, 41000.0, 43800.0]), np.array([np.nan, 1.0, 2.0])
    with pytest.raises(MissingError):
        anchors.growth(dates, level, anchors.VXTH_END)
    assert anchors.growth(dates, level, 43803.0) == pytest.approx(2.0 ** (365.25 / 2800.0) - 1.0)
    assert np.isnan(anchors.gain(dates, level, 38000.0, 43800.0))
    assert anchors.gain(dates, level, 41000.0, 43800.0) == pytest.approx(1.0)
