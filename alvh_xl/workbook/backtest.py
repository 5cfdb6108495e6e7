"""What the Backtest sheet holds: one back-test as tables of fixed size, so that any later one fits the same cells.

Shares and rates are of the capital, dollars appear nowhere: the back-test's capital is not the reader's.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from alvh_xl.functions.backtest_report import PARTS, PERIODS, PHASES, STRATEGIES, FloatArray, Report, Setting
from alvh_xl.hosts.embedded import WorkbookError, save_atomically
from alvh_xl.hosts.embedded.charts import refresh_charts
from alvh_xl.workbook.files import open_workbook
from alvh_xl.workbook.target import FileTarget

Columns = tuple[str, ...]
Rows = list[tuple[Any, ...]]

METHOD: Final = "literal_1"
CRISES: Final = ("2008", "2011", "2015", "2018", "2020")
YEARS_OUT: Final = ("2008", "2020")
# Strategies drawn over time; the four bases of ALVH lie between the first and the last of them.
DRAWN: Final = ("unhedged", "downsized", "static", "literal_1", "literal_4", "ladder")
WORDS: Final = {
    "unhedged": "the weekly condors alone",
    "downsized": "the same, smaller: the 99 % CVaR of literal_1",
    "static": "with 30-delta VIX calls by the published tail-hedge weights",
    "literal_1": "with ALVH, basis VIX notional",
    "literal_2": "with ALVH, basis maximum loss",
    "literal_3": "with ALVH, basis break-even payoff",
    "literal_4": "with ALVH, basis premium",
    "capped": "literal_1 under the 0.35 cap",
    "ladder": "with a 4/4/2 ladder, always on",
}
MEASURES: Final = (
    "cagr", "vol", "sharpe", "sharpe_low", "sharpe_high", "max_drawdown", "cvar", "worst_day", "worst_week", "per_cvar",
)  # fmt: skip
HEDGE_MEASURES: Final = ("hedge_cost", "calm_cost", "turnover", "hedge_return", "hedge_irr")
# 2007-2009 is 2007_09: a longer head of a column would be clipped.
PERIOD_NAMES: Final = tuple(name.replace(" ", "_").replace("-20", "_") for name in PERIODS)
GATE_NAMES: Final = ("gate_early_2", "gate_early_1", "gate_0", "gate_late_1", "gate_late_2")
FACTS: Final[Columns] = ("topic", "words")
RESULT: Final[Columns] = ("strategy", *MEASURES, *(f"without_{year}" for year in YEARS_OUT), "what_it_is")
CRISIS: Final[Columns] = ("strategy", *(f"crisis_{year}" for year in CRISES))
HEDGE: Final[Columns] = ("strategy", *HEDGE_MEASURES, *(f"hedge_{year}" for year in CRISES))
PERIOD: Final[Columns] = (
    "strategy", *(f"gain_{name}" for name in PERIOD_NAMES), *(f"ratio_{name}" for name in PERIOD_NAMES),
)  # fmt: skip
SHIFTS: Final[Columns] = ("strategy", "roll_lowest", "roll_median", "roll_highest", *GATE_NAMES)
ATTRIBUTION: Final[Columns] = ("side", *PARTS, "total", "unexplained")
PATH: Final[Columns] = (
    "date", "month", *(f"equity_{name}" for name in DRAWN), *(f"drawdown_{name}" for name in DRAWN),
)  # fmt: skip
PLACEBO: Final[Columns] = ("score", "draws", "alvh_here", "p95_here")
PHASE: Final[Columns] = ("sessions_later", *(f"roll_{name}" for name in DRAWN))
CAVEAT: Final[Columns] = ("caveat",)
ROWS: Final = {
    "BacktestFacts": 9, "BacktestResult": len(STRATEGIES), "BacktestCrises": len(STRATEGIES),
    "BacktestHedge": len(STRATEGIES), "BacktestPeriods": len(STRATEGIES), "BacktestShifts": len(STRATEGIES),
    "BacktestAttribution": 2, "BacktestPath": 120, "BacktestPlacebo": 20, "BacktestPhase": len(PHASES),
    "BacktestCaveats": 14,
}  # fmt: skip
_BAR = 95.0
_EPOCH = dt.date(1899, 12, 30)


def backtest_tables(found: Report, source: str, parameters: Mapping[str, Setting]) -> dict[str, tuple[Columns, Rows]]:
    """Return every table of the sheet.

    Parameters
    ----------
    found : Report
        The back-test; strategies left out of it get blank rows.
    source : str
        Where the history came from.
    parameters : dict
        Parameters that are not the default.

    Returns
    -------
    dict
        Table name → (column names, rows); each has exactly the rows of `ROWS`, blank ones last.
    """
    tables = {
        "BacktestFacts": (FACTS, _facts(found, source, parameters)),
        "BacktestResult": (RESULT, _result(found)),
        "BacktestCrises": (CRISIS, _crises(found)),
        "BacktestHedge": (HEDGE, _hedge(found)),
        "BacktestPeriods": (PERIOD, _periods(found)),
        "BacktestShifts": (SHIFTS, _shifts(found)),
        "BacktestAttribution": (ATTRIBUTION, _attribution(found)),
        "BacktestPath": (PATH, _path(found)),
        "BacktestPlacebo": (PLACEBO, _placebo(found)),
        "BacktestPhase": (PHASE, _phase(found)),
        "BacktestCaveats": (CAVEAT, _caveats(found.caveats)),
    }
    return {
        name: (columns, [*rows, *[(None,) * len(columns)] * (ROWS[name] - len(rows))])
        for name, (columns, rows) in tables.items()
    }


def write_into(path: Path, found: Report, source: str, parameters: Mapping[str, Setting]) -> int:
    """Put a back-test into the Backtest sheet of a workbook file; nothing else in the file is touched.

    Returns
    -------
    int
        How many tables were written.

    Raises
    ------
    WorkbookError
        The workbook lacks a table or a column of the sheet; the file is untouched.
    """
    package = open_workbook(path)
    target = FileTarget(package)
    tables = backtest_tables(found, source, parameters)
    if gone := [name for name in tables if not target.has_table(name)]:
        raise WorkbookError(f"{path.name} has no table {', '.join(gone)}: it needs the sheet Backtest of `alvh-xl new`")
    for name, (columns, rows) in tables.items():
        target.set_table(name, columns, rows)
    refresh_charts(package)
    save_atomically(package.to_bytes(), path, package.origin)
    return len(tables)


def day_of(serial: float) -> dt.date:
    """Calendar date of a serial day."""
    return _EPOCH + dt.timedelta(days=int(serial))


def _cell(number: float) -> float | None:
    return float(number) + 0.0 if math.isfinite(number) else None


def span(found: Report, source: str) -> str:
    """Where a history is from, its ends and its length, in words."""
    first, last = day_of(found.dates[0]), day_of(found.dates[-1])
    return f"{source}, {first:%d-%b-%Y} to {last:%d-%b-%Y}, {found.dates.size} sessions"


def setting_words(parameters: Mapping[str, Setting]) -> str:
    """Parameters in words."""
    return ", ".join(f"{name} {value}" if isinstance(value, str) else f"{name} {value:g}"
                     for name, value in parameters.items())  # fmt: skip


def spread(values: FloatArray) -> tuple[float, float, float]:
    """Lowest, median and highest of the known values."""
    known = values[np.isfinite(values)]
    if not known.size:
        return math.nan, math.nan, math.nan
    return float(known.min()), float(np.median(known)), float(known.max())


def _facts(found: Report, source: str, parameters: Mapping[str, Setting]) -> Rows:
    sentences = re.split(r"(?<=\.) (?=[A-Z])", found.verdict, maxsplit=3)  # room for four lines, the last may be long
    draws = found.placebo.size
    placebo = "none drawn"
    if draws:
        bar = float(np.percentile(found.placebo, _BAR))
        own = f"; literal_1 has {found.scores[METHOD]:.2f}" if METHOD in found.scores else ""
        placebo = f"{draws} seeded draws of random layers, 95th percentile {bar:.2f} a year a unit of CVaR{own}"
    binding = ", ".join(f"{rule} {share:.0%}" for rule, share in found.binding.items())
    return [
        *(("Conclusion" if i == 0 else None, sentence) for i, sentence in enumerate(sentences)),
        ("History", span(found, source)),
        ("Parameters", setting_words(parameters) or "the defaults; SPX options on the smile of VIX and SKEW"),
        ("Placebo", placebo),
        ("Size of the hedge", f"mornings of a trade by what sized the capped hedge: {binding}"),
        ("Luck of the roll", _luck(found)),
    ]


def _luck(found: Report) -> str:
    """Spread of the scores over the roll's phases: a difference smaller than it is no difference."""
    if found.shifts is None:
        return "not measured in this run"
    parts = []
    for name in (METHOD, "downsized"):
        if name in found.strategies:
            low, _, high = spread(found.shifts.phases[found.strategies.index(name)])
            parts.append(f"{name} {low:.2f} to {high:.2f}")
    words = " and ".join(parts) or "no strategy to compare"
    return f"per CVaR over rolls 0 to 20 sessions later: {words}; a difference inside these spreads may be luck"


