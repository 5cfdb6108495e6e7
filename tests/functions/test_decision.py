"""The morning's decision as a whole: it looks at nothing later, and one missing figure stops it by name."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from alvh_xl.functions import (
    ALVH_AD_DETERIORATION,
    ALVH_ALLOCATION,
    ALVH_LAYERS,
    ALVH_MACD_DIVERGENCE,
    ALVH_RSI_BREACH,
    REGISTRY,
    CellError,
)
from alvh_xl.model.plan_inputs import INPUTS

# The worked example of the method, 14 days; allocation and layers come from the market.
FIXED: dict[str, Any] = {
    "breakeven_width": 379.558, "condors": 10, "max_loss": 37721.0, "credit": 12.279, "book_dollar_gamma": -2712.3,
    "future": 17, "hedge_price": 1.6432, "unit_dollar_delta": -35.316, "stress_gain": 302.19,
}  # fmt: skip

History = dict[str, NDArray[np.float64]]


def decide(history: History, bars: int) -> list[list[Any]]:
    """The plan on a morning that knows the first bars of a history."""
    known = {name: column[:bars] for name, column in history.items()}
    flags = (
        ALVH_MACD_DIVERGENCE(known["close"]),
        ALVH_RSI_BREACH(known["close"]),
        ALVH_AD_DETERIORATION(known["advances"], known["declines"]),
    )
    fraction = ALVH_LAYERS(*(column[-60:] for column in flags))["fraction"].iloc[-1]
    inputs = FIXED | {"layer_fraction": fraction, "allocation": ALVH_ALLOCATION(known["vix"][-1], 0)}
    plan = REGISTRY["ALVH_PLAN"].evaluate([list(map(list, inputs.items()))])
    assert isinstance(plan, list)
    return plan


def spoiled(history: History, bars: int) -> History:
    """The same history with everything after some bars replaced by nonsense."""
    return {name: np.concatenate([column[:bars], column[bars:] * 0.5 + 1.0]) for name, column in history.items()}


def synthetic(seed: int) -> History:
    generator = np.random.default_rng(seed)
    size = 504
    advances = generator.integers(500, 2500, size).astype(float)
    return {
        "close": 3000 * np.exp(np.cumsum(generator.normal(0, 0.011, size))),
        "vix": generator.uniform(10, 40, size),
        "advances": advances,
        "declines": 3000 - advances,
    }


@pytest.mark.parametrize("seed", [1, 2])
def test_no_decision_looks_ahead_on_any_day_of_two_synthetic_years(seed: int) -> None:
    """What comes after a morning must not change what was decided on it."""
    history = synthetic(seed)
    seen = set()
    for bars in range(100, 504):
        known = decide(history, bars)
        assert decide(spoiled(history, bars), bars) == known
        seen.add(known[2][1])
    assert len(seen) > 1, "the decision never changed, so the test could not fail"


def test_no_decision_looks_ahead_on_fifty_days_of_real_history(shared_data: Path) -> None:
    """The same on the index, VIX and breadth of 1990 to 2015."""

    def read(name: str, *columns: str) -> dict[str, list[float]]:
        with (shared_data / name).open(newline="") as file:
            return {row["date"]: [float(row[column]) for column in columns] for row in csv.DictReader(file)}

    spx, vix = read("index/spx_daily_ohlcv.csv", "close"), read("index/vix_daily_ohlc.csv", "close")
    breadth = read("breadth/nyse_advdec_daily_1965_2015.csv", "advn", "decln")
    days = sorted(spx.keys() & vix.keys() & breadth.keys())
    rows = np.array([[*spx[day], *vix[day], *breadth[day]] for day in days])
    history = dict(zip(("close", "vix", "advances", "declines"), rows.T, strict=True))
    for bars in np.random.default_rng(20181004).integers(200, len(days), 50).tolist():
        assert decide(spoiled(history, bars), bars) == decide(history, bars)


REQUIRED = [spec.name for spec in INPUTS if spec.required]


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("missing", [None, CellError.NA, CellError.DIV0, "MISSING", ""], ids=str)
def test_one_missing_input_gives_no_decision_and_is_named(name: str, missing: Any) -> None:
    """A plan that goes on without one of its figures would be a guess."""
    inputs = FIXED | {"layer_fraction": 1.0, "allocation": 0.2}
    assert set(inputs) == set(REQUIRED)
    plan = REGISTRY["ALVH_PLAN"].evaluate([[[key, missing if key == name else value] for key, value in inputs.items()]])
    answers = {row[0]: row[1] for row in plan[1:]}
    assert answers["decision"] == "NO DECISION"
    assert answers["binding"] == f"missing: {name}"
    assert all(answers[number] is None for number in ("hold", "order", "literal", "cost"))


def test_a_path_of_the_users_own_above_vix_15_is_linear_between_its_knots() -> None:
    """The document is silent there; typed knots decide, and a blank row between them is no knot."""
    knots, shares = [[15], [20], [30]], [[0.2], [0.3], [0.1]]
    answer = REGISTRY["ALVH_ALLOCATION"].evaluate([[[10], [17.5], [25], [40]], 0, 0.5, knots, shares])
    assert [row[0] for row in answer] == pytest.approx([0.2, 0.25, 0.2, 0.1])
