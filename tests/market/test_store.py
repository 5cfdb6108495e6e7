"""The store: what was known when, and that nothing is lost, changed or seen too soon."""

from __future__ import annotations

import multiprocessing
import sqlite3
import threading
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alvh_xl.market.facts import Event
from alvh_xl.market.observation import Observation
from alvh_xl.market.store import FILE_NAME, FOLDER_VARIABLE, Scheduled, Store, StoreError, default_path
from alvh_xl.model.sessions import sessions_between
from tests.market.fakes import history

OCTOBER = sessions_between(date(2018, 10, 1), date(2018, 10, 12))
ALWAYS = datetime(2035, 1, 1)


def vix(day: date, value: float) -> Observation:
    return Observation("vix", day, value)


def seen(store: Store, asof: datetime, series: str = "vix") -> dict[date, float]:
    """What a morning sees: of each day the last value known."""
    return {row.day: row.value for row in store.rows(series, asof)}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "market.sqlite")


def test_the_first_value_of_a_past_day_is_known_from_its_publication(store: Store) -> None:
    """Otherwise a history fetched today could not be replayed, or a morning would see the close of its own day."""
    store.append([vix(date(2018, 10, 3), 11.61)], "Cboe", datetime(2026, 1, 2, 12, 0))
    assert seen(store, datetime(2018, 10, 3, 16, 14)) == {}
    assert seen(store, datetime(2018, 10, 3, 16, 15)) == {date(2018, 10, 3): 11.61}


def test_a_revision_is_known_from_the_moment_it_was_fetched(store: Store) -> None:
    """Otherwise a replay would trade on a correction nobody had yet."""
    day = date(2018, 10, 3)
    store.append([vix(day, 11.61)], "Cboe", datetime(2018, 10, 4, 8, 0))
    store.append([vix(day, 11.66)], "Cboe", datetime(2018, 10, 5, 8, 0))
    assert seen(store, datetime(2018, 10, 5, 7, 59)) == {day: 11.61}
    assert seen(store, datetime(2018, 10, 5, 8, 0)) == {day: 11.66}
    assert len(store) == 2


def test_a_value_back_to_what_it_was_is_a_further_revision(store: Store) -> None:
    """Otherwise a correction that was withdrawn would stand for ever."""
    day = date(2018, 10, 3)
    for hour, value in enumerate((11.61, 11.66, 11.61)):
        store.append([vix(day, value)], "Cboe", datetime(2018, 10, 4, 8 + hour))
    assert [seen(store, datetime(2018, 10, 4, 8 + hour))[day] for hour in range(3)] == [11.61, 11.66, 11.61]


def test_the_same_value_again_writes_nothing(store: Store) -> None:
    """Otherwise every refresh would grow the store, and fetch times would not be those of the value."""
    rows = history("vix", OCTOBER[0], OCTOBER[-1])
    assert store.append(rows, "Cboe", datetime(2018, 10, 15, 8, 0)).written == len(rows)
    again = store.append(rows, "Cboe", datetime(2018, 10, 15, 9, 0))
    assert (again.written, again.counts["unchanged"]) == (0, len(rows))
    assert {row.fetched for row in store.rows("vix", ALWAYS)} == {datetime(2018, 10, 15, 8, 0)}


def test_a_value_its_source_published_late_is_known_from_the_moment_it_was_fetched(store: Store) -> None:
    """The source was asked on Thursday morning and did not have Wednesday: a replay of Thursday must lack it too."""
    store.append([vix(date(2018, 10, 2), 12.05)], "Cboe", datetime(2018, 10, 4, 8, 0), covers=date(2018, 10, 1))
    store.append([vix(date(2018, 10, 3), 11.61)], "Cboe", datetime(2018, 10, 4, 15, 0), covers=date(2018, 10, 1))
    assert date(2018, 10, 3) not in seen(store, datetime(2018, 10, 4, 14, 59))
    assert seen(store, datetime(2018, 10, 4, 15, 0))[date(2018, 10, 3)] == 11.61


def test_a_longer_history_fetched_later_is_known_from_its_publication(store: Store) -> None:
    """Asking further back must not make the past look as if it had come out today."""
    store.append([vix(date(2018, 10, 3), 11.61)], "Cboe", datetime(2018, 10, 4, 8, 0), covers=date(2018, 10, 1))
    store.append([vix(date(2008, 10, 9), 63.92)], "Cboe", datetime(2018, 10, 4, 9, 0), covers=date(2008, 1, 1))
    assert seen(store, datetime(2008, 10, 10, 9, 0)) == {date(2008, 10, 9): 63.92}


