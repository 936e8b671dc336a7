"""How well an emulator kept up with the computer's clock: what its times are worth.

A computer that is too busy gets a slow board. What such a board says is as right as ever, but its
clock has stood still now and then; whoever compares its times with the computer's has to know for
how long, and hears it from the emulator, not from the comparison.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from station.units import NS_PER_US

# The station gives a board up that is silent for 2.5 s, and a board says something every second.
_HELD_UP_US: Final = 1_000_000.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Of one board, since its power came.

    Attributes
    ----------
    began_ns
        Time 0 of the board, on the host's monotonic clock.
    slipped_us
        For how long its clock has stood still, all in all.
    longest_away_us
        For how long at most nobody looked at its line.
    """

    began_ns: int
    slipped_us: float
    longest_away_us: float

    @property
    def was_held_up(self) -> bool:
        """Whether the host may rightly have thought that the board was gone."""
        return max(self.slipped_us, self.longest_away_us) > _HELD_UP_US

    def host_ns(self, board_us: float) -> float:
        """Host time of a board time, up to when its clock first stood still."""
        return self.began_ns + board_us * NS_PER_US
