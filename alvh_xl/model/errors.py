"""Exceptions of the model. A cell function turns each into the error value a spreadsheet shows.

ModelError
├── DomainError           outside the domain, inconsistent, no root      -> #NUM!
├── MissingError          missing input or too little history            -> #N/A
├── ZeroDenominatorError  division by a zero the user supplied           -> #DIV/0!
└── ShapeError            wrong shape, interior gap, unknown option word -> #VALUE!
"""

from __future__ import annotations


class ModelError(ValueError):
    """Base of every exception the model raises on purpose."""


class DomainError(ModelError):
    """A number is outside its domain, inputs contradict one another, or no root exists."""


class MissingError(ModelError):
    """A required input is missing or there is not enough history."""


class ZeroDenominatorError(ModelError):
    """A zero supplied by the user stands in a denominator."""


class ShapeError(ModelError):
    """A range is ragged, of the wrong shape or has an interior gap, or an option word is unknown."""
