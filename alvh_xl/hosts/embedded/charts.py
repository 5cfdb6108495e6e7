"""Points stored in charts, kept true for programs that draw a chart from them, such as Excel's protected view."""

from __future__ import annotations

import math
from collections.abc import Iterator

from alvh_xl.functions.cells import CellError

from .addresses import Box
from .archive import Element, parse_xml, xml_bytes
from .cells_xml import Value, number_text
from .package import Package
from .references import Area, Names
from .tokens import tokenize

_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_MOST_POINTS = 100_000


def refresh_charts(package: Package) -> int:
    """Bring the stored points of every chart up to date; only charts that change are written. Returns their number."""
    names = Names(package, ())
    changed = 0
    for part in [name for name in package.parts if name.startswith("xl/charts/chart") and name.endswith(".xml")]:
        root = parse_xml(package.parts[part], part)
        hits = [_refresh(reference, package, names) for reference in _references(root)]
        hits.append(numbers_across(root))
        if any(hits):
            package.parts[part] = xml_bytes(root)
            changed += 1
    return changed


def numbers_across(root: Element) -> bool:
    """Say of the x values of a scatter chart that they are numbers, where they all are; tells whether any was changed.

    A writer that did not know the results of formulas calls them texts. Excel looks at the cells, but LibreOffice, and
    whoever draws from the stored points, would count 1, 2, 3 in their place.
    """
    changed = False
    for reference in root.iterfind(f".//{_CHART}xVal/{_CHART}strRef"):
        cache = reference.find(_CHART + "strCache")
        texts = [point.findtext(_CHART + "v") or "" for point in cache.iter(_CHART + "pt")] if cache is not None else []
        if texts and all(_is_number(text) for text in texts):
            reference.tag, cache.tag = _CHART + "numRef", _CHART + "numCache"
            cache.insert(0, _element(cache, "formatCode", "General"))
            changed = True
    return changed


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _references(root: Element) -> Iterator[Element]:
    yield from root.iter(_CHART + "numRef", _CHART + "strRef")


def _refresh(reference: Element, package: Package, names: Names) -> bool:
    """Update one cache; says whether it was out of date."""
    places = _places(reference.findtext(_CHART + "f") or "", names)
    if places is None:
        return False
    numeric = reference.tag == _CHART + "numRef"
    tag = _CHART + ("numCache" if numeric else "strCache")
    cache = reference.find(tag)
    old = {} if cache is None else {p.get("idx", ""): p.findtext(_CHART + "v") or "" for p in cache.iter(_CHART + "pt")}
    new: dict[str, str] = {}
    for number, (sheet, row, column) in enumerate(places):
        text = _text(package.sheet(sheet).value(row, column), numeric, old.get(str(number)))
        if text is not None:
            new[str(number)] = text
    count = cache.find(_CHART + "ptCount") if cache is not None else None
    if new == old and count is not None and count.get("val") == str(len(places)):
        return False
    if cache is None:
        cache = reference.makeelement(tag)
        reference.find(_CHART + "f").addnext(cache)
        if numeric:
            cache.append(_element(cache, "formatCode", "General"))
    _fill(cache, new, len(places))
    return True


def _fill(cache: Element, points: dict[str, str], count: int) -> None:
    """Replace the points of a cache, keeping its number format and the formats of single points."""
    formats = {point.get("idx"): point.get("formatCode") for point in cache.iter(_CHART + "pt")}
    tail = cache.find(_CHART + "extLst")
    for old in [*cache.findall(_CHART + "ptCount"), *cache.findall(_CHART + "pt")]:
        cache.remove(old)
    made = [_element(cache, "ptCount", None, val=str(count))]
    for number, text in points.items():
        point = _element(cache, "pt", None, idx=number)
        if formats.get(number):
            point.set("formatCode", formats[number])
        point.append(_element(point, "v", text))
        made.append(point)
    for item in made:
        cache.append(item) if tail is None else tail.addprevious(item)


def _element(parent: Element, name: str, text: str | None, **attributes: str) -> Element:
    element = parent.makeelement(_CHART + name, attributes)
    element.text = text
    return element


def _places(text: str, names: Names) -> list[tuple[str, int, int]] | None:
    """Cells of a chart reference (ranges, unions of ranges, names), in the order of its points; None when unclear."""
    places: list[tuple[str, int, int]] = []
    for token in tokenize(text):
        if token.kind in ("open", "close", "comma", "space"):
            continue
        area = _area(token.kind, token.text, names)
        if area is None or len(places) + area.box.height * area.box.width > _MOST_POINTS:
            return None
        places += _cells(area.sheet, area.box)
    return places or None


def _area(kind: str, text: str, names: Names) -> Area | None:
    if kind == "ref":
        return names.area(text, "")
    if kind == "name":
        item = names.lookup(text, "")
        return names.name_area(item) if item else None
    return None


def _cells(sheet: str, box: Box) -> Iterator[tuple[str, int, int]]:
    for row in range(box.top, box.bottom + 1):
        for column in range(box.left, box.right + 1):
            yield sheet, row, column


def _text(value: Value, numeric: bool, old: str | None) -> str | None:
    """What a cache stores for a cell; None leaves a gap. A number already stored with the same value keeps its text."""
    if isinstance(value, bool):
        value = float(value) if numeric else ("TRUE" if value else "FALSE")
    if isinstance(value, float):
        return old if old is not None and _same_number(old, value) else number_text(value)
    if numeric or value is None:
        return None
    return value.value if isinstance(value, CellError) else value


def _same_number(text: str, value: float) -> bool:
    try:
        return float(text) == value
    except ValueError:
        return False
