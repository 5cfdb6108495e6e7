"""Our VBA in LibreOffice: the workbook opens, its buttons are bound, and the wrappers compile and answer.

xlwings is replaced by a stub that answers with what it was given. Three differences from Excel are taken as they are:
LibreOffice has no `Range.Value2` (the test reads `Value`), hands an error cell over as 0 (so errors go in inside
arrays made by VBA), and shows an error value as the text "Error 2042". What Excel does with the same text is not shown
by these tests.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from alvh_xl import __version__
from alvh_xl.functions import REGISTRY
from alvh_xl.hosts.excel.package import make_macro_workbook
from alvh_xl.hosts.excel.vba import our_modules
from alvh_xl.hosts.excel.vba_project import Module, vba_project
from tests.conftest import skip_or_fail

DRIVER = Path(__file__).with_name("libreoffice_driver.py")

XLWINGS_STUB = """Option Explicit
Public Command As String
Public Hiccups As Long
Public Function XLPy() As Object
    Dim Server As New StubPy
    Set XLPy = Server
End Function
Public Function RunPython(PythonCommand As String)
    Command = PythonCommand
End Function
Public Function LastCommand() As String
    LastCommand = Command
End Function
"""

# Answers with the version, a row, a table with errors, a failure, an answer at the second try, or what it was given.
PYTHON_STUB = """Option Explicit
Public Function CallUDF(Script As String, Called As String, Arguments As Variant) As Variant
    Dim Table(0 To 2, 0 To 1) As Variant
    Dim i As Long, Text As String
    Select Case Called
    Case "ALVH_VERSION"
        CallUDF = "VERSION"
    Case "ALVH_DAILY_ROLL"
        CallUDF = Array(1.5, "#DIV/0!", "word")
    Case "ALVH_CONTANGO"
        Table(0, 0) = "name"
        Table(0, 1) = "#N/A"
        Table(1, 0) = 2.5
        Table(1, 1) = ""
        Table(2, 0) = "#hash"
        Table(2, 1) = "#NUM!"
        CallUDF = Table
    Case "ALVH_CAPM"
        Err.Raise 1001, , "Python said no"
    Case "ALVH_WACC"
        Hiccups = Hiccups + 1
        If Hiccups = 1 Then Err.Raise 1001, , "Python has ended"
        CallUDF = Hiccups
    Case Else
        Text = Script & " " & Called
        For i = LBound(Arguments) To UBound(Arguments)
            Text = Text & "|" & Told(Arguments(i))
        Next i
        CallUDF = Text
    End Select
End Function
Private Function Told(Given As Variant) As String
    Dim i As Long, j As Long
    If IsArray(Given) Then
        For i = LBound(Given, 1) To UBound(Given, 1)
            For j = LBound(Given, 2) To UBound(Given, 2)
                Told = Told & Given(i, j) & IIf(j < UBound(Given, 2), ",", ";")
            Next j
        Next i
    Else
        Told = TypeName(Given) & " " & CStr(Given)
    End If
End Function
"""

REFUSING_STUB = """Option Explicit
Private Tries As Long
Public Function XLPy() As Object
    Tries = Tries + 1
    Err.Raise 1000, , "Could not activate"
End Function
Public Function RunPython(PythonCommand As String)
End Function
Public Function Attempts() As Long
    Attempts = Tries
End Function
"""

# What a macro meets: Python that can't be started, is ended at work, or is clicked again meanwhile.
FAULTS_STUB = """Option Explicit
Public Told As String
Private Fault As String, Runs As Long, Quiet As Boolean
Public Function XLPy() As Object
End Function
Public Function RunPython(PythonCommand As String)
    Runs = Runs + 1
    Select Case Fault
    Case "missing": Err.Raise 1000, , "python.exe was not found"
    Case "ended": Application.EnableEvents = False
    Case "clicked again": AlvhRefresh
    End Select
End Function
Private Function Outcome(What As String) As String
    Fault = What
    Told = ""
    Runs = 0
    AlvhRefresh
    Outcome = Runs & "|" & Application.EnableEvents & "|" & Told
End Function
Public Function Missing() As String
    Missing = Outcome("missing")
End Function
Public Function Ended() As String
    Ended = Outcome("ended")
End Function
Public Function Twice() As String
    Twice = Outcome("clicked again")
End Function
Public Function Well() As String
    Well = Outcome("")
End Function
"""

# Errors going in, as Excel would hand them over: LibreOffice's own cells never do.
PROBE = """Option Explicit
Public Function ErrorsGoingIn() As String
    Dim Codes As Variant, i As Long
    Codes = Array(2000, 2007, 2015, 2023, 2029, 2036, 2042, 2043, 2045, 2046, 2050)
    For i = LBound(Codes) To UBound(Codes)
        Codes(i) = CVErr(Codes(i))
    Next i
    Codes = AlvhIn(Codes)
    For i = LBound(Codes) To UBound(Codes)
        ErrorsGoingIn = ErrorsGoingIn & Codes(i) & " "
    Next i
