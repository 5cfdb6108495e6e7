"""Saving so that the file on disk is always the old workbook or the new one."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

from .errors import WorkbookError


def save_atomically(data: bytes, path: str | Path, origin: bytes | None = None) -> None:
    """Write a file in one step: to a temporary file beside it, then renamed over it.

    Parameters
    ----------
    data
        The complete file.
    path
        Where to; a link is followed; an existing file keeps its permissions and, where the system lets us, its owner.
    origin
        SHA-256 of the file that `data` was made from (`Package.origin`): what another program saved since is not
        overwritten.

    Raises
    ------
    WorkbookError
        The workbook is open in another program, changed since it was read, or the folder can't be written. The old
        file is untouched.
    """
    target = Path(os.path.realpath(path))
    _refuse_open(target)
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    except OSError as error:
        raise WorkbookError(f"can't write to the folder of {target.name}: {error.strerror or error}") from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _keep_owner(target, temporary)
        os.chmod(temporary, _mode(target))
        _refuse_open(target)
        _refuse_changed(target, origin)
        os.replace(temporary, target)
    except PermissionError as error:
        raise WorkbookError(f"{target.name} is locked by another program: close it and try again") from error
    except OSError as error:
        raise WorkbookError(f"{target.name} can't be written: {error.strerror or error}") from error
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
    _sync_folder(target.parent)


def _refuse_open(target: Path) -> None:
    """Excel and LibreOffice leave a small file beside a workbook while it is open."""
    if target.exists() and not os.access(target, os.W_OK):
        raise WorkbookError(f"{target.name} is locked by another program, or write-protected")
    # Excel cuts two letters off a long name; both spellings occur.
    owners = [target.with_name("~$" + target.name), target.with_name("~$" + target.name[2:])]
    if any(owner.exists() for owner in owners):
        raise WorkbookError(f"{target.name} is open in Excel: close it and try again")
    if target.with_name(f".~lock.{target.name}#").exists():
        raise WorkbookError(f"{target.name} is open in LibreOffice: close it and try again")


def _refuse_changed(target: Path, origin: bytes | None) -> None:
    """Compare the file with the one that was read, as late as possible."""
    if origin is None:
        return
    if not target.is_file():
        raise WorkbookError(f"{target.name} was moved or deleted meanwhile: nothing was written")
    with target.open("rb") as file:
        now = hashlib.file_digest(file, "sha256").digest()
    if now != origin:
        raise WorkbookError(
            f"{target.name} was changed by another program meanwhile: nothing was written, its version stays. "
            "Run the command again"
        )


def _keep_owner(target: Path, temporary: str) -> None:
    """Give the new file the owner and group of the old one; whoever may not leaves it his own."""
    with contextlib.suppress(OSError, AttributeError):
        old = target.stat()
        if (old.st_uid, old.st_gid) != (os.getuid(), os.getgid()):
            os.chown(temporary, old.st_uid, old.st_gid)


def _mode(target: Path) -> int:
    try:
        return target.stat().st_mode & 0o777
    except FileNotFoundError:
        umask = os.umask(0)
        os.umask(umask)
        return 0o666 & ~umask


def _sync_folder(folder: Path) -> None:
    """Make the rename last through a power cut, where folders can be synced."""
    with contextlib.suppress(OSError, AttributeError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
