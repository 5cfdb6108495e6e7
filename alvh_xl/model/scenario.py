"""What the book is worth elsewhere: payoff over spots, decay over days, time-shift, and the roll of legs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from alvh_xl.model import spotvol
from alvh_xl.model.book import (
    Book,
    check_market,
    per_percent,
    roll_note,
    value_legs,
)
from alvh_xl.model.curve import from_spot
from alvh_xl.model.errors import DomainError, MissingError, ShapeError
from alvh_xl.model.roll import Roll, roll
from alvh_xl.model.types import ArrayLike, BoolArray, FloatArray

__all__ = [
    "Decay", "DecayCurve", "Payoff", "Roll", "TimeShift", "decay_curve", "payoff", "roll", "time_shift",
]  # fmt: skip

LOWEST_FUTURE = 1.0  # points; no VIX future has ever settled there


def _vector(values: ArrayLike, name: str) -> FloatArray:
    """1-D float array of numbers, or the error that says which argument is not."""
    array = np.atleast_1d(np.asarray(values, dtype=np.float64))
    if array.ndim != 1:
        raise ShapeError(f"{name} must be one row or column")
    if np.isnan(array).any():
        raise MissingError(f"{name} has an empty cell")
    if not np.isfinite(array).all():
        raise DomainError(f"{name} must be finite")
    return array


def _words(*notes: str) -> str:
    return "; ".join(n for n in notes if n)


@dataclass(frozen=True, slots=True)
class Payoff:
    """P&L of a book against its entry prices, dollars, one element a spot."""

    spot: FloatArray
    today: FloatArray
    expiry: FloatArray
    held: BoolArray
    note: str


def payoff(
    book: Book,
    spots: ArrayLike,
    spot: float,
    days_forward: float = 0.0,
    rate: float = 0.0,
    dividend_yield: float = 0.0,
    beta_table: ArrayLike | None = None,
) -> Payoff:
    """P&L per SPX level, today or `days_forward` days on, and at the nearest SPX expiry.

    Sum of quantity * multiplier * (value - entry price). Vols stay; VIX futures move along F + beta*x +
    curvature*x^2 with x = 100*(S1/spot - 1) and the pair of today's tenor.

    Parameters
    ----------
    book : Book
        Legs with entry prices.
    spots : array of shape (m,)
        SPX levels of the chart, points.
    spot : float
        SPX now, from which the VIX futures move.
    days_forward : float
        Calendar days until the "today" curve.
    rate, dividend_yield : float
        Continuous decimals a year.
    beta_table : array of shape (rows, 3), optional
        from_days, beta, curvature in place of Table 4A.

    Returns
    -------
    Payoff
        Dollars. `expiry` is NaN when the book has no SPX leg. `held` marks spots beyond the beta map: past
        its turning point (about +10 % at 30 days) the future stays at its value there, and it never falls
        below 1 point. So the chart has no hole, and `note` says that it is not a forecast there. VIX legs
        with less than 2 days are left out; a leg past expiry counts at intrinsic value; both are noted.

    Raises
    ------
    MissingError
        An entry price is missing.

    Notes
    -----
    C02, STANDARD; the map is ESTIMATED.
    """
    check_market(book, spot, rate, dividend_yield)
    live = ~book.to_roll
    if np.isnan(book.price[live]).any():
        raise MissingError("a leg has no entry price")
    levels, h = _vector(spots, "spots"), float(_vector(days_forward, "days_forward")[0])
    if (levels <= 0).any() or h < 0:
        raise DomainError("spots must be above 0 and days_forward not negative")
    x = 100.0 * (levels[:, np.newaxis] / spot - 1.0)
    beta, curvature = spotvol.joint_pair(book.days, beta_table)
    future, stopped = _future_on_map(book.underlying, x, beta, curvature)

    def profit(days: float) -> FloatArray:
        left = book.days - days
        value = value_legs(book, levels[:, np.newaxis], rate, dividend_yield, days=left, underlying=future).price
        per_leg = book.quantity * book.multiplier * (value - book.price)
        return np.asarray(per_leg[:, live].sum(axis=1), dtype=np.float64)

    spx = book.is_spx
    nearest = float(book.days[spx].min()) if spx.any() else np.nan
    at_expiry = profit(nearest) if spx.any() else np.full(len(levels), np.nan)
    held = np.asarray(stopped[:, live & ~spx].any(axis=1), dtype=np.bool_)
    note = _words(
        roll_note(book),
        _expired_note(book, h),
        "" if spx.any() else "no SPX expiry",
        f"beyond the beta map at {int(held.sum())} spots: VIX future held" if held.any() else "",
    )
    return Payoff(levels, profit(h), at_expiry, held, note)


def _future_on_map(
    future: FloatArray, x: FloatArray, beta: FloatArray, curvature: FloatArray
) -> tuple[FloatArray, BoolArray]:
    """Future after each move, held at the map's turning point and above 1 point, and where it was held."""
    past = spotvol.beyond_turning_point(x, beta, curvature)
    with np.errstate(divide="ignore", invalid="ignore"):
        turn = np.where(curvature == 0, 0.0, -beta / (2.0 * curvature))
        move = np.where(past, turn, x)
        after = future + beta * move + curvature * move * move
    low = after < LOWEST_FUTURE
    return np.where(low, LOWEST_FUTURE, after), np.asarray(past | low, dtype=np.bool_)


