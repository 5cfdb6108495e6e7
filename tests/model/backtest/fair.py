"""A world in which every hedge is fair: futures are martingales with just the variance their calls are priced with."""

from __future__ import annotations

import math

import numpy as np

from alvh_xl.model.backtest import BacktestData
from alvh_xl.model.backtest.condors import calendar
from alvh_xl.model.backtest.hedges import expiries

VVIX, LEVEL, SPX_VOL, IMPLIED = 90.0, 18.0, 0.16, 16.0


def vix_vol(days: float, vvix: float = VVIX) -> float:
    """method.md §10: (VVIX/100)·(τ/30)^−0.245."""
    return vvix / 100.0 * math.pow(days / 30.0, -0.245)


def black_call(future: float, strike: float, days: float, vol: float) -> float:
    """Black's formula without interest, written out."""
    spread = vol * math.sqrt(days / 365.0)
    d1 = math.log(future / strike) / spread + spread / 2.0
    normal = [0.5 * (1.0 + math.erf(d / math.sqrt(2.0))) for d in (d1, d1 - spread)]
    return future * normal[0] - strike * normal[1]


def to_settlement(expiry: float, date: float) -> float:
    """Calendar days from 16:00 of a session to 09:30 of the settlement."""
    return expiry - date - 6.5 / 24.0


def fair_world(seed: int, start: float = 42373.0, years: float = 1.5) -> BacktestData:
    """Independent SPX (constant vol, implied = realised) and VX; final settlements included."""
    rng = np.random.default_rng(seed)
    dates = calendar(start, start + 365.25 * years)
    step = np.diff(dates, prepend=dates[0]) / 365.0
    close = 3000.0 * np.exp(np.cumsum(rng.normal(size=dates.size) * SPX_VOL * np.sqrt(step) - 0.5 * SPX_VOL**2 * step))
    shock = rng.normal(size=dates.size)
    rows = []
    for expiry in expiries(start, float(dates[-1]) + 330.0):
        alive = np.flatnonzero(dates < expiry)
        tau = np.array([to_settlement(expiry, dates[i]) for i in alive])
        left = np.array([vix_vol(t) ** 2 * t / 365.0 for t in tau])
        variance = -np.diff(left, prepend=left[0])
        path = LEVEL * np.exp(np.cumsum(np.sqrt(variance) * shock[alive] - 0.5 * variance))
        near = (expiry - dates[alive]) <= 320.0
        rows += [[dates[i], expiry - dates[i], f] for i, f in zip(alive[near], path[near], strict=True)]
        if alive.size < dates.size:
            last = float(np.exp(np.sqrt(left[-1]) * shock[alive.size] - 0.5 * left[-1]))
            rows.append([expiry, 0.0, path[-1] * last])
    vvix = np.full(dates.size, VVIX)
    return BacktestData.of(dates, close, np.full(dates.size, IMPLIED), np.array(rows), vvix)


def crash_world(crash: int, before: float = 17.0, after: float = 40.0) -> BacktestData:
    """Flat curve and VVIX that jump on one session; SPX falls by 30 %."""
    dates = calendar(43101.0, 43101.0 + 120.0)
    jumped = np.arange(dates.size) >= crash
    rows = [
        [day, expiry - day, after if over else before]
        for day, over in zip(dates, jumped, strict=True)
        for expiry in expiries(43101.0, 43101.0 + 500.0)
        if expiry > day
    ]
    close = np.where(jumped, 2100.0, 3000.0)
    vix = np.where(jumped, 60.0, 15.0)
    return BacktestData.of(dates, close, vix, rows, np.where(jumped, 150.0, 90.0))
