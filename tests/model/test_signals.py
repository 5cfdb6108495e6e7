"""Indicators against the golden numbers, TA-Lib, numpy.polyfit and a slow twin written straight from the text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import talib

from alvh_xl.model import signals
from alvh_xl.model.errors import DomainError, MissingError, ShapeError, ZeroDenominatorError
from alvh_xl.model.types import FloatArray

BAR = np.arange(160)
WAVE = 100 + 0.2 * BAR + (6 - 0.03 * BAR) * np.sin(BAR / 7)
RSI_CLOSES = [
    44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826,
    45.8931, 46.0328, 45.6140, 46.2820, 46.2820, 46.0028, 46.0328, 46.4116, 46.2222, 45.6439,
]  # fmt: skip


def random_walk(seed: int, bars: int = 1000, volatility: float = 0.012) -> FloatArray:
    """Closes of a seeded random walk."""
    steps = np.random.default_rng(seed).normal(0.0003, volatility, bars)
    return np.asarray(3000 * np.exp(np.cumsum(steps)), dtype=np.float64)


# ── MACD ──


@pytest.mark.parametrize(
    ("bar", "line", "smooth"),
    [(57, 2.874728, 2.505475), (102, 2.478123, 2.338718), (159, 1.134904, 1.395697)],
)
def test_macd_of_the_golden_wave(bar: int, line: float, smooth: float) -> None:
    """An average would be seeded otherwise than at the mean of its own first values."""
    found = signals.macd(WAVE)
    assert round(float(found.line[bar]), 6) == line
    assert round(float(found.signal[bar]), 6) == smooth
    assert found.histogram[bar] == found.line[bar] - found.signal[bar]


def test_macd_starts_at_bar_26_and_its_signal_at_bar_34() -> None:
    """Bars without enough history would carry numbers, or good ones be thrown away."""
    found = signals.macd(WAVE)
    assert np.flatnonzero(~np.isnan(found.line))[0] == 25
    assert np.flatnonzero(~np.isnan(found.signal))[0] == 33
    assert np.flatnonzero(~np.isnan(found.histogram))[0] == 33
    assert not np.isnan(found.signal[33:]).any()


def test_the_first_macd_line_is_a_difference_of_averages_worked_by_hand() -> None:
    """With fast 1 and slow 2 on 1, 2, 4: EMA1 is the close, EMA2 is 1.5 then 1.5 + (4 − 1.5)·2/3."""
    found = signals.macd([1.0, 2.0, 4.0], 1, 2, 1)
    assert np.isnan(found.line[0])
    assert found.line[1:].tolist() == pytest.approx([0.5, 4 - 1.5 - 5 / 3], abs=1e-15)


@pytest.mark.parametrize("seed", range(5))
def test_macd_agrees_with_ta_lib_after_its_other_seed_has_faded(seed: int) -> None:
    """A wrong smoothing factor or lag would show against the field's library."""
    closes = random_walk(seed)
    found = signals.macd(closes)
    line, smooth, histogram = talib.MACD(closes, 12, 26, 9)
    settled = slice(260, None)
    assert found.line[settled] == pytest.approx(line[settled], abs=1e-10)
    assert found.signal[settled] == pytest.approx(smooth[settled], abs=1e-10)
    assert found.histogram[settled] == pytest.approx(histogram[settled], abs=1e-10)


@pytest.mark.parametrize("bars", [0, 1, 25])
def test_too_short_a_history_has_no_macd(bars: int) -> None:
    """A short column would raise or show a half-made average."""
    found = signals.macd(WAVE[:bars])
    assert found.line.size == bars
    assert np.isnan(found.line).all()


@pytest.mark.parametrize(
    ("fast", "slow", "signal"),
    [(26, 12, 9), (12, 12, 9), (0, 26, 9), (12, 26, 0), (12.5, 26, 9), (12, np.inf, 9), (12, np.nan, 9)],
)
def test_macd_windows_out_of_order_or_fractional_are_refused(fast: float, slow: float, signal: float) -> None:
    """Swapped windows would turn every divergence over."""
    with pytest.raises(DomainError):
        signals.macd(WAVE, fast, slow, signal)


