"""Runs on Windows Python: calls functions on the running COM server of xlwings and writes down what came back.

`com_client.py CLSID FOLDER` takes the files calls-1.json, calls-2.json … of the folder as they appear and answers each
with a file answers-N.json, until there is a file named stop. A file of calls is a list of {"name", "arguments",
"repeat"}. Dates travel as {"date": [...]}, an omitted argument as {"omitted": true}; rows are lists of lists. Uses
nothing of alvh_xl. One client does for many tests because the server ends with its last client, as with Excel.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from pathlib import Path
from typing import Any

import pythoncom
import pywintypes
import win32com.client

MODULE = "alvh_xl.hosts.excel.udfs"


def connect(clsid: str, seconds: float = 60.0) -> Any:
    """The server, once it runs."""
    limit = time.monotonic() + seconds
    while True:
        try:
            found = pythoncom.CoCreateInstance(
                pywintypes.IID(clsid), None, pythoncom.CLSCTX_LOCAL_SERVER, pythoncom.IID_IDispatch
            )
        except pythoncom.com_error:
            if time.monotonic() > limit:
                raise
            time.sleep(0.1)
        else:
            return win32com.client.Dispatch(found)


def to_com(value: Any) -> Any:
    """A value as VBA hands it over."""
    if isinstance(value, list):
        return tuple(to_com(item) for item in value)
    if isinstance(value, dict) and "date" in value:
        return pywintypes.Time(dt.datetime(*value["date"]).replace(tzinfo=dt.UTC))
    if isinstance(value, dict):
        return pythoncom.ArgNotFound
    return value


def call(server: Any, name: str, arguments: list[Any]) -> Any:
    """What one call answers, or the text of its COM error."""
    try:
        return server.CallUDF(MODULE, name, to_com(arguments), None, None)
    except pythoncom.com_error as problem:
        return {"com_error": str(problem)}


def make(server: Any, todo: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Make calls; answers, and the milliseconds each took."""
    found = []
    for one in todo:
        repeat = one.get("repeat", 1)
        begin = time.perf_counter()
        for _ in range(repeat):
            answer = call(server, one["name"], one["arguments"])
            if isinstance(answer, dict):
                break
        found.append({"answer": answer, "milliseconds": (time.perf_counter() - begin) * 1000 / repeat})
    return found


def main() -> None:
    """Serve files of calls until told to stop."""
    clsid, folder = sys.argv[1], Path(sys.argv[2])
    server = connect(clsid)
    number = 1
    while not (folder / "stop").exists():
        calls = folder / f"calls-{number}.json"
        if not calls.exists():
            time.sleep(0.02)
            continue
        found = make(server, json.loads(calls.read_text(encoding="utf-8")))
        part = folder / "part"
        part.write_text(json.dumps(found), encoding="utf-8")
        part.rename(folder / f"answers-{number}.json")
        number += 1


if __name__ == "__main__":
    main()
