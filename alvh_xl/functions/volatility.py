"""Expected move and volatility (C01, C09, C10)."""

from __future__ import annotations

from typing import Annotated, Any

from alvh_xl.functions.columns import ColumnKind, together
from alvh_xl.functions.kinds import (
    Count,
    Days,
    Fraction,
    NonNegative,
    Number,
    Points,
    Positive,
    Volatility,
    table,
    word,
)
from alvh_xl.functions.registry import Table, cell_function
from alvh_xl.model import tilts, volatility

RangeMethod = Annotated[Any, word("normal", "lognormal")]
Estimator = Annotated[Any, word("close", "parkinson", "garman_klass", "rogers_satchell", "yang_zhang")]
Prices = Annotated[Any, table(1, 4)]
PositiveColumn = Annotated[Any, ColumnKind("number", low=0, low_open=True)]
Vols = Annotated[Any, ColumnKind("decimal a year", low=0, high=6, low_open=True)]


@cell_function(
    category="Volatility",
    concept="C01",
    status="DOCUMENT RULE (untested) use, STANDARD formula",
    shape="elementwise",
)
def ALVH_EXPECTED_MOVE(spot: Positive, vol: Volatility, days: Days, basis: Positive = 365.0) -> Any:
    """One-standard-deviation move of an index over the days, in points.

    move = spot · vol · √(days/basis)

    Parameters
    ----------
    spot : index points
        Level of the index now.
    vol : decimal a year
        At-the-money implied volatility of this tenor (0.15 is 15 %).
    days : calendar days
        Length of the period; 0 gives 0.
    basis : days a year
        365 for calendar days, 252 if days counts sessions.

    Returns
    -------
    points
        Half the width of the ±1σ range.

    Notes
    -----
    From VIX 1990–2021 the 14-day close lay inside this move on 84.8 % of days (normal 68.3 %), but some close on the
    way lay outside on 23.2 %. The document's "volatility divided by the square root of time" equals this only with time
    counted in periods a year.

    References
    ----------
    Hull, Options, Futures and Other Derivatives; Natenberg, Option Volatility and Pricing.

    Examples
    --------
    >>> ALVH_EXPECTED_MOVE(6000, 0.15, 14)
    176.2626
    """
    return volatility.expected_move(spot, vol, days, basis)


@cell_function(category="Volatility", concept="C01", status="STANDARD", shape="table")
def ALVH_EXPECTED_RANGE(
    spot: Positive,
    vol: Volatility,
    days: Days,
    deviations: NonNegative = 1.0,
    method: RangeMethod = "normal",
    basis: Positive = 365.0,
) -> Table:
    """Low and high of the index at so many standard deviations.

    normal: spot ± k·move; lognormal: spot·exp(±k·vol·√T − vol²·T/2).

    Parameters
    ----------
    spot : index points
        Level of the index now.
    vol : decimal a year
        At-the-money implied volatility of this tenor.
    days : calendar days
        Length of the period.
    deviations : standard deviations
        k, 1 for the expected move.
    method : word
        normal or lognormal.
    basis : days a year
        365 for calendar days.

    Returns
    -------
    low, high : index points
        The ends of the range.

    References
    ----------
    Hull, Options, Futures and Other Derivatives.

    Examples
    --------
    >>> ALVH_EXPECTED_RANGE(6000, 0.15, 14, 1, "lognormal")
             low       high
    0  5823.7878  6176.2115
    """
    found = volatility.expected_range(spot, vol, days, deviations, method, basis)
    return Table(("low", "high"), [(float(found.low), float(found.high))])


@cell_function(category="Volatility", concept="C09", status="STANDARD", shape="value")
def ALVH_REALIZED_VOL(
    prices: Prices, window: Count = 21.0, estimator: Estimator = "close", periods: Positive = 252.0
) -> Any:
    """Realised volatility of the last bars, annualised.

    close: √(A/n·Σ ln²(C_t/C_(t−1))), zero mean; the range estimators use open, high, low and close.

    Parameters
    ----------
    prices : index points
        One column of closes, or four columns open, high, low, close; oldest first.
    window : returns
        How many returns (n).
    estimator : word
        close, parkinson, garman_klass, rogers_satchell or yang_zhang; all but close need four columns.
    periods : bars a year
        A, 252 for daily bars.

    Returns
    -------
    decimal a year
        0.15 is 15 %.

    Notes
    -----
    A high below the open or close, or a low above, is #NUM!. Too few bars is #N/A.

    References
    ----------
    Parkinson 1980; Garman and Klass 1980; Rogers and Satchell 1991; Yang and Zhang 2000; Sinclair, Volatility Trading.

    Examples
    --------
    >>> ALVH_REALIZED_VOL([100.5, 101.5, 100, 102.8, 101.2, 99.1], 5)
    0.298515
    """
    return volatility.realized_vol(prices, int(window), estimator, periods)


