"""`replay://take.mid`: a MIDI file, or a kept take by its id, as a kit.

An address takes `speed=1` (the default; `2` is twice as fast, `max` as fast as it is read) and
`channel=3` for one channel of a file (without it: 10, or all when that is silent). A replay
begins when it is opened, and can be closed and opened again. Its speed changes when events are
handed out, never when they say they were.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from station.clock import Clock
from station.errors import FileError, WrongUse
from station.files import read_bytes
from station.hal import smf_events
from station.hal.address import Address
from station.hal.api import (
    KitEvent,
    KitInfo,
    LinkEvent,
    LinkState,
    MidiEvent,
    PedalEvent,
    StrikeEvent,
)
from station.hal.numbers import number_from, whole_number_from
from station.hal.playback import Cue, FastPlayback, Playback, TimedPlayback
from station.hits import HitArray, from_array
from station.model import PAD_INDEX, ZONE_INDEX, Hit, StampedBy, Take
from station.units import NS_PER_US

_TAKE_ID = re.compile(r"[0-9a-f][0-9a-f-]{3,35}")
_NOTE_ON, _CONTROL = 0x99, 0xB9
_FOOT_CONTROLLER = 4
_SIGMA_UNTIL_READ_NS = 500 * NS_PER_US
_BEFORE_ALL_TIME_NS = -(2**63)


@dataclass(frozen=True, slots=True)
class _Recording:
    """What is to be replayed: events in the order of the wire, on the clock of the recording."""

    events: list[MidiEvent | PedalEvent | StrikeEvent]
    start_ns: int
    name: str
    sigma_ns: int
    corrected: bool = False


class ReplaySource:
    """A file or a kept take, played from its beginning whenever it is opened."""

    def __init__(
        self, address: Address, clock: Clock, speed: float | None, channel: int | None
    ) -> None:
        self._address = address
        self._clock = clock
        self._speed = speed
        self._channel = channel
        self._playback: Playback | None = None
        self._start_ns = 0
        self._info = KitInfo(
            address=str(address),
            name=f"Replay of {_label(address.target)}",
            stamped_by=StampedBy.FILE,
            sigma_ns=_SIGMA_UNTIL_READ_NS,
            simulated=True,
        )

    @property
    def info(self) -> KitInfo:
        """What is replayed; how good its stamps are is known after `open`."""
        return self._info

    @property
    def start_ns(self) -> int:
        """The chart's tick 0 on the clock of the events.

        In real time tick 0 is at `open`, or as much later as the first event came before it.
        As fast as it goes, events keep the times that they were recorded with.
        """
        return self._start_ns

    def open(self, wake: Callable[[], None]) -> None:
        """Read the recording, and begin.

        Raises
        ------
        FileError, StoreError, WrongUse
            When there is no such file or take, or it cannot be read.
        """
        self.close()
        recording = self._recording()
        self._info = replace(
            self._info,
            name=recording.name,
            sigma_ns=recording.sigma_ns,
            corrected=recording.corrected,
        )
        if self._speed is None:
            self._start_ns = recording.start_ns
            self._playback = FastPlayback(_cues(recording, 0), wake)
        else:
            before_ns = min((e.t_ns - recording.start_ns for e in recording.events), default=0)
            self._start_ns = self._clock.now_ns() - min(0, before_ns)
            cues = _cues(recording, self._start_ns - recording.start_ns)
            self._playback = TimedPlayback(cues, self._clock, wake, self._speed)

    def read(self) -> Sequence[KitEvent]:
        """What came due since the last call."""
        return self._playback.read() if self._playback is not None else []

    def watermark_ns(self) -> int:
        """No earlier event will come; the end of time when all was read."""
        if self._playback is None:
            return _BEFORE_ALL_TIME_NS
        return self._playback.watermark_ns()

    def close(self) -> None:
        """Break off."""
        if self._playback is not None:
            self._playback.close()
            self._playback = None

    def _recording(self) -> _Recording:
        target = self._address.target
        path = Path(target)
        if _TAKE_ID.fullmatch(target) and not path.exists():
            return _kept_take(target)
        played = smf_events.read_played_file(read_bytes(path, smf_events.MAX_BYTES), path.name)
        sigma_ns = played.sigma_ns
        heard = played.of_the_drums() if self._channel is None else played.of_channel(self._channel)
        events: list[MidiEvent | PedalEvent | StrikeEvent] = [
            MidiEvent(seq, t_ns, sigma_ns, t_ns, StampedBy.FILE, data)
            for seq, (t_ns, data) in enumerate(heard.messages())
        ]
        return _Recording(events, 0, self._info.name, sigma_ns)


class ReplayDriver:
    """Makes replays."""

    scheme = "replay"

    def discover(self) -> Sequence[KitInfo]:
        """None: a replay is asked for by name."""
        return []

    def create(self, address: Address, clock: Clock) -> ReplaySource:
        """A replay, not yet begun; the file is read when it is opened.

        Raises
        ------
        WrongUse
            When no file or take is named, or for an unknown parameter or value.
        """
        address.only({"speed", "channel"})
        if not address.target:
            raise WrongUse(
                f"{address}: name a MIDI file or a kept take, as in 'replay://take.mid' "
                "('station takes' lists yours)."
            )
        fast = address.params.get("speed") == "max"
        speed = None if fast else number_from(address, "speed", 1, 0.01, 100)
        said = "channel" in address.params
        channel = whole_number_from(address, "channel", 10, 1, 16) - 1 if said else None
        return ReplaySource(address, clock, speed, channel)


def _kept_take(id_or_prefix: str) -> _Recording:
    # What reads no take needs no database.
    from station.takes.store import Store  # noqa: PLC0415

    with Store.open() as store:
        take = store.take(id_or_prefix)
        hits = store.hits_on_grid(take.id)
    if not len(hits):
        raise FileError(f"The take {take.id} has no hits to replay; choose another.")
    return _Recording(
        list(_events_of_hits(hits)),
        take.start_ns,
        _take_name(take),
        int(hits["t_sigma_ns"].max()),
        corrected=True,
    )


def _events_of_hits(hits: HitArray) -> Iterator[MidiEvent | PedalEvent | StrikeEvent]:
    """Hits as the wire could have brought them; the hi-hat's pedal before each of its hits."""
    seq = 0
    for hit in from_array(hits):
        if hit.note < 0:
            pad, zone = PAD_INDEX[hit.pad], ZONE_INDEX[hit.zone]
            if hit.openness >= 0:
                # It has no arrival of its own: it comes with its hit.
                yield PedalEvent(max(hit.t_ns, hit.arrival_ns), pad, hit.openness)
            yield StrikeEvent(seq, *_stamp(hit), pad, zone, hit.velocity, hit.flags)
            seq += 1
            continue
        if hit.openness >= 0:
            pedal = bytes((_CONTROL, _FOOT_CONTROLLER, 127 - hit.openness))
            yield MidiEvent(seq, *_stamp(hit), pedal)
            seq += 1
        # Velocity 0 would say that the note ends.
        yield MidiEvent(seq, *_stamp(hit), bytes((_NOTE_ON, hit.note, max(1, hit.velocity))))
        seq += 1