def _result(found: Report) -> Rows:
    """Return over CVaR without a crisis year only where the year is in the history."""
    return [
        (
            name,
            *(_cell(figures[measure]) for measure in MEASURES),
            *(_cell(found.without[name][year]) if year in found.without[name] else None for year in YEARS_OUT),
            WORDS[name],
        )
        for name, figures in found.measures.items()
    ]


def _crises(found: Report) -> Rows:
    """Gain over each crisis in the history as a share of the capital."""
    return [(name, *_gains(found.crises[name], found.capital)) for name in found.strategies]


def _gains(dollars: Mapping[str, float], capital: float) -> list[float | None]:
    return [_cell(dollars.get(crisis, math.nan) / capital) for crisis in CRISES]


def _hedge(found: Report) -> Rows:
    """What the hedge cost and gained; blank for a strategy without one."""
    rows: Rows = []
    for name, figures in found.measures.items():
        own = figures["turnover"] > 0.0
        measures = [_cell(figures[measure]) if own else None for measure in HEDGE_MEASURES]
        gains = _gains(found.hedge_crises[name], found.capital) if own else [None] * len(CRISES)
        rows.append((name, *measures, *gains))
    return rows


def _periods(found: Report) -> Rows:
    unknown = (math.nan, math.nan)
    return [
        (name, *(_cell(gains.get(p, unknown)[place]) for place in (0, 1) for p in PERIODS))
        for name, gains in found.periods.items()
    ]


