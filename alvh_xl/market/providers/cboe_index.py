"""Cboe index history: one CSV an index, days as MM/DD/YYYY, four prices or a single column."""

from __future__ import annotations

from datetime import date

from alvh_xl.market.errors import ProviderError
from alvh_xl.market.observation import Observation
from alvh_xl.market.providers import text
from alvh_xl.market.series import SPX_PARTS

PATH = "/api/global/us_indices/daily_prices/{}_History.csv"
HOST = "https://cdn.cboe.com"
SYMBOLS = {
    "VIX": ("vix",), "VIX9D": ("vix9d",), "VIX3M": ("vix3m",), "VIX6M": ("vix6m",), "VVIX": ("vvix",),
    "SKEW": ("skew",), "SPX": tuple(f"spx_{part}" for part in SPX_PARTS),
}  # fmt: skip
PRICES = ["DATE", "OPEN", "HIGH", "LOW", "CLOSE"]


def parse(body: bytes, symbol: str, since: date, today: date) -> list[Observation]:
    """Closes (for SPX all four prices, where given) from one history file, since a day.

    Raises
    ------
    ProviderError
        The answer is not this index's history.
    """
    gathered = text.Gathered(f"Cboe {symbol} history", today)
    found = text.lines(body, gathered.what)
    table = text.rows(found)
    header = [name.upper() for name in next(table)]
    if header not in (PRICES, ["DATE", symbol]):
        raise ProviderError(f"{gathered.what}: the header is not the expected one ({found[0][:60]})")
    series = SYMBOLS[symbol] if header == PRICES else SYMBOLS[symbol][-1:]
    for row in table:
        gathered.seen += 1
        try:
            day = text.day(row[0], "%m/%d/%Y")
            values = [text.number(field) for field in row[1:]]
            if len(row) != len(header):
                raise ValueError("another number of fields")
        except ValueError:
            gathered.bad += 1
            continue
        if day >= since:
            gathered.add(
                *(Observation(name, day, value) for name, value in zip(series, values[-len(series) :], strict=True))
            )
    return gathered.result()
