"""Keeping to the method: the no-trade band, and audits of how the hedge was traded."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from alvh_xl.model.errors import DomainError, MissingError, ShapeError, ZeroDenominatorError
from alvh_xl.model.sizing import ROUNDING_GUARD, floor_contracts
from alvh_xl.model.types import ArrayLike, BoolArray, FloatArray

PROMOTER_SHARE = 0.20
CROWDED_SESSIONS = 3
RIGID_MOTION, CHURN_MOTION = 0.5, 1.5


@dataclass(frozen=True, slots=True)
class Rebalance:
    """What to do: word, signed order in contracts, cost and benefit in dollars (NaN: blank), and why."""

    action: str
    order: float
    cost: float
    benefit: float
    reason: str


def rebalance(
    held: float,
    model: float,
    cost: float,
    benefit: float | None = None,
    band: float = 0.20,
    cap: float | None = None,
    at_initiation: bool = False,
) -> Rebalance:
    """Trade from the held number of contracts to the model's, or hold inside the no-trade band.

    Act only if |held - model| is at least max(1, band x max(model, 1)) and the benefit exceeds the cost.

    Parameters
    ----------
    held : float, whole contracts (at least 0)
    model : float, contracts (at least 0)
        Target size; the order leads to its whole number.
    cost : float, dollars of the order
        Half-spread and fees, never the premium.
    benefit : float, dollars, optional
        Stress loss avoided times its probability; blank skips that test, and the reason says so.
    band : float, share of the model (at least 0)
    cap : float, contracts, optional
        Number allowed by the gamma cap.
    at_initiation : bool
        At initiation a breached cap is always cut, inside the band or not.

    Returns
    -------
    Rebalance

    Notes
    -----
    C27. DOCUMENT RULE (untested); the band and the tests are POLICY (no-trade band: Leland 1985, Whalley &
    Wilmott 1997).
    """
    _check_rebalance(held, model, cost, benefit, band, cap)
    gain = math.nan if benefit is None else benefit
    target = float(floor_contracts(model))
    if at_initiation and cap is not None and held > cap * (1.0 + ROUNDING_GUARD):
        order = min(target, float(floor_contracts(cap))) - held
        reason = f"the held {held:g} exceed the gamma cap of {cap:.4g}, which is always cut at initiation"
        return _trade(order, cost, gain, reason)
    gap, threshold = abs(held - model), max(1.0, band * max(model, 1.0))
    order = target - held
    if order == 0.0:
        return Rebalance("HOLD", 0.0, cost, gain, "the held number is the model's")
    if gap < threshold * (1.0 - ROUNDING_GUARD):
        reason = f"the gap of {gap:.4g} lies inside the no-trade band of {threshold:.4g}"
        return Rebalance("HOLD", 0.0, cost, gain, reason)
    reason = f"the gap of {gap:.4g} reaches the no-trade band of {threshold:.4g}"
    if benefit is None:
        return _trade(order, cost, gain, f"{reason} (benefit not tested)")
    if benefit <= cost:
        reason = f"the benefit of {benefit:.2f} dollars does not exceed the cost of {cost:.2f}"
        return Rebalance("HOLD", 0.0, cost, gain, reason)
    return _trade(order, cost, gain, f"{reason} and the benefit of {benefit:.2f} dollars exceeds the cost")


def _trade(order: float, cost: float, benefit: float, reason: str) -> Rebalance:
    return Rebalance("BUY" if order > 0.0 else "SELL", order, cost, benefit, reason)


def _check_rebalance(
    held: float, model: float, cost: float, benefit: float | None, band: float, cap: float | None
) -> None:
    named = {"held": held, "model": model, "cost": cost, "band": band, "cap": 0.0 if cap is None else cap}
    for name, value in named.items():
        if not 0.0 <= value < math.inf:
            raise DomainError(f"{name} must be 0 or more")
    if held != math.floor(held):
        raise DomainError("held must be a whole number of contracts")
    if benefit is not None and not math.isfinite(benefit):
        raise DomainError("benefit must be a finite number")


@dataclass(frozen=True, slots=True)
class Steward:
    """Audit of additions.

    Attributes
    ----------
    share : contracts added on minor dips without a new layer / all added; NaN without additions
    verdict : "steward", "promoter" or "no additions"
    added : contracts added in the window
    crowded : additions within 3 sessions of another without a new layer between
    slope : OLS slope of additions on min(return, 0); NaN when no return is negative
    sigma : sample standard deviation of the window's returns, their unit
    """

    share: float
    verdict: str
    added: float
    crowded: int
    slope: float
    sigma: float


def steward(trades: ArrayLike, returns: ArrayLike, layer_log: ArrayLike, window: int = 60) -> Steward:
    """Tell a steward, who keeps the hedge and adds on signals, from a promoter, who adds on every minor dip.

    share = contracts added on minor dips with no layer newly lit / all contracts added; a minor dip is a
    return from minus one standard deviation to just below 0.

    Parameters
    ----------
    trades : 1-D array_like, contracts a session
        Bought positive, sold negative.
    returns : 1-D array_like, percent a session
        Of SPX, same length.
    layer_log : array_like
        One row a session, one column a layer, above 0 while lit; or one column, the number lit.
    window : int, sessions (at least 2)
        Only the last ones are judged.

    Returns
    -------
    Steward

    Notes
    -----
    C18. DOCUMENT RULE (untested); thresholds POLICY. Steward if the share is at most 0.20 and no addition
    lies within 3 sessions of another without a new layer. An audit of the log, no forecast.
    """
    if window < 2:
        raise DomainError("window must be 2 or more")
    bought, moves, fresh = _log(trades, returns, layer_log)
    if bought.size < window:
        raise MissingError(f"{window} sessions are needed, {bought.size} are given")
    bought, moves, fresh = np.maximum(bought[-window:], 0.0), moves[-window:], fresh[-window:]
    sigma = float(np.std(moves, ddof=1))
    minor = (moves >= -sigma) & (moves < 0.0)
    added = float(np.sum(bought))
    falls = np.minimum(moves, 0.0)
    slope = _slope(falls, bought)
    if added == 0.0:
        return Steward(math.nan, "no additions", 0.0, 0, slope, sigma)
    share = float(np.sum(bought[minor & ~fresh])) / added
    crowded = _crowded(bought, fresh)
    good = share <= PROMOTER_SHARE * (1.0 + ROUNDING_GUARD) and crowded == 0
    return Steward(share, "steward" if good else "promoter", added, crowded, slope, sigma)


def _log(trades: ArrayLike, returns: ArrayLike, layer_log: ArrayLike) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Trades, returns and whether a layer newly lit in the session; before the log all were unlit."""
    bought = np.asarray(trades, dtype=np.float64)
    moves = np.asarray(returns, dtype=np.float64)
    layers = np.asarray(layer_log, dtype=np.float64)
    layers = layers[:, np.newaxis] if layers.ndim == 1 else layers
    if bought.ndim != 1 or bought.shape != moves.shape or layers.ndim != 2 or len(layers) != bought.size:
        raise ShapeError("trades, returns and layer_log must have one row a session")
    if not (np.all(np.isfinite(bought)) and np.all(np.isfinite(moves)) and np.all(np.isfinite(layers))):
        raise ShapeError("trades, returns and layer_log must be complete")
    before = np.vstack([np.zeros((1, layers.shape[1])), layers[:-1]])
    fresh: BoolArray = np.any(layers > before, axis=1)
    return bought, moves, fresh


