from __future__ import annotations

import csv
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from alvh_xl.market.sample import load
from alvh_xl.market.series import CATALOGUE

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "alvh_xl" / "market" / "sample"


def records(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def values(path: Path, key: str, column: str) -> dict[str, float]:
    return {row[key]: float(row[column]) for row in records(path) if row[column]}


def test_the_script_writes_every_sample_file_byte_for_byte(tmp_path: Path) -> None:
    """Otherwise nobody could say where the shipped figures come from."""
    pytest.importorskip("arch")
    pytest.importorskip("skfolio")
    script = ROOT / "tests" / "tools" / "make_sample.py"
    subprocess.run([sys.executable, str(script), str(tmp_path)], check=True)
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in SAMPLE.glob("*.csv")}
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (SAMPLE / path.name).read_bytes(), path.name


def test_vix_agrees_between_its_two_sources() -> None:
    """Otherwise the published closes and the package's long series would tell two stories."""
    published = values(SAMPLE / "vol_indices.csv", "date", "vix")
    packaged = values(SAMPLE / "vix.csv", "date", "vix")
    assert len(published) == 25
    assert published == {day: packaged[day] for day in published}


@pytest.mark.parametrize("series", load().series)
def test_every_value_is_plausible_and_in_order(series: str) -> None:
    """Otherwise a slip of the keyboard would ship, or the point-in-time cut would miss values."""
    data = load().series[series]
    assert data
    assert all(CATALOGUE[series].plausible(datum.value) for datum in data)
    assert [datum.available for datum in data] == sorted(datum.available for datum in data)
    assert len({datum.day for datum in data}) == len(data)


def test_nothing_becomes_known_before_the_lag_of_its_series() -> None:
    """Otherwise the catalogue's lag would promise less waiting than the data need."""
    for series, data in load().series.items():
        lag = timedelta(days=CATALOGUE[series].lag_days)
        monthly = series in {"cpi", "ppi", "reer"}
        for datum in data:
            end = (datum.day + timedelta(days=31)).replace(day=1) - timedelta(days=1) if monthly else datum.day
            assert datum.available.date() >= end + lag


def test_index_bars_contain_their_open_and_close() -> None:
    """Otherwise the range estimators of realised volatility would refuse the sample."""
    for bar in records(SAMPLE / "spx.csv"):
        low, high = float(bar["low"]), float(bar["high"])
        assert low <= min(float(bar["open"]), float(bar["close"]))
        assert high >= max(float(bar["open"]), float(bar["close"]))


def test_breadth_counts_no_more_than_its_20_stocks() -> None:
    """Otherwise the counts would not be of the 20 stocks the workbook names."""
    for day in records(SAMPLE / "breadth.csv"):
        assert 0 < int(day["advances"]) + int(day["declines"]) <= 20


def test_every_daily_file_has_the_sessions_of_the_index() -> None:
    """Otherwise history would have holes inside; only VIX begins a session late."""
    sessions = [row["date"] for row in records(SAMPLE / "spx.csv")]
    assert (sessions[0], sessions[-1], len(sessions)) == ("2014-01-02", "2018-10-12", 1205)
    assert [row["date"] for row in records(SAMPLE / "breadth.csv")] == sessions
    assert [row["date"] for row in records(SAMPLE / "vix.csv")] == sessions[1:]


def test_index_bars_agree_with_another_source(shared_data: Path) -> None:
    """Otherwise the shipped S&P 500 would not be the S&P 500."""
    for column in ("open", "high", "low", "close"):
        other = values(shared_data / "index" / "spx_daily_ohlcv.csv", "date", column)
        for day, price in values(SAMPLE / "spx.csv", "date", column).items():
            assert price == pytest.approx(other[day], abs=0.0051)


def test_long_vix_agrees_with_another_source(shared_data: Path) -> None:
    """Otherwise the shipped VIX would not be the VIX."""
    other = values(shared_data / "index" / "vix_daily_ohlc.csv", "date", "close")
    vix = values(SAMPLE / "vix.csv", "date", "vix")
    assert vix == {day: other[day] for day in vix}


