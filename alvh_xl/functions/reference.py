"""The vocabulary as text, for the command line and the README; made from the registry, like every help text."""

from __future__ import annotations

from collections.abc import Iterable

from alvh_xl.functions.cells import CellError
from alvh_xl.functions.docs import example_call, excel_call
from alvh_xl.functions.registry import FunctionSpec

# One letter for the shape of the answer, as the README's legend says.
SHAPES = {"elementwise": "E", "table": "T", "series": "S", "value": "1"}
# The headings, in the order in which a morning needs them.
CATEGORIES = (
    "Options", "Volatility", "Condor and book", "VIX curve", "Signals and layers", "Allocation and gamma offset",
    "Discipline", "Cost of capital", "Macro and fundamentals", "Research and status",
)  # fmt: skip


def by_category(specs: Iterable[FunctionSpec]) -> dict[str, list[FunctionSpec]]:
    """Functions under their headings."""
    found: dict[str, list[FunctionSpec]] = {category: [] for category in CATEGORIES}
    for spec in specs:
        found[spec.category].append(spec)
    return {category: members for category, members in found.items() if members}


def listing(specs: Iterable[FunctionSpec]) -> str:
    """Every function with its signature and its one line, under its heading."""
    lines: list[str] = []
    for category, members in by_category(specs).items():
        lines.append(category)
        for spec in members:
            lines += [f"  {spec.signature}", f"      {spec.summary}"]
    return "\n".join(lines)


def page(spec: FunctionSpec) -> str:
    """Everything that is known of one function."""
    text = spec.documentation
    lines = [spec.signature, text.summary, text.formula, ""]
    for parameter in spec.parameters:
        optional = "" if parameter.required else " (optional)"
        lines.append(f"  {parameter.name}{optional}: {parameter.unit}. {parameter.text} [{parameter.kind.domain}]")
    lines += [
        "",
        f"Returns {text.returns[0]}. {text.returns[1]}",
        f"Status: {spec.status}; {spec.concept}. {text.notes}",
    ]
    if text.references:
        lines.append(f"References: {text.references}")
    lines.append(f"Example: {excel_call(text.example)}  →  {text.example_value}")
    return "\n".join(lines)


def markdown_table(specs: Iterable[FunctionSpec]) -> str:
    """The README's function table."""
    lines: list[str] = []
    for category, members in by_category(specs).items():
        lines += [f"**{category}**", "", "| function | | answers |", "|---|---|---|"]
        for spec in members:
            signature = spec.signature.replace(", [headers]", "").replace("|", "\\|")
            lines.append(f"| `{signature}` | {SHAPES[spec.shape]} | {spec.summary.replace('|', chr(92) + '|')} |")
        lines.append("")
    return "\n".join(lines)


def check(spec: FunctionSpec) -> tuple[bool, str]:
    """Answer a function's own example: whether it gives a value, and a line that says so."""
    name, arguments = example_call(spec.documentation.example)
    answer = spec.evaluate(arguments)
    rows = answer if isinstance(answer, list) else [[answer]]
    values = [cell for row in rows for cell in row if not isinstance(cell, CellError)]
    return bool(values), f"{name:26} {'present' if values else 'NO ANSWER':10} {spec.status}"
