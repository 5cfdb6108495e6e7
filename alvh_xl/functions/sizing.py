"""Allocation, hedge size, gamma offset and its cap, stress, and the morning's plan (C03, C12, C16, C27)."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from alvh_xl.functions.book import BookTable
from alvh_xl.functions.cells import CellError
from alvh_xl.functions.columns import ColumnKind, together
from alvh_xl.functions.condor import BetaTable
from alvh_xl.functions.kinds import (
    Days,
    Fraction,
    NonNegative,
    Number,
    Pairs,
    Points,
    Positive,
    Rate,
    Series,
    word,
)
from alvh_xl.functions.marks import or_error
from alvh_xl.functions.registry import Table, cell_function
from alvh_xl.model import plan as planning
from alvh_xl.model import sizing
from alvh_xl.model import stress as stressing

Basis = Annotated[Any, word("all", "1", "2", "3", "4", *sizing.BASES)]
Method = Annotated[Any, word("A", "B")]
DailyPnl = Annotated[Any, ColumnKind("dollars")]
VixKnots = Annotated[Any, ColumnKind("index points", low=1)]
ShareKnots = Annotated[Any, ColumnKind("fraction", low=0, high=1)]
_CATEGORY = "Allocation and gamma offset"
_RULE = "DOCUMENT RULE (untested)"


@cell_function(category=_CATEGORY, concept="C03, C04", status=_RULE, shape="elementwise")
def ALVH_ALLOCATION(
    vix: Points,
    macro_ramp: Fraction,
    position: Fraction = 0.5,
    vix_knots: VixKnots | None = None,
    allocation_knots: ShareKnots | None = None,
    calm_low: Fraction = 0.15,
    calm_high: Fraction = 0.25,
    macro_low: Fraction = 0.40,
    macro_high: Fraction = 0.60,
) -> Any:
    """Share of the condor's break-even width to hedge: 15–25 % in calm, 40–60 % under macro pressure.

    base = low + (high − low)·position; allocation = base + ramp·max(0, macro share − base).

    Parameters
    ----------
    vix : index points
        Previous close of VIX; changes the base only if knots are given.
    macro_ramp : fraction
        0 without macro pressure, 1 with it, from ALVH_MACRO_PRESSURE.
    position : fraction
        Where in the two ranges to stand, 0.5 is their middle.
    vix_knots : index points
        Increasing VIX levels of a path of your own; blank keeps the base at every VIX.
    allocation_knots : fraction
        Base at each knot; linear between, flat outside.
    calm_low : fraction
        Low end of the calm range.
    calm_high : fraction
        High end of the calm range.
    macro_low : fraction
        Low end of the macro range.
    macro_high : fraction
        High end of the macro range.

    Returns
    -------
    fraction
        Of the break-even width.

    Notes
    -----
    The document gives the ranges for VIX under 15 and for macro pressure and is silent in between: position and any
    path above 15 are POLICY.

    Examples
    --------
    >>> ALVH_ALLOCATION(11.61, 0)
    0.2
    """
    if vix_knots is not None and allocation_knots is not None:
        vix_knots, allocation_knots = together(vix_knots, allocation_knots)
    return sizing.allocation(
        vix, macro_ramp, position, vix_knots, allocation_knots, calm_low, calm_high, macro_low, macro_high
    )


@cell_function(category=_CATEGORY, concept="C03", status=_RULE, shape="table")
def ALVH_HEDGE_UNITS(
    fraction: NonNegative,
    basis: Basis,
    breakeven_width: Positive,
    condors: Positive,
    future: Points,
    max_loss: Positive | None = None,
    stress_gain: Number | None = None,
    hedge_price: Positive | None = None,
    multiplier: Positive = 100.0,
) -> Table:
    """Contracts of the hedge on the four readings of "x % of the break-even width", unrounded.

    vix_notional h·W·100·N/(F·100); max_loss h·max loss/g; breakeven_payoff h·W·100·N/g; premium h·W·100·N/(price·100),
    with g one contract's gain at −5 %.

    Parameters
    ----------
    fraction : decimal
        h, allocation times layer fraction times tilts.
    basis : word
        all for the four rows, or vix_notional (1), max_loss (2), breakeven_payoff (3), premium (4).
    breakeven_width : points
        Width W of one condor.
    condors : condors
        N.
    future : points
        VIX future of the hedge's expiry, F.
    max_loss : dollars
        Maximum loss of all condors together; needed for max_loss.
    stress_gain : dollars a contract
        g, from ALVH_STRESS; needed for max_loss and breakeven_payoff; not positive is #NUM!.
    hedge_price : points
        Price of the hedge; needed for premium and for the cost.
    multiplier : dollars a point
        100 for VIX options and VXM, 1000 for VX.

    Returns
    -------
    basis, dollars, contracts, cost
        Dollars the basis asks for, contracts, their premium in dollars. A basis whose input is blank is #N/A.

    Notes
    -----
    vix_notional is the literal reading and the default of the plan. Bases 3 and 4 are absurd for narrow wings: always
    look at the four together.

    Examples
    --------
    >>> ALVH_HEDGE_UNITS(0.15, "all", 379.558, 1, 17, 3772.10, 302.19, 1.643201)["contracts"].tolist()
    [3.349, 1.872, 18.84, 34.65]
    """
    found = sizing.hedge_units(
        fraction, basis, breakeven_width, condors, future, max_loss, stress_gain, hedge_price, multiplier
    )
    rows = list(zip(found.basis, found.dollars, found.contracts, found.cost, strict=True))
    return Table(("basis", "dollars", "contracts", "cost"), rows)


def _zero_gamma(result: Any, book_dollar_gamma: Any) -> Any:
    """A book without gamma has nothing to offset: division by the user's zero."""
    zero = np.broadcast_to(book_dollar_gamma == 0.0, np.shape(result))
    if not zero.any():
        return result
    cells = np.asarray(result).astype(object)
    cells[~zero & np.isnan(np.asarray(result, dtype=np.float64))] = CellError.NUM
    cells[zero] = CellError.DIV0
    return cells


