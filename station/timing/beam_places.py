"""Where in a chart a time falls, by lane and over all, and what that does to a hypothesis."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

AT_ONCE_MS = 1.0  # notes written closer together are a chord
_MIX = 0x9E3779B97F4A7C1
# Calls that pass the state along cost as much as what they do: a third of a hit's time.
inlined = njit(inline="always", nogil=True)


@inlined
def mark(lane: int, note: int) -> int:
    """A lane's share in a hypothesis's key."""
    return (note + 1) * (2 * lane + 1) * _MIX


@inlined
def first_not_before(
    at_ms: float, lane: np.void, lane_notes: NDArray[np.int32], notes: NDArray[np.void]
) -> int:
    """Place in `lane_notes` of the lane's first note written at `at_ms` or later."""
    low, high = lane["begin"], lane["end"]
    while low < high:
        middle = (low + high) >> 1
        if notes[lane_notes[middle]]["written_ms"] < at_ms:
            low = middle + 1
        else:
            high = middle
    return int(low)


@inlined
def notes_before(at_ms: float, notes: NDArray[np.void]) -> int:
    """How many notes are written before `at_ms`."""
    low, high = 0, len(notes) - 1
    while low < high:
        middle = (low + high) >> 1
        if notes[middle]["written_ms"] < at_ms:
            low = middle + 1
        else:
            high = middle
    return low


@inlined
def onsets(begin_ms: float, end_ms: float, most: int, notes: NDArray[np.void]) -> int:
    """How many notes and chords are written from `begin_ms` until `end_ms`; `most` at most."""
    note = notes_before(begin_ms, notes)
    last_ms = -1e300
    count = 0
    while count < most and note < len(notes) - 1 and notes[note]["written_ms"] < end_ms:
        if notes[note]["written_ms"] - last_ms >= AT_ONCE_MS:
            count += 1
            last_ms = notes[note]["written_ms"]
        note += 1
    return count
