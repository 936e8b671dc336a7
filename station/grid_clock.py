"""The clock that the chart runs on, where that is a sound card's and not the computer's.

A card whose crystal is 50 ppm off is 30 ms away from the computer after ten minutes, and the
player follows the click. So a take has steps, each a straight piece of the map from the host's
monotonic clock to the grid's time: from one to the next without a jump, in whole numbers, so
that a kept take is judged to the bit as it was live. Without a step both are the same.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from station.hits import HitArray
from station.model import GridStep

# The farthest that a grid may be off the host's clock: a resonator at its worst.
MAX_RATE_PPB = 10_000_000


class GridClock:
    """Host time to grid time.

    Parameters
    ----------
    steps
        In order of time.
    """

    def __init__(self, steps: Iterable[GridStep] = ()) -> None:
        self._steps: list[GridStep] = []
        self._from_ns: list[int] = []
        for step in steps:
            self._append(step)

    @property
    def steps(self) -> tuple[GridStep, ...]:
        """All steps so far."""
        return tuple(self._steps)

    @property
    def last(self) -> GridStep | None:
        """The step in force from now on; None where the grid is the host's clock."""
        return self._steps[-1] if self._steps else None

    def turn(self, host_ns: int, rate_ppb: int) -> GridStep:
        """From `host_ns` on, the grid runs so much faster than the host's clock.

        Parameters
        ----------
        host_ns
            Not before the last step, and later than any time that has been asked for: what was
            said stays said.
        rate_ppb
            Parts in 10⁹ of the host's rate, at most `MAX_RATE_PPB` either way.
        """
        step = GridStep(host_ns, self.at(host_ns), rate_ppb)
        self._append(step)
        return step

    def at(self, host_ns: int) -> int:
        """Grid time of one moment, ns."""
        place = bisect_right(self._from_ns, host_ns) - 1
        if place < 0:
            return host_ns
        step = self._steps[place]
        since = host_ns - step.host_ns
        return step.grid_ns + since + _gained(since, step.rate_ppb)

    def of(self, host_ns: NDArray[np.int64]) -> NDArray[np.int64]:
        """Grid times of many moments, ns, shape (n,) to shape (n,)."""
        if not self._steps:
            return host_ns
        place = np.searchsorted(np.array(self._from_ns), host_ns, side="right") - 1
        from_ns = np.array([s.host_ns for s in self._steps], dtype=np.int64)
        grid_ns = np.array([s.grid_ns for s in self._steps], dtype=np.int64)
        rate_ppb = np.array([s.rate_ppb for s in self._steps], dtype=np.int64)
        since = host_ns - from_ns[place]
        mapped = grid_ns[place] + since + since // 1000 * rate_ppb[place] // 1_000_000
        return np.where(place < 0, host_ns, mapped)

    def host_at(self, grid_ns: int) -> int:
        """The host's time of a moment of the grid, within a few ns."""
        place = bisect_right([s.grid_ns for s in self._steps], grid_ns) - 1
        if place < 0:
            return grid_ns
        step = self._steps[place]
        since = grid_ns - step.grid_ns
        return step.host_ns + since * 1_000_000_000 // (1_000_000_000 + step.rate_ppb)

    def _append(self, step: GridStep) -> None:
        if abs(step.rate_ppb) > MAX_RATE_PPB:
            raise ValueError(f"a grid that is {step.rate_ppb / 1000:g} ppm off is no clock")
        if self._steps and step.host_ns < self._steps[-1].host_ns:
            raise ValueError("the steps of a grid go forward")
        self._steps.append(step)
        self._from_ns.append(step.host_ns)


def on_grid(hits: HitArray, steps: Sequence[GridStep]) -> HitArray:
    """Hits with the times that the chart's own clock showed; the same array without steps.

    Parameters
    ----------
    hits
        `HIT_DTYPE`, shape (n,); not changed.
    """
    if not steps:
        return hits
    mapped = hits.copy()
    mapped["t_ns"] = GridClock(steps).of(hits["t_ns"])
    return mapped


def _gained(since_ns: int, rate_ppb: int) -> int:
    # In steps that fit into an int64 for days, so that arrays give the same.
    return since_ns // 1000 * rate_ppb // 1_000_000
