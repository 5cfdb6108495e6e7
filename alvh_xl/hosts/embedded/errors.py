"""The one exception of the embedded host."""

from __future__ import annotations


class WorkbookError(Exception):
    """The file can't be read, refreshed or saved; the text is one line a user can act on."""
