"""Realised volatility and the volatility premium: golden vectors, independent arithmetic, edges."""

from __future__ import annotations

import itertools
import math
import statistics

import numpy as np
import pytest

from alvh_xl.model.errors import DomainError, MissingError, ShapeError, ZeroDenominatorError
from alvh_xl.model.realized import ESTIMATORS, realized_vol, vol_premium

BARS = [
    [100.0, 101.0, 99.0, 100.5], [100.6, 102.0, 100.0, 101.5], [101.4, 101.9, 99.5, 100.0],
    [100.2, 103.0, 100.1, 102.8], [102.9, 103.5, 101.0, 101.2], [101.0, 101.8, 98.7, 99.1],
]  # fmt: skip
RSI_CLOSES = [
    44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826, 45.8931, 46.0328,
    45.6140, 46.2820, 46.2820, 46.0028, 46.0328, 46.4116, 46.2222, 45.6439,
]  # fmt: skip


@pytest.mark.parametrize(("estimator", "value"), [
    ("close", 0.298515), ("parkinson", 0.246036), ("garman_klass", 0.231104), ("rogers_satchell", 0.212658),
    ("yang_zhang", 0.227939),
])  # fmt: skip
def test_each_estimator_reproduces_its_golden_value(estimator: str, value: float) -> None:
    """A wrong factor, a sample for a population variance, or a bar too many."""
    assert realized_vol(BARS, 5, estimator) == pytest.approx(value, abs=5e-7)


def test_close_to_close_of_the_golden_returns() -> None:
    """A mean subtracted, or closes read as open prices."""
    assert realized_vol(RSI_CLOSES, 19) == pytest.approx(0.134984, abs=5e-7)


def test_closes_as_a_column_and_other_periods_are_understood() -> None:
    """A one-column range refused, or the annualisation ignored."""
    column = np.array(RSI_CLOSES)[:, None]
    assert realized_vol(column, 19, periods=1.0) == pytest.approx(0.134984 / math.sqrt(252), abs=5e-8)


@pytest.mark.parametrize("estimator", sorted(ESTIMATORS))
def test_bars_before_the_window_do_not_matter(estimator: str) -> None:
    """A window that leaks older bars into the estimate."""
    older = [[50.0, 70.0, 40.0, 60.0]] * 3
    assert realized_vol(older + BARS, 5, estimator) == pytest.approx(realized_vol(BARS, 5, estimator), rel=1e-12)


@pytest.mark.parametrize(("prices", "window", "estimator", "error"), [
    (BARS, 5, "hodges", ShapeError),
    (RSI_CLOSES, 5, "parkinson", ShapeError),
    (np.ones((9, 3)), 5, "close", ShapeError),
    ([1.0, math.nan, 1.0, 1.0], 2, "close", ShapeError),
    (BARS, 6, "close", MissingError),
    (BARS, 6, "yang_zhang", MissingError),
    (BARS, 7, "parkinson", MissingError),
    (BARS, 1, "close", DomainError),
    ([1.0, -1.0, 1.0], 2, "close", DomainError),
    ([1.0, math.inf, 1.0], 2, "close", DomainError),
    ([[100.0, 100.4, 99.0, 100.5]] * 3, 2, "close", DomainError),
    ([[100.0, 101.0, 100.1, 100.5]] * 3, 2, "parkinson", DomainError),
])  # fmt: skip
def test_unusable_prices_are_named(prices: object, window: int, estimator: str, error: type[Exception]) -> None:
    """An estimate from impossible bars or too few of them."""
    with pytest.raises(error):
        realized_vol(np.asarray(prices, dtype=float), window, estimator)


def test_range_estimators_need_no_bar_before_the_window() -> None:
    """A bar demanded that the formula does not use."""
    assert realized_vol(BARS, 6, "rogers_satchell") > 0.0


def test_the_smallest_window_is_two() -> None:
    """A domain check that excludes its own end."""
    expected = math.sqrt(252 * statistics.fmean(math.log(x) ** 2 for x in (1.02, 1.01)))
    assert realized_vol([100.0, 102.0, 102.0 * 1.01], 2) == pytest.approx(expected)
    vols, closes = _synthetic(40)
    assert vol_premium(vols, closes, 2, 2).n == 2


def test_periods_must_be_positive() -> None:
    """A negative number under the root."""
    with pytest.raises(DomainError):
        realized_vol(BARS, 5, periods=0.0)


def _synthetic(n: int) -> tuple[list[float], list[float]]:
    closes = [100.0 * math.exp(0.02 * math.sin(0.7 * i) + 0.01 * math.sin(2.3 * i)) for i in range(n)]
    return [0.2 + 0.05 * math.sin(0.11 * i) for i in range(n)], closes


def test_vol_premium_equals_plain_arithmetic() -> None:
    """A z-score with a population deviation, a variance over the wrong number of days, or an inverted ratio."""
    vols, closes = _synthetic(90)
    found = vol_premium(vols, closes, 21, 60)
    returns = [math.log(b / a) for a, b in itertools.pairwise(closes)]
    realized = [math.sqrt(252 * statistics.fmean(r * r for r in returns[i - 21 : i])) for i in range(21, 90)]
    spreads = [v - r for v, r in zip(vols[21:], realized, strict=True)][-60:]
    assert found.spread == pytest.approx(spreads[-1])
    assert found.ratio == pytest.approx(realized[-1] / vols[-1])
    assert found.variance_premium == pytest.approx(vols[-1] ** 2 * 30 / 365 - sum(r * r for r in returns[-21:]))
    assert found.z == pytest.approx((spreads[-1] - statistics.fmean(spreads)) / statistics.stdev(spreads))
    assert found.n == 60


def test_a_short_history_gives_no_z_but_the_rest() -> None:
    """A z-score from fewer spreads than asked for."""
    vols, closes = _synthetic(40)
    found = vol_premium(vols, closes, 21, 252)
    assert math.isnan(found.z)
    assert found.n == 19
    assert found.spread != 0.0


def test_vol_premium_names_what_is_wrong() -> None:
    """Misaligned series, a gap, points for decimals, or a division by zero."""
    vols, closes = _synthetic(40)
    with pytest.raises(ShapeError):
        vol_premium(vols[1:], closes)
    with pytest.raises(ShapeError):
        vol_premium([math.nan, *vols[1:]], closes)
    with pytest.raises(ShapeError):
        vol_premium(vols, [math.nan, *closes[1:]])
    with pytest.raises(MissingError):
        vol_premium(vols[:21], closes[:21])
    with pytest.raises(DomainError):
        vol_premium([100 * v for v in vols], closes)
    for window, lookback in ((1, 10), (5, 1)):
        with pytest.raises(DomainError):
            vol_premium(vols, closes, window, lookback)
    with pytest.raises(ZeroDenominatorError):
        vol_premium([0.25] * 40, [100.0] * 40, 21, 10)
