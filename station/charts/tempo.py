"""A tempo map: exact, from ticks to nanoseconds.

Ticks are integers. A segment's tempo is a fraction (nanoseconds a quarter note), so that
330 BPM is 2,000,000,000/11 ns and no error grows over a long take.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from station import units

MIN_BPM = 1
MAX_BPM = 1000
# With tempi in these bounds, ticks · numerator stays inside an int64.
MAX_TICK = 2**31 - 1
_EXACTLY_ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class TempoChange:
    """From `tick` on, a quarter note lasts `ns_per_quarter`."""

    tick: int
    ns_per_quarter: Fraction


@dataclass(frozen=True, slots=True)
class TempoMap:
    """Tempo over a chart.

    Attributes
    ----------
    ppq
        Ticks a quarter note.
    changes
        Sorted by tick, the first at tick 0, no two at the same tick.

    Raises
    ------
    ValueError
        When the changes are not as said, or a tempo is outside 1 to 1,000 BPM.
    """

    ppq: int
    changes: tuple[TempoChange, ...]
    _starts_ns: tuple[Fraction, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check the changes and lay out when each segment begins."""
        if self.ppq < 1:
            raise ValueError(f"a chart needs at least one tick a quarter note, not {self.ppq}")
        if not self.changes or self.changes[0].tick != 0:
            raise ValueError("a tempo map begins at tick 0")
        starts = [Fraction(0)]
        for before, after in zip(self.changes, self.changes[1:], strict=False):
            if after.tick <= before.tick:
                raise ValueError(f"tempo changes out of order at tick {after.tick}")
            ticks = after.tick - before.tick
            starts.append(starts[-1] + ticks * before.ns_per_quarter / self.ppq)
        for change in self.changes:
            _check_tempo(change.ns_per_quarter)
        object.__setattr__(self, "_starts_ns", tuple(starts))

    @classmethod
    def constant(cls, bpm: float | Fraction, ppq: int) -> TempoMap:
        """One tempo throughout, in quarter notes a minute.

        Raises
        ------
        ValueError
            When the tempo is outside 1 to 1,000 BPM.
        """
        if not bpm > 0:
            raise ValueError(f"a tempo of {bpm} BPM is outside {MIN_BPM} to {MAX_BPM}")
        return cls(ppq, (TempoChange(0, units.ns_per_beat_from_bpm(bpm)),))

    def segment_at(self, tick: int) -> TempoChange:
        """The tempo in force at `tick` (before tick 0: the first)."""
        return self.changes[max(0, bisect_right(self.changes, tick, key=lambda c: c.tick) - 1)]

    def ns_at(self, tick: int) -> int:
        """Nanoseconds from tick 0 to `tick`, rounded half up; negative before tick 0."""
        i = max(0, bisect_right(self.changes, tick, key=lambda c: c.tick) - 1)
        change = self.changes[i]
        exact = self._starts_ns[i] + (tick - change.tick) * change.ns_per_quarter / self.ppq
        return _round_half_up(exact)

    def ns_of(self, ticks: NDArray[np.int64]) -> NDArray[np.int64]:
        """The same as `ns_at` for a whole array of ticks, shape (n,) to shape (n,)."""
        return self.counted(ticks)

    def counted(
        self, ticks: NDArray[np.int64], parts: int = 1, per_ns: Fraction = _EXACTLY_ONE
    ) -> NDArray[np.int64]:
        """Times of exact places, in whole units of any clock, each rounded half up once.

        Parameters
        ----------
        ticks
            In `parts` of a tick, shape (n,): with 12 parts, a third of any beat is exact.
        per_ns
            How many of the units a nanosecond has: 48/10⁶ for frames at 48 kHz.

        Returns
        -------
        NDArray
            Units from tick 0, shape (n,).
        """
        starts = np.array([c.tick * parts for c in self.changes], dtype=np.int64)
        segment = np.maximum(np.searchsorted(starts, ticks, side="right") - 1, 0)
        out = np.empty(len(ticks), dtype=np.int64)
        for i in np.unique(segment):
            change = self.changes[i]
            here = segment == i
            out[here] = _affine(
                ticks[here] - change.tick * parts,
                self._starts_ns[i] * per_ns,
                change.ns_per_quarter * per_ns / (self.ppq * parts),
            )
        return out

    def bpm_at(self, tick: int) -> float:
        """Quarter notes a minute at `tick`."""
        return units.bpm_from_ns_per_beat(self.segment_at(tick).ns_per_quarter)

    def scaled(self, ratio: Fraction) -> TempoMap:
        """Every tempo times `ratio` (above 1 is faster)."""
        return TempoMap(
            self.ppq, tuple(TempoChange(c.tick, c.ns_per_quarter / ratio) for c in self.changes)
        )


def _check_tempo(ns_per_quarter: Fraction) -> None:
    slowest, fastest = units.NS_PER_MINUTE // MIN_BPM, units.NS_PER_MINUTE // MAX_BPM
    if not fastest <= ns_per_quarter <= slowest:
        bpm = units.bpm_from_ns_per_beat(ns_per_quarter) if ns_per_quarter > 0 else float("inf")
        raise ValueError(f"a tempo of {bpm:g} BPM is outside {MIN_BPM} to {MAX_BPM}")


def _round_half_up(x: Fraction) -> int:
    return (2 * x.numerator + x.denominator) // (2 * x.denominator)


def _affine(ticks: NDArray[np.int64], start: Fraction, slope: Fraction) -> NDArray[np.int64]:
    """round_half_up(start + ticks · slope), in int64 where it fits, else in Python's integers."""
    den = start.denominator * slope.denominator
    a = start.numerator * slope.denominator
    b = slope.numerator * start.denominator
    reach = int(np.abs(ticks).max(initial=0))
    if 2 * (abs(a) + reach * abs(b)) + den < 2**62:
        result: NDArray[np.int64] = (2 * (a + ticks * b) + den) // (2 * den)
        return result
    return np.array([(2 * (a + int(t) * b) + den) // (2 * den) for t in ticks], dtype=np.int64)
