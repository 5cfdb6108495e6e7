"""The workbook as the engine gets it: sheets, names, tables and styles only, formulas translated, spills emptied."""

from __future__ import annotations

import copy
import io
import re
import zipfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape as xml_escape
from xml.sax.saxutils import quoteattr

from lxml import etree

from .addresses import cell_name
from .archive import Element
from .cells_xml import CELL, FORMULA, MAIN, VALUE, SheetXml, Value, encode
from .package import OFFICE_RELATION, Package
from .references import Names

_NAMESPACE = MAIN.strip("{}")
_RELATION = OFFICE_RELATION.strip("{}")
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml."
# Says that cell attribute cm="1" marks a dynamic array.
_METADATA = (
    f'{_HEAD}<metadata xmlns="{_NAMESPACE}" xmlns:xda="http://schemas.microsoft.com/office/spreadsheetml/2017/dynamicarray">'
    '<metadataTypes count="1"><metadataType name="XLDAPR" minSupportedVersion="120000" copy="1" pasteAll="1" '
    'pasteValues="1" merge="1" splitFirst="1" rowColShift="1" clearFormats="1" clearComments="1" assign="1" coerce="1" '
    'cellMeta="1"/></metadataTypes><futureMetadata name="XLDAPR" count="1"><bk><extLst>'
    '<ext uri="{bdbb8cdc-fa1e-496e-a857-3c3f30c029c3}"><xda:dynamicArrayProperties fDynamic="1" fCollapsed="0"/></ext>'
    '</extLst></bk></futureMetadata><cellMetadata count="1"><bk><rc t="1" v="0"/></bk></cellMetadata></metadata>'
)
Place = tuple[int, int]

_SHEET_DATA = re.compile(rb"<sheetData\s*/>|<sheetData[\s>].*</sheetData\s*>", re.DOTALL)
_START_TAG = re.compile(rb"<worksheet[\s>][^>]*>?")


@dataclass(frozen=True, slots=True)
class Replacement:
    """What stands in a cell of the engine's copy instead of its formula."""

    formula: str | None = None
    value: Value = None


