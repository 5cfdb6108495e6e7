"""How the workbook looks: one table of styles and one of number formats, from which every cell format is made.

Colours say where a value comes from (blue typed, black formula, green refreshed data); a word always stands beside
a colour that carries meaning. The palette is Okabe and Ito's, darkened for text so that every style keeps a
contrast of at least 4.5 against its background.
"""

from __future__ import annotations

from typing import Any, Final

FONT: Final = "Arial"
SIZE: Final = 10

# Okabe–Ito, for chart lines and marks.
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
BLUE, VERMILLION, PURPLE, GREY = "#0072B2", "#D55E00", "#CC79A7", "#7F7F7F"

# The same hues, dark enough for text, and their tints for fills.
INK, MUTED, NAVY, WHITE = "#1A1A1A", "#595959", "#1F3A5F", "#FFFFFF"
INPUT_BLUE, DATA_GREEN = "#0033B3", "#00604A"
PAPER, HAIRLINE, INPUT_FILL = "#F4F6F9", "#D5DBE3", "#FFFBE8"

Style = dict[str, Any]

STYLES: Final[dict[str, Style]] = {
    "text": {"font_color": INK},
    "wrap": {"font_color": INK, "text_wrap": True, "valign": "top", "bottom": 1, "bottom_color": HAIRLINE},
    "title": {"font_color": NAVY, "bold": True, "font_size": 18},
    "subtitle": {"font_color": MUTED, "font_size": 10},
    "section": {"font_color": WHITE, "bg_color": NAVY, "bold": True, "font_size": 10},
    "section_note": {"font_color": WHITE, "bg_color": NAVY, "font_size": 9},
    "section_link": {"font_color": NAVY, "bg_color": "#E4EAF2", "font_size": 9},
    "column": {
        "font_color": NAVY,
        "bg_color": "#E4EAF2",
        "bold": True,
        "text_wrap": True,
        "valign": "vcenter",
        "bottom": 1,
        "bottom_color": NAVY,
    },
    "label": {"font_color": INK, "bottom": 1, "bottom_color": HAIRLINE},
    "cell": {"font_color": INK, "bottom": 1, "bottom_color": HAIRLINE, "indent": 1},
    "note": {"font_color": MUTED, "font_size": 8, "indent": 1, "bottom": 1, "bottom_color": HAIRLINE},
    "remark": {"font_color": MUTED, "font_size": 9},
    "link": {"font_color": NAVY, "bottom": 1, "bottom_color": HAIRLINE},
    "host_note": {"font_color": MUTED, "font_size": 9, "italic": True},
    "step": {"font_color": NAVY, "bg_color": PAPER, "bold": True, "font_size": 9, "valign": "vcenter"},
    "remark_wrap": {"font_color": MUTED, "font_size": 9, "text_wrap": True, "valign": "top"},
    "input": {
        "font_color": INPUT_BLUE,
        "bg_color": INPUT_FILL,
        "bottom": 1,
        "bottom_color": HAIRLINE,
        "locked": False,
    },
    "input_word": {
        "align": "left",
        "font_color": INPUT_BLUE,
        "bg_color": INPUT_FILL,
        "bottom": 1,
        "bottom_color": HAIRLINE,
        "locked": False,
        "indent": 1,
    },
    "formula": {"font_color": BLACK, "bottom": 1, "bottom_color": HAIRLINE},
    "answer": {
        "font_color": BLACK,
        "align": "left",
        "valign": "top",
        "text_wrap": True,
        "bottom": 1,
        "bottom_color": HAIRLINE,
    },
    "data": {"font_color": DATA_GREEN, "bottom": 1, "bottom_color": HAIRLINE},
    "data_word": {"font_color": DATA_GREEN, "bottom": 1, "bottom_color": HAIRLINE, "indent": 1},
    "data_note": {"font_color": DATA_GREEN, "font_size": 8, "bottom": 1, "bottom_color": HAIRLINE, "indent": 1},
    "key": {"font_color": BLACK, "bold": True, "bottom": 1, "bottom_color": HAIRLINE},
    "word": {"font_color": BLACK, "bold": True, "align": "center", "bottom": 1, "bottom_color": HAIRLINE},
    "decision": {"font_color": NAVY, "bg_color": "#E8F1FA", "bold": True, "font_size": 15, "valign": "vcenter"},
    "because": {"font_color": INK, "bg_color": "#E8F1FA", "font_size": 11, "valign": "vcenter"},
    "banner": {"font_color": INK, "bg_color": PAPER, "bold": True, "valign": "vcenter"},
    "formula_text": {
        "font_color": INK,
        "font_name": "Courier New",
        "font_size": 9,
        "text_wrap": True,
        "valign": "top",
        "bottom": 1,
        "bottom_color": HAIRLINE,
    },
    # Conditional styles: they follow a word in the cell, never replace it.
    "ok": {"font_color": "#00513B", "bg_color": "#D5F0E5"},
    "proxy": {"font_color": "#0A4A7A", "bg_color": "#DCEEFB"},
    "stale": {"font_color": "#6B4300", "bg_color": "#FFEBC2", "bold": True},
    "missing": {"font_color": "#8A2B00", "bg_color": "#FBE0D3", "bold": True},
    "lit": {"font_color": BLACK, "bg_color": ORANGE, "bold": True},
    "dark": {"font_color": MUTED, "bg_color": "#ECEEF1"},
    "faint": {"font_color": "#6E6E6E"},
}

