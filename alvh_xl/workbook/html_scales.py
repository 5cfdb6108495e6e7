"""Colour scales and data bars of a values-only copy on a page, as the background of a cell."""

from __future__ import annotations

import math
import re
from typing import Final, NamedTuple

from alvh_xl.hosts.embedded import WorkbookError
from alvh_xl.hosts.embedded.addresses import Box, parse_box
from alvh_xl.hosts.embedded.archive import Element
from alvh_xl.hosts.embedded.cells_xml import MAIN, SheetXml, Value

_HEX: Final = re.compile(r"[0-9A-Fa-f]{6}")
_MOST_RULES = 200
Rgb = tuple[int, int, int]


class _Scale(NamedTuple):
    """A rule: where it holds, the values at which its colours stand, those colours, and whether it is a bar."""

    boxes: list[Box]
    stops: list[float]
    colours: list[Rgb]
    bar: bool


class Scales:
    """Backgrounds that scales and bars give the cells of a sheet."""

    def __init__(self, sheet: SheetXml) -> None:
        self._scales: list[_Scale] = []
        for block in sheet.root.iterfind(MAIN + "conditionalFormatting"):
            for rule in block.iterfind(MAIN + "cfRule"):
                kind = {"colorScale": "colorScale", "dataBar": "dataBar"}.get(rule.get("type", ""))
                if kind and len(self._scales) < _MOST_RULES:
                    self._add(sheet, block.get("sqref", ""), rule.find(MAIN + kind), kind == "dataBar")

    def _add(self, sheet: SheetXml, area: str, item: Element | None, bar: bool) -> None:
        try:
            boxes = [parse_box(piece) for piece in area.split()]
        except WorkbookError:
            return
        cells = (place for place in sheet.cells if any(box.holds(*place) for box in boxes))
        values = sorted(value for place in cells if isinstance(value := sheet.value(*place), float))
        if item is None or not values:
            return
        stops = [_stop(point, values) for point in item.iterfind(MAIN + "cfvo")]
        colours = [_rgb(colour) for colour in item.iterfind(MAIN + "color")]
        known = [stop for stop in stops if stop is not None]
        wanted = colours[:1] if bar else colours
        if len(known) == len(stops) >= 2 and len(stops) == (2 if bar else len(wanted)) and None not in wanted:
            self._scales.append(_Scale(boxes, known, [colour for colour in wanted if colour], bar))

    def style(self, row: int, column: int, value: Value) -> str:
        """Attribute of a cell, with a blank before it; "" without a scale."""
        if not isinstance(value, float):
            return ""
        for scale in self._scales:
            if any(box.holds(row, column) for box in scale.boxes):
                return f' style="background:{_bar(scale, value) if scale.bar else _mixed(scale, value)}"'
        return ""


def _stop(point: Element, values: list[float]) -> float | None:
    """Value at which a colour stands; None where only a formula tells."""
    kind, low, high = point.get("type", ""), values[0], values[-1]
    if kind in ("min", "max", "autoMin", "autoMax"):
        return low if kind.lower().endswith("min") else high
    try:
        number = float(point.get("val", ""))
    except ValueError:
        return None
    if not math.isfinite(number):
        return None
    if kind == "percentile":
        place = (len(values) - 1) * min(max(number, 0.0), 100.0) / 100
        below = int(place)
        return values[below] + (place - below) * (values[min(below + 1, len(values) - 1)] - values[below])
    return {"num": number, "percent": low + (high - low) * number / 100}.get(kind)


def _rgb(colour: Element) -> Rgb | None:
    text = colour.get("rgb", "")[-6:]
    return (int(text[:2], 16), int(text[2:4], 16), int(text[4:], 16)) if _HEX.fullmatch(text) else None


def _share(value: float, low: float, high: float) -> float:
    return min(max((value - low) / (high - low), 0.0), 1.0) if 0 < high - low < math.inf else float(value >= high)


def _mixed(scale: _Scale, value: float) -> str:
    place = next((i for i, stop in enumerate(scale.stops[1:-1], 1) if value < stop), len(scale.stops) - 1)
    part = _share(value, scale.stops[place - 1], scale.stops[place])
    pairs = zip(scale.colours[place - 1], scale.colours[place], strict=True)
    return "#" + "".join(f"{round(a + (b - a) * part):02X}" for a, b in pairs)


def _bar(scale: _Scale, value: float) -> str:
    """A bar from the left, pale enough for the number before it."""
    part = round(100 * _share(value, scale.stops[0], scale.stops[1]))
    pale = "#" + "".join(f"{255 - (255 - channel) // 2:02X}" for channel in scale.colours[0])
    return f"linear-gradient(90deg,{pale} {part}%,transparent {part}%)"
