"""Condors at quoted prices: a chain whose numbers are known by hand, and the three shared ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from alvh_xl.model.backtest import BacktestData, Parameters, run
from alvh_xl.model.backtest import condors as ic
from alvh_xl.model.backtest.chains import ChainQuotes, fills
from alvh_xl.model.backtest.condors import calendar
from alvh_xl.model.errors import DomainError, ShapeError
from tests.model.backtest.quoted import SESSIONS, real_chains
from tests.model.backtest.worlds import flat_world, real_indices

SIDE, HELD = np.array([-1.0, -1.0, 1.0, 1.0]), np.array([1.0, -1.0, -1.0, 1.0])
STRIKES = np.array([[2850.0, 2900.0, 3100.0, 3150.0]])
BIDS, ASKS = (1.0, 3.0, 2.0, 0.0), (1.2, 3.4, 2.2, 0.1)
DAY, EXPIRY = 43108.0, 43122.0  # Monday 2018-01-08, Monday 2018-01-22


def chain(strikes: np.ndarray = STRIKES[0], day: float = DAY, expiry: float = EXPIRY) -> ChainQuotes:
    n = len(strikes)
    return ChainQuotes.of(np.full(n, day), np.full(n, expiry), strikes, SIDE[:n], BIDS[:n], ASKS[:n])


def test_a_condor_is_sold_at_the_bid_and_bought_at_the_ask() -> None:
    """3.0 + 2.0 received, 1.2 + 0.1 paid: 3.7; at mids 3.2 + 2.1 − 1.1 − 0.05 = 4.15; halfway between at half."""
    for spread, credit in ((1.0, 3.7), (0.0, 4.15), (0.5, 3.925)):
        found = fills(chain(), [DAY], [EXPIRY], STRIKES, SIDE, HELD, spread)
        assert found == pytest.approx([credit])


def test_a_condor_with_a_leg_that_is_not_quoted_has_no_quoted_price() -> None:
    """Three quotes and one model price would make a credit nobody offered."""
    assert np.isnan(fills(chain(STRIKES[0, :3]), [DAY], [EXPIRY], STRIKES, SIDE, HELD)).all()
    for day, expiry, strikes in (
        (DAY + 1.0, EXPIRY, STRIKES),
        (DAY, EXPIRY + 1.0, STRIKES),
        (DAY, EXPIRY, STRIKES + 5.0),
    ):
        assert np.isnan(fills(chain(), [day], [expiry], strikes, SIDE, HELD)).all()
    assert np.isnan(fills(chain(), [DAY], [EXPIRY], STRIKES, -SIDE, HELD)).all()


def test_rows_that_cannot_be_traded_are_left_out_and_counted() -> None:
    """A crossed quote, or one without an ask, is no price."""
    quotes = ChainQuotes.of([DAY] * 3, [EXPIRY] * 3, [100.0, 105.0, 110.0], [1.0] * 3, [2.0, 1.0, 0.0], [1.9, 1.1, 0.0])
    assert quotes.unusable == 2
    bid, ask = quotes.find([DAY] * 3, [EXPIRY] * 3, [100.0, 105.0, 110.0], 1.0)
    np.testing.assert_array_equal(bid, [np.nan, 1.0, np.nan])
    np.testing.assert_array_equal(ask, [np.nan, 1.1, np.nan])


def test_a_chain_is_checked_before_it_is_used() -> None:
    """Both roots of one expiry, columns that do not match, points for a side: each would price the wrong option."""
    one = ([DAY], [EXPIRY], [100.0], [1.0], [1.0], [1.1])
    with pytest.raises(ShapeError, match="two quotes"):
        ChainQuotes.of(*(column * 2 for column in one))
    with pytest.raises(ShapeError, match="equally long"):
        ChainQuotes.of(*one[:5], [1.1, 1.2])
    for place, value in ((0, -1.0), (1, 2e6), (2, 0.0), (2, np.nan), (3, 0.0), (4, np.nan), (4, -1.0)):
        wrong = [list(column) for column in one]
        wrong[place] = [value]
        with pytest.raises(DomainError):
            ChainQuotes.of(*wrong)
    empty = ChainQuotes.of([], [], [], [], [], [])
    assert np.isnan(empty.find([DAY], [EXPIRY], [100.0], [1.0])).all()


def test_the_times_of_day_of_a_chain_are_dropped() -> None:
    """A chain stamped 16:00 belongs to its session."""
    quotes = ChainQuotes.of([DAY + 2 / 3], [EXPIRY + 0.4], [100.0], [1.0], [1.0], [1.1])
    assert quotes.find([DAY], [EXPIRY], [100.0], [1.0])[0] == pytest.approx([1.0])


@pytest.fixture
def world() -> BacktestData:
    """SPX at 3000 and VIX at 16 for ever."""
    dates = calendar(43101.0, 43190.0)
    return flat_world(np.full(dates.size, 3000.0), dates)


def quoted(data: BacktestData, p: Parameters) -> ChainQuotes:
    """A chain for the second week's condor alone."""
    plain = ic.condors(data, p)
    strikes, plan = plain.strikes[1], plain.schedule
    day, expiry = data.dates[plan.entry.astype(int)[1]], plan.settlement[1]
    return ChainQuotes.of([day] * 4, [expiry] * 4, strikes, SIDE, (0.5, 2.0, 1.5, 0.25), (0.6, 2.2, 1.6, 0.35))


