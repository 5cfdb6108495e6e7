"""Expected move, term structure, smile: golden vectors, published coverage, edges."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest

from alvh_xl.model import volatility
from alvh_xl.model.errors import DomainError, MissingError, ShapeError
from alvh_xl.model.types import FloatArray


def test_expected_moves_reproduce_the_golden_vectors() -> None:
    """A move divided by the square root of time instead of multiplied, or another day count."""
    moves = volatility.expected_move(6000.0, 0.15, np.array([7.0, 14.0, 21.0]))
    assert moves.tolist() == [pytest.approx(x, abs=5e-5) for x in (124.6365, 176.2626, 215.8767)]


def test_the_expected_move_of_no_time_is_zero_and_of_a_year_of_sessions_is_vol_times_spot() -> None:
    """A domain that excludes the day of expiry, or a basis that is ignored."""
    assert float(volatility.expected_move(6000.0, 0.15, 0.0)) == 0.0
    assert float(volatility.expected_move(6000.0, 0.15, 252.0, 252.0)) == pytest.approx(900.0)


@pytest.mark.parametrize("terms", [
    (0.0, 0.15, 14.0, 365.0), (6000.0, 0.0, 14.0, 365.0), (6000.0, 15.0, 14.0, 365.0), (6000.0, 0.15, -1.0, 365.0),
    (6000.0, 0.15, 14.0, 0.0), (math.inf, 0.15, 14.0, 365.0), (6000.0, math.nan, 14.0, 365.0),
])  # fmt: skip
def test_the_expected_move_outside_its_domain_is_nan(terms: tuple[float, float, float, float]) -> None:
    """Points taken for a decimal vol, or a negative time."""
    assert math.isnan(volatility.expected_move(*terms))
    both = volatility.expected_range(terms[0], terms[1], terms[2], basis=terms[3])
    assert math.isnan(both.low)
    assert math.isnan(both.high)


def test_expected_ranges_reproduce_the_golden_vectors() -> None:
    """A lognormal range around spot instead of around the median."""
    lognormal = volatility.expected_range(6000.0, 0.15, 14.0, method="lognormal")
    assert [float(lognormal.low), float(lognormal.high)] == [
        pytest.approx(5823.7878, abs=5e-5),
        pytest.approx(6176.2115, abs=5e-5),
    ]
    normal = volatility.expected_range(6000.0, 0.15, np.array([7.0, 14.0]), 2.0)
    np.testing.assert_allclose(normal.high - 6000.0, [2 * 124.6365, 2 * 176.2626], atol=2e-4)
    np.testing.assert_allclose(6000.0 - normal.low, normal.high - 6000.0, rtol=1e-12)


def test_an_unknown_range_method_is_an_error_and_negative_deviations_are_nan() -> None:
    """A misspelt option silently taken for the default."""
    with pytest.raises(ShapeError):
        volatility.expected_range(6000.0, 0.15, 14.0, method="gaussian")
    assert math.isnan(volatility.expected_range(6000.0, 0.15, 14.0, -1.0).low)


def test_the_ends_of_the_domain_belong_to_it() -> None:
    """A domain check that excludes its own end."""
    assert float(volatility.expected_range(6000.0, 0.15, 14.0, 0.0).high) == 6000.0
    assert float(volatility.expected_move(100.0, 6.0, 365.0)) == 600.0
    assert float(volatility.forward_variance(0.5, 1.0, 0.25, 4.0)) == 0.0
    assert volatility.move_coverage([100.0, 101.0, 102.0], [0.2] * 3, 1.4).n == 2


def test_straddle_moves_reproduce_the_golden_vectors() -> None:
    """A factor applied to one leg only."""
    call = put = 140.632125 / 2
    assert float(volatility.straddle_move(call, put)) == pytest.approx(119.5373, abs=5e-5)
    sigma = volatility.straddle_move(call, put, volatility.ONE_SIGMA_FACTOR)
    assert float(sigma) == pytest.approx(176.2562, abs=5e-5)
    assert np.isnan(volatility.straddle_move([-1.0, 1.0, 1.0], [1.0, -1.0, 1.0], [0.85, 0.85, 0.0])).all()


def test_move_coverage_counts_windows_by_hand() -> None:
    """Path and end confused, or windows that run past the last close."""
    closes = np.array([100.0, 104.0, 101.0, 100.0, 90.0])
    vols = np.full(5, 0.5)
    # 2.8 days are two sessions; the expected move is 100·0.5·√(2.8/365) = 4.379 (4.55 from 104).
    found = volatility.move_coverage(closes, vols, 2.8)
    # Windows 100→104→101, 104→101→100, 101→100→90.
    assert found.n == 3
    assert found.inside == pytest.approx(2 / 3)
    assert found.strayed == pytest.approx(1 / 3)
    sigma = 0.5 * math.sqrt(2.8 / 365)
    assert found.mean_ratio == pytest.approx((0.01 + 4 / 104 + 11 / 101) / 3 / sigma)


def test_move_coverage_sees_a_stray_that_came_back() -> None:
    """Only the last close looked at."""
    found = volatility.move_coverage([100.0, 110.0, 100.0], [0.5, 0.5, 0.5], 2.8)
    assert (found.inside, found.strayed, found.n) == (1.0, 1.0, 1)


def _column(path: Path, name: str, first: str, last: str) -> dict[str, float]:
    with path.open(newline="") as file:
        return {r["date"]: float(r[name]) for r in csv.DictReader(file) if first <= r["date"] <= last}


@pytest.fixture(scope="module")
def history(shared_data: Path) -> tuple[FloatArray, FloatArray]:
    """SPX closes and VIX as a decimal, 1990-01-02 to 2021-03-19, the span of the published coverage."""
    spx = _column(shared_data / "index" / "spx_daily_ohlcv.csv", "close", "1990-01-02", "2021-03-19")
    vix = _column(shared_data / "index" / "vix_daily_ohlc.csv", "close", "1990-01-02", "2021-03-19")
    days = sorted(spx.keys() & vix.keys())
    return np.array([spx[d] for d in days]), np.array([vix[d] for d in days]) / 100


@pytest.mark.parametrize(("days", "inside", "strayed"), [(7, 0.824, 0.239), (14, 0.840, 0.246), (21, 0.848, 0.247)])
def test_coverage_of_the_history_is_the_published_one(
    history: tuple[FloatArray, FloatArray], days: int, inside: float, strayed: float
) -> None:
    """Gate G5 of the method: a horizon, a move or a comparison that is off by one."""
    found = volatility.move_coverage(*history, days)
    assert found.inside == pytest.approx(inside, abs=0.005)
    assert found.strayed == pytest.approx(strayed, abs=0.005)
    assert found.n == pytest.approx(7850, abs=30)


def test_move_coverage_names_what_is_wrong() -> None:
    """Gaps bridged, or a horizon of no sessions."""
    closes, vols = [100.0, 101.0, 102.0], [0.2, 0.2, 0.2]
    for bad in ([100.0, 101.0], [100.0, math.nan, 102.0]):
        with pytest.raises(ShapeError):
            volatility.move_coverage(bad, vols, 1.4)
    with pytest.raises(ShapeError):
        volatility.move_coverage(closes, [0.2, math.nan, 0.2], 1.4)
    for days in (0.0, -1.0, math.nan, 0.5):
        with pytest.raises(DomainError):
            volatility.move_coverage(closes, vols, days)
    with pytest.raises(DomainError):
        volatility.move_coverage(closes, [20.0, 20.0, 20.0], 1.4)
    with pytest.raises(MissingError):
        volatility.move_coverage(closes, vols, 7.0)


def test_term_vol_is_linear_in_total_variance_between_tenors_and_flat_outside() -> None:
    """Interpolation in vol instead of in variance, or extrapolation."""
    found = volatility.term_vol(np.array([0.0, 5.0, 9.0, 14.0, 30.0, 93.0, 400.0]), [9, 30, 93], [0.12, 0.15, 0.18])
    total = 0.12**2 * 9 + (0.15**2 * 30 - 0.12**2 * 9) * (14 - 9) / (30 - 9)
    expected = [0.12, 0.12, 0.12, math.sqrt(total / 14), 0.15, 0.18, 0.18]
    np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_term_vol_leaves_a_missing_tenor_out_and_refuses_negative_time() -> None:
    """A missing index read as zero vol."""
    assert float(volatility.term_vol(14.0, [9, 30], [math.nan, 0.15])) == 0.15
    assert math.isnan(volatility.term_vol(-1.0, [9, 30], [0.12, 0.15]))


@pytest.mark.parametrize(("tenors", "vols", "error"), [
    ([9, 30], [0.15], ShapeError), ([9, 30], [math.nan, math.nan], MissingError), ([30, 9], [0.15, 0.12], DomainError),
    ([0, 30], [0.15, 0.12], DomainError), ([9, 9], [0.15, 0.12], DomainError), ([9, 30], [15.0, 12.0], DomainError),
    ([9, 30], [0.15, 0.0], DomainError),
])  # fmt: skip
def test_term_vol_names_what_is_wrong(tenors: list[float], vols: list[float], error: type[Exception]) -> None:
    """Unsorted tenors or vols in points interpolated all the same."""
    with pytest.raises(error):
        volatility.term_vol(14.0, tenors, vols)


def test_smile_vols_reproduce_the_worked_example() -> None:
    """A distance measured in another unit than standard deviations, or the slope's sign."""
    expected = {
        7: ([5820, 5870, 6120, 6170], [0.173665, 0.166237, 0.138766, 0.135099]),
        14: ([5770, 5820, 6175, 6225], [0.171149, 0.165932, 0.138512, 0.135909]),
        21: ([5730, 5780, 6215, 6265], [0.170224, 0.165957, 0.138514, 0.136381]),
    }
    for days, (strikes, vols) in expected.items():
        found = volatility.smile_vol(6000.0, strikes, days, 0.15, -0.09, 0.012)
        np.testing.assert_allclose(found, vols, atol=5e-7)


