"""The worked example of method.md §6 and the 14-day example of §11, typed into cells as a trader would."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import pytest

from alvh_xl.functions import REGISTRY, CellError

Rows = list[list[Any]]
HEADER = ["instrument", "option_kind", "strike", "days", "quantity", "vol", "underlying", "price"]
SKEW = [[-0.09, 0.012]]
RATE, DIVIDENDS = 0.04, 0.013
MARKET = (6000, RATE, DIVIDENDS)
CALL = ("VIX", 17, 17, 30, 0.85, RATE)
PAIRS = {"b": (-0.646, 0.0318), "lo": (-0.619, 0.2057)}


def cell(name: str, *arguments: Any) -> Any:
    """What the function answers in a spreadsheet; a value or a list of rows."""
    return REGISTRY[name].evaluate(list(arguments))


def column(*numbers: Any) -> Rows:
    return [[number] for number in numbers]


def field(table: Rows, name: str, row: Any = 1) -> Any:
    """One cell of a table answer: by column name, and by row number or the word in its first column."""
    index = row if isinstance(row, int) else [line[0] for line in table].index(row)
    return table[index][table[0].index(name)]


def digits(value: Any, printed: str) -> None:
    """Assert that a number rounds to the printed digits."""
    decimals = len(printed.partition(".")[2])
    assert isinstance(value, float), value
    assert abs(value - float(printed.replace(",", ""))) <= 0.5 * 10.0**-decimals * (1 + 1e-9), (value, printed)


def every_digit(values: list[Any], printed: str) -> None:
    for value, text in zip(values, printed.split(), strict=True):
        digits(value, text)


@cache
def legs(days: int) -> tuple[tuple[Any, ...], ...]:
    """Strike, vol and price of the four legs."""
    table = cell("ALVH_CONDOR_STRIKES", 6000, 0.15, days, 0.16, 50, 5, RATE, DIVIDENDS, SKEW)
    return tuple((*row[1:4], row[5]) for row in table[1:])


def book(days: int, call: bool = False) -> Rows:
    """The condor at its model prices, with or without one call."""
    rows: Rows = [HEADER]
    for (kind, strike, vol, price), quantity in zip(legs(days), (1, -1, -1, 1), strict=True):
        rows.append(["SPX", kind, strike, days, quantity, vol, None, price])
    return [*rows, ["VIX", "C", 17, 30, 1, 0.85, 17, 1.643201]] if call else rows


def credit(days: int) -> float:
    return float(sum(-quantity * leg[3] for leg, quantity in zip(legs(days), (1, -1, -1, 1), strict=True)))


def condor(days: int, name: str) -> float:
    strikes = [leg[1] for leg in legs(days)]
    return float(field(cell("ALVH_CONDOR", *strikes, credit(days)), name))


def greek(days: int, name: str) -> float:
    return float(field(cell("ALVH_BOOK_GREEKS", book(days), *MARKET), name, "total SPX"))


def call_greek(name: str, pair: str = "b") -> float:
    return float(field(cell("ALVH_HEDGE_GREEKS", *CALL, *PAIRS[pair]), name))


def stressed(days: int, move: float, pair: str, name: str) -> float:
    own_betas = [[2, *PAIRS[pair]]]
    table = cell("ALVH_STRESS", book(days, call=True), 6000, move, RATE, DIVIDENDS, own_betas, *PAIRS[pair])
    return float(field(table, name))


def reading(days: int, pair: str, method: str) -> float:
    """Calls at which the offset is 0.35 of the condor's gamma, by reading A or B."""
    one = (call_greek("dollar_delta", pair), call_greek("dollar_gamma", pair))
    return 0.35 / float(cell("ALVH_GAMMA_OFFSET", greek(days, "dollar_gamma"), *one, method))


@pytest.mark.parametrize(
    ("days", "strikes", "vols"),
    [
        (7, "5820 5870 6120 6170", ".173665 .166237 .138766 .135099"),
        (14, "5770 5820 6175 6225", ".171149 .165932 .138512 .135909"),
        (21, "5730 5780 6215 6265", ".170224 .165957 .138514 .136381"),
    ],
)
def test_strikes_and_vols_of_the_legs(days: int, strikes: str, vols: str) -> None:
    """Every other row of the example rests on them."""
    every_digit([leg[1] for leg in legs(days)], strikes)
    every_digit([leg[2] for leg in legs(days)], vols)
    smile = cell("ALVH_SMILE_VOL", 6000, column(*(leg[1] for leg in legs(days))), days, 0.15, -0.09, 0.012)
    every_digit([row[0] for row in smile], vols)


