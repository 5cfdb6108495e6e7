"""Error values that an answer carries of its own, beside the #NUM! of an element outside its domain."""

from __future__ import annotations

from typing import Any

import numpy as np

from alvh_xl.functions.cells import CellError


def marked(result: Any, *marks: tuple[CellError, Any]) -> Any:
    """Put error values where their condition holds; every other element without a number is #NUM!.

    Parameters
    ----------
    result
        Numbers of an elementwise answer.
    marks
        Pairs of an error value and the condition, an array of the answer's shape or one that broadcasts to it. The
        last that holds counts.
    """
    values, *conditions = np.broadcast_arrays(result, *(condition for _, condition in marks))
    if not any(condition.any() for condition in conditions):
        return values
    cells = values.astype(object)
    cells[~np.isfinite(values)] = CellError.NUM
    for (error, _), condition in zip(marks, conditions, strict=True):
        cells[condition] = error
    return cells


def bars(values: Any, where: Any, error: CellError) -> Any:
    """Put an error value into some bars of a series, beside the bars without history (NaN, #N/A)."""
    if not where.any():
        return values
    cells = values.astype(object)
    cells[np.isnan(values)] = CellError.NA
    cells[where] = error
    return cells


def or_error(value: float, error: CellError) -> float | CellError:
    """Return a number of a table, or the error value that stands for its absence (NaN)."""
    return error if value != value else float(value)
