"""Numbers as text in their formats, against what Excel's own TEXT function shows."""

from __future__ import annotations

import pytest

from alvh_xl.workbook.number_formats import is_date, sections, shown, shows_currency, shows_percent
from alvh_xl.workbook.style import NUMBERS


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (1234.567, "#,##0.00", "1,234.57"), (0.5, "0", "1"), (2.5, "0", "3"), (-2.5, "0", "-3"),
        (1.005, "0.00", "1.01"),
        (0.125, "0.0 %", "12.5 %"), (0.125, "0%", "13%"), (-5.0, '+0.0" %";-0.0" %";0.0" %"', "-5.0 %"),
        (5.0, '+0.0" %";-0.0" %";0.0" %"', "+5.0 %"), (0.0, '+0.0" %";-0.0" %";0.0" %"', "0.0 %"),
        (41160.0, '"$"#,##0;-"$"#,##0;"$"0', "$41,160"), (-20.4, '"$"#,##0;-"$"#,##0;"$"0', "-$20"),
        (1e-5, "0E+00", "1E-05"), (1234567.0, "0.00E+00", "1.23E+06"), (5.0, ";;;", ""), (-5.0, "#,##0;(#,##0)", "(5)"),
        (0.25, ".00", ".25"), (7.0, "000", "007"), (-7.0, "000", "-007"), (12.5, "0.0##", "12.5"), (12.0, "#.##", "12"),
        (1234567.0, "#,##0,", "1,235"), (1234567.0, '0.0,,"M"', "1.2M"), (5.0, "[Red]0.0", "5.0"),
        (3.0, "[$€-407] 0", "€ 3"),
        (5.0, "_(0_)", "5"), (5.0, "\\x0", "x5"), (5.0, "[<10]\"small\";\"large\"", "small"),
        (50.0, "[<10]\"small\";0", "50"),
        (0.0, '[=0]"none listed";dd-mmm-yyyy', "none listed"),
        (43377.0, '[=0]"none listed";dd-mmm-yyyy', "04-Oct-2018"),
        (43377.375, "dd-mmm-yyyy hh:mm", "04-Oct-2018 09:00"), (43377.375, "yyyy-mm-dd", "2018-10-04"),
        (43377.375, "ddd d mmmm yy", "Thu 4 October 18"), (0.75, "h:mm AM/PM", "6:00 PM"), (1.5, "[h]:mm", "36:00"),
        (43377.5007, "hh:mm:ss", "12:01:00"), (0.0, "mmm", "Dec"), (-1.0, "dd-mmm-yyyy", "########"),
        (0.1, "General", "0.1"),
        (100000.0, "General", "100000"), (1 / 3, "General", "0.333333333"), (1e20, "General", "1.00000E+20"),
        (2.0, "General", "2"), (2.0, "", ""), (2.0, "@", "2"),
    ],
)  # fmt: skip
def test_a_number_reads_as_in_excel(value: float, code: str, text: str) -> None:
    """A page that shows another rounding than the workbook would be doubted, and rightly."""
    assert shown(value, code) == text


def test_a_1904_workbook_shows_the_same_day() -> None:
    """Its serials are 1,462 days smaller."""
    assert shown(43377.0 - 1462, "dd-mmm-yyyy", from_1904=True) == "04-Oct-2018"


def test_what_a_format_shows_is_told_from_it() -> None:
    """What is hidden, and how dates are written, hangs on this."""
    assert {name for name, code in NUMBERS.items() if shows_currency(code)} == {"dollars"}
    assert {name for name, code in NUMBERS.items() if shows_percent(code)} == {"percent", "percent2", "vol", "move"}
    assert {name for name, code in NUMBERS.items() if is_date(code)} == {
        "date", "datetime", "month", "check_date", "datetime_or_none", "date_or_none",
    }  # fmt: skip
    assert all(map(shows_currency, ("[$€-407]0", "0 €", '0" USD"', "$0.00", "\\$0")))
    assert not any(map(shows_currency, ("[$-409]0.00", "0.00", "dd-mmm", '"Fund "0')))


@pytest.mark.parametrize("code", ["General", "#,##0.0", "0%", "dd-mmm-yyyy", "[<5]0;0.00E+00", "@"])
def test_a_number_that_is_none_shows_an_error(code: str) -> None:
    """A damaged file or a sum that overflowed ended the page with a traceback."""
    assert [shown(value, code) for value in (float("inf"), float("-inf"), float("nan"))] == ["#NUM!"] * 3


def test_the_largest_number_can_be_shown_in_percent() -> None:
    """A hundred times as much is no number any more."""
    assert shown(1e308, "0%").endswith("%")
    assert "inf" not in shown(1e308, "0%")


def test_a_hostile_format_costs_nothing() -> None:
    """A file may hold any text for a format."""
    assert len(sections("0" * 100_000 + ";" * 100_000)) < 1_001
    assert shown(1.0, "0." + "0" * 900) == "1." + "0" * 30
