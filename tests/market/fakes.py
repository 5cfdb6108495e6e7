"""A source that is no source: documents made of rows, fetched without a network."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from alvh_xl.market.errors import MarketError
from alvh_xl.market.observation import Observation
from alvh_xl.model.sessions import sessions_between


@dataclass(frozen=True)
class Answer:
    body: bytes
    etag: str | None = None
    modified: str | None = None
    status: int = 200


@dataclass(frozen=True)
class Asked:
    provider: str
    url: str
    series: tuple[str, ...]
    parse: Callable[[bytes], list[Observation]]


@dataclass
class Source:
    """Documents by address; a text in place of rows is the fault with which fetching fails."""

    documents: dict[str, list[Observation] | str]
    tags: bool = False
    fetched: list[tuple[str, str | None]] = field(default_factory=list)

    def requests_for(self, since: date, today: date) -> list[Asked]:
        """Build a request a document."""

        def reader(name: str) -> Callable[[bytes], list[Observation]]:
            return lambda body: [row for row in unpacked(body) if since <= row.day <= today]

        return [Asked("Test", name, self._series(name), reader(name)) for name in self.documents]

    def _series(self, name: str) -> tuple[str, ...]:
        rows = self.documents[name]
        return (name,) if isinstance(rows, str) else tuple(dict.fromkeys(row.series for row in rows)) or (name,)

    def fetch(self, url: str, *, etag: str | None = None, modified: str | None = None) -> Answer:
        """Answer with a document, with 304, or fail."""
        self.fetched.append((url, etag))
        rows = self.documents[url]
        if isinstance(rows, str):
            raise MarketError(rows)
        body = packed(rows)
        tag = str(hash(body)) if self.tags else None
        return Answer(b"", tag, None, 304) if tag is not None and tag == etag else Answer(body, tag)


def packed(rows: Iterable[Observation]) -> bytes:
    cells = [
        [row.series, row.day.isoformat(), row.value, row.item, row.expiry and row.expiry.isoformat()] for row in rows
    ]
    return json.dumps(cells).encode()


def unpacked(body: bytes) -> list[Observation]:
    return [
        Observation(series, date.fromisoformat(day), value, item, date.fromisoformat(expiry) if expiry else None)
        for series, day, value, item, expiry in json.loads(body)
    ]


def history(series: str, first: date, last: date, value: float = 20.0) -> list[Observation]:
    """One value a session, each different from the one before."""
    days = sessions_between(first, last)
    return [Observation(series, day, value + place % 7) for place, day in enumerate(days)]


def at(text: str) -> Callable[[], datetime]:
    """Build a clock that stands still."""
    moment = datetime.fromisoformat(text)
    return lambda: moment
