"""Smiles taken from published figures: of SPX options from VIX and SKEW, of VIX options from one day of trades.

The fixed smile of method.md §10 puts VIX itself at the money. VIX is the price of a whole strip of options, most of
it puts, so an option at the money is cheaper than VIX, and a call much cheaper. Here the slope is the one whose strip
shows the day's SKEW, and the level the one whose strip shows the day's VIX. Nothing is fitted to any index of a
strategy.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from alvh_xl.model.black import black76_price
from alvh_xl.model.types import ArrayLike, FloatArray
from alvh_xl.model.volatility import vix_option_vol

YEAR = 365.0
SLOPE, CURVATURE = -0.09, 0.012  # of the fixed smile, method.md §10
SKEW_PROXY = 120.0  # where SKEW is missing: its median since 1990, rounded
# How far the parabola is followed, in deviations: puts are quoted beyond eight; on the chains of 2022-01-07, 2022-06-10
# and 2024-01-05 the vols of calls stop falling between one and one and a half.
PUT_REACH, CALL_REACH = 8.0, 1.5
# Vol of a VIX option over the default of method.md §10, at the money and a deviation higher: least squares on the 40
# options of 10 to 50 days within two deviations that traded on 2024-06-03. One calm day.
VIX_LEVEL, VIX_SLOPE = 0.87, 0.32
_VIX_REACH = 2.0
_STRIP, _NODES = (-25.0, 8.0), 3301  # a strip in deviations, far enough that nothing is missed, and its strikes
_TYPICAL_VOL, _STRIP_DAYS = 0.15, 30.0  # both ratios hardly depend on the vol
_SLOPES = np.linspace(0.0, -0.30, 16)


@dataclass(frozen=True, slots=True)
class Strip:
    """What a strip of 30-day options on one smile shows."""

    vix: float  # over the vol at the money
    skew: float  # SKEW, points


def strip(slope: float, curvature: float = CURVATURE, vol: float = _TYPICAL_VOL) -> Strip:
    """VIX and SKEW that options of one smile would show.

    Parameters
    ----------
    slope, curvature : of vol·(1 + slope·z + curvature·z²), z = ln(K/F)/(vol·√T).
    vol : at the money, decimal a year.

    Returns
    -------
    VIX as a multiple of the vol at the money, and SKEW = 100 − 10·skewness of the log return.

    Notes
    -----
    STANDARD: VIX² = 2/T·∑ΔK/K²·Q(K), the part of Cboe's formula that does not vanish between strikes; SKEW from the
    prices of the second and third power of the log return (Bakshi, Kapadia & Madan 2003; Cboe, The SKEW index, 2010).
    """
    years = _STRIP_DAYS / YEAR
    z = np.linspace(*_STRIP, _NODES)
    strike = np.exp(z * vol * np.sqrt(years))
    side = np.where(z < 0.0, -1.0, 1.0)
    quote = black76_price(side, 1.0, strike, years, vol * shape(z, slope, curvature), 0.0)
    weight, log = quote * np.gradient(strike) / strike**2, np.log(strike)
    first = -float(weight.sum())
    second = float((2.0 * (1.0 - log) * weight).sum())
    third = float((3.0 * (2.0 * log - log**2) * weight).sum())
    spread = second - first**2
    skewness = (third - 3.0 * first * second + 2.0 * first**3) / spread**1.5
    return Strip(float(np.sqrt(-2.0 * first / years)) / vol, 100.0 - 10.0 * skewness)


def shape(z: ArrayLike, slope: ArrayLike, curvature: ArrayLike = CURVATURE) -> FloatArray:
    """Vol over the vol at the money, z deviations away; flat beyond the reach of either side."""
    inside = np.clip(np.asarray(z, dtype=np.float64), -PUT_REACH, CALL_REACH)
    return np.asarray(1.0 + np.asarray(slope) * inside + np.asarray(curvature) * inside**2, dtype=np.float64)


@cache
def _strips() -> tuple[FloatArray, FloatArray]:
    """VIX over the vol at the money, and SKEW, of each slope; both rise as the slope falls."""
    found = [strip(float(slope)) for slope in _SLOPES]
    return np.array([one.vix for one in found]), np.array([one.skew for one in found])


@dataclass(frozen=True, slots=True)
class Smile:
    """One smile a session."""

    slope: FloatArray
    level: FloatArray  # vol at the money over VIX

    @classmethod
    def of_skew(cls, skew: ArrayLike) -> Smile:
        """Smile whose strip shows the day's VIX and SKEW; SKEW outside the table takes its nearest end.

        Parameters
        ----------
        skew : SKEW index, points; missing ones are 120 (PROXY).
        """
        points = np.asarray(skew, dtype=np.float64)
        points = np.where(np.isfinite(points), points, SKEW_PROXY)
        ratios, skews = _strips()
        return cls(np.interp(points, skews, _SLOPES), 1.0 / np.interp(points, skews, ratios))

    @classmethod
    def fixed(cls, sessions: int) -> Smile:
        """method.md §10's smile: VIX at the money, slope −0.09."""
        return cls(np.full(sessions, SLOPE), np.ones(sessions))

    def vol(self, rows: ArrayLike, spot: ArrayLike, strike: ArrayLike, days: ArrayLike, vix: ArrayLike) -> FloatArray:
        """Vol of a strike.

        Parameters
        ----------
        rows : sessions.
        spot, strike : points.
        days : calendar days.
        vix : VIX-like vol of that tenor, decimal.

        Returns
        -------
        Decimal a year, in the broadcast shape.
        """
        row = np.asarray(rows, dtype=np.intp)
        level = np.asarray(vix, dtype=np.float64) * self.level[row]
        span = np.sqrt(np.maximum(np.asarray(days, dtype=np.float64), 1e-6) / YEAR)
        z = np.log(np.asarray(strike) / np.asarray(spot)) / (level * span)
        return np.clip(level * shape(z, self.slope[row]), 1e-4, 6.0)


def vix_smile_vol(vvix: ArrayLike, future: ArrayLike, strike: ArrayLike, days: ArrayLike) -> FloatArray:
    """Vol of a VIX option: (VVIX/100)·(days/30)^−0.245·(0.87 + 0.32·z), z = ln(K/F) in deviations, within two.

    Parameters
    ----------
    vvix : points.
    future, strike : points, the future of the same expiry.
    days : calendar days, at least 1.

    Notes
    -----
    C33, ESTIMATED on one calm day, 2024-06-03.
    """
    base = np.asarray(vix_option_vol(vvix, days), dtype=np.float64)
    z = np.log(np.asarray(strike) / np.asarray(future)) / (base * np.sqrt(np.asarray(days) / YEAR))
    vol = base * (VIX_LEVEL + VIX_SLOPE * np.clip(z, -_VIX_REACH, _VIX_REACH))
    return np.asarray(np.clip(vol, 1e-4, 6.0), dtype=np.float64)
