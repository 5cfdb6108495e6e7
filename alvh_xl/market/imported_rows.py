"""Rows of an imported table: which column is which series, when each value was known, and what is left out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from alvh_xl.market.morning import FUNDAMENTALS_COLUMNS
from alvh_xl.market.observation import Observation
from alvh_xl.market.publication import Releases, period_end, published
from alvh_xl.market.series import CATALOGUE, CLOSE, ITEMISED, SEPARATOR, SPX_PARTS
from alvh_xl.model.sessions import FIRST, LAST

MISSING = frozenset({"", ".", "nan", "na", "n/a", "null", "none"})
UNREADABLE, DUPLICATE, UNKNOWN, TOO_SOON = "unreadable", "duplicate day", "unknown series", "published before its day"
MONTH_COLUMNS = ("yearmo", "yyyymm")
DATE_COLUMNS = ("date", "trade_date", "observation_date", *MONTH_COLUMNS)
PRICES = ("open", "high", "low", "close")
FIGURES = FUNDAMENTALS_COLUMNS[1:8]
LONGEST_NAME = 80
MONTHLY_CONTRACT = re.compile(r"VX[FGHJKMNQUVXZ]\d\d")
# Names under which others publish what the catalogue holds.
ALIASES = {
    **{entry.field.lower(): entry.id for entry in CATALOGUE.values() if entry.provider == "FRED"},
    "advn": "advances", "decln": "declines", "nyse_advancers": "advances", "nyse_decliners": "declines",
    "trailing_pe": "pe_trailing", "forward_pe": "pe_forward", "level-current": "gdp", "nipo": "ipo_count",
    "vnq.us": "reit_price", "vnq_us_d": "reit_price",
}  # fmt: skip


@dataclass(slots=True)
class Table:
    """A CSV file in memory; column names in lower case, Stooq's Polish ones in English.

    `taken` is when it was imported already, but for what was not out by then.
    """

    path: Path
    columns: list[str]
    rows: list[list[str]]
    taken: datetime | None = None

    def place(self, *names: str) -> int | None:
        """Place of the first of some columns that there is."""
        return next((self.columns.index(name) for name in names if name in self.columns), None)

    def has(self, *names: str) -> bool:
        """Whether all of some columns are there."""
        return set(names) <= set(self.columns)


class Values:
    """Reads the rows of a table of values."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._day = table.place(*DATE_COLUMNS)
        self._contract, self._expiry = table.place("contract"), table.place("expiry")
        self._available = table.place("available_at", "published")
        self._name = table.place("series") if table.has("value") else None
        self.columns: dict[int, str] = {} if self._day is None else self._found()
        self.rows: list[Observation] = []
        self.known: dict[Observation, datetime] = {}
        self.counts = dict.fromkeys((UNREADABLE, DUPLICATE, UNKNOWN, TOO_SOON), 0)
        self._seen: set[tuple[str, date, str, datetime | None]] = set()

    def _found(self) -> dict[int, str]:
        """Series by place of its column; of a long table, the column whose rows name their series."""
        table, stem = self._table, self._table.path.stem.lower().lstrip("^")
        if self._contract is not None:
            place = table.place("settle", "value")
            return {} if place is None or self._expiry is None else {place: "vx"}
        if self._name is not None:
            return {table.columns.index("value"): ""}
        named = ALIASES.get(stem, stem)
        if table.has(*PRICES):
            first = stem.split("_")[0]
            if first == "spx":
                return {table.columns.index(part): f"spx_{part}" for part in SPX_PARTS}
            named = named if named in CATALOGUE else ALIASES.get(first, first)
            return {table.columns.index("close"): named} if named in CATALOGUE else {}
        if table.has("value"):  # the whole name: `cpi_consensus` is not what the CPI was
            return {table.columns.index("value"): named} if named in CATALOGUE else {}
        found = {place: ALIASES.get(name, name) for place, name in enumerate(table.columns)}
        return {place: name for place, name in found.items() if name in CATALOGUE and name not in ITEMISED}

    def all(self) -> None:
        """Read every row."""
        for cells in self._table.rows:
            if any(cell.strip() for cell in cells):
                self._row([cell.strip() for cell in cells])

    def _row(self, cells: list[str]) -> None:
        try:
            day = self._date(cells[self._day or 0])
            name, item, expiry = self._item(cells)
            moment = self._moment(cells)
            values = [(self._series(series, cells), self._number(cells, place)) for place, series in self._cells()]
        except (ValueError, IndexError):
            self.counts[UNREADABLE] += 1
            return
        for series, value in values:
            if value is not None:
                self._take(Observation(series, day, value, item, expiry), name, moment)

    def _take(self, row: Observation, name: str, moment: datetime | date | None) -> None:
        """Keep one value, or count why not; the same day twice is a fault, unless as of another moment."""
        if row.series not in CATALOGUE:
            self.counts[UNKNOWN] += 1
            return
        available = _available(row, moment)
        key = (row.series, row.day, name or row.item, available)
        if key in self._seen:
            self.counts[DUPLICATE] += 1
            return
        self._seen.add(key)
        if available is not None:
            if FIRST <= row.day <= LAST and available < _earliest(row):
                self.counts[TOO_SOON] += 1
                return
            self.known[row] = available
        self.rows.append(row)

    def keep_later(self, taken: datetime, releases: Releases) -> None:
        """Keep the rows that were not out yet when the same file was imported."""

        def later(row: Observation) -> bool:
            if row in self.known:
                return self.known[row] > taken
            entry = CATALOGUE[row.series]  # the store takes other figures before they are due
            return entry.every == "session" and published(entry, row.day, releases) > taken

        self.rows = [row for row in self.rows if later(row)]
        self.counts = dict.fromkeys(self.counts, 0)

    def _cells(self) -> Iterable[tuple[int, str]]:
        return self.columns.items()

    def _series(self, series: str, cells: list[str]) -> str:
        """Series of a column; in a long table the row names it."""
        if series or self._name is None:
            return series
        name = cells[self._name].lower()
        return ALIASES.get(name, name)

    def _date(self, text: str) -> date:
        if self._table.columns[self._day or 0] in MONTH_COLUMNS:
            return datetime.strptime(text, "%Y%m").date()
        return day_of(text)

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
        return name, (name if MONTHLY_CONTRACT.fullmatch(name) else ""), day_of(cells[self._expiry])

    def _moment(self, cells: list[str]) -> datetime | date | None:
        """When the row came out: an instant, or the day alone."""
        if self._available is None or not cells[self._available]:
            return None
        text = cells[self._available]
        if len(text) == len("2018-10-03"):
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            raise ValueError("New York wall clock has no time zone")
        return moment.replace(second=0, microsecond=0)


