"""Event studies against a slow twin and known effects, clusters and what follows them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from alvh_xl.model.errors import DomainError, MissingError, ShapeError, ZeroDenominatorError
from alvh_xl.model.events import cluster_effect, event_study, ipo_clusters
from alvh_xl.model.types import FloatArray

NAN = float("nan")
MONDAY = 45292.0  # 1 January 2024


def sessions(count: int) -> FloatArray:
    """Serials of so many Mondays to Fridays."""
    week, day = np.divmod(np.arange(count), 5)
    return np.asarray(MONDAY + 7 * week + day, dtype=np.float64)


def walk(count: int, seed: int = 7) -> FloatArray:
    return np.asarray(20.0 + np.cumsum(np.random.default_rng(seed).normal(size=count)), dtype=np.float64)


def slow_twin(hits: list[int], days: FloatArray, y: FloatArray, before: int, after: int) -> list[list[float]]:
    """Mean, control and abnormal of every session, by the definition, one loop a sum."""

    def path(t: int) -> list[float]:
        return [float(y[t + k] - y[t - 1]) for k in range(-before, after + 1)]

    whole = [t for t in range(len(y)) if t >= max(before, 1) and t + after < len(y)]
    quiet = [t for t in whole if all(abs(t - hit) > before + after for hit in hits)]
    own, other = [], []
    for t in hits:
        calm = [path(s) for s in quiet if days[s] % 7 == days[t] % 7]
        if t in whole and calm:
            own.append(path(t))
            other.append([sum(column) / len(calm) for column in zip(*calm, strict=True)])
    means = [[sum(column) / len(own) for column in zip(*rows, strict=True)] for rows in (own, other)]
    return [*means, [a - b for a, b in zip(*means, strict=True)]]


@pytest.mark.parametrize(("before", "after"), [(5, 5), (0, 3), (2, 0), (1, 1)])
def test_the_study_is_its_definition(before: int, after: int) -> None:
    """Windows, weekdays, quiet days or the day before the event are taken wrongly."""
    days, y, hits = sessions(300), walk(300), [0, 25, 40, 81, 142, 143, 200, 299]
    found = event_study(days[hits], days, y, before, after)
    mean, control, abnormal = slow_twin(hits, days, y, before, after)
    np.testing.assert_allclose(found.mean, mean, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.control, control, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.abnormal, abnormal, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(found.session, np.arange(-before, after + 1))


def test_the_error_is_that_of_statsmodels_over_events_in_time() -> None:
    """Events on several weekdays taken out of order, or neighbours counted as independent."""
    days, y = sessions(400), walk(400, 21)
    hits = [12, 25, 38, 51, 65, 78, 92, 104, 118, 131, 150, 177, 203, 230, 262, 291, 333, 360]
    found = event_study(days[hits], days, y, 1, 2)

    def path(t: int) -> FloatArray:
        return np.asarray(y[t - 1 : t + 3] - y[t - 1])

    quiet = [t for t in range(1, 398) if all(abs(t - hit) > 3 for hit in hits)]
    calm = {w: [s for s in quiet if days[s] % 7 == w] for w in {days[t] % 7 for t in hits}}
    rows = [path(t) - np.mean([path(s) for s in calm[days[t] % 7]], axis=0) for t in hits]
    used = sorted(s for part in calm.values() for s in part)
    before = [max([hit for hit in hits if hit < s], default=None) for s in used]
    groups = [(hit, (s - (0 if hit is None else hit + 4)) // 16) for s, hit in zip(used, before, strict=True)]
    label = np.array([sorted(set(groups), key=str).index(group) for group in groups])
    dummies = np.array([[days[s] % 7 == w for w in calm] for s in used], dtype=np.float64)
    share = np.array([sum(days[t] % 7 == w for t in hits) / len(hits) for w in calm])
    size = len(set(groups))
    for k, (column, error) in enumerate(zip(np.transpose(rows), found.error, strict=True)):
        fit = sm.OLS(column, np.ones(len(hits))).fit(cov_type="HAC", cov_kwds={"maxlags": 6, "use_correction": False})
        level = sm.OLS([path(s)[k] for s in used], dummies).fit(
            cov_type="cluster", cov_kwds={"groups": label, "use_correction": False}
        )
        control = share @ level.cov_params() @ share * size / (size - 1)
        assert error == pytest.approx(np.sqrt(fit.bse[0] ** 2 + control), rel=1e-9)


@pytest.mark.parametrize(("apart", "runs"), [(21, 300), (63, 200)])
def test_the_interval_covers_the_truth_nineteen_times_in_twenty(apart: int, runs: int) -> None:
    """Forgetting that the control is a mean of few days makes effects of pure chance in a quarter of all looks."""
    days = sessions(4500)
    hits = np.arange(15, 4480, apart) + np.arange(len(range(15, 4480, apart))) % 3
    covered, means, errors = np.zeros(11), [], []
    for run in range(runs):
        found = event_study(days[hits], days, walk(4500, 1000 + run), resamples=300)
        covered += (found.low <= 0.0) & (found.high >= 0.0)
        means.append(found.abnormal)
        errors.append(found.error)
    moving = np.arange(11) != 4  # the session before the event is 0 by definition
    assert 0.91 <= covered[moving].mean() / runs <= 0.98
    spread = np.sqrt(np.mean(np.square(means), axis=0))[moving]
    np.testing.assert_allclose(np.mean(errors, axis=0)[moving], spread, rtol=0.15)


def test_too_few_quiet_days_of_a_weekday_show_no_effect() -> None:
    """Four Mondays are no yardstick; n and the means stay."""
    days, y = sessions(120), walk(120)
    y[[30, 70]] += 50.0
    assert event_study(days[[30, 70]], days, y).shown[5]
    few = event_study(days[[30, 70]], days[:86], y[:86])
    mondays = [t for t in range(5, 81, 5) if abs(t - 30) > 10 and abs(t - 70) > 10]
    assert (len(mondays), few.controls, few.events) == (6, 6, 2)
    fewer = event_study(days[[30, 70]], days[10:86], y[10:86])
    assert (fewer.controls, fewer.events) == (4, 2)
    assert np.isnan([*fewer.low, *fewer.high, *fewer.error]).all()
    assert not fewer.shown.any()
    np.testing.assert_allclose(fewer.abnormal[5], slow_twin([20, 60], days[10:86], y[10:86], 5, 5)[2][5])


def test_a_weekday_effect_is_no_event_effect() -> None:
    """Rising every Thursday is not the work of releases on Thursdays."""
    days = sessions(200)
    y = np.where(days % 7 == MONDAY % 7 + 3, 21.0, 20.0)
    events = days[3::45]
    found = event_study(events, days, y, 2, 2)
    np.testing.assert_allclose(found.abnormal, 0.0, atol=1e-12)
    assert not found.shown.any()


def test_the_interval_is_that_of_the_mean() -> None:
    """For many independent events it must agree with mean ± 1.96 standard errors, and repeat itself exactly."""
    days, y = sessions(6000), np.random.default_rng(3).normal(20.0, 1.0, 6000)
    events = days[10::29]
    found = event_study(events, days, y, 0, 0)
    t = np.arange(10, 6000, 29)
    error = float(np.std(y[t] - y[t - 1], ddof=1) / np.sqrt(t.size))
    assert found.low[0] == pytest.approx(found.abnormal[0] - 1.96 * error, abs=0.1 * error)
    assert found.high[0] == pytest.approx(found.abnormal[0] + 1.96 * error, abs=0.1 * error)
    again = event_study(events, days, y, 0, 0)
    assert (found.low.tolist(), found.high.tolist()) == (again.low.tolist(), again.high.tolist())


def test_an_effect_is_shown_on_both_sides_of_zero() -> None:
    """The interval leaves 0 out below as well as above; the defaults are 5 sessions on both sides."""
    days, y = sessions(120), np.full(120, 20.0)
    for jump in (3.0, -3.0):
        y[[30, 70]] = 20.0 + jump
        found = event_study(days[[30, 70]], days, y)
        assert found.session[found.shown].tolist() == [0.0]
        assert found.abnormal.tolist() == [0.0] * 5 + [jump] + [0.0] * 5
    assert event_study(days[[30, 70]], days, y, 0, 0, 1).low.tolist() == [-3.0]


def test_an_event_belongs_to_the_session_that_first_shows_it() -> None:
    """In the morning its own, after the close the next, on a Saturday Monday's; far outside the data none."""
    days, y = sessions(60), np.full(60, 20.0)
    y[[20, 41]] = 23.0
    for events in (
        [days[20], days[41]],
        [days[20] + 8.5 / 24, days[41] + 15.9 / 24],
        [days[19] + 16.5 / 24, days[40] + 16.5 / 24],
        [days[20] - 2.0, days[41]],  # a Saturday
        [days[20], days[20] + 0.3, days[41], days[0] - 30.0, days[-1] + 30.0],
    ):
        found = event_study(events, days, y, 1, 1)
        assert (found.events, found.abnormal.tolist()) == (2, [0.0, 3.0, 0.0])


