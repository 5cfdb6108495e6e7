"""Worksheets as other programs write them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from alvh_xl.functions.cells import CellError
from alvh_xl.hosts.embedded import Package, set_cells, sources
from tests.hosts.embedded.support import STALE, refresh, with_part, workbook

SHEET = "xl/worksheets/sheet1.xml"


def _build(book: Any) -> None:
    sheet = book.add_worksheet("S")
    sheet.write("A1", 5)
    sheet.write("B1", "word")
    sheet.write_formula("C1", "=ALVH_TOTAL(A1,A2)", None, STALE)
    sheet.write("A2", 7)
    sheet.write_formula("C2", "=C1*2", None, STALE)


def test_cells_without_addresses_follow_one_another() -> None:
    """The standard allows it, and some writers use it."""
    bare = with_part(workbook(_build), SHEET, lambda t: re.sub(r' r="[A-Z]*\d+"', "", t))
    bare = with_part(bare, SHEET, lambda t: t.replace("<c><f>C1*2", "<c/><c><f>C1*2"))
    done = refresh(bare)
    assert (done.cell("C1"), done.cell("C2")) == (12, 24)


def test_a_prefix_on_every_element_changes_nothing() -> None:
    """Programs built on Microsoft's SDK write <x:c>."""

    def prefix(text: str) -> str:
        text = text.replace(
            'xmlns="http://schemas.openxmlformats.org/spreadsheetml',
            'xmlns:x="http://schemas.openxmlformats.org/spreadsheetml',
        )
        return re.sub(r"<(/?)(?=[a-z]\w*[ />])", r"<\1x:", text)

    done = refresh(with_part(workbook(_build), SHEET, prefix))
    assert (done.cell("C1"), done.cell("C2")) == (12, 24)


def test_texts_and_dates_in_the_cells_themselves_are_read() -> None:
    """Not every writer shares its strings, and some write ISO dates."""

    def change(text: str) -> str:
        text = text.replace(
            '<c r="B1" t="s"><v>0</v></c>', '<c r="B1" t="inlineStr"><is><r><t>wo</t></r><r><t>rd</t></r></is></c>'
        )
        return text.replace('<c r="A2"><v>7</v></c>', '<c r="A2" t="d"><v>1900-03-02</v></c>')

    done = refresh(with_part(workbook(_build), SHEET, change))
    assert (done.cell("B1"), done.cell("A2"), done.cell("C1")) == ("word", 62, 67)


def test_new_cells_and_rows_come_in_order() -> None:
    """Excel refuses a sheet whose cells are out of order."""
    package = Package.from_bytes(workbook(_build))
    set_cells(package, "S", {(1, 5): 1, (1, 4): 2, (5, 1): 3, (3, 2): 4, (2, 2): 5, (9, 9): 6})
    text = package.sheet("S").to_bytes().decode()
    assert re.findall(r'<c r="(\w+)"', text) == ["A1", "B1", "C1", "D1", "E1", "A2", "B2", "C2", "B3", "A5", "I9"]
    assert re.findall(r'<row r="(\d+)"', text) == ["1", "2", "3", "5", "9"]
    assert '<dimension ref="A1:I9"/>' in text
    assert refresh(package.to_bytes()).cell("C2") == 24


def test_a_chart_sheet_between_the_sheets_does_not_shift_them() -> None:
    """Names limited to a sheet are stored by its number."""

    def build(book: Any) -> None:
        chart = book.add_chart({"type": "line"})
        page = book.add_chartsheet("Chart")
        sheet = book.add_worksheet("S")
        sheet.write("A1", 3)
        chart.add_series({"values": "=S!$A$1:$A$1"})
        page.set_chart(chart)
        book.define_name("S!mine", "=S!$A$1")
        sheet.write_formula("A2", "=mine+ALVH_TOTAL(mine)+ALVH_TOTAL(S!mine)", None, STALE)

    assert refresh(workbook(build)).cell("A2") == 9


def test_a_hidden_rich_error_is_left_as_excel_wrote_it() -> None:
    """Excel saves #SPILL! as #VALUE! with a note elsewhere; rewriting it for nothing would lose the note."""

    def build(book: Any) -> None:
        sheet = book.add_worksheet("S")
        sheet.write("A2", "in the way")
        sheet.write_dynamic_array_formula("A1", "=SEQUENCE(3)", None, "#VALUE!")

    noted = with_part(
        workbook(build), SHEET, lambda t: t.replace('<c r="A1" cm="1" t="str"', '<c r="A1" cm="1" t="e" vm="1"')
    )
    done = refresh(noted)
    assert done.report.changed == 0
    assert b'vm="1"' in done.package.sheet("S").to_bytes()


def test_a_large_sheet_without_formulas_is_read_from_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parsing a million constants in Python would take longer than everything else."""
    monkeypatch.setattr(sources, "BIG_SHEET", 10)

    def build(book: Any) -> None:
        sheet, data = book.add_worksheet("S"), book.add_worksheet("Data")
        data.write_column("A1", range(50))
        data.write("B2", "word")
        sheet.write_formula("A1", "=ALVH_TOTAL(Data!A1:A50)+SUM(Data!A:A)", None, STALE)
        sheet.write_formula("A2", "=ALVH_SHOW(Data!A2:C2,Data!C9)", None, STALE)
        sheet.write_formula("A3", "=ALVH_TOTAL(Data!A:A)", None, STALE)

    done = refresh(workbook(build))
    assert not done.package.is_parsed("Data")
    assert done.column("A", 3) == [2450, "[1,word,blank];blank", 1225]


def test_the_nine_errors_of_excel_are_read() -> None:
    """An error cell must reach a function as that error."""
    errors = ["#N/A", "#VALUE!", "#NUM!", "#DIV/0!", "#REF!", "#NAME?", "#NULL!"]

    def build(book: Any) -> None:
        sheet = book.add_worksheet("S")
        for row, error in enumerate(errors):
            sheet.write_formula(row, 0, f"={error}", None, error)

    done = refresh(workbook(build))
    assert done.column("A", 7) == [CellError(error) for error in errors]
    assert done.report.changed == 0
