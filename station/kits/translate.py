"""From a kit's events to hits and marks. On every hit's path: nothing here waits or searches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from station.charts.lanes import Place
from station.hal.api import (
    ChokeEvent,
    KitEvent,
    LinkEvent,
    LinkState,
    MidiEvent,
    OverflowEvent,
    PedalEvent,
    StrikeEvent,
)
from station.kits.din import DinQueue
from station.kits.profile import Choke, Profile, Wire
from station.kits.suspects import Suspects
from station.model import PAD_INDEX, Flag, Hit, Mark, MarkKind, Pad, StampedBy, Zone

_NOTE_ON, _POLY_PRESSURE, _CONTROLLER, _CHANNEL_PRESSURE = 0x90, 0xA0, 0xB0, 0xD0
_AFTER_GAP = int(Flag.AFTER_GAP)
_UNMAPPED = int(Flag.UNMAPPED)
# Looked up, not computed: to combine two members of an IntFlag takes a microsecond.
_FLAGS = tuple(Flag(bits) for bits in range(2 * max(Flag)))
_ALL_FLAGS = len(_FLAGS) - 1
_HI_HAT_PADS = (Pad.HI_HAT, Pad.HI_HAT_PEDAL)
_NOWHERE: Place = (Pad.OTHER, Zone.HEAD)


@dataclass(frozen=True, slots=True)
class Translated:
    """What came of some events, each in the order of the wire."""

    hits: list[Hit]
    marks: list[Mark]


@dataclass(frozen=True, slots=True)
class _Lane:
    """All that a hit needs to know about where it fell, worked out beforehand."""

    pad: Pad
    zone: Zone
    index: int
    skew_ns: int
    hi_hat: bool
    state_unknown: bool
    flags: int


class Translator:
    """Turns one kit's events into hits; keeps the hi-hat's state and the suspects' memory.

    Chunks do not matter: the same events in any portions give the same hits.

    Parameters
    ----------
    profile
        How the kit speaks.
    source
        Which kit of the take, from 0.
    numbers
        Gives each hit its `seq`; kits of one take share it. Without it, from 0.
    """

    def __init__(
        self, profile: Profile, source: int = 0, numbers: Iterator[int] | None = None
    ) -> None:
        self._profile = profile
        self._source = source
        self._numbers = count() if numbers is None else numbers
        self._suspects = Suspects(profile.suspects)
        self._din = DinQueue() if profile.wire is Wire.DIN else None
        self._nowhere = self._lane(_NOWHERE, _UNMAPPED)
        self._notes = [
            self._lane(profile.notes[note]) if note in profile.notes else self._nowhere
            for note in range(128)
        ]
        self._strikes = {
            number: [self._lane(place) for place in zones]
            for number, zones in profile.strikes.items()
        }
        self._openness = -1
        self._choked: set[int] = set()
        self._stamped_by: StampedBy | None = None
        self._lost = False
        self._next_flags = 0

    def translate(self, events: Sequence[KitEvent]) -> Translated:
        """Hits and marks of these events; whatever is neither is passed over."""
        hits: list[Hit] = []
        marks: list[Mark] = []
        for event in events:
            if isinstance(event, (MidiEvent, StrikeEvent)):
                if event.stamped_by is not self._stamped_by:
                    self._note_stamp(event, marks)
                if isinstance(event, MidiEvent):
                    # Whatever a message says, it has occupied the wire.
                    self._midi(event if self._din is None else self._din.undo(event), hits, marks)
                else:
                    hits.append(self._strike(event))
            elif isinstance(event, ChokeEvent):
                lane = self._struck(event)
                self._choked.discard(lane.index)  # a board says each grab once, and no release
                self._choke(event.t_ns, lane.index, lane.pad.value, 127, marks)
            elif isinstance(event, PedalEvent):
                if self._struck(event).hi_hat:
                    self._openness = min(127, max(0, event.openness))
            elif isinstance(event, LinkEvent):
                self._link(event, marks)
            elif isinstance(event, OverflowEvent):
                marks.append(Mark(event.t_ns, MarkKind.LOST_EVENTS, f"{event.lost} events lost"))
        return Translated(hits, marks)

    def _midi(self, event: MidiEvent, hits: list[Hit], marks: list[Mark]) -> None:
        data = event.data
        kind = data[0] & 0xF0 if data else 0
        if kind in {_NOTE_ON, _POLY_PRESSURE, _CONTROLLER}:
            if len(data) != 3 or data[1] > 127 or data[2] > 127:
                return
        elif kind != _CHANNEL_PRESSURE or len(data) != 2 or data[1] > 127:
            return
        if self._profile.channel is not None and data[0] & 0x0F != self._profile.channel:
            return
        if kind == _NOTE_ON:
            if data[2]:
                hits.append(self._hit(event, self._notes[data[1]], data[2], note=data[1]))
        elif kind == _CONTROLLER:
            if data[1] == self._profile.hi_hat.controller:
                self._openness = self._profile.hi_hat.openness(data[2])
        elif kind == _POLY_PRESSURE:
            if self._profile.choke is Choke.POLY_PRESSURE:
                lane = self._notes[data[1]]
                self._choke(event.t_ns, lane.index, lane.pad.value, data[2], marks)
        elif self._profile.choke is Choke.CHANNEL_PRESSURE:
            self._choke(event.t_ns, -1, "", data[1], marks)

    def _strike(self, event: StrikeEvent) -> Hit:
        velocity = min(127, max(0, event.velocity))
        return self._hit(event, self._struck(event), velocity, flags=int(event.flags) & _ALL_FLAGS)

    def _struck(self, event: StrikeEvent | ChokeEvent | PedalEvent) -> _Lane:
        """Where a board's own numbers are on the kit."""
        zones = self._strikes.get(event.pad)
        if zones is None:
            return self._nowhere
        # A zone that the profile does not know is still that pad, and a pedal moves all of them.
        zone = 0 if isinstance(event, PedalEvent) else event.zone
        return zones[zone] if 0 <= zone < len(zones) else zones[0]

    def _hit(
        self,
        event: MidiEvent | StrikeEvent,
        lane: _Lane,
        velocity: int,
        *,
        note: int = -1,
        flags: int = 0,
    ) -> Hit:
        t_ns = event.t_ns - lane.skew_ns
        flags |= lane.flags | self._next_flags | self._suspects.flags(lane.index, t_ns, velocity)
        self._next_flags = 0
        self._choked.discard(lane.index)
        openness = self._openness if lane.hi_hat else -1
        zone = lane.zone
        if lane.state_unknown and openness >= 0:
            zone = self._profile.hi_hat.zone(openness)
        return Hit(
            next(self._numbers),
            t_ns,
            event.t_sigma_ns,
            event.arrival_ns,
            lane.pad,
            zone,
            velocity,
            note,
            self._source,
            _FLAGS[flags],
            openness,
        )

    def _note_stamp(self, event: MidiEvent | StrikeEvent, marks: list[Mark]) -> None:
        if self._stamped_by is not None:
            change = f"{self._stamped_by} to {event.stamped_by}"
            marks.append(Mark(event.t_ns, MarkKind.STAMP_CHANGED, change))
        self._stamped_by = event.stamped_by

    def _choke(self, t_ns: int, lane: int, detail: str, pressure: int, marks: list[Mark]) -> None:
        """One mark a grab: a cymbal says it for each of its notes, and again while held."""
        if pressure == 0:
            self._choked.discard(lane)
        elif lane not in self._choked:
            self._choked.add(lane)
            marks.append(Mark(t_ns, MarkKind.CHOKE, detail))

    def _link(self, event: LinkEvent, marks: list[Mark]) -> None:
        if event.state is LinkState.LOST and not self._lost:
            self._lost = True
            marks.append(Mark(event.t_ns, MarkKind.GAP_BEGIN, event.detail))
            self._openness = -1
            self._choked.clear()
            self._suspects.forget()
        elif event.state is LinkState.OPEN and self._lost:
            self._lost = False
            self._next_flags = _AFTER_GAP
            marks.append(Mark(event.t_ns, MarkKind.GAP_END, event.detail))

    def _lane(self, place: Place, flags: int = 0) -> _Lane:
        pad, zone = place
        return _Lane(
            pad=pad,
            zone=zone,
            index=PAD_INDEX[pad],
            skew_ns=self._profile.skew_ns.get(pad, 0),
            hi_hat=pad in _HI_HAT_PADS,
            state_unknown=pad is Pad.HI_HAT and zone in {Zone.BOW, Zone.EDGE},
            flags=flags,
        )
