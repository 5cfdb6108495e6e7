"""Position: condor legs and hedge holdings (typed), their quotes, and what they amount to."""

from __future__ import annotations

import datetime as dt
from typing import Any

from alvh_xl.functions import ALVH_CONDOR_STRIKES, ALVH_TERM_VOL, CellError
from alvh_xl.market.morning import MarketMorning
from alvh_xl.workbook.inputs import defaults, typed_position
from alvh_xl.workbook.layout import Context, Page, Row, pick
from alvh_xl.workbook.sheets import position_book, position_quotes
from alvh_xl.workbook.sheets.position_layout import (
    BOOKS,
    BREAKEVENS,
    COLUMNS,
    CONDOR,
    GREEKS,
    HEDGES,
    HELD_ROWS,
    LEFT,
    LEGS,
    NUMBERS,
    RIGHT,
    SUGGESTED,
    SUMMARY,
)

# The printed page, the spills beside the tables, the payoff numbers, what the quotes are read with.
WIDTHS = (
    *(15, 22, 12, 12, 12, 18, 12, 13, 14, 12, 18, 12, 12), *(2, 9, 2), *(10, 10, 11, 11, 10, 11, 11, 2, 10, 11, 2),
    *(22, 9, 11, 9, 9, 11, 9, 11, 11),
)  # fmt: skip
HELD: tuple[tuple[Any, ...], ...] = ()  # rows the Hedges table starts with: nothing is held
Leg = tuple[str, str, float | None, float, float | None]


def write(context: Context) -> None:
    """Write the sheet."""
    page = Page(
        context,
        "Position",
        "Position",
        "Type legs, fills and marks (blue). Quantity: + long, − short. Prices in points; multipliers SPX 100, VIX 100.",
        WIDTHS,
    )
    _condor(page)
    _hedges(page)
    position_quotes.write_quotes(page)
    _strikes(page)
    _numbers(page)
    position_book.write_candidate(page)
    position_book.write_greeks(page)
    position_book.write_stress(page)
    position_book.write_books(page)
    position_book.write_payoff(page)
    page.finish(BOOKS + 16, 13, freeze=(3, 0))
    page.sheet.set_h_pagebreaks([SUGGESTED, GREEKS - 1])


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
    formulas = {"days": _days("Condor"), "vol": "=" + position_quotes.vol_in_use(CONDOR, 0, "leg_vols")}
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
        "vol": f'=IF({this("strike")}="","",{position_quotes.vol_in_use(HEDGES, len(LEGS), "hedge_vols")})',
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
        ("mark", positive, "Price now, points; blank = the quote's middle, else the model's."),
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
