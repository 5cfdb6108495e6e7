"""What may be concluded from a back-test, and no more."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from alvh_xl.model.backtest import verdict


def found(method: float, plain: float, draws: list[float], hedge: str = "calls") -> SimpleNamespace:
    """Two strategies with these gains a session, a tail loss of 1 each, and placebos with these scores."""
    pnl = np.full((2, 100), 0.0)
    for row, gain in enumerate((plain, method)):
        pnl[row, 1:] = gain
        pnl[row, 0] = -1.0
    return SimpleNamespace(
        names=("downsized", "literal_1"), pnl=pnl, scale=0.9, placebo=np.array(draws), hedge=hedge
    )  # fmt: skip


@pytest.mark.parametrize(
    ("method", "plain", "draws", "better"),
    [
        (0.2, 0.1, [0.0] * 20, True),
        (0.1, 0.2, [0.0] * 20, False),  # the smaller condor earned more
        (0.2, 0.2, [0.0] * 20, False),  # as much is not more
        (0.2, 0.1, [0.0] * 19 + [1e9], False),  # exactly the 95th percentile
        (0.2, 0.1, [0.0] * 39 + [1e9], True),
        (0.2, 0.1, [], False),  # no placebo drawn
    ],
)
def test_better_needs_both_hurdles(method: float, plain: float, draws: list[float], better: bool) -> None:
    """A claim with one hurdle taken, or with the placebo exactly at the bar, is more than the numbers carry."""
    text = verdict(found(method, plain, draws))  # type: ignore[arg-type]
    assert ("did better than both" in text) == better
    assert text.startswith("At equal 99 % CVaR the condor of 0.90 times the size")
    assert ("earned less than ALVH" in text) == (method > plain)


def test_ratios_that_differ_are_not_shown_as_equal() -> None:
    """0.96 against 0.96, with one of them called less, would read like a mistake; 252·(99·0.2 − 1)/100 = 47.376."""
    close = verdict(found(0.20001, 0.2, []))  # type: ignore[arg-type]
    assert "earned less than ALVH (47.3760 against 47.3785 a year a unit of CVaR)" in close
    assert "(47.38 against 47.38 a year" in verdict(found(0.2, 0.2, []))  # type: ignore[arg-type]
    assert "(22.43 against 47.38 a year" in verdict(found(0.2, 0.1, []))  # type: ignore[arg-type]


@pytest.mark.parametrize(("hedge", "name"), [("futures", "ALVH with VX futures ("), ("mini", "ALVH with mini VX")])
def test_the_instrument_is_part_of_the_conclusion(hedge: str, name: str) -> None:
    """A result with futures must not be read as one of the document's calls."""
    assert name in verdict(found(0.2, 0.1, [0.0] * 20, hedge))  # type: ignore[arg-type]


def test_without_losses_or_without_the_baseline_there_is_no_conclusion() -> None:
    """A ratio that does not exist beats nothing."""
    quiet = found(0.2, 0.1, [0.0] * 20)
    quiet.pnl = np.abs(quiet.pnl)
    assert verdict(quiet).startswith("no conclusion")  # type: ignore[arg-type]
    alone = found(0.2, 0.1, [0.0] * 20)
    alone.names = ("unhedged", "literal_1")
    assert verdict(alone).startswith("no conclusion")  # type: ignore[arg-type]
