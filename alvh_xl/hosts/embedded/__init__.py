"""Recalculation of a workbook file without any spreadsheet program.

Read a file with `Package.open`, write constants with `set_cells`, `set_table` and `set_name`, bring all cached values
up to date with `recalculate`, and put `Package.to_bytes()` on disk with `save_atomically`. Only values change: formats,
charts, macros, buttons and everything the user added stay as they are.
"""

from .edit import set_cells, set_name, set_table
from .errors import WorkbookError
from .files import save_atomically
from .package import DefinedName, Package, Table
from .recalc import Report, cached_values, recalculate

__all__ = [
    "DefinedName",
    "Package",
    "Report",
    "Table",
    "WorkbookError",
    "cached_values",
    "recalculate",
    "save_atomically",
    "set_cells",
    "set_name",
    "set_table",
]
