"""The workbook's charts; each is made anew for the sheet that shows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from alvh_xl.workbook import style
from alvh_xl.workbook.layout import Context

# Where the charts' numbers stand: sheet, first row, last row and columns (1-based, as in a formula).
PAYOFF_ROWS = (7, 87)
LAYER_ROWS = (6, 65)
SERIES_ROWS = (246, 305)
DECAY_ROWS = (23, 38)
VOL_FLOOR = 6
_SMALL = {"name": style.FONT, "size": 8, "color": style.INK}
_GRID = {"visible": True, "line": {"color": "#E3E7EC", "width": 0.5}}


def _chart(context: Context, kind: dict[str, str], title: str) -> Any:
    chart = context.book.add_chart(kind)
    chart.set_title({"name": title, "name_font": {"name": style.FONT, "size": 10, "bold": True, "color": style.NAVY},
                     "overlay": False})  # fmt: skip
    chart.set_legend({"position": "bottom", "font": _SMALL})
    chart.set_chartarea({"border": {"color": style.HAIRLINE}})
    return chart


def _axis(name: str, number: str, **extra: Any) -> dict[str, Any]:
    return {
        "name": name, "name_font": _SMALL | {"bold": False}, "num_font": _SMALL, "num_format": number,
        "major_gridlines": _GRID, "line": {"color": style.GREY}, **extra,
    }  # fmt: skip


def payoff(context: Context) -> Any:
    """Profit and loss of the condor today and at expiry, with and without the hedge, with break-even marks."""
    chart = _chart(context, {"type": "scatter", "subtype": "straight"}, "Payoff with and without the hedge")
    first, last = PAYOFF_ROWS
    lines = (
        ("Condor, expiry", "U", style.BLACK, 1.75, "solid"),
        ("Condor, today", "T", style.GREY, 1.25, "dash"),
        ("With hedge, expiry", "X", style.BLUE, 2.25, "solid"),
        ("With hedge, today", "W", style.SKY, 1.5, "dash"),
    )
    for name, column, colour, width, dash in lines:
        chart.add_series({
            "name": name,
            "categories": f"=Position!$R${first}:$R${last}",
            "values": f"=Position!${column}${first}:${column}${last}",
            "line": {"color": colour, "width": width, "dash_type": dash},
        })  # fmt: skip
    marks = (("Break-evens", 7, 8, "diamond", style.VERMILLION), ("Spot", 9, 9, "circle", style.ORANGE))
    for name, top, bottom, shape, colour in marks:
        chart.add_series({
            "name": name,
            "categories": f"=Position!$Z${top}:$Z${bottom}",
            "values": f"=Position!$AA${top}:$AA${bottom}",
            "line": {"none": True},
            "marker": {"type": shape, "size": 8, "fill": {"color": colour}, "border": {"color": style.BLACK}},
        })  # fmt: skip
    chart.set_x_axis(_axis("SPX, points", "#,##0", min=None, label_position="low"))
    chart.set_y_axis(_axis("profit and loss, dollars", '"$"#,##0'))
    return chart


def curve(context: Context) -> Any:
    """VX settlements by days to expiry, with the volatility indices at their tenors."""
    chart = _chart(context, {"type": "scatter", "subtype": "straight_with_markers"}, "VIX curve and spot")
    chart.add_series({
        "name": "VX futures",
        "categories": "=Curve!$E$6:$E$14",
        "values": "=Curve!$F$6:$F$14",
        "line": {"color": style.BLUE, "width": 2},
        "marker": {"type": "circle", "size": 6, "fill": {"color": style.BLUE}, "border": {"color": style.BLUE}},
    })  # fmt: skip
    indices = (("VIX9D, VIX, VIX3M", "=Curve!$L$6:$L$8", "=Curve!$M$6:$M$8", "diamond", style.VERMILLION),
               ("Spot VIX", "=Curve!$L$9:$L$10", "=Curve!$M$9:$M$10", "none", style.GREY))  # fmt: skip
    for name, tenors, values, shape, colour in indices:
        marker = {"type": shape} if shape == "none" else {
            "type": shape, "size": 8, "fill": {"color": colour}, "border": {"color": style.BLACK},
        }  # fmt: skip
        line = {"color": colour, "width": 1, "dash_type": "dash"}
        chart.add_series({"name": name, "categories": tenors, "values": values, "line": line, "marker": marker})
    chart.set_x_axis(_axis("days to expiry", "0", min=0, max=270))
    # A volatility index has never closed below 6; a floor of 0 would press a calm curve flat.
    chart.set_y_axis(_axis("volatility, points", "0", min=VOL_FLOOR))
    return chart


def sizes(context: Context, first: int, last: int) -> Any:
    """Contracts that each reading of the allocation asks for, beside the caps; rows of the plan's answer."""
    chart = _chart(context, {"type": "bar"}, "Allocation against the caps")
    chart.add_series({
        "name": "contracts",
        "categories": f"=Plan!$B${first}:$B${last}",
        "values": f"=Plan!$C${first}:$C${last}",
        "fill": {"color": style.BLUE},
        "gap": 60,
        "data_labels": {"value": True, "num_format": "0.0", "font": _SMALL},
        "points": [
            {"fill": {"color": style.BLUE}},
            *[{"fill": {"color": style.SKY}}] * 4,
            *[{"fill": {"color": style.ORANGE}}] * (last - first - 4),
        ],
    })  # fmt: skip
    chart.set_legend({"none": True})
    chart.set_x_axis(_axis("contracts; blue: chosen reading, sky: all readings, orange: caps", "0", min=0))
    chart.set_y_axis(_axis("", "@", reverse=True, major_gridlines={"visible": False}))
    return chart


