"""What is sound in a chain: the moment its quotes are of, the forward they imply, and the volatilities they give."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from alvh_xl.functions import ALVH_IMPLIED_VOL
from alvh_xl.market.chain import Option, OptionQuote, chain, forward, option, quoting_moment
from alvh_xl.market.errors import ProviderError
from alvh_xl.market.providers import cboe_quotes
from alvh_xl.model.sessions import settlement_instant, to_serial

EXPIRY = date(2024, 12, 20)


@pytest.mark.parametrize(
    ("contract", "terms"),
    [
        ("SPXW240119P04600000", Option("SPXW", date(2024, 1, 19), "P", 4600)),
        ("VIX240214C00015000", Option("VIX", date(2024, 2, 14), "C", 15)),
        ("VIXW240110C00013500", Option("VIXW", date(2024, 1, 10), "C", 13.5)),
    ],
)
def test_a_symbol_and_its_terms_are_two_ways_to_write_one_option(contract: str, terms: Option) -> None:
    """A strike in thousandths or a month read as a day would be another option."""
    assert option(contract) == terms
    assert terms.contract == contract


@pytest.mark.parametrize(
    "text", ["", "SPXW240119", "SPXW241319P04600000", "SPXW240119X04600000", "spxw240119P04600000"]
)
def test_what_is_no_symbol_has_no_terms(text: str) -> None:
    """A row that is not an option would be quoted as one."""
    assert option(text) is None


@pytest.mark.parametrize(
    ("stamp", "quoted"),
    [
        ("2024-01-07T10:52", "2024-01-05T17:00"),  # Sunday morning: Friday's end
        ("2024-01-05T17:00", "2024-01-05T17:00"),
        ("2024-01-05T16:59", "2024-01-05T16:59"),
        ("2024-01-07T20:15", "2024-01-07T20:15"),  # the overnight session has begun
        ("2024-01-08T08:45", "2024-01-08T08:45"),
        ("2025-10-01T18:03", "2025-10-01T17:00"),  # the late session ran until five
        ("2024-11-30T12:00", "2024-11-29T13:15"),  # the day after Thanksgiving closes at 13:00
        ("2024-03-30T09:00", "2024-03-28T17:00"),  # Good Friday was no session
    ],
)
def test_quotes_saved_while_nothing_trades_are_those_of_the_last_session(stamp: str, quoted: str) -> None:
    """A chain saved on Sunday would be valued with two days too few, and be unknown to Saturday's replay."""
    assert quoting_moment(datetime.fromisoformat(stamp)) == datetime.fromisoformat(quoted)


def quotes(*rows: tuple[str, float, float, float]) -> list[OptionQuote]:
    return [OptionQuote("SPXW", EXPIRY, right, strike, bid, ask) for right, strike, bid, ask in rows]


def test_the_forward_is_where_call_and_put_cost_the_same() -> None:
    """F = K + (C − P) where the two are nearest: 5,900 + 51 − 49.5; crossed, one-sided and lone quotes say nothing."""
    found = forward(
        quotes(
            ("C", 5900, 50, 52), ("P", 5900, 49, 50),
            ("C", 5800, 120, 122), ("P", 5800, 20, 21),
            ("C", 5901, 52, 50), ("P", 5901, 50, 52),  # crossed: looks nearer, but nobody quotes it
            ("C", 5902, 0, 50), ("P", 5902, 24.9, 25.1),
            ("C", 5903, 10, 11),
        )
    )  # fmt: skip
    assert found == pytest.approx(5901.5)
    assert forward(quotes(("C", 5900, 50, 52), ("P", 5900, 0, 50))) is None


def test_a_chain_of_an_impossible_day_is_refused() -> None:
    """A day outside the exchange calendar would end in a stack trace."""
    whole = [OptionQuote("SPXW", EXPIRY, "P", 5000, 1, 2)]
    with pytest.raises(ProviderError, match="which cannot be"):
        chain("Test", datetime(1970, 1, 3, 12, tzinfo=UTC), 5900, whole)
    with pytest.raises(ProviderError, match="2 of 3 options cannot be read"):
        chain("Test", datetime(2024, 1, 5, 12, tzinfo=UTC), 5900, [*whole, None, None])


def test_volatilities_of_the_stored_chain_agree_with_its_own(shared_data: Path) -> None:
    """By our forward and our solver; the published tolerance is 0.0003 on average for 5 January 2024."""
    found = cboe_quotes.parse((shared_data / "formats" / "cboe_delayed_quotes_SPX.derived.json").read_bytes())
    groups: dict[tuple[str, date], list[OptionQuote]] = {}
    for quote in found.quotes:
        groups.setdefault((quote.root, quote.expiry), []).append(quote)
    differences = []
    for (root, expiry), group in groups.items():
        future = forward(group)
        assert future is not None
        days = settlement_instant(root, expiry) - to_serial(found.quoted)
        sound = [
            quote
            for quote in group
            if quote.mid is not None and quote.iv and quote.delta is not None and abs(quote.delta) >= 0.02
            and (quote.strike - future) * (1 if quote.right == "C" else -1) > 0
        ]  # fmt: skip
        vols = ALVH_IMPLIED_VOL(
            [quote.right for quote in sound], [quote.mid for quote in sound], future, [q.strike for q in sound], days,
            0.053, 0, "future",
        )  # fmt: skip
        differences += [abs(vol - (quote.iv or 0)) for vol, quote in zip(vols, sound, strict=True)]
    assert len(differences) > 1500
    assert sum(differences) / len(differences) < 0.0006


@pytest.mark.parametrize(
    ("strike", "bid", "ask"), [(0, 5, 6), (100_000.001, 5, 6), (5000, 1e308, 1.5e308), (5000, 1, float("nan"))]
)
def test_what_no_option_can_have_is_left_out(strike: float, bid: float, ask: float) -> None:
    """A symbol with the strike 0, once stored, would end every later refresh in the middle."""
    whole = [OptionQuote("SPXW", EXPIRY, "P", 5000 + place, 1, 2) for place in range(20)]
    odd = OptionQuote("SPXW", EXPIRY, "C", strike, bid, ask)
    found = chain("Test", datetime(2024, 1, 5, 12, tzinfo=UTC), 5900, [*whole, odd])
    assert found.quotes == tuple(whole)
    assert found.skipped == 1


def test_a_stored_option_that_cannot_be_costs_neither_the_forward_nor_the_refresh() -> None:
    """A store of an earlier version may hold one: the other strikes still imply a forward, or it has none."""
    odd = quotes(("C", 0, 5, 6), ("P", 0, 5, 6), ("C", 1e5, 1e308, 1.5e308), ("P", 1e5, 1, 2))
    assert forward(odd) is None
    assert forward([*odd, *quotes(("C", 5900, 50, 52), ("P", 5900, 49, 50))]) == pytest.approx(5901.5)
    assert forward(quotes(("C", 100, 1, 2), ("P", 100, 5000, 5001))) is None  # parity says −4,899
