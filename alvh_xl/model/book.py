"""The book: SPX option legs and VIX hedges in one struct of arrays, their values, Greeks and totals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alvh_xl.model import black, spotvol
from alvh_xl.model.errors import DomainError, MissingError, ShapeError
from alvh_xl.model.types import ArrayLike, BoolArray, FloatArray

INSTRUMENTS = ("SPX", "VIX", "VX", "VXM")
NUMBERS = ("phi", "strike", "days", "quantity", "vol", "underlying", "price", "mark")  # numeric columns
ROLL_DAYS = 2.0  # a VIX leg with less time left is to be rolled: no beta is known for it


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    """Legs of a book, one array element a leg; checked when it is made.

    Parameters
    ----------
    instrument : tuple of str
        SPX, VIX (option), VX or VXM.
    phi : array
        +1 call, -1 put, 0 for futures.
    strike : array
        Points; NaN for futures.
    days : array
        Calendar days to the settlement instant, fractions allowed.
    quantity : array
        Contracts, + long, - short.
    vol : array
        Decimal a year; ignored for futures.
    underlying : array
        Own future of VIX, VX and VXM legs, points; ignored for SPX legs.
    price, mark : array
        Entry fill and current mark, points; NaN when unknown.
    condor : tuple of str
        Id of the condor a leg belongs to, "" when none.

    Raises
    ------
    ShapeError
        Columns of unequal length or an unknown instrument.
    MissingError
        A leg lacks a value it needs.
    DomainError
        A value is outside its domain; an expired leg (days below 0) is.

    Notes
    -----
    C02, C33; section 0 of the method.
    """

    instrument: tuple[str, ...]
    phi: FloatArray
    strike: FloatArray
    days: FloatArray
    quantity: FloatArray
    vol: FloatArray
    underlying: FloatArray
    price: FloatArray
    mark: FloatArray
    condor: tuple[str, ...]

    def __post_init__(self) -> None:
        n = len(self.instrument)
        for name in NUMBERS:
            column = np.asarray(getattr(self, name), dtype=np.float64)
            object.__setattr__(self, name, column)
            if column.shape != (n,):
                raise ShapeError(f"{name} must have one value a leg")
        if len(self.condor) != n:
            raise ShapeError("condor must have one id a leg")
        _check_legs(self)

    def __len__(self) -> int:
        return len(self.instrument)

    @property
    def is_spx(self) -> BoolArray:
        """Legs that are SPX options."""
        return np.array([i == "SPX" for i in self.instrument], dtype=np.bool_)

    @property
    def is_vix_option(self) -> BoolArray:
        """Legs that are VIX options."""
        return np.array([i == "VIX" for i in self.instrument], dtype=np.bool_)

    @property
    def is_option(self) -> BoolArray:
        """Legs that are options, on SPX or VIX."""
        return self.is_spx | self.is_vix_option

    @property
    def multiplier(self) -> FloatArray:
        """Dollars per point and contract: SPX 100, VIX 100, VX 1000, VXM 100."""
        return np.array([spotvol.MULTIPLIER[i] for i in self.instrument], dtype=np.float64)

    @property
    def to_roll(self) -> BoolArray:
        """VIX, VX and VXM legs with less than 2 days, left out of every total."""
        return ~self.is_spx & (self.days < ROLL_DAYS)

    def select(self, keep: BoolArray) -> Book:
        """Book of the legs marked in `keep`."""
        rows = np.flatnonzero(keep)
        return Book(
            instrument=tuple(self.instrument[i] for i in rows),
            condor=tuple(self.condor[i] for i in rows),
            **{name: getattr(self, name)[rows] for name in NUMBERS},
        )


def join(*books: Book) -> Book:
    """One book of the legs of several, in order."""
    return Book(
        instrument=tuple(i for b in books for i in b.instrument),
        condor=tuple(c for b in books for c in b.condor),
        **{name: np.concatenate([getattr(b, name) for b in books]) for name in NUMBERS},
    )


def _check_legs(book: Book) -> None:
    """Raise for the first thing wrong with the legs, naming column and leg (counted from 1)."""
    unknown = [i for i in book.instrument if i not in INSTRUMENTS]
    if unknown:
        raise ShapeError(f"instrument must be one of {', '.join(INSTRUMENTS)}, not {unknown[0]}")
    every, option = np.ones(len(book), dtype=np.bool_), book.is_option
    needs = (
        ("days", every, book.days >= 0),
        ("quantity", every, np.isfinite(book.quantity)),
        ("phi", every, np.where(option, np.abs(book.phi) == 1, book.phi == 0)),
        ("strike", option, book.strike > 0),
        ("vol", option, (book.vol > 0) & (book.vol <= 6)),
        ("underlying", ~book.is_spx, book.underlying >= 1),
        ("price", ~np.isnan(book.price), np.isfinite(book.price)),
        ("mark", ~np.isnan(book.mark), np.isfinite(book.mark)),
    )
    for name, needed, good in needs:
        column = getattr(book, name)
        missing, bad = needed & np.isnan(column), needed & ~(good & np.isfinite(column))
        if missing.any():
            raise MissingError(f"leg {int(np.argmax(missing)) + 1} has no {name}")
        if bad.any():
            raise DomainError(f"{name} of leg {int(np.argmax(bad)) + 1} is outside its domain")


def check_market(book: Book, spot: float, rate: float, dividend_yield: float) -> None:
    """Raise unless the book has legs and spot, rate and dividend yield are usable numbers."""
    if not len(book):
        raise MissingError("the book has no legs")
    if np.isnan((spot, rate, dividend_yield)).any():
        raise MissingError("spot, rate or dividend_yield is missing")
    if not (np.isfinite((spot, rate, dividend_yield)).all() and spot > 0):
        raise DomainError("spot must be above 0, rate and dividend_yield finite")


@dataclass(frozen=True, slots=True)
class LegValues:
    """Value and Greeks of one unit of each leg, on its own underlying, points."""

    price: FloatArray
    delta: FloatArray
    gamma: FloatArray
    vega: FloatArray
    theta: FloatArray
    extrinsic: FloatArray


def value_legs(
    book: Book,
    spot: ArrayLike,
    rate: float = 0.0,
    dividend_yield: float = 0.0,
    *,
    days: ArrayLike | None = None,
    vol: ArrayLike | None = None,
    underlying: ArrayLike | None = None,
) -> LegValues:
    """Model value and Greeks per unit of each leg, under the book's own terms or under a scenario's.

    SPX legs are valued by Black-Scholes-Merton, VIX options by Black-76 on their own future; a future is
    worth itself. A leg past its expiry (days below 0) is worth its intrinsic value and has no Greeks any
    more.

    Parameters
    ----------
    book : Book
        Legs.
    spot : array
        SPX in points, broadcastable against the legs on the last axis (a scenario axis comes first).
    rate, dividend_yield : float
        Continuous decimals a year.
    days, vol, underlying : array, optional
        Replace the book's columns; shape (..., legs).

    Returns
    -------
    LegValues
        Arrays of the broadcast shape; NaN where a model is not defined (Greeks at days = 0, vol outside 0 to
        6).

    Notes
    -----
    C33, STANDARD.
    """
    left = np.asarray(book.days if days is None else days, dtype=np.float64)
    sigma = np.asarray(book.vol if vol is None else vol, dtype=np.float64)
    future = np.asarray(book.underlying if underlying is None else underlying, dtype=np.float64)
    index = np.asarray(spot, dtype=np.float64)
    years = np.maximum(left, 0.0) / 365.0
    spx, option = book.is_spx, book.is_option
    on_spot = black.bsm(book.phi, index, book.strike, years, sigma, rate, dividend_yield)
    on_future = black.black76(book.phi, future, book.strike, years, sigma, rate)

    def pick(name: str, of_future: ArrayLike) -> FloatArray:
        option_value = np.where(spx, getattr(on_spot, name), getattr(on_future, name))
        return np.where(option, option_value, of_future)

    def greek(name: str, of_future: float) -> FloatArray:
        return np.where(left < 0, 0.0, pick(name, of_future))

    price = pick("price", future)
    intrinsic = np.where(
        spx,
        black.intrinsic(book.phi, index, book.strike, years, rate, dividend_yield, False),
        black.intrinsic(book.phi, future, book.strike, years, rate, 0.0, True),
    )
    return LegValues(
        price,
        greek("delta", 1.0),
        greek("gamma", 0.0),
        greek("vega", 0.0),
        greek("theta", 0.0),
        np.where(option, price - intrinsic, 0.0),
    )


def per_percent(
    book: Book,
    delta: FloatArray,
    gamma: FloatArray,
    spot: ArrayLike,
    days: FloatArray,
    beta_table: ArrayLike | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Delta and gamma of one unit of each leg turned into points per 1 % of SPX and per (1 %)^2.

    SPX: delta*0.01*S and gamma*(0.01*S)^2. VIX legs: delta*beta and gamma*beta^2 + 2*delta*curvature, the
    pair of their tenor (NaN outside 2 to 240 days). Arrays of shape (..., legs).
    """
    beta, curvature = spotvol.joint_pair(days, beta_table)
    point = 0.01 * np.asarray(spot, dtype=np.float64)
    spx = book.is_spx
    per_delta = np.where(spx, delta * point, delta * beta)
    per_gamma = np.where(spx, gamma * point**2, gamma * beta**2 + 2.0 * delta * curvature)
    return per_delta, per_gamma