def decay(context: Context) -> Any:
    """Time value left of condor, hedge and both, until the condor settles."""
    chart = _chart(context, {"type": "scatter", "subtype": "straight"}, "Time value left")
    first, last = DECAY_ROWS
    for name, column, colour, width in (
        ("Condor", "C", style.BLACK, 1.75),
        ("Hedge", "G", style.SKY, 1.75),
        ("Net", "K", style.BLUE, 2.25),
    ):
        chart.add_series({
            "name": name,
            "categories": f"=Scenarios!$B${first}:$B${last}",
            "values": f"=Scenarios!${column}${first}:${column}${last}",
            "line": {"color": colour, "width": width},
        })  # fmt: skip
    chart.set_x_axis(_axis("days ahead", "0", min=0, label_position="low"))
    chart.set_y_axis(_axis("points × contracts", "#,##0"))
    return chart


def layers(context: Context) -> Any:
    """The index over the last 60 sessions; below it, one bar a lit layer, stacked."""
    chart = _chart(context, {"type": "column", "subtype": "stacked"}, "SPX and lit layers, last 60 sessions")
    first, last = LAYER_ROWS
    labels = f"=Signals!$AA${first}:$AA${last}"
    for name, column, colour in (
        ("MACD lit", "X", style.ORANGE),
        ("RSI lit", "Y", style.SKY),
        ("A/D lit", "Z", style.GREEN),
    ):
        chart.add_series({
            "name": name, "categories": labels, "values": f"=Signals!${column}${first}:${column}${last}",
            "fill": {"color": colour}, "gap": 0,
        })  # fmt: skip
    line = context.book.add_chart({"type": "line"})
    line.add_series({
        "name": "SPX close (right)", "categories": labels, "values": f"=Signals!$W${first}:$W${last}",
        "line": {"color": style.BLACK, "width": 1.75}, "y2_axis": True,
    })  # fmt: skip
    line.set_y2_axis(_axis("SPX, points", "#,##0", major_gridlines={"visible": False}))
    chart.combine(line)
    chart.set_x_axis(_axis("", "@", interval_unit=10, interval_tick=10, major_gridlines={"visible": False}))
    chart.set_y_axis(_axis("layers lit", '[<=3]0;""', min=0, max=9, major_unit=3, major_gridlines={"visible": False}))
    return chart


