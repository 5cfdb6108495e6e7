"""The kernel of `_pricing` for a few ordinary options in plain Python: cheaper than a numpy call for every operation.

The operations and their order are those of `_pricing`, exp and log are numpy's, so that an option has the same digits
whatever its neighbours. What is special (expired, outside the domain, a total deviation so small that tails must not
be subtracted) is left to it.
"""

from __future__ import annotations

import math
from itertools import repeat

import numpy as np

from alvh_xl.model._pricing import DAYS_A_YEAR, MAX_VOL, NARROW, Columns
from alvh_xl.model.mills import DENOMINATOR, NUMERATOR, ROOT_TWO_PI
from alvh_xl.model.types import FloatArray

_SHARED = tuple(zip(NUMERATOR[1:], DENOMINATOR[1:-1], strict=True))
_LAST = DENOMINATOR[-1]


def value_few(on_future: bool, x: Columns, size: int, rows: int) -> FloatArray | None:
    """Do what `_pricing.evaluate` does, for a handful of options; None if one of them is special."""
    terms = zip(*(column.tolist() if column.ndim else repeat(column.item(), size) for column in x), strict=True)
    with np.errstate(all="ignore"):
        values = [_value_one(on_future, rows, *numbers) for numbers in terms]
    if None in values:
        return None
    return np.array(values).T


def _value_one(
    on_future: bool, rows: int, phi: float, spot: float, strike: float, years: float, vol: float, rate: float,
    carry: float,
) -> tuple[float, ...] | None:  # fmt: skip
    """Return the first `rows` (1, 6 or 8) of price, delta, gamma, vega, theta, rho, vanna, volga; None if special."""
    usual = spot > 0.0 and strike > 0.0 and years > 0.0 and 0.0 < vol <= MAX_VOL and phi * phi == 1.0
    if not (usual and math.isfinite(spot + strike + years + rate + carry)):
        return None
    root = math.sqrt(years)
    deviation = vol * root
    if deviation < NARROW:
        return None
    growth = discount = float(np.exp(years * -carry))
    distance = float(np.log(spot / strike))
    if not on_future:
        discount = float(np.exp(years * -rate))
        distance += years * -carry - years * -rate
    spot_leg, strike_leg = growth * spot, discount * strike
    distance /= deviation
    d1, d2 = distance + deviation * 0.5, distance - deviation * 0.5
    density = float(np.exp(d1 * d1 * -0.5)) * (1.0 / ROOT_TWO_PI) * spot_leg
    ratio1, ratio2 = _two_mills(abs(d1), abs(d2))
    leg1 = _leg(phi, d1, spot_leg, ratio1 * density)
    leg2 = _leg(phi, d2, strike_leg, ratio2 * density)
    price = leg1 - leg2
    if not math.isfinite(spot_leg + strike_leg + price):
        return None
    if rows == 1:
        return (price,)
    per_point = density / spot
    vega = density * root * 0.01
    decay = density / root * vol * 0.5
    if on_future:
        theta, rho = price * rate - decay, price * years * -0.01
    else:
        theta, rho = leg1 * carry - leg2 * rate - decay, leg2 * years * 0.01
    six = (price, leg1 / spot, per_point / spot / deviation, vega, theta * (1.0 / DAYS_A_YEAR), rho)
    if rows == len(six):
        return six
    return (*six, per_point * d2 / vol * -0.01, vega * d1 * d2 / vol * 0.01)


def _leg(phi: float, d: float, whole: float, tail: float) -> float:
    """φ·(discounted level)·N(φd) from the tail beyond |d|."""
    if d >= 0.0:
        return whole - tail if phi > 0.0 else -tail
    return tail if phi > 0.0 else tail - whole


def _two_mills(x: float, y: float) -> tuple[float, float]:
    """Mills ratio of two numbers ≥ 0; see `mills.mills_into`."""
    over_x, over_y = x + NUMERATOR[0], y + NUMERATOR[0]
    under_x, under_y = x + DENOMINATOR[0], y + DENOMINATOR[0]
    for upper, lower in _SHARED:
        over_x, over_y = over_x * x + upper, over_y * y + upper
        under_x, under_y = under_x * x + lower, under_y * y + lower
    return over_x / (under_x * x + _LAST), over_y / (under_y * y + _LAST)
