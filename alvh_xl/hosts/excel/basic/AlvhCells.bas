Attribute VB_Name = "AlvhCells"
Option Explicit
Option Private Module

' What passes between cells and Python. A range goes as its values, as stored: dates are serial numbers and currency
' keeps all its digits. An error value goes as its text, because a blank and an error look alike on the other side.
' Coming back, such a text becomes the error value.

' One argument of a cell function, as Python takes it. An omitted one goes as a blank, which means the same to all.
Public Function AlvhIn(Optional ByRef Given As Variant) As Variant
    If IsMissing(Given) Then
        AlvhIn = Empty
    ElseIf TypeName(Given) = "Range" Then
        AlvhIn = RangeValues(Given)
    ElseIf IsObject(Given) Then
        AlvhIn = "#VALUE!"
    Else
        AlvhIn = EachCell(Given, True)
    End If
End Function

' Python's answer as a cell function returns it. A blank stays the empty text: Excel would show Empty as 0.
Public Function AlvhOut(ByRef Answer As Variant) As Variant
    AlvhOut = EachCell(Answer, False)
End Function

' A range as its values. Of whole columns only the rows that the sheet uses; several areas at once are #VALUE!.
Private Function RangeValues(ByVal Source As Object) As Variant
    Dim Filled As Object, LastRow As Long
    Set Filled = Source
    If Source.Areas.Count > 1 Then
        RangeValues = "#VALUE!"
        Exit Function
    End If
    If Source.Rows.Count = Source.Worksheet.Rows.Count Then
        LastRow = Source.Worksheet.UsedRange.Row + Source.Worksheet.UsedRange.Rows.Count - 1
        Set Filled = Source.Resize(LastRow)
    End If
    RangeValues = EachCell(Filled.Value2, True)
End Function

' A copy of one value, one row or rows of them, with errors turned into texts (inward) or texts into errors.
Private Function EachCell(ByVal Values As Variant, ByVal Inward As Boolean) As Variant
    Dim i As Long, j As Long
    Select Case Dimensions(Values)
    Case 0
        Values = OneCell(Values, Inward)
    Case 1
        For i = LBound(Values) To UBound(Values)
            Values(i) = OneCell(Values(i), Inward)
        Next i
    Case 2
        For i = LBound(Values, 1) To UBound(Values, 1)
            For j = LBound(Values, 2) To UBound(Values, 2)
                Values(i, j) = OneCell(Values(i, j), Inward)
            Next j
        Next i
    Case Else
        Values = OneCell("#VALUE!", Inward)
    End Select
    EachCell = Values
End Function

Private Function OneCell(ByVal Value As Variant, ByVal Inward As Boolean) As Variant
    OneCell = Value
    If Inward Then
        If IsError(Value) Then OneCell = ErrorText(Value)
    ElseIf VarType(Value) = vbString Then
        If Left$(Value, 1) = "#" Then OneCell = ErrorValue(Value)
    End If
End Function

Private Function ErrorText(ByVal Value As Variant) As String
    Select Case Value
    Case CVErr(2000): ErrorText = "#NULL!"
    Case CVErr(2007): ErrorText = "#DIV/0!"
    Case CVErr(2023): ErrorText = "#REF!"
    Case CVErr(2029): ErrorText = "#NAME?"
    Case CVErr(2036): ErrorText = "#NUM!"
    Case CVErr(2042): ErrorText = "#N/A"
    Case CVErr(2043): ErrorText = "#GETTING_DATA"
    Case CVErr(2045): ErrorText = "#SPILL!"
    Case CVErr(2050): ErrorText = "#CALC!"
    Case Else: ErrorText = "#VALUE!"
    End Select
End Function

Private Function ErrorValue(ByVal Text As String) As Variant
    Select Case Text
    Case "#NULL!": ErrorValue = CVErr(2000)
    Case "#DIV/0!": ErrorValue = CVErr(2007)
    Case "#VALUE!": ErrorValue = CVErr(2015)
    Case "#REF!": ErrorValue = CVErr(2023)
    Case "#NAME?": ErrorValue = CVErr(2029)
    Case "#NUM!": ErrorValue = CVErr(2036)
    Case "#N/A": ErrorValue = CVErr(2042)
    Case "#GETTING_DATA": ErrorValue = CVErr(2043)
    Case "#SPILL!": ErrorValue = CVErr(2045)
    Case "#CALC!": ErrorValue = CVErr(2050)
    Case Else: ErrorValue = Text
    End Select
End Function

' How many dimensions an array has; 0 for a single value.
Private Function Dimensions(ByRef Values As Variant) As Long
    Dim Found As Long, Bound As Long
    If Not IsArray(Values) Then Exit Function
    On Error GoTo Done
    For Found = 0 To 60
        Bound = LBound(Values, Found + 1)
    Next Found
Done:
    Dimensions = Found
End Function
