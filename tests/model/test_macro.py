"""Surprises, macro pressure, the real exchange rate and the rate differential."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh_xl.model import macro
from alvh_xl.model.errors import DomainError, MissingError, ShapeError, ZeroDenominatorError

# Published index levels, 2015-06 to 2018-08: CPI all items, PPI all commodities, broad real exchange rate.
CPI = [
    237.657, 238.034, 238.033, 237.498, 237.733, 238.017, 237.761, 237.652, 237.336, 238.080, 238.992, 239.557,
    240.222, 240.101, 240.545, 241.176, 241.741, 242.026, 242.637, 243.618, 244.006, 243.892, 244.193, 244.004,
    244.163, 244.243, 245.183, 246.435, 246.626, 247.284, 247.805, 248.859, 249.529, 249.577, 250.227, 250.792,
    251.018, 251.214, 251.663,
]  # fmt: skip
PPI = [
    194.8, 193.9, 191.9, 189.1, 187.5, 185.7, 183.5, 182.6, 181.3, 182.1, 183.2, 185.3, 187.6, 187.7, 186.6, 186.9,
    186.7, 186.3, 188.2, 190.7, 191.6, 191.5, 193.0, 192.8, 193.6, 193.5, 193.8, 194.8, 194.9, 195.9, 196.3, 197.9,
    199.3, 199.3, 200.3, 203.2, 204.2, 204.3, 203.4,
]  # fmt: skip

# Serials of 2018: prints of 12 and 13 September, FOMC of 1 August, 26 September and 8 November.
PPI_12_SEP, CPI_13_SEP, FOMC_1_AUG, FOMC_26_SEP, FOMC_8_NOV = 43355.0, 43356.0, 43313.0, 43369.0, 43412.0
OCT_4 = 43377.375


def pressure(
    cpi: float = 1.2,
    ppi: float = 0.4,
    last_print: float = PPI_12_SEP,
    asof: float = 43360.375,
    last_fomc: float = FOMC_1_AUG,
    next_fomc: float = FOMC_26_SEP,
    threshold: float = 0.5,
    lookahead: float = 14.0,
) -> macro.MacroPressure:
    """An active case (17 September 2018, nine days before FOMC) with some inputs changed."""
    return macro.macro_pressure(cpi, ppi, last_print, asof, last_fomc, next_fomc, threshold, lookahead)


# --- surprises ----------------------------------------------------------------------------------------------


def test_proxy_surprises_of_the_sample_morning() -> None:
    """The independent hand calculation expects -1.16 for CPI and -1.79 for PPI."""
    for index, expected in ((CPI, "-1.16"), (PPI, "-1.79")):
        z = macro.surprise_z(*macro.proxy_inputs(index))
        assert f"{z[-1]:.2f}" == expected
        assert np.isnan(z[:24]).all()
        assert np.isfinite(z[24:]).all()


def test_proxy_inputs_compare_three_months_annualised_with_twelve() -> None:
    """1 % in the last three months after a flat year: 1.01^4 - 1 against 1 %."""
    actual, expected = macro.proxy_inputs([100.0] * 12 + [101.0])
    assert actual[12] == pytest.approx(1.01**4 - 1)
    assert expected[12] == pytest.approx(0.01)
    assert np.isnan(actual[:3]).all()
    assert actual[3] == 0.0
    assert np.isnan(expected[:12]).all()


def test_a_surprise_is_scaled_by_the_previous_ones_only() -> None:
    """Twelve surprises of +1 and -1: sample sd sqrt(12/11); the thirteenth, 3, must not enter it."""
    z = macro.surprise_z([1.0, -1.0] * 6 + [3.0], np.zeros(13))
    assert np.isnan(z[:12]).all()
    assert z[12] == pytest.approx(3.0 / math.sqrt(12 / 11))


def test_the_window_limits_the_history() -> None:
    """A huge surprise 13 prints ago must leave a window of 12."""
    actual = [100.0] + [1.0, -1.0] * 6 + [3.0]
    assert macro.surprise_z(actual, np.zeros(14), 12)[13] == pytest.approx(3.0 / math.sqrt(12 / 11))
    assert macro.surprise_z(actual, np.zeros(14), 13)[13] < 0.2


def test_surprises_that_never_vary_are_marked_infinite() -> None:
    """A zero denominator: 0.1 a month with rounding noise is no scale."""
    assert math.isinf(macro.surprise_z(0.1 + np.arange(14.0), np.arange(14.0))[13])


def test_gaps_inside_are_refused_and_gaps_at_the_ends_kept() -> None:
    """A bridged gap would mix months."""
    values = np.array([math.nan, *([1.0, -1.0] * 6), 3.0, math.nan])
    z = macro.surprise_z(values, np.zeros(15))
    assert np.isnan(z[14])
    assert z[13] == pytest.approx(3.0 / math.sqrt(12 / 11))
    assert np.isnan(macro.surprise_z([math.nan], [0.0])).all()
    values[5] = math.nan
    with pytest.raises(ShapeError):
        macro.surprise_z(values, np.zeros(15))


def test_malformed_surprises_are_refused() -> None:
    """Shapes and windows outside the domain."""
    with pytest.raises(ShapeError):
        macro.surprise_z([1.0, 2.0], [1.0])
    with pytest.raises(DomainError):
        macro.surprise_z([1.0], [1.0], 11)
    with pytest.raises(DomainError):
        macro.proxy_inputs([100.0, 0.0])
    with pytest.raises(ShapeError):
        macro.proxy_inputs([100.0, math.nan])


@given(st.lists(st.floats(-5, 5), min_size=13, max_size=60), st.data())
def test_cutting_the_surprises_leaves_the_earlier_ones_unchanged(values: list[float], data: st.DataObject) -> None:
    """No look-ahead."""
    cut = data.draw(st.integers(1, len(values)))
    full = macro.surprise_z(values, np.zeros(len(values)))
    np.testing.assert_array_equal(macro.surprise_z(values[:cut], np.zeros(cut)), full[:cut])


# --- macro pressure -----------------------------------------------------------------------------------------


def test_hot_prints_nine_days_before_fomc_are_active() -> None:
    """Score (1.2 + 0.4) / 2 = 0.8, ramp 0.3."""
    got = pressure()
    assert got.score == pytest.approx(0.8)
    assert got.active == 1.0
    assert got.ramp == pytest.approx(0.3)
    assert got.reason.startswith("active")
    assert "9 days" in got.reason


def test_the_sample_morning_is_inactive() -> None:
    """Both scores negative, prints before the last FOMC and 35 days to the next: every reason is given."""
    z = [macro.surprise_z(*macro.proxy_inputs(index)) for index in (CPI, PPI)]
    got = macro.macro_pressure(z[0], z[1], PPI_12_SEP, OCT_4, FOMC_26_SEP, FOMC_8_NOV)
    assert got.score == pytest.approx(-1.475, abs=0.005)
    assert (got.active, got.ramp) == (0.0, 0.0)
    for reason in ("below the threshold", "one print negative", "no print since FOMC", "beyond the look-ahead"):
        assert reason in got.reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"cpi": 0.5, "ppi": 0.4}, "below the threshold"),
        ({"cpi": 2.0, "ppi": -0.1}, "one print negative"),
        ({"cpi": 0.0, "ppi": 2.0}, "one print negative"),
        ({"last_print": FOMC_1_AUG}, "no print since FOMC"),
        ({"asof": 43354.375, "last_print": 43350.0}, "beyond the look-ahead"),
        ({"lookahead": 8.0}, "beyond the look-ahead"),
        ({"asof": FOMC_26_SEP + 14 / 24}, "decision already out"),
        ({"threshold": 0.81}, "below the threshold"),
    ],
)
def test_each_condition_alone_switches_pressure_off_and_is_named(changes: dict[str, float], reason: str) -> None:
    """One condition dropped would double the hedge on the wrong days."""
    got = pressure(**changes)
    assert (got.active, got.ramp) == (0.0, 0.0)
    assert reason in got.reason
    assert ";" not in got.reason


@pytest.mark.parametrize(
    "changes",
    [
        {"asof": 43355.375},
        {"asof": FOMC_26_SEP},
        {"asof": FOMC_26_SEP + 13.9 / 24},
        {"threshold": 0.8},
        {"lookahead": 9.0},
        {"asof": PPI_12_SEP},
    ],
)
def test_the_edges_are_active(changes: dict[str, float]) -> None:
    """Fourteen days ahead, the morning of the decision, a score at the threshold; a date alone is 09:00."""
    assert pressure(**changes).active == 1.0


def test_the_ramp_stops_at_one() -> None:
    """A score of 3 must not take the allocation beyond its range."""
    assert pressure(cpi=3.0, ppi=3.0).ramp == 1.0


def test_one_missing_print_is_partial_and_two_are_an_error() -> None:
    """The plan goes on with m = 0 and says so."""
    for changes, name in (({"ppi": math.nan}, "PPI"), ({"cpi": math.nan}, "CPI")):
        got = pressure(**changes)
        assert math.isnan(got.score)
        assert (got.active, got.ramp) == (0.0, 0.0)
        assert got.reason == f"partial: no {name} surprise"
    with pytest.raises(MissingError):
        pressure(cpi=math.nan, ppi=math.nan)


def test_only_the_latest_surprises_count() -> None:
    """The score is the mean of the two latest, not of the series."""
    got = macro.macro_pressure([9.0, 1.2], [-9.0, 0.4], PPI_12_SEP, 43360.375, FOMC_1_AUG, FOMC_26_SEP)
    assert got.score == pytest.approx(0.8)


@pytest.mark.parametrize(
    "changes",
    [
        {"last_print": 43361.0},
        {"last_print": 43360.0, "asof": 43360.35},
        {"last_fomc": 43361.0},
        {"last_fomc": 43360.0},
        {"next_fomc": FOMC_1_AUG},
        {"threshold": math.inf},
        {"lookahead": -1.0},
        {"asof": math.inf},
        {"last_print": -1.0},
    ],
)
def test_contradicting_or_future_dates_raise(changes: dict[str, float]) -> None:
    """A print not yet out at the as-of instant is look-ahead."""
    with pytest.raises(DomainError):
        pressure(**changes)


def test_missing_dates_and_malformed_surprises_raise() -> None:
    """Each in its own way."""
    with pytest.raises(MissingError):
        pressure(next_fomc=math.nan)
    with pytest.raises(ZeroDenominatorError):
        pressure(cpi=math.inf)
    for bad in ([], [[1.0, 2.0]]):
        with pytest.raises(ShapeError):
            macro.macro_pressure(bad, [1.0], PPI_12_SEP, 43360.375, FOMC_1_AUG, FOMC_26_SEP)


# --- real exchange rate and rates ---------------------------------------------------------------------------


def test_reer_z_is_the_z_score_of_the_yearly_log_change() -> None:
    """Twenty-four yearly changes: 23 of 0 and one of ln 1.1: z = (1 - 1/24) / sd."""
    got = macro.reer_z([100.0] * 35 + [110.0], lag=0)
    sd = math.sqrt((23 * (1 / 24) ** 2 + (23 / 24) ** 2) / 23)
    assert got.z == pytest.approx((23 / 24) / sd)
    assert (got.months, got.proxy) == (24, True)


def test_reer_leaves_out_the_months_not_yet_published() -> None:
    """The newest month, whatever it says, must not move the default."""
    level = [100.0] * 35 + [110.0]
    assert macro.reer_z([*level, 500.0]).z == macro.reer_z(level, lag=0).z


def test_reer_uses_at_most_120_changes_and_is_then_no_proxy() -> None:
    """A jump before the window must not enter it."""
    wave = list(100 + np.sin(np.arange(132.0)))
    got = macro.reer_z([50.0] * 12 + wave, lag=0)
    assert (got.months, got.proxy) == (120, False)
    assert got.z == pytest.approx(macro.reer_z(wave, lag=0).z)


def test_reer_with_too_little_history_or_no_movement_raises() -> None:
    """Each has its own error."""
    for short in ([100.0] * 36, [100.0] * 5, []):
        with pytest.raises(MissingError):
            macro.reer_z(short)
    with pytest.raises(MissingError):
        macro.reer_z([100.0, 101.0], lag=5)
    with pytest.raises(ZeroDenominatorError):
        macro.reer_z([100.0] * 50)
    with pytest.raises(DomainError):
        macro.reer_z([100.0] * 40 + [0.0])
    with pytest.raises(DomainError):
        macro.reer_z([100.0] * 40, lag=-1)
    with pytest.raises(ShapeError):
        macro.reer_z([100.0] * 40 + [math.nan])
    with pytest.raises(MissingError):
        macro.last_z(np.array([1.0]))


def test_rate_differential_normalises_the_weights() -> None:
    """2.23 - (.4 x -.32 + .25 x -.10 + .15 x .80 + .10 x 1.95 + .10 x -.74) = 2.142."""
    foreign, weights = [-0.32, -0.10, 0.80, 1.95, -0.74], np.array([0.40, 0.25, 0.15, 0.10, 0.10])
    assert macro.rate_differential(2.23, foreign, weights) == pytest.approx(2.142)
    assert macro.rate_differential(2.23, foreign, 7 * weights) == pytest.approx(2.142)
    assert macro.rate_differential(2.0, 0.5, 1.0) == pytest.approx(1.5)


def test_rate_differential_outside_its_domain_raises() -> None:
    """Missing, negative, ragged and zero weights."""
    with pytest.raises(MissingError):
        macro.rate_differential(2.0, [math.nan], [1.0])
    with pytest.raises(DomainError):
        macro.rate_differential(2.0, [1.0, 1.0], [2.0, -1.0])
    with pytest.raises(ZeroDenominatorError):
        macro.rate_differential(2.0, [1.0], [0.0])
    for foreign, weights in (([1.0, 2.0], [1.0]), ([], [])):
        with pytest.raises(ShapeError):
            macro.rate_differential(2.0, foreign, weights)


def test_rate_tilt_shrinks_only_on_an_elevated_differential() -> None:
    """1 - .2 x clip(z, 0, 2) / 2; off by default."""
    np.testing.assert_allclose(macro.rate_tilt([-3.0, 0.0, 1.0, 2.0, 5.0], 0.2), [1.0, 1.0, 0.9, 0.8, 0.8])
    assert float(macro.rate_tilt(2.0)) == 1.0
    assert np.isnan(macro.rate_tilt([math.nan, 1.0, 1.0], [0.2, -0.1, 1.1])).all()
