"""Keeping to the method: the no-trade band, and audits of how the hedge was traded (C18, C27)."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from alvh_xl.functions.cells import CellError
from alvh_xl.functions.columns import ColumnKind, RowsKind, together
from alvh_xl.functions.kinds import Count, Flag, NonNegative, Number, PointsSeries, Whole
from alvh_xl.functions.registry import Table, cell_function
from alvh_xl.model import discipline
from alvh_xl.model.errors import DomainError, MissingError, ZeroDenominatorError

Trades = Annotated[Any, ColumnKind("number")]
Contracts = Annotated[Any, ColumnKind("number", low=0)]
LayerLog = Annotated[Any, RowsKind("table", (1, 2, 3))]
_RULE = "DOCUMENT RULE (untested), POLICY numbers"


@cell_function(category="Discipline", concept="C27", status=_RULE, shape="table")
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


@cell_function(category="Discipline", concept="C18", status=_RULE, shape="table")
def ALVH_STEWARD(
    trades: Trades, returns: Trades, layer_log: LayerLog, window: Count = 60.0, vix: PointsSeries | None = None
) -> Table:
    """Steward or promoter: whether contracts were added on signals or on every minor dip.

    share = contracts added on minor dips with no layer newly lit/all contracts added; a minor dip is a return between
    minus one standard deviation and 0. Steward: share ≤ 0.20 and no addition within 3 sessions of another without a
    new layer.

    Parameters
    ----------
    trades : contracts
        Bought positive, sold negative, one a session, oldest first.
    returns : percent
        Moves of the S&P 500 in the same sessions.
    layer_log : 0 or 1
        Up to three columns, one a layer, 1 while lit; or one column, the number lit.
    window : sessions
        Only the last ones are judged, at least 2.
    vix : index points
        VIX closes, oldest first, for the half-life shown beside; blank leaves it blank.

    Returns
    -------
    share, verdict, added, crowded, slope, sigma, half_life
        Decimal (#DIV/0! without additions); steward, promoter or "no additions"; contracts; additions too close to
        another; contracts per 1 % on falls (#DIV/0! without a fall); percent; sessions in which VIX loses half of a
        deviation (#NUM! if it does not revert).

    Notes
    -----
    Document rule, untested: an audit of the log, no forecast, without effect on the size. ESTIMATED half-life of VIX
    1990–2021: 33 sessions.

    Examples
    --------
    >>> log = [[0, 0, 0], [1, 0, 0], [1, 0, 0], [1, 0, 0], [1, 1, 0], [1, 1, 0]]
    >>> ALVH_STEWARD([0, 2, 0, 1, 1, 0], [0.3, -1.9, 0.4, -0.5, -1.2, 0.6], log, 6)[["share", "verdict", "crowded"]]
       share   verdict  crowded
    0   0.25  promoter      1.0
    """
    trades, returns, layer_log = together(trades, returns, layer_log)
    found = discipline.steward(trades, returns, layer_log, int(window))
    share = CellError.DIV0 if found.added == 0.0 else found.share
    slope = CellError.DIV0 if np.isnan(found.slope) else found.slope
    half_life = None if vix is None else _half_life(vix)
    row = (share, found.verdict, found.added, found.crowded, slope, found.sigma, half_life)
    return Table(("share", "verdict", "added", "crowded", "slope", "sigma", "half_life"), [row])


def _half_life(vix: Any) -> float | CellError:
    """Half-life of VIX; what is wrong with VIX alone must not hide the verdict beside it."""
    try:
        return discipline.ar1_half_life(vix).half_life
    except DomainError:
        return CellError.NUM
    except ZeroDenominatorError:
        return CellError.DIV0
    except MissingError:
        return CellError.NA


@cell_function(category="Discipline", concept="C27", status=_RULE, shape="table")
def ALVH_LOYALTY(
    held: NonNegative, model: NonNegative, band: NonNegative = 0.20, motion: NonNegative | None = None
) -> Table:
    """Whether the hedge held is stuck beside the model, churned, or follows it: RIGID, CHURN or OK.

    gap = |held − model|/max(model, 1). RIGID: motion < 0.5 and gap > band; CHURN: motion > 1.5.

    Parameters
    ----------
    held : contracts
        Held now.
    model : contracts
        The plan's number.
    band : decimal
        The no-trade band, as a share of the model's number.
    motion : ratio
        From ALVH_MOTION. Where that is #DIV/0! the model stood still: enter a number above 1.5 if held moved, 0 if not.

    Returns
    -------
    gap, verdict
        Decimal, and RIGID, CHURN, OK, or NOT JUDGED where the gap is wide and motion is blank.

    Notes
    -----
    Document rule, untested: do not stay loyal to one hedge ratio. The numbers are POLICY.

    Examples
    --------
    >>> ALVH_LOYALTY(2, 5, 0.2, 0.3)
       gap verdict
    0  0.6   RIGID
    """
    found = discipline.loyalty(held, model, band, motion)
    return Table(("gap", "verdict"), [(found.gap, found.verdict)])


@cell_function(category="Discipline", concept="C27", status=_RULE, shape="value")
def ALVH_MOTION(held_series: Contracts, model_series: Contracts, window: Count = 20.0) -> Any:
    """How much the hedge held moved for each contract by which the model's number moved.

    Σ|Δheld|/Σ|Δmodel| over the last `window` sessions.

    Parameters
    ----------
    held_series : contracts
        Held at each session, oldest first.
    model_series : contracts
        The plan's number at the same sessions.
    window : sessions
        Changes counted; one more session than that is needed.

    Returns
    -------
    ratio
        1 follows the model, below 0.5 is rigid, above 1.5 churns; #DIV/0! while the model stood still.

    Notes
    -----
    Document rule, untested; the numbers are POLICY.

    Examples
    --------
    >>> ALVH_MOTION([2, 2, 3, 3, 3], [2, 4, 3, 5, 6], 4)
    0.166667
    """
    held_series, model_series = together(held_series, model_series)
    return discipline.motion(held_series, model_series, int(window))
