from __future__ import annotations

import math
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh_xl.market import MarketError, MarketMorning, read_sample
from alvh_xl.market.facts import Datum, Settle
from alvh_xl.market.morning import assemble
from alvh_xl.market.sample import load

FIRST = datetime(2015, 3, 12, 16, 0)
LAST = datetime(2018, 10, 15, 15, 59)
STALE = datetime(2018, 10, 11, 9, 0)
MORNINGS = st.datetimes(FIRST, LAST)
# Most of the sample is short: look often where values appear.
RECENT = st.datetimes(datetime(2018, 8, 1), LAST)


def test_default_morning_is_4_october_2018_at_9() -> None:
    """Otherwise the shipped workbook would open on another day."""
    morning = read_sample()
    assert morning.asof == datetime(2018, 10, 4, 9, 0)
    assert morning == read_sample(datetime(2018, 10, 4, 9, 0))


@pytest.mark.parametrize(
    ("series", "value", "observed"),
    [
        ("spx_close", 2925.51, datetime(2018, 10, 3, 16, 0)),
        ("vix", 11.61, datetime(2018, 10, 3, 16, 15)),
        ("vix9d", 10.81, datetime(2018, 10, 3, 16, 15)),
        ("vix3m", 14.68, datetime(2018, 10, 3, 16, 15)),
        ("vix6m", 15.96, datetime(2018, 10, 3, 16, 15)),
        ("vvix", 85.80, datetime(2018, 10, 3, 16, 15)),
        ("vx_front", 13.775, datetime(2018, 10, 3, 16, 15)),
        ("vx_second", 14.725, datetime(2018, 10, 3, 16, 15)),
        ("fed_funds", 2.18, datetime(2018, 10, 4, 9, 0)),
        ("treasury_1m", 2.15, datetime(2018, 10, 3, 18, 0)),
        ("treasury_10y", 3.15, datetime(2018, 10, 3, 18, 0)),
        ("cpi", 251.663, datetime(2018, 9, 13, 8, 30)),
        ("ppi", 203.4, datetime(2018, 9, 12, 8, 30)),
        ("reer", 97.63, datetime(2018, 9, 20, 18, 0)),
        ("rate_chf", -0.74, datetime(2018, 10, 3, 18, 0)),
    ],
)
def test_snapshot_shows_the_published_figures(series: str, value: float, observed: datetime) -> None:
    """Otherwise the sample would show a figure nobody published, or date it wrongly."""
    quote = read_sample().quote(series)
    assert (quote.value, quote.observed) == (value, observed)


def test_what_is_not_a_plain_market_figure_says_so() -> None:
    """Otherwise a reader would take a stand-in or an invented figure for the real one."""
    quality = {quote.series: quote.quality for quote in read_sample().snapshot}
    assert {series for series, word in quality.items() if word == "PROXY"} == {
        "advances", "declines", "cpi", "ppi", "reer",
    }  # fmt: skip
    assert {series for series, word in quality.items() if word == "ILLUSTRATIVE"} == {
        "rate_eur", "rate_jpy", "rate_gbp", "rate_cad", "rate_chf",
    }  # fmt: skip
    for table in (read_sample().position, read_sample().foreign_rates, read_sample().fundamentals):
        assert set(table.column("status")) == {"ILLUSTRATIVE"}


def test_history_ends_with_the_published_session() -> None:
    """Otherwise the signals would look at other bars than the trader's chart."""
    history = read_sample().history
    assert history.rows[-1][:5] == (date(2018, 10, 3), 2931.69, 2939.86, 2921.36, 2925.51)
    assert history.rows[-1][5:8] == (11.61, 10.81, 14.68)
    assert history.rows[-25][5:8] == (12.25, 9.77, 14.95)
    assert all(math.isnan(value) for value in history.numbers("vix9d")[:-25])
    assert not any(math.isnan(value) for name in ("vix", "advances") for value in history.numbers(name))


def test_history_gives_the_rsi_of_the_hand_calculation() -> None:
    """Otherwise the closes are not those the worked figures rest on; RSI by TA-Lib."""
    talib = pytest.importorskip("talib")
    closes = np.array(read_sample().history.numbers("close"))
    assert round(float(talib.RSI(closes, 14)[-1]), 2) == 62.63


