"""What the hedge costs: carry and drag, required return, cost of capital and internal rates of return."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from alvh_xl.model.errors import DomainError, MissingError, ShapeError, ZeroDenominatorError
from alvh_xl.model.types import ArrayLike, FloatArray

DAYS_A_YEAR = 365.0
LOG_RATE_LOW, LOG_RATE_HIGH = -20.0, 60.0


@dataclass(frozen=True, slots=True)
class HedgeDrag:
    """Carry of the hedge: dollars, share of NAV a year, share of the credit (NaN without a credit)."""

    dollars: float
    nav_share: float
    credit_share: float


def hedge_drag(
    theta: float, roll_down: float, half_spread: float, days: float, nav: float, credit: float | None = None
) -> HedgeDrag:
    """Carry of a hedge over a holding period, as profit and loss: a cost is negative.

    dollars = theta x days + roll-down - half-spread; NAV share = dollars / NAV x 365 / days.

    Parameters
    ----------
    theta : float, dollars a calendar day, negative for a long option
    roll_down : float, dollars over the period, negative in contango
    half_spread : float, dollars, 0 or positive
        Cost of crossing half the bid-ask spread; it always lowers the result.
    days : float, calendar days (positive)
    nav : float, dollars (positive)
    credit : float, dollars, optional
        Credit of the condors.

    Returns
    -------
    HedgeDrag

    Notes
    -----
    C16. STANDARD carry accounting.
    """
    for name, value in (("theta", theta), ("roll_down", roll_down), ("half_spread", half_spread)):
        if not math.isfinite(value):
            raise DomainError(f"{name} must be a finite number")
    if half_spread < 0.0:
        raise DomainError("half_spread is a cost and must be 0 or more")
    _denominator("days", days)
    _denominator("nav", nav)
    dollars = theta * days + roll_down - half_spread
    share = math.nan if credit is None else dollars / _denominator("credit", credit)
    return HedgeDrag(dollars, dollars / nav * DAYS_A_YEAR / days, share)


def _denominator(name: str, value: float) -> float:
    if value == 0.0:
        raise ZeroDenominatorError(f"{name} is 0")
    if not 0.0 < value < math.inf:
        raise DomainError(f"{name} must be positive")
    return value


def opportunity_cost(capital: ArrayLike, rate: ArrayLike, days: ArrayLike) -> FloatArray:
    """Return forgone on the capital tied up.

    capital x rate x days / 365.

    Parameters
    ----------
    capital : array_like, dollars (at least 0)
    rate : array_like, decimal a year
    days : array_like, calendar days (at least 0)

    Returns
    -------
    ndarray
        Dollars; NaN outside the domain.

    Notes
    -----
    C13. STANDARD; its use on the hedge is a DOCUMENT RULE (untested).
    """
    c, r, d = (np.asarray(x, dtype=np.float64) for x in (capital, rate, days))
    with np.errstate(all="ignore"):
        cost = c * r * d / DAYS_A_YEAR
    return np.where((c >= 0.0) & (d >= 0.0) & np.isfinite(cost), cost, np.nan)


def capm(risk_free: ArrayLike, beta: ArrayLike, equity_premium: ArrayLike) -> FloatArray:
    """Required return of the capital asset pricing model.

    risk-free rate + beta x equity premium.

    Parameters
    ----------
    risk_free, equity_premium : array_like, decimals a year
    beta : array_like, ratio

    Returns
    -------
    ndarray
        Decimal a year.

    Notes
    -----
    C14. STANDARD; its use on the hedge is a DOCUMENT RULE (untested). For a negative-beta asset the
    required return is far below the risk-free rate, so "return above the cost of capital" is the wrong test.
    """
    rf, b, erp = (np.asarray(x, dtype=np.float64) for x in (risk_free, beta, equity_premium))
    with np.errstate(all="ignore"):
        required = rf + b * erp
    return np.where(np.isfinite(required), required, np.nan)


def wacc(
    equity: ArrayLike,
    debt: ArrayLike,
    cost_of_equity: ArrayLike,
    cost_of_debt: ArrayLike,
    tax: ArrayLike = 0.0,
    preferred: ArrayLike = 0.0,
    cost_of_preferred: ArrayLike = 0.0,
) -> FloatArray:
    """Weighted average cost of capital.

    (equity x its cost + debt x its cost x (1 - tax) + preferred x its cost) / (equity + debt + preferred).

    Parameters
    ----------
    equity, debt, preferred : array_like, market values in one currency (at least 0)
        For a trader: own capital, margin loan, none.
    cost_of_equity, cost_of_debt, cost_of_preferred : array_like, decimals a year
    tax : array_like, decimal 0 to 1
        0 unless interest is deductible.

    Returns
    -------
    ndarray
        Decimal a year; NaN outside the domain or without any capital.

    Notes
    -----
    C13. STANDARD (CFA curriculum). No capital at all is a zero denominator in the functions layer.
    """
    e, d, p, re, rd, rp, t = (
        np.asarray(x, dtype=np.float64)
        for x in (equity, debt, preferred, cost_of_equity, cost_of_debt, cost_of_preferred, tax)
    )
    with np.errstate(all="ignore"):
        cost = (e * re + d * rd * (1.0 - t) + p * rp) / (e + d + p)
        good = (e >= 0.0) & (d >= 0.0) & (p >= 0.0) & (t >= 0.0) & (t <= 1.0) & np.isfinite(cost)
    return np.where(good, cost, np.nan)


def option_beta(delta: ArrayLike, spot_vol_beta: ArrayLike, price: ArrayLike) -> FloatArray:
    """Beta of a VIX option to SPX: the relative gain per 1 % of SPX, times 100.

    delta x points of its future per +1 % of SPX x 100 / price.

    Parameters
    ----------
    delta : array_like, per point of the future
    spot_vol_beta : array_like, points of the future per +1 % of SPX
    price : array_like, points (positive)

    Returns
    -------
    ndarray
        Ratio; NaN outside the domain.

    Notes
    -----
    C14. STANDARD: elasticity times the beta of the underlying.
    """
    d, b, p = (np.asarray(x, dtype=np.float64) for x in (delta, spot_vol_beta, price))
    with np.errstate(all="ignore"):
        beta = d * b * 100.0 / p
    return np.where((p > 0.0) & np.isfinite(beta), beta, np.nan)


@dataclass(frozen=True, slots=True)
class Irr:
    """Internal rates of return.

    Attributes
    ----------
    roots : every rate a year, ascending
    mirr : modified internal rate of return a year
    holding_return : inflows / outflows - 1, not annualised
    days : from the first to the last date
    flag : "single", "multiple" or "total loss"
    """

    roots: tuple[float, ...]
    mirr: float
    holding_return: float
    days: float
    flag: str


def irr(cashflows: ArrayLike, dates: ArrayLike, finance_rate: float = 0.0, reinvest_rate: float = 0.0) -> Irr:
    """Every internal rate of return of dated cash flows.

    The rates r with sum of flow / (1 + r)^(days / 365) = 0, days counted from the first date.

    Parameters
    ----------
    cashflows : 1-D array_like, dollars, paid negative
    dates : 1-D array_like, serial days, in any order
    finance_rate, reinvest_rate : float, decimals a year (above -1)
        For the modified rate: cost of the outflows, return of the inflows.

    Returns
    -------
    Irr

    Notes
    -----
    C15. STANDARD. Solved in u = ln(1 + r) on [-20, 60]. Outflows followed only by zeros lose
    everything: -1, "total loss". Other flows of one sign, and flows without a root, raise `DomainError`.
    """
    flows, years = _merged(cashflows, dates)
    if min(finance_rate, reinvest_rate) <= -1.0:
        raise DomainError("finance_rate and reinvest_rate must exceed -1")
    days = float(years[-1] * DAYS_A_YEAR)
    if days <= 0.0:
        raise DomainError("all cash flows fall on one date")
    paid, received = np.minimum(flows, 0.0), np.maximum(flows, 0.0)
    if not np.any(paid):
        raise DomainError("no cash flow is paid")
    if not np.any(received):
        if flows[-1] != 0.0:
            raise DomainError("all cash flows have one sign")
        return Irr((-1.0,), -1.0, -1.0, days, "total loss")
    roots = tuple(math.expm1(u) for u in _log_roots(flows, years))
    if not roots:
        raise DomainError("no internal rate of return exists")
    future = float(np.sum(received * (1.0 + reinvest_rate) ** (years[-1] - years)))
    present = -float(np.sum(paid * (1.0 + finance_rate) ** -years))
    mirr = (future / present) ** (DAYS_A_YEAR / days) - 1.0
    holding = float(np.sum(received) / -np.sum(paid)) - 1.0
    return Irr(roots, mirr, holding, days, "single" if len(roots) == 1 else "multiple")


def _merged(cashflows: ArrayLike, dates: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Flows in date order, those of one date added, with their times in years from the first."""
    flows = np.asarray(cashflows, dtype=np.float64)
    days = np.asarray(dates, dtype=np.float64)
    if flows.ndim != 1 or flows.shape != days.shape:
        raise ShapeError("cashflows and dates must be two lists of the same length")
    if flows.size < 2:
        raise MissingError("at least two cash flows are needed")
    if not (np.all(np.isfinite(flows)) and np.all(np.isfinite(days))):
        raise ShapeError("cashflows and dates must be complete")
    unique, place = np.unique(days, return_inverse=True)
    merged: FloatArray = np.bincount(place, weights=flows).astype(np.float64)
    return merged, (unique - unique[0]) / DAYS_A_YEAR


