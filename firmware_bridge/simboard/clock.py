"""A board's clock: wrong by a constant, wandering, and starting at zero with every reset."""

from __future__ import annotations

import math
from dataclasses import dataclass

from station.units import NS_PER_S, NS_PER_US

# Two slow waves whose periods have no common measure: a wander without a random walk's
# memory, so that any time can be asked for at once.
_PERIODS_S = (37.0, 97.3)


@dataclass(frozen=True, slots=True)
class SimClock:
    """True time (the host's monotonic clock) to the board's microseconds and back.

    Attributes
    ----------
    started_ns
        True time of the board's start.
    ppm
        How much too fast it runs.
    wander_ppm
        Standard deviation of what comes on top of `ppm`.
    started_us
        What it shows at the start: more than 0 to see a wrap without waiting for it.
    """

    started_ns: int
    ppm: float = 0.0
    wander_ppm: float = 0.0
    started_us: int = 0

    def now_us(self, true_ns: int) -> int:
        """The board's time."""
        passed_ns = true_ns - self.started_ns
        error_ns = passed_ns * self.ppm * 1e-6 + self._wander_ns(passed_ns / NS_PER_S)
        return self.started_us + (passed_ns + round(error_ns)) // NS_PER_US

    def true_ns(self, board_us: int) -> int:
        """The true time when the board's clock shows this."""
        shown_ns = (board_us - self.started_us) * NS_PER_US
        passed_ns = shown_ns / (1 + self.ppm * 1e-6)
        for _ in range(2):  # the wander is parts per million: two rounds are exact enough
            wander_ns = self._wander_ns(passed_ns / NS_PER_S)
            passed_ns = (shown_ns - wander_ns) / (1 + self.ppm * 1e-6)
        return self.started_ns + math.ceil(passed_ns)

    def _wander_ns(self, passed_s: float) -> float:
        """The wander's integral since the start."""
        parts = (
            period / (2 * math.pi) * (1 - math.cos(2 * math.pi * passed_s / period))
            for period in _PERIODS_S
        )
        # Two sines of amplitude a have together a standard deviation of a.
        return self.wander_ppm * 1e-6 * NS_PER_S * sum(parts)
