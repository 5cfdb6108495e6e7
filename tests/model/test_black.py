"""Prices and Greeks: golden vectors, units, identities, the edges of the domain, parity."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh_xl.model import black
from alvh_xl.model.errors import DomainError, MissingError, ShapeError

SPX = (6000.0, 6175.0, 14 / 365, 0.15, 0.04, 0.013)
VIX_CALLS = [
    # future, strike, days, vol, printed: price, delta, gamma, theta (method.md §11, rate 0.04)
    (17.0, 17.0, 30, 0.85, 1.64320131, 0.546688314, 0.0952744525, -0.0270713531),
    (17.0, 22.0, 30, 1.05, 0.626389456, 0.239309324, 0.060561846, -0.0263647337),
    (18.8, 18.8, 110, 0.62, 2.51004735, 0.560765365, 0.0607136503, -0.0110245131),
    (19.6, 19.6, 220, 0.52, 3.06071218, 0.566168755, 0.0482244599, -0.00652677902),
]


def printed(value: float) -> object:
    """Equal to nine significant digits, as printed."""
    return pytest.approx(value, rel=6e-9)


@pytest.mark.parametrize(("future", "strike", "days", "vol", "price", "delta", "gamma", "theta"), VIX_CALLS)
def test_black76_call_reproduces_the_golden_vector(
    future: float, strike: float, days: int, vol: float, price: float, delta: float, gamma: float, theta: float
) -> None:
    """A wrong discount, day count or sign of the rate term in theta."""
    v = black.black76(1.0, future, strike, days / 365, vol, 0.04)
    expected = [printed(x) for x in (price, delta, gamma, theta)]
    assert [float(x) for x in (v.price, v.delta, v.gamma, v.theta)] == expected


def test_black76_vega_rho_and_put_reproduce_the_golden_vector() -> None:
    """Vega or rho per 1.00 instead of per 0.01, or a put delta without its discount."""
    call = black.black76(1.0, 17.0, 17.0, 30 / 365, 0.85, 0.04)
    put = black.black76(-1.0, 17.0, 17.0, 30 / 365, 0.85, 0.04)
    assert float(call.vega) == printed(0.0192363035)
    assert float(call.rho) == printed(-0.00135057642)
    assert (float(put.price), float(put.delta)) == (printed(1.64320131), printed(-0.450029413))


def test_bsm_call_and_put_reproduce_the_golden_vector() -> None:
    """Any wrong sign, dividend term or unit among the eight outputs."""
    call, put = black.bsm(1.0, *SPX), black.bsm(-1.0, *SPX)
    expected = {
        "price": 16.5570012, "delta": 0.176436215, "gamma": 0.00146977365, "vega": 3.0442435, "theta": -1.70733894,
        "rho": 0.399694357, "vanna": 0.0165468903, "volga": 0.180574824,
    }  # fmt: skip
    assert {name: float(getattr(call, name)) for name in expected} == {k: printed(x) for k, x in expected.items()}
    put_values = [float(x) for x in (put.price, put.delta, put.theta, put.rho)]
    assert put_values == [printed(x) for x in (185.081328, -0.823065279, -1.24525616, -1.96516773)]


def test_at_the_money_straddle_is_the_golden_one() -> None:
    """A wrong density constant, which 0.797856 of the expected move would show."""
    straddle = float(black.bsm_price(np.array([1.0, -1.0]), 6000.0, 6000.0, 14 / 365, 0.15).sum())
    theta = float(black.bsm_six(np.array([1.0, -1.0]), 6000.0, 6000.0, 14 / 365, 0.15)[4].sum())
    assert straddle == pytest.approx(140.632125, abs=5e-7)
    assert straddle / (6000 * 0.15 * math.sqrt(14 / 365)) == pytest.approx(0.797856, abs=5e-7)
    assert -theta / straddle * 100 == pytest.approx(3.5712, abs=5e-5)


@pytest.mark.parametrize(("vol", "delta", "gamma", "future"), [
    (0.827115, 0.927137, 0.092119, 24.55), (1.190962, 0.832388, 0.116576, 24.40),
])  # fmt: skip
def test_the_wrong_underlying_gives_the_wrong_vol_and_delta(
    vol: float, delta: float, gamma: float, future: float
) -> None:
    """A VIX option valued on spot VIX: both columns of the published mistake must come out."""
    implied = black.implied_vol(1.0, 2.10, future, 22.5, 2 / 365, on_future=True)
    v = black.black76(1.0, future, 22.5, 2 / 365, implied)
    found = [float(implied), float(v.delta), float(v.gamma)]
    assert found == [pytest.approx(x, abs=5.1e-7) for x in (vol, delta, gamma)]


def _bumped(model: str, phi: float, **change: float) -> float:
    terms = {"u": 6000.0, "k": 5900.0, "t": 0.2, "v": 0.25, "r": 0.03, "q": 0.02} | change
    if model == "spot":
        return float(black.bsm_price(phi, terms["u"], terms["k"], terms["t"], terms["v"], terms["r"], terms["q"]))
    return float(black.black76_price(phi, terms["u"], terms["k"], terms["t"], terms["v"], terms["r"]))


def _slope(model: str, phi: float, name: str, at: float, step: float) -> float:
    return (_bumped(model, phi, **{name: at + step}) - _bumped(model, phi, **{name: at - step})) / (2 * step)


@pytest.mark.parametrize("phi", [1.0, -1.0])
@pytest.mark.parametrize("model", ["spot", "future"])
def test_greeks_are_the_derivatives_of_the_price_in_their_stated_units(model: str, phi: float) -> None:
    """A Greek in the wrong unit (per 1.00 of vol, per year) or with a wrong sign."""
    if model == "spot":
        v = black.bsm(phi, 6000.0, 5900.0, 0.2, 0.25, 0.03, 0.02)
    else:
        v = black.black76(phi, 6000.0, 5900.0, 0.2, 0.25, 0.03)
    assert float(v.delta) == pytest.approx(_slope(model, phi, "u", 6000.0, 0.5), rel=1e-7)
    second = _bumped(model, phi, u=6002.0) - 2 * _bumped(model, phi) + _bumped(model, phi, u=5998.0)
    assert float(v.gamma) == pytest.approx(second / 4.0, rel=1e-5)
    assert float(v.vega) == pytest.approx(_slope(model, phi, "v", 0.25, 1e-4) / 100, rel=1e-6)
    assert float(v.theta) == pytest.approx(-_slope(model, phi, "t", 0.2, 1e-5) / 365, rel=1e-6)
    assert float(v.rho) == pytest.approx(_slope(model, phi, "r", 0.03, 1e-5) / 100, rel=1e-6)


def test_vanna_and_volga_are_the_changes_of_delta_and_vega_for_one_point_of_vol() -> None:
    """A second-order Greek off by a factor of 100."""
    terms = (-1.0, 6000.0, 5600.0, 0.2)
    up, down = black.bsm(*terms, 0.2501, 0.03, 0.02), black.bsm(*terms, 0.2499, 0.03, 0.02)
    v = black.bsm(*terms, 0.25, 0.03, 0.02)
    assert float(v.vanna) == pytest.approx(float(up.delta - down.delta) / 0.02, rel=1e-5)
    assert float(v.volga) == pytest.approx(float(up.vega - down.vega) / 0.02, rel=1e-5)


positive = st.floats(1.0, 9000.0)


@given(
    spot=positive, ratio=st.floats(0.2, 5.0), years=st.floats(1e-4, 5.0), vol=st.floats(0.01, 6.0),
    rate=st.floats(-0.05, 0.15), dividend_yield=st.floats(0.0, 0.08),
)  # fmt: skip
def test_call_minus_put_is_the_discounted_forward_minus_strike(
    spot: float, ratio: float, years: float, vol: float, rate: float, dividend_yield: float
) -> None:
    """A call and a put that disagree about the forward."""
    strike = spot * ratio
    call, put = (black.bsm_six(phi, spot, strike, years, vol, rate, dividend_yield) for phi in (1.0, -1.0))
    forward = spot * math.exp(-dividend_yield * years) - strike * math.exp(-rate * years)
    assert float(call[0] - put[0]) == pytest.approx(forward, abs=4e-15 * (spot + strike))
    assert float(call[1] - put[1]) == pytest.approx(math.exp(-dividend_yield * years), rel=1e-14)
    assert min(call[0], put[0]) >= 0.0
    assert (call[2], call[3]) == (put[2], put[3])


@given(future=positive, ratio=st.floats(0.2, 5.0), years=st.floats(1e-4, 5.0), vol=st.floats(0.01, 6.0))
def test_the_price_rises_with_vol_and_stays_inside_its_bounds(
    future: float, ratio: float, years: float, vol: float
) -> None:
    """A price below intrinsic value, above its bound, or falling as vol rises."""
    strike = future * ratio
    low, high = (float(black.black76_price(1.0, future, strike, years, v, 0.04)) for v in (0.9 * vol, vol))
    bound = math.exp(-0.04 * years) * future
    tolerance = 2e-15 * (future + strike)
    assert max(0.0, math.exp(-0.04 * years) * (future - strike)) - tolerance <= low <= high + tolerance
    assert high <= bound + tolerance


def test_black76_is_bsm_with_the_yield_equal_to_the_rate() -> None:
    """The two models drifting apart; only rho differs, as a future's value moves with the discount alone."""
    terms = (np.array([1.0, -1.0]), 17.0, 20.0, 0.2, 0.9)
    spot, future = black.bsm(*terms, 0.04, 0.04), black.black76(*terms, 0.04)
    for name in ("price", "delta", "gamma", "vega", "theta", "vanna", "volga"):
        np.testing.assert_allclose(getattr(future, name), getattr(spot, name), rtol=1e-13)
    np.testing.assert_allclose(future.rho, -0.2 * future.price / 100, rtol=1e-15)


