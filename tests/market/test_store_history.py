"""The back-test's history from the store: what was known on the next morning, and nothing that came later."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from alvh_xl.market.chain import Chain, OptionQuote
from alvh_xl.market.errors import MarketError
from alvh_xl.market.facts import Event
from alvh_xl.market.imports import import_path
from alvh_xl.market.observation import Observation
from alvh_xl.market.store import Scheduled, Store
from alvh_xl.market.store_history import first_curve_day, store_history
from alvh_xl.model.backtest import BacktestData, Parameters, attribution, run
from alvh_xl.model.backtest import condors as ic
from alvh_xl.model.backtest.pressure import Prints, pressures
from alvh_xl.model.macro import macro_pressure, proxy_inputs, surprise_z
from alvh_xl.model.sessions import sessions_between, to_serial
from tests.market.full_store import NOW, fill
from tests.market.quote_tables import quote_table

DAYS = sessions_between(dt.date(2018, 1, 2), dt.date(2018, 3, 29))
FETCHED = dt.datetime(2018, 6, 1, 12, 0)


def rows(series: str, values: dict[dt.date, float], item: str = "", expiry: dt.date | None = None) -> list[Observation]:
    return [Observation(series, day, value, item, expiry) for day, value in values.items()]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """SPX and VIX of one winter, with a VX future from February on."""
    found = Store(tmp_path / "market.sqlite")
    found.append(rows("spx_close", {day: 2700.0 + i for i, day in enumerate(DAYS)}), "test", FETCHED)
    found.append(rows("vix", {day: 15.0 + i % 4 for i, day in enumerate(DAYS)}), "test", FETCHED)
    later = {day: 16.0 for day in DAYS if day >= dt.date(2018, 2, 1)}
    found.append(rows("vx", later, "VXJ18", dt.date(2018, 4, 18)), "test", FETCHED)
    return found


def at(values: np.ndarray, dates: np.ndarray, day: dt.date) -> float:
    return float(values[np.flatnonzero(dates == to_serial(day))[0]])


def test_the_history_is_what_the_store_holds(store: Store) -> None:
    """Every session with SPX and VIX, and each settle at its days to the settlement."""
    data = store_history(store, FETCHED)
    assert data.dates.tolist() == [to_serial(day) for day in DAYS]
    assert data.close[3] == 2703.0
    day = dt.date(2018, 2, 5)
    row = int(np.flatnonzero(data.dates == to_serial(day))[0])
    assert (data.curve_days[row, 0], data.curve_settles[row, 0]) == ((dt.date(2018, 4, 18) - day).days, 16.0)
    assert first_curve_day(data) == to_serial(dt.date(2018, 2, 1))


def test_a_revision_of_later_is_not_there_to_decide_on(store: Store) -> None:
    """A back-test that reads today's correction of an old close has seen what nobody saw then."""
    day = DAYS[10]
    before = store_history(store, FETCHED)
    store.append(rows("spx_close", {day: 9999.0}), "test", FETCHED + dt.timedelta(days=30))
    after = store_history(store, FETCHED + dt.timedelta(days=60))
    np.testing.assert_array_equal(after.close, before.close)
    assert store.rows("spx_close", FETCHED + dt.timedelta(days=60))[-1].value == 9999.0


def test_a_revision_of_the_same_evening_is_used(store: Store) -> None:
    """What was corrected before the next morning was known in time."""
    day = DAYS[10]
    row = Observation("vvix", day, 90.0, "", None)
    fixed = Observation("vvix", day, 95.0, "", None)
    evening = dt.datetime.combine(day, dt.time(16, 15))
    store.append([row], "test", FETCHED, known={row: evening})
    store.append([fixed], "test", FETCHED, known={fixed: evening + dt.timedelta(hours=3)})
    data = store_history(store, FETCHED)
    assert at(data.vvix, data.dates, day) == 95.0


