"""Worksheets, tables and notes of a values-only copy: what is seen stays, what computes or tells the author goes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from openpyxl.utils import FORMULAE

from alvh_xl.hosts.embedded import DefinedName, WorkbookError
from alvh_xl.hosts.embedded.addresses import Box, box_name, parse_box, quoted, unquoted
from alvh_xl.hosts.embedded.archive import Element, parse_xml
from alvh_xl.hosts.embedded.cells_xml import CELL, INLINE, MAIN, TEXT, VALUE
from alvh_xl.hosts.embedded.tokens import split_reference, tokenize

RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"

# Children of a worksheet that stay. Left out: scenarios (they name their author), custom views, web publishing,
# controls, embedded objects, permissions, smart tags, and whatever a later Excel may add.
_SHEET_PARTS = {
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetProtection", "autoFilter",
    "sortState", "mergeCells", "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks",
    "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks", "colBreaks", "ignoredErrors",
    "drawing", "legacyDrawing", "legacyDrawingHF", "picture", "tableParts", "extLst",
}  # fmt: skip
_SHEET_EXTENSIONS = {"conditionalFormattings", "dataValidations", "sparklineGroups", "ignoredErrors"}
_PASSWORDS = ("password", "algorithmName", "hashValue", "saltValue", "spinCount")
_WORKBOOK_PASSWORDS = tuple(who + key[:1].upper() + key[1:] for who in ("workbook", "revisions") for key in _PASSWORDS)
# Built-in functions that reach outside the workbook or run something, and the one that needs a live spill.
_NOT_HERE = {
    "ANCHORARRAY", "CALL", "EVALUATE", "EXEC", "HYPERLINK", "IMAGE", "REGISTER", "REGISTER.ID", "RTD",
    "SQL.REQUEST", "STOCKHISTORY", "WEBSERVICE",
}  # fmt: skip
_NEWER = re.compile(r"_XLFN\.(?:_XLWS\.)?([A-Z][A-Z0-9.]*)")
_PLAIN_NAMES = {
    "_xlnm.print_area", "_xlnm.print_titles", "_xlnm._filterdatabase", "_xlnm.criteria", "_xlnm.extract",
}  # fmt: skip
_RUNS_BY_ITSELF = re.compile(r"auto_?(open|close|activate|deactivate)", re.IGNORECASE)
_PLAIN_LINK = re.compile(r"https://[\w.-]+(?::\d+)?(?:[/?#]\S*)?", re.IGNORECASE)
# A code of a page header or footer; && is an ampersand, and &"…" a font, whose name may hold anything.
_HEADER_CODE = re.compile(r'&&|&"[^"]*"|&[ZF]', re.IGNORECASE)
_THREAD_NOTICE = re.compile(r"^\[Threaded comment\].*?\n\nComment:\s*", re.DOTALL)


def local(element: Element) -> str:
    """Tag without its namespace; "" for comments and processing instructions."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def remove(element: Element) -> None:
    """Take an element out; one without a parent is out already."""
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


