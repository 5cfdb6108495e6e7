"""Buttons on a sheet and the ribbon tab: the two parts of a workbook that call macros, as XML text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal
from xml.sax.saxutils import escape, quoteattr

from alvh_xl.hosts.embedded.errors import WorkbookError

RIBBON_NAMESPACE: Final = "http://schemas.microsoft.com/office/2006/01/customui"
# Both our workbook and our add-in put their group on one tab: a name that two files share needs a namespace.
SHARED_NAMESPACE: Final = "https://alvh-xl/ribbon"


@dataclass(frozen=True)
class Button:
    """A form button: its caption, the macro it runs, and where it lies.

    The corners are (column, pixels into it, row, pixels into it), columns and rows counted from 0.
    """

    caption: str
    macro: str
    top_left: tuple[int, int, int, int]
    bottom_right: tuple[int, int, int, int]


# The Morning sheet keeps these cells (F1:H2; columns and rows counted from 0, the last one not included) free for its
# buttons: caption and macro.
MORNING_COLUMNS: Final = (5, 8)
MORNING_ROWS: Final = (0, 2)
MORNING_MACROS: Final = (("Refresh", "AlvhRefresh"), ("Export", "AlvhExport"))
_WIDTH, _HEIGHT, _GAP = 76, 27, 6  # pixels; buttons shrink where there is less room


def morning_buttons(widths: Sequence[int], heights: Sequence[int]) -> tuple[Button, ...]:
    """Place the buttons of the Morning sheet side by side, into the cells kept free for them.

    Parameters
    ----------
    widths, heights
        Pixels of each of the columns and rows kept free.
    """
    count = len(MORNING_MACROS)
    width = min(_WIDTH, (sum(widths) - _GAP) // count - _GAP)
    height = min(_HEIGHT, sum(heights) - 2 * _GAP)
    if width < 1 or height < 1:
        raise WorkbookError("the cells for the buttons are hidden or too small")
    made = []
    for i, (caption, macro) in enumerate(MORNING_MACROS):
        left = _GAP + i * (width + _GAP)
        corners = (
            (*_cell(x, widths, MORNING_COLUMNS[0]), *_cell(y, heights, MORNING_ROWS[0]))
            for x, y in ((left, _GAP), (left + width, _GAP + height))
        )
        made.append(Button(caption, macro, *corners))
    return tuple(made)


def _cell(pixels: int, sizes: Sequence[int], first: int) -> tuple[int, int]:
    """Row or column that lies so many pixels from the first one's edge, and the pixels into it."""
    for place, size in enumerate(sizes, first):
        if pixels < size or place == first + len(sizes) - 1:
            return place, pixels
        pixels -= size
    raise ValueError("no cells")


# Id, label, picture (a name of Office's own), macro, tip.
_COMMANDS: Final = (
    ("Refresh", "Refresh", "RefreshAll", "AlvhRibbonRefresh", "Fetch this morning's market and calculate everything."),
    ("Export", "Export", "FileSaveAs", "AlvhRibbonExport", "Write a copy with values only, to share."),
    ("Help", "Function help", "FunctionWizard", "AlvhRibbonHelp", "Every ALVH function with its arguments."),
    ("Doctor", "Doctor", "ErrorChecking", "AlvhRibbonDoctor", "Ask Python for an answer, and say what is wrong."),
)
_GROUPS: Final = {"workbook": ("alvhWorkbook", "Morning workbook"), "addin": ("alvhAddin", "Active workbook")}


def ribbon(kind: Literal["workbook", "addin"]) -> str:
    """Write the tab ALVH with its four commands."""
    group, title = _GROUPS[kind]
    buttons = "".join(
        f'<button id="{group}{name}" label={quoteattr(label)} size="large" imageMso="{picture}" onAction="{macro}"'
        f" screentip={quoteattr(label)} supertip={quoteattr(tip)}/>"
        for name, label, picture, macro, tip in _COMMANDS
    )
    return (
        f'<customUI xmlns="{RIBBON_NAMESPACE}" xmlns:alvh="{SHARED_NAMESPACE}"><ribbon><tabs>'
        f'<tab idQ="alvh:tab" label="ALVH"><group id="{group}" label={quoteattr(title)}>{buttons}</group></tab>'
        "</tabs></ribbon></customUI>"
    )


_DRAWING: Final = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel">'
    '<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{block}"/></o:shapelayout>'
    '<v:shapetype id="_x0000_t201" coordsize="21600,21600" o:spt="201" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/>'
    '<v:path shadowok="f" o:extrusionok="f" strokeok="f" fillok="f" o:connecttype="rect"/>'
    '<o:lock v:ext="edit" shapetype="t"/></v:shapetype>{shapes}</xml>'
)
_SHAPE: Final = (
    '<v:shape id="_x0000_s{number}" type="#_x0000_t201" style="position:absolute;z-index:{order};mso-wrap-style:tight"'
    ' o:button="t" fillcolor="buttonFace [67]" strokecolor="windowText [64]" o:insetmode="auto">'
    '<v:fill color2="buttonFace [67]" o:detectmouseclick="t"/><o:lock v:ext="edit" rotation="t"/>'
    '<v:textbox style="mso-direction-alt:auto" o:singleclick="f"><div style="text-align:center">'
    '<font face="Calibri" size="220" color="#000000">{caption}</font></div></v:textbox>'
    '<x:ClientData ObjectType="Button"><x:Anchor>{anchor}</x:Anchor><x:PrintObject>False</x:PrintObject>'
    "<x:AutoFill>False</x:AutoFill><x:FmlaMacro>[0]!{macro}</x:FmlaMacro>"
    "<x:TextHAlign>Center</x:TextHAlign><x:TextVAlign>Center</x:TextVAlign></x:ClientData></v:shape>"
)


def drawing(buttons: Sequence[Button], block: int) -> str:
    """Write the VML drawing of a sheet's buttons; shape numbers come from a block of 1,024 that is the sheet's own."""
    shapes = "".join(
        _SHAPE.format(
            number=1024 * block + i,
            order=i,
            caption=escape(button.caption),
            macro=escape(button.macro),
            anchor=", ".join(map(str, button.top_left + button.bottom_right)),
        )
        for i, button in enumerate(buttons, 1)
    )
    return _DRAWING.format(block=block, shapes=shapes)
