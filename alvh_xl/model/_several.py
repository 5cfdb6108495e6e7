"""The kernel of `_pricing` for some dozens of ordinary options: as few numpy calls as the digits allow.

At this length a numpy call costs a quarter of a microsecond whatever it does. So values that undergo the same operation
lie side by side and share a call: S with K, d1 with d2, numerator with denominator. Each option meets the operations of
`_pricing` in their order, so that it has the same digits whatever its neighbours. Bounds on the terms leave to
`_pricing` what is special or could overflow.
"""

from __future__ import annotations

import numpy as np

from alvh_xl.model._pricing import DAYS_A_YEAR, MAX_VOL, NARROW, SIX, Columns
from alvh_xl.model.mills import DENOMINATOR, NUMERATOR, ROOT_TWO_PI
from alvh_xl.model.types import FloatArray

SEVERAL = 64  # options up to which this is worth its scratch space

# Numbers as arrays: numpy would make one of a float at every call.
_ZERO, _HALF, _ONE, _MINUS_HALF = (np.array(number) for number in (0.0, 0.5, 1.0, -0.5))
_PERCENT, _MINUS_PERCENT, _LAST, _NARROW = (np.array(number) for number in (0.01, -0.01, DENOMINATOR[-1], NARROW))
_DENSITY = 1.0 / ROOT_TWO_PI
# Bounds of |φ|, carry, rate, S, K, (a constant,) T, T and vol: within them nothing overflows.
_LOW = (1.0, -5.0, -5.0, 1e-30, 1e-30, _DENSITY, 1e-12, 1e-12, 1e-12)
_HIGH = (1.0, 5.0, 5.0, 1e30, 1e30, _DENSITY, 100.0, 100.0, MAX_VOL)


class _Desk:
    """Scratch space for n options, cut into views; a name of two words is two values side by side."""

    def __init__(self, n: int) -> None:
        self.terms = np.repeat(_HIGH, n)
        self.low, self.high = np.repeat(_LOW, n), self.terms.copy()
        self.beyond = np.empty(9 * n, dtype=bool)
        self.narrow = np.empty(n, dtype=bool)
        rows = self.terms.reshape(9, n)
        self.side, self.carry, self.rate, self.spot, self.strike, self.vol = (rows[i] for i in (0, 1, 2, 3, 4, 8))
        self.carry_rate, self.levels, self.years_years = rows[1:3].ravel(), rows[3:6].ravel(), rows[6:8].ravel()
        self.years_rows, self.years = rows[6:8], rows[6]
        self.phi_phi, self.half, self.d, self.tail, self.legs, self.work = np.empty((6, 2 * n))
        self.phi_rows, self.phi = self.phi_phi.reshape(2, n), self.phi_phi[:n]
        self.d1, self.d2 = self.d.reshape(2, n)
        self.tail1, self.tail2 = self.tail.reshape(2, n)
        self.leg1, self.leg2 = self.legs.reshape(2, n)
        self.work1, self.work2 = self.work.reshape(2, n)
        # Discount factors and the density at d1, before and after each is multiplied by its level.
        self.powers, self.scaled = np.empty((2, 3 * n))
        self.growth_discount, self.forwards = self.powers[: 2 * n], self.scaled[: 2 * n]
        self.growth, self.discount, self.bell = self.powers.reshape(3, n)
        self.forward1, _, self.scaled_bell = self.scaled.reshape(3, n)
        self.size, self.ratio = np.empty((2, 4 * n))
        self.size1, self.size_over, self.size_under = self.size[:n], self.size[: 2 * n], self.size[2 * n :]
        self.over, self.under = self.ratio[: 2 * n], self.ratio[2 * n :]
        pairs = zip(NUMERATOR, DENOMINATOR, strict=False)
        self.first, *self.coefficients = (np.repeat(pair, 2 * n) for pair in pairs)
        self.root, self.deviation, self.a, self.b, self.density = np.empty((5, n))
        self.out = np.empty((8, n))
        self.price, self.delta, self.gamma, self.vega, self.theta, self.rho, self.vanna, self.volga = self.out
        self.units = self.out[3:6].ravel()
        self.spot_units = np.repeat((0.01, 1.0 / DAYS_A_YEAR, 0.01), n)
        self.future_units = np.repeat((0.01, -1.0 / DAYS_A_YEAR, -0.01), n)

    def take(self, x: Columns) -> bool:
        """Copy the terms; whether all lie within the bounds."""
        phi, self.spot[:], self.strike[:], self.years_rows[:], self.vol[:], self.rate[:], self.carry[:] = x
        self.phi_rows[:] = phi
        np.abs(self.phi, self.side)
        if b"\1" in np.less(self.terms, self.low, self.beyond).tobytes():
            return False
        np.less_equal(self.terms, self.high, self.beyond)
        return b"\0" not in self.beyond.tobytes()


