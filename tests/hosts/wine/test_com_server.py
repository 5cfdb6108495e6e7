"""The real COM server of xlwings on Windows Python under Wine, called from another process.

Not Excel: what is real here is Windows Python, pywin32, COM between processes and xlwings' own server and conversion.
The expected values are those of plain Python on this machine.
"""

from __future__ import annotations

from typing import Any

import pytest

from alvh_xl.functions import REGISTRY, CellError
from tests.hosts.excel.calls import assert_same, example, rows_of, wire
from tests.hosts.wine.wine import Client

pytestmark = pytest.mark.wine

Case = tuple[str, list[Any]]


def over_com(value: Any) -> Any:
    """An argument as JSON for the client: errors as their texts, as our VBA wrappers hand them over."""
    if isinstance(value, (list, tuple)):
        return [over_com(item) for item in value]
    if isinstance(value, CellError):
        return value.value
    if hasattr(value, "timetuple"):
        return {"date": list(value.timetuple()[:6])}
    return float(value) if type(value) is int else value


def answers(client: Client, cases: list[Case]) -> list[Any]:
    """What the cases answer over COM."""
    calls = [{"name": name, "arguments": over_com(arguments)} for name, arguments in cases]
    return [found["answer"] for found in client.answers(calls)]


def compare(client: Client, cases: list[Case]) -> None:
    """Every case answers over COM as in plain Python."""
    for (name, arguments), answer in zip(cases, answers(client, cases), strict=True):
        try:
            assert_same(answer, REGISTRY[name].evaluate(arguments))
        except AssertionError as difference:
            raise AssertionError(f"{name}{arguments!r} answered {answer!r}: {difference}") from difference


def test_every_function_answers_its_example_as_plain_python_does(client: Client) -> None:
    """The number in an Excel cell must be the number of the documentation, for all functions, to 1e-12."""
    compare(client, [(spec.name, example(spec)) for spec in REGISTRY.values()])


def test_omitted_arguments_have_their_defaults(client: Client) -> None:
    """VBA hands over an error variant for an omitted argument; it must not arrive as an error or a number."""
    names, calls = [], []
    for spec in REGISTRY.values():
        required = [value for value, p in zip(example(spec), spec.parameters, strict=False) if p.required]
        omitted = [{"omitted": True}] * (len(spec.parameters) - len(required))
        names.append((spec, required))
        calls.append({"name": spec.name, "arguments": [*over_com(required), *omitted]})
    for (spec, required), found in zip(names, client.answers(calls), strict=True):
        assert_same(found["answer"], spec.evaluate(required))


def test_blanks_errors_and_texts_give_the_cell_of_the_contract(client: Client) -> None:
    """Each function, each argument: never a traceback as the text of a cell, never 0."""
    cases: list[Case] = []
    for spec in REGISTRY.values():
        arguments = example(spec)
        for place in range(len(arguments)):
            for bad in (CellError.NA, None, "no number", -1e300, [[1.0, 2.0], [CellError.NA, None]]):
                cases.append((spec.name, [*arguments[:place], bad, *arguments[place + 1 :]]))
    assert len(cases) > 1000
    compare(client, cases)


def test_ranges_spill_in_their_direction(client: Client) -> None:
    """A row answers with a row and a column with a column, errors in their places."""
    cases: list[Case] = []
    for spec in REGISTRY.values():
        arguments = example(spec)
        if spec.shape == "elementwise" and arguments and not isinstance(arguments[0], list):
            first = arguments[0]
            for cells in ([[first, CellError.NA, None]], [[first], [CellError.NA], [None]]):
                cases.append((spec.name, [cells, *arguments[1:]]))
    assert len(cases) > 50
    compare(client, cases)


def test_a_long_series_crosses_in_one_call(client: Client) -> None:
    """300 sessions of History go through a signal in one call, there and back."""
    closes = [[2900.0 + 7.0 * ((day * 37) % 19) - day * 0.3] for day in range(300)]
    compare(client, [("ALVH_MACD", [closes]), ("ALVH_RSI", [closes, 14.0])])


def test_date_cells_are_dates(client: Client) -> None:
    """COM hands a date over as a time with a zone; the wall clock counts."""
    observed, asof = {"date": [2018, 10, 3, 16, 15, 0]}, {"date": [2018, 10, 11, 9, 0, 0]}
    calls = [
        {"name": "ALVH_STALE", "arguments": [observed, asof, 1.0]},
        {"name": "ALVH_STALE", "arguments": [[[observed], [None]], asof, 1.0]},
    ]
    one, column = (found["answer"] for found in client.answers(calls))
    assert one == "STALE"
    assert column == [["STALE"], ["MISSING"]]


def test_an_unknown_function_is_a_com_error_not_a_hang(client: Client) -> None:
    """A workbook of a newer version asks for a function this one lacks: VBA must get an error it can turn into one."""
    (found,) = client.answers([{"name": "ALVH_MAGIC", "arguments": [1.0]}])
    assert "ALVH_MAGIC" in found["answer"]["com_error"]


def test_examples_hold_ranges_and_scalars() -> None:
    """The comparison would prove nothing if every example were one number."""
    shapes = {type(rows_of(argument)) for spec in REGISTRY.values() for argument in example(spec)}
    assert {float, list, str} <= shapes | {type(wire(1))}
