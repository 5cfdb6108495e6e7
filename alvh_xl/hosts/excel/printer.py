"""Lets Excel print a workbook file as a PDF: one that is open already, or one started for it and ended again."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from alvh_xl.hosts.embedded.errors import WorkbookError
from alvh_xl.hosts.excel.machine import Machine, ThisMachine
from alvh_xl.hosts.excel.own_excel import own_excel
from alvh_xl.hosts.excel.problems import describe

Printer = Callable[[Path, Path], None]
# Excel on a Mac may read and write here without asking the user for each file.
_MAC_ROOM: Final = Path("Library") / "Containers" / "com.microsoft.Excel" / "Data"


def excel_printer(machine: Machine | None = None) -> Printer | None:
    """Return what prints a workbook with an Excel of its own; None where Excel or xlwings is not installed.

    Parameters
    ----------
    machine
        The computer asked; this one by default.
    """
    found = machine or ThisMachine()
    if found.excel() is None or found.xlwings_version() is None:
        return None
    return print_with_new_excel


def print_with_new_excel(path: Path, pdf: Path) -> None:
    """Start an invisible Excel, let it print, and end it, whatever happens.

    Parameters
    ----------
    path, pdf
        The workbook to print, and the PDF to write.

    Raises
    ------
    WorkbookError
        Excel could not be started, or could not print.
    """
    try:
        with own_excel() as app:
            app.display_alerts = False
            print_file(app, path, pdf)
    except WorkbookError:
        raise
    except Exception as problem:  # of COM, AppleScript or xlwings; their classes differ by platform
        raise WorkbookError(f"Excel could not print ({describe(problem)})") from problem


def print_file(app: Any, path: Path, pdf: Path) -> None:
    """Print a workbook file with an Excel that runs; the file is closed again, whatever happens.

    Parameters
    ----------
    app
        The `xlwings.App`.
    path, pdf
        The workbook to print, and the PDF to write.

    Raises
    ------
    WorkbookError
        Excel refused, or wrote nothing.
    """
    # On Windows Excel may hold a file for a moment after it was closed: what can't be removed then is left behind.
    with tempfile.TemporaryDirectory(prefix="alvh-pdf-", dir=_room(), ignore_cleanup_errors=True) as folder:
        # Excel opens no second workbook of a name, and the user may look at the one to be printed.
        copy = Path(shutil.copy(path, Path(folder) / f"{Path(folder).name}{path.suffix}"))
        made = copy.with_suffix(".pdf")
        try:
            _print(app, copy, made)
        except Exception as problem:
            raise WorkbookError(f"Excel could not print ({describe(problem)})") from problem
        if not made.is_file() or made.stat().st_size == 0:
            raise WorkbookError("Excel could not print (it wrote no file)")
        shutil.copyfile(made, pdf)


def _print(app: Any, path: Path, pdf: Path) -> None:
    book = app.books.open(str(path))
    try:
        book.to_pdf(str(pdf))
    finally:
        book.close()


def _room() -> Path | None:
    """Folder to print in; None: the system's own for files of a moment."""
    room = Path.home() / _MAC_ROOM
    return room if sys.platform == "darwin" and room.is_dir() else None
