"""Free takes to test on: a part repeated, with noise drawn from a seed."""

from __future__ import annotations

import numpy as np

from station.hits import HIT_DTYPE, HitArray
from station.model import PAD_INDEX, Pad

# (place in beats, pad, velocity) within one bar of four.
ROCK = [
    *((i / 2, Pad.HI_HAT, 90 if i % 2 == 0 else 70) for i in range(8)),
    (0.0, Pad.KICK, 100), (2.0, Pad.KICK, 100), (2.5, Pad.KICK, 90),
    (1.0, Pad.SNARE, 110), (3.0, Pad.SNARE, 110),
]  # fmt: skip
SHUFFLE = [
    *((float(i), Pad.RIDE, 90) for i in range(4)),
    *((i + 2 / 3, Pad.RIDE, 70) for i in range(4)),
    (0.0, Pad.KICK, 100), (2.0, Pad.KICK, 100), (1.0, Pad.SNARE, 110), (3.0, Pad.SNARE, 110),
]  # fmt: skip
WALTZ = [
    *((i / 2, Pad.HI_HAT, 80) for i in range(6)),
    (0.0, Pad.KICK, 110), (1.0, Pad.SNARE, 90), (2.0, Pad.SNARE, 90),
]  # fmt: skip


def hits_at(t_s, pads, velocities) -> HitArray:
    hits = np.zeros(len(t_s), dtype=HIT_DTYPE)
    hits["t_ns"] = np.round(np.asarray(t_s) * 1e9).astype(np.int64)
    hits["pad"] = [PAD_INDEX[pad] for pad in pads]
    hits["velocity"] = velocities
    hits["seq"] = np.arange(len(t_s))
    return hits


def play(part, beat_times_s, beats_in_bar=4, *, sd_s=0.006, seed=0, start_beat=0) -> HitArray:
    """The part in every bar; `beat_times_s` says when each beat is."""
    rng = np.random.default_rng(seed)
    beat_times_s = np.asarray(beat_times_s)
    rows = []
    for bar in range((len(beat_times_s) - 1) // beats_in_bar):
        for place, pad, velocity in part:
            beat = bar * beats_in_bar + place
            if beat >= start_beat:
                at = np.interp(beat, np.arange(len(beat_times_s)), beat_times_s)
                rows.append((at + rng.normal(0, sd_s), pad, velocity))
    return hits_at(*zip(*rows, strict=True))


def steady(bpm: float, beats: int):
    return np.arange(beats + 1) * 60.0 / bpm
