"""`alvh-xl install`: the xlwings add-in and ours into Excel's startup folder, and this Python into xlwings' settings.

What is replaced is noted, so that `uninstall` puts back exactly what was there. No program of another is started and
nothing outside the user's own folders is touched.
"""

from __future__ import annotations

import hashlib
import json
import locale
import re
from pathlib import Path
from typing import Any, Final

from alvh_xl import __version__
from alvh_xl.hosts.embedded import WorkbookError, save_atomically
from alvh_xl.hosts.excel.findings import NO_EXCEL, Finding
from alvh_xl.hosts.excel.machine import Machine
from alvh_xl.hosts.excel.package import make_addin
from alvh_xl.hosts.excel.vba import XLWINGS_ADDIN as ANYWHERE
from alvh_xl.hosts.excel.vba_project import ENCODING

ADDIN: Final = "alvh.xlam"
XLWINGS_ADDIN: Final = "xlwings.xlam"
CLOSE_EXCEL: Final = "Close Excel, all its windows, and run `alvh-xl install` again."
_NOTE: Final = "alvh-xl.json"  # beside xlwings.conf: what install did
_LINE: Final = re.compile(r'\s*"([^"]*)"\s*,\s*"([^"]*)"')


def install(machine: Machine) -> list[Finding]:
    """Make Excel know xlwings and our functions; repeating it brings everything up to date.

    Parameters
    ----------
    machine
        The computer.

    Returns
    -------
    list of Finding
        One a step. A step that fails is a PROBLEM with its remedy, and the steps after it are not tried.
    """
    if machine.excel() is None:
        return [NO_EXCEL]
    note = _read_note(machine)
    done: list[Finding] = []
    try:
        for path, data, text in _files(machine):
            done.append(_put(path, data, text, machine, note))
            _write_note(machine, note)
        done.append(_set_interpreter(machine, note))
        _write_note(machine, note)
    except (WorkbookError, OSError) as problem:
        done.append(Finding("Install", "PROBLEM", _words(problem), CLOSE_EXCEL))
        return done
    done.append(Finding("Next", "OK", "Start Excel again, then open a workbook or run `alvh-xl doctor`."))
    return done


def uninstall(machine: Machine) -> list[Finding]:
    """Take away what `install` put there; files that were there before, or were changed since, stay or come back."""
    note = _read_note(machine)
    if not note["files"] and "interpreter" not in note:
        return [Finding("Uninstall", "OK", "There is nothing to take away: alvh-xl was not installed into Excel.")]
    done: list[Finding] = []
    try:
        for name, mark in list(note["files"].items()):
            done.append(_take(Path(name), mark, machine))
            del note["files"][name]
            _write_note(machine, note)
        if "interpreter" in note:
            _write_setting(machine, note.pop("interpreter"))
            done.append(Finding("Settings", "OK", f"{machine.settings_file()} is as before."))
        _note_file(machine).unlink(missing_ok=True)
    except (WorkbookError, OSError) as problem:
        done.append(Finding("Uninstall", "PROBLEM", _words(problem), "Close Excel and run it again."))
    return done


def setting(machine: Machine, key: str) -> str | None:
    """A value of the user's xlwings.conf; None when there is none."""
    for line in _lines(machine):
        match = _LINE.match(line)
        if match and match[1].casefold() == key.casefold():
            return match[2]
    return None


def interpreter_key(machine: Machine) -> str:
    """What xlwings calls the setting that names Python."""
    return "INTERPRETER_MAC" if machine.platform == "darwin" else "INTERPRETER_WIN"


def addins(machine: Machine) -> list[tuple[Path, bytes]]:
    """The two add-ins: where they belong, and what they must be to match the Python that is installed."""
    folder = machine.startup_folder()
    theirs = (machine.xlwings_folder() / "addin" / XLWINGS_ADDIN).read_bytes()
    return [(folder / XLWINGS_ADDIN, theirs), (folder / ADDIN, make_addin(xlwings_addin=_named(machine)))]


def _named(machine: Machine) -> str:
    """Where our add-in looks for that of xlwings. Excel opens its startup folder by name, ours first, so ours must say
    where the other lies; a path that VBA's code page can't hold is left to Excel, as in a workbook for everybody."""
    path = str(machine.startup_folder() / XLWINGS_ADDIN)
    try:
        path.encode(ENCODING)
    except UnicodeEncodeError:
        return ANYWHERE
    return ANYWHERE if machine.platform == "darwin" else path


