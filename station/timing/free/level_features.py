"""What a drummer's hits say about the level at which the pulse would be counted.

Every candidate level is described by the same numbers, named in `NAMES`: what the kick, the
snare and the time-keeping hand do on the beats and between them if this were the beat.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from station.model import PAD_INDEX, PADS, Pad
from station.timing.free.onsets import WEIGHTS, Floats, Ints, Onsets
from station.timing.free.pulse import Pulse, log_likelihood

# Candidate beats for each tracked pulse.
RATIOS = np.array([1 / 3, 1 / 2, 2 / 3, 3 / 4, 1, 4 / 3, 3 / 2, 2, 3])
SLOWEST_BPM, FASTEST_BPM = 40.0, 420.0
BAR_SHIFTS = 4

KICK, SNARE, TIME, OTHER, FOOT, CRASH, GHOST = range(7)
_ROLES = {
    Pad.KICK: KICK,
    Pad.SNARE: SNARE,
    Pad.HI_HAT: TIME,
    Pad.RIDE: TIME,
    Pad.HI_HAT_PEDAL: FOOT,
    Pad.CRASH_1: CRASH,
    Pad.CRASH_2: CRASH,
    Pad.SPLASH: CRASH,
    Pad.CHINA: CRASH,
}
_ROLE_OF_PAD = np.array([_ROLES.get(pad, OTHER) for pad in PADS])
_SNARE = PAD_INDEX[Pad.SNARE]
_GHOST_BELOW = 50
_FULL_VELOCITY = 80.0

# Places in a beat, and their kinds: on it, half, quarter, triplet.
PLACES = np.array([0, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4, 1])
_KIND_OF_PLACE = np.array([0, 2, 3, 1, 3, 2, 0])
_OFF_PLACE = 0.09
_OFFSETS = np.arange(12) / 12

_INTERVALS = {
    "snare": (0.5, 1, 2, 4),
    "time": (1 / 4, 1 / 3, 1 / 2, 2 / 3, 1, 2),
    "kick": (1 / 4, 1 / 2, 1, 3 / 2, 2, 4),
    "kick-snare": (1 / 4, 1 / 2, 1, 2),
    "onset": (1 / 6, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 1, 2),
}
_BAR = (
    "backbeat", "both-backbeats", "snare-on-1-and-3", "snare-2-against-4", "snare-1-against-3",
    "kick-on-1", "kick-on-3", "kick-on-2-and-4", "time-accent-on-beat", "time-accent-alternates",
    "foot-on-2-and-4", "foot-on-1-and-3", "time-on-beats", "time-uneven", "crash-on-1",
)  # fmt: skip
_LEVEL = (
    "tempo", "tempo-squared", "fast-squared", "slow-squared", "grid", "best-grid", "off-grid",
    "density", "density-squared", "half-shifted", "kick-rate", "snare-rate", "time-rate",
    "ghost-rate", "kick-rate-squared", "snare-rate-squared", "time-rate-squared",
    "ghost-rate-squared",
)  # fmt: skip
NAMES: tuple[str, ...] = (
    *_BAR,
    *_LEVEL,
    *(
        f"{who}-interval-{size:.3g}"
        for who, sizes in _INTERVALS.items()
        for size in (*sizes, math.inf)
    ),
)
# The tempo around which people count most easily (van Noorden & Moelants, J. New Music
# Research 28, 1999).
_MIDDLE_BPM = 110.0


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Hits and onsets of a take, or of a part of it, on the tracked pulse.

    Attributes
    ----------
    hit_phase, velocity, role
        Of each hit, shape (hits,).
    onset_phase, onset_hz, weight
        Of each onset, shape (onsets,).
    pulse_bpm
        Pulses a minute, on average.
    """

    hit_phase: Floats
    velocity: Floats
    role: Ints
    onset_phase: Floats
    onset_hz: Floats
    weight: Floats
    pulse_bpm: float