@cell_function(category="Volatility", concept="C01", status="STANDARD", shape="elementwise")
def ALVH_TERM_VOL(days: Days, tenors: PositiveColumn, vols: Vols) -> Any:
    """Volatility of a tenor, interpolated in total variance between quoted tenors.

    σ(d)²·d is linear between the tenors; before the first and after the last the quoted volatility itself is used.

    Parameters
    ----------
    days : calendar days
        The tenor wanted, for example the condor's days to expiry.
    tenors : calendar days
        Tenors of the quotes, increasing: 9, 30, 93 for VIX9D, VIX, VIX3M.
    vols : decimal a year
        Their volatilities: index points divided by 100.

    Returns
    -------
    decimal a year
        The interpolated volatility.

    Notes
    -----
    From volatility indices the result is a PROXY of the at-the-money volatility of that expiry.

    References
    ----------
    Hull, Options, Futures and Other Derivatives (total variance).

    Examples
    --------
    >>> ALVH_TERM_VOL(15, [9, 30], [0.10, 0.20])
    0.17
    """
    tenors, vols = together(tenors, vols)
    return volatility.term_vol(days, tenors, vols)


@cell_function(category="Volatility", concept="C02", status="POLICY", shape="elementwise")
def ALVH_SMILE_VOL(
    spot: Positive,
    strike: Positive,
    days: Days,
    vol: Volatility,
    slope: Number = 0.0,
    curvature: Number = 0.0,
) -> Any:
    """Volatility of a strike on the smile of the Inputs sheet.

    σ(K) = vol·(1 + slope·z + curvature·z²), z = ln(K/S)/(vol·√T).

    Parameters
    ----------
    spot : index points
        Level of the index now.
    strike : index points
        Strike of the option.
    days : calendar days
        Days to expiry.
    vol : decimal a year
        At-the-money volatility of this expiry.
    slope : per standard deviation
        Skew, negative for an index (−0.09).
    curvature : per standard deviation squared
        Smile (0.012).

    Returns
    -------
    decimal a year
        The strike's volatility; not positive is #NUM!.

    Examples
    --------
    >>> ALVH_SMILE_VOL(6000, 5820, 14, 0.15, -0.09, 0.012)
    0.165932
    """
    return volatility.smile_vol(spot, strike, days, vol, slope, curvature)


@cell_function(category="Volatility", concept="C20", status="ESTIMATED", shape="elementwise")
def ALVH_VIX_OPTION_VOL(vvix: Points, days: Days) -> Any:
    """Default volatility of an at-the-money VIX option, when no quote is at hand (PROXY).

    vol = (VVIX/100)·(days/30)^−0.245

    Parameters
    ----------
    vvix : points
        The VVIX index.
    days : calendar days
        Days to the option's expiry; 0 is #NUM!.

    Returns
    -------
    decimal a year
        The volatility on the option's own future.

    Notes
    -----
    A rule of thumb for the term structure of VIX option volatilities; the smile of VIX options is steep, so use quotes
    where you have them.

    Examples
    --------
    >>> ALVH_VIX_OPTION_VOL(85.80, 30)
    0.858
    """
    return volatility.vix_option_vol(vvix, days)


@cell_function(category="Volatility", concept="C01", status="STANDARD", shape="elementwise")
def ALVH_STRADDLE_MOVE(call_price: NonNegative, put_price: NonNegative, factor: Positive = 0.85) -> Any:
    """Move of an index that its at-the-money straddle implies, in points.

    move = factor·(C + P)

    Parameters
    ----------
    call_price : points
        Price of the at-the-money call.
    put_price : points
        Price of the put of the same strike and expiry.
    factor : number
        0.85, the market makers' range, or 1.2533 (√(π/2)), which recovers one standard deviation.

    Returns
    -------
    points
        Half the width of the range.

    References
    ----------
    Natenberg, Option Volatility and Pricing.

    Examples
    --------
    >>> ALVH_STRADDLE_MOVE(70.3160625, 70.3160625)
    119.5373
    """
    return volatility.straddle_move(call_price, put_price, factor)


