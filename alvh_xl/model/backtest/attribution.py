"""Where the money of the method came from: delta, gamma, vega, theta, cost and what these leave unexplained."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alvh_xl.model.backtest import condors as ic
from alvh_xl.model.backtest import hedges, strategies
from alvh_xl.model.backtest.inputs import BacktestData
from alvh_xl.model.backtest.parameters import Parameters
from alvh_xl.model.types import FloatArray

PARTS = ("delta", "gamma", "vega", "theta", "cost", "residual")
_GREEKS = PARTS[:4]
QUIET_MOVE = 0.005  # of SPX in a day
QUIET_DAYS = 5.0  # of the condor's life left: closer to settlement Greeks of the day before say little


@dataclass(frozen=True, slots=True)
class Attribution:
    """Dollars of one side of the book, condors or hedge, by part; they add up to its P&L."""

    dollars: dict[str, float]
    quiet_residual: float  # |residual| over the gross of the four Greeks on quiet days; NaN without any

    @property
    def total(self) -> float:
        """P&L after costs."""
        return float(sum(self.dollars.values()))


def attribution(data: BacktestData, p: Parameters) -> dict[str, Attribution]:
    """Attribution of the condors and of the hedge of literal_1, from the Greeks of the session before.

    Daily changes are explained by the start-of-day Greeks: delta·move + gamma·move²/2 + vega·change of vol + decay of
    the days gone by, for a condor on SPX and its legs' vols, for a hedge on its own future and vol. Quiet days: SPX
    moved by at most 0.5 %, and at least 5 days were left.
    """
    trades = ic.condors(data, p)
    call = hedges.for_condors(data, trades.schedule, p)
    full = strategies.sizes(trades, call, p, strategies.share(data, trades.schedule, p))
    lit = strategies.lit_at_entry(data, trades, p).sum(axis=0) / 3.0
    count = strategies.rounded(full.literal[0] * lit)
    cost = np.maximum(trades.credit, 0.0) * p.condor_cost * p.spx_multiplier + 4.0 * p.fee
    points = ic.attribution(data, trades, p)
    size = p.condors * p.spx_multiplier
    own = {name: points[name] * size for name in (*_GREEKS, "residual")}
    own_quiet = _quiet(data, trades.schedule, points["days_left"])
    hedge = hedges.attribution(call, p.rate, p.fee)
    later = call.schedule.first == 0.0
    each = count[call.schedule.trade[later].astype(np.intp)]
    theirs = {name: hedge[name] * each for name in (*_GREEKS, "residual")}
    hedge_cost = float((call.cost(p.fee) * count[call.schedule.trade.astype(np.intp)]).sum())
    return {
        "condors": _summed(own, -float(p.condors * cost.sum()), own_quiet),
        "hedge": _summed(theirs, -hedge_cost, _quiet(data, call.schedule, call.days[later])),
    }


def _quiet(data: BacktestData, plan: ic.Schedule, left: FloatArray) -> FloatArray:
    """Later cells on which SPX hardly moved."""
    row = plan.row[plan.first == 0.0].astype(np.intp)
    move = np.abs(np.log(data.close[row] / data.close[row - 1]))
    return np.asarray((move <= QUIET_MOVE) & (left >= QUIET_DAYS))


def _summed(cells: dict[str, FloatArray], cost: float, quiet: FloatArray) -> Attribution:
    gross = float(sum(np.abs(cells[name][quiet]).sum() for name in _GREEKS))
    off = float(np.abs(cells["residual"][quiet]).sum())
    dollars = {name: (cost if name == "cost" else float(cells[name].sum())) + 0.0 for name in PARTS}  # never -0
    return Attribution(dollars, off / gross if gross > 0.0 else float("nan"))
