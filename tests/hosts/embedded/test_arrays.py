"""Arrays that spill: they grow, shrink, feed each other, and stop before a filled cell."""

from __future__ import annotations

import re
from typing import Any

import pytest

from alvh_xl.functions.cells import CellError
from tests.hosts.embedded.support import STALE, Refreshed, refresh, values_of, workbook


def sheet_with(*arrays: tuple[str, str], cells: dict[str, Any] | None = None) -> bytes:
    """A sheet S with 1, 2, (blank), 4, 5 in column A and dynamic arrays over the ranges they filled before."""

    def build(book: Any) -> None:
        sheet = book.add_worksheet("S")
        for row, number in enumerate([1, 2, None, 4, 5]):
            if number is not None:
                sheet.write(row, 0, number)
        for place, formula in arrays:
            sheet.write_dynamic_array_formula(place, formula, None, STALE)
        for place, value in (cells or {}).items():
            sheet.write(place, value)

    return workbook(build)


def spill_of(done: Refreshed, anchor: str) -> str:
    """The extent noted in an array's anchor."""
    found = re.search(rf'<c r="{anchor}"[^>]*><f t="array" ref="([^"]+)"', done.package.sheet("S").to_bytes().decode())
    assert found is not None
    return found[1]


def test_a_spill_keeps_its_size() -> None:
    """The everyday case: as many rows as yesterday."""
    done = refresh(sheet_with(("C1:C5", "=ALVH_DOUBLE(A1:A5)")))
    assert done.column("C", 6) == [2, 4, 0, 8, 10, None]
    assert spill_of(done, "C1") == "C1:C5"


@pytest.mark.parametrize(
    "formula", ["=ALVH_DOUBLE(A1:A5)", "=A1:A5*2", "=ALVH_DOUBLE(A1:A5)+0", "=A1:A5*ALVH_TOTAL(2)"]
)
@pytest.mark.parametrize("before", ["C1", "C1:C2", "C1:C9", "C1:D3"])
def test_a_spill_grows_and_shrinks(formula: str, before: str) -> None:
    """Rows would be missing, or old ones would be left below."""
    done = refresh(sheet_with((before, formula)))
    assert done.column("C", 9) == [2, 4, 0, 8, 10, None, None, None, None]
    assert done.column("D", 3) == [None, None, None]
    assert spill_of(done, "C1") == "C1:C5"
    assert refresh(done.data).data == done.data


@pytest.mark.parametrize("formula", ["=ALVH_DOUBLE(A1:A5)", "=A1:A5*2"])
def test_a_spill_stops_before_a_filled_cell(formula: str) -> None:
    """Overwriting what the user typed would lose it."""
    done = refresh(sheet_with(("C1:C2", formula), cells={"C4": "mine"}))
    assert done.column("C", 5) == [CellError.SPILL, None, None, "mine", None]
    assert spill_of(done, "C1") == "C1"
    assert refresh(done.data).data == done.data


def test_a_spill_comes_back_when_the_way_is_free() -> None:
    """A blocked array would stay blocked for ever."""
    blocked = refresh(sheet_with(("C1:C2", "=ALVH_DOUBLE(A1:A5)"), cells={"C4": "mine"}))
    blocked.package.sheet("S").write(4, 3, None)
    done = refresh(blocked.package.to_bytes())
    assert done.column("C", 5) == [2, 4, 0, 8, 10]


def test_formulas_follow_a_spill_that_grows() -> None:
    """`C1#` would still mean yesterday's rows."""
    arrays = [
        ("C1:C2", "=ALVH_DOUBLE(A1:A5)"),
        ("E1", "=SUM(_xlfn.ANCHORARRAY(C1))"),
        ("F1", "=ALVH_TOTAL(_xlfn.ANCHORARRAY(C1))"),
        ("G1", "=ALVH_SHOW(C:C)"),
        ("H1:H2", "=ALVH_DOUBLE(_xlfn.ANCHORARRAY(C1))"),
        ("I1", "=ROWS(_xlfn.ANCHORARRAY(H1))"),
        ("J1:J5", "=ALVH_DOUBLE(H1:H5)"),
        ("L1", "=ALVH_SHOW(C3,C2)"),
        ("K1:K2", "=SORT(ALVH_DOUBLE(A1:A5),,-1)"),
    ]
    done = refresh(sheet_with(*arrays))
    assert [done.cell(f"{letter}1") for letter in "EFGI"] == [24, 24, "[2/4/0/8/10]", 5]
    assert done.column("H", 5) == [4, 8, 0, 16, 20]
    assert done.column("J", 5) == [8, 16, 0, 32, 40]
    assert done.column("K", 5) == [10, 8, 4, 2, 0]
    assert done.cell("L1") == "0;4"
    assert done.report.kept == []