@pytest.mark.parametrize(
    ("closes", "error"),
    [
        ([[1.0, 2.0]], ShapeError),
        ([1.0, np.nan, 2.0], MissingError),
        ([1.0, 0.0, 2.0], DomainError),
        ([1.0, -1.0, 2.0], DomainError),
        ([1.0, np.inf, 2.0], DomainError),
    ],
)
def test_a_broken_column_of_closes_is_refused(closes: list[float], error: type[Exception]) -> None:
    """One gap or zero would poison every later average in silence."""
    for indicator in (signals.macd, signals.macd_divergence, signals.rsi, signals.rsi_breach):
        with pytest.raises(error):
            indicator(closes)


# ── divergence ──


def slow_divergence(closes: FloatArray, side: str, k: int, min_gap: int, max_gap: int, line: FloatArray) -> list[float]:
    """The text of C06, bar by bar, one side at a time."""
    flags = [0.0] * len(closes)
    previous: int | None = None
    for p in range(k, len(closes) - k):
        others = [closes[j] for j in range(p - k, p + k + 1) if j != p]
        high = side == "bearish"
        if not (closes[p] > max(others) if high else closes[p] < min(others)):
            continue
        if previous is not None and min_gap <= p - previous <= max_gap:
            q = previous
            known = not np.isnan(line[p]) and not np.isnan(line[q])
            if high and known and closes[p] > closes[q] and line[p] < line[q]:
                flags[p + k] = -1.0
            if not high and known and closes[p] < closes[q] and line[p] > line[q]:
                flags[p + k] = 1.0
        previous = p
    return flags


def test_divergence_of_the_golden_wave_is_known_on_two_bars() -> None:
    """The flag would stand on the pivot itself, five bars before anybody can know it."""
    flags = signals.macd_divergence(WAVE)
    assert np.flatnonzero(flags == -1).tolist() == [107, 155]
    assert set(flags[30:].tolist()) == {0.0, -1.0}


def test_the_mirrored_wave_diverges_bullishly() -> None:
    """The bullish side would not be the mirror of the bearish one."""
    mirrored = 400 - WAVE
    assert np.flatnonzero(signals.macd_divergence(mirrored, "bullish") == 1).tolist() == [107, 155]
    assert not (signals.macd_divergence(mirrored, "bearish") == -1).any()


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(("k", "min_gap", "max_gap"), [(5, 5, 60), (2, 5, 20), (1, 1, 7), (2, 9, 9)])
def test_divergence_agrees_with_its_slow_twin(seed: int, k: int, min_gap: int, max_gap: int) -> None:
    """The vectorised search would miss a pivot, compare with another one, or date the flag wrongly."""
    closes = np.round(random_walk(seed, 400), -1)  # rounded, so that ties test the strictness of a pivot
    line = signals.macd(closes).line
    for side in ("bearish", "bullish"):
        found = signals.macd_divergence(closes, side, k, min_gap, max_gap)
        expected = slow_divergence(closes, side, k, min_gap, max_gap, line)
        assert np.isnan(found[: 25 + k]).all()
        assert found[25 + k :].tolist() == expected[25 + k :]


def test_the_slow_twin_meets_both_kinds_of_divergence() -> None:
    """The comparison would be empty if the random walks never diverged."""
    flags = np.concatenate([signals.macd_divergence(random_walk(seed), "both") for seed in range(8)])
    assert (flags == -1).sum() > 5
    assert (flags == 1).sum() > 5


def test_both_sides_together_are_the_sum_of_each() -> None:
    """One side would overwrite the other."""
    closes = random_walk(3)
    each = [signals.macd_divergence(closes, side) for side in ("bearish", "bullish", "both")]
    assert np.array_equal(each[0] + each[1], each[2], equal_nan=True)


