"""An event that no calendar covers: said in words, counted nowhere, and never worked out."""

from __future__ import annotations

import shutil
from pathlib import Path

from alvh_xl.hosts.embedded import recalculate, set_table
from alvh_xl.market import read_sample
from alvh_xl.workbook.files import open_workbook
from alvh_xl.workbook.refresh import evaluators
from alvh_xl.workbook.target import FileTarget


def test_without_dates_of_the_fomc_there_is_no_pressure_and_the_reason_says_why(
    sample_book: Path, tmp_path: Path
) -> None:
    """Zeros in place of dates would be a meeting in 1900; the prints are there, so it is not they that are missing."""
    package = open_workbook(Path(shutil.copy(sample_book, tmp_path / "mine.xlsx")))
    columns = ["event", "when", "label"]
    rows = FileTarget(package).table("Calendar", columns)
    kept = [tuple(row) for row in rows if row[0] not in ("fomc", "gdp")]
    set_table(package, "Calendar", columns, kept)
    recalculate(package, evaluators(), read_sample().asof)
    shown = FileTarget(package)
    assert (shown.value("last_fomc"), shown.value("next_fomc"), shown.value("next_gdp")) == (0, 0, 0)
    assert shown.value("macro_reason") == "partial: no FOMC date is known"
    assert shown.value("macro_pressure") == 0
    assert shown.value("next_cpi") > 0
