"""What a refresh writes into the workbook: the data columns of each table and the named data cells.

One definition for building and refreshing, so that both put the same datum into the same cell. Tables have a fixed
number of rows, so that spills over them never change size; rows without data are blank. Columns a formula owns
(age and status of a quote, days to an event, surprises) are not listed here: nobody writes them but the workbook.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final

from alvh_xl.market.morning import MarketMorning
from alvh_xl.market.series import SNAPSHOT

Columns = tuple[str, ...]
Rows = list[tuple[Any, ...]]

MARKET: Final[Columns] = (
    "series", "title", "value", "unit", "observed", "fetched", "max_age", "quality", "source", "note",
)  # fmt: skip
HISTORY: Final[Columns] = (
    "date", "open", "high", "low", "close", "vix", "vix9d", "vix3m", "advances", "declines",
)  # fmt: skip
CURVE: Final[Columns] = ("contract", "expiry", "days_settle", "days_asof", "settle")
MACRO: Final[Columns] = ("month", "cpi", "ppi", "reer")
CALENDAR: Final[Columns] = ("event", "when", "label")
PAST = "latest past"

# Journal: column, the named cell it records, number format. Keyed by asof, one row a morning, oldest first.
JOURNAL: Final[tuple[tuple[str, str, str], ...]] = (
    ("asof", "asof", "datetime"), ("source", "data_source", "text"), ("decision", "plan_decision", "text"),
    ("binding", "plan_binding", "text"), ("held", "held", "integer"), ("model", "hold", "integer"),
    ("ordered", "order_quantity", "signed"), ("spot", "spot", "price"), ("vix", "vix", "price"),
    ("vol", "atm_vol", "vol"), ("macd", "lamp_macd", "integer"), ("rsi", "lamp_rsi", "integer"),
    ("ad", "lamp_ad", "integer"), ("allocation", "allocation", "percent"), ("layers", "layer_fraction", "ratio"),
    ("tilt", "tilt", "price"), ("macro", "macro_pressure", "price"), ("days", "dte", "days"),
    ("condors", "condors", "integer"), ("width", "breakeven_width", "points"), ("credit", "credit_dollars", "dollars"),
    ("literal", "plan_literal", "contracts"), ("cap", "gamma_cap_contracts", "contracts"),
    ("offset", "ratio_a", "ratio"), ("premium", "premium", "dollars"), ("hedge", "hedge_text", "text"),
    ("checks_failed", "checks_failed", "integer"),
)  # fmt: skip
JOURNAL_ROWS: Final = 250
LAMPS: Final = {"LIT": 1.0, "off": 0.0}

ROWS: Final[dict[str, int]] = {
    "Market": len(SNAPSHOT), "History": 300, "Curve": 9, "Macro": 60, "Calendar": 30,
}  # fmt: skip


def table_rows(morning: MarketMorning) -> dict[str, tuple[Columns, Rows]]:
    """Return the data columns and rows of every refreshed table.

    Parameters
    ----------
    morning : MarketMorning
        The data known on one morning.

    Returns
    -------
    dict
        Table name → (column names, rows); each table has exactly the rows of `ROWS`, blank ones last.
    """
    return {
        "Market": (MARKET, _market(morning)),
        "History": (HISTORY, _fixed("History", HISTORY, _picked(morning.history, HISTORY))),
        "Curve": (CURVE, _fixed("Curve", CURVE, _picked(morning.curve, CURVE))),
        "Macro": (MACRO, _fixed("Macro", MACRO, _picked(morning.monthly, MACRO)[-ROWS["Macro"] :])),
        "Calendar": (CALENDAR, _fixed("Calendar", CALENDAR, _calendar(morning))),
    }


def named_values(morning: MarketMorning) -> dict[str, Any]:
    """Return the values of the named data cells: the moment the morning is computed for, and where data came from."""
    return {"asof": morning.asof, "data_source": morning.source}


def journal_row(cell: Callable[[str], Any]) -> tuple[Columns, tuple[Any, ...]]:
    """Return the Journal's columns and the row of the morning that the workbook shows.

    Parameters
    ----------
    cell : callable
        Value of a named cell after recalculation: number, text, None, or an error value.

    Returns
    -------
    tuple
        Column names and values; an error or an empty text is a blank, a lamp 1 or 0. The row belongs in the place
        of the one with the same `asof`, else before the first later one; `JOURNAL_ROWS` fit. The audits read only
        rows before the workbook's own `asof`, so writing it changes no result of the same morning.
    """
    return tuple(column for column, _, _ in JOURNAL), tuple(_recorded(cell(name)) for _, name, _ in JOURNAL)


def _recorded(value: Any) -> Any:
    if isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str) and value and not value.startswith("#"):
        return LAMPS.get(value, value)
    return None


def _market(morning: MarketMorning) -> Rows:
    quotes = {quote.series: quote for quote in morning.snapshot}
    return [
        (q.series, q.title, q.value, q.unit, q.observed, q.fetched, q.max_age, q.quality, q.source, q.note)
        for q in (quotes[name] for name in SNAPSHOT)
    ]


def _picked(table: Any, columns: Columns) -> Rows:
    """Take the wanted columns of a table, in our order; what is not known (NaN) is a blank cell."""
    places = [table.columns.index(column) for column in columns]
    return [tuple(_blank_nan(row[place]) for place in places) for row in table.rows]


def _blank_nan(cell: Any) -> Any:
    return None if isinstance(cell, float) and math.isnan(cell) else cell


def _calendar(morning: MarketMorning) -> Rows:
    """Latest past date of each event and all coming ones, oldest first, as many as there is room for."""
    past = [(event, last, PAST) for event, last, _ in morning.releases.rows if last is not None]
    coming = [(event, at, note) for event, at, note in morning.calendar.rows]
    return sorted(past + coming, key=lambda row: (row[1], row[0]))[: ROWS["Calendar"]]


def _fixed(name: str, columns: Columns, rows: Sequence[tuple[Any, ...]]) -> Rows:
    """Pad with blank rows to the fixed size; too many rows is a fault."""
    size = ROWS[name]
    if len(rows) > size:
        raise ValueError(f"{name} has {len(rows)} rows, the workbook has room for {size}")
    return [*rows, *[(None,) * len(columns)] * (size - len(rows))]
