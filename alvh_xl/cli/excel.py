"""alvh-xl install and doctor: Excel on this machine, and whether it reaches this Python."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alvh_xl.cli.shared import app, out, plain

if TYPE_CHECKING:
    from alvh_xl.hosts.excel.findings import Finding

_COLOURS = {"OK": "green", "WARNING": "yellow", "PROBLEM": "red", "NOT HERE": "yellow"}


@app.command()
def install(
    uninstall: Annotated[
        bool, typer.Option("--uninstall", help="Take it away again; what was there before comes back.")
    ] = False,
) -> None:
    """Make Excel know xlwings and the functions. Exit status: 0 done, 1 a step failed, 3 no Excel on this machine."""
    from alvh_xl.hosts.excel import install as installing
    from alvh_xl.hosts.excel.machine import ThisMachine

    step = installing.uninstall if uninstall else installing.install
    _report(step(ThisMachine()))


@app.command()
def doctor(
    workbook: Annotated[
        Path | None,
        typer.Argument(help="Macro workbook to look at too; one function is asked through it.", show_default=False),
    ] = None,
) -> None:
    """Check every link between a cell in Excel and Python. Exit status: 0 well, 1 a problem, 3 no Excel here."""
    from alvh_xl.hosts.excel.doctor import doctor as examine
    from alvh_xl.hosts.excel.machine import ThisMachine

    _report(examine(ThisMachine(), None if workbook is None else workbook.resolve()))


def _report(findings: Sequence[Finding]) -> None:
    """Print one finding a line, each with its remedy below; end with the exit status they make."""
    from alvh_xl.hosts.excel.findings import exit_status

    width = max(len(finding.check) for finding in findings)
    for finding in findings:
        colour = _COLOURS[finding.result]
        out.print(f"[{colour}]{finding.result:8}[/] {plain(finding.check):{width}}  {plain(finding.text)}")
        if finding.remedy:
            out.print(f"{'':8} {'':{width}}  {plain(finding.remedy)}")
    status = exit_status(findings)
    if status:
        raise typer.Exit(status)
