"""From an option chain, the quotes of given legs, with implied volatilities of our own solver."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from alvh_xl.market.providers.cboe_quotes import Chain, OptionQuote
from alvh_xl.model.implied import implied_vol
from alvh_xl.model.sessions import settlement_instant, to_serial


class Leg(NamedTuple):
    """One option wanted: SPX (settles at the open) and SPXW (at the close) are different contracts."""

    root: str
    expiry: date
    right: str
    strike: float


@dataclass(frozen=True, slots=True)
class LegQuote:
    """Quote of one leg; `flag` is "absent" where the chain lacks it, `vol` None where no volatility gives the mid."""

    leg: Leg
    quote: OptionQuote | None
    vol: float | None
    flag: str


def choose(chain: Chain, legs: Sequence[Leg], rate: float = 0.0, dividend_yield: float = 0.0) -> list[LegQuote]:
    """Quotes of the legs, in their order.

    Parameters
    ----------
    chain : Chain
    legs : sequence of Leg
    rate, dividend_yield : float
        Continuous, a year.
    """
    known = {Leg(quote.root, quote.expiry, quote.right, quote.strike): quote for quote in chain.quotes}
    return [_leg_quote(chain, leg, known.get(leg), rate, dividend_yield) for leg in legs]


def _leg_quote(chain: Chain, leg: Leg, quote: OptionQuote | None, rate: float, dividend_yield: float) -> LegQuote:
    if quote is None:
        return LegQuote(leg, None, None, "absent")
    if quote.mid is None:
        return LegQuote(leg, quote, None, quote.flag)
    years = (settlement_instant(leg.root, leg.expiry) - to_serial(chain.quoted)) / 365
    phi = 1.0 if leg.right == "C" else -1.0
    vol = (
        float(implied_vol(phi, quote.mid, chain.spot, leg.strike, years, rate, dividend_yield))
        if years > 0
        else math.nan
    )
    return LegQuote(leg, quote, vol if math.isfinite(vol) else None, "")
