"""Hedges of the back-test: calls and futures in worlds whose answer is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from alvh_xl.model.backtest import BacktestData, Parameters, attribution, hedges, run, strategies, vx_proxy
from alvh_xl.model.backtest import condors as ic
from alvh_xl.model.backtest.run import REFERENCE
from alvh_xl.model.errors import DomainError, ShapeError
from tests.model.backtest.fair import black_call, crash_world, fair_world, to_settlement, vix_vol
from tests.model.backtest.worlds import flat_world, random_world, real_world

FREE = Parameters(
    condor_cost=0.0, hedge_half_spread=0.0, future_half_spread=0.0, smile="fixed", slope=0.0, curvature=0.0
)  # fmt: skip
ALWAYS = ("static", "ladder", "literal_1", "literal_3", "capped")


@pytest.mark.parametrize("instrument", ["calls", "futures"])
def test_fair_hedges_of_a_constant_vol_world_earn_minus_their_costs(instrument: str) -> None:
    """Over many worlds every strategy gains 0 within its error without costs, and with them minus those."""
    totals, hedged = [], []
    paid = replace(FREE, hedge=instrument, hedge_half_spread=0.05, future_half_spread=0.025, fee=1.0)
    each = {"calls": 2.0 * (0.05 * 100.0 + 1.0), "futures": 2.0 * (0.025 * 1000.0 + 1.0)}
    for seed in range(60):
        data = fair_world(seed)
        free, dear = (run(data, p, ALWAYS) for p in (replace(FREE, hedge=instrument), paid))
        totals.append(free.pnl.sum(axis=1))
        hedged.append(free.hedge_pnl.sum(axis=1))
        costs = [each["calls"]] * 2 + [each[instrument]] * 3
        np.testing.assert_allclose(
            free.hedge_pnl.sum(axis=1) - dear.hedge_pnl.sum(axis=1), costs * free.contracts, rtol=1e-9
        )
    for gains in (np.array(totals), np.array(hedged)):
        error = gains.std(axis=0, ddof=1) / np.sqrt(len(gains))
        assert (error > 0.0).all()
        assert (np.abs(gains.mean(axis=0)) < 3.0 * error).all()


@pytest.mark.parametrize("instrument", ["calls", "futures", "mini"])
def test_a_planted_crash_pays_the_closed_form(instrument: str) -> None:
    """A curve and VVIX that jump between entry and exit: Black's formula written out, or the points of the future."""
    data = crash_world(30)
    p = replace(FREE, hedge=instrument)
    trades = ic.condors(data, p)
    hedge = hedges.for_condors(data, trades.schedule, p)
    plan = hedge.schedule
    through = (plan.entry < 30) & (plan.exit >= 30)
    assert through.sum() >= 2
    total = np.bincount(plan.trade, weights=hedge.change)
    for i in np.flatnonzero(through):
        start, end = (to_settlement(plan.settlement[i], data.dates[row]) for row in (plan.entry[i], plan.exit[i]))
        call = black_call(40.0, 17.0, end, vix_vol(end, 150.0)) - black_call(17.0, 17.0, start, vix_vol(start))
        assert total[i] == pytest.approx(call if instrument == "calls" else 23.0, rel=1e-9)
    assert hedge.multiplier == {"calls": 100.0, "futures": 1000.0, "mini": 100.0}[instrument]


def test_a_crash_reaches_the_dollars_of_the_ladder() -> None:
    """Four, four and two calls for ten condors, 100 dollars a point, less the spread each way."""
    data = crash_world(30)
    p = replace(FREE, hedge_half_spread=0.05)
    found = run(data, p, ("ladder",))
    trades = ic.condors(data, p).schedule
    expected = premium = 0.0
    for calls, tenor in ((4.0, 30.0), (4.0, 110.0), (2.0, 220.0)):
        plan = hedges.for_condors(data, trades, p, tenor).schedule
        for first, last, expiry in zip(plan.entry, plan.exit, plan.settlement, strict=True):
            after = [(40.0, 150.0) if row >= 30 else (17.0, 90.0) for row in (first, last)]
            prices = [
                black_call(future, after[0][0], (t := to_settlement(expiry, data.dates[row])), vix_vol(t, vvix))
                for row, (future, vvix) in zip((first, last), after, strict=True)
            ]
            expected += calls * 100.0 * (prices[1] - prices[0] - 0.1)
            premium += calls * 100.0 * prices[0]
    assert found.hedge_pnl.sum() == pytest.approx(expected, rel=1e-9)
    assert found.premium[0] == pytest.approx(premium, rel=1e-9)


