"""One morning's market: everything known at an as-of and nothing published after it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from alvh_xl.market import sample
from alvh_xl.market.errors import MarketError
from alvh_xl.market.facts import Cell, Datum, Event, Facts, Origin, Settle, Typed, known_rows
from alvh_xl.market.series import CATALOGUE, SNAPSHOT, SPX_PARTS, Quality

if TYPE_CHECKING:
    from alvh_xl.market.legs import LegQuote

HISTORY_SESSIONS = 300
VX_SETTLEMENT = time(9, 30)

HISTORY_COLUMNS = ("date", *SPX_PARTS, "vix", "vix9d", "vix3m", "advances", "declines")
CURVE_COLUMNS = ("contract", "expiry", "days_settle", "days_asof", "settle")
CALENDAR_COLUMNS = ("event", "at", "note")
RELEASE_COLUMNS = ("event", "last", "next")
MONTHLY_COLUMNS = ("month", "cpi", "ppi", "reer")
FOREIGN_COLUMNS = ("currency", "rate", "unit", "status")
POSITION_COLUMNS = ("name", "value", "unit", "status", "note")
FUNDAMENTALS_COLUMNS = (
    "company", "market_value", "earnings", "operating_cash_flow", "cash", "short_term_investments",
    "receivables", "current_liabilities", "accounts_known", "unit", "status",
)  # fmt: skip
FLOW_COLUMNS = ("session", "shares_outstanding", "nav")
FLOW_SERIES = ("reit_shares", "reit_nav")
EVENTS = ("cpi", "ppi", "fomc", "gdp", "vix_settlement")


@dataclass(frozen=True, slots=True)
class Quote:
    """Latest known value of one series; `value` and `observed` are None when nothing is known yet.

    `observed` is the availability instant and `fetched` the moment it was read from its source (None for data
    that ship with the package), both New York wall clock; `max_age` is in sessions.
    """

    series: str
    title: str
    value: float | None
    unit: str
    observed: datetime | None
    fetched: datetime | None
    source: str
    max_age: int
    quality: Quality
    note: str


@dataclass(frozen=True, slots=True)
class Rows:
    """A small table: column names and equally long rows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __len__(self) -> int:
        return len(self.rows)

    def column(self, name: str) -> tuple[Cell, ...]:
        """Cells of one column, top to bottom."""
        place = self.columns.index(name)
        return tuple(row[place] for row in self.rows)

    def numbers(self, name: str) -> tuple[float, ...]:
        """Cells of a column that holds nothing but numbers (NaN where unknown)."""
        cells = self.column(name)
        numbers = tuple(cell for cell in cells if isinstance(cell, float))
        if len(numbers) != len(cells):
            raise TypeError(f"column {name} holds more than numbers")
        return numbers


@dataclass(frozen=True, slots=True)
class MarketMorning:
    """The market as one as-of knows it.

    Parameters
    ----------
    asof : datetime
        New York wall clock, without a time zone.
    source : str
        Name of the source, e.g. "sample".
    snapshot : tuple of Quote
        In the order of the Market sheet.
    history : Rows
        Exactly 300 sessions, oldest first; NaN where a value is unknown.
    curve : Rows
        VX contracts not yet settled, nearest first: calendar days from the settle date, and fractional
        calendar days from the as-of to 09:30 of the settlement day.
    calendar : Rows
        Scheduled events after the as-of, soonest first.
    releases : Rows
        Last and next instant of each event, None where the source does not cover it.
    monthly : Rows
        Month (its first day), CPI, PPI, REER; NaN when not yet released.
    foreign_rates, position, fundamentals : Rows
        Typed inputs; companies whose status is "imported" come from files.
    flows : Rows
        Sessions of which both shares and net asset value of the REIT fund are known, oldest first.
    flow_days : frozenset of date
        Every session that a file brought, those after the as-of too: tells them from typed ones, and nothing else.
    quotes : tuple of LegQuote or None
        Last known quotes of the legs asked for, in their order; empty when none were asked for.

    Notes
    -----
    method.md §0: a datum is usable only if its availability instant is not after the as-of.
    """

    asof: datetime
    source: str
    snapshot: tuple[Quote, ...]
    history: Rows
    curve: Rows
    calendar: Rows
    releases: Rows
    monthly: Rows
    foreign_rates: Rows
    position: Rows
    fundamentals: Rows
    flows: Rows
    quotes: tuple[LegQuote | None, ...] = ()
    flow_days: frozenset[date] = field(default=frozenset(), compare=False)

    def quote(self, series: str) -> Quote:
        """Quote of one series id."""
        for quote in self.snapshot:
            if quote.series == series:
                return quote
        raise KeyError(series)

    def next_event(self, event: str) -> datetime | None:
        """Next scheduled instant of an event, None where the source does not cover it."""
        return self._release(event)[1]

    def last_event(self, event: str) -> datetime | None:
        """Latest past instant of an event, None where the source does not cover it."""
        return self._release(event)[0]

    def _release(self, event: str) -> tuple[datetime | None, datetime | None]:
        for name, last, following in self.releases.rows:
            if name == event:
                return _instant(last), _instant(following)
        raise KeyError(event)


