"""The VBA text of our modules: complete, allowed by VBA, and within Excel's limits."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest
import xlwings

from alvh_xl import __version__
from alvh_xl.functions import REGISTRY, FunctionSpec
from alvh_xl.hosts.embedded import WorkbookError
from alvh_xl.hosts.excel import udfs, vba
from alvh_xl.hosts.excel.values import CVERR
from alvh_xl.hosts.excel.wizard import (
    ARGUMENT_LIMIT,
    FORBIDDEN,
    TEXT_LIMIT,
    argument_name,
    argument_text,
    ascii_text,
    function_text,
)

MODULES = {module.name: module.code for module in vba.our_modules("workbook")}
FUNCTIONS = MODULES["AlvhFunctions"]
TEXTS = MODULES["AlvhTexts"]
SPECS = list(REGISTRY.values())
ids = [spec.name for spec in SPECS]


def wrapper(spec: FunctionSpec) -> tuple[list[str], str]:
    """The formal arguments and the body of a function's wrapper."""
    found = re.search(rf"^Public Function {spec.name}\((.*)\) As Variant\n(.*)\nEnd Function$", FUNCTIONS, re.M)
    assert found is not None, f"{spec.name} has no wrapper"
    return (found[1].split(", ") if found[1] else []), found[2]


@pytest.mark.parametrize("spec", SPECS, ids=ids)
def test_every_function_has_a_wrapper_with_its_arguments(spec: FunctionSpec) -> None:
    """An argument out of order or a required one marked optional would change what a formula means."""
    formal, body = wrapper(spec)
    names = [argument_name(parameter.name) for parameter in spec.parameters]
    expected = [
        f"{'' if parameter.required else 'Optional '}{name} As Variant"
        for name, parameter in zip(names, spec.parameters, strict=True)
    ]
    assert expected == formal
    given = ", ".join(f"AlvhIn({name})" for name in names)
    assert body == f'    {spec.name} = AlvhCall("{spec.name}", Array({given}))'
    assert len(formal) <= ARGUMENT_LIMIT


@pytest.mark.parametrize("spec", SPECS, ids=ids)
def test_no_argument_is_named_by_a_word_of_vba(spec: FunctionSpec) -> None:
    """One such word, and the whole module does not compile."""
    names = [argument_name(parameter.name) for parameter in spec.parameters]
    assert not FORBIDDEN & {name.lower() for name in names}
    assert len({name.lower() for name in names}) == len(names)
    assert all(re.fullmatch(r"[a-z]\w*", name) for name in names)


def test_a_word_of_vba_gets_an_underscore() -> None:
    """`long` is a fine argument in Python and a syntax error in VBA."""
    assert [argument_name(name) for name in ("long", "Date", "spot", "output", "short")] == [
        "long_", "Date_", "spot", "output_", "short"
    ]  # fmt: skip


@pytest.mark.parametrize("word", ["call", "put", "option", "type", "date", "next", "open", "close", "to", "in", "like"])
def test_the_words_traders_would_use_are_known_as_forbidden(word: str) -> None:
    """The table of words would be worth little without the likeliest ones."""
    assert word in FORBIDDEN


@pytest.mark.parametrize("spec", SPECS, ids=ids)
def test_wizard_texts_fit_excels_limits(spec: FunctionSpec) -> None:
    """MacroOptions refuses a function altogether when one text is too long."""
    texts = [function_text(spec), *(argument_text(parameter) for parameter in spec.parameters)]
    assert all(0 < len(text) <= TEXT_LIMIT for text in texts)
    assert all(text.isascii() and text.isprintable() for text in texts)
    assert ascii_text(spec.summary)[:100] in texts[0]


@pytest.mark.parametrize("spec", SPECS, ids=ids)
def test_every_function_is_described_once_with_all_its_arguments(spec: FunctionSpec) -> None:
    """A text too few, and every later argument shows the wrong one."""
    calls = re.findall(rf'^    Describe "{spec.name}", ((?:.* _\n)*.*)$', TEXTS, re.M)
    assert len(calls) == 1
    literals = re.findall(r'"((?:[^"]|"")*)"', calls[0])
    expected = [f"ALVH {ascii_text(spec.category)}", function_text(spec), *map(argument_text, spec.parameters)]
    assert expected == [literal.replace('""', '"') for literal in literals]


@pytest.mark.parametrize("name", MODULES)
def test_every_module_keeps_the_editors_limits(name: str) -> None:
    """Lines over 1,023 characters, more than 24 continuations or 64 KB a procedure do not compile."""
    code = MODULES[name]
    assert code.isascii()
    assert max(map(len, code.splitlines())) <= 1023
    assert max((len(run.splitlines()) for run in re.findall(r"(?:.* _\n)+", code)), default=0) <= 24
    assert max(map(len, code.split("\nEnd "))) < 32_000
    assert "Option Explicit" in code