def test_an_event_in_a_hole_of_the_data_is_left_out() -> None:
    """Months without data must not push an event to the session after them."""
    days, y = np.concatenate((sessions(60), sessions(60) + 364)), walk(120)
    inside = [days[20], days[80]]
    holes = [*inside, days[59] + 100]
    assert event_study(holes, days, y, 1, 1).mean.tolist() == event_study(inside, days, y, 1, 1).mean.tolist()


def test_many_events_are_resampled_in_batches() -> None:
    """Memory must not grow with events × resamples; the last, smaller batch counts like the others."""
    days, y = sessions(9000), walk(9000)
    found = event_study(days[3:8990:9], days, y, 1, 1)
    assert (found.low <= found.abnormal).all()
    assert (found.abnormal <= found.high).all()


def test_what_no_study_can_be_made_of() -> None:
    """Too little, out of order, or with gaps."""
    days, y = sessions(40), walk(40)
    for problem, arguments in (
        (MissingError, (days[[20]], days, y)),
        (MissingError, (days[[1, 38]], days, y)),
        (MissingError, (days[[2, 5]], days[:8], y[:8])),
        (MissingError, (days + 2000, days, y)),
        (ShapeError, (days[[10, 20]], days, y[:-1])),
        (ShapeError, (days[[10, 20]], days, np.append(y[:-1], NAN))),
        (ShapeError, ([days[10], NAN], days, y)),
        (DomainError, (days[[10, 20]], days[::-1], y)),
        (DomainError, (days[[10, 20]], np.append(days[:-1], days[-2] + 0.5), y)),
        (DomainError, (days[[10, 20]], days, y, -1, 5)),
        (DomainError, (days[[10, 20]], days, y, 5, 5, 0)),
    ):
        with pytest.raises(problem):
            event_study(*arguments)


