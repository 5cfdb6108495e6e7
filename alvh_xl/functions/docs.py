"""Reads a numpy-style docstring: the one place where a cell function's texts, units and example are written."""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Documentation:
    """The parts of a docstring that help texts are made from."""

    summary: str
    formula: str
    parameters: dict[str, tuple[str, str]]  # name → (unit, text)
    returns: tuple[str, str]  # unit, text
    notes: str
    references: str
    example: str  # the Python statements
    example_value: str  # what it prints


_SECTION = re.compile(r"^(\w[\w ]*)\n-{3,}\n", re.MULTILINE)


def read_docstring(docstring: str) -> Documentation:
    """Split a docstring into its parts; what is absent is empty."""
    text = inspect.cleandoc(docstring)
    pieces = _SECTION.split(text)
    head, sections = pieces[0], dict(zip(pieces[1::2], pieces[2::2], strict=True))
    summary, _, formula = head.strip().partition("\n\n")
    returns = _entries(sections.get("Returns", ""))
    call, value = _example(sections.get("Examples", ""))
    return Documentation(
        summary=_one_line(summary),
        formula=_one_line(formula),
        parameters={name: (unit, words) for name, unit, words in _entries(sections.get("Parameters", ""))},
        returns=(returns[0][0] + (f" : {returns[0][1]}" if returns[0][1] else ""), returns[0][2])
        if returns
        else ("", ""),
        notes=_one_line(sections.get("Notes", "")),
        references=_one_line(sections.get("References", "")),
        example=call,
        example_value=value,
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _entries(section: str) -> list[tuple[str, str, str]]:
    """Name, unit and text of each entry "name : unit" followed by indented lines."""
    found: list[tuple[str, str, str]] = []
    for line in section.splitlines():
        if line and not line.startswith(" "):
            name, _, unit = line.partition(" : ")
            found.append((name.strip(), unit.strip(), ""))
        elif line.strip() and found:
            name, unit, words = found[-1]
            found[-1] = (name, unit, f"{words} {line.strip()}".strip())
    return found


def _example(section: str) -> tuple[str, str]:
    """Statements of the first example (joined by new lines) and what the last of them prints."""
    statements: list[str] = []
    value: list[str] = []
    for line in section.strip().splitlines():
        if line.startswith(">>> ") and not value:
            statements.append(line[4:])
        elif line.startswith("... ") and not value:
            statements[-1] += " " + line[4:].strip()
        elif not line.strip() or line.startswith(">>> "):
            break
        else:
            value.append(line.rstrip())
    return "\n".join(statements), "\n".join(value)


def example_call(example: str) -> tuple[str, list[Any]]:
    """Name and arguments of an example's ALVH_ call.

    The example is one call, with anything around it (an index, a rounding), and before it assignments of literals to
    names that the call may use. Nothing is executed: arguments are literals.
    """
    names: dict[str, Any] = {}
    for statement in ast.parse(example).body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            names[statement.targets[0].id] = ast.literal_eval(statement.value)
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.startswith("ALVH_"):
                return node.func.id, [
                    names[arg.id] if isinstance(arg, ast.Name) else ast.literal_eval(arg) for arg in node.args
                ]
    raise ValueError(f"no call of a cell function in: {example}")


def excel_call(example: str) -> str:
    """Write an example as a spreadsheet formula.

    Lists become array constants ({1;2;3} for a series, {1,2;3,4} for rows), pairs two columns, None an
    omitted argument.
    """
    name, arguments = example_call(example)
    return f"={name}({', '.join(_literal(argument) for argument in arguments)})"


def _literal(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"'
    if isinstance(value, dict):
        value = list(value.items())
    if isinstance(value, (list, tuple)):
        rows = [row if isinstance(row, (list, tuple)) else [row] for row in value]
        # An array constant has no blanks; an empty text stands in its place.
        return "{" + ";".join(",".join(_literal(cell) or '""' for cell in row) for row in rows) + "}"
    raise TypeError(f"no spreadsheet literal for {value!r}")
