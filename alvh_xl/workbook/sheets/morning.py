"""Morning: the decision, why, and what it costs, readable in 30 seconds on one page."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from alvh_xl.workbook import charts, style
from alvh_xl.workbook.inputs import STRESS_MOVES
from alvh_xl.workbook.layout import Context, Page, Row, pick
from alvh_xl.workbook.sheets import morning_audits
from alvh_xl.workbook.sheets.morning_audits import Card

CARDS = (1, 5, 9)  # first column of each of the three columns of cards: label, value, note
WIDTHS = (24, 16, 33, 1.5) * 2 + (24, 16, 33)
LAST_COL = 11
BANNER, DECISION, REASON = 2, 3, 4
ROWS = (6, 17, 27, 37)  # header rows of the bands of cards
CHARTS = 44
LAST_ROW = 57


def write(context: Context) -> None:
    """Write the sheet."""
    stamp = '="As of "&TEXT(asof,"dd-mmm-yyyy hh:mm")&" New York · data: "&data_source&" · functions "&ALVH_VERSION()'
    page = Page(context, "Morning", "ALVH morning", stamp, WIDTHS)
    page.put(0, 9, "Educational, not advice", "subtitle")
    page.put(1, 9, "Sizes and layers: document rule, untested", "subtitle")
    _headline(page)
    for row, cards in zip(ROWS, (_first(), _second(), _third(), morning_audits.cards()), strict=True):
        for col, (title, note, lines) in zip(CARDS, cards, strict=True):
            page.section(row, col, col + 2, title, note)
            page.block(row + 1, col, [_guarded(line) for line in lines])
    _colours(page)
    for col, chart in zip(CARDS, (charts.payoff, charts.curve, charts.layers), strict=True):
        drawn = chart(context)
        drawn.set_size({"width": 522, "height": 276})
        page.sheet.insert_chart(CHARTS, col, drawn, {"object_position": 2})
    page.finish(LAST_ROW, LAST_COL, freeze=(REASON + 1, 0))
    page.sheet.fit_to_pages(1, 1)
    page.sheet.activate()


def _guarded(line: Row) -> Row:
    """Return the line with a note that says "no data" where its figures lack; the value itself stays #N/A."""
    note = f'=IFERROR({line.note[1:]},"no data")' if line.note.startswith("=") else line.note
    return dataclasses.replace(line, note=note)


def _headline(page: Page) -> None:
    health = (
        '=IF(required_missing>0,"MISSING: "&required_unfit,'
        'IF(required_stale>0,"STALE: "&required_unfit,'
        '"OK: every required figure is fresh"))'
        '&"  ·  "&count_ok&" OK, "&count_proxy&" PROXY, "&count_stale&" STALE, "&count_missing&" MISSING  ·  "'
        '&IF(checks_failed=0,"all "&checks_count&" checks pass",checks_failed&" of "&checks_count&" checks FAIL")'
    )
    decision = (
        '=IF(plan_decision="NO DECISION","NO DECISION: "&plan_binding,'
        'IF(held=held_candidate,"Hold ","Hold the Δ$ of ")&TEXT(held+order_quantity,"0")&" × "&hedge_text'
        '&"  →  "&order_text'
        '&IF(held+order_quantity=hold,""," (model "&hold&")"))'
    )
    because = (
        '=IF(plan_decision="NO DECISION",plan_reason_1,"Binding rule: "&plan_binding&".  Why: "&plan_reason_1&".")'
    )
    for row, formula, look, height in (
        (BANNER, health, "banner", 20),
        (DECISION, decision, "decision", 32),
        (REASON, because, "because", 20),
    ):
        page.sheet.set_row(row, height)
        for col in range(1, LAST_COL + 1):
            page.put(row, col, None, look)
        page.put(row, 1, formula, look)
    page.define("headline", DECISION, 1)
    for word, look in style.STATUS_WORDS:
        rule = {"type": "formula", "criteria": f'=LEFT($B${BANNER + 1},{len(word)})="{word}"'}
        page.sheet.conditional_format(BANNER, 1, BANNER, LAST_COL, rule | {"format": page.context.conditional(look)})
    for row in (DECISION, REASON):
        rule = {"type": "formula", "criteria": f'=IFERROR(LEFT($B${DECISION + 1},11)="NO DECISION",TRUE)'}
        page.sheet.conditional_format(row, 1, row, LAST_COL, rule | {"format": page.context.conditional("missing")})


