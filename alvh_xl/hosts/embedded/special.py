"""Functions that mean something only where they stand: LET and LAMBDA, ROW, INDIRECT, FORMULATEXT and their like."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from .arguments import Argument, Binding, Result, Template, constant, listed
from .defects import Uncomputable
from .references import function_name

if TYPE_CHECKING:
    from .hoist import Reader


def let(reader: Reader, text: str) -> Template:
    """LET: its variables are remembered, for arguments of ours that use them."""
    scope: dict[str, Binding] = {}
    reader.scopes.append(scope)
    out: Template = [text]
    while True:
        name, comma = reader.peek(0), reader.peek(1)
        if name.kind != "name" or comma.kind != "comma":
            break
        reader.at += 2
        outer, reader.used = reader.used, set()
        start = reader.at
        value = reader.expression()
        scope[name.text.casefold()] = Binding(value, reader.used, _static_argument(reader, start, value))
        reader.used = outer | reader.used
        out += [name.text, ",", *value, ","]
        reader.expect("comma")
    out += reader.expression()
    reader.expect("close")
    reader.scopes.pop()
    return [*out, ")"]


def _static_argument(reader: Reader, start: int, value: Template) -> Argument | None:
    """What a LET variable is, when that needs no engine."""
    tokens = [token for token in reader.tokens[start : reader.at] if token.kind != "space"]
    if len(value) == 1 and isinstance(value[0], int):
        return Result(value[0])
    return constant(tokens) or reader.cells(tokens)


def lambda_(reader: Reader, text: str) -> Template:
    """LAMBDA: its parameters have no value that could be an argument of ours."""
    scope: dict[str, Binding] = {}
    reader.scopes.append(scope)
    out: Template = [text]
    while reader.peek(0).kind == "name" and reader.peek(1).kind == "comma":
        scope[reader.peek(0).text.casefold()] = Binding()
        out += [reader.peek(0).text, ","]
        reader.at += 2
    out += reader.expression()
    reader.expect("close")
    reader.scopes.pop()
    return [*out, ")"]


def position(reader: Reader, text: str) -> Template:
    """ROW and COLUMN: numbers, because the engine gives only the first of a range."""
    rows = function_name(text) == "ROW"
    start = reader.at
    parts = list(reader.arguments())
    if not parts:
        return [str(reader.home.row if rows else reader.home.column)]
    area = reader.static_area(reader.tokens[start : reader.at - 1])
    if area is None:
        if reader.array:
            raise Uncomputable(f"{function_name(text)} of a computed range is not an array in this engine")
        return [text, *parts[0], ")"]
    first = area.box.top if rows else area.box.left
    count = area.box.height if rows else area.box.width
    if count == 1 or not reader.array:
        return [str(first)]
    return [f"_xlfn.SEQUENCE({count},1,{first})" if rows else f"_xlfn.SEQUENCE(1,{count},{first})"]


def indirect(reader: Reader, text: str) -> Template:
    """INDIRECT inside an argument: an address without a sheet means the formula's own sheet."""
    parts = list(reader.arguments())
    if not reader.depth:
        return [text, *listed(parts), ")"]
    if len(parts) != 1:
        raise Uncomputable("INDIRECT in R1C1 style inside an argument")
    sheet = reader.home.sheet.replace("'", "''").replace('"', '""')
    own: Template = [f"INDIRECT(\"'{sheet}'!\"&(", *parts[0], "))"]
    return ["IF(ISREF(", *own, "),", *own, ",INDIRECT(", *parts[0], "))"]


def single(reader: Reader, text: str) -> Template:
    """SINGLE, how files store @: inside an argument the formula's own row or column is meant."""
    start = reader.at
    parts = list(reader.arguments())
    if not reader.depth:
        return [text, *listed(parts), ")"]
    area = reader.static_area(reader.tokens[start : reader.at - 1])
    if area is None:
        raise Uncomputable("@ before something else than a range, inside an argument")
    return [reader.crossing(area)]


def about_formula(reader: Reader, text: str) -> Template:
    """FORMULATEXT and ISFORMULA: answered here, because the engine sees a translated formula."""
    start = reader.at
    list(reader.arguments())
    area = reader.static_area(reader.tokens[start : reader.at - 1])
    if area is None or not area.box.single:
        raise Uncomputable(f"{function_name(text)} of a computed range")
    found = reader.hoister.formula_at.get((area.sheet, area.box.top, area.box.left))
    if function_name(text) == "ISFORMULA":
        return ["TRUE" if found else "FALSE"]
    if found is None:
        return ["#N/A"]
    shown = found.text
    for prefix in ("_xlfn.", "_xlws.", "_xlpm.", "_xll."):
        shown = shown.replace(prefix, "")
    return ['"=' + shown.replace('"', '""') + '"']


def about_place(reader: Reader, text: str) -> Template:
    """SHEET, SHEETS and CELL: inside an argument they would describe the scratch sheet."""
    parts = list(reader.arguments())
    if reader.depth or function_name(text) == "SHEETS":
        raise Uncomputable(f"{function_name(text)} depends on where it stands")
    return [text, *listed(parts), ")"]


SPECIAL: dict[str, Callable[[Reader, str], Template]] = {
    "LET": let,
    "LAMBDA": lambda_,
    "ROW": position,
    "COLUMN": position,
    "INDIRECT": indirect,
    "SINGLE": single,
    "FORMULATEXT": about_formula,
    "ISFORMULA": about_formula,
    "SHEET": about_place,
    "SHEETS": about_place,
    "CELL": about_place,
}
# Those that need translation even in a formula without a call of ours.
TRANSLATED = frozenset({"FORMULATEXT", "ISFORMULA", "SHEETS"})
# So do ROW and COLUMN, except of nothing and of a table's header, which the engine reads as Excel does.
POSITION = re.compile(r"\b(?:ROW|COLUMN)\((?!\s*\)|\w+\[\[#Headers\],\[[^\[\]:]+\]\]\))", re.IGNORECASE)
