"""Real chains beside the checkout in the form in which Cboe's web page saves them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

SAVED = {
    "2022-01-07": "January 9, 2022 at 3:11 AM EST",
    "2022-06-10": "June 11, 2022 at 8:47 PM EDT",
    "2024-01-05": "January 7, 2024 at 10:52 AM EST",
}
_FIELDS = ("symbol", "last", "net", "bid", "ask", "volume", "iv", "delta", "gamma", "open_interest")


def quote_table(shared: Path, session: str) -> bytes:
    """Chain of one session as quotedata.csv, every pair of call and put a line."""
    import pandas as pd

    rows = pd.read_parquet(shared / "options" / f"spx_cboe_chain_{session.replace('-', '')}.parquet")
    keys = ["expiration", "root", "strike"]
    calls, puts = (rows.loc[rows["right"] == right].set_index(keys)[list(_FIELDS)] for right in "CP")
    joined = calls.add_suffix("_call").join(puts.add_suffix("_put"), how="inner")
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow(["S&P 500 INDEX", f"Last: {rows['spot'].iloc[0]}", "Change:  1"])
    out.writerow([f"Date: {SAVED[session]}", "Bid: 1", "Ask: 2", "Size: 1*1", "Volume: 0"])
    names = ["Last Sale", "Net", "Bid", "Ask", "Volume", "IV", "Delta", "Gamma", "Open Interest"]
    out.writerow(["Expiration Date", "Calls", *names, "Strike", "Puts", *names])
    for (expiry, _, strike), cells in zip(joined.index, joined.to_numpy().tolist(), strict=True):
        half = len(_FIELDS)
        out.writerow([f"{expiry:%a %b %d %Y}", *cells[:half], f"{strike:.2f}", *cells[half:]])
    return text.getvalue().encode()