def test_history_holds_the_divergence_of_29_august_and_20_september() -> None:
    """Otherwise the MACD lamp of the sample morning could not light; MACD by TA-Lib."""
    talib = pytest.importorskip("talib")
    history = read_sample().history
    days, closes = history.column("date"), np.array(history.numbers("close"))
    macd = talib.MACD(closes)[0]
    first, second = days.index(date(2018, 8, 29)), days.index(date(2018, 9, 20))
    for pivot in (first, second):
        others = np.delete(closes[pivot - 5 : pivot + 6], 5)
        assert closes[pivot] > others.max()
    assert closes[second] > closes[first]
    assert macd[second] < macd[first]
    assert days[second + 5] == date(2018, 9, 27)


def test_curve_counts_days_from_the_settle_and_from_the_morning() -> None:
    """Otherwise curve statistics and option times would rest on the wrong number of days."""
    curve = read_sample().curve
    assert curve.column("contract") == (
        "VXV18", "VXX18", "VXZ18", "VXF19", "VXG19", "VXH19", "VXJ19", "VXK19", "VXM19",
    )  # fmt: skip
    assert curve.numbers("settle") == (
        13.775, 14.725, 15.075, 15.650, 15.950, 16.275, 16.425, 16.700, 16.825,
    )  # fmt: skip
    assert curve.column("expiry")[:2] == (date(2018, 10, 17), date(2018, 11, 21))
    assert curve.numbers("days_settle")[:2] == (14.0, 49.0)
    # 09:00 to 09:30 thirteen and forty-eight days later
    assert curve.numbers("days_asof")[:2] == pytest.approx((13 + 1 / 48, 48 + 1 / 48), abs=1e-12)


def test_a_contract_leaves_the_curve_at_its_settlement() -> None:
    """Otherwise a future that no longer exists would be the front month."""
    before = assemble(load(), datetime(2018, 10, 17, 9, 29), "sample")
    after = assemble(load(), datetime(2018, 10, 17, 9, 30), "sample")
    assert before.curve.column("contract")[0] == "VXV18"
    assert after.curve.column("contract")[0] == "VXX18"
    assert (after.quote("vx_front").value, after.quote("vx_second").value) == (14.725, 15.075)


def test_the_curve_is_of_one_session_the_latest_known() -> None:
    """Otherwise settles of two days would stand in one curve, or yesterday's in front of today's."""
    facts = load()
    day, expiry = date(2018, 10, 4), date(2018, 11, 21)
    newer = Settle("VXX18", expiry, day, datetime(2018, 10, 4, 16, 15), 15.1)
    extended = replace(facts, settles=(*facts.settles, newer))
    before = assemble(extended, datetime(2018, 10, 4, 16, 14), "sample").curve
    after = assemble(extended, datetime(2018, 10, 4, 16, 15), "sample").curve
    assert before.rows[1][:3] == ("VXX18", expiry, 49.0)
    assert [row[:3] + row[4:] for row in after.rows] == [("VXX18", expiry, 48.0, 15.1)]


@pytest.mark.parametrize(
    ("event", "last", "following"),
    [
        ("cpi", datetime(2018, 9, 13, 8, 30), datetime(2018, 10, 11, 8, 30)),
        ("ppi", datetime(2018, 9, 12, 8, 30), datetime(2018, 10, 10, 8, 30)),
        ("fomc", datetime(2018, 9, 26, 14, 0), datetime(2018, 11, 8, 14, 0)),
        ("gdp", datetime(2018, 9, 27, 8, 30), None),
        ("vix_settlement", datetime(2018, 9, 19, 9, 30), datetime(2018, 10, 17, 9, 30)),
    ],
)
def test_events_are_dated_before_and_after_the_morning(event: str, last: datetime, following: datetime | None) -> None:
    """Otherwise macro pressure and the event list would use a wrong meeting or print."""
    morning = read_sample()
    assert (morning.last_event(event), morning.next_event(event)) == (last, following)


def test_an_event_is_past_from_its_instant_on() -> None:
    """Otherwise a decision just out would still count as ahead, or as neither."""
    before, at = read_sample(datetime(2018, 9, 26, 13, 59)), read_sample(datetime(2018, 9, 26, 14, 0))
    assert (before.last_event("fomc"), before.next_event("fomc")) == (
        datetime(2018, 8, 1, 14, 0),
        datetime(2018, 9, 26, 14, 0),
    )
    assert (at.last_event("fomc"), at.next_event("fomc")) == (
        datetime(2018, 9, 26, 14, 0),
        datetime(2018, 11, 8, 14, 0),
    )


