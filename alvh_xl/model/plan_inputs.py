"""The inputs of the plan: names, units, domains, defaults, and how they are read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from alvh_xl.model.errors import DomainError, ShapeError, ZeroDenominatorError
from alvh_xl.model.sizing import BASES, basis_name


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


def read_inputs(inputs: Mapping[str, float | str | None]) -> tuple[dict[str, float], list[str]]:
    """Values by name (NaN: optional and blank) and the names of those missing or in error."""
    given = {str(name).strip().lower(): value for name, value in inputs.items()}
    unknown = sorted(set(given) - {spec.name for spec in INPUTS})
    if unknown:
        raise ShapeError(f"unknown input: {', '.join(unknown)}")
    values: dict[str, float] = {}
    missing = []
    for spec in INPUTS:
        raw = given.get(spec.name)
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            values[spec.name] = spec.default
            if spec.required:
                missing.append(spec.name)
            continue
        number = _number(spec.name, raw)
        if number is None:
            missing.append(spec.name)
        values[spec.name] = math.nan if number is None else number
    return values, missing


def _number(name: str, raw: float | str) -> float | None:
    """The value as a number; None for an error, "MISSING" or not-a-number; other text raises."""
    word = str(raw).strip().upper()
    if word == "MISSING" or word.startswith("#") or word == "NAN":
        return None
    if name == "basis":
        return BASES.index(basis_name(raw)) + 1.0
    if word in ("TRUE", "FALSE"):
        if name == "at_initiation":
            return float(word == "TRUE")
        raise ShapeError(f"{name} must be a number")
    try:
        return float(word)
    except ValueError:
        raise ShapeError(f"{name} must be a number") from None


def check_inputs(values: dict[str, float]) -> None:
    """Refuse numbers outside their domain (NaN is a blank optional input)."""
    for spec in INPUTS:
        value = values[spec.name]
        if math.isnan(value):
            continue
        low = value > spec.low if spec.open_low else value >= spec.low
        if not (low and value <= spec.high and math.isfinite(value)):
            raise DomainError(f"{spec.name} is outside its domain")
    if values["book_dollar_gamma"] == 0.0:
        raise ZeroDenominatorError("the book has no gamma")
    if values["unit_dollar_delta"] >= 0.0:
        raise DomainError("unit_dollar_delta must be negative: the contract is not a hedge")
