"""VIX calls of a back-test, on the stored VX curve or its PROXY; model-priced from VVIX."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alvh_xl.model import sessions
from alvh_xl.model.backtest.condors import YEAR, Schedule, calendar
from alvh_xl.model.backtest.inputs import BacktestData
from alvh_xl.model.backtest.parameters import Parameters
from alvh_xl.model.black import black76_price, black76_six
from alvh_xl.model.spotvol import FIRST_DAY, LAST_DAY, joint_pair
from alvh_xl.model.types import ArrayLike, FloatArray
from alvh_xl.model.volatility import vix_option_vol

_CLOSE, _OPEN = 16.0 / 24.0, 9.5 / 24.0
_ROUNDS = 50
_STRESS = -5.0  # percent
_VOL_STRESS = 0.03  # of the vol, a percent of fall (C12)


@dataclass(frozen=True, slots=True)
class Calls:
    """One call a trade, per point and unit; `decided_…` is known on the session before the fill."""

    schedule: Schedule
    price: FloatArray  # at the fill
    decided_future: FloatArray
    decided_price: FloatArray
    decided_dollar_delta: FloatArray  # of one contract, a percent of SPX
    decided_gain: FloatArray  # of one contract at −5 %, the next day
    value: FloatArray
    change: FloatArray
    proxy: FloatArray  # 1 where a cell's future is a PROXY


def expiries(start: float, end: float) -> FloatArray:
    """Monthly VIX expiries, serial dates, from `start` to after `end`."""
    first, last = sessions.from_serial(start), sessions.from_serial(end)
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month + 1)
    return np.array([np.floor(sessions.to_serial(sessions.vix_expiry(m // 12, m % 12 + 1))) for m in months])


def for_condors(data: BacktestData, trades: Schedule, p: Parameters, tenor: float | None = None) -> Calls:
    """At-the-money call of each trade, closed with it.

    Its expiry is the first monthly one at least `hedge_gap` sessions after settlement or, with `tenor`, at least that
    many calendar days after entry.
    """
    entry = trades.entry.astype(np.intp)
    reach = tenor or 0.0
    last = float(data.dates[-1])
    months = expiries(float(data.dates[0]), last + 120.0 + reach)
    days = calendar(float(data.dates[0]), last + 90.0)
    safe = days[np.searchsorted(days, trades.settlement) + int(p.hedge_gap)]
    wanted = safe if tenor is None else np.maximum(safe, data.dates[entry] + reach)
    expiry = months[np.searchsorted(months, wanted)]
    return calls(data, trades, expiry, None, p)


def monthly(data: BacktestData, p: Parameters) -> Calls:
    """Calls of the static overlay: bought on the last trading day before a VIX expiry, sold on the next one's."""
    months = expiries(float(data.dates[0]), float(data.dates[-1]) + 62.0)
    roll = np.searchsorted(data.dates, months) - 1  # the session before the expiry
    inside = np.flatnonzero((roll[:-1] >= 1) & (months[:-1] <= data.dates[-1]))
    entry = roll[inside]
    stop = np.minimum(roll[inside + 1], data.dates.size - 1)
    kept = stop >= entry
    expiry = months[inside + 1][kept]
    trades = Schedule.of(entry[kept], stop[kept], expiry)
    return calls(data, trades, expiry, p.overlay_delta, p)


def _days(data: BacktestData, rows: ArrayLike, expiry: FloatArray) -> FloatArray:
    """Calendar days from a session's close to 09:30 of the expiry."""
    return expiry + _OPEN - (data.dates[np.asarray(rows, dtype=np.intp)] + _CLOSE)


def _strike(future: FloatArray, days: FloatArray, vol: FloatArray, delta: float, rate: float) -> FloatArray:
    """Strike of a call with this delta, by bisection."""
    low, high = 0.3 * future, 8.0 * future
    for _ in range(_ROUNDS):
        middle = 0.5 * (low + high)
        above = black76_six(1.0, future, middle, days / YEAR, vol, rate)[1] > delta
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return 0.5 * (low + high)


def calls(data: BacktestData, trades: Schedule, expiry: FloatArray, delta: float | None, p: Parameters) -> Calls:
    """Price, mark and size inputs of one call a trade; `delta` None is at the money."""
    entry = trades.entry.astype(np.intp)
    vvix = data.vvix_or_proxy()

    def quote(rows: ArrayLike, days: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        future, proxy = data.futures(rows, days)
        return (
            future,
            np.minimum(vix_option_vol(vvix[np.asarray(rows, dtype=np.intp)], np.maximum(days, 1.0)), 6.0),
            proxy,
        )

    def strike_of(rows: ArrayLike, days: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        future, vol, _ = quote(rows, days)
        return future, vol, future if delta is None else _strike(future, days, vol, delta, p.rate)

    _, _, strike = strike_of(entry, _days(data, entry, expiry))
    before = np.maximum(entry - 1, 0)
    days = _days(data, before, expiry)
    future, vol, level = strike_of(before, days)
    six = black76_six(1.0, future, level, days / YEAR, vol, p.rate)
    beta, bend = joint_pair(np.clip(days, FIRST_DAY, LAST_DAY))
    shocked = future + beta * _STRESS + bend * _STRESS**2
    after = black76_price(1.0, shocked, level, (days - 1.0) / YEAR, vol * (1.0 - _VOL_STRESS * _STRESS), p.rate)
    trade, row = trades.trade.astype(np.intp), trades.row.astype(np.intp)
    left = _days(data, row, expiry[trade])
    cell_future, cell_vol, proxy = quote(row, left)
    value = black76_price(1.0, cell_future, strike[trade], left / YEAR, cell_vol, p.rate)
    change = np.where(trades.first == 1.0, 0.0, value - np.concatenate([[0.0], value[:-1]]))
    size = p.vix_multiplier
    return Calls(trades, value[trades.first == 1.0], future, six[0], six[1] * beta * size, (after - six[0]) * size,
                 value, change, proxy)  # fmt: skip