def test_at_expiry_the_price_is_the_payoff_and_greeks_are_nan() -> None:
    """A hidden floor under time, or a division by zero, on the day of settlement."""
    v = black.bsm(np.array([1.0, 1.0, -1.0, -1.0]), 100.0, np.array([90.0, 110.0, 110.0, 90.0]), 0.0, 0.2, 0.05)
    assert v.price.tolist() == [10.0, 0.0, 10.0, 0.0]
    for name in black.GREEKS[1:]:
        assert np.isnan(getattr(v, name)).all()


def test_in_the_last_seconds_the_price_tends_to_the_payoff() -> None:
    """A jump or an overflow just before expiry."""
    price = black.bsm_price(1.0, 100.0, np.array([90.0, 100.0, 110.0]), 1e-30, 0.2)
    assert price.tolist() == [10.0, pytest.approx(0.0, abs=1e-12), 0.0]


INF, NAN = math.inf, math.nan


@pytest.mark.parametrize("bad", [
    {"phi": 0.0}, {"phi": NAN}, {"spot": 0.0}, {"spot": -1.0}, {"spot": -1.0, "strike": -1.0}, {"spot": INF},
    {"spot": NAN}, {"strike": 0.0}, {"strike": INF}, {"years": -1e-9}, {"years": INF}, {"years": NAN}, {"vol": 0.0},
    {"vol": -0.2}, {"vol": 6.0000001}, {"vol": 15.0}, {"vol": NAN}, {"rate": NAN}, {"rate": INF},
    {"dividend_yield": -INF}, {"dividend_yield": NAN},
])  # fmt: skip
def test_outside_the_domain_every_output_is_nan_and_the_neighbour_is_untouched(bad: dict[str, float]) -> None:
    """A number for an impossible option, a warning, or one bad element spoiling the others."""
    good = {"phi": 1.0, "spot": 100.0, "strike": 95.0, "years": 0.5, "vol": 0.3, "rate": 0.03, "dividend_yield": 0.01}
    alone = black.bsm(**good)
    pair = black.bsm(**{name: np.array([value, bad.get(name, value)]) for name, value in good.items()})
    scalar = black.bsm(**(good | bad))
    many = black.bsm(**{name: np.array([bad.get(name, value)] + 999 * [value]) for name, value in good.items()})
    for name in black.GREEKS:
        first, second = getattr(pair, name)
        assert first == float(getattr(alone, name))
        assert math.isnan(second)
        assert math.isnan(getattr(scalar, name))
        assert np.flatnonzero(np.isnan(getattr(many, name))).tolist() == [0]


