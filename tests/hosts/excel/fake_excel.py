"""Excel's object model over a workbook file: enough of it for the macros, refusing what Excel refuses.

The real xlwings drives it. What Excel would calculate, the embedded host calculates, so that a refreshed workbook can
be compared cell by cell. Assigned values pass the COM gate and are read as if typed, as Excel reads them.
"""

# ruff: noqa: D102 - methods bear the names of Excel's object model and do what it says

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from alvh_xl.functions.cells import ERROR_BY_TEXT, CellError
from alvh_xl.hosts.embedded import Package, recalculate
from alvh_xl.hosts.embedded.addresses import Box, box_name
from alvh_xl.hosts.excel.values import CVERR
from alvh_xl.workbook.refresh import evaluators
from tests.hosts.excel.pywin32_stub import com_gate, excel_error

AUTOMATIC, MANUAL = -4105, -4135
PROTECTED = "The cell or chart you're trying to change is on a protected sheet."


class Collection:
    """A COM collection: counted from 1, called by index or name."""

    def __init__(self, items: Callable[[], list[Any]]) -> None:
        self._items = items

    @property
    def Count(self) -> int:
        return len(self._items())

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items())

    def Item(self, key: Any) -> Any:
        items = self._items()
        if isinstance(key, int):
            return items[key - 1]
        for item in items:
            if item.Name.casefold() == key.casefold():
                return item
        raise excel_error("Subscript out of range")

    __call__ = Item


class FakeExcel:
    """The Application object."""

    def __init__(self) -> None:
        self.ScreenUpdating = self.EnableEvents = self.DisplayAlerts = True
        self.CalculateBeforeSave = True
        self._calculation = AUTOMATIC
        self._status: Any = False
        self.Hwnd = 1
        self.Version = "16.0"
        self.books: list[Any] = []
        self.Workbooks = Collection(lambda: self.books)
        self.Workbooks.Open = self._open  # type: ignore[attr-defined]
        self.Workbooks.Add = self._add  # type: ignore[attr-defined]
        self.statuses: list[Any] = []
        self.seen_while_writing: list[tuple[Any, ...]] = []
        self.modes_at_opening: list[int] = []
        self.calculations = 0
        self.fail_calculation: Exception | None = None
        self.fail_printing: Exception | None = None
        self.Visible = False
        self.ended = False

    @property
    def state(self) -> tuple[Any, ...]:
        """What a macro must leave as it found it."""
        return self.ScreenUpdating, self.EnableEvents, self.DisplayAlerts, self._calculation, self._status

    @property
    def StatusBar(self) -> Any:
        return self._status

    @StatusBar.setter
    def StatusBar(self, value: Any) -> None:
        self._status = value
        self.statuses.append(value)

    @property
    def Calculation(self) -> int:
        if not self.books:
            raise excel_error("Method 'Calculation' of object '_Application' failed")
        return self._calculation

    @Calculation.setter
    def Calculation(self, value: int) -> None:
        if not self.books:
            raise excel_error("Unable to set the Calculation property of the Application class")
        self._calculation = value

    def Calculate(self) -> None:
        self.calculations += 1
        if self.fail_calculation:
            raise self.fail_calculation
        for book in self.books:
            book.calculate()

    def Quit(self) -> None:
        self.books.clear()
        self.ended = True

    def _open(self, path: str, *_: Any) -> Any:
        self.modes_at_opening.append(self._calculation)
        return FakeBook(self, Path(path))

    def _add(self) -> Any:
        blank = SimpleNamespace(Name="Book1", FullName="Book1", Path="", Application=self, calculate=lambda: None)
        blank.Close = lambda SaveChanges=True: self.books.remove(blank)
        self.books.append(blank)
        return blank


class FakeBook:
    """A Workbook object, opened from a file."""

    def __init__(self, app: FakeExcel, path: Path) -> None:
        self.Application = app
        self.Name, self.FullName, self.Path = path.name, str(path), str(path.parent)
        self.ReadOnly = self.Date1904 = False
        self.FileFormat = 52
        self.package = Package.open(path)
        self.sheets = [FakeSheet(self, name) for name in self.package.sheets]
        self.Worksheets = Collection(lambda: self.sheets)
        self.Names = Collection(self._names)
        self.writes_left: int | None = None  # how many assignments Excel takes before it refuses
        app.books.append(self)

    def _names(self) -> list[Any]:
        found = []
        for name, (sheet, box) in self.package.names.items():
            area = FakeRange(self.sheet(sheet), box)
            found.append(SimpleNamespace(Name=name, RefersTo="=", RefersToRange=area))
        return found

    def sheet(self, key: str) -> FakeSheet:
        """The sheet that has this name in the file."""
        return next(sheet for sheet in self.sheets if sheet.key == key)

    def named(self, name: str) -> Any:
        """What a named cell shows."""
        sheet, box = self.package.names[name]
        return self.package.sheet(sheet).value(box.top, box.left)

    def table(self, name: str, columns: Sequence[str]) -> list[tuple[Any, ...]]:
        """What columns of a table show."""
        table = self.package.tables[name]
        places = [table.columns.index(column) for column in columns]
        rows = FakeRange(self.sheet(table.sheet), table.data).Value2
        return [tuple(row[place] for place in places) for row in rows]

    def calculate(self) -> None:
        """Calculate as Excel would."""
        recalculate(self.package, evaluators(), dt.datetime(2018, 10, 4, 9))

    def Save(self) -> None:
        if self.ReadOnly:
            raise excel_error(f"Cannot access read-only document '{self.Name}'.")
        Path(self.FullName).write_bytes(self.package.to_bytes())

    def SaveCopyAs(self, path: str) -> None:
        Path(path).write_bytes(self.package.to_bytes())

    def ExportAsFixedFormat(self, Type: int, Filename: str, **_: Any) -> None:
        assert Type == 0, "0 is PDF"
        if self.Application.fail_printing:
            raise self.Application.fail_printing
        Path(Filename).write_bytes(b"%PDF")

    def Close(self, SaveChanges: bool = True) -> None:
        self.Application.books.remove(self)


