"""Files of market data into the store: one CSV a series, wide tables, VX settlements and calendars.

The form, one header line, days as YYYY-MM-DD, a dot as decimal sign, an empty cell for no value:

| file | columns |
|---|---|
| `SERIES.csv` | `date,value`, and `available_at` (New York, YYYY-MM-DDTHH:MM) where you know when it came out |
| any name | `date` and one column a series, named by its id; further columns are ignored |
| `SERIES_….csv` | `date,open,high,low,close`: all four of `spx`, else the close |
| any name | `date,contract,expiry` and `settle` or `value`: monthly VX settlements, in volatility points |
| any name | `date,event,time_et,detail,ref_period`: a calendar of `cpi`, `ppi`, `gdp` and `fomc_decision` |
| any name | Cboe's quote table of SPX or VIX options as its web page saves it (quotedata.csv) |

Series ids are those of the catalogue (`alvh-xl data status --all`); FRED's and the exchanges' own names work too.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path

from alvh_xl.market.asof import COUNTED
from alvh_xl.market.errors import MarketError
from alvh_xl.market.facts import Event
from alvh_xl.market.observation import Observation
from alvh_xl.market.providers import cboe_quotedata
from alvh_xl.market.revisions import Appended
from alvh_xl.market.series import CATALOGUE, SPX_PARTS
from alvh_xl.market.store import Scheduled, Store

LARGEST = 200_000_000
MISSING = frozenset({"", ".", "nan", "na", "n/a", "null", "none"})
UNREADABLE, DUPLICATE = "unreadable", "duplicate day"
DATE_COLUMNS = ("date", "trade_date", "observation_date")
PRICES = ("open", "high", "low", "close")
MONTHLY_CONTRACT = re.compile(r"VX[FGHJKMNQUVXZ]\d\d")
EVENTS = {"cpi": "cpi", "ppi": "ppi", "gdp": "gdp", "fomc": "fomc", "fomc_decision": "fomc"}
# Names under which others publish what the catalogue holds.
ALIASES = {
    **{entry.field.lower(): entry.id for entry in CATALOGUE.values() if entry.provider == "FRED"},
    "advn": "advances", "decln": "declines", "nyse_advancers": "advances", "nyse_decliners": "declines",
    "trailing_pe": "pe_trailing", "forward_pe": "pe_forward", "level-current": "gdp", "nipo": "ipo_count",
}  # fmt: skip
_COUNTED_COLUMNS = ("nyse_advancers", "nyse_decliners")


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one file; `problem` is "" when something of it was read."""

    path: Path
    series: tuple[str, ...] = ()
    appended: Appended = field(default_factory=Appended)
    events: int = 0
    problem: str = ""
    chain: str = ""

    def line(self) -> str:
        """One line for a reader.

        Examples
        --------
        >>> Imported(Path("mine.csv"), problem="no column is a series the catalogue knows").line()
        'mine.csv: not imported, no column is a series the catalogue knows'
        """
        if self.problem:
            return f"{self.path.name}: not imported, {self.problem}"
        if self.chain:
            return f"{self.path.name}: {self.chain}"
        if self.events:
            return f"{self.path.name}: {self.events:,} dates of {', '.join(self.series)}"
        counts = self.appended.counts
        text = f"{self.path.name}: {', '.join(self.series)}; {counts['new']:,} new, {counts['revised']:,} revised"
        if counts["unchanged"]:
            text += f", {counts['unchanged']:,} known already"
        left = ", ".join(f"{count:,} {why}" for why, count in sorted(self.appended.skipped.items()))
        return f"{text}; left out: {left}" if left else text


@dataclass(slots=True)
class _Table:
    """A CSV file in memory; column names in lower case."""

    path: Path
    columns: list[str]
    rows: list[list[str]]

    def place(self, *names: str) -> int | None:
        """Place of the first of some columns that there is."""
        return next((self.columns.index(name) for name in names if name in self.columns), None)

    def has(self, *names: str) -> bool:
        """Whether all of some columns are there."""
        return set(names) <= set(self.columns)


