"""alvh-xl backtest: does the method work on the history at hand, and against which baselines."""

from __future__ import annotations

import datetime as dt
import html
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alvh_xl.cli.shared import app, err, fail, line, out, plain

if TYPE_CHECKING:
    from alvh_xl.functions.backtest_report import Report

_SHOWN = (
    ("cagr", "CAGR", 100.0), ("vol", "vol", 100.0), ("sharpe", "Sharpe", 1.0), ("sharpe_low", "from", 1.0),
    ("sharpe_high", "to", 1.0), ("max_drawdown", "drawdown", 100.0), ("cvar", "CVaR 99", 100.0),
    ("worst_week", "worst week", 100.0), ("hedge_cost", "hedge cost/y", 100.0), ("hedge_return", "hedge return", 100.0),
)  # fmt: skip
_UNITS = "CAGR to hedge cost: % of the capital (Sharpe: ratio, 95 % interval); hedge return: % of the premium paid."
_ADVICE = "Educational, not advice."


@app.command()
def backtest(
    source: Annotated[str, typer.Option(help="sample, or a folder of daily CSV files.")] = "sample",
    start: Annotated[str | None, typer.Option(help="First day, for example 2015-01-01.")] = None,
    end: Annotated[str | None, typer.Option(help="Last day.")] = None,
    strategies: Annotated[str | None, typer.Option(help="Names separated by commas; default: all.")] = None,
    param: Annotated[list[str] | None, typer.Option(help="One parameter, k=v; may be repeated.")] = None,
    sweep: Annotated[list[str] | None, typer.Option(help="Values to try, k=a,b,c; may be repeated.")] = None,
    draws: Annotated[int, typer.Option(min=0, help="Random-layer placebo paths.")] = 1000,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes of a sweep.")] = None,
    executor: Annotated[str | None, typer.Option(help="A Dask cluster for a sweep: dask://host:port.")] = None,
    results: Annotated[Path, typer.Option(help="Where a sweep keeps its results.")] = Path("backtest-sweep.jsonl"),
    html_path: Annotated[Path | None, typer.Option("--html", help="Also write a page.")] = None,
    irr: Annotated[bool, typer.Option("--irr", help="Also the hedges' internal rates of return; slower.")] = False,
    into: Annotated[
        Path | None, typer.Option(help="Write the result into the sheet Backtest of this workbook.")
    ] = None,
) -> None:
    """Back-test the method on daily history, model-priced, against smaller size and random layers."""
    from alvh_xl.functions.backtest_report import STRATEGIES, report

    if sweep and into is not None:
        raise fail("--into takes one back-test; leave out --sweep")
    names = tuple(strategies.split(",")) if strategies else STRATEGIES
    data = _history(source, start, end)
    fixed = {key: _number(value) for key, value in map(_pair, param or [])}
    try:
        if sweep:
            swept = {key: [_number(v) for v in values.split(",")] for key, values in map(_pair, sweep)}
            _sweep(data, (source, start, end), fixed, swept, names, draws, (executor, workers), results)
            return
        found = report(data, fixed, names, draws)
    except ValueError as problem:
        raise fail(str(problem)) from None
    if into is None:
        _show(found, irr)
    else:
        _write(into, found, source, fixed)
    if html_path is not None:
        html_path.write_text(page(found), encoding="utf-8")
        out.print(plain(f"Wrote {html_path}"))


def _history(source: str, start: str | None, end: str | None) -> Any:
    from alvh_xl.market.history import between, folder_history, sample_history

    if source != "sample" and not Path(source).is_dir():
        raise fail(f"no source {source!r}; write sample or the path of a folder with daily CSV files")
    data = sample_history() if source == "sample" else folder_history(Path(source))
    return between(data, _day(start, dt.date.min), _day(end, dt.date.max))


def _day(text: str | None, otherwise: dt.date) -> dt.date:
    try:
        return dt.date.fromisoformat(text) if text else otherwise
    except ValueError:
        raise fail(f"{text!r} is no date; write for example 2015-01-01") from None


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise fail(f"{text!r} is not of the form name=value")
    return key.strip(), value.strip()


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise fail(f"{text!r} is no number") from None


def _write(workbook: Path, found: Report, source: str, parameters: dict[str, float]) -> None:
    """Put the result into a workbook; one line."""
    from alvh_xl.workbook.backtest import write_into

    write_into(workbook, found, source, parameters)
    what = f"{len(found.strategies)} strategies, {found.dates.size} sessions, {found.placebo.size} placebo draws"
    out.print(line(f"Wrote {workbook}, sheet Backtest: {what}. {found.verdict} {_ADVICE}"))


def _show(found: Report, irr: bool = False) -> None:
    """Print the table, the conclusion and its caveats."""
    widths = [max(len(title), 7) + 1 for _, title, _ in _SHOWN]
    titles = (title.rjust(width) for (_, title, _), width in zip(_SHOWN, widths, strict=True))
    out.print("strategy   " + "".join(titles))
    for name, figures in found.measures.items():
        cells = (_text(figures[m] * unit).rjust(width) for (m, _, unit), width in zip(_SHOWN, widths, strict=True))
        out.print(name.ljust(11) + "".join(cells))
    rates = [_rates(found)] if irr else []
    for text in (
        _UNITS,
        _binding(found),
        _turnover(found),
        *_periods(found),
        *rates,
        "",
        found.verdict,
        *found.caveats,
        _ADVICE,
    ):
        out.print(plain(text))


