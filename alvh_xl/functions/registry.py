"""The registry: one definition of each cell function, from which every host and every help text is made.

`@cell_function(...)` turns a plain Python function into a cell function. The record kept of it (`FunctionSpec`) takes
names and order from the signature, domains from the annotations, texts, units and the example from the docstring.

Two ways to call: as Python (`ALVH_EXPECTED_MOVE(6000, 0.15, 14)` → float, array or DataFrame) and as a cell
(`spec.evaluate([...])` → one cell value or a list of rows of cell values).
"""

from __future__ import annotations

import functools
import inspect
import logging
import math
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from alvh_xl.functions.cells import CODE, ERRORS, CellError, CellFaultError, Codes, is_range, unwrap
from alvh_xl.functions.docs import Documentation, read_docstring
from alvh_xl.functions.kinds import FlagKind, Kind, NumberKind, SeriesKind
from alvh_xl.model.errors import DomainError, MissingError, ModelError, ShapeError, ZeroDenominatorError

Shape = Literal["elementwise", "series", "table", "value"]
_log = logging.getLogger("alvh_xl")
_HEADERS = FlagKind("flag")

# What a model exception means in a cell.
_ERROR_OF: tuple[tuple[type[ModelError], CellError], ...] = (
    (DomainError, CellError.NUM),
    (MissingError, CellError.NA),
    (ZeroDenominatorError, CellError.DIV0),
    (ShapeError, CellError.VALUE),
)


@dataclass(frozen=True)
class Table:
    """The result of a table function: column names and rows of cell values."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Parameter:
    """One argument: its name, kind, default (None when omitting it means "not given") and texts."""

    name: str
    kind: Kind
    required: bool
    nullable: bool  # required in its place, but a blank cell is allowed and means "none"
    default: Any
    unit: str
    text: str


@dataclass(frozen=True, eq=False)
class FunctionSpec:
    """Everything that is known of one cell function."""

    name: str
    category: str
    concept: str
    status: str
    shape: Shape
    body: Callable[..., Any]

    @cached_property
    def documentation(self) -> Documentation:
        """Summary, parameter texts, return value, notes, references and example, read from the docstring."""
        return read_docstring(self.body.__doc__ or "")

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The arguments in order."""
        hints = typing.get_type_hints(self.body, include_extras=True)
        texts = self.documentation.parameters
        found = []
        for name, parameter in inspect.signature(self.body).parameters.items():
            kind, nullable = _kind_of(hints[name])
            required = parameter.default is inspect.Parameter.empty
            default = None if required else parameter.default
            found.append(Parameter(name, kind, required, nullable, default, *texts.get(name, ("", ""))))
        if self.shape == "table":
            unit, text = texts.get("headers", ("TRUE | FALSE", "FALSE leaves the header row out (default TRUE)."))
            found.append(Parameter("headers", _HEADERS, False, False, True, unit, text))
        return tuple(found)

    @property
    def summary(self) -> str:
        """The first line of the docstring."""
        return self.documentation.summary

    @property
    def signature(self) -> str:
        """The call as functions.md writes it, optional arguments in brackets."""
        names = (p.name if p.required else f"[{p.name}]" for p in self.parameters)
        return f"{self.name}({', '.join(names)})"

    def evaluate(self, arguments: Sequence[Any]) -> Any:
        """Answer as a cell: a scalar, or a list of rows, of numbers, texts, None (blank) and `CellError`.

        An omitted argument and a blank cell are both None. Never raises.
        """
        result = self._answer(list(arguments), {})
        if isinstance(result, Table):
            result = [list(row) for row in result.rows] if not result.columns else [list(result.columns), *result.rows]
            return [[_cell(value) for value in row] for row in result]
        if isinstance(result, np.ndarray):
            if self.shape == "elementwise" and result.ndim == 1 and not any(map(is_range, map(unwrap, arguments))):
                result = result.reshape(1, -1)  # several numbers of one element stand in a row
            rows = result if result.ndim == 2 else result.reshape(-1, 1) if result.ndim == 1 else None
            return CellError.VALUE if rows is None else [[_cell(v) for v in row] for row in rows.tolist()]
        return _cell(result)

    def answer(self, arguments: Sequence[Any], named: Mapping[str, Any]) -> Any:
        """Answer as Python: float, text, `CellError`, numpy array or (tables) pandas DataFrame."""
        result = self._answer(list(arguments), named)
        if not isinstance(result, Table):
            return result.item() if isinstance(result, np.generic) else result
        import pandas as pd

        rows = [[_cell(value) for value in row] for row in result.rows]
        return pd.DataFrame(rows, columns=list(result.columns) or None)

    def _answer(self, arguments: list[Any], named: Mapping[str, Any]) -> Any:
        try:
            values = self._bind(arguments, named)
            return self._call(values)
        except CellFaultError as fault:
            return fault.error
        except ModelError as problem:
            return next((error for kind, error in _ERROR_OF if isinstance(problem, kind)), CellError.VALUE)
        except Exception:
            # A defect of ours: the cell shows an error, the log keeps the traceback, the user loses nothing.
            _log.exception("%s failed unexpectedly", self.name)
            return CellError.VALUE

    def _bind(self, arguments: list[Any], named: Mapping[str, Any]) -> dict[str, Any]:
        if len(arguments) > len(self.parameters):
            raise CellFaultError(CellError.VALUE, "too many arguments")
        values = dict(zip((p.name for p in self.parameters), arguments, strict=False))
        for name, value in named.items():
            if name in values or all(name != p.name for p in self.parameters):
                raise CellFaultError(CellError.VALUE, f"{name} is given twice or unknown")
            values[name] = value
        return values

    def _call(self, values: Mapping[str, Any]) -> Any:
        if self.shape == "elementwise":
            return _call_elementwise(self, values)
        if self.shape == "series":
            return _call_series(self, values)
        read = {p.name: _single(p, values.get(p.name)) for p in self.parameters}
        headers = read.pop("headers", True) if self.shape == "table" else True
        with np.errstate(all="ignore"):
            result = self.body(**read)
        return Table((), result.rows) if isinstance(result, Table) and not headers else result


