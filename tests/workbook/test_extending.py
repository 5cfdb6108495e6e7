"""A workbook the user changed: refresh and export respect it, or say precisely what they could not find."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from alvh_xl.hosts.embedded import Package, WorkbookError, save_atomically
from alvh_xl.hosts.embedded.addresses import box_name, cell_name
from alvh_xl.hosts.embedded.cells_xml import FORMULA
from alvh_xl.market import MarketMorning, read_sample
from alvh_xl.workbook.export import export
from alvh_xl.workbook.refresh import refresh
from tests.hosts.programs import validate

LATER = dt.datetime(2018, 10, 10, 9)


@pytest.fixture
def book(sample_book: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(sample_book, tmp_path / "mine.xlsx"))


def edit(path: Path, change: Callable[[str], str], *parts: str) -> None:
    """Change the text of parts of a workbook, as Excel would on the user's behalf."""
    package = Package.open(path)
    for part in parts or [name for name in package.parts if name.endswith(".xml")]:
        package.parts[part] = change(package.parts[part].decode()).encode()
    save_atomically(package.to_bytes(), path)


def table_part(path: Path, name: str) -> str:
    parts = Package.open(path).parts
    return next(part for part, data in parts.items() if f'displayName="{name}"'.encode() in data)


def cell(path: Path, name: str) -> Any:
    package = Package.open(path)
    sheet, box = package.names[name]
    return package.sheet(sheet).value(box.top, box.left)


def column(path: Path, table: str, name: str) -> list[Any]:
    package = Package.open(path)
    found = package.table(table)
    assert found is not None
    place = found.column(name)
    assert place is not None
    sheet = package.sheet(found.sheet)
    return [sheet.value(row, place) for row in range(found.data.top, found.data.bottom + 1)]


def widen_history(path: Path) -> None:
    """Add two columns to the table History: `remark`, typed on three days, and `range`, a formula."""
    package = Package.open(path)
    table = package.table("History")
    assert table is not None
    sheet = package.sheet(table.sheet)
    left = table.box.right + 1
    sheet.write(table.box.top, left, "remark")
    sheet.write(table.box.top, left + 1, "range")
    for row, text in (
        (table.data.top, "oldest"),
        (table.data.bottom - 1, "2 October"),
        (table.data.bottom, "3 October"),
    ):
        sheet.write(row, left, text)
    for row in range(table.data.top, table.data.bottom + 1):
        sheet.write(row, left + 1, -1.0)
        formula = sheet.cells[row, left + 1].makeelement(FORMULA)
        formula.text = f"D{row}-E{row}"  # high less low
        sheet.cells[row, left + 1].insert(0, formula)
    save_atomically(package.to_bytes(), path)
    part = table_part(path, "History")
    root = etree.fromstring(Package.open(path).parts[part])
    root.set("ref", re.sub("K", "M", root.get("ref")))
    for number, name in ((11, "remark"), (12, "range")):
        etree.SubElement(root.find("{*}tableColumns"), root.find("{*}tableColumns")[0].tag, id=str(number), name=name)
    root.find("{*}tableColumns").set("count", "12")
    filters = root.find("{*}autoFilter")
    if filters is not None:
        filters.set("ref", root.get("ref"))
    edit(path, lambda _: etree.tostring(root, encoding="unicode"), part)


def test_typed_columns_of_a_table_move_along_with_their_rows(book: Path) -> None:
    """A remark typed beside 3 October must not stand beside another day after the next refresh."""
    widen_history(book)
    assert validate(book) == []
    before = dict(zip(column(book, "History", "date"), column(book, "History", "remark"), strict=True))
    outcome = refresh(book, read_sample, LATER)
    dates, remarks = column(book, "History", "date"), column(book, "History", "remark")
    after = {day: text for day, text in zip(dates, remarks, strict=True) if text is not None}
    assert after == {day: text for day, text in before.items() if text in ("2 October", "3 October")}
    assert dates[-1] == 43382  # 9 October 2018: four sessions later, so the rows moved
    lost = [line for line in outcome.warnings if "table History: a row left the table" in line]
    assert len(lost) == 1
    assert "remark" in lost[0]


def test_a_formula_column_of_the_users_is_calculated_in_its_place(book: Path) -> None:
    """It finds its row by itself, and must never be overwritten by a value."""
    widen_history(book)
    refresh(book, read_sample, LATER)
    highs, lows = column(book, "History", "high"), column(book, "History", "low")
    assert column(book, "History", "range") == pytest.approx([h - low for h, low in zip(highs, lows, strict=True)])
    copy = export(book, ("csv",), ["History"]).paths[0].read_text("utf-8").splitlines()
    assert copy[0].endswith('"advances","declines","remark","range"')
    assert '"3 October"' in copy[-4 - 1]


