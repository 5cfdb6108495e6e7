"""Refreshes a workbook again and again, each time killed at another moment; prints what each kill left on disk.

Run as a program of its own, because it forks: `killed_refresh.py WORKBOOK KILLS`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

from alvh_xl.market import read_sample
from alvh_xl.workbook.refresh import refresh

LATER = dt.datetime(2018, 10, 11, 9, 0)


def digest(path: Path) -> str:
    """Fingerprint of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def killed(path: Path, seconds: float) -> None:
    """Start a refresh in a process of its own and kill it after so long."""
    child = os.fork()
    if child == 0:
        try:
            refresh(path, read_sample, LATER)
        finally:
            os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def main() -> None:
    """Kill a refresh at moments spread over its whole length."""
    path, kills = Path(sys.argv[1]), int(sys.argv[2])
    old = path.with_name("old.xlsx")
    shutil.copy(path, old)
    started = time.perf_counter()
    refresh(path, read_sample, LATER)
    length = time.perf_counter() - started
    states = {digest(old): "old", digest(path): "new"}
    chance = random.Random(50)
    found = []
    for _ in range(kills):
        shutil.copy(old, path)
        killed(path, chance.uniform(0, 1.3) * length)
        found.append(states.get(digest(path), "broken"))
    shutil.copy(old, path)
    refresh(path, read_sample, LATER)
    print(json.dumps({"found": found, "after": states.get(digest(path), "broken")}))


if __name__ == "__main__":
    main()
