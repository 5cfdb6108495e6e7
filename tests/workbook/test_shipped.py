"""The workbook in workbooks/ is what the tool makes, never edited by hand."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from alvh_xl.hosts.embedded import Package

SHIPPED = Path(__file__).resolve().parents[2] / "workbooks" / "morning.xlsx"


def test_the_shipped_workbook_has_the_parts_and_names_of_a_rebuilt_one(sample_book: Path) -> None:
    """A stale shipped workbook would show yesterday's program."""
    shipped, rebuilt = Package.open(SHIPPED), Package.open(sample_book)
    assert set(shipped.parts) == set(rebuilt.parts)
    assert shipped.sheets == rebuilt.sheets
    assert shipped.tables == rebuilt.tables
    assert shipped.definitions == rebuilt.definitions


def test_the_shipped_workbook_has_the_cells_of_a_rebuilt_one(sample_book: Path) -> None:
    """Formulas letter by letter, values to the last digits that differ between processors."""
    shipped, rebuilt = Package.open(SHIPPED), Package.open(sample_book)
    for name in rebuilt.sheets:
        ours, theirs = shipped.sheet(name), rebuilt.sheet(name)
        assert [(f.row, f.column, f.text) for f in ours.formulas] == [
            (f.row, f.column, f.text) for f in theirs.formulas
        ]
        assert set(ours.cells) == set(theirs.cells)
        for place in theirs.cells:
            found, expected = ours.value(*place), theirs.value(*place)
            if isinstance(expected, float) and isinstance(found, float):
                assert math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-9), (name, place)
            else:
                assert found == expected, (name, place)


@pytest.mark.parametrize("part", ["xl/styles.xml", "[Content_Types].xml"])
def test_the_shipped_workbook_looks_like_a_rebuilt_one(sample_book: Path, part: str) -> None:
    """Formats and parts are the same bytes."""
    assert Package.open(SHIPPED).parts[part] == Package.open(sample_book).parts[part]
