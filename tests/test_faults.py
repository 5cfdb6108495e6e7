"""Every fault of a source, through a whole `alvh-xl data sync` and a whole `alvh-xl refresh WORKBOOK`.

The commands run inside this process, with short patience and a clock that the test sets; nothing else is in their way.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from alvh_xl.market.providers.cboe_index import PATH
from alvh_xl.market.store import FILE_NAME, Store
from tests.market.desk import IMPATIENT, Desk, at_desk, fill, import_breadth, market, serial
from tests.market.made_up import Clock, documents, value
from tests.market.replay_server import MEGABYTE, bomb

ALWAYS = datetime(2035, 1, 1)
# Last session of the store, and the last two of the sources this morning.
HELD, BEFORE, LATEST = date(2018, 9, 28), date(2018, 10, 2), date(2018, 10, 3)
FILLED, MORNING = datetime(2018, 10, 1, 8, 45), datetime(2018, 10, 4, 8, 45)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Make a computer whose clock is right, on the morning of the faults."""
    with at_desk(Clock(MORNING), documents(LATEST), monkeypatch, IMPATIENT) as desk:
        yield desk


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a data folder as a sync three sessions earlier left it."""
    home = fill(tmp_path_factory.mktemp("filled"), HELD, FILLED)
    import_breadth(home, LATEST, MORNING - timedelta(minutes=30))
    return home


# ── what can be wrong with one document ──


def lines(body: bytes) -> list[str]:
    return body.decode().splitlines(keepends=True)


def without(day: date) -> Callable[[bytes], bytes]:
    return lambda body: "".join(line for line in lines(body) if not line.startswith(f"{day:%m/%d/%Y}")).encode()


def last_line(change: Callable[[str], str]) -> Callable[[bytes], bytes]:
    return lambda body: "".join([*lines(body)[:-1], change(lines(body)[-1])]).encode()


def shuffled(body: bytes) -> bytes:
    """The newest rows first, and every one of the last twenty twice."""
    header, *rows = lines(body)
    return "".join([header, *reversed(rows), *rows[-20:]]).encode()


@dataclass(frozen=True)
class Fault:
    """One fault of an index history, of the server or of the body: the line it must give, and the last day it leaves.

    In the line {0} is the series and {1} its name at the source.
    """

    line: str
    day: date
    server: str = ""
    body: Callable[[bytes], bytes | None] = bytes

    def said(self, symbol: str) -> str:
        """Line of this fault in the history of one index."""
        return self.line.format(symbol.lower(), symbol)


FAILED, UNREAD = "not fetched: Cboe, {0}: 127.0.0.1: ", "not fetched: Cboe, {0}: Cboe {1} history: "
ABSURD, TO_COME = ("10/03/2018,1234,1245,1220,1234\n", "10/03/2019,14.0,14.1,13.9,14.0\n")
FAULTS = {
    "timeout": Fault(f"{FAILED}no answer within 1.5 s (attempts: 2)", HELD, "timeout"),
    "slow drip": Fault(f"{FAILED}the answer took longer than 6 s", HELD, "slow_drip"),
    "gzip bomb": Fault(f"{FAILED}the answer is larger than 40,000,000 bytes", HELD, "bomb"),
    "404": Fault(f"{FAILED}the server answered 404", HELD, body=lambda _: None),
    "429 that asks to wait an hour": Fault(f"{FAILED}the server answered 429 (attempts: 2)", HELD, "busy"),
    "body shorter than promised": Fault(
        f"{FAILED}the answer broke off before its end (attempts: 2)", HELD, "truncated"
    ),
    "file cut at its source": Fault(
        "Cboe, {0}: left out 1 (unreadable); nothing newer than 2018-09-28",
        HELD,
        body=lambda body: body[: body.index(b"\n", len(body) // 2) + 20],
    ),
    "web page": Fault(f"{UNREAD}a web page came instead of data", HELD, "html"),
    "changed header": Fault(
        f"{UNREAD}the header is not the expected one (DAY,OPEN,HIGH,LOW,CLOSE)",
        HELD,
        body=lambda body: body.replace(b"DATE", b"DAY", 1),
    ),
    "duplicate and out-of-order rows": Fault("", LATEST, body=shuffled),
    "two values for the last day": Fault(
        "Cboe, {0}: left out 1 (two values for one day); nothing newer than 2018-10-02",
        BEFORE,
        body=lambda body: body + b"10/03/2018,25.0,25.1,24.9,25.0\n",
    ),
    "hole": Fault("Cboe, {0}: no value for 2018-10-02", LATEST, body=without(BEFORE)),
    "absurd value": Fault(
        "Cboe, {0}: left out 1 (out of plausible range); nothing newer than 2018-10-02",
        BEFORE,
        body=last_line(lambda _: ABSURD),
    ),
    "year to come": Fault(
        "Cboe, {0}: left out 1 (a day to come); nothing newer than 2018-10-02",
        BEFORE,
        body=last_line(lambda _: TO_COME),
    ),
    "year gone by": Fault(
        "Cboe, {0}: nothing newer than 2018-10-02", BEFORE, body=last_line(lambda line: line.replace("2018", "2017"))
    ),
    "redirect loop": Fault(f"{FAILED}more than 3 redirects", HELD, "loop"),
    "redirect to another host": Fault(
        "not fetched: Cboe, {0}: 192.0.2.1: only https addresses are fetched", HELD, "elsewhere"
    ),
    "body of 100 MB": Fault(f"{FAILED}the answer is larger than 40,000,000 bytes", HELD, "huge"),
}
# A refresh takes its time: four faults at once, each in a document of its own, and none may touch another's.
STRUCK = ("VIX", "VIX9D", "VIX3M", "VIX6M")
ROUNDS = [list(FAULTS)[first : first + len(STRUCK)] for first in range(0, len(FAULTS), len(STRUCK))]


def strike(desk: Desk, fault: Fault, symbol: str) -> None:
    """Put a fault into the history of one index."""
    path = PATH.format(symbol)
    body = fault.body(desk.server.bodies[path])
    if body is None:
        del desk.server.bodies[path]
    else:
        desk.server.bodies[path] = body
    if fault.server:
        desk.server.faults[path] = fault.server
    if fault.server == "bomb":
        bomb()


def held(home: Path) -> list[tuple[str, date, float]]:
    """Everything the store had before this morning; a later sync may only add to it."""
    with Store(home / FILE_NAME) as store:
        rows = [row for name in (*map(str.lower, STRUCK), "vx", "treasury_3m") for row in store.rows(name, ALWAYS)]
    return [(row.series, row.day, row.value) for row in rows if row.fetched == FILLED]


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_costs_a_sync_one_series_and_one_line(desk: Desk, filled: Path, tmp_path: Path, name: str) -> None:
    """The last good values stay, every other series comes, one line says what happened, the exit status is 0."""
    fault, home = FAULTS[name], Path(shutil.copytree(filled, tmp_path / "home"))
    strike(desk, fault, "VIX")
    done = desk.sync(home)
    said = fault.said("VIX")
    assert done.status == 0, done.err
    assert done.err.splitlines() == ([said[:1].upper() + said[1:]] if said else [])
    assert held(home) == held(filled)
    assert all(wait <= IMPATIENT.longest_wait for wait in desk.waits)
    assert (IMPATIENT.longest_wait in desk.waits) == (fault.server == "busy")
    found = desk.standing(home)
    assert fault.day.isoformat() in found["vix"]
    assert ("STALE" in found["vix"]) == (fault.day == HELD)
    assert LATEST.isoformat() in found["vvix"]
    assert "OK" in found["vvix"].split()


@pytest.mark.parametrize("names", ROUNDS, ids=lambda names: ", ".join(names))
def test_a_fault_costs_a_refresh_one_series_and_one_line(
    desk: Desk, filled: Path, sample_book: Path, tmp_path: Path, names: list[str]
) -> None:
    """The Market sheet shows the last good value with its own age, never another; one line says why, status 0."""
    home, book = (
        Path(shutil.copytree(filled, tmp_path / "home")),
        Path(shutil.copy(sample_book, tmp_path / "mine.xlsx")),
    )
    struck = dict(zip(STRUCK, (FAULTS[name] for name in names), strict=False))
    for symbol, fault in struck.items():
        strike(desk, fault, symbol)
    done = desk.refresh(home, book)
    assert done.status == 0, done.err
    assert done.err == ""
    expected = {f"Warning    {fault.said(symbol)}" for symbol, fault in struck.items() if fault.line}
    about = [line for line in done.out.splitlines() if "Cboe" in line or "fetched" in line.lower()]
    assert sorted(set(about)) == sorted(about)
    assert {line for line in about if "data:" not in line} == expected
    rows = market(book)
    for symbol, fault in struck.items():
        row = rows[symbol.lower()]
        assert row["value"] == value(symbol, fault.day)
        assert row["observed"] == pytest.approx(serial(datetime.combine(fault.day, dt.time(16, 15))))
        assert row["status"] == ("STALE" if fault.day == HELD else "OK")
        assert (f"{symbol} close" in stale_line(done.out)) == (fault.day == HELD)
    stale = {symbol.lower() for symbol, fault in struck.items() if fault.day == HELD}
    assert {name for name, row in rows.items() if row["status"] == "STALE"} == stale
    assert [name for name, row in rows.items() if row["status"] == "MISSING"] == []
    assert held(home) == held(filled)


@pytest.mark.parametrize("name", ["body of 100 MB", "gzip bomb"])
def test_what_is_too_large_fills_no_memory(desk: Desk, filled: Path, tmp_path: Path, name: str) -> None:
    """A hundred megabytes, packed or not, must cost no more than the forty that are allowed and a little."""
    home = Path(shutil.copytree(filled, tmp_path / "home"))
    strike(desk, FAULTS[name], "VIX")
    tracemalloc.start()
    try:
        done = desk.sync(home, "--only", "vix", "--only", "vvix")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "larger than" in done.err
    assert peak < 56 * MEGABYTE


def test_what_never_came_is_missing_by_name(desk: Desk, sample_book: Path, tmp_path: Path) -> None:
    """A first sync with a dead document: MISSING on Market and in the status, NO DECISION that names it, one line."""
    book, symbol = Path(shutil.copy(sample_book, tmp_path / "mine.xlsx")), "VIX3M"
    strike(desk, FAULTS["404"], symbol)
    line = FAULTS["404"].said(symbol)
    synced = desk.sync(tmp_path / "home", "--since", "2017-01-03")
    assert (synced.status, synced.err) == (0, f"N{line[1:]}\n")
    assert "MISSING" in desk.standing(tmp_path / "home")["vix3m"]
    done = desk.refresh(tmp_path / "home", book)
    assert done.status == 0
    assert done.out.count(line) == 1
    assert market(book)["vix3m"]["status"] == "MISSING"
    assert market(book)["vix3m"]["value"] is None
    assert "Decision   NO DECISION: missing: VIX3M close, Advancing issues" in done.out
    assert "Why        Missing this morning (04-Oct-2018): VIX3M close, Advancing issues (known for 0 of" in done.out


def test_when_no_source_answers_one_line_says_so(desk: Desk, filled: Path, sample_book: Path, tmp_path: Path) -> None:
    """Sixty documents that fail alike are one fault; a sync that read nothing ends with 1, a refresh goes on with 0."""
    home = Path(shutil.copytree(filled, tmp_path / "home"))
    book = Path(shutil.copy(sample_book, tmp_path / "mine.xlsx"))
    for path in desk.server.bodies:
        desk.server.faults[path] = "busy"
    synced = desk.sync(home)
    assert synced.status == 1
    fault, end = synced.err.splitlines()
    assert fault.startswith("Not fetched: Cboe, Cboe Futures Exchange, FRED: 127.0.0.1: the server answered 429 (atte")
    assert end == "alvh-xl: nothing could be fetched; what the store held is still there"
    done = desk.refresh(home, book)
    assert done.status == 0
    assert "data: live, but nothing could be fetched: from the store" in done.out
    assert done.out.count("not fetched: ") == 1
    assert {"vix", "spx_close", "vvix"} <= {name for name, row in market(book).items() if row["status"] == "STALE"}
    assert held(home) == held(filled)


def stale_line(said: str) -> str:
    """What a refresh reports as stale."""
    return next((line for line in said.splitlines() if "STALE: " in line), "")
