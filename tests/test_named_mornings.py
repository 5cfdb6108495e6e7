"""Four mornings everybody remembers, by the command line: one sync of twenty years, then a refresh as of each.

The sources are a server with the real history in its published form; advances and declines come by `data import`. A
position is typed first, as a trader of that time held it.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alvh_xl.functions import ALVH_CONDOR_STRIKES, CellError
from alvh_xl.hosts.embedded import Package, cached_values, save_atomically, set_name, set_table
from alvh_xl.market.asof import read_store
from alvh_xl.market.store import FILE_NAME, Store
from tests.market.desk import Desk, Done, at_desk
from tests.market.made_up import Clock
from tests.market.published import bodies

NOW, LAST = datetime(2025, 1, 2, 8, 45), date(2024, 12, 31)
SINCE = date(2005, 1, 1)  # twenty years before, as `alvh-xl data sync` asks for by itself


@dataclass(frozen=True)
class Hedge:
    """The candidate of a morning: a monthly settlement at least five sessions after the condor, near its future."""

    expiry: date
    strike: float


HEDGES = {
    "2008-10-10": Hedge(date(2008, 11, 19), 40),
    "2018-02-06": Hedge(date(2018, 3, 21), 20),
    "2020-03-17": Hedge(date(2020, 4, 15), 50),
    "2024-08-06": Hedge(date(2024, 9, 18), 25),
}
BREADTH = "Advancing issues (known for 0 of 300 sessions), Declining issues (known for 0 of 300 sessions)"
# What the decision lacks. VIX9D is published from 2011 and VIX3M from 2009 on, and no rule of the method puts another
# figure in their place below thirty days. Breadth: the import ends in 2015 and starts again in 2023; the A/D line of a
# vendor that spans the gap gives the direction alone, and the third layer asks for the share of issues (C08).
LACKING = {"2008-10-10": "VIX9D close, VIX3M close", "2018-02-06": BREADTH, "2020-03-17": BREADTH, "2024-08-06": ""}


@pytest.fixture(scope="module")
def desk(shared_data: Path) -> Iterator[Desk]:
    """Make a computer of January 2025, and sources that know the history up to then."""
    with pytest.MonkeyPatch.context() as patch, at_desk(Clock(NOW), bodies(shared_data, SINCE, LAST), patch) as desk:
        yield desk


@pytest.fixture(scope="module")
def home(desk: Desk, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a data folder by one sync and one import, as a new user does."""
    home = tmp_path_factory.mktemp("home")
    synced = desk.sync(home)
    assert synced.status == 0, synced.err
    assert re.search(r"\d+ of \d+ documents read \(0 not changed\), 1\d\d,\d{3} new values in ", synced.out)
    assert desk.run(home, "data", "import", shared_data / "breadth").status == 0
    return home


def type_position(home: Path, book: Path, morning: datetime) -> None:
    """Type the condor of two weeks that the strike rule gives at the VIX of the evening before, and its hedge."""
    with Store(home / FILE_NAME) as store:
        market = read_store(store, morning)
    spot, vix = market.quote("spx_close").value, market.quote("vix").value
    assert spot is not None
    assert vix is not None
    expiry, hedge = morning.date() + timedelta(14), HEDGES[f"{morning:%Y-%m-%d}"]
    days = (datetime.combine(expiry, datetime.min.time()) + timedelta(hours=16) - morning) / timedelta(days=1)
    rule = ALVH_CONDOR_STRIKES(spot, vix / 100, days, 0.16, 50, 5, 0.01, 0.02, [-0.09, 0.012])
    legs = [(float(k), expiry, round(float(p), 2)) for k, p in zip(rule["strike"], rule["price"], strict=True)]
    package = Package.open(book)
    set_table(package, "Condor", ("strike", "expiry", "price"), legs)
    for name, value in (
        ("entry_date", morning.date()), ("hedge_expiry", hedge.expiry), ("hedge_strike", hedge.strike),
    ):  # fmt: skip
        set_name(package, name, value)
    save_atomically(package.to_bytes(), book)


