"""tastytrade (tastyworks), History, Transactions, CSV: a list of transactions, in the present and in the older layout.

The present layout names an option by its OCC code and gives dollars a contract with the sign of the cash; the older
one gives underlying, expiry, strike and points. A future's price stands in the description alone ("Bought 1 /VXZ5 @
19.35"), and nothing says whether it opens or closes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import NoReturn
from zoneinfo import ZoneInfo

from alvh_xl.market.brokers import symbols, text
from alvh_xl.market.brokers.gathered import Gathered
from alvh_xl.market.brokers.holding import MULTIPLIERS, Contract, Effect, Fill, Statement
from alvh_xl.market.brokers.text import cell

BROKER = "tastytrade"
HEADER = frozenset({"date", "type", "sub type", "action", "symbol", "instrument type", "quantity", "average price"})
OLD_HEADER = frozenset(
    {"date/time", "transaction code", "transaction subcode", "symbol", "buy/sell", "open/close", "quantity", "strike"}
)
NEW_YORK = ZoneInfo("America/New_York")
REMOVALS = frozenset({"expiration", "assignment", "exercise", "cash settled assignment", "cash settled exercise"})
TRADING = frozenset({"trade", "receive deliver"})
EFFECTS: dict[str, tuple[int, Effect]] = {
    "buy to open": (1, "open"), "sell to open": (-1, "open"), "buy to close": (1, "close"),
    "sell to close": (-1, "close"), "buy": (1, "net"), "sell": (-1, "net"),
}  # fmt: skip
RIGHTS = {"CALL": "C", "C": "C", "PUT": "P", "P": "P"}

_AT = re.compile(r"@ ([\d.,]+)", re.ASCII)
Places = dict[str, int]


def recognises(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row that is not blank is the header of a list of transactions."""
    return _header(rows) is not None


def _header(rows: Sequence[Sequence[str]]) -> int | None:
    for place, row in enumerate(rows):
        if any(row):
            names = {name.casefold() for name in row}
            return place if names >= HEADER or names >= OLD_HEADER else None
    return None


def read(rows: Sequence[Sequence[str]], file: str) -> Statement:
    """Read a list of transactions.

    Raises
    ------
    ProviderError
        A row of an SPX or VIX contract can't be read.
    """
    gathered = Gathered(BROKER, file)
    start = _header(rows) or 0
    places = text.columns(rows[start])
    one = _transaction if "sub type" in places else _old_transaction
    width = len(rows[start])
    for number, row in enumerate(rows[start + 1 :], start=start + 2):
        if any(row):
            with gathered.row(number, row[0]):
                if len(row) != width:
                    raise ValueError(f"it has {len(row)} cells, the header {width}")
            one(gathered, number, row, places)
    return gathered.statement()


def _transaction(gathered: Gathered, number: int, row: Sequence[str], places: Places) -> None:
    symbol = cell(row, places, "symbol").upper()
    if cell(row, places, "type").casefold() not in TRADING or not symbol:
        return  # cash only
    ours = symbols.is_ours(symbols.root_of(symbol)) or symbols.is_future(symbol)
    with gathered.row(number, symbol if ours else symbol.split()[0]):
        if not ours:
            _pass_over(gathered, _moment, cell(row, places, "date"))
        moment = _moment(cell(row, places, "date"))
        gathered.seen(moment.date())
        contract = _contract(symbol, cell(row, places, "instrument type").casefold(), moment.date())
        if contract.right:
            symbols.check_multiplier(contract, text.number(cell(row, places, "multiplier")))
        action = cell(row, places, "action").replace("_", " ") or cell(row, places, "sub type")
        if cell(row, places, "sub type").casefold() in REMOVALS:
            action = cell(row, places, "sub type")
        price = _price(row, places, contract)
        gathered.fills.append(_fill(contract, moment, action, cell(row, places, "quantity"), price))


def _pass_over(gathered: Gathered, read_moment: Callable[[str], datetime], words: str) -> NoReturn:
    """Leave out a row that is not ours; its day counts where it can be read, and is no fault where it can't."""
    with suppress(ValueError, OverflowError):
        gathered.seen(read_moment(words).date())
    raise symbols.OtherError(symbols.OTHER)


def _contract(symbol: str, kind: str, day: date) -> Contract:
    if symbols.is_ours(symbols.root_of(symbol)):
        found = symbols.from_occ(symbol)
        if found is None or kind != "equity option":
            raise ValueError(f"an option code and {text.shown(kind)} do not go together")
        return found
    if kind != "future":
        raise symbols.OtherError(symbols.OTHER)
    return symbols.future(symbol, day)


def _moment(words: str) -> datetime:
    """New York wall clock of 2024-08-16T15:57:13+0200."""
    try:
        moment = datetime.fromisoformat(words)
    except ValueError:
        raise ValueError(f"{text.shown(words)} is no date and time") from None
    text.calendar_day(moment.year, moment.month, moment.day)
    return moment if moment.tzinfo is None else moment.astimezone(NEW_YORK).replace(tzinfo=None)


def _price(row: Sequence[str], places: Places, contract: Contract) -> float | None:
    """Price in points: of an option dollars a contract over its multiplier, of a future what the description says."""
    if not contract.right:
        found = _AT.search(cell(row, places, "description"))
        return text.points(found[1].rstrip(".,")) if found else None
    dollars = text.number(cell(row, places, "average price"))
    return None if dollars is None else abs(dollars) / MULTIPLIERS[contract.instrument]


def _fill(contract: Contract, moment: datetime, action: str, quantity: str, price: float | None) -> Fill:
    count, word = abs(text.contracts(quantity)), action.casefold()
    if word in REMOVALS:
        return Fill(contract, moment, count, None, "remove")
    if word not in EFFECTS:
        raise ValueError(f"what {text.shown(action)} does to the position is not known")
    if price is None:
        raise ValueError("it has no price")
    sign, effect = EFFECTS[word]
    return Fill(contract, moment, sign * count, price, effect)


def _old_transaction(gathered: Gathered, number: int, row: Sequence[str], places: Places) -> None:
    symbol = cell(row, places, "symbol").upper()
    if cell(row, places, "transaction code").casefold() not in TRADING or not symbol:
        return  # cash only
    right, words = cell(row, places, "call/put").upper(), cell(row, places, "description")
    ours = symbols.is_ours(symbol) and right != ""
    what = " ".join([symbol, *(cell(row, places, name) for name in ("expiration date", "strike", "call/put"))])
    with gathered.row(number, what if ours else symbol):
        if not ours and not symbols.is_future(symbol):
            _pass_over(gathered, text.us_moment, cell(row, places, "date/time"))
        moment = text.us_moment(cell(row, places, "date/time"))
        gathered.seen(moment.date())
        price = text.points(cell(row, places, "price"))
        if symbols.is_future(symbol):
            contract = symbols.future(symbol, moment.date())
        elif right not in RIGHTS:
            raise ValueError(f"{text.shown(right)} is neither call nor put")
        else:
            root = "SPXW" if symbol == "SPX" and re.search(r"\bSPXW\b", words) else symbol
            expiry = text.us_day(cell(row, places, "expiration date"))
            strike = text.strike(cell(row, places, "strike"))
            contract = symbols.option(root, expiry, RIGHTS[right], strike, sure=root == "SPXW")
        action = cell(row, places, "transaction subcode")
        gathered.fills.append(_fill(contract, moment, action, cell(row, places, "quantity"), price))
