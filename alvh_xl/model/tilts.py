"""Tilt of the hedge by the volatility premium; its strength is 0 by default."""

from __future__ import annotations

import numpy as np

from alvh_xl.model.types import ArrayLike, FloatArray

CLIP = 2.0  # a z-score beyond counts as this


def premium_tilt(z: ArrayLike, strength: ArrayLike = 0.0) -> FloatArray:
    """Factor by which a dear hedge is sized smaller, and a cheap one larger.

    1 - strength x (z kept within -2 and 2) / 2.

    Parameters
    ----------
    z : array_like
        z-score of implied less realised volatility; NaN when it is not known.
    strength : array_like, 0 to 1
        0 is off: the factor is then 1, whatever z is.

    Returns
    -------
    ndarray
        Factor; NaN outside the domain, and where a tilt that is on has no z.

    Notes
    -----
    C09. DOCUMENT RULE (untested): the document gives neither formula nor direction; strength 0 by default.
    """
    score, k = np.asarray(z, dtype=np.float64), np.asarray(strength, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        factor = np.where(k == 0.0, 1.0, 1.0 - k * np.clip(score, -CLIP, CLIP) / 2.0)
    return np.where((k >= 0.0) & (k <= 1.0), factor, np.nan)
