"""What the store holds of every series, and how old it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from alvh_xl.market.series import CATALOGUE, SNAPSHOT
from alvh_xl.market.store import Store
from alvh_xl.model.sessions import stale, stale_age, to_serial

Status = Literal["OK", "PROXY", "STALE", "MISSING"]


@dataclass(frozen=True, slots=True)
class Standing:
    """One series: last known value, its day, sessions since its publication, status and source."""

    series: str
    value: float | None
    unit: str
    day: date | None
    age: float | None
    status: Status
    source: str


def standing(store: Store, now: datetime, every: bool = False) -> list[Standing]:
    """Standing of the series the Market sheet shows, in its order; of all of the catalogue if `every`."""
    names = dict.fromkeys(("vx" if name.startswith("vx_") else name) for name in SNAPSHOT)
    if every:
        names |= dict.fromkeys(name for name in CATALOGUE if not name.startswith("vx_") and name != "accounts")
    with store.reading():
        return [_standing(store, name, now) for name in names]


def _standing(store: Store, name: str, now: datetime) -> Standing:
    entry = CATALOGUE[name]
    day = store.last_day(name, now)
    if day is None:
        return Standing(name, None, entry.unit, None, None, "MISSING", entry.provider or entry.source)
    rows = store.rows(name, now, day)
    last = min(rows, key=lambda row: row.expiry or date.max) if name == "vx" else rows[-1]
    observed, moment = to_serial(last.available), to_serial(now)
    fresh = str(stale(observed, moment, entry.max_sessions)) == "OK"
    status: Status = "STALE" if not fresh else "OK" if entry.quality == "OK" else "PROXY"
    return Standing(name, last.value, entry.unit, day, float(stale_age(observed, moment)), status, last.source)
