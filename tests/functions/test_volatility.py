"""Coverage of the expected move on real data, and the volatility premium with its tilt."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from alvh_xl.functions import REGISTRY, CellError


def column(numbers: Any) -> list[list[Any]]:
    return [[number] for number in numbers]


def row(name: str, *arguments: Any) -> dict[str, Any]:
    """The one row of a table answer, by column."""
    names, cells = REGISTRY[name].evaluate(list(arguments))
    return dict(zip(names, cells, strict=True))


@pytest.mark.parametrize(
    ("days", "inside", "strayed"), [(7.0, 0.824, 0.239), (14.0, 0.840, 0.246), (21.0, 0.848, 0.247)]
)
def test_coverage_of_the_move_that_vix_expected(shared_data: Path, days: float, inside: float, strayed: float) -> None:
    """Gate G5: 5, 10 and 15 sessions, 1990 to 19 March 2021, to 0.005."""
    folder = shared_data / "index"
    closes = pd.read_csv(folder / "spx_daily_ohlcv.csv").set_index("date")["close"]
    vix = pd.read_csv(folder / "vix_daily_ohlc.csv").set_index("date")["close"]
    both = pd.concat([closes, vix / 100.0], axis=1, keys=["close", "vol"]).dropna().loc["1990-01-02":"2021-03-19"]
    answer = row("ALVH_MOVE_COVERAGE", column(both["close"]), column(both["vol"]), days)
    assert answer["inside"] == pytest.approx(inside, abs=0.005)
    assert answer["strayed"] == pytest.approx(strayed, abs=0.005)
    assert answer["n"] == len(both) - days * 5 / 7


CLOSES = [100.0 + (3 * t) % 7 for t in range(40)]
VOLS = [0.5 + 0.01 * ((5 * t) % 11) for t in range(40)]


def test_without_enough_spreads_there_is_no_z_and_no_tilt_but_the_rest_stands() -> None:
    """A short history must not hide the spread, nor may a tilt that is on be filled in."""
    answer = row("ALVH_VOL_PREMIUM", column(VOLS), column(CLOSES), 21, 252, 0.2)
    assert (answer["z"], answer["tilt"], answer["n"]) == (CellError.NA, CellError.NA, 19.0)
    assert isinstance(answer["spread"], float)


def test_a_tilt_that_is_off_is_one_whatever_the_history() -> None:
    """Strength 0, the default, must not block the morning for want of a z-score."""
    assert row("ALVH_VOL_PREMIUM", column(VOLS), column(CLOSES))["tilt"] == 1.0


def test_a_dear_hedge_tilts_down() -> None:
    """High z means a dear hedge: the factor falls, at most by the strength."""
    dear = [*VOLS[:-1], 5.0]
    answer = row("ALVH_VOL_PREMIUM", column(dear), column(CLOSES), 21, 10, 0.2)
    assert answer["z"] > 2.0
    assert answer["tilt"] == pytest.approx(0.8)
    returns = [math.log(b / a) for a, b in pairwise(CLOSES)][-21:]
    premium = 25.0 * 30.0 / 365.0 - sum(r * r for r in returns)
    assert answer["variance_premium"] == pytest.approx(premium)


def test_spreads_that_do_not_vary_divide_by_zero() -> None:
    """Flat prices and a flat implied volatility leave no spread of spreads."""
    assert REGISTRY["ALVH_VOL_PREMIUM"].evaluate([column([0.2] * 40), column([100.0] * 40), 5, 10]) is CellError.DIV0
