"""Packages: what a refresh leaves alone, and which files are refused before they cost anything."""

from __future__ import annotations

import datetime as dt
import io
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from alvh_xl.hosts.embedded import Package, WorkbookError, set_cells, set_name, set_table
from tests.hosts.embedded.support import STALE, refresh, with_part, workbook

SHEET = "xl/worksheets/sheet1.xml"
SMALLEST_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8cfc0f01f0005000"
    "1ff6dc9e1a40000000049454e44ae426082"
)


def rich(book: Any) -> None:
    """Everything a user may have added."""
    sheet, data, charts = (book.add_worksheet(name) for name in ("S", "Data", "Charts"))
    data.write_row("A1", ["day", "price"])
    for row in range(1, 21):
        data.write_row(row, 0, [row, 100 + row])
    data.add_table(
        "A1:C21", {"name": "Prices", "columns": [{"header": "day"}, {"header": "price"}, {"header": "double"}]}
    )
    for row in range(1, 21):
        data.write_formula(row, 2, "=ALVH_TOTAL(Prices[[#This Row],[price]])*2", None, STALE)
    sheet.write("A1", 101.5)
    sheet.write_formula("A2", "=ALVH_TOTAL(A1,Data!B21)", None, STALE)
    sheet.write_formula("A3", '=IF(A2>200,"wide","tight")', None, STALE)
    sheet.write_dynamic_array_formula("E1:E2", "=ALVH_DOUBLE(Prices[price])", None, STALE)
    sheet.data_validation("A5", {"validate": "list", "source": ["a", "b"]})
    sheet.conditional_format("A1:A9", {"type": "data_bar", "bar_solid": True})
    sheet.conditional_format("A1:A9", {"type": "icon_set", "icon_style": "3_arrows"})
    sheet.write_comment("A1", "a note")
    sheet.insert_button("G2", {"macro": "Refresh", "caption": "Refresh"})
    sheet.insert_image("G9", "logo.png", {"image_data": io.BytesIO(SMALLEST_PNG)})
    sheet.insert_textbox("G12", "a box")
    sheet.insert_checkbox("A9", True)
    sheet.write_rich_string("A8", "plain ", book.add_format({"bold": True}), "bold")
    sheet.write_url("A10", "https://example.com")
    sheet.freeze_panes(1, 1)
    sheet.set_header("&LMorning&R&D")
    sheet.protect("", {"select_locked_cells": True})
    charts.add_sparkline("A1", {"range": "Data!B2:B21", "markers": True})
    for column in ("B", "C"):
        chart = book.add_chart({"type": "line"})
        chart.add_series({"categories": "=Data!$A$2:$A$21", "values": f"=Data!${column}$2:${column}$21"})
        charts.insert_chart(f"{column}3", chart)
    book.define_name("spot", "=S!$A$1")
    book.set_custom_property("alvh_version", "1")
    book.set_calc_mode("auto")


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_every_part_but_changed_sheets_charts_and_workbook_keeps_its_bytes() -> None:
    """A user's charts, pictures, notes and buttons must survive a thousand refreshes."""
    before = workbook(rich)
    after = parts_of(refresh(before).data)
    old = parts_of(before)
    assert list(after) == list(old)
    changed = {name for name in old if old[name] != after[name]}
    # sheet 3 holds no formula; chart 1 shows constants, so its stored points stay
    assert changed == {SHEET, "xl/worksheets/sheet2.xml", "xl/workbook.xml", "xl/charts/chart2.xml"}


def test_a_changed_sheet_keeps_everything_but_values() -> None:
    """Column widths, validations, conditional formats, the drawing and the protection stay."""
    before = workbook(rich)
    done = refresh(before)
    text, new = parts_of(before)[SHEET].decode(), parts_of(done.data)[SHEET].decode()
    for mark in (
        "dataValidation",
        "cfRule",
        "x14:",
        "legacyDrawing",
        "sheetProtection",
        "pane",
        "oddHeader",
        "hyperlink",
    ):
        assert text.count(mark) == new.count(mark) > 0, mark
    assert done.column("E", 21) == [2.0 * (100 + row) for row in range(1, 21)] + [None]
    assert (done.cell("A2"), done.cell("A3")) == (221.5, "wide")
    assert done.cell("C2", "Data") == 202


