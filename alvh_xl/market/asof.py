"""One morning from the store: only what was known at an instant, and only as much of it as a morning shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from alvh_xl.market.errors import MarketError
from alvh_xl.market.facts import Datum, Event, Facts, Origin, Settle, Typed
from alvh_xl.market.morning import (
    FLOW_SERIES,
    FUNDAMENTALS_COLUMNS,
    HISTORY_COLUMNS,
    HISTORY_SESSIONS,
    VX_SETTLEMENT,
    MarketMorning,
    assemble,
)
from alvh_xl.market.series import BREADTH, CATALOGUE, SEPARATOR, SNAPSHOT, SPX_PARTS
from alvh_xl.market.store import Store, Stored
from alvh_xl.model.sessions import FIRST, LAST, vix_expiry

MONTHS = 72  # the Macro sheet shows 60, and its z-scores look no further
CURVE_CONTRACTS = 9  # as many as the exchange lists at a time today, and rows of the Curve sheet
CURVE_SESSIONS = 5  # looked back at for one on which the front two contracts are both known
EVENT_DAYS = 400
# What counts the issues of an exchange from a list of stocks is not the exchange's own count.
COUNTED = "counted from constituents"
NEXT_STEP = "run `alvh-xl data sync` (or `alvh-xl data import FOLDER`), or refresh with --source sample"


def read_store(store: Store, asof: datetime, source: str = "store") -> MarketMorning:
    """Market of one morning as the store knew it.

    Parameters
    ----------
    store : Store
    asof : datetime
        New York wall clock, without a time zone.
    source : str
        What the workbook's cell `data_source` shows.

    Raises
    ------
    MarketError
        The store knew fewer than 300 sessions then; the message names the next step.
    """
    check_asof(asof)
    facts = facts_from_store(store, asof)
    try:
        morning = assemble(facts, asof, source)
    except MarketError as problem:
        raise MarketError(f"the store {store.path.name} cannot serve this morning: {problem}; {NEXT_STEP}") from problem
    days = frozenset(row.day for row in store.rows(FLOW_SERIES[0], datetime.max))
    return replace(morning, flow_days=days) if days else morning


def check_asof(asof: datetime) -> None:
    """Refuse a moment whose sessions, or whose coming events, the exchange calendar does not hold.

    Raises
    ------
    MarketError
    """
    if asof.tzinfo is not None:
        raise MarketError("as-of must be New York wall clock without a time zone")
    if not FIRST.year + 2 <= asof.year <= LAST.year - 3:
        raise MarketError(f"the store serves mornings of {FIRST.year + 2} to {LAST.year - 3}, not {asof:%Y-%m-%d}")


def facts_from_store(store: Store, asof: datetime) -> Facts:
    """Everything a morning shows, as the store knew it at `asof`; typed inputs are not the store's."""
    with store.reading():
        start = store.last_day("spx_close", asof, HISTORY_SESSIONS) or date.min
        found = {series: _window(store, series, asof, start) for series in _wanted()}
        settles = _curve(store, asof)
        events = store.events(asof - timedelta(EVENT_DAYS), asof + timedelta(EVENT_DAYS))
        accounts = store.rows("accounts", asof)
    origins = {series: _origin(rows[-1]) for series, rows in found.items() if rows}
    if settles:
        origins |= dict.fromkeys(("vx", "vx_front", "vx_second"), _origin(settles[-1]))
    return Facts(
        series={name: tuple(Datum(row.day, row.available, row.value) for row in rows) for name, rows in found.items()},
        settles=tuple(
            Settle(row.item, row.expiry, row.day, row.available, row.value) for row in settles if row.expiry is not None
        ),
        events=tuple(sorted([*events, *settlements(asof)], key=lambda event: (event.at, event.event))),
        foreign_rates=(),
        position=(),
        fundamentals=tuple(sorted(_companies(accounts), key=lambda typed: typed.available)),
        origins=origins,
    )


def _wanted() -> Iterable[str]:
    parts = (f"spx_{part}" for part in SPX_PARTS)
    return dict.fromkeys([*parts, *FLOW_SERIES, *(name for name in SNAPSHOT if not name.startswith("vx_"))])


