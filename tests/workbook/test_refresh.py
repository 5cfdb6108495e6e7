"""Refreshing a workbook file: the decision, what the user added, what can go wrong, and that nothing is ever lost."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from alvh_xl.hosts.embedded import Package, WorkbookError, save_atomically, set_name, set_table
from alvh_xl.market import MarketError, read_sample
from alvh_xl.workbook import refresh as refreshing
from alvh_xl.workbook.refresh import refresh
from tests.workbook.extended import Mine


def named(path: Path, name: str) -> Any:
    package = Package.open(path)
    sheet, box = package.names[name]
    return package.sheet(sheet).value(box.top, box.left)


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def book(sample_book: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(sample_book, tmp_path / "mine.xlsx"))


def test_the_sample_morning_agrees_with_the_hand_calculation(book: Path) -> None:
    """sample.md's independent calculation: strikes, lamps, macro, sizes, the binding rule, cost and offset."""
    outcome = refresh(book, read_sample)
    assert outcome.asof == dt.datetime(2018, 10, 4, 9)
    assert [named(book, name) for name in ("put_long", "put_short", "call_short", "call_long")] == [
        2805,
        2855,
        2990,
        3040,
    ]
    assert named(book, "dte") == pytest.approx(15.2917, abs=5e-5)
    assert named(book, "rsi_now") == pytest.approx(62.63, abs=0.005)
    assert [named(book, lamp) for lamp in ("lamp_macd", "lamp_rsi", "lamp_ad")] == ["LIT", "off", "off"]
    assert named(book, "layer_fraction") == pytest.approx(1 / 3)
    assert named(book, "cpi_surprise") == pytest.approx(-1.16, abs=0.005)
    assert named(book, "ppi_surprise") == pytest.approx(-1.79, abs=0.005)
    assert named(book, "macro_pressure") == 0
    assert named(book, "plan_literal") == pytest.approx(6.9, abs=0.05)
    assert named(book, "plan_cap_gamma") == pytest.approx(45.7, abs=0.1)
    assert (named(book, "plan_hold"), outcome.binding) == (6, "allocation")
    assert named(book, "plan_credit_share") == pytest.approx(0.10, abs=0.01)
    assert "Hold 6" in outcome.headline
    assert outcome.warnings == []
    assert outcome.kept == []


def test_the_layer_dates_are_those_of_the_chart(book: Path) -> None:
    """The bearish divergence was known on 27 September 2018 and expires on 11 October."""
    sheet, box = Package.open(book).names["layer_table"]
    row = [Package.open(book).sheet(sheet).value(box.top, column) for column in range(box.left, box.right + 1)]
    assert row[:4] == ["macd", 1, 43370, 43384]


def test_refreshing_twice_gives_identical_bytes(book: Path) -> None:
    """A refresh that differs without new data would make every copy look changed."""
    refresh(book, read_sample)
    once = book.read_bytes()
    outcome = refresh(book, read_sample)
    assert book.read_bytes() == once
    assert outcome.changed == 0


def test_a_morning_that_lacks_data_is_refreshed_to_identical_bytes_too(book: Path) -> None:
    """Formulas that look into a failed spill would read its leftovers once and blanks the next time."""
    asof = dt.datetime(2016, 5, 4, 9)
    assert refresh(book, read_sample, asof).obstacle
    first = book.read_bytes()
    refresh(book, read_sample, asof)
    assert book.read_bytes() == first


def test_a_later_morning_shows_its_own_figures_and_says_what_is_stale(book: Path) -> None:
    """Replaying 11 October must not show 3 October's VIX as fresh."""
    outcome = refresh(book, read_sample, dt.datetime(2018, 10, 9, 9))
    assert named(book, "asof") == pytest.approx(43382.375)
    stale = next(line for line in outcome.warnings if line.startswith("STALE"))
    assert "VIX9D" in stale
    assert "S&P 500" not in stale
    back = refresh(book, read_sample, dt.datetime(2018, 10, 4, 9))
    assert back.warnings == []


@pytest.mark.parametrize("day", [5, 8, 9, 10, 11, 12])
def test_every_later_morning_of_the_sample_decides_or_names_what_stops_it(book: Path, day: int) -> None:
    """A plan in error must never read as "hold 0"."""
    outcome = refresh(book, read_sample, dt.datetime(2018, 10, day, 9))
    assert outcome.decision, outcome
    assert outcome.binding, outcome
    if outcome.decision == "NO DECISION":
        assert outcome.headline.startswith("NO DECISION: ")
    else:
        assert isinstance(named(book, "plan_hold"), float)


