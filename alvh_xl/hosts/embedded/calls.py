"""Calls of our functions: where their arguments come from, what they returned, and how a formula refers to that."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from alvh_xl.functions.cells import CellError, number

from .addresses import Box, box_name, quoted
from .arguments import Argument, Call, Cells, Constant, Expression, Result
from .engine import Unavailable

Function = Callable[[Sequence[Any]], Any]
Grid = list[list[Any]]

BUSY = CellError.BUSY  # stands where a call has no result yet; the engine has no value for what depends on it
KEPT = "_ALVH_KEPT()"  # a formula the engine has no value for, so that what depends on it has none either

log = logging.getLogger(__name__)


class NotKnownError(Exception):
    """The value of an argument is not known yet."""


@dataclass(slots=True)
class CallState:
    """A call while the workbook is recalculated."""

    call: Call
    result: Any = BUSY  # a scalar, rows, or Unavailable
    key: Any = None  # the arguments of the last evaluation
    times: int = 0
    slot: Box | None = None  # cells of the results sheet that hold the result
    needs_slot: bool = False  # whether a formula or expression refers to it
    roomy: bool = False  # whether the slot is larger than the result, whose size is noted behind it

    @property
    def pending(self) -> bool:
        """Whether there is no result yet."""
        return self.result is BUSY

    @property
    def rows(self) -> Grid:
        """The result as rows."""
        return self.result if isinstance(self.result, list) else [[self.result]]


def evaluate(function: Function, name: str, arguments: list[Any]) -> Any:
    """Result of a function as cells: a scalar or rows of equal length.

    A function reports errors as values; an exception is a defect of ours and shows as #VALUE! with a line in the log.
    """
    try:
        return cells_of(function(arguments))
    except Exception:
        log.exception("%s failed", name)
        return CellError.VALUE


def cells_of(value: Any) -> Any:
    """A result in the values cells can hold; a blank is an empty text, as in every host."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if not isinstance(value, (list, tuple)):
        return _cell_of(value)
    rows = [[_cell_of(cell) for cell in (row if isinstance(row, (list, tuple)) else [row])] for row in value]
    if not rows or not rows[0] or any(len(row) != len(rows[0]) for row in rows):
        return CellError.VALUE
    return rows[0][0] if len(rows) == len(rows[0]) == 1 else rows


def _cell_of(value: Any) -> float | bool | str | CellError:
    if value is None:
        return ""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (str, CellError)):
        return value
    if isinstance(value, float) and not math.isfinite(value):
        return CellError.NUM
    found = number(value)
    return CellError.VALUE if found is None else found


def same(first: Any, second: Any) -> bool:
    """Whether two results are equal; 1 and TRUE are not, nor are 0 and blank."""
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(
            len(a) == len(b) and all(map(same, a, b)) for a, b in zip(first, second, strict=True)
        )
    return type(first) is type(second) and bool(first == second)


def reference(state: CallState, sheet: str) -> str:
    """How a formula refers to a result: the same value and type a function's result has, never a mere reference."""
    if isinstance(state.result, Unavailable) and not state.needs_slot:
        return KEPT
    if state.slot is None:
        raise AssertionError("a call inside a formula has a slot")
    place = f"{quoted(sheet)}!{box_name(state.slot, absolute=True)}"
    if state.roomy:
        slot = state.slot
        height, width = (box_name(Box(slot.top, c, slot.top, c), True) for c in (slot.right + 1, slot.right + 2))
        return f"_xlfn.TAKE({place},{quoted(sheet)}!{height},{quoted(sheet)}!{width})"
    if isinstance(state.result, list):
        return f"_xlfn.HSTACK({place})"
    if isinstance(state.result, bool):
        return f"({place}=TRUE)"
    if isinstance(state.result, str):
        return f'({place}&"")'
    return place


def arguments_of(
    call: Call,
    states: Sequence[CallState],
    cells: Callable[[Cells], Any],
    expression: Callable[[Expression], Any],
) -> list[Any]:
    """Values of a call's arguments.

    Raises
    ------
    NotKnownError
        One of them is not known yet.
    """
    return [_argument(argument, states, cells, expression) for argument in call.arguments]


def _argument(
    argument: Argument,
    states: Sequence[CallState],
    cells: Callable[[Cells], Any],
    expression: Callable[[Expression], Any],
) -> Any:
    match argument:
        case Constant(value):
            return value
        case Result(number_of_call):
            if states[number_of_call].pending:
                raise NotKnownError
            return states[number_of_call].result
        case Cells():
            return cells(argument)
        case Expression():
            return expression(argument)


def holds_unknown(value: Any) -> bool:
    """Whether a value, or a cell of its rows, waits for a call or has no value."""
    if isinstance(value, list):
        return any(cell is BUSY or isinstance(cell, Unavailable) for row in value for cell in row)
    return value is BUSY or isinstance(value, Unavailable)


Functions = Mapping[str, Function]