def _first() -> Sequence[Card]:
    condor = [
        Row(
            "Expected move, ±1σ",
            "=expected_move",
            "points",
            '=IF(INDEX(expected_range,1,1)="",NA(),"")&TEXT(INDEX(expected_range,1,1),"#,##0")'
            '&" to "&TEXT(INDEX(expected_range,1,2),"#,##0")'
            '&" in "&TEXT(dte,"0.0")&" days"',
        ),
        Row(
            "Volatility used",
            "=atm_vol",
            "vol",
            '="PROXY: from "&IF(dte<=9,"VIX9D",IF(dte<=30,"VIX9D and VIX","VIX and VIX3M"))',
        ),
        Row("Strikes", '=put_long&" / "&put_short&" / "&call_short&" / "&call_long', "text"),
        Row("Credit", "=credit", "price", '="points; "&TEXT(credit_dollars,"$#,##0")&" for "&condors&" condors"'),
        Row("Break-evens", '=TEXT(low_breakeven,"#,##0.0")&" to "&TEXT(high_breakeven,"#,##0.0")', "text"),
        Row(
            "Chance of profit",
            "=probability_of_profit",
            "percent",
            '="touch: put "&TEXT(touch_put_short,"0 %")&", call "&TEXT(touch_call_short,"0 %")',
        ),
        Row("Width W", "=breakeven_width", "points", "points between break-evens"),
        Row("Largest loss", "=max_loss", "dollars", '=TEXT(max_loss/nav,"0.0 %")&" of portfolio value"'),
        Row(
            "Days to settlement",
            "=dte",
            "days",
            '=IF(AND(dte>=shortest_days,dte<=longest_days),"within ","OUTSIDE ")'
            '&shortest_days&" to "&longest_days&" (rule, untested)"',
        ),
    ]
    regime = [
        Row("VIX", "=vix", "price", '="VIX9D "&TEXT(vix9d,"0.00")&", VIX3M "&TEXT(vix3m,"0.00")'),
        Row("VIX curve", "=curve_state", "general", '="front to second "&TEXT(contango,"+0.0 %;-0.0 %")'),
        Row("30-day VX", "=constant_maturity", "settle", "constant maturity, points"),
        Row(
            "Realised volatility",
            "=realised_vol",
            "vol",
            '=TEXT(realised_window,"0")&" sessions; VIX/100 is "&TEXT(vix/100,"0.0 %")',
        ),
        Row(
            "VIX less realised",
            "=premium_spread",
            "vol",
            '="z "&TEXT(premium_z,"+0.0;-0.0")&IF(premium_strength=0,"; no tilt: strength 0","; see Tilts")',
        ),
        Row(
            "Macro pressure m",
            "=macro_pressure",
            "price",
            '=IF(macro_pressure>0,"ACTIVE","inactive")&" (PROXY); CPI "&TEXT(cpi_surprise,"+0.00;-0.00")'
            '&", PPI "&TEXT(ppi_surprise,"+0.00;-0.00")',
        ),
        Row("Allocation", "=allocation", "percent", "of the width (rule, untested)"),
        Row("Layer fraction L", "=layer_fraction", "percent", '="mode "&layer_mode'),
        Row("Share to hedge h", "=hedge_share", "percent", "allocation × L × tilt"),
    ]
    dates = (
        '=IFERROR("since "&TEXT(1/(1/INDEX(layer_table,{0},3)),"dd-mmm")'
        '&", expires "&TEXT(INDEX(layer_table,{0},4),"dd-mmm-yyyy"),"{1}")'
    )
    layers = [
        Row("1 MACD divergence", "=lamp_macd", "general", dates.format(1, "no divergence in force"), style="word"),
        Row("2 RSI breach", "=lamp_rsi", "general", dates.format(2, "no breach in force"), style="word"),
        Row("3 A/D deterioration", "=lamp_ad", "general", dates.format(3, "no deterioration in force"), style="word"),
        Row("RSI", "=rsi_now", "price", '="breach at "&rsi_low&" or "&rsi_high'),
        Row("MACD", "=macd_now", "price", "points"),
        Row("Stays lit for", "=layer_hold", "integer", "sessions after its last trigger (policy)"),
        Row("Thirds deployed", "=layer_fraction*3", "price", "of 3"),
        Row("Contracts from layers", "=" + pick("layer_sizes", 5, 3), "price", "unrounded, literal basis"),
        Row(
            "Breadth data",
            '=INDEX(Market[status],MATCH("advances",Market[series],0))',
            "general",
            "20 stocks, not the exchange's",
            style="word",
        ),
    ]
    return (
        ("Expected move and condor", "SPX points", condor),
        ("Regime and allocation", "", regime),
        ("Layers", "document rule, untested", layers),
    )