@pytest.mark.parametrize(
    ("days", "money", "width", "probability"),
    [
        (7, "1,134.60 3,865.40", "272.692", ".7178"),
        (14, "1,227.90 3,772.10", "379.558", ".7110"),
        (21, "1,279.87 3,720.13", "460.597", ".7063"),
    ],
)
def test_credit_loss_width_and_probability(days: int, money: str, width: str, probability: str) -> None:
    """The condor at expiry, and the chance of ending between its break-evens."""
    every_digit([condor(days, "max_profit"), condor(days, "max_loss")], money)
    digits(condor(days, "width"), width)
    digits(cell("ALVH_BREAKEVEN_WIDTH", legs(days)[1][1], legs(days)[2][1], credit(days)), width)
    ends = column(condor(days, "low_breakeven"), condor(days, "high_breakeven"))
    (low,), (high,) = cell("ALVH_SMILE_VOL", 6000, ends, days, 0.15, -0.09, 0.012)
    chance = cell("ALVH_PROBABILITY_OF_PROFIT", 6000, *(end[0] for end in ends), days, low, high, RATE, DIVIDENDS)
    digits(chance, probability)


@pytest.mark.parametrize(
    ("days", "gamma", "dollars", "decay"),
    [
        (7, "-.00146991", "-529.17 -132.47", "156.11 -149.03"),
        (14, "-.00075341", "-271.23 -91.74", "79.96 -152.67"),
        (21, "-.00050582", "-182.09 -82.28", "53.94 -153.99"),
    ],
)
def test_greeks_of_the_condor(days: int, gamma: str, dollars: str, decay: str) -> None:
    """Totals of the SPX legs, in points and in dollars per 1 %."""
    digits(greek(days, "gamma"), gamma)
    every_digit([greek(days, "dollar_gamma"), greek(days, "dollar_delta")], dollars)
    every_digit([100 * greek(days, "theta"), 100 * greek(days, "vega")], decay)


def test_one_call_with_both_pairs() -> None:
    """Effective Greeks and price of the hedge; the table's own pair is b."""
    every_digit([call_greek("dollar_delta"), call_greek("dollar_gamma")], "-35.316 7.453")
    every_digit([call_greek("dollar_delta", "lo"), call_greek("dollar_gamma", "lo")], "-33.840 26.141")
    digits(call_greek("cost"), "164.32")
    assert cell("ALVH_HEDGE_GREEKS", *CALL) == cell("ALVH_HEDGE_GREEKS", *CALL, *PAIRS["b"])


@pytest.mark.parametrize(
    ("days", "a", "b", "cost"),
    [
        (7, "5.244 5.473", "24.85 7.08", "862 76 -142"),
        (14, "2.688 2.805", "12.74 3.63", "442 36 -73"),
        (21, "1.805 1.883", "8.55 2.44", "297 23 -49"),
    ],
)
def test_readings_a_and_b_with_cost_and_decay(days: int, a: str, b: str, cost: str) -> None:
    """Calls at the 0.35 cap, what they cost and lose in ten days."""
    every_digit([reading(days, pair, "A") for pair in PAIRS], a)
    every_digit([reading(days, pair, "B") for pair in PAIRS], b)
    calls = reading(days, "b", "A")
    premium = calls * call_greek("cost")
    every_digit([premium, premium / credit(days), 10 * calls * call_greek("theta")], cost)
    most = cell("ALVH_MAX_CONTRACTS", greek(days, "dollar_gamma"), call_greek("dollar_delta"))
    assert most == math.floor(calls)


@pytest.mark.parametrize(
    ("days", "move", "loss", "calls"),
    [
        (7, -3, "-1,510 -1,550", "3.423 2.021"),
        (14, -3, "-951 -1,069", "2.156 1.393"),
        (21, -3, "-698 -833", "1.582 1.086"),
        (7, -5, "-2,637 -2,445", "3.054 1.266"),
        (14, -5, "-1,873 -1,900", "2.169 0.984"),
        (21, -5, "-1,469 -1,594", "1.701 0.825"),
    ],
)
def test_reading_c(days: int, move: float, loss: str, calls: str) -> None:
    """Loss of the condor after a fall, and the calls that offset 0.35 of it."""
    every_digit([stressed(days, move, pair, "condor") for pair in PAIRS], loss)
    every_digit([0.35 / stressed(days, move, pair, "offset") for pair in PAIRS], calls)


