"""Where a drum stands on the staff, and with which head: one table for reading and writing.

The placement is that of Norman Weinberg's *Guidelines for Drumset Notation* (Percussive Notes,
June 1994), as players expect it. Steps and octaves are named as in a treble clef, as MusicXML
does under a percussion clef; heads are MusicXML's. What the guidelines leave open is ours: it
is written like that, and never read as if it said something.
"""

from __future__ import annotations

from dataclasses import dataclass

from station.charts.lanes import Place
from station.model import Pad, Zone

FEET = frozenset({Pad.KICK, Pad.HI_HAT_PEDAL})


@dataclass(frozen=True, slots=True)
class StaffPlace:
    """A step (`A` to `G`), its octave, and the shape of the head."""

    step: str
    octave: int
    head: str


# Pad, zone, step and octave, head; the last: whether players read it so without being told.
_TABLE: tuple[tuple[Pad, Zone, str, str, bool], ...] = (
    (Pad.KICK, Zone.HEAD, "F4", "normal", True),
    (Pad.SNARE, Zone.HEAD, "C5", "normal", True),
    (Pad.SNARE, Zone.CROSS_STICK, "C5", "x", True),
    (Pad.SNARE, Zone.RIM, "C5", "diamond", False),
    (Pad.TOM_1, Zone.HEAD, "E5", "normal", True),
    (Pad.TOM_1, Zone.RIM, "E5", "diamond", False),
    (Pad.TOM_2, Zone.HEAD, "D5", "normal", True),
    (Pad.TOM_2, Zone.RIM, "D5", "diamond", False),
    (Pad.TOM_3, Zone.HEAD, "A4", "normal", True),
    (Pad.TOM_3, Zone.RIM, "A4", "diamond", False),
    (Pad.TOM_4, Zone.HEAD, "G4", "normal", True),
    (Pad.TOM_4, Zone.RIM, "G4", "diamond", False),
    (Pad.HI_HAT, Zone.CLOSED, "G5", "x", True),
    (Pad.HI_HAT, Zone.OPEN, "G5", "circle-x", True),
    (Pad.HI_HAT, Zone.HALF_OPEN, "G5", "diamond", False),
    (Pad.HI_HAT, Zone.BOW, "G5", "x", False),
    (Pad.HI_HAT, Zone.EDGE, "G5", "x", False),
    (Pad.HI_HAT_PEDAL, Zone.FOOT, "D4", "x", True),
    (Pad.HI_HAT_PEDAL, Zone.SPLASH, "D4", "circle-x", True),
    (Pad.RIDE, Zone.BOW, "F5", "x", True),
    (Pad.RIDE, Zone.BELL, "F5", "diamond", True),
    (Pad.RIDE, Zone.EDGE, "F5", "circle-x", False),
    (Pad.CRASH_1, Zone.BOW, "A5", "x", True),
    (Pad.CRASH_1, Zone.BELL, "A5", "diamond", False),
    (Pad.CRASH_2, Zone.BOW, "B5", "x", True),
    (Pad.CRASH_2, Zone.BELL, "B5", "diamond", False),
    (Pad.CHINA, Zone.BOW, "C6", "x", False),
    (Pad.CHINA, Zone.BELL, "C6", "diamond", False),
    (Pad.SPLASH, Zone.BOW, "D6", "x", False),
    (Pad.SPLASH, Zone.BELL, "D6", "diamond", False),
    (Pad.COWBELL, Zone.HEAD, "E5", "cross", False),
    (Pad.TAMBOURINE, Zone.HEAD, "D5", "cross", False),
    (Pad.AUX_1, Zone.HEAD, "B4", "normal", False),
    (Pad.AUX_1, Zone.RIM, "B4", "diamond", False),
    (Pad.AUX_2, Zone.HEAD, "B4", "x", False),
    (Pad.AUX_2, Zone.RIM, "B4", "circle-x", False),
    (Pad.OTHER, Zone.HEAD, "B4", "cross", False),
)
# Other signs of the guidelines for a place that has one above.
_ALSO_READ: tuple[tuple[Pad, Zone, str, str], ...] = (
    (Pad.KICK, Zone.HEAD, "E4", "normal"),
    (Pad.SNARE, Zone.CROSS_STICK, "C5", "circle-x"),
    (Pad.SNARE, Zone.RIM, "C5", "slashed"),
    (Pad.COWBELL, Zone.HEAD, "E5", "triangle"),
)


def _staff_place(position: str, head: str) -> StaffPlace:
    return StaffPlace(position[0], int(position[1]), head)


_ON_STAFF: dict[Place, StaffPlace] = {
    (pad, zone): _staff_place(position, head) for pad, zone, position, head, _ in _TABLE
}
_OF_PAD: dict[Pad, StaffPlace] = {
    pad: _staff_place(position, head) for pad, _, position, head, _ in reversed(_TABLE)
}
_READ: dict[StaffPlace, Place] = {
    _staff_place(position, head): (pad, zone)
    for pad, zone, position, head in (
        *(row[:4] for row in _TABLE if row[4]),
        *_ALSO_READ,
    )
}


def on_staff(pad: Pad, zone: Zone) -> StaffPlace:
    """Where a place is written; a zone without a sign of its own is written as the pad."""
    return _ON_STAFF.get((pad, zone), _OF_PAD[pad])


def read_from_staff(where: StaffPlace) -> Place | None:
    """What players strike who see this; None where the guidelines say nothing."""
    return _READ.get(where)
