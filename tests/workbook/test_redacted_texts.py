"""`--redact positions` and the texts beside the cells: messages of validations, lists written into them, notes."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest
import xlsxwriter

from alvh_xl.hosts.embedded import Package
from alvh_xl.workbook.export import export
from alvh_xl.workbook.meanings import MEANINGS
from alvh_xl.workbook.redaction import mask_amounts
from tests.hosts.programs import validate
from tests.workbook.test_share import everything


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Kind of copy → everything that can be read in it, of a workbook whose owner told much beside its cells."""
    folder = tmp_path_factory.mktemp("told")
    path = folder / "told.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Own")
        sheet.write_column("A1", [2925.0, 1.0, 2.0, 3.0, 4.0])
        said = {"input_title": "sold 31 lots", "input_message": "sold 25 condors for $41,160"}
        wrong = {"error_title": "held 47 lots", "error_message": "never more than $98,765; account U7654321"}
        literal = {"validate": "list", "source": ["bought 30 contracts", "sold 52", "hold"]}
        sheet.data_validation("A1", literal | said | wrong)
        sheet.data_validation("A2", {"validate": "custom", "value": '=A2<>"bought 83 contracts"'})
        sheet.write_comment("A3", "account U1234567, ask Jim about the fill")
        sheet.write_comment("A4", MEANINGS["spot"])
        sheet.write_comment("A5", MEANINGS["vix"] + " Mine: Zurich")
    done = export(path, ("xlsx", "html"), redact="positions", out=folder / "out")
    assert validate(done.paths[0]) == []
    return {copy.suffix: unescape(everything(copy).decode("utf-8", "replace")) for copy in done.paths}


def test_messages_and_lists_of_validations_lose_their_amounts(copies: dict[str, str]) -> None:
    """A message that appears beside a cell told the size of the trade although the cells no longer did."""
    for kind, text in copies.items():
        for told in ("41,160", "25 condors", "31 lots", "47 lots", "98,765", "30 contracts", "sold 52", "83 contracts",
                     "U7654321"):  # fmt: skip
            assert told not in text, (kind, told)
        assert "sold • condors for $•" in text, kind
    assert '"bought • contracts,sold •,hold"' in copies[".xlsx"]


def test_notes_of_the_owner_go_and_those_of_the_workbook_stay(copies: dict[str, str]) -> None:
    """Which words of a note are private nobody can tell; what a figure means is no secret."""
    for kind, text in copies.items():
        for told in ("1234567", "Jim", "Zurich"):
            assert told not in text, (kind, told)
        assert MEANINGS["spot"] in text, kind


def test_messages_of_the_workbook_itself_stay_whole(sample_book: Path) -> None:
    """Their bounds and units tell nothing of a position, and a bound with a hole in it nobody understands."""
    package = Package.open(sample_book)
    rules = [rule for name in package.sheets for rule in package.sheet(name).root.iter("{*}dataValidation")]
    texts = [rule.get(key) for rule in rules for key in ("prompt", "promptTitle", "error", "errorTitle")]
    assert len(rules) > 100
    assert [text for text in texts if text and mask_amounts(text) != text] == []


def test_numbers_of_accounts_are_masked_and_the_words_around_them_stay() -> None:
    """Brokers' statements write them in several ways."""
    assert mask_amounts("account U1234567, then") == "account U•, then"
    assert mask_amounts("Account no. 1234-5678") == "Account no. •-•"
    assert mask_amounts("moved from DU7654321") == "moved from DU•"
    assert mask_amounts("take account of 3 events; C12, VIX 11.61, 2018") == (
        "take account of 3 events; C12, VIX 11.61, 2018"
    )
