"""Fundamentals: ratios, trend, flows, dividend discount and sentiment (C19, C24, C28–C30): information, weight 0."""

from __future__ import annotations

from typing import Any

from alvh_xl.market.morning import FUNDAMENTALS_COLUMNS
from alvh_xl.workbook.layout import Context, Page, Row, pick

COMPANY_ROWS, FLOW_ROWS = 10, 280
HEADER = 4
LOOKS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(FUNDAMENTALS_COLUMNS, ("input", "points")),
    "company": ("input_word", "general"), "accounts_known": ("input", "date"), "unit": ("input_word", "general"),
    "status": ("input_word", "general"), "liquid": ("formula", "points"),
}  # fmt: skip
COLUMNS = (*FUNDAMENTALS_COLUMNS, "liquid")
LEFT, RIGHT, FLOWS = 1, 7, 17
QUICK = len(COLUMNS) + 1
RATIOS = HEADER + COMPANY_ROWS + 2
GAUGES = (("P/E", None, 1), ("quick ratio", None, -1), ("REIT flow", "flow", -1))


def write(context: Context) -> None:
    """Write the sheet."""
    page = Page(
        context,
        "Fundamentals",
        "Fundamentals and sentiment",
        "Document rule, untested, weight 0: accounts move four times a year. Nothing here changes the size "
        "while sentiment_strength is 0.",
        (32, 14, 13, 19, 14, 24, 28, 19, 18, 15, 16, 10, 11, 2, 2, 2, 13, 20, 12),
    )
    _companies(page)
    _ratios(page)
    _trend(page, RATIOS + 9)
    _sentiment(page, RATIOS + 16)
    end = _valuation(page, RATIOS)
    _flows(page)
    page.finish(max(end, RATIOS + 26), QUICK, freeze=(3, 0))


def _companies(page: Page) -> None:
    page.section(HEADER - 1, 1, QUICK, "Large companies (typed or imported; leave out financials)")
    known: list[tuple[Any, ...]] = [(*row, None) for row in page.context.morning.fundamentals.rows]
    rows = [*known, *[(None,) * len(COLUMNS)] * (COMPANY_ROWS - len(known))]
    this = "Companies[[#This Row],[{}]]".format
    parts = [this(name) for name in ("cash", "short_term_investments", "receivables")]
    formulas = {"liquid": f'=IF(COUNT({",".join(parts)})<3,"",{"+".join(parts)})'}
    page.table(HEADER, 1, "Companies", COLUMNS, rows, LOOKS, formulas)
    page.header_row(HEADER, QUICK, ["quick ratio"], ["price"])
    names = ("cash", "short_term_investments", "receivables", "current_liabilities")
    call = f"ALVH_QUICK_RATIO({','.join(f'Companies[{name}]' for name in names)})"
    page.spill(HEADER + 1, QUICK, COMPANY_ROWS, f'=IFERROR({call},"")', ["price"])
    page.define("quick_ratios", HEADER + 1, QUICK, HEADER + COMPANY_ROWS, QUICK)


def _filled(column: str) -> str:
    """A column of the companies without its unused rows."""
    return f"INDEX(Companies[{column}],1):INDEX(Companies[{column}],company_count)"


def _ratios(page: Page) -> None:
    row = RATIOS
    page.section(row, LEFT, LEFT + 4, "Sum over sum, never a mean of ratios (C19, C28, C29)")
    page.put(row + 1, LEFT, "Companies listed", "label")
    page.put(row + 1, LEFT + 1, "=COUNTA(Companies[company])", "formula", "integer")
    page.define("company_count", row + 1, LEFT + 1)
    page.header_row(row + 2, LEFT, ("ratio", "Σ/Σ", "median", "coverage"), ["general", "price", "price", "percent"])
    ratios = (("P/E", "market_value", "earnings", "pe"), ("P/CF", "market_value", "operating_cash_flow", "pcf"),
              ("Quick ratio", "liquid", "current_liabilities", "quick"))  # fmt: skip
    for line, (label, top, bottom, name) in enumerate(ratios, start=row + 3):
        page.put(line, LEFT, label, "label")
        call = f"=ALVH_AGGREGATE_RATIO({_filled(top)},{_filled(bottom)},FALSE)"
        page.spill(line, LEFT + 1, 1, call, ["price", "price", "percent"])
        page.define(f"{name}_ratio", line, LEFT + 1)
    page.put(row + 6, LEFT, "Days since accounts last changed", "label")
    changed = (
        "=IF(COUNT(Companies[accounts_known])=0,NA(),"  # accounts of a later day are not known yet
        "IF(MAX(Companies[accounts_known])>INT(asof),NA(),INT(asof)-MAX(Companies[accounts_known])))"
    )
    page.put(row + 6, LEFT + 1, changed, "formula", "integer")
    page.put(row + 6, LEFT + 2, '=IF(B{0}>120,"STALE","OK")'.replace("B{0}", f"C{row + 7}"), "word")
    page.define("accounts_age", row + 6, LEFT + 1)
    page.words(row + 6, LEFT + 2, row + 6, LEFT + 2, (("STALE", "stale"), ("OK", "ok")))


