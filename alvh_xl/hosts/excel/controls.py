"""Buttons on a sheet and the ribbon tab: the two parts of a workbook that call macros, as XML text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal
from xml.sax.saxutils import escape, quoteattr

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


# On the Morning sheet right of the title, above the second column of cards.
MORNING_BUTTONS: Final = (
    Button("Refresh", "AlvhRefresh", (5, 4, 0, 5), (5, 76, 0, 32)),
    Button("Export", "AlvhExport", (5, 82, 0, 5), (5, 154, 0, 32)),
)

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
