"""Every function, argument and kind of bad input gives the cell the contract promises; generated from the registry."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from typing import Any

import pytest

from alvh_xl.functions import REGISTRY, CellError
from alvh_xl.functions.book import BookKind
from alvh_xl.functions.docs import example_call
from alvh_xl.functions.kinds import (
    FlagKind,
    Kind,
    NumberKind,
    OptionKind,
    PairsKind,
    SeriesKind,
    TableKind,
    WordKind,
)
from alvh_xl.functions.registry import FunctionSpec, Parameter

NA, VALUE, NUM = CellError.NA, CellError.VALUE, CellError.NUM


def example_arguments(spec: FunctionSpec) -> list[Any]:
    """Arguments of the documented example: a call that is known to be valid."""
    return example_call(spec.documentation.example)[1]


def as_range(value: Any) -> Any:
    """Write a Python argument as a host hands it over: a list is a column, a mapping two columns."""
    if isinstance(value, dict):
        return [list(pair) for pair in value.items()]
    if isinstance(value, list) and value and not isinstance(value[0], list):
        return [[cell] for cell in value]
    return value


def positions() -> Iterator[tuple[FunctionSpec, int]]:
    for spec in REGISTRY.values():
        for index, _ in enumerate(spec.parameters):
            yield spec, index


def call(spec: FunctionSpec, index: int, value: Any) -> Any:
    arguments = [as_range(argument) for argument in example_arguments(spec)]
    arguments += [None] * (index + 1 - len(arguments))
    arguments[index] = value
    return spec.evaluate(arguments)


def first_cell(result: Any) -> Any:
    return result[0][0] if isinstance(result, list) else result


def cells(result: Any) -> list[Any]:
    return [cell for row in result for cell in row] if isinstance(result, list) else [result]


EVERY = pytest.mark.parametrize(
    ("spec", "index"), list(positions()), ids=lambda item: item.name if isinstance(item, FunctionSpec) else str(item)
)


@pytest.fixture(autouse=True)
def no_defects(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A defect of ours leaves a line in the log; none of these inputs may cause one."""
    with caplog.at_level(logging.ERROR, logger="alvh_xl"):
        yield
    assert not caplog.records, caplog.text


def absent(parameter: Parameter) -> bool:
    """Whether a blank is an answer here: an optional argument, or a blank that means something."""
    return not parameter.required or parameter.nullable or getattr(parameter.kind, "blank", False)


@EVERY
def test_a_blank_is_the_default_or_not_available(spec: FunctionSpec, index: int) -> None:
    """A blank for a required argument is #N/A; for an optional one it must equal typing the default."""
    parameter = spec.parameters[index]
    result = call(spec, index, None)
    if not absent(parameter):
        assert first_cell(result) is NA
    elif parameter.default is not None and not isinstance(parameter.kind, OptionKind):
        assert result == call(spec, index, parameter.default)
    if isinstance(parameter.kind, (BookKind, TableKind, SeriesKind)):
        assert call(spec, index, [[None], [None]]) == result


@EVERY
def test_a_text_is_a_value_error(spec: FunctionSpec, index: int) -> None:
    """Text where a number, a word of a list, a series or a table is needed."""
    assert first_cell(call(spec, index, "abc")) is VALUE
    assert first_cell(call(spec, index, "")) is VALUE


@EVERY
def test_an_error_cell_is_handed_on(spec: FunctionSpec, index: int) -> None:
    """One error among the inputs must make the dependent result fail visibly, with the same error."""
    for error in CellError:
        assert first_cell(call(spec, index, error)) is error


@EVERY
def test_missing_and_infinite_numbers_are_errors(spec: FunctionSpec, index: int) -> None:
    """NaN is missing data (#N/A); infinity is no number (#NUM!, or #VALUE! where words are wanted)."""
    kind = spec.parameters[index].kind
    assert first_cell(call(spec, index, math.nan)) is NA
    for infinite in (math.inf, -math.inf):
        expected = NUM if is_numeric(kind) or isinstance(kind, FlagKind) else VALUE
        assert first_cell(call(spec, index, infinite)) is expected


def is_numeric(kind: Kind) -> bool:
    return (isinstance(kind, NumberKind) and not isinstance(kind, OptionKind)) or (isinstance(kind, TableKind))


@EVERY
def test_a_number_outside_the_domain_is_a_num_error_and_never_an_invention(spec: FunctionSpec, index: int) -> None:
    """Zero, negative (expired), huge and tiny numbers: #NUM! outside the domain, else a clean answer."""
    for number in (0.0, -1.0, 1e300, -1e300, 1e-300):
        check_number(spec, index, number)


