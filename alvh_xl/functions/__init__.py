"""What a trader can type: one thin cell function per concept, defined once, the same in every spreadsheet."""

from __future__ import annotations

from alvh_xl.functions.capital import (
    ALVH_HEDGE_DRAG,
)
from alvh_xl.functions.cells import CellError
from alvh_xl.functions.condor import (
    ALVH_BOOK_GREEKS,
    ALVH_BREAKEVEN_WIDTH,
    ALVH_CONDOR,
    ALVH_CONDOR_STRIKES,
    ALVH_PAYOFF,
)
from alvh_xl.functions.curve import (
    ALVH_CONSTANT_MATURITY,
    ALVH_CONTANGO,
    ALVH_CURVE_STATE,
    ALVH_HEDGE_GREEKS,
    ALVH_ROLL_DOWN,
    ALVH_SPOT_VOL_BETA,
    ALVH_VIX_EXPIRIES,
    ALVH_VIX_EXPIRY,
)
from alvh_xl.functions.discipline import (
    ALVH_REBALANCE,
)
from alvh_xl.functions.macro import (
    ALVH_MACRO_PRESSURE,
    ALVH_SURPRISE_Z,
)
from alvh_xl.functions.options import (
    ALVH_BLACK76,
    ALVH_BLACK_SCHOLES,
    ALVH_IMPLIED_VOL,
)
from alvh_xl.functions.registry import REGISTRY, FunctionSpec
from alvh_xl.functions.signals import (
    ALVH_AD_DETERIORATION,
    ALVH_AD_LINE,
    ALVH_LAYER_SIZES,
    ALVH_LAYERS,
    ALVH_MACD,
    ALVH_MACD_DIVERGENCE,
    ALVH_RSI,
    ALVH_RSI_BREACH,
)
from alvh_xl.functions.sizing import (
    ALVH_ALLOCATION,
    ALVH_GAMMA_OFFSET,
    ALVH_HEDGE_UNITS,
    ALVH_MAX_CONTRACTS,
    ALVH_PLAN,
    ALVH_STRESS,
)
from alvh_xl.functions.status import (
    ALVH_STALE,
    ALVH_VERSION,
)
from alvh_xl.functions.volatility import (
    ALVH_EXPECTED_MOVE,
    ALVH_EXPECTED_RANGE,
    ALVH_REALIZED_VOL,
    ALVH_SMILE_VOL,
    ALVH_TERM_VOL,
    ALVH_VIX_OPTION_VOL,
)

__all__ = [
    "ALVH_AD_DETERIORATION",
    "ALVH_AD_LINE",
    "ALVH_ALLOCATION",
    "ALVH_BLACK76",
    "ALVH_BLACK_SCHOLES",
    "ALVH_BOOK_GREEKS",
    "ALVH_BREAKEVEN_WIDTH",
    "ALVH_CONDOR",
    "ALVH_CONDOR_STRIKES",
    "ALVH_CONSTANT_MATURITY",
    "ALVH_CONTANGO",
    "ALVH_CURVE_STATE",
    "ALVH_EXPECTED_MOVE",
    "ALVH_EXPECTED_RANGE",
    "ALVH_GAMMA_OFFSET",
    "ALVH_HEDGE_DRAG",
    "ALVH_HEDGE_GREEKS",
    "ALVH_HEDGE_UNITS",
    "ALVH_IMPLIED_VOL",
    "ALVH_LAYERS",
    "ALVH_LAYER_SIZES",
    "ALVH_MACD",
    "ALVH_MACD_DIVERGENCE",
    "ALVH_MACRO_PRESSURE",
    "ALVH_MAX_CONTRACTS",
    "ALVH_PAYOFF",
    "ALVH_PLAN",
    "ALVH_REALIZED_VOL",
    "ALVH_REBALANCE",
    "ALVH_ROLL_DOWN",
    "ALVH_RSI",
    "ALVH_RSI_BREACH",
    "ALVH_SMILE_VOL",
    "ALVH_SPOT_VOL_BETA",
    "ALVH_STALE",
    "ALVH_STRESS",
    "ALVH_SURPRISE_Z",
    "ALVH_TERM_VOL",
    "ALVH_VERSION",
    "ALVH_VIX_EXPIRIES",
    "ALVH_VIX_EXPIRY",
    "ALVH_VIX_OPTION_VOL",
    "REGISTRY",
    "CellError",
    "FunctionSpec",
]