class FakeSheet:
    """A Worksheet object; `key` is its name in the file, `Name` what the user calls it now."""

    def __init__(self, book: FakeBook, key: str) -> None:
        self.Parent = book
        self.Name = self.key = key
        self.password = ""
        self.ProtectContents = self.ProtectDrawingObjects = (
            b"<sheetProtection" in book.package.parts[book.package.sheets[key]]
        )
        self.ProtectScenarios = self.ProtectionMode = False
        flags = ("FormattingCells", "FormattingColumns", "FormattingRows", "Sorting", "Filtering")
        refused = ("InsertingColumns", "InsertingRows", "InsertingHyperlinks", "DeletingColumns", "DeletingRows")
        allowed = {f"Allow{flag}": True for flag in flags} | {f"Allow{flag}": False for flag in refused}
        self.Protection = SimpleNamespace(**allowed, AllowUsingPivotTables=False)
        self.protected_with: list[tuple[Any, ...]] = []
        self.ListObjects = Collection(self._tables)
        self.AutoFilter: Any = None
        self.filters: dict[str, Any] = {}  # of tables

    def _tables(self) -> list[Any]:
        found = []
        for table in self.Parent.package.tables.values():
            if table.sheet == self.key:
                header = table.box._replace(bottom=table.box.top)
                body, head = FakeRange(self, table.data), FakeRange(self, header)
                found.append(
                    SimpleNamespace(
                        Name=table.name,
                        DataBodyRange=body,
                        HeaderRowRange=head,
                        Range=FakeRange(self, table.box),
                        AutoFilter=self.filters.get(table.name),
                    )
                )
        return found

    def Cells(self, row: int, column: int) -> FakeRange:
        return FakeRange(self, Box(row, column, row, column))

    def Range(self, first: FakeRange, last: FakeRange) -> FakeRange:
        return FakeRange(self, Box(first.box.top, first.box.left, last.box.bottom, last.box.right))

    def Unprotect(self, password: str) -> None:
        if password != self.password:
            raise excel_error("The password you supplied is not correct.")
        self.ProtectContents = self.ProtectDrawingObjects = False

    def Protect(self, *arguments: Any) -> None:
        assert len(arguments) == 16, "Excel counts positions"
        self.protected_with.append(arguments)
        self.password, self.ProtectDrawingObjects, self.ProtectContents = arguments[:3]


class FakeRange:
    """A Range object: a rectangle of cells."""

    def __init__(self, sheet: FakeSheet, box: Box) -> None:
        self.Worksheet = sheet
        self.box = box
        self.Row, self.Column = box.top, box.left
        self.Rows, self.Columns = SimpleNamespace(Count=box.height), SimpleNamespace(Count=box.width)
        self.Count = box.height * box.width
        self.Address = box_name(box)

    @property
    def _cells(self) -> Any:
        return self.Worksheet.Parent.package.sheet(self.Worksheet.key)

    @property
    def HasFormula(self) -> bool | None:
        cells = self._cells
        places = [
            (row, column)
            for row in range(self.box.top, self.box.bottom + 1)
            for column in range(self.box.left, self.box.right + 1)
        ]
        found = {
            place in cells.formula_at or any(array.box.holds(*place) for array in cells.arrays) for place in places
        }
        return None if len(found) == 2 else found.pop()

    @property
    def Value2(self) -> Any:
        box, cells = self.box, self._cells
        rows = tuple(
            tuple(_outward(cells.value(row, column)) for column in range(box.left, box.right + 1))
            for row in range(box.top, box.bottom + 1)
        )
        return rows[0][0] if self.Count == 1 else rows

    @Value2.setter
    def Value2(self, value: Any) -> None:
        sheet, app = self.Worksheet, self.Worksheet.Parent.Application
        if sheet.ProtectContents and not sheet.ProtectionMode:
            raise excel_error(PROTECTED)
        book = sheet.Parent
        if book.writes_left is not None:
            if book.writes_left == 0:
                book.writes_left = None
                raise excel_error("Out of memory")
            book.writes_left -= 1
        app.seen_while_writing.append(app.state[:4])
        rows = value if isinstance(value, tuple) else ((value,),)
        assert [len(row) for row in rows] == [self.box.width] * self.box.height, "a block of another shape"
        for row, line in enumerate(rows, self.box.top):
            for column, item in enumerate(line, self.box.left):
                self._cells.write(row, column, _inward(item))

    Value = Value2


def _outward(value: Any) -> Any:
    return -2146828288 + CVERR[value] if isinstance(value, CellError) else value


def _inward(value: Any) -> Any:
    """What Excel stores when a value is assigned: texts are read as if typed."""
    if value is None:
        return None
    value = com_gate(value)
    if not isinstance(value, str):
        return float(value) if type(value) is int else value
    if value.startswith("'"):
        return value[1:]
    assert not value.startswith(("=", "+", "-", "@")), f"{value!r} would become a formula"
    assert not any(letter.isdigit() for letter in value), f"{value!r} might become a number or a date"
    return ERROR_BY_TEXT.get(value, value)
