"""FRED: the graph CSV (header DATE or observation_date), and the API's JSON when a key is in the environment.

Which series and under which codes, the catalogue says: fed funds, Treasuries, CPI, PPI, GDP, exchange and foreign
rates. With a key the API also tells the release dates of CPI, PPI and GDP, coming ones among them.
"""

from __future__ import annotations

import json
from datetime import date

from alvh_xl.market.errors import ProviderError
from alvh_xl.market.observation import Observation
from alvh_xl.market.providers import text
from alvh_xl.market.series import CATALOGUE

HOST = "https://fred.stlouisfed.org"
PATH = "/graph/fredgraph.csv?id={}&cosd={}"
API_HOST = "https://api.stlouisfed.org"
API_PATH = "/fred/series/observations?series_id={}&observation_start={}&file_type=json&api_key={}"
DATES_PATH = (
    "/fred/release/dates?release_id={}&realtime_start=1990-01-01&include_release_dates_with_no_data=true"
    "&sort_order=asc&file_type=json&api_key={}"
)
KEY = "FRED_API_KEY"
# FRED's numbers of the releases.
RELEASES = {"cpi": 10, "ppi": 46, "gdp": 53}
CODES = {name: entry.field for name, entry in CATALOGUE.items() if entry.provider == "FRED"}
LONGEST_PAUSE = 120
MISSING = frozenset({"", "."})


def parse_csv(body: bytes, series: str, today: date) -> list[Observation]:
    """Values of one series from the graph download.

    Raises
    ------
    ProviderError
        The answer is not this series.
    """
    gathered = text.Gathered(f"FRED {CODES[series]}", today)
    found = text.lines(body, gathered.what)
    table = text.rows(found)
    header = next(table)
    if header not in (["DATE", CODES[series]], ["observation_date", CODES[series]]):
        raise ProviderError(f"{gathered.what}: the header is not the expected one ({found[0][:60]})")
    for row in table:
        if len(row) == 2:
            _take(gathered, series, row[0], row[1])
        else:
            gathered.seen += 1
            gathered.bad += 1
    return gathered.result()


def parse_json(body: bytes, series: str, today: date) -> list[Observation]:
    """Values of one series from the API.

    Raises
    ------
    ProviderError
        The answer is not a list of observations.
    """
    gathered = text.Gathered(f"FRED API {CODES[series]}", today)
    try:
        pairs = [(str(row["date"]), str(row["value"])) for row in json.loads(body)["observations"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ProviderError(f"{gathered.what}: the answer is not a list of observations") from None
    for day, value in pairs:
        _take(gathered, series, day, value)
    return gathered.result()


def release_days(body: bytes, event: str, today: date) -> list[date]:
    """Days on which a figure came out or is to come out, soonest first; weekends are no days of release.

    Raises
    ------
    ProviderError
        The answer is not the list of this release, or ended long ago.
    """
    what = f"FRED API, release dates of {event.upper()}"
    try:
        rows = json.loads(body)["release_dates"]
        if any(row["release_id"] != RELEASES[event] for row in rows):
            raise ValueError("another release")
        days = {text.day(str(row["date"]), "%Y-%m-%d") for row in rows}
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ProviderError(f"{what}: the answer is not a list of dates") from None
    found = sorted(day for day in days if day.weekday() < 5)
    if not found or (today - found[-1]).days > LONGEST_PAUSE:
        raise ProviderError(f"{what}: there is no date of the last {LONGEST_PAUSE} days")
    return found


def _take(gathered: text.Gathered, series: str, day: str, value: str) -> None:
    gathered.seen += 1
    if value in MISSING:
        return
    try:
        found = Observation(series, text.day(day, "%Y-%m-%d"), text.number(value))
    except ValueError:
        gathered.bad += 1
        return
    gathered.add(found)
