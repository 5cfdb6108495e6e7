"""Formulas as tokens: nothing lost, and the same pieces an independent reader finds."""

from __future__ import annotations

import pytest
from openpyxl.formula import Tokenizer
from openpyxl.formula.translate import Translator

from alvh_xl.hosts.embedded.tokens import shift, tokenize
from tests.hosts.embedded.test_ordinary_formulas import FORMULAS as ORDINARY
from tests.hosts.embedded.test_our_calls import FORMULAS as OURS

ODD = [
    "A1:INDEX(B:B,3)",
    "SUM(S!A1:S!A3)",
    "'It''s mine'!A1*2",
    "[1]Sheet1!A1",
    "[1]!ALVH_X(1)",
    "t[[#This Row],[a b]]*2",
    "[@Close]+t[@[a]:[b]]",
    "LOG10(5)+A1!B2",
    "SUM(Inputs:History!B3)",
    "1:1+2.5E-3",
    '{1,2;"a",#N/A}',
    "_xlfn.LET(_xlpm.x,1,_xlpm.x)",
    "#REF!A1+Sheet1!#REF!",
    "_xlfn.ANCHORARRAY(A1)",
    "t[a'[b]",
    "-2^2%",
    "Übung!A1+größe",
    "A1 B2",
    'IF(A1<>"x""",,TRUE)',
    "'a b:c d'!A1",
    "A1+ ( B2 )",
]
CORPUS = sorted({formula for formula, _ in [*ORDINARY, *OURS]} | set(ODD))


@pytest.mark.parametrize("formula", [*CORPUS, "", "A1#", "@A1:A5", "((", '"open', "[open", "§$&"])
def test_the_tokens_joined_are_the_formula(formula: str) -> None:
    """A lost character would be another formula."""
    assert "".join(token.text for token in tokenize(formula)) == formula


# openpyxl takes `A1:INDEX(` for one function, `S!A1:S!A3` for one reference, and is lost in an escaped bracket.
READABLE = [formula for formula in CORPUS if not any(mark in formula for mark in (":INDEX(", ":S!A3", "'[", "#REF!"))]


@pytest.mark.parametrize("formula", READABLE)
def test_functions_and_references_are_those_openpyxl_finds(formula: str) -> None:
    """A reference taken for a name would be read from the wrong place."""
    ours = tokenize(formula)
    theirs = Tokenizer("=" + formula).items
    functions = [item.value for item in theirs if item.type == "FUNC" and item.subtype == "OPEN"]
    assert [token.text for token in ours if token.kind == "function"] == functions
    texts = [item.value for item in theirs if item.type == "OPERAND" and item.subtype == "TEXT"]
    assert [token.text for token in ours if token.kind == "text"] == texts
    ranges = [item.value for item in theirs if item.type == "OPERAND" and item.subtype == "RANGE"]
    ours_too = [token.text for token in ours if token.kind in ("ref", "name", "table")]
    assert [text for text in ours_too if text not in ("TRUE", "FALSE")] == ranges


@pytest.mark.parametrize(("rows", "columns"), [(1, 0), (0, 3), (7, 2)])
@pytest.mark.parametrize(
    "formula",
    ["A1+$A1+A$1+$A$1", "SUM(B:B)+SUM(2:3)", "S!C5:D6*'It''s'!$A2", 'IF(A1="A1",B2,"B2")'],
)
def test_a_formula_copied_elsewhere_moves_as_openpyxl_moves_it(formula: str, rows: int, columns: int) -> None:
    """Shared formulas are stored once and read for every cell."""
    from openpyxl.utils import get_column_letter

    moved = Translator("=" + formula, origin="A1").translate_formula(f"{get_column_letter(1 + columns)}{1 + rows}")
    assert shift(formula, rows, columns) == moved.removeprefix("=")


def test_a_reference_moved_off_the_sheet_is_lost() -> None:
    """Excel shows #REF! there."""
    assert (shift("A1+B2", -1, 0), shift("S!A1", 0, -1)) == ("#REF!+B1", "#REF!")
