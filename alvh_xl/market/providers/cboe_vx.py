"""VX settlements: one CSV a contract, the current layout (ISO days) and the archive's (MM/DD/YYYY).

The archive quotes ten times the price before 2007-03-26. Settle 0 means that there was none. The row of the final
settlement day holds the special opening quotation, not a close, and is left out.
"""

from __future__ import annotations

from datetime import date

from alvh_xl.market.errors import ProviderError
from alvh_xl.market.observation import Observation
from alvh_xl.market.providers import text
from alvh_xl.model.sessions import vix_expiry

HOST = "https://cdn.cboe.com"
CURRENT = "/data/us/futures/market_statistics/historical_data/VX/VX_{}.csv"
ARCHIVE = "/resources/futures/archive/volume-and-price/CFE_{}_VX.csv"
LAST_ARCHIVE_YEAR = 2013
FIRST_YEAR = 2004
MONTH_CODES = "FGHJKMNQUVXZ"
MONTHS_LISTED = 9
RESCALED = date(2007, 3, 26)
HEADER = ["Trade Date", "Futures", "Open", "High", "Low", "Close", "Settle"]


def contract_name(year: int, month: int) -> str:
    """Name of a monthly contract.

    Examples
    --------
    >>> contract_name(2018, 10)
    'VXV18'
    """
    return f"VX{MONTH_CODES[month - 1]}{year % 100:02d}"


def contracts(since: date, today: date) -> list[tuple[int, int]]:
    """Year and month of every monthly contract that was listed between two days."""
    first = max(since.year, FIRST_YEAR) * 12 + (since.month - 1 if since.year >= FIRST_YEAR else 0)
    month = today.year * 12 + today.month - 1
    # A month's contract leaves the list on its settlement day, when the ninth month after it comes in.
    last = month + MONTHS_LISTED - (vix_expiry(today.year, today.month) > today)
    months = [(place // 12, place % 12 + 1) for place in range(first, last + 1)]
    return [(year, month) for year, month in months if vix_expiry(year, month) > since]


def path(year: int, month: int) -> str:
    """Path of one contract's file on the exchange's site."""
    if year <= LAST_ARCHIVE_YEAR:
        return ARCHIVE.format(f"{MONTH_CODES[month - 1]}{year % 100:02d}")
    return CURRENT.format(vix_expiry(year, month).isoformat())


def parse(body: bytes, year: int, month: int, since: date, today: date) -> list[Observation]:
    """Settlements of one contract, in volatility points, since a day.

    Raises
    ------
    ProviderError
        The answer is not a contract's history.
    """
    name, expiry = contract_name(year, month), vix_expiry(year, month)
    gathered = text.Gathered(f"Cboe {name} settlements", today)
    found = text.lines(body, gathered.what)
    start = next((place for place in range(min(2, len(found))) if found[place].startswith(HEADER[0])), None)
    if start is None:
        raise ProviderError(f"{gathered.what}: the header is not the expected one ({found[0][:60]})")
    table = text.rows(found[start:])
    if next(table)[: len(HEADER)] != HEADER:
        raise ProviderError(f"{gathered.what}: the header is not the expected one ({found[start][:60]})")
    for row in table:
        gathered.seen += 1
        try:
            day = text.day(row[0], "%m/%d/%Y" if "/" in row[0] else "%Y-%m-%d")
            settle = text.number(row[6])
        except (ValueError, IndexError):
            gathered.bad += 1
            continue
        if settle and since <= day < expiry:
            price = settle / 10 if day < RESCALED else settle
            gathered.add(Observation("vx", day, price, name, expiry))
    return gathered.result()