def test_an_equal_high_within_reach_is_no_pivot() -> None:
    """A plateau would count as two pivots or one."""
    assert not signals.pivots(np.array([1.0, 2.0, 3.0, 3.0, 2.0, 1.0, 0.0]), 2).any()
    assert np.flatnonzero(signals.pivots(np.array([1.0, 2.0, 3.0, 2.0, 1.0]), 2)).tolist() == [2]


def test_a_pivot_without_macd_gives_no_divergence() -> None:
    """A pivot before bar 26 would be compared although its MACD is missing."""
    closes = np.full(60, 100.0) - 0.001 * np.arange(60)
    closes[20], closes[40] = 110.0, 111.0  # higher high, and MACD exists only at the second
    assert not (signals.macd_divergence(closes) == -1).any()
    assert np.isnan(signals.macd_divergence(closes)[:30]).all()
    assert signals.macd_divergence(closes)[30:].tolist() == [0.0] * 30


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"side": "upwards"}, ShapeError),
        ({"pivot": 0}, DomainError),
        ({"min_gap": 0}, DomainError),
        ({"min_gap": 61}, DomainError),
        ({"max_gap": 10.5}, DomainError),
    ],
)
def test_divergence_options_outside_their_domain_are_refused(
    options: dict[str, object], error: type[Exception]
) -> None:
    """A typing error would mean the default, or nothing at all."""
    with pytest.raises(error):
        signals.macd_divergence(WAVE, **options)  # type: ignore[arg-type]


def test_sample_morning_divergence_of_20_september_2018_is_known_on_the_27th(shared_data: Path) -> None:
    """The sample's MACD layer rests on the pivots of 29 August and 20 September 2018."""
    index = pd.read_csv(shared_data / "index" / "spx_daily_ohlcv.csv")
    index = index[index["date"].between("1999-01-04", "2018-10-03")]
    dates, closes = index["date"].tolist(), index["close"].to_numpy()
    flags = signals.macd_divergence(closes)
    last = np.flatnonzero(flags == -1)[-1]
    assert dates[last] == "2018-09-27"
    highs = np.flatnonzero(signals.pivots(closes, 5))
    assert [dates[bar] for bar in highs[-2:]] == ["2018-08-29", "2018-09-20"]
    assert round(float(signals.rsi(closes)[-1]), 2) == 62.63
    assert not signals.rsi_breach(closes)[-11:].any()


def test_number_of_events_of_1990_to_2021(shared_data: Path) -> None:
    """The estimates of C06 and C07 count 86 divergences, 67 entries below 30 and 169 above 70 (other data, ± 2)."""
    index = pd.read_csv(shared_data / "index" / "spx_daily_ohlcv.csv")
    closes = index[index["date"].between("1990-01-02", "2021-03-19")]["close"].to_numpy()
    breaches = signals.rsi_breach(closes)
    assert (signals.macd_divergence(closes) == -1).sum() == pytest.approx(86, abs=2)
    assert (breaches == -1).sum() == pytest.approx(67, abs=2)
    assert (breaches == 1).sum() == pytest.approx(169, abs=2)


# ── RSI ──


def test_rsi_of_the_golden_closes() -> None:
    """An ordinary exponential average would stand in for Wilder's."""
    found = signals.rsi(RSI_CLOSES)
    assert np.isnan(found[:14]).all()
    golden = [70.532789, 66.318562, 66.549830, 69.406305, 66.355169, 57.974856]
    assert np.round(found[14:], 6).tolist() == golden


@pytest.mark.parametrize("window", [2, 9, 14, 21])
@pytest.mark.parametrize("seed", range(3))
def test_rsi_agrees_with_ta_lib_from_its_first_bar(seed: int, window: int) -> None:
    """A wrong seed or weight would show against the field's library."""
    closes = random_walk(seed)
    found, oracle = signals.rsi(closes, window), talib.RSI(closes, window)
    assert np.array_equal(np.isnan(found), np.isnan(oracle))
    assert found[window:] == pytest.approx(oracle[window:], abs=1e-10)


