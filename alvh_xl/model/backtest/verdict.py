"""The conclusion, no stronger than the numbers."""

from __future__ import annotations

import math

from alvh_xl.model.backtest.run import REFERENCE, Backtest
from alvh_xl.model.backtest.statistics import percentile_of, score

BAR = 95.0
NAMES = {"calls": "ALVH", "futures": "ALVH with VX futures", "mini": "ALVH with mini VX futures"}


def verdict(found: Backtest) -> str:
    """Better only if the method beats the condor of equal CVaR and lies above the placebo's 95th percentile."""
    if REFERENCE not in found.names or "downsized" not in found.names:
        return "no conclusion: it needs the strategies downsized and literal_1"
    method = float(score(found.pnl[found.names.index(REFERENCE)]))
    plain = float(score(found.pnl[found.names.index("downsized")]))
    if not (math.isfinite(method) and math.isfinite(plain)):
        return "no conclusion: this history has no tail loss to compare with"
    beats, name = method > plain, NAMES[found.hedge]
    # "0.96 against 0.96" with one of them called less would read like a mistake.
    digits = 4 if method != plain and f"{method:.2f}" == f"{plain:.2f}" else 2
    words = (
        f"At equal 99 % CVaR the condor of {found.scale:.2f} times the size earned "
        f"{'less' if beats else 'as much or more'} than {name} "
        f"({plain:.{digits}f} against {method:.{digits}f} a year a unit of CVaR)."
    )
    if not found.placebo.size:
        return f"{words} No placebo was drawn, so no claim that the method is better."
    rank = percentile_of(method, found.placebo)
    words += f" {name} lies at percentile {rank:.0f} of {found.placebo.size} random-layer placebos."
    if beats and rank > BAR:
        return f"{words} On these model prices the method did better than both."
    return f"{words} The method is not shown to be better."
