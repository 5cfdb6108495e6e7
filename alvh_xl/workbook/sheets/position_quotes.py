"""Position, quotes: bid and ask of each leg (refreshed), what is sound in them, and the mark and volatility in use.

A refresh writes contract, bid, ask, quoted and forward; everything else is a formula. A quote counts only while the
option it was made for is still the leg's, no session has closed since, it is two-sided and not crossed. Typed wins over
quoted, quoted over the model.
"""

from __future__ import annotations

from typing import Final

from alvh_xl.workbook import leg_quotes
from alvh_xl.workbook.layout import Page, pick
from alvh_xl.workbook.sheets.position_layout import HELD_ROWS, HELPERS, LEGS, QUOTES

MAX_AGE: Final = 0  # sessions that may have closed since, POLICY
LOOKS: Final = {
    "leg": ("cell", "general"), "contract": ("data_note", "general"), "bid": ("data", "price"),
    "ask": ("data", "price"), "mid": ("formula", "price"), "quoted": ("data", "datetime"), "forward": ("data", "price"),
    "flag": ("word", "general"), "vol": ("formula", "vol"), "own_vol": ("input", "vol"), "mark": ("formula", "price"),
    "mark_from": ("cell", "general"), "vol_from": ("cell", "general"),
}  # fmt: skip
COLUMNS: Final = tuple(LOOKS)
FLAG_WORDS: Final = (
    ("OK", "ok"), ("STALE", "stale"), ("CROSSED", "missing"), ("ZERO", "missing"), ("ONE-SIDED", "missing"),
    ("ABSENT", "dark"),
)  # fmt: skip
_N = "ROW()-ROW(Quotes[[#Headers],[leg]])"


def vol_in_use(header: int, before: int, model: str) -> str:
    """Volatility of a row of a table of legs: typed, else the quote's, else that of a spill of the model."""
    line = f"ROW()-{header + 1}"
    row = f"{line}+{before}" if before else line
    own, quoted = f"INDEX(Quotes[own_vol],{row})", f"INDEX(Quotes[vol],{row})"
    return f'IF({own}<>"",{own},IF(ISNUMBER({quoted}),{quoted},{pick(model, line, 1)}))'


def write_quotes(page: Page) -> None:
    """Write the table of quotes and, off the printed page, the figures it is read with."""
    page.section(
        QUOTES - 1, 1, 13, "Quotes of the legs",
        "refreshed; a typed mark or own_vol wins over the quote, the quote over the model",
    )  # fmt: skip
    blank = (None,) * len(COLUMNS)
    page.table(QUOTES, 1, leg_quotes.TABLE, COLUMNS, [blank] * leg_quotes.ROWS, LOOKS, _formulas())
    first, last = QUOTES + 1, QUOTES + leg_quotes.ROWS
    page.words(first, COLUMNS.index("flag") + 1, last, COLUMNS.index("flag") + 1, FLAG_WORDS)
    for column in ("mid", "vol", "mark"):
        place = COLUMNS.index(column) + 1
        rule = {"type": "errors", "format": page.context.conditional("faint")}
        page.sheet.conditional_format(first, place, last, place, rule)
    rule = {"validate": "decimal", "criteria": "between", "minimum": 0.0001, "maximum": 6}
    said = "Volatility a year to use for this leg; blank = the quote's, else the model's."
    place = COLUMNS.index("own_vol") + 1
    titles = {"input_title": "own_vol", "input_message": said, "error_title": "own_vol", "error_message": said}
    page.sheet.data_validation(first, place, last, place, rule | titles)
    page.define(
        "condor_marks", first, COLUMNS.index("mark_from") + 1, QUOTES + len(LEGS), COLUMNS.index("mark_from") + 1
    )
    _helpers(page)


