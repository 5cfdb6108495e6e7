"""Columns that belong together row by row, read so that a blank in one never shifts it against the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from alvh_xl.functions.cells import ERRORS, CellError, CellFaultError, date_serial, numbers
from alvh_xl.functions.kinds import SeriesKind, TableKind
from alvh_xl.model.types import FloatArray


@dataclass(frozen=True)
class ColumnKind(SeriesKind):
    """One row or one column of numbers; a blank keeps its place as NaN and is judged beside its neighbours."""

    @property
    def domain(self) -> str:
        """The domain of the elements."""
        return f"column of {super(SeriesKind, self).domain}"

    def single(self, value: Any) -> FloatArray:
        """Return every cell of the column, blank ones as NaN."""
        values, codes, _ = numbers(value, self.read)
        if values.ndim == 2 and 1 not in values.shape:
            raise CellFaultError(CellError.VALUE, "one row or one column is needed")
        if codes is not None:
            raise CellFaultError(ERRORS[codes[codes > 0][0]] or CellError.VALUE, "an error in the column")
        if self.outside(values).any():
            raise CellFaultError(CellError.NUM, f"a number outside the domain: {self.domain}")
        return values.ravel()


@dataclass(frozen=True)
class DateColumnKind(ColumnKind):
    """A column of dates."""

    def read(self, value: Any) -> Any:
        """Read a serial, a date or an ISO text."""
        return date_serial(value)


@dataclass(frozen=True)
class RowsKind(TableKind):
    """A block of numbers with a fixed number of columns; a blank keeps its place as NaN."""

    def single(self, value: Any) -> FloatArray:
        """Return every row of the block; a single row of many cells is one column where one column will do."""
        values, codes, _ = numbers(value)
        if codes is not None:
            raise CellFaultError(ERRORS[codes[codes > 0][0]] or CellError.VALUE, "an error in the range")
        values = np.atleast_1d(values)
        if values.ndim == 1 or (values.shape[0] == 1 and values.shape[1] not in self.columns):
            values = values.reshape(-1, 1)
        if values.shape[1] not in self.columns:
            raise CellFaultError(CellError.VALUE, f"needed: {self.domain}")
        return values


def together(*columns: FloatArray) -> list[FloatArray]:
    """Return the rows that every column fills: rows at the ends where one is blank are trimmed from all.

    Raises
    ------
    CellFaultError
        #VALUE! for columns of different length or a gap inside; #N/A when no row is filled.
    """
    filled = _filled(columns).all(axis=0)
    places = np.flatnonzero(filled)
    if places.size == 0:
        raise CellFaultError(CellError.NA, "no row is filled in every column")
    inside = slice(int(places[0]), int(places[-1]) + 1)
    if not filled[inside].all():
        raise CellFaultError(CellError.VALUE, "a gap inside the columns")
    return [column[inside] for column in columns]


def entries(*columns: FloatArray) -> list[FloatArray]:
    """Return the rows in which anything stands; what is blank beside it stays NaN.

    Raises
    ------
    CellFaultError
        #VALUE! for columns of different length.
    """
    kept = _filled(columns).any(axis=0)
    return [column[kept] for column in columns]


def _filled(columns: tuple[FloatArray, ...]) -> Any:
    """Whether each column has a number in each row, one line a column."""
    if len({len(column) for column in columns}) != 1:
        raise CellFaultError(CellError.VALUE, "the columns differ in length")
    return np.array([~np.isnan(column).reshape(len(column), -1).any(axis=1) for column in columns])
