"""Backtest: does the method work on the history at hand. Values of one back-test; no cell calculates."""

from __future__ import annotations

import datetime as dt
from typing import Final

from alvh_xl.functions.backtest_report import report
from alvh_xl.market.history import between, sample_history
from alvh_xl.workbook import backtest as tables
from alvh_xl.workbook import charts
from alvh_xl.workbook.layout import Context, Page

DRAWS: Final = 200  # of the placebo when a workbook is built: the command draws 1,000
LAST_COL = 14
SIDE, SIDE_TOP = 17, 5  # first cell of the charts' numbers, which nobody needs to print
FACTS = 3
RESULT = FACTS + 3 + tables.ROWS["BacktestFacts"]
CHARTS = RESULT + 5 + tables.ROWS["BacktestResult"]
CRISES = CHARTS + 19
HEDGE = CRISES + 21
PERIODS = HEDGE + 5 + tables.ROWS["BacktestHedge"]
SHIFTS = PERIODS + 5 + tables.ROWS["BacktestPeriods"]
ATTRIBUTION = SHIFTS + 20
CAVEATS = ATTRIBUTION + 6
Found = dict[str, tuple[tables.Columns, tables.Rows]]
_RATIOS: Final = (
    "sharpe",
    "per_cvar",
    "ratio",
    "without",
    "roll",
    "gate",
)  # beginnings of the names of what is no share


def write(context: Context) -> None:
    """Write the sheet."""
    page = Page(
        context,
        "Backtest",
        "Backtest",
        f"Condors with and without hedges on daily history, model-priced. Written by New with {DRAWS} placebo draws; "
        "`alvh-xl backtest --into WORKBOOK` writes another run.",
        (18, *[14] * 12, 50, 2, 2, 12, 10, *[18] * 12, 2, *[11] * 4, 2, *[16] * 7),
    )
    asof = context.morning.asof.date()
    data = between(sample_history(), dt.date.min, asof - dt.timedelta(days=1))  # nothing later than the morning knows
    found = tables.backtest_tables(report(data, {}, draws=DRAWS, shifts=True), "sample", {})
    _facts(page, found)
    _result(page, found)
    _charts(page, found)
    _crises(page, found)
    _hedge(page, found)
    _periods(page, found)
    _shifts(page, found)
    _attribution(page, found)
    _numbers(page, found)
    page.section(CAVEATS, 1, LAST_COL, "Caveats", "a back-test is no promise")
    columns, rows = found["BacktestCaveats"]
    end = page.table(CAVEATS + 1, 1, "BacktestCaveats", columns, rows, {"caveat": ("data", "general")})
    _underline(page, CAVEATS + 2, end, 2)
    page.finish(end - 1, LAST_COL, freeze=(3, 0))
    page.sheet.set_h_pagebreaks([CRISES, SHIFTS])


def _underline(page: Page, first: int, end: int, col: int) -> None:
    """Draw the hairline under words that reach over the cells at their right."""
    for row in range(first, end):
        for place in range(col, LAST_COL + 1):
            page.put(row, place, None, "data")


def _facts(page: Page, found: Found) -> None:
    page.section(FACTS, 1, LAST_COL, "What may be concluded", "document rule, untested")
    columns, rows = found["BacktestFacts"]
    looks = {"topic": ("data", "general"), "words": ("data", "general")}
    end = page.table(FACTS + 1, 1, "BacktestFacts", columns, rows, looks)
    _underline(page, FACTS + 2, end, 3)


def _looks(columns: tables.Columns) -> dict[str, tuple[str, str]]:
    """Words in the first column, then shares as percent and ratios as numbers."""
    first, *others = columns
    looks = {name: ("data", "price" if name.startswith(_RATIOS) else "percent") for name in others}
    return {first: ("data", "general")} | looks


def _remarks(page: Page, row: int, *lines: str) -> None:
    for place, words in enumerate(lines, start=row):
        page.put(place, 1, words, "remark")


def _result(page: Page, found: Found) -> None:
    page.section(RESULT, 1, LAST_COL, "Result: shares of the capital, rates a year, after costs", "ALVH_BACKTEST")
    columns, rows = found["BacktestResult"]
    looks = _looks(columns) | {"what_it_is": ("data_word", "general")}
    end = page.table(RESULT + 1, 1, "BacktestResult", columns, rows, looks)
    _remarks(
        page, end,
        "Sharpe: with its 95 % interval. cvar: mean loss of the worst 1 % of days. per_cvar: mean year's gain over it.",
        "without_2008, without_2020: per_cvar with that year left out; blank where it is not in this history.",
    )  # fmt: skip


def _charts(page: Page, found: Found) -> None:
    page.section(CHARTS, 1, LAST_COL, "Equity and drawdown", "gains are not reinvested")
    columns = found["BacktestPath"][0]
    rows = (SIDE_TOP + 1, SIDE_TOP + tables.ROWS["BacktestPath"])
    parts = (
        ("equity", "Equity, capital = 1", "0.0", 1, 740),
        ("drawdown", "Drawdown, share of the highest equity", "0%", 8, 960),
    )
    for part, title, number, col, width in parts:
        lines = [(name, SIDE + columns.index(f"{part}_{name}")) for name in tables.DRAWN]
        chart = charts.backtest_paths(page.context, title, number, lines, rows, SIDE + columns.index("month"))
        chart.set_size({"width": width, "height": 340})
        page.sheet.insert_chart(CHARTS + 1, col, chart, {"y_offset": 4})


