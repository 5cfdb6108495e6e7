"""The catalogue: every market series the workbook reads, when it becomes known, how long it stays fresh."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Literal

# How far a figure stands for what its title says; STALE and MISSING are for the cells to find out.
Quality = Literal["OK", "PROXY", "ILLUSTRATIVE"]

# A year has about 252 sessions; ALVH_STALE counts sessions, the method gives some ages in calendar days.
SESSIONS_PER_DAY = 252 / 365


@dataclass(frozen=True, slots=True)
class Series:
    """One series: what it is, when a value becomes known, and how old it may grow.

    Parameters
    ----------
    id : str
        Lower snake case; never a name a spreadsheet could read as a cell address.
    title, unit, source : str
        What a reader sees; `source` is the publisher.
    release : time
        New York time of day at which a value is published, on its publication day.
    lag_days : int
        Least number of calendar days from the session, or the end of the month, to the publication day.
    max_age : int or None
        Sessions after publication until a value is stale; None where `max_age_days` rules.
    max_age_days : int or None
        The same in calendar days.
    low, high : float
        Plausible range, inclusive; a value outside is a fault of the source, not news.
    quality : {"OK", "PROXY", "ILLUSTRATIVE"}
        How far the figure stands for what its title says.
    note : str
        Why the quality is not OK, or another remark; may be empty.
    earlier_release : (date, time) or None
        Before this date the time of day was this one.

    Notes
    -----
    method.md §0, as-of and age. Maximum ages are POLICY.
    """

    id: str
    title: str
    unit: str
    source: str
    release: time
    lag_days: int
    max_age: int | None
    max_age_days: int | None
    low: float
    high: float
    quality: Quality = "OK"
    note: str = ""
    earlier_release: tuple[date, time] | None = None

    @property
    def max_sessions(self) -> int:
        """Maximum age in sessions, converted from calendar days where the catalogue gives days.

        Examples
        --------
        >>> CATALOGUE["cpi"].max_age_days, CATALOGUE["cpi"].max_sessions
        (45, 31)
        """
        if self.max_age is not None:
            return self.max_age
        if self.max_age_days is None:
            raise ValueError(f"series {self.id} has no maximum age")
        return round(self.max_age_days * SESSIONS_PER_DAY)

    def available(self, published: date) -> datetime:
        """Availability instant, New York wall clock, of a value published on that day.

        Examples
        --------
        >>> CATALOGUE["vx"].available(date(2018, 10, 3)), CATALOGUE["vx"].available(date(2020, 10, 26))
        (datetime.datetime(2018, 10, 3, 16, 15), datetime.datetime(2020, 10, 26, 16, 0))
        """
        if self.earlier_release is not None and published < self.earlier_release[0]:
            return datetime.combine(published, self.earlier_release[1])
        return datetime.combine(published, self.release)

    def plausible(self, value: float) -> bool:
        """Whether a value lies inside the plausible range (NaN does not)."""
        return self.low <= value <= self.high


CLOSE = time(16, 0)
INDEX_CLOSE = time(16, 15)
STATISTICS = time(8, 30)
EVENING = time(18, 0)

REVISED = "latest vintage, not the one known on the day"


def _spx(part: str, title: str) -> Series:
    publisher = "S&P Dow Jones Indices"
    return Series(f"spx_{part}", title, "points", publisher, CLOSE, 0, 1, None, 100, 20_000)


def _cboe(name: str, title: str, low: float, high: float) -> Series:
    return Series(name, title, "points", "Cboe", INDEX_CLOSE, 0, 1, None, low, high)


def _breadth(name: str, title: str) -> Series:
    return Series(name, title, "issues", "New York Stock Exchange", CLOSE, 0, 1, None, 0, 10_000)


def _treasury(tenor: str, words: str) -> Series:
    title = f"Treasury constant maturity, {words}"
    return Series(f"treasury_{tenor}", title, "percent", "US Treasury", EVENING, 0, 1, None, -2, 25)


def _foreign(currency: str) -> Series:
    name, title = f"rate_{currency.lower()}", f"{currency} 3-month rate"
    return Series(name, title, "percent", "typed", EVENING, 0, None, 45, -5, 60)


# The futures exchange moved the settlement from 16:15 to 16:00 New York on 26 October 2020.
VX = Series(
    "vx", "VX future, daily settle of one contract", "points", "Cboe Futures Exchange",
    CLOSE, 0, 1, None, 5, 150, earlier_release=(date(2020, 10, 26), INDEX_CLOSE),
)  # fmt: skip

# The New York Fed publishes the rate of a day on the next business morning.
FED_FUNDS = Series(
    "fed_funds", "Effective federal funds rate", "percent", "Federal Reserve Bank of New York",
    time(9, 0), 1, 1, None, -2, 25,
)  # fmt: skip

MONTHLY = (
    Series("cpi", "CPI, all items, seasonally adjusted", "1982-84 = 100", "Bureau of Labor Statistics",
           STATISTICS, 10, None, 45, 20, 1_000, "PROXY", REVISED),
    Series("ppi", "PPI, all commodities", "1982 = 100", "Bureau of Labor Statistics",
           STATISTICS, 9, None, 45, 10, 1_000, "PROXY", REVISED),
    Series("reer", "Real effective exchange rate, broad", "2020 = 100", "Bank for International Settlements",
           EVENING, 15, None, 45, 40, 200, "PROXY", REVISED),
)  # fmt: skip

# Company accounts are a table, not a number: the entry carries their age limit.
ACCOUNTS = Series(
    "accounts", "Company accounts and market value", "billion dollars", "typed", CLOSE, 0, None, 120, -1_000,
    20_000,
)  # fmt: skip

SPX_PARTS = ("open", "high", "low", "close")
VOL_INDICES = ("vix", "vix9d", "vix3m", "vix6m", "vvix")
BREADTH = ("advances", "declines")
TREASURY_TENORS = {
    "1m": "1 month", "3m": "3 months", "6m": "6 months", "1y": "1 year", "2y": "2 years", "10y": "10 years",
}  # fmt: skip
FOREIGN_CURRENCIES = ("EUR", "JPY", "GBP", "CAD", "CHF")

_ALL = (
    _spx("open", "S&P 500 open"),
    _spx("high", "S&P 500 high"),
    _spx("low", "S&P 500 low"),
    _spx("close", "S&P 500 close"),
    _cboe("vix", "VIX close", 5, 150),
    _cboe("vix9d", "VIX9D close", 3, 200),
    _cboe("vix3m", "VIX3M close", 5, 120),
    _cboe("vix6m", "VIX6M close", 5, 100),
    _cboe("vvix", "VVIX close", 40, 250),
    _cboe("skew", "SKEW close", 80, 250),
    VX,
    replace(VX, id="vx_front", title="VX future, front month"),
    replace(VX, id="vx_second", title="VX future, second month"),
    _breadth("advances", "Advancing issues"),
    _breadth("declines", "Declining issues"),
    FED_FUNDS,
    *(_treasury(tenor, words) for tenor, words in TREASURY_TENORS.items()),
    *MONTHLY,
    *(_foreign(currency) for currency in FOREIGN_CURRENCIES),
    ACCOUNTS,
)

CATALOGUE: Mapping[str, Series] = MappingProxyType({series.id: series for series in _ALL})

# What the Market sheet lists, top to bottom.
SNAPSHOT = (
    "spx_close", *VOL_INDICES, "vx_front", "vx_second", *BREADTH, "fed_funds",
    *(f"treasury_{tenor}" for tenor in TREASURY_TENORS), "cpi", "ppi", "reer",
    *(f"rate_{currency.lower()}" for currency in FOREIGN_CURRENCIES),
)  # fmt: skip
