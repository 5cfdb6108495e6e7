"""Cboe quote table (CSV, saved from the web page as quotedata.csv): calls and puts of a chain side by side.

Three lines stand above the options: name and last price of the index, the date, the columns; calls and puts have the
same column names, left and right of the strike. The date is written in the language of the browser's region and in its
time zone: `February 5 2022, 8:09 PM EST`, `July 12, 2022, 11:55 AM EDT`, `January 7, 2024 at 10:52 AM EST`,
`14 March 2026 at 07:34 GMT-4`. The first lines may be padded with commas.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from alvh_xl.market.chain import Chain, OptionQuote, chain, option
from alvh_xl.market.errors import ProviderError
from alvh_xl.market.providers import text

WHAT = "Cboe quote table"
HEADER_LINES = 3
# Hours from UTC of the names of time zones in which the table has been seen, or may be.
ZONES = {
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
    "GMT": 0, "UTC": 0, "BST": 1, "CET": 1, "CEST": 2,
}  # fmt: skip
_CLOCK = re.compile(r"(?P<day>.+?),?(?: at)? (?P<hour>\d{1,2}):(?P<minute>\d\d)(?: ?(?P<half>[AP]M))? (?P<zone>\S+)")
_OFFSET = re.compile(r"(?:GMT|UTC)([+-])(\d{1,2})(?::(\d\d))?")
_DAYS = ("%B %d %Y", "%d %B %Y", "%b %d %Y", "%d %b %Y")

Row = Sequence[str]


def is_quotedata(rows: Sequence[Row]) -> bool:
    """Whether the first lines of a CSV file are those of a quote table."""
    if len(rows) < HEADER_LINES:
        return False
    named = [cell.strip().lower() for cell in rows[2]]
    return _labelled(rows[0], "last:") and _labelled(rows[1], "date:") and {"calls", "puts", "strike"} <= set(named)


def parse(body: bytes) -> Chain:
    """Read one chain.

    Raises
    ------
    ProviderError
        The answer is not a quote table, or a twentieth of its options cannot be read.
    """
    return parse_rows(list(text.rows(text.lines(body, WHAT))))


def parse_rows(rows: Sequence[Row]) -> Chain:
    """Read one chain from the fields of its lines; see `parse`."""
    if not is_quotedata(rows):
        raise ProviderError(f"{WHAT}: the first lines are not those of a quote table")
    names = [cell.strip().lower() for cell in rows[2]]
    middle = names.index("strike")
    try:
        sides = [_Side(names, "calls", 0), _Side(names, "puts", middle)]
        last = next(cell for cell in rows[0] if cell.strip().lower().startswith("last:"))
        spot = _number(last.partition(":")[2])
    except ValueError:
        raise ProviderError(f"{WHAT}: a column or the last price of the index is missing") from None
    # The date has commas of its own; where it is not quoted they part it into several fields.
    stamp = _stamp(re.split(r",\s*bid:", ", ".join(rows[1]), flags=re.IGNORECASE)[0])
    lines = [row for row in rows[HEADER_LINES:] if any(cell.strip() for cell in row)]
    return chain(WHAT, stamp, spot, [side.quote(row) for row in lines for side in sides])


class _Side:
    """Reads the calls, or the puts, of a line."""

    def __init__(self, names: Sequence[str], symbol: str, start: int) -> None:
        self._symbol = names.index(symbol)
        self._numbers = [names.index(name, start) for name in ("bid", "ask", "iv", "delta")]

    def quote(self, row: Row) -> OptionQuote | None:
        try:
            terms = option(row[self._symbol].strip().upper())
            bid, ask, iv, delta = (_number(row[place]) for place in self._numbers)
        except (ValueError, IndexError):
            return None
        # A volatility of 0 means "not computed", and the delta beside it is then 0 or 1.
        known = (iv, delta) if iv > 0 else (None, None)
        return None if terms is None else OptionQuote(*terms, bid, ask, *known)


def _labelled(row: Row, label: str) -> bool:
    return any(cell.strip().lower().startswith(label) for cell in row)


def _number(written: str) -> float:
    return text.number(written.strip().replace(",", ""))


def _stamp(written: str) -> datetime:
    """Moment of a date line, with its time zone."""
    plain = " ".join(written.partition(":")[2].replace("\u2212", "-").replace(",", " ").split()).upper()
    found = _CLOCK.fullmatch(plain.replace(" AT ", " at "))
    if found is not None:
        zone, hour = _zone(found["zone"]), int(found["hour"])
        if found["half"]:
            hour = hour % 12 + (12 if found["half"] == "PM" else 0)
        for form in _DAYS:
            try:
                day = text.day(found["day"].title(), form)
                moment = datetime(day.year, day.month, day.day, hour, int(found["minute"]))
            except ValueError:
                continue
            if zone is not None:
                return moment.replace(tzinfo=zone)
    raise ProviderError(f"{WHAT}: the date {written.strip()[:60]!r} cannot be read")


def _zone(name: str) -> timezone | None:
    if name in ZONES:
        return timezone(timedelta(hours=ZONES[name]))
    found = _OFFSET.fullmatch(name)
    if found is None:
        return None
    sign, hours, minutes = found.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return timezone(offset if sign == "+" else -offset) if offset < timedelta(hours=15) else None
