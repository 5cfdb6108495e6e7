"""Write alvh_xl/model/_holidays.py from exchange-calendars: `python tests/tools/make_holidays.py`.

That package is a test extra only: it knows every special closure, but is too slow and too narrow for a cell.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

FIRST_YEAR, LAST_YEAR = 1990, 2035
TARGET = Path(__file__).resolve().parents[2] / "alvh_xl" / "model" / "_holidays.py"

HEADER = f'''"""Weekdays without a session, and early closes, of the New York Stock Exchange.

Generated from exchange-calendars (XNYS) by tests/tools/make_holidays.py; never edited by hand. The Cboe
options exchanges keep the same days. A line is a year and its dates as MMDD; an early close adds @HHMM, New
York time.
"""

from __future__ import annotations

FIRST_YEAR = {FIRST_YEAR}
LAST_YEAR = {LAST_YEAR}
'''


def new_york_calendar() -> tuple[list[Any], list[tuple[Any, str]]]:
    """Weekdays without a session, and (day, HHMM) of every close before 16:00."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecations between that package and pandas are not ours
        import exchange_calendars
        import pandas as pd

        first, last = f"{FIRST_YEAR}-01-01", f"{LAST_YEAR}-12-31"
        calendar = exchange_calendars.get_calendar("XNYS", start=first, end=last)
        weekdays = pd.date_range(first, last, freq="B")
        holidays = list(weekdays.difference(calendar.sessions))
        closes = calendar.closes.dt.tz_convert("America/New_York")
        early = [(day, f"{at:%H%M}") for day, at in closes.items() if f"{at:%H%M}" != "1600"]
    return holidays, early


def _table(name: str, words: list[tuple[int, str]]) -> str:
    lines = [
        " ".join([str(year), *(word for its_year, word in words if its_year == year)])
        for year in range(FIRST_YEAR, LAST_YEAR + 1)
    ]
    return "\n".join([f'\n{name} = """', *lines, '"""\n'])


def render() -> str:
    """Text of the module."""
    holidays, early = new_york_calendar()
    return (
        HEADER
        + _table("HOLIDAYS", [(day.year, f"{day:%m%d}") for day in holidays])
        + _table("EARLY_CLOSES", [(day.year, f"{day:%m%d}@{at}") for day, at in early])
    )


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
