"""Smiles from published figures: against the density they imply, real chains, and a day of VIX option trades."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from alvh_xl.model import black
from alvh_xl.model.backtest import smile
from alvh_xl.model.volatility import vix_option_vol
from tests.model.backtest.worlds import real_indices


def test_a_flat_smile_shows_its_own_vol_and_no_skew() -> None:
    """A strip that misprices a lognormal world would bend every smile taken from it."""
    flat = smile.strip(0.0, 0.0)
    assert flat.vix == pytest.approx(1.0, abs=2e-5)
    assert flat.skew == pytest.approx(100.0, abs=0.01)


def test_a_small_slope_is_a_sixth_of_the_skewness(monkeypatch: pytest.MonkeyPatch) -> None:
    """Backus, Foresi & Wu 1997: vol·(1 + skewness/6·z) to first order; a wrong sign would turn the smile round."""
    monkeypatch.setattr(smile, "CALL_REACH", smile.PUT_REACH)
    assert smile.strip(-0.01, 0.0).skew - 100.0 == pytest.approx(0.6, rel=0.02)


@pytest.mark.parametrize("slope", [-0.05, -0.15, -0.25])
def test_a_strip_agrees_with_the_density_of_its_smile(slope: float) -> None:
    """Second derivative of call prices (Breeden & Litzenberger 1978) instead of a strip: the same VIX and SKEW."""
    vol, years = 0.15, 30.0 / 365.0
    log = np.linspace(-25.0, 8.0, 6001) * vol * np.sqrt(years)
    strike = np.exp(log)
    vols = vol * smile.shape(log / (vol * np.sqrt(years)), slope)
    # Out-of-the-money prices keep their digits; a put differs from its call by a straight line.
    side = np.where(log < 0.0, -1.0, 1.0)
    price = black.black76_price(side, 1.0, strike, years, vols, 0.0) + np.where(log < 0.0, 1.0 - strike, 0.0)
    weight = np.gradient(np.gradient(price, strike), strike) * np.gradient(strike)
    mean = float((weight * log).sum())
    spread = float((weight * (log - mean) ** 2).sum())
    skewness = float((weight * (log - mean) ** 3).sum()) / spread**1.5
    found = smile.strip(slope)
    assert float(weight.sum()) == pytest.approx(1.0, abs=1e-4)
    assert found.vix == pytest.approx(np.sqrt(-2.0 * mean / years) / vol, rel=5e-4)
    assert found.skew == pytest.approx(100.0 - 10.0 * skewness, abs=0.1)


def test_the_smile_of_a_day_shows_its_skew_and_its_vix() -> None:
    """The slope read backwards from SKEW, the level from VIX: put back into a strip they give both again."""
    found = smile.Smile.of_skew([110.0, 120.0, 135.0])
    for slope, level, skew in zip(found.slope, found.level, (110.0, 120.0, 135.0), strict=True):
        seen = smile.strip(float(slope))
        assert seen.skew == pytest.approx(skew, abs=0.15)
        assert level * seen.vix == pytest.approx(1.0, abs=0.002)


def test_a_missing_skew_is_120() -> None:
    """A gap in SKEW must not leave a month without a price."""
    ours, known = smile.Smile.of_skew([np.nan]), smile.Smile.of_skew([120.0])
    assert (ours.slope == known.slope).all()
    assert (ours.level == known.level).all()


def test_no_vol_is_zero_or_negative_at_the_steepest_slope() -> None:
    """A parabola followed too far into the calls crosses zero."""
    steep = smile.Smile.of_skew([200.0])
    vols = steep.vol(0, 100.0, np.array([30.0, 80.0, 100.0, 120.0, 300.0]), 30.0, 0.15)
    assert (vols > 0.05).all()
    assert (np.diff(vols) <= 0.0).all()


# Vols of 30-day options over VIX, read off the mid quotes of the two chains that reach thirty days, a deviation of VIX
# below, at and above the spot.
CHAINS = {"2022-06-10": (27.75, 121.64, 28), "2024-01-05": (13.35, 132.68, 28)}


@pytest.mark.parametrize("session", CHAINS)
def test_the_smile_of_vix_and_skew_is_that_of_real_chains(shared_data: Path, session: str) -> None:
    """It must lie closer to real quotes than the fixed one, which puts VIX at the money and overprices calls."""
    vix, skew, days = CHAINS[session]
    rows = pd.read_parquet(shared_data / "options" / f"spx_cboe_chain_{session.replace('-', '')}.parquet")
    spot = float(rows["spot"].iloc[0])
    expiry = pd.Timestamp(session) + pd.Timedelta(days=days)
    rows = rows[(rows["root"] == "SPXW") & (rows["expiration"] == expiry) & (rows["bid"] > 0.0)]
    mids = rows.assign(mid=(rows["bid"] + rows["ask"]) / 2.0).pivot(index="strike", columns="right", values="mid")
    both = mids.dropna()
    years, rate = days / 365.0, 0.01 if session < "2023" else 0.05
    forward = black.implied_forward(both.index.to_numpy(), both["C"].to_numpy(), both["P"].to_numpy(), years, rate)
    strikes = mids.index.to_numpy(dtype=float)
    side = np.where(strikes < forward, -1.0, 1.0)
    mid = np.where(side < 0.0, mids["P"].to_numpy(), mids["C"].to_numpy())
    real = black.implied_vol(side, mid, forward, strikes, years, rate, on_future=True)
    known = np.isfinite(real)
    wanted = spot * np.exp(np.array([-2.0, -1.0, 0.0, 1.0]) * vix / 100.0 * np.sqrt(years))
    real = np.interp(wanted, strikes[known], real[known])
    ours = smile.Smile.of_skew([skew]).vol(0, spot, wanted, days, vix / 100.0)
    plain = smile.Smile.fixed(1).vol(0, spot, wanted, days, vix / 100.0)
    assert np.abs(ours / real - 1.0)[:3].max() < 0.06
    assert np.abs(ours / real - 1.0).max() < 0.20  # a call is up to a seventh too cheap on the calmer day
    assert np.abs(ours / real - 1.0).mean() < 0.5 * np.abs(plain / real - 1.0).mean()


def test_the_smile_of_vix_options_is_that_of_a_day_of_trades(shared_data: Path) -> None:
    """0.87 and 0.32 are least squares on the liquid options of 2024-06-03, not a guess."""
    rows = pd.read_csv(shared_data / "options" / "vix_options_polygon_20240603.csv", parse_dates=["expiration_date"])
    vx = pd.read_parquet(shared_data / "vx_futures" / "vx_futures_settlements.parquet")
    vx = vx[vx["trade_date"] == pd.Timestamp("2024-06-03")]
    settles = dict(zip(pd.to_datetime(vx["expiry"]), vx["settle"], strict=True))
    rows = rows.assign(
        days=(rows["expiration_date"] - pd.Timestamp("2024-06-03")).dt.days - 6.5 / 24.0,
        future=rows["expiration_date"].map(settles),
    )
    rows = rows[rows["days"].between(10.0, 50.0) & (rows["volume"] >= 50) & rows["close"].notna()]
    side = np.where(rows["contract_type"] == "call", 1.0, -1.0)
    strike, future, close, days = (
        rows[name].to_numpy(dtype=float) for name in ("strike_price", "future", "close", "days")
    )
    vol = black.implied_vol(side, close, future, strike, days / 365.0, 0.05, on_future=True)
    base = np.asarray(vix_option_vol(78.79, days))
    z = np.log(strike / future) / (base * np.sqrt(days / 365.0))
    used = np.where(side > 0.0, strike >= future, strike < future) & (np.abs(z) <= 2.0) & np.isfinite(vol)
    assert used.sum() == 40
    slope, level = np.polyfit(z[used], (vol / base)[used], 1)
    assert level == pytest.approx(smile.VIX_LEVEL, abs=0.005)
    assert slope == pytest.approx(smile.VIX_SLOPE, abs=0.005)


def test_the_vix_smile_rises_with_strike_and_is_flat_beyond_two_deviations() -> None:
    """Extrapolated, a crash would give the calls any vol one likes."""
    strikes = np.array([8.0, 12.0, 15.0, 20.0, 40.0, 80.0])
    vols = smile.vix_smile_vol(90.0, 15.0, strikes, 30.0)
    assert (np.diff(vols[1:4]) > 0.0).all()
    assert vols[2] == pytest.approx(0.9 * 0.87)
    assert vols[4] == vols[5] == pytest.approx(0.9 * (0.87 + 0.64))


def test_skew_and_opens_of_the_shared_history_are_there(shared_data: Path) -> None:
    """A series silently left out would be replaced by its stand-in on every session."""
    history = real_indices(shared_data)
    assert not history.stood_in.any()
    assert np.isfinite(history.settlement).sum() > 200
    assert not history.stand_ins()
