"""The kernel for some dozens of ordinary options that may differ in everything: as few numpy calls as the digits allow.

At this length a numpy call costs a quarter of a microsecond whatever it does, unless it has to broadcast. So what
undergoes the same operation lies side by side and shares a call, and terms are repeated where that saves one. Both
tails come from scipy's `erfcx`, N(−x) = ½·e^(−x²/2)·erfcx(x/√2), and share one bell, so that their difference keeps
its digits; d1 and d2 stand here divided by √2, legs and tails doubled, which makes the constants powers of two. The
last call puts every row into its unit. The answers agree with `_pricing` to 1e-13, not to the last digit. Bounds leave
to it what is special (expired, outside the domain, a tiny total deviation) or could overflow.
"""

from __future__ import annotations

import math

import numpy as np
from numpy import absolute, add, copysign, divide, exp, less_equal, log, multiply, negative, sqrt, subtract
from scipy.special import erfcx

from alvh_xl.model._pricing import DAYS_A_YEAR, MAX_VOL, NARROW, SIX, Columns
from alvh_xl.model.mills import ROOT_TWO_PI
from alvh_xl.model.types import FloatArray

SEVERAL = 64  # options up to which this is worth its scratch space

_DENSITY, _ROOT_TWO = 1.0 / ROOT_TWO_PI, math.sqrt(2.0)
_LEVEL = 1e30
_PHI, _YEARS, _RATE = (-1.0, 1.0), (1e-12, 20.0), (-5.0, 5.0)
_STRIKE = _SPOT = (1 / _LEVEL, _LEVEL)
_VOL, _DEVIATION, _FREE = (1e-12, MAX_VOL), (NARROW * _ROOT_TWO, math.inf), (-math.inf, math.inf)
# Rows that are checked, each with its bounds: a quarter of the deviation σ√(2T) and itself, the terms, |φ|.
_BOUNDS = (
    _FREE,
    _DEVIATION,
    *(_STRIKE, _SPOT, _SPOT, _VOL, _VOL, _RATE, _RATE),
    *(_PHI, _PHI),
    *(_YEARS,) * 5,
    (1.0, 1.0),
)
# What the time is multiplied by: for √(T/8) and √(2T), to turn σ√(2T)/T into density·σ/√T, for −rT and −qT.
_TIMES = (0.125, 2.0, _ROOT_TWO * ROOT_TWO_PI, -1.0, -1.0)
# Price to rho into their units, from doubled legs and a bell without its constant.
_UNITS = (0.5, 0.5, _DENSITY * _ROOT_TWO, 0.01 * _DENSITY / _ROOT_TWO, 0.5 / DAYS_A_YEAR, 0.005)


class _Desk:
    """Scratch space for n options, cut into views; a name of two words is two rows side by side, as d2 with d1."""

    def __init__(self, n: int) -> None:
        block = np.empty((17 + 22, n))
        rows = block[17:]  # first the checked ones, in the order of _BOUNDS
        self.checked, self.minus, self.both = rows[:17].ravel(), block[:17].ravel(), block[:34].ravel()
        low, high = np.array(_BOUNDS).T
        self.limits, self.inside = np.repeat(np.concatenate((-low, high)), n), np.empty(34 * n, dtype=bool)
        self.quarter, self.deviation, self.strike, self.spot, self.vol, self.years = (
            rows[i] for i in (0, 1, 2, 3, 5, 11)
        )
        self.rate, self.carry = rows[7:9]
        self.spot_rows, self.vol_rows, self.phi_rows, self.years_rows = rows[3:5], rows[5:7], rows[9:11], rows[11:16]
        self.quarter_deviation, self.levels, self.spot_spot, self.vol_vol, self.rate_carry, self.phi_phi = (
            rows[first:last].ravel() for first, last in ((0, 2), (2, 5), (3, 5), (5, 7), (7, 9), (9, 11))
        )
        # φ and five times the time; their sizes, those of time then multiplied by the factors.
        self.signed, self.sizes, self.times = rows[10:16].ravel(), rows[16:22].ravel(), rows[17:22].ravel()
        self.under_root, self.slow_years, self.minus_years = rows[17:19].ravel(), rows[19], rows[20:22].ravel()
        self.factors = np.repeat(_TIMES, n)
        roots = np.empty(3 * n)
        self.roots, self.root_slow, self.slow = roots[: 2 * n], roots[n:], roots[2 * n :]
        self.d, self.tails, self.signs, self.products = np.empty((4, 2 * n))
        self.d2, self.d1 = self.d.reshape(2, n)
        self.product2, self.product1 = self.products.reshape(2, n)
        self.a, self.b, self.ones = np.empty(n), np.empty(n), np.ones(2 * n)
        # Exponents of both discount factors and of the bell; then both forwards, which become the legs, and the bell.
        self.powers, scaled = np.empty(3 * n), np.empty(4 * n)
        self.minus_rate, self.minus_carry, self.bell_power = self.powers.reshape(3, n)
        self.both_minus = self.powers[: 2 * n]
        self.leg2, self.leg1, self.bell, self.bell_again = scaled.reshape(4, n)
        self.forwards_bell, self.legs = scaled[: 3 * n], scaled[: 2 * n]
        self.leg1_bell, self.bell_bell = scaled[n : 3 * n], scaled[2 * n :]
        self.out = np.empty((6, n))
        self.price, self.delta, self.gamma, self.vega, self.theta, self.rho = self.out
        self.delta_gamma, self.vega_theta = self.out[1:3].ravel(), self.out[3:5].ravel()
        self.units, self.half = np.repeat(_UNITS, n).reshape(6, n), np.full((1, n), 0.5)
        self.future_units = np.repeat((*_UNITS[:5], -_UNITS[5]), n).reshape(6, n)


