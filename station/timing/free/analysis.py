"""All that can be said of a take without a chart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from station.hits import HitArray
from station.timing.free.curve import Segment, find_course, mean_bpm
from station.timing.free.levels import FEWEST_ONSETS, rank_levels
from station.timing.free.metre import Metre
from station.timing.free.onsets import find_onsets
from station.timing.free.passages import Passage, steadiest_and_least
from station.timing.free.pulse import find_pulse
from station.timing.free.swing import FreeSwing, find_swing

# Log of the odds that there is a pulse: random hits of any kind stay below half of it.
_PROOF = 9.0
_SHORTEST_S = 4.0


@dataclass(frozen=True, slots=True)
class TempoLevel:
    """A tempo at which the same playing may be counted, and the probability that it is."""

    bpm: float
    probability: float


@dataclass(frozen=True, slots=True, eq=False)
class FreePlaying:
    """What was found in free playing.

    Attributes
    ----------
    start_ns
        The first hit, from which all seconds are counted.
    bpm, bpm_sd
        Beats a minute over the take, and the standard deviation of that number.
    levels
        All levels at which it may be counted, the likeliest, which the rest follows, first.
    evidence
        Log of the odds that there is a pulse at all.
    metre, swing
        None when not found.
    segments
        The tempo's course, in one piece between pauses.
    steadiest, least_steady
        Passages; None when the take is too short for two.
    """

    start_ns: int
    bpm: float
    bpm_sd: float
    levels: tuple[TempoLevel, ...]
    evidence: float
    metre: Metre | None
    swing: FreeSwing | None
    segments: tuple[Segment, ...]
    steadiest: Passage | None
    least_steady: Passage | None


def analyse_hits(hits: HitArray) -> FreePlaying | None:
    """Find the pulse of free playing and everything that hangs on it.

    Parameters
    ----------
    hits
        Of `station.hits.HIT_DTYPE`, in any order, shape (hits,).

    Returns
    -------
    FreePlaying | None
        None when there is no tempo: too few hits, or hits that keep no pulse.
    """
    if len(hits) < FEWEST_ONSETS:
        return None
    onsets = find_onsets(hits)
    if len(onsets) < FEWEST_ONSETS or onsets.t_s[-1] < _SHORTEST_S:
        return None
    pulse = find_pulse(onsets)
    levels, reading = rank_levels(onsets, pulse)
    beats = reading.beats
    if beats.evidence < _PROOF:
        return None
    segments = find_course(onsets, beats)
    if not segments:
        return None
    bpm, bpm_sd = mean_bpm(segments)
    if not np.isfinite(bpm):
        return None
    passages = steadiest_and_least(segments)
    return FreePlaying(
        start_ns=onsets.start_ns,
        bpm=bpm,
        bpm_sd=bpm_sd,
        levels=tuple(
            TempoLevel(bpm * level.ratio / levels[0].ratio, level.probability) for level in levels
        ),
        evidence=beats.evidence,
        metre=reading.metre,
        swing=find_swing(onsets, beats),
        segments=tuple(segments),
        steadiest=passages[0] if passages else None,
        least_steady=passages[1] if passages else None,
    )
