"""The module xlwings imports in Excel: every function of the registry as a worksheet function.

Nothing is listed here by hand. Each function is called through `CallUDF` with the values of one formula, by our VBA
wrappers or by those xlwings writes itself (`import_udfs`). Values pass xlwings unconverted ("raw"), so that rows stay
rows, an empty text is not a blank, and an error cell is told from a blank. Where xlwings' own wrappers are used, an
error value arrives in the cell as its text; ours turn it into the real error.

On a machine without Excel the decorators do nothing, and the functions answer with rows of wire values.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from typing import Any

import xlwings as xw

from alvh_xl.functions import REGISTRY, CellError, FunctionSpec
from alvh_xl.functions.registry import Parameter
from alvh_xl.hosts.excel import values
from alvh_xl.hosts.excel.wizard import argument_name, argument_text, function_text

_log = logging.getLogger("alvh_xl")


def worksheet_function(spec: FunctionSpec) -> Callable[..., values.WireRows]:
    """Make the function xlwings calls for one function of the registry.

    It takes wire values and answers with rows of wire values; it never raises, because Excel would show the text of
    the exception in the cell.
    """

    def call(*arguments: Any) -> values.WireRows:
        try:
            return values.answer(spec.evaluate([values.argument(value) for value in arguments]))
        except Exception:
            _log.exception("%s failed unexpectedly", spec.name)
            return [[CellError.VALUE.value]]

    # xlwings reads name, arguments and help text from the function itself; annotations would be taken for converters.
    call.__name__ = call.__qualname__ = spec.name
    call.__module__ = __name__
    call.__doc__ = function_text(spec)
    call.__annotations__ = {}
    call.__signature__ = inspect.Signature([_formal(p) for p in spec.parameters])  # type: ignore[attr-defined]
    function: Any = xw.ret("raw")(call)
    for parameter in spec.parameters:
        function = xw.arg(argument_name(parameter.name), "raw", doc=argument_text(parameter))(function)
    made: Callable[..., values.WireRows] = xw.func(  # last: the others reset the category
        function, category=f"ALVH {spec.category}"
    )
    return made


def _formal(parameter: Parameter) -> inspect.Parameter:
    default = inspect.Parameter.empty if parameter.required else None
    return inspect.Parameter(argument_name(parameter.name), inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default)


globals().update({name: worksheet_function(spec) for name, spec in REGISTRY.items()})
