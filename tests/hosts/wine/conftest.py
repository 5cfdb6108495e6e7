"""Wine and the COM server, started once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import skip_or_fail
from tests.hosts.wine.wine import Client, Wine, installed, serving

collect_ignore_glob = ["com_*.py"]  # these run on Windows Python


@pytest.fixture(scope="session")
def wine() -> Wine:
    """The Wine prefix with Windows Python, xlwings and our wheel."""
    found = installed()
    if found is None:
        skip_or_fail("there is no Windows Python under Wine (.ci/wine sets it up)")
        raise AssertionError
    return found


@pytest.fixture(scope="module")
def client(wine: Wine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client of the real COM server of xlwings on Windows Python."""
    with serving(wine, 1, tmp_path_factory.mktemp("com")) as running:
        yield running
