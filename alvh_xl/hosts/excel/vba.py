"""The VBA of our workbooks and add-in: generated wrappers and wizard texts, and the modules written by hand.

| module | holds |
|---|---|
| ThisWorkbook | `Workbook_Open`, which registers the wizard's texts |
| AlvhFunctions | generated: one public function for each function of the registry |
| AlvhTexts | generated: descriptions for the Function Wizard, and our version |
| AlvhCells, AlvhPython, AlvhMacros | by hand, in the folder `basic` beside this file |
| xlwings, Dictionary | standalone mode only: xlwings' own code, from the xlwings installed here |
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal

from alvh_xl import __version__
from alvh_xl.functions import REGISTRY, FunctionSpec
from alvh_xl.hosts.embedded.errors import WorkbookError

from .vba_project import OFFICE, OLE_AUTOMATION, Module, ProjectReference, vba_project
from .wizard import ARGUMENT_LIMIT, argument_name, argument_text, ascii_text, function_text

Mode = Literal["reference", "standalone"]
Kind = Literal["workbook", "addin"]

PROJECT_NAMES: Final[dict[Kind, str]] = {"workbook": "AlvhWorkbook", "addin": "AlvhAddin"}
# Excel takes an open add-in of this name wherever it lies; this is where one for all users would be.
XLWINGS_ADDIN: Final = r"C:\Program Files\Microsoft Office\root\Office16\XLSTART\xlwings.xlam"

_THIS_WORKBOOK = """Option Explicit

Private Sub Workbook_Open()
    AlvhRegister
End Sub
"""

_CONSTANTS = """Option Explicit
Option Private Module

Public Const AlvhVersion As String = "{version}"
Public Const AlvhInAddin As Boolean = {in_addin}
"""

# Descriptions are a comfort: whatever goes wrong with them, the workbook opens. MacroOptions refuses a hidden
# workbook, which an add-in is, so an add-in shows itself for the moment.
_REGISTER = """Public Sub AlvhRegister()
    Dim WasSaved As Boolean, WasUpdating As Boolean
    On Error Resume Next
    WasSaved = ThisWorkbook.Saved
    WasUpdating = Application.ScreenUpdating
    Application.ScreenUpdating = False
    If AlvhInAddin Then ThisWorkbook.IsAddin = False
{calls}
    If AlvhInAddin Then ThisWorkbook.IsAddin = True
    Application.ScreenUpdating = WasUpdating
    ThisWorkbook.Saved = WasSaved
End Sub

Private Sub Describe(ByVal Called As String, ByVal Heading As String, ByVal Text As String, _
        Optional ByVal Arguments As Variant)
    Dim FullName As String
    On Error Resume Next
    FullName = "'" & Replace(ThisWorkbook.Name, "'", "''") & "'!" & Called
    If IsMissing(Arguments) Then
        Application.MacroOptions Macro:=FullName, Description:=Text, Category:=Heading
    Else
        Application.MacroOptions Macro:=FullName, Description:=Text, Category:=Heading, _
            ArgumentDescriptions:=Arguments
    End If
End Sub
"""


def functions_module(specs: Iterable[FunctionSpec]) -> str:
    """Write the wrappers: each hands its arguments over and returns what Python answers."""
    lines = ["Option Explicit", ""]
    for spec in specs:
        if len(spec.parameters) > ARGUMENT_LIMIT:
            raise ValueError(f"{spec.name} has more arguments than a VBA function may have")
        names = [argument_name(parameter.name) for parameter in spec.parameters]
        formal = [
            f"{'' if parameter.required else 'Optional '}{name} As Variant"
            for name, parameter in zip(names, spec.parameters, strict=True)
        ]
        given = ", ".join(f"AlvhIn({name})" for name in names)
        lines += [
            f"Public Function {spec.name}({', '.join(formal)}) As Variant",
            f'    {spec.name} = AlvhCall("{spec.name}", Array({given}))',
            "End Function",
            "",
        ]
    return "\n".join(lines)


def texts_module(specs: Iterable[FunctionSpec], kind: Kind) -> str:
    """Write the registration of the wizard's texts, a procedure for each category (VBA limits their size)."""
    headings: dict[str, list[FunctionSpec]] = {}
    for spec in specs:
        headings.setdefault(spec.category, []).append(spec)
    parts = [_CONSTANTS.format(version=__version__, in_addin=kind == "addin")]
    parts.append(_REGISTER.format(calls="\n".join(f"    Describe{i}" for i in range(1, len(headings) + 1))))
    for i, (heading, members) in enumerate(headings.items(), 1):
        lines = [_described(spec, f"ALVH {ascii_text(heading)}") for spec in members]
        parts.append("\n".join((f"Private Sub Describe{i}()", *lines, "End Sub", "")))
    return "\n".join(parts)