def test_the_calendar_lists_what_is_ahead_soonest_first() -> None:
    """Otherwise the Morning sheet would miss an event before the condor expires."""
    calendar = read_sample().calendar
    assert [(event, at) for event, at, _ in calendar.rows if isinstance(at, datetime)][:3] == [
        ("ppi", datetime(2018, 10, 10, 8, 30)),
        ("cpi", datetime(2018, 10, 11, 8, 30)),
        ("vix_settlement", datetime(2018, 10, 17, 9, 30)),
    ]
    assert calendar.rows[-1][0] == "fomc"


def test_an_event_has_no_next_date_before_the_source_covers_it() -> None:
    """Otherwise a morning of 2016 would be told that the next FOMC meets in August 2018."""
    morning = read_sample(datetime(2016, 6, 1, 9, 0))
    assert len(morning.calendar) == 0
    assert morning.next_event("fomc") is None
    assert morning.last_event("fomc") is None
    with pytest.raises(KeyError):
        morning.next_event("payrolls")


def test_monthly_series_reach_august_2018() -> None:
    """Otherwise macro pressure would use other prints than those known that morning."""
    monthly = read_sample().monthly
    assert len(monthly) == 39
    assert monthly.rows[0] == (date(2015, 6, 1), 237.657, 194.8, 92.40)
    assert monthly.rows[-1] == (date(2018, 8, 1), 251.663, 203.4, 97.63)


@pytest.mark.parametrize(
    ("asof", "month", "known"),
    [
        (datetime(2018, 8, 9, 8, 29), date(2018, 6, 1), (251.018, 204.2, 96.91)),
        (datetime(2018, 8, 9, 8, 30), date(2018, 7, 1), (None, 204.3, None)),
        (datetime(2018, 8, 10, 8, 30), date(2018, 7, 1), (251.214, 204.3, None)),
        (datetime(2018, 8, 20, 18, 0), date(2018, 7, 1), (251.214, 204.3, 97.16)),
    ],
)
def test_a_month_fills_in_as_its_prints_appear(asof: datetime, month: date, known: tuple[float | None, ...]) -> None:
    """Otherwise a print would appear before its release, or late."""
    latest, *prints = read_sample(asof).monthly.rows[-1]
    assert latest == month
    assert tuple(None if value != value else value for value in prints) == known


def test_the_fed_funds_rate_appears_on_the_next_morning() -> None:
    """Otherwise a rate published at 09:00 would be known at 08:59."""
    early, later = (read_sample(datetime(2018, 10, 4, *clock)) for clock in ((8, 59), (9, 0)))
    assert early.quote("fed_funds").value is None
    assert early.quote("fed_funds").observed is None
    assert early.quote("treasury_3m").value == 2.23
    assert later.quote("fed_funds").value == 2.18


def test_an_evening_between_the_closes_knows_the_index_but_not_vix() -> None:
    """Otherwise values fifteen minutes apart would be known together."""
    history = read_sample(datetime(2018, 10, 8, 16, 5)).history
    day, *_, close, vix, _, _, advances, _ = history.rows[-1]
    assert (day, close) == (date(2018, 10, 8), 2884.43)
    assert isinstance(vix, float)
    assert math.isnan(vix)
    assert isinstance(advances, float)
    assert not math.isnan(advances)


def test_a_later_morning_moves_on_only_where_the_sample_does() -> None:
    """Otherwise replaying 11 October would hide that the futures and VIX9D are a week old."""
    morning = read_sample(STALE)
    assert morning.quote("spx_close").observed == datetime(2018, 10, 10, 16, 0)
    assert (morning.quote("spx_close").value, morning.quote("vix").value) == (2785.68, 22.96)
    assert morning.quote("advances").observed == datetime(2018, 10, 10, 16, 0)
    for series in ("vix9d", "vix3m", "vix6m", "vvix", "vx_front", "vx_second", "treasury_3m"):
        observed = morning.quote(series).observed
        assert observed is not None
        assert observed.date() == date(2018, 10, 3)
    assert morning.curve.numbers("days_settle")[0] == 14.0
    assert morning.curve.numbers("days_asof")[0] == pytest.approx(6 + 1 / 48, abs=1e-12)
    assert [math.isnan(value) for value in morning.history.numbers("vix9d")[-6:]] == [False] + [True] * 5
    assert len(morning.history) == 300


