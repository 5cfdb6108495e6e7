"""Checks: every identity and data check with PASS or FAIL; the Morning sheet shows how many fail."""

from __future__ import annotations

from alvh_xl.workbook import style
from alvh_xl.workbook.layout import FIRST_ROW, Context, Page, pick

COLUMNS = ("group", "check", "left", "right", "tolerance", "result", "meaning")
LOOKS = {
    "group": ("label", "general"), "check": ("label", "general"), "left": ("formula", "check"),
    "right": ("formula", "check"), "tolerance": ("formula", "general"), "result": ("word", "general"),
    "meaning": ("note", "general"),
}  # fmt: skip

# group, check, left side, right side, how they compare, tolerance, meaning
Check = tuple[str, str, str, str, str, float, str]
_D, _C, _B, _S, _P = "Data", "Curve", "Book", "Signals", "Plan"
_W, _K, _F, _J = "Scenarios", "Capital", "Macro", "Journal"
CHECKS: tuple[Check, ...] = (
    (_D, "History has 300 sessions", "=COUNT(History[close])", "=300", "=", 0, "spills never change size"),
    (_D, "History dates increase", "=SUMPRODUCT(--(INDEX(History[date],2):INDEX(History[date],300)<="
     "INDEX(History[date],1):INDEX(History[date],299)))", "=0", "=", 0, "count of dates out of order"),
    (_D, "Last session lies before the as-of", "=MAX(History[date])+16/24", "=asof", "<=", 0, "no look-ahead"),
    (_D, "Highs are not below lows", "=SUMPRODUCT(--(History[high]<History[low]))", "=0", "=", 0,
     "count of faulty bars"),
    (_D, "Closes lie between low and high",
     "=SUMPRODUCT((History[close]>History[high])+(History[close]<History[low]))", "=0", "=", 0, "count of faulty bars"),
    (_D, "VIX is known for every session", "=COUNT(History[vix])", "=300", "=", 0, "gaps would stop the formulas"),
    (_D, "Breadth is known for every session", "=COUNT(History[advances])+COUNT(History[declines])", "=600", "=", 0,
     "PROXY: 20 large stocks"),
    (_D, "Snapshot and history agree on SPX", "=spot", "=INDEX(History[close],300)", "=", 1e-9, "same last close"),
    (_D, "Nothing was observed after the as-of", "=MAX(Market[observed])", "=asof", "<=", 0, "no look-ahead"),
    (_D, "No leg was quoted after the as-of", "=MAX(Quotes[quoted])", "=asof", "<=", 0, "no look-ahead"),
    (_D, "Required figures are fresh", "=required_stale+required_missing", "=0", "=", 0,
     "stale or missing: see Market"),
    (_D, "Last prints lie before the as-of", "=MAX(last_print,last_fomc)", "=asof", "<=", 0, "no look-ahead"),
    (_C, "Curve days increase",
     "=SUMPRODUCT(--(INDEX(Curve[days_settle],2):INDEX(Curve[days_settle],COUNT(Curve[settle]))<="
     "INDEX(Curve[days_settle],1):INDEX(Curve[days_settle],COUNT(Curve[settle])-1)))", "=0", "=", 0,
     "count out of order"),
    (_C, "As-of days agree with the expiry", "=INDEX(Curve[days_asof],1)", "=INDEX(Curve[expiry],1)+9.5/24-asof",
     "=", 1e-6,
     "09:30 New York"),
    (_C, "Front expiry follows the exchange's rule", "=INDEX(Curve[expiry],1)", "=" + pick("vix_expiries", 1, 1),
     "=", 0,
     "ALVH_VIX_EXPIRIES"),
    (_C, "Hedge expiry is a monthly settlement", "=ALVH_VIX_EXPIRY(YEAR(hedge_expiry),MONTH(hedge_expiry))",
     "=hedge_expiry",
     "=", 0, "ALVH_VIX_EXPIRY"),
    (_B, "Strikes are in order", "=--AND(put_long<put_short,put_short<call_short,call_short<call_long)", "=1", "=", 0,
     "long put < short put < short call < long call"),
    (_B, "Legs have equal size", "=SUMPRODUCT(ABS(Condor[quantity]))", "=4*condors", "=", 0, "an iron condor"),
    (_B, "Entry strikes are those the rule suggests",
     "=IF(INT(asof)=entry_date,SUMPRODUCT(ABS(Condor[strike]-suggested_strikes)),0)", "=0", "=", 0,
     "on the day of entry only; later they drift apart"),
    (_B, "Width identity", "=breakeven_width", "=call_short-put_short+2*credit", "=", 1e-9, "W = (K3 + c) − (K2 − c)"),
    (_B, "Largest loss and profit add up to the wing", "=max_loss+INDEX(condor_summary,1,4)",
     "=100*condors*MAX(put_short-put_long,call_long-call_short)", "=", 1e-6, "dollars"),
    (_B, "Legs add up to the book, gamma", "=SUM(INDEX(condor_greeks,1,4):INDEX(condor_greeks,4,4))",
     "=" + pick("condor_greeks", 5, 4), "=", 1e-9, "per point"),
    (_B, "Γ$ follows from gamma", "=book_dollar_gamma", "=INDEX(condor_greeks,5,4)*(0.01*spot)^2*100", "=", 1e-6,
     "dollars per 1 % squared"),
    (_B, "Put–call parity at the short put",
     '=ALVH_BLACK_SCHOLES("C",spot,put_short,dte,atm_vol,interest_rate,dividend_yield)'
     '-ALVH_BLACK_SCHOLES("P",spot,put_short,dte,atm_vol,interest_rate,dividend_yield)',
     "=spot*EXP(-dividend_yield*dte/365)-put_short*EXP(-interest_rate*dte/365)", "=", 1e-6,
     "C − P = S·e^(−qT) − K·e^(−rT)"),
    (_B, "Implied volatility returns the hedge's",
     '=ALVH_IMPLIED_VOL(hedge_kind,hedge_price,hedge_future,hedge_strike,hedge_days,interest_rate,,"future")',
     "=hedge_vol",
     "=", 1e-8, "Black 1976, there and back"),
    (_B, "Stress nets out", "=INDEX(stress_table,1,2)+INDEX(stress_table,1,3)", "=" + pick("stress_table", 1, 4),
     "=", 1e-6,
     "condor + hedge = net"),
    (_B, "Hedge outlives the condor", "=outlives", "=sessions_after", ">=", 0, "sessions; policy"),
    (_S, "Layer fraction lies in 0 to 1", "=layer_fraction", "=1", "<=", 1e-12, "thirds"),
    (_S, "Lamps agree with the timeline", "=" + pick("layer_table", 4, 2),
     "=SUM(timeline_last)", "=", 0,
     "counted two ways"),
    (_S, "MACD line minus signal is the histogram", "=INDEX(macd_block,300,1)-INDEX(macd_block,300,2)",
     "=" + pick("macd_block", 300, 3), "=", 1e-9, "last session"),
    (_S, "RSI lies in 0 to 100", "=rsi_now", "=100", "<=", 1e-9, "last session"),
    (_P, "The plan decides", '=--(plan_decision<>"NO DECISION")', "=1", "=", 0, "every required input is there"),
    (_P, "Hold is within the gamma cap", "=hold", "=max_contracts", "<=", 0, "document rule, untested"),
    (_P, "Hold is not above the literal size", "=hold", "=plan_literal", "<=", 1e-9, "rounded down, once"),
    (_P, "Gamma offset is within the cap", "=ratio_a", "=cap_in_force", "<=", 1e-9, "reading A, at initiation"),
    (_P, "Layer thirds add up to the literal size", "=INDEX(layer_sizes,5,3)*tilt", "=plan_basis_vix_notional", "=",
     1e-6,
     "basis 1"),
    (_P, "Drag: ALVH_HEDGE_DRAG gives the plan's share",
     "=INDEX(ALVH_HEDGE_DRAG(hold*hedge_theta,hold*100*roll_down,hold*100*half_spread,carry_horizon,nav,"
     "credit_dollars,FALSE),1,2)", "=plan_drag_year", "=", 1e-9, "share of portfolio value a year"),
    (_P, "Tilts stay within their limits", "=ABS(tilt-1)", "=0.5", "<=", 1e-12, "0.5 to 1.5; 1 while all are off"),
    (_P, "Gamma cap is the typed one while the press is off", "=IF(press_strength=0,cap_in_force,gamma_cap)",
     "=gamma_cap", "=", 1e-12, "C17"),
    (_F, "Rate differential by hand", "=IF(ISNUMBER(rate_differential),rate_differential,0)",
     "=IF(ISNUMBER(rate_differential),treasury_rate-SUMPRODUCT(ForeignRates[rate],ForeignRates[weight])"
     "/SUM(ForeignRates[weight]),0)", "=", 1e-9, "C23, percent"),
    (_F, "P/E is a ratio of sums", "=pe_ratio", "=SUMPRODUCT(Companies[market_value]*(Companies[earnings]<>\"\"))/"
     "SUMPRODUCT(Companies[earnings]*(Companies[market_value]<>\"\"))", "=", 1e-9, "C29; companies with both figures"),
    (_F, "The implied return gives back the price", "=SUMPRODUCT(payouts/(1+implied_return)^{1;2;3;4;5})"
     "+INDEX(payouts,5)*(1+long_growth)/(implied_return-long_growth)/(1+implied_return)^5", "=spot", "=", 1e-8, "C24"),
    (_K, "Weighted cost of capital by hand", "=wacc", "=(nav*cost_of_equity+margin_loan*loan_rate*(1-tax_rate))/"
     "(nav+margin_loan)", "=", 1e-12, "C13"),
    (_K, "CAPM of the hedge by hand", "=required_return",
     "=risk_free+hedge_delta*hedge_beta*100/hedge_price*equity_premium", "=", 1e-9, "C14"),
    (_K, "First rate of return makes the flows worth 0",
     "=IF(COUNT(PastHedges[cash_flow])=0,0,ROUND(SUMPRODUCT(PastHedges[cash_flow]*(PastHedges[date]<>\"\")/"
     "(1+INDEX(irr_table,1,3))^((PastHedges[date]-MIN(PastHedges[date]))*(PastHedges[date]<>\"\")/365)),9))", "=0", "=",
     1e-6, "C15, dollars"),
    (_K, "Drag by size adds up to the plan's", "=drag_hold/carry_horizon*365/nav", "=plan_drag_year", "=", 1e-9,
     "proportional to contracts"),
    (_W, "Grid today at no move is the payoff chart's centre",
     "=IF(AND(INDEX(grid_moves,7)=0,grid_today=0),IF(ISERROR(INDEX(grid,1,1)),NA(),INDEX(grid,7,1)),"
     "IF(ISERROR(INDEX(hedged_today,1)),NA(),INDEX(hedged_today,41)))",
     "=IF(ISERROR(INDEX(hedged_today,1)),NA(),INDEX(hedged_today,41))", "=",
     1e-6, "dollars"),
    (_W, "Both smiles agree where nothing moves", f"=IF(INDEX(grid_moves,7)=0,{pick('shift_strike', 7, 5)},0)",
     f"=IF(INDEX(grid_moves,7)=0,{pick('shift_delta', 7, 5)},0)", "=", 1e-6, "dollars"),
    (_W, "Decay of condor and hedge adds up", "=INDEX(decay_table,1,2)+INDEX(decay_table,1,6)",
     "=" + pick("decay_table", 1, 10), "=", 1e-9, "points × contracts"),
    (_W, "Ladder legs add up, dollar delta", "=SUM(INDEX(ladder_greeks,1,8):INDEX(ladder_greeks,3,8))",
     "=" + pick("ladder_greeks", 6, 8), "=", 1e-9, "C36"),
    (_W, "A roll realises what the condor lost", "=" + pick("roll_table", 1, 2), "=-open_pnl", "=", 1e-6,
     "marks typed or quoted, else the model"),
    (_J, "Journal rows stand in order of time",
     "=SUMPRODUCT((INDEX(Journal[asof],2):INDEX(Journal[asof],250)<>\"\")*(INDEX(Journal[asof],2):"
     "INDEX(Journal[asof],250)<=INDEX(Journal[asof],1):INDEX(Journal[asof],249)))", "=0", "=", 0, "count out of order"),
    (_J, "Gap of held and model by hand", f"=IF(ISNUMBER(hold),{pick('loyalty_table', 1, 1)},0)",
     "=IF(ISNUMBER(hold),gap_by_hand,0)", "=", 1e-12, "C27"),
)  # fmt: skip


