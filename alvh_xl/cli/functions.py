"""alvh-xl functions: the vocabulary on the command line."""

from __future__ import annotations

from typing import Annotated

import typer

from alvh_xl.cli.shared import app, fail, out, plain


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
        out.print(plain(reference.listing(REGISTRY.values())))
    elif name.upper() in REGISTRY:
        out.print(plain(reference.page(REGISTRY[name.upper()])))
    else:
        raise fail(f"no function {name!r}; `alvh-xl functions` lists all")


def _said(line: tuple[bool, str]) -> bool:
    """Print a checked function; whether it answers."""
    fine, text = line
    out.print(plain(text))
    return fine