def test_the_largest_allowed_vol_is_valued() -> None:
    """A domain check that excludes its own end."""
    assert np.isfinite(black.bsm_price(1.0, 100.0, 100.0, 1.0, 6.0))


def test_arguments_broadcast_and_long_inputs_equal_short_ones() -> None:
    """A seam between the blocks the kernel works in, or a lost axis."""
    assert black.bsm_six(np.ones((2, 1)), 100.0, np.array([90.0, 100.0, 110.0]), 0.1, 0.2).shape == (6, 2, 3)
    assert black.bsm(1.0, [], 100.0, 1.0, 0.2).price.shape == (0,)
    strikes = np.linspace(50.0, 200.0, 40_001)
    whole = black.bsm_six(-1.0, 100.0, strikes, 0.3, 0.4, 0.03, 0.01)
    picked = [0, 16_699, 16_700, 33_400, 40_000]
    alone = black.bsm_six(-1.0, 100.0, strikes[picked], 0.3, 0.4, 0.03, 0.01)
    np.testing.assert_allclose(whole[:, picked], alone, 1e-14)


@pytest.mark.parametrize("on_future", [False, True])
@pytest.mark.parametrize("together", [1, 5, 20, 50, 80])
def test_few_options_and_many_are_valued_alike(on_future: bool, together: int) -> None:
    """A kernel for a few options that differs from that for many, so that a longer range changes what stood there."""
    rng = np.random.default_rng(3)
    phi, strike = rng.choice([-1.0, 1.0], 400), rng.uniform(60.0, 160.0, 400)
    years, vol, rate = rng.uniform(0.01, 2.0, 400), rng.uniform(0.02, 0.9, 400), rng.uniform(-0.02, 0.1, 400)
    terms = (phi, np.full(400, 100.0), strike, years, vol, rate)
    model = black.black76 if on_future else black.bsm
    many = model(*(np.tile(column, 5) for column in terms))
    parts = [model(*(column[i : i + together] for column in terms)) for i in range(0, 400, together)]
    for name in black.GREEKS:
        few, all_at_once = np.concatenate([getattr(part, name) for part in parts]), getattr(many, name)[:400]
        np.testing.assert_allclose(few, all_at_once, rtol=2e-12, atol=1e-14 * np.abs(all_at_once).max())