def whole_take(onsets: Onsets, pulse: Pulse) -> Stretch:
    """The whole take as one stretch."""
    return _stretch(onsets, pulse, 0, len(onsets))


def pieces(onsets: Onsets, pulse: Pulse, length_s: float, fewest: int) -> list[Stretch]:
    """The take in pieces of about that length; those with fewer onsets are left out."""
    span_s = float(onsets.t_s[-1])
    count = min(int(span_s // length_s), len(onsets) // fewest)
    if count < 2:
        return []
    cuts = np.searchsorted(onsets.t_s, np.linspace(0, span_s, count + 1)[1:-1])
    edges = [0, *cuts.tolist(), len(onsets)]
    return [
        _stretch(onsets, pulse, low, high)
        for low, high in itertools.pairwise(edges)
        if high - low >= fewest
    ]


def describe(stretch: Stretch) -> Floats:
    """The numbers of every candidate, shape (candidates, 2 · bar shifts, features).

    The middle axis holds where the beat and the bar may begin: on the best place of the pulse
    or half a beat from it, and on each of four beats.
    """
    return np.stack([_candidate(stretch, ratio) for ratio in RATIOS.tolist()])


def roles(pad: Ints, velocity: Floats) -> Ints:
    """What each hit's pad does in the music; soft snares are ghost notes."""
    role = _ROLE_OF_PAD[pad]
    result: Ints = np.where((pad == _SNARE) & (velocity < _GHOST_BELOW), GHOST, role)
    return result


def place_in_beat(phase: Floats) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """Beat number and nearest place (index of `PLACES`, never the last), and whether it is near."""
    beat = np.floor(phase).astype(np.int64)
    part = phase - beat
    edges = 0.5 * (PLACES[1:] + PLACES[:-1])
    place = np.searchsorted(edges, part)
    near = np.abs(part - PLACES[place]) <= _OFF_PLACE
    next_beat = place == len(PLACES) - 1
    return beat + next_beat, np.where(next_beat, 0, place), near


def best_offset(phase: Floats, hz: Floats, weight: Floats) -> tuple[int, Floats]:
    """Which twelfth of a beat is the beat, and the mean log likelihood of each, shape (12,)."""
    fit = np.array([weight @ log_likelihood((phase + o) % 1.0, hz) for o in _OFFSETS.tolist()])
    fit /= weight.sum()
    return int(fit.argmax()), fit


def _stretch(onsets: Onsets, pulse: Pulse, low: int, high: int) -> Stretch:
    here = (onsets.of_hit >= low) & (onsets.of_hit < high)
    of_hit = onsets.of_hit[here]
    late_s = onsets.hit_t_s[here] - onsets.t_s[of_hit]
    span_s = float(onsets.t_s[high - 1] - onsets.t_s[low])
    return Stretch(
        hit_phase=pulse.phase[of_hit] + late_s * pulse.hz[of_hit],
        velocity=onsets.velocity[here],
        role=roles(onsets.pad[here], onsets.velocity[here]),
        onset_phase=pulse.phase[low:high],
        onset_hz=pulse.hz[low:high],
        weight=WEIGHTS[onsets.weight_step[low:high]],
        pulse_bpm=60.0 * float(pulse.phase[high - 1] - pulse.phase[low]) / span_s,
    )


def _candidate(stretch: Stretch, ratio: float) -> Floats:
    beats = max(4.0, float(stretch.hit_phase[-1] - stretch.hit_phase[0]) * ratio)
    best, fit = best_offset(stretch.onset_phase * ratio, stretch.onset_hz * ratio, stretch.weight)
    phase = stretch.hit_phase * ratio
    intervals = _intervals(stretch, phase, ratio)
    octaves = math.log2(stretch.pulse_bpm * ratio / _MIDDLE_BPM)
    density = math.log(len(stretch.onset_phase) / beats)
    rates = [
        math.log((int((stretch.role == role).sum()) + 1) / beats)
        for role in (KICK, SNARE, TIME, GHOST)
    ]
    rows = []
    for offset in (best, (best + 6) % 12):
        beat, place, near = place_in_beat(phase + _OFFSETS[offset])
        level = [
            octaves, octaves**2, max(0.0, octaves - 0.5) ** 2, max(0.0, -octaves - 0.5) ** 2,
            fit[offset], fit[best], 1.0 - near.mean(), density, density**2, offset != best,
            *rates, *(rate**2 for rate in rates),
        ]  # fmt: skip
        for shift in range(BAR_SHIFTS):
            bar = _bar(stretch, beat + shift, _KIND_OF_PLACE[place], near, beats)
            rows.append(np.array([*bar, *level, *intervals]))
    return np.stack(rows)


def _bar(
    stretch: Stretch, beat: Ints, kind: Ints, near: NDArray[np.bool_], beats: float
) -> list[float]:
    """How the hits lie in bars of four."""
    in_bar = beat % BAR_SHIFTS
    on_beat = near & (kind == 0)
    loud = np.minimum(1.0, stretch.velocity / _FULL_VELOCITY)
    table = np.bincount(
        stretch.role[on_beat] * BAR_SHIFTS + in_bar[on_beat], loud[on_beat], 7 * BAR_SHIFTS
    )
    table = np.sqrt(np.minimum(table.reshape(7, BAR_SHIFTS) * BAR_SHIFTS / beats, 4.0))
    snare, kick, foot, time = table[SNARE], table[KICK], table[FOOT], table[TIME]
    keeps_time = stretch.role == TIME
    accent = _contrast(stretch.velocity, keeps_time & on_beat, keeps_time & near & (kind == 1))
    odd = in_bar % 2 == 1
    alternates = _contrast(
        stretch.velocity, keeps_time & on_beat & odd, keeps_time & on_beat & ~odd
    )
    return [
        snare[1] + snare[3] - snare[0] - snare[2],
        min(snare[1], snare[3]),
        snare[0] + snare[2],
        abs(snare[1] - snare[3]),
        abs(snare[0] - snare[2]),
        kick[0],
        kick[2],
        kick[1] + kick[3],
        accent,
        abs(alternates),
        foot[1] + foot[3],
        foot[0] + foot[2],
        float(time.mean()),
        float(time.std()),
        table[CRASH][0],
    ]


def _contrast(velocity: Floats, some: NDArray[np.bool_], others: NDArray[np.bool_]) -> float:
    """By how much some hits are louder than others, in steps of 20; 0 where there are few."""
    if some.sum() <= 4 or others.sum() <= 4:
        return 0.0
    return float(velocity[some].mean() - velocity[others].mean()) / 20.0


def _intervals(stretch: Stretch, phase: Floats, ratio: float) -> list[float]:
    role = stretch.role
    who = {
        "snare": phase[role == SNARE],
        "time": phase[role == TIME],
        "kick": phase[role == KICK],
        "kick-snare": phase[(role == KICK) | (role == SNARE)],
        "onset": stretch.onset_phase * ratio,
    }
    return [x for name, sizes in _INTERVALS.items() for x in _interval_shares(who[name], sizes)]


def _interval_shares(phase: Floats, sizes: tuple[float, ...]) -> list[float]:
    """Which part of the intervals is of each size, and of none of them."""
    steps = np.diff(phase)
    steps = steps[steps > 0.08]
    if len(steps) < 2:
        return [0.0] * (len(sizes) + 1)
    away = np.abs(np.log(steps[:, None] / np.array(sizes)))
    nearest = np.where(away.min(axis=1) < 0.12, away.argmin(axis=1), len(sizes))
    shares: list[float] = (np.bincount(nearest, minlength=len(sizes) + 1) / len(steps)).tolist()
    return shares
