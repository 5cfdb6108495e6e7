"""Every link between a cell and Python, broken one by one."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from alvh_xl.hosts.excel.doctor import doctor
from alvh_xl.hosts.excel.findings import Finding, exit_status
from alvh_xl.hosts.excel.install import install
from alvh_xl.hosts.excel.machine import ExcelProgram, ThisMachine
from alvh_xl.hosts.excel.package import make_macro_workbook
from tests.hosts.excel.fake_machine import POLICY, SECURITY, FakeMachine


@pytest.fixture
def machine(tmp_path: Path) -> FakeMachine:
    machine = FakeMachine(tmp_path / "machine")
    install(machine)
    return machine


@pytest.fixture(scope="module")
def macro_book(sample_book: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("macros") / "morning.xlsm"
    path.write_bytes(make_macro_workbook(sample_book.read_bytes()))
    return path


def of(found: list[Finding], check: str) -> Finding:
    """The finding of one check."""
    (only,) = [finding for finding in found if finding.check == check]
    return only


def test_a_healthy_machine_has_nothing_but_ok(machine: FakeMachine, macro_book: Path) -> None:
    """Each finding of a healthy chain is OK, and one function was asked through the whole of it."""
    found = doctor(machine, macro_book)
    assert [finding for finding in found if finding.result != "OK"] == []
    assert exit_status(found) == 0
    assert machine.asked == [macro_book]
    assert "= 176.2626" in of(found, "Functions").text


def test_a_machine_without_excel_is_told_kindly(machine: FakeMachine) -> None:
    """Exit status 3, and what works without Excel; the functions themselves are still checked."""
    machine.program = None
    found = doctor(machine)
    assert exit_status(found) == 3
    assert "that is fine" in found[-1].text
    assert of(found, "Functions").result == "OK"


def test_this_machine_can_be_asked(tmp_path: Path) -> None:
    """The class that asks the true machine must work where the tests run, with Excel or without."""
    found = doctor(ThisMachine())
    assert of(found, "xlwings").result == "OK"
    assert of(found, "Functions").result == "OK"
    assert exit_status(found) in (0, 1, 3)
    assert not ThisMachine().is_blocked(tmp_path)


Break = Callable[[FakeMachine], object]
BREAKS: dict[str, tuple[Break, str, str, str]] = {
    "xlwings missing": (
        lambda m: setattr(m, "xlwings", None), "xlwings", "not installed", "pip install",
    ),
    "xlwings of another version": (
        lambda m: setattr(m, "xlwings", "0.40.1"), "xlwings", "0.40.1", 'pip install "xlwings~=0.37.0"',
    ),
    "Excel too old": (
        lambda m: setattr(m, "program", ExcelProgram("15.0", 64)), "Excel", "too old", "Excel 2021",
    ),
    "xlwings add-in missing": (
        lambda m: (m.startup_folder() / "xlwings.xlam").unlink(), "xlwings.xlam", "is not in", "alvh-xl install",
    ),
    "xlwings add-in of another version": (
        lambda m: (m.startup_folder() / "xlwings.xlam").write_bytes(b"old"), "xlwings.xlam", "another version",
        "alvh-xl install",
    ),
    "our add-in missing": (
        lambda m: (m.startup_folder() / "alvh.xlam").unlink(), "alvh.xlam", "is not in", "alvh-xl install",
    ),
    "DLL missing": (
        lambda m: (m.root / "venv" / "xlwings64-0.37.8.dll").unlink(), "DLL", "xlwings64-0.37.8.dll",
        "--force-reinstall",
    ),
    "DLL of another width": (
        lambda m: setattr(m, "program", ExcelProgram("16.0", 32)), "DLL", "xlwings32-0.37.8.dll", "--force-reinstall",
    ),
    "no settings": (
        lambda m: m.settings_file().unlink(), "Interpreter", "names no Python", "alvh-xl install",
    ),
    "Python gone": (
        lambda m: m.settings_file().write_text('"INTERPRETER_WIN","C:\\\\gone\\\\python.exe"\n'), "Interpreter",
        "does not exist", "alvh-xl install",
    ),
    "macros disabled": (
        lambda m: m.values.update({(SECURITY, "VBAWarnings"): 4}), "Macros", "all macros are disabled", "Trust Center",
    ),
    "macros disabled by the administrator": (
        lambda m: m.values.update({(SECURITY, "VBAWarnings"): 1, (POLICY, "VBAWarnings"): 3}), "Macros", "only signed",
        "Trust Center",
    ),
    "add-ins disabled": (
        lambda m: m.values.update({(SECURITY, "DisableAllAddins"): 1}), "Add-ins", "no add-ins", "untick",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", BREAKS)
def test_a_broken_link_is_found_with_its_remedy(machine: FakeMachine, macro_book: Path, fault: str) -> None:
    """Each fault a user can have must be named, told how to mend, and keep Excel from being started in vain."""
    break_it, check, text, remedy = BREAKS[fault]
    break_it(machine)
    found = doctor(machine, macro_book)
    assert of(found, check).result == "PROBLEM"
    assert text in of(found, check).text
    assert remedy in of(found, check).remedy
    assert exit_status(found) == 1
    assert machine.asked == []
    assert of(found, "A call from Excel").result == "WARNING"


def test_another_python_is_a_warning(machine: FakeMachine, macro_book: Path) -> None:
    """It may have another alvh_xl; the user must see which one answers."""
    machine.settings_file().write_text('"INTERPRETER_WIN","python"\n')
    assert of(doctor(machine, macro_book), "Interpreter").result == "WARNING"
    other = machine.root / "other" / "python.exe"
    machine._write(other, b"")
    machine.settings_file().write_text(f'"INTERPRETER_WIN","{other}"\n')
    found = doctor(machine, macro_book)
    assert of(found, "Interpreter").result == "WARNING"
    assert exit_status(found) == 0


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("Python does not answer. Could not load the DLL\n\nWhat to do: …", "Could not load the DLL"),
        (RuntimeError("no answer"), "RuntimeError: no answer"),
    ],
    ids=["the workbook's macro says why", "Excel itself fails"],
)
def test_a_call_that_fails_is_a_problem(
    machine: FakeMachine, macro_book: Path, answer: str | Exception, text: str
) -> None:
    """All links may look right and the chain still not hold."""
    machine.answer = answer
    found = doctor(machine, macro_book)
    assert of(found, "A call from Excel").result == "PROBLEM"
    assert text in of(found, "A call from Excel").text
    assert exit_status(found) == 1


def test_without_a_workbook_the_call_is_not_tried(machine: FakeMachine) -> None:
    """The doctor says how to have it tried."""
    assert "doctor WORKBOOK.xlsm" in of(doctor(machine), "A call from Excel").remedy


def test_a_workbook_from_the_internet_is_named(machine: FakeMachine, macro_book: Path) -> None:
    """Excel opens it without macros and without saying why they are gone."""
    machine.blocked.add(macro_book)
    finding = of(doctor(machine, macro_book), "Workbook")
    assert finding.result == "PROBLEM"
    assert "Unblock" in finding.remedy


def test_a_workbook_without_macros_is_named(machine: FakeMachine, sample_book: Path) -> None:
    """Its buttons would be missing."""
    assert of(doctor(machine, sample_book), "Workbook").result == "WARNING"


def test_a_file_that_is_no_workbook_is_named(machine: FakeMachine, tmp_path: Path) -> None:
    """A mistyped name must not end in a traceback."""
    path = tmp_path / "nothing.xlsm"
    path.write_text("no workbook")
    assert of(doctor(machine, path), "Workbook").result == "PROBLEM"
    shutil.rmtree(tmp_path / "machine" / "XLSTART")
    assert exit_status(doctor(machine, tmp_path / "absent.xlsm")) == 1


def test_the_python_of_the_workbooks_own_settings_is_checked(
    machine: FakeMachine, sample_book: Path, tmp_path: Path
) -> None:
    """The sheet xlwings.conf goes before the user's settings; a workbook from a colleague names their Python."""
    path = tmp_path / "theirs.xlsm"
    path.write_bytes(make_macro_workbook(sample_book.read_bytes(), interpreter_win=r"C:\Users\ann\python.exe"))
    finding = of(doctor(machine, path), "Settings sheet")
    assert finding.result == "PROBLEM"
    assert r"C:\Users\ann\python.exe" in finding.text
    assert "delete the row INTERPRETER_WIN" in finding.remedy


def test_on_a_mac_cells_are_not_asked(tmp_path: Path, macro_book: Path) -> None:
    """Classic xlwings has no functions there; the doctor says what calculates instead."""
    machine = FakeMachine(tmp_path / "mac", "darwin")
    install(machine)
    found = doctor(machine, macro_book)
    assert exit_status(found) == 0
    assert machine.asked == []
    assert "Refresh calculates" in of(found, "A call from Excel").text
    (machine.scripts_folder() / "xlwings-0.37.8.applescript").unlink()
    assert exit_status(doctor(machine, macro_book)) == 1
