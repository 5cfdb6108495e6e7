"""Why a morning has no decision, in one sentence: a position that does not fit the day, or figures that are missing.

Formulas alone, so that the sentence follows whatever is typed, in every host.
"""

from __future__ import annotations

from alvh_xl.market.series import BREADTH, CATALOGUE
from alvh_xl.workbook.layout import Row
from alvh_xl.workbook.sheets.market import REQUIRED

SESSIONS = 300  # rows of the table History


def rows() -> list[Row]:
    """Return the three texts; each is empty when there is nothing to say."""
    return [
        Row("Position and this morning", f"={_position()}", "text", name="position_fit"),
        Row("Figures the decision lacks", f"={_missing()}", "text", name="figures_missing"),
        Row(
            "Why there is no decision",
            '=IF(position_fit<>"",position_fit,IF(plan_decision<>"NO DECISION","",IF(figures_missing<>"",'
            '"Missing this morning ("&TEXT(asof,"dd-mmm-yyyy")&"): "&figures_missing&". '
            'Without them there is no decision: import them, or refresh again later","")))',
            "text",
            name="obstacle",
        ),
    ]


def _day(moment: str) -> str:
    return f'TEXT({moment},"dd-mmm-yyyy")'


def _position() -> str:
    """First thing that keeps the typed position from this morning; "" when it fits."""
    morning = f'("&{_day("asof")}&")'
    nearest = 'IFERROR(TEXT(1/(1/INDEX(Curve[expiry],{})),"dd-mmm-yyyy"),"no contract known")'.format
    listed = f'{nearest("1")}&" to "&{nearest("COUNT(Curve[expiry])")}'
    faults = (
        (
            "COUNT(Condor[strike])+COUNT(Condor[expiry])+COUNT(Condor[quantity])<12",
            '"Position holds no complete condor: type strike, expiry and quantity of all four legs"',
        ),
        (
            "condor_settlement<=asof",
            f'"The condor on Position expired on "&{_day("condor_settlement")}&", before this morning {morning}: '
            "type today's condor, or clear the legs\"",
        ),
        (
            "entry_date>=INT(asof)+1",
            f'"The condor on Position was opened on "&{_day("entry_date")}&" (entry_date on Inputs), after this '
            f'morning {morning}: type the condor of that morning"',
        ),
        (
            'COUNTIFS(Hedges[expiry],">0",Hedges[expiry],"<="&(asof-9.5/24))>0',
            f'"A hedge held on Position settled before this morning {morning}: clear its row"',
        ),
        (
            "hedge_expiry+9.5/24<=asof",
            f'"The hedge on Inputs settled on "&{_day("hedge_expiry")}&", before this morning {morning}: type a later '
            'hedge_expiry"',
        ),
        (
            "AND(COUNT(Curve[expiry])>0,COUNTIF(Curve[expiry],hedge_expiry)=0)",
            f'"No VX future known this morning {morning} settles on "&{_day("hedge_expiry")}&": type another '
            f'hedge_expiry on Inputs, "&{listed}',
        ),
    )
    text = '""'
    for fault, sentence in reversed(faults):
        text = f"IF({fault},{sentence},{text})"
    return f'IFERROR({text},"")'


def _missing() -> str:
    """Titles of the required figures that are missing, and breadth where the layers lack it."""
    parts = [
        f'IF(INDEX(Market[status],MATCH("{name}",Market[series],0))="MISSING",", {CATALOGUE[name].title}","")'
        for name in REQUIRED
    ]
    parts += [
        f'IF(AND(ISERROR(layer_fraction),COUNT(History[{name}])<{SESSIONS}),", {CATALOGUE[name].title} (known for "'
        f'&COUNT(History[{name}])&" of {SESSIONS} sessions)","")'
        for name in BREADTH
    ]
    return f'IFERROR(MID({"&".join(parts)},3,500),"")'
