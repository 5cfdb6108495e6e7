"""One recalculation: formulas translated, calls answered, the engine's values collected."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from alvh_xl.functions.cells import CellError

from .addresses import MAX_COLUMN, MAX_ROW, Box, box_name, quoted
from .answers import Answers
from .arguments import BLANK_MARK, Cells, Expression, Template
from .calls import KEPT, CallState, Functions, Grid, NotKnownError, reference
from .cells_xml import FormulaCell, Value
from .dependents import Dependents
from .desk import Desk, Spot, size_of
from .engine import Engine, EngineValue, Spill, Unavailable
from .engine_copy import Replacement, build
from .package import Package
from .patch import Place, Values
from .references import Area
from .sources import Constants, union
from .translate import Job, Translation

# Formulas from which a second calculation of a workbook with arrays of unknown size costs the engine more than a new
# start (it calculates everything again, and keeps both states in memory).
MANY_FORMULAS = 20_000

_REASONS = {
    "argument": "an argument could not be computed",
    "blocked_by_upstream": "depends on a cell that could not be computed",
    "circular_reference": "is part of a circular reference",
    "parse_error": "its formula can't be read",
    "unsupported_function": "uses {}, which only Excel can compute",
    "unsupported_name": "uses the name {}, which only Excel can compute",
    "unsupported_expression": "its formula can only be computed by Excel",
}


class Session:
    """A workbook being recalculated; parameters as for `recalculate`."""

    def __init__(self, package: Package, functions: Functions, now: dt.datetime) -> None:
        self._package = package
        self._now = now
        self._constants = Constants(package, self._computed)
        self._plan = Translation(package, self._constants.sheets, functions)
        self._answers = Answers(self._plan.calls, functions)
        self._states = self._answers.states
        self._desk = Desk(package, self._states, self._plan.arrays(self._constants.sheets))
        self._dependents = Dependents(self._plan.calls, self._desk)
        self._jobs: dict[int, list[Job]] = {}
        for job in self._plan.jobs:
            for number in job.calls:
                self._jobs.setdefault(number, []).append(job)
                self._states[number].needs_slot = not job.is_value
        for number in self._dependents.in_expressions:
            self._states[number].needs_slot = True
        self._engine: Engine
        self._cache: dict[Area, Grid] = {}
        self._lines: list[list[EngineValue]] | None = None
        self._spills: dict[tuple[str, Place], Box] = {}
        self._found: dict[str, dict[Place, EngineValue]] = {}
        self._found_in_round = 0
        self.formula_count = sum(len(sheet.formulas) for sheet in self._constants.sheets.values())
        self._free: set[tuple[str, Place]] = set()  # dynamic arrays that may change their size
        self.rounds = 0

    @property
    def call_count(self) -> int:
        """How often a function was called."""
        return self._answers.count

    def run(self) -> Values:
        """Recalculate and collect the values."""
        self._answers.from_constants(self._constants.cells)
        self._start_engine()
        self._calculate()
        self._settle({state.call.number for state in self._answers.pending})
        self._free_grown_arrays()
        changed = self._correct_unknown_names()
        if changed is not None:
            self._settle(self._dependents.of(changed))
            self._free_grown_arrays()
        self._give_up(self._answers.pending)
        self._free_grown_arrays()
        return self._collect()

    def _settle(self, dirty: set[int]) -> None:
        """Answer calls and let the engine calculate, in turn, until nothing changes.

        That happens, because no call is answered more than a few times.
        """
        while touched := self._answers.renew(dirty, self._dependents.outer, self._cells, self._expression):
            dirty = self._write_back(touched)

    # ---- arguments ------------------------------------------------------------------------------------------

    def _computed(self, sheet: str, row: int, column: int) -> Any:
        """Value of a formula cell that is one of our calls, if it is known."""
        job = self._plan.values.get((sheet, row, column))
        if job is None or self._states[job.whole or 0].pending:
            raise NotKnownError
        return self._value(job)

    def _cells(self, argument: Cells) -> Any:
        """Value of a reference argument, from the workbook or else from the engine."""
        try:
            return self._constants.cells(argument)
        except NotKnownError:
            pass
        grids = [self._grid(area) for area in argument.areas]
        single = len(grids) == 1 and argument.areas[0].box.single
        return grids[0][0][0] if single else union(grids)

    def _grid(self, area: Area) -> Grid:
        if area not in self._cache:
            self._cache[area] = self._engine.read(area.sheet, self._clipped(area))
        return self._cache[area]

    def _clipped(self, area: Area) -> Box:
        """Whole columns and rows cut to what is used, spills included."""
        box = self._constants.clipped(area).box
        for (sheet, _), spill in self._extents().items():
            if sheet == area.sheet:
                if area.box.bottom == MAX_ROW:
                    box = box._replace(bottom=max(box.bottom, spill.bottom))
                if area.box.right == MAX_COLUMN:
                    box = box._replace(right=max(box.right, spill.right))
        return box

    def _expression(self, argument: Expression) -> Any:
        """Value of an argument the engine evaluates; blank cells come marked."""
        spot = self._desk.spot(argument)
        line = self._list()[spot.line - 1]
        if argument.shape == "scalar":
            return _unmarked(line[0])
        if argument.shape == "reference":
            return self._referred(line, spot)
        height, width = size_of(line)
        box = Box(spot.row, spot.column, spot.row + height - 1, spot.column + width - 1)
        grid = [[_unmarked(value) for value in row] for row in self._engine.read(spot.sheet, box)]
        return grid[0][0] if box.single else grid

    def _referred(self, line: list[EngineValue], spot: Spot) -> Any:
        """Cells a reference expression means now; the error, or what the engine has no value for, if it means none."""
        wrong = next((value for value in line if not isinstance(value, float)), None)
        if wrong is not None:
            return wrong
        top, left, height, width, tab = (int(value) for value in line if isinstance(value, float))
        sheet = self._package.tabs[tab - 1][0]
        area = Area(sheet, Box(top, left, top + height - 1, left + width - 1))
        for number in spot.users:
            self._dependents.note(area, number)
        return self._cells(Cells((area,)))

    # ---- the engine ------------------------------------------------------------------------------------------

    def _start_engine(self) -> None:
        """Load the engine with the workbook, every known result in its place."""
        for state in self._states:
            if state.needs_slot and not state.pending:
                state.roomy = False
                self._desk.reserve(state, len(state.rows), len(state.rows[0]))
        for job in self._plan.jobs:
            if job.whole is not None and not job.is_value and self._states[job.whole].slot is None:
                self._desk.predict(self._states[job.whole], job.cell.box)
            for number in job.calls if job.whole is None and job.cell.kind == "dynamic" else ():
                if self._states[number].slot is None:
                    self._desk.make_room(self._states[number])
        for state in self._states:
            if state.needs_slot and state.slot is None:
                self._desk.reserve(state, 1, 1)
        self._free_changed_results(self._plan.jobs)
        replaced: dict[str, dict[Place, Replacement]] = {}
        for sheet, cells in self._plan.refused.items():
            replaced[sheet] = {place: Replacement(KEPT) for place in cells}
        for job in self._plan.jobs:
            job.text = self._text(job)
            value = job.is_value and job.text != KEPT
            new = Replacement(value=self._value(job)) if value else Replacement(job.text)
            replaced.setdefault(job.sheet, {})[job.cell.row, job.cell.column] = new
        scratch = self._desk.sheets(self._states, self._render)
        data = build(self._package, self._plan.names, replaced, scratch, self._free)
        self._engine = Engine(data, self._now, self._package.dates_from_1904)

    def _free_changed_results(self, jobs: Iterable[Job]) -> None:
        """Let an array of ours have another size than before."""
        for job in jobs:
            slot = self._states[job.whole].slot if job.whole is not None and not job.is_value else None
            box = job.cell.box
            if slot is not None and (slot.height, slot.width) != (box.height, box.width):
                self._free.add((job.sheet, (job.cell.row, job.cell.column)))

    def _free_grown_arrays(self) -> None:
        """Let arrays that no longer fit the size they had take the one they need, and calculate again.

        Freed arrays that are still #SPILL! are blocked by a filled cell.
        """
        while grown := self._misfits():
            self._free |= grown
            del self._engine
            self._start_engine()
            self._calculate()
            self._settle(set(range(len(self._states))))

    def _misfits(self) -> set[tuple[str, Place]]:
        found: set[tuple[str, Place]] = set()
        for name, sheet in self._constants.sheets.items():
            anchors = {(cell.row, cell.column) for cell in sheet.arrays if cell.kind == "dynamic"}
            anchors = {place for place in anchors if (name, place) not in self._free}
            if anchors:
                values = self._engine.read_cells(name, anchors)
                found |= {(name, place) for place in anchors if values[place] is CellError.SPILL}
        return found

    def _calculate(self) -> set[tuple[str, int, int]] | None:
        self._cache.clear()
        self._lines = None
        self._spills = {}
        self.rounds += 1
        return self._engine.calculate()

    def _list(self) -> list[list[EngineValue]]:
        if self._lines is None:
            self._lines = self._desk.read(self._engine)
        return self._lines

    def _extents(self) -> dict[tuple[str, Place], Box]:
        if not self._spills:
            self._spills = self._desk.extents(self._list())
        return self._spills

    def _value(self, job: Job) -> Value:
        """Value of a cell that shows one call: its first cell, or the one INDEX picks."""
        rows = self._states[job.whole or 0].rows
        row, column = job.pick or (1, 1)
        if job.pick is not None and len(rows) == len(rows[0]) == 1 and not isinstance(rows[0][0], (float, bool, str)):
            row = column = 1  # an error is the result, whatever is picked of it
        inside = row <= len(rows) and column <= len(rows[0])
        value: Value = rows[row - 1][column - 1] if inside else CellError.REF
        return value

    def _text(self, job: Job) -> str:
        """Formula of a job as the engine should have it now; empty when the cell holds a value."""
        if job.is_value:
            return KEPT if isinstance(self._value(job), Unavailable) else ""
        slot = self._states[job.whole].slot if job.whole is not None else None
        if slot is not None:
            return f"{quoted(self._desk.results)}!{box_name(slot, absolute=True)}"
        return self._render(job.template)

    def _render(self, template: Template) -> str:
        return "".join(
            piece if isinstance(piece, str) else reference(self._states[piece], self._desk.results)
            for piece in template
        )

    def _write_back(self, touched: list[CallState]) -> set[int]:
        """Give the engine new results and let it calculate; returns the calls that depend on what changed."""
        rebuild = bool(self._free) and self.formula_count > MANY_FORMULAS
        for state in [] if rebuild else touched:
            if state.needs_slot:
                self._desk.store(state, self._engine)
            for job in self._jobs.get(state.call.number, []):
                rebuild |= not self._update(job)
        for spot in [] if rebuild else self._dependents.live_spots:
            text = self._render(spot.expression.template)
            if text != spot.text:
                self._desk.renew(spot, text, self._engine)
        if rebuild:
            del self._engine
            self._start_engine()
        changed = self._calculate()
        return set(range(len(self._states))) if changed is None else self._dependents.of(changed)

    def _update(self, job: Job) -> bool:
        """Tell the engine what stands in a cell now; False when only a new start can."""
        cell, text = job.cell, self._text(job)
        if job.is_value and text != KEPT:
            self._engine.set_value(job.sheet, cell.row, cell.column, self._value(job))
        elif text != job.text:
            if cell.kind == "array":
                return False
            self._free_changed_results([job])
            self._engine.set_formula(job.sheet, cell.row, cell.column, text, self._spill(job))
        job.text = text
        return True

    def _spill(self, job: Job) -> Spill:
        if job.cell.kind != "dynamic":
            return None
        return "free" if (job.sheet, (job.cell.row, job.cell.column)) in self._free else job.cell.box

    # ---- the end ---------------------------------------------------------------------------------------------

    def _read_all(self) -> dict[str, dict[Place, EngineValue]]:
        """Engine values of every formula cell and of every cell an array fills."""
        found = {}
        for name, sheet in self._constants.sheets.items():
            places = set(sheet.formula_at)
            for cell in sheet.arrays:
                box = self._extents().get((name, (cell.row, cell.column)), cell.box)
                rows, columns = range(box.top, box.bottom + 1), range(box.left, box.right + 1)
                places.update((row, column) for row in rows for column in columns)
            if places:
                found[name] = self._engine.read_cells(name, places)
        return found

    def _correct_unknown_names(self) -> set[tuple[str, int, int]] | None:
        """Let a name nobody defined be #NAME?, as in Excel, instead of a cell without a value."""
        added = False
        self._found, self._found_in_round = self._read_all(), self.rounds
        for name, values in self._found.items():
            sheet, refused = self._constants.sheets[name], self._plan.refused.get(name, {})
            for place, cell in sheet.formula_at.items():
                value = values[place]
                if isinstance(value, Unavailable) and value.code == "unsupported_name" and place not in refused:
                    added |= self._translate_late(name, cell)
        return self._calculate() if added else None

    def _translate_late(self, sheet: str, cell: FormulaCell) -> bool:
        job = self._plan.add(sheet, cell) if cell.kind != "array" else None
        if job is None or job.calls:
            return False
        job.text = self._render(job.template)
        self._engine.set_formula(sheet, cell.row, cell.column, job.text, self._spill(job))
        return True

    def _give_up(self, states: list[CallState]) -> None:
        """Calls that never got their arguments have no value, and what depends on them has none."""
        if states:
            for state in states:
                state.result = Unavailable("argument")
            self._settle(self._write_back(states))

    def _collect(self) -> Values:
        outcome = Values()
        if not self._found or self.rounds != self._found_in_round:
            self._found = self._read_all()
        for name, found in self._found.items():
            sheet = self._constants.sheets[name]
            outcome.spills[name] = {place: box for (owner, place), box in self._extents().items() if owner == name}
            outcome.values[name] = values = {}
            for place, value in found.items():
                if not isinstance(value, Unavailable):
                    values[place] = 0.0 if value is None else value
                elif place in sheet.formula_at:
                    outcome.kept.setdefault(name, {})[place] = self._reason(name, place, value)
            if name in outcome.kept:
                outcome.kept[name] = dict(sorted(outcome.kept[name].items()))
        return outcome

    def _reason(self, sheet: str, place: Place, value: Unavailable) -> str:
        refused = self._plan.refused.get(sheet, {}).get(place)
        if refused is not None:
            return refused
        job = self._plan.values.get((sheet, *place))
        result = self._states[job.whole or 0].result if job is not None else None
        if isinstance(result, Unavailable):
            value = result
        return _REASONS.get(value.code, value.code.replace("_", " ")).format(value.detail or "something")


def _unmarked(value: EngineValue) -> EngineValue:
    return None if value == BLANK_MARK else value
