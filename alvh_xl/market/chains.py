"""Option chains in the store: the quotes of one root and expiry at one moment are one row, and rows are only added.

A row is known from the moment its quotes are of, so that a morning sees the last quotes before it and never later ones.
The moment at which it was fetched or imported stands beside it. Weekly VIX options (VIXW) and monthly ones never share
an expiry and settle alike: both are kept under VIX.

What is kept of a chain keeps the store small (a row takes some 2 to 4 kB): of a live refresh only the expiries of the
legs that are open, of an imported table every expiry up to 60 days (SPX, SPXW) or 200 days (VIX) ahead.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from alvh_xl.market.chain import Chain, Option, OptionQuote
from alvh_xl.market.errors import MarketError
from alvh_xl.market.revisions import text

ROOTS = {"SPX": "SPX", "SPXW": "SPXW", "VIX": "VIX", "VIXW": "VIX"}
SPAN = {"SPX": timedelta(60), "SPXW": timedelta(60), "VIX": timedelta(200)}
# The clocks of a source and of this computer differ a little; by more, one of them is wrong.
CLOCKS_APART = timedelta(minutes=15)

Keep = Callable[[str, date], bool]


@dataclass(frozen=True, slots=True)
class Slice:
    """Quotes of one root and expiry at one moment."""

    quoted: datetime
    quotes: tuple[OptionQuote, ...]
    source: str
    fetched: datetime


class ChainTable:
    """The table of chains of an open store; writing belongs inside `Store.writing`.

    Parameters
    ----------
    db : sqlite3.Connection
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def add(self, chain: Chain, source: str, fetched: datetime, keep: Keep | None = None) -> int:
        """Add the slices of a chain that are kept and not there yet; returns the number of quotes added.

        Parameters
        ----------
        chain : Chain
        source : str
        fetched : datetime
            New York wall clock; the store counts whole minutes.
        keep : callable, optional
            Whether a root and expiry is kept; by default those within the span of an import.

        Raises
        ------
        MarketError
            The quotes are of a moment after `fetched`.
        """
        if chain.quoted > fetched + CLOCKS_APART:
            raise MarketError(
                f"the quotes are of {chain.quoted:%Y-%m-%d %H:%M}, later than this computer's clock says it is"
            )
        quoted = min(chain.quoted, fetched)
        wanted = keep or (lambda root, expiry: expiry - quoted.date() <= SPAN[root])
        added = 0
        for (root, expiry), quotes in _slices(chain).items():
            if expiry < quoted.date() or not wanted(root, expiry):
                continue
            row = (root, expiry.isoformat(), _minute(quoted), _packed(quotes), source, _minute(fetched))
            done = self._db.execute("INSERT OR IGNORE INTO chain VALUES (?, ?, ?, ?, ?, ?)", row)
            added += len(quotes) * done.rowcount
        return added

    def latest(self, root: str, expiry: date, asof: datetime) -> Slice | None:
        """Last quotes of a root and expiry that were known at `asof`; None where there are none."""
        row = self._db.execute(
            "SELECT quoted_at, quotes, source, fetched_at FROM chain WHERE root = ? AND expiry = ? AND quoted_at <= ?"
            " ORDER BY quoted_at DESC LIMIT 1",
            (ROOTS.get(root, root), expiry.isoformat(), text(asof)),
        ).fetchone()
        if row is None:
            return None
        quoted, packed, source, fetched = row
        quotes = _unpacked(ROOTS.get(root, root), expiry, packed)
        return Slice(datetime.fromisoformat(quoted), quotes, source, datetime.fromisoformat(fetched))

    def moments(self, asof: datetime) -> list[tuple[str, date, datetime]]:
        """Root, expiry and moment of every slice known at `asof`, in the order of moments."""
        rows = self._db.execute(
            "SELECT root, expiry, quoted_at FROM chain WHERE quoted_at <= ? ORDER BY quoted_at", (text(asof),)
        )
        return [(root, date.fromisoformat(day), datetime.fromisoformat(at)) for root, day, at in rows]

    def last(self) -> datetime | None:
        """Moment of the latest quotes; None where there are none."""
        row = self._db.execute("SELECT max(quoted_at) FROM chain").fetchone()
        return datetime.fromisoformat(row[0]) if row[0] else None

    def __len__(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM chain").fetchone()[0])


def _minute(moment: datetime) -> str:
    return text(moment.replace(second=0, microsecond=0))


def _slices(chain: Chain) -> dict[tuple[str, date], list[OptionQuote]]:
    found: dict[tuple[str, date], list[OptionQuote]] = {}
    for quote in chain.quotes:
        if quote.root in ROOTS:
            found.setdefault((ROOTS[quote.root], quote.expiry), []).append(quote)
    return found


def _packed(quotes: list[OptionQuote]) -> bytes:
    """Rows of right, strike, bid and ask, in order, compressed."""
    rows = sorted((quote.right, quote.strike, quote.bid, quote.ask) for quote in quotes)
    return zlib.compress(json.dumps(rows, separators=(",", ":")).encode(), 9)


def _unpacked(root: str, expiry: date, packed: bytes) -> tuple[OptionQuote, ...]:
    try:
        rows = json.loads(zlib.decompress(packed))
        return tuple(OptionQuote(*Option(root, expiry, right, strike), bid, ask) for right, strike, bid, ask in rows)
    except (zlib.error, ValueError, TypeError) as problem:
        raise MarketError(f"the quotes of {root} {expiry} in the store are damaged") from problem
