"""Interactive Brokers, Activity Statement, CSV: several tables in one file, named by the first two cells of each row.

Read are Open Positions, Trades and Financial Instrument Information, which alone says whether an option named
"SPX 19DEC25 6400 P" is an SPX or an SPXW. Expiries and assignments stand among the trades, with price 0. The cost price
of a position contains commissions: the fills of the same file are preferred where they lead to the same quantity.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from alvh_xl.market.brokers import symbols, text
from alvh_xl.market.brokers.gathered import Gathered
from alvh_xl.market.brokers.holding import Contract, Effect, Fill, Holding, Statement
from alvh_xl.market.brokers.text import cell

BROKER = "Interactive Brokers"
TRADES, POSITIONS = "Trades", "Open Positions"
INSTRUMENTS, STATEMENT = "Financial Instrument Information", "Statement"
FUTURES = "futures"
REMOVALS = frozenset({"A", "EP", "EX"})

_NAME = re.compile(r"([A-Z]+) (\d{1,2})([A-Z]{3})(\d\d) ([\d.,]+) ([CP])", re.ASCII)
_PERIOD = re.compile(r"([A-Z][a-z]+) (\d{1,2}), (\d{4})")

Places = dict[str, int]


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    section: str
    row: Sequence[str]
    places: Places

    def __call__(self, name: str) -> str:
        return cell(self.row, self.places, name)

    @property
    def kind(self) -> str:
        return self("asset category").casefold()

    @property
    def is_option(self) -> bool:
        """Equity and Index Options, but not Options On Futures."""
        return self.kind.endswith("options")


@dataclass(frozen=True, slots=True)
class _Instrument:
    code: str
    expiry: date | None


Known = dict[str, list[_Instrument]]


def recognises(rows: Sequence[Sequence[str]]) -> bool:
    """Whether sections are named by the first two cells, as in an activity statement."""
    return any(len(row) > 3 and row[0] in (STATEMENT, TRADES, POSITIONS) and row[1] == "Header" for row in rows)


def read(rows: Sequence[Sequence[str]], file: str) -> Statement:
    """Read an activity statement.

    Raises
    ------
    ProviderError
        A row of an SPX or VIX contract can't be read.
    """
    gathered = Gathered(BROKER, file)
    lines = list(_lines(rows))
    _period(gathered, lines)
    if any(row[:2] == [POSITIONS, "Header"] for row in rows):
        gathered.listed("options")
        gathered.listed("futures")
    known = _instruments(gathered, lines)
    # Executions are listed where the orders they belong to are not.
    wanted = "order" if any(_is(line, TRADES, "order") for line in lines) else "trade"
    for line in lines:
        if _is(line, TRADES, wanted):
            _trade(gathered, line, known)
        elif _is(line, POSITIONS, "summary"):
            _position(gathered, line, known)
    return gathered.statement(with_commissions=True)


def _lines(rows: Sequence[Sequence[str]]) -> Iterator[_Line]:
    """Data rows with the columns of the header before them."""
    places: dict[str, Places] = {}
    for number, row in enumerate(rows, start=1):
        if len(row) > 2 and row[1] == "Header":
            places[row[0]] = text.columns(row)
        elif len(row) > 2 and row[1] == "Data" and row[0] in places:
            yield _Line(number, row[0], row, places[row[0]])


def _is(line: _Line, section: str, discriminator: str) -> bool:
    return line.section == section and line("datadiscriminator").casefold() == discriminator


def _period(gathered: Gathered, lines: Sequence[_Line]) -> None:
    """Days of "January 1, 2025 - March 31, 2025"."""
    for line in lines:
        if line.section == STATEMENT and line("field name") == "Period":
            for month, day, year in _PERIOD.findall(line("field value")):
                if month[:3].upper() in text.MONTHS:
                    with gathered.row(line.number, "the period"):
                        place = text.MONTHS.index(month[:3].upper()) + 1
                        gathered.seen(text.calendar_day(int(year), place, int(day)))


def _instruments(gathered: Gathered, lines: Sequence[_Line]) -> Known:
    """What the file says of its instruments, by each name it uses; two contracts may share a name."""
    found: Known = {}
    for line in lines:
        if line.section != INSTRUMENTS or not (line.is_option or line.kind == FUTURES):
            continue
        expiry = None
        if line.kind == FUTURES and line("expiry"):
            with gathered.row(line.number, line("symbol")):
                expiry = _iso_day(line("expiry"))
        # One instrument may have several names, separated by commas.
        for name in {line("description"), *line("symbol").split(",")}:
            if name.strip():
                found.setdefault(name.strip().upper(), []).append(_Instrument(line("symbol").upper(), expiry))
    return found


def _iso_day(words: str) -> date:
    try:
        day = date.fromisoformat(words)
    except ValueError:
        raise ValueError(f"{text.shown(words)} is no day") from None
    return text.calendar_day(day.year, day.month, day.day)


def _contract(line: _Line, known: Known, day: date) -> Contract:
    """Contract of a row of ours."""
    described = _described(line, known)
    if line.kind == FUTURES:
        expiries = {entry.expiry for entry in described if entry.expiry}
        return symbols.future(_future(line, known), day, expiries.pop() if len(expiries) == 1 else None)
    own = symbols.from_occ(line("symbol").upper())
    if own is not None:
        return own
    found = _NAME.fullmatch(_name(line))
    if found is None or found[3] not in text.MONTHS:
        raise ValueError("its symbol can't be read")
    coded = {code for entry in described if (code := symbols.from_occ(entry.code))}
    if len(coded) == 1:
        return coded.pop()
    expiry = text.calendar_day(int(found[4]), text.MONTHS.index(found[3]) + 1, int(found[2]))
    return symbols.option(found[1], expiry, found[6], text.strike(found[5]), sure=found[1] == "SPXW")


def _name(line: _Line) -> str:
    return " ".join(line("symbol").upper().split())


def _described(line: _Line, known: Known) -> list[_Instrument]:
    return known.get(line("symbol").upper(), known.get(_name(line), []))


def _future(line: _Line, known: Known) -> str:
    """Symbol of a VIX future, under whatever name the row has it; "" when it is none."""
    names = (_name(line), *(entry.code for entry in _described(line, known)))
    return next((name for name in names if symbols.is_future(name)), "")


def _is_ours(line: _Line, known: Known) -> bool:
    if line.kind == FUTURES:
        return _future(line, known) != ""
    return line.is_option and symbols.is_ours(symbols.root_of(line("symbol")))


def _named(line: _Line, known: Known) -> str:
    """Name of the row's instrument: a contract of ours in full, another by its underlying."""
    return line("symbol") if _is_ours(line, known) else symbols.root_of(line("symbol")) or line.kind