@pytest.mark.parametrize("terms", [
    (100.0, 100.0, 1e-6, 0.2, 0.03, 0.01), (100.0, 101.0, 1e-5, 0.5, 0.03, 0.01), (100.0, 90.0, 0.0, 0.2, 0.03, 0.01),
    (100.0, 100.0, 1.0, 0.2, -800.0, 0.0), (100.0, 100.0, 1.0, 0.2, 0.0, 800.0), (1e-200, 1e-200, 1.0, 0.2, 0.0, 0.0),
    (100.0, 1e9, 0.1, 0.2, 0.03, 0.01), (1e9, 100.0, 0.1, 0.2, 0.03, 0.01),
])  # fmt: skip
@pytest.mark.parametrize("phi", [1.0, -1.0])
def test_extreme_terms_are_valued_alike_alone_and_among_many(phi: float, terms: tuple[float, ...]) -> None:
    """An overflow, or a tail subtracted where the series is needed, when an option is valued alone."""
    alone = black.bsm_six(phi, *terms)
    many = black.bsm_six(phi, *(np.full(1_000, value) for value in terms))[:, 0]
    np.testing.assert_array_equal(alone, many)
    twenty = black.bsm_six(np.full(20, phi), *(np.full(20, value) for value in terms))[:, 7]
    np.testing.assert_allclose(twenty, many, rtol=1e-12)