def _described(spec: FunctionSpec, heading: str) -> str:
    call = f"    Describe {quoted(spec.name)}, {quoted(heading)}, _\n        {quoted(function_text(spec))}"
    if not spec.parameters:
        return call
    texts = ", _\n        ".join(quoted(argument_text(parameter)) for parameter in spec.parameters)
    return f"{call}, _\n        Array({texts})"


def quoted(text: str) -> str:
    """Write a VBA string literal."""
    return '"' + text.replace('"', '""') + '"'


def xlwings_modules(kind: Kind) -> list[Module]:
    """Xlwings' own VBA, from the installed package, so that it names the DLL of exactly that version.

    An add-in gets xlwings' code for add-ins, which works on the active workbook; it reads the same settings.

    Raises
    ------
    FileNotFoundError
        xlwings is not installed here, or came without its VBA.
    WorkbookError
        xlwings' VBA is not what this version of ours expects.
    """
    spec = find_spec("xlwings")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("xlwings is not installed in this Python")
    folder = Path(spec.origin).parent
    code = _read(folder / ("xlwings.bas" if kind == "workbook" else "xlwings_custom_addin.bas"))
    if kind == "addin":
        own = 'Public Const PROJECT_NAME As String = "myaddin"'
        if code.count(own) != 1:
            raise WorkbookError("alvh_xl does not know the add-in code of this xlwings: use another version of xlwings")
        code = code.replace(own, own.replace("myaddin", "xlwings"))
    return [
        Module("xlwings", code),
        Module("Dictionary", _read(folder / "addin" / "Dictionary.cls"), "class"),
    ]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def our_modules(kind: Kind) -> list[Module]:
    """All standard modules of ours, generated ones first."""
    members = list(REGISTRY.values())
    folder = files(__package__) / "basic"
    by_hand = ("AlvhCells", "AlvhPython", "AlvhMacros")
    return [
        Module("AlvhFunctions", functions_module(members)),
        Module("AlvhTexts", texts_module(members, kind)),
        *(Module(name, (folder / f"{name}.bas").read_text(encoding="ascii")) for name in by_hand),
    ]


def project(sheets: Sequence[str], mode: Mode, kind: Kind = "workbook", *, xlwings_addin: str = XLWINGS_ADDIN) -> bytes:
    """Write the VBA project of a workbook or an add-in.

    Parameters
    ----------
    sheets
        The code names of the sheets; the workbook's own is ThisWorkbook.
    mode
        "reference": xlwings' code comes from the xlwings add-in, which must be installed in Excel;
        "standalone": a copy of it goes in, of the version installed here.
    kind
        A workbook that holds its own macros, or an add-in for all workbooks.
    xlwings_addin
        Where the add-in would lie when Excel has not opened one of that name ("reference" only).
    """
    documents = [Module("ThisWorkbook", _THIS_WORKBOOK, "workbook"), *(Module(name, "", "sheet") for name in sheets)]
    if mode == "standalone":
        return vba_project([*documents, *our_modules(kind), *xlwings_modules(kind)], PROJECT_NAMES[kind])
    references = (OLE_AUTOMATION, OFFICE, ProjectReference("xlwings", xlwings_addin))
    return vba_project([*documents, *our_modules(kind)], PROJECT_NAMES[kind], references)
