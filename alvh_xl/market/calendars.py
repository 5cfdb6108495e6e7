"""Release and decision dates from their publishers into the store; a calendar the user imported goes before them.

An event that no source covers has no date: nothing is worked out from a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from alvh_xl.market.errors import MarketError
from alvh_xl.market.facts import Event
from alvh_xl.market.imports import EVENT_TIMES
from alvh_xl.market.providers import Agenda
from alvh_xl.market.store import Scheduled, Store
from alvh_xl.market.sync import Fetch, just_checked

# A calendar changes a few times a year.
PAUSE = timedelta(hours=20)
NOTES = {"cpi": "CPI release", "ppi": "PPI release", "gdp": "GDP release", "fomc": "FOMC decision"}
OWN = "import "
# The same release, dated a little otherwise by two sources, is not two releases.
NEAR = timedelta(5)


def sync_calendars(store: Store, agendas: Sequence[Agenda], fetch: Fetch, now: Callable[[], datetime]) -> list[str]:
    """Fetch the calendars that were not looked at today; one line for each that could not be read.

    A calendar is replaced as a whole, so a date that was moved is moved; dates between the first and the last of a
    file the user imported are the user's.
    """
    problems = []
    for agenda in agendas:
        mark = f"calendar {agenda.event}"
        if just_checked(store, mark, now(), PAUSE):
            continue
        try:
            days = agenda.parse(fetch(agenda.url).body)
        except MarketError as problem:
            problems.append(f"{agenda.provider}, dates of {agenda.event}: {problem}")
            continue
        _keep(store, agenda, days, now())
        store.mark(mark, days[0], now())
    return problems


def _keep(store: Store, agenda: Agenda, days: Sequence[date], now: datetime) -> None:
    instants = [datetime.combine(day, EVENT_TIMES[agenda.event]) for day in days]
    own = store.calendar_span(agenda.event, OWN)
    first, last = (own[0] - NEAR, own[1] + NEAR) if own else (datetime.max, datetime.max)
    for part in ([at for at in instants if at < first], [at for at in instants if at > last]):
        if part:
            rows = [Scheduled(Event(agenda.event, at, NOTES[agenda.event])) for at in part]
            store.replace_events(rows, agenda.provider, now)
