"""Every formula of a workbook translated for the engine, and the calls of our functions found in them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from .arguments import Template
from .cells_xml import FormulaCell, SheetXml
from .defects import EXCEL_ONLY, Uncomputable, looks_like_array_expression
from .engine import engine_functions
from .hoist import Hoister
from .package import Package
from .patch import Place
from .references import Names
from .special import POSITION, TRANSLATED

# A name is looked for from its first letter alone: trying every letter of a long word takes the square of its length.
_FUNCTION = re.compile(r"(?<![\w.\\?])((?:[^\W\d]|\\)[\w.\\?]*)\(")

_ROW_NUMBER = re.compile(r"(?<![\w.])(\$?[A-Za-z]{1,3}\$?)[0-9]+(?![\w.(])")
_WORD = re.compile(r"\w+")
_PICK = re.compile(r"\s*,\s*([1-9][0-9]*)\s*,\s*([1-9][0-9]*)\s*\)")


@dataclass(slots=True)
class Job:
    """A formula the engine gets in another form.

    Attributes
    ----------
    template
        Engine text with the numbers of our calls in it.
    whole
        The call the formula consists of, when it is nothing but one call.
    pick
        Row and column of the one cell that is wanted of it: the formula is INDEX of the call.
    text
        What the engine has now.
    """

    sheet: str
    cell: FormulaCell
    template: Template
    whole: int | None
    pick: tuple[int, int] | None = None
    text: str = ""

    @property
    def calls(self) -> list[int]:
        """Numbers of the calls in the formula."""
        return [piece for piece in self.template if isinstance(piece, int)]

    @property
    def is_value(self) -> bool:
        """Whether the call's result goes into the cell itself, as a value."""
        return self.whole is not None and (self.cell.kind == "plain" or self.pick is not None)


def _whole(template: Template) -> tuple[int | None, tuple[int, int] | None]:
    """The call a formula consists of, alone or in an INDEX with two numbers, and those numbers."""
    match template:
        case [int(call)]:
            return call, None
        case ["INDEX(", int(call), str(rest)] if found := _PICK.fullmatch(rest):
            return call, (int(found[1]), int(found[2]))
    return None, None


@dataclass(slots=True)
class _Filter:
    """Tells quickly which formulas the engine can take as they are."""

    plain: frozenset[str]  # functions that need no translation
    words: re.Pattern[str] | None  # defined names that do
    seen: dict[str, bool] = field(default_factory=dict)

    def needs_translation(self, text: str) -> bool:
        """Whether a formula calls ours or unknown functions, or uses a name the engine would misread."""
        for name in _FUNCTION.findall(text):
            plain = self.seen.get(name)
            if plain is None:
                plain = self.seen[name] = self._is_plain(name.upper())
            if not plain:
                return True
        if POSITION.search(text):
            return True
        return self.words is not None and self.words.search(text) is not None

    def _is_plain(self, name: str) -> bool:
        bare = name.removeprefix("_XLFN.").removeprefix("_XLWS.")
        return bare in self.plain or (name.startswith("_XLFN.") and bare not in TRANSLATED)


class Translation:
    """The translated formulas of a workbook.

    Attributes
    ----------
    jobs
        Formulas the engine gets in another form.
    refused
        By sheet, cells that can't be computed here, and why.
    calls
        Calls of our functions; a call's number is its place.
    values
        Formula cells that show one value of one call: (sheet, row, column) → its job.
    """

    def __init__(self, package: Package, sheets: Mapping[str, SheetXml], functions: Collection[str]) -> None:
        self.names = Names(package, functions)
        known = engine_functions() | EXCEL_ONLY
        shadowed = {item.name.upper() for item in package.definitions} & known
        at = {(name, *place): cell for name, sheet in sheets.items() for place, cell in sheet.formula_at.items()}
        # With macros in the workbook an unknown name may well be one of them.
        self._hoister = Hoister(self.names, frozenset(functions), known, shadowed, at, package.has_macros)
        self._filter = _Filter(known - TRANSLATED - shadowed - set(functions), self._special_names())
        self._range_words: set[str] = set()  # a word of every name `_ranges` looks for
        self._ranges = self._named_ranges()
        self._verdicts: dict[tuple[str, str], str | None] = {}
        self.calls = self._hoister.calls
        self.jobs: list[Job] = []
        self.refused: dict[str, dict[Place, str]] = {}
        self.values: dict[tuple[str, int, int], Job] = {}
        for name, sheet in sheets.items():
            for cell in sheet.formulas:
                if self._filter.needs_translation(cell.text):
                    self.add(name, cell)
                elif cell.kind == "plain" and self._is_suspicious(cell.text):
                    self._look_for_defects(name, cell)

    def _special_names(self) -> re.Pattern[str] | None:
        """Names that stand for one of our calls, or belong to one sheet and may be used on another."""
        words = [re.escape(name) for name in self.names.inlined]
        local = sorted({re.escape(name) for _, name in self.names.alias})
        patterns = [rf"\b(?:{'|'.join(words)})\b"] if words else []
        patterns += [rf"!(?:{'|'.join(local)})\b"] if local else []
        return re.compile("|".join(patterns), re.IGNORECASE) if patterns else None

    def add(self, sheet: str, cell: FormulaCell) -> Job | None:
        """Translate one formula; None when it can't be computed here, which is noted in `refused`."""
        try:
            template = self._hoister.translate(sheet, cell)
        except Uncomputable as error:
            self.refused.setdefault(sheet, {})[cell.row, cell.column] = str(error)
            return None
        job = Job(sheet, cell, template, *_whole(template))
        self.jobs.append(job)
        if job.is_value:
            self.values[sheet, cell.row, cell.column] = job
        return job

    def _named_ranges(self) -> re.Pattern[str] | None:
        """Defined names that mean more than one cell, beside an operator."""
        areas = ((item.name, self.names.name_area(item)) for item in self.names.definitions)
        names = sorted({name for name, area in areas if area and not area.box.single})
        self._range_words = {_WORD.findall(name.lower())[-1] for name in names}
        words = "|".join(re.escape(name) for name in names)
        operator = r"[-+*/^&=<>%]"
        pattern = rf"\b(?:{words})\s*\)*\s*{operator}|{operator}\s*\(*\s*(?:{words})\b"
        return re.compile(pattern, re.IGNORECASE) if words else None

    def _is_suspicious(self, text: str) -> bool:
        if looks_like_array_expression(text):
            return True
        if self._ranges is None or "(" not in text:
            return False
        named = not self._range_words.isdisjoint(_WORD.findall(text.lower()))  # spares most formulas the slow search
        return named and self._ranges.search(text) is not None

    def _look_for_defects(self, sheet: str, cell: FormulaCell) -> None:
        """Refuse a formula the engine gets wrong; formulas that differ in row numbers only are looked at once."""
        key = sheet, _ROW_NUMBER.sub(r"\1", cell.text)
        if key not in self._verdicts:
            try:
                self._hoister.inspect(sheet, cell)
            except Uncomputable as error:
                self._verdicts[key] = str(error)
            else:
                self._verdicts[key] = None
        reason = self._verdicts[key]
        if reason is not None:
            self.refused.setdefault(sheet, {})[cell.row, cell.column] = reason

    def arrays(self, sheets: Mapping[str, SheetXml]) -> Iterator[tuple[str, FormulaCell]]:
        """Dynamic arrays of the workbook, whose extent the engine must tell."""
        for name, sheet in sheets.items():
            for cell in sheet.arrays:
                if cell.kind == "dynamic":
                    yield name, cell
