"""FRED: the graph CSV (header DATE or observation_date), and the API's JSON when a key is in the environment."""

from __future__ import annotations

import json
from datetime import date

from alvh_xl.market.errors import ProviderError
from alvh_xl.market.observation import Observation
from alvh_xl.market.providers import text

HOST = "https://fred.stlouisfed.org"
PATH = "/graph/fredgraph.csv?id={}&cosd={}"
API_HOST = "https://api.stlouisfed.org"
API_PATH = "/fred/series/observations?series_id={}&observation_start={}&file_type=json&api_key={}"
KEY = "FRED_API_KEY"
CODES = {
    "fed_funds": "DFF", "treasury_1m": "DGS1MO", "treasury_3m": "DGS3MO", "treasury_6m": "DGS6MO",
    "treasury_1y": "DGS1", "treasury_2y": "DGS2", "treasury_10y": "DGS10",
    "cpi": "CPIAUCSL", "ppi": "PPIACO", "reer": "RBUSBIS",
}  # fmt: skip
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