def test_refreshing_twice_gives_the_same_bytes() -> None:
    """Otherwise a synced folder would copy the file every morning, and nobody could tell what changed."""
    first = refresh(workbook(rich))
    second = refresh(first.data)
    assert (second.data == first.data, second.report.changed) == (True, 0)


def test_excel_is_told_not_to_recalculate_on_opening() -> None:
    """Without the add-in every function of ours would become #NAME?."""
    before = workbook(rich)
    assert b'fullCalcOnLoad="1"' in parts_of(before)["xl/workbook.xml"]
    text = parts_of(refresh(before).data)["xl/workbook.xml"].decode()
    assert '<calcPr calcId="191029"/>' in text


def test_a_workbook_without_calculation_settings_gets_them_in_the_right_place() -> None:
    """An element out of order makes Excel offer a repair."""
    bare = with_part(
        workbook(rich), "xl/workbook.xml", lambda t: t.replace('<calcPr calcId="124519" fullCalcOnLoad="1"/>', "")
    )
    text = parts_of(refresh(bare).data)["xl/workbook.xml"].decode()
    assert '</definedNames><calcPr calcId="191029"/>' in text


def test_dates_from_1904_are_respected() -> None:
    """TODAY() would be four years off in a workbook from an old Mac."""

    def build(book: Any) -> None:
        book.add_worksheet("S").write_formula("A1", "=TODAY()", None, STALE)

    old_mac = with_part(
        workbook(build), "xl/workbook.xml", lambda t: t.replace("<workbookPr ", '<workbookPr date1904="1" ')
    )
    done = refresh(old_mac, now=dt.datetime(2026, 11, 20, 9))
    assert done.cell("A1") == (dt.date(2026, 11, 20) - dt.date(1904, 1, 1)).days
    set_cells(done.package, "S", {(2, 1): dt.date(1904, 1, 2)})
    assert done.cell("A2") == 1


def test_tables_names_and_sheets_are_found() -> None:
    """The refresh writes by name."""
    package = Package.from_bytes(workbook(rich))
    assert list(package.sheets) == ["S", "Data", "Charts"]
    table = package.tables["Prices"]
    assert (table.sheet, tuple(table.data), table.columns) == ("Data", (2, 1, 21, 3), ("day", "price", "double"))
    assert package.names["spot"] == ("S", (1, 1, 1, 1))


# ---- hostile and damaged files -----------------------------------------------------------------------------


