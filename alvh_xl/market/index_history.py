"""Daily history for the gates of method.md §10: the sample, the store, or a folder of CSV files.

Gates measure published figures, they decide nothing: of every value the last revision known counts.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path

import numpy as np

from alvh_xl.market.errors import MarketError
from alvh_xl.market.sample import reader
from alvh_xl.market.store import Store
from alvh_xl.model.backtest import BacktestData
from alvh_xl.model.backtest.index_history import IndexHistory
from alvh_xl.model.sessions import to_serial

Table = dict[float, float]
Settle = tuple[float, float, float]  # session, days to its final settlement, points; 0 days is that settlement itself

SERIES = {
    "spx": "spx_close", "open": "spx_open", "vix": "vix", "vix9d": "vix9d", "vix3m": "vix3m", "vvix": "vvix",
    "skew": "skew", "bill": "treasury_1m",
}  # fmt: skip
# Series: files that may hold it and the column, first found wins; bills and dividend yields in percent a year.
FILES: dict[str, tuple[tuple[str, str], ...]] = {
    "spx": (("spx_daily_ohlcv.csv", "close"), ("spx.csv", "close")),
    "open": (("spx_daily_ohlcv.csv", "open"), ("spx.csv", "open")),
    "vix": (("vix_daily_ohlc.csv", "close"), ("vix.csv", "vix")),
    "vix9d": (("vix9d_daily.csv", "close"), ("vol_indices.csv", "vix9d")),
    "vix3m": (("vix3m_daily.csv", "close"), ("vol_indices.csv", "vix3m")),
    "vvix": (("vvix_daily.csv", "vvix"), ("vol_indices.csv", "vvix")),
    "skew": (("skew_daily.csv", "skew"), ("vol_indices.csv", "skew")),
    "bill": (("bills.csv", "rate"),),
    "dividend": (("dividends.csv", "yield"),),
}
CURVE = "vx_curve.csv"  # date, days, settle
_PERCENT = ("bill", "dividend")


def sample_indices() -> IndexHistory:
    """History of the shipped sample."""
    facts = reader.load()
    tables = {
        name: {to_serial(datum.day): datum.value for datum in facts.series.get(series, ())}
        for name, series in SERIES.items()
    }
    return _joined(tables, ((to_serial(s.day), float((s.expiry - s.day).days), s.value) for s in facts.settles))


def store_indices(store: Store, asof: datetime) -> IndexHistory:
    """History of the store, nothing in it known later than `asof`.

    Raises
    ------
    MarketError
        The store has no session with SPX and VIX.
    """
    with store.reading():
        tables = {
            name: {to_serial(row.day): row.value for row in store.rows(series, asof)} for name, series in SERIES.items()
        }
        settles = {(row.day, row.item): row for row in store.rows("vx", asof)}
    if not tables["spx"].keys() & tables["vix"].keys():
        raise MarketError(
            f"the store {store.path.name} has no session with SPX and VIX; run `alvh-xl data sync` or `alvh-xl data "
            "import FOLDER`"
        )
    return _joined(
        tables,
        ((to_serial(row.day), float((row.expiry - row.day).days), row.value)
         for row in settles.values() if row.expiry is not None),
    )  # fmt: skip


def folder_indices(folder: Path) -> IndexHistory:
    """History of a folder; SPX and VIX are required, the rest has stand-ins that the result counts."""
    tables = {name: _table(folder, places) for name, places in FILES.items()}
    for needed in ("spx", "vix"):
        if not tables[needed]:
            files = " or ".join(file for file, _ in FILES[needed])
            raise MarketError(f"{folder} has no {files}; the gates need daily SPX and VIX")
    path = folder / CURVE
    try:
        curve = [(_serial(r["date"]), float(r["days"]), float(r["settle"])) for r in _records(path)]
    except (KeyError, ValueError) as problem:
        raise MarketError(f"{path}: {problem}; needed are the columns date, days and settle") from None
    return _joined(tables, curve)


def _records(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _serial(text: str) -> float:
    return to_serial(date.fromisoformat(text))


def _table(folder: Path, places: Iterable[tuple[str, str]]) -> Table:
    """First file that holds the column; a blank cell is no value."""
    for file, column in places:
        records = _records(folder / file)
        if records and column in records[0]:
            try:
                return {_serial(row["date"]): float(row[column]) for row in records if row[column].strip()}
            except (KeyError, ValueError) as problem:
                raise MarketError(
                    f"{folder / file}: {problem}; needed are the columns date (2018-10-03) and {column}"
                ) from None
    return {}


def _joined(tables: Mapping[str, Table], settles: Iterable[Settle]) -> IndexHistory:
    """All series on the sessions that have both SPX and VIX."""
    dates = sorted(tables["spx"].keys() & tables["vix"].keys())
    column = {
        name: np.array([tables.get(name, {}).get(day, np.nan) for day in dates])
        for name in (*SERIES, "dividend")
    }  # fmt: skip
    known = [settle for settle in settles if settle[1] >= 0.0 and settle[2] >= 1.0]
    curve = [list(settle) for settle in known if settle[1] > 0.0]
    final = {day: points for day, days, points in known if days == 0.0}
    data = BacktestData.of(
        dates, column["spx"], column["vix"], curve or None, vvix=column["vvix"], vix9d=column["vix9d"],
        vix3m=column["vix3m"],
    )  # fmt: skip
    bill, dividend = (column[name] / 100.0 for name in _PERCENT)
    settlement = np.array([final.get(day, np.nan) for day in dates])
    return IndexHistory.of(data, column["open"], column["skew"], bill, dividend, settlement)
