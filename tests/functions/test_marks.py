"""Error values that an elementwise answer carries of its own."""

from __future__ import annotations

import numpy as np
import pytest

from alvh_xl.functions import REGISTRY, CellError
from alvh_xl.functions.marks import marked, or_error

NA, NUM, DIV0 = CellError.NA, CellError.NUM, CellError.DIV0


def test_numbers_without_a_mark_stay_numbers() -> None:
    """An array of floats must stay one: objects are slow and print differently."""
    answer = marked(np.array([1.0, 2.0]), (DIV0, np.array([False, False])))
    assert answer.dtype == np.float64
    assert answer.tolist() == [1.0, 2.0]


def test_a_mark_replaces_only_its_element() -> None:
    """Elements outside their domain stay #NUM!, and of two marks the last counts."""
    numbers = np.array([1.0, np.nan, np.inf, 4.0])
    answer = marked(numbers, (DIV0, np.array([False, False, True, True])), (NA, np.array([False, False, False, True])))
    assert answer.tolist() == [1.0, NUM, DIV0, NA]


def test_a_mark_of_one_cell_holds_for_all() -> None:
    """A single zero against a column marks every row of it."""
    assert marked(np.full(2, np.nan), (DIV0, np.True_)).tolist() == [DIV0, DIV0]
    assert marked(np.float64(np.nan), (DIV0, np.True_)).item() is DIV0


def test_a_missing_number_of_a_table_becomes_its_error() -> None:
    """NaN alone would show as #N/A, also where it means a zero denominator."""
    assert or_error(np.nan, DIV0) is DIV0
    assert or_error(2.0, DIV0) == 2.0


@pytest.mark.parametrize(
    ("name", "arguments", "divisor"),
    [
        ("ALVH_DAILY_ROLL", [13.775, 11.61, 10.0], 2),
        ("ALVH_OPTION_BETA", [0.5, -0.6, 1.6], 2),
        ("ALVH_QUICK_RATIO", [40.0, 25.0, 35.0, 80.0], 3),
        ("ALVH_WACC", [80.0, 0.0, 0.10, 0.06], 0),
    ],
)
def test_a_zero_denominator_is_a_division_by_zero_in_its_own_element(
    name: str, arguments: list[float], divisor: int
) -> None:
    """#NUM! would say that the zero is forbidden; the rows beside it must keep their numbers."""
    evaluate = REGISTRY[name].evaluate
    fine = evaluate(list(arguments))
    cells = [[arguments[divisor]], [0.0], [None], [-1.0]]
    answer = evaluate([*arguments[:divisor], cells, *arguments[divisor + 1 :]])
    assert answer == [[fine], [DIV0], [NA], [NUM]]
