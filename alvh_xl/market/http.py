"""Fetch one document from a public source: bounded in time, in size and in patience.

Fetcher      downloads with retries, a deadline and a size cap
Payload      what came back
FetchError   one line saying why nothing came back
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from alvh_xl import __version__
from alvh_xl.market.errors import MarketError

if TYPE_CHECKING:
    import httpx

MEGABYTE = 1_000_000
RETRIED = frozenset({408, 429, 500, 502, 503, 504})
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
NOT_MODIFIED = 304
PACKED = frozenset({"gzip", "x-gzip"})
AS_SENT = frozenset({"", "identity"})
GZIP = 16 + zlib.MAX_WBITS
# A clock this far from a server's would note wrong moments in a store whose rows are never changed, seconds.
CLOCK_TOLERANCE = 900.0
LONGEST_SHOWN = 80
NO_CONNECTION = "no connection"
BROKEN_OFF = "the answer broke off before its end"


class FetchError(MarketError):
    """A document could not be fetched; the message is one line."""


class ClockError(FetchError):
    """This computer's clock and the source's differ, so that nothing may be dated by it."""


class _TryAgain(Exception):
    """One attempt failed in a way that may pass; `wait` is what the server asked for, in seconds."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


class _NoConnection(_TryAgain):
    """Nothing answers at this host: no network, or a server that is down."""


