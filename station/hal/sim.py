"""`sim://?player=rushing&seed=1`: a simulated drummer as a kit.

Besides everything that `station.drummer` knows, an address takes:

- `realtime=0`: the whole take at once, as fast as it is read, and then the link ends;
- `loop=N`: the chart N times in a row;
- `channel=10`, `pedal=1` (say the hi-hat pedal's position before its notes);
- `sigma_us=20`: standard deviation of the time stamps, which really are off by so much;
- `unplug_at_s=4`, `unplug_for_s=1`: the wire is out from then on (after tick 0) for so long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np

from station.charts.chart import Chart
from station.clock import Clock
from station.drummer import PRESETS, DrummerParams, Performance, params_from_query, perform
from station.drummer.midi import midi_messages
from station.drummer.noise import Noise
from station.drummer.query import DEFAULT_PLAYER, QUERY_NAMES
from station.errors import WrongUse
from station.hal.address import Address
from station.hal.api import KitEvent, KitInfo, LinkEvent, LinkState, MidiEvent
from station.hal.numbers import number_from, whole_number_from
from station.hal.playback import Cue, FastPlayback, Playback, TimedPlayback
from station.model import StampedBy
from station.units import NS_PER_US, ns_from_s

_OWN_NAMES = {"realtime", "loop", "channel", "pedal", "sigma_us", "unplug_at_s", "unplug_for_s"}
_MAX_LOOPED_NOTES = 100_000
_SHOWN = ("steady", "rushing", "dragging", "human")
_BEFORE_ALL_TIME_NS = -(2**63)
_UNPLUGGED = "unplugged, as its address asked"


@dataclass(frozen=True, slots=True)
class _Wire:
    """How the drummer's strikes come in."""

    realtime: bool
    loop: int
    channel: int
    pedal: bool
    sigma_ns: int
    unplug_ns: tuple[int, int] | None


class SimSource:
    """A simulated drummer: silent until it is given a chart to follow.

    Attributes
    ----------
    performance
        The truth about what is being played, its time 0 the chart's tick 0; None before.
    """

    def __init__(self, info: KitInfo, params: DrummerParams, wire: _Wire, clock: Clock) -> None:
        self.performance: Performance | None = None
        self._info = info
        self._params = params
        self._wire = wire
        self._clock = clock
        self._wake: Callable[[], None] = lambda: None
        self._playback: Playback | None = None
        self._said_ns = _BEFORE_ALL_TIME_NS
        self._numbers = count()

    @property
    def info(self) -> KitInfo:
        """The drummer's name and the spread of the stamps."""
        return self._info

    def open(self, wake: Callable[[], None]) -> None:
        """Sit down at the kit."""
        self._wake = wake

    def follow(self, chart: Chart, start_ns: int) -> None:
        """Play `chart` with its tick 0 at `start_ns`; what was being played is left off.

        In real time, strikes that would come before a time already given up (`watermark_ns`)
        are not played: the drummer was called too late for them.

        Raises
        ------
        WrongUse
            When the chart cannot be played in a row as often as the address asks.
        """
        looped = self._looped(chart)
        self._leave_off()
        again = self.performance is not None
        self.performance = perform(looped, self._params)
        if self._wire.realtime:
            cues = self._cues(self.performance, start_ns, self._said_ns)
            times = [self._clock.now_ns()]
        else:
            cues = self._cues(self.performance, start_ns, _BEFORE_ALL_TIME_NS)
            times = [start_ns, start_ns + looped.length_ns, *(cue.event.t_ns for cue in cues)]
            cues.append(Cue(max(times), LinkEvent(max(times), LinkState.ENDED)))
        if again:
            # The last take may have ended the link, or left it unplugged.
            cues.insert(0, Cue(min(times), LinkEvent(min(times), LinkState.OPEN)))
        self._playback = (
            TimedPlayback(cues, self._clock, self._wake)
            if self._wire.realtime
            else FastPlayback(cues, self._wake)
        )

    def read(self) -> Sequence[KitEvent]:
        """What was struck since the last call."""
        return self._playback.read() if self._playback is not None else []

    def watermark_ns(self) -> int:
        """Now, but never beyond a strike that is not read yet.

        With `realtime=0` it follows the strikes, and begins anew with each `follow`.
        """
        if self._playback is not None:
            self._said_ns = self._playback.watermark_ns()
        elif self._wire.realtime:
            self._said_ns = self._clock.now_ns()
        return self._said_ns

    def close(self) -> None:
        """Leave off."""
        self._leave_off()

    def _leave_off(self) -> None:
        if self._playback is not None:
            self._playback.close()
            self._playback = None

    def _looped(self, chart: Chart) -> Chart:
        loop = self._wire.loop
        if loop > 1 and loop * len(chart.notes) > _MAX_LOOPED_NOTES:
            raise WrongUse(
                f"{self._info.address}: {loop} times {len(chart.notes):,} notes are too many; "
                f"loop at most {_MAX_LOOPED_NOTES // len(chart.notes)} times."
            )
        try:
            return chart.repeated(loop)
        except ValueError as error:
            raise WrongUse(f"{self._info.address}: {error}; loop it less often.") from error

    def _cues(self, performance: Performance, start_ns: int, from_ns: int) -> list[Cue]:
        """Every event that is stamped with `from_ns` or later, in the order of the wire."""
        events = self._events(performance, start_ns)
        return [Cue(due_ns, event) for due_ns, event in events if event.t_ns >= from_ns]

    def _events(
        self, performance: Performance, start_ns: int
    ) -> Iterator[tuple[int, MidiEvent | LinkEvent]]:
        """Each event with the time at which it is due."""
        messages = midi_messages(performance, self._wire.channel, self._wire.pedal)
        off = Noise(self._params.seed).normal("stamp", len(messages)) * self._wire.sigma_ns
        errors_ns = np.rint(off).astype(np.int64).tolist()
        breaks = self._link_events(start_ns)
        due_ns = _BEFORE_ALL_TIME_NS
        for (after_ns, data), error_ns in zip(messages, errors_ns, strict=True):
            true_ns = start_ns + after_ns
            while breaks and breaks[0].t_ns <= true_ns:
                yield breaks[0].t_ns, breaks.pop(0)
            if len(breaks) == 1:
                continue  # struck while the wire was out
            t_ns = true_ns + error_ns
            # No wire brings a strike before the time that it is stamped with, or before the last.
            due_ns = max(due_ns, true_ns, t_ns)
            sigma_ns, by = self._wire.sigma_ns, StampedBy.SIMULATED
            yield due_ns, MidiEvent(next(self._numbers), t_ns, sigma_ns, due_ns, by, data)
        yield from ((event.t_ns, event) for event in breaks)

    def _link_events(self, start_ns: int) -> list[LinkEvent]:
        if self._wire.unplug_ns is None:
            return []
        out_ns, back_ns = self._wire.unplug_ns
        return [
            LinkEvent(start_ns + out_ns, LinkState.LOST, _UNPLUGGED),
            LinkEvent(start_ns + back_ns, LinkState.OPEN, "plugged in again"),
        ]


