"""A broker's file as rows of text, and the numbers and days in it; anything else is refused in one line."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from alvh_xl.market.errors import MarketError, ProviderError

LARGEST = 20_000_000
EARLIEST, LATEST = date(2004, 1, 1), date(2035, 11, 1)  # VIX futures began in 2004; the holiday table ends in 2035
MOST_CONTRACTS = 100_000
HIGHEST = 1_000_000.0
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
NOTHING = frozenset({"", "--", "-", "n/a", "na"})

LONGEST_LINE, MOST_ROWS = 20_000, 200_000
_LINE_END = re.compile(r"\r\n|\n|\r")
_OURS = re.compile(r"SPX|VIX|VX")
_REFERENCE = re.compile(r'(^|,)="([^"\r\n]*)"', re.MULTILINE)
_NUMBER = re.compile(r"([+-]?)(?:(\d{1,3}(?:,\d{3})+|\d+)(\.\d*)?|(\.\d+))", re.ASCII)
_US_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})", re.ASCII)
_US_MOMENT = re.compile(
    r"(\d{1,2}/\d{1,2}/(?:\d{4}|\d{2}))(?:,? +(\d{1,2}):(\d\d)(?::(\d\d))?(?: +([AP])M)?)?", re.ASCII
)

Row = list[str]


def read_rows(path: Path) -> list[Row]:
    """Rows of a CSV file, cells without surrounding blanks; the n-th row is at place n − 1, blank ones too.

    Raises
    ------
    MarketError
        There is no such file, it is too large, or it is no CSV text.
    """
    name = path.name
    if not path.is_file():
        raise MarketError(f"there is no file {path}")
    with path.open("rb") as file:
        body = file.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise MarketError(f"{name} is larger than {LARGEST:,} bytes: no statement is; export a shorter period")
    text = _decoded(body, name)
    if text.count("\n") + text.count("\r") > 2 * MOST_ROWS:
        raise MarketError(f"{name} has more than {MOST_ROWS:,} rows; export a shorter period")
    lines = _LINE_END.split(text)
    return [_cells(line, number, name) for number, line in enumerate(lines, start=1)]


def _cells(line: str, number: int, name: str) -> Row:
    """Cells of one line: a statement has no line break in a cell, and a stray quote must not swallow later rows."""
    if len(line) > LONGEST_LINE:
        raise ProviderError(f"{name}, row {number} is longer than {LONGEST_LINE:,} characters: no statement's is")
    try:
        found = next(csv.reader([line], strict=True), [])
    except csv.Error:
        if _OURS.search(line):
            raise ProviderError(f"{name}, row {number}: its quotation marks do not match; nothing is taken") from None
        found = line.split(",")
    return [cell.strip() for cell in found]


def _decoded(body: bytes, name: str) -> str:
    """Text of a file; what matters in it is ASCII, so a foreign letter in a name may be read wrongly."""
    if body[:2] == b"PK":
        raise ProviderError(f"{name} is a workbook or a zip archive; export the statement as CSV")
    if body[:4] == b"%PDF":
        raise ProviderError(f"{name} is a PDF; export the statement as CSV")
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = body.decode("utf-16", "replace")
    else:
        try:
            text = body.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = body.decode("cp1252", "replace")
    if not text.strip():
        raise ProviderError(f"{name} is empty")
    if text.lstrip()[:1] == "<":
        raise ProviderError(f"{name} is a web page or XML; export the statement as CSV")
    if "\0" in text:
        raise ProviderError(f"{name} is not text; export the statement as CSV")
    return _REFERENCE.sub(r'\1"\2"', text)


def number(text: str) -> float | None:
    """A number as brokers write it; None where nothing stands.

    Examples
    --------
    >>> number("-10,300.00"), number("($1,050.00)"), number("+.80"), number("--")
    (-10300.0, -1050.0, 0.8, None)

    Raises
    ------
    ValueError
    """
    plain = text.strip().replace("\u2212", "-").replace("$", "")
    if plain.lower() in NOTHING:
        return None
    negative = plain.startswith("(") and plain.endswith(")")
    found = _NUMBER.fullmatch(plain[1:-1] if negative else plain)
    if found is None or len(plain) > 30 or (negative and found[1]):
        raise ValueError(f"{shown(text)} is no number")
    value = float((found[2] or "").replace(",", "") + (found[3] or found[4] or ""))
    return -value if negative or found[1] == "-" else value


def contracts(text: str) -> int:
    """A whole number of contracts, not 0.

    Raises
    ------
    ValueError
    """
    value = number(text)
    if value is None or value != int(value) or not 0 < abs(value) <= MOST_CONTRACTS:
        raise ValueError(f"{shown(text)} is no number of contracts")
    return int(value)


def points(text: str) -> float | None:
    """A price in points, 0 or more; None where nothing stands.

    Raises
    ------
    ValueError
    """
    value = number(text)
    if value is not None and not 0 <= value <= HIGHEST:
        raise ValueError(f"{shown(text)} is no price")
    return value


def strike(text: str) -> float:
    """A strike, above 0.

    Raises
    ------
    ValueError
    """
    value = number(text)
    if value is None or not 0 < value <= HIGHEST:
        raise ValueError(f"{shown(text)} is no strike")
    return value


def calendar_day(year: int, month: int, day: int) -> date:
    """A day between 2004 and 2035; years of two digits are of this century.

    Raises
    ------
    ValueError
    """
    found = date(year + 2000 if year < 100 else year, month, day)
    if not EARLIEST <= found <= LATEST:
        raise ValueError(f"{found} is no day of {EARLIEST.year} to {LATEST.year}")
    return found


def us_day(text: str) -> date:
    """A day written month/day/year.

    Raises
    ------
    ValueError
    """
    found = _US_DAY.fullmatch(text)
    if found is None:
        raise ValueError(f"{shown(text)} is no day")
    return calendar_day(int(found[3]), int(found[1]), int(found[2]))


def us_moment(text: str) -> datetime:
    """A moment written month/day/year hour:minute[:second] [AM|PM]; a day alone is its midnight.

    Raises
    ------
    ValueError
    """
    found = _US_MOMENT.fullmatch(text.upper())
    if found is None:
        raise ValueError(f"{shown(text)} is no date and time")
    hour = int(found[2] or 0)
    if found[5]:
        hour = hour % 12 + (12 if found[5] == "P" else 0)
    day = us_day(found[1])
    return datetime(day.year, day.month, day.day, hour, int(found[3] or 0), int(found[4] or 0))


def shown(text: str) -> str:
    """A text of the file as a message may show it: short, on one line, in quotes."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    plain = " ".join(plain.split())
    return repr(plain if len(plain) <= 40 else plain[:39] + "…")


def columns(header: Sequence[str]) -> dict[str, int]:
    """Place of each column by its name in lower case; of two of one name the first."""
    found: dict[str, int] = {}
    for place, name in enumerate(header):
        found.setdefault(name.casefold(), place)
    return found


def cell(row: Sequence[str], places: dict[str, int], name: str) -> str:
    """Text in a column; "" when the column or the end of the row is missing."""
    place = places.get(name)
    return row[place] if place is not None and place < len(row) else ""
