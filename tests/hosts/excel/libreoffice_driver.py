"""Opens a macro workbook in LibreOffice and tells what it finds; runs in the Python that has `uno`.

Usage: libreoffice_driver.py SOFFICE FILE JOB, where JOB is JSON with "formulas" {address: formula} to type on the sheet
of that name or number "sheet", "cells" [address] to read and "macros" [module.name] to run. Prints JSON.
"""

import json
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from typing import Any

ALWAYS_EXECUTE_MACROS = 4


def connect(soffice: str, profile: str) -> tuple[Any, Any]:
    """Start LibreOffice in a profile of its own and return (desktop, process)."""
    pipe = Path(profile).name
    command = [soffice, "--headless", "--norestore", "--nologo", f"-env:UserInstallation={Path(profile).as_uri()}"]
    command.append(f"--accept=pipe,name={pipe};urp;")
    context = import_module("uno").getComponentContext()  # comes with LibreOffice's own Python
    resolver = context.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", context)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(240):
        try:
            remote = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return remote.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", remote), process
        except Exception:
            if process.poll() is not None:  # a fresh profile may ask to be started again
                process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(0.25)
    process.kill()
    raise SystemExit("LibreOffice did not answer")


def option(name: str, value: Any) -> Any:
    """One load option."""
    made = import_module("uno").createUnoStruct("com.sun.star.beans.PropertyValue")
    made.Name, made.Value = name, value
    return made


def inspect(desktop: Any, file: str, job: dict[str, Any]) -> dict[str, Any]:
    """Open the file, do the job, and describe libraries, cells and controls."""
    options = (option("Hidden", True), option("MacroExecutionMode", ALWAYS_EXECUTE_MACROS))
    document = desktop.loadComponentFromURL(Path(file).resolve().as_uri(), "_blank", 0, options)
    found: dict[str, Any] = {"sheets": list(document.Sheets.ElementNames), "modules": {}, "cells": {}, "controls": []}
    libraries = document.BasicLibraries
    for name in libraries.ElementNames:
        libraries.loadLibrary(name)
        library = libraries.getByName(name)
        found["modules"][name] = {module: library.getByName(module) for module in library.ElementNames}
    sheet = document.Sheets.getByName(job.get("sheet", found["sheets"][0]))
    for address, formula in job.get("formulas", {}).items():
        cells = sheet.getCellRangeByName(address)
        if ":" in address:
            cells.setArrayFormula(formula)
        else:
            cells.setFormula(formula)
    document.calculateAll()
    for address in job.get("cells", []):
        cell = sheet.getCellRangeByName(address)
        found["cells"][address] = {"text": cell.String, "value": cell.Value, "error": cell.getError()}
    found["macros"] = {name: run(document, name) for name in job.get("macros", [])}
    for index in range(sheet.DrawPage.Forms.Count):
        form = sheet.DrawPage.Forms.getByIndex(index)
        for place in range(form.Count):
            events = [event.ScriptCode for event in form.getScriptEvents(place)]
            found["controls"].append([form.getByIndex(place).Label, events])
    document.close(True)
    return found


def run(document: Any, name: str) -> Any:
    """Run a macro and return its result, or the text of the error."""
    try:
        url = f"vnd.sun.star.script:{name}?language=Basic&location=document"
        return document.getScriptProvider().getScript(url).invoke((), (), ())[0]
    except Exception as problem:
        return f"failed: {problem}"


def main() -> None:
    """Connect, inspect, print, and end the LibreOffice that was started."""
    soffice, file, job = sys.argv[1:4]
    with tempfile.TemporaryDirectory(prefix="alvh-lo-") as profile:
        desktop, process = connect(soffice, profile)
        try:
            print(json.dumps(inspect(desktop, file, json.loads(job))))
        finally:
            try:
                desktop.terminate()
            except Exception:
                process.kill()
            process.wait(30)


if __name__ == "__main__":
    main()
