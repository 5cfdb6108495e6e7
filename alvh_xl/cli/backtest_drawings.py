"""Drawings of a back-test's page: paths over time and the placebo's histogram, as SVG."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from alvh_xl.functions.backtest_report import FloatArray, Report

_LEFT, _WIDTH, _TOP, _HEIGHT = 80.0, 720.0, 10.0, 290.0
_POINTS, _BINS = 500, 24


def lines(found: Report, values: FloatArray, number: str) -> str:
    """One line a strategy over the history; both axes carry their ends."""
    from alvh_xl.workbook.backtest import day_of

    low, high = float(values.min()), float(values.max())
    count, span = values.shape[1], (high - low) or 1.0
    edges = np.linspace(0, count - 1, min(count, _POINTS)).round().astype(int)
    parts = []
    for i, name in enumerate(found.strategies):
        colour = f"hsl({i * 360 // len(found.strategies)} 70% 40%)"
        points = " ".join(
            f"{_LEFT + _WIDTH * k / max(count - 1, 1):.1f},{_TOP + _HEIGHT * (high - float(values[i, k])) / span:.1f}"
            for k in edges.tolist()
        )
        parts.append(f'<polyline fill="none" stroke="{colour}" points="{points}"/>')
        parts.append(f'<text x="810" y="{22 + 18 * i}" fill="{colour}">{html.escape(name)}</text>')
    first, last = (f"{day_of(float(found.dates[i])):%d-%b-%Y}" for i in (0, -1))
    return _framed("".join(parts), number.format(high), number.format(low), first, last)


def histogram(found: Report) -> str:
    """Draws of the placebo by return over CVaR, with ALVH and the 95th percentile; nothing without draws."""
    draws = found.placebo[np.isfinite(found.placebo)]
    if not draws.size:
        return ""
    marks = {"95th percentile": (float(np.percentile(draws, 95.0)), "#0072b2")}
    if "literal_1" in found.scores:
        marks["ALVH (literal_1)"] = (found.scores["literal_1"], "#d55e00")
    ends = [float(draws.min()), float(draws.max()), *(value for value, _ in marks.values())]
    low, high = min(ends), max(ends)
    span = (high - low) or 1.0
    count, edges = np.histogram(draws, _BINS, (low, low + span))
    tall = int(count.max())
    bars = [
        f'<rect x="{_LEFT + _WIDTH * (left - low) / span:.1f}" y="{_TOP + _HEIGHT * (1.0 - n / tall):.1f}" '
        f'width="{_WIDTH / _BINS - 1.0:.1f}" height="{_HEIGHT * n / tall:.1f}" fill="#b9c2cc"/>'
        for n, left in zip(count.tolist(), edges[:-1].tolist(), strict=True)
    ]
    for k, (name, (value, colour)) in enumerate(marks.items()):
        x = _LEFT + _WIDTH * (value - low) / span
        bars.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{_TOP + _HEIGHT}" stroke="{colour}"/>')
        bars.append(f'<text x="810" y="{22 + 18 * k}" fill="{colour}">{name}</text>')
    drawn = _framed("".join(bars), f"{tall} draws", "0", f"{low:.2f}", f"{high:.2f}")
    return f"<h2>Placebo: random layers, gain a year over CVaR</h2>{drawn}"


def _framed(parts: str, high: str, low: str, first: str, last: str) -> str:
    return (
        f'<svg viewBox="0 0 960 330" width="960" role="img">{parts}'
        f'<text x="0" y="22">{high}</text><text x="0" y="300">{low}</text>'
        f'<text x="80" y="325">{first}</text><text x="800" y="325" text-anchor="end">{last}</text></svg>'
    )
