"""Inputs: every parameter of the method, typed, with unit, default, status and source; nothing is hidden in code."""

from __future__ import annotations

from typing import Any

from alvh_xl.workbook.inputs import PARAMETERS, STRESS_MOVES, Parameter, defaults
from alvh_xl.workbook.layout import FIRST_ROW, Context, Page

# The number formats of value and default are those of each parameter; here they put the headings at the right.
COLUMNS = ("group", "parameter", "value", "unit", "default", "status", "source", "name")
LOOKS = {
    "group": ("label", "general"), "parameter": ("label", "general"), "value": ("input", "integer"),
    "unit": ("cell", "general"), "default": ("label", "integer"), "status": ("cell", "general"),
    "source": ("cell", "general"), "name": ("cell", "general"),
}  # fmt: skip
SIDE = 10  # first column of the small tables
LEGEND = (
    ("input", "typed input: change it"),
    ("formula", "formula: click to read why"),
    ("data", "refreshed data: written by Refresh"),
)
KNOTS = 4


def write(context: Context) -> None:
    """Write the sheet."""
    page = Page(
        context,
        "Inputs",
        "Inputs",
        "Blue cells are yours. “DOCUMENT RULE (untested)” rests on the published description's word alone.",
        (24, 50, 13, 17, 13, 26, 44, 21, 2, 16, 13, 13),
    )
    end = _parameters(page, defaults(context.morning))
    _legend(page)
    _moves(page, 10)
    _knots(page, 22)
    _export(page, 30)
    page.finish(end - 1, 12, freeze=(FIRST_ROW + 1, 3), repeat=FIRST_ROW)


def _parameters(page: Page, values: dict[str, Any]) -> int:
    rows = [
        (p.group, p.meaning, None, p.unit, None, p.status, p.source, p.name)
        for p in PARAMETERS
    ]  # fmt: skip
    end = page.table(FIRST_ROW, 1, "Inputs", COLUMNS, rows, LOOKS)
    for row, parameter in enumerate(PARAMETERS, start=FIRST_ROW + 1):
        page.put(row, 3, values[parameter.name], "input", parameter.number, align="right")
        page.put(row, 5, parameter.default, "label", parameter.number, align="right")
        page.define(parameter.name, row, 3)
        _validate(page, row, parameter)
    slope = next(i for i, p in enumerate(PARAMETERS) if p.name == "smile_slope") + FIRST_ROW + 1
    page.define("smile", slope, 3, slope + 1, 3)
    return end


def _validate(page: Page, row: int, parameter: Parameter) -> None:
    """Refuse what lies outside the allowed words or range; a blank stays allowed only where it has a meaning."""
    allowed = parameter.allowed
    if allowed is None:
        page.explain(row, 3, parameter.name, f"{parameter.meaning}, {parameter.unit}.")
        return
    blank = {
        "ignore_blank": parameter.default is None,
        "error_title": parameter.meaning[:32],
        "input_title": parameter.name[:32],
    }
    if isinstance(allowed[0], (str, bool)):
        words = [str(word).upper() if isinstance(word, bool) else word for word in allowed]
        rule = {"validate": "list", "source": words, "error_message": "One of: " + ", ".join(words)}
        rule["input_message"] = f"{parameter.meaning}: {', '.join(words)}. {parameter.source}."[:255]
    else:
        low, high = allowed
        rule = {
            "validate": "decimal", "criteria": "between", "minimum": low, "maximum": high,
            "error_message": f"A number from {low:g} to {high:g} ({parameter.unit}).",
            "input_message": f"{parameter.meaning}: {low:g} to {high:g}, {parameter.unit}. {parameter.source}."[:255],
        }  # fmt: skip
    page.sheet.data_validation(row, 3, row, 3, rule | blank)


def _legend(page: Page) -> None:
    page.section(FIRST_ROW + 1, SIDE, SIDE + 2, "Legend")
    for row, (look, words) in enumerate(LEGEND, start=FIRST_ROW + 2):
        page.put(row, SIDE, {"input": "blue", "formula": "black", "data": "green"}[look], look, locked=True)
        page.put(row, SIDE + 1, words, "text")


def _moves(page: Page, row: int) -> None:
    page.section(row, SIDE, SIDE + 2, "Moves of the stress table, % of SPX")
    looks = {"move": ("input", "move"), "kind": ("cell", "general")}
    rows: list[tuple[Any, str]] = [(move, "typed") for move in STRESS_MOVES]
    end = page.table(row + 1, SIDE, "Moves", ("move", "kind"), [*rows, (None, "−2σ√T, formula")], looks)
    page.put(end - 1, SIDE, "=-200*atm_vol*SQRT(dte/365)", "formula", "move")


def _knots(page: Page, row: int) -> None:
    page.section(row, SIDE, SIDE + 2, "Allocation by VIX (blank = same)")
    looks = {"vix_level": ("input", "points"), "share": ("input", "percent")}
    page.table(row + 1, SIDE, "Knots", ("vix_level", "share"), [(None, None)] * KNOTS, looks)


# What the Export button writes: label, name, value, message.
EXPORT = (
    ("formats", "export_format", "xlsx", "xlsx, pdf, html, csv; several with commas between them. Blank: xlsx."),
    ("sheets", "export_sheets", None, "Names of sheets with commas between them. Blank: all but the Journal."),
    ("redact", "export_redact", None, "positions: without quantities and dollars. Blank: nothing is hidden."),
)


def _export(page: Page, row: int) -> None:
    """Write the options of the Export button; `alvh-xl export` takes its own."""
    page.section(row, SIDE, SIDE + 2, "What the Export button writes")
    for line, (label, name, value, message) in enumerate(EXPORT, start=row + 1):
        page.put(line, SIDE, label, "label")
        for col in (SIDE + 1, SIDE + 2):
            page.put(line, col, value if col == SIDE + 1 else None, "input_word" if col == SIDE + 1 else "label")
        page.define(name, line, SIDE + 1)
        said = {"input_title": label, "input_message": message}
        if name == "export_redact":
            choice = {"validate": "list", "source": ["positions"], "error_title": label, "error_message": message}
            page.sheet.data_validation(line, SIDE + 1, line, SIDE + 1, choice | said)
        else:
            page.explain(line, SIDE + 1, label, message)