def test_a_renamed_sheet_is_followed(book: Path) -> None:
    """Tables and names say where data belong, not sheets."""
    edit(book, lambda text: text.replace("History!", "Prices!").replace('name="History"', 'name="Prices"')
         if 'displayName="History"' not in text else text)  # fmt: skip
    outcome = refresh(book, read_sample, LATER)
    assert outcome.kept == []
    assert not any("gone" in line for line in outcome.warnings)
    assert column(book, "History", "date")[-1] == 43382
    names = [name for name, _ in Package.open(export(book).paths[0]).tabs]
    assert "Prices" in names
    with pytest.raises(WorkbookError, match=r"mine\.xlsx: the workbook has no sheet 'History'.*Market, Prices, Curve"):
        export(book, ("xlsx",), ["History"])


def test_the_journal_stays_private_under_another_name(book: Path) -> None:
    """A diary renamed "Notes" is still the trader's own."""
    edit(book, lambda text: text.replace("Journal!", "Notes!").replace('<sheet name="Journal"', '<sheet name="Notes"'))
    assert "Notes" not in [name for name, _ in Package.open(export(book).paths[0]).tabs]


def test_a_moved_cell_is_followed_by_its_name(book: Path) -> None:
    """The user dragged the as-of to another sheet: Excel moves the name, and so do we."""
    before = re.search(r'<definedName name="asof">([^<]*)<', Package.open(book).parts["xl/workbook.xml"].decode())
    assert before is not None
    place = before[1].replace("$", "")
    sheet = place.partition("!")[0]
    package = Package.open(book)
    package.sheet("Help").write(3, 12, cell(book, "asof"))
    save_atomically(package.to_bytes(), book)
    edit(book, lambda text: text.replace(f">{before[1]}<", ">Help!$L$3<"), "xl/workbook.xml")
    outcome = refresh(book, read_sample, LATER)
    package = Package.open(book)
    assert package.sheet("Help").value(3, 12) == 43383.375
    assert package.sheet(sheet).value(4, 3) == 43377.375  # where it stood nothing is written any more
    assert outcome.asof == LATER
    assert export(book).paths[0].name == "mine-values-2018-10-10-0900.xlsx"


def move_right(path: Path, name: str, by: int) -> None:
    """Move a table with its cells some columns to the right, as dragging it in Excel does."""
    package = Package.open(path)
    table = package.table(name)
    assert table is not None
    sheet, box = package.sheet(table.sheet), table.box
    for row in range(box.top, box.bottom + 1):
        for place in range(box.left, box.right + 1):
            element = sheet.cells.pop((row, place))
            line = element.getparent()
            line.remove(element)
            element.set("r", cell_name(row, place + by))
            line.append(element)
    sheet.dirty = True
    save_atomically(package.to_bytes(), path)
    moved = box_name(box._replace(left=box.left + by, right=box.right + by))
    edit(path, lambda text: text.replace(f'ref="{box_name(box)}"', f'ref="{moved}"'), table_part(path, name))


def test_a_block_moved_elsewhere_is_followed(book: Path, tmp_path: Path) -> None:
    """The user dragged the calendar to the right: data, formulas and copies follow it, and nothing stays behind."""
    plain = Path(shutil.copy(book, tmp_path / "plain.xlsx"))
    move_right(book, "Calendar", 20)
    assert validate(book) == []
    for path in (plain, book):
        refresh(path, read_sample, LATER)
    assert column(book, "Calendar", "when") == column(plain, "Calendar", "when")
    assert column(book, "Calendar", "days_to") == column(plain, "Calendar", "days_to")
    for name in ("next_cpi", "next_fomc", "next_vix_settlement", "hold"):
        assert cell(book, name) == cell(plain, name), name
    package, old = Package.open(book), Package.open(plain).table("Calendar")
    assert old is not None
    left_behind = [package.sheet(old.sheet).value(row, old.box.left) for row in range(old.box.top, old.box.bottom + 1)]
    assert set(left_behind) == {None}
    tables = [export(path, ("csv",), ["Macro"], out=path.with_suffix("")).paths for path in (plain, book)]
    first, second = (next(path for path in paths if "Calendar" in path.name).read_bytes() for paths in tables)
    assert first == second


def test_a_sheet_whose_new_name_needs_quotes_is_followed(book: Path) -> None:
    """Excel writes 'Bob''s prices'!A1; links of Morning go by names and lead there all the same."""
    edit(book, lambda text: text.replace("Curve!", "'Bob''s curve'!").replace('name="Curve"', 'name="Bob\'s curve"')
         if 'displayName="Curve"' not in text else text)  # fmt: skip
    outcome = refresh(book, read_sample, LATER)
    assert outcome.kept == []
    assert not any("gone" in line for line in outcome.warnings)
    assert isinstance(cell(book, "expected_move"), float)
    copy = Package.open(export(book).paths[0])
    assert "Bob's curve" in copy.sheets
    links = [link.get("location") for link in copy.sheet("Morning").root.iter("{*}hyperlink")]
    assert "expected_move" in links
    assert copy.names["expected_move"][0] == "Bob's curve"


