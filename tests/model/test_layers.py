"""Layers against the text of C05, the sample morning, and the worked example's contracts."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from alvh_xl.model import layers, sessions, signals
from alvh_xl.model.errors import DomainError, MissingError, ShapeError
from alvh_xl.model.types import FloatArray


def flags(size: int, *triggers: int, start: int = 0) -> FloatArray:
    """Flags of `size` sessions, −1 on the triggers, NaN before `start`."""
    column = np.zeros(size)
    column[list(triggers)] = -1.0
    column[:start] = np.nan
    return column


def dates_from(first: str, size: int) -> list[float]:
    """Serials of the first `size` sessions from a day on."""
    day = dt.date.fromisoformat(first)
    return [sessions.to_serial(d) for d in sessions.sessions_between(day, day + dt.timedelta(3 * size))[:size]]


NONE = flags(40)


# ── lit ──


def test_a_trigger_lights_the_layer_for_hold_more_sessions() -> None:
    """The layer would go out a session early or late."""
    assert np.flatnonzero(layers.lit_path(flags(40, 12))).tolist() == list(range(12, 23))
    assert np.flatnonzero(layers.lit_path(flags(40, 12), 0)).tolist() == [12]


def test_a_new_trigger_prolongs_a_lit_layer() -> None:
    """The first trigger's expiry would win over the last one's."""
    assert np.flatnonzero(layers.lit_path(flags(40, 5, 12))).tolist() == list(range(5, 23))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("hold", [0, 1, 4, 10])
def test_lit_agrees_with_its_text_session_by_session(seed: int, hold: int) -> None:
    """Layer j is lit on t if it was triggered in sessions t − hold … t."""
    column = np.random.default_rng(seed).choice([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, -1.0], 120)
    found = layers.lit_path(column, hold)
    for t in range(120):
        assert found[t] == any(column[max(0, t - hold) : t + 1] != 0)


def test_a_window_that_reaches_into_missing_history_is_unknown_unless_triggered() -> None:
    """Too little history would pass for a layer that is out."""
    path = layers.lit_path(flags(30, 7, start=5), 4)
    assert np.isnan(path[:7]).all()
    assert path[7:].tolist() == [1.0] * 5 + [0.0] * 18
    quiet = layers.lit_path(flags(30, start=5), 4)
    assert np.isnan(quiet[:9]).all()
    assert quiet[9:].tolist() == [0.0] * 21


def test_several_columns_of_flags_are_lit_row_by_row() -> None:
    """A thousand random paths at once would leak into one another."""
    table = np.array([flags(30, 3), flags(30, 20), flags(30, start=4)])
    found = layers.lit_path(table)
    for row, path in zip(table, found, strict=True):
        assert np.array_equal(layers.lit_path(row), path, equal_nan=True)


def test_a_flag_missing_in_the_middle_is_refused() -> None:
    """A gap could hide a trigger."""
    column = flags(20)
    column[7] = np.nan
    with pytest.raises(MissingError):
        layers.lit_path(column)


@pytest.mark.parametrize("hold", [-1, 2.5, np.nan, np.inf])
def test_a_hold_that_is_no_number_of_sessions_is_refused(hold: float) -> None:
    """A negative hold would never light anything."""
    with pytest.raises(DomainError):
        layers.lit_path(NONE, hold)


# ── fraction ──


@pytest.mark.parametrize(
    ("lit", "independent", "sequential", "confirm2"),
    [
        ((0, 0, 0), 0, 0, 0),
        ((1, 0, 0), 1, 1, 0),
        ((0, 1, 0), 1, 0, 0),
        ((0, 0, 1), 1, 0, 0),
        ((1, 1, 0), 2, 2, 2),
        ((1, 0, 1), 2, 1, 2),
        ((0, 1, 1), 2, 0, 2),
        ((1, 1, 1), 3, 3, 3),
    ],
)
def test_fraction_in_thirds_of_every_combination(
    lit: tuple[float, float, float], independent: int, sequential: int, confirm2: int
) -> None:
    """A mode would count a layer whose predecessor is out, or a single one as confirmed."""
    for mode, thirds in (("independent", independent), ("sequential", sequential), ("confirm2", confirm2)):
        assert float(layers.layer_fraction(*lit, mode)) == pytest.approx(thirds / 3, abs=1e-15)


@pytest.mark.parametrize("mode", ["independent", "sequential", "confirm2"])
def test_an_unknown_layer_makes_the_fraction_unknown(mode: str) -> None:
    """One missing layer would count as out and the total look complete."""
    found = layers.layer_fraction([np.nan, 0.0, 1.0], [0.0, np.nan, 1.0], [0.0, 0.0, np.nan], mode)
    assert np.isnan(found).all()


def test_an_unknown_mode_is_refused() -> None:
    """A typing error would mean independent."""
    with pytest.raises(ShapeError):
        layers.layer_fraction(1, 1, 1, "majority")


# ── state on the last session ──


def test_state_without_dates_counts_sessions() -> None:
    """Since and until when would be mixed up or counted from the wrong end."""
    state = layers.layers(flags(20, 12, 16), flags(20, 19), flags(20, 9))
    assert state.lit.tolist() == [1, 1, 1]
    assert state.since.tolist() == [7, 0, 10]
    assert state.expires.tolist() == [7, 10, 0]
    assert state.fraction == 1.0


def test_a_layer_that_went_out_in_between_is_lit_since_its_last_lighting() -> None:
    """A trigger whose stretch had ended would count as the beginning."""
    unbroken = layers.layers(flags(30, 5, 16, 25), NONE[:30], NONE[:30])
    broken = layers.layers(flags(30, 5, 17, 25), NONE[:30], NONE[:30])
    assert unbroken.since[0] == 24
    assert broken.since[0] == 12


def test_layers_that_are_out_have_neither_since_nor_expiry() -> None:
    """An old trigger's dates would stand beside a dark layer."""
    state = layers.layers(flags(30, 5), NONE[:30], NONE[:30])
    assert state.lit.tolist() == [0, 0, 0]
    assert np.isnan(state.since).all()
    assert np.isnan(state.expires).all()
    assert state.fraction == 0.0


