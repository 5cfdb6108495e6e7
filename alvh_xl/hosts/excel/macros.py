"""What every macro needs: the calling workbook, Excel kept quiet meanwhile, and one message when something is wrong.

The macros themselves, `refresh` and `export`, are in `alvh_xl.workbook.macros`, which Excel calls through RunPython:
they need the market and the workbook's layout, which no host knows. They run inside `run`:

* Excel's screen, events, calculation mode, alerts and status bar are as before afterwards, whatever happened;
* progress shows in the status bar, a problem in a message box that says what to do;
* a second click while the first is at work does nothing but say so.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Final

from alvh_xl.hosts.embedded.errors import WorkbookError
from alvh_xl.hosts.excel.book import MacroError, OpenBook
from alvh_xl.hosts.excel.problems import describe

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_QUIET: Final = (("screen_updating", False), ("enable_events", False), ("display_alerts", False))
# Codes with which Excel refuses calls while a cell is being edited or a dialog is open.
_BUSY: Final = (-2147418111, -2146777998)
_log = logging.getLogger("alvh_xl")


class Screen:
    """What the user sees of Excel while a macro runs."""

    def __init__(self, app: Any, title: str) -> None:
        self._app = app
        self._title = title
        self.calculation: str | None = None  # calculation mode to leave Excel in; None: as it was

    def say(self, line: str) -> None:
        """Show one line of progress in the status bar."""
        with contextlib.suppress(Exception):  # progress is never worth a failure
            self._app.status_bar = f"ALVH {self._title}: {line}"

    def box(self, text: str, *, problem: bool) -> None:
        """Show a message that waits for OK; where Excel can't, because it has ended, xlwings shows the text."""
        try:
            self._app.alert(text, title=f"ALVH {self._title}", mode="critical" if problem else "info")
        except Exception as gone:
            raise SystemExit(f"ALVH {self._title}: {text}") from gone

    @contextlib.contextmanager
    def quiet(self) -> Iterator[None]:
        """Keep Excel from drawing, calculating and asking; everything is as before afterwards."""
        app = self._app
        before: list[tuple[str, Any]] = []
        try:
            for name, value in (*_QUIET, ("calculation", "manual")):
                before.append((name, getattr(app, name)))
                setattr(app, name, value)
            yield
        finally:
            for name, value in reversed(before):
                with contextlib.suppress(Exception):  # one that fails must not keep the others from being restored
                    setattr(app, name, (self.calculation or value) if name == "calculation" else value)
            with contextlib.suppress(Exception):
                app.status_bar = False


Work = Callable[[OpenBook, Screen], str | None]


def run(title: str, work: Work, caller: Callable[[], Any] | None = None) -> None:
    """Run a macro on the workbook whose button was clicked.

    Parameters
    ----------
    title
        Name of the macro, as messages show it.
    work
        What it does; it may return a message to show at the end.
    caller
        Finds the `xlwings.Book`; by default the one that called.

    Raises
    ------
    SystemExit
        No workbook can be reached, or Excel has ended meanwhile, so it can't show a message; xlwings shows the text.
    """
    try:
        book = OpenBook((caller or _calling_book)())
    except Exception as problem:
        _log.exception("%s: no workbook", title)
        raise SystemExit(_no_book(title, problem)) from problem
    screen = Screen(book.app, title)
    with _claimed(book.path or book.name) as free:
        if not free:
            screen.box(f"{book.name} is being worked on already. Wait until that is done.", problem=False)
            return
        try:
            with screen.quiet():
                message = work(book, screen)
        except (MacroError, WorkbookError) as problem:
            screen.box(_sentence(str(problem)), problem=True)
        except Exception as problem:
            _log.exception("%s failed", title)
            screen.box(_unexpected(title, problem), problem=True)
        else:
            if message:
                screen.box(message, problem=False)


def _calling_book() -> Any:
    import xlwings as xw

    return xw.Book.caller()


def _no_book(title: str, problem: Exception) -> str:
    return (
        f"ALVH {title} finds no open workbook ({describe(problem)}).\n"
        "If the workbook is in Protected View, choose Enable Editing. If no workbook is open, open yours. "
        "Then click the button again."
    )


def _unexpected(title: str, problem: Exception) -> str:
    if getattr(problem, "hresult", None) in _BUSY:
        return f"{title} stopped: Excel is busy. Finish editing the cell or close the open dialog, then try again."
    return (
        f"{title} stopped: {describe(problem)}\n\n"
        "The data in the workbook are as they were. Try again; if it stops again, run `alvh-xl doctor` in a terminal."
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


@contextlib.contextmanager
def _claimed(workbook: str) -> Iterator[bool]:
    """Claim a workbook for one macro at a time; False when another has it. The system frees it if Python dies."""
    mark = hashlib.sha256(workbook.casefold().encode()).hexdigest()[:16]
    with open(Path(tempfile.gettempdir()) / f"alvh-xl-{mark}.lock", "a+b") as file:
        free = _lock(file)
        try:
            yield free
        finally:
            if free:
                _unlock(file)


def _lock(file: IO[bytes]) -> bool:
    try:
        if sys.platform == "win32":
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _unlock(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
    else:
        fcntl.flock(file.fileno(), fcntl.LOCK_UN)