@cell_function(category=_CATEGORY, concept="C12", status=_RULE, shape="elementwise")
def ALVH_GAMMA_OFFSET(
    book_dollar_gamma: Number,
    hedge_dollar_delta: Number,
    hedge_dollar_gamma: Number | None = None,
    method: Method = "A",
    move: Positive = 1.0,
) -> Any:
    """Share of the condors' net short gamma that the hedge offsets, to be held below 0.35 at initiation.

    A: |hedge Δ$|/(|book Γ$|·move), hedge delta against the delta a move of so many percent creates. B: hedge Γ$/|book
    Γ$|.

    Parameters
    ----------
    book_dollar_gamma : dollars per 1 % squared
        Of all condors, negative; positive is #NUM! (not short gamma), 0 is #DIV/0!.
    hedge_dollar_delta : dollars per +1 %
        Of all hedge contracts together, negative.
    hedge_dollar_gamma : dollars per 1 % squared
        Of all hedge contracts; needed for method B.
    method : word
        A (default) or B.
    move : percent
        m, 1 by default.

    Returns
    -------
    ratio
        0.35 is the document's cap.

    Notes
    -----
    Delta and gamma have different units; A is the only literal reading that is coherent, and POLICY. B varies
    3.5-fold with the curvature estimate: never size on it.

    Examples
    --------
    >>> ALVH_GAMMA_OFFSET(-271.23, -70.632)
    0.26042
    """
    ratio = sizing.gamma_offset(book_dollar_gamma, hedge_dollar_delta, hedge_dollar_gamma, method, move)
    return _zero_gamma(ratio, book_dollar_gamma)


@cell_function(category=_CATEGORY, concept="C12", status=_RULE, shape="elementwise")
def ALVH_MAX_CONTRACTS(
    book_dollar_gamma: Number, unit_dollar_delta: Number, cap: NonNegative = 0.35, move: Positive = 1.0
) -> Any:
    """Largest whole number of hedge contracts within the gamma cap.

    floor(cap·|book Γ$|·move/|Δ$ of one contract|)

    Parameters
    ----------
    book_dollar_gamma : dollars per 1 % squared
        Of all condors, negative; positive is #NUM!, 0 is #DIV/0!.
    unit_dollar_delta : dollars per +1 %
        Of one contract, negative; 0 or more is #NUM! (not a hedge).
    cap : ratio
        0.35 by default.
    move : percent
        m, 1 by default.

    Returns
    -------
    contracts
        A whole number.

    Examples
    --------
    >>> ALVH_MAX_CONTRACTS(-271.23, -35.316)
    2.0
    """
    return _zero_gamma(sizing.max_contracts(book_dollar_gamma, unit_dollar_delta, cap, move), book_dollar_gamma)


