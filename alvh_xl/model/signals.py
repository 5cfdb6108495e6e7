"""Indicators on completed daily bars: MACD and divergence, RSI and breach, advance-decline deterioration.

Every series runs oldest first and every output has the length of its input; NaN marks bars without enough
history. Nothing looks ahead: the value of a bar depends on that bar and earlier ones alone, to the last bit,
so cutting the data never changes what came before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from alvh_xl.model.errors import DomainError, MissingError, ShapeError, ZeroDenominatorError
from alvh_xl.model.types import ArrayLike, BoolArray, FloatArray

HIGH_WINDOW = 63  # sessions whose highest close `near_high` refers to


def _series(values: ArrayLike, *, positive: bool = False, name: str = "closes") -> FloatArray:
    """One column of finite numbers."""
    series = np.asarray(values, dtype=np.float64)
    if series.ndim != 1:
        raise ShapeError(f"{name} must be one column")
    if np.isnan(series).any():
        raise MissingError(f"{name} have a gap")
    if not np.isfinite(series).all() or (series < 0).any() or (positive and (series == 0).any()):
        raise DomainError(f"{name} must be {'positive' if positive else 'at least 0'} and finite")
    return series


def _window(value: float, least: int, name: str) -> int:
    """A whole number of bars."""
    if not (value >= least and float(value).is_integer()):
        raise DomainError(f"{name} must be a whole number of at least {least}")
    return int(value)


def ema(values: FloatArray, window: int, alpha: float | None = None) -> FloatArray:
    """Exponential moving average that starts at the simple mean of its own first `window` values.

    Parameters
    ----------
    values : 1-D
        Leading NaN are skipped; the average then starts at the first number.
    window : bars
    alpha : weight of the newest bar
        2/(window + 1) unless given; Wilder's average uses 1/window.
    """
    weight = 2.0 / (window + 1.0) if alpha is None else alpha
    result = np.full(values.size, np.nan)
    start = int(np.isnan(values).sum())
    if values.size - start < window:
        return result
    level = float(values[start : start + window].sum()) / window
    path = [level]
    for value in values[start + window :].tolist():
        level += weight * (value - level)
        path.append(level)
    result[start + window - 1 :] = path
    return result


# ── MACD ──


@dataclass(frozen=True, slots=True)
class Macd:
    """The three lines, in points of the closes."""

    line: FloatArray
    signal: FloatArray
    histogram: FloatArray


def macd(closes: ArrayLike, fast: float = 12, slow: float = 26, signal: float = 9) -> Macd:
    """Moving average convergence divergence: EMA(fast) − EMA(slow), its EMA(signal), and their difference.

    Parameters
    ----------
    closes : points, 1-D, > 0
    fast, slow, signal : bars, 1 ≤ fast < slow, signal ≥ 1

    Returns
    -------
    Macd
        The line starts at bar `slow` (index slow − 1), signal and histogram at bar slow + signal − 1.

    Notes
    -----
    C06, STANDARD (Appel), α = 2/(n + 1). Each EMA starts at the simple mean of its own first n values. TA-Lib
    starts the fast one from bars 15–26 instead; the gap shrinks by 11/13 a bar.
    """
    prices = _series(closes, positive=True)
    short, long = _window(fast, 1, "fast"), _window(slow, 2, "slow")
    if short >= long:
        raise DomainError("fast must be less than slow")
    line = ema(prices, short) - ema(prices, long)
    smooth = ema(line, _window(signal, 1, "signal"))
    return Macd(line, smooth, line - smooth)


def pivots(values: FloatArray, reach: int) -> BoolArray:
    """Bars strictly above every other bar within ± `reach`, both sides complete; negate the values for lows.

    A pivot is known only `reach` bars later.
    """
    found = np.zeros(values.size, dtype=np.bool_)
    if values.size > 2 * reach:
        peaks = sliding_window_view(values, reach).max(axis=1)
        middle = values[reach:-reach]
        found[reach:-reach] = (middle > peaks[: middle.size]) & (middle > peaks[reach + 1 :])
    return found


def macd_divergence(
    closes: ArrayLike,
    side: str = "bearish",
    pivot: float = 5,
    min_gap: float = 5,
    max_gap: float = 60,
    fast: float = 12,
    slow: float = 26,
) -> FloatArray:
    """Divergence of price and MACD line: −1 bearish, +1 bullish on the bar on which it becomes known, else 0.

    Bearish: a pivot high above the pivot high before it while the MACD line is below its value there.
    Bullish: a pivot low below the one before it while the MACD line is above. The pivots are `min_gap` to
    `max_gap` bars apart, and the flag is dated `pivot` bars after the later one.

    Parameters
    ----------
    closes : points, 1-D, > 0
    side : "bearish", "bullish" or "both"
    pivot : bars on each side over which a pivot is a strict extreme, ≥ 1
    min_gap, max_gap : bars between the pivots, both included, 1 ≤ min_gap ≤ max_gap
    fast, slow : bars, as in `macd`

    Returns
    -------
    FloatArray
        NaN up to bar slow − 1 + pivot, before which no pivot with a MACD value can be known; from there on a
        missing MACD value at either pivot gives 0.

    Notes
    -----
    C06, DOCUMENT RULE (untested). With "both" the two never meet on one bar: no bar is a high and a low.
    """
    if side not in ("bearish", "bullish", "both"):
        raise ShapeError(f"unknown side {side!r}")
    prices = _series(closes, positive=True)
    reach, near, far = (
        _window(pivot, 1, "pivot"),
        _window(min_gap, 1, "min_gap"),
        _window(max_gap, 1, "max_gap"),
    )
    if near > far:
        raise DomainError("min_gap must not exceed max_gap")
    line = macd(prices, fast, slow, 1).line
    flags = np.zeros(prices.size)
    flags[: int(slow) - 1 + reach] = np.nan
    for name, sign in (("bearish", 1.0), ("bullish", -1.0)):
        if side in (name, "both"):
            at = np.flatnonzero(pivots(sign * prices, reach))
            before, after = at[:-1], at[1:]
            gap = after - before
            diverges = (line[after] - line[before]) * sign < 0  # False where a MACD value is missing
            rises = (prices[after] - prices[before]) * sign > 0
            flags[after[(gap >= near) & (gap <= far) & rises & diverges] + reach] = -sign
    return flags


# ── RSI ──


def _averages(closes: ArrayLike, window: float) -> tuple[FloatArray, FloatArray]:
    """Wilder's averages of gains and of losses, each aligned with the closes."""
    prices = _series(closes, positive=True)
    bars = _window(window, 1, "window")
    moves = np.full(prices.size, np.nan)
    moves[1:] = np.diff(prices)
    gains, losses = np.maximum(moves, 0.0), np.maximum(-moves, 0.0)
    return ema(gains, bars, 1.0 / bars), ema(losses, bars, 1.0 / bars)


