"""What a back-test says: tables and sentences, for the terminal and as a page without scripts."""

from __future__ import annotations

import html
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alvh_xl.functions.backtest_report import Report

ADVICE = "Educational, not advice."
_RESULT = (
    ("cagr", "CAGR", 100.0), ("vol", "vol", 100.0), ("sharpe", "Sharpe", 1.0), ("sharpe_low", "from", 1.0),
    ("sharpe_high", "to", 1.0), ("max_drawdown", "drawdown", 100.0), ("cvar", "CVaR 99", 100.0),
    ("worst_day", "worst day", 100.0), ("worst_week", "worst week", 100.0), ("per_cvar", "per CVaR", 1.0),
)  # fmt: skip
_HEDGE = (
    ("hedge_cost", "cost/y", 100.0), ("calm_cost", "calm cost/y", 100.0), ("turnover", "contracts/y", 1.0),
    ("hedge_return", "on premium", 100.0), ("hedge_irr", "IRR", 100.0),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """One table, its cells as text."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    note: str = ""

    def lines(self) -> list[str]:
        """Aligned lines, the title first."""
        every = [self.columns, *self.rows]
        widths = [max(len(row[i]) for row in every) for i in range(len(self.columns))]
        aligned = [
            "  ".join(
                cell.rjust(width) if i else cell.ljust(width)
                for i, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            for row in every
        ]
        return [self.title, *(line.rstrip() for line in aligned), *([self.note] if self.note else [])]

    def page(self) -> str:
        """As HTML."""
        head = "".join(f"<th>{html.escape(column)}</th>" for column in self.columns)
        rows = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in self.rows)
        note = f"<p>{html.escape(self.note)}</p>" if self.note else ""
        return f"<h2>{html.escape(self.title)}</h2><table><tr>{head}</tr>{rows}</table>{note}"


def number(value: float) -> str:
    """Two digits, a dash where there is no number."""
    return f"{value + 0.0:.2f}" if math.isfinite(value) else "-"


def tables(found: Report) -> list[Shown]:
    """Every table of a report."""
    shown = [_result(found), _hedge(found), _periods(found), _crises(found), _shifts(found), _attribution(found)]
    return [table for table in shown if table is not None]


def sentences(found: Report, history: str) -> list[str]:
    """What stands around the tables: the history, what sized the hedge, the placebo."""
    shares = ", ".join(f"{rule} {share:.0%}" for rule, share in found.binding.items())
    return [
        f"History: {history}.",
        f"Mornings of a trade by what sized the capped hedge: {shares}.",
        *_placebo(found),
    ]


def _result(found: Report) -> Shown:
    note = (
        "% of the capital, rates a year; Sharpe: ratio with its 95 % interval; per CVaR: mean year's gain over the "
        "99 % CVaR of a day."
    )
    rows = [(name, *(number(f[m] * unit) for m, _, unit in _RESULT)) for name, f in found.measures.items()]
    return Shown("Result", ("strategy", *(title for _, title, _ in _RESULT)), rows, note)


def _hedge(found: Report) -> Shown | None:
    rows = [
        (name, *(number(f[m] * unit) for m, _, unit in _HEDGE))
        for name, f in found.measures.items()
        if f["turnover"] > 0.0
    ]
    note = (
        "cost and calm cost (252 sessions of years without a crisis): % of the capital; on premium: gain in % of the "
        "premium paid; IRR: a year, the premium laid out anew with every trade, - without one single rate."
    )
    return Shown("Hedge", ("strategy", *(title for _, title, _ in _HEDGE)), rows, note) if rows else None


def _periods(found: Report) -> Shown | None:
    periods = list(next(iter(found.periods.values())))
    years = list(next(iter(found.without.values())))
    if not periods:
        return None
    rows = [
        (
            name,
            *(f"{number(100.0 * gains[p][0])} ({number(gains[p][1])})" for p in periods),
            *(number(found.without[name][year]) for year in years),
        )
        for name, gains in found.periods.items()
    ]
    left_out = " without a year: per CVaR." if years else ""
    return Shown(
        "Sub-periods", ("strategy", *periods, *(f"without {year}" for year in years)), rows,
        f"gain a year in % of the capital, per CVaR in brackets;{left_out}".rstrip(";"),
    )  # fmt: skip


def _crises(found: Report) -> Shown | None:
    crises = list(next(iter(found.crises.values())))
    if not crises:
        return None
    scale = 100.0 / found.capital
    rows = [
        (name, *(f"{number(gains[c] * scale)} ({number(found.hedge_crises[name][c] * scale)})" for c in crises))
        for name, gains in found.crises.items()
    ]
    return Shown("Crises", ("strategy", *crises), rows, "gain in % of the capital, the hedge's part in brackets")


def _shifts(found: Report) -> Shown | None:
    if found.shifts is None:
        return None
    from alvh_xl.workbook.backtest import spread

    rows = []
    for i, name in enumerate(found.strategies):
        low, middle, high = spread(found.shifts.phases[i])
        rows.append((name, number(low), number(middle), number(high), *map(number, found.shifts.gates[i].tolist())))
    gates = tuple(f"gate {k:+d}" if k else "gate 0" for k in (-2, -1, 0, 1, 2))
    note = (
        "per CVaR: lowest, median and highest of rolls 0 to 20 sessions later; layers read 2 sessions early to 2 late"
    )
    return Shown("Roll and gate moved", ("strategy", "lowest roll", "median", "highest", *gates), rows, note)


def _attribution(found: Report) -> Shown:
    from alvh_xl.functions.backtest_report import PARTS

    scale = 100.0 / found.capital / found.years
    rows = [
        (
            side if side == "condors" else "hedge of literal_1",
            *(number(parts.dollars[part] * scale) for part in PARTS),
            number(parts.total * scale),
            number(100.0 * parts.quiet_residual),
        )
        for side, parts in found.attribution.items()
    ]
    note = "% of the capital a year, from the Greeks of the session before; unexplained: % of the gross on quiet days"
    return Shown("Attribution", ("side", *PARTS, "total", "unexplained"), rows, note)


def _placebo(found: Report) -> list[str]:
    import numpy as np

    if not found.placebo.size:
        return []
    low, middle, high = np.percentile(found.placebo, [5.0, 50.0, 95.0])
    return [
        f"Placebo: {found.placebo.size} seeded draws of random layers, per CVaR {low:.2f}, {middle:.2f} and {high:.2f} "
        "at the 5th, 50th and 95th percentile."
    ]


def page(found: Report, history: str) -> str:
    """The report as one page without scripts."""
    from alvh_xl.cli.backtest_drawings import histogram, lines

    words = "".join(f"<li>{html.escape(text)}</li>" for text in (*found.caveats, ADVICE))
    said = "".join(f"<p>{html.escape(text)}</p>" for text in sentences(found, history))
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>ALVH back-test</title>"
        "<style>body{font:15px sans-serif;margin:2em}td,th{padding:.2em .7em;text-align:right}"
        "td:first-child,th:first-child{text-align:left}</style>"
        f"<h1>ALVH back-test</h1><p>{html.escape(found.verdict)}</p>{said}"
        f"{''.join(table.page() for table in tables(found))}"
        f"<h2>Equity, capital = 1</h2>{lines(found, found.equity / found.capital, '{:.2f}')}"
        f"<h2>Drawdown, share of the highest equity</h2>{lines(found, found.drawdown, '{:.1%}')}"
        f"{histogram(found)}<h2>Caveats</h2><ul>{words}</ul></html>\n"
    )
