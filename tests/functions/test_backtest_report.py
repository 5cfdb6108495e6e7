"""The report of a back-test: each strategy's own drawdown, and cash flows whose rate is the one by definition."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from alvh_xl.functions.backtest_report import Report, hedge_rates, report
from alvh_xl.market.history import sample_history


@pytest.fixture(scope="module")
def told() -> Report:
    return report(sample_history())


def test_each_strategy_falls_from_its_own_highest_equity(told: Report) -> None:
    """Paths of several strategies joined into one would make the later ones fall from the first one's peak."""
    assert told.drawdown.shape == told.equity.shape
    for i, name in enumerate(told.strategies):
        worst, top = 0.0, told.capital
        for level in told.equity[i]:
            top = max(top, level)
            worst = min(worst, level / top - 1.0)
        assert told.drawdown[i].min() == pytest.approx(worst)
        assert told.measures[name]["max_drawdown"] == pytest.approx(worst)


def test_what_a_hedge_paid_and_received_is_what_it_earned(told: Report) -> None:
    """Every hedge is sold in the end, so its cash adds up to its gain; a cost counted twice would show here."""
    years = (told.dates[-1] - told.dates[0]) / 365.25
    for name, cash in zip(told.strategies, told.hedge_cash, strict=True):
        earned = -told.measures[name]["hedge_cost"] * told.capital * years
        assert float(cash.sum()) == pytest.approx(earned, abs=0.01)
    assert not told.hedge_cash[told.strategies.index("unhedged")].any()


def test_the_rate_of_a_hedge_makes_its_flows_worth_nothing(told: Report) -> None:
    """The definition: discounted at the rate, by days over 365, the cash flows add up to zero."""
    rates = hedge_rates(told)
    assert set(rates) == set(told.strategies) - {"unhedged", "downsized"}
    for name in ("literal_1", "ladder"):
        cash = told.hedge_cash[told.strategies.index(name)]
        worth = cash * (1.0 + rates[name]) ** -((told.dates - told.dates[0]) / 365.0)
        assert float(worth.sum()) == pytest.approx(0.0, abs=1e-9 * float(np.abs(worth).sum()))


def test_a_single_call_earns_the_closed_form(told: Report) -> None:
    """100 dollars that come back as 50 after 14 days are (1/2)^(365/14) - 1 a year."""
    cash = np.zeros((1, 20))
    cash[0, 3], cash[0, 13] = -100.0, 50.0
    one = dataclasses.replace(
        told, strategies=("literal_1",), hedge_cash=cash, dates=np.arange(20.0) * 1.4 + 40000.0
    )  # fmt: skip
    assert hedge_rates(one)["literal_1"] == pytest.approx(0.5 ** (365.0 / 14.0) - 1.0)
    dark = dataclasses.replace(one, hedge_cash=np.zeros((1, 20)))
    assert hedge_rates(dark) == {}
