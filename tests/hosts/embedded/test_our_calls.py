"""Calls of our functions inside a workbook: what reaches them, and how their results enter formulas."""

from __future__ import annotations

from typing import Any

import pytest

from alvh_xl.functions.cells import CellError
from alvh_xl.hosts.embedded import Package
from alvh_xl.hosts.embedded.arguments import Expression
from alvh_xl.hosts.embedded.translate import Translation
from tests.hosts.embedded.support import STALE, Refreshed, refresh, with_part, workbook

# Column A of sheet S holds 1, 2, (blank), 4, 5; B1 "x", B2 =1/0, B3 =A1*10; T!A1 is 7, T!B5 is 100.
FORMULAS: list[tuple[str, Any]] = [
    # ranges and references
    ("ALVH_TOTAL(A1:A5)", 12.0),
    ("ALVH_TOTAL(A:A)", 12.0),
    ("ALVH_TOTAL($A$1:A$5,1)", 13.0),
    ("ALVH_TOTAL(T!A1)", 7.0),
    ("ALVH_SHOW(A1:A5)", "[1/2/blank/4/5]"),
    ("ALVH_SHOW(A1:B1)", "[1,x]"),
    ("ALVH_SHOW(A3)", "blank"),
    ("ALVH_SHOW((A1:A2,A4:A5))", "[1/2/4/5]"),
    ("ALVH_SHOW(A1:INDEX(A:A,3))", "[1/2/blank]"),
    ("ALVH_SHOW(OFFSET(A1,1,0,2,1))", "[2/blank]"),
    ("ALVH_SHOW(INDEX(A1:A5,3))", "blank"),
    ("ALVH_SHOW(INDEX(A1:A5,0))", "[1/2/blank/4/5]"),
    ('ALVH_SHOW(INDIRECT("A2"))', "2"),
    ('ALVH_SHOW(INDIRECT("T!A1"))', "7"),
    ('ALVH_SHOW(INDIRECT("several"))', "[1/2/blank/4/5]"),
    ("ALVH_SHOW(IF(A1>0,A2:A3,A4:A5))", "[2/blank]"),
    # names
    ("ALVH_TOTAL(several)", 12.0),
    ("ALVH_SHOW(one,fee,word)", "2;0.65;text"),
    ("ALVH_SHOW(moving)", "[1/2/blank/4]"),
    ("ALVH_SHOW(twice)", "2"),
    ("ALVH_SHOW(T!local)", "100"),
    ("T!local+1", 101.0),
    ("our_name*2", 26.0),
    # tables
    ("ALVH_TOTAL(Legs[strike])", 60.0),
    ("ALVH_TOTAL(Legs)", 132.0),
    ("ALVH_SHOW(Legs[[#Headers],[half price]])", "half price"),
    ("ALVH_TOTAL(Legs[[strike]:[half price]])", 66.0),
    ("SUM(Legs[sum])", 66.0),
    # constants, expressions, omitted arguments
    ("ALVH_SHOW()", ""),
    ("ALVH_SHOW(1,,3)", "1;blank;3"),
    ('ALVH_SHOW("a""b",TRUE,-1.5,#N/A)', 'a"b;True;-1.5;#N/A'),
    ('ALVH_SHOW({1,"x";TRUE,#REF!})', "[1,x/True,#REF!]"),
    ('ALVH_SHOW(1%,A1&"y",A1=1,-A2)', "0.01;1y;True;-2"),
    ("ALVH_SHOW(A1:A5*2)", STALE),
    ("ALVH_SHOW(SUM(A1:A5),MAX(A1:A2)/4)", "12;0.5"),
    ("ALVH_SHOW(_xlfn.SEQUENCE(2,2))", "[1,2/3,4]"),
    ("ALVH_SHOW(ROW(),COLUMN(B7))", "37;2"),
    ("ALVH_SHOW(ROW(A2:A4))", "[2/3/4]"),
    # errors reach a function, and it decides
    ("ALVH_IS_ERROR(B2)", True),
    ("ALVH_IS_ERROR(1/0)", True),
    ("ALVH_IS_ERROR(no_such_name)", True),
    ("ALVH_TOTAL(A1,B2)", CellError.DIV0),
    ('IFERROR(ALVH_TOTAL(B1:B2),"MISSING")', "MISSING"),
    ("ALVH_FAIL(1)", CellError.VALUE),
    # calls in calls and in formulas
    ("ALVH_TOTAL(ALVH_DOUBLE(ALVH_DOUBLE(A1:A5)),1)", 49.0),
    ("ALVH_TOTAL(B3)*2", 20.0),
    ("ROUND(ALVH_TOTAL(A1,0.126),2)", 1.13),
    ("-ALVH_TOTAL(A2)^2", 4.0),
    ("ALVH_TOTAL(1)&ALVH_TOTAL(2)", "12"),
    ("SUM(ALVH_DOUBLE(A1:A5))", 24.0),
    ("SUM(ALVH_DOUBLE(A1:A5)*2)", 48.0),
    ("SUM(ALVH_DOUBLE({1,2,3}))", 12.0),
    ("MAX(ALVH_DOUBLE(A1:A5),3)", 10.0),
    ("INDEX(ALVH_TABLE(),2,1)", 1.5),
    ("INDEX(ALVH_TABLE(),2,2)", True),
    ("INDEX(ALVH_TABLE(),9,1)", CellError.REF),
    ("ROWS(ALVH_TABLE())*10+COLUMNS(ALVH_TABLE())", 32.0),
    ("SUM(TRUE,ALVH_IS_ERROR(B2))", 2.0),
    ('COUNTIF(A1:A5,">"&ALVH_TOTAL(A1))', 3.0),
    # an array in an ordinary cell shows its first value
    ("ALVH_TABLE()", "name"),
    ("ALVH_DOUBLE(A1:A5)", 2.0),
    ("ALVH_DOUBLE(A1:A5)+1", 3.0),
    # LET
    ("_xlfn.LET(_xlpm.x,A2*3,ALVH_TOTAL(_xlpm.x,1))", 7.0),
    ("_xlfn.LET(_xlpm.r,A1:A5,_xlpm.y,ALVH_TOTAL(_xlpm.r),_xlpm.y*2)", 24.0),
    ("_xlfn.LET(_xlpm.x,ALVH_TOTAL(A1:A5),_xlpm.z,_xlpm.x+1,ALVH_TOTAL(_xlpm.z,_xlpm.x))", 25.0),
    ("_xlfn.LET(_xlpm.r,OFFSET(A1,0,0,3,1),ALVH_SHOW(_xlpm.r))", "[1/2/blank]"),
    ("ALVH_SHOW(_xlfn.LET(_xlpm.q,A2,_xlpm.q+1))", "3"),
    ("SUM(_xlfn.MAP(A1:A2,_xlfn.LAMBDA(_xlpm.c,_xlpm.c+ALVH_TOTAL(A1:A5))))", 27.0),
    # every spelling of the name
    ("alvh_total(a1:a5)", 12.0),
    ("_xll.ALVH_TOTAL(A1)", 1.0),
    ("[1]!ALVH_TOTAL(A1)", 1.0),
    ("_xldudf_ALVH_TOTAL(A1)", 1.0),
    ("ALVH_TOTAL( A1 , 2 )", 3.0),
    ("ALVH_TYPO(1)", CellError.NAME),
    ("IFERROR(ALVH_TYPO(1),5)", 5.0),
]


