"""What a trader can type: one thin cell function per concept, defined once, the same in every spreadsheet."""

from __future__ import annotations

from alvh_xl.functions.backtest import (
    ALVH_BACKTEST,
)
from alvh_xl.functions.capital import (
    ALVH_CAPM,
    ALVH_HEDGE_DRAG,
    ALVH_IRR,
    ALVH_OPPORTUNITY_COST,
    ALVH_OPTION_BETA,
    ALVH_WACC,
)
from alvh_xl.functions.cells import CellError
from alvh_xl.functions.condor import (
    ALVH_BOOK_GREEKS,
    ALVH_BREAKEVEN_WIDTH,
    ALVH_CONDOR,
    ALVH_CONDOR_STRIKES,
    ALVH_PAYOFF,
    ALVH_PROBABILITY_OF_PROFIT,
    ALVH_PROBABILITY_OF_TOUCH,
)
from alvh_xl.functions.curve import (
    ALVH_CONSTANT_MATURITY,
    ALVH_CONTANGO,
    ALVH_CURVE_STATE,
    ALVH_DAILY_ROLL,
    ALVH_HEDGE_GREEKS,
    ALVH_ROLL_DOWN,
    ALVH_SPOT_VOL_BETA,
    ALVH_VIX_EXPIRIES,
    ALVH_VIX_EXPIRY,
)
from alvh_xl.functions.discipline import (
    ALVH_LOYALTY,
    ALVH_MOTION,
    ALVH_REBALANCE,
    ALVH_STEWARD,
)
from alvh_xl.functions.fundamentals import (
    ALVH_AGGREGATE_RATIO,
    ALVH_DDM,
    ALVH_DDM_IMPLIED_RETURN,
    ALVH_FLOW_Z,
    ALVH_QUICK_RATIO,
    ALVH_SENTIMENT,
    ALVH_TREND,
)
from alvh_xl.functions.macro import (
    ALVH_MACRO_PRESSURE,
    ALVH_RATE_DIFFERENTIAL,
    ALVH_REER_Z,
    ALVH_SURPRISE_Z,
)
from alvh_xl.functions.options import (
    ALVH_BLACK76,
    ALVH_BLACK_SCHOLES,
    ALVH_EXTRINSIC,
    ALVH_IMPLIED_FORWARD,
    ALVH_IMPLIED_VOL,
    ALVH_PARITY,
)
from alvh_xl.functions.overlay import (
    ALVH_OVERLAY_COST,
    ALVH_SPOT_VOL_FIT,
    ALVH_VXTH_WEIGHT,
)
from alvh_xl.functions.regime import (
    ALVH_CASH_PRESS,
    ALVH_SECOND_ENGINE,
)
from alvh_xl.functions.registry import REGISTRY, FunctionSpec
from alvh_xl.functions.research import (
    ALVH_EVENT_STUDY,
    ALVH_IPO_CLUSTERS,
)
from alvh_xl.functions.scenario import (
    ALVH_DECAY_CURVE,
    ALVH_ROLL,
    ALVH_TIME_SHIFT,
)
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
    ALVH_MIN_VARIANCE,
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
    ALVH_MOVE_COVERAGE,
    ALVH_REALIZED_VOL,
    ALVH_SMILE_VOL,
    ALVH_STRADDLE_MOVE,
    ALVH_TERM_VOL,
    ALVH_VIX_OPTION_VOL,
    ALVH_VOL_PREMIUM,
)

__all__ = [
    "ALVH_AD_DETERIORATION",
    "ALVH_AD_LINE",
    "ALVH_AGGREGATE_RATIO",
    "ALVH_ALLOCATION",
    "ALVH_BACKTEST",
    "ALVH_BLACK76",
    "ALVH_BLACK_SCHOLES",
    "ALVH_BOOK_GREEKS",
    "ALVH_BREAKEVEN_WIDTH",
    "ALVH_CAPM",
    "ALVH_CASH_PRESS",
    "ALVH_CONDOR",
    "ALVH_CONDOR_STRIKES",
    "ALVH_CONSTANT_MATURITY",
    "ALVH_CONTANGO",
    "ALVH_CURVE_STATE",
    "ALVH_DAILY_ROLL",
    "ALVH_DDM",
    "ALVH_DDM_IMPLIED_RETURN",
    "ALVH_DECAY_CURVE",
    "ALVH_EVENT_STUDY",
    "ALVH_EXPECTED_MOVE",
    "ALVH_EXPECTED_RANGE",
    "ALVH_EXTRINSIC",
    "ALVH_FLOW_Z",
    "ALVH_GAMMA_OFFSET",
    "ALVH_HEDGE_DRAG",
    "ALVH_HEDGE_GREEKS",
    "ALVH_HEDGE_UNITS",
    "ALVH_IMPLIED_FORWARD",
    "ALVH_IMPLIED_VOL",
    "ALVH_IPO_CLUSTERS",
    "ALVH_IRR",
    "ALVH_LAYERS",
    "ALVH_LAYER_SIZES",
    "ALVH_LOYALTY",
    "ALVH_MACD",
    "ALVH_MACD_DIVERGENCE",
    "ALVH_MACRO_PRESSURE",
    "ALVH_MAX_CONTRACTS",
    "ALVH_MIN_VARIANCE",
    "ALVH_MOTION",
    "ALVH_MOVE_COVERAGE",
    "ALVH_OPPORTUNITY_COST",
    "ALVH_OPTION_BETA",
    "ALVH_OVERLAY_COST",
    "ALVH_PARITY",
    "ALVH_PAYOFF",
    "ALVH_PLAN",
    "ALVH_PROBABILITY_OF_PROFIT",
    "ALVH_PROBABILITY_OF_TOUCH",
    "ALVH_QUICK_RATIO",
    "ALVH_RATE_DIFFERENTIAL",
    "ALVH_REALIZED_VOL",
    "ALVH_REBALANCE",
    "ALVH_REER_Z",
    "ALVH_ROLL",
    "ALVH_ROLL_DOWN",
    "ALVH_RSI",
    "ALVH_RSI_BREACH",
    "ALVH_SECOND_ENGINE",
    "ALVH_SENTIMENT",
    "ALVH_SMILE_VOL",
    "ALVH_SPOT_VOL_BETA",
    "ALVH_SPOT_VOL_FIT",
    "ALVH_STALE",
    "ALVH_STEWARD",
    "ALVH_STRADDLE_MOVE",
    "ALVH_STRESS",
    "ALVH_SURPRISE_Z",
    "ALVH_TERM_VOL",
    "ALVH_TIME_SHIFT",
    "ALVH_TREND",
    "ALVH_VERSION",
    "ALVH_VIX_EXPIRIES",
    "ALVH_VIX_EXPIRY",
    "ALVH_VIX_OPTION_VOL",
    "ALVH_VOL_PREMIUM",
    "ALVH_VXTH_WEIGHT",
    "ALVH_WACC",
    "REGISTRY",
    "CellError",
    "FunctionSpec",
]
