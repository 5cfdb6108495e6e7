"""Releases, decisions and offerings on real dates, worked out a second time from the definitions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from alvh_xl.functions import ALVH_EVENT_STUDY, ALVH_IPO_CLUSTERS
from alvh_xl.functions.event_report import Reaction, clusters, reactions
from alvh_xl.model.events import cluster_effect

K = 5  # sessions on either side


def serials(texts: object) -> np.ndarray:
    return np.asarray(texts, dtype="datetime64[D]").astype(np.int64) + 25569.0


def vix_history(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    frame = pd.read_csv(folder / "index" / "vix_daily_ohlc.csv")
    days, close = serials(frame["date"]), frame["close"].to_numpy(dtype=np.float64)
    weekday = days % 7.0 >= 2.0  # serial 2 was a Monday, 0 a Saturday
    return days[weekday], close[weekday]


def release_dates(folder: Path, event: str) -> np.ndarray:
    """Real dates of releases; GDP from two calendars with different spellings."""
    macro = folder / "macro"
    if event != "gdp":
        frame = pd.read_csv(macro / "macro_events.csv")
        return serials(frame.loc[(frame["event"] == event) & (frame["date"] < "2026-07-01"), "date"])
    old = pd.read_csv(macro / "econ_calendar_usd_2010_2014_consensus.csv")
    new = pd.read_csv(macro / "fxstreet_usd_high_impact_2014_2022.csv")
    first = old.loc[old["event"].isin(["Advance GDP q/q", "Prelim GDP q/q", "Final GDP q/q"]), "timestamp"]
    second = new.loc[new["Name"] == "Gross Domestic Product Annualized", "Start"]
    return serials(sorted({*first.str[:10], *second.str[:10]}))


def by_hand(hits: np.ndarray, days: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Abnormal path of every event, a row each in time, errors, and what each block adds to the control."""
    places = sorted({int(np.searchsorted(days, day)) for day in hits if days[0] <= day <= days[-1]})
    places = [t for t in places if days[t] - min(hits, key=lambda day: abs(day - days[t])) <= 7.0]
    rows = []
    of_day: dict[float, int] = {}
    calm: dict[float, list[np.ndarray]] = {}
    where: dict[float, list[tuple[int | None, int]]] = {}
    for t in range(K, len(y) - K):
        if min(abs(t - hit) for hit in places) > 2 * K:
            calm.setdefault(days[t] % 7.0, []).append(y[t - K : t + K + 1] - y[t - 1])
            since = max((hit for hit in places if hit < t), default=None)
            piece = t // 44 if since is None else (t - since - 11) // 44  # four windows of 11 sessions
            where.setdefault(days[t] % 7.0, []).append((since, piece))
    for t in places:
        if K <= t < len(y) - K and days[t] % 7.0 in calm:
            rows.append(y[t - K : t + K + 1] - y[t - 1] - np.mean(calm[days[t] % 7.0], axis=0))
            of_day[days[t] % 7.0] = of_day.get(days[t] % 7.0, 0) + 1
    abnormal = np.array(rows)
    off = abnormal - abnormal.mean(axis=0)
    n = len(off)
    variance = (off**2).sum(axis=0)
    for lag in range(1, 7):
        variance = variance + 2.0 * (1.0 - lag / 7.0) * (off[lag:] * off[:-lag]).sum(axis=0)
    blocks: dict[tuple[int | None, int], np.ndarray] = {}
    for day, count in of_day.items():
        level = np.mean(calm[day], axis=0)
        for path, block in zip(calm[day], where[day], strict=True):
            blocks[block] = blocks.get(block, 0.0) + (path - level) * count / n / len(calm[day])
    sums = np.array(list(blocks.values())) * np.sqrt(len(blocks) / (len(blocks) - 1))
    return abnormal, np.sqrt(variance / n**2 + (sums**2).sum(axis=0)), sums


@pytest.mark.parametrize("event", ["gdp", "cpi", "ppi", "fomc_decision"])
def test_a_release_on_its_real_dates_is_the_study_worked_out_by_hand(shared_data: Path, event: str) -> None:
    """n, effect, error and interval of GDP, CPI, PPI and FOMC: from the definition, and resamples of other draws."""
    days, vix = vix_history(shared_data)
    hits = release_dates(shared_data, event)
    abnormal, error, blocks = by_hand(hits, days, vix)
    table = ALVH_EVENT_STUDY(hits, days, vix, K, K)
    assert table["n"].unique().tolist() == [len(abnormal)]
    assert len(abnormal) > 100
    np.testing.assert_allclose(table["abnormal"], abnormal.mean(axis=0), atol=1e-9)
    np.testing.assert_allclose(table["error"], error, rtol=1e-9)
    rng = np.random.default_rng(1)
    draws = [abnormal[rng.integers(len(abnormal), size=len(abnormal))].mean(axis=0) for _ in range(4000)]
    control = [blocks[rng.integers(len(blocks), size=len(blocks))].sum(axis=0) for _ in range(4000)]
    low, high = np.percentile(np.array(draws) - np.array(control), [2.5, 97.5], axis=0)
    np.testing.assert_allclose(table["low"], low, atol=0.06 * float((high - low).max()))
    np.testing.assert_allclose(table["high"], high, atol=0.06 * float((high - low).max()))
    covers = (table["low"] <= 0.0) & (table["high"] >= 0.0)
    assert ((table["verdict"] == "no effect shown") == covers).all()


