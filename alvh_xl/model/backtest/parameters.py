"""What a back-test can be told: trade, hedge, costs, seed. Defaults come from method.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from alvh_xl.model.errors import DomainError, ShapeError

STRATEGIES = (
    "unhedged",
    "downsized",
    "static",
    "literal_1",
    "literal_2",
    "literal_3",
    "literal_4",
    "capped",
    "ladder",
)


INSTRUMENTS = ("calls", "futures", "mini")  # VIX calls at the money, VX futures, mini VX futures
SMILES = ("skew", "fixed")  # of SPX options: from VIX and the day's SKEW, or method.md §10's slope and curvature
WORDS = {"hedge": INSTRUMENTS, "smile": SMILES}  # parameters that are words
Setting = float | str
_SMALL, _LARGE = 1e-6, 1e6
_DOLLARS = 1e12
# Lowest and highest value of every number [POLICY]: wide of any trade, narrow enough that no price overflows.
RANGES: dict[str, tuple[float, float]] = {
    "days": (7.0, 21.0), "short_delta": (0.001, 0.499), "wing_width": (_SMALL, 1000.0), "strike_step": (0.01, 1000.0),
    "slope": (-1.0, 1.0), "curvature": (-1.0, 1.0), "rate": (-1.0, 1.0), "dividend_yield": (-1.0, 1.0),
    "condors": (_SMALL, _LARGE), "capital": (1.0, _DOLLARS), "roll_phase": (0.0, 20.0), "signal_shift": (-20.0, 20.0),
    "position": (0.0, 1.0), "cap": (0.0, 100.0), "hold": (0.0, _LARGE), "hedge_gap": (0.0, 20.0),
    "overlay_delta": (0.001, 0.999), "condor_cost": (0.0, 1.0), "hedge_half_spread": (0.0, 1000.0),
    "future_half_spread": (0.0, 1000.0), "fee": (0.0, _LARGE), "spx_multiplier": (_SMALL, _LARGE),
    "vix_multiplier": (_SMALL, _LARGE), "future_multiplier": (_SMALL, _LARGE), "mini_multiplier": (_SMALL, _LARGE),
    "hedge_held": (0.0, 1.0), "mark_hour": (0.0, 24.0), "settle_hour": (0.0, 24.0), "macro_strength": (0.0, 1.0),
    "layers_on": (0.0, 1.0), "seed": (0.0, 2.0**53),
}  # fmt: skip
_DEVIATIONS = [0.1 * step for step in range(-40, 41)]  # where the fixed smile is read
_WHOLE = {"days", "roll_phase", "signal_shift", "hold", "hedge_gap", "hedge_held", "layers_on", "seed"}


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters of a back-test; every default is a POLICY of method.md unless noted.

    Notes
    -----
    Trade: §10 (14 days, 16 delta, 50 wide, each week's first session, held to settlement). Smile: §10 names the fixed
    one {−0.09, 0.012}, on which a replica of CNDR earns 13 points a year more than the index (gate G1); the smile from
    VIX and SKEW is off by 3, so it is the default here. Slope and curvature belong to the fixed one alone. Hedge: first
    monthly VIX expiry at least 5 sessions after the condor's, closed with it. Costs: §10 gives 2–7 % of the credit
    and 1–2 ticks of 0.05; the middle and one tick are taken; a future trades half a tick from its settle. Fees: the
    method names none, so 0. Cash earns nothing. The static overlay and the ladder hold calls whatever `hedge` says: the
    published rules are rules for calls.
    """

    days: float = 14.0  # calendar days, 7 to 21 (C32)
    short_delta: float = 0.16
    wing_width: float = 50.0
    strike_step: float = 5.0
    slope: float = -0.09  # of the fixed smile
    curvature: float = 0.012  # of the fixed smile
    rate: float = 0.0
    dividend_yield: float = 0.0
    condors: float = 10.0  # a week
    capital: float = 1_000_000.0  # dollars, fixed: gains are not reinvested
    roll_phase: float = 0.0  # sessions after the week's first
    signal_shift: float = 0.0  # sessions later the layers are read; negative looks ahead, for sensitivity only
    position: float = 0.5  # a = 0.15 + 0.10·position (C03)
    cap: float = 0.35  # reading A (C12)
    hold: float = 10.0  # sessions a layer stays lit (C05)
    hedge_gap: float = 5.0  # sessions between settlement of the condor and of its hedge
    overlay_delta: float = 0.30  # of the static overlay (C20)
    condor_cost: float = 0.045  # of the credit, all four legs
    hedge_half_spread: float = 0.05  # points an option, each way
    future_half_spread: float = 0.025  # points a future, each way
    fee: float = 0.0  # dollars a contract, each way
    spx_multiplier: float = 100.0
    vix_multiplier: float = 100.0
    future_multiplier: float = 1000.0  # VX
    mini_multiplier: float = 100.0  # VXM
    hedge: str = "calls"  # what literal and capped hold: calls, futures or mini
    smile: str = "skew"  # of SPX options: skew or fixed
    hedge_held: float = 0.0  # 1 holds the hedge to its own final settlement instead of closing it with the condor
    mark_hour: float = 16.0  # New York time of the daily marks
    settle_hour: float = 9.5  # New York time of the VIX final settlement
    macro_strength: float = 0.0  # 1 moves the allocation to 40-60 % under macro pressure (C04); 0 is off
    layers_on: float = 1.0  # 0 leaves every layer dark
    seed: float = 442.0

    def __post_init__(self) -> None:
        """Refuse what the trade is not defined for."""
        for name, choices in WORDS.items():
            if getattr(self, name) not in choices:
                raise DomainError(f"{name} must be one of {', '.join(choices)}")
        for name in (name for name in self.names() if name not in WORDS):
            value, (low, high) = getattr(self, name), RANGES[name]
            if not low <= value <= high:  # NaN lies in no range
                raise DomainError(f"{name} must be a number from {low:,.10g} to {high:,.10g}")
            if name in _WHOLE and value != int(value):
                raise DomainError(f"{name} must be a whole number from {low:,.10g} to {high:,.10g}")
        lowest = min(1.0 + self.slope * z + self.curvature * z * z for z in _DEVIATIONS)
        if not lowest > 0.0:
            raise DomainError("slope and curvature must leave every vol above 0, four deviations either way")
        if not self.settle_hour < self.mark_hour:
            raise DomainError("settle_hour must be before mark_hour: the final settlement comes before its day's mark")

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Names of all parameters."""
        return tuple(field.name for field in fields(cls))

    @classmethod
    def of(cls, pairs: Mapping[str, Setting]) -> Parameters:
        """Parameters from names and numbers, `hedge` and `smile` words; an unknown name is a ShapeError.

        A slope or curvature given to a smile that does not use it is a DomainError: it would change nothing.
        """
        unknown = sorted(set(pairs) - set(cls.names()))
        if unknown:
            raise ShapeError(f"unknown parameter {unknown[0]!r}")
        for name, value in pairs.items():
            if isinstance(value, str) and name not in WORDS:
                raise ShapeError(f"{name} must be a number")
        found = cls(**pairs)  # type: ignore[arg-type]
        if found.smile != "fixed" and {"slope", "curvature"} & set(pairs):
            raise DomainError("slope and curvature belong to the fixed smile; set smile to fixed as well")
        return found