def test_shapes_that_only_look_alike_are_broadcast_as_ever() -> None:
    """A row against a column, a single number in an array, or whole numbers, taken for twenty separate options."""
    phi, strikes = np.ones(20), np.linspace(90.0, 110.0, 20)
    full = black.bsm_six(phi, np.full(20, 100.0), strikes, *(np.full(20, x) for x in (0.1, 0.2, 0.03, 0.01)))
    row = black.bsm_six(phi, 100.0, strikes.reshape(1, 20), 0.1, 0.2, 0.03, 0.01)
    assert row.shape == (6, 1, 20)
    np.testing.assert_allclose(row[:, 0], full, rtol=1e-12)
    two = black.bsm_six(phi, np.full((2, 20), 100.0), strikes, 0.1, 0.2, 0.03, 0.01)
    assert two.shape == (6, 2, 20)
    single = black.bsm_six(phi, np.array([100.0]), strikes, np.array([[0.1]])[0], 0.2, 0.03, 0.01)
    np.testing.assert_allclose(single, full, rtol=1e-12)
    whole = [np.full(20, x) for x in (1, 100)]
    ints = black.bsm_six(whole[0], whole[1], strikes, *(np.full(20, x) for x in (0.1, 0.2, 0.03, 0.01)))
    np.testing.assert_array_equal(ints, full)
    many = black.bsm_six(np.ones(200, dtype=int), *(np.full(200, x) for x in (100, 100, 1, 1, 0, 0)))
    np.testing.assert_allclose(many[0], black.bsm_price(1.0, 100.0, 100.0, 1.0, 1.0), rtol=1e-12)


def test_one_special_option_among_twenty_spoils_no_other() -> None:
    """An expired or impossible option in a short range changes its neighbours, or is valued as an ordinary one."""
    strikes = np.linspace(90.0, 110.0, 20)
    terms = {"phi": 1.0, "spot": 100.0, "years": 0.1, "vol": 0.2, "rate": 0.03, "dividend_yield": 0.01}
    clean = black.bsm_six(strike=strikes, **terms)
    for name, bad in (("phi", 0.5), ("spot", NAN), ("years", 0.0), ("vol", 6.1), ("rate", INF), ("years", -1.0)):
        column = np.full(20, terms[name])
        column[3] = bad
        mixed = black.bsm_six(strike=strikes, **(terms | {name: column}))
        np.testing.assert_allclose(np.delete(mixed, 3, axis=1), np.delete(clean, 3, axis=1), rtol=1e-12, atol=0.0)
        assert np.isnan(mixed[1:, 3]).all()
    assert black.bsm_six(1.0, 100.0, strikes.reshape(4, 5), 0.1, 0.2).shape == (6, 4, 5)


def test_threads_that_value_short_ranges_at_once_do_not_share_scratch_space() -> None:
    """Two spreadsheet calls at the same moment mix their numbers."""
    strikes = np.linspace(90.0, 110.0, 20)
    spots = (80.0, 100.0, 120.0)
    right = {spot: black.bsm_six(1.0, spot, strikes, 0.1, 0.2) for spot in spots}

    def wrong(spot: float) -> int:
        return sum(not np.array_equal(black.bsm_six(1.0, spot, strikes, 0.1, 0.2), right[spot]) for _ in range(500))

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(wrong, spots)) == [0, 0, 0]


