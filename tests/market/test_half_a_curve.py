"""The futures curve comes in a document a contract: one that fails must not put the next contract in its place."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from alvh_xl.market.asof import read_store
from alvh_xl.market.facts import Cell
from alvh_xl.market.observation import Observation
from alvh_xl.market.store import Store
from alvh_xl.market.sync import jobs_due, sync
from tests.market.fakes import Source, history

MORNING = datetime(2018, 10, 4, 9, 0)
EXPIRIES = {"VXV18": date(2018, 10, 17), "VXX18": date(2018, 11, 21), "VXZ18": date(2018, 12, 19)}


class Contracts(Source):
    """A source with one document a contract, all of the series vx, and one of closes."""

    def _series(self, name: str) -> tuple[str, ...]:
        return ("vx",) if name in EXPIRIES else ("spx_close",)


def source(last: date, lacking: str = "") -> Contracts:
    found: dict[str, list[Observation] | str] = {"spx_close": history("spx_close", date(2017, 1, 3), last, 2900)}
    for place, (name, expiry) in enumerate(EXPIRIES.items()):
        days = [row.day for row in history("vx", date(2018, 9, 4), last)]
        found[name] = [Observation("vx", day, 13.0 + place + day.day / 100, name, expiry) for day in days]
    if lacking:
        found[lacking] = "the server answered 503"
    return Contracts(found)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "market.sqlite")
    fetched(store, source(date(2018, 10, 2)), datetime(2018, 10, 3, 9, 0))
    return store


def fetched(store: Store, served: Contracts, moment: datetime) -> None:
    sync(store, jobs_due(store, served.requests_for, moment, moment), served.fetch, lambda: moment)


def front(store: Store) -> list[tuple[Cell, Cell]]:
    curve = read_store(store, MORNING).curve
    return list(zip(curve.column("contract"), curve.column("settle"), strict=True))[:2]


@pytest.mark.parametrize("lacking", ["VXV18", "VXX18"])
def test_without_a_front_contract_the_curve_of_the_session_before_stays(store: Store, lacking: str) -> None:
    """The second month in the front's place would give another contango, another roll, another hedge."""
    fetched(store, source(date(2018, 10, 3), lacking), MORNING)
    assert front(store) == [("VXV18", 13.02), ("VXX18", 14.02)]


def test_a_curve_that_lacks_its_front_is_fetched_again(store: Store) -> None:
    """One contract of the last session in the store must not count as the whole of it."""
    fetched(store, source(date(2018, 10, 3), "VXV18"), MORNING)
    fetched(store, source(date(2018, 10, 3)), datetime(2018, 10, 4, 9, 30))
    assert front(store) == [("VXV18", 13.03), ("VXX18", 14.03)]


def test_a_far_contract_may_be_lacking(store: Store) -> None:
    """Contracts not listed yet have no document: the morning must not wait for them."""
    fetched(store, source(date(2018, 10, 3), "VXZ18"), MORNING)
    assert front(store) == [("VXV18", 13.03), ("VXX18", 14.03)]
    assert jobs_due(store, source(date(2018, 10, 3)).requests_for, MORNING, MORNING) == []


def test_the_documents_of_a_curve_are_written_as_one(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that is killed between two contracts must leave the old curve or the new one."""
    written = 0
    append = Store.append

    def dies(self: Store, rows: list[Observation], *arguments: object) -> object:
        nonlocal written
        written += bool(rows) and rows[0].series == "vx"
        if written == 2:
            raise KeyboardInterrupt
        return append(self, rows, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "append", dies)
    with pytest.raises(KeyboardInterrupt):
        fetched(store, source(date(2018, 10, 3)), MORNING)
    assert store.last_day("vx", datetime(2035, 1, 1)) == date(2018, 10, 2)
