from __future__ import annotations

import numpy as np
import pytest

from alvh_xl.model.book import Book, book_greeks, join
from alvh_xl.model.errors import DomainError, MissingError
from alvh_xl.model.roll import condor_width, largest_loss
from alvh_xl.model.scenario import roll

NAN = float("nan")
SPOT = 6000.0
OLD_STRIKES, NEW_STRIKES = (5770.0, 5820.0, 6175.0, 6225.0), (5700.0, 5750.0, 6250.0, 6310.0)


def spx(
    strikes: tuple[float, ...],
    prices: tuple[float, ...],
    marks: tuple[float, ...] | None = None,
    days: float = 14.0,
    condors: float = 1.0,
    name: str = "",
) -> Book:
    """A condor of the given strikes; the first two legs are puts."""
    return Book(
        ("SPX",) * 4,
        np.array([-1.0, -1.0, 1.0, 1.0]),
        np.array(strikes),
        np.full(4, days),
        condors * np.array([1.0, -1.0, -1.0, 1.0]),
        np.full(4, 0.15),
        np.full(4, NAN),
        np.array(prices),
        np.full(4, NAN) if marks is None else np.array(marks),
        (name,) * 4,
    )


def vix(phi: float, quantity: float, instrument: str = "VIX", price: float = 2.0, mark: float = NAN) -> Book:
    one = np.ones(1)
    strike, vol = (17.0, 0.85) if instrument == "VIX" else (NAN, NAN)
    return Book((instrument,), one * phi, one * strike, one * 30.0, one * quantity, one * vol, one * 17.0, one * price,
                one * mark, ("",))  # fmt: skip


OLD = spx(OLD_STRIKES, (11.0, 17.0, 13.0, 7.0), (20.0, 31.0, 6.0, 3.0), condors=2.0)  # credit 12, worth 14 now
NEW = spx(NEW_STRIKES, (18.0, 26.0, 15.0, 9.0), days=28.0, condors=2.0)  # credit 14


def test_roll_by_hand() -> None:
    """Closing 2 condors at 14 after a credit of 12 realises 400; reopening for 14 nets 0 credit: no profit at all."""
    result = roll(OLD, NEW, SPOT, realised_before=250.0)
    assert result.net_credit == pytest.approx(100.0 * 2.0 * (14.0 - 14.0))
    assert result.realised_loss == pytest.approx(400.0)
    assert result.cumulative_loss == pytest.approx(650.0)
    assert result.width_change == pytest.approx(2.0 * ((500.0 + 28.0) - (355.0 + 24.0)))
    assert result.max_loss_change == pytest.approx(200.0 * ((60.0 - 14.0) - (50.0 - 12.0)))
    assert result.note == "a roll realises the loss; its credit is not profit"


def test_roll_gamma_change_is_new_less_old() -> None:
    """The change of dollar gamma has the wrong sign or base."""
    old, new = (book_greeks(b, SPOT).total.dollar_gamma for b in (OLD, NEW))
    assert roll(OLD, NEW, SPOT).gamma_change == pytest.approx(new - old)


def test_a_gain_is_a_negative_loss_and_size_growth_is_named() -> None:
    """A roll into three condors is a doubling scheme; a winner's loss is negative."""
    winner = spx(OLD_STRIKES, (11.0, 17.0, 13.0, 7.0), (1.0, 2.0, 1.5, 0.5))
    result = roll(winner, spx(NEW_STRIKES, (18.0, 26.0, 15.0, 9.0), condors=3.0), SPOT)
    assert result.realised_loss == pytest.approx(100.0 * (2.0 - 12.0))
    assert "doubling scheme" in result.note


def test_missing_marks_and_fills_take_the_model_and_say_so() -> None:
    """Model prices pass for quotes."""
    old, new = spx(OLD_STRIKES, (11.0, 17.0, 13.0, 7.0)), spx(NEW_STRIKES, (NAN,) * 4)
    result = roll(old, new, SPOT)
    old_value, new_value = (book_greeks(b, SPOT).spx.price for b in (old, new))
    assert result.net_credit == pytest.approx(100.0 * (old_value - new_value))
    assert result.realised_loss == pytest.approx(100.0 * (-12.0 - old_value))
    assert "8 prices are MODEL" in result.note


