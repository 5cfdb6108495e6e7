"""The parts of a values-only copy: what is carried over from a workbook, how it is cleaned, and what stays behind."""

from __future__ import annotations

import datetime as dt
import posixpath
import re
import zipfile
from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

from alvh_xl import __version__
from alvh_xl.hosts.embedded import Package, WorkbookError
from alvh_xl.hosts.embedded.archive import Element, pack, parse_xml, xml_bytes
from alvh_xl.hosts.embedded.cells_xml import MAIN, unescape
from alvh_xl.hosts.embedded.package import CALC_ID

from . import values_only_drawings as drawings
from .values_only import (
    RELATION,
    Scope,
    Strings,
    clean_comments,
    clean_headers,
    clean_protection,
    clean_sheet,
    clean_table,
    drop_empty_lists,
    is_plain_link,
    local,
    remove,
)

_TYPES: Final = "[Content_Types].xml"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_SPREADSHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml."

# Kind of relationship → root element of the part it leads to. Only what is named here is carried over, so a kind of
# part nobody thought of stays out: macros and their signatures, ribbons, links, connections, queries, pivot caches,
# slicers, controls, printers, threads and persons, custom XML, add-ins.
_DRAWN: Final = {
    "drawing": "wsDr", "chartUserShapes": "userShapes", "diagramData": "dataModel", "diagramLayout": "layoutDef",
    "diagramQuickStyle": "styleDef", "diagramColors": "colorsDef", "diagramDrawing": "drawing",
}  # fmt: skip
_KEPT: Final = _DRAWN | {
    "officeDocument": "workbook", "core-properties": "coreProperties", "extended-properties": "Properties",
    "worksheet": "worksheet", "chartsheet": "chartsheet", "styles": "styleSheet", "theme": "theme",
    "sharedStrings": "sst", "FeaturePropertyBag": "FeaturePropertyBags", "vmlDrawing": "xml", "comments": "comments",
    "table": "table", "chart": "chartSpace", "chartEx": "chartSpace", "chartStyle": "chartStyle",
    "chartColorStyle": "colorStyle", "themeOverride": "themeOverride", "image": "", "hyperlink": "",
}  # fmt: skip
_PICTURES: Final = {
    ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".emf", ".wmf", ".svg", ".webp", ".ico", ".heic",
}  # fmt: skip
_WORKBOOK_PARTS: Final = {
    "fileVersion", "workbookPr", "workbookProtection", "bookViews", "sheets", "definedNames", "calcPr",
}  # fmt: skip
_RELATIONS: Final = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'
_PROPERTIES: Final = (
    b'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
    b' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
    b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title/><dc:description/></cp:coreProperties>'
)
_APPLICATION: Final = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    b"<Application>Microsoft Excel</Application><DocSecurity>0</DocSecurity>%s</Properties>"
)
_VERSION: Final = re.compile(rb"<AppVersion>[\d.]+</AppVersion>")
LEFT_OUT: Final = {"journal"}  # a diary of decisions is the trader's own


class _Relation(NamedTuple):
    """A relationship from one part to another, or to an address."""

    element: Element
    id: str
    kind: str
    target: str  # path of a part, or the address of a hyperlink
    link: bool  # leads to no part of the package


