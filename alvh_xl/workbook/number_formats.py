"""Number formats of a workbook: which one a cell has, what kind of figure it shows, and the text it shows it as."""

from __future__ import annotations

import datetime as dt
import math
import re
import sys
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import Final

from alvh_xl.functions.cells import EPOCH
from alvh_xl.hosts.embedded import Package
from alvh_xl.hosts.embedded.archive import parse_xml
from alvh_xl.hosts.embedded.cells_xml import MAIN

# Formats Excel knows by number alone.
BUILT_IN: Final[dict[int, str]] = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: '"$"#,##0;-"$"#,##0', 6: '"$"#,##0;-"$"#,##0',
    7: '"$"#,##0.00;-"$"#,##0.00', 8: '"$"#,##0.00;-"$"#,##0.00', 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "0.00",
    13: "0.00", 14: "dd-mmm-yyyy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM",
    20: "h:mm", 21: "h:mm:ss", 22: "dd-mmm-yyyy h:mm", 37: "#,##0;-#,##0", 38: "#,##0;-#,##0",
    39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00", 41: "#,##0;-#,##0", 42: '"$"#,##0;-"$"#,##0',
    43: "#,##0.00;-#,##0.00", 44: '"$"#,##0.00;-"$"#,##0.00', 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0",
    48: "0.0E+0", 49: "@",
}  # fmt: skip
# Piece of a format: text in quotes or after a backslash, a bracket, padding, a digit run, a date code, anything else.
_PIECE = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[(?P<bracket>[^\]]*)\]|_(?P<pad>.)|\*(?P<fill>.)'
    r"|(?P<general>General)|(?P<number>[0#?][0#?,.]*(?:E[+-]0+)?|\.[0#?]+)|(?P<ampm>AM/PM|A/P)"
    r"|(?P<date>[yY]+|[mM]+|[dD]+|[hH]+|[sS]+(?:\.0+)?)|(?P<text>@)|(?P<other>.)",
    re.DOTALL,
)
_EXACT: Final = Context(prec=60)
_CONDITION = re.compile(r"(<=|>=|<>|=|<|>)\s*(-?[\d.]+)")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LONG_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def cell_formats(package: Package) -> Callable[[str | None], str]:
    """Look up the format code of a cell by its style number."""
    parts = package.related(package.workbook_part, "styles")
    if not parts or parts[0] not in package.parts:
        return lambda _: "General"
    root = parse_xml(package.parts[parts[0]], parts[0])
    custom = {e.get("numFmtId", ""): e.get("formatCode", "") for e in root.iterfind(f"{MAIN}numFmts/{MAIN}numFmt")}
    codes = []
    for item in root.iterfind(f"{MAIN}cellXfs/{MAIN}xf"):
        number = item.get("numFmtId", "0")
        codes.append(custom.get(number) or BUILT_IN.get(int(number) if number.isdecimal() else 0, "General"))

    def code(style: str | None) -> str:
        place = int(style) if style and style.isdecimal() else 0
        return codes[place] if place < len(codes) else "General"

    return code


@lru_cache(maxsize=1024)
def sections(code: str) -> tuple[tuple[tuple[str, str], ...], ...]:
    """Sections of a format (positive, negative, zero, text), each as (kind, text) pieces."""
    parts: list[list[tuple[str, str]]] = [[]]
    for found in _PIECE.finditer(code[:1000]):
        kind = found.lastgroup or "other"
        if kind == "other" and found[0] == ";":
            parts.append([])
        else:
            parts[-1].append((kind, found[kind] or ""))
    return tuple(tuple(part) for part in parts)


def _has(code: str, kind: str) -> bool:
    return any(piece[0] == kind for part in sections(code) for piece in part)


@lru_cache(maxsize=1024)
def is_date(code: str) -> bool:
    """Whether a format shows a date or a time of day."""
    return _has(code, "date") and not _has(code, "number")


@lru_cache(maxsize=1024)
def shows_percent(code: str) -> bool:
    """Whether a format shows a percentage."""
    return any("%" in text for part in sections(code) for kind, text in part if kind in ("other", "quoted", "escaped"))


@lru_cache(maxsize=1024)
def shows_currency(code: str) -> bool:
    """Whether a format shows an amount of money."""
    for part in sections(code):
        for kind, text in part:
            if kind in ("other", "quoted", "escaped") and re.search(r"[$€£¥₣₹]|\b(USD|EUR|GBP|CHF|JPY)\b", text):
                return True
            if kind == "bracket" and text.startswith("$") and text[1:].partition("-")[0]:
                return True
    return False


def shown(value: float, code: str, from_1904: bool = False) -> str:
    """Text a number shows in a format, as Excel would write it in English.

    Parameters
    ----------
    value
        The number; a date is its serial.
    code
        Format code, for example `#,##0.0` or `dd-mmm-yyyy`.
    from_1904
        Whether serials count from 1904.
    """
    if not math.isfinite(value):
        return "#NUM!"
    parts = sections(code)
    part, number = _section(parts, value)
    if any(kind == "date" for kind, _ in part) and not any(kind == "number" for kind, _ in part):
        return _date(number, part, from_1904)
    percent = 100 ** sum(text.count("%") for kind, text in part if kind == "other")
    number = min(max(number * percent, -sys.float_info.max), sys.float_info.max)
    done = False
    written = []
    for kind, text in part:
        if kind in ("quoted", "escaped", "other"):
            written.append(text)
        elif kind == "pad":
            written.append(" ")
        elif kind == "bracket" and text.startswith("$"):
            written.append(text[1:].partition("-")[0])
        elif kind == "general" or (kind == "text" and not done):
            written.append(general(number))
            done = True
        elif kind == "number" and not done:
            written.append(_digits(number, text))
            done = True
    return "".join(written).strip()


