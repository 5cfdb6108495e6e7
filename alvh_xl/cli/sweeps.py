"""Sweeps of the back-test: every combination once, on any executor, results kept line by line so that they resume."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Settings = dict[str, float | str]


def combinations(fixed: Mapping[str, float | str], swept: Mapping[str, Sequence[float | str]]) -> list[Settings]:
    """Every combination of the swept values, each with the fixed ones."""
    return [{**fixed, **dict(zip(swept, values, strict=True))} for values in itertools.product(*swept.values())]


@dataclass(frozen=True, slots=True)
class Refused:
    """A combination that has no result, and why."""

    reason: str


def key_of(identity: Mapping[str, Any]) -> str:
    """What tells one run from another, as text."""
    return json.dumps(identity, sort_keys=True)


def finished(path: Path) -> dict[str, Any]:
    """Results already in the file; a line cut off by an interruption counts as not there."""
    done: dict[str, Any] = {}
    if path.is_file():
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                record = json.loads(line)
                done[key_of(record["run"])] = record["result"]
            except (json.JSONDecodeError, KeyError, TypeError):
                continue
    return done


@contextmanager
def executor_of(address: str | None, workers: int | None) -> Iterator[Executor]:
    """Processes here, or the Dask cluster at `dask://host:port`."""
    if address is None:
        with ProcessPoolExecutor(workers) as pool:
            yield pool
        return
    if not address.startswith("dask://"):
        raise ValueError(f"unknown executor {address!r}; write dask://host:port")
    from distributed import Client

    with Client(address.replace("dask://", "tcp://", 1)) as client:  # type: ignore[no-untyped-call]
        yield client.get_executor()


def sweep(
    task: Callable[..., Any],
    runs: Sequence[tuple[dict[str, Any], tuple[Any, ...]]],
    pool: Executor,
    path: Path,
    step: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Run what the file does not hold yet, each identity once; each result is appended as it arrives.

    A combination that is refused has a line that says why, and does not end the others; it is tried again next time.
    """
    done = finished(path)
    waiting = {}
    for identity, arguments in {key_of(run[0]): run for run in runs}.values():
        if key_of(identity) in done:
            step()
        else:
            waiting[pool.submit(task, *arguments)] = identity
    cut = path.is_file() and path.stat().st_size > 0 and not path.read_bytes().endswith(b"\n")
    with path.open("a", encoding="utf-8") as stream:
        if cut:
            stream.write("\n")
        for future in as_completed(waiting):
            identity = waiting[future]
            try:
                result = future.result()
                told = {"result": result}
            except (ValueError, ArithmeticError) as problem:
                result = Refused(str(problem))
                told = {"error": str(problem)}
            stream.write(json.dumps({"run": identity, **told}) + "\n")
            stream.flush()
            done[key_of(identity)] = result
            step()
    return {key: done[key] for key in (key_of(identity) for identity, _ in runs)}
