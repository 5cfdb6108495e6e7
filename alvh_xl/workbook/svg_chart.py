"""Charts of a values-only copy as inline SVG, drawn from the points the charts hold: lines, columns, areas, scatter."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final

from alvh_xl.hosts.embedded.archive import Element

from .number_formats import shown
from .values_only import local

_CHART: Final = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_KINDS: Final = {"lineChart": "line", "areaChart": "area", "barChart": "column", "scatterChart": "scatter"}
# Okabe and Ito's colours, for series without one of their own.
_COLOURS: Final = ("0072B2", "D55E00", "009E73", "E69F00", "56B4E9", "CC79A7", "000000")
_WIDTH, _HEIGHT = 720, 360
_MOST_POINTS: Final = 20_000
_HEX = re.compile(r"[0-9A-Fa-f]{6}")


@dataclass
class Series:
    """One series of a chart."""

    name: str
    kind: str
    xs: list[float]
    ys: list[float]
    colour: str
    line: bool = True
    dashed: bool = False
    marks: bool = False
    width: float = 2.0
    labels: list[str] = field(default_factory=list)
    second: bool = False  # drawn against an axis of its own, at the right
    bases: list[float] = field(default_factory=list)  # where a stacked point begins
    beside: bool = True  # columns stand side by side, not over each other


@dataclass(frozen=True)
class _Frame:
    """The plot area in picture units, and the range of values it shows."""

    left: float
    top: float
    right: float
    bottom: float
    x: tuple[float, float]
    y: tuple[float, float]

    def across(self, value: float) -> float:
        return self.left + (value - self.x[0]) / (self.x[1] - self.x[0]) * (self.right - self.left)

    def up(self, value: float) -> float:
        return self.bottom - (value - self.y[0]) / (self.y[1] - self.y[0]) * (self.bottom - self.top)


def svg_chart(root: Element) -> str:
    """Draw a chart part; a kind that is not drawn here says so in words instead.

    Parameters
    ----------
    root
        Root element of a chart part of a values-only copy.

    Returns
    -------
    str
        An `svg` or `p` element, every text in it escaped.
    """
    title = _text(root.find(f"{_CHART}chart/{_CHART}title"))
    series = read_series(root)
    if not series:
        return f"<p class='note'>{escape(title or 'A chart')}: not drawn here; the .xlsx copy shows it.</p>"
    first = [s for s in series if not s.second] or series
    xs = [x for s in series for x in s.xs]
    columns = any(s.kind == "column" for s in series)
    across = (min(xs) - 0.5, max(xs) + 0.5) if columns else _spread(min(xs), max(xs))
    left = _axis([y for s in first for y in s.ys], any(s.kind in ("column", "area") for s in first))
    frame = _Frame(64, 40, _WIDTH - (56 if len(first) < len(series) else 20), _HEIGHT - 72, across, left)
    pieces = [_grid(frame, root, series)]
    seconds = [s for s in series if s.second and s not in first]
    if seconds:
        axis = _axis([y for s in seconds for y in s.ys], any(s.kind in ("column", "area") for s in seconds))
        right = _Frame(frame.left, frame.top, frame.right, frame.bottom, across, axis)
        pieces.append(_right_axis(right))
        pieces += [_draw(s, right, series) for s in seconds]
    pieces += [_draw(s, frame, series) for s in first]
    pieces.append(_legend(series))
    head = f'<text x="{_WIDTH / 2}" y="22" class="title" text-anchor="middle">{escape(title)}</text>'
    size = f'viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}"'
    look = 'font-family="Arial, sans-serif" font-size="11" role="img"'
    return f'<svg {size} {look} aria-label="{escape(title or "chart")}">{head}{"".join(pieces)}</svg>'


# ---- reading -----------------------------------------------------------------------------------------------


def read_series(root: Element) -> list[Series]:
    """Series of a chart with their points; those without any are left out."""
    found: list[Series] = []
    groups = [e for e in root.iterfind(f"{_CHART}chart/{_CHART}plotArea/*") if local(e) in _KINDS]
    axes = [frozenset(a.get("val", "") for a in group.iterfind(_CHART + "axId")) for group in groups]
    for group, own in zip(groups, axes, strict=True):
        heights: dict[float, float] = {}
        stacked = _setting(group, "grouping") in ("stacked", "percentStacked")
        for item in group.iterfind(_CHART + "ser"):
            series = _series(item, _KINDS[local(group)], len(found))
            if series is not None:
                series.second = own != axes[0]
                series.beside = not stacked and _setting(group, "overlap") != "100"
                if stacked:
                    _stack(series, heights)
                found.append(series)
    return found


def _setting(group: Element, name: str) -> str:
    found = group.find(_CHART + name)
    return found.get("val", "") if found is not None else ""


def _stack(series: Series, heights: dict[float, float]) -> None:
    """Put the points of a series on top of those before it."""
    series.bases = [heights.get(x, 0.0) for x in series.xs]
    series.ys = [base + y for base, y in zip(series.bases, series.ys, strict=True)]
    heights.update(zip(series.xs, series.ys, strict=True))


def _series(item: Element, kind: str, number: int) -> Series | None:
    scatter = kind == "scatter"
    ys = _points(item.find(_CHART + ("yVal" if scatter else "val")))
    cats = _points(item.find(_CHART + ("xVal" if scatter else "cat")))
    numbers = {place: value for place, text in ys.items() if (value := _number(text)) is not None}
    places = sorted(numbers)[:_MOST_POINTS]
    across = {place: _number(cats.get(place, "")) for place in places}
    if not scatter or all(value is None for value in across.values()):
        across = {place: float(place) for place in places}
    places = [place for place in places if across[place] is not None]
    if not places:
        return None
    look = item.find(_CHART + "spPr")
    outline = look.find("{*}ln") if look is not None else None
    line = outline is None or outline.find("{*}noFill") is None
    marker = item.find(f"{_CHART}marker/{_CHART}symbol")
    marks = marker is not None and marker.get("val") != "none"
    source = look if kind in ("column", "area") else outline if line else item.find(f"{_CHART}marker/{_CHART}spPr")
    dash = outline.find("{*}prstDash") if outline is not None else None
    width = _number(outline.get("w", "")) if outline is not None else None
    return Series(
        name=_text(item.find(_CHART + "tx")) or f"Series {number + 1}",
        kind=kind,
        xs=[value for place in places if (value := across[place]) is not None],
        ys=[numbers[place] for place in places],
        colour=_colour(source) or _COLOURS[number % len(_COLOURS)],
        line=line,
        dashed=dash is not None and dash.get("val") != "solid",
        marks=marks or not line,
        width=min(max((width or 19_050) / 12_700, 0.5), 6),
        labels=[_label(item.find(_CHART + "cat"), cats, place) for place in places] if not scatter else [],
    )


def _points(parent: Element | None) -> dict[int, str]:
    """Points stored for a series: place → text."""
    found: dict[int, str] = {}
    for cache in (
        parent.iter("{*}numCache", "{*}strCache", "{*}numLit", "{*}strLit", "{*}lvl") if parent is not None else ()
    ):
        for point in cache.iterfind(_CHART + "pt"):
            place = point.get("idx", "")
            if place.isdecimal() and len(place) < 8:
                found.setdefault(int(place), point.findtext(_CHART + "v") or "")
    return found


def _label(cat: Element | None, cats: dict[int, str], place: int) -> str:
    text = cats.get(place, "")
    code = cat.find(".//{*}formatCode") if cat is not None else None
    number = _number(text)
    return shown(number, code.text or "General") if number is not None and code is not None else text


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) < 1e30 else None


def _text(element: Element | None) -> str:
    """Text of a title or of a series' name."""
    if element is None:
        return ""
    return "".join(e.text or "" for e in element.iter("{*}t", "{*}v"))[:200]


