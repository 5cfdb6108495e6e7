"""What the workbook's headline cells mean, and the concept of the method each comes from.

One table for every sheet: the key is a named cell, or a column of a table as `Table[column]`. Morning shows the text
while a figure that quotes the cell is selected; on the other sheets it is a note of the cell itself. A cell filled by
one of our functions needs no entry: its note is made from the function's own description.
"""

from __future__ import annotations

import re
from typing import Final

from alvh_xl.functions import REGISTRY

MEANINGS: Final[dict[str, str]] = {
    # Morning
    "expected_move": "C01. One standard deviation of SPX until the condor settles: spot × volatility × √(days/365). "
    "About two mornings in three end inside it.",
    "credit": "C02. Points one condor takes in, from the fills, or the model where a fill is blank.",
    "probability_of_profit": "C02. Chance that SPX settles between the break-evens, lognormal at the volatility used.",
    "breakeven_width": "C03. Width W of the profit zone: upper less lower break-even. The hedge is a share of W.",
    "max_loss": "C02. Loss of all condors when SPX settles beyond a bought strike, before the hedge.",
    "curve_state": "C20. Order of VIX9D, VIX and VIX3M: contango is calm, backwardation is stress.",
    "premium_spread": "C09. VIX/100 less realised volatility: what option sellers are paid for. Above 0 is normal.",
    "macro_pressure": "C04. 0 quiet to 1 full. CPI and PPI surprises with an FOMC near widen the allocation.",
    "allocation": "C03, C04. Share of W that all three layers together would hedge. Document rule, untested.",
    "layer_fraction": "C05. Lit layers out of three: 0, 1/3, 2/3 or 1. Document rule, untested.",
    "hedge_share": "C03, C05. Allocation × layer fraction × tilt: the share of W to hedge this morning.",
    "lamp_macd": "C06. Price makes a higher high, MACD a lower one: bearish divergence. Document rule, untested.",
    "lamp_rsi": "C07. RSI beyond its thresholds. Document rule, untested.",
    "lamp_ad": "C08. The advance–decline line falls while the index holds. Document rule, untested.",
    "gamma_cap_contracts": "C12. Most contracts whose delta stays within the cap's share of the condor's gamma.",
    "hold": "C03 to C12. The literal size, cut by every cap and rounded down to whole contracts.",
    "order_text": "C27. What brings the book from held to the model's size, unless it lies inside the no-trade band.",
    "limit_price": "Model mid plus half the spread, rounded to the tick against you. Check it with a live quote.",
    "premium_share": "C16. Premium of the contracts to hold as a share of the condor's credit.",
    "premium_theta": "C16. Time value the hedge loses in one calendar day, dollars.",
    "ratio_a": "C12, reading A. Delta of the hedge over the delta that gamma makes of a 1 % move. Kept below the cap.",
    "drag": "C16. Theta of a year as a share of portfolio value.",
    "steward_verdict": "C18. Steward: adds on layers. Promoter: adds on minor dips. Judged from the Journal.",
    # Position
    "credit_dollars": "C02. Credit of all condors: points × 100 × condors.",
    "dte": "C32. Calendar days until the condor settles, with the time of day as a fraction.",
    "hedge_price": "C20, C33. Model price of one call of the candidate on its own future. MODEL: check a live quote.",
    "hedge_vol": "C20. Volatility of the hedge, estimated from VVIX and its days. PROXY.",
    "unit_dollar_delta": "C12. Dollars one contract gains per +1 % of SPX, through its future's spot–vol β.",
    "stress_gain": "C12. What one contract gains in one day at the stress move, revalued in full.",
    "book_dollar_gamma": "C12. How much the condor's dollar delta changes per 1 % of SPX. Below 0: short gamma.",
    "condor_theta": "C10. Time value the condor earns in one calendar day, dollars.",
    "open_pnl": "C02. Value of the condor now less what was taken in; marks where typed, else the model.",
    "Condor[quantity]": "C02. Contracts of the leg: + bought, − sold. An iron condor has four equal legs.",
    "Condor[price]": "C02. Fill in points; the credit and the break-evens are made from the four fills.",
    "Condor[mark]": "C02. Price now, points, typed; where it is blank the model's price stands.",
    "Hedges[quantity]": "C27. Contracts held: + bought. They count before anything is ordered.",
    # Plan
    "plan_decision": "C12, C27. HOLD, BUY, SELL or NO DECISION, made from the rules together. Document rule, untested.",
    "plan_hold": "C12. Contracts to hold: the literal size after every cap, whole contracts.",
    "plan_binding": "C12. The one rule that decides the size: the smallest of the literal size and the caps.",
    "plan_literal": "C03. Contracts when the share of W is read literally as VIX notional. Document rule, untested.",
    "plan_cap_gamma": "C12. Contracts at which the hedge reaches the cap's share of the condor's gamma.",
    "held": "C27. What is held, as contracts of the candidate with the same dollar delta.",
    "roll_by": "C20. Last day to roll the hedge: two sessions before it settles.",
    "outlives": "C20. Sessions by which the hedge outlives the condor.",
    "max_contracts": "C12. Largest whole number of contracts within the gamma cap.",
    "tilt": "C09, C23, C30. Product of the tilts, limited to 0.5–1.5. Each strength is 0 unless you turn it on.",
    # Market, History
    "asof": "Moment of the morning, New York time. Nothing in the workbook was known later.",
    "data_source": "Where the data come from: sample, store or live. Refresh reads the same source again.",
    "count_stale": "Figures older than their maximum age. They stay in use, marked STALE.",
    "count_missing": "Figures without a value. What depends on them shows #N/A.",
    "required_missing": "Required figures without a value: any one of them gives NO DECISION.",
    "spot": "C01. Last close of the S&P 500, points: the level every other figure starts from.",
    "vix": "C09. VIX, last close: implied volatility of SPX over 30 days, percent a year.",
    "Market[value]": "Latest figure published before the as-of, in the unit beside it.",
    "Market[status]": "OK fresh · PROXY stands in for the wanted figure · STALE older than max_age · MISSING no value.",
    "Market[max_age]": "Exchange sessions after which a figure counts as STALE.",
    "Market[quality]": "What the source says of the figure: OK, PROXY or ILLUSTRATIVE.",
    "History[close]": "C06, C09. Closes of the S&P 500: signals and realised volatility are made from them.",
    "History[vix]": "C09. Closes of the VIX, compared with what SPX then did.",
    "History[advances]": "C08. Rising stocks of the session. PROXY: 20 large stocks, not the exchange's count.",
    "History[declines]": "C08. Falling stocks of the session. PROXY: 20 large stocks, not the exchange's count.",
    # Curve
    "Curve[settle]": "C20. Settlement price of the monthly VIX future, points.",
    "Curve[days_settle]": "C20. Days from the settle date: for the statistics of the curve.",
    "Curve[days_asof]": "C20. Days from the as-of: for the value of options.",
    "contango": "C20. Second future over the first, less 1. Above 0 a held VIX call loses while nothing moves.",
    "constant_maturity": "C20. Price of a VIX future of a constant 30 days, between its neighbours on the curve.",
    "daily_roll": "C20. Points a trading day by which the front future approaches the VIX.",
    "roll_down": "C16. What the hedge's price loses by ageing along today's curve over the horizon.",
    "hedge_beta": "C12. Points the hedge's future moves when SPX rises by 1 %. ESTIMATED 2007–2021.",
    "atm_vol": "C01, C09. Index volatilities interpolated to the condor's days in total variance. PROXY.",
    "realised_vol": "C09. Volatility SPX really had over the window, from closes.",
    "premium_z": "C09. How unusual the spread of implied over realised volatility is.",
    # Signals
    "macd_now": "C06. Today's MACD line: the fast mean of the closes less the slow one, by the windows on Inputs.",
    "rsi_now": "C07. Wilder's RSI today, 0 to 100.",
    "ad_now": "C08. Running sum of advances less declines over the 300 sessions.",
    # Macro
    "cpi_surprise": "C04. Latest CPI surprise over the spread of earlier ones. PROXY: no consensus is shipped.",
    "ppi_surprise": "C04. Latest PPI surprise over the spread of earlier ones. PROXY: no consensus is shipped.",
    "macro_score": "C04. Mean of both surprises; pressure counts from the threshold on Inputs.",
    "rate_differential": "C23. US 3-month rate less the weighted foreign ones, percent.",
    "reer_z": "C22. How unusual the yearly move of the real effective exchange rate is. Weight 0.",
    "Macro[cpi_actual]": "C04. PROXY of the print: 3-month change of the index, annualised.",
    "Macro[cpi_consensus]": "C04. PROXY of the consensus: 12-month change of the index.",
    "Calendar[when]": "C04. New York time of the release or meeting.",
    # Capital
    "cost_of_equity": "C14. Required return of own capital by CAPM, a year.",
    "wacc": "C13. Cost of own capital and margin loan together, at market value.",
    "option_beta": "C14. Percent one VIX call gains per +1 % of SPX: negative, it is insurance.",
    "required_return": "C14. Return CAPM asks of the hedge, a year: far below 0.",
    "opportunity_cost": "C13. What the premium would have earned elsewhere until the hedge settles, dollars.",
    "theta_to_cost": "C13, C16. Time decay for each dollar of opportunity cost: decay is what a hedge costs.",
    "holding_return": "C15. What came back over what was paid, not annualised: read it first.",
    "irr_count": "C15. How many rates of return make the flows worth 0; more than one: none of them is the rate.",
    "mirr": "C15. Modified rate: outflows financed and inflows reinvested at the rates on Inputs.",
    # Fundamentals
    "pe_ratio": "C29. Market value over earnings of the group, sum over sum. Weight 0.",
    "pcf_ratio": "C19. Market value over operating cash flow, sum over sum. Weight 0.",
    "quick_ratio": "C28. Liquid assets over current liabilities, sum over sum. Weight 0.",
    "trend_long": "C19. Growth of the index over 252 sessions, a year. PROXY for market capitalisation.",
    "reit_flow_z": "C30. How unusual the recent flow into the REIT fund is. Weight 0.",
    "sentiment_score": "C30. Weighted mean of the gauges. It moves no size while sentiment_strength is 0.",
    "ddm_value": "C24. Value of the coming payouts in two stages; hangs on the gap of return and growth.",
    "implied_return": "C24. Return at which the payouts are worth today's price.",
    # Scenarios
    "grid_today": "C11. Days ahead. Each column revalues the whole book that many days later.",
    "residual_sd": "C12. How far the hedge's future strays from its spot–vol line in one day, points.",
    "basis_risk": "C12. One standard deviation a day of what the hedge may miss, dollars.",
    "ladder_cost": "C36. Cost of the 4/4/2 ladder of at-the-money VIX calls, a publisher's preset.",
    "press_state": "C17. Fast time decay while volatility falls: OFF, APPROACH or CONFIRMED. Rule, untested.",
    "cap_in_force": "C12, C17. Gamma cap in use; the cash press moves it only when its strength is not 0.",
    "engine_state": "C31. EXPANSION while VIX stays above VIX3M: a budget of your own is released. Rule, untested.",
    "theta_share_at_entry": "C17. Share of its time value the condor lost a day when it was sold.",
    "calls_a_4a": "C12. Calls at which the cap is reached under reading A, with the average spot–vol β.",
    "calls_c_4a": "C12. Calls at which the cap is reached under full revaluation, reading C, average β.",
    "doubles_4a": "C12. One-day fall at which one call gains what it costs, percent, average β.",
    # Backtest
    "BacktestResult[strategy]": "C25. The condor without a hedge, with less size, with each overlay. Model-priced.",
    "BacktestResult[sharpe]": "C25. Sharpe ratio, a year; the two columns beside it are its 95 % interval.",
    "BacktestResult[per_cvar]": "C25. Mean year's gain over CVaR, the mean loss of the worst 1 % of days.",
    "BacktestCrises[strategy]": "C25. Gain in each crisis, share of the capital; blank: not in this history.",
    # Journal
    "mornings": "C18, C27. Rows before this morning: the audits look back, they forecast nothing.",
    "motion": "C27. Contracts the hedge moved for each one the model moved: below 0.5 rigid, above 1.5 churn.",
    "gap_by_hand": "C27. Distance of what is held from the model's size, as a share of it.",
    "vix_half_life": "C18. Sessions in which half of a distance of VIX from its mean is gone.",
    "Journal[asof]": "Key of the row: one a morning; a second Refresh replaces it.",
    "Journal[decision]": "C12. What the plan answered that morning.",
    "Journal[binding]": "C12. The rule that decided the size.",
    "Journal[held]": "C18, C27. Contracts held that morning, before the order.",
    "Journal[model]": "C12, C27. Contracts the model asked for.",
    "Journal[ordered]": "C27. Order of the morning: + bought, − sold.",
    "Journal[allocation]": "C03, C04. Share of W all three layers together would hedge.",
    "Journal[layers]": "C05. Lit layers out of three.",
    "Journal[offset]": "C12. Gamma offset, reading A.",
    # Checks
    "checks_failed": "Checks that FAIL now; the Morning sheet shows this count.",
    "Checks[left]": "What the workbook shows.",
    "Checks[right]": "What it must equal, or stay below: found another way.",
    "Checks[result]": "PASS within the tolerance, else FAIL; an error is a FAIL.",
}


def of_functions(formula: str) -> str | None:
    """Return what the first function of ours in a formula answers, its concept and status; None without one."""
    found = re.search(r"ALVH_[A-Z0-9_]+", formula)
    if found is None or found[0] not in REGISTRY:
        return None
    spec = REGISTRY[found[0]]
    return f"{spec.concept}. {spec.summary} Status: {spec.status}. {spec.name} on Help."
