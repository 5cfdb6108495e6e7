"""What a name or reference in a formula points at: sheets, tables, defined names."""

from __future__ import annotations

import re
from collections.abc import Collection, Set
from functools import lru_cache
from typing import NamedTuple

from .addresses import Box, box_name, parse_box, quoted, unquoted
from .errors import WorkbookError
from .package import DefinedName, Package, Table
from .tokens import Token, split_reference, tokenize

# A name's usual meaning: fixed cells of one sheet.
_PLAIN_AREA = re.compile(r"(?:'(?:[^'\[]|'')+'|[A-Za-z_]\w*)!\$[A-Z]{1,3}\$[0-9]+(?::\$[A-Z]{1,3}\$[0-9]+)?")
_CORNER = re.compile(r"\$?[A-Za-z]{1,3}\$?[0-9]+")
_TABLE_PART = re.compile(r"\[((?:'.|[^\[\]'])*)\]|([^\[\],:@]+)|([,:@])", re.DOTALL)


class Area(NamedTuple):
    """A rectangle of cells on a sheet."""

    sheet: str
    box: Box

    def formula(self) -> str:
        """The area as a formula writes it: `Data!$A$1:$B$5`."""
        return f"{quoted(self.sheet)}!{box_name(self.box, absolute=True)}"


class Home(NamedTuple):
    """The cell a formula stands in."""

    sheet: str
    row: int
    column: int


class Names:
    """Sheets, tables and defined names of a workbook, looked up as formulas write them.

    Parameters
    ----------
    package
        The workbook.
    functions
        Upper-case names of the functions evaluated in Python; a defined name whose formula calls one is replaced by
        its formula wherever it is used, because the engine can't call Python.
    """

    def __init__(self, package: Package, functions: Collection[str]) -> None:
        self._package = package
        self.tables: list[Table] = list(package.tables.values())
        self._table = {table.name.casefold(): table for table in self.tables}
        self._global: dict[str, DefinedName] = {}
        self._local: dict[tuple[str, str], DefinedName] = {}
        self.alias: dict[tuple[str, str], str] = {}
        for item in package.definitions:
            if item.sheet is None:
                self._global[item.name.casefold()] = item
            else:
                key = item.sheet.casefold(), item.name.casefold()
                self._local[key] = item
                self.alias[key] = f"_alvh_local_{len(self.alias)}"
        self.inlined = self._names_calling(functions)
        self._areas: dict[tuple[str, str], Area | None] = {}
        self._table_areas: dict[str, Area | None] = {}

    def _names_calling(self, functions: Collection[str]) -> set[str]:
        """Folded names whose formula calls one of `functions`, directly or through another name."""
        uses: dict[str, set[str]] = {}
        calling: set[str] = set()
        for item in self._package.definitions:
            if _PLAIN_AREA.fullmatch(item.text):
                continue
            key, tokens = item.name.casefold(), tokenize(item.text)
            uses.setdefault(key, set()).update(
                split_reference(token.text)[1].casefold() for token in tokens if token.kind == "name"
            )
            if any(function_name(token.text) in functions for token in tokens if token.kind == "function"):
                calling.add(key)
        while more := {key for key, used in uses.items() if used & calling} - calling:
            calling |= more
        return calling

    @property
    def definitions(self) -> list[DefinedName]:
        """Every defined name of the workbook."""
        return self._package.definitions

    def local(self, sheet: str, name: str) -> DefinedName | None:
        """Defined name limited to a sheet."""
        return self._local.get((sheet.casefold(), name.casefold()))

    def lookup(self, text: str, sheet: str) -> DefinedName | None:
        """Defined name a formula on `sheet` means by a text such as `spot` or `Data!spot`."""
        prefix, name = split_reference(text)
        if prefix and not prefix.startswith("[0]"):
            sheet = unquoted(prefix)
        local = None if prefix.startswith("[0]") else self.local(sheet, name)
        return local or self._global.get(name.casefold())

    def is_table(self, text: str) -> bool:
        """Whether a text is the bare name of a table."""
        return text.casefold() in self._table

    def area(self, text: str, sheet: str) -> Area | None:
        """Area of a plain reference; None for several sheets, other workbooks and lost references."""
        key = text, sheet
        if key not in self._areas:
            self._areas[key] = self._read_area(text, sheet)
        return self._areas[key]

    def _read_area(self, text: str, sheet: str) -> Area | None:
        prefix, place = split_reference(text)
        found = self._package.sheet_name(unquoted(prefix) if prefix else sheet)
        try:
            return Area(found, parse_box(place)) if found else None
        except WorkbookError:
            return None

    def name_area(self, item: DefinedName) -> Area | None:
        """Area of a defined name that is one fixed rectangle."""
        if _PLAIN_AREA.fullmatch(item.text):
            return self.area(item.text, "")
        tokens = [token for token in tokenize(item.text) if token.kind != "space"]
        if len(tokens) != 1:
            return None
        if tokens[0].kind == "table":
            return self.table_area(tokens[0].text, Home("", 0, 0))
        if tokens[0].kind != "ref" or not is_absolute(tokens[0]):
            return None
        return self.area(tokens[0].text, item.sheet or "")

    def table_area(self, text: str, home: Home) -> Area | None:
        """Area of a reference to a table, such as `Condor[[#This Row],[strike]]` or `[@strike]`.

        XlsxWriter writes `[[#This Row],strike]` where Excel writes `[[#This Row],[strike]]`; both are read.
        """
        if text.startswith("[") or "@" in text or "#" in text:
            return self._read_table_area(text, home)
        if text not in self._table_areas:
            self._table_areas[text] = self._read_table_area(text, home)
        return self._table_areas[text]

    def _read_table_area(self, text: str, home: Home) -> Area | None:
        name, _, rest = text.partition("[")
        table = self._table.get(name.casefold()) if name else self._around(home)
        if table is None:
            return None
        words, columns, this_row = _table_parts(rest.rpartition("]")[0])
        top, bottom = _table_rows(table, words)
        if this_row or "#this row" in words:
            top = bottom = home.row
            if home.sheet != table.sheet or not table.box.top <= home.row <= table.box.bottom:
                return None
        found = [table.column(column) for column in columns] or [table.box.left, table.box.right]
        edges = [column for column in found if column is not None]
        if len(edges) < len(found) or top > bottom:
            return None
        return Area(table.sheet, Box(top, min(edges), bottom, max(edges)))

    def _around(self, home: Home) -> Table | None:
        return next((t for t in self.tables if t.sheet == home.sheet and t.box.holds(home.row, home.column)), None)


