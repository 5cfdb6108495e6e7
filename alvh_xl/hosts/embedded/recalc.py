"""Recalculation of a workbook: our functions in Python, every other formula by the engine, values patched in.

A call is answered at once when its arguments are constants of the workbook. The others wait for the engine: it
calculates, the calls whose arguments are now known are answered, it calculates what depends on them, and so on until
nothing changes.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
from collections.abc import Iterator
from dataclasses import dataclass, field

from .addresses import cell_name, quoted
from .calls import Functions
from .cells_xml import Value
from .charts import refresh_charts
from .package import Package
from .patch import patch
from .session import Session


@dataclass
class Report:
    """What a recalculation did.

    Attributes
    ----------
    formulas
        Formula cells in the workbook.
    calls
        How often one of our functions was called.
    rounds
        How often the engine calculated.
    changed
        Cells whose cached value is another than before.
    kept
        Cells that keep their old value because it can't be computed here: "Sheet!A1: why".
    charts
        Charts whose stored points were brought up to date.
    """

    formulas: int = 0
    calls: int = 0
    rounds: int = 0
    changed: int = 0
    charts: int = 0
    kept: list[str] = field(default_factory=list)


def recalculate(package: Package, functions: Functions, now: dt.datetime) -> Report:
    """Bring every cached value of a workbook up to date, in place.

    Parameters
    ----------
    package
        The workbook; its formulas, formats and everything else stay as they are.
    functions
        Upper-case name → function of the argument list. Ranges arrive as lists of rows, blanks as None, errors as
        `CellError`; a function answers with a value or rows of values and decides itself what an error argument means.
    now
        The moment TODAY() and NOW() mean; never the clock, so that the same file gives the same bytes.

    Returns
    -------
    Report
        What was done, and which cells could not be computed and keep their old value.

    Raises
    ------
    WorkbookError
        The workbook as a whole can't be calculated.
    """
    with _collector_resting():
        session = Session(package, functions, now)
        values = session.run()
    report = Report(formulas=session.formula_count, calls=session.call_count, rounds=session.rounds)
    report.changed = patch(package, values)
    report.kept = [
        f"{quoted(sheet)}!{cell_name(*place)}: {why}"
        for sheet, cells in values.kept.items()
        for place, why in cells.items()
    ]
    report.kept += [
        f"{quoted(sheet)}!{area}: a what-if data table, which only Excel can compute; its readers see old values"
        for sheet in package.sheets
        if package.is_parsed(sheet)
        for area in package.sheet(sheet).data_tables
    ]
    report.charts = refresh_charts(package)
    package.keep_values_on_opening()
    return report


@contextlib.contextmanager
def _collector_resting() -> Iterator[None]:
    """Spare the search for garbage while a hundred thousand small objects are made that all stay."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def cached_values(package: Package, sheet: str) -> dict[tuple[int, int], Value]:
    """Values a sheet shows, by (row, column); blank cells are left out.

    Raises
    ------
    WorkbookError
        There is no such sheet.
    """
    cells = package.sheet(sheet)
    values = ((place, cells.read(cell)) for place, cell in cells.cells.items())
    return {place: value for place, value in values if value is not None}
