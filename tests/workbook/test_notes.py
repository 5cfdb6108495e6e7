"""Notes on headline cells: what a figure means and which concept it comes from, on every sheet and in every copy."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import warnings
from pathlib import Path

import openpyxl
import pytest
from openpyxl import Workbook

from alvh_xl.functions import REGISTRY
from alvh_xl.hosts.embedded import Package
from alvh_xl.market import read_sample
from alvh_xl.workbook.export import export
from alvh_xl.workbook.meanings import MEANINGS, of_functions
from alvh_xl.workbook.refresh import refresh
from tests.hosts.programs import validate

CONCEPT = re.compile(r"\bC\d\d\b|§0")
# Facts about the sheet itself, which no concept of the method stands behind.
PLAIN = {"asof", "data_source", "count_stale", "count_missing", "required_missing", "checks_failed", "limit_price"}
PLAIN_TABLES = ("Market", "Checks", "Journal[asof]")


def load(path: Path) -> Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return openpyxl.load_workbook(path)


def notes(path: Path) -> dict[tuple[str, str], str]:
    """Sheet and cell → text of the note."""
    return {
        (sheet.title, cell.coordinate): cell.comment.text
        for sheet in load(path)
        for row in sheet.iter_rows()
        for cell in row
        if cell.comment is not None
    }


@pytest.fixture(scope="module")
def shown(sample_book: Path) -> dict[tuple[str, str], str]:
    return notes(sample_book)


def test_every_sheet_explains_its_headline_cells(sample_book: Path, shown: dict[tuple[str, str], str]) -> None:
    """A colleague who opens any sheet can ask a figure what it is; Inputs and Morning answer when it is selected."""
    book = load(sample_book)
    counts = {sheet.title: sum(place[0] == sheet.title for place in shown) for sheet in book}
    for sheet in book:
        if sheet.title in ("Morning", "Inputs"):
            assert counts[sheet.title] == 0
            assert len([rule for rule in sheet.data_validations.dataValidation if rule.prompt]) >= 20
        elif sheet.title != "Help":
            assert counts[sheet.title] >= 4, sheet.title
    for where, cell in shown:
        assert book[where][cell].value is not None, (where, cell)


def test_every_meaning_belongs_to_a_cell_and_names_its_concept(sample_book: Path) -> None:
    """A note for a cell that is gone would never be read; one without a concept says half of what was promised."""
    package = Package.open(sample_book)
    columns = {f"{table.name}[{column}]" for table in package.tables.values() for column in table.columns}
    assert set(MEANINGS) <= set(package.names) | columns
    for key, text in MEANINGS.items():
        assert len(text) <= 255, key
        assert key in PLAIN or key.startswith(PLAIN_TABLES) or CONCEPT.search(text), key


def test_a_named_cell_carries_its_own_meaning(sample_book: Path, shown: dict[tuple[str, str], str]) -> None:
    """A note one cell beside its figure explains the wrong one."""
    book = load(sample_book)
    checked = 0
    for name in set(MEANINGS) & set(book.defined_names):
        ((sheet, address),) = book.defined_names[name].destinations
        if sheet not in ("Morning", "Inputs"):
            assert shown[sheet, address.replace("$", "").partition(":")[0]] == MEANINGS[name], name
            checked += 1
    assert checked > 80


def test_a_function_explains_itself_where_it_stands_first(sample_book: Path, shown: dict[tuple[str, str], str]) -> None:
    """Generated from the register: question, concept, status; a second description could drift from the first."""
    assert of_functions("=IF(x,ALVH_LAYERS(a),1)") == (
        f"C05. {REGISTRY['ALVH_LAYERS'].summary} Status: DOCUMENT RULE (untested). ALVH_LAYERS on Help."
    )
    assert of_functions("=SUM(A1)") is None
    assert shown["Signals", "B5"] == of_functions("=ALVH_LAYERS()")
    generated = [text for text in shown.values() if text.endswith(" on Help.")]
    assert len(generated) > 40
    assert all(CONCEPT.search(text) for text in generated)


def test_notes_name_nobody(sample_book: Path) -> None:
    """The author of a note is a personal property of a document."""
    parts = Package.open(sample_book).parts
    found = [data.decode() for name, data in parts.items() if "/comments" in name]
    assert found
    assert all(
        re.findall(r"<authors>.*?</authors>", text) == ["<authors><author></author></authors>"] for text in found
    )


def test_notes_survive_a_refresh_and_a_copy(
    sample_book: Path, shown: dict[tuple[str, str], str], tmp_path: Path
) -> None:
    """They belong to the cells, whatever is written into them; the copy for others keeps all but the Journal's."""
    book = Path(shutil.copy(sample_book, tmp_path / "mine.xlsx"))
    refresh(book, read_sample, dt.datetime(2018, 10, 10, 9))
    assert notes(book) == shown
    copy, page = export(book, ("xlsx", "html"), out=tmp_path / "out").paths
    kept = {place: text for place, text in shown.items() if place[0] != "Journal"}
    assert notes(copy) == kept
    assert validate(book) == validate(copy) == []
    text = page.read_text("utf-8")
    assert f'title="{MEANINGS["contango"]}"' in text
    assert f'title="{MEANINGS["hedge_share"]}"' in text  # the message of Morning


def test_a_copy_without_positions_keeps_the_notes_word_for_word(
    sample_book: Path, shown: dict[tuple[str, str], str], tmp_path: Path
) -> None:
    """They hold no amount that could be taken for one of the trader's."""
    copy = export(sample_book, redact="positions", out=tmp_path).paths[0]
    found = notes(copy)
    assert found
    assert all(shown[place] == text for place, text in found.items())
