"""A vendor's VIX option file computed on spot VIX: our formulas recognise it, and show what it costs the reader.

On 2024-06-03 spot VIX stood at 13.11 and the futures between 13.40 and 17.90. The file is reproduced to its last
digits by Black–Scholes–Merton on spot at 4 % and whole calendar days, not by Black-76 on the future of the same expiry.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from alvh_xl.model import black
from alvh_xl.model.types import FloatArray

SESSION = "2024-06-03"
SPOT = 13.11
VENDOR_RATE = 0.04
LIQUID = 50  # contracts traded that day


@pytest.fixture(scope="module")
def options(shared_data: Path) -> pd.DataFrame:
    """Rows traded that day whose vol is not at the vendor's cap, with the settlement of the same-expiry future."""
    rows = pd.read_csv(shared_data / "options" / "vix_options_polygon_20240603.csv", parse_dates=["expiration_date"])
    assert np.allclose(rows["VIX_close"], SPOT, rtol=1e-7)
    futures = pd.read_parquet(shared_data / "vx_futures" / "vx_futures_settlements.parquet")
    futures = futures.loc[futures["trade_date"] == pd.Timestamp(SESSION)]
    settles = dict(zip(pd.to_datetime(futures["expiry"]), futures["settle"], strict=True))
    rows = rows.loc[rows["close"].notna() & (rows["volume"] >= LIQUID) & rows["imp_vol"].between(0.01, 4.99)]
    rows = rows.assign(
        phi=np.where(rows["contract_type"] == "call", 1.0, -1.0),
        future=rows["expiration_date"].map(settles),
        years=(rows["expiration_date"] - pd.Timestamp(SESSION)).dt.days / 365,
    )
    assert len(rows) == 152
    assert rows["future"].notna().all()
    return rows


def _columns(rows: pd.DataFrame, *names: str) -> list[FloatArray]:
    return [rows[name].to_numpy(dtype=float) for name in names]


def test_the_vendors_vols_are_those_of_spot(options: pd.DataFrame) -> None:
    """A file on the wrong underlying not recognised: on spot it must come out exactly, on the future far off."""
    phi, close, strike, years, theirs = _columns(options, "phi", "close", "strike_price", "years", "imp_vol")
    on_spot = black.implied_vol(phi, close, SPOT, strike, years, VENDOR_RATE)
    assert np.median(np.abs(on_spot - theirs)) < 1e-5
    assert np.abs(on_spot - theirs).max() < 5e-4
    on_future = black.implied_vol(phi, close, options["future"].to_numpy(), strike, years, VENDOR_RATE, on_future=True)
    assert np.median(np.abs(on_future - theirs)) > 0.20
    assert (np.abs(on_future - theirs) > 0.05).mean() > 0.80


def test_the_vendors_greeks_are_those_of_spot(options: pd.DataFrame) -> None:
    """The vendor's delta believed: it differs from the delta on the future by 7 points of 100 on half of the rows."""
    phi, strike, years, vol = _columns(options, "phi", "strike_price", "years", "imp_vol")
    delta, gamma, vega, theta = _columns(options, "delta", "gamma", "vega", "theta")
    ours = black.bsm_six(phi, SPOT, strike, years, vol, VENDOR_RATE)
    assert np.abs(ours[1] - delta).max() < 1e-4
    np.testing.assert_allclose(ours[2], gamma, rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(ours[3], vega, rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(ours[4] * 365, theta, rtol=1e-3, atol=1e-4)  # theirs is per year
    on_future = black.black76_six(phi, options["future"].to_numpy(), strike, years, vol, VENDOR_RATE)[1]
    assert np.median(np.abs(on_future - delta)) > 0.07
    assert np.abs(on_future - delta).max() > 0.45


def test_only_the_future_gives_calls_and_puts_one_vol(options: pd.DataFrame) -> None:
    """The tell-tale without any vendor number: on the wrong underlying call and put of a strike disagree."""
    rows = options.loc[options["strike_price"].between(11.0, 25.0)]
    gaps = {}
    for name, underlying in (("spot", np.full(len(rows), SPOT)), ("future", rows["future"].to_numpy())):
        phi, close, strike, years = _columns(rows, "phi", "close", "strike_price", "years")
        vol = black.implied_vol(phi, close, underlying, strike, years, VENDOR_RATE, on_future=True)
        pairs = (
            rows.assign(vol=vol)
            .pivot_table(index=["expiration_date", "strike_price"], columns="contract_type", values="vol")
            .dropna()
        )
        assert len(pairs) >= 14
        gaps[name] = float((pairs["call"] - pairs["put"]).abs().median())
    assert gaps["spot"] > 4 * gaps["future"]
