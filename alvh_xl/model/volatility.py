"""Expected move, term structure and smile of volatility."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alvh_xl.model._pricing import DAYS_A_YEAR, MAX_VOL
from alvh_xl.model.errors import DomainError, MissingError, ShapeError
from alvh_xl.model.realized import VolPremium, realized_vol, vol_premium
from alvh_xl.model.types import ArrayLike, BoolArray, FloatArray

__all__ = [
    "MARKET_MAKER_FACTOR", "ONE_SIGMA_FACTOR", "ExpectedRange", "MoveCoverage", "VolPremium", "expected_move",
    "expected_range", "forward_variance", "move_coverage", "realized_vol", "smile_vol", "straddle_move", "term_vol",
    "vix_option_vol", "vol_premium",
]  # fmt: skip

MARKET_MAKER_FACTOR = 0.85
ONE_SIGMA_FACTOR = 1.2533141373155001  # √(π/2): turns an at-the-money straddle into one standard deviation
_VVIX_DECAY = -0.245


@dataclass(frozen=True, slots=True)
class ExpectedRange:
    """Low and high end of the expected range, points."""

    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, slots=True)
class MoveCoverage:
    """How often moves stayed inside the expected move."""

    inside: float  # share of windows whose last close is inside
    strayed: float  # share with any close outside on the way
    mean_ratio: float  # mean |move| over expected move; 0.80 for a normal distribution
    n: int


def _floats(*values: ArrayLike) -> list[FloatArray]:
    return [np.asarray(value, dtype=np.float64) for value in values]


def _usable(spot: FloatArray, vol: FloatArray, days: FloatArray) -> BoolArray:
    finite = np.isfinite(spot) & np.isfinite(days)
    return np.asarray(finite & (spot > 0.0) & (vol > 0.0) & (vol <= MAX_VOL) & (days >= 0.0))


def expected_move(spot: ArrayLike, vol: ArrayLike, days: ArrayLike, basis: ArrayLike = DAYS_A_YEAR) -> FloatArray:
    """One-sigma move in points: S·σ·√(days/basis).

    Parameters
    ----------
    spot : index points, positive.
    vol : decimal a year of the expiry in question, 0 < vol ≤ 6.
    days : calendar days, or sessions when `basis` is 252; 0 gives 0.
    basis : days a year, 365. All arguments broadcast.

    Returns
    -------
    Points, in the broadcast shape; NaN outside the domain.

    Notes
    -----
    C01, status DOCUMENT RULE for its use, STANDARD formula. Reference: Natenberg, *Option Volatility and Pricing*.

    Examples
    --------
    >>> float(expected_move(6000.0, 0.15, 14.0))
    176.2626
    """
    s, v, d, b = _floats(spot, vol, days, basis)
    with np.errstate(all="ignore"):
        return np.where(_usable(s, v, d) & (b > 0.0), s * v * np.sqrt(d / b), np.nan)


def expected_range(
    spot: ArrayLike, vol: ArrayLike, days: ArrayLike, deviations: ArrayLike = 1.0, method: str = "normal",
    basis: ArrayLike = DAYS_A_YEAR,
) -> ExpectedRange:  # fmt: skip
    """Range of k standard deviations: S ± k·move, or lognormal S·exp(±k·σ√T − σ²T/2).

    Parameters
    ----------
    spot, vol, days, basis : as in `expected_move`.
    deviations : k, ≥ 0.
    method : "normal" or "lognormal". All other arguments broadcast.

    Returns
    -------
    Low and high in points, each in the broadcast shape; NaN outside the domain.

    Raises
    ------
    ShapeError : unknown method.

    Notes
    -----
    C01, status STANDARD. The lognormal range lies around the median of the distribution with mean S.
    """
    s, v, d, k, b = _floats(spot, vol, days, deviations, basis)
    if method not in ("normal", "lognormal"):
        raise ShapeError(f"unknown method {method!r}: normal or lognormal")
    with np.errstate(all="ignore"):
        usable = _usable(s, v, d) & (k >= 0.0) & (b > 0.0)
        deviation = v * np.sqrt(d / b)
        if method == "normal":
            low, high = s - k * s * deviation, s + k * s * deviation
        else:
            median = s * np.exp(-0.5 * deviation * deviation)
            low, high = median * np.exp(-k * deviation), median * np.exp(k * deviation)
        return ExpectedRange(np.where(usable, low, np.nan), np.where(usable, high, np.nan))


def straddle_move(call_price: ArrayLike, put_price: ArrayLike, factor: ArrayLike = MARKET_MAKER_FACTOR) -> FloatArray:
    """Move implied by the at-the-money straddle: factor·(C + P).

    Parameters
    ----------
    call_price, put_price : points, ≥ 0.
    factor : 0.85, the market-maker range, or √(π/2) = 1.2533 for one standard deviation; positive.

    Returns
    -------
    Points, in the broadcast shape; NaN outside the domain.

    Notes
    -----
    C01, status STANDARD.
    """
    c, p, f = _floats(call_price, put_price, factor)
    with np.errstate(all="ignore"):
        return np.where((c >= 0.0) & (p >= 0.0) & (f > 0.0), f * (c + p), np.nan)


def move_coverage(closes: ArrayLike, vols: ArrayLike, days: float) -> MoveCoverage:
    """How often the move over the next round(days·5/7) sessions stayed inside the expected move.

    Parameters
    ----------
    closes : daily closes, points, 1-D, oldest first.
    vols : implied volatility on the same days, decimal a year.
    days : calendar days of the horizon; a half session is rounded up.

    Returns
    -------
    Shares and the number of (overlapping) windows.

    Raises
    ------
    ShapeError : different lengths or a gap. DomainError : a close or vol outside its domain, horizon below one session.
    MissingError : fewer closes than one window needs.

    Notes
    -----
    C01, status ESTIMATED. Windows overlap, so n overstates the evidence.
    """
    c, v = (column.reshape(-1) for column in _floats(closes, vols))
    if c.size != v.size or np.isnan(c).any() or np.isnan(v).any():
        raise ShapeError("closes and vols differ in length or have a gap")
    if not (np.isfinite(days) and days > 0.0) or not _usable(c, v, np.zeros(())).all():
        raise DomainError("a close, a vol or the horizon is outside its domain")
    horizon = int(np.floor(days * 5.0 / 7.0 + 0.5))
    if horizon < 1:
        raise DomainError("the horizon is shorter than one session")
    n = c.size - horizon
    if n < 1:
        raise MissingError("not enough closes for one window")
    expected = expected_move(c[:n], v[:n], days)
    path = np.lib.stride_tricks.sliding_window_view(c, horizon + 1)
    moves = np.abs(path[:, 1:] - path[:, :1])
    final = moves[:, -1]
    strayed = moves.max(axis=1) > expected
    return MoveCoverage(
        float(np.mean(final <= expected)), float(np.mean(strayed)), float(np.mean(final / expected)), int(n)
    )


def term_vol(days: ArrayLike, tenors: ArrayLike, vols: ArrayLike) -> FloatArray:
    """Volatility of a tenor, interpolated linearly in total variance σ²τ; flat vol before the first and after the last.

    Parameters
    ----------
    days : calendar days wanted, ≥ 0; any shape.
    tenors : days of the known vols, increasing, e.g. 9, 30, 93 for VIX9D, VIX, VIX3M.
    vols : decimals a year; a missing one (NaN) leaves its tenor out.

    Returns
    -------
    Decimals a year, in the shape of `days`; NaN where days < 0.

    Raises
    ------
    ShapeError : tenors and vols differ in length. MissingError : no vol known.
    DomainError : tenors not positive and increasing, or a vol outside (0, 6].

    Notes
    -----
    C01, status STANDARD, PROXY when fed by index vols. Given VIX9D and VIX it is the fallback of C01: VIX9D up to 9
    days, total variance to 30, VIX beyond; with VIX3M given, total variance on to its tenor.
    """
    d, t, v = _floats(days, tenors, vols)
    t, v = t.reshape(-1), v.reshape(-1)
    if t.size != v.size:
        raise ShapeError("tenors and vols differ in length")
    known = ~np.isnan(v) & ~np.isnan(t)
    t, v = t[known], v[known]
    if not t.size:
        raise MissingError("no vol is known")
    if t[0] <= 0.0 or (np.diff(t) <= 0.0).any() or not ((v > 0.0) & (v <= MAX_VOL)).all():
        raise DomainError("tenors must be positive and increasing, vols inside (0, 6]")
    with np.errstate(all="ignore"):
        between = np.sqrt(np.interp(d, t, v * v * t) / d)
        value = np.where(d <= t[0], v[0], np.where(d >= t[-1], v[-1], between))
        return np.where(np.isfinite(d) & (d >= 0.0), value, np.nan)


def smile_vol(
    spot: ArrayLike, strike: ArrayLike, days: ArrayLike, vol: ArrayLike, slope: ArrayLike = 0.0,
    curvature: ArrayLike = 0.0,
) -> FloatArray:  # fmt: skip
    """Vol of a strike: vol·(1 + slope·z + curvature·z²), z = ln(K/S)/(vol·√T).

    Parameters
    ----------
    spot, strike : points, positive.
    days : calendar days; 0 only with a flat smile.
    vol : at-the-money vol, decimal a year.
    slope, curvature : of the smile; 0 and 0 is flat. All arguments broadcast.

    Returns
    -------
    Decimal a year, in the broadcast shape; NaN where it would be 0 or less, or outside the domain.

    Notes
    -----
    C02, status POLICY (a shape, not a fit).
    """
    s, k, d, v, a, b = _floats(spot, strike, days, vol, slope, curvature)
    with np.errstate(all="ignore"):
        z = np.log(k / s) / (v * np.sqrt(d / DAYS_A_YEAR))
        value = np.where((a == 0.0) & (b == 0.0), v, v * (1.0 + a * z + b * z * z))
        usable = _usable(s, v, d) & (k > 0.0) & np.isfinite(k) & np.isfinite(value) & (value > 0.0)
        return np.where(usable, value, np.nan)


def vix_option_vol(vvix: ArrayLike, days: ArrayLike) -> FloatArray:
    """Default vol of an at-the-money VIX option: (VVIX/100)·(days/30)^−0.245.

    Parameters
    ----------
    vvix : points, at least 1.
    days : calendar days to the option's expiry, positive.

    Returns
    -------
    Decimal a year, in the broadcast shape; NaN outside the domain.

    Notes
    -----
    Back-tester of method.md §10, status ESTIMATED, PROXY: a vol per strike from quotes is always better.
    """
    x, d = _floats(vvix, days)
    with np.errstate(all="ignore"):
        usable = (x >= 1.0) & (d > 0.0) & np.isfinite(x) & np.isfinite(d)
        return np.where(usable, x / 100.0 * (d / 30.0) ** _VVIX_DECAY, np.nan)


def forward_variance(near_vol: ArrayLike, near_days: ArrayLike, far_vol: ArrayLike, far_days: ArrayLike) -> FloatArray:
    """Variance a year between two tenors: (σ2²T2 − σ1²T1)/(T2 − T1).

    Parameters
    ----------
    near_vol, far_vol : decimals a year.
    near_days, far_days : calendar days, near ≥ 0 and before far. All arguments broadcast.

    Returns
    -------
    Squared decimal a year, in the broadcast shape; NaN when negative or outside the domain.

    Notes
    -----
    C11, status STANDARD.
    """
    v1, d1, v2, d2 = _floats(near_vol, near_days, far_vol, far_days)
    one = np.ones(())
    with np.errstate(all="ignore"):
        value = (v2 * v2 * d2 - v1 * v1 * d1) / (d2 - d1)
        usable = _usable(one, v1, d1) & _usable(one, v2, d2) & (d2 > d1) & (value >= 0.0)
        return np.where(usable, value, np.nan)