class Scope:
    """What the copy holds: sheets and names of areas. A formula that needs anything else has no place in it.

    Parameters
    ----------
    sheets
        Names of the sheets of the copy.
    definitions
        Defined names of the source.
    """

    def __init__(self, sheets: Iterable[str], definitions: Iterable[DefinedName]) -> None:
        self.sheets = {name.casefold(): name for name in sheets}
        self._names: dict[tuple[str, str], list[tuple[str, Box]]] = {}
        for item in definitions:
            found = self.areas(item.text) if may_stay(item.name) else None
            if found and (item.sheet is None or item.sheet.casefold() in self.sheets):
                self._names[item.name.casefold(), (item.sheet or "").casefold()] = found

    def keeps(self, name: str, sheet: str | None) -> bool:
        """Whether a defined name stays: it must be a plain area of the copy."""
        return (name.casefold(), (sheet or "").casefold()) in self._names

    def areas(self, text: str, *, names: bool = False) -> list[tuple[str, Box]] | None:
        """Cells that a text such as `Data!$A$1:$A$9` or `(A!$B:$B,A!$1:$2)` means; None unless it means just that.

        Parameters
        ----------
        text
            A reference without its equals sign.
        names
            Whether names of areas are read as well.
        """
        found: list[tuple[str, Box]] = []
        for token in tokenize(text.strip()):
            prefix, rest = split_reference(token.text)
            sheet = unquoted(prefix).casefold()
            if token.kind == "ref" and sheet in self.sheets:
                found.append((self.sheets[sheet], parse_box(rest)))
            elif token.kind == "name" and names and (area := self._lookup(rest, prefix)):
                found += area
            elif token.kind not in ("comma", "open", "close", "space"):
                return None
        return found or None

    def reference(self, text: str) -> str | None:
        """Text of a reference with names replaced by the areas they mean; None when it is no area of the copy."""
        if self.areas(text) is not None:
            return text
        found = self.areas(text, names=True)
        if found is None:
            return None
        joined = ",".join(f"{quoted(sheet)}!{box_name(box, absolute=True)}" for sheet, box in found)
        return joined if len(found) == 1 else f"({joined})"

    def allows(self, formula: str) -> bool:
        """Whether a formula of a conditional format or validation uses nothing but built-in functions and the copy."""
        return all(self._allows(token.kind, token.text) for token in tokenize(formula.strip().removeprefix("=")))

    def _allows(self, kind: str, text: str) -> bool:
        prefix, rest = split_reference(text)
        if kind == "function":
            return not prefix and _is_built_in(rest[:-1].upper())
        if kind == "ref":
            return not prefix or unquoted(prefix).casefold() in self.sheets
        if kind == "name":
            known = rest.upper() in ("TRUE", "FALSE") or rest.startswith("_xlpm.")  # the latter: a variable of LET
            return known or self._lookup(rest, prefix) is not None
        if kind == "error":
            return not prefix and rest != "#REF!"
        return kind not in ("table", "other")

    def _lookup(self, name: str, prefix: str) -> list[tuple[str, Box]] | None:
        sheet = unquoted(prefix).casefold()
        owner = sheet if sheet in self.sheets else ""
        if prefix and not owner and prefix != "[0]!":  # [0]! is this workbook; another one is not ours to read
            return None
        return self._names.get((name.casefold(), owner)) or self._names.get((name.casefold(), ""))


def may_stay(name: str) -> bool:
    """Whether a name is neither a macro that runs by itself nor a built-in one with an effect."""
    plain = name.casefold()
    return plain in _PLAIN_NAMES or not (plain.startswith("_xlnm.") or _RUNS_BY_ITSELF.match(plain))


def _is_built_in(function: str) -> bool:
    newer = _NEWER.fullmatch(function)
    name = newer[1] if newer else function
    return name not in _NOT_HERE and (newer is not None or name in FORMULAE)


# ---- shared strings ----------------------------------------------------------------------------------------


class Strings:
    """Shared strings of the copy: only those its cells show, so that nothing of a sheet left out stays behind.

    Parameters
    ----------
    items
        The `si` elements of the source, in order.
    """

    def __init__(self, items: list[Element]) -> None:
        self._items = items
        self._kept: dict[int, int] = {}
        self._new: dict[str, int] = {}
        self._list: list[Element] = []
        self._uses = 0

    def keep(self, index: str, where: str) -> str:
        """New index of a string of the source."""
        if not index.isdecimal() or int(index) >= len(self._items):
            raise WorkbookError(f"{where} is damaged: it refers to shared string {index[:20]!r}, which there is not")
        self._uses += 1
        old = int(index)
        if old not in self._kept:
            self._kept[old] = len(self._list)
            self._list.append(self._items[old])
        return str(self._kept[old])

    def add(self, text: str) -> str:
        """Index of a text, as XML holds it (`_x000B_` escapes left as they are)."""
        self._uses += 1
        if text not in self._new:
            self._new[text] = len(self._list)
            item = parse_xml(b'<si xmlns="%s"><t/></si>' % MAIN.strip("{}").encode(), "sharedStrings")
            item[0].text = text
            if text != text.strip() or "\n" in text:
                item[0].set(_SPACE, "preserve")
            self._list.append(item)
        return str(self._new[text])

    def root(self) -> Element:
        """The part to write."""
        root = parse_xml(b'<sst xmlns="%s"/>' % MAIN.strip("{}").encode(), "sharedStrings")
        root.set("count", str(self._uses))
        root.set("uniqueCount", str(len(self._list)))
        root.extend(self._list)
        return root


