"""A values-only copy as one HTML file: tables as formatted, charts as inline pictures, nothing fetched, nothing run."""

from __future__ import annotations

import base64
import datetime as dt
import posixpath
import re
from collections.abc import Callable, Iterator
from html import escape
from typing import Final, NamedTuple

from alvh_xl import __version__
from alvh_xl.functions.cells import CellError
from alvh_xl.hosts.embedded import Package, WorkbookError
from alvh_xl.hosts.embedded.addresses import Box, parse_box
from alvh_xl.hosts.embedded.archive import Element, parse_xml
from alvh_xl.hosts.embedded.cells_xml import MAIN, SheetXml, Value

from .html_colours import Colours
from .html_notes import tips
from .html_scales import Scales
from .html_styles import Styles
from .number_formats import cell_formats, shown
from .sparklines import sparklines
from .svg_chart import svg_chart

# Bitmaps that browsers show and that can't hold a script.
_PICTURES: Final = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".gif": "gif", ".webp": "webp"}
_MOST_CELLS: Final = 300_000  # of one sheet; a browser hardly scrolls through more
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_CSS: Final = """
body{font:10pt Arial,Helvetica,sans-serif;color:#1A1A1A;background:#FFF;margin:24px}
nav a{margin-right:14px;color:#0033B3}
h1{font-size:16pt;color:#1F3A5F}h2{font-size:13pt;color:#1F3A5F;margin:32px 0 8px}
table{border-collapse:collapse;table-layout:fixed}
td{padding:1px 3px;white-space:pre;overflow:visible;vertical-align:bottom;height:15px}
.n{text-align:right}.c{text-align:center}.l{text-align:left}
.note,footer{color:#595959;font-size:9pt}
svg{display:inline-block;margin:16px 24px 0 0;max-width:100%;font:11px Arial,Helvetica,sans-serif;fill:#1A1A1A}
svg.spark{display:inline;margin:0;vertical-align:middle}
svg .title{font-size:14px;font-weight:bold;fill:#1F3A5F}
.grid{stroke:#E3E7EC}.zero{stroke:#7F7F7F}
@media print{section+section{break-before:page}nav{display:none}}
"""


def html_page(package: Package, title: str, asof: dt.datetime | None) -> bytes:
    """Write a values-only copy as one HTML page.

    Parameters
    ----------
    package
        A values-only copy: it holds neither formulas nor hidden sheets.
    title
        Title of the page.
    asof
        Moment the values speak of.

    Returns
    -------
    bytes
        The page, UTF-8, with every text of the workbook escaped.
    """
    styles, formats = Styles(package), cell_formats(package)
    used: set[int] = set()
    sections, links = [], []
    for number, (name, part) in enumerate(_tabs(package), 1):
        body = ""
        if name in package.sheets:
            sheet = package.sheet(name)
            behind = _Behind(sparklines(package, sheet), tips(package, sheet))
            body = _table(sheet, styles, formats, used, package.dates_from_1904, behind)
        body += "".join(_drawn(package, part))
        links.append(f'<a href="#t{number}">{escape(name)}</a>')
        sections.append(f'<section id="t{number}"><h2>{escape(name)}</h2>{body}</section>')
    moment = f"Values as of {asof:%d-%b-%Y %H:%M} New York" if asof else "Values as last saved"
    said = f"{moment} · alvh_xl {__version__} · Educational, not advice"
    page = (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="viewport" content="width=device-width"><meta name="referrer" content="no-referrer">'
        f"<title>{escape(title)}</title><style>{_CSS}{styles.css(used)}</style></head><body>"
        f"<h1>{escape(title)}</h1><p class='note'>{escape(said)}</p><nav>{''.join(links)}</nav>"
        f"{''.join(sections)}<footer>{escape(said)}</footer></body></html>\n"
    )
    return page.encode("utf-8", "replace")


def _tabs(package: Package) -> Iterator[tuple[str, str]]:
    """Every tab, chart sheets too, with the part it is."""
    targets = {id: target for id, (_, target) in package.relations(package.workbook_part).items()}
    for tab in package.workbook.iterfind(f"{MAIN}sheets/{MAIN}sheet"):
        id = next((value for key, value in tab.attrib.items() if key.endswith("}id")), "")
        if id in targets:
            yield tab.get("name", ""), targets[id]


# ---- cells -------------------------------------------------------------------------------------------------


class _Behind(NamedTuple):
    """What a sheet keeps beside its cells: sparklines, and texts for the tip over a cell."""

    lines: dict[tuple[int, int], str]
    tips: dict[tuple[int, int], str]


