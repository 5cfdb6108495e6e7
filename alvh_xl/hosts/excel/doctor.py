"""`alvh-xl doctor`: whether Excel can answer our functions, link by link, and how to mend each link.

The chain is: Excel opens the two add-ins, may run macros, loads xlwings' DLL beside Python, starts this Python, which
answers. The links are looked at one by one; where all hold, one function is asked through the whole chain.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from alvh_xl.functions import REGISTRY
from alvh_xl.hosts.embedded import Package, WorkbookError, cached_values
from alvh_xl.hosts.excel.findings import NO_EXCEL, Finding
from alvh_xl.hosts.excel.install import addins, applescript, interpreter_key, setting
from alvh_xl.hosts.excel.machine import ExcelProgram, Machine
from alvh_xl.hosts.excel.package import CONF_SHEET

OLDEST_EXCEL: Final = 16  # the first with dynamic arrays calls itself 16.0, as do all later ones
XLWINGS: Final = "0.37."  # the versions alvh_xl is made for
INSTALL: Final = "Close Excel and run `alvh-xl install`."
_SECURITY: Final = (
    r"Software\Policies\Microsoft\Office\16.0\Excel\Security",
    r"Software\Microsoft\Office\16.0\Excel\Security",
)
_TRUST: Final = "File, Options, Trust Center, Trust Center Settings"


def doctor(machine: Machine, workbook: Path | None = None) -> list[Finding]:
    """Look at every link between a cell and Python.

    Parameters
    ----------
    machine
        The computer.
    workbook
        A macro workbook to look at too, and through which one function is asked.

    Returns
    -------
    list of Finding
        In the order of the chain; on a machine without Excel only what can be said there.
    """
    found = [*_python(machine)]
    if workbook is not None:
        found += _workbook(machine, workbook)
    excel = machine.excel()
    if excel is None:
        return [*found, NO_EXCEL]
    found.append(_excel(machine, excel))
    if machine.xlwings_version() is not None:
        found += _links(machine, excel)
    found.append(_whole_chain(machine, workbook, found))
    return found


def _python(machine: Machine) -> Iterator[Finding]:
    """Python itself, xlwings, and one function answered here."""
    installed = machine.xlwings_version()
    if installed is None:
        yield Finding("xlwings", "PROBLEM", "xlwings is not installed in this Python.", "Run `pip install alvh-xl`.")
        return
    if not installed.startswith(XLWINGS):
        text = f"xlwings {installed} is installed; alvh_xl is made for {XLWINGS}x."
        yield Finding("xlwings", "PROBLEM", text, f'Run `pip install "xlwings~={XLWINGS}0"`, then `alvh-xl install`.')
    else:
        yield Finding("xlwings", "OK", f"xlwings {installed}")
    try:
        from alvh_xl.hosts.excel import udfs

        answer = udfs.worksheet_function(REGISTRY["ALVH_EXPECTED_MOVE"])(6000.0, 0.15, 14.0)[0][0]
    except Exception as problem:
        text = f"The functions can't be imported: {type(problem).__name__}: {problem}"
        yield Finding("Functions", "PROBLEM", text, "Install anew: `pip install --force-reinstall alvh-xl`.")
        return
    if isinstance(answer, float) and math.isclose(answer, 6000 * 0.15 * math.sqrt(14 / 365)):
        yield Finding("Functions", "OK", f"ALVH_EXPECTED_MOVE(6000, 0.15, 14) = {answer:.4f} in {machine.python}")
    else:
        yield Finding("Functions", "PROBLEM", f"ALVH_EXPECTED_MOVE answers {answer}", "Install alvh-xl anew.")


def _excel(machine: Machine, excel: ExcelProgram) -> Finding:
    number = excel.version.partition(".")[0]
    if number.isdigit() and int(number) < OLDEST_EXCEL:
        text = f"Excel {excel.version} is too old: it has no dynamic arrays, in which tables spill."
        return Finding("Excel", "PROBLEM", text, "Use Excel 2021, 2024 or Microsoft 365.")
    return Finding("Excel", "OK", f"Excel {excel.version}, {excel.bits} bits")


def _links(machine: Machine, excel: ExcelProgram) -> Iterator[Finding]:
    for path, wanted in addins(machine):
        yield _file(path, wanted, "add-in")
    if machine.platform == "darwin":
        script = applescript(machine)
        yield _file(script, (machine.xlwings_folder() / script.name).read_bytes(), "script")
    else:
        yield _dll(machine, excel)
        yield from _trust(machine)
    yield _interpreter(machine)


def _file(path: Path, wanted: bytes, kind: str) -> Finding:
    if not path.exists():
        return Finding(path.name, "PROBLEM", f"The {kind} is not in {path.parent}.", INSTALL)
    if path.read_bytes() != wanted:
        return Finding(path.name, "PROBLEM", f"{path} is of another version than the Python package.", INSTALL)
    return Finding(path.name, "OK", str(path))


def _dll(machine: Machine, excel: ExcelProgram) -> Finding:
    """Excel loads the DLL from beside Python, or from the folder above; its name carries the version."""
    name = f"xlwings{excel.bits}-{machine.xlwings_version()}.dll"
    for folder in (machine.python.parent, machine.python.parent.parent):
        if (folder / name).exists():
            return Finding("DLL", "OK", str(folder / name))
    text = f"{name} lies neither in {machine.python.parent} nor in {machine.python.parent.parent}."
    return Finding("DLL", "PROBLEM", text, "Run `pip install --force-reinstall --no-deps xlwings`.")


def _interpreter(machine: Machine) -> Finding:
    named = setting(machine, interpreter_key(machine))
    if named is None:
        return Finding("Interpreter", "PROBLEM", f"{machine.settings_file()} names no Python.", INSTALL)
    return _python_named("Interpreter", named, machine, INSTALL)


def _python_named(check: str, named: str, machine: Machine, remedy: str) -> Finding:
    if named in ("python", "pythonw"):
        return Finding(check, "WARNING", f"Excel uses whatever {named} is on the PATH.", remedy)
    if not Path(named).exists():
        return Finding(check, "PROBLEM", f"Excel is told to use {named}, which does not exist.", remedy)
    if Path(named).parent != machine.python.parent:
        return Finding(check, "WARNING", f"Excel uses another Python: {named}, not {machine.python}.", remedy)
    return Finding(check, "OK", named)


def _trust(machine: Machine) -> Iterator[Finding]:
    """What the Trust Center allows; a setting of the administrator goes before the user's."""
    macros = _security(machine, "VBAWarnings")
    if macros in (3, 4):
        words = {3: "only signed macros run", 4: "all macros are disabled without a word"}[macros]
        remedy = f"{_TRUST}, Macro Settings: “Disable VBA macros with notification”; then Enable Content once."
        yield Finding("Macros", "PROBLEM", f"In Excel {words}.", remedy)
    else:
        yield Finding("Macros", "OK", "Macros may run; Excel asks once for each workbook (Enable Content).")
    if _security(machine, "DisableAllAddins") == 1:
        remedy = f"{_TRUST}, Add-ins: untick “Disable all Application Add-ins”."
        yield Finding("Add-ins", "PROBLEM", "Excel opens no add-ins at all.", remedy)


