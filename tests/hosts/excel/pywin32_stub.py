"""xlwings as on Windows, without Windows: stand-ins for the pywin32 modules that xlwings' own UDF code imports.

`windows_xlwings()` imports the real `xlwings.udfs`, `xlwings.com_server` and `xlwings._xlwindows` over these stand-ins
and takes them out of sight again at the end. What runs in between is xlwings' code; only COM itself is missing, and
`com_gate` refuses what COM would refuse.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import ctypes
import datetime as dt
import decimal
import importlib
import subprocess
import sys
import types
from collections.abc import Iterator
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import pandas as pd  # these and asyncio must see the true platform, so they are imported first

IID_DISPATCH = "{00020400-0000-0000-C000-000000000046}"
IID_EXCEL_RANGE = "{00020846-0000-0000-C000-000000000046}"
_SWAPPED = ("xlwings", "pywintypes", "pythoncom", "win32", "alvh_xl.hosts.excel.udfs")
_KEPT = "xlwings.xlwingslib"  # a compiled module can be loaded once in a process
_stock: dict[str, types.ModuleType] = {}

assert asyncio
assert np


class ComError(Exception):
    """What pywin32 raises for a failed call: (hresult, text, excepinfo, argument)."""

    def __init__(self, hresult: int, text: str = "", info: Any = None, argument: Any = None) -> None:
        super().__init__(hresult, text, info, argument)
        self.hresult = hresult
        self.excepinfo = info


def excel_error(text: str, scode: int = -2146827284) -> ComError:
    """The error Excel answers with when it refuses something (VBA's 1004)."""
    return ComError(-2147352567, "Exception occurred.", (0, "Microsoft Excel", text, None, 0, scode), None)


class ComTime(dt.datetime):
    """A date as pywin32 hands it over: a datetime with a time zone that means nothing."""


def com_time(*fields: int) -> ComTime:
    """A date cell's value."""
    return ComTime(*fields, tzinfo=dt.UTC)  # type: ignore[misc, arg-type]


class CDispatch:
    """Base of everything that is a COM object to xlwings."""


class RangeObject(CDispatch):
    """What Excel hands over for a cell reference: an object whose type says Excel.Range."""

    def __init__(self, values: Any) -> None:
        self.Value = values
        many = isinstance(values, tuple)
        height, width = (len(values), len(values[0])) if many else (1, 1)
        self.Row = self.Column = 1
        self.Count = height * width
        self.Rows, self.Columns = types.SimpleNamespace(Count=height), types.SimpleNamespace(Count=width)
        app = types.SimpleNamespace(Hwnd=1, Version="16.0")
        book = types.SimpleNamespace(Name="book.xlsm", Application=app)
        self.Worksheet = types.SimpleNamespace(Name="S", Parent=book)
        attributes = types.SimpleNamespace(iid=IID_EXCEL_RANGE)
        info = types.SimpleNamespace(GetTypeAttr=lambda: attributes)
        self._oleobj_ = types.SimpleNamespace(GetTypeInfo=lambda: info)


# Measured with pywin32 312: leaves a VARIANT can hold.
_CARRIED = (type(None), bool, int, float, str, bytes, dt.datetime, np.bool_, decimal.Decimal)


def com_gate(value: Any) -> Any:
    """Carry a value over COM and back, or raise the TypeError of pywin32.

    time, timedelta, complex, set, Period and generators are refused; a NaN would arrive as an empty text. Null
    (None) is an error in a cell of Excel, so a worksheet function must never answer with it.
    """
    if isinstance(value, (list, tuple)):
        return [com_gate(item) for item in value]
    if not isinstance(value, _CARRIED) or isinstance(value, pd.Timedelta):
        raise TypeError(f"Objects of type '{type(value).__name__}' can not be converted to a COM VARIANT")
    if value is None:
        raise TypeError("Null in a cell is #VALUE! in Excel")
    if isinstance(value, float) and value != value:
        return ""
    return float(value) if isinstance(value, np.bool_) else value


def _module(name: str, **contents: Any) -> types.ModuleType:
    module = types.ModuleType(name)
    module.__dict__.update(contents)
    sys.modules[name] = module
    if "." in name:
        parent, _, own = name.rpartition(".")
        setattr(sys.modules[parent], own, module)
    return module


def _unwrap(wrapped: Any) -> Any:
    if isinstance(wrapped, types.SimpleNamespace) and hasattr(wrapped, "wrapped"):
        return wrapped.wrapped
    raise ComError(-2147467262, "not a Python object")


def _install() -> None:
    """Put the stand-ins into sys.modules; only names that xlwings touches are there."""
    _module("pywintypes", IID=str.upper, IIDType=str, com_error=ComError, error=OSError, TimeType=ComTime)
    _module(
        "pythoncom",
        com_error=ComError,
        IID_IDispatch=IID_DISPATCH,
        IID_IEnumVARIANT="enum",
        TypeIIDs={IID_DISPATCH: type("PyIDispatch", (), {})},
        Missing=object(),
        CoInitialize=lambda: None,
        CLSCTX_LOCAL_SERVER=4,
        __file__="pythoncom",
    )
    _module("win32api", MessageBox=MagicMock(return_value=1))
    _module("win32con", MB_OK=0, MB_ICONINFORMATION=64, MB_ICONWARNING=48, MB_OKCANCEL=1, MB_YESNO=4, MB_YESNOCANCEL=3)
    _module("win32gui")
    _module("win32process", GetWindowThreadProcessId=lambda hwnd: (0, 1))
    _module("win32event")
    utc = types.SimpleNamespace(utc=lambda: dt.UTC)
    _module("win32timezone", TimeZoneInfo=utc)
    _module("win32com", __path__=[])
    base = type("DispatchBaseClass", (), {})
    _module(
        "win32com.client",
        CDispatch=CDispatch,
        CoClassBaseClass=type("CoClassBaseClass", (), {}),
        DispatchBaseClass=base,
        Dispatch=lambda value, *_, **__: value,
        DispatchEx=MagicMock(),
        gencache=MagicMock(),
    )
    _module("win32com.client.dynamic")
    _module("win32com.server", __path__=[])
    _module("win32com.server.dispatcher")
    _module("win32com.server.policy")
    wrap = lambda value, *_, **__: types.SimpleNamespace(wrapped=value)  # noqa: E731
    _module("win32com.server.util", wrap=wrap, unwrap=_unwrap)


def _ours(name: str) -> bool:
    return name != _KEPT and name.startswith(_SWAPPED)


def _import_on_windows() -> None:
    """Import xlwings and our functions while Python says that it runs on Windows."""
    missing = object()
    patched: dict[tuple[Any, str], Any] = {(sys, "platform"): "win32", (subprocess, "CREATE_NO_WINDOW"): 0}
    patched |= {(ctypes, name): MagicMock() for name in ("oledll", "windll", "WINFUNCTYPE", "PyDLL")}
    before = {(owner, name): getattr(owner, name, missing) for owner, name in patched}
    try:
        for (owner, name), value in patched.items():
            setattr(owner, name, value)
        importlib.import_module("xlwings.udfs")
        atexit.unregister(importlib.import_module("xlwings._xlwindows").cleanup)
        importlib.import_module("alvh_xl.hosts.excel.udfs")
    finally:
        for (owner, name), value in before.items():
            if value is missing:
                delattr(owner, name)
            else:
                setattr(owner, name, value)


@contextlib.contextmanager
def windows_xlwings() -> Iterator[types.ModuleType]:
    """The xlwings package as Windows sees it; `alvh_xl.hosts.excel.udfs` is imported over it."""
    import alvh_xl.hosts.excel as home

    hidden = {name: sys.modules.pop(name) for name in list(sys.modules) if _ours(name)}
    plain = getattr(home, "udfs", None)
    try:
        if _stock:
            sys.modules.update(_stock)
        else:
            _install()
            _import_on_windows()
            _stock.update({name: module for name, module in sys.modules.items() if _ours(name)})
        home.udfs = sys.modules["alvh_xl.hosts.excel.udfs"]  # type: ignore[attr-defined]
        yield sys.modules["xlwings"]
    finally:
        for name in [name for name in sys.modules if _ours(name)]:
            del sys.modules[name]
        sys.modules.update(hidden)
        if plain is None:
            del home.udfs  # type: ignore[attr-defined]
        else:
            home.udfs = plain  # type: ignore[attr-defined]