def _instant(cell: Cell) -> datetime | None:
    return cell if isinstance(cell, datetime) else None


def read_sample(asof: datetime | None = None) -> MarketMorning:
    """Market of the shipped sample as one morning knew it.

    Parameters
    ----------
    asof : datetime, optional
        New York wall clock, without a time zone; Thursday 4 October 2018, 09:00 when omitted.

    Returns
    -------
    MarketMorning

    Raises
    ------
    MarketError
        The sample has fewer than 300 sessions before that moment, or lacks the sessions just before it.

    Examples
    --------
    >>> morning = read_sample()
    >>> morning.quote("vix").value, morning.quote("vix").observed
    (11.61, datetime.datetime(2018, 10, 3, 16, 15))
    """
    moment = sample.DEFAULT_ASOF if asof is None else asof
    facts = sample.load()
    first, end = sample_range(facts)
    if moment.tzinfo is not None:
        raise MarketError("as-of must be New York wall clock without a time zone")
    if not first <= moment < end:
        valid = f"from {first:%Y-%m-%dT%H:%M} to before {end:%Y-%m-%dT%H:%M} New York time"
        raise MarketError(f"the sample serves mornings {valid}, not {moment.isoformat(timespec='minutes')}")
    return assemble(facts, moment, "sample")


def sample_range(facts: Facts) -> tuple[datetime, datetime]:
    """First moment the sample can serve, and the moment it no longer can: the close of a session it lacks."""
    closes = facts.series["spx_close"]
    return closes[HISTORY_SESSIONS - 1].available, sample.END


def assemble(facts: Facts, asof: datetime, source: str) -> MarketMorning:
    """Everything a source knew at `asof`, laid out as the workbook's tables.

    Raises
    ------
    MarketError
        Fewer than 300 sessions are known.
    """
    curve = _known_curve(facts, asof)
    return MarketMorning(
        asof=asof,
        source=source,
        snapshot=_snapshot(facts, asof, curve),
        history=_history(facts, asof),
        curve=Rows(CURVE_COLUMNS, tuple(_curve_row(settle, asof) for settle in curve)),
        calendar=Rows(CALENDAR_COLUMNS, tuple(_upcoming(facts, asof))),
        releases=_releases(facts, asof),
        monthly=_monthly(facts, asof),
        foreign_rates=_typed(FOREIGN_COLUMNS, facts.foreign_rates, asof),
        position=_typed(POSITION_COLUMNS, facts.position, asof),
        fundamentals=_typed(FUNDAMENTALS_COLUMNS, facts.fundamentals, asof),
        flows=_flows(facts, asof),
    )


def _by_day(facts: Facts, series: str, asof: datetime) -> dict[date, float]:
    """Known values by day; a revision known at `asof` replaces the value it revises."""
    return {datum.day: datum.value for datum in facts.known(series, asof)}


def _history(facts: Facts, asof: datetime) -> Rows:
    # A session exists once its close is known; every other column may lag behind it.
    days = sorted(_by_day(facts, "spx_close", asof))[-HISTORY_SESSIONS:]
    if len(days) < HISTORY_SESSIONS:
        raise MarketError(
            f"{len(days)} sessions of S&P 500 closes are known at {asof.isoformat(timespec='minutes')}, "
            f"{HISTORY_SESSIONS} are needed"
        )
    names = [f"spx_{name}" if name in SPX_PARTS else name for name in HISTORY_COLUMNS[1:]]
    columns = [_by_day(facts, name, asof) for name in names]
    return _joined(HISTORY_COLUMNS, days, columns)


