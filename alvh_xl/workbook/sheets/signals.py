"""Signals: the three layers with their lamps, the last 60 sessions as a picture, the full series beside them."""

from __future__ import annotations

from alvh_xl.workbook import charts, style
from alvh_xl.workbook.layout import FIRST_ROW, Context, Page, Row, pick

SESSIONS, SHOWN = 300, 60
LONGEST_HOLD = 59  # the most sessions a layer may stay lit (Inputs)
SERIES = 9  # first column of the 300-row series
TAIL = 21  # first column of the last 60 sessions
TOP = FIRST_ROW + 1
LAST = TOP + SESSIONS - 1
RECENT = "${0}$" + str(LAST - SHOWN + 2) + ":${0}$" + str(LAST + 1)
LAST_TIMELINE = TOP + SHOWN - 1
FLAGS = {"macd": "O", "rsi": "Q", "ad": "S"}


def write(context: Context) -> None:
    """Write the sheet."""
    page = Page(
        context,
        "Signals",
        "Signals and layers",
        "Document rule, untested: MACD divergence, RSI breach and advance–decline deterioration each light a third.",
        (15, 12, 15, 15, 12, 26, 2, 2, 13, 10, 9, 9, 9, 11, 8, 9, 9, 9, 2, 2, 13, 10, 7, 7, 7, 9),
    )
    _series(page)
    _layers(page)
    _timeline(page)
    for row, chart in zip((15, 34), (charts.layers(context), charts.macd(context)), strict=True):
        chart.set_size({"width": 690, "height": 340})
        page.sheet.insert_chart(row, 1, chart)
    page.finish(53, 6, freeze=(TOP, 0))
    page.sheet.fit_to_pages(1, 1)


def _series(page: Page) -> None:
    page.section(FIRST_ROW - 1, SERIES, SERIES + 9, "300 sessions; #N/A: not enough history yet")
    page.header_row(
        FIRST_ROW,
        SERIES,
        (
            "date",
            "close",
            "MACD",
            "signal",
            "histogram",
            "divergence",
            "RSI",
            "breach",
            "A/D line",
            "deterioration",
        ),
        ["date"] * 10,
    )
    closes = "History[close]"
    spills = (
        ("=History[date]", ["date"]),
        (f"={closes}", ["price"]),
        (f"=ALVH_MACD({closes},macd_fast,macd_slow,macd_signal)", ["price", "price", "price"]),
        (f"=ALVH_MACD_DIVERGENCE({closes},divergence_side,pivot,pivot_min_gap,pivot_max_gap)", ["integer"]),
        (f"=ALVH_RSI({closes},rsi_window)", ["points"]),
        (f"=ALVH_RSI_BREACH({closes},rsi_low,rsi_high,rsi_window,rsi_sides)", ["integer"]),
        ("=ALVH_AD_LINE(History[advances],History[declines])", ["integer"]),
        (f"=ALVH_AD_DETERIORATION(History[advances],History[declines],{closes},breadth_window,near_high)", ["integer"]),
    )
    column = SERIES
    for formula, numbers in spills:
        page.spill(TOP, column, SESSIONS, formula, numbers)
        column += len(numbers)
    area = (TOP, SERIES, LAST, SERIES + 9)
    page.sheet.conditional_format(*area, {"type": "errors", "format": page.context.conditional("faint")})

    page.define("macd_block", TOP, SERIES + 2, LAST, SERIES + 4)


def _layers(page: Page) -> None:
    page.section(FIRST_ROW - 1, 1, 6, "Layers (C05)")
    flags = ",".join(RECENT.format(FLAGS[name]) for name in FLAGS)
    dates = RECENT.format("J")
    page.spill(
        FIRST_ROW,
        1,
        5,
        f"=ALVH_LAYERS({flags},layer_mode,layer_hold,{dates})",
        ["general", "integer", "date", "date", "ratio"],
        headings=True,
    )
    page.put(FIRST_ROW, 6, "rule", "column", indent=1)
    faint = {"type": "errors", "format": page.context.conditional("faint")}
    page.sheet.conditional_format(TOP, 1, TOP + 3, 5, faint)
    page.define("layer_table", TOP, 1, TOP + 3, 5)
    rules = ("MACD divergence (C06)", "RSI breach (C07)", "A/D deterioration (C08)", '="mode: "&layer_mode')
    for row, rule in enumerate(rules, start=TOP):
        page.put(row, 6, rule, "note")
    rows = [
        Row("Fraction L", "=" + pick("layer_table", 4, 5), "ratio", name="layer_fraction"),
        Row("MACD line", "=" + pick("macd_block", SESSIONS, 1), "price", name="macd_now"),
        Row("RSI", f'=IF(P{LAST + 1}="",NA(),P{LAST + 1})', "price", name="rsi_now"),
        Row("A/D line", f'=IF(R{LAST + 1}="",NA(),R{LAST + 1})', "integer", name="ad_now"),
    ]
    page.block(TOP + 5, 1, rows, notes=False)
    lamps = zip(("macd", "rsi", "ad"), range(1, 4), strict=True)
    rows = [
        Row(
            f"Lamp {name}", f'=IF({pick("layer_table", i, 2)}=1,"LIT","off")', "text", name=f"lamp_{name}", style="word"
        )
        for name, i in lamps
    ]
    page.block(TOP + 5, 4, rows, notes=False)
    page.words(TOP + 5, 5, TOP + 7, 5, style.LAMP_WORDS)


def _timeline(page: Page) -> None:
    """Rebuild, by counting triggers, which layers were lit on each of the last 60 sessions."""
    page.section(FIRST_ROW - 1, TAIL, TAIL + 5, "Last 60 sessions")
    page.header_row(
        FIRST_ROW,
        TAIL,
        ("date", "close", "MACD", "RSI", "A/D", "label"),
        [*["date"] * 5, "general"],
    )
    dates, closes = (RECENT.format(column) for column in "JK")
    page.spill(TOP, TAIL, SHOWN, f"={dates}", ["date"])
    page.spill(TOP, TAIL + 1, SHOWN, f"={closes}", ["price"])
    page.spill(TOP, TAIL + 5, SHOWN, f'=TEXT({dates},"dd-mmm")', ["general"], "cell")
    for column, flag in enumerate(FLAGS.values(), start=TAIL + 2):
        page.spill(TOP, column, SHOWN, _lit(flag), ["integer"])
    page.define("timeline_last", LAST_TIMELINE, TAIL + 2, LAST_TIMELINE, TAIL + 4)


def _lit(flag: str) -> str:
    """1 for each of the last sessions that has a trigger at most layer_hold sessions back, else 0.

    A table of ages, sessions shown by sessions looked at, times the triggers; warm-up bars are no trigger.
    """
    seen = SHOWN + LONGEST_HOLD
    age = f"ROW($A${seen - SHOWN + 1}:$A${seen})-TRANSPOSE(ROW($A$1:$A${seen}))"
    triggers = f"IFERROR(ABS({flag}${LAST - seen + 2}:{flag}${LAST + 1}),0)"
    return f"=IF(MMULT(({age}>=0)*({age}<=layer_hold),{triggers})>0,1,0)"
