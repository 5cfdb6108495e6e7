"""Freshness of data and the version of the add-in (§0)."""

from __future__ import annotations

from typing import Any

import numpy as np

from alvh_xl import __version__
from alvh_xl.functions.cells import CellError
from alvh_xl.functions.kinds import Date, DateOrBlank, Whole
from alvh_xl.functions.registry import cell_function
from alvh_xl.model import sessions


@cell_function(category="Research and status", concept="§0", status="POLICY", shape="elementwise")
def ALVH_STALE(observed: DateOrBlank, asof: Date, max_sessions: Whole) -> Any:
    """Status of a datum by its age in exchange sessions: OK, STALE or MISSING.

    The age is the number of sessions that closed after the datum was known, up to `asof`.

    Parameters
    ----------
    observed : date
        When the datum was known, with its time of day; a bare date means that day's close. Blank is MISSING.
    asof : date
        The moment looked from; a bare date means 09:00. Before `observed` is #NUM!: that would be look-ahead.
    max_sessions : sessions
        Largest age that still counts as OK.

    Returns
    -------
    word
        OK, STALE or MISSING.

    Examples
    --------
    >>> ALVH_STALE("2018-10-03T16:15", "2018-10-11T09:00", 1)
    'STALE'
    """
    words = np.asarray(sessions.stale(observed, asof, max_sessions)).astype(object)
    words[words == ""] = CellError.NUM
    return words


@cell_function(category="Research and status", concept="§0", status="STANDARD", shape="value")
def ALVH_VERSION() -> Any:
    """Version of the alvh_xl functions that answer in this workbook.

    Returns
    -------
    text
        Major, minor and patch number.

    Examples
    --------
    >>> ALVH_VERSION()
    '0.1.0'
    """
    return __version__
