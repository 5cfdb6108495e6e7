"""Journal: one row a morning, written by the refresh; the audits of discipline read it (C18, C27)."""

from __future__ import annotations

from alvh_xl.workbook import tables
from alvh_xl.workbook.layout import Context, Page, Row, pick

TOP, HEADER = 3, 18
# Column widths that let all columns print on two pages side by side in a size that can be read, the as-of on both.
WIDTHS = {
    "asof": 28, "source": 14, "decision": 14, "binding": 24, "held": 8, "model": 8, "ordered": 9, "spot": 10,
    "allocation": 10, "condors": 9, "width": 8, "credit": 10, "literal": 9, "premium": 10, "hedge": 26,
    "checks_failed": 14,
}  # fmt: skip
NARROW = 8
NONE_YET = "no audit yet"
STEWARD = ["percent", "words", "integer", "integer", "price", "price", "points"]


def write(context: Context) -> None:
    """Write the sheet."""
    page = Page(
        context,
        "Journal",
        "Journal",
        "One row a morning, written by Refresh. The audits judge the mornings before this one: they look back, "
        "they forecast nothing and change no size.",
        tuple(WIDTHS.get(column, NARROW) for column, _, _ in tables.JOURNAL),
    )
    _audits(page)
    columns = tuple(column for column, _, _ in tables.JOURNAL)
    looks = {column: (("data_word" if number == "text" else "data"), "general" if number == "text" else number)
             for column, _, number in tables.JOURNAL}  # fmt: skip
    rows = [(None,) * len(columns)] * tables.JOURNAL_ROWS
    end = page.table(HEADER, 1, "Journal", columns, rows, looks)
    page.finish(end - 1, len(columns), freeze=(HEADER + 1, 2), repeat=HEADER)
    page.sheet.repeat_columns(0, 1)
    page.sheet.print_across()
    page.sheet.fit_to_pages(2, 0)


def _span(column: str, first: str, last: str) -> str:
    return f"INDEX(Journal[{column}],{first}):INDEX(Journal[{column}],{last})"


def _change(column: str) -> tuple[str, str]:
    """A column from the second row and the same a row earlier, over the mornings before this one."""
    return _span(column, "2", "mornings"), _span(column, "1", "mornings-1")


def _audits(page: Page) -> None:
    page.section(TOP, 1, 4, "Mornings before this one")
    before = '=SUMPRODUCT((Journal[asof]<>"")*(Journal[asof]<asof-0.00001))'
    page.block(TOP + 1, 1, [Row("Rows the audits read", before, "integer", name="mornings")], notes=False)
    now, then = _change("held")
    spot, spot_before = _change("spot")
    layers = "INDEX(Journal[macd],1):INDEX(Journal[ad],mornings-1)"
    call = f"ALVH_STEWARD({now}-{then},100*({spot}/({spot_before})-1),{layers},steward_window,History[vix])"
    page.put(TOP + 3, 1, "Steward or promoter (document rule, untested; thresholds: policy)", "remark")
    short = '"no audit yet: "&mornings&" of "&steward_window+1&" mornings"'
    page.spill(TOP + 4, 1, 2, f"=IF(mornings<=steward_window,{short},{call})", STEWARD, headings=True)
    page.define("steward_table", TOP + 5, 1, TOP + 5, len(STEWARD))
    _verdicts(page)


def _verdicts(page: Page) -> None:
    held = _span("held", "1", "mornings")
    model = _span("model", "1", "mornings")
    followed = f'IF({model}="",{held},{model})'  # a morning without a decision orders nothing
    moved = "SUMPRODUCT(ABS({0}-({1})))".format
    last = "INDEX(Journal[held],mornings-motion_window+1):INDEX(Journal[held],mornings)"
    earlier = "INDEX(Journal[held],mornings-motion_window):INDEX(Journal[held],mornings-1)"
    rows = [
        Row("Verdict", f'=IF(mornings<=steward_window,"{NONE_YET}",IFERROR({pick("steward_table", 1, 2)},'
            '"no audit: a row has a gap"))', "general", name="steward_verdict", style="word"),
        Row("Motion, held to model", f'=IF(mornings<=motion_window,"{NONE_YET}",IFERROR(ALVH_MOTION({held},'
            f'{followed},motion_window),IF({moved(last, earlier)}>0,"CHURN: the model stood still",'
            '"the model stood still")))', "price", name="motion"),
        Row("Gap of held and model today", '=IF(ISNUMBER(hold),ABS(held-hold)/MAX(hold,1),NA())', "percent",
            name="gap_by_hand"),
    ]  # fmt: skip
    page.block(TOP + 7, 1, rows, notes=False)
    with_motion, without = (f"ALVH_LOYALTY(held,hold,no_trade_band,{given},FALSE)" for given in ("motion", ""))
    call = f"IF(ISNUMBER(motion),{with_motion},{without})"
    page.put(TOP + 11, 1, "Loyalty: gap, verdict", "label")
    page.spill(TOP + 11, 2, 1, f'=IFERROR({call},"no data")', ["percent", "words"])
    page.define("loyalty_table", TOP + 11, 2, TOP + 11, 3)
    page.put(TOP + 12, 1, "Half-life of VIX, sessions", "label")
    page.put(TOP + 12, 2, "=-LN(2)/LN(SLOPE(INDEX(History[vix],2):INDEX(History[vix],300),"
             "INDEX(History[vix],1):INDEX(History[vix],299)))", "formula", "points")  # fmt: skip
    page.define("vix_half_life", TOP + 12, 2)
    page.words(TOP + 7, 2, TOP + 7, 2, (("steward", "ok"), ("promoter", "stale")))
    page.words(TOP + 11, 3, TOP + 11, 3, (("OK", "ok"), ("RIGID", "stale"), ("CHURN", "stale")))
