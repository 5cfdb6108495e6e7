"""The look of the workbook: legible colours, words beside colours, one number format a quantity."""

from __future__ import annotations

import pytest

from alvh_xl.workbook import style

WORDS = [*style.STATUS_WORDS, *style.RESULT_WORDS, *style.LAMP_WORDS]


@pytest.mark.parametrize("name", style.STYLES)
def test_every_text_is_legible_on_its_ground(name: str) -> None:
    """A text below a contrast of 4.5 would be hard to read for many people."""
    assert style.contrast(name) >= 4.5


def test_contrast_is_the_published_definition() -> None:
    """Black on white is 21 to 1 and #777777 on white 4.48 to 1: a wrong luminance would wave pale texts through."""
    black, grey = style.luminance("#000000"), style.luminance("#777777")
    assert 1.05 / (black + 0.05) == pytest.approx(21.0)
    assert 1.05 / (grey + 0.05) == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize(("word", "look"), WORDS)
def test_every_status_word_has_a_style_with_a_fill(word: str, look: str) -> None:
    """A word without a fill of its own would not stand out; a colour without a word would mean nothing."""
    assert word
    assert "bg_color" in style.STYLES[look]


def test_no_status_word_begins_another() -> None:
    """Rules look at how a cell begins: with OK and OKAY side by side the wrong colour would win."""
    words = [word for word, _ in WORDS]
    assert not [(a, b) for a in words for b in words if a != b and b.startswith(a)]


@pytest.mark.parametrize(
    ("quantity", "format_code"),
    [
        ("points", "#,##0.0"),
        ("percent", "0.0 %"),
        ("vol", "0.0 %"),
        ("date", "dd-mmm-yyyy"),
    ],
)
def test_quantities_are_shown_as_the_specification_says(quantity: str, format_code: str) -> None:
    """Points with one decimal, percent and volatility with one, dates that cannot be read two ways."""
    assert style.NUMBERS[quantity] == format_code


def test_only_typed_cells_are_unlocked() -> None:
    """An unlocked formula could be overwritten; a locked input could not be typed."""
    unlocked = {name for name, look in style.STYLES.items() if look.get("locked") is False}
    assert unlocked == {"input", "input_word"}


def test_typed_formula_and_data_are_told_apart() -> None:
    """Blue typed, black formula, green refreshed: three different colours."""
    colours = {style.STYLES[name]["font_color"] for name in ("input", "formula", "data")}
    assert len(colours) == 3
