"""Macro pressure of every session of a history, from the figures and decisions known by then (C04)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alvh_xl.model.errors import ModelError
from alvh_xl.model.macro import macro_pressure, proxy_inputs, surprise_z
from alvh_xl.model.types import ArrayLike, FloatArray

_OLDEST = 45.0  # days since its release after which a print is no longer the latest one


@dataclass(frozen=True, slots=True)
class Prints:
    """Monthly figures without a gap, and the instant each became known; both in the order of months."""

    known: FloatArray  # serial with time
    z: FloatArray

    @classmethod
    def of(cls, known: ArrayLike, level: ArrayLike) -> Prints:
        """Surprises of an index by the PROXY of C04: 3 months at an annual rate against 12.

        A month's surprise rests on that month and earlier ones only; a month counts as known when it and all before
        it are.
        """
        instants = np.maximum.accumulate(np.asarray(known, dtype=np.float64))
        return cls(instants, surprise_z(*proxy_inputs(level)))

    def latest(self, moment: float) -> tuple[float, float]:
        """Instant and z of the last print known; NaN where there is none, or none of late."""
        place = int(np.searchsorted(self.known, moment, side="right")) - 1
        if place < 0 or moment - self.known[place] > _OLDEST:
            return float("nan"), float("nan")
        return float(self.known[place]), float(self.z[place])


def pressures(moments: ArrayLike, cpi: Prints, ppi: Prints, decisions: ArrayLike) -> FloatArray:
    """1 where CPI and PPI signal inflationary pressure ahead of an FOMC decision, 0 where not, NaN where unknown.

    Parameters
    ----------
    moments : serials with time, at which the pressure is asked for
    cpi, ppi : Prints
    decisions : serials with time, increasing
        FOMC decisions; the date of the next one is taken as announced.

    Notes
    -----
    C04, DOCUMENT RULE (untested), with its PROXY for the consensus.
    """
    when = np.asarray(decisions, dtype=np.float64)
    found = np.full(np.shape(moments), np.nan)
    for i, moment in enumerate(np.asarray(moments, dtype=np.float64).tolist()):
        place = int(np.searchsorted(when, moment, side="right"))
        printed = [side.latest(moment) for side in (cpi, ppi)]
        if not 0 < place < when.size or any(np.isnan(pair).any() for pair in printed):
            continue
        (first, z_cpi), (second, z_ppi) = printed
        try:
            found[i] = macro_pressure(
                z_cpi, z_ppi, min(first, second), moment, float(when[place - 1]), float(when[place])
            ).active
        except ModelError:
            continue
    return found
