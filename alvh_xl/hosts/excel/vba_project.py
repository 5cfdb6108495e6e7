"""Writes xl/vbaProject.bin: VBA modules as source only, which Excel compiles when it opens the file.

The form is that of [MS-OVBA]: a compound file whose `dir` stream describes the project, a compressed stream of source
for each module, and a `_VBA_PROJECT` stream without compiled code (version 0xFFFF tells the editor to ignore any).
Sources are stored in code page 1252 with CR LF. Texts we write ourselves are plain ASCII.
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from .compound_file import compound_file

ModuleKind = Literal["standard", "class", "workbook", "sheet"]

ENCODING: Final = "cp1252"
CHUNK: Final = 4096
_SOURCE_ONLY: Final = bytes.fromhex("CC61FFFF000000")
_BASES: Final[dict[str, str]] = {
    "class": "0{FCFB3D2A-A0FA-1068-A738-08002B3371B5}",
    "workbook": "0{00020819-0000-0000-C000-000000000046}",
    "sheet": "0{00020820-0000-0000-C000-000000000046}",
}


@dataclass(frozen=True)
class Module:
    """One module: its name and its code, without the hidden attributes that a module of its kind starts with."""

    name: str
    code: str
    kind: ModuleKind = "standard"

    @property
    def source(self) -> bytes:
        """The module's text as it is stored: the attributes, then the code."""
        lines = [f'Attribute VB_Name = "{self.name}"', *self._attributes()]
        lines += _without_header(self.code.replace("\r\n", "\n").split("\n"))
        return ("\r\n".join(lines).rstrip("\r\n") + "\r\n").encode(ENCODING)

    def _attributes(self) -> list[str]:
        if self.kind == "standard":
            return []
        document = self.kind != "class"
        return [
            f'Attribute VB_Base = "{_BASES[self.kind]}"',
            "Attribute VB_GlobalNameSpace = False",
            "Attribute VB_Creatable = False",
            f"Attribute VB_PredeclaredId = {document}",
            f"Attribute VB_Exposed = {document}",
            "Attribute VB_TemplateDerived = False",
            f"Attribute VB_Customizable = {document}",
        ]


def _without_header(lines: list[str]) -> list[str]:
    """Drop what an exported .bas or .cls file carries above its code; attributes of procedures stay."""
    if lines and lines[0].startswith("VERSION 1.0 CLASS"):
        lines = lines[lines.index("END") + 1 :]
    return [line for line in lines if not line.startswith("Attribute VB_")]


@dataclass(frozen=True)
class LibraryReference:
    """A registered type library the project uses."""

    name: str
    libid: str


@dataclass(frozen=True)
class ProjectReference:
    """Another workbook's VBA project: Excel takes an open add-in of that file name, else looks at the path."""

    name: str
    path: str
    version: tuple[int, int] = (1, 0)  # of the project referred to; Excel accepts another one


# What Excel gives every new project, in the order in which it writes them.
OLE_AUTOMATION: Final = LibraryReference(
    "stdole", r"*\G{00020430-0000-0000-C000-000000000046}#2.0#0#C:\Windows\System32\stdole2.tlb#OLE Automation"
)
OFFICE: Final = LibraryReference(
    "Office",
    r"*\G{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}#2.0#0#"
    r"C:\Program Files\Common Files\Microsoft Shared\OFFICE16\MSO.DLL#Microsoft Office 16.0 Object Library",
)
Reference = LibraryReference | ProjectReference


def vba_project(
    modules: Sequence[Module], name: str = "VBAProject", references: Sequence[Reference] = (OLE_AUTOMATION, OFFICE)
) -> bytes:
    """Write a VBA project.

    Parameters
    ----------
    modules
        The workbook's module, one for each sheet, then the others; names unlike in any case, at most 31 characters.
    name
        The project's name as the editor shows it.
    references
        Libraries and projects that the modules use, the strongest first.

    Returns
    -------
    bytes
        The part xl/vbaProject.bin; the same modules give the same bytes.

    Raises
    ------
    ValueError
        Two modules share a name, or a name is no VBA identifier.
    UnicodeEncodeError
        A source holds a character that code page 1252 lacks.
    """
    _check_names([name, *(module.name for module in modules)])
    streams = {"dir": compress(_dir_stream(name, modules, references)), "_VBA_PROJECT": _SOURCE_ONLY}
    streams |= {module.name: compress(module.source) for module in modules}
    return compound_file({"VBA": streams, "PROJECT": _project_stream(name, modules), "PROJECTwm": _names(modules)})


def _check_names(names: Sequence[str]) -> None:
    for name in names:
        if not (name.isascii() and name.isidentifier() and name[0] != "_" and len(name) <= 31):
            raise ValueError(f"{name!r} is no name for a VBA project or module")
    if len({name.casefold() for name in names[1:]}) < len(names) - 1:
        raise ValueError("two modules share a name")


# ---- compression: [MS-OVBA] 2.4.1 ---------------------------------------------------------------------------


def compress(data: bytes) -> bytes:
    """Compress a stream.

    A last piece of over 3,640 bytes without any repetition can only be stored raw, which pads it with zero bytes to
    4,096; text never is such a piece.
    """
    out = bytearray(b"\x01")
    for start in range(0, len(data), CHUNK):
        chunk = data[start : start + CHUNK]
        tokens = _tokens(chunk)
        if len(tokens) > CHUNK:
            out += struct.pack("<H", 0x3000 | (CHUNK - 1)) + chunk.ljust(CHUNK, b"\0")
        else:
            out += struct.pack("<H", 0xB000 | (len(tokens) - 1)) + tokens
    return bytes(out)