def test_rsi_without_losses_is_exactly_100_and_without_gains_0() -> None:
    """A rounding error would let 100 fail to be 100."""
    rising = signals.rsi(np.cumsum(np.linspace(0.1, 0.37, 60)) + 10)
    assert (rising[14:] == 100.0).all()
    assert (signals.rsi(np.linspace(20, 10, 30))[14:] == 0.0).all()


def test_rsi_without_any_move_is_undefined_and_told_apart_from_missing_history() -> None:
    """Flat closes would read as neutral 50, as 100, or as too little history."""
    closes = [10.0] * 20 + [11.0]
    found, undefined = signals.rsi(closes), signals.rsi_undefined(closes)
    assert np.isnan(found[:20]).all()
    assert found[20] == 100.0
    assert undefined.tolist() == [False] * 14 + [True] * 6 + [False]


def test_breach_is_the_entry_and_not_the_stay() -> None:
    """Every day above 70 would count as a new trigger."""
    closes = 100 + np.concatenate([np.tile([0.0, 1.0], 10), np.arange(2.0, 12.0), np.arange(10.0, -30.0, -2.0)])
    index, flags = signals.rsi(closes), signals.rsi_breach(closes)
    above, below = np.flatnonzero(index > 70), np.flatnonzero(index < 30)
    assert above.size > 1
    assert below.size > 1
    assert np.flatnonzero(flags == 1).tolist() == [above[0]]
    assert np.flatnonzero(flags == -1).tolist() == [below[0]]
    assert np.isnan(flags[:15]).all()
    assert not np.isnan(flags[15:]).any()


def test_breach_thresholds_are_strict_now_and_inclusive_before() -> None:
    """RSI exactly at a threshold is not beyond it; the next bar beyond it is an entry from it."""
    closes = RSI_CLOSES
    index = signals.rsi(closes)
    peak = float(index[17])  # 69.41 after 66.55
    assert signals.rsi_breach(closes, high=peak)[17] == 0
    assert signals.rsi_breach(closes, high=float(index[16]))[17] == 1
    assert signals.rsi_breach(closes, low=float(index[19]))[19] == 0
    assert signals.rsi_breach(closes, low=float(index[18]))[19] == -1


def test_overbought_only_drops_the_lower_side() -> None:
    """The selectable reading would still buy volatility after the spike."""
    closes = random_walk(2)
    both, upper = signals.rsi_breach(closes), signals.rsi_breach(closes, sides="overbought")
    assert (both == -1).any()
    assert np.array_equal(upper, np.maximum(both, 0.0), equal_nan=True)


def test_a_breach_next_to_an_undefined_rsi_is_unknown() -> None:
    """The first move after a flat stretch would count as an entry."""
    assert np.isnan(signals.rsi_breach([10.0] * 20 + [11.0])).all()


@pytest.mark.parametrize(("low", "high"), [(70, 30), (30, 30), (-1, 70), (30, 101), (np.nan, 70)])
def test_thresholds_outside_0_to_100_or_out_of_order_are_refused(low: float, high: float) -> None:
    """Both flags could be set on one bar."""
    with pytest.raises(DomainError):
        signals.rsi_breach(RSI_CLOSES, low, high)


def test_unknown_sides_are_refused() -> None:
    """A typing error would mean both."""
    with pytest.raises(ShapeError):
        signals.rsi_breach(RSI_CLOSES, sides="oversold")


# ── breadth ──


def test_advance_decline_line_of_the_golden_days() -> None:
    """Declines would be added, or each day shown instead of the sum."""
    assert signals.ad_line([10, 12, 8], [5, 9, 14]).tolist() == [5, 8, 2]


def breadth(seed: int, days: int = 300) -> tuple[FloatArray, FloatArray]:
    """Advances and declines of a number of issues that varies from day to day."""
    random = np.random.default_rng(seed)
    share = np.clip(random.normal(0.505, 0.12, days), 0.05, 0.95)
    issues = np.round(random.uniform(500, 5000, days))
    advances = np.round(issues * share)
    return advances, issues - advances


