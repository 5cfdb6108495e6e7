"""Inflation surprises, macro pressure ahead of FOMC, the real exchange rate and the rate differential."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from alvh_xl.model.errors import DomainError, MissingError, ShapeError, ZeroDenominatorError
from alvh_xl.model.types import ArrayLike, FloatArray

FEWEST_SURPRISES = 12
REER_MONTHS, FEWEST_REER_MONTHS = 120, 24
# Availability instants of their day, New York: CPI and PPI 08:30, FOMC 14:00; a date without a time is the 09:00 run.
PRINT_TIME, MORNING_TIME, FOMC_TIME = 8.5 / 24.0, 9.0 / 24.0, 14.0 / 24.0


def surprise_z(actuals: ArrayLike, consensus: ArrayLike, window: int = 24) -> FloatArray:
    """Standardised surprise of each print.

    (actual - consensus) / sample standard deviation of up to `window` previous surprises.

    Parameters
    ----------
    actuals, consensus : 1-D array_like, same unit, oldest first
        Leading and trailing NaN are allowed, gaps inside are not.
    window : int, prints (at least 12)

    Returns
    -------
    ndarray
        z of the same length; NaN with fewer than 12 previous surprises, infinite where these do not vary (a zero
        denominator).

    Notes
    -----
    C04. STANDARD (Balduzzi, Elton & Green 2001). The print itself never enters its own scale: no look-ahead.
    """
    if window < FEWEST_SURPRISES:
        raise DomainError(f"window must be {FEWEST_SURPRISES} or more")
    actual = np.asarray(actuals, dtype=np.float64)
    expected = np.asarray(consensus, dtype=np.float64)
    if actual.ndim != 1 or actual.shape != expected.shape:
        raise ShapeError("actuals and consensus must be two lists of the same length")
    surprise = actual - expected
    known = np.flatnonzero(np.isfinite(surprise))
    z = np.full(surprise.shape, np.nan)
    if known.size and known[-1] - known[0] + 1 != known.size:
        raise ShapeError("actuals and consensus must not have gaps")
    for t in known[FEWEST_SURPRISES:]:
        past = surprise[max(int(known[0]), int(t) - window) : t]
        spread = float(np.std(past, ddof=1))
        # Surprises that are equal but for rounding noise do not vary.
        varies = spread > 1e-12 * float(np.max(np.abs(past)))
        z[t] = surprise[t] / spread if varies else math.inf
    return z


def proxy_inputs(index: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Stand-ins for a print and its forecast when no consensus is known.

    actual = (index / index 3 months before)^4 - 1; consensus = index / index 12 months before - 1.

    Parameters
    ----------
    index : 1-D array_like, index level by month, oldest first

    Returns
    -------
    actual, consensus : ndarray
        Decimals a year; NaN in the first 3 and 12 months.

    Notes
    -----
    C04, marked PROXY. POLICY.
    """
    level = np.asarray(index, dtype=np.float64)
    if level.ndim != 1 or not np.all(np.isfinite(level)):
        raise ShapeError("the index must be one complete column")
    if np.any(level <= 0.0):
        raise DomainError("the index must be positive")
    actual, expected = np.full(level.shape, np.nan), np.full(level.shape, np.nan)
    actual[3:] = (level[3:] / level[:-3]) ** 4 - 1.0
    expected[12:] = level[12:] / level[:-12] - 1.0
    return actual, expected


@dataclass(frozen=True, slots=True)
class MacroPressure:
    """Score (NaN when partial), 1 if active else 0, ramp 0 to 1, and why."""

    score: float
    active: float
    ramp: float
    reason: str


