"""How long a morning's data take: the first sync of twenty years, the next morning's refresh, one morning read.

Run `python -m tests.bench.bench_live`, with the history beside the checkout: a server on this computer publishes it in
the sources' own form, so that the network costs next to nothing. Bars: a first sync 20 s; a morning's incremental
refresh 3 s, from the first request to the saved workbook; one morning read from a full store 50 ms.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from alvh_xl.market import MarketMorning
from alvh_xl.market.asof import read_store
from alvh_xl.market.http import Fetcher
from alvh_xl.market.imports import import_path
from alvh_xl.market.live import Live
from alvh_xl.market.providers import requests_for
from alvh_xl.market.store import FILE_NAME, FOLDER_VARIABLE, Store
from alvh_xl.market.sync import Request, jobs_for, sync
from alvh_xl.model.sessions import next_session
from alvh_xl.workbook.refresh import refresh
from tests.market.made_up import Clock
from tests.market.published import bodies
from tests.market.replay_server import ReplayServer

ROOT = Path(__file__).resolve().parents[2]
SHARED, SHIPPED = ROOT.parent / "shared" / "data", ROOT / "workbooks" / "morning.xlsx"
SINCE, YESTERDAY = date(2004, 12, 1), date(2024, 12, 30)
MORNINGS = ("2008-10-10", "2018-02-06", "2020-03-17", "2024-08-06")
RUNS, MORNINGS_AFTER = 10, 3


def said(what: str, measured: float, bar: float, unit: str, remark: str = "") -> None:
    """Print one measurement beside its bar."""
    verdict = "ok" if measured <= bar else "ABOVE THE BAR"
    print(f"{what:<34}{measured:8.2f} {unit:<3} (bar {bar:g} {unit})  {verdict}  {remark}")


def whole_sync(folder: Path) -> None:
    """Time `alvh-xl data sync` of twenty years into an empty store, start of Python included."""
    with ReplayServer() as server:
        server.bodies.update(bodies(SHARED, SINCE, YESTERDAY))
        started = time.perf_counter()
        asked = ["data", "sync", "--since", SINCE.isoformat(), "--base-url", server.url]
        environment = {**os.environ, FOLDER_VARIABLE: str(folder), "FRED_API_KEY": ""}
        subprocess.run([sys.executable, "-m", "alvh_xl", *asked], check=True, capture_output=True, env=environment)
        seconds = time.perf_counter() - started
    with Store(folder / FILE_NAME) as store:
        said("first sync, whole process", seconds, 20, "s", f"{len(store):,} rows")


def morning_after(folder: Path) -> None:
    """Time whole refreshes of the shipped workbook on the next mornings, one session newer each."""
    book, last = Path(shutil.copy(SHIPPED, folder)), YESTERDAY
    data: list[float] = []
    whole: list[float] = []
    work: list[float] = []  # processor time, which other programs on this computer do not lengthen
    told = ""
    with Store(folder / "mornings.sqlite") as store:
        with _sources(last, store) as live:
            sync(store, jobs_for(live.requests_for, SINCE, live.now().date()), live.fetch, live.now)
        import_path(store, SHARED / "breadth", datetime(2026, 11, 25, 8, 0))
        for _ in range(MORNINGS_AFTER):
            last = next_session(last)
            with _sources(last, store) as live:
                started, worked = time.perf_counter(), time.process_time()
                outcome = refresh(book, partial(_timed, live, data))
                whole.append(time.perf_counter() - started)
                work.append(time.process_time() - worked)
                rows = sum(done.appended.written for done in live.outcomes)
                told = f"{len(live.outcomes)} documents, {rows} rows; as of {outcome.asof:%Y-%m-%d}"
    said("a morning's data alone", statistics.median(data), 3, "s", told)
    said("a morning's whole refresh", statistics.median(whole), 3, "s", f"processor {statistics.median(work):.2f} s")


def _timed(live: Live, spans: list[float], asof: datetime | None) -> MarketMorning:
    started = time.perf_counter()
    morning = live.read(asof)
    spans.append(time.perf_counter() - started)
    return morning


@contextmanager
def _sources(last: date, store: Store) -> Iterator[Live]:
    """Open a live source on the morning after a session."""
    moment = datetime.combine(next_session(last), datetime.min.time()) + timedelta(hours=8, minutes=45)
    clock = Clock(moment)
    with ReplayServer(clock.true) as server, Fetcher(wall=clock.shown) as fetcher:
        server.bodies.update(bodies(SHARED, SINCE, last))
        server.bodies.update({path.partition("&")[0]: body for path, body in server.bodies.items()})

        def every(since: date, today: date) -> Sequence[Request]:
            return requests_for(since, today, server.url)

        yield Live(store, every, fetcher.get, lambda: moment)


def reading(folder: Path) -> None:
    """Time one morning's inputs out of the full store."""
    with Store(folder / FILE_NAME) as store:
        for morning in MORNINGS:
            asof, spans = datetime.fromisoformat(f"{morning}T09:00"), []
            worked = time.process_time()
            for _ in range(RUNS):
                started = time.perf_counter()
                read_store(store, asof)
                spans.append(time.perf_counter() - started)
            work = (time.process_time() - worked) / RUNS * 1e3
            said(f"read as of {morning}", statistics.median(spans) * 1e3, 50, "ms", f"processor {work:.0f} ms")


def main() -> None:
    """Print each bar and what was measured."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole_sync(folder)
        reading(folder)
        morning_after(folder)


if __name__ == "__main__":
    main()