def _build(book: Any) -> None:
    sheet, other = book.add_worksheet("S"), book.add_worksheet("T")
    for row, number in enumerate([1, 2, None, 4, 5]):
        if number is not None:
            sheet.write(row, 0, number)
    sheet.write("B1", "x")
    sheet.write_formula("B2", "=1/0", None, STALE)
    sheet.write_formula("B3", "=A1*10", None, STALE)
    other.write("A1", 7)
    other.write("B5", 100)
    names = {
        "several": "=S!$A$1:$A$5",
        "one": "=S!$A$2",
        "fee": "=0.65",
        "word": '="text"',
        "moving": "=OFFSET(S!$A$1,0,0,COUNT(S!$A$1:$A$5),1)",
        "twice": "=S!$A$1*2",
        "our_name": "=ALVH_TOTAL(S!$A$1:$A$5,1)",
        "T!local": "=T!$B$5",
    }
    for name, meaning in names.items():
        book.define_name(name, meaning)
    columns = [
        {"header": "strike"},
        {"header": "half price"},
        {"header": "sum", "formula": "=ALVH_TOTAL([@strike],[@[half price]])"},
    ]
    data = [[10, 1, STALE], [20, 2, STALE], [30, 3, STALE]]
    sheet.add_table("H1:J4", {"name": "Legs", "columns": columns, "data": data})
    for row, (formula, _) in enumerate(FORMULAS):
        sheet.write_formula(row, 4, "=" + formula, None, STALE)


