from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from alvh_xl.model import spotvol
from alvh_xl.model.errors import DomainError, MissingError, ShapeError, ZeroDenominatorError
from alvh_xl.model.types import FloatArray

TENORS = (2.0, 8.0, 15.0, 22.0, 36.0, 64.0, 92.0, 126.0, 160.0, 200.0)
LINEAR = (-1.044, -0.930, -0.818, -0.640, -0.556, -0.444, -0.376, -0.319, -0.290, -0.266)


def test_linear_beta_is_table_4a_in_every_bucket() -> None:
    """A row of Table 4A is mistyped or a bucket is shifted."""
    assert spotvol.beta_linear(TENORS).tolist() == list(LINEAR)


def test_buckets_are_closed_on_the_left_and_the_last_on_both_sides() -> None:
    """A tenor at the edge of a bucket reads its neighbour."""
    assert spotvol.beta_linear([7.999, 8.0, 199.999, 200.0, 240.0]).tolist() == [
        -1.044,
        -0.930,
        -0.290,
        -0.266,
        -0.266,
    ]


def test_tenors_outside_2_to_240_have_no_beta() -> None:
    """The table is extrapolated in silence."""
    days = [1.999, 240.001, np.nan, -5.0, np.inf]
    assert np.isnan(spotvol.beta_linear(days)).all()
    assert np.isnan(spotvol.joint_pair(days)[1]).all()


@pytest.mark.parametrize(
    ("days", "vix", "beta"),
    [
        (2.0, 14.99, -0.801),
        (14.99, 15.0, -1.030),
        (15.0, 20.0, -0.756),
        (35.99, 30.0, -0.640),
        (36.0, 10.0, -0.500),
        (64.0, 19.99, -0.503),
        (92.0, 29.99, -0.419),
        (126.0, 80.0, -0.258),
        (199.99, 15.0, -0.368),
        (240.0, 30.0, -0.230),
        (200.0, 16.0, -0.313),
    ],
)
def test_beta_with_vix_reads_table_4b(days: float, vix: float, beta: float) -> None:
    """A row or column of Table 4B is shifted."""
    assert float(spotvol.beta_linear(days, vix)) == beta


def test_table_4b_is_the_printed_one() -> None:
    """A figure of Table 4B is mistyped."""
    printed = """
        -.801, .173 | -1.030, .299 | -.919, .114 | -.910, .043
        -.619, .206 | -.763, .089 | -.756, .048 | -.640, .033
        -.500, .100 | -.617, .110 | -.579, .061 | -.499, .016
        -.398, .069 | -.503, .073 | -.479, .041 | -.394, .017
        -.335, .052 | -.430, .039 | -.419, .028 | -.335, .012
        -.277, .032 | -.368, .019 | -.351, .022 | -.258, .008
        -.230, .029 | -.313, .033 | -.310, .009 | -.230, .005
    """
    pairs = np.array(printed.replace("|", " ").replace(",", " ").split(), dtype=np.float64).reshape(7, 4, 2)
    assert spotvol.BETA_BY_VIX.tolist() == pairs[:, :, 0].tolist()
    assert spotvol.CURVATURE_BY_VIX.tolist() == pairs[:, :, 1].tolist()
    grid = spotvol.beta_linear(np.array([[2.0], [15.0], [36.0], [64.0], [92.0], [126.0], [200.0]]), [1.0, 15, 20, 30])
    assert grid.tolist() == pairs[:, :, 0].tolist()


def test_beta_on_days_below_minus_two_percent_is_table_4a() -> None:
    """The last column of Table 4A is mistyped."""
    expected = [-1.158, -1.097, -0.892, -0.727, -0.616, -0.497, -0.409, -0.359, -0.317, -0.307]
    assert spotvol.BETA_BELOW_MINUS_2.tolist() == expected


def test_beta_with_vix_broadcasts_and_refuses_impossible_levels() -> None:
    """Ranges do not spill, or a VIX below 1 (a decimal vol) is guessed to be points."""
    assert spotvol.beta_linear([[30.0], [300.0]], [12.0, 0.15]).shape == (2, 2)
    assert np.isnan(spotvol.beta_linear(30.0, [0.15, np.nan])).all()


def test_joint_pair_is_table_4a() -> None:
    """The joint pairs of Table 4A are mistyped."""
    beta, curvature = spotvol.joint_pair(TENORS)
    assert beta.tolist() == [-0.989, -0.919, -0.808, -0.646, -0.557, -0.441, -0.374, -0.316, -0.288, -0.266]
    assert curvature.tolist() == [0.0506, 0.0353, 0.012, 0.0318, 0.0187, 0.0178, 0.0132, 0.0117, 0.006, 0.0066]


