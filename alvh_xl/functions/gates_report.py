"""The gates of method.md §10 in words, and the back-test on both smiles: what the command line shows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from alvh_xl.model import backtest
from alvh_xl.model.backtest.gates import FAIL, PASS, UNMEASURED, Check, Gate, checks, gates
from alvh_xl.model.backtest.index_history import IndexHistory
from alvh_xl.model.backtest.statistics import percentile_of, score, statistics

__all__ = ["FAIL", "PASS", "UNMEASURED", "Check", "Gate", "GateReport", "IndexHistory", "SmileRow", "gate_report"]

STRATEGIES = ("unhedged", "downsized", "literal_1")
_SPAN = 39083.0  # 2007-01-01: the back-test of method.md §10 begins here where the history reaches it


@dataclass(frozen=True)
class SmileRow:
    """One back-test on one smile: the unhedged condor, and what G6 compares."""

    smile: str
    cagr: float
    sharpe: float
    max_drawdown: float
    alvh: float  # return a year over CVaR
    downsized: float
    percentile: float  # of ALVH among the placebos
    verdict: str


@dataclass(frozen=True)
class GateReport:
    """Gates, replicas beside their indices, the back-test on both smiles, and the stand-ins."""

    gates: tuple[Gate, ...]
    checks: tuple[Check, ...]
    smiles: tuple[SmileRow, ...]
    stand_ins: tuple[str, ...]
    first: float  # serial date of the back-test's first and last session
    last: float


def gate_report(history: IndexHistory, draws: int = 1000) -> GateReport:
    """Measure every gate.

    Parameters
    ----------
    history : IndexHistory
        From 1990 for all gates.
    draws : int
        Placebo paths of G6; 0 leaves it unmeasured.
    """
    dates = history.data.dates
    since = history.between(max(float(dates[0]), min(_SPAN, float(dates[-1]))), float(dates[-1]))
    data = replace(since.data, skew=since.skew)
    runs = {name: backtest.run(data, backtest.Parameters(smile=smile), STRATEGIES, draws)
            for name, smile in (("VIX and SKEW", "skew"), ("fixed", "fixed"))}  # fmt: skip
    return GateReport(
        gates(history, runs["VIX and SKEW"]), checks(history), tuple(_row(name, run) for name, run in runs.items()),
        tuple(since.stand_ins()), float(data.dates[0]), float(data.dates[-1]),
    )  # fmt: skip


def _row(name: str, found: backtest.Backtest) -> SmileRow:
    alone = statistics(found.dates, found.pnl[0], np.zeros(found.dates.size), 0.0, 0.0, found.capital)
    plain, method = (float(score(found.pnl[found.names.index(strategy)])) for strategy in STRATEGIES[1:])
    return SmileRow(
        name, alone.cagr, alone.sharpe, alone.max_drawdown, method, plain, percentile_of(method, found.placebo),
        backtest.verdict(found),
    )  # fmt: skip
