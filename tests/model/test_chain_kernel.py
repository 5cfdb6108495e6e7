"""The short way for the strikes of one expiry: as exact as the other kernels, and left to them where it must be."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from alvh_xl.model import _chain, black
from tests.model.test_black_oracles import _exact

INF, NAN = float("inf"), float("nan")
SPOT = 6000.0


@pytest.mark.parametrize("phi", [1.0, -1.0])
@pytest.mark.parametrize("smile", [False, True])
def test_strips_agree_with_forty_digits(phi: float, smile: bool) -> None:
    """Lost digits in the wings or near the money of a strip, with one volatility or one for each strike."""
    rng = np.random.default_rng(11)
    worst = np.zeros((6, 2))
    for _ in range(40):
        years, vol, rate, carry = (float(rng.uniform(*b)) for b in ((0.002, 2), (0.06, 1.2), (-0.02, 0.1), (0, 0.04)))
        total = vol * years**0.5
        if total < 0.006:
            continue
        strikes = SPOT * np.exp(rng.uniform(-7.5, 7.5, 20) * total)
        vols = vol * rng.uniform(0.99, 1.01, 20) if smile else vol
        ours = black.bsm_six(phi, SPOT, strikes, years, vols, rate, carry)
        assert (ours[0] >= 0.0).all()
        with mpmath.workdps(40):
            for i, strike in enumerate(strikes):
                one = float(vols[i]) if isinstance(vols, np.ndarray) else vols
                exact, sizes = _exact((phi, SPOT, strike, years, one, rate, carry))
                d1 = (np.log(SPOT / strike) + (rate - carry + one * one / 2) * years) / (one * years**0.5)
                for row in range(6):
                    error = float(abs(mpmath.mpf(float(ours[row, i])) - exact[row]) / sizes[row])
                    place = 0 if abs(d1) <= 4 else 1
                    worst[row, place] = max(worst[row, place], error)
    assert worst[:, 0].max() <= 1e-12, worst
    assert worst[:, 1].max() <= 1e-11, worst


@pytest.mark.parametrize("phi", [1.0, -1.0])
def test_options_on_a_future_are_those_of_the_long_way(phi: float) -> None:
    """Rho and theta of an option on a future are written differently from those on an index."""
    strikes = np.linspace(11.0, 40.0, 20)
    few = black.black76_six(phi, 17.0, strikes, 30 / 365, 0.85, 0.04)
    many = black.black76_six(phi, np.full(200, 17.0), np.tile(strikes, 10), 30 / 365, 0.85, 0.04)[:, :20]
    np.testing.assert_allclose(few, many, rtol=1e-11, atol=1e-300)
    price = black.black76_price(phi, 17.0, strikes, 30 / 365, 0.85, 0.04)
    np.testing.assert_array_equal(price, few[0])


@pytest.mark.parametrize(
    "terms",
    [
        (0.5, SPOT, 0.1, 0.2, 0.03, 0.01), (1.0, NAN, 0.1, 0.2, 0.03, 0.01), (1.0, -SPOT, 0.1, 0.2, 0.03, 0.01),
        (1.0, SPOT, 0.0, 0.2, 0.03, 0.01), (1.0, SPOT, -1.0, 0.2, 0.03, 0.01), (1.0, SPOT, 0.1, 6.1, 0.03, 0.01),
        (1.0, SPOT, 0.1, NAN, 0.03, 0.01), (1.0, SPOT, 0.1, 0.2, INF, 0.01), (1.0, SPOT, 0.1, 0.2, 0.03, NAN),
        (1.0, SPOT, 1e-6, 0.2, 0.03, 0.01), (1.0, SPOT, 1.0, 0.2, -800.0, 0.0),
    ],
)  # fmt: skip
def test_what_is_special_is_left_to_the_long_way(terms: tuple[float, ...]) -> None:
    """An expired, impossible or extreme strip must not be valued by a formula that does not hold for it."""
    phi, spot, years, vol, rate, carry = terms
    strikes = np.array([5900.0, 6000.0, 6100.0])
    assert _chain.value_chain(False, 6, (phi, spot, strikes, years, vol, rate, carry)) is None


def test_a_missing_strike_or_volatility_leaves_the_strip_to_the_long_way() -> None:
    """One bad element would spoil its neighbours in the product that makes the Greeks."""
    strikes, vols = np.array([5900.0, 6000.0, 6100.0]), np.array([0.2, 0.19, 0.18])
    for bad in (NAN, -1.0, 0.0, INF):
        broken = strikes.copy()
        broken[1] = bad
        assert _chain.value_chain(False, 6, (1.0, SPOT, broken, 0.1, 0.2, 0.03, 0.01)) is None
        spoiled = vols.copy()
        spoiled[1] = bad
        assert _chain.value_chain(False, 6, (1.0, SPOT, strikes, 0.1, spoiled, 0.03, 0.01)) is None
    assert _chain.value_chain(False, 6, (1.0, SPOT, strikes, 0.1, vols[:2], 0.03, 0.01)) is None
    assert _chain.value_chain(False, 6, (1.0, SPOT, strikes.reshape(1, 3), 0.1, vols, 0.03, 0.01)) is None
    assert _chain.value_chain(False, 6, (1.0, strikes, strikes, 0.1, vols, 0.03, 0.01)) is None
    assert _chain.value_chain(False, 6, (1.0, SPOT, strikes, 0.1, vols, vols, 0.01)) is None
