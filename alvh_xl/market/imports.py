"""Files of market data into the store: one CSV a series, wide and long tables, VX settlements, accounts, calendars.

The form, one header line, days as YYYY-MM-DD, a dot as decimal sign, an empty cell for no value:

| file | columns |
|---|---|
| `SERIES.csv`, the whole name | `date,value` |
| any name | `date,series,value`: one row a value |
| any name | `date` and one column a series, named by its id; further columns are ignored |
| `SERIES_….csv` | `date,open,high,low,close`: all four of `spx`, else the close; Stooq's downloads are of this form |
| any name | `date,contract,expiry` and `settle` or `value`: monthly VX settlements, in volatility points |
| any name | Cboe's quote table of SPX or VIX options as its web page saves it (quotedata.csv) |
| any name | `date,company` and columns of FIGURES: accounts in billion dollars, `date` the day of filing |
| any name | `date,event` and, where you have them, `time_et,detail,ref_period`: `cpi`, `ppi`, `gdp`, `fomc_decision` |

A column `available_at` or `published` (New York: YYYY-MM-DDTHH:MM, or the day alone) says when a value came out, where
you know it. Months are named by their first day, or as YYYYMM in a column `yearmo`. Series ids are those of the
catalogue (`alvh-xl data status`); FRED's and the exchanges' own names work too. No cell holds a line break.
"""

from __future__ import annotations

import csv
import os
import stat
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path

from alvh_xl.market.asof import COUNTED
from alvh_xl.market.errors import MarketError
from alvh_xl.market.facts import Event
from alvh_xl.market.imported_rows import LONGEST_NAME, PRICES, UNREADABLE, Accounts, Table, Values, day_of, words
from alvh_xl.market.providers import cboe_quotedata
from alvh_xl.market.providers.text import fields
from alvh_xl.market.revisions import Appended
from alvh_xl.market.series import STATISTICS
from alvh_xl.market.store import Scheduled, Store

# Bounds of one file: a table in memory takes ten times its size, and a blank line as much as a full one.
LARGEST, MOST_LINES, LONGEST_LINE = 20_000_000, 500_000, 20_000
NO_FILE, CHANGED = "it is no file", "it changed while it was read; try again"
EVENTS = {"cpi": "cpi", "ppi": "ppi", "gdp": "gdp", "fomc": "fomc", "fomc_decision": "fomc"}
# When these come out by custom; for calendars that name days alone.
EVENT_TIMES = {"cpi": STATISTICS, "ppi": STATISTICS, "gdp": STATISTICS, "fomc": time(14, 0)}
POLISH = dict(zip(("data", "otwarcie", "najwyzszy", "najnizszy", "zamkniecie"), ("date", *PRICES), strict=True))
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
        name = shown(self.path)
        if self.problem:
            return f"{name}: not imported, {self.problem}"
        if self.chain:
            return f"{name}: {self.chain}"
        counts = self.appended.counts
        text = f"{name}: {', '.join(self.series)}; {counts['new']:,} new, {counts['revised']:,} revised"
        if self.events:
            text = f"{name}: {self.events:,} dates of {', '.join(self.series)}"
        if counts["unchanged"]:
            text += f", {counts['unchanged']:,} known already"
        left = ", ".join(f"{count:,} {why}" for why, count in sorted(self.appended.skipped.items()))
        return f"{text}; left out: {left}" if left else text


def shown(path: Path) -> str:
    """Name of a file as it may stand in a line or a cell: one line, no control characters, not endless.

    Examples
    --------
    >>> shown(Path("odd\\nname.csv"))
    'odd?name.csv'
    """
    name = "".join(letter if letter.isprintable() else "?" for letter in path.name)
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


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
    files = sorted(filter(_is_csv, path.rglob("*"))) if path.is_dir() else [path]
    if not files:
        raise MarketError(f"{path} holds no .csv file; `alvh-xl data import --help` describes the form")
    return import_tables(store, map(_read, files), fetched, told)


def import_tables(
    store: Store, tables: Iterable[Table | Imported], fetched: datetime, told: Callable[[Imported], None]
) -> list[Imported]:
    """Import files that were read, and pass on what became of those that could not be."""
    done = []
    # Calendars first: they say when the monthly figures came out.
    for table in sorted(tables, key=lambda table: isinstance(table, Imported) or not _is_calendar(table)):
        report = table if isinstance(table, Imported) else _imported(store, table, fetched)
        done.append(report)
        told(report)
    return done


def _imported(store: Store, table: Table, fetched: datetime) -> Imported:
    try:
        return _import_table(store, table, fetched)
    except MarketError:  # of the store, not of this file
        raise
    except (ValueError, LookupError, TypeError, csv.Error) as problem:
        # Whatever one file holds, the others and the sync go on.
        said = " ".join(str(problem).split())[:LONGEST_NAME]
        return Imported(table.path, problem=f"something in it is not of its form ({said})")


def _is_csv(path: Path) -> bool:
    return path.suffix.lower() == ".csv" and not path.is_dir()


def _read(path: Path) -> Table | Imported:
    found = content_of(path, links=True)
    return found if isinstance(found, Imported) else table_of(path, found[0])


