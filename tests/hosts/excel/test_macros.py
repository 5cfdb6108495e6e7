"""Refresh and Export on an open workbook: the real xlwings on a double of Excel, which refuses what Excel refuses."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from alvh_xl.functions import CellError
from alvh_xl.hosts.embedded import Package, cached_values
from alvh_xl.hosts.excel import macros as excel
from alvh_xl.hosts.excel.book import OpenBook, _typed
from alvh_xl.market import MarketError, read_sample
from alvh_xl.market.live import LIVE, PARTLY
from alvh_xl.workbook import leg_quotes, macros
from alvh_xl.workbook.refresh import refresh as refresh_the_file
from alvh_xl.workbook.tables import CALENDAR, CURVE, HISTORY, MACRO, MARKET
from tests.hosts.excel.fake_excel import AUTOMATIC, MANUAL, FakeBook, FakeExcel
from tests.hosts.excel.pywin32_stub import ComError, excel_error

LATER = dt.datetime(2018, 10, 11, 9)
TABLES = {
    "Market": MARKET, "History": HISTORY, "Curve": CURVE, "Macro": MACRO, "Calendar": CALENDAR,
    leg_quotes.TABLE: leg_quotes.DATA,
}  # fmt: skip


class Desk:
    """Excel with one workbook open, and what its user sees."""

    def __init__(self, xlwings: Any, path: Path) -> None:
        self.path = path
        self.excel = FakeExcel()
        self.book = FakeBook(self.excel, path)
        self.xlwings = xlwings
        self.before = self.excel.state
        self.boxes: list[str] = []
        sys.modules["win32api"].MessageBox = self._box  # type: ignore[attr-defined]

    def _box(self, _: int, text: str, title: str, style: int) -> int:
        assert self.excel.DisplayAlerts, "the box comes before Excel is as it was"
        self.boxes.append(text)
        return 1

    def caller(self) -> Any:
        """The workbook whose button was clicked, as xlwings hands it over."""
        return self.xlwings.Book(impl=sys.modules["xlwings._xlwindows"].Book(xl=self.book))

    def ask_for(self, asof: dt.datetime) -> None:
        """Type a moment into the cell `asof`."""
        sheet, box = self.book.package.names["asof"]
        serial = (asof - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)
        self.book.package.sheet(sheet).write(box.top, box.left, serial)

    def click(self, work: excel.Work = macros.refresh_open, title: str = "Refresh") -> None:
        """Click a button."""
        excel.run(title, work, self.caller)

    def tables(self) -> dict[str, Any]:
        """Everything a refresh writes: data, not what formulas make of them."""
        book = self.book
        found: dict[str, Any] = {
            name: [tuple(None if cell == "" else cell for cell in row) for row in book.table(name, columns)]
            for name, columns in TABLES.items()
            if name in book.package.tables
        }
        return found | {name: book.named(name) for name in ("asof", "data_source") if name in book.package.names}


@pytest.fixture
def desk(xlwings_windows: Any, sample_book: Path, tmp_path: Path) -> Iterator[Desk]:
    path = tmp_path / "morning.xlsx"
    shutil.copy(sample_book, path)
    desk = Desk(xlwings_windows, path)
    yield desk
    assert desk.excel.state[:3] == desk.before[:3], "Excel is not as it was"
    assert desk.excel.state[4] is False, "the status bar is not free again"


def refreshed_file(desk: Desk, asof: dt.datetime) -> Package:
    """The same workbook refreshed without Excel."""
    path = desk.path.with_name("other.xlsx")
    shutil.copy(desk.path, path)
    refresh_the_file(path, read_sample, asof)
    return Package.open(path)


def shown(package: Package, sheet: str) -> dict[tuple[int, int], Any]:
    """What a sheet shows; Excel makes a blank of an assigned empty text, a file can hold one."""
    return {place: value for place, value in cached_values(package, sheet).items() if value != ""}


def test_refresh_shows_what_a_refresh_of_the_file_shows(desk: Desk) -> None:
    """Both hosts must put the same datum into the same cell: every cell of every sheet is compared."""
    desk.ask_for(LATER)
    desk.click()
    expected = refreshed_file(desk, LATER)
    for sheet in expected.sheets:
        assert shown(desk.book.package, sheet) == shown(expected, sheet), sheet
    assert desk.boxes == []


def test_refresh_keeps_excel_quiet_and_says_how_far_it_is(desk: Desk) -> None:
    """Drawing and calculating after each of the blocks would take minutes, and the user would think it hangs."""
    desk.ask_for(LATER)
    desk.click()
    assert set(desk.excel.seen_while_writing) == {(False, False, False, MANUAL)}
    assert desk.excel.calculations == 1
    said = [str(line) for line in desk.excel.statuses if line]
    assert said[1] == "ALVH Refresh: 2/3 Writing the market tables as of 11-Oct-2018 09:00 New York"
    assert desk.excel.state == desk.before


def test_a_table_is_written_in_as_few_assignments_as_it_has_blocks(desk: Desk) -> None:
    """An assignment a cell would take minutes over COM; formula columns between the data must stay."""
    desk.ask_for(LATER)
    desk.click()
    assert len(desk.excel.seen_while_writing) <= 2 * len(TABLES) + 2


def test_a_mode_the_user_chose_stays(desk: Desk) -> None:
    """Who works with manual calculation must not find it automatic after a refresh."""
    desk.excel.Calculation = MANUAL
    desk.click()
    assert desk.excel.Calculation == MANUAL


def test_protected_sheets_are_protected_again_as_they_were(desk: Desk) -> None:
    """The workbook's own sheets are protected without a password: Excel refuses to write into them."""
    market = desk.book.sheet("Market")
    assert market.ProtectContents
    desk.ask_for(LATER)
    desk.click()
    assert desk.boxes == []
    assert desk.book.named("asof") > 43384
    assert [sheet.Name for sheet in desk.book.sheets if not sheet.ProtectContents] == []
    assert market.protected_with[0] == (
        "", True, True, False, False, True, True, True, False, False, False, False, False, True, True, False,
    )  # fmt: skip


