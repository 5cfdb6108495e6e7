from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from alvh_xl.model.book import Book, book_greeks, check_market, join, value_legs
from alvh_xl.model.errors import DomainError, MissingError, ShapeError

NAN = float("nan")
# instrument, phi, strike, days, quantity, vol, underlying
SHORT_CALL = ("SPX", 1.0, 6175.0, 14.0, -1.0, 0.15, NAN)
VIX_CALL = ("VIX", 1.0, 17.0, 30.0, 1.0, 0.85, 17.0)
VX = ("VX", 0.0, NAN, 30.0, 1.0, NAN, 17.0)
VXM = ("VXM", 0.0, NAN, 30.0, 1.0, NAN, 17.0)


def book(*legs: tuple[str, float, float, float, float, float, float]) -> Book:
    names = ("phi", "strike", "days", "quantity", "vol", "underlying")
    columns = {n: np.array([leg[i] for leg in legs], dtype=np.float64) for i, n in enumerate(names, 1)}
    blank = np.full(len(legs), NAN)
    words = tuple(leg[0] for leg in legs)
    return Book(instrument=words, price=blank, mark=blank, condor=("",) * len(legs), **columns)


def changed(leg: tuple[str, float, float, float, float, float, float], **new: float) -> Book:
    names = ("instrument", "phi", "strike", "days", "quantity", "vol", "underlying")
    values = dict(zip(names, leg, strict=True)) | new
    return book(tuple(values[n] for n in names))  # type: ignore[arg-type]


def test_a_short_spx_call_has_the_golden_greeks_with_the_sign_of_the_position() -> None:
    """Golden call S 6000 K 6175 14 d .15: quantity, sign or units of a leg row are wrong."""
    legs = book_greeks(book(SHORT_CALL), 6000.0, 0.04, 0.013)
    assert legs.price[0] == pytest.approx(16.5570012, abs=5e-8)
    assert legs.delta[0] == pytest.approx(-0.176436215, abs=5e-10)
    assert legs.gamma[0] == pytest.approx(-0.00146977365, abs=5e-12)
    assert legs.vega[0] == pytest.approx(-3.0442435, abs=5e-8)
    assert legs.theta[0] == pytest.approx(1.70733894, abs=5e-9)
    assert legs.extrinsic[0] == pytest.approx(-16.5570012, abs=5e-8)
    assert legs.dollar_delta[0] == pytest.approx(-0.176436215 * 60.0 * 100.0, abs=1e-5)
    assert legs.dollar_gamma[0] == pytest.approx(-0.00146977365 * 3600.0 * 100.0, abs=1e-5)


def test_a_vix_call_is_valued_on_its_own_future() -> None:
    """Golden call F 17 K 17 30 d .85 r .04: the leg is valued on SPX, or with the dividend yield."""
    legs = book_greeks(book(VIX_CALL), 6000.0, 0.04, 0.013)
    assert legs.price[0] == pytest.approx(1.64320131, abs=5e-9)
    assert legs.delta[0] == pytest.approx(0.546688314, abs=5e-10)
    assert legs.theta[0] == pytest.approx(-0.0270713531, abs=5e-11)
    assert legs.dollar_delta[0] == pytest.approx(-35.316, abs=5e-4)
    assert legs.dollar_gamma[0] == pytest.approx(7.453, abs=5e-4)


def test_an_in_the_money_leg_splits_into_intrinsic_and_extrinsic() -> None:
    """Golden put 185.081328 at 14 d: extrinsic by hand is price - (K*e^(-rT) - S*e^(-qT))."""
    leg = book_greeks(book(("SPX", -1.0, 6175.0, 14.0, 2.0, 0.15, NAN)), 6000.0, 0.04, 0.013)
    years = 14.0 / 365.0
    intrinsic = 6175.0 * np.exp(-0.04 * years) - 6000.0 * np.exp(-0.013 * years)
    assert leg.extrinsic[0] == pytest.approx(2.0 * (185.081328 - intrinsic), abs=2e-6)


def test_futures_move_one_for_one_with_their_multiplier() -> None:
    """VX: beta*1000 and 2*curvature*1000 a contract; VXM a tenth of it."""
    legs = book_greeks(book(VX, VXM), 6000.0)
    assert legs.price.tolist() == [17.0, 17.0]
    assert legs.dollar_delta.tolist() == pytest.approx([-646.0, -64.6])
    assert legs.dollar_gamma.tolist() == pytest.approx([63.6, 6.36])
    assert legs.extrinsic.tolist() == [0.0, 0.0]
    assert legs.theta.tolist() == [0.0, 0.0]


