"""Realised volatility by five estimators, and how dear implied volatility is against it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from alvh_xl.model._pricing import DAYS_A_YEAR, MAX_VOL
from alvh_xl.model.errors import DomainError, MissingError, ShapeError, ZeroDenominatorError
from alvh_xl.model.types import ArrayLike, FloatArray

__all__ = ["ESTIMATORS", "TRADING_DAYS", "VolPremium", "realized_vol", "vol_premium"]

TRADING_DAYS = 252.0
_VARIANCE_SESSIONS = 21  # sessions in the 30 calendar days that VIX spans
_VARIANCE_DAYS = 30.0


@dataclass(frozen=True, slots=True)
class VolPremium:
    """Implied against realised volatility at the last bar."""

    spread: float  # implied − realised, decimals a year
    variance_premium: float  # IV²·30/365 − Σr² of 21 sessions
    ratio: float  # realised / implied
    z: float  # of the spread; NaN with fewer than `lookback` spreads
    n: int  # spreads behind z


def _close(bars: FloatArray, n: int) -> float:
    returns = np.diff(np.log(bars[-n - 1 :, 3]))
    return float(np.mean(returns * returns))


def _parkinson(bars: FloatArray, n: int) -> float:
    height = np.log(bars[-n:, 1] / bars[-n:, 2])
    return float(np.mean(height * height) / (4.0 * np.log(2.0)))


def _garman_klass(bars: FloatArray, n: int) -> float:
    height = np.log(bars[-n:, 1] / bars[-n:, 2])
    body = np.log(bars[-n:, 3] / bars[-n:, 0])
    return float(np.mean(0.5 * height * height - (2.0 * np.log(2.0) - 1.0) * body * body))


def _rogers_satchell(bars: FloatArray, n: int) -> float:
    opened, high, low, close = np.log(bars[-n:]).T
    return float(np.mean((high - close) * (high - opened) + (low - close) * (low - opened)))


def _yang_zhang(bars: FloatArray, n: int) -> float:
    overnight = np.log(bars[-n:, 0] / bars[-n - 1 : -1, 3])
    body = np.log(bars[-n:, 3] / bars[-n:, 0])
    k = 0.34 / (1.34 + (n + 1) / (n - 1))
    return float(np.var(overnight, ddof=1) + k * np.var(body, ddof=1) + (1.0 - k) * _rogers_satchell(bars, n))


ESTIMATORS: dict[str, Callable[[FloatArray, int], float]] = {
    "close": _close,
    "parkinson": _parkinson,
    "garman_klass": _garman_klass,
    "rogers_satchell": _rogers_satchell,
    "yang_zhang": _yang_zhang,
}
_NEEDS_PREVIOUS_CLOSE = ("close", "yang_zhang")


def _bars(prices: ArrayLike, estimator: str) -> FloatArray:
    bars = np.asarray(prices, dtype=np.float64)
    if bars.ndim == 2 and bars.shape[1] == 1:
        bars = bars[:, 0]
    if bars.ndim == 1 and estimator == "close":
        bars = np.repeat(bars[:, None], 4, axis=1)
    if bars.ndim != 2 or bars.shape[1] != 4:
        raise ShapeError("prices must be closes, or the four columns open, high, low, close")
    if np.isnan(bars).any():
        raise ShapeError("the prices have a gap")
    return bars


def realized_vol(prices: ArrayLike, window: int = 21, estimator: str = "close", periods: float = TRADING_DAYS) -> float:
    """Realised volatility over the last `window` bars.

    The square root of `periods` times the mean daily variance, which is: close, ln²(C_t/C_(t−1)) with zero mean;
    parkinson, ln²(H/L)/(4·ln 2); garman_klass, ½·ln²(H/L) − (2·ln 2 − 1)·ln²(C/O); rogers_satchell,
    ln(H/C)·ln(H/O) + ln(L/C)·ln(L/O); yang_zhang, the sample variances of ln(O_t/C_(t−1)) and k times that of ln(C/O)
    plus (1 − k) times rogers_satchell, k = 0.34/(1.34 + (n + 1)/(n − 1)).

    Parameters
    ----------
    prices : closes, 1-D; or open, high, low, close, of shape (bars, 4); oldest first.
    window : number of returns or bars n, at least 2.
    estimator : a key of ESTIMATORS.
    periods : bars a year, 252.

    Returns
    -------
    Decimal a year.

    Raises
    ------
    ShapeError : unknown estimator, wrong number of columns, a gap. MissingError : too few bars.
    DomainError : a price not positive, high below open or close, low above them, window below 2, periods not positive.

    Notes
    -----
    C09, status STANDARD. Reference: Sinclair, *Volatility Trading*; Yang & Zhang 2000.
    """
    if estimator not in ESTIMATORS:
        raise ShapeError(f"unknown estimator {estimator!r}: {', '.join(ESTIMATORS)}")
    bars = _bars(prices, estimator)
    if window < 2 or not (np.isfinite(periods) and periods > 0.0):
        raise DomainError("window must be at least 2 and periods positive")
    if len(bars) < window + (estimator in _NEEDS_PREVIOUS_CLOSE):
        raise MissingError(f"{len(bars)} bars are too few for a window of {window}")
    if not (np.isfinite(bars) & (bars > 0.0)).all():
        raise DomainError("prices must be positive numbers")
    body_high, body_low = np.maximum(bars[:, 0], bars[:, 3]), np.minimum(bars[:, 0], bars[:, 3])
    if (bars[:, 1] < body_high).any() or (bars[:, 2] > body_low).any():
        raise DomainError("a high lies below, or a low above, its open or close")
    return float(np.sqrt(periods * ESTIMATORS[estimator](bars, window)))


def vol_premium(implied_vols: ArrayLike, closes: ArrayLike, window: int = 21, lookback: int = 252) -> VolPremium:
    """Implied minus realised volatility, the variance premium, their ratio and the z-score of the spread.

    Parameters
    ----------
    implied_vols : decimals a year, 1-D, oldest first.
    closes : of the underlying on the same days, points.
    window : returns in each realised volatility (close estimator), at least 2.
    lookback : spreads in the z-score, the last one included.

    Returns
    -------
    The four numbers at the last bar; z is NaN (not enough history) with fewer than `lookback` spreads, and n tells how
    many there are.

    Raises
    ------
    ShapeError : different lengths or a gap. MissingError : fewer closes than one window, or than 22, need.
    DomainError : a price or vol outside its domain. ZeroDenominatorError : all spreads of the lookback equal.

    Notes
    -----
    C09, status DOCUMENT RULE (untested) for its use. Reference: Carr & Wu 2009. Realised volatility looks back only;
    "implied above realised" is the normal state, not a signal.
    """
    implied = np.asarray(implied_vols, dtype=np.float64).reshape(-1)
    prices = np.asarray(closes, dtype=np.float64).reshape(-1)
    if implied.size != prices.size or np.isnan(implied).any() or np.isnan(prices).any():
        raise ShapeError("implied vols and closes differ in length or have a gap")
    if window < 2 or lookback < 2:
        raise DomainError("window and lookback must be at least 2")
    if prices.size <= max(window, _VARIANCE_SESSIONS):
        raise MissingError("not enough closes for one window")
    if not (np.isfinite(prices) & (prices > 0.0) & (implied > 0.0) & (implied <= MAX_VOL)).all():
        raise DomainError("a close or an implied vol is outside its domain")
    squares = np.diff(np.log(prices)) ** 2
    realized = np.sqrt(TRADING_DAYS * np.lib.stride_tricks.sliding_window_view(squares, window).mean(axis=1))
    spreads = (implied[window:] - realized)[-lookback:]
    z = np.nan
    if spreads.size == lookback:
        deviation = float(np.std(spreads, ddof=1))
        if deviation == 0.0:
            raise ZeroDenominatorError("all spreads are equal")
        z = float((spreads[-1] - spreads.mean()) / deviation)
    last = float(implied[-1])
    variance = last * last * _VARIANCE_DAYS / DAYS_A_YEAR - float(squares[-_VARIANCE_SESSIONS:].sum())
    return VolPremium(float(spreads[-1]), variance, float(realized[-1]) / last, z, int(spreads.size))