@dataclass(frozen=True, slots=True)
class GreekTotals:
    """Sums over legs of one underlying (price, Greeks: points, no multiplier), or dollars only (rest NaN)."""

    price: float
    delta: float
    gamma: float
    vega: float
    theta: float
    extrinsic: float
    dollar_delta: float
    dollar_gamma: float
    note: str


@dataclass(frozen=True, slots=True)
class BookGreeks:
    """Greeks of a book: an array element a leg, then totals.

    Price is per unit; delta to extrinsic are quantity times per unit, without multiplier; the dollar columns
    carry quantity and multiplier and are per 1 % of SPX.
    """

    price: FloatArray
    delta: FloatArray
    gamma: FloatArray
    vega: FloatArray
    theta: FloatArray
    extrinsic: FloatArray
    dollar_delta: FloatArray
    dollar_gamma: FloatArray
    note: tuple[str, ...]
    spx: GreekTotals
    vix: GreekTotals
    total: GreekTotals


def book_greeks(
    book: Book,
    spot: float,
    rate: float = 0.0,
    dividend_yield: float = 0.0,
    beta_table: ArrayLike | None = None,
) -> BookGreeks:
    """Greeks of every leg, totals per underlying, and dollar delta and gamma across underlyings.

    SPX: dollar delta = delta*0.01*S*100 and dollar gamma = gamma*(0.01*S)^2*100, so P&L = dollar delta*x +
    dollar gamma*x^2/2. VIX legs through the beta pair of their tenor: delta*beta*m and (gamma*beta^2 +
    2*delta*curvature)*m, m the multiplier.

    Parameters
    ----------
    book : Book
        Legs.
    spot : float
        SPX, points.
    rate, dividend_yield : float
        Continuous decimals a year.
    beta_table : array of shape (rows, 3), optional
        from_days, beta, curvature in place of Table 4A.

    Returns
    -------
    BookGreeks
        The VIX totals count a VX future ten times (it equals ten VIX options); futures, which cost nothing,
        are not in the total price. A VIX leg with less than 2 days is noted "roll", has no dollar figures
        (NaN) and is in no total; the totals' notes say so. A leg at its expiry instant has no Greeks: its
        total is NaN.

    Notes
    -----
    C02, C12, C33. STANDARD; the betas are ESTIMATED. The street's dollar gamma is 100 times the one here.
    """
    check_market(book, spot, rate, dividend_yield)
    unit = value_legs(book, spot, rate, dividend_yield)
    spx, q, roll = book.is_spx, book.quantity, book.to_roll
    per_delta, per_gamma = per_percent(book, unit.delta, unit.gamma, spot, book.days, beta_table)
    dollars = np.where(roll, np.nan, q * book.multiplier)
    legs = {
        "price": unit.price,
        "delta": q * unit.delta,
        "gamma": q * unit.gamma,
        "vega": q * unit.vega,
        "theta": q * unit.theta,
        "extrinsic": q * unit.extrinsic,
        "dollar_delta": dollars * per_delta,
        "dollar_gamma": dollars * per_gamma,
    }
    left_out = roll_note(book)
    held_vix = ~spx & ~roll
    spx_total = _totals(book, legs, spx, "" if spx.any() else "no SPX legs")
    vix_total = _totals(book, legs, held_vix, left_out or ("" if held_vix.any() else "no VIX legs"))
    nothing = (np.nan,) * 6
    total = GreekTotals(
        *nothing,
        spx_total.dollar_delta + vix_total.dollar_delta,
        spx_total.dollar_gamma + vix_total.dollar_gamma,
        left_out,
    )
    return BookGreeks(**legs, note=_leg_notes(book), spx=spx_total, vix=vix_total, total=total)


