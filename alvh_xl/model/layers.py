"""Layering in thirds: which layers are lit, since when and until when, and how large each third is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alvh_xl.model import sessions
from alvh_xl.model.errors import DomainError, MissingError, ShapeError
from alvh_xl.model.types import ArrayLike, FloatArray

LAYER_NAMES = ("macd", "rsi", "ad")
CALM_RANGE = (0.15, 0.25)  # the document's two ranges of the base allocation, C03 and C04
MACRO_RANGE = (0.40, 0.60)
SPX_MULTIPLIER = 100.0
VIX_MULTIPLIER = 100.0
_ROUNDING = 1e-12


def _hold(value: float) -> int:
    if not (value >= 0 and float(value).is_integer()):
        raise DomainError("hold must be a whole number of at least 0")
    return int(value)


def _last_trigger(flags: ArrayLike) -> FloatArray:
    """Index of the latest trigger up to each bar, −inf before the first; flags along the last axis."""
    values = np.asarray(flags, dtype=np.float64)
    known = ~np.isnan(values)
    if (known[..., :-1] & ~known[..., 1:]).any():
        raise MissingError("a flag is missing after the first known one")
    triggered = np.where(known & (values != 0), np.arange(values.shape[-1], dtype=np.float64), -np.inf)
    return np.asarray(np.maximum.accumulate(triggered, axis=-1), dtype=np.float64)


def lit_path(flags: ArrayLike, hold: float = 10) -> FloatArray:
    """Whether a layer is lit on each session: 1 if it was triggered in sessions t − hold … t, else 0.

    Parameters
    ----------
    flags : any shape, sessions along the last axis, oldest first
        Non-zero is a trigger. NaN at the start means that the indicator had no history yet.
    hold : sessions ≥ 0

    Returns
    -------
    FloatArray
        Same shape. NaN where no trigger is known but the window reaches into sessions without a flag. The
        first row counts as the beginning: nothing is assumed before it.

    Notes
    -----
    C05, DOCUMENT RULE (untested); `hold` is POLICY.
    """
    window = _hold(hold)
    values = np.asarray(flags, dtype=np.float64)
    bars = np.arange(values.shape[-1], dtype=np.float64)
    lit = bars - _last_trigger(values) <= window
    first_known = np.isnan(values).sum(axis=-1, keepdims=True)
    # Flags missing only at the start: the window is unknown while it reaches back to the last missing one.
    unknown = (first_known > 0) & (bars - window < first_known) & ~lit
    return np.where(unknown, np.nan, lit)


def layer_fraction(first: ArrayLike, second: ArrayLike, third: ArrayLike, mode: str = "independent") -> FloatArray:
    """Layer fraction L of three layers that are lit (1) or not (0), elementwise.

    Independent (s1 + s2 + s3)/3; sequential (s1 + s1·s2 + s1·s2·s3)/3; confirm2 as independent, but 0 unless
    two are lit. NaN in any layer makes L NaN.

    Notes
    -----
    C05, DOCUMENT RULE (untested); modes are POLICY, independent is the literal one.
    """
    one, two, three = (np.asarray(lit, dtype=np.float64) for lit in (first, second, third))
    total = one + two + three
    if mode == "independent":
        return total / 3.0
    if mode == "sequential":
        return (one + one * two + one * two * three) / 3.0
    if mode == "confirm2":
        return np.where(total < 2.0, 0.0, total / 3.0)
    raise ShapeError(f"unknown mode {mode!r}")


@dataclass(frozen=True, slots=True)
class Layers:
    """State of the three layers on the last session, in the order macd, rsi, ad."""

    lit: FloatArray  # 1, 0, or NaN while too little history is known
    since: FloatArray  # serial date, or sessions ago; NaN when not lit
    expires: FloatArray  # serial date of the last lit session, or sessions until it; NaN when not lit
    fraction: float  # L


def layers(
    macd_flags: ArrayLike,
    rsi_flags: ArrayLike,
    ad_flags: ArrayLike,
    mode: str = "independent",
    hold: float = 10,
    dates: ArrayLike | None = None,
) -> Layers:
    """Lit state of the three layers on the last session, with the layer fraction L.

    Parameters
    ----------
    macd_flags, rsi_flags, ad_flags : 1-D of one length, sessions oldest first
        Non-zero is a trigger; NaN only at the start.
    mode : "independent", "sequential" or "confirm2"
    hold : sessions ≥ 0 that a layer stays lit after a trigger
    dates : Excel serials of the sessions, strictly increasing, optional

    Returns
    -------
    Layers
        `since` is the first trigger of the unbroken stretch of lit sessions that reaches the last one,
        `expires` the last session on which the layer is lit: last trigger + hold. Without dates, `since` is
        sessions ago and `expires` sessions ahead (0 is the last session); with dates, an expiry beyond the
        last date is counted in exchange sessions.

    Notes
    -----
    C05, DOCUMENT RULE (untested); `hold` and modes are POLICY.
    """
    columns = [np.asarray(flags, dtype=np.float64) for flags in (macd_flags, rsi_flags, ad_flags)]
    size = columns[0].size
    if any(column.ndim != 1 or column.size != size for column in columns):
        raise ShapeError("the three flags must be columns of one length")
    if size == 0:
        raise MissingError("there are no flags")
    calendar = None if dates is None else _checked_dates(dates, size)
    states = [_state(column, _hold(hold), calendar) for column in columns]
    lit, since, expires = np.array(states, dtype=np.float64).T
    return Layers(lit, since, expires, float(layer_fraction(lit[0], lit[1], lit[2], mode)))


def _checked_dates(dates: ArrayLike, size: int) -> FloatArray:
    days = np.floor(np.asarray(dates, dtype=np.float64))
    if days.shape != (size,):
        raise ShapeError("dates must have the length of the flags")
    if np.isnan(days).any():
        raise MissingError("a date is missing")
    if (np.diff(days) <= 0).any():
        raise DomainError("dates must increase")
    return days


def _state(flags: FloatArray, hold: int, dates: FloatArray | None) -> tuple[float, float, float]:
    """Lit, since and expires of one layer on the last session."""
    path = lit_path(flags, hold)
    if path[-1] != 1.0:
        return float(path[-1]), np.nan, np.nan
    last = flags.size - 1
    dark = np.flatnonzero(path != 1.0)
    start = int(dark[-1]) + 1 if dark.size else 0
    ahead = int(_last_trigger(flags)[-1]) + hold - last
    if dates is None:
        return 1.0, float(last - start), float(ahead)
    end = float(dates[-1])
    if ahead > 0:
        end = sessions.to_serial(sessions.next_session(sessions.from_serial(end), ahead))
    return 1.0, float(dates[start]), end


@dataclass(frozen=True, slots=True)
class LayerSizes:
    """Size of each third and of what is deployed now, none of it rounded."""

    third_notional: float  # dollars of VIX notional of one third, lit or not
    third_contracts: float
    floor_notional: float  # the always-on part: 0 with deployment "share"
    floor_contracts: float
    total_notional: float  # deployed at the layer fraction given
    total_contracts: float
    fraction: float  # h, of the break-even width


def layer_sizes(
    allocation: float,
    breakeven_width: float,
    fraction: float,
    future: float,
    condors: float = 1.0,
    deployment: str = "share",
    deployment_range: tuple[float, float] | None = None,
) -> LayerSizes:
    """VIX notional and contracts of a third and of the total.

    Share: h = a·L, a third is a/3·W·100·N dollars. Range: h = lo + (hi − lo)·L, a third is
    (hi − lo)/3·W·100·N dollars and lo an always-on floor. Contracts are dollars/(F·100).

    Parameters
    ----------
    allocation : decimal a ≥ 0
    breakeven_width : points W > 0, of one condor
    fraction : L in [0, 1]
    future : points F ≥ 1
    condors : number N ≥ 0
    deployment : "share" or "range"
    deployment_range : (lo, hi), optional
        Used by "range" only. By default the document's range that contains `allocation`: 0.15–0.25 or
        0.40–0.60; an allocation in neither needs it.

    Notes
    -----
    C05, DOCUMENT RULE (untested). Rounding down happens once, in the plan.
    """
    if not (allocation >= 0 and breakeven_width > 0 and 0 <= fraction <= 1 and future >= 1 and condors >= 0):
        raise DomainError("allocation, width, layer fraction, future or condors outside its domain")
    if deployment == "share":
        low, high = 0.0, allocation
    elif deployment == "range":
        low, high = deployment_range or _range_in_force(allocation)
        if not 0 <= low <= high:
            raise DomainError("the ends of the range must satisfy 0 ≤ lo ≤ hi")
    else:
        raise ShapeError(f"unknown deployment {deployment!r}")
    width_dollars = breakeven_width * SPX_MULTIPLIER * condors
    contract = future * VIX_MULTIPLIER
    third, floor = (high - low) / 3.0 * width_dollars, low * width_dollars
    share = low + (high - low) * fraction
    total = share * width_dollars
    return LayerSizes(third, third / contract, floor, floor / contract, total, total / contract, share)


def _range_in_force(allocation: float) -> tuple[float, float]:
    for low, high in (CALM_RANGE, MACRO_RANGE):
        if low - _ROUNDING <= allocation <= high + _ROUNDING:
            return low, high
    raise DomainError("the allocation lies in neither range: give lo and hi")
