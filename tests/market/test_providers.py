"""Parsers of live sources against the stored formats and against faults."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from alvh_xl.market.errors import ProviderError
from alvh_xl.market.observation import Observation, Read
from alvh_xl.market.providers import cboe_index, cboe_vx, fred, requests_for

TODAY = date(2026, 11, 25)
START = date(1990, 1, 1)


def vix(*rows: str, header: str = "DATE,OPEN,HIGH,LOW,CLOSE") -> list[Observation]:
    """Parse a small VIX history."""
    return cboe_index.parse("\n".join((header, *rows)).encode(), "VIX", START, TODAY)


GOOD = "10/03/2018,12,12,11,11.61"
EARLIER = "10/02/2018,12,12,11,12.05"
KEPT = Observation("vix", date(2018, 10, 3), 11.61)


def test_rows_out_of_order_or_repeated_are_put_right() -> None:
    """A shuffled file would give a shuffled history."""
    assert vix(GOOD, EARLIER, GOOD) == [Observation("vix", date(2018, 10, 2), 12.05), KEPT]


def test_what_is_left_out_is_counted_by_reason() -> None:
    """A source that turns bad row by row must not do so in silence."""
    body = b"DATE,OPEN,HIGH,LOW,CLOSE\n" + b"".join(b"10/%02d/2018,12,12,12,12\n" % day for day in range(1, 5))
    body += b"10/04/2018,12,12,12,13\n10/05/2018,1200,1200,1200,1200\n10/08/2019,12,12,12,12\n10/0"
    read = cboe_index.parse(body, "VIX", date(2018, 1, 1), date(2018, 10, 8))
    assert isinstance(read, Read)
    assert read.left_out == {
        "two values for one day": 1, "out of plausible range": 1, "a day to come": 1, "unreadable": 1,
    }  # fmt: skip
    assert [row.day.day for row in read] == [1, 2, 3]


def test_a_stray_quote_costs_its_own_row_alone() -> None:
    """It would swallow the rows after it in silence, or end the sync with a trace when there are many."""
    rows = [f"{month:02d}/{day:02d}/{year},12,12,11,12" for year in range(1990, 2018) for month in range(1, 13)
            for day in range(1, 29)]  # fmt: skip
    found = vix(f'"{EARLIER}', *rows, '10/04/2018,12,"12,11,12', f'"{GOOD}"'.replace(",", '","'))
    assert isinstance(found, Read)
    assert found.left_out == {"unreadable": 2}
    assert (len(found), found[-1]) == (len(rows) + 1, KEPT)


def test_a_stray_quote_in_the_header_refuses_the_answer() -> None:
    """What the columns are would be a guess."""
    with pytest.raises(ProviderError, match="header"):
        vix(GOOD, header='DATE,"OPEN,HIGH,LOW,CLOSE')
    with pytest.raises(ProviderError, match="header"):
        fred.parse_csv(b'DATE,"DFF\n2018-10-03,2.18\n', "fed_funds", TODAY)


@pytest.mark.parametrize(
    "bad",
    [
        "10/04/2018,1,1,1,9999",
        "10/04/2081,12,12,12,12",
        "10/04/2018,12",
        "10/04/2018,12,12,12,nan",
        "x,1,2,3,4",
        EARLIER[:-1] + "9",
    ],
)
def test_an_unbelievable_row_is_left_out(bad: str) -> None:
    """An absurd value, a wrong year, a torn row or two values for one day would reach the workbook."""
    found = vix(EARLIER, GOOD, bad)
    assert found[-1] == KEPT
    assert all(row.value in (12.05, 11.61) for row in found)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html>sign in</html>", "web page"),
        (b"DATE,PRICE\n10/03/2018,11", "header"),
        (b"", "empty"),
        (b"\xff\xfe\x00", "not text"),
        (b"DATE,VIX\n10/03/2081,11", "not believable"),
        (b"DATE,VIX\n" + b"9" * 5000, "longer"),
    ],
)
def test_a_wrong_answer_is_refused_in_one_line(body: bytes, words: str) -> None:
    """A login page or another table would be read as prices."""
    with pytest.raises(ProviderError, match=words) as caught:
        cboe_index.parse(body, "VIX", START, TODAY)
    assert "\n" not in str(caught.value)


def test_the_archive_is_rescaled_before_26_march_2007(shared_data: Path) -> None:
    """Settles of early 2007 would be ten times too high (the raw file says 153.90)."""
    body = (shared_data / "formats" / "cfe_archive_CFE_G08_VX.csv").read_bytes()
    found = cboe_vx.parse(body, 2008, 2, START, TODAY)
    assert found[0] == Observation("vx", date(2007, 2, 20), 15.39, "VXG08", date(2008, 2, 19))
    assert max(row.value for row in found) < 40


def test_both_contract_layouts_are_read(shared_data: Path) -> None:
    """A disclaimer above the header, or ISO days, would lose the contract."""
    old = (shared_data / "formats" / "cfe_archive_CFE_F14_VX.csv").read_bytes()
    new = (shared_data / "formats" / "cboe_VX_2020-03-18.csv").read_bytes()
    assert cboe_vx.parse(old, 2014, 1, START, TODAY)[0].value == 19.70
    assert cboe_vx.parse(new, 2020, 3, START, TODAY)[0].value == 17.70


def test_both_headers_and_the_api_of_fred_are_read(shared_data: Path) -> None:
    """The older header, or a missing value, would stop the rates."""
    old = (shared_data / "formats" / "fredgraph_RBUSBIS_DATE_header.csv").read_bytes()
    assert fred.parse_csv(old, "reer", TODAY)[0] == Observation("reer", date(1994, 1, 1), 88.69)
    new = b"observation_date,DFF\n2018-10-01,2.18\n2018-10-02,\n"
    api = b'{"observations":[{"date":"2018-10-01","value":"2.18"},{"date":"2018-10-02","value":"."}]}'
    expected = [Observation("fed_funds", date(2018, 10, 1), 2.18)]
    assert fred.parse_csv(new, "fed_funds", TODAY) == fred.parse_json(api, "fed_funds", TODAY) == expected


def test_a_base_address_replaces_every_host() -> None:
    """A rehearsal against a local server would reach the real sites."""
    found = requests_for(date(2018, 1, 1), date(2018, 10, 4), "http://127.0.0.1:9/")
    assert all(request.url.startswith("http://127.0.0.1:9/") for request in found)
    assert any(request.url.endswith("/VX/VX_2018-10-17.csv") for request in found)


@pytest.mark.parametrize(
    ("today", "last"),
    [
        (date(2018, 10, 16), (2019, 6)),  # the October contract settles on the 17th
        (date(2018, 10, 17), (2019, 7)),
        (date(2018, 12, 18), (2019, 8)),
        (date(2018, 12, 19), (2019, 9)),
    ],
)
def test_nine_months_of_futures_are_asked_for(today: date, last: tuple[int, int]) -> None:
    """The exchange lists nine months: a tenth would be a document not found on every such morning."""
    assert cboe_vx.contracts(today, today)[-1] == last
