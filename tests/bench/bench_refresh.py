"""How long a morning takes: the whole refresh process, and the recalculation inside it.

Run `python tests/bench/bench_refresh.py`; bars: whole process at most 2.0 s, recalculation at most 0.4 s.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SHIPPED = Path(__file__).resolve().parents[2] / "workbooks" / "morning.xlsx"
RUNS = 5


def whole_process(path: Path) -> float:
    """Seconds of `alvh-xl refresh`, start of Python included."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "alvh_xl", "refresh", str(path), "--source", "sample"]
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started


def recalculation(path: Path) -> float:
    """Seconds of the recalculation alone, modules already imported."""
    from alvh_xl.hosts.embedded import Package, recalculate
    from alvh_xl.market import read_sample
    from alvh_xl.workbook.refresh import evaluators
    from alvh_xl.workbook.target import FileTarget, write_market

    morning = read_sample()
    package = Package.open(path)
    write_market(FileTarget(package), morning)
    started = time.perf_counter()
    recalculate(package, evaluators(), morning.asof)
    return time.perf_counter() - started


def main() -> None:
    """Print the median of a few runs."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(shutil.copy(SHIPPED, folder))
        whole_process(path)  # compiles the modules once
        process = statistics.median(whole_process(path) for _ in range(RUNS))
        recalculation(path)
        inside = statistics.median(recalculation(path) for _ in range(RUNS))
    print(f"refresh, whole process  {process:5.2f} s   (bar 2.0 s)")
    print(f"recalculation           {inside:5.2f} s   (bar 0.4 s)")


if __name__ == "__main__":
    main()
