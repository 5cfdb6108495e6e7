"""Histories and parameters a back-test is not defined for, and short ones it still answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from alvh_xl.functions.backtest_report import report, statistic_rows, summary
from alvh_xl.model.backtest import BacktestData, Parameters, run, sensitivity
from alvh_xl.model.backtest.parameters import RANGES
from alvh_xl.model.backtest.pressure import Prints, pressures
from alvh_xl.model.errors import DomainError, MissingError, ShapeError
from tests.model.backtest.worlds import random_world

NAN = float("nan")
DAYS = [43374.0, 43375.0, 43376.0]  # Monday to Wednesday


@pytest.mark.parametrize(
    ("problem", "columns"),
    [
        (ShapeError, ([[1.0]], [1.0], [1.0])),
        (ShapeError, ([], [], [])),
        (DomainError, ([2.0, 1.0], [1.0, 1.0], [15.0, 15.0])),
        (DomainError, ([1.0, np.nan], [1.0, 1.0], [15.0, 15.0])),
        (DomainError, (DAYS, [0.0, 1.0, 1.0], [15.0] * 3)),
        (DomainError, (DAYS, [1.0] * 3, [0.15] * 3)),
        (ShapeError, (DAYS, [1.0] * 2, [15.0] * 3)),
        (ShapeError, (DAYS, [1.0] * 3, [15.0] * 3, [[1.0, 2.0]])),
        (DomainError, (DAYS, [1.0] * 3, [15.0] * 3, [[DAYS[0], -1.0, 15.0]])),
        (DomainError, (DAYS, [1.0] * 3, [15.0] * 3, [[DAYS[0], 9.0, 0.15]])),
    ],
)
def test_a_history_that_cannot_be_is_refused(problem: type[Exception], columns: tuple[object, ...]) -> None:
    """Unsorted dates, a decimal in place of points, or columns of different length must not become a result."""
    with pytest.raises(problem):
        BacktestData.of(*columns)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [{"days": 22.0}, {"days": 10.5}, {"short_delta": 0.5}, {"overlay_delta": 0.0}, {"condors": 0.0}, {"cap": -0.1},
     {"roll_phase": 21.0}, {"signal_shift": -21.0}, {"position": 1.1}, {"macro_strength": 1.1},
     {"smile": "steep"}, {"slope": -0.1}, {"curvature": 0.0, "smile": "skew"},
     {"future_multiplier": 0.0}, {"mini_multiplier": -1.0}, {"mark_hour": 25.0}, {"hedge_gap": 60.0}, {"seed": -1.0},
     {"wing_width": 10000.0}, {"roll_phase": 0.5}, {"signal_shift": 0.5}, {"hedge_gap": 1.5}, {"seed": 0.5},
     {"rate": 1.1}, {"condors": 2e6}, {"slope": 5.0, "smile": "fixed"}, {"curvature": -5.0, "smile": "fixed"},
     {"slope": 0.3, "smile": "fixed"}, {"slope": -0.2, "curvature": -0.02, "smile": "fixed"},
     {"hedge_held": 0.5}, {"fee": 1e300}],
)  # fmt: skip
def test_a_parameter_outside_its_range_is_refused(change: dict[str, float | str]) -> None:
    """A sweep that runs out of a parameter's range must say so, and so must one of a slope that nothing reads."""
    with pytest.raises(DomainError):
        Parameters.of(change)


@pytest.mark.parametrize("value", [NAN, float("inf"), -float("inf")])
@pytest.mark.parametrize("name", [name for name in Parameters.names() if name not in ("hedge", "smile")])
def test_a_parameter_that_is_no_number_is_refused_by_name(name: str, value: float) -> None:
    """An unknown fee must not end as a growth of -100 %, nor an infinite gap as a traceback."""
    smile = {"smile": "fixed"} if name in ("slope", "curvature") else {}
    with pytest.raises(DomainError, match=f"^{name} must be"):
        Parameters.of({name: value, **smile})


def test_the_ends_of_every_range_give_numbers_or_a_reason() -> None:
    """What the ranges admit must not overflow, warn or end in a traceback further down."""
    data = random_world(years=0.6)
    for name, ends in RANGES.items():
        smile: dict[str, float | str] = {"smile": "fixed"} if name in ("slope", "curvature") else {}
        for end in ends:
            try:
                found = run(data, Parameters.of({name: end, **smile}), draws=2)
            except (DomainError, MissingError):
                continue
            assert np.isfinite(found.pnl).all(), (name, end)


def test_a_gate_moved_beyond_its_range_is_unknown_and_the_others_stay() -> None:
    """A shift of 20 sessions is allowed, two more are not: that must not end the whole run."""
    found = sensitivity(random_world(years=0.3), Parameters(signal_shift=20.0), ("unhedged",))
    assert np.isfinite(found.gates[0]).tolist() == [True, True, True, False, False]


def test_wings_below_zero_are_refused() -> None:
    """A put with a negative strike has no price."""
    cheap = random_world(years=0.6)
    cheap = replace(cheap, close=cheap.close / cheap.close.max() * 900.0)
    with pytest.raises(DomainError, match="at or below 0"):
        run(cheap, Parameters(wing_width=1000.0))


def test_a_history_without_a_roll_is_missing_and_its_shifts_unknown() -> None:
    """Three days have no week's first session; two weeks have one, but not twenty sessions later."""
    with pytest.raises(MissingError):
        run(BacktestData.of(DAYS, [2900.0] * 3, [15.0] * 3))
    short = random_world(years=0.06)
    found = sensitivity(short, Parameters(), ("unhedged", "literal_1"))
    assert np.isfinite(found.phases[:, 0]).all()
    assert np.isnan(found.phases[:, 20]).all()


def test_a_strategy_that_does_not_exist_is_refused() -> None:
    """A mistyped name must not shorten the table silently."""
    with pytest.raises(ShapeError, match="magic"):
        run(random_world(years=0.5), names=("magic",))


def test_surprises_that_do_not_vary_leave_the_pressure_unknown() -> None:
    """An index that grows evenly has no scale for a surprise: neither pressure nor calm may be read from it."""
    known = 43000.0 + 30.0 * np.arange(40)
    even = Prints.of(known, np.full(40, 100.0))
    decisions = 43000.0 + 45.0 * np.arange(30)
    assert np.isnan(pressures([44100.0], even, even, decisions)).all()
    assert np.isnan(pressures([42000.0, 99000.0], even, even, decisions)).all()


def test_a_placebo_without_the_method_has_no_percentile() -> None:
    """Draws may be drawn for baselines alone; a percentile of what was not run would be made up."""
    found = report(random_world(years=0.5), {}, ("unhedged", "capped"), 20)
    items = [item for topic, item, *_ in statistic_rows(found) if topic == "placebo"]
    assert items == ["95th"]


def test_the_summary_of_a_sweep_is_the_report_in_short() -> None:
    """What a worker sends back must be plain numbers, and those of a report here."""
    data = random_world(years=0.5)
    short, full = summary(data, {"cap": 0.3}, ("unhedged",), 0), report(data, {"cap": 0.3}, ("unhedged",))
    assert short["scores"] == full.scores
    assert short["verdict"] == full.verdict
    assert short["sessions"] == data.dates.size
