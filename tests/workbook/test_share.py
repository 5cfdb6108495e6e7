"""Copies to share in every format: which sheets, what is hidden, where they go, and that nothing in them runs."""

from __future__ import annotations

import csv
import io
import re
import shutil
import zipfile
import zlib
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from lxml import etree

from alvh_xl.hosts.embedded import Package, WorkbookError
from alvh_xl.workbook import export as exporting
from alvh_xl.workbook import pdf_copy
from alvh_xl.workbook.export import export
from tests.conftest import skip_or_fail
from tests.hosts.programs import validate
from tests.workbook.private_book import PRIVATE, write_hostile_book, write_private_book

ALL = ("xlsx", "pdf", "html", "csv")
NO_LOSS = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")  # openpyxl only reads here
_SCRIPTS = {"script", "iframe", "object", "embed", "link", "base", "form", "input", "button", "foreignobject", "use"}

_PLAIN_STYLE = (
    r"width:\d+px|background:#[0-9A-F]{6}|background:linear-gradient\(90deg,#[0-9A-F]{6} \d+%,transparent \d+%\)"
)


class Page(HTMLParser):
    """What a browser would find in a page: its tags with their attributes, and its text."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(data.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.texts.append(data)

    def dangers(self) -> list[str]:
        """Whatever could run, or fetch something."""
        found = []
        for tag, attributes in self.tags:
            found += [tag] if tag in _SCRIPTS else []
            for name, value in attributes.items():
                if name.startswith("on") or name in ("srcset", "action", "formaction", "xlink:href"):
                    found.append(f"{tag} {name}")
                if name == "href" and not re.fullmatch(r"#t\d+", value or ""):
                    found.append(f"{tag} href {value}")
                if name == "src" and not re.fullmatch(r"data:image/(png|jpeg|gif|webp);base64,[\w+/=]*", value or ""):
                    found.append(f"{tag} src {value}")
                if name == "style" and not re.fullmatch(_PLAIN_STYLE, value or ""):
                    found.append(f"{tag} style {value}")
        return found


def pdf_bytes(data: bytes) -> bytes:
    """A PDF with its compressed streams opened."""
    opened = [data]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL):
        try:
            opened.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"".join(opened)


def everything(path: Path) -> bytes:
    """Every byte of a copy a reader could look at, compressed parts opened."""
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            return b"".join(name.encode() + archive.read(name) for name in archive.namelist())
    return pdf_bytes(path.read_bytes()) if path.suffix == ".pdf" else path.read_bytes()


@pytest.fixture(scope="module")
def private(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("private") / "private.xlsm"
    write_private_book(path)
    return path


def needs_libreoffice() -> None:
    if pdf_copy.find_program() is None:
        skip_or_fail("LibreOffice (soffice) is not installed")


# ---- four formats ------------------------------------------------------------------------------------------


def test_four_formats_in_one_call(sample_book: Path, tmp_path: Path) -> None:
    """Files carry the as-of in their names, and each is what its name says."""
    needs_libreoffice()
    done = export(sample_book, ALL, out=tmp_path / "shared")
    names = [path.name for path in done.paths]
    assert all(name.startswith("morning-values-2018-10-04-0900") for name in names)
    assert {path.suffix for path in done.paths} == {".xlsx", ".pdf", ".html", ".csv"}
    assert names.count("morning-values-2018-10-04-0900-Market.csv") == 1
    pdf = next(path for path in done.paths if path.suffix == ".pdf").read_bytes()
    assert pdf.startswith(b"%PDF-")
    assert b"%%EOF" in pdf[-32:]
    assert sorted(path.name for path in (tmp_path / "shared").iterdir()) == sorted(names)


def test_nothing_private_is_left_in_any_format(private: Path, tmp_path: Path) -> None:
    """Macros, links, connections, hidden sheets and names, and who made it: opened down to every stream."""
    needs_libreoffice()
    for path in export(private, ALL, out=tmp_path).paths:
        found = everything(path)
        for word in PRIVATE:
            assert word.encode() not in found, (path.name, word)
            assert word.encode("utf-16-be") not in found, (path.name, word)
        for sign in (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/OpenAction <</S"):
            assert path.suffix != ".pdf" or sign not in found
        links = re.findall(rb"/URI\s*\(([^)]*)\)", found) if path.suffix == ".pdf" else []
        assert all(link.startswith(b"https://www.cboe.com/") for link in links)


def test_a_page_shows_the_values_and_fetches_nothing(sample_book: Path, tmp_path: Path) -> None:
    """The headline figures as formatted, the charts as pictures, and no address in the file."""
    data = export(sample_book, ("html",), out=tmp_path).paths[0].read_bytes()
    page = Page(data)
    assert page.dangers() == []
    assert not re.search(rb"https?://|@import|url\(", data)
    policy = next(a["content"] for t, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert (policy or "").startswith("default-src 'none'")
    text = "".join(page.texts)
    for shown in ("04-Oct-2018 09:00", "Educational, not advice", "67.6", "11.61", "$41,160", "11.3 %", "contango"):
        assert shown in text
    pictures = [attributes.get("class") for tag, attributes in page.tags if tag == "svg"]
    assert pictures.count(None) == 12  # charts
    assert pictures.count("spark") >= 4
    assert "Payoff" in text
    assert "of an earlier morning" not in text


def test_without_libreoffice_the_page_takes_the_place_of_the_pdf(
    sample_book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asked for a PDF gets something to send, and is told what to do."""
    monkeypatch.setattr(exporting, "find_program", lambda: None)
    done = export(sample_book, ("pdf",), out=tmp_path)
    assert [path.suffix for path in done.paths] == [".html"]
    assert "LibreOffice is not installed" in done.notes[0]


