"""The watched folder: each content once, whole files only, nothing outside it, and no file ever changed."""

from __future__ import annotations

import os
import time
from datetime import date, datetime
from pathlib import Path

import pytest

from alvh_xl.market import MarketError
from alvh_xl.market.feeds import feeds_for
from alvh_xl.market.imports import LARGEST
from alvh_xl.market.inbox import FRESH_SECONDS, inbox_path, read_inbox
from alvh_xl.market.observation import Observation
from alvh_xl.market.store import Store

NOW = datetime(2018, 10, 4, 9, 0)
ALWAYS = datetime(2035, 1, 1)
AD = "date,advances,declines\n2018-10-02,1383,1589\n2018-10-03,1344,1632\n"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "market.sqlite")


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def lines(store: Store, inbox: Path, now: datetime = NOW, seconds: float | None = None) -> list[str]:
    """Read the folder, by default long after its files were written."""
    clock = time.time() + 3600 if seconds is None else seconds
    return [report.line() for report in read_inbox(store, inbox, now, lambda: clock)]


def advances(store: Store, asof: datetime = ALWAYS) -> dict[str, float]:
    return {row.day.isoformat(): row.value for row in store.rows("advances", asof)}


def test_a_file_is_imported_once(store: Store, inbox: Path) -> None:
    """Ten refreshes a morning must not say ten times what they already know."""
    (inbox / "ad.csv").write_text(AD, encoding="utf-8")
    assert lines(store, inbox) == ["ad.csv: advances, declines; 4 new, 0 revised"]
    assert lines(store, inbox) == []
    assert advances(store) == {"2018-10-02": 1383.0, "2018-10-03": 1344.0}


def test_the_same_content_under_another_name_is_the_same_file(store: Store, inbox: Path) -> None:
    """A browser names a second download `ad (1).csv`."""
    for name in ("ad.csv", "ad (1).csv", "AD.CSV"):
        (inbox / name).write_text(AD, encoding="utf-8")
    assert len(lines(store, inbox)) == 1
    (inbox / "new name.csv").write_text(AD, encoding="utf-8")
    assert lines(store, inbox) == []


def test_a_file_that_grows_is_read_again(store: Store, inbox: Path) -> None:
    """One file a year to which a line is added every evening; a corrected line is a revision, known from now."""
    path = inbox / "ad.csv"
    path.write_text(AD, encoding="utf-8")
    lines(store, inbox)
    path.write_text(AD.replace("1344", "1345") + "2018-10-04,900,2000\n", encoding="utf-8")
    later = datetime(2018, 10, 5, 9, 0)
    assert lines(store, inbox, later) == ["ad.csv: advances, declines; 2 new, 1 revised, 3 known already"]
    assert advances(store, NOW)["2018-10-03"] == 1344.0
    assert advances(store, later)["2018-10-03"] == 1345.0


def test_the_long_form_takes_any_series_of_the_catalogue(store: Store, inbox: Path) -> None:
    """One row a value, with the day it was published where that is known; unknown names are counted."""
    (inbox / "mine.csv").write_text(
        "date,series,value,published\n2018-09-01,CPI,252.1,2018-10-03\n2018-08-01,rate_gbp,0.8,\n"
        "2018-10-03,advances,1344,2018-10-03T16:30\n2018-10-03,mood,7,\n2018-10-03,vx,15,\n",
        encoding="utf-8",
    )
    [line] = lines(store, inbox)
    assert line.startswith("mine.csv: cpi, rate_gbp, advances, vx; 3 new, 0 revised; left out: ")
    assert "1 no monthly contract" in line
    assert "1 unknown series" in line
    assert store.rows("cpi", ALWAYS)[0].available == datetime(2018, 10, 3, 8, 30)
    assert store.rows("rate_gbp", ALWAYS)[0].available == datetime(2018, 9, 30, 18, 0)
    assert store.rows("advances", ALWAYS)[0].available == datetime(2018, 10, 3, 16, 30)


def test_a_file_cannot_make_a_figure_known_before_its_day(store: Store, inbox: Path) -> None:
    """A slip in the column `published` would let a replay see a close before the close, a month before its end."""
    (inbox / "mine.csv").write_text(
        "date,series,value,published\n2018-10-03,advances,1344,2018-10-03T09:00\n2018-10-02,advances,1383,2018-10-01\n"
        "2018-09-01,cpi,252.1,2018-09-13\n2018-10-03,declines,1632,2018-10-03\n",
        encoding="utf-8",
    )
    assert lines(store, inbox) == ["mine.csv: declines; 1 new, 0 revised; left out: 3 published before its day"]


