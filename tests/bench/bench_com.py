"""What a cell costs on Windows: calls through the COM server of xlwings, beside the same in plain Python.

Run `python -m tests.bench.bench_com` in the checkout, after `.ci/wine` has set up Windows Python under Wine. "pipeline"
is xlwings' own `CallUDF` over pywin32 stand-ins on this machine: what is left when COM and the second process are taken
away. Wine's COM is not that of Windows, and Excel adds its own time: the numbers show what grows with what, no more.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from alvh_xl.functions import REGISTRY
from tests.hosts.excel.pywin32_stub import com_gate, windows_xlwings
from tests.hosts.wine.wine import Client, installed, serving

MODULE: Final = "alvh_xl.hosts.excel.udfs"
ROUNDS: Final = 5
SERVER: Final = 77  # tells this server from those of the tests
STRIKES: Final = [[5500.0 + 5.0 * row] for row in range(200)]
CLOSES: Final = [[2900.0 + 7.0 * ((day * 37) % 19) - day * 0.3] for day in range(200)]
# Label, function, arguments, calls a round.
CASES: Final[list[tuple[str, str, list[Any], int]]] = [
    ("no argument", "ALVH_VERSION", [], 200),
    ("three numbers", "ALVH_EXPECTED_MOVE", [6000.0, 0.15, 14.0], 200),
    ("one option", "ALVH_BLACK_SCHOLES", ["C", 6000.0, 6175.0, 14.0, 0.15, 0.04, 0.013], 200),
    ("200 options, one column back", "ALVH_BLACK_SCHOLES", ["C", 6000.0, STRIKES, 14.0, 0.15, 0.04, 0.013], 50),
    ("200 closes, three columns back", "ALVH_MACD", [CLOSES], 50),
]


def best(work: Callable[[], object], calls: int) -> float:
    """Best time of several rounds, in milliseconds a call."""
    found = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for _ in range(calls):
            work()
        found = min(found, (time.perf_counter() - start) * 1000 / calls)
    return found


def plain() -> list[float]:
    """Each case in this Python, without any host."""
    return [best(partial(REGISTRY[name].evaluate, arguments), n) for _, name, arguments, n in CASES]


def pipeline() -> list[float]:
    """Each case through xlwings' own call, without COM."""
    with windows_xlwings():
        server = sys.modules["xlwings.com_server"].XLPython()

        def call(name: str, arguments: list[Any]) -> Any:
            return com_gate(server.CallUDF(MODULE, name, tuple(arguments), None, None))

        return [best(partial(call, name, arguments), n) for _, name, arguments, n in CASES]


def over_com(client: Client) -> list[float]:
    """Each case from another process under Wine; the first round only warms up."""
    calls = [{"name": name, "arguments": arguments, "repeat": n} for _, name, arguments, n in CASES]
    client.answers(calls)
    rounds = [client.answers(calls) for _ in range(ROUNDS)]
    for (_, name, arguments, _), found in zip(CASES, rounds[0], strict=True):
        if isinstance(found["answer"], dict):
            raise SystemExit(f"{name}{arguments!r} failed over COM: {found['answer']}")
    return [min(found[place]["milliseconds"] for found in rounds) for place in range(len(CASES))]


def main() -> None:
    """Print a line a case."""
    wine = installed()
    if wine is None:
        raise SystemExit(
            "There is no Windows Python under Wine here; .ci/wine FOLDER sets it up, ALVH_WINE names FOLDER."
        )
    here, piped = plain(), pipeline()
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        with serving(wine, SERVER, Path(folder)) as client:
            client.answers([{"name": "ALVH_VERSION", "arguments": []}])
            print(f"server, client and first call: {time.perf_counter() - start:.1f} s")
            com = over_com(client)
    print(f"{'milliseconds a call':32s}{'plain':>9s}{'pipeline':>10s}{'COM':>9s}{'COM/plain':>11s}")
    for (label, *_), a, b, c in zip(CASES, here, piped, com, strict=True):
        print(f"{label:32s}{a:9.4f}{b:10.4f}{c:9.3f}{c / a:11.0f}")


if __name__ == "__main__":
    main()
