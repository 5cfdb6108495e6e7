"""How long a share takes: the sample morning in four formats, the whole process and each format alone.

Run `python tests/bench/bench_export.py`; bar: four formats at most 4 s, the start of LibreOffice included.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from alvh_xl.workbook.pdf_copy import find_program

SHIPPED = Path(__file__).resolve().parents[2] / "workbooks" / "morning.xlsx"
RUNS = 3
ALL = ("xlsx", "pdf", "html", "csv")


def whole_process(formats: str, *options: str) -> float:
    """Seconds of `alvh-xl export`, start of Python included."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "alvh_xl", "export", str(SHIPPED), "--format", formats, "--out", folder]
        started = time.perf_counter()
        subprocess.run([*command, *options], check=True, capture_output=True)
        return time.perf_counter() - started


def inside(formats: Sequence[str]) -> float:
    """Seconds of one export, modules already imported."""
    from alvh_xl.workbook.export import export

    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        export(SHIPPED, formats, out=Path(folder))
        return time.perf_counter() - started


def main() -> None:
    """Print the median of a few runs."""
    formats = ALL if find_program() else tuple(name for name in ALL if name != "pdf")
    whole_process("xlsx")  # compiles the modules once
    for name in formats:
        inside((name,))
        print(f"{name:5} alone                      {statistics.median(inside((name,)) for _ in range(RUNS)):5.2f} s")
    together = statistics.median(whole_process(",".join(formats)) for _ in range(RUNS))
    print(f"{', '.join(formats)}, whole process {together:5.2f} s   (bar 4.0 s)")
    hidden = statistics.median(whole_process(",".join(formats), "--redact", "positions") for _ in range(RUNS))
    print(f"the same without positions       {hidden:5.2f} s   (bar 4.0 s)")
    if "pdf" not in formats:
        print("LibreOffice is not installed: no PDF measured")


if __name__ == "__main__":
    main()
