"""Macro surprises and the pressure they make, exchange rate and rate differential (C04, C22, C23)."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from alvh_xl.functions.cells import CellError
from alvh_xl.functions.columns import ColumnKind, entries
from alvh_xl.functions.kinds import Count, Date, Number, PositiveSeries, Series, Whole
from alvh_xl.functions.marks import bars
from alvh_xl.functions.registry import Table, cell_function
from alvh_xl.model import macro

Rates = Annotated[Any, ColumnKind("rate")]
Weights = Annotated[Any, ColumnKind("weight", low=0)]
_CATEGORY = "Macro and fundamentals"


@cell_function(category=_CATEGORY, concept="C04", status="STANDARD", shape="series")
def ALVH_SURPRISE_Z(actuals: Series, consensus: Series, window: Count = 24.0) -> Any:
    """Standardised surprise of a release: (actual − consensus) over the spread of the surprises before it.

    z = (actual − consensus)/sample sd of up to `window` previous surprises; fewer than 12 of them is #N/A.

    Parameters
    ----------
    actuals : percent or decimal
        Published figures, oldest first.
    consensus : the same unit
        What was expected of each.
    window : releases
        How many previous surprises the spread is taken over.

    Returns
    -------
    standard deviations
        As long as the inputs.

    Notes
    -----
    Without a consensus the method's PROXY is actual = (I_t/I_(t−3))⁴ − 1 against I_t/I_(t−12) − 1.

    References
    ----------
    Balduzzi, Elton and Green, Economic News and Bond Prices, 2001.

    Examples
    --------
    >>> ALVH_SURPRISE_Z([1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 2], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])[-1]
    1.914854
    """
    z = macro.surprise_z(actuals, consensus, int(window))
    return bars(z, np.isinf(z), CellError.DIV0)  # the surprises before it do not vary


@cell_function(category=_CATEGORY, concept="C04", status="DOCUMENT RULE (untested)", shape="table")
def ALVH_MACRO_PRESSURE(
    cpi_surprises: Series,
    ppi_surprises: Series,
    last_print: Date,
    asof: Date,
    last_fomc: Date,
    next_fomc: Date,
    threshold: Number = 0.5,
    lookahead: Whole = 14.0,
) -> Table:
    """Inflationary pressure ahead of an FOMC meeting: score, whether it is active, ramp and reason.

    score = mean of the latest CPI and PPI z; active if score ≥ threshold, both z > 0, both printed since the last FOMC
    and the next decision is at most `lookahead` days away.

    Parameters
    ----------
    cpi_surprises : standard deviations
        z of CPI prints, from ALVH_SURPRISE_Z; the last one counts.
    ppi_surprises : standard deviations
        z of PPI prints; the last one counts.
    last_print : date
        The earlier of the two latest release dates.
    asof : date
        The moment looked from.
    last_fomc : date
        Latest FOMC decision.
    next_fomc : date
        Next FOMC decision; a time of day tells whether it is out.
    threshold : standard deviations
        Score from which pressure is active.
    lookahead : calendar days
        How far ahead of the decision the rule acts.

    Returns
    -------
    score, active, ramp, reason
        Standard deviations, 1 or 0, 0 to 1, words.

    Notes
    -----
    "Both prints", the measure of surprise and the horizon are POLICY. The rule buys volatility that is elevated by the
    event itself; after FOMC decisions VIX falls about 3 %.

    Examples
    --------
    >>> ALVH_MACRO_PRESSURE([1.2], [0.6], "2024-03-12", "2024-03-15", "2024-01-31", "2024-03-20")["ramp"].tolist()
    [0.4]
    """
    found = macro.macro_pressure(
        cpi_surprises, ppi_surprises, last_print, asof, last_fomc, next_fomc, threshold, lookahead
    )
    row = (found.score, float(found.active), found.ramp, found.reason)
    return Table(("score", "active", "ramp", "reason"), [row])


@cell_function(category=_CATEGORY, concept="C23", status="DOCUMENT RULE (untested), POLICY weights", shape="value")
def ALVH_RATE_DIFFERENTIAL(domestic: Number, foreign: Rates, weights: Weights) -> Any:
    """Domestic 3-month rate less the weighted foreign one: domestic − Σ weight·foreign/Σ weight.

    Parameters
    ----------
    domestic : percent or decimal
        US 3-month rate.
    foreign : the same unit
        Foreign 3-month rates.
    weights : number
        One a rate, normalised; the method takes EUR 0.40, JPY 0.25, GBP 0.15, CAD 0.10, CHF 0.10. All 0 is #DIV/0!.

    Returns
    -------
    the same unit
        Positive when domestic rates are higher.

    Notes
    -----
    Document rule, untested: higher rates would compress volatility premia. The evidence is contrary or mixed: lax
    policy lowers risk aversion (Bekaert, Hoerova and Lo Duca 2013). Its tilt has strength 0.

    Examples
    --------
    >>> ALVH_RATE_DIFFERENTIAL(5.3, [3.9, 0.1, 5.2, 5.0, 1.7], [0.40, 0.25, 0.15, 0.10, 0.10])
    2.265
    """
    foreign, weights = entries(foreign, weights)
    return macro.rate_differential(domestic, foreign, weights)


@cell_function(category=_CATEGORY, concept="C22", status="DOCUMENT RULE (untested), weight 0", shape="value")
def ALVH_REER_Z(reer: PositiveSeries, lag: Whole = 1.0) -> Any:
    """How unusual the yearly move of the real effective exchange rate is.

    z of the latest 12-month log change within up to 120 months of such changes.

    Parameters
    ----------
    reer : index
        Monthly broad index, oldest first; at least 36 months and the lag.
    lag : months
        Newest months left out, because the index is published about the 20th of the next month.

    Returns
    -------
    standard deviations
        A PROXY with fewer than 132 months and the lag.

    Notes
    -----
    Document rule, untested, weight 0: information only. It is a monthly index; daily statistics of it are impossible.

    References
    ----------
    BIS, broad effective exchange rate indices (FRED RBUSBIS).

    Examples
    --------
    >>> reer = [98, 99, 99, 100, 101, 101, 102, 102, 101, 100, 100, 99, 98, 97, 97, 98, 99, 100, 101, 103,
    ...     104, 105, 106, 106, 107, 108, 108, 107, 106, 105, 105, 104, 104, 105, 106, 108, 109, 110]
    >>> ALVH_REER_Z(reer)
    -0.235840
    """
    return macro.reer_z(reer, int(lag)).z
