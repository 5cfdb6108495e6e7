"""Columns that belong together row by row: a blank in one must never shift it against another."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from alvh_xl.functions import REGISTRY, CellError
from alvh_xl.functions.cells import CellFaultError
from alvh_xl.functions.columns import ColumnKind, RowsKind, entries, together

NA, VALUE, NUM = CellError.NA, CellError.VALUE, CellError.NUM
NAN = float("nan")


def column(*cells: Any) -> list[list[Any]]:
    return [[cell] for cell in cells]


def test_a_column_keeps_its_blanks_in_place() -> None:
    """A blank trimmed from one column alone would pair every later row with its wrong neighbour."""
    read = ColumnKind("number").single
    np.testing.assert_array_equal(read(column(None, 1.0, None)), [NAN, 1.0, NAN])
    np.testing.assert_array_equal(read([[None, 1.0]]), [NAN, 1.0])
    np.testing.assert_array_equal(read(5.0), [5.0])


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([[1.0, 2.0], [3.0, 4.0]], VALUE),
        ([[1.0], ["x"]], VALUE),
        ([[1.0], [CellError.DIV0]], CellError.DIV0),
        ([[1.0], [-1.0]], NUM),
        ([[1.0], [2.0, 3.0]], VALUE),
    ],
)
def test_a_column_refuses_blocks_texts_errors_and_numbers_outside(cells: Any, expected: CellError) -> None:
    """The cell contract for a series holds for a column too."""
    with pytest.raises(CellFaultError) as fault:
        ColumnKind("number", low=0).single(cells)
    assert fault.value.error is expected


def test_a_column_states_its_domain() -> None:
    """Help texts print the domain."""
    assert ColumnKind("points", low=1).domain == "column of points, ≥ 1"


def test_a_block_keeps_its_rows() -> None:
    """A log of three layers has one row a session, also where a session is blank."""
    kind = RowsKind("table", (1, 2, 3))
    assert kind.single([[1.0, 0.0, 1.0], [None, None, None]]).shape == (2, 3)
    assert kind.single([[1.0, 0.0, 1.0, 1.0]]).shape == (4, 1)
    for cells, expected in (([[1.0] * 4] * 2, VALUE), ([[1.0], [NA]], NA)):
        with pytest.raises(CellFaultError) as fault:
            kind.single(cells)
        assert fault.value.error is expected


def test_rows_at_the_ends_are_trimmed_from_all_columns_at_once() -> None:
    """Blank at the top of one and at the bottom of the other: equal lengths after trimming, but other rows."""
    first, second = together(np.array([NAN, 1.0, 2.0, 3.0]), np.array([5.0, 6.0, 7.0, NAN]))
    assert (first.tolist(), second.tolist()) == ([1.0, 2.0], [6.0, 7.0])
    rows, _ = together(np.array([[1.0, NAN], [1.0, 2.0]]), np.array([1.0, 2.0]))
    assert rows.tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (([1.0, 2.0], [1.0, 2.0, 3.0]), VALUE),
        (([1.0, NAN, 3.0], [1.0, 2.0, 3.0]), VALUE),
        (([1.0, NAN], [NAN, 2.0]), NA),
    ],
)
def test_columns_that_do_not_match_are_errors(columns: Any, expected: CellError) -> None:
    """Different lengths, a gap inside, or nothing in common."""
    with pytest.raises(CellFaultError) as fault:
        together(*(np.array(numbers) for numbers in columns))
    assert fault.value.error is expected


def test_entries_keep_what_is_blank_beside_a_number() -> None:
    """A company without earnings stays in the table; an empty row of the sheet does not."""
    first, second = entries(np.array([1.0, NAN, 3.0]), np.array([NAN, NAN, 4.0]))
    np.testing.assert_array_equal(first, [1.0, 3.0])
    np.testing.assert_array_equal(second, [NAN, 4.0])


@pytest.mark.parametrize(
    ("name", "first", "second", "more"),
    [
        ("ALVH_MOTION", (2, 2, 3, 3, 3), (2, 4, 3, 5, 6), (4,)),
        ("ALVH_MIN_VARIANCE", (10, -20, 15, -30, 5), (-4, 9, -8, 12, -1), ()),
        ("ALVH_MOVE_COVERAGE", (100, 101, 99, 103, 104), (0.2, 0.1, 0.2, 0.3, 0.2), (3,)),
        ("ALVH_FLOW_Z", (100, 101, 101, 102, 100), (50, 50, 51, 51, 50), (1, 4)),
        ("ALVH_SECOND_ENGINE", (25, 27, 26), (24, 25, 25), (3,)),
        ("ALVH_IRR", (-100, 230, -132), (45658, 46023, 46388), ()),
    ],
)
def test_blank_ends_change_no_answer(name: str, first: Any, second: Any, more: Any) -> None:
    """A column that starts a row later than the other must be read beside it, not shifted up."""
    evaluate = REGISTRY[name].evaluate
    plain = evaluate([column(*first), column(*second), *more])
    assert not isinstance(plain, CellError)
    longer = (column(None, *first, first[0]), column(second[0], *second, None))
    assert evaluate([*longer, *more]) == plain
    assert evaluate([column(*first), column(*second, second[0]), *more]) is VALUE
    gap = column(first[0], None, *first[2:])
    assert evaluate([gap, column(*second), *more]) is VALUE


def test_misaligned_curves_and_flags_are_never_paired_up() -> None:
    """Two columns trimmed on their own would answer with the wrong partner beside each number."""
    shifted, settles = [[None], [14.0], [49.0]], [[13.775], [14.725], [None]]
    assert REGISTRY["ALVH_CONSTANT_MATURITY"].evaluate([shifted, settles]) is CellError.NUM
    early, late = [[-1.0], [0.0], [None]], [[None], [0.0], [0.0]]
    table = REGISTRY["ALVH_LAYERS"].evaluate([early, late, [[0.0], [0.0], [0.0]]])
    assert [row[1] for row in table[1:]] == [0.0, 0.0, 0.0, 0.0]


def test_surprises_that_do_not_vary_are_a_division_by_zero() -> None:
    """A spread of 0 before a surprise leaves nothing to measure it with."""
    z = REGISTRY["ALVH_SURPRISE_Z"].evaluate([[[1.0]] * 13 + [[2.0]], [[0.0]] * 14])
    assert [row[0] for row in z] == [CellError.NA] * 12 + [CellError.DIV0] * 2