REGISTRY: dict[str, FunctionSpec] = {}


def _kind_of(hint: Any) -> tuple[Kind, bool]:
    """Find the kind inside `Annotated[Any, kind]`, and whether the annotation also allows None."""
    parts = typing.get_args(hint)
    for part in parts:
        if isinstance(part, Kind):
            return part, False
    return _kind_of(parts[0])[0], type(None) in parts


def cell_function(
    *, category: str, concept: str, status: str, shape: Shape
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a plain function as a cell function of the given category.

    Parameters
    ----------
    category
        The heading it stands under in the Function Wizard, the Help sheet and the README.
    concept
        The C-numbers of the method it answers.
    status
        STANDARD, DOCUMENT RULE (untested), ESTIMATED or POLICY, as the method gives it.
    shape
        "elementwise", "series", "table" or "value".
    """

    def register(body: Callable[..., Any]) -> Callable[..., Any]:
        spec = FunctionSpec(body.__name__, category, concept, status, shape, body)
        REGISTRY[spec.name] = spec

        @functools.wraps(body)
        def call(*arguments: Any, **named: Any) -> Any:
            return spec.answer(arguments, named)

        return call

    return register


def _single(parameter: Parameter, value: Any) -> Any:
    """Read an argument as a whole; a blank (cell or range) is the default, or #N/A where a value is required."""
    if _all_blank(value) and not getattr(parameter.kind, "blank", False):
        if parameter.required and not parameter.nullable:
            raise CellFaultError(CellError.NA, f"{parameter.name} is blank")
        return parameter.default
    return parameter.kind.single(value)


def _all_blank(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(_all_blank(item) for item in value)
    return value is None


def _call_elementwise(spec: FunctionSpec, values: Mapping[str, Any]) -> Any:
    """Read every argument as an array, answer where all are valid, and keep each error in its own element."""
    read: dict[str, Any] = {}
    codes: list[Codes] = []
    shapes: list[tuple[int, ...]] = []
    for parameter in spec.parameters:
        value = values.get(parameter.name)
        if not parameter.kind.lifts:
            read[parameter.name] = _single(parameter, value)
        elif value is None and not parameter.required:
            read[parameter.name] = parameter.default
        else:
            assert isinstance(parameter.kind, NumberKind)
            read[parameter.name], found = parameter.kind.array(value, parameter.default, parameter.required)
            shapes.append(read[parameter.name].shape)
            if found is not None:
                codes.append(found)
    shape = _common_shape(shapes)
    with np.errstate(all="ignore"):
        result = spec.body(**read)
    return _finish(result, shape, codes)


def _common_shape(shapes: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    ranges = [shape for shape in shapes if shape]
    if len(ranges) < 2:
        return ranges[0] if ranges else ()
    try:
        return np.broadcast_shapes(*ranges)
    except ValueError as problem:
        raise CellFaultError(CellError.VALUE, "the ranges do not have matching shapes") from problem


def _finish(result: Any, shape: tuple[int, ...], codes: Sequence[Codes]) -> Any:
    """Put the error codes into the result; NaN or infinity where the arguments were valid is #NUM!."""
    result = np.asarray(result)
    if not shape and not codes and result.ndim == 0 and result.dtype.kind == "f":
        number = result.item()
        return number if math.isfinite(number) else CellError.NUM
    wide = result.ndim > len(shape)  # a function that answers with several numbers an element
    full = (*shape, result.shape[-1]) if wide else shape
    result = np.broadcast_to(result, full)
    bad: NDArray[Any] = np.zeros(full, dtype=np.uint8)
    if result.dtype.kind == "f":
        bad[~np.isfinite(result)] = CODE[CellError.NUM]
    if codes:
        first = functools.reduce(lambda a, b: np.where(a > 0, a, b), codes)
        first = np.broadcast_to(first, shape)
        bad = np.where(first[..., None] > 0, first[..., None], bad) if wide else np.where(first > 0, first, bad)
    if bad.any():
        result = result.astype(object)
        for code in np.unique(bad[bad > 0]):
            result[bad == code] = ERRORS[code]
    if wide and len(shape) == 2:
        if 1 not in shape:
            raise CellFaultError(CellError.VALUE, "several numbers an element need one row or one column")
        result = result.reshape(-1, full[-1])
    if result.ndim == 0:
        return result.item()
    return np.array(result)


def _call_series(spec: FunctionSpec, values: Mapping[str, Any]) -> Any:
    """Read the series over their common filled stretch and put the answer back where the bars stand."""
    read: dict[str, Any] = {}
    windows: dict[str, tuple[Any, slice]] = {}
    shapes: set[tuple[int, ...]] = set()
    for parameter in spec.parameters:
        value = values.get(parameter.name)
        if isinstance(parameter.kind, SeriesKind) and (parameter.required or not _all_blank(value)):
            numbers, inside, shape = parameter.kind.window(value)
            windows[parameter.name] = numbers, inside
            shapes.add(shape if len(shape) == 2 else (shape[0] if shape else 1, 1))
        else:
            read[parameter.name] = _single(parameter, value)
    if len(shapes) != 1:
        raise CellFaultError(CellError.VALUE, "the series do not have the same length and direction")
    start = max(inside.start for _, inside in windows.values())
    stop = min(inside.stop for _, inside in windows.values())
    if start >= stop:
        raise CellFaultError(CellError.NA, "the series have no bars in common")
    read.update({name: numbers[start:stop] for name, (numbers, _) in windows.items()})
    with np.errstate(all="ignore"):
        bars = np.asarray(spec.body(**read))
    return _place(bars, start, stop, next(iter(shapes)))


def _place(bars: NDArray[Any], start: int, stop: int, shape: tuple[int, ...]) -> Any:
    """Bars without a value are #N/A. A row of bars answers with a row (or rows), a column with a column."""
    length = max(shape)
    width = 1 if bars.ndim == 1 else bars.shape[1]
    result = np.full((length, width), CellError.NA, dtype=object)
    block = bars.reshape(stop - start, width).astype(object)
    if bars.dtype.kind == "f":
        block[np.isnan(bars).reshape(block.shape)] = CellError.NA
        block[np.isinf(bars).reshape(block.shape)] = CellError.NUM
    result[start:stop] = block
    if not any(isinstance(value, CellError) for value in result.ravel()):
        result = result.astype(np.float64)
    if shape[0] == 1 and shape[1] > 1:
        return result.T
    return result[:, 0] if width == 1 else result


def _cell(value: Any) -> Any:
    """One value as a cell shows it: numbers as float, NaN as #N/A, infinity as #NUM!, everything else as it is."""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (float, int, np.floating, np.integer)):
        result = float(value)
        if result != result:
            return CellError.NA
        return CellError.NUM if result in (np.inf, -np.inf) else result
    return value
