"""The scratch sheets of the engine's copy: results of our calls, expressions to evaluate, extents of arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .addresses import Box, cell_name, quoted
from .arguments import Expression, Shape, Template
from .calls import BUSY, CallState
from .cells_xml import FormulaCell
from .engine import Engine, EngineValue, Spill, Unavailable
from .engine_copy import Scratch, free_name
from .package import Package
from .patch import Place

_BAND = 64  # columns an array expression may fill
_BANDS = 255  # bands on one sheet
_PREDICTED = 50_000  # cells: a larger array gets its place when its size is known
_SHEET_ROWS = 1_000_000
# Cells set aside for a result of unknown size in a dynamic array; its height and width are noted behind them.
_ROOM = Box(1, 1, 400, 12)
_MEASURES = ("ROW", "COLUMN", "ROWS", "COLUMNS", "_xlfn.SHEET")

Render = Callable[[Template], str]


@dataclass(slots=True)
class Spot:
    """Where an expression is evaluated.

    On its line of the list sheet stands its value, its height and width as an array, or its place as a reference.
    """

    expression: Expression
    sheet: str
    row: int
    column: int
    line: int  # row of the list sheet
    users: list[int]
    text: str = ""


class Desk:
    """Layout of the scratch sheets.

    Parameters
    ----------
    package
        The workbook, whose sheet names must not be taken.
    states
        The calls.
    arrays
        The workbook's dynamic arrays.
    """

    def __init__(self, package: Package, states: list[CallState], arrays: Iterable[tuple[str, FormulaCell]]) -> None:
        self._package = package
        self.results = free_name(package, "_alvh_results")
        self._list = free_name(package, "_alvh_list")
        self._next_row = 1
        self.spots: dict[tuple[tuple[str | int, ...], Shape], Spot] = {}
        self._users: dict[tuple[str, int], list[int]] = {}
        self._bands = 0
        self._lines = 0
        for state in states:
            for argument in state.call.arguments:
                if isinstance(argument, Expression):
                    self.spot(argument).users.append(state.call.number)
        self._extents: dict[tuple[str, Place], int] = {}
        for sheet, cell in arrays:
            self._lines += 1
            self._extents[sheet, (cell.row, cell.column)] = self._lines

    def spot(self, expression: Expression) -> Spot:
        """Where an expression is evaluated; equal expressions share a place."""
        key = tuple(expression.template), expression.shape
        found = self.spots.get(key)
        if found is not None:
            return found
        self._lines += 1
        if expression.shape != "array":
            spot = Spot(expression, self._list, self._lines, 1, self._lines, [])
        else:
            sheet, band = divmod(self._bands, _BANDS)
            self._bands += 1
            name = free_name(self._package, f"_alvh_arrays_{sheet}")
            spot = Spot(expression, name, 1, 1 + band * _BAND, self._lines, [])
            self._users[name, band] = spot.users
        self._users[self._list, self._lines] = spot.users
        self.spots[key] = spot
        return spot

    def reserve(self, state: CallState, height: int, width: int) -> None:
        """Give a result of a size its cells."""
        slot = state.slot
        if slot is None or (slot.height, slot.width) != (height, width):
            if self._next_row + height > _SHEET_ROWS:
                self._next_row = 1
            state.slot = Box(self._next_row, 1, self._next_row + height - 1, width)
            self._next_row += height

    def renew(self, spot: Spot, text: str, engine: Engine) -> None:
        """Give an expression another text, because a call in it has another result."""
        spot.text = text
        if spot.expression.shape == "reference":
            for column, measure in enumerate(_MEASURES, 1):
                engine.set_formula(spot.sheet, spot.row, column, f"{measure}({text})")
        else:
            spill: Spill = "free" if spot.expression.shape == "array" else None
            engine.set_formula(spot.sheet, spot.row, spot.column, text, spill)

    def make_room(self, state: CallState) -> None:
        """Give a result of unknown size its cells, such that the formulas around it need not change with its size."""
        self.reserve(state, _ROOM.height, _ROOM.width)
        state.roomy = True

    def store(self, state: CallState, engine: Engine) -> None:
        """Put a new result into its cells."""
        rows = state.rows
        fits = len(rows) <= _ROOM.height and len(rows[0]) <= _ROOM.width
        state.roomy = state.roomy and fits and not isinstance(rows[0][0] if len(rows) == 1 else None, (bool, str))
        if not state.roomy:
            self.reserve(state, len(rows), len(rows[0]))
        slot = state.slot
        if slot is None:
            return
        if state.roomy:
            for column, size in enumerate((len(rows), len(rows[0])), slot.right + 1):
                engine.set_value(self.results, slot.top, column, float(size))
        for row, values in enumerate(rows, slot.top):
            for column, value in enumerate(values, slot.left):
                if isinstance(value, Unavailable):
                    engine.set_formula(self.results, row, column, "_ALVH_KEPT()")
                else:
                    engine.set_value(self.results, row, column, value)

    def sheets(self, states: Iterable[CallState], render: Render) -> list[Scratch]:
        """The scratch sheets as they are now."""
        made = {name: Scratch(name) for name in (self.results, self._list)}
        for state in states:
            if state.slot is not None:
                _fill(made[self.results], state)
        for spot in self.spots.values():
            spot.text = render(spot.expression.template)
            target = made.setdefault(spot.sheet, Scratch(spot.sheet))
            if spot.expression.shape == "reference":
                for column, measure in enumerate(_MEASURES, 1):
                    target.put_formula(spot.row, column, f"{measure}({spot.text})", spills=False)
                continue
            target.put_formula(spot.row, spot.column, spot.text, spills=spot.expression.shape == "array")
            if spot.expression.shape == "array":
                self._measure(made[self._list], spot.line, f"{spot.sheet}!{cell_name(spot.row, spot.column)}")
        for (sheet, place), line in self._extents.items():
            self._measure(made[self._list], line, f"{quoted(sheet)}!{cell_name(*place)}")
        return list(made.values())

    def _measure(self, sheet: Scratch, line: int, anchor: str) -> None:
        sheet.put_formula(line, 2, f"ROWS(_xlfn.ANCHORARRAY({anchor}))", spills=False)
        sheet.put_formula(line, 3, f"COLUMNS(_xlfn.ANCHORARRAY({anchor}))", spills=False)

    def read(self, engine: Engine) -> list[list[EngineValue]]:
        """The list sheet, line by line."""
        return engine.read(self._list, Box(1, 1, max(self._lines, 1), len(_MEASURES)))

    def extents(self, lines: list[list[EngineValue]]) -> dict[tuple[str, Place], Box]:
        """Cells each dynamic array of the workbook fills now."""
        found = {}
        for (sheet, (row, column)), line in self._extents.items():
            height, width = size_of(lines[line - 1])
            found[sheet, (row, column)] = Box(row, column, row + height - 1, column + width - 1)
        return found

    def users_of(self, sheet: str, row: int, column: int) -> list[int]:
        """Calls that use the expression a scratch cell belongs to."""
        key = (sheet, row) if sheet == self._list else (sheet, (column - 1) // _BAND)
        return self._users.get(key, [])

    def predict(self, state: CallState, box: Box) -> None:
        """Reserve cells for a result that had a size when the workbook was last saved."""
        if box.height * box.width <= _PREDICTED:
            self.reserve(state, box.height, box.width)


def _fill(sheet: Scratch, state: CallState) -> None:
    slot = state.slot
    if slot is None:
        return
    if state.roomy:
        for column in (slot.right + 1, slot.right + 2):
            sheet.put(slot.top, column, BUSY)
        return
    if state.pending:
        for row in range(slot.top, slot.bottom + 1):
            for column in range(slot.left, slot.right + 1):
                sheet.put(row, column, BUSY)
        return
    for row, values in enumerate(state.rows, slot.top):
        for column, value in enumerate(values, slot.left):
            if isinstance(value, Unavailable):
                sheet.put_formula(row, column, "_ALVH_KEPT()", spills=False)
            else:
                sheet.put(row, column, value)


def size_of(line: list[EngineValue]) -> tuple[int, int]:
    """Height and width noted beside an array; 1 and 1 when it has none, as when it is an error."""
    height, width = line[1], line[2]
    if isinstance(height, float) and isinstance(width, float):
        return int(height), int(width)
    return 1, 1