def test_dates_name_the_trigger_and_the_expiry_beyond_the_data() -> None:
    """An expiry over Thanksgiving and the day of mourning of 2018 would count them as sessions."""
    dates = dates_from("2018-11-01", 14)  # 1 to 20 November
    state = layers.layers(flags(14, 13), flags(14, 10), flags(14, 3), dates=dates)
    assert [sessions.from_serial(v).date() for v in state.since] == [
        dt.date(2018, 11, 20),
        dt.date(2018, 11, 15),
        dt.date(2018, 11, 6),
    ]
    assert [sessions.from_serial(v).date() for v in state.expires] == [
        dt.date(2018, 12, 6),  # 21, 23, 26–30 November, 3, 4, 6 December: 22 and 5 are no sessions
        dt.date(2018, 11, 30),
        dt.date(2018, 11, 20),  # the last session itself
    ]
    tomorrow = layers.layers(flags(14, 4), flags(14), flags(14), dates=dates).expires[0]
    assert sessions.from_serial(tomorrow).date() == dt.date(2018, 11, 21)


def test_the_sample_morning_has_one_layer_lit_from_27_september_to_11_october() -> None:
    """The sample's hand calculation: MACD lit, RSI not; L = 1/3 with breadth out."""
    from arch.data import sp500

    history = sp500.load()
    history = history[history.index <= "2018-10-03"]
    closes = history["Close"].to_numpy(dtype=np.float64)
    dates = [sessions.to_serial(dt.date.fromisoformat(str(day)[:10])) for day in history.index]
    state = layers.layers(
        signals.macd_divergence(closes), signals.rsi_breach(closes), np.zeros(closes.size), dates=dates
    )
    assert state.lit.tolist() == [1, 0, 0]
    assert sessions.from_serial(state.since[0]) == dt.datetime(2018, 9, 27)
    assert sessions.from_serial(state.expires[0]) == dt.datetime(2018, 10, 11)
    assert state.fraction == pytest.approx(1 / 3, abs=1e-15)


def test_a_layer_without_history_is_unknown_and_so_is_the_total() -> None:
    """A missing indicator would read as a calm one."""
    state = layers.layers(flags(8, 3), flags(8), flags(8, start=8))
    assert state.lit[:2].tolist() == [1, 0]
    assert np.isnan(state.lit[2])
    assert np.isnan(state.fraction)


