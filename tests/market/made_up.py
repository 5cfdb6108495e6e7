"""Documents of every source in its published form, made up day by day up to any morning; and a computer's clock."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from alvh_xl.market.providers import cboe_index, cboe_vx, fed, fred
from alvh_xl.model.sessions import sessions_between, vix_expiry

FIRST = date(2016, 6, 1)
NEW_YORK = ZoneInfo("America/New_York")
LEVELS = {"VIX": 14.0, "VIX9D": 13.2, "VIX3M": 15.5, "VIX6M": 16.4, "VVIX": 92.0, "SKEW": 130.0, "SPX": 2500.0}
MONTHLY = {"CPIAUCSL": 240.0, "PPIACO": 195.0, "RBUSBIS": 105.0}
QUARTERLY = {"GDP": 19_000.0}
FOREIGN = [code for series, code in fred.CODES.items() if series.startswith("rate_") and len(series) == 8]
LISTED, OUT_AFTER = timedelta(270), timedelta(18)


@dataclass
class Clock:
    """A computer's clock: the true moment, New York wall clock, and by how much the computer is wrong."""

    moment: datetime
    wrong_by: timedelta = timedelta(0)

    def true(self) -> float:
        """Seconds since 1970, as every server has them."""
        return self.moment.replace(tzinfo=NEW_YORK).timestamp()

    def shown(self) -> float:
        """Seconds since 1970, as this computer has them."""
        return self.true() + self.wrong_by.total_seconds()

    def now(self, zone: ZoneInfo) -> datetime:
        """What `datetime.now` answers on this computer."""
        return datetime.fromtimestamp(self.shown(), zone)


def value(name: str, day: date) -> float:
    """Value of an index on a session."""
    level = LEVELS[name]
    return round(level * (1 + 0.08 * math.sin(day.toordinal() / 11) + 0.02 * math.sin(day.toordinal() / 3)), 2)


@cache
def documents(last: date) -> Mapping[str, bytes]:
    """Every document by its path (FRED's without the first day wanted), with the days up to `last`."""
    days = sessions_between(FIRST, last)
    found = {}
    for name in cboe_index.SYMBOLS:
        single = name in ("VVIX", "SKEW")
        rows = [[f"{day:%m/%d/%Y}", *_prices(name, day)[3 * single :]] for day in days]
        found[cboe_index.PATH.format(name)] = _table(["DATE", name] if single else cboe_index.PRICES, rows)
    for year, month in cboe_vx.contracts(FIRST, last + timedelta(31)):
        found[cboe_vx.path(year, month)] = _contract(year, month, days)
    for code in fred.CODES.values():
        found[fred.PATH.format(code, "").partition("&")[0]] = _table(["observation_date", code], _rates(code, last))
    found[fed.PATH] = _meetings(last.year)
    return found


def _meetings(year: int) -> bytes:
    """Page with meetings of a year and the next, on the first Wednesday of every second month."""
    panels = []
    for shown in (year, year + 1):
        rows = []
        for month in range(1, 13, 2):
            first = next(number for number in range(2, 9) if date(shown, month, number).weekday() == 2)
            rows.append(
                f'<div class="fomc-meeting__month"><strong>{date(shown, month, 1):%B}</strong></div>'
                f'<div class="fomc-meeting__date">{first - 1}-{first}</div>'
            )
        panels.append(f"<h4>{shown} FOMC Meetings</h4>{''.join(rows)}")
    return "".join(panels).encode()


def _prices(name: str, day: date) -> list[str]:
    close = value(name, day)
    return [f"{price:.2f}" for price in (close, close * 1.01, close * 0.99, close)]


def _contract(year: int, month: int, days: Iterable[date]) -> bytes:
    expiry = vix_expiry(year, month)
    listed = [day for day in days if expiry - LISTED <= day < expiry]
    rows = [
        [day.isoformat(), "X", "0", "0", "0", "0", f"{value('VIX', day) + (expiry - day).days / 60:.4f}"]
        for day in listed
    ]
    return _table(cboe_vx.HEADER, rows or [["2016-01-04", "X", "0", "0", "0", "0", "0"]])


def _rates(code: str, last: date) -> list[list[str]]:
    level = 1.9 if code in FOREIGN else (MONTHLY | QUARTERLY).get(code)
    if level is not None:
        out = last - OUT_AFTER  # months that had ended by then are out
        months = [date(place // 12, place % 12 + 1, 1) for place in range(2012 * 12, out.year * 12 + out.month - 1)]
        return [
            [month.isoformat(), f"{level + place / 7:.3f}"]
            for place, month in enumerate(months)
            if code not in QUARTERLY or month.month % 3 == 1
        ]
    days = [FIRST + timedelta(n) for n in range((last - FIRST).days + 1)]
    return [[day.isoformat(), "1.90"] for day in days if day.weekday() < 5]


def _table(header: list[str], rows: Iterable[list[str]]) -> bytes:
    return "".join(",".join(row) + "\n" for row in [header, *rows]).encode()
