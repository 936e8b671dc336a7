"""Swing: where the off-beat eighth lies, measured and never assumed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from station.timing.free.beat import Beats
from station.timing.free.level_features import PLACES
from station.timing.free.onsets import Onsets

_FEWEST = 24
# Off-beats of an even or a swung beat lie here; quarters of it are something else.
_EARLIEST, _LATEST = 0.42, 0.80
_QUARTERS = 0.15


@dataclass(frozen=True, slots=True)
class FreeSwing:
    """The long over the short part of a beat, with a 95 % interval, from so many off-beats."""

    ratio: float
    low: float
    high: float
    offbeats: int


def find_swing(onsets: Onsets, beats: Beats) -> FreeSwing | None:
    """The swing of beats that are cut in two; None where too few are.

    A beat counts when exactly one onset lies inside it, between onsets on both of its ends.
    """
    phase = beats.onset_phase
    step = np.diff(phase)
    near = beats.onset_near & (beats.onset_place == 0)
    middle = np.flatnonzero(
        near[:-2] & near[2:] & (np.abs(step[:-1] + step[1:] - 1.0) < 2 * _QUARTERS)
    )
    if len(middle) == 0:
        return None
    t = onsets.t_s
    part = (t[middle + 1] - t[middle]) / (t[middle + 2] - t[middle])
    part = part[(part > _EARLIEST) & (part < _LATEST)]
    if len(part) < _FEWEST:
        return None
    place = float(np.median(part))
    close = part[np.abs(part - place) < 0.5 * float(PLACES[1])]
    place = float(close.mean())
    # Successive off-beats are alike: the effective sample is about a tenth.
    spread = 1.96 * float(close.std(ddof=1)) / float(np.sqrt(max(len(close) / 10, 2)))
    low, high = max(place - spread, 0.01), min(place + spread, 0.99)
    return FreeSwing(place / (1 - place), low / (1 - low), high / (1 - high), len(close))
