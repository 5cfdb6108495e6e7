"""Named regimes on the Scenarios sheet: the cash press with its entry book (C17), and the second engine (C31)."""

from __future__ import annotations

from alvh_xl.workbook.layout import Page, Row, pick
from alvh_xl.workbook.sheets.position_layout import BOOK, LEGS, NUMBERS
from alvh_xl.workbook.sheets.whatif import write_legs

PRESS = ["general", "percent", "price", "percent", "integer", "integer", "price"]
ENGINE = ["integer", "dollars", "dollars", "dollars", "dollars", "dollars", "words"]
VOLS = 6  # sessions of VIX the cash press compares
ENTRY_HOUR = "9/24"


def write(page: Page, row: int) -> int:
    """Write both regimes; return the row after."""
    page.section(row, 1, 14, "Cash press (C17) and second engine (C31)",
                 "names: document rule, untested; definitions: policy")  # fmt: skip
    end = _entry(page, row + 1)
    vols = f"INDEX(History[vix],{301 - VOLS}):INDEX(History[vix],300)/100"
    press = (
        f"=ALVH_CASH_PRESS(condor_book,theta_share_at_entry,{vols},vix9d,vix,vix3m,spot,interest_rate,"
        "dividend_yield,press_trigger,press_strength,gamma_cap)"
    )
    page.put(end, 1, "Cash press; PROXY: VIX stands for the at-the-money volatility", "remark")
    page.spill(end + 1, 1, 2, press, PRESS, headings=True)
    page.define("press_table", end + 2, 1, end + 2, len(PRESS))
    tail = "INDEX(History[{0}],301-engine_days):INDEX(History[{0}],300)".format
    engine = (
        f"=IFERROR(ALVH_SECOND_ENGINE({tail('vix')},{tail('vix3m')},engine_days,engine_budget,,spot,nav,"
        'engine_borrowed,loan_rate),"")'
    )
    page.put(end + 4, 1, "Second engine: no sleeve of its own is entered, so its Greeks are 0", "remark")
    page.spill(end + 5, 1, 2, engine, ENGINE, headings=True)
    page.define("engine_table", end + 6, 1, end + 6, len(ENGINE))
    return page.block(end + 8, 1, _words())


def _entry(page: Page, row: int) -> int:
    """Rebuild the condor as it stood on the morning of entry, from History; return the row after."""
    past = "INDEX(History[{0}],MATCH(entry_date-1,History[date],1))".format
    rows = [
        Row("Days to settlement at entry", f"=condor_settlement-entry_date-{ENTRY_HOUR}", "days", name="entry_days"),
        Row("SPX at entry", f"={past('close')}", "points", "close before the day of entry", "entry_spot"),
        *(
            Row(f"{name.upper()} at entry", f'=IF({past(name)}="",NA(),{past(name)}/100)', "vol", name=f"entry_{name}")
            for name in ("vix9d", "vix", "vix3m")
        ),
        Row(
            "Volatility at entry",
            "=ALVH_TERM_VOL(entry_days,Tenors[tenor],entry_vols)",
            "vol",
            "PROXY",
            "entry_vol",
        ),
        Row(
            "Theta share at entry, computed",
            "=INDEX(ALVH_DECAY_CURVE(entry_book,0,entry_spot,interest_rate,dividend_yield,FALSE),1,5)",
            "percent2",
            "a day",
            "entry_share",
        ),
        Row(
            "Theta share at entry, in use",
            '=IF(entry_theta_share="",entry_share,entry_theta_share)',
            "percent2",
            "typed on Inputs, else computed",
            "theta_share_at_entry",
        ),
    ]
    end = page.block(row, 1, rows)
    page.define("entry_vols", row + 2, 2, row + 4, 2)
    _entry_book(page, row, 5)
    return end + 1


def _entry_book(page: Page, row: int, col: int) -> None:
    page.header_row(row, col, BOOK, [NUMBERS.get(column, "general") for column in BOOK])
    spilled = {
        "strike": "=Condor[strike]",
        "days": "={1;1;1;1}*entry_days",
        "quantity": "=Condor[quantity]",
        "vol": "=ALVH_SMILE_VOL(entry_spot,Condor[strike],entry_days,entry_vol,smile_slope,smile_curvature)",
        "underlying": "={1;1;1;1}*entry_spot",
        "price": "=Condor[price]",
    }
    write_legs(page, row, col, [kind for _, kind, _ in LEGS], spilled, "entry")
    page.define("entry_book", row, col, row + 4, col + len(BOOK) - 1)


def _words() -> list[Row]:
    """Return the figures other sheets quote."""
    released = pick("engine_table", 1, 2)
    return [
        Row("Cash press", f'=IFERROR({pick("press_table", 1, 1)},"no data")', "general", name="press_state",
            style="word"),
        Row("Theta share, now to entry", "=" + pick("press_table", 1, 3), "price", "trigger: press_trigger",
            "press_ratio"),
        Row(
            "Gamma cap in force",
            f"=IF(press_strength=0,gamma_cap,{pick('press_table', 1, 7)})",
            "price",
            "rule, untested; moves only when press_strength is not 0",
            "cap_in_force",
        ),
        Row(
            "Second engine",
            f'=IFERROR(IF({pick("engine_table", 1, 1)}=1,"EXPANSION","off"),"no data")',
            "general",
            name="engine_state",
            style="word",
        ),
        Row("Budget released", f'=IFERROR({released},"no data")', "dollars", "engine_budget × portfolio value",
            "engine_released"),
    ]  # fmt: skip