def test_residual_sd_and_kappa_are_table_4a() -> None:
    """Basis risk or ratio E reads a wrong column."""
    assert spotvol.residual_sd(TENORS).tolist() == [0.91, 0.88, 0.64, 0.79, 0.62, 0.51, 0.41, 0.37, 0.34, 0.33]
    assert spotvol.kappa(TENORS).tolist() == [
        0.693, 0.669, 0.572, 0.470, 0.399, 0.309, 0.251, 0.213, 0.191, 0.174,
    ]  # fmt: skip


def test_table_4b_curvature_below_vix_15_turns_at_one_and_a_half_percent() -> None:
    """Method section 4: at 15 to 36 days and VIX below 15 the parabola turns at +1.5 %."""
    beta, curvature = spotvol.BETA_BY_VIX[1, 0], spotvol.CURVATURE_BY_VIX[1, 0]
    assert round(float(-beta / (2.0 * curvature)), 1) == 1.5


def test_own_table_replaces_the_default_and_starts_at_its_first_row() -> None:
    """beta_table is ignored, or a tenor below its first row is extrapolated."""
    beta, curvature = spotvol.joint_pair([9.0, 10.0, 60.0, 240.0], [[10.0, -0.8, 0.02], [60.0, -0.4, 0.0]])
    assert np.array_equal(beta, [np.nan, -0.8, -0.4, -0.4], equal_nan=True)
    assert np.array_equal(curvature, [np.nan, 0.02, 0.0, 0.0], equal_nan=True)


@pytest.mark.parametrize(
    ("table", "error"),
    [
        ([[2.0, -0.8]], ShapeError),
        ([2.0, -0.8, 0.0], ShapeError),
        (np.empty((0, 3)), ShapeError),
        ([[2.0, np.nan, 0.0]], MissingError),
        ([[30.0, -0.6, 0.0], [2.0, -0.9, 0.0]], DomainError),
        ([[30.0, -0.6, 0.0], [30.0, -0.9, 0.0]], DomainError),
        ([[2.0, -np.inf, 0.0]], DomainError),
    ],
)
def test_a_malformed_own_table_is_refused(table: object, error: type[Exception]) -> None:
    """A wrong beta table would size a hedge."""
    with pytest.raises(error):
        spotvol.joint_pair(30.0, table)  # type: ignore[arg-type]


def test_future_after_is_the_parabola() -> None:
    """F(x) = F + beta*x + curvature*x^2 has a wrong sign: 17 at -5 % is 17 + 3.23 + 0.795."""
    assert float(spotvol.future_after(17.0, -5.0, -0.646, 0.0318)) == pytest.approx(21.025, abs=1e-12)


def test_future_after_ends_at_the_turning_point() -> None:
    """Past -beta/(2*curvature) = 10.157 % a rally would lift the future."""
    after = spotvol.future_after(17.0, [10.15, 10.16], -0.646, 0.0318)
    assert not np.isnan(after[0])
    assert np.isnan(after[1])


def test_future_after_ends_at_the_turning_point_of_a_concave_map() -> None:
    """With negative curvature the turning point lies on the falling side."""
    after = spotvol.future_after(17.0, [-9.9, -10.1], -0.4, -0.02)
    assert np.isnan(after).tolist() == [False, True]


def test_future_after_is_nan_at_or_below_zero_and_fits_a_straight_map() -> None:
    """A negative VIX future is shown, or curvature 0 divides by zero."""
    assert np.array_equal(spotvol.future_after(10.0, [5.0, 10.0, 11.0], -1.0, 0.0), [5.0, np.nan, np.nan], True)
    assert np.array_equal(spotvol.future_after(10.0, [0.0, 1.0], 0.0, 0.1), [10.0, np.nan], True)


def test_vx_and_vxm_greeks() -> None:
    """VX: beta*1000 and 2*curvature*1000; a VXM is a tenth; a future has no premium and no decay."""
    vx = spotvol.hedge_greeks("VX", 17.0, np.nan, 30.0, np.nan)
    assert [vx.dollar_delta, vx.dollar_gamma] == pytest.approx([-646.0, 63.6])
    assert (vx.delta, vx.gamma, vx.theta, vx.cost) == (1.0, 0.0, 0.0, 0.0)
    assert spotvol.hedge_greeks("VX", 1.0, np.nan, 30.0, np.nan).dollar_delta == vx.dollar_delta
    vxm = spotvol.hedge_greeks("VXM", 17.0, np.nan, 30.0, np.nan)
    assert vxm.dollar_delta == pytest.approx(vx.dollar_delta / 10.0)