@lru_cache(maxsize=4096)
def _table_parts(inside: str) -> tuple[frozenset[str], tuple[str, ...], bool]:
    """Special words, column names, and whether `@` stands in the brackets of a table reference."""
    inside = inside.strip()
    this_row = inside.startswith("@")
    if "[" not in inside:
        inside = inside.removeprefix("@")
        parts = [inside] if inside else []
    else:
        parts = [m[1] if m[1] is not None else m[2].strip() for m in _TABLE_PART.finditer(inside) if m[3] is None]
    words = frozenset(part.casefold() for part in parts if part.startswith("#"))
    columns = tuple(re.sub(r"'(.)", r"\1", part) for part in parts if part and not part.startswith("#"))
    return words, columns, this_row


def _table_rows(table: Table, words: Set[str]) -> tuple[int, int]:
    box, data = table.box, table.data
    if "#all" in words or words >= {"#headers", "#totals"}:
        return box.top, box.bottom
    if "#headers" in words:
        return (box.top, data.bottom) if "#data" in words else (box.top, data.top - 1)
    if "#totals" in words:
        return (data.top, box.bottom) if "#data" in words else (data.bottom + 1, box.bottom)
    return data.top, data.bottom


@lru_cache(maxsize=4096)
def function_name(text: str) -> str:
    """Plain upper-case name of a function token: sheet, add-in and future-function prefixes removed."""
    name = split_reference(text.removesuffix("("))[1].upper()
    for prefix in ("_XLL.", "_XLDUDF_", "_XLFN.", "_XLWS.", "_XLUDF."):
        name = name.removeprefix(prefix)
    return name


def is_absolute(token: Token) -> bool:
    """Whether every part of a reference has its dollars, so that it means the same everywhere."""
    parts = split_reference(token.text)[1].split(":")
    return all(part.count("$") == (2 if _CORNER.fullmatch(part) else 1) for part in parts)
