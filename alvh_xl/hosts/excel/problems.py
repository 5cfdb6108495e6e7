"""What Excel says when it refuses, in words."""

from __future__ import annotations


def describe(problem: BaseException) -> str:
    """One line about an exception; Excel's own words where it is Excel that refused."""
    info = getattr(problem, "excepinfo", None)
    if isinstance(info, tuple) and len(info) > 2 and info[2]:
        return str(info[2])
    return f"{type(problem).__name__}: {problem}" if str(problem) else type(problem).__name__
