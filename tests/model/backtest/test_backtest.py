"""The back-test knows nothing of the future, adds up, and answers worlds whose answer is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from alvh_xl.model.backtest import BacktestData, Parameters, hedges, run, strategies, verdict, vx_proxy
from alvh_xl.model.backtest import condors as ic
from alvh_xl.model.backtest.condors import calendar
from tests.model.backtest.worlds import flat_world, random_world, real_world

FREE = Parameters(condor_cost=0.0, hedge_half_spread=0.0, smile="fixed")


def decisions(data: BacktestData, names: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    found = run(data, names=names)
    return found.entries, found.decisions


def unchanged(data: BacktestData, full: tuple[np.ndarray, np.ndarray], count: int) -> None:
    entries, decided = decisions(data.until(count), ("literal_1",))
    n = entries.size
    np.testing.assert_array_equal(entries, full[0][:n])
    np.testing.assert_array_equal(decided, full[1][:, :n])
    assert n == np.sum(full[0] < count)


def test_cutting_two_synthetic_years_at_any_session_changes_no_earlier_decision() -> None:
    """A decision that changes when later days are cut off has looked at them."""
    data = random_world()
    full = decisions(data, ("literal_1",))
    assert full[1].any()
    for count in range(8, data.dates.size):
        unchanged(data, full, count)


def test_cutting_the_real_history_changes_no_earlier_decision(shared_data: Path) -> None:
    """The same on real data, 50 seeded cuts."""
    data = real_world(shared_data)
    full = decisions(data, ("literal_1",))
    for count in np.random.default_rng(442).integers(300, data.dates.size, size=50):
        unchanged(data, full, int(count))


@pytest.mark.parametrize("smile", ["skew", "fixed"])
def test_cutting_the_data_changes_no_day_before_the_cut(smile: str) -> None:
    """A mark that moves when later days are cut off has read a SKEW, or a quote, that nobody had yet."""
    data = random_world(years=1.0)
    at = int(ic.condors(data, Parameters(smile=smile)).schedule.entry[20])
    p = Parameters(smile=smile)
    full = run(data, p, ("unhedged", "literal_1"))
    for count in (at, at + 1, at + 4, data.dates.size - 1):
        part = run(data.until(count), p, ("unhedged", "literal_1"))
        np.testing.assert_array_equal(part.pnl[0], full.pnl[0, :count])
        # On the last session what is still held of the hedge is sold and pays its spread.
        np.testing.assert_array_equal(part.pnl[1, :-1], full.pnl[1, : count - 1])
    later = np.arange(data.dates.size) >= at
    moved = run(replace(data, skew=np.where(later, 150.0, data.skew)), p, ("unhedged",))
    np.testing.assert_array_equal(moved.pnl[0, :at], full.pnl[0, :at])
    assert (moved.pnl[0, at:] == full.pnl[0, at:]).all() == (smile == "fixed")


def test_the_overlay_follows_the_published_weights() -> None:
    """VXTH: 0 to 15, 1 % to 30, 0.5 % to 50, 0 above, on the front future of the session before."""
    data = random_world()
    front = np.resize([15.0, 15.01, 30.0, 30.01, 50.0, 50.01], data.dates.size)
    data = replace(data, curve_settles=np.where(np.isfinite(data.curve_settles), front[:, np.newaxis], np.nan))
    call = hedges.monthly(data, Parameters())
    contracts, weight = strategies.overlay_contracts(data, call, Parameters())
    before = front[call.schedule.entry - 1]
    rule = {15.0: 0.0, 15.01: 0.01, 30.0: 0.01, 30.01: 0.005, 50.0: 0.005, 50.01: 0.0}
    published = np.array([rule[level] for level in before])
    np.testing.assert_array_equal(weight, published)
    spent = contracts * call.decided_price * 100.0
    assert (spent <= published * 1_000_000.0 + 1e-6).all()
    assert ((published == 0.0) | (spent > published * 1_000_000.0 - call.decided_price * 100.0 - 1e-6)).all()


def test_the_overlay_reads_its_weight_from_the_future_its_calls_settle_on() -> None:
    """The contract that expires next day is no forward value: at 12 it holds nothing, the next one at 20 holds 1 %."""
    data = random_world()
    call = hedges.monthly(data, Parameters())
    rows = [
        [day, expiry - day, 12.0 if expiry == call.schedule.settlement[i - 1] else 20.0]
        for i in range(1, call.schedule.settlement.size)
        for day in data.dates[call.schedule.entry[i] - 1 : call.schedule.entry[i] + 1]
        for expiry in call.schedule.settlement[i - 1 : i + 1]
    ]
    planted = BacktestData.of(data.dates, data.close, data.vix, rows, data.vvix)
    _, weight = strategies.overlay_contracts(planted, hedges.monthly(planted, Parameters()), Parameters())
    np.testing.assert_array_equal(weight[1:], 0.01)


def test_the_overlay_holds_calls_in_march_2020(shared_data: Path) -> None:
    """VXTH's best month: 1 % bought on 18 February 2020 at a future of 15.4 paid more than sixty times its price."""
    data = real_world(shared_data, 43466.0)
    call = hedges.monthly(data, Parameters())
    _, weight = strategies.overlay_contracts(data, call, Parameters())
    at = int(np.flatnonzero(data.dates[call.schedule.entry.astype(int)] == 43879.0)[0])
    assert weight[at] == 0.01
    values = call.value[call.schedule.trade == at]
    assert values[-1] > 60.0 * values[0]