class Scratch:
    """A sheet of the engine's copy that the user's workbook does not have: constants and formulas by cell."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows: dict[int, dict[int, str]] = {}

    def put(self, row: int, column: int, value: Value) -> None:
        """Put a constant."""
        if value is None:
            return
        kind, text = encode(value)
        mark = f' t="{kind}"' if kind else ""
        self._cell(row, column, f'{mark}><v xml:space="preserve">{xml_escape(text)}</v></c>')

    def put_formula(self, row: int, column: int, text: str, spills: bool) -> None:
        """Put a formula, without its equals sign."""
        mark = ' cm="1"' if spills else ""
        self._cell(row, column, f"{mark}><f>{xml_escape(text)}</f></c>")

    def _cell(self, row: int, column: int, rest: str) -> None:
        self.rows.setdefault(row, {})[column] = f'<c r="{cell_name(row, column)}"{rest}'

    def xml(self) -> bytes:
        """The sheet as a part."""
        lines = (
            f'<row r="{row}">{"".join(cells[column] for column in sorted(cells))}</row>'
            for row, cells in sorted(self.rows.items())
        )
        return f'{_HEAD}<worksheet xmlns="{_NAMESPACE}"><sheetData>{"".join(lines)}</sheetData></worksheet>'.encode()


def build(
    package: Package,
    names: Names,
    replaced: Mapping[str, Mapping[Place, Replacement]],
    scratch: Iterable[Scratch],
    free: Collection[tuple[str, Place]],
) -> bytes:
    """Bytes of the engine's workbook.

    Parameters
    ----------
    package, names
        The user's workbook and its names.
    replaced
        Sheet → cell → what stands there instead of its formula.
    scratch
        Extra sheets, put after the user's.
    free
        Dynamic arrays that may change their size. The others keep the one they had, for the engine calculates a
        workbook of which it knows the layout much faster; an array of another size is #SPILL! then.
    """
    sheets: list[tuple[str, bytes]] = []
    tables: dict[int, list[bytes]] = {}
    for number, (name, part) in enumerate(package.tabs):
        if part is None:  # a chart sheet still counts as a sheet
            sheets.append((name, Scratch(name).xml()))
            continue
        parts = [path for path in package.related(part, "table") if path in package.parts]
        tables[number] = [package.parts[path] for path in parts]
        sheets.append((name, _sheet(package, name, part, replaced.get(name, {}), free, len(parts))))
    sheets += [(sheet.name, sheet.xml()) for sheet in scratch]
    return _zip(package, names, sheets, tables)


def _sheet(
    package: Package,
    name: str,
    part: str,
    replaced: Mapping[Place, Replacement],
    free: Collection[tuple[str, Place]],
    tables: int,
) -> bytes:
    tail = _table_parts(tables)
    if not package.is_parsed(name):
        raw = package.parts[part]
        start, data = _START_TAG.search(raw), _SHEET_DATA.search(raw)
        if start is not None and data is not None:
            return start[0] + data[0] + tail.encode() + b"</worksheet>"
    sheet = package.sheet(name)
    root = etree.Element(MAIN + "worksheet", nsmap={None: _NAMESPACE})
    data_copy = copy.deepcopy(sheet.data)
    root.append(data_copy)
    _translate(sheet, data_copy, replaced, free)
    text: bytes = etree.tostring(root, encoding="UTF-8")
    return text.replace(b"</worksheet>", tail.encode() + b"</worksheet>") if tail else text


def _table_parts(count: int) -> str:
    if not count:
        return ""
    items = "".join(f'<tablePart xmlns:r="{_RELATION}" r:id="rId{i + 1}"/>' for i in range(count))
    return f'<tableParts xmlns="{_NAMESPACE}" count="{count}">{items}</tableParts>'


def _translate(
    sheet: SheetXml, data: Element, replaced: Mapping[Place, Replacement], free: Collection[tuple[str, Place]]
) -> None:
    """Turn the copied cells into what the engine should see."""
    children: set[Place] = set()
    for array in sheet.arrays:
        for row in range(array.box.top, array.box.bottom + 1):
            children.update((row, column) for column in range(array.box.left, array.box.right + 1))
    children -= sheet.formula_at.keys()
    for place, cell in zip(sheet.cells, data.iter(CELL), strict=True):
        if place in sheet.formula_at:
            dynamic = sheet.formula_at[place].kind == "dynamic"
            _translate_formula(cell, dynamic, (sheet.name, place) in free, replaced.get(place))
        elif place in children:
            for child in list(cell):
                cell.remove(child)
            cell.attrib.pop("t", None)
    etree.strip_attributes(data, "vm")


def _translate_formula(cell: Element, dynamic: bool, free: bool, new: Replacement | None) -> None:
    formula = cell.find(FORMULA)
    if dynamic:
        cell.set("cm", "1")
    if dynamic and free:
        for attribute in ("t", "ref", "aca", "ca"):
            formula.attrib.pop(attribute, None)
    if new is None:
        return
    for old in cell.findall(VALUE):
        cell.remove(old)
    cell.attrib.pop("t", None)
    if new.formula is not None:
        formula.text = new.formula
        if formula.get("t") == "shared":
            for attribute in ("t", "si", "ref"):
                formula.attrib.pop(attribute, None)
        return
    cell.remove(formula)
    cell.attrib.pop("cm", None)
    if new.value is not None:
        kind, text = encode(new.value)
        if kind:
            cell.set("t", kind)
        stored = cell.makeelement(VALUE)
        stored.text = text
        cell.append(stored)


def _zip(package: Package, names: Names, sheets: list[tuple[str, bytes]], tables: Mapping[int, list[bytes]]) -> bytes:
    parts: dict[str, bytes] = {"xl/metadata.xml": _METADATA.encode()}
    kinds = {"xl/metadata.xml": "sheetMetadata"}
    links = [("sheetMetadata", "metadata.xml")]
    for kind in ("sharedStrings", "styles"):
        for path in package.related(package.workbook_part, kind)[:1]:
            if path in package.parts:
                parts[f"xl/{kind}.xml"] = package.parts[path]
                kinds[f"xl/{kind}.xml"] = kind
                links.append((kind, f"{kind}.xml"))
    table_number = 0
    for number, (_, xml) in enumerate(sheets):
        parts[f"xl/worksheets/sheet{number}.xml"] = xml
        kinds[f"xl/worksheets/sheet{number}.xml"] = "worksheet"
        own = []
        for table in tables.get(number, []):
            table_number += 1
            parts[f"xl/tables/table{table_number}.xml"] = table
            kinds[f"xl/tables/table{table_number}.xml"] = "table"
            own.append(("table", f"../tables/table{table_number}.xml"))
        if own:
            parts[f"xl/worksheets/_rels/sheet{number}.xml.rels"] = _relations(own)
    sheet_links = [("worksheet", f"worksheets/sheet{number}.xml") for number in range(len(sheets))]
    parts["xl/workbook.xml"] = _workbook(package, names, [name for name, _ in sheets])
    parts["xl/_rels/workbook.xml.rels"] = _relations(sheet_links + links)
    parts["_rels/.rels"] = _relations([("officeDocument", "xl/workbook.xml")])
    parts["[Content_Types].xml"] = _content_types(kinds)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path, data in parts.items():
            archive.writestr(path, data)
    return buffer.getvalue()


def _relations(links: list[tuple[str, str]]) -> bytes:
    items = "".join(
        f'<Relationship Id="rId{number}" Type="{_RELATION}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(links, 1)
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'{_HEAD}<Relationships xmlns="{space}">{items}</Relationships>'.encode()


def _content_types(kinds: Mapping[str, str]) -> bytes:
    items = "".join(f'<Override PartName="/{path}" ContentType="{_TYPES}{kind}+xml"/>' for path, kind in kinds.items())
    return (
        f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}sheet.main+xml"/>{items}</Types>'
    ).encode()


def _workbook(package: Package, names: Names, sheets: list[str]) -> bytes:
    tabs = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, name in enumerate(sheets, 1)
    )
    defined = []
    order = {name.casefold(): number for number, name in enumerate(sheets)}
    for item in names.definitions:
        if item.name.startswith("_xlnm.") or item.name.casefold() in names.inlined or not item.text:
            continue
        text = xml_escape(item.text)
        if item.sheet is None:
            defined.append(f"<definedName name={quoteattr(item.name)}>{text}</definedName>")
            continue
        key = item.sheet.casefold(), item.name.casefold()
        local = f' localSheetId="{order[key[0]]}"'
        defined.append(f"<definedName name={quoteattr(item.name)}{local}>{text}</definedName>")
        defined.append(f"<definedName name={quoteattr(names.alias[key])}>{text}</definedName>")
    dates = '<workbookPr date1904="1"/>' if package.dates_from_1904 else "<workbookPr/>"
    listed = f"<definedNames>{''.join(defined)}</definedNames>" if defined else ""
    return (
        f'{_HEAD}<workbook xmlns="{_NAMESPACE}" xmlns:r="{_RELATION}">{dates}<sheets>{tabs}</sheets>{listed}</workbook>'
    ).encode()


def free_name(package: Package, wish: str) -> str:
    """A sheet name the workbook does not have."""
    while package.sheet_name(wish) is not None or any(name.casefold() == wish for name, _ in package.tabs):
        wish += "_"
    return wish
