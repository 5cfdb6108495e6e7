"""Quotes of the position's legs: which options the workbook holds, and the rows a refresh writes for them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from alvh_xl.functions.cells import number
from alvh_xl.market.chain import Option
from alvh_xl.market.legs import LegQuote, Legs

if TYPE_CHECKING:
    from alvh_xl.workbook.target import Target

TABLE: Final = "Quotes"
# Tables of legs in the order of the rows of Quotes, with the rows each has there.
LEG_TABLES: Final = (("Condor", 4), ("Hedges", 4))
ROWS: Final = sum(count for _, count in LEG_TABLES)
DATA: Final = ("contract", "bid", "ask", "quoted", "forward")
_TERMS: Final = ("instrument", "option_kind", "strike", "expiry", "settlement")
_EPOCH: Final = dt.date(1899, 12, 30)


def wanted(target: Target) -> Legs:
    """Options of the position's legs, one a row of Quotes; None for a row that is blank, unreadable or a future.

    Empty where the workbook has no table for quotes.
    """
    if not target.has_table(TABLE):
        return ()
    found: list[Option | None] = []
    for table, count in LEG_TABLES:
        there = {name.casefold() for name in target.columns(table)} if target.has_table(table) else set()
        rows = target.table(table, _TERMS)[:count] if there.issuperset(_TERMS) else []
        options = [_option(row, target.from_1904) for row in rows]
        found += [*options, *[None] * (count - len(options))]
    return found


def write(target: Target, quotes: tuple[LegQuote | None, ...]) -> None:
    """Write the quotes of a morning into the table Quotes, if there is one; a leg without a quote is a blank row."""
    if target.has_table(TABLE):
        target.set_table(TABLE, DATA, rows(quotes))


def rows(quotes: tuple[LegQuote | None, ...]) -> list[tuple[Any, ...]]:
    """Return the data columns of Quotes, row by row."""
    blank = (None,) * len(DATA)
    cells = [blank if q is None else (_named(q.option), q.bid, q.ask, q.quoted, q.forward) for q in quotes]
    return [*cells, *[blank] * (ROWS - len(cells))]


def _named(option: Option) -> str:
    """Symbol by which the sheet knows a leg: of VIX options, weekly or monthly, the expiry says which it is."""
    return option._replace(root="VIX" if option.root == "VIXW" else option.root).contract


def _option(cells: list[Any], from_1904: bool) -> Option | None:
    instrument, right, strike, expiry, settlement = cells
    day, level = _day(expiry, from_1904), number(strike)
    root = {"SPX": "SPX" if settlement == "AM" else "SPXW", "VIX": "VIX"}.get(str(instrument))
    if root is None or right not in ("C", "P") or day is None or not isinstance(level, float) or not 0 < level < 1e5:
        return None
    return Option(root, day, right, level)


def _day(cell: Any, from_1904: bool) -> dt.date | None:
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and 0 < cell < 1e5:
        return _EPOCH + dt.timedelta(int(cell) + (1462 if from_1904 else 0))
    return None
