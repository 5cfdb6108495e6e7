"""What the engine can't compute keeps its old value and is named; it is never invented."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from alvh_xl.functions.cells import CellError
from alvh_xl.hosts.embedded import Package, cached_values, recalculate
from alvh_xl.hosts.embedded.defects import KNOWN_DEFECTS
from tests.hosts.embedded.support import STALE, Refreshed, plain, refresh, workbook


def one_sheet(*formulas: str, names: dict[str, str] | None = None) -> bytes:
    """1 to 5 in column A, "a" to "e" in column B, the formulas in column D as ordinary ones."""

    def build(book: Any) -> None:
        sheet = book.add_worksheet("S")
        sheet.write_column("A1", [1, 2, 3, 4, 5])
        sheet.write_column("B1", list("abcde"))
        for name, meaning in (names or {}).items():
            book.define_name(name, meaning)
        for row, formula in enumerate(formulas):
            sheet.write_formula(row, 3, "=" + formula, None, STALE)

    return plain(workbook(build))


def test_a_function_only_excel_has_keeps_the_cell_and_all_that_depends_on_it() -> None:
    """A zero or an error in place of a price feed's number would look like news."""
    done = refresh(
        one_sheet('RTD("x",,"y")', "D1*2", "IFERROR(D1,0)", "ALVH_TOTAL(D1)", "ALVH_TOTAL(D4,1)", "SUM(D4,1)", "A1+1")
    )
    assert done.column("D", 7) == [STALE] * 6 + [2]
    assert done.kept("D1") == "uses RTD, which only Excel can compute"
    assert done.kept("D2") == "depends on a cell that could not be computed"
    assert done.kept("D4") == "an argument could not be computed"
    assert all(done.kept(f"D{row}") for row in range(1, 7))
    assert len(done.report.kept) == 6


def test_a_macro_function_in_a_macro_workbook_is_kept() -> None:
    """Only Excel can run the user's VBA; #NAME? would be a lie."""

    def build(book: Any) -> None:
        book.add_worksheet("S").write_formula("A1", "=MyMacro(1)", None, STALE)

    data = workbook(build)
    assert refresh(data).cell("A1") is CellError.NAME
    buffer = io.BytesIO(data)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")
    done = refresh(buffer.getvalue())
    assert done.cell("A1") == STALE
    assert done.kept("A1") == "uses MYMACRO, which only Excel can compute"


def test_a_circle_of_ordinary_formulas_is_kept() -> None:
    """Excel would warn; we can't."""
    done = refresh(one_sheet("D2+1", "D1+1"))
    assert done.column("D", 2) == [STALE, STALE]
    assert done.kept("D1") == "is part of a circular reference"


def test_another_workbook_is_kept() -> None:
    """Its values are not at hand."""
    assert refresh(one_sheet("[1]Sheet1!A1+1")).kept("D1") == "its formula can only be computed by Excel"


def test_a_formula_nobody_can_read_is_kept() -> None:
    """A damaged formula must not take the others with it."""
    done = refresh(one_sheet("SUM(A1:A5", "A1+1"))
    assert (done.kept("D1") is not None, done.cell("D2")) == (True, 2.0)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("NOSUCH(1)", CellError.NAME),
        ("IFERROR(NOSUCH(1),7)", 7.0),
        ("ISERROR(D1)", True),
        ("no_such_name+1", CellError.NAME),
        ("ISERROR(no_such_name)", True),
        ("IFERROR(S!no_such_name,7)", 7.0),
    ],
)
def test_an_unknown_function_or_name_is_a_name_error_that_others_can_catch(formula: str, expected: Any) -> None:
    """Excel shows #NAME?, and IFERROR over it works."""
    done = refresh(one_sheet("NOSUCH(1)", formula))
    assert (done.cell("D2"), done.report.kept) == (expected, [])


# ---- the engine's known defects --------------------------------------------------------------------------------

REWRITTEN = [
    # the engine gives only the first row of ROW(range)
    ("SUMPRODUCT(MOD(ROW(A1:A5),2))", 3.0),
    ("SUMPRODUCT((MOD(ROW(A1:A5),2)=0)*A1:A5)", 6.0),
    ("SUMPRODUCT(COLUMN(A1:C1))", 6.0),
    ("SUMPRODUCT(LARGE(A1:A5,ROW(A1:A3)))", 12.0),
    ('LOOKUP(2,1/(B1:B5<>"z"),ROW(B1:B5))', 5.0),
    ('MAX(INDEX((B1:B5="d")*ROW(B1:B5),0))', 4.0),
    ("ROW(several)", 1.0),
    ("SUMPRODUCT(ROW(several))", 15.0),
    ("ROW(D8)", 8.0),
    ("ROW()", 10.0),
    # a function that shares its name with a defined name
    ("ROUND(RATE(12,-100,1000),6)", 0.029229),
    ("RATE*2", 0.08),
    # functions that look at formulas see the user's, not the engine's copy
    ("FORMULATEXT(D14)", "=ALVH_TOTAL(A1)"),
    ("ALVH_TOTAL(A1)", 1.0),
    ("ISFORMULA(D14)", True),
    ("ISFORMULA(A1)", False),
]


