"""Quotes of given legs out of a chain."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from alvh_xl.market.chain import Leg, choose
from alvh_xl.market.providers.cboe_quotes import Chain, OptionQuote

EXPIRY = date(2024, 12, 20)


def test_roots_are_kept_apart_and_absent_legs_are_named() -> None:
    """SPX and SPXW share strikes and expiries; one would be valued at the other's price."""
    quotes = tuple(
        OptionQuote(root, EXPIRY, "P", 5000, 1, ask, None, None, "") for root, ask in (("SPX", 2), ("SPXW", 4))
    )
    chain = Chain(datetime(2024, 11, 20, 16), 5900, quotes, 0)
    found = choose(chain, [Leg("SPXW", EXPIRY, "P", 5000), Leg("SPX", EXPIRY, "C", 5000)])
    assert found[0].quote is quotes[1]
    assert (found[1].quote, found[1].vol, found[1].flag) == (None, None, "absent")


def test_the_volatility_is_that_of_the_middle() -> None:
    """At the money without rates a price of 0.4 S vol sqrt(T), nearly, belongs to the volatility."""
    chain = Chain(
        datetime(2024, 11, 20, 16), 5000, (OptionQuote("SPXW", EXPIRY, "C", 5000, 113, 115, None, None, ""),), 0
    )
    vol = choose(chain, [Leg("SPXW", EXPIRY, "C", 5000)])[0].vol
    assert vol == pytest.approx(114 / (0.398942 * 5000 * (30 / 365) ** 0.5), rel=1e-3)
