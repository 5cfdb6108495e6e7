"""The command line: alvh-xl new | refresh | export | functions.

Exit status: 0 done (warnings are printed), 1 nothing could be done (one line says why), 2 the command was not clear.
"""

from __future__ import annotations

import datetime as dt
import io
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from alvh_xl import __version__

if TYPE_CHECKING:
    from alvh_xl.market import MarketMorning

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Spreadsheet functions and a morning workbook for the Adaptive Layered VIX Hedge. Educational, not advice.",
)
out = Console(highlight=False, soft_wrap=True, emoji=False)
err = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)

Workbook = Annotated[
    Path, typer.Argument(help="Workbook made by `alvh-xl new`, .xlsx or .xlsm.", show_default=False, readable=False)
]
Source = Annotated[str, typer.Option(help="Where the market comes from: sample (shipped with the package).")]
AsOf = Annotated[str | None, typer.Option(help="New York time, for example 2018-10-04T09:00.", show_default=False)]


@app.callback(invoke_without_command=True)
def _common(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        out.print(__version__)
        raise typer.Exit


@app.command()
def new(
    path: Annotated[Path, typer.Argument(help="Workbook to write, .xlsx.", show_default=False)],
    source: Source = "sample",
    asof: AsOf = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    """Write a new morning workbook, filled and calculated."""
    from alvh_xl.workbook.new import new as make

    if path.suffix.lower() != ".xlsx":
        raise _fail(f"{path.name}: a new workbook needs a name that ends in .xlsx")
    if path.exists() and not force:
        raise _fail(f"{path} exists already; choose another name, or add --force to replace it")
    out.print(_plain(f"Building {path.name}"))
    for line in make(path, _reader(source)(_instant(asof))):
        err.print(f"[yellow]not calculated[/] {line}")
    out.print(_plain(f"Wrote {path}. Next: open it, or run `alvh-xl refresh {path} --source {source}`."))


@app.command()
def refresh(workbook: Workbook, source: Source = "sample", asof: AsOf = None) -> None:
    """Write the market of a morning into a workbook and recalculate it; the rest of the workbook stays as it is."""
    started = time.perf_counter()
    from alvh_xl.workbook.refresh import refresh as run

    outcome = run(workbook, _reader(source), _instant(asof), lambda line: out.print(_plain(line)))
    out.print()
    out.print(f"As of      {outcome.asof:%a %d-%b-%Y %H:%M} New York, data: {outcome.source}")
    out.print(f"Decision   [bold]{_plain(outcome.headline or outcome.decision)}[/]")
    out.print(f"Binding    {_plain(outcome.binding)}")
    for reason in outcome.reasons:
        out.print(f"           {_plain(reason)}")
    for warning in outcome.warnings:
        out.print(f"[yellow]Warning[/]    {_plain(warning)}")
    for line in outcome.kept:
        out.print(f"[yellow]Old value[/]  {_plain(line)}")
    seconds = time.perf_counter() - started
    out.print(
        f"{outcome.formulas} formulas, {outcome.calls} ALVH calls, {outcome.changed} cells changed, {seconds:.1f} s."
        " Educational, not advice."
    )


@app.command()
def export(
    workbook: Workbook,
    format: Annotated[str, typer.Option(help="xlsx.")] = "xlsx",
    out_path: Annotated[
        Path | None, typer.Option("--out", help="File to write; default: beside the workbook, named by its as-of.")
    ] = None,
) -> None:
    """Write a values-only copy to share: formats and charts stay; formulas, macros and links are gone."""
    from alvh_xl.workbook.export import export_xlsx

    if format != "xlsx":
        raise _fail(f"unknown format {format!r}; this version exports xlsx")
    out.print(_plain(f"Wrote {export_xlsx(workbook, out_path)}"))


@app.command()
def functions(
    name: Annotated[str | None, typer.Argument(help="One function; all when left out.", show_default=False)] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="The list as the table of the README.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Answer every example and say which functions do.")] = False,
) -> None:
    """List the cell functions, or explain one."""
    from alvh_xl.functions import REGISTRY, reference

    if check:
        failed = [line for line in map(reference.check, REGISTRY.values()) if not _said(line)]
        if failed:
            raise typer.Exit(1)
    elif markdown:
        typer.echo(reference.markdown_table(REGISTRY.values()), nl=False)
    elif name is None:
        out.print(_plain(reference.listing(REGISTRY.values())))
    elif name.upper() in REGISTRY:
        out.print(_plain(reference.page(REGISTRY[name.upper()])))
    else:
        raise _fail(f"no function {name!r}; `alvh-xl functions` lists all")


def _said(line: tuple[bool, str]) -> bool:
    """Print a checked function; whether it answers."""
    fine, text = line
    out.print(_plain(text))
    return fine


def _plain(text: str) -> str:
    """Text that rich must not read as markup."""
    return text.replace("[", "\\[")


def _fail(message: str) -> typer.Exit:
    err.print(f"[red]alvh-xl:[/] {_plain(message)}")
    return typer.Exit(1)


def _instant(text: str | None) -> dt.datetime | None:
    if text is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise _fail(f"--asof {text!r} is no date and time; write for example 2018-10-04T09:00") from None
    return moment if "T" in text or " " in text.strip() else moment.replace(hour=9)


def _reader(source: str) -> Callable[[dt.datetime | None], MarketMorning]:
    from alvh_xl.market import read_sample

    if source != "sample":
        raise _fail(f"unknown source {source!r}; this version knows: sample")
    return read_sample


def main() -> None:
    """Run the command line; every expected problem is one line and exit status 1."""
    from alvh_xl.hosts.embedded import WorkbookError
    from alvh_xl.market import MarketError

    # A redirected output may not know an arrow or a sign: it must not fail after the work is done.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app()
    except (WorkbookError, MarketError, OSError) as problem:
        err.print(f"[red]alvh-xl:[/] {_plain(str(problem))}")
        raise SystemExit(1) from None
