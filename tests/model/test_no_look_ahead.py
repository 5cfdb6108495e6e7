"""Cutting the data at t leaves every signal and layer up to t unchanged, bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from alvh_xl.model import layers, signals
from alvh_xl.model.types import FloatArray

TWO_YEARS = 504
TRIGGERS = ("divergence", "rsi breach", "ad deterioration")
Columns = tuple[FloatArray, FloatArray, FloatArray]  # closes, advances, declines


def synthetic(seed: int) -> Columns:
    """Two years of closes and of the breadth of 3,000 issues."""
    random = np.random.default_rng(seed)
    steps = random.normal(0.0003, 0.011, TWO_YEARS)
    share = np.clip(0.5 + 6 * steps + random.normal(0, 0.08, TWO_YEARS), 0.02, 0.98)
    advances = np.round(3000 * share)
    return np.asarray(2800 * np.exp(np.cumsum(steps))), advances, 3000 - advances


def everything(columns: Columns) -> dict[str, FloatArray]:
    """Every series the signals give, under the name a failure should show."""
    closes, advances, declines = columns
    macd = signals.macd(closes)
    series = {
        "macd line": macd.line,
        "macd signal": macd.signal,
        "macd histogram": macd.histogram,
        "divergence": signals.macd_divergence(closes, "both"),
        "rsi": signals.rsi(closes),
        "rsi undefined": signals.rsi_undefined(closes).astype(np.float64),
        "rsi breach": signals.rsi_breach(closes),
        "ad line": signals.ad_line(advances, declines),
        "ad deterioration": signals.ad_deterioration(advances, declines),
        "ad divergence": signals.ad_deterioration(advances, declines, closes, 21, 0.02),
    }
    macd_lit, rsi_lit, ad_lit = (layers.lit_path(series[name]) for name in TRIGGERS)
    series |= {"lit macd": macd_lit, "lit rsi": rsi_lit, "lit ad": ad_lit}
    for mode in ("independent", "sequential", "confirm2"):
        series[f"fraction {mode}"] = layers.layer_fraction(macd_lit, rsi_lit, ad_lit, mode)
    return series


def first_difference(calculate: Callable[[Columns], dict[str, FloatArray]], columns: Columns, cuts: list[int]) -> str:
    """Name and cut of the first series that a cut changes; empty when there is none."""
    whole = calculate(columns)
    for t in cuts:
        closes, advances, declines = (column[: t + 1] for column in columns)
        for name, series in calculate((closes, advances, declines)).items():
            if not np.array_equal(series, whole[name][: t + 1], equal_nan=True):
                return f"{name} changes when the data end at bar {t}"
    return ""


@pytest.mark.parametrize("seed", [1, 2])
def test_no_series_changes_its_past_on_two_synthetic_years(seed: int) -> None:
    """A signal would know the future: every back-test of it would be worthless."""
    assert first_difference(everything, synthetic(seed), list(range(TWO_YEARS))) == ""


@pytest.mark.parametrize("seed", [1, 2])
def test_the_state_of_a_morning_is_the_path_seen_that_morning(seed: int) -> None:
    """The layers of a replayed morning would differ from those of the back-test."""
    whole = everything(synthetic(seed))
    for t in range(TWO_YEARS):
        macd_flags, rsi_flags, ad_flags = (whole[name][: t + 1] for name in TRIGGERS)
        state = layers.layers(macd_flags, rsi_flags, ad_flags)
        lit = [whole[f"lit {name}"][t] for name in layers.LAYER_NAMES]
        assert np.array_equal(state.lit, lit, equal_nan=True)
        assert np.array_equal(state.fraction, whole["fraction independent"][t], equal_nan=True)


def test_no_series_changes_its_past_on_real_history(shared_data: Path) -> None:
    """Fifty seeded cuts of 1990–2015, index closes with the exchange's own breadth."""
    closes = pd.read_csv(shared_data / "index" / "spx_daily_ohlcv.csv").set_index("date")["close"]
    breadth = pd.read_csv(shared_data / "breadth" / "nyse_advdec_daily_1965_2015.csv").set_index("date")
    joined = breadth.join(closes, how="inner").loc["1990-01-02":]
    columns = (
        joined["close"].to_numpy(dtype=np.float64),
        joined["advn"].to_numpy(dtype=np.float64),
        joined["decln"].to_numpy(dtype=np.float64),
    )
    cuts = np.random.default_rng(20181004).choice(len(joined), 50, replace=False)
    assert first_difference(everything, columns, cuts.tolist()) == ""


def test_the_synthetic_years_make_every_signal_fire() -> None:
    """The comparison would be empty on series that never move."""
    for name, series in everything(synthetic(1)).items():
        if name != "rsi undefined":
            assert len(set(series[~np.isnan(series)].tolist())) > 1, name


def test_a_flag_dated_on_its_own_pivot_would_be_caught() -> None:
    """The check itself must notice the usual mistake: a pivot known before it is confirmed."""

    def dishonest(columns: Columns) -> dict[str, FloatArray]:
        flags = signals.macd_divergence(columns[0], "both")
        return {"divergence": np.concatenate([flags[5:], np.zeros(5)])[: flags.size]}

    assert "divergence changes" in first_difference(dishonest, synthetic(1), list(range(TWO_YEARS)))
