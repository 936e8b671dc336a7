"""How a take went along: tempo curve, spread and balance by minute, and around fills."""

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
_MOST_POINTS = 400


@dataclass(frozen=True, slots=True)
class Line:
    """A line through the offsets of some hits.

    Attributes
    ----------
    hits
        How many.
    slope, slope_error
        Offset gained for each written ms, and its standard error; hits that follow each other
        are taken to be correlated as their residuals are.
    square
        Sum of squares about the line, ms².
    """

    hits: int
    slope: float
    slope_error: float
    square: float


@dataclass(frozen=True, slots=True)
class TempoPoint:
    """The tempo around one moment, in percent of the written one, with its 95 % band."""

    t_ms: float
    percent: float
    low: float
    high: float


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
    memory = float(left[:-1] @ left[1:]) / square if square > 0 else 0.0
    memory = min(max(memory, 0.0), 0.9)
    error = np.sqrt(square / (n - 2) / along * (1 + memory) / (1 - memory))
    return Line(n, slope, float(error), square)


def tempo_curve(t_ms: Floats, offset_ms: Floats, beat: Ints) -> list[TempoPoint]:
    """The tempo in windows of 16 beats, at most 400 of them.

    Parameters
    ----------
    t_ms, offset_ms, beat
        Of the notes that were played, in order of written time: when written, played −
        written, in which beat; shape (hits,).
    """
    if not len(t_ms):
        return []
    last = int(beat[-1])
    step = max(_WINDOW_BEATS // 2, -(-(last + 1) // _MOST_POINTS))
    points = []
    for begin in range(0, last + 1, step):
        here = slice(*np.searchsorted(beat, (begin, begin + _WINDOW_BEATS)))
        through = line(t_ms[here], offset_ms[here])
        if through is None:
            continue
        reach = 1.96 * through.slope_error
        low, percent, high = (_percent(through.slope + s) for s in (reach, 0.0, -reach))
        if low is not None and percent is not None and high is not None:
            points.append(TempoPoint(float(t_ms[here].mean()), percent, low, high))
    return points


def by_minute(
    t_ms: Floats, offset_ms: Floats, beat: Ints, velocity: Floats, hand: Ints
) -> list[Minute]:
    """Spread, and balance of the hands, minute by minute: what tires shows here.

    Parameters
    ----------
    t_ms, offset_ms, beat
        As in `tempo_curve`.
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
