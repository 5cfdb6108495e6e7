"""FRED: rates abroad, GDP and release dates, in both CSV forms and the API's JSON."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import pytest

from alvh_xl.market.errors import ProviderError
from alvh_xl.market.observation import Observation
from alvh_xl.market.providers import agendas_for, fred, requests_for
from alvh_xl.market.publication import published
from alvh_xl.market.series import CATALOGUE, FOREIGN_CODES

TODAY = date(2026, 11, 25)
SEEN = {"rate_gbp": ("IR3TIB01GBM156N", date(2025, 2, 1), 4.44), "gdp": ("GDP", date(2024, 10, 1), 29723.9)}


@pytest.mark.parametrize("series", SEEN)
@pytest.mark.parametrize("header", ["DATE", "observation_date"])
def test_both_headers_of_the_download_are_read(series: str, header: str) -> None:
    """FRED changed the name of its first column; a missing month is blank there."""
    code, day, value = SEEN[series]
    body = f"{header},{code}\n{day},{value}\n2025-04-01,\n".encode()
    assert fred.parse_csv(body, series, TODAY) == [Observation(series, day, value)]


@pytest.mark.parametrize("series", SEEN)
def test_the_api_is_read(shared_data: Path, series: str) -> None:
    """The stored answer with its own dates and values put in; a missing value is a dot there."""
    answer = json.loads((shared_data / "formats" / "fred_api_observations.sample.json").read_bytes())
    code, day, value = SEEN[series]
    answer["observations"][0] |= {"date": "2025-04-01"}
    answer["observations"][1] |= {"date": day.isoformat(), "value": str(value)}
    del answer["observations"][2]
    assert fred.parse_json(json.dumps(answer).encode(), series, TODAY) == [Observation(series, day, value)]
    assert code == CATALOGUE[series].field


@pytest.mark.parametrize(
    "body",
    [b"observation_date,IR3TIB01USM156N\n2025-02-01,4.3\n", b"<html>busy</html>", b"", b"date;value\n",
     b"observation_date,IR3TIB01GBM156N\n2025-02-01,444\n2025-03-01,4500\n"],
)  # fmt: skip
def test_another_series_or_absurd_rates_are_refused(body: bytes) -> None:
    """The rate of another country, a web page, or rates in basis points would move the differential."""
    with pytest.raises(ProviderError):
        fred.parse_csv(body, "rate_gbp", TODAY)


def test_each_currency_has_its_own_code() -> None:
    """Two currencies with one code would be the same rate twice; EZ is the euro area at FRED."""
    assert {currency: code[8:10] for currency, code in FOREIGN_CODES.items()} == {
        "EUR": "EZ", "JPY": "JP", "GBP": "GB", "CAD": "CA", "CHF": "CH",
    }  # fmt: skip
    served = {name for request in requests_for(TODAY, TODAY) for name in request.series}
    assert {"gdp", *(f"rate_{currency.lower()}" for currency in FOREIGN_CODES)} <= served


@pytest.mark.parametrize(
    ("series", "day", "earliest"),
    [
        # A mean over February is not known before March; FRED had that of 2025 on 17 March.
        ("rate_gbp", date(2025, 2, 1), datetime(2025, 3, 17, 14, 56)),
        # The advance estimates of these quarters came out on 2018-10-26 and 2024-01-25, at 08:30.
        ("gdp", date(2018, 7, 1), datetime(2018, 10, 26, 8, 30)),
        ("gdp", date(2023, 10, 1), datetime(2024, 1, 25, 8, 30)),
    ],
)
def test_a_replay_sees_no_value_before_it_came_out(series: str, day: date, earliest: datetime) -> None:
    """Without a calendar the rule is late rather than early."""
    assert published(CATALOGUE[series], day) >= earliest


def dates(event: str, *days: str) -> bytes:
    rows = [{"release_id": fred.RELEASES[event], "date": day} for day in days]
    return json.dumps({"realtime_start": "1990-01-01", "release_dates": rows}).encode()


def test_release_dates_past_and_coming_are_read() -> None:
    """In order, each once; a day at the weekend is a day on which the database was worked on."""
    body = dates("cpi", "2026-12-10", "2026-10-24", "2026-11-13", "2026-11-13")
    found = fred.release_days(body, "cpi", TODAY)
    assert found == [date(2026, 11, 13), date(2026, 12, 10)]


@pytest.mark.parametrize(
    "body",
    [dates("ppi", "2026-11-13"), dates("cpi", "2025-11-13"), dates("cpi"), dates("cpi", "13/11/2026"), b"[]", b"<html>",
     b'{"error_code":400,"error_message":"Bad Request."}', b'{"release_dates":[7]}', b'{"release_dates":7}'],
)  # fmt: skip
def test_an_answer_that_is_not_this_calendar_is_refused(body: bytes) -> None:
    """The dates of another release, dates that ended long ago, or an error would be shown as the next print."""
    with pytest.raises(ProviderError, match="release dates of CPI"):
        fred.release_days(body, "cpi", TODAY)


def test_release_dates_want_a_key() -> None:
    """The API answers nobody without one; the public page of decisions needs none."""
    assert [agenda.event for agenda in agendas_for(TODAY)] == ["fomc"]
    keyed = agendas_for(TODAY, "http://127.0.0.1:9", {"FRED_API_KEY": "abc"})
    assert {agenda.event for agenda in keyed} == {"fomc", "cpi", "ppi", "gdp"}
    assert all(agenda.url.startswith("http://127.0.0.1:9/") for agenda in keyed)
    assert [agenda.event for agenda in agendas_for(TODAY, None, {"FRED_API_KEY": "a b"})] == ["fomc"]
