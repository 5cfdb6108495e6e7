"""What the document's rules imply for the current inputs, in five statements and the numbers behind them (C12, §6).

The statements stand on Plan, the numbers on Scenarios. Each is computed, none is a printed constant.
"""

from __future__ import annotations

from alvh_xl.workbook.layout import Page, Row

STEPS = 41  # moves of 0 to −10 % at which one call is valued
STEP = 0.25
NO_ANSWER = "no answer: a figure is missing, or the book is not short gamma"
LAYERS_TEXT = "with every layer lit"


RATES = "interest_rate,dividend_yield"
# label, number format, name, formula with β of table 4A, with that of table 4B
# Table 4B's pair on Inputs is that of hedges with 36 to 64 days; for any other it would be another tenor's number.
CALM_TENOR = "AND(hedge_days>=36,hedge_days<64)"
NUMBERS = (
    (
        "Δ$ of one call", "price", "delta", "=unit_dollar_delta",
        f"=IF({CALM_TENOR},INDEX(ALVH_HEDGE_GREEKS(hedge_instrument,hedge_future,hedge_strike,hedge_days,hedge_vol,"
        "interest_rate,hedge_beta_calm,hedge_curvature_calm,hedge_kind,FALSE),1,5),NA())",
    ),
    (
        "Condor at stress_move", "dollars", "condor",
        f"=INDEX(ALVH_STRESS(condor_book,spot,stress_move,{RATES},,,,,,FALSE),1,2)",
        f"=INDEX(ALVH_STRESS(condor_book,spot,stress_move,{RATES},,spx_beta_calm,spx_curvature_calm,,,FALSE),1,2)",
    ),
    (
        "One call at stress_move", "price", "gain", "=stress_gain",
        f"=IF({CALM_TENOR},INDEX(ALVH_STRESS(unit_book,spot,stress_move,{RATES},calm_betas,,,,,FALSE),1,3),NA())",
    ),
    (
        "Calls for the cap under A", "price", "calls_a",
        *(f"=IF(book_dollar_gamma<0,-cap_in_force*book_dollar_gamma*gamma_move/ABS(delta_{table}),NA())"
          for table in ("4a", "4b")),
    ),
    (
        "Calls for the cap under C", "price", "calls_c",
        *(f"=IF(AND(condor_{table}<0,gain_{table}>0),-cap_in_force*condor_{table}/gain_{table},NA())"
          for table in ("4a", "4b")),
    ),
)  # fmt: skip


def write_numbers(page: Page, row: int, side: int) -> int:
    """Write the two columns of numbers the statements quote; return the row after.

    "4A" takes the average spot–vol β, "4B" that of a VIX below 15: an extrapolation at larger moves.
    """
    page.section(
        row,
        1,
        14,
        "Numbers behind “What the rules imply” (Plan)",
        "one-day stress; 4B: VIX below 15, 36–64 days; document rules, untested",
    )
    page.header_row(row + 1, 1, ("", "4A, average", "4B, calm"), ["general", "price", "price"])
    doubles = ("One call doubles at a fall of, %", "price", "doubles", f"={_doubles('4a')}", f"={_doubles('4b')}")
    end = row + 2
    for label, number, name, *formulas in (*NUMBERS, doubles):
        page.put(end, 1, label, "label")
        for col, (table, formula) in enumerate(zip(("4a", "4b"), formulas, strict=True), start=2):
            page.put(end, col, formula, "formula", number)
            page.define(f"{name}_{table}", end, col)
        end += 1
    page.put(row + 2, 5, "β pair of table 4B: from day, β, curvature", "remark")
    for col, formula in enumerate(("=2", "=hedge_beta_calm", "=hedge_curvature_calm"), start=5):
        page.put(row + 3, col, formula, "formula", "ratio")
    page.define("calm_betas", row + 3, 5, row + 3, 7)
    _falls(page, side)
    return end


def _falls(page: Page, col: int) -> None:
    """Write what one call gains on falls of 0 to 10 %, under either β."""
    page.section(3, col, col + 2, "One call on a one-day fall")
    page.header_row(4, col, ("fall, %", "4A", "4B"), ["price"] * 3)
    first = 5
    for i in range(STEPS):
        page.put(first + i, col, -i * STEP, "text", "price")
    page.define("falls", first, col, first + STEPS - 1, col)
    for place, (table, betas) in enumerate((("4a", ""), ("4b", "calm_betas")), start=col + 1):
        call = f"ALVH_STRESS(unit_book,spot,falls,{RATES},{betas},,,,,FALSE)"
        page.spill(first, place, STEPS, f"=INDEX({call},0,3)", ["price"])
        page.define(f"gains_{table}", first, place, first + STEPS - 1, place)


