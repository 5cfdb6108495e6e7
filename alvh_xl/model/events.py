"""Research on events: paths around releases against matched quiet days, and clusters of initial offerings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alvh_xl.model.errors import DomainError, MissingError, ShapeError, ZeroDenominatorError
from alvh_xl.model.spotvol import newey_west
from alvh_xl.model.types import ArrayLike, BoolArray, FloatArray

CLOSE_TIME = 16.0 / 24.0  # an event after the close first shows in the next session
LATEST_SESSION = 7.0  # calendar days: no exchange holiday is longer, so a later session means a hole in the data
FEWEST_EVENTS = 2
FEWEST_CONTROLS = 5  # POLICY: quiet days of each weekday below which nothing is said to be an effect
BLOCK_WINDOWS = 4  # windows in a block of quiet days: neighbours share most of their window, so they are drawn together
RESAMPLES, SEED = 5000, 20260508
LOW, HIGH = 2.5, 97.5  # percentiles of a 95 % interval
HAC_LAGS = 6
BLOCK_MONTHS = 12
_BATCH = 2_000_000  # drawn numbers held in memory at a time

NORMAL_95 = 1.959964  # standard deviations either side


@dataclass(frozen=True, slots=True)
class EventStudy:
    """Mean path around events, one element a session from `before` sessions before to `after` after.

    Attributes
    ----------
    session : session number, 0 the event's
    mean : mean over events of y(t + k) - y(t - 1), unit of the values
    control : the same over quiet days of the events' own weekdays
    abnormal : mean - control
    low, high : 95 % interval of abnormal, by resampling the events and blocks of quiet days; NaN with too few of these
    error : standard error of abnormal: Newey-West over the events in the order of time, by block over the quiet days
    events : number of events in the means
    controls : number of quiet days behind them
    """

    session: FloatArray
    mean: FloatArray
    control: FloatArray
    abnormal: FloatArray
    low: FloatArray
    high: FloatArray
    error: FloatArray
    events: int
    controls: int

    @property
    def shown(self) -> BoolArray:
        """Whether the interval leaves 0 out, one element a session."""
        return np.asarray((self.low > 0.0) | (self.high < 0.0), dtype=np.bool_)


def event_study(
    event_dates: ArrayLike,
    dates: ArrayLike,
    values: ArrayLike,
    before: int = 5,
    after: int = 5,
    resamples: int = RESAMPLES,
) -> EventStudy:
    """Path of a series around events, less its path around quiet days of the same weekday.

    d_k = y(t + k) - y(t - 1); abnormal = mean over events of (d_k - mean of d_k over the quiet days of that event's
    weekday); a quiet day has no event within before + after sessions. The interval is the 2.5 to 97.5 percentile over
    resampled events and, drawn with them, resampled blocks of quiet days; the error adds the variance of the control
    (by block) to the Newey-West variance of the events, with 6 lags.

    Parameters
    ----------
    event_dates : 1-D array_like, serials, in any order
        A bare date counts for its own session, one after 16:00 for the next.
    dates : 1-D array_like, serials of the sessions, increasing
    values : 1-D array_like, one a session, no gap
    before, after : int, sessions (at least 0)
    resamples : int (at least 1)

    Returns
    -------
    EventStudy

    Raises
    ------
    ShapeError : lists of different length or a gap. DomainError : dates that do not increase, a negative window.
    MissingError : fewer than 2 events with a whole window and a quiet day of their weekday.

    Notes
    -----
    C25. DOCUMENT RULE (untested). Several events of one session count once; an event without its whole window is left
    out of the means, but still disturbs the days around it. The seed is fixed, so the interval is reproducible.
    The control is a mean of few days where events are frequent, so its error counts. With fewer than 5 quiet days of
    one of the events' weekdays, or all of them in one block, there is no interval and no effect is shown [POLICY].
    A block ends at an event, or after 4 windows. Künsch 1989 (blocks), Newey & West 1987.
    """
    days, y = _checked(dates, values)
    if before < 0 or after < 0 or resamples < 1:
        raise DomainError("before and after must be 0 or more, resamples 1 or more")
    first, last = max(before, 1), len(y) - 1 - after
    if first > last:
        raise MissingError(f"{first + after + 1} sessions are needed, {len(y)} are given")
    hits = _event_sessions(event_dates, days)
    centres = np.arange(first, last + 1)
    window = np.lib.stride_tricks.sliding_window_view(y, before + after + 1)
    paths = window[centres - before] - y[centres - 1][:, np.newaxis]
    weekday = np.floor(days[centres]) % 7.0
    happened = np.isin(centres, hits)
    quiet = _distance(centres, hits) > before + after
    found = _matched(paths, weekday, happened, quiet)
    abnormal = found.own - found.control
    blocks = _blocks(found.pulls, centres[found.calm], hits, before + after + 1)
    if found.fewest < FEWEST_CONTROLS or len(blocks) < 2:
        low = high = error = np.full(before + after + 1, np.nan)
    else:
        blocks *= np.sqrt(len(blocks) / (len(blocks) - 1.0))  # as n - 1 in a sample's variance
        low, high = _interval(abnormal, blocks, resamples)
        error = np.hypot(_hac_error(abnormal), np.sqrt((blocks**2).sum(axis=0)))
    session = np.arange(-before, after + 1, dtype=np.float64)
    means = (found.own.mean(axis=0), found.control.mean(axis=0), abnormal.mean(axis=0))
    return EventStudy(session, *means, low, high, error, len(abnormal), found.calm.size)


def _checked(dates: ArrayLike, values: ArrayLike) -> tuple[FloatArray, FloatArray]:
    days, y = np.asarray(dates, dtype=np.float64), np.asarray(values, dtype=np.float64)
    if days.ndim != 1 or days.shape != y.shape:
        raise ShapeError("dates and values must be two lists of the same length")
    if not (np.isfinite(days).all() and np.isfinite(y).all()):
        raise ShapeError("dates and values must be complete")
    if (np.diff(np.floor(days)) <= 0.0).any():
        raise DomainError("dates must increase, one session a day")
    return days, y


def _event_sessions(event_dates: ArrayLike, days: FloatArray) -> FloatArray:
    """Numbers of the sessions in which events first show, each once, ascending."""
    events = np.atleast_1d(np.asarray(event_dates, dtype=np.float64))
    if events.ndim != 1 or not np.isfinite(events).all():
        raise ShapeError("event_dates must be one complete list")
    date = np.floor(days)
    place = np.searchsorted(date + CLOSE_TIME, events)
    known = (events >= date[0]) & (place < len(days))
    place = place[known]
    near = date[place] - np.floor(events[known]) <= LATEST_SESSION
    return np.unique(place[near]).astype(np.float64)


def _distance(centres: ArrayLike, hits: FloatArray) -> FloatArray:
    """Sessions from each centre to the nearest event; infinite without events."""
    at = np.asarray(centres, dtype=np.float64)
    if not hits.size:
        return np.full(at.shape, np.inf)
    right = np.minimum(np.searchsorted(hits, at), hits.size - 1)
    left = np.maximum(right - 1, 0)
    return np.asarray(np.minimum(np.abs(at - hits[left]), np.abs(at - hits[right])))


@dataclass(frozen=True, slots=True)
class _Matched:
    """Events in the order of time, and the quiet days they are compared with."""

    own: FloatArray  # path of each event
    control: FloatArray  # mean path of the quiet days of its weekday
    calm: NDArray[np.intp]  # places of the quiet days
    pulls: FloatArray  # how far each of them moves the mean control from where the others of its weekday leave it
    fewest: int  # quiet days of the weekday that has fewest


def _matched(paths: FloatArray, weekday: FloatArray, happened: BoolArray, quiet: BoolArray) -> _Matched:
    """Compare every event with the quiet days of its weekday; without any it is left out."""
    control = np.zeros_like(paths)
    pulls = np.zeros_like(paths)
    kept, calm = np.zeros_like(happened), np.zeros_like(quiet)
    sizes = [0]
    for day in np.unique(weekday[happened]):
        events, others = happened & (weekday == day), quiet & (weekday == day)
        size = int(others.sum())
        if size:
            control[events] = paths[others].mean(axis=0)
            pulls[others] = (paths[others] - paths[others].mean(axis=0)) * (events.sum() / size)
            kept, calm = kept | events, calm | others
            sizes.append(size)
    counted = int(kept.sum())
    if counted < FEWEST_EVENTS:
        raise MissingError(f"{FEWEST_EVENTS} events with a whole window and a quiet day to compare with are needed")
    return _Matched(paths[kept], control[kept], np.flatnonzero(calm), pulls[calm] / counted, min(sizes[1:]))


def _blocks(pulls: FloatArray, at: ArrayLike, hits: FloatArray, window: int) -> FloatArray:
    """Sum of the pulls in each block: the quiet days between two events, cut after `BLOCK_WINDOWS` windows."""
    session = np.asarray(at, dtype=np.float64)
    gap = np.searchsorted(hits, session)
    start = np.concatenate([[0.0], hits + window])[gap]  # the first day after an event that can be quiet
    piece = np.floor((session - start) / (BLOCK_WINDOWS * window))
    _, block = np.unique(np.column_stack([gap, piece]), axis=0, return_inverse=True)
    block = np.ravel(block)
    sums = np.zeros((int(block.max()) + 1, pulls.shape[1]))
    np.add.at(sums, block, pulls)
    return sums


def _interval(abnormal: FloatArray, blocks: FloatArray, resamples: int) -> tuple[FloatArray, FloatArray]:
    """Percentile interval of the mean over events, less the control, both drawn with replacement."""
    draw = np.random.default_rng(SEED)
    batch = max(1, _BATCH // max(len(abnormal), len(blocks)))
    means: list[FloatArray] = []
    for start in range(0, resamples, batch):
        rows = min(batch, resamples - start)
        events = _drawn(draw, rows, len(abnormal)) @ abnormal / len(abnormal)
        means.append(events - _drawn(draw, rows, len(blocks)) @ blocks)
    low, high = np.percentile(np.concatenate(means), [LOW, HIGH], axis=0)
    return low, high


def _drawn(draw: np.random.Generator, rows: int, n: int) -> FloatArray:
    """How often each of n is drawn, in so many samples of n."""
    places = draw.integers(n, size=(rows, n)) + n * np.arange(rows)[:, np.newaxis]
    return np.bincount(places.ravel(), minlength=rows * n).reshape(rows, n).astype(np.float64)


def _hac_error(abnormal: FloatArray) -> FloatArray:
    """Standard error of the mean over events, robust to neighbouring events that move together."""
    n = len(abnormal)
    design = np.ones((n, 1))
    lags = min(HAC_LAGS, n - 1)
    residuals = (abnormal - abnormal.mean(axis=0)).T
    return np.array([np.sqrt(newey_west(design, residual, lags)[0, 0]) for residual in residuals])


def ipo_clusters(counts: ArrayLike, window: int = 60, percentile: float = 80.0) -> FloatArray:
    """Months with unusually many initial public offerings: 1 if so, else 0.

    1 if the count exceeds the percentile (linear between ranks) of the `window` months before it.

    Parameters
    ----------
    counts : 1-D array_like, offerings a month (at least 0), oldest first
    window : int, months (at least 1)
    percentile : float, 0 to 100

    Returns
    -------
    ndarray
        Of the same length; NaN in the first `window` months. The month itself is not in its own yardstick.

    Notes
    -----
    C26. DOCUMENT RULE (untested). Evidence is contrary: higher implied volatility goes with fewer offerings (Dicle &
    Levendis 2018).
    """
    count = np.asarray(counts, dtype=np.float64)
    if count.ndim != 1 or not np.isfinite(count).all():
        raise ShapeError("counts must be one complete column")
    if (count < 0.0).any() or window < 1 or not 0.0 <= percentile <= 100.0:
        raise DomainError("counts must be 0 or more, window 1 or more, percentile 0 to 100")
    flags = np.full(count.shape, np.nan)
    if count.size > window:
        past = np.lib.stride_tricks.sliding_window_view(count, window)[:-1]
        flags[window:] = count[window:] > np.percentile(past, percentile, axis=1)
    return flags


@dataclass(frozen=True, slots=True)
class ClusterEffect:
    """What follows a cluster: points of VIX in the next month, their standard error and t, and the months used."""

    effect: float
    error: float
    t: float
    persistence: float  # coefficient of VIX itself
    n: int
    low: float = np.nan  # 95 % interval by resampling blocks of months; NaN where it was not drawn
    high: float = np.nan

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the effect, from the Newey-West error and the normal distribution."""
        return self.effect - NORMAL_95 * self.error, self.effect + NORMAL_95 * self.error

    @property
    def verdict(self) -> str:
        """Say "effect", or "no effect shown" where either interval covers 0."""
        low, high = self.interval
        return "no effect shown" if low <= 0.0 <= high or self.low <= 0.0 <= self.high else "effect"


