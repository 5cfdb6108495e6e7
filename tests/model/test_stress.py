from __future__ import annotations

import numpy as np
import pytest

from alvh_xl.model import stress as module
from alvh_xl.model.book import Book
from alvh_xl.model.errors import DomainError, MissingError, ShapeError, ZeroDenominatorError

NAN = float("nan")
SPOT, RATE, YIELD = 6000.0, 0.04, 0.013
VOLS = [0.171149, 0.165932, 0.138512, 0.135909]


def book(
    hedge: str = "VIX", hedge_days: float = 30.0, days: float = 14.0, quantity: float = 1.0, condors: float = 1.0
) -> Book:
    """The 14-day worked example with one hedge leg."""
    option = hedge == "VIX"
    return Book(
        ("SPX",) * 4 + (hedge,),
        np.array([-1.0, -1.0, 1.0, 1.0, float(option)]),
        np.array([5770.0, 5820.0, 6175.0, 6225.0, 17.0 if option else NAN]),
        np.array([days] * 4 + [hedge_days]),
        np.array([condors, -condors, -condors, condors, quantity]),
        np.array([*VOLS, 0.85 if option else NAN]),
        np.array([NAN] * 4 + [17.0]),
        np.full(5, NAN),
        np.full(5, NAN),
        ("",) * 5,
    )


def test_net_is_the_sum_and_offset_is_reading_c() -> None:
    """Worked example at -5 %: condor -1,873, one call +302.19; C's 2.169 calls for 0.35 mean an offset of .1613."""
    result = module.stress(book(), SPOT, [-5.0], RATE, YIELD)
    assert result.condor[0] == pytest.approx(-1873.0, abs=0.6)
    assert result.hedge[0] == pytest.approx(302.19, abs=0.005)
    assert result.net[0] == result.condor[0] + result.hedge[0]
    assert 0.35 / result.offset[0] == pytest.approx(2.169, abs=6e-4)
    assert result.note == ""


def test_quantities_scale_each_side() -> None:
    """Quantity or multiplier is left out of a P&L."""
    one, ten = (module.stress(book(condors=c, quantity=q), SPOT, -5.0) for c, q in ((1.0, 1.0), (10.0, 3.0)))
    assert ten.condor[0] == pytest.approx(10.0 * one.condor[0])
    assert ten.hedge[0] == pytest.approx(3.0 * one.hedge[0])


def test_a_vx_future_gains_its_map() -> None:
    """1000*(beta*x + curvature*x^2) at -5 %: 1000*(3.23 + .795); a day and a vol change nothing."""
    assert module.stress(book("VX"), SPOT, -5.0).hedge[0] == pytest.approx(4025.0)
    assert module.stress(book("VXM"), SPOT, -5.0).hedge[0] == pytest.approx(402.5)


def test_each_vix_leg_moves_with_the_pair_of_its_own_tenor() -> None:
    """A 110-day future takes the 30-day pair: 92 to 126 days is -.374, .0132."""
    assert module.stress(book("VX", 110.0), SPOT, -5.0).hedge[0] == pytest.approx(1000.0 * (1.87 + 0.33))


def test_own_table_moves_the_hedge_but_not_the_condor() -> None:
    """beta_table leaks into the condor's vols, which have their own pair."""
    plain = module.stress(book("VX"), SPOT, -5.0)
    own = module.stress(book("VX"), SPOT, -5.0, beta_table=[[2.0, -1.0, 0.0]])
    assert own.hedge[0] == pytest.approx(5000.0)
    assert own.condor[0] == plain.condor[0]


def test_no_move_leaves_one_day_of_decay() -> None:
    """At x = 0 the condor earns about its theta of 79.96 and the call loses about 2.71."""
    result = module.stress(book(), SPOT, 0.0, RATE, YIELD)
    assert result.condor[0] == pytest.approx(79.96, abs=4.0)
    assert result.hedge[0] == pytest.approx(-2.71, abs=0.05)
    assert np.isnan(result.offset[0])
    still = module.stress(book(), SPOT, 0.0, RATE, YIELD, days_forward=0.0)
    assert still.condor[0] == pytest.approx(0.0, abs=1e-9)
    assert still.hedge[0] == pytest.approx(0.0, abs=1e-9)


def test_vol_bump_acts_on_falls_only() -> None:
    """The vol of VIX options also jumps on a rally, or not at all."""
    falls, rallies = ([module.stress(book(), SPOT, x, vol_bump=b).hedge[0] for b in (0.0, 0.03)] for x in (-3.0, 3.0))
    assert falls[1] > falls[0]
    assert rallies[1] == rallies[0]


def test_condor_vol_shift_by_hand() -> None:
    """min(2, sqrt(30/days)) or the floor of -5 vol points is wrong."""
    shift = module.condor_vol_shift
    assert float(shift(30.0, -5.0)) == pytest.approx(0.01 * (3.23 + 0.795))
    assert float(shift(7.0, -5.0)) == pytest.approx(2.0 * 0.04025)
    assert float(shift(120.0, -5.0)) == pytest.approx(0.5 * 0.04025)
    assert float(shift(7.0, 5.0)) == pytest.approx(0.02 * (-3.23 + 0.795))
    assert float(shift(7.0, 5.0, -1.0, 0.0)) == -0.05
    assert float(shift(0.0, -1.0)) == pytest.approx(2.0 * 0.006778)


