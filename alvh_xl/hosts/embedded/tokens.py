"""A formula as tokens, exactly: the pieces joined give the text back.

Formulas are stored in the English grammar whatever the user's language, with commas between arguments.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from .addresses import MAX_COLUMN, MAX_ROW, column_name, column_number

Kind = Literal[
    "space", "text", "error", "function", "ref", "name", "number", "operator",
    "comma", "semicolon", "open", "close", "begin", "end", "table", "other",
]  # fmt: skip


class Token(NamedTuple):
    """One piece of a formula. A function includes its opening bracket, a reference its sheet."""

    kind: Kind
    text: str


_SHEET = r"(?:(?:'(?:[^']|'')+'|\[[^\[\]]+\][\w.]*(?::[\w.]+)?|[\w.]+(?::[\w.]+)?|\#REF)!)"
_NAME = r"(?:[^\W\d]|\\)[\w.\\?]*"
_AREA = (
    r"(?:\$?[A-Za-z]{1,3}\$?[0-9]{1,7}(?::\$?[A-Za-z]{1,3}\$?[0-9]{1,7})?"
    r"|\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}|\$?[0-9]{1,7}:\$?[0-9]{1,7})(?![\w.(\[\\?!])"
)
_TOKEN = re.compile(
    rf"""(?P<space>\s+)
    |(?P<text>"(?:[^"]|"")*")
    |(?P<function>{_SHEET}?{_NAME}\()
    |(?P<ref>{_SHEET}?{_AREA})
    |(?P<error>{_SHEET}?\#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A|SPILL!|CALC!|GETTING_DATA|[A-Z_]+[!?]))
    |(?P<name>{_SHEET}?{_NAME})
    |(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<operator><>|<=|>=|[-+*/^&=<>%:@\#])
    |(?P<comma>,)|(?P<semicolon>;)|(?P<open>\()|(?P<close>\))|(?P<begin>\{{)|(?P<end>\}})|(?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_REFERENCE = re.compile(rf"({_SHEET}?)(.+)", re.DOTALL)
_CORNER = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)([0-9]{1,7})")
_EDGE = re.compile(r"(\$?)([A-Za-z]{1,3}|[0-9]{1,7})")


def tokenize(formula: str) -> list[Token]:
    """Tokens of a formula (without its equals sign).

    A table reference such as `Condor[[#This Row],[strike]]` is one token; what is not understood is kept as "other".
    """
    if "[" not in formula:
        return [Token(_kind(match), match[0]) for match in _TOKEN.finditer(formula)]
    tokens: list[Token] = []
    place = 0
    while place < len(formula):
        if formula[place] == "[":
            end = _bracket_end(formula, place)
            inside = formula[place:end]
            match = _TOKEN.match(formula, place)
            if match is not None and match.end() > end:  # [1]Sheet1!A1: another workbook, not a table
                tokens.append(Token(_kind(match), match[0]))
                place = match.end()
                continue
            if tokens and tokens[-1].kind == "name":
                inside = tokens.pop().text + inside
            tokens.append(Token("table", inside))
            place = end
            continue
        match = _TOKEN.match(formula, place)
        if match is not None:
            tokens.append(Token(_kind(match), match[0]))
            place = match.end()
    return tokens


def _kind(match: re.Match[str]) -> Kind:
    return match.lastgroup  # type: ignore[return-value]


def _bracket_end(formula: str, start: int) -> int:
    """Place after the bracket that closes the one at `start`; an apostrophe makes the next character plain."""
    depth, place = 0, start
    while place < len(formula):
        letter = formula[place]
        if letter == "'":
            place += 1
        elif letter == "[":
            depth += 1
        elif letter == "]":
            depth -= 1
            if depth == 0:
                return place + 1
        place += 1
    return len(formula)


@lru_cache(maxsize=65_536)
def split_reference(text: str) -> tuple[str, str]:
    """Sheet prefix (with its exclamation mark, or empty) and the rest of a reference, name or function."""
    match = _REFERENCE.fullmatch(text)
    return (match[1], match[2]) if match else ("", text)


def shift(formula: str, rows: int, columns: int) -> str:
    """Formula as it reads when copied some rows down and columns right: relative references move along."""
    return "".join(
        _shift_reference(token.text, rows, columns) if token.kind == "ref" else token.text
        for token in tokenize(formula)
    )


def _shift_reference(text: str, rows: int, columns: int) -> str:
    sheet, area = split_reference(text)
    moved = [_shift_part(part, rows, columns) for part in area.split(":")]
    return sheet + ":".join(moved) if "#REF!" not in moved else "#REF!"


def _shift_part(part: str, rows: int, columns: int) -> str:
    if corner := _CORNER.fullmatch(part):
        column = _shift_column(corner[1], corner[2], columns)
        row = _shift_row(corner[3], corner[4], rows)
        return "#REF!" if column is None or row is None else column + row
    edge = _EDGE.fullmatch(part)
    if edge is None:
        return part
    moved = _shift_row(edge[1], edge[2], rows) if edge[2].isdigit() else _shift_column(edge[1], edge[2], columns)
    return moved or "#REF!"


def _shift_column(mark: str, letters: str, by: int) -> str | None:
    number = column_number(letters) + (0 if mark else by)
    return mark + column_name(number) if 1 <= number <= MAX_COLUMN else None


def _shift_row(mark: str, digits: str, by: int) -> str | None:
    number = int(digits) + (0 if mark else by)
    return mark + str(number) if 1 <= number <= MAX_ROW else None
