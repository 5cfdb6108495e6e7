"""Turns a workbook without macros into one with ours, and makes the add-in.

Parts are added beside those that are there: the VBA project, the ribbon tab, buttons, the sheet xlwings.conf. Existing
parts change only where they must name the new ones; cells, formats and charts stay as they are.
"""

from __future__ import annotations

import datetime as dt
import io
import itertools
import posixpath
import re
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any, Final
from xml.sax.saxutils import escape

import xlsxwriter

from alvh_xl import __version__
from alvh_xl.hosts.embedded import Package, WorkbookError
from alvh_xl.hosts.embedded.archive import pack, parse_xml, unpack, xml_bytes
from alvh_xl.hosts.embedded.package import MAIN, OFFICE_RELATION

from .controls import MORNING_COLUMNS, MORNING_ROWS, Button, drawing, morning_buttons, ribbon
from .vba import XLWINGS_ADDIN, Kind, Mode, project

CONF_SHEET: Final = "xlwings.conf"
UDF_MODULE: Final = "alvh_xl.hosts.excel.udfs"
CREATED: Final = dt.datetime(2026, 1, 1)  # of the add-in: no clock, so the same version gives the same bytes

_TYPES: Final = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_RELATIONS: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_VT: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes}"
_WORKBOOK_TYPE: Final[dict[Kind, str]] = {
    "workbook": "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    "addin": "application/vnd.ms-excel.addin.macroEnabled.main+xml",
}
_VBA_TYPE: Final = "application/vnd.ms-office.vbaProject"
_SHEET_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_VML_TYPE: Final = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_VBA_RELATION: Final = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
_RIBBON_RELATION: Final = "http://schemas.microsoft.com/office/2006/relationships/ui/extensibility"
# What may follow a sheet's drawing of buttons.
_AFTER_LEGACY_DRAWING: Final = {
    "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst",
}  # fmt: skip
_ADDIN_TEXT: Final = "Functions of the Adaptive Layered VIX Hedge. Educational, not advice."
_CONTENT_TYPES: Final = "[Content_Types].xml"
_XML_HEAD: Final = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TRUE: Final = ("1", "true")
_BLOCKS: Final = re.compile(rb'<o:idmap\b[^>]*\bdata="(\d+(?:,\d+)*)"')
_LOWEST_DATE: Final = (1980, 1, 1, 0, 0, 0)


def make_macro_workbook(
    workbook: bytes,
    mode: Mode = "reference",
    *,
    buttons: Mapping[str, Sequence[Button]] | None = None,
    interpreter_win: str | None = None,
    interpreter_mac: str | None = None,
    xlwings_addin: str = XLWINGS_ADDIN,
) -> bytes:
    """Give a workbook our macros, functions, buttons and ribbon tab.

    Parameters
    ----------
    workbook
        An .xlsx file.
    mode
        "reference": needs the xlwings add-in in Excel; "standalone": holds a copy of xlwings' VBA.
    buttons
        Buttons by sheet; None: Refresh and Export on the sheet Morning.
    interpreter_win, interpreter_mac
        The Python that answers; None leaves it to the user's own xlwings settings.
    xlwings_addin
        Where the xlwings add-in lies; matters only when Excel has not opened it.

    Returns
    -------
    bytes
        An .xlsm file; the same input gives the same bytes.

    Raises
    ------
    WorkbookError
        Not a workbook; it has macros or a sheet xlwings.conf already; a sheet for buttons is missing, or has notes or
        controls.
    """
    editor = _Editor(workbook)
    editor.add_conf_sheet(_settings(interpreter_win, interpreter_mac))
    editor.add_code(mode, "workbook", xlwings_addin)
    if buttons is None:
        widths, heights = editor.pixels("Morning", MORNING_COLUMNS, MORNING_ROWS)
        buttons = {"Morning": morning_buttons(widths, heights)}
    for sheet, row in buttons.items():
        editor.add_buttons(sheet, row)
    return editor.to_bytes()


def make_addin(
    mode: Mode = "reference",
    *,
    interpreter_win: str | None = None,
    interpreter_mac: str | None = None,
    xlwings_addin: str = XLWINGS_ADDIN,
) -> bytes:
    """Make the add-in (.xlam) that answers our functions in every workbook; parameters as `make_macro_workbook`."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    title = {"title": "ALVH functions", "subject": "Educational, not advice", "comments": f"alvh_xl {__version__}"}
    book.set_properties(title | {"author": "", "created": CREATED})
    book.add_worksheet("ALVH").write_string(
        0, 0, "Functions of the Adaptive Layered VIX Hedge. Educational, not advice."
    )
    book.close()
    editor = _Editor(buffer.getvalue())
    editor.add_conf_sheet(_settings(interpreter_win, interpreter_mac))
    editor.add_code(mode, "addin", xlwings_addin)
    return editor.to_bytes()


def _settings(interpreter_win: str | None, interpreter_mac: str | None) -> list[tuple[str, str]]:
    """Xlwings' settings of this workbook; the folder of the workbook is no place to import Python from."""
    settings = [("UDF MODULES", UDF_MODULE), ("ADD_WORKBOOK_TO_PYTHONPATH", "false")]
    if interpreter_win:
        settings.insert(0, ("INTERPRETER_WIN", interpreter_win))
    if interpreter_mac:
        settings.insert(0, ("INTERPRETER_MAC", interpreter_mac))
    return settings