def _expired_note(book: Book, days: float) -> str:
    count = int(np.count_nonzero(~book.to_roll & (book.days < days)))
    return f"{count} past expiry at intrinsic" if count else ""


@dataclass(frozen=True, slots=True)
class Decay:
    """Decay of one group of legs, one element a day; points, quantity included, multiplier not."""

    extrinsic: FloatArray
    left: FloatArray
    theta: FloatArray
    share: FloatArray


@dataclass(frozen=True, slots=True)
class DecayCurve:
    """Extrinsic value and theta over days, for condor (SPX legs), hedge (VIX options) and both."""

    days_forward: FloatArray
    condor: Decay
    hedge: Decay
    net: Decay
    note: str


def decay_curve(
    book: Book, days_forward: ArrayLike, spot: float, rate: float = 0.0, dividend_yield: float = 0.0
) -> DecayCurve:
    """Time value left and theta on each future day, spot, futures and leg vols fixed.

    Every leg is repriced on every day; nothing is scaled by the square root of time.

    Parameters
    ----------
    book : Book
        Legs.
    days_forward : array of shape (d,)
        Calendar days from now, 0 or more.
    spot : float
        SPX, points.
    rate, dividend_yield : float
        Continuous decimals a year.

    Returns
    -------
    DecayCurve
        `left` is extrinsic / extrinsic now; `share` is |theta| / |extrinsic| a day. Both are NaN where the
        denominator is 0 (no leg of that group, or all expired). Theta is NaN at the very instant of an
        expiry.

    Notes
    -----
    C10, STANDARD; its use is a DOCUMENT RULE (untested).
    """
    check_market(book, spot, rate, dividend_yield)
    days = _vector(days_forward, "days_forward")
    if (days < 0).any():
        raise DomainError("days_forward must not be negative")
    ahead = np.concatenate(([0.0], days))
    legs = value_legs(book, spot, rate, dividend_yield, days=book.days - ahead[:, np.newaxis])
    spx, hedge = book.is_spx, book.is_vix_option & ~book.to_roll

    def group(mask: BoolArray) -> Decay:
        extrinsic = (book.quantity * legs.extrinsic)[:, mask].sum(axis=1)
        theta = (book.quantity * legs.theta)[:, mask].sum(axis=1)[1:]
        with np.errstate(divide="ignore", invalid="ignore"):
            left = np.where(extrinsic[0] == 0, np.nan, extrinsic[1:] / extrinsic[0])
            share = np.where(extrinsic[1:] == 0, np.nan, np.abs(theta) / np.abs(extrinsic[1:]))
        return Decay(extrinsic[1:], left, theta, share)

    note = _words(roll_note(book), _expired_note(book, float(days.max(initial=0.0))))
    return DecayCurve(days, group(spx), group(hedge), group(spx | hedge), note)


