"""At which level the pulse is counted: quarter notes, or halves, or eighths of it.

The candidates are ranked by a weighted sum of what `level_features` says of each, made
probabilities by a softmax, with a prior for tempi that people count easily. The weights were
fitted by `station.bench.free_fit`, on drummers whose takes the benchmark reports apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from station.timing.free import level_features
from station.timing.free.beat import Beats, find_beats
from station.timing.free.level_weights import WEIGHTS
from station.timing.free.metre import Metre, find_metre
from station.timing.free.onsets import Floats, Onsets
from station.timing.free.pulse import Pulse, follow, steady

# A take may change its part and its bar lines: the whole and its pieces are heard alike.
PIECE_S = 35.0
FEWEST_ONSETS = 12
# The prior, per squared octave from the tempo around which people count most easily (van
# Noorden & Moelants, J. New Music Research 28, 1999). Not fitted.
_PRIOR, _MIDDLE_BPM = 1.0, 110.0
# What an onset's mean evidence on a level's own grid counts, up to the point where it is clear
# that there is a grid; and which levels are tried.
_GRID, _GRID_ENOUGH = 3.0, 0.1
_TRACKED, _HOPELESS = 4, 4.0
# What a bar of other than four beats costs.
_UNUSUAL = 2.0


@dataclass(frozen=True, slots=True)
class Level:
    """One level at which the pulse may be counted.

    Attributes
    ----------
    ratio
        Beats for each tracked pulse.
    probability
        That a musician counts so; of all levels they add up to 1.
    """

    ratio: float
    probability: float


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A take at one level: its beats, and its metre where one was found."""

    beats: Beats
    metre: Metre | None


def rank_levels(onsets: Onsets, pulse: Pulse) -> tuple[list[Level], Reading]:
    """All levels that are possible at all, the likeliest first, and how that one reads.

    The likely ones are tracked again, each on its own grid: a level on whose grid the onsets
    do not lie is no level, however well the tempo and the parts would suit it. And what reads
    as four beats at one level, and three at another, is more likely in four.
    """
    whole = level_features.whole_take(onsets, pulse)
    vector = np.array([WEIGHTS[name] for name in level_features.NAMES])
    score = scores(level_features.describe(whole), vector)
    parts = level_features.pieces(onsets, pulse, PIECE_S, FEWEST_ONSETS)
    if parts:
        score = score + np.mean(
            [scores(level_features.describe(part), vector) for part in parts], axis=0
        )
    bpm = whole.pulse_bpm * level_features.RATIOS
    possible = (bpm >= level_features.SLOWEST_BPM) & (bpm <= level_features.FASTEST_BPM)
    score = np.where(possible, score - _PRIOR * np.log2(bpm / _MIDDLE_BPM) ** 2, -np.inf)
    readings = {}
    for i in np.argsort(-score, kind="stable")[:_TRACKED].tolist():
        if score[i] > score.max() - _HOPELESS:
            at_level = follow(onsets, steady(pulse.hz * level_features.RATIOS[i]))
            beats = find_beats(onsets, pulse, at_level)
            metre = find_metre(onsets, beats)
            readings[i] = Reading(beats, metre)
            score[i] += _GRID * min(float(at_level.evidence.mean()), _GRID_ENOUGH)
            score[i] -= _UNUSUAL * (metre is not None and metre.beats != 4)
    others = np.array([i not in readings for i in range(len(score))])
    score[others] -= _HOPELESS
    probability = np.exp(score - score.max())
    probability /= probability.sum()
    order = np.argsort(-probability, kind="stable").tolist()
    levels = [
        Level(float(level_features.RATIOS[i]), float(probability[i])) for i in order if possible[i]
    ]
    return levels, max(readings.items(), key=lambda item: probability[item[0]])[1]


def scores(described: Floats, vector: Floats) -> Floats:
    """The log weight of each candidate, over all ways its bars may lie, relative to the best."""
    each = described @ vector
    top = each.max(axis=1, keepdims=True)
    log = np.log(np.exp(each - top).sum(axis=1)) + top[:, 0]
    result: Floats = log - log.max()
    return result
