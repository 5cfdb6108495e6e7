"""Black–Scholes–Merton and Black-76: price and Greeks, extrinsic value, put–call parity, implied forward."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from alvh_xl.model._chain import value_chain
from alvh_xl.model._one import value_few
from alvh_xl.model._pricing import DAYS_A_YEAR, GREEKS, MAX_VOL, SIX, Inputs, alike, arrange, evaluate
from alvh_xl.model._several import SEVERAL, value_several
from alvh_xl.model.errors import DomainError, MissingError, ShapeError
from alvh_xl.model.implied import implied_vol, intrinsic
from alvh_xl.model.types import ArrayLike, FloatArray

__all__ = [
    "DAYS_A_YEAR", "GREEKS", "MAX_VOL", "SIX", "Parity", "Valuation", "black76", "black76_price", "black76_six", "bsm",
    "bsm_price", "bsm_six", "extrinsic", "implied_forward", "implied_vol", "intrinsic", "parity",
]  # fmt: skip

_FEW = 2  # up to so many options plain Python is faster than numpy
EDGE_POINTS = 0.05  # a parity gap up to this shows nothing [POLICY]


@dataclass(frozen=True, slots=True)
class Valuation:
    """Price and Greeks, one element an option.

    Delta and gamma are per point of the option's own underlying; vega, rho, vanna and volga per 0.01 of vol or rate;
    theta per calendar day.
    """

    price: FloatArray
    delta: FloatArray
    gamma: FloatArray
    vega: FloatArray
    theta: FloatArray
    rho: FloatArray
    vanna: FloatArray
    volga: FloatArray


@dataclass(frozen=True, slots=True)
class Parity:
    """Put–call parity of one strike, in points; the verdict is the word "edge" or "none"."""

    residual: float
    conversion: float
    reversal: float
    verdict: str


def _value(on_future: bool, rows: int, terms: tuple[Any, ...]) -> FloatArray:
    """Rows of GREEKS by the kernel made for the number and kind of options."""
    if alike(terms) and _FEW < terms[0].size <= SEVERAL:
        values = value_several(on_future, terms, terms[0].size, rows)
        if values is not None:
            return values
    elif rows <= len(SIX):
        values = value_chain(on_future, rows, terms)
        if values is not None:
            return values
    columns, shape = arrange(terms)
    size, values = math.prod(shape), None
    if 0 < size <= SEVERAL:
        values = (value_few if size <= _FEW else value_several)(on_future, columns, size, rows)
    return evaluate(Inputs(on_future, *columns), shape, rows) if values is None else values.reshape(rows, *shape)


def bsm(
    phi: ArrayLike, spot: ArrayLike, strike: ArrayLike, years: ArrayLike, vol: ArrayLike, rate: ArrayLike = 0.0,
    dividend_yield: ArrayLike = 0.0,
) -> Valuation:  # fmt: skip
    """Black–Scholes–Merton price and Greeks of European options on a spot index.

    price = φ[S·e^(−qT)·N(φd1) − K·e^(−rT)·N(φd2)], d1 = [ln(S/K) + (r − q + σ²/2)T]/(σ√T), d2 = d1 − σ√T.

    Parameters
    ----------
    phi : +1 call, −1 put.
    spot, strike : index points, positive.
    years : time to settlement, years of 365 days.
    vol : decimal a year, 0 < vol ≤ 6.
    rate, dividend_yield : continuous, decimal a year. All arguments broadcast.

    Returns
    -------
    Price and Greeks in the broadcast shape. Outside the domain NaN; at T = 0 the price is intrinsic
    value and the Greeks are NaN.

    Notes
    -----
    C33, status STANDARD. Reference: Hull, *Options, Futures and Other Derivatives*.

    Examples
    --------
    >>> v = bsm(1.0, 6000.0, 6175.0, 14 / 365, 0.15, 0.04, 0.013)
    >>> float(v.price), float(v.delta)
    (16.5570012, 0.176436215)
    """
    return Valuation(*_value(False, len(GREEKS), (phi, spot, strike, years, vol, rate, dividend_yield)))


def bsm_six(
    phi: ArrayLike, spot: ArrayLike, strike: ArrayLike, years: ArrayLike, vol: ArrayLike, rate: ArrayLike = 0.0,
    dividend_yield: ArrayLike = 0.0,
) -> FloatArray:  # fmt: skip
    """Rows price, delta, gamma, vega, theta, rho of `bsm`, in the order of SIX, without the second-order Greeks.

    Parameters
    ----------
    phi, spot, strike, years, vol, rate, dividend_yield : as in `bsm`.

    Returns
    -------
    Array of shape (6, *broadcast shape).

    Notes
    -----
    C33, status STANDARD. The fast way to value many options.
    """
    return _value(False, len(SIX), (phi, spot, strike, years, vol, rate, dividend_yield))


def bsm_price(
    phi: ArrayLike, spot: ArrayLike, strike: ArrayLike, years: ArrayLike, vol: ArrayLike, rate: ArrayLike = 0.0,
    dividend_yield: ArrayLike = 0.0,
) -> FloatArray:  # fmt: skip
    """Price alone of `bsm`.

    Parameters
    ----------
    phi, spot, strike, years, vol, rate, dividend_yield : as in `bsm`.

    Returns
    -------
    Price in points, in the broadcast shape; never negative.

    Notes
    -----
    C33, status STANDARD.
    """
    return np.asarray(_value(False, 1, (phi, spot, strike, years, vol, rate, dividend_yield))[0])


def black76(
    phi: ArrayLike, future: ArrayLike, strike: ArrayLike, years: ArrayLike, vol: ArrayLike, rate: ArrayLike = 0.0
) -> Valuation:
    """Black-76 price and Greeks of European options on a future: the model of VIX options.

    price = φD[F·N(φd1) − K·N(φd2)], D = e^(−rT), d1 = [ln(F/K) + σ²T/2]/(σ√T), d2 = d1 − σ√T.

    Parameters
    ----------
    phi : +1 call, −1 put.
    future, strike : points, positive; for VIX options the VX future of the same expiry, never spot VIX.
    years : time to settlement, years of 365 days.
    vol : decimal a year, 0 < vol ≤ 6.
    rate : continuous, decimal a year. All arguments broadcast.

    Returns
    -------
    Price and Greeks per point of the future, in the broadcast shape; NaN as in `bsm`.

    Notes
    -----
    C33, status STANDARD. Reference: Black 1976, *The pricing of commodity contracts*.

    Examples
    --------
    >>> float(black76(1.0, 17.0, 17.0, 30 / 365, 0.85, 0.04).price)
    1.64320131
    """
    return Valuation(*_value(True, len(GREEKS), (phi, future, strike, years, vol, rate, rate)))


def black76_six(
    phi: ArrayLike, future: ArrayLike, strike: ArrayLike, years: ArrayLike, vol: ArrayLike, rate: ArrayLike = 0.0
) -> FloatArray:
    """Rows price, delta, gamma, vega, theta, rho of `black76`, in the order of SIX.

    Parameters
    ----------
    phi, future, strike, years, vol, rate : as in `black76`.

    Returns
    -------
    Array of shape (6, *broadcast shape).

    Notes
    -----
    C33, status STANDARD. The fast way to value many options.
    """
    return _value(True, len(SIX), (phi, future, strike, years, vol, rate, rate))


def black76_price(
    phi: ArrayLike, future: ArrayLike, strike: ArrayLike, years: ArrayLike, vol: ArrayLike, rate: ArrayLike = 0.0
) -> FloatArray:
    """Price alone of `black76`.

    Parameters
    ----------
    phi, future, strike, years, vol, rate : as in `black76`.

    Returns
    -------
    Price in points, in the broadcast shape; never negative.

    Notes
    -----
    C33, status STANDARD.
    """
    return np.asarray(_value(True, 1, (phi, future, strike, years, vol, rate, rate))[0])


def extrinsic(
    phi: ArrayLike, price: ArrayLike, underlying: ArrayLike, strike: ArrayLike, years: ArrayLike,
    rate: ArrayLike = 0.0, dividend_yield: ArrayLike = 0.0, on_future: bool = False,
) -> FloatArray:  # fmt: skip
    """Time value: price − max(0, φ·D·(F − K)).

    Parameters
    ----------
    price : points.
    phi, underlying, strike, years, rate, dividend_yield, on_future : as in `intrinsic`.

    Returns
    -------
    Points, in the broadcast shape; negative for a quote below intrinsic value; NaN outside the domain.

    Notes
    -----
    C10, status STANDARD.
    """
    return np.asarray(
        np.asarray(price, dtype=np.float64) - intrinsic(phi, underlying, strike, years, rate, dividend_yield, on_future)
    )


def implied_forward(strikes: ArrayLike, calls: ArrayLike, puts: ArrayLike, years: float, rate: float = 0.0) -> float:
    """Forward implied by put–call parity: F = K + e^(rT)(C − P) at the strike of least |C − P|.

    Parameters
    ----------
    strikes, calls, puts : points, 1-D, of equal length; a strike without both prices (NaN) is left out.
    years : years of 365 days, ≥ 0.
    rate : continuous, decimal a year.

    Returns
    -------
    The forward in points. Of equally good strikes the lowest counts.

    Raises
    ------
    ShapeError : columns of different lengths.
    MissingError : no strike has both prices.
    DomainError : T < 0, or a strike that is not positive.

    Notes
    -----
    C33, status STANDARD. Reference: Cboe, *Volatility Index Methodology*.

    Examples
    --------
    >>> implied_forward([6175.0], [16.5570012], [185.081328], 14 / 365, 0.04)
    6006.21692
    """
    k, c, p = (np.asarray(column, dtype=np.float64).reshape(-1) for column in (strikes, calls, puts))
    if not k.size == c.size == p.size:
        raise ShapeError("strikes, calls and puts differ in length")
    complete = np.isfinite(k) & np.isfinite(c) & np.isfinite(p)
    if not complete.any():
        raise MissingError("no strike has both a call and a put price")
    k, c, p = k[complete], c[complete], p[complete]
    if not (years >= 0.0 and np.isfinite(rate) and (k > 0.0).all()):
        raise DomainError("time is negative, the rate is no number, or a strike is not positive")
    order = np.argsort(k, kind="stable")
    best = order[np.argmin(np.abs(c - p)[order])]
    return float(k[best] + np.exp(rate * years) * (c[best] - p[best]))


def parity(
    call_bid: float, call_ask: float, put_bid: float, put_ask: float, future: float, strike: float, years: float,
    rate: float = 0.0, fees: float = 0.0,
) -> Parity:  # fmt: skip
    """Put–call parity of one strike on its own future: residual at mid prices, conversion and reversal edge.

    residual = (C − P) − D(F − K); conversion = C_bid − P_ask − D(F − K) − fees;
    reversal = P_bid − C_ask + D(F − K) − fees.

    Parameters
    ----------
    call_bid, call_ask, put_bid, put_ask, future, strike : points.
    years : years of 365 days, ≥ 0.
    rate : continuous, decimal a year.
    fees : points for the whole trade.

    Returns
    -------
    The three numbers in points and the verdict: "edge" if either trade earns more than 0.05 points, else "none".

    Raises
    ------
    DomainError : bid above ask, a negative price, T < 0, or an underlying or strike that is not positive.

    Notes
    -----
    C21, status STANDARD; the 0.05 is POLICY. A conversion has no delta, gamma or vega: it checks quotes and hedges
    nothing.
    """
    numbers = (call_bid, call_ask, put_bid, put_ask, future, strike, years, rate, fees)
    if not all(np.isfinite(number) for number in numbers):
        raise DomainError("every input must be a finite number")
    if call_bid > call_ask or put_bid > put_ask or min(call_bid, put_bid) < 0.0:
        raise DomainError("a bid is negative or above its ask")
    if years < 0.0 or min(future, strike) <= 0.0:
        raise DomainError("time is negative, or the future or strike is not positive")
    carry = float(np.exp(-rate * years)) * (future - strike)
    residual = (call_bid + call_ask - put_bid - put_ask) / 2.0 - carry
    conversion = call_bid - put_ask - carry - fees
    reversal = put_bid - call_ask + carry - fees
    verdict = "edge" if max(conversion, reversal) > EDGE_POINTS else "none"
    return Parity(residual, conversion, reversal, verdict)
