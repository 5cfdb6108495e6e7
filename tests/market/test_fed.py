"""The Federal Reserve's page of meetings, laid out as the site does, against dates published elsewhere."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

import pytest

from alvh_xl.market.errors import ProviderError
from alvh_xl.market.providers import fed

Meetings = dict[int, list[tuple[str, str]]]
YEAR = [("January", "27-28"), ("March", "17-18*"), ("April", "28-29"), ("June", "16-17*"), ("July", "28-29")]


def page(meetings: Meetings) -> bytes:
    """Lay out meetings as the site does: a panel a year, a row a meeting."""
    panels = []
    for year, rows in meetings.items():
        cells = "".join(
            '<div class="fomc-meeting--shaded row fomc-meeting">'
            f'<div class="fomc-meeting__month fomc-meeting--shaded col-xs-5"><strong>{month}</strong></div>\n'
            f'<div class="fomc-meeting__date col-xs-4 col-sm-9">{days}</div>'
            '<div class="col-xs-12"><a href="/monetarypolicy/fomcminutes.htm">HTML</a> (Released April 08)</div></div>'
            for month, days in rows
        )
        panels.append(f'<div class="panel panel-default"><h4><a id="x">{year} FOMC Meetings</a></h4>{cells}</div>')
    nav = "<a href='#x'>2026 FOMC Meetings</a>"
    return f"<!DOCTYPE html><html><body>{nav}{''.join(panels)}</body></html>".encode()


def test_the_decision_is_on_the_last_day_of_a_meeting() -> None:
    """Two meetings of 2023 ran over the end of a month; one with projections carries a star."""
    rows = [("Jan/Feb", "31-1"), ("March", "21-22*"), ("May", "2-3"), ("June", "13-14*"), ("July", "25-26"),
            ("September", "19-20*"), ("October/November", "31-1"), ("December", "12-13*")]  # fmt: skip
    assert [f"{day:%m-%d}" for day in fed.decision_days(page({2023: rows}))] == [
        "02-01", "03-22", "05-03", "06-14", "07-26", "09-20", "11-01", "12-13",
    ]  # fmt: skip


def test_what_stands_in_brackets_is_no_scheduled_decision() -> None:
    """In March 2020 two meetings were called and one called off; in August 2025 there was a vote on paper."""
    extra = [("March", "3 (unscheduled)"), ("April", "17-18* (cancelled)"), ("August", "22 (notation vote)")]
    assert len(fed.decision_days(page({2026: YEAR + extra}))) == len(YEAR)


def test_the_page_gives_the_dates_published_elsewhere(shared_data: Path) -> None:
    """Every meeting on file from 2021 on, from the words of the page to the day of the decision."""
    meetings: Meetings = {}
    expected = []
    with (shared_data / "macro" / "macro_events.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found = re.fullmatch(r"([A-Z][a-z/]+) ([\d*-]+) Meeting - (\d{4})", row["detail"])
            if row["event"] == "fomc_decision" and found and int(found.group(3)) >= 2021:
                meetings.setdefault(int(found.group(3)), []).append((found.group(1), found.group(2)))
                expected.append(date.fromisoformat(row["date"]))
    assert len(expected) >= 40
    assert fed.decision_days(page(meetings)) == expected


@pytest.mark.parametrize(
    "body",
    [
        b"<html><p>Please sign in</p></html>",
        b"",
        b"\xff\xfe\x00",
        page({2026: []}),
        page({2026: YEAR[:3]}),
        page({2026: [*YEAR, ("Smarch", "13")]}),
        page({2026: [*YEAR, ("October", "thirteenth")]}),
        page({2026: [*YEAR, ("October", "28-27")]}),
        page({2026: [*YEAR, ("October", "17-18")]}),  # the 18th is a Sunday
        page({2026: [*YEAR, ("February", "30-31")]}),
        page({2026: [*YEAR, ("July", "30-31")]}),
        page({2026: YEAR * 2}),
        page({2026: YEAR}).replace(b"fomc-meeting__date", b"fomc-meeting__days"),
    ],
)
def test_a_page_that_is_not_understood_is_refused(body: bytes) -> None:
    """A wrong date of a decision is worse than none: a login page, a new layout, a slip, too many or too few."""
    with pytest.raises(ProviderError, match="Federal Reserve, FOMC calendar") as caught:
        fed.decision_days(body)
    assert "\n" not in str(caught.value)