def test_sizes_are_those_of_the_worked_example() -> None:
    """method.md §6: 14 days, one condor, 15 and 25 % of W on four bases, and 2.688 calls under the cap."""
    one = np.ones(1)
    trades = SimpleNamespace(decided_width=379.558 * one, max_loss=3772.10 * one, decided_gamma=-271.23 * one)
    call = SimpleNamespace(decided_gain=302.19 * one, decided_future=17.0 * one, decided_price=1.643201 * one,
                           decided_dollar_delta=-35.316 * one)  # fmt: skip
    for position, expected in ((0.0, [3.349, 1.872, 18.84, 34.65]), (1.0, [5.582, 3.121, 31.40, 57.75])):
        found = strategies.sizes(trades, call, Parameters(condors=1.0, position=position))  # type: ignore[arg-type]
        np.testing.assert_allclose(found.literal[:, 0], expected, rtol=3e-4)
        np.testing.assert_allclose(found.cap, 2.688, atol=5e-4)


def test_no_layer_and_no_cost_is_the_unhedged_path_to_the_cent() -> None:
    """A hedge that is never bought must not move a cent."""
    found = run(random_world(), replace(FREE, layers_on=0.0))
    plain = found.pnl[0]
    for name in ("literal_1", "literal_4", "capped", "downsized"):
        np.testing.assert_allclose(found.pnl[found.names.index(name)], plain, rtol=0.0, atol=0.005)


def test_a_fair_condor_in_a_constant_vol_world_earns_minus_its_costs() -> None:
    """With implied = realised vol and a flat smile, the mean over many worlds is 0 within its error, less the costs."""
    dates = calendar(42373.0, 42373.0 + 730.0)
    flat = replace(FREE, slope=0.0, curvature=0.0)
    rng = np.random.default_rng(11)
    years = np.diff(dates, prepend=dates[0]) / 365.0
    totals, costs = [], []
    for _ in range(120):
        log = np.cumsum(rng.normal(size=dates.size) * 0.16 * np.sqrt(years) - 0.5 * 0.16**2 * years)
        data = flat_world(3000.0 * np.exp(log), dates)
        free = run(data, flat, ("unhedged",)).pnl.sum()
        totals.append(free)
        paid = run(data, replace(flat, condor_cost=0.045), ("unhedged",)).pnl.sum()
        credit = ic.condors(data, flat).credit.sum() * 100.0 * 10.0
        costs.append((paid - free) / credit)
    error = np.std(totals, ddof=1) / np.sqrt(len(totals))
    assert abs(np.mean(totals)) < 3.0 * error
    np.testing.assert_allclose(costs, -0.045, rtol=1e-9)


def test_a_planted_crash_pays_the_closed_form() -> None:
    """A fall far below the put wing before settlement loses the wing less the credit; nothing else is possible."""
    dates = calendar(43101.0, 43150.0)
    crash = 3000.0 * np.where(dates >= dates[12], 0.7, 1.0)
    data = flat_world(crash, dates)
    trades = ic.condors(data, FREE)
    gone = (dates[trades.schedule.entry] < dates[12]) & (trades.schedule.settlement >= dates[12])
    gone &= trades.schedule.settlement <= dates[-1]
    assert gone.any()
    total = np.bincount(trades.schedule.trade, weights=trades.change)
    np.testing.assert_allclose(total[gone], trades.credit[gone] - 50.0, atol=1e-9)


def test_the_strikes_are_those_of_the_cell_function_where_the_smile_is_not_cut() -> None:
    """The vectorised search must find what ALVH_CONDOR_STRIKES finds: method.md's 14-day example."""
    spot, vol, days = np.array([6000.0]), np.array([0.15]), np.array([14.0])
    p = Parameters(rate=0.04, dividend_yield=0.013, smile="fixed")
    np.testing.assert_array_equal(ic.strikes_by_delta(spot, vol, days, p)[0], [5770.0, 5820.0, 6175.0, 6225.0])


def test_greeks_explain_quiet_days() -> None:
    """Delta, gamma, vega and theta must explain the P&L of quiet days, all but 5 % of their gross."""
    dates = calendar(42373.0, 42373.0 + 730.0)
    rng = np.random.default_rng(3)
    close = 3000.0 * np.exp(np.cumsum(rng.normal(size=dates.size) * 0.0025))
    data = flat_world(close, dates)
    part = ic.attribution(data, ic.condors(data, FREE), FREE)
    names = ("delta", "gamma", "vega", "theta")
    np.testing.assert_allclose(sum(part[name] for name in names) + part["residual"], part["total"], atol=1e-9)
    quiet = part["days_left"] >= 5.0
    gross = sum(np.abs(part[name][quiet]).sum() for name in names)
    assert np.abs(part["residual"][quiet]).sum() < 0.05 * gross


def test_placebo_draws_do_not_depend_on_how_many_are_drawn() -> None:
    """Resuming with more draws must keep the earlier ones."""
    data = random_world(years=1.0)
    few, many = (run(data, names=("literal_1", "downsized"), draws=n) for n in (30, 130))
    np.testing.assert_array_equal(few.placebo, many.placebo[:30])


def test_without_a_placebo_nothing_is_called_better() -> None:
    """A verdict without its second hurdle would be a claim the numbers do not carry."""
    assert "no claim" in verdict(run(random_world(years=1.0)))


def test_the_proxy_curve_is_the_one_of_the_issue() -> None:
    """F = 19.5 + (VIX − 19.5)·0.9793^sessions; 33 sessions are half the way back."""
    assert vx_proxy(30.0, 0.0) == pytest.approx(30.0)
    assert vx_proxy(30.0, 365.0) == pytest.approx(19.5 + 10.5 * 0.9793**252)
