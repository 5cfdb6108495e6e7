"""import-position as its user meets it: whole processes, their output and their exit status."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from alvh_xl.hosts.embedded import Package
from tests.market.statements import TASTY_HEADER, TOS_TRADES, tasty, tasty_condor, tos_period, written
from tests.workbook.test_extending import cell

CONDOR = tasty_condor(
    "2018-10-03T10:31:05-0400", "181019", (2800, 2850, 2995, 3045), 8, ("-210.00", "605.00", "480.00", "-65.00")
)
CALL = tasty("2018-10-03T11:00:00-0400", "Buy to Open", "VIX   181121C00015000", 6, "-135.00")
OTHER = tasty("2018-10-03T11:00:00-0400", "Buy to Open", "SPY   181121C00300000", 6, "-135.00")


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "alvh_xl", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


@pytest.fixture
def book(sample_book: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(sample_book, tmp_path / "my book.xlsx"))


def test_a_statement_becomes_the_position_and_the_next_refresh_decides_on_it(book: Path, tmp_path: Path) -> None:
    """The whole way: look, write, refresh."""
    statement = written(tmp_path, "\n".join([TASTY_HEADER, OTHER, *CONDOR, CALL]))
    before = book.read_bytes()
    dry = run("import-position", statement, book, "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert dry.stdout.splitlines()[-1] == "Nothing was written: this was a dry run."
    assert book.read_bytes() == before

    done = run("import-position", statement, book)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "tastytrade: statement.csv, 03-Oct-2018 to 03-Oct-2018"
    assert [" ".join(line.split()) for line in lines[2:7]] == [
        "Condor put_long SPXW 19-Oct-2018 2800 P +8 2.10 03-Oct-2018",
        "Condor put_short SPXW 19-Oct-2018 2850 P -8 6.05 03-Oct-2018",
        "Condor call_short SPXW 19-Oct-2018 2995 C -8 4.80 03-Oct-2018",
        "Condor call_long SPXW 19-Oct-2018 3045 C +8 0.65 03-Oct-2018",
        "Hedges VIX 21-Nov-2018 15 C +6 1.35 03-Oct-2018",
    ]
    assert any(line.startswith("Changed") and "VIX 21-Nov-2018 AM 15 C at 1.35 is new" in line for line in lines)
    assert any(line.startswith("Left out") and "SPY: only SPX and VIX options" in line for line in lines)
    assert "what was opened before its first day is not seen" in done.stdout
    assert f'alvh-xl refresh "{book}"' in lines[-1]
    assert lines[-1].endswith("Educational, not advice.")

    refreshed = run("refresh", book, "--source", "sample")
    assert refreshed.returncode == 0, refreshed.stderr
    assert (cell(book, "condors"), cell(book, "held")) == (8, 6)
    assert "Old value" not in refreshed.stdout


def test_a_condor_the_sheet_has_no_room_for_is_named_with_the_way_to_take_it(book: Path, tmp_path: Path) -> None:
    """Nothing is dropped in silence; the letter in the message works."""
    later = tasty_condor(
        "2018-10-02T10:31:05-0400", "181116", (2700, 2750, 3050, 3100), 3, ("-210.00", "605.00", "480.00", "-65.00")
    )
    loose = tasty("2018-10-03T11:00:00-0400", "Sell to Open", "SPXW  181026P02700000", 2, "135.00")
    statement = written(tmp_path, "\n".join([TASTY_HEADER, *later, *CONDOR, loose]))
    first = run("import-position", statement, book, "--dry-run")
    assert "Not written  condor B: 3 × SPXW 16-Nov-2018 2700/2750/3050/3100" in first.stdout
    assert "--condor B" in first.stdout
    assert "Not written  -2 SPXW 26-Oct-2018 2700 P" in first.stdout
    other = run("import-position", statement, book, "--dry-run", "--condor", "B")
    assert other.returncode == 0, other.stderr
    assert "Not written  condor A: 8 × SPXW 19-Oct-2018 2800/2850/2995/3045" in other.stdout


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("date,value\n2018-10-02,12.05\n", [], "is not a thinkorswim Account Statement"),
        ("\n".join([TASTY_HEADER, OTHER]), [], "holds no SPX or VIX option"),
        ("\n".join([TASTY_HEADER, CALL.replace(",6,", ",six,")]), [], "row 2"),
        ("\n".join([TASTY_HEADER, CALL]), ["--only", "everything"], "neither condor nor hedges"),
        ("\n".join([TASTY_HEADER, CALL]), ["--condor", "Q"], "there is no condor Q"),
        (
            "\n".join([tos_period(), TOS_TRADES, ",yesterday,SINGLE,SELL,-1,TO OPEN,VIX,19 NOV 25,20,CALL,1,1,LMT"]),
            [],
            "'yesterday' is no date and time",
        ),
    ],
)
def test_what_cannot_be_imported_is_one_line_and_status_1(
    sample_book: Path, tmp_path: Path, text: str, options: list[str], message: str
) -> None:
    """No traceback; the workbook is not even opened for a file that says nothing."""
    before = sample_book.read_bytes()
    done = run("import-position", written(tmp_path, text), sample_book, *options)
    assert done.returncode == 1
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert sample_book.read_bytes() == before


def test_text_of_the_file_reaches_neither_workbook_nor_terminal_as_a_command(book: Path, tmp_path: Path) -> None:
    """Symbols and descriptions are untrusted: no formula in a cell, no escape sequence or markup on the screen."""
    evil = OTHER.replace("SPY   181121C00300000", "\x1b[31m[red]=cmd|'/C calc'!A0")
    statement = written(tmp_path, "\n".join([TASTY_HEADER, evil, CALL.replace("words", "=HYPERLINK(1)")]))
    done = run("import-position", statement, book)
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    assert "[31M[RED]=CMD" in done.stdout
    parts = Package.open(book).parts.values()
    assert not any(b"cmd|" in part or b"HYPERLINK(1)" in part for part in parts)
