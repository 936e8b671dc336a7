"""What people call a place to strike: `snare`, `snare-rim`, `ride-bell`, `hi-hat-open`.

The same names stand in charts and in kit profiles.
"""

from __future__ import annotations

from station.model import Pad, Zone

Place = tuple[Pad, Zone]

_DRUM = (Zone.HEAD, Zone.RIM)
_CYMBAL = (Zone.BOW, Zone.EDGE, Zone.BELL)

# The first zone of a pad is the one meant when only the pad is named.
ZONES_OF: dict[Pad, tuple[Zone, ...]] = {
    Pad.KICK: (Zone.HEAD,),
    Pad.SNARE: (*_DRUM, Zone.CROSS_STICK),
    Pad.TOM_1: _DRUM,
    Pad.TOM_2: _DRUM,
    Pad.TOM_3: _DRUM,
    Pad.TOM_4: _DRUM,
    Pad.HI_HAT: (Zone.CLOSED, Zone.HALF_OPEN, Zone.OPEN, Zone.BOW, Zone.EDGE),
    Pad.HI_HAT_PEDAL: (Zone.FOOT, Zone.SPLASH),
    Pad.CRASH_1: _CYMBAL,
    Pad.CRASH_2: _CYMBAL,
    Pad.RIDE: _CYMBAL,
    Pad.SPLASH: _CYMBAL,
    Pad.CHINA: _CYMBAL,
    Pad.COWBELL: (Zone.HEAD,),
    Pad.TAMBOURINE: (Zone.HEAD,),
    Pad.AUX_1: _DRUM,
    Pad.AUX_2: _DRUM,
    Pad.OTHER: (Zone.HEAD,),
}


def place_name(pad: Pad, zone: Zone) -> str:
    """How a person writes it: the pad, and the zone where it is not the pad's first."""
    return pad.value if ZONES_OF[pad][0] is zone else f"{pad.value}-{zone.value}"


PLACES: dict[str, Place] = {
    name: (pad, zone)
    for pad, zones in ZONES_OF.items()
    for zone in zones
    for name in (place_name(pad, zone), f"{pad.value}-{zone.value}")
}
