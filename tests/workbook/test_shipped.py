"""The workbooks in workbooks/ are what the tool makes, never edited by hand: `alvh-xl new workbooks/NAME --force`."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from alvh_xl.hosts.embedded import Package
from alvh_xl.hosts.excel.package import make_macro_workbook

FOLDER = Path(__file__).resolve().parents[2] / "workbooks"
NAMES = ("morning.xlsx", "morning.xlsm")
# Neither values nor formulas: these are the same bytes. Of the parts with macros only the .xlsm has any.
STILL = (
    r"xl/styles\.xml|\[Content_Types\]\.xml|_rels/\.rels|xl/vbaProject\.bin|customUI/.*|xl/drawings/vmlDrawing\d+\.vml"
)

Pair = tuple[Package, Package]


@pytest.fixture(scope="module", params=NAMES)
def pair(request: pytest.FixtureRequest, sample_book: Path) -> Pair:
    """A shipped workbook and the same made now."""
    data = sample_book.read_bytes()
    rebuilt = make_macro_workbook(data) if request.param.endswith("m") else data
    return Package.open(FOLDER / request.param), Package.from_bytes(rebuilt)


def test_the_shipped_workbook_has_the_parts_and_names_of_a_rebuilt_one(pair: Pair) -> None:
    """A stale shipped workbook would show yesterday's program."""
    shipped, rebuilt = pair
    assert set(shipped.parts) == set(rebuilt.parts)
    assert shipped.sheets == rebuilt.sheets
    assert shipped.tables == rebuilt.tables
    assert shipped.definitions == rebuilt.definitions


def test_the_shipped_workbook_has_the_cells_of_a_rebuilt_one(pair: Pair) -> None:
    """Formulas letter by letter, values to the last digits that differ between processors."""
    shipped, rebuilt = pair
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


def test_the_shipped_workbook_looks_like_a_rebuilt_one(pair: Pair) -> None:
    """Formats, macros, ribbon and buttons are the same bytes."""
    shipped, rebuilt = pair
    still = [name for name in rebuilt.parts if re.fullmatch(STILL, name)]
    notes = 13  # one drawing a sheet with notes
    assert len(still) == notes + (6 if rebuilt.has_macros else 3)
    for name in still:
        assert shipped.parts[name] == rebuilt.parts[name], name
