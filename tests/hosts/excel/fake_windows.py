"""The processes of a Windows machine as xlwings and we see them: two Excels, of which one is ours."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace
from typing import Any, Final

import pytest

from tests.hosts.excel.fake_excel import FakeExcel

# Beyond the largest number a system gives out: no real process is ever meant.
OURS: Final = 2**22 + 5
OTHER: Final = 2**22 + 6


class FakeWindows:
    """Its list of tasks, its taskkill, and the calls of pywin32 about processes.

    Parameters
    ----------
    excel
        What COM starts; its process ends when it quits.
    monkeypatch
        Puts the doubles over the stand-ins for pywin32.
    """

    def __init__(self, excel: FakeExcel, monkeypatch: pytest.MonkeyPatch) -> None:
        self.excel = excel
        self.killed: list[int] = []
        self._processes = {OURS, OTHER}
        monkeypatch.setattr(sys.modules["xlwings._xlwindows"], "DispatchEx", lambda _: excel)
        # xlwings lists no Excel without a workbook window: neither of the two.
        monkeypatch.setattr(sys.modules["xlwings._xlwindows"], "get_excel_hwnds", lambda: iter(()))
        monkeypatch.setattr(sys.modules["xlwings._xlwindows"].subprocess, "run", self._run)
        monkeypatch.setattr(subprocess, "CREATE_NO_WINDOW", 0, raising=False)
        doubles: dict[str, dict[str, Any]] = {
            "win32process": {"GetWindowThreadProcessId": lambda _: (0, OURS)},
            "win32api": {"OpenProcess": lambda _rights, _inherited, number: number, "CloseHandle": lambda _: None,
                         "TerminateProcess": lambda number, _: self._kill(number)},
            "win32event": {"WaitForSingleObject": lambda number, _: 258 if number in self.running else 0},
        }  # fmt: skip
        for module, functions in doubles.items():
            for name, function in functions.items():
                monkeypatch.setattr(sys.modules[module], name, function, raising=False)

    @property
    def running(self) -> set[int]:
        """Numbers of the Excels that run."""
        return self._processes - {OURS} if self.excel.ended else set(self._processes)

    def _kill(self, number: int) -> None:
        self.killed.append(number)
        self._processes.discard(number)

    def _run(self, command: list[str], **_: Any) -> SimpleNamespace:
        if command[0] == "taskkill":
            self._kill(int(command[2]))
        rows = [f"EXCEL.EXE {number} Console 1 90,000 K" for number in sorted(self.running)]
        return SimpleNamespace(stdout="\n".join(["", "Image Name", "====", *rows]))
