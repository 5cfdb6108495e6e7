"""An invisible Excel of our own: started, lent, and ended for certain, without touching any other Excel.

xlwings' own way out is not taken. Its `with` asks Excel to quit and leaves it running when Excel refuses, and on
Windows its `quit`, its `kill` and its exit handler end every EXCEL.EXE without a workbook window, whoever started it.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any, Final, Protocol

PATIENCE: Final = 5.0  # seconds an Excel may take to end by itself
_SYNCHRONIZE, _TERMINATE = 0x0010_0000, 0x0001


class Process(Protocol):
    """A process that is known for certain, and may be ended."""

    def ends(self, seconds: float) -> bool:
        """Wait for its end; False when it still runs after that time."""

    def kill(self) -> None:
        """End it at once."""


class WindowsProcess:
    """A process of Windows. Its handle is taken at once: a number may be given to another process later."""

    def __init__(self, number: int) -> None:
        self._api, self._event = import_module("win32api"), import_module("win32event")
        self._handle = self._api.OpenProcess(_SYNCHRONIZE | _TERMINATE, False, number)

    def ends(self, seconds: float) -> bool:
        """Wait for its end; False when it still runs after that time."""
        return bool(self._event.WaitForSingleObject(self._handle, round(seconds * 1000)) == 0)

    def kill(self) -> None:
        """End it at once."""
        self._api.TerminateProcess(self._handle, 1)


class PosixProcess:
    """A process of a Mac."""

    def __init__(self, number: int) -> None:
        self._number = number

    def ends(self, seconds: float) -> bool:
        """Wait for its end; False when it still runs after that time."""
        last = time.monotonic() + seconds
        while True:
            try:
                os.kill(self._number, 0)  # asks only whether it is there
            except ProcessLookupError:
                return True
            if time.monotonic() >= last:
                return False
            time.sleep(0.05)

    def kill(self) -> None:
        """End it at once."""
        os.kill(self._number, signal.SIGKILL)


def process_of(number: int) -> Process:
    """Return the process of this number on the system at hand."""
    return PosixProcess(number) if sys.platform == "darwin" else WindowsProcess(number)


@contextmanager
def own_excel() -> Iterator[Any]:
    """Start an invisible Excel and lend its `xlwings.App`; at the end it is asked to quit, and killed if it stays."""
    import xlwings as xw

    windows = sys.modules.get("xlwings._xlwindows")
    if windows is not None:
        atexit.unregister(windows.cleanup)
    # Never the Excel in which the user works: this one is ended afterwards.
    app = xw.App(visible=False, add_book=False)
    process = None
    try:
        process = process_of(app.pid)
        yield app
    finally:
        _quit(app)
        # An Excel that can't be ended must not hide what went wrong before.
        with suppress(Exception):
            if process is not None and not process.ends(PATIENCE):
                process.kill()


def _quit(app: Any) -> None:
    with suppress(Exception):
        app.display_alerts = False  # else it may ask, unseen, whether to save
    with suppress(Exception):
        if sys.platform == "darwin":
            app.quit()
        else:
            app.api.Quit()
    if sys.platform != "darwin":
        app.impl.xl = None  # Excel stays while anybody holds it
