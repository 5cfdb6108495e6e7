"""The back-test as one block of cells (method.md §10)."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from alvh_xl.functions.backtest_report import MEASURES, SHIFTED, TOPICS, Report, Setting, report, statistic_rows
from alvh_xl.functions.cells import CellError
from alvh_xl.functions.columns import ColumnKind
from alvh_xl.functions.kinds import DateSeries, Pairs, PointsSeries, PositiveSeries, Whole, table, word
from alvh_xl.functions.registry import Table, cell_function
from alvh_xl.model import backtest
from alvh_xl.model.errors import DomainError, MissingError

Curve = Annotated[Any, table(3)]
OptionalPoints = Annotated[Any, ColumnKind("index points", low=1)]
OptionalIssues = Annotated[Any, ColumnKind("issues", low=0)]
_MOST_DRAWS = 10_000
_COLUMNS = ("strategy", *MEASURES, "verdict")
_ROWS = ("topic", "item", "strategy", "value")
_PARTS = ("strategies", "all", *TOPICS, "caveat")
OptionalShare = Annotated[Any, ColumnKind("fraction", low=0, high=1)]
Part = Annotated[Any, word(*_PARTS)]


@cell_function(category="Research and status", concept="C25", status="DOCUMENT RULE (untested)", shape="table")
def ALVH_BACKTEST(
    dates: DateSeries,
    spx: PositiveSeries,
    vix: PointsSeries,
    vx_curve: Curve,
    vvix: OptionalPoints | None = None,
    vix9d: OptionalPoints | None = None,
    vix3m: OptionalPoints | None = None,
    advances: OptionalIssues | None = None,
    declines: OptionalIssues | None = None,
    parameters: Pairs | None = None,
    draws: Whole = 0.0,
    part: Part = "strategies",
    macro: OptionalShare | None = None,
    skew: OptionalPoints | None = None,
) -> Table:
    """Back-test of condors with no hedge, smaller size, a static overlay, ALVH and a ladder; model-priced.

    Each week's first session sells a condor, held to settlement; SPX legs from VIX and SKEW, VIX calls from VVIX
    on the VX curve, VX futures at its settles. Sized on the session before, filled at the close.

    Parameters
    ----------
    dates : date
        Sessions, increasing.
    spx : index points
        Closes.
    vix : index points
        VIX closes.
    vx_curve : three columns
        Date, calendar days to settlement and settle of each VX future, with days 0 the final settlement value;
        sessions without one use a PROXY.
    vvix : index points
        VVIX; blank where unknown, then 90, a PROXY.
    vix9d : index points
        VIX9D; blank where unknown, then VIX.
    vix3m : index points
        VIX3M; blank where unknown, then VIX.
    advances : issues
        Advancing issues; blank where unknown, then the third layer is dark.
    declines : issues
        Declining issues.
    parameters : name, value
        Two columns, for example days 14, condors 10, cap 0.35; hedge is calls, futures or mini; smile is skew or fixed,
        which alone uses slope and curvature.
    draws : paths
        Random-layer placebo paths; 0 draws none, and then nothing is called better.
    part : word
        strategies, one topic of the rows below, or all of them; phase and gate run the back-test 26 times.
    macro : 0 to 1
        Macro pressure known at each session's close, for the parameter macro_strength; blank is none.
    skew : index points
        SKEW; blank where unknown, then 120, a PROXY.

    Returns
    -------
    strategy, cagr, vol, sharpe, sharpe_low, sharpe_high, max_drawdown, cvar, worst_day, worst_week, hedge_cost, calm_cost, turnover, hedge_return, hedge_irr, per_cvar, verdict
        A row a strategy; shares of the capital, rates a year; hedge_return is on the premium paid, not annualised,
        hedge_irr a year, #N/A without one single rate; calm_cost the mean of the years without a crisis, turnover
        contracts a year. Any other part is rows of topic, item, strategy, value: period_gain and period_per_cvar (by
        sub-period), without (2008, 2020), crisis and crisis_hedge, binding, placebo, attribution (delta, gamma, vega,
        theta, cost, residual, quiet_residual of condors and hedge), phase (0 to 20), gate (-2 to 2), caveat.

    Notes
    -----
    method.md §10 names the fixed smile; by its gate G1 that overpays the condor by 13 points a year, SKEW's by 3.
    Model prices flatter the condor: Cboe's CNDR, on real chains, earned 0.50 % a year from 2007 to 2025. The method is
    called better only if it beats the condor of equal 99 % CVaR and the 95th percentile of the placebo.

    References
    ----------
    method.md §10; Lo, The Statistics of Sharpe Ratios, 2002.

    Examples
    --------
    >>> days = [43374, 43375, 43376, 43377, 43378, 43381, 43382, 43383, 43384, 43385]
    >>> spx = [2924.6, 2923.4, 2925.5, 2901.6, 2885.6, 2884.4, 2880.3, 2785.7, 2728.4, 2767.1]
    >>> vix = [12.0, 12.05, 11.61, 14.22, 14.82, 15.69, 15.95, 22.96, 24.98, 21.31]
    >>> ALVH_BACKTEST(days, spx, vix, [[43376, 14, 13.775], [43376, 49, 14.725]])["strategy"].tolist()[:2]
    ['unhedged', 'downsized']
    """  # noqa: E501
    if draws > _MOST_DRAWS:
        raise DomainError(f"at most {_MOST_DRAWS} draws")
    data = backtest.BacktestData.of(dates, spx, vix, vx_curve, vvix, vix9d, vix3m, advances, declines, macro,
                                   skew=skew)  # fmt: skip
    found = report(data, _settings(parameters), draws=int(draws), shifts=part in ("all", *SHIFTED))
    return _strategies(found) if part == "strategies" else _statistics(found, part)


def _strategies(found: Report) -> Table:
    """One row a strategy."""
    rows = [
        (name, *(_cell(figures[column]) for column in MEASURES), found.verdict if name == "literal_1" else "")
        for name, figures in found.measures.items()
    ]
    return Table(_COLUMNS, rows)


def _statistics(found: Report, part: str) -> Table:
    """One row a statistic of one topic, or of all."""
    rows = [(*words, _cell(value)) for *words, value in statistic_rows(found) if part in ("all", words[0])]
    if part in ("all", "caveat"):
        rows += [("caveat", str(i), "", text) for i, text in enumerate(found.caveats, start=1)]
    if not rows:
        raise MissingError(f"this history has no {part}")
    return Table(_ROWS, rows)


def _settings(pairs: dict[str, Any] | None) -> dict[str, Setting]:
    """Parameters as numbers, `hedge` and `smile` as words; a blank one is the default."""
    found: dict[str, Setting] = {}
    for name, value in (pairs or {}).items():
        if isinstance(value, CellError):
            raise MissingError(f"{name} is an error")
        if value is not None:
            found[name] = value.strip().lower() if isinstance(value, str) else float(value)
    return found


def _cell(value: float) -> Any:
    return value if np.isfinite(value) else CellError.NA