def assert_nothing_happened(desk: Desk, before: dict[str, Any], text: str) -> None:
    """One box with what to do, the data as before, Excel as before."""
    assert len(desk.boxes) == 1
    assert text in desk.boxes[0]
    assert desk.tables() == before
    assert desk.excel.state == desk.before
    assert all(sheet.ProtectContents for sheet in desk.book.sheets)


def test_a_password_is_named_and_nothing_is_half_written(desk: Desk) -> None:
    """Without the way back the tables written before the protected one would show another morning."""
    desk.ask_for(LATER)
    before = desk.tables()
    desk.book.sheet("Macro").password = "secret"
    desk.click()
    assert_nothing_happened(desk, before, "The sheet Macro is protected with a password")
    assert "Unprotect Sheet" in desk.boxes[0]


@pytest.mark.parametrize("writes", [0, 1, 4, 7])
def test_excel_refusing_half_way_loses_nothing(desk: Desk, writes: int) -> None:
    """Whatever was written when it failed gets its old values back."""
    desk.ask_for(LATER)
    before = desk.tables()
    desk.book.writes_left = writes
    desk.click()
    assert_nothing_happened(desk, before, "Refresh stopped: Out of memory")
    assert "The data in the workbook are as they were" in desk.boxes[0]


def test_a_failing_calculation_loses_nothing(desk: Desk) -> None:
    """An exception after the tables were written must put them back too."""
    desk.ask_for(LATER)
    before = desk.tables()
    desk.excel.fail_calculation = excel_error("Excel ran out of resources")
    desk.click()
    assert_nothing_happened(desk, before, "Excel ran out of resources")


def test_a_busy_excel_says_what_to_finish(desk: Desk) -> None:
    """While a cell is being edited Excel refuses calls with a number nobody understands."""
    before = desk.tables()
    desk.excel.fail_calculation = ComError(-2146777998, "busy")
    desk.click()
    assert_nothing_happened(desk, before, "Finish editing the cell")


def test_a_formula_in_a_data_column_is_not_overwritten(desk: Desk) -> None:
    """What the user typed over the data is theirs; the macro says where it stands."""
    table = desk.book.package.tables["Macro"]
    sheet = desk.book.package.sheet("Macro")
    sheet.formula_at[table.data.top, table.data.left + 1] = next(iter(sheet.formula_at.values()))
    before = desk.tables()
    desk.click()
    assert_nothing_happened(desk, before, "holds a formula where data belong")


