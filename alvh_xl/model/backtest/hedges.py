"""Hedges of a back-test: VIX calls, VX and mini VX futures on the stored curve or its PROXY, calls priced from VVIX."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from alvh_xl.model import sessions
from alvh_xl.model.backtest.condors import YEAR, Schedule, calendar
from alvh_xl.model.backtest.inputs import BacktestData
from alvh_xl.model.backtest.parameters import Parameters
from alvh_xl.model.black import black76_price, black76_six
from alvh_xl.model.spotvol import FIRST_DAY, LAST_DAY, joint_pair
from alvh_xl.model.types import ArrayLike, FloatArray
from alvh_xl.model.volatility import vix_option_vol

_ROUNDS = 50
_STRESS = -5.0  # percent
_VOL_STRESS = 0.03  # of the vol, a percent of fall (C12)
_VOL_LIMIT = 6.0


@dataclass(frozen=True, slots=True)
class Hedge:
    """One contract a trade, per point and unit; `decided_…` is known on the session before the fill."""

    schedule: Schedule
    premium: FloatArray  # points paid at the fill; 0 for a future, which is only settled daily
    decided_future: FloatArray
    decided_price: FloatArray  # NaN for a future
    decided_dollar_delta: FloatArray  # of one contract, a percent of SPX
    decided_gain: FloatArray  # of one contract at −5 %, the next day
    value: FloatArray  # of a cell, points: price of the call, level of the future
    change: FloatArray  # of a cell, since the session before; 0 on entry
    proxy: FloatArray  # 1 where a cell's future, or its final settlement, is a PROXY
    strike: FloatArray  # of a trade; NaN for a future
    future: FloatArray  # of a cell; the final settlement value where it settled
    vol: FloatArray  # of a cell
    days: FloatArray  # of a cell, calendar days left; 0 where it settled
    multiplier: float
    half_spread: float  # points, each way

    @property
    def last(self) -> FloatArray:
        """1 on the cell a trade ends with."""
        return np.concatenate([self.schedule.first[1:], [1.0]])

    @property
    def has_premium(self) -> bool:
        """Whether it is bought for a price, as a call is."""
        return bool(np.isfinite(self.strike).all())

    def cost(self, fee: float) -> FloatArray:
        """Dollars of cost of each cell for one contract; a final settlement crosses no spread."""
        spread = self.half_spread * self.multiplier
        crossed = self.schedule.first + self.last * (self.days > 0.0)
        return np.asarray(crossed * spread + (self.schedule.first + self.last) * fee, dtype=np.float64)


def terms(instrument: str, p: Parameters) -> tuple[float, float]:
    """Multiplier and half-spread of an instrument."""
    if instrument == "calls":
        return p.vix_multiplier, p.hedge_half_spread
    return (p.future_multiplier if instrument == "futures" else p.mini_multiplier), p.future_half_spread


@lru_cache(maxsize=32)
def expiries(start: float, end: float) -> FloatArray:
    """Monthly VIX expiries, serial dates, from `start` to after `end`; read-only, as a shifted run asks again."""
    first, last = sessions.from_serial(start), sessions.from_serial(end)
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month + 1)
    found = np.array([np.floor(sessions.to_serial(sessions.vix_expiry(m // 12, m % 12 + 1))) for m in months])
    found.setflags(write=False)
    return found


def for_condors(data: BacktestData, trades: Schedule, p: Parameters, tenor: float | None = None) -> Hedge:
    """Hedge of each trade: `p.hedge`, calls at the money; closed with the trade, or at its own final settlement.

    Its expiry is the first monthly one at least `hedge_gap` sessions after settlement or, with `tenor`, at least that
    many calendar days after entry; a rung of the ladder is a call.
    """
    entry = trades.entry.astype(np.intp)
    reach = tenor or 0.0
    last = float(data.dates[-1])
    months = expiries(float(data.dates[0]), last + 120.0 + reach)
    days = calendar(float(data.dates[0]), last + 90.0)
    safe = days[np.searchsorted(days, trades.settlement) + int(p.hedge_gap)]
    wanted = safe if tenor is None else np.maximum(safe, data.dates[entry] + reach)
    expiry = months[np.searchsorted(months, wanted)]
    own_end = np.minimum(np.searchsorted(data.dates, expiry), data.dates.size - 1)
    held = p.hedge_held != 0.0 and tenor is None
    plan = Schedule.of(entry, own_end if held else np.minimum(trades.exit, own_end), expiry)
    return contracts(data, plan, expiry, p, p.hedge if tenor is None else "calls")


def monthly(data: BacktestData, p: Parameters) -> Hedge:
    """Calls of the static overlay: bought on the last trading day before a VIX expiry, sold on the next one's."""
    months = expiries(float(data.dates[0]), float(data.dates[-1]) + 62.0)
    roll = np.searchsorted(data.dates, months) - 1  # the session before the expiry
    inside = np.flatnonzero((roll[:-1] >= 1) & (months[:-1] <= data.dates[-1]))
    entry = roll[inside]
    stop = np.minimum(roll[inside + 1], data.dates.size - 1)
    kept = stop >= entry
    expiry = months[inside + 1][kept]
    trades = Schedule.of(entry[kept], stop[kept], expiry)
    return contracts(data, trades, expiry, p, "calls", p.overlay_delta)


