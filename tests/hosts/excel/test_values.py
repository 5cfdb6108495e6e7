"""Wire values of Excel to cell values and back."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from alvh_xl.functions import CellError
from alvh_xl.hosts.excel import values

# What COM hands over for each error value, from the Excel object model (CVErr numbers 2000 … 2050).
COM_ERRORS = {
    -2146826288: CellError.NULL,
    -2146826281: CellError.DIV0,
    -2146826273: CellError.VALUE,
    -2146826265: CellError.REF,
    -2146826259: CellError.NAME,
    -2146826252: CellError.NUM,
    -2146826246: CellError.NA,
    -2146826245: CellError.BUSY,
    -2146826243: CellError.SPILL,
    -2146826238: CellError.CALC,
}


@pytest.mark.parametrize(("code", "error"), COM_ERRORS.items(), ids=str)
def test_an_error_cell_is_read_by_its_com_code(code: int, error: CellError) -> None:
    """Else #N/A would count as the number -2146826246, or, as in plain xlwings, as a blank."""
    assert values.argument(code) is error
    assert values.argument(((1.0, code),)) == [[1.0, error]]


@pytest.mark.parametrize("error", list(CellError), ids=str)
def test_an_error_text_of_our_wrappers_is_that_error(error: CellError) -> None:
    """The wrappers hand error cells over as texts."""
    assert values.argument(str(error)) is error


def test_an_error_code_nobody_knows_is_still_an_error() -> None:
    """#BLOCKED! and the like must not turn into a large negative number."""
    assert values.argument(-2146828288 + 2047) is CellError.VALUE


@pytest.mark.parametrize(
    ("wire", "cell"),
    [
        (6000.0, 6000.0),
        (14, 14.0),
        (True, True),
        ("put", "put"),
        ("", ""),
        (None, None),
        (values.OMITTED, None),
        (Decimal("12.5"), 12.5),
        (dt.datetime(2018, 10, 4, 9, tzinfo=dt.UTC), dt.datetime(2018, 10, 4, 9)),
    ],
    ids=repr,
)
def test_a_single_value_is_read_for_what_it_is(wire: Any, cell: Any) -> None:
    """A currency cell, a VBA Integer, an omitted argument or a date would reach the functions as something else."""
    found = values.argument(wire)
    assert found == cell
    assert type(found) is type(cell)


def test_a_range_of_one_cell_is_that_cell() -> None:
    """Excel hands a reference to one cell over as a range; the function wants its value."""
    assert values.argument(((15.0,),)) == 15.0
    assert values.argument(((None,),)) is None


def test_rows_and_columns_keep_their_direction() -> None:
    """A row that became a column would make series functions spill the wrong way."""
    assert values.argument(((1.0,), (2.0,))) == [[1.0], [2.0]]
    assert values.argument(((1.0, 2.0),)) == [[1.0, 2.0]]


def test_an_array_constant_of_one_row_is_a_row() -> None:
    """Excel hands {1,2,3} to VBA as a one-dimensional array."""
    assert values.argument((1.0, 2.0, 3.0)) == [[1.0, 2.0, 3.0]]


@pytest.mark.parametrize(
    ("cell", "wire"),
    [
        (1.5, 1.5),
        (True, True),
        ("HOLD", "HOLD"),
        (None, ""),
        (CellError.NA, "#N/A"),
        (CellError.SPILL, "#SPILL!"),
        (dt.datetime(2018, 10, 4, 9), 43377.375),
        (dt.date(2018, 10, 4), 43377.0),
        (math.nan, "#N/A"),
        (math.inf, "#NUM!"),
        (np.float64(2.0), 2.0),
        (np.int64(3), 3.0),
        (1j, "#VALUE!"),
        ({1}, "#VALUE!"),
        (dt.timedelta(1), "#VALUE!"),
    ],
    ids=repr,
)
def test_an_answer_is_written_as_excel_can_hold_it(cell: Any, wire: Any) -> None:
    """COM turns NaN into an empty text, None into an error and refuses complex, set and timedelta with a TypeError."""
    assert values.answer(cell) == [[wire]]
    assert values.answer([[1.0, cell]]) == [[1.0, wire]]
