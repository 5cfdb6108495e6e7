"""Other ways to xlwings' COM server under Wine: VBScript, xlwings' DLL, the macro Refresh; and a server that dies.

Not Excel: a double plays it where a workbook is needed.
"""

from __future__ import annotations

import math
import os
import shutil
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from alvh_xl.functions import REGISTRY, CellError
from alvh_xl.hosts.embedded import Package, cached_values
from alvh_xl.market import read_sample
from alvh_xl.workbook.refresh import refresh
from tests.hosts.excel.calls import example
from tests.hosts.wine.visual_basic import HEAD, one_call, read
from tests.hosts.wine.wine import CLSID, ROOT, Wine, serving, windows

pytestmark = pytest.mark.wine
PROGRAM = "AlvhTest.Python"


def rows(value: Any) -> list[list[Any]]:
    """An answer as rows."""
    return value if isinstance(value, list) else [[value]]


def same(found: Any, wanted: Any) -> bool:
    """Whether a printed cell is the wanted one; 15 printed digits are what VBScript gives."""
    if isinstance(wanted, float):
        return isinstance(found, float) and math.isclose(found, wanted, rel_tol=1e-12, abs_tol=1e-300)
    found, wanted = (
        "" if cell is None else cell.value if isinstance(cell, CellError) else cell for cell in (found, wanted)
    )
    if isinstance(wanted, str) and isinstance(found, str):
        return found == wanted or found == wanted.encode("cp1252", "replace").decode("cp1252")
    return bool(found == wanted)


def spoiled(path: Path) -> bytes:
    """A workbook whose market tables hold other figures than the morning's, its formulas their values."""
    package = Package.open(path)
    for name in ("Market", "History", "Curve"):
        table = package.table(name)
        assert table is not None
        cells = package.sheet(table.sheet)
        for row in range(table.data.top, table.data.bottom + 1):
            for column in range(table.data.left, table.data.right + 1):
                if isinstance(cells.value(row, column), float) and (row, column) not in cells.formula_at:
                    cells.write(row, column, 1.25)
    return package.to_bytes()


def test_vbscript_gets_every_example_through_two_dimensional_arrays(wine: Wine, tmp_path: Path) -> None:
    """VBA hands ranges over as two-dimensional arrays of variants; pywin32's own arrays could hide a difference."""
    lines = [HEAD.format(program=PROGRAM)]
    wanted = []
    for place, spec in enumerate(REGISTRY.values()):
        answer = rows(spec.evaluate(example(spec)))
        wanted.append(answer)
        lines += one_call(place, spec.name, example(spec), (len(answer), len(answer[0])))
    script = tmp_path / "examples.vbs"
    script.write_text("\r\n".join(lines), encoding="cp1252")
    with serving(wine, 2, tmp_path) as client:
        client.answers([{"name": "ALVH_VERSION", "arguments": []}])  # the server is up
        key = rf"HKCR\{PROGRAM}\CLSID"
        wine.run("reg", "add", key, "/ve", "/d", CLSID.format(2), "/f")
        printed = wine.checked("cscript", windows(script))
    found = read(printed)
    for place, (spec, answer) in enumerate(zip(REGISTRY.values(), wanted, strict=True)):
        cells = {(i, j): cell for i, row in enumerate(answer) for j, cell in enumerate(row)}
        assert found.get(place, {}).keys() == cells.keys(), (spec.name, printed[-500:])
        for where, cell in cells.items():
            assert same(found[place][where], cell), (spec.name, where, found[place][where], cell)


def test_the_server_starts_through_the_dll_as_from_vba(wine: Wine) -> None:
    """xlwings' VBA starts Python through its DLL; the DLL and the installed xlwings must be of one version."""
    answer = wine.script("com_dll_client.py")
    assert float(answer.splitlines()[-1]) == pytest.approx(6000 * 0.15 * math.sqrt(14 / 365), rel=1e-12)


def test_refresh_of_an_open_workbook_equals_the_refresh_of_its_file(
    wine: Wine, sample_book: Path, tmp_path: Path
) -> None:
    """The button and `alvh-xl refresh` are two ways to one morning: every cell must agree, Excel be left as found."""
    opened, filed, out = (tmp_path / name for name in ("opened.xlsx", "filed.xlsx", "out.xlsx"))
    shutil.copy(sample_book, filed)
    refresh(filed, read_sample)
    opened.write_bytes(spoiled(filed))
    with serving(wine, 3, tmp_path) as client:
        client.answers([{"name": "ALVH_VERSION", "arguments": []}])
        said = wine.script("com_double.py", CLSID.format(3), windows(opened), windows(out), windows(ROOT))
    assert "as before" in said, said
    assert "3/3 Calculating" in said
    mine, theirs = Package.open(filed), Package.open(out)
    for sheet in mine.sheets:
        # An empty text that is assigned in Excel leaves the cell blank.
        left, right = (
            {place: value for place, value in cached_values(book, sheet).items() if value not in ("", None)}
            for book in (mine, theirs)
        )
        assert left.keys() == right.keys(), sheet
        for place, value in left.items():
            assert same(right[place], float(value) if type(value) is int else value), (sheet, place)


def test_a_server_killed_during_a_call_gives_an_error_and_the_next_one_answers(wine: Wine, tmp_path: Path) -> None:
    """Python may crash: Excel must get an error at once, not wait for ever, and the next call must work."""
    closes = [[2900.0 + day % 17] for day in range(2000)]
    endless = {"name": "ALVH_MACD", "arguments": [closes], "repeat": 100_000}
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    with serving(wine, 4, first) as client:
        client.answers([{"name": "ALVH_VERSION", "arguments": []}])
        killer = threading.Timer(1.0, lambda: os.kill(client.server_pid, signal.SIGKILL))
        killer.start()
        begun = time.monotonic()
        (found,) = client.answers([endless], timeout=60)
        assert "com_error" in found["answer"], found
        assert time.monotonic() - begun < 30
        killer.join()
    with serving(wine, 4, second) as client:
        (found,) = client.answers([{"name": "ALVH_EXPECTED_MOVE", "arguments": [6000.0, 0.15, 14.0]}])
        assert found["answer"] == pytest.approx(6000 * 0.15 * math.sqrt(14 / 365), rel=1e-12)
