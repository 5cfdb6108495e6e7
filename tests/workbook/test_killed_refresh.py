"""A refresh killed at any moment: the workbook on disk is the old one or the new one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KILLS = 50


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_refresh_killed_at_fifty_moments_leaves_the_old_or_the_new_workbook(tmp_path: Path) -> None:
    """A trader who pulls the plug must never be left with half a workbook, nor with one that can't be refreshed."""
    path = tmp_path / "mine.xlsx"
    shutil.copy(ROOT / "workbooks" / "morning.xlsx", path)
    script = Path(__file__).with_name("killed_refresh.py")
    command = [sys.executable, str(script), str(path), str(KILLS)]
    answer = subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=300, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    outcome = json.loads(answer.stdout.splitlines()[-1])
    assert len(outcome["found"]) == KILLS
    assert set(outcome["found"]) == {"old", "new"}
    assert outcome["after"] == "new"
