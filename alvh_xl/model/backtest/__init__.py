"""The back-test: short-dated condors on stored history, their hedges, and the baselines that could embarrass them.

Everything here is priced by a model, not by traded option prices; every result says so.
"""

from __future__ import annotations

from alvh_xl.model.backtest.attribution import Attribution, attribution
from alvh_xl.model.backtest.inputs import BacktestData, vx_proxy
from alvh_xl.model.backtest.parameters import STRATEGIES, Parameters, Setting
from alvh_xl.model.backtest.run import Backtest, run
from alvh_xl.model.backtest.sensitivity import Sensitivity, sensitivity
from alvh_xl.model.backtest.statistics import Statistics, statistics
from alvh_xl.model.backtest.verdict import verdict

__all__ = [
    "STRATEGIES", "Attribution", "Backtest", "BacktestData", "Parameters", "Sensitivity", "Setting", "Statistics",
    "attribution", "run", "sensitivity", "statistics", "verdict", "vx_proxy",
]  # fmt: skip
