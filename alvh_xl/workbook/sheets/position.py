"""Position: condor legs and hedge holdings (typed), what they amount to, and the books the formulas read."""

from __future__ import annotations

import datetime as dt
from typing import Any

from alvh_xl.functions import ALVH_CONDOR_STRIKES, ALVH_TERM_VOL, CellError
from alvh_xl.market.morning import MarketMorning
from alvh_xl.workbook.inputs import STRESS_MOVES, defaults, typed_position
from alvh_xl.workbook.layout import Context, Page, Row, pick

CONDOR, HEDGES = 4, 11  # header rows of the two tables
HELD_ROWS = 4
HELD: tuple[tuple[Any, ...], ...] = ()  # rows the Hedges table starts with: nothing is held
COLUMNS = (
    "condor",
    "leg",
    "instrument",
    "option_kind",
    "strike",
    "expiry",
    "settlement",
    "days",
    "quantity",
    "vol",
    "underlying",
    "price",
    "mark",
)
BOOK = ("instrument", "option_kind", "strike", "days", "quantity", "vol", "underlying", "price", "mark", "condor")
NUMBERS = {
    "strike": "strike",
    "expiry": "date",
    "days": "price",
    "quantity": "signed",
    "vol": "vol",
    "underlying": "settle",
    "price": "price",
    "mark": "price",
}
LEGS = (("put_long", "P", 1), ("put_short", "P", -1), ("call_short", "C", -1), ("call_long", "C", 1))
LEFT, VALUE, RIGHT = 1, 4, 7  # columns of the blocks: label, its value (relative 3), second block
SUGGESTED, SUMMARY, CANDIDATE, GREEKS = 18, 27, 34, 51
STRESS, BOOKS = 62, 74
BREAKEVENS = ("low_breakeven", "high_breakeven")
PAYOFF, STEPS = 17, 81  # first column of the payoff numbers, number of levels


def write(context: Context) -> None:
    """Write the sheet."""
    page = Page(
        context,
        "Position",
        "Position",
        "Type legs, fills and marks (blue). Quantity: + long, − short. Prices in points; multipliers SPX 100, VIX 100.",
        (15, 15, 12, 12, 11, 14, 12, 12, 14, 12, 18, 11, 11, 2, 9, 2, 10, 10, 11, 11, 10, 11, 11, 2, 10, 11),
    )
    _condor(page)
    _hedges(page)
    _strikes(page)
    _numbers(page)
    _candidate(page)
    _greeks(page)
    _stress(page)
    _books(page)
    _payoff(page)
    page.finish(BOOKS + 16, 13, freeze=(3, 0))
    page.sheet.set_h_pagebreaks([CANDIDATE, BOOKS - 1])


Leg = tuple[str, str, float | None, float, float | None]


def entry_legs(morning: MarketMorning) -> list[Leg]:
    """Return leg, kind, strike, sign and fill of the typed position.

    Strikes and fills it lacks are those the rule and the model give that morning (MODEL); blank when neither can.
    """
    typed = typed_position(morning)
    suggested = _suggested(morning)
    legs: list[Leg] = []
    for i, (leg, kind, sign) in enumerate(LEGS):
        strike, price = (None, None) if suggested is None else suggested[i]
        legs.append((leg, kind, typed.get(leg, strike), sign, typed.get(f"{leg}_fill", price)))
    return legs


def _suggested(morning: MarketMorning) -> list[tuple[float, float]] | None:
    """Return strike and model price of the four legs, or None when the morning lacks a figure they need."""
    values = defaults(morning)
    days = (typed_position(morning)["condor_expiry"] - morning.asof) / dt.timedelta(days=1)
    vols = [morning.quote(name).value for name in ("vix9d", "vix", "vix3m")]
    vol = ALVH_TERM_VOL(days, [9, 30, 93], [None if v is None else v / 100 for v in vols])
    wanted = [values[name] for name in ("short_delta", "wing_width", "strike_step", "interest_rate", "dividend_yield")]
    skew = [values["smile_slope"], values["smile_curvature"]]
    found = ALVH_CONDOR_STRIKES(morning.quote("spx_close").value, vol, days, *wanted, skew)
    if isinstance(found, CellError):
        return None
    return [
        (float(strike), round(float(price), 2)) for strike, price in zip(found["strike"], found["price"], strict=True)
    ]


def _looks(*formulas: str) -> dict[str, tuple[str, str]]:
    typed = {"settlement": "input_word"}
    return {c: ("formula" if c in formulas else typed.get(c, "input"), NUMBERS.get(c, "general")) for c in COLUMNS}


def _days(table: str) -> str:
    this = f"{table}[[#This Row],[{{}}]]".format
    return f'=IF({this("expiry")}="","",{this("expiry")}+IF({this("settlement")}="PM",16,9.5)/24-asof)'


