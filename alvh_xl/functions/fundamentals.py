"""Dividend discount, ratios, trends, fund flows and sentiment: information, weight 0 (C19, C24, C28 to C30)."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from alvh_xl.functions.cells import CellError
from alvh_xl.functions.columns import ColumnKind, entries, together
from alvh_xl.functions.kinds import Count, NonNegative, NonNegativeSeries, Positive, PositiveSeries, Rate
from alvh_xl.functions.marks import marked
from alvh_xl.functions.registry import Table, cell_function
from alvh_xl.model import fundamentals

Figures = Annotated[Any, ColumnKind("number")]
Amounts = Annotated[Any, ColumnKind("number", low=0, low_open=True)]
Weights = Annotated[Any, ColumnKind("weight", low=0)]
Signs = Annotated[Any, ColumnKind("sign", low=-1, high=1)]
_CATEGORY = "Macro and fundamentals"
_RULE = "DOCUMENT RULE (untested), weight 0"


@cell_function(category=_CATEGORY, concept="C24", status="STANDARD", shape="elementwise")
def ALVH_DDM(
    dividend: NonNegative,
    growth: Rate,
    required_return: Rate,
    high_growth: Rate | None = None,
    years: Count | None = None,
) -> Any:
    """Value of a stream of growing payouts (dividend discount model), in one or in two stages.

    One: D1/(r − g). Two: D grows at high_growth in years 2 to n, then at g for ever; all discounted at r.

    Parameters
    ----------
    dividend : index points or dollars
        Next year's payout: dividends and buybacks.
    growth : decimal a year
        g, for ever.
    required_return : decimal a year
        r; not above growth is #NUM!.
    high_growth : decimal a year
        Growth in the first stage; needed with years.
    years : years
        n, whole; blank is one stage.

    Returns
    -------
    index points or dollars
        Unit of the payout.

    Notes
    -----
    Information only: that rates drive equity flows through this model is a document rule, untested. At r − g = 2 to 3 %
    a change of r by 0.1 % moves the value by 3 to 5 %.

    References
    ----------
    Gordon 1962; Damodaran, Investment Valuation.

    Examples
    --------
    >>> ALVH_DDM(50, 0.04, 0.09, 0.08, 5)
    1144.7813
    """
    one_stage = fundamentals.ddm(dividend, growth, required_return)
    if years is None:
        return one_stage
    first = np.nan if high_growth is None else high_growth
    two_stages = fundamentals.ddm(dividend, growth, required_return, first, years)
    value = np.where(np.isnan(years), one_stage, two_stages)
    return marked(value, (CellError.NA, ~np.isnan(years) & np.isnan(first)))


@cell_function(category=_CATEGORY, concept="C24", status="STANDARD", shape="value")
def ALVH_DDM_IMPLIED_RETURN(price: Positive, cash_flows: NonNegativeSeries, terminal_growth: Rate) -> Any:
    """Return that a price implies, given the payouts expected: the root of the dividend discount model.

    The r > g with Σ CF_i/(1 + r)^i + CF_n·(1 + g)/[(r − g)·(1 + r)^n] = price.

    Parameters
    ----------
    price : index points
        Price or index level.
    cash_flows : index points
        Payouts of years 1 to n, the last one positive.
    terminal_growth : decimal a year
        g after year n.

    Returns
    -------
    decimal a year
        r; less the risk-free rate it is the implied equity premium.

    Notes
    -----
    Information only; its use for the hedge is a document rule, untested.

    References
    ----------
    Damodaran, Implied Equity Risk Premiums.

    Examples
    --------
    >>> ALVH_DDM_IMPLIED_RETURN(1211.92, [38.13, 41.37, 44.89, 48.71, 52.85], 0.0422)
    0.078704
    """
    return fundamentals.ddm_implied_return(price, cash_flows, terminal_growth)


@cell_function(category=_CATEGORY, concept="C19, C28, C29", status=_RULE, shape="table")
def ALVH_AGGREGATE_RATIO(numerators: Figures, denominators: Figures) -> Table:
    """Ratio of a group of companies, sum over sum: P/E, P/CF or quick ratio.

    Σ numerators/Σ denominators over the companies with both figures; losses stay in the sum. Never a mean of ratios.

    Parameters
    ----------
    numerators : dollars
        One a company: market value, or liquid assets. A blank is a missing figure.
    denominators : dollars
        Earnings, cash flow or liabilities of the same companies. A sum of 0 is #DIV/0!, below 0 #NUM!.

    Returns
    -------
    ratio, median, coverage
        Σ/Σ, median of the ratios with a positive denominator, share of companies with both figures.

    Notes
    -----
    Document rule, untested, weight 0: accounts move four times a year, so this is no daily input.

    Examples
    --------
    >>> ALVH_AGGREGATE_RATIO([300, 120, 80, 50], [15, 8, -3, 5])
       ratio  median  coverage
    0   22.0    15.0       1.0
    """
    numerators, denominators = entries(numerators, denominators)
    found = fundamentals.aggregate_ratio(numerators, denominators)
    return Table(("ratio", "median", "coverage"), [(found.ratio, found.median, found.coverage)])


@cell_function(
    category=_CATEGORY, concept="C28", status="STANDARD formula, DOCUMENT RULE (untested) use", shape="elementwise"
)
def ALVH_QUICK_RATIO(
    cash: NonNegative, investments: NonNegative, receivables: NonNegative, current_liabilities: NonNegative
) -> Any:
    """Quick ratio of a company: (cash + short-term investments + receivables)/current liabilities.

    Parameters
    ----------
    cash : dollars
        Cash and equivalents.
    investments : dollars
        Short-term investments.
    receivables : dollars
        Receivables.
    current_liabilities : dollars
        Due within a year; 0 is #DIV/0!.

    Returns
    -------
    ratio
        1 covers all current liabilities.

    Notes
    -----
    As a sentiment proxy each morning it is a document rule, untested, weight 0: accounts move four times a year. Leave
    out financials.

    Examples
    --------
    >>> ALVH_QUICK_RATIO(40, 25, 35, 80)
    1.25
    """
    ratio = fundamentals.quick_ratio(cash, investments, receivables, current_liabilities)
    return marked(ratio, (CellError.DIV0, current_liabilities == 0.0))


@cell_function(category=_CATEGORY, concept="C19", status=_RULE, shape="table")
def ALVH_TREND(values: PositiveSeries, short: Count = 63.0, long: Count = 252.0) -> Table:
    """Growth per session of a value, for example market capitalisation, over a short and a long window.

    Least-squares slope of ln(value) on the session number.

    Parameters
    ----------
    values : dollars
        Oldest first, all positive.
    short : sessions
        Short window, at least 2.
    long : sessions
        Long window, at least 2.

    Returns
    -------
    short, long
        Decimals a session; #N/A where the history is shorter than the window.

    Notes
    -----
    Document rule, untested, weight 0.

    Examples
    --------
    >>> ALVH_TREND([100, 101, 102, 101, 103, 104], 3, 6)
          short      long
    0  0.014635  0.007002
    """
    found = fundamentals.trend(values, int(short), int(long))
    return Table(("short", "long"), [(found.short, found.long)])


@cell_function(category=_CATEGORY, concept="C30", status=_RULE, shape="value")
def ALVH_FLOW_Z(shares_outstanding: Amounts, navs: Amounts, window: Count = 20.0, lookback: Count = 252.0) -> Any:
    """How unusual the recent flow into a fund is, for example into a REIT fund.

    Daily flow = change of shares × NAV/assets of the day before; z of its `window`-session sum within `lookback` sums.

    Parameters
    ----------
    shares_outstanding : shares
        Of the fund, oldest first; window + lookback sessions are needed.
    navs : dollars a share
        Net asset value of the same sessions.
    window : sessions
        Length of the sum.
    lookback : sums
        Sums in the z-score, the last one included, at least 2.

    Returns
    -------
    standard deviations
        Negative for outflows.

    Notes
    -----
    Document rule, untested, weight 0.

    Examples
    --------
    >>> ALVH_FLOW_Z([100, 101, 101, 102, 100, 97, 96], [50, 50, 51, 51, 50, 49, 48], 2, 5)
    -0.875016
    """
    shares_outstanding, navs = together(shares_outstanding, navs)
    return fundamentals.flow_z(shares_outstanding, navs, int(window), int(lookback))


@cell_function(category=_CATEGORY, concept="C30", status=_RULE, shape="table")
def ALVH_SENTIMENT(z_scores: Figures, weights: Weights | None, signs: Signs, strength: NonNegative = 0.0) -> Table:
    """Composite of sentiment z-scores and the tilt of the hedge it would give.

    score = Σ weight·sign·clip(z, −2, 2), weights normalised; tilt = 1 + strength·score/2, within 0.80 and 1.20.

    Parameters
    ----------
    z_scores : standard deviations
        One a gauge: P/E, quick ratio, REIT flow; a blank beside a sign is #N/A.
    weights : number
        One a gauge; blank is equal weights.
    signs : +1 or −1
        +1 where a high z asks for more hedge: P/E +1, quick ratio −1, REIT flow −1.
    strength : number
        κ, 0 is off.

    Returns
    -------
    score, tilt, limited
        Standard deviations, factor of the hedge's size, 1 where the limit of 20 % acts.

    Notes
    -----
    Document rule, untested: strength 0 by default.

    Examples
    --------
    >>> ALVH_SENTIMENT([1.5, -0.5, -2.5], None, [1, -1, -1], 0.2)
          score      tilt  limited
    0  1.333333  1.133333      0.0
    """
    if weights is None:
        z, sign = entries(z_scores, signs)
        share = None
    else:
        z, share, sign = entries(z_scores, weights, signs)
    found = fundamentals.sentiment(z, share, sign, strength)
    return Table(("score", "tilt", "limited"), [(found.score, found.tilt, float(found.limited))])
