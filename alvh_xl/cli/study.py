"""alvh-xl study: do releases and offerings move VIX, as the document says; measured on the store's own history."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from alvh_xl.cli.backtest_text import ADVICE, Shown
from alvh_xl.cli.shared import app, fail, out, plain
from alvh_xl.cli.sources import StorePath, now

if TYPE_CHECKING:
    from alvh_xl.functions.event_report import Reaction
    from alvh_xl.market.store import Store

_EVENTS = ("gdp", "cpi", "ppi", "fomc")
_DRAWS = 5000


@app.command()
def study(
    start: Annotated[str, typer.Option(help="First day of VIX.")] = "1990-01-01",
    before: Annotated[int, typer.Option(min=0, max=20, help="Sessions before the event.")] = 5,
    after: Annotated[int, typer.Option(min=0, max=20, help="Sessions after it.")] = 5,
    store: StorePath = None,
) -> None:
    """Measure how VIX moved around GDP, CPI, PPI and FOMC, and after clusters of offerings; reads the store."""
    from alvh_xl.market.store import Store, default_path

    file = store or default_path()
    if not file.is_file():
        raise fail(f"there is no store {file}; run `alvh-xl data sync` or `alvh-xl data import FOLDER` first")
    try:
        first = dt.date.fromisoformat(start)
    except ValueError:
        raise fail(f"{start!r} is no date; write for example 2007-01-01") from None
    with Store(file) as opened:
        lines = _lines(opened, first, before, after)
    for text in (*lines, ADVICE):
        out.print(plain(text))


def _lines(store: Store, first: dt.date, before: int, after: int) -> list[str]:
    import numpy as np

    from alvh_xl.functions.event_report import reactions
    from alvh_xl.market.store_history import serial_events, serial_values

    moment = now()
    vix = serial_values(store, "vix", moment, first)
    if len(vix) < 60:
        raise fail("the store has no VIX from that day on; run `alvh-xl data sync`")
    dates, values = np.array(list(vix)), np.array(list(vix.values()))
    calendar = {name: serial_events(store, name, moment) for name in _EVENTS}
    found = reactions({name: days for name, days in calendar.items() if days}, dates, values, before, after)
    missing = [name for name in _EVENTS if name not in {one.event for one in found}]
    lines = [f"VIX, {_day(dates[0])} to {_day(dates[-1])}, {dates.size} sessions.", "", *_table(found).lines()]
    if missing:
        lines.append(f"No dates of {', '.join(missing)} in the store; `alvh-xl data import` takes a calendar.")
    return [*lines, "", *_clusters(store, moment, dates, values)]


def _table(found: list[Reaction]) -> Shown:
    columns = ("event", "session", "points of VIX", "from", "to", "HAC error", "n", "verdict")
    rows: list[tuple[str, ...]] = [
        (one.event, f"{one.session:+d}" if one.session else "0", f"{one.effect:.3f}", *map(_points, (one.low, one.high,
         one.error)), str(one.n), one.verdict)
        for one in found
    ]  # fmt: skip
    note = (
        "mean change from the session before the event, less that of quiet days of the same weekday; from, to: 95 % "
        "interval of 5,000 resamples of events and quiet days, none with fewer than 5 of a weekday; each row "
        "is one of several looks, so one effect in twenty is chance"
    )
    return Shown("Reactions to releases", columns, rows, note)


def _clusters(store: Store, moment: dt.datetime, dates: object, values: object) -> list[str]:
    """One sentence on clusters of offerings."""
    import numpy as np

    from alvh_xl.functions.event_report import clusters
    from alvh_xl.market.store_history import serial_values

    counts = serial_values(store, "ipo_count", moment, dt.date.min)
    nothing = (
        "Offerings: the store has no ipo_count of 84 months or more; import a file with the columns month, ipo_count."
    )
    if len(counts) < 84:
        return [nothing]
    try:
        effect = clusters(
            np.array(list(counts)), np.array(list(counts.values())), np.asarray(dates), np.asarray(values), _DRAWS
        )
    except ValueError as problem:
        return [f"Offerings: {problem}."]
    low, high = effect.interval
    return [
        f"Offerings: in the month after a cluster VIX moved {effect.effect:+.2f} points against other months at equal "
        f"VIX ({low:.2f} to {high:.2f} by the Newey-West error, {effect.low:.2f} to {effect.high:.2f} by resampled "
        f"blocks of 12 months, n {effect.n}): {effect.verdict}."
    ]


def _points(value: float) -> str:
    return f"{value:.3f}" if value == value else "n/a"


def _day(serial: float) -> str:
    return f"{dt.date(1899, 12, 30) + dt.timedelta(days=int(serial)):%d-%b-%Y}"
