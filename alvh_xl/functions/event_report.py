"""Reactions of VIX to releases, and what follows clusters of initial offerings: the document's two claims, measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from alvh_xl.model import events
from alvh_xl.model.errors import ModelError
from alvh_xl.model.events import ClusterEffect
from alvh_xl.model.types import FloatArray

__all__ = ["ClusterEffect", "Reaction", "clusters", "reactions"]
WINDOW, PERCENTILE = 60, 80.0


@dataclass(frozen=True, slots=True)
class Reaction:
    """Mean abnormal change of one series around one kind of event, from the session before it."""

    event: str
    session: int
    effect: float
    low: float  # bootstrap, 95 %
    high: float
    error: float  # Newey-West, 6 lags
    n: int

    @property
    def verdict(self) -> str:
        """An effect only where the interval leaves 0 out on either side."""
        return "effect" if self.low > 0.0 or self.high < 0.0 else "no effect shown"


def reactions(
    calendar: Mapping[str, Sequence[float]], dates: FloatArray, values: FloatArray, before: int = 5, after: int = 5
) -> list[Reaction]:
    """Reactions at the start of the window, on the day, the day after and at its end; an event too rare is left out."""
    found = []
    for event, instants in calendar.items():
        try:
            study = events.event_study(np.asarray(instants, dtype=np.float64), dates, values, before, after)
        except ModelError:
            continue
        for session in dict.fromkeys((-before, 0, min(1, after), after)):
            k = session + before
            found.append(
                Reaction(event, session, float(study.abnormal[k]), float(study.low[k]), float(study.high[k]),
                         float(study.error[k]), study.events)
            )  # fmt: skip
    return found


def clusters(months: FloatArray, counts: FloatArray, dates: FloatArray, vix: FloatArray, draws: int) -> ClusterEffect:
    """What follows a month with unusually many offerings: points of VIX by the end of the next month.

    Parameters
    ----------
    months : serials of the first day of each month, without a gap
    counts : offerings of each month
    dates, vix : sessions and their VIX closes
    draws : resamples of the interval beside the Newey-West one
    """
    flags = events.ipo_clusters(counts, WINDOW, PERCENTILE)
    last = np.datetime64("1899-12-30") + int(months[-1])
    following = (last.astype("datetime64[M]") + 1).astype("datetime64[D]") - np.datetime64("1899-12-30")
    ends = np.searchsorted(dates, np.append(months[1:], following.astype(np.float64))) - 1
    inside = (ends >= 0) & (dates[np.maximum(ends, 0)] >= months)
    month_end = np.where(inside, vix[np.maximum(ends, 0)], np.nan)
    return events.cluster_effect(flags, month_end, draws)
