"""Curve: VX settlements, curve statistics, the tenor of the hedge, and volatility interpolated to the condor's days."""

from __future__ import annotations

from alvh_xl.workbook import charts, tables
from alvh_xl.workbook.layout import Context, Page, Row, pick

HEADER = 4
LOOKS = {
    "contract": ("data", "general"),
    "expiry": ("data", "date"),
    "days_settle": ("data", "integer"),
    "days_asof": ("data", "price"),
    "settle": ("data", "settle"),
}
RIGHT = 7  # first column of the blocks


def write(context: Context) -> None:
    """Write the sheet."""
    page = Page(
        context,
        "Curve",
        "VIX curve and volatility",
        "Days from the settle date serve curve statistics, days from the as-of serve option values.",
        (14, 14, 13, 13, 12, 2, 34, 14, 46, 2, 14, 18, 10, 10, 10, 10),
    )
    columns, rows = tables.table_rows(context.morning)["Curve"]
    end = page.table(HEADER, 1, "Curve", columns, rows, LOOKS)
    expiries = _expiries(page, end + 1)
    row = _statistics(page)
    row = _tenor(page, row + 1)
    row = _volatility(page, row + 1)
    row = _after_condor(page, row)
    _points(page)
    _premium(page)
    chart = charts.curve(context)
    chart.set_size({"width": 470, "height": 300})
    page.sheet.insert_chart(expiries + 1, 1, chart)
    page.finish(max(row, expiries + 17), 9, freeze=(3, 0))


def _expiries(page: Page, row: int) -> int:
    page.section(row, 1, 5, "Next monthly VIX settlements", "ALVH_VIX_EXPIRIES")
    page.spill(row + 1, 1, 7, "=ALVH_VIX_EXPIRIES(asof,6)", ["date", "price", "integer"], headings=True)
    page.define("vix_expiries", row + 2, 1, row + 7, 3)
    return row + 8


def _after_condor(page: Page, row: int) -> int:
    page.section(row, RIGHT, RIGHT + 2, "The same, counted from the condor's settlement", "ALVH_VIX_EXPIRIES")
    call = "=ALVH_VIX_EXPIRIES(condor_settlement,6)"
    page.spill(row + 1, RIGHT, 7, call, ["date", "price", "integer"], headings=True)
    page.define("expiries_after_condor", row + 2, RIGHT, row + 7, RIGHT + 2)
    return row + 8


def _statistics(page: Page) -> int:
    page.section(HEADER, RIGHT, RIGHT + 2, "Curve statistics (C20)")
    rows = [
        Row("State: VIX9D, VIX, VIX3M", "=ALVH_CURVE_STATE(vix9d,vix,vix3m)", "general", name="curve_state"),
        Row(
            "Front future", '=IF(INDEX(Curve[settle],1)="",NA(),INDEX(Curve[settle],1))', "settle", name="front_future"
        ),
        Row(
            "Second future",
            '=IF(INDEX(Curve[settle],2)="",NA(),INDEX(Curve[settle],2))',
            "settle",
            name="second_future",
        ),
        Row(
            "Contango, front to second",
            "=ALVH_CONTANGO(front_future,second_future)",
            "percent",
            "2007–2021: positive on 81.5 % of days, median 6.5 %",
            "contango",
        ),
        Row(
            "Slope in 30 days",
            "=(second_future-front_future)/(INDEX(Curve[days_settle],2)-INDEX(Curve[days_settle],1))*30",
            "ratio",
            "points",
            "curve_slope",
        ),
        Row(
            "Constant maturity",
            "=ALVH_CONSTANT_MATURITY(Curve[days_settle],Curve[settle],curve_target)",
            "settle",
            "curve_target days, from the settle date",
            "constant_maturity",
        ),
        Row(
            "Daily roll of the front",
            f"=ALVH_DAILY_ROLL(front_future,vix,{pick('vix_expiries', 1, 3)})",
            "ratio",
            "points a trading day; published trigger ±0.10",
            "daily_roll",
        ),
    ]
    return page.block(HEADER + 1, RIGHT, rows)


