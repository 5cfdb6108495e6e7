"""ALVH_BACKTEST in cells: every statistic of the report has a row, and settings are read as a cell gives them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from alvh_xl.functions import REGISTRY, CellError
from alvh_xl.functions.backtest_report import MEASURES, TOPICS
from alvh_xl.model.backtest import BacktestData, Parameters, run
from alvh_xl.model.backtest.statistics import score
from tests.model.backtest.worlds import random_world

WORLD = random_world()
_NOT_HERE = ("crisis", "crisis_hedge", "without", "placebo")  # 2016 and 2017 had no crisis
HEAD = ["topic", "item", "strategy", "value"]


def column(values: Any) -> list[list[Any]]:
    return [[None if np.isnan(value) else float(value)] for value in values]


def curve(data: BacktestData) -> list[list[float]]:
    rows, places = np.nonzero(np.isfinite(data.curve_days))
    return [
        [float(data.dates[r]), float(data.curve_days[r, k]), float(data.curve_settles[r, k])]
        for r, k in zip(rows, places, strict=True)
    ]


def cells(
    parameters: Any = None, draws: float = 0.0, part: str = "strategies", macro: Any = None, skew: Any = WORLD.skew
) -> Any:
    series = (WORLD.vvix, WORLD.vix9d, WORLD.vix3m, WORLD.advances, WORLD.declines)
    return REGISTRY["ALVH_BACKTEST"].evaluate(
        [column(WORLD.dates), column(WORLD.close), column(WORLD.vix), curve(WORLD), *map(column, series), parameters,
         draws, part, macro, None if skew is None else column(skew)]
    )  # fmt: skip


def test_every_measure_has_a_column() -> None:
    """A figure of the report that no cell can show would be lost to a reader of the sheet."""
    table = cells()
    assert table[0] == ["strategy", *MEASURES, "verdict"]
    found = run(WORLD)
    place = table[0].index("per_cvar")
    assert [row[place] for row in table[1:]] == pytest.approx([float(s) for s in score(found.pnl)])
    assert table[1][table[0].index("hedge_irr")] is CellError.NA


@pytest.mark.parametrize("topic", [topic for topic in TOPICS if topic not in _NOT_HERE])
def test_every_topic_can_be_asked_for_alone(topic: str) -> None:
    """Rows of another topic among them would be added up with them."""
    table = cells(part=topic)
    assert table[0] == HEAD
    assert {row[0] for row in table[1:]} == {topic}


def test_all_rows_hold_the_topics_and_the_caveats() -> None:
    """A table that leaves its caveats behind is an advertisement."""
    table = cells(draws=60.0, part="all")
    topics = list(dict.fromkeys(row[0] for row in table[1:]))
    assert topics == [*(t for t in TOPICS if t == "placebo" or t not in _NOT_HERE), "caveat"]
    assert any(row[0] == "caveat" and "flatters" in row[3] for row in table)


def test_a_topic_the_history_does_not_have_is_missing() -> None:
    """No crisis in two quiet years is not a gain of 0; neither is a placebo that was not drawn."""
    assert cells(part="crisis") is CellError.NA
    assert cells(part="without") is CellError.NA
    assert cells(part="placebo") is CellError.NA
    assert cells(part="magic") is CellError.VALUE


@pytest.mark.parametrize("pair", [["hedge_gap", 60.0], ["cap", 1e300], ["seed", -1.0], ["wing_width", 10000.0]])
def test_a_setting_outside_its_range_is_num(pair: list[Any]) -> None:
    """A fault of ours in a cell would say nothing of the setting that caused it."""
    assert cells([pair]) is CellError.NUM


def test_the_instrument_is_a_word_and_every_other_setting_a_number() -> None:
    """hedge futures must reach the model in any case; a word elsewhere is an error, not a default."""
    found = run(WORLD, Parameters(hedge="futures", condors=40.0), ("literal_1",))
    table = cells([["hedge", "Futures "], ["condors", 40.0], ["cap", None]])
    row = next(row for row in table if row[0] == "literal_1")
    assert row[table[0].index("per_cvar")] == pytest.approx(float(score(found.pnl[0])))
    assert cells([["hedge", "swaps"]]) is CellError.NUM
    assert cells([["hedge", 1.0]]) is CellError.NUM
    assert cells([["cap", "high"]]) is CellError.VALUE
    assert cells([["colour", 1.0]]) is CellError.VALUE


def test_an_error_among_the_parameters_and_too_many_draws_are_errors() -> None:
    """A parameter that failed to calculate must not become its default; a million draws would hang the sheet."""
    assert cells([["cap", CellError.NUM]]) is CellError.NA
    assert cells(draws=10_001.0) is CellError.NUM


def test_macro_pressure_counts_only_with_its_strength() -> None:
    """The column alone must change nothing: the strength is 0 by default."""
    macro = column(np.where(np.arange(WORLD.dates.size) % 2 == 0, 1.0, np.nan))
    assert cells(macro=macro) == cells()
    assert cells([["macro_strength", 1.0]], macro=macro) != cells()
    assert cells([["macro_strength", 1.0]]) == cells()


def test_the_smile_is_a_word_and_its_skew_a_column() -> None:
    """A column of SKEW must reach the prices of the default smile, and change nothing on the fixed one."""
    place = cells()[0].index("per_cvar")

    def scored(parameters: Any = None, skew: Any = WORLD.skew) -> float:
        return float(cells(parameters, skew=skew)[1][place])

    fixed = [["smile", " Fixed"]]
    assert scored() == pytest.approx(float(score(run(WORLD, names=("unhedged",)).pnl[0])))
    assert scored(fixed) == pytest.approx(float(score(run(WORLD, Parameters(smile="fixed"), ("unhedged",)).pnl[0])))
    assert scored(fixed) == scored(fixed, None) != scored() != scored(skew=None)
    assert scored([*fixed, ["slope", -0.05]]) != scored(fixed)
    assert cells([["slope", -0.05]]) is CellError.NUM
    assert cells([["smile", 1.0]]) is CellError.NUM
    assert cells([["smile", "steep"]]) is CellError.NUM
