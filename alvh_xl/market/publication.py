"""When a value of a series becomes known: its day, its publication, and the day that ought to be known by now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType

from alvh_xl.market.observation import Observation
from alvh_xl.market.series import CATALOGUE, ITEMISED, Series
from alvh_xl.model.sessions import FIRST, LAST, is_session, next_session, previous_session

# Instants of releases by series and first day of the month they report.
Releases = Mapping[tuple[str, date], datetime]
NO_RELEASES: Releases = MappingProxyType({})
_QUARTERS = (1, 4, 7, 10)


def period_end(entry: Series, day: date) -> date:
    """Last day of the period that starts on `day`.

    Examples
    --------
    >>> period_end(CATALOGUE["cpi"], date(2018, 12, 1)), period_end(CATALOGUE["vix"], date(2018, 12, 3))
    (datetime.date(2018, 12, 31), datetime.date(2018, 12, 3))
    """
    months = {"month": 1, "quarter": 3}.get(entry.every, 0)
    if not months:
        return day
    place = day.year * 12 + day.month - 1 + months
    return date(place // 12, place % 12 + 1, 1) - timedelta(1)


def published(entry: Series, day: date, releases: Releases = NO_RELEASES) -> datetime:
    """Instant at which the value of `day` was published, New York wall clock.

    Notes
    -----
    method.md §0. Where no calendar names the release, the rule is late rather than early.

    Examples
    --------
    >>> published(CATALOGUE["vix"], date(2018, 10, 3))
    datetime.datetime(2018, 10, 3, 16, 15)
    >>> published(CATALOGUE["fed_funds"], date(2018, 10, 5))  # a Friday
    datetime.datetime(2018, 10, 8, 9, 0)
    >>> published(CATALOGUE["reer"], date(2018, 9, 1))
    datetime.datetime(2018, 10, 20, 18, 0)
    """
    if entry.every in ("month", "quarter"):
        known = releases.get((entry.id, day))
        return known or entry.available(period_end(entry, day) + timedelta(entry.due_days))
    return entry.available(next_session(day, entry.lag_days) if entry.lag_days else day)


def expected_day(entry: Series, now: datetime, releases: Releases = NO_RELEASES) -> date:
    """Latest day whose value is published at `now`.

    Examples
    --------
    >>> expected_day(CATALOGUE["vix"], datetime(2018, 10, 4, 9, 0))
    datetime.date(2018, 10, 3)
    """
    day = now.date()
    if entry.every in ("month", "quarter"):
        months = 1 if entry.every == "month" else 3
        day = date(day.year, (day.month - 1) // months * months + 1, 1)
    elif not is_session(day):
        day = previous_session(day)
    while published(entry, day, releases) > now:
        day = _before(entry, day)
    return day


def _before(entry: Series, day: date) -> date:
    if entry.every not in ("month", "quarter"):
        return previous_session(day)
    place = day.year * 12 + day.month - 1 - (1 if entry.every == "month" else 3)
    return date(place // 12, place % 12 + 1, 1)


def fault(row: Observation) -> str:
    """Why a value cannot be what it says; "" for a sound one."""
    entry = CATALOGUE.get(row.series)
    if entry is None:
        return "unknown series"
    if not FIRST <= row.day <= LAST:
        return f"not from {FIRST.year} to {LAST.year}"
    if not _on_calendar(entry, row.day):
        return {"session": "no session", "weekday": "weekend"}.get(entry.every, "not the first day of its period")
    if not entry.plausible(row.value):
        return "out of plausible range"
    if (row.series in ITEMISED) != bool(row.item):
        return "no monthly contract"
    if row.series == "vx" and (row.expiry is None or row.expiry <= row.day):
        return "settled"
    return ""


def _on_calendar(entry: Series, day: date) -> bool:
    if entry.every == "session":
        return is_session(day)
    if entry.every == "weekday":
        return day.weekday() < 5
    if entry.every == "day":
        return True
    return day.day == 1 and (entry.every == "month" or day.month in _QUARTERS)
