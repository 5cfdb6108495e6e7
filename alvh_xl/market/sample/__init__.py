"""The sample that ships with the package: a real morning, Thursday 4 October 2018, in small CSV files."""

from __future__ import annotations

from alvh_xl.market.sample.reader import DEFAULT_ASOF, END, load

__all__ = ["DEFAULT_ASOF", "END", "load"]
