"""How many hedges each strategy holds: layers, literal sizes on four bases, the 0.35 cap, the static overlay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alvh_xl.model.backtest.condors import Condors, Schedule
from alvh_xl.model.backtest.hedges import Hedge, terms
from alvh_xl.model.backtest.inputs import BacktestData
from alvh_xl.model.backtest.parameters import Parameters
from alvh_xl.model.curve import vxth_weight
from alvh_xl.model.layers import lit_path
from alvh_xl.model.signals import ad_deterioration, macd_divergence, rsi_breach
from alvh_xl.model.sizing import floor_contracts
from alvh_xl.model.types import ArrayLike, FloatArray


@dataclass(frozen=True, slots=True)
class Sizes:
    """Contracts a trade at full layers, before rounding down: the four bases and the cap."""

    literal: FloatArray  # (4, trades), at L = 1
    cap: FloatArray  # (trades,)


def layer_flags(data: BacktestData, p: Parameters) -> FloatArray:
    """Lit layers (3, sessions), 1 or 0; what has too little history, or no breadth, is dark."""
    flags = np.zeros((3, data.dates.size))
    if p.layers_on == 0.0:
        return flags
    flags[0] = np.nan_to_num(macd_divergence(data.close))
    flags[1] = np.nan_to_num(rsi_breach(data.close))
    known = np.isfinite(data.advances + data.declines) & (data.advances + data.declines > 0.0)
    if known.any():
        flags[2, known] = np.nan_to_num(ad_deterioration(data.advances[known], data.declines[known]))
    lit = lit_path(flags, p.hold)
    return np.nan_to_num(lit)


def lit_at_entry(data: BacktestData, trades: Condors, p: Parameters) -> FloatArray:
    """Layers (3, trades) as known on the session before the fill, read `signal_shift` sessions later still."""
    before = decision_row(trades.schedule, p, data.dates.size)
    lit = layer_flags(data, p)
    return np.where(np.isfinite(before), lit[:, np.nan_to_num(before).astype(np.intp)], 0.0)


def decision_row(trades: Schedule, p: Parameters, sessions: int) -> FloatArray:
    """Row each trade is decided on: the session before the fill, or `signal_shift` earlier; NaN before the first."""
    row = np.asarray(trades.entry, dtype=np.float64) - 1.0 - p.signal_shift
    return np.where(row >= 0.0, np.minimum(row, sessions - 1.0), np.nan)


def share(data: BacktestData, trades: Schedule, p: Parameters) -> FloatArray:
    """Share of the width to hedge at each trade: a, moved to the macro share by the pressure known then (C03, C04)."""
    base, under_pressure = 0.15 + 0.10 * p.position, 0.40 + 0.20 * p.position
    row = np.maximum(trades.entry.astype(np.intp) - 1, 0)
    pressure = p.macro_strength * np.nan_to_num(data.macro[row])
    return np.asarray(base + pressure * (under_pressure - base))


def sizes(trades: Condors, hedge: Hedge, p: Parameters, h: ArrayLike | None = None) -> Sizes:
    """Unrounded contracts: h·W·100·N/(F·m), h·max loss/g, h·W·100·N/g, h·W·100·N/(price·m), and the cap.

    h is the share of the width, a without macro pressure; m the hedge's dollars a point. A future has no price, so the
    fourth basis holds none.
    """
    h = 0.15 + 0.10 * p.position if h is None else np.asarray(h, dtype=np.float64)
    multiplier, _ = terms(p.hedge, p)
    width = trades.decided_width * p.spx_multiplier * p.condors
    gain = np.where(hedge.decided_gain > 0.0, hedge.decided_gain, np.nan)
    literal = np.stack([
        h * width / (hedge.decided_future * multiplier),
        h * trades.max_loss * p.condors / gain,
        h * width / gain,
        h * width / (hedge.decided_price * multiplier),
    ])  # fmt: skip
    with np.errstate(all="ignore"):
        cap = p.cap * np.abs(trades.decided_gamma) * p.condors / np.abs(hedge.decided_dollar_delta)
    return Sizes(np.nan_to_num(literal), np.where(trades.decided_gamma < 0.0, np.nan_to_num(cap), 0.0))


def rounded(contracts: FloatArray) -> FloatArray:
    """Whole contracts, rounded down once."""
    return np.asarray(floor_contracts(contracts), dtype=np.float64)


def binding(lit: FloatArray, literal: FloatArray, cap: FloatArray, p: Parameters) -> dict[str, float]:
    """Share of trades on which each rule binds the capped strategy; `lit` is the share of layers lit."""
    dark, none = lit == 0.0, rounded(literal) == 0.0
    capped = rounded(cap) < rounded(literal)
    n = max(lit.size, 1)
    return {
        "no layer lit": float(dark.sum() / n),
        "less than one contract": float((none & ~dark).sum() / n),
        f"{p.cap:g} cap": float((capped & ~none & ~dark).sum() / n),
        "allocation": float((~capped & ~none & ~dark).sum() / n),
    }


def overlay_contracts(data: BacktestData, hedge: Hedge, p: Parameters) -> tuple[FloatArray, FloatArray]:
    """Contracts of the static overlay and the published weights: weight(front VX)·capital over the price of a call.

    The front VX is the one known on the session before the purchase (`signal_shift` moves it), and so is the price.
    """
    weight = np.asarray(vxth_weight(front_vx(data, hedge, p)), dtype=np.float64)
    dollars = np.nan_to_num(weight) * p.capital
    return rounded(dollars / (hedge.decided_price * p.vix_multiplier)), weight


def front_vx(data: BacktestData, hedge: Hedge, p: Parameters) -> FloatArray:
    """Future the calls settle on, on the session before each purchase: the front one once the old calls have expired.

    The nearest settle of that session is the contract about to expire. Before the purchase of 18 February 2020 it stood
    below 15 and the next one above: by the expiring one the overlay would have held nothing in March 2020.
    """
    row = np.nan_to_num(decision_row(hedge.schedule, p, data.dates.size)).astype(np.intp)
    future, _ = data.futures(row, hedge.schedule.settlement - data.dates[row])
    return future
