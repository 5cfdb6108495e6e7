"""Macro: monthly prints with their surprises in proxy form, the release calendar, macro pressure."""

from __future__ import annotations

from alvh_xl.workbook import style, tables
from alvh_xl.workbook.layout import Context, Page, Row, pick

HEADER = 27
COLUMNS = ("month", "cpi", "cpi_actual", "cpi_consensus", "ppi", "ppi_actual", "ppi_consensus", "reer")
LOOKS = {
    "month": ("data", "month"),
    "cpi": ("data", "settle"),
    "cpi_actual": ("formula", "percent2"),
    "cpi_consensus": ("formula", "percent2"),
    "ppi": ("data", "points"),
    "ppi_actual": ("formula", "percent2"),
    "ppi_consensus": ("formula", "percent2"),
    "reer": ("data", "price"),
}
EVENT_COLUMNS = ("event", "when", "label", "days_to")
EVENT_LOOKS = {
    "event": ("data", "general"),
    "when": ("data", "datetime"),
    "label": ("data_word", "general"),
    "days_to": ("formula", "days"),
}
WARM_UP = 12  # months before the first year-on-year change


def _change(index: str, months: int, power: int) -> str:
    """Return the formula of a change over some months; blank during warm-up and in rows without a print."""
    here = f"Macro[[#This Row],[{index}]]"
    row = "ROW()-ROW(Macro[[#Headers],[month]])"
    before = f"INDEX(Macro[{index}],{row}-{months})"
    grown = f"({here}/{before})^{power}-1" if power != 1 else f"{here}/{before}-1"
    return f'=IF(OR({row}<={WARM_UP},{here}=""),"",{grown})'


FORMULAS = {
    f"{index}_{kind}": _change(index, months, power)
    for index in ("cpi", "ppi")
    for kind, months, power in (("actual", 3, 4), ("consensus", 12, 1))
}


def write(context: Context) -> None:
    """Write the sheet."""
    page = Page(
        context,
        "Macro",
        "Macro pressure and calendar",
        "Document rule, untested. No consensus is shipped: surprises run in their PROXY form "
        "(actual = 3-month change, annualised; consensus = 12-month change).",
        (36, 18, 28, 14, 10, 11, 14, 10, 2, 22, 19, 30, 24, 10, 2, 12, 16),
    )
    data = tables.table_rows(context.morning)
    _pressure(page)
    end = _monthly(page, *data["Macro"])
    _events(page)
    _calendar(page, *data["Calendar"])
    _rates(page)
    _differentials(page)
    page.finish(end - 1, 14, freeze=(3, 0))


def _pressure(page: Page) -> None:
    page.section(3, 1, 3, "Macro pressure (C04)")
    rows = [_surprise(index) for index in ("cpi", "ppi")]
    # When the figures in the table came out, not when the calendar says a newer one did: that one may be missing.
    known = (f'INDEX(Market[observed],MATCH("{event}",Market[series],0))' for event in ("cpi", "ppi"))
    last_print = f"=MIN({','.join(known)})"
    rows += [
        Row("Earlier of the two latest releases", last_print, "datetime_or_none", name="last_print"),
        Row("Last FOMC decision", f"={_latest('fomc')}", "datetime_or_none", name="last_fomc"),
        Row("Next FOMC decision", f"={_coming('fomc')}", "datetime_or_none", name="next_fomc"),
    ]
    end = page.block(4, 1, rows)
    page.section(end, 1, 3, "Score, active, ramp, reason")
    call = (
        "=ALVH_MACRO_PRESSURE(cpi_surprise,ppi_surprise,last_print,asof,last_fomc,next_fomc,"
        "macro_threshold,macro_lookahead)"
    )
    page.spill(end + 1, 1, 2, call, ["z", "integer", "price", "hidden"], headings=True)
    page.define("macro_table", end + 2, 1, end + 2, 4)
    page.block(
        end + 4,
        1,
        [
            Row("Macro score", "=" + pick("macro_table", 1, 1), "z", "mean of the two z", "macro_score"),
            Row(
                "Macro pressure m",
                '=IF(ISNUMBER(macro_score),IF(macro_mode="ramp",INDEX(macro_table,1,3),N(INDEX(macro_table,1,2))),0)',
                "price",
                "0 when a print or an FOMC date is missing: partial",
                "macro_pressure",
            ),
            Row(
                "Reason",
                f"=IFERROR({pick('macro_table', 1, 4)},IF(OR(last_fomc=0,next_fomc=0),"
                '"partial: no FOMC date is known","partial: a print is missing"))',
                "text",
                name="macro_reason",
            ),
            Row(
                "VIX against its 20-session mean",
                "=vix/AVERAGE(INDEX(History[vix],281):INDEX(History[vix],300))-1",
                "percent",
                "above 0 the rule buys event-elevated volatility",
                "vix_elevation",
            ),
        ],
    )
    _exchange_rate(page, end + 9)


