"""The Morning sheet's cards: condor, regime, layers; sizes, order, cost; stress, events, book."""

from __future__ import annotations

from collections.abc import Sequence

from alvh_xl.workbook.inputs import STRESS_MOVES
from alvh_xl.workbook.layout import Row, pick
from alvh_xl.workbook.sheets.morning_audits import Card

# A bar of ten squares: how much of the second figure the first one uses.
_FILLED = "MIN(10,MAX(0,ROUND({0}/MAX({1},0.000001)*10,0)))"
BAR = f'=REPT("■",{_FILLED})&REPT("□",10-{_FILLED})'


def first() -> Sequence[Card]:
    """Return the cards of the condor, the regime and the layers."""
    return (
        ("Expected move and condor", "SPX points", _condor()),
        ("Regime and allocation", "", _regime()),
        ("Layers", "document rule, untested", _layers()),
    )


def second() -> Sequence[Card]:
    """Return the cards of the sizes, the order and what it costs."""
    return (
        ("Size under each rule", "contracts", [*_sizes(), *_caps()]),
        ("Order ticket", "VIX options", _order()),
        ("Cost, drag and gamma", "of the model size", _cost()),
    )


def third() -> Sequence[Card]:
    """Return the cards of the stress, the events and the book."""
    return (
        ("Stress one day later, after the order", "net dollars", _stress()),
        ("Events", "New York time", [*_events(), *_settlements()]),
        ("Book and checks", "", _book()),
    )


def _condor() -> list[Row]:
    """What the condor earns, loses and spans."""
    return [
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
        Row(
            "Strikes sold",
            '=TEXT(put_short,"#,##0")&" / "&TEXT(call_short,"#,##0")',
            "general",
            '="put / call; bought "&TEXT(put_long,"#,##0")&" / "&TEXT(call_long,"#,##0")',
        ),
        Row("Credit", "=credit", "price", '="points; "&TEXT(credit_dollars,"$#,##0")&" for "&condors&" condors"'),
        Row(
            "Break-evens",
            '=TEXT(low_breakeven,"#,##0.0")&" to "&TEXT(high_breakeven,"#,##0.0")',
            "general",
            "no profit, no loss at settlement",
        ),
        Row(
            "Chance of profit",
            "=probability_of_profit",
            "percent",
            '="touch: put "&TEXT(touch_put_short,"0 %")&", call "&TEXT(touch_call_short,"0 %")',
        ),
        Row("Width W", "=breakeven_width", "points", "points between the break-evens"),
        Row("Largest loss", "=max_loss", "dollars", '=TEXT(max_loss/nav,"0.0 %")&" of portfolio value"'),
        Row(
            "Days to settlement",
            "=dte",
            "days",
            '=IF(AND(dte>=shortest_days,dte<=longest_days),"within ","OUTSIDE ")'
            '&shortest_days&" to "&longest_days&" (rule, untested)"',
        ),
    ]


def _regime() -> list[Row]:
    """Volatility today, and the share of the width it asks for."""
    return [
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
        Row(
            "Allocation",
            "=allocation",
            "percent",
            BAR.format("allocation", "macro_high") + '&"  of W; most "&TEXT(macro_high,"0 %")',
        ),
        Row("Layer fraction L", "=layer_fraction", "percent", '="mode "&layer_mode'),
        Row(
            "Share to hedge h",
            "=hedge_share",
            "percent",
            BAR.format("hedge_share", "allocation") + '&"  of the allocation"',
        ),
    ]


