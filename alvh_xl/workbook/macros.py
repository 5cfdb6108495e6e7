"""The macros behind the buttons: Excel calls `refresh()` and `export()` through xlwings' RunPython.

Where Excel can call Python from cells (Windows), Refresh writes the market into the open workbook and lets Excel
calculate. Elsewhere (Mac) it saves and closes the workbook, refreshes the file as `alvh-xl refresh` does, and opens it
again with calculation set to manual, so that cells keep their values.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from alvh_xl.hosts.embedded import Package, WorkbookError, save_atomically, set_name
from alvh_xl.hosts.excel import macros as excel
from alvh_xl.hosts.excel.book import MacroError, OpenBook
from alvh_xl.hosts.excel.macros import Screen
from alvh_xl.market import MarketError, MarketMorning, read_sample
from alvh_xl.market.legs import LegReader, Legs
from alvh_xl.workbook import leg_quotes
from alvh_xl.workbook import refresh as file_refresh
from alvh_xl.workbook.export import export as export_files
from alvh_xl.workbook.journal import write_journal
from alvh_xl.workbook.target import is_morning, write_market

# Where data come from, by the text of the named cell `data_source`. A replayed source shows any past morning: the one
# in the named cell `asof`.
Notes = list[str]
Reader = Callable[[dt.datetime | None, Legs, Notes], MarketMorning]  # adds what its user must know of the reading
READERS: Final[Mapping[str, Reader]] = {
    "sample": lambda asof, legs, notes: read_sample(asof),
    "store": lambda asof, legs, notes: _read_stored(asof, legs),
    "live": lambda asof, legs, notes: _read_live(asof, legs, notes),
}
REPLAYED: Final = ("sample", "store")
HOST_NOTE: Final = "host_note"
MAC_NOTE: Final = (
    "Values computed by the embedded engine; calculation is manual. After changing an input, click Refresh again."
)
STAGES: Final = 3
MOST_LINES: Final = 5  # of a message about what could not be fetched


def refresh() -> None:
    """Run the macro Refresh on the calling workbook."""
    excel.run("Refresh", refresh_open if sys.platform != "darwin" else refresh_file)


def export() -> None:
    """Run the macro Export on the calling workbook."""
    excel.run("Export", export_copy)


# ---- Refresh on Windows ------------------------------------------------------------------------------------


def refresh_open(book: OpenBook, screen: Screen) -> str | None:
    """Write the market into the open workbook and let Excel calculate; all or nothing.

    Parameters
    ----------
    book, screen
        The open workbook, and where progress is shown.

    Returns
    -------
    str or None
        What the user must know: what could not be fetched, tables or names that are gone, a workbook that can't be
        saved.

    Raises
    ------
    MacroError, WorkbookError
        Nothing could be done; the workbook is as it was.
    """
    _check_ours(book)
    screen.say(f"1/{STAGES} Reading the market")
    notes: Notes = []
    morning = _read(book, notes)
    screen.say(f"2/{STAGES} Writing the market tables as of {morning.asof:%d-%b-%Y %H:%M} New York")
    with book.changing():
        notes += [_sentence(line) for line in write_market(book, morning)]
        if book.value(HOST_NOTE) == MAC_NOTE:  # here Excel itself calculates
            book.set_name(HOST_NOTE, None)
            screen.calculation = "automatic"
        screen.say(f"3/{STAGES} Calculating")
        book.app.calculate()
        try:
            notes += [_sentence(line) for line in write_journal(book)]
        except MacroError as problem:  # raised before anything is written; the morning itself is good
            notes.append(f"{problem} This morning was not recorded in the Journal.")
    if book.read_only:
        notes.append(f"{book.name} is open read-only: save it under another name to keep this morning.")
    return "\n".join(notes) or None


def _check_ours(book: OpenBook) -> None:
    if not is_morning(book):
        raise MacroError(
            f"{book.name} has none of the tables Market, History and Curve, so it is no morning workbook. "
            "Open one that `alvh-xl new` made."
        )


def _read(book: OpenBook, notes: Notes) -> MarketMorning:
    reader, asof = _source(_named_source(book), lambda: book.moment("asof"))
    return _morning(reader, asof, leg_quotes.wanted(book), notes)


def _named_source(book: OpenBook) -> Any:
    """Value of the named cell; without the name, which is then reported as gone, the sample."""
    return book.value("data_source") if book.has_name("data_source") else "sample"


def _source(name: Any, asof: Callable[[], dt.datetime | None]) -> tuple[Reader, dt.datetime | None]:
    """Reader of the workbook's data source, and the moment to read; a live source reads the present."""
    # A live source says after a comma what could not be fetched.
    source = "" if name is None else str(name).split(",")[0].strip()
    if source not in READERS:
        fault = f"The data source “{source}” is unknown." if source else "No data source is named."
        raise MacroError(f"{fault} Write one of these into the cell data_source: {', '.join(READERS)}.")
    return READERS[source], asof() if source in REPLAYED else None