def check_number(spec: FunctionSpec, index: int, number: float) -> None:
    parameter = spec.parameters[index]
    result = call(spec, index, number)
    kind = parameter.kind
    if type(kind) is NumberKind and (number < kind.low or (kind.low_open and number == kind.low) or number > kind.high):
        assert first_cell(result) is NUM
    if isinstance(kind, (OptionKind, WordKind, PairsKind, BookKind)):
        assert first_cell(result) is VALUE
    for cell in cells(result):
        assert cell is None or isinstance(cell, (str, bool, CellError)) or math.isfinite(cell)


@EVERY
def test_a_numeric_text_counts_as_its_number(spec: FunctionSpec, index: int) -> None:
    """Cells formatted as text are common; "15" is 15 wherever a number is read."""
    arguments = example_arguments(spec)
    parameter = spec.parameters[index]
    if type(parameter.kind) is NumberKind and index < len(arguments) and isinstance(arguments[index], (int, float)):
        assert call(spec, index, f" {arguments[index]!r} ") == call(spec, index, arguments[index])


@EVERY
def test_a_one_cell_range_counts_as_its_cell(spec: FunctionSpec, index: int) -> None:
    """Some hosts hand a single selected cell over as a range."""
    arguments = example_arguments(spec)
    if index < len(arguments) and not isinstance(arguments[index], (list, dict)):
        assert call(spec, index, [[arguments[index]]]) == call(spec, index, arguments[index])


@EVERY
def test_a_ragged_range_is_a_value_error(spec: FunctionSpec, index: int) -> None:
    """Rows of different length are no range."""
    assert first_cell(call(spec, index, [[1.0, 2.0], [3.0]])) is VALUE


@EVERY
def test_a_range_spills_or_is_refused(spec: FunctionSpec, index: int) -> None:
    """A range for one number spills in its shape where the function is elementwise, else it is #VALUE!."""
    arguments = example_arguments(spec)
    if index >= len(arguments) or isinstance(arguments[index], (list, dict)):
        return
    single = call(spec, index, arguments[index])
    kind = spec.parameters[index].kind
    result = call(spec, index, [[arguments[index]], [arguments[index]]])
    if spec.shape == "elementwise" and kind.lifts:
        assert result == [[single], [single]]
    elif not isinstance(kind, (SeriesKind, TableKind)):
        assert result is VALUE


def is_series(spec: FunctionSpec, index: int) -> bool:
    return isinstance(spec.parameters[index].kind, SeriesKind)


@EVERY
def test_a_series_along_a_row_means_the_same_as_down_a_column(spec: FunctionSpec, index: int) -> None:
    """Row instead of column: the same numbers, spilling along the row where the result is a series."""
    arguments = example_arguments(spec)
    if not isinstance(spec.parameters[index].kind, SeriesKind) or index >= len(arguments) or arguments[index] is None:
        return
    columns = [as_range(argument) for argument in arguments]
    rows = [
        [[cell for row in argument for cell in row]] if isinstance(argument, list) and is_series(spec, i) else argument
        for i, argument in enumerate(columns)
    ]
    down, along = spec.evaluate(columns), spec.evaluate(rows)
    if spec.shape == "series":
        assert [list(column) for column in zip(*along, strict=True)] == down
    else:
        assert along == down


def test_too_many_arguments_are_a_value_error() -> None:
    """Silently dropping an argument would hide a mistyped formula."""
    for spec in REGISTRY.values():
        assert spec.evaluate([None] * (len(spec.parameters) + 1)) is VALUE


def test_every_function_has_what_its_help_needs() -> None:
    """A new function without summary, units, texts or example would leave a hole in every host's help."""
    for spec in REGISTRY.values():
        assert spec.summary, spec.name
        assert spec.documentation.returns[0], spec.name
        assert spec.documentation.example, spec.name
        assert all(p.unit and p.text for p in spec.parameters), (spec.name, spec.parameters)


def test_every_example_gives_the_same_as_a_formula() -> None:
    """An array constant has no blanks; an example that needs one would show an error on the Help sheet."""

    def typed(value: Any) -> Any:
        if isinstance(value, list):
            return [typed(item) for item in value]
        return "" if value is None else value

    for spec in REGISTRY.values():
        arguments = [as_range(argument) for argument in example_arguments(spec)]
        formula = [typed(argument) if isinstance(argument, list) else argument for argument in arguments]
        assert spec.evaluate(formula) == spec.evaluate(arguments), spec.name
