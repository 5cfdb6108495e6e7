"""Cboe delayed quotes (JSON): an option chain with the bid and ask of each option."""

from __future__ import annotations

import json

from alvh_xl.market.chain import Chain, OptionQuote, chain, option, utc
from alvh_xl.market.errors import ProviderError
from alvh_xl.market.providers import text

HOST = "https://cdn.cboe.com"
PATH = "/api/global/delayed_quotes/options/{}.json"
SYMBOLS = {"SPX": "_SPX", "VIX": "_VIX"}  # of an index, in the address
WHAT = "Cboe delayed quotes"


def url(index: str, base_url: str | None = None) -> str:
    """Address of the chain of SPX or VIX; `base_url` stands in for scheme, host and port.

    Examples
    --------
    >>> url("SPX")
    'https://cdn.cboe.com/api/global/delayed_quotes/options/_SPX.json'
    """
    return (base_url.rstrip("/") if base_url else HOST) + PATH.format(SYMBOLS[index])


def parse(body: bytes) -> Chain:
    """Read one chain.

    Raises
    ------
    ProviderError
        The answer is not a chain, or a twentieth of its options cannot be read.
    """
    try:
        answer = json.loads(body)
        stamp = utc(answer["timestamp"])
        spot, options = text.number(str(answer["data"]["current_price"])), list(answer["data"]["options"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ProviderError(f"{WHAT}: the answer is not an option chain") from None
    return chain(WHAT, stamp, spot, [_quote(row) for row in options])


def _quote(row: object) -> OptionQuote | None:
    try:
        if not isinstance(row, dict):
            raise TypeError("not an option")
        terms = option(row["option"])
        if terms is None:
            return None
        bid, ask, iv, delta = (text.number(str(row[name])) for name in ("bid", "ask", "iv", "delta"))
    except (ValueError, KeyError, TypeError):
        return None
    # A volatility of 0 means "not computed", and the delta beside it is then 0 or 1.
    known = iv > 0
    return OptionQuote(*terms, bid, ask, iv if known else None, delta if known else None)
