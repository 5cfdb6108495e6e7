"""Where data comes from: the series catalogue, the sample morning, point-in-time reading."""

from __future__ import annotations

from alvh_xl.market.errors import MarketError
from alvh_xl.market.morning import MarketMorning, Quote, Rows, read_sample

__all__ = ["MarketError", "MarketMorning", "Quote", "Rows", "read_sample"]
