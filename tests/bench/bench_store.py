"""How long the store takes: the whole history beside the checkout imported for the first time, and one morning read.

Run `python -m tests.bench.bench_store`; bars: one morning's inputs read from a full store in at most 50 ms, a first
sync (here: an import, which writes the same rows) at most 20 s.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from datetime import datetime
from pathlib import Path

from alvh_xl.market.asof import read_store
from alvh_xl.market.store import Store
from tests.market.full_store import fill

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
MORNINGS = ("2008-10-10", "2018-02-06", "2020-03-17", "2024-08-06")
RUNS = 10


def main() -> None:
    """Print seconds and milliseconds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "market.sqlite"
        started = time.perf_counter()
        with Store(path) as store:
            fill(store, SHARED, Path(folder))
            rows = len(store)
        print(f"first full import   {time.perf_counter() - started:6.1f} s    ({rows:,} rows; bar 20 s)")
        started = time.perf_counter()
        with Store(path) as store:
            print(
                f"open and check      {(time.perf_counter() - started) * 1e3:6.1f} ms   ({path.stat().st_size:,} bytes)"
            )
            for morning in MORNINGS:
                asof = datetime.fromisoformat(f"{morning}T09:00")
                print(f"read {morning}     {statistics.median(_spans(store, asof)) * 1e3:6.1f} ms   (bar 50 ms)")


def _spans(store: Store, asof: datetime) -> list[float]:
    spans = []
    for _ in range(RUNS):
        started = time.perf_counter()
        read_store(store, asof)
        spans.append(time.perf_counter() - started)
    return spans


if __name__ == "__main__":
    main()