@pytest.mark.parametrize(
    ("days", "calls", "rally"),
    [(7, "3.315 1.566", "-2,327"), (14, "2.043 0.824", "-1,186"), (21, "1.515 0.565", "-794")],
)
def test_reading_c_two_deviations_down_and_the_rally(days: int, calls: str, rally: str) -> None:
    """A fall of two expected moves, and the loss on +3 %."""
    fall = -2 * cell("ALVH_EXPECTED_MOVE", 100, 0.15, days)
    every_digit([0.35 / stressed(days, fall, pair, "offset") for pair in PAIRS], calls)
    digits(stressed(days, 3, "b", "condor"), rally)


def test_gain_of_one_call() -> None:
    """One call's profit at −3 and −5 %, its loss at +3 %, and no answer where the parabola has turned."""
    for move, printed in ((-3, "154.37 268.47"), (-5, "302.19 676.03")):
        every_digit([stressed(14, move, pair, "hedge") for pair in PAIRS], printed)
    digits(stressed(14, 3, "b", "hedge"), "-79.21")
    table = cell("ALVH_STRESS", book(14, call=True), 6000, 3, RATE, DIVIDENDS, [[2, *PAIRS["lo"]]])
    assert field(table, "hedge") is CellError.NUM


@pytest.mark.parametrize(
    ("share", "dollars", "contracts", "percents"),
    [
        (0.15, "5,693", "3.349 1.872 18.84 34.65", "45 25 252 464"),
        (0.25, "9,489", "5.582 3.121 31.40 57.75", "75 42 420 773"),
        (0.40, "15,182", "8.931 4.993 50.24 92.39", "120 67 672 1,236"),
        (0.60, "22,773", "13.396 7.490 75.36 138.59", "179 100 1,009 1,855"),
    ],
)
def test_the_four_bases(share: float, dollars: str, contracts: str, percents: str) -> None:
    """Contracts on each reading of "x % of the width" at 14 days, and their cost in percent of the credit."""
    gain, price = stressed(14, -5, "b", "hedge"), call_greek("cost") / 100
    inputs = (condor(14, "width"), 1, 17, condor(14, "max_loss"), gain, price)
    table = cell("ALVH_HEDGE_UNITS", share, "all", *inputs)
    digits(field(table, "dollars", "vix_notional"), dollars)
    every_digit([row[2] for row in table[1:]], contracts)
    every_digit([100 * row[3] / condor(14, "max_profit") for row in table[1:]], percents)


@pytest.mark.parametrize(("days", "printed"), [(7, "2.41 4.01"), (21, "4.06 6.77")])
def test_first_basis_at_other_tenors(days: int, printed: str) -> None:
    """15 and 25 % of the width as VIX notional."""
    tables = [cell("ALVH_HEDGE_UNITS", share, 1, condor(days, "width"), 1, 17) for share in (0.15, 0.25)]
    every_digit([field(table, "contracts") for table in tables], printed)


@pytest.mark.parametrize(
    ("hedge", "calls", "dollars"),
    [
        ((17, 22, 30, 1.05), "6.14", "385 -162"),
        ((18.8, 18.8, 110, 0.62), "4.53", "1,136 -50"),
        ((19.6, 19.6, 220, 0.52), "6.30", "1,929 -41"),
    ],
)
def test_other_hedges_under_reading_a(hedge: tuple[float, ...], calls: str, dollars: str) -> None:
    """Another strike or tenor: contracts, cost, and decay of ten days."""
    table = cell("ALVH_HEDGE_GREEKS", "VIX", *hedge, RATE)
    n = 0.35 / cell("ALVH_GAMMA_OFFSET", greek(14, "dollar_gamma"), field(table, "dollar_delta"))
    digits(n, calls)
    every_digit([n * field(table, "cost"), 10 * n * field(table, "theta")], dollars)


def test_the_442_ladder() -> None:
    """Cost, theta and dollar delta of the preset of C36."""
    tenors = ((17, 30, 4, 0.85), (18.8, 110, 4, 0.62), (19.6, 220, 2, 0.52))
    ladder = [["VIX", "C", future, days, quantity, vol, future] for future, days, quantity, vol in tenors]
    table = cell("ALVH_BOOK_GREEKS", ladder, *MARKET)
    digits(100 * field(table, "price", "total VIX"), "2,273")
    digits(100 * field(table, "theta", "total VIX"), "-16.54")
    digits(field(table, "dollar_delta", "total"), "-255.27")


