"""Two named regimes of the document: the cash press and the second engine (C17, C31)."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from alvh_xl.functions.book import BookTable
from alvh_xl.functions.columns import ColumnKind, together
from alvh_xl.functions.kinds import (
    Count,
    NonNegative,
    NumberKind,
    Points,
    Positive,
    Rate,
    SeriesKind,
)
from alvh_xl.functions.registry import Table, cell_function
from alvh_xl.model import regime, scenario
from alvh_xl.model.errors import DomainError, MissingError, ZeroDenominatorError

VolSeries = Annotated[Any, SeriesKind("decimal a year", low=0, high=6, low_open=True)]
Trigger = Annotated[Any, NumberKind("ratio", low=1, low_open=True)]
Strength = Annotated[Any, NumberKind("number", low=-1, high=1)]
Levels = Annotated[Any, ColumnKind("index points", low=1)]
_CATEGORY = "Allocation and gamma offset"
_STATUS = "DOCUMENT RULE (untested) name, POLICY definition"


@cell_function(category=_CATEGORY, concept="C17", status=_STATUS, shape="table")
def ALVH_CASH_PRESS(
    book_now: BookTable,
    theta_share_at_entry: NonNegative,
    iv_history: VolSeries,
    vix9d: Points,
    vix: Points,
    vix3m: Points,
    spot: Positive,
    rate: Rate = 0.0,
    dividend_yield: Rate = 0.0,
    trigger: Trigger = 1.5,
    strength: Strength = 0.0,
    cap: NonNegative = 0.35,
) -> Table:
    """State of the Big Top cash press, where rapid time decay meets falling volatility: OFF, APPROACH or CONFIRMED.

    ratio = theta share of the condors now/at entry; APPROACH from the trigger on; CONFIRMED if also volatility is below
    its value 5 sessions ago and VIX9D < VIX < VIX3M; cap = 0.35·(1 + strength·progress).

    Parameters
    ----------
    book_now : table
        Legs as for ALVH_BOOK_GREEKS, with today's days and volatilities; the SPX legs count.
    theta_share_at_entry : decimal a day
        condor_share of ALVH_DECAY_CURVE on the day of entry; 0 is #DIV/0!.
    iv_history : decimal a year
        At-the-money volatility of at least 6 sessions, newest last.
    vix9d : index points
        The 9-day index.
    vix : index points
        The 30-day index.
    vix3m : index points
        The 3-month index.
    spot : index points
        Level of the S&P 500 now.
    rate : decimal a year
        Continuous risk-free rate.
    dividend_yield : decimal a year
        Continuous dividend yield.
    trigger : ratio
        From which the press approaches.
    strength : −1 to 1
        λ: how far the cap moves with progress; 0 leaves it alone.
    cap : ratio
        The gamma cap without the press.

    Returns
    -------
    state, progress, ratio, theta_share, vol_falling, contango, cap
        Word; (ratio − 1)/(trigger − 1) within 0 and 1; ratio; decimal a day now; 1 or 0; 1 or 0; the cap in force.

    Notes
    -----
    Document rule, untested; the document gives no direction and every threshold is POLICY. Near expiry condor gamma
    explodes while VIX calls hardly respond: only a smaller condor hedges it.

    Examples
    --------
    >>> legs = [["SPX", "P", 5820, 7, -1, 0.166], ["SPX", "C", 6175, 7, -1, 0.1385]]
    >>> vols = [0.17, 0.16, 0.16, 0.155, 0.15, 0.15]
    >>> ALVH_CASH_PRESS(legs, 0.1028, vols, 13, 14, 16, 6000, 0.04, 0.013)[["state", "progress", "ratio", "cap"]]
           state  progress  ratio   cap
    0  CONFIRMED       1.0  2.823  0.35
    """
    share = _condor_share(scenario.decay_curve(book_now, [0.0], spot, rate, dividend_yield).condor)
    found = regime.cash_press(share, theta_share_at_entry, iv_history, vix9d, vix, vix3m, trigger, strength, cap)
    signs = (float(found.vol_falling), float(found.contango))
    row = (found.state, found.progress, found.ratio, share, *signs, found.cap)
    return Table(("state", "progress", "ratio", "theta_share", "vol_falling", "contango", "cap"), [row])


def _condor_share(decay: scenario.Decay) -> float:
    if decay.extrinsic[0] == 0.0:
        raise ZeroDenominatorError("the condors have no time value")
    if not np.isfinite(decay.share[0]):
        raise DomainError("a leg at its expiry has no theta")
    return float(decay.share[0])


@cell_function(category=_CATEGORY, concept="C31", status=_STATUS, shape="table")
def ALVH_SECOND_ENGINE(
    vix_series: Levels,
    vix3m_series: Levels,
    days: Count = 5.0,
    budget: NonNegative = 0.0,
    book: BookTable | None = None,
    spot: Positive | None = None,
    nav: Positive | None = None,
    borrowed: NonNegative = 0.0,
    rate: Rate = 0.0,
) -> Table:
    """A sleeve of your own (the second engine) whose budget is released while volatility stays expanded.

    Expansion: VIX above VIX3M on each of the last `days` sessions; released = budget·nav while true; borrowing cost =
    borrowed·rate·days/365.

    Parameters
    ----------
    vix_series : index points
        VIX, oldest first.
    vix3m_series : index points
        VIX3M of the same sessions.
    days : sessions
        How many sessions must be expanded.
    budget : share of NAV
        0 by default: nothing is released.
    book : table
        Legs of the sleeve with entry prices, as for ALVH_BOOK_GREEKS; blank reports none.
    spot : index points
        Level of the S&P 500 now; needed with a book.
    nav : dollars
        Value of the portfolio; needed with a budget.
    borrowed : dollars
        Loan that carries the sleeve.
    rate : decimal a year
        Rate of the loan, and of the options.

    Returns
    -------
    expansion, released, dollar_delta, dollar_gamma, max_loss, borrowing_cost, flag
        1 or 0; dollars; dollars per +1 %; its change per 1 %; dollars at expiry (#NUM! when unlimited); dollars over
        `days`; "unlimited loss" with net short calls or futures.

    Notes
    -----
    Document rule, untested: the document gives the name only; this definition is POLICY.

    Examples
    --------
    >>> sleeve = [["VIX", "C", 30, 60, 2, 1.1, 24, 1.9]]
    >>> ALVH_SECOND_ENGINE([25, 27, 26], [24, 25, 25], 3, 0.02, sleeve, 5200, 250000)[["released", "max_loss"]]
       released  max_loss
    0    5000.0     380.0
    """
    if budget > 0.0 and nav is None:
        raise MissingError("a budget is a share of nav, and nav is blank")
    vix, vix3m = together(vix_series, vix3m_series)
    worth = 0.0 if nav is None else nav
    found = regime.second_engine(vix, vix3m, int(days), budget, book, spot, worth, borrowed, rate)
    numbers = (found.dollar_delta, found.dollar_gamma, found.max_loss, found.borrowing_cost)
    row = (float(found.expansion), found.released, *numbers, found.flag or None)
    columns = (
        "expansion", "released", "dollar_delta", "dollar_gamma", "max_loss", "borrowing_cost", "flag",
    )  # fmt: skip
    return Table(columns, [row])
