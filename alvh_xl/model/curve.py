"""The VIX futures curve: contango, roll, constant maturity, curve state, published tail-hedge weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alvh_xl.model.errors import DomainError, MissingError, ShapeError, ZeroDenominatorError
from alvh_xl.model.types import ArrayLike, FloatArray

LOWEST_QUOTE = 1.0  # VIX and VX are points; anything below is a wrong unit, such as a decimal volatility
FLAT_BAND = 0.01  # POLICY: both ratios of a flat curve lie within 1 ± this
ROUNDING = 1e-12  # a ratio that prints as 1.01 counts as 1.01


def _quotes(values: ArrayLike) -> FloatArray:
    """Points as float64, NaN where below the lowest quote."""
    points = np.asarray(values, dtype=np.float64)
    return np.where(points >= LOWEST_QUOTE, points, np.nan)


def contango(front: FloatArray, second: FloatArray) -> FloatArray:
    """Contango of two futures, second/front − 1, as a decimal; negative in backwardation.

    Parameters
    ----------
    front, second : points, elementwise
        Settles of the nearer and the further future; NaN results where one is below 1.

    Notes
    -----
    C20, STANDARD.
    """
    return _quotes(second) / _quotes(front) - 1.0


def slope(front: FloatArray, second: FloatArray, front_days: FloatArray, second_days: FloatArray) -> FloatArray:
    """Slope of two futures in points per 30 days, (second − front)/(second_days − front_days)·30.

    Parameters
    ----------
    front, second : points, elementwise
    front_days, second_days : calendar days, elementwise, 0 ≤ front_days < second_days
        NaN results where the days do not increase.

    Notes
    -----
    C20, STANDARD.
    """
    near, gap = (
        np.asarray(front_days, dtype=np.float64),
        np.subtract(second_days, front_days, dtype=np.float64),
    )
    gap = np.where((near >= 0) & (gap > 0), gap, np.nan)
    return (_quotes(second) - _quotes(front)) / gap * 30.0


def daily_roll(front: FloatArray, vix: FloatArray, trading_days: FloatArray) -> FloatArray:
    """Roll of the front future towards spot VIX, (front − vix)/trading_days, in points a trading day.

    Parameters
    ----------
    front, vix : points, elementwise
    trading_days : sessions to settlement, elementwise, > 0
        NaN results otherwise; a zero denominator is told apart by the caller.

    Notes
    -----
    C20, STANDARD. Simon & Campasano 2014, https://ssrn.com/abstract=2094510, trade at ±0.10.
    """
    days = np.asarray(trading_days, dtype=np.float64)
    return (_quotes(front) - _quotes(vix)) / np.where(days > 0, days, np.nan)


def checked_curve(days: ArrayLike, settles: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Nodes of a futures curve as two float64 arrays.

    Parameters
    ----------
    days : calendar days to settlement, 1-D, ≥ 0 and strictly increasing
        A node at 0 days may carry spot VIX.
    settles : points, same length, ≥ 1

    Raises
    ------
    ShapeError
        Not two columns of one length, or no node.
    MissingError
        A node is NaN.
    DomainError
        Days negative or not increasing, or a settle below 1.
    """
    tenors, points = np.asarray(days, dtype=np.float64), np.asarray(settles, dtype=np.float64)
    if tenors.ndim != 1 or tenors.shape != points.shape or tenors.size == 0:
        raise ShapeError("days and settles must be two columns of one length")
    if np.isnan(tenors).any() or np.isnan(points).any():
        raise MissingError("a node of the curve is missing")
    if tenors[0] < 0 or (np.diff(tenors) <= 0).any():
        raise DomainError("days must be at least 0 and increase")
    if (points < LOWEST_QUOTE).any():
        raise DomainError("a future is quoted in points, 1 or more")
    return tenors, points


def from_spot(days: ArrayLike, settles: ArrayLike, vix: float) -> tuple[FloatArray, FloatArray]:
    """The curve with spot VIX in front of its first contract, as a node at 0 days.

    Parameters
    ----------
    days, settles : the curve, as in `checked_curve`
    vix : points, ≥ 1
        Not used when the curve starts at 0 days itself.

    Raises
    ------
    MissingError
        `vix` is NaN.
    DomainError
        `vix` is below 1.

    Notes
    -----
    PROXY: a future settles at a VIX of its own (the opening auction), and between today and the first contract nothing
    is quoted; a straight line is what both ends allow.
    """
    tenors, points = checked_curve(days, settles)
    if np.isnan(vix):
        raise MissingError("vix is missing")
    if vix < LOWEST_QUOTE:
        raise DomainError("vix is quoted in points, 1 or more")
    if tenors[0] == 0.0:
        return tenors, points
    return np.concatenate(([0.0], tenors)), np.concatenate(([vix], points))


def interpolate(days: ArrayLike, settles: ArrayLike, tenor: ArrayLike) -> FloatArray:
    """Future of any tenor on the curve, linear in days; NaN beyond the first and the last node.

    Parameters
    ----------
    days, settles : the curve, as in `checked_curve`
    tenor : calendar days, elementwise

    Notes
    -----
    C20, STANDARD.
    """
    tenors, points = checked_curve(days, settles)
    wanted = np.asarray(tenor, dtype=np.float64)
    return np.asarray(np.interp(wanted, tenors, points, left=np.nan, right=np.nan), dtype=np.float64)


