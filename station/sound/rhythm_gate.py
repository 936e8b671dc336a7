"""The rhythm gate: a hit sounds only when it is in time."""

from __future__ import annotations

from enum import StrEnum

from station.units import NS_PER_MS


class Gate(StrEnum):
    """How far off a hit may be and still sound."""

    OFF = "off"
    WIDE = "wide"
    MEDIUM = "medium"
    TIGHT = "tight"


# Half-widths. 10 ms is about the spread of a professional's hits, 35 ms is less than half of a
# sixteenth at 200 BPM: wider, and a hit would be in time for its neighbour.
GATE_NS: dict[Gate, int] = {
    Gate.WIDE: 35 * NS_PER_MS,
    Gate.MEDIUM: 20 * NS_PER_MS,
    Gate.TIGHT: 10 * NS_PER_MS,
}


def lets_through(gate: Gate, offset_ns: int | None) -> bool:
    """Whether a hit sounds.

    Parameters
    ----------
    offset_ns
        Of the hit against its note, as judged at once; None for a hit that is no note's.
    """
    if gate is Gate.OFF:
        return True
    return offset_ns is not None and abs(offset_ns) <= GATE_NS[gate]