def _known_curve(facts: Facts, asof: datetime) -> tuple[Settle, ...]:
    """Settles of the latest known session, without contracts whose settlement instant has come."""
    known = known_rows(facts.settles, asof)
    if not known:
        return ()
    latest = max(settle.day for settle in known)
    rows = {
        settle.contract: settle
        for settle in known
        if settle.day == latest and datetime.combine(settle.expiry, VX_SETTLEMENT) > asof
    }
    return tuple(sorted(rows.values(), key=lambda settle: settle.expiry))


def _curve_row(settle: Settle, asof: datetime) -> tuple[Cell, ...]:
    days_settle = float((settle.expiry - settle.day).days)
    days_asof = (datetime.combine(settle.expiry, VX_SETTLEMENT) - asof) / timedelta(days=1)
    return settle.contract, settle.expiry, days_settle, days_asof, settle.value


def _snapshot(facts: Facts, asof: datetime, curve: tuple[Settle, ...]) -> tuple[Quote, ...]:
    listed = {"vx_front": curve[:1], "vx_second": curve[1:2]}
    quotes = []
    for series in SNAPSHOT:
        if series in listed:
            settles = listed[series]
            latest = (settles[0].value, settles[0].available, settles[0].contract) if settles else None
        else:
            # A revision of an earlier month may be the last to appear, but it is not the latest value.
            datum = max(facts.known(series, asof), default=None, key=lambda known: known[:2])
            latest = (datum.value, datum.available, _period_note(facts, series, datum, asof)) if datum else None
        quotes.append(_quote(facts, series, latest))
    return tuple(quotes)


def _quote(facts: Facts, series: str, latest: tuple[float, datetime, str] | None) -> Quote:
    entry = CATALOGUE[series]
    origin = facts.origins.get(series, Origin(entry.source))
    value, observed, remark = latest if latest else (None, None, "nothing known at this as-of")
    return Quote(
        series=series,
        title=entry.title,
        value=value,
        unit=entry.unit,
        observed=observed,
        fetched=origin.fetched,
        source=origin.source,
        max_age=entry.max_sessions,
        quality=entry.quality if origin.quality == "OK" else origin.quality,
        note="; ".join(part for part in (remark, origin.note, entry.note) if part),
    )


def _period_note(facts: Facts, series: str, latest: Datum, asof: datetime) -> str:
    """Name the month of a monthly value, and any newer print that the source lacks."""
    if series not in MONTHLY_COLUMNS:
        return ""
    remark = f"month {latest.day:%Y-%m}"
    last = _last_and_next(facts, series, asof)[0]
    if last is not None and last > latest.available:
        remark += f"; the print of {last:%Y-%m-%d} is missing"
    return remark


def _last_and_next(facts: Facts, event: str, asof: datetime) -> tuple[datetime | None, datetime | None]:
    # Before an event's first date the source does not cover it: its next date need not be the true next one.
    instants = [row.at for row in facts.events if row.event == event]
    past = [at for at in instants if at <= asof]
    ahead = [at for at in instants if at > asof]
    return (past[-1] if past else None), (ahead[0] if past and ahead else None)


def _releases(facts: Facts, asof: datetime) -> Rows:
    rows = tuple((event, *_last_and_next(facts, event, asof)) for event in EVENTS)
    return Rows(RELEASE_COLUMNS, rows)


def _upcoming(facts: Facts, asof: datetime) -> list[Event]:
    covered = {row.event for row in facts.events if row.at <= asof}
    return [row for row in facts.events if row.at > asof and row.event in covered]


def _monthly(facts: Facts, asof: datetime) -> Rows:
    columns = [_by_day(facts, name, asof) for name in MONTHLY_COLUMNS[1:]]
    months = sorted(set().union(*columns))
    return _joined(MONTHLY_COLUMNS, months, columns)


def _flows(facts: Facts, asof: datetime) -> Rows:
    columns = [_by_day(facts, name, asof) for name in FLOW_SERIES]
    return _joined(FLOW_COLUMNS, sorted(set(columns[0]) & set(columns[1])), columns)


def _joined(names: tuple[str, ...], days: list[date], columns: list[dict[date, float]]) -> Rows:
    """One row a day; NaN where a column has no value for it."""
    rows: list[tuple[Cell, ...]] = [(day, *(column.get(day, math.nan) for column in columns)) for day in days]
    return Rows(names, tuple(rows))


def _typed(columns: tuple[str, ...], typed: tuple[Typed, ...], asof: datetime) -> Rows:
    return Rows(columns, tuple(row.cells for row in known_rows(typed, asof)))
