"""A tempo map: exact, from ticks to nanoseconds.

Ticks are integers. A segment's tempo is a fraction (nanoseconds a quarter note), so that
330 BPM is 2,000,000,000/11 ns and no error grows over a long take.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from station import units
from station.charts.tick_times import TickTimes

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
    _times: TickTimes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check the changes and lay out the times."""
        if self.ppq < 1:
            raise ValueError(f"a chart needs at least one tick a quarter note, not {self.ppq}")
        if not self.changes or self.changes[0].tick != 0:
            raise ValueError("a tempo map begins at tick 0")
        for before, after in pairwise(self.changes):
            if after.tick <= before.tick:
                raise ValueError(f"tempo changes out of order at tick {after.tick}")
        # Few are different where they are many: each is looked at once.
        lengths = {c.ns_per_quarter for c in self.changes}
        for ns_per_quarter in lengths:
            _check_tempo(ns_per_quarter)
        tick_ns = {ns_per_quarter: ns_per_quarter / self.ppq for ns_per_quarter in lengths}
        times = TickTimes(
            [c.tick for c in self.changes], [tick_ns[c.ns_per_quarter] for c in self.changes]
        )
        object.__setattr__(self, "_times", times)

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
        return self._times.ns_at(tick)

    def ns_of(self, ticks: NDArray[np.int64]) -> NDArray[np.int64]:
        """The same as `ns_at` for a whole array of ticks, shape (n,) to shape (n,)."""
        return self._times.ns_of(ticks)

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
        in_parts = TickTimes(
            [c.tick * parts for c in self.changes],
            [c.ns_per_quarter * per_ns / (self.ppq * parts) for c in self.changes],
        )
        return in_parts.ns_of(ticks)

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
