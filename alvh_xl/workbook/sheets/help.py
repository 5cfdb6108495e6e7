"""Help: every function with its arguments, units and an example with its live result; legend and disclaimer."""

from __future__ import annotations

from alvh_xl.functions import REGISTRY, FunctionSpec
from alvh_xl.functions.docs import example_call, excel_call
from alvh_xl.functions.reference import by_category
from alvh_xl.workbook.layout import FIRST_ROW, Context, Page

COLUMNS = (
    "category",
    "function",
    "what it answers",
    "arguments, optional ones in brackets",
    "result",
    "example",
    "status",
)
LIVE = len(COLUMNS) + 1  # column of the live results: beside the table, which cannot hold a dynamic array
LEGEND = (
    ("input", "blue on cream", "typed input; unlocked"),
    ("formula", "black", "formula: click it to read why"),
    ("data", "green", "refreshed data"),
    ("ok", "OK, PASS", "fresh and what it says it is"),
    ("proxy", "PROXY", "usable, but it stands in for the wanted figure (revised, sampled, typed or interpolated)"),
    ("stale", "STALE", "older than its maximum age: the last known value, in use and marked"),
    (
        "missing",
        "MISSING, FAIL, #N/A",
        "no value: everything that depends on it shows #N/A and the plan says NO DECISION",
    ),
    ("lit", "LIT", "a layer is lit; its dates stand beside it"),
)
DISCLAIMER = (
    "Educational, not advice. The method's sizes, layers and cap are taken from one published description, which "
    "offers no test: they are labelled “document rule, untested” where they are read.",
    "The functions live in the alvh_xl add-in or are recalculated by “alvh-xl refresh”. The sheets are protected "
    "without a password: Review, Unprotect Sheet.",
    "A table function answers with a header row unless its last argument, headers, is FALSE; the live result shows "
    "its first number, that of a series its last one.",
)


def write(context: Context) -> None:
    """Write the sheet."""
    page = Page(
        context,
        "Help",
        "Help",
        "Legend, then every function. Option words, units and errors are the same in every spreadsheet program.",
        (22, 33, 48, 66, 40, 54, 24, 14),
    )
    row = _legend(page)
    for text in DISCLAIMER:
        page.put(row, 1, text, "text")
        row += 1
    specs = [spec for members in by_category(REGISTRY.values()).values() for spec in members]
    top = row + 1
    looks = dict.fromkeys(COLUMNS, ("wrap", "general")) | {"example": ("formula_text", "general")}
    end = page.table(top, 1, "Functions", COLUMNS, [_texts(spec) for spec in specs], looks)
    page.put(top, LIVE, "live result", "column")
    for line, spec in enumerate(specs, start=top + 1):
        page.sheet.set_row(line, 12.5 * _lines(spec))
        page.literal(line, 6, excel_call(spec.documentation.example), "formula_text")
        page.put(line, LIVE, _live(spec), "answer", "example")
    page.finish(end - 1, LIVE, freeze=(3, 0))


def _legend(page: Page) -> int:
    page.section(FIRST_ROW - 1, 1, LIVE, "Legend")
    for row, (look, sample, meaning) in enumerate(LEGEND, start=FIRST_ROW):
        page.put(row, 1, sample, look, locked=True)
        page.put(row, 2, meaning, "text")
    return FIRST_ROW + len(LEGEND) + 1


def _arguments(spec: FunctionSpec) -> list[str]:
    return [(p.name if p.required else f"[{p.name}]") + f": {p.unit}; {p.kind.domain}" for p in spec.parameters]


def _texts(spec: FunctionSpec) -> tuple[str | None, ...]:
    unit, words = spec.documentation.returns
    status = f"{spec.status}, {spec.concept}"
    returned = f"{unit}. {words}" if words else unit
    return spec.category, spec.name, spec.summary, "\n".join(_arguments(spec)), returned, None, status


def _lines(spec: FunctionSpec) -> int:
    """Return how many lines the tallest cell of the row needs: characters that fit each column, words kept whole."""
    _, _, summary, arguments, returned, _, status = (text or "" for text in _texts(spec))
    wide = ((summary, 52), (returned, 43), (excel_call(spec.documentation.example), 51), (status, 24))
    needed = [-(-len(text) // characters) for text, characters in wide]
    return max(2, sum(-(-len(line) // 75) for line in arguments.split("\n")), *needed)


def _live(spec: FunctionSpec) -> str:
    """Return the example as a formula that shows one number: of a table or a series, its first or last one."""
    call = excel_call(spec.documentation.example)
    answer = spec.evaluate(example_call(spec.documentation.example)[1])
    if not isinstance(answer, list):
        return call
    rows = answer if spec.shape == "table" else answer[::-1]
    for i, cells in enumerate(rows):
        for column, cell in enumerate(cells, start=1):
            if isinstance(cell, float):
                row = i + 1 if spec.shape == "table" else len(answer) - i
                return f"=INDEX({call[1:]},{row},{column})"
    return f"=INDEX({call[1:]},1,1)"
