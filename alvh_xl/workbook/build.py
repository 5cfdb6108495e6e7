"""Writes a complete morning workbook: the morning's data, and formulas for everything that follows from them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Final, Protocol

import xlsxwriter

from alvh_xl import __version__
from alvh_xl.market.morning import MarketMorning
from alvh_xl.workbook import style
from alvh_xl.workbook.layout import Context
from alvh_xl.workbook.sheets import (
    backtest,
    capital,
    checks,
    curve,
    fundamentals,
    help,
    history,
    inputs,
    journal,
    macro,
    market,
    morning,
    plan,
    position,
    scenarios,
    signals,
)


class _Sheet(Protocol):
    def write(self, context: Context) -> None:
        """Write the sheet."""


# Sheets from left to right, with the colour of their tab: reading, typing, refreshed, formulas.
_READING, _TYPING, _REFRESHED, _FORMULAS = style.NAVY, style.INPUT_BLUE, style.DATA_GREEN, style.GREY
SHEETS: Final[tuple[tuple[str, _Sheet, str], ...]] = (
    ("Morning", morning, _READING),
    ("Inputs", inputs, _TYPING),
    ("Position", position, _TYPING),
    ("Plan", plan, _FORMULAS),
    ("Market", market, _REFRESHED),
    ("History", history, _REFRESHED),
    ("Curve", curve, _REFRESHED),
    ("Signals", signals, _FORMULAS),
    ("Macro", macro, _REFRESHED),
    ("Capital", capital, _TYPING),
    ("Fundamentals", fundamentals, _TYPING),
    ("Scenarios", scenarios, _FORMULAS),
    ("Backtest", backtest, _REFRESHED),
    ("Journal", journal, _REFRESHED),
    ("Checks", checks, _FORMULAS),
    ("Help", help, _READING),
)

# The file carries no clock: the same morning gives the same bytes.
CREATED: Final = dt.datetime(2026, 1, 1)


def build(path: str | Path, market_morning: MarketMorning) -> None:
    """Write the workbook of one morning.

    Data cells hold the morning's values, typed cells their defaults; every other cell is a formula whose cached value
    is #N/A until the workbook is recalculated.

    Parameters
    ----------
    path : str or Path
        The .xlsx file to write; replaced if it exists.
    market_morning : MarketMorning
        The data known on that morning.
    """
    options = {
        "use_future_functions": True,
        "strings_to_urls": False,
        "default_date_format": style.NUMBERS["date"],
        "default_format_properties": {"font_name": style.FONT, "font_size": style.SIZE},
    }
    book = xlsxwriter.Workbook(str(path), options)
    book.set_properties(
        {"title": "ALVH morning", "subject": "Educational, not advice", "author": "", "company": "", "created": CREATED,
         "comments": f"alvh_xl {__version__}"}
    )  # fmt: skip
    book.set_size(2400, 1400)
    context = Context(book, market_morning)
    for name, _, colour in SHEETS:
        sheet = book.add_worksheet(name)
        sheet.set_tab_color(colour)
        context.sheets[name] = sheet
    # Help first and Morning last: the others link to the functions, and Morning to the cells it quotes.
    modules = [module for _, module, _ in SHEETS]
    for module in (modules[-1], *modules[1:-1], modules[0]):
        module.write(context)
    book.close()
