"""The iron condor: strikes by delta, break-evens, risk and probabilities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr, ndtr

from alvh_xl.model._pricing import DAYS_A_YEAR, MAX_VOL
from alvh_xl.model.black import bsm_six
from alvh_xl.model.errors import DomainError
from alvh_xl.model.types import ArrayLike, FloatArray
from alvh_xl.model.volatility import smile_vol

__all__ = [
    "LEGS", "MULTIPLIER", "Condor", "CondorStrikes", "breakeven_width", "condor", "probability_below",
    "probability_of_profit", "probability_of_touch", "strikes",
]  # fmt: skip

LEGS = ("put_long", "put_short", "call_short", "call_long")
MULTIPLIER = 100.0
_PHI = np.array([-1.0, -1.0, 1.0, 1.0])
_SIGNS = np.array([1.0, -1.0, -1.0, 1.0])
_LOWEST, _HIGHEST = 0.7, 1.3  # the short strikes are sought between these and 1, times spot
_POINTS = 129  # of the grid that each round of the search narrows down, 128-fold
_ROUNDS = 6  # to 2e-13 of the interval searched


@dataclass(frozen=True, slots=True)
class CondorStrikes:
    """The four legs in the order of LEGS: arrays of four, and what they were rounded from."""

    strike: FloatArray
    vol: FloatArray
    delta: FloatArray  # of one long option
    price: FloatArray
    put_target: float  # strike of the wanted delta before rounding
    call_target: float

    @property
    def credit(self) -> float:
        """Model credit in points: shorts less longs."""
        return float(-(_SIGNS * self.price).sum())


@dataclass(frozen=True, slots=True)
class Condor:
    """Break-evens in points, profit and loss in dollars for all contracts."""

    low_breakeven: float
    high_breakeven: float
    width: float
    max_profit: float
    max_loss: float
    return_on_risk: float


def strikes(
    spot: float, vol: float, days: float, short_delta: float = 0.16, wing_width: float = 50.0, strike_step: float = 5.0,
    rate: float = 0.0, dividend_yield: float = 0.0, slope: float = 0.0, curvature: float = 0.0,
) -> CondorStrikes:  # fmt: skip
    """Iron condor whose short strikes have a given delta on the smile.

    Each short is the strike nearest to spot, on [0.7·S, S) and (S, 1.3·S], whose |delta| with its own smile vol is
    `short_delta`, rounded to `strike_step` (half a step up); the longs lie `wing_width` further out.

    Parameters
    ----------
    spot, wing_width, strike_step : points, positive.
    vol : at-the-money vol, decimal a year; days : calendar days, positive.
    short_delta : between 0 and 1.
    rate, dividend_yield : continuous, decimal a year. slope, curvature : of the smile, see `volatility.smile_vol`.

    Returns
    -------
    Strikes, vols, deltas (of one long option) and prices of the four legs.

    Raises
    ------
    DomainError : inputs outside their domain, no strike with that delta, a smile vol of 0 or less at a leg, or a
        rounding step or wing that upsets the order of the strikes.

    Notes
    -----
    C02, status STANDARD; 0.16, 50 and 5 are POLICY.
    """
    numbers = (spot, vol, days, short_delta, wing_width, strike_step)
    if not all(np.isfinite(number) and number > 0.0 for number in numbers) or vol > MAX_VOL or short_delta >= 1.0:
        raise DomainError("spot, vol, days, delta, wing and step must be positive, vol at most 6, delta below 1")
    if not all(np.isfinite(number) for number in (rate, dividend_yield, slope, curvature)):
        raise DomainError("rate, yield and smile must be finite numbers")

    def legs(phi: ArrayLike, levels: ArrayLike) -> tuple[FloatArray, FloatArray]:
        vols = smile_vol(spot, levels, days, vol, slope, curvature)
        return vols, bsm_six(phi, spot, levels, days / DAYS_A_YEAR, vols, rate, dividend_yield)

    def excess(phi: float) -> Callable[[FloatArray], FloatArray]:
        return lambda levels: np.abs(legs(phi, levels)[1][1]) - short_delta

    put_target = _crossing(excess(-1.0), spot, _LOWEST * spot)
    call_target = _crossing(excess(1.0), spot, _HIGHEST * spot)
    put_short, call_short = (
        float(np.floor(target / strike_step + 0.5) * strike_step) for target in (put_target, call_target)
    )
    levels = np.array([put_short - wing_width, put_short, call_short, call_short + wing_width])
    if levels[0] <= 0.0 or put_short >= call_short:
        raise DomainError("the rounding step or the wing is too wide for these strikes")
    vols, rows = legs(_PHI, levels)
    if np.isnan(rows[0]).any():
        raise DomainError("the smile gives a leg no vol inside (0, 6]")
    return CondorStrikes(levels, vols, rows[1], rows[0], put_target, call_target)


def _crossing(excess: Callable[[FloatArray], FloatArray], near: float, far: float) -> float:
    """The zero of `excess` nearest to `near`: a grid whose first change of sign becomes the next round's grid."""
    for _ in range(_ROUNDS):
        grid = np.linspace(near, far, _POINTS)
        above = excess(grid)
        change = np.flatnonzero(above[:-1] * above[1:] <= 0.0)
        if not change.size:
            raise DomainError("no strike in range has the wanted delta")
        first = int(change[0])
        near, far = float(grid[first]), float(grid[first + 1])
    return far