@pytest.mark.parametrize(
    ("layers", "literal", "hold", "binding"), [(1, "4.465", 2.0, "0.35 cap"), (1 / 3, "1.488", 1.0, "allocation")]
)
def test_the_plan_of_the_example(layers: float, literal: str, hold: float, binding: str) -> None:
    """Three layers are bound by the gamma cap, one by the allocation itself."""
    allocation = cell("ALVH_ALLOCATION", 11.61, 0)
    names = {
        "allocation": allocation,
        "layer_fraction": layers,
        "breakeven_width": condor(14, "width"),
        "condors": 1,
        "max_loss": condor(14, "max_loss"),
        "credit": credit(14),
        "book_dollar_gamma": greek(14, "dollar_gamma"),
        "future": 17,
        "hedge_price": call_greek("cost") / 100,
        "unit_dollar_delta": call_greek("dollar_delta"),
        "stress_gain": stressed(14, -5, "b", "hedge"),
    }
    plan = {row[0]: row[1] for row in cell("ALVH_PLAN", [list(pair) for pair in names.items()])[1:]}
    digits(plan["literal"], literal)
    assert (plan["hold"], plan["binding"]) == (hold, binding)
    if layers == 1:
        digits(plan["cap_gamma"], "2.688")
        digits(100 * plan["credit_share"], "26.8")
    sizes = cell("ALVH_LAYER_SIZES", allocation, condor(14, "width"), layers, 17)
    digits(field(sizes, "contracts", "total"), literal)


def test_what_the_product_must_say_of_the_example() -> None:
    """The ranges quoted in words: conflict of the rules, absurd bases, readings A and C, the price of long tenors."""
    share = [100 * condor(14, "width") * percent / condor(14, "max_loss") for percent in (15, 25)]
    every_digit(share, "151 252")
    for pair, printed in (("b", "1.06 1.7"), ("lo", "2.3 4.3")):
        ratios = [reading(d, pair, "A") * stressed(d, -5, pair, "offset") / 0.35 for d in (7, 14, 21)]
        every_digit([min(ratios), max(ratios)], printed)
    for pair, fall in (("b", 3.2), ("lo", 2.2)):
        assert stressed(14, 0.05 - fall, pair, "hedge") < call_greek("cost") < stressed(14, -0.05 - fall, pair, "hedge")
    near, *far = (
        cell("ALVH_HEDGE_GREEKS", "VIX", *hedge, RATE)
        for hedge in ((17, 17, 30, 0.85), (18.8, 18.8, 110, 0.62), (19.6, 19.6, 220, 0.52))
    )
    price = [field(table, "cost") / field(table, "dollar_delta") for table in (near, *far)]
    every_digit([price[1] / price[0], price[2] / price[0]], "2.6 4.4")


def test_the_14_day_example() -> None:
    """Prices, delta and decay today, and what is left of the time value on three later days."""
    every_digit([leg[3] for leg in legs(14)], "11.120048 16.943342 13.185735 6.729992")
    every_digit([credit(14), greek(14, "delta")], "12.279037 -.015290")
    table = cell("ALVH_DECAY_CURVE", book(14), column(0, 3, 7, 11), *MARKET)
    left = [field(table, "condor_left", row) for row in (2, 3, 4)]
    share = [field(table, "condor_share", row) for row in (1, 2, 3, 4)]
    every_digit(left, ".7852 .4321 .0640")
    every_digit(share, ".065118 .10000 .22471 1.03790")
    press = cell("ALVH_CASH_PRESS", [*book(14)[:1], *([*row[:3], 11, *row[4:]] for row in book(14)[1:])], share[0],
                 column(*[0.15] * 6), 13, 14, 15, *MARKET)  # fmt: skip
    digits(field(press, "ratio"), "1.536")
    assert field(press, "state") == "APPROACH"


@pytest.mark.parametrize(
    ("smile", "printed"), [("sticky_strike", "-93.34 468.79 -335.51"), ("sticky_delta", "-64.11 468.79 -460.34")]
)
def test_the_14_day_example_five_days_later(smile: str, printed: str) -> None:
    """Its value after moves of −2, 0 and +2 % on both readings of the smile."""
    table = cell("ALVH_TIME_SHIFT", book(14), 5, column(-2, 0, 2), 6000, smile, RATE, DIVIDENDS)
    every_digit([field(table, "pnl", row) for row in (1, 2, 3)], printed)