def test_default_moves() -> None:
    """-3, -5, two deviations down (17.6262 points on 6000 at 14 d is 2.93771 %), +3."""
    assert module.default_moves(0.15, 14.0).tolist() == pytest.approx([-3.0, -5.0, -2 * 176.2626 / 60.0, 3.0], abs=1e-5)
    assert module.default_moves(6.0, 0.0)[2] == 0.0
    with pytest.raises(MissingError):
        module.default_moves(NAN, 14.0)
    with pytest.raises(DomainError):
        module.default_moves(15.0, 14.0)
    with pytest.raises(DomainError):
        module.default_moves(0.15, -1.0)


def test_a_row_beyond_the_turning_point_fails_alone() -> None:
    """At +11 % the parabola has turned; the condor's figure stands, hedge and net do not."""
    result = module.stress(book(), SPOT, [3.0, 11.0])
    assert np.isnan(result.hedge).tolist() == [False, True]
    assert np.isnan(result.net).tolist() == [False, True]
    assert np.isnan(result.condor).tolist() == [False, False]


def test_impossible_moves_have_no_row_value() -> None:
    """A fall of 100 % or a blank move shows a P&L, even in a book without hedge."""
    condor = book().select(np.array([True] * 4 + [False]))
    result = module.stress(condor, SPOT, [-100.0, NAN, -3.0])
    assert np.isnan(result.condor).tolist() == [True, True, False]
    assert np.isnan(result.hedge).tolist() == [True, True, False]
    assert result.hedge[2] == 0.0
    assert result.offset[2] == 0.0


def test_a_hedge_alone_has_no_offset() -> None:
    """With no condor to offset, C divides by 0."""
    alone = module.stress(book("VX").select(np.array([False] * 4 + [True])), SPOT, -5.0)
    assert alone.condor[0] == 0.0
    assert np.isnan(alone.offset[0])


def test_a_hedge_to_roll_is_left_out_and_said_so() -> None:
    """A hedge with less than 2 days makes the stress fail, or counts in silence."""
    result = module.stress(book(hedge_days=1.5), SPOT, -5.0)
    assert result.hedge[0] == 0.0
    assert result.note == "1 VIX leg to roll left out"


def test_legs_that_expire_before_the_stress_date_are_intrinsic() -> None:
    """The short put spread is worth its width of 50 at -5 % after expiry, exactly."""
    result = module.stress(book(days=0.5), SPOT, -5.0, RATE, YIELD)
    start = module.stress(book(days=0.5), SPOT, 0.0, RATE, YIELD).condor[0]
    assert result.condor[0] == pytest.approx(start - 5000.0)
    assert result.note == "4 past expiry at intrinsic"


@pytest.mark.parametrize(
    ("setting", "error"),
    [
        ({"days_forward": -1.0}, DomainError),
        ({"vol_bump": NAN}, MissingError),
        ({"spx_beta": np.inf}, DomainError),
        ({"moves": [[1.0]]}, ShapeError),
        ({"spot": NAN}, MissingError),
    ],
)
def test_settings_are_checked(setting: dict[str, object], error: type[Exception]) -> None:
    """A missing or impossible setting gives a stress."""
    inputs: dict[str, object] = {"book": book(), "spot": SPOT, "moves": [-3.0]}
    with pytest.raises(error):
        module.stress(**(inputs | setting))  # type: ignore[arg-type]


def test_min_variance_is_minus_the_regression_slope() -> None:
    """condor = -2*hedge + noise orthogonal to it by construction: ratio 2, effectiveness 4*var/(4*var + noise)."""
    hedge = np.array([1.0, -1.0, 1.0, -1.0])
    noise = np.array([1.0, 1.0, -1.0, -1.0])
    result = module.min_variance(-2.0 * hedge + noise, hedge)
    assert result.ratio == pytest.approx(2.0)
    assert result.effectiveness == pytest.approx(0.8)
    assert (result.n, result.note) == (4, "PROXY")
    assert module.min_variance(np.tile(-hedge, 125), np.tile(hedge, 125)).note == ""


def test_min_variance_needs_history_without_gaps_and_some_variation() -> None:
    """Constant or short histories divide by zero."""
    with pytest.raises(MissingError):
        module.min_variance([1.0, 2.0], [2.0, 1.0])
    with pytest.raises(ZeroDenominatorError):
        module.min_variance([1.0, 2.0, 3.0], [0.1, 0.1, 0.1])
    with pytest.raises(ZeroDenominatorError):
        module.min_variance([0.1, 0.1, 0.1], [1.0, 2.0, 3.0])
    with pytest.raises(ShapeError):
        module.min_variance([1.0, 2.0, NAN], [1.0, 2.0, 3.0])
    with pytest.raises(ShapeError):
        module.min_variance([1.0, 2.0, 3.0], [1.0, 2.0])