def cluster_effect(flags: ArrayLike, vix: ArrayLike, resamples: int = 0) -> ClusterEffect:
    """Regression of next month's change of VIX on the cluster flag and on VIX.

    VIX(t + 1) - VIX(t) = a + b x flag(t) + c x VIX(t), ordinary least squares, Newey-West errors with 6 lags.

    Parameters
    ----------
    flags : 1-D array_like, 0 or 1 a month, NaN where unknown
    vix : 1-D array_like, month-end points, same length, NaN where unknown
    resamples : int
        Draws of the interval beside the one of the error: blocks of 12 months on end, fixed seed; 0 draws none.

    Returns
    -------
    ClusterEffect

    Raises
    ------
    ShapeError : lists of different length. MissingError : fewer than 24 complete months.
    ZeroDenominatorError : no month, or every month, is in a cluster, or VIX does not vary.

    Notes
    -----
    C26. DOCUMENT RULE (untested). Newey & West 1987. It measures; it never asserts a spike.
    """
    flag, level = np.asarray(flags, dtype=np.float64), np.asarray(vix, dtype=np.float64)
    if flag.ndim != 1 or flag.shape != level.shape:
        raise ShapeError("flags and vix must be two lists of the same length")
    change = np.diff(level)
    known = np.isfinite(change) & np.isfinite(flag[:-1])
    n = int(np.count_nonzero(known))
    if n < 24:
        raise MissingError(f"24 complete months are needed, {n} are given")
    design = np.column_stack((np.ones(n), flag[:-1][known], level[:-1][known]))
    if np.linalg.matrix_rank(design) < 3:
        raise ZeroDenominatorError("the flags, or VIX, do not vary")
    coefficients = np.linalg.lstsq(design, change[known], rcond=None)[0]
    errors = np.sqrt(np.diag(newey_west(design, change[known] - design @ coefficients, HAC_LAGS)))
    effect, error = float(coefficients[1]), float(errors[1])
    low, high = _block_interval(design, change[known], resamples)
    return ClusterEffect(effect, error, effect / error if error > 0.0 else np.nan, float(coefficients[2]), n, low, high)


def _block_interval(design: FloatArray, change: FloatArray, resamples: int) -> tuple[float, float]:
    """Percentile interval of the second coefficient over months redrawn in blocks, which wrap around the end."""
    n = len(change)
    draw = np.random.default_rng(SEED)
    found = []
    for _ in range(resamples):
        starts = draw.integers(n, size=-(-n // BLOCK_MONTHS))
        rows = ((starts[:, np.newaxis] + np.arange(BLOCK_MONTHS)).ravel() % n)[:n]
        x = design[rows]
        if np.ptp(x[:, 1]) > 0.0:  # a draw without, or with nothing but, clusters has no effect to measure
            found.append(np.linalg.lstsq(x, change[rows], rcond=None)[0][1])
    if not found:
        return np.nan, np.nan
    low, high = np.percentile(found, [LOW, HIGH])
    return float(low), float(high)