def _colour(element: Element | None) -> str | None:
    fill = element.find(".//{*}solidFill/{*}srgbClr") if element is not None else None
    value = fill.get("val", "") if fill is not None else ""
    return value if _HEX.fullmatch(value) else None


# ---- drawing -----------------------------------------------------------------------------------------------


def _spread(low: float, high: float) -> tuple[float, float]:
    gap = (high - low) * 0.02 or abs(low) * 0.05 or 1.0
    return low - gap, high + gap


def _axis(values: Sequence[float], from_zero: bool) -> tuple[float, float]:
    low, high = min(values), max(values)
    if from_zero or (low > 0 and low < high * 0.2):
        low, high = min(low, 0.0), max(high, 0.0)
    low, high = _spread(low, high) if low != high or abs(low) > 1e9 else (low - 1, high + 1)
    step = _step(high - low)
    return math.floor(low / step) * step, math.ceil(high / step) * step


def _step(width: float, pieces: int = 6) -> float:
    """Distance of grid lines: 1, 2 or 5 times a power of ten."""
    rough = width / pieces
    power: float = 10.0 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)


def _ticks(low: float, high: float) -> list[float]:
    step = _step(high - low)
    first = math.ceil(low / step - 1e-9)
    return [place * step for place in range(first, first + 14) if place * step <= high + step * 1e-6]


def _tick_text(value: float, step: float) -> str:
    places = max(0, min(6, -math.floor(math.log10(step) + 1e-9)))
    return f"{value + 0.0:,.{places}f}"


