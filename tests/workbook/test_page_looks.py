"""A page looks like its sheet: fonts, fills, merged and hidden cells, widths, pictures, colours that follow a word."""

from __future__ import annotations

import io
import re

import pytest
import xlsxwriter

from alvh_xl.hosts.embedded import Package
from alvh_xl.workbook.html_page import html_page
from tests.workbook.private_book import _png


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("page") / "p.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("S")
        bold = book.add_format({"bold": True, "font_color": "#112233", "bg_color": "#FFEEDD", "align": "center"})
        money = book.add_format({"num_format": "0.00", "bottom": 1, "bottom_color": "#445566", "text_wrap": True})
        sheet.write("A1", "title", bold)
        sheet.write("A2", 1.005, money)
        sheet.merge_range("B1:C2", "over", bold)
        sheet.write_row("D1", [True, "LIT since May", "off", 7, -1])
        sheet.write("A3", "hidden row")
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_column("A:A", 20)
        sheet.write("I1", "hidden column")
        sheet.set_column("I:I", 8, None, {"hidden": True})
        sheet.write("J4", "#N/A in words")
        sheet.write_formula("J5", "=NA()", None, "#N/A")
        red, green = book.add_format({"bg_color": "#FF0011"}), book.add_format({"bg_color": "#00FF22", "bold": True})
        sheet.conditional_format("D1:H1", {"type": "text", "criteria": "begins with", "value": "lit", "format": red})
        sheet.conditional_format("D1:H1", {"type": "cell", "criteria": "<", "value": 0, "format": green})
        sheet.conditional_format("J4", {"type": "formula", "criteria": '=LEFT($E$1,3)="LIT"', "format": green})
        sheet.conditional_format("J5", {"type": "formula", "criteria": '=LEFT($E$1,3)="off"', "format": green})
        sheet.insert_image("K1", "logo.png", {"image_data": io.BytesIO(_png())})
        book.add_worksheet("Empty")
    return html_page(Package.open(path), "A <title>", None).decode()


def cell(page: str, text: str) -> str:
    found = re.search(rf"<td([^>]*)>{re.escape(text)}</td>", page)
    assert found is not None, text
    return found[1]


def test_fonts_fills_and_borders_are_those_of_the_cells(page: str) -> None:
    """A reader finds what he knows from the sheet."""
    style = re.search(r'class="(s\d+) c"', cell(page, "title"))
    assert style is not None
    rule = re.search(rf"\.{style[1]}{{([^}}]*)}}", page)
    assert rule is not None
    assert set(rule[1].split(";")) == {"font-weight:bold", "font-family:'Calibri',sans-serif", "font-size:11pt",
                                       "color:#112233", "background:#FFEEDD"}  # fmt: skip
    assert "border-bottom:1px solid #445566" in page
    assert " n" in cell(page, "1.01")
    assert cell(page, "TRUE").endswith(' c"')
    assert cell(page, "#N/A").endswith(' c"')


def test_merged_cells_span_and_hidden_ones_are_not_shown(page: str) -> None:
    """What the author hid would be seen by whoever reads the page."""
    assert 'colspan="2" rowspan="2"' in cell(page, "over")
    assert "hidden row" not in page
    assert "hidden column" not in page
    assert '<col style="width:145px">' in page


def test_colours_follow_the_word_or_the_limit(page: str) -> None:
    """A lamp that is lit must not look like one that is off."""
    looks = dict(re.findall(r"\.(d\d+){([^}]*)}", page))
    red = next(name for name, rule in looks.items() if "#FF0011" in rule)
    greens = {name for name, rule in looks.items() if rule == "font-weight:bold;background:#00FF22"}
    assert f" {red}" in cell(page, "LIT since May")
    assert " d" not in cell(page, "off")
    assert " d" not in cell(page, "7")
    assert any(f" {name}" in cell(page, "-1") for name in greens)
    assert any(f" {name}" in cell(page, "#N/A in words") for name in greens)
    assert " d" not in cell(page, "#N/A")


def test_pictures_and_empty_sheets(page: str) -> None:
    """A logo is in the file itself; a sheet without cells is a heading."""
    assert page.count('<img alt="" src="data:image/png;base64,') == 1
    assert page.endswith("</body></html>\n")
    assert '<section id="t2"><h2>Empty</h2></section>' in page
    assert "<title>A &lt;title&gt;</title>" in page
    assert "Values as last saved" in page
