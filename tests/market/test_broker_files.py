"""Brokers' files as they come: odd encodings and signs, damage, other kinds of files, and what no number may be."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh_xl.market import MarketError
from alvh_xl.market.brokers import read_statement
from alvh_xl.market.brokers.text import number
from tests.market.statements import (
    IB_POSITIONS,
    IB_TRADES,
    TASTY_HEADER,
    TOS_OPTIONS,
    TOS_TRADES,
    held,
    statement,
    tasty,
    tos_period,
    written,
)

GOOD = tasty("2024-10-10T10:00:00-0400", "Sell to Open", "SPXW  241018C05800000", 3, "900.00")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(("\ufeff" + TASTY_HEADER + "\n" + GOOD).encode(), id="byte order mark"),
        pytest.param((TASTY_HEADER + "\r\n" + GOOD + "\r\n").encode(), id="CRLF"),
        pytest.param((TASTY_HEADER + "\r" + GOOD + "\r").encode(), id="CR"),
        pytest.param((TASTY_HEADER + "\n" + GOOD).encode("utf-16"), id="UTF-16"),
        pytest.param((TASTY_HEADER + "\n" + GOOD.replace("words", "Müller")).encode("cp1252"), id="cp1252"),
        pytest.param(("\n\n" + TASTY_HEADER + "\n\n" + GOOD + "\n\n").encode(), id="blank rows"),
        pytest.param((TASTY_HEADER + "\n" + GOOD.replace("words", '="1,2"')).encode(), id="a reference"),
        pytest.param((TASTY_HEADER + "\n" + GOOD.replace("words", "=1+1")).encode(), id="a formula"),
        pytest.param((TASTY_HEADER + "\n" + GOOD.replace("words", 'a "b" c')).encode(), id="quotes in a text"),
        pytest.param((TASTY_HEADER + "\n" + GOOD.replace("900.00", "$900.00")).encode(), id="a dollar sign"),
        pytest.param((TASTY_HEADER + "\n" + GOOD.replace("900.00", "(900.00)")).encode(), id="parentheses"),
    ],
)
def test_odd_but_clear_files_are_read(tmp_path: Path, body: bytes) -> None:
    """Spreadsheets and systems rewrite line ends, encodings and signs; the position stays the same."""
    assert held(read_statement(written(tmp_path, body))) == {"-3 SPXW 18-Oct-2024 5800 C": 9.0}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \r\n", "is empty"),
        (b"PK\x03\x04xl/workbook.xml", "export the statement as CSV"),
        (b"%PDF-1.7", "export the statement as CSV"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"\x00\x01\x02", "is not text"),
        (b"date,value\n2018-10-02,12.05\n", "is not a thinkorswim Account Statement"),
        (b"\xff" * 100, "is not a thinkorswim Account Statement"),
        (b"a" * 20_000_001, "larger than 20,000,000 bytes"),
        (b"," * 19_000_000, "row 1 is longer than 20,000 characters"),
        (b"\n" * 18_000_000 + b"a", "more than 200,000 rows"),
        ((TASTY_HEADER + "\n" + GOOD.replace("900.00", "1,90")).encode(), "row 2"),
        ((TASTY_HEADER + "\n" + GOOD.replace(",3,", ",3.5,")).encode(), "no number of contracts"),
        ((TASTY_HEADER + "\n" + GOOD.replace(",3,", ",nan,")).encode(), "'nan' is no number"),
        ((TASTY_HEADER + "\n" + GOOD.replace(",3,", ",99999999,")).encode(), "no number of contracts"),
        ((TASTY_HEADER + "\n" + GOOD.replace("900.00", "--")).encode(), "no price"),
        ((TASTY_HEADER + "\n" + GOOD.replace("900.00", "1e5")).encode(), "no number"),
        ((TASTY_HEADER + "\n" + GOOD.replace("900.00", "inf")).encode(), "no number"),
        ((TASTY_HEADER + "\n" + GOOD.replace("241018", "241318")).encode(), "row 2"),
        ((TASTY_HEADER + "\n" + GOOD.replace("241018", "991018")).encode(), "no day of 2004 to 2035"),
        ((TASTY_HEADER + "\n" + GOOD.replace("C05800000", "C00000000")).encode(), "strike is 0"),
        ((TASTY_HEADER + "\n" + GOOD[:90]).encode(), "cells, the header 20"),
        ((TASTY_HEADER + "\n" + GOOD.replace("words", '"words')).encode(), "quotation marks"),
        ((TASTY_HEADER + "\n" + GOOD.replace("2024-10-10T", "yesterday ")).encode(), "no date and time"),
        ((TASTY_HEADER + "\n" + GOOD.replace("SELL_TO_OPEN", "GIVE_AWAY")).encode(), "'GIVE AWAY'"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_clear_line(tmp_path: Path, body: bytes, message: str) -> None:
    """A row of ours that can't be read would leave a wrong position: nothing is taken, and the line says where."""
    with pytest.raises(MarketError, match=message) as caught:
        read_statement(written(tmp_path, body))
    assert len(str(caught.value).splitlines()) == 1
    assert "statement.csv" in str(caught.value)


