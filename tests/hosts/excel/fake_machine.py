"""A computer with or without Excel, in a folder: everything `install` and `doctor` ask for, to be broken at will."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alvh_xl.hosts.excel.machine import ExcelProgram

SECURITY = r"Software\Microsoft\Office\16.0\Excel\Security"
POLICY = r"Software\Policies\Microsoft\Office\16.0\Excel\Security"
VERSION = "0.37.8"


class FakeMachine:
    """Windows with a 64-bit Excel and xlwings, nothing installed into Excel yet."""

    def __init__(self, folder: Path, platform: str = "win32") -> None:
        self.platform = platform
        self.root = folder
        self.python = folder / "venv" / "Scripts" / "python.exe"
        self.program: ExcelProgram | None = ExcelProgram("16.0", 64)
        self.xlwings: str | None = VERSION
        self.values: dict[tuple[str, str], Any] = {}
        self.blocked: set[Path] = set()
        self.answer: str | Exception = "All is well: Python answers with alvh_xl."
        self.asked: list[Path] = []
        self._write(self.python, b"")
        self._write(folder / "venv" / f"xlwings64-{VERSION}.dll", b"")
        self._write(self.xlwings_folder() / "addin" / "xlwings.xlam", b"the add-in of xlwings")
        self._write(self.xlwings_folder() / f"xlwings-{VERSION}.applescript", b"the script")

    @staticmethod
    def _write(path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def excel(self) -> ExcelProgram | None:
        """The desktop Excel."""
        return self.program

    def xlwings_version(self) -> str | None:
        """The installed xlwings."""
        return self.xlwings

    def xlwings_folder(self) -> Path:
        """Its package."""
        return self.root / "venv" / "Lib" / "site-packages" / "xlwings"

    def startup_folder(self) -> Path:
        """XLSTART."""
        return self.root / "XLSTART"

    def settings_file(self) -> Path:
        """The user's xlwings.conf."""
        return self.root / "home" / ".xlwings" / "xlwings.conf"

    def scripts_folder(self) -> Path:
        """The AppleScripts of Excel."""
        return self.root / "scripts"

    def registry(self, key: str, value: str) -> Any:
        """The registry of the user."""
        return self.values.get((key, value))

    def is_blocked(self, path: Path) -> bool:
        """Marked as a download."""
        return path in self.blocked

    def diagnosis(self, workbook: Path) -> str:
        """Ask the workbook in Excel."""
        self.asked.append(workbook)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def files(self) -> dict[str, bytes]:
        """Everything in the user's own folders."""
        kept = [path for path in self.root.rglob("*") if path.is_file() and "venv" not in path.parts]
        return {str(path.relative_to(self.root)): path.read_bytes() for path in kept}