def macro_pressure(
    cpi_surprises: ArrayLike,
    ppi_surprises: ArrayLike,
    last_print: float,
    asof: float,
    last_fomc: float,
    next_fomc: float,
    threshold: float = 0.5,
    lookahead: float = 14.0,
) -> MacroPressure:
    """Whether CPI and PPI signal inflationary pressure ahead of an FOMC meeting.

    score = mean of the latest CPI z and the latest PPI z; active when it reaches the threshold, both are positive,
    both prints came after the last FOMC and the next decision lies ahead within the look-ahead;
    ramp = score - threshold kept within 0 and 1 when active, else 0.

    Parameters
    ----------
    cpi_surprises, ppi_surprises : float or 1-D array_like, z of `surprise_z`, oldest first
        The last element counts; NaN there is a missing print.
    last_print : float, serial
        The earlier of the two latest release dates.
    asof, last_fomc, next_fomc : float, serials
        A whole number is a date without time: prints 08:30, as-of 09:00, FOMC 14:00.
    threshold : float, z
    lookahead : float, calendar days (at least 0)

    Returns
    -------
    MacroPressure
        With one z missing the score is NaN, the rest 0 and the reason starts with "partial".

    Notes
    -----
    C04. DOCUMENT RULE (untested); "both prints", surprise measure and horizon POLICY. Dates that contradict one
    another, or that were not yet known at `asof`, raise `DomainError`.
    """
    cpi, ppi = _latest(cpi_surprises), _latest(ppi_surprises)
    if math.isnan(cpi) and math.isnan(ppi):
        raise MissingError("neither the CPI nor the PPI surprise is known")
    printed, now = _instant(last_print, PRINT_TIME), _instant(asof, MORNING_TIME)
    decided, coming = _instant(last_fomc, FOMC_TIME), _instant(next_fomc, FOMC_TIME)
    if printed > now or decided > now:
        raise DomainError("the last print or FOMC lies after the as-of instant")
    if coming <= decided:
        raise DomainError("the next FOMC must follow the last one")
    if not (math.isfinite(threshold) and 0.0 <= lookahead < math.inf):
        raise DomainError("threshold must be finite and lookahead 0 or more")
    if math.isnan(cpi) or math.isnan(ppi):
        return MacroPressure(math.nan, 0.0, 0.0, f"partial: no {'CPI' if math.isnan(cpi) else 'PPI'} surprise")
    score = (cpi + ppi) / 2.0
    days = math.floor(coming) - math.floor(now)
    against = {
        f"score {score:.2f} below the threshold of {threshold:g}": score < threshold,
        "one print negative": min(cpi, ppi) <= 0.0,
        "no print since FOMC": printed <= decided,
        "decision already out": now >= coming,
        f"FOMC in {days} days, beyond the look-ahead of {lookahead:g}": days > lookahead,
    }
    reasons = [text for text, holds in against.items() if holds]
    if reasons:
        return MacroPressure(score, 0.0, 0.0, f"inactive: {'; '.join(reasons)}")
    return MacroPressure(score, 1.0, min(score - threshold, 1.0), f"active: score {score:.2f}, FOMC in {days} days")


def _latest(surprises: ArrayLike) -> float:
    z = np.atleast_1d(np.asarray(surprises, dtype=np.float64))
    if z.ndim != 1 or z.size == 0:
        raise ShapeError("surprises must be one column")
    if math.isinf(z[-1]):
        raise ZeroDenominatorError("the previous surprises do not vary")
    return float(z[-1])


def _instant(serial: float, time: float) -> float:
    """The serial, with the time of day added to a date without one."""
    if math.isnan(serial):
        raise MissingError("a date is missing")
    if not 0.0 < serial < math.inf:
        raise DomainError("a date must be a positive serial number")
    return serial + time if serial == math.floor(serial) else serial


@dataclass(frozen=True, slots=True)
class ReerZ:
    """z of the latest 12-month log change, the number of changes behind it, and whether that makes it a proxy."""

    z: float
    months: int
    proxy: bool