def _crises(page: Page, found: Found) -> None:
    title = "Gain in crises, share of the capital; the placebo"
    page.section(CRISES, 1, LAST_COL, title, "blank: not in this history")
    columns, rows = found["BacktestCrises"]
    page.table(CRISES + 1, 1, "BacktestCrises", columns, rows, _looks(columns))
    first = SIDE_TOP + 1
    chart = charts.backtest_placebo(
        page.context, (first, first - 1 + tables.ROWS["BacktestPlacebo"]), SIDE + len(found["BacktestPath"][0]) + 1
    )
    chart.set_size({"width": 850, "height": 360})
    page.sheet.insert_chart(CRISES + 1, 9, chart, {"x_offset": 8, "y_offset": 4})


def _hedge(page: Page, found: Found) -> None:
    page.section(HEDGE, 1, LAST_COL, "The hedge alone: what it cost, and what it gained in the crises", "ALVH_BACKTEST")
    columns, rows = found["BacktestHedge"]
    end = page.table(HEDGE + 1, 1, "BacktestHedge", columns, rows, _looks(columns) | {"turnover": ("data", "integer")})
    _remarks(
        page, end,
        "hedge_cost, calm_cost (mean of the years without a crisis) and crises: share of the capital. turnover: "
        "contracts bought a year.",
        "hedge_return: gain over the premium paid, not a year. hedge_irr: a year, the premium laid out anew with every "
        "trade; blank without one single rate.",
    )  # fmt: skip


def _periods(page: Page, found: Found) -> None:
    title = "Sub-periods: gain a year as a share of the capital, and its ratio to the CVaR of a day"
    page.section(PERIODS, 1, LAST_COL, title, "blank: fewer than 60 sessions in this history")
    columns, rows = found["BacktestPeriods"]
    page.table(PERIODS + 1, 1, "BacktestPeriods", columns, rows, _looks(columns))


def _shifts(page: Page, found: Found) -> None:
    title = "Luck: the roll 0 to 20 sessions later, and the layers read 2 sessions early to 2 late; gain over CVaR"
    page.section(SHIFTS, 1, LAST_COL, title, "early reads look ahead: a sensitivity, not a result")
    columns, rows = found["BacktestShifts"]
    page.table(SHIFTS + 1, 1, "BacktestShifts", columns, rows, _looks(columns))
    first = SIDE_TOP + 1
    side = _phase_column(found)
    lines = [(name, side + 1 + i) for i, name in enumerate(tables.DRAWN)]
    chart = charts.backtest_phases(page.context, lines, (first, first - 1 + tables.ROWS["BacktestPhase"]), side)
    chart.set_size({"width": 750, "height": 360})
    page.sheet.insert_chart(SHIFTS + 1, 10, chart, {"x_offset": 8, "y_offset": 4})


def _attribution(page: Page, found: Found) -> None:
    title = "Where the money came from: share of the capital a year, by the Greeks of the session before"
    page.section(ATTRIBUTION, 1, LAST_COL, title, "unexplained: residual over gross on quiet days")
    columns, rows = found["BacktestAttribution"]
    page.table(ATTRIBUTION + 1, 1, "BacktestAttribution", columns, rows, _looks(columns))


def _phase_column(found: Found) -> int:
    """First column of the numbers of the roll's chart."""
    return SIDE + sum(len(found[name][0]) + 1 for name in ("BacktestPath", "BacktestPlacebo"))


def _numbers(page: Page, found: Found) -> None:
    """Write the charts' numbers beside the print area."""
    columns, rows = found["BacktestPath"]
    page.put(SIDE_TOP - 1, SIDE, "Equity at the end, and deepest drawdown, of equal stretches of the history", "remark")
    looks = {name: ("data", "price" if name.startswith("equity") else "percent") for name in columns}
    looks |= {"date": ("data", "date"), "month": ("data", "general")}
    page.table(SIDE_TOP, SIDE, "BacktestPath", columns, rows, looks)
    columns, rows = found["BacktestPlacebo"]
    side = SIDE + len(looks) + 1
    words = "Placebo: draws by return over CVaR; marks of ALVH and of the 95th percentile"
    page.put(SIDE_TOP - 1, side, words, "remark")
    numbers = {"score": ("data", "price"), "draws": ("data", "integer"), "alvh_here": ("data", "price"),
               "p95_here": ("data", "price")}  # fmt: skip
    page.table(SIDE_TOP, side, "BacktestPlacebo", columns, rows, numbers)
    columns, rows = found["BacktestPhase"]
    side = _phase_column(found)
    page.put(SIDE_TOP - 1, side, "Gain a year over CVaR with the roll so many sessions later", "remark")
    looks = dict.fromkeys(columns, ("data", "price")) | {"sessions_later": ("data", "integer")}
    page.table(SIDE_TOP, side, "BacktestPhase", columns, rows, looks)