@pytest.fixture
def extended(extended_book: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(extended_book, tmp_path / "extended.xlsm"))


def test_what_the_user_added_is_calculated_and_kept(extended: Path) -> None:
    """Extra sheets, formulas over our results, charts, formats, validation, sparklines and VBA survive a refresh."""
    before = parts(extended)
    outcome = refresh(extended, read_sample)
    after = parts(extended)
    sheet = Package.open(extended).sheet("Mine")
    values = {cell: sheet.value(int(cell[1:]), 2) for cell, _, _ in Mine.FORMULAS}
    history = read_sample().history
    closes, vix = history.numbers("close"), history.numbers("vix")
    expected = {cell: value for cell, _, value in Mine.FORMULAS} | {
        "B4": sum(v > 30 and c < 2700 for v, c in zip(vix, closes, strict=True)),
        "B5": sum(closes) / len(closes),
        "B11": outcome.headline,
    }
    for cell, value in expected.items():
        assert values[cell] == (pytest.approx(value, rel=1e-12) if isinstance(value, (int, float)) else value), cell
    moves = [sheet.value(row, 6) for row in (1, 2, 3)]
    assert moves == pytest.approx([2925.51 * 0.2 * (days / 365) ** 0.5 for days in (7, 14, 21)], rel=1e-9)
    changed = {name for name in before if before[name] != after.get(name)}
    assert set(after) == set(before)
    assert all(re.match(r"xl/(worksheets/sheet\d+|workbook|charts/chart\d+)\.xml$", name) for name in changed), changed
    text = after[Package.open(extended).sheets["Mine"]].decode()
    assert all(mark in text for mark in ("colorScale", "dataValidation", "sparkline", "legacyDrawing"))


def test_a_cell_that_cannot_be_computed_keeps_its_value_and_is_listed(extended: Path) -> None:
    """A value invented for a broker's function would be traded on."""
    outcome = refresh(extended, read_sample)
    sheet = Package.open(extended).sheet("Mine")
    assert [sheet.value(1, 8), sheet.value(2, 8)] == [42, 43]
    assert [line.split(":")[0] for line in outcome.kept] == ["Mine!H1", "Mine!H2"]


def test_a_missing_file_is_one_clear_line(tmp_path: Path) -> None:
    """A mistyped name must not end in a traceback."""
    with pytest.raises((WorkbookError, OSError), match=r"nowhere\.xlsx"):
        refresh(tmp_path / "nowhere.xlsx", read_sample)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 broken"])
def test_what_is_no_workbook_is_refused_and_untouched(tmp_path: Path, content: bytes) -> None:
    """A renamed CSV or a half download must stay as it is."""
    path = tmp_path / "notes.xlsx"
    path.write_bytes(content)
    with pytest.raises(WorkbookError):
        refresh(path, read_sample)
    assert path.read_bytes() == content


def test_a_workbook_without_our_tables_is_refused_and_untouched(tmp_path: Path) -> None:
    """Someone else's workbook must not be rewritten."""
    import xlsxwriter

    path = tmp_path / "other.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet().write("A1", 1)
    content = path.read_bytes()
    with pytest.raises(WorkbookError, match="none of the tables Market, History and Curve"):
        refresh(path, read_sample)
    assert path.read_bytes() == content


def test_a_workbook_open_in_excel_is_refused_and_untouched(book: Path) -> None:
    """Excel would write over it, or refuse to save; the owner file tells."""
    content = book.read_bytes()
    (book.parent / f"~${book.name}").write_bytes(b"\x05trader")
    with pytest.raises(WorkbookError, match="open"):
        refresh(book, read_sample)
    assert book.read_bytes() == content


def test_an_unknown_asof_is_refused_and_untouched(book: Path) -> None:
    """The sample ends in October 2018; a later morning would be an invention."""
    content = book.read_bytes()
    with pytest.raises(MarketError, match="2018-10"):
        refresh(book, read_sample, dt.datetime(2020, 3, 16, 9))
    assert book.read_bytes() == content