def constant_maturity(days: ArrayLike, settles: ArrayLike, target: float = 30.0) -> float:
    """Future of a constant maturity, linear in calendar days between the two nodes around it, in points.

    Parameters
    ----------
    days, settles : the curve, as in `checked_curve`
    target : calendar days
        Must lie on or between two nodes.

    Raises
    ------
    DomainError
        Extrapolation: `target` lies outside the curve.

    Notes
    -----
    C20, STANDARD.
    """
    value = float(interpolate(days, settles, target))
    if np.isnan(value):
        raise DomainError("the tenor lies outside the curve; it is never extrapolated")
    return value


def roll_down(
    days: ArrayLike, settles: ArrayLike, tenor: FloatArray, horizon: FloatArray, vix: float | None = None
) -> FloatArray:
    """Change of a future that slides down an unchanged curve, F(tenor − horizon) − F(tenor), in points.

    Parameters
    ----------
    days, settles : the curve, as in `checked_curve`
    tenor : calendar days to the future's settlement, elementwise
    horizon : calendar days held, elementwise, ≥ 0
    vix : spot VIX in points, optional
        Below the first contract the curve is then drawn to it, see `from_spot`; a future held past its settlement
        ends at it.

    Returns
    -------
    FloatArray
        Negative in contango (a loss of the long side); NaN where either tenor lies outside the curve.

    Notes
    -----
    C20, STANDARD; with `vix` PROXY below the first contract.
    """
    start, held = np.asarray(tenor, dtype=np.float64), np.asarray(horizon, dtype=np.float64)
    end = np.where(held >= 0, start - held, np.nan)
    if vix is not None:
        days, settles = from_spot(days, settles, vix)
        end = np.maximum(end, 0.0)
    return interpolate(days, settles, end) - interpolate(days, settles, start)


def curve_state(vix9d: float, vix: float, vix3m: float) -> str:
    """State of the volatility term structure, first match of: flat, contango, backwardation, mixed.

    Flat if VIX9D/VIX and VIX/VIX3M both lie within 1 ± 0.01; contango if VIX9D < VIX < VIX3M; backwardation
    if VIX9D > VIX > VIX3M; else mixed.

    Parameters
    ----------
    vix9d, vix, vix3m : points, ≥ 1

    Raises
    ------
    MissingError
        A quote is NaN.
    DomainError
        A quote is below 1.

    Notes
    -----
    C20, STANDARD; the band is POLICY.
    """
    quotes = (vix9d, vix, vix3m)
    if any(np.isnan(quotes)):
        raise MissingError("a volatility index is missing")
    if min(quotes) < LOWEST_QUOTE:
        raise DomainError("volatility indices are points, 1 or more")
    if max(abs(vix9d / vix - 1.0), abs(vix / vix3m - 1.0)) <= FLAT_BAND + ROUNDING:
        return "flat"
    if vix9d < vix < vix3m:
        return "contango"
    return "backwardation" if vix9d > vix > vix3m else "mixed"


@dataclass(frozen=True, slots=True)
class OverlayCost:
    """What a static long VIX call gains (+) or loses (−) while nothing moves, in option points."""

    theta: float  # a calendar day
    roll_down: float  # delta × the future's roll-down, a calendar day
    carry: float  # both together, a calendar day
    carry_year: float  # carry × 365


def overlay_cost(theta: float, delta: float, roll_down: float, horizon: float) -> OverlayCost:
    """Carry of a static VIX-call overlay: a day's theta + delta·roll_down/horizon.

    Parameters
    ----------
    theta : points a calendar day, of one option on its own future
    delta : per point of that future
    roll_down : points of the future over the horizon, as `roll_down` gives it (negative in contango)
    horizon : calendar days, > 0

    Raises
    ------
    ZeroDenominatorError
        The horizon is 0.
    DomainError
        The horizon is negative.

    Notes
    -----
    C20, STANDARD. Per option; multiply by 100 and the quantity for dollars.
    """
    if horizon == 0:
        raise ZeroDenominatorError("the horizon is 0")
    if horizon < 0:
        raise DomainError("the horizon must be positive")
    rolled = delta * roll_down / horizon
    carry = theta + rolled
    return OverlayCost(theta, rolled, carry, carry * 365.0)


def vxth_weight(vx_front: FloatArray) -> FloatArray:
    """Weight of VIX calls in the Cboe VIX Tail Hedge Index, as a decimal share of the portfolio.

    Front future up to 15 → 0; up to 30 → 1 %; up to 50 → 0.5 %; above → 0.

    Parameters
    ----------
    vx_front : points, elementwise, ≥ 1
        NaN results below 1.

    Notes
    -----
    C20, STANDARD. http://www.cboe.com/index/dashboard/VXTH
    """
    front = _quotes(vx_front)
    weight = np.select([front <= 15.0, front <= 30.0, front <= 50.0], [0.0, 0.01, 0.005], 0.0)
    return np.where(np.isnan(front), np.nan, weight)