def test_clusters_exceed_the_percentile_of_the_months_before() -> None:
    """pandas' rolling quantile, shifted by a month, is an independent yardstick."""
    counts = np.random.default_rng(1).poisson(20, 200).astype(np.float64)
    past = pd.Series(counts).rolling(60).quantile(0.8, interpolation="linear").shift(1)
    expected = np.where(past.isna(), NAN, counts > past)
    np.testing.assert_array_equal(ipo_clusters(counts), expected)


def test_clusters_know_no_later_month() -> None:
    """Cutting the data must leave every earlier flag as it was."""
    counts = np.random.default_rng(2).poisson(20, 90).astype(np.float64)
    full = ipo_clusters(counts)
    for t in range(1, 91):
        np.testing.assert_array_equal(ipo_clusters(counts[:t]), full[:t])


@pytest.mark.parametrize(("counts", "window", "percentile"), [([-1.0], 60, 80), ([1.0], 0, 80), ([1.0], 60, 101)])
def test_clusters_have_a_domain(counts: list[float], window: int, percentile: float) -> None:
    """Negative counts and impossible percentiles."""
    with pytest.raises(DomainError):
        ipo_clusters(counts, window, percentile)
    with pytest.raises(ShapeError):
        ipo_clusters([1.0, NAN])