class Accounts(Values):
    """Reads a table of company accounts: one item a company and figure."""

    def _found(self) -> dict[int, str]:
        return {place: "accounts" for place, name in enumerate(self._table.columns) if name in FIGURES}

    def _row(self, cells: list[str]) -> None:
        try:
            day, moment = self._date(cells[self._day or 0]), self._moment(cells)
            company = words(cells[self._table.columns.index("company")])
            values = [(self._table.columns[place], self._number(cells, place)) for place in self.columns]
        except (ValueError, IndexError):
            self.counts[UNREADABLE] += 1
            return
        for figure, value in values:
            if value is not None:
                self._take(Observation("accounts", day, value, f"{company}{SEPARATOR}{figure}"), "", moment)


def words(text: str) -> str:
    """Text that may stand in a cell of a workbook: short, on one line, and no formula.

    Raises
    ------
    ValueError
        It is none.

    Examples
    --------
    >>> words("  First   Co ")
    'First Co'
    """
    found = " ".join(text.split())
    if not found.isprintable() or not 0 < len(found) <= LONGEST_NAME or found[0] in "=+-@'":
        raise ValueError("not a plain text")
    return found


def _available(row: Observation, moment: datetime | date | None) -> datetime | None:
    """Instant at which a value was known; of a day alone, its series' time of day."""
    if moment is None or isinstance(moment, datetime):
        return moment
    return CATALOGUE[row.series].available(moment)


def _earliest(row: Observation) -> datetime:
    """First instant at which a value can have been known: the close of its session, the end of its period."""
    entry = CATALOGUE[row.series]
    if entry.every == "session":
        return min(entry.available(row.day), datetime.combine(row.day, CLOSE))
    return datetime.combine(period_end(entry, row.day), time(0, 0))


def day_of(text: str) -> date:
    """Return the day of YYYY-MM-DD, with or without a time of midnight."""
    if len(text) > 10 and text[10:].strip("T 0:.") != "":
        raise ValueError("a day with a time of day")
    if len(text) < 10:
        raise ValueError("no day")
    return date.fromisoformat(text[:10])
