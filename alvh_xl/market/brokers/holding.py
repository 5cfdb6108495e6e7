"""What every broker's file comes down to: contracts, fills of them, what is still held, and what was left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, NamedTuple

SPX_ROOTS: Final = ("SPX", "SPXW")
MULTIPLIERS: Final = {"SPX": 100.0, "VIX": 100.0, "VX": 1000.0, "VXM": 100.0}

Effect = Literal["open", "close", "net", "remove"]


class Contract(NamedTuple):
    """One contract: an SPX or VIX option, or a VIX future.

    `root` tells SPX (settles at the open) from SPXW (at the close). A future has right "" and strike 0.
    """

    instrument: str
    root: str
    expiry: date
    right: str = ""
    strike: float = 0.0

    @property
    def settlement(self) -> str:
        """AM: opening prices of the day; PM: its close."""
        return "PM" if self.root == "SPXW" else "AM"

    @property
    def name(self) -> str:
        """As a trader says it.

        Examples
        --------
        >>> Contract("SPX", "SPXW", date(2025, 11, 21), "P", 6400.0).name
        'SPXW 21-Nov-2025 6400 P'
        >>> Contract("VX", "VX", date(2025, 11, 19)).name
        'VX 19-Nov-2025'
        """
        day = f"{self.root} {self.expiry:%d-%b-%Y}"
        return f"{day} {self.strike:g} {self.right}" if self.right else day


@dataclass(frozen=True, slots=True)
class Fill:
    """One row of a list of trades.

    Parameters
    ----------
    quantity : int
        + bought, − sold; for "remove" how many contracts went, without a sign.
    price : float or None
        Points; None where nothing was paid.
    effect
        "open" or "close" as the broker says; "net" where it does not say; "remove": expired, assigned or settled.
    """

    contract: Contract
    moment: datetime
    quantity: int
    price: float | None
    effect: Effect


@dataclass(frozen=True, slots=True)
class Holding:
    """What is held of one contract.

    Parameters
    ----------
    quantity : int
        + long, − short.
    price : float or None
        Average fill in points; None where the file does not say.
    opened : datetime or None
        First fill of what is still held.
    """

    contract: Contract
    quantity: int
    price: float | None = None
    opened: datetime | None = None

    @property
    def name(self) -> str:
        """Quantity and contract, for example -10 SPXW 21-Nov-2025 6400 P."""
        return f"{self.quantity:+d} {self.contract.name}"


class Skipped(NamedTuple):
    """Something of the file that is not among the holdings, and why; `ours`: a contract the sheet would take."""

    what: str
    reason: str
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """Holdings of a broker's file. Names and numbers of accounts are never part of it.

    Parameters
    ----------
    holdings, skipped
        In the order of contract and of name.
    from_trades : bool
        Whether some holdings are what trades leave open, rather than the broker's own list of positions.
    since, through : date or None
        First and last day the file speaks of.
    with_commissions : tuple of str
        Contracts whose fill is a cost price that contains commissions: the file gives no better one.
    """

    broker: str
    holdings: tuple[Holding, ...]
    skipped: tuple[Skipped, ...] = ()
    from_trades: bool = False
    since: date | None = None
    through: date | None = None
    with_commissions: tuple[str, ...] = ()
