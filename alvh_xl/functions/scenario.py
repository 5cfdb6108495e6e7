"""The book elsewhere in time and price: decay, time-shift and rolls (C10, C11)."""

from __future__ import annotations

from typing import Annotated, Any

from alvh_xl.functions.book import BookTable
from alvh_xl.functions.cells import CellError
from alvh_xl.functions.columns import ColumnKind, together
from alvh_xl.functions.condor import BetaTable
from alvh_xl.functions.kinds import Flag, Number, Points, Positive, Rate, SeriesKind, word
from alvh_xl.functions.marks import or_error
from alvh_xl.functions.registry import Table, cell_function
from alvh_xl.model import scenario
from alvh_xl.model.types import FloatArray

Ahead = Annotated[Any, SeriesKind("calendar days", low=0)]
Shifts = Annotated[Any, ColumnKind("calendar days", low=0)]
Moves = Annotated[Any, ColumnKind("percent", low=-100, low_open=True)]
Tenors = Annotated[Any, ColumnKind("calendar days", low=0)]
Settles = Annotated[Any, ColumnKind("points", low=1)]
Smile = Annotated[Any, word("sticky_strike", "sticky_delta")]
_CATEGORY = "Condor and book"
_SHIFT = "DOCUMENT RULE (untested) name, STANDARD computation"
_SHIFTED = ("condor", "hedge", "pnl", "delta", "gamma", "vega", "theta", "dollar_delta", "dollar_gamma")


@cell_function(category=_CATEGORY, concept="C10", status="STANDARD, DOCUMENT RULE (untested) use", shape="table")
def ALVH_DECAY_CURVE(
    book: BookTable, days_forward: Ahead, spot: Positive, rate: Rate = 0.0, dividend_yield: Rate = 0.0
) -> Table:
    """Time value left, theta and theta's share of it on days ahead, for the condors, the hedge and both.

    Every leg is repriced on every day with spot, futures and volatilities fixed; share = |theta|/|extrinsic| a day.

    Parameters
    ----------
    book : table
        Legs as for ALVH_BOOK_GREEKS.
    days_forward : calendar days
        Days from now, one row each.
    spot : index points
        Level of the index now.
    rate : decimal a year
        Continuous risk-free rate.
    dividend_yield : decimal a year
        Continuous dividend yield.

    Returns
    -------
    days_forward, then extrinsic, left, theta and share of condor_, hedge_ and net_, note
        Points × quantity; share of the time value now; points a calendar day; decimal a day. Without time value left
        and share are #DIV/0!; at the very instant of an expiry theta is #NUM!.

    Notes
    -----
    To watch this curve is a document rule, untested. Only at the money does time value fall with the square root of
    time; out of the money, and for spreads, it does not.

    References
    ----------
    Natenberg, Option Volatility and Pricing.

    Examples
    --------
    >>> legs = [["SPX", "P", 5820, 14, -1, 0.165932], ["SPX", "C", 6175, 14, -1, 0.138512]]
    >>> ALVH_DECAY_CURVE(legs, [0, 7], 6000, 0.04, 0.013)[["days_forward", "condor_left", "condor_share"]]
       days_forward  condor_left  condor_share
    0           0.0     1.000000      0.102810
    1           7.0     0.306013      0.290336
    """
    found = scenario.decay_curve(book, days_forward, spot, rate, dividend_yield)
    groups = {"condor": found.condor, "hedge": found.hedge, "net": found.net}
    names = [f"{group}_{name}" for group in groups for name in ("extrinsic", "left", "theta", "share")]
    rows = []
    for i, day in enumerate(found.days_forward):
        cells = [cell for group in groups.values() for cell in _decay_cells(group, i)]
        rows.append((day, *cells, found.note or None))
    return Table(("days_forward", *names, "note"), rows)


def _decay_cells(group: scenario.Decay, i: int) -> tuple[Any, ...]:
    """Four cells of one group on one day: 0 time value in a denominator, or a Greek at expiry, is an error."""
    extrinsic = float(group.extrinsic[i])
    no_share = CellError.DIV0 if extrinsic == 0.0 else CellError.NUM
    return (
        extrinsic,
        or_error(group.left[i], CellError.DIV0),
        or_error(group.theta[i], CellError.NUM),
        or_error(group.share[i], no_share),
    )


