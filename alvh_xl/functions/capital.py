"""Cost of capital, required and internal returns, and the drag of a hedge (C13 to C16)."""

from __future__ import annotations

from typing import Annotated, Any

from alvh_xl.functions.cells import CellError
from alvh_xl.functions.columns import ColumnKind, DateColumnKind, together
from alvh_xl.functions.kinds import Days, Fraction, NonNegative, Number, NumberKind, Positive, Rate
from alvh_xl.functions.marks import marked
from alvh_xl.functions.registry import Table, cell_function
from alvh_xl.model import capital as costs

Flows = Annotated[Any, ColumnKind("dollars")]
FlowDates = Annotated[Any, DateColumnKind("date")]
Delta = Annotated[Any, NumberKind("delta", low=-1, high=1)]
OpenRate = Annotated[Any, NumberKind("decimal a year", low=-1, high=1, low_open=True)]
_CATEGORY = "Cost of capital"
_USE = "STANDARD, DOCUMENT RULE (untested) use"


@cell_function(category=_CATEGORY, concept="C14", status=_USE, shape="elementwise")
def ALVH_CAPM(risk_free: Rate, beta: Number, equity_premium: Rate) -> Any:
    """Required return of an asset by the capital asset pricing model: risk-free + β·equity premium.

    Parameters
    ----------
    risk_free : decimal a year
        Risk-free rate.
    beta : ratio
        β to the S&P 500, of an option from ALVH_OPTION_BETA.
    equity_premium : decimal a year
        Expected return of equities above the risk-free rate.

    Returns
    -------
    decimal a year
        Far below the risk-free rate for a hedge, whose β is negative.

    Notes
    -----
    Judging the hedge by it is a document rule, untested; "return above the cost of capital" is the wrong test for an
    asset of negative β.

    References
    ----------
    Sharpe, Capital Asset Prices, 1964.

    Examples
    --------
    >>> ALVH_CAPM(0.04, -21.4922, 0.045)
    -0.92715
    """
    return costs.capm(risk_free, beta, equity_premium)


@cell_function(category=_CATEGORY, concept="C13", status=_USE, shape="elementwise")
def ALVH_WACC(
    equity: NonNegative,
    debt: NonNegative,
    cost_of_equity: Rate,
    cost_of_debt: Rate,
    tax: Fraction = 0.0,
    preferred: NonNegative = 0.0,
    cost_of_preferred: Rate = 0.0,
) -> Any:
    """Weighted average cost of capital, at market values.

    (equity·its cost + debt·its cost·(1 − tax) + preferred·its cost)/(equity + debt + preferred).

    Parameters
    ----------
    equity : dollars
        Own capital.
    debt : dollars
        Margin loan; without any capital at all the answer is #DIV/0!.
    cost_of_equity : decimal a year
        Return the owner asks, for example from ALVH_CAPM.
    cost_of_debt : decimal a year
        Rate of the loan.
    tax : decimal
        0 unless interest is deductible.
    preferred : dollars
        Preferred capital, none for a trader.
    cost_of_preferred : decimal a year
        Its rate.

    Returns
    -------
    decimal a year
        0.09 is 9 %.

    Notes
    -----
    Judging the capital tied up in a hedge by it is a document rule, untested.

    References
    ----------
    CFA curriculum, Cost of Capital.

    Examples
    --------
    >>> ALVH_WACC(80, 20, 0.10, 0.06, 0.25)
    0.089
    """
    cost = costs.wacc(equity, debt, cost_of_equity, cost_of_debt, tax, preferred, cost_of_preferred)
    return marked(cost, (CellError.DIV0, equity + debt + preferred == 0.0))


@cell_function(category=_CATEGORY, concept="C14", status="STANDARD", shape="elementwise")
def ALVH_OPTION_BETA(delta: Delta, spot_vol_beta: Number, price: NonNegative) -> Any:
    """β of a VIX option to the S&P 500: its percent gain per 1 % of the index.

    delta·spot-vol β·100/price

    Parameters
    ----------
    delta : per point
        Delta of the option on its future, from ALVH_BLACK76.
    spot_vol_beta : points per +1 %
        From ALVH_SPOT_VOL_BETA, negative.
    price : points
        Price of the option; 0 is #DIV/0!.

    Returns
    -------
    ratio
        Negative for a call.

    Examples
    --------
    >>> ALVH_OPTION_BETA(0.546688314, -0.646, 1.64320131)
    -21.4922
    """
    return marked(costs.option_beta(delta, spot_vol_beta, price), (CellError.DIV0, price == 0.0))


