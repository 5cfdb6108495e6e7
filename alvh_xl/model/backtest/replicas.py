"""Replicas of Cboe's published index strategies on SPX options, model-priced: CNDR, PUT and PPUT.

They exist to measure the model: the same pricing that the back-test uses is held against figures somebody published.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from alvh_xl.model.backtest.condors import Schedule, calendar, term_vol
from alvh_xl.model.backtest.index_history import IndexHistory
from alvh_xl.model.backtest.smile import YEAR, Smile
from alvh_xl.model.black import bsm_price, bsm_six
from alvh_xl.model.errors import MissingError
from alvh_xl.model.types import FloatArray

_CLOSE, _OPEN = 16.0 / 24.0, 9.5 / 24.0
_STEP = 5.0  # points between strikes
_ROUNDS = 40
_LOWEST, _HIGHEST = 0.5, 1.6
SHORT_DELTA, LONG_DELTA = 0.20, 0.05  # of CNDR
COVER = 10.0  # CNDR: bills cover ten times the maximum loss
PUT_DISTANCE = 0.05  # PPUT's put, out of the money


@dataclass(frozen=True, slots=True)
class Replica:
    """Level of a replica at each close, NaN before its first roll; `rolls` are the rows on which it was rolled."""

    name: str
    dates: FloatArray
    level: FloatArray
    rolls: FloatArray


@dataclass(frozen=True, slots=True)
class Legs:
    """Options of each month: strikes (months, legs); `side` +1 call, −1 put, one a leg."""

    plan: Schedule
    strikes: FloatArray
    side: FloatArray


def third_fridays(start: float, end: float) -> FloatArray:
    """Sessions on which SPX's monthly options settle: the third Friday, or the session before where it is a holiday.

    Parameters
    ----------
    start, end : serial dates.
    """
    days = calendar(start - 10.0, end)
    first, last = (dt.date(1899, 12, 30) + dt.timedelta(days=int(day)) for day in (start, end))
    found = []
    for month in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        middle = dt.date(month // 12, month % 12 + 1, 15)  # the third Friday is the first one from the 15th on
        friday = (middle + dt.timedelta(days=(4 - middle.weekday()) % 7) - dt.date(1899, 12, 30)).days
        if start <= friday <= end:
            found.append(days[np.searchsorted(days, friday, side="right") - 1])
    return np.array(found)


def _months(history: IndexHistory) -> Schedule:
    """One trade a month: entered at the close of one settlement day, settled at the open of the next."""
    dates = history.data.dates
    days = third_fridays(float(dates[0]), float(dates[-1]) + 40.0)
    days = days[days >= dates[0]]
    entry = np.searchsorted(dates, days)
    kept = np.flatnonzero((entry[:-1] < dates.size) & np.isin(days[:-1], dates))
    if not kept.size:
        raise MissingError("no month of options starts in this history")
    settled = days[1:][kept]
    stop = np.minimum(np.searchsorted(dates, settled, side="right") - 1, dates.size - 1)
    return Schedule.of(entry[kept], np.maximum(stop, entry[kept]), settled)


def _days_left(history: IndexHistory, rows: FloatArray, settled: FloatArray) -> FloatArray:
    """Calendar days from a session's close to 09:30 of the settlement."""
    return np.asarray(settled + _OPEN - history.data.dates[rows.astype(np.intp)] - _CLOSE)


def _vols(history: IndexHistory, smile: Smile, rows: FloatArray, strikes: FloatArray, days: FloatArray) -> FloatArray:
    """Vols (rows, legs)."""
    row = rows.astype(np.intp)
    vix = term_vol(history.data, row, days)[:, np.newaxis]
    spot = history.data.close[row, np.newaxis]
    return smile.vol(row[:, np.newaxis], spot, strikes, days[:, np.newaxis], vix)


def _by_delta(history: IndexHistory, smile: Smile, plan: Schedule, side: float, delta: float) -> FloatArray:
    """Strikes (months,) of this delta at the entry's close, rounded to the step."""
    rows = plan.entry.astype(np.intp)
    days = _days_left(history, plan.entry, plan.settlement)
    spot = history.data.close[rows]
    near, far = spot.copy(), (_LOWEST if side < 0.0 else _HIGHEST) * spot
    for _ in range(_ROUNDS):
        middle = 0.5 * (near + far)
        vol = _vols(history, smile, plan.entry, middle[:, np.newaxis], days)[:, 0]
        found = bsm_six(side, spot, middle, days / YEAR, vol, history.bill[rows], history.dividend[rows])[1]
        high = np.abs(found) > delta
        near, far = np.where(high, middle, near), np.where(high, far, middle)
    return np.asarray(np.floor(far / _STEP + 0.5) * _STEP)


def _marks(history: IndexHistory, smile: Smile, legs: Legs) -> FloatArray:
    """Price of each leg on each cell of the plan (cells, legs): model at closes, intrinsic at the settlement's open."""
    plan = legs.plan
    trade, row = plan.trade.astype(np.intp), plan.row.astype(np.intp)
    days = _days_left(history, plan.row, plan.settlement[trade])
    settled = days < 0.0
    strikes, spot = legs.strikes[trade], history.data.close[row, np.newaxis]
    span = np.maximum(days, 0.0)
    vol = _vols(history, smile, plan.row, strikes, np.maximum(days, 0.05))
    bill, dividend = history.bill[row, np.newaxis], history.dividend[row, np.newaxis]
    price = bsm_price(legs.side, spot, strikes, span[:, np.newaxis] / YEAR, vol, bill, dividend)
    intrinsic = np.maximum(legs.side * (history.open[row, np.newaxis] - strikes), 0.0)
    return np.where(settled[:, np.newaxis], intrinsic, price)