class SimDriver:
    """Makes simulated drummers."""

    scheme = "sim"

    def discover(self) -> Sequence[KitInfo]:
        """A few players; they can always be had."""
        return [_info(f"sim://?player={player}", player, 0) for player in _SHOWN]

    def create(self, address: Address, clock: Clock) -> SimSource:
        """A drummer, not yet at the kit.

        Raises
        ------
        WrongUse
            For an unknown player, parameter or value.
        """
        if address.target:
            known = ", ".join(PRESETS)
            raise WrongUse(
                f"{address}: a simulated drummer has no port; write 'sim://?player=NAME' with "
                f"one of {known}."
            )
        address.only(_OWN_NAMES | QUERY_NAMES)
        query = {k: v for k, v in address.params.items() if k not in _OWN_NAMES}
        params = params_from_query(query)
        wire = _wire_from(address)
        # One who was told another tempo must not go by the preset's name alone.
        player = query.get("player", DEFAULT_PLAYER)
        if params.tempo_percent != PRESETS[player].tempo_percent:
            player = f"{player}, at {params.tempo_percent:+g} % tempo"
        return SimSource(_info(str(address), player, wire.sigma_ns), params, wire, clock)


def _wire_from(address: Address) -> _Wire:
    unplug_ns = None
    if "unplug_at_s" in address.params:
        out_s = number_from(address, "unplug_at_s", 0, 0, 86400)
        back_s = out_s + number_from(address, "unplug_for_s", 1, 0, 86400)
        unplug_ns = (ns_from_s(out_s), ns_from_s(back_s))
    return _Wire(
        realtime=whole_number_from(address, "realtime", 1, 0, 1) == 1,
        loop=whole_number_from(address, "loop", 1, 1, 10_000),
        channel=whole_number_from(address, "channel", 10, 1, 16),
        pedal=whole_number_from(address, "pedal", 0, 0, 1) == 1,
        sigma_ns=round(number_from(address, "sigma_us", 20, 0, 100_000) * NS_PER_US),
        unplug_ns=unplug_ns,
    )


def _info(address: str, player: str, sigma_ns: int) -> KitInfo:
    return KitInfo(
        address=address,
        name=f"Simulated drummer: {player}",
        stamped_by=StampedBy.SIMULATED,
        sigma_ns=sigma_ns,
        simulated=True,
    )


driver = SimDriver()
