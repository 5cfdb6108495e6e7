"""Exchange sessions 1990–2035, Excel serials, ages in sessions, and settlement days of VIX and SPX contracts.

An Excel serial counts days since 1899-12-30; its fraction is the New York wall clock. A whole number is a
*bare date*, a day without a time of day; every function here says what it takes that to mean.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from alvh_xl.model._holidays import EARLY_CLOSES, FIRST_YEAR, HOLIDAYS, LAST_YEAR
from alvh_xl.model.errors import DomainError, ShapeError
from alvh_xl.model.types import ArrayLike, BoolArray, FloatArray

FIRST = dt.date(FIRST_YEAR, 1, 1)
LAST = dt.date(LAST_YEAR, 12, 31)
EPOCH = dt.datetime(1899, 12, 30)

OPENING = dt.time(9, 30)  # VIX options, VX and VXM settle; AM-settled SPX series take the opening prices
CLOSING = dt.time(16, 0)
MORNING = dt.time(9, 0)  # the morning run, and so the time meant by a bare as-of date

_DAY = 86_400
IntArray = NDArray[np.int64]
StrArray = NDArray[np.str_]


# ── Excel serials ──


def to_serial(moment: dt.date) -> float:
    """Excel serial of a date or a date-time; a time zone is dropped and the wall clock kept."""
    if not isinstance(moment, dt.datetime):
        moment = dt.datetime(moment.year, moment.month, moment.day)
    span = moment.replace(tzinfo=None) - EPOCH
    return span.days + (span.seconds + span.microseconds / 1e6) / _DAY


def from_serial(serial: float) -> dt.datetime:
    """Date-time of an Excel serial, to the nearest second."""
    if not np.isfinite(serial):
        raise DomainError("a serial must be a finite number")
    try:
        return EPOCH + dt.timedelta(seconds=round(serial * _DAY))
    except OverflowError as error:
        raise DomainError(f"serial {serial} lies outside the calendar") from error


def _floats(values: ArrayLike) -> FloatArray:
    return np.asarray(values, dtype=np.float64)


def _fraction(time: dt.time) -> float:
    return (time.hour * 60 + time.minute) / 1440


def _seconds(serials: FloatArray) -> tuple[IntArray, BoolArray]:
    """Whole seconds since the epoch, and whether they lie within the table (NaN does not).

    Seconds are compared, not fractions of a day, so that rounding never moves an instant over a close.
    """
    rounded = np.rint(serials * _DAY)
    first, end = to_serial(FIRST) * _DAY, (to_serial(LAST) + 1) * _DAY
    valid = (rounded >= first) & (rounded < end)
    seconds: IntArray = np.where(valid, rounded, first).astype(np.int64)
    return seconds, valid


# ── the table ──


def _entries(table: str) -> list[tuple[dt.date, str]]:
    """Day and what follows its @ sign, of every word of a table in _holidays.py."""
    found = []
    for year, *words in map(str.split, table.strip().splitlines()):
        for word in words:
            day, _, rest = word.partition("@")
            found.append((dt.date(int(year), int(day[:2]), int(day[2:])), rest))
    return found


@cache
def _calendar() -> np.busdaycalendar:
    return np.busdaycalendar(holidays=[np.datetime64(day) for day, _ in _entries(HOLIDAYS)])


@cache
def _early_closes() -> dict[dt.date, dt.time]:
    return {day: dt.time(int(clock[:2]), int(clock[2:])) for day, clock in _entries(EARLY_CLOSES)}


@cache
def _day_closes() -> IntArray:
    """Second of 16:00, or of the early close, on every calendar day of the table."""
    closes = np.arange(to_serial(FIRST), to_serial(LAST) + 1).astype(np.int64) * _DAY + CLOSING.hour * 3600
    for day, time in _early_closes().items():
        closes[(day - FIRST).days] += (time.hour - CLOSING.hour) * 3600 + time.minute * 60
    closes.flags.writeable = False
    return closes


@cache
def _session_closes() -> IntArray:
    """Second of every session's close, ascending."""
    days = np.arange(np.datetime64(FIRST), np.datetime64(LAST) + 1)
    closes: IntArray = _day_closes()[np.is_busday(days, busdaycal=_calendar())]
    closes.flags.writeable = False
    return closes


def _plain_day(day: dt.date) -> dt.date:
    """The date alone; refused outside the table, where guessed holidays would silently move expiries."""
    day = day.date() if isinstance(day, dt.datetime) else day
    if not FIRST <= day <= LAST:
        raise DomainError(f"{day} lies outside the exchange calendar, {FIRST_YEAR} to {LAST_YEAR}")
    return day


