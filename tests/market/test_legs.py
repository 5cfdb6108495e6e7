"""Quotes of open legs with the present morning: what is fetched, when, and what a fault costs."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from alvh_xl.market.chain import Option
from alvh_xl.market.errors import MarketError
from alvh_xl.market.legs import fetch_chains, leg_quotes, wants_chains
from alvh_xl.market.live import PARTLY, Live
from alvh_xl.market.store import Store
from alvh_xl.market.sync import problems
from alvh_xl.model.sessions import sessions_between
from tests.market.fakes import Answer, Source, at, history

NOW = "2024-01-08T08:45"
SPX = Option("SPXW", date(2024, 1, 19), "P", 4600.0)
VIX = Option("VIX", date(2024, 2, 14), "C", 15.0)


def document(stamp: str, **bids: float) -> bytes:
    """Delayed quotes with the bids of some contracts; every ask is one higher."""
    options = [{"option": name, "bid": bid, "ask": bid + 1, "iv": 0.2, "delta": 0.1} for name, bid in bids.items()]
    return json.dumps({"timestamp": stamp, "data": {"current_price": 4700, "options": options}}).encode()


SPX_QUOTES = document("2024-01-08 13:44:30", SPXW240119P04600000=10, SPXW240119C04600000=110, SPXW240126P04600000=20)
VIX_QUOTES = document("2024-01-08 13:44:10", VIX240214C00015000=1.2, VIX240117C00015000=0.4)


class Pages:
    """Answers by address; a text is the fault with which fetching fails."""

    def __init__(self, **pages: bytes | str) -> None:
        self.pages, self.asked = pages, list[str]()

    def __call__(self, url: str, *, etag: str | None = None, modified: str | None = None) -> Answer:
        """Answer with a page, or fail."""
        self.asked.append(url)
        page = self.pages[url]
        if isinstance(page, str):
            raise MarketError(page)
        return Answer(page)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "market.sqlite")


def fetched(store: Store, pages: Pages, legs: list[Option | None], now: str = NOW) -> list[str]:
    return problems(fetch_chains(store, legs, pages, at(now), lambda index: index))


def test_the_chains_of_open_legs_are_fetched_and_their_expiries_kept(store: Store) -> None:
    """One document an index, and of it what the legs need; the store would grow by megabytes a morning."""
    pages = Pages(SPX=SPX_QUOTES, VIX=VIX_QUOTES)
    assert fetched(store, pages, [SPX, None, SPX._replace(right="C"), VIX]) == []
    assert pages.asked == ["SPX", "VIX"]
    assert len(store.chains) == 2
    spx, nothing, vix = leg_quotes(store, [SPX, None, VIX], datetime.fromisoformat(NOW))
    assert (spx and (spx.bid, spx.ask, spx.quoted)) == (10, 11, datetime(2024, 1, 8, 8, 44))
    assert spx is not None
    assert spx.forward == 4700.0  # 4,600 + 110.5 − 10.5
    assert nothing is None
    assert vix is not None
    assert (vix.bid, vix.forward) == (1.2, None)  # no put is quoted


def test_expired_legs_and_empty_rows_ask_nobody(store: Store) -> None:
    """A refresh would download megabytes for a position that is closed."""
    pages = Pages()
    assert fetched(store, pages, [None, SPX._replace(expiry=date(2024, 1, 5)), VIX._replace(root="OEX")]) == []
    assert pages.asked == []
    pages = Pages(SPX=document("2024-01-07 15:52:00", SPXW240105P04600000=10))
    fetched(store, pages, [SPX._replace(expiry=date(2024, 1, 5))], "2024-01-07T11:00")
    assert pages.asked == ["SPX"]  # on a weekend the table still shows Friday's


@pytest.mark.parametrize("fault", ["cdn.cboe.com: no connection (attempts: 3)", b"<html></html>", b"{}"])
def test_a_fault_is_one_line_and_leaves_the_last_quote_with_its_own_moment(store: Store, fault: bytes | str) -> None:
    """An old quote must never look new, and the other chain is read all the same."""
    fetched(store, Pages(SPX=document("2024-01-05 20:00:00", SPXW240119P04600000=9)), [SPX], "2024-01-05T15:00")
    lines = fetched(store, Pages(SPX=fault, VIX=VIX_QUOTES), [SPX, VIX])
    assert len(lines) == 1
    assert lines[0].startswith("Cboe, option quotes of SPX: ")
    spx, vix = leg_quotes(store, [SPX, VIX], datetime.fromisoformat(NOW))
    assert spx is not None
    assert (spx.bid, spx.quoted) == (9, datetime(2024, 1, 5, 15, 0))
    assert vix is not None


@pytest.mark.parametrize(
    ("asof", "now", "wanted"),
    [
        (None, NOW, True),
        ("2024-01-08T08:44", NOW, False),
        ("2024-01-05T17:00", "2024-01-07T11:00", True),  # Sunday: the quotes are those of Friday's end
        ("2024-01-05T16:59", "2024-01-07T11:00", False),
        ("2018-10-04T09:00", NOW, False),
    ],
)
def test_a_past_moment_asks_for_no_quotes_of_today(asof: str | None, now: str, wanted: bool) -> None:
    """They could not be shown to it, and would cost a download."""
    assert wants_chains(datetime.fromisoformat(asof) if asof else None, datetime.fromisoformat(now)) is wanted


def live(store: Store, pages: Pages, **options: Any) -> Live:
    """A live source whose series are all there, with pages of chains beside them."""
    days = sessions_between(date(2022, 6, 1), date(2024, 1, 5))
    source = Source({"spx": [row for part in ("open", "high", "low", "close")
                             for row in history(f"spx_{part}", days[0], days[-1], 4700.0)]})  # fmt: skip

    def fetch(url: str, *, etag: str | None = None, modified: str | None = None) -> Answer:
        return source.fetch(url) if url == "spx" else pages(url)

    return Live(store, source.requests_for, fetch, at(NOW), lambda index: index)


def test_the_present_morning_brings_its_quotes(store: Store) -> None:
    """Fetched before the morning's moment is fixed, so that they are known at it."""
    source = live(store, Pages(SPX=SPX_QUOTES, VIX="127.0.0.1: can't be reached"))
    morning = source.read(None, [SPX, VIX])
    assert [quote and quote.bid for quote in morning.quotes] == [10, None]
    assert source.warnings() == ["not fetched: Cboe, option quotes of VIX: 127.0.0.1: can't be reached"]
    assert morning.source == PARTLY
    assert live(store, Pages()).read(None).quotes == ()
    past = live(store, Pages()).read(datetime(2024, 1, 8, 8, 43), [SPX])
    assert past.quotes == (None,)