def _text(number: float) -> str:
    return f"{number + 0.0:.2f}" if math.isfinite(number) else "-"


def _periods(found: Report) -> list[str]:
    """Dollars over each crisis, and the worth of a unit of CVaR with one crisis year left out."""
    lines = []
    for crisis in next(iter(found.crises.values())):
        parts = ", ".join(f"{name} {gains[crisis]:,.0f}" for name, gains in found.crises.items())
        lines.append(f"Dollars in the crisis of {crisis}: {parts}.")
    years = {str(int(found.dates[0] / 365.25 + 1900)), str(int(found.dates[-1] / 365.25 + 1900))}
    for year in ("2008", "2020"):
        if min(years) <= year <= max(years):
            parts = ", ".join(f"{name} {scores[year]:.2f}" for name, scores in found.without.items())
            lines.append(f"Return a year over CVaR without {year}: {parts}.")
    return lines


def _binding(found: Report) -> str:
    shares = ", ".join(f"{rule} {share:.0%}" for rule, share in found.binding.items())
    return f"Mornings of a trade by what sized the capped hedge: {shares}."


def _turnover(found: Report) -> str:
    parts = ", ".join(f"{name} {f['turnover']:,.0f}" for name, f in found.measures.items() if f["turnover"] > 0.0)
    return f"Hedge contracts bought a year: {parts or 'none'}."


def _rates(found: Report) -> str:
    """Internal rates of return in one line; the premium is laid out anew with every trade."""
    from alvh_xl.functions.backtest_report import hedge_rates

    parts = (
        f"{name} {rate:.1%}" if math.isfinite(rate) else f"{name} no single rate"
        for name, rate in hedge_rates(found).items()
    )
    words = ", ".join(parts) or "no hedge"
    return f"Internal rate of return of the hedges, a year, their premium laid out anew every trade: {words}."


def _sweep(
    data: Any, history: tuple[str, str | None, str | None], fixed: dict[str, float], swept: dict[str, list[float]],
    names: tuple[str, ...], draws: int, where: tuple[str | None, int | None], path: Path,
) -> None:  # fmt: skip
    """Run every combination not yet in the file, and print a line for each."""
    from rich.progress import Progress

    from alvh_xl.cli.sweeps import combinations, executor_of
    from alvh_xl.cli.sweeps import sweep as run_all
    from alvh_xl.functions.backtest_report import summary

    runs: list[tuple[dict[str, Any], tuple[Any, ...]]] = [
        ({"history": history, "strategies": names, "draws": draws, "parameters": one}, (data, one, names, draws))
        for one in combinations(fixed, swept)
    ]
    try:
        with executor_of(*where) as pool, Progress(console=err, transient=True) as bar:
            task = bar.add_task("Back-tests", total=len(runs))
            found = run_all(summary, runs, pool, path, lambda: bar.advance(task))
    except ImportError:
        raise fail("a Dask cluster needs the extra: pip install 'alvh-xl[cluster]'") from None
    for (identity, _), result in zip(runs, found.values(), strict=True):
        words = ", ".join(f"{key} {identity['parameters'][key]:g}" for key in swept)
        scores = ", ".join(f"{name} {_text(value)}" for name, value in result["scores"].items())
        out.print(plain(f"{words}: return a year over the 99 % CVaR of a day: {scores}"))
    out.print(plain(f"Model-priced, with the caveats of a single run. Results are kept in {path}. {_ADVICE}"))


def page(found: Report) -> str:
    """The report as one page without scripts."""
    head = "".join(f"<th>{html.escape(title)}</th>" for title in ("strategy", *(title for _, title, _ in _SHOWN)))
    rows = "".join(
        f"<tr><td>{name}</td>" + "".join(f"<td>{_text(f[m] * unit)}</td>" for m, _, unit in _SHOWN) + "</tr>"
        for name, f in found.measures.items()
    )
    words = "".join(f"<li>{html.escape(text)}</li>" for text in (*found.caveats, _ADVICE))
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>ALVH back-test</title>"
        "<style>body{font:15px sans-serif;margin:2em}td,th{padding:.2em .7em;text-align:right}</style>"
        f"<h1>ALVH back-test</h1><p>{html.escape(found.verdict)}</p><table><tr>{head}</tr>{rows}</table>"
        f"<p>{html.escape(_UNITS)}</p><p>{html.escape(_binding(found))}</p>"
        f"<h2>Equity, dollars</h2>{_lines(found)}<h2>Caveats</h2><ul>{words}</ul></html>\n"
    )


def _lines(found: Report) -> str:
    """Equity of every strategy as lines."""
    low, high = float(found.equity.min()), float(found.equity.max())
    count, span = found.equity.shape[1], (high - low) or 1.0
    every = max(1, count // 500)
    parts = []
    for i, name in enumerate(found.strategies):
        colour = f"hsl({i * 360 // len(found.strategies)} 70% 40%)"
        points = " ".join(
            f"{800.0 * k / max(count - 1, 1):.1f},{300.0 - 300.0 * (float(found.equity[i, k]) - low) / span:.1f}"
            for k in range(0, count, every)
        )
        parts.append(f'<polyline fill="none" stroke="{colour}" points="{points}"/>')
        parts.append(f'<text x="810" y="{14 + 18 * i}" fill="{colour}">{html.escape(name)}</text>')
    return f'<svg viewBox="0 0 920 300" width="920" role="img">{"".join(parts)}</svg><p>{low:,.0f} to {high:,.0f}</p>'