def _crowded(bought: FloatArray, fresh: BoolArray) -> int:
    """Additions that follow another within 3 sessions with no layer newly lit since."""
    sessions = np.flatnonzero(bought)
    return sum(
        1
        for before, now in pairwise(sessions)
        if now - before <= CROWDED_SESSIONS and not np.any(fresh[before + 1 : now + 1])
    )


def _slope(x: FloatArray, y: FloatArray) -> float:
    """OLS slope of y on x with an intercept; NaN when x does not vary."""
    dx = x - np.mean(x)
    spread = float(dx @ dx)
    return float(dx @ y) / spread if spread > 0.0 else math.nan


@dataclass(frozen=True, slots=True)
class Ar1:
    """AR(1) fit: persistence a session and the half-life in sessions."""

    phi: float
    half_life: float


def ar1_half_life(values: ArrayLike) -> Ar1:
    """Sessions after which half of a deviation from the mean is gone.

    ln(0.5) / ln(phi), phi the OLS slope of each value on the one before, with an intercept.

    Parameters
    ----------
    values : 1-D array_like, oldest first
        VIX closes, for example; at least 3.

    Returns
    -------
    Ar1

    Notes
    -----
    C18. STANDARD; ESTIMATED on VIX 1990-2021: phi 0.9793, 33 sessions. A phi outside (0, 1) raises
    `DomainError`.
    """
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 1 or not np.all(np.isfinite(x)):
        raise ShapeError("the series must be one complete column")
    if x.size < 3:
        raise MissingError("at least 3 values are needed")
    phi = _slope(x[:-1], x[1:])
    if math.isnan(phi):
        raise ZeroDenominatorError("the series does not vary")
    if not 0.0 < phi < 1.0:
        raise DomainError("the series does not revert to a mean: phi lies outside (0, 1)")
    return Ar1(phi, math.log(0.5) / math.log(phi))