def test_a_figure_of_the_session_that_runs_waits_in_its_file(store: Store, inbox: Path) -> None:
    """Put there at noon it is not final; the same file must be read again when it is."""
    (inbox / "ad.csv").write_text("date,advances,declines\n2018-10-04,900,2000\n", encoding="utf-8")
    assert lines(store, inbox, datetime(2018, 10, 4, 12, 0)) == [
        "ad.csv: advances, declines; 0 new, 0 revised; left out: 2 not yet published"
    ]
    assert advances(store) == {}
    assert lines(store, inbox, datetime(2018, 10, 4, 16, 5)) == ["ad.csv: advances, declines; 2 new, 0 revised"]
    assert lines(store, inbox, datetime(2018, 10, 5, 9, 0)) == []


def test_what_waits_in_a_file_does_not_bring_back_what_the_source_corrected(store: Store, inbox: Path) -> None:
    """Read whole at every refresh, the file and the source would revise each other for ever."""
    text = "date,value\n2024-01-02,13.0\n2024-01-05,14\n"
    (inbox / "vix.csv").write_text(text, encoding="utf-8")
    [first] = lines(store, inbox, datetime(2024, 1, 3, 9, 0))
    assert first == "vix.csv: vix; 1 new, 0 revised; left out: 1 not yet published"
    for hour in range(10, 13):
        moment = datetime(2024, 1, 3, hour, 0)
        store.append([Observation("vix", date(2024, 1, 2), 13.2)], "Cboe", moment)
        assert lines(store, inbox, moment) == []
    assert lines(store, inbox, datetime(2024, 1, 5, 17, 0)) == ["vix.csv: vix; 1 new, 0 revised"]
    assert [row.value for row in store.rows("vix", ALWAYS)] == [13.0, 13.2, 14.0]
    assert lines(store, inbox, datetime(2024, 1, 8, 9, 0)) == []


def test_a_value_with_a_moment_to_come_waits_for_it(store: Store, inbox: Path) -> None:
    """A release put there the evening before is not known yet, and must not be forgotten."""
    (inbox / "cpi.csv").write_text(
        "date,value,published\n2018-08-01,251.7,2018-09-13\n2018-09-01,252.1,2018-10-11\n", encoding="utf-8"
    )
    assert len(lines(store, inbox, datetime(2018, 10, 10, 20, 0))) == 1
    assert lines(store, inbox, datetime(2018, 10, 11, 8, 0)) == []
    assert lines(store, inbox, datetime(2018, 10, 11, 8, 30)) == ["cpi.csv: cpi; 1 new, 0 revised"]
    assert store.rows("cpi", ALWAYS)[-1].available == datetime(2018, 10, 11, 8, 30)


def test_a_home_folder_that_is_nobodys_is_one_line() -> None:
    """A slip in the environment would end in a trace."""
    with pytest.raises(MarketError, match="ALVH_INBOX names a home folder that is not there: ~nosuchuser/x"):
        inbox_path(Path("market.sqlite"), {"ALVH_INBOX": "~nosuchuser/x"})


def test_half_a_line_is_not_read(store: Store, inbox: Path) -> None:
    """134 instead of 1344, because the other program was still writing, is a number like any other."""
    path = inbox / "ad.csv"
    path.write_text(AD[:-8], encoding="utf-8")  # ends with 134
    young = path.stat().st_mtime + 1
    assert lines(store, inbox, seconds=young) == [
        "ad.csv: not imported, it is still being written; it is read the next time"
    ]
    assert advances(store) == {}
    path.write_text(AD, encoding="utf-8")
    assert lines(store, inbox, seconds=young) == ["ad.csv: advances, declines; 4 new, 0 revised"]
    whole = inbox / "whole.csv"
    whole.write_text("date,advances,declines\n2018-10-01,1500,1400", encoding="utf-8")  # simply has no last line end
    old = whole.stat().st_mtime + FRESH_SECONDS + 1
    assert lines(store, inbox, seconds=old) == ["whole.csv: advances, declines; 2 new, 0 revised"]


def test_a_link_is_not_followed(store: Store, inbox: Path, tmp_path: Path) -> None:
    """A link could name any file of the computer, and its content would be shown line by line."""
    secret = tmp_path / "secret.csv"
    secret.write_text(AD, encoding="utf-8")
    try:
        (inbox / "ad.csv").symlink_to(secret)
        (inbox / "gone.csv").symlink_to(tmp_path / "nowhere.csv")
        (inbox / "folder.csv").symlink_to(tmp_path, target_is_directory=True)
    except OSError:
        pytest.skip("this system makes no links")
    found = lines(store, inbox)
    assert len(found) == 3
    assert all("it is a link; put the file itself here" in line for line in found)
    assert len(store) == 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
def test_a_pipe_does_not_stop_the_sync(store: Store, inbox: Path) -> None:
    """Opening one waits for its writer for ever."""
    os.mkfifo(inbox / "pipe.csv")
    assert lines(store, inbox) == ["pipe.csv: not imported, it is no file"]


