"""The Federal Reserve's public page of FOMC meetings: one panel a year, month and days of each meeting.

The last day of a scheduled meeting is the day of its decision. A meeting in brackets (unscheduled, cancelled, a vote by
notation) is none; anything else that is not understood refuses the page, because a wrong date is worse than none.
"""

from __future__ import annotations

import html
import re
from datetime import date
from itertools import pairwise

from alvh_xl.market.errors import ProviderError

HOST = "https://www.federalreserve.gov"
PATH = "/monetarypolicy/fomccalendars.htm"
WHAT = "Federal Reserve, FOMC calendar"
LARGEST = 5_000_000
# A year has eight scheduled meetings; one may be cancelled, and a new year may be announced in part.
FEWEST, MOST = 4, 9
SHORTEST_PAUSE = 20
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEAR = re.compile(r"\b(\d{4})\s+FOMC\s+Meetings")
_ROW = re.compile(
    r"fomc-meeting__month[^>]*>((?:(?!fomc-meeting__).)*?)</div>"
    r"(?:(?!fomc-meeting__month).)*?fomc-meeting__date[^>]*>((?:(?!fomc-meeting__).)*?)</div>",
    re.DOTALL,
)
_TAG = re.compile(r"<[^>]*>")
_DAYS = re.compile(r"(\d{1,2})(?:\s*[-–]\s*(\d{1,2}))?\s*\*?")


def decision_days(body: bytes) -> list[date]:
    """Days of decision, soonest first.

    Raises
    ------
    ProviderError
        The page is not the calendar, or holds what a calendar cannot.
    """
    try:
        page = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ProviderError(f"{WHAT}: the answer is not text") from None
    heads = list(_YEAR.finditer(page))
    if len(page) > LARGEST or not heads:
        raise ProviderError(f"{WHAT}: the page is not the calendar of meetings")
    ends = [head.start() for head in heads[1:]] + [len(page)]
    found: set[date] = set()
    for head, end in zip(heads, ends, strict=True):
        panel = page[head.end() : end]
        if "fomc-meeting__" in panel:  # a link to a year has the panel's title, and nothing in it
            found.update(_year(int(head.group(1)), panel))
    days = sorted(found)
    near = [day for before, day in pairwise(days) if (day - before).days < SHORTEST_PAUSE]
    if near or not days:
        raise ProviderError(f"{WHAT}: the meetings around {near[0] if near else 'now'} cannot be right")
    return days


def _year(year: int, panel: str) -> list[date]:
    days = [day for row in _ROW.finditer(panel) if (day := _decision(year, *map(_plain, row.groups()))) is not None]
    if not FEWEST <= len(days) <= MOST:
        raise ProviderError(f"{WHAT}: {len(days)} meetings of {year} cannot be right")
    return days


def _plain(cell: str) -> str:
    return " ".join(html.unescape(_TAG.sub(" ", cell)).split())


def _decision(year: int, month: str, days: str) -> date | None:
    """Last day of one meeting; None for one in brackets."""
    if "(" in days:
        return None
    names = [name.strip()[:3].lower() for name in month.split("/")]
    found = _DAYS.fullmatch(days)
    try:
        if found is None or len(names) > 2:
            raise ValueError("not a meeting")
        first, last = int(found.group(1)), int(found.group(2) or found.group(1))
        if (last < first) != (len(names) == 2):
            raise ValueError("the days do not fit the month")
        day = date(year, MONTHS.index(names[-1]) + 1, last)
        if day.weekday() > 4:
            raise ValueError("a weekend")
    except ValueError:
        raise ProviderError(f"{WHAT}: {month[:20]} {days[:20]} {year} is not understood") from None
    return day