def _condor(page: Page) -> None:
    page.section(CONDOR - 1, 1, 13, "Iron condor", "strikes and fills typed; the sample's fills are MODEL values")
    typed = typed_position(page.context.morning)
    expiry, condors = typed["condor_expiry"], typed["condors"]
    rows = [
        ("A", leg, "SPX", kind, strike, expiry.date(), "PM", None, sign * condors, None, None, fill, None)
        for leg, kind, strike, sign, fill in entry_legs(page.context.morning)
    ]
    formulas = {"days": _days("Condor"), "vol": "=" + pick("leg_vols", f"ROW()-{CONDOR + 1}", 1)}
    page.table(CONDOR, 1, "Condor", COLUMNS, rows, _looks("days", "vol"), formulas)
    page.define("condor_book", CONDOR, 1, CONDOR + 4, 13)
    page.header_row(CONDOR, 15, ["leg vol"], ["vol"])
    call = "=ALVH_SMILE_VOL(spot,Condor[strike],Condor[days],atm_vol,smile_slope,smile_curvature)"
    page.spill(CONDOR + 1, 15, 4, call, ["vol"])
    page.define("leg_vols", CONDOR + 1, 15, CONDOR + 4, 15)
    _validate(page, CONDOR + 1, CONDOR + 4, ["SPX"])


def _hedges(page: Page) -> None:
    page.section(HEDGES - 1, 1, 13, "Hedge held", "one row a contract series; leave blank when nothing is held")
    rows = [*HELD, *[(None,) * len(COLUMNS)] * (HELD_ROWS - len(HELD))]
    this = "Hedges[[#This Row],[{}]]".format
    future = f"INDEX(Curve[settle],MATCH({this('expiry')},Curve[expiry],0))"
    formulas = {
        "days": _days("Hedges"),
        "vol": f'=IF({this("strike")}="","",INDEX(hedge_vols,ROW()-{HEDGES + 1}))',
        "underlying": f'=IF({this("expiry")}="","",{future})',
    }
    page.table(HEDGES, 1, "Hedges", COLUMNS, rows, _looks(*formulas), formulas)
    page.header_row(HEDGES, 15, ["VIX vol"], ["vol"])
    page.spill(HEDGES + 1, 15, HELD_ROWS, '=IFERROR(ALVH_VIX_OPTION_VOL(vvix,Hedges[days]),"")', ["vol"])
    page.define("hedge_vols", HEDGES + 1, 15, HEDGES + HELD_ROWS, 15)
    _validate(page, HEDGES + 1, HEDGES + HELD_ROWS, ["VIX", "VX", "VXM"])


def _validate(page: Page, first: int, last: int, instruments: list[str]) -> None:
    """Say what each typed column takes, and refuse what it cannot mean; a blank row stays allowed."""
    positive = {"validate": "decimal", "criteria": ">=", "value": 0}
    words = (("instrument", instruments, "What the leg is an option or a future on."),
             ("option_kind", ["C", "P"], "C call, P put; leave blank for a future."),
             ("settlement", ["AM", "PM"], "AM settles 09:30 on that day, PM 16:00, New York."))  # fmt: skip
    rules: list[tuple[str, dict[str, Any], str]] = [
        (column, {"validate": "list", "source": choice}, text) for column, choice, text in words
    ]
    rules += [
        ("strike", {"validate": "decimal", "criteria": ">", "value": 0}, "Points of the instrument, above 0."),
        ("expiry", {"validate": "date", "criteria": ">=", "value": dt.date(2000, 1, 1)}, "Settlement date."),
        ("quantity", {"validate": "integer", "criteria": "between", "minimum": -100000, "maximum": 100000},
         "Whole contracts: + bought, − sold."),
        ("price", positive, "Fill, points a contract; blank = the model's."),
        ("mark", positive, "Price now, points; blank = the model's."),
    ]  # fmt: skip
    for column, rule, text in rules:
        place = COLUMNS.index(column) + 1
        said = {"input_title": column, "input_message": text, "error_title": column, "error_message": text}
        page.sheet.data_validation(first, place, last, place, rule | said)


def _strikes(page: Page) -> None:
    page.section(SUGGESTED, LEFT, 6, "Strikes the rule suggests today (C02)", "MODEL")
    call = (
        "=ALVH_CONDOR_STRIKES(spot,atm_vol,dte,short_delta,wing_width,strike_step,interest_rate,dividend_yield,smile)"
    )
    page.spill(SUGGESTED + 1, LEFT, 5, call, ["general", "general", "strike", "vol", "ratio", "price"], headings=True)
    page.define("suggested_strikes", SUGGESTED + 2, 3, SUGGESTED + 5, 3)
    page.section(SUMMARY, LEFT, 6, "At expiry (ALVH_CONDOR)")
    call = "=ALVH_CONDOR(put_long,put_short,call_short,call_long,credit,condors)"
    page.spill(
        SUMMARY + 1, LEFT, 2, call, ["points", "points", "points", "dollars", "dollars", "percent"], headings=True
    )
    page.define("condor_summary", SUMMARY + 2, LEFT, SUMMARY + 2, 6)


