"""The vocabulary keeps to its specification, and answers the golden numbers of method.md §11 through its cells."""

from __future__ import annotations

import datetime as dt
import math
import re
from pathlib import Path
from typing import Any

import pytest

from alvh_xl.functions import REGISTRY, CellError
from alvh_xl.functions.docs import example_call

SPECIFICATION = Path(__file__).resolve().parents[2].parent / "shared" / "spec" / "functions.md"
ELSEWHERE: set[str] = set()  # in the specification, not in the registry


def column(*numbers: Any) -> list[list[Any]]:
    """A column of cells as a host hands it over."""
    return [[number] for number in numbers]


def cell(name: str, *arguments: Any) -> Any:
    """What the function answers in a spreadsheet; a value or a list of rows."""
    return REGISTRY[name].evaluate(list(arguments))


def field(table: list[list[Any]], name: str, row: int = 1) -> Any:
    """One cell of a table answer by the name in its header row."""
    return table[row][table[0].index(name)]


def digits(value: Any, printed: str) -> None:
    """Assert that a number rounds to the printed digits."""
    decimals = len(printed.partition(".")[2])
    assert isinstance(value, float), value
    assert abs(value - float(printed.replace(",", "").replace("−", "-"))) <= 0.5 * 10.0**-decimals * (1 + 1e-9), value


def every_digit(values: list[Any], printed: str) -> None:
    """`digits` for several numbers, printed side by side."""
    for value, text in zip(values, printed.split(), strict=True):
        digits(value, text)


def specified() -> dict[str, list[str]]:
    """Name of each function of the specification, with its arguments as written there."""
    if not SPECIFICATION.is_file():
        pytest.skip("no ../shared/spec beside the checkout")
    found = re.findall(r"`(ALVH_\w+)\(([^)`]*)\)`", SPECIFICATION.read_text(encoding="utf-8"))
    return {name: [part.strip() for part in arguments.split(",") if part.strip()] for name, arguments in found}


def test_no_signature_drifts_from_the_specification() -> None:
    """A renamed, moved or newly required argument would break the workbooks people have."""
    functions = specified()
    assert len(functions) >= 80
    assert set(functions) - set(REGISTRY) <= ELSEWHERE
    for name in set(functions) - ELSEWHERE:
        written = [argument for argument in functions[name] if argument != "[headers]"]
        have = REGISTRY[name].parameters
        assert [parameter.name for parameter in have[: len(written)]] == [text.strip("[]") for text in written], name
        assert not any(p.required for p, text in zip(have, written, strict=False) if text.startswith("[")), name
        assert not any(parameter.required for parameter in have[len(written) :]), name


def test_every_table_takes_headers_as_its_last_argument() -> None:
    """FALSE in last place must drop the header row in every table function, whatever stands before."""
    for spec in REGISTRY.values():
        names = [parameter.name for parameter in spec.parameters]
        assert (names[-1:] == ["headers"]) == (spec.shape == "table"), spec.name


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_a_cell_and_a_python_call_give_the_same_numbers(name: str) -> None:
    """The example shown in Help must be what the cell shows, with ranges as a host hands them over."""
    spec = REGISTRY[name]
    arguments = example_call(spec.documentation.example)[1]
    ranges = [column(*a) if isinstance(a, list) and a and not isinstance(a[0], list) else a for a in arguments]
    cells, answer = spec.evaluate(ranges), spec.answer(arguments, {})
    if spec.shape == "table":
        assert cells[0] == list(answer.columns)
        python = [[None if v is None or v != v else v for v in row] for row in answer.astype(object).to_numpy()]
        assert cells[1:] == python
    elif isinstance(cells, list):
        rows = answer.tolist()
        assert cells == (rows if isinstance(rows[0], list) else column(*rows))
    else:
        assert cells == answer
    assert not isinstance(cells, CellError), "the example of a function shows an error"