@pytest.mark.parametrize("name", MODULES)
def test_every_block_is_closed(name: str) -> None:
    """A block left open does not compile."""
    opened = re.findall(r"^(?:Public |Private )?(Sub|Function) \w+\(", MODULES[name], re.M)
    closed = re.findall(r"^End (Sub|Function)$", MODULES[name], re.M)
    assert opened == closed


def test_only_cell_functions_show_in_the_list_of_functions() -> None:
    """Helpers among the functions a trader may choose would confuse."""
    for name, code in MODULES.items():
        if name not in ("AlvhFunctions", "AlvhMacros"):
            assert "Option Private Module" in code
    assert re.findall(r"^Public Function (\w+)", FUNCTIONS, re.M) == ids
    assert "Public Function" not in MODULES["AlvhMacros"]


def test_error_values_have_the_same_numbers_on_both_sides() -> None:
    """A number mixed up would turn #N/A into another error on the way."""
    cells = MODULES["AlvhCells"]
    inward = re.findall(r'Case CVErr\((\d+)\): ErrorText = "(.*)"', cells)
    outward = re.findall(r'Case "(.*)": ErrorValue = CVErr\((\d+)\)', cells)
    expected = {error.value: number for error, number in CVERR.items()}
    assert {text: int(number) for text, number in outward} == expected
    expected.pop("#VALUE!")  # also what an error value unknown to us becomes
    assert {text: int(number) for number, text in inward} == expected
    assert 'Case Else: ErrorText = "#VALUE!"' in cells


def test_macros_call_python_that_exists() -> None:
    """A name that is wrong here shows only when a user clicks."""
    actions = re.findall(r'^    AlvhRun "(\w+)"$', MODULES["AlvhMacros"], re.M)
    assert actions == ["refresh", "export"]
    command = re.search(r'RunPython "import ([\w.]+); ([\w.]+)\." & Action & "\(\)"', MODULES["AlvhPython"])
    assert command is not None
    assert command[1] == command[2]
    assert all(callable(getattr(import_module(command[1]), action)) for action in actions)
    assert f'CallUDF("{udfs.__name__}", FunctionName, Arguments)' in MODULES["AlvhPython"]


def test_the_workbook_knows_the_version_it_was_made_with() -> None:
    """The Doctor compares it with Python's answer."""
    assert f'Public Const AlvhVersion As String = "{__version__}"' in TEXTS
    assert "Public Const AlvhInAddin As Boolean = False" in TEXTS
    in_addin = {module.name: module.code for module in vba.our_modules("addin")}
    assert "Public Const AlvhInAddin As Boolean = True" in in_addin["AlvhTexts"]
    assert {name: code for name, code in in_addin.items() if name != "AlvhTexts"} == {
        name: code for name, code in MODULES.items() if name != "AlvhTexts"
    }


def test_standalone_code_is_that_of_the_installed_xlwings() -> None:
    """Its VBA names the DLL of one exact version."""
    code, dictionary = vba.xlwings_modules("workbook")
    version = xlwings.__version__
    assert f'Lib "xlwings64-{version}.dll"' in code.code
    assert f'Public Const XLWINGS_VERSION As String = "{version}"' in code.code
    assert [code.name, dictionary.name, dictionary.kind] == ["xlwings", "Dictionary", "class"]
    for name in ("RunPython", "XLPy"):
        assert re.search(rf"^(Public )?Function {name}\(", code.code, re.M)
    assert "Redistributions of source code must retain the above copyright notice" in code.code
    assert "License: MIT" in dictionary.code or "@license: MIT" in dictionary.code


def test_the_standalone_add_in_works_on_the_active_workbook_with_the_users_settings() -> None:
    """xlwings' code for add-ins looks for settings under another name unless told otherwise."""
    code = vba.xlwings_modules("addin")[0].code
    assert 'Public Const PROJECT_NAME As String = "xlwings"' in code
    assert "myaddin" not in code
    assert "ActiveWorkbook.Name" in code


def test_an_xlwings_whose_code_has_changed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A replacement that silently finds nothing would make an add-in without settings."""
    monkeypatch.setattr(vba, "_read", lambda path: "Option Explicit" if isinstance(path, Path) else "")
    with pytest.raises(WorkbookError, match="another version of xlwings"):
        vba.xlwings_modules("addin")


def test_a_python_without_xlwings_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standalone mode needs xlwings' own code."""
    monkeypatch.setattr(vba, "find_spec", lambda name: None)
    with pytest.raises(FileNotFoundError, match="xlwings is not installed"):
        vba.xlwings_modules("workbook")


def test_a_text_is_quoted_as_vba_wants_it() -> None:
    """A quote left single ends the literal."""
    assert vba.quoted('say "x"') == '"say ""x"""'


def test_signs_outside_ascii_are_written_out() -> None:
    """Code pages differ between systems; only ASCII is the same in all."""
    assert ascii_text("β ≤ σ²·√τ − 1") == "beta <= sigma^2*sqrt tau - 1"
    with pytest.raises(UnicodeEncodeError):
        ascii_text("漢")