def test_a_value_that_arrived_too_late_counts_as_missing(store: Store) -> None:
    """One minute before 09:00 of the next session is in time, one minute after is not; Monday follows Friday."""
    friday, monday = dt.date(2018, 2, 9), dt.date(2018, 2, 12)
    for minute, value in ((dt.time(9, 0), 97.0), (dt.time(9, 1), None)):
        series = "vvix" if value else "vix9d"
        row = Observation(series, friday, 97.0, "", None)
        store.append([row], "test", FETCHED, known={row: dt.datetime.combine(monday, minute)})
    data = store_history(store, FETCHED)
    assert at(data.vvix, data.dates, friday) == 97.0
    assert np.isnan(at(data.vix9d, data.dates, friday))


def test_nothing_later_than_the_moment_asked_for_is_read(store: Store) -> None:
    """A history as of a past morning ends with the session before it."""
    data = store_history(store, dt.datetime(2018, 2, 14, 9, 0))
    assert data.dates[-1] == to_serial(dt.date(2018, 2, 13))


def test_an_empty_store_names_the_next_step(tmp_path: Path) -> None:
    """A store without SPX is no history of zero days, but a question of what to do."""
    with pytest.raises(MarketError, match="data sync"):
        store_history(Store(tmp_path / "empty.sqlite"), FETCHED)


