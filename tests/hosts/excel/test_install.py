"""Install into Excel and out again, on machines of a folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from alvh_xl.hosts.excel.findings import exit_status
from alvh_xl.hosts.excel.install import install, setting, uninstall
from alvh_xl.hosts.excel.package import make_addin
from alvh_xl.hosts.excel.vba import XLWINGS_ADDIN
from tests.hosts.excel.fake_machine import FakeMachine
from tests.hosts.excel.vba_reader import part, records

CONF = "home/.xlwings/xlwings.conf"


@pytest.fixture
def machine(tmp_path: Path) -> FakeMachine:
    return FakeMachine(tmp_path)


def test_install_puts_both_addins_and_this_python_where_excel_looks(machine: FakeMachine) -> None:
    """Excel must open both add-ins when it starts, and start the Python that has alvh_xl."""
    assert exit_status(install(machine)) == 0
    files = machine.files()
    assert files["XLSTART/xlwings.xlam"] == b"the add-in of xlwings"
    assert files["XLSTART/alvh.xlam"] == make_addin(xlwings_addin=str(machine.startup_folder() / "xlwings.xlam"))
    assert files[CONF].decode() == f'"INTERPRETER_WIN","{machine.python}"\n'


def named(machine: FakeMachine) -> bytes:
    """What the installed add-in says about the other one: kind and place, both as VBA stores them."""
    project = part((machine.startup_folder() / "alvh.xlam").read_bytes(), "xl/vbaProject.bin")
    (payload,) = (payload for kind, payload in records(project) if kind == 0x0E)
    return payload[4 : 4 + int.from_bytes(payload[:4], "little")]


def test_our_add_in_names_the_other_where_it_lies(machine: FakeMachine) -> None:
    """Excel opens alvh.xlam before xlwings.xlam: with a place where nothing lies its functions would not compile."""
    install(machine)
    path = machine.startup_folder() / "xlwings.xlam"
    assert path.is_file()
    assert named(machine) == rf"*\C{path}".encode()


@pytest.mark.parametrize(("user", "platform"), [("名前", "win32"), ("anna", "darwin")])
def test_a_place_vba_can_not_write_is_left_to_excel(tmp_path: Path, user: str, platform: str) -> None:
    """VBA's code page holds no Japanese user's folder, and its paths are none of a Mac: install must not stop there."""
    machine = FakeMachine(tmp_path / user, platform)
    assert exit_status(install(machine)) == 0
    assert named(machine) == rf"*\C{XLWINGS_ADDIN}".encode()


def test_install_twice_changes_nothing(machine: FakeMachine) -> None:
    """Repeating it is how a user brings everything up to date."""
    install(machine)
    before = machine.files()
    assert exit_status(install(machine)) == 0
    assert machine.files() == before


def test_on_a_mac_the_script_that_starts_python_is_installed_too(tmp_path: Path) -> None:
    """Without it RunPython only asks for it."""
    machine = FakeMachine(tmp_path, "darwin")
    assert exit_status(install(machine)) == 0
    assert machine.files()["scripts/xlwings-0.37.8.applescript"] == b"the script"
    assert setting(machine, "interpreter_mac") == str(machine.python)


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_uninstall_leaves_nothing_behind(tmp_path: Path, platform: str) -> None:
    """A user who tries it must be able to undo it."""
    machine = FakeMachine(tmp_path, platform)
    install(machine)
    assert exit_status(uninstall(machine)) == 0
    assert machine.files() == {}


def test_what_was_there_before_comes_back(machine: FakeMachine) -> None:
    """The user had xlwings already, with settings of their own."""
    old = b"an older add-in of xlwings"
    machine._write(machine.startup_folder() / "xlwings.xlam", old)
    conf = b'"SHOW CONSOLE","True"\n"INTERPRETER_WIN","C:\\old\\python.exe"\n'
    machine._write(machine.settings_file(), conf)
    install(machine)
    opened_by_excel = {name for name in machine.files() if name.startswith("XLSTART/")}
    assert opened_by_excel == {"XLSTART/xlwings.xlam", "XLSTART/alvh.xlam"}
    assert setting(machine, "INTERPRETER_WIN") == str(machine.python)
    assert setting(machine, "show console") == "True"
    machine.python = machine.root / "venv2" / "python.exe"
    install(machine)
    assert setting(machine, "INTERPRETER_WIN") == str(machine.python)
    uninstall(machine)
    assert machine.files() == {"XLSTART/xlwings.xlam": old, CONF: conf}


def test_an_addin_the_user_had_already_stays(machine: FakeMachine) -> None:
    """It is theirs, even where it is the same as ours."""
    machine._write(machine.startup_folder() / "xlwings.xlam", b"the add-in of xlwings")
    install(machine)
    uninstall(machine)
    assert machine.files()["XLSTART/xlwings.xlam"] == b"the add-in of xlwings"


def test_an_addin_changed_since_stays(machine: FakeMachine) -> None:
    """Another program updated it: it is no longer ours to remove."""
    install(machine)
    machine._write(machine.startup_folder() / "xlwings.xlam", b"a newer one")
    found = uninstall(machine)
    assert machine.files()["XLSTART/xlwings.xlam"] == b"a newer one"
    assert any("it stays" in finding.text for finding in found)


def test_uninstall_without_install_says_so(machine: FakeMachine) -> None:
    """Nothing of the user's may be taken away."""
    found = uninstall(machine)
    assert exit_status(found) == 0
    assert "nothing to take away" in found[0].text


def test_without_excel_nothing_is_written_and_the_words_are_kind(machine: FakeMachine) -> None:
    """Exit status 3 tells a script that this machine has no Excel."""
    machine.program = None
    found = install(machine)
    assert exit_status(found) == 3
    assert machine.files() == {}
    assert "that is fine" in found[0].text
    assert "alvh-xl refresh" in found[0].remedy


def test_a_running_excel_is_named_with_what_to_do(machine: FakeMachine) -> None:
    """Excel keeps its add-ins open and locked; the settings must not change half-way."""
    machine._write(machine.startup_folder() / "~$xlwings.xlam", b"")
    machine._write(machine.startup_folder() / "xlwings.xlam", b"an older one")
    found = install(machine)
    assert exit_status(found) == 1
    assert "is open in Excel" in found[-1].text
    assert found[-1].remedy == "Close Excel, all its windows, and run `alvh-xl install` again."
    assert machine.files()["XLSTART/xlwings.xlam"] == b"an older one"
    assert CONF not in machine.files()


@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_can_not_be_written_is_named(machine: FakeMachine) -> None:
    """A company's computer may forbid it."""
    machine.startup_folder().mkdir()
    machine.startup_folder().chmod(0o500)
    found = install(machine)
    assert exit_status(found) == 1
    assert "XLSTART" in found[-1].text


def test_a_damaged_note_is_no_obstacle(machine: FakeMachine) -> None:
    """The note of what was installed may be lost; installing again must still work."""
    install(machine)
    machine._write(machine.settings_file().with_name("alvh-xl.json"), b"not json")
    assert exit_status(install(machine)) == 0
