from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from alvh_xl.model.book import Book, book_greeks, join
from alvh_xl.model.errors import DomainError, MissingError, ShapeError
from alvh_xl.model.scenario import decay_curve, payoff, time_shift
from alvh_xl.model.types import FloatArray

NAN = float("nan")
SPOT, RATE, YIELD = 6000.0, 0.04, 0.013
STRIKES = np.array([5770.0, 5820.0, 6175.0, 6225.0])
PRICES = [11.120048, 16.943342, 13.185735, 6.729992]  # golden leg prices of the 14-day example
CREDIT = 12.279037


def smile() -> FloatArray:
    z = np.log(STRIKES / SPOT) / (0.15 * np.sqrt(14.0 / 365.0))
    return np.asarray(0.15 * (1.0 - 0.09 * z + 0.012 * z * z), dtype=np.float64)


def condor() -> Book:
    """The 14-day worked example at its golden prices."""
    return Book(
        ("SPX",) * 4,
        np.array([-1.0, -1.0, 1.0, 1.0]),
        STRIKES,
        np.full(4, 14.0),
        np.array([1.0, -1.0, -1.0, 1.0]),
        smile(),
        np.full(4, NAN),
        np.array(PRICES),
        np.full(4, NAN),
        ("",) * 4,
    )


def hedge(instrument: str = "VIX", days: float = 30.0, price: float = 1.64320131) -> Book:
    option = instrument == "VIX"
    one = np.ones(1)
    return Book(
        (instrument,),
        one * option,
        one * (17.0 if option else NAN),
        one * days,
        one,
        one * (0.85 if option else NAN),
        one * 17.0,
        one * price,
        one * NAN,
        ("",),
    )


def both(extra: Book) -> Book:
    """Condor and hedge in one book."""
    return join(condor(), extra)


def test_condor_payoff_at_expiry_is_the_textbook_shape() -> None:
    """Credit between the shorts, credit less 50 beyond the wings, 0 at the break-evens."""
    spots = [5000.0, 5770.0, 5820.0 - CREDIT, 6000.0, 6175.0 + CREDIT, 7000.0]
    result = payoff(condor(), spots, SPOT, 0.0, RATE, YIELD)
    expected = [CREDIT - 50.0, CREDIT - 50.0, 0.0, CREDIT, 0.0, CREDIT - 50.0]
    assert result.expiry.tolist() == pytest.approx([100.0 * e for e in expected], abs=2e-4)
    assert not result.held.any()
    assert result.note == ""


def test_payoff_today_at_spot_is_the_difference_to_the_entry() -> None:
    """Entry at the golden model prices: nothing earned yet; five days later the golden $468.79."""
    assert payoff(condor(), SPOT, SPOT, 0.0, RATE, YIELD).today[0] == pytest.approx(0.0, abs=2e-4)
    later = payoff(condor(), [5880.0, 6000.0, 6120.0], SPOT, 5.0, RATE, YIELD)
    assert later.today.tolist() == pytest.approx([-93.34, 468.79, -335.51], abs=5.2e-3)


def test_vix_legs_of_a_payoff_move_by_the_beta_map() -> None:
    """One VX bought at 17: 1000*(beta*x + curvature*x^2) today and at the condor's expiry alike."""
    result = payoff(both(hedge("VX", price=17.0)), [5700.0, 6000.0], SPOT, 0.0, RATE, YIELD)
    alone = payoff(condor(), [5700.0, 6000.0], SPOT, 0.0, RATE, YIELD)
    assert (result.today - alone.today).tolist() == pytest.approx([4025.0, 0.0], abs=1e-6)
    assert (result.expiry - alone.expiry).tolist() == pytest.approx([4025.0, 0.0], abs=1e-6)


def test_payoff_at_the_nearest_spx_expiry_leaves_time_in_the_hedge() -> None:
    """The VIX call is valued with 16 days left at the condor's expiry, not at its own."""
    ql = pytest.importorskip("QuantLib")
    result = payoff(both(hedge()), [6000.0], SPOT, 0.0, RATE, YIELD)
    years = 16.0 / 365.0
    value = ql.blackFormula(ql.Option.Call, 17.0, 17.0, 0.85 * np.sqrt(years), np.exp(-RATE * years))
    assert result.expiry[0] == pytest.approx(100.0 * (CREDIT + value - 1.64320131), abs=1e-3)