def macd(context: Context) -> Any:
    """MACD with its signal line and histogram over the last 60 sessions."""
    chart = _chart(context, {"type": "column"}, "MACD, last 60 sessions")
    first, last = SERIES_ROWS
    dates = "=Signals!$AA${}:$AA${}".format(*LAYER_ROWS)
    chart.add_series({
        "name": "Histogram", "categories": dates, "values": f"=Signals!$N${first}:$N${last}",
        "fill": {"color": "#B9C2CC"}, "gap": 20,
    })  # fmt: skip
    line = context.book.add_chart({"type": "line"})
    for name, column, colour in (("MACD", "L", style.BLUE), ("Signal", "M", style.VERMILLION)):
        line.add_series({
            "name": name, "categories": dates, "values": f"=Signals!${column}${first}:${column}${last}",
            "line": {"color": colour, "width": 1.75},
        })  # fmt: skip
    chart.combine(line)
    chart.set_x_axis(
        _axis("", "@", interval_unit=10, interval_tick=10, label_position="low", major_gridlines={"visible": False})
    )
    chart.set_y_axis(_axis("index points", "0"))
    return chart


_PATH_LOOKS = (
    (style.GREY, 1.75, "solid"), (style.BLACK, 1.25, "dash"), (style.ORANGE, 1.5, "solid"), (style.BLUE, 2.25, "solid"),
    (style.VERMILLION, 1.5, "solid"), (style.GREEN, 1.5, "dash"),
)  # fmt: skip


def backtest_paths(
    context: Context, title: str, number: str, lines: Sequence[tuple[str, int]], rows: tuple[int, int], months: int
) -> Any:
    """One line a strategy over the months of a back-test; rows and columns are counted from 0."""
    chart = _chart(context, {"type": "line"}, title)
    for (name, column), (colour, width, dash) in zip(lines, _PATH_LOOKS, strict=True):
        chart.add_series({
            "name": name,
            "categories": ["Backtest", rows[0], months, rows[1], months],
            "values": ["Backtest", rows[0], column, rows[1], column],
            "line": {"color": colour, "width": width, "dash_type": dash},
        })  # fmt: skip
    chart.set_x_axis(_axis("", "@", interval_unit=12, interval_tick=12, label_position="low",
                           num_font=_SMALL | {"rotation": -45}, major_gridlines={"visible": False}))  # fmt: skip
    chart.set_y_axis(_axis(title.partition(", ")[2], number))
    return chart


def backtest_phases(context: Context, lines: Sequence[tuple[str, int]], rows: tuple[int, int], first: int) -> Any:
    """One line a strategy over the sessions by which the roll is later; rows and columns are counted from 0."""
    chart = _chart(context, {"type": "line"}, "Roll moved: gain a year over CVaR")
    for (name, column), (colour, width, dash) in zip(lines, _PATH_LOOKS, strict=True):
        chart.add_series({
            "name": name, "categories": ["Backtest", rows[0], first, rows[1], first],
            "values": ["Backtest", rows[0], column, rows[1], column],
            "line": {"color": colour, "width": width, "dash_type": dash},
        })  # fmt: skip
    chart.set_x_axis(_axis("sessions after the week's first", "0", interval_unit=2, label_position="low",
                           major_gridlines={"visible": False}))  # fmt: skip
    chart.set_y_axis(_axis("gain a year over CVaR", "0.0"))
    return chart


def backtest_placebo(context: Context, rows: tuple[int, int], first: int) -> Any:
    """Histogram of the placebo's return over CVaR, with the method and the 95th percentile; counted from 0."""
    chart = _chart(context, {"type": "column"}, "Placebo: random layers, return over CVaR")
    marks = (("ALVH (literal_1)", first + 2, style.VERMILLION), ("95th percentile", first + 3, style.BLUE))
    for name, place, colour in (*marks, ("draws", first + 1, "#B9C2CC")):  # the draws in front of the marks
        chart.add_series({
            "name": name, "categories": ["Backtest", rows[0], first, rows[1], first],
            "values": ["Backtest", rows[0], place, rows[1], place], "fill": {"color": colour}, "gap": 20,
            "overlap": 100,
        })  # fmt: skip
    chart.set_x_axis(_axis("return a year over the 99 % CVaR of a day", "0.00", interval_unit=2, label_position="low",
                           major_gridlines={"visible": False}))  # fmt: skip
    chart.set_y_axis(_axis("draws", "0", min=0))
    return chart