def _premium(page: Page) -> None:
    """Write implied against realised volatility; the block on the left quotes it."""
    page.section(12, 11, 16, "Implied against realised volatility (C09)")
    call = "=ALVH_VOL_PREMIUM(History[vix]/100,History[close],realised_window,premium_lookback,premium_strength)"
    page.spill(13, 11, 2, call, ["vol", "ratio", "price", "z", "integer", "price"], headings=True)
    page.define("vol_premium", 14, 11, 14, 16)


def _tenor(page: Page, row: int) -> int:
    page.section(row, RIGHT, RIGHT + 2, "Tenor of the hedge candidate (C16, §4)")
    rows = [
        Row(
            "Roll-down of its future",
            "=ALVH_ROLL_DOWN(Curve[days_settle],Curve[settle],hedge_curve_days,carry_horizon,vix)",
            "settle",
            "points over carry_horizon days; PROXY before the front",
            "future_roll_down",
        ),
        Row(
            "Roll-down of the hedge's price", "=hedge_delta*future_roll_down", "settle", "its delta × that", "roll_down"
        ),
        Row(
            "Spot–vol β of its future",
            "=ALVH_SPOT_VOL_BETA(hedge_days)",
            "ratio",
            "points per +1 % SPX, ESTIMATED 2007–2021",
            "hedge_beta",
        ),
    ]
    return page.block(row + 1, RIGHT, rows)


def _volatility(page: Page, row: int) -> int:
    page.section(row, RIGHT, RIGHT + 2, "Volatility for the condor (C01, C09)")
    looks = {"index": ("label", "general"), "vol": ("formula", "vol"), "tenor": ("input_word", "general")}
    tenors = [("VIX9D", None, 9), ("VIX", None, 30), ("VIX3M", None, 93)]
    end = page.table(row + 1, RIGHT, "Tenors", ("index", "vol", "tenor"), tenors, looks)
    for line, name in enumerate(("vix9d", "vix", "vix3m"), start=row + 2):
        page.put(line, RIGHT + 1, f"={name}/100", "formula", "vol")
    rows = [
        Row(
            "Volatility at the condor's days",
            "=ALVH_TERM_VOL(dte,Tenors[tenor],Tenors[vol])",
            "vol",
            "PROXY: index vols, interpolated in total variance",
            "atm_vol",
        ),
        Row(
            "Expected move, ±1σ",
            "=ALVH_EXPECTED_MOVE(spot,atm_vol,dte,day_basis)",
            "points",
            "points of SPX",
            "expected_move",
        ),
        Row(
            "Realised volatility, closes",
            '=ALVH_REALIZED_VOL(History[close],realised_window,"close")',
            "vol",
            "realised_window sessions",
            "realised_vol",
        ),
        Row(
            "Realised volatility, Yang–Zhang",
            '=ALVH_REALIZED_VOL(History[[open]:[close]],realised_window,"yang_zhang")',
            "vol",
            "open, high, low, close",
            "realised_vol_yz",
        ),
        Row(
            "VIX less realised", "=" + pick("vol_premium", 1, 1), "vol", "above 0 is the normal state", "premium_spread"
        ),
        Row(
            "Its z-score",
            "=" + pick("vol_premium", 1, 4),
            "z",
            "premium_lookback sessions; tilt: see Plan",
            "premium_z",
        ),
    ]
    row = page.block(end, RIGHT, rows)
    call = '=ALVH_EXPECTED_RANGE(spot,atm_vol,dte,1,"normal",day_basis)'
    page.spill(row, RIGHT, 2, call, ["points", "points"], headings=True)
    page.define("expected_range", row + 1, RIGHT, row + 1, RIGHT + 1)
    return row + 3


def _points(page: Page) -> None:
    """Write the points of the chart that do not stand in the table."""
    page.header_row(HEADER, 11, ("index, days", "points"))
    points = [
        ("=INDEX(Tenors[tenor],1)", "=vix9d"),
        ("=INDEX(Tenors[tenor],2)", "=vix"),
        ("=INDEX(Tenors[tenor],3)", "=vix3m"),
        ("=0", "=vix"),
        ("=MAX(Curve[days_asof])", "=vix"),
    ]
    for row, (days, value) in enumerate(points, start=HEADER + 1):
        page.put(row, 11, days, "formula", "integer")
        page.put(row, 12, value, "formula", "price")
