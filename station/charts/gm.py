"""General MIDI percussion: notes and the places that they mean.

The names of the notes are those of the General MIDI 1 percussion key map. Where e-kits have
settled on another reading of a note, theirs is taken: 40 is the snare's rim.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from station.charts.lanes import Place
from station.model import Pad, Zone

DRUM_CHANNEL = 9  # channel 10 for people

# Of several notes for one place, the first is the one that is written. General MIDI has six
# toms and we have four lanes: the outer two share one each with their neighbour.
_TABLE: tuple[tuple[int, Pad, Zone], ...] = (
    (36, Pad.KICK, Zone.HEAD),
    (35, Pad.KICK, Zone.HEAD),
    (38, Pad.SNARE, Zone.HEAD),
    (40, Pad.SNARE, Zone.RIM),
    (37, Pad.SNARE, Zone.CROSS_STICK),
    (48, Pad.TOM_1, Zone.HEAD),
    (50, Pad.TOM_1, Zone.HEAD),
    (45, Pad.TOM_2, Zone.HEAD),
    (47, Pad.TOM_2, Zone.HEAD),
    (43, Pad.TOM_3, Zone.HEAD),
    (41, Pad.TOM_4, Zone.HEAD),
    (42, Pad.HI_HAT, Zone.CLOSED),
    (46, Pad.HI_HAT, Zone.OPEN),
    (44, Pad.HI_HAT_PEDAL, Zone.FOOT),
    (49, Pad.CRASH_1, Zone.BOW),
    (57, Pad.CRASH_2, Zone.BOW),
    (51, Pad.RIDE, Zone.BOW),
    (59, Pad.RIDE, Zone.EDGE),
    (53, Pad.RIDE, Zone.BELL),
    (55, Pad.SPLASH, Zone.BOW),
    (52, Pad.CHINA, Zone.BOW),
    (56, Pad.COWBELL, Zone.HEAD),
    (54, Pad.TAMBOURINE, Zone.HEAD),
    (27, Pad.AUX_1, Zone.HEAD),
    (28, Pad.AUX_2, Zone.HEAD),
)
# As programs call them that write a drum's name beside a number of their own.
_NAMES: dict[str, int] = {
    "acoustic bass drum": 35,
    "bass drum 1": 36,
    "side stick": 37,
    "acoustic snare": 38,
    "electric snare": 38,
    "low floor tom": 41,
    "closed hi-hat": 42,
    "high floor tom": 43,
    "pedal hi-hat": 44,
    "low tom": 45,
    "open hi-hat": 46,
    "low-mid tom": 47,
    "hi-mid tom": 48,
    "crash cymbal 1": 49,
    "high tom": 50,
    "ride cymbal 1": 51,
    "chinese cymbal": 52,
    "ride bell": 53,
    "tambourine": 54,
    "splash cymbal": 55,
    "cowbell": 56,
    "crash cymbal 2": 57,
    "ride cymbal 2": 59,
}
# The percussion key map begins here; below, every program and module has its own.
FIRST_NOTE = 35
# No note of its own, and closer to another zone's than to the pad's first.
_NEAREST: dict[Place, int] = {(Pad.HI_HAT, Zone.HALF_OPEN): 46}
_OTHER_NOTE = 39

PLACE_OF_NOTE: Mapping[int, Place] = MappingProxyType(
    {note: (pad, zone) for note, pad, zone in _TABLE}
)
_NOTE_OF_PLACE: dict[Place, int] = {
    (pad, zone): note for note, pad, zone in reversed(_TABLE)
} | _NEAREST
_NOTE_OF_PAD: dict[Pad, int] = {pad: note for note, pad, _ in reversed(_TABLE)} | {
    Pad.OTHER: _OTHER_NOTE
}


def note_of_place(pad: Pad, zone: Zone) -> int:
    """The MIDI note (0 to 127) that a place is written as.

    A zone without a note of its own is written as the pad's first. A pad outside the table is
    written as 39, the hand clap.
    """
    return _NOTE_OF_PLACE.get((pad, zone), _NOTE_OF_PAD[pad])


def note_of_name(name: str) -> int | None:
    """The MIDI note of a drum by its name in the percussion key map; None for another name."""
    return _NAMES.get(name.strip().lower())


def place_of_note(note: int, note_map: Mapping[int, Place] = PLACE_OF_NOTE) -> Place:
    """What a MIDI note (0 to 127) means; `OTHER` where the map does not know it."""
    return note_map.get(note, (Pad.OTHER, Zone.HEAD))
