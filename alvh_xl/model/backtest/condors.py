"""The condors of a back-test: schedule, strikes by delta, daily marks, Greeks; model-priced, but for quoted fills."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from alvh_xl.model import sessions
from alvh_xl.model.backtest.chains import fills
from alvh_xl.model.backtest.inputs import BacktestData
from alvh_xl.model.backtest.parameters import Parameters
from alvh_xl.model.backtest.smile import Smile
from alvh_xl.model.black import bsm_price, bsm_six
from alvh_xl.model.errors import DomainError, MissingError
from alvh_xl.model.types import ArrayLike, FloatArray
from alvh_xl.model.volatility import smile_vol

YEAR = 365.0
_Z_LIMIT = 4.0  # beyond four deviations the smile is flat: a shape is not to be extrapolated
_LOWEST, _HIGHEST = 0.7, 1.3
_ROUNDS = 40
# Points a year of a CNDR replica over the index, 2008 to 2025: on the fixed smile, on SKEW's, on that of a SKEW of 120.
_FLATTERY = {"fixed": 13, "skew": 3, "skew at 120": 6}
_SIDE = np.array([-1.0, -1.0, 1.0, 1.0])  # puts, calls
_HELD = np.array([1.0, -1.0, -1.0, 1.0])  # long, short, short, long


@dataclass(frozen=True, slots=True)
class Schedule:
    """Trades in time: entry and exit as rows of the data, settlement as a date; `cells` lists every day held.

    A cell is one trade on one session, entry included; `trade` and `row` say which.
    """

    entry: FloatArray  # rows, as integers
    exit: FloatArray
    settlement: FloatArray  # serial date
    trade: FloatArray  # of each cell
    row: FloatArray
    first: FloatArray  # 1 on the entry cell

    @classmethod
    def of(cls, entry: ArrayLike, exit: ArrayLike, settlement: ArrayLike) -> Schedule:
        """Schedule with its cells."""
        start, stop = np.asarray(entry, dtype=np.intp), np.asarray(exit, dtype=np.intp)
        length = stop - start + 1
        trade = np.repeat(np.arange(start.size), length)
        offset = np.arange(trade.size) - np.repeat(np.cumsum(length) - length, length)
        first = np.asarray(offset == 0, dtype=np.float64)
        return cls(start, stop, np.asarray(settlement, dtype=np.float64), trade, start[trade] + offset, first)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Condors:
    """One condor a trade, per point and unit."""

    schedule: Schedule
    strikes: FloatArray  # (trades, 4)
    credit: FloatArray  # points, at the fill
    model_credit: FloatArray  # points, at the same moment by the model
    real: FloatArray  # 1 where a chain covered all four legs and the fill is a quoted one
    decided_credit: FloatArray  # points, on the session before
    decided_width: FloatArray  # W, points
    decided_gamma: FloatArray  # dollar gamma of one condor
    max_loss: FloatArray  # dollars of one condor, as decided
    value: FloatArray  # of a cell, what the owner of the condor's legs holds: negative while short
    change: FloatArray  # of a cell, since the session before; on entry the fill against the model's mark
    leg_vols: FloatArray  # (cells, 4)


def term_vol(data: BacktestData, rows: ArrayLike, days: ArrayLike) -> FloatArray:
    """At-the-money vol of SPX: VIX9D to 9 days, total variance between 9, 30 and 93, decimal; missing ones are VIX."""
    row, d = np.asarray(rows, dtype=np.intp), np.maximum(np.asarray(days, dtype=np.float64), 1.0)
    vix = data.vix[row]
    near = np.where(np.isfinite(data.vix9d[row]), data.vix9d[row], vix)
    far = np.where(np.isfinite(data.vix3m[row]), data.vix3m[row], vix)
    low, mid, high = near**2 * 9.0, vix**2 * 30.0, far**2 * 93.0
    inner = np.where(d <= 30.0, low + (mid - low) * (d - 9.0) / 21.0, mid + (high - mid) * (d - 30.0) / 63.0)
    points = np.where(d <= 9.0, near, np.where(d >= 93.0, far, np.sqrt(np.maximum(inner, 1e-8) / d)))
    return np.asarray(points / 100.0)


def leg_vol(
    spot: ArrayLike, strike: ArrayLike, days: ArrayLike, vol: ArrayLike, p: Parameters, smile: Smile | None = None,
    rows: ArrayLike = 0,
) -> FloatArray:  # fmt: skip
    """Smile vol of a leg, flat beyond four deviations; with `smile`, that smile of each session (row)."""
    if smile is not None:
        return smile.vol(rows, spot, strike, days, vol)
    d = np.maximum(np.asarray(days, dtype=np.float64), 1e-6)
    reach = np.exp(_Z_LIMIT * np.asarray(vol) * np.sqrt(d / YEAR))
    inside = np.clip(strike, np.asarray(spot) / reach, np.asarray(spot) * reach)
    return np.clip(smile_vol(spot, inside, d, vol, p.slope, p.curvature), 1e-4, 6.0)


def smile_of(data: BacktestData, p: Parameters) -> Smile | None:
    """Smile of each session by its own SKEW; None is the fixed one of the parameters."""
    return Smile.of_skew(data.skew) if p.smile == "skew" else None


def schedule(data: BacktestData, p: Parameters) -> Schedule:
    """Entry on each week's first session plus the phase; settlement on the last session within `days` of it.

    The calendar, not the data, says when a trade settles, so that cutting the data moves no trade; one that has not
    settled when the data end is marked on the last session.
    """
    dates = data.dates
    week = np.floor((dates - 2.0) / 7.0)  # serial 2 was a Monday
    first = np.flatnonzero(np.concatenate([[False], np.diff(week) > 0.0])) + int(p.roll_phase)
    entry = first[first < dates.size]  # the very first session has no session before it to decide on
    if not entry.size:
        raise MissingError("no week starts in this history")
    days = calendar(float(dates[0]), float(dates[-1]) + 30.0)
    settlement = days[np.searchsorted(days, dates[entry] + p.days, side="right") - 1]
    stop = np.searchsorted(dates, settlement, side="right") - 1
    return Schedule.of(entry, np.maximum(stop, entry), settlement)


def calendar(start: float, end: float) -> FloatArray:
    """Serial dates of the exchange's sessions."""
    first, last = (sessions.from_serial(day).date() for day in (start, end))
    days = sessions.sessions_between(max(first, sessions.FIRST), min(last, sessions.LAST))
    return np.array([(day - dt.date(1899, 12, 30)).days for day in days], dtype=np.float64)


