"""Makes the pictures of the README: a values-only copy of the sample workbook, drawn by LibreOffice, cut to size.

Run from the repository: `python tests/tools/make_pictures.py`. Needs LibreOffice (soffice) and pdftoppm on the PATH;
writes workbooks/pictures/morning.png and scenarios.png, each below 200 kB.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from alvh_xl.market import read_sample
from alvh_xl.workbook.new import new

FOLDER: Final = Path(__file__).resolve().parents[2] / "workbooks" / "pictures"
# Picture → words that stand on the page of the PDF it shows, whatever the number of that page is.
PICTURES: Final = {"morning": "Order ticket", "scenarios": "move of SPX × days ahead"}
LARGEST: Final = 200_000  # bytes
RESOLUTIONS: Final = (110, 100, 90, 80, 70, 60)  # dots an inch, the first that is small enough


def run(*command: str | Path) -> str:
    """Run a program, and say which one failed."""
    answer = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=180)
    if answer.returncode:
        raise SystemExit(f"{command[0]} failed: {answer.stderr.strip() or answer.stdout.strip()}")
    return answer.stdout


def printed(folder: Path) -> Path:
    """Print the sample workbook to PDF, from its values: LibreOffice has no ALVH functions of its own here."""
    new(folder / "morning.xlsx", read_sample())
    values = folder / "values.xlsx"
    run(sys.executable, "-m", "alvh_xl", "export", folder / "morning.xlsx", "--out", values)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    run("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", folder, values)
    return folder / "values.pdf"


def page_with(pdf: Path, words: str) -> int:
    """Number of the first page that has these words."""
    pages = run("pdftotext", "-layout", pdf, "-").split("\f")
    for number, text in enumerate(pages, start=1):
        if words in text:
            return number
    raise SystemExit(f"no page of the PDF has the words {words!r}")


def draw(pdf: Path, page: int, target: Path) -> int:
    """Write one page as PNG in the highest resolution below the largest size; return its bytes."""
    for resolution in RESOLUTIONS:
        stem = target.with_suffix("")
        run("pdftoppm", "-png", "-singlefile", "-r", str(resolution), "-f", str(page), "-l", str(page), pdf, stem)
        if target.stat().st_size < LARGEST:
            return target.stat().st_size
    raise SystemExit(f"{target.name} is larger than {LARGEST} bytes")


def main() -> None:
    """Write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder for the pictures")
    folder: Path = parser.parse_args().out
    for program in ("soffice", "pdftoppm", "pdftotext"):
        if shutil.which(program) is None:
            raise SystemExit(f"{program} is not on the PATH: install LibreOffice and poppler-utils")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        pdf = printed(Path(temporary))
        for name, words in PICTURES.items():
            target = folder / f"{name}.png"
            print(f"{target.name}: {draw(pdf, page_with(pdf, words), target):,} bytes")


if __name__ == "__main__":
    main()