def _layers() -> list[Row]:
    """The three lamps and what they deploy."""
    dates = (
        '=IFERROR("since "&TEXT(1/(1/INDEX(layer_table,{0},3)),"dd-mmm")'
        '&", expires "&TEXT(INDEX(layer_table,{0},4),"dd-mmm-yyyy"),"{1}")'
    )
    return [
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


def _sizes() -> list[Row]:
    """Contracts under each reading, the caps, and which of them binds."""
    names = ("vix_notional", "max_loss", "breakeven_payoff", "premium")
    titles = ("1 VIX notional (literal)", "2 Share of max loss", "3 Break-even payoff", "4 Premium")
    cost = (
        '=TEXT(IF(INDEX(hedge_units,{0},4)="",NA(),INDEX(hedge_units,{0},4))/credit_dollars,"0 %")'
        '&" of the credit"&IF(basis="{1}","; chosen","")'
        '&IF(AND(basis="{1}",OR(plan_binding="allocation",plan_binding="no layer lit")),"  ◄ BINDS","")'
    )
    return [
        Row(title, "=" + pick("hedge_units", i, 3), "contracts", cost.format(i, name))
        for i, (title, name) in enumerate(zip(titles, names, strict=True), start=1)
    ]


def _caps() -> list[Row]:
    """Contracts the caps allow, and what is held in the end."""
    binds = '=IF(plan_binding="{}","◄ BINDS","{}")'
    capped = '=TEXT(cap_in_force,"0.00")&" of short gamma (A)"&IF(RIGHT(plan_binding,3)="cap","  ◄ BINDS","")'
    return [
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


def _order() -> list[Row]:
    """What to buy or sell, at which limit."""
    return [
        Row("Order", "=order_text", "general", "=hedge_text", style="key"),
        Row("Strike", "=hedge_strike", "price", '="VIX points; its future stands at "&TEXT(hedge_future,"0.000")'),
        Row("Expiry", "=hedge_expiry", "date", '="settles 09:30; roll by "&TEXT(roll_by,"dd-mmm-yyyy")'),
        Row(
            "Limit price",
            "=limit_price",
            "price",
            '="mid "&TEXT(hedge_price,"0.00")&" MODEL, "&IF(order_quantity<0,"down","up")&" to the "'
            '&TEXT(tick,"0.00")&" tick"',
        ),
        Row(
            "Order value",
            "=order_quantity*limit_price*100",
            "dollars",
            '="plus fees "&TEXT(ABS(order_quantity)*fees,"$#,##0")',
        ),
        Row("Share of the credit", "=premium_share", "percent", "of the contracts to hold"),
        Row("Theta a day", "=premium_theta", "dollars", '="condor earns "&TEXT(condor_theta,"$#,##0")'),
        Row("No-trade band", "=no_trade_band", "percent", '=IF(order_quantity=0,"no order: why is on Plan","order")'),
    ]


def _cost() -> list[Row]:
    """What the hedge costs, and how much of the gamma it offsets."""
    return [
        Row(
            "Premium",
            "=premium",
            "dollars",
            '=TEXT(premium_share,"0.0 %")&" of the credit"&IF(premium_share>0.35,"  WARNING > 35 %","")',
        ),
        Row("Held / model", '=TEXT(held,"0")&" / "&TEXT(hold,"0")', "general", "contracts"),
        Row("Drag a year", "=drag", "percent", "of portfolio value"),
        Row(
            "Gamma offset A",
            "=ratio_a",
            "ratio",
            BAR.format("ratio_a", "cap_in_force") + '&"  of the cap "&TEXT(cap_in_force,"0.00")',
        ),
        Row("Delta of the hedge", "=hold*unit_dollar_delta", "dollars", "per +1 % of SPX"),
        Row("Gamma of the condor", "=book_dollar_gamma", "dollars", "change of Δ$ per +1 %"),
        Row("Cost of capital", "=premium*capital_rate*hedge_days/365", "dollars", "until the hedge settles"),
        Row("One call gains", "=stress_gain", "dollars", '="at "&TEXT(stress_move,"+0;-0")&" % in one day"'),
    ]


def _stress() -> list[Row]:
    """The book after a move of one day."""
    line = (
        '=IF(INDEX(stress_table,{0},4)="",NA(),"condor ")&TEXT(INDEX(stress_table,{0},2),"$#,##0;-$#,##0")'
        '&", hedge "&TEXT(INDEX(stress_table,{0},3),"$#,##0;-$#,##0")'
        '&IFERROR(" ("&TEXT(INDEX(stress_table,{0},5),"0 %")&")","")'
    )
    return [
        Row(
            f'="SPX "&IFERROR(TEXT(INDEX(Moves[move],{i}),"+0.0;-0.0")&" %","move")'
            f'&"{" (−2σ√T)" if i > len(STRESS_MOVES) else ""}"',
            "=" + pick("stress_table", i, 4),
            "dollars",
            line.format(i),
        )
        for i in range(1, len(STRESS_MOVES) + 2)
    ]


def _events() -> list[Row]:
    """What comes before and after the condor settles."""
    when = (
        '=IF({0}=0,"no date in the calendar",TEXT({0},"hh:mm")'
        '&IF({0}<condor_settlement," BEFORE the condor expires"," after the condor"))'
    )
    return [
        Row(label, f"={name}", "date_or_none", when.format(name))
        for label, name in (
            ("CPI", "next_cpi"),
            ("PPI", "next_ppi"),
            ("FOMC", "next_fomc_event"),
            ("GDP", "next_gdp"),
            ("VIX settlement", "next_vix_settlement"),
        )
    ]


def _settlements() -> list[Row]:
    """When condor and hedge settle."""
    return [
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


# Where the marks of the four legs come from.
_MODEL, _QUOTED = (f'COUNTIF(condor_marks,"{word}")' for word in ("model", "quote"))
_MARKS = (
    f'=IF({_MODEL}=4,"MODEL: marks are blank",IF({_MODEL}>0,"MODEL for "&{_MODEL}&" of 4 legs",'
    f'IF({_QUOTED}=0,"from marks",IF({_QUOTED}=4,"from quotes","from marks and quotes"))))'
)


def _book() -> list[Row]:
    """Marks, exits, buying power and the state of the checks."""
    return [
        Row(
            "Open P&L of the condor",
            "=open_pnl",
            "dollars",
            _MARKS,
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
