"""What crosses the wire between Excel and Python: COM values to cell values and back.

Values come as pywin32 makes them, without any conversion by xlwings ("raw"): a number as float, a date cell as
datetime, a currency cell as Decimal, a blank as None, an error cell as the whole number of its COM error code, a range
as rows. Our VBA wrappers hand error cells over as their texts; a cell with the plain text #N/A can't be told from the
error there and counts as one. What a blank, a text or an error means is not decided here but by the cell contract.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Final

from alvh_xl.functions.cells import ERROR_BY_TEXT, CellError, number, serial_from_datetime

# Number of each error value in VBA, as `CVErr` takes it.
CVERR: Final[dict[CellError, int]] = {
    CellError.NULL: 2000, CellError.DIV0: 2007, CellError.VALUE: 2015, CellError.REF: 2023, CellError.NAME: 2029,
    CellError.NUM: 2036, CellError.NA: 2042, CellError.BUSY: 2043, CellError.SPILL: 2045, CellError.CALC: 2050,
}  # fmt: skip
OMITTED: Final = -2147352572  # DISP_E_PARAMNOTFOUND: an optional argument that was left out
_ERROR_BASE: Final = -2146828288  # COM code of an error value = this + its number in VBA
_ERROR_NUMBERS: Final = range(2000, 2100)
_BY_NUMBER: Final = {number: error for error, number in CVERR.items()}

Wire = float | bool | str
WireRows = list[list[Wire]]


def argument(value: Any) -> Any:
    """Read one argument of a cell function as it came over COM.

    Parameters
    ----------
    value
        A single value, rows of values, or one row of values (Excel hands the array constant {1,2,3} over so).

    Returns
    -------
    scalar or list of rows
        Numbers, texts, truth values, dates, None (blank or omitted) and `CellError`; a range of one cell is that cell.
    """
    if not isinstance(value, (list, tuple)):
        return cell(value)
    rows = value if value and isinstance(value[0], (list, tuple)) else [value]
    if len(rows) == 1 and len(rows[0]) == 1:
        return cell(rows[0][0])
    return [[item if type(item) is float else cell(item) for item in row] for row in rows]


def rows_of(value: Any) -> list[list[Any]]:
    """Values of a range as rows, whatever its size; the cells stay as they came."""
    if not isinstance(value, (list, tuple)):
        return [[value]]
    return [list(row) if isinstance(row, (list, tuple)) else [row] for row in value]


def cell(value: Any) -> Any:
    """Read one value: errors become `CellError`, currency becomes float, a date loses its (meaningless) time zone."""
    kind = type(value)
    if kind is float or kind is bool or value is None:
        return value
    if kind is str:
        return ERROR_BY_TEXT.get(value, value)
    if kind is int:
        return _whole(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dt.datetime):
        return dt.datetime(*value.timetuple()[:6], value.microsecond)
    return value


def _whole(value: int) -> Any:
    if value == OMITTED:
        return None
    if value - _ERROR_BASE in _ERROR_NUMBERS:
        return _BY_NUMBER.get(value - _ERROR_BASE, CellError.VALUE)
    return float(value)


def answer(result: Any) -> WireRows:
    """Write the answer of a cell function as rows that COM carries.

    Errors go as their texts ("#N/A"), which the VBA wrapper turns into error values; a blank goes as "", because
    COM's null shows as an error in Excel; a date goes as its serial.
    """
    rows = result if isinstance(result, list) else [[result]]
    return [[to_wire(item) for item in row] for row in rows]


def to_wire(value: Any) -> Wire:
    """Write one value; what no cell can hold is #VALUE!, NaN #N/A and infinity #NUM!."""
    if type(value) is float and value - value == 0.0:  # finite, the common case
        return value
    if value is None:
        return ""
    if isinstance(value, (str, bool)):
        return value
    if isinstance(value, CellError):
        return value.value if value in CVERR else CellError.VALUE.value
    if isinstance(value, dt.date):
        return serial_from_datetime(value)
    found = number(value)
    return found.value if isinstance(found, CellError) else 0.0 if found is None else found
