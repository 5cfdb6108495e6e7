"""Quotes of the legs of a position: fetched with the present morning, read from the store as one moment knew them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from alvh_xl.market.chain import Option, forward, quoting_moment
from alvh_xl.market.chains import ROOTS
from alvh_xl.market.errors import MarketError
from alvh_xl.market.http import ClockError
from alvh_xl.market.morning import MarketMorning
from alvh_xl.market.observation import Observation
from alvh_xl.market.providers import Request, cboe_quotes
from alvh_xl.market.revisions import Appended
from alvh_xl.market.store import Store
from alvh_xl.market.sync import Fetch, Outcome

INDEX = {"SPX": "SPX", "SPXW": "SPX", "VIX": "VIX", "VIXW": "VIX"}
# Legs in the order of the workbook's rows; None for a row that holds no option.
Legs = Sequence[Option | None]


@dataclass(frozen=True, slots=True)
class LegQuote:
    """Last quote of one leg, in points; `forward` is that of its expiry at the same moment, by put-call parity."""

    option: Option
    bid: float
    ask: float
    forward: float | None
    quoted: datetime
    fetched: datetime


@dataclass(frozen=True, slots=True)
class LegReader:
    """Reads a morning, and the quotes of legs with it."""

    read: Callable[[datetime | None, Legs], MarketMorning]

    def __call__(self, asof: datetime | None) -> MarketMorning:
        """Morning without quotes."""
        return self.read(asof, ())


def leg_quotes(store: Store, legs: Legs, asof: datetime) -> tuple[LegQuote | None, ...]:
    """Last quote of each leg that the store knew at `asof`; None where it knew none."""
    with store.reading():
        return tuple(None if leg is None else _leg_quote(store, leg, asof) for leg in legs)


def _leg_quote(store: Store, leg: Option, asof: datetime) -> LegQuote | None:
    known = store.chains.latest(leg.root, leg.expiry, asof)
    if known is None:
        return None
    for quote in known.quotes:
        if quote.right == leg.right and abs(quote.strike - leg.strike) < 1e-6:
            return LegQuote(leg, quote.bid, quote.ask, forward(known.quotes), known.quoted, known.fetched)
    return None


def fetch_chains(
    store: Store, legs: Legs, fetch: Fetch, now: Callable[[], datetime], url: Callable[[str], str] = cboe_quotes.url
) -> list[Outcome]:
    """Fetch the chains in which open legs are quoted, and keep the expiries of these legs.

    Parameters
    ----------
    store, legs, fetch
    now : callable
        New York wall clock.
    url : callable
        Address of the chain of SPX or VIX.

    Returns
    -------
    list of Outcome
        One a chain.
    """
    return [_fetched(store, index, wanted, fetch, now, url(index)) for index, wanted in _open(legs, now()).items()]


def wants_chains(asof: datetime | None, now: datetime) -> bool:
    """Whether quotes fetched now may be known at `asof`: at present, or after the last session's end."""
    return asof is None or quoting_moment(now) <= asof


def _open(legs: Legs, now: datetime) -> dict[str, set[tuple[str, date]]]:
    """Root and expiry of the legs that have not expired, by index."""
    found: dict[str, set[tuple[str, date]]] = {}
    for leg in legs:
        # A table made on a weekend still shows Friday's quotes.
        if leg is not None and leg.root in INDEX and leg.expiry >= quoting_moment(now).date():
            found.setdefault(INDEX[leg.root], set()).add((ROOTS[leg.root], leg.expiry))
    return dict(sorted(found.items()))


def _fetched(
    store: Store, index: str, wanted: Iterable[tuple[str, date]], fetch: Fetch, now: Callable[[], datetime], url: str
) -> Outcome:
    kept = set(wanted)
    request = Request("Cboe", url, (f"option quotes of {index}",), _no_series)
    try:
        chain = cboe_quotes.parse(fetch(url).body)
        with store.writing():
            added = store.chains.add(chain, cboe_quotes.WHAT, now(), lambda root, expiry: (root, expiry) in kept)
    except MarketError as problem:
        return Outcome(request, Appended(), str(problem), clock=isinstance(problem, ClockError))
    return Outcome(request, Appended(Counter(new=added)))


def _no_series(body: bytes) -> list[Observation]:
    """Read nothing: a chain is not a series."""
    return []
