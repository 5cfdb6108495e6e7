"""An option chain as a source shows it: quotes, what is unsound in them, the moment they are of, the forward."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from alvh_xl.market.errors import ProviderError
from alvh_xl.model.errors import ModelError
from alvh_xl.model.sessions import from_serial, is_session, previous_session, session_close

NEW_YORK = ZoneInfo("America/New_York")
OPTION = re.compile(r"([A-Z]{1,6})([0-9]{6})([CP])([0-9]{8})")
# Options on SPX and VIX trade around the clock on weekdays but for this gap: from 17:00 until the overnight session.
TRADING_ENDS, OVERNIGHT_BEGINS = time(17, 0), time(20, 15)
# The regular session of index options ends a quarter of an hour after that of shares. A whole session has a late one
# after it, until 17:00; a short one has none.
AFTER_CLOSE = timedelta(minutes=15)
WHOLE_CLOSE = time(16, 0)
BAD_SHARE = 1 / 20
# What no option of an index can have.
HIGHEST_STRIKE, HIGHEST_PRICE = 100_000.0, 1e6


class Option(NamedTuple):
    """Terms of one option: SPX settles at the open and SPXW at the close, different contracts on one expiry."""

    root: str
    expiry: date
    right: str
    strike: float

    @property
    def contract(self) -> str:
        """Exchange symbol.

        Examples
        --------
        >>> Option("SPXW", date(2024, 1, 19), "P", 4600.0).contract
        'SPXW240119P04600000'
        """
        return f"{self.root}{self.expiry:%y%m%d}{self.right}{round(self.strike * 1000):08d}"


def option(contract: str) -> Option | None:
    """Terms in an exchange symbol; None where it is none."""
    found = OPTION.fullmatch(contract)
    if found is None:
        return None
    root, day, right, strike = found.groups()
    try:
        expiry = datetime.strptime(day, "%y%m%d").date()
    except ValueError:
        return None
    return Option(root, expiry, right, int(strike) / 1000)


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
    iv: float | None = None
    delta: float | None = None

    @property
    def flag(self) -> str:
        """What is wrong with the quote; "" where nothing is."""
        if self.bid <= 0 and self.ask <= 0:
            return "zero"
        if self.bid <= 0 or self.ask <= 0:
            return "one-sided"
        return "crossed" if self.bid > self.ask else ""

    @property
    def possible(self) -> bool:
        """Whether an option can have this strike and these prices; not a number is none."""
        prices = abs(self.bid) <= HIGHEST_PRICE and abs(self.ask) <= HIGHEST_PRICE
        return prices and 0 < self.strike <= HIGHEST_STRIKE

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
        New York wall clock of the quotes: of the answer, or of the end of trading while nothing trades.
    spot : float
    quotes : tuple of OptionQuote
    skipped : int
        Options that could not be read, or cannot be.
    """

    quoted: datetime
    spot: float
    quotes: tuple[OptionQuote, ...]
    skipped: int


def chain(what: str, stamp: datetime, spot: float, options: Sequence[OptionQuote | None]) -> Chain:
    """Chain of what was read of an answer, None for what could not be read.

    Parameters
    ----------
    what : str
        Names the source in a message.
    stamp : datetime
        When the answer was made, with a time zone.

    Raises
    ------
    ProviderError
        The index level is missing, or a twentieth of the options cannot be read.
    """
    if spot <= 0:
        raise ProviderError(f"{what}: the index level is missing")
    read = tuple(quote for quote in options if quote is not None and quote.possible)
    skipped = len(options) - len(read)
    if not read or skipped > len(options) * BAD_SHARE:
        raise ProviderError(f"{what}: {skipped} of {len(options)} options cannot be read")
    try:
        quoted = quoting_moment(stamp.astimezone(NEW_YORK).replace(tzinfo=None))
    except (ValueError, OverflowError):  # a day the exchange calendar does not hold
        raise ProviderError(f"{what}: the quotes are of {stamp:%Y-%m-%d}, which cannot be") from None
    return Chain(quoted, spot, read, skipped)


def quoting_moment(stamp: datetime) -> datetime:
    """Moment of the quotes that a table made at `stamp` shows, New York wall clock.

    Tables are made at any time. On a weekend, and between 17:00 and 20:15, nothing trades: the quotes are those of the
    end of trading, at 17:00; after a session that closes early, a quarter of an hour after the close of shares.

    Examples
    --------
    >>> quoting_moment(datetime(2024, 1, 7, 10, 52)), quoting_moment(datetime(2024, 1, 8, 8, 45))
    (datetime.datetime(2024, 1, 5, 17, 0), datetime.datetime(2024, 1, 8, 8, 45))
    """
    weekday, clock = stamp.weekday(), stamp.time()
    weekend = weekday == 5 or (weekday == 4 and clock >= TRADING_ENDS) or (weekday == 6 and clock < OVERNIGHT_BEGINS)
    if not weekend and not TRADING_ENDS <= clock < OVERNIGHT_BEGINS:
        return stamp
    day = stamp.date() if is_session(stamp.date()) else previous_session(stamp.date())
    return trading_end(day)


def trading_end(session: date) -> datetime:
    """Moment from which a session's options are quoted no more, New York wall clock.

    Examples
    --------
    >>> trading_end(date(2024, 1, 5)), trading_end(date(2024, 11, 29))
    (datetime.datetime(2024, 1, 5, 17, 0), datetime.datetime(2024, 11, 29, 13, 15))
    """
    close = from_serial(session_close(session))
    return close + AFTER_CLOSE if close.time() < WHOLE_CLOSE else datetime.combine(session, TRADING_ENDS)


def utc(text: str) -> datetime:
    """Moment written as in 2024-11-21 01:52:50, UTC.

    Raises
    ------
    ValueError
    """
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)


def forward(quotes: Iterable[OptionQuote]) -> float | None:
    """Forward that the sound quotes of one root and expiry imply; None where no strike has both, or they imply none.

    Put-call parity at the strike where call and put cost nearly the same: so near the forward that discounting their
    difference would move it by less than a hundredth of a point.
    """
    from alvh_xl.model.black import implied_forward  # brings scipy, which only a chain needs

    sides: dict[float, dict[str, float]] = {}
    for quote in quotes:
        if quote.possible and quote.mid is not None:
            sides.setdefault(quote.strike, {})[quote.right] = quote.mid
    both = {strike: side for strike, side in sides.items() if len(side) == 2}
    if not both:
        return None
    calls, puts = ([side[right] for side in both.values()] for right in "CP")
    try:
        found = implied_forward(list(both), calls, puts, 0.0)
    except ModelError:
        return None
    return found if math.isfinite(found) and found > 0 else None
