"""What the gates read: the sample, a folder, the store; settlements told from settles, stand-ins counted."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from alvh_xl.market.errors import MarketError
from alvh_xl.market.index_history import folder_indices, sample_indices, store_indices
from alvh_xl.market.observation import Observation
from alvh_xl.market.store import Store
from alvh_xl.model.sessions import to_serial

DAYS = [date(2018, 10, day) for day in (15, 16, 17, 18)]
NOW = datetime(2018, 10, 31, 9, 0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four sessions around the VX settlement of 17 October 2018."""
    closes = "".join(f"{day},{2750 + i},2760,2740,{2755 + i}\n" for i, day in enumerate(DAYS))
    (tmp_path / "spx.csv").write_text(f"date,open,high,low,close\n{closes}")
    (tmp_path / "vix.csv").write_text("date,vix\n" + "".join(f"{day},{20 + i}\n" for i, day in enumerate(DAYS)))
    (tmp_path / "skew_daily.csv").write_text(f"date,skew\n{DAYS[1]},131.5\n")
    (tmp_path / "bills.csv").write_text(f"date,rate\n{DAYS[0]},2.18\n{DAYS[1]},\n")
    (tmp_path / "dividends.csv").write_text(f"date,yield\n{DAYS[0]},1.9\n")
    (tmp_path / "vx_curve.csv").write_text(
        f"date,days,settle\n{DAYS[1]},1,17.1\n{DAYS[2]},0,16.8\n{DAYS[2]},35,17.4\n{DAYS[3]},-1,9.0\n{DAYS[3]},34,0.5\n"
    )
    return tmp_path


def test_a_folder_gives_every_series_in_its_unit(folder: Path) -> None:
    """Percent taken for decimals, or today's open for yesterday's."""
    found = folder_indices(folder)
    np.testing.assert_array_equal(found.data.close, [2755.0, 2756.0, 2757.0, 2758.0])
    np.testing.assert_array_equal(found.open, [2750.0, 2751.0, 2752.0, 2753.0])
    np.testing.assert_array_equal(found.skew, [120.0, 131.5, 131.5, 131.5])
    np.testing.assert_allclose(found.bill, 0.0218)
    np.testing.assert_allclose(found.dividend, 0.019)
    assert found.stand_ins() == ["PROXY SKEW: 120 on 1 of 4 sessions"]


def test_a_final_settlement_is_no_point_of_the_curve(folder: Path) -> None:
    """A contract that has just expired is not the front month."""
    found = folder_indices(folder)
    np.testing.assert_array_equal(found.settlement, [np.nan, np.nan, 16.8, np.nan])
    np.testing.assert_array_equal(found.data.curve_settles[:, 0], [np.nan, 17.1, 17.4, np.nan])


def test_a_folder_without_spx_or_with_a_broken_file_says_so(folder: Path) -> None:
    """The name of the file and its columns, not a traceback."""
    (folder / "bills.csv").write_text(f"date,rate\n{DAYS[0]},much\n")
    with pytest.raises(MarketError, match=r"bills\.csv.*date \(2018-10-03\) and rate"):
        folder_indices(folder)
    (folder / "bills.csv").unlink()
    (folder / "vx_curve.csv").write_text("date,settle\n2018-10-16,17.1\n")
    with pytest.raises(MarketError, match="date, days and settle"):
        folder_indices(folder)
    (folder / "spx.csv").unlink()
    with pytest.raises(MarketError, match=r"no spx_daily_ohlcv\.csv or spx\.csv"):
        folder_indices(folder)


def test_the_store_gives_the_last_revision_known_and_no_later_one(tmp_path: Path) -> None:
    """Measured on what is known at `asof`; a revision fetched later must not show."""
    with Store(tmp_path / "market.sqlite") as store:
        with pytest.raises(MarketError, match="alvh-xl data sync"):
            store_indices(store, NOW)
        rows = [
            Observation(series, day, value + i)
            for series, value in (("spx_close", 2755.0), ("spx_open", 2750.0), ("vix", 20.0), ("skew", 130.0))
            for i, day in enumerate(DAYS)
        ]
        rows.append(Observation("treasury_1m", DAYS[0], 2.15))
        rows.append(Observation("vx", DAYS[1], 17.1, "VXV18", date(2018, 10, 17)))
        store.append(rows, "test", NOW)
        store.append([Observation("skew", DAYS[0], 150.0)], "test", NOW + timedelta(days=2))
        found, later = store_indices(store, NOW + timedelta(days=1)), store_indices(store, NOW + timedelta(days=3))
    assert found.data.dates.tolist() == [to_serial(day) for day in DAYS]
    assert (found.skew[0], later.skew[0]) == (130.0, 150.0)
    np.testing.assert_allclose(found.bill, 0.0215)
    assert found.data.curve_days[1, 0] == 1.0
    assert found.stand_ins() == ["PROXY dividends: 2 % a year on 4 of 4 sessions"]


def test_the_sample_reads_without_a_network_and_counts_its_stand_ins() -> None:
    """The shipped history has no SKEW and no dividends; both must be said."""
    found = sample_indices()
    assert found.data.dates.size > 1000
    words = " ".join(found.stand_ins())
    assert "SKEW" in words
    assert "dividends" in words
    assert "opens" not in words
