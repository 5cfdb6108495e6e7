"""Market: the snapshot a refresh writes, its age and status, and the values the other sheets use."""

from __future__ import annotations

from xlsxwriter.utility import xl_col_to_name

from alvh_xl.workbook import style, tables
from alvh_xl.workbook.layout import Context, Page, Row

HEADER = 6
COLUMNS = (
    "series",
    "title",
    "value",
    "last_60_sessions",
    "unit",
    "status",
    "age_days",
    "observed",
    "fetched",
    "max_age",
    "quality",
    "source",
    "note",
)
LOOKS = {
    "series": ("data", "general"),
    "title": ("data", "general"),
    "value": ("data", "settle"),
    "last_60_sessions": ("formula", "general"),
    "unit": ("data_word", "general"),
    "status": ("word", "general"),
    "age_days": ("formula", "days"),
    "observed": ("data", "datetime"),
    "fetched": ("data", "datetime"),
    "max_age": ("data", "integer"),
    "quality": ("data_word", "general"),
    "source": ("data_note", "general"),
    "note": ("data_note", "general"),
}
_FRESH = "INDEX(freshness,ROW()-ROW(Market[[#Headers],[status]]))"
FORMULAS = {
    "status": f'=IF(OR(Market[[#This Row],[value]]="",{_FRESH}=""),"MISSING",IF({_FRESH}<>"OK",{_FRESH},'
    'IF(Market[[#This Row],[quality]]="OK","OK","PROXY")))',
    "age_days": '=IF(Market[[#This Row],[observed]]="","",asof-Market[[#This Row],[observed]])',
}
TREND = COLUMNS.index("last_60_sessions") + 1  # column of the sparklines, beside the values
HEALTH = COLUMNS.index("observed") + 1  # first column of the block below the table
_STATE = xl_col_to_name(HEALTH + 1)
STATUS = COLUMNS.index("status") + 1
SPARKLINES = {"spx_close": "F", "vix": "G", "vix9d": "H", "vix3m": "I", "advances": "J", "declines": "K"}
# Series without which there is no decision: stale, the banner says so; missing, the plan names the input.
REQUIRED = ("spx_close", "vix", "vix9d", "vix3m", "vx_front", "vx_second", "vvix")
USED = (
    ("spot", "spx_close", "S&P 500, last close", "price"),
    ("vix", "vix", "VIX", "price"),
    ("vix9d", "vix9d", "VIX9D", "price"),
    ("vix3m", "vix3m", "VIX3M", "price"),
    ("vvix", "vvix", "VVIX", "price"),
    ("treasury_rate", "treasury_3m", "Treasury, 3 months, percent", "price"),
)


def write(context: Context) -> None:
    """Write the sheet."""
    page = Page(
        context,
        "Market",
        "Market snapshot",
        "Refreshed data (green). Age runs from the moment a figure was published; status is a formula.",
        (15, 36, 12, 17, 15, 11, 10, 18, 18, 9, 14, 42, 46, 2, 11),
    )
    for column, (name, value) in zip((1, 5), tables.named_values(context.morning).items(), strict=True):
        page.put(3, column, {"asof": "As of (New York)", "data_source": "Data source"}[name], "label")
        page.put(3, column + 1, value, "data", "datetime" if name == "asof" else "general", align="left")
        page.define(name, 3, column + 1)
    # The one cell that asks for the version: Morning quotes it, so that no cell there calls a function itself.
    page.put(3, HEALTH, "Functions", "label")
    page.put(3, HEALTH + 1, "=ALVH_VERSION()", "formula", align="left")
    page.define("functions_version", 3, HEALTH + 1)
    columns, rows = tables.table_rows(context.morning)["Market"]
    full = [tuple(dict(zip(columns, row, strict=True)).get(column) for column in COLUMNS) for row in rows]
    end = page.table(HEADER, 1, "Market", COLUMNS, full, LOOKS, FORMULAS)
    _freshness(page, len(rows))
    _sparklines(page, [row[0] for row in rows])
    page.words(HEADER + 1, STATUS, end - 1, STATUS, style.STATUS_WORDS)
    _health(page, end + 1)
    _used(page, end + 1)
    page.finish(end + 7 + len(REQUIRED) + 3, 13, freeze=(HEADER + 1, 3), repeat=HEADER)


def _freshness(page: Page, rows: int) -> None:
    page.header_row(HEADER, 15, ["freshness"])
    formula = "=ALVH_STALE(Market[observed],asof,Market[max_age])"
    page.spill(HEADER + 1, 15, rows, formula, ["general"])
    page.define("freshness", HEADER + 1, 15, HEADER + rows, 15)


def _sparklines(page: Page, series: list[str]) -> None:
    """Draw the last 60 sessions of the series that History holds, beside the value."""
    for row, name in enumerate(series, start=HEADER + 1):
        if name in SPARKLINES:
            column = SPARKLINES[name]
            area = f"History!${column}$246:${column}$305"
            page.sheet.add_sparkline(
                row,
                TREND,
                {"range": area, "series_color": style.BLUE, "last_point": True, "last_color": style.VERMILLION},
            )


def _health(page: Page, row: int) -> None:
    page.section(row, HEALTH, HEALTH + 2, "Data health")
    counts = [
        Row(word, f'=COUNTIF(Market[status],"{word}")', "integer", name=f"count_{word.lower()}")
        for word in ("OK", "PROXY", "STALE", "MISSING")
    ]
    first = row + 2 + len(counts)  # 0-based row of the first required series
    area = f"${_STATE}${first + 1}:${_STATE}${first + len(REQUIRED)}"
    unfit = "&".join(
        f'IF(OR(${_STATE}${first + 1 + i}="STALE",${_STATE}${first + 1 + i}="MISSING")," {name}","")'
        for i, name in enumerate(REQUIRED)
    )
    counts += [
        Row("Required, stale", f'=COUNTIF({area},"STALE")', "integer", name="required_stale"),
        Row("Required, missing", f'=COUNTIF({area},"MISSING")', "integer", name="required_missing"),
        Row("Which", f"=TRIM({unfit})", "text", name="required_unfit"),
    ]
    last = page.block(row + 1, HEALTH, counts[:4], notes=False)
    page.put(last, HEALTH, "required for a decision", "remark")
    required = [
        Row(name, f'=INDEX(Market[status],MATCH("{name}",Market[series],0))', "general", style="word")
        for name in REQUIRED
    ]
    end = page.block(first, HEALTH, required, notes=False)
    page.words(first, HEALTH + 1, end - 1, HEALTH + 1, style.STATUS_WORDS)
    page.block(end, HEALTH, counts[4:], notes=False)


def _used(page: Page, row: int) -> int:
    page.section(row, 1, 4, "Values in use", "name")
    for line, (name, series, label, number) in enumerate(USED, start=row + 1):
        page.put(line, 1, series, "label")
        page.put(line, 2, label, "label")
        page.put(line, 3, f'=IFERROR(AVERAGEIFS(Market[value],Market[series],"{series}"),NA())', "formula", number)
        page.put(line, 4, name, "note")
        page.define(name, line, 3)
    return row + 1 + len(USED)