@pytest.mark.parametrize("many", [1, 100])
@pytest.mark.parametrize("phi", [1.0, -1.0])
def test_a_d1_or_d2_of_exactly_zero_is_no_special_point(phi: float, many: int) -> None:
    """A step function with the wrong value at zero: at d2 = 0 half the strike would be missing from the price.

    At the money with r − q = σ²/2 d2 is exactly 0, with q − r = σ²/2 d1 is; both are binary fractions here. N(0) = 1/2.
    """
    spot, half = np.full(many, 100.0), 0.25**2 / 2
    above = (math.erf(0.25 / math.sqrt(2)) + 1) / 2  # N(σ√T)
    v = black.bsm_six(phi, spot, 100.0, 1.0, 0.25, half)[:, 0]
    bond = 100 * math.exp(-half)
    assert v[0] == pytest.approx(100 * above - bond / 2 if phi > 0 else bond / 2 - 100 * (1 - above), rel=1e-13)
    w = black.bsm_six(phi, spot, 100.0, 1.0, 0.25, 0.0, half)[:, 0]
    assert w[1] == pytest.approx(phi * math.exp(-half) / 2, rel=1e-13)


def test_six_and_price_agree_with_the_full_valuation() -> None:
    """The fast paths giving other numbers than the full one."""
    v = black.bsm(1.0, *SPX)
    assert black.bsm_six(1.0, *SPX).tolist() == [float(getattr(v, name)) for name in black.SIX]
    assert float(black.bsm_price(1.0, *SPX)) == float(v.price)
    f = black.black76(-1.0, 17.0, 22.0, 0.1, 0.9, 0.04)
    assert black.black76_six(-1.0, 17.0, 22.0, 0.1, 0.9, 0.04).tolist() == [float(getattr(f, n)) for n in black.SIX]
    assert float(black.black76_price(-1.0, 17.0, 22.0, 0.1, 0.9, 0.04)) == float(f.price)
    strikes = np.linspace(5500.0, 6500.0, 20)
    short = (6000.0, strikes, *SPX[2:])
    np.testing.assert_array_equal(black.bsm_price(-1.0, *short), black.bsm_six(-1.0, *short)[0])


def test_inputs_are_left_as_they_were() -> None:
    """In-place arithmetic reaching the caller's arrays."""
    columns = [np.array([1.0, -1.0]), np.array([100.0, 0.0]), np.full(2, 95.0), np.array([0.5, 0.0]), np.full(2, 0.3)]
    before = [column.copy() for column in columns]
    black.bsm(*columns)
    black.implied_vol(columns[0], 8.0, columns[1], columns[2], columns[3])
    for column, original in zip(columns, before, strict=True):
        assert column.tolist() == original.tolist()


def test_intrinsic_is_measured_on_the_forward_and_extrinsic_is_the_rest() -> None:
    """Intrinsic value taken on spot, which makes the time value of a put with carry negative."""
    spot, strike, years, rate, dividend_yield = 100.0, 120.0, 0.5, 0.05, 0.02
    expected = 120 * math.exp(-0.025) - 100 * math.exp(-0.01)
    value = black.intrinsic(-1.0, spot, strike, years, rate, dividend_yield)
    assert float(value) == pytest.approx(expected, rel=1e-13)
    assert float(black.intrinsic(1.0, spot, strike, years, rate, dividend_yield)) == 0.0
    assert float(black.intrinsic(1.0, 24.55, 22.5, 0.1, 0.04, on_future=True)) == pytest.approx(2.05 * math.exp(-0.004))
    assert float(black.extrinsic(-1.0, 25.0, spot, strike, years, rate, dividend_yield)) == pytest.approx(25 - expected)
    assert float(black.intrinsic(1.0, 6000.3, 5820.1, 0.0)) == 6000.3 - 5820.1
    bad = black.intrinsic([1.0, 0.5, 1.0, 1.0], [100.0, 100.0, -1.0, 100.0], 90.0, [-0.1, 1.0, 1.0, math.inf])
    assert np.isnan(bad).all()


def test_implied_forward_reproduces_the_golden_pair() -> None:
    """A discount instead of a growth factor, or a put minus a call."""
    call, put = (float(black.bsm_price(phi, *SPX)) for phi in (1.0, -1.0))
    assert black.implied_forward([6175.0], [call], [put], 14 / 365, 0.04) == pytest.approx(6006.216917, abs=5e-7)


