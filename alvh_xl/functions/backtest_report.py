"""One back-test as rows, words and paths: what the cell, the command line and a page show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from alvh_xl.model import backtest
from alvh_xl.model.backtest.statistics import crisis_gains, drawdown, score, without_year
from alvh_xl.model.capital import irr
from alvh_xl.model.errors import ModelError
from alvh_xl.model.types import FloatArray

STRATEGIES = backtest.STRATEGIES
MEASURES = tuple(field.name for field in fields(backtest.Statistics))


@dataclass(frozen=True)
class Report:
    """Figures of every strategy, and what may be concluded from them."""

    strategies: tuple[str, ...]
    measures: dict[str, dict[str, float]]  # strategy → measure → number
    crises: dict[str, dict[str, float]]  # strategy → crisis → dollars
    without: dict[str, dict[str, float]]  # strategy → year left out → return over CVaR
    binding: dict[str, float]
    verdict: str
    caveats: tuple[str, ...]
    dates: FloatArray
    equity: FloatArray  # (strategies, sessions), dollars
    drawdown: FloatArray  # (strategies, sessions), share
    hedge_cash: FloatArray  # (strategies, sessions), dollars paid (negative) and received for hedges
    placebo: FloatArray
    scores: dict[str, float]  # strategy → return over CVaR
    capital: float  # dollars


def report(
    data: backtest.BacktestData,
    parameters: Mapping[str, float] | None = None,
    strategies: Sequence[str] = STRATEGIES,
    draws: int = 0,
) -> Report:
    """Run a back-test and describe it."""
    found = backtest.run(data, backtest.Parameters.of(dict(parameters or {})), tuple(strategies), draws)
    rows = dict(zip(found.names, found.pnl, strict=True))
    figures = {}
    for i, name in enumerate(found.names):
        s = backtest.statistics(
            found.dates, found.pnl[i], found.hedge_pnl[i], float(found.premium[i]), float(found.contracts[i]),
            found.capital,
        )  # fmt: skip
        figures[name] = {measure: float(getattr(s, measure)) for measure in MEASURES}
    return Report(
        strategies=found.names,
        measures=figures,
        crises={name: crisis_gains(found.dates, pnl) for name, pnl in rows.items()},
        without={name: {str(y): without_year(found.dates, pnl, y) for y in (2008, 2020)} for name, pnl in rows.items()},
        binding=found.binding,
        verdict=backtest.verdict(found),
        caveats=found.caveats,
        dates=found.dates,
        equity=found.capital + found.pnl.cumsum(axis=1),
        drawdown=drawdown(found.pnl, found.capital),
        hedge_cash=found.hedge_cash,
        placebo=found.placebo,
        scores={name: float(score(pnl)) for name, pnl in rows.items()},
        capital=found.capital,
    )


def hedge_rates(found: Report) -> dict[str, float]:
    """Internal rate of return a year of each hedge's cash flows; NaN without one, or with several.

    Slow on a long history (seconds for nineteen years), so nobody computes it unasked. Where losing weeks come first,
    the rate approaches -1 whatever follows: `hedge_return` says more.
    """
    rates = {}
    for name, cash in zip(found.strategies, found.hedge_cash, strict=True):
        moved = cash != 0.0
        if np.any(moved):
            try:
                answer = irr(cash[moved], found.dates[moved])
            except ModelError:
                rates[name] = float("nan")
                continue
            rates[name] = answer.roots[0] if len(answer.roots) == 1 else float("nan")
    return rates


def summary(
    data: backtest.BacktestData, parameters: Mapping[str, float], strategies: Sequence[str], draws: int
) -> dict[str, object]:
    """The part of a report that fits a line of JSON; runs in another process of a sweep."""
    found = report(data, parameters, strategies, draws)
    return {
        "measures": found.measures, "scores": found.scores, "binding": found.binding, "verdict": found.verdict,
        "sessions": int(found.dates.size),
    }  # fmt: skip
