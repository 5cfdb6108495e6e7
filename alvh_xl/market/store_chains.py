"""Option quotes of the store as a back-test fills condors at them: those of a session's close, and no later ones."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import numpy as np

from alvh_xl.market.chain import AFTER_CLOSE, OptionQuote, trading_end
from alvh_xl.market.store import Store
from alvh_xl.model.backtest.chains import ChainQuotes
from alvh_xl.model.sessions import from_serial, is_session, session_close, to_serial

# A back-test enters at the close, where SPX and VIX are read. The regular session of options is a quarter of an hour
# longer than that of shares: that is their close. Quotes before the window are those of another level of SPX. A table
# saved in the evening shows quotes of 17:00, the end of the late session: it stands in where the window has none.
BEFORE_CLOSE = timedelta(minutes=15)
LONGEST = timedelta(days=21)  # no condor of the back-test lives longer
# SPXW settles at the close, as the back-test's condors do. SPX settles at the open of the same day: it stands in for
# an expiry which SPXW does not list.
_ROOTS = ("SPXW", "SPX")
Key = tuple[date, date]  # session, expiry


def closing_quotes(store: Store, asof: datetime) -> ChainQuotes | None:
    """Last quotes of each session's close known at `asof`, of the expiries within 21 days; None where there are none.

    Quotes count from a quarter of an hour before the close of shares to a quarter after it, when the regular session of
    index options ends: of these the last. Where there are none, the first of the late session until 17:00 stand in, as
    tables saved by hand are nearly always made in the evening: such a fill is at prices of up to an hour after the
    close. Later quotes, and earlier ones, are not used. An expiry is taken whole from one root, SPXW where it is there.
    """
    with store.reading():
        moments = _closing(store.chains.moments(asof))
        found = {}
        for key, (root, at) in moments.items():
            slice_ = store.chains.latest(root, key[1], at)
            if slice_ is not None:
                found[key] = [quote for quote in slice_.quotes if quote.bid >= 0.0]  # NaN is none either
    rows = [_row(key, quote) for key, quotes in found.items() for quote in quotes]
    return ChainQuotes.of(*np.array(rows).T) if rows else None


def _closing(moments: Iterable[tuple[str, date, datetime]]) -> dict[Key, tuple[str, datetime]]:
    """Root and moment of the quotes of each session and expiry; `moments` are in their order."""
    by_root: dict[str, dict[Key, tuple[str, datetime]]] = {root: {} for root in _ROOTS}
    for root, expiry, at in moments:
        if root not in by_root or not timedelta(0) < expiry - at.date() <= LONGEST:
            continue
        if _at_close(at):
            by_root[root][at.date(), expiry] = (root, at)
        elif _late(at):
            by_root[root].setdefault((at.date(), expiry), (root, at))
    found: dict[Key, tuple[str, datetime]] = {}
    for root in reversed(_ROOTS):  # the preferred root last, so that it wins
        found.update(by_root[root])
    return found


def _at_close(moment: datetime) -> bool:
    if not is_session(moment.date()):
        return False
    close = from_serial(session_close(moment.date()))
    return close - BEFORE_CLOSE <= moment <= close + AFTER_CLOSE


def _late(moment: datetime) -> bool:
    """Whether quotes are of the late session that follows a session's close."""
    if not is_session(moment.date()):
        return False
    return from_serial(session_close(moment.date())) + AFTER_CLOSE < moment <= trading_end(moment.date())


def _row(key: Key, quote: OptionQuote) -> tuple[float, ...]:
    session, expiry = map(to_serial, key)
    return session, expiry, quote.strike, 1.0 if quote.right == "C" else -1.0, quote.bid, quote.ask
