"""Charts drawn for a page: the points where they belong, whatever a chart part says, and nothing but a picture."""

from __future__ import annotations

import re
from typing import Any

import pytest
from lxml import etree

from alvh_xl.hosts.embedded.charts import numbers_across
from alvh_xl.workbook.svg_chart import read_series, svg_chart
from alvh_xl.workbook.values_only import Scope
from alvh_xl.workbook.values_only_drawings import clean_chart

C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"


def points(tag: str, values: list[Any], code: str = "") -> str:
    items = "".join(f'<c:pt idx="{i}"><c:v>{v}</c:v></c:pt>' for i, v in enumerate(values) if v is not None)
    return f"<c:{tag}>{code}<c:ptCount val='{len(values)}'/>{items}</c:{tag}>"


def chart(kind: str, series: str, options: str = "", title: str = "Title") -> Any:
    head = f"<c:title><c:tx><c:rich><a:p><a:r><a:t>{title}</a:t></a:r></a:p></c:rich></c:tx></c:title>"
    text = f'<c:chartSpace xmlns:c="{C}" xmlns:a="{A}"><c:chart>{head}<c:plotArea><c:{kind}>{options}{series}'
    return etree.fromstring(f'{text}<c:axId val="1"/></c:{kind}></c:plotArea></c:chart></c:chartSpace>')


def ser(values: list[Any], name: str = "s", x: str = "", tag: str = "val") -> str:
    return f"<c:ser><c:tx><c:v>{name}</c:v></c:tx>{x}<c:{tag}>{points('numLit', values)}</c:{tag}></c:ser>"


def numbers(svg: str, pattern: str) -> list[list[float]]:
    return [[float(v) for v in re.split("[ ,]", found)] for found in re.findall(pattern, svg)]


def test_a_line_goes_through_its_points() -> None:
    """Equal steps up must be equal steps in the picture, and a gap no zero."""
    [line] = numbers(svg_chart(chart("lineChart", ser([1, 2, None, 4]))), 'polyline points="([^"]*)"')
    xs, ys = line[::2], line[1::2]
    assert len(xs) == 3
    assert xs[2] - xs[1] == pytest.approx(2 * (xs[1] - xs[0]), abs=0.2)
    assert ys[1] - ys[2] == pytest.approx(2 * (ys[0] - ys[1]), abs=0.2)
    assert ys[0] > ys[1] > ys[2]


def test_scatter_points_stand_at_their_x() -> None:
    """The payoff is read against the index, not against 1, 2, 3; texts that are numbers count."""
    x = f"<c:xVal>{points('strLit', [10, 20, 50])}</c:xVal>"
    [line] = numbers(svg_chart(chart("scatterChart", ser([0, 1, 0], x=x, tag="yVal"))), 'polyline points="([^"]*)"')
    assert line[4] - line[2] == pytest.approx(3 * (line[2] - line[0]), abs=0.3)


def test_columns_rise_from_zero_side_by_side_or_on_top_of_each_other() -> None:
    """A column from anywhere else than zero lies about its size."""
    both = ser([1, 2], "a") + ser([3, -1], "b")
    rects = re.findall(
        r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)" fill', svg_chart(chart("barChart", both))
    )
    plot = [tuple(map(float, r)) for r in rects if float(r[3]) != 8]
    heights = [r[3] for r in plot]
    assert heights == pytest.approx([heights[0], 2 * heights[0], 3 * heights[0], heights[0]], abs=0.3)
    assert plot[0][0] + plot[0][2] == pytest.approx(plot[2][0], abs=0.2)
    stacked = read_series(chart("barChart", both, '<c:grouping val="stacked"/><c:overlap val="100"/>'))
    assert [s.ys for s in stacked] == [[1, 2], [4, 1]]
    assert stacked[1].bases == [1, 2]


def test_an_area_is_filled_down_to_zero() -> None:
    """Drawdown is read from the area under the line."""
    [area] = numbers(svg_chart(chart("areaChart", ser([1, 2]))), 'polygon points="([^"]*)"')
    assert len(area) == 8
    assert area[5] == area[7] == max(area[1::2])


def test_a_kind_that_is_not_drawn_says_so() -> None:
    """A reader must know that something is missing, and where to find it."""
    assert "not drawn here; the .xlsx copy shows it" in svg_chart(chart("pieChart", ser([1, 2]), title="Cake"))
    assert "Cake &amp; co" in svg_chart(chart("pieChart", ser([1, 2]), title="Cake &amp; co"))


@pytest.mark.parametrize(
    "values", [[5], [5, 5], [0, 0], [1e29, -1e29], [1e-12, 2e-12], ["nan", "inf", "x", 3], ["1e400"]]
)
def test_odd_points_draw_without_a_fault(values: list[Any]) -> None:
    """One flat, single or broken series must not cost the page."""
    svg = svg_chart(chart("lineChart", ser(values)))
    assert "nan" not in svg
    assert "inf" not in svg
    etree.fromstring(svg)


def test_names_and_colours_cannot_carry_markup() -> None:
    """Titles and series names come from whoever sent the workbook."""
    name = "&lt;/text&gt;&lt;script&gt;&quot;"
    fill = '<a:solidFill><a:srgbClr val="&quot; onload=&quot;x"/></a:solidFill>'
    colour = f"<c:spPr><a:ln>{fill}</a:ln></c:spPr>"
    series = ser([1, 2], name) + ser([2, 1], name).replace("<c:val>", f"{colour}<c:val>")
    svg = svg_chart(chart("lineChart", series, title=name))
    root = etree.fromstring(svg)
    assert {etree.QName(e).localname for e in root.iter()} <= {"svg", "text", "line", "polyline", "rect"}
    assert "onload" not in svg


def test_x_values_that_are_numbers_are_called_numbers() -> None:
    """LibreOffice drew the payoff against 1 to 81, because the part said text."""
    x = f"<c:xVal><c:strRef><c:f>S!$A$1:$A$2</c:f>{points('strCache', [2691.5, 2700])}</c:strRef></c:xVal>"
    root = chart("scatterChart", ser([1, 2], x=x, tag="yVal"))
    assert numbers_across(root)
    assert not numbers_across(root)
    [reference] = root.iter(f"{{{C}}}numRef")
    assert [etree.QName(e).localname for e in reference[1]] == ["formatCode", "ptCount", "pt", "pt"]
    words = chart("scatterChart", ser([1], x=x.replace("2700", "near"), tag="yVal"))
    assert not numbers_across(words)


def test_frozen_points_without_a_partner_are_left_out() -> None:
    """LibreOffice draws no line through a scatter series with gaps once its points stand in the chart itself."""
    x = f"<c:xVal><c:numRef><c:f>Gone!$A$1:$A$4</c:f>{points('numCache', [1, 2, 3, 4])}</c:numRef></c:xVal>"
    y = f"<c:yVal><c:numRef><c:f>Gone!$B$1:$B$4</c:f>{points('numCache', [5, None, 7, None])}</c:numRef></c:yVal>"
    root = chart("scatterChart", f"<c:ser>{x}{y}</c:ser>")
    clean_chart(root, Scope(["Data"], []))
    [across, up] = root.iter(f"{{{C}}}numLit")
    for literal, values in ((across, ["1", "3"]), (up, ["5", "7"])):
        assert [(p.get("idx"), p[0].text) for p in literal.iter(f"{{{C}}}pt")] == list(zip("01", values, strict=True))
        assert literal[0].get("val") == "2"
