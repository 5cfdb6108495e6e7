"""A values-only copy: it shows the same, nothing in it runs, and it does not tell who made the workbook."""

from __future__ import annotations

import csv
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from lxml import etree

from alvh_xl import __version__
from alvh_xl.hosts.embedded import Package, WorkbookError
from alvh_xl.workbook.export import export_xlsx
from tests.hosts.programs import soffice, validate
from tests.workbook.private_book import PRIVATE, write_hostile_book, write_private_book

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
RAW_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false"
NO_LOSS = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")  # openpyxl only reads here


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def shown(path: Path) -> dict[tuple[str, str], Any]:
    """Every value a reader sees, by sheet and cell; an empty text looks like a blank cell."""
    book = openpyxl.load_workbook(path, data_only=True)
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book.worksheets
        if sheet.sheet_state == "visible" and sheet.title != "Journal"
        for row in sheet.iter_rows()
        for cell in row
        if cell.value not in (None, "")
    }


def formulas(path: Path) -> Iterator[str]:
    """Whatever a spreadsheet program would calculate or follow, in the sheets and tables of a file."""
    for name, data in parts(path).items():
        if not name.endswith((".png", ".vml")):
            for element in etree.fromstring(data).iter(f"{MAIN}f", "{*}calculatedColumnFormula", "{*}totalsRowFormula"):
                yield f"{name}: {element.text}"


