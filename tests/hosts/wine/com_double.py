"""Runs on Windows Python: a double of Excel behind real COM, on whose workbook xlwings' server runs the macro Refresh.

`com_double.py CLSID WORKBOOK OUT CHECKOUT`. The server drives the double as it drives Excel: every property and method
crosses from one process to the other. The double itself is that of tests/hosts/excel, but it does not calculate: the
engine that plays Excel there does not load under Wine.
"""

from __future__ import annotations

import datetime as dt
import inspect
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import pythoncom
import winerror
from win32com.server.exception import COMException
from win32com.server.policy import DynamicPolicy
from win32com.server.util import NewEnum, unwrap, wrap

PLAIN = (str, int, float, bool, bytes, dt.datetime)
SYS_WIN64 = 3
# What xlwings' RunPython executes in its server (Main.bas), on behalf of the button.
RUN = "import alvh_xl.workbook.macros; alvh_xl.workbook.macros.refresh()"


def type_info() -> Any:
    """A type that names itself and no members: xlwings asks every object of Excel for the name of its type."""
    path = os.path.join(tempfile.gettempdir(), f"double{os.getpid()}.tlb")
    library = pythoncom.CreateTypeLib2(SYS_WIN64, path)
    library.SetName("Double")
    library.SetGuid(pythoncom.CreateGuid())
    library.SetVersion(1, 0)
    made = library.CreateTypeInfo("_Workbook", pythoncom.TKIND_DISPATCH)
    made.SetGuid(pythoncom.CreateGuid())
    made.LayOut()
    library.SaveAllChanges()
    return pythoncom.LoadTypeLib(path).GetTypeInfo(0)


class Policy(DynamicPolicy):  # type: ignore[misc]
    """Members by name, and a type to ask for."""

    info: Any = None

    def _GetTypeInfoCount_(self) -> int:
        return 1

    def _GetTypeInfo_(self, index: int, lcid: int) -> tuple[int, Any]:
        if Policy.info is None:
            Policy.info = type_info()
        return 0, Policy.info


class Exposed:
    """One object of the double as a COM object whose members are found by name."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def _dynamic_(self, name: str, lcid: int, flags: int, arguments: tuple[Any, ...]) -> Any:
        try:
            return self._answer(name, flags, arguments)
        except Exception as refusal:
            info = getattr(refusal, "excepinfo", None)  # the double refuses as Excel does: pass it on as COM does
            if info is None or isinstance(refusal, COMException):
                raise
            raise COMException(info[2], scode=info[5]) from refusal

    def _answer(self, name: str, flags: int, arguments: tuple[Any, ...]) -> Any:
        given = [inward(value) for value in arguments]
        if name == "_NewEnum":
            return NewEnum([outward(item) for item in self.inner])
        if name == "_value_":
            return result(self.inner(*given))
        if not hasattr(self.inner, name):
            raise COMException(name, scode=winerror.DISP_E_MEMBERNOTFOUND)
        if flags & (pythoncom.DISPATCH_PROPERTYPUT | pythoncom.DISPATCH_PROPERTYPUTREF):
            setattr(self.inner, name, given[-1])
            return None
        member = getattr(self.inner, name)
        if inspect.isroutine(member):
            if not flags & pythoncom.DISPATCH_METHOD:  # a method is no property: the caller asks again
                raise COMException(name, scode=winerror.DISP_E_MEMBERNOTFOUND)
            return result(member(*given))
        return result(member(*given) if given else member)


def outward(value: Any) -> Any:
    """Give an object of the double a COM face; plain values and rows of them go as they are."""
    if value is None or isinstance(value, (tuple, *PLAIN)):
        return value
    return wrap(Exposed(value), usePolicy=Policy)


def result(value: Any) -> Any:
    """Answer one value: to pywin32 a bare tuple would mean several."""
    return (value,) if isinstance(value, tuple) else outward(value)


def inward(value: Any) -> Any:
    """Find our own object again behind the COM face that comes back to us."""
    try:
        found = unwrap(value)
    except (pythoncom.com_error, ValueError, TypeError):
        return value
    return found.inner if isinstance(found, Exposed) else value


def main() -> None:
    """Open the workbook in the double and let the server refresh it."""
    clsid, workbook, out, checkout = sys.argv[1:]
    sys.path.append(checkout)  # the double; alvh_xl itself is the wheel's
    import alvh_xl
    from tests.hosts.excel.fake_excel import FakeBook, FakeExcel
    from tests.hosts.wine.com_client import connect

    assert "site-packages" in alvh_xl.__file__, alvh_xl.__file__
    excel = FakeExcel()
    book = FakeBook(excel, Path(workbook))
    book.calculate = lambda: None  # type: ignore[method-assign]
    before = excel.state
    server = connect(clsid)
    server.SetAttr(server.Module("xlwings._xlwindows"), "BOOK_CALLER", outward(book))
    server.Exec(RUN)
    Path(out).write_bytes(book.package.to_bytes())
    print("as before" if excel.state == before else f"{before} became {excel.state}")
    print("\n".join(str(status) for status in excel.statuses))


if __name__ == "__main__":
    main()
