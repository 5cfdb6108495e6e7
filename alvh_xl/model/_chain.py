"""The kernel for a strip of one expiry: some strikes, one side, one underlying, one time; a volatility for all or each.

That is how a chain is asked for, and so few numbers vary that numpy calls, a quarter of a microsecond each, decide.
What does not vary is worked out in plain Python; the tails come from scipy's `erfcx` in one call, N(−x) = ½·e^(−x²/2)·
erfcx(x/√2); the Greeks are one product of a small matrix with what varies. The answers agree with `_pricing` to
1e-13, not to the last digit. What is special (expired, outside the domain, a tiny total deviation) is left to it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.special import erfcx

from alvh_xl.model._pricing import DAYS_A_YEAR, MAX_VOL, NARROW
from alvh_xl.model.mills import ROOT_TWO_PI
from alvh_xl.model.types import FloatArray

LONGEST = 64  # strikes
_DENSITY = 1.0 / ROOT_TWO_PI
# Bounds of strike, volatility and total deviation: within them nothing overflows.
_LOW, _HIGH = (1e-6, 1e-6, NARROW), (1e9, MAX_VOL, 1e3)
_LARGEST_RATE = 50.0  # |rate × years| and |yield × years|


class _Desk:
    """Scratch space for n strikes, cut into views; a plural name is two rows side by side, as d1 with d2."""

    def __init__(self, n: int) -> None:
        rows = np.empty((3, n))
        self.strike, self.vol, self.deviation = rows
        self.bounded = rows.ravel()
        self.low, self.high = np.repeat(_LOW, n), np.repeat(_HIGH, n)
        self.inside = np.empty(3 * n, dtype=bool)
        self.levels, self.ds, self.tails, self.halves = np.empty((4, 2 * n))
        self.level1, self.level2 = self.levels.reshape(2, n)
        self.d1, self.d2 = self.ds.reshape(2, n)
        self.half1, self.half2 = self.halves.reshape(2, n)
        self.a, self.b = np.empty((2, n))
        # What varies: both legs, the bell e^(−d1²/2)·level, the same over the deviation and times the volatility.
        self.basis = np.empty((5, n))
        self.legs = self.basis[:2].ravel()
        self.leg1, self.leg2, self.bell, self.over, self.times = self.basis
        self.weights = np.zeros((6, 5))
        self.weights[0, :2] = 1.0, -1.0
        self.ones, self.root_halves = np.ones(2 * n), np.full(2 * n, math.sqrt(0.5))
        self.half, self.minus_half = np.full(n, 0.5), np.full(n, -0.5)


_desks: dict[int, list[_Desk]] = {}  # free scratch space by number of strikes; lists, so that threads never share one


def value_chain(on_future: bool, rows: int, terms: tuple[Any, ...]) -> FloatArray | None:
    """Rows price (1) or price to rho (6) of a strip, shape (rows, strikes); None if it is no such strip, or special."""
    phi, spot, strike, years, vol, rate, carry = terms
    if not (isinstance(strike, np.ndarray) and strike.ndim == 1 and 1 < strike.size <= LONGEST):
        return None
    if not (isinstance(phi, float) and isinstance(spot, float) and isinstance(years, float)):
        return None
    if not (isinstance(rate, float) and isinstance(carry, float)):
        return None
    if not (isinstance(vol, float) or (isinstance(vol, np.ndarray) and vol.shape == strike.shape)):
        return None
    if not (phi * phi == 1.0 and 1e-6 < spot < 1e9 and 1e-9 < years < 1e3):
        return None
    if not (abs(rate * years) < _LARGEST_RATE and abs(carry * years) < _LARGEST_RATE):
        return None
    free = _desks.setdefault(strike.size, [])
    desk = free.pop() if free else _Desk(strike.size)
    root = math.sqrt(years)
    growth = math.exp(-carry * years)
    values: FloatArray | None = None
    if _take(desk, strike, vol, root):
        desk.level1[:] = spot * growth
        np.multiply(desk.strike, growth if on_future else math.exp(-rate * years), desk.level2)
        _fill_legs(desk, phi)
        if rows == 1:
            values = np.subtract(desk.leg1, desk.leg2).reshape(1, -1)
        else:
            _weigh(desk.weights, on_future, spot, years, root, rate, carry)
            np.divide(desk.bell, desk.deviation, desk.over)
            np.multiply(desk.bell, desk.vol, desk.times)
            values = desk.weights.dot(desk.basis)
    free.append(desk)
    return values


def _take(w: _Desk, strike: FloatArray, vol: float | FloatArray, root: float) -> bool:
    """Copy what varies; whether all of it lies within the bounds (a missing number does not)."""
    w.strike[:] = strike
    w.vol[:] = vol
    np.multiply(w.vol, root, w.deviation)
    if b"\0" in np.less_equal(w.bounded, w.high, w.inside).tobytes():
        return False
    return b"\0" not in np.less_equal(w.low, w.bounded, w.inside).tobytes()


def _fill_legs(w: _Desk, phi: float) -> None:
    """φ·S·e^(−qT)·N(φd1) and φ·K·e^(−rT)·N(φd2), and the bell."""
    multiply = np.multiply
    np.log(np.divide(w.level1, w.level2, w.a), w.a)
    np.divide(w.a, w.deviation, w.a)
    multiply(w.deviation, w.half, w.b)
    np.add(w.a, w.b, w.d1)
    np.subtract(w.a, w.b, w.d2)
    multiply(np.abs(w.ds, w.tails), w.root_halves, w.tails)
    erfcx(w.tails, w.tails)
    multiply(multiply(w.d1, w.d1, w.a), w.minus_half, w.a)
    multiply(np.exp(w.a, w.a), w.level1, w.bell)
    # K·e^(−rT)·n(d2) is the same number as S·e^(−qT)·n(d1), so one bell gives both tails.
    multiply(w.bell, w.half, w.half1)
    w.half2[:] = w.half1
    np.copysign(multiply(w.tails, w.halves, w.tails), w.ds, w.tails)
    np.heaviside(w.ds, w.ones, w.legs)
    if phi < 0.0:
        np.subtract(w.legs, w.ones, w.legs)
    np.subtract(multiply(w.legs, w.levels, w.legs), w.tails, w.legs)


def _weigh(
    weights: FloatArray, on_future: bool, spot: float, years: float, root: float, rate: float, carry: float
) -> None:
    """Delta, gamma, vega, theta and rho in terms of legs, bell, bell over deviation and bell times volatility."""
    weights[1, 0] = 1.0 / spot
    weights[2, 3] = _DENSITY / (spot * spot)
    weights[3, 2] = _DENSITY * root * 0.01
    weights[4, 0] = carry / DAYS_A_YEAR
    weights[4, 1] = -rate / DAYS_A_YEAR
    weights[4, 4] = -0.5 * _DENSITY / root / DAYS_A_YEAR
    weights[5, 0] = -0.01 * years if on_future else 0.0
    weights[5, 1] = 0.01 * years