class Copy:
    """The parts of the copy, collected by following the relationships that stay, from the root of the package.

    Parameters
    ----------
    package
        The workbook; it is only read.
    asof
        Moment it speaks of, for the document properties.
    sheets
        Names of the sheets to share, whatever their case; none: every visible one but the Journal.
    left_out
        Parts that stay behind whoever refers to them.

    Raises
    ------
    WorkbookError
        No sheet to show, or one asked for that is not there or hidden.
    """

    def __init__(
        self,
        package: Package,
        asof: dt.datetime | None,
        sheets: Collection[str] = (),
        left_out: Collection[str] = (),
    ) -> None:
        self._source = package
        self._asof = asof
        self._left_out = left_out
        # The diary is private whatever its sheet is called.
        diaries = {table.sheet for table in package.tables.values() if table.name.casefold() in LEFT_OUT}
        self._private = LEFT_OUT | {name.casefold() for name in diaries}
        self._wanted = {name.casefold(): name for name in sheets}
        self.notes: list[str] = []
        self._parts: dict[str, bytes] = {}
        self._vml: dict[str, bytes] = {}
        self._book = package.workbook_part
        targets = {relation.id: relation for relation in self._all_relations(self._book)}
        self._tabs = self._shown_tabs(targets)
        self._tab_names = {targets[tab.get(RELATION + "id", "")].target: tab.get("name", "") for tab in self._tabs}
        self._scope = Scope(self._tab_names.values(), package.definitions)
        strings = package.related(self._book, "sharedStrings")
        self._strings_part = (
            strings[0] if strings else posixpath.join(posixpath.dirname(self._book), "sharedStrings.xml")
        )
        items = [e for e in self._root(strings[0]) if e.tag == MAIN + "si"] if strings else []
        self._strings = Strings(items)

    def to_bytes(self) -> bytes:
        """Bytes of the copy; the same workbook gives the same bytes."""
        kinds: dict[str, str] = {"": ""}
        waiting = [""]
        while waiting:
            part = waiting.pop(0)
            relations = list(self._relations(part))
            for relation in relations:
                if not relation.link and relation.target not in kinds:
                    kinds[relation.target] = relation.kind
                    waiting.append(relation.target)
            self._write_relations(part, relations)
            if part and part != self._strings_part:
                self._parts[part] = self._clean(part, kinds[part], relations)
        self._parts[self._strings_part] = xml_bytes(self._strings.root())
        parts = {_TYPES: self._content_types()} | self._parts
        infos = [zipfile.ZipInfo(name) for name in parts]
        for info in infos:
            info.compress_type = zipfile.ZIP_DEFLATED
        return pack(infos, parts)

    # ---- what stays ----------------------------------------------------------------------------------------

    def _shown_tabs(self, targets: dict[str, _Relation]) -> list[Element]:
        """The `sheet` elements of the tabs that are shared, in order."""
        tabs = [
            tab
            for tab in self._source.workbook.iterfind(f"{MAIN}sheets/{MAIN}sheet")
            if (relation := targets.get(tab.get(RELATION + "id", ""))) and relation.kind in ("worksheet", "chartsheet")
        ]
        visible = {tab.get("name", "") for tab in tabs if tab.get("state", "visible") == "visible"}
        self._check_wanted([tab.get("name", "") for tab in tabs], visible)
        shown = [tab for tab in tabs if tab.get("name", "") in visible and self._is_wanted(tab.get("name", ""))]
        if not shown:
            raise WorkbookError("nothing to share: every sheet of the workbook is hidden or private")
        return shown

    def _is_wanted(self, name: str) -> bool:
        return name.casefold() in self._wanted if self._wanted else name.casefold() not in self._private

    def _check_wanted(self, names: list[str], visible: Collection[str]) -> None:
        known = {name.casefold(): name for name in names}
        for key, name in self._wanted.items():
            if key not in known:
                raise WorkbookError(
                    f"the workbook has no sheet {name!r}: it was renamed or deleted. Sheets to choose from: "
                    + ", ".join(other for other in names if other in visible)
                )
            if known[key] not in visible:
                raise WorkbookError(f"sheet {known[key]!r} is hidden: show it in the workbook first, or leave it out")

    def _all_relations(self, part: str) -> Iterator[_Relation]:
        path = _relations_path(part)
        if path not in self._source.parts:
            return
        for element in self._root(path).iterchildren("{*}Relationship"):
            kind = element.get("Type", "").rsplit("/", 1)[-1]
            target = element.get("Target", "")
            link = element.get("TargetMode") == "External" or target.startswith("#")
            if not link:
                base = "" if target.startswith("/") else posixpath.dirname(part)
                target = posixpath.normpath(posixpath.join(base, target.lstrip("/")))
            yield _Relation(element, element.get("Id", ""), kind, target, link)

    def _relations(self, part: str) -> Iterator[_Relation]:
        """Relationships of a part that stay."""
        for relation in self._all_relations(part):
            if relation.link:
                inside = relation.target.startswith("#") and self._scope.areas(relation.target[1:], names=True)
                if relation.kind == "hyperlink" and (inside or is_plain_link(relation.target)):
                    yield relation
            elif self._carries(part, relation):
                yield relation

    def _carries(self, owner: str, relation: _Relation) -> bool:
        """Whether a part is there, is what its relationship says, and has something left to show."""
        part, kind = relation.target, relation.kind
        if part in self._left_out or part not in self._source.parts or kind not in _KEPT or kind == "hyperlink":
            return False
        if kind in ("officeDocument", "worksheet", "chartsheet"):
            return part in (self._tab_names if owner == self._book else (self._book,) if not owner else ())
        ending = posixpath.splitext(part)[1].lower()
        if kind == "image" or ending not in (".xml", ".vml"):
            return kind == "image" and ending in _PICTURES
        if kind == "vmlDrawing":
            if part not in self._vml:
                self._vml[part] = drawings.clean_vml(self._source.parts[part], part) or b""
            return bool(self._vml[part])
        root = self._root(part)
        if kind == "chartEx" and not drawings.reads_only_the_copy(root, self._scope):
            note = "a chart of a newer kind draws on a sheet that is not shared, and can't keep its numbers: left out"
            if note not in self.notes:
                self.notes.append(note)
            return False
        return local(root) == _KEPT[kind]

    def _root(self, part: str) -> Element:
        return parse_xml(self._source.parts[part], part)

    # ---- the parts -----------------------------------------------------------------------------------------

    def _clean(self, part: str, kind: str, relations: list[_Relation]) -> bytes:
        if kind == "vmlDrawing":
            return self._vml[part]
        if kind == "core-properties":
            return self._core(self._root(part))
        if kind == "extended-properties":
            # The version says which defaults the charts were written for: without it LibreOffice smooths lines.
            version = _VERSION.search(self._source.parts[part])
            return _APPLICATION % (version[0] if version else b"")
        if kind in ("image", "styles", "theme", "themeOverride", "FeaturePropertyBag", "chartStyle", "chartColorStyle"):
            return self._source.parts[part]
        root = self._root(part)
        if kind == "worksheet":
            links = {relation.id: relation.target for relation in relations if relation.link}
            clean_sheet(root, self._tab_names[part], self._scope, self._strings, links)
        elif kind == "officeDocument":
            self._clean_workbook(root)
        elif kind == "chart":
            drawings.clean_chart(root, self._scope)
        elif kind in _DRAWN:
            drawings.clean_drawing(root)
        elif kind == "table":
            clean_table(root)
        elif kind == "comments":
            clean_comments(root)
        elif kind == "chartsheet":
            _clean_chart_sheet(root)
        drawings.drop_dangling(root, {relation.id for relation in relations})
        drop_empty_lists(root)
        return xml_bytes(root)

    def _clean_workbook(self, root: Element) -> None:
        for child in list(root):
            if local(child) not in _WORKBOOK_PARTS:
                root.remove(child)
        for child in root:
            child.attrib.pop("codeName", None)
            clean_protection(child)
        shown = [tab.get("name", "") for tab in self._tabs]
        before = [tab.get("name", "") for tab in root.iter(MAIN + "sheet")]
        for tab in list(root.iter(MAIN + "sheet")):
            if tab.get("name", "") not in shown:
                remove(tab)
        self._clean_names(root, before, shown)
        for view in root.iter(MAIN + "workbookView"):
            for attribute in ("activeTab", "firstSheet"):
                place = view.get(attribute, "0")
                name = before[int(place)] if place.isdecimal() and int(place) < len(before) else ""
                view.set(attribute, str(shown.index(name) if name in shown else 0))
        for settings in root.iter(MAIN + "calcPr"):  # there is nothing to calculate, so nothing to insist on
            settings.attrib.clear()
            settings.set("calcId", CALC_ID)

    def _clean_names(self, root: Element, before: list[str], shown: list[str]) -> None:
        """Keep the names of plain areas. Of hidden ones only those Excel keeps itself, for filters and newer charts."""
        for item in list(root.iter(MAIN + "definedName")):
            place, name = item.get("localSheetId"), item.get("name", "")
            owner = before[int(place)] if place and place.isdecimal() and int(place) < len(before) else None
            hidden = item.get("hidden") in ("1", "true") and not name.casefold().startswith(
                ("_xlnm._filter", "_xlchart.")
            )
            macro = any(item.get(key) in ("1", "true") for key in ("function", "vbProcedure", "xlm"))
            lost = place is not None and owner not in shown
            if hidden or macro or lost or not self._scope.keeps(unescape(name), owner):
                remove(item)
                continue
            if owner is not None:
                item.set("localSheetId", str(shown.index(owner)))
            for remark in ("comment", "description", "help", "statusBar", "customMenu"):
                item.attrib.pop(remark, None)

    def _core(self, source: Element) -> bytes:
        """Document properties: what the copy is, not who made it."""
        root = parse_xml(_PROPERTIES, "core.xml")
        moment = f"Values as of {self._asof:%d-%b-%Y %H:%M} New York" if self._asof else "Values as last saved"
        title, description = root
        title.text = next((e.text for e in source if local(e) == "title"), None)
        description.text = f"{moment} · alvh_xl {__version__} · Educational, not advice"
        root.extend([e for e in source if local(e) in ("created", "modified")])
        return xml_bytes(root)

    # ---- the package ---------------------------------------------------------------------------------------

    def _write_relations(self, part: str, relations: list[_Relation]) -> None:
        path = _relations_path(part)
        adds = part == self._book and self._strings_part not in [relation.target for relation in relations]
        if not relations and not adds:
            return
        root = parse_xml(_RELATIONS, path)
        root.extend([relation.element for relation in relations])
        if adds:  # every text was the result of a formula
            element = root.makeelement("{*}Relationship".replace("*", root.nsmap[None]))
            element.set("Id", "rIdSharedStrings")
            element.set("Type", _OFFICE + "sharedStrings")
            element.set("Target", "/" + self._strings_part)
            root.append(element)
        self._parts[path] = xml_bytes(root)

    def _content_types(self) -> bytes:
        root = self._root(_TYPES)
        endings = {posixpath.splitext(part)[1][1:].lower() for part in self._parts}
        for item in list(root):
            part = item.get("PartName", "").removeprefix("/")
            if part in self._parts:
                if part == self._book:
                    item.set("ContentType", _SPREADSHEET + "sheet.main+xml")
            elif part or item.get("Extension", "").lower() not in endings:
                root.remove(item)
        if not any(item.get("PartName", "") == "/" + self._strings_part for item in root):
            kind = {"PartName": "/" + self._strings_part, "ContentType": _SPREADSHEET + "sharedStrings+xml"}
            root.append(root.makeelement("{*}Override".replace("*", root.nsmap[None]), kind))
        return xml_bytes(root)


def _relations_path(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", name + ".rels")


def _clean_chart_sheet(root: Element) -> None:
    clean_headers(root)
    for child in list(root.iterchildren("*")):
        if local(child) in ("customSheetViews", "webPublishItems", "drawingHF", "extLst"):
            root.remove(child)
            continue
        child.attrib.pop("codeName", None)
        clean_protection(child)
