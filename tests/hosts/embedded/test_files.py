"""Saving: the file on disk is the old workbook or the new one, never anything between."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from alvh_xl.hosts.embedded import WorkbookError, save_atomically

POSIX = pytest.mark.skipif(os.name != "posix", reason="permissions and links of POSIX systems")


def test_a_saved_file_replaces_the_old_one_and_leaves_nothing_else(tmp_path: Path) -> None:
    """Temporary files would pile up beside the workbook."""
    target = tmp_path / "book.xlsx"
    save_atomically(b"one", target)
    save_atomically(b"two", target)
    assert (target.read_bytes(), [path.name for path in tmp_path.iterdir()]) == (b"two", ["book.xlsx"])


@pytest.mark.parametrize("step", ["replace", "fsync", "chmod"])
def test_a_failure_at_any_step_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """A full disk must not cost the user the workbook."""
    target = tmp_path / "book.xlsx"
    target.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(WorkbookError, match=r"book\.xlsx can't be written: No space left"):
        save_atomically(b"new", target)
    assert (target.read_bytes(), len(list(tmp_path.iterdir()))) == (b"old", 1)


@pytest.mark.parametrize("step", ["replace", "fsync", "chmod"])
def test_a_process_killed_at_any_step_leaves_the_old_file(tmp_path: Path, step: str) -> None:
    """The power may go while the file is written."""
    target = tmp_path / "book.xlsx"
    target.write_bytes(b"old")
    code = (
        "import os, sys\n"
        "from alvh_xl.hosts.embedded import save_atomically\n"
        f"os.{step} = lambda *_: os._exit(9)\n"
        "save_atomically(b'new', sys.argv[1])\n"
    )
    assert subprocess.run([sys.executable, "-c", code, str(target)], check=False).returncode == 9
    assert target.read_bytes() == b"old"


@pytest.mark.parametrize(
    ("owner", "words"),
    [("~$book.xlsx", "open in Excel"), ("~$ok.xlsx", "open in Excel"), (".~lock.book.xlsx#", "open in LibreOffice")],
)
def test_a_workbook_that_is_open_is_not_touched(tmp_path: Path, owner: str, words: str) -> None:
    """The other program would overwrite the refresh with its next save, or be confused."""
    target = tmp_path / "book.xlsx"
    target.write_bytes(b"old")
    (tmp_path / owner).touch()
    with pytest.raises(WorkbookError, match=words):
        save_atomically(b"new", target)
    assert target.read_bytes() == b"old"


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    """A traceback tells a trader nothing."""
    with pytest.raises(WorkbookError, match=r"can't write to the folder of book\.xlsx"):
        save_atomically(b"new", tmp_path / "no" / "book.xlsx")


def test_a_file_another_program_locks_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows refuses to replace an open file."""

    def locked(*_: object) -> None:
        raise PermissionError(13, "Access is denied")

    monkeypatch.setattr(os, "replace", locked)
    with pytest.raises(WorkbookError, match=r"book\.xlsx is locked by another program"):
        save_atomically(b"new", tmp_path / "book.xlsx")


@POSIX
def test_permissions_are_kept_and_links_followed(tmp_path: Path) -> None:
    """A shared workbook would become private, a link a copy."""
    target, link = tmp_path / "real.xlsx", tmp_path / "link.xlsx"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link.symlink_to(target)
    save_atomically(b"new", link)
    assert (target.read_bytes(), stat.S_IMODE(target.stat().st_mode), link.is_symlink()) == (b"new", 0o640, True)