End Function
Public Function TableGoingIn() As String
    Dim Table(0 To 1, 0 To 1) As Variant, Seen As Variant
    Table(0, 0) = CVErr(2042)
    Table(0, 1) = 1.5
    Table(1, 0) = "text"
    Table(1, 1) = CVErr(2007)
    Seen = AlvhIn(Table)
    TableGoingIn = Seen(0, 0) & " " & Seen(0, 1) & " " & Seen(1, 0) & " " & Seen(1, 1)
End Function
Public Function ErrorsComingBack() As String
    Dim Texts As Variant, i As Long
    Texts = Array("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", _
        "#SPILL!", "#CALC!")
    For i = LBound(Texts) To UBound(Texts)
        ErrorsComingBack = ErrorsComingBack & IsError(AlvhOut(Texts(i))) & " " & CStr(AlvhOut(Texts(i))) & ";"
    Next i
End Function
Public Function TwoAreas() As String
    TwoAreas = AlvhIn(ActiveSheet.Range("A1:A2,C1:C2"))
End Function
Public Function WholeColumn() As String
    Dim Seen As Variant
    Seen = AlvhIn(ActiveSheet.Range("A:A"))
    WholeColumn = UBound(Seen, 1) - LBound(Seen, 1) + 1
End Function
Public Function Blocked() As String
    Blocked = CStr(AlvhCall("ALVH_CAPM", Array(1, 2, 3)))
End Function
"""


@cache
def python_with_uno() -> str:
    """The Python that can talk to LibreOffice: Debian's own, or the one LibreOffice brings."""
    program = shutil.which("soffice") or "soffice"
    beside = Path(program).resolve().parent / "python"
    for python in (sys.executable, shutil.which("python3", path=os.defpath), str(beside)):
        if python and Path(python).exists():
            found = subprocess.run([python, "-c", "import uno"], capture_output=True, timeout=60)
            if found.returncode == 0:
                return python
    return ""


def libreoffice(path: Path, **job: Any) -> dict[str, Any]:
    """Let LibreOffice open a workbook and do a job; see the driver."""
    program = shutil.which("soffice")
    if program is None or not python_with_uno():
        skip_or_fail("LibreOffice with a Python that has uno is not installed")
        raise AssertionError
    command = [python_with_uno(), str(DRIVER), program, str(path), json.dumps(job)]
    driver = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        answer, complaint = driver.communicate(timeout=180)
    except subprocess.TimeoutExpired:
        os.killpg(driver.pid, signal.SIGKILL)  # the driver, and the LibreOffice it started
        raise
    assert driver.returncode == 0, complaint
    result: dict[str, Any] = json.loads(answer)
    return result


def stubbed_workbook(path: Path, stubs: list[Module]) -> None:
    """Write a workbook with our modules as they are (but for `Value2`) and the given ones in place of xlwings."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("Cells")
    for row, cells in enumerate(([1.5, 2.5, "text"], [3.5, None, True])):
        sheet.write_row(row, 0, cells)
    book.close()
    ours = [Module(module.name, module.code.replace(".Value2", ".Value")) for module in our_modules("workbook")]
    if any("Public Told As String" in stub.code for stub in stubs):  # a box would wait for a click
        box = 'MsgBox Text, vbInformation, "ALVH"'
        assert sum(module.code.count(box) for module in ours) == 1
        ours = [Module(module.name, module.code.replace(box, "Told = Text")) for module in ours]
    documents = [Module("ThisWorkbook", "", "workbook"), Module("Sheet1", "", "sheet"), Module("Sheet2", "", "sheet")]
    project = vba_project([*documents, *ours, *stubs], "AlvhWorkbook")
    whole = make_macro_workbook(buffer.getvalue(), buttons={})
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, project if name == "xl/vbaProject.bin" else old.read(name))


FORMULAS = {
    "E1": "=ALVH_EXPECTED_MOVE(A1;B1;A2)",
    "E2": "=ALVH_EXPECTED_MOVE(A1;B1;A2;360)",
    "E3": "=ALVH_EXPECTED_MOVE(A1:B2;0.2;B2)",
    "E4": '=ALVH_BLACK_SCHOLES("C";A1;{1;2};7;C2)',
    "E5": "=ALVH_VERSION()",
    "E6": "=ALVH_CAPM(1;2;3)",
    "E7": "=ALVH_WACC(1;2;3;4)",
    "G1:I1": "=ALVH_DAILY_ROLL(1;2;3)",
    "G2:H4": "=ALVH_CONTANGO(1;2)",
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What LibreOffice makes of the wrappers with the stub in place of xlwings."""
    path = tmp_path_factory.mktemp("stubbed") / "stubbed.xlsm"
    stubs = [
        Module("xlwings", XLWINGS_STUB),
        Module(
            "StubPy",
            PYTHON_STUB.replace("VERSION", __version__).replace(f"ALVH_{__version__}", "ALVH_VERSION"),
            "class",
        ),
        Module("Probe", PROBE),
    ]
    stubbed_workbook(path, stubs)
    cells = ["E1", "E2", "E3", "E4", "E5", "E6", "E7", "G1", "H1", "I1", "G2", "H2", "G3", "H3", "G4", "H4"]
    macros = [
        "Probe.ErrorsGoingIn", "Probe.TableGoingIn", "Probe.ErrorsComingBack", "Probe.TwoAreas", "Probe.WholeColumn",
        "Probe.Blocked", "AlvhPython.AlvhDiagnosis", "AlvhMacros.AlvhRefresh", "xlwings.LastCommand",
        "AlvhTexts.AlvhRegister", "AlvhMacros.AlvhExport",
    ]  # fmt: skip
    return libreoffice(path, formulas=FORMULAS, cells=cells, macros=[f"AlvhWorkbook.{name}" for name in macros])


