"""Copies of a damaged workbook: numbers no spreadsheet holds, and sparklines that stand nowhere."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from alvh_xl.workbook.export import export

_STANDING = "<xm:sqref>B5</xm:sqref>"


def damaged(path: Path, old: str, new: str) -> Path:
    """Write a workbook of numbers in several looks, with scales, a sparkline and a chart; then damage its parts."""
    source = path.with_name("source.xlsx")
    with xlsxwriter.Workbook(str(source)) as book:
        sheet = book.add_worksheet("Sheet")
        for row, code in enumerate(("General", "#,##0.0", "dd-mmm-yyyy", "[<5]0;0.00E+00", "0 %")):
            sheet.write_number(row, 0, 777.0, book.add_format({"num_format": code}))
        sheet.write_column("B1", [1.0, 2.0, 3.0, 777.0])
        sheet.add_table("D1:E3", {"columns": [{"header": "a"}, {"header": "b"}], "data": [[1.0, 777.0], [2.0, 777.0]]})
        sheet.conditional_format("A1:B9", {"type": "3_color_scale"})
        sheet.conditional_format("B1:B9", {"type": "data_bar"})
        sheet.add_sparkline("B5", {"range": "Sheet!B1:B3"})
        for row, kind in ((0, "column"), (20, "line")):
            chart = book.add_chart({"type": kind})
            chart.add_series({"values": "=Sheet!$A$1:$A$5", "categories": "=Sheet!$B$1:$B$4"})
            sheet.insert_chart(row, 6, chart)
        sheet.merge_range("D5:E6", "over four cells")
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(path, "w") as after:
        for name in before.namelist():
            text = before.read(name).decode()
            if name.startswith(("xl/worksheets/sheet", "xl/charts/")):
                text = text.replace(old, new)
            after.writestr(name, text)
    return path


@pytest.mark.parametrize("number", ["1e999", "-1e999", "nan", "inf"])
def test_a_number_beyond_all_numbers_is_an_error_in_its_cell_alone(tmp_path: Path, number: str) -> None:
    """One damaged cell ended the whole export with a traceback."""
    path = damaged(tmp_path / "book.xlsx", "<v>777</v>", f"<v>{number}</v>")
    done = export(path, ("xlsx", "html", "csv"), out=tmp_path / "out")
    page = next(copy for copy in done.paths if copy.suffix == ".html").read_text(encoding="utf-8")
    assert page.count("#NUM!</td>") == 8
    assert "2</td>" in page
    table = next(copy for copy in done.paths if copy.suffix == ".csv").read_text(encoding="utf-8")
    assert table.count("#NUM!") == 2


@pytest.mark.parametrize("number", ["1e20", "1e308", "-1e308"])
def test_a_number_beyond_all_measure_still_makes_a_page(tmp_path: Path, number: str) -> None:
    """Axes, scales and bars divide by differences of the numbers."""
    path = damaged(tmp_path / "book.xlsx", "<v>777</v>", f"<v>{number}</v>")
    page = export(path, ("html",), out=tmp_path / "a.html").paths[0].read_text(encoding="utf-8")
    assert "nan" not in page
    path = damaged(tmp_path / "book.xlsx", "<c:v>777</c:v>", f"<c:v>{number}</c:v>")
    with zipfile.ZipFile(path) as archive:
        assert f"<c:v>{number}</c:v>".encode() in archive.read("xl/charts/chart1.xml")
    page = export(path, ("html",), out=tmp_path / "b.html").paths[0].read_text(encoding="utf-8")
    assert page.count("A chart") == 2 if "308" in number else page.count("<svg") >= 2


@pytest.mark.parametrize("place", ["foo", "", "A0", "A1:B2:C3", "XFE1"])
def test_a_sparkline_that_stands_nowhere_is_left_out(tmp_path: Path, place: str) -> None:
    """It is an ornament: the page is worth more."""
    path = damaged(tmp_path / "book.xlsx", _STANDING, f"<xm:sqref>{place}</xm:sqref>")
    assert 'class="spark"' not in export(path, ("html",), out=tmp_path / "a.html").paths[0].read_text(encoding="utf-8")


def test_a_sparkline_that_stands_somewhere_is_drawn(tmp_path: Path) -> None:
    """Else the test above would see nothing."""
    path = damaged(tmp_path / "book.xlsx", _STANDING, _STANDING)
    assert 'class="spark"' in export(path, ("html",), out=tmp_path / "a.html").paths[0].read_text(encoding="utf-8")


def test_merged_cells_that_lie_nowhere_merge_nothing(tmp_path: Path) -> None:
    """Their text is still there to be read."""
    path = damaged(tmp_path / "book.xlsx", 'mergeCell ref="D5:E6"', 'mergeCell ref="foo"')
    page = export(path, ("html",), out=tmp_path / "a.html").paths[0].read_text(encoding="utf-8")
    assert "over four cells" in page
    assert "colspan" not in page


@pytest.mark.parametrize("limit", ["nan", "inf", "-1e999"])
def test_a_colour_scale_around_no_number_colours_nothing(tmp_path: Path, limit: str) -> None:
    """The place of a value on it can't be told."""
    path = damaged(tmp_path / "book.xlsx", 'type="percentile" val="50"', f'type="percentile" val="{limit}"')
    page = export(path, ("html",), out=tmp_path / "a.html").paths[0].read_text(encoding="utf-8")
    assert 'style="background:#' not in page
    assert "background:linear-gradient" in page
