"""Reads the sample's CSV files into facts with availability instants; no clock, no network."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, datetime, time
from functools import cache
from importlib.resources import files

from alvh_xl.market.facts import Cell, Datum, Event, Facts, Origin, Settle, Typed
from alvh_xl.market.series import (
    BREADTH,
    CATALOGUE,
    FOREIGN_CURRENCIES,
    SPX_PARTS,
    TREASURY_TENORS,
    VOL_INDICES,
)

DEFAULT_ASOF = datetime(2018, 10, 4, 9, 0)
# The last session is Friday 12 October 2018; at Monday's close the sample would silently lack a session.
END = datetime(2018, 10, 15, 16, 0)

Record = dict[str, str]
Series = dict[str, tuple[Datum, ...]]


@cache
def load() -> Facts:
    """Everything the sample knows; parsed once, as the files never change while a program runs."""
    rates = _long("rates.csv")
    foreign = _records("foreign_rates.csv")
    return Facts(
        series={
            **_daily("spx.csv", {f"spx_{part}": part for part in SPX_PARTS}),
            **_daily("vol_indices.csv", {name: name for name in VOL_INDICES}),
            **_daily("vix.csv", {"vix": "vix"}),  # the longer of the two sources of VIX
            **_daily("breadth.csv", {name: name for name in BREADTH}),
            **rates,
            **_monthly("monthly.csv"),
            **{f"rate_{row['currency'].lower()}": (_foreign_datum(row),) for row in foreign},
        },
        settles=tuple(_settle(row) for row in _records("vx_futures.csv")),
        events=tuple(_event(row) for row in _records("calendar.csv")),
        foreign_rates=tuple(_foreign_row(row) for row in foreign),
        position=_position("position.csv"),
        fundamentals=tuple(_company(row) for row in _records("fundamentals.csv")),
        origins=_ORIGINS,
    )


_COUNTED = Origin("sample: PyPI package skfolio", "PROXY", "20 large stocks, not the exchange's count")
_TYPED = Origin("sample: typed", "ILLUSTRATIVE", "typed input")


def _published(publisher: str) -> Origin:
    return Origin(f"sample: published figure, {publisher}")


_ORIGINS = {
    **{f"spx_{part}": Origin("sample: PyPI package arch, arch.data.sp500") for part in SPX_PARTS},
    **dict.fromkeys(VOL_INDICES, _published("Cboe")),
    "vix": Origin("sample: PyPI package arch, arch.data.vix"),
    **dict.fromkeys(BREADTH, _COUNTED),
    **dict.fromkeys(("vx", "vx_front", "vx_second"), _published("Cboe Futures Exchange")),
    "fed_funds": _published("Federal Reserve"),
    **{f"treasury_{tenor}": _published("US Treasury") for tenor in TREASURY_TENORS},
    **dict.fromkeys(("cpi", "ppi"), _published("Bureau of Labor Statistics")),
    "reer": _published("Bank for International Settlements"),
    **{f"rate_{currency.lower()}": _TYPED for currency in FOREIGN_CURRENCIES},
}


def _records(name: str) -> list[Record]:
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _daily(name: str, columns: dict[str, str]) -> Series:
    """Series by id from a file with one row a session; a blank cell is no value."""
    data: dict[str, list[Datum]] = {series: [] for series in columns}
    for record in _records(name):
        day = date.fromisoformat(record["date"])
        for series, column in columns.items():
            if record[column]:
                data[series].append(Datum(day, CATALOGUE[series].available(day), float(record[column])))
    return {series: tuple(rows) for series, rows in data.items()}


def _long(name: str) -> Series:
    """Series by id from a file with one row a value and its publication day."""
    data: dict[str, list[Datum]] = {}
    for record in _records(name):
        data.setdefault(record["series"], []).append(
            _datum(record["series"], record["date"], record["published"], record["value"])
        )
    return {series: tuple(rows) for series, rows in data.items()}


def _monthly(name: str) -> Series:
    data: dict[str, list[Datum]] = {"cpi": [], "ppi": [], "reer": []}
    for record in _records(name):
        for series, rows in data.items():
            published = record[f"{series}_published"]
            rows.append(_datum(series, f"{record['month']}-01", published, record[series]))
    return {series: tuple(rows) for series, rows in data.items()}


def _datum(series: str, day: str, published: str, value: str) -> Datum:
    available = CATALOGUE[series].available(date.fromisoformat(published))
    return Datum(date.fromisoformat(day), available, float(value))


def _settle(record: Record) -> Settle:
    day = date.fromisoformat(record["trade_date"])
    available = CATALOGUE["vx"].available(day)
    expiry = date.fromisoformat(record["expiry"])
    return Settle(record["contract"], expiry, day, available, float(record["settle"]))


def _event(record: Record) -> Event:
    at = datetime.combine(date.fromisoformat(record["date"]), time.fromisoformat(record["time"]))
    return Event(record["event"], at, record["note"])


def _foreign_datum(record: Record) -> Datum:
    series = f"rate_{record['currency'].lower()}"
    return _datum(series, record["date"], record["date"], record["rate"])


def _foreign_row(record: Record) -> Typed:
    cells = (record["currency"], float(record["rate"]), record["unit"], record["status"])
    return Typed(_foreign_datum(record).available, cells)


def _position(name: str) -> tuple[Typed, ...]:
    """Rows of the position, all counting from the day its row `entered` names."""
    records = _records(name)
    entered = next(record["value"] for record in records if record["name"] == "entered")
    available = datetime.fromisoformat(entered)
    return tuple(Typed(available, _position_cells(record)) for record in records)


def _position_cells(record: Record) -> tuple[Cell, ...]:
    readers: dict[str, Callable[[str], Cell]] = {
        "date": date.fromisoformat,
        "datetime": datetime.fromisoformat,
        "text": str,
    }
    value = readers.get(record["unit"], float)(record["value"])
    return record["name"], value, record["unit"], record["status"], record["note"]


def _company(record: Record) -> Typed:
    figures = (
        "market_value", "earnings", "operating_cash_flow", "cash", "short_term_investments", "receivables",
        "current_liabilities",
    )  # fmt: skip
    cells: tuple[Cell, ...] = (
        record["company"],
        *(float(record[figure]) for figure in figures),
        date.fromisoformat(record["accounts_known"]),
        record["unit"],
        record["status"],
    )
    return Typed(CATALOGUE["accounts"].available(date.fromisoformat(record["date"])), cells)
