"""Takes with known truth, under the conditions in which matchers are compared.

Written notes on flat arrays, and hits whose notes are known: misses, extra hits, double
triggers, white jitter, slow wander, limb offsets and a drift of the whole hand.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

EXTRA = -1
GHOST, NORMAL, ACCENT = 0, 1, 2
_LEVELS = np.array([38.0, 80.0, 112.0])  # velocity aimed at: ghost, normal, accent

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Part:
    """Notes to play, on arrays of shape (notes,), sorted by time and then lane.

    Attributes
    ----------
    name
        For the table.
    written_ms, lane, dynamic
        When, on which pad, how loud.
    lanes
        Number of pads.
    gap_ms
        From one note to the next in the densest place.
    bar_ms
        Length of a bar.
    """

    name: str
    written_ms: Floats
    lane: Ints
    dynamic: Ints
    lanes: int
    gap_ms: float
    bar_ms: float


@dataclass(frozen=True, slots=True)
class Conditions:
    """How the part is played; probabilities are per written note, times in ms.

    Attributes
    ----------
    jitter_ms, wander_ms, limb_ms
        Standard deviations: white per hit, slow (stationary), fixed per pad.
    miss, extra
        Share of the notes left out, and hits too many for each note.
    doubles
        Share of the extra hits that are double triggers of the hit before.
    drift
        Offset of the whole hand in ms as a function of (written times, part).
    drift_name
        For the table.
    """

    jitter_ms: float = 6.0
    wander_ms: float = 4.0
    limb_ms: float = 3.0
    miss: float = 0.05
    extra: float = 0.05
    doubles: float = 0.3
    drift: Callable[[Floats, Part], Floats] = lambda t, _: np.zeros_like(t)
    drift_name: str = "none"


@dataclass(frozen=True, slots=True)
class Case:
    """One take with its truth.

    Attributes
    ----------
    part, conditions
        What was played and how.
    t_ms, lane, velocity
        The hits in time order, shape (hits,).
    truth
        For each hit the note's place in the part, or `EXTRA`.
    double
        For each hit whether it is a double trigger.
    expected_ms
        For each note where the hand was: written + drift + wander + limb offset.
    extras_per_ms
        Density of extra hits on each lane, shape (lanes,).
    """

    part: Part
    conditions: Conditions
    t_ms: Floats
    lane: Ints
    velocity: Ints
    truth: Ints
    double: NDArray[np.bool_]
    expected_ms: Floats
    extras_per_ms: Floats


# A bar or more of a part: (place in beats, pad, dynamic).
_Step = tuple[float, int, int]


def _kit_eighths() -> tuple[float, list[_Step]]:
    """Two bars: hi-hat eighths, backbeat, a kick that is not the same in both bars."""
    steps: list[_Step] = [(i / 2, 0, ACCENT if i % 2 == 0 else NORMAL) for i in range(16)]
    steps += [(b, 1, ACCENT) for b in (1.0, 3.0, 5.0, 7.0)]
    steps += [(b, 2, NORMAL) for b in (0.0, 2.0, 4.0, 5.5, 6.5)]
    return 8.0, steps


def _swing_triplets() -> tuple[float, list[_Step]]:
    """Two bars: ride pattern, pedal on two and four, kick and snare comping on triplets."""
    steps: list[_Step] = []
    for bar in (0.0, 4.0):
        steps += [(bar + b, 0, NORMAL) for b in (0.0, 1.0, 1 + 2 / 3, 2.0, 3.0, 3 + 2 / 3)]
        steps += [(bar + b, 1, NORMAL) for b in (1.0, 3.0)]
    steps += [(b, 2, GHOST) for b in (0 + 1 / 3, 2 + 2 / 3, 4 + 1 / 3, 4 + 2 / 3, 6 + 1 / 3)]
    steps += [(b, 3, NORMAL) for b in (0.0, 2 + 1 / 3, 5 + 1 / 3, 6 + 2 / 3)]
    return 8.0, steps


def _linear_sixteenths() -> tuple[float, list[_Step]]:
    """Two bars of sixteenths, one pad at a time, over kick, snare, hi-hat and tom."""
    order = "HSHKHHSKTTHSKHSK" + "HKSHKTHSHHKSTSTK"
    pads = {"H": 0, "S": 1, "K": 2, "T": 3}
    return 8.0, [(i / 4, pads[c], ACCENT if i % 4 == 0 else NORMAL) for i, c in enumerate(order)]


def _one_pad() -> tuple[float, list[_Step]]:
    """One beat of sixteenths on one pad, all alike."""
    return 1.0, [(i / 4, 0, NORMAL) for i in range(4)]


_PATTERNS: dict[str, tuple[Callable[[], tuple[float, list[_Step]]], float]] = {
    "kit eighths": (_kit_eighths, 1 / 2),
    "swing triplets": (_swing_triplets, 1 / 3),
    "linear 16ths": (_linear_sixteenths, 1 / 4),
    "one pad 16ths": (_one_pad, 1 / 4),
}
PART_NAMES = tuple(_PATTERNS)


def make_part(name: str, bpm: float = 330.0, bars: int = 128) -> Part:
    """One of `PART_NAMES`, `bars` bars of four beats."""
    pattern, gap_beats = _PATTERNS[name]
    length, steps = pattern()
    beat_ms = 60_000.0 / bpm
    rows = np.array(sorted(steps))
    repeats = int(bars * 4 / length)
    written = (np.arange(repeats)[:, None] * length + rows[None, :, 0]).ravel() * beat_ms
    lane = np.tile(rows[:, 1].astype(np.int64), repeats)
    dynamic = np.tile(rows[:, 2].astype(np.int64), repeats)
    return Part(
        name=name,
        written_ms=written,
        lane=lane,
        dynamic=dynamic,
        lanes=int(lane.max()) + 1,
        gap_ms=gap_beats * beat_ms,
        bar_ms=4 * beat_ms,
    )


def _sine(t: Floats, part: Part) -> Floats:
    drift: Floats = 0.6 * part.gap_ms * np.sin(2 * math.pi * t / 20_000.0)
    return drift


def _ramp(t: Floats, part: Part) -> Floats:
    """Up to +60 % of a gap, held, down to −60 %, held, and back."""
    at = np.array([0.0, 0.2, 0.4, 0.7, 0.9, 1.0]) * (t[-1] if len(t) else 0.0)
    drift: Floats = 0.6 * part.gap_ms * np.interp(t, at, [0.0, 1.0, 1.0, -1.0, -1.0, 0.0])
    return drift


def _rush(ratio: float) -> Callable[[Floats, Part], Floats]:
    def drift(t: Floats, _: Part) -> Floats:
        return t / (1 + ratio) - t

    return drift


DRIFTS: dict[str, Callable[[Floats, Part], Floats]] = {
    "none": lambda t, _: np.zeros_like(t),
    "sine ±60 %": _sine,
    "ramp ±60 %": _ramp,
    "rush 1 %": _rush(0.01),
    "rush 3 %": _rush(0.03),
}


def wander(t_ms: Floats, sd_ms: float, beat_ms: float, rng: np.random.Generator) -> Floats:
    """Slow wander at times `t_ms`: two AR(1) of rates .9 and .99 a beat, half the variance each."""
    beats = int(t_ms[-1] / beat_ms) + 2 if len(t_ms) else 2
    total = np.zeros(beats)
    for rate in (0.9, 0.99):
        steps = rng.normal(0.0, sd_ms * math.sqrt((1 - rate**2) / 2), beats)
        level = rng.normal(0.0, sd_ms / math.sqrt(2))
        for i in range(beats):
            level = rate * level + steps[i]
            total[i] += level
    out: Floats = np.interp(t_ms, np.arange(beats) * beat_ms, total)
    return out


def play(part: Part, conditions: Conditions, seed: int) -> Case:
    """A take of `part`; the same seed gives the same take."""
    rng = np.random.default_rng(seed)
    c = conditions
    limbs = rng.normal(0.0, c.limb_ms, part.lanes)
    expected = (
        part.written_ms
        + c.drift(part.written_ms, part)
        + wander(part.written_ms, c.wander_ms, part.bar_ms / 4, rng)
        + limbs[part.lane]
    )
    return strike(part, conditions, expected, rng)


def strike(part: Part, c: Conditions, expected: Floats, rng: np.random.Generator) -> Case:
    """Hits around `expected`, with misses, strays (any time, any pad) and double triggers."""
    notes = len(expected)
    played = np.flatnonzero(rng.random(notes) >= c.miss)
    t = expected[played] + rng.normal(0.0, c.jitter_ms, len(played))
    velocity = np.clip(rng.normal(_LEVELS[part.dynamic[played]], 12.0), 5, 127)
    extras = rng.binomial(notes, c.extra)
    doubles = min(rng.binomial(extras, c.doubles), len(played))
    strays = extras - doubles
    of = rng.choice(len(played), doubles, replace=False)
    lane = np.concatenate(
        (
            part.lane[played],
            rng.integers(0, part.lanes, strays),
            part.lane[played[of]],
        )
    )
    # A stray is as loud as any note of its part: loudness alone does not give it away.
    loud = _LEVELS[part.dynamic[rng.integers(0, notes, strays)]] if strays else np.empty(0)
    times = np.concatenate(
        (
            t,
            rng.uniform(expected[0], expected[-1], strays),
            t[of] + rng.uniform(10.0, 30.0, doubles),
        )
    )
    velocities = np.concatenate(
        (
            velocity,
            np.clip(rng.normal(loud, 12.0), 5, 127),
            np.clip(velocity[of] * rng.uniform(0.25, 0.6, doubles), 1, 127),
        )
    )
    truth = np.concatenate((played, np.full(extras, EXTRA)))
    is_double = np.zeros(len(times), dtype=bool)
    is_double[len(times) - doubles :] = True
    order = np.argsort(times, kind="stable")
    span = max(expected[-1] - expected[0], 1.0)
    density = np.full(part.lanes, c.extra * notes / span / part.lanes)
    return Case(
        part=part,
        conditions=c,
        t_ms=times[order],
        lane=lane[order],
        velocity=velocities[order].astype(np.int64),
        truth=truth[order],
        double=is_double[order],
        expected_ms=expected,
        extras_per_ms=density,
    )


def come_in_again(case: Case, bar: int, stop_bars: float, late_beats: float) -> tuple[Case, int]:
    """The same take with a stop at `bar`; everything after it is played later.

    Returns
    -------
    tuple of Case and int
        The take, and the number of its first hit after the stop.
    """
    part = case.part
    stop_ms = bar * part.bar_ms
    back_ms = stop_ms + stop_bars * part.bar_ms
    paired = case.truth >= 0
    at = np.where(paired, part.written_ms[np.where(paired, case.truth, 0)], case.t_ms)
    after = at >= back_ms - 1e-6
    t = case.t_ms + np.where(after, late_beats * part.bar_ms / 4, 0.0)
    kept = np.flatnonzero(after | (at < stop_ms - 1e-6))
    kept = kept[np.argsort(t[kept], kind="stable")]
    again = replace(
        case,
        t_ms=t[kept],
        lane=case.lane[kept],
        velocity=case.velocity[kept],
        truth=case.truth[kept],
        double=case.double[kept],
    )
    return again, int(np.argmax(after[kept]))
