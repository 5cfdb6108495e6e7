"""Option prices, Greeks and implied volatility (C10, C21, C33)."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from alvh_xl.functions.kinds import Days, NonNegative, Positive, Rate, Side, Volatility, word
from alvh_xl.functions.registry import cell_function
from alvh_xl.model import black

_GREEKS = ("price", "delta", "gamma", "vega", "theta", "rho", "vanna", "volga")
Output = Annotated[Any, word(*_GREEKS, "all")]
Model = Annotated[Any, word("spot", "future")]


def _pick(valuation: black.Valuation, output: str) -> Any:
    if output == "all":
        return np.stack(np.broadcast_arrays(*(getattr(valuation, name) for name in _GREEKS)), axis=-1)
    return getattr(valuation, output)


@cell_function(category="Options", concept="C33", status="STANDARD", shape="elementwise")
def ALVH_BLACK_SCHOLES(
    option_kind: Side,
    spot: Positive,
    strike: Positive,
    days: Days,
    vol: Volatility,
    rate: Rate = 0.0,
    dividend_yield: Rate = 0.0,
    output: Output = "price",
) -> Any:
    """Price or a Greek of a European option on an index (Black-Scholes-Merton).

    price = φ·[S·e^(−qT)·N(φ·d1) − K·e^(−rT)·N(φ·d2)], φ = +1 for a call, −1 for a put, T = days/365.

    Parameters
    ----------
    option_kind : C or P
        Call or put.
    spot : index points
        Level of the index now.
    strike : index points
        Strike of the option.
    days : calendar days
        Days to the settlement instant; fractions allowed. 0 gives the intrinsic value and no Greeks (#NUM!).
    vol : decimal a year
        Implied volatility of this strike (0.15 is 15 %).
    rate : decimal a year
        Continuous risk-free rate.
    dividend_yield : decimal a year
        Continuous dividend yield.
    output : word
        Which number: price, delta, gamma, vega, theta, rho, vanna, volga, or all for one row of the eight.

    Returns
    -------
    points
        Price, or the Greek per 1 point of the index: vega and rho per 0.01, theta per calendar day, vanna and volga the
        change of delta and vega per 0.01 of volatility. Multiply by 100 and the quantity for dollars.

    Notes
    -----
    For SPX options. A VIX option has its own future as underlying: use ALVH_BLACK76.

    References
    ----------
    Hull, Options, Futures and Other Derivatives.

    Examples
    --------
    >>> ALVH_BLACK_SCHOLES("C", 6000, 6175, 14, 0.15, 0.04, 0.013)
    16.5570012
    """
    return _pick(black.bsm(option_kind, spot, strike, days / 365.0, vol, rate, dividend_yield), output)


@cell_function(category="Options", concept="C33", status="STANDARD", shape="elementwise")
def ALVH_BLACK76(
    option_kind: Side,
    future: Positive,
    strike: Positive,
    days: Days,
    vol: Volatility,
    rate: Rate = 0.0,
    output: Output = "price",
) -> Any:
    """Price or a Greek of a European option on a future (Black 1976): the only right model for VIX options.

    price = φ·e^(−rT)·[F·N(φ·d1) − K·N(φ·d2)], φ = +1 for a call, −1 for a put, T = days/365.

    Parameters
    ----------
    option_kind : C or P
        Call or put.
    future : points
        Price of the future with the option's own expiry; for a VIX option never the spot VIX.
    strike : points
        Strike of the option.
    days : calendar days
        Days to the settlement instant; fractions allowed. 0 gives the intrinsic value and no Greeks (#NUM!).
    vol : decimal a year
        Implied volatility of this strike (0.85 is 85 %).
    rate : decimal a year
        Continuous risk-free rate.
    output : word
        Which number: price, delta, gamma, vega, theta, rho, vanna, volga, or all for one row of the eight.

    Returns
    -------
    points
        Price, or the Greek per 1 point of the future: vega and rho per 0.01, theta per calendar day.

    References
    ----------
    Black, The Pricing of Commodity Contracts, 1976; Hull, Options, Futures and Other Derivatives.

    Examples
    --------
    >>> ALVH_BLACK76("C", 17, 17, 30, 0.85, 0.04)
    1.64320131
    """
    return _pick(black.black76(option_kind, future, strike, days / 365.0, vol, rate), output)


@cell_function(category="Options", concept="C33", status="STANDARD", shape="elementwise")
def ALVH_IMPLIED_VOL(
    option_kind: Side,
    price: NonNegative,
    underlying: Positive,
    strike: Positive,
    days: Days,
    rate: Rate = 0.0,
    dividend_yield: Rate = 0.0,
    model: Model = "spot",
) -> Any:
    """Implied volatility of an option: the volatility at which the model gives this price.

    The root on 0.01 % … 600 % a year; a price at or below the discounted intrinsic value, or above what any volatility
    gives, is #NUM!.

    Parameters
    ----------
    option_kind : C or P
        Call or put.
    price : points
        Price of the option, normally the middle of bid and ask.
    underlying : points
        The index (model "spot") or the future of the same expiry (model "future").
    strike : points
        Strike of the option.
    days : calendar days
        Days to the settlement instant; fractions allowed.
    rate : decimal a year
        Continuous risk-free rate.
    dividend_yield : decimal a year
        Continuous dividend yield; plays no part with model "future".
    model : word
        spot (Black-Scholes-Merton) or future (Black 1976).

    Returns
    -------
    decimal a year
        0.15 is 15 %.

    Notes
    -----
    A VIX option valued on the spot VIX instead of its future has a wrong volatility and wrong Greeks.

    References
    ----------
    Hull, Options, Futures and Other Derivatives.

    Examples
    --------
    >>> ALVH_IMPLIED_VOL("C", 2.10, 24.55, 22.5, 2, 0, 0, "future")
    0.827115
    """
    return black.implied_vol(
        option_kind,
        price,
        underlying,
        strike,
        days / 365.0,
        rate,
        dividend_yield,
        on_future=model == "future",
    )
