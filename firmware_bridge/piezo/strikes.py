"""What a player does to a pad, and how velocity lies against the strength of the signal."""

from __future__ import annotations

from dataclasses import dataclass
from math import log10

FULL_VELOCITY = 127.0
# From velocity 5 to 127 the signal grows by 40 dB; velocity is equally spaced to the ear, so
# it is linear in dB.
_DB_PER_VELOCITY = 40.0 / (127.0 - 5.0)


@dataclass(frozen=True, slots=True, order=True)
class Strike:
    """One true strike.

    Attributes
    ----------
    onset_us
        When the stick touches.
    pad
        Which pad.
    velocity
        How hard: 0 to 127 and not rounded; 127 is the hardest that the pad is set up for.
    position
        0 the centre, 1 the edge of what is played.
    zone
        0 head or bow, 1 rim or edge.
    counts
        False for what a judge should neither ask for nor hold against the board, for example
        the dying bounces of a pressed stick.
    """

    onset_us: float
    pad: int
    velocity: float
    position: float = 0.3
    zone: int = 0
    counts: bool = True


def amplitude_of(velocity: float) -> float:
    """Strength of the signal as a part of that of the hardest strike."""
    return float(10.0 ** ((velocity - FULL_VELOCITY) * _DB_PER_VELOCITY / 20.0))


def velocity_of(amplitude: float) -> float:
    """The inverse of `amplitude_of`."""
    return FULL_VELOCITY + 20.0 * log10(amplitude) / _DB_PER_VELOCITY
