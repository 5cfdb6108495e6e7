"""The cell contract, part two: the kinds of argument a cell function can have, each with its domain.

A cell function annotates its arguments with the aliases at the end of this file; the registry reads the annotation
and lets the kind turn the cell or range into what the model takes. Two ways of reading:

* `array`  — the argument of an elementwise function: cell or range, errors kept element by element;
* `single` — everywhere else: one value, one series, one table, one book; an error ends the call.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from alvh_xl.functions.cells import (
    CODE,
    ERRORS,
    CellError,
    CellFaultError,
    Codes,
    date_serial,
    grid,
    is_range,
    number,
    numbers,
    unwrap,
)
from alvh_xl.model.types import FloatArray


@dataclass(frozen=True)
class Kind:
    """One kind of argument. `lifts` tells whether an elementwise function spills over a range given here."""

    word: str
    lifts = False

    @property
    def domain(self) -> str:
        """The allowed values in words, for help texts."""
        return self.word

    def single(self, value: Any) -> Any:
        """Read the argument as a whole; raise `CellFaultError` where the contract wants an error value."""
        raise NotImplementedError


def _one_cell(value: Any) -> Any:
    value = unwrap(value)
    if is_range(value):
        raise CellFaultError(CellError.VALUE, "one cell is needed here, not a range")
    return value


@dataclass(frozen=True)
class NumberKind(Kind):
    """A number between `low` and `high`; outside is #NUM!."""

    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    whole: bool = False
    blank: bool = False  # a blank cell is a meaningful value here: it reads as NaN instead of #N/A
    lifts = True

    @property
    def domain(self) -> str:
        """For example "number, > 0" or "volatility, 0 < x ≤ 6"."""
        parts = [self.word + (", whole" if self.whole and self.word != "whole number" else "")]
        low = f"{self.low:g}" if math.isfinite(self.low) else ""
        high = f"{self.high:g}" if math.isfinite(self.high) else ""
        if low and high:
            parts.append(f"{low} {'<' if self.low_open else '≤'} x ≤ {high}")
        elif low:
            parts.append(f"{'>' if self.low_open else '≥'} {low}")
        elif high:
            parts.append(f"≤ {high}")
        return ", ".join(parts)

    def read(self, value: Any) -> float | CellError | None:
        """Read one cell as this kind of number, before its domain is looked at."""
        return number(value)

    def outside(self, values: FloatArray) -> Any:
        """Where numbers lie outside the domain (NaN does not)."""
        bad = (values <= self.low) if self.low_open else (values < self.low)
        bad |= values > self.high
        if self.whole:
            with np.errstate(invalid="ignore"):
                bad |= values != np.floor(values)
                bad &= ~np.isnan(values)
        return bad

    def inside(self, value: float) -> bool:
        """Whether one plain number can be taken as it is, without reading it or looking at its domain again."""
        return type(self) is NumberKind and (
            self.low <= value <= self.high
            and not (self.low_open and value == self.low)
            and abs(value) < math.inf
            and not (self.whole and value != math.floor(value))
        )

    def single(self, value: Any) -> Any:
        """One number inside the domain."""
        result = self.read(_one_cell(value))
        if result is None and self.blank:
            return math.nan
        if result is None:
            raise CellFaultError(CellError.NA, "blank")
        if isinstance(result, CellError):
            raise CellFaultError(result)
        if self.outside(np.array([result]))[0]:
            raise CellFaultError(CellError.NUM, f"{result:g} is outside the domain: {self.domain}")
        return result

    def array(self, value: Any, default: float | None, required: bool) -> tuple[FloatArray, Codes | None]:
        """Numbers element by element; a blank is #N/A where a value is required, else the default."""
        if type(value) is float and self.inside(value):  # the usual cell: no array work for one good number
            return np.array(value), None
        # The plain reader is named, because `numbers` has a fast way for it.
        values, codes, blanks = numbers(value, number if type(self) is NumberKind else self.read)
        if blanks is not None:
            if required and not self.blank:
                codes = _mark(codes, blanks, CellError.NA)
            elif not required:
                values = np.where(blanks, np.nan if default is None else default, values)
        bad = self.outside(values)
        if bad.any():
            codes = _mark(codes, bad, CellError.NUM)
        return values, codes


def _mark(codes: Codes | None, where: Any, error: CellError) -> Codes:
    fresh = np.zeros(np.shape(where), dtype=np.uint8) if codes is None else codes.copy()
    fresh[(fresh == 0) & where] = CODE[error]
    return fresh


