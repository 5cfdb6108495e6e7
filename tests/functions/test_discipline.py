"""Audits of the trader as cells show them."""

from __future__ import annotations

from typing import Any

import pytest

from alvh_xl.functions import REGISTRY, CellError

NA, VALUE, NUM, DIV0 = CellError.NA, CellError.VALUE, CellError.NUM, CellError.DIV0
RETURNS = [[0.3], [-1.9], [0.4], [-0.5], [-1.2], [0.6]]
LOG = [[0, 0, 0], [1, 0, 0], [1, 0, 0], [1, 0, 0], [1, 1, 0], [1, 1, 0]]


def column(*numbers: Any) -> list[list[Any]]:
    return [[number] for number in numbers]


def row(name: str, *arguments: Any) -> dict[str, Any]:
    """The one row of a table answer, by column."""
    answer = REGISTRY[name].evaluate(list(arguments))
    assert isinstance(answer, list), answer
    return dict(zip(*answer, strict=True))


def test_contracts_added_with_a_new_layer_make_a_steward() -> None:
    """Two with the first layer, one with the second: none on a dip alone."""
    answer = row("ALVH_STEWARD", column(0, 2, 0, 0, 1, 0), RETURNS, LOG, 6)
    assert (answer["share"], answer["verdict"], answer["added"]) == (0.0, "steward", 3.0)
    number_lit = column(0, 1, 1, 1, 2, 2)
    assert row("ALVH_STEWARD", column(0, 2, 0, 0, 1, 0), RETURNS, number_lit, 6) == answer


def test_without_additions_the_share_divides_by_zero_and_the_verdict_stands() -> None:
    """An empty log is neither steward nor promoter."""
    answer = row("ALVH_STEWARD", column(0, 0, 0, 0, 0, 0), RETURNS, LOG, 6)
    assert (answer["share"], answer["verdict"]) == (DIV0, "no additions")
    rising = row("ALVH_STEWARD", column(0, 1, 0, 0, 0, 0), column(1, 2, 1, 2, 1, 2), LOG, 6)
    assert rising["slope"] is DIV0


def test_the_log_stays_beside_its_sessions() -> None:
    """A blank session at the top of the log must drop that session, not move the log up by one."""
    base = row("ALVH_STEWARD", column(0, 2, 0, 0, 1, 0), RETURNS, LOG, 6)
    trades, returns = column(9, 0, 2, 0, 0, 1, 0), [[-0.1], *RETURNS]
    assert row("ALVH_STEWARD", trades, returns, [[None] * 3, *LOG], 6) == base
    assert REGISTRY["ALVH_STEWARD"].evaluate([trades, returns, LOG, 6]) is VALUE


@pytest.mark.parametrize(
    ("vix", "expected"),
    [
        (None, None),
        (column(20, 16, 18, 17, 17.5, 17.25), NUM),
        (column(20, 20, 20, 20), DIV0),
        (column(20, 21), NA),
    ],
)
def test_a_half_life_that_does_not_exist_leaves_the_verdict(vix: Any, expected: Any) -> None:
    """What is wrong with VIX alone is shown in its own cell."""
    answer = row("ALVH_STEWARD", column(0, 2, 0, 0, 1, 0), RETURNS, LOG, 6, vix)
    assert answer["half_life"] is expected
    assert answer["verdict"] == "steward"


def test_half_life_of_a_halving_deviation_is_one_session() -> None:
    """VIX that comes half the way back every session."""
    vix = column(*(15 + 8 * 0.5**t for t in range(10)))
    answer = row("ALVH_STEWARD", column(0, 2, 0, 0, 1, 0), RETURNS, LOG, 6, vix)
    assert answer["half_life"] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("held", "model", "motion", "verdict"),
    [
        (2, 5, 0.3, "RIGID"),
        (2, 5, 1.6, "CHURN"),
        (2, 5, 1.0, "OK"),
        (5, 5, 0.0, "OK"),
        (2, 5, None, "NOT JUDGED"),
    ],
)
def test_loyalty_judges_gap_and_motion(held: float, model: float, motion: Any, verdict: str) -> None:
    """Stuck, churned or following; without a motion a wide gap is not judged."""
    answer = row("ALVH_LOYALTY", held, model, None, motion)
    assert answer["verdict"] == verdict
    assert answer["gap"] == abs(held - model) / 5


def test_motion_of_a_model_that_stood_still_divides_by_zero() -> None:
    """No ratio can be formed; too short a history is missing data."""
    motion = REGISTRY["ALVH_MOTION"].evaluate
    assert motion([column(1, 2, 3), column(2, 2, 2), 2]) is DIV0
    assert motion([column(1, 2, 3), column(2, 2, 3), 3]) is NA
    assert motion([column(1, 2, 3), column(2, 2, 3), 2]) == 2.0
