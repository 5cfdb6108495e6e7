"""The whole history beside the checkout in a store, and four mornings of it in a workbook."""

from __future__ import annotations

import datetime as dt
import math
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from alvh_xl.hosts.embedded import Package, save_atomically, set_name, set_table
from alvh_xl.market.asof import read_store
from alvh_xl.market.store import Store
from alvh_xl.workbook.refresh import Outcome, refresh
from tests.market.full_store import fill

ALWAYS = dt.datetime(2035, 1, 1)
RATES = {f"{currency} 3-month rate" for currency in ("EUR", "JPY", "GBP", "CAD", "CHF")}  # typed, not market data


@pytest.fixture(scope="module")
def store(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("full")
    with Store(folder / "market.sqlite") as store:
        fill(store, shared_data, folder)
        yield store


@pytest.mark.parametrize(
    ("series", "day", "close"),
    [
        ("vix", dt.date(2020, 3, 16), 82.69),
        ("vix", dt.date(2008, 11, 20), 80.86),
        ("vix", dt.date(2018, 2, 5), 37.32),
        ("spx_close", dt.date(2020, 3, 23), 2237.40),
    ],
)
def test_known_closes_are_there(store: Store, series: str, day: dt.date, close: float) -> None:
    """Days everybody remembers: a shifted or rescaled import would miss them."""
    [row] = [row for row in store.rows(series, ALWAYS, day) if row.day == day]
    assert row.value == pytest.approx(close, abs=0.005)


def test_settlements_before_the_change_of_scale_are_in_points(store: Store) -> None:
    """A factor of ten before 26 March 2007 would make every curve of 2006 a crash."""
    early = [row.value for row in store.rows("vx", dt.datetime(2007, 3, 26))]
    assert early
    assert max(early) < 30


# Morning; strikes and expiry of a typed condor; settlement day and strike of the hedge.
MORNINGS = {
    "2008-10-10": ((700, 750, 1070, 1120), "2008-10-24", "2008-11-19", 40),
    "2018-02-06": ((2450, 2500, 2800, 2850), "2018-02-21", "2018-03-21", 25),
    "2020-03-17": ((1900, 1950, 2800, 2850), "2020-04-01", "2020-04-15", 50),
    "2024-08-06": ((4600, 4650, 5650, 5700), "2024-08-21", "2024-09-18", 30),
}
# Missing, stale, and what keeps the plan from deciding: VIX9D starts in 2011, VIX3M in 2009; advances and declines end
# in 2015 and start again in 2023; the exchange rate ends in January 2024.
EXPECTED = {
    "2008-10-10": ({"VIX9D close", "VIX3M close"}, set(), "book_dollar_gamma"),
    "2018-02-06": (set(), {"Advancing issues", "Declining issues"}, "layer_fraction"),
    "2020-03-17": (set(), {"Advancing issues", "Declining issues"}, "layer_fraction"),
    "2024-08-06": (set(), {"Real effective exchange rate, broad"}, ""),
}


def refreshed(store: Store, book: Path, morning: str) -> Outcome:
    """Type a position of that time, as its trader would have, and refresh."""
    strikes, expiry, settlement, strike = MORNINGS[morning]
    package = Package.open(book)
    set_table(package, "Condor", ("strike", "expiry"), [(float(k), dt.date.fromisoformat(expiry)) for k in strikes])
    set_name(package, "hedge_expiry", dt.date.fromisoformat(settlement))
    set_name(package, "hedge_strike", float(strike))
    save_atomically(package.to_bytes(), book)
    return refresh(book, lambda asof: read_store(store, asof or ALWAYS), dt.datetime.fromisoformat(f"{morning}T09:00"))


def named_in(outcome: Outcome, word: str) -> set[str]:
    lines = [line.removeprefix(f"{word}: ") for line in outcome.warnings if line.startswith(f"{word}: ")]
    return {title for line in lines for title in line.split(", ") if title != "broad"} if lines else set()


@pytest.mark.parametrize("morning", MORNINGS)
def test_a_morning_of_the_past_is_complete(store: Store, sample_book: Path, tmp_path: Path, morning: str) -> None:
    """Every figure that existed then is there, every other is missing or stale by name, and the plan says which."""
    outcome = refreshed(store, Path(shutil.copy(sample_book, tmp_path / "morning.xlsx")), morning)
    missing, stale, lacking = EXPECTED[morning]
    assert named_in(outcome, "MISSING") - RATES == missing
    assert named_in(outcome, "STALE") == {title.removesuffix(", broad") for title in stale}
    assert outcome.kept == []
    assert outcome.binding == f"missing: {lacking}" if lacking else outcome.decision.startswith("HOLD")
    assert outcome.headline


@pytest.mark.parametrize("morning", MORNINGS)
def test_nothing_of_a_past_morning_came_out_later(store: Store, morning: str) -> None:
    """No look-ahead, whatever the source holds today."""
    asof = dt.datetime.fromisoformat(f"{morning}T09:00")
    market = read_store(store, asof)
    assert all(quote.observed <= asof for quote in market.snapshot if quote.observed is not None)
    days = [day for day in market.history.column("date") if isinstance(day, dt.date)]
    assert (len(days), days[-1] < asof.date()) == (300, True)
    assert not any(math.isnan(close) for close in market.history.numbers("close"))
    expiries = [day for day in market.curve.column("expiry") if isinstance(day, dt.date)]
    assert expiries == sorted(set(expiries))
    assert len(expiries) >= 8
    assert expiries[0] >= asof.date()
    assert {name: last is not None for name, last, _ in market.releases.rows} == {
        "cpi": True, "ppi": True, "fomc": True, "gdp": False, "vix_settlement": True,
    }  # fmt: skip


def test_cutting_the_store_leaves_a_past_morning_as_it_was(store: Store, shared_data: Path, tmp_path: Path) -> None:
    """A store that ends on the evening before gives the same morning as one that knows what came after."""
    asof = dt.datetime(2018, 2, 6, 9, 0)
    folder = tmp_path / "cut"
    folder.mkdir()
    for name in ("index/spx_daily_ohlcv.csv", "index/vix_daily_ohlc.csv", "index/vix9d_daily.csv"):
        lines = (shared_data / name).read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not line[0].isdigit() or line[:10] < "2018-02-06"]
        (folder / Path(name).name).write_text("".join(kept), encoding="utf-8")
    from alvh_xl.market.imports import import_path

    with Store(tmp_path / "cut.sqlite") as cut:
        import_path(cut, folder, dt.datetime(2018, 2, 6, 8, 0))
        ours, theirs = read_store(cut, asof), read_store(store, asof)
    for column in ("date", "open", "high", "low", "close", "vix", "vix9d"):
        assert ours.history.column(column) == theirs.history.column(column)


def test_a_morning_is_read_in_a_blink(store: Store) -> None:
    """The bar is 50 ms from a full store; the best of five, so that a busy machine does not fail it."""
    spans = []
    for morning in MORNINGS:
        for _ in range(5):
            started = time.perf_counter()
            read_store(store, dt.datetime.fromisoformat(f"{morning}T09:00"))
            spans.append(time.perf_counter() - started)
    assert min(spans) < 0.050