def _section(parts: tuple[tuple[tuple[str, str], ...], ...], value: float) -> tuple[tuple[tuple[str, str], ...], float]:
    """Section of a format that a number takes, and the number it shows: the negative section writes its own sign."""
    conditions = [next((m for k, t in p if k == "bracket" and (m := _CONDITION.fullmatch(t))), None) for p in parts]
    if any(conditions):
        for part, condition in zip(parts, conditions, strict=True):
            if condition is None or _meets(value, condition[1], float(condition[2])):
                return part, value
        return parts[-1], value
    if len(parts) > 1 and value < 0 and parts[1]:
        return parts[1], -value
    if len(parts) > 1 and value < 0:
        return (), value
    if len(parts) > 2 and value == 0:
        return parts[2], value
    return parts[0], value


def _meets(value: float, sign: str, limit: float) -> bool:
    return {
        "=": value == limit, "<>": value != limit, "<": value < limit, ">": value > limit, "<=": value <= limit,
        ">=": value >= limit,
    }[sign]  # fmt: skip


def general(value: float) -> str:
    """Text of a number without a format: at most eleven characters of it matter to a reader."""
    if value == int(value) and abs(value) < 1e11:
        return str(int(value))
    text = f"{value:.9g}"
    return text if "e" not in text else f"{value:.5E}"


def _digits(value: float, pattern: str) -> str:
    if "E" in pattern:
        mantissa = pattern.partition("E")[0]
        return f"{value:.{len(mantissa.partition('.')[2])}E}"
    while pattern.endswith(","):  # each shows thousands less
        pattern, value = pattern[:-1], value / 1000
    whole, _, fraction = pattern.partition(".")
    least = sum(letter in "0?" for letter in fraction)
    comma = "," if "," in whole else ""
    places = min(len(fraction), 30)
    rounded: float | Decimal = value
    if abs(value) < 1e15:  # half a unit rounds away from zero, as Excel does it, and not to the even digit
        rounded = Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _EXACT)
    text = f"{rounded:{comma}.{places}f}"
    if fraction and least < len(fraction):
        head, _, tail = text.partition(".")
        tail = tail[:least] + tail[least:].rstrip("0")
        text = f"{head}.{tail}" if tail else head
    zeros = whole.count("0")
    if zeros > 1:
        sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
        head, dot, tail = digits.partition(".")
        text = sign + head.rjust(zeros, "0") + dot + tail
    if not zeros and text.lstrip("-").partition(".")[0] == "0" and "." in text:
        text = text.replace("0.", ".", 1)
    return "0" if re.fullmatch(r"-0", text) else re.sub(r"^-(0(?:\.0+)?)$", r"\1", text)


def moment(value: float, from_1904: bool = False) -> dt.datetime | None:
    """The moment a serial means, to the second; None outside Excel's calendar."""
    days = value + (1462 if from_1904 else 0)
    if not 0 <= days < 2_958_466:
        return None
    return EPOCH + dt.timedelta(seconds=round(days * 86_400))


def _date(value: float, part: tuple[tuple[str, str], ...], from_1904: bool) -> str:
    when = moment(value, from_1904)
    if when is None:
        return "#" * 8
    half = any(kind == "ampm" for kind, _ in part)
    written, after_hour = [], False
    codes = [(kind, text.lower() if kind == "date" else text) for kind, text in part]
    for place, (kind, text) in enumerate(codes):
        if kind == "date":
            following = next((t for k, t in codes[place + 1 :] if k == "date"), "")
            minute = text[0] == "m" and len(text) < 3 and (after_hour or following.startswith("s"))
            written.append(_date_piece(when, text, minute, half))
            after_hour = text[0] == "h"
        elif kind == "ampm":
            written.append("AM" if when.hour < 12 else "PM")
        elif kind in ("quoted", "escaped", "other"):
            written.append(text)
        elif kind == "bracket" and text.lower().strip("hms") == "" and text:
            total = {"h": 3600, "m": 60, "s": 1}[text[0].lower()]
            written.append(str(int(round(value * 86_400) // total)))
            after_hour = text[0].lower() == "h"
    return "".join(written).strip()


def _date_piece(when: dt.datetime, code: str, minute: bool, half: bool) -> str:
    letter, size = code[0], len(code)
    if letter == "y":
        return f"{when.year:04d}" if size > 2 else f"{when.year % 100:02d}"
    if letter == "d":
        day = _DAYS[when.weekday()]
        return (str(when.day), f"{when.day:02d}", day[:3], day)[min(size, 4) - 1]
    if letter == "m" and not minute:
        name = _LONG_MONTHS[when.month - 1]
        return (str(when.month), f"{when.month:02d}", _MONTHS[when.month - 1], name, name[0])[min(size, 5) - 1]
    hour = (when.hour - 1) % 12 + 1 if half else when.hour
    number = {"h": hour, "m": when.minute, "s": when.second}[letter]
    return f"{number:02d}" if size > 1 else str(number)