def applescript(machine: Machine) -> Path:
    """The script through which Excel on a Mac starts Python."""
    return machine.scripts_folder() / f"xlwings-{machine.xlwings_version()}.applescript"


def _files(machine: Machine) -> list[tuple[Path, bytes, str]]:
    (theirs, data), (ours, built) = addins(machine)
    found = [
        (theirs, data, f"the add-in of xlwings {machine.xlwings_version()}"),
        (ours, built, f"the functions of alvh_xl {__version__}"),
    ]
    if machine.platform == "darwin":
        script = applescript(machine)
        found.append((script, (machine.xlwings_folder() / script.name).read_bytes(), "the script that starts Python"))
    return found


def _put(path: Path, data: bytes, text: str, machine: Machine, note: dict[str, Any]) -> Finding:
    """Write a file, unless it is there already; what stood in its place and was not ours is kept for uninstall."""
    present = path.read_bytes() if path.exists() else None
    if present == data:
        return Finding(path.name, "OK", f"{text} is in place: {path}")
    path.parent.mkdir(parents=True, exist_ok=True)
    if present is not None and note["files"].get(str(path)) != _mark(present):
        kept = _kept(path, machine)
        kept.parent.mkdir(parents=True, exist_ok=True)
        save_atomically(present, kept)
    save_atomically(data, path)
    note["files"][str(path)] = _mark(data)
    return Finding(path.name, "OK", f"{text} was written: {path}")


def _take(path: Path, mark: str, machine: Machine) -> Finding:
    kept = _kept(path, machine)
    if path.exists() and _mark(path.read_bytes()) != mark:
        return Finding(path.name, "OK", f"{path} was changed since it was installed, so it stays.")
    if kept.exists():
        save_atomically(kept.read_bytes(), path)
        kept.unlink()
        return Finding(path.name, "OK", f"{path} is again what it was before.")
    path.unlink(missing_ok=True)
    return Finding(path.name, "OK", f"{path} was removed.")


def _mark(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _kept(path: Path, machine: Machine) -> Path:
    """Where a replaced file waits; not beside it, because Excel opens whatever lies in its startup folder."""
    return _note_file(machine).with_name(f"{path.name}.before-alvh")


def _set_interpreter(machine: Machine, note: dict[str, Any]) -> Finding:
    key, wanted = interpreter_key(machine), str(machine.python)
    present = setting(machine, key)
    if present != wanted:
        note.setdefault("interpreter", present)
        _write_setting(machine, wanted)
    return Finding("Settings", "OK", f"Excel uses this Python: {wanted} (in {machine.settings_file()})")


def _write_setting(machine: Machine, value: str | None) -> None:
    """Write (None: remove) the interpreter; all other lines of the file stay."""
    key = interpreter_key(machine)
    kept = [
        line for line in _lines(machine) if not ((match := _LINE.match(line)) and match[1].casefold() == key.casefold())
    ]
    if value is not None:
        kept.append(f'"{key}","{value}"')
    file = machine.settings_file()
    if not kept:
        file.unlink(missing_ok=True)
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    # xlwings and VBA read the file in the code page of the system.
    save_atomically("".join(f"{line}\n" for line in kept).encode(locale.getencoding()), file)


def _lines(machine: Machine) -> list[str]:
    try:
        text = machine.settings_file().read_bytes().decode(locale.getencoding(), "replace")
    except FileNotFoundError:
        return []
    return [line for line in text.splitlines() if line.strip()]


def _note_file(machine: Machine) -> Path:
    return machine.settings_file().with_name(_NOTE)


def _read_note(machine: Machine) -> dict[str, Any]:
    try:
        note = json.loads(_note_file(machine).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        note = {}
    known: dict[str, Any] = note if isinstance(note, dict) else {}
    if not isinstance(known.get("files"), dict):
        known["files"] = {}
    return known


def _write_note(machine: Machine, note: dict[str, Any]) -> None:
    file = _note_file(machine)
    file.parent.mkdir(parents=True, exist_ok=True)
    save_atomically(json.dumps({**note, "version": __version__}, indent=1).encode(), file)


def _words(problem: Exception) -> str:
    if isinstance(problem, PermissionError):
        return f"{problem.filename} is in use or write-protected."
    text = str(problem)
    return text[:1].upper() + text[1:]
