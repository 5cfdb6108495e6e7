"""What tests of imports share: a moment, and a file written and imported at it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from alvh_xl.market.imports import Imported, import_path
from alvh_xl.market.store import Store

NOW = datetime(2026, 1, 2, 12, 0)
ALWAYS = datetime(2035, 1, 1)


def imported(store: Store, folder: Path, name: str, text: str) -> Imported:
    """Import a file with this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    [report] = import_path(store, path, NOW)
    return report
