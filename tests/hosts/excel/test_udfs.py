"""Every cell function through xlwings' own UDF pipeline, as Excel on Windows calls it.

The pipeline is the real one (`XLPython.CallUDF`, `xlwings.udfs.call_udf`, conversion) over pywin32 stand-ins; what it
answers must pass the gate of COM. The expected values are those of plain Python.
"""

from __future__ import annotations

import datetime as dt
import io
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from alvh_xl.functions import REGISTRY, CellError, FunctionSpec
from alvh_xl.hosts.excel.values import OMITTED
from alvh_xl.hosts.excel.wizard import function_text
from tests.hosts.excel.calls import assert_same, example, wire
from tests.hosts.excel.pywin32_stub import RangeObject, com_gate, com_time

MODULE = "alvh_xl.hosts.excel.udfs"
Call = Callable[..., Any]
every_function = pytest.mark.parametrize("spec", REGISTRY.values(), ids=lambda spec: spec.name)


@pytest.fixture(scope="module")
def call(xlwings_windows: Any) -> Call:
    """Call a function as VBA does; answers with what arrives in VBA after COM."""
    server = sys.modules["xlwings.com_server"].XLPython()

    def call(name: str, *arguments: Any) -> Any:
        return com_gate(server.CallUDF(MODULE, name, arguments, None, None))

    return call


def as_reference(value: Any) -> Any:
    """An argument as xlwings' own wrappers hand it over: a Range object."""
    return value if value is None else RangeObject(wire(value))


@every_function
def test_the_example_answers_as_in_python_from_values(call: Call, spec: FunctionSpec) -> None:
    """Our wrappers hand values over; a number must not depend on where it is asked for."""
    assert_same(call(spec.name, *map(wire, example(spec))), spec.evaluate(example(spec)))


@every_function
def test_the_example_answers_as_in_python_from_references(call: Call, spec: FunctionSpec) -> None:
    """xlwings' own wrappers hand Range objects over."""
    assert_same(call(spec.name, *map(as_reference, example(spec))), spec.evaluate(example(spec)))


@every_function
def test_omitted_arguments_have_their_defaults(call: Call, spec: FunctionSpec) -> None:
    """VBA hands an omitted optional argument over as an error variant, which is no number and no error."""
    required = [value for value, p in zip(example(spec), spec.parameters, strict=False) if p.required]
    omitted = [OMITTED] * (len(spec.parameters) - len(required))
    assert_same(call(spec.name, *map(wire, required), *omitted), spec.evaluate(required))


@every_function
def test_one_bad_argument_gives_the_error_of_the_contract(call: Call, spec: FunctionSpec) -> None:
    """Errors, blanks and texts must mean in Excel what they mean everywhere: never a traceback in the cell."""
    arguments = example(spec)
    for place in range(len(arguments)):
        for bad in (CellError.NA, None, "", "no number", -1e300, True, [[1.0, 2.0], [CellError.NA, None]]):
            changed = [*arguments[:place], bad, *arguments[place + 1 :]]
            assert_same(call(spec.name, *map(wire, changed)), spec.evaluate(changed))


@every_function
def test_a_range_spills_in_its_direction(call: Call, spec: FunctionSpec) -> None:
    """An elementwise function over a row answers with a row, over a column with a column, errors in their places."""
    arguments = example(spec)
    if spec.shape != "elementwise" or not arguments or isinstance(arguments[0], list):
        assert spec.name in REGISTRY
        return
    for cells in ([[arguments[0], CellError.NA, None]], [[arguments[0]], [CellError.NA], [None]]):
        changed = [cells, *arguments[1:]]
        assert_same(call(spec.name, *map(wire, changed)), spec.evaluate(changed))
        assert_same(call(spec.name, *map(as_reference, changed)), spec.evaluate(changed))