def text(answers: dict[str, Any], cell: str) -> str:
    return str(answers["cells"][cell]["text"])


def result(answers: dict[str, Any], macro: str) -> str:
    return str(answers["macros"][f"AlvhWorkbook.{macro}"])


def test_single_cells_arrive_as_values_and_omitted_arguments_as_blanks(answers: dict[str, Any]) -> None:
    """A Range object would cost a call back into Excel for each argument."""
    head = "alvh_xl.hosts.excel.udfs ALVH_EXPECTED_MOVE|Double 1.5|Double 2.5|Double 3.5"
    assert text(answers, "E1") == f"{head}|Empty "
    assert text(answers, "E2") == f"{head}|Double 360"


def test_ranges_and_array_constants_arrive_as_rows(answers: dict[str, Any]) -> None:
    """A range flattened or cut on the way would give other numbers."""
    assert text(answers, "E3") == "alvh_xl.hosts.excel.udfs ALVH_EXPECTED_MOVE|1.5,2.5;3.5,;|Double 0.2|Empty |Empty "
    assert "|String C|Double 1.5|1,2;|Double 7|" in text(answers, "E4")


def test_a_function_without_arguments_answers(answers: dict[str, Any]) -> None:
    """An empty array of arguments is the case most easily forgotten."""
    assert text(answers, "E5") == __version__


def test_rows_and_tables_come_back_in_their_shape(answers: dict[str, Any]) -> None:
    """xlwings returns one row as a list, more rows as a table."""
    assert [text(answers, cell) for cell in ("G1", "H1", "I1")] == ["1.5", "Error 2007", "word"]
    assert [text(answers, cell) for cell in ("G2", "H2", "G3", "H3", "G4", "H4")] == [
        "name", "Error 2042", "2.5", "", "#hash", "Error 2036"
    ]  # fmt: skip


def test_error_values_go_in_as_their_texts(answers: dict[str, Any]) -> None:
    """Otherwise #N/A would look like a blank in Python."""
    expected = "#NULL! #DIV/0! #VALUE! #REF! #NAME? #NUM! #N/A #GETTING_DATA #SPILL! #VALUE! #CALC! "
    assert result(answers, "Probe.ErrorsGoingIn") == expected
    assert result(answers, "Probe.TableGoingIn") == "#N/A 1.5 text #DIV/0!"


def test_every_error_text_comes_back_as_an_error_value(answers: dict[str, Any]) -> None:
    """ISNA of the text "#N/A" is FALSE: totals would not fail visibly."""
    numbers = (2000, 2007, 2015, 2023, 2029, 2036, 2042, 2043, 2045, 2050)
    assert result(answers, "Probe.ErrorsComingBack") == "".join(f"True Error {number};" for number in numbers)


def test_several_areas_are_an_error_and_whole_columns_stop_where_the_sheet_ends(answers: dict[str, Any]) -> None:
    """Only the first area would be read, and a million blanks sent, without a word."""
    assert result(answers, "Probe.TwoAreas") == "#VALUE!"
    assert result(answers, "Probe.WholeColumn") == "7"  # E7 is the last cell in use


def test_a_call_that_fails_shows_getting_data(answers: dict[str, Any]) -> None:
    """A text in the cell, 0 or nothing at all would be taken for an answer."""
    assert text(answers, "E6") == "Error 2043"
    assert result(answers, "Probe.Blocked") == "Error 2043"