# ── sessions ──


def is_session(day: dt.date) -> bool:
    """Whether the New York Stock Exchange and the Cboe options exchanges trade on a day."""
    return bool(np.is_busday(np.datetime64(_plain_day(day)), busdaycal=_calendar()))


def sessions_between(first: dt.date, last: dt.date) -> list[dt.date]:
    """Every session from `first` to `last`, both included; empty if there is none."""
    days = np.arange(np.datetime64(_plain_day(first)), np.datetime64(_plain_day(last)) + 1)
    sessions: list[dt.date] = days[np.is_busday(days, busdaycal=_calendar())].tolist()
    return sessions


def count_sessions(after: dt.date, through: dt.date) -> int:
    """Sessions later than `after`, up to and including `through`; negative when `through` comes first."""
    start, end = np.datetime64(_plain_day(after)) + 1, np.datetime64(_plain_day(through)) + 1
    return int(np.busday_count(start, end, busdaycal=_calendar()))


def next_session(day: dt.date, count: int = 1) -> dt.date:
    """The session strictly after a day, or the `count`-th one after it (count ≥ 1)."""
    return _shifted(day, count, "backward")


def previous_session(day: dt.date, count: int = 1) -> dt.date:
    """The session strictly before a day, or the `count`-th one before it (count ≥ 1)."""
    return _shifted(day, -count, "forward")


def _shifted(day: dt.date, count: int, roll: str) -> dt.date:
    if count == 0 or (count > 0) != (roll == "backward"):
        raise DomainError("the number of sessions to move must be at least 1")
    # A day off is first rolled against the direction of travel, so the first step lands on its neighbour.
    start = np.datetime64(_plain_day(day))
    moved = np.busday_offset(start, count, roll=roll, busdaycal=_calendar())  # type: ignore[call-overload]
    return _plain_day(moved.item())


def session_close(day: dt.date) -> float:
    """Excel serial of a session's close: 16:00 New York, or its early close (13:00; 14:00 to 1992).

    Raises
    ------
    DomainError
        The exchange does not trade on that day, or the day is outside the table.
    """
    if not is_session(day):
        raise DomainError(f"{day} is not a session")
    return float(_day_closes()[(_plain_day(day) - FIRST).days]) / _DAY


# ── age ──