def _trade(gathered: Gathered, line: _Line, known: Known) -> None:
    with gathered.row(line.number, _named(line, known), trade=True):
        if not _is_ours(line, known):
            raise symbols.OtherError(symbols.OTHER)
        moment = _moment(line("date/time"))
        gathered.seen(moment.date())
        contract = _contract(line, known, moment.date())
        codes = {code.strip().upper() for code in re.split("[;,]", line("code"))}
        quantity, price = text.contracts(line("quantity")), text.points(line("t. price"))
        effect: Effect = "net"
        if codes & REMOVALS:
            effect, quantity, price = "remove", abs(quantity), None
        elif price is None:
            raise ValueError("it has no price")
        elif len(codes & {"O", "C"}) == 1:
            effect = "open" if "O" in codes else "close"
        gathered.fills.append(Fill(contract, moment, quantity, price, effect))


def _moment(words: str) -> datetime:
    """Moment of 2025-03-27, 10:30:15."""
    try:
        moment = datetime.fromisoformat(re.sub("[,;] *", " ", words))
    except ValueError:
        raise ValueError(f"{text.shown(words)} is no date and time") from None
    text.calendar_day(moment.year, moment.month, moment.day)
    return moment.replace(tzinfo=None)


def _position(gathered: Gathered, line: _Line, known: Known) -> None:
    with gathered.row(line.number, _named(line, known)):
        if not _is_ours(line, known):
            raise symbols.OtherError(symbols.OTHER)
        contract = _contract(line, known, gathered.through or date.min)
        symbols.check_multiplier(contract, text.number(line("mult") or line("multiplier")))
        price = text.points(line("cost price"))
        gathered.positions.append(Holding(contract, text.contracts(line("quantity")), price))
