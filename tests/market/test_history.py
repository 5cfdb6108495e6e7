"""The back-test's history from a folder: which files hold what, and what may be missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from alvh_xl.market.errors import MarketError
from alvh_xl.market.history import folder_history, sample_history

DAYS = ("2018-10-15", "2018-10-16", "2018-10-17")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """SPX and VIX of three sessions."""
    (tmp_path / "spx.csv").write_text("date,close\n" + "".join(f"{day},2750\n" for day in DAYS))
    (tmp_path / "vix.csv").write_text("date,vix\n" + "".join(f"{day},20\n" for day in DAYS))
    return tmp_path


def test_skew_is_read_where_it_is_and_unknown_elsewhere(folder: Path) -> None:
    """A day without SKEW must stay a gap, so that it is counted, not take the value of another day."""
    assert np.isnan(folder_history(folder).skew).all()
    (folder / "skew_daily.csv").write_text(f"date,skew\n{DAYS[0]},131.5\n{DAYS[1]},\n2018-10-20,99\n")
    found = folder_history(folder)
    np.testing.assert_array_equal(found.skew, [131.5, np.nan, np.nan])
    assert found.proxies()["skew"] == 2
    (folder / "skew_daily.csv").write_text(f"date,value\n{DAYS[0]},131.5\n")
    with pytest.raises(MarketError, match=r"skew_daily\.csv.*date \(2018-10-03\) and skew"):
        folder_history(folder)


def test_a_file_of_several_indices_need_not_hold_skew(folder: Path) -> None:
    """A folder that was good before SKEW was read must not be refused for want of it."""
    (folder / "vol_indices.csv").write_text(f"date,vix9d,vvix\n{DAYS[1]},19,95\n")
    found = folder_history(folder)
    np.testing.assert_array_equal(found.vvix, [np.nan, 95.0, np.nan])
    assert np.isnan(found.skew).all()
    (folder / "vol_indices.csv").write_text(f"date,vix9d,vvix,skew\n{DAYS[1]},19,95,128\n")
    np.testing.assert_array_equal(folder_history(folder).skew, [np.nan, 128.0, np.nan])


def test_the_sample_holds_no_skew_and_says_so() -> None:
    """A series the sample does not have must be counted on every session."""
    found = sample_history()
    assert found.proxies()["skew"] == found.dates.size
    assert found.quotes is None
