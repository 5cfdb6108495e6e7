"""Small pictures inside cells of a page: sparklines, colour scales, data bars; drawn where Excel draws them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import xlsxwriter

from alvh_xl.hosts.embedded import Package
from alvh_xl.workbook.html_page import html_page
from alvh_xl.workbook.sparklines import sparklines

POINTS = [1.0, 3.0, -2.0, 4.0]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    path = tmp_path_factory.mktemp("pictures") / "p.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, other = book.add_worksheet("S"), book.add_worksheet("It's data")
        sheet.write_row("A1", [-10, -5, 0, 5, 20, "words"])
        colours = {"min_color": "#FF0000", "mid_color": "#FFFFFF", "max_color": "#0000FF"}
        scale = {"type": "3_color_scale", "mid_type": "num", "mid_value": 0} | colours
        sheet.conditional_format("A1:F1", scale)
        sheet.write_row("A2", [0, 25, 50, 100])
        sheet.conditional_format("A2:D2", {"type": "data_bar", "bar_color": "#638EC6"})
        sheet.write_row("A3", [1, 2, 3, 100])
        sheet.conditional_format(
            "A3:D3", {"type": "2_color_scale", "max_type": "percentile", "max_value": 50,
                      "min_color": "#000000", "max_color": "#C8C8C8"},
        )  # fmt: skip
        other.write_column("B2", POINTS)
        other.write("B6", "a text")
        area = "'It''s data'!$B$2:$B$6"
        sheet.add_sparkline("H1", {"range": area, "series_color": "#112233", "last_point": True})
        sheet.add_sparkline("H2", {"range": area, "type": "column", "negative_points": True})
        sheet.add_sparkline("H3", {"range": area, "type": "win_loss"})
        sheet.add_sparkline("H4", {"range": "'It''s data'!$C$2:$C$6"})
    return Package.open(path)


@pytest.fixture(scope="module")
def page(package: Package) -> str:
    return html_page(package, "pictures", None).decode()


def background(page: str, text: str) -> str | None:
    found = re.search(rf"<td([^>]*)>{re.escape(text)}</td>", page)
    assert found is not None, text
    style = re.search(r'style="background:([^"]*)"', found[1])
    return style[1] if style else None


def test_a_colour_scale_mixes_its_colours_by_the_value(page: str) -> None:
    """Half-way between red at -10 and white at 0 is pink; a quarter of the way to blue at 20 is pale."""
    assert [background(page, text) for text in ("-10", "-5", "5", "20")] == ["#FF0000", "#FF8080", "#BFBFFF", "#0000FF"]
    assert background(page, "words") is None


def test_a_data_bar_is_as_long_as_its_share(page: str) -> None:
    """From nothing at the least to the whole cell at the most, in half the colour so that the number stays legible."""
    assert background(page, "25") == "linear-gradient(90deg,#B1C7E3 25%,transparent 25%)"
    assert (background(page, "50") or "").count("50%") == 2


def test_a_percentile_is_that_of_the_cells(page: str) -> None:
    """The median of 1, 2, 3 and 100 is 2.5: 3 and 100 have the last colour, 2 two thirds of it."""
    assert [background(page, text) for text in ("1", "2", "3")] == ["#000000", "#858585", "#C8C8C8"]


def test_a_sparkline_shows_its_points_in_order(package: Package) -> None:
    """Texts are gaps; the highest point lies at the top, the lowest at the bottom, the last one is marked."""
    drawn = sparklines(package, package.sheet("S"))
    line = drawn[1, 8]
    places = re.search(r'points="([^"]*)" fill="none" stroke="#112233"', line)
    assert places is not None
    heights = [float(pair.split(",")[1]) for pair in places[1].split()]
    assert len(heights) == len(POINTS)
    assert sorted(range(4), key=lambda i: -heights[i]) == sorted(range(4), key=lambda i: POINTS[i])
    assert "4 values from 1 to 4" in line
    assert f'cy="{heights[-1]:.1f}"' in line


def test_columns_and_wins_stand_on_zero(package: Package) -> None:
    """A loss hangs below the line, in its own colour where the workbook asks for one."""
    drawn = sparklines(package, package.sheet("S"))
    tops = [float(y) for y in re.findall(r'<rect x="[^"]*" y="([^"]*)"', drawn[2, 8])]
    assert max(tops) == tops[2]
    assert len(set(re.findall(r'fill="(#[^"]*)"', drawn[2, 8]))) == 2
    heights = set(re.findall(r'height="([^"]*)" fill', drawn[3, 8]))
    assert len(heights) == 1


def test_a_sparkline_without_numbers_is_left_out(package: Package, page: str) -> None:
    """Blank cells draw nothing, in Excel neither."""
    assert (4, 8) not in sparklines(package, package.sheet("S"))
    assert page.count('class="spark"') == 3


def test_the_market_shows_its_lines_beside_the_values(sample_book: Path) -> None:
    """At the far right nobody would see them; every series of History with two known sessions has one."""
    package = Package.open(sample_book)
    table = package.table("Market")
    assert table is not None
    value = table.column("value")
    assert value is not None
    sheet = package.sheet(table.sheet)
    drawn = sparklines(package, sheet)
    places = {sheet.value(row, table.box.left) for row, _ in drawn}
    assert {"spx_close", "vix", "advances", "declines"} <= places
    assert {column for _, column in drawn} == {value + 1}
