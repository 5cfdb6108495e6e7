"""The point-in-time store: every value ever fetched or imported, with the moment from which it was known.

One SQLite file. Rows are only ever added: a changed value is a further revision, known from the moment it was
fetched, so whatever was read as of an earlier moment can be read again. A store written by several processes, or
by one that was killed, is whole: every document goes in by one transaction.

StoreError   the store cannot be used; the message says what to do
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from alvh_xl.market import schema
from alvh_xl.market.chains import ChainTable
from alvh_xl.market.errors import MarketError
from alvh_xl.market.facts import Event
from alvh_xl.market.observation import Observation
from alvh_xl.market.publication import Releases
from alvh_xl.market.revisions import Appended, SeriesWriter, sound, text

FOLDER_VARIABLE = "ALVH_DATA_DIR"
FILE_NAME = "market.sqlite"
APPLICATION = 0x414C5648  # "ALVH", so that another program's file is not taken for a store
BUSY_SECONDS = 30.0
PAUSE_SECONDS = 0.02


class StoreError(MarketError):
    """The store cannot be used; the message says what to do."""


class Stored(NamedTuple):
    """One row of the store."""

    series: str
    day: date
    item: str
    value: float
    expiry: date | None
    available: datetime
    source: str
    fetched: datetime


class Scheduled(NamedTuple):
    """One row of a calendar; `period` is the first day of the month it reports."""

    event: Event
    period: date | None = None


class Unchanged(NamedTuple):
    """What the last answer of one address carried, and from which day on its values were taken."""

    since: date
    etag: str | None
    modified: str | None


def default_path() -> Path:
    """Path of the store: in the folder the environment names, else in the user's data folder."""
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder:
        return Path(folder) / FILE_NAME
    from platformdirs import user_data_path

    return user_data_path("alvh_xl", appauthor=False) / FILE_NAME


