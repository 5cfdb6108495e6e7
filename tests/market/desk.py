"""A computer on which commands are run inside this process: its clock is set by the test, its patience is short."""

from __future__ import annotations

import functools
import io
import math
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from alvh_xl.cli import main
from alvh_xl.hosts.embedded import Package, cached_values
from alvh_xl.market import http
from alvh_xl.market.live import sources
from alvh_xl.market.observation import Observation
from alvh_xl.market.store import FILE_NAME, FOLDER_VARIABLE, Store
from alvh_xl.market.sync import jobs_for, problems, sync
from alvh_xl.model.sessions import sessions_between
from tests.market.made_up import Clock, documents
from tests.market.replay_server import ReplayServer

# Enough for a busy machine; where silence is what is tested, the impatient ones.
LIMITS = http.Limits(idle=8, deadline=20, attempts=2, backoff=0.01, longest_wait=0.5)
IMPATIENT = http.Limits(idle=1.5, deadline=6, attempts=2, backoff=0.01, longest_wait=0.5)
SINCE = date(2016, 6, 1)


@dataclass(frozen=True)
class Done:
    """What a command printed, and its exit status."""

    out: str
    err: str
    status: int


@dataclass
class Desk:
    """A computer with the commands, a server in place of all sources, and the clocks of both."""

    clock: Clock
    server: ReplayServer
    patch: pytest.MonkeyPatch
    waits: list[float] = field(default_factory=list)

    def run(self, home: Path, *arguments: str | Path) -> Done:
        """Run a command as its user types it."""
        self.patch.setenv(FOLDER_VARIABLE, str(home))
        self.patch.setattr(sys, "argv", ["alvh-xl", *map(str, arguments)])
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
            main()
        return Done(out.getvalue(), err.getvalue(), int(ended.value.code or 0))

    def sync(self, home: Path, *arguments: str) -> Done:
        """Run `alvh-xl data sync` against the server."""
        return self.run(home, "data", "sync", *arguments, "--base-url", self.server.url)

    def refresh(self, home: Path, book: Path, *arguments: str) -> Done:
        """Run `alvh-xl refresh WORKBOOK` against the server."""
        return self.run(home, "refresh", book, *arguments, "--base-url", self.server.url)

    def standing(self, home: Path) -> dict[str, str]:
        """Lines of `alvh-xl data status` by series."""
        lines = self.run(home, "data", "status").out.splitlines()
        return {line.split()[0]: line for line in lines if line.strip()}


@contextmanager
def at_desk(
    clock: Clock, bodies: Mapping[str, bytes], patch: pytest.MonkeyPatch, limits: http.Limits = LIMITS
) -> Iterator[Desk]:
    """Open a computer on a morning, and a server with documents by path in place of all sources."""
    with ReplayServer(clock.true) as server:
        server.bodies.update(bodies)
        desk = Desk(clock, server, patch)
        set_up(clock, patch, desk.waits, limits)
        yield desk


def set_up(clock: Clock, patch: pytest.MonkeyPatch, waits: list[float], limits: http.Limits = LIMITS) -> None:
    """Give the commands this clock and little patience; how long they would have waited is added to `waits`."""
    patient = functools.partial(http.Fetcher, limits, sleep=waits.append, wall=clock.shown)
    patch.setattr(http, "Fetcher", patient)
    patch.setattr("alvh_xl.cli.sources.dt", SimpleNamespace(datetime=SimpleNamespace(now=clock.now)))
    patch.setenv("COLUMNS", "160")
    patch.setenv("FRED_API_KEY", "")


def fill(home: Path, last: date, moment: datetime) -> Path:
    """Make a data folder as a sync at a moment, of everything up to a day, leaves it."""
    with ReplayServer() as server, Store(home / FILE_NAME) as store:
        server.bodies.update(documents(last))
        requests_for, fetch, close = sources(server.url)
        outcomes = sync(store, jobs_for(requests_for, SINCE, moment.date()), fetch, lambda: moment)
        close()
    assert [line for line in problems(outcomes) if "404" not in line] == []
    return home


def import_breadth(home: Path, last: date, moment: datetime) -> None:
    """Add what no source serves for free, advances and declines, as an import at a moment does."""
    days = sessions_between(SINCE, last)
    with Store(home / FILE_NAME) as store:
        for name, shift in (("advances", 0), ("declines", 9)):
            rows = [Observation(name, day, 1500.0 + 400 * math.sin(day.toordinal() / 5 + shift)) for day in days]
            store.append(rows, "import breadth.csv", moment)


def market(book: Path) -> dict[str, dict[str, Any]]:
    """Rows of the Market sheet by series."""
    package = Package.open(book)
    table = package.table("Market")
    assert table is not None
    values, area = cached_values(package, table.sheet), table.data
    rows = [
        {name: values.get((row, column)) for column, name in enumerate(table.columns, area.left)}
        for row in range(area.top, area.bottom + 1)
    ]
    return {str(row["series"]): row for row in rows}


def serial(moment: datetime) -> float:
    """Write a moment as a cell holds it."""
    return (moment - datetime(1899, 12, 30)) / timedelta(days=1)
