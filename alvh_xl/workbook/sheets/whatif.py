"""What-if blocks of the Scenarios sheet: the 4/4/2 ladder (C36) and rolling the condor (C11)."""

from __future__ import annotations

from alvh_xl.workbook.layout import Page, pick
from alvh_xl.workbook.sheets.position_layout import BOOK, LEGS, NUMBERS

LADDER = ((30, 4), (110, 4), (220, 2))  # days and contracts of the publisher's preset
GREEKS = ["general", "price", "greek", "greek", "price", "price", "points", "dollars", "dollars", "words"]


def write_ladder(page: Page, row: int) -> int:
    """Write at-the-money VIX calls at three tenors, their Greeks, and what equal delta costs; return the row after."""
    page.section(row, 1, 14, "Ladder of at-the-money VIX calls, 4/4/2 (C36: a publisher's preset, POLICY)",
                 "MODEL; futures interpolated on the curve")  # fmt: skip
    page.header_row(row + 1, 1, BOOK, [NUMBERS.get(column, "general") for column in BOOK])
    first, last = row + 2, row + 1 + len(LADDER)
    for i, (days, contracts) in enumerate(LADDER, start=1):
        line = first + i - 1
        page.put(line, 1, "VIX", "cell")
        page.put(line, 2, "C", "cell")
        page.put(line, 3, f"=H{line + 1}", "formula", "price")
        page.put(line, 4, days, "input", "price")
        page.put(line, 5, contracts, "input", "signed")
        curve = f"=ALVH_CONSTANT_MATURITY(Curve[days_settle],Curve[settle],E{line + 1})"
        page.put(line, 7, curve, "formula", "settle")
        for col in (8, 9):
            page.put(line, col, None, "formula", "price")
        page.put(line, 10, "ladder", "cell")
        page.define(f"ladder_days_{i}", line, 4)
    page.define("ladder_days", first, 4, last, 4)
    page.accept("ladder days", first, 4, last)
    page.accept("ladder contracts", first, 5, last)
    page.spill(first, 6, len(LADDER), "=ALVH_VIX_OPTION_VOL(vvix,ladder_days)", ["vol"])
    page.define("ladder_book", row + 1, 1, last, len(BOOK))
    _equal_delta(page, row + 1, 11)
    page.spill(last + 1, 1, len(LADDER) + 4, "=ALVH_BOOK_GREEKS(ladder_book,spot,interest_rate,dividend_yield)",
               GREEKS, headings=True)  # fmt: skip
    page.define("ladder_greeks", last + 2, 1, last + 4 + len(LADDER), len(GREEKS))
    return last + 5 + len(LADDER)


def _equal_delta(page: Page, row: int, col: int) -> None:
    """Write cost and decay of each tenor for one dollar of delta, against the shortest."""
    labels = ("cost, dollars", "theta, dollars", "cost for equal Δ", "decay for equal Δ")
    numbers = ("dollars", "price", "price", "price")
    page.header_row(row, col, labels, numbers)
    for i in range(1, len(LADDER) + 1):
        quantity = f"INDEX(ladder_book,{i + 1},5)"
        cells = (
            f"={pick('ladder_greeks', i, 2)}*{quantity}*100",
            f"={pick('ladder_greeks', i, 6)}*100",
            _relative(2, i),
            _relative(6, i),
        )
        for place, (formula, number) in enumerate(zip(cells, numbers, strict=True), start=col):
            page.put(row + i, place, formula, "formula", number)
        page.define(f"ladder_cost_ratio_{i}", row + i, col + 2)
        page.define(f"ladder_theta_ratio_{i}", row + i, col + 3)
    total = row + len(LADDER) + 1
    span = "ABCDEFGHIJKLMN"[col], "ABCDEFGHIJKLMN"[col + 1]
    for place, (letter, name) in enumerate(zip(span, ("ladder_cost", "ladder_theta"), strict=True), start=col):
        page.put(total, place, f"=SUM({letter}{row + 2}:{letter}{total})", "key", numbers[place - col])
        page.define(name, total, place)
    page.put(total, col + 2, "total", "note")


def _relative(column: int, line: int) -> str:
    """Figure of one tenor for a dollar of delta, as a multiple of the first tenor's."""
    quantity = "*INDEX(ladder_book,{0},5)" if column == 2 else ""

    def share(i: int) -> str:
        figure = pick("ladder_greeks", i, column) + quantity.format(i + 1)
        return f"({figure})/({pick('ladder_greeks', i, 8)})"

    return f"={share(line)}/({share(1)})"


def write_roll(page: Page, row: int) -> int:
    """Write the condor the rule would suggest at roll_days, and what rolling into it brings; return the row after."""
    page.section(row, 1, 14, "Roll what-if: close this condor, open the rule's at roll_days (C11)",
                 "a roll realises the loss; its credit is not profit")  # fmt: skip
    page.put(row + 1, 1, "Volatility at roll_days", "label")
    page.put(row + 1, 2, "=ALVH_TERM_VOL(roll_days,Tenors[tenor],Tenors[vol])", "formula", "vol")
    page.define("roll_vol", row + 1, 2)
    call = (
        "=ALVH_CONDOR_STRIKES(spot,roll_vol,roll_days,short_delta,wing_width,strike_step,interest_rate,"
        "dividend_yield,smile)"
    )
    page.spill(row + 2, 1, 5, call, ["general", "general", "strike", "vol", "ratio", "price"], headings=True)
    page.define("roll_strikes", row + 3, 1, row + 6, 6)
    _new_legs(page, row + 8)
    page.define("roll_book", row + 8, 1, row + 12, len(BOOK))
    # Without a quote the book of the table itself, in which a blank mark is counted as MODEL.
    held = 'IF(COUNTIF(condor_marks,"quote")=0,condor_book,marked_condor)'
    call = f"=ALVH_ROLL({held},roll_book,spot,interest_rate,dividend_yield,realised_before)"
    numbers = ["dollars", "dollars", "dollars", "points", "dollars", "dollars", "words"]
    page.spill(row + 14, 1, 2, call, numbers, headings=True)
    page.define("roll_table", row + 15, 1, row + 15, len(numbers))
    return row + 17


def _new_legs(page: Page, row: int) -> None:
    page.header_row(row, 1, BOOK, [NUMBERS.get(column, "general") for column in BOOK])
    signs = ";".join(str(sign) for _, _, sign in LEGS)
    spilled = {"strike": "=INDEX(roll_strikes,0,3)", "vol": "=INDEX(roll_strikes,0,4)",
               "price": "=INDEX(roll_strikes,0,6)", "days": "={1;1;1;1}*roll_days", "underlying": "={1;1;1;1}*spot",
               "quantity": f"={{{signs}}}*condors"}  # fmt: skip
    write_legs(page, row, 1, [kind for _, kind, _ in LEGS], spilled, "roll")


def write_legs(page: Page, row: int, col: int, kinds: list[str], spilled: dict[str, str], name: str) -> None:
    """Write four SPX legs below a header row, each numeric column as one formula; a blank mark is the model's."""
    for i, kind in enumerate(kinds, start=1):
        for column, text in (("instrument", "SPX"), ("option_kind", kind), ("condor", name)):
            page.put(row + i, col + BOOK.index(column), text, "cell")
        page.put(row + i, col + BOOK.index("mark"), None, "formula", "price")
    for column, formula in spilled.items():
        page.spill(row + 1, col + BOOK.index(column), len(kinds), formula, [NUMBERS[column]])