def _formulas() -> dict[str, str]:
    """Calculated columns of the table."""
    this = "Quotes[[#This Row],[{}]]".format
    wanted, typed = (f"INDEX({name},{_N})" for name in ("quote_contracts", "typed_marks"))
    bid, ask, flag, own, vol = (this(name) for name in ("bid", "ask", "flag", "own_vol", "vol"))
    fresh, solved = (f"INDEX({name},{_N})" for name in ("quote_freshness", "quote_vols"))
    greeks = pick("condor_greeks", _N, 2)
    model = f"IF({_N}<={len(LEGS)},{greeks},{pick('hedge_prices', f'{_N}-{len(LEGS)}', 1)})"
    unsound = (
        f'IF({fresh}<>"OK","STALE",IF(AND({bid}<=0,{ask}<=0),"ZERO",'
        f'IF(OR({bid}<=0,{ask}<=0),"ONE-SIDED",IF({bid}>{ask},"CROSSED","OK"))))'
    )
    formulas = {
        "leg": f'IF({_N}<={len(LEGS)},INDEX(Condor[leg],{_N}),"hedge "&({_N}-{len(LEGS)}))',
        "mid": f'IF({flag}="OK",({bid}+{ask})/2,NA())',
        "flag": f'IF(OR({this("contract")}<>{wanted},{bid}="",{ask}=""),"ABSENT",{unsound})',
        "vol": f'IF({solved}="",NA(),{solved})',
        "mark": f'IF({typed}<>"",{typed},IF({flag}="OK",{this("mid")},{model}))',
        "mark_from": f'IF({typed}<>"","typed",IF({flag}="OK","quote","model"))',
        "vol_from": f'IF({own}<>"","typed",IF(ISNUMBER({vol}),"quote","model"))',
    }
    return {column: f'=IF({wanted}="","",{formula})' for column, formula in formulas.items()}


def _helpers(page: Page) -> None:
    """Write, a row a leg, the option it is now and the terms its volatility is solved with."""
    first, last = QUOTES + 1, QUOTES + leg_quotes.ROWS
    titles = ("contract", "kind", "underlying", "strike", "days", "typed mark", "vol", "freshness", "model price")
    numbers = ("general", "general", "settle", "strike", "price", "price", "vol", "general", "price")
    page.section(QUOTES - 1, HELPERS, HELPERS + len(titles) - 1, "What the quotes are read with")
    page.header_row(QUOTES, HELPERS, titles, numbers)
    for place in range(leg_quotes.ROWS):
        for column, (formula, number) in enumerate(zip(_terms(place), numbers, strict=False), start=HELPERS):
            page.put(first + place, column, formula, "formula", number)
    names = ("quote_contracts", "quote_kinds", "quote_underlyings", "quote_strikes", "quote_days", "typed_marks",
             "quote_vols", "quote_freshness")  # fmt: skip
    for column, name in enumerate(names, start=HELPERS):
        page.define(name, first, column, last, column)
    solved = (
        "=IFERROR(ALVH_IMPLIED_VOL(quote_kinds,Quotes[mid],quote_underlyings,quote_strikes,quote_days,interest_rate,,"
        '"future"),"")'
    )
    page.spill(first, HELPERS + 6, leg_quotes.ROWS, solved, ["vol"])
    page.spill(first, HELPERS + 7, leg_quotes.ROWS, f"=ALVH_STALE(Quotes[quoted],asof,{MAX_AGE})", ["general"])
    prices = (
        "ALVH_BLACK76(Hedges[option_kind],Hedges[underlying],Hedges[strike],Hedges[days],Hedges[vol],interest_rate)"
    )
    page.spill(first + len(LEGS), HELPERS + 8, HELD_ROWS, f'=IFERROR({prices},"")', ["price"])
    page.define("hedge_prices", first + len(LEGS), HELPERS + 8, last, HELPERS + 8)


def _terms(place: int) -> list[str]:
    """Contract, kind, underlying, strike, days when it was quoted, and typed mark of one row."""
    condor = place < len(LEGS)
    table, row = ("Condor", place + 1) if condor else ("Hedges", place + 1 - len(LEGS))
    kind, strike, expiry, days, mark = (
        f"INDEX({table}[{column}],{row})" for column in ("option_kind", "strike", "expiry", "days", "mark")
    )
    root = f'IF(INDEX(Condor[settlement],{row})="AM","SPX","SPXW")' if condor else '"VIX"'
    none = f'INDEX({table}[instrument],{row})<>"{"SPX" if condor else "VIX"}",{kind}="",{strike}="",{expiry}=""'
    # Written without a date format, whose letters depend on the language of the program.
    day = f'TEXT(MOD(YEAR({expiry}),100)*10000+MONTH({expiry})*100+DAY({expiry}),"000000")'
    contract = f'{root}&{day}&{kind}&TEXT(ROUND({strike}*1000,0),"00000000")'
    used = f'INDEX(quote_contracts,{place + 1})<>""'
    underlying = f"INDEX(Quotes[forward],{place + 1})" if condor else f"INDEX(Hedges[underlying],{row})"
    quoted = f"INDEX(Quotes[quoted],{place + 1})"
    return [
        f'=IF(OR({none}),"",{contract})',
        f'=IF({used},{kind},"")',
        f'=IF(AND({used},{underlying}<>""),{underlying},"")',
        f'=IF({used},{strike},"")',
        f'=IF(AND({used},{quoted}<>""),{days}+asof-{quoted},"")',
        f'=IF({mark}="","",{mark})',
    ]
