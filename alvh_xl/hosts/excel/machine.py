"""What `install` and `doctor` need to know of the machine, and the one class that asks it.

Both work on the `Machine` protocol, so that they can be tested for every kind of machine on any.
"""

from __future__ import annotations

import os
import plistlib
import struct
import sys
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Protocol

_PLATFORM: Final = str(sys.platform)
_winreg: Any = import_module("winreg") if _PLATFORM == "win32" else None
_MAC_EXCEL: Final = Path("/Applications/Microsoft Excel.app")


@dataclass(frozen=True, slots=True)
class ExcelProgram:
    """An installed Excel: version as it calls itself, and 32 or 64 bits."""

    version: str
    bits: int


class Machine(Protocol):
    """A computer on which Excel may be installed."""

    @property
    def platform(self) -> str:
        """As `sys.platform`: win32, darwin, linux."""

    @property
    def python(self) -> Path:
        """The Python that runs, in which alvh_xl is installed."""

    def excel(self) -> ExcelProgram | None:
        """The desktop Excel, if there is one."""

    def xlwings_version(self) -> str | None:
        """Version of the xlwings package, if it is installed."""

    def xlwings_folder(self) -> Path:
        """Folder of the xlwings package."""

    def startup_folder(self) -> Path:
        """Folder whose workbooks Excel opens when it starts (XLSTART)."""

    def settings_file(self) -> Path:
        """The user's xlwings.conf."""

    def scripts_folder(self) -> Path:
        """Where Excel on a Mac looks for AppleScripts it may run."""

    def registry(self, key: str, value: str) -> Any:
        """A value under HKEY_CURRENT_USER; None where there is none."""

    def is_blocked(self, path: Path) -> bool:
        """Whether Windows marks a file as coming from the internet."""

    def diagnosis(self, workbook: Path) -> str:
        """Open a workbook in an Excel of its own, and return what its macro `AlvhDiagnosis` says."""


class ThisMachine:
    """The machine this program runs on."""

    platform: str = _PLATFORM
    python: Path = Path(sys.executable)

    def excel(self) -> ExcelProgram | None:
        """Look Excel up in the registry, or in Applications."""
        if _PLATFORM == "win32":
            return _windows_excel()
        if _PLATFORM == "darwin" and _MAC_EXCEL.exists():
            facts = plistlib.loads((_MAC_EXCEL / "Contents" / "Info.plist").read_bytes())
            return ExcelProgram(str(facts.get("CFBundleShortVersionString", "?")), 64)
        return None

    def xlwings_version(self) -> str | None:
        """Ask the installed packages."""
        try:
            return version("xlwings")
        except PackageNotFoundError:
            return None

    def xlwings_folder(self) -> Path:
        """Find the package without importing it."""
        spec = find_spec("xlwings")
        if spec is None or spec.origin is None:
            raise FileNotFoundError("xlwings is not installed in this Python")
        return Path(spec.origin).parent

    def startup_folder(self) -> Path:
        """Excel's own folder of the user."""
        if _PLATFORM == "darwin":
            group = Path.home() / "Library" / "Group Containers" / "UBF8T346G9.Office"
            return group / "User Content.localized" / "Startup.localized" / "Excel"
        return Path(os.environ.get("APPDATA", Path.home())) / "Microsoft" / "Excel" / "XLSTART"

    def settings_file(self) -> Path:
        """Where xlwings itself looks."""
        if _PLATFORM == "darwin":
            return Path.home() / "Library" / "Containers" / "com.microsoft.Excel" / "Data" / "xlwings.conf"
        return Path.home() / ".xlwings" / "xlwings.conf"

    def scripts_folder(self) -> Path:
        """Where the sandbox of Excel lets it look."""
        return Path.home() / "Library" / "Application Scripts" / "com.microsoft.Excel"

    def registry(self, key: str, value: str) -> Any:
        """Read the user's registry."""
        return _registry("HKEY_CURRENT_USER", key, value)

    def is_blocked(self, path: Path) -> bool:
        """Look for the stream Windows adds to downloads."""
        if _PLATFORM != "win32":
            return False
        try:
            with open(f"{path}:Zone.Identifier", encoding="ascii", errors="replace") as stream:
                return any(line.strip() in ("ZoneId=3", "ZoneId=4") for line in stream)
        except OSError:
            return False

    def diagnosis(self, workbook: Path) -> str:
        """Start an invisible Excel, with the add-ins of its startup folder, and ask the workbook."""
        from alvh_xl.hosts.excel.own_excel import own_excel

        with own_excel() as app:
            # An Excel started by a program does not open its startup folder.
            for addin in sorted(self.startup_folder().glob("*.xlam")):
                app.books.open(addin)
            book = app.books.open(workbook, read_only=True)
            return str(app.macro(f"'{book.name}'!AlvhDiagnosis")())


def _windows_excel() -> ExcelProgram | None:
    paths = r"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe"
    named = _registry("HKEY_CURRENT_USER", paths, "") or _registry("HKEY_LOCAL_MACHINE", paths, "")
    program = Path(str(named or "").strip('"'))
    if not named or not program.is_file():
        return None
    current = str(_registry("HKEY_CLASSES_ROOT", r"Excel.Application\CurVer", "") or "")
    number = current.rpartition(".")[2]
    return ExcelProgram(f"{number}.0" if number.isdigit() else "?", _bits(program))


def _bits(program: Path) -> int:
    """Read from a program's header whether it is a 32- or a 64-bit one."""
    with program.open("rb") as file:
        file.seek(60)
        (header,) = struct.unpack("<I", file.read(4))
        file.seek(header + 4)
        (kind,) = struct.unpack("<H", file.read(2))
    return 32 if kind == 0x14C else 64


def _registry(root: str, key: str, value: str) -> Any:
    if _winreg is None:
        return None
    try:
        with _winreg.OpenKey(getattr(_winreg, root), key) as opened:
            return _winreg.QueryValueEx(opened, value)[0]
    except OSError:
        return None