def cells(book: Path, sheet: str) -> dict[tuple[int, int], Any]:
    """What a sheet shows by row and column."""
    return cached_values(Package.open(book), sheet)


@dataclass(frozen=True)
class Refreshed:
    """A workbook with a fitting position after a refresh as of a morning, and what the command said."""

    morning: str
    done: Done
    book: Path


@pytest.fixture(scope="module", params=HEDGES)
def refreshed(
    request: pytest.FixtureRequest, desk: Desk, home: Path, sample_book: Path, tmp_path_factory: pytest.TempPathFactory
) -> Refreshed:
    """Refresh a workbook as of one of the mornings, by `alvh-xl refresh` with `--asof`."""
    morning = str(request.param)
    book = Path(shutil.copy(sample_book, tmp_path_factory.mktemp("book") / "mine.xlsx"))
    type_position(home, book, datetime.fromisoformat(f"{morning}T09:00"))
    return Refreshed(morning, desk.refresh(home, book, "--asof", morning), book)


def test_a_named_morning_decides_or_names_the_series_that_did_not_exist(refreshed: Refreshed) -> None:
    """A decision where the data exist; else one sentence with exactly the missing series, on Morning and on screen."""
    done, lacking = refreshed.done, LACKING[refreshed.morning]
    assert done.status == 0, done.err
    texts = [str(cell) for cell in cells(refreshed.book, "Morning").values()]
    if not lacking:
        assert re.search(r"Decision   Hold \d+ × VIX call 25, 18-Sep-2024", done.out)
        assert "Why        " not in done.out
        assert not any(text.startswith("NO DECISION") for text in texts)
        return
    sentence = (
        f"Missing this morning ({date.fromisoformat(refreshed.morning):%d-%b-%Y}): {lacking}. Without them there is no "
        "decision: import them, or refresh again later"
    )
    assert done.out.count(sentence) == 1
    assert texts.count(f"{sentence}.") == 1
    assert f"NO DECISION: missing: {lacking}" in texts
    assert any(text.startswith("MISSING: ") for text in texts)
    assert not any(text.startswith("OK: every required figure") for text in texts)


def test_every_cell_of_a_named_morning_is_a_figure_or_says_that_it_lacks(refreshed: Refreshed) -> None:
    """No #NAME?, no #VALUE!, no #NUM!; an #N/A has "no data" beside it, and everything that exists is there."""
    shown, package = cells(refreshed.book, "Morning"), Package.open(refreshed.book)
    wrong = {place: cell for place, cell in shown.items() if isinstance(cell, CellError)}
    assert set(wrong.values()) <= {CellError.NA}
    notes = {place: shown[place[0], place[1] + 1] for place in wrong}
    assert set(notes.values()) <= {"no data"}
    assert bool(notes) == bool(LACKING[refreshed.morning])
    for name in ("spot", "vix", "constant_maturity", "realised_vol", "rsi_now", "macd_now", "macro_pressure"):
        sheet, box = package.names[name]
        assert isinstance(package.sheet(sheet).value(box.top, box.left), float), name


@pytest.mark.parametrize(
    ("morning", "sentence"),
    [
        (
            "2024-08-06",
            "The condor on Position expired on 19-Oct-2018, before this morning (06-Aug-2024): type today's condor, or "
            "clear the legs",
        ),
        (
            "2018-02-06",
            "The condor on Position was opened on 04-Oct-2018 (entry_date on Inputs), after this morning (06-Feb-2018):"
            " type the condor of that morning",
        ),
    ],
)
def test_a_position_of_another_time_is_said_in_one_sentence(
    desk: Desk, home: Path, sample_book: Path, tmp_path: Path, morning: str, sentence: str
) -> None:
    """The shipped position is of October 2018: a list of cells that are in error tells nobody what to do."""
    book = Path(shutil.copy(sample_book, tmp_path / "mine.xlsx"))
    done = desk.refresh(home, book, "--asof", morning)
    assert done.status == 0, done.err
    assert f"Why        {sentence}\n" in done.out
    assert "Decision   NO DECISION: the position does not fit this morning\n" in done.out
    assert [str(cell) for cell in cells(book, "Morning").values()].count(f"{sentence}.") == 1
