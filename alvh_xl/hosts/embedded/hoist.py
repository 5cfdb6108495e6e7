"""Formulas split between the engine and Python.

The engine knows no function of ours. Each of our calls is therefore lifted ("hoisted") out of its formula: its
arguments become cells to read, constants, other calls, or expressions the engine evaluates on a sheet of its own; the
call is replaced by the place its result will be put. On the way the few things the engine reads differently from Excel
are written in a form it reads rightly.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from .addresses import Box, quoted
from .arguments import Argument, Binding, Call, Cells, Constant, Expression, Result, Template, constant, joined, marked
from .cells_xml import FormulaCell
from .defects import ARRAY_FUNCTIONS, Uncomputable, refuse_known_defects
from .references import Area, Home, Names, function_name, is_absolute
from .shapes import named_constant, shape_of
from .special import SPECIAL
from .tokens import Token, split_reference, tokenize


class Hoister:
    """Translates formulas, collecting the calls of our functions.

    Parameters
    ----------
    names
        Sheets, tables and names of the workbook.
    ours
        Upper-case names of the functions evaluated in Python.
    known
        Upper-case names of the functions that exist in Excel; any other is #NAME?.
    shadowed
        Functions that share their name with a defined name, which the engine would take instead.
    formula_at
        Formula cell by (sheet, row, column), for functions that look at formulas.
    macros
        Whether the workbook has macros: then an unknown function may be one of them, and is not #NAME?.
    """

    def __init__(
        self,
        names: Names,
        ours: Collection[str],
        known: Collection[str],
        shadowed: Collection[str],
        formula_at: dict[tuple[str, int, int], FormulaCell],
        macros: bool = False,
    ) -> None:
        self.names = names
        self.ours = ours
        self.known = known
        self.shadowed = shadowed
        self.formula_at = formula_at
        self.macros = macros
        self.calls: list[Call] = []

    def inspect(self, sheet: str, cell: FormulaCell) -> None:
        """Raise `Uncomputable` for a formula the engine is known to get wrong; it is not translated."""
        reader = Reader(self, Home(sheet, cell.row, cell.column), tokenize(cell.text), cell.kind != "plain")
        refuse_known_defects(reader.tokens, reader.array, reader.is_range)

    def translate(self, sheet: str, cell: FormulaCell) -> Template:
        """Engine text of a formula, with the numbers of its calls in it.

        Raises
        ------
        Uncomputable
            The engine or Python can't give this formula's value; the cell must keep its old one.
        """
        before = len(self.calls)
        try:
            reader = Reader(self, Home(sheet, cell.row, cell.column), tokenize(cell.text), cell.kind != "plain")
            refuse_known_defects(reader.tokens, reader.array, reader.is_range)
            return reader.whole()
        except Uncomputable:
            del self.calls[before:]
            raise
        except RecursionError:
            del self.calls[before:]
            raise Uncomputable("the formula is nested too deeply") from None


class Reader:
    """Reads the tokens of one formula from left to right."""

    def __init__(self, hoister: Hoister, home: Home, tokens: list[Token], array: bool) -> None:
        self.hoister = hoister
        self.names = hoister.names
        self.home = home
        self.tokens = tokens
        self.array = array  # whether functions see arrays where the formula stands now
        self.at = 0
        self.depth = 0  # inside how many arguments of ours
        self.inlining = 0
        self.scopes: list[dict[str, Binding]] = []
        self.used: set[str] = set()

    def whole(self) -> Template:
        """Template of the complete formula."""
        template = self.expression()
        if self.at < len(self.tokens):
            raise Uncomputable("the formula has an unmatched bracket")
        return joined(template)

    # ---- expressions ---------------------------------------------------------------------------------------

    def expression(self) -> Template:
        """Template up to the next comma or closing bracket."""
        out: Template = []
        while self.at < len(self.tokens) and self.tokens[self.at].kind not in ("comma", "close"):
            token = self.tokens[self.at]
            self.at += 1
            match token.kind:
                case "function":
                    out += self._function(token.text)
                case "open":
                    out += self._bracket()
                case "begin":
                    out.append(self._arrayconstant(token.text))
                case "ref":
                    out.append(self.reference(token.text))
                case "name":
                    out += self.name(token.text)
                case "table":
                    out.append(self.table(token.text))
                case "operator" if token.text == "@" and self.depth:
                    out.append(self._intersection())
                case _:
                    out.append(token.text)
        return out

    def _bracket(self) -> Template:
        """A bracket: one expression, or several references joined to a union."""
        out: Template = ["("]
        for number, part in enumerate(self.arguments()):
            out += ([","] if number else []) + part
        return [*out, ")"]

    def _arrayconstant(self, text: str) -> str:
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            text += token.text
            if token.kind == "end":
                return text
        raise Uncomputable("the formula has an unmatched bracket")

    def arguments(self) -> Iterator[Template]:
        """Templates up to the closing bracket, which is read too; nothing for an empty pair."""
        if self.at < len(self.tokens) and self.tokens[self.at].kind == "close":
            self.at += 1
            return
        while True:
            yield self.expression()
            if self.at >= len(self.tokens):
                raise Uncomputable("the formula has an unmatched bracket")
            self.at += 1
            if self.tokens[self.at - 1].kind == "close":
                return

    # ---- operands ------------------------------------------------------------------------------------------

    def reference(self, text: str) -> str:
        """A reference with its sheet, so that it means the same on a scratch sheet."""
        return text if split_reference(text)[0] else f"{quoted(self.home.sheet)}!{text}"

    def table(self, text: str) -> str:
        """A reference to a table as an address."""
        area = self.names.table_area(text, self.home)
        return area.formula() if area else "#REF!"

    def name(self, text: str) -> Template:
        """A word: variable, defined name, table, or unknown."""
        if self.binding(text) is not None:
            self.used.add(text.casefold())
            return [text]
        if text.upper() in ("TRUE", "FALSE") or text.upper().removeprefix("_XLETA.") in self.hoister.known:
            return [text]
        if self.names.is_table(text):
            return [self.table(text + "[]")]
        item = self.names.lookup(text, self.home.sheet)
        if item is None:
            return [text] if "[" in split_reference(text)[0] else ["#NAME?"]
        if item.name.casefold() in self.names.inlined:
            return ["(", *self._inline(item.text), ")"]
        if item.sheet is not None:
            return [self.names.alias[item.sheet.casefold(), item.name.casefold()]]
        return [item.name]

    def _inline(self, text: str) -> Template:
        """The formula behind a defined name, read in place of the name."""
        tokens = tokenize(text)
        if any(token.kind == "ref" and not is_absolute(token) for token in tokens):
            raise Uncomputable("a defined name with a relative reference calls one of our functions")
        if self.inlining > 20:
            raise Uncomputable("a defined name refers to itself")
        outer, self.tokens, self.at = (self.tokens, self.at), tokens, 0
        self.inlining += 1
        template = self.expression()
        self.inlining -= 1
        self.tokens, self.at = outer
        return template

    def _intersection(self) -> str:
        """`@range` inside an argument: the one cell in the formula's own row or column."""
        token = self.tokens[self.at] if self.at < len(self.tokens) else Token("other", "")
        area = self.static_area([token])
        if area is None:
            raise Uncomputable("@ before something else than a range, inside an argument")
        self.at += 1
        return self.crossing(area)

    def crossing(self, area: Area) -> str:
        """The cell of a range in the formula's own row or column."""
        box, home = area.box, self.home
        if box.single:
            return area.formula()
        if box.width == 1 and box.top <= home.row <= box.bottom:
            return Area(area.sheet, Box(home.row, box.left, home.row, box.left)).formula()
        if box.height == 1 and box.left <= home.column <= box.right:
            return Area(area.sheet, Box(box.top, home.column, box.top, home.column)).formula()
        return "#VALUE!"

    def static_area(self, tokens: list[Token]) -> Area | None:
        """Area of an expression that is nothing but a reference."""
        tokens = [token for token in tokens if token.kind != "space"]
        if len(tokens) != 1:
            return None
        kind, text = tokens[0]
        if kind == "ref":
            return self.names.area(text, self.home.sheet)
        if kind == "table":
            return self.names.table_area(text, self.home)
        if kind == "name" and self.binding(text) is None:
            if self.names.is_table(text):
                return self.names.table_area(text + "[]", self.home)
            item = self.names.lookup(text, self.home.sheet)
            return self.names.name_area(item) if item else None
        return None

    def is_range(self, token: Token) -> bool:
        """Whether a token means a range of cells; `A$1:A1` is one too, for it grows when it is copied."""
        if token.kind == "ref":
            return ":" in token.text
        area = self.static_area([token])
        return area is not None and not area.box.single

    # ---- functions -----------------------------------------------------------------------------------------

    def _function(self, text: str) -> Template:
        name = function_name(text)
        foreign = split_reference(text)[0] != "" or text.upper().startswith(("_XLL.", "_XLDUDF_"))
        if name in self.hoister.ours:
            return [self._ours(name)]
        if foreign:
            return self._plain(text)
        if self.binding(text[:-1]) is not None:
            self.used.add(text[:-1].casefold())
            return self._plain(text)
        special = SPECIAL.get(name)
        if special is not None:
            return special(self, text)
        if name not in self.hoister.known and not text.upper().startswith(("_XLFN.", "_XLWS.")):
            return self._named_function(text)
        return self._plain("_xlfn." + text if name in self.hoister.shadowed and "." not in text else text)

    def _plain(self, text: str) -> Template:
        outer, self.array = self.array, self.array or function_name(text) in ARRAY_FUNCTIONS
        out: Template = [text]
        for number, part in enumerate(self.arguments()):
            out += ([","] if number else []) + part
        self.array = outer
        return [*out, ")"]

    def _named_function(self, text: str) -> Template:
        """A function Excel does not have: a defined name that is a LAMBDA, or #NAME?."""
        item = self.names.lookup(text[:-1], self.home.sheet)
        out = self._plain(text)
        if item is None:
            return out if self.hoister.macros else ["#NAME?"]
        if item.name.casefold() in self.names.inlined:
            raise Uncomputable(f"the LAMBDA {item.name} calls one of our functions")
        return out

    def _ours(self, name: str) -> int:
        """One of our calls: its arguments are read, and its number stands for it."""
        outer, self.array = (self.array, self.used), True
        self.depth += 1
        arguments: list[Argument] = []
        start = self.at
        self.used = set()
        for template in self.arguments():
            arguments.append(self._argument(self.tokens[start : self.at], template))
            start = self.at + 1
            outer[1].update(self.used)
            self.used = set()
        self.depth -= 1
        self.array, self.used = outer
        call = Call(len(self.hoister.calls), name, self.home, arguments)
        self.hoister.calls.append(call)
        return call.number

    def _argument(self, tokens: list[Token], template: Template) -> Argument:
        tokens = [token for token in tokens if token.kind != "space"]
        if len(template) == 1 and isinstance(template[0], int):
            return Result(template[0])
        if not tokens:
            return Constant(None)
        found = constant(tokens) or self.cells(tokens)
        if found is not None:
            return found
        if len(tokens) == 1 and tokens[0].kind == "name":
            bound = self.binding(tokens[0].text)
            known = bound.argument if bound else named_constant(self, tokens[0].text)
            if known is not None:
                return known
        shape, closed = shape_of(self, tokens), self._closed(template)
        return Expression(joined(closed) if shape == "reference" else marked(closed), shape)

    def cells(self, tokens: list[Token]) -> Cells | None:
        """A reference, or a union of references in brackets."""
        while len(tokens) > 2 and tokens[0].kind == "open" and tokens[-1].kind == "close":
            tokens = tokens[1:-1]
        parts = tokens[::2]
        if any(token.kind != "comma" for token in tokens[1::2]):
            return None
        areas = [self.static_area([token]) for token in parts]
        return Cells(tuple(area for area in areas if area)) if areas and all(areas) else None

    # ---- LET -----------------------------------------------------------------------------------------------

    def binding(self, name: str) -> Binding | None:
        """The LET variable or LAMBDA parameter of a name, the innermost one."""
        return next((scope[name.casefold()] for scope in reversed(self.scopes) if name.casefold() in scope), None)

    def _closed(self, template: Template) -> Template:
        """An argument that uses LET variables, with the variables it needs bound around it."""
        needed: dict[str, Binding] = {}
        waiting = list(self.used)
        while waiting:
            name = waiting.pop()
            bound = self.binding(name)
            if bound is None or name in needed:
                continue
            if bound.template is None:
                raise Uncomputable("a LAMBDA variable is an argument of one of our functions")
            needed[name] = bound
            waiting += bound.uses
        if not needed:
            return template
        out: Template = ["_xlfn.LET("]
        visible = [name for scope in self.scopes for name in scope]
        if len(visible) != len(set(visible)):
            raise Uncomputable("a LET variable hides another of the same name around one of our functions")
        for name in visible:
            if name in needed:
                out += [name, ",", *(needed[name].template or []), ","]
        return [*out, *template, ")"]

    def peek(self, ahead: int) -> Token:
        """A coming token, spaces left out (they mean nothing around LET variables)."""
        while self.at < len(self.tokens) and self.tokens[self.at].kind == "space":
            self.at += 1
        place = self.at + ahead
        return self.tokens[place] if place < len(self.tokens) else Token("other", "")

    def expect(self, kind: str) -> None:
        """Read a token of a kind."""
        if self.peek(0).kind != kind:
            raise Uncomputable("a LET or LAMBDA is not complete")
        self.at += 1
