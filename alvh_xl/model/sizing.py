"""How many hedge contracts: allocation, four readings of "x % of the width", gamma offset and its cap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alvh_xl.model.errors import DomainError, MissingError, ShapeError
from alvh_xl.model.types import ArrayLike, BoolArray, FloatArray

SPX_MULTIPLIER = 100.0
VIX_OPTION_MULTIPLIER = 100.0
BASES = ("vix_notional", "max_loss", "breakeven_payoff", "premium")
TILT_LOW, TILT_HIGH = 0.5, 1.5
# A quotient that should be 3 may come out as 2.9999999996; a relative guard of this size keeps the contract.
ROUNDING_GUARD = 1e-9


def floor_contracts(contracts: ArrayLike) -> FloatArray:
    """Round a number of contracts down, without losing one to rounding noise.

    The largest whole number not above ``contracts`` raised by one part in a billion.

    Parameters
    ----------
    contracts : array_like, contracts
        Unrounded number, any shape.

    Returns
    -------
    ndarray
        Whole numbers; NaN where the input is negative or not finite.

    Notes
    -----
    C12 and step 10 of the morning algorithm [POLICY]. The guard can exceed a cap
    by at most 1e-9 of itself.
    """
    amount = np.asarray(contracts, dtype=np.float64)
    whole = np.floor(np.where(np.isfinite(amount), amount, 0.0) * (1.0 + ROUNDING_GUARD))
    return np.where(np.isfinite(amount) & (amount >= 0.0), whole, np.nan)


def allocation(
    vix: ArrayLike,
    macro_ramp: ArrayLike,
    position: ArrayLike = 0.5,
    vix_knots: ArrayLike | None = None,
    allocation_knots: ArrayLike | None = None,
    calm_low: ArrayLike = 0.15,
    calm_high: ArrayLike = 0.25,
    macro_low: ArrayLike = 0.40,
    macro_high: ArrayLike = 0.60,
) -> FloatArray:
    """Share of the break-even width to hedge: the calm share, moved to the macro share by macro pressure.

    base = low + (high - low) x position, or linear in VIX between knots and flat outside them;
    allocation = base + ramp x max(0, macro share - base).

    Parameters
    ----------
    vix : array_like, points (at least 1)
    macro_ramp : array_like, 0 to 1
        Macro pressure m.
    position : array_like, 0 to 1
        Where inside a range to stand; 0.5 is its middle.
    vix_knots, allocation_knots : 1-D array_like, points and shares
        Optional path of the base share over VIX; the knots must increase.
    calm_low, calm_high, macro_low, macro_high : array_like, shares
        The two ranges, each in increasing order.

    Returns
    -------
    ndarray
        Share of the width, the broadcast shape; NaN outside the domain.

    Notes
    -----
    C03 and C04. DOCUMENT RULE (untested): 15-25 % while VIX is under 15, 40-60 % under macro pressure.
    Without knots VIX moves nothing, but a VIX below 1 is still refused: it is a decimal in the wrong unit.
    """
    v, m, p, lo, hi, mlo, mhi = np.broadcast_arrays(
        *(
            np.asarray(x, dtype=np.float64)
            for x in (vix, macro_ramp, position, calm_low, calm_high, macro_low, macro_high)
        )
    )
    with np.errstate(all="ignore"):
        base = lo + (hi - lo) * p
        if vix_knots is not None or allocation_knots is not None:
            base = np.interp(v, *_knots(vix_knots, allocation_knots))
        share = base + m * np.maximum(0.0, mlo + (mhi - mlo) * p - base)
        good = np.isfinite(share) & np.isfinite(v) & (v >= 1.0) & _in_unit(m) & _in_unit(p)
        good &= (lo >= 0.0) & (hi >= lo) & (mlo >= 0.0) & (mhi >= mlo)
    return np.where(good, share, np.nan)


def _in_unit(x: FloatArray) -> BoolArray:
    return (x >= 0.0) & (x <= 1.0)


def _knots(vix_knots: ArrayLike | None, allocation_knots: ArrayLike | None) -> tuple[FloatArray, FloatArray]:
    if vix_knots is None or allocation_knots is None:
        raise MissingError("vix_knots and allocation_knots go together")
    x = np.atleast_1d(np.asarray(vix_knots, dtype=np.float64))
    y = np.atleast_1d(np.asarray(allocation_knots, dtype=np.float64))
    if x.ndim != 1 or x.shape != y.shape or x.size == 0:
        raise ShapeError("vix_knots and allocation_knots must be two lists of the same length")
    if not (np.all(np.isfinite(x)) and np.all(np.diff(x) > 0.0)):
        raise DomainError("vix_knots must increase")
    if not (np.all(np.isfinite(y)) and np.all(y >= 0.0)):
        raise DomainError("allocation_knots must be shares of at least 0")
    return x, y


@dataclass(frozen=True, slots=True)
class HedgeUnits:
    """One row a basis: name, dollars it asks for, unrounded contracts and their premium in dollars."""

    basis: tuple[str, ...]
    dollars: FloatArray
    contracts: FloatArray
    cost: FloatArray


def basis_name(basis: float | str) -> str:
    """Name of a sizing basis given as its name or as its number 1 to 4 in the order of `BASES`.

    Parameters
    ----------
    basis : float or str

    Returns
    -------
    str

    Notes
    -----
    C03. Any other word or number raises `ShapeError`.
    """
    word = str(basis).strip().lower()
    if word in BASES:
        return word
    for number, name in enumerate(BASES, start=1):
        if word in (str(number), f"{number}.0"):
            return name
    raise ShapeError(f"unknown basis {basis!r}; use 1 to 4 or one of {', '.join(BASES)}")


def hedge_units(
    fraction: float,
    basis: float | str,
    breakeven_width: float,
    condors: float,
    future: float,
    max_loss: float | None = None,
    stress_gain: float | None = None,
    hedge_price: float | None = None,
    multiplier: float = VIX_OPTION_MULTIPLIER,
) -> HedgeUnits:
    """Contracts on the readings of "a share of the break-even width".

    vix_notional: share x width x 100 x condors / (future x multiplier);
    max_loss: share x maximum loss / gain of one contract in the stress;
    breakeven_payoff: share x width x 100 x condors / that gain;
    premium: share x width x 100 x condors / (price x multiplier).

    Parameters
    ----------
    fraction : float, share of the width (at least 0)
    basis : str or number
        A name, 1 to 4, or "all" for the four rows.
    breakeven_width : float, points of one condor
    condors : float, number of condors
    future : float, points
        The VIX future of the hedge's own expiry.
    max_loss : float, dollars of all condors together
    stress_gain : float, dollars a contract
        One contract's one-day gain at -5 %.
    hedge_price : float, points
    multiplier : float, dollars a point of the hedge
        100 for a VIX option or VXM, 1000 for VX.

    Returns
    -------
    HedgeUnits
        With "all", a basis whose input is not supplied has NaN contracts; cost is NaN without a price.

    Notes
    -----
    C03. DOCUMENT RULE (untested); vix_notional is its literal reading, the choice of basis POLICY.
    A gain of 0 or less raises `DomainError`; a single basis without its input raises `MissingError`.
    """
    every = isinstance(basis, str) and basis.strip().lower() == "all"
    names = BASES if every else (basis_name(basis),)
    _check_units(fraction, breakeven_width, condors, future, multiplier)
    width_dollars = fraction * breakeven_width * SPX_MULTIPLIER * condors
    gain = _positive("stress_gain", stress_gain)
    price_dollars = _positive("hedge_price", hedge_price) * multiplier
    loss_dollars = fraction * _positive("max_loss", max_loss)
    table = {
        "vix_notional": (width_dollars, future * multiplier),
        "max_loss": (loss_dollars, gain),
        "breakeven_payoff": (width_dollars, gain),
        "premium": (width_dollars, price_dollars),
    }
    dollars = np.array([table[name][0] for name in names], dtype=np.float64)
    contracts = np.array([table[name][0] / table[name][1] for name in names], dtype=np.float64)
    if not every and not np.isfinite(contracts[0]):
        raise MissingError(f"the basis {names[0]} needs an input that was not supplied")
    return HedgeUnits(names, dollars, contracts, contracts * price_dollars)


def _check_units(fraction: float, width: float, condors: float, future: float, multiplier: float) -> None:
    if not 0.0 <= fraction < np.inf:
        raise DomainError("the share of the width must be 0 or more")
    for name, value in (("breakeven_width", width), ("condors", condors), ("multiplier", multiplier)):
        _positive(name, value)
    if not 1.0 <= future < np.inf:
        raise DomainError("the future is in points and must be 1 or more")


def _positive(name: str, value: float | None) -> float:
    """The value if positive, NaN if it was not supplied."""
    if value is None:
        return float("nan")
    if not 0.0 < value < np.inf:
        raise DomainError(f"{name} must be positive")
    return float(value)


def gamma_offset(
    book_dollar_gamma: ArrayLike,
    hedge_dollar_delta: ArrayLike,
    hedge_dollar_gamma: ArrayLike | None = None,
    method: str = "A",
    move: ArrayLike = 1.0,
) -> FloatArray:
    """Share of the book's short gamma that the whole hedge offsets.

    A: |hedge dollar delta| / (|book dollar gamma| x move); B: hedge dollar gamma / |book dollar gamma|.

    Parameters
    ----------
    book_dollar_gamma : array_like, dollars per (1 %) squared, negative
    hedge_dollar_delta : array_like, dollars per +1 % of SPX, of all contracts together, 0 or negative
    hedge_dollar_gamma : array_like, dollars per (1 %) squared, of all contracts together; method B only
    method : str, "A" or "B"
    move : array_like, percent
        The move m at which delta and gamma are compared.

    Returns
    -------
    ndarray
        Ratio; NaN when the book is not short gamma or, under A, the hedge gains on a rise.

    Notes
    -----
    C12. DOCUMENT RULE (untested) for the limit of 0.35; reading A is POLICY. B varies 3.5-fold with the
    spot-vol curvature: never size on it. A zero book gamma is NaN here, a zero denominator in
    the functions layer.
    """
    word = str(method).strip().upper()
    if word not in ("A", "B"):
        raise ShapeError(f"unknown method {method!r}; use A or B")
    if word == "B" and hedge_dollar_gamma is None:
        raise MissingError("method B needs hedge_dollar_gamma")
    gamma = np.asarray(book_dollar_gamma, dtype=np.float64)
    m = np.asarray(move, dtype=np.float64)
    delta = np.asarray(hedge_dollar_delta, dtype=np.float64)
    with np.errstate(all="ignore"):
        if word == "A":
            ratio, good = np.abs(delta) / (-gamma * m), (delta <= 0.0) & (m > 0.0)
        else:
            hedge_gamma = np.asarray(hedge_dollar_gamma, dtype=np.float64)
            # The arguments of method A take part in the shape only, so that a range of them still spills.
            ratio, good = hedge_gamma / -gamma + 0.0 * (delta + m), np.isfinite(hedge_gamma)
        return np.where(good & (gamma < 0.0) & np.isfinite(ratio), ratio, np.nan)


def cap_contracts(
    book_dollar_gamma: ArrayLike, unit_dollar_delta: ArrayLike, cap: ArrayLike = 0.35, move: ArrayLike = 1.0
) -> FloatArray:
    """Unrounded number of contracts at which gamma offset A reaches the cap.

    cap x |book dollar gamma| x move / |dollar delta of one contract|.

    Parameters
    ----------
    book_dollar_gamma : array_like, dollars per (1 %) squared, negative
    unit_dollar_delta : array_like, dollars per +1 % of SPX of one contract, negative
    cap : array_like, ratio (at least 0)
    move : array_like, percent (positive)

    Returns
    -------
    ndarray
        Contracts; NaN when the book is not short gamma or the contract is not a hedge.

    Notes
    -----
    C12, reading A. DOCUMENT RULE (untested). A zero book gamma is a zero denominator in the functions layer.
    """
    gamma, delta, limit, m = (
        np.asarray(x, dtype=np.float64) for x in (book_dollar_gamma, unit_dollar_delta, cap, move)
    )
    with np.errstate(all="ignore"):
        contracts = limit * gamma * m / delta
        good = (gamma < 0.0) & (delta < 0.0) & (limit >= 0.0) & (m > 0.0) & np.isfinite(contracts)
    return np.where(good, contracts, np.nan)


def max_contracts(
    book_dollar_gamma: ArrayLike, unit_dollar_delta: ArrayLike, cap: ArrayLike = 0.35, move: ArrayLike = 1.0
) -> FloatArray:
    """Largest whole number of contracts within the gamma cap.

    floor of `cap_contracts`, with the guard of `floor_contracts`.

    Parameters
    ----------
    book_dollar_gamma, unit_dollar_delta, cap, move : array_like
        As in `cap_contracts`.

    Returns
    -------
    ndarray
        Whole numbers; NaN where `cap_contracts` is.

    Notes
    -----
    C12, reading A. DOCUMENT RULE (untested).
    """
    return floor_contracts(cap_contracts(book_dollar_gamma, unit_dollar_delta, cap, move))


def vega_offset(
    contracts: ArrayLike,
    delta: ArrayLike,
    kappa: ArrayLike,
    book_dollar_vega: ArrayLike,
    condor_days: ArrayLike,
    multiplier: ArrayLike = VIX_OPTION_MULTIPLIER,
) -> FloatArray:
    """Share of the book's short vega that the hedge offsets per VIX point (ratio E, informative).

    contracts x delta x kappa x 100 / (|book dollar vega| x min(2, sqrt(30 / days))).

    Parameters
    ----------
    contracts : array_like, contracts (at least 0)
    delta : array_like, per point of the hedge's own future
    kappa : array_like, points of that future per point of VIX
    book_dollar_vega : array_like, dollars per 0.01 of vol, negative
    condor_days : array_like, calendar days to the condor's expiry (positive)
    multiplier : array_like, dollars a point

    Returns
    -------
    ndarray
        Ratio; NaN outside the domain.

    Notes
    -----
    C12, ratio E. STANDARD arithmetic, kappa ESTIMATED (Table 4A).
    """
    n, d, k, vega, days, unit = (
        np.asarray(x, dtype=np.float64) for x in (contracts, delta, kappa, book_dollar_vega, condor_days, multiplier)
    )
    with np.errstate(all="ignore"):
        ratio = n * d * k * unit / (-vega * np.minimum(2.0, np.sqrt(30.0 / days)))
        good = (n >= 0.0) & (vega < 0.0) & (days > 0.0) & (unit > 0.0) & np.isfinite(ratio)
    return np.where(good, ratio, np.nan)


@dataclass(frozen=True, slots=True)
class Tilt:
    """The tilt in force, the product before the limit, and whether the limit acts."""

    value: float
    product: float
    limited: bool


def combined_tilt(tilts: Sequence[float] | FloatArray) -> Tilt:
    """Product of the tilts, kept within 0.5 to 1.5.

    Parameters
    ----------
    tilts : sequence of float, factors (at least 0)
        An empty sequence is no tilt: 1.

    Returns
    -------
    Tilt

    Notes
    -----
    Morning algorithm, step 8 [POLICY]: every strength is 0 unless turned on, the limit is shown when it
    acts.
    """
    factors = np.asarray(tilts, dtype=np.float64).ravel()
    if np.any(np.isnan(factors)):
        raise MissingError("a tilt is missing")
    if not np.all((factors >= 0.0) & (factors < np.inf)):
        raise DomainError("a tilt must be 0 or more")
    product = float(np.prod(factors))
    value = min(max(product, TILT_LOW), TILT_HIGH)
    return Tilt(value, product, value != product)