@cell_function(category=_CATEGORY, concept="C15", status="STANDARD", shape="table")
def ALVH_IRR(cashflows: Flows, dates: FlowDates, finance_rate: OpenRate = 0.0, reinvest_rate: OpenRate = 0.0) -> Table:
    """Every internal rate of return of dated cash flows, beside the plain return and the modified rate.

    The rates r with Σ flow/(1 + r)^(days/365) = 0; MIRR = (inflows at the reinvest rate/outflows at the finance
    rate)^(365/span) − 1.

    Parameters
    ----------
    cashflows : dollars
        Paid negative, received positive.
    dates : date
        Date of each, in any order; days count from the earliest.
    finance_rate : decimal a year
        Cost of the outflows, for MIRR.
    reinvest_rate : decimal a year
        Return of the inflows, for MIRR.

    Returns
    -------
    holding_return, days, irr, mirr, finance_rate, reinvest_rate, flag
        A row a root, ascending: decimal not annualised, calendar days, four decimals a year, and single, multiple or
        "total loss" (−1, when nothing comes back).

    Notes
    -----
    Read the holding return first: +184 % in 15 days annualises to 1.06·10¹¹. Flows of one sign are #NUM!.

    References
    ----------
    Hazen, A New Perspective on Multiple Internal Rates of Return, 2003.

    Examples
    --------
    >>> ALVH_IRR([-100, 230, -132], ["2025-01-01", "2026-01-01", "2027-01-01"])[["irr", "mirr", "flag"]]
       irr      mirr      flag
    0  0.1 -0.004320  multiple
    1  0.2 -0.004320  multiple
    """
    cashflows, dates = together(cashflows, dates)
    found = costs.irr(cashflows, dates, finance_rate, reinvest_rate)
    rates = (found.mirr, finance_rate, reinvest_rate)
    rows = [(found.holding_return, found.days, root, *rates, found.flag) for root in found.roots]
    return Table(("holding_return", "days", "irr", "mirr", "finance_rate", "reinvest_rate", "flag"), rows)


@cell_function(category=_CATEGORY, concept="C13", status=_USE, shape="elementwise")
def ALVH_OPPORTUNITY_COST(capital: NonNegative, rate: Rate, days: Days) -> Any:
    """Return forgone on capital tied up: capital·rate·days/365.

    Parameters
    ----------
    capital : dollars
        Premium and margin of the hedge.
    rate : decimal a year
        Cost of capital, from ALVH_WACC.
    days : calendar days
        How long it is tied up.

    Returns
    -------
    dollars
        Over the period.

    Notes
    -----
    As a measure of a hedge it is a document rule, untested: the method's example call costs $1.22 so in 30 days, and
    loses $2.71 a day to time.

    Examples
    --------
    >>> ALVH_OPPORTUNITY_COST(164.32, 0.09, 30)
    1.2155
    """
    return costs.opportunity_cost(capital, rate, days)


@cell_function(category=_CATEGORY, concept="C16", status="STANDARD", shape="table")
def ALVH_HEDGE_DRAG(
    theta: Number,
    roll_down: Number,
    half_spread: NonNegative,
    days: Positive,
    nav: Positive,
    credit: Positive | None = None,
) -> Table:
    """What holding a hedge costs when nothing happens, as profit and loss: a cost is negative.

    dollars = theta·days + roll_down − half_spread; share of NAV a year = dollars/nav·365/days.

    Parameters
    ----------
    theta : dollars a calendar day
        Time decay of the whole hedge; negative for long options.
    roll_down : dollars
        Roll-down of the hedge's future over the period times the hedge's delta and multiplier; negative in contango.
    half_spread : dollars
        Half the bid-ask spread of the whole hedge; always lowers the result.
    days : calendar days
        Holding period.
    nav : dollars
        Value of the portfolio.
    credit : dollars
        Credit of the condors; blank leaves its share #N/A.

    Returns
    -------
    dollars, nav_share, credit_share
        Dollars over the period, decimal of NAV a year, decimal of the credit.

    Examples
    --------
    >>> ALVH_HEDGE_DRAG(-16.24, -40, 30, 15, 250000, 12000)
       dollars  nav_share  credit_share
    0   -313.6   -0.03052      -0.02613
    """
    found = costs.hedge_drag(theta, roll_down, half_spread, days, nav, credit)
    return Table(("dollars", "nav_share", "credit_share"), [(found.dollars, found.nav_share, found.credit_share)])
