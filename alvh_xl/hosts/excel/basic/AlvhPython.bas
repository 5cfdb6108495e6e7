Attribute VB_Name = "AlvhPython"
Option Explicit
Option Private Module

' The one place that talks to xlwings: XLPy answers cell functions, RunPython runs macros. Both come from the xlwings
' add-in this project refers to, or from the copy of its code inside this project.

Private Const NoAnswer As Long = 2043 ' #GETTING_DATA: Python did not answer, so there is no value
Private Const PauseSeconds As Long = 20 ' cells wait so long after a failed start, or Excel would hang cell by cell

Private LastProblem As String
Private PausedUntil As Double

' Answer of a cell function. While Python can't be reached the cell shows #GETTING_DATA; the Doctor says why.
Public Function AlvhCall(ByVal FunctionName As String, ByVal Arguments As Variant) As Variant
    Dim Server As Object, Again As Boolean
    AlvhCall = CVErr(NoAnswer)
#If Mac Then
    LastProblem = "On a Mac cell functions can't call Python through xlwings. Refresh calculates the workbook instead."
#Else
    If CDbl(Now) < PausedUntil Then Exit Function
Start:
    On Error GoTo NoPython
    Set Server = XLPy()
    On Error GoTo NoCall
    AlvhCall = AlvhOut(Server.CallUDF("alvh_xl.hosts.excel.udfs", FunctionName, Arguments))
    LastProblem = ""
    Exit Function
NoCall:
    LastProblem = Err.Description
    If Again Then Exit Function
    Again = True ' Python may have ended since the last call: a second try starts it anew
    Resume Start
NoPython:
    LastProblem = Err.Description
    PausedUntil = CDbl(Now) + PauseSeconds / 86400#
#End If
End Function

' Run one of the macros written in Python on this workbook (from an add-in: on the active one).
Public Sub AlvhRun(ByVal Action As String)
    Static Running As Boolean
    Dim Mode As Long, Events As Boolean, Alerts As Boolean
    If Running Then Exit Sub ' a second click while the first is at work
    Running = True
    Events = Application.EnableEvents
    Alerts = Application.DisplayAlerts
    Mode = CalculationMode()
    On Error GoTo Failed
    If Not AlvhInAddin Then ThisWorkbook.Activate
    RunPython "import alvh_xl.workbook.macros; alvh_xl.workbook.macros." & Action & "()"
    Running = False
#If Not Mac Then
    ' Python leaves Excel as it was, whatever happens, unless it is ended from outside. (On a Mac it still runs now.)
    If Application.EnableEvents <> Events Then
        Application.EnableEvents = Events
        Application.DisplayAlerts = Alerts
        If Mode <> 0 Then Application.Calculation = Mode
        Application.ScreenUpdating = True
        Application.StatusBar = False
        AlvhTell "Python was ended before it was done, so some tables may be of another morning than the rest." _
            & " Click the button again, or close the workbook without saving."
    End If
#End If
    Exit Sub
Failed:
    Running = False
    AlvhTell "Python could not be started: " & Err.Description & vbLf & vbLf & AlvhRemedy()
End Sub

' Without any workbook, when an add-in is all that is open, Excel has no calculation mode: 0.
Private Function CalculationMode() As Long
    On Error Resume Next
    CalculationMode = Application.Calculation
End Function

' Forget a failed start, so that the next call tries again at once.
Public Sub AlvhRetry()
    PausedUntil = 0
End Sub

' One function through the real path, and what its answer means.
Public Function AlvhDiagnosis() As String
    Dim Answer As Variant
    AlvhRetry
    Answer = AlvhCall("ALVH_VERSION", Array())
    If IsError(Answer) Then
        AlvhDiagnosis = "Python does not answer. " & LastProblem & vbLf & vbLf & AlvhRemedy()
    ElseIf CStr(Answer) <> AlvhVersion Then
        AlvhDiagnosis = "Python answers with alvh_xl " & CStr(Answer) & ", but the macros in " & ThisWorkbook.Name _
            & " are of " & AlvhVersion & ". Make the workbook and the add-in anew (""alvh-xl install"")."
    Else
        AlvhDiagnosis = "All is well: Python answers with alvh_xl " & AlvhVersion & "."
    End If
End Function

Public Function AlvhRemedy() As String
    AlvhRemedy = "What to do: run ""alvh-xl doctor"" in a terminal; it checks Python, xlwings and the add-in and says" _
        & " how to put each right. After that press Ctrl+Alt+F9 to calculate everything again."
End Function

Public Sub AlvhTell(ByVal Text As String)
    MsgBox Text, vbInformation, "ALVH"
End Sub
