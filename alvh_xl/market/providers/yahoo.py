"""Yahoo through yfinance, an optional extra: daily prices of an index or a fund.

Of an index it stands in when the first source failed. Of the fund (VNQ), which no first source serves, it is the first
itself where there is no key for Stooq, and else stands in for Stooq.

A request has an address of our own, `yahoo:SYMBOL?since=DAY`; `fetch` answers it with a small CSV made of what
yfinance returned, so that a Yahoo document is kept, counted and refused as any other.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from typing import Any

from alvh_xl.market.errors import ProviderError
from alvh_xl.market.observation import Observation
from alvh_xl.market.providers import text
from alvh_xl.market.providers.stooq import prices

PACKAGE = "yfinance"
PROVIDER = "Yahoo"
SCHEME = "yahoo:"
HEADER = ["Date", "Open", "High", "Low", "Close"]
SECONDS = 10
# Yahoo's floats carry noise far below a cent.
DIGITS = 2

# Frame of daily prices of one symbol from one day on; what yfinance's Ticker(symbol).history returns.
History = Callable[[str, date], Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a source answers: content without any tag."""

    body: bytes
    etag: str | None = None
    modified: str | None = None
    status: int = 200


def available() -> bool:
    """Whether the extra is installed."""
    return find_spec(PACKAGE) is not None


def address(symbol: str, since: date) -> str:
    """Address of one symbol's history."""
    return f"{SCHEME}{symbol}?since={since.isoformat()}"


def download(symbol: str, since: date) -> Any:
    """Prices as they were paid, not adjusted for dividends."""
    import yfinance

    # What goes wrong is said by us, in one line.
    logging.getLogger(PACKAGE).setLevel(logging.CRITICAL)
    ticker = yfinance.Ticker(symbol)
    return ticker.history(
        start=since.isoformat(), interval="1d", auto_adjust=False, actions=False, timeout=SECONDS
    )  # fmt: skip


def fetch(url: str, history: History = download) -> Answer:
    """Ask Yahoo for one address of ours.

    Raises
    ------
    ProviderError
        yfinance is not installed, failed, or had nothing.
    """
    symbol, _, since = url.removeprefix(SCHEME).partition("?since=")
    try:
        frame = history(symbol, date.fromisoformat(since))
        body = _table(frame)
    except ImportError:
        raise ProviderError(f"Yahoo {symbol}: yfinance is not installed") from None
    except Exception as problem:  # an unofficial interface fails in ways of its own; none may end a sync
        raise ProviderError(f"Yahoo {symbol}: yfinance failed ({type(problem).__name__})") from problem
    if body.count(b"\n") < 2:
        raise ProviderError(f"Yahoo {symbol}: yfinance returned no prices")
    return Answer(body)


def _table(frame: Any) -> bytes:
    lines = [",".join(HEADER)]
    columns = [frame[name] for name in HEADER[1:]]
    for stamp, *values in zip(frame.index, *columns, strict=True):
        cells = ("" if math.isnan(value) else f"{value:.{DIGITS}f}" for value in map(float, values))
        lines.append(",".join((f"{stamp:%Y-%m-%d}", *cells)))
    return ("\n".join(lines) + "\n").encode()


def parse(body: bytes, symbol: str, series: tuple[str, ...], since: date, today: date) -> list[Observation]:
    """Open, high, low and close, or of one series the close alone, since a day.

    Raises
    ------
    ProviderError
        The answer is not what `fetch` makes.
    """
    gathered = text.Gathered(f"Yahoo {symbol}", today)
    found = text.lines(body, gathered.what)
    table = text.rows(found)
    if next(table) != HEADER:
        raise ProviderError(f"{gathered.what}: the header is not the expected one ({found[0][:60]})")
    for row in table:
        gathered.seen += 1
        if "" in row:  # Yahoo leaves a day without prices blank: no value, and no fault
            continue
        try:
            day, values = text.day(row[0], "%Y-%m-%d"), prices(row[1:])
        except ValueError:
            gathered.bad += 1
            continue
        if day >= since:
            taken = values[-len(series) :]
            gathered.add(*(Observation(name, day, value) for name, value in zip(series, taken, strict=True)))
    return gathered.result()