_desks: dict[int, list[_Desk]] = {}  # free scratch space by number of options; lists, so that threads never share one


def value_several(on_future: bool, x: Columns, size: int, rows: int) -> FloatArray | None:
    """Do what `_pricing.evaluate` does for some dozens of options, shape (rows, size); None if one of them is special.

    The columns are 0-d or of length `size`.
    """
    free = _desks.get(size)
    if free is None:
        free = _desks.setdefault(size, [])
    desk = free.pop() if free else _Desk(size)
    values = None
    if _take(desk, x):
        _fill_price(desk)
        if rows == 1:
            values = np.multiply(desk.out[:1], desk.half)
        else:
            values = _six(desk, on_future)
            if rows > len(SIX):
                values = _with_second_order(desk, values)
    free.append(desk)
    return values


def _take(w: _Desk, x: Columns) -> bool:
    """Copy the terms and work out the deviations; whether all lie within the bounds (a missing number does not)."""
    w.phi_rows[:], w.spot_rows[:], w.strike[:], w.years_rows[:], w.vol_rows[:], w.rate[:], w.carry[:] = x
    absolute(w.signed, w.sizes)
    multiply(w.times, w.factors, w.times)
    multiply(sqrt(w.under_root, w.roots), w.vol_vol, w.quarter_deviation)
    negative(w.checked, w.minus)
    return b"\0" not in less_equal(w.both, w.limits, w.inside).tobytes()


def _fill_price(w: _Desk) -> None:
    """φ·S·e^(−qT)·N(φd1) and φ·K·e^(−rT)·N(φd2), doubled, the bell S·e^(−qT)·e^(−d1²/2), and the doubled price."""
    a, b, d, d1, tails, legs, signs = w.a, w.b, w.d, w.d1, w.tails, w.legs, w.signs
    multiply(w.rate_carry, w.minus_years, w.both_minus)
    log(divide(w.spot, w.strike, a), a)
    add(a, subtract(w.minus_carry, w.minus_rate, b), a)
    divide(a, w.deviation, a)
    add(a, w.quarter, d1)
    subtract(a, w.quarter, w.d2)
    subtract(w.minus_carry, multiply(d1, d1, b), w.bell_power)
    multiply(exp(w.powers, w.powers), w.levels, w.forwards_bell)
    w.bell_again[:] = w.bell
    # K·e^(−rT)·n(d2) is the same number as S·e^(−qT)·n(d1), so one bell gives both tails. Then
    # 2φN(φd) = (φ + sign d) − sign(d)·2N(−|d|): the first term is exactly 0 or ±2, so that tails keep their digits.
    multiply(erfcx(absolute(d, tails), tails), w.bell_bell, tails)
    copysign(tails, d, tails)
    add(w.phi_phi, copysign(w.ones, d, signs), signs)
    subtract(multiply(legs, signs, legs), tails, legs)
    subtract(w.leg1, w.leg2, w.price)


def _six(w: _Desk, on_future: bool) -> FloatArray:
    """Price to rho."""
    divide(w.leg1_bell, w.spot_spot, w.delta_gamma)
    divide(divide(w.gamma, w.spot, w.gamma), w.deviation, w.gamma)
    divide(w.deviation, w.slow_years, w.slow)
    multiply(w.root_slow, w.bell_bell, w.vega_theta)
    multiply(w.legs, w.rate_carry, w.products)
    subtract(subtract(w.product1, w.product2, w.product1), w.theta, w.theta)
    multiply(w.price if on_future else w.leg2, w.years, w.rho)
    values: FloatArray = multiply(w.out, w.future_units if on_future else w.units)
    return values


def _with_second_order(w: _Desk, six: FloatArray) -> FloatArray:
    """Vanna and volga beside the six."""
    density = _DENSITY * w.bell / w.spot
    vanna = density * w.d2 / w.vol * (-0.01 * _ROOT_TWO)
    volga = six[3] * w.d1 * w.d2 / w.vol * 0.02
    return np.concatenate((six, [vanna, volga]))