def _doubles(table: str) -> str:
    """Fall at which one call gains its cost, between the two steps that enclose it; #N/A beyond the last step."""
    gains, place = f"gains_{table}", f'COUNTIF(gains_{table},"<"&hedge_cost)'
    low, high = f"INDEX({gains},{place})", f"INDEX({gains},{place}+1)"
    inside = f"{STEP}*({place}-1+(hedge_cost-{low})/({high}-{low}))"
    # A spill that failed holds its first cell only; what lies below would read as 0.
    return f"IF(ISERROR(INDEX({gains},1)),NA(),IF(INDEX({gains},{STEPS})<hedge_cost,NA(),{inside}))"


def write_statements(page: Page, row: int) -> int:
    """Write the five statements on Plan; return the last row."""
    page.section(row, 1, 4, "What the rules imply today (document rules, untested)", "numbers: Scenarios")
    page.header_row(row + 1, 1, ("statement", "today", "", ""))
    rows = [
        Row("Sizes of the width and the cap conflict", f"={_conflict()}", "text"),
        Row("Bases 3 and 4 against the money at risk", f"={_bases()}", "text"),
        Row("Reading A against full revaluation C", f"={_readings()}", "text"),
        Row("Premium at the cap", f"={_premium()}", "text"),
        Row("Long tenors", f"={_tenors()}", "text"),
    ]
    for line, statement in enumerate(rows, start=row + 2):
        page.put(line, 1, statement.label, "label")
        page.put(line, 2, f'=IFERROR({str(statement.value)[1:]},"{NO_ANSWER}")', "cell")
        for col in (3, 4):
            page.put(line, col, None, "cell")
    return row + 1 + len(rows)


def _against_cap(low: str, high: str) -> str:
    """Contracts a range of the width asks for on the literal basis, and how they stand to the cap."""
    per = "breakeven_width*condors/hedge_future"
    verdict = f'IF({low}*{per}>calls_a_4a,"above",IF({high}*{per}<=calls_a_4a,"below","across"))'
    span = f'TEXT({low},"0 %")&" to "&TEXT({high},"0 %")&" of W asks for "&TEXT({low}*{per},"0.0")&" to "'
    return f'{span}&TEXT({high}*{per},"0.0")&" calls, "&{verdict}&" the cap"'


def _conflict() -> str:
    calm, macro = _against_cap("calm_low", "calm_high"), _against_cap("macro_low", "macro_high")
    return f'"{LAYERS_TEXT}, "&{calm}&"; "&{macro}&" of "&TEXT(calls_a_4a,"0.0")&" calls"'


def _bases() -> str:
    share = "breakeven_width*100*condors/max_loss"
    verdict = f'IF(calm_high*{share}>1," (absurd: more than can be lost)","")'
    return (
        f'TEXT(calm_low,"0 %")&" to "&TEXT(calm_high,"0 %")&" of W is "&TEXT(calm_low*{share},"0 %")&" to "'
        f'&TEXT(calm_high*{share},"0 %")&" of the largest loss"&{verdict}'
    )


def _readings() -> str:
    return (
        '"A asks for "&TEXT(calls_a_4a/calls_c_4a,"0.0")&" times as many calls as C at "&TEXT(stress_move,"+0;-0")'
        '&" % with average β"&IFERROR(", "&TEXT(calls_a_4b/calls_c_4b,"0.0")&" times with that of a VIX below 15'
        ' (an extrapolation)","")'
    )


def _premium() -> str:
    doubles = 'IFERROR(TEXT(doubles_{},"0.0")&" %","more than 10 %")'.format
    return (
        '"at the cap it is "&TEXT(calls_a_4a*hedge_cost/credit_dollars,"0 %")&" of the credit; one call doubles on a'
        f' one-day fall of "&{doubles("4a")}&" with average β"&IF({CALM_TENOR},", "&{doubles("4b")}'
        '&" with that of a VIX below 15","")'
    )


def _tenors() -> str:
    return (
        '"for equal delta "&TEXT(ladder_days_2,"0")&" days cost "&TEXT(ladder_cost_ratio_2,"0.0")&" and "'
        '&TEXT(ladder_days_3,"0")&" days "&TEXT(ladder_cost_ratio_3,"0.0")&" times as much as "'
        '&TEXT(ladder_days_1,"0")&" days, and decay "&TEXT(ladder_theta_ratio_2,"0.00")&" and "'
        '&TEXT(ladder_theta_ratio_3,"0.00")&" times as fast"'
    )
