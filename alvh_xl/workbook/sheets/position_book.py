"""Position, lower part: the hedge candidate, the condor's Greeks, the stress, and the books the formulas read."""

from __future__ import annotations

from alvh_xl.workbook.inputs import STRESS_MOVES
from alvh_xl.workbook.layout import Page, Row, pick
from alvh_xl.workbook.sheets.position_layout import (
    BOOK,
    BOOKS,
    CANDIDATE,
    GREEKS,
    HELD_ROWS,
    LEFT,
    LEGS,
    NUMBERS,
    PAYOFF,
    RIGHT,
    STEPS,
    STRESS,
)


def write_candidate(page: Page) -> None:
    """Write the hedge candidate: price, Greeks, and what one contract gains."""
    page.section(CANDIDATE, LEFT, 6, "Hedge candidate, one contract", "MODEL price and volatility")
    here = "MATCH(hedge_expiry,Curve[expiry],0)"
    rows = [
        Row("Days to settlement", "=hedge_expiry+9.5/24-asof", "price", name="hedge_days"),
        Row("Days from the settle date", f"=INDEX(Curve[days_settle],{here})", "integer", name="hedge_curve_days"),
        Row("Its own future", f"=INDEX(Curve[settle],{here})", "settle", name="hedge_future"),
        Row("Volatility, from VVIX (PROXY)", "=ALVH_VIX_OPTION_VOL(vvix,hedge_days)", "vol", name="hedge_vol"),
        Row(
            "Price, points",
            "=ALVH_BLACK76(hedge_kind,hedge_future,hedge_strike,hedge_days,hedge_vol,interest_rate)",
            "price",
            name="hedge_price",
        ),
        Row(
            "Limit price, on the tick",
            "=IF(N(plan_order)<0,FLOOR(hedge_price,tick),CEILING(hedge_price,tick))",
            "price",
            name="limit_price",
        ),
    ]
    page.block(CANDIDATE + 1, LEFT, rows, value=3, notes=False)
    page.spill(
        CANDIDATE + 8,
        LEFT,
        2,
        "=ALVH_HEDGE_GREEKS(hedge_instrument,hedge_future,hedge_strike,hedge_days,hedge_vol,interest_rate,,,hedge_kind)",
        ["ratio", "greek", "ratio", "greek", "price", "price", "price", "dollars"],
        headings=True,
    )
    call = '=IFERROR(ALVH_STRESS(unit_book,spot,stress_move,interest_rate,dividend_yield),"")'
    numbers = ["move", "dollars", "dollars", "dollars", "percent"]
    page.spill(CANDIDATE + 11, LEFT, 2, call, numbers, headings=True)
    page.define("unit_stress", CANDIDATE + 12, LEFT, CANDIDATE + 12, 5)
    page.define("hedge_greeks", CANDIDATE + 9, LEFT, CANDIDATE + 9, 8)
    page.section(CANDIDATE, RIGHT + 1, 13, "Its effect on SPX")
    rows = [
        Row("Delta on its future", "=" + pick("hedge_greeks", 1, 1), "ratio", name="hedge_delta"),
        Row("Δ$ per +1 % of SPX", "=" + pick("hedge_greeks", 1, 5), "price", name="unit_dollar_delta"),
        Row("Theta, dollars a day", "=" + pick("hedge_greeks", 1, 7), "price", name="hedge_theta"),
        Row("Cost, dollars", "=" + pick("hedge_greeks", 1, 8), "dollars", name="hedge_cost"),
        Row(
            "Gain at stress_move in one day",
            "=" + pick("unit_stress", 1, 3),
            "dollars",
            name="stress_gain",
        ),
    ]
    page.block(CANDIDATE + 1, RIGHT + 1, rows, value=3, notes=False)


def write_greeks(page: Page) -> None:
    """Write the Greeks of the condor, its value and open profit."""
    page.section(
        GREEKS - 1, LEFT, 13, "Greeks of the condor: quantity × per unit; dollars per 1 % of SPX", "ALVH_BOOK_GREEKS"
    )
    call = "=ALVH_BOOK_GREEKS(condor_book,spot,interest_rate,dividend_yield)"
    numbers = ["general", "price", "greek", "greek", "price", "price", "points", "dollars", "dollars", "words"]
    page.spill(GREEKS, LEFT, 8, call, numbers, headings=True)
    page.define("condor_greeks", GREEKS + 1, LEFT, GREEKS + 7, 10)
    rows = [
        Row("Γ$ of the book", "=" + pick("condor_greeks", 7, 9), "dollars", name="book_dollar_gamma"),
        Row("Theta, $ a day", "=100*" + pick("condor_greeks", 5, 6), "dollars", name="condor_theta"),
        Row("Value, $ (marks)", _value(), "dollars", name="condor_value"),
        Row("Open P&L, $", "=condor_value+credit_dollars", "dollars", name="open_pnl"),
    ]
    page.block(GREEKS + 1, 11, rows, value=2, notes=False)


def _value() -> str:
    """Value of the legs at the marks in use: typed, else the quote's middle, else the model price."""
    legs = (f"INDEX(Condor[quantity],{i})*{pick('Quotes[mark]', i, 1)}" for i in range(1, 5))
    return "=100*(" + "+".join(legs) + ")"