@dataclass(frozen=True)
class DateKind(NumberKind):
    """A date: Excel serial, date cell or ISO text. A fraction is the time of day in New York."""

    def read(self, value: Any) -> float | CellError | None:
        """Read a serial, a date or an ISO text."""
        return date_serial(value)


@dataclass(frozen=True)
class WordKind(Kind):
    """One of a few option words, in any case; an unknown word is #VALUE!."""

    choices: tuple[str, ...] = ()

    @property
    def domain(self) -> str:
        """The words."""
        return " | ".join(self.choices)

    def single(self, value: Any) -> str:
        """One of the words, as listed."""
        value = _one_cell(value)
        if value is None or number_or_none(value) is CellError.NA:
            raise CellFaultError(CellError.NA, "blank or missing")
        if isinstance(value, CellError):
            raise CellFaultError(value)
        text = f"{value:g}" if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value).strip()
        for choice in self.choices:
            if text.lower() == choice.lower():
                return choice
        raise CellFaultError(CellError.VALUE, f"{text!r} is none of: {self.domain}")


_SIDES: Mapping[str, float] = {"c": 1.0, "call": 1.0, "p": -1.0, "put": -1.0}


def _side(value: Any) -> float | CellError | None:
    if value is None or isinstance(value, CellError):
        return value
    if isinstance(value, str):
        return _SIDES.get(value.strip().lower(), CellError.VALUE)
    missing = number(value)
    return missing if missing is CellError.NA else CellError.VALUE


@dataclass(frozen=True)
class OptionKind(NumberKind):
    """C or call, P or put, in any case; read as +1 or −1. May be a range."""

    @property
    def domain(self) -> str:
        """The words."""
        return "C (call) | P (put)"

    def read(self, value: Any) -> float | CellError | None:
        """Read the side of one option."""
        return _side(value)


@dataclass(frozen=True)
class FlagKind(Kind):
    """TRUE or FALSE (1 or 0)."""

    @property
    def domain(self) -> str:
        """The two values."""
        return "TRUE | FALSE"

    def single(self, value: Any) -> bool:
        """One truth value; text other than TRUE and FALSE is #VALUE!."""
        value = _one_cell(value)
        if isinstance(value, str) and value.strip().upper() in ("TRUE", "FALSE"):
            return value.strip().upper() == "TRUE"
        result = number(value)
        if isinstance(result, CellError):
            raise CellFaultError(result)
        return result != 0.0


@dataclass(frozen=True)
class SeriesKind(NumberKind):
    """One row or one column of numbers, oldest first; blanks at the ends are trimmed, a gap inside is #VALUE!."""

    lifts = False

    @property
    def domain(self) -> str:
        """The domain of the elements."""
        return f"series, oldest first, of {super().domain}"

    def window(self, value: Any) -> tuple[FloatArray, slice, tuple[int, ...]]:
        """Numbers, where they stand in the range once blank ends are trimmed, and the shape of the range."""
        values, codes, blanks = numbers(value, self.read)
        shape = values.shape
        if values.ndim == 2 and 1 not in shape:
            raise CellFaultError(CellError.VALUE, "one row or one column is needed")
        values = values.ravel()
        if codes is not None:
            raise CellFaultError(ERRORS[codes[codes > 0][0]] or CellError.VALUE, "an error in the series")
        filled = np.ones(len(values), dtype=bool) if blanks is None else ~blanks.ravel()
        places = np.flatnonzero(filled)
        if places.size == 0:
            raise CellFaultError(CellError.NA, "no numbers")
        inside = slice(int(places[0]), int(places[-1]) + 1)
        if places.size != inside.stop - inside.start:
            raise CellFaultError(CellError.VALUE, "a gap inside the series")
        if self.outside(values[inside]).any():
            raise CellFaultError(CellError.NUM, f"a number outside the domain: {self.domain}")
        return values, inside, shape

    def single(self, value: Any) -> FloatArray:
        """Return the trimmed series."""
        values, inside, _ = self.window(value)
        return values[inside]


@dataclass(frozen=True)
class DateSeriesKind(SeriesKind):
    """A series of dates."""

    def read(self, value: Any) -> float | CellError | None:
        """Read a serial, a date or an ISO text."""
        return date_serial(value)


