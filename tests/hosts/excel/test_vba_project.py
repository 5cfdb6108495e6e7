"""The writer of vbaProject.bin, read back by programs that are not ours."""

from __future__ import annotations

import io
import random
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlwings

from alvh_xl.hosts.excel.compound_file import compound_file
from alvh_xl.hosts.excel.vba_project import (
    OFFICE,
    OLE_AUTOMATION,
    Module,
    ProjectReference,
    compress,
    encrypt,
    vba_project,
)
from tests.hosts.excel.vba_reader import decompress, module_names, oletools_modules, open_strictly, records, sources

# The examples of [MS-OVBA] 3.2: text, and the container it compresses to.
PLAIN = ("abcdefghijklmnopqrstuv.", "0119B000616263646566676800696A6B6C6D6E6F70007172737475762E")
MOST = ("a" * 73, "0103B002614500")
# Here the specification takes the farther of two equal matches twice, against its own procedure.
NORMAL = (
    "#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa",
    "012FB000236161616263646582660070616768696A013808616B6C00306D6E6F700671027004107273747576107778797A003C",
)

TEXT = (
    'Public Sub Example()\r\n    MsgBox "A line of a macro, with variety: " & 1 + 2 * 3\r\nEnd Sub\r\n' * 700
).encode()

MODULES = [
    Module("ThisWorkbook", "Private Sub Workbook_Open()\nEnd Sub", "workbook"),
    Module("Sheet1", "", "sheet"),
    Module("Empty1", ""),
    Module("Accents", "' é ± × \u20ac\r\nPublic Sub A()\r\nEnd Sub\r\n"),
    Module("Long1", "' " + "\n' ".join(f"line {i} {i * i}" for i in range(3000))),
    Module(
        "Helper", 'VERSION 1.0 CLASS\nBEGIN\n  MultiUse = -1\nEND\nAttribute VB_Name = "X"\nPublic A As Long', "class"
    ),
]


@pytest.mark.parametrize(("text", "expected"), [PLAIN, MOST])
def test_compression_gives_the_bytes_of_the_specification(text: str, expected: str) -> None:
    """A token packed otherwise than [MS-OVBA] shows would not be read by Excel."""
    assert bytes.fromhex(expected) == compress(text.encode())


def test_compression_is_as_good_as_in_the_specification() -> None:
    """Matches that are missed make the file larger than Excel's own."""
    text, expected = NORMAL
    packed = compress(text.encode())
    assert text.encode() == decompress(bytes.fromhex(expected)) == decompress(packed)
    assert len(bytes.fromhex(expected)) == len(packed)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4095, 4096, 4097, 8192, 8193, 50_000])
def test_a_text_of_any_size_survives_compression(size: int) -> None:
    """A module at a chunk border would lose or gain characters."""
    assert TEXT[:size] == decompress(compress(TEXT[:size]))


@pytest.mark.parametrize("byte", [b"\0", b"a"])
def test_one_repeated_byte_survives_compression(byte: bytes) -> None:
    """A copy longer than its token can say would corrupt a long run."""
    data = byte * 10_000
    packed = compress(data)
    assert data == decompress(packed)
    assert len(packed) < 50


def test_bytes_without_repetition_are_stored_raw() -> None:
    """A chunk that grows by compression would overflow its size field."""
    data = random.Random(4).randbytes(3 * 4096)
    packed = compress(data)
    assert data == decompress(packed)
    assert len(packed) == 1 + 3 * (2 + 4096)


def test_short_bytes_without_repetition_survive() -> None:
    """A last piece that needs few tokens must not be padded."""
    data = random.Random(5).randbytes(4096 + 3640)
    assert data == decompress(compress(data))


@pytest.mark.parametrize("seed", range(20))
def test_texts_of_few_letters_survive_compression(seed: int) -> None:
    """Overlapping copies and copies of every length would go wrong unnoticed in ordinary text."""
    source = random.Random(seed)
    data = bytes(source.choices(b"ab\r\n ", k=source.randrange(1, 12_000)))
    assert data == decompress(compress(data))


def test_every_module_is_read_back_byte_for_byte() -> None:
    """A module that is stored shifted or cut would not compile."""
    project = vba_project(MODULES)
    assert {module.name: module.source for module in MODULES} == sources(project)
    assert [module.name for module in MODULES] == module_names(project)


