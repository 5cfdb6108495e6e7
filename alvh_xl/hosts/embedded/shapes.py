"""What an expression in an argument can be, as far as its text tells: one value, a reference, or an array."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .arguments import Constant, Shape, constant
from .defects import CELLWISE, ONE_NUMBER
from .references import function_name
from .tokens import Token, tokenize

if TYPE_CHECKING:
    from .hoist import Reader

# Functions whose result is a reference or an error.
_REFERRING = frozenset({"OFFSET", "INDIRECT", "ANCHORARRAY"})


def shape_of(reader: Reader, tokens: list[Token]) -> Shape:
    """Shape of an expression, read where the reader stands.

    A reference is measured and read in place, which keeps its blank cells; an array must be spilled to be read.
    """
    if is_reference(reader, tokens):
        return "reference"
    return "scalar" if _is_scalar(reader, tokens) else "array"


def named_constant(reader: Reader, text: str) -> Constant | None:
    """Value of a defined name such as `fee`, when it is a constant."""
    item = reader.names.lookup(text, reader.home.sheet)
    return constant(_solid(tokenize(item.text))) if item else None


def is_reference(reader: Reader, tokens: list[Token], depth: int = 0) -> bool:
    """Whether an expression is certainly a reference: `A1#`, `A1:INDEX(…)`, OFFSET, INDIRECT, or a name for one."""
    if len(tokens) == 2 and tokens[0].kind == "ref" and tokens[1].text == "#":
        return True
    if len(tokens) == 1 and tokens[0].kind == "name" and not reader.binding(tokens[0].text) and depth < 20:
        item = reader.names.lookup(tokens[0].text, reader.home.sheet)
        return item is not None and is_reference(reader, _solid(tokenize(item.text)), depth + 1)
    parts = _split_at_colons(tokens)
    if len(parts) == 1:
        return _is_call(parts[0]) and function_name(parts[0][0].text) in _REFERRING
    return all(_is_end(part) for part in parts)


def _solid(tokens: list[Token]) -> list[Token]:
    return [token for token in tokens if token.kind != "space"]


def _split_at_colons(tokens: list[Token]) -> list[list[Token]]:
    """Operands of the range operator outside brackets; other operators stay inside an operand."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += {"function": 1, "open": 1, "close": -1}.get(token.kind, 0)
        if token.text == ":" and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _is_call(tokens: list[Token]) -> bool:
    """Whether tokens are one function call and nothing else."""
    if not tokens or tokens[0].kind != "function":
        return False
    depth = 0
    for place, token in enumerate(tokens):
        depth += {"function": 1, "open": 1, "close": -1}.get(token.kind, 0)
        if depth == 0:
            return place == len(tokens) - 1
    return False


def _is_end(tokens: list[Token]) -> bool:
    """Whether tokens can be one end of `A1:INDEX(A:A,5)`."""
    if len(tokens) == 1:
        return tokens[0].kind in ("ref", "table")
    return _is_call(tokens) and function_name(tokens[0].text) in _REFERRING | {"INDEX"}


def _is_scalar(reader: Reader, tokens: list[Token]) -> bool:
    """Whether an expression is certainly one value: only single cells, or ranges inside totals."""
    skip = 0
    for token in tokens:
        if skip:
            skip += {"open": 1, "function": 1, "close": -1}.get(token.kind, 0)
        elif token.kind == "function":
            name = function_name(token.text)
            if name in ONE_NUMBER:
                skip = 1
            elif name not in CELLWISE:
                return False
        elif token.kind in ("ref", "name", "table"):
            if not _is_one_cell(reader, token):
                return False
        elif token.kind in ("begin", "error", "other") or token.text in ("#", ":", "@"):
            return False
    return True


def _is_one_cell(reader: Reader, token: Token) -> bool:
    """Whether a token is one cell, a truth value or a named constant."""
    area = reader.static_area([token])
    if area is not None:
        return area.box.single
    if token.kind != "name" or reader.binding(token.text):
        return False
    if token.text.upper() in ("TRUE", "FALSE"):
        return True
    found = named_constant(reader, token.text)
    return found is not None and not isinstance(found.value, list)
