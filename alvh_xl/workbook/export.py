"""A copy of a workbook for people who do not have the add-in: values, formats and charts, and nothing that runs."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from alvh_xl.functions.cells import EPOCH
from alvh_xl.hosts.embedded import Package, WorkbookError, save_atomically

from .files import open_workbook
from .pdf_copy import Printing, find_program
from .values_only_package import Copy

FORMATS: Final = ("xlsx", "pdf", "html", "csv")
REDACTIONS: Final = ("positions",)
Printer = Callable[[Path, Path], None]  # a workbook file, and the PDF to write


@dataclass(frozen=True)
class Exported:
    """What an export wrote.

    Attributes
    ----------
    paths
        The files, in the order of the formats asked for.
    notes
        What the user must know, a line each: what was left out, and why.
    """

    paths: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Job:
    """What is written where: the values-only copy, its moment, the formats, and what the user must know."""

    data: bytes
    asof: dt.datetime | None
    base: str
    formats: tuple[str, ...]
    folder: Path
    single: Path | None  # the file, when one was named
    notes: list[str]

    def target(self, name: str) -> Path:
        """File of a format."""
        return self.single if self.single and name in self.formats else self.folder / f"{self.base}.{name}"


def export(
    workbook: Path,
    formats: Sequence[str] = ("xlsx",),
    sheets: Collection[str] = (),
    redact: str | None = None,
    out: Path | None = None,
    printer: Printer | None = None,
) -> Exported:
    """Write values-only copies of a workbook, each in one step.

    The copies show what the workbook shows as last saved. Formats, charts, column widths, print set-up, conditional
    formats, validations, tables, sparklines, notes and pictures stay in the .xlsx. Every formula becomes its value;
    macros, buttons, links to other files, queries, pivot tables, hidden sheets, hidden names, the Journal and whatever
    tells who made the workbook, and where, are left out. A chart that drew from one of these keeps the points it
    showed. The other formats are made from the .xlsx.

    Parameters
    ----------
    workbook : Path
        The .xlsx or .xlsm file; it is only read.
    formats : sequence of str
        Of `FORMATS`. LibreOffice prints the PDF, else `printer`; without either the HTML is written in its place,
        and the notes say so.
    sheets : collection of str
        Names of the sheets to share, whatever their case; none: every visible one but the Journal.
    redact : str, optional
        "positions" blanks quantities and dollars; see `alvh_xl.workbook.redaction`.
    out : Path, optional
        A folder, made if need be, or the file for one format other than csv. Default: beside the workbook. Files are
        called `<stem>-values-<YYYY-MM-DD-HHMM>` by the named cell `asof`, without the date when there is none.
    printer : callable, optional
        Prints a workbook file as a PDF where there is no LibreOffice; raises `WorkbookError` when it can't.

    Returns
    -------
    Exported
        The files written, and what was left out.

    Raises
    ------
    WorkbookError
        The workbook can't be read, has no sheet to show, or a copy can't be written there.
    """
    workbook = Path(workbook)
    _check(formats, redact)
    package = open_workbook(workbook)
    asof = _asof(package)
    base = f"{workbook.stem}-{'redacted' if redact else 'values'}" + (f"-{asof:%Y-%m-%d-%H%M}" if asof else "")
    folder, single = _destination(workbook, formats, out)
    data, notes = _values_only(package, workbook, asof, sheets, redact)
    job = _Job(data, asof, base, tuple(dict.fromkeys(formats)), folder, single, notes)
    return Exported(_write(_made(job, printer), workbook), notes)


def export_xlsx(workbook: Path, target: Path | None = None) -> Path:
    """Write the values-only .xlsx of a workbook, and return its path; `export` says what it holds.

    Raises
    ------
    WorkbookError
        The workbook can't be read, has no sheet to show, or the copy can't be written there.
    """
    if target is not None and Path(target).suffix.lower() != ".xlsx":
        raise WorkbookError(f"{Path(target).name}: a values-only copy needs a name that ends in .xlsx")
    return export(workbook, ("xlsx",), out=target).paths[0]


# ---- what is asked for -------------------------------------------------------------------------------------


def _check(formats: Sequence[str], redact: str | None) -> None:
    for name in formats:
        if name not in FORMATS:
            raise WorkbookError(f"unknown format {name!r}; this version exports {', '.join(FORMATS)}")
    if not formats:
        raise WorkbookError(f"no format given; this version exports {', '.join(FORMATS)}")
    if redact and redact not in REDACTIONS:
        raise WorkbookError(f"unknown redaction {redact!r}; this version knows: {', '.join(REDACTIONS)}")


def _destination(workbook: Path, formats: Sequence[str], out: Path | None) -> tuple[Path, Path | None]:
    """Folder for the copies, and the one file when a file was named."""
    if out is None:
        return workbook.parent, None
    out = Path(out)
    endings = [f".{name}" for name in FORMATS]
    if out.is_dir() or out.suffix.lower() not in (*endings, ".xlsm"):
        return out, None
    if len(formats) > 1 or formats[0] == "csv":
        raise WorkbookError(f"{out.name} names one file, but several are to be written: name a folder")
    if out.suffix.lower() != f".{formats[0]}":
        raise WorkbookError(f"{out.name}: a values-only copy in this format needs a name that ends in .{formats[0]}")
    return out.parent, out


def _asof(package: Package) -> dt.datetime | None:
    """Moment the workbook speaks of, from its named cell."""
    place = next((area for name, area in package.names.items() if name.casefold() == "asof"), None)
    if place is None:
        return None
    sheet, box = place
    value = package.sheet(sheet).value(box.top, box.left)
    if not isinstance(value, float) or not 61 <= value < 2_900_000:
        return None
    days = value + (1462 if package.dates_from_1904 else 0)
    return EPOCH + dt.timedelta(minutes=round(days * 1440))


# ---- what is made ------------------------------------------------------------------------------------------


def _values_only(
    package: Package, workbook: Path, asof: dt.datetime | None, sheets: Collection[str], redact: str | None
) -> tuple[bytes, list[str]]:
    left_out: Collection[str] = ()
    notes: list[str] = []
    try:
        if redact:
            from .redaction import Redaction

            hidden = Redaction(package)
            left_out, notes = hidden.left_out, hidden.notes
        copy = Copy(package, asof, sheets, left_out)
        return copy.to_bytes(), [*notes, *copy.notes]
    except WorkbookError as problem:
        text = str(problem)
        raise WorkbookError(text if workbook.name in text else f"{workbook.name}: {text}") from problem


def _made(job: _Job, printer: Printer | None) -> dict[Path, bytes]:
    """Content of every file asked for, the PDF last."""
    made: dict[Path, bytes] = {}
    with ExitStack() as stack:
        program = find_program() if "pdf" in job.formats else None
        # LibreOffice starts first and prints while the rest is written.
        printing = stack.enter_context(Printing(program, job.data)) if program else None
        for name in job.formats:
            if name != "pdf":
                made |= _converted(job, name)
        if "pdf" in job.formats:
            made |= _printed(job, printing) if printing else _by_excel(job, printer)
    return made


def _converted(job: _Job, name: str) -> dict[Path, bytes]:
    if name == "csv":
        return _tables(job.data, job.folder, job.base, job.notes)
    return {job.target(name): job.data if name == "xlsx" else _page(job.data, job.base, job.asof)}


def _printed(job: _Job, printing: Printing) -> dict[Path, bytes]:
    try:
        return {job.target("pdf"): printing.result()}
    except WorkbookError as problem:  # the other copies are good
        if len(job.formats) == 1:
            raise
        job.notes.append(f"no PDF: {problem}")
        return {}


def _by_excel(job: _Job, printer: Printer | None) -> dict[Path, bytes]:
    """PDF of the values-only copy by Excel; the page in its place when there is none, or it fails."""
    why = "LibreOffice is not installed here, and no Excel that could print"
    if printer is not None:
        with tempfile.TemporaryDirectory(prefix="alvh-pdf-") as folder:
            copy = Path(folder) / f"{job.base}.xlsx"
            copy.write_bytes(job.data)
            try:
                printer(copy, copy.with_suffix(".pdf"))
                return {job.target("pdf"): copy.with_suffix(".pdf").read_bytes()}
            except WorkbookError as problem:
                why = str(problem)
    job.notes.append(
        f"no PDF: {why}. The HTML was written instead; a browser prints it, and Excel saves the .xlsx as PDF"
    )
    return _converted(job, "html")


def _page(data: bytes, title: str, asof: dt.datetime | None) -> bytes:
    from .html_page import html_page

    return html_page(Package.from_bytes(data), title, asof)


def _tables(data: bytes, folder: Path, base: str, notes: list[str]) -> dict[Path, bytes]:
    from .csv_tables import csv_tables, file_word

    made: dict[Path, bytes] = {}
    for name, content in csv_tables(Package.from_bytes(data)):
        word, number = file_word(name), 2
        while (target := folder / f"{base}-{word}.csv") in made:
            word, number = f"{file_word(name)}_{number}", number + 1
        made[target] = content
    if not made:
        notes.append("no CSV: the sheets shared hold no table")
    return made


def _write(made: dict[Path, bytes], workbook: Path) -> list[Path]:
    for target in made:
        if os.path.realpath(target) == os.path.realpath(workbook):
            raise WorkbookError(f"{target.name} is the workbook itself: choose another name for the copy")
    for folder in {target.parent for target in made}:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WorkbookError(f"can't make the folder {folder}: {error.strerror or error}") from error
    for target, content in made.items():
        save_atomically(content, target)
    return list(made)
