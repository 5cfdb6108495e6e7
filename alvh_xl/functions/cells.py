"""The cell contract, part one: what a single cell value means and how a range of them is read.

A cell value is a number, a boolean, a text, a date, a blank (None) or an error (`CellError`); a range is a list of
rows. Every host translates its own wire values to these and back; what a blank, a numeric text or an error *means* is
decided here and nowhere else.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alvh_xl.model.types import FloatArray

Codes = NDArray[np.uint8]


class CellError(Enum):
    """An error value as a spreadsheet shows it; a first-class value, never a text and never a number."""

    NA = "#N/A"
    VALUE = "#VALUE!"
    NUM = "#NUM!"
    DIV0 = "#DIV/0!"
    REF = "#REF!"
    NAME = "#NAME?"
    NULL = "#NULL!"
    SPILL = "#SPILL!"
    CALC = "#CALC!"
    BUSY = "#GETTING_DATA"

    def __str__(self) -> str:
        return str(self.value)

    def __repr__(self) -> str:
        return f"CellError.{self.name}"


# An array of codes travels beside an array of numbers: 0 is fine, k is ERRORS[k]. The order is the enum's.
ERRORS: tuple[CellError | None, ...] = (None, *CellError)
CODE: dict[CellError, int] = {error: code for code, error in enumerate(ERRORS) if error is not None}
ERROR_BY_TEXT: dict[str, CellError] = {error.value: error for error in CellError}


class CellFaultError(Exception):
    """Ends a call early: the whole result is this error value."""

    def __init__(self, error: CellError, why: str = "") -> None:
        super().__init__(why or error.value)
        self.error = error


EPOCH = dt.datetime(1899, 12, 30)
_NUMERIC_TEXT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_FIRST_SERIAL = 61.0  # 1 March 1900: before it Excel's calendar contains a day that never was
_LAST_SERIAL = 2958466.0  # the day after 31 December 9999


def serial_from_datetime(moment: dt.date) -> float:
    """Excel serial of a date or a date-time; a time zone is dropped, the wall clock kept."""
    if not isinstance(moment, dt.datetime):
        moment = dt.datetime(moment.year, moment.month, moment.day)
    delta = moment.replace(tzinfo=None) - EPOCH
    return delta.days + (delta.seconds + delta.microseconds / 1e6) / 86400.0


def number(value: Any) -> float | CellError | None:
    """Read one cell as a number.

    Returns
    -------
    float
        The number; a date or date-time as its Excel serial; TRUE as 1; a text that is a plain number ("15", " -1.5e3
        ").
    None
        The cell is blank.
    CellError
        An error cell is itself; NaN, NaT and pandas.NA are #N/A; infinity is #NUM!; anything else is #VALUE!.
    """
    if value is None:
        return None
    if isinstance(value, (float, int, np.floating, np.integer)):  # bool included: TRUE counts as 1
        return _finite(value)
    if isinstance(value, CellError):
        return value
    if isinstance(value, str):
        text = value.strip()
        return _finite(float(text)) if _NUMERIC_TEXT.fullmatch(text) else CellError.VALUE
    return _from_object(value)


def _finite(value: Any) -> float | CellError:
    try:
        result = float(value)
    except OverflowError:
        return CellError.NUM
    if math.isnan(result):
        return CellError.NA
    return CellError.NUM if math.isinf(result) else result


def _from_object(value: Any) -> float | CellError:
    """Dates, numpy scalars and the missing-value marks of pandas."""
    if type(value).__name__ in ("NAType", "NaTType"):
        return CellError.NA
    if isinstance(value, dt.date):
        return serial_from_datetime(value)
    if isinstance(value, np.bool_):
        return float(value)
    if isinstance(value, np.datetime64):
        return CellError.NA if np.isnat(value) else serial_from_datetime(value.astype("M8[us]").item())
    return CellError.VALUE


def date_serial(value: Any) -> float | CellError | None:
    """Read one cell as a date: a serial, a date cell, or ISO text ("2018-10-04", "2018-10-04T09:00").

    Serials before 61 (1 March 1900) or past the year 9999 are #NUM!.
    """
    if isinstance(value, str) and not _NUMERIC_TEXT.fullmatch(value.strip()):
        try:
            value = dt.datetime.fromisoformat(value.strip())
        except ValueError:
            return CellError.VALUE
    serial = number(value)
    if isinstance(serial, float) and not _FIRST_SERIAL <= serial < _LAST_SERIAL:
        return CellError.NUM
    return serial


def unwrap(value: Any) -> Any:
    """Turn a one-cell range into its cell and a pandas object into an array; leave everything else alone."""
    if hasattr(value, "to_numpy"):
        value = value.to_numpy()
    if isinstance(value, np.ndarray):
        if value.ndim == 0 or value.shape == (1, 1):
            return value.item() if value.dtype.kind not in "Mm" else value.reshape(())[()]
        return value
    if isinstance(value, (list, tuple)) and len(value) == 1:
        row = value[0]
        if isinstance(row, (list, tuple)) and len(row) == 1:
            return row[0]
    return value


def is_range(value: Any) -> bool:
    """Whether a value, after `unwrap`, is more than one cell."""
    return isinstance(value, (list, tuple, np.ndarray))


def grid(value: Any) -> NDArray[Any]:
    """Read a range as a 1-D or 2-D array of cells (float64 when it came so, else object).

    Raises
    ------
    CellFaultError
        #VALUE! for a ragged range or more than two dimensions.
    """
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiu":
        cells: NDArray[Any] = value.astype(np.float64, copy=False)
    elif isinstance(value, np.ndarray) and value.dtype.kind == "M":
        cells = np.array(list(value.ravel()), dtype=object).reshape(value.shape)
    else:
        cells = np.array(value, dtype=object)
        _refuse_ragged(value, cells)
    if cells.ndim > 2:
        raise CellFaultError(CellError.VALUE, "a range has rows and columns, no third dimension")
    return cells


def _refuse_ragged(value: Any, cells: NDArray[Any]) -> None:
    """numpy reads a ragged list of rows as a list of lists; a spreadsheet has no such range."""
    if cells.ndim == 1 and any(isinstance(cell, (list, tuple, np.ndarray)) for cell in cells):
        raise CellFaultError(CellError.VALUE, "ragged range")


def numbers(value: Any, read: Any = number) -> tuple[FloatArray, Codes | None, NDArray[np.bool_] | None]:
    """Read a cell or a range as numbers, element by element.

    Parameters
    ----------
    value
        A cell value or a range (scalar, list, rows, array, Series, DataFrame).
    read
        How one cell is read: `number` or `date_serial`.

    Returns
    -------
    values, codes, blanks
        Arrays of one shape: the numbers (NaN where there is none), the error codes (None when there is no error)
        and which cells are blank (None when there is none).
    """
    value = unwrap(value)
    cells = grid(value) if is_range(value) else np.array(value, dtype=object)
    if cells.dtype == np.float64 and read is number:
        return _fast_numbers(cells)
    flat = cells.ravel().tolist()
    if read is number and {type(cell) for cell in flat} <= {float, int}:
        try:
            return _fast_numbers(np.array(flat, dtype=np.float64).reshape(cells.shape))
        except OverflowError:
            pass  # an integer too large for a float: read one by one, it becomes #NUM!
    return _slow_numbers(flat, cells.shape, read)


def _fast_numbers(values: FloatArray) -> tuple[FloatArray, Codes | None, None]:
    if np.isfinite(values).all():
        return values, None, None
    codes = np.where(np.isnan(values), CODE[CellError.NA], 0).astype(np.uint8)
    codes[np.isinf(values)] = CODE[CellError.NUM]
    return np.where(codes == 0, values, np.nan), codes, None


def _slow_numbers(
    flat: list[Any], shape: tuple[int, ...], read: Any
) -> tuple[FloatArray, Codes | None, NDArray[np.bool_] | None]:
    values = np.full(len(flat), np.nan)
    codes = np.zeros(len(flat), dtype=np.uint8)
    blanks = np.zeros(len(flat), dtype=bool)
    for i, cell in enumerate(flat):
        result = read(cell)
        if result is None:
            blanks[i] = True
        elif isinstance(result, CellError):
            codes[i] = CODE[result]
        else:
            values[i] = result
    return (
        values.reshape(shape),
        codes.reshape(shape) if codes.any() else None,
        blanks.reshape(shape) if blanks.any() else None,
    )
