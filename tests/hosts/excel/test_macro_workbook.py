"""The macro workbook and the add-in as packages, part by part, and in the eyes of Microsoft's validator."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from lxml import etree

from alvh_xl.hosts.embedded import Package, WorkbookError
from alvh_xl.hosts.excel.controls import MORNING_COLUMNS, MORNING_MACROS, MORNING_ROWS, Button, morning_buttons
from alvh_xl.hosts.excel.package import CONF_SHEET, UDF_MODULE, make_addin, make_macro_workbook
from alvh_xl.hosts.excel.vba import Kind, Mode, our_modules
from tests.hosts.excel.vba_reader import open_strictly, part, records, sources
from tests.hosts.programs import validate

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
RIBBON = "{http://schemas.microsoft.com/office/2006/01/customui}"
MODES: tuple[Mode, ...] = ("reference", "standalone")
KINDS: tuple[Kind, ...] = ("workbook", "addin")
OUR_MODULES = ["AlvhFunctions", "AlvhTexts", "AlvhCells", "AlvhPython", "AlvhMacros"]


@pytest.fixture(scope="module")
def files(sample_book: Path) -> dict[tuple[Mode, Kind], bytes]:
    """The morning workbook and the add-in in both modes."""
    made: dict[tuple[Mode, Kind], bytes] = {}
    for mode in MODES:
        made[mode, "workbook"] = make_macro_workbook(sample_book.read_bytes(), mode)
        made[mode, "addin"] = make_addin(mode)
    return made


def small(**sheets: str) -> bytes:
    """A workbook with the given sheets and a text on each."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    for name, text in sheets.items():
        book.add_worksheet(name).write_string(0, 0, text)
    book.close()
    return buffer.getvalue()


