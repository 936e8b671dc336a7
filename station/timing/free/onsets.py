"""Hits that belong together are one onset: a chord of kick and hi-hat is one event in time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from station.hits import HitArray
from station.model import PAD_INDEX, Flag, Pad
from station.timing.kernel import kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# A chord of one drummer spreads over less (facts of the Groove recordings: kick against
# hi-hat SD 11 ms); the fastest strokes of two hands are further apart.
CHORD_S = 0.025
# How much an onset says about the pulse, in steps, so that the tracker can look it up.
WEIGHTS = np.array([0.1, 0.35, 0.65, 1.0, 1.25])

# What a pause is cut to: its length says nothing, and nobody counts the beats in it.
_LONGEST_PAUSE_NS = 30_000_000_000
# Differences of two times must fit an int64.
_FARTHEST_NS = 2**61

_GHOST_VELOCITY, _SOFT_VELOCITY = 25, 45
_SUSPECT = int(Flag.DOUBLE_TRIGGER | Flag.CROSSTALK)


@dataclass(frozen=True, slots=True, eq=False)
class Onsets:
    """A take's onsets, and its hits beside them.

    Attributes
    ----------
    t_s
        When each onset was, from the first hit, ascending, with pauses cut to half a minute;
        shape (onsets,).
    cut_s
        How much of pauses was cut before each onset, shape (onsets,).
    weight_step
        Its place in `WEIGHTS`, shape (onsets,).
    of_hit
        Which onset each hit belongs to, shape (hits,).
    hit_t_s, velocity, pad
        Of the hits, in order of time, on the same clock; shape (hits,).
    start_ns
        When the first hit was, on the clock of the hits.
    """

    t_s: Floats
    cut_s: Floats
    weight_step: Ints
    of_hit: Ints
    hit_t_s: Floats
    velocity: Floats
    pad: Ints
    start_ns: int

    def __len__(self) -> int:
        return len(self.t_s)


def find_onsets(hits: HitArray) -> Onsets:
    """Gather hits that are at most `CHORD_S` after the first of them.

    Parameters
    ----------
    hits
        Of `station.hits.HIT_DTYPE`, in any order, shape (hits,), at least one.
    """
    hits = hits[np.argsort(hits["t_ns"], kind="stable")]
    t_ns = np.clip(hits["t_ns"], -_FARTHEST_NS, _FARTHEST_NS)
    start_ns = int(t_ns[0])
    waits_ns = np.diff(t_ns, prepend=start_ns)
    t_s = np.cumsum(np.minimum(waits_ns, _LONGEST_PAUSE_NS)) / 1e9
    cut_s = np.cumsum(np.maximum(waits_ns - _LONGEST_PAUSE_NS, 0)) / 1e9
    velocity = hits["velocity"].astype(np.float64)
    pad = hits["pad"].astype(np.int64)
    weight = np.select(
        [(hits["flags"] & _SUSPECT) != 0, velocity < _GHOST_VELOCITY, velocity < _SOFT_VELOCITY],
        [0.1, 0.3, 0.6],
        1.0,
    )
    # The foot keeps time, but most feet keep it worse than hands do.
    weight[pad == PAD_INDEX[Pad.HI_HAT_PEDAL]] *= 0.5
    group = _chords(t_s, CHORD_S)
    total = np.bincount(group, weight)
    first = np.searchsorted(group, np.arange(len(total)))
    largest = np.zeros(len(total))
    np.maximum.at(largest, group, weight)
    together = largest + 0.15 * (total - largest)
    return Onsets(
        t_s=np.bincount(group, weight * t_s) / total,
        cut_s=cut_s[first],
        weight_step=np.abs(together[:, None] - WEIGHTS).argmin(axis=1),
        of_hit=group,
        hit_t_s=t_s,
        velocity=velocity,
        pad=pad,
        start_ns=start_ns,
    )


@kernel
def _chords(t_s: Floats, longest_s: float) -> Ints:
    group = np.empty(len(t_s), np.int64)
    current = 0
    first = t_s[0]
    for i in range(len(t_s)):
        if t_s[i] - first > longest_s:
            current += 1
            first = t_s[i]
        group[i] = current
    return group
