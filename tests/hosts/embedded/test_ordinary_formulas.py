"""Ordinary formulas over a refreshed workbook: every expected value follows from Excel's rules, worked out by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from alvh_xl.functions.cells import CellError
from tests.hosts.embedded.support import STALE, Refreshed, refresh, workbook

ASOF = (dt.date(2026, 11, 20) - dt.date(1899, 12, 30)).days

FORMULAS: list[tuple[str, Any]] = [
    # arithmetic and comparison
    ("1+2*3", 7.0),
    ("-2^2", 4.0),
    ("2^3^2", 64.0),
    ("50%*8", 4.0),
    ('"5"*2', 10.0),
    ('"a"="A"', True),
    ('10<"a"', True),
    ("TRUE>5", True),
    ('1&"x"&TRUE', "1xTRUE"),
    ("0.1+0.2=0.3", True),
    ("A4+1", 1.0),
    ('A4=""', True),
    # logic
    ('IF(A1>3,"yes","no")', "yes"),
    ("IF(FALSE,1)", False),
    ("IF(TRUE,,5)", 0.0),
    ("IFS(1>2,1,2>1,22)", 22.0),
    ('SWITCH(3,1,"a",3,"c","z")', "c"),
    ("XOR(TRUE,TRUE,TRUE)", True),
    # totals: the numbers of A are 5, 3, 8, (blank), 9
    ("SUM(A1:A5)", 25.0),
    ("COUNT(A1:A5)", 4.0),
    ("COUNTBLANK(A1:A5)", 1.0),
    ("AVERAGE(A1:A5)", 6.25),
    ("MEDIAN(A1:A5)", 6.5),
    ("LARGE(A1:A5,2)", 8.0),
    ('COUNTIF(B1:B5,"f*")', 2.0),
    ('SUMIF(B1:B5,"FIG",A1:A5)', 17.0),
    ('SUMIFS(A1:A5,B1:B5,"fig",A1:A5,">8")', 9.0),
    ("SUMPRODUCT(A1:A5,A1:A5)", 179.0),
    ('SUMPRODUCT((B1:B5="fig")*A1:A5)', 17.0),
    ("SUMPRODUCT(--(LEN(B1:B5)=3),A1:A5)", 17.0),
    ("SUMPRODUCT(1/COUNTIF(B1:B3,B1:B3))", 3.0),
    ("SUBTOTAL(109,A1:A5)", 25.0),
    ("AGGREGATE(14,6,A1:A5,1)", 9.0),
    # rounding and mathematics
    ("ROUND(-2.5,0)", -3.0),
    ("ROUND(1.005,2)", 1.01),
    ("MOD(-7,3)", 2.0),
    ("INT(-2.5)", -3.0),
    ("MROUND(101.3,2.5)", 102.5),
    ("NORM.S.DIST(0,TRUE)", 0.5),
    # lookup
    ("INDEX(A1:A5,MATCH(8,A1:A5,0))", 8.0),
    ('INDEX(A1:A5,MATCH("FIG",B1:B5,0))', 8.0),
    ('VLOOKUP("fig",B1:C5,2,FALSE)', 30.0),
    ('XLOOKUP("none",B1:B5,A1:A5,"missing")', "missing"),
    ('XLOOKUP("fig",B1:B5,C1:C5,,0,-1)', 50.0),
    ("LOOKUP(25,C1:C5)", 20.0),
    ('LOOKUP(2,1/(B1:B5="fig"),C1:C5)', 50.0),
    ("SUM(OFFSET(A1,1,0,2,1))", 11.0),
    ('SUM(INDIRECT("A1:A3"))', 16.0),
    ("SUM(A1:INDEX(A1:A5,3))", 16.0),
    ("SUM(INDEX(A1:C5,0,3))", 150.0),
    # text
    ('TEXT(0.1234,"0.00%")', "12.34%"),
    ('TEXT(1234567.891,"#,##0.00")', "1,234,567.89"),
    (f'TEXT({ASOF},"dd-mmm-yyyy")', "20-Nov-2026"),
    ('TEXT(-5.5,"$#,##0.00;($#,##0.00)")', "($5.50)"),
    ('SUBSTITUTE("a-b-c","-","+",2)', "a-b+c"),
    ('TEXTJOIN(",",TRUE,B1:B3)', "pear,apple,fig"),
    ('SEARCH("C?","abcd")', 3.0),
    # dates
    ("DATE(2026,13,1)-DATE(2027,1,1)", 0.0),
    ("EOMONTH(DATE(2026,1,31),1)-DATE(2026,2,28)", 0.0),
    ("WEEKDAY(DATE(2026,11,20),2)", 5.0),
    ("NETWORKDAYS(DATE(2026,11,20),DATE(2026,12,4),DATE(2026,11,26))", 10.0),
    # money
    ("ROUND(PMT(0.01,12,-1000),6)", 88.848789),
    ("ROUND(RATE(12,-100,1000),8)", 0.02922854),
    ("ROUND(IRR({-100,60,60}),8)", 0.13066239),
    # errors travel as values
    ("1/0", CellError.DIV0),
    ("IFERROR(1/0,42)", 42.0),
    ("IFNA(NA(),43)", 43.0),
    ("ERROR.TYPE(1/0)", 2.0),
    ("SQRT(-1)", CellError.NUM),
    ('VLOOKUP("none",B1:C5,2,FALSE)', CellError.NA),
    ("INDEX(A1:A5,9)", CellError.REF),
    ('"a"+1', CellError.VALUE),
    ("COUNT(1/0,1)", 1.0),
    # names, tables, other sheets
    ("spot*2", 203.0),
    ("SUM(numbers)", 25.0),
    ("fee*100", 65.0),
    ("SUM(Fruit[price])", 60.0),
    ("ROWS(Fruit)", 3.0),
    ("Fruit[[#Headers],[price]]", "price"),
    ("SUM(Fruit[[price]:[double]])", 180.0),
    ("'It''s mine'!A1+1", 8.5),
    ("SUM('S:It''s mine'!A1)", 12.5),
    ("MAX(C:C)", 50.0),
    # LET and LAMBDA
    ("_xlfn.LET(_xlpm.x,A1,_xlpm.y,_xlpm.x*2,_xlpm.x+_xlpm.y)", 15.0),
    ("SUM(_xlfn.MAP(A1:A3,_xlfn.LAMBDA(_xlpm.v,_xlpm.v*10)))", 160.0),
    # the clock is the moment of the refresh
    ("TODAY()", float(ASOF)),
    ("ROUND(24*(NOW()-TODAY()),6)", 9.5),
]


def _build(book: Any) -> None:
    sheet, other = book.add_worksheet("S"), book.add_worksheet("It's mine")
    for row, number in enumerate([5, 3, 8, None, 9]):
        if number is not None:
            sheet.write(row, 0, number)
    sheet.write_column("B1", ["pear", "apple", "fig", "kiwi", "fig"])
    sheet.write_column("C1", [10, 20, 30, 40, 50])
    other.write("A1", 7.5)
    for name, meaning in {"spot": "=101.5", "numbers": "=S!$A$1:$A$5", "fee": "=0.65", "rate": "=0.04"}.items():
        book.define_name(name, meaning)
    columns = [{"header": "price"}, {"header": "double", "formula": "=[@price]*2"}]
    sheet.add_table("H1:I4", {"name": "Fruit", "columns": columns, "data": [[10, STALE], [20, STALE], [30, STALE]]})
    for row, (formula, _) in enumerate(FORMULAS):
        sheet.write_formula(row, 4, "=" + formula, None, STALE)


@pytest.fixture(scope="module")
def refreshed() -> Refreshed:
    return refresh(workbook(_build))


@pytest.mark.parametrize(("row", "formula", "expected"), [(i, f, e) for i, (f, e) in enumerate(FORMULAS, 1)])
def test_a_formula_gets_the_value_excel_would_give(refreshed: Refreshed, row: int, formula: str, expected: Any) -> None:
    """A user would see another number than Excel computes."""
    value = refreshed.cell(f"E{row}")
    assert type(value) is type(expected)
    assert value == pytest.approx(expected, rel=1e-12, abs=1e-12) if isinstance(expected, float) else value == expected


def test_no_formula_of_the_list_is_left_at_its_old_value(refreshed: Refreshed) -> None:
    """A kept cell shows yesterday's number."""
    assert refreshed.report.kept == []
