"""The iron condor and the book of legs (C02, C10, C11, C33)."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from alvh_xl.functions.book import BookTable
from alvh_xl.functions.kinds import (
    Days,
    Fraction,
    NumberKind,
    Positive,
    PositiveSeries,
    Rate,
    SeriesKind,
    Volatility,
    table,
)
from alvh_xl.functions.registry import Table, cell_function
from alvh_xl.model import book as books
from alvh_xl.model import condor, scenario

BetaTable = Annotated[Any, table(3)]
Skew = Annotated[Any, SeriesKind("number")]
Quantity = Annotated[Any, NumberKind("number", low=0, low_open=True)]


def smile(skew: Any) -> tuple[float, float]:
    """Slope and curvature of a {slope, curvature} argument; blank is flat."""
    if skew is None:
        return 0.0, 0.0
    slope, curvature = (*np.atleast_1d(skew).tolist(), 0.0, 0.0)[:2]
    return slope, curvature


@cell_function(category="Condor and book", concept="C02", status="STANDARD", shape="table")
def ALVH_CONDOR_STRIKES(
    spot: Positive,
    vol: Volatility,
    days: Days,
    short_delta: Fraction = 0.16,
    wing_width: Positive = 50.0,
    strike_step: Positive = 5.0,
    rate: Rate = 0.0,
    dividend_yield: Rate = 0.0,
    skew: Skew | None = None,
) -> Table:
    """Strikes of an iron condor whose shorts have a given delta, with volatility, delta and model price of each leg.

    Shorts where |delta| equals short_delta on the smile, sought within 30 % of spot, rounded to the strike step; the
    longs stand one wing further out.

    Parameters
    ----------
    spot : index points
        Level of the index now.
    vol : decimal a year
        At-the-money volatility of the expiry.
    days : calendar days
        Days to expiry; the document means 7 to 21.
    short_delta : delta
        Absolute delta of the two short legs.
    wing_width : index points
        Distance from short to long strike.
    strike_step : index points
        Grid of listed strikes.
    rate : decimal a year
        Continuous risk-free rate.
    dividend_yield : decimal a year
        Continuous dividend yield.
    skew : two numbers
        {slope, curvature} of the smile; blank is flat.

    Returns
    -------
    leg, option_kind, strike, vol, delta, price
        Four rows: put_long, put_short, call_short, call_long; price in points a unit.

    Examples
    --------
    >>> ALVH_CONDOR_STRIKES(6000, 0.15, 14, 0.16, 50, 5, 0.04, 0.013, [-0.09, 0.012])["strike"].tolist()
    [5770.0, 5820.0, 6175.0, 6225.0]
    """
    slope, curvature = smile(skew)
    legs = condor.strikes(spot, vol, days, short_delta, wing_width, strike_step, rate, dividend_yield, slope, curvature)
    names = ("put_long", "put_short", "call_short", "call_long")
    rows = zip(names, "PPCC", legs.strike, legs.vol, legs.delta, legs.price, strict=True)
    return Table(("leg", "option_kind", "strike", "vol", "delta", "price"), list(rows))


@cell_function(category="Condor and book", concept="C02", status="STANDARD", shape="elementwise")
def ALVH_BREAKEVEN_WIDTH(put_short: Positive, call_short: Positive, credit: Positive) -> Any:
    """Points between the two break-evens of an iron condor.

    W = (call_short + credit) − (put_short − credit)

    Parameters
    ----------
    put_short : index points
        Strike of the short put.
    call_short : index points
        Strike of the short call; below the short put is #NUM!.
    credit : points
        Net credit of one condor.

    Returns
    -------
    points
        The width W.

    Notes
    -----
    W as the base of the hedge's size is a document rule, untested: it is a range of prices, not money at risk, and
    hardly depends on the width of the wings.

    Examples
    --------
    >>> ALVH_BREAKEVEN_WIDTH(5820, 6175, 12.279037)
    379.558
    """
    return condor.breakeven_width(put_short, call_short, credit)


@cell_function(category="Condor and book", concept="C02", status="STANDARD", shape="table")
def ALVH_CONDOR(
    put_long: Positive,
    put_short: Positive,
    call_short: Positive,
    call_long: Positive,
    credit: Positive,
    contracts: Quantity = 1.0,
) -> Table:
    """Break-evens, width, maximum profit and loss and return on risk of an iron condor at expiry.

    max profit = 100·credit·contracts; max loss = 100·(wider wing − credit)·contracts.

    Parameters
    ----------
    put_long : index points
        Lowest strike.
    put_short : index points
        Short put.
    call_short : index points
        Short call.
    call_long : index points
        Highest strike; strikes out of order are #NUM!.
    credit : points
        Net credit of one condor; not below the wider wing is #NUM!.
    contracts : condors
        How many condors.

    Returns
    -------
    low_breakeven, high_breakeven, width, max_profit, max_loss, return_on_risk
        Points, points, points, dollars, dollars, decimal.

    Examples
    --------
    >>> ALVH_CONDOR(5770, 5820, 6175, 6225, 12.279037)[["width", "max_profit", "max_loss"]]
         width  max_profit   max_loss
    0  379.558   1227.9037  3772.0963
    """
    result = condor.condor(put_long, put_short, call_short, call_long, credit, contracts)
    columns = ("low_breakeven", "high_breakeven", "width", "max_profit", "max_loss", "return_on_risk")
    return Table(columns, [tuple(getattr(result, name) for name in columns)])


@cell_function(category="Condor and book", concept="C02", status="STANDARD", shape="elementwise")
def ALVH_PROBABILITY_OF_PROFIT(
    spot: Positive,
    low_breakeven: Positive,
    high_breakeven: Positive,
    days: Days,
    low_vol: Volatility,
    high_vol: Volatility | None = None,
    rate: Rate = 0.0,
    dividend_yield: Rate = 0.0,
) -> Any:
    """Probability that the index ends between the two break-evens of an iron condor.

    N(d2(low)) − N(d2(high)), each d2 with the volatility at its own break-even.

    Parameters
    ----------
    spot : index points
        Level of the index now.
    low_breakeven : index points
        Lower break-even.
    high_breakeven : index points
        Upper break-even; not above the lower is #NUM!.
    days : calendar days
        Days to expiry; 0 is #NUM!.
    low_vol : decimal a year
        Volatility at the lower break-even, from ALVH_SMILE_VOL.
    high_vol : decimal a year
        Volatility at the upper break-even; blank is low_vol.
    rate : decimal a year
        Continuous risk-free rate.
    dividend_yield : decimal a year
        Continuous dividend yield.

    Returns
    -------
    probability
        0 to 1, risk-neutral; the slope of the smile is ignored.

    References
    ----------
    Hull, Options, Futures and Other Derivatives.

    Examples
    --------
    >>> ALVH_PROBABILITY_OF_PROFIT(6000, 5807.72, 6187.28, 14, 0.167159, 0.137864, 0.04, 0.013)
    0.7110
    """
    upper = low_vol if high_vol is None else np.where(np.isnan(high_vol), low_vol, high_vol)
    return condor.probability_of_profit(spot, low_breakeven, high_breakeven, days, low_vol, upper, rate, dividend_yield)


@cell_function(category="Condor and book", concept="C02", status="STANDARD", shape="elementwise")
def ALVH_PROBABILITY_OF_TOUCH(
    spot: Positive,
    barrier: Positive,
    days: Days,
    vol: Volatility,
    rate: Rate = 0.0,
    dividend_yield: Rate = 0.0,
) -> Any:
    """Probability that the index touches a level before expiry, for example a short strike.

    N((−η·b + η·μT)/s) + e^(2μb/σ²)·N((−η·b − η·μT)/s), b = ln(B/S), μ = r − q − σ²/2, s = σ√T, η = ±1 as B lies above
    or below.

    Parameters
    ----------
    spot : index points
        Level of the index now.
    barrier : index points
        The level; equal to spot it is touched, 1.
    days : calendar days
        Days to expiry; 0 is #NUM!.
    vol : decimal a year
        Volatility at the level.
    rate : decimal a year
        Continuous risk-free rate.
    dividend_yield : decimal a year
        Continuous dividend yield.

    Returns
    -------
    probability
        0 to 1, risk-neutral, watched at every instant; about twice the chance of ending beyond.

    References
    ----------
    Reiner and Rubinstein, Unscrambling the Binary Code, 1991.

    Examples
    --------
    >>> ALVH_PROBABILITY_OF_TOUCH(6000, 5820, 14, 0.16593233, 0.04, 0.013)
    0.343526
    """
    return condor.probability_of_touch(spot, barrier, days, vol, rate, dividend_yield)


@cell_function(category="Condor and book", concept="C33", status="STANDARD", shape="table")
def ALVH_BOOK_GREEKS(
    book: BookTable,
    spot: Positive,
    rate: Rate = 0.0,
    dividend_yield: Rate = 0.0,
    beta_table: BetaTable | None = None,
) -> Table:
    """Price and Greeks of every leg of a book, with totals per underlying and in dollars per 1 % of the S&P 500.

    SPX legs by Black-Scholes-Merton; VIX legs by Black 1976 on their own future, moved to the S&P 500 by the spot-vol
    β.

    Parameters
    ----------
    book : table
        Columns instrument (SPX, VIX, VX, VXM), option_kind, strike, days, quantity (+ long, − short), vol, underlying
        (its own future; ignored for SPX), price; mark and condor are optional. Free order with a header row.
    spot : index points
        Level of the S&P 500 now.
    rate : decimal a year
        Continuous risk-free rate.
    dividend_yield : decimal a year
        Continuous dividend yield of the index.
    beta_table : three columns
        from_days, beta, curvature: points of a future per +1 % of the S&P 500. Blank is table 4A of the method.

    Returns
    -------
    leg, price, delta, gamma, vega, theta, extrinsic, dollar_delta, dollar_gamma, note
        A row a leg, then "total SPX", "total VIX" and "total". Price is per unit (in a total: net), the Greeks are
        quantity × per unit, dollar_delta is dollars per +1 %, dollar_gamma its change after +1 %.

    Notes
    -----
    The street's dollar gamma, Γ·S²·100/100, is 100 times dollar_gamma. A VIX leg with less than 2 days is marked "roll"
    and left out of the totals.

    Examples
    --------
    >>> legs = [["SPX", "P", 5770, 14, 1, 0.171149, None, 11.12], ["SPX", "P", 5820, 14, -1, 0.165932, None, 16.94]]
    >>> ALVH_BOOK_GREEKS(legs, 6000, 0.04, 0.013)["leg"].tolist()
    ['SPX P 5770', 'SPX P 5820', 'total SPX', 'total VIX', 'total']
    """
    return _greeks_table(book, books.book_greeks(book, spot, rate, dividend_yield, beta_table))


def _greeks_table(book: books.Book, greeks: books.BookGreeks) -> Table:
    columns = ("delta", "gamma", "vega", "theta", "extrinsic", "dollar_delta", "dollar_gamma")
    rows: list[tuple[Any, ...]] = []
    for i, instrument in enumerate(book.instrument):
        side = {1.0: " C", -1.0: " P"}.get(float(book.phi[i]), "")
        name = f"{instrument}{side} {book.strike[i]:g}" if side else instrument
        rows.append((name, greeks.price[i], *(getattr(greeks, c)[i] for c in columns), greeks.note[i] or None))
    for name, total in (("total SPX", greeks.spx), ("total VIX", greeks.vix)):
        rows.append((name, *(getattr(total, column) for column in ("price", *columns)), total.note or None))
    total = greeks.total
    rows.append(("total", *(None,) * 6, total.dollar_delta, total.dollar_gamma, total.note or None))
    return Table(("leg", "price", *columns, "note"), rows)


@cell_function(category="Condor and book", concept="C02", status="STANDARD", shape="table")
def ALVH_PAYOFF(
    book: BookTable,
    spots: PositiveSeries,
    spot: Positive,
    days_forward: Days = 0.0,
    rate: Rate = 0.0,
    dividend_yield: Rate = 0.0,
    beta_table: BetaTable | None = None,
) -> Table:
    """Profit and loss of a book for a range of index levels, today or some days forward, and at the nearest SPX expiry.

    Σ quantity·multiplier·(value − entry price); VIX legs move by the spot-vol β from `spot`.

    Parameters
    ----------
    book : table
        Legs as for ALVH_BOOK_GREEKS, with entry prices.
    spots : index points
        Levels at which to value.
    spot : index points
        Level of the index now, from which VIX legs move.
    days_forward : calendar days
        Days from now for the column "today".
    rate : decimal a year
        Continuous risk-free rate.
    dividend_yield : decimal a year
        Continuous dividend yield.
    beta_table : three columns
        from_days, beta, curvature; blank is table 4A.

    Returns
    -------
    spot, today, expiry
        Index points, dollars, dollars; one row a level.

    Notes
    -----
    Far from `spot` the quadratic β map of a VIX future turns; from there on the future is held at the turning point.

    Examples
    --------
    >>> legs = [["SPX", "P", 5770, 14, 1, 0.17, None, 11], ["SPX", "P", 5820, 14, -1, 0.165, None, 17]]
    >>> ALVH_PAYOFF(legs, [5700, 6000], 6000)["expiry"].tolist()
    [-4400.0, 600.0]
    """
    result = scenario.payoff(book, spots, spot, days_forward, rate, dividend_yield, beta_table)
    return Table(("spot", "today", "expiry"), list(zip(spots, result.today, result.expiry, strict=True)))