def test_totals_keep_underlyings_apart_and_add_only_dollars() -> None:
    """SPX and VIX Greeks are added up as if they were the same."""
    result = book_greeks(book(SHORT_CALL, VIX_CALL), 6000.0, 0.04, 0.013)
    assert result.spx.delta == result.delta[0]
    assert result.vix.delta == result.delta[1]
    assert result.vix.price == pytest.approx(1.64320131, abs=5e-9)
    assert result.total.dollar_delta == pytest.approx(float(result.dollar_delta.sum()))
    assert result.total.dollar_gamma == pytest.approx(float(result.dollar_gamma.sum()))
    assert np.isnan([result.total.delta, result.total.gamma, result.total.vega, result.total.theta]).all()


def test_one_vx_counts_as_ten_vix_options_in_the_raw_total() -> None:
    """A raw VIX total would add deltas of unequal multipliers; a future costs no premium."""
    total = book_greeks(book(VIX_CALL, VX, VXM), 6000.0, 0.04).vix
    assert total.delta == pytest.approx(0.546688314 + 10.0 + 1.0, abs=1e-9)
    assert total.price == pytest.approx(1.64320131, abs=5e-9)


def test_a_vix_leg_under_two_days_is_to_roll_and_in_no_total() -> None:
    """A hedge about to expire still counts, or vanishes without a word."""
    result = book_greeks(book(SHORT_CALL, VIX_CALL, (*VIX_CALL[:3], 1.99, *VIX_CALL[4:])), 6000.0, 0.04)
    assert result.note == ("", "", "roll")
    assert np.isnan(result.dollar_delta[2])
    assert result.vix.delta == result.delta[1]
    assert result.total.dollar_delta == pytest.approx(float(result.dollar_delta[:2].sum()))
    assert result.vix.note == result.total.note == "1 VIX leg to roll left out"
    assert result.spx.note == ""
    both = book_greeks(book((*VX[:3], 1.0, *VX[4:]), (*VXM[:3], 0.5, *VXM[4:])), 6000.0)
    assert both.total.note == "2 VIX legs to roll left out"
    assert both.total.dollar_delta == 0.0


def test_a_vix_leg_of_two_days_still_counts() -> None:
    """The 2-day limit is on the wrong side."""
    assert book_greeks(changed(VIX_CALL, days=2.0), 6000.0).note == ("",)


def test_a_tenor_without_beta_makes_the_total_fail_visibly() -> None:
    """A 250-day hedge would add nothing to the totals in silence."""
    result = book_greeks(book(SHORT_CALL, (*VIX_CALL[:3], 250.0, *VIX_CALL[4:])), 6000.0)
    assert result.note == ("", "no beta for this tenor")
    assert np.isnan(result.total.dollar_delta)
    assert not np.isnan(result.vix.delta)


def test_a_leg_at_its_expiry_instant_is_intrinsic_without_greeks() -> None:
    """T = 0 gives Greeks, or a hidden floor on time."""
    result = book_greeks(changed(SHORT_CALL, days=0.0), 6200.0, 0.04)
    assert result.price[0] == 25.0
    assert result.extrinsic[0] == 0.0
    assert np.isnan(result.delta[0])
    assert np.isnan(result.total.dollar_delta)
    assert result.note == ("at expiry",)


def test_an_own_beta_table_moves_only_vix_legs() -> None:
    """beta_table is ignored, or touches SPX legs."""
    legs = book_greeks(book(SHORT_CALL, VX), 6000.0, beta_table=[[2.0, -1.0, 0.05]])
    plain = book_greeks(book(SHORT_CALL, VX), 6000.0)
    assert legs.dollar_delta[1] == -1000.0
    assert legs.dollar_gamma[1] == 100.0
    assert legs.dollar_delta[0] == plain.dollar_delta[0]