class Store:
    """An open store.

    Parameters
    ----------
    path : Path
        The file; it and its folder are made if they do not exist.

    Raises
    ------
    StoreError
        The file is damaged, is no store, or was written by a later version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        except (sqlite3.Error, OSError) as problem:
            raise StoreError(f"{path} cannot be opened: {problem}") from problem
        try:
            self._prepare()
        except sqlite3.OperationalError as problem:
            self._db.close()
            raise StoreError(f"{path} cannot be used now: {problem}") from problem
        except sqlite3.DatabaseError as problem:
            self._db.close()
            raise StoreError(_damaged(path, str(problem))) from problem
        except StoreError:
            self._db.close()
            raise

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _prepare(self) -> None:
        self._check_ours()
        self._write_ahead()
        self._db.execute("PRAGMA synchronous = NORMAL")
        if self._number("PRAGMA user_version") < schema.VERSION:
            self._upgrade()
        verdict = self._db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if verdict != "ok":
            raise StoreError(_damaged(self.path, verdict))

    def _write_ahead(self) -> None:
        """Switch to write-ahead logging; SQLite does not wait by itself for another that is opening the file."""
        for _ in range(int(BUSY_SECONDS / PAUSE_SECONDS)):
            try:
                self._db.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as problem:
                if problem.sqlite_errorcode not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                    raise
                time.sleep(PAUSE_SECONDS)
        raise StoreError(f"{self.path} is in use by another program; try again")

    def _upgrade(self) -> None:
        """Make the tables of a new store, or those that an older one lacks; all of them or none."""
        with self.writing():
            version = self._number("PRAGMA user_version")  # another process may have been faster
            if version < schema.VERSION:
                schema.upgrade(self._db, version)
                self._db.execute(f"PRAGMA application_id = {APPLICATION}")

    def _check_ours(self) -> None:
        # One view of all three: another process may be making this very store between two reads.
        with self._one_view():
            version, owner = self._number("PRAGMA user_version"), self._number("PRAGMA application_id")
            empty = not self._number("SELECT count(*) FROM sqlite_master")
        if not empty and owner != APPLICATION:
            raise StoreError(f"{self.path} is another program's file; name another one with --store")
        if version > schema.VERSION:
            raise StoreError(f"{self.path} was written by a later version of alvh_xl; update it")

    def _number(self, query: str) -> int:
        return int(self._db.execute(query).fetchone()[0])

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: all of it is kept, or nothing."""
        if self._db.in_transaction:
            yield
            return
        self._begin("IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except sqlite3.Error as problem:
            raise StoreError(
                f"{self.path} cannot be written: {problem}; nothing of this document was kept"
            ) from problem
        finally:
            self._roll_back()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """One view: what another process writes meanwhile is not seen."""
        try:
            with self._one_view():
                yield
        except sqlite3.Error as problem:
            raise StoreError(_damaged(self.path, str(problem))) from problem

    @contextmanager
    def _one_view(self) -> Iterator[None]:
        self._begin("DEFERRED")
        try:
            yield
        finally:
            self._roll_back()

    def _roll_back(self) -> None:
        """Leave nothing half-done; after a COMMIT there is nothing to undo."""
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")

    def _begin(self, kind: str) -> None:
        try:
            self._db.execute(f"BEGIN {kind}")
        except sqlite3.OperationalError as problem:
            raise StoreError(f"{self.path} is in use by another program ({problem}); try again") from problem

    @property
    def chains(self) -> ChainTable:
        """Option chains."""
        return ChainTable(self._db)

    # ── writing ──

    def append(
        self,
        rows: Sequence[Observation],
        source: str,
        fetched: datetime,
        covers: date | None = None,
        known: Mapping[Observation, datetime] | None = None,
    ) -> Appended:
        """Add what is new or changed; refuse what cannot be true.

        Parameters
        ----------
        rows : sequence of Observation
        source : str
            What the Market sheet shows.
        fetched : datetime
            New York wall clock; the store counts whole minutes.
        covers : date, optional
            The rows are all that the source holds from this day on: a value it adds later was not known before.
        known : mapping of Observation to datetime, optional
            Instants from which rows were known, where the caller knows better than the catalogue.

        Notes
        -----
        The first value of a day is known from its publication; but a revision, or a value that was looked for after
        its publication and not found, is known from the moment it was fetched. A price fetched before its session's
        publication is not final and is refused; another figure fetched before it was due is known from then on.
        """
        moment = fetched.replace(second=0, microsecond=0)
        done = Appended()
        with self.writing():
            releases = self.releases()
            for (series, item), group in sound(rows, done).items():
                writer = SeriesWriter(self._db, series, item, source, moment, releases)
                done.counts.update(writer.write(row, (known or {}).get(row)) for row in group)
                if covers is not None:
                    self.mark(series, covers, moment, item)
                writer.flush()
        return done

    def replace_events(self, rows: Sequence[Scheduled], source: str, fetched: datetime) -> int:
        """Take a calendar in place of what the store holds of the same events over the same span."""
        spans: dict[str, list[datetime]] = {}
        for row in rows:
            spans.setdefault(row.event.event, []).append(row.event.at)
        with self.writing():
            for event, instants in spans.items():
                span = (event, text(min(instants)), text(max(instants)))
                self._db.execute("DELETE FROM event WHERE event = ? AND at BETWEEN ? AND ?", span)
            for (name, at, note), period in rows:
                month = period.isoformat() if period else None
                cells = (name, text(at), note, month, source, text(fetched))
                self._db.execute("INSERT OR REPLACE INTO event VALUES (?, ?, ?, ?, ?, ?)", cells)
        return len(rows)

    def remember(self, address: str, since: date, etag: str | None, modified: str | None) -> None:
        """Note what an answer carried, to ask next time only for changes."""
        row = (address, since.isoformat(), etag, modified)
        self._db.execute("INSERT OR REPLACE INTO document VALUES (?, ?, ?, ?)", row)

    def mark(self, series: str, since: date, at: datetime, item: str = "") -> None:
        """Note that a series was looked for: what its source held from one day on is in the store."""
        note = (series, item, since.isoformat(), text(at))
        self._db.execute("INSERT INTO reading VALUES (?, ?, ?, ?)", note)

    # ── reading ──

    def remembered(self, address: str) -> Unchanged | None:
        """Return what the last answer of an address carried."""
        row = self._db.execute("SELECT since, etag, modified FROM document WHERE address = ?", (address,)).fetchone()
        return Unchanged(date.fromisoformat(row[0]), row[1], row[2]) if row else None

    def rows(self, series: str, asof: datetime, since: date = date.min) -> list[Stored]:
        """Rows of one series known at `asof`, from one day on, in order of availability."""
        found = self._db.execute(
            "SELECT * FROM observation WHERE series = ? AND day >= ? AND available_at <= ?"
            " ORDER BY available_at, day, item, revision",
            (series, since.isoformat(), text(asof)),
        )
        return [_stored(row) for row in found]

    def last_day(self, series: str, asof: datetime, count: int = 1) -> date | None:
        """Last day with a value known at `asof`, or the `count`-th last; None where there are fewer."""
        row = self._db.execute(
            "SELECT DISTINCT day FROM observation WHERE series = ? AND available_at <= ?"
            " ORDER BY day DESC LIMIT 1 OFFSET ?",
            (series, text(asof), count - 1),
        ).fetchone()
        return date.fromisoformat(row[0]) if row else None

    def checked(self, series: str) -> datetime | None:
        """Moment at which a series was last looked for at its source."""
        row = self._db.execute("SELECT max(at) FROM reading WHERE series = ?", (series,)).fetchone()
        return datetime.fromisoformat(row[0]) if row[0] else None

    def events(self, first: datetime, last: datetime) -> list[Event]:
        """Events between two instants, soonest first."""
        query = "SELECT event, at, note FROM event WHERE at BETWEEN ? AND ? ORDER BY at, event"
        found = self._db.execute(query, (text(first), text(last)))
        return [Event(name, datetime.fromisoformat(at), note) for name, at, note in found]

    def first_from(self, series: str, sources: Sequence[str]) -> date | None:
        """First day whose last revision came from one of some sources."""
        marks = ", ".join("?" * len(sources))
        query = (
            f"SELECT min(day) FROM (SELECT day, source, max(revision) FROM observation WHERE series = ?"
            f" GROUP BY day, item) WHERE source IN ({marks})"
        )
        row = self._db.execute(query, (series, *sources)).fetchone()
        return date.fromisoformat(row[0]) if row[0] else None

    def calendar_span(self, event: str, source: str = "") -> tuple[datetime, datetime] | None:
        """First and last date held of an event, of all or of those whose source begins so."""
        query = "SELECT min(at), max(at) FROM event WHERE event = ? AND substr(source, 1, ?) = ?"
        first, last = self._db.execute(query, (event, len(source), source)).fetchone()
        return (datetime.fromisoformat(first), datetime.fromisoformat(last)) if first else None

    def releases(self) -> Releases:
        """Instants at which monthly figures came out, by series and first day of the month."""
        query = "SELECT event, period, min(at) FROM event WHERE period NOT NULL GROUP BY event, period"
        found = self._db.execute(query)
        return {(name, date.fromisoformat(month)): datetime.fromisoformat(at) for name, month, at in found}

    def __len__(self) -> int:
        return self._number("SELECT count(*) FROM observation")

    # ── care ──

    def backup(self, target: Path) -> None:
        """Copy the store to another file, whole even while it is written to."""
        draft = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            copy = sqlite3.connect(draft)
            try:
                self._db.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
            finally:
                copy.close()
            os.replace(draft, target)
        except (sqlite3.Error, OSError) as problem:
            raise StoreError(f"{target} cannot be written: {problem}") from problem
        finally:
            draft.unlink(missing_ok=True)

    def vacuum(self) -> int:
        """Give back unused space; returns the size of the file in bytes."""
        try:
            self._db.execute("VACUUM")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError as problem:
            raise StoreError(f"{self.path} is in use by another program ({problem}); try again") from problem
        return self.path.stat().st_size


def _stored(row: tuple[str, str, str, int, float, str | None, str, str, str]) -> Stored:
    series, day, item, _, value, expiry, available, source, fetched = row
    return Stored(
        series, date.fromisoformat(day), item, value, date.fromisoformat(expiry) if expiry else None,
        datetime.fromisoformat(available), source, datetime.fromisoformat(fetched),
    )  # fmt: skip


def _damaged(path: Path, why: str) -> str:
    return (
        f"{path} is damaged ({' '.join(why.split())}); move it away and put a copy made by `alvh-xl data backup` in "
        "its place, or run `alvh-xl data sync` to fetch everything again"
    )
