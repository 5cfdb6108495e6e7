"""What `import alvh_xl.functions` costs beyond numpy and scipy.special, and what it must not pull in.

Run `python tests/bench/bench_import.py`. Bar: at most 60 ms more, bytecode compiled; none of the heavy packages.
"""

from __future__ import annotations

import statistics
import subprocess
import sys

RUNS = 21
BASE = "import numpy, scipy.special"
OURS = f"{BASE}; import alvh_xl.functions"
HEAVY = ("pandas", "xlwings", "openpyxl", "xlsxwriter", "lxml", "cellrune", "scipy.stats", "socket", "urllib.request")
TIMED = "import time; t = time.perf_counter(); {}; print(time.perf_counter() - t)"


def seconds(statement: str) -> float:
    """Seconds a fresh interpreter spends on a statement."""
    command = [sys.executable, "-c", TIMED.format(statement)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def pulled_in() -> list[str]:
    """Heavy modules that are loaded after our import and were not before."""
    test = f"import sys; {BASE}; before = set(sys.modules); import alvh_xl.functions; "
    test += f"print(*(set({HEAVY!r}) & set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", test], check=True, capture_output=True, text=True)
    return sorted(done.stdout.split())


def main() -> None:
    """Print the medians of alternating runs and their difference."""
    seconds(OURS)  # writes the bytecode
    pairs = [(seconds(BASE), seconds(OURS)) for _ in range(RUNS)]
    base, ours = (statistics.median(column) for column in zip(*pairs, strict=True))
    least = min(pair[1] for pair in pairs) - min(pair[0] for pair in pairs)
    print(f"numpy and scipy.special {base * 1e3:6.0f} ms")
    print(f"with alvh_xl.functions  {ours * 1e3:6.0f} ms")
    print(f"ours, medians           {(ours - base) * 1e3:6.0f} ms   fastest runs {least * 1e3:6.0f} ms   (bar 60 ms)")
    print(f"heavy packages loaded   {', '.join(pulled_in()) or 'none'}")


if __name__ == "__main__":
    main()