def strikes_by_delta(
    spot: FloatArray, vol: FloatArray, days: FloatArray, p: Parameters, smile: Smile | None = None, rows: ArrayLike = 0
) -> FloatArray:
    """Strikes (trades, 4), shorts where |delta| on the smile is `short_delta`, by bisection, rounded to the step."""
    shorts = []
    for phi, bound in ((-1.0, _LOWEST), (1.0, _HIGHEST)):
        near, far = spot.copy(), bound * spot
        for _ in range(_ROUNDS):
            middle = 0.5 * (near + far)
            sigma = leg_vol(spot, middle, days, vol, p, smile, rows)
            delta = bsm_six(phi, spot, middle, days / YEAR, sigma, p.rate, p.dividend_yield)[1]
            high = np.abs(delta) > p.short_delta
            near, far = np.where(high, middle, near), np.where(high, far, middle)
        shorts.append(np.floor(far / p.strike_step + 0.5) * p.strike_step)
    put, call = shorts
    call = np.maximum(call, put + p.strike_step)
    if (put <= p.wing_width).any():
        raise DomainError(f"wing_width {p.wing_width:g} puts a strike at or below 0: SPX is {spot.min():g}")
    return np.stack([put - p.wing_width, put, call, call + p.wing_width], axis=1)


def _vols(
    data: BacktestData, rows: ArrayLike, strikes: FloatArray, days: FloatArray, p: Parameters, smile: Smile | None
) -> FloatArray:
    """Vols (rows, legs) of strikes (rows, legs)."""
    row = np.asarray(rows, dtype=np.intp)
    spot, vol = data.close[row, np.newaxis], term_vol(data, row, days)[:, np.newaxis]
    return leg_vol(spot, strikes, days[:, np.newaxis], vol, p, smile, row[:, np.newaxis])


def _decided(
    data: BacktestData, plan: Schedule, days: FloatArray, p: Parameters, smile: Smile | None
) -> tuple[FloatArray, FloatArray]:
    """Strikes as of the session before the entry, and six rows (price, delta, gamma, …) × trades × legs of them."""
    before = plan.entry.astype(np.intp) - 1
    spot = data.close[before]
    guess = strikes_by_delta(spot, term_vol(data, before, days), days, p, smile, before)
    sigma = _vols(data, before, guess, days, p, smile)
    years = days[:, np.newaxis] / YEAR
    return guess, bsm_six(_SIDE, spot[:, np.newaxis], guess, years, sigma, p.rate, p.dividend_yield)