def _strike(future: FloatArray, days: FloatArray, vol: FloatArray, delta: float, rate: float) -> FloatArray:
    """Strike of a call with this delta, by bisection."""
    low, high = 0.3 * future, 8.0 * future
    for _ in range(_ROUNDS):
        middle = 0.5 * (low + high)
        above = black76_six(1.0, future, middle, days / YEAR, vol, rate)[1] > delta
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return 0.5 * (low + high)


@dataclass(frozen=True, slots=True)
class _Quotes:
    """Futures and vols of the expiries looked up, with the calendar days left."""

    days: FloatArray
    future: FloatArray
    vol: FloatArray
    proxy: FloatArray

    @classmethod
    def of(cls, data: BacktestData, rows: ArrayLike, expiry: FloatArray, p: Parameters) -> _Quotes:
        """Quotes at each session's mark; the curve is read at whole days, as its nodes are stored."""
        row = np.asarray(rows, dtype=np.intp)
        whole = expiry - data.dates[row]
        days = np.maximum(whole + (p.settle_hour - p.mark_hour) / 24.0, 0.0)
        future, proxy = data.futures(row, np.maximum(whole, 0.0))
        vol = np.minimum(vix_option_vol(data.vvix_or_proxy()[row], np.maximum(days, 1.0)), _VOL_LIMIT)
        return cls(days, future, vol, proxy)


def contracts(
    data: BacktestData, trades: Schedule, expiry: FloatArray, p: Parameters, instrument: str,
    delta: float | None = None,
) -> Hedge:  # fmt: skip
    """Price, mark and size inputs of one contract a trade; a call is at the money unless `delta` says otherwise."""
    entry = trades.entry.astype(np.intp)
    is_call = instrument == "calls"
    multiplier, half_spread = terms(instrument, p)

    def strike_of(quotes: _Quotes) -> FloatArray:
        if not is_call:
            return np.full(quotes.future.size, np.nan)
        return quotes.future if delta is None else _strike(quotes.future, quotes.days, quotes.vol, delta, p.rate)

    strike = strike_of(_Quotes.of(data, entry, expiry, p))
    before = _Quotes.of(data, np.maximum(entry - 1, 0), expiry, p)
    price, slope, gain = _decided(before, strike_of(before), p.rate)
    beta = joint_pair(np.clip(before.days, FIRST_DAY, LAST_DAY))[0]
    trade = trades.trade.astype(np.intp)
    cell = _settled(data, trades, expiry[trade], _Quotes.of(data, trades.row, expiry[trade], p), p)
    value = _value(cell, strike[trade], p.rate)
    change = np.where(trades.first == 1.0, 0.0, value - np.concatenate([[0.0], value[:-1]]))
    paid = value[trades.first == 1.0]
    return Hedge(
        trades, paid if is_call else np.zeros(paid.size), before.future, price, slope * beta * multiplier,
        gain * multiplier, value, change, cell.proxy, strike, cell.future, cell.vol, cell.days, multiplier, half_spread,
    )  # fmt: skip


