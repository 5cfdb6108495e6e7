"""A workbook that is open in Excel, as the macros see it: its tables and named cells, read and written through xlwings.

Everything is looked up by table and name, never by sheet or address, so a renamed sheet or an inserted row is no
matter. Writing happens inside `changing()`: protected sheets are opened for it and protected again, and when anything
goes wrong half-way, every cell written so far gets its old value back.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from alvh_xl.functions.cells import CellError, number
from alvh_xl.hosts.excel import printer, values

_DAYS_1900_TO_1904: Final = 1462
# Arguments of Worksheet.Protect after the password, in Excel's order, and where their present value is read.
_PROTECTION: Final = (
    "AllowFormattingCells", "AllowFormattingColumns", "AllowFormattingRows", "AllowInsertingColumns",
    "AllowInsertingRows", "AllowInsertingHyperlinks", "AllowDeletingColumns", "AllowDeletingRows", "AllowSorting",
    "AllowFiltering", "AllowUsingPivotTables",
)  # fmt: skip


class MacroError(Exception):
    """The macro can't do its work; the text says why and what to do, in words for a message box."""


class OpenBook:
    """An open workbook.

    Parameters
    ----------
    book
        The `xlwings.Book`.
    """

    def __init__(self, book: Any) -> None:
        self.book = book
        self.app = book.app
        self._undo: list[tuple[Any, Any]] = []  # COM range, its values before
        self._opened: list[tuple[Any, tuple[Any, ...]]] = []  # COM sheet, arguments to protect it again
        self._writing = False

    # ---- what the workbook is ------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """File name, as the title bar shows it."""
        return str(self.book.name)

    @property
    def path(self) -> str:
        """Full path of the file; "" for a workbook that was never saved."""
        fullname = str(self.book.fullname)
        return fullname if "/" in fullname or "\\" in fullname else ""

    @property
    def read_only(self) -> bool:
        """Whether the file can't be saved under its name."""
        return bool(_property(self.book.api, "ReadOnly", "read_only"))

    @contextlib.contextmanager
    def away(self) -> Iterator[Path]:
        """Save and close the workbook so that its file may be changed; it is opened again whatever happens.

        Afterwards Excel calculates only on demand, and not before saving either: cells keep the values in the file.
        """
        if not self.path:
            raise MacroError(f"{self.name} was never saved. Save it, then try again.")
        if self.read_only:
            raise MacroError(f"{self.name} is open read-only. Save it under another name, then try again.")
        path = self.path
        self.book.save()
        # Without any open workbook Excel has no calculation mode, and would take that of the file.
        alone = all(other.name == self.name for other in self.app.books)
        shelter = self.app.books.add() if alone else None
        self.app.calculation = "manual"
        _keep_values_when_saving(self.app.api)
        self.book.close()
        try:
            yield Path(path)
        finally:
            self.book = self.app.books.open(path)
            if shelter is not None:
                shelter.close()

    def copy_to(self, path: Path) -> None:
        """Write what the open workbook holds, saved or not, to another file."""
        self.book.api.SaveCopyAs(str(path))

    def print_file(self, path: Path, pdf: Path) -> None:
        """Let Excel print another workbook file as a PDF; it is closed again, whatever happens."""
        printer.print_file(self.app, path, pdf)

    # ---- reading -------------------------------------------------------------------------------------------

    def has_name(self, name: str) -> bool:
        """Whether there is a cell of this name; a name whose cell was deleted does not count."""
        return self._named(name) is not None

    def value(self, name: str) -> Any:
        """Value of a named cell: number, text, truth value, None, or `CellError`; None when the name is gone."""
        area = self._named(name)
        return None if area is None else values.cell(area.Value2)

    def _named(self, name: str) -> Any:
        """COM range of a name; None when there is no such name or it leads nowhere."""
        if name not in self.book.names:
            return None
        try:
            return self.book.names[name].refers_to_range.api
        except Exception:  # Excel's own error; its class exists on Windows only
            return None

    def moment(self, name: str) -> dt.datetime | None:
        """A named cell as a date and time; None when it holds none."""
        serial = self.value(name)
        if not isinstance(serial, float) or serial < 61:
            return None
        days = serial + (_DAYS_1900_TO_1904 if self.from_1904 else 0)
        return dt.datetime(1899, 12, 30) + dt.timedelta(seconds=round(days * 86400))

    def has_table(self, name: str) -> bool:
        """Whether there is a table of this name, on any sheet."""
        return self._table(name) is not None

    def table(self, name: str, columns: Sequence[str]) -> list[list[Any]]:
        """Cells of some columns of a table, row by row."""
        table = self._needed(name)
        places = self._places(table, name, columns)
        rows = values.rows_of(table.data_body_range.api.Value2)
        return [[values.cell(row[place]) for place in places] for row in rows]

    def height(self, name: str) -> int:
        """How many rows a table has room for."""
        return int(self._needed(name).data_body_range.shape[0])

    def columns(self, name: str) -> list[str]:
        """Headers of a table."""
        return [str(cell) for cell in values.rows_of(self._needed(name).header_row_range.api.Value2)[0]]

    def data_columns(self, name: str) -> list[str]:
        """Headers of the columns of a table in which no cell holds a formula."""
        body = self._needed(name).data_body_range
        return [header for place, header in enumerate(self.columns(name)) if body[:, place].api.HasFormula is False]

    def _table(self, name: str) -> Any:
        for sheet in self.book.sheets:
            for table in sheet.tables:
                if table.name.casefold() == name.casefold():
                    return table
        return None

    def _needed(self, name: str) -> Any:
        table = self._table(name)
        if table is None:
            raise MacroError(f"The table {name} is gone from the workbook. Undo its deletion, or start a new workbook.")
        return table

    def _places(self, table: Any, name: str, columns: Sequence[str]) -> list[int]:
        headers = [str(cell).casefold() for cell in values.rows_of(table.header_row_range.api.Value2)[0]]
        missing = [column for column in columns if column.casefold() not in headers]
        if missing:
            raise MacroError(f"The table {name} has no column {missing[0]}. Give the column its name back.")
        return [headers.index(column.casefold()) for column in columns]

    # ---- writing -------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def changing(self) -> Iterator[None]:
        """Write within this; when it fails, every cell has its old value again. Protection is as before afterwards."""
        self._writing = True
        try:
            yield
        except BaseException:
            for area, old in reversed(self._undo):
                with contextlib.suppress(Exception):
                    area.Value2 = old
            if self._undo:  # what was calculated from the new values must go too
                with contextlib.suppress(Exception):
                    self.app.calculate()
            raise
        finally:
            self._undo.clear()
            for sheet, arguments in self._opened:
                with contextlib.suppress(Exception):
                    sheet.Protect(*arguments)
            self._opened.clear()
            self._writing = False

    def set_table(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Write rows into columns of a table, which keeps its size: rows left over become blank.

        Neighbouring columns are written in one assignment. Nothing is written when one of the columns can't be.

        Raises
        ------
        MacroError
            No such table or column, more rows than the table has, a formula where data belong, or a filter.
        """
        table = self._needed(name)
        self._refuse_filter(table)
        body = table.data_body_range
        height = body.shape[0]
        if len(rows) > height:
            raise MacroError(f"The table {name} has {height} rows, {len(rows)} are to be written. Add rows to it.")
        padded = [*rows, *[[None] * len(columns)] * (height - len(rows))]
        order = sorted(zip(self._places(table, name, columns), range(len(columns)), strict=True))
        blocks = []
        for run in _runs(order):
            first, last = run[0][0], run[-1][0]
            area = body[:, first : last + 1].api
            self._refuse_formula(area, name)
            blocks.append((area, [[self._outward(row[source]) for _, source in run] for row in padded]))
        for area, block in blocks:
            self._write(area, block)

    def set_name(self, name: str, value: Any) -> None:
        """Write a constant into a named cell.

        Raises
        ------
        MacroError
            There is no such name, or its cell holds a formula.
        """
        area = self._named(name)
        if area is None:
            raise MacroError(f"The name {name} is gone from the workbook. Define it again, or start a new workbook.")
        self._refuse_formula(area, name)
        self._write(area, [[self._outward(value)]])

    @staticmethod
    def _refuse_filter(table: Any) -> None:
        """Through a filter Excel writes wrong values into rows that show, none into the others, and says nothing."""
        sheet = table.api.Range.Worksheet
        areas = [(other.Name, other.AutoFilter) for other in sheet.ListObjects]
        areas.append((sheet.Name, sheet.AutoFilter))  # the sheet's own, beside its tables
        for name, found in areas:
            if found is not None and found.FilterMode:
                raise MacroError(
                    f"{name} on the sheet {sheet.Name} is filtered, and Excel can't write data through a filter. "
                    "Show all its rows (Data, Clear), then try again."
                )

    def _refuse_formula(self, area: Any, name: str) -> None:
        if area.HasFormula is not False:  # None: some of the cells
            where = f"{area.Worksheet.Name}!{area.Address}"
            raise MacroError(f"{name}: {where} holds a formula where data belong. Nothing was written over it.")

    def _write(self, area: Any, block: list[list[Any]]) -> None:
        if not self._writing:
            raise RuntimeError("write inside changing()")
        self._open_sheet(area.Worksheet)
        old = values.rows_of(area.Value2)
        self._undo.append((area, _packed([[_typed(values.cell(cell)) for cell in row] for row in old])))
        area.Value2 = _packed(block)

    def _open_sheet(self, sheet: Any) -> None:
        """Lift the protection of a sheet; sheets without password need no question."""
        if not sheet.ProtectContents or sheet.ProtectionMode:
            return
        protection = sheet.Protection
        arguments = (
            "",
            sheet.ProtectDrawingObjects,
            True,
            sheet.ProtectScenarios,
            False,
            *(getattr(protection, flag) for flag in _PROTECTION),
        )
        with contextlib.suppress(Exception):  # a password that is not empty is an error; looked at below
            sheet.Unprotect("")
        if sheet.ProtectContents:
            raise MacroError(
                f"The sheet {sheet.Name} is protected with a password, so its data can't be written. "
                "Choose Review, Unprotect Sheet, then try again."
            )
        self._opened.append((sheet, arguments))

    @property
    def from_1904(self) -> bool:
        """Whether its dates count from 1904."""
        return bool(self.book.api.Date1904)

    def _outward(self, value: Any) -> Any:
        """A Python value as a cell takes it: dates as serials, so that the cell's format stays."""
        if isinstance(value, dt.date) and self.from_1904:
            serial = number(value)
            return serial - _DAYS_1900_TO_1904 if isinstance(serial, float) else None
        return _typed(value)


def _property(api: Any, windows: str, mac: str) -> Any:
    """A property that xlwings does not offer, by COM on Windows and by AppleScript on a Mac."""
    return getattr(api, windows) if sys.platform != "darwin" else getattr(api, mac).get()


def _keep_values_when_saving(api: Any) -> None:
    """Excel would else calculate before saving, and turn cells it can't compute into errors."""
    with contextlib.suppress(Exception):
        if sys.platform == "darwin":
            api.calculate_before_save.set(False)
        else:
            api.CalculateBeforeSave = False


def _typed(value: Any) -> Any:
    """A value such that Excel stores just that: what it assigns it reads as if it had been typed.

    A text that might be read as a formula, number, date or truth value gets the apostrophe that makes it a text.
    """
    if value is None or value == "":
        return None
    if isinstance(value, str):
        plain = value[0].isalpha() and not any(letter.isdigit() for letter in value)
        return value if plain and value.casefold() not in ("true", "false") else f"'{value}"
    if isinstance(value, CellError):
        return value.value
    return values.to_wire(value)


def _packed(block: list[list[Any]]) -> Any:
    """Rows as COM takes them; a single cell takes a single value."""
    if len(block) == 1 and len(block[0]) == 1:
        return block[0][0]
    return tuple(tuple(row) for row in block)


def _runs(order: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Split (place in the table, place in the row) into runs of neighbouring columns."""
    run: list[tuple[int, int]] = []
    for item in order:
        if run and item[0] != run[-1][0] + 1:
            yield run
            run = []
        run.append(item)
    if run:
        yield run
