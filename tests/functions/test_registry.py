"""The two ways of calling a cell function, and the cell contract rule by rule, on small functions made for the test."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Annotated, Any

import numpy as np
import pandas as pd
import pytest

from alvh_xl.functions.book import BookTable
from alvh_xl.functions.cells import CellError
from alvh_xl.functions.docs import excel_call
from alvh_xl.functions.kinds import (
    Date,
    DateOrBlank,
    Flag,
    Number,
    Pairs,
    Positive,
    Series,
    Side,
    Volatility,
    Whole,
    table,
    word,
)
from alvh_xl.functions.registry import FunctionSpec, Shape, Table
from alvh_xl.model.errors import DomainError, MissingError, ShapeError, ZeroDenominatorError

NA, VALUE, NUM, DIV0 = CellError.NA, CellError.VALUE, CellError.NUM, CellError.DIV0


def spec(body: Any, shape: Shape) -> FunctionSpec:
    return FunctionSpec(body.__name__, "Test", "C00", "STANDARD", shape, body)


def ratio(top: Positive, bottom: Positive, scale: Number = 10.0) -> Any:
    return scale * top / bottom


def mean_gap(first: Series, second: Series) -> Any:
    return first - second


def describe(
    spot: Positive,
    side: Side = 1.0,
    how: Annotated[Any, word("plain", "fancy")] = "plain",
    on: Date | None = None,
    flag: Flag = False,
    vol: Volatility = 0.2,
    count: Whole = 0.0,
) -> Table:
    return Table(("spot", "side", "how", "on", "flag"), [(spot, side, how, on, flag)])


RATIO, GAP, DESCRIBE = spec(ratio, "elementwise"), spec(mean_gap, "series"), spec(describe, "table")


def test_a_scalar_call_answers_with_a_float() -> None:
    """In Python a scalar must come back as a plain float, not as an array of no dimensions."""
    assert type(RATIO.answer([3, 4], {})) is float
    assert RATIO.answer([3, 4], {"scale": 1}) == 0.75


def test_a_range_spills_in_its_own_shape_and_a_row_against_a_column_makes_a_block() -> None:
    """Excel users expect spills to have the shape of the argument, and row × column to fill a block."""
    assert RATIO.evaluate([[[2.0], [4.0]], 2.0]) == [[10.0], [20.0]]
    assert RATIO.evaluate([[[2.0, 4.0]], 2.0]) == [[10.0, 20.0]]
    assert RATIO.evaluate([[[2.0, 4.0]], [[1.0], [2.0]]]) == [[20.0, 40.0], [10.0, 20.0]]


def test_ranges_of_different_length_are_value_errors() -> None:
    """Nothing sensible stands against a missing partner."""
    assert RATIO.evaluate([[[1.0], [2.0], [3.0]], [[1.0], [2.0]]]) is VALUE


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], NA),
        ([1.0], NA),
        ([1.0, None], NA),
        ([1.0, NA], NA),
        ([1.0, DIV0], DIV0),
        ([NUM, DIV0], NUM),
        ([1.0, "x"], VALUE),
        ([1.0, "2"], 5.0),
        ([1.0, 0.0], NUM),
        ([1.0, -1.0], NUM),
        ([1.0, 2.0, None], 5.0),
        ([1.0, float("nan")], NA),
        ([1.0, float("inf")], NUM),
        ([1e308, 1e-308], NUM),
        ([1.0, [[2.0]]], 5.0),
        ([1.0, [[1.0, 2.0], [3.0]]], VALUE),
        ([1.0, 2.0, 3.0, 4.0], VALUE),
    ],
)
def test_an_elementwise_call_follows_the_cell_contract(arguments: list[Any], expected: Any) -> None:
    """The table of the contract, row by row."""
    assert RATIO.evaluate(arguments) == expected


def test_an_error_in_one_element_stays_in_that_element() -> None:
    """One bad cell of a column must not blank the others."""
    column = [[1.0], [None], ["x"], [-1.0], [DIV0], [4.0]]
    assert RATIO.evaluate([2.0, column]) == [[20.0], [NA], [VALUE], [NUM], [DIV0], [5.0]]


def test_a_blank_element_of_an_optional_range_means_its_default() -> None:
    """A blank cell for an optional argument is its default, in a range too."""
    assert RATIO.evaluate([2.0, 1.0, [[1.0], [None]]]) == [[2.0], [20.0]]


def test_python_calls_keep_numpy_shapes_and_give_errors_as_members() -> None:
    """numpy in, numpy out; an error element is a CellError, not NaN."""
    clean = RATIO.answer([np.array([2.0, 4.0]), 2.0], {})
    assert clean.dtype == np.float64
    dirty = RATIO.answer([np.array([2.0, -4.0]), 2.0], {})
    assert dirty.tolist() == [10.0, NUM]


def test_a_series_answers_bar_by_bar_with_blank_ends_as_not_available() -> None:
    """Trimming must not shift the answer against the dates beside it."""
    long = [[None], [1.0], [2.0], [3.0], [None]]
    other = [[0.5], [0.5], [0.5], [0.5], [None]]
    assert GAP.evaluate([long, other]) == [[NA], [0.5], [1.5], [2.5], [NA]]


def test_a_row_of_bars_answers_with_a_row() -> None:
    """A series typed along a row must not spill down."""
    assert GAP.evaluate([[[1.0, 2.0]], [[0.0, 0.0]]]) == [[1.0, 2.0]]


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        ([[1.0], [None], [3.0]], VALUE),
        ([[1.0], ["x"], [3.0]], VALUE),
        ([[1.0], [NA], [3.0]], NA),
        ([[None], [None], [None]], NA),
        ([[1.0, 2.0], [3.0, 4.0]], VALUE),
        ([[1.0], [2.0]], VALUE),
    ],
)
def test_a_series_with_a_gap_text_error_or_wrong_shape_is_an_error(series: Any, expected: Any) -> None:
    """A gap silently closed would move every later bar by one."""
    assert GAP.evaluate([series, [[1.0], [2.0], [3.0]]]) is expected


def test_series_in_opposite_directions_are_refused() -> None:
    """A row of three against a column of three is no pair of series."""
    assert GAP.evaluate([[[1.0, 2.0, 3.0]], [[1.0], [2.0], [3.0]]]) is VALUE


def test_a_table_has_a_header_row_unless_headers_is_false() -> None:
    """`headers` stands last and FALSE removes the first row only."""
    assert DESCRIBE.evaluate([5.0])[0] == ["spot", "side", "how", "on", "flag"]
    arguments: list[Any] = [5.0, "p", "FANCY", "2018-10-04", "true", None, None, False]
    assert DESCRIBE.evaluate(arguments) == [[5.0, -1.0, "fancy", 43377.0, True]]
    assert [p.name for p in DESCRIBE.parameters][-1] == "headers"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([5.0, "x"], VALUE),
        ([5.0, 1.0], VALUE),
        ([5.0, "C", "other"], VALUE),
        ([5.0, "C", "plain", "yesterday"], VALUE),
        ([[[1.0], [2.0]]], VALUE),
        ([5.0, "C", "plain", None, None, 15.0], NUM),
        ([5.0, "C", "plain", None, None, None, 1.5], NUM),
        ([5.0, "C", "plain", None, "maybe"], VALUE),
        ([5.0, NA], NA),
    ],
)
def test_a_table_call_answers_with_one_error_cell(arguments: list[Any], expected: Any) -> None:
    """A table with one bad argument is one error, never a half-filled block."""
    assert DESCRIBE.evaluate(arguments) is expected


def test_in_python_a_table_is_a_dataframe() -> None:
    """Python users get named columns."""
    frame = DESCRIBE.answer([5.0], {})
    assert isinstance(frame, pd.DataFrame)
    assert list(frame.columns) == ["spot", "side", "how", "on", "flag"]


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        (DomainError("x"), NUM),
        (MissingError("x"), NA),
        (ZeroDenominatorError("x"), DIV0),
        (ShapeError("x"), VALUE),
    ],
)
def test_each_model_exception_is_its_documented_error(problem: Exception, expected: CellError) -> None:
    """The tree drawn in model/errors.py is what a cell shows."""

    def body(x: Number) -> Any:
        raise problem

    assert spec(body, "value").evaluate([1.0]) is expected


def test_a_defect_of_ours_is_a_value_error_and_a_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """An unexpected exception must never become text, 0 or blank; the traceback must be kept."""

    def body(x: Number) -> Any:
        raise RuntimeError("boom")

    with caplog.at_level(logging.ERROR, logger="alvh_xl"):
        assert spec(body, "value").evaluate([1.0]) is VALUE
    assert "boom" in caplog.text


def test_a_table_cell_without_a_number_is_not_available() -> None:
    """NaN must never reach a cell as a number or as text."""

    def body(x: Number) -> Table:
        return Table(("a", "b", "c", "d"), [(float("nan"), float("inf"), None, NUM)])

    assert spec(body, "table").evaluate([1.0])[1] == [NA, NUM, None, NUM]


def block(prices: Annotated[Any, table(1, 4)]) -> Any:
    return float(prices.size)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([[1.0], [2.0], [None]], 2.0),
        ([[1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0]], 8.0),
        ([[1.0, 2.0], [1.0, 2.0]], VALUE),
        ([[1.0, 2.0, 3.0, None], [1.0, 2.0, 3.0, 4.0]], VALUE),
        ([[1.0], [NA]], NA),
        ([[None], [None]], NA),
        ("x", VALUE),
        (None, NA),
    ],
)
def test_a_block_of_numbers_is_trimmed_and_checked(cells: Any, expected: Any) -> None:
    """Open, high, low, close with one cell missing must not be read as shorter rows."""
    assert spec(block, "value").evaluate([cells]) == expected


def pairs(inputs: Pairs) -> Any:
    return str(sorted(inputs.items(), key=str))


def test_pairs_keep_blank_text_and_error_values() -> None:
    """The plan must be able to name a missing input, so its cell has to arrive as it is."""
    cells = [["A", 1.0], ["b ", None], [None, 5.0], ["c", NA], ["d", "MISSING"]]
    answer = spec(pairs, "value").evaluate([cells])
    assert answer == "[('a', 1.0), ('b', None), ('c', CellError.NA), ('d', 'MISSING')]"


def legs(book: BookTable) -> Any:
    return f"{book.instrument} {book.phi.tolist()} {book.quantity.tolist()} {book.underlying.tolist()}"


def test_a_book_is_read_by_its_headers_in_any_order_and_empty_rows_are_left_out() -> None:
    """Users reorder, add and leave columns; only the header row decides."""
    cells = [
        ["note", "Quantity", "instrument", "option_kind", "strike", "days", "vol"],
        ["x", -1.0, "spx", "p", 2855.0, 15.0, 0.1],
        [None, None, None, None, None, None, None],
        ["y", 2.0, "SPX", "Call", 3040.0, 15.0, 0.1],
    ]
    answer = spec(legs, "value").evaluate([cells])
    assert answer == "('SPX', 'SPX') [-1.0, 1.0] [-1.0, 2.0] [nan, nan]"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (["SPX", "C", 3040.0, 15.0, 1.0, None], NA),
        (["SPX", "X", 3040.0, 15.0, 1.0, 0.1], VALUE),
        (["ABC", "C", 3040.0, 15.0, 1.0, 0.1], VALUE),
        (["SPX", "C", -5.0, 15.0, 1.0, 0.1], NUM),
        (["SPX", "C", 3040.0, -1.0, 1.0, 0.1], NUM),
        (["VIX", "C", 15.0, 15.0, 1.0, 0.8], NA),
        (["SPX", "C", NA, 15.0, 1.0, 0.8], NA),
    ],
)
def test_a_bad_leg_is_an_error(row: list[Any], expected: Any) -> None:
    """A leg with a hole must not be valued as if it were flat."""
    assert spec(legs, "value").evaluate([[row]]) is expected


def test_a_book_that_lacks_a_column_is_a_value_error() -> None:
    """Without quantities there is no book."""
    assert spec(legs, "value").evaluate([[["instrument", "strike"], ["SPX", 2855.0]]]) is VALUE


def _documented() -> Any:
    def documented(spot: Positive, vol: Number = 0.2) -> Any:
        """Say something short.

        result = spot · vol

        Parameters
        ----------
        spot : index points
            Level of the index,
            now.
        vol : decimal a year
            Volatility.

        Returns
        -------
        points
            The result.

        Examples
        --------
        >>> round(ALVH_X(6000, [1, 2],
        ...     "C", None, True), 3)
        176.2626
        """
        return spot * vol

    return documented


# Made inside a function, because its example is no doctest of ours.
DOCUMENTED = spec(_documented(), "elementwise")


def test_texts_units_and_example_come_from_the_docstring() -> None:
    """One definition: whatever a help text shows is written once, on the Python function."""
    found = DOCUMENTED
    assert [(p.name, p.unit, p.text, p.required, p.default) for p in found.parameters] == [
        ("spot", "index points", "Level of the index, now.", True, None),
        ("vol", "decimal a year", "Volatility.", False, 0.2),
    ]
    assert found.summary == "Say something short."
    assert found.signature == "documented(spot, [vol])"
    assert found.documentation.formula == "result = spot · vol"
    assert found.documentation.returns == ("points", "The result.")
    assert found.documentation.example_value == "176.2626"


def test_an_example_becomes_a_formula() -> None:
    """The Help sheet shows the Python example as the user would type it."""
    example = DOCUMENTED.documentation.example
    assert excel_call(example) == '=ALVH_X(6000, {1;2}, "C", , TRUE)'


def test_dates_are_accepted_as_serial_date_or_text() -> None:
    """The same day in three forms is the same day."""
    forms = [43377, dt.date(2018, 10, 4), "2018-10-04"]
    assert {DESCRIBE.evaluate([5.0, None, None, form])[1][3] for form in forms} == {43377.0}


def test_keyword_arguments_are_checked_like_a_formula() -> None:
    """A misspelt or doubled keyword must not be dropped."""
    assert RATIO.answer([3, 4], {"scael": 1}) is VALUE
    assert RATIO.answer([3, 4], {"bottom": 1}) is VALUE


def wide(x: Number) -> Any:
    return np.stack([x, 2 * x], axis=-1)


def test_several_numbers_an_element_stand_in_a_row_each() -> None:
    """One element answers with a row, a column with a row each; a block has no room for it."""
    each = spec(wide, "elementwise")
    assert each.evaluate([1.0]) == [[1.0, 2.0]]
    assert each.evaluate([[[1.0], [3.0]]]) == [[1.0, 2.0], [3.0, 6.0]]
    assert each.evaluate([[[1.0, 3.0]]]) == [[1.0, 2.0], [3.0, 6.0]]
    assert each.evaluate([[[1.0, 3.0], [5.0, 7.0]]]) is VALUE


def test_series_without_a_common_bar_are_not_available() -> None:
    """The first ends before the second begins: there is nothing to compare."""
    assert GAP.evaluate([[[1.0], [2.0], [None], [None]], [[None], [None], [1.0], [2.0]]]) is NA


def test_pairs_hand_on_an_error_that_stands_for_a_name() -> None:
    """A row whose name is an error can't be told from any other."""
    assert spec(pairs, "value").evaluate([[[NA, 1.0], ["b", 2.0]]]) is NA


def test_a_book_with_headers_only_has_no_legs() -> None:
    """Nothing held is missing data for a question about a book."""
    assert spec(legs, "value").evaluate([[["instrument", "option_kind", "strike", "days", "quantity", "vol"]]]) is NA


def test_a_single_row_of_prices_is_a_column_when_it_is_too_long_for_a_row() -> None:
    """Closes along a row mean the same as down a column."""
    assert spec(block, "value").evaluate([[[1.0, 2.0, 3.0, 4.0, 5.0]]]) == 5.0


def maybe(when: DateOrBlank) -> Any:
    return "none" if when != when else "some"


def test_a_blank_date_that_means_something_is_read_as_no_date() -> None:
    """A datum that was never observed is MISSING, not an error."""
    assert spec(maybe, "value").evaluate([None]) == "none"
    assert spec(maybe, "value").evaluate([43377.0]) == "some"