def test_oletools_finds_the_modules_on_its_own() -> None:
    """A project that only our own reading of the specification can open is none."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("xl/vbaProject.bin", vba_project(MODULES))
    found = oletools_modules(buffer.getvalue())
    assert [module.name for module in MODULES if module.code] == [
        name for name in found if name not in ("Sheet1", "Empty1")
    ]
    assert "line 2999 8994001" in found["Long1"]
    assert "é ± × €" in found["Accents"]


def test_sources_carry_the_attributes_of_their_kind() -> None:
    """Excel connects a document module with its sheet through these hidden lines."""
    stored = {name: text.decode("cp1252").split("\r\n") for name, text in sources(vba_project(MODULES)).items()}
    assert stored["Long1"][:2] == ['Attribute VB_Name = "Long1"', "' line 0 0"]
    assert 'Attribute VB_Base = "0{00020819-0000-0000-C000-000000000046}"' in stored["ThisWorkbook"]
    assert 'Attribute VB_Base = "0{00020820-0000-0000-C000-000000000046}"' in stored["Sheet1"]
    assert "Attribute VB_PredeclaredId = True" in stored["Sheet1"]
    assert "Attribute VB_PredeclaredId = False" in stored["Helper"]
    assert stored["Helper"].count('Attribute VB_Name = "Helper"') == 1
    assert stored["Helper"][-2:] == ["Public A As Long", ""]
    assert not any("BEGIN" in line or "VERSION" in line for line in stored["Helper"])


def test_the_project_is_source_only() -> None:
    """With a version in this stream Excel would look for compiled code that is not there."""
    container = open_strictly(vba_project(MODULES))
    assert bytes.fromhex("CC61FFFF000000") == container.openstream("VBA/_VBA_PROJECT").read()
    offsets = [payload for kind, payload in records(vba_project(MODULES)) if kind == 0x31]
    assert [bytes(4)] * len(MODULES) == offsets


def test_the_project_stream_lists_every_module_once() -> None:
    """A module missing from PROJECT is invisible in the editor."""
    text = open_strictly(vba_project(MODULES, "Mine")).openstream("PROJECT").read().decode("cp1252")
    listed = re.findall(r"^(?:Module|Class|Document)=(\w+)", text, re.MULTILINE)
    assert [module.name for module in MODULES] == listed
    assert 'Name="Mine"\r\n' in text
    assert "\n" not in text.replace("\r\n", "")


def test_records_stand_in_the_order_in_which_excel_writes_them() -> None:
    """The dir stream has no index: a reader takes one record after the other."""
    with zipfile.ZipFile(Path(xlwings.__file__).parent / "quickstart.xlsm") as archive:
        excel = [kind for kind, _ in records(archive.read("xl/vbaProject.bin"))]
    stored = records(vba_project(MODULES))
    ours = [kind for kind, _ in stored]
    # Up to the first reference (4A is a later, optional record); then what Excel writes of a document module.
    assert [kind for kind in excel[: excel.index(0x16)] if kind != 0x4A] == ours[: ours.index(0x16)]
    document = excel[excel.index(0x19) : excel.index(0x2B) + 1]
    standard = [0x21 if kind == 0x22 else kind for kind in document]
    expected = [kind for module in MODULES for kind in (standard if module.kind == "standard" else document)]
    assert [*expected, 0x10] == ours[ours.index(0x19) :]
    assert excel[-1] == 0x10
    assert dict(stored)[0x03] == (1252).to_bytes(2, "little")
    assert dict(stored)[0x0F] == len(MODULES).to_bytes(2, "little")


def test_references_are_stored_as_excel_stores_them() -> None:
    """A reference in another form would be MISSING in the editor."""
    add_in = ProjectReference("xlwings", r"C:\Start\xlwings.xlam", (0x68FE4C3D, 12))
    found = records(vba_project(MODULES, references=(OLE_AUTOMATION, OFFICE, add_in)))
    assert [payload for kind, payload in found if kind == 0x16] == [b"stdole", b"Office", b"xlwings"]
    # The record in xlwings' own quickstart.xlsm, with other paths.
    absolute, relative = rb"*\CC:\Start\xlwings.xlam", rb"*\Cxlwings.xlam"
    expected = len(absolute).to_bytes(4, "little") + absolute + len(relative).to_bytes(4, "little") + relative
    assert [expected + b"=L\xfeh\x0c\x00"] == [payload for kind, payload in found if kind == 0x0E]


def decrypt(text: str, project_id: str) -> bytes:
    """[MS-OVBA] 2.4.3.3, the other direction, written for this test."""
    data = bytes.fromhex(text)
    seed, version, key = data[0], data[0] ^ data[1], data[0] ^ data[2]
    assert version == 2
    assert key == sum(project_id.encode()) % 256
    clear, out = key, b""
    for place in range(3, len(data)):
        clear = data[place] ^ (data[place - 2] + clear) % 256
        out += bytes([clear])
    out = out[(seed & 6) // 2 :]
    assert int.from_bytes(out[:4], "little") == len(out) - 4
    return out[4:]


def _flags(project: Any) -> list[bytes]:
    text = project.openstream("PROJECT").read().decode("cp1252")
    project_id = re.search(r'^ID="(.*)"', text, re.MULTILINE)
    assert project_id is not None
    return [decrypt(value, project_id[1]) for value in re.findall(r'^(?:CMG|DPB|GC)="(.*)"', text, re.MULTILINE)]


def test_protection_flags_say_what_an_unprotected_project_of_excel_says() -> None:
    """Wrong flags would ask for a password that nobody has."""
    with zipfile.ZipFile(Path(xlwings.__file__).parent / "quickstart.xlsm") as archive:
        excel = _flags(open_strictly(archive.read("xl/vbaProject.bin")))
    assert [bytes(4), bytes(1), b"\xff"] == excel
    assert excel == _flags(open_strictly(vba_project(MODULES)))


@pytest.mark.parametrize("seed", range(0, 256, 17))
def test_every_seed_hides_a_flag_that_can_be_read(seed: int) -> None:
    """The number of ignored bytes depends on the seed."""
    assert decrypt(encrypt(b"\x01\x02\x03", "{ID}", seed), "{ID}") == b"\x01\x02\x03"


def test_the_same_modules_give_the_same_bytes() -> None:
    """A random id or a date would make every build differ."""
    assert vba_project(MODULES) == vba_project(MODULES)


@pytest.mark.parametrize("names", [("A", "a"), ("1A",), ("A B",), ("",), ("é",), ("_A",), ("A" * 32,)])
def test_names_vba_does_not_allow_are_refused(names: tuple[str, ...]) -> None:
    """Excel would call the file damaged."""
    with pytest.raises(ValueError, match="name"):
        vba_project([Module(name, "") for name in names])


def test_a_character_outside_the_code_page_is_refused() -> None:
    """It would silently become a question mark in the code."""
    with pytest.raises(UnicodeEncodeError):
        vba_project([Module("A", "' σ")])


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 100])
def test_a_folder_is_a_red_black_tree(count: int) -> None:
    """Excel searches folders as sorted trees; a misplaced name is not found."""
    names = [f"{'s' * (1 + i % 5)}{i}" for i in range(count)]
    container = open_strictly(compound_file({"F": {name: name.encode() * 3 for name in names}}))
    assert sorted(names) == sorted(path[1] for path in container.listdir())
    for name in names:
        assert name.encode() * 3 == container.openstream(f"F/{name}").read()
    folder = container.direntries[container._find("F")]
    order: list[str] = []
    _blacks(container, folder.sid_child, True, order)
    assert sorted(names, key=lambda name: (len(name), name.upper())) == order


def _blacks(container: Any, index: int, parent_red: bool, order: list[str]) -> int:
    """Black nodes on every way down; fails when two ways differ or a red node has a red parent."""
    if index == 0xFFFFFFFF:
        return 0
    entry = container.direntries[index]
    red = entry.color == 0
    assert not (red and parent_red)
    left = _blacks(container, entry.sid_left, red, order)
    order.append(entry.name)
    right = _blacks(container, entry.sid_right, red, order)
    assert left == right
    return left + (not red)


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 511, 512, 513, 4095, 4096, 4097, 200_000])
def test_streams_of_any_size_are_read_back(size: int) -> None:
    """A stream at a border between the mini stream and whole sectors would be cut."""
    data = random.Random(size).randbytes(size)
    container = open_strictly(compound_file({"A": data, "B": b"after", "C": {}}))
    assert data == container.openstream("A").read()
    assert container.openstream("B").read() == b"after"
    assert container.parsing_issues == []


def test_what_does_not_fit_is_refused() -> None:
    """Larger files need further tables, which this writer does not make."""
    with pytest.raises(ValueError, match="too large"):
        compound_file({"A": bytes(7_200_000)})
    with pytest.raises(ValueError, match="31"):
        compound_file({"A" * 32: b""})
