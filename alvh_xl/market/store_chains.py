"""Option quotes of the store as a back-test fills condors at them: those of a session's close, and no later ones."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import numpy as np

from alvh_xl.market.chain import AFTER_CLOSE, OptionQuote
from alvh_xl.market.store import Store
from alvh_xl.model.backtest.chains import ChainQuotes
from alvh_xl.model.sessions import from_serial, is_session, session_close, to_serial

# A back-test enters at the close, where SPX and VIX are read. Options trade a quarter of an hour longer than shares:
# that is their close, and the moment which a table saved in the evening shows. Quotes before the window are those of
# another level of SPX.
BEFORE_CLOSE = timedelta(minutes=15)
LONGEST = timedelta(days=21)  # no condor of the back-test lives longer
# SPXW settles at the close, as the back-test's condors do. SPX settles at the open of the same day: it stands in for
# an expiry which SPXW does not list.
_ROOTS = ("SPXW", "SPX")
Key = tuple[date, date]  # session, expiry


def closing_quotes(store: Store, asof: datetime) -> ChainQuotes | None:
    """Last quotes of each session's close known at `asof`, of the expiries within 21 days; None where there are none.

    Quotes count from a quarter of an hour before the close of shares to a quarter after it, when the session of index
    options ends. Later ones, and earlier ones, are not used. An expiry is taken whole from one root, SPXW where it is
    there.
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
    """Root and moment of the quotes of each session and expiry; `moments` are in their order, the last one counts."""
    by_root: dict[str, dict[Key, tuple[str, datetime]]] = {root: {} for root in _ROOTS}
    for root, expiry, at in moments:
        if root in by_root and timedelta(0) < expiry - at.date() <= LONGEST and _at_close(at):
            by_root[root][at.date(), expiry] = (root, at)
    found: dict[Key, tuple[str, datetime]] = {}
    for root in reversed(_ROOTS):  # the preferred root last, so that it wins
        found.update(by_root[root])
    return found


def _at_close(moment: datetime) -> bool:
    if not is_session(moment.date()):
        return False
    close = from_serial(session_close(moment.date()))
    return close - BEFORE_CLOSE <= moment <= close + AFTER_CLOSE


def _row(key: Key, quote: OptionQuote) -> tuple[float, ...]:
    session, expiry = map(to_serial, key)
    return session, expiry, quote.strike, 1.0 if quote.right == "C" else -1.0, quote.bid, quote.ask