def stale_age(observed: ArrayLike, asof: ArrayLike) -> FloatArray:
    """Sessions that closed after a datum was known, up to and including the as-of instant.

    Parameters
    ----------
    observed : Excel serial, any shape
        Instant at which the datum was known. A bare date means that day's close.
    asof : Excel serial, broadcastable
        A bare date means 09:00 of that day, the morning run: the day's own close is not known then.

    Returns
    -------
    FloatArray
        Whole numbers; NaN where an instant is outside 1990–2035 or NaN, or `observed` is later than `asof`,
        which would be a look into the future.

    Notes
    -----
    §0 of the method, "Age". STANDARD.
    """
    seen, now = np.broadcast_arrays(_floats(observed), _floats(asof))
    known, known_valid = _seconds(seen)
    at, at_valid = _seconds(now)
    known = np.where(known % _DAY == 0, _day_closes()[known // _DAY - int(to_serial(FIRST))], known)
    at = np.where(at % _DAY == 0, at + MORNING.hour * 3600, at)
    closes = _session_closes()
    age = np.searchsorted(closes, at, "right") - np.searchsorted(closes, known, "right")
    return np.where(known_valid & at_valid & (known <= at), age, np.nan)


def stale(observed: ArrayLike, asof: ArrayLike, max_sessions: ArrayLike) -> StrArray:
    """Status word of a datum: OK, STALE or MISSING.

    Parameters
    ----------
    observed, asof : Excel serial, any shape
        As in `stale_age`; NaN in `observed` means that there is no datum.
    max_sessions : count ≥ 0, broadcastable
        Largest age that still counts as OK.

    Returns
    -------
    StrArray
        "OK", "STALE", "MISSING", or "" where an argument is outside its domain (#NUM!), as `stale_age` says.

    Notes
    -----
    §0 of the method. POLICY: 1 session for prices.
    """
    seen, now, limit = np.broadcast_arrays(_floats(observed), _floats(asof), _floats(max_sessions))
    age = stale_age(seen, now)
    words = np.where(np.isnan(age), "", np.where(age <= limit, "OK", "STALE"))
    words = np.where(np.isnan(seen) & _seconds(now)[1], "MISSING", words)
    return np.where(limit >= 0, words, "")


# ── settlement ──


def third_friday(year: int, month: int) -> dt.date:
    """Third Friday of a month, whether or not the exchange trades on it."""
    if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12):
        raise DomainError(f"{year}-{month} is not a month of {FIRST_YEAR} to {LAST_YEAR}")
    first = dt.date(year, month, 1)
    return first + dt.timedelta((4 - first.weekday()) % 7 + 14)


def vix_expiry(year: int, month: int) -> dt.date:
    """Final settlement day of the monthly VIX options and futures.

    The Wednesday 30 days before the third Friday of the following month; if that Wednesday or that Friday is
    an exchange holiday, the business day before the Wednesday.

    Notes
    -----
    §0 and C20, STANDARD. https://www.cboe.com/tradable_products/vix/vix_futures/specifications. The last
    month is November 2035, because the rule looks one month ahead.
    """
    third_friday(year, month)  # refuses a month that does not exist
    friday = third_friday(year + month // 12, month % 12 + 1)
    wednesday = friday - dt.timedelta(30)
    return wednesday if is_session(wednesday) and is_session(friday) else previous_session(wednesday)


def vix_expiry_serials(year: FloatArray, month: FloatArray) -> FloatArray:
    """Elementwise `vix_expiry` as Excel serials; NaN where there is no such month in the table."""

    def one(y: float, m: float) -> float:
        try:
            return to_serial(vix_expiry(int(y), int(m))) if y == int(y) and m == int(m) else np.nan
        except (ValueError, OverflowError):  # DomainError is a ValueError, as is int(NaN)
            return np.nan

    years, months = np.broadcast_arrays(_floats(year), _floats(month))
    values = [one(float(y), float(m)) for y, m in zip(years.flat, months.flat, strict=True)]
    return np.array(values, dtype=np.float64).reshape(years.shape)


@dataclass(frozen=True, slots=True)
class VixExpiries:
    """The next monthly VIX settlements, one element an expiry."""

    expiry: FloatArray  # Excel serial of the day
    days: FloatArray  # calendar days
    trading_days: FloatArray  # sessions


def vix_expiries(asof: float, count: int = 8) -> VixExpiries:
    """Next monthly VIX settlement days with the calendar and trading days left to each.

    Parameters
    ----------
    asof : Excel serial
        With a time of day, calendar days are fractional, to the 09:30 settlement instant, and an expiry is
        ahead until that instant. A bare date means as of that day's close: calendar days are expiry − asof,
        whole, and an expiry on that very day is past.
    count : whole number ≥ 1

    Returns
    -------
    VixExpiries
        Trading days are the sessions after the observation date, up to and including settlement. The
        observation date is the last day closed at `asof`: a bare 3 October, 3 October 16:00 and 4 October
        09:00 all count from 4 October on.

    Notes
    -----
    C20, STANDARD.
    """
    if count < 1:
        raise DomainError("the number of expiries must be at least 1")
    moment = from_serial(asof)
    today = _plain_day(moment)
    bare = moment.time() == dt.time.min
    closed = bare or to_serial(moment) >= float(_day_closes()[(today - FIRST).days]) / _DAY
    observed = today if closed else today - dt.timedelta(1)
    found: list[tuple[float, float, float]] = []
    month = today.year * 12 + today.month - 1
    while len(found) < count:
        day = vix_expiry(month // 12, month % 12 + 1)
        left = to_serial(day) - to_serial(moment) + (0.0 if bare else _fraction(OPENING))
        if left > 0:
            found.append((to_serial(day), left, float(count_sessions(observed, day))))
        month += 1
    expiry, days, trading = np.array(found, dtype=np.float64).T
    return VixExpiries(expiry, days, trading)


def settlement_instant(instrument: str, expiry: dt.date) -> float:
    """Excel serial of the instant at which a contract expiring on a session settles.

    Parameters
    ----------
    instrument : "VIX", "VX", "VXM" or "SPX" (09:30, opening prices), "SPXW" (the session's close)
    expiry : the contract's final settlement day

    Notes
    -----
    §0 of the method, STANDARD.
    """
    close = session_close(expiry)
    if instrument == "SPXW":
        return close
    if instrument not in ("VIX", "VX", "VXM", "SPX"):
        raise ShapeError(f"unknown instrument {instrument!r}")
    return to_serial(_plain_day(expiry)) + _fraction(OPENING)