def content_of(path: Path, *, links: bool = False) -> tuple[bytes, float] | Imported:
    """Content of a plain file, whole, and when it was last changed; or why it is not read.

    Parameters
    ----------
    path : Path
    links : bool
        Whether a link is followed.
    """
    try:
        before = path.stat()
        if not stat.S_ISREG(before.st_mode):
            return Imported(path, problem=NO_FILE)
        if before.st_size > LARGEST:
            return Imported(path, problem=f"it is larger than {LARGEST:,} bytes")
        # Where the system can, a link or a pipe that took the file's place meanwhile is not followed either.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        flags |= 0 if links else getattr(os, "O_NOFOLLOW", 0)
        with os.fdopen(os.open(path, flags), "rb") as file:
            body = file.read(LARGEST + 1)
            after = os.fstat(file.fileno())
    except OSError as problem:
        return Imported(path, problem=f"it cannot be read ({problem.strerror})")
    changed = (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(body) != after.st_size
    return Imported(path, problem=CHANGED) if changed else (body, after.st_mtime)


def table_of(path: Path, body: bytes) -> Table | Imported:
    """Table in the content of a file, read line by line: no cell holds a line break."""
    if body.count(b"\n") + body.count(b"\r") - body.count(b"\r\n") > MOST_LINES:
        return Imported(path, problem=f"it has more than {MOST_LINES:,} lines")
    try:
        lines = body.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    except UnicodeDecodeError:
        return Imported(path, problem="it is not CSV text")
    rows = []
    for number, line in enumerate(lines, start=1):
        if len(line) > LONGEST_LINE:
            return Imported(path, problem=f"line {number} is longer than {LONGEST_LINE:,} characters")
        try:
            if line.strip():
                rows.append(fields(line))
        except csv.Error:
            return Imported(path, problem=f"the quotation marks of line {number} do not match, or a cell is cut there")
    if not rows:
        return Imported(path, problem="it is empty")
    names = [name.strip().lower() for name in rows[0]]
    return Table(path, [POLISH.get(name, name) for name in names], rows[1:])


def _is_calendar(table: Table) -> bool:
    return table.has("date", "event")


def _import_table(store: Store, table: Table, fetched: datetime) -> Imported:
    source = f"import {shown(table.path)}"
    if cboe_quotedata.is_quotedata([table.columns, *table.rows[:2]]):
        return _import_chain(store, table, fetched, source)
    if _is_calendar(table):
        events, left = _calendar(table)
        if not events:
            return Imported(
                table.path, problem="no row can be read" if left else f"no event is one of {', '.join(EVENTS)}"
            )
        count = store.replace_events(events, source, fetched)
        skipped = Appended(Counter({UNREADABLE: left} if left else {}))
        return Imported(table.path, tuple(sorted({row.event.event for row in events})), skipped, count)
    read = Accounts(table) if table.has("date", "company") else Values(table)
    if not read.columns:
        return Imported(table.path, problem="no column is a series the catalogue knows")
    read.all()
    if not read.rows:
        return Imported(table.path, problem="no row can be read")
    if table.taken is not None:
        read.keep_later(table.taken, store.releases())
    counted = any(name in _COUNTED_COLUMNS for name in table.columns)
    appended = store.append(read.rows, f"{source}, {COUNTED}" if counted else source, fetched, known=read.known)
    for why, count in read.counts.items():
        if count:
            appended.counts[why] += count
    return Imported(table.path, tuple(dict.fromkeys(row.series for row in read.rows)), appended)


def _import_chain(store: Store, table: Table, fetched: datetime, source: str) -> Imported:
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


def _calendar(table: Table) -> tuple[list[Scheduled], int]:
    """Events the workbook knows, and how many rows of theirs cannot be read.

    Where there is a column of times, rows without one are unscheduled and left out.
    """
    day, event, clock = table.place("date"), table.place("event"), table.place("time_et", "time")
    detail, period = table.place("detail", "note"), table.place("ref_period")
    found, unreadable = [], 0
    for cells in table.rows:
        name = EVENTS.get(_cell(cells, event).lower())
        if name is None or (clock is not None and not _cell(cells, clock)):
            continue
        try:
            hour = EVENT_TIMES[name] if clock is None else _clock(_cell(cells, clock))
            at = datetime.combine(day_of(_cell(cells, day)), hour)
        except ValueError:
            unreadable += 1
            continue
        month = _month(_cell(cells, period))
        note = "FOMC decision" if name == "fomc" else f"{name.upper()} for {month:%B %Y}" if month else ""
        found.append(Scheduled(Event(name, at, note or _detail(cells, detail) or name.upper()), month))
    return _unique(found), unreadable


def _cell(cells: list[str], place: int | None) -> str:
    """Text of a row in a column; "" when the column or the end of the row is missing."""
    return cells[place].strip() if place is not None and place < len(cells) else ""


def _clock(text: str) -> time:
    """A time of day in New York, which has no time zone beside it."""
    found = time.fromisoformat(text)
    if found.tzinfo is not None:
        raise ValueError("New York wall clock has no time zone")
    return found


def _detail(cells: list[str], place: int | None) -> str:
    """Words of a row beside its event; "" for none, and for what may not stand in a cell."""
    try:
        return words(_cell(cells, place))
    except ValueError:
        return ""


def _month(text: str) -> date | None:
    """Return the first day of the month written as in January 2018."""
    try:
        return datetime.strptime(text.strip(), "%B %Y").date()
    except ValueError:
        return None


def _unique(rows: Iterable[Scheduled]) -> list[Scheduled]:
    return list({(row.event.event, row.event.at): row for row in rows}.values())