@pytest.fixture(scope="module")
def refreshed() -> Refreshed:
    return refresh(workbook(_build))


@pytest.mark.parametrize(("row", "formula", "expected"), [(i, f, e) for i, (f, e) in enumerate(FORMULAS, 1)])
def test_a_call_gets_its_arguments_and_its_formula_the_result(
    refreshed: Refreshed, row: int, formula: str, expected: Any
) -> None:
    """The function would see other cells than in Excel, or its result would be lost in the formula."""
    value = refreshed.cell(f"E{row}")
    assert value == (pytest.approx(expected) if isinstance(expected, float) else expected), formula
    assert (refreshed.kept(f"E{row}") is None) == (expected != STALE)


def test_a_defect_in_a_function_is_logged_once_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    """Nobody could find out why a cell shows #VALUE!."""
    refresh(workbook(lambda book: book.add_worksheet("S").write_formula("A1", "=ALVH_FAIL(1)")))
    assert [record.message for record in caplog.records] == ["ALVH_FAIL failed"]
    assert "a defect" in caplog.text


def test_calls_that_feed_each_other_are_answered_once_each() -> None:
    """Wasted calls would make a refresh slow."""

    def build(book: Any) -> None:
        sheet = book.add_worksheet("S")
        sheet.write("A1", 1)
        for row in range(2, 12):  # ours and ordinary formulas in turn
            formula = f"=ALVH_TOTAL(A{row - 1},1)" if row % 2 else f"=A{row - 1}*2"
            sheet.write_formula(f"A{row}", formula, None, STALE)

    done = refresh(workbook(build))
    assert done.column("A", 11) == [1, 2, 3, 6, 7, 14, 15, 30, 31, 62, 63]
    assert done.report.calls == 5


def test_calls_on_constants_need_no_second_calculation() -> None:
    """The engine's time counts; most calls of the morning workbook read typed inputs."""

    def build(book: Any) -> None:
        sheet = book.add_worksheet("S")
        sheet.write_formula("B1", "=ALVH_TOTAL(C1)", None, STALE)
        sheet.write_formula("C1", "=ALVH_TOTAL(A1,5)", None, STALE)
        sheet.write_formula("D1", "=B1*2", None, STALE)
        sheet.write("A1", 1)

    done = refresh(workbook(build))
    assert (done.cell("D1"), done.report.rounds, done.report.calls) == (12.0, 1, 2)


def test_a_call_on_its_own_result_is_kept_and_reported() -> None:
    """A circle has no value; the refresh must not run for ever, nor invent one."""

    def build(book: Any) -> None:
        sheet = book.add_worksheet("S")
        sheet.write_formula("A1", "=ALVH_TOTAL(B1,1)", None, STALE)
        sheet.write_formula("B1", "=IFERROR(A1,0)+1", None, STALE)
        sheet.write_formula("C1", "=ALVH_TOTAL(2)", None, STALE)

    done = refresh(workbook(build))
    assert (done.cell("A1"), done.cell("B1"), done.cell("C1")) == (STALE, STALE, 2.0)
    assert done.kept("A1") is not None
    assert done.kept("B1") is not None


def test_a_lambda_variable_in_an_argument_is_kept_and_reported() -> None:
    """It would have to be called once per element, which can't be lifted out of the formula."""
    formula = "=SUM(_xlfn.MAP({1,2},_xlfn.LAMBDA(_xlpm.c,ALVH_TOTAL(_xlpm.c,1))))"
    done = refresh(workbook(lambda book: book.add_worksheet("S").write_array_formula("A1", formula, None, STALE)))
    assert done.cell("A1") == STALE
    assert done.kept("A1") == "a LAMBDA variable is an argument of one of our functions"


