"""Research on events: reactions to releases and clusters of initial public offerings (C25, C26)."""

from __future__ import annotations

from typing import Annotated, Any

from alvh_xl.functions.columns import ColumnKind, DateColumnKind, together
from alvh_xl.functions.kinds import Count, DateSeries, NonNegativeSeries, NumberKind, Whole
from alvh_xl.functions.registry import Table, cell_function
from alvh_xl.model import events

Sessions = Annotated[Any, DateColumnKind("date")]
Values = Annotated[Any, ColumnKind("number")]
Percentile = Annotated[Any, NumberKind("percentile", low=0, high=100)]
_CATEGORY = "Research and status"
_RULE = "DOCUMENT RULE (untested)"


@cell_function(category=_CATEGORY, concept="C25", status=_RULE, shape="table")
def ALVH_EVENT_STUDY(
    event_dates: DateSeries, dates: Sessions, values: Values, before: Whole = 5.0, after: Whole = 5.0
) -> Table:
    """Mean path of a series around events, less its path around quiet days of the same weekday.

    d_k = y(t + k) − y(t − 1); abnormal = mean over events − mean over days of the events' weekdays without an event
    within before + after sessions; 95 % interval from 5,000 resamples of the events and, drawn with them, of blocks of
    those quiet days, with a fixed seed.

    Parameters
    ----------
    event_dates : date
        Dates of the events, for example GDP releases; one after 16:00 counts for the next session.
    dates : date
        Sessions of the series, increasing.
    values : any
        The series, for example VIX closes.
    before : sessions
        How long before the event the path starts.
    after : sessions
        How long after the event it ends.

    Returns
    -------
    session, mean, control, abnormal, low, high, error, n, verdict
        A row a session, 0 the event's: means in the unit of the values, the ends of the interval, the error of abnormal
        (Newey-West with 6 lags over the events in the order of time, and by block over the quiet days), events used,
        and "effect" or "no effect shown" where the interval covers 0. With fewer than 5 quiet days of a weekday there
        is no interval (#N/A) and no effect is shown.

    Notes
    -----
    GDP releases as volatility spikes are a document rule, untested. Events without their whole window, or without a
    quiet day to compare with, are left out; fewer than two is #N/A.

    References
    ----------
    MacKinlay, Event Studies in Economics and Finance, 1997.

    Examples
    --------
    >>> days = [45664, 45665, 45667, 45670, 45671, 45672, 45673, 45674, 45678, 45679, 45680, 45681,
    ...     45684, 45685, 45686, 45687, 45688, 45691, 45692, 45693, 45694, 45695]
    >>> vix = [17, 17, 17, 17, 17, 15, 17, 17, 17, 17, 17, 17, 17, 17, 17, 14, 17, 17, 17, 17, 17, 17]
    >>> ALVH_EVENT_STUDY([45672, 45687], days, vix, 1, 1)[["session", "abnormal", "n"]]
       session  abnormal    n
    0     -1.0       0.0  2.0
    1      0.0      -2.5  2.0
    2      1.0       0.0  2.0
    """
    dates, values = together(dates, values)
    found = events.event_study(event_dates, dates, values, int(before), int(after))
    words = ["effect" if shown else "no effect shown" for shown in found.shown]
    columns = (found.session, found.mean, found.control, found.abnormal, found.low, found.high, found.error)
    rows = [(*row, found.events, word) for *row, word in zip(*columns, words, strict=True)]
    return Table(("session", "mean", "control", "abnormal", "low", "high", "error", "n", "verdict"), rows)


@cell_function(category=_CATEGORY, concept="C26", status=_RULE, shape="series")
def ALVH_IPO_CLUSTERS(counts: NonNegativeSeries, window: Count = 60.0, percentile: Percentile = 80.0) -> Any:
    """Months with unusually many initial public offerings: 1 if so, else 0.

    1 if the count exceeds the percentile (linear between ranks) of the `window` months before it.

    Parameters
    ----------
    counts : offerings a month
        Oldest first.
    window : months
        Months before, with which each is compared.
    percentile : 0 to 100
        80 by default.

    Returns
    -------
    0 or 1
        As long as the counts; #N/A in the first `window` months.

    Notes
    -----
    That clusters coincide with volatility spikes is a document rule, untested. ESTIMATED 1990–2018: VIX fell 1.2 points
    more in the month after a cluster month (t −3.6), at equal VIX: the opposite.

    References
    ----------
    Ritter, monthly counts of initial public offerings; Dicle and Levendis 2018.

    Examples
    --------
    >>> ALVH_IPO_CLUSTERS([10, 12, 9, 11, 30, 8, 14], 4).tolist()[4:]
    [1.0, 0.0, 0.0]
    """
    return events.ipo_clusters(counts, int(window), percentile)
