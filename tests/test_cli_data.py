"""The commands around the store as their user meets them: whole processes, their output and their exit status."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from alvh_xl.market.store import FILE_NAME, FOLDER_VARIABLE
from tests.market.fakes import history

FIRST, LAST = date(2017, 3, 1), date(2018, 10, 3)


def run(home: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "alvh_xl", *map(str, arguments)]
    environment = {**os.environ, FOLDER_VARIABLE: str(home), "COLUMNS": "160"}
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a data folder with a store that was filled by `data import`."""
    folder = tmp_path_factory.mktemp("home")
    files = folder / "files"
    files.mkdir()
    for series, value in (("spx_close", 2900.0), ("vix", 12.0), ("vvix", 90.0)):
        rows = "".join(f"{row.day},{row.value}\n" for row in history(series, FIRST, LAST, value))
        (files / f"{series}.csv").write_text(f"date,value\n{rows}", encoding="utf-8")
    done = run(folder, "data", "import", files)
    assert done.returncode == 0, done.stderr
    assert "vix.csv: vix; 403 new, 0 revised" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("1,209 values added to ")
    return folder


def test_status_lists_every_series_with_its_standing(home: Path) -> None:
    """One look: what is there, how old, from where; and what is not there at all."""
    done = run(home, "data", "status")
    assert done.returncode == 0, done.stderr
    lines = {line.split()[0]: line for line in done.stdout.splitlines() if line.strip()}
    assert "2018-10-03" in lines["vix"]
    assert "STALE" in lines["vix"]
    assert "import vix.csv" in lines["vix"]
    assert "MISSING" in lines["advances"]
    assert lines["1,209"].startswith("1,209 values in")


def test_a_past_morning_is_replayed_from_the_store(home: Path, sample_book: Path, tmp_path: Path) -> None:
    """The user's own data, as of a past moment, in the user's own workbook."""
    book = Path(shutil.copy(sample_book, tmp_path / "mine.xlsx"))
    done = run(home, "data", "replay", "2018-09-20", book)
    assert done.returncode == 0, done.stderr
    assert "As of      Thu 20-Sep-2018 09:00 New York, data: store" in done.stdout
    assert "MISSING: VIX9D close" in done.stdout
    refreshed = run(home, "refresh", book, "--source", "store", "--asof", "2018-10-04")
    assert "As of      Thu 04-Oct-2018 09:00 New York, data: store" in refreshed.stdout


@pytest.mark.parametrize("source", [("--source", "store"), ("data", "replay")])
def test_an_empty_store_says_the_next_step_and_leaves_the_workbook(
    sample_book: Path, tmp_path: Path, source: tuple[str, str]
) -> None:
    """The sample must never step in for the trader's own morning."""
    book = Path(shutil.copy(sample_book, tmp_path / "mine.xlsx"))
    before = book.read_bytes()
    arguments = ("data", "replay", "2018-10-04", book) if source[0] == "data" else ("refresh", book, *source)
    done = run(tmp_path / "empty", *arguments)
    assert done.returncode == 1
    assert "alvh-xl data sync" in done.stderr
    assert "--source sample" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert before == book.read_bytes()


def test_refresh_opens_no_store_for_a_workbook_that_is_not_there(tmp_path: Path) -> None:
    """A slip in the file's name must neither fetch anything nor leave files behind."""
    home = tmp_path / "home"
    done = run(home, "refresh", tmp_path / "nowhere.xlsx")
    assert done.returncode == 1
    assert "nowhere.xlsx" in done.stderr
    assert not home.exists()


def test_backup_and_vacuum_say_what_they_did(home: Path, tmp_path: Path) -> None:
    """The remedy named by a damaged store must exist and restore it."""
    copy = tmp_path / "copy.sqlite"
    assert "1,209 values" in run(home, "data", "backup", copy).stdout
    assert run(home, "data", "vacuum").stdout.rstrip().endswith("MB")
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(copy, other / FILE_NAME)
    assert "1,209 values in" in run(other, "data", "status").stdout
    with sqlite3.connect(copy) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("delete",)  # one file, easy to carry
    database.close()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("data", "import", "nowhere.csv"), "there is no file or folder nowhere.csv"),
        (("data", "import", "README.md"), "nothing in README.md could be imported"),
        (("data", "replay", "yesterday", "morning.xlsx"), "yesterday"),
        (("data", "status", "--store", "README.md"), "README.md is damaged"),
        (("new", "live.xlsx", "--source", "live"), "starts with the sample"),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_status_1(home: Path, arguments: tuple[str, ...], words: str) -> None:
    """No traceback; what is wrong and what to do."""
    done = run(home, *arguments)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert words in done.stderr
