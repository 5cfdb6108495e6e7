"""Writes a compound file, the container of a VBA project: streams in folders, as [MS-CFB] version 3 describes.

Sectors have 512 bytes. Streams below 4,096 bytes share the mini stream in pieces of 64. Everything follows from the
contents (no dates, no random ids), so the same streams give the same bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Folder = Mapping[str, "bytes | Folder"]

SECTOR, MINI_SECTOR, MINI_STREAM_BELOW = 512, 64, 4096
_FREE, _END_OF_CHAIN, _TABLE_SECTOR, _NO_ENTRY = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_RED, _BLACK = 0, 1
_IN_HEADER = 109  # sectors of the allocation table that the header can name
_MAGIC = bytes.fromhex("D0CF11E0A1B11AE1")


@dataclass
class _Entry:
    """One line of the directory."""

    name: str
    kind: int
    data: bytes = b""
    colour: int = _BLACK
    left: int = _NO_ENTRY
    right: int = _NO_ENTRY
    child: int = _NO_ENTRY
    start: int = 0
    size: int = 0

    def to_bytes(self) -> bytes:
        name = self.name.encode("utf-16-le")
        links = struct.pack("<HBBIII", len(name) + 2, self.kind, self.colour, self.left, self.right, self.child)
        return name.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", self.start, self.size)


class _Sectors:
    """The body of the file and its allocation table: after each sector, the number of the next."""

    def __init__(self) -> None:
        self.body: list[bytes] = []
        self.table: list[int] = []

    def append(self, data: bytes, filler: bytes = b"\0") -> int:
        """Put a stream at the end; returns its first sector."""
        if not data:
            return _END_OF_CHAIN
        start = len(self.body)
        self.body += [piece.ljust(SECTOR, filler) for piece in _pieces(data, SECTOR)]
        self.table += _chain(start, len(self.body) - start)
        return start


def compound_file(folder: Folder) -> bytes:
    """Write folders and streams as one compound file.

    Parameters
    ----------
    folder
        Streams (bytes) and folders by name, at most 31 characters each.

    Returns
    -------
    bytes
        The file, as strict readers of [MS-CFB] accept it.

    Raises
    ------
    ValueError
        A name is too long, or the streams need more than about 6.8 MB.
    """
    entries = [_Entry("Root Entry", _ROOT)]
    _enter(entries, 0, folder)
    sectors = _Sectors()
    mini_table = _place_streams(entries, sectors)
    mini_bytes = struct.pack(f"<{len(mini_table)}I", *mini_table)
    mini_start = sectors.append(mini_bytes, b"\xff")
    blank = struct.pack("<64xHBBIII", 0, 0, 0, _NO_ENTRY, _NO_ENTRY, _NO_ENTRY) + bytes(48)
    lines = [entry.to_bytes() for entry in entries]
    lines += [blank] * (-len(lines) % (SECTOR // len(blank)))
    directory_start = sectors.append(b"".join(lines))
    table_places = _close_table(sectors)
    header = _MAGIC + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIII", 0, len(table_places), directory_start, 0, MINI_STREAM_BELOW)
    header += struct.pack("<IIII", mini_start, -(-len(mini_bytes) // SECTOR), _END_OF_CHAIN, 0)
    header += struct.pack(f"<{_IN_HEADER}I", *table_places, *[_FREE] * (_IN_HEADER - len(table_places)))
    return header + b"".join(sectors.body)


def _enter(entries: list[_Entry], parent: int, folder: Folder) -> None:
    """Append a folder's entries and hang them under their parent as a red-black tree."""
    children: list[int] = []
    for name, content in sorted(folder.items(), key=lambda item: (len(item[0]), item[0].upper())):
        if len(name) > 31:
            raise ValueError(f"the name {name!r} is longer than 31 characters")
        children.append(len(entries))
        if isinstance(content, bytes):
            entries.append(_Entry(name, _STREAM, content))
        else:
            entries.append(_Entry(name, _STORAGE))
            _enter(entries, children[-1], content)
    entries[parent].child = _hang(entries, children, len(children).bit_length())
    if children:
        entries[entries[parent].child].colour = _BLACK  # a tree's root is black, even when it is alone


def _hang(entries: list[_Entry], children: list[int], levels: int) -> int:
    """Balance sorted entries: the middle one on top. An incomplete last level is red, all others are black."""
    if not children:
        return _NO_ENTRY
    middle = len(children) // 2
    top = entries[children[middle]]
    top.left = _hang(entries, children[:middle], levels - 1)
    top.right = _hang(entries, children[middle + 1 :], levels - 1)
    if levels == 1 and top.left == top.right == _NO_ENTRY:
        top.colour = _RED
    return children[middle]


def _place_streams(entries: list[_Entry], sectors: _Sectors) -> list[int]:
    """Store every stream's bytes; returns the allocation table of the mini stream."""
    mini = bytearray()
    mini_table: list[int] = []
    for entry in entries:
        if entry.kind != _STREAM:
            continue
        entry.size = len(entry.data)
        if not entry.data:
            entry.start = _END_OF_CHAIN
        elif entry.size < MINI_STREAM_BELOW:
            entry.start = len(mini_table)
            mini += b"".join(piece.ljust(MINI_SECTOR, b"\0") for piece in _pieces(entry.data, MINI_SECTOR))
            mini_table += _chain(entry.start, len(mini) // MINI_SECTOR - entry.start)
        else:
            entry.start = sectors.append(entry.data)
    entries[0].start, entries[0].size = sectors.append(bytes(mini)), len(mini)
    return mini_table


def _close_table(sectors: _Sectors) -> list[int]:
    """Append the allocation table itself; returns the sectors it lies in."""
    per_sector = SECTOR // 4
    count = 1
    while count * per_sector < len(sectors.body) + count:
        count += 1
    if count > _IN_HEADER:
        raise ValueError("the streams are too large for one compound file without further tables: over 6.8 MB")
    places = [len(sectors.body) + i for i in range(count)]
    table = sectors.table + [_TABLE_SECTOR] * count
    table += [_FREE] * (count * per_sector - len(table))
    sectors.body += list(_pieces(struct.pack(f"<{len(table)}I", *table), SECTOR))
    return places


def _pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[i : i + size] for i in range(0, len(data), size))


def _chain(start: int, count: int) -> list[int]:
    return [*range(start + 1, start + count), _END_OF_CHAIN]