def _window(store: Store, series: str, asof: datetime, start: date) -> list[Stored]:
    """Rows of the sheets History and Macro; of another series, and of one that ended before, those of its last day."""
    if series in FLOW_SERIES:
        start = date.min
    elif CATALOGUE[series].every == "month":
        start = (asof - timedelta(MONTHS * 31)).date()
    elif series.removeprefix("spx_") not in HISTORY_COLUMNS:
        start = date.max
    rows = store.rows(series, asof, start) if start < date.max else []
    if not rows:
        last = store.last_day(series, asof)
        rows = store.rows(series, asof, last) if last else []
    return rows


def front_two(moment: datetime) -> set[date]:
    """Settlement days of the two nearest monthly contracts.

    Examples
    --------
    >>> sorted(front_two(datetime(2018, 10, 17, 9, 30)))
    [datetime.date(2018, 11, 21), datetime.date(2018, 12, 19)]
    """
    first = moment.year * 12 + moment.month - 1
    days = [vix_expiry(place // 12, place % 12 + 1) for place in range(first, first + 3)]
    return set([day for day in days if datetime.combine(day, VX_SETTLEMENT) > moment][:2])


def _curve(store: Store, asof: datetime) -> list[Stored]:
    """Settlements of the last known session: the nearest contracts that have not settled yet.

    A session on which one of the front two is lacking is passed over, as the next contract would stand in its place;
    years in which not every month was listed have none that is complete, and show the last.
    """
    last: list[Stored] = []
    for back in range(1, CURVE_SESSIONS + 1):
        day = store.last_day("vx", asof, back)
        if day is None:
            break
        rows = _alive(store, day, asof)
        if front_two(asof) <= {row.expiry for row in rows}:
            return rows
        last = last or rows
    return last


def _alive(store: Store, day: date, asof: datetime) -> list[Stored]:
    """Settlements of one session, without contracts that have settled since, in order of availability."""
    rows = {row.item: row for row in store.rows("vx", asof, day) if row.day == day}
    alive = [row for row in rows.values() if row.expiry and datetime.combine(row.expiry, VX_SETTLEMENT) > asof]
    kept = sorted(alive, key=lambda row: row.expiry or date.max)[:CURVE_CONTRACTS]
    return sorted(kept, key=lambda row: row.available)


def _companies(rows: Sequence[Stored]) -> Iterator[Typed]:
    """Build one row a company from the last known of each figure; blank where one was never filed."""
    found: dict[str, dict[str, Stored]] = {}
    for row in sorted(rows, key=lambda row: row.day):
        company, _, figure = row.item.rpartition(SEPARATOR)
        found.setdefault(company, {})[figure] = row
    for company, figures in found.items():
        cells = (figures[name].value if name in figures else None for name in FUNDAMENTALS_COLUMNS[1:8])
        filed = max(row.day for row in figures.values())
        known = max(row.available for row in figures.values())
        yield Typed(known, (company, *cells, filed, CATALOGUE["accounts"].unit, "imported"))


def _origin(last: Stored) -> Origin:
    if last.series.startswith("rate_"):
        return Origin(last.source, note=f"month {last.day:%Y-%m}", fetched=last.fetched)
    if last.series in BREADTH and COUNTED in last.source:
        return Origin(last.source, "PROXY", "not the exchange's own count", last.fetched)
    return Origin(last.source, fetched=last.fetched)


def settlements(asof: datetime) -> list[Event]:
    """Monthly VIX settlements around a moment; a rule of the exchange, so no calendar is needed.

    Examples
    --------
    >>> [f"{event.at:%Y-%m-%d %H:%M}" for event in settlements(datetime(2018, 10, 4, 9, 0))][1:4]
    ['2018-10-17 09:30', '2018-11-21 09:30', '2018-12-19 09:30']
    """
    first = asof.year * 12 + asof.month - 1 - 1
    months = [(place // 12, place % 12 + 1) for place in range(first, first + 14)]
    return [
        Event("vix_settlement", datetime.combine(vix_expiry(*month), time(9, 30)), "monthly VIX settlement")
        for month in months
    ]
