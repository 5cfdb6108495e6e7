"""Contracts by the names brokers give them; what can't be told for certain is said, never guessed."""

from __future__ import annotations

import re
from datetime import date

from alvh_xl.market.brokers.holding import MULTIPLIERS, SPX_ROOTS, Contract
from alvh_xl.market.brokers.text import EARLIEST, LATEST, calendar_day
from alvh_xl.model.sessions import is_session, previous_session, third_friday, vix_expiry

OTHER = "only SPX and VIX options and VX and VXM futures are read"
WEEKLY = "a weekly VIX future: the sheet Curve holds monthly contracts only"
WHICH_SETTLEMENT = (
    "the file does not say whether it settles at the open (SPX) or at the close (SPXW); type this one yourself"
)
VIX_ROOTS = ("VIX", "VIXW")
MONTH_CODES = "FGHJKMNQUVXZ"

_OCC = re.compile(r"\.?([A-Z]{1,6}) *(\d\d)(\d\d)(\d\d)([CP])(\d{8}|\d{1,6}(?:\.\d{1,3})?)", re.ASCII)
_FUTURE = re.compile(rf"/?(VXM?)([{MONTH_CODES}])(\d\d?)", re.ASCII)
_WEEKLY = re.compile(rf"/?VX\d\d[{MONTH_CODES}]?\d{{1,2}}", re.ASCII)


class OtherError(ValueError):
    """The contract is not one the sheet takes; the message is the reason."""


def root_of(symbol: str) -> str:
    """Letters a symbol begins with.

    Examples
    --------
    >>> root_of("SPXW  250331C05700000"), root_of("/VXZ25:XCBF"), root_of("SPY 31MAR25 570 C")
    ('SPXW', 'VXZ', 'SPY')
    """
    found = re.match(r"[./]*([A-Za-z]+)", symbol)
    return found[1].upper() if found else ""


def is_ours(root: str) -> bool:
    """Whether options of this root are read."""
    return root in SPX_ROOTS or root in VIX_ROOTS


def from_occ(code: str) -> Contract | None:
    """Contract of an option code, SPXW  250331C05700000 or SPXW250331C5700; None when it is no such code.

    Raises
    ------
    OtherError
        An option on something else.
    ValueError
        Not a day.
    """
    found = _OCC.fullmatch(code)
    if found is None:
        return None
    root, year, month, day, right, digits = found.groups()
    if not is_ours(root):
        raise OtherError(OTHER)
    level = int(digits) / 1000 if len(digits) == 8 else float(digits)
    if level <= 0:
        raise ValueError("its strike is 0")
    return option(root, calendar_day(int(year), int(month), int(day)), right, level, sure=True)


def option(root: str, expiry: date, right: str, strike: float, *, sure: bool) -> Contract:
    """Contract of an SPX or VIX option.

    Parameters
    ----------
    sure : bool
        Whether a root of SPX means the contract that settles at the open; else it may be just the underlying's name.

    Raises
    ------
    OtherError
        An option on something else, or it can't be told when it settles.
    """
    if root in VIX_ROOTS:
        return Contract("VIX", "VIX", expiry, right, strike)
    if root not in SPX_ROOTS:
        raise OtherError(OTHER)
    if root == "SPX" and not sure:
        if expiry == standard_day(expiry.year, expiry.month):
            raise OtherError(WHICH_SETTLEMENT)
        root = "SPXW"  # options that settle at the open expire on the standard day only
    return Contract("SPX", root, expiry, right, strike)


def standard_day(year: int, month: int) -> date:
    """Day on which the monthly SPX options settle at the open: the third Friday, or the session before it."""
    friday = third_friday(year, month)
    return friday if is_session(friday) else previous_session(friday)


def is_monthly(contract: Contract) -> bool:
    """Whether a VIX contract settles with the monthly future, which alone is on the sheet Curve."""
    return contract.expiry == vix_expiry(contract.expiry.year, contract.expiry.month)


def is_future(symbol: str) -> bool:
    """Whether a symbol is a VIX future's, monthly or weekly."""
    return bool(_FUTURE.fullmatch(symbol) or _WEEKLY.fullmatch(symbol))


def future(symbol: str, known: date, expiry: date | None = None) -> Contract:
    """Contract of a future's symbol, /VXZ25, VXZ5 or VXMZ5.

    Parameters
    ----------
    known : date
        A day on which it was traded or held: a year of one digit is the first from then on.
    expiry : date, optional
        Its settlement day where the file says; else the exchange's rule gives it.

    Raises
    ------
    OtherError
        Another future, or a weekly one.
    """
    found = _FUTURE.fullmatch(symbol)
    if found is None:
        raise OtherError(WEEKLY if _WEEKLY.fullmatch(symbol) else OTHER)
    month, digits = MONTH_CODES.index(found[2]) + 1, found[3]
    years = [2000 + int(digits)] if len(digits) == 2 else [known.year + i for i in range(11)]
    for year in years:
        if year % 10 ** len(digits) != int(digits) or not EARLIEST.year <= year <= LATEST.year:
            continue
        settles = vix_expiry(year, month)
        if len(digits) == 2 or settles >= known:
            return Contract(found[1], found[1], expiry or settles)
    raise OtherError("no such future is listed from the day of its trade on")


def check_multiplier(contract: Contract, multiplier: float | None) -> None:
    """Refuse a contract whose multiplier is not the exchange's.

    Raises
    ------
    OtherError
    """
    wanted = MULTIPLIERS[contract.instrument]
    if multiplier is not None and multiplier != wanted:
        raise OtherError(
            f"its multiplier is {multiplier:g} in the file; a {contract.instrument} contract has {wanted:g}"
        )
