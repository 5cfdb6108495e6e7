"""Rolling legs: what it realises, what it brings in, how width, gamma and largest loss change."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from alvh_xl.model.book import Book, book_greeks, check_market, value_legs
from alvh_xl.model.errors import DomainError, MissingError
from alvh_xl.model.types import ArrayLike, BoolArray, FloatArray

WARNING = "a roll realises the loss; its credit is not profit"


def condor_width(book: Book) -> float:
    """Sum over the book's condors of break-even width times number of condors.

    W = (K3 + c) - (K2 - c), c the net credit of the entry prices in points. Legs belong together by their
    condor id, or by expiry where they have none.

    Parameters
    ----------
    book : Book
        Legs; only SPX legs count.

    Returns
    -------
    float
        Points times condors; NaN when some SPX legs do not form a short iron condor (long put, short put,
        short call, long call in strike order, equal quantities) or an entry price is missing. 0 without SPX
        legs.

    Notes
    -----
    C02; W as a sizing base is a DOCUMENT RULE (untested).
    """
    names = np.array([c if c else f"\0{d}" for c, d in zip(book.condor, book.days.tolist(), strict=True)], dtype=object)
    spx = book.is_spx
    total = 0.0
    for name in dict.fromkeys(names[spx].tolist()):
        total += _width_of_one(book, np.flatnonzero(spx & (names == name)))
    return total


def _width_of_one(book: Book, rows: ArrayLike) -> float:
    legs = np.asarray(rows, dtype=np.intp)
    legs = legs[np.lexsort((book.phi[legs], book.strike[legs]))]
    count = float(np.abs(book.quantity[legs]).max())
    shape = np.array_equal(book.phi[legs], (-1, -1, 1, 1))
    signs = shape and np.array_equal(book.quantity[legs], count * np.array((1, -1, -1, 1)))
    strikes = book.strike[legs]
    if not signs or count == 0 or np.ptp(book.days[legs]) > 0 or (np.diff(strikes) <= 0).any():
        return float("nan")
    credit = float(-np.sum(book.quantity[legs] * book.price[legs]) / count)
    return float(strikes[2] - strikes[1] + 2.0 * credit) * count


def largest_loss(book: Book) -> float:
    """Largest loss of the book at expiry against its entry prices, dollars, as a positive number.

    Legs of one expiry and underlying share a settlement; their payoff is piecewise linear, so its least
    value lies at a strike, at 0, or without limit above the top strike. Expiries are added up as if each met
    its own worst.

    Parameters
    ----------
    book : Book
        Legs with entry prices.

    Returns
    -------
    float
        Dollars, for a condor 100*(wider wing - credit)*contracts; infinity when net short calls or futures
        leave the loss unlimited; negative when the book cannot lose.

    Raises
    ------
    MissingError
        An entry price is missing.

    Notes
    -----
    C02, C11, STANDARD.
    """
    if np.isnan(book.price).any():
        raise MissingError("a leg has no entry price")
    settlement = [(bool(s), float(d)) for s, d in zip(book.is_spx, book.days, strict=True)]
    worst = (
        _least_payoff(book, np.array([s == key for s in settlement], dtype=np.bool_))
        for key in dict.fromkeys(settlement)
    )
    return -float(sum(worst))


def _least_payoff(book: Book, mask: BoolArray) -> float:
    """Least P&L at settlement of the legs in `mask`, dollars; minus infinity when it has no floor."""
    legs = book.select(mask)
    weight = legs.quantity * legs.multiplier
    # Above the top strike every call and future moves one for one.
    if float(np.sum(weight * (legs.phi >= 0))) < 0:
        return float("-inf")
    option = legs.is_option
    levels = np.concatenate(([0.0], legs.strike[option]))[:, np.newaxis]
    strike = np.where(option, legs.strike, 0.0)
    value = np.where(option, np.maximum(legs.phi * (levels - strike), 0.0), levels)
    profit = (weight * (value - legs.price)).sum(axis=1)
    return float(profit.min())


@dataclass(frozen=True, slots=True)
class Roll:
    """Effect of replacing old legs by new ones; dollars unless said otherwise. Losses are positive."""

    net_credit: float
    realised_loss: float
    cumulative_loss: float
    width_change: float  # points times condors
    gamma_change: float  # dollar gamma per (1 %)^2
    max_loss_change: float
    note: str


def roll(
    old_legs: Book,
    new_legs: Book,
    spot: float,
    rate: float = 0.0,
    dividend_yield: float = 0.0,
    realised_before: float = 0.0,
    beta_table: ArrayLike | None = None,
) -> Roll:
    """What a roll brings in, what loss it realises, and how the risk changes.

    Net credit = old legs closed (quantity*multiplier*mark) less new legs opened (quantity*multiplier*price);
    realised loss = quantity*multiplier*(entry - mark) of the old legs.

    Parameters
    ----------
    old_legs : Book
        Legs to close, as held, with entry prices; `mark` is the closing price, the model value where it is
        missing.
    new_legs : Book
        Legs to open; `price` is the fill, the model value where it is missing.
    spot : float
        SPX, points.
    rate, dividend_yield : float
        Continuous decimals a year.
    realised_before : float
        Losses that earlier rolls of this chain realised, dollars, positive.
    beta_table : array of shape (rows, 3), optional
        from_days, beta, curvature in place of Table 4A.

    Returns
    -------
    Roll
        Changes are new less old, each on its own entry prices. A VIX future has no premium: it changes hands
        at 0 and its gain or loss is realised.

    Raises
    ------
    MissingError
        An old leg has no entry price.

    Notes
    -----
    C11, POLICY. Rolling losers into larger size is a doubling scheme: the note says when quantity grows.
    """
    check_market(old_legs, spot, rate, dividend_yield)
    check_market(new_legs, spot, rate, dividend_yield)
    if np.isnan(old_legs.price).any():
        raise MissingError("an old leg has no entry price")
    if np.isnan(realised_before):
        raise MissingError("realised_before is missing")
    if np.isinf(realised_before):
        raise DomainError("realised_before must be finite")
    close, open_ = (
        np.where(np.isnan(quoted), value_legs(legs, spot, rate, dividend_yield).price, quoted)
        for legs, quoted in ((old_legs, old_legs.mark), (new_legs, new_legs.price))
    )
    filled = replace(new_legs, price=open_)
    loss = float(np.sum(old_legs.quantity * old_legs.multiplier * (old_legs.price - close)))
    greeks = [book_greeks(legs, spot, rate, dividend_yield, beta_table).total for legs in (old_legs, filled)]
    return Roll(
        _premium(old_legs, close) - _premium(new_legs, open_),
        loss,
        realised_before + loss,
        condor_width(filled) - condor_width(old_legs),
        greeks[1].dollar_gamma - greeks[0].dollar_gamma,
        _change(largest_loss(old_legs), largest_loss(filled)),
        _note(old_legs, new_legs),
    )


def _premium(book: Book, price: FloatArray) -> float:
    return float(np.sum(np.where(book.is_option, book.quantity * book.multiplier * price, 0.0)))


def _change(old: float, new: float) -> float:
    """Difference of two losses; both unlimited has no answer (NaN)."""
    return new - old if np.isfinite(old) or np.isfinite(new) else float("nan")


def _note(old: Book, new: Book) -> str:
    model = int(np.isnan(old.mark).sum() + np.isnan(new.price).sum())
    larger = np.abs(new.quantity).max() > np.abs(old.quantity).max()
    notes = (
        WARNING,
        "larger size: a doubling scheme" if larger else "",
        f"{model} prices are MODEL" if model else "",
        "old or new legs to roll left out of gamma" if (old.to_roll.any() or new.to_roll.any()) else "",
    )
    return "; ".join(n for n in notes if n)
