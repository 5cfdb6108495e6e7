"""Two named regimes of the document: the cash press (decay meets contraction) and the second engine (a sleeve)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from alvh_xl.model.book import Book, book_greeks
from alvh_xl.model.errors import DomainError, MissingError, ShapeError, ZeroDenominatorError
from alvh_xl.model.types import ArrayLike, FloatArray

VOL_LOOKBACK = 5


@dataclass(frozen=True, slots=True)
class CashPress:
    """State of the cash press.

    Attributes
    ----------
    state : "OFF", "APPROACH" or "CONFIRMED"
    ratio : theta share now / at entry
    progress : 0 to 1
    cap : gamma cap in force
    vol_falling : ATM vol below its value 5 sessions ago
    contango : VIX9D < VIX < VIX3M
    """

    state: str
    ratio: float
    progress: float
    cap: float
    vol_falling: bool
    contango: bool


def cash_press(
    theta_share_now: float,
    theta_share_at_entry: float,
    iv_history: ArrayLike,
    vix9d: float,
    vix: float,
    vix3m: float,
    trigger: float = 1.5,
    strength: float = 0.0,
    cap: float = 0.35,
) -> CashPress:
    """Where rapid time decay meets falling volatility.

    ratio = theta share now / at entry; APPROACH from the trigger on; CONFIRMED if also the ATM vol is below its value
    5 sessions ago and VIX9D < VIX < VIX3M. progress = (ratio - 1) / (trigger - 1) kept within 0 and 1;
    cap = 0.35 x (1 + strength x progress).

    Parameters
    ----------
    theta_share_now, theta_share_at_entry : float, |theta| / |extrinsic| a day (at least 0; at entry positive)
    iv_history : 1-D array_like, ATM vol a session, decimals, newest last; at least 6
    vix9d, vix, vix3m : float, points (at least 1)
    trigger : float (above 1)
    strength : float, -1 to 1
        0 leaves the cap alone.
    cap : float, ratio A (at least 0)

    Returns
    -------
    CashPress

    Notes
    -----
    C17. DOCUMENT RULE (untested) for the name; thresholds POLICY. Near expiry condor gamma explodes while VIX calls
    hardly respond: only a smaller condor hedges it.
    """
    vols = np.asarray(iv_history, dtype=np.float64)
    if vols.ndim != 1 or not np.all(np.isfinite(vols)):
        raise ShapeError("iv_history must be one complete column")
    if vols.size < VOL_LOOKBACK + 1:
        raise MissingError(f"iv_history needs {VOL_LOOKBACK + 1} sessions")
    if np.any(vols <= 0.0):
        raise DomainError("iv_history must be positive")
    if theta_share_at_entry == 0.0:
        raise ZeroDenominatorError("theta_share_at_entry is 0")
    if not (0.0 < theta_share_at_entry < math.inf and 0.0 <= theta_share_now < math.inf):
        raise DomainError("theta shares must be 0 or more")
    if not all(1.0 <= level < math.inf for level in (vix9d, vix, vix3m)):
        raise DomainError("VIX9D, VIX and VIX3M are in points and must be 1 or more")
    if not (1.0 < trigger < math.inf and -1.0 <= strength <= 1.0 and 0.0 <= cap < math.inf):
        raise DomainError("trigger must exceed 1, strength lie within -1 and 1, cap be 0 or more")
    ratio = theta_share_now / theta_share_at_entry
    progress = min(max((ratio - 1.0) / (trigger - 1.0), 0.0), 1.0)
    falling = bool(vols[-1] < vols[-1 - VOL_LOOKBACK])
    contango = vix9d < vix < vix3m
    state = "OFF" if ratio < trigger else "CONFIRMED" if falling and contango else "APPROACH"
    return CashPress(state, ratio, progress, cap * (1.0 + strength * progress), falling, contango)


@dataclass(frozen=True, slots=True)
class SecondEngine:
    """State of the sleeve.

    Attributes
    ----------
    expansion : VIX above VIX3M on each of the last sessions
    released : budget released, dollars
    dollar_delta, dollar_gamma : of the sleeve, per 1 % of SPX
    max_loss : dollars at expiry; infinite when unlimited
    borrowing_cost : dollars over `days`
    flag : "unlimited loss" or ""
    """

    expansion: bool
    released: float
    dollar_delta: float
    dollar_gamma: float
    max_loss: float
    borrowing_cost: float
    flag: str


def second_engine(
    vix_series: ArrayLike,
    vix3m_series: ArrayLike,
    days: int = 5,
    budget: float = 0.0,
    book: Book | None = None,
    spot: float | None = None,
    nav: float = 0.0,
    borrowed: float = 0.0,
    rate: float = 0.0,
) -> SecondEngine:
    """A user-defined sleeve whose budget is released while volatility stays expanded.

    Expansion when VIX exceeds VIX3M on each of the last `days` sessions; then budget x NAV is released;
    borrowing cost = borrowed x rate x days / 365.

    Parameters
    ----------
    vix_series, vix3m_series : 1-D array_like, points, oldest first
    days : int (at least 1)
    budget : float, share of NAV (at least 0)
    book : Book, optional
        Legs of the sleeve; `spot` is then needed.
    spot : float, SPX points
    nav, borrowed : float, dollars (at least 0)
    rate : float, decimal a year

    Returns
    -------
    SecondEngine

    Notes
    -----
    C31. DOCUMENT RULE (untested) for the name; definition POLICY.
    """
    vix = np.asarray(vix_series, dtype=np.float64)
    three = np.asarray(vix3m_series, dtype=np.float64)
    if vix.ndim != 1 or vix.shape != three.shape or not np.all(np.isfinite(vix) & np.isfinite(three)):
        raise ShapeError("vix_series and vix3m_series must be two complete lists of the same length")
    if days < 1 or np.any(vix < 1.0) or np.any(three < 1.0):
        raise DomainError("days must be 1 or more, VIX and VIX3M in points")
    if vix.size < days:
        raise MissingError(f"{days} sessions are needed, {vix.size} are given")
    if not all(0.0 <= x < math.inf for x in (budget, nav, borrowed)) or not math.isfinite(rate):
        raise DomainError("budget, nav and borrowed must be 0 or more, rate finite")
    expansion = bool(np.all(vix[-days:] > three[-days:]))
    delta = gamma = loss = 0.0
    if book is not None:
        if spot is None:
            raise MissingError("a sleeve needs spot")
        total = book_greeks(book, spot, rate).total
        delta, gamma, loss = total.dollar_delta, total.dollar_gamma, sleeve_max_loss(book)
    flag = "unlimited loss" if math.isinf(loss) else ""
    released = budget * nav if expansion else 0.0
    return SecondEngine(expansion, released, delta, gamma, loss, borrowed * rate * days / 365.0, flag)


def sleeve_max_loss(book: Book) -> float:
    """Largest loss at expiry, dollars: legs of one underlying and expiry together, then the groups added.

    Each group's payoff is straight between its strikes, so its lowest point lies at 0, at a strike, or, when the net
    slope beyond the last strike is negative, nowhere.

    Parameters
    ----------
    book : Book
        With entry prices.

    Returns
    -------
    float
        0 or more; infinite with net short calls or futures.

    Notes
    -----
    C31. STANDARD. Adding groups assumes the worst of each at once, so it never understates.
    """
    if np.any(np.isnan(book.price)):
        raise MissingError("the maximum loss needs entry prices")
    vix_family = ["SPX" if name == "SPX" else "VIX" for name in book.instrument]
    groups = sorted(set(zip(vix_family, book.days.tolist(), strict=True)))
    total = 0.0
    for family, expiry in groups:
        legs = np.array([f == family for f in vix_family]) & (book.days == expiry)
        total += _group_loss(book.select(legs))
    return max(total, 0.0)


def _group_loss(book: Book) -> float:
    size = book.quantity * book.multiplier
    if float(np.sum(size[book.phi >= 0.0])) < 0.0:
        return math.inf
    ends: FloatArray = np.unique(np.append(np.nan_to_num(book.strike), 0.0))
    kinked = np.maximum(0.0, book.phi * (ends[:, np.newaxis] - book.strike))
    value = np.where(book.phi == 0.0, ends[:, np.newaxis], kinked)
    return -float(np.min((value - book.price) @ size))