def rsi(closes: ArrayLike, window: float = 14) -> FloatArray:
    """Wilder's relative strength index, 100 − 100/(1 + average gain/average loss), 0 to 100.

    The first averages are simple means of `window` gains and losses, then ((n − 1)·previous + current)/n.

    Parameters
    ----------
    closes : points, 1-D, > 0
    window : bars n, ≥ 1

    Returns
    -------
    FloatArray
        First number on bar window + 1; 100 where there are gains and no loss. NaN also where there is
        neither: `rsi_undefined` tells those bars (#DIV/0!) from missing history (#N/A).

    Notes
    -----
    C07, STANDARD. Wilder, *New Concepts in Technical Trading Systems*, 1978.
    """
    gain, loss = _averages(closes, window)
    total = gain + loss
    # The same number as the formula above, without a special case for loss 0.
    return 100.0 * (gain / np.where(total > 0, total, np.nan))


def rsi_undefined(closes: ArrayLike, window: float = 14) -> BoolArray:
    """Bars whose RSI is 0/0: enough history, but neither a gain nor a loss in it."""
    gain, loss = _averages(closes, window)
    undefined: BoolArray = gain + loss == 0.0
    return undefined


def rsi_breach(
    closes: ArrayLike, low: float = 30.0, high: float = 70.0, window: float = 14, sides: str = "both"
) -> FloatArray:
    """Entry of the RSI into an extreme: +1 when it rises above `high`, −1 when it falls below `low`, else 0.

    Entering means that the bar before was still at or on the near side of the threshold.

    Parameters
    ----------
    closes : points, 1-D, > 0
    low, high : RSI, 0 ≤ low < high ≤ 100
    window : bars
    sides : "both" (the document's literal reading) or "overbought" (+1 only)

    Returns
    -------
    FloatArray
        +1, −1 or 0; NaN where the RSI of the bar or of the one before it is missing or undefined.

    Notes
    -----
    C07, DOCUMENT RULE (untested). 30 and 70 are opposite states: below 30 buys volatility after the spike.
    """
    if sides not in ("both", "overbought"):
        raise ShapeError(f"unknown sides {sides!r}")
    if not 0.0 <= low < high <= 100.0:
        raise DomainError("0 ≤ low < high ≤ 100 is required")
    now = rsi(closes, window)
    before = np.concatenate([[np.nan], now])[: now.size]
    flags = ((now > high) & (before <= high)).astype(np.float64)
    if sides == "both":
        flags -= (now < low) & (before >= low)
    return np.where(np.isnan(now) | np.isnan(before), np.nan, flags)