@dataclass(frozen=True, slots=True)
class TimeShift:
    """The book after days and an SPX move: dollars of P&L and Greeks, one element a scenario.

    Delta to theta are SPX totals in points (quantity included); the dollar Greeks cover the whole book.
    """

    days_forward: FloatArray
    move: FloatArray
    condor: FloatArray
    hedge: FloatArray
    pnl: FloatArray
    delta: FloatArray
    gamma: FloatArray
    vega: FloatArray
    theta: FloatArray
    dollar_delta: FloatArray
    dollar_gamma: FloatArray
    note: str


def time_shift(
    book: Book,
    days_forward: ArrayLike,
    spot_move: ArrayLike,
    spot: float,
    smile: Literal["sticky_strike", "sticky_delta"] | str = "sticky_strike",
    rate: float = 0.0,
    dividend_yield: float = 0.0,
    curve_days: ArrayLike | None = None,
    curve_settles: ArrayLike | None = None,
    *,
    spot_vol: bool = False,
    beta_table: ArrayLike | None = None,
    vix: float | None = None,
) -> TimeShift:
    """Value and Greeks of the book `days_forward` days later at S*(1 + spot_move/100), against today's model value.

    Parameters
    ----------
    book : Book
        Legs.
    days_forward, spot_move : array
        Calendar days and percent; broadcast against one another, one scenario an element.
    spot : float
        SPX, points.
    smile : str
        sticky_strike keeps the leg vols; sticky_delta reads each SPX leg's vol at strike*S0/S1 on the
        piecewise-linear curve, in log strike, through the book's vols of the same expiry, flat beyond its
        ends (PROXY).
    rate, dividend_yield : float
        Continuous decimals a year.
    curve_days, curve_settles : array of shape (k,), optional
        Today's VIX curve: calendar days and points. A VIX leg's future becomes the curve's value at days -
        days_forward; outside the curve it is NaN. Without a curve futures stay where they are (PROXY).
    spot_vol : bool
        Also move VIX futures by beta*x + curvature*x^2. False, the default, is the method's reading: only
        the curve moves them, and the note says so.
    beta_table : array of shape (rows, 3), optional
        from_days, beta, curvature in place of Table 4A.
    vix : float, optional
        Spot VIX, points: below the first contract the curve is drawn to it (PROXY), which the note says.

    Returns
    -------
    TimeShift
        Dollars and Greeks. A leg past expiry is worth its intrinsic value, without Greeks; a VIX leg that
        has less than 2 days then is not in the dollar Greeks. Both, and legs to roll today (left out), are
        noted.

    Notes
    -----
    C11: STANDARD computation, POLICY reading of the name.
    """
    check_market(book, spot, rate, dividend_yield)
    if smile not in ("sticky_strike", "sticky_delta"):
        raise ShapeError(f"smile must be sticky_strike or sticky_delta, not {smile}")
    h, x = _vector(days_forward, "days_forward"), _vector(spot_move, "spot_move")
    if h.size != x.size and 1 not in (h.size, x.size):
        raise ShapeError("days_forward and spot_move must have equal length, or one of them one value")
    h, x = np.broadcast_arrays(h, x)
    if (h < 0).any() or (x <= -100).any():
        raise DomainError("days_forward must not be negative and spot_move above -100")
    kept = book.select(~book.to_roll)
    check_market(kept, spot, rate, dividend_yield)
    after = spot * (1.0 + x / 100.0)
    days = kept.days - h[:, np.newaxis]
    vol = np.broadcast_to(kept.vol, days.shape)
    if smile == "sticky_delta":
        vol = _sticky_delta(kept, 1.0 + x[:, np.newaxis] / 100.0)
    future, drawn = _shifted_futures(kept, days, curve_days, curve_settles, vix)
    if spot_vol:
        beta, curvature = spotvol.joint_pair(kept.days, beta_table)
        future = spotvol.future_after(future, x[:, np.newaxis], beta, curvature)
    market = {"days": days, "vol": vol, "underlying": future}
    shifted = value_legs(kept, after[:, np.newaxis], rate, dividend_yield, **market)
    change = shifted.price - value_legs(kept, spot, rate, dividend_yield).price
    gain = kept.quantity * kept.multiplier * change
    spx = kept.is_spx
    condor, hedge = gain[:, spx].sum(axis=1), gain[:, ~spx].sum(axis=1)
    greeks = {g: (kept.quantity * getattr(shifted, g))[:, spx].sum(axis=1) for g in ("delta", "gamma", "vega", "theta")}
    per_delta, per_gamma = per_percent(kept, shifted.delta, shifted.gamma, after[:, np.newaxis], days, beta_table)
    counted = spx | (days >= spotvol.FIRST_DAY)
    weight = kept.quantity * kept.multiplier
    dollar_delta, dollar_gamma = (np.where(counted, weight * d, 0.0).sum(axis=1) for d in (per_delta, per_gamma))
    return TimeShift(
        days_forward=h,
        move=x,
        condor=condor,
        hedge=hedge,
        pnl=condor + hedge,
        dollar_delta=dollar_delta,
        dollar_gamma=dollar_gamma,
        note=_words(_shift_note(book, kept, h, smile, curve_days is not None, spot_vol), drawn),
        **greeks,
    )