def test_payoff_beyond_the_beta_map_holds_the_future_and_says_so() -> None:
    """Past +10.157 % the future would rise again, or the chart would have a hole."""
    result = payoff(hedge("VX", price=17.0), [6600.0, 6700.0, 7500.0], SPOT)
    turn = 0.646 / (2.0 * 0.0318)
    lowest = 1000.0 * (-0.646 * turn + 0.0318 * turn * turn)
    assert result.today.tolist() == pytest.approx([1000.0 * (-6.46 + 3.18), lowest, lowest])
    assert result.held.tolist() == [False, True, True]
    assert result.note == "no SPX expiry; beyond the beta map at 2 spots: VIX future held"
    assert np.isnan(result.expiry).all()


def test_payoff_keeps_a_future_above_one_point() -> None:
    """A straight map of -5 points per 1 % would drive the future below 0."""
    result = payoff(hedge("VX", price=17.0), [6300.0], SPOT, beta_table=[[2.0, -5.0, 0.0]])
    assert result.today[0] == pytest.approx(1000.0 * (1.0 - 17.0))
    assert result.held.tolist() == [True]


def test_payoff_needs_entry_prices_and_sound_arguments() -> None:
    """A P&L without an entry price, or at a spot of 0, is shown."""
    with pytest.raises(MissingError):
        payoff(hedge(price=NAN), [6000.0], SPOT)
    with pytest.raises(MissingError):
        payoff(condor(), [6000.0, NAN], SPOT)
    for spots, days in (([0.0], 0.0), ([6000.0], -1.0), ([np.inf], 0.0)):
        with pytest.raises(DomainError):
            payoff(condor(), spots, SPOT, days)
    with pytest.raises(ShapeError):
        payoff(condor(), [[6000.0]], SPOT)


def test_payoff_leaves_out_a_hedge_to_roll() -> None:
    """A hedge under 2 days has no beta; it must not blank the chart nor need a price."""
    result = payoff(both(hedge(days=1.0, price=NAN)), [5000.0], SPOT, 0.0, RATE, YIELD)
    assert result.expiry[0] == pytest.approx(100.0 * (CREDIT - 50.0), abs=2e-4)
    assert result.note == "1 VIX leg to roll left out"


def test_payoff_beyond_an_expiry_is_intrinsic_and_noted() -> None:
    """A leg past expiry shows time value."""
    result = payoff(condor(), [5000.0], SPOT, 20.0, RATE, YIELD)
    assert result.today[0] == result.expiry[0]
    assert result.note == "4 past expiry at intrinsic"


def test_decay_curve_is_the_golden_one() -> None:
    """Golden extrinsic left .7852 .4321 .0640 with 11, 7, 3 days; theta share .10000 .22471 1.03790, .065118 now."""
    result = decay_curve(condor(), [0.0, 3.0, 7.0, 11.0], SPOT, RATE, YIELD).condor
    assert [round(v, 4) for v in result.left.tolist()] == [1.0, 0.7852, 0.4321, 0.0640]
    assert [round(v, 5) for v in result.share.tolist()[1:]] == [0.10000, 0.22471, 1.03790]
    assert result.share[0] == pytest.approx(0.065118, abs=5e-7)
    assert result.extrinsic[0] == pytest.approx(-CREDIT, abs=2e-6)
    assert result.theta[0] == pytest.approx(0.7996, abs=5e-5)


def test_decay_shows_condor_hedge_and_net_apart() -> None:
    """A long call's decay hides in the condor's, or futures are given time value."""
    result = decay_curve(both(hedge()), [0.0, 5.0], SPOT, RATE, YIELD)
    assert result.hedge.extrinsic[0] == pytest.approx(1.64320131, abs=5e-9)
    assert result.hedge.theta[0] == pytest.approx(-0.0270713531, abs=5e-11)
    assert result.net.extrinsic.tolist() == pytest.approx((result.condor.extrinsic + result.hedge.extrinsic).tolist())
    future = decay_curve(both(hedge("VX")), 0.0, SPOT, RATE, YIELD).hedge
    assert future.extrinsic[0] == 0.0
    assert np.isnan([future.left[0], future.share[0]]).all()