def test_a_smile_that_falls_to_zero_or_lacks_time_is_nan() -> None:
    """A clamped vol where the parabola is negative."""
    assert math.isnan(volatility.smile_vol(6000.0, 6600.0, 7.0, 0.15, -0.5))
    assert math.isnan(volatility.smile_vol(6000.0, 6100.0, 0.0, 0.15, -0.09))
    assert float(volatility.smile_vol(6000.0, 6100.0, 0.0, 0.15)) == 0.15
    assert np.isnan(volatility.smile_vol([6000.0, -1.0, 6000.0], [-1.0, 6000.0, 6000.0], 7.0, [0.15, 0.15, 6.5])).all()


def test_the_vix_option_vol_is_vvix_at_thirty_days_and_falls_with_tenor() -> None:
    """An exponent with the wrong sign, or VVIX not turned into a decimal."""
    assert float(volatility.vix_option_vol(95.0, 30.0)) == pytest.approx(0.95)
    assert float(volatility.vix_option_vol(100.0, 120.0)) == pytest.approx(4.0**-0.245)
    assert np.isnan(volatility.vix_option_vol([0.95, 95.0, math.nan], [30.0, 0.0, 30.0])).all()


def test_forward_variance_chains_back_to_the_far_variance() -> None:
    """Vols averaged instead of variances, or a negative variance shown."""
    found = float(volatility.forward_variance(0.2, 10.0, 0.25, 40.0))
    assert 0.2**2 * 10 + found * 30 == pytest.approx(0.25**2 * 40)
    assert math.isnan(volatility.forward_variance(0.5, 30.0, 0.2, 40.0))
    assert np.isnan(volatility.forward_variance(0.2, [40.0, 40.0, -1.0], 0.2, [10.0, 40.0, 40.0])).all()
    assert float(volatility.forward_variance(0.3, 0.0, 0.2, 30.0)) == pytest.approx(0.04)
