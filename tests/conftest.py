"""Fixtures every test may use: the shared market data and the host programs, each skipped or demanded in one place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from alvh_xl.market import read_sample
from alvh_xl.workbook.new import new
from tests.workbook.extended import build_extended

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


@pytest.fixture(scope="session")
def sample_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new workbook of the sample morning, made once; copy it before changing it."""
    path = tmp_path_factory.mktemp("workbook") / "morning.xlsx"
    assert new(path, read_sample()) == []
    return path


@pytest.fixture(scope="session")
def extended_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook a user extended (a macro workbook, not yet refreshed), made once; copy it before changing it."""
    path = tmp_path_factory.mktemp("extended") / "extended.xlsm"
    build_extended(path)
    return path