def test_futures_are_sized_by_the_same_rules_with_their_own_dollars() -> None:
    """method.md §6 at 14 days: W·100·h/(F·1000), max loss and W over 1000·4.025, none by premium, 0.35·Γ$/646."""
    one = np.ones(1)
    trades = SimpleNamespace(decided_width=379.558 * one, max_loss=3772.10 * one, decided_gamma=-271.23 * one)
    gain = 1000.0 * (5.0 * 0.646 + 25.0 * 0.0318)
    future = SimpleNamespace(decided_gain=gain * one, decided_future=17.0 * one, decided_price=np.nan * one,
                             decided_dollar_delta=-646.0 * one)  # fmt: skip
    p = Parameters(condors=1.0, position=1.0, hedge="futures")
    found = strategies.sizes(trades, future, p)  # type: ignore[arg-type]
    width = 0.25 * 37955.8
    np.testing.assert_allclose(found.literal[:, 0], [width / 17000.0, 0.25 * 3772.1 / gain, width / gain, 0.0])
    np.testing.assert_allclose(found.cap, 0.35 * 271.23 / 646.0)


def test_what_a_future_is_decided_on_is_table_4a_times_its_multiplier() -> None:
    """30 days: Δ$ = −0.646·1000; gain at −5 % = (0.646·5 + 0.0318·25)·1000. A mini future is a tenth."""
    data = crash_world(70)
    entry = np.array([10])
    for instrument, size in (("futures", 1000.0), ("mini", 100.0)):
        plan = ic.Schedule.of(entry, entry + 5, data.dates[entry] + 30.0)
        found = hedges.contracts(data, plan, plan.settlement, Parameters(), instrument)
        assert found.decided_dollar_delta[0] == pytest.approx(-0.646 * size)
        assert found.decided_gain[0] == pytest.approx((0.646 * 5.0 + 0.0318 * 25.0) * size)
        assert found.premium[0] == 0.0


def test_a_hedge_held_to_the_end_takes_the_final_settlement_value() -> None:
    """VX and its options settle in cash at the morning's value: no spread is crossed, and no mark of the afternoon."""
    data = crash_world(1000)
    for instrument in ("futures", "calls"):
        p = replace(FREE, hedge=instrument, hedge_held=1.0, hedge_half_spread=0.05, future_half_spread=0.025)
        trades = ic.condors(data, p).schedule
        plain = hedges.for_condors(data, trades, p)
        row = int(plain.schedule.exit[0])
        assert data.dates[row] == plain.schedule.settlement[0]
        final = data.final.copy()
        final[row] = 21.5
        found = hedges.for_condors(replace(data, final=final), trades, p)
        for hedge, level, proxy in ((found, 21.5, 0.0), (plain, 17.0, 1.0)):
            cells = hedge.schedule.trade == 0
            assert hedge.future[cells][-1] == level
            assert hedge.value[cells][-1] == (level if instrument == "futures" else level - 17.0)
            assert hedge.proxy[cells][-1] == proxy
            cost = hedge.cost(0.0)[cells]
            assert cost[0] == {"futures": 25.0, "calls": 5.0}[instrument]
            assert cost[-1] == 0.0


def test_a_curve_row_of_no_days_is_a_final_settlement_not_a_price_to_trade() -> None:
    """The front future of a settlement morning is the next one; the value of the old one is kept apart."""
    data = BacktestData.of([43480.0, 43481.0], [2600.0, 2610.0], [19.0, 18.0],
                           [[43480.0, 1.0, 19.5], [43481.0, 0.0, 19.32], [43481.0, 28.0, 18.9]])  # fmt: skip
    assert data.curve_settles[1, 0] == 18.9
    np.testing.assert_array_equal(data.final, [np.nan, 19.32])


