"""Fetch one document from a public source: bounded in time, in size and in patience.

Fetcher      downloads with retries, a deadline and a size cap
Payload      what came back
FetchError   one line saying why nothing came back
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
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


class FetchError(MarketError):
    """A document could not be fetched; the message is one line."""


class _TryAgain(Exception):
    """One attempt failed in a way that may pass; `wait` is what the server asked for, in seconds."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


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
    """

    def __init__(
        self,
        limits: Limits = Limits(),
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        import httpx

        self._limits = limits
        self._sleep = sleep
        self._clock = clock
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
        end = self._clock() + self._limits.deadline
        for attempt in range(1, self._limits.attempts + 1):
            try:
                return self._follow(url, headers, end)
            except _TryAgain as fault:
                wait = self._limits.backoff * 2 ** (attempt - 1) if fault.wait is None else fault.wait
                wait = min(wait, self._limits.longest_wait)
                if attempt == self._limits.attempts or self._clock() + wait >= end:
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
                body = b"" if response.status_code == NOT_MODIFIED else self._read(url, response, end)
                etag, modified = response.headers.get("etag"), response.headers.get("last-modified")
                return Payload(body, etag, modified, response.status_code)
        except httpx.TimeoutException:
            raise _TryAgain(f"no answer within {self._limits.idle:g} s") from None
        except httpx.DecodingError:
            raise FetchError(f"{_host(url)}: the answer is damaged (compression)") from None
        except httpx.TransportError as error:
            raise _TryAgain(f"connection failed ({type(error).__name__})") from None
        except (httpx.InvalidURL, httpx.StreamError):
            raise FetchError(f"{_host(url)}: unusable address or answer") from None

    def _read(self, url: str, response: httpx.Response, end: float) -> bytes:
        # Small chunks bound what one step of decompression may unfold before the cap is looked at.
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > self._limits.size:
                raise FetchError(f"{_host(url)}: the answer is larger than {self._limits.size:,} bytes")
            if self._clock() > end:
                raise FetchError(f"{_host(url)}: the answer took longer than {self._limits.deadline:g} s")
        return bytes(body)


def _host(url: str) -> str:
    return urlsplit(url).hostname or "address without a host"


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
