"""The commands for Excel as their user meets them: whole processes, the files they write, their exit status."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from alvh_xl.cli import app
from alvh_xl.hosts.embedded import Package
from alvh_xl.hosts.excel.machine import ThisMachine
from alvh_xl.hosts.excel.vba import our_modules
from tests.hosts.excel.fake_machine import FakeMachine
from tests.hosts.programs import validate

NAMES = {
    ("xlsm", "reference"): "my morning.xlsm",
    ("xlsm", "standalone"): "alone.xlsm",
    ("xlam", "reference"): "functions.xlam",
    ("xlam", "standalone"): "functions alone.xlam",
}
Made = dict[tuple[str, str], Path]


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "alvh_xl", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def macros(path: Path) -> dict[str, str]:
    """Module → code, as oletools reads it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from oletools.olevba import VBA_Parser  # type: ignore[import-untyped]

        parser = VBA_Parser(str(path))
        try:
            return {name.rpartition(".")[0]: code for _, _, name, code in parser.extract_macros()}
        finally:
            parser.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A macro workbook and an add-in, each in both modes, as `alvh-xl new` writes them."""
    folder = tmp_path_factory.mktemp("made")
    found: Made = {}
    for (kind, mode), name in NAMES.items():
        path = found[kind, mode] = folder / name
        done = run("new", path, *(["--standalone"] if mode == "standalone" else []))
        assert done.returncode == 0, done.stderr
        assert f"Wrote {path}. Next: run `alvh-xl install`" in done.stdout
    return found


@pytest.mark.parametrize("which", NAMES, ids="-".join)
def test_microsofts_validator_finds_no_error_in_what_new_writes(made: Made, which: tuple[str, str]) -> None:
    """Excel would offer to repair the file."""
    assert validate(made[which]) == []


@pytest.mark.parametrize("which", NAMES, ids="-".join)
def test_every_module_is_read_back_by_another_program(made: Made, which: tuple[str, str]) -> None:
    """A project that only our own code can read is none; xlwings' code is in a standalone file and in no other."""
    kind, mode = which
    found = macros(made[which])
    for module in our_modules("workbook" if kind == "xlsm" else "addin"):
        lines = [line for line in module.code.splitlines() if not line.startswith("Attribute VB_")]
        assert "\n".join(lines).strip() in found[module.name].replace("\r\n", "\n")
    assert ({"xlwings", "Dictionary"} <= set(found)) == (mode == "standalone")


def test_a_new_macro_workbook_is_calculated_as_one_without_macros(made: Made, sample_book: Path) -> None:
    """Whoever opens it without Python must see the morning, not errors: every cell is compared."""
    ours, plain = Package.open(made["xlsm", "reference"]), Package.open(sample_book)
    assert ours.has_macros
    for name in plain.sheets:
        theirs = plain.sheet(name)
        assert {place: ours.sheet(name).value(*place) for place in theirs.cells} == {
            place: theirs.value(*place) for place in theirs.cells
        }


def test_a_refresh_keeps_macros_ribbon_and_buttons_byte_by_byte(made: Made, tmp_path: Path) -> None:
    """Only data and values may change: whatever else did might take the buttons with it."""
    path = Path(shutil.copy(made["xlsm", "reference"], tmp_path))
    before = parts(path)
    done = run("refresh", path, "--source", "sample", "--asof", "2018-10-11T09:00")
    assert done.returncode == 0, done.stderr
    after = parts(path)
    assert list(after) == list(before)
    changed = {name for name in before if before[name] != after[name]}
    assert all(re.fullmatch(r"xl/(workbook|worksheets/sheet\d+|charts/chart\d+)\.xml", name) for name in changed)
    assert changed
    binding = rb'<legacyDrawing [^>]*>|<sheetPr [^>]*codeName="\w+"'
    for name in changed:
        assert re.findall(binding, after[name]) == re.findall(binding, before[name])
    conf = Package.open(path).sheets["xlwings.conf"]
    assert conf not in changed
    assert any(name.endswith(".vml") for name in before)


