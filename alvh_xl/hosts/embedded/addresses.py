"""Cell addresses: `B5` as numbers and back, rectangles of cells, sheet names in formulas."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from .errors import WorkbookError

MAX_ROW = 1_048_576
MAX_COLUMN = 16_384

_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_COLUMNS = re.compile(r"\$?([A-Za-z]{1,3}):\$?([A-Za-z]{1,3})")
_ROWS = re.compile(r"\$?([0-9]{1,7}):\$?([0-9]{1,7})")
_PLAIN_SHEET = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LOOKS_LIKE_CELL = re.compile(r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*[Cc]?[0-9]*|[Cc][0-9]*")


class Box(NamedTuple):
    """A rectangle of cells, all four edges included, rows and columns counted from 1."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def height(self) -> int:
        """Number of rows."""
        return self.bottom - self.top + 1

    @property
    def width(self) -> int:
        """Number of columns."""
        return self.right - self.left + 1

    @property
    def single(self) -> bool:
        """Whether the rectangle is one cell."""
        return self.top == self.bottom and self.left == self.right

    def holds(self, row: int, column: int) -> bool:
        """Whether a cell lies in the rectangle."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right


@cache
def column_name(number: int) -> str:
    """Letters of a column: 1 is A, 28 is AB."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@cache
def column_number(letters: str) -> int:
    """Number of a column: A is 1, AB is 28."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def cell_name(row: int, column: int) -> str:
    """Address of a cell, without dollars."""
    return f"{column_name(column)}{row}"


def box_name(box: Box, absolute: bool = False) -> str:
    """Address of a rectangle; one cell stays one cell."""
    mark = "$" if absolute else ""
    first = f"{mark}{column_name(box.left)}{mark}{box.top}"
    return first if box.single else f"{first}:{mark}{column_name(box.right)}{mark}{box.bottom}"


def parse_cell(text: str) -> tuple[int, int]:
    """Row and column of an address such as `B5` or `$B$5`.

    Raises
    ------
    WorkbookError
        The text is no address, or lies outside a worksheet (a hostile file may claim millions of columns).
    """
    match = _CELL.fullmatch(text)
    if match is None:
        raise WorkbookError(f"{text[:20]!r} is not a cell address")
    row, column = int(match[2]), column_number(match[1])
    if not 1 <= row <= MAX_ROW or column > MAX_COLUMN:
        raise WorkbookError(f"cell {text[:20]} lies outside a worksheet")
    return row, column


def parse_box(text: str) -> Box:
    """Rectangle of `A1`, `A1:B5`, whole columns `A:C` or whole rows `2:4`.

    Raises
    ------
    WorkbookError
        The text is none of these.
    """
    if match := _COLUMNS.fullmatch(text):
        left, right = sorted((column_number(match[1]), column_number(match[2])))
        box = Box(1, left, MAX_ROW, right)
    elif match := _ROWS.fullmatch(text):
        top, bottom = sorted((int(match[1]), int(match[2])))
        box = Box(top, 1, bottom, MAX_COLUMN)
    else:
        first, _, second = text.partition(":")
        (row, column), (row2, column2) = parse_cell(first), parse_cell(second or first)
        box = Box(min(row, row2), min(column, column2), max(row, row2), max(column, column2))
    if box.top < 1 or box.bottom > MAX_ROW or box.right > MAX_COLUMN:
        raise WorkbookError(f"range {text[:30]} lies outside a worksheet")
    return box


def quoted(sheet: str) -> str:
    """Sheet name as a formula needs it: in quotes unless it is a plain word."""
    if _PLAIN_SHEET.fullmatch(sheet) and not _LOOKS_LIKE_CELL.fullmatch(sheet):
        return sheet
    return "'" + sheet.replace("'", "''") + "'"


def unquoted(prefix: str) -> str:
    """Sheet name of a formula prefix such as `'It''s mine'!` or `Data!`."""
    name = prefix.removesuffix("!")
    if name.startswith("'") and name.endswith("'") and len(name) >= 2:
        return name[1:-1].replace("''", "'")
    return name