def _shifts(found: Report) -> Rows:
    if found.shifts is None:
        return []
    phases, gates = found.shifts.phases, found.shifts.gates
    return [
        (name, *map(_cell, spread(phases[i])), *map(_cell, gates[i].tolist()))
        for i, name in enumerate(found.strategies)
    ]


def _attribution(found: Report) -> Rows:
    scale = found.capital * found.years
    return [
        (
            "condors" if side == "condors" else f"hedge of {METHOD}",
            *(_cell(parts.dollars[part] / scale) for part in PARTS),
            _cell(parts.total / scale),
            _cell(parts.quiet_residual),
        )
        for side, parts in found.attribution.items()
    ]


def _phase(found: Report) -> Rows:
    if found.shifts is None:
        return []
    places = [found.strategies.index(name) if name in found.strategies else None for name in DRAWN]
    values = found.shifts.phases
    return [(k, *(None if i is None else _cell(values[i, k]) for i in places)) for k in range(len(PHASES))]


def _path(found: Report) -> Rows:
    """Equity at the end, and deepest drawdown, of equal stretches of sessions; short histories repeat sessions."""
    last = found.dates.size - 1
    ends = np.linspace(0.0, last, ROWS["BacktestPath"]).round().astype(int)
    places = [found.strategies.index(name) if name in found.strategies else None for name in DRAWN]
    rows: Rows = []
    start = 0
    for end in ends.tolist():
        day = day_of(found.dates[end])
        equity = [None if i is None else _cell(found.equity[i, end] / found.capital) for i in places]
        fall = [None if i is None else _cell(found.drawdown[i, min(start, end) : end + 1].min()) for i in places]
        rows.append((day, f"{day:%b-%Y}", *equity, *fall))
        start = end + 1
    return rows


def _placebo(found: Report) -> Rows:
    """Histogram of the placebo's return over CVaR; marks stand above the tallest bar, the method's highest."""
    draws = found.placebo[np.isfinite(found.placebo)]
    if not draws.size:
        return []
    own = found.scores.get(METHOD, math.nan)
    bar = float(np.percentile(draws, _BAR))
    known = draws if not math.isfinite(own) else np.append(draws, own)
    low, high = float(known.min()), float(known.max())
    count, edges = np.histogram(draws, ROWS["BacktestPlacebo"], (low, high if high > low else low + 1.0))
    tall = float(count.max())

    def here(value: float, place: int, height: float) -> float | None:
        inside = edges[place] <= value < edges[place + 1] or (place == count.size - 1 and value == edges[-1])
        return height * tall if inside else None

    # The method's mark is drawn behind the other one: in one bin with it, it must be the taller one to be seen.
    return [
        (float(edges[i] + edges[i + 1]) / 2.0, int(count[i]), here(own, i, 1.2), here(bar, i, 1.1))
        for i in range(count.size)
    ]


def _caveats(caveats: tuple[str, ...]) -> Rows:
    """One row a caveat; were there more than rows, the last row would hold the rest."""
    room = ROWS["BacktestCaveats"]
    kept = caveats if len(caveats) <= room else (*caveats[: room - 1], " ".join(caveats[room - 1 :]))
    return [(caveat,) for caveat in kept]
