"""Exceptions of the market layer; each message is one line a trader can act on.

MarketError   the data asked for cannot be served
"""

from __future__ import annotations


class MarketError(ValueError):
    """The data asked for cannot be served; the message says why and what can be."""
