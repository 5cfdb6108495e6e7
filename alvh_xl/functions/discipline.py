"""Keeping to the method: the no-trade band (C27)."""

from __future__ import annotations

import numpy as np

from alvh_xl.functions.kinds import Flag, NonNegative, Number, Whole
from alvh_xl.functions.registry import Table, cell_function
from alvh_xl.model import discipline


@cell_function(category="Discipline", concept="C27", status="DOCUMENT RULE (untested), POLICY numbers", shape="table")
def ALVH_REBALANCE(
    held: Whole,
    model: NonNegative,
    cost: NonNegative,
    benefit: Number | None = None,
    band: NonNegative = 0.20,
    cap: NonNegative | None = None,
    at_initiation: Flag = False,
) -> Table:
    """Trade from the contracts held to the model's number, or hold inside the no-trade band.

    Act only if |held − model| ≥ max(1, band·max(model, 1)) and the benefit exceeds the cost.

    Parameters
    ----------
    held : contracts
        Held now.
    model : contracts
        The plan's number.
    cost : dollars
        Half-spread and fees of the order, never the premium.
    benefit : dollars
        Stress loss avoided times the user's probability; blank skips this test, and the reason says so.
    band : decimal
        No-trade band as a share of the model's number.
    cap : contracts
        Number allowed by the gamma cap.
    at_initiation : TRUE or FALSE
        TRUE always cuts a breached cap.

    Returns
    -------
    action, order, cost, benefit, reason
        BUY, SELL or HOLD; signed contracts; dollars; dollars (blank if skipped); words.

    References
    ----------
    Leland 1985; Whalley and Wilmott 1997.

    Examples
    --------
    >>> ALVH_REBALANCE(0, 6, 30)[["action", "order"]]
      action  order
    0    BUY    6.0
    """
    found = discipline.rebalance(held, model, cost, benefit, band, cap, at_initiation)
    gain = None if np.isnan(found.benefit) else found.benefit
    row = (found.action, found.order, found.cost, gain, found.reason)
    return Table(("action", "order", "cost", "benefit", "reason"), [row])