@pytest.mark.parametrize(
    ("name", "arguments", "printed"),
    [
        ("ALVH_BLACK76", ("C", 17, 17, 30, 0.85, 0.04), "1.64320131 .546688314 .0952744525 .0192363035 -.0270713531"),
        ("ALVH_BLACK76", ("P", 17, 17, 30, 0.85, 0.04), "1.64320131 -.450029413"),
        ("ALVH_BLACK76", ("C", 17, 22, 30, 1.05, 0.04), ".626389456 .239309324 .060561846"),
        ("ALVH_BLACK76", ("C", 18.8, 18.8, 110, 0.62, 0.04), "2.51004735 .560765365 .0607136503"),
        ("ALVH_BLACK76", ("C", 19.6, 19.6, 220, 0.52, 0.04), "3.06071218 .566168755 .0482244599"),
        (
            "ALVH_BLACK_SCHOLES",
            ("C", 6000, 6175, 14, 0.15, 0.04, 0.013),
            "16.5570012 .176436215 .00146977365 3.0442435 -1.70733894 .399694357 .0165468903 .180574824",
        ),
        ("ALVH_BLACK_SCHOLES", ("P", 6000, 6175, 14, 0.15, 0.04, 0.013), "185.081328 -.823065279"),
    ],
)
def test_option_prices_and_greeks(name: str, arguments: tuple[Any, ...], printed: str) -> None:
    """Price, delta, gamma, vega, theta, rho, vanna or volga of a golden option."""
    answer = cell(name, *column_of_one(arguments), "all")
    numbers = [number for row in answer for number in row]
    every_digit(numbers[: len(printed.split())], printed)


def column_of_one(arguments: tuple[Any, ...]) -> list[Any]:
    """Single arguments as one-cell ranges, as some hosts give them."""
    return [[[argument]] for argument in arguments]


def test_the_greeks_printed_apart() -> None:
    """Rho of the call, and theta and rho where the table leaves out what stands between."""
    digits(cell("ALVH_BLACK76", "C", 17, 17, 30, 0.85, 0.04, "rho"), "-.00135057642")
    thetas = [(17.0, 22.0, 30, 1.05), (18.8, 18.8, 110, 0.62), (19.6, 19.6, 220, 0.52)]
    answers = [cell("ALVH_BLACK76", "C", *option, 0.04, "theta") for option in thetas]
    every_digit(answers, "-.0263647337 -.0110245131 -.00652677902")
    put = ("P", 6000, 6175, 14, 0.15, 0.04, 0.013)
    every_digit([cell("ALVH_BLACK_SCHOLES", *put, name) for name in ("theta", "rho")], "-1.24525616 -1.96516773")


def test_parity_gives_the_forward_of_the_pair() -> None:
    """The forward 6006.216917 from the golden call and put, and no residual against it."""
    strikes, calls, puts = column(6150, 6175), column(None, 16.5570012), column(160, 185.081328)
    digits(cell("ALVH_IMPLIED_FORWARD", strikes, calls, puts, 14, 0.04), "6006.216917")
    quotes = (16.5570012, 16.5570012, 185.081328, 185.081328)
    assert abs(field(cell("ALVH_PARITY", *quotes, 6006.216917, 6175, 14, 0.04), "residual")) < 1e-6


def test_expected_move_and_straddle() -> None:
    """±1σ at three tenors, its lognormal range, and the straddle that implies it."""
    moves = cell("ALVH_EXPECTED_MOVE", 6000, 0.15, column(7, 14, 21))
    every_digit([row[0] for row in moves], "124.6365 176.2626 215.8767")
    every_digit(cell("ALVH_EXPECTED_RANGE", 6000, 0.15, 14, 1, "lognormal")[1], "5823.7878 6176.2115")
    call, put = (row[0] for row in cell("ALVH_BLACK_SCHOLES", column("C", "P"), 6000, 6000, 14, 0.15))
    digits(call + put, "140.632125")
    digits((call + put) / moves[1][0], ".797856")
    digits(cell("ALVH_STRADDLE_MOVE", call, put), "119.5373")
    digits(cell("ALVH_STRADDLE_MOVE", call, put, math.sqrt(math.pi / 2)), "176.2562")
    straddle = [["SPX", side, 6000, 14, 1, 0.15] for side in "CP"]
    digits(100 * field(cell("ALVH_DECAY_CURVE", straddle, 0, 6000), "condor_share"), "3.5712")


