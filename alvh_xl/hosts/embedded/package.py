"""A workbook file as parts: its sheets, tables and defined names, and the bytes to write back."""

from __future__ import annotations

import hashlib
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from .addresses import Box, parse_box, unquoted
from .archive import Element, pack, parse_xml, read_file, unpack, xml_bytes
from .cells_xml import SheetXml, text_of, unescape
from .errors import WorkbookError

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
OFFICE_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
CALC_ID = "191029"  # the calculation engine of Excel 2019 and later: an older id makes Excel recalculate at opening

_AREA = re.compile(
    r"((?:'(?:[^']|'')+'|[\w.]+)!)(\$?[A-Za-z]{1,3}\$?\d+(?::\$?[A-Za-z]{1,3}\$?\d+)?"
    r"|\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}|\$?\d+:\$?\d+)"
)
# Elements of workbook.xml that come before calcPr.
_BEFORE_CALC = {
    "fileVersion", "fileSharing", "workbookPr", "AlternateContent", "revisionPtr", "absPath", "workbookProtection",
    "bookViews", "sheets", "functionGroups", "externalReferences", "definedNames",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """An Excel table: where it lies and what its columns are called."""

    name: str
    sheet: str
    box: Box
    header_rows: int
    totals_rows: int
    columns: tuple[str, ...]

    @property
    def data(self) -> Box:
        """The rows between header and totals."""
        return self.box._replace(top=self.box.top + self.header_rows, bottom=self.box.bottom - self.totals_rows)

    def column(self, name: str) -> int | None:
        """Sheet column of a table column, whatever its case; None when there is no such column."""
        wanted = name.casefold()
        for offset, column in enumerate(self.columns):
            if column.casefold() == wanted:
                return self.box.left + offset
        return None


class DefinedName(NamedTuple):
    """A defined name: its text as stored, and the sheet it is limited to (None: the whole workbook)."""

    name: str
    text: str
    sheet: str | None


class Package:
    """A .xlsx or .xlsm file, read safely; sheets are parsed once, when first needed.

    Attributes
    ----------
    sheets
        Worksheet name → part path, in tab order.
    tables
        Table name → `Table`.
    names
        Workbook-wide defined name → (sheet, box), for names that are one rectangle of cells.
    definitions
        Every defined name with its text.
    origin
        SHA-256 of the file as it was read, to tell whether another program changed it since; None without a file.
    """

    origin: bytes | None = None

    def __init__(self, infos: list[zipfile.ZipInfo], parts: dict[str, bytes]) -> None:
        self.parts = parts
        self._infos = infos
        self._sheets: dict[str, SheetXml] = {}
        self._strings: list[str] | None = None
        self.workbook_part = self._find_workbook()
        self.workbook = parse_xml(parts[self.workbook_part], self.workbook_part)
        if self.workbook.tag != MAIN + "workbook":
            raise WorkbookError("the workbook is in the Strict Open XML form: save it as an ordinary .xlsx")
        self.tabs = list(self._tabs())
        self.sheets = {name: part for name, part in self.tabs if part is not None}
        self.tables = {table.name: table for table in self._read_tables()}
        self.definitions = list(self._read_names())
        self.names = {
            item.name: area for item in self.definitions if item.sheet is None and (area := self._area(item.text))
        }

    @classmethod
    def open(cls, path: str | Path) -> Package:
        """Read a workbook file.

        Raises
        ------
        WorkbookError
            Not a workbook, encrypted, truncated, hostile, too large, or not readable.
        """
        data = read_file(path)
        package = cls.from_bytes(data)
        package.origin = hashlib.sha256(data).digest()
        return package

    @classmethod
    def from_bytes(cls, data: bytes) -> Package:
        """Read a workbook from its bytes; raises `WorkbookError` as `open` does."""
        return cls(*unpack(data))

    def to_bytes(self) -> bytes:
        """Bytes of the workbook; parts that did not change keep their content, and the order and dates stay."""
        changed = {sheet.part: sheet.to_bytes() for sheet in self._sheets.values() if sheet.dirty}
        return pack(self._infos, self.parts | changed)

    def sheet(self, name: str) -> SheetXml:
        """Cells of a worksheet, whatever the case of its name.

        Raises
        ------
        WorkbookError
            There is no such worksheet, or its part is damaged.
        """
        if name not in self._sheets:
            real = self.sheet_name(name)
            if real is None:
                raise WorkbookError(f"the workbook has no sheet {name!r}")
            if real not in self._sheets:
                self._sheets[real] = SheetXml(real, self.sheets[real], self.parts[self.sheets[real]], self.strings)
            return self._sheets[real]
        return self._sheets[name]

    def is_parsed(self, name: str) -> bool:
        """Whether a sheet's cells have been read (and may have been changed)."""
        return name in self._sheets

    def sheet_name(self, name: str) -> str | None:
        """Name of a worksheet as it is written, from any case; None when there is none."""
        if name in self.sheets:
            return name
        return next((sheet for sheet in self.sheets if sheet.casefold() == name.casefold()), None)

    def table(self, name: str) -> Table | None:
        """Look a table up by name, whatever its case."""
        found = self.tables.get(name)
        return found or next((t for t in self.tables.values() if t.name.casefold() == name.casefold()), None)

    @property
    def strings(self) -> list[str]:
        """Shared strings, read when first needed."""
        if self._strings is None:
            part = self.related(self.workbook_part, "sharedStrings")
            self._strings = [text_of(item) for item in parse_xml(self.parts[part[0]], part[0])] if part else []
        return self._strings

    @property
    def dates_from_1904(self) -> bool:
        """Whether serials count from 1904, as in old Mac workbooks."""
        properties = self.workbook.find(MAIN + "workbookPr")
        return properties is not None and properties.get("date1904") in ("1", "true")

    @property
    def has_macros(self) -> bool:
        """Whether the workbook carries VBA, whose functions nobody but Excel can call."""
        return any(part.lower().endswith("vbaproject.bin") for part in self.parts)

    def related(self, part: str, kind: str) -> list[str]:
        """Paths of the parts that `part` refers to with a relationship of a kind."""
        return [target for found, target in self.relations(part).values() if found == kind]

    def keep_values_on_opening(self) -> None:
        """Tell Excel that the cached values are complete.

        Otherwise it recalculates at opening, and without the add-in every function of ours becomes #NAME?.
        """
        settings = self.workbook.find(MAIN + "calcPr")
        before = dict(settings.attrib) if settings is not None else None
        if settings is None:
            settings = self.workbook.makeelement(MAIN + "calcPr")
            place = max(i for i, e in enumerate(self.workbook) if _local(e) in _BEFORE_CALC)
            self.workbook.insert(place + 1, settings)
        for flag in ("fullCalcOnLoad", "forceFullCalc", "calcCompleted"):
            settings.attrib.pop(flag, None)
        settings.set("calcId", CALC_ID)
        if dict(settings.attrib) != before:
            self.parts[self.workbook_part] = xml_bytes(self.workbook)

    # ---- reading -------------------------------------------------------------------------------------------

    def _find_workbook(self) -> str:
        found = self.related("", "officeDocument")
        if "[Content_Types].xml" not in self.parts or not found or found[0] not in self.parts:
            raise WorkbookError("not an Excel workbook: the file holds no workbook part")
        if not found[0].endswith(".xml"):
            raise WorkbookError("a binary workbook (.xlsb) can't be refreshed: save it as .xlsx or .xlsm")
        return found[0]

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Relationships of a part that stay inside the file: id → (kind, path of the other part)."""
        folder, name = posixpath.split(part)
        path = posixpath.join(folder, "_rels", name + ".rels")
        if path not in self.parts:
            return {}
        found = {}
        for relation in parse_xml(self.parts[path], path).iterchildren("{*}Relationship"):
            target = relation.get("Target", "")
            if relation.get("TargetMode") == "External":
                continue
            full = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            found[relation.get("Id", "")] = (relation.get("Type", "").rsplit("/", 1)[-1], full)
        return found

    def _tabs(self) -> Iterator[tuple[str, str | None]]:
        """Every tab in order; the part is None for chart sheets and the like."""
        relations = self.relations(self.workbook_part)
        sheets = self.workbook.find(MAIN + "sheets")
        for sheet in sheets if sheets is not None else ():
            kind, part = relations.get(sheet.get(OFFICE_RELATION + "id", ""), ("", ""))
            if kind == "worksheet" and part not in self.parts:
                raise WorkbookError(f"the workbook is damaged: sheet {sheet.get('name')!r} is missing")
            yield sheet.get("name", ""), part if kind == "worksheet" else None

    def _read_tables(self) -> Iterator[Table]:
        for name, part in self.sheets.items():
            for path in self.related(part, "table"):
                if path in self.parts:
                    yield _table(parse_xml(self.parts[path], path), name)

    def _read_names(self) -> Iterator[DefinedName]:
        parent = self.workbook.find(MAIN + "definedNames")
        for item in parent.iterchildren(MAIN + "definedName") if parent is not None else ():
            local = item.get("localSheetId")
            owner = None
            if local is not None:
                if not local.isdigit() or int(local) >= len(self.tabs):
                    continue
                owner = self.tabs[int(local)][0]
            yield DefinedName(unescape(item.get("name", "")), item.text or "", owner)

    def _area(self, text: str) -> tuple[str, Box] | None:
        match = _AREA.fullmatch(text.strip())
        sheet = self.sheet_name(unquoted(match[1])) if match else None
        return (sheet, parse_box(match[2])) if match and sheet else None


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _table(root: Element, sheet: str) -> Table:
    columns = root.find(MAIN + "tableColumns")
    names = [unescape(column.get("name", "")) for column in columns] if columns is not None else []
    table = root.get("displayName", "")
    rows = [root.get("headerRowCount", "1"), root.get("totalsRowCount", "0")]
    if wrong := next((count for count in rows if not (count.isascii() and count.isdigit() and len(count) < 8)), None):
        raise WorkbookError(f"table {table[:60]!r} is damaged: {wrong[:20]!r} is no number of rows")
    try:
        box = parse_box(root.get("ref", ""))
    except WorkbookError as problem:
        raise WorkbookError(f"table {table[:60]!r} is damaged: {problem}") from problem
    return Table(table, sheet, box, int(rows[0]), int(rows[1]), tuple(names))
