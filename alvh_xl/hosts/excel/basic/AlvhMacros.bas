Attribute VB_Name = "AlvhMacros"
Option Explicit

' What buttons and the ribbon's tab ALVH call.

Public Sub AlvhRefresh()
    AlvhRetry
    AlvhRun "refresh"
End Sub

Public Sub AlvhExport()
    AlvhRun "export"
End Sub

' The workbook's Help sheet; without one, Excel's list of functions.
Public Sub AlvhHelp()
    Const FunctionWizard As Long = 450
    On Error GoTo NoSheet
    If AlvhInAddin Then GoTo Wizard
    ThisWorkbook.Activate
    ThisWorkbook.Worksheets("Help").Activate
    Exit Sub
NoSheet:
    Resume Wizard
Wizard:
    On Error Resume Next ' there may be no cell to put a formula in
    Application.Dialogs(FunctionWizard).Show
End Sub

Public Sub AlvhDoctor()
    AlvhTell AlvhDiagnosis()
End Sub

Public Sub AlvhRibbonRefresh(ByVal Control As IRibbonControl)
    AlvhRefresh
End Sub

Public Sub AlvhRibbonExport(ByVal Control As IRibbonControl)
    AlvhExport
End Sub

Public Sub AlvhRibbonHelp(ByVal Control As IRibbonControl)
    AlvhHelp
End Sub

Public Sub AlvhRibbonDoctor(ByVal Control As IRibbonControl)
    AlvhDoctor
End Sub
