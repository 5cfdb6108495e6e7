"""Dividend discount, aggregate ratios, trends, fund flows and the sentiment composite: information, weight 0."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from alvh_xl.model.errors import DomainError, MissingError, ShapeError, ZeroDenominatorError
from alvh_xl.model.macro import last_z
from alvh_xl.model.types import ArrayLike, FloatArray

SENTIMENT_LIMIT = 0.20


def ddm(
    dividend: ArrayLike,
    growth: ArrayLike,
    required_return: ArrayLike,
    high_growth: ArrayLike | None = None,
    years: ArrayLike | None = None,
) -> FloatArray:
    """Present value of growing payouts.

    Without years: next payout / (required return - growth). With n years: payouts growing at `high_growth` in years
    2 to n, plus the last of them x (1 + growth) / (required return - growth), all discounted.

    Parameters
    ----------
    dividend : array_like, next year's payout (at least 0)
        Dividends and buybacks.
    growth : array_like, decimal a year
        For ever, from year n.
    required_return : array_like, decimal a year, above `growth`
    high_growth : array_like, decimal a year, above -1
    years : array_like, whole number of years n (at least 1)

    Returns
    -------
    ndarray
        Value in the payout's unit; NaN outside the domain.

    Notes
    -----
    C24. STANDARD (Gordon; two-stage).
    """
    d, g, r = (np.asarray(x, dtype=np.float64) for x in (dividend, growth, required_return))
    if years is None:
        n, h = np.asarray(1.0), np.asarray(0.0)
    elif high_growth is None:
        raise MissingError("years needs high_growth")
    else:
        n, h = np.asarray(years, dtype=np.float64), np.asarray(high_growth, dtype=np.float64)
    with np.errstate(all="ignore"):
        # One year ahead is Gordon's own value, so both stages share one formula.
        grown = np.log1p(h) - np.log1p(r)
        rising = np.expm1(n * grown) / np.expm1(grown)
        annuity = np.where(grown == 0.0, n, rising) / (1.0 + r)
        last = np.exp((n - 1.0) * grown) / (1.0 + r)
        value = d * (annuity + last * (1.0 + g) / (r - g))
        good = (d >= 0.0) & (r > g) & (g > -1.0) & (h > -1.0) & (n >= 1.0) & (n == np.floor(n))
    return np.where(good & np.isfinite(value), value, np.nan)


def ddm_implied_return(price: float, cash_flows: ArrayLike, terminal_growth: float) -> float:
    """Required return at which the discounted payouts equal the price.

    The root r above the terminal growth g of sum of flow_i / (1 + r)^i + flow_n (1 + g) / ((r - g)(1 + r)^n) = price.

    Parameters
    ----------
    price : float (positive)
    cash_flows : 1-D array_like, payouts of years 1 to n in the price's unit (at least 0, the last positive)
    terminal_growth : float, decimal a year, above -1

    Returns
    -------
    float
        Decimal a year; less the risk-free rate it is the implied equity premium.

    Notes
    -----
    C24. STANDARD (Damodaran). Value falls as r rises, so the root is the only one.
    """
    flows = np.asarray(cash_flows, dtype=np.float64)
    if flows.ndim != 1 or flows.size == 0 or not np.all(np.isfinite(flows)):
        raise ShapeError("cash_flows must be one complete column")
    if not 0.0 < price < math.inf or not -1.0 < terminal_growth < math.inf:
        raise DomainError("price must be positive and terminal_growth above -1")
    if np.any(flows < 0.0) or flows[-1] == 0.0:
        raise DomainError("cash_flows must be 0 or more and the last one positive")
    year = np.arange(1.0, flows.size + 1.0)

    def value(excess: float) -> float:
        discounted = flows * (1.0 + terminal_growth + excess) ** -year
        return float(np.sum(discounted) + discounted[-1] * (1.0 + terminal_growth) / excess)

    # ln(r - g) rather than r itself: the value runs from infinity at r = g to 0.
    low, high = -30.0, 30.0
    with np.errstate(under="ignore"):
        if not value(math.exp(high)) < price < value(math.exp(low)):
            raise DomainError("no return explains this price")
        while low < (middle := 0.5 * (low + high)) < high:
            if value(math.exp(middle)) > price:
                low = middle
            else:
                high = middle
    return terminal_growth + math.exp(middle)


@dataclass(frozen=True, slots=True)
class AggregateRatio:
    """Sum over sum, median of the ratios with a positive denominator (NaN: none), and the share of complete rows."""

    ratio: float
    median: float
    coverage: float


def aggregate_ratio(numerators: ArrayLike, denominators: ArrayLike) -> AggregateRatio:
    """Ratio of a group of companies: P/E, P/CF or quick ratio.

    Sum of numerators / sum of denominators, over the companies with both; losses stay in the sum.

    Parameters
    ----------
    numerators, denominators : 1-D array_like, one currency, one element a company
        NaN marks a figure that is missing; that company is left out and lowers the coverage.

    Returns
    -------
    AggregateRatio

    Notes
    -----
    C19, C28, C29. DOCUMENT RULE (untested), weight 0. Never a mean of ratios. A negative sum of denominators raises
    `DomainError`, a zero one `ZeroDenominatorError`.
    """
    top = np.asarray(numerators, dtype=np.float64)
    bottom = np.asarray(denominators, dtype=np.float64)
    if top.ndim != 1 or top.shape != bottom.shape or top.size == 0:
        raise ShapeError("numerators and denominators must be two lists of the same length")
    if np.any(np.isinf(top)) or np.any(np.isinf(bottom)):
        raise DomainError("numerators and denominators must be finite")
    both = ~np.isnan(top) & ~np.isnan(bottom)
    if not np.any(both):
        raise MissingError("no company has both figures")
    total = float(np.sum(bottom[both]))
    if total == 0.0:
        raise ZeroDenominatorError("the denominators add up to 0")
    if total < 0.0:
        raise DomainError("the denominators add up to less than 0")
    positive = both & (bottom > 0.0)
    median = float(np.median(top[positive] / bottom[positive]))
    return AggregateRatio(float(np.sum(top[both])) / total, median, float(np.mean(both)))


def quick_ratio(
    cash: ArrayLike, investments: ArrayLike, receivables: ArrayLike, current_liabilities: ArrayLike
) -> FloatArray:
    """Liquid assets over current liabilities.

    (cash + short-term investments + receivables) / current liabilities.

    Parameters
    ----------
    cash, investments, receivables, current_liabilities : array_like, one currency (at least 0)

    Returns
    -------
    ndarray
        Ratio; NaN outside the domain. No liabilities are a zero denominator in the functions layer.

    Notes
    -----
    C28. STANDARD ratio; its use each morning is a DOCUMENT RULE (untested): accounts move four times a year.
    """
    c, i, r, debt = (np.asarray(x, dtype=np.float64) for x in (cash, investments, receivables, current_liabilities))
    with np.errstate(all="ignore"):
        ratio = (c + i + r) / debt
        good = (c >= 0.0) & (i >= 0.0) & (r >= 0.0) & (debt > 0.0) & np.isfinite(ratio)
    return np.where(good, ratio, np.nan)


@dataclass(frozen=True, slots=True)
class Trend:
    """Slopes of the logarithm per session over the short and the long window (NaN: too little history)."""

    short: float
    long: float


def trend(values: ArrayLike, short: int = 63, long: int = 252) -> Trend:
    """Growth per session over two windows.

    OLS slope of ln(value) on the session number.

    Parameters
    ----------
    values : 1-D array_like, positive, oldest first
    short, long : int, sessions (at least 2)

    Returns
    -------
    Trend

    Notes
    -----
    C19. DOCUMENT RULE (untested), weight 0. Less history than either window raises `MissingError`.
    """
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 1 or not np.all(np.isfinite(x)):
        raise ShapeError("values must be one complete column")
    if np.any(x <= 0.0):
        raise DomainError("values must be positive")
    if min(short, long) < 2:
        raise DomainError("short and long must be 2 or more")
    if x.size < min(short, long):
        raise MissingError(f"{min(short, long)} values are needed, {x.size} are given")
    logs = np.log(x)
    return Trend(_session_slope(logs, short), _session_slope(logs, long))


def _session_slope(logs: FloatArray, window: int) -> float:
    if logs.size < window:
        return math.nan
    session = np.arange(window, dtype=np.float64) - (window - 1) / 2.0
    return float(session @ logs[-window:]) / float(session @ session)


def flow_z(shares_outstanding: ArrayLike, navs: ArrayLike, window: int = 20, lookback: int = 252) -> float:
    """How unusual the recent flow into a fund is.

    daily flow = change of shares outstanding x NAV / previous assets; z-score of its `window`-session sum within the
    last `lookback` such sums.

    Parameters
    ----------
    shares_outstanding : 1-D array_like, shares (positive), oldest first
    navs : 1-D array_like, dollars a share (positive)
    window : int, sessions (at least 1)
    lookback : int, sums (at least 2)

    Returns
    -------
    float

    Notes
    -----
    C30. DOCUMENT RULE (untested). Needs window + lookback sessions.
    """
    shares = np.asarray(shares_outstanding, dtype=np.float64)
    nav = np.asarray(navs, dtype=np.float64)
    if shares.ndim != 1 or shares.shape != nav.shape:
        raise ShapeError("shares_outstanding and navs must be two lists of the same length")
    if not (np.all(np.isfinite(shares)) and np.all(np.isfinite(nav))):
        raise ShapeError("shares_outstanding and navs must be complete")
    if np.any(shares <= 0.0) or np.any(nav <= 0.0):
        raise DomainError("shares_outstanding and navs must be positive")
    if window < 1 or lookback < 2:
        raise DomainError("window must be 1 or more and lookback 2 or more")
    if shares.size < window + lookback:
        raise MissingError(f"{window + lookback} sessions are needed, {shares.size} are given")
    flow = np.diff(shares) * nav[1:] / (shares[:-1] * nav[:-1])
    recent = flow[-(window + lookback - 1) :]
    return last_z(np.lib.stride_tricks.sliding_window_view(recent, window).sum(axis=1))


@dataclass(frozen=True, slots=True)
class Sentiment:
    """Composite score, the tilt it gives, and whether the limit of 20 % acts."""

    score: float
    tilt: float
    limited: bool


def sentiment(z_scores: ArrayLike, weights: ArrayLike | None, signs: ArrayLike, strength: float = 0.0) -> Sentiment:
    """Composite of sentiment z-scores and the tilt of the hedge it gives.

    score = sum of weight x sign x (z kept within -2 and 2), weights normalised;
    tilt = 1 + strength x score / 2, kept within 0.8 and 1.2.

    Parameters
    ----------
    z_scores : 1-D array_like
    weights : 1-D array_like (at least 0), or None for equal weights
    signs : 1-D array_like, +1 or -1
        +1 where a high z asks for more hedge: P/E +1, quick ratio -1, REIT flow -1.
    strength : float (at least 0)

    Returns
    -------
    Sentiment

    Notes
    -----
    C30. DOCUMENT RULE (untested), strength 0 by default. A missing z raises `MissingError`.
    """
    z = np.atleast_1d(np.asarray(z_scores, dtype=np.float64))
    sign = np.atleast_1d(np.asarray(signs, dtype=np.float64))
    share = np.ones_like(z) if weights is None else np.atleast_1d(np.asarray(weights, dtype=np.float64))
    if z.ndim != 1 or z.size == 0 or z.shape != sign.shape or z.shape != share.shape:
        raise ShapeError("z_scores, weights and signs must be lists of the same length")
    if np.any(np.isnan(z)) or np.any(np.isnan(share)) or np.any(np.isnan(sign)):
        raise MissingError("a z-score, weight or sign is missing")
    if not np.all(np.abs(sign) == 1.0):
        raise DomainError("signs must be +1 or -1")
    if not np.all((share >= 0.0) & np.isfinite(share)) or not 0.0 <= strength < math.inf:
        raise DomainError("weights and strength must be 0 or more")
    total = float(np.sum(share))
    if total == 0.0:
        raise ZeroDenominatorError("the weights add up to 0")
    score = float(np.sum(share * sign * np.clip(z, -2.0, 2.0))) / total
    free = 1.0 + strength * score / 2.0
    tilt = min(max(free, 1.0 - SENTIMENT_LIMIT), 1.0 + SENTIMENT_LIMIT)
    return Sentiment(score, tilt, tilt != free)
