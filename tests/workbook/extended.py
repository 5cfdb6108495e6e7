"""A macro workbook of ours as a user might have extended it: a sheet, formulas, a chart, formats and VBA."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlwings

from alvh_xl.market import read_sample
from alvh_xl.workbook import build as building
from alvh_xl.workbook.layout import Context


class Mine:
    """A sheet as a user might add it: ordinary formulas over our results, and everything that must survive."""

    FORMULAS: tuple[tuple[str, str, Any], ...] = (
        ("B1", '=IF(plan_hold>5,"big","small")', "big"),
        ("B2", '=INDEX(Market[value],MATCH("vix",Market[series],0))', 11.61),
        ("B3", '=_xlfn.XLOOKUP("vix9d",Market[series],Market[value])', 10.81),
        ("B4", "=SUMPRODUCT((History[vix]>30)*(History[close]<2700))", None),
        ("B5", "=AVERAGE(History[close])", None),
        ("B6", "=ROUND(ALVH_EXPECTED_MOVE(6000,0.15,14)*2,1)", 352.5),
        ("B7", "=_xlfn.LET(_xlpm.x,plan_hold,_xlpm.x*2)", 12),
        ("B8", "=SUM(_xlfn.ANCHORARRAY(D1))", 15.075 + 15.65),
        ("B9", "=COUNTIF(Market[status],\"PROXY\")", 10),
        ("B10", "=IFERROR(ALVH_IMPLIED_VOL(\"C\",0.01,100,50,30),\"no vol\")", "no vol"),
        ("B11", "=Morning!B4", None),
    )  # fmt: skip

    def __init__(self, vba: Path) -> None:
        self.vba = vba

    def write(self, context: Context) -> None:
        """Write the sheet, and put a macro project into the workbook."""
        book, sheet = context.book, context.sheets["Mine"]
        for cell, formula, _ in self.FORMULAS:
            sheet.write_formula(cell, formula, None, -1)
        sheet.write_dynamic_array_formula("D1:D2", "=_xlfn.TAKE(FILTER(Curve[settle],Curve[settle]>15),2)", None, -1)
        sheet.write_dynamic_array_formula("F1:F3", "=ALVH_EXPECTED_MOVE(spot,0.2,{7;14;21})", None, -1)
        sheet.write_formula("H1", "=MYBROKER(1)", None, 42)
        sheet.write_formula("H2", '=CUBEVALUE("a","b")', None, 43)
        sheet.write_row("A20", ["a", "b", "c"])
        sheet.conditional_format("B1:B9", {"type": "3_color_scale"})
        sheet.data_validation("A21", {"validate": "list", "source": ["one", "two"]})
        sheet.add_sparkline("A22", {"range": "History!E10:E40"})
        sheet.write_comment("A23", "mine")
        sheet.insert_checkbox("A24", True)
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=Mine!$F$1:$F$3"})
        sheet.insert_chart("J2", chart)
        book.add_vba_project(str(self.vba))


def build_extended(path: Path) -> None:
    """Write the extended workbook; it is not recalculated yet."""
    vba = path.with_name("vbaProject.bin")
    with zipfile.ZipFile(Path(xlwings.__file__).parent / "quickstart.xlsm") as quick:
        vba.write_bytes(quick.read("xl/vbaProject.bin"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(building, "SHEETS", (*building.SHEETS, ("Mine", Mine(vba), "#FF0000")))
        building.build(path, read_sample())
