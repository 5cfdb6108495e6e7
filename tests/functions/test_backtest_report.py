"""The report of a back-test: each strategy's own drawdown, and cash flows whose rate is the one by definition."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest

from alvh_xl.functions.backtest_report import TOPICS, Report, report, statistic_rows, steps
from alvh_xl.market.history import sample_history
from alvh_xl.model.backtest import statistics as model_statistics
from alvh_xl.model.backtest.statistics import percentile_of, period_gains, programme_rate
from alvh_xl.model.capital import irr
from alvh_xl.model.errors import ModelError


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
    assert np.isnan(told.measures["unhedged"]["hedge_irr"])
    for name in ("literal_1", "ladder"):
        cash, rate = told.hedge_cash[told.strategies.index(name)], told.measures[name]["hedge_irr"]
        worth = cash * (1.0 + rate) ** -((told.dates - told.dates[0]) / 365.0)
        assert float(worth.sum()) == pytest.approx(0.0, abs=1e-9 * float(np.abs(worth).sum()))


def test_the_quick_rate_is_the_one_that_misses_no_root(told: Report) -> None:
    """ALVH_IRR's search isolates every root: where it finds one, so must the report, and where several, none."""
    for name, cash in zip(told.strategies, told.hedge_cash, strict=True):
        moved = cash != 0.0
        if not moved.any():
            continue
        try:
            roots = irr(cash[moved], told.dates[moved]).roots
        except ModelError:
            roots = ()
        rate = told.measures[name]["hedge_irr"]
        assert np.isnan(rate) if len(roots) != 1 else rate == pytest.approx(roots[0], abs=1e-9)


def test_a_single_call_earns_the_closed_form() -> None:
    """100 dollars that come back as 50 after 14 days are (1/2)^(365/14) - 1 a year."""
    cash, dates = np.zeros(20), np.arange(20.0) * 1.4 + 40000.0
    cash[3], cash[13] = -100.0, 50.0
    assert programme_rate(dates, cash) == pytest.approx(0.5 ** (365.0 / 14.0) - 1.0)
    assert np.isnan(programme_rate(dates, np.zeros(20)))
    cash[13] = 0.0
    assert np.isnan(programme_rate(dates, cash))
    twice = np.array([-100.0, 230.0, -132.0])  # 10 and 20 % a year both make it worth nothing
    assert np.isnan(programme_rate(np.array([40000.0, 40365.0, 40730.0]), twice))


def test_sub_periods_are_parts_of_the_history_and_short_ones_are_left_out() -> None:
    """A gain counted in the wrong years, or a period of a few weeks, would tell a trend that is not there."""
    days = np.arange(39052.0, 40544.0)  # 1 December 2006 to 31 December 2010
    year = np.floor((days - 25569.0) / 365.2425 + 1970.0)
    pnl = np.where(np.arange(days.size) % 2 == 0, 300.0, -100.0) * np.where(year >= 2009, 2.0, 1.0)
    gains = period_gains(days, np.asarray(pnl, dtype=np.float64), 1e6)
    assert list(gains) == ["2007-2009", "2010-2016"]
    for name, scale, worst in (("2007-2009", 4.0 / 3.0, 200.0), ("2010-2016", 2.0, 200.0)):
        assert gains[name][0] == pytest.approx(100.0 * scale * 252.0 / 1e6, rel=0.01)
        assert gains[name][1] == pytest.approx(100.0 * scale * 252.0 / worst, rel=0.01)


def test_every_topic_of_the_rows_is_there_and_agrees_with_the_report() -> None:
    """A statistic that the report has and the rows have not could not be shown in a cell."""
    called = []
    full = report(sample_history(), {}, ("unhedged", "downsized", "literal_1"), 60, True, lambda: called.append(1))
    assert len(called) == steps(60, True) == 2 + 21 + 5
    rows = list(statistic_rows(full))
    here = [topic for topic in TOPICS if topic != "without"]  # neither 2008 nor 2020 is in the sample
    assert list(dict.fromkeys(topic for topic, *_ in rows)) == here
    values = {tuple(words): value for *words, value in rows}
    assert len(values) == len(rows)
    assert values["crisis", "2015", "literal_1"] == full.crises["literal_1"]["2015"] / 1e6
    hedge = values["crisis_hedge", "2015", "literal_1"]
    plain = values["crisis", "2015", "unhedged"]
    assert values["crisis", "2015", "literal_1"] == pytest.approx(plain + hedge)
    assert values["crisis_hedge", "2015", "unhedged"] == 0.0
    assert values["phase", "0", "literal_1"] == full.scores["literal_1"] == values["gate", "0", "literal_1"]
    assert len({values["phase", str(k), "unhedged"] for k in range(21)}) > 10
    assert len({values["gate", str(k), "unhedged"] for k in range(-2, 3)}) == 1
    assert sum(value for (topic, *_), value in values.items() if topic == "binding") == pytest.approx(1.0)
    below = float(np.mean(full.placebo < full.scores["literal_1"]))
    assert values["placebo", "percentile", "literal_1"] == pytest.approx(100.0 * below)
    parts = ("delta", "gamma", "vega", "theta", "cost", "residual")
    total = sum(values["attribution", part, side] for part in parts for side in ("condors", "hedge"))
    final = full.equity[full.strategies.index("literal_1"), -1]
    assert total * full.years * 1e6 == pytest.approx(final - 1e6, abs=0.01)


