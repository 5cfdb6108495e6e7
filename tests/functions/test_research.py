"""Event studies and clusters as cells show them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from alvh_xl.functions import REGISTRY, CellError

NA, NUM = CellError.NA, CellError.NUM


def column(*cells: Any) -> list[list[Any]]:
    return [[cell] for cell in cells]


def weekdays(first: str, count: int) -> list[dt.date]:
    """So many Mondays to Fridays from a date on."""
    day = dt.date.fromisoformat(first)
    found: list[dt.date] = []
    while len(found) < count:
        if day.weekday() < 5:
            found.append(day)
        day += dt.timedelta(days=1)
    return found


DAYS = weekdays("2024-01-01", 120)
EVENTS = (30, 70, 100)
JUMP = [20.0 + (t in EVENTS) * 3.0 for t in range(120)]


def study(*arguments: Any) -> Any:
    return REGISTRY["ALVH_EVENT_STUDY"].evaluate(list(arguments))


def test_a_jump_on_the_event_day_is_an_effect_on_that_day_only() -> None:
    """Three points on the day of each event, nothing before and after."""
    table = study(column(*(DAYS[t] for t in EVENTS)), column(*DAYS), column(*JUMP), 2, 2)
    assert table[0] == ["session", "mean", "control", "abnormal", "low", "high", "error", "n", "verdict"]
    assert [row[0] for row in table[1:]] == [-2.0, -1.0, 0.0, 1.0, 2.0]
    assert [row[3] for row in table[1:]] == [0.0, 0.0, 3.0, 0.0, 0.0]
    assert [row[8] for row in table[1:]] == ["no effect shown"] * 2 + ["effect"] + ["no effect shown"] * 2
    assert [row[6] for row in table[1:]] == [0.0] * 5  # every event moves alike
    assert {row[7] for row in table[1:]} == {3.0}


def test_dates_may_be_cells_serials_or_texts_and_blank_ends_change_nothing() -> None:
    """However a date is typed, the answer is the same."""
    plain = study(column(*(DAYS[t] for t in EVENTS)), column(*DAYS), column(*JUMP), 2, 2)
    texts = column(*(DAYS[t].isoformat() for t in EVENTS), None)
    serials = column(None, *((day - dt.date(1899, 12, 30)).days for day in DAYS))
    assert study(texts, serials, column(None, *JUMP), 2, 2) == plain


def test_too_few_events_and_unsorted_sessions() -> None:
    """One event has no interval; sessions out of order have no next session."""
    assert study(DAYS[30], column(*DAYS), column(*JUMP), 2, 2) is NA
    assert study(column(DAYS[30], DAYS[70]), column(*DAYS[::-1]), column(*JUMP), 2, 2) is NUM


def test_a_month_is_compared_with_the_months_before_it_only() -> None:
    """A first burst is a cluster; it then raises the yardstick of the months after."""
    flags = REGISTRY["ALVH_IPO_CLUSTERS"].evaluate([column(10, 12, 9, 11, 30, 31, 32), 4, 50])
    assert flags == column(NA, NA, NA, NA, 1.0, 1.0, 1.0)
    highest = REGISTRY["ALVH_IPO_CLUSTERS"].evaluate([column(10, 12, 9, 11, 30, 30, 32), 4, 100])
    assert highest == column(NA, NA, NA, NA, 1.0, 0.0, 1.0)