def import_path(
    store: Store, path: Path, fetched: datetime, told: Callable[[Imported], None] = lambda _: None
) -> list[Imported]:
    """Import a file, or every CSV file of a folder and the folders in it.

    Parameters
    ----------
    store : Store
    path : Path
    fetched : datetime
        New York wall clock.
    told : callable
        Called after each file.

    Raises
    ------
    MarketError
        There is no such file, or no CSV file in the folder.
    """
    if not path.exists():
        raise MarketError(f"there is no file or folder {path}")
    files = sorted(path.rglob("*.csv")) if path.is_dir() else [path]
    if not files:
        raise MarketError(f"{path} holds no .csv file; `alvh-xl data import --help` describes the form")
    done = []
    # Calendars first: they say when the monthly figures came out.
    for table in sorted(map(_read, files), key=lambda table: isinstance(table, Imported) or not _is_calendar(table)):
        report = table if isinstance(table, Imported) else _import_table(store, table, fetched)
        done.append(report)
        told(report)
    return done


def _read(path: Path) -> _Table | Imported:
    try:
        if path.stat().st_size > LARGEST:
            return Imported(path, problem=f"it is larger than {LARGEST:,} bytes")
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.reader(file))
    except OSError as problem:
        return Imported(path, problem=f"it cannot be read ({problem.strerror})")
    except (UnicodeDecodeError, csv.Error):
        return Imported(path, problem="it is not CSV text")
    if not lines:
        return Imported(path, problem="it is empty")
    return _Table(path, [name.strip().lower() for name in lines[0]], lines[1:])


def _is_calendar(table: _Table) -> bool:
    return table.has("date", "event") and table.place("time_et", "time") is not None


def _import_table(store: Store, table: _Table, fetched: datetime) -> Imported:
    source = f"import {table.path.name}"
    if cboe_quotedata.is_quotedata([table.columns, *table.rows[:2]]):
        return _import_chain(store, table, fetched, source)
    if _is_calendar(table):
        events = _calendar(table)
        if not events:
            return Imported(table.path, problem=f"no event is one of {', '.join(EVENTS)}")
        count = store.replace_events(events, source, fetched)
        return Imported(table.path, tuple(sorted({row.event.event for row in events})), events=count)
    read = _Values(table)
    if not read.columns:
        return Imported(table.path, problem="no column is a series the catalogue knows")
    read.all()
    if not read.rows:
        return Imported(table.path, problem="no row can be read")
    counted = any(name in _COUNTED_COLUMNS for name in table.columns)
    appended = store.append(read.rows, f"{source}, {COUNTED}" if counted else source, fetched, known=read.known)
    for why, count in read.counts.items():
        if count:
            appended.counts[why] += count
    return Imported(table.path, tuple(dict.fromkeys(read.columns.values())), appended)


def _import_chain(store: Store, table: _Table, fetched: datetime, source: str) -> Imported:
    """Keep the quotes of a chain that lie within the span of the store."""
    try:
        chain = cboe_quotedata.parse_rows([table.columns, *table.rows])
        with store.writing():
            added = store.chains.add(chain, source, fetched)
    except MarketError as problem:
        return Imported(table.path, problem=str(problem))
    said = f"{added:,} option quotes of {chain.quoted:%d-%b-%Y %H:%M} New York"
    if not added:
        said = f"no new option quotes of {chain.quoted:%d-%b-%Y %H:%M} New York: known already, or outside the span"
    left = f"; left out: {chain.skipped:,} {UNREADABLE}" if chain.skipped else ""
    return Imported(table.path, appended=Appended(Counter(new=added)), chain=said + left)


