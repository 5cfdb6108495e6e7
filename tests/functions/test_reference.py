"""The vocabulary as text: every help text is made from the registry and leaves nothing out."""

from __future__ import annotations

import pytest

from alvh_xl.functions import REGISTRY, reference
from alvh_xl.functions.cells import CellError
from alvh_xl.functions.docs import example_call, excel_call, read_docstring
from alvh_xl.functions.kinds import FlagKind, Kind, NumberKind, OptionKind, SeriesKind, WordKind
from alvh_xl.functions.registry import FunctionSpec

SPECS = list(REGISTRY.values())


def test_the_listing_shows_every_function_once_under_its_heading() -> None:
    """A function without a place in the list would be found by nobody."""
    text = reference.listing(SPECS)
    assert all(text.count(f"  {spec.name}(") == 1 for spec in SPECS)
    headings = [line for line in text.splitlines() if not line.startswith(" ")]
    assert headings == [name for name in reference.CATEGORIES if name in {spec.category for spec in SPECS}]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_a_page_says_everything_about_a_function(spec: FunctionSpec) -> None:
    """Arguments, units, domain, answer, status, concept and an example as the user would type it."""
    text = reference.page(spec)
    for parameter in spec.parameters:
        assert f"  {parameter.name}" in text
        assert parameter.kind.domain in text
    assert spec.status in text
    assert spec.concept in text
    assert excel_call(spec.documentation.example) in text
    assert reference.check(spec) == (True, f"{spec.name:26} {'present':10} {spec.status}")


def test_the_markdown_table_has_a_row_a_function_and_no_broken_cells() -> None:
    """A bar inside a text would end its cell."""
    rows = [line for line in reference.markdown_table(SPECS).splitlines() if line.startswith("| `")]
    assert len(rows) == len(SPECS)
    assert all(row.replace("\\|", "").count("|") == 4 for row in rows)


def test_a_function_that_does_not_answer_is_said_to() -> None:
    """The check must be able to fail."""

    def silent() -> object:
        """Answer nothing.

        Examples
        --------
        >>> ALVH_SILENT()
        CellError.NA
        """
        return CellError.NA

    assert reference.check(FunctionSpec("ALVH_SILENT", "Options", "C00", "POLICY", "value", silent))[0] is False


@pytest.mark.parametrize(
    ("kind", "domain"),
    [
        (Kind("book"), "book"),
        (NumberKind("number", low=0, low_open=True), "number, > 0"),
        (NumberKind("number", high=6), "number, ≤ 6"),
        (NumberKind("number", low=0, high=1), "number, 0 ≤ x ≤ 1"),
        (NumberKind("bars", low=1, whole=True), "bars, whole, ≥ 1"),
        (SeriesKind("number"), "series, oldest first, of number"),
        (OptionKind("option"), "C (call) | P (put)"),
        (FlagKind("flag"), "TRUE | FALSE"),
        (WordKind("word", ("a", "b")), "a | b"),
    ],
)
def test_a_domain_reads_as_words(kind: Kind, domain: str) -> None:
    """Whoever reads the help sees which values are allowed."""
    assert kind.domain == domain


def test_a_kind_without_a_reading_is_a_defect_and_not_a_silent_none() -> None:
    """A new kind must say how it is read."""
    with pytest.raises(NotImplementedError):
        Kind("new").single(1.0)


def test_examples_may_hold_pairs_and_end_where_the_next_begins() -> None:
    """Pairs become two columns; only the first example is shown."""
    example = read_docstring('Say.\n\nExamples\n--------\n>>> ALVH_X({"a": 1})\n2\n>>> ALVH_X({"b": 1})\n3').example
    assert excel_call(example) == '=ALVH_X({"a",1})'
    assert example_call("x = [1]\nALVH_X(x)") == ("ALVH_X", [[1]])


def test_what_cannot_be_a_formula_is_refused() -> None:
    """A docstring example that no cell could hold must be noticed when it is written."""
    with pytest.raises(TypeError, match="no spreadsheet literal"):
        excel_call("ALVH_X(b'bytes')")
    with pytest.raises(ValueError, match="no call"):
        example_call("1 + 1")