def _surprise(index: str) -> Row:
    """Latest standardised surprise: the series end with the latest print, trailing blank rows left out."""
    first = WARM_UP + 1
    actual, consensus = (
        f"INDEX(Macro[{index}_{kind}],{first}):INDEX(Macro[{index}_{kind}],COUNT(Macro[{index}]))"
        for kind in ("actual", "consensus")
    )
    latest = f"INDEX(ALVH_SURPRISE_Z({actual},{consensus},surprise_window),COUNT(Macro[{index}])-{WARM_UP})"
    call = f"=IFERROR({latest},NA())"
    return Row(f"{index.upper()} surprise, latest", call, "z", "PROXY, sample sd of earlier ones", f"{index}_surprise")


def _latest(event: str) -> str:
    return f'MAXIFS(Calendar[when],Calendar[event],"{event}",Calendar[when],"<="&asof)'


def _coming(event: str) -> str:
    return f'MINIFS(Calendar[when],Calendar[event],"{event}",Calendar[when],">"&asof)'


def _monthly(page: Page, columns: tables.Columns, rows: tables.Rows) -> int:
    full = [tuple(dict(zip(columns, row, strict=True)).get(column) for column in COLUMNS) for row in rows]
    return page.table(HEADER, 1, "Macro", COLUMNS, full, LOOKS, FORMULAS)


def _exchange_rate(page: Page, row: int) -> None:
    """Write the real effective exchange rate and what it says beside the rate differential (C22)."""
    page.section(row, 1, 3, "Real effective exchange rate (C22), weight 0")
    divergence = "=IF(AND(ISNUMBER(differential_z),ISNUMBER(reer_z)),differential_z-reer_z,NA())"
    rows = [
        Row("Months in the table", "=COUNT(Macro[reer])", "integer", "PROXY below 132", "reer_months"),
        Row("REER z, 12-month change", "=ALVH_REER_Z(Macro[reer],0)", "z", "lag 0: only released months", "reer_z"),
        Row("Divergence, differential less REER", divergence, "z", "needs both", "divergence"),
    ]
    page.block(row + 1, 1, rows)


EVENT_TITLES = ("event", "last (New York)", "next (New York)", "before the condor expires", "days")


def _events(page: Page) -> None:
    """Write last and next date of every event."""
    page.section(3, 10, 14, "Events: last and next")
    page.header_row(4, 10, EVENT_TITLES, ["general", "datetime", "datetime", "general", "days"])
    for row, (event, name) in enumerate(NEXT_EVENTS, start=5):
        when = "=next_fomc" if event == "fomc" else f"={_coming(event)}"
        page.put(row, 10, event, "label")
        page.put(row, 11, f"={_latest(event)}", "formula", "datetime_or_none", align="right")
        page.put(row, 12, when, "formula", "datetime_or_none", align="right")
        page.put(row, 13, f'=IF({name}=0,"not listed",IF({name}<condor_settlement,"YES","no"))', "word")
        page.put(row, 14, f'=IF({name}=0,"",{name}-asof)', "formula", "days")
        page.define(name, row, 12)