def test_a_missing_curve_takes_the_proxy_of_the_issue() -> None:
    """F(τ) = 19.5 + (VIX − 19.5)·0.9793^sessions on every cell, and each cell says so."""
    dates = random_world().dates
    data = flat_world(np.full(dates.size, 3000.0), dates, 30.0)
    p = replace(FREE, hedge="futures")
    hedge = hedges.for_condors(data, ic.condors(data, p).schedule, p)
    days = hedge.schedule.settlement[hedge.schedule.trade] - data.dates[hedge.schedule.row]
    alive = days > 0.0
    np.testing.assert_allclose(hedge.value[alive], vx_proxy(30.0, days[alive]))
    assert hedge.proxy.all()


@pytest.mark.parametrize("instrument", ["calls", "futures", "mini"])
def test_no_layer_and_no_cost_is_the_unhedged_path_to_the_cent(instrument: str) -> None:
    """A hedge that is never bought must not move a cent, whatever it would be."""
    found = run(random_world(), replace(FREE, layers_on=0.0, hedge=instrument))
    for name in ("literal_1", "literal_4", "capped", "downsized"):
        np.testing.assert_allclose(found.pnl[found.names.index(name)], found.pnl[0], rtol=0.0, atol=0.005)


def test_cutting_the_history_changes_no_earlier_decision() -> None:
    """Sizes of futures, and weights of the overlay, that change when later days are cut off have looked at them."""
    data = random_world(years=1.0)
    p = Parameters(hedge="futures", condors=40.0)

    def decided(part: BacktestData) -> tuple[np.ndarray, ...]:
        found = run(part, p, (REFERENCE,))
        overlay = hedges.monthly(part, p)
        return found.entries, found.decisions, overlay.schedule.entry, strategies.overlay_contracts(part, overlay, p)[0]

    entries, sizes, bought, contracts = decided(data)
    assert sizes.any()
    for count in range(25, data.dates.size):
        cut = decided(data.until(count))
        np.testing.assert_array_equal(cut[1], sizes[:, entries < count])
        np.testing.assert_array_equal(cut[3][: cut[2].size], contracts[: cut[2].size])
        assert (cut[2] == bought[: cut[2].size]).all()


def test_the_gate_of_the_overlay_moves_with_the_layers() -> None:
    """A shift of the gate must reach the published weights too: they read VX a session later."""
    data = random_world()
    level = 20.0 + np.arange(
        data.dates.size, dtype=np.float64
    )  # VIX too, so that every future of a session is its level
    flat = np.where(np.isfinite(data.curve_settles), level[:, np.newaxis], np.nan)
    data = replace(data, curve_settles=flat, vix=level)
    for shift in (-2.0, 0.0, 2.0):
        p = Parameters(signal_shift=shift)
        hedge = hedges.monthly(data, p)
        read = strategies.front_vx(data, hedge, p)
        row = np.clip(hedge.schedule.entry - 1 - shift, 0, data.dates.size - 1)
        np.testing.assert_allclose(read, level[row.astype(np.intp)])


@pytest.mark.parametrize("instrument", ["calls", "futures"])
def test_the_parts_of_the_gain_add_up_and_leave_little_unexplained(instrument: str) -> None:
    """Delta, gamma, vega, theta, cost and residual are the P&L to the cent; on quiet days the residual is below 5 %."""
    data = random_world()
    p = Parameters(hedge=instrument)
    found = run(data, p, ("unhedged", REFERENCE))
    parts = attribution(data, p)
    assert parts["condors"].total == pytest.approx(found.pnl[0].sum(), abs=0.01)
    assert parts["hedge"].total == pytest.approx(found.hedge_pnl[1].sum(), abs=0.01)
    assert abs(parts["hedge"].total) > 100.0
    assert parts["condors"].quiet_residual < 0.05
    assert parts["hedge"].quiet_residual < 0.05


def test_greeks_explain_the_calls_of_quiet_days() -> None:
    """Every call, whatever its size: on days its future hardly moves, Greeks explain all but 5 % of the gross."""
    data = fair_world(5)
    hedge = hedges.for_condors(data, ic.condors(data, FREE).schedule, FREE)
    parts = hedges.attribution(hedge, 0.0, 0.0)
    later = np.flatnonzero(hedge.schedule.first == 0.0)
    quiet = np.abs(np.log(hedge.future[later] / hedge.future[later - 1])) < 0.03
    assert quiet.sum() > 50
    names = ("delta", "gamma", "vega", "theta")
    gross = sum(np.abs(parts[name][quiet]).sum() for name in names)
    assert np.abs(parts["residual"][quiet]).sum() < 0.05 * gross
    total = sum(parts[name] for name in names) + parts["residual"]
    np.testing.assert_allclose(total, 100.0 * hedge.change[later], atol=1e-9)


