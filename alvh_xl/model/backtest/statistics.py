"""What a path of daily dollars was worth, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alvh_xl.model.types import FloatArray

SESSIONS = 252.0
_TAIL = 0.01
# First and last day of each crisis, serial: 2008-09-02…11-20, 2011-07-25…10-03, 2015-08-18…08-25,
# 2018-02-01…02-08, 2020-02-20…03-23.
CRISES = {
    "2008": (39693.0, 39772.0),
    "2011": (40749.0, 40819.0),
    "2015": (42234.0, 42241.0),
    "2018": (43132.0, 43139.0),
    "2020": (43881.0, 43913.0),
}
# Calendar years of each sub-period, both included.
PERIODS = {
    "to 2006": (1900, 2006),
    "2007-2009": (2007, 2009),
    "2010-2016": (2010, 2016),
    "2017-2019": (2017, 2019),
    "2020-2021": (2020, 2021),
    "2022 on": (2022, 9999),
}
_FEWEST = 60  # sessions of a sub-period that is shown
# ln(1 + r) at which a rate of return is looked for; far down, where a premium is lost within days, in steps of 3 %.
_RATE_STEPS = np.concatenate([-np.geomspace(5000.0, 20.0, 200)[:-1], np.linspace(-20.0, 10.0, 1201)])
_HALVINGS = 60


@dataclass(frozen=True, slots=True)
class Statistics:
    """Figures of one strategy; shares are of the capital, a year where a rate."""

    cagr: float
    vol: float
    sharpe: float
    sharpe_low: float
    sharpe_high: float
    max_drawdown: float
    cvar: float
    worst_day: float
    worst_week: float
    hedge_cost: float
    calm_cost: float
    turnover: float
    hedge_return: float  # on the premium paid, not annualised
    hedge_irr: float  # a year, of the premium laid out anew with every trade; NaN without premium or a single rate
    per_cvar: float  # mean year's gain over the 99 % CVaR of a day


def cvar(pnl: FloatArray) -> FloatArray:
    """Mean loss of the worst 1 % of days (at least one), positive, along the last axis."""
    count = max(1, int(np.ceil(_TAIL * pnl.shape[-1])))
    worst = np.partition(pnl, count - 1, axis=-1)[..., :count]
    return np.asarray(-worst.mean(axis=-1))


def score(pnl: FloatArray) -> FloatArray:
    """Mean dollars a year over the 99 % CVaR of a day: what a unit of tail loss earns."""
    tail = cvar(pnl)
    with np.errstate(all="ignore"):
        return np.where(tail > 0.0, pnl.mean(axis=-1) * SESSIONS / tail, np.nan)


def percentile_of(value: float, draws: FloatArray) -> float:
    """Share of draws below the value, in percent; NaN without draws or without a value."""
    return float(100.0 * np.mean(draws < value)) if draws.size and np.isfinite(value) else float("nan")


def drawdown(pnl: FloatArray, capital: float) -> FloatArray:
    """Fall from the highest equity so far, as a share of it, along the last axis."""
    equity = capital + np.cumsum(pnl, axis=-1)
    top = np.maximum.accumulate(np.maximum(equity, capital), axis=-1)
    return np.asarray(equity / top - 1.0)


def statistics(
    dates: FloatArray, pnl: FloatArray, hedge: FloatArray, premium: float, contracts: float, capital: float,
    cash: FloatArray | None = None,
) -> Statistics:  # fmt: skip
    """All figures of one strategy; the Sharpe interval is ±1.96·√((1 + S²/2)/n) of the daily ratio (Lo 2002)."""
    years = max((dates[-1] - dates[0]) / 365.25, 1.0 / 365.25)
    end = 1.0 + pnl.sum() / capital
    sd = pnl.std(ddof=1) if pnl.size > 1 else np.nan
    daily = pnl.mean() / sd if sd > 0.0 else np.nan
    half = 1.96 * np.sqrt((1.0 + 0.5 * daily**2) / pnl.size)
    week = np.convolve(pnl, np.ones(min(5, pnl.size)), mode="valid")
    root = np.sqrt(SESSIONS)
    return Statistics(
        cagr=-1.0 if end <= 0.0 else float(end ** (1.0 / years) - 1.0),  # of NaN it is NaN
        vol=float(sd * root / capital),
        sharpe=float(daily * root),
        sharpe_low=float((daily - half) * root),
        sharpe_high=float((daily + half) * root),
        max_drawdown=float(drawdown(pnl, capital).min()),
        cvar=float(cvar(pnl) / capital),
        worst_day=float(pnl.min() / capital),
        worst_week=float(week.min() / capital),
        hedge_cost=float(-hedge.sum() / capital / years) + 0.0,  # never -0
        calm_cost=calm_cost(dates, hedge, capital),
        turnover=float(contracts / years),
        hedge_return=float(hedge.sum() / premium) if premium > 0.0 else float("nan"),
        hedge_irr=programme_rate(dates, cash) if cash is not None and premium > 0.0 else float("nan"),
        per_cvar=float(score(pnl)),
    )


def programme_rate(dates: FloatArray, cash: FloatArray) -> float:
    """Internal rate of return a year of dated cash flows: r with sum of flow/(1 + r)^(days/365) = 0.

    NaN without a root, or with several. Looked for in steps of 0.025 of ln(1 + r) from -20 to 10, and in wider ones
    down to -5000, then halved to the last bit; `capital.irr` isolates every root but takes seconds on a history of
    decades.
    """
    moved = cash != 0.0
    if not ((cash > 0.0).any() and (cash < 0.0).any()):
        return float("nan")
    flows, years = cash[moved], (dates[moved] - dates[moved][0]) / 365.0
    sizes = np.log(np.abs(flows))

    def worth(u: FloatArray) -> FloatArray:
        exponents = sizes - np.multiply.outer(u, years)
        return np.asarray(np.exp(exponents - exponents.max(axis=-1, keepdims=True)) @ np.sign(flows))

    values = worth(_RATE_STEPS)
    changes = np.flatnonzero(np.sign(values[1:]) != np.sign(values[:-1]))
    if changes.size != 1:
        return float("nan")
    low, high = _RATE_STEPS[changes[0]], _RATE_STEPS[changes[0] + 1]
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        same = np.sign(worth(np.array([middle]))[0]) == np.sign(values[changes[0]])
        low, high = (middle, high) if same else (low, middle)
    return float(np.expm1(0.5 * (low + high)))


def period_gains(dates: FloatArray, pnl: FloatArray, capital: float) -> dict[str, tuple[float, float]]:
    """Gain a year as a share of the capital, and over CVaR, in each sub-period with at least 60 sessions."""
    year = years_of(dates)
    found = {}
    for name, (first, last) in PERIODS.items():
        part = pnl[(year >= first) & (year <= last)]
        if part.size >= _FEWEST:
            found[name] = (float(part.mean() * SESSIONS / capital), float(score(part)))
    return found


def calm_cost(dates: FloatArray, hedge: FloatArray, capital: float) -> float:
    """Cost of the hedge a year, on the sessions of calendar years without a crisis; NaN when there are none."""
    calm = -hedge[~np.isin(years_of(dates), [int(name) for name in CRISES])]
    return float(calm.mean() * SESSIONS / capital) + 0.0 if calm.size else float("nan")


def crisis_gains(dates: FloatArray, pnl: FloatArray) -> dict[str, float]:
    """Dollars over each named crisis that the history covers whole."""
    found = {}
    for name, (start, end) in CRISES.items():
        if dates[0] <= start and dates[-1] >= end:
            found[name] = float(pnl[(dates >= start) & (dates <= end)].sum())
    return found


def years_of(dates: FloatArray) -> FloatArray:
    """Calendar year of each serial date."""
    days = np.datetime64("1899-12-30") + np.floor(dates).astype(np.int64)
    return np.asarray(days.astype("datetime64[Y]").astype(np.int64) + 1970, dtype=np.float64)


def without_year(dates: FloatArray, pnl: FloatArray, year: int) -> float:
    """Return over CVaR with one calendar year left out; NaN where nothing is left."""
    kept = pnl[years_of(dates) != year]
    return float(score(kept)) if kept.size else float("nan")
