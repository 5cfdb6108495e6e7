"""Cell styles of a workbook as CSS classes: fonts, fills, borders, alignment, and nothing smuggled in."""

from __future__ import annotations

import colorsys
import re
from dataclasses import dataclass
from typing import Final

from alvh_xl.hosts.embedded import Package
from alvh_xl.hosts.embedded.archive import Element, parse_xml
from alvh_xl.hosts.embedded.cells_xml import MAIN

_THEME: Final = ("lt1", "dk1", "lt2", "dk2", "accent1", "accent2", "accent3", "accent4", "accent5", "accent6")
_INDEXED: Final = (
    "000000", "FFFFFF", "FF0000", "00FF00", "0000FF", "FFFF00", "FF00FF", "00FFFF", "000000", "FFFFFF", "FF0000",
    "00FF00", "0000FF", "FFFF00", "FF00FF", "00FFFF", "800000", "008000", "000080", "808000", "800080", "008080",
    "C0C0C0", "808080",
)  # fmt: skip
_FAMILY = re.compile(r"[A-Za-z0-9][A-Za-z0-9 -]{0,40}")
_SIDES: Final = ("left", "right", "top", "bottom")
_THICK: Final = {"thick": "3px", "medium": "2px"}


@dataclass(frozen=True, slots=True)
class Look:
    """What the page needs to know of a style besides its class."""

    wraps: bool
    align: str


