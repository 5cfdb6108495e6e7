"""A new workbook: built, recalculated, and put in place whole."""

from __future__ import annotations

import tempfile
from pathlib import Path

from alvh_xl.hosts.embedded import Package, recalculate, save_atomically
from alvh_xl.market import MarketMorning
from alvh_xl.workbook.build import build
from alvh_xl.workbook.journal import write_journal
from alvh_xl.workbook.refresh import evaluators, named_value, write_market


def new(path: Path, morning: MarketMorning) -> list[str]:
    """Write the workbook of one morning, with every formula calculated.

    Returns
    -------
    list of str
        Cells that could not be calculated here, "Sheet!A1: why"; none as long as the workbook is our own.
    """
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "draft.xlsx"
        build(draft, morning)
        package = Package.open(draft)
    write_market(package, morning)  # to the last digit, which the builder's number format does not reach
    report = recalculate(package, evaluators(), morning.asof)
    write_journal(package, named_value(package))
    save_atomically(package.to_bytes(), path)
    return report.kept
