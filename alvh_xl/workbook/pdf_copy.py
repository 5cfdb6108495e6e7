"""A PDF of a values-only copy, printed by LibreOffice where it is installed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Final

from alvh_xl.hosts.embedded import WorkbookError

TIMEOUT: Final = 120.0  # seconds
_PLACES: Final = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice", r"C:\Program Files\LibreOffice\program\soffice.exe",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.exe",
)  # fmt: skip
_AGAIN: Final = 81  # exit status with which a fresh profile asks to be started again


def find_program() -> str | None:
    """Path of LibreOffice, or None."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return found or next((place for place in _PLACES if Path(place).is_file()), None)


class Printing:
    """LibreOffice printing one workbook in the background; leaving the block stops it and cleans up.

    Parameters
    ----------
    program
        Path of LibreOffice.
    data
        The values-only copy.
    """

    def __init__(self, program: str, data: bytes) -> None:
        self._program = program
        self._folder = Path(tempfile.mkdtemp(prefix="alvh-pdf-"))
        self._source = self._folder / "copy.xlsx"
        self._source.write_bytes(data)
        self._process = self._start()

    def __enter__(self) -> Printing:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self) -> subprocess.Popen[bytes]:
        # A profile of its own: the user's LibreOffice may be open, and its settings and extensions are not needed.
        profile = (self._folder / "profile").as_uri()
        command = [self._program, "--headless", "--norestore", "--nologo", f"-env:UserInstallation={profile}"]
        command += ["--convert-to", "pdf:calc_pdf_Export", "--outdir", str(self._folder), str(self._source)]
        quiet = subprocess.DEVNULL
        return subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=os.name == "posix")

    def result(self, timeout: float = TIMEOUT) -> bytes:
        """Bytes of the PDF.

        Raises
        ------
        WorkbookError
            LibreOffice took too long, or printed nothing.
        """
        for _ in range(2):
            try:
                status = self._process.wait(timeout)
            except subprocess.TimeoutExpired:
                self._stop()
                raise WorkbookError(
                    f"LibreOffice did not finish the PDF within {timeout:.0f} seconds and was stopped; "
                    "export html, or fewer sheets"
                ) from None
            if status != _AGAIN:
                break
            self._process = self._start()
        made = self._source.with_suffix(".pdf")
        if not made.is_file() or made.stat().st_size == 0:
            raise WorkbookError("LibreOffice could not print the copy; export html and print that from a browser")
        return made.read_bytes()

    def _stop(self) -> None:
        """End LibreOffice and what it started."""
        if self._process.poll() is not None:
            return
        if os.name == "posix":
            os.killpg(self._process.pid, signal.SIGKILL)
        else:
            self._process.kill()
        self._process.wait()