def _log_roots(flows: FloatArray, years: FloatArray) -> list[float]:
    """All u in the domain with sum(flow x exp(-u x time)) = 0, ascending.

    Dividing by the first exponential and differentiating removes one flow, so the turning points of a sum are
    the roots of a shorter sum, and between two turning points there is at most one root. Going up from the
    shortest sum, no root is missed, however close to another. Logarithms, as the factors grow without bound.
    """
    keep = flows != 0.0
    sign, size, time = np.sign(flows[keep]), np.log(np.abs(flows[keep])), years[keep]
    levels: list[tuple[FloatArray, FloatArray, FloatArray]] = []
    while np.any(sign != sign[0]):
        time = time - time[0]
        levels.append((sign, size, time))
        sign, size, time = -sign[1:], size[1:] + np.log(time[1:]), time[1:]
    roots: list[float] = []
    for level in reversed(levels):
        roots = _roots_between([LOG_RATE_LOW, *roots, LOG_RATE_HIGH], level)
    return roots


def _roots_between(points: list[float], level: tuple[FloatArray, FloatArray, FloatArray]) -> list[float]:
    """The roots at the points, where rounding noise counts as 0, and the one between two opposite signs."""
    values = [_scaled_sum(u, *level) for u in points]
    noise = 1e-14 * level[0].size
    values = [0.0 if abs(value) <= noise else value for value in values]
    roots = {u for u, value in zip(points, values, strict=True) if value == 0.0}
    for i in range(len(points) - 1):
        if values[i] * values[i + 1] < 0.0:
            roots.add(_bisect(points[i], points[i + 1], level))
    return sorted(roots)


def _scaled_sum(u: float, sign: FloatArray, size: FloatArray, time: FloatArray) -> float:
    """The sum divided by its largest term, so that it neither overflows nor vanishes."""
    exponents = size - u * time
    return float(np.sum(sign * np.exp(exponents - np.max(exponents))))


def _bisect(low: float, high: float, level: tuple[FloatArray, FloatArray, FloatArray]) -> float:
    """The root between two points of opposite sign, to the last bit."""
    rising = _scaled_sum(low, *level) < 0.0
    while low < (middle := 0.5 * (low + high)) < high:
        if (_scaled_sum(middle, *level) < 0.0) == rising:
            low = middle
        else:
            high = middle
    return middle