@pytest.mark.parametrize(
    ("column", "file", "name"),
    [
        ("vix9d", "vix9d_daily.csv", "close"),
        ("vix3m", "vix3m_daily.csv", "close"),
        ("vix6m", "vix6m_daily.csv", "close"),
        ("vvix", "vvix_daily.csv", "vvix"),
    ],
)
def test_typed_vol_indices_agree_with_another_source(shared_data: Path, column: str, file: str, name: str) -> None:
    """Otherwise a typed figure would be wrong."""
    other = values(shared_data / "index" / file, "date", name)
    for day, value in values(SAMPLE / "vol_indices.csv", "date", column).items():
        assert value == pytest.approx(other[day], abs=0.0051)


def test_typed_futures_agree_with_another_source(shared_data: Path) -> None:
    """Otherwise a settle or an expiry of the curve would be wrong."""
    parquet = pytest.importorskip("pyarrow.parquet")
    path = shared_data / "vx_futures" / "vx_futures_settlements.parquet"
    rows = parquet.read_table(path).to_pylist()
    other = {
        (row["contract"], str(row["expiry"])[:10], row["settle"])
        for row in rows
        if row["kind"] == "M" and str(row["trade_date"])[:10] == "2018-10-03"
    }
    typed = records(SAMPLE / "vx_futures.csv")
    assert {(row["contract"], row["expiry"], float(row["settle"])) for row in typed} == other


def test_typed_rates_agree_with_another_source(shared_data: Path) -> None:
    """Otherwise a typed rate would be wrong."""
    names = {"fed_funds": "DFF", "treasury_1m": "DGS1MO", "treasury_3m": "DGS3MO", "treasury_6m": "DGS6MO",
             "treasury_1y": "DGS1", "treasury_2y": "DGS2", "treasury_10y": "DGS10"}  # fmt: skip
    rows = records(shared_data / "macro" / "fred_rates_daily_2004_2026.csv")
    other = next(row for row in rows if row["date"] == "2018-10-03")
    typed = records(SAMPLE / "rates.csv")
    assert {row["series"]: float(row["value"]) for row in typed} == {
        series: float(other[name]) for series, name in names.items()
    }


@pytest.mark.parametrize(
    ("series", "file", "day", "name"),
    [
        ("cpi", "fred_CPIAUCSL.csv", "date", "CPIAUCSL"),
        ("ppi", "fred_PPIACO.csv", "DATE", "PPIACO"),
        ("reer", "fred_RBUSBIS.csv", "DATE", "RBUSBIS"),
    ],
)
def test_typed_monthly_series_agree_with_another_source(
    shared_data: Path, series: str, file: str, day: str, name: str
) -> None:
    """Otherwise a typed print would be wrong."""
    other = values(shared_data / "macro" / file, day, name)
    typed = values(SAMPLE / "monthly.csv", "month", series)
    assert len(typed) == 39
    assert typed == {month: other[f"{month}-01"] for month in typed}


@pytest.mark.parametrize("series", ["cpi", "ppi"])
def test_no_print_counts_before_its_true_release(shared_data: Path, series: str) -> None:
    """Otherwise a replayed morning would know an inflation print early."""
    released = {
        datetime.strptime(row["ref_period"], "%B %Y").strftime("%Y-%m"): date.fromisoformat(row["date"])
        for row in records(shared_data / "macro" / "macro_events.csv")
        if row["event"] == series and "2015" <= row["date"] < "2019"
    }
    for row in records(SAMPLE / "monthly.csv"):
        counts_from = date.fromisoformat(row[f"{series}_published"])
        assert timedelta(0) <= counts_from - released[row["month"]] <= timedelta(days=11)


def test_typed_calendar_agrees_with_another_source(shared_data: Path) -> None:
    """Otherwise an event would be missing between an event's first and last date, or stand on a wrong day."""
    names = {"cpi": "cpi", "ppi": "ppi", "fomc_decision": "fomc", "vix_expiry": "vix_settlement"}
    typed = {(row["event"], row["date"], row["time"]) for row in records(SAMPLE / "calendar.csv")}
    other = {
        (names[row["event"]], row["date"], row["time_et"])
        for row in records(shared_data / "macro" / "macro_events.csv")
        if row["event"] in names
    }
    for event in names.values():
        days = [day for name, day, _ in typed if name == event]
        expected = {row for row in other if row[0] == event and min(days) <= row[1] <= max(days)}
        assert {row for row in typed if row[0] == event} == expected