def test_a_covered_condor_earns_its_quoted_credit_and_pays_no_spread_twice(world: BacktestData) -> None:
    """2.0 + 1.5 − 0.6 − 0.35 = 2.55 points, kept whole where SPX does not move; the others cost 4.5 % of the credit."""
    p = Parameters()
    covered = replace(world, quotes=quoted(world, p))
    found, plain = ic.condors(covered, p), ic.condors(world, p)
    np.testing.assert_array_equal(found.real, [0.0, 1.0, *[0.0] * (found.real.size - 2)])
    assert found.credit[1] == pytest.approx(2.55)
    assert found.model_credit[1] == plain.credit[1]
    total = np.bincount(found.schedule.trade, weights=found.change)
    assert total[1] == pytest.approx(2.55)
    difference = run(covered, p, ("unhedged",)).pnl.sum() - run(world, p, ("unhedged",)).pnl.sum()
    # Ten condors of 100: the quoted credit less the model's, and the spread that is no longer charged.
    assert difference == pytest.approx(1000.0 * (2.55 - (1.0 - 0.045) * plain.credit[1]))


def test_the_share_of_quoted_legs_and_the_models_error_are_printed(world: BacktestData) -> None:
    """A reader must see how much of a result rests on quotes, and how far the model was off where one can know."""
    p = Parameters()
    found = run(replace(world, quotes=quoted(world, p)), p, ("unhedged",))
    n = ic.condors(world, p).credit.size
    off = ic.condors(world, p).credit[1] / 2.55 - 1.0
    assert f"1 of {n} condors ({1 / n:.1%}) are filled at quoted prices" in found.caveats[0]
    assert f"{off:+.0%} off" in found.caveats[0]
    assert "no traded option price enters" in run(world, p, ("unhedged",)).caveats[0]
    assert "the skew that SKEW implies" in found.caveats[0]
    assert "a fixed skew" in run(world, replace(p, smile="fixed"), ("unhedged",)).caveats[0]


def test_quotes_decide_nothing(world: BacktestData) -> None:
    """Strikes and sizes come from the session before; a chain of the entry's close may change the fill only."""
    p = Parameters()
    found, plain = ic.condors(replace(world, quotes=quoted(world, p)), p), ic.condors(world, p)
    for name in ("strikes", "decided_credit", "decided_width", "decided_gamma", "max_loss", "value"):
        np.testing.assert_array_equal(getattr(found, name), getattr(plain, name))


