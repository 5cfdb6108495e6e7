"""A process of its own that is killed while it works."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable


def killed_after(seconds: float, work: Callable[[], None]) -> None:
    """Start the work in a process of its own and kill it after so long."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