def test_a_date_cell_is_a_date(call: Call) -> None:
    """COM hands a date cell over as a time with a time zone; the wall clock counts."""
    observed, asof = com_time(2018, 10, 3, 16, 15), com_time(2018, 10, 11, 9)
    assert call("ALVH_STALE", observed, asof, 1.0) == "STALE"
    assert call("ALVH_STALE", RangeObject(((observed,), (None,))), RangeObject(asof), 1.0) == [["STALE"], ["MISSING"]]
    expiries = REGISTRY["ALVH_VIX_EXPIRIES"].evaluate([dt.datetime(2018, 10, 11, 9), 2.0])
    assert_same(call("ALVH_VIX_EXPIRIES", RangeObject(asof), 2.0), expiries)


def test_a_currency_cell_is_a_number(call: Call) -> None:
    """COM hands a cell in a currency format over as Decimal, which would be #VALUE!."""
    assert call("ALVH_EXPECTED_MOVE", Decimal("6000"), 0.15, 14.0) == pytest.approx(176.2625687736, rel=1e-12)


def test_a_table_arrives_as_a_block(call: Call) -> None:
    """A table function must spill: a header row, then rows of equal length."""
    block = call("ALVH_LAYER_SIZES", *map(wire, example(REGISTRY["ALVH_LAYER_SIZES"])))
    assert block[0] == ["layer", "notional", "contracts"]
    assert len({len(row) for row in block}) == 1


def test_a_defect_shows_as_an_error_and_is_logged(
    xlwings_windows: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """xlwings would write the text of the exception into the cell."""
    udfs = sys.modules[MODULE]
    spec = REGISTRY["ALVH_VERSION"]
    monkeypatch.setattr(type(spec), "evaluate", lambda *_: 1 / 0)
    with caplog.at_level("ERROR", "alvh_xl"):
        assert udfs.worksheet_function(spec)() == [["#VALUE!"]]
    assert "ALVH_VERSION failed unexpectedly" in caplog.text


def test_xlwings_finds_every_function_with_its_texts(xlwings_windows: Any) -> None:
    """`import_udfs` takes name, arguments, optionality and help texts from the decorated functions."""
    udfs = sys.modules[MODULE]
    for name, spec in REGISTRY.items():
        known = getattr(udfs, name).__xlfunc__
        assert known["name"] == name
        assert known["ret"]["doc"] == function_text(spec)
        assert known["category"] == f"ALVH {spec.category}"
        assert len(known["args"]) == len(spec.parameters)
        for argument, parameter in zip(known["args"], spec.parameters, strict=True):
            assert argument["name"].rstrip("_") == parameter.name
            assert ("optional" in argument) == (not parameter.required)
            assert 0 < len(argument["doc"]) <= 255
            assert argument["options"]["convert"] == "raw"


def test_xlwings_writes_a_wrapper_for_every_function(xlwings_windows: Any) -> None:
    """`import_udfs` must be able to make its VBA module, without a word VBA reserves among the arguments."""
    text = io.StringIO()
    udfs = sys.modules["xlwings.udfs"]
    udfs.generate_vba_wrapper(MODULE, sys.modules[MODULE], text, SimpleNamespace(Name="book.xlsm"))
    heads = [line for line in text.getvalue().splitlines() if line.startswith("Function ")]
    assert {head.split("(")[0].removeprefix("Function ") for head in heads} == set(REGISTRY)
    words = {word.strip(",()").lower() for head in heads for word in head.split("(", 1)[1].split()} - {"optional"}
    assert not words & {"long", "single", "date", "option", "next", "type", "step", "to", "end", "call", "put", "get"}


def test_the_module_can_be_imported_without_excel() -> None:
    """Tests, documentation and the Mac import it too, where xlwings' decorators do nothing."""
    code = (
        "from alvh_xl.hosts.excel import udfs; from alvh_xl.functions import REGISTRY;"
        "assert all(callable(getattr(udfs, name)) for name in REGISTRY);"
        "print(udfs.ALVH_EXPECTED_MOVE(6000.0, 0.15, 14.0)[0][0])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(answer.stdout) == pytest.approx(176.2625687736, rel=1e-12)