@pytest.mark.parametrize("filtered", ["Curve", "Tenors", "the sheet"])
def test_a_filter_is_named_and_nothing_is_written(desk: Desk, filtered: str) -> None:
    """Excel puts a block's first value into each row that shows and leaves the others: wrong figures, and no error."""
    curve = desk.book.sheet("Curve")
    on = SimpleNamespace(FilterMode=True)
    if filtered == "the sheet":
        curve.AutoFilter = on
    else:
        curve.filters[filtered] = on
    before = desk.tables()
    desk.ask_for(LATER)
    asked = desk.tables()["asof"]
    desk.click()
    (box,) = desk.boxes
    assert "is filtered" in box
    assert "Data, Clear" in box
    assert desk.tables() == before | {"asof": asked}
    on.FilterMode = False  # arrows in the headers, every row shown
    desk.click()
    assert desk.boxes == [box]
    assert desk.tables()["asof"] == asked


def test_a_filtered_journal_is_reported_and_the_rest_refreshed(desk: Desk) -> None:
    """A trader who looks through past mornings must still get this one."""
    desk.ask_for(LATER)
    expected = refreshed_file(desk, LATER)
    desk.book.sheet("Journal").filters["Journal"] = SimpleNamespace(FilterMode=True)
    before = desk.book.table("Journal", ["asof"])
    desk.click()
    (box,) = desk.boxes
    assert box.startswith("Journal on the sheet Journal is filtered")
    assert box.endswith("This morning was not recorded in the Journal.")
    assert desk.book.table("Journal", ["asof"]) == before
    assert shown(desk.book.package, "Curve") == shown(expected, "Curve")


def test_a_morning_the_source_does_not_know_is_refused_in_its_words(desk: Desk) -> None:
    """A moment outside the sample must not show the nearest one."""
    desk.ask_for(dt.datetime(2031, 1, 2, 9))
    before = desk.tables()
    desk.click()
    with pytest.raises(MarketError) as refused:
        read_sample(dt.datetime(2031, 1, 2, 9))
    assert_nothing_happened(desk, before, str(refused.value)[1:])


def type_into(desk: Desk, name: str, text: str) -> None:
    """Type a text into a named cell."""
    sheet, box = desk.book.package.names[name]
    desk.book.package.sheet(sheet).write(box.top, box.left, text)
    desk.book.Save()


def test_a_source_nobody_knows_is_named(desk: Desk) -> None:
    """A mistyped source must not silently read another."""
    type_into(desk, "data_source", "bloomberg")
    before = desk.tables()
    desk.click()
    assert_nothing_happened(desk, before, "“bloomberg” is unknown")


def test_a_renamed_sheet_is_no_matter(desk: Desk) -> None:
    """Tables and names are found wherever the user moved them."""
    desk.book.sheet("Market").Name = "Prices today"
    desk.ask_for(LATER)
    desk.click()
    assert desk.boxes == []
    assert desk.tables() == {**desk.tables(), "asof": pytest.approx(43384.375)}


def test_a_deleted_table_is_reported_and_the_rest_refreshed(desk: Desk) -> None:
    """The morning must not fail because one list is gone, nor keep silent about it."""
    del desk.book.package.tables["Calendar"]
    desk.ask_for(LATER)
    desk.click()
    (box,) = desk.boxes
    assert box.startswith("The table Calendar is gone from the workbook: its data were not written. If it was renamed")
    assert desk.book.named("asof") == pytest.approx(43384.375)


def test_a_remark_in_the_journal_stays_and_the_rest_is_refreshed(desk: Desk) -> None:
    """A row without a date is the trader's own: writing the Journal anew would delete it."""
    table = desk.book.package.tables["Journal"]
    decision = table.column("decision")
    assert decision is not None
    desk.book.package.sheet(table.sheet).write(table.data.top + 3, decision, "a remark")
    desk.ask_for(LATER)
    desk.click()
    assert desk.boxes == ["A row of the Journal has no date in its column asof: this morning was not recorded."]
    assert desk.book.table("Journal", ["decision"])[3] == ("a remark",)
    assert desk.book.named("asof") == pytest.approx(43384.375)


