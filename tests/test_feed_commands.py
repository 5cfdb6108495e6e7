"""Watched folder, second source and calendars by the commands a user types, against a server with the real paths."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from alvh_xl.market.providers import cboe_index, fed, stooq
from alvh_xl.market.store import FILE_NAME, FOLDER_VARIABLE, Store
from alvh_xl.model.sessions import previous_session
from tests.market.made_up import meetings
from tests.market.replay_server import ReplayServer

KEY = "abc123"
SPX = cboe_index.PATH.format("SPX")
VIX = cboe_index.PATH.format("VIX")
ALWAYS = datetime(2035, 1, 1)


def run(home: Path, *arguments: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "alvh_xl", *map(str, arguments)]
    kept = {name: text for name, text in os.environ.items() if name not in ("FRED_API_KEY", stooq.KEY, "ALVH_INBOX")}
    environment = {**kept, FOLDER_VARIABLE: str(home), "COLUMNS": "200", **more}
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)


def day() -> date:
    """Last session that has surely closed."""
    return previous_session(date.today() - timedelta(1))


@pytest.fixture
def server() -> Iterator[ReplayServer]:
    with ReplayServer() as server:
        server.bodies[VIX] = f"DATE,OPEN,HIGH,LOW,CLOSE\n{day():%m/%d/%Y},12,13,11,12.5\n".encode()
        yield server


def test_status_lists_everything_and_makes_the_folder(tmp_path: Path) -> None:
    """Before anything was fetched: every series with its source, every calendar unknown, and where to put a file."""
    done = run(tmp_path, "data", "status")
    assert done.returncode == 0, done.stderr
    lines = {line.split()[0]: line for line in done.stdout.splitlines() if line.strip()}
    assert "put a CSV into the watched folder: date,advances,declines" in lines["advances"]
    assert "FRED" in lines["rate_eur"]
    assert "UNKNOWN" in lines["fomc"]
    assert "set FRED_API_KEY" in done.stdout
    assert f"Watched folder: {tmp_path / 'inbox'}" in done.stdout
    assert (tmp_path / "inbox").is_dir()


def test_a_sync_takes_what_lies_in_the_folder(server: ReplayServer, tmp_path: Path) -> None:
    """Advances and declines from a file, and the faulty one beside it in one line; the next sync says nothing new."""
    inbox = tmp_path / "mine"
    inbox.mkdir()
    (inbox / "ad.csv").write_text(f"date,advances,declines\n{day()},1344,1632\n", encoding="utf-8")
    (inbox / "[red]x.csv").write_text("date,mood\n2018-10-03,1\n", encoding="utf-8")
    command = ("data", "sync", "--only", "vix", "--since", day().isoformat(), "--base-url", server.url)
    done = run(tmp_path, *command, ALVH_INBOX=str(inbox))
    assert done.returncode == 0, done.stderr
    assert "ad.csv: advances, declines; 2 new, 0 revised" in done.stdout
    assert "[red]x.csv: not imported, no column is a series the catalogue knows" in done.stderr
    assert "1 of 1 documents read" in done.stdout
    with Store(tmp_path / FILE_NAME) as store:
        assert [row.source for row in store.rows("advances", ALWAYS)] == ["import ad.csv"]
    again = run(tmp_path, *command, ALVH_INBOX=str(inbox))
    assert "ad.csv: advances" not in again.stdout


def test_a_sync_asks_the_second_source_and_reads_the_calendar(server: ReplayServer, tmp_path: Path) -> None:
    """The first source sends a login page: the prices are there, under the other name, and the sync says both."""
    since = day()
    server.bodies[SPX], server.faults[SPX] = b"x", "html"
    path = stooq.path("^spx", since, date.today(), KEY)
    server.bodies[path] = f"Date,Open,High,Low,Close,Volume\n{since},6000,6050,5990,6040.5,1\n".encode()
    server.bodies[fed.PATH] = meetings((date.today().year, date.today().year + 1))
    command = ("data", "sync", "--since", since.isoformat(), "--base-url", server.url)
    done = run(tmp_path, *command, STOOQ_API_KEY=KEY)
    said = " ".join(done.stderr.split())
    assert done.returncode == 0, done.stderr
    assert "Taken from Stooq instead: spx_close, spx_high, spx_low, spx_open" in said
    assert "Not fetched: Cboe, spx_close, spx_high, spx_low, spx_open: " in said
    assert KEY not in done.stdout + done.stderr
    with Store(tmp_path / FILE_NAME) as store:
        [close] = store.rows("spx_close", ALWAYS)
        assert (close.value, close.source) == (6040.5, "Stooq")
    status = run(tmp_path, "data", "status")
    lines = {line.split()[0]: line for line in status.stdout.splitlines() if line.strip()}
    assert "UNKNOWN" not in lines["fomc"]
    assert "14:00" in lines["fomc"]
    del server.faults[SPX]
    server.bodies[SPX] = f"DATE,OPEN,HIGH,LOW,CLOSE\n{since:%m/%d/%Y},6000,6050,5990,6040.53\n".encode()
    assert run(tmp_path, *command, STOOQ_API_KEY=KEY).returncode == 0
    with Store(tmp_path / FILE_NAME) as store:
        assert [(row.value, row.source) for row in store.rows("spx_close", ALWAYS)] == [
            (6040.5, "Stooq"), (6040.53, "Cboe"),
        ]  # fmt: skip


def test_a_refresh_takes_the_folder_too(sample_book: Path, tmp_path: Path) -> None:
    """A file dropped in before the morning's click is in that morning; without a network as well."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    closes, at = [], date(2018, 10, 3)
    for _ in range(320):
        closes.append(f"{at},2900,{1000 + at.day},1500")
        at = previous_session(at)
    (inbox / "mine.csv").write_text("date,spx_close,advances,declines\n" + "\n".join(closes) + "\n", encoding="utf-8")
    book = Path(shutil.copy(sample_book, tmp_path / "mine.xlsx"))
    done = run(tmp_path, "refresh", book, "--asof", "2018-10-04", "--base-url", "http://127.0.0.1:9")
    assert done.returncode == 0, done.stderr
    assert "watched folder: mine.csv: spx_close, advances, declines; 960 new, 0 revised" in done.stdout
    missing = next(line for line in done.stdout.splitlines() if "MISSING" in line)
    assert "Advancing issues" not in missing
