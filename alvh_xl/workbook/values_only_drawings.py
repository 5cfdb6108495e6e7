"""Charts, shapes and controls of a values-only copy: the picture stays, and nothing in it runs or leads elsewhere."""

from __future__ import annotations

import copy
import re
from collections.abc import Container

from lxml import etree

from alvh_xl.hosts.embedded import WorkbookError
from alvh_xl.hosts.embedded.archive import Element, parse_xml
from alvh_xl.hosts.embedded.charts import numbers_across

from .values_only import RELATION, Scope, local, remove

_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_DRAW = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_ANCHORS = {"twoCellAnchor", "oneCellAnchor", "absoluteAnchor", "relSizeAnchor", "absSizeAnchor"}
_LIVE_GRAPHIC = re.compile(r"slicer|/ink|/webextension", re.IGNORECASE)  # timeslicer is one of them
_PATH = re.compile(r"[A-Za-z]:[\\/]|\\\\|file:|(?:^|\s)/(?:home|users|mnt|volumes|private)/", re.IGNORECASE)
_REFERENCES = [_CHART + name for name in ("numRef", "strRef", "multiLvlStrRef")]


# ---- drawings ----------------------------------------------------------------------------------------------


def clean_drawing(root: Element) -> None:
    """Take macros, live texts, controls and slicers out of a drawing."""
    for element in list(root.iter("*")):
        name = local(element)
        if element.get("macro"):
            element.set("macro", "")
        element.attrib.pop("action", None)
        element.attrib.pop("textlink", None)  # a shape that shows a cell keeps the text it shows
        if name == "fld" and element.get("type", "").upper() == "TXLINK":
            _fix_text(element)
        for attribute in ("descr", "title", "name"):
            if name == "cNvPr" and _PATH.search(element.get(attribute) or ""):
                element.set(attribute, "Picture" if attribute == "name" else "")
        live = name == "graphicData" and _LIVE_GRAPHIC.search(element.get("uri") or "")
        if live or name in ("compatExt", "contentPart", "oleObj", "control"):
            remove(_anchor(element))
        elif name == "cameraTool":
            parent = element.getparent()
            remove(parent if parent is not None and local(parent) == "ext" else element)


def _fix_text(field: Element) -> None:
    """Turn the text a shape shows of a cell into ordinary text."""
    field.tag = _DRAW + "r"
    field.attrib.clear()
    for properties in field.findall(_DRAW + "pPr"):
        field.remove(properties)


def drop_dangling(root: Element, known: Container[str]) -> None:
    """Take out whatever refers to a relationship that is gone.

    Parameters
    ----------
    root
        A part, changed in place.
    known
        Relationship ids the part still has.
    """
    for element in root.xpath("//*[@r:*]", namespaces={"r": RELATION.strip("{}")}):
        lost = [key for key, value in element.attrib.items() if key.startswith(RELATION) and value not in known]
        if not lost:
            continue
        for key in lost:
            del element.attrib[key]
        name = local(element)
        if name == "pageSetup" or any(key.startswith(RELATION) for key in element.attrib):
            continue
        remove(element if name.startswith("hlink") else _anchor(element))


def _anchor(element: Element) -> Element:
    """The whole picture, chart or shape an element belongs to; the element itself when it stands alone."""
    for parent in element.iterancestors():
        if local(parent) in _ANCHORS:
            return _outermost(parent)
    return element


def _outermost(anchor: Element) -> Element:
    """An anchor with the alternatives it is one of."""
    parent = anchor.getparent()
    if parent is not None and local(parent) in ("Choice", "Fallback"):
        block = parent.getparent()
        if block is not None:
            return block
    return anchor


def clean_vml(data: bytes, part: str) -> bytes | None:
    """Keep the boxes of notes and the pictures of page headers; buttons and other controls go. None: nothing is left.

    Without macros and formulas a control does nothing, and it may name the macro it ran.
    """
    root = _parse_vml(data, part)
    for element in list(root.iter("*")):
        if local(element) == "ClientData" and element.get("ObjectType") != "Note":
            remove(_shape(element))
    for element in list(root.iter("*")):
        if local(element).startswith("Fmla"):
            remove(element)
            continue
        for key in list(element.attrib):
            plain = key.rpartition("}")[2]
            if plain in ("href", "title", "onclick") or (plain == "alt" and _PATH.search(element.attrib[key])):
                del element.attrib[key]
    if not any(local(element) == "shape" for element in root):
        return None
    return bytes(etree.tostring(root))


