"""Quotes on the Position sheet: which mark and volatility count, and what an unsound or old quote shows."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import QuantLib as ql

from alvh_xl.functions.cells import CellError
from alvh_xl.hosts.embedded import Package, recalculate, set_table
from alvh_xl.market import MarketMorning, read_sample
from alvh_xl.market.chain import Option
from alvh_xl.market.legs import LegQuote, LegReader, Legs
from alvh_xl.workbook import leg_quotes
from alvh_xl.workbook.refresh import evaluators, refresh
from alvh_xl.workbook.target import FileTarget

ASOF = dt.datetime(2018, 10, 4, 9, 0)
QUOTED = dt.datetime(2018, 10, 3, 16, 15)
EXPIRY, SETTLED = dt.date(2018, 10, 19), dt.datetime(2018, 10, 19, 16, 0)
VIX_EXPIRY, VIX_SETTLED = dt.date(2018, 11, 21), dt.datetime(2018, 11, 21, 9, 30)
FORWARD, RATE = 2926.0, 0.0215
SHOWN = ("leg", "contract", "bid", "ask", "mid", "quoted", "flag", "vol", "mark", "mark_from", "vol_from")


def years(settled: dt.datetime) -> float:
    return (settled - QUOTED) / dt.timedelta(days=365)


def price(right: str, strike: float, forward: float, vol: float, settled: dt.datetime) -> float:
    """Black 1976 by QuantLib."""
    side, time = (ql.Option.Call if right == "C" else ql.Option.Put), years(settled)
    discount = ql.InterestRate(RATE, ql.Actual365Fixed(), ql.Continuous, ql.Annual).discountFactor(time)
    return float(ql.blackFormula(side, strike, forward, vol * time**0.5, discount))


def contract(right: str, strike: float) -> str:
    return Option("SPXW", EXPIRY, right, strike).contract


def around(middle: float, half: float = 0.05) -> tuple[float, float]:
    return middle - half, middle + half


Row = tuple[Any, ...]


def calculated(book: Path, quotes: Sequence[Row], **typed: Sequence[Row]) -> Package:
    """The sample workbook with rows of quotes, and typed columns (Table__column=rows), recalculated."""
    package = Package.open(book)
    blank = (None,) * len(leg_quotes.DATA)
    set_table(package, "Quotes", leg_quotes.DATA, [*quotes, *[blank] * (leg_quotes.ROWS - len(quotes))])
    for name, rows in typed.items():
        table, _, columns = name.partition("__")
        set_table(package, table, columns.split("__"), rows)
    recalculate(package, evaluators(), ASOF)
    return package


def shown(package: Package, table: str = "Quotes", columns: Sequence[str] = SHOWN) -> list[dict[str, Any]]:
    return [dict(zip(columns, row, strict=True)) for row in FileTarget(package).table(table, columns)]


def named(package: Package, name: str) -> Any:
    return FileTarget(package).value(name)


VOLS = {"put_long": 0.15, "put_short": 0.13, "call_short": 0.11, "call_long": 0.105}
TERMS = {"put_long": ("P", 2805.0), "put_short": ("P", 2855.0), "call_short": ("C", 2990.0), "call_long": ("C", 3040.0)}
MIDS = {leg: price(*terms, FORWARD, VOLS[leg], SETTLED) for leg, terms in TERMS.items()}
SOUND = [(contract(*terms), *around(MIDS[leg]), QUOTED, FORWARD) for leg, terms in TERMS.items()]


@pytest.fixture(scope="module")
def quoted(sample_book: Path) -> Package:
    """Every leg of the condor soundly quoted, and a VIX call held at 0.90 on its own future."""
    future = dict(zip(*(read_sample().curve.column(name) for name in ("expiry", "settle")), strict=True))[VIX_EXPIRY]
    assert isinstance(future, float)
    middle = price("C", 15.0, future, 0.90, VIX_SETTLED)
    held = [("h", "VIX", "C", 15.0, VIX_EXPIRY, "AM", 2, 1.5), *[(None,) * 8] * 3]
    call = ("VIX181121C00015000", *around(middle), QUOTED, future)
    return calculated(
        sample_book, [*SOUND, call],
        Hedges__leg__instrument__option_kind__strike__expiry__settlement__quantity__price=held,
    )  # fmt: skip


def test_sound_quotes_give_mark_and_volatility(quoted: Package) -> None:
    """The volatility at which the middle was made comes back: days from the quote's moment, the forward of its time."""
    rows = shown(quoted)
    for row, leg in zip(rows, TERMS, strict=False):
        assert (row["leg"], row["flag"], row["mark_from"], row["vol_from"]) == (leg, "OK", "quote", "quote")
        assert row["mid"] == row["mark"] == pytest.approx(MIDS[leg], abs=1e-9)
        assert row["vol"] == pytest.approx(VOLS[leg], abs=1e-6)
    assert [row["vol"] for row in shown(quoted, "Condor", ["vol"])] == pytest.approx(list(VOLS.values()), abs=1e-6)