@pytest.mark.parametrize("name", ["mine.xlsm", "mine.xlam"])
def test_new_replaces_no_macro_file_unless_told(tmp_path: Path, name: str) -> None:
    """A repeated command must not cost a trader's workbook; --force must replace it."""
    path = tmp_path / name
    path.write_text("precious")
    refused = run("new", path)
    assert refused.returncode == 1
    assert "--force" in refused.stderr
    assert path.read_text() == "precious"
    assert run("new", path, "--force").returncode == 0
    assert zipfile.is_zipfile(path)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["mine.xlsx", "--standalone"], "an .xlsx holds no macros"),
        (["mine.xlam", "--asof", "2018-10-11"], "an add-in holds no morning"),
        (["mine.xlsm", "--source", "crystal-ball"], "crystal-ball"),
        (["mine.xlsb"], "mine.xlsb"),
    ],
)
def test_what_new_can_not_make_is_one_clear_line(tmp_path: Path, arguments: list[str], message: str) -> None:
    """An option silently left out would leave the user with another file than asked for."""
    done = run("new", tmp_path / arguments[0], *arguments[1:])
    assert done.returncode == 1
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def without_excel() -> None:
    """These tests are of a machine without Excel."""
    if ThisMachine().excel() is not None:
        pytest.skip("this machine has Excel")


@pytest.mark.usefixtures("without_excel")
def test_the_doctor_says_kindly_that_there_is_no_excel_and_ends_with_status_3(made: Made) -> None:
    """A script must tell "no Excel" from "broken"; what can be checked is checked all the same."""
    done = run("doctor", made["xlsm", "reference"])
    assert done.returncode == 3, done.stdout
    assert done.stderr == ""
    assert re.search(r"^OK +xlwings +xlwings 0\.37\.", done.stdout, re.M)
    assert "ALVH_EXPECTED_MOVE(6000, 0.15, 14) = 176.2626" in done.stdout
    assert "my morning.xlsm has macros." in done.stdout
    assert "no desktop Excel on this machine, and that is fine" in done.stdout
    assert "`alvh-xl refresh` calculates a workbook without Excel" in done.stdout


@pytest.mark.usefixtures("without_excel")
def test_the_doctor_names_what_is_wrong_with_a_workbook_and_the_remedy(tmp_path: Path) -> None:
    """A mistyped name is a line with what to do, not a traceback."""
    done = run("doctor", tmp_path / "nowhere.xlsm")
    assert done.returncode == 3
    assert done.stdout.count("nowhere.xlsm") == 1
    assert "Name an .xlsm file of `alvh-xl new`." in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.usefixtures("without_excel")
def test_install_writes_nothing_where_there_is_no_excel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of a program that is not there would be litter in the user's home."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("APPDATA", str(tmp_path))
    done = run("install")
    assert (done.returncode, done.stderr) == (3, "")
    assert "no desktop Excel on this machine" in done.stdout
    undone = run("install", "--uninstall")
    assert (undone.returncode, undone.stderr) == (0, "")
    assert "nothing to take away" in undone.stdout
    assert list(tmp_path.iterdir()) == []


def test_install_and_doctor_end_with_the_status_of_what_they_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: Made
) -> None:
    """0 all well, 1 something to put right: on a double of a machine that has Excel, in this process."""
    machine = FakeMachine(tmp_path)
    monkeypatch.setattr("alvh_xl.hosts.excel.machine.ThisMachine", lambda: machine)

    def command(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, list(arguments))
        return done.exit_code, done.output

    assert command("doctor")[0] == 1, "nothing is installed yet"
    status, text = command("install")
    assert status == 0
    assert "Start Excel again" in text
    status, text = command("doctor", str(made["xlsm", "reference"]))
    assert status == 0, text
    assert machine.asked == [made["xlsm", "reference"].resolve()]
    (machine.startup_folder() / "alvh.xlam").unlink()
    status, text = command("doctor")
    assert status == 1
    assert re.search(
        r"^PROBLEM +alvh\.xlam +The add-in is not in .*\n +Close Excel and run `alvh-xl install`", text, re.M
    )
    assert command("install", "--uninstall")[0] == 0
    assert machine.files() == {}