def test_a_table_with_blanks_errors_and_words_spills_as_it_is() -> None:
    """A blank of a result would become 0, an error a text."""
    done = refresh(sheet_with(("C1:D2", "=ALVH_TABLE()")))
    assert done.column("C", 3) == ["name", 1.5, CellError.NA]
    assert done.column("D", 3) == ["", True, "text"]


def test_new_spilled_cells_take_the_format_of_their_row_or_column() -> None:
    """A percentage column would show 0.05 below the old end."""

    def build(book: Any) -> None:
        sheet = book.add_worksheet("S")
        percent = book.add_format({"num_format": "0%"})
        sheet.set_column("C:C", 9, percent)
        sheet.set_row(3, 20, book.add_format({"bold": True}))
        sheet.write_column("A1", [1, 2, 3, 4, 5])
        sheet.write_dynamic_array_formula("C1:C2", "=ALVH_DOUBLE(A1:A5)", percent, STALE)

    done = refresh(workbook(build))
    cells = done.package.sheet("S").cells
    assert cells[3, 3].get("s") == cells[1, 3].get("s")
    assert cells[4, 3].get("s") == "2"


def test_an_old_style_array_keeps_its_range() -> None:
    """Excel fills the rest of such a range with #N/A, and never moves its border."""

    def build(book: Any) -> None:
        sheet = book.add_worksheet("S")
        sheet.write_column("A1", [1, 2, 3])
        sheet.write_array_formula("C1:C4", "{=ALVH_DOUBLE(A1:A3)}", None, STALE)
        sheet.write_array_formula("D1:D2", "{=ALVH_DOUBLE(A1:A3)+1}", None, STALE)
        sheet.write_array_formula("E1", "{=SUM(ALVH_DOUBLE(A1:A3)*A1:A3)}", None, STALE)
        sheet.write_array_formula("F1:G1", "{=ALVH_TOTAL(5)}", None, STALE)
        sheet.write_array_formula("H1:H3", "{=A1:A3*C1:C3}", None, STALE)
        sheet.write_array_formula("I1:I3", "{=ALVH_DOUBLE(H1:H3)*2}", None, STALE)

    done = refresh(workbook(build))
    assert done.column("C", 5) == [2, 4, 6, CellError.NA, None]
    assert done.column("D", 3) == [3, 5, None]
    assert (done.cell("E1"), done.cell("F1"), done.cell("G1")) == (28, 5, 5)
    assert done.column("I", 3) == [8, 32, 72]
    assert done.report.kept == []


def test_the_first_recalculation_of_a_large_result_needs_no_guess() -> None:
    """A result larger than the room set aside for it must still arrive whole."""

    def build(book: Any) -> None:
        sheet = book.add_worksheet("S")
        sheet.write_column("A1", range(600))
        sheet.write_formula("B1", "=A600+1", None, STALE)
        sheet.write_dynamic_array_formula("D1", "=SUM(ALVH_DOUBLE(A1:B600))", None, STALE)
        sheet.write_dynamic_array_formula("E1", "=ALVH_IS_ERROR(B1)&ALVH_SHOW(B1)", None, STALE)

    done = refresh(workbook(build))
    assert done.cell("D1") == 2 * sum(range(600)) + 1200
    assert done.cell("E1") == "FALSE600"


def test_the_spill_note_survives_in_the_file() -> None:
    """The values must be in the file, not only in memory."""
    done = refresh(sheet_with(("C1", "=ALVH_DOUBLE(A1:A5)")))
    assert [values_of(done.data)[row, 3] for row in range(1, 6)] == [2, 4, 0, 8, 10]
