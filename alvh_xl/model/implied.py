"""Implied volatility by a fourth-order iteration on logarithms, and the intrinsic value it starts from.

With x = |ln(F/K)|, s = σ√T, h = x/s and t = s/2, the out-of-the-money price in units of D√(FK) is
b = n(h)·e^(−t²/2)·[M(h − t) − M(h + t)], M the Mills ratio. ln b is increasing and concave in ln s, and db/ds is the
bracket's factor alone, so that every derivative comes free with the value. Above half of the largest possible price
the distance to that price takes the place of b: there the bracket reads M(t − h) + M(t + h).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from alvh_xl.model.mills import LOG_ROOT_TWO_PI, ROOT_TWO_PI, mills, mills_difference
from alvh_xl.model.types import ArrayLike, BoolArray, FloatArray

__all__ = ["MAX_IMPLIED", "MIN_IMPLIED", "implied_vol", "intrinsic"]

MIN_IMPLIED, MAX_IMPLIED = 1e-4, 6.0

_BLOCK = 8192  # options a block, so that the intermediates stay in the cache
_ROUNDING = 1e-9  # a root this far (relatively) outside the interval is on its end
_DEEPEST = -690.0  # ln of the smallest price the first guess looks at
_STEPS = 12  # three are enough everywhere tried
_CLOSE = 1e-5  # a step of ln s below this leaves an error far below the last bit, as the order is four

# Inverse of the normal (Bachelier) model: h² = v²·R(v) with v = ln(1 + x/(b√(2π))). Least squares on 0 < h < 39,
# relative error of h 8e-5; highest power first.
_GUESS_NUMERATOR = (7.56448e-05, 0.0106923286, 0.0522850712, 0.3062441626, 1.0)
_GUESS_DENOMINATOR = (3.78798773e-05, 0.005754874048, 0.06341056175, 0.2729961265, 1.80961257777, 1.0)


@dataclass(frozen=True, slots=True)
class _Terms:
    """What an option's terms fix before its price is known."""

    discount: FloatArray
    log_moneyness: FloatArray  # ln(F/K)
    parity: FloatArray  # D(F − K)


def _terms(
    underlying: FloatArray, strike: FloatArray, years: FloatArray, rate: FloatArray, dividend_yield: FloatArray,
    on_future: bool,
) -> _Terms:  # fmt: skip
    """Discount factor, ln(F/K) and D(F − K), the latter two as differences that do not cancel near the money."""
    gap = underlying - strike
    near = np.abs(gap) < 0.5 * strike
    log_moneyness = np.where(near, np.log1p(gap / strike), np.log(underlying / strike))
    discount = np.exp(-rate * years)
    if on_future:
        return _Terms(discount, log_moneyness, discount * gap)
    drift = (rate - dividend_yield) * years
    return _Terms(discount, log_moneyness + drift, discount * (gap + underlying * np.expm1(drift)))


def _valid(
    phi: FloatArray, underlying: FloatArray, strike: FloatArray, years: FloatArray, rate: FloatArray,
    dividend_yield: FloatArray,
) -> BoolArray:  # fmt: skip
    valid = (np.abs(phi) == 1.0) & (underlying > 0.0) & (strike > 0.0) & (years >= 0.0)
    for column in (underlying, strike, years, rate, dividend_yield):
        valid = valid & np.isfinite(column)
    return np.asarray(valid)


def intrinsic(
    phi: ArrayLike, underlying: ArrayLike, strike: ArrayLike, years: ArrayLike, rate: ArrayLike = 0.0,
    dividend_yield: ArrayLike = 0.0, on_future: bool = False,
) -> FloatArray:  # fmt: skip
    """Discounted intrinsic value on the forward: max(0, φ·D·(F − K)), F = S·e^((r − q)T), or the future itself.

    Parameters
    ----------
    phi : +1 call, −1 put.
    underlying, strike : points; the underlying is spot, or the future when `on_future`.
    years : years of 365 days.
    rate, dividend_yield : continuous, decimal a year; the yield is ignored on a future. All arguments broadcast.
    on_future : whether the underlying is a future.

    Returns
    -------
    Points, in the broadcast shape; NaN outside the domain.

    Notes
    -----
    C10, status STANDARD. It is the lower bound of a European price, not the payoff on today's spot.
    """
    columns = [np.asarray(a, dtype=np.float64) for a in (phi, underlying, strike, years, rate, dividend_yield)]
    side, underlier, level, time, interest, yields = columns
    if on_future:
        yields = interest
    with np.errstate(all="ignore"):
        terms = _terms(underlier, level, time, interest, yields, on_future)
        value = np.maximum(side * terms.parity, 0.0)
        return np.where(_valid(side, underlier, level, time, interest, yields), value, np.nan)


