"""alvh_xl: spreadsheet functions and a morning workbook for the Adaptive Layered VIX Hedge (ALVH)."""

from __future__ import annotations

__version__ = "0.1.0"

__all__ = ["__version__"]
