"""The cash press and the second engine."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from alvh_xl.model import regime
from alvh_xl.model.book import Book, book_greeks
from alvh_xl.model.errors import DomainError, MissingError, ShapeError, ZeroDenominatorError

FALLING = [0.15, 0.14, 0.14, 0.14, 0.14, 0.13]

Leg = tuple[str, float, float, float, float, float]


def book(*legs: Leg) -> Book:
    """Legs of instrument, phi, strike, days, quantity, price; futures at 17."""

    def column(i: int) -> np.ndarray:
        return np.array([leg[i] for leg in legs], dtype=np.float64)

    n = len(legs)
    instruments = tuple(str(leg[0]) for leg in legs)
    return Book(
        instruments, column(1), column(2), column(3), column(4), np.full(n, 0.85), np.full(n, 17.0), column(5),
        np.full(n, math.nan), ("",) * n,
    )  # fmt: skip


def press(
    now: float = 0.10001,
    entry: float = 0.065118,
    iv: Sequence[float] = FALLING,
    vix9d: float = 12.0,
    vix: float = 14.0,
    vix3m: float = 16.0,
    trigger: float = 1.5,
    strength: float = 0.0,
    cap: float = 0.35,
) -> regime.CashPress:
    """The 14-day example with 11 days left, in contango and falling vol, with some inputs changed."""
    return regime.cash_press(now, entry, iv, vix9d, vix, vix3m, trigger, strength, cap)


def test_the_14_day_example_with_11_days_left_has_a_ratio_of_1_536() -> None:
    """Theta share .10000 (golden: .10000) against .065118 at entry."""
    got = press(now=0.10000)
    assert f"{got.ratio:.3f}" == "1.536"
    assert (got.state, got.progress, got.cap) == ("CONFIRMED", 1.0, 0.35)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"now": 0.0976}, "OFF"),
        ({"now": 1.5, "entry": 1.0}, "CONFIRMED"),
        ({"iv": [0.13, *FALLING[1:]]}, "APPROACH"),
        ({"iv": [0.01, *FALLING]}, "CONFIRMED"),
        ({"vix9d": 14.0}, "APPROACH"),
        ({"vix3m": 14.0}, "APPROACH"),
        ({"trigger": 1.6}, "OFF"),
    ],
)
def test_states(changes: dict[str, float], state: str) -> None:
    """CONFIRMED needs decay, falling vol and contango together."""
    assert press(**changes).state == state  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "strength", "progress", "cap"),
    [(1.25, 1.0, 0.5, 0.525), (1.25, -1.0, 0.5, 0.175), (0.5, 1.0, 0.0, 0.35), (3.0, 0.2, 1.0, 0.42)],
)
def test_progress_moves_the_cap_in_the_direction_of_the_strength(
    now: float, strength: float, progress: float, cap: float
) -> None:
    """0.35 (1 + strength x p), p between 0 and 1."""
    got = press(now=now, entry=1.0, strength=strength)
    assert got.progress == pytest.approx(progress)
    assert got.cap == pytest.approx(cap)


def test_cash_press_outside_its_domain_raises() -> None:
    """Each kind of error in its place."""
    with pytest.raises(ZeroDenominatorError):
        press(entry=0.0)
    with pytest.raises(MissingError):
        press(iv=FALLING[1:])
    with pytest.raises(ShapeError):
        press(iv=[math.nan, *FALLING])
    bad: list[dict[str, float]] = [
        {"now": -0.1},
        {"entry": -1.0},
        {"vix": 0.14},
        {"trigger": 1.0},
        {"strength": 1.1},
        {"cap": -1.0},
    ]
    for changes in bad:
        with pytest.raises(DomainError):
            press(**changes)  # type: ignore[arg-type]
    with pytest.raises(DomainError):
        press(iv=[0.0, *FALLING])


# --- second engine ------------------------------------------------------------------------------------------


def test_the_budget_is_released_after_five_sessions_of_expansion() -> None:
    """Four, or a tie with VIX3M, are not enough."""
    vix, three = [10.0] + [30.0] * 5, [20.0] * 6
    got = regime.second_engine(vix, three, budget=0.02, nav=250_000.0)
    assert (got.expansion, got.released) == (True, 5000.0)
    assert not regime.second_engine(vix, three, 6, 0.02, nav=250_000.0).expansion
    tie = regime.second_engine([30.0] * 4 + [20.0], [20.0] * 5, budget=0.02, nav=250_000.0)
    assert (tie.expansion, tie.released) == (False, 0.0)


def test_borrowing_costs_its_rate_for_the_days() -> None:
    """10,000 at 7.3 % for 5 days: 10 dollars."""
    got = regime.second_engine([20.0] * 5, [21.0] * 5, borrowed=10_000.0, rate=0.073)
    assert got.borrowing_cost == pytest.approx(10.0)


def test_the_sleeve_reports_its_greeks_and_its_largest_loss() -> None:
    """Two long calls at 1.64 risk 328 dollars."""
    legs = book(("VIX", 1, 17, 30, 2, 1.64))
    got = regime.second_engine([20.0] * 5, [21.0] * 5, book=legs, spot=6000.0)
    assert got.max_loss == pytest.approx(328.0)
    assert got.dollar_delta == book_greeks(legs, 6000.0).total.dollar_delta
    assert got.dollar_gamma == book_greeks(legs, 6000.0).total.dollar_gamma
    assert got.flag == ""


def test_net_short_calls_are_flagged_unlimited() -> None:
    """A ratio spread of one against two has no largest loss."""
    got = regime.second_engine(
        [20.0] * 5, [21.0] * 5, book=book(("VIX", 1, 17, 30, 1, 1.6), ("VIX", 1, 22, 30, -2, 0.6)), spot=6000.0
    )
    assert math.isinf(got.max_loss)
    assert got.flag == "unlimited loss"


@pytest.mark.parametrize(
    ("legs", "loss"),
    [
        ([("VIX", 1, 17, 30, 1, 1.6), ("VIX", 1, 22, 30, -1, 0.6)], 100.0),
        ([("VIX", 1, 17, 30, -1, 1.6), ("VIX", 1, 22, 30, 1, 0.6)], 400.0),
        ([("VIX", -1, 15, 30, -1, 1.0)], 1400.0),
        ([("VX", 0, math.nan, 30, 1, 17.0)], 17_000.0),
        ([("VX", 0, math.nan, 30, -1, 17.0), ("VIX", 1, 20, 30, 10, 1.0)], 4000.0),
        ([("VIX", 1, 17, 30, 1, 1.6), ("VIX", 1, 22, 60, -1, 0.6)], math.inf),
        ([("VIX", 1, 17, 30, 1, 1.6), ("VIX", -1, 15, 60, 1, 0.6)], 220.0),
    ],
)
def test_largest_loss_of_known_positions(legs: list[Leg], loss: float) -> None:
    """Spreads, short puts, futures and calendars by hand."""
    assert regime.sleeve_max_loss(book(*legs)) == pytest.approx(loss)


def test_second_engine_outside_its_domain_raises() -> None:
    """Each kind of error in its place."""
    five = [20.0] * 5
    with pytest.raises(MissingError):
        regime.second_engine(five[1:], five[1:])
    with pytest.raises(MissingError):
        regime.second_engine(five, five, book=book(("VIX", 1, 17, 30, 2, 1.64)))
    with pytest.raises(MissingError):
        regime.sleeve_max_loss(book(("VIX", 1, 17, 30, 2, math.nan)))
    with pytest.raises(ShapeError):
        regime.second_engine(five, five[1:])
    with pytest.raises(DomainError):
        regime.second_engine([0.2] * 5, five)
    with pytest.raises(DomainError):
        regime.second_engine(five, five, 0)
    with pytest.raises(DomainError):
        regime.second_engine(five, five, budget=-0.1)
    with pytest.raises(DomainError):
        regime.second_engine(five, five, rate=math.nan)