def _numbers(page: Page) -> None:
    page.section(SUGGESTED, RIGHT + 1, 13, "The condor in numbers")
    legs = [
        Row(f"Strike {leg.replace('_', ' ')}", "=" + pick("Condor[strike]", i, 1), "strike", name=leg)
        for i, (leg, _, _) in enumerate(LEGS, start=1)
    ]
    rows = [
        Row("Condors", "=-INDEX(Condor[quantity],2)", "integer", name="condors"),
        Row(
            "Settlement (New York)",
            '=INDEX(Condor[expiry],2)+IF(INDEX(Condor[settlement],2)="PM",16,9.5)/24',
            "datetime",
            name="condor_settlement",
        ),
        Row("Days to settlement", "=condor_settlement-asof", "price", name="dte"),
        *legs,
        Row(
            "Credit, points a condor",
            "=IF(COUNT(Condor[price])<4,NA(),-SUMPRODUCT(Condor[quantity],Condor[price])/condors)",
            "price",
            name="credit",
        ),
        Row("Credit, dollars", "=credit*100*condors", "dollars", name="credit_dollars"),
        Row(
            "Break-even width W", "=ALVH_BREAKEVEN_WIDTH(put_short,call_short,credit)", "points", name="breakeven_width"
        ),
        Row("Largest loss", "=" + pick("condor_summary", 1, 5), "dollars", name="max_loss"),
        Row("Probability of profit", _probability_of_profit(), "percent", name="probability_of_profit"),
        *(
            Row(f"Chance of touching {leg}", _touch(leg), "percent", name=f"touch_{leg}")
            for leg in ("put_short", "call_short")
        ),
    ]
    page.block(SUGGESTED + 1, RIGHT + 1, rows, value=3, notes=False)


def _probability_of_profit() -> str:
    """Chance of ending between the break-evens, each with the smile's volatility there."""
    low, high = (f"ALVH_SMILE_VOL(spot,{at},dte,atm_vol,smile_slope,smile_curvature)" for at in BREAKEVENS)
    ends = ",".join(BREAKEVENS)
    return f"=ALVH_PROBABILITY_OF_PROFIT(spot,{ends},dte,{low},{high},interest_rate,dividend_yield)"


def _touch(leg: str) -> str:
    vol = f"ALVH_SMILE_VOL(spot,{leg},dte,atm_vol,smile_slope,smile_curvature)"
    return f"=ALVH_PROBABILITY_OF_TOUCH(spot,{leg},dte,{vol},interest_rate,dividend_yield)"


def _candidate(page: Page) -> None:
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


def _greeks(page: Page) -> None:
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
    """Value of the legs: the typed mark where there is one, else the model price."""
    legs = (("Condor[quantity]", "Condor[mark]", i) for i in range(1, 5))
    marks = (
        f'INDEX({quantity},{i})*IF(INDEX({mark},{i})="",{pick("condor_greeks", i, 2)},INDEX({mark},{i}))'
        for quantity, mark, i in legs
    )
    return "=100*(" + "+".join(marks) + ")"


def _stress(page: Page) -> None:
    rows = len(STRESS_MOVES) + 1
    page.section(STRESS - 1, LEFT, 13, "Stress one day later, both ways: the book after the order", "ALVH_STRESS")
    call = "=ALVH_STRESS(book_after,spot,Moves[move],interest_rate,dividend_yield)"
    page.spill(STRESS, LEFT, rows + 1, call, ["move", "dollars", "dollars", "dollars", "percent"], headings=True)
    page.define("stress_table", STRESS + 1, LEFT, STRESS + rows, 5)
    page.sheet.conditional_format(
        STRESS + 1, LEFT, STRESS + rows, 5, {"type": "errors", "format": page.context.conditional("faint")}
    )


def _books(page: Page) -> None:
    page.section(BOOKS - 1, LEFT, 13, "Books the formulas read: after the order", "unused rows carry quantity 0")
    page.header_row(BOOKS, LEFT, BOOK, [NUMBERS.get(c, "general") for c in BOOK])
    row = BOOKS + 1
    for i in range(1, 5):
        _leg(page, row, [_cell("Condor", column, i) for column in BOOK])
        row += 1
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
    cell = f"INDEX({table}[{column}],{index})"
    # A reference to a blank cell is 0; an SPX leg's underlying is ignored, a mark that is blank is its fill.
    if column == "underlying":
        return "=spot"
    return f'=IF({cell}="",INDEX({table}[price],{index}),{cell})' if column == "mark" else f"={cell}"


def _held(column: str, index: int) -> str:
    """Return one cell of a held hedge; an unused row is the candidate with quantity 0: a formula is never blank."""
    cell, idle = f"INDEX(Hedges[{column}],{index})", f'INDEX(Hedges[instrument],{index})=""'
    if column == "quantity":
        return f"=IF({idle},0,{cell})"
    if column in ("days", "underlying", "price"):
        return f'=IF({idle},{CANDIDATE_LEG[column]},IF({cell}="",NA(),{cell}))'
    # A future has no side, strike or volatility; what stands there instead is not read.
    return f'=IF({cell}="",{CANDIDATE_LEG[column]},{cell})'


def _leg(page: Page, row: int, cells: list[str]) -> None:
    for col, (column, formula) in enumerate(zip(BOOK, cells, strict=True), start=LEFT):
        page.put(row, col, formula, "cell" if column == "condor" else "formula", NUMBERS.get(column, "general"))


def _payoff(page: Page) -> None:
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
