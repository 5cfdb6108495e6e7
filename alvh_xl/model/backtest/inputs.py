"""What a back-test reads: daily history with its gaps filled by named proxies, each use counted."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from alvh_xl.model.backtest.chains import ChainQuotes
from alvh_xl.model.backtest.smile import SKEW_PROXY
from alvh_xl.model.errors import DomainError, ShapeError
from alvh_xl.model.types import ArrayLike, FloatArray

VIX_MEAN, VIX_MEMORY, VVIX_PROXY = 19.5, 0.9793, 90.0  # C18's AR(1), a session; issue 7's level of VVIX
_SESSIONS_A_DAY = 252.0 / 365.0


def vx_proxy(vix: ArrayLike, days: ArrayLike) -> FloatArray:
    """Future where no curve is stored: F(τ) = 19.5 + (VIX − 19.5)·0.9793^sessions, sessions = days·252/365. PROXY."""
    spot, tenor = np.asarray(vix, dtype=np.float64), np.asarray(days, dtype=np.float64)
    return np.asarray(VIX_MEAN + (spot - VIX_MEAN) * VIX_MEMORY ** (np.maximum(tenor, 0.0) * _SESSIONS_A_DAY))


@dataclass(frozen=True, slots=True)
class BacktestData:
    """Daily history, sessions increasing; NaN where a series has no value.

    Use `of`, which checks lengths and domains. `curve_days` and `curve_settles` hold the VX curve, a row a session,
    NaN-padded to the right, days increasing; `final` is the final settlement value of the VX contract that settles that
    morning, `macro` the macro pressure known at that session's close, 0 to 1, `bills` the yield of 3-month bills known
    then, decimal a year, which is only reported: cash earns nothing. `skew` is Cboe's SKEW index, points. `quotes`,
    where there are any, fill the condors whose four legs they cover.
    """

    dates: FloatArray
    close: FloatArray
    vix: FloatArray
    vix9d: FloatArray
    vix3m: FloatArray
    vvix: FloatArray
    curve_days: FloatArray
    curve_settles: FloatArray
    advances: FloatArray
    declines: FloatArray
    final: FloatArray
    macro: FloatArray
    bills: FloatArray
    skew: FloatArray
    quotes: ChainQuotes | None = None

    @classmethod
    def of(
        cls, dates: ArrayLike, close: ArrayLike, vix: ArrayLike, curve: ArrayLike | None = None,
        vvix: ArrayLike | None = None, vix9d: ArrayLike | None = None, vix3m: ArrayLike | None = None,
        advances: ArrayLike | None = None, declines: ArrayLike | None = None, macro: ArrayLike | None = None,
        bills: ArrayLike | None = None, skew: ArrayLike | None = None,
    ) -> BacktestData:  # fmt: skip
        """Checked history; `curve` is the long form with rows date, days, settle; days 0 is a final settlement."""
        days = np.floor(np.asarray(dates, dtype=np.float64))
        if days.ndim != 1 or not days.size:
            raise ShapeError("dates must be one column")
        if not np.isfinite(days).all() or (np.diff(days) <= 0.0).any():
            raise DomainError("dates must increase")
        close, vix = column_of(close, days.size), column_of(vix, days.size)
        if not ((close > 0.0).all() and (vix >= 1.0).all()):
            raise DomainError("SPX must be positive and VIX at least 1 on every session")
        near, far, own, up, down = (column_of(series, days.size) for series in (vix9d, vix3m, vvix, advances, declines))
        tenors, settles, final = _curve(curve, days)
        pressure, yields, skews = (column_of(series, days.size) for series in (macro, bills, skew))
        return cls(days, close, vix, near, far, own, tenors, settles, up, down, final, pressure, yields, skews)

    def fingerprint(self) -> str:
        """Text that any change of a number in the history changes."""
        digest = hashlib.sha256()
        names = [name for name in self.__slots__ if name != "quotes"]
        columns = [getattr(self, name) for name in names]
        if self.quotes is not None:
            columns += [self.quotes.key, self.quotes.bid, self.quotes.ask]
        for column in columns:
            digest.update(f"{column.shape}{column.dtype}".encode())
            digest.update(column.tobytes())
        return digest.hexdigest()[:16]

    def until(self, count: int) -> BacktestData:
        """The first `count` sessions only."""
        return self._of_sessions(slice(count))

    def between(self, start: float, end: float) -> BacktestData:
        """Sessions from `start` to `end`, both included."""
        return self._of_sessions((self.dates >= start) & (self.dates <= end))

    def _of_sessions(self, kept: slice | NDArray[np.bool_]) -> BacktestData:
        """Some of the sessions; a quote is found by its own session, so all of them may stay."""
        columns = [name for name in self.__slots__ if name != "quotes"]
        return replace(self, **{name: getattr(self, name)[kept] for name in columns})

    def futures(self, rows: ArrayLike, days: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """VX at each session (row) and tenor, linear between settles; and 1 where it is a PROXY.

        Between today and the first settle the line starts at VIX; beyond the last the curve is flat (PROXY). A session
        with no curve takes `vx_proxy`.
        """
        row, tenor = np.broadcast_arrays(np.asarray(rows, dtype=np.intp), np.asarray(days, dtype=np.float64))
        nodes, points = self.curve_days[row], self.curve_settles[row]
        count = np.sum(nodes <= tenor[..., np.newaxis], axis=-1)  # NaN compares false
        known = np.sum(np.isfinite(nodes), axis=-1)
        left = np.maximum(count - 1, 0)[..., np.newaxis]
        right = np.clip(count, 0, np.maximum(known - 1, 0))[..., np.newaxis]
        x0 = np.where(count > 0, np.take_along_axis(nodes, left, -1)[..., 0], 0.0)
        y0 = np.where(count > 0, np.take_along_axis(points, left, -1)[..., 0], self.vix[row])
        x1, y1 = (np.take_along_axis(side, right, -1)[..., 0] for side in (nodes, points))
        with np.errstate(all="ignore"):
            line = np.where(x1 > x0, y0 + (y1 - y0) * (tenor - x0) / (x1 - x0), y0)
        proxy = (known == 0) | ((count == known) & (tenor > x0))
        return np.where(known == 0, vx_proxy(self.vix[row], tenor), line), proxy.astype(np.float64)

    def vvix_or_proxy(self) -> FloatArray:
        """VVIX, 90 where missing (PROXY)."""
        return np.where(np.isfinite(self.vvix), self.vvix, VVIX_PROXY)

    def proxies(self) -> dict[str, int]:
        """Sessions on which each series is missing and a stand-in is used."""
        return {
            "vx_curve": int(np.sum(~np.isfinite(self.curve_days).any(axis=1))),
            "vvix": int(np.sum(~np.isfinite(self.vvix))),
            "vix9d": int(np.sum(~np.isfinite(self.vix9d))),
            "vix3m": int(np.sum(~np.isfinite(self.vix3m))),
            "skew": int(np.sum(~np.isfinite(self.skew))),
            "breadth": int(np.sum(~np.isfinite(self.advances + self.declines))),
        }


def column_of(values: ArrayLike | None, size: int) -> FloatArray:
    """Return a series as a column; NaN throughout where there is none, a ShapeError where its length is another."""
    if values is None:
        return np.full(size, np.nan)
    column = np.asarray(values, dtype=np.float64)
    if column.shape != (size,):
        raise ShapeError("every series must be as long as the dates")
    return column


def _curve(curve: ArrayLike | None, dates: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The long form as two tables, a row a session, and the final settlement value of each session."""
    rows = np.empty((0, 3)) if curve is None else np.asarray(curve, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] != 3:
        raise ShapeError("the curve must have the columns date, days, settle")
    rows = rows[np.isfinite(rows).all(axis=1)]
    if (rows[:, 1] < 0.0).any() or (rows[:, 2] < 1.0).any():
        raise DomainError("days of the curve must not be negative, settles at least 1")
    rows = rows[np.isin(np.floor(rows[:, 0]), dates)]
    final = np.full(dates.size, np.nan)
    ended = rows[:, 1] == 0.0
    final[np.searchsorted(dates, np.floor(rows[ended, 0]))] = rows[ended, 2]
    rows = rows[~ended]
    rows = rows[np.lexsort((rows[:, 1], np.floor(rows[:, 0])))]
    at = np.searchsorted(dates, np.floor(rows[:, 0]))
    first = np.searchsorted(at, at, side="left")
    place = np.arange(at.size) - first
    width = int(place.max()) + 1 if place.size else 1
    tenors, settles = np.full((dates.size, width), np.nan), np.full((dates.size, width), np.nan)
    tenors[at, place], settles[at, place] = rows[:, 1], rows[:, 2]
    return tenors, settles, final


def describe(proxies: dict[str, int], sessions: int) -> Sequence[str]:
    """The proxies in words, those used only."""
    stand_in = {
        "vx_curve": "F = 19.5 + (VIX - 19.5)*0.9793^sessions",
        "vvix": "90",
        "vix9d": "VIX",
        "vix3m": "VIX",
        "skew": f"{SKEW_PROXY:.0f}",
        "breadth": "the third layer dark",
    }
    return [f"PROXY {name}: {stand_in[name]} on {n} of {sessions} sessions" for name, n in proxies.items() if n]