def test_a_print_the_sample_lacks_is_named() -> None:
    """Otherwise August's CPI would pass for the latest after September's was out."""
    before, after = read_sample(datetime(2018, 10, 11, 8, 29)), read_sample(STALE)
    assert "missing" not in before.quote("cpi").note
    assert "2018-10-11" in after.quote("cpi").note
    assert after.quote("cpi").value == 251.663
    assert after.last_event("cpi") == datetime(2018, 10, 11, 8, 30)
    assert after.next_event("cpi") is None


def test_what_is_not_known_yet_is_none_and_empty() -> None:
    """Otherwise an early morning would be served figures of October 2018."""
    morning = read_sample(datetime(2016, 6, 1, 9, 0))
    assert morning.quote("vix9d").value is None
    assert morning.quote("vx_front").observed is None
    assert morning.quote("rate_eur").value is None
    for table in (morning.curve, morning.position, morning.foreign_rates, morning.fundamentals):
        assert len(table) == 0


def test_position_and_companies_are_there_on_the_sample_morning() -> None:
    """Otherwise the condor and the ratios of the shipped workbook would have no inputs."""
    morning = read_sample()
    position = {row[0]: row[1] for row in morning.position.rows}
    expiry = datetime(2018, 10, 19, 16, 0)
    expected = {
        "condor_expiry": expiry, "condors": 10.0, "short_delta": 0.16, "wing_width": 50.0, "rate": 0.0215,
        "dividend_yield": 0.018, "smile_slope": -0.09, "smile_curvature": 0.012, "hedge_strike": 15.0,
        "hedge_expiry": datetime(2018, 11, 21, 9, 30), "hedge_held": 0.0, "portfolio_value": 250_000.0,
    }  # fmt: skip
    assert {name: position[name] for name in expected} == expected
    assert (expiry - morning.asof) / timedelta(days=1) == pytest.approx(15.2917, abs=5e-5)
    assert len(morning.fundamentals) == 5
    assert [row[:2] for row in morning.foreign_rates.rows] == [
        ("EUR", -0.32), ("JPY", -0.10), ("GBP", 0.80), ("CAD", 1.95), ("CHF", -0.74),
    ]  # fmt: skip


def cells(morning: MarketMorning) -> dict[tuple[str, object, str], float]:
    """Every known number of the dated tables by table, day and column."""
    return {
        (label, row[0], name): value
        for label, table in (("history", morning.history), ("monthly", morning.monthly))
        for row in table.rows
        for name, value in zip(table.columns[1:], row[1:], strict=True)
        if isinstance(value, float) and not math.isnan(value)
    }


@settings(max_examples=60, deadline=None)
@given(MORNINGS | RECENT)
def test_nothing_is_known_before_it_was_published(asof: datetime) -> None:
    """Otherwise a replayed morning would look ahead."""
    morning = read_sample(asof)
    assert all(quote.observed <= asof for quote in morning.snapshot if quote.observed is not None)
    assert all(at > asof for at in morning.calendar.column("at") if isinstance(at, datetime))
    for label, day, name in cells(morning):
        assert isinstance(day, date)
        if label == "history":
            clock = time(16, 15) if name.startswith("vix") else time(16, 0)
            assert datetime.combine(day, clock) <= asof
        else:
            month_end = (day + timedelta(days=31)).replace(day=1)
            assert asof >= datetime.combine(month_end + timedelta(days=8), time(8, 30))


@settings(max_examples=60, deadline=None)
@given(MORNINGS | RECENT)
def test_nothing_published_is_withheld(asof: datetime) -> None:
    """Otherwise the latest close would be missing from the morning after it."""
    history = read_sample(asof).history
    sessions = [datum.day for datum in load().series["spx_close"]]
    expected = [day for day in sessions if datetime.combine(day, time(16, 0)) <= asof][-300:]
    assert list(history.column("date")) == expected
    assert len(history) == 300


@settings(max_examples=60, deadline=None)
@given(MORNINGS | RECENT, MORNINGS | RECENT)
def test_a_later_morning_only_adds(one: datetime, other: datetime) -> None:
    """Otherwise history would be rewritten: an earlier morning's data must be a prefix of a later one's."""
    earlier, later = (read_sample(asof) for asof in sorted((one, other)))
    known, then = cells(earlier), cells(later)
    first = later.history.rows[0][0]
    assert isinstance(first, date)
    for key, value in known.items():
        if key[0] == "monthly" or (isinstance(key[1], date) and key[1] >= first):
            assert then[key] == value


