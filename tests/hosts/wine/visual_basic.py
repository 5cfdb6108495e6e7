"""VBScript that calls functions on xlwings' COM server, as a macro would: VBA arrays, late binding.

Each answer is printed cell by cell: call, row, column, type, value; texts as the codes of their letters.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from alvh_xl.functions import CellError

MODULE = "alvh_xl.hosts.excel.udfs"
HEAD = """Option Explicit
Dim server, answer, i, j
Set server = CreateObject("{program}")
Function Codes(text)
  Dim k, made
  made = ""
  For k = 1 To Len(text)
    made = made & " " & Asc(Mid(text, k, 1))
  Next
  Codes = made
End Function
Sub Say(place, row, column, value)
  If TypeName(value) = "String" Then
    WScript.Echo place & "|" & row & "|" & column & "|String|" & Codes(value)
  Else
    WScript.Echo place & "|" & row & "|" & column & "|" & TypeName(value) & "|" & value
  End If
End Sub
"""


def literal(value: Any) -> str:
    """A value as VBScript writes it."""
    if value is None:
        return "Empty"
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, (int, float)):
        return f"CDbl({float(value)!r})"
    if isinstance(value, dt.datetime):
        return f'CDate("{value:%Y-%m-%d %H:%M:%S}")'
    if isinstance(value, CellError):
        value = value.value
    return '"' + str(value).replace('"', '""') + '"'


def one_call(place: int, name: str, arguments: list[Any], shape: tuple[int, int]) -> list[str]:
    """Lines that make one call and print its answer, which has so many rows and columns."""
    lines, given = [], []
    for number, value in enumerate(arguments):
        if isinstance(value, list):
            array = f"a{place}_{number}"
            lines.append(f"Dim {array}({len(value) - 1},{len(value[0]) - 1})")
            lines += [
                f"{array}({row},{column}) = {literal(cell)}"
                for row, cells in enumerate(value)
                for column, cell in enumerate(cells)
            ]
            given.append(array)
        else:
            given.append(literal(value))
    lines.append(f'answer = server.CallUDF("{MODULE}", "{name}", Array({", ".join(given)}))')
    if shape == (1, 1):
        lines.append(f"Say {place}, 0, 0, answer")
    elif shape[0] == 1:
        lines += ["For j = 0 To UBound(answer)", f"Say {place}, 0, j, answer(j)", "Next"]
    else:
        lines += ["For i = 0 To UBound(answer, 1)", "For j = 0 To UBound(answer, 2)"]
        lines += [f"Say {place}, i, j, answer(i, j)", "Next", "Next"]
    return lines


def read(output: str) -> dict[int, dict[tuple[int, int], float | bool | str]]:
    """What a script printed: for each call its cells by row and column."""
    found: dict[int, dict[tuple[int, int], float | bool | str]] = {}
    for line in output.splitlines():
        parts = line.strip().split("|")
        if len(parts) != 5:
            continue
        place, row, column = (int(part) for part in parts[:3])
        cell: float | bool | str
        if parts[3] == "String":
            cell = bytes(int(code) % 256 for code in parts[4].split()).decode("cp1252", "replace")
        else:
            cell = parts[4] == "True" if parts[3] == "Boolean" else float(parts[4])
        found.setdefault(place, {})[row, column] = cell
    return found