def test_a_vix_option_is_solved_on_its_own_future_and_never_on_spot(quoted: Package) -> None:
    """On spot VIX, 4 points below, no volatility would give the price, or a senseless one."""
    row = shown(quoted)[4]
    assert (row["leg"], row["flag"], row["vol_from"]) == ("hedge 1", "OK", "quote")
    assert row["vol"] == pytest.approx(0.90, abs=1e-6)
    assert shown(quoted, "Hedges", ["vol"])[0]["vol"] == row["vol"]


def test_profit_exits_and_roll_follow_the_marks_in_use(quoted: Package) -> None:
    """What is open would be judged at model prices while the market quotes others."""
    fills = dict(zip(TERMS, _fills(quoted), strict=True))
    signs = {"put_long": 1, "put_short": -1, "call_short": -1, "call_long": 1}
    expected = 1000 * sum(signs[leg] * (MIDS[leg] - fills[leg]) for leg in TERMS)
    assert named(quoted, "open_pnl") == pytest.approx(expected, abs=1e-6)
    assert named(quoted, "checks_failed") == 0  # one check holds the roll's realised loss against it
    assert any(row == "from quotes" for row in _texts(quoted, "Morning"))


def _fills(package: Package) -> list[float]:
    return [row["price"] for row in shown(package, "Condor", ["price"])]


def _texts(package: Package, sheet: str) -> list[Any]:
    cells = package.sheet(sheet)
    return [cells.value(row, column) for row in range(1, 60) for column in range(1, 14)]


def test_unsound_quotes_are_named_and_do_not_count(sample_book: Path) -> None:
    """A crossed, one-sided or empty quote has no middle: #N/A is visible, and the model's price is used."""
    spoiled = [
        (SOUND[0][0], 2.5, 2.4, QUOTED, FORWARD),
        (SOUND[1][0], 0.0, 0.05, QUOTED, FORWARD),
        (SOUND[2][0], 0.0, 0.0, QUOTED, FORWARD),
        SOUND[3],
    ]
    package = calculated(sample_book, spoiled)
    rows = shown(package)
    assert [row["flag"] for row in rows[:4]] == ["CROSSED", "ONE-SIDED", "ZERO", "OK"]
    before = shown(Package.open(sample_book))
    for row, model in zip(rows[:3], before, strict=False):
        assert (row["mid"], row["vol"]) == (CellError.NA, CellError.NA)
        assert (row["mark_from"], row["vol_from"], row["mark"]) == ("model", "model", model["mark"])
    assert [row["flag"] for row in rows[4:]] == ["", "", "", ""]
    assert any(row == "MODEL for 3 of 4 legs" for row in _texts(package, "Morning"))
    assert named(package, "checks_failed") == 0


def test_an_old_quote_and_one_of_another_option_do_not_count(sample_book: Path) -> None:
    """After a session has closed since, or a strike was changed, the price on the row is not this leg's price now."""
    stale = (SOUND[0][0], *SOUND[0][1:3], dt.datetime(2018, 10, 3, 15, 59), FORWARD)
    other = (contract("P", 2860.0), *SOUND[1][1:])
    morning_settled = (SOUND[2][0].replace("SPXW", "SPX"), *SOUND[2][1:])
    rows = shown(calculated(sample_book, [stale, other, morning_settled]))
    assert [row["flag"] for row in rows[:4]] == ["STALE", "ABSENT", "ABSENT", "ABSENT"]
    assert all(row["mark_from"] == "model" and row["mid"] is CellError.NA for row in rows[:4])


