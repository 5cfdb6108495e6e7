"""What is new in rows handed to the store, and from when it was known."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from alvh_xl.market.observation import Observation
from alvh_xl.market.publication import Releases, fault, published
from alvh_xl.market.series import CATALOGUE

NEW, REVISED, UNCHANGED, EARLY = "new", "revised", "unchanged", "not yet published"
FUTURE = "known only in the future"


@dataclass(frozen=True, slots=True)
class Appended:
    """What became of the rows handed in."""

    counts: Counter[str] = field(default_factory=Counter)

    @property
    def written(self) -> int:
        """Rows added to the store."""
        return self.counts[NEW] + self.counts[REVISED]

    @property
    def skipped(self) -> dict[str, int]:
        """Rows left out, by reason."""
        return {why: count for why, count in self.counts.items() if why not in (NEW, REVISED, UNCHANGED)}


class SeriesWriter:
    """Adds the rows of one series and item inside a transaction."""

    def __init__(
        self, db: sqlite3.Connection, series: str, item: str, source: str, fetched: datetime, releases: Releases
    ) -> None:
        self._db = db
        self._entry = CATALOGUE[series]
        self._source, self._fetched, self._releases = source, fetched, releases
        query = "SELECT day, value, available_at FROM observation WHERE series = ? AND item = ? ORDER BY day, revision"
        self._held: dict[str, list[tuple[float, str]]] = {}
        for day, value, available in db.execute(query, (series, item)):
            self._held.setdefault(day, []).append((value, available))
        query = "SELECT since, at FROM reading WHERE series = ? AND item = ? AND at < ?"
        self._looked = db.execute(query, (series, item, text(fetched))).fetchall()
        self._ready: list[tuple[object, ...]] = []

    def write(self, row: Observation, known: datetime | None) -> str:
        """Add one row if it says something new; what became of it."""
        day = row.day.isoformat()
        held = self._held.setdefault(day, [])
        if known is not None:
            if known > self._fetched:
                return FUTURE
            available = text(known)
            if any(value == row.value and at <= available for value, at in held):
                return UNCHANGED
        elif held and held[-1][0] == row.value:
            return UNCHANGED
        else:
            due = published(self._entry, row.day, self._releases)
            if due > self._fetched and self._entry.every == "session":
                return EARLY
            available = self._available(day, held, text(due))
        self._ready.append(
            (row.series, day, row.item, len(held), row.value, row.expiry.isoformat() if row.expiry else None,
             available, self._source, text(self._fetched))
        )  # fmt: skip
        held.append((row.value, available))
        return REVISED if len(held) > 1 else NEW

    def _available(self, day: str, held: list[tuple[float, str]], due: str) -> str:
        now = text(self._fetched)
        if held:  # never before what it revises, even when this computer's clock was set back
            return max(now, held[-1][1])
        late = any(since <= day and at >= due for since, at in self._looked)
        return now if late else min(due, now)

    def flush(self) -> None:
        """Write what was added."""
        self._db.executemany("INSERT INTO observation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", self._ready)


def sound(rows: Sequence[Observation], done: Appended) -> dict[tuple[str, str], list[Observation]]:
    """Sound rows by series and item; the others are counted."""
    groups: dict[tuple[str, str], list[Observation]] = {}
    for row in rows:
        why = fault(row)
        if why:
            done.counts[why] += 1
        else:
            groups.setdefault((row.series, row.item), []).append(row)
    return groups


def text(moment: datetime) -> str:
    """Write a moment as the store keeps it: to the minute, so that text sorts as time does."""
    return moment.isoformat(timespec="minutes")
