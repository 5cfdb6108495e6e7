"""Which calls must be answered again when cells, areas or other calls change."""

from __future__ import annotations

import bisect
from collections.abc import Iterable

from .arguments import Call, Cells, Result
from .desk import Desk, Spot
from .references import Area


class Dependents:
    """An index from what a call reads to the call.

    Attributes
    ----------
    outer
        Call → calls that have it as an argument.
    live_spots
        Expressions whose text holds calls, so that it changes with their results.
    in_expressions
        Calls in such expressions.
    """

    def __init__(self, calls: Iterable[Call], desk: Desk) -> None:
        self._desk = desk
        self._cells: dict[tuple[str, int, int], list[int]] = {}
        self._areas: dict[Area, list[int]] = {}
        self.outer: dict[int, list[int]] = {}
        for call in calls:
            for argument in call.arguments:
                if isinstance(argument, Result):
                    self.outer.setdefault(argument.call, []).append(call.number)
                elif isinstance(argument, Cells):
                    for area in argument.areas:
                        self.note(area, call.number)
        self.live_spots: list[Spot] = []
        self.in_expressions: set[int] = set()
        for spot in desk.spots.values():
            inner = {piece for piece in spot.expression.template if isinstance(piece, int)}
            self.in_expressions |= inner
            self.live_spots += [spot] if inner else []

    def note(self, area: Area, number: int) -> None:
        """Note that a call reads an area."""
        if area.box.single:
            users = self._cells.setdefault((area.sheet, area.box.top, area.box.left), [])
        else:
            users = self._areas.setdefault(area, [])
        if number not in users[-1:]:
            users.append(number)

    def of(self, changed: set[tuple[str, int, int]]) -> set[int]:
        """Calls with an argument among the changed cells."""
        found: set[int] = set()
        rows: dict[tuple[str, int], list[int]] = {}
        for sheet, row, column in changed:
            found.update(self._cells.get((sheet, row, column), ()))
            found.update(self._desk.users_of(sheet, row, column))
            rows.setdefault((sheet, column), []).append(row)
        for column_rows in rows.values():
            column_rows.sort()
        for area, users in self._areas.items():
            if any(_hit(area, sheet, column, column_rows) for (sheet, column), column_rows in rows.items()):
                found.update(users)
        return found


def _hit(area: Area, sheet: str, column: int, rows: list[int]) -> bool:
    """Whether one of the rows of a column lies in an area."""
    if sheet != area.sheet or not area.box.left <= column <= area.box.right:
        return False
    place = bisect.bisect_left(rows, area.box.top)
    return place < len(rows) and rows[place] <= area.box.bottom