@pytest.fixture(scope="module")
def private(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("private") / "private.xlsm"
    write_private_book(path)
    return path


@pytest.fixture(scope="module")
def copied(private: Path) -> Path:
    return export_xlsx(private)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    path = tmp_path_factory.mktemp("hostile") / "hostile.xlsx"
    texts = write_hostile_book(path)
    return path, texts


@pytest.fixture(scope="module")
def morning(sample_book: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export_xlsx(sample_book, tmp_path_factory.mktemp("shared") / "shared.xlsx")


# ---- where the copy goes -----------------------------------------------------------------------------------


def test_the_copy_lies_beside_the_workbook_under_its_as_of(sample_book: Path, tmp_path: Path) -> None:
    """A reader must see from the file's name which morning it shows; the sample is 4 October 2018, 09:00."""
    book = Path(shutil.copy(sample_book, tmp_path / "mine.xlsx"))
    assert export_xlsx(book) == tmp_path / "mine-values-2018-10-04-0900.xlsx"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine-values-2018-10-04-0900.xlsx", "mine.xlsx"]


def test_a_workbook_without_an_as_of_gets_a_plain_name(tmp_path: Path) -> None:
    """A file name must never carry a date nobody gave."""
    with xlsxwriter.Workbook(tmp_path / "plain.xlsx") as book:
        book.add_worksheet().write_formula("A1", '="a"&"b"', None, "ab")
    copy = export_xlsx(tmp_path / "plain.xlsx")
    assert copy.name == "plain-values.xlsx"
    assert shown(copy) == {("Sheet1", "A1"): "ab"}  # the source had no shared strings at all
    assert b"last saved" in parts(copy)["docProps/core.xml"]


def test_the_as_of_of_a_1904_workbook_is_the_same_moment(tmp_path: Path) -> None:
    """Mac workbooks count days from 1904; the name would be four years off."""
    with xlsxwriter.Workbook(tmp_path / "mac.xlsx", {"date_1904": True}) as book:
        book.add_worksheet("S").write_number("A1", 43377.375 - 1462)
        book.define_name("AsOf", "=S!$A$1")
    assert export_xlsx(tmp_path / "mac.xlsx").name == "mac-values-2018-10-04-0900.xlsx"


def test_the_workbook_itself_is_never_overwritten(sample_book: Path, tmp_path: Path) -> None:
    """One slip of --out would turn every formula of the workbook into a number."""
    book = Path(shutil.copy(sample_book, tmp_path / "mine.xlsx"))
    before = book.read_bytes()
    (tmp_path / "link.xlsx").symlink_to(book)
    for target in (book, tmp_path / "link.xlsx"):
        with pytest.raises(WorkbookError, match="is the workbook itself"):
            export_xlsx(book, target)
    with pytest.raises(WorkbookError, match=r"ends in \.xlsx"):
        export_xlsx(book, tmp_path / "copy.xlsm")
    export_xlsx(book)
    assert book.read_bytes() == before


def test_a_workbook_of_hidden_sheets_alone_is_refused(private: Path, tmp_path: Path) -> None:
    """A workbook without a sheet does not open."""
    with xlsxwriter.Workbook(tmp_path / "diary.xlsx") as book:
        book.add_worksheet("Journal")
    with pytest.raises(WorkbookError, match="nothing to share"):
        export_xlsx(tmp_path / "diary.xlsx")


def test_the_same_workbook_gives_the_same_bytes(private: Path, copied: Path, tmp_path: Path) -> None:
    """Two copies of one morning must compare equal; a clock in the file would show when it was made."""
    assert export_xlsx(private, tmp_path / "again.xlsx").read_bytes() == copied.read_bytes()


# ---- it shows the same -------------------------------------------------------------------------------------


@NO_LOSS
def test_every_cell_shows_what_the_workbook_showed(private: Path, copied: Path) -> None:
    """Formulas of every kind, spills, texts like formulas, errors and truth values become what they were."""
    expected = shown(private)
    assert shown(copied) == expected
    assert expected["Model", "A3"] == "=1+1"  # and not blank on both sides
    assert expected["Model", "C3"] == "3 row"
    assert expected["Model", "A22"] == 44


@NO_LOSS
def test_every_cell_of_the_morning_shows_what_the_workbook_showed(sample_book: Path, morning: Path) -> None:
    """The shipped workbook, all its sheets: some thousand values."""
    expected = shown(sample_book)
    assert len(expected) > 5000
    assert shown(morning) == expected


@NO_LOSS
def test_libreoffice_shows_the_same(private: Path, copied: Path, tmp_path: Path) -> None:
    """A second program, with its own reading of the file, must find the same values on the first sheet."""
    with soffice(copied, RAW_CSV, tmp_path).open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    for (sheet, cell), value in shown(private).items():
        if sheet == "Model":
            column, row = openpyxl.utils.cell.coordinate_from_string(cell)
            found = rows[row - 1][openpyxl.utils.column_index_from_string(column) - 1]
            if isinstance(value, float | int) and not isinstance(value, bool):
                assert float(found) == value, cell
            else:
                assert found == (str(value).upper() if isinstance(value, bool) else str(value)), cell


def test_the_workbook_opened_without_the_functions_still_shows_morning(sample_book: Path, tmp_path: Path) -> None:
    """LibreOffice has none of them here: what it shows of the workbook itself is what a colleague without them sees."""
    with soffice(sample_book, RAW_CSV, tmp_path).open(newline="", encoding="utf-8") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert "As of 04-Oct-2018 09:00 New York · data: sample · functions " + __version__ in cells
    assert not [cell for cell in cells if cell.startswith("#")]


@NO_LOSS
def test_the_looks_stay(copied: Path) -> None:
    """Widths, print set-up, frozen rows, formats, validations, table, note, picture and sparkline."""
    book = openpyxl.load_workbook(copied)
    model, looks = book["Model"], book["Looks"]
    assert model.column_dimensions["A"].width == pytest.approx(24.7, abs=0.1)
    assert model["A1"].number_format == "yyyy-mm-dd hh:mm"
    assert (model.freeze_panes, model.print_area, model.print_title_rows) == ("A2", "'Model'!$A$1:$H$30", "$1:$1")
    assert model.protection.sheet
    assert (looks.page_setup.orientation, looks.page_setup.fitToHeight) == ("landscape", None)
    assert (model.tables["Legs"].ref, model.tables["Legs"].totalsRowCount) == ("F1:H4", 1)
    assert looks["E1"].comment is not None
    assert looks["E1"].comment.text == "check this"
    kept = parts(copied)
    assert "xl/media/image1.png" in kept
    assert kept["xl/worksheets/sheet3.xml"].count(b"<xm:f>Looks!A1:A4</xm:f>") == 1
    assert b"xfComplement" in kept["xl/styles.xml"]  # the tick box in E6


@NO_LOSS
def test_formats_and_validations_stay_when_excel_alone_can_work_them_out(copied: Path) -> None:
    """Those that call the add-in or read a hidden sheet would be #NAME? or #REF!."""
    looks = openpyxl.load_workbook(copied)["Looks"]
    rules = [rule.formula for block in looks.conditional_formatting for rule in block.rules]
    assert rules == [["IFERROR($A1>AVERAGE($A$1:$A$4),FALSE)"], [], ["area_of_looks"]]
    assert [rule.formula1 for rule in looks.data_validations.dataValidation] == ['"yes,no"', "$A$1:$A$4"]


def test_charts_keep_their_cells_or_the_points_they_showed(copied: Path) -> None:
    """A chart that drew from a hidden sheet, a formula or another file must not come up empty."""
    roots = {name: etree.fromstring(data) for name, data in parts(copied).items() if "/charts/chart" in name}
    found = {
        name: [("".join(e.itertext("{*}f")), [v.text for v in e.iter(CHART + "v")]) for e in root.iter(CHART + "val")]
        for name, root in roots.items()
    }
    assert found == {
        "xl/charts/chart1.xml": [("Looks!$B$1:$B$4", ["10", "20", "15", "25"])],
        "xl/charts/chart2.xml": [("", ["1", "2", "3"])],
        "xl/charts/chart3.xml": [("", ["7", "8", "9"]), ("", ["5", "6"])],
    }
    names = [e.findtext(CHART + "v") for e in roots["xl/charts/chart3.xml"].iter(CHART + "tx")]
    assert names == ["shown"]


def test_the_charts_of_the_morning_stay_as_they_are(sample_book: Path, morning: Path) -> None:
    """Every chart reads cells of the copy: references and stored points unchanged."""
    before, after = parts(sample_book), parts(morning)
    charts = [name for name in before if "/charts/" in name]
    assert len(charts) == 12
    for name in charts:
        assert etree.tostring(etree.fromstring(after[name]), method="c14n") == etree.tostring(
            etree.fromstring(before[name]), method="c14n"
        )


# ---- nothing runs, nothing tells ---------------------------------------------------------------------------


def test_no_formula_is_left_in_any_part(copied: Path, morning: Path) -> None:
    """One formula left would ask the reader for an add-in, or run on his machine."""
    for copy in (copied, morning):
        assert list(formulas(copy)) == []
        for name, data in parts(copy).items():
            if name.startswith(("xl/worksheets/", "xl/tables/")):
                assert not re.search(rb"<f[ >/]", data), name
                assert not re.search(rb'\b[cv]m="|t="str"', data), name
    assert b'<t xml:space="preserve"> two  ' in parts(copied)["xl/sharedStrings.xml"]


def test_nothing_of_the_author_is_left_in_any_part(private: Path, copied: Path) -> None:
    """Names, paths, machines, macros, links and the hidden sheets, in any encoding, in any part."""
    everything = b"".join(data for name, data in parts(private).items() if "vbaProject" not in name)
    for word in PRIVATE:
        assert word.encode() in everything or word.encode("utf-16-le") in everything, f"the test lost {word}"
    hidden = (
        *PRIVATE,
        "vbaProject",
        "codeName",
        "Users",
        "macroEnabled",
        "absPath",
        "fileSharing",
        "externalReference",
        "FmlaMacro",
    )
    for name, data in parts(copied).items():
        for text in (code for word in hidden for code in (word.encode(), word.encode("utf-16-le"))):
            assert text not in data, (name, text)
            assert text not in name.encode()
        assert not re.search(rb'macro="[^"]|textlink=|\[\d+\]|[pP]assword=|fullCalcOnLoad', data), name
    types = etree.fromstring(parts(copied)["[Content_Types].xml"])
    assert {item.get("PartName", "/[Content_Types].xml")[1:] for item in types} <= set(parts(copied))
    assert "bin" not in {item.get("Extension") for item in types}


def test_only_ordinary_https_links_lead_out(copied: Path) -> None:
    """Files, mail addresses and plain http stay behind; a link to another sheet stays while that sheet does."""
    outside = [
        link.get("Target")
        for name, data in parts(copied).items()
        if name.endswith(".rels")
        for link in etree.fromstring(data)
        if link.get("TargetMode") == "External"
    ]
    assert outside == ["https://www.cboe.com/vix"]
    links = etree.fromstring(parts(copied)["xl/worksheets/sheet1.xml"]).iter(MAIN + "hyperlink")
    assert [(link.get("ref"), link.get("location")) for link in links] == [("A14", None), ("A17", "Looks!A1")]


def test_only_names_of_shown_areas_stay(copied: Path) -> None:
    """Formulas, constants, errors, other files, hidden names, names that start a macro, and hidden cells go."""
    names = {(item.name, item.text, item.sheet) for item in Package.open(copied).definitions}
    assert names == {
        ("asof", "Model!$A$1", None),
        ("area_of_looks", "Looks!$A$1:$B$4", None),
        ("local_area", "Looks!$A$1", "Looks"),
        ("_xlnm.Print_Area", "Model!$A$1:$H$30", "Model"),
        ("_xlnm.Print_Titles", "Model!$1:$1", "Model"),
    }
    assert [name for name, _ in Package.open(copied).tabs] == ["Model", "Looks", "Picture"]
    view = Package.open(copied).workbook.find(f"{MAIN}bookViews/{MAIN}workbookView")
    assert view.get("activeTab") == "1"  # still Looks, though the hidden sheet before it is gone


def test_the_properties_say_what_the_copy_is(copied: Path) -> None:
    """As-of and version, for whoever gets the file by mail; nothing else."""
    root = etree.fromstring(parts(copied)["docProps/core.xml"])
    found = {etree.QName(item).localname: item.text for item in root}
    assert sorted(found) == ["created", "description", "modified", "title"]
    assert found["title"] == "Morning"
    assert found["description"] == (
        f"Values as of 04-Oct-2018 09:00 New York · alvh_xl {__version__} · Educational, not advice"
    )


def test_a_part_is_not_carried_over_under_a_false_name(private: Path, tmp_path: Path) -> None:
    """A relationship that calls a hidden sheet a theme, or a macro project a picture, must not smuggle it through."""
    everything = parts(private)
    book = everything["xl/_rels/workbook.xml.rels"].decode()
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    false = f'<Relationship Id="f1" Type="{kind}theme" Target="worksheets/sheet2.xml"/>'
    false += f'<Relationship Id="f2" Type="{kind}image" Target="vbaProject.bin"/>'
    everything["xl/_rels/workbook.xml.rels"] = book.replace("</Relationships>", false + "</Relationships>").encode()
    with zipfile.ZipFile(tmp_path / "false.xlsm", "w") as archive:
        for name, data in everything.items():
            archive.writestr(name, data)
    kept = parts(export_xlsx(tmp_path / "false.xlsm"))
    assert "xl/worksheets/sheet2.xml" not in kept
    assert "xl/vbaProject.bin" not in kept


@NO_LOSS
def test_two_hundred_hostile_texts_stay_texts(hostile: tuple[Path, list[str]], tmp_path: Path) -> None:
    """As typed texts, formula results, headers, sheet names, chart titles and series names: 0 become a formula."""
    path, texts = hostile
    assert len(set(texts)) == 200
    copy = export_xlsx(path, tmp_path / "copy.xlsx")
    assert list(formulas(copy)) == []
    assert shown(copy) == shown(path)
    cells = [cell for sheet in openpyxl.load_workbook(copy) for row in sheet.iter_rows() for cell in row]
    assert sum(cell.data_type == "s" for cell in cells) > 550  # 200 typed, 200 results, headers
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    references = [e.text for n, d in parts(copy).items() if "/charts/" in n for e in etree.fromstring(d).iter("{*}f")]
    assert set(references) == {"Cells!$C$1:$C$2"}


def test_libreoffice_finds_no_formula_either(hostile: tuple[Path, list[str]], copied: Path, tmp_path: Path) -> None:
    """An independent reader: the only "formulas" are how its format writes the constants TRUE, FALSE and errors."""
    for source in (export_xlsx(hostile[0], tmp_path / "copy.xlsx"), copied):
        text = soffice(source, "fods", tmp_path).read_text(encoding="utf-8")
        found = set(re.findall(r'table:formula="of:=([^"]*)"', text))
        assert found <= {"TRUE()", "FALSE()", "#N/A", "#DIV/0!"}
        assert "office:event-listeners" not in text


def test_microsofts_validator_has_nothing_to_object_to(
    copied: Path, hostile: tuple[Path, list[str]], tmp_path: Path
) -> None:
    """A copy that Excel has to repair looks like a virus to whoever gets it."""
    assert validate(copied) == []
    assert validate(export_xlsx(hostile[0], tmp_path / "copy.xlsx")) == []
