"""History: exactly 300 sessions, oldest first, so that spills over them never change size."""

from __future__ import annotations

from alvh_xl.workbook import tables
from alvh_xl.workbook.layout import FIRST_ROW, Context, Page

LOOKS = {
    "date": ("data", "date"), "open": ("data", "price"), "high": ("data", "price"), "low": ("data", "price"),
    "close": ("data", "price"), "vix": ("data", "price"), "vix9d": ("data", "price"), "vix3m": ("data", "price"),
    "advances": ("data", "integer"), "declines": ("data", "integer"),
}  # fmt: skip


def write(context: Context) -> None:
    """Write the sheet."""
    page = Page(
        context,
        "History",
        "History",
        "300 sessions, oldest first. Advances and declines: PROXY, 20 large stocks, not the exchange's count.",
        (14, 11, 11, 11, 11, 9, 9, 9, 11, 11),
    )
    columns, rows = tables.table_rows(context.morning)["History"]
    end = page.table(FIRST_ROW, 1, "History", columns, rows, LOOKS)
    page.finish(end - 1, len(columns), freeze=(FIRST_ROW + 1, 2), repeat=FIRST_ROW, tall=True)
