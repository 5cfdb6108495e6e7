"""A live refresh killed at any moment: store and workbook are whole, and the next refresh finishes the work."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KILLS = 50


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork, which Windows lacks")
def test_a_live_refresh_killed_at_fifty_moments_leaves_store_and_workbook_whole(
    sample_book: Path, tmp_path: Path
) -> None:
    """A power cut while data are fetched, stored or written must cost at most this one refresh."""
    book = Path(shutil.copy(sample_book, tmp_path / "mine.xlsx"))
    command = [sys.executable, "-m", "tests.market.killed_live", str(book), str(KILLS)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, cwd=ROOT, env=environment)
    assert done.returncode == 0, done.stderr
    outcome = json.loads(done.stdout.splitlines()[-1])
    found = Counter(map(tuple, outcome["found"]))
    assert sum(found.values()) == KILLS
    stores, books = {store for store, _ in found}, {book for _, book in found}
    assert "broken" not in stores | books
    assert stores == {"old", "new"}
    assert books == {"old", "new"}
    assert all(store == "new" for store, book in found if book == "new")
    assert outcome["after"] == [["new", "new"], ["new", "new"]]
