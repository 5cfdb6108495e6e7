"""The examples of the functions as calls over COM, and the comparison of what comes back with plain Python."""

from __future__ import annotations

import math
from typing import Any

from alvh_xl.functions import CellError, FunctionSpec
from alvh_xl.functions.docs import example_call

NA = -2146826246  # what COM hands over for an error cell #N/A


def rows_of(value: Any) -> Any:
    """An argument of an example as the cells of a workbook: lists as columns, pairs as two columns."""
    if isinstance(value, dict):
        return [list(item) for item in value.items()]
    if isinstance(value, (list, tuple)):
        return [list(row) if isinstance(row, (list, tuple)) else [row] for row in value]
    return value


def wire(value: Any) -> Any:
    """Cells as COM carries them: rows as tuples, errors as codes."""
    if isinstance(value, list):
        return tuple(tuple(wire(cell) for cell in row) for row in value)
    return NA if value is CellError.NA else float(value) if type(value) is int else value


def assert_same(answer: Any, expected: Any) -> None:
    """Compare what arrived in VBA with an answer of plain Python, cell by cell."""
    rows = expected if isinstance(expected, list) else [[expected]]
    got = answer if isinstance(answer, list) else [[answer]]
    if got and not isinstance(got[0], list):
        got = [got]  # CallUDF hands one row over as a one-dimensional array
    assert [len(row) for row in got] == [len(row) for row in rows]
    for got_row, row in zip(got, rows, strict=True):
        for found, wanted in zip(got_row, row, strict=True):
            if isinstance(wanted, float):
                assert isinstance(found, float)
                assert math.isclose(found, wanted, rel_tol=1e-12, abs_tol=1e-300)
            else:
                wanted = "" if wanted is None else wanted.value if isinstance(wanted, CellError) else wanted
                assert found == wanted
                assert type(found) is type(wanted)


def example(spec: FunctionSpec) -> list[Any]:
    return [rows_of(argument) for argument in example_call(spec.documentation.example)[1]]
