"""Quoted option prices as a back-test reads them: filled at the bid or the ask where a chain covers all four legs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alvh_xl.model.errors import DomainError, ShapeError
from alvh_xl.model.types import ArrayLike, FloatArray

_DAYS, _CENTS = 1 << 17, 1 << 23  # a key holds two serial dates, a strike in hundredths and a side in 58 bits
_HIGHEST_STRIKE = 80_000.0


@dataclass(frozen=True, slots=True)
class ChainQuotes:
    """Quotes of SPX options at the close of their session, one row an option; use `of`.

    Where both roots list an option (SPX settles at the open, SPXW at the close) give one of them: SPXW for the
    back-test's condors, which settle at the close.
    """

    key: FloatArray  # sorted, as integers: session, expiry, strike and side
    bid: FloatArray
    ask: FloatArray
    unusable: int  # rows left out: crossed, or without an ask

    @classmethod
    def of(
        cls, session: ArrayLike, expiry: ArrayLike, strike: ArrayLike, side: ArrayLike, bid: ArrayLike, ask: ArrayLike
    ) -> ChainQuotes:
        """Quotes by columns.

        Parameters
        ----------
        session, expiry : serial dates; a time of day is dropped.
        strike : points.
        side : +1 call, −1 put.
        bid, ask : points; rows that are crossed or have no ask are left out and counted.

        Raises
        ------
        ShapeError : columns of different length, or two rows for one option.
        DomainError : a side other than +1 and −1, a date or strike outside its domain, a missing bid.
        """
        columns = [np.asarray(column, dtype=np.float64).reshape(-1) for column in (session, expiry, strike, side)]
        low, high = (np.asarray(column, dtype=np.float64).reshape(-1) for column in (bid, ask))
        if len({column.size for column in (*columns, low, high)}) != 1:
            raise ShapeError("the columns of a chain must be equally long")
        if not (np.isin(columns[3], (-1.0, 1.0)).all() and (low >= 0.0).all()):
            raise DomainError("a side must be +1 or -1 and a bid at least 0")
        key = _keys(*columns)
        usable = (high > 0.0) & (high >= low)
        order = np.argsort(key[usable], kind="stable")
        kept = key[usable][order]
        if (np.diff(kept) == 0).any():
            raise ShapeError("an option has two quotes: give one root of each expiry")
        unusable = int(np.sum(~usable))
        return cls(kept, low[usable][order], high[usable][order], unusable)

    def find(
        self, session: ArrayLike, expiry: ArrayLike, strike: ArrayLike, side: ArrayLike
    ) -> tuple[FloatArray, FloatArray]:
        """Bid and ask of each option asked for, NaN where it has no usable quote."""
        wanted = np.broadcast_arrays(*(np.asarray(part, dtype=np.float64) for part in (session, expiry, strike, side)))
        if not self.key.size:
            nothing = np.full(wanted[0].shape, np.nan)
            return nothing, nothing
        key = _keys(*wanted)
        at = np.minimum(np.searchsorted(self.key, key), self.key.size - 1)
        known = self.key[at] == key
        return np.where(known, self.bid[at], np.nan), np.where(known, self.ask[at], np.nan)


def _keys(session: FloatArray, expiry: FloatArray, strike: FloatArray, side: FloatArray) -> FloatArray:
    """One whole number an option."""
    days = np.stack([np.floor(session), np.floor(expiry)])
    if not (((days >= 0.0) & (days < _DAYS)).all() and ((strike > 0.0) & (strike < _HIGHEST_STRIKE)).all()):
        raise DomainError("a date or a strike of the chain lies outside its domain")
    first, second = days.astype(np.int64)
    cents = np.round(100.0 * strike).astype(np.int64)
    return np.asarray(((first * _DAYS + second) * _CENTS + cents) * 2 + (side > 0.0))


def fills(
    quotes: ChainQuotes, session: ArrayLike, expiry: ArrayLike, strikes: FloatArray, side: FloatArray,
    held: FloatArray, spread: float = 1.0,
) -> FloatArray:  # fmt: skip
    """Credit of each trade at quoted prices: mid less half the spread for what is sold, plus half for what is bought.

    Parameters
    ----------
    quotes : ChainQuotes
    session, expiry : serial dates, one a trade.
    strikes : points, (trades, legs).
    side, held : one a leg, +1 call and −1 put, + bought and − sold.
    spread : share of the half-spread paid; 1 fills at bid and ask, 0 at the mid.

    Returns
    -------
    Points a trade, NaN where any of its legs has no usable quote.
    """
    day, last = (np.asarray(part, dtype=np.float64)[:, np.newaxis] for part in (session, expiry))
    bid, ask = quotes.find(day, last, strikes, side)
    price = 0.5 * (bid + ask) + np.sign(held) * spread * 0.5 * (ask - bid)
    return np.asarray(-(price * held).sum(axis=1))