def test_a_put_has_positive_dollar_delta() -> None:
    """Golden put delta -0.450029413 times -0.646 times 100; phi is ignored otherwise."""
    put = spotvol.hedge_greeks("VIX", 17.0, 17.0, 30.0, 0.85, 0.04, phi=-1.0)
    assert put.dollar_delta == pytest.approx(0.450029413 * 64.6, abs=1e-6)


def test_hedge_greeks_agree_with_a_revaluation() -> None:
    """Dollar delta and gamma must be the derivatives of the option's value along F(x)."""
    from alvh_xl.model.black import black76_price

    def value(x: float) -> float:
        return float(100.0 * black76_price(1.0, 17.0 - 0.646 * x + 0.0318 * x * x, 19.0, 30 / 365, 0.9, 0.04))

    greeks, step = spotvol.hedge_greeks("VIX", 17.0, 19.0, 30.0, 0.9, 0.04), 0.01
    assert greeks.dollar_delta == pytest.approx((value(step) - value(-step)) / (2 * step), rel=1e-5)
    curvature = (value(step) - 2 * value(0.0) + value(-step)) / step**2
    assert greeks.dollar_gamma == pytest.approx(curvature, rel=1e-5)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"instrument": "SPX"}, ShapeError),
        ({"days": 1.9}, DomainError),
        ({"days": 241.0}, DomainError),
        ({"future": 0.17}, DomainError),
        ({"future": np.nan}, DomainError),
        ({"vol": 7.0}, DomainError),
        ({"strike": -1.0}, DomainError),
        ({"beta": np.inf}, DomainError),
    ],
)
def test_hedge_greeks_outside_the_domain(change: dict[str, object], error: type[Exception]) -> None:
    """A hedge outside the domain gets a number."""
    inputs: dict[str, object] = {
        "instrument": "VIX", "future": 17.0, "strike": 17.0, "days": 30.0, "vol": 0.85,
    }  # fmt: skip
    with pytest.raises(error):
        spotvol.hedge_greeks(**(inputs | change))  # type: ignore[arg-type]


def sample(n: int = 400) -> tuple[FloatArray, FloatArray]:
    """Seeded moves with autocorrelated, heteroscedastic noise."""
    rng = np.random.default_rng(11)
    x = rng.standard_t(4, n)
    noise = np.convolve(rng.standard_normal(n + 4), np.ones(5) / 5, "valid") * (0.5 + np.abs(x))
    return x, 0.1 - 0.65 * x + 0.03 * x * x + noise


@pytest.mark.parametrize("model", ["linear", "quadratic", "asymmetric"])
def test_fit_agrees_with_statsmodels(model: str) -> None:
    """Coefficients, HAC(5) errors, R^2 or residual sd differ from an independent implementation."""
    sm = pytest.importorskip("statsmodels.api")
    x, y = sample()
    extra = {"linear": [], "quadratic": [x**2], "asymmetric": [np.minimum(x, 0)]}[model]
    oracle = sm.OLS(y, np.column_stack([np.ones_like(x), x, *extra])).fit(cov_type="HAC", cov_kwds={"maxlags": 5})
    fit = spotvol.spot_vol_fit(x, y, model)
    count = 2 + len(extra)
    assert [fit.intercept, fit.beta, fit.curvature][:count] == pytest.approx(oracle.params.tolist(), rel=1e-10)
    assert [fit.se_intercept, fit.se_beta, fit.se_curvature][:count] == pytest.approx(oracle.bse.tolist(), rel=1e-9)
    assert fit.r_squared == pytest.approx(float(oracle.rsquared), rel=1e-10)
    assert fit.residual_sd == pytest.approx(float(np.sqrt(oracle.scale)), rel=1e-10)
    assert fit.n == 400
    assert np.isnan(fit.curvature) == (model == "linear")


def test_fit_needs_120_observations() -> None:
    """A beta from a few days looks like evidence."""
    x, y = sample(119)
    with pytest.raises(MissingError):
        spotvol.spot_vol_fit(x, y)
    assert spotvol.spot_vol_fit(*sample(120)).n == 120