def reer_z(reer: ArrayLike, lag: int = 1) -> ReerZ:
    """How unusual the real effective exchange rate's yearly move is.

    z-score of the 12-month log change against up to 120 months of such changes, itself included.

    Parameters
    ----------
    reer : 1-D array_like, index by month, oldest first
    lag : int, months (at least 0)
        Newest months left out because they are published late.

    Returns
    -------
    ReerZ
        Marked PROXY below 120 months.

    Notes
    -----
    C22. DOCUMENT RULE (untested), weight 0. Fewer than 24 changes raise `MissingError`.
    """
    level = np.asarray(reer, dtype=np.float64)
    if level.ndim != 1 or not np.all(np.isfinite(level)):
        raise ShapeError("reer must be one complete column")
    if np.any(level <= 0.0):
        raise DomainError("reer must be positive")
    if lag < 0:
        raise DomainError("lag must be 0 or more")
    logs = np.log(level[: level.size - lag] if lag < level.size else level[:0])
    changes = (logs[12:] - logs[:-12])[-REER_MONTHS:]
    if changes.size < FEWEST_REER_MONTHS:
        raise MissingError(f"{FEWEST_REER_MONTHS + 12 + lag} months are needed")
    return ReerZ(last_z(changes), changes.size, changes.size < REER_MONTHS)


def last_z(values: FloatArray) -> float:
    """z-score of the last value within its series.

    (last - mean) / sample standard deviation.

    Parameters
    ----------
    values : 1-D ndarray
        The window, ending at the value; at least 2 values.

    Returns
    -------
    float

    Notes
    -----
    The convention of every z-score here. A series that does not vary raises `ZeroDenominatorError`.
    """
    if values.size < 2:
        raise MissingError("at least 2 values are needed")
    spread = float(np.std(values, ddof=1))
    if spread <= 1e-12 * float(np.max(np.abs(values))):
        raise ZeroDenominatorError("the series does not vary")
    return float(values[-1] - np.mean(values)) / spread


def rate_differential(domestic: float, foreign: ArrayLike, weights: ArrayLike) -> float:
    """Domestic 3-month rate less the weighted foreign one.

    domestic - sum of weight x foreign / sum of weights.

    Parameters
    ----------
    domestic : float, rate in any unit
    foreign : 1-D array_like, rates in that unit
    weights : 1-D array_like (at least 0)
        EUR .40, JPY .25, GBP .15, CAD .10, CHF .10 is the method's choice; normalised here.

    Returns
    -------
    float
        In the unit of the rates.

    Notes
    -----
    C23. DOCUMENT RULE (untested), weights POLICY; evidence on "higher rates compress premia" is contrary or mixed.
    """
    rates = np.atleast_1d(np.asarray(foreign, dtype=np.float64))
    shares = np.atleast_1d(np.asarray(weights, dtype=np.float64))
    if rates.ndim != 1 or rates.shape != shares.shape or rates.size == 0:
        raise ShapeError("foreign and weights must be two lists of the same length")
    if not (math.isfinite(domestic) and np.all(np.isfinite(rates)) and np.all(np.isfinite(shares))):
        raise MissingError("a rate or a weight is missing")
    if np.any(shares < 0.0):
        raise DomainError("weights must be 0 or more")
    total = float(np.sum(shares))
    if total == 0.0:
        raise ZeroDenominatorError("the weights add up to 0")
    return domestic - float(shares @ rates) / total


def rate_tilt(z: ArrayLike, strength: ArrayLike = 0.0) -> FloatArray:
    """Factor by which an elevated rate differential shrinks the hedge.

    1 - strength x (z kept within 0 and 2) / 2.

    Parameters
    ----------
    z : array_like
        z-score of the differential over 60 months.
    strength : array_like, 0 to 1
        0 is off; the literal mode is 0.2.

    Returns
    -------
    ndarray
        Factor; NaN outside the domain.

    Notes
    -----
    C23. DOCUMENT RULE (untested), strength 0 by default.
    """
    score, k = np.asarray(z, dtype=np.float64), np.asarray(strength, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        factor = 1.0 - k * np.clip(score, 0.0, 2.0) / 2.0
        good = (k >= 0.0) & (k <= 1.0) & np.isfinite(score)
    return np.where(good, factor, np.nan)
