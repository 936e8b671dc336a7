"""What a kit speaks: its notes, its hi-hat, its chokes, and what is suspicious on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from types import MappingProxyType

from station import units
from station.charts.lanes import Place
from station.kits.din import MAX_WAIT_NS
from station.model import Pad, Zone


class Wire(StrEnum):
    """What the kit hangs on. DIN takes 0.96 ms a note, so chords arrive smeared."""

    USB = "usb"
    DIN = "din"
    SERIAL = "serial"
    SIM = "sim"


class Choke(StrEnum):
    """How the kit says that a cymbal was grabbed."""

    NONE = "none"
    POLY_PRESSURE = "poly-pressure"
    CHANNEL_PRESSURE = "channel-pressure"


class PadKind(StrEnum):
    """Pads that trigger alike."""

    KICK = "kick"
    DRUM = "drum"
    HI_HAT = "hi-hat"
    CYMBAL = "cymbal"
    PEDAL = "pedal"


_CYMBALS = (Pad.CRASH_1, Pad.CRASH_2, Pad.RIDE, Pad.SPLASH, Pad.CHINA)
KIND_OF_PAD: Mapping[Pad, PadKind] = MappingProxyType(
    dict.fromkeys(Pad, PadKind.DRUM)
    | dict.fromkeys(_CYMBALS, PadKind.CYMBAL)
    | {
        Pad.KICK: PadKind.KICK,
        Pad.HI_HAT: PadKind.HI_HAT,
        Pad.HI_HAT_PEDAL: PadKind.PEDAL,
    }
)


@dataclass(frozen=True, slots=True)
class HiHat:
    """The hi-hat's pedal as a controller.

    Attributes
    ----------
    controller
        Its MIDI controller number; −1 when the kit has none.
    closed_at
        The controller's value when the pedal is down: 127, or 0 on kits that turn it round.
    closed_to, open_from
        Openness (0 closed … 127 open) up to which it is closed, and from which it is open.
    """

    controller: int = 4
    closed_at: int = 127
    closed_to: int = 25
    open_from: int = 90

    def openness(self, value: int) -> int:
        """0 closed … 127 open, from the controller's value."""
        return abs(self.closed_at - value)

    def zone(self, openness: int) -> Zone:
        """Closed, half open or open."""
        if openness <= self.closed_to:
            return Zone.CLOSED
        return Zone.OPEN if openness >= self.open_from else Zone.HALF_OPEN


@dataclass(frozen=True, slots=True)
class DoubleTrigger:
    """One strike that triggers twice.

    Attributes
    ----------
    window_ns
        The second comes at most so much later.
    ratio
        Its velocity is at most this part of the first's.
    """

    window_ns: int = 30 * units.NS_PER_MS
    ratio: float = 0.5


@dataclass(frozen=True, slots=True)
class Crosstalk:
    """A strike that shakes another pad.

    Attributes
    ----------
    window_ns
        The two lie at most so far apart.
    ratio
        The weak one's velocity is at most this part of the strong one's.
    velocity
        And at most this, 0 to 127.
    """

    window_ns: int = 5 * units.NS_PER_MS
    ratio: float = 0.2
    velocity: int = 20


@dataclass(frozen=True, slots=True)
class SuspectSettings:
    """When a hit is flagged; double triggers by the kind of pad."""

    double: Mapping[PadKind, DoubleTrigger] = field(
        default_factory=lambda: MappingProxyType(dict.fromkeys(PadKind, DoubleTrigger()))
    )
    crosstalk: Crosstalk = field(default_factory=Crosstalk)


@dataclass(frozen=True, slots=True)
class Profile:
    """A kind of kit.

    Attributes
    ----------
    name
        For programs and files: `roland-td`.
    title
        For people.
    ports
        Patterns of port names, as in file names (`*TD-17*`), upper and lower case alike.
    wire
        What it hangs on.
    notes
        MIDI note (0 to 127) to pad and zone. A hi-hat's bow or edge does not tell how far
        it is open: the controller does.
    channel
        The only MIDI channel that is heard, 0 to 15; None hears all.
    hi_hat, choke, suspects
        See there.
    skew_ns
        How much later than the others a pad's hits are stamped; taken off their times.
    strikes
        A board's own pad numbers to the pad's zones in the board's order.
    """

    name: str
    title: str
    ports: tuple[str, ...]
    wire: Wire
    notes: Mapping[int, Place]
    channel: int | None = None
    hi_hat: HiHat = field(default_factory=HiHat)
    choke: Choke = Choke.NONE
    suspects: SuspectSettings = field(default_factory=SuspectSettings)
    skew_ns: Mapping[Pad, int] = field(default_factory=lambda: MappingProxyType({}))
    strikes: Mapping[int, tuple[Place, ...]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def max_skew_ns(self) -> int:
        """How far before its stamp a hit's time may come to lie."""
        queue_ns = MAX_WAIT_NS if self.wire is Wire.DIN else 0
        return queue_ns + max(0, *self.skew_ns.values(), 0)

    def without_corrections(self) -> Profile:
        """The same for times that have been corrected already."""
        wire = Wire.USB if self.wire is Wire.DIN else self.wire
        return replace(self, wire=wire, skew_ns=MappingProxyType({}))

    def strike_number(self, place: Place) -> tuple[int, int] | None:
        """The board's own numbers (pad, zone) of a place; None when the board has no such pad.

        A zone that the board does not tell apart is the pad's first one.
        """
        same_pad: tuple[int, int] | None = None
        for number, zones in self.strikes.items():
            if place in zones:
                return number, zones.index(place)
            if same_pad is None and zones[0][0] is place[0]:
                same_pad = number, 0
        return same_pad

    def match_length(self, port_name: str) -> int:
        """Length of the longest pattern that fits a port's name; 0 when none does."""
        name = port_name.lower()
        return max((len(p) for p in self.ports if fnmatchcase(name, p.lower())), default=0)
