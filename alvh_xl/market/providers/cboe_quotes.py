"""Cboe delayed quotes (JSON): an option chain with the bid and ask of each option."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from alvh_xl.market.errors import ProviderError
from alvh_xl.market.providers import text

HOST = "https://cdn.cboe.com"
PATH = "/api/global/delayed_quotes/options/{}.json"
WHAT = "Cboe delayed quotes"
NEW_YORK = ZoneInfo("America/New_York")
OPTION = re.compile(r"([A-Z]{1,6})([0-9]{6})([CP])([0-9]{8})")


@dataclass(frozen=True, slots=True)
class OptionQuote:
    """One option: prices in index points; `iv` and `delta` are the source's, None where it has not computed them.

    `flag` is "" for a sound two-sided quote, else "zero", "one-sided" or "crossed".
    """

    root: str
    expiry: date
    right: str
    strike: float
    bid: float
    ask: float
    iv: float | None
    delta: float | None
    flag: str

    @property
    def mid(self) -> float | None:
        """Middle of bid and ask, None where the quote is flagged."""
        return None if self.flag else (self.bid + self.ask) / 2


@dataclass(frozen=True, slots=True)
class Chain:
    """One moment of an option chain.

    Parameters
    ----------
    quoted : datetime
        New York wall clock of the answer.
    spot : float
    quotes : tuple of OptionQuote
    skipped : int
        Options that could not be read.
    """

    quoted: datetime
    spot: float
    quotes: tuple[OptionQuote, ...]
    skipped: int


def parse(body: bytes) -> Chain:
    """Read one chain.

    Raises
    ------
    ProviderError
        The answer is not a chain, or a twentieth of its options cannot be read.
    """
    try:
        answer = json.loads(body)
        stamp = datetime.strptime(answer["timestamp"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
        spot, options = text.number(str(answer["data"]["current_price"])), list(answer["data"]["options"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ProviderError(f"{WHAT}: the answer is not an option chain") from None
    if spot <= 0:
        raise ProviderError(f"{WHAT}: the index level is missing")
    read = [quote for quote in map(_quote, options) if quote is not None]
    skipped = len(options) - len(read)
    if not read or skipped > len(options) / 20:
        raise ProviderError(f"{WHAT}: {skipped} of {len(options)} options cannot be read")
    return Chain(stamp.astimezone(NEW_YORK).replace(tzinfo=None), spot, tuple(read), skipped)


def _quote(option: object) -> OptionQuote | None:
    try:
        if not isinstance(option, dict):
            raise TypeError("not an option")
        found = OPTION.fullmatch(option["option"])
        if found is None:
            return None
        root, day, right, strike = found.groups()
        bid, ask, iv, delta = (text.number(str(option[name])) for name in ("bid", "ask", "iv", "delta"))
        expiry = text.day(day, "%y%m%d")
    except (ValueError, KeyError, TypeError):
        return None
    # A volatility of 0 means "not computed", and the delta beside it is then 0 or 1.
    known = iv > 0
    return OptionQuote(
        root, expiry, right, int(strike) / 1000, bid, ask, iv if known else None, delta if known else None,
        _flag(bid, ask),
    )  # fmt: skip


def _flag(bid: float, ask: float) -> str:
    if bid <= 0 and ask <= 0:
        return "zero"
    if bid <= 0 or ask <= 0:
        return "one-sided"
    return "crossed" if bid > ask else ""
