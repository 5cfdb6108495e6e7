"""Capital: what the hedge's capital costs, what CAPM asks of it, what past hedges returned, and the drag (C13–C16)."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from alvh_xl.workbook.layout import Context, Page, Row, pick

PAST_ROWS = 24
# The method's golden example, moved into the past: two roots, so a flag.
EXAMPLE: Final[tuple[tuple[Any, ...], ...]] = (
    (dt.date(2013, 1, 1), -100, "ILLUSTRATIVE: example with two rates of return"),
    (dt.date(2014, 1, 1), 230, "ILLUSTRATIVE"),
    (dt.date(2015, 1, 1), -132, "ILLUSTRATIVE"),
)
LOOKS = {"date": ("input", "date"), "cash_flow": ("input", "dollars"), "remark": ("input_word", "general")}
IRR = ["percent", "integer", "percent2", "percent2", "percent2", "percent2", "words"]
LEFT, RIGHT = 1, 5
TOP = 3


def write(context: Context) -> None:
    """Write the sheet."""
    page = Page(
        context,
        "Capital",
        "Cost of capital and drag",
        "The formulas are standard; judging a hedge by them is a document rule, untested. Rates are typed on Inputs.",
        (36, 14, 46, 2, 36, 14, 14, 14, 14, 14, 14),
    )
    _required(page)
    _tied(page)
    _drag(page)
    _sizes(page)
    last = _past(page)
    page.finish(last, 11, freeze=(3, 0))


def _required(page: Page) -> None:
    page.section(TOP, LEFT, LEFT + 2, "Required return (C13, C14)")
    rows = [
        Row("Risk-free rate, 3-month Treasury", "=treasury_rate/100", "percent2", name="risk_free"),
        Row("Cost of own capital", "=ALVH_CAPM(risk_free,own_beta,equity_premium)", "percent2", "CAPM at own_beta",
            "cost_of_equity"),
        Row("Weighted cost of capital", "=ALVH_WACC(nav,margin_loan,cost_of_equity,loan_rate,tax_rate)", "percent2",
            "own capital and margin loan at market value", "wacc"),
        Row("Typed cost of capital", "=capital_rate", "percent2", "what the plan uses; compare"),
        Row("β of the hedge", "=ALVH_OPTION_BETA(hedge_delta,hedge_beta,hedge_price)", "price",
            "percent per 1 % of SPX: negative, it is insurance", "option_beta"),
        Row("Return CAPM asks of the hedge", "=ALVH_CAPM(risk_free,option_beta,equity_premium)", "percent",
            "a year; far below zero", "required_return"),
    ]  # fmt: skip
    end = page.block(TOP + 1, LEFT, rows)
    for line, text in enumerate(
        ("“Return above the cost of capital” is the wrong test for an asset of negative β:",
         "compare the realised return less CAPM's, or the stress gain for each dollar of drag."), start=end,
    ):  # fmt: skip
        page.put(line, LEFT, text, "remark")


def _tied(page: Page) -> None:
    row = TOP + 11
    page.section(row, LEFT, LEFT + 2, "Opportunity cost beside theta (C13)", "one contract")
    rows = [
        Row("Premium", "=hedge_cost", "dollars", "MODEL"),
        Row("Opportunity cost until it settles", "=ALVH_OPPORTUNITY_COST(hedge_cost,wacc,hedge_days)", "price",
            "dollars at the weighted cost of capital", "opportunity_cost"),
        Row("Opportunity cost a day", "=opportunity_cost/hedge_days", "ratio", "dollars"),
        Row("Theta a day", "=hedge_theta", "price", "dollars"),
        Row("Theta for each dollar of opportunity cost", "=-hedge_theta/(opportunity_cost/hedge_days)", "points",
            "time decay, not capital, is what a hedge costs", "theta_to_cost"),
    ]  # fmt: skip
    page.block(row + 1, LEFT, rows)


def _drag(page: Page) -> None:
    page.section(TOP, RIGHT, RIGHT + 6, "Drag when nothing happens (C16)", "over carry_horizon days")
    one = "=ALVH_HEDGE_DRAG(hedge_theta,100*roll_down,100*half_spread,carry_horizon,nav,credit_dollars)"
    page.put(TOP + 1, RIGHT, "One contract: theta, roll-down and half the spread", "remark")
    page.spill(TOP + 2, RIGHT, 2, one, ["dollars", "percent2", "percent2"], headings=True)
    page.define("unit_drag", TOP + 3, RIGHT, TOP + 3, RIGHT + 2)


SIZES = (
    ("To hold", "hold"),
    ("1 VIX notional (literal)", "plan_basis_vix_notional"),
    ("2 Share of max loss", "plan_basis_max_loss"),
    ("3 Break-even payoff", "plan_basis_breakeven_payoff"),
    ("4 Premium", "plan_basis_premium"),
    ("Gamma cap", "plan_cap_gamma"),
)


def _sizes(page: Page) -> None:
    """Write what over-sizing would cost: the drag is proportional to the contracts."""
    row = TOP + 5
    numbers = ["contracts", "dollars", "percent2", "percent2", "price"]
    page.header_row(
        row,
        RIGHT,
        ("size", "contracts", "drag, dollars", "of NAV a year", "of the credit", "gain / drag"),
        ["general", *numbers],
    )
    first = row + 1
    for line, (label, name) in enumerate(SIZES, start=first):
        contracts = f"G{line + 1}"
        cells = (
            f"=IF(ISNUMBER({name}),{name},NA())",
            *(f"={contracts}*{pick('unit_drag', 1, i)}" for i in (1, 2, 3)),
            f"=-stress_gain/{pick('unit_drag', 1, 1)}",
        )
        page.put(line, RIGHT, label, "label")
        for col, (formula, number) in enumerate(zip(cells, numbers, strict=True), start=RIGHT + 1):
            page.put(line, col, formula, "formula", number)
    page.define("drag_hold", first, RIGHT + 2)
    page.put(
        first + len(SIZES), RIGHT, "Gain: of one call in one day at stress_move, for each dollar of its drag.", "remark"
    )
    row = first + len(SIZES) + 2
    page.section(row, RIGHT, RIGHT + 6, "Premium against the credit (warning above 35 %: policy)")
    page.block(row + 1, RIGHT, [
        Row("Premium of the contracts to hold", "=premium", "dollars"),
        Row("Share of the credit", "=premium_share", "percent"),
        Row("Warning", '=IF(premium_share>0.35,"ABOVE 35 %","within 35 %")', "general", style="word"),
    ], notes=False)  # fmt: skip


def _past(page: Page) -> int:
    """Write the typed cash flows of past hedges and every internal rate of return; return the last row."""
    row = TOP + 19
    page.section(row, LEFT, LEFT + 2, "Past hedges, cash flows (typed)", "paid negative, received positive")
    rows = [*EXAMPLE, *[(None, None, None)] * (PAST_ROWS - len(EXAMPLE))]
    end = page.table(row + 1, LEFT, "PastHedges", ("date", "cash_flow", "remark"), rows, LOOKS)
    page.section(row, RIGHT, RIGHT + 6, "Their return (C15): read the holding return first", "not annualised")
    call = "=ALVH_IRR(PastHedges[cash_flow],PastHedges[date],finance_rate,reinvest_rate)"
    page.spill(row + 1, RIGHT, 1 + 2, call, IRR, headings=True)
    page.define("irr_table", row + 2, RIGHT, row + 5, RIGHT + len(IRR) - 1)
    found = [
        Row("Holding return", "=" + pick("irr_table", 1, 1), "percent", name="holding_return"),
        Row("Rates of return found", "=COUNT(INDEX(irr_table,0,3))", "integer", name="irr_count"),
        Row("Modified rate (MIRR)", "=" + pick("irr_table", 1, 4), "percent2", name="mirr"),
        Row("MIRR less what CAPM asks today", "=mirr-required_return", "percent", name="mirr_excess"),
        Row("Flag", "=" + pick("irr_table", 1, 7), "general", name="irr_flag", style="word"),
    ]  # fmt: skip
    page.block(row + 8, RIGHT, found, notes=False)
    page.put(row + 14, RIGHT, "The sample's flows are the method's example with two rates of return: neither "
             "is the rate. Type your own.", "remark")  # fmt: skip
    return end - 1