@cell_function(category=_CATEGORY, concept="C11", status=_SHIFT, shape="table")
def ALVH_TIME_SHIFT(
    book: BookTable,
    days_forward: Shifts,
    spot_move: Moves,
    spot: Positive,
    smile: Smile = "sticky_strike",
    rate: Rate = 0.0,
    dividend_yield: Rate = 0.0,
    curve_days: Tenors | None = None,
    curve_settles: Settles | None = None,
    beta_table: BetaTable | None = None,
    spot_vol: Flag = False,
    vix: Points | None = None,
) -> Table:
    """Profit and loss and Greeks of a book some days later at another level of the index.

    Σ quantity·multiplier·(value after − value now) at S·(1 + move/100); a VIX future moves along today's curve to
    F(τ − days).

    Parameters
    ----------
    book : table
        Legs as for ALVH_BOOK_GREEKS.
    days_forward : calendar days
        One number, or one a scenario.
    spot_move : percent
        Move of the index, one number or one a scenario.
    spot : index points
        Level of the index now.
    smile : word
        sticky_strike: legs keep their volatility; sticky_delta: they read the book's own curve of the same expiry at
        strike·S0/S1 (PROXY).
    rate : decimal a year
        Continuous risk-free rate.
    dividend_yield : decimal a year
        Continuous dividend yield.
    curve_days : calendar days
        Days to expiry of today's VIX futures, increasing; blank leaves futures where they are (PROXY).
    curve_settles : points
        Their settlement prices.
    beta_table : three columns
        from_days, beta, curvature for the dollar Greeks of VIX legs; blank is table 4A.
    spot_vol : TRUE or FALSE
        TRUE also moves VIX futures with the index, by β·x + curvature·x²; FALSE is the method's reading.
    vix : index points
        The VIX now: below the first contract the curve is drawn straight to it (PROXY). Blank leaves #NUM! there.

    Returns
    -------
    days_forward, spot_move, condor, hedge, pnl, delta, gamma, vega, theta, dollar_delta, dollar_gamma, note
        One row a scenario: three dollar figures, Greeks of the SPX legs (quantity × per unit), dollars per 1 % of the
        whole book, words. Beyond the curve, and Greeks at the instant of expiry, are #NUM!.

    Notes
    -----
    Time-Shifting as a name is a document rule, untested; reading it as scenario revaluation is POLICY. With
    spot_vol FALSE VIX futures only age along the curve and do not answer the index.

    References
    ----------
    Bergomi, Smile Dynamics IV, 2009.

    Examples
    --------
    >>> legs = [["SPX", "P", 5820, 14, -1, 0.165932], ["SPX", "C", 6175, 14, -1, 0.138512]]
    >>> ALVH_TIME_SHIFT(legs, 5, [-2, 0, 2], 6000, "sticky_strike", 0.04, 0.013)["pnl"].tolist()
    [-457.90, 1526.29, -304.67]
    """
    days_forward, spot_move = _scenarios(days_forward, spot_move)
    if curve_days is not None and curve_settles is not None:
        curve_days, curve_settles = together(curve_days, curve_settles)
    found = scenario.time_shift(
        book, days_forward, spot_move, spot, smile, rate, dividend_yield, curve_days, curve_settles,
        spot_vol=spot_vol, beta_table=beta_table, vix=vix,
    )  # fmt: skip
    rows = []
    for i, (day, move) in enumerate(zip(found.days_forward, found.move, strict=True)):
        shifted = (or_error(getattr(found, name)[i], CellError.NUM) for name in _SHIFTED)
        rows.append((day, move, *shifted, found.note or None))
    return Table(("days_forward", "spot_move", *_SHIFTED, "note"), rows)


def _scenarios(days: FloatArray, moves: FloatArray) -> list[FloatArray]:
    """Days and moves row by row; a single one of either goes with every one of the other."""
    if 1 in (len(days), len(moves)):
        return [*together(days), *together(moves)]
    return together(days, moves)


@cell_function(category=_CATEGORY, concept="C11", status=_SHIFT, shape="table")
def ALVH_ROLL(
    old_legs: BookTable,
    new_legs: BookTable,
    spot: Positive,
    rate: Rate = 0.0,
    dividend_yield: Rate = 0.0,
    realised_before: Number = 0.0,
    beta_table: BetaTable | None = None,
) -> Table:
    """What a roll brings in, the loss it realises, and how width, gamma and largest loss change.

    net credit = Σ old quantity·multiplier·mark − Σ new quantity·multiplier·price; realised loss = Σ old
    quantity·multiplier·(entry − mark).

    Parameters
    ----------
    old_legs : table
        Legs to close, with entry prices; mark is the closing price, blank takes the model value.
    new_legs : table
        Legs to open; price is the fill, blank takes the model value.
    spot : index points
        Level of the index now.
    rate : decimal a year
        Continuous risk-free rate.
    dividend_yield : decimal a year
        Continuous dividend yield.
    realised_before : dollars
        Losses that earlier rolls of this chain realised, positive; gains negative.
    beta_table : three columns
        from_days, beta, curvature for the gamma of VIX legs; blank is table 4A.

    Returns
    -------
    net_credit, realised_loss, cumulative_loss, width_change, gamma_change, max_loss_change, note
        Dollars, dollars, dollars, points × condors (#N/A if the legs are no condors), dollars per 1 % squared, dollars
        (#NUM! when only one of the two is limited), words.

    Notes
    -----
    A roll realises the loss; its credit is not profit, and rolling losers into larger size is a doubling scheme. That
    rolling travels in time is a document rule, untested.

    Examples
    --------
    >>> old = [["SPX", "P", 5770, 7, 1, 0.21, None, 11, 26], ["SPX", "P", 5820, 7, -1, 0.2, None, 17, 38]]
    >>> new = [["SPX", "P", 5720, 28, 1, 0.19, None, 40], ["SPX", "P", 5770, 28, -1, 0.18, None, 47]]
    >>> ALVH_ROLL(old, new, 5850, 0.04, 0.013, 250)[["net_credit", "realised_loss", "cumulative_loss"]]
       net_credit  realised_loss  cumulative_loss
    0      -500.0          600.0            850.0
    """
    found = scenario.roll(old_legs, new_legs, spot, rate, dividend_yield, realised_before, beta_table)
    columns = (
        "net_credit", "realised_loss", "cumulative_loss", "width_change", "gamma_change", "max_loss_change", "note",
    )  # fmt: skip
    return Table(columns, [tuple(getattr(found, name) for name in columns)])
