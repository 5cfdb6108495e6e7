"""Scenarios: the book elsewhere in price and time, its decay, stress both ways, and what-if blocks below."""

from __future__ import annotations

from typing import Final

from alvh_xl.workbook import charts, style
from alvh_xl.workbook.inputs import STRESS_MOVES
from alvh_xl.workbook.layout import Context, Page, pick
from alvh_xl.workbook.sheets import implied, regimes, whatif

GRID, DECAY, SHIFT = 3, 20, 39  # section rows
MOVES: Final = (-10.0, -7.0, -5.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0)
DAYS: Final = (0, 1, 3, 5, 7, 10, 14)
DECAY_POINTS = 16
LAST_COL = 14
SIDE = 17  # first column of the numbers nobody needs to print
GRID_COL = 3  # first column of the grid's days
# Residual of a future's daily change around its spot–vol line, points, by days to expiry (method, table 4A).
RESIDUALS: Final = (
    (2, 0.91), (8, 0.88), (15, 0.64), (22, 0.79), (36, 0.62), (64, 0.51), (92, 0.41), (126, 0.37), (160, 0.34),
    (200, 0.33),
)  # fmt: skip


def write(context: Context) -> None:
    """Write the sheet."""
    page = Page(
        context,
        "Scenarios",
        "Scenarios",
        "The book after the order. Model values; VIX legs follow the spot–vol β. Blue moves and days are yours.",
        (26, *[16.5] * 13, 2, 2, 12, 2, 12, 12, 12),
    )
    _grid(page)
    _decay(page)
    row = _shifts(page)
    row = _stress(page, row + 1)
    breaks = [SHIFT, row + 1]
    row = whatif.write_ladder(page, row + 1)
    row = whatif.write_roll(page, row + 1)
    breaks.append(row + 1)
    row = regimes.write(page, row + 1)
    row = implied.write_numbers(page, row + 1, SIDE + 2)
    page.finish(row, LAST_COL, freeze=(3, 0))
    page.sheet.set_h_pagebreaks(breaks)


def _grid(page: Page) -> None:
    """Write profit and loss by move and day: one call a day."""
    last = GRID_COL + len(DAYS) - 1
    page.section(GRID, 1, last, "Profit and loss, dollars: move of SPX × days ahead", "ALVH_PAYOFF")
    page.header_row(GRID + 1, 1, ("move, by days ahead →", "SPX"), ["price", "price"])
    first, end = GRID + 2, GRID + 1 + len(MOVES)
    for col, day in enumerate(DAYS, start=GRID_COL):
        page.put(GRID + 1, col, day, "input", "integer", bold=True, align="right")
    for row, move in enumerate(MOVES, start=first):
        page.put(row, 1, move, "input", "move")
    page.accept("grid days", GRID + 1, GRID_COL, GRID + 1, last)
    page.accept("grid moves", first, 1, end)
    page.spill(first, 2, len(MOVES), "=spot*(1+grid_moves/100)", ["points"])
    page.define("grid_moves", first, 1, end, 1)
    page.define("grid_spots", first, 2, end, 2)
    for col in range(GRID_COL, last + 1):
        ahead = f"{chr(ord('A') + col)}${GRID + 2}"
        call = f"ALVH_PAYOFF(book_after,grid_spots,spot,MIN({ahead},dte),interest_rate,dividend_yield,,FALSE)"
        page.spill(first, col, len(MOVES), f"=INDEX({call},0,2)", ["dollars"])
    page.define("grid_today", GRID + 1, GRID_COL)
    page.define("grid", first, GRID_COL, end, last)
    page.sheet.conditional_format(first, GRID_COL, end, last, {
        "type": "3_color_scale", "min_color": "#F3B58A", "mid_color": style.WHITE, "max_color": "#9CC9E8",
        "mid_type": "num", "mid_value": 0,
    })  # fmt: skip
    page.put(end + 1, 1, "A day beyond the condor's settlement shows its settlement.", "remark")
    chart = charts.decay(page.context)
    chart.set_size({"width": 560, "height": 320})
    page.sheet.insert_chart(GRID, last + 1, chart, {"x_offset": 12})


