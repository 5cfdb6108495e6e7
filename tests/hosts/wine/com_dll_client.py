"""Runs on Windows Python: starts xlwings' COM server through xlwings' own DLL, with the command its VBA uses.

Prints what one call answers, then ends the server as the VBA function KillPy does.
"""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

import pythoncom
import win32com.client
import xlwings

START, STOP = 1, -1


class Variant(ctypes.Structure):
    """A VARIANT, as the DLL fills it."""

    _fields_ = [
        ("kind", ctypes.c_ushort), ("reserved", ctypes.c_ushort * 3), ("pointer", ctypes.c_void_p),
        ("second", ctypes.c_void_p),
    ]  # fmt: skip


def main() -> None:
    """Start, call, stop."""
    packages = Path(sys.prefix, "Lib", "site-packages")
    # In 64 bits there is one calling convention.
    library = ctypes.CDLL(str(packages / f"xlwings64-{xlwings.__version__}.dll"))
    activate = library.XLPyDLLActivateAuto
    activate.argtypes, activate.restype = [ctypes.POINTER(Variant), ctypes.c_char_p, ctypes.c_int], ctypes.c_int
    path = r"xlwings.utils.prepare_sys_path(\"false;;;;;;C:\\\\\")"
    code = f"import sys, os;import xlwings.utils;{path};import xlwings; xlwings.serve('$(CLSID)')"
    command = f'cmd.exe /K ""{sys.executable}" -B -c "{code}""'.encode("mbcs")
    pythoncom.CoInitialize()
    answer = Variant()
    activate(ctypes.byref(answer), command, START)
    if answer.kind == pythoncom.VT_BSTR:
        raise SystemExit(ctypes.wstring_at(answer.pointer))
    server = win32com.client.Dispatch(pythoncom.ObjectFromAddress(answer.pointer, pythoncom.IID_IDispatch))
    move = server.CallUDF("alvh_xl.hosts.excel.udfs", "ALVH_EXPECTED_MOVE", (6000.0, 0.15, 14.0), None, None)
    print(repr(move))
    activate(ctypes.byref(Variant()), command, STOP)


if __name__ == "__main__":
    main()
