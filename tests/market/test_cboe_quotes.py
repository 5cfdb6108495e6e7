"""Option chains of the delayed quotes."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import pytest

from alvh_xl.market.chain import Chain
from alvh_xl.market.errors import ProviderError
from alvh_xl.market.providers.cboe_quotes import parse


def chain(bid: float = 1.0, ask: float = 2.0, iv: float = 0.2, stamp: str = "2024-11-21 01:52:50") -> Chain:
    """A chain of one option."""
    option = {"option": "SPXW241220P05000000", "bid": bid, "ask": ask, "iv": iv, "delta": -0.1}
    return parse(json.dumps({"timestamp": stamp, "data": {"current_price": 5900, "options": [option]}}).encode())


@pytest.mark.parametrize(
    ("bid", "ask", "flag", "mid"),
    [(1, 2, "", 1.5), (2, 1, "crossed", None), (0, 1, "one-sided", None), (0, 0, "zero", None)],
)
def test_an_unsound_quote_is_flagged_and_has_no_middle(bid: float, ask: float, flag: str, mid: float | None) -> None:
    """A condor would be valued at a price nobody quotes."""
    quote = chain(bid, ask).quotes[0]
    assert (quote.flag, quote.mid) == (flag, mid)


@pytest.mark.parametrize(
    ("stamp", "local"),
    [("2024-11-21 01:52:50", datetime(2024, 11, 20, 20, 52, 50)), ("2024-07-01 20:00:00", datetime(2024, 7, 1, 16))],
)
def test_the_stamp_becomes_new_york_time(stamp: str, local: datetime) -> None:
    """The stamp is UTC: winter lies five hours behind it, summer four."""
    assert chain(stamp=stamp).quoted == local


def test_a_volatility_of_zero_is_no_volatility() -> None:
    """Deep in the money the source writes 0 for a volatility it has not computed."""
    assert chain(iv=0).quotes[0].iv is None


def test_the_stored_chain_is_read(shared_data: Path) -> None:
    """Roots would be mixed, or options lost (the file holds 4,960)."""
    found = parse((shared_data / "formats" / "cboe_delayed_quotes_SPX.derived.json").read_bytes())
    assert (len(found.quotes), found.skipped) == (4960, 0)
    example = parse((shared_data / "formats" / "cboe_delayed_quotes_SPX.header_example.json").read_bytes())
    second = example.quotes[1]
    assert (second.root, second.expiry, second.right, second.strike) == ("SPXW", date(2026, 8, 28), "P", 6790)


def test_a_web_page_is_no_chain() -> None:
    """A login page would end in a stack trace."""
    with pytest.raises(ProviderError, match="not an option chain"):
        parse(b"<html></html>")
