"""thinkorswim, Monitor, Account Statement, Export to File: sections, each with its own header row.

Read are Account Trade History, Options and Futures (what is held) and, of Cash Balance, how an expiry is called. The
legs of a spread follow its first row, which alone carries the time. Expiries read "21 NOV 25", "21 NOV 25 [AM]"
(settles at the open), or "NOV 25" (the monthly one).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from alvh_xl.market.brokers import symbols, text
from alvh_xl.market.brokers.gathered import Gathered
from alvh_xl.market.brokers.holding import SPX_ROOTS, Contract, Effect, Fill, Holding, Statement
from alvh_xl.market.brokers.text import cell
from alvh_xl.model.sessions import vix_expiry

BROKER = "thinkorswim"
TRADES = frozenset({"exec time", "pos effect", "symbol", "qty", "price"})
OPTIONS = frozenset({"option code", "exp", "strike", "type", "qty", "trade price"})
FUTURES = frozenset({"symbol", "spc", "exp", "qty", "trade price"})
CASH = frozenset({"date", "time", "description", "balance"})
EQUITIES = frozenset({"symbol", "description", "qty", "trade price"})
FUTURES_OPTIONS = "futures options"  # a section with the columns of Options; none of it is ours
EFFECTS: dict[str, Effect] = {"TO OPEN": "open", "TO CLOSE": "close", "": "net", "AUTO": "net"}
RIGHTS = {"CALL": "C", "PUT": "P"}

_PERIOD = re.compile(r"Account Statement for .*since (\S+) through (\S+)$")
_EXPIRY = re.compile(r"(?:(\d{1,2}) )?([A-Z]{3}) (\d\d)(?: ?[\[(]([A-Z]+)[\])])?", re.ASCII)
_SPX_EXPIRY = re.compile(r"\bSPX 100 (\(Weeklys\) |\(Quarterlys\) )?((?:\d{1,2} )?[A-Z]{3} \d\d)( \[AM\])?", re.ASCII)

Numbered = tuple[int, Sequence[str]]
Places = dict[str, int]


def recognises(rows: Sequence[Sequence[str]]) -> bool:
    """Whether these are the rows of an account statement."""
    return any(_PERIOD.match(",".join(row)) for row in rows[:20]) or any(
        any(names >= kind for kind in (TRADES, OPTIONS)) for names in map(_names, rows)
    )


def read(rows: Sequence[Sequence[str]], file: str) -> Statement:
    """Read an account statement.

    Raises
    ------
    ProviderError
        A row of an SPX or VIX contract can't be read.
    """
    gathered = Gathered(BROKER, file)
    for number, row in enumerate(rows[:20], start=1):
        if period := _PERIOD.match(",".join(row)):
            with gathered.row(number, "the period"):
                gathered.seen(text.us_day(period[1]))
                gathered.seen(text.us_day(period[2]))
    sections = list(_sections(rows))
    roots = _roots(sections)
    readers: dict[frozenset[str], Callable[[list[Numbered], Places], None]] = {
        TRADES: lambda found, places: _trades(gathered, found, places, roots),
        OPTIONS: lambda found, places: _options(gathered, found, places),
        FUTURES: lambda found, places: _futures(gathered, found, places),
        EQUITIES: lambda found, places: _others(gathered, found, places),
    }
    for kind, places, found in sections:
        if kind in readers:
            readers[kind](found, places)
    return gathered.statement()


def _names(row: Sequence[str]) -> set[str]:
    return {name.casefold() for name in row}


def _sections(rows: Sequence[Sequence[str]]) -> Iterator[tuple[frozenset[str], Places, list[Numbered]]]:
    """Kind, columns and numbered rows of each section: from its header to the next blank row."""
    kind: frozenset[str] | None = None
    places: Places = {}
    found: list[Numbered] = []
    for number, row in enumerate(rows, start=1):
        names = _names(row)
        header = next((kind for kind in (TRADES, OPTIONS, FUTURES, CASH, EQUITIES) if kind <= names), None)
        if header is None and any(row):
            found.append((number, row))
            continue
        if kind is not None:
            yield kind, places, found
        title = "".join(rows[number - 2]).casefold() if number > 1 else ""
        kind, places, found = EQUITIES if title == FUTURES_OPTIONS else header, text.columns(row), []
    if kind is not None:
        yield kind, places, found


def _roots(sections: Sequence[tuple[frozenset[str], Places, list[Numbered]]]) -> dict[str, set[str]]:
    """Roots of SPX options by expiry: of those held by their codes; else as the cash entries call them.

    There (Weeklys) without [AM] settle at the close.
    """
    found: dict[str, set[str]] = {}
    for kind, places, rows in sections:
        for _, row in rows if kind == OPTIONS else ():
            root = symbols.root_of(cell(row, places, "option code").upper())
            if root in SPX_ROOTS:
                found.setdefault(cell(row, places, "exp").upper().partition(" [")[0], set()).add(root)
        for _, row in rows if kind == CASH else ():
            for weekly, expiry, opening in _SPX_EXPIRY.findall(cell(row, places, "description")):
                if weekly or opening:
                    found.setdefault(expiry, set()).add("SPX" if opening else "SPXW")
    return found


def _trades(gathered: Gathered, rows: list[Numbered], places: Places, roots: dict[str, set[str]]) -> None:
    when, effect = "", ""
    for number, row in rows:
        symbol = cell(row, places, "symbol").upper()
        first = cell(row, places, "exec time")
        when = first or when
        effect = cell(row, places, "pos effect").upper() or ("" if first else effect)
        with gathered.row(number, _what(row, places), trade=True):
            if not _is_ours(symbol) and any(_is_ours(word.upper()) for word in row):
                raise ValueError("its cells are not where the header says")
            if not symbol:
                continue
            moment = text.us_moment(when)
            contract = _traded(symbol, row, places, moment.date(), roots)
            if effect not in EFFECTS:
                raise ValueError(f"{text.shown(effect)} is neither TO OPEN nor TO CLOSE")
            price = text.points(cell(row, places, "price"))
            if price is None:
                raise ValueError("it has no price")
            gathered.fills.append(Fill(contract, moment, _signed(row, places), price, EFFECTS[effect]))
            gathered.seen(moment.date())


def _is_ours(symbol: str) -> bool:
    return symbols.is_ours(symbol) or symbols.is_future(symbol.partition(":")[0])


def _what(row: Sequence[str], places: Places) -> str:
    """Name of a row's instrument; one that is not ours by its underlying alone."""
    symbol = cell(row, places, "symbol").upper()
    if not symbols.is_ours(symbol):
        return symbol
    return " ".join([symbol, *(cell(row, places, name) for name in ("exp", "strike", "type"))])


