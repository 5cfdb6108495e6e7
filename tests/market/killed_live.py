"""Refreshes a workbook live again and again, each time killed at another moment; prints what each kill left on disk.

Run as a program of its own, because it forks: `python -m tests.market.killed_live WORKBOOK KILLS`.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from alvh_xl.cli import main as command
from alvh_xl.market.http import Limits
from alvh_xl.market.store import FILE_NAME, FOLDER_VARIABLE, Store
from tests.market.desk import fill, import_breadth, set_up
from tests.market.killing import killed_after
from tests.market.made_up import Clock, documents
from tests.market.replay_server import ReplayServer

HELD, LATEST = date(2018, 9, 28), date(2018, 10, 3)
FILLED, MORNING = datetime(2018, 10, 1, 8, 45), datetime(2018, 10, 4, 8, 45)
# Parts of a refresh: data are fetched and stored in its first fifth, the workbook is saved at its end.
EARLY, MIDDLE, END = (0.0, 0.2), (0.2, 1.0), (0.95, 1.4)
SPANS = (EARLY, MIDDLE, EARLY, EARLY, EARLY, END, EARLY, MIDDLE, EARLY, EARLY)
EVERYTHING = "SELECT * FROM observation ORDER BY series, day, item, revision"


@contextlib.contextmanager
def serving() -> Iterator[str]:
    """Address of a server of every source, in a process of its own: a process with threads is not forked from."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            with ReplayServer(Clock(MORNING).true) as server:
                server.bodies.update(documents(LATEST))
                os.write(writing, f"{server.url}\n".encode())
                signal.pause()
        finally:
            os._exit(0)
    try:
        with os.fdopen(reading) as pipe:
            yield pipe.readline().strip()
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def refresh(book: Path, url: str) -> None:
    """Run one whole `alvh-xl refresh WORKBOOK`, live."""
    sys.argv = ["alvh-xl", "refresh", str(book), "--base-url", url]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        command()


def killed(book: Path, url: str, seconds: float) -> None:
    """Start a refresh in a process of its own and kill it after so long."""
    killed_after(seconds, lambda: refresh(book, url))


def digest(path: Path) -> str:
    """Fingerprint of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def rows(home: Path) -> str:
    """Fingerprint of every value in the store; opening it also checks that it is not damaged."""
    path = home / FILE_NAME
    Store(path).close()
    with contextlib.closing(sqlite3.connect(path)) as database:
        return hashlib.sha256(repr(database.execute(EVERYTHING).fetchall()).encode()).hexdigest()


class Desk:
    """A data folder and a workbook, with their states before and after a refresh."""

    def __init__(self, book: Path, url: str, patch: pytest.MonkeyPatch) -> None:
        self.book, self.url, self.home = book, url, book.with_name("home")
        self.kept = book.with_name("kept")
        self.home.mkdir()
        fill(self.home, HELD, FILLED)
        import_breadth(self.home, LATEST, MORNING - timedelta(minutes=30))
        set_up(Clock(MORNING), patch, [], Limits())
        shutil.copytree(self.home, self.kept)
        shutil.copy(book, self.kept / book.name)
        os.environ[FOLDER_VARIABLE] = str(self.home)
        self.old = (rows(self.home), digest(book))
        refresh(book, url)  # once to import what a refresh imports, once to time it
        self.new = (rows(self.home), digest(book))
        self.put_back()
        started = time.perf_counter()
        refresh(book, url)
        self.length = time.perf_counter() - started

    def put_back(self) -> None:
        """Make everything as it was before the first refresh."""
        shutil.rmtree(self.home)
        shutil.copytree(self.kept, self.home, ignore=shutil.ignore_patterns("*.xlsx"))
        shutil.copy(self.kept / self.book.name, self.book)

    def state(self) -> tuple[str, str]:
        """One word each for the store and the workbook: old, new or broken."""
        found, (old, before), (new, after) = rows(self.home), self.old, self.new
        store = "old" if found == old else "new" if found == new else "broken"
        return store, {before: "old", after: "new"}.get(digest(self.book), "broken")


def main() -> None:
    """Kill a refresh at random moments of its whole length, most of them while its data are stored."""
    book, kills = Path(sys.argv[1]), int(sys.argv[2])
    chance, found = random.Random(50), []
    with serving() as url, pytest.MonkeyPatch.context() as patch:
        desk = Desk(book, url, patch)
        for place in range(kills):
            desk.put_back()
            killed(book, url, chance.uniform(*SPANS[place % len(SPANS)]) * desk.length)
            found.append(desk.state())
        refresh(book, url)
        after = desk.state()
        desk.put_back()
        killed(book, url, 0.2 * desk.length)
        refresh(book, url)
    print(json.dumps({"found": found, "after": [after, desk.state()], "seconds": desk.length}))


if __name__ == "__main__":
    main()