def test_a_vix_option_on_the_wrong_underlying() -> None:
    """Spot VIX instead of the future puts implied vol, delta and gamma far off."""
    for underlying, printed in ((24.55, ".827115 .927137 .092119"), (24.40, "1.190962 .832388 .116576")):
        vol = cell("ALVH_IMPLIED_VOL", "C", 2.10, underlying, 22.5, 2, 0, 0, "future")
        greeks = [cell("ALVH_BLACK76", "C", underlying, 22.5, 2, vol, 0, name) for name in ("delta", "gamma")]
        every_digit([vol, *greeks], printed)


def test_probabilities_of_touch_and_expiry() -> None:
    """Touching a short strike is about twice as likely as ending beyond it."""
    market = (14, 0.04, 0.013)
    days, rate, dividends = market
    touch = cell(
        "ALVH_PROBABILITY_OF_TOUCH", 6000, column(5820, 6175), days, column(0.16593233, 0.13851235), rate, dividends
    )
    every_digit([row[0] for row in touch], ".343526 .296832")
    above = cell("ALVH_PROBABILITY_OF_PROFIT", 6000, 5820, 1e9, days, 0.16593233, None, rate, dividends)
    below = cell("ALVH_PROBABILITY_OF_PROFIT", 6000, 1e-9, 6175, days, 0.13851235, None, rate, dividends)
    every_digit([1 - above, 1 - below], ".170320 .150291")


def test_short_strikes_before_rounding() -> None:
    """The strikes of 16 delta, on a grid as fine as the printed digits."""
    for days, printed in ((7, "5868.6623 6120.0413"), (14, "5818.1434 6172.8160"), (21, "5780.8752 6214.5515")):
        skew = column(-0.09, 0.012)
        legs = cell("ALVH_CONDOR_STRIKES", 6000, 0.15, days, 0.16, 50, 1e-6, 0.04, 0.013, skew)
        every_digit([field(legs, "strike", row) for row in (2, 3)], printed)


def test_rsi_and_realised_volatility() -> None:
    """Wilder's RSI at bars 15 to 20, and five estimators of volatility."""
    closes = column(*(float(text) for text in RSI_CLOSES.split()))
    rsi = cell("ALVH_RSI", closes)
    assert rsi[13] == [CellError.NA]
    every_digit([row[0] for row in rsi[14:]], "70.532789 66.318562 66.549830 69.406305 66.355169 57.974856")
    digits(cell("ALVH_REALIZED_VOL", closes, 19), ".134984")
    bars = [[float(text) for text in line.split()] for line in OHLC.split(";")]
    estimators = ("close", "parkinson", "garman_klass", "rogers_satchell", "yang_zhang")
    vols = [cell("ALVH_REALIZED_VOL", bars, 5, name) for name in estimators]
    every_digit(vols, ".298515 .246036 .231104 .212658 .227939")


RSI_CLOSES = """44.3389 44.0902 44.1497 43.6124 44.3278 44.8264 45.0955 45.4245 45.8433 46.0826 45.8931 46.0328 45.6140
46.2820 46.2820 46.0028 46.0328 46.4116 46.2222 45.6439"""
OHLC = """100 101 99 100.5; 100.6 102 100 101.5; 101.4 101.9 99.5 100; 100.2 103 100.1 102.8; 102.9 103.5 101 101.2;
101 101.8 98.7 99.1"""


def test_macd_and_its_divergence() -> None:
    """Line and signal at three bars of the golden curve; a divergence on two bars and no other."""
    closes = column(*(100 + 0.2 * t + (6 - 0.03 * t) * math.sin(t / 7) for t in range(160)))
    macd = cell("ALVH_MACD", closes)
    for t, printed in ((57, "2.874728 2.505475"), (102, "2.478123 2.338718"), (159, "1.134904 1.395697")):
        every_digit(macd[t][:2], printed)
    flags = [row[0] for row in cell("ALVH_MACD_DIVERGENCE", closes)]
    assert [t for t, flag in enumerate(flags) if flag == -1.0] == [107, 155]
    assert not [flag for flag in flags if flag not in (-1.0, 0.0, CellError.NA)]