def test_a_libreoffice_that_hangs_is_stopped(tmp_path: Path) -> None:
    """A command must not wait for ever, nor leave a process and a profile behind."""
    program = tmp_path / "soffice"
    program.write_text("#!/bin/sh\nsleep 60\n")
    program.chmod(0o755)
    with pdf_copy.Printing(str(program), b"x") as printing:
        folder = printing._folder
        with pytest.raises(WorkbookError, match="stopped"):
            printing.result(timeout=0.3)
    assert printing._process.poll() is not None
    assert not folder.exists()


def test_a_libreoffice_that_prints_nothing_is_one_clear_line(tmp_path: Path) -> None:
    """An empty PDF must not be sent for a report."""
    program = tmp_path / "soffice"
    program.write_text("#!/bin/sh\nexit 81\n")
    program.chmod(0o755)
    with pdf_copy.Printing(str(program), b"x") as printing, pytest.raises(WorkbookError, match="could not print"):
        printing.result(timeout=5)


def test_a_failed_pdf_does_not_cost_the_other_copies(
    sample_book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LibreOffice may be broken while everything else is not; asked for alone, its failure is the answer."""
    program = tmp_path / "soffice"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(exporting, "find_program", lambda: str(program))
    done = export(sample_book, ("pdf", "xlsx"), out=tmp_path / "out")
    assert [path.suffix for path in done.paths] == [".xlsx"]
    assert "could not print" in done.notes[0]
    with pytest.raises(WorkbookError, match="could not print"):
        export(sample_book, ("pdf",), out=tmp_path / "none")
    assert not (tmp_path / "none").exists()


# ---- where they go -----------------------------------------------------------------------------------------


def test_one_file_may_be_named_and_several_need_a_folder(sample_book: Path, tmp_path: Path) -> None:
    """A slip must not write a page under the name of a workbook, nor several files over one."""
    assert export(sample_book, ("html",), out=tmp_path / "a.html").paths == [tmp_path / "a.html"]
    with pytest.raises(WorkbookError, match="name a folder"):
        export(sample_book, ("html", "xlsx"), out=tmp_path / "b.html")
    with pytest.raises(WorkbookError, match=r"ends in \.html"):
        export(sample_book, ("html",), out=tmp_path / "b.xlsx")
    with pytest.raises(WorkbookError, match="'docx'"):
        export(sample_book, ("docx",), out=tmp_path)
    with pytest.raises(WorkbookError, match="positions"):
        export(sample_book, ("xlsx",), redact="names", out=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a.html"]


def test_what_is_wrong_with_a_workbook_names_its_file(tmp_path: Path) -> None:
    """With ten workbooks in a folder a message without a name helps nobody."""
    (tmp_path / "half.xlsx").write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(WorkbookError, match=r"half\.xlsx"):
        export(tmp_path / "half.xlsx")


# ---- which sheets ------------------------------------------------------------------------------------------


def test_sheets_not_chosen_leave_no_trace(sample_book: Path, tmp_path: Path) -> None:
    """Names, shared strings and tables of other sheets go; charts keep the numbers they drew."""
    done = export(sample_book, ("xlsx",), ["morning", "Scenarios"], out=tmp_path)
    package = Package.open(done.paths[0])
    assert [name for name, _ in package.tabs] == ["Morning", "Scenarios"]
    assert {area[0] for area in package.names.values()} == {"Scenarios", "Morning"}
    assert {item.sheet for item in package.definitions} <= {None, "Morning", "Scenarios"}
    assert {table.sheet for table in package.tables.values()} == {"Scenarios"}
    assert b"20 stocks of the S" not in b"".join(package.parts.values())  # a remark on Market
    charts = {name: etree.fromstring(data) for name, data in package.parts.items() if "/charts/chart" in name}
    assert len(charts) == 4
    for name, root in charts.items():
        assert {(e.text or "").partition("!")[0] for e in root.iter("{*}f")} <= {"Scenarios"}, name
        assert len(list(root.iter("{*}pt"))) > 10, name
    assert validate(done.paths[0]) == []


def test_the_journal_is_shared_only_when_asked_for_by_name(sample_book: Path, tmp_path: Path) -> None:
    """It is the trader's diary."""
    names = [name for name, _ in Package.open(export(sample_book, out=tmp_path / "a").paths[0]).tabs]
    assert "Journal" not in names
    asked = export(sample_book, ("xlsx",), ["Journal"], out=tmp_path / "b").paths[0]
    assert [name for name, _ in Package.open(asked).tabs] == ["Journal"]


def test_a_sheet_that_is_not_there_or_hidden_is_named(private: Path, tmp_path: Path) -> None:
    """A renamed sheet must not silently be missing from what is sent."""
    with pytest.raises(WorkbookError, match=r"no sheet 'Morgen'.*Model, Looks"):
        export(private, ("xlsx",), ["Model", "Morgen"], out=tmp_path)
    with pytest.raises(WorkbookError, match=r"private\.xlsm: sheet 'Quiet' is hidden"):
        export(private, ("xlsx",), ["quiet"], out=tmp_path)


# ---- positions ---------------------------------------------------------------------------------------------


@NO_LOSS
def test_without_positions_no_quantity_and_no_dollar_is_left(sample_book: Path, tmp_path: Path) -> None:
    """The market and the method stay; what is held, bought, paid and lost goes, also from sentences and charts."""
    book = Path(shutil.copy(sample_book, tmp_path / "mine.xlsx"))
    done = export(book, ("xlsx", "html", "csv"), redact="positions", out=tmp_path)
    assert done.paths[0].name == "mine-redacted-2018-10-04-0900.xlsx"
    package = Package.open(done.paths[0])

    def cell(name: str) -> Any:
        sheet, box = package.names[name]
        return package.sheet(sheet).value(box.top, box.left)

    gone = ("nav", "held", "hold", "condors", "order_quantity", "max_loss", "credit_dollars", "premium", "plan_cost",
            "plan_theta", "plan_hold", "plan_literal", "book_dollar_gamma", "open_pnl", "drag_hold")  # fmt: skip
    assert [name for name in gone if cell(name) is not None] == []
    stays = {"spot": 2925.51, "vix": 11.61, "put_short": 2855, "plan_binding": "allocation", "lamp_macd": "LIT"}
    assert {name: cell(name) for name in stays} == stays
    assert cell("headline") == "Hold • × VIX call •, 21-Nov-2018  →  BUY •"
    assert cell("breakeven_width") == pytest.approx(152.68)
    for path in done.paths:
        found = everything(path).decode("utf-8", "replace")
        for amount in ("41,160", ">41160", "250,000", "$8,840", ">8840<", "900.598", "BUY 6", "Hold 6"):
            assert amount not in found, (path.name, amount)
        assert not re.search(r"\$\d[\d,]*\d", re.sub(r"\$[A-Z]{1,3}\$\d+|\$\d+(?=:\$\d|<)", "", found)), path.name
    assert any(note.endswith("Payoff with and without the hedge") for note in done.notes)
    charts = [e for name, data in package.parts.items() if "/charts/chart" in name for e in [etree.fromstring(data)]]
    assert not [c for c in charts if "Payoff" in "".join(c.itertext("{*}t"))]
    assert validate(done.paths[0]) == []


def test_what_a_user_worked_out_from_positions_goes_too(tmp_path: Path) -> None:
    """Own formulas, own notes, own words and an own chart over the quantity; what only reads the market stays."""
    path = tmp_path / "own.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Own")
        columns = [{"header": "quantity"}, {"header": "strike"}]
        sheet.add_table("A1:B3", {"name": "Hedges", "columns": columns, "data": [[731, 15], [732, 16]]})
        sheet.write_formula("D1", "=SUM(Hedges[quantity])", None, 1463)
        sheet.write_formula("D2", "=D1*2", None, 2926)
        sheet.write_formula("D3", '="I own "&D1&" calls, 12.5 % of 21-Nov-2018"', None,
                            "I own 1463 calls, 12.5 % of 21-Nov-2018")  # fmt: skip
        sheet.write_formula("D4", "=spot/100", None, 29.25)
        sheet.write_formula("D5", '=INDIRECT("A"&2)', None, 731)
        sheet.write_formula("D6", "=D1/spot", book.add_format({"num_format": "0.0%"}), 0.5)
        sheet.write_number("E1", 98765, book.add_format({"num_format": "[$€-407] #,##0"}))
        sheet.write_string("E2", "lost $4,321.50 on 88 contracts, sold 77 later")
        sheet.write_comment("E3", "paid $5,555")
        sheet.write_number("E4", 2925.0)
        sheet.set_header("&LNAV $6,666")
        for row, data in ((8, "$D$1:$D$2"), (24, "$E$4:$E$4")):
            chart = book.add_chart({"type": "line"})
            chart.add_series({"values": f"=Own!{data}"})
            title = {"name": "=Own!$D$3", "data": ["I own 1463 calls, 12.5 % of 21-Nov-2018"]}
            chart.set_title(title if row == 24 else {"name": "at 8"})
            sheet.insert_chart(row, 0, chart)
        sheet.insert_textbox("H1", "as many as 1463", {"textlink": "=$D$1"})
        sheet.insert_textbox("H9", "since 2018", {"textlink": "=Own!$E$4"})
        book.define_name("spot", "=Own!$E$4")
    copy = export(path, ("xlsx",), redact="positions", out=tmp_path / "out").paths[0]
    own = Package.open(copy).sheet("Own")
    assert [own.value(row, 4) for row in (1, 2, 3, 4, 5, 6)] == [
        None, None, "I own • calls, 12.5 % of 21-Nov-2018", 29.25, None, 0.5,
    ]  # fmt: skip
    assert own.value(2, 1) is None
    assert own.value(2, 2) == 15
    assert own.value(1, 5) is None
    assert own.value(2, 5) == "lost $• on • contracts, sold • later"
    everywhere = everything(copy).decode("utf-8", "replace")
    for number in ("731", "1463", "2926<", "98765", "4,321", "5,555", "6,666"):
        assert number not in everywhere, number
    assert "I own • calls, 12.5 % of 21-Nov-2018" in Package.open(copy).parts["xl/charts/chart2.xml"].decode()
    assert "as many as •" in everywhere
    assert "since 2018" in everywhere
    assert "at 8" not in everywhere