def _trend(page: Page, row: int) -> None:
    page.section(row, LEFT, LEFT + 4, "Market-capitalisation trend (C19)", "PROXY: the index level stands for it")
    page.spill(row + 1, LEFT, 2, "=ALVH_TREND(History[close],63,252)", ["percent2", "percent2"], headings=True)
    page.define("trend_table", row + 2, LEFT, row + 2, LEFT + 1)
    rows = [
        Row("Short, a year", f"=EXP(252*{pick('trend_table', 1, 1)})-1", "percent", name="trend_short"),
        Row("Long, a year", f"=EXP(252*{pick('trend_table', 1, 2)})-1", "percent", name="trend_long"),
    ]
    page.block(row + 3, LEFT, rows, notes=False)


def _sentiment(page: Page, row: int) -> None:
    page.section(row, LEFT, LEFT + 4, "Sentiment composite (C30)", "+1: a high score asks for more hedge")
    looks = {"gauge": ("label", "general"), "z": ("input", "z"), "gauge_weight": ("input", "price"),
             "sign": ("input", "signed")}  # fmt: skip
    rows = [(gauge, None, 1, sign) for gauge, _, sign in GAUGES]
    end = page.table(row + 1, LEFT, "Gauges", ("gauge", "z", "gauge_weight", "sign"), rows, looks)
    flow = '=IFERROR(ALVH_FLOW_Z(ReitFlow[shares_outstanding],ReitFlow[nav]),"no data")'
    page.put(end, LEFT, "REIT flow z", "label")
    page.put(end, LEFT + 1, flow, "formula", "z", align="right")
    page.define("reit_flow_z", end, LEFT + 1)
    page.put(end - 1, LEFT + 1, "=reit_flow_z", "formula", "z", align="right")
    call = '=IFERROR(ALVH_SENTIMENT(Gauges[z],Gauges[gauge_weight],Gauges[sign],sentiment_strength,FALSE),"no data")'
    page.put(end + 1, LEFT, "Score, tilt, limited", "label")
    page.spill(end + 1, LEFT + 1, 1, call, ["z", "price", "integer"])
    page.define("sentiment_table", end + 1, LEFT + 1, end + 1, LEFT + 3)
    page.define("sentiment_score", end + 1, LEFT + 1)
    page.put(end + 2, LEFT, "Type the z of P/E and quick ratio from your own history; blank is “no data”.", "remark")


def _valuation(page: Page, row: int) -> int:
    """Write dividend discount and implied return; return the last row."""
    page.section(row, RIGHT, RIGHT + 3, "Dividend discount of the index (C24)", "inputs ILLUSTRATIVE")
    flows = row + 15
    long_rate = '=IFERROR(AVERAGEIFS(Market[value],Market[series],"treasury_10y")/100,NA())'
    rows = [
        Row("Payout of next year", "=payout_yield*spot", "points", "dividends and buybacks, index points",
            "next_payout"),
        Row("Long rate, 10-year Treasury", long_rate, "percent2", name="long_rate"),
        Row("Required return", "=ALVH_CAPM(long_rate,1,equity_premium)", "percent2", "CAPM, β 1", "index_return"),
        Row("Value, one stage (Gordon)", "=ALVH_DDM(next_payout,long_growth,index_return)", "points",
            "long_growth for ever", "gordon_value"),
        Row("Value, two stages", "=ALVH_DDM(next_payout,long_growth,index_return,payout_growth,5)", "points",
            "payout_growth for five years", "ddm_value"),
        Row("Value to price", "=ddm_value/spot-1", "percent", "hangs on r − g, see below", "value_gap"),
        Row("Duration 1/(r − g)", "=1/(index_return-long_growth)", "points", "years", "gordon_duration"),
        Row("Value if r rises by 0.1 %",
            "=ALVH_DDM(next_payout,long_growth,index_return+0.001,payout_growth,5)/ddm_value-1", "percent",
            "how little precision there is", "ddm_sensitivity"),
        Row("Return the price implies", "=ALVH_DDM_IMPLIED_RETURN(spot,payouts,long_growth)", "percent2", "",
            "implied_return"),
        Row("Implied equity premium", "=implied_return-long_rate", "percent2", "over the 10-year Treasury",
            "implied_premium"),
    ]  # fmt: skip
    page.block(row + 1, RIGHT, rows)
    page.put(flows - 2, RIGHT, "Payouts of years 1 to 5, index points", "remark")
    for i in range(5):
        page.put(flows - 1 + i, RIGHT, f"Year {i + 1}", "label")
        page.put(flows - 1 + i, RIGHT + 1, f"=next_payout*(1+payout_growth)^{i}", "formula", "points")
    page.define("payouts", flows - 1, RIGHT + 1, flows + 3, RIGHT + 1)
    return flows + 4


def _flows(page: Page) -> None:
    page.section(HEADER - 1, FLOWS, FLOWS + 2, "REIT fund: shares and NAV")
    looks = {"session": ("input", "date"), "shares_outstanding": ("input", "strike"), "nav": ("input", "price")}
    page.table(HEADER, FLOWS, "ReitFlow", ("session", "shares_outstanding", "nav"), [(None,) * 3] * FLOW_ROWS, looks)
