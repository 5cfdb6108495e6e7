"""From the sources to the workbook, by the commands a user types, against a server with the real paths and history."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from alvh_xl.market.asof import read_store
from alvh_xl.market.live import sources
from alvh_xl.market.store import FILE_NAME, FOLDER_VARIABLE, Store
from alvh_xl.market.sync import jobs_for, sync
from tests.market.published import bodies
from tests.market.replay_server import ReplayServer

SINCE, LAST = date(2006, 1, 3), date(2024, 12, 31)
NOWHERE = "http://127.0.0.1:9"  # nothing listens there


def run(home: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "alvh_xl", *map(str, arguments)]
    environment = {**os.environ, FOLDER_VARIABLE: str(home), "COLUMNS": "160", "FRED_API_KEY": ""}
    return subprocess.run(command, capture_output=True, text=True, timeout=180, env=environment)


@pytest.fixture(scope="module")
def server(shared_data: Path) -> Iterator[ReplayServer]:
    with ReplayServer() as server:
        server.bodies.update(bodies(shared_data, SINCE, LAST))
        yield server


@pytest.fixture(scope="module")
def synced(server: ReplayServer, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, float]:
    """Data folder after a first sync, what it printed, and its seconds."""
    home = tmp_path_factory.mktemp("home")
    started = time.perf_counter()
    done = run(home, "data", "sync", "--since", SINCE.isoformat(), "--base-url", server.url)
    assert done.returncode == 0, done.stderr
    return home, done.stdout + done.stderr, time.perf_counter() - started


def test_a_first_sync_brings_the_whole_history(synced: tuple[Path, str, float]) -> None:
    """Known closes, through the real formats; 20 years in at most 20 seconds on two cores, three times that if busy."""
    home, said, seconds = synced
    with Store(home / FILE_NAME) as store:
        for series, day, close in (
            ("vix", date(2020, 3, 16), 82.69), ("vix", date(2008, 11, 20), 80.86), ("vix", date(2018, 2, 5), 37.32),
            ("spx_close", date(2020, 3, 23), 2237.40),
        ):  # fmt: skip
            rows = store.rows(series, datetime(2035, 1, 1), day)
            assert next(row.value for row in rows if row.day == day) == pytest.approx(close, abs=0.005)
        assert max(row.value for row in store.rows("vx", datetime(2007, 3, 26))) < 30
    assert " documents read " in said.replace("\n", " ")
    assert seconds < 60


@pytest.mark.parametrize(
    ("morning", "missing"),
    [("2008-10-10", {"vix9d", "vix3m"}), ("2018-02-06", set()), ("2020-03-17", set()), ("2024-08-06", set())],
)
def test_any_synced_morning_is_complete(synced: tuple[Path, str, float], morning: str, missing: set[str]) -> None:
    """Everything the sources had then is there; advances and declines have no free source."""
    asof = datetime.fromisoformat(f"{morning}T09:00")
    with Store(synced[0] / FILE_NAME) as store:
        market = read_store(store, asof)
    unserved = {"advances", "declines"}
    assert {quote.series for quote in market.snapshot if quote.value is None} == missing | unserved
    assert all(quote.observed <= asof for quote in market.snapshot if quote.observed is not None)
    assert len(market.curve) >= 8


def test_refresh_replays_a_synced_morning_without_the_network(
    synced: tuple[Path, str, float], sample_book: Path, tmp_path: Path
) -> None:
    """The default source is live; a past moment that is in the store asks nobody."""
    book = Path(shutil.copy(sample_book, tmp_path / "mine.xlsx"))
    done = run(synced[0], "refresh", book, "--asof", "2018-02-06", "--base-url", NOWHERE)
    assert done.returncode == 0, done.stderr
    assert "nothing to fetch" in done.stdout
    assert "As of      Tue 06-Feb-2018 09:00 New York, data: live" in done.stdout


def test_without_a_network_the_present_is_read_from_the_store_and_said(
    server: ReplayServer, sample_book: Path, tmp_path: Path
) -> None:
    """Old figures, STALE by name, and one line a fault; never the sample."""
    home = tmp_path / "home"
    requests_for, fetch, close = sources(server.url)
    with Store(home / FILE_NAME) as store:  # filled last year
        jobs = jobs_for(requests_for, SINCE, LAST, ["spx_close", "vix", "vix9d", "vix3m", "vvix"])
        sync(store, jobs, fetch, lambda: datetime(2025, 1, 2, 9, 0))
    close()
    book = Path(shutil.copy(sample_book, tmp_path / "mine.xlsx"))
    done = run(home, "refresh", book, "--base-url", NOWHERE)
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    assert "data: live, but nothing could be fetched: from the store" in said
    assert said.count("not fetched: ") == 1
    assert "not fetched: Cboe, Cboe Futures Exchange, FRED: 127.0.0.1: no connection (" in said
    assert re.search("STALE: S&P 500 close, VIX close, VIX9D close, VIX3M close, VVIX close", said)


def test_without_network_and_store_nothing_is_written(sample_book: Path, tmp_path: Path) -> None:
    """One line, both ways on, exit status 1; the workbook is as it was."""
    book = Path(shutil.copy(sample_book, tmp_path / "mine.xlsx"))
    before = book.read_bytes()
    done = run(tmp_path / "home", "refresh", book, "--base-url", NOWHERE)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    for words in ("alvh-xl data sync", "--source sample", "not fetched: "):
        assert words in done.stderr
    assert before == book.read_bytes()


def test_a_sync_that_reads_nothing_ends_with_status_1(tmp_path: Path) -> None:
    """A script must see that there is nothing new."""
    done = run(tmp_path, "data", "sync", "--only", "vix", "--base-url", NOWHERE)
    assert done.returncode == 1
    assert "Not fetched: Cboe, vix: 127.0.0.1: " in done.stderr.replace("\n", " ")
    assert "nothing could be fetched" in done.stderr


@pytest.mark.parametrize("fault", ["html", "truncated", "loop", "elsewhere", "huge", "bomb"])
def test_a_source_that_misbehaves_costs_its_own_series_alone(
    server: ReplayServer, synced: tuple[Path, str, float], tmp_path: Path, fault: str
) -> None:
    """The last good values stay as they were, the rest is read, one line says what happened, status 0."""
    shutil.copy(synced[0] / FILE_NAME, tmp_path)
    with Store(tmp_path / FILE_NAME) as store:
        before = store.rows("vix", datetime(2035, 1, 1))
    path = next(path for path in server.bodies if path.endswith("/VIX_History.csv"))
    server.faults[path] = fault
    try:
        done = run(
            tmp_path,
            "data",
            "sync",
            "--since",
            "2024-01-02",
            "--only",
            "vix",
            "--only",
            "vvix",
            "--base-url",
            server.url,
        )
    finally:
        del server.faults[path]
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("Not fetched: ") == 1
    assert "Not fetched: Cboe, vix: " in done.stderr
    assert "1 of 2 documents read" in done.stdout
    with Store(tmp_path / FILE_NAME) as store:
        assert before == store.rows("vix", datetime(2035, 1, 1))
