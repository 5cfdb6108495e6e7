"""Runs a back-test: unit paths once, then every strategy and placebo draw as contracts on those paths."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from alvh_xl.model.backtest import condors as ic
from alvh_xl.model.backtest import hedges, strategies
from alvh_xl.model.backtest.inputs import BacktestData, describe
from alvh_xl.model.backtest.parameters import STRATEGIES, Parameters
from alvh_xl.model.backtest.statistics import cvar, score
from alvh_xl.model.errors import ShapeError
from alvh_xl.model.types import FloatArray

REFERENCE = "literal_1"  # (iv) of method.md §10, whose CVaR the down-sized condor and whose layers the placebo match
CHUNK = 50  # placebo draws at a time; each chunk has its own seed, so more draws change no earlier one
_LADDER = ((0.4, 30.0), (0.4, 110.0), (0.2, 220.0))  # C36: 4, 4, 2 of ten


@dataclass(frozen=True, slots=True)
class Backtest:
    """Daily dollars of each strategy and what they rest on."""

    dates: FloatArray
    names: tuple[str, ...]
    pnl: FloatArray  # (strategies, sessions), dollars after costs
    hedge_pnl: FloatArray  # the hedge's part of it, after its costs
    hedge_cash: FloatArray  # dollars paid (negative) and received for hedges, after costs
    premium: FloatArray  # dollars paid for hedges, a strategy
    contracts: FloatArray  # hedge contracts bought, a strategy
    scale: float  # size of the down-sized condor
    placebo: FloatArray  # return over CVaR of each draw; empty without draws
    binding: dict[str, float]
    entries: FloatArray  # rows
    decisions: FloatArray  # (strategies with layers, trades): literal_1 … literal_4, capped
    caveats: tuple[str, ...]
    capital: float
    hedge: str  # what literal and capped hold


def _daily(cells: FloatArray, rows: FloatArray, sessions: int) -> FloatArray:
    daily = np.bincount(rows.astype(np.intp), weights=cells, minlength=sessions)
    return np.asarray(daily, dtype=np.float64)


def _hedge_cells(hedge: hedges.Hedge, p: Parameters) -> FloatArray:
    """Dollars a day of one contract a trade: change of the mark, less half the spread and the fee each way."""
    return np.asarray(hedge.change * hedge.multiplier - hedge.cost(p.fee), dtype=np.float64)


def _cash_cells(hedge: hedges.Hedge, p: Parameters) -> FloatArray:
    """Dollars a day paid and received for one contract a trade: bought on its first day, sold on its last.

    A future is not paid for: its cash is the daily settlement.
    """
    if not hedge.has_premium:
        return _hedge_cells(hedge, p)
    traded = hedge.value * hedge.multiplier * (hedge.last - hedge.schedule.first)
    return np.asarray(traded - hedge.cost(p.fee), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class _Held:
    """A hedge by its daily dollars, its daily cash, the premium paid and the contracts bought."""

    pnl: FloatArray
    cash: FloatArray
    premium: float = 0.0
    contracts: float = 0.0

    def __add__(self, other: _Held) -> _Held:
        return _Held(
            self.pnl + other.pnl, self.cash + other.cash, self.premium + other.premium,
            self.contracts + other.contracts,
        )  # fmt: skip


def _held(call: hedges.Hedge, count: FloatArray, p: Parameters, sessions: int) -> _Held:
    """`count` contracts of each trade."""
    row, each = call.schedule.row, count[call.schedule.trade.astype(np.intp)]
    return _Held(
        _daily(_hedge_cells(call, p) * each, row, sessions), _daily(_cash_cells(call, p) * each, row, sessions),
        float(count @ call.premium) * call.multiplier, float(count.sum()),
    )  # fmt: skip


def _condor_daily(trades: ic.Condors, p: Parameters, sessions: int) -> FloatArray:
    plan = trades.schedule
    # A fill at bid and ask has paid its spread already.
    spread = np.maximum(trades.credit, 0.0) * p.condor_cost * (1.0 - trades.real)
    cost = spread * p.spx_multiplier + 4.0 * p.fee
    cells = trades.change * p.spx_multiplier - plan.first * cost[plan.trade.astype(np.intp)]
    return np.asarray(p.condors * _daily(cells, plan.row, sessions))


def run(
    data: BacktestData, parameters: Parameters | None = None, names: tuple[str, ...] = STRATEGIES, draws: int = 0,
    step: Callable[[], None] = lambda: None,
) -> Backtest:  # fmt: skip
    """Back-test of the named strategies with `draws` placebo draws of the reference; `step` after every 50 of them."""
    p = parameters or Parameters()
    unknown = [name for name in names if name not in STRATEGIES]
    if unknown or not names:
        raise ShapeError(f"unknown strategy {unknown[0] if unknown else ''!r}")
    n = data.dates.size
    trades = ic.condors(data, p)
    call = hedges.for_condors(data, trades.schedule, p)
    full = strategies.sizes(trades, call, p, strategies.share(data, trades.schedule, p))
    lit = strategies.lit_at_entry(data, trades, p).sum(axis=0) / 3.0
    literal = strategies.rounded(full.literal * lit)
    capped = np.minimum(literal[0], strategies.rounded(full.cap))
    held = {**{f"literal_{i + 1}": literal[i] for i in range(4)}, "capped": capped}
    parts = {name: _held(call, count, p, n) for name, count in held.items() if name in (*names, REFERENCE)}
    if "static" in names:
        parts["static"] = _static(data, p)
    if "ladder" in names:
        parts["ladder"] = _ladder(data, trades, p)
    base = _condor_daily(trades, p, n)
    zero = _Held(np.zeros(n), np.zeros(n))
    own = cvar(base)
    scale = float(cvar(base + parts[REFERENCE].pnl) / own) if own > 0.0 else 1.0
    rows = [parts.get(name, zero) for name in names]
    own_size = [scale if name == "downsized" else 1.0 for name in names]
    pnl = np.stack([size * base + part.pnl for size, part in zip(own_size, rows, strict=True)])
    return Backtest(
        data.dates, names, pnl, np.stack([part.pnl for part in rows]), np.stack([part.cash for part in rows]),
        np.array([part.premium for part in rows]), np.array([part.contracts for part in rows]), scale,
        placebo(data, trades, call, full, base, p, draws, step),
        strategies.binding(lit, full.literal[0] * lit, full.cap, p), trades.schedule.entry,
        np.stack([*literal, capped]),
        _caveats(data, float(call.proxy.mean()), p, ic.pricing_words(data, trades, p)), p.capital, p.hedge,
    )  # fmt: skip


def _static(data: BacktestData, p: Parameters) -> _Held:
    call = hedges.monthly(data, p)
    count, _ = strategies.overlay_contracts(data, call, p)
    return _held(call, count, p, data.dates.size)


def _ladder(data: BacktestData, trades: ic.Condors, p: Parameters) -> _Held:
    total = _Held(np.zeros(data.dates.size), np.zeros(data.dates.size))
    for share, tenor in _LADDER:
        call = hedges.for_condors(data, trades.schedule, p, tenor)
        count = np.floor(share * p.condors + 1e-9)
        total += _held(call, np.full(call.premium.size, count), p, data.dates.size)
    return total


def placebo(
    data: BacktestData, trades: ic.Condors, call: hedges.Hedge, full: strategies.Sizes, base: FloatArray,
    p: Parameters, draws: int, step: Callable[[], None] = lambda: None,
) -> FloatArray:  # fmt: skip
    """Return over CVaR of `draws` paths whose layers light as often as the real ones, but on random trades.

    A path without a tail loss has no such return and is left out.
    """
    if draws <= 0:
        return np.empty(0)
    lit = strategies.lit_at_entry(data, trades, p)
    order = np.argsort(call.schedule.row, kind="stable")
    row, trade = call.schedule.row[order].astype(np.intp), call.schedule.trade[order].astype(np.intp)
    unit = _hedge_cells(call, p)[order]
    starts = np.flatnonzero(np.concatenate([[True], np.diff(row) > 0]))
    scores = []
    for chunk in range(-(-draws // CHUNK)):
        rng = np.random.default_rng([int(p.seed), chunk])
        shuffled = rng.permuted(np.repeat(lit[np.newaxis], CHUNK, axis=0), axis=2).sum(axis=1) / 3.0
        count = strategies.rounded(full.literal[0] * shuffled)
        daily = np.repeat(base[np.newaxis], CHUNK, axis=0)
        daily[:, row[starts]] += np.add.reduceat(count[:, trade] * unit, starts, axis=1)
        scores.append(score(daily))
        step()
    drawn = np.concatenate(scores)[:draws]
    return np.asarray(drawn[np.isfinite(drawn)])


def _caveats(data: BacktestData, cells: float, p: Parameters, pricing: tuple[str, str]) -> tuple[str, ...]:
    proxies = data.proxies()
    if p.smile != "skew":
        del proxies["skew"]  # not read
    words = [
        *pricing,
        "Bias: real skews steepen and spreads widen in a crash, so real condors lose more and real hedges cost more.",
        _macro_words(data, p),
        *_instrument_words(p),
        *describe(proxies, data.dates.size),
        f"PROXY futures price {cells:.0%} of the hedges' days.",
        f"Size is fixed in contracts and gains are not reinvested; cash earns nothing{_bills_words(data)}.",
    ]
    if p.signal_shift < 0.0:
        words.append("The layers are read before they were known: a sensitivity, not a result.")
    return tuple(words)


def _bills_words(data: BacktestData) -> str:
    known = data.bills[np.isfinite(data.bills)]
    return f", where 3-month bills paid {known.mean():.2%} a year" if known.size else ""


def _macro_words(data: BacktestData, p: Parameters) -> str:
    known = int(np.isfinite(data.macro).sum())
    if p.macro_strength == 0.0:
        return f"The macro scale-up is off: macro_strength is 0 (the pressure is known on {known} sessions)."
    active = int((np.nan_to_num(data.macro) > 0.0).sum())
    return (
        f"Macro scale-up at strength {p.macro_strength:g}, active on {active} sessions, unknown and so off on "
        f"{data.macro.size - known} of {data.macro.size}. PROXY: a surprise is CPI or PPI of 3 months against 12, in "
        "the latest vintage, from its release on."
    )


def _instrument_words(p: Parameters) -> list[str]:
    if p.hedge == "calls":
        return []
    name = "VX futures" if p.hedge == "futures" else "mini VX futures"
    return [
        f"literal and capped hold {name}, which lose as much on rallies as they gain on falls; they have no premium, "
        "so literal_4 holds none and no return on premium exists. The static overlay and the ladder hold calls.",
    ]
