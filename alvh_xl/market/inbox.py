"""The watched folder: CSV files put there are imported at every sync and refresh, each content once.

Files are only read, never changed, moved or deleted. A file that cannot be read whole is named in one line and tried
again the next time: so is one that is still being written. Figures not published yet wait in their file.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from alvh_xl.market.errors import MarketError
from alvh_xl.market.imported_rows import Table
from alvh_xl.market.imports import CHANGED, Imported, content_of, import_tables, table_of
from alvh_xl.market.revisions import EARLY, FUTURE, text
from alvh_xl.market.store import Store

FOLDER_VARIABLE = "ALVH_INBOX"
NAME = "inbox"
# A last line without an end, in a file younger than this, may be half a line.
FRESH_SECONDS = 10.0
WRITTEN = "it is still being written; it is read the next time"
LINK = "it is a link; put the file itself here"


def inbox_path(store: Path, environ: Mapping[str, str]) -> Path:
    """Path of the watched folder: the one the environment names, else `inbox` beside the store.

    Examples
    --------
    >>> inbox_path(Path("data/market.sqlite"), {}).as_posix()
    'data/inbox'

    Raises
    ------
    MarketError
        The home folder it begins with is nobody's.
    """
    named = environ.get(FOLDER_VARIABLE)
    try:
        return Path(named).expanduser() if named else store.parent / NAME
    except RuntimeError:
        raise MarketError(f"{FOLDER_VARIABLE} names a home folder that is not there: {named}") from None


def read_inbox(
    store: Store, folder: Path, fetched: datetime, seconds: Callable[[], float] = time.time
) -> list[Imported]:
    """Import what is new in the folder; a folder that is not there holds nothing.

    Parameters
    ----------
    store : Store
    folder : Path
    fetched : datetime
        New York wall clock.
    seconds : callable
        Clock of the file system, seconds since 1970.

    Returns
    -------
    list of Imported
        One a file that was imported or could not be; those imported before are not named again.
    """
    try:
        files = sorted(path for path in folder.iterdir() if _wanted(path))
    except FileNotFoundError:
        return []
    except OSError as problem:
        return [Imported(folder, problem=f"the watched folder cannot be read ({problem.strerror})")]
    contents: dict[Path, str] = {}
    tables: list[Table | Imported] = []
    waiting: set[Path] = set()
    for path in files:
        body = _content(path, seconds())
        if isinstance(body, Imported):
            tables.append(body)
            continue
        content = hashlib.sha256(b"inbox\0" + body).hexdigest()
        if content not in contents.values():
            table = _to_import(store, path, body, content)
            tables += [] if table is None else [table]
            if isinstance(table, Table) and table.taken is not None:
                waiting.add(path)
        contents[path] = content

    def told(report: Imported) -> None:
        if not report.problem:
            early = report.appended.counts[EARLY] or report.appended.counts[FUTURE]
            store.remember(contents[report.path], fetched.date(), None, text(fetched) if early else None)

    done = import_tables(store, tables, fetched, told)
    return [report for report in done if report.path not in waiting or report.problem or report.appended.written]


def _to_import(store: Store, path: Path, body: bytes, content: str) -> Table | Imported | None:
    """Table of a file, None when it was imported; of one with rows that were not out by then, when that was.

    Its other rows are not offered again: the source may have corrected them, and they would revise it every time.
    """
    known = store.remembered(content)
    if known is not None and known.modified is None:
        return None
    table = table_of(path, body)
    if known is not None and known.modified is not None and isinstance(table, Table):
        table.taken = datetime.fromisoformat(known.modified)
    return table


def _wanted(path: Path) -> bool:
    """Whether a name is that of a finished CSV file: editors and downloads begin theirs with a dot or a tilde."""
    return path.suffix.lower() == ".csv" and path.name[0] not in ".~" and (path.is_symlink() or not path.is_dir())


def _content(path: Path, now: float) -> bytes | Imported:
    """Content of a plain file of this folder, whole, or why not."""
    if path.is_symlink():
        return Imported(path, problem=LINK)
    found = content_of(path)
    if isinstance(found, Imported):
        return Imported(path, problem=WRITTEN) if found.problem == CHANGED else found
    body, changed = found
    torn = bool(body) and not body.endswith((b"\n", b"\r")) and now - changed < FRESH_SECONDS
    return Imported(path, problem=WRITTEN) if torn else body
