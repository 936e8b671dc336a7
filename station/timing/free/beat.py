"""Beats of a take at the level chosen: where each onset lies in them, and how they divide."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from station.timing.free import level_features
from station.timing.free.onsets import WEIGHTS, Floats, Ints, Onsets
from station.timing.free.pulse import Pulse, steady


@dataclass(frozen=True, slots=True, eq=False)
class Beats:
    """A take on its beats.

    Attributes
    ----------
    onset_phase, onset_hz
        Where each onset lies in beats (whole numbers are beats), and the beats a second
        there, shape (onsets,).
    onset_beat, onset_place, onset_near
        Beat number of each onset, from 0, its place in the beat (index of `level_features.PLACES`),
        and whether it is near that place, shape (onsets,).
    hit_beat, hit_place, hit_near
        The same of each hit, shape (hits,).
    evidence
        That there are these beats at all: log of the odds.
    """

    onset_phase: Floats
    onset_hz: Floats
    onset_beat: Ints
    onset_place: Ints
    onset_near: np.ndarray[tuple[int], np.dtype[np.bool_]]
    hit_beat: Ints
    hit_place: Ints
    hit_near: np.ndarray[tuple[int], np.dtype[np.bool_]]
    evidence: float


def find_beats(onsets: Onsets, pulse: Pulse, at_level: Pulse) -> Beats:
    """Put the beats on a pulse that was tracked at the level chosen.

    They go where most onsets agree with them, or half a beat away when kick and snare say so.

    Parameters
    ----------
    pulse
        As first found: it may prove better than the level chosen that there is a pulse.
    at_level
        One pulse of it is one beat.
    """
    evidence = max(float(at_level.evidence.sum()), float(pulse.evidence.sum()))
    phase = at_level.phase + _beat_offset(onsets, at_level)
    phase = phase - level_features.place_in_beat(phase[:1])[0][0]
    late_s = onsets.hit_t_s - onsets.t_s[onsets.of_hit]
    hit_phase = phase[onsets.of_hit] + late_s * at_level.hz[onsets.of_hit]
    return Beats(
        phase,
        steady(at_level.hz),
        *level_features.place_in_beat(phase),
        *level_features.place_in_beat(hit_phase),
        evidence,
    )


def _beat_offset(onsets: Onsets, pulse: Pulse) -> float:
    """What to add to the phase, in beats, so that whole numbers are beats."""
    weight = WEIGHTS[onsets.weight_step]
    best, _ = level_features.best_offset(pulse.phase, pulse.hz, weight)
    role = level_features.roles(onsets.pad, onsets.velocity)
    strong = (role == level_features.KICK) | (role == level_features.SNARE)
    strong |= role == level_features.CRASH
    phase = pulse.phase[onsets.of_hit]
    support = []
    for offset in (best, (best + 6) % 12):
        _, place, near = level_features.place_in_beat(phase + offset / 12)
        on_beat = near & (place == 0)
        support.append(float(onsets.velocity[strong & on_beat].sum()))
    return (best if support[0] >= support[1] else (best + 6) % 12) / 12
