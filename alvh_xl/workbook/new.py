"""A new workbook or add-in: built, recalculated, and put in place whole."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from alvh_xl.hosts.embedded import Package, recalculate, save_atomically
from alvh_xl.market import MarketMorning
from alvh_xl.workbook.build import build
from alvh_xl.workbook.journal import write_journal
from alvh_xl.workbook.refresh import evaluators
from alvh_xl.workbook.target import FileTarget, write_market

if TYPE_CHECKING:
    from alvh_xl.hosts.excel.vba import Mode

MACRO_SUFFIX: Final = ".xlsm"
ADDIN_SUFFIX: Final = ".xlam"
SUFFIXES: Final = (".xlsx", MACRO_SUFFIX, ADDIN_SUFFIX)


def new(path: Path, morning: MarketMorning, mode: Mode = "reference") -> list[str]:
    """Write the workbook of one morning, with every formula calculated.

    Parameters
    ----------
    path
        An .xlsm gets our macros, buttons and ribbon tab; any other file has none.
    morning
        The data known on that morning.
    mode
        Of an .xlsm: "reference" needs the xlwings add-in in Excel, "standalone" holds a copy of xlwings' VBA.

    Returns
    -------
    list of str
        Cells that could not be calculated here, "Sheet!A1: why"; none as long as the workbook is our own.
    """
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "draft.xlsx"
        build(draft, morning)
        package = Package.open(draft)
    target = FileTarget(package)
    write_market(target, morning)  # to the last digit, which the builder's number format does not reach
    report = recalculate(package, evaluators(), morning.asof)
    write_journal(target)
    data = package.to_bytes()
    if path.suffix.lower() == MACRO_SUFFIX:
        from alvh_xl.hosts.excel.package import make_macro_workbook

        data = make_macro_workbook(data, mode)
    save_atomically(data, path)
    return report.kept


def new_addin(path: Path, mode: Mode = "reference") -> None:
    """Write the add-in that answers our functions in every workbook; `mode` as for `new`."""
    from alvh_xl.hosts.excel.package import make_addin

    save_atomically(make_addin(mode), path)