def test_a_price_before_its_close_is_refused(store: Store) -> None:
    """Otherwise a running quote, or one under a wrong clock, would pass for the close."""
    done = store.append([vix(date(2018, 10, 3), 11.9)], "Cboe", datetime(2018, 10, 3, 11, 0))
    assert done.skipped == {"not yet published": 1}
    assert len(store) == 0


def test_a_print_is_known_from_its_release_in_the_calendar(store: Store) -> None:
    """The CPI of September 2018 came out on 11 October: not a minute earlier in a replay."""
    release = Scheduled(Event("cpi", datetime(2018, 10, 11, 8, 30), "CPI for September 2018"), date(2018, 9, 1))
    store.replace_events([release], "calendar", datetime(2026, 1, 2))
    rows = [Observation("cpi", date(2018, 9, 1), 252.2), Observation("cpi", date(2018, 8, 1), 251.7)]
    store.append(rows, "FRED", datetime(2026, 1, 2))
    known = {row.day: row.available for row in store.rows("cpi", ALWAYS)}
    assert known[date(2018, 9, 1)] == datetime(2018, 10, 11, 8, 30)
    assert known[date(2018, 8, 1)] == datetime(2018, 9, 25, 8, 30)  # no date is known: late rather than early


def test_a_print_fetched_before_it_was_due_is_known_from_then(store: Store) -> None:
    """Otherwise the morning after a release would still show the old figure."""
    store.append([Observation("cpi", date(2018, 9, 1), 252.2)], "FRED", datetime(2018, 10, 11, 8, 45))
    assert seen(store, datetime(2018, 10, 11, 8, 45), "cpi") == {date(2018, 9, 1): 252.2}


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (Observation("vix", date(2018, 10, 3), 1161.0), "out of plausible range"),
        (Observation("vix", date(2018, 10, 3), float("nan")), "out of plausible range"),
        (Observation("vix", date(2018, 12, 5), 20.0), "no session"),
        (Observation("vix", date(1889, 10, 3), 20.0), "not from 1990 to 2035"),
        (Observation("treasury_3m", date(2018, 10, 6), 2.2), "weekend"),
        (Observation("cpi", date(2018, 10, 2), 252.0), "not the first day of its period"),
        (Observation("moon", date(2018, 10, 3), 1.0), "unknown series"),
        (Observation("vx", date(2018, 10, 3), 13.775), "no monthly contract"),
        (Observation("vx", date(2018, 10, 17), 17.6, "VXV18", date(2018, 10, 17)), "settled"),
    ],
)
def test_what_cannot_be_true_is_left_out_and_counted(store: Store, row: Observation, why: str) -> None:
    """A misprint in a source must not reach a morning, nor stop the rest."""
    done = store.append([row, vix(date(2018, 10, 2), 12.05)], "Cboe", datetime(2026, 1, 2))
    assert done.skipped == {why: 1}
    assert done.written == 1


Sync = tuple[int, dict[int, float]]
# Hours from one sync to the next, and the values its document holds, by session.
syncs = st.lists(
    st.tuples(st.integers(1, 60), st.dictionaries(st.integers(0, 9), st.sampled_from([11.0, 12.5, 14.0]), max_size=10)),
    min_size=2,
    max_size=7,
)


