"""alvh-xl gates: which published figures the data and the model prices reproduce."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alvh_xl.cli.shared import app, err, fail, line, out, plain
from alvh_xl.cli.sources import StorePath, now

if TYPE_CHECKING:
    from alvh_xl.functions.gates_report import Check, Gate, GateReport, IndexHistory, SmileRow

_COLOURS = {"PASS": "green", "FAIL": "red", "NOT MEASURED": "yellow"}
_ADVICE = "Educational, not advice."


@app.command("gates")
def gates_command(
    source: Annotated[
        str, typer.Option(help="store, sample, or a folder of daily CSV files; all gates need 1990 to 2025.")
    ] = "store",
    draws: Annotated[int, typer.Option(min=0, max=10_000, help="Random-layer placebo paths of G6.")] = 1000,
    store: StorePath = None,
) -> None:
    """Measure the method's gates: published indices and estimates against the data at hand and the model's prices."""
    from alvh_xl.functions.gates_report import gate_report

    history = _history(source, store)
    try:
        with err.status("Measuring the gates"):
            found = gate_report(history, draws)
    except ValueError as problem:
        raise fail(str(problem)) from None
    _show(found)


def _history(source: str, path: Path | None) -> IndexHistory:
    from alvh_xl.market.index_history import folder_indices, sample_indices, store_indices

    if source == "sample":
        return sample_indices()
    if source == "store":
        from alvh_xl.market.store import Store, default_path

        file = path or default_path()
        if not file.is_file():
            raise fail(f"there is no store {file}; run `alvh-xl data sync`, or measure the sample with --source sample")
        with Store(file) as opened:
            return store_indices(opened, now())
    if not Path(source).is_dir():
        raise fail(f"no source {source!r}; write store, sample, or the path of a folder with daily CSV files")
    return folder_indices(Path(source))


def _show(found: GateReport) -> None:
    for gate in found.gates:
        _gate(gate)
    if found.checks:
        out.print("\nReplicas, model-priced, beside their published indices, by calendar year (points a year):")
        for check in found.checks:
            out.print(plain(_check(check)))
    first, last = (dt.date(1899, 12, 30) + dt.timedelta(days=int(day)) for day in (found.first, found.last))
    out.print(f"\nThe back-test on both smiles, {first} to {last}:")
    for row in found.smiles:
        out.print(plain(_smile(row)))
        out.print(plain(f"    {row.verdict}"))
    out.print("")
    for words in (*found.stand_ins, f"A smile is how SPX option vols differ from VIX by strike. {_ADVICE}"):
        out.print(line(words))


def _gate(gate: Gate) -> None:
    out.print(f"[{_COLOURS[gate.status]}]{gate.name}  {gate.status}[/]  {plain(gate.what)}")
    for title, words in (("wanted", gate.requirement), ("measured", gate.measured), ("note", gate.note)):
        if words:
            out.print(plain(f"    {title:<9}{words}"))


def _check(check: Check) -> str:
    return (
        f"    {check.name:<5}smile {check.smile:<13}correlation {check.correlation:.2f}  "
        f"bias {100 * check.bias:+6.2f}  error {100 * check.error:5.2f}  {check.years} years"
    )


def _smile(row: SmileRow) -> str:
    rank = f"{row.percentile:.0f}" if math.isfinite(row.percentile) else "not drawn"
    return (
        f"    smile {row.smile:<13}unhedged: CAGR {100 * row.cagr:.2f} %, Sharpe {row.sharpe:.2f}, drawdown "
        f"{100 * row.max_drawdown:.1f} %; ALVH {row.alvh:.2f}, smaller condor {row.downsized:.2f} a unit of CVaR, "
        f"placebo percentile {rank}"
    )
