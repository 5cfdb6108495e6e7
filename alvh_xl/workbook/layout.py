"""Small helpers every sheet module uses: put a cell, a spill, a table, a block of labelled values; name it.

A formula is written with the neutral cached value #N/A ("not calculated yet"): only recalculation fills in results.
Formulas that contain one of our functions are always written as dynamic arrays, because Excel otherwise shows
`=@ALVH_…`; they never stand inside a table.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from xlsxwriter.utility import xl_rowcol_to_cell

from alvh_xl.workbook import style
from alvh_xl.workbook.meanings import MEANINGS, of_functions
from alvh_xl.workbook.typed import TYPED

if TYPE_CHECKING:
    from alvh_xl.market.morning import MarketMorning

NEUTRAL = "#N/A"
MARGIN = 2.0  # width of the empty column A
NOTE_LETTERS = 46  # that fit one line of a note
# Morning has input messages (the macro workbook draws its buttons there), Inputs has them in every cell, and on Help
# the text stands beside the function.
WITHOUT_NOTES = ("Morning", "Inputs", "Help")
FIRST_ROW = 4  # where the content of a sheet starts, below its title

PROTECTION = {
    "select_locked_cells": True,
    "select_unlocked_cells": True,
    "format_cells": True,
    "format_columns": True,
    "format_rows": True,
    "sort": True,
    "autofilter": True,
    "objects": False,
    "scenarios": False,
}


def _sides(numbers: Sequence[str]) -> list[dict[str, Any]]:
    """Alignment of headings: numbers at the right; a text that follows a number keeps its distance from it."""
    sides: list[dict[str, Any]] = []
    for place, number in enumerate(numbers):
        if style.is_number(number):
            sides.append({"align": "right"})
        else:
            after_number = place > 0 and style.is_number(numbers[place - 1])
            sides.append({"align": "left"} | ({"indent": 1} if after_number else {}))
    return sides


def pick(area: str, row: int | str, col: int) -> str:
    """Return the expression for one cell of a spill; #N/A where the spill has shrunk to a single error.

    The cells a spill no longer fills are blank, and a plain reference to a blank cell would be a false 0.
    """
    cell = f"INDEX({area},{row},{col})"
    return f'IF({cell}="",NA(),{cell})'


@dataclass
class Context:
    """What the sheets share while the workbook is being written."""

    book: Any
    morning: MarketMorning
    names: dict[str, str] = field(default_factory=dict)
    tables: dict[str, str] = field(default_factory=dict)
    sheets: dict[str, Any] = field(default_factory=dict)
    help: dict[str, str] = field(default_factory=dict)  # function → its cell on the Help sheet
    _formats: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    def format(self, name: str, number: str = "general", **extra: Any) -> Any:
        """Return the cell format of a style and a number format, made once."""
        key = (name, number, *sorted(extra.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(style.properties(name, number) | extra)
        return self._formats[key]

    def help_name(self, function: str) -> str:
        """Return the name of a function's cell on Help, given when the first link leads there.

        Excel follows a name when Help is renamed or gets a row more; the address in a link stays what it was.
        """
        name = f"help_{function.removeprefix('ALVH_').lower()}"
        if name not in self.names:
            self.names[name] = self.help[function]
            self.book.define_name(name, f"={self.help[function]}")
        return name

    def conditional(self, name: str) -> Any:
        """Return the format a conditional rule applies: only colours and weight."""
        key = ("conditional", name)
        if key not in self._formats:
            kept = ("font_color", "bg_color", "bold")
            look = {k: v for k, v in style.STYLES[name].items() if k in kept}
            self._formats[key] = self.book.add_format(look)
        return self._formats[key]


@dataclass(frozen=True)
class Row:
    """One line of a block: label, value and a short note; `name` makes the value a named cell."""

    label: str
    value: Any
    number: str = "general"
    note: str = ""
    name: str = ""
    style: str = ""


class Page:
    """One sheet being written."""

    def __init__(self, context: Context, name: str, title: str, subtitle: str, widths: Sequence[float]) -> None:
        self.context = context
        self.name = name
        self.widths = (MARGIN, *widths)
        self.sheet = context.sheets[name]
        self._notes: dict[tuple[int, int], str] = {}
        self.sheet.hide_gridlines(2)
        self.sheet.set_column(0, 0, MARGIN)
        for column, width in enumerate(widths, start=1):
            self.sheet.set_column(column, column, width)
        self.sheet.set_row(0, 28)
        self.put(0, 1, title, "title")
        self.put(1, 1, subtitle, "subtitle")

    def put(self, row: int, col: int, content: Any, look: str = "text", number: str = "general", **extra: Any) -> None:
        """Write a text, number, date, blank or (text starting with "=") a formula."""
        cell = self.context.format(look, number, **extra)
        if content is None:
            self.sheet.write_blank(row, col, None, cell)
        elif isinstance(content, bool):
            self.sheet.write_boolean(row, col, content, cell)
        elif isinstance(content, dt.date):
            self.sheet.write_datetime(row, col, content, cell)
        elif isinstance(content, str):
            self._put_text(row, col, content, cell)
        else:
            self.sheet.write_number(row, col, float(content), cell)

    def _put_text(self, row: int, col: int, content: str, cell: Any) -> None:
        if not content.startswith("="):
            self.sheet.write_string(row, col, content, cell)
        elif "ALVH_" in content:
            self._explain_function(row, col, content)
            self.sheet.write_dynamic_array_formula(row, col, row, col, content, cell, NEUTRAL)
        else:
            self.sheet.write_formula(row, col, content, cell, NEUTRAL)

    def literal(self, row: int, col: int, content: str, look: str = "text") -> None:
        """Write a text that may start with "=" (a formula to be read, not calculated)."""
        self.sheet.write_string(row, col, content, self.context.format(look))

    def spill(
        self,
        row: int,
        col: int,
        height: int,
        formula: str,
        numbers: Sequence[str],
        look: str = "formula",
        *,
        headings: bool = False,
    ) -> None:
        """Write a dynamic array formula, with a number format a column and, where it has headings, their look."""
        self._explain_function(row, col, formula)
        last_row, last_col = row + height - 1, col + len(numbers) - 1
        sides = _sides(["general"] * len(numbers) if look == "answer" else numbers)
        indents = [{"indent": 1} if side.get("indent") and number == "words" else {}
                   for side, number in zip(sides, numbers, strict=True)]  # fmt: skip
        for r in range(row, last_row + 1):
            for c, number in enumerate(numbers, start=col):
                if headings and r == row:
                    cell = self.context.format("column", **sides[c - col])
                else:
                    cell = self.context.format(look, number, **indents[c - col])
                if (r, c) == (row, col):
                    self.sheet.write_dynamic_array_formula(r, c, last_row, last_col, formula, cell, NEUTRAL)
                else:
                    self.sheet.write_blank(r, c, None, cell)

    def header_row(self, row: int, col: int, labels: Sequence[str], numbers: Sequence[str] = ()) -> None:
        """Write column headings outside a table; `numbers` puts those of numeric columns at the right."""
        sides = _sides(numbers or ["general"] * len(labels))
        for i, (label, side) in enumerate(zip(labels, sides, strict=True)):
            self.sheet.write_string(row, col + i, label, self.context.format("column", **side))

    def section(self, row: int, col: int, last_col: int, title: str, note: str = "") -> None:
        """Write a section bar from `col` to `last_col`, with an optional remark in its last cell."""
        for c in range(col, last_col + 1):
            self.put(row, c, None, "section")
        self.put(row, col, title, "section")
        if note in self.context.help:
            tip = f"{note} on the Help sheet: arguments, units, example"
            room = self.widths[last_col]
            for c in range(last_col - 1, col, -1):  # a long name reaches into the cells on its left
                if room >= len(note) + 2:
                    break
                self.put(row, c, None, "section_link")
                room += self.widths[c]
            self.link(row, last_col, note, self.context.help_name(note), tip, "section_link", align="right")
        elif note:
            self.put(row, last_col, note, "section_note", align="right")

    def link(self, row: int, col: int, text: str, target: str, tip: str, look: str = "link", **extra: Any) -> None:
        """Write a text that leads to a cell of this workbook, given by its name."""
        self.sheet.write_url(row, col, f"internal:{target}", self.context.format(look, **extra), text, tip)

    def explain(self, row: int, col: int, title: str, text: str) -> None:
        """Show a few words beside a cell while it is selected; any value stays allowed."""
        self.sheet.data_validation(
            row, col, row, col, {"validate": "any", "input_title": title[:32], "input_message": text[:255]}
        )

    def accept(self, key: str, row: int, col: int, last_row: int | None = None, last_col: int | None = None) -> None:
        """Say what typed cells take, and refuse what they can't mean; `key` is one of `typed.TYPED`."""
        title = key.partition("[")[2].rstrip("]") or key
        last = (row if last_row is None else last_row, col if last_col is None else last_col)
        self.sheet.data_validation(row, col, *last, TYPED[key].rule(title))

    def _explain_function(self, row: int, col: int, formula: str) -> None:
        """Note what a function of ours answers, where it stands first on the sheet."""
        text = of_functions(formula)
        if text is not None and self.name != "Checks" and text not in self._notes.values():
            self._notes.setdefault((row, col), text)

    def _write_notes(self) -> None:
        """Attach the notes to their cells, each in a box that holds its text."""
        if self.name in WITHOUT_NOTES:
            return
        for (row, col), text in sorted(self._notes.items()):
            lines = -(-len(text) // NOTE_LETTERS) + 1
            size = {"width": 280, "height": 10 + 15 * lines, "font_name": style.FONT, "font_size": 9}
            self.sheet.write_comment(row, col, text, size | {"color": "#FFFBE8"})

    def block(
        self, row: int, col: int, rows: Sequence[Row], *, value: int = 1, notes: bool = True, align: str = "right"
    ) -> int:
        """Write labelled values below one another, each `value` columns right of its label; return the row after."""
        for line in rows:
            self.put(row, col, line.label, "label")
            for c in range(col + 1, col + value):
                self.put(row, c, None, "label")
            look = line.style or ("formula" if isinstance(line.value, str) and line.value.startswith("=") else "data")
            side = "center" if look == "word" else "left" if line.number == "text" else align
            number = "general" if line.number == "text" else line.number
            self.put(row, col + value, line.value, look, number, align=side)
            if notes:
                self.put(row, col + value + 1, line.note or None, "note")
            if line.name:
                self.define(line.name, row, col + value)
            row += 1
        return row

    def define(self, name: str, row: int, col: int, last_row: int | None = None, last_col: int | None = None) -> None:
        """Give a cell or a range a name of the whole workbook."""
        first = xl_rowcol_to_cell(row, col, row_abs=True, col_abs=True)
        last = "" if last_row is None else ":" + xl_rowcol_to_cell(last_row, last_col or col, True, True)
        if name in self.context.names:
            raise ValueError(f"the name {name} is defined twice")
        if name in MEANINGS:
            self._notes[row, col] = MEANINGS[name]
        self.context.names[name] = f"{self.name}!{first}{last}"
        self.context.book.define_name(name, f"={self.name}!{first}{last}")

    def table(
        self,
        row: int,
        col: int,
        name: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[Any]],
        looks: Mapping[str, tuple[str, str]],
        formulas: Mapping[str, str] | None = None,
    ) -> int:
        """Write an Excel table; return the row after it.

        `looks` gives style and number format of a column; `formulas` the calculated columns.
        """
        formulas = formulas or {}
        last_row, last_col = row + len(rows), col + len(columns) - 1
        sides = _sides([looks[column][1] for column in columns])
        settings = [
            {
                "header": column,
                "header_format": self.context.format("column", **side),
                "format": self.context.format(*looks[column]),
                **({"formula": formulas[column]} if column in formulas else {}),
            }
            for column, side in zip(columns, sides, strict=True)
        ]
        options = {"name": name, "columns": settings, "style": None, "autofilter": False}
        self.sheet.add_table(row, col, last_row, last_col, options)
        for place, column in enumerate(columns, start=col):
            if (key := f"{name}[{column}]") in MEANINGS:
                self._notes[row, place] = MEANINGS[key]
            if key in TYPED:
                self.accept(key, row + 1, place, last_row)
        for r, values in enumerate(rows, start=row + 1):
            for c, (column, value) in enumerate(zip(columns, values, strict=True), start=col):
                if column in formulas:
                    self.sheet.write_formula(r, c, formulas[column], self.context.format(*looks[column]), NEUTRAL)
                else:
                    self.put(r, c, value, *looks[column])
        area = f"{xl_rowcol_to_cell(row, col, True, True)}:{xl_rowcol_to_cell(last_row, last_col, True, True)}"
        self.context.tables[name] = f"{self.name}!{area}"
        return last_row + 1

    def words(self, row: int, col: int, last_row: int, last_col: int, words: Iterable[tuple[str, str]]) -> None:
        """Colour cells by the word they begin with."""
        for word, look in words:
            rule = {"type": "text", "criteria": "begins with", "value": word}
            self.sheet.conditional_format(
                row, col, last_row, last_col, rule | {"format": self.context.conditional(look)}
            )

    def finish(
        self,
        last_row: int,
        last_col: int,
        *,
        freeze: tuple[int, int],
        repeat: int | None = None,
        tall: bool = False,
        pages: int = 0,
    ) -> None:
        """Set print area, one page wide in landscape (`tall`: portrait), frozen panes, protection without password.

        `pages` is how many pages in height the print may take; 0: as many as it needs.
        """
        self._write_notes()
        sheet = self.sheet
        if tall:
            sheet.set_portrait()
        else:
            sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.fit_to_pages(1, pages)
        sheet.center_horizontally()
        sheet.print_area(0, 0, last_row, last_col)
        sheet.set_footer("&L&8ALVH morning · &A&C&8Educational, not advice&R&8Page &P of &N")
        if repeat is not None:
            sheet.repeat_rows(repeat)
        sheet.freeze_panes(*freeze)
        sheet.protect("", PROTECTION)