@given(syncs, st.lists(st.integers(0, 16 * 24), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_later_sync_changes_what_was_seen_before(
    tmp_path_factory: pytest.TempPathFactory, plan: list[Sync], hours: list[int]
) -> None:
    """No look-ahead: whatever a morning saw after one sync, it sees after all later ones, and never a later row."""
    start = datetime(2018, 9, 30, 12, 0)
    moments = [start + timedelta(hours=hour) for hour in hours]
    with Store(tmp_path_factory.mktemp("property") / "market.sqlite") as store:
        now, seen_before = start, dict[datetime, dict[date, float]]()
        for wait, values in plan:
            now += timedelta(hours=wait)
            rows = [vix(OCTOBER[place], value) for place, value in values.items()]
            store.append(rows or [vix(date(2018, 9, 28), 12.0)], "Cboe", now, covers=date(2018, 9, 28))
            for moment, before in seen_before.items():
                assert before == seen(store, moment)
            seen_before |= {moment: seen(store, moment) for moment in moments if moment <= now}
        for moment in moments:
            assert all(row.available <= moment for row in store.rows("vix", moment))


def test_rows_are_never_changed_or_deleted(store: Store) -> None:
    """The past is what makes a replay true; not even our own mistake may rewrite it."""
    store.append([vix(date(2018, 10, 3), 11.61)], "Cboe", datetime(2018, 10, 4))
    with sqlite3.connect(store.path) as other:
        for statement in ("UPDATE observation SET value = 1", "DELETE FROM observation"):
            with pytest.raises(sqlite3.IntegrityError, match="rows are only added"):
                other.execute(statement)
    other.close()


@pytest.mark.parametrize("where", [0, 5_000])
def test_a_damaged_file_is_named_with_the_remedy(tmp_path: Path, where: int) -> None:
    """A number read from a damaged file is worse than none."""
    path = tmp_path / "market.sqlite"
    with Store(path) as store:
        store.append(history("vix", date(2017, 1, 3), date(2018, 10, 3)), "Cboe", datetime(2026, 1, 2))
        store.vacuum()
    content = bytearray(path.read_bytes())
    content[where : where + 4_000] = bytes([0xA5]) * 4_000
    path.write_bytes(content)
    with pytest.raises(
        StoreError, match=r"market\.sqlite is damaged .*alvh-xl data backup.*alvh-xl data sync"
    ) as found:
        Store(path)
    assert "\n" not in str(found.value)


def test_another_programs_file_is_left_alone(tmp_path: Path) -> None:
    """Otherwise a slip of --store would put our tables into somebody's database."""
    path = tmp_path / "photos.sqlite"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE photo (name)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="another program's file"):
        Store(path)
    assert path.read_bytes() == before


def test_a_backup_is_a_store_of_its_own(store: Store, tmp_path: Path) -> None:
    """The remedy for a damaged store must hold everything, and open."""
    rows = history("vix", date(2018, 1, 2), date(2018, 10, 3))
    store.append(rows, "Cboe", datetime(2026, 1, 2))
    store.backup(tmp_path / "copy.sqlite")
    with Store(tmp_path / "copy.sqlite") as copy:
        assert seen(copy, ALWAYS) == {row.day: row.value for row in rows}
    assert not list(tmp_path.glob("*.part"))


def test_vacuum_keeps_every_row(store: Store) -> None:
    """Care for the file must not cost data."""
    store.append(history("vix", date(2018, 1, 2), date(2018, 10, 3)), "Cboe", datetime(2026, 1, 2))
    before = store.rows("vix", ALWAYS)
    assert store.vacuum() > 0
    assert before == store.rows("vix", ALWAYS)


def test_the_environment_names_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Otherwise tests and people with several stores would write into one."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    assert default_path() == tmp_path / FILE_NAME


def _write(path: Path, first: date, last: date, source: str) -> None:
    for day in sessions_between(first, last):
        with Store(path) as store:
            store.append(history("vix", day, day), source, datetime(2026, 1, 2))


def test_two_processes_write_one_store(tmp_path: Path) -> None:
    """A button and a scheduled sync at the same moment must both get through, and no row may stand there twice."""
    path = tmp_path / "market.sqlite"
    spans = [(date(2018, 1, 2), date(2018, 3, 29)), (date(2018, 2, 1), date(2018, 4, 30))]
    context = multiprocessing.get_context("spawn")
    runs = [context.Process(target=_write, args=(path, *span, f"process {i}")) for i, span in enumerate(spans)]
    for run in runs:
        run.start()
    for run in runs:
        run.join(60)
    assert [run.exitcode for run in runs] == [0, 0]
    with Store(path) as store:
        days = [row.day for row in store.rows("vix", ALWAYS)]
    assert days == sessions_between(date(2018, 1, 2), date(2018, 4, 30))


def test_a_store_being_made_by_another_is_not_taken_for_a_strangers(tmp_path: Path) -> None:
    """Six who open a new store at one moment must all find it theirs; none may read it half made."""
    for attempt in range(30):
        path, start = tmp_path / f"{attempt}.sqlite", threading.Barrier(6)
        refused: list[str] = []

        def opened(path: Path = path, start: threading.Barrier = start, refused: list[str] = refused) -> None:
            start.wait()
            try:
                Store(path).close()
            except StoreError as problem:
                refused.append(str(problem))

        together = [threading.Thread(target=opened) for _ in range(6)]
        for one in together:
            one.start()
        for one in together:
            one.join()
        assert refused == []


def test_a_calendar_replaces_the_one_before_over_its_span(store: Store) -> None:
    """A release that was moved must not stand there twice."""
    old = [Scheduled(Event("cpi", datetime(2018, 10, day, 8, 30), "")) for day in (11, 30)]
    store.replace_events(old, "old", datetime(2018, 9, 1))
    store.replace_events(
        [*old[:1], Scheduled(Event("cpi", datetime(2018, 11, 14, 8, 30), ""))], "new", datetime(2018, 9, 2)
    )
    assert [event.at.day for event in store.events(datetime(2018, 1, 1), datetime(2019, 1, 1))] == [11, 14]
