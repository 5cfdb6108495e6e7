"""What `install` and `doctor` report: one finding a check, each with its remedy, and the exit status they make."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

Result = Literal["OK", "WARNING", "PROBLEM", "NOT HERE"]
STATUS_OK: Final = 0
STATUS_PROBLEM: Final = 1
STATUS_NO_EXCEL: Final = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was looked at, how it stands, in words, and what to do about it."""

    check: str
    result: Result
    text: str
    remedy: str = ""


NO_EXCEL: Final = Finding(
    "Excel",
    "NOT HERE",
    "There is no desktop Excel on this machine, and that is fine: nothing else of alvh_xl needs it.",
    "`alvh-xl refresh` calculates a workbook without Excel, and LibreOffice opens it. "
    "To use the functions in Excel, run this on the machine that has it.",
)


def exit_status(findings: Iterable[Finding]) -> int:
    """Exit status: 0 all well (warnings allowed), 1 something must be put right, 3 no Excel on this machine."""
    results = {finding.result for finding in findings}
    if "NOT HERE" in results:
        return STATUS_NO_EXCEL
    return STATUS_PROBLEM if "PROBLEM" in results else STATUS_OK