def _decay(page: Page) -> None:
    """Write time value, theta and theta's share, for the condor, the hedge and both."""
    page.section(DECAY, 1, LAST_COL, "Decay of the time value until the condor settles (C10; its use: rule, untested)",
                 "ALVH_DECAY_CURVE")  # fmt: skip
    page.header_row(4, SIDE, ["days ahead"], ["days"])
    parts = ";".join(str(i) for i in range(DECAY_POINTS))
    page.spill(5, SIDE, DECAY_POINTS, f"=dte*{{{parts}}}/{DECAY_POINTS}", ["days"])
    page.define("decay_days", 5, SIDE, 4 + DECAY_POINTS, SIDE)
    call = "=ALVH_DECAY_CURVE(book_after,decay_days,spot,interest_rate,dividend_yield)"
    group = ["points", "percent", "price", "percent"]
    page.spill(DECAY + 1, 1, DECAY_POINTS + 1, call, ["days", *group * 3, "words"], headings=True)
    page.define("decay_table", DECAY + 2, 1, DECAY + 1 + DECAY_POINTS, LAST_COL)
    _faint_errors(page, DECAY + 2, DECAY + 1 + DECAY_POINTS)


def _shifts(page: Page) -> int:
    """Write the time-shift under both readings of the smile; return the row after."""
    row = SHIFT
    kinds = (("sticky_strike", "legs keep their volatility"),
             ("sticky_delta", "legs read the book's own curve at strike × S0/S1: PROXY"))  # fmt: skip
    for smile, words in kinds:
        title = f"Time-shift by shift_days, {smile.replace('_', ' ')}: {words}"
        page.section(row, 1, LAST_COL, title, "C11; the name: rule, untested")
        call = (
            f'=ALVH_TIME_SHIFT(book_after,shift_days,grid_moves,spot,"{smile}",interest_rate,dividend_yield,'
            "Curve[days_asof],Curve[settle],,shift_spot_vol,vix)"
        )
        numbers = ["days", "move", "dollars", "dollars", "dollars", "greek", "greek", "price", "price", "dollars",
                   "dollars", "hidden"]  # fmt: skip
        page.spill(row + 1, 1, len(MOVES) + 1, call, numbers, headings=True)
        end = row + 1 + len(MOVES)
        name = f"shift_{smile.removeprefix('sticky_')}"
        page.define(name, row + 2, 1, end, len(numbers))
        _faint_errors(page, row + 2, end)
        page.put(end + 1, 1, f'=IFERROR("Note: "&{pick(name, 1, 12)},"")', "remark")
        row = end + 3
    return row - 1


def _stress(page: Page, row: int) -> int:
    """Quote the stress table and show the basis risk of the hedge; return the row after."""
    page.section(row, 1, 7, "Stress one day later, both ways (Position)", "ALVH_STRESS")
    page.header_row(row + 1, 1, ("move", "condor", "hedge", "net", "offset", "", ""),
                    ["move", "dollars", "dollars", "dollars", "percent", "price", "price"])  # fmt: skip
    numbers = ["move", "dollars", "dollars", "dollars", "percent"]
    page.spill(row + 2, 1, len(STRESS_MOVES) + 1, '=IF(stress_table="",NA(),stress_table)', numbers)
    _faint_errors(page, row + 2, row + 2 + len(STRESS_MOVES))
    _basis_risk(page, row)
    return row + len(RESIDUALS) + 3


def _basis_risk(page: Page, row: int) -> None:
    page.section(row, 9, LAST_COL, "Basis risk of the hedge, one standard deviation a day", "ESTIMATED 2007–2021")
    looks = {"from_days": ("input", "integer"), "residual": ("input", "price")}
    page.table(row + 1, 9, "Residuals", ("from_days", "residual"), list(RESIDUALS), looks)
    rows = (
        ("Residual of its future, points", "=LOOKUP(hedge_days,Residuals[from_days],Residuals[residual])", "price",
         "residual_sd"),
        ("Dollars, contracts to hold", "=residual_sd*ABS(hedge_delta)*100*hold", "dollars", "basis_risk"),
        ("Share of its stress gain", "=IF(hold=0,0,basis_risk/(hold*stress_gain))", "percent", "basis_share"),
    )  # fmt: skip
    for line, (label, formula, number, name) in enumerate(rows, start=row + 1):
        page.put(line, 12, label, "label")
        page.put(line, 13, None, "label")
        page.put(line, 14, formula, "formula", number)
        page.define(name, line, 14)


def _faint_errors(page: Page, first: int, last: int) -> None:
    rule = {"type": "errors", "format": page.context.conditional("faint")}
    page.sheet.conditional_format(first, 1, last, LAST_COL, rule)