# Entries on the session of the chain: so many sessions after the week's first.
PHASES = {"2022-01-07": 4.0, "2022-06-10": 4.0, "2024-01-05": 3.0}


@pytest.mark.parametrize("session", SESSIONS)
def test_the_fixed_smile_overpays_condors_that_were_quoted(shared_data: Path, session: str) -> None:
    """Fourteen-day condors of three real sessions: the quoted credit, leg by leg, against the model's on both smiles.

    The fixed smile promises at least a third more than the market paid; the smile of VIX and SKEW is nearer.
    """
    history = real_indices(shared_data, 44197.0)
    data = replace(history.data, skew=history.skew, quotes=real_chains(shared_data))
    rows = pd.read_parquet(shared_data / "options" / f"spx_cboe_chain_{session.replace('-', '')}.parquet")
    rows = rows[(rows["root"] == "SPXW") & (rows["expiration"] == pd.Timestamp(session) + pd.Timedelta(days=14))]
    table = rows.set_index(["right", "strike"])
    off = {}
    for name in ("fixed", "skew"):
        found = ic.condors(data, Parameters(roll_phase=PHASES[session], smile=name))
        at = int(np.flatnonzero(data.dates[found.schedule.entry.astype(int)] == SESSIONS[session])[0])
        assert found.real[at] == 1.0
        legs = list(zip("PPCC", found.strikes[at], ("ask", "bid", "bid", "ask"), (-1, 1, 1, -1), strict=True))
        market = sum(sign * float(table.loc[(right, strike), price]) for right, strike, price, sign in legs)
        assert found.credit[at] == pytest.approx(market)
        off[name] = found.model_credit[at] / found.credit[at] - 1.0
    assert off["fixed"] > 0.30
    assert abs(off["skew"]) < 0.5 * off["fixed"]


def test_the_smile_of_skew_bends_with_the_skew_of_its_own_session(world: BacktestData) -> None:
    """A higher SKEW moves the short call in and cheapens the condor, on its own sessions; slope bends the fixed one."""
    calm = replace(world, skew=np.full(world.dates.size, 110.0))
    steep = replace(world, skew=np.where(world.dates < 43150.0, 110.0, 150.0))
    p = Parameters()
    plain, bent = ic.condors(calm, p), ic.condors(steep, p)
    before = world.dates[plain.schedule.entry.astype(int)] < 43150.0
    np.testing.assert_array_equal(bent.strikes[before], plain.strikes[before])
    np.testing.assert_array_equal(bent.credit[before], plain.credit[before])
    assert (bent.strikes[~before, 2] < plain.strikes[~before, 2]).all()
    assert (bent.credit[~before] < plain.credit[~before]).all()
    for smile in ("skew", "fixed"):
        one, other = (ic.condors(calm, Parameters(smile=smile, slope=s)) for s in (-0.09, 0.0))
        assert (one.credit == other.credit).all() == (smile == "skew")


def test_a_session_without_skew_is_priced_at_120_and_counted(world: BacktestData) -> None:
    """A gap in SKEW must neither stop the back-test nor pass for a price; on the fixed smile SKEW is not read."""
    gaps = np.arange(world.dates.size) % 5 == 0
    known = replace(world, skew=np.where(gaps, np.nan, 131.0))
    filled = replace(world, skew=np.where(gaps, 120.0, 131.0))
    np.testing.assert_array_equal(ic.condors(known, Parameters()).change, ic.condors(filled, Parameters()).change)
    words = f"PROXY skew: 120 on {gaps.sum()} of {gaps.size} sessions"
    assert words in run(known, names=("unhedged",)).caveats
    assert not any("PROXY skew" in line for line in run(filled, names=("unhedged",)).caveats)
    fixed = run(known, Parameters(smile="fixed"), ("unhedged",)).caveats
    assert not any("PROXY skew" in line for line in fixed)
