"""Computed values written into the workbook's sheets: only values, their type, and how far an array reaches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .addresses import MAX_COLUMN, MAX_ROW, Box
from .cells_xml import FormulaCell, SheetXml, Value
from .package import Package

Place = tuple[int, int]


@dataclass(slots=True)
class Values:
    """Outcome of a recalculation: by sheet, the value of every formula cell and spilled cell, and the kept cells."""

    values: dict[str, dict[Place, Value]] = field(default_factory=dict)
    spills: dict[str, dict[Place, Box]] = field(default_factory=dict)
    kept: dict[str, dict[Place, str]] = field(default_factory=dict)


def patch(package: Package, outcome: Values) -> int:
    """Write an outcome into the sheets; returns how many cells changed."""
    changed = 0
    for name, values in outcome.values.items():
        sheet = package.sheet(name)
        kept = outcome.kept.get(name, {})
        spills = outcome.spills.get(name, {})
        for formula in sheet.formulas:
            place = formula.row, formula.column
            if place in kept:
                continue
            if formula.kind == "plain":
                changed += sheet.write(*place, values[place])
            else:
                changed += _patch_array(sheet, formula, values, spills.get(place, formula.box))
    return changed


def _patch_array(sheet: SheetXml, formula: FormulaCell, values: Mapping[Place, Value], box: Box) -> int:
    """Write an array's cells, and clear those it no longer reaches."""
    box = box._replace(bottom=min(box.bottom, MAX_ROW), right=min(box.right, MAX_COLUMN))
    changed = 0
    for row in range(formula.box.top, formula.box.bottom + 1):
        for column in range(formula.box.left, formula.box.right + 1):
            if not box.holds(row, column) and (row, column) not in sheet.formula_at:
                changed += sheet.write(row, column, None)
    for row in range(box.top, box.bottom + 1):
        for column in range(box.left, box.right + 1):
            if (row, column) == (formula.row, formula.column) or (row, column) not in sheet.formula_at:
                changed += sheet.write(row, column, values.get((row, column)))
    sheet.resize_spill(formula, box)
    return changed