def breakeven_width(put_short: ArrayLike, call_short: ArrayLike, credit: ArrayLike) -> FloatArray:
    """Points between the break-evens: (K3 + c) − (K2 − c).

    Parameters
    ----------
    put_short, call_short : K2 ≤ K3, points, positive.
    credit : c, points, positive. All arguments broadcast.

    Returns
    -------
    Points, in the broadcast shape; NaN outside the domain.

    Notes
    -----
    C02, status STANDARD; as a sizing base a DOCUMENT RULE (untested): a range of prices, not money at risk.
    """
    k2, k3, c = (np.asarray(a, dtype=np.float64) for a in (put_short, call_short, credit))
    with np.errstate(all="ignore"):
        return np.where((k2 > 0.0) & (k3 >= k2) & (c > 0.0), (k3 + c) - (k2 - c), np.nan)


def condor(
    put_long: float, put_short: float, call_short: float, call_long: float, credit: float, contracts: float = 1.0
) -> Condor:
    """Break-evens, width, maximum profit and loss of an iron condor held to expiry.

    Profit 100·c·N; loss 100·[max(K2 − K1, K4 − K3) − c]·N; return on risk is their ratio.

    Parameters
    ----------
    put_long, put_short, call_short, call_long : K1 < K2 ≤ K3 < K4, points, positive.
    credit : c, points received for one condor.
    contracts : N, positive.

    Returns
    -------
    Break-evens and width in points, profit and loss in dollars.

    Raises
    ------
    DomainError : strikes out of order, c ≤ 0, c not below the wider wing, or N ≤ 0.

    Notes
    -----
    C02, status STANDARD.
    """
    numbers = [float(number) for number in (put_long, put_short, call_short, call_long, credit, contracts)]
    if not all(np.isfinite(number) and number > 0.0 for number in numbers):
        raise DomainError("strikes, credit and contracts must be positive numbers")
    k1, k2, k3, k4, points, n = numbers
    if not k1 < k2 <= k3 < k4:
        raise DomainError("the strikes are out of order")
    risk = max(k2 - k1, k4 - k3) - points
    if risk <= 0.0:
        raise DomainError("the credit is not below the wider wing")
    profit, loss = MULTIPLIER * points * n, MULTIPLIER * risk * n
    low, high = k2 - points, k3 + points
    return Condor(low, high, high - low, profit, loss, profit / loss)


