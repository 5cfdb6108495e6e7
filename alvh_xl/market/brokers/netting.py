"""What trades leave open: opening and closing fills netted, first in first out."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from alvh_xl.market.brokers.holding import Contract, Fill, Holding, Skipped

# At one moment a position is first opened, then closed; then what expired goes.
_ORDER = {"open": 0, "net": 1, "close": 2, "remove": 3}
PRICE_DIGITS = 6


@dataclass(slots=True)
class _Lot:
    quantity: int
    price: float | None
    moment: datetime


def net(fills: Iterable[Fill], through: date | None) -> tuple[list[Holding], list[Skipped]]:
    """Return what is held after all fills, and the contracts for which that can't be said.

    The order of the fills does not matter, only their moments.

    Parameters
    ----------
    fills
        Of any contracts.
    through : date or None
        Last day the file speaks of; what settled before it is no longer held (all these contracts settle in cash).

    Returns
    -------
    tuple
        Holdings in the order of their contracts, and what was left out.
    """
    by_contract: dict[Contract, list[Fill]] = {}
    for fill in fills:
        by_contract.setdefault(fill.contract, []).append(fill)
    holdings, skipped = [], []
    for contract in sorted(by_contract):
        if through is not None and contract.expiry < through:
            continue
        lots, missing = _open_lots(by_contract[contract])
        if missing:
            reason = f"{missing} more closed than opened in the file: it was opened earlier; export a longer period"
            skipped.append(Skipped(contract.name, reason, ours=True))
        elif lots:
            holdings.append(_holding(contract, lots))
    return holdings, skipped


def _open_lots(fills: list[Fill]) -> tuple[deque[_Lot], int]:
    """Lots still open, oldest first, and how many contracts were closed that no fill had opened."""
    lots: deque[_Lot] = deque()
    missing = 0
    for fill in sorted(fills, key=_when):
        left = fill.quantity
        if fill.effect == "remove":
            _close(lots, left)
            continue
        if lots and (lots[0].quantity > 0) != (left > 0):
            left = _close(lots, abs(left)) * (1 if left > 0 else -1)
        if fill.effect == "close":
            missing += abs(left)
        elif left:
            lots.append(_Lot(left, fill.price, fill.moment))
    return lots, missing


def _when(fill: Fill) -> tuple[datetime, int, int, float]:
    return fill.moment, _ORDER[fill.effect], fill.quantity, -1.0 if fill.price is None else fill.price


def _close(lots: deque[_Lot], count: int) -> int:
    """Close contracts of the oldest lots, whatever their side; returns how many were not there to close."""
    while count and lots:
        oldest = lots[0]
        taken = min(count, abs(oldest.quantity))
        oldest.quantity -= taken if oldest.quantity > 0 else -taken
        count -= taken
        if not oldest.quantity:
            lots.popleft()
    return count


def _holding(contract: Contract, lots: deque[_Lot]) -> Holding:
    quantity = sum(lot.quantity for lot in lots)
    known = [(lot.quantity, lot.price) for lot in lots if lot.price is not None]
    price = sum(count * price for count, price in known) / quantity if len(known) == len(lots) and quantity else None
    return Holding(
        contract, quantity, None if price is None else round(price, PRICE_DIGITS), min(lot.moment for lot in lots)
    )


def merge(positions: Iterable[Holding]) -> list[Holding]:
    """Holdings of one contract put together (several accounts, several rows), their fills averaged."""
    lots: dict[Contract, deque[_Lot]] = {}
    opened: dict[Contract, datetime | None] = {}
    for held in positions:
        lots.setdefault(held.contract, deque()).append(_Lot(held.quantity, held.price, held.opened or datetime.min))
        opened[held.contract] = held.opened
    found = []
    for contract in sorted(lots):
        whole = _holding(contract, lots[contract])
        if whole.quantity:
            same_side = len({lot.quantity > 0 for lot in lots[contract]}) == 1
            found.append(Holding(contract, whole.quantity, whole.price if same_side else None, opened[contract]))
    return found


def explained(positions: Iterable[Holding], fills: Iterable[Fill]) -> list[tuple[Holding, Holding | None]]:
    """The broker's positions, each with what the trades of the same file say of it.

    None where the trades alone lead to another quantity: then they are not the whole story.
    """
    traded = {held.contract: held for held in net(fills, None)[0]}
    pairs = ((held, traded.get(held.contract)) for held in positions)
    return [(held, same if same is not None and same.quantity == held.quantity else None) for held, same in pairs]
