"""Constants written into cells, tables and names: format kept, formulas never overwritten."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pytest

from alvh_xl.functions.cells import CellError
from alvh_xl.hosts.embedded import Package, WorkbookError, cached_values, set_cells, set_name, set_table
from tests.hosts.embedded.support import STALE, refresh, values_of, workbook


def _build(book: Any) -> None:
    sheet = book.add_worksheet("S")
    bold = book.add_format({"bold": True})
    sheet.write("A1", 1, bold)
    sheet.write("A2", "old text", bold)
    sheet.write_blank("A3", None, bold)
    sheet.write_formula("A4", "=A1*2", None, STALE)
    sheet.write_dynamic_array_formula("C1:C2", "=A1:A2", None, STALE)
    sheet.add_table(
        "E1:G4",
        {
            "name": "History",
            "columns": [{"header": "date"}, {"header": "close"}, {"header": "twice"}],
            "data": [[1, 10], [2, 20], [3, 30]],
        },
    )
    for row in range(1, 4):
        sheet.write_formula(row, 6, "=History[[#This Row],[close]]*2", None, STALE)
    book.define_name("spot", "=S!$A$1")
    book.define_name("block", "=S!$A$1:$A$3")


@pytest.fixture
def package() -> Package:
    return Package.from_bytes(workbook(_build))


VALUES: list[tuple[Any, Any]] = [
    (2.5, 2.5),
    (7, 7.0),
    (np.float64(0.1), 0.1),
    (np.int64(3), 3.0),
    (1e300, 1e300),
    (-0.1 - 0.2, -0.1 - 0.2),
    (True, True),
    (np.bool_(False), False),
    ("text", "text"),
    ("  spaces & <marks>\n", "  spaces & <marks>\n"),
    ("control \x0b and _x000B_", "control \x0b and _x000B_"),
    ("=1+1", "=1+1"),
    ("", ""),
    (None, None),
    (CellError.NA, CellError.NA),
    (CellError.DIV0, CellError.DIV0),
    (math.nan, CellError.NA),
    (math.inf, CellError.NUM),
    (dt.date(1900, 3, 1), 61.0),
    (dt.datetime(2026, 11, 20, 18), 46346.75),
]


@pytest.mark.parametrize(("value", "expected"), VALUES)
@pytest.mark.parametrize("cell", [(1, 1), (2, 1), (3, 1), (9, 9)])
def test_a_value_reads_back_as_it_was_written(
    package: Package, value: Any, expected: Any, cell: tuple[int, int]
) -> None:
    """The market's numbers and words must arrive unchanged, to the last bit."""
    set_cells(package, "S", {cell: value})
    found = values_of(package.to_bytes()).get(cell)
    assert type(found) is type(expected)
    assert found == expected


def test_a_written_cell_keeps_its_format(package: Package) -> None:
    """A date would show as 46346."""
    set_cells(package, "S", {(1, 1): "word", (2, 1): 5, (3, 1): True})
    styles = [package.sheet("S").cells[row, 1].get("s") for row in (1, 2, 3)]
    assert styles == ["1", "1", "1"]


def test_only_changes_are_counted_and_written(package: Package) -> None:
    """Writing the same values again must leave the file as it is."""
    before = package.to_bytes()
    assert set_cells(package, "S", {(1, 1): 1.0, (2, 1): "old text", (8, 8): None}) == 0
    assert package.to_bytes() == before
    assert set_cells(package, "S", {(1, 1): 2.0, (2, 1): "old text"}) == 1


@pytest.mark.parametrize(
    ("place", "words"),
    [((4, 1), "S!A4 holds a formula"), ((1, 3), "holds a formula"), ((2, 3), "S!C2 is part of an array")],
)
def test_formulas_and_spills_are_never_overwritten(package: Package, place: tuple[int, int], words: str) -> None:
    """A formula lost to a data refresh would freeze its number for ever."""
    before = package.to_bytes()
    with pytest.raises(WorkbookError, match=words):
        set_cells(package, "S", {(1, 1): 9, place: 1})
    assert package.to_bytes() == before


def test_a_table_is_filled_by_its_headers(package: Package) -> None:
    """Columns in another order must not swap dates and prices; formula columns stay."""
    set_table(package, "history", ["Close", "date"], [[11, 101], [22, 102]])
    done = refresh(package.to_bytes())
    assert [[done.cell(f"{letter}{row}") for letter in "EFG"] for row in (2, 3, 4)] == [
        [101, 11, 22],
        [102, 22, 44],
        [None, None, 0],
    ]


@pytest.mark.parametrize(
    ("columns", "rows", "words"),
    [
        (["close"], [[1]] * 4, r"table History \(S!E2:G4\) has 3 rows, 4 are to be written"),
        (["close", "volume"], [], "table History has no column 'volume'"),
        (["close", "date"], [[1]], "row 1 for table History has 1 values, not 2"),
        (["twice"], [[1]], "S!G2 holds a formula"),
    ],
)
def test_a_table_that_does_not_fit_is_refused_whole(
    package: Package, columns: list[str], rows: Any, words: str
) -> None:
    """Half a table of new prices under old dates is worse than none."""
    before = package.to_bytes()
    with pytest.raises(WorkbookError, match=words):
        set_table(package, "History", columns, rows)
    assert package.to_bytes() == before


def test_a_named_cell_is_written_and_a_named_range_is_not(package: Package) -> None:
    """A name that was moved to a whole column must not be filled with one number."""
    set_name(package, "SPOT", 102.5)
    assert cached_values(package, "S")[1, 1] == 102.5
    with pytest.raises(WorkbookError, match="the name block means S!A1:A3, not one cell"):
        set_name(package, "block", 1)
