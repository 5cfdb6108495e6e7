"""A broker's positions in the workbook: the typed tables, what stays beside them, and what is refused."""

from __future__ import annotations

import datetime as dt
import io
import re
import shutil
import warnings
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from openpyxl import load_workbook

from alvh_xl.functions import CellError
from alvh_xl.hosts.embedded import Package, WorkbookError, save_atomically, set_table
from alvh_xl.hosts.embedded.cells_xml import FORMULA
from alvh_xl.market import MarketError, read_sample
from alvh_xl.market.brokers import Contract, Holding, Statement
from alvh_xl.workbook.positions import import_positions
from alvh_xl.workbook.refresh import refresh
from tests.hosts.programs import validate
from tests.workbook.test_extending import cell, column, edit, table_part

OPENED = dt.datetime(2018, 10, 3, 10, 31, 5)
EXPIRY = dt.date(2018, 10, 19)
STRIKES = (2800.0, 2850.0, 2995.0, 3045.0)
FILLS = (2.10, 6.05, 4.80, 0.65)
VIX_DAY = dt.date(2018, 11, 21)
CALL = Holding(Contract("VIX", "VIX", VIX_DAY, "C", 15.0), 6, 1.35, OPENED)
FUTURE = Holding(Contract("VX", "VX", VIX_DAY), 1, 14.70, OPENED)


@pytest.fixture
def book(sample_book: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(sample_book, tmp_path / "mine.xlsx"))


def condor(
    quantity: int = 8, strikes: tuple[float, ...] = STRIKES, expiry: dt.date = EXPIRY, root: str = "SPXW"
) -> tuple[Holding, ...]:
    signs = zip(strikes, FILLS, "PPCC", (1, -1, -1, 1), strict=True)
    return tuple(
        Holding(Contract("SPX", root, expiry, right, strike), sign * quantity, fill, OPENED)
        for strike, fill, right, sign in signs
    )


def holding(*held: Holding) -> Statement:
    return Statement("thinkorswim", tuple(sorted(held, key=lambda one: one.contract)))


def shown(path: Path, table: str) -> list[dict[str, Any]]:
    """Rows of a table as openpyxl reads them."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Sparkline")
        sheet = load_workbook(io.BytesIO(path.read_bytes()), data_only=True)["Position"]
    headers, *rows = sheet[sheet.tables[table].ref]
    names = [one.value for one in headers]
    return [dict(zip(names, [one.value for one in row], strict=True)) for row in rows]


def test_condor_and_hedges_are_read_back_as_the_broker_had_them(book: Path) -> None:
    """Every typed cell: strikes, sides, fills, expiry, settlement; the days and volatilities stay formulas."""
    done = import_positions(book, holding(*condor(), CALL, FUTURE))
    legs = shown(book, "Condor")
    assert [row["leg"] for row in legs] == ["put_long", "put_short", "call_short", "call_long"]
    assert [row["instrument"] for row in legs] == ["SPX"] * 4
    assert [row["option_kind"] for row in legs] == ["P", "P", "C", "C"]
    assert [row["strike"] for row in legs] == list(STRIKES)
    assert [row["quantity"] for row in legs] == [8, -8, -8, 8]
    assert [row["price"] for row in legs] == list(FILLS)
    assert {(row["expiry"], row["settlement"]) for row in legs} == {(dt.datetime(2018, 10, 19), "PM")}
    call, future, *blank = shown(book, "Hedges")
    assert (call["instrument"], call["option_kind"], call["strike"], call["quantity"]) == ("VIX", "C", 15, 6)
    assert (call["expiry"], call["settlement"], call["price"]) == (dt.datetime(2018, 11, 21), "AM", 1.35)
    assert (future["instrument"], future["option_kind"], future["strike"]) == ("VX", None, None)
    assert (future["quantity"], future["price"]) == (1, 14.70)
    assert {row["quantity"] for row in blank} == {None}
    assert cell(book, "entry_date") == 43376  # 3 October 2018
    assert any("entry_date: 04-Oct-2018 → 03-Oct-2018" in change for change in done.changes)
    assert validate(book) == []


def test_every_figure_belongs_to_the_new_position_at_once(book: Path) -> None:
    """A workbook that shows the old credit beside the new legs would be wrong until the next refresh."""
    import_positions(book, holding(*condor(), CALL))
    credit = 6.05 + 4.80 - 2.10 - 0.65
    assert cell(book, "condors") == 8
    assert cell(book, "credit") == pytest.approx(credit)
    assert cell(book, "credit_dollars") == pytest.approx(credit * 100 * 8)
    assert cell(book, "max_loss") == pytest.approx((50 - credit) * 100 * 8)
    assert cell(book, "held") == 6
    again = refresh(book, read_sample)
    assert again.changed == 0
    assert again.kept == []


def test_an_open_settled_condor_is_marked_so(book: Path) -> None:
    """SPX settles at 09:30 and SPXW at 16:00: 0.27 days of risk."""
    days = {}
    for root in ("SPXW", "SPX"):
        import_positions(book, holding(*condor(root=root)))
        days[root] = cell(book, "dte")
    assert {row["settlement"] for row in shown(book, "Condor")} == {"AM"}
    assert days["SPXW"] - days["SPX"] == pytest.approx(6.5 / 24)


def test_importing_twice_changes_nothing(book: Path) -> None:
    """The same file again: the same bytes, and no change reported."""
    import_positions(book, holding(*condor(), CALL))
    before = book.read_bytes()
    assert import_positions(book, holding(*condor(), CALL)).changes == ()
    assert book.read_bytes() == before


def test_what_came_went_and_changed_is_said(book: Path) -> None:
    """A trader compares this list with the broker's screen."""
    import_positions(book, holding(*condor(), CALL))
    more = Holding(CALL.contract, 9, 1.30, OPENED)
    done = import_positions(book, holding(*condor(), more, FUTURE))
    assert done.changes == (
        "Hedges: +6 VIX 21-Nov-2018 AM 15 C at 1.35 → +9 at 1.30",
        "Hedges: +1 VX 21-Nov-2018 AM at 14.70 is new",
    )
    done = import_positions(book, holding(*condor(), FUTURE))
    assert done.changes == ("Hedges: +9 VIX 21-Nov-2018 AM 15 C at 1.30 is gone",)
    assert [row["instrument"] for row in shown(book, "Hedges")] == ["VX", None, None, None]