def probability_below(
    spot: ArrayLike, level: ArrayLike, days: ArrayLike, vol: ArrayLike, rate: ArrayLike = 0.0,
    dividend_yield: ArrayLike = 0.0,
) -> FloatArray:  # fmt: skip
    """Risk-neutral probability of ending below a level: N(−d2).

    Parameters
    ----------
    spot, level : points, positive.
    days : calendar days, positive.
    vol : at that level, decimal a year.
    rate, dividend_yield : continuous, decimal a year. All arguments broadcast.

    Returns
    -------
    Probability, in the broadcast shape; NaN outside the domain.

    Notes
    -----
    C02, status STANDARD. One vol at the level: the slope of the smile is ignored.
    """
    s, k, d, v, r, q = (np.asarray(a, dtype=np.float64) for a in (spot, level, days, vol, rate, dividend_yield))
    with np.errstate(all="ignore"):
        years = d / DAYS_A_YEAR
        deviation = v * np.sqrt(years)
        d2 = (np.log(s / k) + (r - q) * years) / deviation - 0.5 * deviation
        usable = (s > 0.0) & (k > 0.0) & (v > 0.0) & (v <= MAX_VOL) & (d > 0.0)
        return np.where(usable, ndtr(-d2), np.nan)


def probability_of_profit(
    spot: ArrayLike, low_breakeven: ArrayLike, high_breakeven: ArrayLike, days: ArrayLike, low_vol: ArrayLike,
    high_vol: ArrayLike | None = None, rate: ArrayLike = 0.0, dividend_yield: ArrayLike = 0.0,
) -> FloatArray:  # fmt: skip
    """Risk-neutral probability of ending between the break-evens: N(d2(low)) − N(d2(high)).

    Parameters
    ----------
    spot, low_breakeven, high_breakeven : points, positive, low below high.
    days : calendar days, positive.
    low_vol, high_vol : vol at each break-even, decimal a year; `high_vol` None is `low_vol`.
    rate, dividend_yield : continuous, decimal a year. All arguments broadcast.

    Returns
    -------
    Probability, in the broadcast shape; NaN outside the domain.

    Notes
    -----
    C02, status STANDARD. Each d2 takes the vol of its own break-even; the slope of the smile is ignored.
    """
    upper = low_vol if high_vol is None else high_vol
    below_low = probability_below(spot, low_breakeven, days, low_vol, rate, dividend_yield)
    below_high = probability_below(spot, high_breakeven, days, upper, rate, dividend_yield)
    ordered = np.asarray(low_breakeven, dtype=np.float64) < np.asarray(high_breakeven, dtype=np.float64)
    return np.where(ordered, below_high - below_low, np.nan)


def probability_of_touch(
    spot: ArrayLike, barrier: ArrayLike, days: ArrayLike, vol: ArrayLike, rate: ArrayLike = 0.0,
    dividend_yield: ArrayLike = 0.0,
) -> FloatArray:  # fmt: skip
    """Risk-neutral probability that spot touches a barrier before expiry.

    With b = ln(B/S), μ = r − q − σ²/2, s = σ√T and η = +1 for a barrier above spot, −1 below:
    N((−ηb + ημT)/s) + exp(2μb/σ²)·N((−ηb − ημT)/s); B = S gives 1.

    Parameters
    ----------
    spot, barrier : points, positive.
    days : calendar days, positive.
    vol : at the barrier, decimal a year.
    rate, dividend_yield : continuous, decimal a year. All arguments broadcast.

    Returns
    -------
    Probability, in the broadcast shape; NaN outside the domain.

    Notes
    -----
    C02, status STANDARD. Continuous monitoring at one vol; about twice the probability of ending beyond the barrier.
    Reference: Reiner & Rubinstein 1991, *Unscrambling the binary code*.
    """
    s, k, d, v, r, q = (np.asarray(a, dtype=np.float64) for a in (spot, barrier, days, vol, rate, dividend_yield))
    with np.errstate(all="ignore"):
        years = d / DAYS_A_YEAR
        deviation = v * np.sqrt(years)
        distance = np.log(k / s)
        drift = r - q - 0.5 * v * v
        side = np.where(distance > 0.0, 1.0, -1.0)
        direct = ndtr(side * (drift * years - distance) / deviation)
        # The exponential may overflow while the probability beside it underflows: multiply them as logarithms.
        reflected = np.exp(2.0 * drift * distance / (v * v) + log_ndtr(-side * (drift * years + distance) / deviation))
        touch = np.where(distance == 0.0, 1.0, np.minimum(direct + reflected, 1.0))
        usable = (s > 0.0) & (k > 0.0) & (v > 0.0) & (v <= MAX_VOL) & (d > 0.0)
        return np.where(usable, touch, np.nan)
