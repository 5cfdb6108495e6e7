"""Histories whose answer is known, and the shared one."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from alvh_xl.model.backtest import BacktestData
from alvh_xl.model.backtest.condors import calendar
from alvh_xl.model.backtest.index_history import IndexHistory


def random_world(start: float = 42373.0, years: float = 2.0, vol: float = 0.16, seed: int = 7) -> BacktestData:
    """Random SPX, VIX and SKEW that fall when SPX rises, a VX curve, VVIX and breadth; SKEW has gaps."""
    dates = calendar(start, start + 365.25 * years)
    rng = np.random.default_rng(seed)
    shock = rng.normal(size=dates.size)
    close = 3000.0 * np.exp(np.cumsum(shock * vol / np.sqrt(252.0)))
    vix = np.clip(18.0 - np.convolve(shock, 0.9 ** np.arange(60), "full")[: dates.size], 10.0, 60.0)
    near, far = 5.0 + np.arange(dates.size) % 28, 33.0 + np.arange(dates.size) % 28
    curve = np.concatenate([np.column_stack([dates, d, 0.5 * vix + 9.0 + d / 60.0]) for d in (near, far)])
    up = np.round(1500.0 + 400.0 * shock).clip(50.0, 2950.0)
    skew = np.where(np.arange(dates.size) % 9 == 4, np.nan, 118.0 - 5.0 * shock)
    return BacktestData.of(
        dates, close, vix, curve, 90.0 + 0.0 * vix, vix * 0.97, vix * 1.05, up, 3000.0 - up, skew=skew
    )


def flat_world(close: np.ndarray, dates: np.ndarray, vix: float = 16.0) -> BacktestData:
    """Constant implied vol, no curve, no breadth."""
    return BacktestData.of(dates, close, np.full(dates.size, vix))


def _days(texts: object) -> np.ndarray:
    return np.asarray(texts, dtype="datetime64[D]").astype(np.int64) + 25569.0


def real_world(folder: Path, first: float = 39083.0) -> BacktestData:
    """The shared history from 2007."""
    import pandas as pd

    def read(name: str, column: str) -> pd.Series:
        frame = pd.read_csv(folder / "index" / name)
        return pd.Series(frame[column].to_numpy(dtype=np.float64), index=_days(frame["date"]))

    spx, vix = read("spx_daily_ohlcv.csv", "close"), read("vix_daily_ohlc.csv", "close")
    dates = spx.index.intersection(vix.index)
    dates = dates[dates >= first]
    vx = pd.read_parquet(folder / "vx_futures" / "vx_futures_settlements.parquet")
    vx = vx[vx["kind"] == "M"]
    traded = _days(vx["trade_date"])
    curve = np.column_stack([traded, _days(vx["expiry"]) - traded, vx["settle"]])
    curve = curve[(curve[:, 1] > 0.0) & (curve[:, 2] >= 1.0)]
    near, far, vvix, skew = (
        read(f"{name}_daily.csv", column).reindex(dates).to_numpy()
        for name, column in (("vix9d", "close"), ("vix3m", "close"), ("vvix", "vvix"), ("skew", "skew"))
    )
    return BacktestData.of(
        dates.to_numpy(), spx.reindex(dates), vix.reindex(dates), curve, vvix, near, far, skew=skew
    )  # fmt: skip


def real_indices(folder: Path, first: float = 39050.0) -> IndexHistory:
    """The shared history with opens, SKEW, bills, dividends and final settlements; from 2006-11-29 by default."""
    import pandas as pd

    data = real_world(folder, first)
    days = np.arange(first - 60.0, data.dates[-1] + 1.0)

    def column(name: str, wanted: str) -> np.ndarray:
        frame = pd.read_csv(folder / name)
        series = pd.Series(pd.to_numeric(frame[wanted], errors="coerce").to_numpy(), index=_days(frame.iloc[:, 0]))
        return series.reindex(days).ffill().reindex(data.dates).to_numpy()

    opens = pd.read_csv(folder / "index" / "spx_daily_ohlcv.csv")
    first_prices = pd.Series(opens["open"].to_numpy(), index=_days(opens["date"])).reindex(data.dates)
    shiller = pd.read_csv(folder / "macro" / "shiller_sp500_monthly.csv")
    shiller = shiller[shiller["Dividend"] > 0.0]  # zeros mean missing
    paid = pd.Series((shiller["Dividend"] / shiller["SP500"]).to_numpy(), index=_days(shiller["Date"]))
    yields = paid.reindex(days).ffill().reindex(data.dates)
    vx = pd.read_parquet(folder / "vx_futures" / "vx_futures_settlements.parquet")
    final = vx[(vx["kind"] == "M") & (vx["trade_date"] == vx["expiry"])]
    settled = pd.Series(final["settle"].to_numpy(), index=_days(final["expiry"])).reindex(data.dates)
    return IndexHistory.of(
        data, first_prices.to_numpy(), column("index/skew_daily.csv", "skew"),
        column("macro/fred_rates_daily_2004_2026.csv", "DGS1MO") / 100.0, yields.to_numpy(), settled.to_numpy(),
    )  # fmt: skip
