"""VIX futures: expiries, curve, roll and the effect of VIX instruments on an S&P 500 book (C14, C16, C20, C21, §4)."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from alvh_xl.functions.cells import CellError
from alvh_xl.functions.columns import ColumnKind, together
from alvh_xl.functions.kinds import (
    Count,
    Date,
    Days,
    NonNegative,
    Number,
    NumberKind,
    Points,
    Positive,
    Rate,
    Side,
    Volatility,
    word,
)
from alvh_xl.functions.marks import marked
from alvh_xl.functions.registry import Table, cell_function
from alvh_xl.model import curve, sessions, spotvol

Year = Annotated[Any, NumberKind("year", low=1900, high=9999, whole=True)]
Month = Annotated[Any, NumberKind("month", low=1, high=12, whole=True)]
DaySeries = Annotated[Any, ColumnKind("calendar days", low=0)]
SettleSeries = Annotated[Any, ColumnKind("index points", low=1)]
Instrument = Annotated[Any, word("VIX", "VX", "VXM")]
_CATEGORY = "VIX curve"


@cell_function(category=_CATEGORY, concept="C20", status="STANDARD", shape="elementwise")
def ALVH_VIX_EXPIRY(year: Year, month: Month) -> Any:
    """Final settlement date of the monthly VIX future and options of a month.

    The Wednesday 30 days before the third Friday of the following month; the business day before it when that Wednesday
    or that Friday is an exchange holiday.

    Parameters
    ----------
    year : year
        Four digits; the exchange calendar covers 1990 to 2035, outside it is #NUM!.
    month : 1 to 12
        Month of the contract.

    Returns
    -------
    date
        Excel serial; settlement is at 09:30 New York time, the options last trade the day before.

    References
    ----------
    Cboe, VIX futures contract specifications.

    Examples
    --------
    >>> ALVH_VIX_EXPIRY(2018, 11)  # 21 November 2018
    43425.0
    """
    return sessions.vix_expiry_serials(year, month)


@cell_function(category=_CATEGORY, concept="C20", status="STANDARD", shape="table")
def ALVH_VIX_EXPIRIES(asof: Date, count: Count = 6.0) -> Table:
    """Next monthly VIX settlement dates with calendar and trading days from now.

    Parameters
    ----------
    asof : date
        The moment looked from; with a time of day, days are counted to the 09:30 settlement.
    count : whole number
        How many expiries.

    Returns
    -------
    expiry, days, trading_days
        Excel serial, calendar days, sessions after the day of `asof` up to and including settlement.

    References
    ----------
    Cboe, VIX futures contract specifications.

    Examples
    --------
    >>> ALVH_VIX_EXPIRIES("2018-10-03", 2)
        expiry  days  trading_days
    0  43390.0  14.0          10.0
    1  43425.0  49.0          35.0
    """
    found = sessions.vix_expiries(asof, int(count))
    return Table(
        ("expiry", "days", "trading_days"),
        list(zip(found.expiry, found.days, found.trading_days, strict=True)),
    )


@cell_function(category=_CATEGORY, concept="C20", status="STANDARD", shape="value")
def ALVH_CONSTANT_MATURITY(days: DaySeries, settles: SettleSeries, target: Days = 30.0) -> Any:
    """Price of a VIX future of constant maturity, interpolated linearly in days.

    Parameters
    ----------
    days : calendar days
        Days to expiry of the contracts, increasing.
    settles : points
        Their settlement prices.
    target : calendar days
        The maturity wanted; outside the curve is #NUM!.

    Returns
    -------
    points
        The interpolated future.

    Examples
    --------
    >>> ALVH_CONSTANT_MATURITY([14, 49], [13.775, 14.725])
    14.209286
    """
    days, settles = together(days, settles)
    return curve.constant_maturity(days, settles, target)


@cell_function(category=_CATEGORY, concept="C20", status="STANDARD", shape="elementwise")
def ALVH_CONTANGO(front: Points, second: Points) -> Any:
    """Contango between two VIX futures: F2/F1 − 1.

    Parameters
    ----------
    front : points
        The nearer future.
    second : points
        The later future.

    Returns
    -------
    decimal
        Positive in contango, negative in backwardation.

    Notes
    -----
    ESTIMATED 2007–2021: F2 above F1 on 81.5 % of 3,711 days, median contango 6.5 %.

    Examples
    --------
    >>> ALVH_CONTANGO(13.775, 14.725)
    0.068966
    """
    return curve.contango(front, second)


@cell_function(category=_CATEGORY, concept="C20", status="STANDARD", shape="elementwise")
def ALVH_DAILY_ROLL(front: Points, vix: Points, trading_days: NonNegative) -> Any:
    """Points a trading day by which the front VIX future approaches the VIX: (F1 − VIX)/trading days.

    Parameters
    ----------
    front : points
        Settlement price of the front future.
    vix : index points
        The VIX at the same time.
    trading_days : sessions
        Sessions to its settlement, from ALVH_VIX_EXPIRIES; 0 is #DIV/0!.

    Returns
    -------
    points a trading day
        Positive while the future stands above the VIX: a long future loses so much a day.

    References
    ----------
    Simon and Campasano, The VIX Futures Basis, 2014 (they trade at ±0.10).

    Examples
    --------
    >>> ALVH_DAILY_ROLL(13.775, 11.61, 10)
    0.2165
    """
    return marked(curve.daily_roll(front, vix, trading_days), (CellError.DIV0, trading_days == 0.0))


@cell_function(category=_CATEGORY, concept="C20", status="STANDARD", shape="value")
def ALVH_ROLL_DOWN(
    days: DaySeries, settles: SettleSeries, tenor: Days, horizon: Days, vix: Points | None = None
) -> Any:
    """Points a VIX future gains or loses by ageing along today's curve.

    F(tenor − horizon) − F(tenor), linear in days between contracts.

    Parameters
    ----------
    days : calendar days
        Days to expiry of the contracts, increasing.
    settles : points
        Their settlement prices.
    tenor : calendar days
        Days to expiry of the future held.
    horizon : calendar days
        How long it is held.
    vix : index points
        The VIX now: below the first contract the curve is drawn straight to it (PROXY), and a future held past its
        settlement ends at it. Blank leaves #NUM! there.

    Returns
    -------
    points
        Negative in contango: the future rolls down.

    Examples
    --------
    >>> ALVH_ROLL_DOWN([14, 49], [13.775, 14.725], 49, 10)
    -0.271429
    """
    days, settles = together(days, settles)
    return curve.roll_down(days, settles, tenor, horizon, vix)


@cell_function(category=_CATEGORY, concept="C20", status="STANDARD", shape="value")
def ALVH_CURVE_STATE(vix9d: Points, vix: Points, vix3m: Points) -> Any:
    """State of the volatility term structure in one word.

    flat if VIX9D/VIX and VIX/VIX3M both lie within 1 ± 0.01; contango if VIX9D < VIX < VIX3M; backwardation if the
    reverse; else mixed.

    Parameters
    ----------
    vix9d : index points
        The 9-day index.
    vix : index points
        The 30-day index.
    vix3m : index points
        The 3-month index.

    Returns
    -------
    word
        contango, flat, backwardation or mixed.

    Notes
    -----
    The width of "flat" is POLICY.

    Examples
    --------
    >>> ALVH_CURVE_STATE(10.81, 11.61, 14.68)
    'contango'
    """
    return curve.curve_state(vix9d, vix, vix3m)


@cell_function(category=_CATEGORY, concept="C12", status="ESTIMATED", shape="elementwise")
def ALVH_SPOT_VOL_BETA(days: Days, vix: Points | None = None) -> Any:
    """Points a VIX future moves when the S&P 500 rises by 1 %, by its days to expiry.

    Parameters
    ----------
    days : calendar days
        Days to expiry of the future, 2 to 240; outside is #NUM!.
    vix : index points
        Previous close of VIX; blank uses the table of all levels.

    Returns
    -------
    points per +1 %
        Negative.

    Notes
    -----
    Regressions on VX settlements 2007–2021 (tables 4A and 4B of the method); re-estimate before relying on them.

    Examples
    --------
    >>> ALVH_SPOT_VOL_BETA(30)
    -0.64
    """
    every_level = spotvol.beta_linear(days)
    return every_level if vix is None else np.where(np.isnan(vix), every_level, spotvol.beta_linear(days, vix))


@cell_function(category=_CATEGORY, concept="C12", status="ESTIMATED", shape="table")
def ALVH_HEDGE_GREEKS(
    instrument: Instrument,
    future: Points,
    strike: Positive | None,
    days: Days,
    vol: Volatility | None,
    rate: Rate = 0.0,
    beta: Number | None = None,
    curvature: Number | None = None,
    option_kind: Side = 1.0,
) -> Table:
    """Effect of one VIX option or future on an S&P 500 book, in dollars per 1 %.

    With F(x) = F + β·x + curvature·x²: option Δ$ = δ·β·100, Γ$ = (γ·β² + 2·δ·curvature)·100; VX Δ$ = β·1000.

    Parameters
    ----------
    instrument : word
        VIX (option), VX (future) or VXM (mini future).
    future : points
        The future of the same expiry.
    strike : points
        Strike of the option; blank for a future.
    days : calendar days
        Days to expiry, 2 to 240; outside is #NUM!.
    vol : decimal a year
        Volatility of the option on its future; blank for a future.
    rate : decimal a year
        Continuous risk-free rate.
    beta : points per +1 %
        Blank takes table 4A's joint estimate for the days.
    curvature : points per squared percent
        Blank takes table 4A's joint estimate for the days.
    option_kind : C or P
        Call by default.

    Returns
    -------
    delta, gamma, beta, curvature, dollar_delta, dollar_gamma, theta, cost
        Delta and gamma on the future; then dollars a contract: per +1 %, its change per 1 %, theta a day, price.

    Notes
    -----
    A long VIX call is mainly a one-sided delta: it pays on falls and costs on rallies.

    Examples
    --------
    >>> ALVH_HEDGE_GREEKS("VIX", 17, 17, 30, 0.85, 0.04)[["dollar_delta", "dollar_gamma", "cost"]]
       dollar_delta  dollar_gamma       cost
    0       -35.316         7.453   164.320
    """
    strike, vol = (np.nan if value is None else value for value in (strike, vol))
    found = spotvol.hedge_greeks(instrument, future, strike, days, vol, rate, beta, curvature, option_kind)
    columns = ("delta", "gamma", "beta", "curvature", "dollar_delta", "dollar_gamma", "theta", "cost")
    return Table(columns, [tuple(getattr(found, name) for name in columns)])
