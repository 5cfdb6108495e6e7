"""What may be said of a cluster effect."""

from __future__ import annotations

import pytest

from alvh_xl.model.events import ClusterEffect


def test_an_interval_that_covers_zero_shows_no_effect() -> None:
    """A small effect with a wide error must not be reported as one."""
    found = ClusterEffect(effect=1.0, error=1.0, t=1.0, persistence=-0.1, n=100)
    assert found.interval == pytest.approx((-0.959964, 2.959964))
    assert found.verdict == "no effect shown"


def test_an_interval_clear_of_zero_shows_an_effect_of_either_sign() -> None:
    """The fall after clusters is an effect too."""
    assert ClusterEffect(-1.2, 0.333, -3.6, -0.1, 640).verdict == "effect"
    assert ClusterEffect(1.2, 0.333, 3.6, -0.1, 640).verdict == "effect"
