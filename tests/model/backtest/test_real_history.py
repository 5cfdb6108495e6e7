"""The shared history as the back-test sees it, against the index-level figures of method.md §10."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from alvh_xl.model.backtest import BacktestData, run
from alvh_xl.model.sessions import to_serial
from tests.model.backtest.worlds import real_world


def test_the_stored_curve_is_in_contango_as_often_as_the_method_says(shared_data: Path) -> None:
    """G3: F2 > F1 on 81.5 % ± 1 point of days, mean F2 − F1 0.82 ± 0.05, 2007-04-02 to 2021-12-23."""
    import datetime as dt

    data = real_world(shared_data).between(to_serial(dt.date(2007, 4, 2)), to_serial(dt.date(2021, 12, 23)))
    gap = data.curve_settles[:, 1] - data.curve_settles[:, 0]
    gap = gap[np.isfinite(gap)]
    assert abs(np.mean(gap > 0.0) - 0.815) <= 0.01
    assert abs(np.mean(gap) - 0.82) <= 0.05


def test_the_bias_of_the_model_prices_is_said(shared_data: Path) -> None:
    """Model prices earn far more than CNDR did; a report that keeps this to itself would mislead."""
    found = run(real_world(shared_data), names=("unhedged",))
    assert any("flatters" in line for line in found.caveats)
    assert found.pnl.sum() > 0.0


def test_a_future_on_a_stored_expiry_is_its_settle(shared_data: Path) -> None:
    """A VIX call must be valued on the future of its own expiry, to the tick."""
    data: BacktestData = real_world(shared_data)
    rows = np.flatnonzero(np.isfinite(data.curve_days[:, 2]))
    future, proxy = data.futures(rows, data.curve_days[rows, 2])
    np.testing.assert_allclose(future, data.curve_settles[rows, 2], rtol=1e-12)
    assert not proxy[np.isfinite(data.curve_days[rows].T[-1])].any()
