"""An Excel started to print: the real xlwings on a double of Excel; that Excel itself prints is not seen here."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from alvh_xl.cli import app
from alvh_xl.hosts.embedded import Package, WorkbookError
from alvh_xl.hosts.excel import printer
from alvh_xl.hosts.excel.printer import excel_printer, print_with_new_excel
from alvh_xl.workbook import export as exporting
from tests.hosts.excel.fake_excel import FakeBook, FakeExcel
from tests.hosts.excel.fake_machine import FakeMachine
from tests.hosts.excel.fake_windows import FakeWindows
from tests.hosts.excel.pywin32_stub import excel_error


@pytest.fixture
def excel(xlwings_windows: Any, monkeypatch: pytest.MonkeyPatch) -> FakeExcel:
    """The Excel that COM starts; each test sees whether it was ended."""
    assert xlwings_windows
    started = FakeExcel()
    FakeWindows(started, monkeypatch)
    return started


@pytest.fixture
def copy(sample_book: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(sample_book, tmp_path / "copy.xlsx"))


def test_a_doubled_excel_is_started_unseen_prints_and_is_ended(excel: FakeExcel, copy: Path) -> None:
    """An Excel left behind holds the file, and nobody sees it."""
    print_with_new_excel(copy, copy.with_suffix(".pdf"))
    assert copy.with_suffix(".pdf").read_bytes() == b"%PDF"
    assert (excel.ended, excel.Visible, excel.DisplayAlerts) == (True, False, False)
    assert sorted(path.name for path in copy.parent.iterdir()) == ["copy.pdf", "copy.xlsx"]


def test_a_doubled_excel_that_can_not_print_is_ended_all_the_same(excel: FakeExcel, copy: Path) -> None:
    """Without a printer driver Excel refuses; its own words are the message."""
    excel.fail_printing = excel_error("Document not saved.")
    with pytest.raises(WorkbookError, match=r"^Excel could not print \(Document not saved\.\)$"):
        print_with_new_excel(copy, copy.with_suffix(".pdf"))
    assert excel.ended
    assert list(copy.parent.iterdir()) == [copy]


def test_a_workbook_of_the_same_name_may_be_open(
    excel: FakeExcel, copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Excel opens no second workbook of a name; the one at hand is often the copy of a minute ago."""
    names: list[str] = []
    real = FakeExcel._open

    def opening(path: str, *_: Any) -> Any:
        if Path(path).name in ["copy.xlsx", *names]:
            raise excel_error("Sorry, Excel can't open two workbooks with the same name at the same time.")
        names.append(Path(path).name)
        return real(excel, path)

    monkeypatch.setattr(excel.Workbooks, "Open", opening)
    for pdf in ("one.pdf", "two.pdf"):
        print_with_new_excel(copy, tmp_path / pdf)
        assert (tmp_path / pdf).read_bytes() == b"%PDF"
    assert {Path(name).suffix for name in names} == {".xlsx"}


def test_an_excel_that_writes_nothing_is_said(excel: FakeExcel, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty file must not be sent for a report."""
    monkeypatch.setattr(FakeBook, "ExportAsFixedFormat", lambda *_, **__: None)
    with pytest.raises(WorkbookError, match="it wrote no file"):
        print_with_new_excel(copy, copy.with_suffix(".pdf"))
    assert excel.ended


def test_an_excel_that_does_not_start_is_one_line(
    xlwings_windows: Any, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not a traceback of COM numbers."""
    assert xlwings_windows

    def refuse(_: str) -> None:
        raise excel_error("Server execution failed")

    monkeypatch.setattr(sys.modules["xlwings._xlwindows"], "DispatchEx", refuse)
    with pytest.raises(WorkbookError, match="Server execution failed"):
        print_with_new_excel(copy, copy.with_suffix(".pdf"))


def test_only_a_machine_with_excel_and_xlwings_prints(tmp_path: Path) -> None:
    """Elsewhere the command must say so at once, not start to look for a program."""
    machine = FakeMachine(tmp_path)
    assert excel_printer(machine) is print_with_new_excel
    machine.xlwings = None
    assert excel_printer(machine) is None
    machine = FakeMachine(tmp_path)
    machine.program = None
    assert excel_printer(machine) is None


def test_on_a_mac_excel_prints_where_it_needs_no_permission(
    excel: FakeExcel, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its sandbox asks the user for every other file, unseen behind other windows."""
    room = copy.parent / "home" / "Library" / "Containers" / "com.microsoft.Excel" / "Data"
    room.mkdir(parents=True)
    monkeypatch.setattr(Path, "home", lambda: copy.parent / "home")
    monkeypatch.setattr(sys, "platform", "darwin")
    opened: list[Path] = []
    real = FakeExcel._open

    def opening(path: str, *_: Any) -> Any:
        opened.append(Path(path))
        return real(excel, path)

    monkeypatch.setattr(excel.Workbooks, "Open", opening)
    print_with_new_excel(copy, copy.with_suffix(".pdf"))
    assert [path.parents[1] for path in opened] == [room]
    assert list(room.iterdir()) == []
    assert copy.with_suffix(".pdf").read_bytes() == b"%PDF"


def command(book: Path, *options: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["export", str(book), *options])
    return done.exit_code, done.output


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeMachine:
    """A computer with Excel and without LibreOffice."""
    machine = FakeMachine(tmp_path / "machine")
    monkeypatch.setattr(printer, "ThisMachine", lambda: machine)
    monkeypatch.setattr(exporting, "find_program", lambda: None)
    return machine


def test_the_command_lets_a_doubled_excel_print_the_values_only_copy(
    machine: FakeMachine, excel: FakeExcel, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has Excel gets the PDF; and what is printed shows no more than the copy does."""
    printed: list[Package] = []
    real = FakeExcel._open

    def opening(path: str, *_: Any) -> Any:
        printed.append(Package.open(Path(path)))
        return real(excel, path)

    monkeypatch.setattr(excel.Workbooks, "Open", opening)
    status, said = command(copy, "--format", "pdf")
    assert (status, "Note" in said) == (0, False)
    assert sorted(path.name for path in copy.parent.iterdir() if path.is_file()) == [
        "copy-values-2018-10-04-0900.pdf", "copy.xlsx",
    ]  # fmt: skip
    assert "Journal" not in printed[0].sheets
    assert all(not printed[0].sheet(name).formulas for name in printed[0].sheets)
    assert excel.ended


def test_when_a_doubled_excel_fails_the_command_writes_the_page_and_says_why(
    machine: FakeMachine, excel: FakeExcel, copy: Path
) -> None:
    """Otherwise a clear message and the HTML."""
    excel.fail_printing = excel_error("Document not saved.")
    status, said = command(copy, "--format", "pdf,xlsx")
    assert status == 0
    words = " ".join(said.split())
    assert "no PDF: Excel could not print (Document not saved.). The HTML was written instead" in words
    assert {path.suffix for path in copy.parent.iterdir() if "values" in path.name} == {".html", ".xlsx"}


def test_without_excel_too_the_command_writes_the_page(machine: FakeMachine, copy: Path) -> None:
    """A computer with neither program."""
    machine.program = None
    status, said = command(copy, "--format", "pdf")
    assert status == 0
    assert "LibreOffice is not installed here, and no Excel that could print" in " ".join(said.split())
    assert {path.suffix for path in copy.parent.iterdir() if "values" in path.name} == {".html"}
