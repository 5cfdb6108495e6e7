"""The signals and the layers they light (C05 to C08)."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from alvh_xl.functions.cells import CellError
from alvh_xl.functions.columns import ColumnKind, DateColumnKind, together
from alvh_xl.functions.kinds import (
    Count,
    Fraction,
    NonNegativeSeries,
    NumberKind,
    Points,
    Positive,
    PositiveSeries,
    Whole,
    word,
)
from alvh_xl.functions.marks import bars
from alvh_xl.functions.registry import Table, cell_function
from alvh_xl.model import layers as layering
from alvh_xl.model import signals

Side = Annotated[Any, word("bearish", "bullish", "both")]
Sides = Annotated[Any, word("both", "overbought")]
Mode = Annotated[Any, word("independent", "sequential", "confirm2")]
Deployment = Annotated[Any, word("share", "range")]
Flags = Annotated[Any, ColumnKind("flag")]
BarDates = Annotated[Any, DateColumnKind("date")]
Level = Annotated[Any, NumberKind("RSI", low=0, high=100)]
_CATEGORY = "Signals and layers"
_RULE = "DOCUMENT RULE (untested)"


@cell_function(category=_CATEGORY, concept="C06", status="STANDARD", shape="series")
def ALVH_MACD(closes: PositiveSeries, fast: Count = 12.0, slow: Count = 26.0, signal: Count = 9.0) -> Any:
    """MACD line, its signal line and their difference, bar by bar.

    EMA(fast) − EMA(slow); EMA(signal) of that; α = 2/(n + 1), each EMA started at the mean of its own first n values.

    Parameters
    ----------
    closes : index points
        Closes, oldest first.
    fast : bars
        Length of the fast average, below slow.
    slow : bars
        Length of the slow average.
    signal : bars
        Length of the signal average.

    Returns
    -------
    macd, signal, histogram : points
        Three columns as long as the closes; the line starts at bar 26, the signal at bar 34.

    References
    ----------
    Appel, Technical Analysis: Power Tools for Active Investors.

    Examples
    --------
    >>> ALVH_MACD([100, 101, 103, 102], 1, 2, 2)[-1].tolist()
    [-0.05555556, 0.18518519, -0.24074074]
    """
    found = signals.macd(closes, fast, slow, signal)
    return np.column_stack([found.line, found.signal, found.histogram])


@cell_function(category=_CATEGORY, concept="C06", status=_RULE, shape="series")
def ALVH_MACD_DIVERGENCE(
    closes: PositiveSeries,
    side: Side = "bearish",
    pivot: Count = 5.0,
    min_gap: Count = 5.0,
    max_gap: Count = 60.0,
) -> Any:
    """Divergence of price and MACD: −1 bearish, +1 bullish on the bar on which it becomes known, else 0.

    Bearish: a pivot high above the one before it while the MACD line is lower there than it was at the one before.

    Parameters
    ----------
    closes : index points
        Closes, oldest first.
    side : word
        bearish, bullish or both.
    pivot : bars
        A pivot is the strict extreme of so many bars on each side, and known only so many bars later.
    min_gap : bars
        Least distance between the two pivots.
    max_gap : bars
        Greatest distance between the two pivots.

    Returns
    -------
    −1, 0 or +1
        As long as the closes; #N/A before a pivot with a MACD value can be known.

    Notes
    -----
    The first layer. ESTIMATED: 86 bearish events 1990–2021, VIX over the next 10 sessions +0.27 against matched days
    (t 0.6): no detectable information.

    Examples
    --------
    >>> closes = [
    ...     100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115,
    ...     116, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127, 128, 129, 130, 131,
    ... ]
    >>> ALVH_MACD_DIVERGENCE(closes)[-1]
    0.0
    """
    return signals.macd_divergence(closes, side, pivot, min_gap, max_gap)


@cell_function(category=_CATEGORY, concept="C07", status="STANDARD", shape="series")
def ALVH_RSI(closes: PositiveSeries, window: Count = 14.0) -> Any:
    """Wilder's relative strength index, bar by bar.

    RSI = 100 − 100/(1 + average gain/average loss); averages as Wilder smooths them.

    Parameters
    ----------
    closes : index points
        Closes, oldest first.
    window : bars
        n, 14 by default.

    Returns
    -------
    0 to 100
        As long as the closes; #DIV/0! where the window holds neither a gain nor a loss.

    References
    ----------
    Wilder, New Concepts in Technical Trading Systems, 1978.

    Examples
    --------
    >>> ALVH_RSI([44, 44.25, 44.5, 44.25], 3)[-1]
    66.66666667
    """
    values = signals.rsi(closes, window)
    undefined = signals.rsi_undefined(closes, window)
    return bars(values, undefined, CellError.DIV0)


@cell_function(category=_CATEGORY, concept="C07", status=_RULE, shape="series")
def ALVH_RSI_BREACH(
    closes: PositiveSeries,
    low: Level = 30.0,
    high: Level = 70.0,
    window: Count = 14.0,
    sides: Sides = "both",
) -> Any:
    """Breach of an RSI threshold: +1 entering above high, −1 entering below low, else 0.

    Parameters
    ----------
    closes : index points
        Closes, oldest first.
    low : RSI
        Lower threshold.
    high : RSI
        Upper threshold.
    window : bars
        Length of the RSI.
    sides : word
        both (literal) or overbought (+1 only).

    Returns
    -------
    −1, 0 or +1
        As long as the closes; #N/A before the RSI of two bars is known.

    Notes
    -----
    The second layer. 30 and 70 are opposite states: ESTIMATED 1990–2021, VIX fell 2.4 points in the 10 sessions after a
    breach of 30, and rose 1.2 after a breach of 70.

    Examples
    --------
    >>> ALVH_RSI_BREACH([44, 43, 44, 43, 44, 45, 46, 47], 30, 70, 3).tolist()[-3:]
    [1.0, 0.0, 0.0]
    """
    return signals.rsi_breach(closes, low, high, window, sides)


@cell_function(category=_CATEGORY, concept="C08", status="STANDARD", shape="series")
def ALVH_AD_LINE(advances: NonNegativeSeries, declines: NonNegativeSeries) -> Any:
    """Advance-decline line: the running sum of advancing minus declining issues.

    Parameters
    ----------
    advances : issues
        Advancing issues of each day, oldest first.
    declines : issues
        Declining issues of each day.

    Returns
    -------
    issues
        As long as the inputs; its level is arbitrary, only its course means something.

    Examples
    --------
    >>> ALVH_AD_LINE([10, 12, 8], [5, 9, 14]).tolist()
    [5.0, 8.0, 2.0]
    """
    return signals.ad_line(advances, declines)


@cell_function(category=_CATEGORY, concept="C08", status=_RULE, shape="series")
def ALVH_AD_DETERIORATION(
    advances: NonNegativeSeries,
    declines: NonNegativeSeries,
    closes: PositiveSeries | None = None,
    window: Count = 21.0,
    near_high: Fraction | None = None,
) -> Any:
    """Deterioration of the advance-decline line: 1 while it lasts, else 0.

    The line is below its own EMA(window) and the slope, over the window, of the cumulated balance
    (advances − declines)/(advances + declines) is negative.

    Parameters
    ----------
    advances : issues
        Advancing issues of each day, oldest first.
    declines : issues
        Declining issues of each day.
    closes : index points
        Closes of the same days; needed only with near_high.
    window : sessions
        n of the average and of the slope.
    near_high : decimal
        For example 0.02: also demands a close within 2 % of the highest of 63 closes (a divergence). Blank is literal.

    Returns
    -------
    0 or 1
        As long as the inputs; #N/A before the window is full.

    Notes
    -----
    The third layer; the definition of "deterioration" is POLICY. With near_high this layer cannot light in the very
    sell-off that takes the RSI below 30.

    Examples
    --------
    >>> ALVH_AD_DETERIORATION([12, 11, 9, 7, 5], [8, 9, 11, 13, 15], None, 3).tolist()[2:]
    [0.0, 1.0, 1.0]
    """
    return signals.ad_deterioration(advances, declines, closes, window, near_high)


@cell_function(category=_CATEGORY, concept="C05", status=_RULE, shape="table")
def ALVH_LAYERS(
    macd_flags: Flags,
    rsi_flags: Flags,
    ad_flags: Flags,
    mode: Mode = "independent",
    hold: Whole = 10.0,
    dates: BarDates | None = None,
) -> Table:
    """The three layers: which is lit, since when, until when, and the fraction of the hedge they deploy.

    A layer is lit while its last trigger is at most `hold` sessions old. independent: a third each; sequential: a later
    layer counts only with the earlier ones; confirm2: nothing unless two are lit.

    Parameters
    ----------
    macd_flags : −1, 0, +1
        Flags of ALVH_MACD_DIVERGENCE; any number but 0 is a trigger.
    rsi_flags : −1, 0, +1
        Flags of ALVH_RSI_BREACH, as long.
    ad_flags : 0, 1
        Flags of ALVH_AD_DETERIORATION, as long.
    mode : word
        independent (literal), sequential or confirm2.
    hold : sessions
        How long a trigger keeps its layer lit.
    dates : date
        Dates of the bars; blank counts sessions instead.

    Returns
    -------
    layer, lit, since, expires, fraction
        Rows macd, rsi, ad (a third where lit) and total (number lit, and the fraction by the mode). With dates: the
        session the layer was lit and the last on which it stays lit; without: sessions ago and sessions left. #N/A
        while unlit.

    Notes
    -----
    Thirds and entries are the document's; hold and modes are POLICY, because it names no exit.

    Examples
    --------
    >>> ALVH_LAYERS([0, -1, 0], [0, 0, 0], [0, 0, 1])[["layer", "lit", "fraction"]]
       layer  lit  fraction
    0   macd  1.0  0.333333
    1    rsi  0.0  0.000000
    2     ad  1.0  0.333333
    3  total  2.0  0.666667
    """
    columns = [macd_flags, rsi_flags, ad_flags, *([] if dates is None else [dates])]
    macd_flags, rsi_flags, ad_flags, *rest = together(*columns)
    found = layering.layers(macd_flags, rsi_flags, ad_flags, mode, hold, rest[0] if rest else None)
    rows = list(zip(layering.LAYER_NAMES, found.lit, found.since, found.expires, found.lit / 3.0, strict=True))
    total = ("total", float(np.sum(found.lit)), None, None, found.fraction)
    return Table(("layer", "lit", "since", "expires", "fraction"), [*rows, total])


@cell_function(category=_CATEGORY, concept="C05", status=_RULE, shape="table")
def ALVH_LAYER_SIZES(
    allocation: Fraction,
    breakeven_width: Positive,
    layers: Fraction,
    future: Points,
    condors: Positive = 1.0,
    deployment: Deployment = "share",
) -> Table:
    """Size of each third of the hedge in VIX notional and in contracts, unrounded.

    A third: allocation/3·width·100·condors dollars; total: allocation·L·width·100·condors; contracts:
    dollars/(future·100).

    Parameters
    ----------
    allocation : fraction
        Share of the break-even width, from ALVH_ALLOCATION.
    breakeven_width : points
        Width W of one condor.
    layers : fraction
        Layer fraction L, from the total row of ALVH_LAYERS.
    future : points
        VIX future of the hedge's expiry.
    condors : condors
        How many condors.
    deployment : word
        share: thirds of the allocation; range: the low end of the range in force (15–25 or 40–60 %) always on, the
        rest in thirds.

    Returns
    -------
    layer, notional, contracts
        Rows macd, rsi, ad (each third, lit or not), floor (the always-on part) and total (deployed at L). The plan
        rounds down, once.

    Examples
    --------
    >>> ALVH_LAYER_SIZES(0.20, 379.558, 0.333333, 17)["contracts"].tolist()
    [1.48846, 1.48846, 1.48846, 0.0, 1.48846]
    """
    found = layering.layer_sizes(allocation, breakeven_width, layers, future, condors, deployment)
    third = (found.third_notional, found.third_contracts)
    rows = [(name, *third) for name in layering.LAYER_NAMES]
    rows.append(("floor", found.floor_notional, found.floor_contracts))
    rows.append(("total", found.total_notional, found.total_contracts))
    return Table(("layer", "notional", "contracts"), rows)