def motion(held_series: ArrayLike, model_series: ArrayLike, window: int = 20) -> float:
    """How much the held number moved for each contract the model moved.

    Sum of |changes of held| / sum of |changes of model| over the last sessions.

    Parameters
    ----------
    held_series, model_series : 1-D array_like, contracts, oldest first
    window : int, sessions (at least 1)
        Changes counted; one more value than that is needed.

    Returns
    -------
    float

    Notes
    -----
    C27. DOCUMENT RULE (untested). A model that stood still raises `ZeroDenominatorError`.
    """
    held = np.asarray(held_series, dtype=np.float64)
    model = np.asarray(model_series, dtype=np.float64)
    if held.ndim != 1 or held.shape != model.shape:
        raise ShapeError("held_series and model_series must be two lists of the same length")
    if not (np.all(np.isfinite(held)) and np.all(np.isfinite(model))):
        raise ShapeError("held_series and model_series must be complete")
    if window < 1:
        raise DomainError("window must be 1 or more")
    if held.size < window + 1:
        raise MissingError(f"{window + 1} sessions are needed, {held.size} are given")
    still = float(np.sum(np.abs(np.diff(model[-window - 1 :]))))
    if still == 0.0:
        raise ZeroDenominatorError("the model stood still")
    return float(np.sum(np.abs(np.diff(held[-window - 1 :])))) / still


@dataclass(frozen=True, slots=True)
class Loyalty:
    """Relative gap between held and model, and the verdict: "RIGID", "CHURN", "OK" or "NOT JUDGED"."""

    gap: float
    verdict: str


def loyalty(held: float, model: float, band: float = 0.20, motion: float | None = None) -> Loyalty:
    """Whether the held hedge is stuck, churned, or follows the model.

    gap = |held - model| / max(model, 1).

    Parameters
    ----------
    held, model : float, contracts (at least 0)
    band : float, share of the model (at least 0)
    motion : float, ratio, optional
        From `motion`; infinite when held moved while the model stood still.

    Returns
    -------
    Loyalty

    Notes
    -----
    C27. DOCUMENT RULE (untested); numbers POLICY. RIGID: motion below 0.5 and the gap above the band. CHURN:
    motion above 1.5. Without a motion a gap above the band is "NOT JUDGED": it may be rigid or fresh.
    """
    for name, value in (("held", held), ("model", model), ("band", band)):
        if not 0.0 <= value < math.inf:
            raise DomainError(f"{name} must be 0 or more")
    gap = abs(held - model) / max(model, 1.0)
    wide = gap > band * (1.0 + ROUNDING_GUARD)
    if motion is None:
        return Loyalty(gap, "NOT JUDGED" if wide else "OK")
    if not motion >= 0.0:
        raise DomainError("motion must be 0 or more")
    if motion > CHURN_MOTION:
        return Loyalty(gap, "CHURN")
    return Loyalty(gap, "RIGID" if wide and motion < RIGID_MOTION else "OK")
