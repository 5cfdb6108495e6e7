"""Exceptions of the market layer; each message is one line a trader can act on.

MarketError     the data asked for cannot be served
ProviderError   a source's answer is not what its format promises
"""

from __future__ import annotations


class MarketError(ValueError):
    """The data asked for cannot be served; the message says why and what can be."""


class ProviderError(MarketError):
    """A source's answer is not what its format promises; nothing of it is used."""
