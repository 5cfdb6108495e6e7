"""The inputs of the plan: names, units, domains, defaults, and how they are read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from alvh_xl.model.errors import ShapeError
from alvh_xl.model.sizing import BASES, basis_name

MISSING = "is missing or in error"


@dataclass(frozen=True, slots=True)
class PlanInput:
    """One input: name, unit, domain, whether it must be given, and its value when blank (NaN: left out)."""

    name: str
    unit: str
    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    required: bool = False
    default: float = math.nan


INPUTS = (
    PlanInput("allocation", "share of the break-even width", 0.0, required=True),
    PlanInput("layer_fraction", "0 to 1", 0.0, 1.0, required=True),
    PlanInput("tilt", "product of the tilts", 0.0, default=1.0),
    PlanInput("breakeven_width", "points of one condor", 0.0, open_low=True, required=True),
    PlanInput("condors", "number", 0.0, open_low=True, required=True),
    PlanInput("max_loss", "dollars of all condors", 0.0, open_low=True, required=True),
    PlanInput("credit", "points a condor", 0.0, open_low=True, required=True),
    PlanInput("book_dollar_gamma", "dollars per (1 %)², whole book, negative", high=0.0, required=True),
    PlanInput("future", "points, same expiry as the hedge", 1.0, required=True),
    PlanInput("hedge_price", "points", 0.0, open_low=True, required=True),
    PlanInput("unit_dollar_delta", "dollars a contract per +1 % of SPX, negative", required=True),
    PlanInput("stress_gain", "dollars a contract at −5 % in one day", 0.0, open_low=True, required=True),
    PlanInput("theta", "dollars a day a contract, negative"),
    PlanInput("roll_down", "points of the hedge price over the horizon, negative in contango"),
    PlanInput("half_spread", "points of the hedge price", 0.0),
    PlanInput("fees", "dollars a contract", 0.0, default=0.0),
    PlanInput("horizon", "calendar days", 0.0, open_low=True),
    PlanInput("nav", "dollars", 0.0, open_low=True),
    PlanInput("capital_rate", "decimal a year"),
    PlanInput("held", "contracts", 0.0, default=0.0),
    PlanInput("basis", "name or 1 to 4", default=1.0),
    PlanInput("cap", "ratio A", 0.0, default=0.35),
    PlanInput("move", "percent", 0.0, open_low=True, default=1.0),
    PlanInput("open_interest", "contracts", 0.0),
    PlanInput("premium_budget", "dollars", 0.0),
    PlanInput("band", "share of the model size", 0.0, default=0.20),
    PlanInput("probability", "of the stress, 0 to 1", 0.0, 1.0),
    PlanInput("at_initiation", "TRUE or FALSE; blank: TRUE while nothing is held"),
)


def read_inputs(inputs: Mapping[str, float | str | None]) -> tuple[dict[str, float], dict[str, str]]:
    """Values by name (NaN: optional and blank), and what stops the plan: name of the input → why, in words.

    An input stops the plan when it is required and blank, in error or "MISSING", a text where a number is needed,
    outside its domain, or of no known name. Nothing is ever filled in for it.
    """
    given = {str(name).strip().lower(): value for name, value in inputs.items()}
    stops = dict.fromkeys(sorted(set(given) - {spec.name for spec in INPUTS}), "is no input of the plan")
    values: dict[str, float] = {}
    for spec in INPUTS:
        raw = given.get(spec.name)
        values[spec.name] = spec.default
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            if spec.required:
                stops[spec.name] = MISSING
            continue
        number = _number(spec.name, raw)
        if isinstance(number, str):
            stops[spec.name] = number
        elif why := _outside(spec, number):
            stops[spec.name] = why
        else:
            values[spec.name] = number
    if math.isfinite(values["probability"]) and math.isnan(values["half_spread"]):
        stops.setdefault("half_spread", MISSING)  # the benefit test weighs the cost of trading
    return values, stops


def _number(name: str, raw: float | str) -> float | str:
    """The value as a number, or in words why it is none."""
    word = str(raw).strip().upper()
    if word == "MISSING" or word.startswith("#") or word == "NAN":
        return MISSING
    if name == "basis":
        try:
            return BASES.index(basis_name(raw)) + 1.0
        except ShapeError as problem:
            return str(problem)
    if word in ("TRUE", "FALSE"):
        return float(word == "TRUE") if name == "at_initiation" else "must be a number"
    try:
        return float(word)
    except ValueError:
        return f"must be a number, not {str(raw).strip()!r}"


def _outside(spec: PlanInput, value: float) -> str:
    """Why a number is outside the domain of an input; "" when it is inside."""
    if spec.name == "book_dollar_gamma" and value >= 0.0:
        return f"is {value:.4g}: the book is not short gamma, so the cap has nothing to measure"
    if spec.name == "unit_dollar_delta" and value >= 0.0:
        return f"is {value:.4g} and must be negative: the contract is not a hedge"
    if spec.name == "held" and math.isfinite(value) and value != math.floor(value):
        return f"is {value:g} and must be a whole number of contracts"
    low = value > spec.low if spec.open_low else value >= spec.low
    if low and value <= spec.high and math.isfinite(value):
        return ""
    bound = f"{'above' if spec.open_low else 'at least'} {spec.low:g}" if math.isfinite(spec.low) else "finite"
    high = f" and at most {spec.high:g}" if math.isfinite(spec.high) else ""
    return f"is {value:.4g} and must be {bound}{high}"