class _Cells:
    """The cells of one sheet as table cells: style, colours that follow a value, alignment, text, sparkline."""

    def __init__(
        self, sheet: SheetXml, styles: Styles, formats: Callable[[str | None], str], used: set[int], old: bool,
        behind: _Behind,
    ) -> None:  # fmt: skip
        self._sheet, self._styles, self._formats, self._used, self._old = sheet, styles, formats, used, old
        self._behind, self._colours, self._scales = behind, Colours(sheet), Scales(sheet)

    def html(self, row: int, column: int, span: str) -> str:
        """One cell."""
        cell, line = self._sheet.cells.get((row, column)), self._behind.lines.get((row, column), "")
        if (row, column) in self._behind.tips:
            span += f' title="{escape(self._behind.tips[row, column])}"'
        if cell is None:
            return f"<td{span}>{line}</td>"
        number, look = self._styles.look(cell.get("s"))
        self._used.add(number)
        value = self._sheet.read(cell)
        text = _shown(value, self._formats(cell.get("s")), self._old)
        changed = self._colours.look(row, column, value)
        mark = f" d{changed}" if changed is not None else ""
        scaled = self._scales.style(row, column, value) if changed is None else ""
        side = {"left": " l", "right": " n", "center": " c"}.get(look.align) or _side(value)
        return f'<td class="s{number}{mark}{side}"{scaled}{span}>{escape(text)}{line}</td>'


def _table(
    sheet: SheetXml, styles: Styles, formats: Callable[[str | None], str], used: set[int], old: bool,
    behind: _Behind,
) -> str:  # fmt: skip
    places = [place for place, cell in sheet.cells.items() if len(cell) or cell.get("s", "0") != "0"]
    filled = [place for place in places if sheet.value(*place) not in (None, "")]
    if not filled:
        return ""
    right = max(column for _, column in [*filled, *behind.lines])
    bottom = max(row for row, _ in [*filled, *behind.lines])
    if right * bottom > _MOST_CELLS:
        return "<p class='note'>This sheet is too large for a page; the .xlsx copy holds it.</p>"
    covered, spans = _merged(sheet, bottom, right)
    cells = _Cells(sheet, styles, formats, used, old, behind)
    hidden = {i for item in sheet.root.iterfind(f"{MAIN}cols/{MAIN}col") if _on(item, "hidden") for i in _columns(item)}
    columns = [column for column in range(1, right + 1) if column not in hidden]
    closed = {int(r.get("r", "0")) for r in sheet.data if _on(r, "hidden") and r.get("r", "").isdecimal()}
    rows = [
        "".join(
            cells.html(row, column, spans.get((row, column), "")) for column in columns if (row, column) not in covered
        )
        for row in range(1, bottom + 1)
        if row not in closed
    ]
    widths = _widths(sheet, columns)
    group = "".join(f'<col style="width:{width}px">' for width in widths)
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f'<table style="width:{sum(widths)}px"><colgroup>{group}</colgroup>{body}</table>'


def _shown(value: Value, code: str, old: bool) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return shown(value, code, old)
    if isinstance(value, CellError):
        return value.value
    return "" if value is None or code == ";;;" else value


def _side(value: Value) -> str:
    if isinstance(value, (bool, CellError)):
        return " c"
    return " n" if isinstance(value, float) else ""


def _on(element: Element, name: str) -> bool:
    return element.get(name) in ("1", "true")


def _columns(item: Element) -> range:
    first, last = item.get("min", "1"), item.get("max", "0")
    return range(int(first), min(int(last), 16_384) + 1) if first.isdecimal() and last.isdecimal() else range(0)


def _widths(sheet: SheetXml, columns: list[int]) -> list[int]:
    """Widths in pixels: a unit of Excel's is a digit, of about seven."""
    found: dict[int, int] = {}
    for item in sheet.root.iterfind(f"{MAIN}cols/{MAIN}col"):
        if re.fullmatch(r"\d{1,3}(\.\d+)?", item.get("width", "")):
            found |= dict.fromkeys(_columns(item), round(float(item.get("width")) * 7))
    return [found.get(column, 64) for column in columns]


def _merged(sheet: SheetXml, bottom: int, right: int) -> tuple[set[tuple[int, int]], dict[tuple[int, int], str]]:
    """Cells hidden under merged ones, and how far those reach."""
    covered: set[tuple[int, int]] = set()
    spans: dict[tuple[int, int], str] = {}
    for item in sheet.root.iterfind(f"{MAIN}mergeCells/{MAIN}mergeCell"):
        try:
            box = parse_box(item.get("ref", ""))
        except WorkbookError:  # it merges nothing
            continue
        box = Box(box.top, box.left, min(box.bottom, bottom), min(box.right, right))
        if box.top > box.bottom or box.left > box.right:
            continue
        covered |= {(r, c) for r in range(box.top, box.bottom + 1) for c in range(box.left, box.right + 1)}
        covered.discard((box.top, box.left))
        spans[box.top, box.left] = f' colspan="{box.width}" rowspan="{box.height}"'
    return covered, spans


# ---- pictures ----------------------------------------------------------------------------------------------


def _drawn(package: Package, part: str) -> Iterator[str]:
    """Charts and pictures of a tab, in the order of its drawing."""
    for drawing in package.related(part, "drawing"):
        if drawing not in package.parts:
            continue
        targets = {id: target for id, (_, target) in package.relations(drawing).items()}
        for element in parse_xml(package.parts[drawing], drawing).iter("{*}chart", "{*}blip"):
            target = next((targets[value] for value in element.attrib.values() if value in targets), "")
            if target not in package.parts:
                continue
            if "chart" in str(element.tag):
                yield svg_chart(parse_xml(package.parts[target], target))
            elif (kind := _PICTURES.get(posixpath.splitext(target)[1].lower())) is not None:
                yield f'<img alt="" src="data:image/{kind};base64,{base64.b64encode(package.parts[target]).decode()}">'
