"""The quote table as Cboe's web page saves it: four ways to write its date, one way to read it."""

from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path

import pytest

from alvh_xl.market.chain import OptionQuote
from alvh_xl.market.errors import ProviderError
from alvh_xl.market.providers.cboe_quotedata import is_quotedata, parse, parse_rows

COLUMNS = "Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest"
HEADER = f"Expiration Date,Calls,{COLUMNS},Strike,Puts,{COLUMNS}"
ROW = "Fri Dec 20 2024,SPXW241220C05000000,1,0,10,11,0,0.2,0.5,0,9,5000.00,SPXW241220P05000000,2,0,8,9,0,0.3,-0.5,0,7"


DATE = '"Date: November 20, 2024 at 10:00 AM EST",Bid: 1,Ask: 2'


def table(date_line: str = DATE, *rows: str) -> bytes:
    lines = ["S&P 500 INDEX,Last: 5000.5,Change:  -1", date_line, HEADER, *(rows or (ROW,))]
    return "\n".join(lines).encode()


# Read in the files by hand: moment of the quotes, index, number of options, and one option with its bid and ask.
VARIANTS = {
    "2022a": (
        datetime(2022, 2, 4, 17, 0),  # saved on Saturday, 5 February at 20:09
        4500.5298,
        OptionQuote("SPXW", date(2022, 2, 7), "C", 2400, 2087.8, 2102.6, 4.285, 0.9999),
        OptionQuote("SPX", date(2026, 12, 18), "P", 10000, 0, 0, 0.001, -0.9807),
    ),
    "2022b_commas": (
        datetime(2022, 7, 12, 11, 55),
        3856.28,
        OptionQuote("SPXW", date(2022, 7, 12), "P", 1200, 0, 0.05, None, None),
        OptionQuote("SPX", date(2027, 12, 17), "C", 8000, 20, 100, 0.1815, 0.0884),
    ),
    "2024": (
        datetime(2024, 1, 5, 17, 0),  # saved on Sunday, 7 January at 10:52
        4697.2402,
        OptionQuote("SPXW", date(2024, 1, 5), "C", 1200, 3492.4, 3501.3, None, None),
        OptionQuote("SPX", date(2029, 12, 21), "P", 8000, 1915.7, 2265.5, 0.1488, -0.8058),
    ),
    "2026_ukdate": (
        datetime(2026, 3, 13, 17, 0),  # saved on Saturday, 14 March at 07:34
        6632.1899,
        OptionQuote("SPXW", date(2026, 3, 13), "P", 6600, 0, 0.05, 7.6422, 0),
        OptionQuote("SPX", date(2031, 12, 19), "C", 10000, 450.1, 575.5, 0.1672, 0.377),
    ),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_each_variant_gives_the_values_in_its_file(shared_data: Path, variant: str) -> None:
    """Duplicate column names, padded headers and four dates: a put read as a call, or a quote at the wrong moment."""
    quoted, spot, first, last = VARIANTS[variant]
    found = parse((shared_data / "formats" / f"cboe_quotedata_{variant}.sample.csv").read_bytes())
    assert (found.quoted, found.spot, found.skipped) == (quoted, spot, 0)
    assert len(found.quotes) == 122  # 61 lines of a call and a put
    assert first in found.quotes
    assert last in found.quotes[-2:]


@pytest.mark.parametrize(
    ("written", "quoted"),
    [
        ("Date: November 20 2024, 10:00 AM EST", "2024-11-20T10:00"),
        ("Date: July 1, 2024, 12:05 PM EDT", "2024-07-01T12:05"),
        ("Date: July 1, 2024 at 12:05 AM EDT", "2024-07-01T00:05"),
        ("Date: 20 November 2024 at 15:00 GMT", "2024-11-20T10:00"),
        ("Date: 20 Nov 2024 at 16:00 CET", "2024-11-20T10:00"),
        ("Date: 20 November 2024 at 20:30 GMT+5:30", "2024-11-20T10:00"),
        ("Date: 20 November 2024 at 10:00 GMT\u22125", "2024-11-20T10:00"),
        ("Date: November 20, 2024 at 10:00\u202fAM EST", "2024-11-20T10:00"),  # as newer browsers put it
        ("Date: July 1, 2024 at 10:00 AM EST", "2024-07-01T11:00"),  # the stated zone counts, not the season
    ],
)
@pytest.mark.parametrize("quotes", ['"{}"', "{}"])
def test_every_date_becomes_new_york_time(written: str, quotes: str, quoted: str) -> None:
    """A quote taken hours too early would be look-ahead; where the date is not quoted its commas part it."""
    line = quotes.format(written) + ",Bid: 4999,Ask: 5001"
    assert parse(table(line)).quoted == datetime.fromisoformat(quoted)


@pytest.mark.parametrize(
    "written",
    ["Date: yesterday", "Date: November 20, 2024 at 10:00 AM XYZ", "Date: November 31, 2024 at 10:00 AM EST",
     "Date: November 20, 2024 at 25:00 EST", "Date: 20.11.2024 10:00 EST", "Date: November 20, 2024 at 10:00 GMT+99"],
)  # fmt: skip
def test_a_date_that_cannot_be_read_is_named(written: str) -> None:
    """Guessing the moment of a quote would be worse than refusing it."""
    with pytest.raises(ProviderError, match=r"the date .* cannot be read"):
        parse(table(f'"{written}",Bid: 1'))


def test_thousands_commas_are_part_of_a_number() -> None:
    """A bid of 1,234.50 would be unreadable, or 1."""
    row = ROW.replace(",10,11,", ',"1,010.00","1,011.50",')
    assert parse(table(DATE, row)).quotes[0].ask == 1011.5


def test_what_cannot_be_read_is_counted_or_refused() -> None:
    """One bad option of many is left out; a table of bad ones, or another file, is not taken."""
    bad = ROW.replace("SPXW241220P05000000", "total")
    found = parse(table(DATE, *[ROW] * 15, bad))
    assert (len(found.quotes), found.skipped) == (31, 1)
    with pytest.raises(ProviderError, match="1 of 2 options cannot be read"):
        parse(table(DATE, bad))
    for body in (b"", b"<html></html>", b"date,value\n2018-01-02,9.77\n2018-01-03,9.15\n", table()[:60]):
        with pytest.raises(ProviderError):
            parse(body)
    with pytest.raises(ProviderError, match="a column or the last price"):
        parse(table().replace(b"Last: 5000.5", b"Last: n/a"))


def test_a_series_file_is_no_quote_table() -> None:
    """An import would read prices of an index as options."""
    assert not is_quotedata([["date", "value"], ["2018-01-02", "9.77"], ["2018-01-03", "9.15"]])
    assert is_quotedata(list(csv.reader(table().decode().lower().splitlines())))
    with pytest.raises(ProviderError):
        parse_rows([])