def _second() -> Sequence[Card]:
    binds = '=IF(plan_binding="{}","◄ BINDS","{}")'
    names = ("vix_notional", "max_loss", "breakeven_payoff", "premium")
    titles = ("1 VIX notional (literal)", "2 Share of max loss", "3 Break-even payoff", "4 Premium")
    cost = (
        '=TEXT(IF(INDEX(hedge_units,{0},4)="",NA(),INDEX(hedge_units,{0},4))/credit_dollars,"0 %")'
        '&" of the credit"&IF(basis="{1}","; chosen","")'
        '&IF(AND(basis="{1}",OR(plan_binding="allocation",plan_binding="no layer lit")),"  ◄ BINDS","")'
    )
    sizes = [
        Row(title, "=" + pick("hedge_units", i, 3), "contracts", cost.format(i, name))
        for i, (title, name) in enumerate(zip(titles, names, strict=True), start=1)
    ]
    capped = '=TEXT(cap_in_force,"0.00")&" of short gamma (A)"&IF(RIGHT(plan_binding,3)="cap","  ◄ BINDS","")'
    sizes += [
        Row("Gamma cap", "=gamma_cap_contracts", "contracts", capped),
        Row(
            "Liquidity cap",
            '=IF(open_interest="","none",plan_cap_liquidity)',
            "contracts",
            binds.format("liquidity", "10 % of open interest"),
        ),
        Row(
            "Premium budget",
            '=IF(premium_budget="","none",plan_cap_premium)',
            "contracts",
            binds.format("premium budget", "blank on Inputs = none"),
        ),
        Row(
            "Hold",
            "=hold",
            "integer",
            '=IF(plan_decision="NO DECISION","no decision","binding: "&plan_binding)',
            style="key",
        ),
    ]
    order = [
        Row("Order", "=order_text", "general", "=hedge_text", style="key"),
        Row("Strike and future", "=hedge_strike", "price", '="its future stands at "&TEXT(hedge_future,"0.000")'),
        Row("Held / model", '=TEXT(held,"0")&" / "&TEXT(hold,"0")', "general", "contracts"),
        Row("Model price", "=hedge_price", "price", '="MODEL, vol "&TEXT(hedge_vol,"0.0 %")&" from VVIX"'),
        Row(
            "Limit price",
            "=limit_price",
            "price",
            '="rounded "&IF(order_quantity<0,"down","up")&" to the "&TEXT(tick,"0.00")&" tick"',
        ),
        Row(
            "Order value",
            "=order_quantity*limit_price*100",
            "dollars",
            '="plus fees "&TEXT(ABS(order_quantity)*fees,"$#,##0")',
        ),
        Row("Roll by", "=roll_by", "date", "two sessions before settlement"),
        Row("No-trade band", "=no_trade_band", "percent", '=IF(order_quantity=0,"no order: why is on Plan","order")'),
    ]
    cost_card = [
        Row(
            "Premium",
            "=premium",
            "dollars",
            '=TEXT(premium_share,"0.0 %")&" of the credit"&IF(premium_share>0.35,"  WARNING > 35 %","")',
        ),
        Row("Theta a day", "=premium_theta", "dollars", '="condor earns "&TEXT(condor_theta,"$#,##0")'),
        Row("Drag a year", "=drag", "percent", "of portfolio value"),
        Row("Gamma offset A", "=ratio_a", "ratio", '="cap "&TEXT(cap_in_force,"0.00")&" (rule, untested)"'),
        Row("Delta of the hedge", "=hold*unit_dollar_delta", "dollars", "per +1 % of SPX"),
        Row("Gamma of the condor", "=book_dollar_gamma", "dollars", "change of Δ$ per +1 %"),
        Row("Cost of capital", "=premium*capital_rate*hedge_days/365", "dollars", "until the hedge settles"),
        Row("One call gains", "=stress_gain", "dollars", '="at "&TEXT(stress_move,"+0;-0")&" % in one day"'),
    ]
    return (
        ("Size under each rule", "contracts", sizes),
        ("Order ticket", "VIX options", order),
        ("Cost, drag and gamma", "of the model size", cost_card),
    )