NUMBERS: Final[dict[str, str]] = {
    "general": "General",
    "words": "General;General;;@",  # a blank that a spill turned into 0 stays unseen
    "text": "@",
    "hidden": ";;;",  # a column of a spill whose words stand once beside it
    "points": "#,##0.0",
    "price": "#,##0.00",
    "settle": "#,##0.000",
    "strike": "#,##0",
    "dollars": '"$"#,##0;-"$"#,##0;"$"0',
    "percent": "0.0 %",
    "percent2": "0.00 %",
    "vol": "0.0 %",
    "move": '+0.0" %";-0.0" %";0.0" %"',
    "days": "0.0",
    "integer": "#,##0",
    "contracts": "#,##0.0",
    "signed": "+#,##0;-#,##0;0",
    "ratio": "0.000",
    "z": "+0.00;-0.00;0.00",
    "greek": "0.0000",
    "index": "0.0",
    "example": "#,##0.0#####",
    "tolerance": "0E+00;;0",
    "check": "#,##0.0000;-#,##0.0000;0",
    "check_date": "dd-mmm-yyyy hh:mm",
    "date": "dd-mmm-yyyy",
    "datetime": "dd-mmm-yyyy hh:mm",
    "datetime_or_none": '[=0]"none listed";dd-mmm-yyyy hh:mm',
    "date_or_none": '[=0]"none listed";dd-mmm-yyyy',
    "month": "mmm-yyyy",
}

# The words a cell may show and the style each turns on, in the order Excel tries them.
STATUS_WORDS: Final[tuple[tuple[str, str], ...]] = (
    ("MISSING", "missing"),
    ("STALE", "stale"),
    ("PROXY", "proxy"),
    ("OK", "ok"),
)
RESULT_WORDS: Final[tuple[tuple[str, str], ...]] = (("FAIL", "missing"), ("PASS", "ok"))
LAMP_WORDS: Final[tuple[tuple[str, str], ...]] = (("LIT", "lit"), ("off", "dark"))


def properties(style: str, number: str = "general") -> Style:
    """Return the XlsxWriter properties of a style with a number format."""
    base: Style = {"font_name": FONT, "font_size": SIZE, "num_format": NUMBERS[number]}
    return base | STYLES[style]


def luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour, as WCAG 2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(style: str) -> float:
    """Contrast ratio between the text and the background of a style (WCAG 2; white when it has no fill)."""
    text = luminance(STYLES[style]["font_color"])
    ground = luminance(STYLES[style].get("bg_color", WHITE))
    lighter, darker = max(text, ground), min(text, ground)
    return (lighter + 0.05) / (darker + 0.05)


def is_number(number: str) -> bool:
    """Whether a number format shows numbers, which stand at the right of their column."""
    return number not in ("general", "text", "words", "hidden")
