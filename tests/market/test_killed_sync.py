from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KILLS = 50


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork, which Windows lacks")
def test_a_store_is_whole_wherever_its_sync_was_killed(tmp_path: Path) -> None:
    """A power cut at the worst moment must leave every series old or new, never half, and the past as it was."""
    command = [sys.executable, "-m", "tests.market.killed_sync", str(tmp_path / "market.sqlite"), str(KILLS)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    report = json.loads(done.stdout)
    assert len(report["found"]) == KILLS
    assert not [state for state in report["found"] if "broken" in state]
    assert len(set(report["found"])) > 2, "the kills did not reach the writing"
    assert report["after"] == "1 1 1 1 1 1"