def test_a_renamed_column_of_the_journal_is_reported_and_the_rest_refreshed(desk: Desk) -> None:
    """What the user called it is theirs; the morning must not fail for its record."""
    table = desk.book.package.tables["Journal"]
    place = table.column("decision")
    assert place is not None
    desk.book.package.sheet(table.sheet).write(table.box.top, place, "verdict")
    desk.ask_for(LATER)
    desk.click()
    assert desk.boxes == ["The Journal has no column decision: this morning was not recorded."]
    assert desk.book.named("asof") == pytest.approx(43384.375)


def test_a_renamed_column_of_data_is_named_and_nothing_written(desk: Desk) -> None:
    """Data under a header that means something else would be worse than yesterday's."""
    table = desk.book.package.tables["Curve"]
    desk.ask_for(LATER)
    before = desk.tables()
    place = table.column("settle")
    assert place is not None
    desk.book.package.sheet(table.sheet).write(table.box.top, place, "close")
    desk.click()
    assert_nothing_happened(desk, before, "The table Curve has no column settle")


def test_a_deleted_named_cell_is_reported_and_the_rest_refreshed(desk: Desk) -> None:
    """A name may go with a row the user deletes."""
    del desk.book.package.names["data_source"]
    desk.click()
    (box,) = desk.boxes
    assert box.startswith("The named cell data_source is gone from the workbook: sample was not written. Give the cell")


def test_a_workbook_of_another_kind_is_refused(desk: Desk) -> None:
    """The ribbon's button works on any workbook; data must not be strewn into a stranger's."""
    for name in ("Market", "History", "Curve"):
        del desk.book.package.tables[name]
    before = desk.tables()
    desk.click()
    assert_nothing_happened(desk, before, "it is no morning workbook")


def test_a_read_only_workbook_is_refreshed_with_a_warning(desk: Desk) -> None:
    """A colleague has it open: the morning still shows, but the user must know that it can't be saved."""
    desk.book.ReadOnly = True
    desk.click()
    assert len(desk.boxes) == 1
    assert "save it under another name" in desk.boxes[0]


