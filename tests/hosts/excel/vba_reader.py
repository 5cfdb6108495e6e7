"""Reads VBA projects and packages back with independent programs: olefile (strict) and oletools."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import Any

import pytest

olefile = pytest.importorskip("olefile")
olevba = pytest.importorskip("oletools.olevba")


def open_strictly(project: bytes) -> Any:
    """Open a compound file; anything even potentially wrong raises."""
    return olefile.OleFileIO(io.BytesIO(project), raise_defects=olefile.DEFECT_POTENTIAL)


def decompress(data: bytes) -> bytes:
    """Decompress a stream with oletools."""
    return bytes(olevba.decompress_stream(bytearray(data)))


def sources(project: bytes) -> dict[str, bytes]:
    """Source of each module as stored, by name, in the order of the `dir` stream."""
    container = open_strictly(project)
    return {name: decompress(container.openstream(f"VBA/{name}").read()) for name in module_names(project)}


def records(project: bytes) -> list[tuple[int, bytes]]:
    """Kind and payload of each record of the `dir` stream."""
    data = decompress(open_strictly(project).openstream("VBA/dir").read())
    found, place = [], 0
    while place < len(data):
        kind, size = struct.unpack_from("<HI", data, place)
        size = 6 if kind == 0x09 else size  # the version: its size field is a constant 4
        found.append((kind, data[place + 6 : place + 6 + size]))
        place += 6 + size
    assert place == len(data), "the last record is cut"
    return found


def module_names(project: bytes) -> list[str]:
    """Names of the modules' streams."""
    return [payload.decode("cp1252") for kind, payload in records(project) if kind == 0x1A]


def oletools_modules(file: bytes) -> dict[str, str]:
    """Name and code of each module as oletools' own parser of the project finds them in a workbook."""
    parser = olevba.VBA_Parser("workbook", data=file)
    try:
        return {name.rpartition(".")[0]: code for _, _, name, code in parser.extract_macros()}
    finally:
        parser.close()


def part(package: bytes, name: str) -> bytes:
    """One part of a package."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return archive.read(name)
