"""The Backtest sheet: the numbers of the back-test, replaced by another run, with the rest of the file untouched."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from alvh_xl.cli import app
from alvh_xl.functions.backtest_report import STRATEGIES, BacktestData, Report, report
from alvh_xl.hosts.embedded import Package, WorkbookError, save_atomically
from alvh_xl.market import read_sample
from alvh_xl.market.history import between, sample_history
from alvh_xl.workbook.backtest import GATE_NAMES, ROWS, backtest_tables, write_into
from alvh_xl.workbook.target import FileTarget


@pytest.fixture(scope="module")
def told() -> Report:
    """The back-test of what the sample morning knows."""
    asof = read_sample().asof.date()
    return report(between(sample_history(), dt.date.min, asof - dt.timedelta(days=1)), {}, draws=200, shifts=True)


@pytest.fixture
def book(sample_book: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(sample_book, tmp_path / "mine.xlsx"))


@pytest.fixture(autouse=True)
def no_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command's default source must not be the store of whoever runs the tests."""
    monkeypatch.setenv("ALVH_DATA_DIR", str(tmp_path / "data"))


def short_history() -> BacktestData:
    return between(sample_history(), dt.date(2018, 6, 1), dt.date(2018, 8, 31))


def column(path: Path, table: str, name: str) -> list[Any]:
    return [cell for (cell,) in FileTarget(Package.open(path)).table(table, [name])]


def sheet_parts(path: Path) -> dict[str, bytes]:
    """Sheets by their name, as bytes."""
    package = Package.open(path)
    return {name: package.parts[part] for name, part in package.tabs if part is not None}


def test_the_sheet_shows_the_numbers_of_the_back_test(sample_book: Path, told: Report) -> None:
    """A figure in another column or row would be read as another strategy's."""
    assert column(sample_book, "BacktestResult", "strategy") == list(STRATEGIES)
    for measure in ("cagr", "sharpe_low", "max_drawdown", "cvar", "worst_day", "worst_week"):
        wanted = [told.measures[name][measure] for name in STRATEGIES]
        assert column(sample_book, "BacktestResult", measure) == pytest.approx(wanted, abs=1e-12)
    assert column(sample_book, "BacktestResult", "per_cvar") == pytest.approx([told.scores[n] for n in STRATEGIES])
    for measure in ("hedge_cost", "calm_cost", "turnover", "hedge_return"):
        wanted = [told.measures[name][measure] for name in STRATEGIES[2:]]
        cells = column(sample_book, "BacktestHedge", measure)
        assert cells[:2] == [None, None]
        assert cells[2:] == pytest.approx(wanted, abs=1e-12)
    gains = [told.crises[name]["2018"] / 1e6 for name in STRATEGIES]
    assert column(sample_book, "BacktestCrises", "crisis_2018") == pytest.approx(gains)
    assert set(column(sample_book, "BacktestCrises", "crisis_2008")) == {None}


def test_periods_luck_and_attribution_are_those_of_the_back_test(sample_book: Path, told: Report) -> None:
    """Each of these tables has its own order of columns; a shift by one would tell another year, or another gate."""
    assert told.shifts is not None
    for place, head in enumerate(("gain", "ratio")):
        wanted = [told.periods[name]["2017-2019"][place] for name in STRATEGIES]
        assert column(sample_book, "BacktestPeriods", f"{head}_2017_19") == pytest.approx(wanted)
        assert set(column(sample_book, "BacktestPeriods", f"{head}_2007_09")) == {None}
    place = STRATEGIES.index("literal_1")
    rolls = told.shifts.phases[place]
    for name, value in (("lowest", rolls.min()), ("median", np.median(rolls)), ("highest", rolls.max())):
        assert column(sample_book, "BacktestShifts", f"roll_{name}")[place] == pytest.approx(float(value))
    gates = [column(sample_book, "BacktestShifts", name)[place] for name in GATE_NAMES]
    assert gates == pytest.approx(told.shifts.gates[place].tolist())
    assert column(sample_book, "BacktestPhase", "roll_literal_1") == pytest.approx(rolls.tolist())
    years = (told.dates[-1] - told.dates[0]) / 365.25
    theta = [told.attribution[side].dollars["theta"] / 1e6 / years for side in ("condors", "hedge")]
    assert column(sample_book, "BacktestAttribution", "theta") == pytest.approx(theta)
    gains = [told.hedge_crises[name]["2015"] / 1e6 for name in STRATEGIES[2:]]
    assert column(sample_book, "BacktestHedge", "hedge_2015")[2:] == pytest.approx(gains)


def test_verdict_caveats_and_source_are_on_the_sheet(sample_book: Path, told: Report) -> None:
    """A table of returns without what may be concluded from it is an advertisement."""
    words = [text for text in column(sample_book, "BacktestFacts", "words") if text]
    assert told.verdict in " ".join(words)
    assert any(text.startswith("sample, 03-Jan-2014 to 03-Oct-2018") for text in words)
    assert any(text.startswith("200 seeded draws") for text in words)
    assert [text for text in column(sample_book, "BacktestCaveats", "caveat") if text] == list(told.caveats)


def test_the_sheet_knows_nothing_later_than_its_morning(sample_book: Path) -> None:
    """A back-test that had seen the morning's future would judge the plan with hindsight."""
    asof = FileTarget(Package.open(sample_book)).value("asof")
    assert max(column(sample_book, "BacktestPath", "date")) < np.floor(asof)


