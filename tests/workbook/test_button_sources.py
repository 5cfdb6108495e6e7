"""What the Refresh button reads, by the text of the cell data_source."""

from __future__ import annotations

import datetime as dt

import pytest

from alvh_xl.hosts.excel.book import MacroError
from alvh_xl.market.live import LIVE, PARTLY, STORED
from alvh_xl.workbook import macros

YESTERDAY = dt.datetime(2018, 10, 3, 9, 0)


@pytest.mark.parametrize("text", [LIVE, PARTLY, STORED])
def test_a_live_workbook_stays_live_after_a_morning_without_network(text: str) -> None:
    """One failed download must not turn the button into a replay of that morning for ever."""
    assert macros._source(text, lambda: YESTERDAY) == (macros.READERS["live"], None)


def test_a_replayed_workbook_stays_at_its_moment() -> None:
    """A trader who looks at a past morning clicks Refresh to calculate it again, not to leave it."""
    assert macros._source("store", lambda: YESTERDAY) == (macros.READERS["store"], YESTERDAY)


@pytest.mark.parametrize("cell", [None, "", "  ", 7.0])
def test_a_blank_data_source_reads_nothing(cell: object) -> None:
    """The sample, read without a word, would look like this morning's market."""
    with pytest.raises(MacroError, match="Write one of these into the cell data_source: sample, store, live"):
        macros._source(cell, lambda: YESTERDAY)