@dataclass(frozen=True)
class TableKind(Kind):
    """A block of numbers with a fixed number of columns (any of `columns`); blank rows at the ends are trimmed."""

    columns: tuple[int, ...] = ()

    @property
    def domain(self) -> str:
        """The number of columns."""
        return f"range of {' or '.join(map(str, self.columns))} columns of numbers"

    def single(self, value: Any) -> FloatArray:
        """Return the rows as a 2-D array. A one-dimensional series is one column, unless only rows fit."""
        values, codes, blanks = numbers(value)
        if codes is not None:
            raise CellFaultError(ERRORS[codes[codes > 0][0]] or CellError.VALUE, "an error in the range")
        if values.ndim == 0 and blanks is None and 1 not in self.columns:
            raise CellFaultError(CellError.VALUE, f"needed: {self.domain}")
        values = np.atleast_1d(values)
        if values.ndim == 1:
            values = values.reshape(-1, 1) if 1 in self.columns else values.reshape(1, -1)
        if values.shape[1] not in self.columns and values.shape[0] == 1 and 1 in self.columns:
            values = values.T
        if values.shape[1] not in self.columns:
            raise CellFaultError(CellError.VALUE, f"needed: {self.domain}")
        empty = np.zeros(values.shape, dtype=bool) if blanks is None else np.reshape(blanks, values.shape)
        full = np.flatnonzero(~empty.all(axis=1))  # never empty: an all-blank range is dealt with before it comes here
        inside = slice(int(full[0]), int(full[-1]) + 1)
        if empty[inside].any():
            raise CellFaultError(CellError.VALUE, "a gap inside the range")
        return values[inside]


@dataclass(frozen=True)
class PairsKind(Kind):
    """Two columns, name and value. Values keep their cell form: number, text, blank or error."""

    @property
    def domain(self) -> str:
        """The shape."""
        return "two columns: name, value"

    def single(self, value: Any) -> dict[str, Any]:
        """Name (lower case) → number, text, None (blank) or CellError, rows without a name left out."""
        value = unwrap(value)
        if isinstance(value, Mapping):
            rows: Sequence[Any] = list(value.items())
        elif not is_range(value) or (cells := grid(value)).ndim != 2 or cells.shape[1] != 2:
            raise CellFaultError(error_of(value), f"needed: {self.domain}")
        else:
            rows = cells.tolist()
        pairs: dict[str, Any] = {}
        for name, cell in rows:
            if isinstance(name, CellError):
                raise CellFaultError(name)
            if name is not None and str(name).strip():
                pairs[str(name).strip().lower()] = _pair_value(cell)
        return pairs


def error_of(value: Any) -> CellError:
    """Which error a single cell stands for where a range was needed: its own, #N/A for missing data, else #VALUE!."""
    if isinstance(value, CellError):
        return value
    return CellError.NA if not isinstance(value, str) and number_or_none(value) is CellError.NA else CellError.VALUE


def number_or_none(value: Any) -> float | CellError | None:
    """`number`, but a range is #VALUE!."""
    return CellError.VALUE if is_range(value) else number(value)


def _pair_value(cell: Any) -> Any:
    if cell is None or isinstance(cell, (str, CellError, bool)):
        return cell
    return number(cell)


# The aliases that cell functions use. `Any` because a kind decides between a number, an array and a table.
Number = Annotated[Any, NumberKind("number")]
Positive = Annotated[Any, NumberKind("number", low=0, low_open=True)]
NonNegative = Annotated[Any, NumberKind("number", low=0)]
Fraction = Annotated[Any, NumberKind("fraction", low=0, high=1)]
Volatility = Annotated[Any, NumberKind("decimal a year", low=0, high=6, low_open=True)]
Days = Annotated[Any, NumberKind("calendar days", low=0)]
Rate = Annotated[Any, NumberKind("decimal a year", low=-1, high=1)]
Points = Annotated[Any, NumberKind("index points", low=1)]
Count = Annotated[Any, NumberKind("whole number", low=1, high=1e6, whole=True)]
Whole = Annotated[Any, NumberKind("whole number", low=0, high=1e6, whole=True)]
Date = Annotated[Any, DateKind("date")]
DateOrBlank = Annotated[Any, DateKind("date", blank=True)]
Side = Annotated[Any, OptionKind("option")]
Flag = Annotated[Any, FlagKind("flag")]
Series = Annotated[Any, SeriesKind("number")]
PositiveSeries = Annotated[Any, SeriesKind("number", low=0, low_open=True)]
NonNegativeSeries = Annotated[Any, SeriesKind("number", low=0)]
PointsSeries = Annotated[Any, SeriesKind("index points", low=1)]
DateSeries = Annotated[Any, DateSeriesKind("date")]
Pairs = Annotated[Any, PairsKind("pairs")]


def word(*choices: str) -> Any:
    """Build the annotation of an option word: `Annotated[str, word("normal", "lognormal")]`."""
    return WordKind("word", choices)


def table(*columns: int) -> Any:
    """Build the annotation of a block of numbers with so many columns."""
    return TableKind("table", columns)
