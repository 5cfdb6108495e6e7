"""Tilt by the volatility premium."""

from __future__ import annotations

import numpy as np
import pytest

from alvh_xl.model.tilts import premium_tilt

NAN = float("nan")


@pytest.mark.parametrize(
    ("z", "strength", "expected"),
    [(1.0, 0.2, 0.9), (-1.0, 0.2, 1.1), (5.0, 0.2, 0.8), (-5.0, 0.2, 1.2), (2.0, 1.0, 0.0), (0.0, 0.5, 1.0)],
)
def test_a_dear_hedge_is_sized_smaller(z: float, strength: float, expected: float) -> None:
    """C09: 1 − κ·clip(z, −2, 2)/2; the sign decides whether dear means smaller."""
    assert premium_tilt(z, strength) == pytest.approx(expected)


def test_a_tilt_that_is_off_is_one_and_one_that_is_on_needs_its_z() -> None:
    """A missing z must not be taken for an ordinary premium, unless nothing depends on it."""
    np.testing.assert_array_equal(premium_tilt([NAN, NAN], [0.0, 0.2]), [1.0, NAN])
    assert premium_tilt(2.0) == 1.0


def test_a_strength_outside_zero_to_one_has_no_meaning() -> None:
    """A negative strength would buy dear hedges."""
    np.testing.assert_array_equal(premium_tilt(1.0, [-0.1, 1.1, NAN]), [NAN, NAN, NAN])
