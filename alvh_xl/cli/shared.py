"""What every command shares: the app, the two outputs, how a problem is said, how a moment is read."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated

import typer
from rich.console import Console

from alvh_xl import __version__

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Spreadsheet functions and a morning workbook for the Adaptive Layered VIX Hedge. Educational, not advice.",
)
out = Console(highlight=False, soft_wrap=True, emoji=False)
err = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)

# Date, minute, seconds, time zone; the last two are there to be refused by name.
_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:[\d:.,]+)?)?(\s*Z|\s*[+-]\d[\d:]*|\s+[A-Za-z][\w/+-]*)?", re.ASCII
)


@app.callback(invoke_without_command=True)
def _common(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        out.print(__version__)
        raise typer.Exit


def plain(text: str) -> str:
    """Text that rich must not read as markup."""
    return text.replace("[", "\\[")


def line(text: str) -> str:
    """`plain` on one line: a file name may hold a line break, or worse."""
    return plain("".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text))


def fail(message: str) -> typer.Exit:
    """Say in one line what is wrong; raise what this returns to end with exit status 1."""
    err.print(f"[red]alvh-xl:[/] {line(message)}")
    return typer.Exit(1)


def instant(text: str | None) -> dt.datetime | None:
    """New York wall clock of an --asof text; a date alone means 09:00."""
    if text is None:
        return None
    example = "write for example 2018-10-04T09:00"
    found = _INSTANT.fullmatch(text.strip())
    if found is None:
        raise fail(f"--asof {text!r} is no date and time; {example}")
    date, minute, seconds, zone = found.groups()
    if zone:
        raise fail(f"--asof {text!r} has a time zone, but is always New York time; {example}")
    if seconds:
        raise fail(f"--asof {text!r} has seconds, but is a moment to the minute; {example}")
    try:
        return dt.datetime.fromisoformat(f"{date}T{minute or '09:00'}")
    except ValueError:
        raise fail(f"--asof {text!r} is no date and time; {example}") from None