def _stamp(hit: Hit) -> tuple[int, int, int, StampedBy]:
    return hit.t_ns, hit.t_sigma_ns, hit.arrival_ns, StampedBy.FILE


def _cues(recording: _Recording, shift_ns: int) -> list[Cue]:
    """Each event when it arrived, on a clock that is `shift_ns` ahead; and the end."""
    cues = []
    for event in recording.events:
        t_ns = event.t_ns + shift_ns
        if isinstance(event, PedalEvent):
            cues.append(Cue(t_ns, replace(event, t_ns=t_ns)))
            continue
        arrival_ns = event.arrival_ns + shift_ns
        cues.append(Cue(max(t_ns, arrival_ns), replace(event, t_ns=t_ns, arrival_ns=arrival_ns)))
    times = [recording.start_ns + shift_ns, *(cue.event.t_ns for cue in cues)]
    cues.append(Cue(max(times), LinkEvent(max(times), LinkState.ENDED)))
    return cues


def _take_name(take: Take) -> str:
    """Says the kit's own name too, so that its profile is found again."""
    kits = " and ".join(kit.name for kit in take.kits)
    return f"Replay of take {take.id[:8]}" + (f" on {kits}" if kits else "")


def _label(target: str) -> str:
    return f"take {target}" if _TAKE_ID.fullmatch(target) else Path(target).name


driver = ReplayDriver()
