"""Charts, shapes and controls of a values-only copy, piece by piece."""

from __future__ import annotations

import re

import pytest
from lxml import etree

from alvh_xl.hosts.embedded import WorkbookError
from alvh_xl.workbook.values_only import Scope
from alvh_xl.workbook.values_only_drawings import (
    clean_chart,
    clean_drawing,
    clean_vml,
    drop_dangling,
    reads_only_the_copy,
)

SPACES = (
    'xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:c15="http://schemas.microsoft.com/office/drawing/2012/chart" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)


def test_controls_leave_a_drawing_even_when_excel_wrote_it_as_loose_html() -> None:
    """Excel writes <br> without an end into such parts; a strict reader would refuse the workbook."""
    head = '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:x="urn:schemas-microsoft-com:office:excel">'
    button = '<v:shape><v:textbox>Go<br>now</v:textbox><x:ClientData ObjectType="Button">'
    button += "<x:FmlaMacro>[0]!Run</x:FmlaMacro></x:ClientData></v:shape>"
    note = '<v:shape id="n"><x:ClientData ObjectType="Note"><x:Row>0</x:Row></x:ClientData></v:shape>'
    assert clean_vml(f"{head}{button}</xml>".encode(), "drawing") is None
    kept = clean_vml(f"{head}{note}{button.replace('<br>', '<br/>')}</xml>".encode(), "drawing")
    assert kept is not None
    assert b'id="n"' in kept
    assert b"Run" not in kept


def test_a_drawing_of_controls_with_entities_is_refused() -> None:
    """The forgiving reader must not be a way round the strict one."""
    with pytest.raises(WorkbookError, match="document type"):
        clean_vml(b'<!DOCTYPE x [<!ENTITY a "aaaa">]><xml><v>&a;<br></xml>', "drawing")


def test_what_is_live_leaves_a_drawing_and_what_is_drawn_stays() -> None:
    """Macros, slicers, controls, camera pictures and pictures of other files go; a shape keeps the text it shows."""
    root = etree.fromstring(f"""<xdr:wsDr {SPACES}><!-- a remark -->
        <mc:AlternateContent><mc:Choice><xdr:twoCellAnchor><a:graphicData uri="http://x/slicer"/></xdr:twoCellAnchor>
        </mc:Choice><mc:Fallback/></mc:AlternateContent>
        <mc:AlternateContent><mc:Choice><xdr:twoCellAnchor><xdr:sp macro="[0]!Run"><a14:compatExt/></xdr:sp>
        </xdr:twoCellAnchor></mc:Choice></mc:AlternateContent>
        <xdr:oneCellAnchor><xdr:pic><a:blip r:link="rId9"/></xdr:pic></xdr:oneCellAnchor>
        <xdr:twoCellAnchor><xdr:sp macro="[0]!Run" textlink="Data!A1"><xdr:cNvPr name="C:/me/a.png"
        descr="\\\\srv\\a"
        title="a/b"><a:hlinkClick r:id="rId8"/></xdr:cNvPr><a:fld id="1" type="TxLink"><a:pPr/><a:t>seen</a:t></a:fld>
        </xdr:sp></xdr:twoCellAnchor>
        <xdr:twoCellAnchor><xdr:pic><a:blip r:embed="rId1" r:link="rId9"/><a:ext>
        <a14:cameraTool cellRange="A1"/></a:ext>
        </xdr:pic></xdr:twoCellAnchor></xdr:wsDr>""")
    clean_drawing(root)
    drop_dangling(root, {"rId1"})
    assert [etree.QName(anchor).localname for anchor in root.iterchildren("*")] == ["twoCellAnchor", "twoCellAnchor"]
    kept = etree.tostring(root, encoding="unicode")
    for gone in ("Run", "textlink", "TxLink", "hlinkClick", "r:link", "cameraTool", "me/", "srv", "pPr"):
        assert gone not in kept
    assert "<a:r><a:t>seen</a:t></a:r>" in re.sub(r" xmlns:\w+=\"[^\"]*\"", "", kept)
    assert 'title="a/b"' in kept
    assert 'r:embed="rId1"' in kept


def test_titles_labels_and_levels_are_frozen_with_what_they_showed() -> None:
    """A title from another file becomes text; axis labels of several levels keep the one next to the axis."""
    cache = '<c:ptCount val="1"/><c:pt idx="0"><c:v>%s</c:v></c:pt>'
    root = etree.fromstring(f"""<c:chartSpace {SPACES}><!-- a remark -->
        <c:externalData r:id="rId1"/><c:pivotSource/><c:title><c:tx>
        <c:strRef><c:f>[1]X!A1</c:f>
        <c:strCache>{cache % "VIX"}</c:strCache></c:strRef></c:tx></c:title><c:ser><c:tx>
        <c:strRef><c:f>Hidden!A1</c:f><c:strCache>{cache % "ours"}</c:strCache></c:strRef></c:tx><c:cat>
        <c:multiLvlStrRef><c:f>Hidden!A1:B1</c:f><c:multiLvlStrCache><c:ptCount val="1"/>
        <c:lvl><c:pt idx="0"><c:v>near</c:v>
        </c:pt></c:lvl><c:lvl><c:pt idx="0"><c:v>far</c:v></c:pt></c:lvl></c:multiLvlStrCache>
        </c:multiLvlStrRef></c:cat>
        <c:val><c:numRef><c:f>Data!A1:A3</c:f></c:numRef></c:val><c:extLst><c:ext><c15:f>Hidden!A1</c15:f></c:ext>
        <c:ext><c15:f>Data!A1</c15:f></c:ext></c:extLst></c:ser></c:chartSpace>""")
    clean_chart(root, Scope(["Data"], []))
    assert [e.text for e in root.iter("{*}f")] == ["Data!A1:A3", "Data!A1"]
    assert root.findtext(".//{*}title/{*}tx/{*}rich/{*}p/{*}r/{*}t") == "VIX"
    assert root.findtext(".//{*}ser/{*}tx/{*}v") == "ours"
    assert [e.text for e in root.iterfind(".//{*}cat/{*}strLit/{*}pt/{*}v")] == ["near"]
    assert root.find(".//{*}cat/{*}strLit/{*}ptCount") is not None
    assert not list(root.iter("{*}externalData", "{*}pivotSource"))


def test_a_newer_chart_stays_only_with_its_cells() -> None:
    """Such a chart can't hold its own points; without its cells it would come up broken."""
    for text, stays in (("Data!$A$1:$A$3", True), ("Hidden!$A$1", False), ("[1]X!A1", False)):
        chart = etree.fromstring(f'<cx:chartSpace xmlns:cx="x"><cx:f>{text}</cx:f></cx:chartSpace>')
        assert reads_only_the_copy(chart, Scope(["Data"], [])) is stays