def test_only_a_year_of_the_history_can_be_left_out_of_it(told: Report) -> None:
    """ "Without 2008" of a history that starts in 2014 is the whole of it under a name that says otherwise."""
    assert told.without == {name: {} for name in told.strategies}
    data = sample_history()
    moved = replace(data, dates=data.dates - 7.0 * 313.0)  # six years earlier: 2008 to 2012
    assert list(report(moved, {}, ("unhedged",)).without["unhedged"]) == ["2008"]


def test_a_placebo_without_a_tail_loss_is_no_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draws of NaN counted as below nothing would lift, or lower, the percentile of the method."""
    flat = sample_history()
    assert np.isnan(percentile_of(float("nan"), np.array([1.0, 2.0])))
    model = import_module("alvh_xl.model.backtest.run")
    for known, share in ((lambda i: i % 2 == 0, 0.5), (lambda i: i < 0, 0.0)):
        monkeypatch.setattr(
            model, "score", lambda daily, known=known: np.where(known(np.arange(len(daily))), 1.0, np.nan)
        )
        found = report(flat, {}, ("unhedged", "downsized", "literal_1"), 50)
        assert found.placebo.tolist() == [1.0] * int(50 * share)
    assert not [row for row in statistic_rows(found) if row[0] == "placebo"]
    assert "No placebo was drawn" in found.verdict


def test_the_cost_of_calm_years_leaves_every_crisis_year_out() -> None:
    """A year with a crisis would make a hedge look cheap that only bleeds."""
    days = np.array([42005.0, 42370.0, 42736.0, 43101.0])  # 1 January 2015 to 2018
    found = model_statistics(days, np.zeros(4), np.array([900.0, -10.0, -30.0, 900.0]), 1.0, 1.0, 1000.0)
    assert found.calm_cost == pytest.approx(0.02 * 252.0)


def test_a_part_of_a_calm_year_costs_its_own_share_of_a_year() -> None:
    """A history that starts in December must not count three weeks as a year that cost next to nothing."""
    days = np.concatenate([np.arange(42720.0, 42736.0), np.arange(42736.0, 42988.0)])  # from 16 December 2016
    hedge = np.full(days.size, -10.0)
    found = model_statistics(days, np.zeros(days.size), hedge, 1.0, 1.0, 1000.0)
    assert found.calm_cost == pytest.approx(10.0 * 252.0 / 1000.0)


def test_an_unknown_gain_has_no_growth_rate() -> None:
    """NaN shown as a loss of everything would be a made-up ruin."""
    gain = np.array([1.0, np.nan])
    assert np.isnan(model_statistics(np.array([42005.0, 42370.0]), gain, gain, 1.0, 1.0, 1000.0).cagr)


def test_a_premium_lost_within_days_has_its_rate_all_the_same() -> None:
    """Half of it lost in a day is a rate of nearly -100 % a year, not an unknown one."""
    dates = np.array([40000.0, 40001.0, 40100.0, 40101.0])
    assert programme_rate(dates, np.array([-100.0, 50.0, -100.0, 50.0])) == pytest.approx(0.5**365.0 - 1.0)
    assert programme_rate(dates[:2], np.array([-100.0, 0.001])) == -1.0


def test_with_futures_the_text_claims_no_return_on_premium(told: Report) -> None:
    """A future has no premium: a return on it, a rate, or a fourth basis would be made up."""
    futures = report(sample_history(), {"hedge": "futures", "condors": 40.0})
    for name in ("literal_1", "capped"):
        assert np.isnan(futures.measures[name]["hedge_return"])
        assert np.isnan(futures.measures[name]["hedge_irr"])
        assert futures.measures[name]["turnover"] > 0.0
    assert futures.measures["literal_4"]["turnover"] == 0.0
    assert any("VX futures" in line for line in futures.caveats)
    assert futures.measures["static"] != told.measures["static"]  # 40 condors
    assert futures.measures["static"]["hedge_return"] == told.measures["static"]["hedge_return"]