# ---- a worksheet -------------------------------------------------------------------------------------------


def clean_sheet(root: Element, name: str, scope: Scope, strings: Strings, links: Mapping[str, str]) -> None:
    """Leave a worksheet with values alone.

    Parameters
    ----------
    root
        The worksheet, changed in place.
    name
        Its name.
    scope, strings
        What the copy holds, and its shared strings.
    links
        Relationship id → address of the hyperlinks that stay.
    """
    for child in list(root):
        if local(child) not in _SHEET_PARTS:
            root.remove(child)
    _freeze_cells(root, name, strings)
    _clean_settings(root)
    clean_headers(root)
    _clean_hyperlinks(root, scope, links)
    _clean_extensions(root)
    _clean_formats(root, scope)
    _clean_validations(root, scope)
    _clean_sparklines(root, scope)


def _freeze_cells(root: Element, name: str, strings: Strings) -> None:
    """Take the formulas out. A text result becomes a shared string, as Excel writes pasted values."""
    for cell in root.iter(CELL):
        for child in list(cell):
            if child.tag not in (VALUE, INLINE):
                cell.remove(child)
        for attribute in ("cm", "vm"):  # they point into the notes on dynamic arrays and linked data, which are gone
            cell.attrib.pop(attribute, None)
        value = cell.find(VALUE)
        if value is not None and not value.text and cell.get("t") != "str":  # never calculated
            cell.remove(value)
            value = None
        if value is None:
            if cell.get("t") != "inlineStr":
                cell.attrib.pop("t", None)
        elif cell.get("t") == "str":
            cell.set("t", "s")
            value.text = strings.add(value.text or "")
            value.attrib.pop(_SPACE, None)
        elif cell.get("t") == "s":
            value.text = strings.keep(value.text or "", f"sheet {name!r}")


def _clean_settings(root: Element) -> None:
    for properties in root.iterchildren(MAIN + "sheetPr"):
        properties.attrib.pop("codeName", None)
    for protection in root.iterchildren(MAIN + "sheetProtection"):
        for attribute in _PASSWORDS:  # the copy stays protected; its password's hash is nobody's business
            protection.attrib.pop(attribute, None)
    for setup in root.iterchildren(MAIN + "pageSetup"):
        setup.attrib.pop(RELATION + "id", None)
    for selection in list(root.iter(MAIN + "pivotSelection")):
        remove(selection)


def clean_headers(root: Element) -> None:
    """Take the codes for path and file name out of page headers and footers; what the user typed there stays."""
    for block in root.iterchildren(MAIN + "headerFooter"):
        for text in block.iterchildren("*"):
            text.text = _HEADER_CODE.sub(lambda found: "" if found[0][1] in "ZzFf" else found[0], text.text or "")


def clean_protection(element: Element) -> None:
    """Drop the password hashes of a workbook's or chart sheet's protection."""
    for attribute in (*_PASSWORDS, *_WORKBOOK_PASSWORDS):
        element.attrib.pop(attribute, None)


def is_plain_link(address: str) -> bool:
    """Whether an address is an ordinary https page, with no name or password in it."""
    return _PLAIN_LINK.fullmatch(address) is not None


def _clean_hyperlinks(root: Element, scope: Scope, links: Mapping[str, str]) -> None:
    for link in list(root.iter(MAIN + "hyperlink")):
        target = link.get(RELATION + "id")
        inside = (link.get("location") or "").removeprefix("#")
        stays = target in links if target else scope.areas(inside, names=True) or _own_cells(inside)
        if not stays:
            remove(link)


def _own_cells(text: str) -> bool:
    tokens = tokenize(text)
    return len(tokens) == 1 and tokens[0].kind == "ref" and "!" not in text