def _third() -> Sequence[Card]:
    line = (
        '=IF(INDEX(stress_table,{0},4)="",NA(),"condor ")&TEXT(INDEX(stress_table,{0},2),"$#,##0;-$#,##0")'
        '&", hedge "&TEXT(INDEX(stress_table,{0},3),"$#,##0;-$#,##0")'
        '&IFERROR(" ("&TEXT(INDEX(stress_table,{0},5),"0 %")&")","")'
    )
    stress = [
        Row(
            f'="SPX "&TEXT(INDEX(Moves[move],{i}),"+0.0;-0.0")&" %{" (−2σ√T)" if i > len(STRESS_MOVES) else ""}"',
            "=" + pick("stress_table", i, 4),
            "dollars",
            line.format(i),
        )
        for i in range(1, len(STRESS_MOVES) + 2)
    ]
    when = (
        '=IF({0}=0,"no date in the calendar",TEXT({0},"hh:mm")'
        '&IF({0}<condor_settlement," BEFORE the condor expires"," after the condor"))'
    )
    events = [
        Row(label, f"={name}", "date_or_none", when.format(name))
        for label, name in (
            ("CPI", "next_cpi"),
            ("PPI", "next_ppi"),
            ("FOMC", "next_fomc_event"),
            ("GDP", "next_gdp"),
            ("VIX settlement", "next_vix_settlement"),
        )
    ]
    events += [
        Row(
            "Condor settles",
            "=condor_settlement",
            "date",
            '=TEXT(condor_settlement,"hh:mm")&", in "&TEXT(dte,"0.0")&" days"',
        ),
        Row(
            "Hedge settles",
            "=first_settlement",
            "date",
            '="09:30, in "&TEXT(first_settlement+9.5/24-asof,"0.0")&" days"',
        ),
        Row("Hedge outlives it by", "=outlives", "integer", '="sessions; at least "&sessions_after&" wanted"'),
    ]
    book = [
        Row(
            "Open P&L of the condor",
            "=open_pnl",
            "dollars",
            '=IF(COUNT(Condor[mark])=4,"from marks","MODEL: marks are blank")',
        ),
        Row(
            "Profit-take",
            '=IF(open_pnl>=profit_take*credit_dollars,"TAKE","wait")',
            "general",
            '="at "&TEXT(profit_take,"0 %")&" of the credit"',
            style="word",
        ),
        Row("Time exit", '=IF(dte<=time_exit,"EXIT","wait")', "general", '="at "&time_exit&" days"', style="word"),
        Row("Buying power", "=max_loss", "dollars", '=TEXT(max_loss/nav,"0.0 %")&" of "&TEXT(nav,"$#,##0")'),
        Row("Condor delta", "=" + pick("condor_greeks", 7, 8), "dollars", "per +1 % of SPX"),
        Row("Checks failed", "=checks_failed", "integer", '="of "&checks_count'),
        Row("Figures stale", "=count_stale", "integer", '=count_missing&" missing, "&count_proxy&" proxy"'),
        Row("Colours", "black", "general", "formula; blue typed, green refreshed", style="formula"),
    ]
    return (
        ("Stress one day later, after the order", "net dollars", stress),
        ("Events", "New York time", events),
        ("Book and checks", "", book),
    )


def _colours(page: Page) -> None:
    first = ROWS[0] + 1
    page.words(first, CARDS[2] + 1, first + 2, CARDS[2] + 1, style.LAMP_WORDS)
    page.words(first + 8, CARDS[2] + 1, first + 8, CARDS[2] + 1, style.STATUS_WORDS)
    page.words(ROWS[2] + 2, CARDS[2] + 1, ROWS[2] + 3, CARDS[2] + 1, (("TAKE", "stale"), ("EXIT", "stale")))
    for band, col in (
        (ROWS[1], CARDS[0] + 2),
        (ROWS[2], CARDS[1] + 2),
        (ROWS[0], CARDS[0] + 2),
        (ROWS[1], CARDS[2] + 2),
    ):
        for word, look in (("BINDS", "stale"), ("BEFORE", "proxy"), ("OUTSIDE", "stale"), ("WARNING", "stale")):
            rule = {"type": "text", "criteria": "containing", "value": word, "format": page.context.conditional(look)}
            page.sheet.conditional_format(band + 1, col, band + 9, col, rule)
    band = ROWS[3]
    page.words(band + 1, CARDS[0] + 1, band + 1, CARDS[0] + 1, (("steward", "ok"), ("promoter", "stale")))
    page.words(band + 1, CARDS[1] + 1, band + 4, CARDS[1] + 1, morning_audits.STATES)
    above = {"type": "cell", "criteria": ">", "value": 0, "format": page.context.conditional("missing")}
    page.sheet.conditional_format(ROWS[2] + 6, CARDS[2] + 1, ROWS[2] + 6, CARDS[2] + 1, above)
