"""Syncs into a store again and again, each time killed at another moment; prints what each kill left.

Run as a program of its own, because it forks: `killed_sync.py STORE KILLS`.
"""

from __future__ import annotations

import json
import random
import sys
import time
from datetime import date, datetime
from pathlib import Path

from alvh_xl.market.observation import Observation
from alvh_xl.market.store import Store
from alvh_xl.market.sync import jobs_for, sync
from tests.market.fakes import Source, at, history
from tests.market.killing import killed_after

FIRST, LAST = date(2008, 1, 2), date(2018, 10, 3)
ALWAYS = datetime(2035, 1, 1)
SERIES = {"spx_close": 2_000.0, "vix": 20.0, "vix9d": 20.0, "vix3m": 20.0, "vix6m": 20.0, "vvix": 90.0}


def source(version: int) -> Source:
    """Documents that differ from one version to the next in every value."""
    return Source({name: history(name, FIRST, LAST, value + version / 8) for name, value in SERIES.items()})


def run(path: Path, version: int) -> None:
    """One sync."""
    with Store(path) as store:
        documents = source(version)
        clock = at(f"2019-01-{version + 2:02d}T09:00")
        sync(store, jobs_for(documents.requests_for, FIRST, LAST), documents.fetch, clock)


def killed(path: Path, version: int, seconds: float) -> None:
    """Start a sync in a process of its own and kill it after so long."""
    killed_after(seconds, lambda: run(path, version))


def state(path: Path) -> str:
    """Version of each series, in one word a series; "broken" when one is not whole, or a first value has moved."""
    words = []
    with Store(path) as store:
        for name, value in SERIES.items():
            rows = store.rows(name, ALWAYS)
            latest = [Observation(name, day, seen) for day, seen in {row.day: row.value for row in rows}.items()]
            whole = [version for version in (0, 1) if latest == history(name, FIRST, LAST, value + version / 8)]
            past = [row.value for row in store.rows(name, datetime(2018, 12, 31))]
            first = [row.value for row in history(name, FIRST, LAST, value)]
            words.append(str(whole[0]) if whole and past == first else "broken")
    return " ".join(words)


def main() -> None:
    """Kill a sync of new values at moments spread over its whole length."""
    path, kills = Path(sys.argv[1]), int(sys.argv[2])
    run(path, 0)
    with Store(path) as store:
        store.backup(path.with_name("old.sqlite"))
    started = time.perf_counter()
    run(path, 1)
    length = time.perf_counter() - started
    chance = random.Random(50)
    found = []
    for _ in range(kills):
        for left in path.parent.glob(f"{path.name}*"):
            left.unlink()
        path.write_bytes(path.with_name("old.sqlite").read_bytes())
        killed(path, 1, chance.uniform(0, 1.2) * length)
        found.append(state(path))
    run(path, 1)
    print(json.dumps({"found": found, "after": state(path)}))


if __name__ == "__main__":
    main()