def _signed(row: Sequence[str], places: Places) -> int:
    """Quantity of a trade; a side that contradicts its sign is a fault."""
    quantity, side = text.contracts(cell(row, places, "qty")), cell(row, places, "side").upper()
    if side == "SELL" and quantity > 0 and not cell(row, places, "qty").startswith("+"):
        return -quantity
    if (side == "SELL" and quantity > 0) or (side == "BUY" and quantity < 0):
        raise ValueError(f"side {side} contradicts quantity {quantity:+d}")
    return quantity


def _traded(symbol: str, row: Sequence[str], places: Places, day: date, roots: dict[str, set[str]]) -> Contract:
    kind = cell(row, places, "type").upper()
    if symbol.startswith("/"):
        plain = symbol.partition(":")[0]
        if kind not in ("FUTURE", ""):
            raise symbols.OtherError(symbols.OTHER)
        return symbols.future(plain, day)
    if not symbols.is_ours(symbol) or kind not in RIGHTS:
        raise symbols.OtherError(symbols.OTHER)
    words = " ".join(cell(row, places, "exp").upper().split())
    expiry, opening, monthly = _expiry(symbol, words)
    strike = text.strike(cell(row, places, "strike"))
    known = roots.get(words.partition(" [")[0], set())
    if symbol == "SPX" and not opening and not monthly and len(known) == 1:
        return symbols.option(next(iter(known)), expiry, RIGHTS[kind], strike, sure=True)
    return symbols.option(symbol, expiry, RIGHTS[kind], strike, sure=opening or monthly)


def _expiry(symbol: str, words: str) -> tuple[date, bool, bool]:
    """Day of an expiry, whether it says [AM], and whether it is a monthly one named by its month alone."""
    found = _EXPIRY.fullmatch(words)
    if found is None or found[2] not in text.MONTHS:
        raise ValueError(f"{text.shown(words)} is no expiry")
    month, year = text.MONTHS.index(found[2]) + 1, 2000 + int(found[3])
    if found[1] is None:
        text.calendar_day(year, month, 1)
        monthly = vix_expiry(year, month) if symbol in symbols.VIX_ROOTS else symbols.standard_day(year, month)
        return monthly, False, True
    return text.calendar_day(year, month, int(found[1])), found[4] == "AM", False


def _options(gathered: Gathered, rows: list[Numbered], places: Places) -> None:
    gathered.listed("options")
    for number, row in rows:
        code, symbol = cell(row, places, "option code").upper(), cell(row, places, "symbol").upper()
        if not symbol:
            continue  # the totals
        with gathered.row(number, code if symbols.is_ours(symbols.root_of(code)) else symbol or code):
            if not symbols.is_ours(symbols.root_of(code)):
                raise symbols.OtherError(symbols.OTHER)
            contract = symbols.from_occ(code)
            if contract is None:
                raise ValueError("its option code can't be read")
            if text.strike(cell(row, places, "strike")) != contract.strike:
                raise ValueError(f"strike {cell(row, places, 'strike')} contradicts the option code")
            _hold(gathered, contract, row, places)


def _futures(gathered: Gathered, rows: list[Numbered], places: Places) -> None:
    gathered.listed("futures")
    known = gathered.through or date.min
    for number, row in rows:
        symbol = cell(row, places, "symbol").upper().partition(":")[0]
        if symbol:
            with gathered.row(number, symbol):
                _hold(gathered, symbols.future(symbol, known), row, places)


def _hold(gathered: Gathered, contract: Contract, row: Sequence[str], places: Places) -> None:
    quantity, price = text.contracts(cell(row, places, "qty")), text.points(cell(row, places, "trade price"))
    gathered.positions.append(Holding(contract, quantity, price))


def _others(gathered: Gathered, rows: list[Numbered], places: Places) -> None:
    for _, row in rows:
        if symbol := cell(row, places, "symbol").upper():
            gathered.other(symbol)
