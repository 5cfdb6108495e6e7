"""Morning: the decision, why, and what it costs, readable in 30 seconds on one page."""

from __future__ import annotations

import dataclasses
import re

from alvh_xl.workbook import charts, style
from alvh_xl.workbook.layout import Context, Page, Row
from alvh_xl.workbook.meanings import MEANINGS
from alvh_xl.workbook.sheets import morning_audits, morning_cards

CARDS = (1, 5, 9)  # first column of each of the three columns of cards: label, value, note
WIDTHS = (24, 16, 33, 1.5) * 2 + (24, 16, 33)
LAST_COL = 11
BANNER, DECISION, REASON, START = 2, 3, 4, 5
ROWS = (7, 18, 28, 38)  # header rows of the bands of cards
CHARTS = 44
LAST_ROW = 57
# Start here: the three steps, and the name each leads to.
STEPS = (
    ("Start here  1  Type your condor and hedge on Position", "condor_book"),
    ("2  Set portfolio value and rules on Inputs", "nav"),
    ("3  Refresh, read the blue line, then the order ticket", "plan_inputs"),
)


def write(context: Context) -> None:
    """Write the sheet."""
    stamp = (
        '="As of "&TEXT(asof,"dd-mmm-yyyy hh:mm")&" New York · data: "&data_source'
        '&" · functions "&IFERROR(functions_version,"not installed here")'
    )
    page = Page(context, "Morning", "ALVH morning", stamp, WIDTHS)
    page.put(0, 9, "Educational, not advice · sizes and layers: document rule, untested", "subtitle")
    page.put(1, 9, None, "host_note")
    page.define("host_note", 1, 9)
    _headline(page)
    _start(page)
    bands = (morning_cards.first(), morning_cards.second(), morning_cards.third(), morning_audits.cards())
    for row, cards in zip(ROWS, bands, strict=True):
        for col, (title, note, lines) in zip(CARDS, cards, strict=True):
            page.section(row, col, col + 2, title, note)
            page.block(row + 1, col, [_guarded(line) for line in lines])
            _link(page, row + 1, col, lines)
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
    if not (isinstance(line.value, str) and line.value.startswith("=")):
        return line
    note = line.note[1:] if line.note.startswith("=") else '"' + line.note.replace('"', '""') + '"'
    return dataclasses.replace(line, note=f'=IF(ISERROR({line.value[1:]}),"no data",IFERROR({note},"no data"))')


def _start(page: Page) -> None:
    """Write the three steps of a morning, each a link to its sheet."""
    page.sheet.set_row(START, 17)
    page.sheet.set_row(START + 1, 7)
    for col, (words, name) in zip(CARDS, STEPS, strict=True):
        for place in range(col, col + 3):
            page.put(START, place, None, "step")
        page.link(START, col, words, name, f"Go to {page.context.names[name].partition('!')[0]}", "step")


def _link(page: Page, row: int, col: int, lines: list[Row]) -> None:
    """Make the label of a figure lead to the cell it comes from, and let its meaning show when it is selected.

    The links go to names, which follow a cell that is moved and a sheet that is renamed; an address would not.
    """
    for place, line in enumerate(lines, start=row):
        name = _source(page, line.value)
        if name is not None and not line.label.startswith("="):
            sheet = page.context.names[name].partition("!")[0]
            page.link(place, col, line.label, name, f"Where it is calculated: {sheet}, {name}")
        quoted = str(line.value).removeprefix("=")
        if quoted in MEANINGS:
            page.explain(place, col + 1, line.label, MEANINGS[quoted])


def _source(page: Page, formula: str) -> str | None:
    """First named cell or range a formula reads; None when it reads tables alone, or is no formula."""
    if not str(formula).startswith("="):
        return None
    words = re.findall(r"[a-z][a-z0-9_]*", re.sub(r'"[^"]*"|\w+\[[^\]]*\]', "", formula))
    return next((word for word in words if word in page.context.names), None)


def _headline(page: Page) -> None:
    health = (
        '=IF(required_missing>0,"MISSING: "&required_unfit,'
        'IF(figures_missing<>"","MISSING: "&figures_missing,'
        'IF(required_stale>0,"STALE: "&required_unfit,'
        '"OK: every required figure is fresh")))'
        '&"  ·  "&count_ok&" OK, "&count_proxy&" PROXY, "&count_stale&" STALE, "&count_missing&" MISSING  ·  "'
        '&IF(checks_failed=0,"all "&checks_count&" checks pass",checks_failed&" of "&checks_count&" checks FAIL")'
    )
    decision = (
        '=IF(plan_decision="NO DECISION","NO DECISION: "&IF(position_fit<>"","the position does not fit this morning",'
        'IF(figures_missing<>"","missing: "&figures_missing,plan_binding)),'
        'IF(held=held_candidate,"Hold ","Hold the Δ$ of ")&TEXT(held+order_quantity,"0")&" × "&hedge_text'
        '&"  →  "&order_text'
        '&IF(held+order_quantity=hold,""," (model "&hold&")"))'
    )
    because = (
        '=IF(obstacle<>"",obstacle&".",IF(plan_decision="NO DECISION",plan_reason_1,'
        '"Binding rule: "&plan_binding&".  Why: "&plan_reason_1&"."))'
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
