"""Option prices, Greeks and implied volatility (C10, C21, C33)."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from alvh_xl.functions.columns import ColumnKind, entries
from alvh_xl.functions.kinds import Days, NonNegative, Points, Positive, Rate, Side, Volatility, word
from alvh_xl.functions.registry import Table, cell_function
from alvh_xl.model import black

_GREEKS = ("price", "delta", "gamma", "vega", "theta", "rho", "vanna", "volga")
Output = Annotated[Any, word(*_GREEKS, "all")]
Model = Annotated[Any, word("spot", "future")]
Strikes = Annotated[Any, ColumnKind("number", low=0, low_open=True)]
Prices = Annotated[Any, ColumnKind("number", low=0)]


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


@cell_function(category="Options", concept="C33", status="STANDARD", shape="value")
def ALVH_IMPLIED_FORWARD(
    strikes: Strikes, call_prices: Prices, put_prices: Prices, days: Days, rate: Rate = 0.0
) -> Any:
    """Forward that calls and puts of one expiry imply by put-call parity, when no future is at hand.

    F = K + e^(rT)·(C − P) at the strike where |C − P| is least; of equally good strikes the lowest.

    Parameters
    ----------
    strikes : points
        Strikes of one expiry, in any order.
    call_prices : points
        Middle of bid and ask of each call; a strike with a blank price is left out.
    put_prices : points
        The same of each put.
    days : calendar days
        Days to the settlement instant.
    rate : decimal a year
        Continuous risk-free rate.

    Returns
    -------
    points
        The forward; used in place of a missing future it is a PROXY.

    References
    ----------
    Cboe, Volatility Index Methodology.

    Examples
    --------
    >>> ALVH_IMPLIED_FORWARD([6175, 6200, 6225], [16.5570012, 12.5, 9.4], [185.081328, 206.0, 228.0], 14, 0.04)
    6006.216917
    """
    strikes, call_prices, put_prices = entries(strikes, call_prices, put_prices)
    return black.implied_forward(strikes, call_prices, put_prices, days / 365.0, rate)


@cell_function(category="Options", concept="C10", status="STANDARD", shape="elementwise")
def ALVH_EXTRINSIC(
    option_kind: Side,
    price: NonNegative,
    underlying: Positive,
    strike: Positive,
    days: Days,
    rate: Rate = 0.0,
    dividend_yield: Rate = 0.0,
    model: Model = "spot",
) -> Any:
    """Time value of an option: its price less what discounted exercise on the forward is worth.

    extrinsic = price − max(0, φ·e^(−rT)·(F − K)), F = S·e^((r − q)T) with model "spot", T = days/365.

    Parameters
    ----------
    option_kind : C or P
        Call or put.
    price : points
        Price of the option.
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
    points
        Time value; negative only for a quote below the intrinsic value, a sign of a stale price.

    References
    ----------
    Natenberg, Option Volatility and Pricing.

    Examples
    --------
    >>> ALVH_EXTRINSIC("P", 185.081328, 6000, 6175, 14, 0.04, 0.013)
    16.5570
    """
    return black.extrinsic(
        option_kind,
        price,
        underlying,
        strike,
        days / 365.0,
        rate,
        dividend_yield,
        on_future=model == "future",
    )


@cell_function(category="Options", concept="C21", status="STANDARD, POLICY threshold", shape="table")
def ALVH_PARITY(
    call_bid: NonNegative,
    call_ask: NonNegative,
    put_bid: NonNegative,
    put_ask: NonNegative,
    future: Points,
    strike: Positive,
    days: Days,
    rate: Rate = 0.0,
    fees: NonNegative = 0.0,
) -> Table:
    """Put-call parity of one strike: residual at middle prices, and what a conversion or a reversal would earn.

    residual = (C − P) − D·(F − K); conversion = C_bid − P_ask − D·(F − K) − fees; reversal = P_bid − C_ask + D·(F − K)
    − fees; D = e^(−rT).

    Parameters
    ----------
    call_bid : points
        Bid of the call.
    call_ask : points
        Ask of the call; below the bid is #NUM!.
    put_bid : points
        Bid of the put.
    put_ask : points
        Ask of the put; below the bid is #NUM!.
    future : points
        The future of the same expiry, or the forward.
    strike : points
        Strike of both.
    days : calendar days
        Days to the settlement instant.
    rate : decimal a year
        Continuous risk-free rate.
    fees : points
        Of the whole trade.

    Returns
    -------
    residual, conversion, reversal, verdict
        Points, points, points, and "edge" when either trade earns more than 0.05 points (POLICY), else "none".

    Notes
    -----
    Use it to check quotes. A conversion has no delta, gamma or vega: that it makes a hedge adaptive, or cancels
    contango, is a document rule, untested.

    Examples
    --------
    >>> ALVH_PARITY(1.60, 1.70, 1.60, 1.75, 17, 17, 30, 0.04)
       residual  conversion  reversal verdict
    0    -0.025       -0.15      -0.1    none
    """
    found = black.parity(call_bid, call_ask, put_bid, put_ask, future, strike, days / 365.0, rate, fees)
    row = (found.residual, found.conversion, found.reversal, found.verdict)
    return Table(("residual", "conversion", "reversal", "verdict"), [row])
