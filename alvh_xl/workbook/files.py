"""Opening a workbook for a command: what goes wrong names the file."""

from __future__ import annotations

from pathlib import Path

from alvh_xl.hosts.embedded import Package, WorkbookError


def open_workbook(path: Path) -> Package:
    """Read a workbook file; raises `WorkbookError` with one line that names the file."""
    try:
        return Package.open(path)
    except WorkbookError as problem:
        text = str(problem)
        raise WorkbookError(text if path.name in text else f"{path.name}: {text}") from problem
