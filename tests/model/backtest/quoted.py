"""The shared chains as a back-test reads them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from alvh_xl.model.backtest.chains import ChainQuotes

SESSIONS = {"2022-01-07": 44568.0, "2022-06-10": 44722.0, "2024-01-05": 45296.0}


def real_chains(folder: Path) -> ChainQuotes:
    """The three shared chains, the series that settle at the close."""
    rows = pd.concat(
        pd.read_parquet(folder / "options" / f"spx_cboe_chain_{session.replace('-', '')}.parquet")
        for session in SESSIONS
    )
    rows = rows[rows["root"] == "SPXW"]

    def serial(column: str) -> np.ndarray:
        return np.asarray(rows[column].to_numpy().astype("datetime64[D]").astype(np.int64) + 25569.0)

    rows = rows.assign(session=pd.to_datetime(rows["session"]))
    side = np.where(rows["right"] == "C", 1.0, -1.0)
    return ChainQuotes.of(
        serial("session"), serial("expiration"), rows["strike"], side, rows["bid"], rows["ask"]
    )  # fmt: skip
