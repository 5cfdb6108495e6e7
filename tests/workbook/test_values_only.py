"""Which formulas, references, links and notes have a place in a values-only copy."""

from __future__ import annotations

import pytest
from lxml import etree

from alvh_xl.hosts.embedded import DefinedName
from alvh_xl.workbook.values_only import Scope, Strings, clean_comments, clean_sheet, is_plain_link, may_stay

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
OPEN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
X14 = 'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"'
XM = 'xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"'


@pytest.fixture
def scope() -> Scope:
    named = [
        DefinedName("area", "Data!$A$1:$A$9", None),
        DefinedName("rate", "0.05", None),
        DefinedName("far", "[1]X!$A$1", None),
    ]
    return Scope(["Data", "It's mine"], named)


@pytest.mark.parametrize(
    "formula",
    ["A1>3", 'LEFT(A1,2)="OK"', "Data!$A$1", "'It''s mine'!A1+1", "SUM(area)", "NOT(ISERROR(SEARCH(\"x\",A1)))", "",
     "_xlfn.XLOOKUP(A1,Data!A:A,Data!B:B)", '"yes,no"', "TRUE", "50", "COUNTIF($A:$A,A1)>1", "ISNA(A1)*(A1<>#N/A)"],
)  # fmt: skip
def test_a_rule_of_built_in_functions_stays(scope: Scope, formula: str) -> None:
    """Colours and lists a reader expects must not vanish without need."""
    assert scope.allows(formula)


@pytest.mark.parametrize(
    "formula",
    ["ALVH_STALE(A1,B1,3)", "[1]Data!A1", "'[b.xlsx]Data'!A1", "Hidden!A1", "SUM(rate)", "far", "unknown_name",
     'WEBSERVICE("https://x/"&A1)', '_xlfn.WEBSERVICE("x")', "cmd|' /C calc'!A0", 'RTD("a",,"b")', "_xll.MINE(1)",
     "MINE(1)", "#REF!",
     'CALL("a","b")', 'HYPERLINK("x")', "_xlfn.ANCHORARRAY(A1)", "Data!#REF!", "Data!MINE(1)", "_xlfn.ALVH_PLAN(1)",
     "T[c]", "Data:Hidden!A1"],
)  # fmt: skip
def test_a_rule_that_needs_more_than_the_copy_goes(scope: Scope, formula: str) -> None:
    """Add-ins, other files, left-out sheets and names, and functions that reach out of the workbook."""
    assert not scope.allows(formula)


def test_a_chart_reference_through_a_name_becomes_its_area(scope: Scope) -> None:
    """The name of the file is part of such a reference, and the copy has another name."""
    assert scope.reference("[0]!area") == "Data!$A$1:$A$9"
    assert scope.reference("(Data!$A$1,'It''s mine'!$B$2)") == "(Data!$A$1,'It''s mine'!$B$2)"
    assert scope.reference("[1]!area") is None
    assert scope.reference("OFFSET(Data!$A$1,0,0,3,1)") is None


@pytest.mark.parametrize(
    ("address", "plain"),
    [("https://www.cboe.com/vix", True), ("HTTPS://x.org", True), ("http://x.org", False), ("mailto:a@b.c", False),
     ("https://jane:pw@x.org", False), ("file:///C:/x", False), ("javascript:x", False), ("x.xlsx", False),
     ("https:///x", False),
     ("https://[", False)],
)  # fmt: skip
def test_plain_links_are_https_without_a_password(address: str, plain: bool) -> None:
    """Everything else may open a program, a file or a mail to the author."""
    assert is_plain_link(address) is plain


@pytest.mark.parametrize("name", ["Auto_Open", "auto_close_mine", "AUTOOPEN", "_xlnm.Auto_Open", "_xlnm.Sheet_Title"])
def test_names_with_an_effect_do_not_stay(name: str) -> None:
    """Excel runs the macro such a name points to as soon as the file is opened."""
    assert not may_stay(name)
    assert may_stay("_xlnm.Print_Area")
    assert may_stay("automatic")


def test_a_note_keeps_its_text_and_loses_its_author(scope: Scope) -> None:
    """Excel writes the author into the part, and his name into the first line of the note."""
    notice = "[Threaded comment]\n\nYour version of Excel allows you to read this.\n\nComment:\n    Looks rich"
    root = etree.fromstring(
        f"<comments {OPEN}><authors><author>Jane Roe</author><author>tc=11</author></authors><commentList>"
        "<comment><text><r><t>Jane Roe:</t></r><r><t>\ncheck</t></r></text></comment>"
        f"<comment><text><t>{notice}</t></text></comment><comment><text><t>Janet: ok</t></text></comment><comment/>"
        "</commentList></comments>"
    )
    clean_comments(root)
    assert ["".join(note.itertext()).strip() for note in root.iter(MAIN + "comment")] == [
        "check", "Looks rich", "Janet: ok", "",
    ]  # fmt: skip
    assert [author.text for author in root.iter(MAIN + "author")] == [None, None]


def test_what_a_sheet_stores_beside_its_cells_stays_behind(scope: Scope) -> None:
    """Scenarios name their author; slicers, controls and custom views refer to parts that are gone."""
    root = etree.fromstring(
        f'<worksheet {OPEN} {X14} {XM}><sheetPr codeName="Sheet1"/><sheetViews><sheetView><pivotSelection/></sheetView>'
        '</sheetViews><sheetData><row><c t="str"><f>A1</f></c><c t="n"><f>A1</f><v/></c>'
        '<c vm="1" t="e"><v>#VALUE!</v></c></row></sheetData>'
        '<sheetProtection sheet="1" hashValue="xx" saltValue="yy"/><scenarios><scenario user="Jane"/>'
        "</scenarios><customSheetViews/><controls/><oleObjects/><extLst><ext><x14:slicerList/></ext><ext>"
        '<x14:sparklineGroups><x14:sparklineGroup dateAxis="1"><xm:f>[1]X!A1:A3</xm:f><x14:sparklines><x14:sparkline>'
        "<xm:f>area</xm:f></x14:sparkline><x14:sparkline><xm:f>Hidden!A1:A3</xm:f></x14:sparkline></x14:sparklines>"
        "</x14:sparklineGroup></x14:sparklineGroups></ext></extLst></worksheet>"
    )
    clean_sheet(root, "Data", scope, Strings([]), {})
    kept = etree.tostring(root).decode()
    assert [etree.QName(child).localname for child in root] == [
        "sheetPr", "sheetViews", "sheetData", "sheetProtection", "extLst",
    ]  # fmt: skip
    for gone in (
        "codeName",
        "pivotSelection",
        "hashValue",
        "saltValue",
        "slicerList",
        "dateAxis",
        "Hidden",
        "[1]",
        "vm=",
    ):
        assert gone not in kept
    assert [(cell.get("t"), len(cell)) for cell in root.iter(MAIN + "c")] == [(None, 0), (None, 0), ("e", 1)]
    assert kept.count("<xm:f>") == 1
    assert "<xm:f>Data!$A$1:$A$9</xm:f>" in kept
