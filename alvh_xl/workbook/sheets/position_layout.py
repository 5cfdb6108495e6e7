"""Where things stand on the Position sheet, and the columns of its books of legs."""

from __future__ import annotations

CONDOR, HEDGES, QUOTES = 4, 11, 18  # header rows of the tables
HELD_ROWS = 4
COLUMNS = (
    "condor",
    "leg",
    "instrument",
    "option_kind",
    "strike",
    "expiry",
    "settlement",
    "days",
    "quantity",
    "vol",
    "underlying",
    "price",
    "mark",
)
BOOK = ("instrument", "option_kind", "strike", "days", "quantity", "vol", "underlying", "price", "mark", "condor")
NUMBERS = {
    "strike": "strike",
    "expiry": "date",
    "days": "price",
    "quantity": "signed",
    "vol": "vol",
    "underlying": "settle",
    "price": "price",
    "mark": "price",
}
LEGS = (("put_long", "P", 1), ("put_short", "P", -1), ("call_short", "C", -1), ("call_long", "C", 1))
LEFT, VALUE, RIGHT = 1, 4, 7  # columns of the blocks: label, its value (relative 3), second block
SUGGESTED, SUMMARY, CANDIDATE, GREEKS = 29, 38, 45, 62
STRESS, BOOKS = 73, 85
BREAKEVENS = ("low_breakeven", "high_breakeven")
PAYOFF, STEPS = 17, 81  # first column of the payoff numbers, number of levels
HELPERS = 28  # first column of what the quotes are read with