_desks: dict[int, list[_Desk]] = {}  # free scratch space by number of options; lists, so that threads never share one


def value_several(on_future: bool, x: Columns, shape: tuple[int, ...], size: int, rows: int) -> FloatArray | None:
    """Do what `_pricing.evaluate` does, for some dozens of options; None if one of them is special."""
    free = _desks.setdefault(size, [])
    desk = free.pop() if free else _Desk(size)
    values = None
    if desk.take(x) and _fill_price(desk, on_future):
        if rows > 1:
            _fill_six(desk, on_future)
            if rows > len(SIX):
                _fill_second_order(desk)
        values = desk.out[:rows].copy()
    free.append(desk)
    return values if values is None or len(shape) == 1 else values.reshape(rows, *shape)


def _fill_price(w: _Desk, on_future: bool) -> bool:
    """Fill what `_pricing._prepare` and `_pricing._fill_price` do; False if a total deviation is too small for it."""
    add, subtract, multiply, divide, exp = np.add, np.subtract, np.multiply, np.divide, np.exp
    multiply(w.vol, np.sqrt(w.years, w.root), w.deviation)
    if b"\1" in np.less(w.deviation, _NARROW, w.narrow).tobytes():
        return False
    np.negative(w.carry_rate, w.carry_rate)
    multiply(w.years_years, w.carry_rate, w.growth_discount)
    np.log(divide(w.spot, w.strike, w.a), w.a)
    if not on_future:
        add(w.a, subtract(w.growth, w.discount, w.b), w.a)
    divide(w.a, w.deviation, w.a)
    multiply(w.deviation, _HALF, w.b)
    add(w.a, w.b, w.d1)
    subtract(w.a, w.b, w.d2)
    np.abs(w.d, w.size_over)
    np.abs(w.d, w.size_under)
    add(w.size, w.first, w.ratio)
    for coefficient in w.coefficients:
        multiply(w.ratio, w.size, w.ratio)
        add(w.ratio, coefficient, w.ratio)
    multiply(w.under, w.size_under, w.under)
    divide(w.over, add(w.under, _LAST, w.under), w.tail)
    multiply(np.square(w.size1, w.bell), _MINUS_HALF, w.bell)
    multiply(exp(w.powers, w.powers), w.levels, w.scaled)
    multiply(w.scaled_bell, w.forward1, w.density)
    multiply(w.tail1, w.density, w.tail1)
    multiply(w.tail2, w.density, w.tail2)
    np.copysign(w.tail, w.d, w.tail)
    np.heaviside(w.d, _ONE, w.legs)
    add(w.legs, np.minimum(w.phi_phi, _ZERO, out=w.half), w.legs)
    subtract(multiply(w.legs, w.forwards, w.legs), w.tail, w.legs)
    subtract(w.leg1, w.leg2, w.price)
    return True


def _fill_six(w: _Desk, on_future: bool) -> None:
    """Delta to rho; carry and rate carry their signs reversed."""
    subtract, multiply, divide = np.subtract, np.multiply, np.divide
    divide(w.leg1, w.spot, w.delta)
    divide(w.density, w.spot, w.a)
    divide(divide(w.a, w.spot, w.gamma), w.deviation, w.gamma)
    multiply(w.density, w.root, w.vega)
    multiply(divide(w.density, w.root, w.b), w.vol, w.b)
    multiply(w.b, _HALF, w.b)
    if on_future:
        np.add(multiply(w.price, w.rate, w.theta), w.b, w.theta)
        multiply(w.price, w.years, w.rho)
    else:
        multiply(w.legs, w.carry_rate, w.work)
        subtract(subtract(w.work2, w.work1, w.theta), w.b, w.theta)
        multiply(w.leg2, w.years, w.rho)
    multiply(w.units, w.future_units if on_future else w.spot_units, w.units)


def _fill_second_order(w: _Desk) -> None:
    """Vanna and volga from what the others left behind."""
    multiply, divide = np.multiply, np.divide
    multiply(divide(multiply(w.a, w.d2, w.vanna), w.vol, w.vanna), _MINUS_PERCENT, w.vanna)
    multiply(multiply(w.vega, w.d1, w.volga), w.d2, w.volga)
    multiply(divide(w.volga, w.vol, w.volga), _PERCENT, w.volga)
