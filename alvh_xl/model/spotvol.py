"""How VIX instruments move with SPX: spot-vol beta tables, effective Greeks of a hedge, re-estimation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from alvh_xl.model import black
from alvh_xl.model.errors import DomainError, MissingError, ShapeError, ZeroDenominatorError
from alvh_xl.model.types import ArrayLike, BoolArray, FloatArray

FIRST_DAY, LAST_DAY = 2.0, 240.0  # domain of every table, both ends included
FIT_MINIMUM = 120  # observations below which a fit is not shown
HAC_LAGS = 5
MULTIPLIER = {"SPX": 100.0, "VIX": 100.0, "VX": 1000.0, "VXM": 100.0}

# Table 4A: left edge of the tenor bucket (days), linear beta, joint beta, joint curvature, residual sd
# (points), kappa = points of the future per point of VIX, beta of days on which SPX fell more than 2 %.
# 2007-04 to 2021-03.
_TABLE_4A = np.array(
    [
        [2, -1.044, -0.989, 0.0506, 0.91, 0.693, -1.158],
        [8, -0.930, -0.919, 0.0353, 0.88, 0.669, -1.097],
        [15, -0.818, -0.808, 0.0120, 0.64, 0.572, -0.892],
        [22, -0.640, -0.646, 0.0318, 0.79, 0.470, -0.727],
        [36, -0.556, -0.557, 0.0187, 0.62, 0.399, -0.616],
        [64, -0.444, -0.441, 0.0178, 0.51, 0.309, -0.497],
        [92, -0.376, -0.374, 0.0132, 0.41, 0.251, -0.409],
        [126, -0.319, -0.316, 0.0117, 0.37, 0.213, -0.359],
        [160, -0.290, -0.288, 0.0060, 0.34, 0.191, -0.317],
        [200, -0.266, -0.266, 0.0066, 0.33, 0.174, -0.307],
    ]
)
TENORS, BETA_LINEAR, BETA_JOINT, CURVATURE_JOINT, RESIDUAL_SD, KAPPA, BETA_BELOW_MINUS_2 = _TABLE_4A.T

# Table 4B: joint beta and curvature by tenor bucket (rows) and previous VIX close (columns). Sensitivity
# only.
TENORS_BY_VIX = np.array([2.0, 15.0, 36.0, 64.0, 92.0, 126.0, 200.0])
VIX_EDGES = np.array([15.0, 20.0, 30.0])  # below 15, 15-20, 20-30, 30 and above; closed on the left
BETA_BY_VIX = np.array(
    [
        [-0.801, -1.030, -0.919, -0.910],
        [-0.619, -0.763, -0.756, -0.640],
        [-0.500, -0.617, -0.579, -0.499],
        [-0.398, -0.503, -0.479, -0.394],
        [-0.335, -0.430, -0.419, -0.335],
        [-0.277, -0.368, -0.351, -0.258],
        [-0.230, -0.313, -0.310, -0.230],
    ]
)
CURVATURE_BY_VIX = np.array(
    [
        [0.173, 0.299, 0.114, 0.043],
        [0.206, 0.089, 0.048, 0.033],
        [0.100, 0.110, 0.061, 0.016],
        [0.069, 0.073, 0.041, 0.017],
        [0.052, 0.039, 0.028, 0.012],
        [0.032, 0.019, 0.022, 0.008],
        [0.029, 0.033, 0.009, 0.005],
    ]
)


def _lookup(days: ArrayLike, edges: FloatArray, values: FloatArray) -> FloatArray:
    """Value of the bucket that holds each tenor; NaN below the first edge or outside 2 to 240 days."""
    tenor = np.asarray(days, dtype=np.float64)
    inside = (tenor >= max(FIRST_DAY, float(edges[0]))) & (tenor <= LAST_DAY)
    bucket = np.searchsorted(edges, np.where(inside, tenor, edges[0]), side="right") - 1
    return np.where(inside, values[bucket], np.nan)


def beta_linear(days: ArrayLike, vix: ArrayLike | None = None) -> FloatArray:
    """Points that a VIX future moves when SPX rises 1 %.

    Parameters
    ----------
    days : array
        Calendar days to the future's settlement, 2 to 240; buckets closed on the left, the last on both
        sides.
    vix : array, optional
        Previous VIX close in points. Given, the answer comes from Table 4B instead of Table 4A.

    Returns
    -------
    ndarray
        Negative points per +1 % SPX; NaN outside the domain.

    Notes
    -----
    Effective Greeks of VIX instruments (feeds C12), method section 4. ESTIMATED 2007-04 to 2021-03. Table 4B
    below VIX 15 rests on moves between -2.5 and +1.5 %.
    """
    if vix is None:
        return _lookup(days, TENORS, BETA_LINEAR)
    tenor, level = np.broadcast_arrays(np.asarray(days, np.float64), np.asarray(vix, np.float64))
    valid = level >= 1.0
    column = np.searchsorted(VIX_EDGES, np.where(valid, level, 1.0), side="right")
    by_column = np.stack([_lookup(tenor, TENORS_BY_VIX, BETA_BY_VIX[:, j]) for j in range(4)])
    return np.where(valid, np.take_along_axis(by_column, column[np.newaxis], axis=0)[0], np.nan)


def joint_pair(days: ArrayLike, beta_table: ArrayLike | None = None) -> tuple[FloatArray, FloatArray]:
    """Beta and curvature of F(x) = F + beta*x + curvature*x^2 for each tenor, x in percent.

    Parameters
    ----------
    days : array
        Calendar days to settlement, 2 to 240.
    beta_table : array of shape (rows, 3), optional
        Own table with the columns from_days, beta, curvature, ascending; replaces Table 4A.

    Returns
    -------
    beta, curvature : ndarray
        Points per 1 % and points per (1 %)^2; NaN outside the domain.

    Notes
    -----
    Table 4A, both coefficients estimated jointly; the default of every hedge figure. ESTIMATED.
    """
    if beta_table is None:
        return _lookup(days, TENORS, BETA_JOINT), _lookup(days, TENORS, CURVATURE_JOINT)
    table = checked_beta_table(beta_table)
    return _lookup(days, table[:, 0], table[:, 1]), _lookup(days, table[:, 0], table[:, 2])


def checked_beta_table(beta_table: ArrayLike) -> FloatArray:
    """Return an own table of (from_days, beta, curvature) as an array, or raise what is wrong with it."""
    table = np.asarray(beta_table, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] != 3 or not len(table):
        raise ShapeError("beta_table needs the three columns from_days, beta, curvature")
    if np.isnan(table).any():
        raise MissingError("beta_table has an empty cell")
    if not np.isfinite(table).all() or (np.diff(table[:, 0]) <= 0).any():
        raise DomainError("from_days of beta_table must ascend and every value be finite")
    return table


def residual_sd(days: ArrayLike) -> FloatArray:
    """Points of a future's daily change that SPX does not explain (Table 4A): the basis risk of a hedge."""
    return _lookup(days, TENORS, RESIDUAL_SD)


