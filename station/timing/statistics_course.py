"""How a take went along: spread and balance by minute, and the tempo around fills."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MINUTE_MS = 60_000.0
_WINDOW_BEATS = 16
_FEWEST_HITS = 8


@dataclass(frozen=True, slots=True)
class Minute:
    """One minute of the take; ms and MIDI velocities. None for too few hits, or no sticking.

    `right_minus_left_*`: how much later, and louder, the right hand was.
    """

    minute: int
    hits: int
    spread_ms: float | None
    right_minus_left_ms: float | None
    right_minus_left_velocity: float | None


@dataclass(frozen=True, slots=True)
class Fill:
    """Tempo in percent before, during and after a fill; None where too little was played."""

    bar: int
    before: float | None
    during: float | None
    after: float | None


def by_minute(
    t_ms: Floats, offset_ms: Floats, beat: Ints, velocity: Floats, hand: Ints
) -> list[Minute]:
    """Spread, and balance of the hands, minute by minute: what tires shows here.

    Parameters
    ----------
    t_ms, offset_ms, beat
        Of the notes that were played, in order of written time: when written, played −
        written, in which beat; shape (hits,).
    velocity, hand
        Of the hits; 1 right, −1 left, 0 where the chart does not say; shape (hits,).
    """
    minutes = []
    edges = np.searchsorted(t_ms, np.arange(0, _last(t_ms) + 2) * _MINUTE_MS)
    for number, (begin, end) in enumerate(pairwise(edges.tolist())):
        here = slice(begin, end)
        if begin == end:
            continue
        right, left = hand[here] > 0, hand[here] < 0
        both = right.sum() >= _FEWEST_HITS and left.sum() >= _FEWEST_HITS
        x, v = offset_ms[here], velocity[here]
        minutes.append(
            Minute(
                minute=number,
                hits=end - begin,
                spread_ms=_spread(t_ms[here], x, beat[here]),
                right_minus_left_ms=float(x[right].mean() - x[left].mean()) if both else None,
                right_minus_left_velocity=float(v[right].mean() - v[left].mean()) if both else None,
            )
        )
    return minutes


def around_fills(t_ms: Floats, offset_ms: Floats, bar: Ints, fill_bars: Ints) -> list[Fill]:
    """The tempo in the bar before each fill, in it, and in the bar after.

    Parameters
    ----------
    t_ms, offset_ms, bar
        Of the notes that were played, in order of written time; shape (hits,).
    fill_bars
        Which bars are fills, ascending.
    """

    def tempo(number: int) -> float | None:
        here = slice(*np.searchsorted(bar, (number, number + 1)))
        slope = _slope(t_ms[here], offset_ms[here])
        return None if slope is None else _percent(slope)

    return [Fill(int(b), tempo(b - 1), tempo(b), tempo(b + 1)) for b in fill_bars.tolist()]


def _slope(t_ms: Floats, offset_ms: Floats) -> float | None:
    """Offset gained for each written ms; None for fewer than eight hits, or all at one time."""
    if len(t_ms) < _FEWEST_HITS:
        return None
    t = t_ms - t_ms.mean()
    along = float(t @ t)
    return float(t @ offset_ms) / along if along > 0 else None


def _spread(t_ms: Floats, offset_ms: Floats, beat: Ints) -> float | None:
    """Standard deviation about lines through 16 beats each, of at least eight hits."""
    begins = np.concatenate(([0], np.flatnonzero(np.diff(beat // _WINDOW_BEATS)) + 1))
    hits = np.diff(begins, append=len(beat))

    def total(values: Floats) -> Floats:
        summed: Floats = np.add.reduceat(values, begins)
        return summed

    t = t_ms - np.repeat(total(t_ms) / hits, hits)
    x = offset_ms - np.repeat(total(offset_ms) / hits, hits)
    along = total(t * t)
    lines = (hits >= _FEWEST_HITS) & (along > 0)
    slope = total(t * x) / np.where(lines, along, 1.0)
    square = total((x - np.repeat(slope, hits) * t) ** 2)[lines]
    freedom = int((hits[lines] - 2).sum())
    return float(np.sqrt(square.sum() / freedom)) if freedom else None


def _last(t_ms: Floats) -> int:
    return int(t_ms[-1] // _MINUTE_MS) if len(t_ms) else -1


def _percent(slope: float) -> float | None:
    """Tempo ratio in percent of a player whose offset grows by `slope` each written ms."""
    return 100 * (1 / (1 + slope) - 1) if slope > -1 else None
