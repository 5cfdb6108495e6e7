"""The morning decision: literal size, caps, binding rule, contracts to hold, order, cost and reasons."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from alvh_xl.model.capital import HedgeDrag, hedge_drag, opportunity_cost
from alvh_xl.model.discipline import Rebalance, rebalance
from alvh_xl.model.plan_inputs import MISSING, read_inputs
from alvh_xl.model.sizing import (
    ROUNDING_GUARD,
    SPX_MULTIPLIER,
    VIX_OPTION_MULTIPLIER,
    HedgeUnits,
    Tilt,
    cap_contracts,
    combined_tilt,
    floor_contracts,
    gamma_offset,
    hedge_units,
)

LIQUIDITY_SHARE = 0.10
PREMIUM_WARNING = 0.35
CALM_RANGE, MACRO_RANGE = (0.15, 0.25), (0.40, 0.60)
NO_DECISION = "NO DECISION"
NO_LAYER = "no layer lit"

ROWS = (
    "decision", "hold", "order", "binding", "literal",
    "basis_vix_notional", "basis_max_loss", "basis_breakeven_payoff", "basis_premium",
    "cap_gamma", "cap_liquidity", "cap_premium",
    "fraction", "cost", "credit_share", "theta", "drag_year", "ratio_a",
    "reason_1", "reason_2", "reason_3", "reason_4",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One row of the plan; the value is None where there is none."""

    name: str
    value: float | str | None
    unit: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The rows in the order of `ROWS`, and the inputs that kept the plan from deciding."""

    rows: tuple[PlanRow, ...]
    missing: tuple[str, ...] = ()

    def row(self, name: str) -> PlanRow:
        """Row of a name."""
        return self.rows[ROWS.index(name)]

    def value(self, name: str) -> float | str | None:
        """Value of a row."""
        return self.row(name).value


@dataclass(frozen=True, slots=True)
class _Size:
    """Steps 8 to 10: what each basis asks for, what each cap allows, and the smallest of them."""

    tilt: Tilt
    units: HedgeUnits
    literal: float
    caps: dict[str, float]
    binding: str
    hold: float


def plan(inputs: Mapping[str, float | str | None]) -> Plan:
    """Decide the morning's hedge from given inputs.

    fraction = allocation x layer fraction x tilt; contracts to hold = floor of the smallest of the literal
    size on the chosen basis, the gamma cap, 10 % of open interest and the premium budget; then the no-trade
    band against the held contracts gives the order.

    Parameters
    ----------
    inputs : mapping of name to value
        Names, units and defaults in `plan_inputs.INPUTS`. A required input that is blank, and any input that is in
        error ("MISSING", "#N/A"), a text, outside its domain or of no known name, stops the plan: NO DECISION, naming
        it and why. The plan itself never fails, because an error in its place could be read as "hold nothing".

    Returns
    -------
    Plan
        "hold" is the model's number; inside the no-trade band the order is 0 and the held number stays.

    Notes
    -----
    Steps 5 to 12 of the morning algorithm (C03, C05, C12, C16, C27). DOCUMENT RULES (untested); liquidity,
    band and warnings are POLICY. Carry rows need theta, roll_down, half_spread, horizon and nav; without
    them they are blank.
    """
    values, stops = read_inputs(inputs)
    if stops:
        return _no_decision(stops)
    size = _size(values)
    trade = _order(values, size)
    drag = _drag(values, size.hold)
    reasons = (
        _why_size(values, size),
        _why_order(values, size, trade),
        _warnings(values, size),
        _conflict(values),
    )
    rows = [*_decision_rows(values, size, trade), *_size_rows(values, size), *_cost_rows(values, size, drag)]
    rows += [PlanRow(f"reason_{i}", text) for i, text in enumerate(reasons, start=1)]
    return Plan(tuple(rows))


def _no_decision(stops: Mapping[str, str]) -> Plan:
    """Every row blank but the decision, the inputs that stop it, and why."""
    missing = [name for name, why in stops.items() if why == MISSING]
    invalid = [name for name in stops if name not in missing]
    named = [f"{word}: {', '.join(names)}" for word, names in (("missing", missing), ("invalid", invalid)) if names]
    why = [f"{name} {text}" for name, text in stops.items()]
    texts = {"decision": NO_DECISION, "binding": "; ".join(named), "reason_1": f"{NO_DECISION}: {'; '.join(why)}"}
    return Plan(tuple(PlanRow(name, texts.get(name)) for name in ROWS), tuple(stops))


def _units(values: dict[str, float], fraction: float) -> HedgeUnits:
    v = values
    return hedge_units(
        fraction,
        "all",
        v["breakeven_width"],
        v["condors"],
        v["future"],
        v["max_loss"],
        v["stress_gain"],
        v["hedge_price"],
    )


def _size(values: dict[str, float]) -> _Size:
    v = values
    tilt = combined_tilt([v["tilt"]])
    units = _units(v, v["allocation"] * v["layer_fraction"] * tilt.value)
    literal = float(units.contracts[int(v["basis"]) - 1])
    gamma = float(cap_contracts(v["book_dollar_gamma"], v["unit_dollar_delta"], v["cap"], v["move"]))
    caps = {
        f"{v['cap']:g} cap": gamma,
        "liquidity": LIQUIDITY_SHARE * v["open_interest"],
        "premium budget": v["premium_budget"] / (v["hedge_price"] * VIX_OPTION_MULTIPLIER),
    }
    binding, smallest = "allocation", literal
    for name, limit in caps.items():
        # Ties, also those broken only by rounding noise, go to the earlier rule; a blank cap (NaN) never wins.
        if limit < smallest * (1.0 - ROUNDING_GUARD):
            binding, smallest = name, limit
    if v["layer_fraction"] == 0.0:
        binding = NO_LAYER
    return _Size(tilt, units, literal, caps, binding, float(floor_contracts(smallest)))


def _order(values: dict[str, float], size: _Size) -> Rebalance:
    """Step 12. A probability is applied to purchases only: a sale avoids no stress loss."""
    v = values
    change = size.hold - v["held"]
    spread = 0.0 if math.isnan(v["half_spread"]) else v["half_spread"] * VIX_OPTION_MULTIPLIER
    cost = abs(change) * (spread + v["fees"])
    tested = math.isfinite(v["probability"]) and change > 0.0
    benefit = change * v["stress_gain"] * v["probability"] if tested else None
    initial = v["held"] == 0.0 if math.isnan(v["at_initiation"]) else v["at_initiation"] != 0.0
    gamma_cap = next(iter(size.caps.values()))
    return rebalance(v["held"], size.hold, cost, benefit, v["band"], gamma_cap, initial)


def _drag(values: dict[str, float], contracts: float) -> HedgeDrag | None:
    v = values
    if any(math.isnan(v[name]) for name in ("theta", "roll_down", "half_spread", "horizon", "nav")):
        return None
    point = contracts * VIX_OPTION_MULTIPLIER
    return hedge_drag(
        contracts * v["theta"],
        point * v["roll_down"],
        point * v["half_spread"],
        v["horizon"],
        v["nav"],
        _credit(v),
    )


def _credit(values: dict[str, float]) -> float:
    return values["credit"] * SPX_MULTIPLIER * values["condors"]


def _contracts(number: float) -> str:
    return f"{number:g} contract" + ("" if number == 1.0 else "s")


def _decision_rows(values: dict[str, float], size: _Size, trade: Rebalance) -> list[PlanRow]:
    held, after = values["held"], values["held"] + trade.order
    decision = f"HOLD {held:g}" if trade.order == 0.0 else f"{trade.action} {_contracts(abs(trade.order))}"
    kept = "" if after == size.hold else f"model size; {_contracts(after)} after the order"
    paid = "trading cost unknown: half_spread is blank"
    if not math.isnan(values["half_spread"]):
        paid = f"trading cost {trade.cost:,.2f} dollars"
    limits = [f"{name} {limit:.3f}" for name, limit in size.caps.items() if not math.isnan(limit)]
    basis = size.units.basis[int(values["basis"]) - 1]
    return [
        PlanRow("decision", decision, "", f"binding: {size.binding}"),
        PlanRow("hold", size.hold, "contracts", kept),
        PlanRow("order", trade.order, "contracts", f"{held:g} held; {paid}"),
        PlanRow("binding", size.binding, "", f"literal {size.literal:.3f}, {', '.join(limits)}"),
        PlanRow("literal", size.literal, "contracts", f"unrounded, basis {basis}"),
    ]


def _size_rows(values: dict[str, float], size: _Size) -> list[PlanRow]:
    credit, rows = _credit(values), []
    for name, dollars, contracts, cost in zip(
        size.units.basis, size.units.dollars, size.units.contracts, size.units.cost, strict=True
    ):
        note = f"of {dollars:,.0f} dollars; premium {cost:,.0f} dollars, {_percent(cost / credit)} of the credit"
        rows.append(PlanRow(f"basis_{name}", float(contracts), "contracts", note))
    notes = (
        f"at ratio A {values['cap']:g}, for a move of {values['move']:g} %",
        f"{_percent(LIQUIDITY_SHARE)} of open interest",
        "premium budget / premium of one contract",
    )
    blank = ("", "open_interest is blank: no limit", "premium_budget is blank: no limit")
    rows_of = zip(("cap_gamma", "cap_liquidity", "cap_premium"), size.caps.values(), notes, blank, strict=True)
    for name, limit, note, no_limit in rows_of:
        none = math.isnan(limit)
        rows.append(PlanRow(name, None if none else limit, "contracts", no_limit if none else note))
    return rows


def _cost_rows(values: dict[str, float], size: _Size, drag: HedgeDrag | None) -> list[PlanRow]:
    v, n = values, size.hold
    fraction = v["allocation"] * v["layer_fraction"] * size.tilt.value
    premium = n * v["hedge_price"] * VIX_OPTION_MULTIPLIER
    capital = float(opportunity_cost(premium, v["capital_rate"], v["horizon"]))
    tied = "" if math.isnan(capital) else f"; capital costs {capital:,.2f} dollars over the horizon"
    ratio = float(gamma_offset(v["book_dollar_gamma"], n * v["unit_dollar_delta"], move=v["move"]))
    theta = n * v["theta"]
    if drag is None:
        share, note = None, "needs theta, roll_down, half_spread, horizon and nav"
    else:
        share = drag.nav_share
        note = f"{drag.dollars:,.2f} dollars over {v['horizon']:g} days, {_percent(drag.credit_share, 1)} of the credit"
    return [
        PlanRow("fraction", fraction, "share of the width", "allocation × layer fraction × tilt"),
        PlanRow("cost", premium, "dollars", f"premium of {_contracts(n)}{tied}"),
        PlanRow("credit_share", premium / _credit(v), "share of the credit", "premium / credit"),
        PlanRow("theta", None if math.isnan(theta) else theta, "dollars a day", "of the contracts to hold"),
        PlanRow("drag_year", share, "share of NAV a year", note),
        PlanRow("ratio_a", ratio, "ratio", "hedge dollar delta / (book dollar gamma × move)"),
    ]


def _why_size(values: dict[str, float], size: _Size) -> str:
    if size.binding == NO_LAYER:
        return "no layer is lit: the literal size is 0"
    share = values["allocation"] * values["layer_fraction"] * size.tilt.value
    literal = f"the literal size of {size.literal:.3f} ({_percent(share, 1)} of the width)"
    if size.binding == "allocation":
        return f"{literal} lies within every cap: hold {size.hold:g}"
    return f"{literal} exceeds the {size.binding} of {size.caps[size.binding]:.3f}: hold {size.hold:g}"


def _why_order(values: dict[str, float], size: _Size, trade: Rebalance) -> str:
    parts = [trade.reason]
    if math.isnan(values["probability"]):
        parts.append("probability is blank: the benefit test is skipped")
    elif size.hold < values["held"]:
        parts.append("the probability is applied to purchases only: a sale avoids no stress loss")
    after = values["held"] + trade.order
    ratio = float(gamma_offset(values["book_dollar_gamma"], after * values["unit_dollar_delta"], move=values["move"]))
    if ratio > values["cap"] * (1.0 + ROUNDING_GUARD):
        parts.append(
            f"drift: what is held then, as {after:g} of the candidate, has ratio A {ratio:.3f}, above {values['cap']:g}"
        )
    return "; ".join(parts)


def _warnings(values: dict[str, float], size: _Size) -> str:
    """Cost against the credit, a tilt at its limit, and bases 3 and 4 against the money at risk."""
    v, parts = values, []
    share = size.hold * v["hedge_price"] * VIX_OPTION_MULTIPLIER / _credit(v)
    word = "warning: above" if share > PREMIUM_WARNING else "within"
    parts.append(f"the premium is {_percent(share, 1)} of the credit, {word} {_percent(PREMIUM_WARNING)}")
    if size.tilt.limited:
        parts.append(f"the tilts' product of {size.tilt.product:.3g} is limited to {size.tilt.value:g}")
    width = v["breakeven_width"] * SPX_MULTIPLIER * v["condors"] / v["max_loss"]
    low, high = CALM_RANGE[0] * width, CALM_RANGE[1] * width
    if high > 1.0:
        ends = f"{_range(CALM_RANGE)} of the width is {_range((low, high))} of max loss"
        parts.append(f"bases 3 and 4 are absurd here: {ends}")
    return "; ".join(parts)


def _conflict(values: dict[str, float]) -> str:
    """The document's two rules side by side, on the literal basis with every layer lit."""
    cap = float(cap_contracts(values["book_dollar_gamma"], values["unit_dollar_delta"], values["cap"], values["move"]))
    parts = []
    for ends in (CALM_RANGE, MACRO_RANGE):
        low, high = (float(_units(values, end).contracts[0]) for end in ends)
        verdict = "above" if low > cap else "below" if high <= cap else "across"
        parts.append(f"{_range(ends)} of the width asks for {low:.2f}–{high:.2f} contracts, {verdict} the cap")
    return f"document rules, untested: with every layer lit {'; '.join(parts)} of {cap:.2f}"


def _percent(share: float, digits: int = 0) -> str:
    return f"{100.0 * share:.{digits}f} %"


def _range(ends: tuple[float, float]) -> str:
    return f"{100.0 * ends[0]:.0f}–{100.0 * ends[1]:.0f} %"