class Styles:
    """Classes `s0`, `s1` … for the cell styles of a workbook.

    Parameters
    ----------
    package
        The workbook.
    """

    def __init__(self, package: Package) -> None:
        self._theme = self._theme_colours(package)
        part = package.related(package.workbook_part, "styles")
        root = parse_xml(package.parts[part[0]], part[0]) if part and part[0] in package.parts else None
        self.looks: list[Look] = []
        self._rules: list[str] = []
        self._differences: list[str] = []
        if root is None:
            return
        fonts, fills, borders = (list(root.iterfind(f"{MAIN}{name}/*")) for name in ("fonts", "fills", "borders"))
        for item in root.iterfind(f"{MAIN}cellXfs/{MAIN}xf"):
            rules = self._font(_pick(fonts, item.get("fontId")))
            rules += self._fill(_pick(fills, item.get("fillId")))
            rules += self._border(_pick(borders, item.get("borderId")))
            look = self._align(item.find(MAIN + "alignment"), rules)
            self.looks.append(look)
            self._rules.append(";".join(rules))
        for item in root.iterfind(f"{MAIN}dxfs/{MAIN}dxf"):
            self._differences.append(";".join(self._difference(item)))

    def look(self, style: str | None) -> tuple[int, Look]:
        """Number of a cell's class, and its look."""
        number = int(style) if style and style.isdecimal() else 0
        return (number, self.looks[number]) if number < len(self.looks) else (0, Look(False, ""))

    def css(self, used: set[int]) -> str:
        """Rules of the classes in use."""
        rules = [f".s{n}{{{self._rules[n]}}}" for n in sorted(used) if n < len(self._rules) and self._rules[n]]
        return "\n".join([*rules, *(f".d{n}{{{rule}}}" for n, rule in enumerate(self._differences) if rule)])

    # ---- pieces --------------------------------------------------------------------------------------------

    def _theme_colours(self, package: Package) -> dict[str, str]:
        part = package.related(package.workbook_part, "theme")
        if not part or part[0] not in package.parts:
            return {}
        scheme = parse_xml(package.parts[part[0]], part[0]).find(".//{*}clrScheme")
        found = {}
        for item in scheme if scheme is not None else ():
            for colour in item:
                found[str(item.tag).rpartition("}")[2]] = colour.get("lastClr") or colour.get("val") or ""
        return found

    def _colour(self, element: Element | None) -> str | None:
        if element is None:
            return None
        text = element.get("rgb", "")[-6:]
        if element.get("indexed", "").isdecimal() and int(element.get("indexed")) < len(_INDEXED):
            text = _INDEXED[int(element.get("indexed"))]
        place = element.get("theme", "")
        if place.isdecimal() and int(place) < len(_THEME):
            text = self._theme.get(_THEME[int(place)], "")
        if not re.fullmatch(r"[0-9A-Fa-f]{6}", text):
            return None
        return "#" + _tinted(text, element.get("tint", "0"))

    def _font(self, font: Element | None) -> list[str]:
        rules: list[str] = []
        if font is None:
            return rules
        marks = {str(e.tag).rpartition("}")[2]: e for e in font}
        if "b" in marks and marks["b"].get("val", "1") not in ("0", "false"):
            rules.append("font-weight:bold")
        if "i" in marks and marks["i"].get("val", "1") not in ("0", "false"):
            rules.append("font-style:italic")
        family = marks["name"].get("val", "") if "name" in marks else ""
        if _FAMILY.fullmatch(family) and family != "Arial":
            rules.append(f"font-family:'{family}',sans-serif")
        size = marks["sz"].get("val", "") if "sz" in marks else ""
        if re.fullmatch(r"\d{1,2}(\.\d+)?", size):
            rules.append(f"font-size:{size}pt")
        colour = self._colour(marks.get("color"))
        return [*rules, f"color:{colour}"] if colour and colour != "#000000" else rules

    def _fill(self, fill: Element | None) -> list[str]:
        pattern = fill.find(MAIN + "patternFill") if fill is not None else None
        if pattern is None or pattern.get("patternType") in (None, "none"):
            return []
        colour = self._colour(pattern.find(MAIN + "fgColor"))
        return [f"background:{colour}"] if colour else []

    def _difference(self, item: Element) -> list[str]:
        """What a conditional format changes: the fill, whose colour stands where others have the background's."""
        font = item.find(MAIN + "font")
        rules = [r for r in self._font(font) if r.startswith(("color", "font-weight"))]
        ground = self._colour(item.find(f"{MAIN}fill/{MAIN}patternFill/{MAIN}bgColor"))
        return [*rules, f"background:{ground}"] if ground else rules

    def _border(self, border: Element | None) -> list[str]:
        rules = []
        for side in _SIDES:
            line = border.find(MAIN + side) if border is not None else None
            if line is not None and line.get("style") not in (None, "none"):
                colour = self._colour(line.find(MAIN + "color")) or "#7F7F7F"
                rules.append(f"border-{side}:{_THICK.get(line.get('style'), '1px')} solid {colour}")
        return rules

    @staticmethod
    def _align(alignment: Element | None, rules: list[str]) -> Look:
        get = alignment.get if alignment is not None else {}.get
        across, down, wraps = get("horizontal") or "", get("vertical") or "", get("wrapText") in ("1", "true")
        if down in ("top", "center"):
            rules.append(f"vertical-align:{'top' if down == 'top' else 'middle'}")
        indent = get("indent") or "0"
        if indent.isdecimal() and 0 < int(indent) < 30:
            rules.append(f"padding-{'right' if across == 'right' else 'left'}:{int(indent) * 9 + 3}px")
        if wraps:
            rules.append("white-space:pre-wrap")
        return Look(wraps, across if across in ("left", "right", "center") else "")


def _pick(items: list[Element], place: str | None) -> Element | None:
    return items[int(place)] if place and place.isdecimal() and int(place) < len(items) else None


def _tinted(colour: str, tint: str) -> str:
    """A theme colour made lighter (tint above 0) or darker."""
    try:
        by = max(-1.0, min(1.0, float(tint)))
    except ValueError:
        by = 0.0
    if not by:
        return colour.upper()
    hue, light, depth = colorsys.rgb_to_hls(*(int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)))
    light = light * (1 + by) if by < 0 else light * (1 - by) + by
    return "".join(f"{round(channel * 255):02X}" for channel in colorsys.hls_to_rgb(hue, light, depth))
