"""How an Excel of our own ends: xlwings' real code over a double of Windows, and real processes for the Mac."""

from __future__ import annotations

import atexit
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from alvh_xl.hosts.excel import own_excel as owned
from alvh_xl.hosts.excel.own_excel import PosixProcess, own_excel
from tests.hosts.excel.fake_excel import FakeExcel
from tests.hosts.excel.fake_windows import OTHER, OURS, FakeWindows
from tests.hosts.excel.pywin32_stub import excel_error


@pytest.fixture
def windows(xlwings_windows: Any, monkeypatch: pytest.MonkeyPatch) -> FakeWindows:
    """Processes: the Excel started here, and an invisible one of somebody else."""
    assert xlwings_windows
    return FakeWindows(FakeExcel(), monkeypatch)


def refuse() -> None:
    raise excel_error("Call was rejected by callee.", -2147418111)


def test_an_excel_that_quits_is_not_killed_and_another_is_not_touched(windows: FakeWindows) -> None:
    """xlwings' own quit would end the invisible Excel of another program, with its unsaved work."""
    with own_excel() as app:
        assert app.pid == OURS
    assert windows.excel.ended
    assert (windows.running, windows.killed) == ({OTHER}, [])


def test_an_excel_that_refuses_to_quit_is_killed_and_no_other(
    windows: FakeWindows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would stay for ever, unseen, and hold the file."""
    monkeypatch.setattr(windows.excel, "Quit", refuse)
    with own_excel():
        pass
    assert (windows.running, windows.killed) == ({OTHER}, [OURS])


def test_what_went_wrong_is_told_even_if_excel_then_refuses_to_quit(
    windows: FakeWindows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user needs the first message: the second is its consequence."""
    monkeypatch.setattr(windows.excel, "Quit", refuse)
    with pytest.raises(ValueError, match="the first problem"), own_excel():
        raise ValueError("the first problem")
    assert windows.killed == [OURS]


def test_xlwings_does_not_end_other_excels_when_python_ends(
    windows: FakeWindows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its handler, registered by the import alone, ends every EXCEL.EXE that has no workbook window."""
    removed: list[Callable[..., Any]] = []
    monkeypatch.setattr(atexit, "unregister", removed.append)
    with own_excel():
        assert removed == [sys.modules["xlwings._xlwindows"].cleanup]
    assert windows.running == {OTHER}


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        yield process
        process.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of a Mac")
def test_on_a_mac_a_process_that_stays_is_seen_and_killed(sleeper: subprocess.Popen[bytes]) -> None:
    """The same promise there, by signals."""
    process = PosixProcess(sleeper.pid)
    assert not process.ends(0.1)
    process.kill()
    assert sleeper.wait(5) != 0
    assert process.ends(0.1)


def test_on_a_mac_excel_is_asked_by_its_own_quit(windows: FakeWindows, monkeypatch: pytest.MonkeyPatch) -> None:
    """There the object has no method Quit, and a process of Windows can't be opened."""
    asked: list[Any] = []
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(sys.modules["xlwings"].App, "quit", lambda app: asked.append(app))
    monkeypatch.setattr(owned.PosixProcess, "ends", lambda *_: True)
    with own_excel() as app:
        pass
    assert asked == [app]
    assert not windows.excel.ended


def test_only_this_module_starts_an_excel() -> None:
    """Every other start would need the same care again."""
    package = Path(owned.__file__).parents[2]
    found = [path.name for path in package.rglob("*.py") if "xw.App(" in path.read_text(encoding="utf-8")]
    assert found == ["own_excel.py"]
