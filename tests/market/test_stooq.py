"""Stooq's daily CSV: both languages, short rows, months before days, and what is no history at all."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from alvh_xl.market.errors import ProviderError
from alvh_xl.market.observation import Observation
from alvh_xl.market.providers import alternatives_for, requests_for, stooq
from alvh_xl.market.series import SPX_PARTS

TODAY = date(2026, 11, 25)
SPX = tuple(f"spx_{part}" for part in SPX_PARTS)
ALL = date(1700, 1, 1)


def spx(body: bytes, since: date = ALL) -> list[Observation]:
    return stooq.parse(body, "^spx", SPX, since, TODAY)


@pytest.mark.parametrize(
    ("language", "day", "prices"),
    [
        ("en", date(2025, 10, 1), (6664.92, 6718.48, 6656.2, 6711.2)),
        ("pl", date(2023, 3, 13), (3835.12, 3905.05, 3808.86, 3855.76)),
    ],
)
def test_both_languages_are_read(
    shared_data: Path, language: str, day: date, prices: tuple[float, float, float, float]
) -> None:
    """A browser in Poland downloads another header and other line ends; the prices are those of the file."""
    found = spx((shared_data / "formats" / f"stooq_spx_d_{language}.sample.csv").read_bytes())
    assert tuple(next(row.value for row in found if (row.series, row.day) == (name, day)) for name in SPX) == prices


@pytest.mark.parametrize("language", ["en", "pl"])
def test_months_before_the_days_are_no_days(shared_data: Path, language: str) -> None:
    """A monthly price of 1789, or of the month before the first day, is not the close of a session."""
    found = spx((shared_data / "formats" / f"stooq_spx_d_{language}.sample.csv").read_bytes())
    assert min(row.day.year for row in found) >= 2023
    body = b"Date,Open,High,Low,Close\n2017-12-01,1,1,1,1\n2018-10-02,9,9,9,9\n2018-10-03,11,12,10,11\n"
    fund = stooq.parse(body, "vnq.us", ("reit_price",), ALL, TODAY)
    assert [(row.day.day, row.value) for row in fund] == [(2, 9.0), (3, 11.0)]


ROW = "2018-10-02,12,14,11,13,500\n"
BAD = ["2018-10-03,12,11,14,13,500", "2018-10-03,12,14,11", "2018-10-03,12,14,11,13,5,6", "2018-10-03,a,14,11,13,1",
       "2081-10-03,12,14,11,13,1", "03.10.2018,12,14,11,13,1", "2018-10-03,12,14,11,1e9,1"]  # fmt: skip


@pytest.mark.parametrize("bad", BAD)
def test_a_row_that_cannot_be_right_is_left_out(bad: str) -> None:
    """A high below the low, a torn row, a day to come or an absurd price would reach the store."""
    body = f"Date,Open,High,Low,Close,Volume\n2018-10-01,12,14,11,13,5\n{ROW}{bad}\n".encode()
    found = stooq.parse(body, "vnq.us", ("reit_price",), ALL, TODAY)
    assert [row.day for row in found] == [date(2018, 10, 1), date(2018, 10, 2)]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"Get your apikey:\n\n1. Open https://stooq.com/q/d/?s=spy.us&get_apikey", "header"),
        (b"No data", "header"),
        (b"Exceeded the daily hits limit", "header"),
        (b"<!doctype html><p>Please sign in</p>", "web page"),
        (b"Date,Open,High,Low,Last\n2018-10-02,1,1,1,1", "header"),
        (b"Data,Otwarcie,Najwyzszy,Najnizszy,Zamkniecie,LOP,LOP2\n2018-10-02,1,1,1,1,1,1", "header"),
        (b"", "empty"),
    ],
)
def test_what_is_no_history_is_refused_in_one_line(body: bytes, words: str) -> None:
    """The site answers a program without a key, or too many questions, with a text and status 200."""
    with pytest.raises(ProviderError, match=words) as caught:
        spx(body)
    assert "\n" not in str(caught.value)


def test_stooq_is_asked_with_a_key_alone() -> None:
    """Without one it answers with an explanation; and a key must be plain, as it stands in an address."""
    for environ in ({}, {stooq.KEY: ""}, {stooq.KEY: "a&b=c"}):
        assert alternatives_for(SPX, ALL, TODAY, "http://127.0.0.1:9", environ) == []
    [request] = alternatives_for(SPX, date(2018, 1, 2), TODAY, "http://127.0.0.1:9", {stooq.KEY: "abc"})
    assert request.url == "http://127.0.0.1:9/q/d/l/?s=%5Espx&d1=20180102&d2=20261125&i=d&apikey=abc"
    served = {name for request in requests_for(ALL, TODAY, "http://127.0.0.1:9", {}) for name in request.series}
    assert "reit_price" not in served
    with_key = requests_for(ALL, TODAY, "http://127.0.0.1:9", {stooq.KEY: "abc"})
    assert ("Stooq", ("reit_price",)) in {(request.provider, request.series) for request in with_key}