def _read_live(asof: dt.datetime | None, legs: Legs, notes: Notes) -> MarketMorning:
    """Read the morning; the lines about it are those `alvh-xl refresh` prints, the first few of them."""
    from alvh_xl.market.live import live

    with live(_now) as source:
        morning = source.read(asof, legs)
        said = source.warnings()
    more = [f"and {len(said) - MOST_LINES} more; `alvh-xl refresh` lists them all"] if len(said) > MOST_LINES else []
    notes += [_sentence(line) for line in [*said[:MOST_LINES], *more]]
    return morning


def _read_stored(asof: dt.datetime | None, legs: Legs) -> MarketMorning:
    from alvh_xl.market.live import read_stored

    return read_stored(asof, _now, legs=legs)


def _now() -> dt.datetime:
    """New York wall clock; the button asks for the present as the command line does."""
    return dt.datetime.now(ZoneInfo("America/New_York")).replace(tzinfo=None)


def _morning(reader: Reader, asof: dt.datetime | None, legs: Legs, notes: Notes) -> MarketMorning:
    try:
        return reader(asof, legs, notes)
    except MarketError as problem:
        text = str(problem)
        raise MacroError(text[:1].upper() + text[1:]) from problem


def _sentence(line: str) -> str:
    return f"{line[:1].upper()}{line[1:]}."


# ---- Refresh where cells can't call Python ---------------------------------------------------------------------


def refresh_file(book: OpenBook, screen: Screen) -> str | None:
    """Save and close the workbook, refresh its file without Excel, and open it with calculation set to manual.

    Parameters
    ----------
    book, screen
        The open workbook, and where progress is shown.

    Returns
    -------
    str or None
        What the user must know: what could not be fetched, tables or names that are gone, cells that keep an old value.

    Raises
    ------
    MacroError, WorkbookError
        Nothing could be done; the workbook is open again as it was saved.
    """
    _check_ours(book)
    reader, asof = _source(_named_source(book), lambda: book.moment("asof"))
    notes: Notes = []
    with book.away() as path:
        screen.calculation = "manual"
        # The note is written to a copy first, so that the file changes once: to the whole new workbook.
        with tempfile.TemporaryDirectory() as folder:
            draft = Path(folder) / path.name
            origin = _with_note(path, draft)
            read = LegReader(lambda _, legs: _morning(reader, asof, legs, notes))
            outcome = file_refresh.refresh(draft, read, asof, screen.say)
            save_atomically(draft.read_bytes(), path, origin)
    shown = ("STALE", "MISSING", "check fails", "checks that fail")  # these the workbook itself says
    gone = [_sentence(line) for line in outcome.warnings if not line.startswith(shown)]
    kept = [f"Old value: {line}" for line in outcome.kept]
    return "\n".join([*notes, *gone, *kept]) or None


def _with_note(path: Path, draft: Path) -> bytes | None:
    """Write a copy of a workbook whose named cell `host_note`, if it has one, says who calculated; returns the
    fingerprint of the file it was made from."""
    package = Package.open(path)
    if HOST_NOTE in package.names:
        with contextlib.suppress(WorkbookError):  # a formula of the user stands there: theirs
            set_name(package, HOST_NOTE, MAC_NOTE)
    draft.write_bytes(package.to_bytes())
    return package.origin


# ---- Export -----------------------------------------------------------------------------------------------


def export_copy(book: OpenBook, screen: Screen) -> str:
    """Write values-only copies of what the open workbook shows, beside its file; the workbook itself is not touched.

    Named cells `export_format` (xlsx, pdf, html, csv), `export_sheets` and `export_redact` (positions), where the
    workbook has them, say what is written, as the options of `alvh-xl export` do; without them it is the .xlsx.

    Returns
    -------
    str
        Where the copy is.

    Raises
    ------
    MacroError, WorkbookError
        Nothing was written.
    """
    if not book.path:
        raise MacroError(f"{book.name} was never saved, so there is no folder for the copy. Save it, then try again.")
    folder = Path(book.path).parent
    screen.say("Copying the values")
    formats, sheets = _words(book, "export_format") or ["xlsx"], _words(book, "export_sheets")
    redact = next(iter(_words(book, "export_redact")), "").lower()
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / Path(book.path).name
        book.copy_to(copy)
        chosen = [name.lower() for name in formats]
        done = export_files(copy, chosen, sheets, redact or None, printer=book.print_file)
        for made in done.paths:
            save_atomically(made.read_bytes(), folder / made.name)
    names = ", ".join(str(folder / made.name) for made in done.paths)
    said = "".join(f"\n{note[:1].upper()}{note[1:]}." for note in done.notes)
    return f"Wrote {names}: values only, no formulas and no macros.{said} Educational, not advice."


def _words(book: OpenBook, name: str) -> list[str]:
    """Words of a named cell, with commas between them; none when the workbook has no such cell or it is blank."""
    text = book.value(name) if book.has_name(name) else None
    return [word.strip() for word in text.split(",") if word.strip()] if isinstance(text, str) else []