def _clean_extensions(root: Element) -> None:
    for extension in list(root.iterfind(f"{MAIN}extLst/{MAIN}ext")):
        if not all(local(child) in _SHEET_EXTENSIONS for child in extension):
            remove(extension)
    _drop_empty(root, "extLst")


def _clean_formats(root: Element, scope: Scope) -> None:
    """Drop the conditional formats that need an add-in, another workbook or a sheet left out."""
    for rule in list(root.iter("{*}cfRule")):
        texts = [e.text or "" for e in rule.iter() if local(e) in ("formula", "f")]
        texts += [e.get("val", "") for e in rule.iter() if local(e) == "cfvo"]
        if not all(scope.allows(text) for text in texts):
            remove(rule)
    for block in list(root.iter("{*}conditionalFormatting")):
        if not any(local(child) == "cfRule" for child in block):
            remove(block)
    _drop_empty(root, "conditionalFormattings")


def _clean_validations(root: Element, scope: Scope) -> None:
    for rule in list(root.iter("{*}dataValidation")):
        formulas = [e for e in rule.iter() if local(e) in ("formula1", "formula2")]
        if not all(scope.allows("".join(formula.itertext())) for formula in formulas):
            remove(rule)
    for block in list(root.iter("{*}dataValidations")):
        block.set("count", str(len(block)))
    _drop_empty(root, "dataValidations")


def _clean_sparklines(root: Element, scope: Scope) -> None:
    """A sparkline stores no points: it stays only while its cells do."""
    for line in list(root.iter("{*}sparkline")):
        for formula in [e for e in line if local(e) == "f"]:
            found = scope.reference(formula.text or "")
            if found is None:
                remove(line)
            else:
                formula.text = found
    for group in list(root.iter("{*}sparklineGroup")):
        for axis in [e for e in group if local(e) == "f"]:  # cells that hold the dates of the points
            if scope.reference(axis.text or "") is None:
                remove(axis)
                group.attrib.pop("dateAxis", None)
        if not any(local(e) == "sparkline" for e in group.iter()):
            remove(group)
    _drop_empty(root, "sparklineGroups")


def _drop_empty(root: Element, name: str) -> None:
    """Remove containers without content, and the extension that held one."""
    for container in [e for e in root.iter("{*}" + name) if len(e) == 0]:
        parent = container.getparent()
        remove(container)
        if parent is not None and len(parent) == 0 and local(parent) == "ext":
            remove(parent)
    if name != "extLst":
        _drop_empty(root, "extLst")


def drop_empty_lists(root: Element) -> None:
    """Bring the counts of a part's lists up to date, and take out those that became empty."""
    for name in ("tableParts", "hyperlinks", "definedNames"):
        for block in list(root.iterchildren(MAIN + name)):
            if len(block) == 0:
                root.remove(block)
            elif "count" in block.attrib:
                block.set("count", str(len(block)))


# ---- parts beside a worksheet ------------------------------------------------------------------------------


def clean_table(root: Element) -> None:
    """Leave a table with its area, style and filter: no formulas, no connection, no XML map."""
    for attribute in ("tableType", "connectionId"):
        root.attrib.pop(attribute, None)
    for column in root.iter(MAIN + "tableColumn"):
        for attribute in ("queryTableFieldId", "totalsRowFunction", "uniqueName"):
            column.attrib.pop(attribute, None)
        for child in list(column):
            if local(child) in ("calculatedColumnFormula", "totalsRowFormula", "xmlColumnPr"):
                column.remove(child)


def clean_comments(root: Element) -> None:
    """Keep what a note says and drop who wrote it: its author, and the line with the name that Excel begins it with."""
    authors = [
        f"{author.text.strip()}:" for author in root.iter(MAIN + "author") if author.text and author.text.strip()
    ]
    for author in root.iter(MAIN + "author"):
        author.text = None
    for note in root.iter(MAIN + "comment"):
        start = next(note.iter(TEXT), None)
        if start is None:
            continue
        text = _THREAD_NOTICE.sub("", start.text or "")
        signed = next((author for author in authors if text.lstrip().startswith(author)), None)
        start.text = text.lstrip().removeprefix(signed).lstrip("\n") if signed else text
        start.set(_SPACE, "preserve")