class _Editor:
    """The parts of one workbook file, and what we add to them."""

    def __init__(self, workbook: bytes) -> None:
        package = Package.from_bytes(workbook)
        if package.has_macros:
            raise WorkbookError("the workbook has macros already: they would be lost")
        self._infos, self._parts = unpack(workbook)
        self._workbook = package.workbook_part
        self._sheets = dict(package.sheets)

    def to_bytes(self) -> bytes:
        """The workbook file; new parts follow the old ones."""
        known = {info.filename for info in self._infos}
        new = [zipfile.ZipInfo(name, _LOWEST_DATE) for name in self._parts if name not in known]
        for info in new:
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            info.create_system = 3
        return pack(self._infos + new, self._parts)

    def add_conf_sheet(self, settings: Sequence[tuple[str, str]]) -> None:
        """Append a hidden sheet with xlwings' settings, a name and a value in each row."""
        if CONF_SHEET in self._sheets:
            raise WorkbookError(f"the workbook has a sheet {CONF_SHEET} already")
        part = self._free("xl/worksheets/sheet{}.xml")
        rows = "".join(
            f'<row r="{i}">{_text_cell(f"A{i}", name)}{_text_cell(f"B{i}", value)}</row>'
            for i, (name, value) in enumerate(settings, 1)
        )
        self._add(part, f'<worksheet xmlns="{MAIN[1:-1]}"><sheetData>{rows}</sheetData></worksheet>', _SHEET_TYPE)
        book = self._tree(self._workbook)
        tabs = book.find(MAIN + "sheets")
        number = max((int(tab.get("sheetId")) for tab in tabs), default=0) + 1
        tab = _child(tabs, MAIN + "sheet", name=CONF_SHEET, sheetId=str(number), state="hidden")
        tab.set(OFFICE_RELATION + "id", self._relate(self._workbook, OFFICE_RELATION[1:-1] + "/worksheet", part))
        self._put(self._workbook, book)
        self._list_sheet(CONF_SHEET)
        self._sheets[CONF_SHEET] = part

    def add_code(self, mode: Mode, kind: Kind, xlwings_addin: str) -> None:
        """Add the VBA project and the ribbon tab, and turn the file into a macro workbook or an add-in."""
        book = self._tree(self._workbook)
        properties = book.find(MAIN + "workbookPr")
        if properties is None:
            properties = book.makeelement(MAIN + "workbookPr")
            book.insert(0 if book.find(MAIN + "fileVersion") is None else 1, properties)
        properties.set("codeName", "ThisWorkbook")
        self._put(self._workbook, book)
        names = [self._code_name(part, f"Sheet{i}") for i, part in enumerate(self._sheets.values(), 1)]
        part = posixpath.join(posixpath.dirname(self._workbook), "vbaProject.bin")
        self._add(part, project(names, mode, kind, xlwings_addin=xlwings_addin), _VBA_TYPE)
        self._relate(self._workbook, _VBA_RELATION, part)
        self._declare(self._workbook, _WORKBOOK_TYPE[kind])
        self._add("customUI/customUI.xml", ribbon(kind))
        self._relate("", _RIBBON_RELATION, "customUI/customUI.xml")

    def pixels(self, sheet: str, columns: tuple[int, int], rows: tuple[int, int]) -> tuple[list[int], list[int]]:
        """Widths of columns and heights of rows, counted from 0, the last one not included."""
        root = self._tree(self._sheet(sheet))
        widths: list[int] = []
        for column in range(*columns):
            of_it = (c for c in root.iter(MAIN + "col") if int(c.get("min")) <= column + 1 <= int(c.get("max")))
            # In digits of the default font, 7 pixels wide; a column without a width of its own is 64 pixels wide.
            widths.append(_shown(next(of_it, None), "width", 7, 64))
        usual = root.find(MAIN + "sheetFormatPr")
        points = float("15" if usual is None else usual.get("defaultRowHeight", "15"))
        heights: list[int] = []
        for row in range(*rows):
            of_it = (r for r in root.iter(MAIN + "row") if r.get("r") == str(row + 1))
            heights.append(_shown(next(of_it, None), "ht", 4 / 3, round(points * 4 / 3)))
        return widths, heights

    def _sheet(self, name: str) -> str:
        if name not in self._sheets:
            raise WorkbookError(f"the workbook has no sheet {name!r} for the buttons")
        return self._sheets[name]

    def add_buttons(self, sheet: str, buttons: Sequence[Button]) -> None:
        """Draw form buttons on a sheet."""
        part = self._sheet(sheet)
        root = self._tree(part)
        if root.find(MAIN + "legacyDrawing") is not None:
            raise WorkbookError(f"the sheet {sheet!r} has notes or controls already")
        text = drawing(buttons, self._free_block())
        picture = self._free("xl/drawings/vmlDrawing{}.vml")
        self._add(picture, text)
        self._declare_extension("vml", _VML_TYPE)
        element = root.makeelement(MAIN + "legacyDrawing")
        element.set(OFFICE_RELATION + "id", self._relate(part, OFFICE_RELATION[1:-1] + "/vmlDrawing", picture))
        later = (i for i, child in enumerate(root) if _local(child) in _AFTER_LEGACY_DRAWING)
        root.insert(next(later, len(root)), element)
        self._put(part, root)

    def _free_block(self) -> int:
        """Block of shape numbers that no drawing of the workbook takes, that of another sheet's notes neither."""
        drawings = (data for name, data in self._parts.items() if name.lower().endswith(".vml"))
        taken = {int(number) for data in drawings for blocks in _BLOCKS.findall(data) for number in blocks.split(b",")}
        return next(number for number in itertools.count(1) if number not in taken)

    # ---- parts ---------------------------------------------------------------------------------------------

    def _code_name(self, part: str, name: str) -> str:
        """Name by which VBA knows a sheet, given when it has none."""
        root = self._tree(part)
        properties = root.find(MAIN + "sheetPr")
        if properties is None:
            properties = root.makeelement(MAIN + "sheetPr")
            root.insert(0, properties)
        properties.set("codeName", name)
        self._put(part, root)
        return name

    def _tree(self, part: str) -> Any:
        return parse_xml(self._parts[part], part)

    def _put(self, part: str, root: Any) -> None:
        self._parts[part] = xml_bytes(root)

    def _free(self, pattern: str) -> str:
        taken = {name.lower() for name in self._parts}
        number = 1
        while pattern.format(number).lower() in taken:
            number += 1
        return pattern.format(number)

    def _add(self, part: str, content: str | bytes, content_type: str | None = None) -> None:
        if isinstance(content, str):
            content = _XML_HEAD + content.encode()
        self._parts[part] = content
        if content_type is not None:
            self._declare(part, content_type)

    def _declare(self, part: str, content_type: str) -> None:
        root = self._tree(_CONTENT_TYPES)
        for item in root.iterchildren(_TYPES + "Override"):
            if item.get("PartName", "").lower() == f"/{part}".lower():
                item.set("ContentType", content_type)
                break
        else:
            _child(root, _TYPES + "Override", PartName=f"/{part}", ContentType=content_type)
        self._put(_CONTENT_TYPES, root)

    def _declare_extension(self, extension: str, content_type: str) -> None:
        root = self._tree(_CONTENT_TYPES)
        if all(item.get("Extension", "").lower() != extension for item in root.iterchildren(_TYPES + "Default")):
            item = root.makeelement(_TYPES + "Default", {"Extension": extension, "ContentType": content_type})
            root.insert(0, item)
            self._put(_CONTENT_TYPES, root)

    def _relate(self, part: str, kind: str, target: str) -> str:
        """Relate a part (or, for "", the package) to another; returns the relationship's id."""
        folder, name = posixpath.split(part)
        path = posixpath.join(folder, "_rels", f"{name}.rels")
        if path not in self._parts:
            self._add(path, f'<Relationships xmlns="{_RELATIONS[1:-1]}"/>')
        root = self._tree(path)
        taken = {item.get("Id") for item in root}
        number = len(taken) + 1
        while f"rId{number}" in taken:
            number += 1
        relative = posixpath.relpath(target, folder) if folder else target
        _child(root, _RELATIONS + "Relationship", Id=f"rId{number}", Type=kind, Target=relative)
        self._put(path, root)
        return f"rId{number}"

    def _list_sheet(self, sheet: str) -> None:
        """Name a new last worksheet in the document properties, where those list the sheets."""
        if "docProps/app.xml" not in self._parts:
            return
        root = self._tree("docProps/app.xml")
        pairs, titles = root.find("{*}HeadingPairs/{*}vector"), root.find("{*}TitlesOfParts/{*}vector")
        first = None if pairs is None or titles is None else pairs.find(f"{_VT}variant/{_VT}lpstr")
        count = None if pairs is None else pairs.find(f"{_VT}variant/{_VT}i4")
        if first is None or count is None or first.text != "Worksheets":
            return
        title = titles.makeelement(_VT + "lpstr")
        title.text = sheet
        titles.insert(int(count.text), title)
        count.text = str(int(count.text) + 1)
        titles.set("size", str(len(titles)))
        self._put("docProps/app.xml", root)


def _shown(element: Any, size: str, pixels: float, usual: int) -> int:
    """Pixels that a column or row takes up, given in units of so many pixels; none when it is hidden."""
    if element is None:
        return usual
    if element.get("hidden") in _TRUE:
        return 0
    return round(float(element.get(size)) * pixels) if element.get(size) else usual


def _text_cell(address: str, text: str) -> str:
    return f'<c r="{address}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'


def _child(parent: Any, tag: str, **attributes: str) -> Any:
    child = parent.makeelement(tag, attributes)
    parent.append(child)
    return child


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
