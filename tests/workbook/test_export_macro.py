"""The Export button: the same copies as the command, chosen by named cells where the workbook has them."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from alvh_xl.hosts.embedded import Package, WorkbookError
from alvh_xl.workbook import export as exporting
from alvh_xl.workbook.macros import export_copy


class Book:
    """An open workbook with the few things Export asks of it."""

    def __init__(self, path: Path, **cells: Any) -> None:
        self.path, self.name, self._cells = str(path), path.name, cells
        self.printed: list[Path] = []
        self.fails = False

    def has_name(self, name: str) -> bool:
        """Whether there is such a named cell."""
        return name in self._cells

    def value(self, name: str) -> Any:
        """What it holds."""
        return self._cells[name]

    def copy_to(self, target: Path) -> None:
        """Save a copy, as Excel does."""
        shutil.copy(self.path, target)

    def print_file(self, path: Path, pdf: Path) -> None:
        """Print, as Excel does."""
        self.printed.append(path)
        if self.fails:
            raise WorkbookError("Excel could not print (no printer is installed)")
        pdf.write_bytes(b"%PDF of Excel")


class Screen:
    """Where progress is shown."""

    def say(self, _: str) -> None:
        """Show one line."""


@pytest.fixture
def path(sample_book: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(sample_book, tmp_path / "mine.xlsx"))


def click(book: Book) -> str:
    return export_copy(book, Screen())  # type: ignore[arg-type]


def test_without_options_the_button_writes_the_workbook_copy(path: Path) -> None:
    """A workbook of an earlier version has no such cells."""
    assert "mine-values-2018-10-04-0900.xlsx" in click(Book(path))
    assert len(list(path.parent.iterdir())) == 2


def test_named_cells_choose_formats_sheets_and_what_is_hidden(path: Path) -> None:
    """A trader sets once what the team gets."""
    said = click(Book(path, export_format="XLSX, html", export_sheets="Morning,Position", export_redact="Positions"))
    made = sorted(file.name for file in path.parent.iterdir() if file != path)
    assert made == ["mine-redacted-2018-10-04-0900.html", "mine-redacted-2018-10-04-0900.xlsx"]
    assert all(name in said for name in made)
    assert "A chart shows positions and was left out: Payoff" in said
    tabs = [name for name, _ in Package.open(path.parent / made[1]).tabs]
    assert tabs == ["Morning", "Position"]


def test_a_new_workbook_has_the_option_cells_and_they_are_typed_inputs(path: Path) -> None:
    """Without them the button could do less than the command, and nobody would know the names of the cells."""
    package = Package.open(path)
    cells = {name: package.names[name] for name in ("export_format", "export_sheets", "export_redact")}
    values = {name: package.sheet(sheet).value(box.top, box.left) for name, (sheet, box) in cells.items()}
    assert values == {"export_format": "xlsx", "export_sheets": None, "export_redact": None}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        inputs = openpyxl.load_workbook(path)["Inputs"]
    messages = {str(rule.sqref): rule.prompt for rule in inputs.data_validations.dataValidation}
    for sheet, box in cells.values():
        assert (sheet, inputs.cell(box.top, box.left).protection.locked) == ("Inputs", False)
        assert "Blank:" in messages[inputs.cell(box.top, box.left).coordinate]


def test_blank_option_cells_mean_the_default(path: Path) -> None:
    """A blank cell arrives as None, an emptied one as a text of blanks."""
    assert "mine-values" in click(Book(path, export_format=None, export_sheets=" ", export_redact=None))


def test_a_wrong_option_is_named_and_nothing_is_written(path: Path) -> None:
    """The box must say what to type."""
    with pytest.raises(WorkbookError, match="exports xlsx, pdf, html, csv"):
        click(Book(path, export_format="docx"))
    assert list(path.parent.iterdir()) == [path]


def test_without_libreoffice_excel_prints_the_values_only_copy(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the machine with Excel a PDF must not need another program, nor show more than the copy does."""
    monkeypatch.setattr(exporting, "find_program", lambda: None)
    book = Book(path, export_format="pdf", export_redact="positions")
    said = click(book)
    made = [file.name for file in path.parent.iterdir() if file != path]
    assert made == ["mine-redacted-2018-10-04-0900.pdf"]
    assert made[0] in said
    (printed,) = book.printed
    assert printed.name == "mine-redacted-2018-10-04-0900.xlsx"


def test_when_excel_can_not_print_the_page_is_written_and_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Excel prints nothing on a machine without a printer: the other copies must still be there."""
    monkeypatch.setattr(exporting, "find_program", lambda: None)
    book = Book(path, export_format="xlsx,pdf")
    book.fails = True
    said = click(book)
    made = sorted(file.suffix for file in path.parent.iterdir() if file != path)
    assert made == [".html", ".xlsx"]
    assert "No PDF: Excel could not print (no printer is installed). The HTML was written" in said