def kappa(days: ArrayLike) -> FloatArray:
    """Points that a VIX future moves per point of spot VIX (Table 4A), for ratio E of C12."""
    return _lookup(days, TENORS, KAPPA)


def beyond_turning_point(x: ArrayLike, beta: ArrayLike, curvature: ArrayLike) -> BoolArray:
    """Whether a move lies past -beta/(2*curvature), where the parabola turns back and means nothing."""
    move, slope, bend = (np.asarray(a, dtype=np.float64) for a in (x, beta, curvature))
    with np.errstate(all="ignore"):
        turned = slope * (slope + 2.0 * bend * move) < 0
    return np.asarray(turned | ((slope == 0) & (bend * move != 0)), dtype=np.bool_)


def future_after(future: ArrayLike, x: ArrayLike, beta: ArrayLike, curvature: ArrayLike) -> FloatArray:
    """VIX future after an SPX move: F(x) = F + beta*x + curvature*x^2.

    Parameters
    ----------
    future : array
        Future in points.
    x : array
        SPX move in percent.
    beta, curvature : array
        Points per 1 % and per (1 %)^2.

    Returns
    -------
    ndarray
        Points; NaN where F(x) <= 0 or x lies beyond the turning point -beta/(2*curvature).

    Notes
    -----
    Method section 4, ESTIMATED.
    """
    with np.errstate(all="ignore"):
        move = np.asarray(x, dtype=np.float64)
        after = np.asarray(future) + np.asarray(beta) * move + np.asarray(curvature) * move * move
        bad = ~(after > 0) | beyond_turning_point(x, beta, curvature)
    return np.where(bad, np.nan, after)


@dataclass(frozen=True, slots=True)
class HedgeGreeks:
    """One contract of a VIX instrument seen from SPX; dollars include the multiplier."""

    delta: float
    gamma: float
    beta: float
    curvature: float
    dollar_delta: float
    dollar_gamma: float
    theta: float
    cost: float