def test_a_revision_counts_from_its_own_release() -> None:
    """Otherwise a morning would see a figure as it was revised later."""
    facts = load()
    data = facts.series["cpi"]
    revision = Datum(data[-1].day, datetime(2018, 10, 1, 8, 30), 252.0)
    revised = replace(facts, series={**facts.series, "cpi": (*data, revision)})
    before = assemble(revised, datetime(2018, 10, 1, 8, 29), "sample")
    after = assemble(revised, datetime(2018, 10, 1, 8, 30), "sample")
    assert (before.quote("cpi").value, before.monthly.numbers("cpi")[-1]) == (251.663, 251.663)
    assert (after.quote("cpi").value, after.monthly.numbers("cpi")[-1]) == (252.0, 252.0)
    assert len(after.monthly) == 39


def test_a_revision_of_an_earlier_month_is_not_the_latest_value() -> None:
    """Otherwise July's revised CPI would stand on the Market sheet as the newest print."""
    facts = load()
    data = facts.series["cpi"]
    revision = Datum(data[-2].day, datetime(2018, 10, 1, 8, 30), 251.0)
    revised = replace(facts, series={**facts.series, "cpi": (*data, revision)})
    morning = assemble(revised, datetime(2018, 10, 4, 9, 0), "sample")
    assert (morning.quote("cpi").value, morning.quote("cpi").observed) == (251.663, datetime(2018, 9, 13, 8, 30))
    assert morning.monthly.numbers("cpi")[-2:] == (251.0, 251.663)


@pytest.mark.parametrize("asof", [FIRST, LAST, datetime(2018, 10, 13, 12, 0), datetime(2018, 10, 15, 9, 0)])
def test_the_range_reaches_from_300_sessions_to_the_weekend_after_the_last(asof: datetime) -> None:
    """Otherwise a morning the sample can serve would be refused."""
    assert len(read_sample(asof).history) == 300


@pytest.mark.parametrize(
    "asof",
    [
        FIRST - timedelta(minutes=1),
        datetime(2018, 10, 15, 16, 0),
        datetime(2026, 1, 5, 9, 0),
        datetime(1990, 1, 1),
    ],
)
def test_a_morning_outside_the_sample_is_refused_with_its_range(asof: datetime) -> None:
    """Otherwise the user would get too short or outdated a history, or an error that does not help."""
    with pytest.raises(MarketError) as refusal:
        read_sample(asof)
    assert str(refusal.value) == (
        "the sample serves mornings from 2015-03-12T16:00 to before 2018-10-15T16:00 New York time, "
        f"not {asof.isoformat(timespec='minutes')}"
    )


def test_a_time_zone_is_refused() -> None:
    """Otherwise an as-of in another zone would be read as New York time, hours off."""
    with pytest.raises(MarketError, match="New York wall clock"):
        read_sample(datetime.fromisoformat("2018-10-04T09:00+00:00"))


def test_too_short_a_history_is_refused() -> None:
    """Otherwise spills in the workbook would change size."""
    with pytest.raises(MarketError, match=r"^103 sessions .* 300 are needed$"):
        assemble(load(), datetime(2014, 6, 1), "sample")


def test_reading_again_gives_the_same_morning() -> None:
    """Otherwise refreshing twice would not give the same bytes."""
    first = read_sample(STALE)
    load.cache_clear()
    again = read_sample(STALE)
    assert repr(first) == repr(again)
    assert {quote.fetched for quote in first.snapshot} == {None}


def test_a_fresh_process_reads_the_same_without_numpy_or_pandas() -> None:
    """Otherwise the refresh would wait for imports it does not need, or depend on hashing and time zone."""
    code = (
        "import sys; from alvh_xl.market import read_sample; print(read_sample())\n"
        "assert not {'numpy', 'pandas', 'scipy', 'httpx'} & set(sys.modules)"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == repr(read_sample())


def test_a_column_with_other_cells_is_not_numbers() -> None:
    """Otherwise a date or an empty cell would slip into a calculation."""
    history = read_sample().history
    with pytest.raises(TypeError, match="date"):
        history.numbers("date")
    with pytest.raises(KeyError):
        read_sample().quote("gold")
