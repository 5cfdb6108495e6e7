"""Replica of Cboe's VIX Tail Hedge index (VXTH): the S&P 500 with dividends and 30-delta VIX calls, model-priced."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alvh_xl.model.backtest.condors import YEAR, Schedule
from alvh_xl.model.backtest.hedges import expiries
from alvh_xl.model.backtest.index_history import IndexHistory
from alvh_xl.model.backtest.replicas import Replica
from alvh_xl.model.backtest.smile import vix_smile_vol
from alvh_xl.model.black import black76_price, black76_six
from alvh_xl.model.curve import vxth_weight
from alvh_xl.model.errors import MissingError
from alvh_xl.model.types import FloatArray
from alvh_xl.model.volatility import vix_option_vol

CALL_DELTA = 0.30
_CLOSE, _OPEN = 16.0 / 24.0, 9.5 / 24.0
_ROUNDS = 50


@dataclass(frozen=True, slots=True)
class TailHedge:
    """The replica and, a roll, the calls' expiry, the future the weight was read from, weight, strike and price."""

    index: Replica
    expiry: FloatArray
    future: FloatArray
    weight: FloatArray
    strike: FloatArray
    price: FloatArray


def tail_hedge_index(history: IndexHistory, flat: bool = False) -> TailHedge:
    """VXTH: each month the published weight in 30-delta calls of the next VIX expiry, the rest in the S&P 500.

    Parameters
    ----------
    history : IndexHistory
    flat : bool
        True prices every strike at the method's default vol; False with the smile of `vix_smile_vol`.

    Returns
    -------
    TailHedge
        Levels are 1 at the first roll.

    Notes
    -----
    http://www.cboe.com/index/dashboard/VXTH: the weight follows "the forward value of VIX". Assumed: that is the
    future the calls settle on, as it stands at the roll's close, when the contract that has just expired is gone. The
    calls are bought at that close without a spread, and paid out on the final settlement value of the next expiry
    day; where that is not stored, on the last settle before it. Dividends accrue by the day.
    """
    plan = _rolls(history)
    data, entry = history.data, plan.entry.astype(np.intp)
    future, _ = data.futures(entry, plan.settlement - data.dates[entry])
    weight = np.nan_to_num(np.asarray(vxth_weight(future), dtype=np.float64))
    strike = _strikes(history, plan, future, flat)
    value = _values(history, plan, strike, flat)
    price = value[plan.first == 1.0]
    trade, row = plan.trade.astype(np.intp), plan.row.astype(np.intp)
    total = history.total_return()
    growth = (1.0 - weight)[trade] * total[row] / total[entry][trade] + weight[trade] * value / price[trade]
    level = np.full(data.dates.size, np.nan)
    starts = np.flatnonzero(plan.first == 1.0)
    now = 1.0
    for start, stop in zip(starts, [*starts[1:], row.size], strict=True):
        level[row[start:stop]] = now * growth[start:stop]
        now = float(level[row[stop - 1]])
    return TailHedge(Replica("VXTH", data.dates, level, plan.entry), plan.settlement, future, weight, strike, price)


def _rolls(history: IndexHistory) -> Schedule:
    """From each monthly VIX expiry to the next."""
    dates = history.data.dates
    months = expiries(float(dates[0]), float(dates[-1]) + 62.0)
    kept = np.flatnonzero(np.isin(months[:-1], dates))
    if not kept.size:
        raise MissingError("no VIX expiry in this history")
    following = np.minimum(np.searchsorted(dates, months[1:][kept], side="right") - 1, dates.size - 1)
    return Schedule.of(np.searchsorted(dates, months[kept]), following, months[1:][kept])


def _days(history: IndexHistory, rows: FloatArray, expiry: FloatArray) -> FloatArray:
    """Calendar days from a session's close to 09:30 of the expiry."""
    return np.asarray(expiry + _OPEN - history.data.dates[rows.astype(np.intp)] - _CLOSE)


def _vol(history: IndexHistory, rows: FloatArray, future: FloatArray, strike: FloatArray, days: FloatArray,
         flat: bool) -> FloatArray:  # fmt: skip
    vvix, span = history.data.vvix_or_proxy()[rows.astype(np.intp)], np.maximum(days, 1.0)
    if flat:
        return np.minimum(vix_option_vol(vvix, span), 6.0)
    return vix_smile_vol(vvix, future, strike, span)


def _strikes(history: IndexHistory, plan: Schedule, future: FloatArray, flat: bool) -> FloatArray:
    """Strikes of the 30-delta calls, by bisection, not rounded."""
    days = _days(history, plan.entry, plan.settlement)
    bill = history.bill[plan.entry.astype(np.intp)]
    low, high = 0.3 * future, 8.0 * future
    for _ in range(_ROUNDS):
        middle = 0.5 * (low + high)
        vol = _vol(history, plan.entry, future, middle, days, flat)
        above = black76_six(1.0, future, middle, days / YEAR, vol, bill)[1] > CALL_DELTA
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.asarray(0.5 * (low + high))


def _values(history: IndexHistory, plan: Schedule, strike: FloatArray, flat: bool) -> FloatArray:
    """Value of the call on each cell; on its expiry day what it was settled for."""
    trade, row = plan.trade.astype(np.intp), plan.row.astype(np.intp)
    expiry, data = plan.settlement[trade], history.data
    days = _days(history, plan.row, expiry)
    future, _ = data.futures(row, np.maximum(expiry - data.dates[row], 0.0))
    vol = _vol(history, plan.row, future, strike[trade], days, flat)
    price = black76_price(1.0, future, strike[trade], np.maximum(days, 0.0) / YEAR, vol, history.bill[row])
    before = np.maximum(row - 1, 0)
    last, _ = data.futures(before, np.maximum(expiry - data.dates[before], 0.0))
    final = np.where(np.isfinite(history.settlement[row]), history.settlement[row], last)
    return np.where(days < 0.0, np.maximum(final - strike[trade], 0.0), price)
