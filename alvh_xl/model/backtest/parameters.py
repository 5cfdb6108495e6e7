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
        if not 7.0 <= self.days <= 21.0 or self.days != int(self.days):
            raise DomainError("days must be a whole number from 7 to 21")
        if not (0.0 < self.short_delta < 0.5 and 0.0 < self.overlay_delta < 1.0):
            raise DomainError("the deltas must lie inside their range")
        positive = (self.wing_width, self.strike_step, self.condors, self.capital, self.spx_multiplier)
        if not min(*positive, self.vix_multiplier) > 0.0:
            raise DomainError("wing, step, condors, capital and multipliers must be positive")
        if not min(self.condor_cost, self.hedge_half_spread, self.fee, self.cap, self.hold, self.hedge_gap) >= 0.0:
            raise DomainError("costs, cap, hold and gap must not be negative")
        if min(self.future_multiplier, self.mini_multiplier) <= 0.0 or self.future_half_spread < 0.0:
            raise DomainError("the futures' multipliers must be positive, their half-spread not negative")
        for name, choices in WORDS.items():
            if getattr(self, name) not in choices:
                raise DomainError(f"{name} must be one of {', '.join(choices)}")
        if not (0.0 <= self.settle_hour < self.mark_hour <= 24.0 and 0.0 <= self.macro_strength <= 1.0):
            raise DomainError("the final settlement must come before the mark of its day, macro_strength be 0 to 1")
        if not (0.0 <= self.roll_phase <= 20.0 and abs(self.signal_shift) <= 20.0 and 0.0 <= self.position <= 1.0):
            raise DomainError("phase must be 0 to 20, shift within 20, position 0 to 1")

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