def test_advance_decline_line() -> None:
    """The running sum of the three golden days."""
    assert cell("ALVH_AD_LINE", column(10, 12, 8), column(5, 9, 14)) == column(5.0, 8.0, 2.0)


def test_the_curve_of_3_october_2018() -> None:
    """Constant maturity, contango, slope, roll-down and daily roll of the golden day."""
    days, settles = column(14, 49), column(13.775, 14.725)
    digits(cell("ALVH_CONSTANT_MATURITY", days, settles), "14.209286")
    digits(100 * cell("ALVH_CONTANGO", 13.775, 14.725), "6.8966")
    digits(-30 / 35 * cell("ALVH_ROLL_DOWN", days, settles, 49, 35), ".814286")
    digits(cell("ALVH_ROLL_DOWN", days, settles, 49, 10), "-.271429")
    digits(cell("ALVH_DAILY_ROLL", 13.775, 11.61, 10), ".2165")


def test_required_returns() -> None:
    """Option beta, what CAPM makes of it, and the weighted cost of capital."""
    greeks = cell("ALVH_HEDGE_GREEKS", "VIX", 17, 17, 30, 0.85, 0.04)
    price = cell("ALVH_BLACK76", "C", 17, 17, 30, 0.85, 0.04)
    beta = cell("ALVH_OPTION_BETA", field(greeks, "delta"), field(greeks, "beta"), price)
    digits(beta, "-21.4922")
    digits(cell("ALVH_CAPM", 0.04, beta, 0.045), "-.927150")
    digits(cell("ALVH_WACC", 80, 20, 0.10, 0.06, 0.25), ".089")
    digits(cell("ALVH_OPPORTUNITY_COST", field(greeks, "cost"), 0.09, 30), "1.22")
    digits(field(greeks, "theta"), "-2.71")


def test_internal_rates_of_return() -> None:
    """Two roots, both modified rates, and the absurd annual rate of a good fortnight."""
    flows, dates = column(-100, 230, -132), column("2025-01-01", "2026-01-01", "2027-01-01")
    table = cell("ALVH_IRR", flows, dates)
    every_digit([100 * field(table, "irr", row) for row in (1, 2)], "10.0000 20.0000")
    assert field(table, "flag") == "multiple"
    digits(100 * field(table, "mirr"), "-.4320")
    digits(100 * field(cell("ALVH_IRR", flows, dates, 0.05, 0.05), "mirr"), "4.8373")
    fortnight = cell("ALVH_IRR", column(-164.32, 164.32 + 302.19), column("2025-01-01", "2025-01-16"))
    digits(100 * field(fortnight, "holding_return"), "184")
    digits(field(fortnight, "irr") / 1e11, "1.06")


def test_dividend_discount() -> None:
    """Gordon, two stages, and Damodaran's implied return of 1 January 2005."""
    values = cell("ALVH_DDM", 50, column(0.05, 0.04), column(0.08, 0.09), 0.08, column(None, 5))
    every_digit([row[0] for row in values], "1666.6667 1144.7813")
    implied = cell("ALVH_DDM_IMPLIED_RETURN", 1211.92, column(38.13, 41.37, 44.89, 48.71, 52.85), 0.0422)
    every_digit([implied, implied - 0.0422], ".078704 .036504")


def test_tail_hedge_weights() -> None:
    """The published weights at and just above each edge."""
    weights = cell("ALVH_VXTH_WEIGHT", column(15, 15.01, 30, 30.01, 50, 50.01))
    assert weights == column(0.0, 0.01, 0.01, 0.005, 0.005, 0.0)


def test_vix_expiries() -> None:
    """Ordinary Wednesdays, and Tuesdays where a holiday moves the settlement."""
    printed = """2026-10-21 2026-11-18 2026-12-16 2008-02-19 2014-03-18 2019-03-19 2022-03-15 2024-06-18 2025-03-18
    2026-05-19 2027-05-18"""
    dates = printed.split()
    years, months = column(*(int(day[:4]) for day in dates)), column(*(int(day[5:7]) for day in dates))
    serials = [(dt.date.fromisoformat(day) - dt.date(1899, 12, 30)).days for day in dates]
    assert cell("ALVH_VIX_EXPIRY", years, months) == column(*map(float, serials))
