"""Macro surprises and the pressure they put on the allocation (C04)."""

from __future__ import annotations

from typing import Any

from alvh_xl.functions.kinds import Count, Date, Number, Series, Whole
from alvh_xl.functions.registry import Table, cell_function
from alvh_xl.model import macro

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
    return macro.surprise_z(actuals, consensus, int(window))


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
