"""Reading and writing the ZIP container of a workbook: limits first, so that a hostile file costs nothing."""

from __future__ import annotations

import io
import os
import stat
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lxml import etree

from .errors import WorkbookError

MAX_FILE_BYTES = 256 * 2**20  # the file on disk
MAX_TOTAL_BYTES = 512 * 2**20  # all parts unpacked
MAX_PART_BYTES = 256 * 2**20  # one part unpacked
MAX_ENTRIES = 10_000
MAX_RATIO = 250  # unpacked : packed; sheets of identical formulas reach about 60
RATIO_MATTERS_ABOVE = 8 * 2**20  # tiny parts may compress as well as they like

_OLD_OFFICE = bytes.fromhex("D0CF11E0A1B11AE1")

Element = Any  # of lxml, which comes without types


def read_file(path: str | Path) -> bytes:
    """Read a workbook file.

    Raises
    ------
    WorkbookError
        Missing, locked, no ordinary file (a folder, a pipe, a device), or larger than 256 MiB.
    """
    path = Path(path)
    try:
        kind = path.stat()  # before it is opened: opening a pipe waits for a writer
        if stat.S_ISDIR(kind.st_mode):
            raise WorkbookError(f"{path.name} is a folder: name the workbook in it")
        if not stat.S_ISREG(kind.st_mode):
            raise WorkbookError(f"{path.name} is no ordinary file: a pipe or a device can't be a workbook")
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            data = file.read(MAX_FILE_BYTES + 1) if size <= MAX_FILE_BYTES else b""
        if max(size, len(data)) > MAX_FILE_BYTES:  # also one that grows while it is read
            raise WorkbookError(f"{path.name} is too large: over {MAX_FILE_BYTES >> 20} MiB")
        return data
    except PermissionError as error:
        raise WorkbookError(f"{path.name} can't be read: it is locked by another program or not yours") from error
    except OSError as error:
        raise WorkbookError(f"{path.name} can't be read: {error.strerror or error}") from error


def unpack(data: bytes) -> tuple[list[zipfile.ZipInfo], dict[str, bytes]]:
    """Entries and unpacked parts of a workbook container.

    Raises
    ------
    WorkbookError
        Not a ZIP file, encrypted, truncated, over a limit, or with a name that points outside the package.
    """
    if data.startswith(_OLD_OFFICE):
        raise WorkbookError("the workbook is encrypted, or an old .xls file: save it as .xlsx without a password")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            _check_entries(infos)
            parts = {info.filename: archive.read(info) for info in infos if not info.is_dir()}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        raise WorkbookError(f"not an Excel workbook, or the file is truncated or damaged ({error})") from error
    return infos, parts


def _check_entries(infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > MAX_ENTRIES:
        raise WorkbookError(f"the workbook is too large: more than {MAX_ENTRIES} parts")
    total = 0
    seen: set[str] = set()
    for info in infos:
        _check_name(info)
        if info.filename.lower() in seen:
            raise WorkbookError(f"the workbook holds the part {info.filename[:60]!r} twice")
        seen.add(info.filename.lower())
        if info.flag_bits & 1:
            raise WorkbookError("the workbook is encrypted")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise WorkbookError(f"part {info.filename[:60]} uses a compression Excel does not know")
        total += info.file_size
        if info.file_size > MAX_PART_BYTES or total > MAX_TOTAL_BYTES:
            raise WorkbookError(f"the workbook is too large: over {MAX_TOTAL_BYTES >> 20} MiB unpacked")
        if info.file_size > RATIO_MATTERS_ABOVE and info.file_size > MAX_RATIO * max(info.compress_size, 1):
            raise WorkbookError(f"part {info.filename[:60]} unpacks to over {MAX_RATIO} times its size: a zip bomb")


def _check_name(info: zipfile.ZipInfo) -> None:
    name = info.orig_filename
    steps = name.split("/")
    if name.startswith("/") or "\\" in name or "\0" in name or ":" in steps[0] or ".." in steps or "." in steps:
        raise WorkbookError(f"part name {name[:60]!r} points outside the package")


def pack(infos: list[zipfile.ZipInfo], parts: Mapping[str, bytes]) -> bytes:
    """Container with the same entries in the same order, dates kept; the same input gives the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for info in infos:
            entry = zipfile.ZipInfo(info.filename, info.date_time)
            entry.compress_type = info.compress_type
            entry.external_attr = info.external_attr
            entry.create_system = info.create_system
            archive.writestr(entry, parts.get(info.filename, b""))
    return buffer.getvalue()


def parse_xml(data: bytes, part: str) -> Element:
    """Root element of an XML part, with no entities, no DTD and no network.

    Raises
    ------
    WorkbookError
        Malformed, or a document type is declared (Excel never writes one; entity bombs need one).
    """
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise WorkbookError(f"part {part} declares a document type or entities: refused")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise WorkbookError(f"part {part} is damaged: {str(error)[:100]}") from error
    if root.getroottree().docinfo.doctype:  # written in another encoding
        raise WorkbookError(f"part {part} declares a document type or entities: refused")
    return root


def xml_bytes(root: Element) -> bytes:
    """Part text of an element, as Office writes it."""
    text: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return text
