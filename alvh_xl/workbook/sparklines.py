"""Sparklines of a values-only copy as small inline SVG: lines, columns, wins and losses."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Final

from alvh_xl.hosts.embedded import Package, WorkbookError
from alvh_xl.hosts.embedded.addresses import parse_box, unquoted
from alvh_xl.hosts.embedded.archive import Element
from alvh_xl.hosts.embedded.cells_xml import MAIN, SheetXml

from .values_only import local

_WIDTH, _HEIGHT, _EDGE = 88, 16, 2.0
_MOST_LINES, _MOST_POINTS = 2_000, 1_000
_HEX: Final = re.compile(r"[0-9A-Fa-f]{6}")
_BLUE, _RED = "0072B2", "D55E00"


def sparklines(package: Package, sheet: SheetXml) -> dict[tuple[int, int], str]:
    """Draw the sparklines of a sheet.

    Parameters
    ----------
    package, sheet
        A values-only copy, and one of its sheets.

    Returns
    -------
    dict
        Row and column of a cell → an `svg` element; cells whose points are not there are left out.
    """
    found: dict[tuple[int, int], str] = {}
    groups = (group for block in sheet.root.iterfind(MAIN + "extLst") for group in block.iter("{*}sparklineGroup"))
    for group in groups:
        for item in group.iter("{*}sparkline"):
            texts = {local(child): (child.text or "").strip() for child in item}
            points = _points(package, sheet.name, texts.get("f", ""))
            if len(points) > 1 and len(found) < _MOST_LINES:
                try:
                    box = parse_box(texts.get("sqref", ""))
                except WorkbookError:  # it stands nowhere
                    continue
                found[box.top, box.left] = _draw(group, points)
    return found


def _points(package: Package, home: str, text: str) -> list[float]:
    """Numbers of the cells a sparkline shows; blanks and texts are gaps, which close up."""
    prefix, _, area = text.rpartition("!")
    name = package.sheet_name(unquoted(prefix)) if prefix else home
    try:
        box = parse_box(area)
    except WorkbookError:
        return []
    if name is None or name not in package.sheets or box.height * box.width > _MOST_POINTS:
        return []
    sheet = package.sheet(name)
    cells = (sheet.value(r, c) for r in range(box.top, box.bottom + 1) for c in range(box.left, box.right + 1))
    return [cell for cell in cells if isinstance(cell, float) and abs(cell) < 1e30]


def _draw(group: Element, points: Sequence[float]) -> str:
    kind, colour = group.get("type", "line"), _colour(group, "colorSeries", _BLUE)
    if kind == "stacked":  # a win or a loss, however large
        points = [math.copysign(1.0, value) if value else 0.0 for value in points]
    low, high = min(points), max(points)
    if kind != "line":
        low, high = min(low, 0.0), max(high, 0.0)
    step = (_WIDTH - 2 * _EDGE) / max(len(points) - 1, 1)
    room = (_HEIGHT - 2 * _EDGE) / ((high - low) or 1.0)
    places = [(_EDGE + i * step, _HEIGHT - _EDGE - (value - low) * room) for i, value in enumerate(points)]
    body = _line(group, places, colour) if kind == "line" else _columns(group, places, colour, low, room)
    words = f"{len(points)} values from {points[0]:g} to {points[-1]:g}"
    return (
        f'<svg class="spark" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" role="img" '
        f'aria-label="{words}">{body}</svg>'
    )


def _line(group: Element, places: Sequence[tuple[float, float]], colour: str) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    body = f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.2"/>'
    if group.get("last") in ("1", "true"):
        (x, y), mark = places[-1], _colour(group, "colorLast", _RED)
        body += f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1.8" fill="{mark}"/>'
    return body


def _columns(group: Element, places: Sequence[tuple[float, float]], colour: str, low: float, room: float) -> str:
    zero, width = _HEIGHT - _EDGE + low * room, max((_WIDTH - 2 * _EDGE) / len(places) * 0.7, 0.5)
    below = _colour(group, "colorNegative", _RED) if group.get("negative") in ("1", "true") else colour
    return "".join(
        f'<rect x="{x - width / 2:.1f}" y="{min(y, zero):.1f}" width="{width:.1f}" height="{abs(zero - y):.1f}" '
        f'fill="{below if y > zero else colour}"/>'
        for x, y in places
    )


def _colour(group: Element, name: str, usual: str) -> str:
    element = group.find("{*}" + name)
    text = element.get("rgb", "")[-6:] if element is not None else ""
    return f"#{text if _HEX.fullmatch(text) else usual}"
