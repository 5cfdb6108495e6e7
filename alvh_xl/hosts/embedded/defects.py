"""Where the engine (cellrune 0.2.0) is known to differ from Excel.

What can be written in a form the engine reads rightly is rewritten while formulas are translated (see `hoist` and
`special`): ROW and COLUMN of a range, functions that share their name with a defined name, names limited to another
sheet, functions and names that do not exist. The rest is listed in `KNOWN_DEFECTS`; such a cell keeps its old value and
is reported, which is better than a wrong number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from .tokens import Token, split_reference

# Functions that take whole arrays even in an ordinary formula.
ARRAY_FUNCTIONS = frozenset({
    "SUMPRODUCT", "MMULT", "LOOKUP", "INDEX", "AGGREGATE", "FREQUENCY", "MDETERM", "MINVERSE", "TRANSPOSE",
    "SUMX2MY2", "SUMX2PY2", "SUMXMY2", "FILTER", "SORT", "SORTBY", "UNIQUE", "XLOOKUP", "XMATCH", "HSTACK", "VSTACK",
    "TAKE", "DROP", "TOCOL", "TOROW", "CHOOSECOLS", "CHOOSEROWS", "EXPAND", "WRAPROWS", "WRAPCOLS", "BYROW", "BYCOL",
    "MAP", "REDUCE", "SCAN", "GROUPBY", "PIVOTBY",
})  # fmt: skip

# Functions that make one value out of any range.
ONE_NUMBER = frozenset({
    "SUM", "MAX", "MIN", "AVERAGE", "COUNT", "COUNTA", "COUNTBLANK", "MEDIAN", "PRODUCT", "STDEV", "STDEV.S",
    "STDEV.P", "VAR", "VAR.S", "VAR.P", "SUMPRODUCT", "ROWS", "COLUMNS", "AND", "OR", "SUMIF", "SUMIFS", "COUNTIF",
    "COUNTIFS", "AVERAGEIF", "AVERAGEIFS", "MAXIFS", "MINIFS",
})  # fmt: skip

# Functions that give one value for one value. Three of them hand a range on as it is.
HANDING_ON = frozenset({"IF", "IFERROR", "IFNA"})
CELLWISE = HANDING_ON | frozenset({
    "ROUND", "ROUNDUP", "ROUNDDOWN", "ABS", "SQRT", "EXP", "LN", "LOG", "LOG10", "INT", "MOD", "SIGN", "POWER", "NOT",
    "ISNUMBER", "ISBLANK", "ISERROR", "ISNA", "TODAY", "NOW", "DATE", "YEAR", "MONTH", "DAY", "WEEKDAY", "UPPER",
    "LOWER", "TRIM", "LEFT", "RIGHT", "MID", "LEN", "TEXT", "VALUE", "PI", "EDATE", "EOMONTH", "NORM.S.DIST",
    "NORMSDIST",
})  # fmt: skip

# Functions of Excel that the engine does not have. A cell with one keeps its value; any other unknown name is #NAME?.
EXCEL_ONLY = frozenset({
    "CALL", "COPILOT", "CUBEKPIMEMBER", "CUBEMEMBER", "CUBEMEMBERPROPERTY", "CUBERANKEDMEMBER", "CUBESET",
    "CUBESETCOUNT", "CUBEVALUE", "DETECTLANGUAGE", "EUROCONVERT", "FIELDVALUE", "GETPIVOTDATA", "IMAGE", "IMPORTCSV",
    "IMPORTTEXT", "INFO", "JIS", "PHONETIC", "PY", "REGISTER.ID", "RTD", "SQL.REQUEST", "STOCKHISTORY", "TRANSLATE",
    "WEBSERVICE",
})  # fmt: skip

_OPERATORS = frozenset({"+", "-", "*", "/", "^", "&", "=", "<", ">", "<=", ">=", "<>", "%"})
# Quick signs of an array expression: an operator or a cellwise function beside a range or a table column.
_CELLWISE_CALL = rf"\b(?:{'|'.join(re.escape(name) for name in sorted(CELLWISE))})\("
_SUSPICIOUS = re.compile(
    rf":\$?[A-Z]{{1,3}}\$?\d+\)*\s*[-+*/^&=<>%]|[-+*/^&=<>]\s*\(*[\w'!.$ ]*:|\]\s*\)*[-+*/^&=<>%]|[-+*/^&=<>]\(*\w*\["
    rf"|{_CELLWISE_CALL}[^()]*[:\[]",
    re.IGNORECASE,
)


class Uncomputable(Exception):
    """This formula's value can't be computed here; the text says why."""


class Defect(NamedTuple):
    """A kind of formula the engine gets wrong: how it is recognised, and what to tell the user."""

    applies: Callable[[Sequence[Token], bool, Callable[[Token], bool]], bool]
    reason: str


def looks_like_array_expression(text: str) -> bool:
    """Whether a formula deserves a look for array expressions; cheap, and says yes too often rather than too seldom."""
    return "(" in text and _SUSPICIOUS.search(text) is not None


def refuse_known_defects(tokens: Sequence[Token], array: bool, is_range: Callable[[Token], bool]) -> None:
    """Raise `Uncomputable` for a formula the engine is known to get wrong.

    Parameters
    ----------
    tokens
        The formula.
    array
        Whether it is an array formula, dynamic or not.
    is_range
        Whether a token means more than one cell.
    """
    for defect in KNOWN_DEFECTS:
        if defect.applies(tokens, array, is_range):
            raise Uncomputable(defect.reason)


def _lifts_in_ordinary_formula(tokens: Sequence[Token], array: bool, is_range: Callable[[Token], bool]) -> bool:
    """`SUM(A1:A5*2)` entered as an ordinary formula.

    Excel takes the one cell of the range in the formula's own row or column there; the engine adds the whole array up.
    """
    return not array and any(
        _meets_operator(tokens, place, around) and is_range(tokens[place]) for place, around in _operands(tokens)
    )


def _operands(tokens: Sequence[Token]) -> Iterator[tuple[int, list[str]]]:
    """Place of each operand that is not a constant, with the functions around it, the innermost last."""
    around: list[str] = []
    for place, token in enumerate(tokens):
        if token.kind == "function":
            name = split_reference(token.text[:-1])[1].upper()
            around.append(name.removeprefix("_XLFN.").removeprefix("_XLWS."))
        elif token.kind == "open":
            around.append("")
        elif token.kind == "close" and around:
            around.pop()
        elif token.kind in ("ref", "name", "table"):
            names = [name for name in around if name]
            if names:
                yield place, names


def _meets_operator(tokens: Sequence[Token], place: int, around: list[str]) -> bool:
    """Whether an operand is calculated with, inside functions of which one adds up what Excel would not."""
    if all(name in CELLWISE for name in around) or any(name in ARRAY_FUNCTIONS for name in around):
        return False
    if around[-1] in CELLWISE - HANDING_ON:
        return True
    return _neighbour(tokens, place, -1) in _OPERATORS or _neighbour(tokens, place, 1) in _OPERATORS


def _neighbour(tokens: Sequence[Token], place: int, step: int) -> str:
    """The operator before or after a range, plain brackets around it skipped."""
    place += step
    bracket = "open" if step < 0 else "close"
    plain = _plain_brackets(tokens) if 0 <= place < len(tokens) and tokens[place].kind == bracket else set()
    while 0 <= place < len(tokens) and (tokens[place].kind == "space" or place in plain):
        place += step
    return tokens[place].text if 0 <= place < len(tokens) and tokens[place].kind == "operator" else ""


def _plain_brackets(tokens: Sequence[Token]) -> set[int]:
    """Places of brackets that are not a function's."""
    stack: list[int] = []
    plain: set[int] = set()
    for place, token in enumerate(tokens):
        if token.kind in ("function", "open"):
            stack.append(place)
        elif token.kind == "close" and stack:
            start = stack.pop()
            if tokens[start].kind == "open":
                plain |= {start, place}
    return plain


KNOWN_DEFECTS = (
    Defect(
        _lifts_in_ordinary_formula,
        "an array expression in an ordinary formula means one cell in Excel; enter it as a dynamic array",
    ),
)
