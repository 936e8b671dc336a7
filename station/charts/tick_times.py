"""Exact times of ticks while their length changes: whole nanoseconds, rounded half up."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

# The finest common fraction of a nanosecond that is counted in. Only hundreds of tempi without
# a common measure need more; theirs are rounded to it, which moves no time of a chart by more
# than 10^-60 ns.
_FINEST = 2**256


class TickTimes:
    """From ticks to nanoseconds. All is counted in one common fraction of a nanosecond.

    Parameters
    ----------
    ticks
        Where a new length of a tick begins: ascending, the first is 0, which is at 0 ns.
    tick_ns
        How long a tick lasts from there on; as many.
    """

    def __init__(self, ticks: Sequence[int], tick_ns: Sequence[Fraction]) -> None:
        self._per_ns = _common_fraction({length.denominator for length in tick_ns})
        self._ticks = list(ticks)
        self._lengths = [x.numerator * self._per_ns // x.denominator for x in tick_ns]
        self._starts = [0]
        for i in range(1, len(self._ticks)):
            ticks_before = self._ticks[i] - self._ticks[i - 1]
            self._starts.append(self._starts[-1] + ticks_before * self._lengths[i - 1])
        self._longest = max(map(abs, self._lengths))

    def ns_at(self, tick: int) -> int:
        """Nanoseconds from tick 0 to `tick`; negative before tick 0."""
        i = max(0, bisect_right(self._ticks, tick) - 1)
        return self._rounded(self._starts[i] + (tick - self._ticks[i]) * self._lengths[i])

    def ns_of(self, ticks: NDArray[np.int64]) -> NDArray[np.int64]:
        """The same as `ns_at` for a whole array, shape (n,) to shape (n,).

        One step for the whole array wherever the numbers fit into an int64, as those of files
        do; else tick by tick in Python's integers.
        """
        if not len(ticks):
            return np.zeros(0, dtype=np.int64)
        begins = np.array(self._ticks, dtype=np.int64)
        segment = np.maximum(np.searchsorted(begins, ticks, side="right") - 1, 0)
        into = ticks - begins[segment]
        reach = max(1, int(np.abs(into).max())) * self._longest
        last_ns = self._starts[-1] // self._per_ns
        if 2 * reach + 3 * self._per_ns >= 2**62 or last_ns >= 2**62:
            return np.array([self.ns_at(tick) for tick in ticks.tolist()], dtype=np.int64)
        # The whole nanoseconds apart from the rest, so that only the rest is multiplied.
        whole, rest = np.array([divmod(start, self._per_ns) for start in self._starts]).T
        lengths = np.array(self._lengths, dtype=np.int64)
        parts = rest[segment] + into * lengths[segment]
        times: NDArray[np.int64] = whole[segment] + (2 * parts + self._per_ns) // (2 * self._per_ns)
        return times

    def _rounded(self, parts: int) -> int:
        return (2 * parts + self._per_ns) // (2 * self._per_ns)


def _common_fraction(denominators: Iterable[int]) -> int:
    common = 1
    for denominator in denominators:
        common = lcm(common, denominator)
        if common > _FINEST:
            return _FINEST
    return common
