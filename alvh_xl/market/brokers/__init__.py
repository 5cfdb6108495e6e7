"""Positions from the files of brokers: one small reader a broker, recognised by what the file says.

text, symbols        numbers, days and contracts as brokers write them
gathered, netting    rows to holdings: first in, first out
thinkorswim, tastytrade, interactive_brokers
condors              holdings to iron condors and hedges
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from alvh_xl.market.brokers import interactive_brokers, tastytrade, thinkorswim
from alvh_xl.market.brokers.condors import Condor, Sorted, sort
from alvh_xl.market.brokers.holding import Contract, Holding, Skipped, Statement
from alvh_xl.market.brokers.symbols import is_monthly
from alvh_xl.market.brokers.text import read_rows
from alvh_xl.market.errors import ProviderError

__all__ = ["Condor", "Contract", "Holding", "Skipped", "Sorted", "Statement", "is_monthly", "read_statement", "sort"]

_Rows = Sequence[Sequence[str]]
READERS: tuple[tuple[Callable[[_Rows], bool], Callable[[_Rows, str], Statement]], ...] = (
    (tastytrade.recognises, tastytrade.read),
    (interactive_brokers.recognises, interactive_brokers.read),
    (thinkorswim.recognises, thinkorswim.read),
)


def read_statement(path: Path) -> Statement:
    """Read what a broker's file says is held.

    Parameters
    ----------
    path : Path
        Account Statement of thinkorswim, transactions of tastytrade or Activity Statement of Interactive Brokers, CSV.

    Raises
    ------
    MarketError
        There is no such file, or it is none of these; the message is one line.
    """
    rows = read_rows(path)
    for recognises, read in READERS:
        if recognises(rows):
            return read(rows, path.name)
    raise ProviderError(
        f"{path.name} is not a thinkorswim Account Statement, a tastytrade list of transactions or an Interactive "
        "Brokers Activity Statement; export one of these as CSV"
    )
