"""One back-test as rows, words and paths: what the cell, the command line, a page and the workbook show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields

import numpy as np

from alvh_xl.model import backtest
from alvh_xl.model.backtest.attribution import PARTS
from alvh_xl.model.backtest.parameters import WORDS
from alvh_xl.model.backtest.run import CHUNK, REFERENCE
from alvh_xl.model.backtest.sensitivity import GATES, PHASES
from alvh_xl.model.backtest.statistics import (
    PERIODS,
    crisis_gains,
    drawdown,
    percentile_of,
    period_gains,
    score,
    without_year,
    years_of,
)
from alvh_xl.model.errors import DomainError
from alvh_xl.model.types import FloatArray

__all__ = [
    "MEASURES", "PARTS", "PERIODS", "PHASES", "STRATEGIES", "TOPICS", "WORDS", "BacktestData", "FloatArray", "Report",
    "Setting", "report", "settings", "statistic_rows", "steps", "summary",
]  # fmt: skip
BacktestData = backtest.BacktestData
STRATEGIES = backtest.STRATEGIES
MEASURES = tuple(field.name for field in fields(backtest.Statistics))
Setting = backtest.Setting
# Topics of `statistic_rows` and what their values are; a share is of the capital.
TOPICS = {
    "period_gain": "gain a year in a sub-period, share",
    "period_per_cvar": "gain a year in a sub-period over its 99 % CVaR",
    "without": "gain a year over CVaR with one year left out",
    "crisis": "gain over a named crisis, share",
    "crisis_hedge": "the hedge's part of it, share",
    "binding": "share of a trade's mornings on which the rule sized the capped hedge",
    "placebo": "percentile of literal_1 among the placebos, and their 95th percentile",
    "attribution": "share a year by part; quiet_residual is unexplained over gross on quiet days",
    "phase": "gain a year over CVaR, the roll moved by so many sessions",
    "gate": "the same, the layers read so many sessions later; negative ones look ahead",
}
SHIFTED = ("phase", "gate")


@dataclass(frozen=True)
class Report:
    """Figures of every strategy, and what may be concluded from them."""

    strategies: tuple[str, ...]
    measures: dict[str, dict[str, float]]  # strategy → measure → number
    crises: dict[str, dict[str, float]]  # strategy → crisis → dollars
    hedge_crises: dict[str, dict[str, float]]  # strategy → crisis → dollars of its hedge
    without: dict[str, dict[str, float]]  # strategy → year of the history left out → return over CVaR
    periods: dict[str, dict[str, tuple[float, float]]]  # strategy → sub-period → gain a year, and over CVaR
    binding: dict[str, float]
    attribution: dict[str, backtest.Attribution]  # condors, hedge of literal_1
    shifts: backtest.Sensitivity | None  # None: not asked for
    verdict: str
    caveats: tuple[str, ...]
    dates: FloatArray
    equity: FloatArray  # (strategies, sessions), dollars
    drawdown: FloatArray  # (strategies, sessions), share
    hedge_cash: FloatArray  # (strategies, sessions), dollars paid (negative) and received for hedges
    placebo: FloatArray
    scores: dict[str, float]  # strategy → return over CVaR
    capital: float  # dollars

    @property
    def years(self) -> float:
        """Length of the history."""
        return max(float(self.dates[-1] - self.dates[0]) / 365.25, 1.0 / 365.25)


def report(
    data: backtest.BacktestData,
    parameters: Mapping[str, Setting] | None = None,
    strategies: Sequence[str] = STRATEGIES,
    draws: int = 0,
    shifts: bool = False,
    step: Callable[[], None] = lambda: None,
) -> Report:
    """Run a back-test and describe it; `shifts` also moves its rolls and its gate, 26 runs more.

    `step` is called after each of these runs and after every 50 placebo draws: `steps` says how often.
    """
    p = backtest.Parameters.of(parameters or {})
    found = backtest.run(data, p, tuple(strategies), draws, step=step)
    rows = dict(zip(found.names, found.pnl, strict=True))
    hedges = dict(zip(found.names, found.hedge_pnl, strict=True))
    years = [year for year in (2008, 2020) if year in years_of(found.dates)]
    figures = {}
    for i, name in enumerate(found.names):
        s = backtest.statistics(
            found.dates, found.pnl[i], found.hedge_pnl[i], float(found.premium[i]), float(found.contracts[i]),
            found.capital, found.hedge_cash[i],
        )  # fmt: skip
        figures[name] = {measure: float(getattr(s, measure)) for measure in MEASURES}
    return Report(
        strategies=found.names,
        measures=figures,
        crises={name: crisis_gains(found.dates, pnl) for name, pnl in rows.items()},
        hedge_crises={name: crisis_gains(found.dates, pnl) for name, pnl in hedges.items()},
        without={name: {str(y): without_year(found.dates, pnl, y) for y in years} for name, pnl in rows.items()},
        periods={name: period_gains(found.dates, pnl, found.capital) for name, pnl in rows.items()},
        binding=found.binding,
        attribution=backtest.attribution(data, p),
        shifts=backtest.sensitivity(data, p, found.names, step) if shifts else None,
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


def steps(draws: int, shifts: bool) -> int:
    """How often `report` calls its `step`."""
    return -(-draws // CHUNK) + shifts * (len(PHASES) + len(GATES))


def statistic_rows(found: Report) -> Iterator[tuple[str, str, str, float]]:
    """Every statistic beyond the measures: topic, item, strategy, value; topics in the order of `TOPICS`."""
    for topic, place in (("period_gain", 0), ("period_per_cvar", 1)):
        for name, gains in found.periods.items():
            yield from ((topic, period, name, pair[place]) for period, pair in gains.items())
    for name, scores in found.without.items():
        yield from (("without", year, name, value) for year, value in scores.items())
    for topic, table in (("crisis", found.crises), ("crisis_hedge", found.hedge_crises)):
        for name, dollars in table.items():
            yield from ((topic, crisis, name, gain / found.capital) for crisis, gain in dollars.items())
    yield from (("binding", rule, "capped", share) for rule, share in found.binding.items())
    if found.placebo.size:
        if REFERENCE in found.scores:
            yield "placebo", "percentile", REFERENCE, percentile_of(found.scores[REFERENCE], found.placebo)
        yield "placebo", "95th", "placebo", float(np.percentile(found.placebo, 95.0))
    for side, parts in found.attribution.items():
        scale = found.capital * found.years
        yield from (("attribution", part, side, parts.dollars[part] / scale) for part in PARTS)
        yield "attribution", "quiet_residual", side, parts.quiet_residual
    if found.shifts is not None:
        for topic, shifts, table_ in (("phase", PHASES, found.shifts.phases), ("gate", GATES, found.shifts.gates)):
            for name, values in zip(found.strategies, table_, strict=True):
                yield from ((topic, str(k), name, float(v)) for k, v in zip(shifts, values, strict=True))


def settings(parameters: Mapping[str, Setting]) -> dict[str, Setting]:
    """Every parameter with its value, the given ones and the defaults: what tells one run from another.

    One outside its range stays as it is given: the run itself refuses it.
    """
    try:
        return asdict(backtest.Parameters.of(parameters))
    except DomainError:
        return {**asdict(backtest.Parameters()), **parameters}


def summary(
    data: backtest.BacktestData, parameters: Mapping[str, Setting], strategies: Sequence[str], draws: int
) -> dict[str, object]:
    """The part of a report that fits a line of JSON; runs in another process of a sweep."""
    found = report(data, parameters, strategies, draws)
    return {
        "measures": found.measures, "scores": found.scores, "binding": found.binding, "verdict": found.verdict,
        "sessions": int(found.dates.size),
    }  # fmt: skip