def _chained(history: IndexHistory, plan: Schedule, growth: FloatArray, name: str) -> Replica:
    """Level from the growth of each cell since its month's entry."""
    level = np.full(history.data.dates.size, np.nan)
    starts = np.flatnonzero(plan.first == 1.0)
    stops = np.concatenate([starts[1:], [plan.row.size]])
    now = 1.0
    for start, stop in zip(starts, stops, strict=True):
        rows = plan.row[start:stop].astype(np.intp)
        level[rows] = now * growth[start:stop]
        now = float(level[rows[-1]])
    return Replica(name, history.data.dates, level, plan.entry)


def _interest(history: IndexHistory, plan: Schedule) -> FloatArray:
    """Growth of a bill bought at the entry, on each cell."""
    entry = plan.entry[plan.trade.astype(np.intp)].astype(np.intp)
    gone = history.data.dates[plan.row.astype(np.intp)] - history.data.dates[entry]
    return np.asarray(1.0 + history.bill[entry] * gone / YEAR)


def condor_index(history: IndexHistory, smile: Smile, cost: float = 0.0) -> Replica:
    """CNDR: each month a condor, short 20 and long 5 delta, on bills of ten times its maximum loss.

    Parameters
    ----------
    history : IndexHistory
    smile : Smile
        How SPX options are priced.
    cost : float
        Share of the credit lost to spreads at the entry.

    Returns
    -------
    Replica
        Its level, 1 at the first roll.

    Notes
    -----
    "To guarantee solvency, the Treasury bills cover ten times the maximum loss" (Cboe, CNDR dashboard). Assumed: the
    maximum loss is the wider wing less the credit; options are entered at the third Friday's close instead of 11:00,
    at model prices, and settled at the next settlement day's open. What the index pays for spreads is not published.
    """
    plan = _months(history)
    side, held = np.array([-1.0, -1.0, 1.0, 1.0]), np.array([1.0, -1.0, -1.0, 1.0])
    deltas = (LONG_DELTA, SHORT_DELTA, SHORT_DELTA, LONG_DELTA)
    strikes = np.stack(
        [_by_delta(history, smile, plan, s, d) for s, d in zip(side, deltas, strict=True)], axis=1
    )  # fmt: skip
    legs = Legs(plan, strikes, side)
    value = (_marks(history, smile, legs) * held).sum(axis=1)
    credit = -value[plan.first == 1.0]
    wing = np.maximum(strikes[:, 1] - strikes[:, 0], strikes[:, 3] - strikes[:, 2])
    trade = plan.trade.astype(np.intp)
    kept = (1.0 - cost) * credit
    growth = _interest(history, plan) + (kept[trade] + value) / (COVER * (wing - kept))[trade]
    return _chained(history, plan, growth, "CNDR")


def put_write_index(history: IndexHistory, smile: Smile) -> Replica:
    """PUT: each month an at-the-money put sold, as many as bills and the premium can pay out in full.

    Notes
    -----
    Cboe, PUT: "the amount held in Treasury Bills can finance the maximum possible loss". The strike is the first one
    at or below the close; n = level/(K/(1 + interest to settlement) − premium).
    """
    plan = _months(history)
    rows = plan.entry.astype(np.intp)
    strikes = (np.floor(history.data.close[rows] / _STEP) * _STEP)[:, np.newaxis]
    value = _marks(history, smile, Legs(plan, strikes, np.array([-1.0])))[:, 0]
    premium = value[plan.first == 1.0]
    interest = 1.0 + history.bill[rows] * (plan.settlement - history.data.dates[rows]) / YEAR
    count = 1.0 / (strikes[:, 0] / interest - premium)
    trade = plan.trade.astype(np.intp)
    growth = (1.0 + (count * premium)[trade]) * _interest(history, plan) - count[trade] * value
    return _chained(history, plan, growth, "PUT")


def put_protection_index(history: IndexHistory, smile: Smile) -> Replica:
    """PPUT: the S&P 500 with dividends, and each month a put 5 % below for every share of it.

    Notes
    -----
    Cboe, PPUT. The put is paid for by selling index, and what it pays is reinvested at the roll's close.
    """
    plan = _months(history)
    rows = plan.entry.astype(np.intp)
    target = (1.0 - PUT_DISTANCE) * history.data.close[rows]
    strikes = (np.floor(target / _STEP + 0.5) * _STEP)[:, np.newaxis]
    put = _marks(history, smile, Legs(plan, strikes, np.array([-1.0])))[:, 0]
    trade, total = plan.trade.astype(np.intp), history.total_return()
    index = history.data.close[rows][trade] * total[plan.row.astype(np.intp)] / total[rows][trade]
    whole = index + put
    return _chained(history, plan, whole / whole[plan.first == 1.0][trade], "PPUT")