def test_the_drawn_drawdown_reaches_the_one_of_the_table(sample_book: Path, told: Report) -> None:
    """Thinning the path must not hide its deepest point; every strategy falls from its own highest equity."""
    assert told.drawdown.shape == told.equity.shape
    for name in ("unhedged", "literal_4", "ladder"):
        deepest = min(column(sample_book, "BacktestPath", f"drawdown_{name}"))
        assert deepest == pytest.approx(told.measures[name]["max_drawdown"])
    assert column(sample_book, "BacktestPath", "equity_unhedged")[-1] == pytest.approx(told.equity[0, -1] / 1e6)


def test_the_histogram_holds_every_draw_and_marks_the_method(sample_book: Path, told: Report) -> None:
    """A draw outside the bins, or a mark in a wrong one, would move the method among its placebos."""
    draws, marks, middles = (column(sample_book, "BacktestPlacebo", c) for c in ("draws", "alvh_here", "score"))
    assert sum(draws) == told.placebo.size == 200
    (place,) = [i for i, mark in enumerate(marks) if mark is not None]
    width = middles[1] - middles[0]
    assert abs(middles[place] - told.scores["literal_1"]) <= width / 2 + 1e-12
    (bar,) = [mark for mark in column(sample_book, "BacktestPlacebo", "p95_here") if mark is not None]
    assert marks[place] > bar > max(draws)  # in one bin both must show


def test_every_chart_of_the_back_test_says_what_its_heights_are(sample_book: Path) -> None:
    """Numbers on an axis without a name could be dollars, shares or ratios."""
    parts = Package.open(sample_book).parts
    charts = [text.decode() for name, text in parts.items() if name.startswith("xl/charts/") and b"Backtest!" in text]
    assert len(charts) >= 4
    for chart in charts:
        axis = chart[chart.index("<c:valAx>") : chart.index("</c:valAx>")]
        assert "<c:title>" in axis, chart[:400]


def test_into_replaces_the_run_and_leaves_the_other_sheets_alone(book: Path) -> None:
    """Numbers of another run must arrive whole, and a trader's other sheets must not change by a byte."""
    before = sheet_parts(book)
    answer = CliRunner().invoke(
        app, ["backtest", "--end", "2017-12-29", "--draws", "50", "--param", "cap=0.25", "--into", str(book)]
    )
    assert answer.exit_code == 0, answer.output
    assert len(answer.output.strip().splitlines()) == 1
    assert "sheet Backtest" in answer.output
    other = report(between(sample_history(), dt.date.min, dt.date(2017, 12, 29)), {"cap": 0.25}, draws=50)
    wanted = [other.measures[name]["cagr"] for name in STRATEGIES]
    assert column(book, "BacktestResult", "cagr") == pytest.approx(wanted)
    words = " ".join(text for text in column(book, "BacktestFacts", "words") if text)
    assert "29-Dec-2017" in words
    assert "cap 0.25" in words
    after = sheet_parts(book)
    assert {name for name in after if after[name] != before[name]} == {"Backtest"}


def test_the_charts_draw_the_run_that_was_written(book: Path) -> None:
    """Excel's protected view and the page draw a chart from its stored points, not from the cells."""
    charts = {name: data for name, data in Package.open(book).parts.items() if name.startswith("xl/charts/chart")}
    CliRunner().invoke(app, ["backtest", "--end", "2017-12-29", "--draws", "50", "--into", str(book)])
    after = Package.open(book).parts
    assert sum(after[name] != data for name, data in charts.items()) == 4


def test_a_run_of_fewer_strategies_leaves_no_number_of_the_one_before(book: Path) -> None:
    """A row left over from an earlier run would be read as part of this one."""
    found = report(sample_history(), {}, ("unhedged", "literal_1"), 0)
    write_into(book, found, "sample", {})
    assert column(book, "BacktestResult", "strategy") == ["unhedged", "literal_1", *[None] * 7]
    assert set(column(book, "BacktestPath", "equity_ladder")) == {None}
    assert set(column(book, "BacktestPlacebo", "draws")) == {None}


def test_every_run_fits_the_tables(told: Report) -> None:
    """A longer or shorter history, or one more caveat, must not find the tables too small."""
    short = report(short_history(), {"signal_shift": -2.0}, draws=3)
    futures = report(short_history(), {"hedge": "mini", "signal_shift": -1.0}, draws=3)
    for found in (told, short, futures):
        for name, (columns, rows) in backtest_tables(found, "sample", {}).items():
            assert len(rows) == ROWS[name]
            assert {len(row) for row in rows} == {len(columns)}
    kept = [row[0] for row in backtest_tables(short, "sample", {})["BacktestCaveats"][1] if row[0]]
    assert " ".join(kept) == " ".join(short.caveats)


def test_a_workbook_without_the_sheet_is_left_alone(book: Path) -> None:
    """Writing half of the tables would mix two runs."""
    package = Package.open(book)
    for name, data in package.parts.items():
        if name.startswith("xl/tables/") and b'"BacktestPlacebo"' in data:
            package.parts[name] = data.replace(b'"BacktestPlacebo"', b'"Other"')
    save_atomically(package.to_bytes(), book)
    before = book.read_bytes()
    with pytest.raises(WorkbookError, match="no table BacktestPlacebo"):
        write_into(book, report(sample_history(), {}, ("unhedged",), 0), "sample", {})
    assert book.read_bytes() == before


def test_a_sweep_does_not_go_into_a_workbook(book: Path) -> None:
    """The sheet has room for one run: a sweep must be refused, not written as its last combination."""
    answer = CliRunner().invoke(app, ["backtest", "--sweep", "cap=0.2,0.3", "--into", str(book)])
    assert answer.exit_code == 1