def implied_vol(
    phi: ArrayLike, price: ArrayLike, underlying: ArrayLike, strike: ArrayLike, years: ArrayLike,
    rate: ArrayLike = 0.0, dividend_yield: ArrayLike = 0.0, on_future: bool = False,
) -> FloatArray:  # fmt: skip
    """Volatility at which Black–Scholes–Merton, or Black-76 when `on_future`, gives the price.

    Parameters
    ----------
    phi : +1 call, −1 put.
    price : points, as quoted.
    underlying, strike : points; the underlying is spot, or the future when `on_future`.
    years : years of 365 days, positive.
    rate, dividend_yield : continuous, decimal a year; the yield is ignored on a future. All arguments broadcast.
    on_future : whether the underlying is a future.

    Returns
    -------
    Decimal a year, in the broadcast shape. NaN where the price is not above intrinsic value and below its upper bound
    (D·F a call, D·K a put), where the root is outside [0.0001, 6], or where the terms are outside the domain.

    Notes
    -----
    C33, status STANDARD. The same quantities as in Jäckel, *Let's Be Rational* (2015), with another objective and
    guess. Deep in the money the price itself is rounded more coarsely than its time value: no method can recover more.

    Examples
    --------
    >>> float(implied_vol(1.0, 2.10, 24.55, 22.5, 2 / 365, on_future=True))
    0.827115
    """
    yields = rate if on_future else dividend_yield
    arrays = np.broadcast_arrays(
        *(np.asarray(a, dtype=np.float64) for a in (phi, price, underlying, strike, years, rate, yields))
    )
    shape = arrays[0].shape
    columns = [np.ascontiguousarray(array).reshape(-1) for array in arrays]
    out = np.empty(columns[0].shape)
    with np.errstate(all="ignore"):
        for start in range(0, out.size, _BLOCK):
            block = slice(start, start + _BLOCK)
            out[block] = _block(on_future, *(column[block] for column in columns))
    return out.reshape(shape)


def _block(
    on_future: bool, phi: FloatArray, price: FloatArray, underlying: FloatArray, strike: FloatArray, years: FloatArray,
    rate: FloatArray, dividend_yield: FloatArray,
) -> FloatArray:  # fmt: skip
    terms = _terms(underlying, strike, years, rate, dividend_yield, on_future)
    scale = terms.discount * strike
    # On a future the yield is the rate, so that this is D·F in both models.
    bound = np.where(phi > 0.0, underlying * np.exp(-dividend_yield * years), scale)
    time_value = price - np.maximum(phi * terms.parity, 0.0)
    room = bound - price
    x = np.abs(terms.log_moneyness)
    # All in units of D√(FK); the largest out-of-the-money price is then e^(−x/2).
    shift = np.log(scale) + 0.5 * terms.log_moneyness
    solvable = _valid(phi, underlying, strike, years, rate, dividend_yield)
    solvable &= (time_value > 0.0) & (room > 0.0) & (years > 0.0)
    high = solvable & (time_value > room)
    vol = np.full(price.shape, np.nan)
    low = solvable & ~high
    for chosen, amount, upper in ((low, time_value, False), (high, room, True)):
        if chosen.all():
            vol = _solve(x, np.log(amount) - shift, upper) / np.sqrt(years)
        elif chosen.any():
            target = np.log(amount[chosen]) - shift[chosen]
            vol[chosen] = _solve(x[chosen], target, upper) / np.sqrt(years[chosen])
    inside = (vol >= MIN_IMPLIED * (1.0 - _ROUNDING)) & (vol <= MAX_IMPLIED * (1.0 + _ROUNDING))
    return np.where(inside, np.clip(vol, MIN_IMPLIED, MAX_IMPLIED), np.nan)


def _solve(x: FloatArray, target: FloatArray, upper: bool) -> FloatArray:
    """Find s with ln(price) = target, or with ln(bound − price) = target where `upper`; NaN if it does not settle."""
    s = _guess_upper(x, target) if upper else _guess_lower(x, target)
    for _ in range(_STEPS):
        h, t = x / s, 0.5 * s
        bracket = mills(t - h) + mills(t + h) if upper else mills_difference(h, t)
        hh, tt = h * h, t * t
        value = np.log(bracket) - 0.5 * (hh + tt) - LOG_ROOT_TWO_PI
        slope = (-s if upper else s) / bracket
        newton = (target - value) / slope
        second = 1.0 - slope + hh - tt  # ratios of the second and third derivative in ln s to the first
        third = second * (second - slope) - 2.0 * (hh + tt)
        step = newton * (1.0 + 0.5 * second * newton) / (1.0 + newton * (second + newton * third / 6.0))
        # Newton's step is safe, as ln b is concave; the fourth-order step is taken where it agrees about the direction.
        step = np.where(step * newton >= 0.0, step, newton)
        s = s * np.exp(step)
        settled = np.abs(step) < _CLOSE
        if settled.all():
            return s
    return np.where(settled, s, np.nan)


def _guess_lower(x: FloatArray, target: FloatArray) -> FloatArray:
    """The s of a normal instead of a lognormal model: exact in the limit of small s, too small elsewhere."""
    scaled = ROOT_TWO_PI * np.exp(np.maximum(target, _DEEPEST))
    ratio = np.maximum(x / scaled, 1e-300)
    v = np.log1p(ratio)
    quotient = np.polyval(_GUESS_DENOMINATOR, v) / np.polyval(_GUESS_NUMERATOR, v)
    return np.asarray(scaled * (ratio / v) * np.sqrt(quotient))


def _guess_upper(x: FloatArray, target: FloatArray) -> FloatArray:
    """The s at which half the distance to the bound is the probability N(h − t): exact at the money, else too large."""
    z = -ndtri(0.5 * np.exp(target + 0.5 * x))
    return np.asarray(z + np.sqrt(z * z + 2.0 * x))
