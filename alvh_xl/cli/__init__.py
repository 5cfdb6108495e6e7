"""The command line of alvh_xl, `alvh-xl`: one module a kind of command.

Exit status: 0 done (warnings are printed), 1 nothing could be done (one line says why), 2 the command was not clear,
3 (install, doctor) there is no Excel on this machine.
"""

from __future__ import annotations

import io
import sys

from alvh_xl.cli import (  # importing a module of commands adds them to the app
    backtest,
    data,
    data_status,
    excel,
    functions,
    gates,
    positions,
    share,
    study,
    workbooks,
)
from alvh_xl.cli.shared import app, err, line

__all__ = [
    "app", "backtest", "data", "data_status", "excel", "functions", "gates", "main", "positions", "share", "study",
    "workbooks",
]  # fmt: skip


def main() -> None:
    """Run the command line; every expected problem is one line and exit status 1."""
    from alvh_xl.hosts.embedded import WorkbookError
    from alvh_xl.market import MarketError

    # A redirected output may not know an arrow or a sign: it must not fail after the work is done.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app()
    except (WorkbookError, MarketError, OSError) as problem:
        err.print(f"[red]alvh-xl:[/] {line(str(problem))}")
        raise SystemExit(1) from None
