"""Cost of capital and the drag of a hedge (C13 to C16)."""

from __future__ import annotations

from alvh_xl.functions.kinds import NonNegative, Number, Positive
from alvh_xl.functions.registry import Table, cell_function
from alvh_xl.model import capital


@cell_function(category="Cost of capital", concept="C16", status="STANDARD", shape="table")
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
    found = capital.hedge_drag(theta, roll_down, half_spread, days, nav, credit)
    return Table(("dollars", "nav_share", "credit_share"), [(found.dollars, found.nav_share, found.credit_share)])