def test_what_is_typed_wins_over_the_quote(sample_book: Path) -> None:
    """A trader who knows better than the screen must be able to say so, and see it."""
    package = calculated(
        sample_book, SOUND,
        Condor__mark=[(2.0,), (None,), (None,), (None,)],
        Quotes__own_vol=[(None,), (0.2,), *[(None,)] * 6],
    )  # fmt: skip
    rows = shown(package)
    assert [row["mark_from"] for row in rows[:4]] == ["typed", "quote", "quote", "quote"]
    assert [row["vol_from"] for row in rows[:4]] == ["quote", "typed", "quote", "quote"]
    assert rows[0]["mark"] == 2.0
    vols = [row["vol"] for row in shown(package, "Condor", ["vol"])]
    assert vols == pytest.approx([0.15, 0.2, 0.11, 0.105], abs=1e-6)
    signs = (1, -1, -1, 1)
    marks = [2.0, MIDS["put_short"], MIDS["call_short"], MIDS["call_long"]]
    assert named(package, "condor_value") == pytest.approx(1000 * sum(map(lambda s, m: s * m, signs, marks)), abs=1e-6)
    assert any(row == "from marks and quotes" for row in _texts(package, "Morning"))
    assert named(package, "checks_failed") == 0


def test_without_a_chain_the_sample_is_as_it_was(sample_book: Path) -> None:
    """No quote, no difference: model volatilities and prices, the golden decision, and words that say so."""
    package = Package.open(sample_book)
    rows = shown(package)
    assert [row["flag"] for row in rows] == ["ABSENT"] * 4 + [""] * 4
    assert {row["mark_from"] for row in rows[:4]} == {row["vol_from"] for row in rows[:4]} == {"model"}
    assert [row["mid"] for row in rows[:4]] == [CellError.NA] * 4
    assert named(package, "headline").startswith("Hold 6 × VIX call 15, 21-Nov-2018")
    assert any(row == "MODEL: marks are blank" for row in _texts(package, "Morning"))


def reader(quotes: dict[str, LegQuote], asked: list[Legs]) -> LegReader:
    """The sample morning, with quotes by contract."""

    def read(asof: dt.datetime | None, legs: Legs) -> MarketMorning:
        asked.append(legs)
        found = tuple(quotes.get(leg.contract) if leg else None for leg in legs)
        return replace(read_sample(asof), quotes=found)

    return LegReader(read)


def test_a_refresh_asks_for_the_legs_and_writes_what_it_gets(sample_book: Path, tmp_path: Path) -> None:
    """Row by row the leg's own quote; refreshed again without quotes nothing old may stay; same data, same bytes."""
    book = Path(shutil.copy(sample_book, tmp_path / "mine.xlsx"))
    asked: list[Legs] = []
    name = contract("P", 2855.0)
    quote = LegQuote(Option("SPXW", EXPIRY, "P", 2855.0), 6.5, 6.7, FORWARD, QUOTED, ASOF)
    outcome = refresh(book, reader({name: quote}, asked), ASOF)
    assert [leg and leg.contract for leg in asked[0]] == [*(row[0] for row in SOUND), None, None, None, None]
    rows = shown(Package.open(book))
    assert [row["contract"] for row in rows[:4]] == [None, name, None, None]
    assert (rows[1]["bid"], rows[1]["ask"], rows[1]["flag"]) == (6.5, 6.7, "OK")
    assert rows[1]["mid"] == pytest.approx(6.6)
    assert "quotes ABSENT: put_long, call_short, call_long" in outcome.warnings
    first = book.read_bytes()
    refresh(book, reader({name: quote}, asked), ASOF)
    assert first == book.read_bytes()
    outcome = refresh(book, read_sample, ASOF)
    assert [row["bid"] for row in shown(Package.open(book))] == [None] * 8
    assert not any(line.startswith("quotes") for line in outcome.warnings)


def test_odd_rows_of_legs_are_no_options(sample_book: Path) -> None:
    """Text for a strike, a future, a blank row: asked for nothing, and never a stack trace."""
    package = Package.open(sample_book)
    columns = ("instrument", "option_kind", "strike", "expiry", "settlement")
    rows: list[Row] = [
        ("VX", None, None, VIX_EXPIRY, "AM"),
        ("VIX", "C", "fifteen", VIX_EXPIRY, "AM"),
        ("VIX", "P", 14.5, VIX_EXPIRY, "AM"),
        ("VIX", "X", 15.0, "soon", None),
    ]
    set_table(package, "Hedges", columns, rows)
    set_table(package, "Condor", ("settlement", "strike"), [("AM", 2805.0), ("PM", -1.0), (None, 2990.0), ("PM", None)])
    names = [leg and leg.contract for leg in leg_quotes.wanted(FileTarget(package))]
    am, blank = contract("P", 2805.0).replace("SPXW", "SPX"), contract("C", 2990.0)
    assert names == [am, None, blank, None, None, None, "VIX181121P00014500", None]
