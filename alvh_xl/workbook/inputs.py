"""The parameters of the method: every number a formula reads that is typed and not observed.

Each becomes one visible, named cell on the Inputs sheet with unit, default, status and source; nothing is hidden
in code. Status words are those of the method: DOCUMENT RULE (untested), STANDARD, ESTIMATED, POLICY.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from alvh_xl.market.morning import MarketMorning

RULE, STANDARD = "DOCUMENT RULE (untested)", "STANDARD"
ESTIMATED, POLICY = "ESTIMATED", "POLICY"


@dataclass(frozen=True)
class Parameter:
    """One parameter: the named cell, what it means, its default and the values allowed.

    `allowed` is a list of words, or (lowest, highest) for a number; None means any value. A default of None is a
    blank cell, and the meaning says what blank stands for.
    """

    group: str
    name: str
    meaning: str
    default: Any
    unit: str
    number: str
    status: str
    source: str
    allowed: tuple[Any, ...] | None = None


def _p(*fields: Any) -> Parameter:
    return Parameter(*fields)


_MARKET, _CONDOR, _HEDGE = "Rates and volatility", "Iron condor", "Hedge candidate"
_ALLOCATION, _LAYERS, _SIZING = "Allocation and macro", "Signals and layers", "Sizing and carry"
_TILTS, _NAMED, _COST = "Tilts", "Named regimes and audits", "Cost of capital"
_VALUE, _WHAT_IF = "Valuation, weight 0", "What-if"

PARAMETERS: Final[tuple[Parameter, ...]] = (
    _p(_MARKET, "interest_rate", "Interest rate, continuous", 0.0215, "decimal a year", "percent2", STANDARD,
       "C33; ILLUSTRATIVE, near the 1-month Treasury", (-0.05, 0.5)),
    _p(_MARKET, "dividend_yield", "Dividend yield of SPX, continuous", 0.018, "decimal a year", "percent2", STANDARD,
       "C33; ILLUSTRATIVE", (0, 0.2)),
    _p(_MARKET, "day_basis", "Days in a year for the expected move", 365, "days", "integer", STANDARD, "C01", (1, 400)),
    _p(_MARKET, "smile_slope", "Smile slope per standard deviation", -0.09, "ratio", "ratio", POLICY,
       "C02, §10: σ(K) = vol·(1 + slope·z + curvature·z²)", (-1, 1)),
    _p(_MARKET, "smile_curvature", "Smile curvature", 0.012, "ratio", "ratio", POLICY, "C02, §10", (-1, 1)),
    _p(_MARKET, "realised_window", "Window of realised volatility", 21, "sessions", "integer", STANDARD, "C09", (2,
       250)),
    _p(_MARKET, "premium_lookback", "Look-back of the premium's z-score", 252, "sessions", "integer", STANDARD, "C09",
       (20, 270)),
    _p(_MARKET, "curve_target", "Constant maturity of the VX curve", 30, "days", "integer", STANDARD, "C20", (1, 200)),
    _p(_CONDOR, "short_delta", "Delta of the short strikes", 0.16, "absolute delta", "price", POLICY, "C02", (0.01,
       0.49)),
    _p(_CONDOR, "wing_width", "Width of each wing", 50, "points", "integer", POLICY, "C02", (1, 1000)),
    _p(_CONDOR, "strike_step", "Distance between listed strikes", 5, "points", "integer", STANDARD, "C02", (1, 100)),
    _p(_CONDOR, "shortest_days", "Shortest tenor without a warning", 7, "days", "integer", RULE, "C32", (0, 90)),
    _p(_CONDOR, "longest_days", "Longest tenor without a warning", 21, "days", "integer", RULE, "C32", (1, 120)),
    _p(_CONDOR, "profit_take", "Take profit at this share of the credit", 0.5, "share", "percent", POLICY,
       "trader's choice", (0.05, 1)),
    _p(_CONDOR, "time_exit", "Close the condor at this many days", 2, "days", "integer", POLICY, "trader's choice",
       (0, 30)),
    _p(_CONDOR, "entry_date", "Day the condor was opened", dt.date(2018, 10, 4), "date", "date", POLICY, "typed"),
    _p(_CONDOR, "nav", "Portfolio value", 250000, "dollars", "dollars", POLICY, "typed; ILLUSTRATIVE", (1, 1e12)),
    _p(_HEDGE, "hedge_instrument", "Instrument", "VIX", "word", "text", POLICY, "C12, C20", ("VIX",)),
    _p(_HEDGE, "hedge_kind", "Call or put", "C", "word", "text", POLICY, "C12", ("C",)),
    _p(_HEDGE, "hedge_strike", "Strike", 15, "VIX points", "price", POLICY, "C12; nearest listed to the future", (5,
       200)),
    _p(_HEDGE, "hedge_expiry", "Settlement date (09:30 New York)", dt.date(2018, 11, 21), "date", "date", POLICY,
       "C12: at least 5 sessions after the condor"),
    _p(_HEDGE, "half_spread", "Half the bid–ask spread", 0.05, "VIX points", "price", POLICY, "§10: 1–2 ticks", (0, 5)),
    _p(_HEDGE, "fees", "Fees a contract", 1.0, "dollars", "price", POLICY, "broker", (0, 100)),
    _p(_HEDGE, "tick", "Tick of the limit price", 0.05, "VIX points", "price", STANDARD, "Cboe: VIX options below 3.00",
       (0.01, 1)),
    _p(_HEDGE, "sessions_after", "Sessions the hedge outlives the condor", 5, "sessions", "integer", POLICY, "C12",
       (0, 60)),
    _p(_ALLOCATION, "allocation_position", "Position inside the allocation range", 0.5, "0 low … 1 high", "percent",
       POLICY, "C03", (0, 1)),
    _p(_ALLOCATION, "calm_low", "Base allocation, low end", 0.15, "share of width", "percent", RULE, "C03", (0, 1)),
    _p(_ALLOCATION, "calm_high", "Base allocation, high end", 0.25, "share of width", "percent", RULE, "C03", (0, 1)),
    _p(_ALLOCATION, "macro_low", "Macro allocation, low end", 0.40, "share of width", "percent", RULE, "C04", (0, 2)),
    _p(_ALLOCATION, "macro_high", "Macro allocation, high end", 0.60, "share of width", "percent", RULE, "C04", (0, 2)),
    _p(_ALLOCATION, "macro_threshold", "Macro score that counts as pressure", 0.5, "z", "price", POLICY, "C04", (0, 5)),
    _p(_ALLOCATION, "macro_lookahead", "FOMC horizon", 14, "days", "integer", POLICY, "C04", (0, 60)),
    _p(_ALLOCATION, "macro_mode", "Scale-up when active: full, or by the ramp", "full", "word", "text", POLICY, "C04",
       ("full", "ramp")),
    _p(_ALLOCATION, "surprise_window", "Earlier surprises in the standard deviation", 24, "months", "integer", STANDARD,
       "C04", (12, 120)),
    _p(_LAYERS, "macd_fast", "MACD fast average", 12, "sessions", "integer", STANDARD, "C06", (2, 60)),
    _p(_LAYERS, "macd_slow", "MACD slow average", 26, "sessions", "integer", STANDARD, "C06", (3, 120)),
    _p(_LAYERS, "macd_signal", "MACD signal average", 9, "sessions", "integer", STANDARD, "C06", (2, 60)),
    _p(_LAYERS, "divergence_side", "Divergence that lights layer 1", "bearish", "word", "text", RULE, "C06",
       ("bearish", "bullish", "both")),
    _p(_LAYERS, "pivot", "Bars on each side of a pivot", 5, "sessions", "integer", POLICY, "C06", (1, 20)),
    _p(_LAYERS, "pivot_min_gap", "Least distance of two pivots", 5, "sessions", "integer", POLICY, "C06", (1, 60)),
    _p(_LAYERS, "pivot_max_gap", "Greatest distance of two pivots", 60, "sessions", "integer", POLICY, "C06", (5, 250)),
    _p(_LAYERS, "rsi_window", "RSI window", 14, "sessions", "integer", STANDARD, "C07", (2, 60)),
    _p(_LAYERS, "rsi_low", "RSI oversold threshold", 30, "RSI", "integer", RULE, "C07", (1, 49)),
    _p(_LAYERS, "rsi_high", "RSI overbought threshold", 70, "RSI", "integer", RULE, "C07", (51, 99)),
    _p(_LAYERS, "rsi_sides", "Breaches that light layer 2", "both", "word", "text", RULE, "C07: both is literal",
       ("both", "overbought")),
    _p(_LAYERS, "breadth_window", "Advance–decline window", 21, "sessions", "integer", POLICY, "C08", (5, 120)),
    _p(_LAYERS, "near_high", "Breadth only near the 63-session high (blank = off)", None, "share below", "percent",
       POLICY, "C08", (0, 0.5)),
    _p(_LAYERS, "layer_mode", "How layers combine", "independent", "word", "text", POLICY, "C05",
       ("independent", "sequential", "confirm2")),
    _p(_LAYERS, "layer_hold", "Sessions a layer stays lit", 10, "sessions", "integer", POLICY, "C05", (0, 59)),
    _p(_SIZING, "basis", "What “x % of the width” means", "vix_notional", "word", "text", POLICY, "C03",
       ("vix_notional", "max_loss", "breakeven_payoff", "premium")),
    _p(_SIZING, "gamma_cap", "Most of the condor's gamma the hedge delta may offset", 0.35, "ratio A", "price", RULE,
       "C12", (0.01, 5)),
    _p(_SIZING, "gamma_move", "Move that turns gamma into delta", 1, "percent", "points", POLICY, "C12, reading A",
       (0.1, 20)),
    _p(_SIZING, "stress_move", "Move of the stress gain", -5, "percent", "points", POLICY, "C03, C12", (-30, -0.5)),
    _p(_SIZING, "open_interest", "Open interest of the hedge (blank = no liquidity cap)", None, "contracts", "integer",
       POLICY, "§0 step 10", (0, 1e9)),
    _p(_SIZING, "premium_budget", "Premium budget (blank = no budget)", None, "dollars", "dollars", POLICY, "C16",
       (0, 1e9)),
    _p(_SIZING, "no_trade_band", "No-trade band around the model size", 0.20, "share", "percent", POLICY, "C27", (0,
       2)),
    _p(_SIZING, "probability", "Your probability of the stress (blank = test skipped)", None, "share", "percent",
       POLICY,
       "C27", (0, 1)),
    _p(_SIZING, "at_initiation", "Condor is being opened today (blank = while no hedge is held)", None, "TRUE or FALSE",
       "general", POLICY, "C12: a breached cap is always cut then", (True, False)),
    _p(_SIZING, "carry_horizon", "Horizon of cost and roll-down", 10, "days", "integer", POLICY, "C16", (1, 120)),
    _p(_SIZING, "capital_rate", "Cost of capital", 0.09, "decimal a year", "percent", POLICY, "C13", (0, 1)),
    _p(_TILTS, "premium_strength", "Strength of the volatility-premium tilt (0 = off)", 0, "κ", "price", RULE,
       "C09: 1 − κ·z/2, z within ±2", (0, 1)),
    _p(_TILTS, "differential_strength", "Strength of the rate-differential tilt (0 = off)", 0, "κ", "price", RULE,
       "C23: 0.2 is the literal mode; evidence is contrary", (0, 1)),
    _p(_TILTS, "sentiment_strength", "Strength of the sentiment tilt (0 = off)", 0, "κ", "price", RULE,
       "C30: 1 + κ·score/2, within ±20 %", (0, 1)),
    _p(_NAMED, "press_trigger", "Cash press: rise of the theta share that triggers", 1.5, "ratio", "price", POLICY,
       "C17; the name is a document rule, untested", (1.01, 10)),
    _p(_NAMED, "press_strength", "Cash press: how far it moves the gamma cap (0 = off)", 0, "λ, −1 to 1", "price",
       POLICY, "C17: cap·(1 + λ·progress)", (-1, 1)),
    _p(_NAMED, "entry_theta_share", "Cash press: theta share at entry (blank = from the entry book)", None,
       "share a day", "percent2", POLICY, "C17; Scenarios shows the entry book", (0.0001, 10)),
    _p(_NAMED, "engine_days", "Second engine: sessions with VIX above VIX3M", 5, "sessions", "integer", POLICY,
       "C31; the name is a document rule, untested", (1, 60)),
    _p(_NAMED, "engine_budget", "Second engine: budget released", 0, "share of NAV", "percent", POLICY, "C31", (0, 1)),
    _p(_NAMED, "engine_borrowed", "Second engine: loan that carries it", 0, "dollars", "dollars", POLICY, "C31",
       (0, 1e12)),
    _p(_NAMED, "steward_window", "Mornings the steward audit judges", 60, "mornings", "integer", POLICY, "C18",
       (2, 248)),
    _p(_NAMED, "motion_window", "Mornings the motion audit judges", 20, "mornings", "integer", POLICY, "C27",
       (1, 248)),
    _p(_COST, "equity_premium", "Equity premium", 0.045, "decimal a year", "percent2", STANDARD, "C14; ILLUSTRATIVE",
       (-0.1, 0.3)),
    _p(_COST, "own_beta", "β of your own capital", 1, "ratio", "price", POLICY, "C14; ILLUSTRATIVE", (-5, 5)),
    _p(_COST, "margin_loan", "Margin loan", 0, "dollars", "dollars", POLICY, "C13", (0, 1e12)),
    _p(_COST, "loan_rate", "Rate of the loan", 0.06, "decimal a year", "percent2", POLICY, "C13; ILLUSTRATIVE",
       (0, 1)),
    _p(_COST, "tax_rate", "Tax saved by interest", 0, "share", "percent", POLICY, "C13: 0 unless deductible", (0, 1)),
    _p(_COST, "finance_rate", "Rate of the outflows in MIRR", 0, "decimal a year", "percent2", POLICY, "C15",
       (-0.9, 1)),
    _p(_COST, "reinvest_rate", "Rate of the inflows in MIRR", 0, "decimal a year", "percent2", POLICY, "C15",
       (-0.9, 1)),
    _p(_VALUE, "payout_yield", "Next year's dividends and buybacks", 0.045, "share of the index", "percent2",
       STANDARD, "C24; ILLUSTRATIVE", (0.001, 0.2)),
    _p(_VALUE, "payout_growth", "Growth of payouts, years 2 to 5", 0.05, "decimal a year", "percent2", STANDARD,
       "C24; ILLUSTRATIVE", (-0.5, 0.5)),
    _p(_VALUE, "long_growth", "Growth of payouts for ever", 0.03, "decimal a year", "percent2", STANDARD,
       "C24; ILLUSTRATIVE", (-0.2, 0.1)),
    _p(_WHAT_IF, "shift_days", "Time-shift: days ahead", 5, "days", "integer", POLICY, "C11", (0, 60)),
    _p(_WHAT_IF, "shift_spot_vol", "Time-shift moves VIX futures with SPX too", True, "yes or no", "general", POLICY,
       "C11: FALSE is literal, by the curve alone", (True, False)),
    _p(_WHAT_IF, "roll_days", "Roll: days of the new condor", 21, "days", "integer", POLICY, "C11", (1, 120)),
    _p(_WHAT_IF, "realised_before", "Roll: losses that earlier rolls realised", 0, "dollars", "dollars", POLICY,
       "C11", (-1e9, 1e9)),
    _p(_WHAT_IF, "hedge_beta_calm", "Spot–vol β of the hedge's future, VIX below 15", -0.500, "points per +1 %",
       "ratio", ESTIMATED, "Table 4B, 36–64 days; sensitivity only", (-5, 0)),
    _p(_WHAT_IF, "hedge_curvature_calm", "Its curvature", 0.100, "points", "ratio", ESTIMATED,
       "Table 4B, 36–64 days", (0, 1)),
    _p(_WHAT_IF, "spx_beta_calm", "Spot–vol β at 30 days, VIX below 15", -0.619, "points per +1 %", "ratio",
       ESTIMATED, "Table 4B, 15–36 days; sensitivity only", (-5, 0)),
    _p(_WHAT_IF, "spx_curvature_calm", "Its curvature", 0.206, "points", "ratio", ESTIMATED, "Table 4B, 15–36 days",
       (0, 1)),
)  # fmt: skip

# Moves of the stress table, in percent of SPX; the −2σ√T move is a formula beside them.
STRESS_MOVES: Final[tuple[float, ...]] = (-10.0, -5.0, -3.0, -1.0, 1.0, 3.0, 5.0)

# Parameters the morning's typed position overrides, and the name each has there.
FROM_POSITION: Final[dict[str, str]] = {
    "interest_rate": "rate", "dividend_yield": "dividend_yield", "smile_slope": "smile_slope",
    "smile_curvature": "smile_curvature", "short_delta": "short_delta", "wing_width": "wing_width",
    "strike_step": "strike_step", "nav": "portfolio_value", "hedge_kind": "hedge_kind",
    "hedge_strike": "hedge_strike", "entry_date": "entered", "hedge_expiry": "hedge_expiry",
}  # fmt: skip


def typed_position(morning: MarketMorning) -> dict[str, Any]:
    """Return the morning's typed position as name → value."""
    names, values = morning.position.column("name"), morning.position.column("value")
    return {str(name): value for name, value in zip(names, values, strict=True)}


def defaults(morning: MarketMorning) -> dict[str, Any]:
    """Return the first value of every parameter: the typed position's where it has one, else the default."""
    typed = typed_position(morning)
    values = {p.name: typed.get(FROM_POSITION.get(p.name, ""), p.default) for p in PARAMETERS}
    if isinstance(values["hedge_expiry"], dt.datetime):
        values["hedge_expiry"] = values["hedge_expiry"].date()
    return values