def test_protected_view_or_no_workbook_says_what_to_do(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """In Protected View Excel keeps the workbook from every program, so there is none to be found."""
    desk.excel.books.clear()
    monkeypatch.setattr(desk, "caller", lambda: desk.xlwings.Book(impl=desk.excel.Workbooks("morning.xlsx")))
    with pytest.raises(SystemExit) as stopped:
        desk.click()
    assert "Enable Editing" in str(stopped.value)
    assert "Subscript out of range" in str(stopped.value)


def test_a_second_click_meanwhile_does_nothing(desk: Desk) -> None:
    """Two refreshes at once would write into each other."""
    with excel._claimed(str(desk.path)) as first:
        assert first
        desk.click()
    assert desk.excel.calculations == 0
    assert desk.boxes == ["morning.xlsx is being worked on already. Wait until that is done."]
    desk.click()
    assert desk.excel.calculations == 1


def test_a_python_that_is_killed_lets_go_of_the_workbook(tmp_path: Path) -> None:
    """Else the workbook would be "worked on already" until the computer is started anew."""
    name = str(tmp_path / "morning.xlsm")
    claim = (
        "import sys, time\nfrom alvh_xl.hosts.excel.macros import _claimed\n"
        "with _claimed(sys.argv[1]) as free:\n    print(free, flush=True)\n    time.sleep(60)\n"
    )
    holder = subprocess.Popen([sys.executable, "-c", claim, name], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    with holder, holder.stdout:
        assert holder.stdout.readline().strip() == "True"
        with excel._claimed(name) as free:
            assert not free
        holder.kill()
        holder.wait(timeout=20)
    with excel._claimed(name) as free:
        assert free


def test_an_excel_that_ended_at_work_is_said_by_xlwings(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """There is no Excel left to show a message; a traceback of COM numbers would be all the user sees."""
    gone = ComError(-2147023174, "The RPC server is unavailable.")

    def refuse(*_: Any) -> int:
        raise gone

    desk.excel.fail_calculation = gone
    monkeypatch.setattr(sys.modules["win32api"], "MessageBox", refuse)
    with pytest.raises(SystemExit) as stopped:
        desk.click()
    assert str(stopped.value).startswith("ALVH Refresh: Refresh stopped: ")
    assert "RPC server is unavailable" in str(stopped.value)
    assert "Try again" in str(stopped.value)


def test_the_button_reaches_the_macro_through_xlwings(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """RunPython calls `refresh()` without arguments; xlwings knows the caller."""
    monkeypatch.setattr(desk.xlwings.Book, "_mock_caller", desk.caller(), raising=False)
    desk.ask_for(LATER)
    macros.refresh()
    assert desk.book.named("asof") == pytest.approx(43384.375)


class HalfFetched:
    """A live source of which some documents failed; its morning is the sample's."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines

    @contextlib.contextmanager
    def __call__(self, *_: Any) -> Iterator[HalfFetched]:
        """Open the source."""
        yield self

    def read(self, _: dt.datetime | None, legs: Any) -> Any:
        """Read the morning."""
        return dataclasses.replace(read_sample(), source=PARTLY)

    def warnings(self) -> list[str]:
        """Say what failed."""
        return self._lines


@pytest.mark.parametrize("work", [macros.refresh_open, macros.refresh_file])
def test_what_could_not_be_fetched_is_in_the_message_of_the_button(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, work: excel.Work
) -> None:
    """The command line names the failed documents; who clicks must not have to guess from one cell on Market."""
    failed = [f"not fetched: Cboe, {name}: cdn.cboe.com: the server answered 404" for name in ("vix", "vvix")]
    monkeypatch.setattr("alvh_xl.market.live.live", HalfFetched(failed))
    type_into(desk, "data_source", LIVE)
    desk.click(work)
    assert desk.boxes == [
        "Not fetched: Cboe, vix: cdn.cboe.com: the server answered 404.\n"
        "Not fetched: Cboe, vvix: cdn.cboe.com: the server answered 404."
    ]
    assert desk.excel.books[0].named("data_source") == PARTLY


def test_a_long_list_of_failures_is_cut_short_and_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A box taller than the screen hides its own OK button."""
    monkeypatch.setattr("alvh_xl.market.live.live", HalfFetched([f"not fetched: source {n}" for n in range(40)]))
    type_into(desk, "data_source", LIVE)
    desk.click()
    (box,) = desk.boxes
    assert len(box.splitlines()) == 6
    assert box.endswith("And 35 more; `alvh-xl refresh` lists them all.")


# ---- where cells can't call Python --------------------------------------------------------------------------


def test_the_file_is_refreshed_and_opened_with_manual_calculation(desk: Desk) -> None:
    """With automatic calculation Excel would turn every ALVH cell into an error at the first input typed."""
    desk.ask_for(LATER)
    desk.book.Save()
    expected = refreshed_file(desk, LATER)
    desk.click(macros.refresh_file)
    assert desk.boxes == []
    (reopened,) = desk.excel.books
    assert reopened is not desk.book
    assert desk.excel.Calculation == MANUAL
    assert not desk.excel.CalculateBeforeSave
    sheet, box = expected.names["host_note"]
    expected.sheet(sheet).write(box.top, box.left, macros.MAC_NOTE)
    for sheet in expected.sheets:
        assert shown(reopened.package, sheet) == shown(expected, sheet), sheet


def test_the_workbook_says_who_calculated(desk: Desk) -> None:
    """On a Mac the trader must know that changing an input changes nothing until the next click; on Windows it does."""
    desk.click(macros.refresh_file)
    (desk.book,) = desk.excel.books
    assert desk.book.named("host_note") == macros.MAC_NOTE
    assert desk.excel.Calculation == MANUAL
    desk.click(macros.refresh_open)
    assert desk.book.named("host_note") is None
    assert desk.excel.Calculation == AUTOMATIC
    assert desk.boxes == []


@pytest.mark.parametrize(
    ("text", "assigned"),
    [
        ("VIX close", "VIX close"),
        ("S&P 500 close", "'S&P 500 close"),
        ("=HYPERLINK(A1)", "'=HYPERLINK(A1)"),
        ("-x", "'-x"),
        ("+x", "'+x"),
        ("@x", "'@x"),
        ("'quoted", "''quoted"),
        ("15", "'15"),
        ("Oct 4", "'Oct 4"),
        ("TRUE", "'TRUE"),
        ("#N/A", "'#N/A"),
        ("", None),
        (CellError.NA, "#N/A"),
        (dt.datetime(2018, 10, 4, 9), 43377.375),
        (True, True),
    ],
    ids=repr,
)
def test_excel_stores_what_is_written(text: Any, assigned: Any) -> None:
    """Excel reads an assigned text as if typed: a note from a data file could become a formula or a date."""
    assert _typed(text) == assigned


def test_excel_does_not_calculate_when_it_opens_the_file_again(desk: Desk) -> None:
    """Set afterwards, manual would come too late: Excel calculates while it opens."""
    with OpenBook(desk.caller()).away() as path:
        assert path == desk.path
        assert desk.book not in desk.excel.books
    assert desk.excel.modes_at_opening == [MANUAL]


def test_a_refresh_of_the_file_that_fails_leaves_the_saved_workbook_open(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The workbook must not stay closed, nor lose what the user had typed."""
    desk.ask_for(LATER)

    def fail(*_: Any) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr("alvh_xl.workbook.refresh.refresh", fail)
    desk.click(macros.refresh_file)
    assert "a defect" in desk.boxes[0]
    (reopened,) = desk.excel.books
    assert reopened.named("asof") == pytest.approx(43384.375)
    assert Path(reopened.FullName).exists()


@pytest.mark.parametrize(("fault", "text"), [("ReadOnly", "read-only"), ("FullName", "never saved")])
def test_a_workbook_that_can_not_be_saved_is_not_closed(desk: Desk, fault: str, text: str) -> None:
    """Closing it would lose what is in it."""
    setattr(desk.book, fault, True if fault == "ReadOnly" else "Book1")
    before = desk.tables()
    desk.click(macros.refresh_file)
    assert_nothing_happened(desk, before, text)
    assert desk.excel.books == [desk.book]


# ---- Export -------------------------------------------------------------------------------------------------


def test_a_morning_refreshed_twice_has_one_row_in_the_journal(desk: Desk) -> None:
    """The Journal is keyed by the morning: a second click replaces the row, another morning adds one in order."""
    table = desk.book.package.tables["Journal"]
    journal, decision = desk.book.package.sheet(table.sheet), table.column("decision")
    assert decision is not None
    for asof in (LATER, LATER, dt.datetime(2018, 10, 10, 9)):
        desk.ask_for(asof)
        desk.click()
        journal.write(table.data.top + 1, decision, "of an earlier click")
    desk.ask_for(dt.datetime(2018, 10, 10, 9))
    desk.click()
    rows = [row for row in desk.book.table("Journal", ["asof", "decision"]) if row[0] not in (None, "")]
    assert [row[0] for row in rows] == pytest.approx([43377.375, 43383.375, 43384.375])
    assert rows[1][1] not in (None, "", "of an earlier click")


def test_export_writes_a_copy_beside_the_workbook(desk: Desk) -> None:
    """The copy must hold what the screen shows, also what is not saved, and the workbook must stay as it is."""
    saved = desk.path.read_bytes()
    desk.ask_for(LATER)
    desk.click()
    desk.click(macros.export_copy, "Export")
    copy = desk.path.with_name("morning-values-2018-10-11-0900.xlsx")
    assert f"Wrote {copy}" in desk.boxes[0]
    assert not any(sheet.formula_at for sheet in map(Package.open(copy).sheet, Package.open(copy).sheets))
    assert desk.path.read_bytes() == saved
    assert desk.excel.state == desk.before


def test_excel_prints_another_file_and_closes_it(desk: Desk, tmp_path: Path) -> None:
    """The copy that is printed must not stay open beside the trader's workbook."""
    copy, pdf = tmp_path / "copy.xlsx", tmp_path / "copy.pdf"
    shutil.copy(desk.path, copy)
    OpenBook(desk.caller()).print_file(copy, pdf)
    assert pdf.read_bytes() == b"%PDF"
    assert desk.excel.books == [desk.book]


def test_export_of_a_workbook_never_saved_says_so(desk: Desk) -> None:
    """There is no folder to write to."""
    desk.book.FullName = "Book1"
    desk.click(macros.export_copy, "Export")
    assert "never saved" in desk.boxes[0]
    assert list(desk.path.parent.iterdir()) == [desk.path]


def test_automatic_is_what_the_double_starts_with(desk: Desk) -> None:
    """Else the tests above would not see that the mode comes back."""
    assert desk.before[3] == AUTOMATIC