def test_a_leg_whose_cells_are_shifted_is_refused(tmp_path: Path) -> None:
    """Under the wrong header the leg would pass for another instrument, and a naked short would remain."""
    with pytest.raises(MarketError, match=r"row 4 .*its cells are not where the header says"):
        statement(
            tmp_path,
            tos_period(),
            TOS_TRADES,
            ",11/3/25 10:00:00,VERTICAL,SELL,-5,TO OPEN,SPX,20 NOV 25,6400,PUT,9.00,5.00,LMT",
            ",,,,BUY,+5,TO OPEN,SPX,20 NOV 25,6300,PUT,4.00,CREDIT,",
        )


TOS_FILE = [
    tos_period(),
    TOS_TRADES,
    ",11/3/25 10:00:00,VERTICAL,SELL,-5,TO OPEN,SPX,20 NOV 25,6400,PUT,9.00,5.00,LMT",
    ",,,BUY,+5,TO OPEN,SPX,20 NOV 25,6300,PUT,4.00,CREDIT,",
    "",
    TOS_OPTIONS,
    'VIX,VIX251119C20,19 NOV 25,20,CALL,+10,.80,1.20,"$1,200.00"',
]
IB_FILE = [
    IB_POSITIONS,
    "Open Positions,Data,Summary,Futures,USD,VXZ5,2,1000,19.85236,1,1,1,1,",
    IB_TRADES,
    'Trades,Data,Order,Equity and Index Options,USD,SPX 20NOV25 6400 P,"2025-11-03, 10:30:15",-5,9,1,1,1,1,0,1,O',
]


scraps = st.text(st.sampled_from('",=\n()-+1/ SPXVIO[]\x00é'), max_size=6)


@given(
    st.sampled_from([TOS_FILE, IB_FILE, [TASTY_HEADER, GOOD]]),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 12), scraps), max_size=4),
)
@settings(max_examples=300, deadline=None)
def test_a_damaged_file_is_read_or_refused_but_never_breaks(
    lines: list[str], damage: list[tuple[int, int, str]]
) -> None:
    """Whatever was cut out or put in: a statement, or one line that says why not."""
    text, said = "\n".join(lines), ""
    for place, length, put in damage:
        at = place % (len(text) + 1)
        text = text[:at] + put + text[at + length :]
    with tempfile.TemporaryDirectory() as folder:
        try:
            read_statement(written(Path(folder), text))
        except MarketError as problem:
            said = str(problem)
    assert len(said.splitlines()) <= 1


def test_a_wrong_multiplier_is_refused(tmp_path: Path) -> None:
    """A contract of another size under our name would be counted ten times over."""
    found = statement(tmp_path, TASTY_HEADER, GOOD.replace(",100,SPXW", ",10,SPXW"))
    assert found.holdings == ()
    assert "its multiplier is 10" in found.skipped[0].reason


def test_a_missing_file_and_a_folder_are_one_line(tmp_path: Path) -> None:
    """What was typed wrongly is named."""
    for path in (tmp_path / "nowhere.csv", tmp_path):
        with pytest.raises(MarketError, match="there is no file"):
            read_statement(path)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("-10,300.00", -10_300.0), ("($1,050.00)", -1_050.0), ("(5)", -5.0), ("+.80", 0.8), ("$1.", 1.0), ("--", None),
        ("", None), ("\u22125.5", -5.5), ("N/A", None), ("1,234,567.5", 1_234_567.5),
    ],
)  # fmt: skip
def test_numbers_as_brokers_write_them(words: str, value: float | None) -> None:
    """A lost sign or comma is a wrong position."""
    assert number(words) == value


@pytest.mark.parametrize("words", ["1,90", "1 000", "1_000", "1e3", "nan", "٣", "(-5)", "12,34,567", "5-", "0x10", "="])
def test_what_may_be_read_in_two_ways_is_no_number(words: str) -> None:
    """1,90 is 1.9 in Frankfurt and nothing in New York: it must not become 190."""
    with pytest.raises(ValueError, match="is no number"):
        number(words)
