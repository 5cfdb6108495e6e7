"""How long a back-test takes, and that it grows no faster than its history and its draws.

Run `python tests/bench/bench_backtest.py`; bars: 20 years, five strategies at most 1 s; 1,000 placebo paths at most
10 s; time per year and per path must not rise.
"""

from __future__ import annotations

import time

from alvh_xl.model.backtest import Parameters, attribution, run, sensitivity
from tests.model.backtest.worlds import random_world

FIVE = ("unhedged", "downsized", "static", "literal_1", "capped")
START = 33970.0  # 1993-01-01


def seconds(years: float, draws: int = 0) -> float:
    data = random_world(START, years)
    started = time.perf_counter()
    run(data, names=FIVE, draws=draws)
    return time.perf_counter() - started


def main() -> None:
    """Print times against their bars."""
    seconds(5.0)
    print(f"20 years, five strategies   {seconds(20.0):6.3f} s   (bar 1 s)")
    print(f"20 years, 1,000 placebos    {seconds(20.0, 1000):6.3f} s   (bar 10 s)")
    data = random_world(START, 20.0)
    for instrument in ("calls", "futures"):
        started = time.perf_counter()
        run(data, Parameters(hedge=instrument), FIVE)
        print(f"20 years, {instrument:8s}         {time.perf_counter() - started:6.3f} s")
    for words, work in (("26 shifts", lambda: sensitivity(data, Parameters(), FIVE)),
                        ("attribution", lambda: attribution(data, Parameters()))):  # fmt: skip
        started = time.perf_counter()
        work()
        print(f"20 years, {words:11s}      {time.perf_counter() - started:6.3f} s")
    for years in (5.0, 10.0, 20.0, 35.0):
        print(f"{years:4.0f} years                  {seconds(years):6.3f} s")
    for draws in (10, 100, 1000, 10000):
        print(f"{draws:6d} paths, 20 years     {seconds(20.0, draws):6.3f} s")


if __name__ == "__main__":
    main()