def test_fit_refuses_gaps_unknown_models_and_constant_series() -> None:
    """A hole is skipped in silence, or a constant divides by zero."""
    x, y = sample()
    with pytest.raises(ShapeError):
        spotvol.spot_vol_fit(x[1:], y)
    with pytest.raises(ShapeError):
        spotvol.spot_vol_fit(np.where(x == x[5], np.nan, x), y)
    with pytest.raises(ShapeError):
        spotvol.spot_vol_fit(x, y, "cubic")
    with pytest.raises(ZeroDenominatorError):
        spotvol.spot_vol_fit(np.ones(400), y)
    with pytest.raises(ZeroDenominatorError):
        spotvol.spot_vol_fit(x, np.ones(400))
    with pytest.raises(ZeroDenominatorError):
        spotvol.spot_vol_fit(np.abs(x), y, "asymmetric")


def futures_changes(folder: Path) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Tenor before the day, SPX move and change of every monthly VX, 2007-04 to 2021-03; gaps over 5 days dropped.

    Changes are taken contract by contract, so no roll day enters; the change into the final settlement is dropped.
    """
    import pandas as pd

    vx = pd.read_parquet(folder / "vx_futures" / "vx_futures_settlements.parquet")
    spx = pd.read_csv(folder / "index" / "spx_daily_ohlcv.csv", parse_dates=["date"]).set_index("date")["close"]
    vx = vx[(vx["kind"] == "M") & vx["trade_date"].between("2007-04-02", "2021-03-19") & (vx["settle"] > 1.0)]
    vx = vx[vx["trade_date"].isin(spx.index)].sort_values(["contract", "trade_date"])
    groups = vx.groupby("contract")
    before = groups["trade_date"].shift()
    gap = (vx["trade_date"] - before).dt.days
    keep = gap.between(1, 5) & (vx["trade_date"] < vx["expiry"])
    tenor = (vx["expiry"] - before).dt.days[keep]
    move = 100.0 * (spx.reindex(vx["trade_date"][keep]).to_numpy() / spx.reindex(before[keep]).to_numpy() - 1.0)
    change = groups["settle"].diff()[keep]
    return np.asarray(tenor, np.float64), np.asarray(move, np.float64), np.asarray(change, np.float64)


def test_beta_table_follows_from_the_market_data(shared_data: Path) -> None:
    """Gate G4: a re-estimated beta lies more than 0.05 from Table 4A."""
    tenor, move, change = futures_changes(shared_data)
    for low, high, table, r_squared in zip(
        TENORS,
        (*TENORS[1:], 240.5),
        LINEAR,
        (0.66, 0.67, 0.72, 0.51, 0.56, 0.56, 0.58, 0.56, 0.55, 0.52),
        strict=True,
    ):
        bucket = (tenor >= low) & (tenor < high)
        fit = spotvol.spot_vol_fit(move[bucket], change[bucket])
        assert fit.beta == pytest.approx(table, abs=0.05)
        assert fit.r_squared == pytest.approx(r_squared, abs=0.03)
        joint = spotvol.spot_vol_fit(move[bucket], change[bucket], "quadratic")
        beta, curvature = spotvol.joint_pair(low)
        assert joint.beta == pytest.approx(float(beta), abs=0.05)
        assert joint.curvature == pytest.approx(float(curvature), abs=0.003)
        assert joint.residual_sd == pytest.approx(float(spotvol.residual_sd(low)), abs=0.03)


def test_spot_vix_regressions_follow_from_the_market_data(shared_data: Path) -> None:
    """Method section 4: dVIX = 0.04 - 1.130x (R^2 .62) and -0.009 - 1.125x + 0.039x^2, 1990 to 2021."""
    import pandas as pd

    spx = pd.read_csv(shared_data / "index" / "spx_daily_ohlcv.csv", parse_dates=["date"]).set_index("date")["close"]
    vix = pd.read_csv(shared_data / "index" / "vix_daily_ohlc.csv", parse_dates=["date"]).set_index("date")["close"]
    both = pd.concat([spx, vix], axis=1, join="inner").loc["1990-01-02":"2021-03-19"].to_numpy()
    move, change = 100.0 * (both[1:, 0] / both[:-1, 0] - 1.0), np.diff(both[:, 1])
    linear = spotvol.spot_vol_fit(move, change)
    assert [linear.intercept, linear.beta] == pytest.approx([0.04, -1.130], abs=0.008)
    assert linear.r_squared == pytest.approx(0.62, abs=0.01)
    quadratic = spotvol.spot_vol_fit(move, change, "quadratic")
    assert quadratic.beta == pytest.approx(-1.125, abs=0.01)
    assert quadratic.curvature == pytest.approx(0.039, abs=0.003)
    whaley = spotvol.spot_vol_fit(move, 100.0 * np.diff(np.log(both[:, 1])), "asymmetric")
    assert whaley.beta == pytest.approx(-3.345, abs=0.03)
    assert whaley.curvature == pytest.approx(-1.489, abs=0.05)