def test_gdp_cpi_and_ppi_show_no_effect_on_the_day_and_fomc_a_fall(shared_data: Path) -> None:
    """What may be said of the document's claim: no spike on releases; VIX falls with the decision, as published."""
    days, vix = vix_history(shared_data)
    calendar = {event: release_dates(shared_data, event).tolist() for event in ("gdp", "cpi", "ppi", "fomc_decision")}
    found = {(one.event, one.session): one for one in reactions(calendar, days, vix)}
    assert {event for event, _ in found} == set(calendar)
    for event in ("gdp", "cpi", "ppi"):
        assert found[event, 0].verdict == "no effect shown"
    assert found["fomc_decision", 0].verdict == "effect"
    assert found["fomc_decision", 0].effect < 0.0


def test_offerings_on_real_months_are_the_regression_worked_out_by_hand(shared_data: Path) -> None:
    """Clusters by pandas, ordinary least squares by normal equations, errors lag by lag; the interval leaves 0 out."""
    table = pd.read_csv(shared_data / "macro" / "baker_wurgler_ipo_monthly.csv", na_values=".").dropna(subset=["nipo"])
    counts = pd.Series(table["nipo"].to_numpy(dtype=np.float64))
    months = serials([f"{ym // 100}-{ym % 100:02d}-01" for ym in table["yearmo"]])
    past = counts.rolling(60).quantile(0.8, interpolation="linear").shift(1)
    flags = np.where(past.isna(), np.nan, counts > past)
    np.testing.assert_array_equal(ALVH_IPO_CLUSTERS(counts.to_numpy())[60:].astype(np.float64), flags[60:])
    days, vix = vix_history(shared_data)
    last: dict[int, float] = {}
    for stamp, close in zip(pd.to_datetime(days - 25569.0, unit="D"), vix.tolist(), strict=True):
        last[stamp.year * 100 + stamp.month] = close
    level = np.array([last.get(ym, np.nan) for ym in table["yearmo"]])
    y, keep = np.diff(level), np.isfinite(np.diff(level)) & np.isfinite(flags[:-1])
    x = np.column_stack([np.ones(keep.sum()), flags[:-1][keep], level[:-1][keep]])
    inverse = np.linalg.inv(x.T @ x)
    e = y[keep] - x @ (inverse @ x.T @ y[keep])
    scores = x * e[:, np.newaxis]
    middle = scores.T @ scores
    for lag in range(1, 7):
        cross = scores[lag:].T @ scores[:-lag]
        middle += (1.0 - lag / 7.0) * (cross + cross.T)
    error = float(np.sqrt((inverse @ middle @ inverse)[1, 1]))
    found = clusters(months, counts.to_numpy(), days, vix, 2000)
    assert found.n == keep.sum()
    assert found.effect == pytest.approx(float((inverse @ x.T @ y[keep])[1]))
    assert found.error == pytest.approx(error)
    assert found.verdict == "effect"
    assert found.effect < 0.0  # the opposite of the document's claim
    assert found.low < found.effect < found.high < 0.0


def test_the_last_month_ends_with_its_own_last_day() -> None:
    """With February last, 31 days would read VIX of March."""
    days = np.arange(40179.0, 43200.0)  # from 1 January 2010
    stamps = np.datetime64("1899-12-30") + days.astype(np.int64)
    month = stamps.astype("datetime64[M]").astype(np.int64)
    firsts = days[np.concatenate([[True], np.diff(month) > 0])]
    months = firsts[:98]  # to February 2018
    counts = 10.0 + 7.0 * (np.arange(98) % 5 == 0)
    vix = 15.0 + np.sin(days / 50.0)
    late = np.where(days >= firsts[98], 80.0, vix)  # March 2018
    assert clusters(months, counts, days, vix, 0) == pytest.approx(clusters(months, counts, days, late, 0), nan_ok=True)


def test_blocks_of_an_effect_without_noise_find_it_in_every_draw() -> None:
    """The resampled interval must be that of the coefficient: with no noise it has no width."""
    flags = (np.arange(300) % 5 == 0).astype(np.float64)
    vix = np.full(301, 15.0)
    for t in range(300):
        vix[t + 1] = vix[t] + 2.0 - 2.0 * flags[t] - 0.1 * vix[t]
    found = cluster_effect(np.append(flags, np.nan), vix, 50)
    assert (found.low, found.high) == pytest.approx((-2.0, -2.0))
    assert np.isnan(cluster_effect(np.append(flags, np.nan), vix).low)


def test_blocks_agree_with_the_error_where_months_are_independent() -> None:
    """With independent noise both intervals measure the same: their widths must be alike."""
    rng = np.random.default_rng(8)
    flags = (rng.random(400) < 0.3).astype(np.float64)
    vix = 18.0 + rng.normal(size=400)
    found = cluster_effect(flags, vix, 1500)
    low, high = found.interval
    assert found.high - found.low == pytest.approx(high - low, rel=0.15)


def test_an_interval_that_covers_zero_shows_no_effect() -> None:
    """One that only touches it is no effect either; a kind of event too rare to study is left out."""
    assert Reaction("cpi", 0, 0.5, 0.0, 1.0, 0.2, 40).verdict == "no effect shown"
    assert Reaction("cpi", 0, 0.5, 0.1, 1.0, 0.2, 40).verdict == "effect"
    assert Reaction("cpi", 0, -0.5, -1.0, -0.1, 0.2, 40).verdict == "effect"
    days = np.arange(43101.0, 43401.0)
    days = days[days % 7.0 >= 2.0]
    rare = reactions({"gdp": [float(days[50])]}, days, np.sin(days))
    assert rare == []