def zipped(*entries: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return buffer.getvalue()


def small() -> bytes:
    return workbook(lambda book: book.add_worksheet("S").write_formula("A1", "=1+1", None, STALE))


def with_sheet(rows: str) -> bytes:
    """The small workbook with other cells."""
    return with_part(small(), SHEET, lambda t: t.replace("<sheetData>", "<sheetData>" + rows))


def bomb() -> bytes:
    buffer = io.BytesIO(small())
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", bytes(64 * 2**20))
    return buffer.getvalue()


def entities(kind: str) -> Callable[[str], str]:
    declared = {
        "bomb": '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        "file": '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    }[kind]
    return lambda text: text.replace("?>\n", "?>\n" + declared, 1)


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "not an Excel workbook"),
    "text": (lambda: b"date,close\n1,2\n", "not an Excel workbook"),
    "truncated": (lambda: small()[:-200], "truncated"),
    "truncated early": (lambda: small()[:300], "truncated"),
    "encrypted": (lambda: bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600), "encrypted"),
    "another zip": (lambda: zipped(("a.txt", b"a")), "no workbook part"),
    "zip bomb": (bomb, "zip bomb"),
    "entity bomb": (lambda: with_part(small(), SHEET, entities("bomb")), "document type"),
    "external entity": (lambda: with_part(small(), "xl/workbook.xml", entities("file")), "document type"),
    "path traversal": (lambda: zipped(("../evil.xml", b"x"), ("[Content_Types].xml", b"x")), "outside the package"),
    "absolute path": (lambda: zipped(("/etc/passwd", b"x")), "outside the package"),
    "drive letter": (lambda: zipped(("C:/evil.xml", b"x")), "outside the package"),
    "a part twice": (lambda: zipped(("a.xml", b"x"), ("A.xml", b"y")), "twice"),
    "too many parts": (lambda: zipped(*((f"{i}.xml", b"") for i in range(10_001))), "more than 10000 parts"),
    "a million columns": (lambda: with_sheet('<row r="1"><c r="BDWGN1"><v>1</v></c></row>'), "beyond column XFD"),
    "a column past the end": (lambda: with_sheet('<row r="1"><c r="XFE1"><v>1</v></c></row>'), "beyond column XFD"),
    "cells past the end": (lambda: with_sheet('<row r="1">' + "<c/>" * 16_385 + "</row>"), "outside a worksheet"),
    "a row past the end": (lambda: with_sheet('<row r="1048577"><c><v>1</v></c></row>'), "outside a worksheet"),
    "broken XML": (lambda: with_part(small(), SHEET, lambda t: t[:-30]), "damaged"),
    "a cell twice": (lambda: with_sheet('<row r="9"><c r="A9"/><c r="A9"/></row>'), "twice"),
    "a word for a number": (lambda: with_sheet('<row r="9"><c r="A9"><v>ten</v></c></row>'), "damaged"),
    "no shared text": (lambda: with_sheet('<row r="9"><c r="A9" t="s"><v>7</v></c></row>'), "damaged"),
    "no sheet": (lambda: without(small(), SHEET), "missing"),
}  # fmt: skip


def without(data: bytes, part: str) -> bytes:
    return zipped(*((name, text) for name, text in parts_of(data).items() if name != part))


def read_all(data: bytes) -> None:
    """Open a file and read every cell of its sheet."""
    sheet = Package.from_bytes(data).sheet("S")
    for cell in sheet.cells.values():
        sheet.read(cell)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_or_damaged_file_is_refused_quickly_with_one_clear_line(name: str) -> None:
    """It would hang the morning, fill the memory, read the user's files, or end in a traceback."""
    make, words = HOSTILE[name]
    data = make()
    tracemalloc.start()
    start = time.process_time()
    with pytest.raises(WorkbookError, match=words) as caught:
        read_all(data)
    used, peak = time.process_time() - start, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert used < 1
    assert peak < 200 * 2**20
    assert "\n" not in str(caught.value)


def test_a_sheet_of_a_million_cells_in_wrong_columns_is_refused_before_it_is_parsed() -> None:
    """Parsing it first would take a gigabyte."""
    cells = "".join(f'<c r="AAAAA{number * 7919 % 1_000_003}"/>' for number in range(1_000_000))
    data = with_sheet(f'<row r="1">{cells}</row>')
    start = time.process_time()
    with pytest.raises(WorkbookError, match="beyond column XFD"):
        read_all(data)
    assert time.process_time() - start < 1


def test_a_file_that_is_not_there_is_one_line() -> None:
    """A traceback tells a trader nothing."""
    with pytest.raises(WorkbookError, match=r"no-such\.xlsx can't be read: No such file"):
        Package.open("no-such.xlsx")


def test_unknown_targets_are_named() -> None:
    """A renamed table must be named in the message."""
    package = Package.from_bytes(workbook(rich))
    for action, words in (
        (lambda: package.sheet("Nope"), "no sheet 'Nope'"),
        (lambda: set_table(package, "Nope", [], []), "no table 'Nope'"),
        (lambda: set_name(package, "nope", 1), "no named cell 'nope'"),
    ):
        with pytest.raises(WorkbookError, match=words):
            action()
