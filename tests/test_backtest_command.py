"""alvh-xl backtest: it answers without network, resumes a sweep, and says what is wrong in one line."""

from __future__ import annotations

import json
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest
from typer.testing import CliRunner

from alvh_xl.cli import app, sweeps

RUNNER = CliRunner()


def square(number: float) -> float:
    return number * number


def refuses(number: float) -> float:
    raise AssertionError("a result that was kept is computed again")


def runs(*numbers: float) -> list[tuple[dict[str, float], tuple[float]]]:
    return [({"x": number}, (number,)) for number in numbers]


def test_the_sample_gives_a_table_and_its_caveats(tmp_path: Path) -> None:
    """The command must show every strategy, what is a PROXY, and no claim beyond the numbers."""
    page = tmp_path / "page.html"
    answer = RUNNER.invoke(app, ["backtest", "--draws", "100", "--html", str(page)])
    assert answer.exit_code == 0, answer.output
    for words in ("unhedged", "downsized", "literal_4", "ladder", "PROXY vx_curve", "Model-priced", "not advice"):
        assert words in answer.output
    assert "<svg" in page.read_text(encoding="utf-8")


def test_the_hedges_rates_and_turnover_are_printed_when_asked() -> None:
    """A hedge's cost is also read as a rate on the money laid out, and as contracts traded."""
    answer = RUNNER.invoke(app, ["backtest", "--draws", "0", "--strategies", "unhedged,literal_1", "--irr"])
    assert answer.exit_code == 0, answer.output
    assert "Internal rate of return" in answer.output
    assert "Hedge contracts bought a year: literal_1" in answer.output


@pytest.mark.parametrize(
    "arguments",
    [["--source", "nowhere"], ["--param", "days"], ["--param", "days=x"], ["--param", "colour=1"],
     ["--strategies", "magic"], ["--start", "soon"], ["--start", "2030-01-01"], ["--param", "days=60"]],
)  # fmt: skip
def test_what_cannot_be_done_is_not_a_traceback(arguments: list[str]) -> None:
    """A mistyped option must end with exit status 1, not with a defect of ours."""
    from alvh_xl.market import MarketError

    answer = RUNNER.invoke(app, ["backtest", *arguments])
    assert answer.exit_code == 1
    assert answer.exception is None or isinstance(answer.exception, (SystemExit, MarketError))


def test_a_sweep_resumes_where_it_was_cut_off(tmp_path: Path) -> None:
    """An interrupted sweep must keep what it has, drop a half-written line, and compute only the rest."""
    path = tmp_path / "sweep.jsonl"
    with ThreadPoolExecutor(1) as pool:
        first = sweeps.sweep(square, runs(2.0, 3.0), pool, path)
        with path.open("a", encoding="utf-8") as stream:
            stream.write('{"run": {"x": 4')
        again = sweeps.sweep(square, runs(2.0, 3.0, 4.0), pool, path)
        assert list(again.values()) == [4.0, 9.0, 16.0]
        assert sweeps.sweep(refuses, runs(2.0, 3.0, 4.0), pool, path) == again
    assert list(first.values()) == [4.0, 9.0]
    assert len([json.loads(line) for line in path.read_text().splitlines() if line.endswith("}")]) == 3


def test_processes_and_threads_give_the_same_sweep(tmp_path: Path) -> None:
    """A sweep must not depend on what runs it."""
    pools: list[Executor] = [ThreadPoolExecutor(2), ProcessPoolExecutor(2)]
    found = []
    for i, pool in enumerate(pools):
        with pool:
            found.append(sweeps.sweep(square, runs(1.0, 2.0, 5.0), pool, tmp_path / f"{i}.jsonl"))
    assert found[0] == found[1]


def test_a_sweep_runs_on_a_dask_cluster_of_two_workers(tmp_path: Path) -> None:
    """The same sweep on a local cluster, reached by its address as a user would."""
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        sweeps.executor_of(cluster.scheduler_address.replace("tcp://", "dask://"), None) as pool,
    ):
        found = sweeps.sweep(square, runs(1.0, 2.0, 5.0), pool, tmp_path / "dask.jsonl")
    assert list(found.values()) == [1.0, 4.0, 25.0]
