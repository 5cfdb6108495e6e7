"""Macro, fundamental and capital functions as cells show them: blanks with a meaning, zero denominators, words."""

from __future__ import annotations

from typing import Any

import pytest

from alvh_xl.functions import REGISTRY, CellError

NA, VALUE, NUM, DIV0 = CellError.NA, CellError.VALUE, CellError.NUM, CellError.DIV0


def column(*numbers: Any) -> list[list[Any]]:
    return [[number] for number in numbers]


def cell(name: str, *arguments: Any) -> Any:
    return REGISTRY[name].evaluate(list(arguments))


def row(name: str, *arguments: Any) -> dict[str, Any]:
    """The one row of a table answer, by column."""
    answer = cell(name, *arguments)
    assert isinstance(answer, list), answer
    return dict(zip(*answer, strict=True))


def test_years_choose_the_stage_row_by_row() -> None:
    """A blank year is one stage; years without a first growth lack an input; r at g has no value."""
    values = cell(
        "ALVH_DDM", 50, 0.05, column(0.08, 0.08, 0.08, 0.05), column(None, None, 0.06, None), column(None, 5, 5, None)
    )
    assert values[:2] == [[pytest.approx(50 / 0.03)], [NA]]
    assert values[2][0] > values[0][0]
    assert values[3] == [NUM]
    assert cell("ALVH_DDM", 50, 0.05, 0.08, None, 5) is NA


def test_one_year_of_high_growth_is_gordon() -> None:
    """The first stage starts growing in year 2."""
    assert cell("ALVH_DDM", 50, 0.05, 0.08, 0.2, 1) == pytest.approx(50 / 0.03)


def test_a_company_without_a_figure_lowers_the_coverage_only() -> None:
    """A blank is a missing figure and no zero; an empty row of the sheet is no company."""
    answer = row("ALVH_AGGREGATE_RATIO", column(300, 120, 80, 50, None), column(15, 8, -3, None, None))
    assert answer == {"ratio": 25.0, "median": 17.5, "coverage": 0.75}


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("ALVH_AGGREGATE_RATIO", (column(10, 20), column(5, -5)), DIV0),
        ("ALVH_AGGREGATE_RATIO", (column(10, 20), column(5, -6)), NUM),
        ("ALVH_AGGREGATE_RATIO", (column(10, None), column(None, 6)), NA),
        ("ALVH_RATE_DIFFERENTIAL", (5, column(3, 2), column(0, 0)), DIV0),
        ("ALVH_RATE_DIFFERENTIAL", (5, column(3, None), column(0.5, 0.5)), NA),
        ("ALVH_SENTIMENT", (column(1, 2), column(0, 0), column(1, 1)), DIV0),
        ("ALVH_SENTIMENT", (column(1, None), None, column(1, 1)), NA),
        ("ALVH_SENTIMENT", (column(1, 2), None, column(1, 0.5)), NUM),
        ("ALVH_REER_Z", (column(*[100.0] * 40),), DIV0),
        ("ALVH_REER_Z", (column(*range(100, 135)),), NA),
        ("ALVH_FLOW_Z", (column(*[5.0] * 9), column(*[20.0] * 9), 2, 5), DIV0),
        ("ALVH_DDM_IMPLIED_RETURN", (100, column(1, 0), 0.03), NUM),
        ("ALVH_IRR", (column(-1, -2), column("2025-01-01", "2025-02-01")), NUM),
        ("ALVH_IRR", (column(-1, 2), column("2025-01-01", "2025-01-01")), NUM),
        ("ALVH_SPOT_VOL_FIT", (column(*range(119)), column(*range(119))), NA),
        ("ALVH_SPOT_VOL_FIT", (column(*[1] * 120), column(*range(120))), DIV0),
        ("ALVH_MIN_VARIANCE", (column(1, 2, 3), column(4, 4, 4)), DIV0),
        ("ALVH_OVERLAY_COST", (17, 17, 30, 0.85, 0, -0.3), DIV0),
        ("ALVH_OVERLAY_COST", (17, 17, 0, 0.85, 10, -0.3), NUM),
        ("ALVH_PARITY", (1.7, 1.6, 1.6, 1.7, 17, 17, 30), NUM),
    ],
)
def test_what_has_no_answer(name: str, arguments: tuple[Any, ...], expected: CellError) -> None:
    """A zero denominator is #DIV/0!, a contradiction #NUM!, a missing figure #N/A."""
    assert cell(name, *arguments) is expected


def test_a_trend_needs_no_long_history_for_the_short_window() -> None:
    """The long slope alone is missing."""
    answer = row("ALVH_TREND", column(*(100 * 1.01**t for t in range(70))))
    assert answer["short"] == pytest.approx(0.00995033)
    assert answer["long"] is NA


def test_the_limit_of_the_sentiment_tilt_shows_when_it_acts() -> None:
    """0.2·2/2 stays within 20 %; twice that does not."""
    z, signs = column(3, -5), column(1, -1)
    assert row("ALVH_SENTIMENT", z, None, signs, 0.2) == {"score": 2.0, "tilt": 1.2, "limited": 0.0}
    assert row("ALVH_SENTIMENT", z, None, signs, 0.4) == {"score": 2.0, "tilt": 1.2, "limited": 1.0}
    assert row("ALVH_SENTIMENT", z, column(3, 1), column(1, 1), 0.0)["score"] == 1.0


def test_a_hedge_that_expired_worthless_is_a_total_loss() -> None:
    """Paid, then nothing but zeros: −100 %, not an error."""
    answer = row("ALVH_IRR", column(-164.32, 0), column("2025-01-02", "2025-02-01"), 0.04, 0.05)
    assert (answer["irr"], answer["holding_return"], answer["flag"]) == (-1.0, -1.0, "total loss")
    assert (answer["days"], answer["finance_rate"], answer["reinvest_rate"]) == (30.0, 0.04, 0.05)


def test_parity_finds_an_edge_only_beyond_its_threshold() -> None:
    """0.05 points are noise; fees count against the trade."""
    edge = row("ALVH_PARITY", 1.80, 1.90, 1.60, 1.70, 17, 17, 30)
    assert (edge["conversion"], edge["verdict"]) == (pytest.approx(0.10), "edge")
    assert row("ALVH_PARITY", 1.80, 1.90, 1.60, 1.70, 17, 17, 30, 0, 0.06)["verdict"] == "none"


def test_a_fit_without_curvature_has_none() -> None:
    """The linear model must not show 0 for a coefficient it has not estimated."""
    x = [((7 * t) % 13) / 4 - 1.5 for t in range(130)]
    y = [0.3 - 1.2 * v + 0.05 * v * v for v in x]
    linear = row("ALVH_SPOT_VOL_FIT", column(*x), column(*y))
    assert (linear["curvature"], linear["se_curvature"]) == (NA, NA)
    full = row("ALVH_SPOT_VOL_FIT", column(*x), column(*y), "quadratic")
    assert (full["intercept"], full["beta"], full["curvature"]) == pytest.approx((0.3, -1.2, 0.05))
    assert (full["r_squared"], full["n"]) == (pytest.approx(1.0), 130.0)
