"""Stress of a book: what the condor loses and the hedge gains on one large SPX move, by full revaluation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alvh_xl.model import spotvol
from alvh_xl.model.book import Book, check_market, roll_note, value_legs
from alvh_xl.model.errors import DomainError, MissingError, ShapeError, ZeroDenominatorError
from alvh_xl.model.types import ArrayLike, FloatArray

SPX_BETA, SPX_CURVATURE = -0.646, 0.0318  # 30-day pair of Table 4A: moves the condor's vols
VOL_BUMP = 0.03  # relative rise of a VIX option's vol per 1 % fall of SPX [POLICY]
LARGEST_VOL_FALL = -0.05
MIN_VARIANCE_DAYS = 500  # below: PROXY


@dataclass(frozen=True, slots=True)
class Stress:
    """Dollars of P&L, one element a move; `offset` is ratio C, NaN where the condor does not lose."""

    move: FloatArray
    condor: FloatArray
    hedge: FloatArray
    net: FloatArray
    offset: FloatArray
    note: str


def default_moves(vol: float, days: float) -> FloatArray:
    """Moves of the standard stress table in percent: -3, -5, two standard deviations down, +3."""
    if np.isnan((vol, days)).any():
        raise MissingError("vol or days is missing")
    if not (0 < vol <= 6 and 0 <= days < np.inf):
        raise DomainError("vol must lie in (0, 6] and days be 0 or more")
    return np.array([-3.0, -5.0, -200.0 * vol * np.sqrt(days / 365.0), 3.0])


def condor_vol_shift(
    days: ArrayLike, x: ArrayLike, beta: float = SPX_BETA, curvature: float = SPX_CURVATURE
) -> FloatArray:
    """Parallel shift of an SPX leg's vol after a move.

    max(-0.05, min(2, sqrt(30/days))*(beta*x + curvature*x^2)/100): short tenors move more than VIX, at most
    twice.

    Parameters
    ----------
    days : array
        Calendar days of the leg before the move.
    x : array
        SPX move, percent.
    beta, curvature : float
        VIX points per 1 % and per (1 %)^2.

    Returns
    -------
    ndarray
        Decimal vol.

    Notes
    -----
    C12, POLICY.
    """
    move = np.asarray(x, dtype=np.float64)
    with np.errstate(divide="ignore"):
        scale = np.minimum(2.0, np.sqrt(30.0 / np.asarray(days, dtype=np.float64)))
    return np.maximum(LARGEST_VOL_FALL, scale * (beta * move + curvature * move * move) / 100.0)


def stress(
    book: Book,
    spot: float,
    moves: ArrayLike,
    rate: float = 0.0,
    dividend_yield: float = 0.0,
    beta_table: ArrayLike | None = None,
    spx_beta: float = SPX_BETA,
    spx_curvature: float = SPX_CURVATURE,
    vol_bump: float = VOL_BUMP,
    days_forward: float = 1.0,
) -> Stress:
    """P&L of condor and hedge after each move, one day later, against today's model value of the book.

    S1 = S*(1 + x/100). SPX legs keep their vol plus `condor_vol_shift`; a VIX leg stands at F(x) with the
    pair of its own tenor, its vol times (1 + vol_bump*|x|) on falls.

    Parameters
    ----------
    book : Book
        Legs.
    spot : float
        SPX, points.
    moves : array of shape (m,)
        SPX moves, percent, above -100.
    rate, dividend_yield : float
        Continuous decimals a year.
    beta_table : array of shape (rows, 3), optional
        from_days, beta, curvature for VIX legs in place of Table 4A.
    spx_beta, spx_curvature : float
        VIX points per 1 % and per (1 %)^2 for the condor's vols.
    vol_bump : float
        Relative rise of VIX option vols per 1 % fall.
    days_forward : float
        Calendar days until the move is complete.

    Returns
    -------
    Stress
        Dollars. NaN where a future would be at or below 0 or beyond its turning point, or a vol leaves (0,
        6]. `offset` = -hedge/condor, NaN where condor >= 0. VIX legs with less than 2 days are left out (see
        note).

    Notes
    -----
    C12, reading C. POLICY shocks, ESTIMATED betas.
    """
    check_market(book, spot, rate, dividend_yield)
    settings = (spx_beta, spx_curvature, vol_bump, days_forward)
    if np.isnan(settings).any():
        raise MissingError("a setting of the stress is missing")
    if not np.isfinite(settings).all() or days_forward < 0:
        raise DomainError("settings must be finite and days_forward not negative")
    move = np.atleast_1d(np.asarray(moves, dtype=np.float64))
    if move.ndim != 1:
        raise ShapeError("moves must be one row or column")
    x = np.where(np.isfinite(move) & (move > -100.0), move, np.nan)[:, np.newaxis]
    spx, legs = book.is_spx, book.quantity * book.multiplier
    beta, curvature = spotvol.joint_pair(book.days, beta_table)
    shifted = book.vol + condor_vol_shift(book.days, x, spx_beta, spx_curvature)
    bumped = book.vol * (1.0 + vol_bump * np.maximum(-x, 0.0))
    after = value_legs(
        book,
        spot * (1.0 + x / 100.0),
        rate,
        dividend_yield,
        days=book.days - days_forward,
        vol=np.where(spx, shifted, bumped),
        underlying=spotvol.future_after(book.underlying, x, beta, curvature),
    ).price
    gain = legs * (after - value_legs(book, spot, rate, dividend_yield).price)
    # A row that is not a move has no P&L, not even that of a group without legs.
    nothing = np.where(np.isnan(x[:, 0]), np.nan, 0.0)
    condor = gain[:, spx].sum(axis=1) + nothing
    hedge = gain[:, ~spx & ~book.to_roll].sum(axis=1) + nothing
    with np.errstate(divide="ignore", invalid="ignore"):
        offset = np.where(condor < 0, -hedge / condor, np.nan)
    return Stress(move, condor, hedge, condor + hedge, offset, _note(book, days_forward))


def _note(book: Book, days_forward: float) -> str:
    """Words for what the stress leaves out or values at intrinsic."""
    expired = int(np.count_nonzero(~book.to_roll & (book.days < days_forward)))
    notes = (roll_note(book), f"{expired} past expiry at intrinsic" if expired else "")
    return "; ".join(n for n in notes if n)


@dataclass(frozen=True, slots=True)
class MinVariance:
    """Contracts of least variance per book, the share of variance removed, and the number of days."""

    ratio: float
    effectiveness: float
    n: int
    note: str


def min_variance(condor_pnl: ArrayLike, hedge_pnl: ArrayLike) -> MinVariance:
    """Hedge contracts that make the variance of the sum least: -Cov(condor, hedge)/Var(hedge).

    Parameters
    ----------
    condor_pnl, hedge_pnl : array of shape (n,)
        Daily P&L of the book and of one hedge contract, dollars.

    Returns
    -------
    MinVariance
        Effectiveness is the squared correlation; the note is PROXY below 500 days.

    Raises
    ------
    MissingError
        Fewer than three days.
    ZeroDenominatorError
        One of the series does not vary.

    Notes
    -----
    C12, reading D. STANDARD. Ederington 1979.
    """
    condor, hedge = np.asarray(condor_pnl, np.float64).ravel(), np.asarray(hedge_pnl, np.float64).ravel()
    if condor.shape != hedge.shape or not (np.isfinite(condor).all() and np.isfinite(hedge).all()):
        raise ShapeError("both series must have equal length and no gap")
    n = len(condor)
    if n < 3:
        raise MissingError("at least three days are needed")
    covariance = np.cov(condor, hedge)
    if np.ptp(condor) == 0 or np.ptp(hedge) == 0:
        raise ZeroDenominatorError("a series does not vary")
    shared, own, hedge_variance = covariance[0, 1], covariance[0, 0], covariance[1, 1]
    effectiveness = float(shared**2 / (own * hedge_variance))
    return MinVariance(float(-shared / hedge_variance), effectiveness, n, "PROXY" if n < MIN_VARIANCE_DAYS else "")
