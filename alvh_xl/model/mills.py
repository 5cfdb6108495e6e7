"""The Mills ratio of the normal distribution, on which every option price here rests.

N(−x) = n(x)·M(x). Prices in the wings are differences of two tail probabilities; written with M they keep their
relative accuracy where N itself has underflowed or rounded to 1.
"""

from __future__ import annotations

import numpy as np

from alvh_xl.model.types import FloatArray

# M(x) = P9(x)/Q10(x) for x ≥ 0, both with leading coefficient 1 so that M ~ 1/x at infinity: interpolated in 70-digit
# arithmetic at Chebyshev nodes of (x − 3.5)/(x + 3.5) on [0, 40]; relative error 2.6e-16. Every coefficient is
# positive, so evaluation loses nothing to cancellation.
NUMERATOR = (
    26.269360315120423, 339.10676191113214, 2779.025363508968, 15802.366468596852, 64407.27773417578,
    188112.0234621068, 381040.79682886065, 490246.3406661102, 311462.61690653267,
)  # fmt: skip
DENOMINATOR = (
    26.269360315084576, 340.1067619181721, 2805.294723206606, 16139.473262776115, 67133.76324460059,
    203246.20496381118, 440152.17667266884, 650078.628016192, 589443.2464836364, 248511.21329697993,
)  # fmt: skip

ROOT_TWO_PI = 2.5066282746310005
LOG_ROOT_TWO_PI = 0.9189385332046727
SERIES_LIMIT = 0.05  # below it the first five terms of the series are exact to the last bit


def _monic(x: FloatArray, coefficients: tuple[float, ...], out: FloatArray) -> None:
    np.add(x, coefficients[0], out=out)
    for coefficient in coefficients[1:]:
        np.multiply(out, x, out=out)
        np.add(out, coefficient, out=out)


def mills_into(x: FloatArray, out: FloatArray, work: FloatArray) -> None:
    """Write N(−x)/n(x) for 0 ≤ x ≤ 1e30 into `out`; `work` is scratch space of the same shape."""
    _monic(x, NUMERATOR, out)
    _monic(x, DENOMINATOR, work)
    np.divide(out, work, out=out)


def mills(x: FloatArray) -> FloatArray:
    """Mills ratio N(−x)/n(x) of any real x: the reflection 1/n(x) − M(−x) is used where x < 0.

    Parameters
    ----------
    x : points in standard deviations; below −38 the ratio itself overflows to infinity.

    Returns
    -------
    The ratio, of the shape of `x`; NaN stays NaN.

    Notes
    -----
    Status STANDARD; serves C33. Reference: Abramowitz & Stegun, *Handbook of Mathematical Functions*, 26.2.
    """
    size = np.minimum(np.abs(x), 1e30)
    out = np.empty_like(size)
    mills_into(size, out, np.empty_like(size))
    negative = x < 0.0
    if negative.any():
        below = size[negative]
        out[negative] = ROOT_TWO_PI * np.exp(0.5 * below * below) - out[negative]
    return out


def mills_difference(h: FloatArray, t: FloatArray) -> FloatArray:
    """M(h − t) − M(h + t) without cancellation: the out-of-the-money option price in units of its own density.

    With h = |ln(F/K)|/s and t = s/2, s = σ√T, the undiscounted price is √(FK)·n(h)·e^(−t²/2) times this.

    Parameters
    ----------
    h : standardised distance to the strike, ≥ 0.
    t : half the total standard deviation, > 0, same shape.

    Returns
    -------
    The difference, > 0, same shape.

    Notes
    -----
    For small t the Taylor series in t replaces the difference: 2·Σ t^(2k+1)/(2k+1)!·A(2k+1), where A(n) is the n-th
    derivative of M with its sign removed and A(n+1) = n·A(n−1) − h·A(n). Status STANDARD; serves C33.
    """
    small = t < SERIES_LIMIT
    if small.all():
        return _series(h, t)
    difference = mills(h - t) - mills(h + t)
    if small.any():
        difference[small] = _series(h[small], t[small])
    return difference


def _series(h: FloatArray, t: FloatArray) -> FloatArray:
    square = t * t
    before = mills(h)
    now = 1.0 - h * before
    power = 2.0 * t
    total = power * now
    for n in range(1, 9):
        before, now = now, n * before - h * now
        if n % 2 == 0:
            power = power * square / (n * (n + 1))
            total += power * now
    return total
