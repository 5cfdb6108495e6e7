"""What a provider hands to the store: one value of one series, or one settlement of a contract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple


class Observation(NamedTuple):
    """One published value; the store adds when it became available, its source and the moment it was fetched.

    `item` tells contracts of one series apart (VX contracts: "VXV18", ISO expiry in `expiry`); it is "" for plain series.
    """

    series: str
    day: date
    value: float
    item: str = ""
    expiry: date | None = None


class Read(list[Observation]):
    """Observations of one answer, and how many of its rows were left out, by reason."""

    def __init__(self, rows: Iterable[Observation], left_out: Mapping[str, int]) -> None:
        super().__init__(rows)
        self.left_out = left_out