def write_stress(page: Page) -> None:
    """Write the stress table of the book after the order."""
    rows = len(STRESS_MOVES) + 1
    page.section(STRESS - 1, LEFT, 13, "Stress one day later, both ways: the book after the order", "ALVH_STRESS")
    call = "=ALVH_STRESS(book_after,spot,Moves[move],interest_rate,dividend_yield)"
    page.spill(STRESS, LEFT, rows + 1, call, ["move", "dollars", "dollars", "dollars", "percent"], headings=True)
    page.define("stress_table", STRESS + 1, LEFT, STRESS + rows, 5)
    page.sheet.conditional_format(
        STRESS + 1, LEFT, STRESS + rows, 5, {"type": "errors", "format": page.context.conditional("faint")}
    )


def write_books(page: Page) -> None:
    """Write the books the formulas read: a row a leg, the condor, what is held, the order."""
    page.section(BOOKS - 1, LEFT, 13, "Books the formulas read: after the order", "unused rows carry quantity 0")
    page.header_row(BOOKS, LEFT, BOOK, [NUMBERS.get(c, "general") for c in BOOK])
    row = BOOKS + 1
    for i in range(1, 5):
        _leg(page, row, [_cell("Condor", column, i) for column in BOOK])
        row += 1
    page.define("marked_condor", BOOKS, LEFT, row - 1, len(BOOK))
    page.define("held_legs", row, LEFT, row + HELD_ROWS - 1, len(BOOK))
    for i in range(1, HELD_ROWS + 1):
        _leg(page, row, [_held(column, i) for column in BOOK])
        row += 1
    _leg(page, row, [f"={CANDIDATE_LEG[c]}" for c in BOOK])
    page.define("book_after", BOOKS, LEFT, row, len(BOOK))
    page.put(row + 2, LEFT, "One contract of the candidate", "remark")
    page.header_row(row + 3, LEFT, BOOK, [NUMBERS.get(c, "general") for c in BOOK])
    _leg(page, row + 4, ["=1" if c == "quantity" else f"={CANDIDATE_LEG[c]}" for c in BOOK])
    page.define("unit_book", row + 3, LEFT, row + 4, len(BOOK))


CANDIDATE_LEG = {
    "instrument": "hedge_instrument",
    "option_kind": "hedge_kind",
    "strike": "hedge_strike",
    "days": "hedge_days",
    "quantity": "IF(ISNUMBER(plan_order),MAX(plan_order,-held_candidate),0)",
    "vol": "hedge_vol",
    "underlying": "hedge_future",
    "price": "hedge_price",
    "mark": "hedge_price",
    "condor": '"hedge"',
}


def _cell(table: str, column: str, index: int) -> str:
    # A reference to a blank cell is 0; an SPX leg's underlying is ignored.
    if column == "underlying":
        return "=spot"
    return "=" + (pick("Quotes[mark]", index, 1) if column == "mark" else f"INDEX({table}[{column}],{index})")


def _held(column: str, index: int) -> str:
    """Return one cell of a held hedge; an unused row is the candidate with quantity 0: a formula is never blank."""
    cell, idle = f"INDEX(Hedges[{column}],{index})", f'INDEX(Hedges[instrument],{index})=""'
    if column == "mark":
        cell = f"INDEX(Quotes[mark],{len(LEGS) + index})"
    if column == "quantity":
        return f"=IF({idle},0,{cell})"
    if column in ("days", "underlying", "price"):
        return f'=IF({idle},{CANDIDATE_LEG[column]},IF({cell}="",NA(),{cell}))'
    # A future has no side, strike or volatility; what stands there instead is not read.
    return f'=IF({cell}="",{CANDIDATE_LEG[column]},{cell})'


def _leg(page: Page, row: int, cells: list[str]) -> None:
    for col, (column, formula) in enumerate(zip(BOOK, cells, strict=True), start=LEFT):
        page.put(row, col, formula, "cell" if column == "condor" else "formula", NUMBERS.get(column, "general"))


def write_payoff(page: Page) -> None:
    """Write the numbers of the payoff chart."""
    row = 6
    page.section(3, PAYOFF, PAYOFF + 6, "Payoff numbers of the chart")
    page.header_row(4, PAYOFF, ("", "", "condor", "condor", "", "hedged", "hedged"))
    page.header_row(5, PAYOFF, ("level", "spot", "today", "expiry", "spot", "today", "expiry"), ["points"] * 7)
    steps = f"ROW($A$1:$A${STEPS})-{STEPS // 2 + 1}"
    page.spill(row, PAYOFF, STEPS, f"=spot*(1+({steps})/500)", ["points"])
    levels = f"$R${row + 1}:$R${row + STEPS}"
    for column, book in ((PAYOFF + 1, "condor_book"), (PAYOFF + 4, "book_after")):
        call = f"=ALVH_PAYOFF({book},{levels},spot,0,interest_rate,dividend_yield,,FALSE)"
        page.spill(row, column, STEPS, call, ["points", "dollars", "dollars"])
    page.define("hedged_today", row, PAYOFF + 5, row + STEPS - 1, PAYOFF + 5)
    page.section(3, PAYOFF + 8, PAYOFF + 9, "Marks")
    page.header_row(5, PAYOFF + 8, ("level", "dollars"), ["points"] * 2)
    marks = ("=" + pick("condor_summary", 1, 1), "=" + pick("condor_summary", 1, 2), "=spot")
    for i, formula in enumerate(marks):
        page.put(row + i, PAYOFF + 8, formula, "formula", "points")
        page.put(row + i, PAYOFF + 9, "=0" if i < 2 else "=open_pnl", "formula", "dollars")
    page.define("low_breakeven", row, PAYOFF + 8)
    page.define("high_breakeven", row + 1, PAYOFF + 8)
