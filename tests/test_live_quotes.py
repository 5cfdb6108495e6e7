"""A live refresh of a workbook of January 2024 with the chain of that day, and the same by an imported table."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import QuantLib as ql

from alvh_xl.functions.cells import CellError
from alvh_xl.hosts.embedded import Package, set_name, set_table
from alvh_xl.market.legs import LegReader
from alvh_xl.market.live import Live, sources
from alvh_xl.market.providers import cboe_quotes
from alvh_xl.market.store import FILE_NAME, FOLDER_VARIABLE, Store
from alvh_xl.workbook.refresh import refresh
from alvh_xl.workbook.target import FileTarget
from tests.hosts.programs import validate
from tests.market.published import bodies
from tests.market.quote_tables import quote_table
from tests.market.replay_server import ReplayServer

NOW = dt.datetime(2024, 1, 7, 11, 0)  # Sunday: quotes and closes are Friday's
CLOSE = dt.datetime(2024, 1, 5, 16, 15)
EXPIRY, VIX_EXPIRY = dt.date(2024, 1, 19), dt.date(2024, 2, 14)
FUTURE, VIX_VOL = 15.0979, 0.85  # settlement of the February future on 5 January; a volatility of our choice
LEGS = (("P", 4550.0), ("P", 4600.0), ("C", 4800.0), ("C", 4850.0))
SPX_PATH, VIX_PATH = (cboe_quotes.PATH.format(cboe_quotes.SYMBOLS[index]) for index in ("SPX", "VIX"))


def vix_chain() -> bytes:
    """A VIX call and put at 15 in the delayed quotes, priced by QuantLib on the future; the index stood at 13.35."""
    years = (dt.datetime(2024, 2, 14, 9, 30) - CLOSE) / dt.timedelta(days=365)
    options = []
    for right, side in (("C", ql.Option.Call), ("P", ql.Option.Put)):
        middle = ql.blackFormula(side, 15.0, FUTURE, VIX_VOL * years**0.5, 1.0)
        contract = f"VIX240214{right}00015000"
        options.append({"option": contract, "bid": middle - 0.05, "ask": middle + 0.05, "iv": 0, "delta": 0})
    data = {"current_price": 13.35, "options": options}
    return json.dumps({"timestamp": "2024-01-07 15:52:00", "symbol": "_VIX", "data": data}).encode()


@pytest.fixture(scope="module")
def server(shared_data: Path) -> Iterator[ReplayServer]:
    with ReplayServer() as server:
        since = NOW.date() - dt.timedelta(365 * 7)
        server.bodies.update(bodies(shared_data, since, CLOSE.date()))
        server.bodies[SPX_PATH] = (shared_data / "formats" / "cboe_delayed_quotes_SPX.derived.json").read_bytes()
        server.bodies[VIX_PATH] = vix_chain()
        yield server


@pytest.fixture(scope="module")
def dated(sample_book: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook with a condor and a VIX call of January 2024."""
    package = Package.open(sample_book)
    rows = [(strike, EXPIRY, "PM", 5.0) for _, strike in LEGS]
    set_table(package, "Condor", ("strike", "expiry", "settlement", "price"), rows)
    columns = ("leg", "instrument", "option_kind", "strike", "expiry", "settlement", "quantity", "price")
    held = [("h", "VIX", "C", 15.0, VIX_EXPIRY, "AM", 2, 1.2), *[(None,) * 8] * 3]
    set_table(package, "Hedges", columns, held)
    set_name(package, "hedge_expiry", VIX_EXPIRY)
    path = tmp_path_factory.mktemp("dated") / "dated.xlsx"
    path.write_bytes(package.to_bytes())
    return path