def _decided(quotes: _Quotes, strike: FloatArray, rate: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Price, delta and gain of one unit at −5 % the next day (C12); a future has no price, and delta 1."""
    beta, bend = joint_pair(np.clip(quotes.days, FIRST_DAY, LAST_DAY))
    move = beta * _STRESS + bend * _STRESS**2
    if np.isnan(strike).all():
        return strike, np.ones(strike.size), np.asarray(move)
    six = black76_six(1.0, quotes.future, strike, quotes.days / YEAR, quotes.vol, rate)
    stressed = quotes.vol * (1.0 - _VOL_STRESS * _STRESS)
    after = black76_price(1.0, quotes.future + move, strike, np.maximum(quotes.days - 1.0, 1e-6) / YEAR, stressed, rate)
    return six[0], six[1], after - six[0]


def _settled(data: BacktestData, trades: Schedule, expiry: FloatArray, cell: _Quotes, p: Parameters) -> _Quotes:
    """Cells on or after the expiry take the final settlement value; where none is stored, the settle before it: PROXY.

    The settle of the session before is the fair guess: the future is a martingale up to its settlement.
    """
    row = trades.row.astype(np.intp)
    over = data.dates[row] >= expiry
    if not over.any():
        return cell
    stored = np.where(data.dates[row] == expiry, data.final[row], np.nan)
    earlier = _Quotes.of(data, np.maximum(row - 1, 0), expiry, p).future
    known = np.isfinite(stored)
    return _Quotes(
        np.where(over, 0.0, cell.days), np.where(over, np.where(known, stored, earlier), cell.future), cell.vol,
        np.where(over, 1.0 - known, cell.proxy),
    )  # fmt: skip


def _value(cell: _Quotes, strike: FloatArray, rate: float) -> FloatArray:
    """Price of the call or level of the future; intrinsic at the final settlement."""
    if np.isnan(strike).all():
        return cell.future
    priced = black76_price(1.0, cell.future, strike, np.maximum(cell.days, 1e-6) / YEAR, cell.vol, rate)
    return np.asarray(np.where(cell.days > 0.0, priced, np.maximum(cell.future - strike, 0.0)))


def attribution(hedge: Hedge, rate: float, fee: float) -> dict[str, FloatArray]:
    """P&L of each later cell of one contract in dollars: delta, gamma, vega, theta, cost and residual."""
    trade = hedge.schedule.trade.astype(np.intp)
    later = np.flatnonzero(hedge.schedule.first == 0.0)
    before = later - 1
    move = hedge.future[later] - hedge.future[before]
    greeks = np.zeros((6, later.size))
    greeks[1] = 1.0
    if hedge.has_premium:
        days = np.maximum(hedge.days[before], 1e-6) / YEAR
        greeks = black76_six(1.0, hedge.future[before], hedge.strike[trade[later]], days, hedge.vol[before], rate)
    wider = 100.0 * np.where(hedge.days[later] > 0.0, hedge.vol[later] - hedge.vol[before], 0.0)
    points = {
        "delta": greeks[1] * move,
        "gamma": 0.5 * greeks[2] * move**2,
        "vega": greeks[3] * wider,
        "theta": greeks[4] * (hedge.days[before] - hedge.days[later]),
    }
    parts = {name: np.asarray(part * hedge.multiplier) for name, part in points.items()}
    parts["residual"] = hedge.change[later] * hedge.multiplier - sum(parts.values())
    parts["cost"] = -hedge.cost(fee)[later]
    return parts
