"""The catalogue: every market series the workbook reads, when it becomes known, how long it stays fresh."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Literal

# How far a figure stands for what its title says; STALE and MISSING are for the cells to find out.
Quality = Literal["OK", "PROXY", "ILLUSTRATIVE"]

# On which days a series has values; months and quarters are named by their first day.
Every = Literal["session", "weekday", "day", "month", "quarter"]

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
        Least number of calendar days from the session, or the end of the month, to the publication day; of a series
        of every day, sessions.
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
    every : {"session", "weekday", "day", "month", "quarter"}
        Days that have a value.
    due_days : int
        Of a monthly or quarterly series: calendar days from the end of the period until its value counts as published
        where no calendar of releases says when it was. Late rather than early: a replay must not see it too soon.
    provider, field : str
        Who serves it to a program, and under which name; both empty for what is typed or imported.

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
    every: Every = "session"
    due_days: int = 0
    provider: str = ""
    field: str = ""

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
    field = f"SPX_History.csv, {part.upper()}"
    return Series(
        f"spx_{part}", title, "points", publisher, CLOSE, 0, 1, None, 100, 20_000, provider="Cboe", field=field
    )


def _cboe(name: str, title: str, low: float, high: float) -> Series:
    field = f"{name.upper()}_History.csv"
    return Series(name, title, "points", "Cboe", INDEX_CLOSE, 0, 1, None, low, high, provider="Cboe", field=field)


def _breadth(name: str, title: str) -> Series:
    return Series(name, title, "issues", "New York Stock Exchange", CLOSE, 0, 1, None, 0, 10_000)


def _treasury(tenor: str, words: str) -> Series:
    title, code = f"Treasury constant maturity, {words}", f"DGS{tenor.upper().replace('M', 'MO').rstrip('Y')}"
    return Series(
        f"treasury_{tenor}", title, "percent", "US Treasury", EVENING, 0, 1, None, -2, 25,
        every="weekday", provider="FRED", field=code,
    )  # fmt: skip


def _foreign(currency: str, code: str) -> Series:
    """Build an entry of a foreign rate: a mean over the month, published in the course of the next one."""
    name, title = f"rate_{currency.lower()}", f"{currency} 3-month rate"
    return Series(
        name, title, "percent", "OECD", EVENING, 0, None, 45, -5, 60, "PROXY",
        every="month", due_days=30, provider="FRED", field=code,
    )  # fmt: skip


def _imported(name: str, title: str, unit: str, low: float, high: float, every: Every = "session") -> Series:
    """Build an entry of a figure no provider serves for free: it comes from imported files, with weight 0."""
    monthly = every == "month"
    age: tuple[int | None, int | None] = (None, 45) if monthly else (1, None)
    return Series(
        name, title, unit, "imported", EVENING, 0, *age, low, high, every=every, due_days=20 if monthly else 0
    )


# The futures exchange moved the settlement from 16:15 to 16:00 New York on 26 October 2020.
VX = Series(
    "vx", "VX future, daily settle of one contract", "points", "Cboe Futures Exchange",
    CLOSE, 0, 1, None, 5, 150, earlier_release=(date(2020, 10, 26), INDEX_CLOSE),
    provider="Cboe Futures Exchange", field="one CSV a contract, Settle",
)  # fmt: skip

# The New York Fed publishes the rate of a day on the next business morning.
FED_FUNDS = Series(
    "fed_funds", "Effective federal funds rate", "percent", "Federal Reserve Bank of New York",
    time(9, 0), 1, 1, None, -2, 25, every="day", provider="FRED", field="DFF",
)  # fmt: skip

MONTHLY = (
    Series("cpi", "CPI, all items, seasonally adjusted", "1982-84 = 100", "Bureau of Labor Statistics",
           STATISTICS, 10, None, 45, 20, 1_000, "PROXY", REVISED,
           every="month", due_days=25, provider="FRED", field="CPIAUCSL"),
    Series("ppi", "PPI, all commodities", "1982 = 100", "Bureau of Labor Statistics",
           STATISTICS, 9, None, 45, 10, 1_000, "PROXY", REVISED,
           every="month", due_days=25, provider="FRED", field="PPIACO"),
    Series("reer", "Real effective exchange rate, broad", "2020 = 100", "Bank for International Settlements",
           EVENING, 15, None, 45, 40, 200, "PROXY", REVISED,
           every="month", due_days=20, provider="FRED", field="RBUSBIS"),
)  # fmt: skip

# Kept for studies and for the typed sheets; no row of the Market sheet.
STUDIED = (
    Series("gdp", "Gross domestic product, current dollars", "billion dollars", "Bureau of Economic Analysis",
           STATISTICS, 25, None, 120, 200, 100_000, "PROXY", REVISED,
           every="quarter", due_days=31, provider="FRED", field="GDP"),
    _imported("pe_trailing", "S&P 500, price to trailing earnings", "ratio", 3, 200, "month"),
    _imported("pe_forward", "S&P 500, price to expected earnings", "ratio", 3, 100),
    replace(_imported("reit_price", "REIT fund (VNQ), close", "dollars", 0.01, 10_000), release=CLOSE,
            quality="PROXY", note="a source may adjust it for dividends"),
    _imported("reit_nav", "REIT fund, net asset value a share", "dollars", 0.01, 10_000),
    _imported("reit_shares", "REIT fund, shares outstanding", "million shares", 0, 100_000),
    _imported("ipo_count", "Initial public offerings of a month", "count", 0, 1_000, "month"),
)  # fmt: skip

# Company accounts are a table, not a number: one item a company and figure, known from the day of filing.
ACCOUNTS = Series(
    "accounts", "Company accounts and market value", "billion dollars", "imported", CLOSE, 0, None, 120, -1_000,
    20_000, every="day",
)  # fmt: skip

# Series of many items: VX contracts, and the accounts of companies, whose items are `company: figure`.
ITEMISED = ("vx", "accounts")
SEPARATOR = ": "

SPX_PARTS = ("open", "high", "low", "close")
VOL_INDICES = ("vix", "vix9d", "vix3m", "vix6m", "vvix")
BREADTH = ("advances", "declines")
TREASURY_TENORS = {
    "1m": "1 month", "3m": "3 months", "6m": "6 months", "1y": "1 year", "2y": "2 years", "10y": "10 years",
}  # fmt: skip
# Interbank rates of three months, means over the month, percent; the codes are FRED's.
FOREIGN_CODES = {
    "EUR": "IR3TIB01EZM156N", "JPY": "IR3TIB01JPM156N", "GBP": "IR3TIB01GBM156N", "CAD": "IR3TIB01CAM156N",
    "CHF": "IR3TIB01CHM156N",
}  # fmt: skip
FOREIGN_CURRENCIES = tuple(FOREIGN_CODES)

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
    *(_foreign(currency, code) for currency, code in FOREIGN_CODES.items()),
    ACCOUNTS,
    *STUDIED,
)

CATALOGUE: Mapping[str, Series] = MappingProxyType({series.id: series for series in _ALL})

# What the Market sheet lists, top to bottom.
SNAPSHOT = (
    "spx_close", *VOL_INDICES, "vx_front", "vx_second", *BREADTH, "fed_funds",
    *(f"treasury_{tenor}" for tenor in TREASURY_TENORS), "cpi", "ppi", "reer",
    *(f"rate_{currency.lower()}" for currency in FOREIGN_CURRENCIES),
)  # fmt: skip