def test_each_part_of_a_call_is_its_own_difference_of_blacks_formula() -> None:
    """Delta, gamma, vega and theta of the day before, by differences of the formula written out, times what moved."""
    data = fair_world(6)
    hedge = hedges.for_condors(data, ic.condors(data, FREE).schedule, FREE)
    parts = hedges.attribution(hedge, 0.0, 0.0)
    later = np.flatnonzero(hedge.schedule.first == 0.0)
    for place in range(0, later.size, 37):
        i, j = later[place] - 1, later[place]
        strike = float(hedge.strike[hedge.schedule.trade[i]])
        f, days, vol = float(hedge.future[i]), float(hedge.days[i]), float(hedge.vol[i])
        move, wider, passed = hedge.future[j] - f, hedge.vol[j] - vol, days - hedge.days[j]
        here, up, down = (black_call(f + step, strike, days, vol) for step in (0.0, 0.01, -0.01))
        assert parts["delta"][place] == pytest.approx(100.0 * (up - down) / 0.02 * move, rel=1e-4, abs=1e-6)
        gamma = (up - 2.0 * here + down) / 1e-4
        assert parts["gamma"][place] == pytest.approx(50.0 * gamma * move**2, rel=1e-4, abs=1e-6)
        vega = (black_call(f, strike, days, vol + 1e-4) - black_call(f, strike, days, vol - 1e-4)) / 2e-4
        assert parts["vega"][place] == pytest.approx(100.0 * vega * wider, rel=1e-4, abs=1e-6)
        theta = (black_call(f, strike, days - 1e-3, vol) - black_call(f, strike, days + 1e-3, vol)) / 2e-3
        assert parts["theta"][place] == pytest.approx(100.0 * theta * passed, rel=1e-4, abs=1e-6)


def test_greeks_explain_the_real_history(shared_data: Path) -> None:
    """The same on 2007 to 2026, condors and calls."""
    for smile in ("skew", "fixed"):
        parts = attribution(real_world(shared_data), Parameters(smile=smile))
        assert parts["condors"].quiet_residual < 0.05
        assert parts["hedge"].quiet_residual < 0.05


def test_macro_pressure_moves_the_share_to_40_to_60_percent_and_off_is_off() -> None:
    """C04: a = 0.20 becomes 0.50 at full strength; unknown pressure, and strength 0, change nothing."""
    data = random_world()
    macro = np.where(np.arange(data.dates.size) % 3 == 0, 1.0, np.nan)
    data = replace(data, macro=macro)
    trades = ic.condors(data, FREE).schedule
    under = macro[trades.entry - 1] == 1.0
    for strength, share in ((0.0, 0.20), (0.5, 0.35), (1.0, 0.50)):
        found = strategies.share(data, trades, replace(FREE, macro_strength=strength))
        np.testing.assert_allclose(found, np.where(under, share, 0.20))
    off, on = (run(data, replace(FREE, macro_strength=s), (REFERENCE,)) for s in (0.0, 1.0))
    assert (on.decisions[0] >= off.decisions[0]).all()
    assert (on.decisions[0] > off.decisions[0]).any()
    assert any("latest vintage" in line for line in on.caveats)


def test_what_cannot_be_a_hedge_is_refused() -> None:
    """A mistyped instrument must not be taken for calls, nor a word for a number."""
    with pytest.raises(DomainError, match="calls, futures, mini"):
        Parameters(hedge="swaps")
    with pytest.raises(ShapeError, match="cap must be a number"):
        Parameters.of({"cap": "high"})
    with pytest.raises(DomainError):
        Parameters(mark_hour=9.0)
    with pytest.raises(DomainError):
        Parameters(future_half_spread=-0.1)
    assert Parameters.of({"hedge": "mini", "cap": 0.3}).hedge == "mini"