def _totals(book: Book, legs: dict[str, FloatArray], mask: BoolArray, note: str) -> GreekTotals:
    """Sum the legs in `mask`; Greeks of a VX weigh ten, because its multiplier is ten times an option's."""
    weight = book.multiplier / 100.0
    cost = np.where(book.is_option, book.quantity * legs["price"], 0.0)
    greeks = {g: float(np.sum((weight * legs[g])[mask])) for g in ("delta", "gamma", "vega", "theta", "extrinsic")}
    dollars = {g: float(np.sum(legs[g][mask])) for g in ("dollar_delta", "dollar_gamma")}
    return GreekTotals(price=float(np.sum(cost[mask])), note=note, **greeks, **dollars)


def roll_note(book: Book) -> str:
    """Words for the VIX legs left out of totals because they have less than 2 days; "" when there is none."""
    count = int(np.count_nonzero(book.to_roll))
    return f"{count} VIX leg{'s' if count > 1 else ''} to roll left out" if count else ""


def _leg_notes(book: Book) -> tuple[str, ...]:
    """One note a leg: roll, no beta for the tenor, or at its expiry."""
    at_expiry = book.is_spx & (book.days == 0)
    no_beta = ~book.is_spx & (book.days > spotvol.LAST_DAY)
    choice = np.select([book.to_roll, no_beta, at_expiry], ["roll", "no beta for this tenor", "at expiry"], "")
    return tuple(str(word) for word in choice)
