"""What the replicas of published indices read beside the back-test's history, every stand-in counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alvh_xl.model.backtest.inputs import BacktestData, column_of
from alvh_xl.model.backtest.smile import SKEW_PROXY
from alvh_xl.model.types import ArrayLike, FloatArray

DIVIDEND_PROXY = 0.02  # a year; the mean of the S&P 500 since 2007
_FIXED = (SKEW_PROXY, 0.0, DIVIDEND_PROXY)  # of SKEW, bills and dividends
STAND_INS = {
    "SPX opens": "the close before",
    "SKEW": f"{SKEW_PROXY:.0f}",
    "Treasury bills": "0 %",
    "dividends": f"{100.0 * DIVIDEND_PROXY:.0f} % a year",
}


@dataclass(frozen=True, slots=True)
class IndexHistory:
    """Daily history of the index replicas, as long as `data`; use `of`.

    Opens are today's; of SKEW, bills and dividends the last known value holds until the next.
    """

    data: BacktestData
    open: FloatArray  # SPX, points; the close before where missing
    skew: FloatArray  # points; 120 where missing
    bill: FloatArray  # one-month Treasury bill, decimal a year; 0 where missing
    dividend: FloatArray  # dividend yield, decimal a year; 0.02 where missing
    settlement: FloatArray  # final settlement of the VX contract that expires today, points; NaN on other days
    stood_in: FloatArray  # (series, sessions) in the order of STAND_INS, 1 where a stand-in is used

    @classmethod
    def of(
        cls, data: BacktestData, open: ArrayLike | None = None, skew: ArrayLike | None = None,
        bill: ArrayLike | None = None, dividend: ArrayLike | None = None, settlement: ArrayLike | None = None,
    ) -> IndexHistory:  # fmt: skip
        """History with its stand-ins filled in; a series left out is missing on every session."""
        size = data.dates.size
        first, skews, bills, yields, final = (
            column_of(values, size) for values in (open, skew, bill, dividend, settlement)
        )
        before = np.concatenate([data.close[:1], data.close[:-1]])
        held = [_last_known(column) for column in (skews, bills, yields)]
        stood_in = np.stack([~np.isfinite(column) for column in (first, *held)]).astype(np.float64)
        own = [np.where(np.isfinite(column), column, stand_in) for column, stand_in in zip(held, _FIXED, strict=True)]
        return cls(data, np.where(np.isfinite(first), first, before), own[0], own[1], own[2], final, stood_in)

    def between(self, start: float, end: float) -> IndexHistory:
        """Sessions from `start` to `end`, both included."""
        kept = (self.data.dates >= start) & (self.data.dates <= end)
        return IndexHistory(
            self.data.between(start, end), self.open[kept], self.skew[kept], self.bill[kept], self.dividend[kept],
            self.settlement[kept], self.stood_in[:, kept],
        )  # fmt: skip

    def total_return(self) -> FloatArray:
        """S&P 500 with dividends, 1 on the first session: dividends accrue by the calendar day (PROXY)."""
        gaps = np.diff(self.data.dates, prepend=self.data.dates[0])
        moves = np.concatenate([[0.0], self.data.close[1:] / self.data.close[:-1] - 1.0])
        return np.asarray(np.cumprod(1.0 + moves + self.dividend * gaps / 365.0), dtype=np.float64)

    def stand_ins(self) -> Sequence[str]:
        """The stand-ins in words, those used only."""
        counts, size = self.stood_in.sum(axis=1).astype(int), self.data.dates.size
        pairs = zip(STAND_INS.items(), counts, strict=True)
        return [f"PROXY {name}: {words} on {n} of {size} sessions" for (name, words), n in pairs if n]


def _last_known(column: FloatArray) -> FloatArray:
    """Each gap filled with the last value before it; NaN before the first."""
    at = np.maximum.accumulate(np.where(np.isfinite(column), np.arange(column.size), -1))
    return np.asarray(np.where(at >= 0, column[np.maximum(at, 0)], np.nan), dtype=np.float64)
