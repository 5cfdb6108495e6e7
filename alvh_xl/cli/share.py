"""alvh-xl export: from a workbook to a copy to share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from alvh_xl.cli.shared import app, fail, out, plain
from alvh_xl.cli.workbooks import Workbook


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
        raise fail(f"unknown format {format!r}; this version exports xlsx")
    out.print(plain(f"Wrote {export_xlsx(workbook, out_path)}"))