@pytest.mark.parametrize("window", [2, 5, 21])
def test_rolling_slope_agrees_with_polynomial_fits(window: int) -> None:
    """The closed form would lose the centring or the last bar."""
    values = np.cumsum(np.random.default_rng(1).normal(0, 1, 80)) + 1e3
    found = signals.rolling_slope(values, window)
    assert np.isnan(found[: window - 1]).all()
    for end in range(window - 1, 80):
        fit = np.polyfit(np.arange(window), values[end - window + 1 : end + 1], 1)[0]
        assert found[end] == pytest.approx(fit, abs=1e-9)


def test_a_slope_over_more_bars_than_there_are_is_missing() -> None:
    """A short column would raise."""
    assert np.isnan(signals.rolling_slope(np.arange(4.0), 5)).all()


@pytest.mark.parametrize("near_high", [None, 0.02, 0.05])
@pytest.mark.parametrize("seed", range(3))
def test_deterioration_agrees_with_its_text_bar_by_bar(seed: int, near_high: float | None) -> None:
    """One of its three conditions would be lost or turned over."""
    advances, declines = breadth(seed)
    closes = random_walk(seed, 300, 0.006)
    line = signals.ad_line(advances, declines)
    ratio = np.cumsum((advances - declines) / (advances + declines))
    found = signals.ad_deterioration(advances, declines, closes, 21, near_high)
    average = talib.EMA(line, 21)
    first = 20 if near_high is None else 62
    assert np.isnan(found[:first]).all()
    for day in range(first, 300):
        falling = np.polyfit(np.arange(21), ratio[day - 20 : day + 1], 1)[0] < 0
        near = near_high is None or closes[day] >= (1 - near_high) * max(closes[day - 62 : day + 1])
        assert found[day] == float(line[day] < average[day] and falling and near)
    assert set(found[first:].tolist()) == {0.0, 1.0}


def test_deterioration_without_near_high_needs_no_closes() -> None:
    """The literal reading would ask for a column it does not use."""
    advances, declines = breadth(4)
    assert np.array_equal(
        signals.ad_deterioration(advances, declines),
        signals.ad_deterioration(advances, declines, random_walk(4, 300)),
        equal_nan=True,
    )


def test_deterioration_near_the_high_of_a_short_history_is_unknown() -> None:
    """A high of fewer than 63 closes would pass for the high of 63, or 63 not be enough."""
    for days, known in ((40, False), (62, False), (63, True)):
        advances, declines = breadth(5, days)
        found = signals.ad_deterioration(advances, declines, random_walk(5, days), 21, 0.02)
        assert np.isnan(found[:62]).all()
        assert not np.isnan(found[-1]) if known else np.isnan(found[-1])


@pytest.mark.parametrize(
    ("advances", "declines", "options", "error"),
    [
        ([1.0, 2.0], [1.0], {}, ShapeError),
        ([1.0, -2.0], [1.0, 1.0], {}, DomainError),
        ([1.0, np.nan], [1.0, 1.0], {}, MissingError),
        ([1.0, 0.0], [1.0, 0.0], {}, ZeroDenominatorError),
        ([1.0, 2.0], [1.0, 1.0], {"window": 1}, DomainError),
        ([1.0, 2.0], [1.0, 1.0], {"near_high": 0.02}, MissingError),
        ([1.0, 2.0], [1.0, 1.0], {"near_high": 1.0, "closes": [1.0, 1.0]}, DomainError),
        ([1.0, 2.0], [1.0, 1.0], {"near_high": 0.02, "closes": [1.0]}, ShapeError),
    ],
)
def test_broken_breadth_is_refused(
    advances: list[float], declines: list[float], options: dict[str, object], error: type[Exception]
) -> None:
    """Misaligned or empty days would count as calm breadth."""
    with pytest.raises(error):
        signals.ad_deterioration(advances, declines, **options)  # type: ignore[arg-type]
