"""Plan: the block ALVH_PLAN reads, what it answers, and the sizes it weighs; the Morning sheet quotes from here."""

from __future__ import annotations

from alvh_xl.workbook import charts
from alvh_xl.workbook.layout import FIRST_ROW, Context, Page, Row, pick
from alvh_xl.workbook.sheets import implied, obstacles

BLANK_ALLOWED = ("open_interest", "premium_budget", "probability", "at_initiation")
PLAN_INPUTS = (
    ("allocation", "allocation", "percent", "share of W"),
    ("layer_fraction", "layer_fraction", "ratio", "0 to 1"),
    ("tilt", "tilt_product", "price", "product of tilts; limited to 0.5–1.5"),
    ("breakeven_width", "breakeven_width", "points", "points, one condor"),
    ("condors", "condors", "integer", "condors"),
    ("max_loss", "max_loss", "dollars", "dollars, all condors"),
    ("credit", "credit", "price", "points, one condor"),
    ("book_dollar_gamma", "book_dollar_gamma", "dollars", "dollars per 1 % squared"),
    ("future", "hedge_future", "settle", "points"),
    ("hedge_price", "hedge_price", "price", "points"),
    ("unit_dollar_delta", "unit_dollar_delta", "price", "dollars a contract per +1 %"),
    ("stress_gain", "stress_gain", "price", "dollars a contract"),
    ("theta", "hedge_theta", "price", "dollars a day a contract"),
    ("roll_down", "roll_down", "settle", "points over the horizon"),
    ("half_spread", "half_spread", "price", "points"),
    ("fees", "fees", "price", "dollars a contract"),
    ("horizon", "carry_horizon", "integer", "days"),
    ("nav", "nav", "dollars", "dollars"),
    ("capital_rate", "capital_rate", "percent", "a year"),
    ("held", "held", "integer", "contracts"),
    ("basis", "basis", "general", "reading of “x % of W”"),
    ("cap", "cap_in_force", "price", "ratio A"),
    ("move", "gamma_move", "points", "percent"),
    ("open_interest", "open_interest", "integer", "contracts; blank = no cap"),
    ("premium_budget", "premium_budget", "dollars", "dollars; blank = no cap"),
    ("band", "no_trade_band", "percent", "share"),
    ("probability", "probability", "percent", "blank = test skipped"),
    ("at_initiation", "at_initiation", "general", "TRUE, FALSE or blank"),
)


# Rows of ALVH_PLAN's answer, in its order; each becomes the named cell plan_<name>.
PLAN_ROWS = (
    "decision",
    "hold",
    "order",
    "binding",
    "literal",
    "basis_vix_notional",
    "basis_max_loss",
    "basis_breakeven_payoff",
    "basis_premium",
    "cap_gamma",
    "cap_liquidity",
    "cap_premium",
    "fraction",
    "cost",
    "credit_share",
    "theta",
    "drag_year",
    "ratio_a",
    "reason_1",
    "reason_2",
    "reason_3",
    "reason_4",
)
# Number formats of the answers that are no contracts, or whole ones.
ANSWER_NUMBERS = {
    "hold": "integer", "order": "signed", "fraction": "percent", "cost": "dollars", "credit_share": "percent",
    "theta": "dollars", "drag_year": "percent2", "ratio_a": "ratio", "decision": "general", "binding": "general",
    **dict.fromkeys(("reason_1", "reason_2", "reason_3", "reason_4"), "general"),
}  # fmt: skip
ANSWER = FIRST_ROW + len(PLAN_INPUTS) + 3  # section row of the answer


def write(context: Context) -> None:
    """Write the sheet."""
    page = Page(
        context,
        "Plan",
        "How the decision was made",
        "Document rule, untested. A required input that is MISSING gives NO DECISION and is named.",
        (34, 60, 30, 66),
    )
    _read(page)
    _answer(page)
    row = _weighed(page, ANSWER + len(PLAN_ROWS) + 3)
    row = _tilts(page, row + 1)
    last = implied.write_statements(page, row + 1)
    top = ANSWER + 2 + PLAN_ROWS.index("literal")  # literal, the four readings, the three caps: eight rows
    chart = charts.sizes(context, top + 1, top + 8)
    chart.set_size({"width": 320, "height": 330})
    page.sheet.insert_chart(FIRST_ROW + 1, 4, chart, {"x_offset": 140, "y_offset": 8, "object_position": 1})
    page.finish(last, 4, freeze=(3, 0), pages=2)


