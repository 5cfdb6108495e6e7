"""Holdings sorted into iron condors, hedges and what is neither."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from alvh_xl.market.brokers.holding import Holding

# Right and side of the legs, in the order of the workbook.
LEGS = (("put_long", "P", 1), ("put_short", "P", -1), ("call_short", "C", -1), ("call_long", "C", 1))


@dataclass(frozen=True, slots=True)
class Condor:
    """An iron condor: four legs of one expiry and one quantity, in the order of `LEGS`."""

    letter: str
    legs: tuple[Holding, ...]

    @property
    def quantity(self) -> int:
        """Number of condors."""
        return self.legs[0].quantity

    @property
    def expiry(self) -> date:
        """Day it settles."""
        return self.legs[0].contract.expiry

    @property
    def opened(self) -> datetime | None:
        """First fill of any leg; None where the file does not say it of every leg."""
        moments = [leg.opened for leg in self.legs if leg.opened is not None]
        return min(moments) if len(moments) == len(self.legs) else None

    @property
    def credit(self) -> float | None:
        """Points received for one condor; None where a fill is not known."""
        prices = [leg.price for leg in self.legs if leg.price is not None]
        if len(prices) < len(self.legs):
            return None
        return prices[1] + prices[2] - prices[0] - prices[3]

    @property
    def name(self) -> str:
        """For example 10 × SPXW 19-Oct-2018 2805/2855/2990/3040."""
        strikes = "/".join(f"{leg.contract.strike:g}" for leg in self.legs)
        return f"{self.quantity} × {self.legs[0].contract.root} {self.expiry:%d-%b-%Y} {strikes}"


@dataclass(frozen=True, slots=True)
class Sorted:
    """Condors, soonest first; VIX options and futures; SPX options that form no condor."""

    condors: tuple[Condor, ...]
    hedges: tuple[Holding, ...]
    loose: tuple[Holding, ...]


def sort(holdings: Iterable[Holding]) -> Sorted:
    """Sort holdings into condors, hedges and loose SPX legs.

    Legs of one expiry, root and quantity form condors: first those whose legs were all opened at one moment, then the
    rest. Where several do, the short strikes are paired with the nearest long ones, and the inner put spread with the
    inner call spread. Legs whose numbers do not add up to condors stay loose, all of them.

    Notes
    -----
    The strikes are in order, the short ones may be equal (an iron fly).
    """
    everything = sorted(holdings, key=lambda held: held.contract)
    hedges = tuple(held for held in everything if held.contract.instrument != "SPX")
    rest = [held for held in everything if held.contract.instrument == "SPX"]
    found: list[tuple[Holding, ...]] = []
    for key in (_opened_together, _of_one_size):
        groups: dict[Any, list[Holding]] = {}
        for held in rest:
            groups.setdefault(key(held), []).append(held)
        rest = []
        for legs in groups.values():
            together = _condors(legs)
            found += together
            rest += [] if together else legs
    found.sort(key=lambda legs: [(leg.contract.expiry, leg.contract) for leg in legs])
    condors = tuple(Condor(_letter(place), legs) for place, legs in enumerate(found))
    return Sorted(condors, hedges, tuple(sorted(rest, key=lambda held: held.contract)))


def _letter(place: int) -> str:
    """A … Z, AA, AB, …"""
    return (_letter(place // 26 - 1) if place >= 26 else "") + chr(ord("A") + place % 26)


def _of_one_size(held: Holding) -> tuple[Any, ...]:
    return held.contract.expiry, held.contract.root, abs(held.quantity)


def _opened_together(held: Holding) -> tuple[Any, ...]:
    return *_of_one_size(held), held.opened or datetime.min


def _condors(legs: Sequence[Holding]) -> list[tuple[Holding, ...]]:
    """Condors that use every one of some legs of one size; none when there are no such."""
    sides = [
        [held for held in legs if held.contract.right == right and (held.quantity > 0) == (sign > 0)]
        for _, right, sign in LEGS
    ]
    if len({len(side) for side in sides}) != 1:
        return []
    inner_first = [
        sorted(side, key=_strike, reverse=right == "P") for side, (_, right, _) in zip(sides, LEGS, strict=True)
    ]
    condors = list(zip(*inner_first, strict=True))
    return condors if all(_in_order(condor) for condor in condors) else []


def _strike(held: Holding) -> float:
    return held.contract.strike


def _in_order(condor: Sequence[Holding]) -> bool:
    low, short_put, short_call, high = (leg.contract.strike for leg in condor)
    return low < short_put <= short_call < high