def _security(machine: Machine, name: str) -> Any:
    found = (machine.registry(key, name) for key in _SECURITY)
    return next((value for value in found if value is not None), None)


def _workbook(machine: Machine, workbook: Path) -> Iterator[Finding]:
    """The workbook's own part of the chain: macros, settings sheet, and the mark of a download."""
    try:
        package = Package.open(workbook)
    except WorkbookError as problem:
        text = str(problem)
        text = text if workbook.name in text else f"{workbook.name}: {text}"
        yield Finding("Workbook", "PROBLEM", text, "Name an .xlsm file of `alvh-xl new`.")
        return
    if not package.has_macros:
        text = f"{workbook.name} has no macros, so its buttons and functions need the add-in."
        yield Finding("Workbook", "WARNING", text, "`alvh-xl new NAME.xlsm` makes one with macros.")
    elif machine.is_blocked(workbook):
        text = f"Windows marks {workbook.name} as coming from the internet: Excel opens it without macros."
        yield Finding("Workbook", "PROBLEM", text, "In the Explorer: right-click, Properties, tick Unblock.")
    else:
        yield Finding("Workbook", "OK", f"{workbook.name} has macros.")
    yield from _conf_sheet(machine, package)


def _conf_sheet(machine: Machine, package: Package) -> Iterator[Finding]:
    if CONF_SHEET not in package.sheets:
        if package.has_macros:
            yield Finding("Settings sheet", "OK", f"No sheet {CONF_SHEET}: the user's settings count.")
        return
    cells = cached_values(package, CONF_SHEET)
    named = {str(name).upper(): str(cells.get((row, 2)) or "") for (row, column), name in cells.items() if column == 1}
    remedy = f"Unhide the sheet {CONF_SHEET} and delete the row {interpreter_key(machine)}."
    if interpreter_key(machine) in named:
        yield _python_named("Settings sheet", named[interpreter_key(machine)], machine, remedy)
    else:
        yield Finding("Settings sheet", "OK", f"{CONF_SHEET} names no Python: the user's settings count.")


def _whole_chain(machine: Machine, workbook: Path | None, found: list[Finding]) -> Finding:
    """One function through Excel, VBA, the DLL and Python, where there is hope for an answer."""
    check = "A call from Excel"
    if machine.platform == "darwin":
        return Finding(check, "OK", "On a Mac cells can't call Python; Refresh calculates the workbook instead.")
    if any(finding.result == "PROBLEM" for finding in found):
        return Finding(check, "WARNING", "Not tried, because of the problems above.", "Put them right first.")
    if workbook is None:
        return Finding(check, "WARNING", "Not tried: no workbook was named.", "Run `alvh-xl doctor WORKBOOK.xlsm`.")
    try:
        text = machine.diagnosis(workbook)
    except Exception as problem:
        words = f"Excel could not be asked: {type(problem).__name__}: {problem}"
        return Finding(
            check, "PROBLEM", words, "Close all windows of Excel, end excel.exe in the Task Manager, try again."
        )
    if text.startswith("All is well"):
        return Finding(check, "OK", text)
    return Finding(check, "PROBLEM", text.partition("\n")[0], INSTALL)
