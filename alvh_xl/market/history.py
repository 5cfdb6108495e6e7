"""Daily history for the back-test: the shipped sample, or a folder of CSV files with a column `date`."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

from alvh_xl.market.errors import MarketError
from alvh_xl.market.facts import Facts
from alvh_xl.market.sample import reader
from alvh_xl.model.backtest import BacktestData
from alvh_xl.model.sessions import to_serial

_ORDINAL = float(date(1899, 12, 30).toordinal())
Table = dict[float, float]
# Series: files that may hold it and the column, first found wins. `vx_curve.csv` has date, days, settle.
_SEVERAL = "vol_indices.csv"  # need not hold every one of its series
FILES: dict[str, tuple[tuple[str, str], ...]] = {
    "spx": (("spx_daily_ohlcv.csv", "close"), ("spx.csv", "close")),
    "vix": (("vix_daily_ohlc.csv", "close"), ("vix.csv", "vix")),
    "vix9d": (("vix9d_daily.csv", "close"), ("vol_indices.csv", "vix9d")),
    "vix3m": (("vix3m_daily.csv", "close"), ("vol_indices.csv", "vix3m")),
    "vvix": (("vvix_daily.csv", "vvix"), ("vol_indices.csv", "vvix")),
    "skew": (("skew_daily.csv", "skew"), ("vol_indices.csv", "skew")),
    "advances": (("breadth.csv", "advances"),),
    "declines": (("breadth.csv", "declines"),),
}


def sample_history() -> BacktestData:
    """History of the shipped sample."""
    facts = reader.load()
    names = {name: name for name in FILES} | {"spx": "spx_close"}
    tables = {name: _series(facts, series) for name, series in names.items()}
    curve = [
        (to_serial(s.day), float((s.expiry - s.day).days), s.value) for s in facts.settles
    ]  # fmt: skip
    return joined(tables, [list(row) for row in curve if row[1] >= 0.0])


def folder_history(folder: Path) -> BacktestData:
    """History of a folder; SPX and VIX are required, the rest has stand-ins that the result counts."""
    tables = {name: _first_table(folder, places) for name, places in FILES.items()}
    for needed in ("spx", "vix"):
        if not tables[needed]:
            files = " or ".join(file for file, _ in FILES[needed])
            raise MarketError(f"{folder} has no {files}; the back-test needs daily SPX and VIX")
    path = folder / "vx_curve.csv"
    curve = []
    if path.is_file():
        for row in _records(path):
            curve.append([_serial(row["date"]), float(row["days"]), float(row["settle"])])
    return joined(tables, curve)


def _series(facts: Facts, name: str) -> Table:
    return {to_serial(datum.day): datum.value for datum in facts.series.get(name, ())}


def _records(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _serial(text: str) -> float:
    return to_serial(date.fromisoformat(text))


def _first_table(folder: Path, places: tuple[tuple[str, str], ...]) -> Table:
    for file, column in places:
        path = folder / file
        if path.is_file():
            records = _records(path)
            if file == _SEVERAL and records and column not in records[0]:
                continue
            try:
                return {_serial(row["date"]): float(row[column]) for row in records if row[column].strip()}
            except (KeyError, ValueError) as problem:
                raise MarketError(f"{path}: {problem}; needed are the columns date (2018-10-03) and {column}") from None
    return {}


def joined(
    tables: dict[str, Table], curve: list[list[float]], macro: Table | None = None, bills: Table | None = None
) -> BacktestData:
    """All series on the sessions that have both SPX and VIX."""
    tables = tables | {"macro": macro or {}, "bills": bills or {}}
    dates = sorted(set(tables["spx"]) & set(tables["vix"]))
    missing = float("nan")
    columns = {name: [table.get(day, missing) for day in dates] for name, table in tables.items()}
    return BacktestData.of(
        dates, columns["spx"], columns["vix"], curve or None, columns["vvix"], columns["vix9d"], columns["vix3m"],
        columns["advances"], columns["declines"], columns["macro"], columns["bills"], columns["skew"],
    )  # fmt: skip


def between(data: BacktestData, start: date, end: date) -> BacktestData:
    """The sessions from `start` to `end`, both included."""
    found = data.between(float(start.toordinal()) - _ORDINAL, float(end.toordinal()) - _ORDINAL)
    if not found.dates.size:
        raise MarketError(f"the history has no session from {start} to {end}")
    return found
