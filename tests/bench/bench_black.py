"""Speed of pricing and implied volatility, as ratios measured side by side in one run.

Run `python tests/bench/bench_black.py`. Not a test: nothing here fails on a slow machine. Bars, an option:
price and five Greeks at most 40 ns, 250 × QuantLib's engine loop, 1.5 × fast_vollib's compiled path (where it and
numba are installed); implied volatility at most 450 ns, 40 × vollib; memory beyond the outputs at most 60 bytes.
"""

from __future__ import annotations

import importlib
import sys
import time
import tracemalloc
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import QuantLib as ql
from vollib.black_scholes_merton.implied_volatility import implied_volatility

from alvh_xl.model import black
from alvh_xl.model.types import FloatArray

OPTIONS = 100_000
SAMPLE = 2_000  # options in the loops of the other libraries
ROUNDS = 30
RATE, DIVIDEND_YIELD = 0.04, 0.013


def nanoseconds(work: Callable[[], object], options: int, rounds: int) -> float:
    """Best time of several rounds, an option."""
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best / options * 1e9


def chain() -> tuple[FloatArray, ...]:
    """Calls and puts, one day to two years, within four standard deviations of spot."""
    rng = np.random.default_rng(1)
    phi = rng.choice([-1.0, 1.0], OPTIONS)
    days = np.exp(rng.uniform(0.0, np.log(730.0), OPTIONS)).round()
    vol = rng.uniform(0.08, 0.9, OPTIONS)
    strike = 6000.0 * np.exp(rng.uniform(-4.0, 4.0, OPTIONS) * vol * np.sqrt(days / 365))
    return phi, np.full(OPTIONS, 6000.0), strike, days / 365, vol


def quantlib_loop(phi: FloatArray, spot: FloatArray, strike: FloatArray, years: FloatArray, vol: FloatArray) -> None:
    """Price and five Greeks one option at a time, on quotes that are changed in place."""
    today, count, calendar = ql.Date(2, 1, 2025), ql.Actual365Fixed(), ql.NullCalendar()
    ql.Settings.instance().evaluationDate = today
    quote, level = ql.SimpleQuote(float(spot[0])), ql.SimpleQuote(0.2)
    rates, yields = (ql.YieldTermStructureHandle(ql.FlatForward(today, x, count)) for x in (RATE, DIVIDEND_YIELD))
    surface: Any = ql.BlackConstantVol(today, calendar, ql.QuoteHandle(level), count)
    process = ql.BlackScholesMertonProcess(
        ql.QuoteHandle(quote), yields, rates, ql.BlackVolTermStructureHandle(surface)
    )
    engine = ql.AnalyticEuropeanEngine(process)
    for i in range(SAMPLE):
        level.setValue(float(vol[i]))
        payoff = ql.PlainVanillaPayoff(ql.Option.Call if phi[i] > 0 else ql.Option.Put, float(strike[i]))
        option = ql.VanillaOption(payoff, ql.EuropeanExercise(today + max(1, round(float(years[i]) * 365))))
        option.setPricingEngine(engine)
        for name in ("NPV", "delta", "gamma", "vega", "theta", "rho"):
            getattr(option, name)()


def compiled_path(terms: tuple[FloatArray, ...]) -> Callable[[], object] | None:
    """Price and five Greeks in fast_vollib's compiled kernels, on all processors; None where it is not installed."""
    try:
        importlib.import_module("numba")
        library = importlib.import_module("fast_vollib")
    except ImportError:
        return None
    phi, spot, strike, years, vol = terms
    quotes = (np.where(phi > 0, "c", "p"), spot, strike, years, RATE, vol, DIVIDEND_YIELD)

    def value() -> object:
        price = library.fast_black_scholes_merton(*quotes, return_as="numpy", backend="numba")
        greeks = library.get_all_greeks(*quotes, model="black_scholes_merton", return_as="dict", backend="numba")
        return price, greeks

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value()  # compiles
    return value


def peak_bytes(work: Callable[[], FloatArray]) -> float:
    """Peak memory an option beyond the result itself."""
    tracemalloc.start()
    result = work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (peak - result.nbytes) / OPTIONS


def main() -> int:
    """Print the times and ratios."""
    terms = chain()
    phi, spot, strike, years, vol = terms

    def value() -> FloatArray:
        return black.bsm_six(phi, spot, strike, years, vol, RATE, DIVIDEND_YIELD)

    ours = nanoseconds(value, OPTIONS, ROUNDS)
    theirs = nanoseconds(lambda: quantlib_loop(phi, spot, strike, years, vol), SAMPLE, 3)
    print(f"price and five Greeks   {ours:8.1f} ns   QuantLib loop {theirs:10.0f} ns   ratio {theirs / ours:7.0f}")
    compiled = compiled_path(terms)
    if compiled is None:
        print("                                      fast_vollib     not installed (pip install 'fast_vollib[numba]')")
    else:
        other = nanoseconds(compiled, OPTIONS, ROUNDS)
        ours = min(ours, nanoseconds(value, OPTIONS, ROUNDS))
        print(f"                        {ours:8.1f} ns   fast_vollib   {other:10.0f} ns   ratio {other / ours:7.1f}")
    extra = peak_bytes(value)
    print(f"memory beyond outputs   {extra:8.1f} bytes an option")

    price = value()[0]
    inverse = nanoseconds(
        lambda: black.implied_vol(phi, price, spot, strike, years, RATE, DIVIDEND_YIELD), OPTIONS, ROUNDS // 3
    )
    out_of_money = np.flatnonzero(phi * (strike - spot) > 0)[:SAMPLE]
    quotes = [
        (float(price[i]), 6000.0, float(strike[i]), float(years[i]), RATE, DIVIDEND_YIELD, "c" if phi[i] > 0 else "p")
        for i in out_of_money
    ]
    loop = nanoseconds(lambda: [implied_volatility(*quote) for quote in quotes], len(quotes), 3)
    print(f"implied volatility      {inverse:8.1f} ns   vollib loop   {loop:10.0f} ns   ratio {loop / inverse:7.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