def _sticky_delta(book: Book, growth: FloatArray) -> FloatArray:
    """SPX leg vols read at strike/growth on the curve through the book's vols of the same expiry."""
    vol = np.repeat(book.vol[np.newaxis], len(growth), axis=0)
    for expiry in np.unique(book.days[book.is_spx]):
        legs = np.flatnonzero(book.is_spx & (book.days == expiry))
        knots, where = np.unique(np.log(book.strike[legs]), return_inverse=True)
        # Two legs at one strike share one vol; if they were entered apart, their mean is the curve there.
        levels = np.bincount(where, book.vol[legs]) / np.bincount(where)
        vol[:, legs] = np.interp(np.log(book.strike[legs] / growth), knots, levels)
    return vol


def _shifted_futures(
    book: Book, days: FloatArray, curve_days: ArrayLike | None, curve_settles: ArrayLike | None, vix: float | None
) -> tuple[FloatArray, str]:
    """Own future of each leg at its remaining days on today's curve, and a note; unchanged without a curve."""
    if curve_days is None and curve_settles is None:
        return np.broadcast_to(book.underlying, days.shape), ""
    if curve_days is None or curve_settles is None:
        raise MissingError("curve_days and curve_settles belong together")
    tenors, settles = _vector(curve_days, "curve_days"), _vector(curve_settles, "curve_settles")
    if tenors.shape != settles.shape:
        raise ShapeError("curve_days and curve_settles must have equal length")
    if (np.diff(tenors) <= 0).any() or (settles < 1).any():
        raise DomainError("curve_days must ascend and settles be at least 1 point")
    left, note = np.maximum(days, 0.0), ""
    if vix is not None:
        first = tenors[0]
        tenors, settles = from_spot(tenors, settles, vix)
        if (left[:, ~book.is_spx] < first).any():
            note = "PROXY: below the first contract VIX futures lie on a line to spot VIX"
    return np.asarray(np.interp(left, tenors, settles, left=np.nan, right=np.nan), dtype=np.float64), note


def _shift_note(book: Book, kept: Book, h: FloatArray, smile: str, curve: bool, spot_vol: bool) -> str:
    """Words for every approximation of a time-shift that a reader must know."""
    furthest = float(h.max(initial=0.0))
    vix = ~kept.is_spx
    soon = int(np.count_nonzero(vix & (kept.days - furthest < spotvol.FIRST_DAY)))
    return _words(
        roll_note(book),
        _expired_note(book, furthest),
        f"{soon} VIX leg(s) under 2 days by then, not in dollar Greeks" if soon else "",
        "PROXY: sticky_delta on the book's own vols" if smile == "sticky_delta" else "",
        "PROXY: no curve, VIX futures unchanged by time" if vix.any() and not curve else "",
        "VIX futures do not answer the SPX move here: see the stress" if vix.any() and not spot_vol else "",
    )