def _read(page: Page) -> None:
    """Write name and value in two columns; an error becomes the word MISSING, which the plan names."""
    page.section(FIRST_ROW - 1, 1, 4, "What the plan reads")
    page.header_row(FIRST_ROW, 1, ("input", "value", "unit", "cell"))
    first = FIRST_ROW + 1
    for row, (name, cell, number, unit) in enumerate(PLAN_INPUTS, start=first):
        page.put(row, 1, name, "label")
        value = f'IF({cell}="","",{cell})' if name in BLANK_ALLOWED else cell
        page.put(row, 2, f'=IFERROR({value},"MISSING")', "formula", number, align="left")
        page.put(row, 3, unit, "note")
        page.put(row, 4, cell, "note")
    last = first + len(PLAN_INPUTS) - 1
    page.words(first, 2, last, 2, (("MISSING", "missing"),))
    page.define("plan_inputs", first, 1, last, 2)


def _answer(page: Page) -> None:
    page.section(ANSWER, 1, 4, "What the plan answers", "ALVH_PLAN")
    page.spill(
        ANSWER + 1,
        1,
        len(PLAN_ROWS) + 1,
        "=ALVH_PLAN(plan_inputs)",
        ["general", "settle", "words", "words"],
        look="answer",
        headings=True,
    )
    for row, name in enumerate(PLAN_ROWS, start=ANSWER + 2):
        page.define(f"plan_{name}", row, 2)
        page.put(row, 2, None, "answer", ANSWER_NUMBERS.get(name, "contracts"))
        if name.startswith("reason"):
            page.sheet.set_row(row, 54 if name == "reason_4" else 28)
    page.define("plan", ANSWER + 2, 1, ANSWER + 1 + len(PLAN_ROWS), 4)


def _weighed(page: Page, row: int) -> int:
    """Write the allocation, the sizes on every reading, the layers' thirds, and the texts made from the plan."""
    page.section(row, 1, 4, "Sizes it weighs, unrounded")
    units = '=ALVH_HEDGE_UNITS(hedge_share,"all",breakeven_width,condors,hedge_future,max_loss,stress_gain,hedge_price)'
    page.spill(row + 1, 1, 5, units, ["general", "dollars", "price", "dollars"], look="answer", headings=True)
    page.define("hedge_units", row + 2, 1, row + 5, 4)
    sizes = "=ALVH_LAYER_SIZES(allocation,breakeven_width,layer_fraction,hedge_future,condors)"
    page.spill(row + 7, 1, 6, sizes, ["general", "dollars", "price"], look="answer", headings=True)
    page.define("layer_sizes", row + 8, 1, row + 12, 3)
    page.section(row + 14, 1, 4, "Values and texts the Morning sheet quotes")
    return page.block(row + 15, 1, _quoted(), align="left")


# label, row of the plan, number format, note, name: #N/A where the plan does not decide.
DECIDED = (
    ("Contracts to hold", "hold", "integer", "model size", "hold"),
    ("Order, contracts", "order", "signed", "what the book after the order adds", "order_quantity"),
    ("Share of the width to hedge", "fraction", "percent", "allocation × L × tilt", "hedge_share"),
    ("Gamma cap", "cap_gamma", "price", "contracts, unrounded", "gamma_cap_contracts"),
    ("Premium", "cost", "dollars", "of the contracts to hold", "premium"),
    ("Premium of the credit", "credit_share", "percent", "share", "premium_share"),
    ("Theta", "theta", "dollars", "dollars a day", "premium_theta"),
    ("Drag", "drag_year", "percent2", "of portfolio value a year", "drag"),
)


# Two sessions before settlement: three weekdays before it when a holiday lies between.
ROLL_BY = "WORKDAY(first_settlement,IF(INDEX(ALVH_VIX_EXPIRIES(WORKDAY(first_settlement,-3),1,FALSE),1,3)=2,-3,-2))"

# label, z, strength, factor where the strength is not 0, name of the factor
TILTS = (
    ("Volatility premium (C09)", "premium_z", "premium_strength", pick("vol_premium", 1, 6), "tilt_premium"),
    (
        "Rate differential (C23)",
        "differential_z",
        "differential_strength",
        "1-differential_strength*MIN(MAX(differential_z,0),2)/2",
        "tilt_differential",
    ),
    (
        "Sentiment (C30)",
        "sentiment_score",
        "sentiment_strength",
        pick("sentiment_table", 1, 2),
        "tilt_sentiment",
    ),
)
LOW, HIGH = 0.5, 1.5  # limits of the product