def test_a_dry_run_says_the_same_and_writes_nothing(book: Path) -> None:
    """Look first."""
    before = book.read_bytes()
    dry = import_positions(book, holding(*condor(), CALL), dry_run=True)
    assert book.read_bytes() == before
    wet = import_positions(book, holding(*condor(), CALL))
    assert (dry.rows, dry.changes, dry.left_out, dry.notes) == (wet.rows, wet.changes, wet.left_out, wet.notes)


def test_more_hedges_than_rows_are_named_not_dropped(book: Path) -> None:
    """Four rows are read by the formulas: the fifth and sixth, settling last, are named."""
    calls = [Holding(Contract("VIX", "VIX", VIX_DAY, "C", 15.0 + i), 1 + i, 1.0) for i in range(5)]
    late = Holding(Contract("VX", "VX", dt.date(2018, 12, 19)), 2, 15.0)
    done = import_positions(book, holding(*condor(), *calls, late))
    reason = "the table Hedges has room for 4 contracts: the plan does not count this one"
    assert done.left_out == (("+5 VIX 21-Nov-2018 19 C", reason), ("+2 VX 19-Dec-2018", reason))
    assert [row["strike"] for row in shown(book, "Hedges")] == [15, 16, 17, 18]


def test_one_of_several_condors_is_written_and_the_others_are_named(book: Path) -> None:
    """The sheet has room for one: the first to settle, unless another is asked for."""
    later = condor(3, (2700.0, 2750.0, 3050.0, 3100.0), dt.date(2018, 11, 16))
    statement = holding(*condor(), *later)
    done = import_positions(book, statement)
    assert cell(book, "put_short") == 2850
    [(what, why)] = done.left_out
    assert what == "condor B: 3 × SPXW 16-Nov-2018 2700/2750/3050/3100"
    assert "--condor B" in why
    import_positions(book, statement, "b")
    assert (cell(book, "put_short"), cell(book, "condors")) == (2750, 3)
    with pytest.raises(MarketError, match="there is no condor Z; the file holds A: 8 × SPXW 19-Oct-2018"):
        import_positions(book, statement, "Z")


def test_loose_legs_are_named_and_the_condor_table_is_left_alone(book: Path) -> None:
    """Three legs in the table would be another position; the old one may be a plan the trader typed."""
    before = column(book, "Condor", "strike")
    done = import_positions(book, holding(*condor()[:3], CALL))
    assert column(book, "Condor", "strike") == before
    assert [what for what, _ in done.left_out] == [one.name for one in sorted(condor()[:3], key=lambda x: x.contract)]
    assert "the file holds no iron condor: the table Condor was left as it is" in done.notes
    assert [row["quantity"] for row in shown(book, "Hedges")][:1] == [6]


def test_each_table_may_be_written_alone(book: Path) -> None:
    """Condor at one broker, hedges at another: the second file must not empty the first one's table."""
    import_positions(book, holding(*condor()), tables=["Condor"])
    done = import_positions(book, holding(CALL), tables=["Hedges"])
    assert done.notes == ()
    done = import_positions(book, holding(*condor(9), FUTURE), tables=["Condor"])
    assert cell(book, "condors") == 9
    assert [row["instrument"] for row in shown(book, "Hedges")][:2] == ["VIX", None]
    assert done.left_out == (("+1 VX 21-Nov-2018", "the table Hedges was not asked for"),)


