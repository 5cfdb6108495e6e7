"""The static VIX-call overlay, the published index weights, and the re-estimation of the spot-vol β (C20, §4)."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from alvh_xl.functions.columns import ColumnKind, together
from alvh_xl.functions.kinds import Days, NonNegative, Number, Points, Positive, Rate, Volatility, word
from alvh_xl.functions.registry import Table, cell_function
from alvh_xl.model import black, curve, spotvol
from alvh_xl.model.errors import DomainError

Changes = Annotated[Any, ColumnKind("percent or points", low=-1000, high=1000)]
FitModel = Annotated[Any, word("linear", "quadratic", "asymmetric")]
_CATEGORY = "VIX curve"


@cell_function(category=_CATEGORY, concept="C20", status="STANDARD", shape="table")
def ALVH_OVERLAY_COST(
    future: Points,
    strike: Positive,
    days: Days,
    vol: Volatility,
    horizon: NonNegative,
    roll_down: Number,
    rate: Rate = 0.0,
) -> Table:
    """What a static long VIX call loses while nothing moves: time decay and the roll-down of its future.

    carry a day = theta + delta·roll_down/horizon, on Black 1976.

    Parameters
    ----------
    future : points
        The future of the call's own expiry.
    strike : points
        Strike of the call.
    days : calendar days
        Days to settlement; 0 is #NUM!.
    vol : decimal a year
        Volatility of the call on its future.
    horizon : calendar days
        Holding period of the roll-down; 0 is #DIV/0!.
    roll_down : points
        Roll-down of the future over that period, from ALVH_ROLL_DOWN; negative in contango.
    rate : decimal a year
        Continuous risk-free rate.

    Returns
    -------
    theta, roll, carry, carry_year
        Points of one call: a calendar day, a day, a day, and carry × 365. Times 100 and the quantity for dollars.

    Notes
    -----
    ALVH holds the same long calls: that it removes contango decay is a document rule, untested; it is reduced at best.

    References
    ----------
    Cboe VIX Tail Hedge Index.

    Examples
    --------
    >>> ALVH_OVERLAY_COST(17, 17, 30, 0.85, 10, -0.27, 0.04)
          theta     roll     carry  carry_year
    0  -0.02707 -0.01476  -0.04183      -15.27
    """
    call = black.black76(1.0, future, strike, days / 365.0, vol, rate)
    if not np.isfinite(call.theta):
        raise DomainError("a call at its settlement has no theta")
    found = curve.overlay_cost(float(call.theta), float(call.delta), roll_down, horizon)
    row = (found.theta, found.roll_down, found.carry, found.carry_year)
    return Table(("theta", "roll", "carry", "carry_year"), [row])


@cell_function(category=_CATEGORY, concept="C20, C34", status="STANDARD", shape="elementwise")
def ALVH_VXTH_WEIGHT(vx_front: Points) -> Any:
    """Share of a portfolio that the Cboe VIX Tail Hedge Index puts into VIX calls.

    Front future up to 15: 0; up to 30: 1 %; up to 50: 0.5 %; above: 0.

    Parameters
    ----------
    vx_front : points
        The front VIX future on the day of the roll.

    Returns
    -------
    decimal
        0.01 is 1 % of the portfolio.

    Notes
    -----
    It buys nothing at 15 and below: the opposite of the document's calm allocation.

    References
    ----------
    Cboe, VIX Tail Hedge Index (VXTH).

    Examples
    --------
    >>> ALVH_VXTH_WEIGHT([15, 15.01, 30.01, 50.01]).tolist()
    [0.0, 0.01, 0.005, 0.0]
    """
    return curve.vxth_weight(vx_front)


@cell_function(category=_CATEGORY, concept="C12", status="STANDARD", shape="table")
def ALVH_SPOT_VOL_FIT(spx_returns: Changes, future_changes: Changes, model: FitModel = "linear") -> Table:
    """Re-estimate how many points a VIX future (or the VIX) moves when the S&P 500 moves by 1 %.

    Least squares with an intercept: change on x (linear), on x and x² (quadratic), on x and min(x, 0) (asymmetric).

    Parameters
    ----------
    spx_returns : percent
        Moves x of the index, at least 120. Remove roll days first.
    future_changes : points
        Changes of the same future over the same days.
    model : word
        linear, quadratic or asymmetric.

    Returns
    -------
    intercept, beta, curvature, se_intercept, se_beta, se_curvature, r_squared, n, residual_sd
        Points; points per 1 %; points per squared percent (asymmetric: the addition per 1 % of a fall; linear: #N/A);
        their Newey-West standard errors with 5 lags; share; days; points.

    Notes
    -----
    ALVH_SPOT_VOL_BETA and table 4A of the method are such fits, 2007–2021, by days to expiry.

    References
    ----------
    Newey and West 1987; Whaley, Understanding the VIX, 2009.

    Examples
    --------
    >>> returns = [-1, 0, -2, 1, 1, -1, -2, -2, -3, 1, 1, 0, -3, -1, 1, 1, 0, 0, -1, -2, 0, -1, -3, 0, 0, -1,
    ...     -1, 0, 0, 0, -2, 2, 0, 1, 1, -1, -1, -1, 1, 0, -2, 1, 0, -3, 0, 2, 0, 1, -1, 1, 1, 2, 0, 1, 1, -1, -1,
    ...     0, 0, -3, -2, -3, 1, 0, 1, 1, 1, 0, -1, -1, -2, 1, -1, 1, 0, -1, 0, 1, 2, 0, 1, -1, 0, -2, -3, -1, 0, 2,
    ...     2, -1, -2, 0, -1, 0, 1, -3, -3, 0, -2, 0, 0, -3, 0, 0, 0, -1, 1, 2, -2, 0, 2, -1, 1, 0, -1, 0, 1, 2, -1,
    ...     0]
    >>> changes = [2, -1, 3, -1, -1, 1, 3, 3, 4, -2, -2, -1, 4, 2, -1, 0, -1, 1, 1, 3, -1, 0, 3, 0, 0, 1, 1, 0,
    ...     0, 0, 3, -2, 0, -1, -1, 1, 1, 1, -2, -1, 3, 0, 0, 3, 0, -2, 0, -2, 1, 0, -2, -1, 0, -2, -1, 1, 0, 0, 0,
    ...     4, 2, 4, -1, 0, 0, -1, -1, 0, 1, 1, 3, -1, 0, -1, 1, 1, 0, -2, -2, 0, 0, 1, 0, 2, 3, 1, -1, -1, -2, 0,
    ...     3, 0, 2, -1, -1, 5, 5, 0, 2, -1, -1, 5, -1, 0, 1, 1, 0, -2, 2, 1, -3, 1, -1, -1, 0, 1, -1, -2, 1, 0]
    >>> ALVH_SPOT_VOL_FIT(returns, changes, "quadratic")[["beta", "curvature", "se_beta", "n"]]
           beta  curvature   se_beta      n
    0 -1.063197   0.116214  0.043539  120.0
    """
    spx_returns, future_changes = together(spx_returns, future_changes)
    found = spotvol.spot_vol_fit(spx_returns, future_changes, model)
    columns = (
        "intercept", "beta", "curvature", "se_intercept", "se_beta", "se_curvature", "r_squared", "n", "residual_sd",
    )  # fmt: skip
    return Table(columns, [tuple(getattr(found, name) for name in columns)])