@cell_function(category=_CATEGORY, concept="C12", status="POLICY shocks, ESTIMATED β", shape="table")
def ALVH_STRESS(
    book: BookTable,
    spot: Positive,
    moves: Series,
    rate: Rate = 0.0,
    dividend_yield: Rate = 0.0,
    beta_table: BetaTable | None = None,
    spx_beta: Number = stressing.SPX_BETA,
    spx_curvature: Number = stressing.SPX_CURVATURE,
    vol_bump: NonNegative = stressing.VOL_BUMP,
    days_forward: Days = 1.0,
) -> Table:
    """Profit and loss of condors and hedge for moves of the S&P 500, one day later, by full revaluation.

    SPX vols shift by max(−0.05, min(2, √(30/days))·(β·x + curvature·x²)/100); a VIX future goes to F + β·x +
    curvature·x² with its own tenor's pair, its option's vol to vol·(1 + bump·|x|) on falls.

    Parameters
    ----------
    book : table
        Legs of condors and hedge, as for ALVH_BOOK_GREEKS.
    spot : index points
        Level of the index now.
    moves : percent
        Moves x of the index, for example {-5;-3;3}.
    rate : decimal a year
        Continuous risk-free rate.
    dividend_yield : decimal a year
        Continuous dividend yield.
    beta_table : three columns
        from_days, beta, curvature of VIX futures; blank is table 4A.
    spx_beta : points per +1 %
        30-day vol of SPX options per 1 %.
    spx_curvature : points per squared percent
        Its curvature.
    vol_bump : per percent
        Relative rise of VIX option vols per percent of fall.
    days_forward : calendar days
        1 by default.

    Returns
    -------
    move, condor, hedge, net, offset
        Percent, three dollar figures, and −hedge/condor (#NUM! where the condors do not lose, or beyond the β map).

    Notes
    -----
    Measured against the book's model value now, not against entry prices.

    Examples
    --------
    >>> call = [["VIX", "C", 17, 30, 1, 0.85, 17]]
    >>> ALVH_STRESS(call, 6000, [-3, -5, 3], 0.04, 0.013)["hedge"].tolist()
    [154.37, 302.19, -79.21]
    """
    found = stressing.stress(
        book, spot, moves, rate, dividend_yield, beta_table, spx_beta, spx_curvature, vol_bump, days_forward
    )
    columns = ("move", "condor", "hedge", "net", "offset")
    rows = zip(*(getattr(found, name) for name in columns), strict=True)
    return Table(columns, [tuple(or_error(value, CellError.NUM) for value in row) for row in rows])


@cell_function(category=_CATEGORY, concept="C12", status="STANDARD", shape="table")
def ALVH_MIN_VARIANCE(condor_pnl: DailyPnl, hedge_pnl: DailyPnl) -> Table:
    """Hedge contracts that make the daily variance of condors and hedge together least.

    ratio = −Cov(condor, hedge)/Var(hedge); effectiveness = squared correlation.

    Parameters
    ----------
    condor_pnl : dollars
        Daily profit and loss of all condors, oldest first.
    hedge_pnl : dollars
        Daily profit and loss of one hedge contract on the same days.

    Returns
    -------
    ratio, effectiveness, n, note
        Contracts, share of variance removed, days, and PROXY below 500 days.

    Notes
    -----
    Reading D of the 0.35 rule. A series that does not vary is #DIV/0!.

    References
    ----------
    Ederington, The Hedging Performance of the New Futures Markets, 1979; Hull.

    Examples
    --------
    >>> ALVH_MIN_VARIANCE([10, -20, 15, -30, 5], [-4, 9, -8, 12, -1])
          ratio  effectiveness    n   note
    0  2.295362       0.983935  5.0  PROXY
    """
    condor_pnl, hedge_pnl = together(condor_pnl, hedge_pnl)
    found = stressing.min_variance(condor_pnl, hedge_pnl)
    row = (found.ratio, found.effectiveness, found.n, found.note or None)
    return Table(("ratio", "effectiveness", "n", "note"), [row])


@cell_function(category=_CATEGORY, concept="C03–C05, C12, C16, C27", status=_RULE, shape="table")
def ALVH_PLAN(inputs: Pairs) -> Table:
    """The morning's decision: literal size, every cap, the binding rule by name, contracts to hold, order and reasons.

    hold = floor(min(literal size, gamma cap, liquidity, premium budget)); then the no-trade band against the position
    held.

    Parameters
    ----------
    inputs : two columns
        Name and value, in any order. Required: allocation, layer_fraction, breakeven_width, condors, max_loss, credit,
        book_dollar_gamma, future, hedge_price, unit_dollar_delta. Optional: tilt, stress_gain, theta, roll_down,
        half_spread, fees, horizon, nav, capital_rate, held, basis, cap, move, open_interest, premium_budget, band,
        probability, at_initiation.

    Returns
    -------
    name, value, unit, note
        One row a result, the decision first.

    Notes
    -----
    A required input that is blank, an error or the text MISSING gives NO DECISION and is named; nothing is filled in.

    Examples
    --------
    >>> inputs = {"allocation": 0.2, "layer_fraction": 1, "breakeven_width": 379.558, "condors": 1, "max_loss": 3772.1,
    ...     "credit": 12.279, "book_dollar_gamma": -271.23, "future": 17, "hedge_price": 1.6432,
    ...     "unit_dollar_delta": -35.316, "stress_gain": 302.19}
    >>> ALVH_PLAN(inputs).set_index("name")["value"][["hold", "binding"]].tolist()
    [2.0, '0.35 cap']
    """
    # An error cell goes in as its text, so that the plan can name the input it came from.
    named = {name: value.value if isinstance(value, CellError) else value for name, value in inputs.items()}
    found = planning.plan(named)
    return Table(("name", "value", "unit", "note"), [(row.name, row.value, row.unit, row.note) for row in found.rows])
