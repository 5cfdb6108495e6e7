"""Arguments of our calls: what a formula says about them, before any value is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from alvh_xl.functions.cells import ERROR_BY_TEXT, CellError

from .references import Area, Home
from .tokens import Token

Shape = Literal["scalar", "reference", "array"]
Template = list[str | int]  # engine text with the numbers of calls in it

BLANK_MARK = "\ue000blank"  # a text nobody types
_MARKED_BLANK = f'_xlfn.LET(_alvh_x,{{}},IF(ISBLANK(_alvh_x),"{BLANK_MARK}",_alvh_x))'


@dataclass(frozen=True, slots=True)
class Constant:
    """An argument known from the formula itself: a value, rows of an array constant, or None when omitted."""

    value: Any


@dataclass(frozen=True, slots=True)
class Cells:
    """An argument that is a reference; several areas are a union, read one below the other."""

    areas: tuple[Area, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """An argument that is another call."""

    call: int


@dataclass(frozen=True, slots=True)
class Expression:
    """An argument the engine evaluates, and what it can be."""

    template: Template
    shape: Shape


Argument = Constant | Cells | Result | Expression


@dataclass(slots=True)
class Call:
    """One call of a function of ours inside a formula."""

    number: int
    function: str
    home: Home
    arguments: list[Argument]


@dataclass(slots=True)
class Binding:
    """A LET variable; a LAMBDA parameter has no template."""

    template: Template | None = None
    uses: set[str] = field(default_factory=set)
    argument: Argument | None = None


def marked(template: Template) -> Template:
    """Expression whose blank cells can be told from zeros."""
    before, after = _MARKED_BLANK.split("{}")
    return joined([before, *template, after])


def joined(template: Template) -> Template:
    """The same template with neighbouring texts made one."""
    out: Template = []
    for piece in template:
        if out and isinstance(piece, str) and isinstance(out[-1], str):
            out[-1] += piece
        else:
            out.append(piece)
    return out


def listed(parts: list[Template]) -> Template:
    """Arguments with commas between them."""
    out: Template = []
    for number, part in enumerate(parts):
        out += ([","] if number else []) + part
    return out


def constant(tokens: list[Token]) -> Constant | None:
    """A number, text, truth value, error or array constant written in the formula."""
    if tokens and tokens[0].kind == "begin" and tokens[-1].kind == "end":
        rows: list[list[Any]] = [[]]
        group: list[Token] = []
        for token in [*tokens[1:-1], Token("semicolon", ";")]:
            if token.kind in ("comma", "semicolon"):
                rows[-1].append(_literal(group))
                group = []
                if token.kind == "semicolon":
                    rows.append([])
            else:
                group.append(token)
        return Constant(rows[:-1])
    value = _literal(tokens)
    return None if value is None else Constant(value)


def _literal(tokens: list[Token]) -> float | str | bool | CellError | None:
    sign = 1.0
    while len(tokens) > 1 and tokens[0].kind == "operator" and tokens[0].text in "+-":
        sign = -sign if tokens[0].text == "-" else sign
        tokens = tokens[1:]
    if len(tokens) != 1:
        return None
    kind, text = tokens[0]
    if kind == "number":
        return sign * float(text)
    if kind == "text":
        return text[1:-1].replace('""', '"')
    if kind == "error":
        return ERROR_BY_TEXT.get(text)
    if kind == "name" and text.upper() in ("TRUE", "FALSE"):
        return text.upper() == "TRUE"
    return None