def names(package: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return archive.namelist()


def xml(package: bytes, name: str) -> etree._Element:
    return etree.fromstring(part(package, name))


def sheet_parts(package: bytes) -> dict[str, str]:
    """Sheet name → part, read without our own reader."""
    targets = {
        relation.get("Id"): posixpath.normpath(f"xl/{relation.get('Target')}")
        for relation in xml(package, "xl/_rels/workbook.xml.rels")
    }
    return {
        tab.get("name"): targets[tab.get(RELATION_ID)] for tab in xml(package, "xl/workbook.xml").iter(MAIN + "sheet")
    }


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", KINDS)
def test_microsofts_validator_finds_no_error(
    mode: Mode, kind: Kind, files: dict[tuple[Mode, Kind], bytes], tmp_path: Path
) -> None:
    """Excel would offer to repair the file."""
    path = tmp_path / ("book.xlsm" if kind == "workbook" else "book.xlam")
    path.write_bytes(files[mode, kind])
    assert validate(path) == []


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_part_has_a_type_and_every_relationship_a_target(
    mode: Mode, kind: Kind, files: dict[tuple[Mode, Kind], bytes]
) -> None:
    """A part without a type, or a dangling relationship, makes the whole file damaged."""
    package = files[mode, kind]
    present = names(package)
    assert len(present) == len({name.lower() for name in present})
    types = xml(package, "[Content_Types].xml")
    by_extension = {item.get("Extension") for item in types if item.get("Extension")}
    by_name = [item.get("PartName") for item in types if item.get("PartName")]
    assert len(by_name) == len(set(by_name))
    assert {name[1:] for name in by_name} <= set(present)
    for name in present:
        assert f"/{name}" in by_name or name.rpartition(".")[2] in by_extension, f"{name} has no content type"
    for name in (name for name in present if name.endswith(".rels")):
        folder = posixpath.dirname(posixpath.dirname(name))
        relations = list(xml(package, name))
        assert len({relation.get("Id") for relation in relations}) == len(relations)
        for relation in relations:
            target = posixpath.normpath(posixpath.join(folder, relation.get("Target")))
            assert relation.get("TargetMode") == "External" or target.lstrip("/") in present, f"{name}: {target}"


@pytest.mark.parametrize(("kind", "word"), [("workbook", "sheet"), ("addin", "addin")])
def test_the_file_says_what_it_is(kind: Kind, word: str, files: dict[tuple[Mode, Kind], bytes]) -> None:
    """Excel refuses a macro workbook whose type says it has no macros."""
    found = {
        item.get("PartName"): item.get("ContentType") for item in xml(files["reference", kind], "[Content_Types].xml")
    }
    assert found["/xl/workbook.xml"] == f"application/vnd.ms-excel.{word}.macroEnabled.main+xml"
    assert found["/xl/vbaProject.bin"] == "application/vnd.ms-office.vbaProject"
    relations = xml(files["reference", kind], "xl/_rels/workbook.xml.rels")
    assert [r.get("Target") for r in relations if r.get("Type").endswith("/vbaProject")] == ["vbaProject.bin"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", KINDS)
def test_code_names_and_document_modules_are_the_same(
    mode: Mode, kind: Kind, files: dict[tuple[Mode, Kind], bytes]
) -> None:
    """A sheet whose module has another name gets a second one, and the project is damaged."""
    package = files[mode, kind]
    code_names = [xml(package, "xl/workbook.xml").find(MAIN + "workbookPr").get("codeName")]
    for name in sheet_parts(package).values():
        first = xml(package, name)[0]
        assert first.tag == MAIN + "sheetPr"
        code_names.append(first.get("codeName"))
    project = part(package, "xl/vbaProject.bin")
    text = open_strictly(project).openstream("PROJECT").read().decode("cp1252")
    assert re.findall(r"^Document=(\w+)/", text, re.M) == code_names
    assert code_names[0] == "ThisWorkbook"
    assert len(set(code_names)) == len(code_names)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_project_holds_our_modules_and_xlwings_only_when_standalone(
    mode: Mode, kind: Kind, files: dict[tuple[Mode, Kind], bytes]
) -> None:
    """With both a reference and a copy, names would be ambiguous; with neither, nothing calls Python."""
    project = part(files[mode, kind], "xl/vbaProject.bin")
    stored = sources(project)
    extra = ["xlwings", "Dictionary"] if mode == "standalone" else []
    assert [name for name in stored if not re.match(r"Sheet|ThisWorkbook", name)] == OUR_MODULES + extra
    for module in our_modules(kind):
        assert stored[module.name] == module.source
    assert b"Private Sub Workbook_Open()\r\n    AlvhRegister\r\nEnd Sub" in stored["ThisWorkbook"]
    referred = [payload for kind_, payload in records(project) if kind_ == 0x0E]
    assert len(referred) == (mode == "reference")
    assert all(b"xlwings.xlam" in payload for payload in referred)


@pytest.mark.parametrize("kind", KINDS)
def test_the_ribbon_calls_macros_that_exist(kind: Kind, files: dict[tuple[Mode, Kind], bytes]) -> None:
    """A button of the tab ALVH would answer "Cannot run the macro"."""
    package = files["reference", kind]
    tab = xml(package, "customUI/customUI.xml").find(f"{RIBBON}ribbon/{RIBBON}tabs/{RIBBON}tab")
    assert tab.get("label") == "ALVH"
    buttons = list(tab.iter(RIBBON + "button"))
    assert [button.get("label") for button in buttons] == ["Refresh", "Export", "Function help", "Doctor"]
    macros = sources(part(package, "xl/vbaProject.bin"))["AlvhMacros"].decode()
    for button in buttons:
        assert f"Public Sub {button.get('onAction')}(ByVal Control As IRibbonControl)\r\n" in macros
    ids = [element.get("id") for element in tab.iter() if element.get("id")]
    assert len(set(ids)) == len(ids)
    relations = [r for r in xml(package, "_rels/.rels") if r.get("Target") == "customUI/customUI.xml"]
    assert [r.get("Type") for r in relations] == [
        "http://schemas.microsoft.com/office/2006/relationships/ui/extensibility"
    ]


def test_workbook_and_add_in_share_the_tab_without_sharing_ids(files: dict[tuple[Mode, Kind], bytes]) -> None:
    """Two files with the same ids would hide each other's buttons."""
    texts = [part(files["reference", kind], "customUI/customUI.xml").decode() for kind in KINDS]
    ids = [set(re.findall(r' id="(\w+)"', text)) for text in texts]
    assert not ids[0] & ids[1]
    assert all('<tab idQ="alvh:tab"' in text for text in texts)
    assert len({re.search(r'xmlns:alvh="(.*?)"', text)[1] for text in texts}) == 1  # type: ignore[index]


def test_morning_has_its_two_buttons_bound_to_macros(files: dict[tuple[Mode, Kind], bytes]) -> None:
    """The button is how most people will ever run the morning."""
    package = files["reference", "workbook"]
    sheet = sheet_parts(package)["Morning"]
    relations = {
        r.get("Id"): r.get("Target") for r in xml(package, f"xl/worksheets/_rels/{posixpath.basename(sheet)}.rels")
    }
    elements = [child.tag.rpartition("}")[2] for child in xml(package, sheet)]
    assert elements.count("legacyDrawing") == 1
    assert elements.index("drawing") < elements.index("legacyDrawing")
    drawing = relations[xml(package, sheet).find(MAIN + "legacyDrawing").get(RELATION_ID)]
    shapes = part(package, posixpath.normpath(f"xl/worksheets/{drawing}")).decode()
    assert re.findall(r"<x:FmlaMacro>\[0\]!(\w+)</x:FmlaMacro>", shapes) == ["AlvhRefresh", "AlvhExport"]
    assert re.findall(r'color="#000000">(\w+)</font>', shapes) == ["Refresh", "Export"]
    macros = sources(part(package, "xl/vbaProject.bin"))["AlvhMacros"].decode()
    for _, macro in MORNING_MACROS:
        assert f"Public Sub {macro}()\r\n" in macros


def test_the_buttons_lie_in_the_cells_kept_free_and_do_not_overlap(files: dict[tuple[Mode, Kind], bytes]) -> None:
    """A button over the decision, or over the other button, would hide it."""
    package = files["reference", "workbook"]
    assert (MORNING_COLUMNS, MORNING_ROWS) == ((5, 8), (0, 2)), "F1:H2, counted from 0"
    book = Package.from_bytes(package)
    sheet = book.sheet("Morning")
    assert [sheet.value(row, column) for row in (1, 2) for column in (6, 7, 8)] == [None] * 6
    (drawing,) = book.related(book.sheets["Morning"], "vmlDrawing")
    shapes = part(package, drawing).decode()
    anchors = [list(map(int, text.split(", "))) for text in re.findall(r"<x:Anchor>(.*?)</x:Anchor>", shapes)]
    assert len(anchors) == 2
    for left, _, top, _, right, _, bottom, _ in anchors:
        assert 5 <= left <= right <= 7
        assert 0 <= top <= bottom <= 1
    assert anchors[0][4:6] < anchors[1][0:2]


def test_no_two_drawings_share_their_shape_numbers(files: dict[tuple[Mode, Kind], bytes]) -> None:
    """The notes of other sheets are shapes too: Excel repairs a workbook in which two shapes have one number."""
    package = Package.from_bytes(files["reference", "workbook"])
    drawings = [data.decode() for name, data in package.parts.items() if name.endswith(".vml")]
    assert len(drawings) > 5, "the sheets have lost their notes"
    blocks = [number for text in drawings for number in re.findall(r'idmap v:ext="edit" data="(\d+)"', text)]
    assert len(set(blocks)) == len(blocks) == len(drawings)
    numbers = [number for text in drawings for number in re.findall(r'id="_x0000_s(\d+)"', text)]
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("widths", [[173, 117, 236], [40, 60, 80], [20, 20, 20], [300, 0, 0]], ids=str)
@pytest.mark.parametrize("heights", [[33, 20], [20, 20], [13, 12]], ids=str)
def test_buttons_fit_whatever_size_the_cells_have(widths: list[int], heights: list[int]) -> None:
    """The sheet may be laid out anew; the buttons must stay apart and inside their cells."""

    def along(place: int, offset: int, sizes: list[int], first: int) -> int:
        assert 0 <= offset <= sizes[place - first]
        return sum(sizes[: place - first]) + offset

    edge = 0
    for button in morning_buttons(widths, heights):
        spans = []
        for sizes, first, at in ((widths, MORNING_COLUMNS[0], 0), (heights, MORNING_ROWS[0], 2)):
            corners = (button.top_left, button.bottom_right)
            spans.append([along(corner[at], corner[at + 1], sizes, first) for corner in corners])
        (left, right), (top, bottom) = spans
        assert edge < left < right <= sum(widths)
        assert 0 < top < bottom < sum(heights)
        assert right - left <= 80
        edge = right


def test_cells_too_small_for_buttons_are_refused() -> None:
    """A button of no width can't be clicked, and nobody would know that it is there."""
    with pytest.raises(WorkbookError, match="hidden or too small"):
        morning_buttons([0, 0, 0], [20, 20])


def test_the_buttons_follow_the_sizes_of_the_sheet() -> None:
    """Narrow columns move the corners into the next column; hidden ones count as nothing."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("Morning")
    sheet.set_column_pixels(5, 5, 50)
    sheet.set_column_pixels(6, 6, 90, None, {"hidden": True})
    sheet.set_row_pixels(0, 22)
    book.close()
    shapes = part(make_macro_workbook(buffer.getvalue()), "xl/drawings/vmlDrawing1.vml").decode()
    # Room: 50 + 0 + 64 pixels, so each button is (114 - 6)/2 - 6 = 48 wide; 22 + 20 high, so 27, from 6 to 33.
    assert re.findall(r"<x:Anchor>(.*?)</x:Anchor>", shapes) == [
        "5, 6, 0, 6, 7, 4, 1, 11",
        "7, 10, 0, 6, 7, 58, 1, 11",
    ]


def test_the_settings_sheet_is_hidden_and_read_as_xlwings_reads_it() -> None:
    """xlwings looks at the rows from A1 down on a sheet of exactly this name."""
    package = make_macro_workbook(small(Morning="x"), interpreter_win=r"C:\A & B\python.exe", interpreter_mac="/p")
    book = openpyxl.load_workbook(io.BytesIO(package))
    assert book.sheetnames[-1] == CONF_SHEET == "xlwings.conf"
    assert book[CONF_SHEET].sheet_state == "hidden"
    assert [[cell.value for cell in row] for row in book[CONF_SHEET].iter_rows()] == [
        ["INTERPRETER_MAC", "/p"],
        ["INTERPRETER_WIN", r"C:\A & B\python.exe"],
        ["UDF MODULES", UDF_MODULE],
        ["ADD_WORKBOOK_TO_PYTHONPATH", "false"],
    ]


def test_a_workbook_for_everybody_names_no_python_of_ours(files: dict[tuple[Mode, Kind], bytes]) -> None:
    """A shipped workbook must take the interpreter from the user's own xlwings settings."""
    sheet = part(files["reference", "workbook"], sheet_parts(files["reference", "workbook"])[CONF_SHEET])
    assert b"INTERPRETER" not in sheet
    assert b"UDF MODULES" in sheet


def test_document_properties_list_the_new_sheet(files: dict[tuple[Mode, Kind], bytes]) -> None:
    """Excel notes the number of sheets there; a list that does not fit looks damaged to some readers."""
    root = xml(files["reference", "workbook"], "docProps/app.xml")
    titles = root.find("{*}TitlesOfParts/{*}vector")
    count = int(root.find("{*}HeadingPairs/{*}vector").findall("{*}variant/{*}i4")[0].text)
    sheets = list(sheet_parts(files["reference", "workbook"]))
    assert [title.text for title in titles][:count] == sheets
    assert int(titles.get("size")) == len(titles)


def test_everything_else_in_the_workbook_is_untouched(sample_book: Path, files: dict[tuple[Mode, Kind], bytes]) -> None:
    """Charts, tables, styles and values come from the builder; the macros must not cost any of them."""
    before, after = sample_book.read_bytes(), files["reference", "workbook"]
    changed = {name for name in names(before) if part(before, name) != part(after, name)}
    sheets = set(sheet_parts(before).values())
    assert changed <= sheets | {
        "[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "docProps/app.xml",
        "xl/worksheets/_rels/sheet1.xml.rels",
    }  # fmt: skip
    for name in sheets:
        cells = [re.search(rb"<sheetData.*?(</sheetData>|/>)", part(file, name), re.S) for file in (before, after)]
        assert cells[0] is not None
        assert cells[1] is not None
        assert cells[0][0] == cells[1][0]
    added = [name for name in names(after) if name not in names(before)]
    patterns = (
        r"customUI/customUI.xml",
        r"xl/drawings/vmlDrawing\d+.vml",
        r"xl/vbaProject.bin",
        r"xl/worksheets/sheet\d+.xml",
    )
    assert len(added) == len(patterns)
    assert all(re.fullmatch(pattern, name) for pattern, name in zip(patterns, sorted(added), strict=True))
    old, new = Package.from_bytes(before), Package.from_bytes(after)
    assert new.tables == old.tables
    assert new.definitions == old.definitions


def test_the_same_workbook_gives_the_same_bytes(sample_book: Path) -> None:
    """A clock or a random id would make every build differ."""
    data = sample_book.read_bytes()
    assert make_macro_workbook(data) == make_macro_workbook(data)
    assert make_addin() == make_addin()


def test_a_workbook_that_has_macros_is_refused(files: dict[tuple[Mode, Kind], bytes]) -> None:
    """The user's own macros would be lost."""
    with pytest.raises(WorkbookError, match="macros already"):
        make_macro_workbook(files["reference", "workbook"])


def test_what_can_not_be_added_is_said() -> None:
    """A half-made workbook would be worse than none."""
    button = Button("Go", "AlvhRefresh", (0, 0, 0, 0), (1, 0, 1, 0))
    with pytest.raises(WorkbookError, match="no sheet 'Morning'"):
        make_macro_workbook(small(Other="x"))
    with pytest.raises(WorkbookError, match=r"xlwings\.conf already"):
        make_macro_workbook(small(**{"xlwings.conf": "x"}), buttons={})
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.add_worksheet("A").write_comment("A1", "a note")
    book.close()
    with pytest.raises(WorkbookError, match="notes or controls"):
        make_macro_workbook(buffer.getvalue(), buttons={"A": [button]})
    with pytest.raises(WorkbookError, match="not an Excel workbook"):
        make_macro_workbook(b"PK")


def test_buttons_stand_before_a_sheets_tables(tmp_path: Path) -> None:
    """Excel wants the elements of a sheet in one order, and repairs a file that has them in another."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.add_worksheet("Morning").add_table("A3:B5")
    book.close()
    path = tmp_path / "table.xlsm"
    path.write_bytes(make_macro_workbook(buffer.getvalue()))
    assert validate(path) == []
    elements = [child.tag.rpartition("}")[2] for child in xml(path.read_bytes(), "xl/worksheets/sheet1.xml")]
    assert elements.index("legacyDrawing") < elements.index("tableParts")


def test_any_workbook_can_get_the_macros_and_buttons_of_its_own(tmp_path: Path) -> None:
    """The parts are named by what is free, not by what the morning workbook happens to have."""
    button = Button('Go & "see"', "AlvhRefresh", (0, 0, 0, 0), (1, 0, 1, 0))
    path = tmp_path / "two.xlsm"
    path.write_bytes(make_macro_workbook(small(One="x", Two="y"), buttons={"Two": [button], "One": [button]}))
    assert validate(path) == []
    assert openpyxl.load_workbook(path, keep_vba=True).sheetnames == ["One", "Two", CONF_SHEET]
    shapes = [part(path.read_bytes(), f"xl/drawings/vmlDrawing{i}.vml").decode() for i in (1, 2)]
    ids = [re.findall(r'id="(_x0000_s\d+)"', text) for text in shapes]
    assert ids == [["_x0000_s1025"], ["_x0000_s2049"]]
