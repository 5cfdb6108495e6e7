"""What the store holds of every series and calendar, how old it is, who serves it, and what to do about a gap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from alvh_xl.market.providers import FUND, STOOQ, fred, stooq, yahoo
from alvh_xl.market.series import BREADTH, CATALOGUE, SNAPSHOT
from alvh_xl.market.store import Store
from alvh_xl.model.sessions import stale, stale_age, to_serial

Status = Literal["OK", "PROXY", "STALE", "MISSING"]
CALENDARS = ("cpi", "ppi", "gdp", "fomc")
FOLDER = "the watched folder"
SYNC = "run `alvh-xl data sync`"


@dataclass(frozen=True, slots=True)
class Standing:
    """One series: last known value, its day, sessions since its publication, status, source, and what to do.

    `source` is that of the value, or who would serve it; `advice` is "" where nothing needs doing.
    """

    series: str
    value: float | None
    unit: str
    day: date | None
    age: float | None
    status: Status
    source: str
    advice: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """One calendar: its last and next date, None where no source covers it, and what to do then."""

    event: str
    last: datetime | None
    following: datetime | None
    advice: str


def standing(store: Store, now: datetime, environ: Mapping[str, str]) -> list[Standing]:
    """Standing of every series of the catalogue, those of the Market sheet first and in its order."""
    names = dict.fromkeys(("vx" if name.startswith("vx_") else name) for name in SNAPSHOT)
    names |= dict.fromkeys(name for name in CATALOGUE if not name.startswith("vx_"))
    with store.reading():
        return [_standing(store, name, now, environ) for name in names]


def _standing(store: Store, name: str, now: datetime, environ: Mapping[str, str]) -> Standing:
    entry = CATALOGUE[name]
    day = store.last_day(name, now)
    if day is None:
        advice = remedy(name, environ)
        return Standing(name, None, entry.unit, None, None, "MISSING", served_by(name, environ), advice)
    rows = store.rows(name, now, day)
    last = min(rows, key=lambda row: row.expiry or date.max) if name == "vx" else rows[-1]
    observed, moment = to_serial(last.available), to_serial(now)
    fresh = str(stale(observed, moment, entry.max_sessions)) == "OK"
    status: Status = "STALE" if not fresh else "OK" if entry.quality == "OK" else "PROXY"
    advice = "" if fresh else remedy(name, environ)
    age = float(stale_age(observed, moment))
    value = None if name == "accounts" else last.value  # a table has no one value
    return Standing(name, value, entry.unit, day, age, status, last.source, advice)


def served_by(series: str, environ: Mapping[str, str]) -> str:
    """Who would serve a series: a source, or the watched folder.

    Examples
    --------
    >>> served_by("vix", {}), served_by("advances", {})
    ('Cboe', 'the watched folder')
    """
    if (series,) == FUND:
        return STOOQ if environ.get(stooq.KEY) else yahoo.PROVIDER if yahoo.available() else FOLDER
    return CATALOGUE[series].provider or FOLDER


def remedy(series: str, environ: Mapping[str, str]) -> str:
    """What to do for a series that is missing or stale.

    Examples
    --------
    >>> remedy("advances", {})
    'put a CSV into the watched folder: date,advances,declines'
    """
    if served_by(series, environ) != FOLDER:
        return f"{SYNC}, or type it on the sheet Macro" if series.startswith("rate_") else SYNC
    if (series,) == FUND:
        return f"put a CSV into {FOLDER}: date,{series}; or set {stooq.KEY}; or install alvh-xl[yahoo]"
    columns = {**dict.fromkeys(BREADTH, "advances,declines"), "accounts": "company,earnings,cash,…"}
    return f"put a CSV into {FOLDER}: date,{columns.get(series, series)}"


def coverage(store: Store, now: datetime, environ: Mapping[str, str]) -> list[Coverage]:
    """Last and next date of every release and decision; an event without a past date is not covered."""
    found = []
    with store.reading():
        for event in CALENDARS:
            dates = [row.at for row in store.events(datetime.min, datetime.max) if row.event == event]
            past = [at for at in dates if at <= now]
            ahead = [at for at in dates if at > now]
            following = ahead[0] if past and ahead else None
            ours = SYNC if event == "fomc" or environ.get(fred.KEY) else f"set {fred.KEY}"
            advice = f"{ours}, or put a CSV into {FOLDER}: date,event"
            found.append(Coverage(event, past[-1] if past else None, following, "" if following else advice))
    return found
