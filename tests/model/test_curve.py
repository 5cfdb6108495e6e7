"""The VIX curve against the golden row of 3 October 2018, hand-made curves and the history of settlements."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from alvh_xl.model import curve
from alvh_xl.model.errors import DomainError, MissingError, ShapeError, ZeroDenominatorError

DAYS, SETTLES = [14.0, 49.0], [13.775, 14.725]  # 3 October 2018
A = np.array


# ── golden row of 3 October 2018 ──


def test_contango_of_the_golden_row() -> None:
    """Contango would be a difference, or the ratio turned over."""
    assert round(float(curve.contango(A(13.775), A(14.725))), 6) == 0.068966


def test_slope_of_the_golden_row() -> None:
    """The slope would be per day or over the wrong gap."""
    assert round(float(curve.slope(A(13.775), A(14.725), A(14.0), A(49.0))), 6) == 0.814286


def test_daily_roll_of_the_golden_row() -> None:
    """The roll would have the wrong sign or be per calendar day."""
    assert round(float(curve.daily_roll(A(13.775), A(11.61), A(10.0))), 4) == 0.2165


def test_thirty_day_future_of_the_golden_row() -> None:
    """The two weights would be swapped."""
    assert round(curve.constant_maturity(DAYS, SETTLES), 6) == 14.209286


def test_roll_down_of_the_golden_row_is_a_loss_in_contango() -> None:
    """A long future would seem to gain while it slides down the curve."""
    assert round(float(curve.roll_down(DAYS, SETTLES, A(49.0), A(10.0))), 6) == -0.271429


def test_before_the_first_contract_the_curve_is_a_line_to_spot_vix() -> None:
    """The front future would have no roll-down, or one that does not end at spot VIX when it settles.

    14 days at 13.775, spot 11.61: 10 days of 14 are 10/14 of 2.165; held to or past settlement it loses all of it.
    """
    assert np.isnan(curve.roll_down(DAYS, SETTLES, A(14.0), A(10.0)))
    fallen = curve.roll_down(DAYS, SETTLES, A([14.0, 14.0, 14.0, 49.0]), A([10.0, 14.0, 20.0, 10.0]), 11.61)
    np.testing.assert_allclose(fallen, [-2.165 * 10 / 14, -2.165, -2.165, -9.5 / 35], rtol=1e-12)
    assert np.isnan(curve.roll_down(DAYS, SETTLES, A([500.0, 14.0]), A([10.0, -1.0]), 11.61)).all()


def test_spot_vix_is_checked_and_yields_to_a_node_of_its_own() -> None:
    """A decimal VIX bends the curve to zero, or two nodes stand at 0 days."""
    tenors, settles = curve.from_spot([0.0, 30.0], [12.0, 14.0], 11.0)
    assert (tenors.tolist(), settles.tolist()) == ([0.0, 30.0], [12.0, 14.0])
    with pytest.raises(DomainError):
        curve.from_spot([14.0], [13.775], 0.1161)
    with pytest.raises(MissingError):
        curve.from_spot([14.0], [13.775], float("nan"))


def test_tail_hedge_weights_of_the_golden_row() -> None:
    """An open and a closed end of a bracket would be swapped."""
    weights = curve.vxth_weight(A([15, 15.01, 30, 30.01, 50, 50.01]))
    assert weights.tolist() == [0, 0.01, 0.01, 0.005, 0.005, 0]


# ── domains ──


def test_quotes_below_one_are_no_points() -> None:
    """A volatility typed as a decimal would give a plausible contango."""
    assert np.isnan(curve.contango(A([0.15, 15.0, 0.0]), A([15.0, 0.16, 15.0]))).all()
    assert np.isnan(curve.daily_roll(A([0.5, 15.0]), A([15.0, 0.5]), A([5.0, 5.0]))).all()
    assert np.isnan(curve.vxth_weight(A([0.99, np.nan, -3.0]))).all()
    assert not np.isnan(curve.contango(A(1.0), A(1.0)))


@pytest.mark.parametrize(("near", "far"), [(49.0, 14.0), (14.0, 14.0), (-1.0, 14.0)])
def test_a_slope_needs_increasing_days(near: float, far: float) -> None:
    """Two futures in the wrong order would turn contango into backwardation."""
    assert np.isnan(curve.slope(A(15.0), A(16.0), A(near), A(far)))


def test_a_daily_roll_needs_a_day_left() -> None:
    """On the settlement day the roll would be infinite."""
    assert np.isnan(curve.daily_roll(A([15.0, 15.0]), A([14.0, 14.0]), A([0.0, -1.0]))).all()


@pytest.mark.parametrize(("target", "future"), [(14.0, 13.775), (49.0, 14.725)])
def test_a_tenor_on_a_node_is_that_future(target: float, future: float) -> None:
    """A node at the end of the curve would count as extrapolation."""
    assert curve.constant_maturity(DAYS, SETTLES, target) == future


def test_a_single_future_serves_its_own_tenor() -> None:
    """A curve of one node would be refused although nothing is extrapolated."""
    assert curve.constant_maturity([30.0], [16.0]) == 16.0


@pytest.mark.parametrize("target", [13.99, 49.01, -1.0, np.nan])
def test_extrapolation_is_refused(target: float) -> None:
    """The nearest future would silently stand in for a tenor that does not exist."""
    with pytest.raises(DomainError):
        curve.constant_maturity(DAYS, SETTLES, target)


@pytest.mark.parametrize(
    ("days", "settles", "error"),
    [
        ([49.0, 14.0], SETTLES, DomainError),
        ([14.0, 14.0], SETTLES, DomainError),
        ([-1.0, 49.0], SETTLES, DomainError),
        (DAYS, [0.13775, 14.725], DomainError),
        (DAYS, [np.nan, 14.725], MissingError),
        ([np.nan, 49.0], SETTLES, MissingError),
        (DAYS, [13.775], ShapeError),
        ([], [], ShapeError),
        ([DAYS], [SETTLES], ShapeError),
    ],
)
def test_a_broken_curve_is_refused(days: list[float], settles: list[float], error: type[Exception]) -> None:
    """Unsorted, repeated, missing or mis-scaled nodes would interpolate to a plausible number."""
    with pytest.raises(error):
        curve.constant_maturity(days, settles, 14.0)


def test_roll_down_off_the_curve_is_no_number_and_spares_its_neighbours() -> None:
    """One position too long or too close to settlement would spoil the column or be extrapolated."""
    found = curve.roll_down(DAYS, SETTLES, A([20.0, 49.0, 60.0, 49.0, 14.0]), A([10.0, 35.0, 5.0, -1.0, 0.0]))
    assert np.isnan(found[[0, 2, 3]]).all()
    assert found[1] == pytest.approx(13.775 - 14.725, abs=1e-12)
    assert found[4] == 0.0


def test_spot_may_stand_on_the_curve_at_zero_days() -> None:
    """A front future could not roll down to spot."""
    found = curve.roll_down([0.0, *DAYS], [11.61, *SETTLES], A(14.0), A(7.0))
    assert float(found) == pytest.approx((11.61 - 13.775) / 2, abs=1e-12)


# ── state ──


@pytest.mark.parametrize(
    ("vix9d", "vix", "vix3m", "state"),
    [
        (10.81, 11.61, 14.68, "contango"),  # 3 October 2018
        (30.0, 25.0, 22.0, "backwardation"),
        (13.50, 13.68, 13.60, "mixed"),
        (14.0, 13.0, 15.0, "mixed"),
        (20.0, 20.0, 20.0, "flat"),
        (19.9, 20.0, 20.1, "flat"),  # ordered, but flat comes first
        (15.15, 15.0, 15.0, "flat"),  # exactly 1 %
        (15.0, 15.0, 15.151515151515152, "flat"),
        (15.16, 15.0, 14.9, "backwardation"),  # one ratio outside the band is enough
        (14.9, 15.0, 15.3, "contango"),
        (15.0, 15.0, 16.0, "mixed"),  # equality is no order
    ],
)
def test_curve_states(vix9d: float, vix: float, vix3m: float, state: str) -> None:
    """A nearly flat curve would be called contango, or a hump backwardation."""
    assert curve.curve_state(vix9d, vix, vix3m) == state


def test_a_curve_state_needs_three_quotes_in_points() -> None:
    """A missing or decimal index would fall through to mixed."""
    with pytest.raises(MissingError):
        curve.curve_state(np.nan, 12.0, 14.0)
    with pytest.raises(DomainError):
        curve.curve_state(0.12, 12.0, 14.0)


# ── overlay ──


def test_overlay_carry_adds_theta_and_the_rolled_delta() -> None:
    """The golden 17-strike call (theta −.0270713531, delta .546688314) losing .271429 points in ten days."""
    cost = curve.overlay_cost(-0.0270713531, 0.546688314, -0.271429, 10.0)
    assert cost.theta == -0.0270713531
    assert cost.roll_down == pytest.approx(-0.0148387, abs=1e-7)
    assert cost.carry == pytest.approx(-0.0419100, abs=1e-7)
    assert cost.carry_year == pytest.approx(-15.29717, abs=1e-4)


def test_an_overlay_needs_a_positive_horizon() -> None:
    """A horizon of 0 would give infinite carry; a negative one would turn a cost into a gain."""
    with pytest.raises(ZeroDenominatorError):
        curve.overlay_cost(-0.03, 0.5, -0.2, 0.0)
    with pytest.raises(DomainError):
        curve.overlay_cost(-0.03, 0.5, -0.2, -5.0)


# ── history, gate G3 ──


def test_contango_history_of_2007_to_2021(shared_data: Path) -> None:
    """Gate G3: 81.5 % ± 1 point of days in contango, mean difference .82 ± .05, mean 5.6 %, median 6.5 %."""
    settles = pd.read_csv(shared_data / "vx_futures" / "vx_constant_maturity_derived.csv")
    settles = settles[settles["trade_date"].between("2007-04-02", "2021-12-23")]
    # Two of its rows are days on which the stock exchange was closed.
    settles = settles[~settles["trade_date"].isin(["2015-04-03", "2018-12-05"])]
    front, second = settles["m1"].to_numpy(), settles["m2"].to_numpy()
    share = curve.contango(front, second)
    assert len(share) == 3711
    assert np.mean(share > 0) == pytest.approx(0.815, abs=0.01)
    assert np.mean(curve.slope(front, second, A(0.0), A(30.0))) == pytest.approx(0.82, abs=0.05)
    assert round(float(np.mean(share)), 3) == 0.056
    assert round(float(np.median(share)), 3) == 0.065