def test_a_deleted_named_cell_is_reported_and_stops_the_decision(book: Path) -> None:
    """Without its spot the plan must name what is missing, not go on with an old number."""
    package = Package.open(book)
    xml = package.parts[package.workbook_part].decode()
    xml, count = re.subn(r'<definedName name="(asof|spot)">[^<]*</definedName>', "", xml)
    assert count == 2
    package.parts[package.workbook_part] = xml.encode()
    save_atomically(package.to_bytes(), book)
    outcome = refresh(book, read_sample)
    assert any("asof is gone" in line for line in outcome.warnings)
    assert outcome.decision == "NO DECISION"
    assert "missing" in outcome.binding


def test_text_in_a_price_cell_stops_the_decision_and_is_named(book: Path) -> None:
    """A text typed over a price must not be read as 0."""
    package = Package.open(book)
    set_name(package, "hedge_strike", "fifteen")
    save_atomically(package.to_bytes(), book)
    outcome = refresh(book, read_sample)
    assert outcome.decision == "NO DECISION"
    assert "hedge_price" in outcome.binding


def test_a_refresh_that_dies_before_the_end_leaves_the_old_file(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Power may fail at any moment; the file is the old one until the new one is whole."""
    content = book.read_bytes()

    def fail(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(refreshing, "recalculate", fail)
    with pytest.raises(KeyboardInterrupt):
        refresh(book, read_sample, dt.datetime(2018, 10, 9, 9))
    assert book.read_bytes() == content
    assert [path.name for path in book.parent.iterdir()] == [book.name]


def test_each_stage_says_one_line(book: Path) -> None:
    """Whoever waits sees what is going on."""
    lines: list[str] = []
    refresh(book, read_sample, say=lines.append)
    assert [line[:3] for line in lines] == ["1/5", "2/5", "3/5", "4/5", "5/5"]


def holding(path: Path, **leg: Any) -> None:
    """Type one hedge into the Hedges table."""
    leg = {"instrument": "VIX", "option_kind": "C", "strike": 15, "settlement": "AM", **leg}
    package = Package.open(path)
    set_table(package, "Hedges", list(leg), [list(leg.values())])
    save_atomically(package.to_bytes(), path)


def test_what_is_held_of_the_candidate_counts_against_the_order(book: Path) -> None:
    """Ten contracts held against a model of six is a sale of four, not a purchase of six."""
    holding(book, expiry=dt.date(2018, 11, 21), quantity=10, price=1.5)
    outcome = refresh(book, read_sample)
    assert (named(book, "held"), named(book, "order_quantity")) == (10, -4)
    assert outcome.headline.endswith("SELL 4")


def test_another_series_counts_by_its_delta_and_is_never_sold_as_the_candidate(book: Path) -> None:
    """Selling a call that is not held would open a naked short position."""
    holding(book, instrument="VX", option_kind=None, strike=None, expiry=dt.date(2018, 11, 21), quantity=1, price=14.7)
    outcome = refresh(book, read_sample)
    assert named(book, "held") == round(-557 * 1.0 / named(book, "unit_dollar_delta"))
    assert "REDUCE what is held" in outcome.headline
    assert "SELL" not in outcome.headline


def test_a_held_put_is_no_hedge_and_stops_the_decision(book: Path) -> None:
    """A long VIX put loses in the fall it would be counted against."""
    holding(book, option_kind="P", expiry=dt.date(2018, 11, 21), quantity=6, price=1.5)
    assert refresh(book, read_sample).binding == "invalid: held"


def test_a_hedge_that_settles_before_the_condor_is_rolled_in_time(book: Path) -> None:
    """Roll-by is the first hedge's, held or candidate; one that ends before the condor fails its check."""
    holding(book, strike=17, expiry=dt.date(2018, 10, 17), quantity=3, price=0.4)
    outcome = refresh(book, read_sample)
    assert named(book, "roll_by") == 43388  # Monday 15 October 2018, two sessions before settlement
    assert any("Hedge outlives the condor" in line for line in outcome.warnings)


def test_a_print_that_is_missing_does_not_make_an_older_one_new(book: Path) -> None:
    """On 11 October the CPI of that day is not in the sample: August's figures keep August's release dates."""
    refresh(book, read_sample, dt.datetime(2018, 10, 11, 9))
    assert named(book, "last_print") == pytest.approx(43355.354167, abs=1e-5)  # PPI, 12 September 2018, 08:30
