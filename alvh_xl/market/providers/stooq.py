"""Stooq daily CSV: English or Polish header, five or six fields a row, months before the days of an old index.

The site serves programs that name a key (the environment's STOOQ_API_KEY); its download in a browser is of the same
form and may be put into the watched folder.
"""

from __future__ import annotations

from datetime import date

from alvh_xl.market.errors import ProviderError
from alvh_xl.market.observation import Observation
from alvh_xl.market.providers import text

HOST = "https://stooq.com"
PATH = "/q/d/l/?s={}&d1={}&d2={}&i=d&apikey={}"
KEY = "STOOQ_API_KEY"
HEADERS = (
    ["Date", "Open", "High", "Low", "Close"],
    ["Data", "Otwarcie", "Najwyzszy", "Najnizszy", "Zamkniecie"],
)
VOLUMES: tuple[list[str], ...] = ([], ["Volume"], ["Wolumen"])
# Longest pause between two sessions; what lies further apart are months.
PAUSE_DAYS = 7


def path(symbol: str, since: date, today: date, key: str) -> str:
    """Path and query of one symbol's history."""
    return PATH.format(symbol.replace("^", "%5E"), f"{since:%Y%m%d}", f"{today:%Y%m%d}", key)


def parse(body: bytes, symbol: str, series: tuple[str, ...], since: date, today: date) -> list[Observation]:
    """Open, high, low and close, or of one series the close alone, since a day.

    Raises
    ------
    ProviderError
        The answer is not a daily history.
    """
    gathered = text.Gathered(f"Stooq {symbol}", today)
    found = text.lines(body, gathered.what)
    table = text.rows(found)
    header = next(table)
    if header[:5] not in HEADERS or header[5:] not in VOLUMES:
        raise ProviderError(f"{gathered.what}: the header is not the expected one ({found[0][:60]})")
    read: list[tuple[date, list[float]]] = []
    for row in table:
        gathered.seen += 1
        try:
            if not 5 <= len(row) <= 6:
                raise ValueError("another number of fields")
            read.append((text.day(row[0], "%Y-%m-%d"), prices(row[1:5])))
        except (ValueError, IndexError):
            gathered.bad += 1
    for day, values in _daily(sorted(read)):
        if day >= since:
            taken = values[-len(series) :]
            gathered.add(*(Observation(name, day, value) for name, value in zip(series, taken, strict=True)))
    return gathered.result()


def prices(fields: list[str]) -> list[float]:
    """Open, high, low and close.

    Raises
    ------
    ValueError
        One is no number, or the high lies below the low.
    """
    values = [text.number(field) for field in fields]
    if len(values) != 4 or values[1] < values[2]:
        raise ValueError("not the prices of a day")
    return values


def _daily(rows: list[tuple[date, list[float]]]) -> list[tuple[date, list[float]]]:
    """Rows from the first on that has a neighbour within days."""
    for place in range(len(rows) - 1):
        if (rows[place + 1][0] - rows[place][0]).days <= PAUSE_DAYS:
            return rows[place:]
    return rows[-1:]
