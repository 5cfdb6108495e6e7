"""alvh-xl backtest: does the method work on the history at hand, and against which baselines."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alvh_xl.cli.backtest_text import ADVICE
from alvh_xl.cli.shared import app, err, fail, line, out, plain
from alvh_xl.cli.sources import StorePath, now

if TYPE_CHECKING:
    from alvh_xl.functions.backtest_report import BacktestData, Report, Setting

_NEAR = 7.0  # days by which the store's first and last session may miss the span and still cover it


@app.command()
def backtest(
    source: Annotated[
        str | None,
        typer.Option(
            help="sample, store, or a folder of daily CSV files; default: the store when it covers the span asked for, "
            "else the sample.",
            show_default=False,
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(help="First day, for example 2015-01-01; default: the first, in the store the first VX settle."),
    ] = None,
    end: Annotated[str | None, typer.Option(help="Last day.")] = None,
    strategies: Annotated[str | None, typer.Option(help="Names separated by commas; default: all.")] = None,
    param: Annotated[
        list[str] | None,
        typer.Option(
            help="One parameter, k=v; may be repeated. hedge=calls, futures or mini; smile=skew (from VIX and SKEW) or "
            "fixed, which alone uses slope and curvature."
        ),
    ] = None,
    sweep: Annotated[list[str] | None, typer.Option(help="Values to try, k=a,b,c; may be repeated.")] = None,
    draws: Annotated[int, typer.Option(min=0, help="Random-layer placebo paths.")] = 1000,
    shifts: Annotated[bool, typer.Option(help="Also move the roll by 0 to 20 sessions and the gate by ±2.")] = True,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes of a sweep.")] = None,
    executor: Annotated[str | None, typer.Option(help="A Dask cluster for a sweep: dask://host:port.")] = None,
    results: Annotated[Path, typer.Option(help="Where a sweep keeps its results.")] = Path("backtest-sweep.jsonl"),
    html_path: Annotated[Path | None, typer.Option("--html", help="Also write a page.")] = None,
    into: Annotated[
        Path | None, typer.Option(help="Write the result into the sheet Backtest of this workbook.")
    ] = None,
    store: StorePath = None,
) -> None:
    """Back-test the method on daily history, model-priced, against smaller size and random layers."""
    from alvh_xl.functions.backtest_report import STRATEGIES

    if sweep and into is not None:
        raise fail("--into takes one back-test; leave out --sweep")
    names = tuple(strategies.split(",")) if strategies else STRATEGIES
    name, data = _history(source, _day(start), _day(end), store)
    fixed = {key: _setting(key, value) for key, value in map(_pair, param or [])}
    try:
        if sweep:
            swept = {key: [_setting(key, v) for v in values.split(",")] for key, values in map(_pair, sweep)}
            _sweep(data, name, fixed, swept, names, draws, (executor, workers), results)
            return
        found = _run(data, fixed, names, draws, shifts)
    except ValueError as problem:
        raise fail(str(problem)) from None
    _answer(found, name, fixed, into, html_path)


def _answer(
    found: Report, name: str, fixed: dict[str, Setting], into: Path | None, html_path: Path | None
) -> None:  # fmt: skip
    """Print, or write into the workbook, and write the page."""
    from alvh_xl.workbook.backtest import span

    if into is None:
        _show(found, span(found, name))
    else:
        _write(into, found, name, fixed)
    if html_path is not None:
        from alvh_xl.cli.backtest_text import page

        html_path.write_text(page(found, span(found, name)), encoding="utf-8")
        out.print(line(f"Wrote {html_path}"))


def _run(data: BacktestData, fixed: dict[str, Setting], names: tuple[str, ...], draws: int, shifts: bool) -> Report:
    """One back-test behind a progress bar."""
    from rich.progress import Progress

    from alvh_xl.functions.backtest_report import report, steps

    with Progress(console=err, transient=True) as bar:
        task = bar.add_task("Back-test", total=max(steps(draws, shifts), 1))
        return report(data, fixed, names, draws, shifts, lambda: bar.advance(task))


def _history(source: str | None, start: dt.date | None, end: dt.date | None, path: Path | None) -> tuple[str, Any]:
    """Name of the source, and its history in the span."""
    from alvh_xl.market.history import between, folder_history, sample_history

    data: BacktestData | None
    if source not in (None, "sample", "store") and not Path(str(source)).is_dir():
        raise fail(f"no source {source!r}; write sample, store, or the path of a folder with daily CSV files")
    if source is None:
        sample = sample_history()
        stored = _stored(path, required=False)
        if stored is not None and _covers(stored, sample, start, end):
            source, data = "store", stored
        else:
            source, data = "sample", sample
    elif source == "store":
        data = _stored(path, required=True)
    else:
        data = sample_history() if source == "sample" else folder_history(Path(source))
    assert data is not None
    if source == "store" and start is None:
        from alvh_xl.market.store_history import first_curve_day

        start = (dt.datetime(1899, 12, 30) + dt.timedelta(first_curve_day(data))).date()
    return source, between(data, start or dt.date.min, end or dt.date.max)


def _stored(path: Path | None, required: bool) -> BacktestData | None:
    """History of the store; None where there is no such file, or none of use, unless it is required."""
    from alvh_xl.market import MarketError
    from alvh_xl.market.store import Store, default_path
    from alvh_xl.market.store_history import store_history

    file = path or default_path()
    if not file.is_file():
        if required:
            raise fail(f"there is no store {file}; run `alvh-xl data sync` or `alvh-xl data import FOLDER` first")
        return None
    try:
        with Store(file) as opened:
            return store_history(opened, now())
    except MarketError:
        if required:
            raise
        return None


def _covers(stored: BacktestData, sample: BacktestData, start: dt.date | None, end: dt.date | None) -> bool:
    """Whether the store reaches over the span asked for, by default that of the sample."""
    zero = dt.date(1899, 12, 30)
    first = float((start - zero).days) if start else float(sample.dates[0])
    last = float((end - zero).days) if end else float(sample.dates[-1])
    return bool(stored.dates[0] <= first + _NEAR and stored.dates[-1] >= last - _NEAR)


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise fail(f"{text!r} is no date; write for example 2015-01-01") from None


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise fail(f"{text!r} is not of the form name=value")
    return key.strip(), value.strip()


def _setting(key: str, text: str) -> Setting:
    from alvh_xl.functions.backtest_report import WORDS

    if key in WORDS:
        return text.strip().lower()
    try:
        return float(text)
    except ValueError:
        raise fail(f"{text!r} is no number") from None


def _write(workbook: Path, found: Report, source: str, parameters: dict[str, Setting]) -> None:
    """Put the result into a workbook; one line."""
    from alvh_xl.workbook.backtest import write_into

    write_into(workbook, found, source, parameters)
    what = f"{len(found.strategies)} strategies, {found.dates.size} sessions, {found.placebo.size} placebo draws"
    out.print(line(f"Wrote {workbook}, sheet Backtest: {source}, {what}. {found.verdict} {ADVICE}"))


def _show(found: Report, history: str) -> None:
    """Print the tables, the conclusion and its caveats."""
    from alvh_xl.cli.backtest_text import sentences, tables

    first, *rest = sentences(found, history)
    out.print(plain(first))
    for table in tables(found):
        out.print("")
        for text in table.lines():
            out.print(plain(text))
    for text in ("", *rest, "", found.verdict, *found.caveats, ADVICE):
        out.print(plain(text))


def _sweep(
    data: BacktestData, source: str, fixed: dict[str, Setting], swept: dict[str, list[Setting]],
    names: tuple[str, ...], draws: int, where: tuple[str | None, int | None], path: Path,
) -> None:  # fmt: skip
    """Run every combination not yet in the file, and print a line for each."""
    from rich.progress import Progress

    from alvh_xl import __version__
    from alvh_xl.cli.backtest_text import number
    from alvh_xl.cli.sweeps import Refused, combinations, executor_of, key_of
    from alvh_xl.cli.sweeps import sweep as run_all
    from alvh_xl.functions.backtest_report import settings, summary
    from alvh_xl.workbook.backtest import setting_words

    # What tells one run from another: this version, where the history is from, its ends, and every number in it.
    history = (source, float(data.dates[0]), float(data.dates[-1]), data.fingerprint())
    known = {"version": __version__, "history": history, "strategies": names, "draws": draws}
    runs: list[tuple[dict[str, Any], tuple[Any, ...]]] = [
        ({**known, "parameters": settings(one)}, (data, one, names, draws)) for one in combinations(fixed, swept)
    ]
    try:
        with executor_of(*where) as pool, Progress(console=err, transient=True) as bar:
            task = bar.add_task("Back-tests", total=len(runs))
            found = run_all(summary, runs, pool, path, lambda: bar.advance(task))
    except ImportError:
        raise fail("a Dask cluster needs the extra: pip install 'alvh-xl[cluster]'") from None
    for identity in {key_of(run[0]): run[0] for run in runs}.values():
        words, result = setting_words({key: identity["parameters"][key] for key in swept}), found[key_of(identity)]
        if isinstance(result, Refused):
            out.print(plain(f"{words}: not possible: {result.reason}"))
            continue
        scores = ", ".join(f"{name} {number(value)}" for name, value in result["scores"].items())
        out.print(plain(f"{words}: return a year over the 99 % CVaR of a day: {scores}"))
    if all(isinstance(result, Refused) for result in found.values()):
        raise fail("no combination of this sweep is possible")
    out.print(line(f"Model-priced, with the caveats of a single run. Results are kept in {path}. {ADVICE}"))
