"""A store with the whole history that lies beside the checkout; for tests and benches alone."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from alvh_xl.market.imports import Imported, import_path
from alvh_xl.market.store import Store

NOW = datetime(2026, 11, 25, 8, 0)
FOLDERS = ("macro", "index", "breadth")


def fill(store: Store, shared: Path, work: Path) -> list[Imported]:
    """Import every file, the settlements after a change of form: pandas reads them, the package does not."""
    import pandas as pd

    futures = work / "vx.csv"
    pd.read_parquet(shared / "vx_futures" / "vx_futures_settlements.parquet").to_csv(futures, index=False)
    done = [report for folder in FOLDERS for report in import_path(store, shared / folder, NOW)]
    return done + import_path(store, futures, NOW)