def _tokens(chunk: bytes) -> bytes:
    """Literals and copies of one chunk, eight after each byte of flags."""
    out = bytearray()
    seen: dict[bytes, list[int]] = {}  # where each three bytes have been seen
    position = count = flags_at = 0
    while position < len(chunk):
        if count % 8 == 0:
            flags_at = len(out)
            out.append(0)
        bits = max((position - 1).bit_length(), 4)  # of a copy's offset; the rest of its 16 are the length
        offset, length = _longest(chunk, position, seen, (0xFFFF >> bits) + 3) if position else (0, 0)
        if length:
            out += struct.pack("<H", (offset - 1) << (16 - bits) | (length - 3))
            out[flags_at] |= 1 << (count % 8)
        else:
            out.append(chunk[position])
        for place in range(position, position + max(length, 1)):
            seen.setdefault(chunk[place : place + 3], []).append(place)
        position += max(length, 1)
        count += 1
    return bytes(out)


def _longest(chunk: bytes, position: int, seen: dict[bytes, list[int]], most: int) -> tuple[int, int]:
    """Offset and length of the longest earlier occurrence of what follows, the nearest of equals; (0, 0): none."""
    most = min(most, len(chunk) - position)
    best = (0, 0)
    if most < 3:
        return best
    for place in reversed(seen.get(chunk[position : position + 3], ())):
        length = 3
        while length < most and chunk[place + length] == chunk[position + length]:
            length += 1
        if length > best[1]:
            best = position - place, length
            if length == most:
                break
    return best


# ---- the project's own streams: [MS-OVBA] 2.3 ----------------------------------------------------------------


def _record(kind: int, payload: bytes = b"") -> bytes:
    return struct.pack("<HI", kind, len(payload)) + payload


def _text(kind: int, unicode_kind: int, text: str) -> bytes:
    return _record(kind, text.encode(ENCODING)) + _record(unicode_kind, text.encode("utf-16-le"))


def _sized(text: str) -> bytes:
    data = text.encode(ENCODING)
    return struct.pack("<I", len(data)) + data


def _dir_stream(name: str, modules: Sequence[Module], references: Sequence[Reference]) -> bytes:
    english, code_page, cookie = struct.pack("<I", 0x409), struct.pack("<H", 1252), struct.pack("<H", 0xFFFF)
    nothing = bytes(4)
    out = _record(0x01, struct.pack("<I", 1)) + _record(0x02, english) + _record(0x14, english)
    out += _record(0x03, code_page) + _record(0x04, name.encode(ENCODING))
    out += _text(0x05, 0x40, "") + _text(0x06, 0x3D, "") + _record(0x07, nothing) + _record(0x08, nothing)
    out += struct.pack("<HIIH", 0x09, 4, 1, 0) + _text(0x0C, 0x3C, "")
    for reference in references:
        out += _text(0x16, 0x3E, reference.name) + _reference(reference)
    out += _record(0x0F, struct.pack("<H", len(modules))) + _record(0x13, cookie)
    for module in modules:
        out += _text(0x19, 0x47, module.name) + _text(0x1A, 0x32, module.name) + _text(0x1C, 0x48, "")
        out += _record(0x31, nothing) + _record(0x1E, nothing) + _record(0x2C, cookie)
        out += _record(0x21 if module.kind == "standard" else 0x22) + _record(0x2B)
    return out + _record(0x10)


def _reference(reference: Reference) -> bytes:
    if isinstance(reference, LibraryReference):
        return _record(0x0D, _sized(reference.libid) + bytes(6))
    file_name = reference.path.replace("/", "\\").rpartition("\\")[2]
    places = _sized(rf"*\C{reference.path}") + _sized(rf"*\C{file_name}")
    return _record(0x0E, places + struct.pack("<IH", *reference.version))


def _project_stream(name: str, modules: Sequence[Module]) -> bytes:
    words = {"standard": "Module={}", "class": "Class={}"}
    lines = [words.get(module.kind, "Document={}/&H00000000").format(module.name) for module in modules]
    seed = "\n".join((name, *lines))
    project_id = "{" + str(uuid.uuid5(uuid.NAMESPACE_URL, seed)).upper() + "}"
    unprotected, no_password, visible = bytes(4), bytes(1), b"\xff"
    text = [
        f'ID="{project_id}"', *lines, f'Name="{name}"', 'HelpContextID="0"', 'VersionCompatible32="393222000"',
        f'CMG="{encrypt(unprotected, project_id)}"', f'DPB="{encrypt(no_password, project_id)}"',
        f'GC="{encrypt(visible, project_id)}"', "",
        "[Host Extender Info]", "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000", "",
        "[Workspace]", *(f"{module.name}=0, 0, 0, 0, C" for module in modules), "",
    ]  # fmt: skip
    return "\r\n".join(text).encode(ENCODING)


def encrypt(data: bytes, project_id: str, seed: int = 0x5A) -> str:
    """Hide a protection flag as [MS-OVBA] 2.4.3.2 wants it; `project_id` includes its braces."""
    key = sum(project_id.encode("ascii")) & 0xFF
    out = bytearray([seed, seed ^ 2, seed ^ key])
    plain = key
    for byte in bytes((seed & 6) >> 1) + struct.pack("<I", len(data)) + data:
        out.append(byte ^ ((out[-2] + plain) & 0xFF))
        plain = byte
    return out.hex().upper()


def _names(modules: Sequence[Module]) -> bytes:
    pairs = (m.name.encode(ENCODING) + b"\0" + m.name.encode("utf-16-le") + b"\0\0" for m in modules)
    return b"".join(pairs) + b"\0\0"
