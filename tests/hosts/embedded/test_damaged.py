"""Damaged and hostile files end in one clear line at once; a file another program changed is not overwritten."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alvh_xl.hosts.embedded import Package, WorkbookError, save_atomically, set_table
from alvh_xl.hosts.embedded.archive import MAX_FILE_BYTES
from alvh_xl.hosts.embedded.cells_xml import MAX_FORMULA
from tests.hosts.embedded.support import refresh, values_of, with_part, workbook

SHEET, TABLE = "xl/worksheets/sheet1.xml", "xl/tables/table1.xml"
POSIX = pytest.mark.skipif(os.name != "posix", reason="pipes, devices and owners of POSIX systems")


def plain_book(book: Any) -> None:
    sheet = book.add_worksheet("S")
    sheet.write_row("A1", [1, 2])
    sheet.write_formula("A2", "=A1*2", None, 0)
    sheet.set_column("C:C", 12, book.add_format({"bold": True}))
    sheet.add_table("E1:F4", {"name": "Mine", "columns": [{"header": "a"}, {"header": "b"}]})


def swap(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


@pytest.mark.parametrize(
    ("part", "old", "new", "words"),
    [
        (TABLE, "<table ", '<table headerRowCount="x" ', r"table 'Mine' is damaged: 'x' is no number of rows"),
        (TABLE, "<table ", '<table headerRowCount="-1" ', r"table 'Mine' is damaged"),
        (TABLE, "<table ", '<table headerRowCount="²" ', r"table 'Mine' is damaged"),
        (TABLE, 'ref="E1:F4"', 'ref="E1:somewhere"', r"table 'Mine' is damaged: 'somewhere' is not a cell address"),
        (SHEET, '<row r="1"', '<row r="x"', r"sheet 'S' is damaged: 'x' is no row"),
        (SHEET, '<row r="1"', '<row r="1e3"', r"sheet 'S' is damaged: '1e3' is no row"),
        (SHEET, '<row r="1"', f'<row r="{"9" * 5000}"', r"sheet 'S' is damaged"),
        (SHEET, '<row r="1"', '<row r="0"', r"sheet 'S' has cells outside"),
    ],
)
def test_a_damaged_number_is_one_clear_line(part: str, old: str, new: str, words: str) -> None:
    """A half-repaired file must not end in a traceback."""
    data = with_part(workbook(plain_book), part, swap(old, new))
    with pytest.raises(WorkbookError, match=words):
        refresh(data)


def test_a_damaged_column_width_is_passed_over() -> None:
    """It says nothing about any value."""
    data = with_part(workbook(plain_book), SHEET, swap('<col min="3"', '<col min="c"'))
    package = Package.from_bytes(data)
    package.sheet("S").write(9, 3, 1.0)
    assert values_of(package.to_bytes())[9, 3] == 1


def test_an_array_over_a_whole_sheet_is_refused_at_once() -> None:
    """Seventeen billion cells would be listed before anything is said."""

    def build(book: Any) -> None:
        book.add_worksheet("S").write_array_formula("A1:B2", "{=ROW(A1:B2)}", None, 1)

    data = with_part(workbook(build), SHEET, swap('"array" ref="A1:B2"', '"array" ref="A1:XFD1048576"'))
    started = time.perf_counter()
    with pytest.raises(WorkbookError, match=r"array formula in A1 fills A1:XFD1048576.*make it smaller"):
        refresh(data)
    assert time.perf_counter() - started < 2


def test_a_table_down_to_the_last_row_is_refused_at_once() -> None:
    """A refresh blanks the rows left over: ten million cells would be made."""
    data = with_part(workbook(plain_book), TABLE, lambda text: text.replace("E1:F4", "E1:F1048576"))
    package = Package.from_bytes(data)
    started = time.perf_counter()
    with pytest.raises(WorkbookError, match=r"table Mine \(S!E2:F1048576\) is too large.*1 rows are enough"):
        set_table(package, "Mine", ["a", "b"], [[1, 2]])
    assert time.perf_counter() - started < 1


def test_a_long_word_in_a_formula_takes_no_time() -> None:
    """Searching each letter of it for the start of a function took the square of its length."""

    def build(book: Any) -> None:
        sheet = book.add_worksheet("S")
        for row in range(20):
            sheet.write_formula(row, 0, f'="{"a" * 30_000}"', None, 0)

    started = time.perf_counter()
    refresh(workbook(build))
    assert time.perf_counter() - started < 3


def test_a_formula_longer_than_any_excel_writes_is_refused() -> None:
    """Every rule about formulas may take time in proportion to it."""
    data = with_part(workbook(plain_book), SHEET, swap("A1*2", "A1" + "+1" * MAX_FORMULA))
    with pytest.raises(WorkbookError, match=r"'S', cell A2: a formula of 65,538 characters"):
        refresh(data)


# ---- files ---------------------------------------------------------------------------------------------------


@POSIX
def test_a_pipe_or_a_device_is_refused_at_once(tmp_path: Path) -> None:
    """A pipe waits for ever, and /dev/zero never ends."""
    pipe = tmp_path / "pipe.xlsx"
    os.mkfifo(pipe)
    for path in (pipe, Path("/dev/zero")):
        with pytest.raises(WorkbookError, match=f"{path.name} is no ordinary file"):
            Package.open(path)
    with pytest.raises(WorkbookError, match="is a folder"):
        Package.open(tmp_path)


def test_a_file_over_the_limit_is_not_read(tmp_path: Path) -> None:
    """A disk image under the name of a workbook would fill the memory."""
    path = tmp_path / "large.xlsx"
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(WorkbookError, match=r"large\.xlsx is too large"):
        Package.open(path)


def test_what_another_program_saved_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    """An edit saved while a refresh was running would be lost, even one of the same size in the same second."""
    path = tmp_path / "book.xlsx"
    path.write_bytes(workbook(plain_book))
    package = Package.open(path)
    before = path.stat()
    edited = bytearray(path.read_bytes())
    edited[-1] ^= 1
    path.write_bytes(edited)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(WorkbookError, match=r"book\.xlsx was changed by another program meanwhile: nothing"):
        save_atomically(package.to_bytes(), path, package.origin)
    assert path.read_bytes() == edited
    path.unlink()
    with pytest.raises(WorkbookError, match="moved or deleted meanwhile"):
        save_atomically(package.to_bytes(), path, package.origin)
    assert list(tmp_path.iterdir()) == []


def test_an_unchanged_file_is_replaced(tmp_path: Path) -> None:
    """The check must not stop the ordinary refresh; a new date alone is no change."""
    path = tmp_path / "book.xlsx"
    path.write_bytes(workbook(plain_book))
    package = Package.open(path)
    os.utime(path, (1, 1))
    save_atomically(b"new", path, package.origin)
    assert path.read_bytes() == b"new"


@POSIX
def test_the_owner_of_a_file_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A colleague's workbook refreshed by an administrator must stay the colleague's."""
    path = tmp_path / "book.xlsx"
    path.write_bytes(b"old")
    path.chmod(0o660)
    if os.getuid() == 0:
        os.chown(path, 12345, 23456)
        save_atomically(b"new", path)
        found = path.stat()
        assert (found.st_uid, found.st_gid, oct(found.st_mode)[-3:]) == (12345, 23456, "660")
        return
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "getuid", lambda: -5)
    monkeypatch.setattr(os, "chown", lambda _, user, group: asked.append((user, group)))
    save_atomically(b"new", path)
    assert asked == [(path.stat().st_uid, path.stat().st_gid)]


@POSIX
def test_whoever_may_not_give_files_away_still_saves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only an administrator may set an owner; the refresh of a shared file must not fail for that."""

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    path = tmp_path / "book.xlsx"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "getuid", lambda: -5)
    monkeypatch.setattr(os, "chown", refuse)
    save_atomically(b"new", path)
    assert path.read_bytes() == b"new"


def test_messages_stay_on_one_line() -> None:
    """A file name may hold a line break; a script reads one line a problem."""
    from alvh_xl.cli.shared import line

    assert line("a\nb\x1b[31m.xlsx") == "a\\nb\\x1b\\[31m.xlsx"
    assert not re.search(r"[\x00-\x1f]", line("\r\t\x07\u2028"))