def test_the_shortest_window_and_the_extreme_percentiles() -> None:
    """One month before, and its lowest or highest count, are still a yardstick."""
    np.testing.assert_array_equal(ipo_clusters([3.0, 4.0, 4.0], 1), [NAN, 1.0, 0.0])
    np.testing.assert_array_equal(ipo_clusters([3.0, 5.0, 4.0], 2, 0), [NAN, NAN, 1.0])
    np.testing.assert_array_equal(ipo_clusters([3.0, 5.0, 4.0], 2, 100), [NAN, NAN, 0.0])


def test_a_known_effect_is_found_again() -> None:
    """VIX built to fall by 2 after each cluster month and to revert by a tenth."""
    flags = (np.arange(300) % 5 == 0).astype(np.float64)
    vix = np.full(301, 15.0)
    for t in range(300):
        vix[t + 1] = vix[t] + 2.0 - 2.0 * flags[t] - 0.1 * vix[t]
    found = cluster_effect(np.append(flags, NAN), vix)
    assert found.effect == pytest.approx(-2.0)
    assert found.persistence == pytest.approx(-0.1)
    assert found.n == 300


def test_the_errors_of_the_regression_are_newey_west() -> None:
    """The sandwich written out lag by lag, Bartlett weights, six lags."""
    random = np.random.default_rng(5)
    flags, vix = (random.random(120) < 0.3).astype(np.float64), 18.0 + np.cumsum(random.normal(size=120))
    found = cluster_effect(flags, vix)
    x = np.column_stack((np.ones(119), flags[:-1], vix[:-1]))
    inverse = np.linalg.inv(x.T @ x)
    e = np.diff(vix) - x @ (inverse @ x.T @ np.diff(vix))
    middle = np.zeros((3, 3))
    for i in range(119):
        for j in range(max(0, i - 6), min(119, i + 7)):
            middle += (1 - abs(i - j) / 7) * e[i] * e[j] * np.outer(x[i], x[j])
    error = float(np.sqrt((inverse @ middle @ inverse)[1, 1]))
    assert found.error == pytest.approx(error)
    assert found.t == pytest.approx(found.effect / error)


def test_what_no_regression_can_be_made_of() -> None:
    """Too short, of different length, or without both kinds of months."""
    vix = walk(60)
    with pytest.raises(MissingError):
        cluster_effect(np.ones(24), vix[:24])
    assert cluster_effect(np.arange(25) % 2, vix[:25]).n == 24
    with pytest.raises(ShapeError):
        cluster_effect(np.ones(30), vix[:29])
    with pytest.raises(ZeroDenominatorError):
        cluster_effect(np.zeros(60), vix)


def test_vix_fell_more_after_clusters_1990_to_2018(shared_data: Path) -> None:
    """The figures printed in the text of ALVH_IPO_CLUSTERS: −1.2 points, t −3.6, the opposite of the claim."""
    table = pd.read_csv(shared_data / "macro" / "baker_wurgler_ipo_monthly.csv", na_values=".")
    counts = table.set_index("yearmo")["nipo"].dropna()
    daily = pd.read_csv(shared_data / "index" / "vix_daily_ohlc.csv")
    month = daily["date"].str.slice(0, 4).astype(int) * 100 + daily["date"].str.slice(5, 7).astype(int)
    vix = daily.groupby(month)["close"].last()
    flags = pd.Series(ipo_clusters(counts.to_numpy()), index=counts.index)
    both = pd.concat([flags, vix], axis=1, keys=["flag", "vix"]).sort_index().loc[199001:]
    found = cluster_effect(both["flag"].to_numpy(), both["vix"].to_numpy())
    assert (round(found.effect, 1), round(found.t, 1), found.n) == (-1.2, -3.6, 348)
