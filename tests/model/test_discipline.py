"""The no-trade band and the audits of trading."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh_xl.model import discipline
from alvh_xl.model.errors import DomainError, MissingError, ShapeError, ZeroDenominatorError

# --- no-trade band ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("held", "model", "action", "order"),
    [
        (0, 2, "BUY", 2),
        (0, 1, "BUY", 1),
        (0, 0.9, "HOLD", 0),
        (2, 2, "HOLD", 0),
        (3, 2, "SELL", -1),
        (8, 10, "BUY", 2),
        (9, 10, "HOLD", 0),
        (12, 10, "SELL", -2),
        (11, 10, "HOLD", 0),
        (5, 0, "SELL", -5),
        (4, 4.99, "HOLD", 0),
        (4, 5.5, "BUY", 1),
        (5, 4.99, "HOLD", 0),
    ],
)
def test_trades_only_when_the_gap_reaches_one_contract_and_twenty_percent(
    held: float, model: float, action: str, order: float
) -> None:
    """A band too narrow churns; one too wide is loyalty."""
    got = discipline.rebalance(held, model, 10.0)
    assert (got.action, got.order) == (action, order)


def test_the_band_is_an_argument_and_an_exact_gap_acts_despite_rounding_noise() -> None:
    """0.7 x 10 is 7.000000000000001 in binary: seven contracts must still trade."""
    assert discipline.rebalance(9, 10, 1.0, band=0.05).order == 1.0
    assert discipline.rebalance(5, 10, 1.0, band=0.6).order == 0.0
    assert discipline.rebalance(3, 10, 1.0, band=0.7).order == 7.0


def test_the_benefit_must_exceed_the_cost() -> None:
    """Equal is not enough; blank skips the test and says so."""
    assert discipline.rebalance(0, 2, 10.0, 10.0).action == "HOLD"
    assert "does not exceed" in discipline.rebalance(0, 2, 10.0, 10.0).reason
    assert discipline.rebalance(0, 2, 10.0, 10.01).action == "BUY"
    blank = discipline.rebalance(0, 2, 10.0)
    assert blank.action == "BUY"
    assert "not tested" in blank.reason
    assert "not tested" not in discipline.rebalance(0, 2, 10.0, 11.0).reason


def test_cost_and_benefit_are_reported_as_given() -> None:
    """A blank benefit is a gap, not 0."""
    got = discipline.rebalance(0, 2, 10.0, 12.0)
    assert (got.cost, got.benefit) == (10.0, 12.0)
    assert math.isnan(discipline.rebalance(0, 2, 10.0).benefit)


def test_a_cap_breached_at_initiation_is_always_cut() -> None:
    """Inside the band and against the cost: 11 held, model 10, cap 9.7."""
    got = discipline.rebalance(11, 10, 100.0, 0.0, cap=9.7, at_initiation=True)
    assert (got.action, got.order) == ("SELL", -2.0)
    assert "initiation" in got.reason
    assert discipline.rebalance(11, 8, 1.0, 0.0, cap=9.7, at_initiation=True).order == -3.0
    assert discipline.rebalance(11, 10, 100.0, 0.0, cap=9.7).action == "HOLD"
    assert discipline.rebalance(11, 10, 100.0, cap=11.0, at_initiation=True).action == "HOLD"
    assert discipline.rebalance(11, 10, 100.0, at_initiation=True).action == "HOLD"


@pytest.mark.parametrize(
    "bad",
    [
        {"held": -1.0},
        {"held": 1.5},
        {"held": math.nan},
        {"model": -1.0},
        {"model": math.inf},
        {"cost": -1.0},
        {"band": -0.1},
        {"cap": -1.0},
        {"benefit": math.nan},
    ],
)
def test_rebalance_outside_its_domain_raises(bad: dict[str, float]) -> None:
    """No clamp."""
    with pytest.raises(DomainError):
        discipline.rebalance(**{"held": 1.0, "model": 2.0, "cost": 1.0, **bad})  # type: ignore[arg-type]


@given(st.integers(0, 200), st.floats(0, 200), st.floats(0, 1))
def test_an_order_leads_to_the_whole_model_size_or_is_nothing(held: int, model: float, band: float) -> None:
    """Partial trades would never settle; a second look must find nothing to do."""
    got = discipline.rebalance(held, model, 0.0, None, band)
    assert got.order in (0.0, math.floor(model * (1 + 1e-9)) - held)
    assert discipline.rebalance(held + got.order, model, 0.0, None, band).order == 0.0


# --- steward ------------------------------------------------------------------------------------------------


def log(**trades: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sixty sessions alternating +1 and -1 % (sd 1.0084), one layer lit from session 30 on, trades at t<number>."""
    bought = np.zeros(60)
    for name, amount in trades.items():
        bought[int(name[1:])] = amount
    returns = np.where(np.arange(60) % 2 == 0, 1.0, -1.0)
    layers = (np.arange(60) >= 30).astype(float)
    return bought, returns, layers


