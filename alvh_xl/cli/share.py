"""alvh-xl export: from a workbook to copies to share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from alvh_xl.cli.shared import app, err, line, out
from alvh_xl.cli.workbooks import Workbook


def _list(text: str) -> list[str]:
    """Words of a text with commas between them."""
    return [word.strip() for word in text.split(",") if word.strip()]


@app.command()
def export(
    workbook: Workbook,
    format: Annotated[str, typer.Option(help="xlsx, pdf, html, csv; several with commas between them.")] = "xlsx",
    sheets: Annotated[
        str, typer.Option(help="Sheets to share, with commas between them; default: all but the Journal.")
    ] = "",
    redact: Annotated[str, typer.Option(help="positions: without quantities and dollars.")] = "",
    out_path: Annotated[
        Path | None,
        typer.Option("--out", help="Folder, or file, to write; default: beside the workbook, named by its as-of."),
    ] = None,
) -> None:
    """Write values-only copies to share: formats and charts stay; formulas, macros and links are gone."""
    from alvh_xl.hosts.excel.printer import excel_printer
    from alvh_xl.workbook.export import export as run

    formats = _list(format.lower())
    printer = excel_printer() if "pdf" in formats else None
    done = run(workbook, formats, _list(sheets), redact.strip().lower() or None, out_path, printer)
    for note in done.notes:
        err.print(f"[yellow]Note[/] {line(note)}")
    for path in done.paths:
        out.print(line(f"Wrote {path}"))
    out.print("Values only, as last saved. Educational, not advice.")
