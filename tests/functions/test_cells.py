"""What one cell value means, and how a range of them is read."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from alvh_xl.functions.cells import CellError, CellFaultError, date_serial, grid, number, numbers, unwrap


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (15, 15.0),
        (15.5, 15.5),
        (np.int64(3), 3.0),
        (True, 1.0),
        (np.True_, 1.0),
        ("15", 15.0),
        (" -1.5e3 ", -1500.0),
        (".5", 0.5),
        (None, None),
        (dt.date(2018, 10, 4), 43377.0),
        (dt.datetime(2018, 10, 4, 9), 43377.375),
        (np.datetime64("2018-10-04T09:00"), 43377.375),
        (pd.Timestamp("2018-10-04 09:00"), 43377.375),
        (pd.Timestamp("2018-10-04 09:00", tz="America/New_York"), 43377.375),
        ("", CellError.VALUE),
        ("15 %", CellError.VALUE),
        ("1,000", CellError.VALUE),
        ("1_000", CellError.VALUE),
        ("nan", CellError.VALUE),
        ("inf", CellError.VALUE),
        ("abc", CellError.VALUE),
        (CellError.DIV0, CellError.DIV0),
        (math.nan, CellError.NA),
        (pd.NaT, CellError.NA),
        (pd.NA, CellError.NA),
        (np.datetime64("NaT"), CellError.NA),
        (math.inf, CellError.NUM),
        (10**400, CellError.NUM),
        (1 + 2j, CellError.VALUE),
        (object(), CellError.VALUE),
    ],
)
def test_one_cell_reads_as_the_contract_says(cell: Any, expected: Any) -> None:
    """A wrong reading here would be wrong in every function and every host."""
    result = number(cell)
    assert result == expected
    assert type(result) is type(expected)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2018-10-04", 43377.0),
        ("2018-10-04T09:00", 43377.375),
        ("2018-10-04 09:00:00", 43377.375),
        (43377.375, 43377.375),
        ("43377", 43377.0),
        ("4 October", CellError.VALUE),
        ("2018-13-04", CellError.VALUE),
        (60, CellError.NUM),
        (-1, CellError.NUM),
        (2958466, CellError.NUM),
        (2958465.5, 2958465.5),
        (None, None),
        (CellError.NA, CellError.NA),
    ],
)
def test_a_date_cell_reads_as_serial_date_or_iso_text(cell: Any, expected: Any) -> None:
    """A date read a day off, or a 1900 serial taken at its word, would shift every expiry."""
    assert date_serial(cell) == expected


def test_serials_agree_with_what_excel_stores() -> None:
    """Excel's own known serials: 1 March 1900, 1 January 2000, 4 October 2018."""
    days = [dt.date(1900, 3, 1), dt.date(2000, 1, 1), dt.date(2018, 10, 4)]
    assert [number(day) for day in days] == [61.0, 36526.0, 43377.0]


@pytest.mark.parametrize("one", [[[5.0]], ((5.0,),), np.array([[5.0]]), np.array(5.0), pd.DataFrame({"a": [5.0]})])
def test_a_one_cell_range_is_its_cell(one: Any) -> None:
    """Excel hands a single selected cell over as a range in some hosts; it must not spill."""
    assert unwrap(one) == 5.0


def test_a_ragged_range_is_refused() -> None:
    """Rows of different length have no meaning as a range."""
    with pytest.raises(CellFaultError) as fault:
        grid([[1.0, 2.0], [3.0]])
    assert fault.value.error is CellError.VALUE


def test_a_third_dimension_is_refused() -> None:
    """A spreadsheet has rows and columns only."""
    with pytest.raises(CellFaultError):
        grid(np.zeros((2, 2, 2)))


def test_a_range_keeps_every_error_in_its_own_element() -> None:
    """An error in one element must not spread to its neighbours."""
    values, codes, blanks = numbers([[1.0, "2"], [None, CellError.DIV0]])
    assert values.tolist()[0] == [1.0, 2.0]
    assert codes is not None
    assert (codes > 0).tolist() == [[False, False], [False, True]]
    assert blanks is not None
    assert blanks.tolist() == [[False, False], [True, False]]


def test_none_inside_a_list_is_a_blank_and_not_a_number() -> None:
    """numpy alone would turn None into NaN, and a blank into #N/A, without asking."""
    values, codes, blanks = numbers([1.0, None, 3.0])
    assert codes is None
    assert blanks is not None
    assert blanks.tolist() == [False, True, False]
    assert values[2] == 3.0


def test_float_arrays_take_the_fast_way_with_the_same_meaning() -> None:
    """The shortcut for numpy arrays must read NaN and infinity like the slow way."""
    array = np.array([1.0, np.nan, np.inf, -2.0])
    fast = numbers(array)
    slow = numbers([1.0, float("nan"), float("inf"), "-2"])
    assert fast[1] is not None
    assert slow[1] is not None
    assert fast[1].tolist() == slow[1].tolist()
    np.testing.assert_array_equal(fast[0], slow[0])


def test_error_values_are_no_texts() -> None:
    """A text that looks like an error is a text; only a host may turn it into an error."""
    assert number("#N/A") is CellError.VALUE
    assert str(CellError.DIV0) == "#DIV/0!"


def test_arrays_of_dates_and_huge_integers_read_element_by_element() -> None:
    """numpy dates are serials; an integer too large for a float is out of range, not a crash."""
    values, _, _ = numbers(np.array(["2018-10-04", "2018-10-05"], dtype="M8[D]"))
    assert values.tolist() == [43377.0, 43378.0]
    _, codes, _ = numbers([1, 10**400])
    assert codes is not None
    assert codes.tolist()[0] == 0
    assert codes.tolist()[1] > 0
