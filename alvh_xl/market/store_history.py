"""Daily history for the back-test from the store: each session's values as they were known on the next morning."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time

from alvh_xl.market.errors import MarketError
from alvh_xl.market.history import Table, joined
from alvh_xl.market.store import Store, Stored
from alvh_xl.market.store_chains import closing_quotes
from alvh_xl.model.backtest import BacktestData
from alvh_xl.model.backtest.pressure import Prints, pressures
from alvh_xl.model.sessions import FIRST, LAST, sessions_between, to_serial

MORNING, CLOSE = time(9, 0), 16.0 / 24.0
SERIES = {
    "spx": "spx_close", "vix": "vix", "vix9d": "vix9d", "vix3m": "vix3m", "vvix": "vvix", "skew": "skew",
    "advances": "advances", "declines": "declines",
}  # fmt: skip
BILLS = "treasury_3m"


def store_history(store: Store, asof: datetime) -> BacktestData:
    """History of the store, nothing in it known later than `asof`.

    A session's value is the one known at 09:00 on the next session's morning: a value that arrived later, or that was
    revised later, was not there to decide on, so it is not used. A session without SPX or VIX known by then is left
    out. With it come the option quotes of its sessions' closes, see `closing_quotes`.

    Raises
    ------
    MarketError
        The store has no session with both.
    """
    mornings = Mornings(asof)
    with store.reading():
        tables = {name: mornings.values(store.rows(series, asof)) for name, series in SERIES.items()}
        settles = mornings.kept(store.rows("vx", asof))
        bills = mornings.values(store.rows(BILLS, asof))
        prints = [_prints(store.rows(name, asof)) for name in ("cpi", "ppi")]
        decisions = [event.at for event in store.events(datetime.min, datetime.max) if event.event == "fomc"]
    if not set(tables["spx"]) & set(tables["vix"]):
        raise MarketError(
            f"the store {store.path.name} has no session with SPX and VIX; run `alvh-xl data sync` (or `alvh-xl data "
            "import FOLDER`), or back-test the sample with --source sample"
        )
    curve = [
        [to_serial(row.day), float((row.expiry - row.day).days), row.value]
        for row in settles.values()
        if row.expiry is not None and row.expiry >= row.day and row.value >= 1.0
    ]
    dates = sorted(set(tables["spx"]) & set(tables["vix"]))
    macro: Table = {}
    if all(side is not None for side in prints) and decisions:
        moments = [day + CLOSE for day in dates]
        found = pressures(moments, prints[0], prints[1], sorted(map(to_serial, decisions)))  # type: ignore[arg-type]
        macro = dict(zip(dates, found.tolist(), strict=True))
    history = joined(tables, curve, macro, {day: value / 100.0 for day, value in bills.items()})
    return replace(history, quotes=closing_quotes(store, asof))


def first_curve_day(data: BacktestData) -> float:
    """First session with a VX settle; the first session of all where there is none."""
    with_curve = data.dates[(data.curve_days > 0.0).any(axis=1)]
    return float(with_curve[0] if with_curve.size else data.dates[0])


def serial_values(store: Store, series: str, asof: datetime, start: date) -> Table:
    """First value of each day of one series from a day on, by its serial, in the order of days."""
    first: dict[date, float] = {}
    for row in store.rows(series, asof, start):
        first.setdefault(row.day, row.value)
    return {to_serial(day): first[day] for day in sorted(first)}


def serial_events(store: Store, name: str, asof: datetime) -> list[float]:
    """Instants of one kind of event up to a moment, as serials."""
    return [to_serial(event.at) for event in store.events(datetime.min, asof) if event.event == name]


class Mornings:
    """The instant by which a session's value must have been known: 09:00 of the session after it."""

    def __init__(self, asof: datetime) -> None:
        self._asof = asof
        self._sessions = sessions_between(FIRST, LAST)

    def after(self, day: date) -> datetime:
        """Morning after a day."""
        place = bisect_right(self._sessions, day)
        return datetime.combine(self._sessions[place], MORNING) if place < len(self._sessions) else self._asof

    def kept(self, rows: Iterable[Stored]) -> dict[tuple[date, str], Stored]:
        """Last revision of each day and item known in time; `rows` are in order of availability."""
        return {(row.day, row.item): row for row in rows if row.available <= self.after(row.day)}

    def values(self, rows: Iterable[Stored]) -> Table:
        """Value of each day by its serial."""
        return {to_serial(day): row.value for (day, _), row in self.kept(rows).items()}


def _prints(rows: list[Stored]) -> Prints | None:
    """First values of a monthly index up to its first missing month; None where there are too few to begin with."""
    first: dict[date, Stored] = {}
    for row in rows:
        first.setdefault(row.day, row)
    months = sorted(first)
    whole = [
        month for i, month in enumerate(months) if month.year * 12 + month.month == _number(months[0]) + i
    ]  # fmt: skip
    if len(whole) < 24:
        return None
    return Prints.of([to_serial(first[m].available) for m in whole], [first[m].value for m in whole])


def _number(month: date) -> int:
    return month.year * 12 + month.month
