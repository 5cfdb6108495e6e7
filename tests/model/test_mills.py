"""The Mills ratio and its difference against forty digits."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest

from alvh_xl.model.mills import mills, mills_difference


def _mills(x: Any) -> Any:
    point = mpmath.mpf(x)
    return mpmath.sqrt(mpmath.pi / 2) * mpmath.erfc(point / mpmath.sqrt(2)) * mpmath.exp(point * point / 2)


def test_mills_ratio_has_full_accuracy_from_the_left_tail_to_the_right() -> None:
    """A mistyped coefficient, or the reflection of negative arguments."""
    points = np.concatenate([np.linspace(-12.0, 40.0, 1041), [0.0, 1e-300, -1e-300]])
    with mpmath.workdps(60):
        exact = np.array([float(_mills(x)) for x in points])
    np.testing.assert_allclose(mills(points), exact, rtol=4e-14)
    positive = points >= 0.0
    np.testing.assert_allclose(mills(points)[positive], exact[positive], rtol=2e-15)


@pytest.mark.parametrize("t", [1e-9, 1e-4, 0.0049, 0.049, 0.0499999, 0.05, 0.3, 2.0])
def test_the_difference_loses_no_digits_for_narrow_distributions(t: float) -> None:
    """Cancellation that would cost implied vol its digits close to expiry, or a missing term of the series."""
    h = np.linspace(0.0, 12.0, 97)
    with mpmath.workdps(60):
        exact = np.array([float(_mills(x - mpmath.mpf(t)) - _mills(x + mpmath.mpf(t))) for x in map(mpmath.mpf, h)])
    # What is left is the conditioning of 1 − h·M(h), about h² units in the last place.
    error = np.abs(mills_difference(h, np.full_like(h, t)) / exact - 1.0)
    np.testing.assert_array_less(error, 4e-15 * (1.0 + h * h) + 6e-14 * (t > 0.04))


def test_a_nan_stays_a_nan() -> None:
    """A missing input turned into a number."""
    assert np.isnan(mills(np.array([np.nan]))).all()
