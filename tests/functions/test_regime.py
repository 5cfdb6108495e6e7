"""Cash press and second engine as cells show them."""

from __future__ import annotations

from typing import Any

import pytest

from alvh_xl.functions import REGISTRY, CellError

NA, NUM, DIV0 = CellError.NA, CellError.NUM, CellError.DIV0
LEGS = [["SPX", "P", 5820, 7, -1, 0.166], ["SPX", "C", 6175, 7, -1, 0.1385]]
FALLING = [[0.17], [0.16], [0.16], [0.155], [0.15], [0.15]]
MARKET = (6000, 0.04, 0.013)


def row(name: str, *arguments: Any) -> dict[str, Any]:
    """The one row of a table answer, by column."""
    answer = REGISTRY[name].evaluate(list(arguments))
    assert isinstance(answer, list), answer
    return dict(zip(*answer, strict=True))


@pytest.mark.parametrize(
    ("entry", "vols", "vix3m", "state"),
    [
        (0.15, FALLING, 16, "CONFIRMED"),
        (0.15, FALLING, 14, "APPROACH"),
        (0.15, FALLING[::-1], 16, "APPROACH"),
        (0.25, FALLING, 16, "OFF"),
    ],
)
def test_the_press_needs_decay_falling_volatility_and_contango(
    entry: float, vols: Any, vix3m: float, state: str
) -> None:
    """Each condition alone must hold the state back."""
    answer = row("ALVH_CASH_PRESS", LEGS, entry, vols, 13, 14, vix3m, *MARKET)
    assert answer["state"] == state
    assert answer["ratio"] == pytest.approx(answer["theta_share"] / entry)


def test_strength_moves_the_cap_in_proportion_to_progress() -> None:
    """0.35·(1 + λ·p): down to nothing at λ = −1 when the press is complete, and unmoved by default."""
    inputs = (LEGS, 0.15, FALLING, 13, 14, 16, *MARKET)
    assert row("ALVH_CASH_PRESS", *inputs)["cap"] == 0.35
    assert row("ALVH_CASH_PRESS", *inputs, None, -1)["cap"] == 0.0
    half = row("ALVH_CASH_PRESS", *inputs, 2.0, 1.0)
    assert half["cap"] == pytest.approx(0.35 * (1 + half["progress"]))
    assert 0.0 < half["progress"] < 1.0


def test_a_press_without_time_value_has_no_share() -> None:
    """No SPX legs, or an entry share of 0, leave nothing to divide by; at expiry there is no theta."""
    press = REGISTRY["ALVH_CASH_PRESS"].evaluate
    tail = [FALLING, 13, 14, 16, *MARKET]
    assert press([[["VIX", "C", 17, 30, 1, 0.85, 17]], 0.1, *tail]) is DIV0
    assert press([LEGS, 0.0, *tail]) is DIV0
    assert press([[["SPX", "P", 5820, 0, -1, 0.166], LEGS[1]], 0.1, *tail]) is NUM
    assert press([LEGS, 0.1, FALLING[1:], *tail[1:]]) is NA


def test_the_budget_is_released_only_while_every_session_is_expanded() -> None:
    """One session in contango ends the expansion."""
    calm, wild = [[24], [25], [25]], [[25], [27], [26]]
    assert row("ALVH_SECOND_ENGINE", wild, calm, 3, 0.02, None, None, 250000)["released"] == 5000.0
    mixed = row("ALVH_SECOND_ENGINE", [[25], [25], [26]], calm, 3, 0.02, None, None, 250000)
    assert (mixed["expansion"], mixed["released"]) == (0.0, 0.0)
    assert row("ALVH_SECOND_ENGINE", wild, calm, 3)["released"] == 0.0


def test_a_budget_needs_a_nav_and_a_sleeve_needs_a_spot() -> None:
    """A share of nothing must not pass as 0 dollars."""
    engine = REGISTRY["ALVH_SECOND_ENGINE"].evaluate
    series = ([[25], [27]], [[24], [25]], 2)
    assert engine([*series, 0.02]) is NA
    assert engine([*series, 0.0, [["VIX", "C", 30, 60, 1, 1.1, 24, 1.9]]]) is NA


def test_a_short_call_without_cover_is_flagged() -> None:
    """Unlimited loss is no number, and the words say why."""
    sleeve = [["VIX", "C", 30, 60, -1, 1.1, 24, 1.9]]
    answer = row("ALVH_SECOND_ENGINE", [[25], [27]], [[24], [25]], 2, 0, sleeve, 5200, None, 10000, 0.073)
    assert (answer["max_loss"], answer["flag"]) == (NUM, "unlimited loss")
    assert answer["borrowing_cost"] == pytest.approx(4.0)