class _Values:
    """Reads the rows of a table of values."""

    def __init__(self, table: _Table) -> None:
        self._table = table
        self._day = table.place(*DATE_COLUMNS)
        self._contract, self._expiry = table.place("contract"), table.place("expiry")
        self._available = table.place("available_at")
        self.columns: dict[int, str] = {} if self._day is None else self._found()
        self.rows: list[Observation] = []
        self.known: dict[Observation, datetime] = {}
        self.counts = {UNREADABLE: 0, DUPLICATE: 0}
        self._seen: set[tuple[str, date, str, datetime | None]] = set()

    def _found(self) -> dict[int, str]:
        """Series by place of its column."""
        table, stem = self._table, self._table.path.stem.lower()
        if self._contract is not None:
            place = table.place("settle", "value")
            return {} if place is None or self._expiry is None else {place: "vx"}
        words = [stem, stem.split("_")[0], *stem.split("_")]
        named = next((name for word in words if (name := ALIASES.get(word, word)) in CATALOGUE), None)
        if table.has(*PRICES):
            if words[1] == "spx":
                return {table.columns.index(part): f"spx_{part}" for part in SPX_PARTS}
            return {table.columns.index("close"): named} if named else {}
        if table.has("value"):
            return {table.columns.index("value"): named} if named else {}
        found = {place: ALIASES.get(name, name) for place, name in enumerate(table.columns)}
        return {place: name for place, name in found.items() if name in CATALOGUE and name != "vx"}

    def all(self) -> None:
        """Read every row."""
        for cells in self._table.rows:
            if any(cell.strip() for cell in cells):
                self._row([cell.strip() for cell in cells])

    def _row(self, cells: list[str]) -> None:
        try:
            day = _day(cells[self._day or 0])
            name, item, expiry = self._item(cells)
            available = self._known(cells)
            values = [(series, self._number(cells, place)) for place, series in self.columns.items()]
        except (ValueError, IndexError):
            self.counts[UNREADABLE] += 1
            return
        for series, value in values:
            if value is None:
                continue
            key = (series, day, name, available)
            if key in self._seen:
                self.counts[DUPLICATE] += 1
                continue
            self._seen.add(key)
            row = Observation(series, day, value, item, expiry)
            self.rows.append(row)
            if available is not None:
                self.known[row] = available

    def _number(self, cells: list[str], place: int) -> float | None:
        # A short line lacks its last cells: they are unreadable, not empty.
        text = cells[place]
        if text.lower() in MISSING:
            return None
        if "_" in text:
            raise ValueError("not a number")
        return float(text)

    def _item(self, cells: list[str]) -> tuple[str, str, date | None]:
        """Name of the contract, the item the store takes (none for a weekly one), and its settlement day."""
        if self._contract is None or self._expiry is None:
            return "", "", None
        name = cells[self._contract].upper()
        return name, (name if MONTHLY_CONTRACT.fullmatch(name) else ""), _day(cells[self._expiry])

    def _known(self, cells: list[str]) -> datetime | None:
        if self._available is None or not cells[self._available]:
            return None
        moment = datetime.fromisoformat(cells[self._available])
        if moment.tzinfo is not None:
            raise ValueError("New York wall clock has no time zone")
        return moment.replace(second=0, microsecond=0)


def _day(text: str) -> date:
    """Return the day of YYYY-MM-DD, with or without a time of midnight."""
    if len(text) > 10 and text[10:].strip("T 0:.") != "":
        raise ValueError("a day with a time of day")
    if len(text) < 10:
        raise ValueError("no day")
    return date.fromisoformat(text[:10])


def _calendar(table: _Table) -> list[Scheduled]:
    """Events the workbook knows; rows without a time of day are unscheduled and left out."""
    day, event, clock = table.place("date"), table.place("event"), table.place("time_et", "time")
    detail, period = table.place("detail", "note"), table.place("ref_period")
    found = []
    for cells in table.rows:
        try:
            name = EVENTS[cells[event or 0].strip()]
            at = datetime.combine(_day(cells[day or 0].strip()), time.fromisoformat(cells[clock or 0].strip()))
        except (KeyError, ValueError, IndexError):
            continue
        month = _month(cells[period]) if period is not None else None
        note = "FOMC decision" if name == "fomc" else f"{name.upper()} for {month:%B %Y}" if month else ""
        words = cells[detail].strip() if detail is not None else ""
        found.append(Scheduled(Event(name, at, note or words or name.upper()), month))
    return _unique(found)


def _month(text: str) -> date | None:
    """Return the first day of the month written as in January 2018."""
    try:
        return datetime.strptime(text.strip(), "%B %Y").date()
    except ValueError:
        return None


def _unique(rows: Iterable[Scheduled]) -> list[Scheduled]:
    return list({(row.event.event, row.event.at): row for row in rows}.values())
