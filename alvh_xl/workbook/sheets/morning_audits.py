"""The Morning sheet's last band of cards: discipline, the named regimes, and the tilts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from alvh_xl.workbook.layout import Row, pick

Card = tuple[str, str, list[Row]]
STATES: Final = (
    ("CONFIRMED", "stale"), ("APPROACH", "proxy"), ("EXPANSION", "stale"), ("OFF", "dark"), ("off", "dark"),
)  # fmt: skip
RULE = "rule, untested"


def cards() -> Sequence[Card]:
    """Return title, remark and lines of the three cards."""
    return (
        ("Discipline", RULE, _discipline()),
        ("Named regimes", RULE, _regimes()),
        ("Tilts", RULE, _tilts()),
    )


def _discipline() -> list[Row]:
    share = f'TEXT({pick("steward_table", 1, 1)},"0 %")&" added on minor dips"'
    waiting = 'mornings&" of "&{}+1&" mornings in the Journal"'.format
    gap = "=IFERROR(" + pick("loyalty_table", 1, 1) + ',"no data")'
    verdict = pick("loyalty_table", 1, 2)
    return [
        Row(
            "Steward or promoter",
            "=steward_verdict",
            "general",
            f'=IF(mornings<=steward_window,{waiting("steward_window")},IFERROR({share},"no contracts added"))',
            style="word",
        ),
        Row("Motion, held to model", "=motion", "price",
            f'=IF(mornings<=motion_window,{waiting("motion_window")},"below 0.5 rigid, above 1.5 churn")'),
        Row("Loyalty gap", gap, "percent", f'="held "&TEXT(held,"0")&", model "&IFERROR(TEXT(hold,"0"),"none")'
            f'&": "&IFERROR({verdict},"no data")'),
        Row("Half-life of VIX", "=vix_half_life", "days", "sessions; 1990–2021: 33"),
    ]  # fmt: skip


def _regimes() -> list[Row]:
    return [
        Row("Cash press", "=press_state", "general",
            '=IFERROR("theta share "&TEXT(press_ratio,"0.00")&" × entry; trigger "&TEXT(press_trigger,"0.0#"),'
            '"theta share at entry unknown")', style="word"),
        Row("Gamma cap in force", "=cap_in_force", "price",
            '=IF(press_strength=0,"not moved by the press: strength 0","moved by the press")'),
        Row("Second engine", "=engine_state", "general",
            '="VIX above VIX3M for "&engine_days&" sessions?"', style="word"),
        Row("Budget released", "=engine_released", "dollars", '=TEXT(engine_budget,"0.0 %")&" of portfolio value"'),
    ]  # fmt: skip


def _tilts() -> list[Row]:
    lines = (
        ("Volatility premium", "premium"),
        ("Rate differential", "differential"),
        ("Sentiment", "sentiment"),
    )
    scores = {"premium": "premium_z", "differential": "differential_z", "sentiment": "sentiment_score"}
    rows = [
        Row(
            label,
            f"=tilt_{name}",
            "price",
            f'=IF({name}_strength=0,"strength 0: off","strength "&TEXT({name}_strength,"0.00"))'
            f'&"; score "&IFERROR(TEXT({scores[name]},"+0.0;-0.0"),"no data")',
        )
        for label, name in lines
    ]
    limited = '=IF(tilt=tilt_product,"product, within 0.5 to 1.5","LIMITED: product "&TEXT(tilt_product,"0.00"))'
    return [*rows, Row("All tilts", "=tilt", "price", limited)]
