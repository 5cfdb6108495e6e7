"""The calls of a workbook being answered: each when its arguments are known, and again when they change."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from .arguments import Call, Cells, Expression
from .calls import CallState, Functions, NotKnownError, arguments_of, evaluate, holds_unknown, same
from .engine import Unavailable

MOST_ANSWERS = 30  # of one call: beyond it the call feeds itself

ReadCells = Callable[[Cells], Any]
ReadExpression = Callable[[Expression], Any]


class Answers:
    """Every call with its result.

    Attributes
    ----------
    states
        The calls, by number.
    count
        How often a function was called.
    """

    def __init__(self, calls: Iterable[Call], functions: Functions) -> None:
        self._functions = functions
        self.states = [CallState(call) for call in calls]
        self.count = 0

    @property
    def pending(self) -> list[CallState]:
        """Calls without a result."""
        return [state for state in self.states if state.pending]

    def from_constants(self, cells: ReadCells) -> None:
        """Answer the calls that depend on nothing but constants and each other."""
        waiting = self.states
        while waiting:
            left = [state for state in waiting if not self._try(state, cells, _not_known)]
            if len(left) == len(waiting):
                return
            waiting = left

    def renew(
        self,
        dirty: Iterable[int],
        outer: Mapping[int, Sequence[int]],
        cells: ReadCells,
        expression: ReadExpression,
    ) -> list[CallState]:
        """Answer calls whose arguments may have changed, inner calls first; returns those with a new result."""
        queue = sorted(dirty)
        seen = set(queue)
        touched = []
        while queue:
            number = heapq.heappop(queue)
            if self._try(self.states[number], cells, expression):
                touched.append(self.states[number])
                for above in outer.get(number, ()):
                    if above not in seen:
                        seen.add(above)
                        heapq.heappush(queue, above)
        return touched

    def _try(self, state: CallState, cells: ReadCells, expression: ReadExpression) -> bool:
        """Answer a call if its arguments are known and new; says whether it has a new result.

        While a call waits, the engine has no value for anything that depends on it, not even IFERROR. An argument
        without a value may therefore still get one.
        """
        try:
            arguments = arguments_of(state.call, self.states, cells, expression)
        except NotKnownError:
            return False
        if any(holds_unknown(argument) for argument in arguments):
            return _withdraw(state)
        if state.key is not None and same_all(state.key, arguments):
            return False
        state.key = arguments
        state.times += 1
        if state.times > MOST_ANSWERS:
            result: Any = Unavailable("circular_reference")
        else:
            self.count += 1
            result = evaluate(self._functions[state.call.function], state.call.function, arguments)
        if same(state.result, result):
            return False
        state.result = result
        return True


def _withdraw(state: CallState) -> bool:
    """Take an answer back whose arguments no longer have values; says whether there was one."""
    if state.pending or isinstance(state.result, Unavailable):
        return False
    state.result, state.key = Unavailable("argument"), None
    return True


def _not_known(_: Expression) -> Any:
    raise NotKnownError


def same_all(first: list[Any], second: list[Any]) -> bool:
    """Whether two argument lists are equal."""
    return len(first) == len(second) and all(map(same, first, second))