@dataclass(frozen=True, slots=True)
class Payload:
    """Body of one answer; empty with status 304, when the document has not changed."""

    body: bytes
    etag: str | None
    modified: str | None
    status: int


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one fetch: seconds, bytes (after decompression) and counts."""

    idle: float = 10.0
    deadline: float = 60.0
    size: int = 40 * MEGABYTE
    attempts: int = 3
    backoff: float = 0.5
    longest_wait: float = 10.0
    redirects: int = 3


class Fetcher:
    """Downloads documents over https (plain http only from this computer itself).

    Parameters
    ----------
    limits : Limits
    sleep : callable
        Waits between attempts, seconds; a test hands in its own.
    clock : callable
        Monotonic seconds.
    wall : callable
        This computer's time of day, seconds since 1970 in UTC; compared with that of every server that answers.
    """

    def __init__(
        self,
        limits: Limits = Limits(),
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        import httpx

        self._limits = limits
        self._sleep = sleep
        self._clock = clock
        self._wall = wall
        self._unreachable: set[str] = set()
        self._client = httpx.Client(
            timeout=limits.idle,
            follow_redirects=False,
            headers={
                "User-Agent": f"alvh-xl/{__version__} (personal research workbook)",
                "Accept-Encoding": "gzip, identity",
            },
        )

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get(self, url: str, *, etag: str | None = None, modified: str | None = None) -> Payload:
        """Download one document, or learn that it has not changed.

        Parameters
        ----------
        url : str
        etag, modified : str, optional
            What the last answer carried; the server may then answer 304 with an empty body.

        Raises
        ------
        FetchError
            After the last attempt, or at once where another attempt cannot help.
        """
        headers = {}
        if etag is not None:
            headers["If-None-Match"] = etag
        if modified is not None:
            headers["If-Modified-Since"] = modified
        host = _host(url)
        if host in self._unreachable:  # without a network fifty documents need not each find that out
            raise FetchError(f"{host}: {NO_CONNECTION}")
        end = self._clock() + self._limits.deadline
        for attempt in range(1, self._limits.attempts + 1):
            try:
                return self._follow(url, headers, end)
            except _TryAgain as fault:
                wait = self._limits.backoff * 2 ** (attempt - 1) if fault.wait is None else fault.wait
                wait = min(wait, self._limits.longest_wait)
                if attempt == self._limits.attempts or self._clock() + wait >= end:
                    if isinstance(fault, _NoConnection):
                        self._unreachable.add(host)
                        raise FetchError(f"{host}: {NO_CONNECTION}") from None
                    raise FetchError(f"{_host(url)}: {fault} (attempts: {attempt})") from None
                self._sleep(wait)
        raise FetchError(f"{_host(url)}: no attempt allowed")

    def _follow(self, url: str, headers: dict[str, str], end: float) -> Payload:
        for _ in range(self._limits.redirects + 1):
            _check_address(url)
            answer = self._attempt(url, headers, end)
            if isinstance(answer, Payload):
                return answer
            url = answer
        raise FetchError(f"{_host(url)}: more than {self._limits.redirects} redirects")

    def _attempt(self, url: str, headers: dict[str, str], end: float) -> Payload | str:
        """One request: the answer, or the address it redirects to."""
        import httpx

        try:
            with self._client.stream("GET", url, headers=headers) as response:
                if response.has_redirect_location:
                    return str(response.url.join(response.headers["location"]))
                _check_status(url, response)
                _check_clock(response, self._wall())
                body = b"" if response.status_code == NOT_MODIFIED else self._read(url, response, end)
                etag, modified = response.headers.get("etag"), response.headers.get("last-modified")
                return Payload(body, etag, modified, response.status_code)
        except httpx.TimeoutException:
            raise _TryAgain(f"no answer within {self._limits.idle:g} s") from None
        except zlib.error:
            raise FetchError(f"{_host(url)}: the answer is damaged (compression)") from None
        except httpx.ConnectError:
            raise _NoConnection(NO_CONNECTION) from None
        except httpx.TransportError:
            raise _TryAgain(BROKEN_OFF) from None
        except (httpx.InvalidURL, httpx.StreamError):
            raise FetchError(f"{_host(url)}: unusable address or answer") from None

    def _read(self, url: str, response: httpx.Response, end: float) -> bytes:
        body = bytearray()
        for piece in _unpacked(url, response):
            body += piece
            if len(body) > self._limits.size:
                raise FetchError(f"{_host(url)}: the answer is larger than {self._limits.size:,} bytes")
            if self._clock() > end:
                raise FetchError(f"{_host(url)}: the answer took longer than {self._limits.deadline:g} s")
        return bytes(body)


def _unpacked(url: str, response: httpx.Response) -> Iterator[bytes]:
    """Body of an answer piece by piece; a packed one unfolds a megabyte at a time, so that a bomb fills no memory."""
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in AS_SENT:
        yield from response.iter_raw()
        return
    if encoding not in PACKED:
        raise FetchError(f"{_host(url)}: the answer is packed in a way that was not asked for")
    unpacker = zlib.decompressobj(GZIP)
    for chunk in response.iter_raw():
        waiting = chunk
        while waiting:
            yield unpacker.decompress(waiting, MEGABYTE)
            waiting = unpacker.unconsumed_tail
    yield unpacker.flush()
    if not unpacker.eof:
        raise _TryAgain(BROKEN_OFF)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "address without a host"
    except ValueError:  # a bracket left open
        server = "/".join(url.split("/")[:3])  # the same for all documents, so that they make one line
        raise FetchError(f"{server[:LONGEST_SHOWN]} is no address") from None


def _check_address(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return
    raise FetchError(f"{_host(url)}: only https addresses are fetched")


def _check_status(url: str, response: httpx.Response) -> None:
    status = response.status_code
    if status in RETRIED:
        asked = response.headers.get("retry-after", "")
        wait = float(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else None
        raise _TryAgain(f"the server answered {status}", wait)
    if status != NOT_MODIFIED and not 200 <= status < 300:
        raise FetchError(f"{_host(url)}: the server answered {status}")


def _check_clock(response: httpx.Response, wall: float) -> None:
    """Refuse an answer whose server has another time of day; one that names none is taken.

    Notes
    -----
    Date is when the answer was made, Age how long a cache has kept it since, both in whole seconds.
    """
    try:
        served = parsedate_to_datetime(response.headers["date"]).timestamp()
    except (KeyError, ValueError, OverflowError):
        return
    age = response.headers.get("age", "")
    off = wall - served - (float(age) if age.isascii() and age.isdigit() and len(age) < 10 else 0.0)
    if abs(off) > CLOCK_TOLERANCE:
        side = "ahead of" if off > 0 else "behind"
        raise ClockError(f"this computer's clock is {_span(abs(off))} {side} the sources': set it, then try again")


def _span(seconds: float) -> str:
    """A length of time in the largest unit of which there are two.

    Examples
    --------
    >>> _span(1500), _span(3 * 3600 + 5), _span(50 * 3600)
    ('25 minutes', '3 hours', '2 days')
    """
    for unit, name in ((86_400, "days"), (3_600, "hours")):
        if round(seconds / unit) >= 2:
            return f"{round(seconds / unit)} {name}"
    return f"{round(seconds / 60)} minutes"
