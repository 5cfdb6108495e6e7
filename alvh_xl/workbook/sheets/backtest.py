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
CAVEATS = CRISES + 20
Found = dict[str, tuple[tables.Columns, tables.Rows]]
_MEASURE_LOOKS: Final = {
    "sharpe": "price", "sharpe_low": "price", "sharpe_high": "price", "turnover": "integer",
    "per_cvar": "price",
}  # fmt: skip


def write(context: Context) -> None:
    """Write the sheet."""
    page = Page(
        context,
        "Backtest",
        "Backtest",
        f"Condors with and without hedges on daily history, model-priced. Written by New with {DRAWS} placebo draws; "
        "`alvh-xl backtest --into WORKBOOK` writes another run.",
        (18, *[14] * 12, 50, 2, 2, 12, 10, *[18] * 12, 2, *[11] * 4),
    )
    asof = context.morning.asof.date()
    data = between(sample_history(), dt.date.min, asof - dt.timedelta(days=1))  # nothing later than the morning knows
    found = tables.backtest_tables(report(data, {}, draws=DRAWS), "sample", {})
    _facts(page, found)
    _result(page, found)
    _charts(page, found)
    _crises(page, found)
    _numbers(page, found)
    page.section(CAVEATS, 1, LAST_COL, "Caveats", "a back-test is no promise")
    columns, rows = found["BacktestCaveats"]
    end = page.table(CAVEATS + 1, 1, "BacktestCaveats", columns, rows, {"caveat": ("data", "general")})
    _underline(page, CAVEATS + 2, end, 2)
    page.finish(end - 1, LAST_COL, freeze=(3, 0))
    page.sheet.set_h_pagebreaks([CRISES])


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


def _result(page: Page, found: Found) -> None:
    page.section(RESULT, 1, LAST_COL, "Result: shares of the capital, rates a year, after costs", "ALVH_BACKTEST")
    columns, rows = found["BacktestResult"]
    looks = {name: ("data", _MEASURE_LOOKS.get(name, "percent")) for name in columns}
    looks |= {"strategy": ("data", "general"), "what_it_is": ("data_word", "general")}
    end = page.table(RESULT + 1, 1, "BacktestResult", columns, rows, looks)
    first = (
        "Sharpe: with its 95 % interval. cvar: mean loss of the worst 1 % of days. per_cvar: mean year's gain over it."
    )
    second = "hedge_return: on the premium paid, not a year. turnover: hedge contracts bought a year."
    for row, words in enumerate((first, second), start=end):
        page.put(row, 1, words, "remark")


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
    title = "Gain in crises, share of the capital; return over CVaR without a year"
    page.section(CRISES, 1, LAST_COL, title, "blank: not in this history")
    columns, rows = found["BacktestCrises"]
    looks = {name: ("data", "price" if name.startswith("without") else "percent") for name in columns}
    page.table(CRISES + 1, 1, "BacktestCrises", columns, rows, looks | {"strategy": ("data", "general")})
    first = SIDE_TOP + 1
    chart = charts.backtest_placebo(
        page.context, (first, first - 1 + tables.ROWS["BacktestPlacebo"]), SIDE + len(found["BacktestPath"][0]) + 1
    )
    chart.set_size({"width": 850, "height": 360})
    page.sheet.insert_chart(CRISES + 1, 9, chart, {"x_offset": 8, "y_offset": 4})


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
