"""The argument kind "book": a table of legs, read by its header row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from alvh_xl.functions.cells import CellError, CellFaultError, grid, is_range, unwrap
from alvh_xl.functions.kinds import Kind, NumberKind, OptionKind, WordKind, error_of
from alvh_xl.model.book import Book
from alvh_xl.model.types import FloatArray

_BOOK_COLUMNS = (
    "instrument", "option_kind", "strike", "days", "quantity", "vol", "underlying", "price", "mark", "condor",
)  # fmt: skip


@dataclass(frozen=True)
class BookKind(Kind):
    """A table of legs; column order is free when a header row is included. Rows without instrument are left out."""

    @property
    def domain(self) -> str:
        """The columns."""
        return "table with the columns " + ", ".join(_BOOK_COLUMNS)

    def single(self, value: Any) -> Book:
        """Return the book, in the order of the rows."""
        value = unwrap(value)
        if not is_range(value):
            raise CellFaultError(error_of(value), f"needed: {self.domain}")
        cells = np.atleast_2d(grid(value))
        names = [str(cell).strip().lower() for cell in cells[0]]
        if "instrument" in names:
            cells = cells[1:]
        else:
            names = list(_BOOK_COLUMNS[: cells.shape[1]])
        missing = [name for name in _BOOK_COLUMNS[:6] if name not in names]
        if missing:
            raise CellFaultError(CellError.VALUE, "the book lacks: " + ", ".join(missing))
        rows = [row for row in cells.tolist() if row[names.index("instrument")] is not None]
        if not rows:
            raise CellFaultError(CellError.NA, "the book has no legs")
        column = {name: [row[names.index(name)] for row in rows] for name in _BOOK_COLUMNS if name in names}
        return _book(column, len(rows))


def _book(column: Mapping[str, list[Any]], legs: int) -> Book:
    instrument = tuple(_leg_word(cell, ("SPX", "VIX", "VX", "VXM")) for cell in column["instrument"])
    future = np.array([name in ("VX", "VXM") for name in instrument])
    own = np.array([name != "SPX" for name in instrument])
    side = [0.0 if is_future else cell for is_future, cell in zip(future, column["option_kind"], strict=True)]
    nothing: list[Any] = [None] * legs
    return Book(
        instrument=instrument,
        phi=np.array([cell if cell == 0.0 else OptionKind("option").single(cell) for cell in side]),
        strike=_leg_numbers(column["strike"], NumberKind("strike", low=0, low_open=True), ~future),
        days=_leg_numbers(column["days"], NumberKind("days", low=0), np.ones(legs, dtype=bool)),
        quantity=_leg_numbers(column["quantity"], NumberKind("quantity"), np.ones(legs, dtype=bool)),
        vol=_leg_numbers(column["vol"], NumberKind("vol", low=0, high=6, low_open=True), ~future),
        underlying=_leg_numbers(column.get("underlying", nothing), NumberKind("points", low=1), own, ignore=~own),
        price=_leg_numbers(column.get("price", nothing), NumberKind("price"), np.zeros(legs, dtype=bool)),
        mark=_leg_numbers(column.get("mark", nothing), NumberKind("price"), np.zeros(legs, dtype=bool)),
        condor=tuple("" if cell is None else str(cell) for cell in column.get("condor", nothing)),
    )


def _leg_word(cell: Any, choices: tuple[str, ...]) -> str:
    return WordKind("instrument", choices).single(cell)


def _leg_numbers(cells: list[Any], kind: NumberKind, required: Any, ignore: Any = None) -> FloatArray:
    """One column of the book; a blank is NaN where the leg can do without the number, else #N/A."""
    values = np.full(len(cells), np.nan)
    for i, cell in enumerate(cells):
        if (ignore is not None and ignore[i]) or (cell is None and not required[i]):
            continue
        values[i] = kind.single(cell)
    return values


BookTable = Annotated[Any, BookKind("book")]