def test_implied_forward_uses_the_strike_of_least_gap_and_the_lower_of_two() -> None:
    """A choice that depends on the order of the rows, or a missing quote that hides a strike."""
    assert black.implied_forward([110, 100, 90, 95], [1, 4, 9, math.nan], [7, 3, 8, 5], 0.0) == 91.0
    assert black.implied_forward([90, 100], [9, 4], [8, 3], 0.0) == 91.0


def test_implied_forward_names_what_is_wrong() -> None:
    """A silent answer from unusable quotes."""
    with pytest.raises(ShapeError):
        black.implied_forward([100.0], [1.0, 2.0], [1.0], 0.1)
    with pytest.raises(MissingError):
        black.implied_forward([100.0], [math.nan], [1.0], 0.1)
    with pytest.raises(DomainError):
        black.implied_forward([100.0], [1.0], [1.0], -0.1)
    with pytest.raises(DomainError):
        black.implied_forward([-100.0], [1.0], [1.0], 0.1)
    with pytest.raises(DomainError):
        black.implied_forward([0.0], [1.0], [1.0], 0.1)


@pytest.mark.parametrize(
    ("rate", "phi"),
    [([np.inf, -np.inf, 0.0], [1.0, 1.0, 1.0]), ([1e308, 1e308, 0.0], [1.0, 1.0, 1.0]), ([0.0] * 3, [1e300, 1.0, 1.0])],
)
def test_terms_that_overflow_when_added_are_looked_at_without_a_warning(rate: list[float], phi: list[float]) -> None:
    """The look at the domain comes before the pricing; a warning of it would end a strict caller."""
    found = black.bsm_price(np.array(phi), 100.0, 100.0, 1.0, 0.2, np.array(rate))
    assert found[2] == pytest.approx(100.0 * math.erf(0.1 / math.sqrt(2.0)))  # 2·N(0.1) - 1 of the level


def test_parity_of_fair_quotes_shows_no_edge_and_mispriced_ones_do() -> None:
    """Bids and asks swapped, a carry of the wrong sign, or an edge at exactly the threshold."""
    discount = math.exp(-0.04 * 0.1)
    fair = black.parity(2.0, 2.2, 0.6, 0.8, 18.4, 17.0, 0.1, 0.04, 0.02)
    carry = discount * 1.4
    assert fair.residual == pytest.approx(2.1 - 0.7 - carry)
    assert fair.conversion == pytest.approx(2.0 - 0.8 - carry - 0.02)
    assert fair.reversal == pytest.approx(0.6 - 2.2 + carry - 0.02)
    assert fair.verdict == "none"
    assert black.parity(2.5, 2.6, 1.0, 1.1, 18.0, 17.0, 0.1).verdict == "edge"
    assert black.parity(1.5, 1.6, 1.0, 1.1, 18.0, 17.0, 0.1).verdict == "edge"
    assert black.parity(2.125, 2.25, 1.0, 1.0625, 18.0, 17.0, 0.1).verdict == "edge"
    assert black.parity(2.0, 2.25, 1.0, 1.0, 18.0, 17.0, 0.1, fees=-0.05).verdict == "none"


@pytest.mark.parametrize("quotes", [
    (2.3, 2.2, 1.0, 1.2, 18.0, 17.0, 0.1), (2.0, 2.2, 1.3, 1.2, 18.0, 17.0, 0.1),
    (-0.1, 2.2, 1.0, 1.2, 18.0, 17.0, 0.1), (2.0, 2.2, 1.0, 1.2, 0.0, 17.0, 0.1),
    (2.0, 2.2, 1.0, 1.2, 18.0, 17.0, -0.1), (2.0, NAN, 1.0, 1.2, 18.0, 17.0, 0.1),
])  # fmt: skip
def test_parity_refuses_impossible_quotes(quotes: tuple[float, ...]) -> None:
    """A crossed or negative market accepted as an arbitrage."""
    with pytest.raises(DomainError):
        black.parity(*quotes)
