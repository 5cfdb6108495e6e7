"""What a source of market data knows, each datum with the instant it became known."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import NamedTuple, TypeVar

from alvh_xl.market.series import Quality

Cell = float | str | date | datetime | None


class Datum(NamedTuple):
    """One value of one series; `day` is its session, or the first day of its month."""

    day: date
    available: datetime
    value: float


class Settle(NamedTuple):
    """Settlement price of one VX contract at the end of session `day`."""

    contract: str
    expiry: date
    day: date
    available: datetime
    value: float


class Event(NamedTuple):
    """One scheduled release, decision or settlement."""

    event: str
    at: datetime
    note: str


class Origin(NamedTuple):
    """Where one source has a series from; a quality other than OK overrides the catalogue's."""

    source: str
    quality: Quality = "OK"
    note: str = ""
    fetched: datetime | None = None


class Typed(NamedTuple):
    """One row somebody typed, with the moment from which it counts."""

    available: datetime
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything one source knows, each sequence in order of availability.

    Parameters
    ----------
    series : mapping of series id to tuple of Datum
        A later datum for the same day is a revision.
    settles : tuple of Settle
    events : tuple of Event
        From its first row on, an event's dates are complete up to its last row.
    foreign_rates, position, fundamentals : tuple of Typed
        Rows of the tables of those names.
    origins : mapping of series id to Origin
    """

    series: Mapping[str, tuple[Datum, ...]]
    settles: tuple[Settle, ...]
    events: tuple[Event, ...]
    foreign_rates: tuple[Typed, ...]
    position: tuple[Typed, ...]
    fundamentals: tuple[Typed, ...]
    origins: Mapping[str, Origin]

    def known(self, series: str, asof: datetime) -> tuple[Datum, ...]:
        """Every datum of one series whose availability instant is not after `asof`."""
        return known_rows(self.series.get(series, ()), asof)


_available = attrgetter("available")
Row = TypeVar("Row", Datum, Settle, Typed)


def known_rows(rows: Sequence[Row], asof: datetime) -> tuple[Row, ...]:
    """Rows, in order of availability, that are known at `asof`."""
    return tuple(rows[: bisect_right(rows, asof, key=_available)])
