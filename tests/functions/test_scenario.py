"""Decay, time-shift and roll as cells show them: what has no number, and why."""

from __future__ import annotations

from typing import Any

import pytest

from alvh_xl.functions import REGISTRY, CellError

NA, VALUE, NUM, DIV0 = CellError.NA, CellError.VALUE, CellError.NUM, CellError.DIV0
PUT = ["SPX", "P", 5820, 14, -1, 0.166, None, 16.9]
CALL = ["VIX", "C", 17, 30, 2, 0.85, 17, 1.64]


def column(*numbers: Any) -> list[list[Any]]:
    return [[number] for number in numbers]


def rows(name: str, *arguments: Any) -> list[dict[str, Any]]:
    """The rows of a table answer, by column."""
    answer = REGISTRY[name].evaluate(list(arguments))
    assert isinstance(answer, list), answer
    return [dict(zip(answer[0], line, strict=True)) for line in answer[1:]]


def test_decay_without_a_hedge_has_no_share_of_it() -> None:
    """A division by the hedge's zero time value must show as such, and the net must stand."""
    (now,) = rows("ALVH_DECAY_CURVE", [PUT], 0, 6000)
    assert (now["hedge_extrinsic"], now["hedge_left"], now["hedge_share"]) == (0.0, DIV0, DIV0)
    assert now["net_theta"] == now["condor_theta"] > 0.0
    assert now["note"] is None


def test_decay_at_and_after_expiry() -> None:
    """At the instant of expiry there is no theta; afterwards none is left, and the note says so."""
    at, after = rows("ALVH_DECAY_CURVE", [PUT, CALL], column(14, 20), 6000)
    assert (at["condor_left"], at["condor_theta"], at["condor_share"]) == (0.0, NUM, DIV0)
    assert (after["condor_theta"], after["condor_share"]) == (0.0, DIV0)
    assert after["hedge_left"] > 0.0
    assert "past expiry" in after["note"]


def test_a_scenario_takes_one_number_or_one_a_row() -> None:
    """Three moves on one day, three days with three moves; anything else does not match."""
    shift = REGISTRY["ALVH_TIME_SHIFT"].evaluate
    three = rows("ALVH_TIME_SHIFT", [PUT], 5, column(-2, 0, 2), 6000)
    assert [line["days_forward"] for line in three] == [5.0, 5.0, 5.0]
    paired = rows("ALVH_TIME_SHIFT", [PUT], column(5, 5, 9), column(-2, 0, 2), 6000)
    assert [line["pnl"] for line in paired[:2]] == [line["pnl"] for line in three[:2]]
    assert shift([[PUT], column(5, 6), column(-2, 0, 2), 6000]) is VALUE
    assert shift([[PUT], column(5, None, 6), column(-2, 0, 2), 6000]) is VALUE


def test_a_vix_future_rolls_down_todays_curve_and_is_never_extrapolated() -> None:
    """F(30) becomes F(20) on the curve; without a curve it stays, as PROXY; beyond the curve there is no number."""
    days, settles = column(10, 30), column(15, 17)
    curve = (None, None, None, days, settles)
    (rolled,) = rows("ALVH_TIME_SHIFT", [CALL], 10, 0, 6000, *curve)
    (held,) = rows("ALVH_TIME_SHIFT", [CALL], 10, 0, 6000)
    assert rolled["hedge"] < held["hedge"] < 0.0
    assert "PROXY" in held["note"]
    now, later = (REGISTRY["ALVH_BLACK76"].evaluate(["C", f, 17, d, 0.85]) for f, d in ((17, 30), (16, 20)))
    assert rolled["hedge"] == pytest.approx(200.0 * (later - now))
    (beyond,) = rows("ALVH_TIME_SHIFT", [CALL], 25, 0, 6000, *curve)
    assert (beyond["hedge"], beyond["pnl"]) == (NUM, NUM)
    assert REGISTRY["ALVH_TIME_SHIFT"].evaluate([[CALL], 10, 0, 6000, None, None, None, days]) is NA


def test_a_roll_says_that_its_credit_is_no_profit() -> None:
    """Money, chain of losses, and words: the loss realised never disappears behind the new credit."""
    old = [["SPX", "P", 5770, 7, 1, 0.21, None, 11, 26], ["SPX", "P", 5820, 7, -1, 0.2, None, 17, 38]]
    new = [["SPX", "P", 5720, 28, 2, 0.19, None, 40], ["SPX", "P", 5770, 28, -2, 0.18, None, 47]]
    (line,) = rows("ALVH_ROLL", old, new, 5850, 0.04, 0.013, 250)
    assert (line["net_credit"], line["realised_loss"], line["cumulative_loss"]) == (200.0, 600.0, 850.0)
    assert line["width_change"] is NA
    assert line["max_loss_change"] == 2 * 100 * (50 - 7) - 100 * (50 - 6)
    assert "not profit" in line["note"]
    assert "doubling" in line["note"]
    naked = [["SPX", "C", 6000, 28, -1, 0.15, None, 90]]
    (unlimited,) = rows("ALVH_ROLL", old, naked, 5850)
    assert unlimited["max_loss_change"] is NUM


def test_own_betas_reach_the_dollar_greeks() -> None:
    """A table of the user's own must not be ignored in scenarios and rolls while the book's Greeks use it."""
    own = [[2, -1.0, 0.0]]
    blanks = [None] * 5
    (shifted,) = rows("ALVH_TIME_SHIFT", [CALL], 0, 0, 6000, *blanks, own)
    total = rows("ALVH_BOOK_GREEKS", [CALL], 6000, None, None, own)[-1]
    assert shifted["dollar_delta"] == pytest.approx(total["dollar_delta"])
    (rolled,) = rows("ALVH_ROLL", [PUT], [CALL], 6000, None, None, None, own)
    sold = rows("ALVH_BOOK_GREEKS", [PUT], 6000)[-1]
    assert rolled["gamma_change"] == pytest.approx(total["dollar_gamma"] - sold["dollar_gamma"])
