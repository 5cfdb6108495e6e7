"""The history beside the checkout in the form in which its sources publish it, by path on their servers."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from alvh_xl.market.providers import cboe_index, cboe_vx, fred
from alvh_xl.market.series import FOREIGN_CODES

INDICES = {
    "VIX": "vix_daily_ohlc", "VIX9D": "vix9d_daily", "VIX3M": "vix3m_daily", "VIX6M": "vix6m_daily",
    "VVIX": "vvix_daily", "SKEW": "skew_daily", "SPX": "spx_daily_ohlcv",
}  # fmt: skip
SINGLE = {"VVIX": "vvix", "SKEW": "skew"}
RATES = ("DFF", "DGS1MO", "DGS3MO", "DGS6MO", "DGS1", "DGS2", "DGS10")
MONTHLY = {"CPIAUCSL": "date", "PPIACO": "DATE", "RBUSBIS": "DATE"}


def bodies(shared: Path, since: date, last: date) -> dict[str, bytes]:
    """Documents by path, with the days up to `last`; FRED's addresses name the first day wanted."""
    found = {}
    for symbol, name in INDICES.items():
        names = [SINGLE[symbol]] if symbol in SINGLE else ["open", "high", "low", "close"]
        header = ["DATE", symbol] if symbol in SINGLE else cboe_index.PRICES
        rows = ([f"{date.fromisoformat(row['date']):%m/%d/%Y}", *(row[name] for name in names)]
                for row in _records(shared / "index" / f"{name}.csv", "date", last))  # fmt: skip
        found[cboe_index.PATH.format(symbol)] = _table(header, rows)
    found |= {fred.PATH.format(code, since.isoformat()): body for code, body in _quarters_and_abroad(shared, last)}
    for code in (*RATES, *MONTHLY):
        column = "date" if code in RATES else MONTHLY[code]
        file = "fred_rates_daily_2004_2026" if code in RATES else f"fred_{code}"
        rows = ([row[column], row[code]] for row in _records(shared / "macro" / f"{file}.csv", column, last)
                if row[column] >= since.isoformat())  # fmt: skip
        found[fred.PATH.format(code, since.isoformat())] = _table(["observation_date", code], rows)
    return found | _contracts(shared, last)


def _quarters_and_abroad(shared: Path, last: date) -> Iterator[tuple[str, bytes]]:
    """GDP, and foreign rates; the latter are invented, as no history of them lies beside the checkout."""
    quarters = _records(shared / "macro" / "gdp_us_quarter_datasets.csv", "date", last)
    yield "GDP", _table(["observation_date", "GDP"], ([row["date"], row["level-current"]] for row in quarters))
    months = [f"{year}-{month:02d}-01" for year in range(2006, last.year + 1) for month in range(1, 13)]
    for code in FOREIGN_CODES.values():
        rows = ([month, "1.25"] for month in months if month <= last.isoformat())
        yield code, _table(["observation_date", code], rows)


def _contracts(shared: Path, last: date) -> dict[str, bytes]:
    """One document a monthly contract, in the layout of its year; before 26 March 2007 at ten times the price."""
    import pyarrow.parquet

    wanted = ["kind", "trade_date", "expiry", "settle"]
    table = pyarrow.parquet.read_table(shared / "vx_futures" / "vx_futures_settlements.parquet", columns=wanted)
    documents: dict[date, list[list[str]]] = {}
    for row in table.to_pylist():
        day, expiry = row["trade_date"].date(), row["expiry"].date()
        if row["kind"] != "M" or day > last:
            continue
        form = "%m/%d/%Y" if expiry.year <= cboe_vx.LAST_ARCHIVE_YEAR else "%Y-%m-%d"
        settle = row["settle"] * (10 if day < cboe_vx.RESCALED else 1)
        documents.setdefault(expiry, []).append([f"{day:{form}}", "X", "0", "0", "0", "0", f"{settle:.4f}"])
    return {cboe_vx.path(expiry.year, expiry.month): _table(cboe_vx.HEADER, rows) for expiry, rows in documents.items()}


def _records(path: Path, column: str, last: date) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row[column] <= last.isoformat()]


def _table(header: list[str], rows: Iterable[list[str]]) -> bytes:
    return "\n".join(",".join(row) for row in [header, *rows]).encode()