def test_a_file_of_100_mb_is_refused_unread(store: Store, inbox: Path) -> None:
    """It would be read and hashed at every refresh, and held in memory several times."""
    with (inbox / "big.csv").open("wb") as file:
        file.truncate(100_000_000)
    started = time.perf_counter()
    assert lines(store, inbox) == [f"big.csv: not imported, it is larger than {LARGEST:,} bytes"]
    assert time.perf_counter() - started < 1


HOSTILE = [
    "two\nlines.csv", "\x1b[31mred.csv", "=cmd|' !A1.csv", "[bold]x.csv", "..csv.csv", "a" * 200 + ".csv",
    "‮vsc.csv", "tab\t.csv", "'; DROP TABLE observation;--.csv",
]  # fmt: skip


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_hostile_names_stay_on_one_line_and_out_of_cells(store: Store, inbox: Path) -> None:
    """A name goes into the terminal and into the source column of the workbook: no control sign, no formula."""
    for place, name in enumerate(HOSTILE):
        (inbox / name).write_text(f"date,advances,declines\n2018-09-{place + 10:02d},1,2\n", encoding="utf-8")
    with (inbox / os.fsdecode(b"\xff\xfe.csv")).open("w", encoding="utf-8") as file:
        file.write("date,advances,declines\n2018-10-01,1,2\n")
    found = lines(store, inbox)
    assert len(found) == len(HOSTILE)  # a name that begins with a dot is nobody's finished file
    sources = {row.source for row in store.rows("advances", ALWAYS)}
    for shown in (*found, *sources):
        assert shown.isprintable()
        assert len(shown) < 200
    assert all(source.startswith("import ") for source in sources)


def test_what_is_no_csv_is_passed_over_and_what_cannot_be_read_is_said(store: Store, inbox: Path) -> None:
    """Notes, drafts and folders are none of our business; a faulty file is one line at every sync until it is gone."""
    for name in ("notes.txt", ".hidden.csv", "~$ad.csv", "ad.csv.part"):
        (inbox / name).write_text(AD, encoding="utf-8")
    (inbox / "older.csv").mkdir()
    bodies = {"a.csv": b"", "b.csv": b"\xff\xfe\x00", "c.csv": b"<!doctype html><p>Please sign in</p>\n",
              "d.csv": b"date,advances\nyesterday,12\n", "e.csv": b"date,event\n2018-10-03,party\n",
              "f.csv": b"date,advances\n" + b"x" * 300_000 + b",1\n"}  # fmt: skip
    for name, body in bodies.items():
        (inbox / name).write_bytes(body)
    for _ in range(2):
        found = lines(store, inbox)
        assert sorted(line[:19] for line in found) == [f"{name}: not imported" for name in bodies]
        assert all("\n" not in line and len(line) < 200 for line in found)
    assert len(store) == 0


def test_the_files_stay_as_they_are(store: Store, inbox: Path) -> None:
    """They are the user's: never changed, moved or deleted, not even their times."""
    path = inbox / "ad.csv"
    path.write_text(AD, encoding="utf-8")
    (inbox / "bad.csv").write_bytes(b"\xff\xfe")
    before = {item.name: (item.read_bytes(), item.stat().st_mtime_ns) for item in inbox.iterdir()}
    lines(store, inbox)
    assert before == {item.name: (item.read_bytes(), item.stat().st_mtime_ns) for item in inbox.iterdir()}


def test_the_folder_lies_beside_the_store_unless_it_is_named(tmp_path: Path) -> None:
    """Made where the documentation says; one that cannot be made is a line, and not the end of the sync."""
    path = tmp_path / "market.sqlite"
    assert inbox_path(path, {}) == tmp_path / "inbox"
    assert inbox_path(path, {"ALVH_INBOX": str(tmp_path / "mine")}) == tmp_path / "mine"
    with Store(path) as store:
        assert feeds_for(path, None, {}).take_inbox(store, NOW) == []
        assert (tmp_path / "inbox").is_dir()
        blocked = feeds_for(path, None, {"ALVH_INBOX": str(path)}).take_inbox(store, NOW)
        assert ["cannot be made" in report.problem for report in blocked] == [True]
        assert read_inbox(store, tmp_path / "nowhere", NOW) == []
        [report] = read_inbox(store, path, NOW)
        assert "the watched folder cannot be read" in report.problem


def test_a_store_that_cannot_be_written_does_not_lose_the_file(
    store: Store, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file is noted as imported only after its values are in the store."""
    (inbox / "ad.csv").write_text(AD, encoding="utf-8")

    def busy(*arguments: object, **more: object) -> None:
        raise MarketError("the store is in use by another program")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "append", busy)
        with pytest.raises(MarketError, match="in use"):
            lines(store, inbox)
    assert lines(store, inbox) == ["ad.csv: advances, declines; 4 new, 0 revised"]
