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
class Line:
    """A line through the offsets of some hits.

    Attributes
    ----------
    hits
        How many.
    slope
        Offset gained for each written ms.
    square
        Sum of squares about the line, ms².
    """

    hits: int
    slope: float
    square: float


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


def line(t_ms: Floats, offset_ms: Floats) -> Line | None:
    """The line through hits in order of time; None for fewer than eight, or all at one time."""
    n = len(t_ms)
    if n < _FEWEST_HITS:
        return None
    t = t_ms - t_ms.mean()
    x = offset_ms - offset_ms.mean()
    along = float(t @ t)
    if along == 0:
        return None
    slope = float(t @ x) / along
    left = x - slope * t
    square = float(left @ left)
    return Line(n, slope, square)


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
        through = line(t_ms[here], offset_ms[here])
        return None if through is None else _percent(through.slope)

    return [Fill(int(b), tempo(b - 1), tempo(b), tempo(b + 1)) for b in fill_bars.tolist()]


def _spread(t_ms: Floats, offset_ms: Floats, beat: Ints) -> float | None:
    """Standard deviation about lines through 16 beats each."""
    window = beat // _WINDOW_BEATS
    borders = np.flatnonzero(np.diff(window)) + 1
    lines = [
        through
        for t, x in zip(np.split(t_ms, borders), np.split(offset_ms, borders), strict=True)
        if (through := line(t, x)) is not None
    ]
    freedom = sum(through.hits - 2 for through in lines)
    if not freedom:
        return None
    return float(np.sqrt(sum(through.square for through in lines) / freedom))


def _last(t_ms: Floats) -> int:
    return int(t_ms[-1] // _MINUTE_MS) if len(t_ms) else -1


def _percent(slope: float) -> float | None:
    """Tempo ratio in percent of a player whose offset grows by `slope` each written ms."""
    return 100 * (1 / (1 + slope) - 1) if slope > -1 else None
