"""alvh-xl backtest: it answers without network, resumes a sweep, and says what is wrong in one line."""

from __future__ import annotations

import datetime as dt
import json
import math
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest
from typer.testing import CliRunner

from alvh_xl.cli import app, sweeps

RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def no_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of a store that does not exist yet: the default source must not be the one of whoever runs the tests."""
    monkeypatch.setenv("ALVH_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


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
    text = page.read_text(encoding="utf-8")
    assert text.count("<svg") == 3  # equity, drawdown, placebo
    assert text.count("<polyline") == 2 * 9
    assert "95th percentile" in text


def test_everything_the_report_knows_is_printed_and_on_the_page(tmp_path: Path) -> None:
    """A statistic that only one of the two shows would be missed by half of the readers."""
    page = tmp_path / "page.html"
    arguments = ["backtest", "--draws", "60", "--strategies", "unhedged,downsized,literal_1", "--html", str(page)]
    answer = RUNNER.invoke(app, arguments)
    assert answer.exit_code == 0, answer.output
    text = page.read_text(encoding="utf-8")
    for words in ("History: sample, 03-Jan-2014", "worst day", "worst week", "calm cost/y", "contracts/y", "IRR",
                  "2010-2016", "2017-2019", "Crises", "lowest roll", "gate -2", "gate +2", "unexplained", "Placebo: 60",
                  "no layer lit"):  # fmt: skip
        assert words in answer.output
        assert words in text
    assert "Roll and gate moved" not in RUNNER.invoke(app, [*arguments[:5], "--no-shifts"]).output


def test_futures_can_be_the_hedge_and_be_swept(tmp_path: Path) -> None:
    """The word must reach the model; a sweep over instruments is one more parameter."""
    base = ["backtest", "--draws", "0", "--no-shifts", "--strategies", "unhedged,literal_1"]
    answer = RUNNER.invoke(app, [*base, "--param", "hedge=futures", "--param", "condors=40"])
    assert answer.exit_code == 0, answer.output
    assert "hold VX futures" in answer.output
    kept = ["--results", str(tmp_path / "sweep.jsonl"), "--workers", "1"]
    swept = RUNNER.invoke(app, [*base, "--sweep", "hedge=calls,futures", *kept])
    assert swept.exit_code == 0, swept.output
    assert "hedge calls: " in swept.output
    assert "hedge futures: " in swept.output


def test_the_smile_can_be_chosen_and_swept(tmp_path: Path) -> None:
    """The word must reach the model and its words; a kept result of one smile must not pass for one of the other."""
    base = ["backtest", "--draws", "0", "--no-shifts", "--strategies", "unhedged,downsized,literal_1"]
    plain, fixed = (RUNNER.invoke(app, [*base, *more]).output for more in ([], ["--param", "smile=fixed"]))
    for output, skew, points, proxy in (
        (plain, "the skew that SKEW implies", 6, True),
        (fixed, "a fixed skew", 13, False),
    ):
        assert f"SPX legs from VIX and {skew}" in output
        assert f"CNDR earned {points} points a year more" in output
        assert ("PROXY skew: 120 on 1204 of 1204 sessions" in output) == proxy
        assert "At equal 99 % CVaR" in output
        assert "No placebo was drawn, so no claim" in output
    path = tmp_path / "sweep.jsonl"
    kept = ["--results", str(path), "--workers", "1"]
    swept = RUNNER.invoke(app, [*base, "--sweep", "smile=skew,fixed", *kept])
    assert swept.exit_code == 0, swept.output
    lines = [line.split(": ", 1) for line in swept.output.splitlines() if ": " in line]
    assert [words for words, _ in lines] == ["smile skew", "smile fixed"]
    assert lines[0][1] != lines[1][1]
    again = RUNNER.invoke(app, [*base, "--sweep", "cap=0.35", *kept])  # the default smile and the default cap
    assert f"cap 0.35: {lines[0][1]}" in again.output.splitlines()
    assert len(path.read_text().splitlines()) == 2


def filled(folder: Path, first: dt.date, count: int) -> None:
    """A store of a few hundred sessions, imported the way a user would."""
    days = [day for i in range(count * 2) if (day := first + dt.timedelta(i)).weekday() < 5][:count]
    source = folder / "in"
    source.mkdir(parents=True)
    spx = "".join(f"{d},{p},{p},{p},{p}\n" for i, d in enumerate(days) if (p := 2000 + 30 * (i % 7)))
    (source / "spx_daily_ohlcv.csv").write_text("date,open,high,low,close\n" + spx)
    vix = "".join(f"{d},{p},{p},{p},{p}\n" for i, d in enumerate(days) if (p := 15 + i % 5))
    (source / "vix_daily_ohlc.csv").write_text("date,open,high,low,close\n" + vix)
    answer = RUNNER.invoke(app, ["data", "import", str(source)])
    assert answer.exit_code == 0, answer.output


def test_the_store_is_read_when_it_covers_the_span_and_the_answer_says_so(no_store: Path) -> None:
    """A trader with data of their own must not be shown the sample unknowingly, nor a store with half of the span."""
    filled(no_store, dt.date(2019, 1, 2), 300)
    base = ["backtest", "--draws", "0", "--no-shifts", "--strategies", "unhedged"]
    assert "History: sample, 03-Jan-2014" in RUNNER.invoke(app, base).output
    inside = RUNNER.invoke(app, [*base, "--start", "2019-02-01", "--end", "2019-12-31"]).output
    assert "History: store, 01-Feb-2019 to 31-Dec-2019" in inside
    assert "PROXY vx_curve" in inside
    asked = RUNNER.invoke(app, [*base, "--source", "store"]).output
    assert "History: store, 02-Jan-2019" in asked


def test_a_chain_in_the_store_fills_a_condor_and_the_answer_counts_it(no_store: Path) -> None:
    """Quotes that a trader has imported must reach the command, its table of Greeks and every moved roll."""
    from alvh_xl.market.chain import Chain, OptionQuote
    from alvh_xl.market.store import Store, default_path
    from alvh_xl.market.store_history import store_history
    from alvh_xl.model.backtest import Parameters
    from alvh_xl.model.backtest import condors as ic

    filled(no_store, dt.date(2019, 1, 2), 120)
    now = dt.datetime(2020, 1, 2, 12, 0)
    with Store(default_path()) as store:
        data = store_history(store, now)
        found = ic.condors(data, Parameters())
        day, expiry = (dt.date(1899, 12, 30) + dt.timedelta(int(serial)) for serial in
                       (data.dates[int(found.schedule.entry[5])], found.schedule.settlement[5]))  # fmt: skip
        legs = zip("PPCC", found.strikes[5], (0.5, 2.0, 1.5, 0.25), (0.6, 2.2, 1.6, 0.35), strict=True)
        quotes = tuple(OptionQuote("SPXW", expiry, right, float(k), bid, ask) for right, k, bid, ask in legs)
        with store.writing():
            store.chains.add(Chain(dt.datetime.combine(day, dt.time(16, 0)), 2100.0, quotes, 0), "test", now)
    base = ["backtest", "--source", "store", "--draws", "0", "--strategies", "unhedged,literal_1"]
    answer = RUNNER.invoke(app, base)
    assert answer.exit_code == 0, answer.output
    assert f"1 of {found.credit.size} condors" in answer.output
    assert "sold at the bid and bought at the ask" in answer.output


def test_without_a_store_the_next_step_is_named(no_store: Path) -> None:
    """`--source store` with nothing there must say how to fill it, and must not make an empty file."""
    answer = RUNNER.invoke(app, ["backtest", "--source", "store"])
    assert answer.exit_code == 1
    assert "alvh-xl data sync" in answer.output
    assert not no_store.exists()


@pytest.mark.parametrize(
    "arguments",
    [["--source", "nowhere"], ["--param", "days"], ["--param", "days=x"], ["--param", "colour=1"],
     ["--param", "hedge=swaps"], ["--param", "smile=steep"], ["--param", "slope=-0.1"],
     ["--strategies", "magic"], ["--start", "soon"], ["--start", "2030-01-01"],
     ["--param", "days=60"], ["--param", "hedge_gap=60"], ["--param", "cap=nan"], ["--param", "seed=-1"],
     ["--param", "wing_width=10000"], ["--param", "condors=inf"]],
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


def root(number: float) -> float:
    if number < 0.0:
        raise ValueError("no root")
    return math.sqrt(number)


def test_one_bad_combination_does_not_end_a_sweep(tmp_path: Path) -> None:
    """Hours of other combinations must not be lost to one; twice the same is one, and a line says what failed."""
    path = tmp_path / "sweep.jsonl"
    with ThreadPoolExecutor(1) as pool:
        found = sweeps.sweep(root, runs(4.0, -1.0, 9.0, 4.0), pool, path)
    assert list(found.values()) == [2.0, sweeps.Refused("no root"), 3.0]
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert sorted(line.get("error", "") for line in lines) == ["", "", "no root"]
    base = ["backtest", "--draws", "0", "--strategies", "unhedged,downsized", "--workers", "1", "--results", str(path)]
    answer = RUNNER.invoke(app, [*base, "--sweep", "cap=0.3,0.30,-1"])
    assert answer.exit_code == 0, answer.output
    shown = [line.split(": ")[:2] for line in answer.output.splitlines() if line.startswith("cap ")]
    assert shown == [["cap 0.3", "return a year over the 99 % CVaR of a day"], ["cap -1", "not possible"]]
    none = RUNNER.invoke(app, [*base, "--sweep", "cap=-1,nan"])
    assert none.exit_code == 1
    assert "cap must be a number from 0 to 100" in none.output


def test_a_result_of_other_data_or_another_version_is_not_taken_for_this_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A corrected price, or a corrected program, must compute anew what a file of before holds."""
    path = tmp_path / "sweep.jsonl"
    source = tmp_path / "in"
    source.mkdir()
    base = ["backtest", "--source", str(source), "--draws", "0", "--strategies", "unhedged", "--workers", "1"]
    days = [day for i in range(300) if (day := dt.date(2019, 1, 2) + dt.timedelta(i)).weekday() < 5]
    for last in (2000, 2000, 2001):
        for name, low, swing in (("spx_daily_ohlcv", 2000, 30), ("vix_daily_ohlc", 15, 1)):
            rows = [f"{d},{p},{p},{p},{p}" for i, d in enumerate(days) if (p := low + swing * (i % 5))]
            if name.startswith("spx"):
                rows[50] = f"{days[50]},{last},{last},{last},{last}"
            (source / f"{name}.csv").write_text("\n".join(["date,open,high,low,close", *rows]))
        answer = RUNNER.invoke(app, [*base, "--sweep", "cap=0.3", "--results", str(path)])
        assert answer.exit_code == 0, answer.output
    assert len(path.read_text().splitlines()) == 2
    monkeypatch.setattr("alvh_xl.__version__", "9.9")
    RUNNER.invoke(app, [*base, "--sweep", "cap=0.3", "--results", str(path)])
    assert len(path.read_text().splitlines()) == 3


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


def test_back_tests_of_a_sweep_run_on_a_cluster_named_on_the_command_line(tmp_path: Path) -> None:
    """The real task, sent by the command: two back-tests on two workers are those of this machine's processes."""
    distributed = pytest.importorskip("distributed")
    base = ["backtest", "--draws", "0", "--strategies", "unhedged,literal_1", "--sweep", "hedge=calls,futures"]
    kept = ["--results", str(tmp_path / "here.jsonl"), "--workers", "2"]
    here = RUNNER.invoke(app, [*base, *kept])
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        address = cluster.scheduler_address.replace("tcp://", "dask://")
        there = RUNNER.invoke(app, [*base, "--results", str(tmp_path / "there.jsonl"), "--executor", address])
    assert there.exit_code == 0, there.output
    assert there.output.replace("there.jsonl", "here.jsonl") == here.output