# ── breadth ──


def _breadth(advances: ArrayLike, declines: ArrayLike) -> tuple[FloatArray, FloatArray]:
    up, down = _series(advances, name="advances"), _series(declines, name="declines")
    if up.size != down.size:
        raise ShapeError("advances and declines must have one length")
    return up, down


def ad_line(advances: ArrayLike, declines: ArrayLike) -> FloatArray:
    """Advance-decline line, the running sum of advances − declines; its origin is arbitrary.

    Parameters
    ----------
    advances, declines : issues a day, 1-D, ≥ 0

    Notes
    -----
    C08, STANDARD. https://www.fmlabs.com/reference/ADLine.htm
    """
    up, down = _breadth(advances, declines)
    return np.cumsum(up - down)


def rolling_slope(values: FloatArray, window: int) -> FloatArray:
    """Ordinary-least-squares slope per bar over the last `window` bars, the current one included; window ≥ 2.

    The sum runs bar by bar rather than as a matrix product, whose rounding may depend on the series' length.
    """
    result = np.full(values.size, np.nan)
    last = values.size - window + 1
    if last > 0:
        offsets = np.arange(window) - (window - 1) / 2.0
        total = np.zeros(last)
        for index, offset in enumerate(offsets.tolist()):
            # Measured from the window's first bar: the level of a long cumulated series costs no digits.
            total += offset * (values[index : index + last] - values[:last])
        result[window - 1 :] = total / float(offsets @ offsets)
    return result


def ad_deterioration(
    advances: ArrayLike,
    declines: ArrayLike,
    closes: ArrayLike | None = None,
    window: float = 21,
    near_high: float | None = None,
) -> FloatArray:
    """Deterioration of the advance-decline line: 1 while it lasts, else 0.

    The line is below its own EMA(window), and the least-squares slope over `window` sessions of the cumulated
    (advances − declines)/(advances + declines) is negative. With `near_high` also: the close is at least
    (1 − near_high)·highest of the last 63 closes, which makes it a breadth divergence.

    Parameters
    ----------
    advances, declines : issues a day, 1-D, ≥ 0
    closes : points, same length, > 0
        Needed only with `near_high`.
    window : sessions, ≥ 2
    near_high : decimal in [0, 1), or None for the literal reading

    Returns
    -------
    FloatArray
        First number on bar `window`; on bar 63 at the earliest with `near_high`.

    Raises
    ------
    ZeroDenominatorError
        A day has neither advances nor declines.

    Notes
    -----
    C08, DOCUMENT RULE (untested); the definition is POLICY.
    """
    bars = _window(window, 2, "window")
    up, down = _breadth(advances, declines)
    if (up + down == 0).any():
        raise ZeroDenominatorError("a day has neither advances nor declines")
    line = ad_line(up, down)
    slope = rolling_slope(np.cumsum((up - down) / (up + down)), bars)
    flags = np.where(np.isnan(slope), np.nan, (line < ema(line, bars)) & (slope < 0))
    if near_high is None:
        return flags
    return np.where(np.isnan(flags), np.nan, flags * _near_high(closes, near_high, flags.size))


def _near_high(closes: ArrayLike | None, near_high: float, size: int) -> FloatArray:
    """1 where the close is near its 63-session high, 0 elsewhere, NaN before bar 63."""
    if closes is None:
        raise MissingError("near_high needs closes")
    if not 0.0 <= near_high < 1.0:
        raise DomainError("near_high must lie in [0, 1)")
    prices = _series(closes, positive=True)
    if prices.size != size:
        raise ShapeError("closes must have the length of advances")
    near = np.full(size, np.nan)
    if size >= HIGH_WINDOW:
        highest = sliding_window_view(prices, HIGH_WINDOW).max(axis=1)
        near[HIGH_WINDOW - 1 :] = prices[HIGH_WINDOW - 1 :] >= (1.0 - near_high) * highest
    return near
