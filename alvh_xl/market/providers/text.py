"""Reading a downloaded table: what is a fault of the whole answer, and what of one row.

The whole answer is refused (ProviderError) when it is a web page, is not text, is cut short, has another header than
promised, has no usable row, or more than ten rows and two in a hundred are bad. One row is left out, and counted as
bad, when it has another number of fields, an unreadable day or number, a day after today, a value outside the
catalogue's plausible range, or a day that another row gives a different value. Order does not matter; a repeated
equal row is no fault. A missing value is neither a value nor a fault.
"""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime

from alvh_xl.market.errors import ProviderError
from alvh_xl.market.observation import Observation, Read
from alvh_xl.market.series import CATALOGUE

LONGEST_LINE = 4_000
BAD_ROWS = 10
BAD_SHARE = 0.02
LONGEST_NUMBER = 40


def lines(body: bytes, what: str) -> list[str]:
    """Lines of a text answer, without blank ones."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ProviderError(f"{what}: the answer is not text") from None
    if text.lstrip()[:1] == "<":
        raise ProviderError(f"{what}: a web page came instead of data")
    found = [line for line in text.splitlines() if line.strip()]
    if not found:
        raise ProviderError(f"{what}: the answer is empty")
    if max(map(len, found)) > LONGEST_LINE:
        raise ProviderError(f"{what}: a line is longer than {LONGEST_LINE} characters")
    return found


def rows(found: list[str]) -> Iterator[list[str]]:
    """Fields of each line, without surrounding blanks; a line whose quotes do not match is one field, which is none."""
    for line in found:
        try:
            row = fields(line)
        except csv.Error:
            row = [line]
        yield [field.strip() for field in row]


def fields(line: str) -> list[str]:
    """Fields of one line: read alone, so that a stray quote cannot swallow the lines after it.

    Raises
    ------
    csv.Error
        Its quotation marks do not match.
    """
    # Most lines have no quote, and there are a million of them.
    return next(csv.reader([line], strict=True), []) if '"' in line else line.split(",")


def number(text: str) -> float:
    """A finite plain number.

    Raises
    ------
    ValueError
    """
    if len(text) > LONGEST_NUMBER or "_" in text:
        raise ValueError("not a number")
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("not a number")
    return value


def day(text: str, form: str) -> date:
    """A calendar day written in one form.

    Raises
    ------
    ValueError
    """
    parts = _parts(text, form)
    if parts and "".join(parts).isdigit():  # ten times as fast as what follows, and a history has ten thousand days
        return date(*map(int, parts))
    return datetime.strptime(text, form).date()


def _parts(text: str, form: str) -> tuple[str, str, str] | None:
    """Year, month and day of a text that has every digit of its form."""
    if len(text) != 10 or not text.isascii():
        return None
    if form == "%m/%d/%Y" and text[2] == text[5] == "/":
        return text[6:], text[:2], text[3:5]
    if form == "%Y-%m-%d" and text[4] == text[7] == "-":
        return text[:4], text[5:7], text[8:]
    return None


class Gathered:
    """Observations of one answer, with a count of the rows left out.

    Parameters
    ----------
    what : str
        Names the answer in a message, e.g. "Cboe VIX history".
    today : date
        No row may be later.
    """

    def __init__(self, what: str, today: date) -> None:
        self.what = what
        self.today = today
        self.seen = 0
        self.bad = 0
        self._why: Counter[str] = Counter()
        self._kept: dict[tuple[str, str, date], Observation] = {}
        self._torn: set[tuple[str, str, date]] = set()

    def add(self, *found: Observation) -> None:
        """Take the values of one row, or none of them."""
        if any(row.day > self.today for row in found):
            self._refuse("a day to come")
            return
        if not all(CATALOGUE[row.series].plausible(row.value) for row in found):
            self._refuse("out of plausible range")
            return
        for row in found:
            key = (row.series, row.item, row.day)
            if self._kept.setdefault(key, row).value != row.value and key not in self._torn:
                self._torn.add(key)
                self._refuse("two values for one day")

    def _refuse(self, why: str) -> None:
        self.bad += 1
        self._why[why] += 1

    def result(self) -> Read:
        """Observations by day, with the count of what was left out.

        Raises
        ------
        ProviderError
            Too many rows were bad.
        """
        if self.bad > max(BAD_ROWS, BAD_SHARE * self.seen) or (self.bad and self.bad == self.seen):
            raise ProviderError(f"{self.what}: {self.bad} of {self.seen} rows are not believable; nothing is taken")
        kept = (row for key, row in self._kept.items() if key not in self._torn)
        unreadable = self.bad - self._why.total()
        left_out = self._why + Counter({"unreadable": unreadable})  # a sum of counters drops what is 0
        return Read(sorted(kept, key=lambda row: (row.day, row.series)), left_out)
