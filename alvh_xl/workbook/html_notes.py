"""Notes and input messages of a values-only copy, for the tip a browser shows over a cell."""

from __future__ import annotations

from alvh_xl.hosts.embedded import Package, WorkbookError
from alvh_xl.hosts.embedded.addresses import parse_cell
from alvh_xl.hosts.embedded.archive import parse_xml
from alvh_xl.hosts.embedded.cells_xml import MAIN, SheetXml

_LONGEST = 1_000


def tips(package: Package, sheet: SheetXml) -> dict[tuple[int, int], str]:
    """Texts that stand behind the cells of a sheet.

    Parameters
    ----------
    package, sheet
        A values-only copy, and one of its sheets.

    Returns
    -------
    dict
        Row and column → text of the note, else of the message shown while the cell alone is selected.
    """
    texts: list[tuple[str, str]] = []
    for rule in sheet.root.iterfind(f"{MAIN}dataValidations/{MAIN}dataValidation"):
        if rule.get("prompt"):
            texts.append((rule.get("sqref", ""), rule.get("prompt", "")))
    for part in package.related(package.sheets[sheet.name], "comments"):
        for note in parse_xml(package.parts[part], part).iter(MAIN + "comment") if part in package.parts else ():
            texts.append((note.get("ref", ""), "".join(item.text or "" for item in note.iter(MAIN + "t"))))
    found: dict[tuple[int, int], str] = {}
    for place, text in texts:
        try:
            found[parse_cell(place)] = text[:_LONGEST]
        except WorkbookError:  # several cells, or none
            continue
    return found
