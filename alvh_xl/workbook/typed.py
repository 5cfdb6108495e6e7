"""What the typed cells of tables and grids accept, with the words shown while one of them is selected.

One table for all sheets but Inputs (its parameters carry their own ranges) and the columns of Position that choose from
lists. The key is a column of a table as `Table[column]`, or the name of a group of cells. A blank is always allowed.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, NamedTuple


class Typed(NamedTuple):
    """What cells accept: words for the user, and lowest and highest number; no numbers: anything."""

    message: str
    low: float | None = None
    high: float | None = None
    kind: str = "decimal"  # integer, date

    def rule(self, title: str) -> dict[str, Any]:
        """Return the data validation, as XlsxWriter takes it."""
        said = {"input_title": title[:32], "input_message": self.message[:255]}
        if self.kind == "date":
            span: dict[str, Any] = {"criteria": ">=", "value": dt.date(1990, 1, 1)}
        elif self.low is None:
            return said | {"validate": "any"}
        else:
            span = {"criteria": "between", "minimum": self.low, "maximum": self.high}
        return said | span | {"validate": self.kind, "error_title": title[:32], "error_message": self.message[:255]}


_DAY: Final = Typed("A date, 1990 or later.", kind="date")
_MONEY: Final = Typed("In the unit typed beside it; a loss is negative.", -1e9, 1e9)
_ANY: Final = Typed("Any words; nothing is calculated from them.")

TYPED: Final[dict[str, Typed]] = {
    "Condor[condor]": Typed("Name of the condor, any word; the same on its four legs."),
    "Condor[leg]": Typed("put_long, put_short, call_short, call_long, in this order."),
    "Condor[underlying]": Typed("Leave blank: SPX legs stand on the spot."),
    "Hedges[condor]": Typed("Name of the condor it protects, or blank."),
    "Hedges[leg]": _ANY,
    "Moves[move]": Typed("Move of SPX in one day, percent: −60 to 60.", -60, 60),
    "Knots[vix_level]": Typed("VIX at which the share beside it holds, points, rising from row to row.", 0, 200),
    "Knots[share]": Typed("Share of W at that VIX: 0 % to 100 %.", 0, 1),
    "Tenors[tenor]": Typed("Calendar days the index looks ahead: 1 to 3650.", 1, 3650),
    "ForeignRates[currency]": Typed("Code of the currency."),
    "ForeignRates[typed]": Typed("Your own 3-month rate, percent a year: −20 to 100; blank: the fetched.", -20, 100),
    "ForeignRates[weight]": Typed("Weight, 0 or more; the weights need not add up to 1.", 0, 1e6),
    "ForeignRates[status]": _ANY,
    "Differentials[month_end]": _DAY,
    "Differentials[differential]": Typed("US rate less foreign, end of month, percent: −100 to 100.", -100, 100),
    "PastHedges[date]": _DAY,
    "PastHedges[cash_flow]": Typed("Dollars: paid negative, received positive.", -1e12, 1e12),
    "PastHedges[remark]": _ANY,
    "Companies[company]": Typed("Name of the company; rows are read from the first to the last filled one."),
    **{
        f"Companies[{column}]": _MONEY
        for column in ("market_value", "earnings", "operating_cash_flow", "cash", "short_term_investments",
                       "receivables", "current_liabilities")
    },
    "Companies[accounts_known]": Typed("Day on which these accounts became known, 1990 or later.", kind="date"),
    "Companies[unit]": _ANY,
    "Companies[status]": _ANY,
    "Gauges[z]": Typed("z-score from your own history: −20 to 20; blank is “no data”.", -20, 20),
    "Gauges[gauge_weight]": Typed("Weight, 0 or more.", 0, 1e6),
    "Gauges[sign]": Typed("+1 when a high value asks for more hedge, −1 when for less.", -1, 1, "integer"),
    "ReitFlow[session]": _DAY,
    "ReitFlow[shares_outstanding]": Typed("Shares of the fund, 0 or more.", 0, 1e15),
    "ReitFlow[nav]": Typed("Net asset value a share, dollars, 0 or more.", 0, 1e9),
    "Residuals[from_days]": Typed("Days to expiry from which it holds, rising from row to row.", 0, 3650, "integer"),
    "Residuals[residual]": Typed("Standard deviation of a day around the spot–vol line, points: 0 to 100.", 0, 100),
    "grid days": Typed("Whole days ahead: 0 to 3650; later than the settlement shows it.", 0, 3650, "integer"),
    "grid moves": Typed("Move of SPX, percent: −60 to 60.", -60, 60),
    "ladder days": Typed("Days to settlement of this rung: 1 to 3650.", 1, 3650),
    "ladder contracts": Typed("Whole contracts: + bought, − sold.", -100_000, 100_000, "integer"),
}  # fmt: skip
