"""The command line as its user meets it: whole processes, their output and their exit status."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from alvh_xl import __version__
from alvh_xl.cli.shared import instant

ROOT = Path(__file__).resolve().parents[1]


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "alvh_xl", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_new_then_refresh_ends_with_the_decision_on_one_screen(tmp_path: Path) -> None:
    """The main job: one line a stage, then as-of, decision, binding rule."""
    path = tmp_path / "my morning.xlsx"
    made = run("new", path)
    assert made.returncode == 0, made.stderr
    done = run("refresh", path, "--source", "sample")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line[:3] for line in lines[:5]] == ["1/5", "2/5", "3/5", "4/5", "5/5"]
    assert any(re.match(r"As of +Thu 04-Oct-2018 09:00 New York", line) for line in lines)
    assert any(re.match(r"Decision +Hold 6 ", line) for line in lines)
    assert any(re.match(r"Binding +allocation$", line) for line in lines)
    assert len(lines) < 30


def test_new_does_not_replace_a_file_unless_told(tmp_path: Path) -> None:
    """A workbook full of a trader's positions must not vanish by a repeated command."""
    path = tmp_path / "mine.xlsx"
    path.write_text("precious")
    refused = run("new", path)
    assert refused.returncode == 1
    assert "--force" in refused.stderr
    assert path.read_text() == "precious"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["refresh", "nowhere.xlsx"], "nowhere.xlsx"),
        (["refresh", "README.md"], "README.md"),
        (["refresh", "workbooks/morning.xlsx", "--source", "crystal-ball"], "crystal-ball"),
        (["refresh", "workbooks/morning.xlsx", "--asof", "yesterday"], "yesterday"),
        (["refresh", "workbooks/morning.xlsx", "--asof", "20181004"], "no date and time"),
        (["refresh", "workbooks/morning.xlsx", "--source", "sample", "--asof", "2031-01-01"], "2018-10"),
        (["new", "morning.csv"], "morning.csv"),
        (["export", "nowhere.xlsx"], "nowhere.xlsx"),
        (["export", "workbooks/morning.xlsx", "--format", "docx"], "docx"),
        (["export", "workbooks/morning.xlsx", "--sheets", "Morgen"], "no sheet 'Morgen'"),
        (["export", "workbooks/morning.xlsx", "--redact", "names"], "positions"),
        (["export", "two\nlines.xlsx"], "two\\nlines.xlsx"),
        (["functions", "ALVH_MAGIC"], "ALVH_MAGIC"),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_status_1(arguments: list[str], message: str) -> None:
    """No traceback, what and where in one line, and a status a script can see."""
    before = (ROOT / "workbooks/morning.xlsx").read_bytes()
    done = subprocess.run(
        [sys.executable, "-m", "alvh_xl", *arguments], capture_output=True, text=True, timeout=60, cwd=ROOT
    )
    assert done.returncode == 1
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert (ROOT / "workbooks/morning.xlsx").read_bytes() == before


def test_a_command_that_is_not_clear_is_exit_status_2() -> None:
    """Usage errors are told apart from failures."""
    assert run("refresh").returncode == 2


def test_export_writes_a_copy_and_says_where(sample_book: Path, tmp_path: Path) -> None:
    """The share command names what it wrote and leaves the workbook alone."""
    book = Path(shutil.copy(sample_book, tmp_path / "morning.xlsx"))
    before = book.read_bytes()
    done = run("export", book, "--format", "xlsx")
    assert done.returncode == 0, done.stderr
    written = [path for path in tmp_path.iterdir() if path != book]
    assert len(written) == 1
    assert written[0].name in done.stdout.replace("\n", "")
    assert book.read_bytes() == before


def test_export_writes_several_formats_into_a_folder(sample_book: Path, tmp_path: Path) -> None:
    """One command serves everybody; what was left out is said."""
    done = run(
        "export", sample_book, "--format", "xlsx,html", "--sheets", "Morning, Position", "--redact", "positions",
        "--out", tmp_path / "new" / "folder",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    names = sorted(path.name for path in (tmp_path / "new" / "folder").iterdir())
    assert names == ["morning-redacted-2018-10-04-0900.html", "morning-redacted-2018-10-04-0900.xlsx"]
    assert all(name in done.stdout.replace("\n", "") for name in names)
    assert "left out: Payoff" in done.stderr
    assert "Educational, not advice" in done.stdout


def test_functions_lists_all_and_explains_one() -> None:
    """The vocabulary is at hand without opening the workbook."""
    from alvh_xl.functions import REGISTRY

    everything = run("functions").stdout
    assert all(name in everything for name in REGISTRY)
    one = run("functions", "alvh_expected_move").stdout
    assert "ALVH_EXPECTED_MOVE(spot, vol, days, [basis])" in one
    assert "176.2626" in one
    assert run("--version").stdout.strip() == __version__


def test_functions_check_lists_every_function_as_present() -> None:
    """Whoever installs it can see that the whole vocabulary answers."""
    from alvh_xl.functions import REGISTRY

    done = run("functions", "--check")
    assert done.returncode == 0, done.stdout
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [[name, "present"] for name in REGISTRY]


def test_the_readme_shows_the_generated_function_table() -> None:
    """One definition: the README's table is never edited by hand."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = readme.split("`alvh-xl functions --markdown` -->\n")[1].split("<!-- end of functions -->")[0]
    assert shown == run("functions", "--markdown").stdout


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2018-10-04T09:00Z", "New York"), ("2018-10-04T09:00+02:00", "New York"),
        ("2018-10-04 09:00 Europe/Berlin", "New York"), ("2018-10-04T09:00:30", "to the minute"),
        ("2018-10-04T09:00:00.5", "to the minute"), ("2018-W40-4", "no date"), ("2018-10-04T09", "no date"),
        ("2018-02-30", "no date"), ("2018-10-04T25:00", "no date"), ("", "no date"),
    ],
)  # fmt: skip
def test_an_odd_moment_is_refused_and_named(text: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A time zone read as New York time moves every day count; a moment read in part is not the one that was meant."""
    with pytest.raises(typer.Exit):
        instant(text)
    said = capsys.readouterr().err
    assert words in said
    assert len(said.strip().splitlines()) == 1


def test_a_moment_is_a_date_with_or_without_a_minute() -> None:
    """The morning's date alone must mean 09:00."""
    assert instant(None) is None
    assert instant("2018-10-04") == dt.datetime(2018, 10, 4, 9, 0)
    assert instant(" 2018-10-04 15:45 ") == instant("2018-10-04T15:45") == dt.datetime(2018, 10, 4, 15, 45)
