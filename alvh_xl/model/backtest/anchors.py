"""Published figures that the replicas are held against, and how the two are compared (method.md §10)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alvh_xl.model.backtest.replicas import Replica
from alvh_xl.model.backtest.statistics import years_of
from alvh_xl.model.errors import MissingError
from alvh_xl.model.types import FloatArray

FIRST_YEAR = 2007
# Year-end levels 2007 to 2025: Cboe, by way of github.com/pgs00/TP-Final-VIX-Pablo-Salerno.
YEAR_ENDS: dict[str, tuple[float, ...]] = {
    "CNDR": (
        716.76, 688.17, 774.79, 737.18, 750.00, 727.15, 721.77, 683.99, 755.12, 739.75, 750.57, 710.94, 720.17, 676.18,
        683.65, 676.27, 693.91, 764.30, 767.10,
    ),
    "PUT": (
        1010.61, 740.10, 973.28, 1061.04, 1126.54, 1218.24, 1367.79, 1455.01, 1548.16, 1668.39, 1849.34, 1739.67,
        1974.62, 2016.70, 2456.08, 2267.98, 2592.76, 3055.40, 3336.14,
    ),
    "PPUT": (
        463.53, 370.32, 402.58, 449.72, 443.26, 487.58, 619.52, 688.64, 653.26, 707.68, 839.07, 808.42, 1012.83,
        1307.38, 1547.06, 1240.66, 1478.45, 1781.80, 2037.06,
    ),
}  # fmt: skip
# VXTH, 2006-03-22 to 2020-12-31: github.com/bsiranosian/vix_hedge, from Cboe's file. Five years to 2023-10-31: Cboe.
VXTH_GROWTH, VXTH_END = 0.122, 44196.0
VXTH_FIVE_YEARS, VXTH_FROM, VXTH_TO = 0.986, 43404.0, 45230.0
_FEWEST_YEARS = 10


@dataclass(frozen=True, slots=True)
class Comparison:
    """Calendar-year returns of a replica beside the published ones, decimals."""

    name: str
    years: FloatArray
    ours: FloatArray
    published: FloatArray

    @property
    def correlation(self) -> float:
        """Correlation of the two."""
        return float(np.corrcoef(self.ours, self.published)[0, 1])

    @property
    def bias(self) -> float:
        """Mean of ours less published, decimal a year."""
        return float(np.mean(self.ours - self.published))

    @property
    def error(self) -> float:
        """Root mean square of ours less published, decimal a year."""
        return float(np.sqrt(np.mean((self.ours - self.published) ** 2)))


def compare(replica: Replica) -> Comparison:
    """Calendar years a replica and its published index have in common.

    Raises
    ------
    MissingError : fewer than ten such years.
    """
    levels = YEAR_ENDS[replica.name]
    published = {FIRST_YEAR + i: level for i, level in enumerate(levels)}
    year = years_of(replica.dates)
    ends = np.flatnonzero(np.diff(year, append=year[-1]) > 0.0)  # the last year may not be over
    ours = {int(year[row]): float(replica.level[row]) for row in ends if np.isfinite(replica.level[row])}
    shared = [y for y in published if {y, y - 1} <= ours.keys() and y - 1 in published]
    if len(shared) < _FEWEST_YEARS:
        raise MissingError(f"{len(shared)} calendar years in common with {replica.name}; ten are needed")
    pairs = [(table[y] / table[y - 1] - 1.0) for table in (ours, published) for y in shared]
    return Comparison(
        replica.name, np.array(shared, dtype=np.float64), np.array(pairs[: len(shared)]), np.array(pairs[len(shared) :])
    )


def growth(dates: FloatArray, level: FloatArray, end: float) -> float:
    """Growth a year from the first level to the last session by `end`, decimal.

    Raises
    ------
    MissingError : the history ends more than a week before.
    """
    known = np.flatnonzero(np.isfinite(level) & (dates <= end))
    if not known.size or dates[known[-1]] < end - 7.0:
        raise MissingError("the history does not reach the end of the published span")
    start, stop = known[0], known[-1]
    return float((level[stop] / level[start]) ** (365.25 / (dates[stop] - dates[start])) - 1.0)


def gain(dates: FloatArray, level: FloatArray, start: float, end: float) -> float:
    """Gain between two days, decimal; NaN where the history does not hold both."""
    rows = np.searchsorted(dates, (start, end), side="right") - 1
    if rows[0] < 0 or dates[rows[1]] < end - 7.0:
        return float("nan")
    return float(level[rows[1]] / level[rows[0]] - 1.0)