def months(first: int, count: int) -> list[dt.date]:
    return [dt.date((first + i) // 12, (first + i) % 12 + 1, 1) for i in range(count)]


def test_macro_pressure_of_a_session_is_the_one_of_the_cell_function(store: Store) -> None:
    """Each session must see the prints out by its close, the last decision and the next; ALVH_MACRO_PRESSURE judges."""
    cpi = {day: 200.0 * 1.002**i + 0.4 * (i % 5) for i, day in enumerate(months(2015 * 12, 38))}
    ppi = {day: 180.0 * 1.003**i + 0.5 * (i % 7) for i, day in enumerate(months(2015 * 12, 38))}
    store.append(rows("cpi", cpi), "test", FETCHED)
    store.append(rows("ppi", ppi), "test", FETCHED)
    decisions = [dt.datetime(2017, 12, 13, 14), dt.datetime(2018, 1, 31, 14), dt.datetime(2018, 3, 21, 14)]
    store.replace_events([Scheduled(Event("fomc", when, "FOMC decision")) for when in decisions], "test", FETCHED)
    data = store_history(store, FETCHED)
    active = []
    for day, pressure in zip(data.dates, data.macro, strict=True):
        close = day + 16.0 / 24.0
        known = [
            [row for row in store.rows(name, FETCHED) if to_serial(row.available) <= close] for name in ("cpi", "ppi")
        ]
        z = [surprise_z(*proxy_inputs([row.value for row in side])) for side in known]
        printed = min(to_serial(side[-1].available) for side in known)
        last = max(to_serial(d) for d in decisions if to_serial(d) <= close)
        coming = [to_serial(d) for d in decisions if to_serial(d) > close]
        if not coming or any(close - to_serial(side[-1].available) > 45.0 for side in known):
            assert np.isnan(pressure)
            continue
        active.append(pressure)
        assert pressure == macro_pressure(z[0], z[1], printed, close, last, coming[0]).active
    assert set(active) == {0.0, 1.0}


def test_pressure_knows_no_later_print() -> None:
    """Cutting the prints after a session must leave its pressure as it was."""
    rng = np.random.default_rng(4)
    known = 43000.0 + 30.0 * np.arange(60)
    level = 200.0 * np.exp(np.cumsum(0.002 + 0.003 * rng.normal(size=60)))
    moments = np.arange(43400.0, 44700.0, 3.0)
    decisions = 43000.0 + 45.0 * np.arange(45)
    full = pressures(moments, Prints.of(known, level), Prints.of(known + 2.0, level[::-1]), decisions)
    assert 0.0 < np.nanmean(full) < 1.0
    for count in range(15, 60, 4):
        cut = pressures(
            moments, Prints.of(known[:count], level[:count]), Prints.of(known[:count] + 2.0, level[::-1][:count]),
            decisions,
        )  # fmt: skip
        seen = moments < known[count - 1] + 30.0
        np.testing.assert_array_equal(cut[seen], full[seen])


def test_the_filled_store_runs_from_2007_to_2026(shared_data: Path, tmp_path: Path) -> None:
    """Everything beside the checkout, imported: the curve is stored almost throughout, and cutting changes nothing."""
    with Store(tmp_path / "market.sqlite") as store:
        fill(store, shared_data, tmp_path)
        data = store_history(store, NOW)
        data = data.between(to_serial(dt.date(2007, 1, 1)), data.dates[-1])
        early = store_history(store, dt.datetime(2015, 8, 24, 9, 0))
    assert data.dates[-1] >= to_serial(dt.date(2026, 6, 1))
    assert data.dates.size > 4900
    assert data.proxies()["vx_curve"] < 50
    assert np.isfinite(data.macro).mean() > 0.9
    assert 0.0 < float(np.nanmean(data.bills)) < 0.06
    p = Parameters(macro_strength=1.0)
    full, cut = run(data, p, ("literal_1",)), run(early.between(data.dates[0], early.dates[-1]), p, ("literal_1",))
    n = cut.entries.size
    np.testing.assert_array_equal(cut.entries, full.entries[:n])
    np.testing.assert_array_equal(cut.decisions, full.decisions[:, :n])
    assert any("3-month bills" in line for line in full.caveats)


BIDS, ASKS = (0.5, 2.0, 1.5, 0.25), (0.6, 2.2, 1.6, 0.35)  # put wing, put, call, call wing
HAND = 2.0 + 1.5 - 0.6 - 0.35
CLOSE = dt.time(16, 15)


def quoted(store: Store, trade: int, clock: dt.time, root: str = "SPXW", cheaper: float = 0.0) -> None:
    """A chain of the four legs of one trade, made on its entry's session."""
    data = store_history(store, FETCHED)
    found = ic.condors(data, Parameters())
    day, expiry = (
        dt.date(1899, 12, 30) + dt.timedelta(int(serial))
        for serial in (data.dates[int(found.schedule.entry[trade])], found.schedule.settlement[trade])
    )
    legs = zip("PPCC", found.strikes[trade], BIDS, ASKS, strict=True)
    quotes = tuple(OptionQuote(root, expiry, right, float(k), bid - cheaper, ask) for right, k, bid, ask in legs)
    with store.writing():
        store.chains.add(Chain(dt.datetime.combine(day, clock), 2700.0, quotes, 0), "test", FETCHED)


def filled(data: BacktestData) -> list[float]:
    """Credits of the condors at quoted prices."""
    found = ic.condors(data, Parameters())
    return [float(credit) for credit in found.credit[found.real == 1.0]]


def test_a_chain_of_a_sessions_close_fills_its_condor_and_no_other(store: Store) -> None:
    """Sold at 2.0 and 1.5, bought at 0.6 and 0.35; every part of the report must rest on the same fill."""
    assert store_history(store, FETCHED).quotes is None
    plain = store_history(store, FETCHED)
    quoted(store, 3, CLOSE)
    data = store_history(store, FETCHED)
    assert filled(data) == pytest.approx([HAND])
    found, before = run(data, names=("unhedged",)), run(plain, names=("unhedged",))
    n = found.entries.size
    assert found.caveats[0].startswith(f"1 of {n} condors ({1 / n:.1%}) are filled at quoted prices")
    assert before.caveats[0].startswith("Model-priced: no traded option price enters")
    total = attribution(data, Parameters())["condors"].total
    assert total != pytest.approx(attribution(plain, Parameters())["condors"].total)
    row = int(found.entries[3])
    np.testing.assert_array_equal(found.pnl[0, :row], before.pnl[0, :row])
    part = data.between(data.dates[0], data.dates[row])
    assert filled(part) == pytest.approx([HAND])
    assert not filled(data.until(row))


@pytest.mark.parametrize(
    ("clock", "used"),
    [(dt.time(15, 44), False), (dt.time(15, 45), True), (dt.time(16, 0), True), (CLOSE, True), (dt.time(16, 16), True),
     (dt.time(17, 0), True), (dt.time(17, 1), False),
     (dt.time(10, 0), False)],
)  # fmt: skip
def test_quotes_of_another_time_of_day_fill_nothing(store: Store, clock: dt.time, used: bool) -> None:
    """A quote after the late session has seen the night; one of the morning belongs to another level of SPX."""
    quoted(store, 3, clock)
    assert len(filled(store_history(store, FETCHED))) == int(used)


def test_of_two_roots_the_one_that_settles_at_the_close_is_used(store: Store) -> None:
    """SPX options settle at the open: they stand in only where no SPXW is quoted. Of one root the last quote counts."""
    quoted(store, 3, CLOSE, "SPX", 0.1)
    assert filled(store_history(store, FETCHED)) == pytest.approx([HAND - 0.2])
    quoted(store, 3, dt.time(15, 50))
    assert filled(store_history(store, FETCHED)) == pytest.approx([HAND])
    quoted(store, 3, dt.time(15, 55), cheaper=0.05)
    assert filled(store_history(store, FETCHED)) == pytest.approx([HAND - 0.1])


def test_an_evenings_table_fills_only_where_the_close_was_not_quoted(store: Store) -> None:
    """Its prices are of 17:00, the late session's end: nearer ones go before it, whichever came first."""
    quoted(store, 3, dt.time(17, 0), cheaper=0.2)
    assert filled(store_history(store, FETCHED)) == pytest.approx([HAND - 0.4])
    quoted(store, 3, dt.time(16, 40), cheaper=0.1)
    assert filled(store_history(store, FETCHED)) == pytest.approx([HAND - 0.2])
    quoted(store, 3, CLOSE)
    assert filled(store_history(store, FETCHED)) == pytest.approx([HAND])


def test_a_chain_that_was_not_known_yet_is_not_there(store: Store) -> None:
    """A back-test as of a past morning must not find the chains of later sessions."""
    quoted(store, 3, CLOSE)
    data = store_history(store, FETCHED)
    entered = dt.date(1899, 12, 30) + dt.timedelta(int(data.dates[int(run(data, names=("unhedged",)).entries[3])]))
    assert store_history(store, dt.datetime.combine(entered, dt.time(16, 14))).quotes is None
    later = store_history(store, dt.datetime.combine(entered, CLOSE))
    assert later.quotes is not None


# Entries on the session of the chain: so many sessions after the week's first.
PHASES = {"2022-01-07": 4.0, "2022-06-10": 4.0, "2024-01-05": 3.0}


@pytest.mark.parametrize("session", PHASES)
def test_one_imported_chain_gives_one_quoted_trade(shared_data: Path, tmp_path: Path, session: str) -> None:
    """A table saved from Cboe's page, imported: its condor's credit is that of the bids and asks of the raw file."""
    import pandas as pd

    saved = tmp_path / "quotedata.csv"
    saved.write_bytes(quote_table(shared_data, session))
    with Store(tmp_path / "market.sqlite") as store:
        for name in ("spx_daily_ohlcv", "vix_daily_ohlc", "vix9d_daily", "vix3m_daily", "skew_daily"):
            import_path(store, shared_data / "index" / f"{name}.csv", NOW)
        import_path(store, saved, NOW)
        data = store_history(store, NOW)
    data = data.between(to_serial(dt.date(2021, 1, 4)), to_serial(dt.date(2024, 12, 31)))
    assert np.isfinite(data.skew).mean() > 0.99
    found = ic.condors(data, Parameters(roll_phase=PHASES[session]))
    (place,) = np.flatnonzero(found.real == 1.0)
    assert data.dates[int(found.schedule.entry[place])] == to_serial(dt.date.fromisoformat(session))
    rows = pd.read_parquet(shared_data / "options" / f"spx_cboe_chain_{session.replace('-', '')}.parquet")
    rows = rows[(rows["root"] == "SPXW") & (rows["expiration"] == pd.Timestamp(session) + pd.Timedelta(days=14))]
    table = rows.set_index(["right", "strike"])
    legs = zip("PPCC", found.strikes[place], ("ask", "bid", "bid", "ask"), (-1.0, 1.0, 1.0, -1.0), strict=True)
    by_hand = sum(sign * float(table.loc[(right, strike), price]) for right, strike, price, sign in legs)
    assert found.credit[place] == pytest.approx(by_hand)
