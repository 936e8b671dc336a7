"""A middle that a few odd values do not move, and its standard error."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from station.calibration.outcome import Measured

# Of a normal distribution: its SD over the median distance from the median, and the standard
# error of a median over that of a mean (√(π/2)).
_SD_PER_MAD = 1.4826
_MEDIAN_SE = 1.2533
# What a stamp or a sample is in doubt at least: nobody is steadier than the clock.
_LEAST_SD_NS = 10_000
# Of a correlation that is estimated from so few no more is believed.
_MOST_CORRELATED = 0.6


def measured(values_ns: NDArray[np.int64]) -> Measured:
    """The median, with a standard error that neighbours that lean on each other are no cheat to.

    Parameters
    ----------
    values_ns
        In order of time, shape (n,), n at least 3.
    """
    middle = float(np.median(values_ns))
    left = values_ns - middle
    sd = max(_LEAST_SD_NS, _SD_PER_MAD * float(np.median(np.abs(left))))
    # Those far out would say whatever they like of the correlation.
    near = np.clip(left, -3 * sd, 3 * sd)
    alike = float(np.sum(near[1:] * near[:-1]) / max(1.0, float(np.sum(near * near))))
    alike = min(_MOST_CORRELATED, max(0.0, alike))
    grown = np.sqrt((1 + alike) / (1 - alike))
    error = _MEDIAN_SE * sd / np.sqrt(len(values_ns)) * grown
    return Measured(round(middle), round(error), round(sd), len(values_ns))
