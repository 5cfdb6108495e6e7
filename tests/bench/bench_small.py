"""What a short call costs: the model for a few options, and the same as a cell.

Run `python tests/bench/bench_small.py`. Bar: a short call (up to 20 options, price and five Greeks) in at most 15 µs,
whether the options are the strikes of one expiry, with one volatility or one a strike, or differ in everything
("mixed"). Numpy's price for a call decides, whatever the call does: the last line shows what the calls of the kernel
for mixed options would cost if each were a multiplication.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from alvh_xl.functions import REGISTRY
from alvh_xl.model import black

CALLS = 500
ROUNDS = 25
LENGTHS = (1, 4, 12, 20, 100)
PRICE_CALLS, SIX_CALLS = 36, 45  # numpy operations in `_several` for the price alone, and with five Greeks
TERMS = (14 / 365, 0.15, 0.04, 0.013)


def microseconds(work: Callable[[], object]) -> float:
    """Best time of several rounds, a call."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for _ in range(CALLS):
            work()
        best = min(best, time.perf_counter() - start)
    return best / CALLS * 1e6


def main() -> None:
    """Print a line a length of call."""
    spec, vol_spec = REGISTRY["ALVH_BLACK_SCHOLES"], REGISTRY["ALVH_IMPLIED_VOL"]
    print("µs      ---- model ----                                            ---- cell ----")
    print("options   price    six   six, smile   six, mixed   implied vol   price   all six   implied vol")
    for length in LENGTHS:
        strikes = np.linspace(5500.0, 6500.0, length) if length > 1 else np.array(6175.0)
        prices = black.bsm_price(1.0, 6000.0, strikes, *TERMS)
        column = [[strike] for strike in strikes.tolist()] if length > 1 else 6175.0
        quotes = [[price] for price in prices.tolist()] if length > 1 else float(prices)
        full = [np.full(strikes.shape, value) for value in (1.0, 6000.0, *TERMS)]
        smile = np.linspace(0.18, 0.13, length) if length > 1 else 0.15
        times = [
            microseconds(work)
            for work in (
                lambda k=strikes: black.bsm_price(1.0, 6000.0, k, *TERMS),
                lambda k=strikes: black.bsm_six(1.0, 6000.0, k, *TERMS),
                lambda k=strikes, v=smile: black.bsm_six(1.0, 6000.0, k, 14 / 365, v, 0.04, 0.013),
                lambda k=strikes, f=full: black.bsm_six(f[0], f[1], k, *f[2:]),
                lambda k=strikes, p=prices: black.implied_vol(1.0, p, 6000.0, k, 14 / 365, 0.04, 0.013),
                lambda k=column: spec.evaluate(["C", 6000.0, k, 14.0, 0.15, 0.04, 0.013]),
                lambda k=column: spec.evaluate(["C", 6000.0, k, 14.0, 0.15, 0.04, 0.013, "all"]),
                lambda k=column, p=quotes: vol_spec.evaluate(["C", p, 6000.0, k, 14.0, 0.04, 0.013]),
            )
        ]
        widths = (8, 7, 13, 13, 14, 8, 10, 14)
        print(f"{length:7d}" + "".join(f"{t:{w}.1f}" for t, w in zip(times, widths, strict=True)))
    one, two, out = np.ones(20), np.ones(20), np.empty(20)
    each = microseconds(lambda: np.multiply(one, two, out))
    price, six = PRICE_CALLS * each, SIX_CALLS * each
    print(f"a numpy call {each:.2f}: {price:.1f} for the calls behind 20 prices, {six:.1f} for the six numbers")


if __name__ == "__main__":
    main()