@cell_function(category="Volatility", concept="C01", status="ESTIMATED", shape="table")
def ALVH_MOVE_COVERAGE(closes: PositiveColumn, vols: Vols, days: Positive) -> Table:
    """How often an index stayed inside its expected move, at the end of the period and on the way there.

    Every session starts a period of round(days·5/7) sessions with the expected move of its own volatility.

    Parameters
    ----------
    closes : index points
        Closes, oldest first.
    vols : decimal a year
        Implied volatility known at each close, for example VIX/100.
    days : calendar days
        Length of the period; less than one session is #NUM!.

    Returns
    -------
    inside, strayed, mean_ratio, n
        Share of periods that end inside; share with any close outside on the way; mean move ÷ expected move (0.80 for a
        normal distribution); number of periods, which overlap.

    Notes
    -----
    ESTIMATED from VIX 1990–2021, 14 days: 0.848 inside (normal 0.683), 0.232 astray, mean ratio 0.577. Show both.

    Examples
    --------
    >>> ALVH_MOVE_COVERAGE([100, 101, 99, 103, 104, 103], [0.2, 0.2, 0.2, 0.2, 0.2, 0.2], 3)
       inside  strayed  mean_ratio    n
    0     0.5      0.5    1.107259  4.0
    """
    closes, vols = together(closes, vols)
    found = volatility.move_coverage(closes, vols, days)
    row = (found.inside, found.strayed, found.mean_ratio, found.n)
    return Table(("inside", "strayed", "mean_ratio", "n"), [row])


@cell_function(
    category="Volatility", concept="C09", status="DOCUMENT RULE (untested) use, STANDARD formula", shape="table"
)
def ALVH_VOL_PREMIUM(
    implied_vols: Vols, closes: PositiveColumn, window: Count = 21.0, lookback: Count = 252.0, strength: Fraction = 0.0
) -> Table:
    """Implied against realised volatility now: spread, variance premium, ratio, z-score, and the tilt it would give.

    spread = implied − realised; variance premium = IV²·30/365 − Σr² of 21 sessions; z of the spread over `lookback`;
    tilt = 1 − strength·clip(z, −2, 2)/2.

    Parameters
    ----------
    implied_vols : decimal a year
        Implied volatility at each close, for example VIX/100, oldest first.
    closes : index points
        Closes of the same sessions.
    window : returns
        Returns in each realised volatility, at least 2.
    lookback : sessions
        Spreads in the z-score, the last one included.
    strength : 0 to 1
        κ of the tilt; 0 is off.

    Returns
    -------
    spread, variance_premium, ratio, z, n, tilt
        Decimal a year; squared decimal; realised ÷ implied; standard deviations (#N/A with fewer than `lookback`
        spreads); spreads used; factor of the hedge's size.

    Notes
    -----
    Document rule, untested: the document gives neither formula nor direction. ESTIMATED 1990–2021: VIX exceeded the
    volatility of the next 21 sessions 86 % of the time, so "implied above realised" is the normal state, not a signal.

    References
    ----------
    Carr and Wu, Variance Risk Premiums, 2009; Bollerslev, Tauchen and Zhou 2009.

    Examples
    --------
    >>> vols = [0.16, 0.15, 0.16, 0.17, 0.16, 0.15, 0.14, 0.15, 0.16, 0.15, 0.14, 0.15,
    ...     0.16, 0.15, 0.14, 0.13, 0.14, 0.15, 0.14, 0.13, 0.14, 0.15, 0.16, 0.18]
    >>> closes = [100, 101, 100, 99, 100, 101, 102, 101, 100, 101, 102, 101,
    ...     100, 101, 102, 103, 102, 101, 102, 103, 102, 101, 100, 98]
    >>> ALVH_VOL_PREMIUM(vols, closes, 5, 10, 0.2)[["spread", "ratio", "z", "tilt"]]
         spread    ratio         z      tilt
    0 -0.020119  1.11177 -0.595762  1.059576
    """
    implied_vols, closes = together(implied_vols, closes)
    found = volatility.vol_premium(implied_vols, closes, int(window), int(lookback))
    tilt = float(tilts.premium_tilt(found.z, strength))
    row = (found.spread, found.variance_premium, found.ratio, found.z, found.n, tilt)
    return Table(("spread", "variance_premium", "ratio", "z", "n", "tilt"), [row])
