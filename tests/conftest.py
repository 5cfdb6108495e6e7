"""Fixtures every test may use: the shared market data and the host programs, each skipped or demanded in one place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def skip_or_fail(reason: str) -> None:
    """Skip a test whose host program is missing; in CI, where every host must be there, fail instead."""
    if os.environ.get("ALVH_REQUIRE_HOSTS"):
        pytest.fail(f"ALVH_REQUIRE_HOSTS is set, but {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real market data that lies beside the checkout; never part of the project."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no ../shared/data beside the checkout")
    return folder