@pytest.fixture(scope="module")
def home(server: ReplayServer, dated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data folder, and mine.xlsx in it, after one live refresh."""
    home = tmp_path_factory.mktemp("home")
    run_live(server, home, Path(shutil.copy(dated, home / "mine.xlsx")))
    return home


def run_live(server: ReplayServer, home: Path, book: Path, asof: dt.datetime | None = None) -> list[str]:
    """Refresh from the server at a fixed moment; returns what could not be fetched."""
    requests_for, fetch, close = sources(server.url)
    with Store(home / FILE_NAME) as store:
        source = Live(store, requests_for, fetch, lambda: NOW, partial(cboe_quotes.url, base_url=server.url))
        refresh(book, LegReader(source.read), asof)
        said = source.warnings()
    close()
    return [line for line in said if "option quotes" in line]


def quotes(book: Path) -> list[dict[str, Any]]:
    names = ("contract", "bid", "ask", "flag", "vol", "quoted", "mark_from")
    return [dict(zip(names, row, strict=True)) for row in FileTarget(Package.open(book)).table("Quotes", names)]


def command(home: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, FOLDER_VARIABLE: str(home), "COLUMNS": "160", "FRED_API_KEY": ""}
    words = [sys.executable, "-m", "alvh_xl", *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, timeout=180, env=environment)


def without_chains(home: Path, target: Path) -> None:
    """Copy the store, all but its chains."""
    with Store(home / FILE_NAME) as store:
        store.backup(target / FILE_NAME)
    with Store(target / FILE_NAME) as store:
        store._db.execute("DROP TRIGGER chain_kept")
        store._db.execute("DELETE FROM chain")


def published(shared: Path) -> list[tuple[float, float, float]]:
    """Bid, ask and the vendor's volatility of the four legs."""
    import pandas as pd

    rows = pd.read_parquet(shared / "options" / "spx_cboe_chain_20240105.parquet")
    rows = rows.loc[(rows["root"] == "SPXW") & (rows["expiration"] == pd.Timestamp(EXPIRY))]
    found = []
    for right, strike in LEGS:
        [line] = rows.loc[(rows["right"] == right) & (rows["strike"] == strike), ["bid", "ask", "iv"]].to_numpy()
        found.append((float(line[0]), float(line[1]), float(line[2])))
    return found


def test_a_live_refresh_fills_the_legs(home: Path, shared_data: Path) -> None:
    """Bid and ask of the very options, volatilities near the vendor's, the VIX call solved on its future."""
    rows = quotes(home / "mine.xlsx")
    for row, (bid, ask, iv) in zip(rows, published(shared_data), strict=False):
        assert (row["bid"], row["ask"], row["flag"], row["mark_from"]) == (bid, ask, "OK", "quote")
        assert row["vol"] == pytest.approx(iv, abs=0.001)
        assert row["quoted"] == pytest.approx(45296 + 17 / 24, abs=1e-6)  # 5 January 2024, 17:00
    assert (rows[4]["contract"], rows[4]["flag"]) == ("VIX240214C00015000", "OK")
    assert rows[4]["vol"] == pytest.approx(VIX_VOL, abs=0.003)  # priced without interest, solved with it
    assert [row["flag"] for row in rows[5:]] == ["", "", ""]


def test_the_validator_finds_no_error_in_a_workbook_with_quotes(home: Path) -> None:
    """Excel would offer to repair it."""
    assert validate(home / "mine.xlsx") == []


def test_refreshing_again_gives_the_same_bytes(server: ReplayServer, home: Path, tmp_path: Path) -> None:
    """Same data, same file: the quotes of one moment are written once and read back the same."""
    shutil.copy(home / FILE_NAME, tmp_path)
    book = Path(shutil.copy(home / "mine.xlsx", tmp_path / "mine.xlsx"))
    run_live(server, tmp_path, book)
    before = book.read_bytes()
    run_live(server, tmp_path, book)
    assert before == book.read_bytes()


def test_a_replay_sees_the_quotes_from_their_moment_on(home: Path, tmp_path: Path) -> None:
    """One minute earlier nobody had them: the legs are visibly without a quote."""
    book = Path(shutil.copy(home / "mine.xlsx", tmp_path / "mine.xlsx"))
    done = command(home, "data", "replay", "2024-01-05T16:59", book)
    assert done.returncode == 0, done.stderr
    assert [row["flag"] for row in quotes(book)[:5]] == ["ABSENT"] * 5
    assert [row["bid"] for row in quotes(book)] == [None] * 8
    assert quotes(book)[0]["vol"] is CellError.NA
    done = command(home, "refresh", book, "--source", "store", "--asof", "2024-01-05T17:00")
    assert done.returncode == 0, done.stderr
    assert [row["flag"] for row in quotes(book)[:5]] == ["OK"] * 5
    done = command(home, "data", "replay", "2024-01-09T09:00", book)
    assert done.returncode == 0, done.stderr
    assert "quotes STALE: put_long, put_short, call_short, call_long, hedge 1" in done.stdout.replace("\n", " ")


@pytest.mark.parametrize("fault", ["html", "truncated", "huge"])
def test_a_chain_that_cannot_be_fetched_costs_its_quotes_alone(
    server: ReplayServer, home: Path, dated: Path, tmp_path: Path, fault: str
) -> None:
    """One line says so; its legs have no quote, the other chain's have; the morning itself is there."""
    without_chains(home, tmp_path)
    book = Path(shutil.copy(dated, tmp_path / "mine.xlsx"))
    server.faults[SPX_PATH] = fault
    try:
        lines = run_live(server, tmp_path, book)
    finally:
        del server.faults[SPX_PATH]
    assert len(lines) == 1
    assert lines[0].startswith("not fetched: Cboe, option quotes of SPX: ")
    assert [row["flag"] for row in quotes(book)[:5]] == ["ABSENT"] * 4 + ["OK"]


def test_an_imported_quote_table_feeds_a_replay(
    server: ReplayServer, home: Path, dated: Path, shared_data: Path, tmp_path: Path
) -> None:
    """A chain saved by hand serves as a fetched one does, for every leg within its span."""
    without_chains(home, tmp_path)
    table = tmp_path / "quotedata.csv"
    table.write_bytes(quote_table(shared_data, "2024-01-05"))
    done = command(tmp_path, "data", "import", table)
    assert done.returncode == 0, done.stderr
    assert "option quotes of 05-Jan-2024 17:00 New York" in done.stdout
    listed = " ".join(command(tmp_path, "data", "status").stdout.split())
    assert "Option quotes of 33 expiries and moments, last of 05-Jan-2024 17:00 New York." in listed
    book = Path(shutil.copy(dated, tmp_path / "mine.xlsx"))
    done = command(tmp_path, "data", "replay", "2024-01-08T08:45", book)
    assert done.returncode == 0, done.stderr
    rows = quotes(book)
    assert [row["flag"] for row in rows[:5]] == ["OK"] * 4 + ["ABSENT"]
    assert [(row["bid"], row["ask"]) for row in rows[:4]] == [(bid, ask) for bid, ask, _ in published(shared_data)]
    again = command(tmp_path, "data", "import", table)
    assert again.returncode == 0
    assert "no new option quotes of 05-Jan-2024 17:00" in again.stdout
