"""How a hit lay, in one word: early, in time, late, extra; and a note that was missed."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from station.model import JudgementKind
from station.units import NS_PER_MS

# A displacement is noticed from 6 ms on (Friberg & Sundberg 1995).
IN_TIME_NS = 6 * NS_PER_MS
# Two standard deviations: what a stamp leaves open is not called early or late.
_SIGMAS = 2


class Outcome(IntEnum):
    """How a mark is drawn: colour and shape."""

    IN_TIME = 0
    EARLY = 1
    LATE = 2
    EXTRA = 3
    MISSED = 4


def outcomes_of(
    offset_ns: NDArray[np.int64], sigma_ns: NDArray[np.int64], kind: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """An `Outcome` for each judgement, all of shape (n,)."""
    in_time = np.maximum(IN_TIME_NS, _SIGMAS * sigma_ns)
    outcome = np.full(len(offset_ns), Outcome.IN_TIME, dtype=np.uint8)
    outcome[offset_ns < -in_time] = Outcome.EARLY
    outcome[offset_ns > in_time] = Outcome.LATE
    outcome[kind == JudgementKind.EXTRA] = Outcome.EXTRA
    outcome[kind == JudgementKind.MISSED] = Outcome.MISSED
    return outcome
