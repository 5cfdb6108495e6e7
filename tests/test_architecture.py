"""The arrows of the house, read from the imports: cli → workbook, hosts, market → functions → model."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import alvh_xl

PACKAGE = Path(alvh_xl.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
HOST_ONLY = {"xlwings", "uno", "unohelper", "cellrune", "win32com", "pythoncom"}
NETWORK_ONLY = {"httpx", "requests", "urllib", "socket", "yfinance"}
# Which rooms of ours each room may import.
MAY_IMPORT = {
    "model": {"model"},
    "functions": {"functions", "model"},
    "market": {"market", "model"},
    "hosts": {"hosts", "functions"},
    "workbook": {"workbook", "hosts", "market", "functions"},
    "cli": {"cli", "workbook", "hosts", "market", "functions"},
}


def room_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(path.relative_to(PACKAGE.parent).parent.parts) if node.level else ""
            for _ in range(node.level - 1):
                base = base.rpartition(".")[0]
            module = f"{base}.{node.module}" if base and node.module else base or node.module or ""
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_arrows_go_one_way_only(path: Path) -> None:
    """An import against the arrows would tie the numbers to a spreadsheet or to the network."""
    room = room_of(path)
    names = list(imports(path))
    if room in MAY_IMPORT:
        ours = {name.split(".")[1] for name in names if name.startswith("alvh_xl.")} - {"__version__"}
        assert ours <= MAY_IMPORT[room], f"{room} imports {ours - MAY_IMPORT[room]}"
    outside = {name.split(".")[0] for name in names}
    if room != "hosts":
        assert not outside & HOST_ONLY
    if room != "market":
        assert not outside & NETWORK_ONLY


def test_importing_the_functions_stays_light() -> None:
    """A spreadsheet waits for this import: neither pandas nor any host or workbook library may come with it."""
    heavy = (
        "'pandas', 'openpyxl', 'xlsxwriter', 'xlwings', 'lxml', 'cellrune', 'typer', 'scipy.stats', 'scipy.optimize'"
    )
    code = f"import sys, alvh_xl.functions; print([name for name in ({heavy}) if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_every_cell_function_can_be_imported_by_its_name() -> None:
    """`from alvh_xl.functions import ALVH_…` must work for whatever the registry holds."""
    import alvh_xl.functions as functions

    names = {name for name in functions.__all__ if name.startswith("ALVH_")}
    assert names == set(functions.REGISTRY)