def _grid(frame: _Frame, root: Element, series: Sequence[Series]) -> str:
    """Grid lines with their numbers, the labels along the bottom, and the titles of the axes."""
    pieces = []
    step = _step(frame.y[1] - frame.y[0])
    for value in _ticks(*frame.y):
        y = frame.up(value)
        mark = "zero" if abs(value) < step * 1e-6 else "grid"
        pieces.append(f'<line class="{mark}" x1="{frame.left}" x2="{frame.right}" y1="{y:.1f}" y2="{y:.1f}"/>')
        pieces.append(f'<text x="{frame.left - 6}" y="{y + 4:.1f}" text-anchor="end">{_tick_text(value, step)}</text>')
    for value, text in _bottom(frame, series):
        x = frame.across(value)
        pieces.append(f'<text x="{x:.1f}" y="{frame.bottom + 16}" text-anchor="middle">{escape(text[:24])}</text>')
    return "".join([*pieces, *_axis_titles(frame, root)])


def _bottom(frame: _Frame, series: Sequence[Series]) -> list[tuple[float, str]]:
    """Places along the bottom and what stands there: categories where there are any, else numbers."""
    labels = next((s for s in series if s.labels), None)
    if labels is not None:
        every = max(1, len(labels.xs) // 7)
        return list(zip(labels.xs[::every], labels.labels[::every], strict=True))
    step = _step(frame.x[1] - frame.x[0])
    return [(value, _tick_text(value, step)) for value in _ticks(*frame.x)]


def _axis_titles(frame: _Frame, root: Element) -> Iterator[str]:
    across, down = (frame.left + frame.right) / 2, (frame.top + frame.bottom) / 2
    for axis in root.iter("{*}valAx", "{*}catAx", "{*}dateAx"):
        text, side = escape(_text(axis.find(_CHART + "title"))), _setting(axis, "axPos")
        if text and side == "b":
            yield f'<text x="{across}" y="{frame.bottom + 32}" text-anchor="middle">{text}</text>'
        elif text:
            x = 14 if side == "l" else _WIDTH - 6
            yield f'<text transform="translate({x} {down}) rotate(-90)" text-anchor="middle">{text}</text>'


def _right_axis(frame: _Frame) -> str:
    step = _step(frame.y[1] - frame.y[0])
    return "".join(
        f'<text x="{frame.right + 6}" y="{frame.up(value) + 4:.1f}">{_tick_text(value, step)}</text>'
        for value in _ticks(*frame.y)
    )


def _draw(series: Series, frame: _Frame, everything: Sequence[Series]) -> str:
    places = [(frame.across(x), frame.up(y)) for x, y in zip(series.xs, series.ys, strict=True)]
    colour = f"#{series.colour}"
    zero = frame.up(min(max(0.0, frame.y[0]), frame.y[1]))
    feet = [frame.up(base) for base in series.bases] or [zero] * len(places)
    if series.kind == "column":
        columns = [s for s in everything if s.kind == "column" and s.beside] if series.beside else [series]
        room = (frame.right - frame.left) / (frame.x[1] - frame.x[0]) * 0.8 / len(columns)
        shift = (columns.index(series) - len(columns) / 2) * room
        return "".join(
            f'<rect x="{x + shift:.1f}" y="{min(y, foot):.1f}" width="{max(room, 0.5):.1f}" '
            f'height="{abs(foot - y):.1f}" fill="{colour}"/>'
            for (x, y), foot in zip(places, feet, strict=True)
        )
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    pieces = []
    if series.kind == "area":
        back = " ".join(f"{x:.1f},{foot:.1f}" for (x, _), foot in zip(places[::-1], feet[::-1], strict=True))
        pieces.append(f'<polygon points="{path} {back}" fill="{colour}" fill-opacity="0.5"/>')
    elif series.line and len(places) > 1:
        dash = ' stroke-dasharray="6 4"' if series.dashed else ""
        pieces.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{series.width:.1f}"{dash}/>'
        )
    if series.marks or len(places) == 1:
        pieces += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>' for x, y in places]
    return "".join(pieces)


def _legend(series: Sequence[Series]) -> str:
    """Names of the series, in as many lines as they need."""
    if len(series) == 1:
        return ""
    pieces, x, y = [], 64.0, _HEIGHT - 30
    for item in series:
        width = 34 + 6.2 * min(len(item.name), 40)
        if x + width > _WIDTH and x > 64:
            x, y = 64.0, y + 14
        pieces.append(f'<rect x="{x:.0f}" y="{y}" width="14" height="8" fill="#{item.colour}"/>')
        pieces.append(f'<text x="{x + 18:.0f}" y="{y + 8}">{escape(item.name[:40])}</text>')
        x += width
    return "".join(pieces)