def test_a_rolled_future_realises_its_loss_but_has_no_premium() -> None:
    """VX from 19 to 17: 2,000 dollars lost, nothing paid for the new one."""
    result = roll(vix(0.0, 1.0, "VX", 19.0, 17.0), vix(0.0, 1.0, "VX", 18.0), SPOT)
    assert result.realised_loss == pytest.approx(2000.0)
    assert result.net_credit == 0.0
    assert result.width_change == 0.0


def test_rolling_needs_old_entry_prices_and_a_number_for_the_past() -> None:
    """A realised loss without an entry price is shown."""
    with pytest.raises(MissingError):
        roll(spx(OLD_STRIKES, (NAN,) * 4), NEW, SPOT)
    with pytest.raises(MissingError):
        roll(OLD, NEW, SPOT, realised_before=NAN)
    with pytest.raises(DomainError):
        roll(OLD, NEW, SPOT, realised_before=np.inf)


def test_widths_of_several_condors_add_up_by_id() -> None:
    """Two condors of one expiry are taken for one, or weights are left out: sum of W*N."""
    first = spx(OLD_STRIKES, (11.0, 17.0, 13.0, 7.0), condors=2.0, name="a")
    second = spx(NEW_STRIKES, (18.0, 26.0, 15.0, 9.0), name="b")
    assert condor_width(join(first, second)) == pytest.approx(2.0 * 379.0 + 528.0)
    assert condor_width(join(OLD, NEW)) == pytest.approx(2.0 * 379.0 + 2.0 * 528.0)


def test_legs_that_are_no_short_condor_have_no_width() -> None:
    """A width is invented for a spread, a long condor or unequal wings."""
    assert np.isnan(condor_width(OLD.select(np.array([True, True, False, False]))))
    assert np.isnan(condor_width(spx(OLD_STRIKES, (11.0, 17.0, 13.0, 7.0), condors=-1.0)))
    assert np.isnan(condor_width(spx((5770.0, 5820.0, 5820.0, 6225.0), (11.0, 17.0, 13.0, 7.0))))
    assert np.isnan(condor_width(spx(OLD_STRIKES, (NAN,) * 4)))
    assert condor_width(vix(1.0, 1.0)) == 0.0


def test_largest_loss_by_hand() -> None:
    """Wider wing less credit; a long call its premium; a short put its strike; a short call has no limit."""
    assert largest_loss(NEW) == pytest.approx(200.0 * (60.0 - 14.0))
    assert largest_loss(vix(1.0, 3.0)) == pytest.approx(600.0)
    assert largest_loss(vix(-1.0, -1.0)) == pytest.approx(100.0 * (17.0 - 2.0))
    assert largest_loss(vix(1.0, -1.0)) == np.inf
    assert largest_loss(vix(0.0, -1.0, "VX", 17.0)) == np.inf
    assert largest_loss(vix(0.0, 1.0, "VX", 17.0)) == pytest.approx(17000.0)
    assert largest_loss(join(NEW, vix(1.0, 3.0))) == pytest.approx(9200.0 + 600.0)
    # One long VX covers ten short VIX calls of its own expiry.
    assert largest_loss(join(vix(0.0, 1.0, "VX", 17.0), vix(1.0, -10.0))) == pytest.approx(17000.0 - 2000.0)
    with pytest.raises(MissingError):
        largest_loss(vix(1.0, 1.0, price=NAN))


def test_two_unlimited_losses_have_no_difference() -> None:
    """Infinity less infinity passes for 0."""
    assert np.isnan(roll(vix(1.0, -1.0, mark=3.0), vix(1.0, -1.0), SPOT).max_loss_change)
    assert roll(vix(1.0, 1.0, mark=3.0), vix(1.0, -1.0), SPOT).max_loss_change == np.inf