def condors(data: BacktestData, p: Parameters) -> Condors:
    """Every condor of the history with its daily marks.

    A condor whose four legs the data's quotes cover is sold at bid and ask; its strikes and its later marks stay the
    model's.
    """
    plan, smile = schedule(data, p), smile_of(data, p)
    entry = plan.entry.astype(np.intp)
    days = plan.settlement - data.dates[entry]
    # Decided on the session before, with that session's spot and vol; filled at the entry's close.
    guess, decided = _decided(data, plan, days, p, smile)
    strikes = strikes_by_delta(data.close[entry], term_vol(data, entry, days), days, p, smile, entry)
    credit = -(decided[0] * _HELD).sum(axis=1)
    gamma = (decided[2] * _HELD).sum(axis=1) * (0.01 * data.close[entry - 1]) ** 2 * p.spx_multiplier
    width = guess[:, 2] - guess[:, 1] + 2.0 * credit
    value, vols = marks(data, plan, strikes, p, smile)
    model = -value[plan.first == 1.0]
    quoted = np.full(model.size, np.nan)
    if data.quotes is not None:
        quoted = fills(data.quotes, data.dates[entry], plan.settlement, strikes, _SIDE, _HELD)
    real = np.isfinite(quoted)
    filled = np.where(real, quoted, model)
    change = np.where(plan.first == 1.0, 0.0, value - np.concatenate([[0.0], value[:-1]]))
    change[plan.first == 1.0] = filled - model
    loss = (p.wing_width - credit) * p.spx_multiplier
    return Condors(
        plan, strikes, filled, model, real.astype(np.float64), credit, width, gamma, loss, value, change, vols
    )


def marks(
    data: BacktestData, plan: Schedule, strikes: FloatArray, p: Parameters, smile: Smile | None = None
) -> tuple[FloatArray, FloatArray]:
    """Value of each cell and the vols of its legs; at settlement the value is intrinsic."""
    trade, row = plan.trade.astype(np.intp), plan.row.astype(np.intp)
    days = plan.settlement[trade] - data.dates[row]
    k = strikes[trade]
    sigma = _vols(data, row, k, days, p, smile)
    years = days[:, np.newaxis] / YEAR
    price = bsm_price(_SIDE, data.close[row, np.newaxis], k, years, sigma, p.rate, p.dividend_yield)
    return (price * _HELD).sum(axis=1), sigma


def pricing_words(data: BacktestData, found: Condors, p: Parameters) -> tuple[str, str]:
    """How the condors were priced, with the share of quoted ones and the model's error on them; and its flattery."""
    kind = p.smile
    if kind == "skew" and np.isfinite(data.skew).mean() < 0.5:
        kind = "skew at 120"
    skew = "a fixed skew" if kind == "fixed" else "the skew that SKEW implies"
    tail = f"SPX legs from VIX and {skew}, VIX calls from VVIX."
    source = f"Model-priced: no traded option price enters; {tail}"
    real = found.real == 1.0
    if real.any():
        off = float(found.model_credit[real].mean() / found.credit[real].mean() - 1.0)
        source = (
            f"{real.sum()} of {real.size} condors ({real.mean():.1%}) are filled at quoted prices, sold at the bid and "
            f"bought at the ask; the model's credit for them is {off:+.0%} off. All else is model-priced: {tail}"
        )
    return source, (
        f"The model flatters the condor: on this smile a replica of Cboe's CNDR earned {_FLATTERY[kind]} points a year "
        "more than the index, which earned 0.50 % a year from 2007 to 2025 on real chains."
    )


def attribution(data: BacktestData, found: Condors, p: Parameters) -> dict[str, FloatArray]:
    """P&L of each cell in points: delta, gamma, vega, theta and residual, from the Greeks of the session before.

    Theta is what the days to the next session take at the spot and vols of the session before: over a weekend, and near
    settlement, the decay of a day is not that of the day before.
    """
    plan = found.schedule
    trade, row = plan.trade.astype(np.intp), plan.row.astype(np.intp)
    days, k = plan.settlement[trade] - data.dates[row], found.strikes[trade]
    spot, years = data.close[row, np.newaxis], days[:, np.newaxis] / YEAR
    six = bsm_six(_SIDE, spot, k, years, found.leg_vols, p.rate, p.dividend_yield)
    later = np.flatnonzero(plan.first == 0.0)
    before = later - 1
    move = (data.close[row[later]] - data.close[row[before]])[:, np.newaxis]
    wider = 100.0 * (found.leg_vols[later] - found.leg_vols[before])
    greeks = six[:, before] * _HELD
    waited = bsm_price(_SIDE, spot[before], k[before], years[later], found.leg_vols[before], p.rate, p.dividend_yield)
    parts = {
        "delta": (greeks[1] * move).sum(axis=1),
        "gamma": (0.5 * greeks[2] * move**2).sum(axis=1),
        "vega": (greeks[3] * wider).sum(axis=1),
        "theta": (waited * _HELD - greeks[0]).sum(axis=1),
    }
    parts["residual"] = found.change[later] - sum(parts.values())
    parts["total"] = found.change[later]
    parts["days_left"] = days[later]
    return parts