@pytest.mark.parametrize(
    ("leg", "new", "error"),
    [
        (SHORT_CALL, {"days": -0.01}, DomainError),
        (SHORT_CALL, {"days": NAN}, MissingError),
        (SHORT_CALL, {"days": np.inf}, DomainError),
        (SHORT_CALL, {"vol": NAN}, MissingError),
        (SHORT_CALL, {"vol": 0.0}, DomainError),
        (SHORT_CALL, {"vol": 15.0}, DomainError),
        (SHORT_CALL, {"strike": NAN}, MissingError),
        (SHORT_CALL, {"strike": 0.0}, DomainError),
        (SHORT_CALL, {"phi": NAN}, MissingError),
        (SHORT_CALL, {"phi": 0.0}, DomainError),
        (SHORT_CALL, {"quantity": NAN}, MissingError),
        (SHORT_CALL, {"quantity": np.inf}, DomainError),
        (VIX_CALL, {"underlying": NAN}, MissingError),
        (VIX_CALL, {"underlying": 0.17}, DomainError),
        (VX, {"underlying": NAN}, MissingError),
        (VXM, {"phi": 1.0}, DomainError),
    ],
)
def test_a_leg_with_a_hole_or_an_impossible_value_is_refused(
    leg: tuple[str, float, float, float, float, float, float], new: dict[str, float], error: type[Exception]
) -> None:
    """A leg is valued on a guess."""
    with pytest.raises(error, match="leg 1"):
        changed(leg, **new)


def test_unknown_instruments_and_ragged_columns_are_refused() -> None:
    """A typing error in the instrument column passes for a known one."""
    with pytest.raises(ShapeError, match="VXX"):
        book(("VXX", *VX[1:]))
    good = book(VX)
    with pytest.raises(ShapeError, match="phi"):
        replace(good, phi=np.array([0.0, 0.0]))
    with pytest.raises(ShapeError, match="condor"):
        replace(good, condor=())


@pytest.mark.parametrize(
    ("market", "error"),
    [
        ((NAN, 0.0, 0.0), MissingError),
        ((6000.0, NAN, 0.0), MissingError),
        ((0.0, 0.0, 0.0), DomainError),
        ((6000.0, 0.0, np.inf), DomainError),
    ],
)
def test_market_values_are_checked(market: tuple[float, float, float], error: type[Exception]) -> None:
    """A missing spot gives a number."""
    with pytest.raises(error):
        book_greeks(book(VX), *market)


def test_a_book_without_legs_is_missing() -> None:
    """An empty table reads as a book of zero risk."""
    with pytest.raises(MissingError):
        check_market(book(), 6000.0, 0.0, 0.0)


def test_values_broadcast_over_a_scenario_axis() -> None:
    """A grid of spots must equal one valuation a spot, and leave futures alone."""
    both = book(SHORT_CALL, VX)
    grid = value_legs(both, np.array([[5900.0], [6300.0]]), 0.04).price
    assert grid.shape == (2, 2)
    assert grid[1, 0] == value_legs(both, 6300.0, 0.04).price[0]
    assert grid[:, 1].tolist() == [17.0, 17.0]


def test_a_leg_past_expiry_is_intrinsic_and_has_no_greeks() -> None:
    """A scenario beyond a leg's expiry shows time value."""
    past = value_legs(book(SHORT_CALL, VX), 6200.0, 0.04, days=np.array([-1.0, -1.0]))
    assert past.price.tolist() == [25.0, 17.0]
    assert past.delta.tolist() == [0.0, 0.0]
    assert past.theta.tolist() == [0.0, 0.0]


def test_selecting_legs_keeps_every_column() -> None:
    """A column is lost or shifted when legs are picked."""
    picked = book(SHORT_CALL, VIX_CALL, VX).select(np.array([False, True, False]))
    assert picked.instrument == ("VIX",)
    assert (picked.phi[0], picked.strike[0], picked.days[0], picked.vol[0]) == (1.0, 17.0, 30.0, 0.85)
    assert picked.multiplier.tolist() == [100.0]
    assert len(picked) == 1


def test_joining_books_keeps_the_order_of_legs() -> None:
    """Condor and hedges are mixed up when one book is made of several tables."""
    joined = join(book(SHORT_CALL, VIX_CALL), book(VX))
    assert joined.instrument == ("SPX", "VIX", "VX")
    assert joined.phi.tolist() == [1.0, 1.0, 0.0]
    assert joined.quantity.tolist() == [-1.0, 1.0, 1.0]


def test_the_ends_of_the_domains_are_allowed() -> None:
    """A vol of exactly 6, a VIX future of exactly 1 or a leg at its expiry is refused."""
    assert len(join(changed(SHORT_CALL, vol=6.0), changed(VX, underlying=1.0), changed(SHORT_CALL, days=0.0))) == 3