def _calendar(page: Page, columns: tables.Columns, rows: tables.Rows) -> None:
    formulas = {"days_to": '=IF(Calendar[[#This Row],[when]]="","",Calendar[[#This Row],[when]]-asof)'}
    assert columns == EVENT_COLUMNS[:3]
    page.table(HEADER, 10, "Calendar", EVENT_COLUMNS, [(*row, None) for row in rows], EVENT_LOOKS, formulas)


CONTRARY = (
    "Document rule, untested: higher rates would compress volatility premia. The evidence is contrary or mixed:",
    "lax policy lowers risk aversion (Bekaert, Hoerova and Lo Duca 2013).",
)


def _rates(page: Page) -> None:
    """Write the foreign rates, typed or else the market's, the differential and its z (C23)."""
    page.section(
        12, 10, 14, "Rate differential (C23), tilt off at strength 0", "3-month rates, percent; a typed one wins"
    )
    looks = {"currency": ("input_word", "general"), "typed": ("input", "price"), "weight": ("input", "price"),
             "status": ("word", "general"), "rate": ("formula", "price")}  # fmt: skip
    blank = [(currency, None, weight, None, None) for currency, weight in WEIGHTS.items()]
    end = page.table(13, 10, "ForeignRates", tuple(looks), blank, looks, FOREIGN)
    page.words(14, 13, end - 1, 13, (*style.STATUS_WORDS, ("typed", "ok")))
    newest = f"INDEX(Differentials[differential],{MONTHS})"
    z = (
        f"=IF(COUNT(Differentials[differential])<{MONTHS},NA(),"
        f"({newest}-AVERAGE(Differentials[differential]))/STDEV.S(Differentials[differential]))"
    )
    call = "=ALVH_RATE_DIFFERENTIAL(treasury_rate,ForeignRates[rate],ForeignRates[weight])"
    rows = [
        Row("Differential", call, "price", "US less foreign, percent", "rate_differential"),
        Row(
            "Its z-score",
            z,
            "z",
            f"needs {MONTHS} typed months; #N/A while they are lacking: keep its strength at 0",
            "differential_z",
        ),
    ]
    end = page.block(end, 10, rows)
    for line, text in enumerate(CONTRARY, start=end):
        page.put(line, 10, text, "remark")


def _differentials(page: Page) -> None:
    page.section(HEADER - 1, 16, 17, "Differential (typed)")
    looks = {"month_end": ("input", "month"), "differential": ("input", "price")}
    page.table(HEADER, 16, "Differentials", ("month_end", "differential"), [(None, None)] * MONTHS, looks)


_TYPED = "ForeignRates[[#This Row],[typed]]"
_SERIES = '"rate_"&LOWER(ForeignRates[[#This Row],[currency]])'
_PLACE = f"MATCH({_SERIES},Market[series],0)"
# What is typed goes first; a rate nobody knows is #N/A, and so is the differential: a guess would be a number.
FOREIGN = {
    "rate": f"=IF(ISNUMBER({_TYPED}),{_TYPED},IFERROR(AVERAGEIFS(Market[value],Market[series],{_SERIES}),NA()))",
    "status": f'=IF(ISNUMBER({_TYPED}),"typed",IFERROR(IF(OR(INDEX(Market[status],{_PLACE})="STALE",'
    f'INDEX(Market[status],{_PLACE})="MISSING"),INDEX(Market[status],{_PLACE}),INDEX(Market[quality],{_PLACE})),'
    '"MISSING"))',
}

# Weights of the method [POLICY], and the months the z-score looks back.
WEIGHTS = {"EUR": 0.40, "JPY": 0.25, "GBP": 0.15, "CAD": 0.10, "CHF": 0.10}
MONTHS = 60

# MINIFS answers 0 when the calendar lists no coming date.
NEXT_EVENTS = (
    ("cpi", "next_cpi"),
    ("ppi", "next_ppi"),
    ("fomc", "next_fomc_event"),
    ("gdp", "next_gdp"),
    ("vix_settlement", "next_vix_settlement"),
)
