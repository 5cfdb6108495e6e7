"""alvh-xl import-position: a broker's file into the Position sheet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alvh_xl.cli.shared import app, fail, line, out, plain
from alvh_xl.cli.workbooks import Workbook

if TYPE_CHECKING:
    from alvh_xl.market.brokers import Statement
    from alvh_xl.workbook.positions import Written

_ONLY = {"condor": ("Condor",), "hedges": ("Hedges",), None: ("Condor", "Hedges")}


@app.command("import-position")
def import_position(
    statement: Annotated[
        Path,
        typer.Argument(
            help="CSV: thinkorswim Account Statement, tastytrade transactions, Interactive Brokers Activity Statement.",
            show_default=False,
        ),
    ],
    workbook: Workbook,
    condor: Annotated[
        str | None, typer.Option("--condor", help="Letter of the condor to take, of several.", show_default=False)
    ] = None,
    only: Annotated[
        str | None, typer.Option("--only", help="condor or hedges: write this table alone.", show_default=False)
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be written; write nothing.")] = False,
) -> None:
    """Write what a broker's file says you hold into the Position sheet: one SPX iron condor, VIX options and futures.

    Other instruments are listed and left out. Account names and numbers are not kept.
    Exit status: 0 written or shown, 1 nothing could be done.
    """
    from alvh_xl.market.brokers import read_statement
    from alvh_xl.workbook.positions import import_positions

    if only not in _ONLY:
        raise fail(f"--only {only!r} is neither condor nor hedges")
    found = read_statement(statement)
    done = import_positions(workbook, found, condor, _ONLY[only], dry_run)
    _report(found, done, statement, workbook, dry_run)


def _report(found: Statement, done: Written, statement: Path, workbook: Path, dry_run: bool) -> None:
    """Say on one screen what was read, written, changed and left out, and what comes next."""
    from rich.table import Table

    days = f", {found.since:%d-%b-%Y} to {found.through:%d-%b-%Y}" if found.since and found.through else ""
    out.print(line(f"{found.broker}: {statement.name}{days}"))
    table = Table("table", "leg", "contract", box=None, pad_edge=False)
    for name in ("quantity", "fill", "opened"):
        table.add_column(name, justify="right")
    for where, leg, held in done.rows:
        fill = "not in the file" if held.price is None else f"{held.price:,.2f}"
        opened = "not in the file" if held.opened is None else f"{held.opened:%d-%b-%Y}"
        table.add_row(where, leg, held.contract.name, f"{held.quantity:+d}", fill, opened)
    if done.rows:
        out.print(table)
    for change in done.changes or ("nothing",):
        out.print(plain(f"Changed      {change}"))
    for what, why in done.left_out:
        out.print(f"[yellow]Not written[/]  {line(what)}: {line(why)}")
    for skipped in found.skipped:
        label = "[yellow]Not written[/] " if skipped.ours else "Left out    "
        out.print(f"{label} {line(skipped.what)}: {line(skipped.reason)}")
    for note in done.notes:
        out.print(f"[yellow]Note[/]         {plain(note)}")
    written = {held.contract.name for _, _, held in done.rows}
    if costs := [name for name in found.with_commissions if name in written]:
        out.print(f"[yellow]Note[/]         the fill is the cost price, commissions included: {line(', '.join(costs))}")
    for kept in done.kept:
        out.print(f"[yellow]Old value[/]    {plain(kept)}")
    if found.from_trades:
        out.print("These are what the trades of the file leave open: what was opened before its first day is not seen.")
    if dry_run:
        out.print("Nothing was written: this was a dry run.")
        return
    named = f'"{workbook}"' if " " in str(workbook) else str(workbook)
    moment = "" if done.asof is None else f", calculated as of {done.asof:%d-%b-%Y %H:%M} New York"
    out.print(line(f"Wrote {workbook}{moment}. Check the sheet Position against your broker's screen."))
    out.print(line(f"Next: `alvh-xl refresh {named}` for today's market. Educational, not advice."))