@pytest.mark.parametrize(("row", "formula", "expected"), [(i, f, e) for i, (f, e) in enumerate(REWRITTEN, 1)])
def test_what_the_engine_misreads_is_written_so_that_it_reads_it_rightly(row: int, formula: str, expected: Any) -> None:
    """These came out wrong when the engine got them as they are."""
    data = one_sheet(*[f for f, _ in REWRITTEN], names={"several": "=S!$A$1:$A$5", "rate": "=0.04"})
    done = refresh(data)
    assert done.cell(f"D{row}") == (pytest.approx(expected) if isinstance(expected, float) else expected)
    assert done.report.kept == []


@pytest.mark.parametrize(
    "formula",
    [
        "SUM(A1:A5*2)",
        "SUM(ABS(A1:A5))",
        "MAX(2*(A1:A5))",
        "COUNT(1/A1:A5)",
        "AND(A1:A5>0)",
        'TEXTJOIN(",",TRUE,A1:A5&"")',
        "SUM(several*2)",
        "IF(SUM(A1:A5*2)>1,1,2)",
        "ALVH_TOTAL(A1:A5*2)",
    ],
)
def test_an_array_expression_in_an_ordinary_formula_is_kept(formula: str) -> None:
    """Excel takes one cell of the range there (implicit intersection); the engine would add the whole array up."""
    done = refresh(one_sheet(formula, names={"several": "=S!$A$1:$A$5"}))
    assert (done.cell("D1"), done.kept("D1")) == (STALE, KNOWN_DEFECTS[0].reason)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("SUM(A1:A5)*2", 30.0),
        ("SUM(A1:A5,-A1)", 14.0),
        ("SUMPRODUCT(A1:A5*2)", 30.0),
        ("SUM(INDEX(A1:A5*2,0))", 30.0),
        ("SUM(IF(A1>0,A1:A5,B1:B5))", 15.0),
        ('COUNTIF(A1:A5,">"&A2)', 3.0),
        ("SUM(A1:A5 A2:A9)", 14.0),
        ("SUM(A1:INDEX(A1:A5,2))", 3.0),
        ("ROUND(SUM(A1:A5)/COUNT(A1:A5),1)", 3.0),
        ("SUM(A1:A2)=SUM(A3:A3)", True),
    ],
)
def test_ordinary_totals_are_not_mistaken_for_array_expressions(formula: str, expected: Any) -> None:
    """Every total in the workbook would stay at its old value."""
    done = refresh(one_sheet(formula))
    assert (done.cell("D1"), done.report.kept) == (expected, [])


def test_row_of_a_computed_range_is_kept_where_an_array_is_needed() -> None:
    """The engine would give one row instead of all."""
    done = refresh(one_sheet('SUMPRODUCT(ROW(INDIRECT("1:3")))'))
    assert done.kept("D1") == "ROW of a computed range is not an array in this engine"


def test_the_report_counts_what_was_done() -> None:
    """The screen after a refresh must be true."""
    done: Refreshed = refresh(one_sheet("A1+1", "ALVH_TOTAL(A1)", 'RTD("x",,"y")'))
    report = done.report
    assert (report.formulas, report.calls, report.changed, len(report.kept)) == (3, 1, 2, 1)
    assert refresh(done.data).report.changed == 0


def test_a_what_if_data_table_is_kept_and_listed(tmp_path: Path) -> None:
    """Only Excel computes it: its old values stay, and whoever reads the report knows."""
    path = tmp_path / "table.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Mine")
        sheet.write_formula("B2", "=1+1", None, 11)
    package = Package.open(path)
    part = package.sheets["Mine"]
    package.parts[part] = package.parts[part].replace(b"<f>1+1</f>", b'<f t="dataTable" ref="B2:B3" r1="K1"/>')
    package = Package.from_bytes(package.to_bytes())
    report = recalculate(package, {}, dt.datetime(2018, 10, 4, 9))
    assert len(report.kept) == 1
    assert "Mine" in report.kept[0]
    assert "B2:B3" in report.kept[0]
    assert cached_values(package, "Mine") == {(2, 2): 11.0}
