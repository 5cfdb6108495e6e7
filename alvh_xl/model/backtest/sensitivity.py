"""What luck does: the same back-test with its rolls moved, and with its gate read earlier or later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from alvh_xl.model.backtest.inputs import BacktestData
from alvh_xl.model.backtest.parameters import Parameters
from alvh_xl.model.backtest.run import run
from alvh_xl.model.backtest.statistics import score
from alvh_xl.model.errors import DomainError, MissingError
from alvh_xl.model.types import FloatArray

PHASES = tuple(range(21))  # sessions after the week's first
GATES = (-2, -1, 0, 1, 2)  # sessions later the layers, and the overlay's VX, are read; the negative ones look ahead


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Return over CVaR, strategies in rows."""

    phases: FloatArray  # (strategies, 21)
    gates: FloatArray  # (strategies, 5)


def sensitivity(
    data: BacktestData, p: Parameters, names: tuple[str, ...], step: Callable[[], None] = lambda: None
) -> Sensitivity:
    """Runs every phase of the roll from 0 to 20 sessions, and the gate from 2 sessions early to 2 late."""

    def scores(**changed: float) -> FloatArray:
        step()
        try:
            return score(run(data, replace(p, **changed), names).pnl)  # type: ignore[arg-type]
        except (MissingError, DomainError):  # no roll falls into so short a history, or the shift is beyond its range
            return np.full(len(names), np.nan)

    phases = [scores(roll_phase=float(phase)) for phase in PHASES]
    gates = [scores(signal_shift=p.signal_shift + gate) for gate in GATES]
    return Sensitivity(np.stack(phases, axis=1), np.stack(gates, axis=1))
