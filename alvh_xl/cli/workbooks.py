"""alvh-xl new and refresh: from a market to a workbook."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alvh_xl.cli.shared import app, err, fail, instant, out, plain
from alvh_xl.cli.sources import BaseUrl, StorePath, reader

if TYPE_CHECKING:
    from alvh_xl.hosts.excel.vba import Mode
    from alvh_xl.market import MarketMorning

Workbook = Annotated[
    Path, typer.Argument(help="Workbook made by `alvh-xl new`, .xlsx or .xlsm.", show_default=False, readable=False)
]
Source = Annotated[str, typer.Option(help="Where the market comes from: sample (shipped with the package).")]
AsOf = Annotated[str | None, typer.Option(help="New York time, for example 2018-10-04T09:00.", show_default=False)]


@app.command()
def new(
    path: Annotated[
        Path,
        typer.Argument(
            help=".xlsx; .xlsm with buttons, ribbon and functions for Excel; .xlam, the functions as an add-in.",
            show_default=False,
        ),
    ],
    source: Source = "sample",
    asof: AsOf = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
    standalone: Annotated[
        bool, typer.Option("--standalone", help="Put a copy of xlwings' macros in, instead of needing its add-in.")
    ] = False,
) -> None:
    """Write a new morning workbook, filled and calculated, or the add-in."""
    from alvh_xl.workbook import new as making

    kind = path.suffix.lower()
    if kind not in making.SUFFIXES:
        raise fail(f"{path.name}: a new workbook needs a name that ends in .xlsx or .xlsm, an add-in one in .xlam")
    if standalone and kind == ".xlsx":
        raise fail(f"{path.name}: --standalone is for .xlsm and .xlam; an .xlsx holds no macros")
    if asof is not None and kind == making.ADDIN_SUFFIX:
        raise fail(f"{path.name}: an add-in holds no morning; leave out --asof")
    if path.exists() and not force:
        raise fail(f"{path} exists already; choose another name, or add --force to replace it")
    out.print(plain(f"Building {path.name}"))
    mode: Mode = "standalone" if standalone else "reference"
    if kind == making.ADDIN_SUFFIX:
        making.new_addin(path, mode)
    else:
        for line in making.new(path, _reader(source)(instant(asof)), mode):
            err.print(f"[yellow]not calculated[/] {plain(line)}")
    out.print(plain(f"Wrote {path}. Next: {_next(path, kind, source, standalone)}"))


def _next(path: Path, kind: str, source: str, standalone: bool) -> str:
    """What to do with a new file."""
    named = f'"{path}"' if " " in str(path) else path  # as a terminal takes it
    if kind == ".xlsx":
        return f"open it, or run `alvh-xl refresh {named} --source {source}`."
    once = "run `alvh-xl install` once on the machine with Excel (it names the Python that answers"
    once += ")" if standalone else ", and puts the xlwings add-in there)"
    if kind == ".xlam":
        return f"{once}; it also installs this add-in. To use this copy instead: File, Options, Add-ins, Go, Browse."
    return (
        f"{once}, open the workbook there, choose Enable Content, click Refresh. `alvh-xl doctor {named}` checks all."
    )


@app.command()
def refresh(
    workbook: Workbook,
    source: Annotated[
        str, typer.Option(help="live (fetch what is due, then the store), store (fetch nothing), or sample.")
    ] = "live",
    asof: AsOf = None,
    store: StorePath = None,
    base_url: BaseUrl = None,
) -> None:
    """Write the market of a morning into a workbook and recalculate it; the rest of the workbook stays as it is.

    Exit status: 0 refreshed, also where a source failed (a warning says which, and the figures show their age);
    1 nothing could be done, the workbook is as it was.
    """
    run_refresh(workbook, source, instant(asof), store, base_url)


def run_refresh(
    workbook: Path, source: str, asof: dt.datetime | None, store: Path | None = None, base_url: str | None = None
) -> None:
    """Refresh a workbook and report on one screen."""
    started = time.perf_counter()
    from alvh_xl.workbook.refresh import refresh as run

    read, fetching = reader(source, store, base_url)
    outcome = run(workbook, read, asof, lambda line: out.print(plain(line)))
    out.print()
    out.print(f"As of      {outcome.asof:%a %d-%b-%Y %H:%M} New York, data: {outcome.source}")
    out.print(f"Decision   [bold]{plain(outcome.headline or outcome.decision)}[/]")
    # Without a decision the plan's reasons are a list of cell names: one sentence says what stands behind them.
    why = [("Why", outcome.obstacle)] if outcome.obstacle else [("Binding", outcome.binding)]
    for label, text in [*why, *(("", reason) for reason in outcome.reasons if not outcome.obstacle)]:
        out.print(f"{label:<11}{plain(text)}")
    for warning in [*fetching, *outcome.warnings]:
        out.print(f"[yellow]Warning[/]    {plain(warning)}")
    for line in outcome.kept:
        out.print(f"[yellow]Old value[/]  {plain(line)}")
    seconds = time.perf_counter() - started
    out.print(
        f"{outcome.formulas} formulas, {outcome.calls} ALVH calls, {outcome.changed} cells changed, {seconds:.1f} s."
        " Educational, not advice."
    )


def _reader(source: str) -> Callable[[dt.datetime | None], MarketMorning]:
    from alvh_xl.market import read_sample

    if source != "sample":
        raise fail(f"unknown source {source!r}; a new workbook starts with the sample, `alvh-xl refresh` makes it live")
    return read_sample