def _tilts(page: Page, row: int) -> int:
    """Write each tilt with its strength; a strength of 0 is a factor of 1, whatever the score is."""
    page.section(row, 1, 4, "Tilts (document rules, untested; each strength is 0 unless you turn it on)")
    page.header_row(row + 1, 1, ("tilt", "factor", "strength and score", "name"))
    row += 2
    for label, score, strength, factor, name in TILTS:
        page.put(row, 1, label, "label")
        page.put(row, 2, f"=IF({strength}=0,1,{factor})", "formula", "price", align="left")
        state = f'IF({strength}=0,"off: strength 0","strength "&TEXT({strength},"0.00"))'
        shown = f'IFERROR(TEXT({score},"+0.00;-0.00"),"no data")'
        page.put(row, 3, f'={state}&"; score "&{shown}', "note")
        page.put(row, 4, name, "note")
        page.define(name, row, 2)
        row += 1
    product = "*".join(name for *_, name in TILTS)
    limited = '=IF(tilt=tilt_product,"within its limits","LIMITED")'
    rows = [
        Row("Product", f"={product}", "price", "the plan limits it to 0.5–1.5", "tilt_product"),
        Row("In force", f"=MIN(MAX(tilt_product,{LOW}),{HIGH})", "price", limited, "tilt"),
    ]
    return page.block(row, 1, rows, align="left")


def _decided(row: str) -> str:
    return f"=IF(ISNUMBER(plan_{row}),plan_{row},NA())"


CONTRACT = 'hedge_instrument&" "&IF(hedge_kind="C","call","put")&" "&hedge_strike&", "&TEXT(hedge_expiry,"dd-mmm-yyyy")'
SIDE = (
    'IF(order_quantity>0,"BUY "&order_quantity,IF(-order_quantity<=held_candidate,"SELL "&-order_quantity,'
    '"REDUCE what is held by the Δ$ of "&-order_quantity))'
)


def _quoted() -> list[Row]:
    """Return the values and texts Morning quotes: what is asked for and held, what was decided, when it settles."""
    decided = [Row(label, _decided(plan), number, note, name) for label, plan, number, note, name in DECIDED]
    order = f'=IF(ISNUMBER(order_quantity),IF(order_quantity=0,"no order",{SIDE}),"NO DECISION")'
    words = [
        Row("Hedge", f"={CONTRACT}", "text", name="hedge_text"),
        Row("Order in words", order, "text", name="order_text"),
    ]
    return [*_holdings(), *decided, *words, *_settling(), *_capped()]


def _holdings() -> list[Row]:
    """Return the share asked for, what is held, and when the first of it settles."""
    return [
        Row(
            "Allocation",
            "=ALVH_ALLOCATION(vix,macro_pressure,allocation_position,Knots[vix_level],Knots[share],"
            "calm_low,calm_high,macro_low,macro_high)",
            "percent",
            "C03, C04",
            "allocation",
        ),
        Row(
            "Held",
            "=ROUND(IFERROR(INDEX(ALVH_BOOK_GREEKS(held_legs,spot,interest_rate,dividend_yield,,FALSE),6,8),NA())"
            "/unit_dollar_delta,0)",
            "integer",
            "what is held, as contracts of the candidate with the same Δ$",
            "held",
        ),
        Row(
            "Held of the candidate itself",
            "=SUMIFS(Hedges[quantity],Hedges[instrument],hedge_instrument,Hedges[option_kind],hedge_kind,"
            "Hedges[strike],hedge_strike,Hedges[expiry],hedge_expiry)",
            "integer",
            "no more than these can be sold",
            "held_candidate",
        ),
        Row(
            "First settlement of a hedge",
            '=IF(COUNTIF(Hedges[quantity],">0")=0,hedge_expiry,'
            'MIN(hedge_expiry,MINIFS(Hedges[expiry],Hedges[quantity],">0")))',
            "date",
            "held or candidate",
            "first_settlement",
        ),
    ]


def _settling() -> list[Row]:
    """Return when to roll the hedge, and by how much it outlives the condor."""
    return [
        Row("Roll by", f"={ROLL_BY}", "date", "two sessions before settlement", "roll_by"),
        Row(
            "Hedge outlives the condor by",
            "=INDEX(expiries_after_condor,MATCH(first_settlement,INDEX(expiries_after_condor,0,1),0),3)",
            "integer",
            "sessions",
            "outlives",
        ),
    ]


def _capped() -> list[Row]:
    """Return what the size to hold offsets, and the most contracts the cap allows."""
    return [
        Row(
            "Gamma offset A of the size to hold",
            '=ALVH_GAMMA_OFFSET(book_dollar_gamma,hold*unit_dollar_delta,,"A",gamma_move)',
            "ratio",
            "C12",
            "ratio_a",
        ),
        Row(
            "Most contracts within the cap",
            "=ALVH_MAX_CONTRACTS(book_dollar_gamma,unit_dollar_delta,cap_in_force,gamma_move)",
            "integer",
            "C12",
            "max_contracts",
        ),
        *obstacles.rows(),
    ]