def write(context: Context) -> None:
    """Write the sheet."""
    page = Page(
        context,
        "Checks",
        "Checks",
        "Identities and data checks. Any FAIL is shown on the Morning sheet; an error counts as FAIL.",
        (10, 46, 18, 18, 12, 11, 50),
    )
    first = FIRST_ROW + 3
    page.put(FIRST_ROW - 1, 2, "Checks that fail", "label")
    page.put(FIRST_ROW - 1, 3, '=ROWS(Checks[result])-COUNTIF(Checks[result],"PASS")', "key", "integer", align="right")
    page.define("checks_failed", FIRST_ROW - 1, 3)
    page.put(FIRST_ROW, 2, "Checks in all", "label")
    page.put(FIRST_ROW, 3, "=ROWS(Checks[result])", "key", "integer", align="right")
    page.define("checks_count", FIRST_ROW, 3)
    rows = [(group, check, None, None, None, None, meaning) for group, check, *_, meaning in CHECKS]
    end = page.table(first - 1, 1, "Checks", COLUMNS, rows, LOOKS)
    for row, (_, _, left, right, compare, tolerance, _) in enumerate(CHECKS, start=first):
        number = _number(right, tolerance)
        _side(page, row, 3, left, number)
        _side(page, row, 4, right, number)
        page.put(row, 5, tolerance, "formula", "tolerance", align="right")
        page.put(row, 6, _result(row + 1, compare), "word")
    page.words(first, 6, end - 1, 6, style.RESULT_WORDS)
    page.finish(end - 1, 7, freeze=(first, 3), repeat=first - 1)


def _side(page: Page, row: int, col: int, formula: str, number: str) -> None:
    page.put(row, col, formula, "formula", number, align="right")


def _number(right: str, tolerance: float) -> str:
    """Return the number format of both sides: a moment, a day, a count, or a number to four places."""
    if right == "=asof":
        return "check_date"
    if right in ("=hedge_expiry", "=" + pick("vix_expiries", 1, 1)):
        return "date"
    return "check" if tolerance else "integer"


def _result(row: int, compare: str) -> str:
    """PASS or FAIL; an error on either side is a FAIL."""
    test = {
        "=": f"ABS(D{row}-E{row})<=F{row}*MAX(1,ABS(E{row}))",
        "<=": f"D{row}<=E{row}+F{row}",
        ">=": f"D{row}>=E{row}-F{row}",
    }[compare]
    return f'=IFERROR(IF({test},"PASS","FAIL"),"FAIL")'