def test_a_statement_without_anything_of_ours_touches_nothing(book: Path) -> None:
    """The wrong account's file must not empty the sheet."""
    before = book.read_bytes()
    with pytest.raises(MarketError, match="holds no SPX or VIX option and no VX or VXM future"):
        import_positions(book, holding())
    assert book.read_bytes() == before


def test_missing_fills_days_and_futures_are_said(book: Path) -> None:
    """Each gap names what to type: the sheet shows #N/A there rather than a number made up."""
    bare = [Holding(one.contract, one.quantity, None) for one in condor()]
    weekly = Holding(Contract("VIX", "VIX", dt.date(2018, 11, 14), "C", 15.0), 2, None)
    done = import_positions(book, holding(*bare, weekly))
    assert any("a fill of the condor is not in the file" in note for note in done.notes)
    assert any("type entry_date on the sheet Inputs" in note for note in done.notes)
    assert any("VIX 14-Nov-2018 15 C is a weekly contract" in note for note in done.notes)
    assert any("the fill of VIX 14-Nov-2018 15 C is not in the file" in note for note in done.notes)
    assert cell(book, "credit") is CellError.NA


def add_column(path: Path, table: str, name: str, values: list[Any]) -> None:
    """Add a column of the user's own at the right of a table."""
    package = Package.open(path)
    found = package.table(table)
    assert found is not None
    sheet, place = package.sheet(found.sheet), found.box.right + 1
    sheet.write(found.box.top, place, name)
    for row, value in enumerate(values, start=found.data.top):
        sheet.write(row, place, value)
    save_atomically(package.to_bytes(), path)
    part = table_part(path, table)
    root = etree.fromstring(Package.open(path).parts[part])
    places = root.find("{*}tableColumns")
    etree.SubElement(places, places[0].tag, id=str(len(places) + 1), name=name)
    places.set("count", str(len(places)))
    ref = re.sub(r":([A-Z]+)", lambda m: f":{chr(ord(m[1]) + 1)}", root.get("ref"))
    root.set("ref", ref)
    if root.find("{*}autoFilter") is not None:
        root.find("{*}autoFilter").set("ref", ref)
    edit(path, lambda _: etree.tostring(root, encoding="unicode"), part)


def test_what_is_typed_beside_a_contract_moves_along_with_it(book: Path) -> None:
    """Marks and remarks belong to a contract: sorted anew, sold or bought, no other must inherit them."""
    import_positions(book, holding(*condor(), CALL, FUTURE))
    package = Package.open(book)
    set_table(package, "Hedges", ["mark"], [[1.80], [15.2]])
    save_atomically(package.to_bytes(), book)
    add_column(book, "Hedges", "remark", ["for the storm", "carry", None, "spare row"])
    sooner = Holding(Contract("VIX", "VIX", dt.date(2018, 10, 17), "C", 14.0), 4, 0.9)
    done = import_positions(book, holding(*condor(), sooner, CALL))
    rows = [(row["strike"], row["mark"], row["remark"]) for row in shown(book, "Hedges")]
    assert rows == [(14, None, None), (15, 1.8, "for the storm"), (None, None, "spare row"), (None, None, None)]
    [lost] = [note for note in done.notes if "left the table" in note]
    assert "a row left the table" in lost
    assert "remark" in lost


@pytest.mark.parametrize("table", ["Condor", "Hedges"])
def test_a_table_that_is_gone_or_renamed_is_named_and_nothing_is_written(book: Path, table: str) -> None:
    """Half an import would be a position nobody has."""
    edit(book, lambda text: text.replace(f'displayName="{table}"', f'displayName="{table}2"'), table_part(book, table))
    before = book.read_bytes()
    with pytest.raises(WorkbookError, match=f"the table {table} is gone"):
        import_positions(book, holding(*condor(), CALL))
    assert book.read_bytes() == before


def test_a_formula_the_user_typed_over_a_fill_is_not_overwritten(book: Path) -> None:
    """What the user calculates there is theirs; the line says where."""
    package = Package.open(book)
    table = package.table("Condor")
    assert table is not None
    place = table.column("price")
    assert place is not None
    sheet = package.sheet(table.sheet)
    formula = sheet.cells[table.data.top, place].makeelement(FORMULA)
    formula.text = "1+1"
    sheet.cells[table.data.top, place].insert(0, formula)
    sheet.write(table.data.bottom, place, 0.70)
    save_atomically(package.to_bytes(), book)
    before = book.read_bytes()
    with pytest.raises(WorkbookError, match="holds a formula"):
        import_positions(book, holding(*condor()))
    assert book.read_bytes() == before


def test_a_workbook_open_in_excel_is_refused(book: Path) -> None:
    """Excel would write over it; the owner file tells."""
    content = book.read_bytes()
    (book.parent / f"~${book.name}").write_bytes(b"\x05trader")
    with pytest.raises(WorkbookError, match="open"):
        import_positions(book, holding(*condor()))
    assert book.read_bytes() == content