def test_decay_after_expiry_is_nothing_and_noted() -> None:
    """Past expiry extrinsic or theta remains; at the instant itself theta is undefined."""
    result = decay_curve(condor(), [14.0, 15.0], SPOT, RATE, YIELD)
    assert result.condor.extrinsic.tolist() == [0.0, 0.0]
    assert np.isnan(result.condor.theta).tolist() == [True, False]
    assert result.note == "4 past expiry at intrinsic"
    with pytest.raises(DomainError):
        decay_curve(condor(), [-1.0], SPOT)


@pytest.mark.parametrize(
    ("smile_word", "expected"),
    [("sticky_strike", [-93.34, 468.79, -335.51]), ("sticky_delta", [-64.11, 468.79, -460.34])],
)
def test_time_shift_is_the_golden_one(smile_word: str, expected: list[float]) -> None:
    """The 14-day example 5 days later at -2, 0, +2 %: a smile rule, a day count or the base value is wrong."""
    result = time_shift(condor(), 5.0, [-2.0, 0.0, 2.0], SPOT, smile_word, RATE, YIELD)
    assert [round(v, 2) for v in result.pnl.tolist()] == expected
    assert result.condor.tolist() == result.pnl.tolist()
    assert result.hedge.tolist() == [0.0, 0.0, 0.0]
    assert ("PROXY" in result.note) == (smile_word == "sticky_delta")


def test_greeks_after_a_shift_are_the_shifted_books() -> None:
    """Greeks are still those of today, or of the old spot."""
    shifted = time_shift(both(hedge()), 5.0, -2.0, SPOT, "sticky_strike", RATE, YIELD)
    today = both(hedge())
    moved = replace(today, days=today.days - 5.0)
    expected = book_greeks(moved, SPOT * 0.98, RATE, YIELD)
    assert shifted.gamma[0] == pytest.approx(expected.spx.gamma, rel=1e-12)
    assert shifted.theta[0] == pytest.approx(expected.spx.theta, rel=1e-12)
    assert shifted.dollar_delta[0] == pytest.approx(expected.total.dollar_delta, rel=1e-12)
    assert shifted.dollar_gamma[0] == pytest.approx(expected.total.dollar_gamma, rel=1e-12)


def test_a_vix_future_rolls_down_todays_curve() -> None:
    """Golden 3 Oct 2018 curve: tenor 49, 10 days, roll-down -.271429 points: one VX loses $271.43."""
    curve = ([14.0, 49.0], [13.775, 14.725])
    held = replace(hedge("VX", 49.0), underlying=np.array([14.725]))
    result = time_shift(held, 10.0, 0.0, 2925.0, "sticky_strike", 0.0, 0.0, *curve)
    assert result.pnl[0] == pytest.approx(-271.429, abs=5e-4)
    assert "no curve" not in result.note
    assert np.isnan(time_shift(held, 40.0, 0.0, 2925.0, "sticky_strike", 0.0, 0.0, *curve).pnl[0])


def test_a_front_future_slides_to_spot_vix_when_it_is_given() -> None:
    """The front month shows #NUM!, or a note hides that the line to spot VIX is a proxy.

    The future of 49 days stands at 4 days after 45: 11.61 + 4/14·2.165, from 14.725 (3 October 2018), 1,000 dollars a
    point.
    """
    held = hedge("VX", days=49.0)
    held = replace(held, underlying=np.array([14.725]))
    result = time_shift(held, 45.0, 0.0, 2925.0, "sticky_strike", 0.0, 0.0, [14.0, 49.0], [13.775, 14.725], vix=11.61)
    assert result.pnl[0] == pytest.approx(1000.0 * (11.61 + 4.0 / 14.0 * 2.165 - 14.725), rel=1e-12)
    assert "PROXY: below the first contract" in result.note
    near = time_shift(held, 10.0, 0.0, 2925.0, "sticky_strike", 0.0, 0.0, [14.0, 49.0], [13.775, 14.725], vix=11.61)
    assert near.pnl[0] == pytest.approx(-271.428571, abs=1e-6)
    assert "below the first contract" not in near.note


def test_the_spot_move_reaches_vix_futures_only_when_asked() -> None:
    """The method's reading moves futures by the curve alone; the note must say so."""
    literal = time_shift(hedge("VX"), 0.0, -5.0, SPOT)
    assert literal.pnl[0] == 0.0
    assert literal.note == (
        "PROXY: no curve, VIX futures unchanged by time; VIX futures do not answer the SPX move here: see the stress"
    )
    asked = time_shift(hedge("VX"), 0.0, -5.0, SPOT, spot_vol=True)
    assert asked.pnl[0] == pytest.approx(4025.0)
    assert "do not answer" not in asked.note


