"""Windows Python under Wine, as `.ci/wine` sets it up: programs started in its prefix, and xlwings' COM server."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
# The command with which xlwings' own VBA starts Python (Main.bas/XLPyCommand), less the window.
SERVE = "import xlwings; xlwings.serve('{clsid}')"
CLSID = "{{506e67c3-55b5-48c3-a035-{:012x}}}"


class Wine:
    """One Wine prefix with a Windows Python in which our wheel is installed."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.python = home / "python" / "python.exe"
        self.environment = os.environ | {
            "WINEPREFIX": str(home / "prefix"),
            "WINEARCH": "win64",
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree=;mshtml=;ucrtbase=n,b",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": "",
        }

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a program; its output goes through a pipe, because CPython dies under Wine when it is a plain file."""
        return subprocess.Popen(
            ["wine", *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self.environment,
            cwd=self.home,  # not the checkout: the wheel is what is tested
        )

    def run(self, *command: str, timeout: float = 60) -> str:
        """Run a program to its end; returns what it printed, which must be little."""
        return ended(self.start(*command), timeout)

    def script(self, name: str, *arguments: str, timeout: float = 120) -> str:
        """Run one of the scripts of this folder with Windows Python; a failure shows what it printed."""
        return self.checked(str(self.python), str(HERE / name), *arguments, timeout=timeout)

    def checked(self, *command: str, timeout: float = 120) -> str:
        """Run a program that must succeed; it may print much."""
        process = self.start(*command)
        try:
            out, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"no end after {timeout} s: {ended(process, 0)}") from None
        text = out.decode("utf-8", "replace").replace("\r\n", "\n")
        assert process.returncode == 0, text
        return text

    def end(self) -> None:
        """End whatever still runs in this prefix."""
        subprocess.run(["wineserver", "-k"], env=self.environment, check=False, capture_output=True)


def installed() -> Wine | None:
    """The prefix that `.ci/wine` made, or the one `ALVH_WINE` names; None when there is none."""
    default = Path(tempfile.gettempdir()) / "alvh-xl-hosts" / "wine"
    home = Path(os.environ.get("ALVH_WINE", default))
    if shutil.which("wine") is None or not (home / "python.ready").exists():
        return None
    return Wine(home)


def ended(process: subprocess.Popen[bytes], seconds: float = 20) -> str:
    """Wait for a program, kill it if it does not end; what it printed.

    Another program of the prefix may hold the pipe open, so the pipe is never waited for.
    """
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    assert process.stdout is not None
    os.set_blocking(process.stdout.fileno(), False)
    try:
        return (process.stdout.read() or b"").decode("utf-8", "replace").replace("\r\n", "\n")
    finally:
        process.stdout.close()


class Client:
    """A client of the COM server in a process of its own, connected until the end."""

    def __init__(self, wine: Wine, clsid: str, folder: Path) -> None:
        self.folder = folder
        self.made = 0
        self.server_pid = 0
        self.process = wine.start(str(wine.python), "-B", str(HERE / "com_client.py"), clsid, windows(folder))

    def answers(self, calls: Sequence[dict[str, Any]], timeout: float = 120) -> list[dict[str, Any]]:
        """Make calls, each {"name", "arguments"}; returns for each the answer and how long it took."""
        self.made += 1
        part, done = self.folder / "todo", self.folder / f"answers-{self.made}.json"
        part.write_text(json.dumps(calls), encoding="utf-8")
        part.rename(self.folder / f"calls-{self.made}.json")
        limit = time.monotonic() + timeout
        while not done.exists():
            if self.process.poll() is not None or time.monotonic() > limit:
                raise AssertionError(f"the client gave no answer: {ended(self.process, 0)}")
            time.sleep(0.02)
        found: list[dict[str, Any]] = json.loads(done.read_text(encoding="utf-8"))
        return found

    def stop(self) -> None:
        """Let the client end."""
        (self.folder / "stop").touch()
        ended(self.process)


def windows(path: Path) -> str:
    """A path as Windows programs see it under Wine."""
    return "Z:" + str(path).replace("/", "\\")


@contextlib.contextmanager
def serving(wine: Wine, number: int, folder: Path) -> Iterator[Client]:
    """Start xlwings' COM server and a client of it; `number` tells servers of one run apart."""
    clsid = CLSID.format(number)
    server = wine.start(str(wine.python), "-B", "-c", SERVE.format(clsid=clsid))
    client = Client(wine, clsid, folder)
    client.server_pid = server.pid
    try:
        yield client
    finally:
        client.stop()
        server.kill()
        wine.end()
        ended(server)
