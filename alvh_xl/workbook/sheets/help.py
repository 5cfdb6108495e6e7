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


# The sample morning from expected move to order, in the document's order: step, function, answer, reading.
EXAMPLE = (
    ("1  Expected move (C01)", "ALVH_EXPECTED_MOVE", '=TEXT(expected_move,"0.0")&" points"',
     '="spot "&TEXT(spot,"#,##0.00")&" × "&TEXT(atm_vol,"0.0 %")&" × √("&TEXT(dte,"0.0")&" / "&day_basis&" days)"'),
    ("2  Condor (C02)", "ALVH_CONDOR_STRIKES", '=put_long&" / "&put_short&" / "&call_short&" / "&call_long',
     '="short strikes at delta "&TEXT(short_delta,"0.00")&", wings of "&wing_width&" points; credit "'
     '&TEXT(credit,"0.00")&" points"'),
    ("3  Width W (C03)", "ALVH_CONDOR", '=TEXT(breakeven_width,"0.0")&" points"',
     '="from break-even "&TEXT(low_breakeven,"#,##0.0")&" to "&TEXT(high_breakeven,"#,##0.0")'),
    ("4  Macro pressure (C04)", "ALVH_MACRO_PRESSURE", '=TEXT(macro_pressure,"0.00")',
     '="CPI surprise "&TEXT(cpi_surprise,"+0.00;-0.00")&", PPI "&TEXT(ppi_surprise,"+0.00;-0.00")'
     '&"; pressure counts from "&TEXT(macro_threshold,"0.0#")'),
    ("5  Allocation (C03, C04)", "ALVH_ALLOCATION", '=TEXT(allocation,"0.0 %")&" of W"',
     '="calm range "&TEXT(calm_low,"0 %")&" to "&TEXT(calm_high,"0 %")&", under pressure "'
     '&TEXT(macro_low,"0 %")&" to "&TEXT(macro_high,"0 %")'),
    ("6  Layers (C05 to C08)", "ALVH_LAYERS", '="MACD "&lamp_macd&", RSI "&lamp_rsi&", A/D "&lamp_ad',
     '="fraction L = "&TEXT(layer_fraction,"0.000")&"; RSI stands at "&TEXT(rsi_now,"0.00")'),
    ("7  Share to hedge (C05)", "ALVH_HEDGE_UNITS", '=TEXT(hedge_share,"0.0 %")&" of W"',
     '=TEXT(allocation,"0.0 %")&" × "&TEXT(layer_fraction,"0.000")&" × tilt "&TEXT(tilt,"0.00")'),
    ("8  Literal size (C03)", "ALVH_HEDGE_UNITS", '=TEXT(plan_literal,"0.0")&" contracts"',
     '=TEXT(hedge_share,"0.0 %")&" × "&TEXT(breakeven_width,"0.0")&" points × $100 × "&condors'
     '&" condors ÷ ("&TEXT(hedge_future,"0.000")&" × $100)"'),
    ("9  Gamma cap (C12)", "ALVH_MAX_CONTRACTS", '=TEXT(gamma_cap_contracts,"0.0")&" contracts"',
     '="hedge delta at most "&TEXT(cap_in_force,"0.00")&" of the condor\'s gamma; now "&TEXT(ratio_a,"0.000")'),
    ("10  Binding rule", "ALVH_PLAN", "=plan_binding", "=plan_reason_1"),
    ("11  Order (C27)", "ALVH_REBALANCE", "=order_text", '=hedge_text&", limit "&TEXT(limit_price,"0.00")'),
    ("12  What it costs (C16)", "ALVH_HEDGE_DRAG", '=TEXT(premium,"$#,##0")',
     '=TEXT(premium_share,"0.0 %")&" of the credit; theta "&TEXT(premium_theta,"$#,##0;-$#,##0")&" a day"'),
)  # fmt: skip


def write(context: Context) -> None:
    """Write the sheet."""
    page = Page(
        context,
        "Help",
        "Help",
        "Legend, then every function. Option words, units and errors are the same in every spreadsheet program.",
        (24, 33, 38, 56, 34, 40, 19, 12),
    )
    row = _legend(page)
    for text in DISCLAIMER:
        page.put(row, 1, text, "text")
        row += 1
    specs = [spec for members in by_category(REGISTRY.values()).values() for spec in members]
    top = row + len(EXAMPLE) + 4
    _number_functions(context, top, [spec.name for spec in specs])
    _example(page, top - len(EXAMPLE) - 3)
    looks = dict.fromkeys(COLUMNS, ("wrap", "general")) | {"example": ("formula_text", "general")}
    end = page.table(top, 1, "Functions", COLUMNS, [_texts(spec) for spec in specs], looks)
    page.put(top, LIVE, "live result", "column")
    for line, spec in enumerate(specs, start=top + 1):
        page.sheet.set_row(line, 12.5 * _lines(spec))
        page.literal(line, 6, excel_call(spec.documentation.example), "formula_text")
        page.put(line, LIVE, _live(spec), "answer", "example")
    page.finish(end - 1, LIVE, freeze=(3, 0))


def _number_functions(context: Context, top: int, names: list[str]) -> None:
    """Note where each function stands, so that other sheets can lead to it."""
    context.help.update({name: f"Help!$C${line}" for line, name in enumerate(names, start=top + 2)})


def _example(page: Page, row: int) -> None:
    """Write this morning's figures step by step; every answer quotes the cell that calculates it."""
    page.section(row, 1, LIVE, "Worked example: this morning, from expected move to order",
                 "live; the method's sizes, layers and cap are document rules, untested")  # fmt: skip
    page.header_row(row + 1, 1, ("step", "function", "answer", "how"))
    for line, (step, name, answer, how) in enumerate(EXAMPLE, start=row + 2):
        page.put(line, 1, step, "label")
        page.link(line, 2, name, page.context.help_name(name), "Its arguments, unit and example")
        page.put(line, 3, answer, "key", align="left")
        page.put(line, 4, f'=IFERROR({how[1:]},"no data")', "formula")


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
    wide = ((summary, 40), (returned, 35), (excel_call(spec.documentation.example), 36), (status, 17))
    needed = [-(-len(text) // characters) for text, characters in wide]
    return max(2, sum(-(-len(line) // 62) for line in arguments.split("\n")), *needed)


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