def test_a_shift_past_expiry_is_intrinsic_and_noted() -> None:
    """15 days later at -5 % the put spread is worth its width."""
    result = time_shift(condor(), 15.0, -5.0, SPOT, "sticky_strike", RATE, YIELD)
    assert result.pnl[0] == pytest.approx(100.0 * (CREDIT - 50.0), abs=2e-4)
    assert result.dollar_delta[0] == 0.0
    assert result.note == "4 past expiry at intrinsic"


def test_a_hedge_under_two_days_by_then_keeps_its_pnl_but_no_dollar_greeks() -> None:
    """A shift close to the hedge's expiry fails, or counts a delta without beta."""
    result = time_shift(hedge(days=10.0), 9.0, 0.0, SPOT, "sticky_strike", RATE)
    assert result.pnl[0] < 0.0
    assert result.dollar_delta[0] == 0.0
    assert "not in dollar Greeks" in result.note


def test_sticky_delta_keeps_expiries_and_underlyings_apart() -> None:
    """One expiry's smile bends another's, or a VIX leg of equal days enters the SPX curve."""
    far = replace(condor(), days=np.full(4, 21.0), vol=smile() + 0.05)
    extra = hedge(days=14.0)
    pieces = [time_shift(b, 5.0, 2.0, SPOT, "sticky_delta", RATE, YIELD).pnl[0] for b in (condor(), far, extra)]
    whole = time_shift(join(condor(), far, extra), 5.0, 2.0, SPOT, "sticky_delta", RATE, YIELD).pnl[0]
    assert whole == pytest.approx(sum(pieces))


def test_a_curve_may_stand_at_one_point() -> None:
    """The lowest level of the domain is refused."""
    curve = ([0.0, 60.0], [1.0, 1.0])
    assert time_shift(hedge("VX"), 1.0, 0.0, SPOT, "sticky_strike", 0.0, 0.0, *curve).pnl[0] == -16000.0


def test_a_hedge_with_two_days_by_then_still_counts() -> None:
    """The 2-day limit after a shift is on the wrong side; a leg exactly at expiry is not past it."""
    result = time_shift(hedge(days=10.0), 8.0, 0.0, SPOT, "sticky_strike", RATE)
    assert result.dollar_delta[0] < 0.0
    assert "not in dollar Greeks" not in result.note
    assert payoff(condor(), [6000.0], SPOT, 14.0).note == ""


def test_sticky_delta_reads_a_shared_strike_once() -> None:
    """Put and call at one strike with unequal vols make the curve jump; their mean is used."""
    straddle = Book(("SPX",) * 2, np.array([-1.0, 1.0]), np.full(2, 6000.0), np.full(2, 14.0), np.ones(2),
                    np.array([0.14, 0.16]), np.full(2, NAN), np.full(2, NAN), np.full(2, NAN), ("",) * 2)  # fmt: skip
    result = time_shift(straddle, 0.0, 0.0, SPOT, "sticky_delta")
    assert result.vega[0] == pytest.approx(2.0 * book_greeks(
        straddle.select(np.array([False, True])), SPOT).vega[0], rel=1e-3)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"smile": "sticky"}, ShapeError),
        ({"days_forward": [1.0, 2.0], "spot_move": [0.0, 1.0, 2.0]}, ShapeError),
        ({"days_forward": -1.0}, DomainError),
        ({"spot_move": -100.0}, DomainError),
        ({"spot_move": NAN}, MissingError),
        ({"curve_days": [10.0]}, MissingError),
        ({"curve_days": [10.0, 20.0], "curve_settles": [15.0]}, ShapeError),
        ({"curve_days": [20.0, 10.0], "curve_settles": [15.0, 16.0]}, DomainError),
        ({"curve_days": [10.0, 20.0], "curve_settles": [0.15, 16.0]}, DomainError),
    ],
)
def test_time_shift_arguments_are_checked(change: dict[str, object], error: type[Exception]) -> None:
    """A wrong word, a negative day or half a curve gives a number."""
    inputs: dict[str, object] = {"book": condor(), "days_forward": 5.0, "spot_move": 0.0, "spot": SPOT}
    with pytest.raises(error):
        time_shift(**(inputs | change))  # type: ignore[arg-type]