def test_links_lead_to_a_renamed_help_in_a_copy_too(book: Path) -> None:
    """Whoever writes Hilfe for Help still wants to be led to the function; a copy without it leads nowhere."""
    edit(book, lambda text: text.replace("Help!", "Hilfe!").replace('name="Help"', 'name="Hilfe"'), "xl/workbook.xml")

    def locations(sheets: list[str]) -> set[str]:
        copy = Package.open(export(book, ("xlsx",), sheets, out=book.parent / "-".join(sheets)).paths[0])
        found = {link.get("location") for link in copy.sheet("Plan").root.iter("{*}hyperlink")}
        assert all(copy.names[name][0] == "Hilfe" for name in found)
        return found

    assert len(locations(["Plan", "Hilfe"])) >= 1
    assert locations(["Plan"]) == set()


def test_an_own_formula_on_a_sheet_of_ours_is_calculated_and_shared_as_a_value(book: Path) -> None:
    """Twice the spot beside a card of Morning: after the refresh it is twice the new spot."""
    package = Package.open(book)
    sheet = package.sheet("Morning")
    sheet.write(60, 2, -1.0)
    formula = sheet.cells[60, 2].makeelement(FORMULA)
    formula.text = "2*spot"
    sheet.cells[60, 2].insert(0, formula)
    save_atomically(package.to_bytes(), book)
    refresh(book, read_sample, LATER)
    expected = 2 * cell(book, "spot")
    assert Package.open(book).sheet("Morning").value(60, 2) == expected
    copy = Package.open(export(book).paths[0]).sheet("Morning")
    assert (copy.value(60, 2), copy.formulas) == (expected, [])


@pytest.mark.parametrize(
    ("part", "old", "new", "words"),
    [
        ("History", 'name="close"', 'name="last"', "table History has no column 'close': if it was renamed, give it"),
        ("Curve", 'name="settle"', 'name="price"', "table Curve has no column 'settle'"),
    ],
)
def test_a_renamed_column_is_named_and_nothing_is_written(
    book: Path, part: str, old: str, new: str, words: str
) -> None:
    """Half a market would be worse than none."""
    edit(book, lambda text: text.replace(old, new), table_part(book, part))
    content = book.read_bytes()
    with pytest.raises(WorkbookError, match=words):
        refresh(book, read_sample)
    assert book.read_bytes() == content


def test_a_renamed_table_is_named_with_what_to_do(book: Path) -> None:
    """The rest of the morning goes on, and the line says how to mend it."""
    part = table_part(book, "Calendar")
    edit(book, lambda text: text.replace('"Calendar"', '"Termine"'), part)
    edit(book, lambda text: text.replace("Calendar[", "Termine["))
    warnings = refresh(book, read_sample, LATER).warnings
    assert any(line.startswith("the table Calendar is gone") and "give it its name back" in line for line in warnings)


def test_a_formula_over_a_data_cell_is_named_and_kept(book: Path) -> None:
    """The user put =NOW() into the as-of: it is not overwritten, and the message says which name it is about."""
    package = Package.open(book)
    sheet, box = package.names["asof"]
    target = package.sheet(sheet).cells[box.top, box.left]
    formula = target.makeelement(FORMULA)
    formula.text = "NOW()"
    target.insert(0, formula)
    package.sheet(sheet).dirty = True
    save_atomically(package.to_bytes(), book)
    content = book.read_bytes()
    with pytest.raises(WorkbookError, match=r"holds a formula.*the named cell asof belong there; move the formula"):
        refresh(book, read_sample)
    assert book.read_bytes() == content


def test_what_the_user_added_is_shared_as_values(extended_book: Path, tmp_path: Path) -> None:
    """An own sheet, formulas and chart are in the copy, calculated; the own macro is not."""
    path = Path(shutil.copy(extended_book, tmp_path / "extended.xlsm"))
    refresh(path, read_sample)
    before, copy = Package.open(path), Package.open(export(path).paths[0])
    mine = copy.sheet("Mine")
    assert mine.formulas == []
    values = {place: before.sheet("Mine").value(*place) for place in before.sheet("Mine").cells}
    shown = {place: mine.value(*place) for place in mine.cells}
    assert shown == {place: value for place, value in values.items() if place in shown}
    assert len([value for value in shown.values() if value is not None]) > 15
    assert any(b"Mine!$F$1:$F$3" in data for name, data in copy.parts.items() if "/charts/" in name)
    assert not copy.has_macros


def test_a_save_during_a_refresh_is_not_lost(book: Path) -> None:
    """The user saves in Excel while the market is read: the edit stays, and the command says so."""

    def saving(asof: dt.datetime | None) -> MarketMorning:
        package = Package.open(book)
        package.sheet("Help").write(40, 14, "typed meanwhile")
        save_atomically(package.to_bytes(), book)
        return read_sample(asof)

    with pytest.raises(WorkbookError, match=r"mine\.xlsx was changed by another program meanwhile"):
        refresh(book, saving, LATER)
    assert Package.open(book).sheet("Help").value(40, 14) == "typed meanwhile"
    assert cell(book, "asof") == 43377.375
