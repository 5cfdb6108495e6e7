"""xlwings as Windows sees it, for the tests of one module."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.hosts.excel.pywin32_stub import windows_xlwings


@pytest.fixture(scope="module")
def xlwings_windows() -> Iterator[Any]:
    """The real xlwings package over the pywin32 stand-ins."""
    with windows_xlwings() as xlwings:
        yield xlwings