def test_adding_on_every_minor_dip_is_promoting() -> None:
    """Odd sessions fall by 1 %, within one standard deviation."""
    got = discipline.steward(*log(t11=1, t21=1, t41=1))
    assert (got.share, got.verdict, got.crowded, got.added) == (1.0, "promoter", 0, 3.0)
    assert got.sigma == pytest.approx(math.sqrt(60 / 59))


def test_adding_on_rises_or_with_a_new_layer_is_stewardship() -> None:
    """Session 30 rises; a dip with a newly lit layer counts as a signal."""
    assert discipline.steward(*log(t10=1, t30=2)).verdict == "steward"
    bought, returns, layers = log(t31=1)
    layers[30] = 0.0
    got = discipline.steward(bought, returns, layers)
    assert (got.share, got.verdict) == (0.0, "steward")


def test_a_fifth_on_dips_is_still_stewardship() -> None:
    """The threshold belongs to the steward."""
    got = discipline.steward(*log(t10=4, t21=1))
    assert (got.share, got.verdict) == (0.2, "steward")
    assert discipline.steward(*log(t10=79, t21=21)).verdict == "promoter"


def test_a_fall_beyond_one_standard_deviation_is_no_minor_dip() -> None:
    """Adding after a crash is not promoting."""
    bought, returns, layers = log(t21=1)
    returns[21] = -5.0
    assert discipline.steward(bought, returns, layers).share == 0.0
    returns[21] = 0.0
    assert discipline.steward(bought, returns, layers).share == 0.0


def test_crowded_additions_make_a_promoter() -> None:
    """Two within three sessions without a new layer; four apart, or a new layer between, is allowed."""
    assert discipline.steward(*log(t10=1, t13=0, t12=1)).crowded == 1
    crowd = discipline.steward(*log(t10=9, t13=1))
    assert (crowd.crowded, crowd.verdict) == (1, "promoter")
    assert discipline.steward(*log(t10=1, t14=1)).verdict == "steward"
    assert discipline.steward(*log(t28=1, t30=1)).crowded == 0
    assert discipline.steward(*log(t30=1, t32=1)).crowded == 1


def test_sales_are_no_additions() -> None:
    """A log of sales has no share at all."""
    got = discipline.steward(*log(t11=-3))
    assert math.isnan(got.share)
    assert got.verdict == "no additions"
    assert discipline.steward(*log(t11=-3, t10=1)).share == 0.0


def test_only_the_window_is_judged_and_a_layer_lit_before_it_is_not_new() -> None:
    """The audit moves with time."""
    bought, returns, layers = log(t11=1, t30=1)
    got = discipline.steward(bought, returns, layers, 30)
    assert (got.added, got.share) == (1.0, 0.0)
    late = discipline.steward(*log(t31=1), window=29)
    assert late.share == 1.0


def test_each_layer_column_is_watched_separately() -> None:
    """One layer expiring as another lights is a new layer."""
    bought, returns, one = log(t31=1)
    layers = np.column_stack([np.arange(60) < 31, np.arange(60) >= 31]).astype(float)
    assert discipline.steward(bought, returns, layers).share == 0.0
    assert discipline.steward(bought, returns, one).share == 1.0


def test_the_slope_of_additions_on_falls() -> None:
    """One contract for every 1 % of every fall: slope -1; no fall at all: no slope."""
    _, returns, layers = log()
    got = discipline.steward(-np.minimum(returns, 0.0), returns, layers)
    assert got.slope == pytest.approx(-1.0)
    returns[1::4], bought = -3.0, np.where(np.arange(60) % 4 == 1, 5.0, 1.0)
    expected = np.polyfit(np.minimum(returns, 0.0), bought, 1)[0]
    assert discipline.steward(bought, returns, layers).slope == pytest.approx(expected)
    assert math.isnan(discipline.steward(np.ones(60), np.ones(60), layers).slope)