def test_a_server_that_ended_is_started_again(answers: dict[str, Any]) -> None:
    """One crash would otherwise leave errors in the cells until somebody recalculates."""
    assert text(answers, "E7") == "2"


def test_the_doctor_is_content_when_python_answers(answers: dict[str, Any]) -> None:
    """It asks through the very path that cells take."""
    assert result(answers, "AlvhPython.AlvhDiagnosis") == f"All is well: Python answers with alvh_xl {__version__}."


def test_refresh_runs_the_python_macro(answers: dict[str, Any]) -> None:
    """The button must reach Python with a command that Python can run."""
    command = result(answers, "xlwings.LastCommand")
    assert command == "import alvh_xl.workbook.macros; alvh_xl.workbook.macros.refresh()"
    compile(command, "RunPython", "exec")
    assert not any("failed" in str(value) for value in answers["macros"].values())


def test_without_xlwings_cells_show_getting_data_and_the_doctor_says_what_to_do(tmp_path: Path) -> None:
    """A user without Python must learn that, and what to do, from the workbook itself."""
    path = tmp_path / "alone.xlsm"
    stubbed_workbook(path, [Module("xlwings", REFUSING_STUB)])
    diagnose = "AlvhWorkbook.AlvhPython.AlvhDiagnosis"
    formulas = {f"E{row}": f"=ALVH_EXPECTED_MOVE(A1;B1;{row})" for row in range(1, 6)}
    found = libreoffice(
        path, formulas=formulas, cells=list(formulas), macros=[diagnose, "AlvhWorkbook.xlwings.Attempts"]
    )
    assert {cell["text"] for cell in found["cells"].values()} == {"Error 2043"}
    assert found["macros"]["AlvhWorkbook.xlwings.Attempts"] == 2, "only the first cell and the Doctor may start Python"
    diagnosis = found["macros"][diagnose]
    assert diagnosis.startswith("Python does not answer. ")
    assert "Could not activate" in diagnosis
    assert "alvh-xl doctor" in diagnosis


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Fault → how often Python was started, whether events are on again, and what the user was told."""
    path = tmp_path_factory.mktemp("faults") / "faults.xlsm"
    stubbed_workbook(path, [Module("xlwings", FAULTS_STUB)])
    macros = ["Missing", "Ended", "Twice", "Well"]
    found = libreoffice(path, macros=[f"AlvhWorkbook.xlwings.{name}" for name in macros])
    return {name: str(found["macros"][f"AlvhWorkbook.xlwings.{name}"]).split("|") for name in macros}


def test_a_python_that_is_not_found_is_named_with_what_to_do(faults: dict[str, list[str]]) -> None:
    """xlwings' own words do not say what to do; and the button must work again once Python is there."""
    runs, _, told = faults["Missing"]
    assert runs == "1"
    assert told.startswith("Python could not be started: python.exe was not found")
    assert "alvh-xl doctor" in told
    assert faults["Well"] == ["1", "True", ""]


def test_a_python_ended_at_work_leaves_no_silent_excel(faults: dict[str, list[str]]) -> None:
    """Events off and the screen frozen would make Excel look broken until it is started anew."""
    runs, events, told = faults["Ended"]
    assert (runs, events) == ("1", "True")
    assert told.startswith("Python was ended before it was done")
    assert "close the workbook without saving" in told


def test_a_second_click_meanwhile_starts_no_second_python(faults: dict[str, list[str]]) -> None:
    """Excel takes clicks while it waits for Python."""
    assert faults["Twice"] == ["1", "True", ""]


def test_the_morning_workbook_opens_with_modules_and_bound_buttons(sample_book: Path, tmp_path: Path) -> None:
    """A workbook that opens without its macros, or buttons that run nothing, would look well and do nothing."""
    path = tmp_path / "morning.xlsm"
    path.write_bytes(make_macro_workbook(sample_book.read_bytes()))
    found = libreoffice(path, sheet="Morning")
    assert found["sheets"][0] == "Morning"
    modules = found["modules"]["AlvhWorkbook"]
    assert {"ThisWorkbook", *(f"Sheet{i}" for i in range(1, len(found["sheets"]) + 1))} < set(modules)
    for module in our_modules("workbook"):
        lines = [line for line in module.code.splitlines() if not line.startswith("Attribute ")]
        assert "\n".join(lines).strip() in modules[module.name].replace("\r\n", "\n")
    assert all(f"Public Function {name}(" in modules["AlvhFunctions"] for name in REGISTRY)
    script = "vnd.sun.star.script:AlvhWorkbook.AlvhMacros.{}?language=Basic&location=document"
    assert found["controls"] == [
        ["Refresh", [script.format("AlvhRefresh")]],
        ["Export", [script.format("AlvhExport")]],
    ]