def test_shared_formulas_with_our_functions_are_read_cell_by_cell() -> None:
    """Excel stores a filled column as one formula; only the first cell has its text."""

    def build(book: Any) -> None:
        sheet = book.add_worksheet("S")
        for row in range(3):
            sheet.write(row, 0, row + 1)
            sheet.write_formula(row, 1, f"=ALVH_TOTAL(A{row + 1},$A$1)", None, STALE)

    def share(text: str) -> str:
        text = text.replace("<f>ALVH_TOTAL(A1,$A$1)</f>", '<f t="shared" ref="B1:B3" si="0">ALVH_TOTAL(A1,$A$1)</f>')
        for row in (2, 3):
            text = text.replace(f"<f>ALVH_TOTAL(A{row},$A$1)</f>", '<f t="shared" si="0"/>')
        return text

    shared = with_part(workbook(build), "xl/worksheets/sheet1.xml", share)
    done = refresh(shared)
    assert done.column("B", 3) == [2, 3, 4]
    assert b'<f t="shared" si="0"/>' in done.package.sheet("S").to_bytes()


def test_a_moving_reference_to_cells_that_wait_for_another_call_is_followed() -> None:
    """OFFSET stays where it is while the cells it means get their values later."""

    def build(book: Any) -> None:
        sheet = book.add_worksheet("S")
        sheet.write("A1", 1)
        sheet.write_formula("B1", "=A1*2", None, STALE)
        sheet.write_formula("C1", "=ALVH_TOTAL(B1,10)", None, STALE)
        sheet.write_formula("D1", "=C1+1", None, STALE)
        sheet.write_formula("D2", "=D1+1", None, STALE)
        sheet.write_formula("E1", "=ALVH_SHOW(OFFSET(A1,0,3,2,1))", None, STALE)

    assert refresh(workbook(build)).cell("E1") == "[13/14]"


SHAPES = {
    "A1*2": "scalar",
    "spot/365": "scalar",
    "SUM(A1:A5)+fee": "scalar",
    "IF(A1>0,A1,A2)": "scalar",
    "A1:A5*2": "array",
    "{1,2}*A1": "array",
    "SORT(A1:A5)": "array",
    "several+1": "array",
    "OFFSET(A1,1,0)": "reference",
    "A1:INDEX(A:A,3)": "reference",
    "_xlfn.ANCHORARRAY(A1)": "reference",
    "moving": "reference",
    "OFFSET(A1,1,0)*2": "array",
    "(A1:INDEX(A:A,3))+1": "array",
}


@pytest.mark.parametrize("expression", SHAPES)
def test_an_expression_is_evaluated_as_cheaply_as_it_may_be(expression: str) -> None:
    """A single value or a reference taken for an array makes the engine calculate everything again each time."""

    def build(book: Any) -> None:
        sheet = book.add_worksheet("S")
        for name, meaning in {
            "spot": "=S!$A$1",
            "fee": "=0.65",
            "several": "=S!$A$1:$A$5",
            "moving": "=OFFSET(S!$A$1,0,0,2,1)",
        }.items():
            book.define_name(name, meaning)
        sheet.write_dynamic_array_formula("C1", f"=ALVH_SHOW({expression})", None, STALE)

    package = Package.from_bytes(workbook(build))
    (call,) = Translation(package, {"S": package.sheet("S")}, {"ALVH_SHOW"}).calls
    (argument,) = call.arguments
    assert isinstance(argument, Expression)
    assert argument.shape == SHAPES[expression]


def test_an_array_whose_size_depends_on_itself_comes_to_an_end() -> None:
    """Each answer makes the array longer, and each length the answer another; Excel would call it circular."""

    def build(book: Any) -> None:
        sheet = book.add_worksheet("S")
        sheet.write_dynamic_array_formula("C1", "=SEQUENCE(ALVH_TOTAL(C2:C50000)+2)", None, STALE)
        sheet.write_formula("A1", "=ALVH_TOTAL(C1,1)", None, STALE)

    done = refresh(workbook(build))
    assert (done.cell("C1"), done.cell("C2"), done.cell("A1")) == (STALE, None, STALE)
    assert done.kept("C1") is not None
    assert done.kept("A1") == "an argument could not be computed"
