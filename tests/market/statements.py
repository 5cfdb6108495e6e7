"""Broker files as the tests write them: small, in the layout of each broker, with invented trades."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from alvh_xl.market.brokers import Statement, read_statement

TASTY_HEADER = (
    "Date,Type,Sub Type,Action,Symbol,Instrument Type,Description,Value,Quantity,Average Price,Commissions,Fees,"
    "Multiplier,Root Symbol,Underlying Symbol,Expiration Date,Strike Price,Call or Put,Order #,Currency"
)
OLD_TASTY_HEADER = (
    "Date/Time,Transaction Code,Transaction Subcode,Symbol,Buy/Sell,Open/Close,Quantity,Expiration Date,Strike,"
    "Call/Put,Price,Fees,Amount,Description,Account Reference"
)
IB_TRADES = (
    "Trades,Header,DataDiscriminator,Asset Category,Currency,Symbol,Date/Time,Quantity,T. Price,C. Price,Proceeds,"
    "Comm/Fee,Basis,Realized P/L,MTM P/L,Code"
)
IB_POSITIONS = (
    "Open Positions,Header,DataDiscriminator,Asset Category,Currency,Symbol,Quantity,Mult,Cost Price,Cost Basis,"
    "Close Price,Value,Unrealized P/L,Code"
)
IB_INSTRUMENTS = (
    "Financial Instrument Information,Header,Asset Category,Symbol,Description,Conid,Underlying,Listing Exch,"
    "Multiplier,Expiry,Delivery Month,Type,Strike,Code"
)
TOS_TRADES = ",Exec Time,Spread,Side,Qty,Pos Effect,Symbol,Exp,Strike,Type,Price,Net Price,Order Type"
TOS_OPTIONS = "Symbol,Option Code,Exp,Strike,Type,Qty,Trade Price,Mark,Mark Value"
TOS_FUTURES = "Symbol,Description,SPC,Exp,Qty,Trade Price,Mark,P/L Day"


def written(folder: Path, text: str | bytes, name: str = "statement.csv") -> Path:
    """Write a file as a broker would."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def statement(folder: Path, *lines: str) -> Statement:
    """Read a file of these lines."""
    return read_statement(written(folder, "\n".join(lines) + "\n"))


def held(found: Statement) -> dict[str, float | None]:
    """Name (quantity and contract) → fill of each holding."""
    return {one.name: one.price for one in found.holdings}


def tasty(when: str, action: str, code: str, quantity: int, dollars: str) -> str:
    """One option row of tastytrade; an action that is no trade is a removal."""
    if action.startswith(("Buy", "Sell")):
        kind, word = "Trade", action.upper().replace(" ", "_")
    else:
        kind, word = "Receive Deliver", ""
    return (
        f'{when},{kind},{action},{word},{code},Equity Option,words,0.00,{quantity},"{dollars}",-1.00,-0.15,100,'
        f"SPXW,SPX,9/20/24,1,CALL,123,USD"
    )


def tasty_condor(when: str, expiry: str, strikes: Iterable[int], quantity: int, dollars: Iterable[str]) -> list[str]:
    """Return the four opening rows of an SPXW condor: strikes and dollars from the lowest strike up."""
    legs = zip(strikes, dollars, "PPCC", ("Buy", "Sell", "Sell", "Buy"), strict=True)
    return [
        tasty(when, f"{side} to Open", f"SPXW  {expiry}{right}{strike * 1000:08d}", quantity, price)
        for strike, price, right, side in legs
    ]


def tos_period(since: str = "10/1/25", through: str = "11/3/25") -> str:
    """Return the first line of an account statement."""
    return f"Account Statement for 00000000SCHW (Jane Doe, Individual) since {since} through {through}"
