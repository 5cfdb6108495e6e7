"""Fetching: every fault of a server ends in bounded time with one clear line."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from alvh_xl.market.http import ClockError, Fetcher, FetchError, Limits
from tests.market.replay_server import ReplayServer, bomb

BODY = b"DATE,VIX\n" + b"01/02/1990,17.24\n" * 20


@pytest.fixture
def server() -> Iterator[ReplayServer]:
    """A replay server with one document."""
    with ReplayServer() as running:
        running.bodies["/x"] = BODY
        yield running


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("timeout", "no answer within"),
        ("slow_drip", "took longer than"),
        ("busy", "answered 429"),
        ("truncated", "broke off before its end"),
        ("loop", "redirects"),
        ("elsewhere", "only https"),
        ("huge", "larger than"),
        ("bomb", "larger than"),
    ],
)
def test_a_fault_ends_soon_in_one_line(server: ReplayServer, fault: str, words: str) -> None:
    """A misbehaving server would hang the refresh or fill the memory."""
    bomb()
    server.faults["/x"] = fault
    waits: list[float] = []
    began = time.monotonic()
    limits = Limits(idle=0.3, deadline=2, size=1_000_000, attempts=2, longest_wait=0.7)
    with Fetcher(limits, sleep=waits.append) as fetcher, pytest.raises(FetchError, match=words) as caught:
        fetcher.get(server.url + "/x")
    assert time.monotonic() - began < 5
    assert "\n" not in str(caught.value)
    assert all(wait <= 0.7 for wait in waits)


def test_a_missing_document_is_asked_for_once(server: ReplayServer) -> None:
    """A 404 would be retried although nothing can change."""
    with Fetcher() as fetcher, pytest.raises(FetchError, match="answered 404"):
        fetcher.get(server.url + "/none")
    assert server.asked == ["/none"]


def test_a_passing_fault_is_retried(server: ReplayServer) -> None:
    """One 500 would lose the document."""
    server.faults["/x"] = "once"
    with Fetcher(sleep=lambda _: None) as fetcher:
        assert fetcher.get(server.url + "/x").body == BODY
    assert len(server.asked) == 2


def test_an_unchanged_document_is_not_sent_again(server: ReplayServer) -> None:
    """Each refresh would download the whole history."""
    with Fetcher() as fetcher:
        first = fetcher.get(server.url + "/x")
        again = fetcher.get(server.url + "/x", etag=first.etag)
    assert (first.status, again.status, again.body) == (200, 304, b"")


def test_a_packed_answer_is_unpacked_whole(server: ReplayServer) -> None:
    """Most servers pack a table; what comes out must be what went in, longer than one step of unpacking."""
    body = b"".join(b"%d,%d\n" % (n, n * n) for n in range(200_000))
    server.bodies["/x"] = body
    server.faults["/x"] = "packed"
    with Fetcher() as fetcher:
        assert fetcher.get(server.url + "/x").body == body


@pytest.mark.parametrize(
    ("fault", "words"),
    [("packed_half", "broke off"), ("not_packed", "damaged"), ("brotli", "packed in a way that was not asked for")],
)
def test_a_badly_packed_answer_is_refused(server: ReplayServer, fault: str, words: str) -> None:
    """Half a table, or bytes that are none, must not be read as data."""
    server.faults["/x"] = fault
    with Fetcher(sleep=lambda _: None) as fetcher, pytest.raises(FetchError, match=words):
        fetcher.get(server.url + "/x")


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (1_200.0, "20 minutes ahead of"), (-7_300.0, "2 hours behind"), (200_000.0, "2 days ahead of"),
        (-40 * 86_400.0, "40 days behind"),
    ],
)  # fmt: skip
def test_a_clock_unlike_the_server_s_is_an_error_of_one_line(server: ReplayServer, ahead: float, words: str) -> None:
    """Values noted at a wrong moment could be seen before they were known, or not when they were."""
    with Fetcher(wall=lambda: time.time() + ahead) as fetcher, pytest.raises(ClockError) as caught:
        fetcher.get(server.url + "/x")
    assert str(caught.value) == f"this computer's clock is {words} the sources': set it, then try again"
    assert server.asked == ["/x"]


def test_an_answer_kept_by_a_cache_is_as_old_as_it_says(server: ReplayServer) -> None:
    """A copy made hours ago carries the hour of its making; the clock is right all the same."""
    server.faults["/x"] = "cached"
    with Fetcher(wall=lambda: time.time() + 7_200) as fetcher:
        assert fetcher.get(server.url + "/x").body == BODY


def test_a_host_that_can_not_be_reached_is_given_up_for_all_its_documents() -> None:
    """Without a network a refresh of fifty documents would wait for each of them."""
    waits: list[float] = []
    with Fetcher(Limits(attempts=2), sleep=waits.append) as fetcher:
        for path in ("/a", "/b", "/c"):
            with pytest.raises(FetchError, match="no connection"):
                fetcher.get(f"http://127.0.0.1:9{path}")
    assert len(waits) == 1


@pytest.mark.parametrize("address", ["http://[::1", "https://[", "http://[::1/data.csv"])
def test_what_is_no_address_is_one_line(address: str) -> None:
    """A bracket left open in --base-url would end in a trace."""
    with Fetcher() as fetcher, pytest.raises(FetchError) as found:
        fetcher.get(address)
    assert str(found.value) == f"{address.removesuffix('/data.csv')} is no address"
