"""The kernel behind `black`: one formula for both models, evaluated in blocks.

Black-76 is Black–Scholes–Merton with the dividend yield equal to the rate; only rho and theta are written differently.
The kernel works through the options in blocks that fit the processor's cache, in place, and takes every Greek from the
same intermediates. Probabilities are tails or exact complements of tails, so that no price is negative and the wings
keep their relative accuracy.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from alvh_xl.model.mills import ROOT_TWO_PI, mills_difference, mills_into
from alvh_xl.model.types import ArrayLike, BoolArray, FloatArray

SIX = ("price", "delta", "gamma", "vega", "theta", "rho")
GREEKS = (*SIX, "vanna", "volga")
DAYS_A_YEAR = 365.0
MAX_VOL = 6.0

_BLOCK = 16700  # at most so many options a block: scratch stays in the cache, the price of a numpy call is spread thin
_ROWS = 17
_FAR = 40.0  # standard deviations; the density underflows before it
_SHORTEST = 1e-12  # below this time or vol |d1| and |d2| are limited to _FAR, lest their powers overflow
NARROW = 0.005  # below this σ√T the difference of the two tails loses more digits than the series that replaces it


Columns = Sequence[FloatArray]  # φ, spot, strike, years, vol, rate, carry, each 0-d or flat


@dataclass(frozen=True, slots=True)
class Inputs:
    """Option terms, each a 0-d array or flat; all flat ones have the same length."""

    on_future: bool
    phi: FloatArray
    spot: FloatArray
    strike: FloatArray
    years: FloatArray
    vol: FloatArray
    rate: FloatArray
    carry: FloatArray  # dividend yield; the rate itself when the underlying is a future

    def part(self, which: slice) -> Inputs:
        """The options of one block."""
        columns = (self.phi, self.spot, self.strike, self.years, self.vol, self.rate, self.carry)
        return Inputs(self.on_future, *(column[which] if column.ndim else column for column in columns))

    def ordinary(self) -> bool:
        """Whether all options lie inside the domain, an infinite level apart, and none is about to expire."""
        return bool(
            np.all(self.phi * self.phi == 1.0)
            and _least(self.vol) >= _SHORTEST
            and _most(self.vol) <= MAX_VOL
            and _least(self.years) >= _SHORTEST
            and _most(self.years) < np.inf
            and _least(self.spot) > 0.0
            and _least(self.strike) > 0.0
            and np.isfinite(self.rate.sum() + self.carry.sum())
        )

    def valid(self) -> BoolArray:
        """Elementwise: the terms are inside the domain (expiry itself, T = 0, included)."""
        valid = np.abs(self.phi) == 1.0
        for column in (self.spot, self.strike, self.vol):
            valid = valid & (column > 0.0) & np.isfinite(column)
        for column in (self.rate, self.carry, self.years):
            valid = valid & np.isfinite(column)
        return np.asarray(valid & (self.vol <= MAX_VOL) & (self.years >= 0.0))


class _Scratch:
    """Rows of one buffer by name, cut to the length of the block in hand."""

    def __init__(self, buffer: FloatArray, length: int) -> None:
        rows = buffer[:, :length]
        self.forward = rows[0:2]  # S·e^(−qT), K·e^(−rT)
        self.d = rows[2:4]  # d1, d2
        self.size = rows[4:6]  # |d1|, |d2|
        self.tail = rows[6:8]  # S·e^(−qT)·N(−|d1|), K·e^(−rT)·N(−|d2|)
        self.legs = rows[8:10]  # φ·S·e^(−qT)·N(φd1), φ·K·e^(−rT)·N(φd2)
        self.work = rows[10:12]
        self.root_years, self.deviation, self.density, self.a, self.b = rows[12:17]


def _least(column: FloatArray) -> np.float64 | FloatArray:
    """Minimum of a flat or 0-d column, without the detours of the method."""
    return np.minimum.reduce(column) if column.ndim else column


def _most(column: FloatArray) -> np.float64 | FloatArray:
    """Maximum, likewise."""
    return np.maximum.reduce(column) if column.ndim else column


def alike(terms: tuple[Any, ...]) -> bool:
    """Whether all are flat arrays of one length, so that there is nothing to arrange."""
    phi, spot, strike, years, vol, rate, carry = terms
    if type(phi) is not np.ndarray or phi.ndim != 1:
        return False
    try:
        return bool(phi.shape == spot.shape == strike.shape == years.shape == vol.shape == rate.shape == carry.shape)
    except AttributeError:  # a plain number
        return False


def arrange(terms: tuple[ArrayLike, ...]) -> tuple[Columns, tuple[int, ...]]:
    """Turn arguments into columns, each 0-d or flat; return them with their broadcast shape."""
    arrays = [np.asarray(term, dtype=np.float64) for term in terms]
    shapes = {array.shape for array in arrays}
    shapes.discard(())
    if len(shapes) > 1:
        shape = np.broadcast_shapes(*shapes)
        arrays = [a.reshape(()) if a.size == 1 else np.broadcast_to(a, shape) for a in arrays]
    else:
        shape = shapes.pop() if shapes else ()
    return arrays if len(shape) < 2 else [a.reshape(-1) if a.ndim else a for a in arrays], shape


def _prepare(w: _Scratch, x: Inputs, limited: bool) -> None:
    """Fill d1, d2, the density S·e^(−qT)·n(d1) and both tails."""
    a, b = w.a, w.b
    np.sqrt(x.years, out=w.root_years)
    np.multiply(x.vol, w.root_years, out=w.deviation)
    np.exp(np.multiply(x.years, -x.carry, out=b), out=a)
    np.multiply(a, x.spot, out=w.forward[0])
    if not x.on_future:
        np.exp(np.multiply(x.years, -x.rate, out=w.density), out=a)
        np.subtract(b, w.density, out=b)
    np.multiply(a, x.strike, out=w.forward[1])
    np.log(np.divide(x.spot, x.strike, out=a), out=a)
    if not x.on_future:
        np.add(a, b, out=a)
    np.divide(a, w.deviation, out=a)
    np.multiply(w.deviation, 0.5, out=b)
    np.add(a, b, out=w.d[0])
    np.subtract(a, b, out=w.d[1])
    np.abs(w.d, out=w.size)
    if limited:
        np.minimum(w.size, _FAR, out=w.size)
    mills_into(w.size, w.tail, w.work)
    np.square(w.size[0], out=a)
    np.exp(np.multiply(a, -0.5, out=a), out=a)
    np.multiply(np.multiply(a, 1.0 / ROOT_TWO_PI, out=a), w.forward[0], out=w.density)
    # K·e^(−rT)·n(d2) is the same number, so one density gives both tails.
    np.multiply(w.tail, w.density, out=w.tail)


def _fill_price(w: _Scratch, x: Inputs, price: FloatArray) -> None:
    """Both legs of the option from the tails; their difference is the price."""
    np.copysign(w.tail, w.d, out=w.tail)
    np.greater_equal(w.d, 0.0, out=w.legs)  # d = 0 counts as positive, as its sign bit says
    # φ·N(φd) = step(d) + (φ − 1)/2 − sign(d)·N(−|d|): exact zeros and ones, so both tails keep their accuracy.
    np.multiply(np.subtract(x.phi, 1.0, out=w.a), 0.5, out=w.a)
    np.multiply(np.add(w.legs, w.a, out=w.legs), w.forward, out=w.legs)
    np.subtract(w.legs, w.tail, out=w.legs)
    np.subtract(w.legs[0], w.legs[1], out=price)
    narrow = np.flatnonzero(w.deviation < NARROW)
    if narrow.size:
        spot, strike = w.forward[:, narrow]
        phi = x.phi[narrow] if x.phi.ndim else x.phi
        h = np.minimum(0.5 * np.abs(w.d[0] + w.d[1])[narrow], _FAR)
        outside = w.density[narrow] * mills_difference(h, 0.5 * w.deviation[narrow])
        price[narrow] = np.maximum(outside, 0.0) + np.maximum(phi * (spot - strike), 0.0)


def _fill_greeks(w: _Scratch, x: Inputs, rows: FloatArray) -> None:
    """Delta, gamma, vega, theta and rho from what the price left behind."""
    price, delta, gamma, vega, theta, rho = rows[:6]
    a, legs = w.a, w.legs
    np.divide(legs[0], x.spot, out=delta)
    np.divide(w.density, x.spot, out=a)
    np.divide(np.divide(a, x.spot, out=gamma), w.deviation, out=gamma)
    np.multiply(np.multiply(w.density, w.root_years, out=vega), 0.01, out=vega)
    np.multiply(np.divide(w.density, w.root_years, out=w.b), x.vol, out=w.b)
    np.multiply(w.b, 0.5, out=w.b)
    if x.on_future:
        np.multiply(price, x.rate, out=theta)
        np.multiply(np.multiply(price, x.years, out=rho), -0.01, out=rho)
    else:
        np.multiply(legs[0], x.carry, out=theta)
        np.subtract(theta, np.multiply(legs[1], x.rate, out=rho), out=theta)
        np.multiply(np.multiply(legs[1], x.years, out=rho), 0.01, out=rho)
    np.multiply(np.subtract(theta, w.b, out=theta), 1.0 / DAYS_A_YEAR, out=theta)
    if len(rows) > len(SIX):
        vanna, volga = rows[6:]
        np.multiply(np.divide(np.multiply(a, w.d[1], out=vanna), x.vol, out=vanna), -0.01, out=vanna)
        np.multiply(np.multiply(vega, w.d[0], out=volga), w.d[1], out=volga)
        np.multiply(np.divide(volga, x.vol, out=volga), 0.01, out=volga)


def evaluate(x: Inputs, shape: tuple[int, ...], rows: int) -> FloatArray:
    """The first `rows` of GREEKS for every option: an array of shape (rows, *shape)."""
    size = math.prod(shape)
    out = np.empty((rows, size))
    if size == 0:
        return out.reshape(rows, *shape)
    length = -(-size // -(-size // _BLOCK))  # blocks of nearly equal length
    buffer = np.empty((_ROWS, length))
    with np.errstate(all="ignore"):
        ordinary = x.ordinary()
        for start in range(0, size, length):
            stop = min(start + length, size)
            part = x if length == size else x.part(slice(start, stop))
            scratch = _Scratch(buffer, stop - start)
            block = out[:, start:stop]
            _prepare(scratch, part, limited=not ordinary)
            _fill_price(scratch, part, block[0])
            if rows > 1:
                _fill_greeks(scratch, part, block)
        # An infinite or missing level leaves its trace in the price.
        if not (ordinary and np.isfinite(out[0].sum())):
            _mend(x, out)
    return out.reshape(rows, *shape)


def _mend(x: Inputs, out: FloatArray) -> None:
    """NaN outside the domain; at expiry the price is intrinsic value and the Greeks are NaN."""
    valid = x.valid()
    expired = valid & (x.years == 0.0)
    size = out.shape[1]
    out[:, np.broadcast_to(~valid | expired, size)] = np.nan
    if expired.any():
        payoff = np.maximum(x.phi * (x.spot - x.strike), 0.0)
        out[0] = np.where(expired, payoff, out[0])
