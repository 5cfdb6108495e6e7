"""What a source left out: sessions without a value, and values that have not come."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from alvh_xl.market.observation import Observation
from alvh_xl.market.publication import expected_day
from alvh_xl.market.series import CATALOGUE
from alvh_xl.market.store import Store
from alvh_xl.model.sessions import is_session, sessions_between

# A source that has not published a session so long after its time is late.
LATE = timedelta(hours=12)


def holes(store: Store, rows: Iterable[Observation]) -> tuple[date, ...]:
    """Sessions between the first and the last value of a series that have none, here or in the store."""
    days: dict[str, set[date]] = {}
    for row in rows:
        if _daily(row.series) and is_session(row.day):
            days.setdefault(row.series, set()).add(row.day)
    found: set[date] = set()
    for series, known in days.items():
        first = min(known)
        missing = set(sessions_between(first, max(known))) - known
        if missing:
            found |= missing - {row.day for row in store.rows(series, datetime.max, first)}
    return tuple(sorted(found))


def ends(store: Store, names: Iterable[str], now: datetime) -> date | None:
    """Last day the store has of a series whose source is late by half a day or more; None when none is."""
    moment, releases = now - LATE, store.releases()
    for series in names:
        if _daily(series):
            last = store.last_day(series, datetime.max)
            if last is not None and last < expected_day(CATALOGUE[series], moment, releases):
                return last
    return None


def _daily(series: str) -> bool:
    """Whether a series has one value a session; the futures' contracts come and go."""
    entry = CATALOGUE.get(series)
    return entry is not None and entry.every == "session" and series != "vx"
