"""Journal audits, tilts, capital: what the sheets beside the plan say, and when they stop it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alvh_xl.hosts.embedded import Package, recalculate, set_table
from alvh_xl.market import read_sample
from alvh_xl.workbook.inputs import defaults
from alvh_xl.workbook.new import new
from alvh_xl.workbook.refresh import evaluators
from alvh_xl.workbook.tables import JOURNAL_ROWS, journal_row


def reader(package: Package) -> Callable[..., Any]:
    """Look up a named cell, or a cell right of or below the first of a named range."""

    def cell(name: str, column: int = 0, row: int = 0) -> Any:
        sheet, box = package.names[name]
        return package.sheet(sheet).value(box.top + row, box.left + column)

    return cell


def named(path: Path, *names: str) -> list[Any]:
    """Values of named cells of a workbook file."""
    cell = reader(Package.open(path))
    return [cell(name) for name in names]


def journalled(path: Path, rows: list[dict[str, Any]], names: list[str]) -> list[Any]:
    """Named cells after the journal of a new workbook got rows made from its own one."""
    new(path, read_sample())
    package = Package.open(path)
    cell = reader(package)
    columns, today = journal_row(cell)
    kept = [tuple((dict(zip(columns, today, strict=True)) | row)[c] for c in columns) for row in rows]
    set_table(package, "Journal", columns, kept + [(None,) * len(columns)] * (JOURNAL_ROWS - len(kept)))
    recalculate(package, evaluators(), read_sample().asof)
    places = (name.partition(":") for name in names)
    return [cell(name, int(column or 0)) for name, _, column in places]


def test_a_first_morning_has_no_audit_yet(tmp_path: Path) -> None:
    """Without a past there is nothing to judge: words, not errors."""
    found = journalled(tmp_path / "first.xlsx", [{}], ["mornings", "steward_verdict", "motion", "loyalty_table:1"])
    assert found == [0, "no audit yet", "no audit yet", "NOT JUDGED"]


def test_the_audits_read_the_mornings_before_this_one(tmp_path: Path) -> None:
    """Adding four contracts on minor dips, without a new layer, is a promoter; half the model's motion is 0.5."""
    past: list[dict[str, Any]] = [
        {
            "asof": 43300.375 + i,
            "spot": 2900.0 - 8.0 * (i % 2),
            "held": float(i // 10),
            "model": float(i // 5),
            "macd": 0.0,
            "rsi": 0.0,
            "ad": 0.0,
        }
        for i in range(61)
    ]
    past[30]["model"] = None  # a morning without a decision orders nothing and must not end the audit
    names = ["mornings", "steward_table:0", "steward_verdict", "motion"]
    mornings, share, verdict, motion = journalled(tmp_path / "past.xlsx", [*past, {}], names)
    # Six additions of one contract, in rows 10, 20 … 60: all on sessions that ended higher, so no minor dip.
    assert (mornings, share, verdict) == (61, 0.0, "steward")
    assert motion == pytest.approx(2 / 4)


def test_a_tilt_acts_only_with_its_strength_and_within_its_limits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tilt that is off must not move the size; one that is on must, and be told."""
    values = defaults(read_sample()) | {"premium_strength": 0.5}
    monkeypatch.setattr("alvh_xl.workbook.sheets.inputs.defaults", lambda _: values)
    path = tmp_path / "tilted.xlsx"
    new(path, read_sample())
    z, premium, product, tilt, literal = named(
        path, "premium_z", "tilt_premium", "tilt_product", "tilt", "plan_literal"
    )
    assert premium == pytest.approx(1 - 0.5 * z / 2)
    assert product == tilt == premium
    assert literal == pytest.approx(6.9125 * premium, rel=1e-3)


def test_a_tilt_without_its_score_stops_the_decision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rate differential has no 60 months: turned on, it must not pass as "no tilt"."""
    values = defaults(read_sample()) | {"differential_strength": 0.2}
    monkeypatch.setattr("alvh_xl.workbook.sheets.inputs.defaults", lambda _: values)
    path = tmp_path / "differential.xlsx"
    new(path, read_sample())
    decision, binding = named(path, "plan_decision", "plan_binding")
    assert (decision, binding) == ("NO DECISION", "missing: tilt")


def test_the_golden_cash_flows_have_two_rates_and_their_flag(tmp_path: Path) -> None:
    """Of −100, 230 and −132 a year apart neither 10 % nor 20 % is "the" return."""
    path = tmp_path / "capital.xlsx"
    new(path, read_sample())
    holding, count, mirr, flag = named(path, "holding_return", "irr_count", "mirr", "irr_flag")
    assert (count, flag) == (2, "multiple")
    assert mirr == pytest.approx(-0.004320, abs=5e-7)
    assert holding == pytest.approx(230 / 232 - 1)
    cell = reader(Package.open(path))
    roots = [cell("irr_table", 2, row) for row in (0, 1)]
    assert roots == pytest.approx([0.10, 0.20], abs=1e-9)


def test_the_worked_example_tells_the_sample_morning(sample_book: Path) -> None:
    """A tutorial with other figures than the published morning would teach the wrong method."""
    package = Package.open(sample_book)
    sheet = package.sheet("Help")
    steps = {str(sheet.value(row, 1) or sheet.value(row, 2)): row for row in range(1, 45)}
    shown = " | ".join(str(sheet.value(row, column)) for row in steps.values() for column in (3, 4, 5))
    wanted = ("2805 / 2855 / 2990 / 3040", "MACD LIT, RSI off, A/D off", "RSI stands at 62.63", "6.9 contracts",
              "45.7 contracts", "allocation", "BUY 6")  # fmt: skip
    for words in wanted:
        assert words in shown, words
    order = [words for words in shown.split(" | ") if words.startswith("ALVH_")]
    assert order.index("ALVH_EXPECTED_MOVE") < order.index("ALVH_LAYERS") < order.index("ALVH_PLAN")