def hedge_greeks(
    instrument: str,
    future: float,
    strike: float,
    days: float,
    vol: float,
    rate: float = 0.0,
    beta: float | None = None,
    curvature: float | None = None,
    phi: float = 1.0,
) -> HedgeGreeks:
    """Effective dollar delta and gamma per 1 % of SPX of one hedge contract, its theta and its cost.

    VIX option: dollar delta = delta*beta*100, dollar gamma = (gamma*beta^2 + 2*delta*curvature)*100.
    VX: beta*1000 and 2*curvature*1000; VXM a tenth.

    Parameters
    ----------
    instrument : str
        VIX (option), VX or VXM.
    future : float
        The future of the same expiry, points.
    strike, vol : float
        Points; decimal a year. Ignored for VX and VXM.
    days : float
        Calendar days to settlement, 2 to 240.
    rate : float
        Continuous decimal a year.
    beta, curvature : float, optional
        Points per 1 % and per (1 %)^2; each missing one comes from Table 4A's joint pair.
    phi : float
        +1 call, -1 put.

    Returns
    -------
    HedgeGreeks
        Delta and gamma per point of the future; theta in dollars a day and cost in dollars, a contract. A
        future has no premium: cost 0.

    Notes
    -----
    Feeds C12. STANDARD Black-76, ESTIMATED betas.
    """
    if instrument not in ("VIX", "VX", "VXM"):
        raise ShapeError(f"instrument must be VIX, VX or VXM, not {instrument}")
    table_beta, table_curvature = joint_pair(days)
    slope = float(table_beta) if beta is None else beta
    bend = float(table_curvature) if curvature is None else curvature
    if np.isnan(table_beta) or not (np.isfinite(slope) and np.isfinite(bend)):
        raise DomainError("days must lie between 2 and 240 and beta and curvature be finite")
    if not 1.0 <= future < np.inf:
        raise DomainError("future must be at least 1 point")
    delta, gamma, theta, price = 1.0, 0.0, 0.0, 0.0
    if instrument == "VIX":
        v = black.black76(phi, future, strike, days / 365.0, vol, rate)
        delta, gamma, theta, price = float(v.delta), float(v.gamma), float(v.theta), float(v.price)
        if not all(np.isfinite((delta, gamma, theta, price))):
            raise DomainError("strike, vol or rate is outside the domain of Black-76")
    m = MULTIPLIER[instrument]
    dollar_gamma = (gamma * slope * slope + 2.0 * delta * bend) * m
    return HedgeGreeks(delta, gamma, slope, bend, delta * slope * m, dollar_gamma, theta * m, price * m)


@dataclass(frozen=True, slots=True)
class SpotVolFit:
    """Ordinary least squares of a future's change on SPX's percent move; standard errors are HAC(5)."""

    model: str
    intercept: float
    beta: float
    curvature: float  # coefficient of x^2 (quadratic) or of min(x, 0) (asymmetric); NaN for the linear model
    se_intercept: float
    se_beta: float
    se_curvature: float
    r_squared: float
    n: int
    residual_sd: float


def spot_vol_fit(
    spx_returns: ArrayLike,
    future_changes: ArrayLike,
    model: Literal["linear", "quadratic", "asymmetric"] | str = "linear",
) -> SpotVolFit:
    """Estimate how a VIX future (or VIX) answers SPX moves.

    Parameters
    ----------
    spx_returns : array of shape (n,)
        SPX moves in percent. Remove roll days first.
    future_changes : array of shape (n,)
        Changes in points over the same days.
    model : str
        linear (x), quadratic (x, x^2) or asymmetric (x, min(x, 0)), each with an intercept.

    Returns
    -------
    SpotVolFit
        Coefficients, Newey-West standard errors (Bartlett weights, 5 lags, no small-sample factor), R^2, n
        and the residual standard deviation (n less the number of coefficients).

    Raises
    ------
    MissingError
        Fewer than 120 observations.
    ZeroDenominatorError
        The moves, or the changes, do not vary enough to identify the model.

    Notes
    -----
    Method section 4. STANDARD. Newey & West 1987.
    """
    x, y = np.asarray(spx_returns, np.float64).ravel(), np.asarray(future_changes, np.float64).ravel()
    if x.shape != y.shape or not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ShapeError("spx_returns and future_changes must have equal length and no gap")
    extra = {"linear": (), "quadratic": (x * x,), "asymmetric": (np.minimum(x, 0.0),)}
    if model not in extra:
        raise ShapeError(f"model must be linear, quadratic or asymmetric, not {model}")
    n = len(x)
    if n < FIT_MINIMUM:
        raise MissingError(f"{n} observations; at least {FIT_MINIMUM} are needed")
    design = np.column_stack((np.ones(n), x, *extra[model]))
    total = float(np.sum((y - y.mean()) ** 2))
    if np.linalg.matrix_rank(design) < design.shape[1] or total == 0:
        raise ZeroDenominatorError("the moves or the changes do not vary enough")
    coefficients = np.linalg.lstsq(design, y, rcond=None)[0]
    residual = y - design @ coefficients
    errors = np.sqrt(np.diag(newey_west(design, residual, HAC_LAGS)))
    squares = float(residual @ residual)
    sd = float(np.sqrt(squares / (n - design.shape[1])))
    b, s = (np.append(a, np.nan)[:3].tolist() for a in (coefficients, errors))
    return SpotVolFit(model, b[0], b[1], b[2], s[0], s[1], s[2], 1.0 - squares / total, n, sd)


def newey_west(design: FloatArray, residual: FloatArray, lags: int) -> FloatArray:
    """Covariance of OLS coefficients robust to heteroscedasticity and `lags` autocorrelations."""
    scores = design * residual[:, np.newaxis]
    middle = scores.T @ scores
    for lag in range(1, lags + 1):
        cross = scores[lag:].T @ scores[:-lag]
        middle += (1.0 - lag / (lags + 1.0)) * (cross + cross.T)
    bread = np.linalg.inv(design.T @ design)
    covariance: FloatArray = bread @ middle @ bread
    return covariance
