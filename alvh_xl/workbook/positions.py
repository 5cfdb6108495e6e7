"""A broker's positions into the typed tables of the Position sheet, through the same door as a refresh.

The table Condor has room for one iron condor, Hedges for as many contracts as the formulas read. What is typed beside
a contract (its mark, columns of the user's own) stays with it. The workbook is calculated anew as of its own moment, so
that no figure in the file belongs to another position than the one it shows; the market stays as it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from alvh_xl.hosts.embedded import Package, WorkbookError, recalculate, save_atomically
from alvh_xl.market import MarketError
from alvh_xl.market.brokers import Condor, Contract, Holding, Sorted, Statement, is_monthly, sort
from alvh_xl.workbook.files import open_workbook
from alvh_xl.workbook.own_columns import with_own_columns
from alvh_xl.workbook.refresh import evaluators
from alvh_xl.workbook.target import FileTarget, is_morning

CONDOR, HEDGES = "Condor", "Hedges"
BOTH: Final = (CONDOR, HEDGES)
LEG_NAMES: Final = ("put_long", "put_short", "call_short", "call_long")
CONTRACT: Final = ("instrument", "option_kind", "strike", "expiry", "settlement", "quantity", "price")
HEDGE_ROWS_READ = "held_legs"  # the named rows of formulas over Hedges: more rows would not count
ENTRY = "entry_date"
_EPOCH, _DAYS_1904 = dt.date(1899, 12, 30), 1462

Key = tuple[str, str, float | None, dt.date | None, str]


@dataclass(frozen=True)
class Written:
    """What an import wrote, or would write.

    Parameters
    ----------
    rows
        Table, leg ("" for a hedge) and holding of each row written.
    changes
        One line a contract that came, went or changed.
    left_out
        Holdings of the file that are not in the workbook, and why.
    notes
        What the user should know besides.
    """

    rows: tuple[tuple[str, str, Holding], ...]
    changes: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    asof: dt.datetime | None = None
    kept: list[str] = field(default_factory=list)


def import_positions(
    path: Path, statement: Statement, letter: str | None = None, tables: Sequence[str] = BOTH, dry_run: bool = False
) -> Written:
    """Write what a statement holds into the Position sheet of a workbook file.

    Parameters
    ----------
    path
        A workbook that `alvh-xl new` made, however the user extended it since.
    statement
        What the broker's file says.
    letter
        Which of several condors; None: the one that settles first.
    tables
        Which tables are written. Hedges becomes blank where the statement holds none; Condor is left as it is then.
    dry_run
        Whether only to say what would be done.

    Raises
    ------
    WorkbookError, MarketError
        Nothing could be done; the file is untouched.
    """
    found = sort(statement.holdings)
    if not found.condors and not found.hedges and not found.loose:
        raise MarketError(f"the {statement.broker} file holds no SPX or VIX option and no VX or VXM future")
    package = open_workbook(path)
    target = FileTarget(package)
    if not is_morning(target):
        raise WorkbookError(f"{path.name} was not made by `alvh-xl new`: it has none of the tables we know")
    work = _Work(package, target, found, tables)
    work.condor(letter)
    work.hedges()
    work.rest()
    asof, kept = None, []
    if not dry_run:
        asof = _moment(target)
        kept = recalculate(package, evaluators(), asof).kept
        save_atomically(package.to_bytes(), path, package.origin)
    return Written(tuple(work.rows), tuple(work.changes), tuple(work.left_out), tuple(work.notes), asof, kept)


class _Work:
    """Writing into an open workbook; what was done adds up in the lists."""

    def __init__(self, package: Package, target: FileTarget, found: Sorted, tables: Sequence[str]) -> None:
        self._package, self._target, self._found, self._tables = package, target, found, tables
        self.rows: list[tuple[str, str, Holding]] = []
        self.changes: list[str] = []
        self.left_out: list[tuple[str, str]] = []
        self.notes: list[str] = []

    def condor(self, letter: str | None) -> None:
        """Write the chosen condor, and the day it was opened."""
        condors = self._found.condors
        if CONDOR not in self._tables:
            self.left_out += [(f"condor {one.name}", "the table Condor was not asked for") for one in condors]
            return
        chosen = _chosen(condors, letter)
        if chosen is None:
            self.notes.append("the file holds no iron condor: the table Condor was left as it is")
            return
        for other in condors:
            if other is not chosen:
                reason = f"the table Condor has room for one; --condor {other.letter} takes this one instead"
                self.left_out.append((f"condor {other.letter}: {other.name}", reason))
        rows = [(chosen.letter, name, *_cells(leg)) for name, leg in zip(LEG_NAMES, chosen.legs, strict=True)]
        self._write(CONDOR, ("condor", "leg", *CONTRACT), rows, chosen.legs, len(LEG_NAMES))
        self.rows += [(CONDOR, name, leg) for name, leg in zip(LEG_NAMES, chosen.legs, strict=True)]
        self._credit(chosen)
        self._entry(chosen)

    def _credit(self, condor: Condor) -> None:
        if condor.credit is None:
            self.notes.append("a fill of the condor is not in the file: type it into price, or the credit shows #N/A")
        elif condor.credit <= 0:
            self.notes.append(f"the condor's fills add up to a debit of {-condor.credit:.2f} points: check them")

    def _entry(self, condor: Condor) -> None:
        """Write the day the condor was opened into the named cell on Inputs."""
        if condor.opened is None:
            self.notes.append(f"the file does not say when the condor was opened: type {ENTRY} on the sheet Inputs")
            return
        if not self._target.has_name(ENTRY):
            self.notes.append(f"the named cell {ENTRY} is gone from the workbook: the day of entry was not written")
            return
        day, before = condor.opened.date(), _day(self._target.value(ENTRY), self._target)
        if day != before:
            self._target.set_name(ENTRY, day)
            self.changes.append(f"{ENTRY}: {_said(before)} → {_said(day)}")

    def hedges(self) -> None:
        """Write the hedges that fit, soonest first."""
        held = sorted(self._found.hedges, key=lambda one: (one.contract.expiry, one.contract))
        if HEDGES not in self._tables:
            self.left_out += [(one.name, "the table Hedges was not asked for") for one in held]
            return
        room = self._room()
        for one in held[room:]:
            reason = f"the table Hedges has room for {room} contracts: the plan does not count this one"
            self.left_out.append((one.name, reason))
        written = held[:room]
        self._write(HEDGES, CONTRACT, [_cells(one) for one in written], written, room)
        self.rows += [(HEDGES, "", one) for one in written]
        for one in written:
            if not is_monthly(one.contract):
                self.notes.append(
                    f"{one.contract.name} is a weekly contract: the sheet Curve has no future for it, and the sheet "
                    "shows #N/A"
                )
            if one.price is None:
                self.notes.append(f"the fill of {one.contract.name} is not in the file: type it into price")

    def _room(self) -> int:
        """Rows of Hedges that the formulas read."""
        room = self._target.height(HEDGES) if self._target.has_table(HEDGES) else 0
        read = self._package.names.get(HEDGE_ROWS_READ)
        return room if read is None else min(room, read[1].height)

    def rest(self) -> None:
        """Say which SPX legs are part of no condor."""
        reason = "with the other legs of its expiry it forms no iron condor of one quantity"
        self.left_out += [(one.name, reason) for one in self._found.loose]

    def _write(
        self, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]], held: Sequence[Holding], room: int
    ) -> None:
        target = self._target
        if not target.has_table(table):
            raise WorkbookError(
                f"the table {table} is gone from the workbook: give it its name back, or take it from an older copy"
            )
        if target.height(table) < room:
            raise WorkbookError(f"table {table} has {target.height(table)} rows, {room} are to be written")
        before = dict(_before(target, table))
        blank = (None,) * len(columns)
        padded = [*rows, *[blank] * (target.height(table) - len(rows))]
        written, cells, notes = with_own_columns(target, table, columns, padded)
        target.set_table(table, written, cells)
        self.notes += notes
        after = {_key(one.contract): (one.quantity, one.price) for one in held}
        self.changes += _differences(table, before, after)


def _chosen(condors: Sequence[Condor], letter: str | None) -> Condor | None:
    if letter is None:
        return condors[0] if condors else None
    for condor in condors:
        if condor.letter == letter.upper():
            return condor
    there = ", ".join(f"{one.letter}: {one.name}" for one in condors)
    raise MarketError(f"there is no condor {letter}" + (f"; the file holds {there}" if there else " in the file"))


def _cells(held: Holding) -> tuple[Any, ...]:
    """A holding as the columns `CONTRACT` take it."""
    contract = held.contract
    option = contract.right != ""
    return (
        contract.instrument,
        contract.right or None,
        contract.strike if option else None,
        contract.expiry,
        contract.settlement,
        held.quantity,
        held.price,
    )


def _key(contract: Contract) -> Key:
    strike = contract.strike if contract.right else None
    return contract.instrument, contract.right, strike, contract.expiry, contract.settlement


def _before(target: FileTarget, table: str) -> Iterator[tuple[Key, tuple[Any, Any]]]:
    """Contract, quantity and fill of each row the table holds now."""
    there = {name.casefold() for name in target.columns(table)}
    if gone := [name for name in CONTRACT if name not in there]:
        raise WorkbookError(f"table {table} has no column {gone[0]!r}: give it its name back, or insert it again")
    for instrument, kind, strike, expiry, settlement, quantity, price in target.table(table, CONTRACT):
        if quantity in (None, "", 0):
            continue
        level = strike if isinstance(strike, float) else None
        yield (
            (str(instrument or ""), str(kind or ""), level, _day(expiry, target), str(settlement or "")),
            (
                quantity,
                price,
            ),
        )


def _differences(table: str, before: dict[Key, tuple[Any, Any]], after: dict[Key, tuple[Any, Any]]) -> Iterator[str]:
    for key in before:
        if key not in after:
            yield f"{table}: {_holding(key, before[key])} is gone"
    for key, now in after.items():
        if key not in before:
            yield f"{table}: {_holding(key, now)} is new"
        elif before[key] != now:
            yield f"{table}: {_holding(key, before[key])} → {_holding(key, now).partition(' ')[0]} at {_price(now[1])}"


def _holding(key: Key, amount: tuple[Any, Any]) -> str:
    instrument, kind, strike, expiry, settlement = key
    words = [instrument, _said(expiry), settlement, f"{strike:g}" if strike is not None else "", kind]
    quantity = f"{amount[0]:+g}" if isinstance(amount[0], (int, float)) else str(amount[0])
    return " ".join([quantity, *filter(None, words), "at", _price(amount[1])])


def _price(value: Any) -> str:
    return f"{value:,.2f}" if isinstance(value, (int, float)) else "no fill"


def _said(day: dt.date | None) -> str:
    return "blank" if day is None else f"{day:%d-%b-%Y}"


def _serial(value: Any, target: FileTarget) -> float | None:
    """Days since 1899-12-30 of a cell that holds a date."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    return float(value) + (_DAYS_1904 if target.from_1904 else 0)


def _day(value: Any, target: FileTarget) -> dt.date | None:
    serial = _serial(value, target)
    return _EPOCH + dt.timedelta(int(serial)) if serial is not None and 0 < serial < 2_000_000 else None


def _moment(target: FileTarget) -> dt.datetime:
    """The moment the workbook stands at, which its formulas are calculated for."""
    serial = _serial(target.value("asof"), target)
    if serial is None or not 0 < serial < 2_000_000:
        raise WorkbookError("the named cell asof holds no date: refresh the workbook first")
    midnight = dt.datetime(_EPOCH.year, _EPOCH.month, _EPOCH.day)
    return midnight + dt.timedelta(minutes=round(serial * 1440))
