"""Our files in the hands of other programs: Microsoft's Open XML SDK validator and LibreOffice."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from alvh_xl.functions import CellError
from alvh_xl.hosts.embedded import Package
from alvh_xl.market import read_sample
from alvh_xl.workbook.build import build
from alvh_xl.workbook.export import export_xlsx
from alvh_xl.workbook.refresh import refresh
from tests.hosts.programs import soffice, validate

TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


@pytest.fixture(scope="module")
def refreshed_extended(extended_book: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = Path(shutil.copy(extended_book, tmp_path_factory.mktemp("refreshed") / "extended.xlsm"))
    refresh(path, read_sample)
    return path


def test_the_validator_finds_no_error_in_a_built_workbook(tmp_path: Path) -> None:
    """Excel would offer to repair it."""
    build(tmp_path / "built.xlsx", read_sample())
    assert validate(tmp_path / "built.xlsx") == []


def test_the_validator_finds_no_error_in_a_refreshed_workbook(sample_book: Path) -> None:
    """Patching values must not break the order or the types of the file's elements."""
    assert validate(sample_book) == []


def test_the_validator_finds_no_error_in_an_extended_and_refreshed_workbook(refreshed_extended: Path) -> None:
    """The user's sheets, charts and macros are part of the file we hand back."""
    assert validate(refreshed_extended) == []


@pytest.mark.parametrize("source", ["sample_book", "refreshed_extended"])
def test_the_validator_finds_no_error_in_an_exported_workbook(
    source: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Parts and relationships that the export removes must be removed whole."""
    assert validate(export_xlsx(request.getfixturevalue(source), tmp_path / "shared.xlsx")) == []


def libreoffice_cells(path: Path, folder: Path) -> dict[str, dict[tuple[int, int], float | str]]:
    """What LibreOffice shows: sheet → (row, column) → number or text."""
    root = etree.parse(soffice(path, "fods", folder), etree.XMLParser(huge_tree=True)).getroot()
    book = root.find(f"{OFFICE}body/{OFFICE}spreadsheet")
    return {sheet.get(TABLE + "name"): dict(_cells(sheet)) for sheet in book.findall(TABLE + "table")}


def _cells(sheet: etree._Element) -> Iterator[tuple[tuple[int, int], float | str]]:
    row_number = 1
    # Not every row below: a chart carries a table of its own.
    spaces = {"t": TABLE[1:-1]}
    for row in sheet.xpath(
        "t:table-row | t:table-header-rows/t:table-row | t:table-row-group//t:table-row", namespaces=spaces
    ):
        repeated = int(row.get(TABLE + "number-rows-repeated", "1"))
        column = 1
        for cell in row:
            width = int(cell.get(TABLE + "number-columns-repeated", "1"))
            kind = cell.get(OFFICE + "value-type")
            if kind is not None and repeated == 1:
                text = cell.get(OFFICE + "string-value") or "\n".join(
                    "".join(p.itertext())
                    for p in cell.findall(TEXT + "p")  # not a chart that stands on the cell
                )
                value = float(cell.get(OFFICE + "value")) if cell.get(OFFICE + "value") else text
                for offset in range(width):
                    yield (row_number, column + offset), value
            column += width
        row_number += repeated


def compare(path: Path, shown: dict[str, dict[tuple[int, int], float | str]], sheets: list[str]) -> int:
    """Compare the numbers and texts of plain cells with LibreOffice's; returns how many agreed."""
    package = Package.open(path)
    agreed = 0
    for name in sheets:
        sheet = package.sheet(name)
        arrays = [formula.box for formula in sheet.formulas if formula.kind != "plain"]
        for place in sheet.cells:
            value = sheet.value(*place)
            if value is None or value == "" or isinstance(value, (bool, CellError)):
                continue
            if any(box.holds(*place) for box in arrays):
                continue  # LibreOffice calculates array formulas anew when it opens a file, and lacks the add-in
            found = shown[name].get(place)
            if isinstance(value, float) and isinstance(found, float):
                assert math.isclose(found, value, rel_tol=1e-9, abs_tol=1e-9), (name, place, found, value)
                agreed += 1
            elif isinstance(value, str):
                assert isinstance(found, str), (name, place, found, value)
                assert found.split() == value.split(), (name, place, found, value)
                agreed += 1
    return agreed


def test_libreoffice_reads_the_cached_values_of_a_refreshed_workbook(sample_book: Path, tmp_path: Path) -> None:
    """A workbook that shows nothing without its add-in could not be read on the way to work."""
    shown = libreoffice_cells(sample_book, tmp_path)
    assert any("Binding rule: allocation" in str(value) for value in shown["Morning"].values())
    assert compare(sample_book, shown, ["Morning", "Inputs", "Plan", "History", "Checks"]) > 3000


def test_libreoffice_shows_every_number_of_an_export(sample_book: Path, tmp_path: Path) -> None:
    """A values-only copy has no formula left to calculate, so nothing may be missing anywhere."""
    shared = export_xlsx(sample_book, tmp_path / "shared.xlsx")
    package = Package.open(shared)
    assert compare(shared, libreoffice_cells(shared, tmp_path), list(package.sheets)) > 5000
