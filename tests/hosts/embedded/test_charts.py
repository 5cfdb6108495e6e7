"""Points stored in charts follow the cells; charts whose cells stay are not touched."""

from __future__ import annotations

import re
from typing import Any

from alvh_xl.hosts.embedded import Package
from tests.hosts.embedded.support import STALE, Refreshed, refresh, with_part, workbook


def _build(book: Any) -> None:
    sheet = book.add_worksheet("S")
    sheet.write_column("A1", [1, 2, 3])
    for row in range(3):
        sheet.write_formula(row, 1, f"=ALVH_DOUBLE(A{row + 1})", None, STALE)
        sheet.write_formula(row, 2, f'="day "&A{row + 1}', None, "old")
    sheet.write_formula("B4", "=NA()", None, STALE)
    book.define_name("curve", "=S!$B$1:$B$3")
    for values, categories, title in (
        ("=S!$B$1:$B$4", "=S!$C$1:$C$3", "=S!$C$1"),
        ("=S!$A$1:$A$3", None, "fixed"),
    ):
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": values, "categories": categories, "name": title})
        sheet.insert_chart("E1", chart)


def points(done: Refreshed, part: str, kind: str) -> list[tuple[str, str]]:
    """Stored points of a chart, with their places."""
    text = done.package.parts[part].decode()
    caches = re.findall(rf"<c:{kind}Cache>.*?</c:{kind}Cache>", text, re.DOTALL)
    return re.findall(r'idx="(\d+)"[^>]*><c:v>([^<]*)</c:v>', "".join(caches))


def test_stored_numbers_and_texts_follow_the_cells() -> None:
    """LibreOffice and previews draw a chart from its stored points: they would show yesterday's curve."""
    done = refresh(workbook(_build))
    part = "xl/charts/chart1.xml"
    assert points(done, part, "num") == [("0", "2"), ("1", "4"), ("2", "6")]  # the error leaves a gap
    assert points(done, part, "str") == [("0", "day 1"), ("0", "day 1"), ("1", "day 2"), ("2", "day 3")]
    assert '<c:ptCount val="4"/>' in done.package.parts[part].decode()


def test_a_chart_whose_cells_stay_keeps_its_bytes() -> None:
    """Charts with hand-made details must not be rewritten for nothing."""
    data = workbook(_build)
    done = refresh(data)
    assert done.report.charts == 1
    assert refresh(done.data).report.charts == 0


def test_a_chart_over_a_defined_name_or_a_union_is_followed() -> None:
    """Dynamic charts use names."""

    def rename(text: str) -> str:
        text = text.replace("<c:f>S!$B$1:$B$4</c:f>", "<c:f>(S!$B$1:$B$2,S!$A$3)</c:f>")
        return text.replace("<c:f>S!$C$1:$C$3</c:f>", "<c:f>S!curve</c:f>")

    done = refresh(with_part(workbook(_build), "xl/charts/chart1.xml", rename))
    assert points(done, "xl/charts/chart1.xml", "num") == [("0", "2"), ("1", "4"), ("2", "3")]
    assert points(done, "xl/charts/chart1.xml", "str")[1:] == [("0", "2"), ("1", "4"), ("2", "6")]


def test_a_chart_over_another_workbook_is_left_alone() -> None:
    """Its points can't be known."""
    elsewhere = with_part(
        workbook(_build), "xl/charts/chart1.xml", lambda text: text.replace("<c:f>S!$B", "<c:f>[1]S!$B")
    )
    before = Package.from_bytes(elsewhere).parts["xl/charts/chart1.xml"].decode()
    after = refresh(elsewhere).package.parts["xl/charts/chart1.xml"].decode()
    assert re.findall(r"<c:numCache>.*?</c:numCache>", before) == re.findall(r"<c:numCache>.*?</c:numCache>", after)