def test_malformed_logs_are_refused() -> None:
    """Ragged, gappy or short."""
    bought, returns, layers = log(t1=1)
    for args in ((bought[1:], returns, layers), (bought, returns, layers[1:]), (bought, returns * math.nan, layers)):
        with pytest.raises(ShapeError):
            discipline.steward(*args)
    with pytest.raises(MissingError):
        discipline.steward(bought, returns, layers, 61)
    with pytest.raises(MissingError):
        discipline.steward(bought[1:], returns[1:], layers[1:])
    with pytest.raises(DomainError):
        discipline.steward(bought, returns, layers, 1)
    assert discipline.steward(bought, returns, layers, 2).verdict == "no additions"


def test_vix_half_life_from_1990_to_2021(shared_data: Path) -> None:
    """The method's estimate: phi 0.9793, 33 sessions."""
    with (shared_data / "index" / "vix_daily_ohlc.csv").open() as file:
        rows = [[cell.lower() for cell in row] for row in csv.reader(file)]
    day, close = rows[0].index("date"), rows[0].index("close")
    kept = [float(row[close]) for row in rows[1:] if row[close] and "1990-01-02" <= row[day] <= "2021-03-19"]
    got = discipline.ar1_half_life(kept)
    assert f"{got.phi:.4f}" == "0.9793"
    assert round(got.half_life) == 33


def test_half_life_of_a_halving_series_is_one_session() -> None:
    """Each value half the one before."""
    got = discipline.ar1_half_life(0.5 ** np.arange(10.0))
    assert got.phi == pytest.approx(0.5)
    assert got.half_life == pytest.approx(1.0)


def test_half_life_outside_its_domain_raises() -> None:
    """A trend, an alternation and a constant do not revert."""
    for bad in (1.5 ** np.arange(10.0), (-0.5) ** np.arange(10.0)):
        with pytest.raises(DomainError):
            discipline.ar1_half_life(bad)
    with pytest.raises(ZeroDenominatorError):
        discipline.ar1_half_life([5.0, 5.0, 5.0])
    with pytest.raises(MissingError):
        discipline.ar1_half_life([5.0, 4.0])
    with pytest.raises(ShapeError):
        discipline.ar1_half_life([5.0, math.nan, 4.0])


# --- motion and loyalty -------------------------------------------------------------------------------------


def test_motion_compares_the_paths_of_the_last_twenty_changes() -> None:
    """Held moved 2, the model 4; an early jump lies outside the window."""
    held = [50.0] + [0.0] * 19 + [1.0, 0.0]
    model = [0.0] + [0.0] * 19 + [2.0, 0.0]
    assert discipline.motion(held, model) == pytest.approx(0.5)
    assert discipline.motion(held, model, 21) == pytest.approx(52 / 4)


def test_motion_without_model_moves_or_history_raises() -> None:
    """A still model is a zero denominator."""
    with pytest.raises(ZeroDenominatorError):
        discipline.motion(np.arange(21.0), np.ones(21))
    with pytest.raises(MissingError):
        discipline.motion(np.arange(20.0), np.arange(20.0))
    with pytest.raises(DomainError):
        discipline.motion(np.arange(21.0), np.arange(21.0), 0)
    for held, model in ((np.arange(20.0), np.arange(21.0)), (np.arange(21.0) * math.nan, np.arange(21.0))):
        with pytest.raises(ShapeError):
            discipline.motion(held, model)


@pytest.mark.parametrize(
    ("held", "model", "moved", "gap", "verdict"),
    [
        (5, 10, 0.4, 0.5, "RIGID"),
        (5, 10, 0.5, 0.5, "OK"),
        (9, 10, 0.0, 0.1, "OK"),
        (8, 10, 0.0, 0.2, "OK"),
        (5, 10, 1.5, 0.5, "OK"),
        (10, 10, 1.6, 0.0, "CHURN"),
        (5, 10, math.inf, 0.5, "CHURN"),
        (1, 0, 1.0, 1.0, "OK"),
        (5, 10, None, 0.5, "NOT JUDGED"),
        (9, 10, None, 0.1, "OK"),
    ],
)
def test_loyalty_verdicts(held: float, model: float, moved: float | None, gap: float, verdict: str) -> None:
    """RIGID needs both a gap and stillness; CHURN only motion."""
    got = discipline.loyalty(held, model, 0.20, moved)
    assert got.gap == pytest.approx(gap)
    assert got.verdict == verdict


def test_loyalty_uses_its_band_and_refuses_what_is_outside_its_domain() -> None:
    """The band is an argument."""
    assert discipline.loyalty(5, 10, 0.6, 0.0).verdict == "OK"
    for args in ((-1, 1, 0.2, 0.5), (1, -1, 0.2, 0.5), (1, 1, -0.2, 0.5), (1, 1, 0.2, -0.5), (1, 1, 0.2, math.nan)):
        with pytest.raises(DomainError):
            discipline.loyalty(*args)