def _shape(element: Element) -> Element:
    """The shape right below the root of a drawing."""
    chain = [element, *element.iterancestors()]
    return chain[-2] if len(chain) > 1 else element


def _parse_vml(data: bytes, part: str) -> Element:
    try:
        return parse_xml(data, part)
    except WorkbookError:
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise
    # Excel itself writes <br> without an end into the texts of controls.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    root = etree.fromstring(data, parser)
    if root is None:
        raise WorkbookError(f"part {part} is damaged")
    return root


# ---- charts ------------------------------------------------------------------------------------------------


def clean_chart(root: Element, scope: Scope) -> None:
    """Keep the references of a chart that lead into the copy, and turn the others into the points last stored."""
    for element in list(root.iter("{*}pivotSource", "{*}externalData", "{*}pivotFmts")):
        remove(element)
    numbers_across(root)
    for reference in list(root.iter(*_REFERENCES)):
        formula = reference.find(_CHART + "f")
        found = scope.reference(formula.text or "") if formula is not None else None
        if formula is not None and found is not None:
            formula.text = found
        else:
            _freeze(reference)
    for series in root.iterfind(f".//{_CHART}scatterChart/{_CHART}ser"):
        _close_gaps(series)
    for element in list(root.iter("*")):  # what newer Excels note beside: labels from cells, filtered series
        if local(element) in ("f", "sqref", "fullRef", "formulaRef", "levelRef") and element.tag != _CHART + "f":
            text = "".join(element.itertext()).strip()
            if text and scope.areas(text, names=True) is None:
                remove(_extension(element))


def _close_gaps(series: Element) -> None:
    """Number the frozen points of a scatter series anew where some have no partner: LibreOffice draws no line there."""
    pair = [series.find(f"{_CHART}{name}/{_CHART}numLit") for name in ("xVal", "yVal")]
    if any(literal is None for literal in pair):
        return
    points = [{point.get("idx", ""): point for point in literal.iterfind(_CHART + "pt")} for literal in pair]
    shared = [place for place in points[0] if place in points[1]]
    for literal, found in zip(pair, points, strict=True):
        for point in found.values():
            literal.remove(point)
        for number, place in enumerate(shared):
            found[place].set("idx", str(number))
            literal.append(found[place])
        for count in literal.iterfind(_CHART + "ptCount"):
            count.set("val", str(len(shared)))


def reads_only_the_copy(root: Element, scope: Scope) -> bool:
    """Whether a chart of the newer kind (a waterfall), which can't hold points of its own, keeps its cells."""
    formulas = list(root.iter("{*}f"))
    return all(scope.areas(formula.text or "", names=True) is not None for formula in formulas)


def _extension(element: Element) -> Element:
    return next((parent for parent in element.iterancestors() if local(parent) == "ext"), element)


def _freeze(reference: Element) -> None:
    """Replace a reference by the points stored beside it."""
    kind, parent = local(reference), reference.getparent()
    if parent is None:
        return
    if local(parent) == "tx":
        _freeze_text(reference, parent)
        return
    cache = next((e for e in reference if local(e) in ("numCache", "strCache", "multiLvlStrCache")), None)
    literal = reference.makeelement(_CHART + ("numLit" if kind == "numRef" else "strLit"))
    points = cache
    if cache is not None and kind == "multiLvlStrRef":
        points = cache.find(_CHART + "lvl")
        literal.extend(copy.deepcopy(cache.findall(_CHART + "ptCount")))
    if points is not None:
        literal.extend(copy.deepcopy([e for e in points if local(e) in ("formatCode", "ptCount", "pt")]))
    parent.replace(reference, literal)


def _freeze_text(reference: Element, parent: Element) -> None:
    """Name of a series, or a title, as text of its own."""
    text = " ".join(point.text or "" for point in reference.iter(_CHART + "v"))
    owner = parent.getparent()
    if owner is not None and local(owner) == "ser":
        frozen = reference.makeelement(_CHART + "v")
        frozen.text = text
    else:
        frozen = reference.makeelement(_CHART + "rich")
        frozen.append(frozen.makeelement(_DRAW + "bodyPr"))
        paragraph = frozen.makeelement(_DRAW + "p")
        run = paragraph.makeelement(_DRAW + "r")
        shown = run.makeelement(_DRAW + "t")
        shown.text = text
        run.append(shown)
        paragraph.append(run)
        frozen.append(paragraph)
    parent.replace(reference, frozen)
