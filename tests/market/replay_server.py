"""A stand-in for the data sources on 127.0.0.1: serves bodies at the real paths and misbehaves on request."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable
from email.utils import formatdate
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

MEGABYTE = 1_000_000


@cache
def bomb() -> bytes:
    """A small document that unfolds to 100 MB; made once, because making it takes longer than a client waits."""
    return gzip.compress(bytes(100 * MEGABYTE))


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the server's time of day, for the header Date."""
        return formatdate(self.server.clock(), usegmt=True)

    def do_GET(self) -> None:
        """Answer one request, with the fault set for its path."""
        self.server.asked.append(self.path)
        path = self.path if self.path in self.server.bodies else self.path.partition("&")[0]  # whatever day is wanted
        fault = self.server.faults.get(path, "")
        body = self.server.bodies.get(path)
        try:
            if body is None:
                self._send(404, b"not found")
            elif fault:
                getattr(self, f"_{fault}")(body)
            elif self.headers.get("If-None-Match") == '"tag"':
                self._send(304, b"")
            else:
                self._send(200, body, ETag='"tag"')
        except OSError:
            self.close_connection = True

    def _send(self, status: int, body: bytes, length: int | None = None, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def _timeout(self, body: bytes) -> None:
        self.server.stopping.wait(2)

    def _slow_drip(self, body: bytes) -> None:
        self._send(200, b"", len(body))
        for place in range(len(body)):
            if self.server.stopping.wait(0.05):
                return
            self.wfile.write(body[place : place + 1])

    def _busy(self, body: bytes) -> None:
        self._send(429, b"", Retry_After="3600")

    def _truncated(self, body: bytes) -> None:
        self._send(200, body, len(body) + 100)
        self.close_connection = True

    def _html(self, body: bytes) -> None:
        self._send(200, b"<!doctype html><p>Please sign in</p>")

    def _loop(self, body: bytes) -> None:
        self._send(302, b"", Location=self.path)

    def _elsewhere(self, body: bytes) -> None:
        self._send(302, b"", Location="http://192.0.2.1/plain")

    def _huge(self, body: bytes) -> None:
        self._send(200, b"", 100 * MEGABYTE)
        for _ in range(100):
            self.wfile.write(b"0" * MEGABYTE)

    def _bomb(self, body: bytes) -> None:
        self._send(200, bomb(), Content_Encoding="gzip")

    def _packed(self, body: bytes) -> None:
        self._send(200, gzip.compress(body), Content_Encoding="gzip")

    def _packed_half(self, body: bytes) -> None:
        self._send(200, gzip.compress(body)[:-12], Content_Encoding="gzip")

    def _not_packed(self, body: bytes) -> None:
        self._send(200, body, Content_Encoding="gzip")

    def _brotli(self, body: bytes) -> None:
        self._send(200, body, Content_Encoding="br")

    def _cached(self, body: bytes) -> None:
        self._send(200, body, Age="7200")

    def _once(self, body: bytes) -> None:
        first = self.server.asked.count(self.path) == 1
        self._send(500 if first else 200, b"" if first else body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64  # eight connect at once; one turned away would try again a second later

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bodies: dict[str, bytes] = {}
        self.faults: dict[str, str] = {}
        self.asked: list[str] = []
        self.clock: Callable[[], float] = time.time
        self.stopping = threading.Event()


class ReplayServer:
    """Serve `bodies` by path; `faults` names, by path, a `_method` of the handler without its underscore.

    `clock` is the server's time of day, seconds since 1970.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._server = _Server()
        self._server.clock = clock
        self.bodies, self.faults, self.asked = self._server.bodies, self._server.faults, self._server.asked
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> ReplayServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