# ---- hostile texts -----------------------------------------------------------------------------------------

_MARKUP = (
    "<script>alert(1)</script>", "</style><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=x>",
    "\"><iframe src='javascript:alert(1)'></iframe>", "</title><script>", "<a href=javascript:alert(1)>x</a>",
    "data:text/html,<script>alert(1)</script>", "&#60;script&#62;", "<style>@import 'https://evil.example'</style>",
    "' onmouseover='alert(1)", "<!--", "]]>", "<base href=//evil.example>", "<meta http-equiv=refresh content=0>",
)  # fmt: skip


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 texts like formulas, and markup, in cells, table names and headers, notes, titles and sheet names."""
    folder = tmp_path_factory.mktemp("hostile")
    source, path = folder / "source.xlsx", folder / "hostile.xlsx"
    write_hostile_book(source)
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name).decode()
            text = text.replace("<t>=A1</t>", "<t>" + "".join(map(_xml, _MARKUP)) + "</t>")
            if name == "xl/workbook.xml":
                text = text.replace('name="Heads"', 'name="&lt;script&gt;alert(1)"')
            if name.startswith("xl/tables/"):
                text = re.sub(r'displayName="[^"]*"', 'displayName="../../&lt;script&gt;=cmd|"', text)
            if "/charts/" in name:
                text = text.replace('val="line"', 'val="&quot;&gt;&lt;script&gt;"')
            new.writestr(name, text)
    return path


def _xml(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def test_no_hostile_text_runs_in_a_page(hostile: Path, tmp_path: Path) -> None:
    """0 scripts, handlers and addresses; the texts are there to be read."""
    data = export(hostile, ("html",), out=tmp_path / "page.html").paths[0].read_bytes()
    page = Page(data)
    assert page.dangers() == []
    assert {tag for tag, _ in page.tags} <= {
        "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "nav", "a", "section", "table", "colgroup",
        "col", "tr", "td", "svg", "text", "line", "rect", "polyline", "polygon", "circle", "footer",
    }  # fmt: skip
    text = "".join(page.texts)
    assert all(markup in text for markup in _MARKUP)
    assert "=cmd|' /C calc'!A0" in text


def test_no_hostile_text_is_a_formula_in_a_csv(hostile: Path, tmp_path: Path) -> None:
    """Read back with the comma or the semicolon as separator, no field begins like a formula."""
    paths = export(hostile, ("csv",), out=tmp_path).paths
    assert len(paths) == 1
    assert paths[0].parent == tmp_path
    assert re.fullmatch(r"[\w.-]+", paths[0].name)
    text = paths[0].read_bytes().decode()
    fields = [field for row in csv.reader(io.StringIO(text, newline="")) for field in row]
    assert len(fields) > 150
    # A program that separates by something else starts a field there, in the quotes too.
    fields += [field for line in text.splitlines() for field in re.split(r"[;\t|]", line)]
    start = re.compile("^[\\s\\x00-\\x20\u00a0\u200b\ufeff'\"]*[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20\ufe66]")
    assert [field for field in fields if start.match(field) and not field.lstrip('"').startswith("'")] == []


def test_hostile_cells_stay_texts_in_the_workbook(hostile: Path, tmp_path: Path) -> None:
    """The .xlsx holds the same texts and not one formula."""
    copy = export(hostile, ("xlsx",), out=tmp_path).paths[0]
    with zipfile.ZipFile(copy) as archive:
        for name in archive.namelist():
            if name.startswith(("xl/worksheets/", "xl/tables/")) and not name.endswith(".rels"):
                assert not re.search(rb"<f[ >/]|calculatedColumnFormula", archive.read(name)), name


@NO_LOSS
def test_codes_for_path_and_file_name_leave_page_headers(tmp_path: Path) -> None:
    """A printed page would show the reader's path, and the field is no text of the user's; what he typed stays."""
    with xlsxwriter.Workbook(str(tmp_path / "h.xlsx")) as book:
        sheet = book.add_worksheet("S")
        sheet.write("A1", 1)
        sheet.set_header('&L&"Arial,&Zbold"Mine && &Z&F&C&A&R&D')
        sheet.set_footer("&L&&Z is text&R&8&P of &N &z")
    copy = export(tmp_path / "h.xlsx", out=tmp_path / "out").paths[0]
    header = etree.fromstring(Package.open(copy).parts["xl/worksheets/sheet1.xml"]).find("{*}headerFooter")
    assert [e.text for e in header] == ['&L&"Arial,&Zbold"Mine && &C&A&R&D', "&L&&Z is text&R&8&P of &N "]
    openpyxl.load_workbook(copy)
