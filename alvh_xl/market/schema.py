"""The tables of the store, version by version: a new store takes every step, an older one those it lacks."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Final

_VALUES = """
CREATE TABLE observation (
  series TEXT NOT NULL, day TEXT NOT NULL, item TEXT NOT NULL, revision INTEGER NOT NULL, value REAL NOT NULL,
  expiry TEXT, available_at TEXT NOT NULL, source TEXT NOT NULL, fetched_at TEXT NOT NULL,
  PRIMARY KEY (series, day, item, revision)) WITHOUT ROWID;
CREATE TRIGGER observation_stays BEFORE UPDATE ON observation BEGIN SELECT RAISE(ABORT, 'rows are only added'); END;
CREATE TRIGGER observation_kept BEFORE DELETE ON observation BEGIN SELECT RAISE(ABORT, 'rows are only added'); END;
CREATE TABLE reading (series TEXT NOT NULL, item TEXT NOT NULL, since TEXT NOT NULL, at TEXT NOT NULL);
CREATE INDEX reading_by_series ON reading (series, item);
CREATE TABLE event (
  event TEXT NOT NULL, at TEXT NOT NULL, note TEXT NOT NULL, period TEXT, source TEXT NOT NULL,
  fetched_at TEXT NOT NULL, PRIMARY KEY (event, at)) WITHOUT ROWID;
CREATE TABLE document (
  address TEXT PRIMARY KEY, since TEXT NOT NULL, etag TEXT, modified TEXT) WITHOUT ROWID;
"""

# One row is every quote of one root and expiry at one moment, see chains.py.
_CHAINS = """
CREATE TABLE chain (
  root TEXT NOT NULL, expiry TEXT NOT NULL, quoted_at TEXT NOT NULL, quotes BLOB NOT NULL, source TEXT NOT NULL,
  fetched_at TEXT NOT NULL, UNIQUE (root, expiry, quoted_at));
CREATE TRIGGER chain_stays BEFORE UPDATE ON chain BEGIN SELECT RAISE(ABORT, 'rows are only added'); END;
CREATE TRIGGER chain_kept BEFORE DELETE ON chain BEGIN SELECT RAISE(ABORT, 'rows are only added'); END;
"""

STEPS: Final = (_VALUES, _CHAINS)
VERSION: Final = len(STEPS)


def upgrade(db: sqlite3.Connection, version: int) -> None:
    """Take a store from a version (0: an empty file) to the present one, inside a transaction of the caller."""
    for step in STEPS[version:]:
        for statement in _statements(step):
            db.execute(statement)
    db.execute(f"PRAGMA user_version = {VERSION}")


def _statements(script: str) -> Iterator[str]:
    """Statements of a script; `executescript` would end the transaction."""
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
