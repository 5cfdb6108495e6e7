"""Trades to holdings, first in first out: order, conservation and average fill against a count of single contracts."""

from __future__ import annotations

import tempfile
from collections import deque
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh_xl.market.brokers.holding import Contract, Effect, Fill, Holding
from alvh_xl.market.brokers.netting import merge, net
from tests.market.statements import TASTY_HEADER, statement, tasty

EXPIRY = date(2025, 11, 19)
CALL = Contract("VIX", "VIX", EXPIRY, "C", 20.0)
FUTURE = Contract("VX", "VX", EXPIRY)
START = datetime(2025, 11, 3, 9, 30)

moments = st.integers(0, 20).map(lambda hours: START + timedelta(hours=hours))
fills = st.builds(
    Fill,
    contract=st.sampled_from([CALL, FUTURE]),
    moment=moments,
    quantity=st.integers(-20, 20).filter(bool),
    price=st.integers(0, 400).map(lambda ticks: ticks / 20),
    effect=st.just("net"),
)


def fill(hour: int, quantity: int, price: float | None, effect: Effect = "net") -> Fill:
    return Fill(CALL, START + timedelta(hours=hour), quantity, price, effect)


@given(st.lists(fills, max_size=12), st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_the_order_of_rows_does_not_matter(trades: list[Fill], order: object) -> None:
    """Brokers list the newest first or last: the position is the same."""
    shuffled = list(trades)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert net(shuffled, None) == net(trades, None)


@given(st.lists(fills, max_size=12))
@settings(max_examples=200, deadline=None)
def test_netting_conserves_quantity(trades: list[Fill]) -> None:
    """Every contract bought or sold is in the holding or was closed by its opposite."""
    held = {one.contract: one.quantity for one in net(trades, None)[0]}
    for contract in (CALL, FUTURE):
        assert held.get(contract, 0) == sum(one.quantity for one in trades if one.contract == contract)


@given(st.lists(st.tuples(st.integers(-20, 20).filter(bool), st.integers(0, 400)), max_size=12))
@settings(max_examples=200, deadline=None)
def test_the_average_fill_is_that_of_the_single_contracts_left(trades: list[tuple[int, int]]) -> None:
    """Counted one contract at a time: the oldest goes first, the rest keep what was paid for them."""
    units: deque[tuple[int, float, int]] = deque()
    for hour, (quantity, ticks) in enumerate(trades):
        for _ in range(abs(quantity)):
            side = 1 if quantity > 0 else -1
            if units and units[0][0] != side:
                units.popleft()
            else:
                units.append((side, ticks / 20, hour))
    found, skipped = net([fill(hour, quantity, ticks / 20) for hour, (quantity, ticks) in enumerate(trades)], None)
    assert skipped == []
    if not units:
        assert found == []
        return
    [held] = found
    assert held.quantity == sum(side for side, _, _ in units)
    assert held.price == pytest.approx(fmean(price for _, price, _ in units), abs=1e-6)
    assert held.opened == START + timedelta(hours=units[0][2])


@given(st.permutations(range(6)))
@settings(max_examples=40, deadline=None)
def test_the_order_of_rows_in_a_file_does_not_matter(order: list[int]) -> None:
    """The same through a whole file, with a partial close, a roll and an expiry."""
    old, new = "VIX   251119C00020000", "VIX   251217C00020000"
    rows = [
        tasty("2025-11-03T10:00:00-0500", "Buy to Open", old, 10, "-100.00"),
        tasty("2025-11-04T10:00:00-0500", "Buy to Open", old, 10, "-200.00"),
        tasty("2025-11-05T10:00:00-0500", "Sell to Close", old, 15, "150.00"),
        tasty("2025-11-05T10:00:00-0500", "Buy to Open", new, 15, "-210.00"),
        tasty("2025-11-05T16:00:00-0500", "Sell to Open", "SPXW  251105C06900000", 3, "300.00"),
        tasty("2025-11-05T16:30:00-0500", "Expiration", "SPXW  251105C06900000", 3, "0.00"),
    ]
    with tempfile.TemporaryDirectory() as folder:
        found = statement(Path(folder), TASTY_HEADER, *[rows[i] for i in order])
    assert [(one.name, one.price) for one in found.holdings] == [
        ("+5 VIX 19-Nov-2025 20 C", 2.0),
        ("+15 VIX 17-Dec-2025 20 C", 2.1),
    ]


def test_a_partial_close_keeps_the_later_fills() -> None:
    """10 at 1.00, 10 at 2.00, 15 sold: 5 are left, all at 2.00, opened with the second fill."""
    [held], skipped = net([fill(0, 10, 1.0, "open"), fill(1, 10, 2.0, "open"), fill(2, -15, 1.5, "close")], None)
    assert held == Holding(CALL, 5, 2.0, START + timedelta(hours=1))
    assert skipped == []


def test_what_expired_is_gone_on_either_side() -> None:
    """An expiry has no side of its own: it ends a short as well as a long."""
    for quantity in (7, -7):
        assert net([fill(0, quantity, 1.0, "open"), fill(1, 7, None, "remove")], None) == ([], [])


def test_closing_what_was_never_opened_leaves_nothing_and_says_so() -> None:
    """A sale to close without its purchase is no short position."""
    found, [skipped] = net([fill(0, -4, 1.0, "close")], None)
    assert found == []
    assert skipped.what == "VIX 19-Nov-2025 20 C"
    assert skipped.reason.startswith("4 more closed than opened")
    assert skipped.ours


def test_what_settled_before_the_last_day_of_the_file_is_over() -> None:
    """All our contracts settle in cash; on the day itself one may still be open."""
    trades = [fill(0, 4, 1.0, "open")]
    assert len(net(trades, EXPIRY)[0]) == 1
    assert net(trades, EXPIRY + timedelta(days=1)) == ([], [])


def test_positions_of_several_accounts_add_up() -> None:
    """5 at 1.00 and 15 at 2.00 are 20 at 1.75; a long and a short have no common fill."""
    assert merge([Holding(CALL, 5, 1.0), Holding(CALL, 15, 2.0)]) == [Holding(CALL, 20, 1.75)]
    assert merge([Holding(CALL, 5, 1.0), Holding(CALL, -2, 2.0)]) == [Holding(CALL, 3, None)]
    assert merge([Holding(CALL, 5, 1.0), Holding(CALL, -5, 2.0)]) == []