@pytest.mark.parametrize(
    ("columns", "dates", "error"),
    [
        ((flags(5), flags(5), flags(4)), None, ShapeError),
        ((flags(5).reshape(1, 5), flags(5), flags(5)), None, ShapeError),
        ((flags(0), flags(0), flags(0)), None, MissingError),
        ((flags(2), flags(2), flags(2)), [43377.0], ShapeError),
        ((flags(2), flags(2), flags(2)), [43377.0, np.nan], MissingError),
        ((flags(2), flags(2), flags(2)), [43377.0, 43377.5], DomainError),
        ((flags(2, 1), flags(2), flags(2)), [30000.0, 30001.0], DomainError),  # expires outside the table
    ],
)
def test_broken_columns_are_refused(
    columns: tuple[FloatArray, FloatArray, FloatArray], dates: list[float] | None, error: type[Exception]
) -> None:
    """Misaligned flags would light a layer on another day."""
    with pytest.raises(error):
        layers.layers(*columns, dates=dates)


# ── sizes ──


def test_sizes_of_the_worked_example() -> None:
    """a .20, W 379.558, F 17: three layers 4.465 contracts, one layer 1.488, each third alike."""
    full = layers.layer_sizes(0.20, 379.558, 1.0, 17.0)
    assert round(full.total_contracts, 3) == 4.465
    assert round(full.third_contracts, 3) == 1.488
    assert full.total_notional == pytest.approx(7591.16, abs=0.005)
    assert full.third_notional == pytest.approx(2530.387, abs=0.0005)
    assert (full.floor_notional, full.floor_contracts, full.fraction) == (0, 0, 0.20)
    assert round(layers.layer_sizes(0.20, 379.558, 1 / 3, 17.0).total_contracts, 3) == 1.488


def test_ten_condors_need_ten_times_the_contracts() -> None:
    """The number of condors would be lost: basis 1 at 15 % is 3.349 for one."""
    assert round(layers.layer_sizes(0.15, 379.558, 1.0, 17.0).total_contracts, 3) == 3.349
    assert round(layers.layer_sizes(0.15, 379.558, 1.0, 17.0, 10).total_contracts, 2) == 33.49


@pytest.mark.parametrize(
    ("allocation", "fraction", "share"),
    [(0.20, 0, 0.15), (0.20, 1 / 3, 0.15 + 0.1 / 3), (0.15, 1, 0.25), (0.60, 0, 0.40), (0.4 + 0.2, 1, 0.60)],
)
def test_range_deployment_runs_from_the_floor_to_the_ceiling_of_the_range_in_force(
    allocation: float, fraction: float, share: float
) -> None:
    """The always-on floor would be missing, or the calm range used in the macro regime."""
    sizes = layers.layer_sizes(allocation, 379.558, fraction, 17.0, deployment="range")
    assert sizes.fraction == pytest.approx(share, abs=1e-12)
    assert sizes.total_contracts == pytest.approx(share * 379.558 / 17, abs=1e-9)
    assert sizes.floor_contracts + 3 * fraction * sizes.third_contracts == pytest.approx(sizes.total_contracts)


def test_a_range_of_ones_own_is_used() -> None:
    """The document's ranges would override the trader's."""
    sizes = layers.layer_sizes(0.30, 400.0, 0.5, 20.0, 1, "range", (0.10, 0.30))
    assert sizes.fraction == pytest.approx(0.20)
    assert sizes.floor_notional == pytest.approx(4000.0)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((-0.1, 400.0, 0.5, 20.0), DomainError),
        ((0.2, 0.0, 0.5, 20.0), DomainError),
        ((0.2, 400.0, 1.1, 20.0), DomainError),
        ((0.2, 400.0, 0.5, 0.2), DomainError),
        ((0.2, 400.0, 0.5, 20.0, -1.0), DomainError),
        ((np.nan, 400.0, 0.5, 20.0), DomainError),
        ((0.2, 400.0, 0.5, 20.0, 1.0, "floor"), ShapeError),
        ((0.3, 400.0, 0.5, 20.0, 1.0, "range"), DomainError),  # in neither of the two ranges
        ((0.3, 400.0, 0.5, 20.0, 1.0, "range", (0.3, 0.1)), DomainError),
        ((0.3, 400.0, 0.5, 20.0, 1.0, "range", (-0.1, 0.3)), DomainError),
    ],
)
def test_sizes_outside_their_domain_are_refused(arguments: tuple[object, ...], error: type[Exception]) -> None:
    """A negative or mis-scaled input would give a plausible number of contracts."""
    with pytest.raises(error):
        layers.layer_sizes(*arguments)  # type: ignore[arg-type]
